"""How severe a reason is and how much time there is, by what a community's program says."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.program import Community, Moderation, Moderator, Policy, Program, Source
from functions.moderation import standards
from functions.moderation.standards import SOONEST, Standards

PARIS = ZoneInfo("Europe/Paris")
ZONES = ("Europe/Paris", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "UTC")
QUIET = ("", "22:00-07:00", "23:30-00:00", "00:00-06:00", "13:00-15:00", "22:00-24:00", "01:30-02:30")


@pytest.mark.parametrize(
    ("hours", "at", "moved_to"),
    [
        ("22:00-07:00", "2026-11-22T21:59", "2026-11-22T21:59"),
        ("22:00-07:00", "2026-11-22T22:00", "2026-11-23T07:00"),
        ("22:00-07:00", "2026-11-22T23:59:59", "2026-11-23T07:00"),
        ("22:00-07:00", "2026-11-23T00:00", "2026-11-23T07:00"),
        ("22:00-07:00", "2026-11-23T06:59", "2026-11-23T07:00"),
        ("22:00-07:00", "2026-11-23T07:00", "2026-11-23T07:00"),
        ("13:00-15:00", "2026-11-23T14:10", "2026-11-23T15:00"),
        ("13:00-15:00", "2026-11-23T12:59", "2026-11-23T12:59"),
        ("22:00-24:00", "2026-12-31T23:00", "2027-01-01T00:00"),
        ("22:00-00:00", "2026-12-31T23:00", "2027-01-01T00:00"),
        ("00:00-24:00", "2026-11-23T10:00", "2026-11-24T00:00"),
        ("", "2026-11-23T03:00", "2026-11-23T03:00"),
    ],
)
def test_what_ends_in_quiet_hours_has_until_they_are_over(hours: str, at: str, moved_to: str) -> None:
    local = datetime.fromisoformat(at).replace(tzinfo=PARIS)
    assert standards.after_quiet(hours, local) == datetime.fromisoformat(moved_to).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("at", "moved_to"),
    [
        ("2026-03-28T22:30:00+00:00", "2026-03-29T05:00:00+00:00"),  # The night has an hour less: 07:00 is summer time.
        ("2026-10-24T21:30:00+00:00", "2026-10-25T06:00:00+00:00"),  # And one more.
        ("2026-10-25T00:30:00+00:00", "2026-10-25T06:00:00+00:00"),  # 02:30, the first time …
        ("2026-10-25T01:30:00+00:00", "2026-10-25T06:00:00+00:00"),  # … and the second.
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall(at: str, moved_to: str) -> None:
    local = datetime.fromisoformat(at).astimezone(PARIS)
    assert standards.after_quiet("22:00-07:00", local).astimezone(UTC) == datetime.fromisoformat(moved_to)


@given(
    st.sampled_from(ZONES),
    st.sampled_from(QUIET),
    st.integers(0, 4),
    st.integers(0, 2 * 366 * 24 * 60).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.integers(0, 20_000),
)
def test_a_deadline_is_late_by_the_quiet_hours_at_most_and_never_early(
    zone: str, hours: str, severity: int, since: datetime, minutes: int
) -> None:
    kept = Standards(Moderation(quiet=hours), ZoneInfo(zone))
    at, plain = kept.deadline(severity, since, minutes), since + timedelta(minutes=minutes)
    if severity < standards.UNHURRIED:
        assert at == plain
    assert plain <= at <= plain + timedelta(hours=25)
    assert standards.after_quiet(hours, at) == at or severity < standards.UNHURRIED


@given(st.integers(0, 4), st.floats(0, 1000), st.floats(0, 1000))
def test_more_weight_leaves_less_time_down_to_an_eighth(severity: int, one: float, other: float) -> None:
    light, heavy = sorted((one, other))
    since, kept = datetime(2026, 11, 22, tzinfo=UTC), Standards()
    sooner, later = kept.decide_by(severity, since, heavy), kept.decide_by(severity, since, light)
    whole = timedelta(minutes=kept.settings.decided[severity])
    assert since + whole * SOONEST <= sooner <= later <= since + whole


def test_two_reports_by_somebody_who_is_always_right_halve_the_time() -> None:
    since, kept = datetime(2026, 11, 22, tzinfo=UTC), Standards()
    assert kept.decide_by(2, since, 1) - since == 2 * (kept.decide_by(2, since, 2) - since)


PROGRAM = Program(
    communities=(Community(id="acme", name="Acme", timezone="Europe/Paris", moderation=Moderation(lease=20)),),
    sources=(Source(id="forum", community="acme", platform="discourse", api="https://forum.example"),),
    policies=(
        Policy(
            id="no-gold",
            community="acme",
            reasons=("spam",),
            severity=1,
            title="No gold",
            text="Do not sell gold.",
        ),
    ),
    moderators=(Moderator(id="mo", community="acme", name="Maureen", pseudonym="Mod 7", accounts={"forum": "17"}),),
)


def test_a_community_has_its_own_hours_rules_and_people() -> None:
    kept = standards.of(PROGRAM, "acme")
    assert (kept.zone.key, kept.settings.lease) == ("Europe/Paris", 20)
    assert (kept.severity("spam"), kept.severity("harassment")) == (1, 2)
    assert (kept.moderator("forum", "17"), kept.moderator("game", "17"), kept.moderator("forum", "")) == ("mo", "", "")


def test_one_that_left_the_program_has_what_holds_where_nobody_says_anything() -> None:
    assert standards.of(PROGRAM, "gone") == Standards()
