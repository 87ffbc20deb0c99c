"""How an account's server is asked: with a session made of its handle and an app password.

Sources: docs.bsky.app/docs/advanced-guides/rate-limits, the lexicons com.atproto.server.*. Bluesky allows as few as a
hundred new sessions a day, so one is used for as long as it is good (two hours), in this process only.
"""

import json

from events.envelope import fingerprint
from events.program import Source
from functions.platforms.door import read_object
from functions.platforms.outgoing import Hands, Reply
from functions.platforms.standing import AskedError, Keys, answered

HOST = "https://bsky.social"
LASTS = 3600
"""Seconds; half of what an access token is good for."""

ENDED = ("ExpiredToken", "InvalidToken", "AuthMissing")

SESSIONS: dict[str, tuple[str, int]] = {}
"""By account and password, as a hash: the access token, and until when it is used."""


def host(place: Source) -> str:
    return (place.api or HOST).rstrip("/")


def which(place: Source, keys: Keys) -> str:
    return fingerprint(f"{host(place)}\n{place.account}\n{keys.token}".encode("utf-8", "surrogatepass"))


def session(place: Source, keys: Keys, hands: Hands) -> str:
    """An access token, new or used before. Raises AskedError where the server does not let us in."""
    if not keys.token:
        raise AskedError("there is no app password: put one with `liaison secret put … --outgoing`", 3600)
    token, until = SESSIONS.get(which(place, keys), ("", 0))
    if hands.timestamp >= until:
        token = opened(place, keys, hands)
        SESSIONS[which(place, keys)] = token, hands.timestamp + LASTS
    return token


def opened(place: Source, keys: Keys, hands: Hands) -> str:
    url = f"{host(place)}/xrpc/com.atproto.server.createSession"
    body = json.dumps({"identifier": place.account.removeprefix("@"), "password": keys.token}).encode("ascii")
    headers = {"content-type": "application/json"}
    reply = hands.http("POST", url, headers=headers, body=body, private=place.private_network)
    told = read_object(limited(reply, "the login", hands).body) or {}
    token = told.get("accessJwt")
    if not isinstance(token, str) or not token:
        raise AskedError("the login: what was answered is no session")
    return token


def get(place: Source, keys: Keys, hands: Hands, what: str, query: str, headers: dict[str, str]) -> Reply:
    """One request with the session. A token that is not good any more is forgotten, and made anew at the next visit."""
    token = session(place, keys, hands)
    url = f"{host(place)}/xrpc/{query}"
    reply = hands.http(
        "GET", url, headers={**headers, "authorization": f"Bearer {token}"}, private=place.private_network
    )
    if reply.status in (400, 401) and (read_object(reply.body) or {}).get("error") in ENDED:
        SESSIONS.pop(which(place, keys), None)
        raise AskedError(f"{what}: the session has ended", 600)
    return limited(reply, what, hands)


def limited(reply: Reply, what: str, hands: Hands) -> Reply:
    """The reply, if it is one to read on with. Servers of Bluesky's say at which second the limit ends."""
    reset = reply.headers.get("ratelimit-reset", "")
    if reply.status == 429 and reset.isascii() and reset.isdigit():
        wait = min(max(int(reset[:12]) - hands.timestamp, 60), 86_400)
        raise AskedError(f"{what}: answered 429, too many requests", wait)
    return answered(reply, what)
