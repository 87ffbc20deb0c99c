"""What is peculiar to Telegram, of measures and of messages to one person."""

from datetime import UTC, datetime
from typing import Any

import pytest

from events.moderation import ActionRequested, MessageRequested
from functions.platforms import acting
from functions.platforms.outgoing import Refused, Sent, UnansweredError, Unknown, Wait
from functions.platforms.telegram import telling
from tests.platforms.acting.kits import telegram as kit
from tests.platforms.acting.kits.telegram import (
    ADMIN,
    BOT,
    DAY,
    GRIM,
    GROUP,
    MEDIA,
    MUTED,
    PERMISSIONS,
    SHUT,
    TO,
    UNTIL,
    Telegram,
)
from tests.platforms.posting.fake import NOW, Asked, hands, reply
from tests.platforms.telling.kits import telegram as private

KEY = "abcdefghijklmnopqrstuvwxy"
MEASURES = ["timeout", "suspend", "ban"]


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(NOW + seconds, UTC)


def act(telegram: Telegram, action: ActionRequested, now: int = NOW) -> Any:
    telegram.clock = float(now)
    return acting.act("telegram", action, TO, KEY, hands(telegram))


def done(telegram: Telegram, action: ActionRequested) -> ActionRequested:
    """Carried out; what an undo needs to know."""
    before = acting.prepare("telegram", action, TO, hands(telegram))
    outcome = act(telegram, action)
    assert isinstance(outcome, Sent), outcome
    return action.model_copy(update={"undo": True, "before": before, "after": outcome.more["after"]})


def timed(measure: str, person: int = GRIM, until: datetime = UNTIL) -> ActionRequested:
    return kit.action(measure, person, until=None if measure == "ban" else until)


def changes(telegram: Telegram) -> list[Asked]:
    return [asked for asked in telegram.asked if telegram.creates(asked)]


def reason(outcome: object) -> str:
    assert isinstance(outcome, Refused | Wait | Unknown), outcome
    return outcome.reason


# Messages


def test_a_message_that_is_gone_already_counts_as_deleted() -> None:
    telegram = Telegram()
    telegram.messages.clear()
    assert isinstance(act(telegram, kit.action("remove", None)), Sent)


def test_a_deletion_is_never_called_undone() -> None:
    telegram = Telegram()
    assert "cannot be undone" in reason(act(telegram, done(telegram, kit.action("remove"))))


@pytest.mark.parametrize("measure", ["remove", *MEASURES])
def test_a_right_that_is_missing_is_named_by_what_it_is_called_there(measure: str) -> None:
    telegram = Telegram()
    telegram.rights = False
    outcome = act(telegram, timed(measure) if measure != "remove" else kit.action(measure))
    assert isinstance(outcome, Refused)
    assert not outcome.unauthorized
    assert ("“Delete messages”" if measure == "remove" else "“Ban users”") in outcome.reason


def test_a_right_to_delete_is_looked_for_before_anybody_decides() -> None:
    telegram = Telegram()
    telegram.rights = False
    assert "can_delete_messages" in reason(acting.prepare("telegram", kit.action("remove"), TO, hands(telegram)))
    assert not changes(telegram)


def test_a_200_without_ok_is_no_success() -> None:
    for body in ({"ok": False, "description": "no"}, {"ok": True, "result": False}, {"ok": True}):
        for measure in ("remove", "ban"):
            telegram = Telegram()
            telegram.answers(reply(200, body))
            assert not isinstance(act(telegram, kit.action(measure)), Sent)


# People


@pytest.mark.parametrize("measure", MEASURES)
def test_administrators_and_our_bot_are_left_alone(measure: str) -> None:
    for person, words in ((ADMIN, "administer the group"), (BOT, "our own bot")):
        telegram = Telegram()
        assert words in reason(act(telegram, timed(measure, person)))
        assert not changes(telegram)
    assert "our own bot" in reason(act(Telegram(), kit.action("remove", BOT)))


def test_channels_that_write_in_a_group_are_for_people_to_shut_out() -> None:
    assert "name of a channel" in reason(act(Telegram(), kit.action("ban", -1009)))
    assert "nobody is known" in reason(act(Telegram(), kit.action("ban", None)))


def test_a_small_group_has_to_become_a_supergroup_first() -> None:
    telegram = Telegram()
    small = kit.subject().model_copy(update={"id": "-4567:51"})
    outcome = act(telegram, kit.action("ban").model_copy(update={"subject": small}))
    assert "supergroup" in reason(outcome)
    assert not telegram.asked


@pytest.mark.parametrize("measure", ["timeout", "suspend"])
def test_nothing_is_asked_for_that_would_have_no_end(measure: str) -> None:
    """Within half a minute, and after 366 days, Telegram takes an end for none."""
    for seconds, refused in ((-5, False), (0, False), (29, True), (59, True), (366 * DAY, True)):
        telegram = Telegram()
        outcome = act(telegram, timed(measure, until=at(seconds)))
        assert isinstance(outcome, Refused if refused else Sent)
        assert not changes(telegram)
    telegram = Telegram()
    assert isinstance(act(telegram, timed(measure, until=at(60))), Sent)
    assert telegram.members[GRIM]["until_date"] == NOW + 60


def test_a_time_out_never_frees_whoever_is_banned() -> None:
    """A member has one state: a restriction takes the place of a ban."""
    telegram = Telegram()
    assert "would end the ban" in reason(act(telegram, timed("timeout", SHUT)))
    assert isinstance(act(telegram, timed("timeout", SHUT, at(DAY // 2))), Sent)
    telegram.members[SHUT]["until_date"] = 0
    assert isinstance(act(telegram, timed("timeout", SHUT)), Sent)
    assert not changes(telegram)


def test_a_time_out_takes_nothing_away_that_was_meant_to_last_longer() -> None:
    telegram = Telegram()
    assert "forbidden to them for longer" in reason(act(telegram, timed("timeout", MUTED, at(DAY // 2))))
    telegram.members[MUTED]["until_date"] = 0
    assert "forbidden to them for longer" in reason(act(telegram, timed("timeout", MUTED)))
    telegram.members[MUTED]["may"] = set()
    assert isinstance(act(telegram, timed("timeout", MUTED)), Sent)
    assert not changes(telegram)


def test_a_longer_ban_is_not_shortened() -> None:
    telegram = Telegram()
    assert isinstance(act(telegram, timed("suspend", SHUT, at(DAY // 2))), Sent)
    assert not changes(telegram)
    assert isinstance(act(telegram, timed("ban", SHUT)), Sent)
    assert telegram.members[SHUT]["until_date"] == 0


@pytest.mark.parametrize("measure", MEASURES)
def test_an_undo_brings_an_earlier_restriction_back_only_while_it_lasts(measure: str) -> None:
    for later, status in ((DAY // 2, "restricted"), (DAY - 30, None), (2 * DAY, None)):
        telegram = Telegram()
        undo = done(telegram, timed(measure, MUTED))
        telegram.clock = NOW + later
        assert isinstance(act(telegram, undo, telegram.clock), Sent)
        after = telegram.members[MUTED]
        assert after["status"] == (status or ("member" if measure == "timeout" else "left"))
        if status:
            assert (after["may"], after["until_date"]) == (set(PERMISSIONS) - MEDIA, NOW + DAY)


def test_an_undo_is_one_call_since_half_of_two_would_be_another_state() -> None:
    for measure in MEASURES:
        for person in (GRIM, MUTED):
            telegram = Telegram()
            undo = done(telegram, timed(measure, person))
            before = len(changes(telegram))
            assert isinstance(act(telegram, undo), Sent)
            assert len(changes(telegram)) == before + 1


def test_what_telegram_may_forbid_one_day_is_allowed_again_too() -> None:
    telegram = Telegram()
    PERMISSIONS.append("can_fly")
    try:
        telegram.members[GRIM] = {"status": "restricted", "is_member": True, "may": set(), "until_date": NOW + DAY}
        undo = done(telegram, timed("timeout"))
        telegram.clock = NOW + 2 * DAY
        assert isinstance(act(telegram, undo, telegram.clock), Sent)
    finally:
        PERMISSIONS.remove("can_fly")
    assert telegram.members[GRIM] == {"status": "member"}


def test_an_answer_about_somebody_else_is_no_state() -> None:
    telegram = Telegram()
    other = {"ok": True, "result": {"status": "member", "user": {"id": ADMIN}}}
    telegram.answer = lambda asked: reply(200, other)  # type: ignore[method-assign]
    assert isinstance(act(telegram, kit.action("ban")), Wait)


def test_a_group_that_became_another_is_told() -> None:
    moved = {"ok": False, "error_code": 400, "description": "Bad Request: group chat was upgraded to a supergroup chat"}
    telegram = Telegram()
    telegram.answer = lambda asked: reply(400, {**moved, "parameters": {"migrate_to_chat_id": GROUP}})  # type: ignore[method-assign]
    assert str(GROUP) in reason(act(telegram, kit.action("ban")))


def test_the_token_is_in_no_reason() -> None:
    telegram = Telegram()
    telegram.answer = lambda asked: reply(403, {"ok": False, "description": f"Forbidden: {kit.SECRET}"})  # type: ignore[method-assign]
    assert kit.SECRET not in reason(act(telegram, kit.action("ban")))


# Messages to one person


def message(text: str = "It was spam.", **more: Any) -> MessageRequested:
    given = {"title": "Title", "person": private.PERSON, "link": "https://liaison.example/a", **more}
    return MessageRequested.model_validate({"case": "c1", "about": private.ABOUT, "text": text, **given})


def tell(telegram: Telegram, what: MessageRequested) -> Any:
    return telling.tell(what, TO, KEY, hands(telegram))


def test_as_much_is_told_as_fits_in_the_units_telegram_counts() -> None:
    for text in ("word " * 1190, "👩‍👩‍👧 " * 600, "漢" * 6000):
        telegram = private.fake()
        assert isinstance(tell(telegram, message(text)), Sent)
        ((_, told),) = private.told(telegram)
        units = len(told.encode("utf-16-le")) // 2
        assert 4080 < units <= 4096
        assert told.startswith("Title\n\n")
        assert told.endswith("…\n\nhttps://liaison.example/a")


def test_a_channel_cannot_be_written_to() -> None:
    telegram = private.fake()
    assert "no person" in reason(tell(telegram, message(person={"id": "-1009"})))
    assert not telegram.asked


def test_a_warning_to_a_stranger_is_refused_before_it_is_sent() -> None:
    telegram = Telegram()
    del telegram.members[GRIM]
    assert "chat not found" in reason(act(telegram, kit.action("warn")))
    assert not changes(telegram)


def test_a_warning_without_words_is_none() -> None:
    silent = kit.action("warn").model_copy(update={"explanation": " "})
    assert "needs an explanation" in reason(act(Telegram(), silent))


def test_of_a_warning_whose_answer_was_lost_nobody_knows() -> None:
    telegram = Telegram()
    telegram.cut_off_after()
    with pytest.raises(UnansweredError):
        act(telegram, kit.action("warn"))


def test_a_warning_is_not_undone() -> None:
    telegram = Telegram()
    assert "cannot be undone" in reason(act(telegram, done(telegram, kit.action("warn"))))
