"""A seal for each day of a community: an object that nobody can write twice, with where the history of each case
decided that day stood, and the seal of the day before.

Whoever can write the table can write a whole history anew, seals and all. Here it would show, and so would a seal
written anew: the digests name them, and a copy lies in their readers' mail. So what is verified goes by the bucket
alone, and by nothing that the table says: which day was the first is an object, too, that nobody can write twice.

| pk | sk | what |
|---|---|---|
| community#seals#days | seals | the last day that was sealed, with its hash: where sealing goes on |
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import chain
from typing import Any

from functions.moderation import records
from functions.moderation.chain import ROOT, canonical
from functions.shared import objects, table
from functions.shared.table import ConditionFailedError, Item, Key, Put, Table, Update

DAY = timedelta(days=1)
READY = timedelta(minutes=15)
"""After midnight, UTC: what was decided in the last moment is in the index by then, or goes into the next seal."""
SEALED = ("community", "day", "before", "cases")
MOST_DAYS, MOST_CASES = 31, 1_000
"""That one call looks through; of a day with more cases, a part."""

FIRST = "first"
"""Names the object that says which day was sealed first."""

Seal = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Differs:
    """Where a seal does not hold: its day, and where it is one of its cases that does not, that and the line."""

    day: str
    told: str
    case: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Checked:
    """What looking through some days came to. `next`: where to go on; empty at the end."""

    days: int = 0
    cases: int = 0
    broken: Sequence[Differs] = field(default_factory=list)
    next: str = ""


# Without I/O


def made(community: str, day: str, before: str, cases: Sequence[Item]) -> Item:
    """`before`: the hash of the seal of the day before, `chain.ROOT` for the first."""
    whole = {"community": community, "day": day, "before": before, "cases": list(cases)}
    return {**whole, "hash": hashed(whole)}


def hashed(seal: Seal) -> str:
    return sha256(canonical({name: seal[name] for name in SEALED}).encode()).hexdigest()


def of_case(case: Item) -> Item:
    """Where its history stands, as a seal has it."""
    return {"case": case["id"], "number": case["next_audit"] - 1, "seal": case["head"]}


def read_as(body: bytes | None) -> Seal | None:
    """None for what is no seal."""
    try:
        found = json.loads(body or b"")
    except ValueError:
        return None
    return found if isinstance(found, dict) and {*SEALED, "hash"} <= found.keys() else None


def wrong(seal: Seal, community: str, day: str, before: Seal | None, *, first: bool) -> str:
    """What is wrong with a seal itself; empty where nothing is. `before`: that of the day before, where it is there."""
    if (seal["community"], seal["day"]) != (community, day):
        return "another seal stands in its place"
    if seal["hash"] != hashed(seal):
        return "what it says is not what was sealed"
    if first and seal["before"] != ROOT:
        return "a seal was before it, and nobody knows of that any more"
    if not first and before is not None and seal["before"] != before["hash"]:
        return "it does not follow the seal of the day before: one of them was changed"
    return ""


def later(day: str, days: int = 1) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def last_over(now: datetime) -> str:
    """The last day that can be sealed."""
    return (now - READY - DAY).astimezone(UTC).date().isoformat()


def place(start: str) -> tuple[str, int]:
    """The day to go on with, and how many of its cases were looked at: from `2026-11-22`, or `2026-11-22.1000`."""
    day, _, passed = start.partition(".")
    return day, int(passed or 0)


# In the store


def key(community: str, day: str) -> str:
    return f"seals/{community}/{day}.json"


def row_key(community: str) -> Key:
    return table.partition(community, "seals", "days"), "seals"


def of_day(community: str, day: str) -> Seal | None:
    return read_as(objects.read(key(community, day)))


def first_day(community: str) -> str:
    """The one that was sealed first; empty where nobody knows."""
    return (objects.read(key(community, FIRST)) or b"").decode()


def last_day(store: Table, community: str, now: datetime) -> str:
    """The one that was sealed last; empty where none was. By the table only after a standstill, and never later than it
    can be."""
    row, seal = store.get(*row_key(community)), newest_seal(community, now)
    known = [row["day"]] if row else []
    return min(max([*known, *([seal["day"]] if seal else [])], default=""), last_over(now))


def begun(community: str, day: str) -> str:
    """The first day: this one, if nobody has begun before."""
    objects.create(key(community, FIRST), day.encode())
    first = first_day(community)
    if not first:
        raise ValueError(f"the first day that was sealed of {community!r} cannot be read")
    return first


def seal_next(store: Table, community: str, row: Item | None, now: datetime) -> Item | None:
    """Seal the day after the last one, if it is over; the row as it is then. None where there is nothing to do.

    Cut off, it is done again; whoever is faster has sealed the day, and the other goes on from that. Without its row it
    goes through all days again, and finds them sealed."""
    last = last_over(now)
    if row and row["day"] >= last:
        return None
    day = later(row["day"]) if row else begun(community, last)
    if day > last:
        return None
    before = of_day(community, row["day"]) if row else None
    # False where it is sealed already: by somebody else, or before we were cut off.
    objects.create(key(community, day), json.dumps(ours(store, community, day, row, before)).encode())
    seal = of_day(community, day)
    if seal is None:
        raise ValueError(f"the seal of {day} of {community!r} cannot be read")
    return sealed(store, community, row, seal)


def ours(store: Table, community: str, day: str, row: Item | None, before: Seal | None) -> Item:
    """Whatever was decided that day, and what the index did not know yet when the day before was sealed."""
    known = {one["case"] for one in before["cases"]} if before else set()
    first = later(day, -1) if before else day
    keys = store.listed_between(community, records.DECIDED, first, later(day))
    cases = [case for case in store.read(keys) if case["id"] not in known]
    # By the row where the seal is lost: that one is missing then shows in the next.
    hash_ = (before or {}).get("hash") or (row["hash"] if row else ROOT)
    return made(community, day, hash_, sorted(map(of_case, cases), key=lambda one: str(one["case"])))


def sealed(store: Table, community: str, row: Item | None, seal: Seal) -> Item | None:
    newest = {"day": seal["day"], "hash": seal["hash"]}
    pk, sk = row_key(community)
    try:
        if row:
            return store.write(Update((pk, sk), set=newest, when=[table.equals("day", row["day"])]))
        item = {"pk": pk, "sk": sk, "kind": "seals", **newest}
        return store.write(Put(item, when=[table.absent()]))
    except ConditionFailedError:
        return None  # Somebody else is at it.


def newest_seal(community: str, now: datetime) -> Seal | None:
    """That of yesterday; of the day before while that one is not made."""
    days = (last_over(now), later(last_over(now), -1))
    return next((seal for seal in (of_day(community, day) for day in days) if seal), None)


def newest(community: str, now: datetime) -> str:
    """The newest seal, as DAY=HASH; empty where there is none."""
    seal = newest_seal(community, now)
    return f"{seal['day']}={seal['hash']}" if seal else ""


def check(store: Table, community: str, now: datetime, start: str = "") -> Checked:
    """Look through the seals, the newest first or from `start` on (a day, or `next` of the call before), and through
    what they say of histories."""
    first, last = first_day(community), last_day(store, community, now)
    if last and not first:
        return Checked(broken=[Differs(last, "nobody knows any more which day was the first that was sealed")])
    (day, passed), days, cases, broken = place(start or last), 0, 0, list[Differs]()
    seal = of_day(community, day)
    while first and day >= first and days < MOST_DAYS and cases < MOST_CASES:
        before = None if day == first else of_day(community, later(day, -1))
        if seal is None:
            broken.append(Differs(day, "there is no seal of this day"))
        elif told := wrong(seal, community, day, before, first=day == first):
            broken.append(Differs(day, told))
        else:
            here = seal["cases"][passed : passed + MOST_CASES - cases]
            broken += histories(store, community, day, here)
            cases, passed = cases + len(here), passed + len(here)
            if passed < len(seal["cases"]):
                return Checked(days, cases, broken, f"{day}.{passed}")
        days, day, seal, passed = days + 1, later(day, -1), before, 0
    return Checked(days, cases, broken, day if first and day >= first else "")


def histories(store: Table, community: str, day: str, sealed: Sequence[Item]) -> Iterator[Differs]:
    """Which of the lines that a day sealed are others now."""
    lines = {one["case"]: records.line_key(community, one["case"], one["number"]) for one in sealed}
    cases = {name: records.case_key(community, name) for name in lines}
    found = {table.key_of(item): item for item in store.read([*lines.values(), *cases.values()])}
    for one in sealed:
        name = one["case"]
        line = found.get(lines[name])
        if cases[name] not in found:
            yield Differs(day, "there is no such case any more", name)
        elif line is None:
            yield Differs(day, "the line that was sealed is missing", name, one["number"])
        elif line.get("seal") != one["seal"]:
            yield Differs(day, "the line is not the one that was sealed", name, one["number"])


def unsealed(store: Table, community: str, cases: Sequence[Item], now: datetime) -> Iterator[Differs]:
    """Which cases say that they were decided on a sealed day, and are in no seal."""
    first, last = first_day(community), last_day(store, community, now)
    seals = cache(lambda day: of_day(community, day))
    for case in cases:
        day = case["decided_at"][:10]
        if not first or day < first or later(day) > last:
            continue  # Before the first seal; or it may still go into the next one.
        # Where one is missing, `check` says so.
        known = [seal["cases"] for seal in (seals(day), seals(later(day))) if seal]
        if len(known) == 2 and case["id"] not in [one["case"] for one in chain.from_iterable(known)]:
            yield Differs(day, "it was decided that day, it says, and is in no seal", case["id"])
