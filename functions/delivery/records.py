"""Which items delivery writes: its rows, each step conditional on the one before."""

from datetime import datetime, timedelta

from functions.delivery.attempts import Next, lease_until
from functions.shared import clock, outbox, table
from functions.shared.table import ConditionFailedError, Item, Table, Update


def claim(store: Table, key: table.Key, now: datetime) -> tuple[Item, str] | None:
    """Take a row whose time has come; gives it with its new fence, and the state it was found in.

    None when it is not due, finished, gone, or in other hands.
    """
    row = store.get(*key)
    at = clock.text(now)
    if row is None or row.get("due_at", "9") > at or row["state"] not in ("planned", "claimed", "armed"):
        return None
    until = clock.text(lease_until(now))
    try:
        taken = store.write(
            Update(
                key,
                # An armed row stays armed: until this attempt is armed, too, the one before may have sent.
                set={"state": "armed" if row["state"] == "armed" else "claimed", "due_at": until},
                add={"fence": 1},
                when=[table.equals("fence", row["fence"]), table.equals("due_at", row["due_at"])],
            )
        )
    except ConditionFailedError:
        return None
    return taken, str(row["state"])


def arm(store: Table, row: Item, now: datetime) -> Item:
    """The last write before the call: from here on nobody knows, until the outcome is recorded."""
    changes: Item = {"state": "armed", "due_at": clock.text(lease_until(now)), "attempts": row["attempts"] + 1}
    first = {} if "armed_at" in row else {"armed_at": clock.text(now)}
    return step(store, row, set_={**changes, **first})


def settle(store: Table, row: Item, outcome: Next, now: datetime) -> Item:
    """Record what became of the call, or of the decision not to make it."""
    changes: Item = {"state": outcome.state, "reason": outcome.reason, "settled_at": clock.text(now)}
    if outcome.state == "sent":
        changes |= {"external_id": outcome.id, "url": outcome.url}
    if outcome.due_in is not None:
        return step(store, row, set_={**changes, "due_at": clock.text(now + timedelta(seconds=outcome.due_in))})
    if outcome.state in ("refused", "unknown", "stuck"):
        community = outbox.community_of(row)
        changes |= table.listed(community, outbox.NEEDS_A_PERSON, row["key"], clock.text(now))
    return step(store, row, set_=changes, remove=("due", "due_at"))


def step(store: Table, row: Item, *, set_: Item, remove: tuple[str, ...] = ()) -> Item:
    """Doing it twice changes nothing: botocore repeats a call whose answer was lost."""
    try:
        return store.write(
            Update(
                table.key_of(row),
                set=set_,
                remove=remove,
                when=[table.equals("fence", row["fence"])],
            )
        )
    except ConditionFailedError as error:
        raise outbox.LostError(row["key"]) from error
