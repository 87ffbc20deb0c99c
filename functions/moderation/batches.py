"""One decision for many cases, and its undo.

| pk | sk | what |
|---|---|---|
| community#batch#id | batch | the decision, its cases with what was seen of each, and how far it got |
| community#batch#id | case#id | what became of one of them |
| community#batch#id | undo#id | what of one of them was taken back, and what was not |

Each case is decided by itself, by the rules of any other, in one transaction with its line here and the batch's next
step; the call that asks for it does the first few, and the sweep goes on. Whatever is refused is skipped, and says why.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from events.moderation import Decision, Measure
from events.program import Program
from functions.moderation import appeals, cases, records, standards, working
from functions.moderation.cases import Move, NotAllowedError
from functions.moderation.records import TRIES, case_key, moving
from functions.platforms.acting import abilities
from functions.shared import clock, outbox, table
from functions.shared.table import CancelledError, ConditionFailedError, Item, Key, Put, Table, Update, Write

KIND = "batch"
MOST = 200
"""Cases of one batch."""
FEW = 5
"""That are decided before whoever asked is answered."""
STEPS = 100
"""Of one batch in one sweep, so that others have their turn."""
AGAIN = timedelta(minutes=10)
"""So long after its end the same again is the same batch, whose answer was lost; later it is another try."""
DECIDED, SKIPPED = "decided", "skipped"


def key(community: str, batch: str) -> Key:
    return table.partition(community, KIND, batch), KIND


def begin(
    store: Table,
    community: str,
    wanted: Mapping[str, int],
    decision: Decision,
    who: str,
    program: Program,
    now: datetime,
    snapshots: Mapping[str, int] | None = None,
) -> Item:
    """A new batch, due now; asked for again, the same one. `wanted`: the cases, each with the `material` that was seen;
    `snapshots`: the number of the one that was, where that is known. Raises NotAllowedError for a decision that nobody
    could take."""
    cases.checked(decision, decision.measures, program.policies_of(community))
    seen = {case: number for case, number in (snapshots or {}).items() if case in wanted}
    name = name_of(store, community, wanted, seen, decision, who, now)
    pk, sk = key(community, name)
    row: Item = {
        "pk": pk,
        "sk": sk,
        "kind": KIND,
        "id": name,
        "by": who,
        "at": clock.text(now),
        "listed": program.moderator(community, who) is not None,
        "decision": decision.model_dump(mode="json"),
        "cases": [[case, material] for case, material in wanted.items()],
        "snapshots": seen,
        "state": "deciding",
        "cursor": 0,
        DECIDED: 0,
        SKIPPED: 0,
        **table.due(KIND, pk, clock.text(now)),
    }
    try:
        return store.write(Put(row, when=[table.absent()]))
    except ConditionFailedError:
        return existing(store, community, name)


def name_of(
    store: Table,
    community: str,
    wanted: Mapping[str, int],
    snapshots: Mapping[str, int],
    decision: Decision,
    who: str,
    now: datetime,
) -> str:
    """From what is asked, who asks, and what they have seen; where that ended a while ago, another one."""
    seen = [sorted(wanted.items()), sorted(snapshots.items())]
    asked = json.dumps([who, *seen, decision.model_dump(mode="json")], sort_keys=True)
    name = hashed(asked)
    while (there := store.get(*key(community, name))) and long_over(there, now):
        name = hashed(f"{name}\n{asked}")
    return name


def hashed(asked: str) -> str:
    return sha256(asked.encode()).hexdigest()[:16]


def long_over(row: Item, now: datetime) -> bool:
    return "due" not in row and clock.moment(row["ended_at"]) + AGAIN <= now


def existing(store: Table, community: str, batch: str) -> Item:
    found = store.get(*key(community, batch))
    if found is None:
        raise LookupError(f"there is no batch {batch!r} in {community!r}")
    return found


def go_on(store: Table, at: Key, program: Program, version: str, now: datetime, steps: int = STEPS) -> list[Item]:
    """Case after case, as far as it gets. `version`: of the program. Gives the rows to kick."""
    rows: list[Item] = []
    for _ in range(steps):
        row = store.get(*at)
        if row is None or "due" not in row:
            break
        if row["state"] == "undoing":
            written = undo_next(store, row, program, now)
        else:
            written = decide_next(store, row, program, version, now)
        if written is None:
            break  # Somebody else is at it, or at the case: it stays due.
        rows += planned(written)
    return rows


def planned(writes: Sequence[Write]) -> list[Item]:
    puts = (write.item for write in writes if isinstance(write, Put))
    return [item for item in puts if item["kind"] == outbox.KIND]


def result(row: Item, what: str, case: str, told: Item, now: datetime) -> Put:
    item = {"pk": row["pk"], "sk": f"{what}#{case}", "kind": f"{KIND} {what}", "case": case, "at": clock.text(now)}
    return Put({**item, **told})


# Deciding


def decide_next(store: Table, row: Item, program: Program, version: str, now: datetime) -> list[Write] | None:
    """What was written about the case that is next; None where something else was written meanwhile."""
    case, seen = row["cases"][row["cursor"]]
    for _ in range(TRIES):
        writes: list[Write] = []
        try:
            writes = deciding(store, row, case, seen, program, version, now)
            told = {"what": DECIDED, "why": ""}
        except NotAllowedError as error:
            told = {"what": SKIPPED, "why": str(error)}
        step, line = moved(row, "cursor", {told["what"]: 1}, now), result(row, "case", case, told, now)
        try:
            store.transact([step, line, *writes])
            return writes
        except CancelledError as error:
            if 0 in error.failed:
                return None
    return None


def deciding(
    store: Table, row: Item, case: str, seen: int, program: Program, version: str, now: datetime
) -> list[Write]:
    """Taken and decided at once, by whoever asked for the batch. Raises NotAllowedError."""
    community, who = table.community_of(row["pk"]), row["by"]
    found = store.get(*case_key(community, case))
    if found is None:
        raise NotAllowedError("there is no such case")
    if appeals.is_appeal(found):
        raise NotAllowedError("this is an appeal: it has to be judged by itself")
    if row["listed"] and program.moderator(community, who) is None:
        raise NotAllowedError(f"{who} is no moderator here any more")
    valid = standards.of(program, community)
    taken = cases.claimed(found, who, valid, now)
    current = found.get("current", 0)
    looked = row["snapshots"].get(case)
    if found["material"] != seen or looked not in (None, current):
        raise NotAllowedError("it has changed since you looked at it: look again")
    possible = tuple(abilities(found["platform"], found["subject"]["kind"]))
    decision = cases.checked(Decision.model_validate(row["decision"]), possible, program.policies_of(community))
    taking = {**taken.set, "looked": looked or 0}  # Not what is there now, which nobody may have seen.
    held = {**found, **taking}
    move = cases.decided(held, who, held["fence"], decision, valid, now)
    both = Move(move.what, {**taking, **move.set}, {**move.detail, "batch": row["id"]})
    following = working.following(store, held, who, decision, program, version, now)
    return [*moving(found, both, who, now), *following]


def moved(row: Item, cursor: str, add: Mapping[str, int], now: datetime) -> Update:
    """The next step of a batch; or its end, when this was the last one."""
    at, over = row[cursor], row[cursor] + 1 == len(row["cases"])
    end = {"state": "decided" if row["state"] == "deciding" else "undone", "ended_at": clock.text(now)} if over else {}
    return Update(
        table.key_of(row),
        set={cursor: at + 1, **end},
        add=add,
        remove=["due", "due_at"] if over else [],
        when=[table.equals("state", row["state"]), table.equals(cursor, at)],
    )


# Undoing


def undo(store: Table, community: str, batch: str, who: str, now: datetime) -> Item:
    """Take back what was carried out, and decide no more; gives the batch. Asked for again once it has ended, what
    could not be taken back is tried again. Raises LookupError or BusyError."""
    for _ in range(TRIES):
        row = existing(store, community, batch)
        if row["state"] == "undoing":
            return row
        changes = {"state": "undoing", "undone": 0, "undone_by": who, **table.due(KIND, row["pk"], clock.text(now))}
        try:
            return store.write(Update(table.key_of(row), set=changes, when=[table.equals("state", row["state"])]))
        except ConditionFailedError:
            continue  # It has just ended, or somebody else asked.
    raise records.BusyError(records.BUSY)


def undo_next(store: Table, row: Item, program: Program, now: datetime) -> list[Write] | None:
    """What was written to take back the measures of the case that is next; None where something else was written
    meanwhile."""
    case, _ = row["cases"][row["undone"]]
    there = store.get(row["pk"], f"case#{case}")
    step = moved(row, "undone", {}, now)
    for _ in range(TRIES):
        writes: list[Write] = []
        told: list[Write] = []
        if there and there["what"] == DECIDED:
            writes, left = undoing(store, row, case, program, now)
            told = [result(row, "undo", case, {"by": row["undone_by"], "left": left}, now)]
        try:
            store.transact([step, *told, *writes])
            return writes
        except CancelledError as error:
            if 0 in error.failed:
                return None
    return None


def undoing(store: Table, row: Item, case: str, program: Program, now: datetime) -> tuple[list[Write], Item]:
    """What takes the measures of a case back, and why some of them are left."""
    community = table.community_of(row["pk"])
    found, valid = records.existing(store, community, case), standards.of(program, community)
    who, writes, back, left = row["undone_by"], list[Write](), list[str](), Item()
    for measure in Decision.model_validate(row["decision"]).measures:
        try:
            cases.admitted(found, who, valid)
            one = taken_back(store, found, measure, who, now)
            back += [measure] if one else []
            writes += one
        except NotAllowedError as error:
            left[measure] = str(error)
    if not back:
        return [], left
    move = Move("undone", {}, {"measure": ", ".join(back), "batch": row["id"]})
    return [*moving(found, move, who, now), *writes], left


def taken_back(store: Table, found: Item, measure: Measure, who: str, now: datetime) -> Sequence[Write]:
    """What was carried out is undone as `working.undo` does it; what was not yet, never will be. Nothing where that is
    so already. Raises NotAllowedError."""
    done = store.get(found["pk"], f"delivery#{measure}")
    if done and done["state"] == "sent" and not store.get(found["pk"], f"delivery#undo#{measure}"):
        cases.undoable(done, measure)
        appeals.may_go_back(store, found, measure)
    return appeals.taken_back(store, found, measure, who, now)


# Looking


def whole(store: Table, community: str, batch: str) -> dict[str, Any]:
    """A batch with what became of each case, and the measures of these on their way there and back.

    Raises LookupError.
    """
    row = existing(store, community, batch)
    told = {item["case"]: item for item in store.query(row["pk"], "case#")}
    undone = {item["case"]: item for item in store.query(row["pk"], "undo#")}
    decided = [name for name, item in told.items() if item["what"] == DECIDED]
    measures = cast(Sequence[str], row["decision"]["measures"])
    names = [f"delivery#{way}{measure}" for measure in measures for way in ("", "undo#")]
    keys = [(table.partition(community, "case", case), sk) for case in decided for sk in names]
    deliveries: dict[str, list[Item]] = {}
    for one in store.read(keys):
        deliveries.setdefault(one["request"]["case"], []).append(one)
    return {"batch": row, "cases": told, "undone": undone, "deliveries": deliveries}
