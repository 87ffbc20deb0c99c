"""What a person switches, in seconds and without a program: a community on hold, a target paused.

| pk | sk | what |
|---|---|---|
| community#switch#hold | switch | nothing is announced until somebody lets go |
| community#switch#target-name | switch | nothing goes to this target |
"""

from collections.abc import Sequence
from datetime import datetime

from functions.shared import clock, table
from functions.shared.table import Item, Put, Table, Write

LISTING = "switches"
"""Those that are on."""

HOLD = "hold"


def key(community: str, name: str) -> table.Key:
    return table.partition(community, "switch", name), "switch"


def target(name: str) -> str:
    return f"target-{name}"


def on(store: Table, community: str, name: str, who: str, why: str, now: datetime) -> Item:
    """On, whoever switched it before."""
    pk, sk = key(community, name)
    at = clock.text(now)
    said = {"switch": name, "on": True, "by": who, "reason": why, "at": at}
    return store.write(
        Put({"pk": pk, "sk": sk, "kind": "switch", **said, **table.listed(community, LISTING, name, at)})
    )


def off(store: Table, community: str, name: str, who: str, now: datetime) -> Item:
    return store.write(Put(switched_off(community, name, who, now)))


def switched_off(community: str, name: str, who: str, now: datetime) -> Item:
    pk, sk = key(community, name)
    return {
        "pk": pk,
        "sk": sk,
        "kind": "switch",
        "switch": name,
        "on": False,
        "by": who,
        "reason": "",
        "at": clock.text(now),
    }


def off_as_seen(store: Table, seen: Item, who: str, now: datetime, beside: Sequence[Write]) -> None:
    """Off, if it is still on as it was seen. `beside` is written with it. Raises CancelledError."""
    item = switched_off(table.community_of(seen["pk"]), seen["switch"], who, now)
    store.transact([Put(item, when=[table.equals("on", True), table.equals("at", seen["at"])]), *beside])


def which(store: Table, community: str, *names: str) -> dict[str, Item]:
    """Those of them that are on, by name."""
    found = store.read([key(community, name) for name in names])
    return {item["switch"]: item for item in found if item["on"]}
