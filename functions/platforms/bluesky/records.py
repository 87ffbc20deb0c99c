"""How records are written into an account's repository: with a session that all workers share, under keys of our own.

Sources: atproto.com/specs/{xrpc,tid,record-key,at-uri-scheme}; docs.bsky.app/docs/advanced-guides/rate-limits; the
lexicons com.atproto.server.{createSession,refreshSession} and com.atproto.repo.{putRecord,getRecord,deleteRecord};
bluesky-social/atproto packages/pds/src/api/com/atproto/repo/putRecord.ts and packages/pds/src/auth-verifier.ts.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from functions.platforms import outgoing
from functions.platforms.outgoing import (
    LATER,
    PARKED,
    Destination,
    Hands,
    NoSessionError,
    NotSentError,
    Refused,
    Reply,
    Session,
    UnansweredError,
    Unknown,
    Wait,
    concealed,
    put,
    retry_after,
    string,
    told,
    until,
    with_session,
)

HOST = "https://bsky.social"
COLLECTION = "app.bsky.feed.post"

ENDED = ("ExpiredToken", "InvalidToken", "AuthMissing")
"""What a server says of a session that is over; with a 400, mostly."""
TURNED_OFF = ("AccountTakedown", "AccountDeactivated", "AccountSuspended", "RepoTakendown", "RepoDeactivated")

ELSEWHERE = (301, 307, 308)

LASTS = 3600
"""Seconds that a token is used which does not say when it ends; they are good for two hours."""

JSON = "application/json"
NO_MORE: Mapping[str, str] = {}
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
    to: Destination,
    hands: Hands,
    name: str,
    *,
    query: Mapping[str, str] | None = None,
    body: Body | None = None,
    headers: Mapping[str, str] = NO_MORE,
) -> Reply | Refused | Wait:
    """One call as the account; with a session made anew, once, where the one that was kept has ended. What is not a
    reply says why there is no session, and the call was not made. Raises NotSentError or UnansweredError of the call.
    """

    def call(kept: Session) -> Reply:
        return xrpc(to, hands, name, str(kept["token"]), query=query, body=body, headers=headers)

    try:
        return with_session(call, lambda stale: session(to, hands, stale), over)
    except NoSessionError as error:
        return error.outcome


def look(
    to: Destination, hands: Hands, name: str, query: Mapping[str, str], headers: Mapping[str, str] = NO_MORE
) -> Reply | Refused | Wait:
    """A question that changes nothing: unanswered, it may be asked again."""
    try:
        return ask(to, hands, name, query=query, headers=headers)
    except (NotSentError, UnansweredError) as error:
        return Wait(LATER, f"the server could not be asked: {error}")


def proxied(service: str) -> dict[str, str]:
    """Our server passes the call on to a service, `did#id`: docs.bsky.app, “Service Proxying”."""
    return {"atproto-proxy": service}


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
    headers: Mapping[str, str] = NO_MORE,
) -> Reply:
    """A query, or with a body a procedure."""
    headers = {**headers, "accept": JSON, **({"authorization": f"Bearer {token}"} if token else {})}
    url = f"{(to.address or HOST).rstrip('/')}/xrpc/{name}" + (f"?{urlencode(query)}" if query else "")
    if body is None:
        return hands.http("GET", url, headers=headers, private=to.private)
    headers |= {"content-type": body.type} if body.type else {}
    return hands.http("POST", url, headers=headers, body=body.content, private=to.private)


# Sessions


def session(to: Destination, hands: Hands, stale: str) -> Session:
    return outgoing.session(to, hands, lambda old: renewed(to, hands, old), whose(to), stale=stale)


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
    token, refresh = (string(told(reply).get(name)) for name in ("accessJwt", "refreshJwt"))
    if reply.status == 200 and token:
        return {"token": token, "refresh": refresh, "until": ends(token, hands.timestamp), "whose": whose(to)}
    match failed(reply, to, hands, "the login"):
        case Unknown(reason=reason):
            raise NoSessionError(Wait(LATER, reason))
        case Refused(reason=reason):
            raise NoSessionError(Refused(reason, unauthorized=True))
        case Wait() as wait:
            raise NoSessionError(wait)


def handle(account: str) -> str:
    return account.strip().removeprefix("@")


def whose(to: Destination) -> str:
    """The account, its server and its password."""
    return outgoing.whose(to.address, handle(to.account), to.secret.strip())


def ends(token: str, now: int) -> int:
    """When a token (JWT) does, unix seconds. One that ended before it came tells of a wrong clock: it would be made
    anew for every call, and so is used until the server says no."""
    claims = token.split(".")[1:2]
    try:
        found = json.loads(base64.urlsafe_b64decode(f"{claims[0]}==")) if claims else {}
    except (ValueError, RecursionError):
        found = {}
    at = found.get("exp") if isinstance(found, dict) else None
    return at if isinstance(at, int) and at > now + 300 else now + LASTS


# Keys


def tid(microseconds: int, clock: int) -> str:
    """A record key of a post's: 53 bits of microseconds since 1970, then 10 bits that tell clocks apart."""
    number = (microseconds & (1 << 53) - 1) << 10 | clock & 1023
    return "".join(SORTABLE[number >> shift & 31] for shift in range(60, -1, -5))


# Answers


def failed(reply: Reply, to: Destination, hands: Hands, what: str = "") -> Refused | Wait | Unknown:
    """What an answer means that is not the one hoped for. Only what was refused is surely not done."""
    why, error = reason(reply, to, what), told(reply).get("error")
    match reply.status:
        case _ if error in TURNED_OFF and 400 <= reply.status < 500:
            return Refused(f"{why}. The account is switched off", unauthorized=True)
        case 401:
            return Refused(f"{why}: {put(to, f'an app password of {handle(to.account)!r}')}", unauthorized=True)
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
    """In a sentence."""
    error = " ".join(filter(None, (string(told(reply).get(name))[:300] for name in ("error", "message"))))
    why = f"answered {reply.status}" + (f": {error}" if error else "")
    return concealed(f"{what}: {why}" if what else why, to.secret)


def pause(reply: Reply, hands: Hands) -> int:
    """Seconds until the limit ends, between 1 and six hours. Servers say at which unix second it does."""
    ours = 60 if told(reply) else PARKED
    return until(reply.headers.get("ratelimit-reset", ""), hands.timestamp) or retry_after(
        reply.headers, ours, hands.timestamp
    )
