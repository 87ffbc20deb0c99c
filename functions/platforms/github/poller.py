"""A safety net: GitHub sends nothing again by itself, so what failed is asked for again.

Source: docs.github.com, "Automatically redelivering failed deliveries for a repository webhook". A redelivery has the
name of the first delivery (`guid`) and works for three days.
"""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from events.program import Source
from functions.platforms.github.hooks import Hooks
from functions.platforms.outgoing import Hands
from functions.platforms.standing import Keys, Polled, answered

EVERY = 900
PAGE = 100
PAGES = 5
"""Of deliveries, in one visit; more than these, and the oldest of them are left alone."""
AT_ONCE = 5
"""Requests for redelivery in one visit: all of it has to end within ten seconds."""
WAITS = (900, 3_600, 14_400, 43_200)
"""Seconds after the first, second … request. The fifth is the last, seventeen hours after the first."""
KEPT = 3 * 86_400
OVERLAP = 3_600
"""Seconds that are looked at once more: a delivery is listed only once it was answered, or was not."""
MOST = 300
"""Failures kept in mind, the newest."""


@dataclass(slots=True)
class Failure:
    """An event that never arrived: its newest delivery, how often it was asked for again, and when it is next."""

    delivery: int
    first: int
    asked: int = 0
    due: int = 0


@dataclass(slots=True)
class State:
    """What the cursor holds: when deliveries were last looked at, and what failed, by guid."""

    until: int = 0
    failed: dict[str, Failure] = field(default_factory=dict)


def poll(place: Source, cursor: str, keys: Keys, hands: Hands) -> Polled:
    """Nothing is brought: what is redelivered comes through the door."""
    if not place.about or not keys.token:
        return Polled((), cursor)  # Nobody asked for it: `liaison doctor` says so.
    hooks, state, now = Hooks(place, keys, hands), read(cursor), hands.timestamp
    hook = hooks.current()
    if hook is None:
        return Polled((), cursor)
    note(state, recent(hooks, hook["id"], max(state.until - OVERLAP, now - KEPT)))
    state.until = now
    waiting = due(state, now)
    for failure in waiting[:AT_ONCE]:
        redeliver(hooks, hook["id"], failure, now)
    return Polled((), written(state, now), more=len(waiting) > AT_ONCE)


def recent(hooks: Hooks, hook: int, since: int) -> list[dict[str, Any]]:
    """Deliveries after a moment, newest first."""
    found: list[dict[str, Any]] = []
    after = ""
    for _ in range(PAGES):
        page, after = hooks.page(f"/{hook}/deliveries?per_page={PAGE}" + (f"&cursor={after}" if after else ""))
        fresh = [one for one in page if moment(one) >= since]
        found += fresh
        if not after or len(fresh) < len(page):
            break
    return found


def redeliver(hooks: Hooks, hook: int, failure: Failure, now: int) -> None:
    """What GitHub does not have any more must not keep others from being asked for."""
    reply = hooks.send("POST", f"/{hook}/deliveries/{failure.delivery}/attempts")
    if reply.status not in (404, 410, 422):
        answered(reply, "GitHub's redelivery")
    failure.due = now + (WAITS[failure.asked] if failure.asked < len(WAITS) else KEPT)
    failure.asked += 1


def moment(given: dict[str, Any]) -> int:
    """In unix seconds; 0 where it is no time."""
    try:
        return int(datetime.fromisoformat(str(given.get("delivered_at"))).timestamp())
    except (ValueError, OverflowError):
        return 0


def note(state: State, found: list[dict[str, Any]]) -> None:
    """What arrived at any time is not missing, whatever became of other deliveries of it."""
    arrived = {str(one.get("guid")) for one in found if succeeded(one)}
    for one in reversed(found):
        guid = str(one.get("guid"))
        if guid in arrived:
            state.failed.pop(guid, None)
        elif guid in state.failed:
            state.failed[guid].delivery = max(state.failed[guid].delivery, one["id"])
        elif one.get("event") != "ping":
            state.failed[guid] = Failure(one["id"], moment(one))


def succeeded(given: dict[str, Any]) -> bool:
    code = given.get("status_code")
    return isinstance(code, int) and 200 <= code < 300


def due(state: State, now: int) -> list[Failure]:
    """Oldest first."""
    waiting = [one for one in state.failed.values() if one.asked <= len(WAITS) and one.due <= now < one.first + KEPT]
    return sorted(waiting, key=lambda one: one.first)


def read(cursor: str) -> State:
    try:
        given = json.loads(cursor)
        return State(int(given["until"]), {guid: Failure(**one) for guid, one in given["failed"].items()})
    except (ValueError, TypeError, KeyError, AttributeError):
        return State()  # The first visit, or a cursor of another version.


def written(state: State, now: int) -> str:
    """The newest of what may still be redelivered. What is given up stays as long, or it would be found anew."""
    living = {guid: one for guid, one in state.failed.items() if now < one.first + KEPT}
    kept = sorted(living, key=lambda guid: living[guid].first)[-MOST:]
    return json.dumps(asdict(State(state.until, {guid: living[guid] for guid in kept})))
