"""Which items delivery writes: its rows, each step conditional on the one before."""

from datetime import datetime, timedelta

from events.announcements import CountRequested
from functions.delivery.attempts import CADENCE, FOR_A_PERSON, IN_DOUBT, Next, lease_until
from functions.shared import clock, outbox, switches, table
from functions.shared.table import CancelledError, Check, ConditionFailedError, Item, Put, Table, Update, Write

OPEN = ("planned", "claimed", "armed", "unknown")
UNLISTED = ("tell",)
"""Purposes that nobody is bothered about: whoever takes no messages is told nothing, and the case says so."""
OVER = ("due", "due_at")
"""What a row loses once nothing more becomes of it by itself."""
TRIES = 8


class StoppedError(Exception):
    """The announcement was withdrawn, or put on hold, in the moment before its call."""


def claim(store: Table, key: table.Key, now: datetime) -> tuple[Item, str] | None:
    """Take a row whose time has come; gives it with its new fence, and the state it was found in.

    None when it is not due, finished, gone, or in other hands.
    """
    row = store.get(*key)
    at = clock.text(now)
    if row is None or row.get("due_at", "9") > at or (row["state"] not in OPEN and row["purpose"] != "card"):
        return None
    until = clock.text(lease_until(now))
    # What may have arrived stays so until this attempt is armed, too: it may be cut off before.
    state = row["state"] if row["state"] in IN_DOUBT else "claimed"
    try:
        taken = store.write(
            Update(
                key,
                set={"state": state, "due_at": until},
                add={"fence": 1},
                when=[table.equals("fence", row["fence"]), table.equals("due_at", row["due_at"])],
            )
        )
    except ConditionFailedError:
        return None
    return taken, str(row["state"])


def arm(
    store: Table, row: Item, prepared: Item, now: datetime, *, withdrawn: bool = False, once_more: bool = False
) -> Item:
    """The last write before the call: from here on nobody knows, until the outcome is recorded. `withdrawn`: it is
    known to be, and what may have arrived is asked for once more. `once_more`: it may have arrived, and is sent again
    all the same; that is done once.

    Raises LostError, and StoppedError for a post whose announcement is gone or on hold, and for what answers or quotes
    something that has changed.
    """
    changes: Item = {"state": "armed", "due_at": clock.text(lease_until(now)), "attempts": row["attempts"] + 1}
    # The first attempt that is in doubt is the one that is looked for, and whose key has to hold.
    changes |= {} if row["state"] in IN_DOUBT else {"armed_at": clock.text(now)}
    changes |= {"request": {**row["request"], "prepared": prepared}} if prepared else {}
    changes |= {"retried": True, "looks": 0} if once_more else {}
    if row["purpose"] == "post":
        goes = [table.absent("held"), *([] if withdrawn else [table.absent("withdrawn_by")])]
        there = [Check((row["pk"], "announcement"), goes)]
    else:
        there = [outbox.unchanged(about) for about in read_before(row)]
    if not there:
        return step(store, row, set_=changes)
    try:
        store.transact([mine(row, set_=changes), *there])
    except CancelledError as error:
        stopped = 0 not in error.failed
        raise (StoppedError if stopped else outbox.LostError)(row["key"]) from error
    return {**row, **changes}


def read_before(row: Item) -> list[Item]:
    """What somebody read in the log before they had this sent: what it answers, quotes, or links to."""
    return [row["answers"]] if row["purpose"] == "answer" else [*row.get("quotes", ()), *row.get("links", ())]


def settle(store: Table, row: Item, outcome: Next, now: datetime, *, counted: bool = False) -> Item | None:
    """Record what became of the call, or of the decision not to make it. Gives the row whose turn it is next.

    `counted`: what people do with it will be read back. Raises LostError.
    """
    at = clock.text(now)
    changes: Item = {"state": outcome.state, "reason": outcome.reason, "settled_at": at, "attempts": row["attempts"]}
    if outcome.looked:
        changes["looks"] = row.get("looks", 0) + 1
    if outcome.not_there:
        changes |= {"looks": 0, "retried": True}
    if outcome.begun:
        changes["begun"] = True
    if outcome.due_in is not None:
        changes["due_at"] = clock.text(now + timedelta(seconds=outcome.due_in))
        step(store, row, set_=changes)
        return None
    if outcome.state in FOR_A_PERSON and row["purpose"] not in UNLISTED:
        changes |= table.listed(outbox.community_of(row), outbox.NEEDS_A_PERSON, row["key"], at)
    if outcome.state == "sent":
        return settle_sent(store, row, {**changes, "posted": outcome.posted}, now, counted=counted)
    if outcome.state == "held":
        settle_held(store, row, changes, at)
    else:
        step(store, row, set_=changes, remove=OVER)
    return None


def settle_held(store: Table, row: Item, changes: Item, at: str) -> None:
    """Kept back for as long as its target is paused: if somebody resumed it in this moment, it goes on at once."""
    community = outbox.community_of(row)
    held = mine(row, set_=changes | outbox.held_back(community, row, at), remove=OVER)
    paused = Check(switches.key(community, switches.target(row["destination"])), [table.equals("on", True)])
    try:
        store.transact([held, paused])
    except CancelledError:
        step(store, row, set_={**changes, "state": "planned", "reason": "its target was resumed", "due_at": at})


def settle_sent(store: Table, row: Item, changes: Item, now: datetime, *, counted: bool) -> Item | None:
    """It is there; in the same moment the next part gets its turn, what an edit calls it is known, and the reading back
    has its time."""
    done = {**row, **changes}
    sent = mine(row, set_=changes, remove=OVER)
    counting: list[Write] = [Put(count_row(done, now), when=[table.absent()])] if counted else []
    for _ in range(TRIES):
        after = outbox.released(store, done, now)
        writes = [
            sent,
            *after,
            *outbox.renamed(done),
            *outbox.answered(done, now),
            *outbox.handed(done, now),
            *counting,
        ]
        try:
            store.transact(writes)
            return store.get(row["pk"], row["next"]) if after else None
        except CancelledError as error:
            if 0 in error.failed:
                raise outbox.LostError(row["key"]) from error
            # The next part got other words, or was cancelled, in this moment: look again.
            counting = [] if len(writes) - 1 in error.failed else counting
    # Whatever became of the others, that this one is there is recorded.
    step(store, row, set_=changes, remove=OVER)
    return None


def settle_card(store: Table, row: Item, outcome: Next, shown: str, now: datetime) -> None:
    """A card is never done for good: it comes again when it is due, or when somebody says that something has changed,
    which may have been meanwhile. Raises LostError."""
    at = clock.text(now)
    changes: Item = {"state": outcome.state, "reason": outcome.reason, "settled_at": at, "shown": shown}
    changes |= {"posted": outcome.posted} if outcome.posted else {}
    over = outcome.due_in is None
    stuck = over and outcome.state in FOR_A_PERSON
    changes |= {"attempts": 0} if over or outcome.state == "sent" else {}
    changes |= table.listed(outbox.community_of(row), outbox.NEEDS_A_PERSON, row["key"], at) if stuck else {}
    gone = ["due", "due_at"] if over else []
    gone += [] if stuck else ["listing", "listed_at"]
    due = {} if outcome.due_in is None else {"due_at": clock.text(now + timedelta(seconds=outcome.due_in))}
    same = [table.equals("fence", row["fence"]), table.equals("touched", row["touched"])]
    try:
        store.write(Update(table.key_of(row), set=changes | due, remove=gone, when=same))
    except ConditionFailedError:
        left = tuple(one for one in gone if not one.startswith("due"))
        step(store, row, set_=changes | table.due(outbox.KIND, row["pk"], at), remove=left)


def count_row(row: Item, now: datetime) -> Item:
    at = clock.text(now + timedelta(seconds=CADENCE[0]))
    request = CountRequested(
        announcement=row["request"]["announcement"],
        target=row["destination"],
        step=row["request"]["step"],
        posted=row["posted"],
    )
    name = f"{row['sk'].removeprefix('delivery#')}#count"
    return outbox.planned(
        pk=row["pk"],
        name=name,
        purpose="count",
        platform=row["platform"],
        destination=row["destination"],
        request=request,
        at=at,
    ) | {"of": row["sk"], "counts": 0, "calling": outbox.behind(row)}


def settle_count(store: Table, row: Item, reactions: Item, outcome: Next, now: datetime, *, had_its_turn: bool) -> None:
    """What people did with a post stands with the post; the row that asks has its next turn. Raises LostError."""
    at = clock.text(now)
    changes: Item = {"state": outcome.state, "reason": outcome.reason, "settled_at": at}
    remove: tuple[str, ...] = OVER
    if outcome.due_in is not None:
        changes["due_at"], remove = clock.text(now + timedelta(seconds=outcome.due_in)), ()
    post = Update((row["pk"], row["of"]), set={"reactions": {**reactions, "at": at}}, when=[table.present()])
    try:
        add = {"counts": 1} if had_its_turn else {}
        store.transact([mine(row, set_=changes, remove=remove, add=add), *([post] if reactions else [])])
    except CancelledError as error:
        raise outbox.LostError(row["key"]) from error


def mine(row: Item, *, set_: Item, remove: tuple[str, ...] = (), add: dict[str, int] | None = None) -> Update:
    return Update(table.key_of(row), set=set_, remove=remove, add=add or {}, when=[table.equals("fence", row["fence"])])


def step(store: Table, row: Item, *, set_: Item, remove: tuple[str, ...] = ()) -> Item:
    """Doing it twice changes nothing: botocore repeats a call whose answer was lost."""
    try:
        return store.write(mine(row, set_=set_, remove=remove))
    except ConditionFailedError as error:
        raise outbox.LostError(row["key"]) from error
