"""Twitch: what the broadcaster sees and a moderator does not, who cannot be kept out, and what refusals mean."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.moderation import ActionRequested
from functions.platforms.outgoing import Refused, Reply, Sent, UnansweredError, Wait
from functions.platforms.text.counting import utf16
from tests.platforms.acting.doing import There
from tests.platforms.acting.kits import twitch as kit
from tests.platforms.acting.kits.twitch import (
    ACCOUNT,
    BY_MODERATOR,
    HELD,
    HELPER,
    MUTED,
    REQUEST,
    SAID,
    SHUT,
    SOON,
    TROLL,
    UNTIL,
    action,
    subject,
)
from tests.platforms.posting.fake import NOW, reply
from tests.platforms.posting.kits.twitch import CHANNEL, CREDENTIAL, MODERATOR, wrong

REQUESTED = subject("unban_request", REQUEST)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(NOW + seconds, UTC)


def there() -> There:
    return There("twitch")


def by_moderator() -> There:
    return There("twitch", kit.Twitch(MODERATOR), BY_MODERATOR)


def answering(place: There, answer: Reply) -> There:
    """Whatever would change something is answered like this."""
    whole = place.fake.answer
    place.fake.answer = lambda asked: answer if place.fake.creates(asked) else whole(asked)
    return place


# What a moderator does not see


@pytest.mark.parametrize("given", [action("timeout", until=UNTIL), action("ban", ACCOUNT)], ids=["timeout", "ban"])
def test_a_moderator_keeps_somebody_out_without_a_look_and_takes_it_back(given: ActionRequested) -> None:
    """Asked for bans or moderators, Twitch would answer 401, as it does to a dead token."""
    place = by_moderator()
    undo = place.carried_out(given)
    assert (undo.before, undo.after) == ({}, {})
    assert TROLL in place.fake.bans
    assert isinstance(place.act(undo), Sent)
    assert TROLL not in place.fake.bans
    assert all(asked.method != "GET" for asked in place.fake.asked)


def test_the_channel_and_who_acts_in_it_are_told_with_each_call() -> None:
    place = by_moderator()
    place.act(action("remove"))
    (asked,) = place.changes()
    assert asked.query == {"broadcaster_id": CHANNEL, "moderator_id": MODERATOR, "message_id": SAID}


def test_a_ban_that_is_there_already_is_a_ban() -> None:
    assert isinstance(by_moderator().act(action("ban", person=SHUT)), Sent)


def test_a_time_out_of_somebody_who_is_banned_is_refused_so_that_no_undo_lets_them_in() -> None:
    place = by_moderator()
    outcome = place.act(action("timeout", person=SHUT, until=UNTIL))
    assert isinstance(outcome, Refused)
    assert "already banned" in outcome.reason
    assert place.fake.bans[SHUT] is None


def test_an_undo_of_a_time_out_that_has_ended_lifts_no_ban_that_came_after_it() -> None:
    place = by_moderator()
    undo = place.carried_out(action("timeout", until=UNTIL))
    place.now = int(UNTIL.timestamp()) + 60
    place.fake.bans[TROLL] = None
    assert isinstance(place.act(undo), Sent)
    assert place.fake.bans[TROLL] is None


def test_twitch_protects_moderators_where_we_cannot_see_them() -> None:
    place = by_moderator()
    outcome = place.act(action("ban", person=HELPER))
    assert isinstance(outcome, Refused)
    assert "may not be banned" in outcome.reason
    assert HELPER not in place.fake.bans


def test_what_was_lifted_already_is_lifted() -> None:
    place = by_moderator()
    undo = place.carried_out(action("ban"))
    del place.fake.bans[TROLL]
    assert isinstance(place.act(undo), Sent)


# What the broadcaster sees


@pytest.mark.parametrize("measure", ["timeout", "ban"])
def test_a_broadcaster_keeps_no_moderator_out_though_twitch_would_let_them(measure: str) -> None:
    until = UNTIL if measure == "timeout" else None
    assert "moderate the channel" in there().why_not(action(measure, person=HELPER, until=until))


def test_a_longer_time_out_and_a_ban_stay_as_they_are() -> None:
    for person, until in ((MUTED, SOON - timedelta(minutes=5)), (SHUT, UNTIL)):
        place = there()
        assert isinstance(place.act(action("timeout", person=person, until=until)), Sent)
        assert place.changes() == []


@pytest.mark.parametrize(("later", "back"), [(600, True), (3600, False), (2 * 3600, False)])
@pytest.mark.parametrize("measure", ["timeout", "ban"])
def test_an_undo_brings_an_earlier_time_out_back_while_it_lasts(measure: str, later: int, back: bool) -> None:
    place = there()
    undo = place.carried_out(action(measure, person=MUTED, until=UNTIL if measure == "timeout" else None))
    place.now = NOW + later
    place.fake.clock = float(place.now)
    assert isinstance(place.act(undo), Sent)
    assert place.fake.bans.get(MUTED) == (SOON if back else None)
    assert (MUTED in place.fake.bans) == back


def test_a_time_out_whose_end_has_passed_is_not_begun() -> None:
    place = there()
    assert isinstance(place.act(action("timeout", until=at(-30))), Sent)
    assert place.changes() == []


def test_a_time_that_cannot_be_read_is_no_state() -> None:
    for told in ("soon", None, 7):
        place = there()
        whole = place.fake.answer
        ban = reply(200, {"data": [{"user_id": TROLL, "expires_at": told}]})
        place.fake.answer = lambda asked, whole=whole, ban=ban: ban if "banned" in asked.path else whole(asked)
        assert isinstance(place.act(action("ban")), Wait)


# Whom and what it can be about


@pytest.mark.parametrize("measure", ["warn", "timeout", "ban"])
def test_neither_we_nor_the_broadcaster_are_kept_out(measure: str) -> None:
    until = UNTIL if measure == "timeout" else None
    assert "our own" in by_moderator().why_not(action(measure, person=MODERATOR, until=until))
    assert "broadcaster" in by_moderator().why_not(action(measure, person=CHANNEL, until=until))


def test_a_measure_against_an_account_needs_no_name_beside_it() -> None:
    place = there()
    assert isinstance(place.act(action("ban", ACCOUNT).model_copy(update={"person": None})), Sent)
    assert place.fake.bans[TROLL] is None


def test_whoever_is_not_named_cannot_be_kept_out() -> None:
    nobody = action("ban").model_copy(update={"person": None})
    assert "not known" in there().why_not(nobody)


def test_a_channel_and_an_account_go_by_their_numbers() -> None:
    assert "`about`" in There("twitch", to=replace(BY_MODERATOR, place="acme_games")).why_not(action("remove"))
    assert "`account`" in There("twitch", to=replace(BY_MODERATOR, account="acme_bot")).why_not(action("remove"))


# What an answer means


def test_a_scope_that_is_missing_is_named_and_no_dead_key() -> None:
    for given, scope in (
        (action("warn"), "moderator:manage:warnings"),
        (action("remove"), "moderator:manage:chat_messages"),
        (action("ban"), "moderation:read"),
        (action("resolve", REQUESTED), "moderator:manage:unban_requests"),
    ):
        place = there()
        place.fake.scopes.clear()
        outcome = place.act(given)
        assert isinstance(outcome, Refused)
        assert scope in outcome.reason
        assert not outcome.unauthorized


def test_whoever_is_no_moderator_is_told_to_become_one() -> None:
    place = by_moderator()
    place.fake.moderators.clear()
    outcome = place.act(action("remove"))
    assert isinstance(outcome, Refused)
    assert "has to be a moderator" in outcome.reason
    assert not outcome.unauthorized


def test_two_at_once_are_one_after_the_other() -> None:
    place = answering(there(), wrong(409, "You may not update the user's ban state while someone else is."))
    assert isinstance(place.act(action("ban")), Wait)


def test_a_message_that_is_gone_is_deleted_if_twitch_says_so() -> None:
    place = there()
    place.fake.chat.clear()
    assert isinstance(place.act(action("remove")), Sent)
    assert isinstance(answering(there(), reply(404, b"<html>Not found</html>")).act(action("remove")), Refused)


def test_the_broadcasters_own_message_stays() -> None:
    place = there()
    place.fake.chat[SAID] = CHANNEL
    outcome = place.act(action("remove"))
    assert isinstance(outcome, Refused)
    assert "broadcaster's messages" in outcome.reason


@pytest.mark.parametrize("decided", ["DENY", None], ids=["denied", "no longer held"])
def test_what_is_not_held_any_more_is_not_called_let_through(decided: str | None) -> None:
    place = there()
    place.fake.held = {HELD: decided} if decided else {}
    outcome = place.act(action("approve", subject("message", HELD)))
    assert isinstance(outcome, Refused)
    assert "does not hold it any more" in outcome.reason


@pytest.mark.parametrize("data", [[], [{"user_id": "1"}], None, {"user_id": TROLL}])
def test_a_ban_or_a_warning_is_done_when_twitch_says_whose(data: Any) -> None:
    for measure in ("ban", "warn"):
        assert not isinstance(answering(there(), reply(200, {"data": data})).act(action(measure)), Sent)


@pytest.mark.parametrize("measure", ["approve", "warn"])
def test_of_what_cannot_be_seen_nobody_knows_when_the_answer_is_lost(measure: str) -> None:
    place = there()
    place.fake.cut_off_after()
    about = subject("message", HELD) if measure == "approve" else ACCOUNT
    with pytest.raises(UnansweredError):
        place.act(action(measure, about))


@pytest.mark.parametrize("given", [action("remove"), action("resolve", REQUESTED)], ids=["remove", "resolve"])
def test_without_a_refresh_token_nobody_moderates(given: ActionRequested) -> None:
    alone = {name: value for name, value in CREDENTIAL.items() if name != "refresh_token"}
    outcome = There("twitch", to=replace(kit.TO, secret=json.dumps(alone))).act(given)
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized
    assert "refresh_token" in outcome.reason


def test_a_credential_that_gives_no_session_is_told_as_such() -> None:
    outcome = There("twitch", to=replace(kit.TO, secret="{}")).act(action("resolve", REQUESTED))
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized


# What they read


def test_the_person_reads_why_within_what_twitch_takes() -> None:
    for text in ("word " * 900, "👩‍👩‍👧 " * 600, "It was\r\nspam."):
        place = there()
        place.carried_out(action("ban", explanation=text))
        (told,) = place.fake.reasons
        assert told.startswith("Spam: ")
        assert utf16(told) <= 500
        assert "\n" not in told
        assert len(text) < 500 or utf16(told) > 480


def test_a_warning_without_words_is_none() -> None:
    assert "needs an explanation" in there().why_not(action("warn", explanation=" "))


# Unban requests


def test_whoever_asked_reads_the_answer_and_the_same_again_is_none() -> None:
    place = there()
    assert isinstance(place.act(action("resolve", REQUESTED)), Sent)
    assert place.fake.answers_to == {REQUEST: "Spam: It was spam."}
    place.fake.asked.clear()
    assert isinstance(place.act(action("resolve", REQUESTED, outcome="no_violation")), Sent)
    assert place.changes() == []


def test_what_somebody_else_decided_meanwhile_is_seen() -> None:
    place = there()
    looked = place.before(action("resolve", REQUESTED))
    assert looked == {"status": "pending"}
    place.fake.requests[REQUEST] = "approved"
    assert place.before(action("resolve", REQUESTED)) == {"status": "approved"}
