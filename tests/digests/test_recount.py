"""Weeks of a made-up community around the changes of summer time: every number of every digest, in any zone, is what a
plain recount of the deliveries says. `scripts/bench digest` does the same for a year."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from tests.digests.held import Held, Member, program
from tests.digests.year import DAY, SAYINGS, TOPICS, Year
from tests.support.world import World

SPRING = (
    Member("paris", "Europe/Paris", 3, ("daily", "weekly")),
    Member("kiritimati", "Pacific/Kiritimati", 0, ("weekly",)),
)
AUTUMN = (
    Member("york", "America/New_York", 2, ("daily",)),
    Member("howe", "Australia/Lord_Howe", 2, ("weekly", "monthly")),
    Member("paris", "Europe/Paris", 2, ("daily",)),
)


def fires(readers: tuple[Member, ...], first: date, days: int) -> list[datetime]:
    """At each reader's hour of the last days: what was before is only held against."""
    return sorted({reader.due(first + number * DAY) for reader in readers for number in range(days - 4, days)})


@pytest.mark.parametrize(
    ("readers", "first", "days"), [(SPRING, date(2026, 2, 26), 34), (AUTUMN, date(2026, 9, 22), 36)]
)
def test_digests_say_what_a_plain_recount_says(readers: tuple[Member, ...], first: date, days: int) -> None:
    told = Year(first, days, 2)
    with World(program(readers)) as world:
        held = Held(world, readers, told.lines, Random(7))
        for number, at in enumerate(fires(readers, first, days)):
            held.until(at)
            held.fire(breaks=number % 4 == 1)
            held.world.later(minutes=15)
            held.fire()
        held.periods()
        held.mails()
        held.verified(sorted(held.made))
        assert held.wrong == []
        assert held.counted > 200


@pytest.mark.parametrize(
    ("zone", "day"), [("Europe/Paris", date(2026, 3, 29)), ("Australia/Lord_Howe", date(2026, 4, 5))]
)
def test_a_day_with_its_hour_skipped_or_twice_is_in_one_digest(zone: str, day: date) -> None:
    """Something is said in each half hour about its midnights and its change of summer time, of one hour or of half."""
    reader = Member("one", zone, 2, ("daily",))
    told = Year(day, 0, 0)
    begun = reader.due(day) - timedelta(hours=4)
    for half in (*range(12), *range(44, 56)):
        told.one("game", "message", begun + half * timedelta(minutes=30), SAYINGS[half % 8], "g1")
    with World(program((reader,))) as world:
        held = Held(world, (reader,), sorted(told.lines, key=lambda line: line.at), Random(7))
        for number in range(3):
            held.until(reader.due(day + number * DAY))
            held.fire()
        held.periods()
        assert held.wrong == []
        assert len(held.made) == 3


def test_people_and_waits_are_of_the_readers_own_day() -> None:
    """In Kiritimati the day is over thirteen hours before it is in Paris."""
    readers = (Member("kiritimati", "Pacific/Kiritimati", 1, ("daily",)),)
    told = Year(date(2026, 6, 1), 0, 0)
    for hour in (9, 11):  # Before and after their midnight.
        at = datetime(2026, 6, 1, hour, tzinfo=UTC)
        told.one("board", "topic", at, TOPICS[0], f"b{hour}")
    with World(program(readers)) as world:
        held = Held(world, readers, sorted(told.lines, key=lambda line: line.at), Random(7))
        held.until(datetime(2026, 6, 2, 11, 30, tzinfo=UTC))
        held.fire()
        (digest,) = held.made.values()
        assert (digest.period.name, digest.volume and digest.volume.people) == ("daily-2026-06-02", 1)
        assert (digest.replies and digest.replies.asked) == 1
        assert held.wrong == []
