"""Deliveries nobody could place: a record each, with the reason, and the body beside it in S3."""

from datetime import datetime, timedelta
from typing import Literal

from events.envelope import Envelope, fingerprint
from functions.shared import clock, objects, table
from functions.shared.table import ConditionFailedError, Item, Put, Update

KEPT = timedelta(days=90)
"""The bucket's lifecycle rule for `parked/` says the same."""


def identifier(envelope: Envelope) -> str:
    """The same for the same delivery, but not for another body under its id."""
    return f"{envelope.id[:16]}{fingerprint(envelope.body)[:8]}"


def stored_at(community: str, name: str) -> str:
    return f"parked/{community}/{name}.json"


def record(envelope: Envelope, reason: str, now: datetime) -> str:
    """Body first, record second: a record always has its body. Doing it again changes nothing."""
    name = identifier(envelope)
    objects.write(stored_at(envelope.community, name), envelope.to_json().encode("ascii"))
    at = clock.text(now)
    item = {
        "pk": table.partition(envelope.community, "parked", name),
        "sk": "parked",
        "kind": "parked",
        "id": name,
        "state": "parked",
        "times": 1,
        "reason": reason[:500],
        "source": envelope.source,
        "platform": envelope.platform,
        "event": envelope.event,
        "pipeline": envelope.pipeline,
        "delivery": envelope.delivery[:200],
        "received_at": envelope.received_at,
        "parked_at": at,
        "expires": int((now + KEPT).timestamp()),
        **table.listed(envelope.community, "parked", name, at),
    }
    try:
        table.table().write(Put(item, when=[table.absent()]))
    except ConditionFailedError:
        parked_again(item)
    return name


def parked_again(item: Item) -> None:
    """After a replay that did not help: back on the list, with today's reason."""
    again = {name: item[name] for name in ("state", "reason", "parked_at", "expires", "listing", "listed_at")}
    key = table.key_of(item)
    try:
        table.table().write(
            Update(key, set=again, add={"times": 1}, when=[table.one_of("state", "replayed", "dismissed")])
        )
    except ConditionFailedError:
        # It is on the list already, and stays there whatever a replay that is under way says.
        table.table().write(Update(key, add={"times": 1}))


def existing(community: str, name: str) -> Item | None:
    return table.table().get(table.partition(community, "parked", name), "parked")


def body(community: str, name: str) -> Envelope | None:
    found = objects.read(stored_at(community, name))
    return Envelope.from_json(found.decode("ascii")) if found else None


def settled(item: Item, how: Literal["replayed", "dismissed"], who: str, now: datetime) -> bool:
    """Take a record off the list, as it was read. A replay's envelope is safely on a queue by then; and it may have
    been so fast that it was parked again meanwhile, then it stays. False where it is another by now."""
    changes = {"state": how, "settled_by": who, "settled_at": clock.text(now)}
    same = [table.equals("times", item["times"]), table.equals("state", item["state"])]
    try:
        table.table().write(Update(table.key_of(item), set=changes, remove=["listing", "listed_at"], when=same))
    except ConditionFailedError:
        return False
    return True
