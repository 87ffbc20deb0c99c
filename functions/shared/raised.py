"""What `upkeep` lays before a person: connections that are wrong, fetching that fails, and platforms' own alarms."""

from collections.abc import Sequence
from datetime import datetime

from functions.shared import clock, table
from functions.shared.table import Item, Table, Update, Write

STANDING = "standing"
"""Kind of a standing row, and listing of those that need a person."""

ALERTS = "alerts"
"""Listing of what platforms raised the alarm about, for fourteen days."""

CHECK, POLL = "check", "poll"
"""Sort keys of a source's two standing rows: its connection, and how far it was read."""

WHAT = {CHECK: "Connection", POLL: "Fetching"}
LONGEST = 120


def standing_key(community: str, source: str, part: str) -> table.Key:
    return table.partition(community, STANDING, source), part


def trouble(row: Item) -> str:
    """What is wrong with a listed row, what to do about it first."""
    advice = f"`liaison {'connect' if row['sk'] == CHECK else 'doctor'} {row['source']}`"
    return f"{row['source']} (see {advice}): {row['reason'][:LONGEST]}"


def look_again(store: Table, row: Item, now: datetime, beside: Sequence[Write] = ()) -> None:
    """Have a row's turn come at once, unless it had one since it was read. Whoever is at it in this moment loses it: it
    is begun anew. `beside` is written with it. Raises CancelledError."""
    same = [table.equals("fence", row["fence"])]
    store.transact([Update(table.key_of(row), set={"due_at": clock.text(now)}, add={"fence": 1}, when=same), *beside])
