"""Counting by quarters, hours and local days: every item in exactly one day of any zone."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.feedback import rollup

PARIS = ZoneInfo("Europe/Paris")
ZONES = [
    "UTC",
    "Europe/Paris",
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Africa/Cairo",
]
MOMENTS = st.datetimes(
    min_value=datetime.fromisoformat("2005-01-01"),
    max_value=datetime.fromisoformat("2035-01-01"),
    timezones=st.just(UTC),
)


def item(said_at: datetime, source: str = "forum", kind: str = "post") -> dict[str, str]:
    return {"said_at": said_at.isoformat(), "source": source, "type": kind}


def counted(moments: list[datetime]) -> dict[str, rollup.Hour]:
    """Hour by hour, as the log is rolled up."""
    hours: dict[str, list[dict[str, str]]] = {}
    for moment in moments:
        hours.setdefault(rollup.bucket(moment), []).append(item(moment))
    return {hour: rollup.count(items) for hour, items in hours.items()}


def of_day(day: date, zone: ZoneInfo, hours: dict[str, rollup.Hour]) -> int:
    """As the day is read back: only the hours that it touches."""
    touched = {hour: hours[hour] for hour in rollup.hours_of(day, zone) if hour in hours}
    return rollup.day_total(day, zone, touched).get("total", 0)


def test_an_hour_is_four_quarters() -> None:
    start = datetime(2026, 11, 22, 8, tzinfo=UTC)
    moments = [
        start,
        start + timedelta(minutes=14, seconds=59),
        start + timedelta(minutes=15),
        start.replace(minute=59),
    ]
    assert counted(moments) == {
        "2026-11-22T08": {"total": [2, 1, 0, 1], "source:forum": [2, 1, 0, 1], "type:post": [2, 1, 0, 1]}
    }


def test_items_are_counted_by_source_and_type() -> None:
    at = datetime(2026, 11, 22, 8, tzinfo=UTC)
    counts = rollup.count([item(at), item(at, "game", "form"), item(at, "forum", "topic")])
    assert {name: sum(numbers) for name, numbers in counts.items()} == {
        "total": 3,
        "source:forum": 2,
        "source:game": 1,
        "type:post": 1,
        "type:form": 1,
        "type:topic": 1,
    }


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-22", 24)])
def test_a_day_in_paris_has_as_many_hours_as_it_has(day: str, hours: int) -> None:
    assert len(rollup.hours_of(date.fromisoformat(day), PARIS)) == hours


def test_midnight_in_kathmandu_falls_inside_an_hour() -> None:
    zone = ZoneInfo("Asia/Kathmandu")  # 5 h 45 min ahead.
    assert rollup.days_of("2026-11-22T18", zone) == [date(2026, 11, 22), date(2026, 11, 23)]
    before = datetime(2026, 11, 22, 18, 14, 59, tzinfo=UTC)
    hours = counted([before, before + timedelta(seconds=1)])
    assert of_day(date(2026, 11, 22), zone, hours) == 1
    assert of_day(date(2026, 11, 23), zone, hours) == 1


def test_a_day_that_a_country_left_out_is_empty() -> None:
    zone = ZoneInfo("Pacific/Apia")  # Samoa crossed the date line: there was no 30 December 2011.
    assert rollup.hours_of(date(2011, 12, 30), zone) == []
    assert of_day(date(2011, 12, 30), zone, counted([datetime(2011, 12, 30, 10, tzinfo=UTC)])) == 0


def test_an_empty_dimension_is_left_out() -> None:
    zone = ZoneInfo("Asia/Kathmandu")
    hours = counted([datetime(2026, 11, 22, 18, 0, tzinfo=UTC)])
    assert rollup.day_total(date(2026, 11, 23), zone, hours) == {}


@given(moments=st.lists(MOMENTS, max_size=40), name=st.sampled_from(ZONES))
def test_every_item_is_in_exactly_its_local_day(moments: list[datetime], name: str) -> None:
    zone = ZoneInfo(name)
    hours = counted(moments)
    expected = Counter(moment.astimezone(zone).date() for moment in moments)
    touched = {day for hour in hours for day in rollup.days_of(hour, zone)}
    assert {day: of_day(day, zone, hours) for day in touched if of_day(day, zone, hours)} == expected


@given(day=st.dates(min_value=date(2005, 1, 1), max_value=date(2034, 12, 31)), name=st.sampled_from(ZONES))
def test_the_hours_of_days_in_a_row_leave_none_out(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    both = rollup.hours_of(day, zone) + rollup.hours_of(day + timedelta(days=1), zone)
    starts = sorted({rollup.start(hour) for hour in both})
    assert all(later - earlier == timedelta(hours=1) for earlier, later in pairwise(starts))


@given(moment=MOMENTS, name=st.sampled_from(ZONES))
def test_an_hour_and_its_days_find_each_other(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    hour = rollup.bucket(moment)
    for day in rollup.days_of(hour, zone):
        assert hour in rollup.hours_of(day, zone)


@given(moments=st.lists(MOMENTS, max_size=30), seed=st.randoms(use_true_random=False))
def test_the_order_of_the_log_does_not_matter(moments: list[datetime], seed: object) -> None:
    shuffled = list(moments)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    assert counted(moments) == counted(shuffled)
