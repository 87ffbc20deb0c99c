"""That somebody has used a link of their digest: who did what about which thing, and when.

| pk | sk | what |
|---|---|---|
| community#acted#kind#id | version#seen | what was done about it in that state, for sixty days |

There is one for each state: it is written with what was done, under the condition that it is not there yet, so that the
same page sent twice, or by two people, is done once. What cannot be one write with it (a queue, many rows) says itself
what was done before, and has its record written after it: cut off in between the effect stands, once, and only the
record is missing.
"""

from datetime import timedelta

from functions.api.deciding.matter import Asked
from functions.shared import clock, table
from functions.shared.table import Item, Put

KEPT = timedelta(days=60)
"""Far longer than any link lasts."""


def partition(asked: Asked) -> str:
    return table.partition(asked.community, "acted", f"{asked.kind}#{asked.id}")


def record(asked: Asked, way: str, seen: str, outcome: str = "") -> Put:
    """Once for a state. `outcome`: what came of it, where that is not plain from what was done."""
    item = {
        "pk": partition(asked),
        "sk": f"{asked.version}#{seen}",
        "kind": "acted",
        "by": asked.who,
        "did": way,
        "version": asked.version,
        "outcome": outcome,
        "at": clock.text(asked.now),
        "expires": int((asked.now + KEPT).timestamp()),
    }
    return Put(item, when=[table.absent()])


def done(asked: Asked) -> list[Item]:
    """What was done about a thing by links, the newest first."""
    return sorted(asked.store.query(partition(asked)), key=lambda one: str(one["at"]), reverse=True)
