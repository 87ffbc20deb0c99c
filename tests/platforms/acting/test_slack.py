"""Slack: which messages are gone, whose token deletes, and what is said in a direct message."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from events.moderation import ActionRequested, MessageRequested
from events.people import Person
from functions.platforms import acting
from functions.platforms.outgoing import Destination, Outcome, Refused, Reply, Sent, UnansweredError, Unknown, Wait
from functions.platforms.posting import Absent
from functions.platforms.slack import telling
from functions.platforms.slack.acting import calls, find, make
from functions.platforms.text.counting import utf16
from tests.platforms.acting.kits import slack as kit
from tests.platforms.acting.kits.slack import ADMIN, ANNA, ANSWER, APP, CHANNEL, GONE, JOINED, ROOT, SAID, TO
from tests.platforms.posting.fake import NOW, Asked, hands, reply
from tests.platforms.posting.kits.slack import well, wrong

KEY = "k" * 24 + "0"
SINCE = datetime.fromtimestamp(NOW, UTC)


def done(slack: kit.Slack, action: ActionRequested, to: Destination = TO) -> Outcome:
    return acting.act("slack", action, to, KEY, hands(slack))


def reason(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.reason


def answering(slack: kit.Slack, method: str, answer: Reply) -> kit.Slack:
    """The fake, with one answer for everything that is asked of a method."""
    whole = slack.answer

    def short(asked: Asked) -> Reply:
        return answer if asked.path == f"/api/{method}" else whole(asked)

    slack.answer = short  # type: ignore[method-assign]
    return slack


# Deleting


def test_slacks_api_is_asked_and_not_the_workspace() -> None:
    hosts = []
    slack = kit.fake()

    def http(method: str, url: str, **given: Any) -> Reply:
        hosts.append(url.rpartition("/api/")[0])
        return slack(method, url, **given)

    for action in (kit.action("remove"), kit.action("warn")):
        assert isinstance(acting.act("slack", action, TO, KEY, replace(hands(slack), http=http)), Sent)
    assert set(hosts) == {"https://slack.com"}


def test_a_bots_token_deletes_nothing_of_others_and_the_reason_says_what_does() -> None:
    slack = kit.fake()
    slack.may_delete = False
    outcome = done(slack, kit.action("remove"))
    assert "User OAuth Token (xoxp-…) of a workspace owner or admin" in reason(outcome)
    assert not getattr(outcome, "unauthorized", True)


def test_a_tombstone_is_no_message() -> None:
    slack = kit.fake()
    assert isinstance(done(slack, kit.action("remove", kit.message(ROOT))), Sent)
    assert slack.messages[ROOT]["subtype"] == "tombstone"
    slack.asked.clear()
    assert isinstance(done(slack, kit.action("remove", kit.message(ROOT))), Sent)
    assert not [asked for asked in slack.asked if slack.creates(asked)]


def test_what_cannot_have_answers_is_found_in_the_channel() -> None:
    """Of somebody who joined under a name, say, conversations.replies knows nothing."""
    slack = kit.fake()
    assert isinstance(done(slack, kit.action("remove", kit.message(JOINED))), Sent)
    assert JOINED not in slack.messages


def test_an_answer_is_told_from_the_thread_it_is_in() -> None:
    slack = kit.fake()
    assert isinstance(done(slack, kit.action("remove", kit.message(ANSWER))), Sent)
    assert ROOT in slack.messages
    assert ANSWER not in slack.messages


def test_a_channel_that_the_app_is_not_in_says_nothing_about_a_message() -> None:
    slack = kit.fake()
    assert "the app is not in it" in reason(done(slack, kit.action("remove", kit.message(SAID, "G0OTHER"))))


def test_an_edit_since_the_look_is_noticed() -> None:
    slack = kit.fake()
    looked_at = acting.prepare("slack", kit.action("remove"), TO, hands(slack))
    assert looked_at == {"edited": None}
    slack.messages[SAID]["edited"] = {"user": ANNA, "ts": "1795500009.000000"}
    found = acting.prepare("slack", kit.action("remove", expected=looked_at), TO, hands(slack))
    assert "edited was not set, is 1795500009.000000" in reason(found)


def test_somebody_else_was_faster() -> None:
    slack, action = kit.fake(), kit.action("remove")
    (call,) = calls(action, {"edited": None}, NOW)
    del slack.messages[SAID]
    assert isinstance(make(call, TO, KEY, hands(slack)), Sent)


@pytest.mark.parametrize("answer", [well(), well(channel=CHANNEL, ts=ROOT), reply(200, b"<html>")])
def test_a_deletion_is_done_when_slack_says_of_which_message(answer: Reply) -> None:
    slack = answering(kit.fake(), "chat.delete", answer)
    assert isinstance(done(slack, kit.action("remove")), Unknown)


def test_a_scope_that_is_missing_is_named_and_gives_up_no_token() -> None:
    slack = kit.fake()
    slack.scopes -= {"channels:history"}
    outcome = done(slack, kit.action("remove"))
    assert "channels:history" in reason(outcome)
    assert not getattr(outcome, "unauthorized", True)


# Warnings


@pytest.mark.parametrize("role", ["is_admin", "is_owner", "is_primary_owner"])
def test_owners_and_admins_are_not_warned(role: str) -> None:
    slack = kit.fake()
    slack.users[ADMIN] = {role: True}
    assert "in charge of the workspace" in reason(done(slack, kit.action("warn", person=Person(id=ADMIN))))
    assert slack.direct == {}


@pytest.mark.parametrize("person", [None, Person(id="B0OTHER")])
def test_nobody_is_guessed_from_a_message(person: Person | None) -> None:
    slack = kit.fake()
    assert "who wrote it" in reason(done(slack, kit.action("warn", person=person)))
    assert slack.asked == []


def test_the_app_does_not_warn_itself() -> None:
    assert "the app itself" in reason(done(kit.fake(), kit.action("warn", person=Person(id=APP))))


@pytest.mark.parametrize("person", [GONE, "U0NOBODY"])
def test_an_account_that_is_gone_is_not_warned(person: str) -> None:
    assert "deactivated" in reason(done(kit.fake(), kit.action("warn", person=Person(id=person))))


def test_a_warning_without_words_is_none() -> None:
    slack = kit.fake()
    assert "nothing to tell" in reason(done(slack, kit.action("warn", explanation=" \n")))
    assert slack.told == []


def test_a_warning_that_arrived_is_found_again() -> None:
    slack, action = kit.fake(), kit.action("warn")
    assert isinstance(find(action, TO, KEY, SINCE, hands(slack)), Absent)
    assert isinstance(done(slack, action), Sent)
    found = find(action, TO, "another key", SINCE, hands(slack))
    assert isinstance(found, Sent)
    assert found.id == slack.told[0].id
    other = kit.action("warn", explanation="Something else.")
    assert isinstance(find(other, TO, KEY, SINCE, hands(slack)), Absent)


def test_a_look_that_fails_after_a_warning_does_not_send_it_again() -> None:
    slack = kit.fake()
    whole = slack.answer

    def busy(asked: Asked) -> Reply:
        return reply(429, b"", retry_after="300") if slack.told else whole(asked)

    slack.answer = busy  # type: ignore[method-assign]
    assert isinstance(done(slack, kit.action("warn")), Sent)
    assert len(slack.told) == 1


# Direct messages


def message(text: str = "It was spam.", **more: Any) -> MessageRequested:
    given = {"person": kit.WRITER, "about": kit.message(SAID), "title": "Taken down", "link": "https://a.example/1"}
    return MessageRequested(case="c1", text=text, **{**given, **more})


def tell(slack: kit.Slack, what: MessageRequested) -> Outcome:
    return telling.tell(what, TO, KEY, hands(slack))


def test_nobody_is_pinged_and_no_link_has_a_preview() -> None:
    slack = kit.fake()
    assert isinstance(tell(slack, message("<!channel> <@U0ANNA> @here")), Sent)
    assert slack.told[0].more["pings"] == []
    assert slack.told[0].more["quiet"]


@pytest.mark.parametrize("error", ["user_disabled", "user_not_found", "user_not_visible", "cannot_dm_bot"])
def test_whoever_cannot_be_written_to_is_a_reason(error: str) -> None:
    slack = answering(kit.fake(), "conversations.open", wrong(error))
    assert telling.MEANING[error] in reason(tell(slack, message()))


def test_an_app_without_a_messages_tab_says_what_to_switch_on() -> None:
    slack = answering(kit.fake(), "chat.postMessage", wrong("messages_tab_disabled"))
    assert "“Messages Tab”" in reason(tell(slack, message()))


@pytest.mark.parametrize("answer", [well(), well(channel={}), well(channel="D1"), reply(200, b"<html>")])
def test_a_conversation_that_is_not_named_is_none(answer: Reply) -> None:
    slack = answering(kit.fake(), "conversations.open", answer)
    assert isinstance(tell(slack, message()), Wait)
    assert slack.told == []


def test_opening_a_conversation_may_be_repeated() -> None:
    slack = kit.fake()
    whole = slack.answer

    def lost(asked: Asked) -> Reply:
        if asked.path == "/api/conversations.open":
            raise UnansweredError("no whole answer within 10 s")
        return whole(asked)

    slack.answer = lost  # type: ignore[method-assign]
    assert isinstance(tell(slack, message()), Wait)


def test_a_conversation_that_cannot_be_read_leaves_it_open_whether_they_were_told() -> None:
    slack = kit.fake()
    assert isinstance(tell(slack, message()), Sent)
    slack.scopes -= {"channels:history"}
    assert isinstance(telling.find(message(), TO, KEY, SINCE, hands(slack)), Unknown)


@pytest.mark.parametrize("text", ["*" * 5000, "<a&b> " * 900, "👩‍👩‍👧 " * 900, "x" * 5000])
def test_markup_counts_and_what_is_left_out_is_said(text: str) -> None:
    slack = kit.fake()
    assert isinstance(tell(slack, message(text)), Sent)
    sent = json.loads(slack.asked[-1].body)["text"]
    assert 3000 < utf16(sent) <= 4000
    assert sent.endswith("…\n\n<https://a.example/1>")
    assert sent.startswith("*Taken down*\n\n")
