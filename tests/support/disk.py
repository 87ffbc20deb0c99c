"""A table in a file, for what is too much for the simulated one, which keeps all in memory: the same conditions, one
writer at a time."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Lock
from typing import Any

from functions.shared.table import Condition, ConditionFailedError, Delete, Either, Item, Key, Put, Table, Write

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda there, given: there == given,
    "<=": lambda there, given: there is not None and there <= given,
    "<": lambda there, given: there is not None and there < given,
    ">": lambda there, given: there is not None and there > given,
    "attribute_exists": lambda there, given: there is not None,
    "attribute_not_exists": lambda there, given: there is None,
}


def holds(one: Condition | Either, item: Item) -> bool:
    if isinstance(one, Either):
        return any(all(holds(condition, item) for condition in group) for group in one.groups)
    return COMPARE[one.operator](item.get(one.attribute), one.value)


class Disk(Table):
    """Writes, gets, and queries of a partition and of what is due."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.lock = Lock()
        self.file = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # What SQLite has taken outlives the process, though not the machine.
        for line in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = OFF", "PRAGMA wal_autocheckpoint = 10000"):
            self.file.execute(line)
        self.file.execute(
            "CREATE TABLE IF NOT EXISTS items (pk, sk, due, due_at, item, PRIMARY KEY (pk, sk)) WITHOUT ROWID"
        )
        self.file.execute("CREATE INDEX IF NOT EXISTS due ON items (due, due_at) WHERE due IS NOT NULL")

    def asked(self, sql: str, *given: Any) -> list[Any]:
        with self.lock:
            return self.file.execute(sql, given).fetchall()

    def get(self, pk: str, sk: str) -> Item | None:
        found = self.asked("SELECT item FROM items WHERE pk = ? AND sk = ?", pk, sk)
        item: Item | None = json.loads(found[0][0]) if found else None
        return item

    def write(self, one: Write) -> Item:
        key = (one.item["pk"], one.item["sk"]) if isinstance(one, Put) else one.key
        with self.lock:
            found = self.file.execute("SELECT item FROM items WHERE pk = ? AND sk = ?", key).fetchall()
            before: Item = json.loads(found[0][0]) if found else {}
            if not all(holds(condition, before) for condition in one.when):
                raise ConditionFailedError(str(key))
            after = changed(one, before, key)
            self.file.execute("DELETE FROM items WHERE pk = ? AND sk = ?", key)
            if after:
                row = (*key, after.get("due"), after.get("due_at"), json.dumps(after))
                self.file.execute("INSERT INTO items VALUES (?, ?, ?, ?, ?)", row)
        return after

    def between(
        self, pk: str, first: str, last: str, *, backwards: bool = False, page: int | None = None
    ) -> Iterator[Item]:
        assert not backwards
        rows = self.asked("SELECT item FROM items WHERE pk = ? AND sk BETWEEN ? AND ? ORDER BY sk", pk, first, last)
        yield from (json.loads(item) for (item,) in rows)

    def proposed(
        self, index: str, order: str, partition_key: str, until: str, *, backwards: bool = False, page: int = 1000
    ) -> Iterator[tuple[Key, str]]:
        assert index == "due"
        sql = "SELECT pk, sk, due_at FROM items WHERE due = ? AND due_at <= ? ORDER BY due_at"
        yield from (((pk, sk), at) for pk, sk, at in self.asked(sql, partition_key, until))


def changed(one: Write, before: Item, key: Key) -> Item:
    if isinstance(one, Delete):
        return {}
    if isinstance(one, Put):
        return dict(one.item)
    after = {"pk": key[0], "sk": key[1], **before, **one.set}
    for name, number in one.add.items():
        after[name] = after.get(name, 0) + number
    return {name: value for name, value in after.items() if name not in one.remove}
