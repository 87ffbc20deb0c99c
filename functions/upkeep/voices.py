"""Where an account stands in what feedback keeps, by its pseudonym, and what is left of it.

Whatever it said counts no more: of a log item stays that something was said there. What is about it and nothing else
goes. Anywhere else its pseudonym goes, and what was made from it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from functions.feedback import records, skeletons
from functions.shared.table import Item, Update, community_of
from functions.upkeep import traces
from functions.upkeep.traces import Account

WHOSE = ("party",)
"""Fields of items that are about one person and nothing else."""


def goes(item: Item, who: Account) -> bool:
    """Whether nothing is left of an item."""
    if not stands_in(item, who):
        return False
    return who.pseudonym in item["pk"] + item["sk"] or any(item.get(name) == who.pseudonym for name in WHOSE)


def left(item: Item, who: Account, now: datetime) -> Item:
    """What changes in an item; None is for a field that goes."""
    if not stands_in(item, who) or item.get("state") in traces.BEING_SENT:
        return {}  # What delivery has in its hands is left to the next search.
    if item.get("kind") == "feedback" and item.get("who") == who.pseudonym:
        new = skeletons.tombstone(item, now)
        gone = {name: None for name in item if name not in new and name != "schema"}
        return gone | {name: value for name, value in new.items() if item.get(name) != value}
    new = without(item, who.pseudonym)
    # What was a text goes: one that is empty could not stand in an index.
    return {name: None if new[name] == "" else new[name] for name in item if item[name] != new[name]}


def stands_in(item: Item, who: Account) -> bool:
    return bool(who.pseudonym) and item["pk"].startswith(f"{who.community}#") and who.pseudonym in str(item)


def without(value: Any, name: str) -> Any:
    """A value without `name`, and without what was made from it."""
    if isinstance(value, dict):
        return {key: without(one, name) for key, one in value.items() if name not in key}
    if isinstance(value, list):
        return [without(one, name) for one in value if one != name]
    return "" if isinstance(value, str) and name in value else value


def recount(item: Item, now: datetime) -> Iterator[Update]:
    """What an item of the log changes with it: its hour is counted again."""
    if item.get("kind") == "feedback":
        yield records.marked(community_of(item["pk"]), item["pk"].rsplit("#", 2)[1], None, now)


def lines(community: str, name: str, who: Account) -> Iterator[Item]:
    """What the account said, as the skeleton of that name has it."""
    hour = skeletons.hour_of(name)
    kept = skeletons.read(community, hour).values()
    return records.all_of(community, hour, (one for one in kept if one.get("who") == who.pseudonym))
