"""What people say of what was said: that two items are the same, or are not, and what an item is about.

| pk | sk | what |
|---|---|---|
| community#pairs#shard | older id, newer id | what was last said of two items: `same`, `different`, or `open` again |
| community#taught#shard | item id | what somebody confirmed of an item, to be learned from |

A merge is a link and nothing else (see `groups`): each is one record with one conditional write, so it does not matter
who merges or unmerges what in the same moment.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from functions.feedback import records
from functions.feedback.groups import Link, together
from functions.shared import clock, table
from functions.shared.table import CancelledError, Item, Key, Put, Table, Update, Write

SHARDS = 4
Said = Literal["same", "different", "open"]


def pair_key(community: str, one: str, other: str) -> Key:
    older, newer = sorted((one, other))
    return table.partition(community, "pairs", str(table.shard(older, SHARDS))), f"{older} {newer}"


def item(store: Table, community: str, name: str) -> Item:
    """Raises LookupError."""
    key = records.item_key(community, name)
    found = store.get(*key) if key else None
    if found is None:
        raise LookupError(f"there is no item {name!r} in the log")
    return found


def items(store: Table, community: str, names: Iterable[str]) -> dict[str, Item]:
    """Those that are still there, by id."""
    keys = [key for name in dict.fromkeys(names) if (key := records.item_key(community, name))]
    return {records.item_id(one): one for one in store.read(keys)}


def say(
    store: Table,
    community: str,
    one: str,
    other: str,
    said: Said,
    by: str,
    now: datetime,
    *,
    version: int | None = None,
    beside: Sequence[Write] = (),
) -> bool:
    """Of two items, once; False where that is what was said last. Taken back it can be as well when the words of one
    have ended. `version`: how often something had been said of them when they were looked at; False where it is more
    often by now. `beside` is written with it. Raises LookupError."""
    if one == other:
        raise LookupError("an item is the same as itself: name another one")
    for name in (one, other) if said != "open" else ():
        item(store, community, name)
    older, newer = sorted((one, other))
    new = {"kind": "pair", "older": older, "newer": newer, "said": said, "by": by, "said_at": clock.text(now)}
    # What was never said cannot be taken back.
    other_before = [table.present()] if said == "open" else [table.absent()]
    different = table.either(other_before, [table.present(), table.Condition("said", "<>", said)])
    when = [table.present(), table.Condition("said", "<>", "open")] if said == "open" else [different]
    if version is not None:
        when = [*when, table.equals("version", version) if version else table.absent()]
    try:
        store.transact([Update(pair_key(community, one, other), set=new, add={"version": 1}, when=when), *beside])
    except CancelledError:
        return False
    return True


def pairs(store: Table, community: str) -> list[Item]:
    return [one for number in range(SHARDS) for one in store.query(table.partition(community, "pairs", str(number)))]


def links(said: Iterable[Item]) -> list[Link]:
    return [(one["older"], one["newer"]) for one in said if one["said"] == "same"]


def unmerge(store: Table, community: str, name: str, by: str, now: datetime) -> list[str]:
    """Take back all that links an item to others; gives those. Raises LookupError where nothing does."""
    linked = [{one, other} for one, other in links(pairs(store, community)) if name in (one, other)]
    others = sorted(other for both in linked for other in both - {name})
    if not others:
        raise LookupError(f"{name} is merged with nothing")
    return [other for other in others if say(store, community, name, other, "open", by, now)]


def group_of(said: Sequence[Item], name: str) -> list[str]:
    """All that hang together with an item, itself included, the oldest first."""
    return next((members for members in together(links(said)).values() if name in members), [name])


def taught_key(community: str, name: str) -> Key:
    return table.partition(community, "taught", str(table.shard(name, SHARDS))), name


def confirm(
    store: Table, community: str, name: str, kind: str | None, themes: Sequence[str] | None, by: str, now: datetime
) -> Item:
    """Write down what an item is, as somebody says; None leaves what was confirmed before. Counts follow with the next
    roll-up. Raises LookupError."""
    for _ in range(records.TRIES):
        found = item(store, community, name)
        before = found.get("confirmed")
        told = {**(before or {}), "by": by, "at": clock.text(now)}
        told |= {"kind": kind} if kind is not None else {}
        told |= {"themes": sorted(set(themes))} if themes is not None else {}
        pk, sk = taught_key(community, name)
        row = {"pk": pk, "sk": sk, "kind": "taught", **{f"is_{key}": value for key, value in told.items()}}
        same = table.equals("confirmed", before) if before else table.absent("confirmed")
        confirmed = Update(table.key_of(found), set={"confirmed": told}, when=[table.present(), same])
        hour = hour_of(found)
        # In the same go: nobody asks again, if this ends before its hour is marked.
        dirty = records.marked(community, hour, store.get(*records.bucket_key(community, hour)), now)
        try:
            store.transact([confirmed, Put(row), dirty])
        except CancelledError:
            continue
        return {**found, "confirmed": told}
    raise TimeoutError("others keep confirming it: try again")


def hour_of(found: Item) -> str:
    return str(found["pk"].rsplit("#", 2)[1])


def taught(store: Table, community: str) -> list[Item]:
    """What was confirmed, the newest first."""
    found = [one for number in range(SHARDS) for one in store.query(table.partition(community, "taught", str(number)))]
    return sorted(found, key=lambda one: (one["is_at"], one["sk"]), reverse=True)
