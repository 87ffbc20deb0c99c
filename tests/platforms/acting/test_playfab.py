"""PlayFab: bans in whole hours, beside other bans, and what its errors mean."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from events.people import Person
from functions.platforms.outgoing import Outcome, Refused, Reply, Sent, UnansweredError, Unknown, Wait
from tests.platforms.acting.doing import There
from tests.platforms.acting.kits.playfab import BANNED, GRIM, TO, WEEK, action, at, seen, wrong
from tests.platforms.posting.fake import Asked, reply


def title(**more: Any) -> There:
    return There("playfab", **more)


def test_the_title_is_in_the_address() -> None:
    there = title()
    for to in (TO, replace(TO, address="https://relay.acme.example/")):
        there.to = to
        there.before(action("ban"))
    assert [asked.url for asked in there.fake.asked] == [
        "https://C0FFE.playfabapi.com/Admin/GetUserBans",
        "https://relay.acme.example/Admin/GetUserBans",
    ]
    assert "`about`" in title(to=replace(TO, place="C0FFE.evil.example/")).why_not(action("ban"))


def test_hours_are_rounded_up_and_less_than_one_is_refused() -> None:
    there = title()
    assert isinstance(there.act(action("timeout", until=at(timedelta(minutes=61)))), Sent)
    assert there.changes()[0].json["Bans"][0]["DurationInHours"] == 2
    assert "at least" in title().why_not(action("timeout", until=at(timedelta(minutes=30))))


def test_whoever_is_banned_for_longer_stays_so_and_an_undo_does_not_let_them_in() -> None:
    there = title()
    undo = there.carried_out(action("timeout", person=BANNED, until=at(timedelta(hours=1))))
    assert isinstance(there.act(undo), Sent)
    assert there.sent() == []


def test_only_the_bans_that_came_since_are_revoked() -> None:
    there = title()
    before = seen(there.fake)
    undo = there.carried_out(action("ban", person=BANNED))
    assert isinstance(there.act(undo), Sent)
    (asked,) = there.changes()
    assert (asked.path, len(asked.json["BanIds"])) == ("/Admin/RevokeBans", 1)
    assert seen(there.fake) == before


def test_a_ban_that_has_ended_counts_for_nothing_though_it_is_called_active() -> None:
    there = title()
    there.fake.ban(GRIM.id, at(timedelta(hours=-1)), "Long ago")
    assert isinstance(there.act(action("timeout", until=WEEK)), Sent)
    assert there.sent() == [("POST", "/Admin/BanUsers")]


@pytest.mark.parametrize("ends", ["2026-12-09T00:00:00", "2026-12-09T00:00:00.0000000Z"])
def test_times_are_read_with_or_without_a_zone(ends: str) -> None:
    there = title()
    there.fake.ban(GRIM.id, None, "?")["Expires"] = ends
    assert isinstance(there.act(action("timeout", until=WEEK)), Sent)
    assert there.sent() == []


def test_an_end_that_cannot_be_read_is_no_state() -> None:
    there = title()
    there.fake.ban(GRIM.id, None, "?")["Expires"] = "soon"
    assert isinstance(there.act(action("ban")), Wait)


def test_the_player_is_told_why_as_far_as_it_fits() -> None:
    there = title()
    there.act(action("ban", explanation="You threatened\r\nsomebody. " * 20))
    told = there.changes()[0].json["Bans"][0]["Reason"]
    assert told.startswith("Threats: You threatened somebody. You")
    assert told.endswith("…")
    assert len(told) <= 140


def test_ids_that_are_no_players_and_our_own_account_are_refused() -> None:
    for person in (Person(id="Anna"), Person(id="5A11C0DE00000009")):
        assert title().why_not(action("ban", person=person))
    assert title().fake.asked == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (wrong(429, "APIClientRequestRateLimitExceeded", 1199, "Slow down"), Wait),
        (wrong(400, "ConcurrentEditError", 1133, "Too many"), Wait),
        (wrong(503, "ServiceUnavailable", 1123, "Later"), Wait),
        (wrong(403, "NotAuthorizedByTitle", 1191, "Not allowed by policy"), Refused),
        (wrong(400, "InvalidParams", 1000, "Bad"), Refused),
        (reply(502, b"<html>"), Unknown),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else str(value.status),
)
def test_what_an_error_means(answer: Reply, expected: type) -> None:
    there = title()
    there.fake.answers(answer)
    assert isinstance(there.act(action("ban")), expected)


def after(answer: Reply) -> Outcome:
    there = title()
    there.fake.answers(answer)
    return there.act(action("ban"))


def test_how_long_to_wait_stands_in_the_body_or_in_a_header() -> None:
    body = {"error": "APIClientRequestRateLimitExceeded", "retryAfterSeconds": 12}
    answers = (reply(429, body), reply(429, body, retry_after="30"))
    assert [getattr(after(one), "seconds", 0) for one in answers] == [12, 30]


def test_a_policy_that_forbids_it_names_the_calls_that_are_needed() -> None:
    outcome = after(wrong(403, "NotAuthorizedByTitle", 1191, "Not allowed by policy"))
    assert isinstance(outcome, Refused)
    assert not outcome.unauthorized
    assert "Admin/BanUsers" in outcome.reason


def test_a_look_without_an_answer_is_repeated() -> None:
    there = title()

    def silent(asked: Asked) -> Reply:
        raise UnansweredError("no whole answer within 10 s")

    there.fake.answer = silent
    assert isinstance(there.act(action("ban")), Wait)
