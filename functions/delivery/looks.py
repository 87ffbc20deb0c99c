"""Reading, for whoever has just taken a case, what each measure would find at its place (see `moderation/looks.py`).

It changes nothing there, so it may be done again, and bothers nobody when it comes to nothing: it is over after a few
tries, or when the claim is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from events.program import Program
from functions.delivery import budgets, calls, records
from functions.delivery.attempts import Next
from functions.moderation import looks
from functions.moderation import records as moderation
from functions.platforms import acting
from functions.platforms.outgoing import Destination, Hands, Http, Outcome, Refused, Reply, Sent, Unknown, Wait
from functions.shared import clock, outbox, parameters, table
from functions.shared.table import CancelledError, Item, Table, Update

TRIES = 3
SOON = 5
"""Seconds before another try, at least."""
LARGEST = 30_000
"""Bytes of one state: all of them together stay below the 400 KB of an item."""

Found = dict[str, dict[str, Any]]
"""What was found, by outcome and measure (`looks.entry`)."""


@dataclass(frozen=True, slots=True)
class Remembering:
    """Two measures that read the same are one question. Only for looks, which change nothing in between."""

    http: Http
    answers: dict[tuple[object, ...], Reply] = field(default_factory=dict)

    def __call__(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", private: bool = False
    ) -> Reply:
        asked = (method, url, tuple(sorted(headers.items())), body)
        if asked not in self.answers:
            self.answers[asked] = self.http(method, url, headers=headers, body=body, private=private)
        return self.answers[asked]


def attempt(store: Table, row: Item, hands: Hands, program: Program, now: datetime) -> tuple[Item, Next]:
    """All that is still to be read, once. Raises LostError."""
    case = store.get(row["pk"], moderation.KIND)
    if case is None or not looks.belongs(row, case) or case["lease_until"] <= clock.text(now):
        return settled(store, row, {}, Next("cancelled", "nobody waits for it any more"), None)
    seen = row.get("seen") or {"reports": list(looks.reported(store, case)), "found": {}}
    try:
        to = calls.destination(row, program, "")
    except calls.NowhereError as error:
        return settled(store, row, seen, Next("cancelled", str(error)), case)
    once = replace(hands, http=Remembering(hands.http))
    found, waits = read(case, seen, to, once, now)
    for wait in waits:
        if wait.budget:
            budgets.park(store, wait.budget, wait.seconds, now)
    return settled(store, row, {**seen, "found": found}, following(row, case, waits, now), case)


def read(case: Item, seen: Item, to: Destination, hands: Hands, now: datetime) -> tuple[Found, list[Wait]]:
    """What was found so far, and what has to be asked for again."""
    found: Found = {outcome: dict(known) for outcome, known in seen["found"].items()}
    waits: list[Wait] = []
    for outcome, measure, _ in looks.wanted(case):
        known = found.setdefault(outcome, {})
        if "unseen" not in known.get(measure, {"unseen": ""}):
            continue
        action = looks.sample(case, measure, outcome, seen["reports"], now)
        looking = partial(acting.look, case["platform"], action, to, hands)
        there = renewed(calls.bounded(case["platform"], looking), to)
        if isinstance(there, Wait):
            waits.append(there)
        known[measure] = {**kept(there), "at": clock.text(now)}
    return found, waits


def renewed(found: object, to: Destination) -> acting.State | Outcome:
    """Of a credential that is dead: another one may have been put since this function read it."""
    if isinstance(found, Refused) and found.unauthorized and calls.is_stale(to):
        parameters.fetched.cache_clear()
        return Wait(0, "another credential was put in the meantime")
    return acting.harmless(found) if isinstance(found, Unknown) else cast(acting.State | Outcome, found)


def kept(found: acting.State | Outcome) -> Item:
    match found:
        case Refused(reason=reason):
            return {"cannot": reason}
        case Wait(reason=reason) | Unknown(reason=reason):
            return {"unseen": reason}
        case Sent():
            return {"unseen": "what was answered is no state"}
    if len(json.dumps(found)) > LARGEST:
        return {"cannot": "there is too much of it to be kept and compared"}
    return {"state": dict(found)}


def following(row: Item, case: Item, waits: list[Wait], now: datetime) -> Next:
    """Again, while it can still be of use to whoever has the case."""
    if not waits:
        return Next("sent")
    due_in = max(SOON, *(wait.seconds for wait in waits))
    late = clock.text(now + timedelta(seconds=due_in)) >= case["lease_until"]
    if row["attempts"] + 1 >= TRIES or late:
        return Next("cancelled", waits[0].reason)
    return Next("planned", waits[0].reason, due_in=due_in)


def settled(store: Table, row: Item, seen: Item, outcome: Next, case: Item | None) -> tuple[Item, Next]:
    """What was found, and the cards of the case are looked at. Raises LostError."""
    now = clock.now()
    changes: Item = {"state": outcome.state, "reason": outcome.reason, "settled_at": clock.text(now)}
    changes |= {"attempts": row["attempts"] + 1} | ({"seen": seen} if seen else {})
    changes |= {} if outcome.due_in is None else {"due_at": clock.text(now + timedelta(seconds=outcome.due_in))}
    mine = records.mine(row, set_=changes, remove=records.OVER if outcome.due_in is None else ())
    try:
        store.transact([mine, *(shows(case, now) if case else [])])
    except CancelledError as error:
        if 0 in error.failed:
            raise outbox.LostError(row["key"]) from error
        records.step(store, row, set_=dict(mine.set), remove=tuple(mine.remove))
    if case:
        outbox.kick(store.read([(case["pk"], sk) for sk in case.get("cards", ())]))
    return row, outcome


def shows(case: Item, now: datetime) -> list[Update]:
    """As with anything that happens to a case (`records.touched`); what the last press was told stays."""
    due = table.due(outbox.KIND, case["pk"], clock.text(now))
    return [
        Update((case["pk"], sk), set=due, add={"touched": 1}, when=[table.present()]) for sk in case.get("cards", ())
    ]
