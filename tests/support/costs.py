"""What a table would charge: write and read units, by AWS's own arithmetic over the requests that were made.

Source: Amazon DynamoDB developer guide, "DynamoDB read and write operations" and "Global secondary indexes:
storage and throughput considerations": a write costs a unit for each KB of the larger of the item before and after, a
failed condition as much as the item that is there; an index with keys only costs a unit when an item enters or leaves
it and two when its key changes; a consistent read costs a unit for each 4 KB, a query for the sum of what it reads.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from functions.shared.table import Item, plain
from tests.support import stores

INDEXES = (("due", "due_at"), ("listing", "listed_at"))


def size(value: object) -> int:
    """Bytes of an attribute's value."""
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, bool) or value is None:
        return 1
    if isinstance(value, int):
        return math.ceil(len(str(abs(value))) / 2) + 1
    if isinstance(value, Mapping):
        return 3 + sum(1 + len(name.encode()) + size(one) for name, one in value.items())
    if isinstance(value, list):
        return 3 + sum(1 + size(one) for one in value)
    raise TypeError(type(value))


def weight(item: Item | None) -> int:
    return sum(len(name.encode()) + size(value) for name, value in (item or {}).items())


@dataclass
class Costs:
    """Units by operation, and how often each was asked for."""

    written: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    heaviest: int = 0
    """Bytes of the largest item put."""
    before: Item | None = None
    key: Any = None

    def asked(self, params: dict[str, Any], model: Any, **_: object) -> None:
        self.requests[model.name] += 1
        if "Transact" in model.name:
            raise AssertionError("transactions are not reckoned here")
        if model.name in ("PutItem", "UpdateItem", "DeleteItem"):
            one = params.get("Item") or params["Key"]
            self.key = {"pk": one["pk"], "sk": one["sk"]}
            self.before = there(self.key)

    def answered(self, parsed: dict[str, Any], model: Any, **_: object) -> None:
        if model.name in ("PutItem", "UpdateItem", "DeleteItem"):
            after = there(self.key)
            self.heaviest = max(self.heaviest, weight(after) if model.name == "PutItem" else 0)
            units = max(1, math.ceil(max(weight(self.before), weight(after)) / 1024))
            self.written[model.name] += units + sum(moved(self.before, after, *index) for index in INDEXES)
        elif model.name == "GetItem":
            self.read[model.name] += max(1, math.ceil(weight(plain(parsed.get("Item", {}))) / 4096))
        elif model.name in ("Query", "BatchGetItem"):
            got = parsed.get("Items") or [one for rows in parsed.get("Responses", {}).values() for one in rows]
            self.read[model.name] += max(1, math.ceil(sum(weight(plain(one)) for one in got) / 4096))


def there(key: Any) -> Item | None:
    found = stores.client("dynamodb").get_item(TableName=stores.TABLE, Key=key)
    return plain(found["Item"]) if "Item" in found else None


def moved(before: Item | None, after: Item | None, *names: str) -> int:
    """What an index costs when an item went from one to the other."""
    was, stands = (tuple((one or {}).get(name) for name in names) for one in (before, after))
    return 0 if was == stands else (was[0] is not None) + (stands[0] is not None)


@contextmanager
def reckoned() -> Iterator[Costs]:
    """All that the functions ask of the table meanwhile."""
    costs = Costs()
    client = next(one for one in stores.functions_clients() if one.meta.service_model.service_name == "dynamodb")
    client.meta.events.register("provide-client-params.dynamodb", costs.asked)
    client.meta.events.register("after-call.dynamodb", costs.answered)
    try:
        yield costs
    finally:
        client.meta.events.unregister("provide-client-params.dynamodb", costs.asked)
        client.meta.events.unregister("after-call.dynamodb", costs.answered)
