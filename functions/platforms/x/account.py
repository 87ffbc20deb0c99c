"""How X is asked as an account, and what its answers mean.

Every request is signed with keys that last until somebody takes them back (OAuth 1.0a): nothing has to be renewed, and
so no two workers can renew at the same time.

Sources: docs.x.com/fundamentals/authentication/oauth-1-0a/{creating-a-signature,authorizing-a-request},
/fundamentals/authentication/guides/v2-authentication-mapping, /x-api/fundamentals/{rate-limits,
response-codes-and-errors}; RFC 5849, 3.4.
"""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from functions.platforms.door import read_object
from functions.platforms.outgoing import (
    PARKED,
    Destination,
    Field,
    Hands,
    Refused,
    Reply,
    Unknown,
    Wait,
    concealed,
    inside,
    multipart,
    objects,
    put,
    retry_after,
    told,
    until,
)
from functions.platforms.signatures import hex_of

API = "https://api.x.com"

CREDENTIAL = (
    'JSON, all of it from the app\'s “Keys and tokens” in the Developer Console: {"api_key": …, "api_key_secret": …,'
    ' "access_token": …, "access_token_secret": …}; the access token made by the account, with “Read and write”'
)

MEANING = {
    "client-forbidden": "the app may not do this: look at its access in the Developer Console",
    "oauth1-permissions": "the app may only read: set its permissions to “Read and write”, then make a new token",
}
"""By the end of an error's `type`."""


@dataclass(frozen=True, slots=True)
class Keys:
    app: str
    app_secret: str
    token: str
    token_secret: str

    @property
    def user(self) -> str:
        """The account's id, which every access token of its begins with; empty where it is not to be seen."""
        name, dash, _ = self.token.partition("-")
        return name if dash and name.isascii() and name.isdecimal() else ""


def keys(to: Destination) -> Keys | None:
    """None where the credential is not what it should be."""
    given = read_object(to.secret.encode("utf-8", "replace")) or {}
    names = ("api_key", "api_key_secret", "access_token", "access_token_secret")
    found = [given.get(name) for name in names]
    values = [one.strip() for one in found if isinstance(one, str) and one.strip()]
    return Keys(*values) if len(values) == len(names) else None


def budget(to: Destination) -> str:
    """What all calls as this account share."""
    return f"x:{to.id}"


# Asking


@dataclass(frozen=True, slots=True)
class Body:
    content: bytes
    type: str = "application/json"


def of(value: Mapping[str, Any]) -> Body:
    return Body(json.dumps(value, default=int).encode("ascii"))


def form(*fields: Field) -> Body:
    kind, content = multipart(fields)
    return Body(content, kind)


def ask(
    to: Destination,
    hands: Hands,
    method: str,
    path: str,
    *,
    query: Mapping[str, str] | None = None,
    body: Body | None = None,
) -> Reply | Refused:
    """One request. What is not a reply says why it was not made. Raises NotSentError or UnansweredError."""
    held = keys(to)
    if held is None:
        return Refused(f"the credential is not what it should be: {advice(to)}", unauthorized=True)
    url, query = f"{(to.address or API).rstrip('/')}{path}", query or {}
    headers = {
        "accept": "application/json",
        "authorization": authorization(method, url, query, held, hands.timestamp, secrets.token_hex(16)),
        **({"content-type": body.type} if body else {}),
    }
    whole = f"{url}?{urlencode(query, quote_via=quote)}" if query else url
    return hands.http(method, whole, headers=headers, body=body.content if body else b"", private=to.private)


def authorization(method: str, url: str, query: Mapping[str, str], held: Keys, timestamp: int, nonce: str) -> str:
    """The header that signs a request. A body that is no web form is not part of what is signed."""
    given = {
        "oauth_consumer_key": held.app,
        "oauth_nonce": nonce,
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(timestamp),
        "oauth_token": held.token,
        "oauth_version": "1.0",
    }
    pairs = sorted((escaped(name), escaped(value)) for name, value in {**query, **given}.items())
    signed = "&".join(f"{name}={value}" for name, value in pairs)
    base = f"{method}&{escaped(url)}&{escaped(signed)}".encode("ascii")
    digest = hex_of("sha1", f"{escaped(held.app_secret)}&{escaped(held.token_secret)}", base)
    signature = base64.b64encode(bytes.fromhex(digest)).decode("ascii")
    whole = sorted({**given, "oauth_signature": signature}.items())
    return "OAuth " + ", ".join(f'{name}="{escaped(value)}"' for name, value in whole)


def escaped(text: str) -> str:
    """RFC 5849, 3.6."""
    return quote(text, safe="", errors="replace")


def advice(to: Destination) -> str:
    return put(to, f"{CREDENTIAL},")


# Answers


def data(reply: Reply) -> dict[str, Any]:
    """What the answer is about, where it is one thing."""
    return inside(told(reply), "data")


def details(reply: Reply) -> str:
    """What X says is wrong."""
    given = told(reply)
    found = [given, *objects(given.get("errors"))]
    said = [one[name] for one in found for name in ("detail", "message", "title") if isinstance(one.get(name), str)]
    return said[0] if said else ""


def failed(reply: Reply, to: Destination, hands: Hands, what: str = "") -> Refused | Wait | Unknown:
    """What an answer means that is not the one hoped for. Only what was refused is surely not done."""
    why, kind = reason(reply, to, what), str(told(reply).get("type", "")).rpartition("/")[2]
    match reply.status:
        case 401:
            return Refused(f"{why}. The keys are not good: {advice(to)}", unauthorized=True)
        case 402:
            return Refused(f"{why}. Buy credits in the Developer Console", unauthorized=True)
        case 403 if kind in MEANING:
            return Refused(f"{why}. {MEANING[kind]}", unauthorized=True)
        case 429:
            return Wait(pause(reply, hands), why, budget(to))
        case 425:
            return Wait(5, why)
        case status if 300 <= status < 500 and status != 408:
            return Refused(why)
    return Unknown(f"{why}, and not with what was asked for" if reply.status < 300 else why)


def reason(reply: Reply, to: Destination, what: str) -> str:
    """In a sentence."""
    error, held = details(reply), keys(to)
    why = f"X answered {reply.status}" + (f": {error[:300]}" if error else "")
    values = (held.app, held.app_secret, held.token, held.token_secret) if held else (to.secret,)
    return concealed(f"{what}: {why}" if what else why, *values)


def pause(reply: Reply, hands: Hands) -> int:
    """Seconds until the limit ends, between 1 and six hours. Of the limits of a day and of a quarter of an hour, the
    one counts that is used up."""
    if "retry-after" in reply.headers:
        return retry_after(reply.headers, now=hands.timestamp)
    days = [f"x-{whose}-limit-24hour" for whose in ("app", "user")]
    spent = [name for name in days if reply.headers.get(f"{name}-remaining", "").strip() == "0"]
    resets = [until(reply.headers.get(f"{name}-reset", ""), hands.timestamp) for name in spent or ["x-rate-limit"]]
    return max(filter(None, resets), default=60 if told(reply) else PARKED)
