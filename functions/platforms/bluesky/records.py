"""How records are written into an account's repository: with a session that all workers share, under keys of our own.

Sources: atproto.com/specs/{xrpc,tid,record-key,at-uri-scheme}; docs.bsky.app/docs/advanced-guides/rate-limits; the
lexicons com.atproto.server.{createSession,refreshSession} and com.atproto.repo.{putRecord,getRecord,deleteRecord};
bluesky-social/atproto packages/pds/src/api/com/atproto/repo/putRecord.ts and packages/pds/src/auth-verifier.ts.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from functions.platforms.outgoing import (
    LONGEST_WAIT,
    Destination,
    Hands,
    NoSessionError,
    NotSentError,
    Refused,
    Reply,
    Sent,
    Session,
    UnansweredError,
    Unknown,
    Wait,
    retry_after,
)

HOST = "https://bsky.social"
COLLECTION = "app.bsky.feed.post"

ENDED = ("ExpiredToken", "InvalidToken", "AuthMissing")
"""What a server says of a session that is over; with a 400, mostly."""
TURNED_OFF = ("AccountTakedown", "AccountDeactivated", "AccountSuspended", "RepoTakendown", "RepoDeactivated")

PARKED = 900
"""Seconds to keep away from whatever stands before a server, when it says 429 in no form of the server's own."""
ELSEWHERE = (301, 307, 308)

LASTS = 3600
"""Seconds that a token is used which does not say when it ends; they are good for two hours."""

JSON = "application/json"
SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"


def budget(to: Destination) -> str:
    """What all calls as this account share: a limit of logins holds up everything that needs one."""
    return f"bluesky:{to.id}"


# Asking


@dataclass(frozen=True, slots=True)
class Body:
    content: bytes
    type: str = JSON


NOTHING = Body(b"", "")


def of(value: Mapping[str, Any]) -> Body:
    return Body(json.dumps(value, default=int).encode("ascii"))


def ask(
    to: Destination, hands: Hands, name: str, *, query: Mapping[str, str] | None = None, body: Body | None = None
) -> Reply | Refused | Wait | Unknown:
    """One call as the account; with a session made anew, once, where the one that was kept has ended. What is not a
    reply says why there is no session, and the call was not made. Raises NotSentError or UnansweredError of the call.
    """
    try:
        kept = session(to, hands)
        reply = xrpc(to, hands, name, kept["token"], query=query, body=body)
        if not over(reply):
            return reply
        kept = session(to, hands, stale=kept["token"])
    except NoSessionError as error:
        return error.outcome if not isinstance(error.outcome, Sent) else Unknown("there is no session")
    return xrpc(to, hands, name, kept["token"], query=query, body=body)


def over(reply: Reply) -> bool:
    """Whether a call was refused for its session. Nothing was done, then."""
    error = told(reply).get("error")
    return (reply.status == 401 and error not in TURNED_OFF) or (reply.status == 400 and error in ENDED)


def xrpc(
    to: Destination,
    hands: Hands,
    name: str,
    token: str = "",
    *,
    query: Mapping[str, str] | None = None,
    body: Body | None = None,
) -> Reply:
    """A query, or with a body a procedure."""
    headers = {"accept": JSON, **({"authorization": f"Bearer {token}"} if token else {})}
    url = f"{(to.address or HOST).rstrip('/')}/xrpc/{name}" + (f"?{urlencode(query)}" if query else "")
    if body is None:
        return hands.http("GET", url, headers=headers, private=to.private)
    headers |= {"content-type": body.type} if body.type else {}
    return hands.http("POST", url, headers=headers, body=body.content, private=to.private)


# Sessions


def session(to: Destination, hands: Hands, stale: str = "") -> Session:
    """The account's session, as all workers share it. Raises NoSessionError: whatever else goes wrong while one is
    made, the call that needs it was not made yet."""
    try:
        kept = hands.sessions(to.id, lambda old: renewed(to, hands, old), stale=stale)
        if kept.get("whose") != whose(to) and not stale:  # Another account or password was put since.
            return session(to, hands, stale=str(kept["token"]))
    except (NotSentError, UnansweredError) as error:
        raise NoSessionError(Wait(30, f"the login: {error}")) from error
    return kept


def renewed(to: Destination, hands: Hands, old: Session | None) -> Session:
    """Refreshed while it can be: an account has few logins a day (300, or 100 at bsky.social), and many refreshes."""
    if old and old.get("refresh") and old.get("whose") == whose(to):
        reply = xrpc(to, hands, "com.atproto.server.refreshSession", str(old["refresh"]), body=NOTHING)
        if reply.status not in (400, 401):  # Refused: revoked, or too old.
            return made(reply, to, hands)
    return opened(to, hands)


def opened(to: Destination, hands: Hands) -> Session:
    given = of({"identifier": handle(to.account), "password": to.secret.strip()})
    return made(xrpc(to, hands, "com.atproto.server.createSession", body=given), to, hands)


def made(reply: Reply, to: Destination, hands: Hands) -> Session:
    """Raises NoSessionError. A login that failed on the way is no wrong password."""
    given = told(reply)
    token, refresh = given.get("accessJwt"), given.get("refreshJwt")
    if reply.status == 200 and isinstance(token, str) and token:
        return {
            "token": token,
            "refresh": refresh if isinstance(refresh, str) else "",
            "until": until(token, hands.timestamp),
            "whose": whose(to),
        }
    match failed(reply, to, hands, "the login"):
        case Unknown(reason=reason):
            raise NoSessionError(Wait(60, reason))
        case Refused(reason=reason):
            raise NoSessionError(Refused(reason, unauthorized=True))
        case outcome:
            raise NoSessionError(outcome)


def handle(account: str) -> str:
    return account.strip().removeprefix("@")


def whose(to: Destination) -> str:
    """The account, its server and its password, as a hash."""
    return sha256(f"{to.address}\n{handle(to.account)}\n{to.secret.strip()}".encode("utf-8", "replace")).hexdigest()[
        :16
    ]


def until(token: str, now: int) -> int:
    """When a token (JWT) ends, unix seconds. One that ended before it came tells of a wrong clock: it would be made
    anew for every call, and so is used until the server says no."""
    claims = token.split(".")[1:2]
    try:
        found = json.loads(base64.urlsafe_b64decode(f"{claims[0]}==")) if claims else {}
    except (ValueError, RecursionError):
        found = {}
    ends = found.get("exp") if isinstance(found, dict) else None
    return ends if isinstance(ends, int) and ends > now + 300 else now + LASTS


# Keys


def tid(microseconds: int, clock: int) -> str:
    """A record key of a post's: 53 bits of microseconds since 1970, then 10 bits that tell clocks apart."""
    number = (microseconds & (1 << 53) - 1) << 10 | clock & 1023
    return "".join(SORTABLE[number >> shift & 31] for shift in range(60, -1, -5))


# Answers


def told(reply: Reply) -> dict[str, Any]:
    """The object that was answered; an empty one for anything else."""
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def failed(reply: Reply, to: Destination, hands: Hands, what: str = "") -> Refused | Wait | Unknown:
    """What an answer means that is not the one hoped for. Only what was refused is surely not done."""
    why, error = reason(reply, to, what), told(reply).get("error")
    match reply.status:
        case _ if error in TURNED_OFF and 400 <= reply.status < 500:
            return Refused(f"{why}. The account is switched off", unauthorized=True)
        case 401:
            again = f"put an app password of {handle(to.account)!r} with `liaison secret put {to.id} --outgoing`"
            return Refused(f"{why}: {again}", unauthorized=True)
        case 429:
            return Wait(pause(reply, hands), why, budget(to))
        case 425:
            return Wait(5, why)
        case status if status in ELSEWHERE:
            return Refused(f"{why}: the target's `url` is not the server's own address")
        case status if 400 <= status < 500 and status != 408:
            return Refused(why, unauthorized=error in ENDED)
    return Unknown(f"{why}, and not with what was asked for" if reply.status < 300 else why)


def reason(reply: Reply, to: Destination, what: str) -> str:
    """In a sentence. Whatever a server says, the credential is not in it."""
    given = told(reply)
    error = " ".join(str(given[name])[:300] for name in ("error", "message") if isinstance(given.get(name), str))
    why = f"answered {reply.status}" + (f": {error}" if error else "")
    why = f"{what}: {why}" if what else why
    return why.replace(to.secret.strip(), "…") if to.secret.strip() else why


def pause(reply: Reply, hands: Hands) -> int:
    """Seconds until the limit ends, between 1 and six hours. Servers say at which unix second it does."""
    reset = reply.headers.get("ratelimit-reset", "").strip()
    if reset.isascii() and reset.isdecimal():
        return min(max(int(reset[:12]) - hands.timestamp, 1), LONGEST_WAIT)
    return retry_after(reply.headers, 60 if told(reply) else PARKED, hands.timestamp)
