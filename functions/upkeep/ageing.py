"""Which hours of what people said are old enough to be sealed: day by day, each community's hours are due once more,
and whoever counts an hour seals it (`functions/feedback/skeletons.py`). An hour that was never counted is still due.

| pk | sk | what |
|---|---|---|
| -#skeletons#days | days | of each community the last day whose hours became due; communities that left, too |
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from functions.feedback import records, skeletons
from functions.shared import clock, errands, program, table
from functions.shared.table import ConditionFailedError, Put, Table

ROW = (table.partition("-", "skeletons", "days"), "days")
DAY = timedelta(days=1)
READY = timedelta(minutes=15)
"""Whoever counted an hour when it was not old enough yet has ended by then."""


def days_over(store: Table, time_left: Callable[[], bool]) -> int:
    """Have the hours of every day that is old enough counted again; gives how many days that were. A day is over once
    all its hours are due: cut off before, it is done again."""
    try:
        communities = [one.id for one in program.active()[0].communities]
    except program.ProgramError:
        return 0  # There is none yet, or it cannot be read: others say so.
    last = last_over(clock.now())
    row = store.get(*ROW) or {"version": 0, "days": {}}
    # A new one begins here: hours that are older when something is told of them are sealed as they are counted.
    days = dict.fromkeys(communities, last.isoformat()) | row["days"]
    number = 0

    def go_on(community: str) -> None:
        nonlocal number
        while (day := date.fromisoformat(days[community]) + DAY) <= last and time_left():
            due(store, community, day, clock.now())
            days[community], number = day.isoformat(), number + 1

    try:
        errands.each(sorted(days), go_on, time_left)
    finally:
        if days != row["days"]:
            moved(store, row["version"], days)
    return number


def last_over(now: datetime) -> date:
    """The last day of which all hours are to be sealed."""
    return (now - skeletons.AFTER - DAY - READY).date()


def due(store: Table, community: str, day: date, now: datetime) -> None:
    for hour in records.hours_between(store, community, day, day):
        records.mark(store, community, hour["hour"], now)


def moved(store: Table, version: int, days: dict[str, str]) -> None:
    pk, sk = ROW
    same = table.equals("version", version) if version else table.absent()
    item = {"pk": pk, "sk": sk, "kind": "skeletons", "version": version + 1, "days": days}
    try:
        store.write(Put(item, when=[same]))
    except ConditionFailedError:
        pass  # Somebody else is at it: what is due twice is counted twice, and no worse.
