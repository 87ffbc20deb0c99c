"""What is ahead of a reader: live events, announcements that have a time, holidays."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from events.digests import Cadence, Coming
from events.program import Program, Reader
from functions.announcements import agenda
from functions.announcements.calendar import Entry, Live
from functions.digests import holidays
from functions.shared.table import Table

DAYS: dict[Cadence, int] = {"daily": 3, "weekly": 14, "monthly": 31}
"""How far each digest looks ahead, the day on which it is made included."""
AHEAD = ("scheduled", "series")
"""States of announcements that are still to go out."""


def coming(store: Table, program: Program, reader: Reader, cadence: Cadence, now: datetime) -> tuple[Coming, ...]:
    """From now until the end of the last day, in the reader's own; of a day what lasts all of it comes first."""
    zone = ZoneInfo(reader.timezone)
    first = now.astimezone(zone).date()
    last = first + timedelta(days=DAYS[cadence] - 1)
    ends = datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
    entries, events = agenda.between(store, reader.community, program, now, ends)
    found = [
        *(event(one, zone) for one in set(events)),
        *(announcement(one, zone) for one in entries if one.state in AHEAD),
        *celebrated(reader, first, last),
    ]
    return tuple(
        sorted(found, key=lambda one: (one.day, one.starts is not None, one.starts or now, one.what, one.title))
    )


def event(one: Live, zone: ZoneInfo) -> Coming:
    return Coming(
        what="event", title=one.title, starts=one.starts, day=one.starts.astimezone(zone).date(), where=one.where
    )


def announcement(one: Entry, zone: ZoneInfo) -> Coming:
    return Coming(what="announcement", title=one.title, starts=one.at, day=one.at.astimezone(zone).date())


def celebrated(reader: Reader, first: date, last: date) -> Iterator[Coming]:
    for day, name in holidays.between(reader.holidays, first, last, reader.language):
        yield Coming(what="holiday", title=name, day=day)
