"""A month of announcements and events in a community's own zone, and what gets in each other's way. Without I/O."""

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from functions.announcements import times
from functions.announcements.times import NoSuchTimeError

CLOSE = timedelta(minutes=30)
"""Two announcements to one target within this time: the first is hardly read."""

NIGHT = (22, 7)
"""From this hour to that one a community sleeps."""

AHEAD = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One announcement. `state` is its own, or `series` as long as it is not made; `id` is then the series'."""

    at: datetime
    title: str
    id: str
    state: str
    targets: tuple[str, ...] = ()
    step: str = ""

    @property
    def told(self) -> str:
        return f"“{self.title}” ({self.step})" if self.step not in ("", "announcement") else f"“{self.title}”"


@dataclass(frozen=True, slots=True, order=True)
class Live:
    """One live event; without an end it is as short as can be."""

    starts: datetime
    ends: datetime
    title: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Clash:
    """`about`: the announcements (their ids and times) or events (their titles and times) it is about."""

    at: datetime
    told: str
    about: frozenset[tuple[str, datetime]]


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    entries: tuple[Entry, ...]
    events: tuple[Live, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """`name` is 2026-12; `days` are all of its days."""

    name: str
    zone: str
    days: tuple[Day, ...]
    clashes: tuple[Clash, ...]
    notes: tuple[str, ...]
    about: frozenset[tuple[str, datetime]] = field(default=frozenset())

    @property
    def first(self) -> date:
        return self.days[0].day

    def next(self, by: int) -> str:
        number = self.first.year * 12 + self.first.month - 1 + by
        return f"{number // 12:04d}-{number % 12 + 1:02d}"


def bounds(name: str, zone: str, now: datetime) -> tuple[datetime, datetime]:
    """A month's first moment in a zone, and that of the next. Raises NoSuchTimeError."""
    try:
        first = datetime.strptime(name, "%Y-%m")  # noqa: DTZ007 - a wall clock
    except ValueError as error:
        raise NoSuchTimeError(f"{name!r} is not a month: write it as 2026-12") from error
    place = times.known(zone)
    if first.year < 2000 or first.replace(tzinfo=UTC) > now + AHEAD:
        raise NoSuchTimeError(f"{name} is too far away: nobody has made plans for it")
    after = (first + timedelta(days=31)).replace(day=1)
    return times.nearest(first, place)[0], times.nearest(after, place)[0]


def utc_months(begins: datetime, ends: datetime) -> list[str]:
    """The months, in UTC, that it has a part of."""
    return sorted({f"{one:%Y-%m}" for one in (begins, begins + (ends - begins) / 2, ends - timedelta(seconds=1))})


def month(name: str, zone: str, entries: Sequence[Entry], events: Sequence[Live]) -> Month:
    place = ZoneInfo(zone)
    first = date.fromisoformat(f"{name}-01")
    days = [first + timedelta(days=number) for number in range(calendar.monthrange(first.year, first.month)[1])]
    once = sorted(set(events))
    found = tuple(sorted([*crowded(entries, place), *overlapping(once, place)], key=lambda one: one.at))
    return Month(
        name=name,
        zone=zone,
        days=tuple(
            Day(
                day,
                tuple(sorted(one for one in entries if one.at.astimezone(place).date() == day)),
                tuple(one for one in once if one.starts.astimezone(place).date() == day),
            )
            for day in days
        ),
        clashes=found,
        notes=tuple(nightly(entries, place)),
        about=frozenset(one for clash in found for one in clash.about),
    )


def crowded(entries: Sequence[Entry], place: ZoneInfo) -> Iterator[Clash]:
    """Two announcements that go to one target within half an hour."""
    there = sorted(one for one in entries if one.state != "missed")
    for number, one in enumerate(there):
        for other in there[number + 1 :]:
            if other.at - one.at >= CLOSE:
                break
            if both := sorted(set(one.targets) & set(other.targets)):
                told = f"{one.told} and {other.told}, {clocked(other.at, place)}, both go to {', '.join(both)}"
                yield Clash(one.at, f"{dated(one.at, place)}: {told}", frozenset({(o.id, o.at) for o in (one, other)}))


def overlapping(events: Sequence[Live], place: ZoneInfo) -> Iterator[Clash]:
    for one, other in combinations(events, 2):
        if one.starts == other.starts or other.starts < one.ends:
            told = f"the events “{one.title}” and “{other.title}”, {clocked(other.starts, place)}, overlap"
            about = frozenset({(live.title, live.starts) for live in (one, other)})
            yield Clash(one.starts, f"{dated(one.starts, place)}: {told}", about)


def nightly(entries: Sequence[Entry], place: ZoneInfo) -> Iterator[str]:
    """What goes out while the community sleeps."""
    for one in sorted(entries):
        hour = one.at.astimezone(place).hour
        if one.state in ("scheduled", "series") and (hour >= NIGHT[0] or hour < NIGHT[1]):
            yield f"{dated(one.at, place)}: {one.told} goes out at night"


def clocked(moment: datetime, place: ZoneInfo) -> str:
    return f"{moment.astimezone(place):%H:%M}"


def dated(moment: datetime, place: ZoneInfo) -> str:
    there = moment.astimezone(place)
    return f"{there:%A} {there.day} {there:%B}, {there:%H:%M}"
