"""Who is given which case: on shift, in a language they read, of a kind they do, and never their own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.program import Community, Moderator, Policy, Program, Queue, Source
from functions.moderation import roster
from functions.moderation.roster import Work

ANNA = frozenset({("forum", "17")})
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def somebody(**more: Any) -> Moderator:
    return Moderator(id="mo", community="acme", name="Maureen", pseudonym="Mod 7", **more)


def case(**more: Any) -> Work:
    usual = {"severity": 3, "language": "en", "source": "forum", "codes": frozenset({"spam"})}
    return Work(**{**usual, **more})


@pytest.mark.parametrize(
    ("shift", "at", "on"),
    [
        ("Mon-Fri 09:00-17:00", "2026-11-23T08:59", False),
        ("Mon-Fri 09:00-17:00", "2026-11-23T09:00", True),
        ("Mon-Fri 09:00-17:00", "2026-11-23T17:00", False),
        ("Mon-Fri 09:00-17:00", "2026-11-22T12:00", False),  # A Sunday.
        ("Sat 22:00-06:00", "2026-11-21T23:00", True),
        ("Sat 22:00-06:00", "2026-11-22T05:59", True),
        ("Sat 22:00-06:00", "2026-11-22T06:00", False),
        ("Sat 22:00-06:00", "2026-11-22T22:30", False),
        ("Fri-Mon 00:00-24:00", "2026-11-22T23:59", True),
        ("Fri-Mon 00:00-24:00", "2026-11-24T00:00", False),
    ],
)
def test_a_shift_is_on_their_own_clock(shift: str, at: str, on: bool) -> None:
    who = somebody(timezone="America/New_York", shifts=(shift,))
    there = datetime.fromisoformat(f"{at}:00-05:00")
    assert roster.on_shift(who, there.astimezone(UTC)) == on


def test_a_shift_moves_with_summer_time() -> None:
    who = somebody(timezone="Europe/Paris", shifts=("Mon-Sun 09:00-10:00",))
    assert roster.on_shift(who, datetime(2026, 7, 1, 7, 30, tzinfo=UTC))
    assert roster.on_shift(who, datetime(2026, 12, 1, 8, 30, tzinfo=UTC))
    assert not roster.on_shift(who, datetime(2026, 12, 1, 7, 30, tzinfo=UTC))


def test_without_shifts_it_is_always_theirs() -> None:
    assert roster.on_shift(somebody(), MONDAY)


@pytest.mark.parametrize(
    ("who", "given_", "told"),
    [
        ({}, {}, ""),
        ({"languages": ("fr",)}, {}, "it is in en"),
        ({"languages": ("en-GB",)}, {"language": "en-US"}, ""),
        ({"languages": ("fr",)}, {"language": "und"}, ""),
        ({"not_for": ("spam",)}, {}, "you are not given cases of this kind"),
        ({"shifts": ("Tue 09:00-17:00",)}, {}, "your shift is over"),
        ({"severe": 2}, {"severity": 1}, "you had enough severe cases for today"),
        ({"severe": 3}, {"severity": 1}, ""),
        ({"severe": 2}, {"severity": 2}, ""),
        ({}, {"level": 1}, "this case was escalated to the leads"),
        ({"lead": True}, {"level": 1}, ""),
        (
            {"accounts": {"forum": "17"}},
            {"parties": frozenset({("forum", "17")})},
            "you wrote or reported this yourself",
        ),
        ({"accounts": {"chat": "17"}}, {"parties": frozenset({("forum", "17")})}, ""),
        ({}, {"excluded": frozenset({"mo"})}, "you had a part in what this is about"),
    ],
)
def test_a_case_is_given_to_whom_it_suits(who: dict[str, Any], given_: dict[str, Any], told: str) -> None:
    assert roster.why_not_given(somebody(**who), case(**given_), severe_today=2, now=MONDAY) == told


def test_off_shift_somebody_may_still_take_a_case_that_they_ask_for() -> None:
    who = somebody(shifts=("Tue 09:00-17:00",), not_for=("spam",), languages=("fr",))
    assert roster.why_not(who, case()) == ""


QUEUES = (
    Queue(id="worst", community="acme", severities=(0, 1)),
    Queue(id="french", community="acme", languages=("fr",), moderators=("mo",)),
    Queue(id="forum-spam", community="acme", sources=("forum",), reasons=("spam",)),
)


@pytest.mark.parametrize(
    ("given_", "queue"),
    [
        ({"severity": 0, "language": "fr"}, "worst"),
        ({"language": "fr-CA"}, "french"),
        ({}, "forum-spam"),
        ({"codes": frozenset({"hate"})}, "main"),
        ({"source": "chat"}, "main"),
    ],
)
def test_a_case_goes_to_the_first_queue_that_takes_it(given_: dict[str, Any], queue: str) -> None:
    assert roster.queue_of(QUEUES, case(**given_)) == queue


def test_a_queue_may_belong_to_some() -> None:
    program = Program(
        communities=(Community(id="acme", name="Acme"),),
        sources=(Source(id="forum", community="acme", platform="discourse"),),
        moderators=(somebody(),),
        queues=QUEUES,
    )
    assert roster.queues_for(program, "acme", "mo") == ["worst", "french", "forum-spam", "main"]
    assert roster.queues_for(program, "acme", "zoe") == ["worst", "forum-spam", "main"]


def test_the_communitys_own_rule_says_how_bad_it_is() -> None:
    rules = (
        Policy(id="fair", community="acme", title="Fair play", text="No cheats.", reasons=("cheating",), severity=1),
        Policy(id="kind", community="acme", title="Be kind", text="Be kind.", reasons=("harassment",)),
    )
    assert roster.severity_of(rules, "cheating") == 1
    assert roster.severity_of(rules, "harassment") == 2
    assert roster.severity_of(rules, "spam") == 3
    found = roster.policy_of(rules, "harassment")
    assert found is not None
    assert found.id == "kind"


WEEK = st.integers(0, 7 * 24 * 60).map(lambda minutes: MONDAY + timedelta(minutes=minutes))


@given(WEEK)
def test_all_week_is_always(at: datetime) -> None:
    assert roster.on_shift(somebody(timezone="Europe/Paris", shifts=("Mon-Sun 00:00-24:00",)), at)
    assert roster.on_shift(somebody(shifts=("Mon-Sun 12:00-00:00", "Mon-Sun 00:00-12:00")), at)
