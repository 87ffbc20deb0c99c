"""What is told of a period and stands in no roll-up: how many people it was, and how long they waited for a reply.

Read from the log when somebody asks, day by day of any zone. A day's people (`people/community/day.json`, a set for
each dimension) and what was asked and replied on it (`people/community/day.answers.json`) are kept in the bucket with
the readings of the hours they are from, and read anew once one of these was counted again. Those of another zone than
the community's have its name in theirs.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from functions.feedback import reach, records, replies
from functions.feedback.reach import People
from functions.shared import clock, objects, outbox
from functions.shared.table import Item, Table

LONGEST = timedelta(days=31)
"""Of a period whose people or waits are asked for: all of its log may have to be read. And how long after it replies
are looked for."""

What = TypeVar("What")


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def said_on(store: Table, community: str, day: date, zone: ZoneInfo) -> Iterator[Item]:
    """Everything that was said on a local day, in hours that were counted: the others are empty, or have their turn
    within minutes."""
    for counted in records.counted_hours(store, community, day, zone):
        for item in records.log(store, community, counted["hour"]):
            if clock.moment(item["said_at"]).astimezone(zone).date() == day:
                yield item


@dataclass(frozen=True)
class Kept(Generic[What]):
    """Something that is read off a day's log, and how it is kept."""

    suffix: str
    made: Callable[[Iterable[Item]], What]
    packed: Callable[[What], Item]
    unpacked: Callable[[Item], What]

    def key(self, community: str, day: str) -> str:
        return f"people/{community}/{day}{self.suffix}.json"

    def on(self, store: Table, community: str, day: date, zone: ZoneInfo) -> What | None:
        """Of a day as it was counted last; None where that has to be read from the log."""
        name, position = counted_day(store, community, day, zone)
        if not position:
            return self.made(())
        stored = objects.read(self.key(community, name))
        kept = json.loads(stored) if stored else {}
        if "kept" not in kept or (kept.get("position"), kept["zone"]) != (position, zone.key):
            return None
        return self.unpacked(kept["kept"])

    def read(self, store: Table, community: str, day: date, zone: ZoneInfo) -> What:
        """The position is read before the log: what is said meanwhile makes what is kept outdated, never wrong
        unnoticed."""
        name, position = counted_day(store, community, day, zone)
        found = self.made(said_on(store, community, day, zone))
        if position:
            kept = {"position": position, "zone": zone.key, "kept": self.packed(found)}
            objects.write(self.key(community, name), json.dumps(kept).encode())
        return found


def counted_day(store: Table, community: str, day: date, zone: ZoneInfo) -> tuple[str, dict[str, int]]:
    """What a day is called, and which reading of each of its hours was counted. The community's own days have that
    beside their counts."""
    counted = store.get(*records.day_key(community, day))
    if counted and counted["zone"] == zone.key:
        return day.isoformat(), counted["position"]
    hours = records.counted_hours(store, community, day, zone)
    name = f"{day.isoformat()}@{zone.key.replace('/', '-')}"
    return name, {one["hour"]: one["generation"] for one in hours}


PEOPLE = Kept("", reach.people, reach.packed, reach.unpacked)
REPLIES = Kept(".answers", replies.of_day, replies.packed, replies.unpacked)


def people_between(
    store: Table, community: str, first: date, last: date, zone: ZoneInfo, time_left: Callable[[], bool]
) -> tuple[People, list[date]]:
    """Everybody who spoke in a period, by dimension; and the days for whose log there was no time: asked again, they
    are the first."""
    found: list[People] = []
    open_days: list[date] = []
    for day in days(first, last):
        known = PEOPLE.on(store, community, day, zone)
        if known is None:
            open_days.append(day)
        else:
            found.append(known)
    while open_days and time_left():
        found.append(PEOPLE.read(store, community, open_days.pop(0), zone))
    return reach.together(found), open_days


class EndedError(Exception):
    """The words of that day have ended, and with them what answered what."""


def replied_between(
    store: Table, community: str, first: date, last: date, zone: ZoneInfo, now: datetime, time_left: Callable[[], bool]
) -> tuple[replies.Replies, list[date]]:
    """Of what was asked in a period, with the replies until now, or until a month after it; and the days for whose log
    there was no time: as long as there are any, nothing is to be said of the rest. Raises EndedError."""
    until = min(now.astimezone(zone).date(), last + LONGEST)
    waiting = replies.Waiting(midnight_after(last, zone))
    open_days: list[date] = []
    for day in days(first, max(until, last)):
        known = REPLIES.on(store, community, day, zone)
        if known is None and time_left():
            known = REPLIES.read(store, community, day, zone)
        if known is None:
            open_days.append(day)
        elif known.ended:
            raise EndedError(day.isoformat())
        else:
            waiting.add(known)
    for day in days(first - timedelta(days=1), until + timedelta(days=1)):  # In UTC, which begin at other times.
        waiting.add_ours(replied_on(store, community, day))
    return replies.summed(waiting.waits(min(now, midnight_after(until, zone)))), open_days


def replied_on(store: Table, community: str, day: date) -> dict[str, str]:
    """What we replied to from here on a day (UTC), by its hashed name, and when."""
    pk, _ = outbox.replied_key(community, day.isoformat(), "")
    return {item["sk"]: item["at"] for item in store.query(pk)}


def midnight_after(day: date, zone: ZoneInfo) -> datetime:
    after = day + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=zone)
