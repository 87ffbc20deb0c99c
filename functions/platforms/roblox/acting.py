"""What a decision does to a player of a Roblox experience: a restriction, which keeps them from joining it.

There is one restriction for each player, written whole, with or without an end; it starts anew whenever it is written,
so an undo that goes back to an earlier one gives it the time that was left of it. It hits this account alone: which
other accounts are theirs is a guess of Roblox's, and nobody decided about them. What the player is shown goes through
Roblox's text filter. Chat, warnings and messages are the game's own business, and it has to carry them out itself.

Sources: create.roblox.com/docs/cloud/reference/UserRestriction (400 characters are shown to the player, 1,000 are not;
`gameJoinRestriction` is one field of the mask) and /cloud/reference/errors; reports of developers on how soon the same
player's restriction may be written again (twice a minute).
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from events.moderation import ActionRequested, Measure, Scalar
from functions.platforms.acting import GONE, Ability, Call, CannotError, State, seconds_left
from functions.platforms.outgoing import (
    Destination,
    Hands,
    NotSentError,
    Outcome,
    Refused,
    Reply,
    Sent,
    UnansweredError,
    Unknown,
    Wait,
    parsed,
)
from functions.platforms.roblox.posting import API, MINUTE, failed
from functions.platforms.text.letters import reasons

PLAYERS = frozenset({"player", "user"})
RIGHT = (
    "an API key of the Creator Dashboard (Open Cloud, API Keys) with access to “user-restrictions” of this experience,"
    " operations universe.user-restriction:read and universe.user-restriction:write"
)
LASTING = (60, 100 * 366 * 24 * 3600)

ABILITIES: Mapping[Measure, Ability] = {
    "timeout": Ability(PLAYERS, RIGHT, seconds=LASTING),
    "suspend": Ability(PLAYERS, RIGHT, seconds=LASTING),
    "ban": Ability(PLAYERS, RIGHT),
}

NUMBER = re.compile("[0-9]{1,19}")
SECONDS = re.compile(r"([0-9]{1,12})(?:\.[0-9]{1,9})?s")
"""A duration, as Roblox writes it."""
SHOWN, KEPT = 400, 1000
"""Characters of the reason that the player is shown, and of our own."""


# What there is


def state(action: ActionRequested, to: Destination, hands: Hands) -> State | Outcome:
    """One that has ended is none."""
    if not NUMBER.fullmatch(to.place):
        return Refused(f"put the universe's id (a number) into `about` of {to.id!r}: it is not known which is meant")
    player = player_of(action)
    if not NUMBER.fullmatch(player):
        return Refused(f"Roblox has no account {player[:40]!r}")
    if player == to.account:
        return Refused("that is our own account there")
    try:
        reply = asked("GET", path_to(to.place, player), None, to, hands)
    except (NotSentError, UnansweredError) as error:
        return Wait(MINUTE, f"Roblox could not be asked: {error}")
    told = parsed(reply)
    if reply.status == 404 and isinstance(told, dict) and told.get("code") == "NOT_FOUND":
        return GONE
    if reply.status != 200:
        return refused(reply, to, hands.timestamp)
    found = restriction(told, player, hands.timestamp)
    return Unknown("what Roblox answered cannot be read") if found is None else {"universe": to.place, **found}


def player_of(action: ActionRequested) -> str:
    return action.person.id if action.person else action.subject.id


def path_to(universe: Scalar, player: str) -> str:
    return f"/cloud/v2/universes/{universe}/user-restrictions/{player}"


def restriction(told: object, player: str, now: int) -> dict[str, Scalar] | None:
    """None where it cannot be read. Whoever was never restricted has one that is not active."""
    if not isinstance(told, dict) or not str(told.get("path", "")).endswith(f"/user-restrictions/{player}"):
        return None
    given = told.get("gameJoinRestriction")
    if not isinstance(given, dict) or given.get("active") is not True:
        return {"active": False}
    since, duration = given.get("startTime"), given.get("duration")
    found = {
        "active": True,
        "since": since,
        "duration": duration,
        "shown": str(given.get("displayReason") or ""),
        "kept": str(given.get("privateReason") or ""),
        "alone": given.get("excludeAltAccounts") is True,
    }
    end = ends(found)
    return None if end is None else found if end > now else {"active": False}


def ends(found: Mapping[str, Scalar]) -> float | None:
    """Unix seconds, endless without a duration; None where it cannot be read."""
    if not found.get("active"):
        return 0
    if found["duration"] is None:
        return math.inf
    lasting = SECONDS.fullmatch(str(found["duration"]))
    try:
        return datetime.fromisoformat(str(found["since"])).timestamp() + int(lasting[1]) if lasting else None
    except (ValueError, OverflowError):
        return None


# What is sent


def calls(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """Whoever is kept out for longer already stays so."""
    if state == GONE:
        raise CannotError("Roblox has no such account, or no such universe")
    seconds = None if action.measure == "ban" else seconds_left(action, now)
    if (ends(state) or 0) >= (math.inf if seconds is None else now + seconds):
        return ()
    told: State = {"shown": reasons(action, SHOWN), "kept": noted(action), "alone": True}
    return (written(action, state, restricted(told, seconds)),)


def restricted(told: Mapping[str, Scalar], seconds: int | None) -> dict[str, Any]:
    lasting = {} if seconds is None else {"duration": f"{seconds}s"}
    return {
        "active": True,
        **lasting,
        "privateReason": told["kept"],
        "displayReason": told["shown"],
        "excludeAltAccounts": told["alone"],
    }


def written(action: ActionRequested, state: State, whole: dict[str, Any]) -> Call:
    path = f"{path_to(state['universe'], player_of(action))}?updateMask=gameJoinRestriction"
    return Call("PATCH", path, {"gameJoinRestriction": whole})


def noted(action: ActionRequested) -> str:
    case = f"Case {action.case}: "
    return case + reasons(action, KEPT - len(case))


def back(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    before = action.before or {}
    end = ends(before) or 0
    if end <= now:
        return (written(action, state, {"active": False}),)
    return (written(action, state, restricted(before, None if end == math.inf else int(end) - now)),)


def make(call: Call, to: Destination, key: str, hands: Hands) -> Outcome:
    del key  # It is a state. Roblox's own key for a request has a time in it, which another attempt would not have.
    reply = asked(call.method, call.path, call.body, to, hands)
    told = parsed(reply)
    if reply.status == 200 and isinstance(told, dict) and "gameJoinRestriction" in told:
        return Sent(call.path)
    return refused(reply, to, hands.timestamp)


# The calls


def asked(method: str, path: str, body: dict[str, Any] | None, to: Destination, hands: Hands) -> Reply:
    """Raises NotSentError or UnansweredError."""
    headers = {"x-api-key": to.secret.strip(), "content-type": "application/json"}
    content = b"" if body is None else json.dumps(body).encode()
    url = (to.address.rstrip("/") or API) + path
    return hands.http(method, url, headers=headers, body=content, private=to.private)


def refused(reply: Reply, to: Destination, now: int) -> Outcome:
    """A key that lacks this right may have others."""
    outcome = failed(reply, to, now, RIGHT)
    return Refused(outcome.reason) if reply.status == 403 and isinstance(outcome, Refused) else outcome
