"""How the log and the roll-ups look outside: folders that every engine reads as partitions, JSON lines with gzip, and
the same bytes whenever the same is said. Without I/O.

| object, under `exports/feedback/` | a line |
|---|---|
| items/community=acme/day=2026-11-22/hour=08.jsonl.gz | one thing said in that hour (UTC) that still stands |
| hours/community=acme/day=2026-11-22/counts.jsonl.gz | a count of an hour of that day (UTC) |
| days/community=acme/day=2026-11-22/counts.jsonl.gz | a count of that day in the community's own zone |

No name, no address, no id of a platform and no word of anybody leaves with them.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

ROOT = "exports/feedback"
Row = dict[str, Any]


def items_at(community: str, hour: str) -> str:
    return f"{folder('items', community, hour[:10])}/hour={hour[11:]}.jsonl.gz"


def hours_at(community: str, day: date) -> str:
    return f"{folder('hours', community, day.isoformat())}/counts.jsonl.gz"


def days_at(community: str, day: date) -> str:
    return f"{folder('days', community, day.isoformat())}/counts.jsonl.gz"


def folder(what: str, community: str, day: str) -> str:
    return f"{ROOT}/{what}/community={community}/day={day}"


def said(item: Mapping[str, Any], name: str) -> Row:
    """One thing said. `name` is its id, by which Liaison finds the rest for whoever may see it."""
    read = {**item.get("read", {}), **item.get("confirmed", {})}
    return {
        "id": name,
        "said_at": item["said_at"],
        "source": item["source"],
        "platform": item["platform"],
        "type": item["type"],
        "who": item.get("who"),
        "staff": item.get("staff", False),
        "language": read.get("language"),
        "kind": read.get("kind"),
        "mood": read.get("mood"),
        "themes": sorted(read.get("themes", ())),
    }


def of_hour(hour: Mapping[str, Any]) -> Iterator[Row]:
    """Of a counted hour: `generation` is the reading of the log that it is from."""
    for name, numbers in sorted(hour["counts"].items()):
        counted = {"count": sum(numbers), "generation": hour["generation"]}
        yield {"hour": f"{hour['hour']}:00:00Z", **dimension(name), **counted}


def of_day(day: Mapping[str, Any]) -> Iterator[Row]:
    """Of a counted day: `generation` is how many readings its hours are from, which only grows."""
    generation = sum(day["position"].values())
    for name, number in sorted(day["counts"].items()):
        yield {"zone": day["zone"], **dimension(name), "count": number, "generation": generation}


def dimension(name: str) -> Row:
    """`total` has no value. What is counted by language too is a dimension of its own, and so is what was chosen in a
    survey: the counts of one dimension never have an item twice (but for themes, and choices of several questions)."""
    what, _, value = name.partition(":")
    if what in ("kind", "mood") and "@" in value:
        what = f"{what}@language"
    elif what == "survey" and ":" in value:
        what = "survey@choice"
    return {"dimension": what, "value": value}


def packed(rows: Iterable[Row]) -> bytes:
    """JSON lines in gzip, without the time of packing. Only what is packed is held."""
    gzip = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [gzip.compress(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n") for row in rows]
    return b"".join((*parts, gzip.flush()))
