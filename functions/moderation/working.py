"""What moderators do with cases, in the store: each move is decided by `cases`, and written only if the case is still
the one it was decided on."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import cast

from events.moderation import Decision, Measure
from events.program import Program
from functions.moderation import appeals, cases, evidence, forgetting, looks, records, roster, standards, strikes
from functions.moderation.cases import HARMLESS, Move, NotAllowedError
from functions.moderation.records import BUSY, TRIES, BusyError, existing, moving
from functions.moderation.standards import Standards
from functions.shared import clock, outbox, table
from functions.shared.table import CancelledError, Item, Key, Put, Table, Update, Write

LOOKED_THROUGH = 400
"""Open cases that are looked through for the next one."""


class CameBeforeError(Exception):
    """What this was asked with was recorded already, in this very moment."""


def written(store: Table, writes: Sequence[Write], beside: Sequence[Write]) -> bool:
    """False where the case is not what it was any more: look again. Raises CameBeforeError."""
    try:
        store.transact([*writes, *beside])
    except CancelledError as error:
        if any(place >= len(writes) for place in error.failed):
            raise CameBeforeError from error
        return False
    return True


def change(
    store: Table,
    community: str,
    case: str,
    who: str,
    now: datetime,
    move: Callable[[Item], Move],
    and_more: Callable[[Item], Sequence[Write]] = lambda _: (),
    beside: Sequence[Write] = (),
) -> Item:
    """Read, decide, write; again where somebody else wrote in between. Gives the case as it is then. `beside` is
    written in the same transaction: the marker of what it was asked with.

    Raises LookupError, NotAllowedError, BusyError or CameBeforeError.
    """
    for _ in range(TRIES):
        found = existing(store, community, case)
        # Else a flag was added, or somebody else was faster.
        if written(store, [*moving(found, move(found), who, now), *and_more(found)], beside):
            return existing(store, community, case)
    raise BusyError(BUSY)


def claim(
    store: Table,
    community: str,
    case: str,
    who: str,
    standards: Standards,
    now: datetime,
    day: str,
    beside: Sequence[Write] = (),
) -> Item:
    """Take a case, or hold it for longer; gives the case with its new fence. `day`: which it is for them."""

    def exposed(found: Item) -> list[Write]:
        if found["severity"] > roster.SEVERE or found["claimed_by"] == who:
            return []
        pk, sk = load_key(community, who, day)
        return [Update((pk, sk), set={"kind": "load", "expires": expiry(now)}, add={"severe": 1})]

    def and_more(found: Item) -> list[Write]:
        return [*exposed(found), *looks.asked_for(found, found["fence"] + 1, now)]

    return change(
        store, community, case, who, now, lambda found: cases.claimed(found, who, standards, now), and_more, beside
    )


LOAD_KEPT = timedelta(days=30)


def load_key(community: str, who: str, day: str) -> table.Key:
    return table.partition(community, "moderator", who), f"load#{day}"


def expiry(now: datetime) -> int:
    return int((now + LOAD_KEPT).timestamp())


def release(
    store: Table, community: str, case: str, who: str, fence: int, now: datetime, beside: Sequence[Write] = ()
) -> Item:
    return change(store, community, case, who, now, lambda found: cases.released(found, who, fence), beside=beside)


def escalate(
    store: Table,
    community: str,
    case: str,
    who: str,
    reason: str,
    standards: Standards,
    now: datetime,
    beside: Sequence[Write] = (),
) -> Item:
    def move(found: Item) -> Move:
        return cases.escalated(found, who, reason, standards, now)

    return change(store, community, case, who, now, move, beside=beside)


def snooze(
    store: Table, community: str, case: str, who: str, until: datetime, standards: Standards, now: datetime
) -> Item:
    return change(store, community, case, who, now, lambda found: cases.snoozed(found, who, until, standards, now))


def pass_time(store: Table, key: table.Key, standards: Standards, now: datetime) -> Item | None:
    """What a deadline or an alarm that has come changes in a case; None where nothing is due."""
    found = store.get(*key)
    move = cases.passed(found, standards, now) if found else None
    if not (found and move):
        return None
    try:
        store.transact(moving(found, move, "liaison", now))
    except CancelledError:
        return None  # Something else happened to it: what is still due is found again.
    return {**found, **move.set}


def open_cases(store: Table, community: str) -> Iterator[Item]:
    """By their order of work; those that somebody has included. Read from the table: the index only proposes."""
    keys = store.ascending(community, records.OPEN)
    while page := list(islice(keys, 25)):
        items = [item for item in store.read(page) if item["state"] in ("open", "claimed")]
        yield from sorted(items, key=cases.order)


def claim_next(
    store: Table, community: str, who: str, gives: Callable[[Item], bool], standards: Standards, now: datetime, day: str
) -> Item | None:
    """The first case in the order of work that somebody may be given, taken for them. None where there is none.

    Whoever is faster has it, and the next one is tried."""
    for found in islice(open_cases(store, community), LOOKED_THROUGH):
        if not cases.free(found, now) or not gives(found):
            continue
        try:
            return claim(store, community, found["id"], who, standards, now, day)
        except NotAllowedError:
            continue
    return None


def severe_cases(store: Table, community: str, who: str, day: str) -> int:
    """How many severe ones somebody took on a day of theirs."""
    return int((store.get(*load_key(community, who, day)) or {}).get("severe", 0))


def decide(
    store: Table,
    community: str,
    case: str,
    who: str,
    fence: int,
    decision: Decision,
    hash_: str,
    now: datetime,
    program: Program,
    beside: Sequence[Write] = (),
) -> Item:
    """Decision, measures and audit in one transaction. The fence proves that the claim still holds, and that nothing
    happened since which whoever decides has not seen.

    Deciding again exactly as before gives the decided case, so a lost answer may be asked for again.
    Raises LookupError, NotAllowedError, BusyError or CameBeforeError.
    """
    valid = standards.of(program, community)
    for _ in range(TRIES):
        found = existing(store, community, case)
        whole = appeals.completed(store, found, decision)
        if found["state"] == "decided":
            return already(store, found, who, fence, whole)
        move = cases.decided(found, who, fence, whole, valid, now)
        others = following(store, found, who, whole, program, hash_, now)
        # Else a flag was added, or it was decided there.
        if written(store, [*moving(found, move, who, now), *others], beside):
            return existing(store, community, case)
    raise BusyError(BUSY)


def already(store: Table, found: Item, who: str, fence: int, decision: Decision) -> Item:
    before = store.get(found["pk"], "decision")
    wanted = decision.model_dump(mode="json")
    if before and before["by"] == who and before["fence"] == fence and before["decision"] == wanted:
        return found
    raise NotAllowedError("this case is decided already")


def following(
    store: Table, found: Item, who: str, decision: Decision, program: Program, hash_: str, now: datetime
) -> list[Write]:
    """What is written beside the case itself: the verdict, what carries it out, and whom it concerns."""
    verdict = {
        "pk": found["pk"],
        "sk": "decision",
        "kind": "decision",
        "by": who,
        "at": clock.text(now),
        "fence": found["fence"],
        "decision": decision.model_dump(mode="json"),
        "program": hash_,
        **cases.snapshot(found.get("looked", 0)),
    }
    measures, back, others = list(decision.measures), list[Key](), list[Write]()
    if appeals.is_appeal(found):
        measures, back, others = appeals.judged(store, found, who, decision, program, now)
    else:
        others = [
            records.outcome_planned(found, now),
            records.round_over(found, records.subject_of(found), now),
            *records.told_of_author(found, decision.outcome),
            *strikes.given(found, decision, program, now),
            *records.fewer_open(found),
        ]
    # What is taken back meanwhile changes what was looked at.
    look = None if back else looks.of(store, found)
    rows = acting(store, found, measures, decision, look, now)
    actions = [outbox.put(outbox.following(row, back)) for row in rows]
    ends = evidence.end_planned(found, forgetting.days(found, program), now)
    return [Put(verdict, when=[table.absent()]), ends, *actions, *others]


def acting(
    store: Table, found: Item, measures: Sequence[Measure], decision: Decision, look: Item | None, now: datetime
) -> Iterator[Item]:
    """Rows that carry measures out, each on the state that was looked at before deciding, where anybody looked."""
    reports = looks.reported(store, found) if any(measure in HARMLESS for measure in measures) else ()
    states = looks.expected(look, decision, reports)
    for measure in measures:
        request = looks.requested(found, measure, decision, reports, now)
        yield outbox.planned(
            pk=found["pk"],
            name=measure,
            purpose="act",
            platform=found["platform"],
            destination=request.subject.source,
            request=request.model_copy(update={"expected": states.get(measure)}),
            at=clock.text(now),
        )


def undo(
    store: Table, community: str, case: str, measure: Measure, who: str, standards: Standards, now: datetime
) -> Item:
    """Take a measure back: a row that leads from the state which it left to the one before. Gives that row; asked for
    again, the same one. Raises LookupError or NotAllowedError."""
    for _ in range(TRIES):
        found = existing(store, community, case)
        cases.admitted(found, who, standards)
        name = f"undo#{measure}"
        if there := store.get(found["pk"], f"delivery#{name}"):
            return there
        done = store.get(found["pk"], f"delivery#{measure}")
        cases.undoable(done, measure)
        appeals.may_go_back(store, found, measure)
        row = appeals.undoing(cast(Item, done), measure, now)
        try:
            store.transact([*moving(found, Move("undone", {}, {"measure": measure}), who, now), outbox.put(row)])
            return row
        except CancelledError:
            continue  # Something else was written into the history, or somebody else undid it: look again.
    raise BusyError(BUSY)
