"""All that is kept of an account, for the person whose it is: what an erasure would take away, found in the same way.

Of each item that is what the account said, was told or was counted by, with what the item is and when; of others
nothing. Left out is what ends by itself: parked bodies, digests, their mails and briefs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from functions.feedback import skeletons
from functions.moderation import evidence
from functions.shared.table import Item, Key, Table
from functions.upkeep import erasure, traces, voices
from functions.upkeep.traces import Account

ABOUT = (
    *("kind", "id", "case", "source", "platform", "type", "state", "purpose", "destination", "what", "at"),
    *("said_at", "raised_at", "changed_at", "opened_at", "decided_at", "given_at", "recorded_at", "agreed_at"),
    *("reasons", "reason", "outcome", "points", "read", "confirmed", "staff"),
)
"""What of an item says what it is. None of it is another person's."""

MACHINERY = (
    "schema",
    "version",
    "fence",
    "salts",
    "due",
    "due_at",
    "listing",
    "listed_at",
    "expires",
    "newest",
    "early",
)
"""What an erasure changes besides, and says nothing of anybody."""

ANY_TIME = "9"
"""Nothing is in delivery's hands for somebody who only reads."""


@dataclass(frozen=True, slots=True)
class Page:
    """What was found in the next part of the store; `read`: how much was looked at."""

    read: int
    found: tuple[Item, ...]


def pages(store: Table, who: Account) -> Iterator[Page]:
    """All of the store, part by part. Each item once."""
    told: set[Key] = set()
    cursor: Key | None = None
    while True:
        items, cursor = store.scan(erasure.PAGE, cursor)
        there = [pair for together in erasure.found(store, items, who, ANY_TIME) for pair in together]
        new = [pair for pair in there if (pair[0]["pk"], pair[0]["sk"]) not in told]
        told.update((item["pk"], item["sk"]) for item, _ in new)
        yield Page(len(items), tuple(entry(item, changes) for item, changes in new if not is_mail(item)))
        if cursor is None:
            break
    at: Key | None = (skeletons.PREFIX, "") if who.pseudonym else None
    while at:
        names, at = erasure.object_names(who, at)
        lines = [line for name in names for line in voices.lines(who.community, name, who)]
        yield Page(len(names), tuple(about(line) for line in lines if (line["pk"], line["sk"]) not in told))


def is_mail(item: Item) -> bool:
    """An erasure empties every mail and brief, since it may quote somebody: it is not theirs."""
    return item.get("kind") == "delivery" and item["purpose"] in traces.QUOTES


def about(item: Item) -> Item:
    return {name: item[name] for name in ABOUT if name in item}


def entry(item: Item, changes: Item | None) -> Item:
    """What an item has of the account: with what it is, what would go or be emptied."""
    if changes is None:
        return {name: value for name, value in item.items() if name not in ("pk", "sk", *MACHINERY)}
    theirs = {name: taken(item[name], changes[name]) for name in changes if item.get(name) and name not in MACHINERY}
    kept = {"seen": list(snapshots(item))} if theirs.pop("evidence", None) else {}
    return about(item) | theirs | kept


def snapshots(case: Item) -> Iterator[Item]:
    """What was seen of their words, as far as it is still there."""
    for one in case["evidence"]:
        try:
            yield evidence.read(case, one["hash"])
        except LookupError:
            continue


def taken(before: Any, after: Any) -> Any:
    """What one value has and the other has not."""
    if isinstance(before, dict) and isinstance(after, dict):
        return {name: taken(value, after.get(name)) for name, value in before.items() if after.get(name) != value}
    if isinstance(before, list) and isinstance(after, list):
        return [one for one in before if one not in after]
    return before
