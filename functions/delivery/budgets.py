"""Rates that all workers share: how long a call has to wait for its turn.

| pk | sk | what |
|---|---|---|
| -#budget#name | budget | until when nobody may call, and when calls were made lately |
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from functions.shared import clock, table
from functions.shared.table import ConditionFailedError, Item, Put, Table

TRIES = 8
KEPT = timedelta(days=1)

Budget = dict[str, Any]
"""As a row has it: `name`, `most`, `seconds`."""


def key(name: str) -> table.Key:
    return table.partition("-", "budget", name), "budget"


def wait(kept: Item, budget: Budget, now: int) -> int:
    """Seconds until this budget has room; 0 when it has some now."""
    parked = max(kept.get("until", 0) - now, 0)
    lately = [at for at in kept.get("taken", []) if at > now - budget["seconds"]]
    if not budget["most"] or len(lately) < budget["most"]:
        return int(parked)
    return int(max(parked, sorted(lately)[-budget["most"]] + budget["seconds"] - now))


def taken(kept: Item, budget: Budget, now: int) -> list[int]:
    return [*(at for at in kept.get("taken", []) if at > now - budget["seconds"]), now]


def take(store: Table, budgets: Sequence[Budget], now: datetime) -> int:
    """Take one turn of each budget: 0 when it may be called now, otherwise seconds to wait, and nothing was taken of
    the one that has no room. A turn taken and not used is lost, which errs on the platform's side."""
    at = int(now.timestamp())
    longest = max((wait(store.get(*key(one["name"])) or {}, one, at) for one in budgets), default=0)
    if longest:
        return longest
    for one in budgets:
        if one["most"] and (seconds := take_one(store, one, at)):
            return seconds
    return 0


def take_one(store: Table, budget: Budget, at: int) -> int:
    for _ in range(TRIES):
        kept = store.get(*key(budget["name"])) or {}
        if seconds := wait(kept, budget, at):
            return seconds
        if changed(store, budget["name"], kept, {"taken": taken(kept, budget, at)}, at):
            return 0
    return 1


def park(store: Table, name: str, seconds: int, now: datetime) -> None:
    """The platform said to wait: nobody who shares the budget calls before."""
    at = int(now.timestamp())
    for _ in range(TRIES):
        kept = store.get(*key(name)) or {}
        if kept.get("until", 0) >= at + seconds or changed(store, name, kept, {"until": at + seconds}, at):
            return


def changed(store: Table, name: str, kept: Item, changes: Item, at: int) -> bool:
    pk, sk = key(name)
    version = kept.get("version", 0)
    item = {"taken": [], "until": 0, **kept, **changes, "pk": pk, "sk": sk, "kind": "budget", "version": version + 1}
    end = max(at, item["until"]) + int(KEPT.total_seconds())
    expired = [table.before("expires", int(clock.now().timestamp()))]
    same = table.equals("version", version) if version else table.either([table.absent()], expired)
    try:
        store.write(Put({**item, "expires": end}, when=[same]))
    except ConditionFailedError:
        return False
    return True


def names(budgets: Iterable[Budget]) -> list[str]:
    return [str(one["name"]) for one in budgets]
