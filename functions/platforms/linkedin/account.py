"""How LinkedIn is asked as a member or a page, and what its answers mean.

Sources: learn.microsoft.com/linkedin/marketing/versioning, /linkedin/shared/api-guide/concepts/{error-handling,
rate-limits,methods}, /linkedin/shared/authentication/programmatic-refresh-tokens.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from functions.platforms import outgoing
from functions.platforms.door import read_object
from functions.platforms.outgoing import (
    LATER,
    PARKED,
    Destination,
    Hands,
    NoSessionError,
    Refused,
    Reply,
    Session,
    Unknown,
    Wait,
    concealed,
    put,
    retry_after,
    string,
    told,
    with_session,
)

API = "https://api.linkedin.com"
TOKENS = "https://www.linkedin.com/oauth/v2/accessToken"
VERSION = "202607"
"""Of the API, by its month. One is answered for a year at least, and no request without."""

CREDENTIAL = (
    "an access token with w_organization_social and r_organization_social for a page, w_member_social for a member"
    " (LinkedIn's developer portal > Token generator; it lasts sixty days); or, where LinkedIn lets the app renew"
    ' tokens, JSON: {"client_id": …, "client_secret": …, "refresh_token": …}'
)

DAY = 86_400


def budget(to: Destination) -> str:
    """What all calls as this account share."""
    return f"linkedin:{to.id}"


# Asking


def ask(
    to: Destination,
    hands: Hands,
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    *,
    action: str = "",
) -> Reply | Refused | Wait:
    """One call as the account. `action` is Rest.li's name of what is asked for, where the method does not tell. What
    is not a reply says why there is no token, and the call was not made. Raises NotSentError or UnansweredError."""
    url = f"{(to.address or API).rstrip('/')}/rest{path}"
    return asked(
        to, hands, method, url, json.dumps(body, default=int).encode("ascii") if body is not None else b"", action
    )


def send_file(to: Destination, hands: Hands, url: str, content: bytes) -> Reply | Refused | Wait:
    """A file, to the address that LinkedIn gave for it."""
    return asked(to, hands, "PUT", url, content, "", "application/octet-stream")


def asked(
    to: Destination, hands: Hands, method: str, url: str, body: bytes, action: str, kind: str = "application/json"
) -> Reply | Refused | Wait:
    """With a token made anew, once, where the one that was kept has ended."""
    headers = {
        "accept": "application/json",
        "linkedin-version": str(given(to).get("version") or VERSION),
        "x-restli-protocol-version": "2.0.0",
        **({"x-restli-method": action} if action else {}),
        **({"content-type": kind} if body else {}),
    }

    def call(token: str) -> Reply:
        signed = {**headers, "authorization": f"Bearer {token}"}
        return hands.http(method, url, headers=signed, body=body, private=to.private)

    if not given(to).get("refresh_token"):
        return call(str(given(to).get("access_token") or to.secret.strip()))
    try:
        return with_session(
            lambda kept: call(str(kept["token"])),
            lambda stale: session(to, hands, stale),
            lambda reply: reply.status == 401,
        )
    except NoSessionError as error:
        return error.outcome


def given(to: Destination) -> dict[str, Any]:
    """The credential's fields; none where it is only a token."""
    return read_object(to.secret.encode("utf-8", "replace")) or {}


# Tokens


def session(to: Destination, hands: Hands, stale: str) -> Session:
    what = "the token could not be renewed"
    return outgoing.session(to, hands, lambda old: renewed(to, hands, old), whose(to), what, stale=stale)


def renewed(to: Destination, hands: Hands, old: Session | None) -> Session:
    """What renews a token stays the same for its year; a new one is taken where LinkedIn gives one. Raises
    NoSessionError."""
    held = given(to)
    ours = old if old and old.get("whose") == whose(to) else {}
    refresh = str(ours.get("refresh") or held["refresh_token"])
    form = {
        "grant_type": "refresh_token",
        "refresh_token": refresh,
        "client_id": str(held.get("client_id", "")),
        "client_secret": str(held.get("client_secret", "")),
    }
    headers = {"accept": "application/json", "content-type": "application/x-www-form-urlencoded"}
    reply = hands.http("POST", TOKENS, headers=headers, body=urlencode(form, errors="replace").encode("ascii"))
    found = told(reply)
    token, lasts = string(found.get("access_token")), found.get("expires_in")
    if reply.status == 200 and token:
        until = hands.timestamp + (lasts if isinstance(lasts, int) and lasts > 0 else 59 * DAY)
        refresh = string(found.get("refresh_token")) or refresh
        return {"token": token, "until": until, "refresh": refresh, "whose": whose(to)}
    match failed(reply, to, hands, "the token could not be renewed"):
        case Wait() as wait:
            raise NoSessionError(wait)
        case Unknown(reason=reason):
            raise NoSessionError(Wait(LATER, reason))
        case Refused(reason=reason):
            raise NoSessionError(Refused(reason, unauthorized=True))


def whose(to: Destination) -> str:
    return outgoing.whose(to.secret.strip())


# Answers


def details(reply: Reply) -> str:
    """What LinkedIn says is wrong."""
    found = told(reply)
    said = [found[name] for name in ("message", "error_description", "error") if isinstance(found.get(name), str)]
    return " ".join(said[0].split()) if said else ""


def failed(reply: Reply, to: Destination, hands: Hands, what: str = "") -> Refused | Wait | Unknown:
    """What an answer means that is not the one hoped for. Only what was refused is surely not done."""
    why = reason(reply, to, what)
    match reply.status:
        case 401:
            return Refused(f"{why}: {put(to, 'a new token')}", unauthorized=True)
        case 403:
            return Refused(f"{why}. The token may not do this: {CREDENTIAL}", unauthorized=True)
        case 426:
            newer = 'put the credential as JSON with "version": "YYYYMM"'
            return Refused(f"{why}. LinkedIn has given up this version of its API: {newer}", unauthorized=True)
        case 429:
            return Wait(retry_after(reply.headers, PARKED, hands.timestamp), why, budget(to))
        case 425:
            return Wait(5, why)
        case status if 300 <= status < 500 and status != 408:
            return Refused(why)
    return Unknown(f"{why}, and not with what was asked for" if reply.status < 300 else why)


def reason(reply: Reply, to: Destination, what: str) -> str:
    """In a sentence."""
    error = details(reply)
    why = f"LinkedIn answered {reply.status}" + (f": {error[:300]}" if error else "")
    secrets = [given(to).get(name) for name in ("access_token", "refresh_token", "client_secret")]
    return concealed(f"{what}: {why}" if what else why, *(secrets if given(to) else [to.secret]))


def urn(name: object) -> str:
    """As part of an address."""
    return quote(str(name), safe="")
