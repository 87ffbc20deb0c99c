"""What is ahead of a reader, in their own zone: events, announcements that have a time, holidays."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cli import operator
from events.announcements import Event, Repeat
from events.digests import Cadence, Coming
from events.program import Reader
from functions.announcements import agenda, calendar, records
from functions.digests import holidays
from functions.digests.coming import coming
from functions.shared import program
from functions.shared.program import ProgramError
from functions.shared.table import table
from tests.announcements import stage
from tests.announcements.test_series import PARIS, begun, definition
from tests.support import builders
from tests.support.world import World


@pytest.fixture
def world() -> Iterator[World]:
    with stage.stage() as (staged, _):
        staged.now = datetime.fromisoformat("2026-12-22T08:00+00:00")
        yield staged


def reader(**more: Any) -> Reader:
    return Reader.model_validate({"id": "marie", "community": "acme", "name": "Marie", "timezone": PARIS, **more})


def told(world: World, cadence: Cadence = "weekly", **more: Any) -> list[tuple[str, str, str]]:
    """Kind, when on the reader's clock, title."""
    marie = reader(**more)
    zone = ZoneInfo(marie.timezone)
    return [
        (one.what, f"{one.starts.astimezone(zone) if one.starts else one.day:%m-%d %H:%M}", one.title)
        for one in coming(table(), program.active()[0], marie, cadence, world.now)
    ]


def planned(world: World, at: str, name: str = "a1", **changes: Any) -> None:
    found = stage.written(world, stage.content("chat", **changes), name)
    stage.approve(world, found, at=datetime.fromisoformat(at))


def test_what_is_ahead_stands_in_the_order_of_the_reader_s_days(world: World) -> None:
    talk = Event(starts="2026-12-25T18:00", zone=PARIS, where="twitch.tv/acme")
    planned(world, "2026-12-24T09:00+00:00", event=talk.model_dump())
    stage.written(world, stage.content("chat"), "draft")
    assert told(world, holidays="FR", language="fr") == [
        ("announcement", "12-24 10:00", "Winter"),
        ("holiday", "12-25 00:00", "Noël"),
        ("event", "12-25 18:00", "Winter"),
        ("holiday", "01-01 00:00", "Jour de l'an"),
    ]


@pytest.mark.parametrize(("cadence", "days"), [("daily", 3), ("weekly", 14), ("monthly", 31)])
def test_each_digest_looks_ahead_as_far_as_it_is_old(world: World, cadence: Cadence, days: int) -> None:
    """The last minute of the last day is in it, the next one is not; nor is what is over."""
    last = datetime(2026, 12, 22, tzinfo=ZoneInfo(PARIS)) + timedelta(days=days)
    for number, at in enumerate((last - timedelta(minutes=1), last)):
        planned(world, at.astimezone(UTC).isoformat(), f"a{number}")
    assert [when for _, when, _ in told(world, cadence)] == [f"{last - timedelta(minutes=1):%m-%d %H:%M}"]
    world.now = last.astimezone(UTC) - timedelta(seconds=30)
    assert [when for _, when, _ in told(world, cadence)] == [f"{last:%m-%d %H:%M}"]


def test_what_is_planned_now_gone_or_of_another_time_is_not_ahead(world: World) -> None:
    planned(world, "2026-12-23T09:00+00:00")
    records.cancel(table(), stage.now(world), "Ada", world.now)
    planned(world, "2026-12-22T08:01+00:00", "a2")
    assert [kind for kind, *_ in told(world)] == ["announcement"]
    world.later(minutes=2)
    world.upkeep()
    assert stage.now(world, "a2")["state"] == "published"
    assert told(world) == []


@pytest.mark.parametrize(("zone", "when"), [("Asia/Kathmandu", "12-25 03:15"), ("America/Los_Angeles", "12-24 13:30")])
def test_a_reader_elsewhere_reads_their_own_clock(world: World, zone: str, when: str) -> None:
    planned(world, "2026-12-24T21:30+00:00")
    (one,) = coming(table(), program.active()[0], reader(timezone=zone), "weekly", world.now)
    assert one.starts
    assert f"{one.starts.astimezone(ZoneInfo(zone)):%m-%d %H:%M}" == when
    assert one.day == one.starts.astimezone(ZoneInfo(zone)).date()


@pytest.mark.parametrize(("on", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_longer_or_shorter_day_is_one_day(world: World, on: str, hours: int) -> None:
    """The last of three: what begins as it ends is ahead of the next reader."""
    begins = datetime.fromisoformat(on).replace(tzinfo=ZoneInfo(PARIS)).astimezone(UTC)
    world.now = begins - timedelta(days=2, hours=1)
    ends = begins + timedelta(hours=hours)
    for number, at in enumerate((begins, ends - timedelta(minutes=1), ends)):
        planned(world, at.isoformat(), f"a{number}")
    world.now = begins - timedelta(days=1, hours=12)
    found = coming(table(), program.active()[0], reader(), "daily", world.now)
    assert [one.day for one in found] == [date.fromisoformat(on)] * 2


def test_a_series_is_ahead_before_and_after_each_is_made_and_its_event_is_one(world: World) -> None:
    cup = Event(starts="2026-12-26T18:00", ends="2026-12-26T20:00", zone=PARIS)
    begun(world, definition("2026-12-24T09:00", event=cup, repeat=Repeat(every="week"), reminders=("-1d",)))
    cups = [("event", f"{day} 18:00", "Winter Cup") for day in ("12-26", "01-02")]
    assert [one for one in told(world) if one[0] == "event"] == cups
    world.now = datetime.fromisoformat("2026-12-26T09:00+00:00")
    for _ in range(3):
        world.upkeep()
    assert world.items("announcement")
    assert [one for one in told(world) if one[0] == "event"] == cups


def test_the_events_are_those_of_the_month_that_people_see(world: World) -> None:
    """Counted anew from the calendar's pages."""
    for number in range(6):
        talk = Event(starts=f"2026-12-{23 + number}T18:00", zone="Asia/Kathmandu")
        planned(world, f"2026-12-{22 + number}T12:00+00:00", f"a{number}", event=talk.model_dump())
    active = program.active()[0]
    month = agenda.of(table(), "acme", "2026-12", active, world.now)
    seen = [live.starts for day in month.days for live in day.events]
    assert [one.starts for one in coming(table(), active, reader(), "weekly", world.now) if one.what == "event"] == seen
    assert calendar.bounds("2026-12", PARIS, world.now)[0] < seen[0]


# Holidays


@pytest.mark.parametrize(
    ("code", "language", "named"),
    [
        ("FR", "fr", "Jour de l'an"),
        ("FR", "fr-CA", "Jour de l'an"),
        ("FR", "en", "New Year's Day"),
        ("FR", "de", "Jour de l'an"),
        ("DE-BY", "de-AT", "Neujahr"),
        ("CA-QC", "fr-FR", "Jour de l'an"),
        ("JP", "en", "New Year's Day"),
        ("", "en", None),
        ("XX", "en", None),
    ],
)
def test_a_holiday_has_its_name_in_the_reader_s_language_or_in_its_country_s(
    code: str, language: str, named: str | None
) -> None:
    day = date(2027, 1, 1)
    assert holidays.between(code, day, day, language) == ([(day, named)] if named else [])


def test_a_region_has_holidays_of_its_own_and_a_turn_of_the_year_those_of_both() -> None:
    days = date(2026, 12, 25), date(2027, 1, 6)
    both = [holidays.between(code, *days, "de") for code in ("DE", "DE-BY")]
    assert [day for day, _ in both[0]] == [date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)]
    assert both[1] == [*both[0], (date(2027, 1, 6), "Heilige Drei Könige")]


@pytest.mark.parametrize(("code", "why"), [("XX", "'XX', a country"), ("DE-QQ", "no region 'QQ'"), ("FR", "")])
def test_what_nobody_celebrates_is_found_where_the_program_is_checked(code: str, why: str) -> None:
    text = builders.PROGRAM.replace("hour = 9", f'hour = 9\nholidays = "{code}"')
    if not why:
        assert operator.checked(text).readers[0].holidays == code
        return
    with pytest.raises(ProgramError, match=why):
        operator.checked(text)


def test_a_whole_day_comes_before_what_has_an_hour(world: World) -> None:
    planned(world, "2026-12-25T00:00+00:00")
    found = coming(table(), program.active()[0], reader(holidays="GB-ENG"), "weekly", world.now)
    assert found[0] == Coming(what="holiday", title="Christmas Day", day=date(2026, 12, 25))
