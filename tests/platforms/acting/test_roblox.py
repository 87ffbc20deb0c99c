"""Roblox: one restriction for each player, with its end in how long it lasts."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from events.people import Person
from functions.platforms.outgoing import Refused, Reply, Sent, UnansweredError, Wait
from tests.platforms.acting.doing import There
from tests.platforms.acting.kits.roblox import KEPT_OUT, NONE, TO, UNIVERSE, WEEK, action, now, refused
from tests.platforms.posting.fake import NOW, Asked, reply


def game(**more: Any) -> There:
    return There("roblox", **more)


def test_a_restriction_is_written_whole_and_hits_one_account() -> None:
    there = game()
    there.act(action("timeout", until=WEEK))
    (asked,) = there.changes()
    assert asked.path == f"/cloud/v2/universes/{UNIVERSE}/user-restrictions/156"
    assert asked.json == {
        "gameJoinRestriction": {
            "active": True,
            "duration": "604800s",
            "privateReason": "Case c1: Threats: You threatened somebody.",
            "displayReason": "Threats: You threatened somebody.",
            "excludeAltAccounts": True,
        }
    }


def test_one_without_an_end_has_no_duration() -> None:
    there = game()
    there.act(action("ban"))
    assert "duration" not in there.changes()[0].json["gameJoinRestriction"]


def test_whoever_is_kept_out_for_longer_stays_so() -> None:
    there = game()
    assert isinstance(there.act(action("timeout", person=KEPT_OUT, until=now() + timedelta(minutes=59))), Sent)
    there.fake.write("157", {"active": True})
    assert isinstance(there.act(action("timeout", person=KEPT_OUT, until=WEEK)), Sent)
    assert isinstance(there.act(action("ban", person=KEPT_OUT)), Sent)
    assert there.sent() == []


def test_an_undo_goes_back_to_what_is_left_of_the_earlier_one_with_its_reason() -> None:
    there = game()
    undo = there.carried_out(action("ban", person=KEPT_OUT))
    there.now = NOW + 600
    assert isinstance(there.act(undo), Sent)
    written = there.changes()[0].json["gameJoinRestriction"]
    assert (written["duration"], written["displayReason"]) == ("3000s", "Insults")


def test_an_earlier_one_that_is_over_by_then_does_not_come_back() -> None:
    there = game()
    undo = there.carried_out(action("ban", person=KEPT_OUT))
    there.now = NOW + 3601
    assert isinstance(there.act(undo), Sent)
    assert there.changes()[0].json == {"gameJoinRestriction": {"active": False}}


def test_one_that_has_ended_is_none() -> None:
    there = game()
    there.now = NOW + 3601
    assert there.before(action("ban", person=KEPT_OUT)) == {"universe": UNIVERSE, "active": False}


@pytest.mark.parametrize(
    "given",
    [
        {**NONE, "active": True, "startTime": "soon", "duration": "60s"},
        {**NONE, "active": True, "startTime": "2026-11-25T00:00:00Z", "duration": "a minute"},
        {**NONE, "active": True, "duration": "60s"},
    ],
    ids=["start", "duration", "no start"],
)
def test_an_end_that_cannot_be_read_is_no_state(given: dict[str, Any]) -> None:
    there = game()
    there.fake.restrictions["156"] = given
    assert isinstance(there.act(action("timeout", until=WEEK)), Wait)
    assert there.changes() == []


def test_the_restriction_of_somebody_else_is_no_state() -> None:
    there = game()
    there.fake.shown = lambda user: {"path": f"universes/{UNIVERSE}/user-restrictions/999", "gameJoinRestriction": NONE}
    assert isinstance(there.act(action("ban")), Wait)


def test_what_is_shown_and_what_is_kept_have_limits_of_their_own() -> None:
    there = game()
    there.act(action("ban", explanation="words " * 400))
    written = there.changes()[0].json["gameJoinRestriction"]
    assert 300 < len(written["displayReason"]) <= 400
    assert 900 < len(written["privateReason"]) <= 1000


def test_the_universe_has_to_be_a_number_and_the_player_too() -> None:
    for place in ("", "1/../2"):
        assert "`about`" in game(to=replace(TO, place=place)).why_not(action("ban"))
    assert "no account" in game().why_not(action("ban", person=Person(id="Anna")))
    assert "our own" in game().why_not(action("ban", person=Person(id="1")))


def test_a_right_that_is_missing_is_named_and_does_not_make_the_key_a_wrong_one() -> None:
    there = game()
    there.fake.answers(refused(403, "PERMISSION_DENIED", "The API key lacks the scope."))
    outcome = there.act(action("ban"))
    assert isinstance(outcome, Refused)
    assert not outcome.unauthorized
    assert "universe.user-restriction:write" in outcome.reason


def test_the_same_player_twice_in_a_minute_is_a_matter_of_waiting() -> None:
    there = game()
    there.fake.answers(reply(429, {"code": "RESOURCE_EXHAUSTED", "message": "Too many"}, x_ratelimit_reset="41"))
    outcome = there.act(action("ban"))
    assert isinstance(outcome, Wait)
    assert outcome.seconds == 41


def test_a_look_without_an_answer_is_repeated() -> None:
    there = game()

    def silent(asked: Asked) -> Reply:
        raise UnansweredError("no whole answer within 10 s")

    there.fake.answer = silent
    assert isinstance(there.act(action("ban")), Wait)
