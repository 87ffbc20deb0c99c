"""What a decision does at a place of the company's own: a signed `moderation.action` tells what is wanted.

Nobody can ask there what is so, hence every state is empty. A measure is a wish for a state all the same, and has the
same `webhook-id` however often it comes; so has an undo, which is the same wish with `undo`. Measures whose subject is
an account are about `person`, or about the subject where there is none.

Source: Standard Webhooks 1.0.0, and `docs/webhooks.md`.
"""

import json
from collections.abc import Mapping
from typing import Any, get_args

from events.moderation import TIMED, ActionRequested, Measure
from functions.platforms.acting import ANY_KIND, Ability, Call, State, seconds_left
from functions.platforms.outgoing import Destination, Hands, Outcome, Refused, posted

RIGHT = "no permission: what answers at the source's `api` checks our signature, and carries it out"

READ: Mapping[Measure, str] = {
    "warn": "Whoever was warned has read it.",
    "resolve": "Whoever reported it may have been told.",
}
"""What cannot be taken back, and why."""

TOLD: dict[str, Any] = {
    "case": True,
    "measure": True,
    "subject": True,
    "person": {"id", "name"},
    "reports": True,
    "outcome": True,
    "reason": True,
    "explanation": True,
    "until": True,
    "undo": True,
}
"""Of the request, what is the receiver's business."""


def ability(measure: Measure) -> Ability:
    seconds = (1, 100 * 366 * 24 * 3600) if measure in TIMED else None
    return Ability(ANY_KIND, RIGHT, reversible=measure not in READ, lost=READ.get(measure, ""), seconds=seconds)


ABILITIES: Mapping[Measure, Ability] = {measure: ability(measure) for measure in get_args(Measure)}


def state(action: ActionRequested, to: Destination, hands: Hands) -> State | Outcome:
    del action, hands
    if not to.address:
        return Refused(f"the source {to.id!r} has no `api` in the program: nowhere to send the measure")
    return {}


def calls(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """The path is that of `api` itself. `timestamp` is when it was sent, so it is another at each attempt."""
    del state
    if action.measure in TIMED and not action.undo:
        seconds_left(action, now)
    data = action.model_dump(mode="json", include=TOLD, exclude_none=True)
    return (Call("POST", "/", {"type": "moderation.action", "timestamp": now, "data": data}),)


def back(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    return calls(action, state, now)


def make(call: Call, to: Destination, key: str, hands: Hands) -> Outcome:
    return posted(to, key, json.dumps(call.body).encode(), hands)
