"""How a server with Mastodon's API is asked as the account, and what its answers mean.

Sources: docs.joinmastodon.org/entities/Status, /entities/Error, /api/rate-limits; mastodon/mastodon
app/controllers/concerns/api/error_handling.rb, config/initializers/rack_attack.rb.
"""

import json
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from functions.platforms.outgoing import (
    PARKED,
    Destination,
    Field,
    Hands,
    Refused,
    Reply,
    Sent,
    Unknown,
    Wait,
    concealed,
    moment,
    multipart,
    parsed,
    put,
    retry_after,
    string,
    told,
    until,
)

ELSEWHERE = (301, 307, 308)


def budget(to: Destination) -> str:
    """What all calls with this access token share."""
    return f"mastodon:{to.id}"


def ask(
    to: Destination,
    hands: Hands,
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    *,
    key: str = "",
    form: Iterable[Field] = (),
) -> Reply:
    """One request. Raises NotSentError or UnansweredError."""
    headers = {"authorization": f"Bearer {to.secret.strip()}", "accept": "application/json"}
    raw = b""
    if form:
        headers["content-type"], raw = multipart(form)
    elif body is not None:
        headers["content-type"], raw = "application/json", json.dumps(body, default=int).encode("ascii")
    if key:
        headers["idempotency-key"] = key
    return hands.http(method, f"{to.address.rstrip('/')}{path}", headers=headers, body=raw, private=to.private)


def listed(reply: Reply) -> list[dict[str, Any]] | None:
    """The objects that were answered; None for anything else."""
    found = parsed(reply)
    return found if isinstance(found, list) and all(isinstance(one, dict) for one in found) else None


def status_of(given: Mapping[str, Any]) -> Sent | None:
    """The status that this is. One that is only scheduled has an id, too, but no address."""
    name, uri, url = (string(given.get(field)) for field in ("id", "uri", "url"))
    return Sent(name, url or uri) if name and uri else None


def written(posted: Mapping[str, Any]) -> str:
    """A status's id, as part of an address."""
    return quote(str(posted.get("id", "")), safe="")


def when(value: object) -> datetime | None:
    """A moment in ISO 8601, or in unix seconds as some servers write it; None for anything else."""
    try:
        return datetime.fromtimestamp(int(str(value)), UTC) if str(value).isdecimal() else moment(value)
    except (ValueError, OverflowError, OSError):
        return None


def failed(reply: Reply, to: Destination, hands: Hands, what: str = "") -> Refused | Wait | Unknown:
    """What an answer means that is not the one hoped for. Only what was refused is surely not done."""
    why = reason(reply, to, what)
    match reply.status:
        case 401:
            return Refused(f"{why}: {put(to, 'a new access token')}", unauthorized=True)
        case 403 if "scope" in string(told(reply).get("error")).lower():
            return Refused(f"{why}. The access token lacks a scope: make one with those that are needed", True)
        case 429:
            return Wait(pause(reply, hands), why, budget(to))
        case 425:
            return Wait(5, why)
        case status if status in ELSEWHERE:
            return Refused(f"{why}: the target's `url` is not the server's own address")
        case status if 400 <= status < 500 and status != 408:
            return Refused(why)
    return Unknown(f"{why}, and not with what was asked for" if reply.status < 300 else why)


def reason(reply: Reply, to: Destination, what: str) -> str:
    """In a sentence."""
    error = string(told(reply).get("error"))
    why = f"answered {reply.status}" + (f": {error[:300]}" if error else "")
    return concealed(f"{what}: {why}" if what else why, to.secret)


def pause(reply: Reply, hands: Hands) -> int:
    """Seconds until the limit ends, between 1 and six hours."""
    if "retry-after" in reply.headers:
        return retry_after(reply.headers, now=hands.timestamp)
    reset = when(reply.headers.get("x-ratelimit-reset"))
    if reset is None:
        return 60 if told(reply) else PARKED
    return until(str(max(math.ceil(reset.timestamp()), 0)), hands.timestamp) or 1
