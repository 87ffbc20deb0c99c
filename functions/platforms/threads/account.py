"""How Threads is asked as an account, with a token that all workers share and renew, and what its answers mean.

A token lasts sixty days. It can be renewed for another sixty while it is good and a day old, so it is renewed when half
of its time is over.

Sources: developers.facebook.com/docs/threads/get-started/long-lived-tokens, /docs/threads/overview (rate limits),
/docs/graph-api/guides/error-handling.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from functions.platforms import outgoing
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
    inside,
    put,
    retry_after,
    string,
    told,
    with_session,
)

API = "https://graph.threads.net"
VERSION = "v1.0"

CREDENTIAL = (
    "a long-lived access token of the account's (Meta's App Dashboard > Use cases > Threads API > User Token Generator)"
    " with threads_basic, threads_content_publish, threads_manage_replies, threads_read_replies, threads_delete and"
    " threads_manage_insights; it is renewed by itself, if something is posted at least every eight weeks"
)

DAY = 86_400

TOKEN = (102, 190, 463, 467)
"""Codes of a token that is not good (any more)."""
RIGHTS = (3, 10, *range(200, 300))
"""Codes of a token that may not do this."""
TOO_MUCH = (4, 17, 32, 341, 613)
PASSING = (1, 2)
"""Codes of a failure of Meta's that passes."""


def budget(to: Destination) -> str:
    """What all calls as this account share."""
    return f"threads:{to.id}"


# Asking


def ask(
    to: Destination, hands: Hands, method: str, path: str, fields: Mapping[str, str] | None = None
) -> Reply | Refused | Wait:
    """One call as the account; with a token made anew, once, where the one that was kept has ended. What is not a
    reply says why there is no token, and the call was not made. Raises NotSentError or UnansweredError of the call."""

    def signed(kept: Session) -> Reply:
        return call(to, hands, method, f"/{VERSION}{path}", {**(fields or {}), "access_token": str(kept["token"])})

    try:
        return with_session(signed, lambda stale: session(to, hands, stale), is_over)
    except NoSessionError as error:
        return error.outcome


def call(to: Destination, hands: Hands, method: str, path: str, fields: Mapping[str, str]) -> Reply:
    url, given = f"{(to.address or API).rstrip('/')}{path}", urlencode(fields, errors="replace")
    headers = {"accept": "application/json"}
    if method == "POST":
        headers["content-type"] = "application/x-www-form-urlencoded"
        return hands.http(method, url, headers=headers, body=given.encode("ascii"), private=to.private)
    return hands.http(method, f"{url}?{given}", headers=headers, private=to.private)


def is_over(reply: Reply) -> bool:
    """Whether a call was refused for its token. Nothing was done, then."""
    return 400 <= reply.status < 500 and (reply.status == 401 or code(reply) in TOKEN)


# Tokens


def session(to: Destination, hands: Hands, stale: str) -> Session:
    what = "the token could not be renewed"
    return outgoing.session(to, hands, lambda old: renewed(to, hands, old), whose(to), what, stale=stale)


def renewed(to: Destination, hands: Hands, old: Session | None) -> Session:
    """Raises NoSessionError."""
    ours = old if old and old.get("whose") == whose(to) else None
    token = str(ours["token"]) if ours else to.secret.strip()
    given = {"grant_type": "th_refresh_token", "access_token": token}
    reply = call(to, hands, "GET", "/refresh_access_token", given)
    fresh, lasts = string(told(reply).get("access_token")), told(reply).get("expires_in")
    if reply.status == 200 and fresh:
        lasts = lasts if isinstance(lasts, int) and lasts > 0 else 60 * DAY
        return kept(to, fresh, hands.timestamp + lasts // 2)
    if ours is None or (reply.status >= 500 and is_due(ours, hands)):
        # As it was put: less than a day old, perhaps. Whether it is good the call itself will tell.
        return kept(to, token, hands.timestamp + DAY)
    if is_due(ours, hands) or token == to.secret.strip():
        raise NoSessionError(refused(reply, to, hands))
    return kept(to, to.secret.strip(), hands.timestamp + DAY)


def is_due(old: Session, hands: Hands) -> bool:
    """Whether it is renewed only because its time has come; else because it was refused."""
    return bool(old["until"]) and int(old["until"]) < hands.timestamp + 120


def refused(reply: Reply, to: Destination, hands: Hands) -> Refused | Wait:
    match failed(reply, to, hands, "the token could not be renewed"):
        case Wait() as wait:
            return wait
        case Unknown(reason=reason):
            return Wait(LATER, reason)
        case Refused(reason=reason):
            return Refused(reason, unauthorized=True)


def kept(to: Destination, token: str, until: int) -> Session:
    return {"token": token, "until": until, "whose": whose(to)}


def whose(to: Destination) -> str:
    return outgoing.whose(to.secret.strip())


# Answers


def error_of(reply: Reply) -> dict[str, Any]:
    return inside(told(reply), "error")


def code(reply: Reply) -> int:
    """0 where there is none."""
    found = error_of(reply).get("code")
    return found if isinstance(found, int) else 0


def is_missing(reply: Reply) -> bool:
    """Whether there is no such thing there: of a container also where it is not there yet."""
    found = (code(reply), error_of(reply).get("error_subcode"))
    return 400 <= reply.status < 500 and found in ((24, 4279009), (100, 33))


def failed(reply: Reply, to: Destination, hands: Hands, what: str = "") -> Refused | Wait | Unknown:
    """What an answer means that is not the one hoped for. Only what was refused is surely not done."""
    why, number = reason(reply, to, what), code(reply)
    if reply.status == 429 or (400 <= reply.status < 500 and number in TOO_MUCH):
        return Wait(retry_after(reply.headers, PARKED, hands.timestamp), why, budget(to))
    if is_over(reply):
        return Refused(f"{why}: {put(to, 'a new token')}", unauthorized=True)
    if 400 <= reply.status < 500 and number in RIGHTS:
        return Refused(f"{why}. The token lacks a permission: make one with all that are needed", unauthorized=True)
    if reply.status == 425:
        return Wait(5, why)
    passing = number in PASSING or error_of(reply).get("is_transient") is True
    if 300 <= reply.status < 500 and reply.status != 408 and not passing:
        return Refused(why)
    return Unknown(f"{why}, and not with what was asked for" if reply.status < 300 else why)


def reason(reply: Reply, to: Destination, what: str) -> str:
    """In a sentence, as Meta tells it to people where it does."""
    said = next(filter(None, (string(error_of(reply).get(name)) for name in ("error_user_msg", "message"))), "")
    why = f"Threads answered {reply.status}" + (f": {said[:300].rstrip('.')}" if said else "")
    return concealed(f"{what}: {why}" if what else why, to.secret)
