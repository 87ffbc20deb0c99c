"""What a decision does to a player of a PlayFab title: bans, which keep them from logging in.

PlayFab counts them in whole hours, so one that ends is rounded up; the player is told the reason when they try to log
in. Each ban is a record of its own: a new one leaves the others as they are, and an undo revokes no more than the ones
that came since. A ban that has ended may still be called active. Players are neither muted nor warned, and what they
wrote is not PlayFab's; a report is an event, which nothing closes.

Sources: learn.microsoft.com/rest/api/playfab/admin/account-management ("Get User Bans", "Ban Users", "Revoke Bans"),
learn.microsoft.com/gaming/playfab ("Player ban system", "Global API method error codes", "HTTP response status
codes"); PlayFab's SDKs (140 characters of a reason).
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from events.moderation import ActionRequested, Measure, Scalar
from functions.platforms.acting import GONE, Ability, Call, CannotError, State, seconds_left
from functions.platforms.door import read_object
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
    retry_after,
)
from functions.platforms.playfab.adapter import utc
from functions.platforms.text.letters import reasons

PLAYERS = frozenset({"player"})
RIGHT = (
    "a secret key of the title (Game Manager, Title settings, Secret Keys) that may call Admin/GetUserBans,"
    " Admin/BanUsers and Admin/RevokeBans"
)
HOUR = 3600
LASTING = (HOUR, 100 * 366 * 24 * HOUR)

ABILITIES: Mapping[Measure, Ability] = {
    "timeout": Ability(PLAYERS, RIGHT, seconds=LASTING),
    "suspend": Ability(PLAYERS, RIGHT, seconds=LASTING),
    "ban": Ability(PLAYERS, RIGHT),
}

TITLE, PLAYER = re.compile("[0-9A-Za-z]{1,20}"), re.compile("[0-9A-Fa-f]{1,32}")
REASON = 140
"""Characters, which the player reads."""
EVER = "for ever"
BAN = "ban "
"""Before a ban's id, in a state."""

NOBODY = ("AccountNotFound", "AccountDeleted")
BUSY = (
    "APIClientRequestRateLimitExceeded",
    "APIConcurrentRequestLimitExceeded",
    "ConcurrentEditError",
    "DataUpdateRateExceeded",
    "DownstreamServiceUnavailable",
    "ServiceUnavailable",
)
"""Errors after which the same may be asked again."""
SOON, LATER = 5, 60


# What there is


def state(action: ActionRequested, to: Destination, hands: Hands) -> State | Outcome:
    """The bans that are called active, by their ids, with when each ends."""
    player = player_of(action)
    if not PLAYER.fullmatch(player):
        return Refused(f"PlayFab has no player {player[:40]!r}")
    if player == to.account:
        return Refused("that is our own account there")
    try:
        reply = asked("/Admin/GetUserBans", {"PlayFabId": player}, to, hands)
    except (NotSentError, UnansweredError) as error:
        return Wait(LATER, f"PlayFab could not be asked: {error}")
    if isinstance(reply, Refused):
        return reply
    if error_of(reply) in NOBODY:
        return GONE
    found = bans(data_of(reply)) if reply.status == 200 else None
    return failed(reply, to, hands.timestamp) if found is None else {"bans": len(found), **found}


def player_of(action: ActionRequested) -> str:
    return action.person.id if action.person else action.subject.id


def bans(data: dict[str, Any]) -> dict[str, Scalar] | None:
    """None where they cannot be read."""
    given = data.get("BanData")
    if not isinstance(given, list) or not all(isinstance(one, dict) and readable(one) for one in given):
        return None
    active = [one for one in given if one["Active"]]
    return {f"{BAN}{one['BanId']}": one.get("Expires") or EVER for one in active}


def readable(ban: dict[str, Any]) -> bool:
    ends = ban.get("Expires")
    named = isinstance(ban.get("BanId"), str) and isinstance(ban.get("Active"), bool)
    return named and (ends is None or unix(ends) is not None)


def unix(ends: object) -> float | None:
    """Of a time as PlayFab writes it: with seven digits, and perhaps without a zone."""
    try:
        return datetime.fromisoformat(str(utc(ends))).timestamp()
    except (ValueError, OverflowError):
        return None


# What is sent


def calls(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """Whoever is banned for longer already stays so."""
    if state == GONE:
        raise CannotError("the player's account is gone")
    seconds = None if action.measure == "ban" else seconds_left(action, now)
    until = math.inf if seconds is None else now + seconds
    if any(lasts(ends) >= until for name, ends in state.items() if name.startswith(BAN)):
        return ()
    lasting = {} if seconds is None else {"DurationInHours": math.ceil(seconds / HOUR)}
    ban = {"PlayFabId": player_of(action), **lasting, "Reason": reasons(action, REASON)}
    return (Call("POST", "/Admin/BanUsers", {"Bans": [ban]}),)


def lasts(ends: Scalar) -> float:
    return math.inf if ends == EVER else unix(ends) or 0


def back(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    del now
    ours = [name.removeprefix(BAN) for name in state if name.startswith(BAN) and name not in (action.before or {})]
    return (Call("POST", "/Admin/RevokeBans", {"BanIds": ours}),)


def make(call: Call, to: Destination, key: str, hands: Hands) -> Outcome:
    del key  # PlayFab knows no key of ours: what was done shows among the bans.
    reply = asked(call.path, call.body, to, hands)
    if isinstance(reply, Refused):
        return reply
    if reply.status == 200 and isinstance(data_of(reply).get("BanData"), list):
        return Sent(call.path)
    return failed(reply, to, hands.timestamp)


# The calls


def asked(path: str, body: dict[str, Any], to: Destination, hands: Hands) -> Reply | Refused:
    """Raises NotSentError or UnansweredError."""
    if not to.address and not TITLE.fullmatch(to.place):
        return Refused(f"put the title's id into `about` of {to.id!r}: it is not known which title is meant")
    api = to.address.rstrip("/") or f"https://{to.place}.playfabapi.com"
    headers = {"x-secretkey": to.secret.strip(), "content-type": "application/json"}
    return hands.http("POST", api + path, headers=headers, body=json.dumps(body).encode(), private=to.private)


def data_of(reply: Reply) -> dict[str, Any]:
    data = (read_object(reply.body) or {}).get("data")
    return data if isinstance(data, dict) else {}


def error_of(reply: Reply) -> str:
    return str((read_object(reply.body) or {}).get("error", ""))


def failed(reply: Reply, to: Destination, now: int) -> Outcome:
    """What an answer means that is no success."""
    told = read_object(reply.body) or {}
    words = str(told.get("errorMessage") or told.get("error") or "").replace(to.secret.strip() or "\0", "…")[:300]
    if reply.status == 429 or error_of(reply) in BUSY or reply.status == 409:
        seconds = told.get("retryAfterSeconds")
        fallback = retry_after({"retry-after": str(seconds)}, LATER if reply.status == 429 else SOON)
        return Wait(retry_after(reply.headers, fallback, now), "PlayFab asks to slow down", f"playfab:{to.id}")
    if reply.status == 401:
        put = f"put {RIGHT}: `liaison secret put {to.id} --outgoing`"
        return Refused(f"PlayFab does not know the secret key ({words or 'answered 401'}); {put}", unauthorized=True)
    if reply.status == 403:
        return Refused(f"PlayFab does not let this key do it ({words or 'answered 403'}); it takes {RIGHT}")
    if 300 <= reply.status < 500 and reply.status != 408:
        return Refused(f"PlayFab refused it ({reply.status}): {words or 'it does not say why'}")
    return Unknown(f"PlayFab answered {reply.status}, and what became of it is not known")
