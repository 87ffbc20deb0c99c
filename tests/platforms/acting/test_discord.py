"""Discord: who is spared, what a time-out replaces, which thread is locked, and what is said in a private message."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest

from events.moderation import ActionRequested, MessageRequested
from events.people import Person
from functions.platforms import acting
from functions.platforms.acting import State
from functions.platforms.discord import telling
from functions.platforms.discord.acting import calls, make, noted
from functions.platforms.outgoing import Destination, Outcome, Refused, Reply, Sent, Wait
from functions.platforms.text.counting import utf16
from tests.platforms.acting.kits import discord as kit
from tests.platforms.acting.kits.discord import ANNA, BOT, CHANNEL, MODERATOR, OPENED, OWNER, SAID, SERVER, THREAD, TO
from tests.platforms.posting.fake import NOW, Asked, hands, reply
from tests.platforms.posting.kits.discord import error

KEY = "k" * 24 + "0"


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(NOW + seconds, UTC)


def done(discord: kit.Discord, action: ActionRequested, to: Destination = TO, now: int = NOW) -> Outcome:
    discord.clock = float(now)
    return acting.act("discord", action, to, KEY, hands(discord))


def before(discord: kit.Discord, action: ActionRequested, now: int = NOW) -> State:
    discord.clock = float(now)
    found = acting.prepare("discord", action, TO, hands(discord))
    assert isinstance(found, dict), found
    return found


def carried_out(discord: kit.Discord, action: ActionRequested) -> ActionRequested:
    """As an undo gets it."""
    was, outcome = before(discord, action), done(discord, action)
    assert isinstance(outcome, Sent)
    return action.model_copy(update={"before": was, "after": outcome.more["after"], "undo": True})


def reason(outcome: Outcome) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.reason


# Who


@pytest.mark.parametrize("measure", ["timeout", "ban", "warn"])
def test_whoever_moderates_there_is_spared(measure: str) -> None:
    discord = kit.fake()
    action = kit.action(measure, person=Person(id=MODERATOR), until=kit.IN_A_WEEK)
    assert "in charge of others" in reason(done(discord, action))
    assert discord.private == {}
    assert all(asked.method == "GET" for asked in discord.asked)


def test_a_list_of_roles_that_is_cut_off_hides_no_moderator(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many roles as a server may have are more than is read of an answer."""
    monkeypatch.setattr(kit, "PERMISSIONS", {f"62{n:016}": 0 for n in range(400)} | kit.PERMISSIONS)
    discord = kit.fake()
    cut = discord.all_roles(Asked("GET", "", {}, {}, b"")).body[: 32 * 1024]
    whole = discord.answer

    def short(asked: Asked) -> Reply:
        return reply(200, cut) if asked.path.endswith("/roles") else whole(asked)

    discord.answer = short  # type: ignore[method-assign]
    assert "in charge" in reason(done(discord, kit.action("ban", person=Person(id=MODERATOR))))
    assert isinstance(done(discord, kit.action("ban")), Sent)


def test_roles_that_cannot_be_read_are_no_leave_to_act() -> None:
    discord = kit.fake()
    whole = discord.answer

    def strange(asked: Asked) -> Reply:
        return reply(200, b"<html>") if "/roles" in asked.path else whole(asked)

    discord.answer = strange  # type: ignore[method-assign]
    assert isinstance(done(discord, kit.action("ban")), Wait)
    assert discord.bans == {}


def test_the_owner_is_spared_by_discord() -> None:
    discord = kit.fake()
    told = reason(done(discord, kit.action("ban", person=Person(id=OWNER))))
    assert "Missing Permissions" in told
    assert "“Ban Members”" in told


def test_the_bot_does_nothing_to_itself() -> None:
    discord = kit.fake()
    for measure in ("timeout", "ban", "warn"):
        action = kit.action(measure, person=Person(id=BOT), until=kit.IN_A_WEEK)
        assert "the bot itself" in reason(done(discord, action))
    assert discord.asked == []


def test_whoever_has_left_can_be_banned() -> None:
    discord = kit.fake()
    kit.leave(discord)
    assert isinstance(done(discord, kit.action("ban")), Sent)
    assert list(discord.bans) == [ANNA]


def test_an_account_needs_the_servers_id_and_a_message_tells_it() -> None:
    discord, nowhere = kit.fake(), replace(TO, place="")
    told = reason(done(discord, kit.action("ban", kit.ACCOUNT, person=None), nowhere))
    assert "`about` of 'discord'" in told
    assert isinstance(done(discord, kit.action("ban"), nowhere), Sent)


@pytest.mark.parametrize("server", ["@me", "600000000000000009"])
@pytest.mark.parametrize("measure", ["remove", "lock"])
def test_what_stands_elsewhere_is_left_alone(measure: str, server: str) -> None:
    discord, url = kit.fake(), f"https://discord.com/channels/{server}/{CHANNEL}/{SAID}"
    action = kit.action(measure, kit.message(SAID).model_copy(update={"url": url}))
    assert "another server" in reason(done(discord, action))
    if server == "@me":
        assert "private" in reason(done(discord, action, replace(TO, place="")))
    assert discord.asked == []


def test_nobody_is_guessed_from_a_message() -> None:
    discord = kit.fake()
    assert "who wrote it" in reason(done(discord, kit.action("ban", person=None)))
    assert discord.asked == []


def test_a_webhook_moderates_nothing() -> None:
    hook = replace(TO, secret="https://discord.com/api/webhooks/800000000000000001/hook-Token_1")
    outcome = done(kit.fake(), kit.action("remove"), hook)
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized


# What is gone, and what is not


def test_a_404_that_is_not_discords_own_says_nothing_about_a_message() -> None:
    discord = kit.fake()
    discord.answer = lambda asked: reply(404, b"<html>Not here</html>")  # type: ignore[method-assign]
    assert isinstance(done(discord, kit.action("remove")), Refused)


def test_somebody_else_was_faster() -> None:
    """Between the look and the call."""
    discord, action = kit.fake(), kit.action("remove")
    (call,) = calls(action, before(discord, action), NOW)
    del discord.messages[SAID]
    assert isinstance(make(call, TO, KEY, hands(discord)), Sent)


def test_an_edit_since_the_look_is_noticed() -> None:
    discord = kit.fake()
    action = kit.action("remove", expected=before(discord, kit.action("remove")))
    discord.edited[SAID] = "2026-11-25T10:00:00.000000+00:00"
    found = acting.prepare("discord", action, TO, hands(discord))
    assert isinstance(found, Refused)
    assert "edited was not set, is 2026-11-25T10:00:00" in found.reason


# Time-outs


def timeout(seconds: int) -> ActionRequested:
    return kit.action("timeout", until=at(seconds))


def test_a_shorter_timeout_is_replaced_and_comes_back() -> None:
    discord = kit.fake()
    discord.timeouts[ANNA] = at(3600).isoformat()
    undo = carried_out(discord, timeout(7200))
    assert discord.timeouts[ANNA] == at(7200).isoformat()
    assert isinstance(done(discord, undo, now=NOW + 600), Sent)
    assert discord.timeouts[ANNA] == at(3600).isoformat()


def test_a_shorter_timeout_that_has_ended_does_not_come_back() -> None:
    discord = kit.fake()
    discord.timeouts[ANNA] = at(60).isoformat()
    undo = carried_out(discord, timeout(7200))
    assert isinstance(done(discord, undo, now=NOW + 600), Sent)
    assert discord.timeouts[ANNA] is None


def test_a_longer_timeout_stays() -> None:
    discord = kit.fake()
    discord.timeouts[ANNA] = at(7200).isoformat()
    assert isinstance(done(discord, timeout(3600)), Sent)
    assert discord.timeouts[ANNA] == at(7200).isoformat()


def test_a_timeout_that_has_ended_still_stands_there_and_is_none() -> None:
    discord = kit.fake()
    discord.timeouts[ANNA] = at(-60).isoformat()
    assert before(discord, timeout(3600))["until"] is None


def test_an_end_that_cannot_be_read_is_no_state() -> None:
    discord = kit.fake()
    discord.timeouts[ANNA] = "tomorrow"
    assert isinstance(done(discord, timeout(3600)), Wait)


def test_the_end_is_a_moment_whenever_the_call_is_made() -> None:
    discord = kit.fake()
    assert isinstance(done(discord, timeout(86_400), now=NOW + 500), Sent)
    assert discord.timeouts[ANNA] == at(86_400).isoformat()


def test_28_days_are_taken() -> None:
    discord = kit.fake()
    assert isinstance(done(discord, timeout(28 * 86_400)), Sent)
    assert discord.timeouts[ANNA] == at(28 * 86_400).isoformat()


# Threads


def test_a_thread_that_is_closed_is_opened_to_be_locked() -> None:
    discord, action = kit.fake(), kit.action("lock", kit.message(OPENED))
    discord.threads[OPENED]["archived"] = True
    undo = carried_out(discord, action)
    assert discord.threads[OPENED] == {"locked": True, "archived": False}
    discord.threads[OPENED]["archived"] = True  # As Discord does after a while, without anybody's doing.
    assert isinstance(done(discord, undo), Sent)
    assert discord.threads[OPENED] == {"locked": False, "archived": False}


def test_the_thread_of_a_message_outlives_it() -> None:
    discord = kit.fake()
    del discord.messages[OPENED]
    assert isinstance(done(discord, kit.action("lock", kit.message(OPENED))), Sent)
    assert discord.threads[OPENED]["locked"]


def test_a_message_without_a_thread_cannot_be_locked() -> None:
    discord = kit.fake()
    assert "none was opened on the message" in reason(done(discord, kit.action("lock")))


def test_the_thread_opened_on_a_message_comes_before_the_one_around_it() -> None:
    discord = kit.fake()
    assert before(discord, kit.action("lock", kit.message(THREAD, THREAD)))["thread"] == THREAD


# The audit log


@pytest.mark.parametrize(
    "text", ["x" * 200, "स्पैम और धोखा " * 14, "a\r\nb\0c", "%0d%0a", "👩‍👩‍👧" * 40, "垃圾信息" * 50]
)
def test_the_audit_log_gets_as_much_of_the_reason_as_fits(text: str) -> None:
    header = noted(kit.action("ban", reason=text))["x-audit-log-reason"]
    told = unquote(header)
    assert len(header) <= 512
    assert told.startswith(f"Case c1: {' '.join(text.split())[:1]}")
    assert header.isascii()
    assert told.isprintable() or "\u200d" in told


def test_an_undo_says_so_in_the_audit_log() -> None:
    discord = kit.fake()
    undo = carried_out(discord, kit.action("ban"))
    assert isinstance(done(discord, undo), Sent)
    assert discord.reasons == ["Case c1: Spam", "Taken back, case c1: Spam"]


# Private messages


def test_a_warning_goes_out_once_in_a_case_and_another_one_is_another() -> None:
    discord = kit.fake()
    for text in ("It was spam.", "It was spam.", "It was spam again."):
        assert isinstance(done(discord, kit.action("warn", explanation=text)), Sent)
    link = kit.message(SAID).url
    assert [one.text for one in discord.told] == [f"It was spam.\n\n{link}", f"It was spam again.\n\n{link}"]


def test_a_look_that_fails_after_a_warning_does_not_send_it_again() -> None:
    discord = kit.fake()
    whole = discord.answer

    def busy(asked: Asked) -> Reply:
        return reply(429, {"retry_after": 300.0}) if discord.told else whole(asked)

    discord.answer = busy  # type: ignore[method-assign]
    assert isinstance(done(discord, kit.action("warn")), Sent)
    assert len(discord.told) == 1


def test_a_warning_without_words_is_none() -> None:
    discord = kit.fake()
    assert "nothing to tell" in reason(done(discord, kit.action("warn", explanation=" \n")))
    assert discord.told == []


def test_whoever_takes_no_messages_is_not_warned() -> None:
    discord = kit.fake()
    discord.closed.add(ANNA)
    assert "take no private messages" in reason(done(discord, kit.action("warn")))


def message(text: str = "It was spam.", **more: Any) -> MessageRequested:
    given = {"person": kit.WRITER, "about": kit.message(SAID), "title": "Taken down", "link": "https://a.example/1"}
    return MessageRequested(case="c1", text=text, **{**given, **more})


@pytest.mark.parametrize(
    "answer",
    [
        error(400, 50007, "Cannot send messages to this user"),
        error(403, 50278, "Cannot send messages to this user"),
        error(400, 50033, "Invalid Recipient(s)"),
    ],
)
def test_a_channel_that_cannot_be_opened_is_a_reason(answer: Reply) -> None:
    discord = kit.fake()
    discord.open = lambda person: answer  # type: ignore[method-assign]
    outcome = telling.tell(message(), TO, KEY, hands(discord))
    assert reason(outcome).startswith("nobody was told")


def test_too_many_conversations_have_to_wait() -> None:
    discord = kit.fake()
    discord.open = lambda person: error(403, 40003, "You are opening direct messages too fast")  # type: ignore[method-assign]
    outcome = telling.tell(message(), TO, KEY, hands(discord))
    assert isinstance(outcome, Wait)
    assert outcome.seconds >= 60


@pytest.mark.parametrize("text", ["*" * 3000, "[a](https://evil.example) " * 100, "👩‍👩‍👧 " * 400, "x" * 3000])
def test_markup_counts_and_what_is_left_out_is_said(text: str) -> None:
    discord = kit.fake()
    assert isinstance(telling.tell(message(text), TO, KEY, hands(discord)), Sent)
    sent = json.loads(discord.asked[-1].body)
    assert 1500 < utf16(sent["content"]) <= 2000
    assert sent["content"].endswith("…\n\nhttps://a.example/1")
    assert sent["content"].startswith("**Taken down**\n\n")


def test_a_text_is_cut_between_words() -> None:
    discord = kit.fake()
    assert isinstance(telling.tell(message("word " * 1000), TO, KEY, hands(discord)), Sent)
    assert discord.told[0].text.endswith("word word…\n\nhttps://a.example/1")


def test_links_have_no_previews() -> None:
    discord = kit.fake()
    telling.tell(message(), TO, KEY, hands(discord))
    assert discord.told[0].more["flags"] == 4


def test_a_message_in_a_server_is_linked() -> None:
    discord = kit.fake()
    outcome = telling.tell(message(), TO, KEY, hands(discord))
    assert isinstance(outcome, Sent)
    assert outcome.url == f"https://discord.com/channels/@me/{discord.private[ANNA]}/{outcome.id}"


def test_the_server_is_part_of_every_path() -> None:
    discord = kit.fake()
    action = kit.action("ban")
    (call,) = calls(action, before(discord, action), NOW)
    assert call.path == f"/guilds/{SERVER}/bans/{ANNA}"
