"""How Reddit is asked: a token for an hour, and the headers of every request.

Source: github.com/reddit-archive/reddit/wiki/OAuth2 and /API: a User-Agent of one's own is required.
"""

import base64
from collections.abc import Mapping
from urllib.parse import urlencode

from events.program import Source
from functions.platforms.door import read_object
from functions.platforms.outgoing import Hands, Reply
from functions.platforms.standing import AskedError, Keys, answered

TOKEN = "https://www.reddit.com/api/v1/access_token"  # noqa: S105 - an address
API = "https://oauth.reddit.com"
NEEDED = (
    'the outgoing secret has to be JSON: {"client_id", "client_secret", "refresh_token"}, or "username" and "password"'
    " instead of the refresh token"
)


def session(place: Source, keys: Keys, hands: Hands) -> dict[str, str]:
    """The headers of every request. Raises AskedError where Reddit does not let us in."""
    given = read_object(keys.token.encode("utf-8", "surrogatepass")) or {}
    form = grant(given)
    client = f"{given.get('client_id', '')}:{given.get('client_secret', '')}"
    agent = {"user-agent": f"server:liaison:0.1 (by /u/{place.account or given.get('username') or 'liaison'})"}
    headers = {
        **agent,
        "authorization": "Basic " + base64.b64encode(client.encode("utf-8", "surrogatepass")).decode("ascii"),
        "content-type": "application/x-www-form-urlencoded",
    }
    reply = limited(hands.http("POST", TOKEN, headers=headers, body=urlencode(form).encode("ascii")), "the login")
    told = read_object(reply.body) or {}
    token = told.get("access_token")
    if not isinstance(token, str) or not token:  # A wrong password is answered 200, with an `error`.
        raise AskedError(f"the login was refused: {str(told.get('error'))[:80]}", 3600)
    return {**agent, "authorization": f"Bearer {token}"}


def grant(given: Mapping[str, object]) -> dict[str, str]:
    wanted = ("refresh_token",) if given.get("refresh_token") else ("username", "password")
    if not all(isinstance(given.get(name), str) for name in ("client_id", "client_secret", *wanted)):
        raise AskedError(NEEDED, 3600)
    kind = "refresh_token" if given.get("refresh_token") else "password"
    return {"grant_type": kind, **{name: str(given[name]) for name in wanted}}


def limited(reply: Reply, what: str) -> Reply:
    """The reply, if it is one to read on with. Reddit says when the next ten minutes begin."""
    if reply.status == 429:
        raise AskedError(f"{what}: answered 429, too many requests", max(number(reply, "x-ratelimit-reset", 60), 1))
    return answered(reply, what)


def number(reply: Reply, header: str, fallback: int) -> int:
    """Whole part of a header that Reddit writes as `598.0`, at most an hour."""
    try:
        return min(int(float(reply.headers.get(header, ""))), 3600)
    except (ValueError, OverflowError):
        return fallback
