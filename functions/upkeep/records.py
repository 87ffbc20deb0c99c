"""Which items upkeep writes.

| pk | sk | what |
|---|---|---|
| community#standing#source | check | what was found of a source's connection, and when to look again |
| community#standing#source | poll | how far a source was read, and when to go on |
| -#standing#rows | rows | which of these rows there are, and by which version of the program |
| community#alert#hash | alert | a platform's own alarm, for fourteen days |
| community#erasure#hash | erasure | an account that has to go (named until it is gone), how far it was searched for |

An erasure also empties fields of other rooms' items: `traces.py` says which.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from events.envelope import Envelope
from events.operations import AlertRaised, ErasureRequested, SubscriptionLost
from functions.shared import clock, inbox, outbox, raised, table
from functions.shared.table import CancelledError, ConditionFailedError, Delete, Item, Put, Table, Update, Write
from functions.upkeep.duties import Duty
from functions.upkeep.turns import Turn

LEASE = timedelta(seconds=150)
"""Longer than a run may last (120 s): whoever has a row is the only one who is at it."""

ALERTS_KEPT = timedelta(days=14)
ERASURE = "erasure"
ROWS = (table.partition("-", raised.STANDING, "rows"), "rows")

AGAIN = timedelta(minutes=15)
"""Between two searches for an account: what was on its way when the first one passed has arrived by then."""

SEARCHES = (2, 5)
"""For one account, at least and at most, and more as long as one leaves something behind. The last one of fewer than
five found nothing."""


def sync(store: Table, duties: Sequence[Duty], version: int, now: datetime) -> int:
    """Have exactly the rows that the program's `version` asks for; gives how many rows were looked at.

    Cut off, it is done again: which rows there are is written last. Raises ConditionFailedError when somebody else
    is at it; whoever knows the later program wins.
    """
    wanted = {name(duty): duty.shape for duty in duties}
    before = store.get(*ROWS) or {"version": 0, "rows": {}}
    if before["version"] > version or (before["version"], before["rows"]) == (version, wanted):
        return 0
    for duty in duties:
        want(store, duty, version, now)
    gone = [key_of_name(one) for one in before["rows"] if one not in wanted]
    for key in gone:
        unwant(store, key, version)
    pk, sk = ROWS
    item = {"pk": pk, "sk": sk, "kind": "standing rows", "version": version, "rows": wanted}
    store.write(Put(item, when=[table.either([table.absent()], [table.at_most("version", version)])]))
    return len(duties) + len(gone)


def name(duty: Duty) -> str:
    return "\n".join(duty.key)


def key_of_name(written: str) -> table.Key:
    pk, _, sk = written.partition("\n")
    return pk, sk


def want(store: Table, duty: Duty, version: int, now: datetime) -> None:
    """The row as it is, or a new one where there is none, or none for what the program says now."""
    row = store.get(*duty.key)
    if row and row["shape"] == duty.shape:
        store.write(Update(duty.key, set={"program": version}, when=[table.at_most("program", version)]))
        return
    # A higher fence: whoever is at the old one right now has lost it.
    fence = row["fence"] + 1 if row else 0
    same = [table.equals("fence", row["fence"]), table.at_most("program", version)] if row else [table.absent()]
    store.write(Put({**begun(duty, clock.text(now)), "program": version, "fence": fence}, when=same))


def begun(duty: Duty, at: str) -> Item:
    pk, sk = duty.key
    counters = {"wrong": 0, "not_good": 0} if sk == raised.CHECK else {"failures": 0, "cursor": ""}
    return {
        "pk": pk,
        "sk": sk,
        "kind": raised.STANDING,
        "community": duty.place.community,
        "source": duty.place.id,
        "platform": duty.place.platform,
        "shape": duty.shape,
        "state": "new",
        **counters,
        **table.due(raised.STANDING, pk + sk, at),
    }


def unwant(store: Table, key: table.Key, version: int) -> None:
    """Take a row away, unless a later program asks for it."""
    try:
        store.write(Delete(key, when=[table.either([table.absent()], [table.at_most("program", version)])]))
    except ConditionFailedError:
        pass


def claim(store: Table, row: Item, now: datetime) -> Item | None:
    """Take a row that is due, as it was read; gives it with its new fence. None when somebody else was faster."""
    same = [table.equals("fence", row["fence"]), table.equals("due_at", row["due_at"])]
    lease = {"due_at": clock.text(now + LEASE)}
    try:
        return store.write(Update(table.key_of(row), set=lease, add={"fence": 1}, when=same))
    except ConditionFailedError:
        return None


def is_due(row: Item | None, now: datetime) -> bool:
    return row is not None and row.get("due_at", "9") <= clock.text(now)


def settle(store: Table, row: Item, turn: Turn, now: datetime) -> Item:
    """What came of one turn, and when the next one is due. Raises LostError when the row is in other hands."""
    at = clock.text(now)
    changes: Item = {**turn.changes, "checked_at": at, "due_at": clock.text(turn.next_at)}
    if not turn.reason:
        return held(store, row, changes | {"good_at": at}, remove=("reason", "since", "listing", "listed_at"))
    changes |= {"reason": turn.reason, "since": row.get("since", at)}
    if turn.raised and "listing" not in row:
        changes |= table.listed(row["community"], raised.STANDING, row["source"] + row["sk"], at)
    return held(store, row, changes)


def held(
    store: Table, row: Item, changes: Item, *, add: Mapping[str, int] | None = None, remove: Sequence[str] = ()
) -> Item:
    """Change a claimed row, as long as nobody else has it. Raises LostError."""
    mine = [table.equals("fence", row["fence"])]
    try:
        return store.write(Update(table.key_of(row), set=changes, add=add or {}, remove=remove, when=mine))
    except ConditionFailedError as error:
        raise outbox.LostError(row["pk"]) from error


def record_loss(store: Table, envelope: Envelope, lost: SubscriptionLost, now: datetime) -> inbox.Fate | None:
    """The source's connection is lost, and due: the next round mends it or raises it. None when there is no row."""
    key = raised.standing_key(lost.community, lost.source, raised.CHECK)
    at = clock.text(now)
    why = ": ".join(filter(None, (lost.topic, lost.reason)))
    # It counts as the first check that found something wrong; and a check that is under way knows nothing of it.
    told = {"state": "lost", "wrong": 1, "reason": why[:500], "since": at, "lost_at": clock.text(lost.lost_at)}
    mark = Update(key, set={**told, "due_at": at}, add={"fence": 1}, when=[table.present()])
    try:
        store.transact([inbox.marker(envelope, "recorded", now, about=f"{key[0]} lost"), mark])
    except CancelledError as error:
        return "duplicate" if 0 in error.failed else None
    return "recorded"


def record_alert(store: Table, envelope: Envelope, alert: AlertRaised, now: datetime) -> inbox.Fate:
    """An alarm, once, whoever delivers it again."""
    pk = table.partition(alert.community, "alert", hashed(alert.source, alert.alert))
    at = clock.text(now)
    item = {
        "pk": pk,
        "sk": "alert",
        "kind": "alert",
        "source": alert.source,
        "platform": alert.platform,
        "title": alert.title,
        "text": alert.text,
        "url": alert.url,
        "raised_at": clock.text(alert.raised_at),
        "recorded_at": at,
        "expires": int((now + ALERTS_KEPT).timestamp()),
        **table.listed(alert.community, raised.ALERTS, pk, at),
    }
    # An earlier one of that name may have expired and still be there.
    free = table.either([table.absent()], [table.before("expires", int(now.timestamp()))])
    return once(store, envelope, Put(item, when=[free]), now)


def record_erasure(store: Table, envelope: Envelope, asked: ErasureRequested, now: datetime) -> inbox.Fate:
    """A duty, due now. Neither its key nor its marker says who it is about."""
    return once(store, envelope, Put(duty(asked, now), when=[table.absent()]), now)


def ask_erasure(store: Table, asked: ErasureRequested, now: datetime) -> Item:
    """The same, asked by hand: the duty as it is. Asked again after it is done, it is done again."""
    new = duty(asked, now)
    try:
        return store.write(Put(new, when=[table.either([table.absent()], [table.equals("state", "done")])]))
    except ConditionFailedError:
        return store.get(*table.key_of(new)) or new


def erasure_key(asked: ErasureRequested) -> table.Key:
    return table.partition(asked.community, ERASURE, hashed(asked.source, asked.request)), ERASURE


def duty(asked: ErasureRequested, now: datetime) -> Item:
    (pk, sk), at = erasure_key(asked), clock.text(now)
    return {
        "pk": pk,
        "sk": sk,
        "kind": ERASURE,
        "state": "due",
        "community": asked.community,
        "source": asked.source,
        "platform": asked.platform,
        "person": {"id": asked.person.id, "name": asked.person.name},
        "requested_at": clock.text(asked.requested_at),
        "recorded_at": at,
        "fence": 0,
        "search": 1,
        "found": 0,
        "read": 0,
        "emptied": 0,
        **table.due(ERASURE, pk, at),
    }


def hashed(source: str, identifier: str) -> str:
    return sha256(f"{source}\n{identifier}".encode()).hexdigest()[:32]


def once(store: Table, envelope: Envelope, put: Put, now: datetime) -> inbox.Fate:
    """The item and the marker in one transaction; the same under another delivery id leaves only a marker."""
    about = str(put.item["pk"])
    try:
        store.transact([inbox.marker(envelope, "recorded", now, about=about), put])
    except CancelledError as error:
        if 0 in error.failed:
            return "duplicate"
    else:
        return "recorded"
    try:
        store.write(inbox.marker(envelope, "duplicate", now, about=about))
    except ConditionFailedError:
        pass  # This delivery, too, came before.
    return "duplicate"


def emptied(store: Table, row: Item, item: Item, changes: Item | None, also: Sequence[Update] = ()) -> bool:
    """Empty fields of one item, or take it away, with what that changes elsewhere (`also`). As `counted`."""
    # A message is folded with what stood there before: whoever has just read it has to read it again.
    add = {"version": 1} if "version" in item else {}
    same = [table.equals("version", item["version"])] if add else [table.present()]
    same += [as_read(item, name) for name in sorted({*(changes or {}), *WITH.get(item["kind"], ())})]
    return counted(store, row, None if changes == {} else without(item, changes, add, same), also)


def counted(store: Table, row: Item, write: Write | None, also: Sequence[Update]) -> bool:
    """One write and its count, or neither: the numbers are exact however often it is cut off. False for what is left
    to the next search: it changed meanwhile, or nothing of it can change now.

    Raises LostError when the erasure is in other hands.
    """
    count = Update(table.key_of(row), add={"found": 1, "emptied": 1}, when=[table.equals("fence", row["fence"])])
    try:
        if write:
            store.transact([write, count, *also])
            return True
    except CancelledError as error:
        if 1 in error.failed:
            raise outbox.LostError(row["pk"]) from error
    held(store, row, {}, add={"found": 1, "left": 1})
    return False


WITH = {"flag": ("counted",)}
"""What has to be as it was read, too, by the kind of item: somebody may be answered, and counted, meanwhile."""


def as_read(item: Item, name: str) -> table.Condition:
    return table.equals(name, item[name]) if name in item else table.absent(name)


def without(item: Item, changes: Item | None, add: dict[str, int], same: table.When) -> Write:
    if changes is None:
        return Delete(table.key_of(item), when=same)
    left = {name: value for name, value in changes.items() if value is not None}
    gone = [name for name, value in changes.items() if value is None]
    return Update(table.key_of(item), set=left, add=add, remove=gone, when=same)


def searched(store: Table, row: Item, number: int, cursor: table.Key | None, now: datetime) -> Item:
    """`number` items more were looked at; where the search goes on, or how it ended. Raises LostError."""
    current = store.get(*table.key_of(row)) or row
    changes: Item = {"state": "searching", "read": current["read"] + number}
    if cursor:
        return held(store, row, {**changes, "cursor": list(cursor), "due_at": clock.text(now + LEASE)})
    least, most = SEARCHES
    if current["search"] < least or current.get("left") or (current["found"] and current["search"] < most):
        again = {"search": current["search"] + 1, "found": 0, "left": 0, "due_at": clock.text(now + AGAIN)}
        return held(store, row, changes | again, remove=("cursor",))
    done = {"state": "done", "done_at": clock.text(now)}
    return held(store, row, changes | done, remove=("cursor", "person", "due", "due_at"))


def paused(store: Table, row: Item, now: datetime) -> None:
    """Due again at once: there was no time for more."""
    held(store, row, {"due_at": clock.text(now)})
