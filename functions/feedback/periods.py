"""What is told of a period and stands in no roll-up: how many people it was, and how long they waited for a reply.

Read from the log when somebody asks. A day's people are kept in the bucket (`people/community/day.json`, a set for
each dimension) with the version of the day they were read at, and read anew once the day was counted again.
"""

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from functions.feedback import reach, records, replies
from functions.feedback.reach import People
from functions.shared import clock, objects
from functions.shared.table import Item, Table

LONGEST = timedelta(days=31)
"""Of a period whose people or waits are asked for: all of its log may have to be read."""


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def said_on(store: Table, community: str, day: date, zone: ZoneInfo) -> Iterator[Item]:
    """Everything that was said on a local day, in hours that were counted: the others are empty, or have their turn
    within minutes."""
    for counted in records.counted_hours(store, community, day, zone):
        for item in records.log(store, community, counted["hour"]):
            if clock.moment(item["said_at"]).astimezone(zone).date() == day:
                yield item


def people_key(community: str, day: date) -> str:
    return f"people/{community}/{day.isoformat()}.json"


def people_on(store: Table, community: str, day: date, zone: ZoneInfo) -> People | None:
    """Who spoke on a day, as it was counted last; None where that has to be read from the log (see `read_people`)."""
    counted = store.get(*records.day_key(community, day))
    if counted is None:
        return {}
    stored = objects.read(people_key(community, day))
    kept = json.loads(stored) if stored else {}
    if (kept.get("version"), kept.get("zone")) != (counted["version"], zone.key):
        return None
    return reach.unpacked(kept["people"])


def read_people(store: Table, community: str, day: date, zone: ZoneInfo) -> People:
    """The version is read before the log: what is said meanwhile makes the set outdated, never wrong unnoticed."""
    counted = store.get(*records.day_key(community, day))
    found = reach.people(said_on(store, community, day, zone))
    if counted:
        kept = {"version": counted["version"], "zone": zone.key, "people": reach.packed(found)}
        objects.write(people_key(community, day), json.dumps(kept).encode())
    return found


def people_between(
    store: Table, community: str, first: date, last: date, zone: ZoneInfo, time_left: Callable[[], bool]
) -> tuple[People, list[date]]:
    """Everybody who spoke in a period, by dimension; and the days for whose log there was no time: asked again, they
    are the first."""
    found: list[People] = []
    open_days: list[date] = []
    for day in days(first, last):
        known = people_on(store, community, day, zone)
        if known is None:
            open_days.append(day)
        else:
            found.append(known)
    while open_days and time_left():
        found.append(read_people(store, community, open_days.pop(0), zone))
    return reach.together(found), open_days


class TooMuchError(Exception):
    """More was said in that time than can be read in one go."""


def replied_between(
    store: Table, community: str, first: date, last: date, zone: ZoneInfo, now: datetime, time_left: Callable[[], bool]
) -> replies.Replies:
    """Of what was asked in a period, with the replies until now, and for a month at most. Raises TooMuchError."""
    until = min(now.astimezone(zone).date(), first + LONGEST)

    def said() -> Iterator[Item]:
        for day in days(first, max(until, last)):
            if not time_left():
                raise TooMuchError
            yield from said_on(store, community, day, zone)

    after = last + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=zone)
    return replies.summed(replies.waits(said(), end, now))
