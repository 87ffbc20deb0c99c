"""How an instance is asked: with a login token, which is good until somebody logs out.

Source: join-lemmy.org/docs (API), lemmy-js-client. Instances allow three logins an hour and address (the limit of
registrations), so a token is better than a password; one that was made here is used as long as it is good, in this
process only.
"""

import json

from events.envelope import fingerprint
from events.program import Source
from functions.platforms.door import read_object
from functions.platforms.outgoing import Hands, Reply
from functions.platforms.standing import AskedError, Keys, answered

LOGINS: dict[str, str] = {}
"""Tokens by instance and password, as a hash."""


def which(place: Source, keys: Keys) -> str:
    return fingerprint(f"{place.api}\n{keys.token}".encode("utf-8", "surrogatepass"))


def session(place: Source, keys: Keys, hands: Hands) -> str:
    """A token: the one that was put, or one made of the name and password that were. Raises AskedError."""
    if not keys.token:
        raise AskedError("there is no login token: put one with `liaison secret put … --outgoing`", 3600)
    given = read_object(keys.token.encode("utf-8", "surrogatepass"))
    if given is None:
        return keys.token
    known = LOGINS.get(which(place, keys))
    if known is None:
        known = LOGINS[which(place, keys)] = opened(place, given, hands)
    return known


def opened(place: Source, given: dict[str, object], hands: Hands) -> str:
    form = {"username_or_email": given.get("username"), "password": given.get("password")}
    body = json.dumps(form).encode("ascii")
    url = f"{place.api.rstrip('/')}/api/v3/user/login"
    headers = {"content-type": "application/json"}
    reply = hands.http("POST", url, headers=headers, body=body, private=place.private_network)
    if reply.status in (400, 429):
        wait = 3600  # A wrong password, or too many logins in this hour.
        raise AskedError(f"the login: answered {reply.status}", wait)
    token = (read_object(answered(reply, "the login").body) or {}).get("jwt")
    if not isinstance(token, str) or not token:
        raise AskedError("the login: what was answered is no token", 3600)
    return token


def get(place: Source, keys: Keys, hands: Hands, path: str) -> Reply:
    """One request with the token. One that is not good any more is forgotten, and made anew at the next visit."""
    headers = {"authorization": f"Bearer {session(place, keys, hands)}", "accept": "application/json"}
    url = f"{place.api.rstrip('/')}/api/v3/{path}"
    reply = hands.http("GET", url, headers=headers, private=place.private_network)
    if reply.status == 401:
        LOGINS.pop(which(place, keys), None)
    return answered(reply, path.partition("?")[0])
