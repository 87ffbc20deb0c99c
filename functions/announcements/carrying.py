"""What is done about a change or a withdrawal: it is carried to every part, as far as the platforms can."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from functions.announcements import plans, records
from functions.announcements.records import Call
from functions.platforms import previews
from functions.platforms.posting import Editing
from functions.shared import outbox, table
from functions.shared.table import CancelledError, ConditionFailedError, Delete, Item, Table

AGAIN = timedelta(minutes=1)
AT_ONCE = 300
"""Calls that are planned in one go: a function's time is short, and other announcements wait."""

MOVED = (CancelledError, ConditionFailedError)
"""Somebody changed it since it was read: it is looked at again."""


def carry(store: Table, found: Item, plan: Sequence[Call], now: datetime) -> list[Item]:
    """Do what can be done now; gives the rows to kick. `plan`: all of it as it shall be from now on; nothing when it is
    withdrawn. Cut off anywhere, or where something else has to end first, the next minute goes on."""
    rows = {row["sk"]: row for row in records.rows_of(store, found)}
    work = Work(store, found, rows, {f"delivery#{call['name']}": call for call in plan}, now)
    if not work.done() or work.planned or any(map(plans.is_open, rows.values())):
        records.put_off(store, found, now + AGAIN)
        return work.planned
    state: plans.State = "withdrawn" if found["state"] == "withdrawing" else "published"
    records.finished(store, found, state, work.cannot(), now)
    return []


@dataclass(frozen=True, slots=True)
class Work:
    """One change or withdrawal, and the deliveries as they were read."""

    store: Table
    found: Item
    rows: Mapping[str, Item]
    """By their `sk`."""
    wanted: dict[str, Call]
    """The parts as they shall be from now on, in their order, by the `sk` of their row."""
    now: datetime
    planned: list[Item] = field(default_factory=list)
    """Rows that were made, or whose turn it is now."""

    def done(self) -> bool:
        """Do what can be done now; gives whether nothing has to be looked at again."""
        done = True
        for row in self.rows.values():
            if len(self.planned) >= AT_ONCE:
                return False
            try:
                done = self.acted_on(row) and done
            except MOVED:
                done = False
        return self.chained() and done

    def acted_on(self, row: Item) -> bool:
        match row["purpose"]:
            case "post":
                return self.part(row)
            case "edit" if row["of"] not in self.wanted:
                fate = plans.fate_of_edit(row, can_withdraw(row))
                return withdrawal_of(row) in self.rows or self.do(row, fate)
            case "withdraw" if row["of"] in self.wanted and row["state"] != "sent":
                self.store.write(Delete(table.key_of(row), when=outbox.as_read(row)))  # The part is wanted again.
        return True

    def part(self, row: Item) -> bool:
        call = self.wanted.get(row["sk"])
        if call and self.is_gone(row):
            return True  # It comes again, see `chained`.
        fate = plans.fate_when_changed(row, call and call["request"], editing(row) != "no", can_withdraw(row))
        if fate == "withdraw" and withdrawal_of(row) in self.rows:
            return True
        if fate == "withdraw" and any(map(plans.may_rename, self.edits(row))):
            return False
        return self.do(row, fate)

    def do(self, row: Item, fate: plans.Fate) -> bool:
        match fate:
            case "withdraw":
                self.planned.append(self.store.write(outbox.put(records.take_back(self.found, row, self.now))))
            case "edit":
                wanted = self.wanted[row["sk"]]["request"]
                edit, writes = records.correction(self.found, row, wanted, editing(row), self.edits(row), self.now)
                self.store.transact(writes)
                self.planned.append(edit)
            case "replace":
                self.store.write(records.replaced(row, self.wanted[row["sk"]]))
            case "cancel":
                self.store.write(outbox.cancelled(row, "withdrawn before it was sent"))
        return fate != "wait"

    def chained(self) -> bool:
        """Parts that were not there before, or that come again, the last one first: each has its row before the one
        that it follows is sent."""
        done = True
        for name, follows in reversed(list(self.links())):
            if len(self.planned) >= AT_ONCE:
                return False
            try:
                done = self.link(name, follows) and done
            except MOVED:
                done = False
        return done

    def links(self) -> Iterator[tuple[str, str]]:
        """Each part that is still to come, with the next one; and the part that is there and the first of them
        follows."""
        thread: list[str] = []
        for name, call in self.wanted.items():
            thread.append(name)
            if call["after"]:
                continue
            coming = [one for one in thread if not self.is_there(one)]
            before = thread[: thread.index(coming[0])] if coming else []
            chain = [*before[-1:], *coming]
            yield from zip(chain, [*chain[1:], ""], strict=False)
            thread = []

    def link(self, name: str, follows: str) -> bool:
        row, call = self.rows.get(name), {**self.wanted[name], "after": follows.removeprefix("delivery#")}
        if row is None:
            self.planned.append(self.store.write(outbox.put(records.row(self.found, call, self.now))))
        elif row["state"] == "cancelled" or self.is_gone(row):
            again, writes = records.renewed(self.found, row, call, self.now)
            self.store.transact(writes)
            self.planned.append(again)
        elif row["state"] == "sent":
            self.planned.extend(self.released(row, follows))
        elif row["next"] != follows:
            if plans.in_doubt(row):
                return False
            self.store.write(records.followed(row, follows))
        return True

    def released(self, row: Item, follows: str) -> list[Item]:
        """A part that is there gets another one behind it, whose turn it is at once."""
        after = outbox.released(self.store, {**row, "next": follows}, self.now)
        if not after and row["next"] == follows:
            return []
        self.store.transact([records.followed(row, follows), *after])
        return self.store.read([(row["pk"], follows)]) if after else []

    def edits(self, row: Item) -> list[Item]:
        return [one for one in self.rows.values() if one["purpose"] == "edit" and one["of"] == row["sk"]]

    def is_there(self, name: str) -> bool:
        row = self.rows.get(name)
        return row is not None and row["state"] == "sent" and not self.is_gone(row)

    def is_gone(self, row: Item) -> bool:
        """Whether an earlier change has taken it back."""
        return self.rows.get(withdrawal_of(row), {}).get("state") == "sent"

    def cannot(self) -> list[str]:
        """What is there and could not be changed or taken back, for the manager to read."""
        parts = [row for row in self.rows.values() if row["purpose"] == "post" and plans.is_there(row)]
        told = [
            f"{row['destination']} {row['posted']['url']}".strip() + f": {why}"
            for row in parts
            if (why := self.left(row))
        ]
        after = [row for row in self.rows.values() if row["purpose"] in ("edit", "withdraw")]
        failed = [row for row in after if row["state"] not in ("sent", "cancelled")]
        return told + [f"{row['destination']}: {row['purpose']}: {row['reason']}" for row in failed]

    def left(self, row: Item) -> str:
        """Why a part is not as it shall be; empty when it is, or when the row that was to do it tells."""
        call = self.wanted.get(row["sk"])
        if call is None:
            return "" if can_withdraw(row) and plans.is_known(row) else "cannot be taken back by a program"
        return "" if row["request"]["body"] == call["request"]["body"] else "cannot be changed by a program"


def withdrawal_of(row: Item) -> str:
    return f"{row['sk']}#withdraw"


def can_withdraw(row: Item) -> bool:
    """A correction that is a post of its own goes like any other; one that changed the post went with it."""
    can = hasattr(previews.posting(row["platform"]), "withdraw")
    return can and (row["purpose"] == "post" or row["editing"] == "reply")


def editing(row: Item) -> Editing:
    found: Editing = getattr(previews.posting(row["platform"]), "EDIT", "no")
    return found
