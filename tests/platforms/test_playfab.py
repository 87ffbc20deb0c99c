"""PlayFab: players reported and banned, news of the title, one by one and several at once."""

import json
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.announcements import TriggerFired, TriggerWithdrawn
from events.moderation import DecisionReported, FlagRaised, Subject
from events.people import Person
from functions.platforms.door import Accepted, Request, classified
from functions.platforms.playfab import connection, gate
from functions.platforms.standing import Keys
from tests.platforms.deliveries import SAMPLES, sample
from tests.platforms.hands import Fake
from tests.platforms.kits.playfab import OUTCOMES, PLACE, SECRETS, signed
from tests.platforms.mutations import broken, examined, told_by

PLAYER = Subject(source="place", kind="player", id="5A11C0DE00000001")
Event = TypeVar("Event")


def at(hour: int, minute: int, second: int = 0, us: int = 0) -> datetime:
    return datetime(2026, 11, 21, hour, minute, second, us, tzinfo=UTC)


def only(kind: type[Event], name: str, **more: Any) -> Event:
    found = examined("playfab", {**sample("playfab", name), **more})
    [event] = found.events or (found.reason,)
    assert isinstance(event, kind), event
    return event


def why(body: Any) -> str:
    found = examined("playfab", body)
    assert not found.events
    return found.reason


def queued(body: object) -> tuple[Accepted, ...]:
    verdict = classified("playfab", Request("POST", {}, json.dumps(body).encode()))
    assert isinstance(verdict, tuple)
    return verdict


# What it says


def test_a_report_names_a_player_who_complained_and_why() -> None:
    assert only(FlagRaised, "player_reported_as_abusive") == FlagRaised(
        community="club",
        source="place",
        platform="playfab",
        flag="0a1b2c3d4e5f40718293a4b5c6d7e8f1",
        subject=PLAYER,
        comment="Insults everybody in voice chat.",
        author=Person(id="5A11C0DE00000001"),
        reporter=Person(id="5A11C0DE00000002"),
        raised_at=at(9, 30, 0, 123456),
        as_given={"raised_at": "2026-11-21T09:30:00.1234567Z"},
    )


def test_a_report_need_not_say_why_or_by_whom() -> None:
    found = only(FlagRaised, "player_reported_as_abusive", Comment=None, ReportedByPlayer=None)
    assert (found.comment, found.reporter, found.code) == ("", None, "unknown")


@pytest.mark.parametrize(
    ("more", "did"),
    [
        ({}, "banned until 2026-11-28T11:00:00Z"),
        ({"PermanentBan": None}, "banned until 2026-11-28T11:00:00Z"),
        ({"PermanentBan": True}, "banned for ever"),
        ({"BanExpiration": None}, "banned for ever"),
    ],
    ids=str,
)
def test_a_ban_is_a_violation_and_says_how_long(more: dict[str, Any], did: str) -> None:
    assert only(DecisionReported, "player_banned", **more) == DecisionReported(
        community="club",
        source="place",
        platform="playfab",
        decision="B4N0000000000001",
        subject=PLAYER,
        did=did,
        outcome="violation",
        reason="Harassment",
        person=Person(id="5A11C0DE00000001"),
        decided_at=at(11, 0, 0, 500_000),
        as_given={"decided_at": "2026-11-21T11:00:00.5Z"},
    )


def test_a_ban_without_a_number_is_named_by_its_event() -> None:
    assert only(DecisionReported, "player_banned", BanId=None).decision == "0a1b2c3d4e5f40718293a4b5c6d7e8f2"


def test_published_news_may_be_worth_announcing() -> None:
    found = only(TriggerFired, "title_news_updated")
    assert (found.kind, found.title) == ("news", "The winter season begins")
    assert found.trigger == "news:C0FFE:3f0a6a52-1111-4c57-9d0f-52a1c6e0aa01"
    # Of its creation: a correction of old news is not news.
    assert found.published_at == at(11, 58)


def test_archived_news_withdraw_what_was_published() -> None:
    found = only(TriggerWithdrawn, "title_news_updated.archived")
    assert found.trigger == only(TriggerFired, "title_news_updated").trigger
    assert found.withdrawn_at == at(12, 0)


@pytest.mark.parametrize("status", ["Unpublished", "None", None])
def test_news_that_are_not_published_do_nothing_yet(status: str | None) -> None:
    body = {**sample("playfab", "title_news_updated"), "Status": status}
    assert why(body) == "without effect: news that is not published"


def test_news_in_a_state_nobody_knows_are_parked() -> None:
    assert "status" in why({**sample("playfab", "title_news_updated"), "Status": "Scheduled"})


@pytest.mark.parametrize("stamp", ["2026-11-21T09:30:00", "2026-11-21 09:30:00.0000000", "2026-11-21T09:30:00+00:00"])
def test_times_are_utc_also_where_nobody_says_so_and_kept_as_they_were_sent(stamp: str) -> None:
    flag = only(FlagRaised, "player_reported_as_abusive", Timestamp=stamp)
    assert (flag.raised_at, flag.as_given) == (at(9, 30), {"raised_at": stamp})
    ban = only(DecisionReported, "player_banned", Timestamp=stamp)
    assert (ban.decided_at, ban.as_given) == (at(9, 30), {"decided_at": stamp})
    news = only(TriggerFired, "title_news_updated", DateCreated=stamp)
    assert (news.published_at, news.as_given) == (at(9, 30), {"published_at": stamp})
    gone = only(TriggerWithdrawn, "title_news_updated.archived", Timestamp=stamp)
    assert (gone.withdrawn_at, gone.as_given) == (at(9, 30), {"withdrawn_at": stamp})


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("player_reported_as_abusive", "EventId"),
        ("player_reported_as_abusive", "EntityId"),
        ("player_reported_as_abusive", "Timestamp"),
        ("player_banned", "EntityId"),
        ("player_banned", "Timestamp"),
        ("title_news_updated", "NewsId"),
        ("title_news_updated", "NewsTitle"),
        ("title_news_updated", "DateCreated"),
    ],
)
@pytest.mark.parametrize("value", [None, "", [], True])
def test_what_has_no_identity_or_time_is_parked(name: str, field: str, value: object) -> None:
    assert why({**sample("playfab", name), field: value})


# The door


def test_the_token_opens_the_door_and_an_empty_one_does_not() -> None:
    assert gate.verify(signed(SECRETS[0], b"{}"), SECRETS, 0)
    assert not gate.verify(Request("POST", {"x-liaison-token": ""}, b"{}"), ["", *SECRETS], 0)
    assert not gate.verify(Request("POST", {"authorization": SECRETS[0]}, b"{}"), SECRETS, 0)


def test_an_array_is_its_events_each_as_if_it_had_come_alone() -> None:
    body = json.loads((SAMPLES / "playfab" / "several.json").read_text())
    found = examined("playfab", body)
    assert [type(event).__name__ for event in found.events] == ["FlagRaised", "DecisionReported"]
    [flag, ban] = queued(body)
    alone = [queued(one)[0] for one in body]
    assert [flag.delivery, ban.delivery] == [one.delivery for one in alone]
    assert json.loads(flag.body or b"") == body[0]
    assert flag.pipeline == ban.pipeline == "moderation"


def test_what_is_no_event_among_others_is_parked_and_harms_none() -> None:
    good = sample("playfab", "player_banned")
    *events, rest = queued([None, good, 7, {}, {"EventName": ["x"]}])
    assert [piece.pipeline for piece in events] == ["moderation", "parked", "parked"]
    assert (rest.pipeline, rest.body) == ("parked", b"[null, 7]")
    assert len({piece.delivery for piece in (*events, rest)}) == 4


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"7", b"{", b"\xff", b"[" * 100_000])
def test_a_body_without_an_event_is_parked(body: bytes) -> None:
    found = examined("playfab", body)
    assert (found.verdict, found.status) == ("parked", 202)
    assert found.reason == gate.NO_EVENTS


def test_arrays_a_level_too_deep_to_be_written_are_parked_whole() -> None:
    for depth in range(900, 1100):
        body = b'[{"EventName": "player_banned", "EventId": "1", "x": %s}]' % (b"[" * depth + b"]" * depth)
        verdict = classified("playfab", Request("POST", {}, body))
        assert isinstance(verdict, tuple)


def test_events_nobody_asked_for_are_parked_by_name() -> None:
    assert why(sample("playfab", "player_logged_in")) == "the event 'player_logged_in' is not handled"


@given(st.sampled_from(sorted(set(OUTCOMES) - {"several"})), st.booleans(), st.data())
def test_whatever_is_broken_the_event_is_told_by_the_body_or_there_is_none(
    name: str, several: bool, data: st.DataObject
) -> None:
    body = broken(data, [sample("playfab", name)] if several else sample("playfab", name))
    told_by(body, examined("playfab", body))


# The connection


def test_the_steps_name_what_has_to_be_pasted_and_filtered() -> None:
    told = "\n".join(connection.steps(PLACE, "https://liaison.example.com/hooks/place"))
    for needed in (
        "https://liaison.example.com/hooks/place",
        "secret put place --generate",
        gate.TOKEN,
        *gate.PIPELINES,
    ):
        assert needed in told


@pytest.mark.parametrize(("secret", "state"), [("", "wrong"), ("a secret", "good")])
def test_only_the_token_can_be_looked_at(secret: str, state: str) -> None:
    fake = Fake()
    assert connection.check(PLACE, "https://x.example", Keys(secret, ""), fake.hands(0), repair=True).state == state
    assert not fake.asked
