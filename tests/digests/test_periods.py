"""Which period a reader is told of, and when: without a gap, without an overlap, whatever clocks do."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.digests import Cadence
from events.program import Reader
from functions.digests import periods
from functions.digests.periods import Rhythm, Told

ZONES = (
    "UTC",
    "Europe/Paris",
    "America/New_York",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "Australia/Lord_Howe",  # Half an hour of summer time.
    "America/Santiago",  # Midnight itself is skipped.
    "America/Havana",  # Midnight comes twice.
)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rhythm(cadence: Cadence = "daily", zone: str = "Europe/Paris", hour: int = 9, weekday: int = 0) -> Rhythm:
    return Rhythm(cadence, ZoneInfo(zone), hour, weekday)


@pytest.mark.parametrize(
    ("now", "zone", "hour", "day"),
    [
        ("2026-11-22T07:59", "Europe/Paris", 9, "2026-11-20"),
        ("2026-11-22T08:00", "Europe/Paris", 9, "2026-11-21"),
        ("2026-11-22T23:00", "Europe/Paris", 0, "2026-11-22"),
        ("2026-11-22T01:15", "Asia/Kathmandu", 7, "2026-11-21"),
        ("2026-11-22T01:14", "Asia/Kathmandu", 7, "2026-11-20"),
        ("2026-11-22T10:00", "Pacific/Kiritimati", 0, "2026-11-22"),
        # The hour is skipped in Paris on this day: it is due at the moment at which the hour would have begun.
        ("2026-03-29T00:59", "Europe/Paris", 2, "2026-03-27"),
        ("2026-03-29T01:00", "Europe/Paris", 2, "2026-03-28"),
        # The hour comes twice: the first one is meant.
        ("2026-10-24T23:59", "Europe/Paris", 2, "2026-10-23"),
        ("2026-10-25T00:00", "Europe/Paris", 2, "2026-10-24"),
    ],
)
def test_the_newest_day_is_told_of_once_its_hour_has_come(now: str, zone: str, hour: int, day: str) -> None:
    (found,) = periods.due(rhythm(zone=zone, hour=hour), None, moment(now))
    assert found.name == f"daily-{day}"


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-24", 24), ("2026-10-25", 25)]
)
def test_days_of_summer_time_changes_are_as_long_as_they_are(day: str, hours: int) -> None:
    found = periods.containing("daily", date.fromisoformat(day), ZoneInfo("Europe/Paris"))
    assert found.ends - found.starts == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("cadence", "day", "name", "starts", "ends"),
    [
        ("weekly", "2026-03-29", "weekly-2026-03-23", "2026-03-22T23:00", "2026-03-29T22:00"),
        ("weekly", "2026-10-19", "weekly-2026-10-19", "2026-10-18T22:00", "2026-10-25T23:00"),
        ("monthly", "2026-03-31", "monthly-2026-03-01", "2026-02-28T23:00", "2026-03-31T22:00"),
        ("monthly", "2026-12-15", "monthly-2026-12-01", "2026-11-30T23:00", "2026-12-31T23:00"),
    ],
)
def test_a_week_is_monday_to_sunday_and_a_month_the_calendars(
    cadence: Cadence, day: str, name: str, starts: str, ends: str
) -> None:
    found = periods.containing(cadence, date.fromisoformat(day), ZoneInfo("Europe/Paris"))
    assert (found.name, found.starts, found.ends) == (name, moment(starts), moment(ends))


@pytest.mark.parametrize(("weekday", "sent"), [(0, "2026-11-23T08:00"), (4, "2026-11-27T08:00")])
def test_a_weeks_digest_comes_on_the_readers_weekday(weekday: int, sent: str) -> None:
    weekly = rhythm("weekly", weekday=weekday)
    before, after = (periods.due(weekly, None, moment(sent) - timedelta(minutes=late))[0] for late in (1, 0))
    assert (before.name, after.name) == ("weekly-2026-11-09", "weekly-2026-11-16")


def test_what_was_missed_is_made_up_for_in_order() -> None:
    told = Told(moment("2026-11-18T23:00"), date(2026, 11, 18))
    found = periods.due(rhythm(), told, moment("2026-11-22T08:00"))
    assert [one.name for one in found] == ["daily-2026-11-19", "daily-2026-11-20", "daily-2026-11-21"]
    assert periods.due(rhythm(), Told(found[-1].ends, found[-1].last), moment("2026-11-22T08:00")) == []


def test_after_a_long_time_away_it_begins_anew() -> None:
    found = periods.due(rhythm(), Told(moment("2026-01-01T23:00"), date(2026, 1, 1)), moment("2026-11-22T08:00"))
    assert [one.name for one in found] == ["daily-2026-11-21"]


@pytest.mark.parametrize(
    ("now_in", "hours", "name"),
    [("America/New_York", 30, "daily-2026-11-22"), ("Asia/Kathmandu", 19.25, "daily-2026-11-22")],
)
def test_a_reader_who_moves_has_neither_a_gap_nor_the_same_twice(now_in: str, hours: float, name: str) -> None:
    until = moment("2026-11-21T23:00")  # Midnight in Paris.
    first, *_ = periods.due(rhythm(zone=now_in), Told(until, date(2026, 11, 21)), moment("2026-11-24T23:00"))
    assert (first.starts, first.name) == (until, name)
    assert first.ends - first.starts == timedelta(hours=hours)


moves = st.lists(
    st.tuples(
        st.sampled_from(ZONES),
        st.integers(0, 23),
        st.integers(0, 6),
        st.timedeltas(timedelta(minutes=15), timedelta(days=9)),
    ),
    min_size=1,
    max_size=25,
)


@given(st.sampled_from(["daily", "weekly", "monthly"]), st.integers(0, 365 * 96), moves)
def test_each_moment_is_in_exactly_one_period(
    cadence: Cadence, quarters: int, moves: list[tuple[str, int, int, timedelta]]
) -> None:
    """A reader who moves, changes their hour and is told late, again and again."""
    now, before, told = moment("2026-01-01T00:00") + timedelta(minutes=15 * quarters), None, []
    for zone, hour, weekday, later in moves:
        now += later
        for one in periods.due(rhythm(cadence, zone, hour, weekday), before, now):
            assert one.ends <= now
            told.append(one)
            before = Told(one.ends, one.last)
    for one, after in pairwise(told):
        assert one.ends == after.starts
    assert all(one.first <= one.last < after.first for one, after in pairwise(told))  # So each has a name of its own.


def test_the_same_weekday_of_four_weeks_before() -> None:
    day = periods.containing("daily", date(2026, 3, 30), ZoneInfo("Europe/Paris"))
    assert [one.name for one in periods.before(day)] == [
        "daily-2026-03-23",
        "daily-2026-03-16",
        "daily-2026-03-09",
        "daily-2026-03-02",
    ]


def test_the_four_months_before() -> None:
    month = periods.containing("monthly", date(2026, 3, 30), ZoneInfo("Europe/Paris"))
    assert [one.name for one in periods.before(month)] == [
        "monthly-2026-02-01",
        "monthly-2026-01-01",
        "monthly-2025-12-01",
        "monthly-2025-11-01",
    ]


def test_a_reader_chooses_hour_zone_and_weekday() -> None:
    reader = Reader.model_validate(
        {"id": "m", "community": "a", "name": "M", "timezone": "Asia/Tokyo", "hour": 7, "weekday": "Fri"}
    )
    assert Rhythm.of(reader, "weekly") == rhythm("weekly", "Asia/Tokyo", 7, 4)
