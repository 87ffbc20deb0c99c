"""How a server with Mastodon's API is asked as the account, and what its answers mean.

Sources: docs.joinmastodon.org/entities/Status, /entities/Error, /api/rate-limits; mastodon/mastodon
app/controllers/concerns/api/error_handling.rb, config/initializers/rack_attack.rb.
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from events.announcements import Image
from functions.platforms.outgoing import (
    LONGEST_WAIT,
    Destination,
    Hands,
    Refused,
    Reply,
    Sent,
    Unknown,
    Wait,
    retry_after,
)

PARKED = 900
"""Seconds to keep away from whatever stands before a server, when it says 429 in no form of the server's own."""

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
    upload: tuple[Image, bytes] | None = None,
) -> Reply:
    """One request. Raises NotSentError or UnansweredError."""
    headers = {"authorization": f"Bearer {to.secret.strip()}", "accept": "application/json"}
    raw = b""
    if upload:
        headers["content-type"], raw = form(*upload)
    elif body is not None:
        headers["content-type"], raw = "application/json", json.dumps(body, default=int).encode("ascii")
    if key:
        headers["idempotency-key"] = key
    return hands.http(method, f"{to.address.rstrip('/')}{path}", headers=headers, body=raw, private=to.private)


def form(picture: Image, content: bytes) -> tuple[str, bytes]:
    """A file and its description as multipart/form-data (RFC 7578). Its name is a hash of the very bytes, and so
    the boundary made of it is not in them."""
    edge = f"liaison-{picture.name.partition('.')[0][:48]}"
    description = (
        f'--{edge}\r\ncontent-disposition: form-data; name="description"\r\n'
        f"content-type: text/plain; charset=utf-8\r\n\r\n{picture.alt.strip()}\r\n"
    )
    file = (
        f'--{edge}\r\ncontent-disposition: form-data; name="file"; filename="{picture.name}"\r\n'
        f"content-type: {picture.type}\r\n\r\n"
    )
    body = description.encode("utf-8", "replace") + file.encode("ascii") + content + f"\r\n--{edge}--\r\n".encode()
    return f"multipart/form-data; boundary={edge}", body


def read(reply: Reply) -> Any:
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        return None


def told(reply: Reply) -> dict[str, Any]:
    """The object that was answered; an empty one for anything else."""
    found = read(reply)
    return found if isinstance(found, dict) else {}


def listed(reply: Reply) -> list[dict[str, Any]] | None:
    """The objects that were answered; None for anything else."""
    found = read(reply)
    return found if isinstance(found, list) and all(isinstance(one, dict) for one in found) else None


def status_of(given: Mapping[str, Any]) -> Sent | None:
    """The status that this is. One that is only scheduled has an id, too, but no address."""
    name, uri, url = (given.get(field) for field in ("id", "uri", "url"))
    if not (isinstance(name, str) and name and isinstance(uri, str) and uri):
        return None
    return Sent(name, url if isinstance(url, str) and url else uri)


def written(posted: Mapping[str, Any]) -> str:
    """A status's id, as part of an address."""
    return quote(str(posted.get("id", "")), safe="")


def number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def when(value: object) -> datetime | None:
    """A moment in ISO 8601, or in unix seconds as some servers write it; None for anything else."""
    try:
        text = str(value)
        found = datetime.fromtimestamp(int(text), UTC) if text.isdecimal() else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def failed(reply: Reply, to: Destination, hands: Hands, what: str = "") -> Refused | Wait | Unknown:
    """What an answer means that is not the one hoped for. Only what was refused is surely not done."""
    why = reason(reply, to, what)
    match reply.status:
        case 401:
            return Refused(f"{why}. Put a new access token with `liaison secret put {to.id} --outgoing`", True)
        case 403 if "scope" in str(told(reply).get("error", "")).lower():
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
    """In a sentence. Whatever a server says, the credential is not in it."""
    error = told(reply).get("error")
    why = f"answered {reply.status}" + (f": {error[:300]}" if isinstance(error, str) and error else "")
    why = f"{what}: {why}" if what else why
    return why.replace(to.secret.strip(), "…") if to.secret.strip() else why


def pause(reply: Reply, hands: Hands) -> int:
    """Seconds until the limit ends, between 1 and six hours."""
    if "retry-after" in reply.headers:
        return retry_after(reply.headers, now=hands.timestamp)
    reset = when(reply.headers.get("x-ratelimit-reset"))
    if reset is None:
        return 60 if told(reply) else PARKED
    return min(max(math.ceil(reset.timestamp()) - hands.timestamp, 1), LONGEST_WAIT)
