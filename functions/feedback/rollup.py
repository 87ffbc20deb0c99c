"""Counting, without I/O. A count is four numbers, one for each quarter of an hour, since the midnight of
every time zone falls on a quarter: so days of any zone are exact sums."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from events.program import Program

QUARTERS = 4
MOST = 100
CHOSEN = ("type", "event")
"""Dimensions whose values senders choose."""
Hour = dict[str, list[int]]
"""Dimension (see `dimensions`) → items in each quarter of the hour."""


def bucket(said_at: datetime) -> str:
    """The hour an item is counted in, in UTC: `2026-11-22T08`."""
    return said_at.astimezone(UTC).strftime("%Y-%m-%dT%H")


def start(hour: str) -> datetime:
    return datetime.strptime(hour, "%Y-%m-%dT%H").replace(tzinfo=UTC)


def dimensions(item: Mapping[str, Any]) -> list[str]:
    """Where one thing said is counted: `total`, `source:forum`, `type:post` (what it is on its platform), and by what
    was read in it `language:fr`, `kind:bug`, `mood:negative`, `theme:sync`. Kinds and moods also by language
    (`kind:bug@fr`), since a model errs differently in each. What answers a survey also as `survey:autumn` and by what
    was chosen, `survey:autumn:map:north`; and what came by the link of a live event as `event:autumn-meetup`."""
    read = {**item.get("read", {}), **item.get("confirmed", {})}
    names = ["total", f"source:{item['source']}", f"type:{item['type']}"]
    if survey := item.get("survey"):
        names += [f"survey:{survey}", *(f"survey:{survey}:{vote}" for vote in item.get("votes", ()))]
    if event := item.get("event"):
        names.append(f"event:{event}")
    if not (language := read.get("language")):
        return names
    for name in ("kind", "mood"):
        if answer := read.get(name):
            names += [f"{name}:{answer}", f"{name}:{answer}@{language}"]
    return [*names, f"language:{language}", *(f"theme:{theme}" for theme in read.get("themes", ()))]


def count(items: Iterable[Mapping[str, Any]]) -> Hour:
    """All items of one hour that still stand, by dimension and quarter. Each has `said_at`, `source`, `type`."""
    counted: Hour = {}
    for item in items:
        if item.get("state") == "removed":
            continue
        quarter = datetime.fromisoformat(item["said_at"]).minute // (60 // QUARTERS)
        for dimension in dimensions(item):
            counted.setdefault(dimension, [0] * QUARTERS)[quarter] += 1
    return folded(counted)


def folded(counted: Hour) -> Hour:
    """Beyond the busiest hundred of what senders choose, the rest is counted together: `type:other`, `event:other`."""
    for chosen in CHOSEN:
        counted = fewer(counted, f"{chosen}:")
    return counted


def fewer(counted: Hour, prefix: str) -> Hour:
    names = sorted((name for name in counted if name.startswith(prefix)), key=lambda name: (-sum(counted[name]), name))
    rare, other = names[MOST:], f"{prefix}other"
    if not rare:
        return counted
    together = [
        sum(numbers) for numbers in zip(*(counted[name] for name in {*rare, other} & counted.keys()), strict=True)
    ]
    return {**{name: numbers for name, numbers in counted.items() if name not in rare}, other: together}


def zone(active: Program, community: str) -> ZoneInfo:
    """A community that has left the program is still counted, in UTC."""
    known = {one.id: one.timezone for one in active.communities}
    return ZoneInfo(known.get(community, "UTC"))


def quarters(hour: str) -> list[datetime]:
    return [start(hour) + timedelta(minutes=60 // QUARTERS * number) for number in range(QUARTERS)]


def days_of(hour: str, zone: ZoneInfo) -> list[date]:
    """The local days that an hour touches: one, or two where midnight falls inside it."""
    return sorted({quarter.astimezone(zone).date() for quarter in quarters(hour)})


def hours_of(day: date, zone: ZoneInfo) -> list[str]:
    """The UTC hours that a local day touches; 23 to 26 of them."""
    return hours_between(*bounds(day, zone))


def bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first moment of a local day, and the first after it, in UTC."""
    after = day + timedelta(days=1)
    first, end = (datetime(one.year, one.month, one.day, tzinfo=zone) for one in (day, after))
    return first.astimezone(UTC), end.astimezone(UTC)


def hours_between(starts: datetime, ends: datetime) -> list[str]:
    """The UTC hours that have a part in a time."""
    hours, moment = [], starts.astimezone(UTC).replace(minute=0)
    while moment < ends:
        hours.append(bucket(moment))
        moment += timedelta(hours=1)
    return hours


def day_total(day: date, zone: ZoneInfo, hours: Mapping[str, Hour]) -> dict[str, int]:
    """What was said on a local day, by dimension."""
    return total_between(*bounds(day, zone), hours)


def total_between(starts: datetime, ends: datetime, hours: Mapping[str, Hour]) -> dict[str, int]:
    """What was said from one midnight of some zone to another, by dimension."""
    totals: dict[str, int] = {}
    for hour, counted in hours.items():
        inside = [starts <= quarter < ends for quarter in quarters(hour)]
        for dimension, numbers in counted.items():
            counted_here = sum(number for number, here in zip(numbers, inside, strict=True) if here)
            if counted_here:
                totals[dimension] = totals.get(dimension, 0) + counted_here
    return totals
