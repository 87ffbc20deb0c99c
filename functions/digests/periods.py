"""Which period a reader is told of, and when. No I/O.

Periods of one reader and cadence follow each other without a gap: each begins where the one before ended, so whatever
was said is in exactly one of them, also when the reader moves to another time zone in between. Borders are midnights of
the reader's zone; a day of 23 or 25 hours is a day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import get_args
from zoneinfo import ZoneInfo

from events.digests import Cadence, Period
from events.program import Reader, Weekday

DAY = timedelta(days=1)
MOST = 14
"""Periods that are made up for after a standstill; a reader who was away for longer begins anew."""
SHORTEST: dict[Cadence, timedelta] = {"daily": timedelta(hours=12), "weekly": 4 * DAY, "monthly": 15 * DAY}
"""A period that would be shorter, since its reader's zone has changed, goes on to the next border."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When one reader is told of one cadence."""

    cadence: Cadence
    zone: ZoneInfo
    hour: int
    weekday: int
    """Of a week's digest: 0 is Monday."""

    @classmethod
    def of(cls, reader: Reader, cadence: Cadence) -> "Rhythm":
        return cls(cadence, ZoneInfo(reader.timezone), reader.hour, get_args(Weekday).index(reader.weekday))

    def sent(self, border: date) -> datetime:
        """When the period that ends at a border is told of; an hour that is skipped in spring comes right after."""
        day = border + self.weekday * DAY if self.cadence == "weekly" else border
        return datetime.combine(day, time(self.hour), self.zone).astimezone(UTC)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day, in UTC. Where midnight is skipped, the moment at which it would have been."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def border(cadence: Cadence, day: date) -> date:
    """The last day on or before `day` on which a period begins."""
    if cadence == "daily":
        return day
    return day - day.weekday() * DAY if cadence == "weekly" else day.replace(day=1)


def following(cadence: Cadence, border_: date) -> date:
    if cadence == "daily":
        return border_ + DAY
    return border_ + 7 * DAY if cadence == "weekly" else (border_ + 31 * DAY).replace(day=1)


def previous(cadence: Cadence, border_: date) -> date:
    return border(cadence, border_ - DAY)


def containing(cadence: Cadence, day: date, zone: ZoneInfo) -> Period:
    """The period that a day is in."""
    first = border(cadence, day)
    return period(cadence, midnight(first, zone), following(cadence, first), zone)


def period(cadence: Cadence, starts: datetime, ends_on: date, zone: ZoneInfo, after: date = date.min) -> Period:
    """From a moment to the midnight before `ends_on`. It is called by the days that it mostly is: hours before its
    first midnight, left over from another zone, give it no other name; nor is it called by a day, up to `after`, that
    the one before had."""
    local = starts.astimezone(zone).date()
    first = local if midnight(local, zone) == starts else local + DAY
    last = ends_on - DAY
    return Period(
        cadence=cadence,
        first=min(max(first, after + DAY), last),
        last=last,
        zone=zone.key,
        starts=starts,
        ends=midnight(ends_on, zone),
    )


@dataclass(frozen=True, slots=True)
class Told:
    """How far a reader was told: where the last period ended, and its last day."""

    until: datetime
    last: date


def due(rhythm: Rhythm, told: Told | None, now: datetime) -> list[Period]:
    """The periods that are over and whose hour has come, the oldest first. Without anything before there is only the
    newest."""
    newest = newest_border(rhythm, now)
    begun = midnight(previous(rhythm.cadence, newest), rhythm.zone)
    only = period(rhythm.cadence, begun, newest, rhythm.zone)
    if told is None:
        return [only]
    found = list(between(rhythm, told, newest))
    return found if len(found) <= MOST else [only]


def newest_border(rhythm: Rhythm, now: datetime) -> date:
    """The last border whose hour has come."""
    # What ends a week may be told of six days later.
    found = border(rhythm.cadence, now.astimezone(rhythm.zone).date())
    while rhythm.sent(found) > now:
        found = previous(rhythm.cadence, found)
    return found


def between(rhythm: Rhythm, told: Told, newest: date) -> Iterator[Period]:
    """Periods one after the other, from where somebody was told to a border. One that would be too short, or have the
    days of the one before it, since its reader has moved, goes on to the next border."""
    starts, last = told.until, told.last
    while starts < midnight(newest, rhythm.zone):
        ends = following(rhythm.cadence, border(rhythm.cadence, starts.astimezone(rhythm.zone).date()))
        while midnight(ends, rhythm.zone) - starts < SHORTEST[rhythm.cadence] or ends - DAY <= last:
            ends = following(rhythm.cadence, ends)
        if ends > newest:
            return
        made = period(rhythm.cadence, starts, ends, rhythm.zone, last)
        yield made
        starts, last = made.ends, made.last


def before(one: Period, number: int = 4) -> list[Period]:
    """Equivalent periods before, the newest first: of a day the same weekday of the weeks before."""
    zone = ZoneInfo(one.zone)
    if one.cadence == "daily":
        days = [one.last - 7 * DAY * back for back in range(1, number + 1)]
        return [containing("daily", day, zone) for day in days]
    borders = [border(one.cadence, one.last)]
    for _ in range(number):
        borders.append(previous(one.cadence, borders[-1]))
    return [period(one.cadence, midnight(first, zone), ends, zone) for ends, first in pairwise(borders)]


def days_of(one: Period) -> list[date]:
    return [one.first + DAY * number for number in range((one.last - one.first).days + 1)]


def length(one: Period) -> float:
    """In days: as many as it is called by, also where one of them has 23 or 25 hours. After its reader has moved it may
    be so much longer that it cannot be held against so many days."""
    named, lasts = len(days_of(one)), (one.ends - one.starts) / DAY
    return named if abs(lasts - named) <= named / 10 else lasts
