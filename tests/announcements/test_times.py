"""Wall clock and zone: one moment, or a sentence that says what to write instead."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.announcements.times import NoSuchTimeError, resolve

ZONES = ["Europe/Paris", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe", "UTC", "Pacific/Apia"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("wall", "zone", "moment"),
    [
        ("2026-11-23T09:00", "Europe/Paris", "2026-11-23T08:00"),
        ("2026-07-23T09:00", "Europe/Paris", "2026-07-23T07:00"),
        ("2026-11-23T09:00", "Asia/Kathmandu", "2026-11-23T03:15"),
        ("2026-11-23T00:10", "Pacific/Kiritimati", "2026-11-22T10:10"),
        ("2026-03-29T03:00", "Europe/Paris", "2026-03-29T01:00"),
    ],
)
def test_a_wall_clock_time_in_a_zone_is_one_moment(wall: str, zone: str, moment: str) -> None:
    assert resolve(wall, zone) == at(moment)


def test_a_time_that_the_clocks_skip_is_refused_with_the_time_that_was_meant() -> None:
    with pytest.raises(NoSuchTimeError, match=r"2026-03-29T02:30 does not exist in Europe/Paris.*Did you mean 03:30\?"):
        resolve("2026-03-29T02:30", "Europe/Paris")


def test_half_an_hour_is_skipped_on_lord_howe() -> None:
    with pytest.raises(NoSuchTimeError, match=r"Did you mean 02:45\?"):
        resolve("2026-10-04T02:15", "Australia/Lord_Howe")


def test_of_a_time_that_comes_twice_the_first_is_meant() -> None:
    assert resolve("2026-10-25T02:30", "Europe/Paris") == at("2026-10-25T00:30")


@pytest.mark.parametrize("wall", ["2026-11-23T09:00+01:00", "2026-11-23T09:00Z"])
def test_an_offset_beside_a_zone_is_refused(wall: str) -> None:
    with pytest.raises(NoSuchTimeError, match="without an offset"):
        resolve(wall, "Europe/Paris")


@pytest.mark.parametrize(
    "zone", ["Paris", "CET+1", "", "../../etc/passwd", "Europe", "\x00", "Europe/Paris\n", "a" * 999]
)
def test_an_unknown_zone_is_refused_with_an_example(zone: str) -> None:
    with pytest.raises(NoSuchTimeError, match="use an IANA name such as Europe/Paris"):
        resolve("2026-11-23T09:00", zone)


@pytest.mark.parametrize("wall", ["tomorrow", "", "23.11.2026 09:00", "2026-02-30T09:00", "2026-11-23T25:00"])
def test_what_is_no_time_is_refused_with_an_example(wall: str) -> None:
    with pytest.raises(NoSuchTimeError, match="write it as 2026-11-23T09:00"):
        resolve(wall, "Europe/Paris")


@pytest.mark.parametrize(
    ("wall", "zone"), [("9999-12-31T23:00", "America/New_York"), ("0001-01-01T00:00", "Asia/Tokyo")]
)
def test_a_year_that_no_calendar_holds_is_refused(wall: str, zone: str) -> None:
    with pytest.raises(NoSuchTimeError, match="outside the years"):
        resolve(wall, zone)


WALLS = st.datetimes(min_value=datetime.fromisoformat("2000-01-01"), max_value=datetime.fromisoformat("2040-01-01"))


@given(wall=WALLS, zone=st.sampled_from(ZONES))
def test_whatever_is_not_refused_shows_the_same_wall_clock_there(wall: datetime, zone: str) -> None:
    try:
        moment = resolve(wall.isoformat(), zone)
    except NoSuchTimeError:
        return
    assert moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall
