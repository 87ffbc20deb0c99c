"""Counting, without I/O. A count is four numbers, one for each quarter of an hour, since the midnight of
every time zone falls on a quarter: so days of any zone are exact sums."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

QUARTERS = 4
MOST_KINDS = 100
Hour = dict[str, list[int]]
"""Dimension (`total`, `source:forum`, `kind:post`) → items in each quarter of the hour."""


def bucket(said_at: datetime) -> str:
    """The hour an item is counted in, in UTC: `2026-11-22T08`."""
    return said_at.astimezone(UTC).strftime("%Y-%m-%dT%H")


def start(hour: str) -> datetime:
    return datetime.strptime(hour, "%Y-%m-%dT%H").replace(tzinfo=UTC)


def dimensions(source: str, kind: str) -> tuple[str, ...]:
    return ("total", f"source:{source}", f"kind:{kind}")


def count(items: Iterable[Mapping[str, str]]) -> Hour:
    """All items of one hour that still stand, by dimension and quarter. Each has `said_at`, `source`, `type`."""
    counted: Hour = {}
    for item in items:
        if item.get("state") == "removed":
            continue
        quarter = datetime.fromisoformat(item["said_at"]).minute // (60 // QUARTERS)
        for dimension in dimensions(item["source"], item["type"]):
            counted.setdefault(dimension, [0] * QUARTERS)[quarter] += 1
    return folded(counted)


def folded(counted: Hour) -> Hour:
    """Senders choose their kinds: beyond the busiest hundred, they are counted together as `kind:other`."""
    kinds = sorted((name for name in counted if name.startswith("kind:")), key=lambda name: (-sum(counted[name]), name))
    rare = kinds[MOST_KINDS:]
    if not rare:
        return counted
    together = [
        sum(numbers)
        for numbers in zip(*(counted[name] for name in {*rare, "kind:other"} & counted.keys()), strict=True)
    ]
    return {**{name: numbers for name, numbers in counted.items() if name not in rare}, "kind:other": together}


def quarters(hour: str) -> list[datetime]:
    return [start(hour) + timedelta(minutes=60 // QUARTERS * number) for number in range(QUARTERS)]


def days_of(hour: str, zone: ZoneInfo) -> list[date]:
    """The local days that an hour touches: one, or two where midnight falls inside it."""
    return sorted({quarter.astimezone(zone).date() for quarter in quarters(hour)})


def hours_of(day: date, zone: ZoneInfo) -> list[str]:
    """The UTC hours that a local day touches; 23 to 26 of them."""
    first = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    after = day + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=zone).astimezone(UTC)
    hours, moment = [], first.replace(minute=0)
    while moment < end:
        hours.append(bucket(moment))
        moment += timedelta(hours=1)
    return hours


def day_total(day: date, zone: ZoneInfo, hours: Mapping[str, Hour]) -> dict[str, int]:
    """What was said on a local day, by dimension."""
    totals: dict[str, int] = {}
    for hour, counted in hours.items():
        inside = [quarter.astimezone(zone).date() == day for quarter in quarters(hour)]
        for dimension, numbers in counted.items():
            counted_here = sum(number for number, here in zip(numbers, inside, strict=True) if here)
            if counted_here:
                totals[dimension] = totals.get(dimension, 0) + counted_here
    return totals
