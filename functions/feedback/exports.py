"""Log and roll-ups into the bucket, a day at a time, each object written anew as a whole when what it shows was counted
anew. So what was edited, taken back or erased leaves the exports the night after.

An object is only ever replaced by a later reading: it is fetched before what it is made of is read, and written on
condition that nobody wrote it meanwhile.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from functions.feedback import partitions, records, rollup
from functions.feedback.partitions import Row
from functions.shared import clock, errands, objects, program, table
from functions.shared.table import ConditionFailedError, Item, Key, Table, Update

GZIP = "application/gzip"


def due(store: Table, time_left: Callable[[], bool]) -> int:
    """Every day whose night has come, of each community in turn; gives how many."""
    if program.pointer() is None:
        return 0

    def one(key: Key) -> None:
        row = store.get(*key)
        if row and "due" in row:
            day(store, row["community"], date.fromisoformat(row["day"]), time_left)

    return errands.each(records.due(store, records.EXPORT, clock.now()), one, time_left)


def day(store: Table, community: str, of: date, time_left: Callable[[], bool] = lambda: True) -> int | None:
    """Export what was counted anew of a UTC day, and the counts of the local days that it touches; gives how many hours
    that were. None where there was no time for all: the day stays due, and what is done is not done again."""
    named = {"kind": records.EXPORT, "community": community, "day": of.isoformat()}
    key = records.export_key(community, of)
    row = store.write(Update(key, set={**named, "dirty": False}, add={"reading": 1}))
    hours = list(records.hours_between(store, community, of, of))
    exported: dict[str, int] = dict(row.get("exported", {}))
    changed = [hour for hour in hours if exported.get(hour["hour"]) != hour["generation"]]
    for done, hour in enumerate(changed):
        if not time_left():
            ended(store, row, exported, changed[done:])
            return None
        write_items(store, community, hour["hour"])
        exported[hour["hour"]] = hour["generation"]
    write_counts(store, community, of, {hour["hour"] for hour in hours})
    ended(store, row, exported, [])
    return len(changed)


def ended(store: Table, row: Item, exported: dict[str, int], left: list[Item]) -> None:
    """The readings that the objects are from; and unless hours are left, the day is not due any more."""
    mine = [table.equals("reading", row["reading"]), table.equals("dirty", False)]
    over = () if left else ("due", "due_at")
    try:
        store.write(Update(table.key_of(row), set={"exported": exported}, remove=over, when=mine))
    except ConditionFailedError:
        pass  # Counted anew meanwhile, or somebody else exports it: the day stays due.


def write_items(store: Table, community: str, hour: str) -> None:
    def rows() -> Iterator[Row]:
        for item in records.log(store, community, hour):
            if item.get("state") != "removed":
                yield partitions.said(item, records.item_id(item))

    write(partitions.items_at(community, hour), rows)


def write_counts(store: Table, community: str, of: date, hours: Iterable[str]) -> None:
    def by_hour() -> Iterator[Row]:
        for hour in records.hours_between(store, community, of, of):
            yield from partitions.of_hour(hour)

    write(partitions.hours_at(community, of), by_hour)
    zone = rollup.zone(program.active()[0], community)
    for local in sorted({local for hour in hours for local in rollup.days_of(hour, zone)}):

        def by_day(local: date = local) -> Iterator[Row]:
            for counted in records.days_between(store, community, local, local):
                yield from partitions.of_day(counted)

        write(partitions.days_at(community, local), by_day)


def write(name: str, rows: Callable[[], Iterable[Row]]) -> None:
    """Nothing, where the object says it already."""

    def anew(before: bytes | None) -> bytes | None:
        body = partitions.packed(rows())
        return None if body == before else body

    objects.change(name, anew, GZIP)
