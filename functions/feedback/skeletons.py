"""How long what was said is kept, and what stays of an hour of the log when its words have gone: how much was said,
by whom (a pseudonym), of which kind, and whether it still stands.

Two weeks after it is over, an hour is sealed: one object (`feedback/skeletons/<community>/<hour>.jsonl.gz`), first
which reading of the log it is from, then a line for each thing said. From then on the hour's log is that with what
stands in the table laid over it, the newest state of each thing first; and whoever counts the hour seals it anew. So
whatever is told late changes the past, and is counted after the words have ended as it was before.
"""

import gzip
import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from events.program import Feedback
from functions.feedback import rollup
from functions.shared import clock, objects, program, table
from functions.shared.table import Item

PREFIX = "feedback/skeletons"
AFTER = timedelta(days=14)
"""From the end of an hour to its seal: sixteen days, at the least, before the first of its words end."""
LATE = timedelta(days=14)
"""Whatever is told of something stays at least this long, so that it is sealed before it ends."""

LINE = ("sk", "source", "platform", "type", "said_at", "logged_at", "state", "newest", "who", "staff")
CHOSEN = ("survey", "votes", "event")
"""What a survey's answer is counted by: names of the program's, and of a live event."""
READ = ("language", "kind", "mood", "themes", "models")
"""Of what was read in it, and of what a person confirmed: no words."""
EMPTY = ("content", "title", "text", "original", "url", "language", "revision", "delivery")
"""What a log item has that its line has not."""

ERASED = "~"
"""The newest state of something whose author was erased: nothing is later, and nothing brings it back."""

Lines = dict[str, Item]
"""By content hash."""


# How long


def lasting(community: str) -> timedelta:
    """How long words are kept, from when they were said."""
    known = {one.id: one.feedback for one in program.active()[0].communities}
    # A community that has left the program keeps what it said as long as one that says nothing of it.
    return timedelta(days=known.get(community, Feedback()).text_days)


def ends(community: str, said_at: datetime, now: datetime) -> int:
    """When the words of something end, in unix seconds."""
    return int(max(said_at + lasting(community), now + LATE).timestamp())


def is_due(hour: str, now: datetime) -> bool:
    """Whether an hour is old enough to be sealed."""
    return rollup.start(hour) + timedelta(hours=1) + AFTER <= now


# Without I/O


def line(item: Item) -> Item:
    """What stays of a log item."""
    said = {name: item[name] for name in (*LINE, *CHOSEN) if name in item}
    named = {name: named_in(item[name]) for name in ("read", "confirmed") if item.get(name)}
    return {**said, "said_at": clock.text(clock.moment(item["said_at"]).replace(second=0, microsecond=0)), **named}


def named_in(read: Item) -> Item:
    return {name: read[name] for name in READ if name in read}


def thawed(pk: str, kept: Item) -> Item:
    """A log item as its line has it."""
    return {"pk": pk, "kind": "feedback", **dict.fromkeys(EMPTY, ""), **kept}


def tombstone(item: Item, now: datetime) -> Item:
    """What is left of a log item whose author was erased: that something was said there, which does not count."""
    kept = {name: item[name] for name in ("pk", "sk", "kind", "source", "platform", "type", "said_at", "logged_at")}
    end = int(max(item.get("expires", 0), (now + LATE).timestamp()))
    return {**kept, **dict.fromkeys(EMPTY, ""), "state": "removed", "newest": ERASED, "expires": end}


def stands(item: Item, kept: Item) -> bool:
    """Whether an item of the table is newer than its line. One that came into the table anew, after its end, knows
    less of it, and has to be told of later."""
    mine, its = str(item.get("newest", "")), str(kept.get("newest", ""))
    return mine > its or (mine == its and bool(item["logged_at"] == kept["logged_at"]))


def merged(kept: Lines, there: Iterable[Item]) -> Lines:
    """Lines with those of what stands in the table laid over them."""
    return {**kept, **{one["sk"]: one for one in there if one["sk"] not in kept or stands(one, kept[one["sk"]])}}


def written(generation: int, lines: Lines) -> bytes:
    """The same lines make the same bytes."""
    rows = [{"generation": generation}, *(lines[name] for name in sorted(lines))]
    return gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode(), mtime=0)


def parsed(body: bytes | None) -> tuple[int, Lines]:
    """Which reading of the log it is from, and its lines."""
    if body is None:
        return 0, {}
    first, *rows = map(json.loads, gzip.decompress(body).splitlines())
    return first["generation"], {row["sk"]: row for row in rows}


# In the store


def key(community: str, hour: str) -> str:
    return f"{PREFIX}/{community}/{hour}.jsonl.gz"


def hour_of(name: str) -> str:
    return name.rpartition("/")[2].partition(".")[0]


def read(community: str, hour: str) -> Lines:
    return parsed(objects.read(key(community, hour)))[1]


def seal(community: str, hour: str, generation: int, items: Iterable[Item]) -> Lines:
    """Keep what stands in the table, as it was read; gives the hour's lines then.

    `generation`: of that reading. Nothing replaces what somebody kept who read later. Raises `objects.ChangedError`.
    """
    there = list(map(line, items))
    lines: Lines = {}

    def anew(body: bytes | None) -> bytes | None:
        nonlocal lines
        newest, kept = parsed(body)
        lines = merged(kept, there)
        return None if newest > generation or not lines else written(generation, lines)

    objects.change(key(community, hour), anew)
    return lines


def overlaid(kept: Lines, items: Iterable[Item]) -> Iterator[Item]:
    """All of an hour's log: from the table what stands there and is the newest, and of all else its line."""
    left = dict(kept)
    for item in items:
        before = left.get(item["sk"])
        if before is None or stands(item, before):
            left.pop(item["sk"], None)
            yield item
    yield from left.values()


def free(now: datetime) -> table.Either:
    """Nothing stands there, or only what has ended and was not taken away yet."""
    return table.either([table.absent()], [table.at_most("expires", int(now.timestamp()))])
