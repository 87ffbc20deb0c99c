"""Matrix: what a homeserver's administrator has to register, and whether both sides then know each other.

Source: spec.matrix.org, "Application Service API": registration, pinging.
"""

import re
from urllib.parse import quote

from events.program import Source
from functions.platforms.door import read_object
from functions.platforms.outgoing import Hands, NotSentError, Reply, UnansweredError
from functions.platforms.standing import Finding, Keys, Report

UNREACHABLE = (NotSentError, UnansweredError)


def steps(place: Source, url: str) -> tuple[str, ...]:
    return (
        f"Make the hs_token, which is shown once: liaison secret put {place.id} --generate",
        f"Make the as_token yourself (openssl rand -hex 32), and put it: liaison secret put {place.id} --outgoing",
        "In community.toml, set the source's `api` to the homeserver's address (https://…), its `account` to"
        f" @{localpart(place)}:<your server's name>, and its `feedback` to the ids of the rooms (!…).",
        f"Save this as liaison-{place.id}.yaml on the homeserver, with both tokens in it:\n\n"
        + registration(place, url),
        "Name the file in the homeserver's configuration (Synapse: app_service_config_files) and restart it.",
        "Rooms have to be unencrypted: nobody but its members can read an encrypted one. Tell your community that"
        " “!report <reason>” in reply to a message reports it, and “!feedback <text>” is for you.",
    )


def localpart(place: Source) -> str:
    """The name of our user there: of `@liaison:example.com` liaison, of the prefix `@_liaison_` _liaison_bot."""
    name, colon, _ = place.account.removeprefix("@").partition(":")
    return (name if colon else f"{name}bot") if name else "liaison"


def registration(place: Source, url: str) -> str:
    rooms = [f"    - {{exclusive: false, regex: {quoted(re.escape(room))}}}" for room in place.feedback]
    return "\n".join(
        [
            f"id: liaison-{place.id}",
            f"url: {url}",
            "as_token: <the as_token>",
            "hs_token: <the hs_token>",
            f"sender_localpart: {quoted(localpart(place))}",
            "rate_limited: false",
            "namespaces:",
            "  users: []",
            "  aliases: []",
            "  rooms:" if rooms else "  rooms: []",
            *rooms,
        ]
    )


def quoted(text: str) -> str:
    """A YAML scalar that is taken as it stands."""
    return "'" + text.replace("'", "''") + "'"


def check(place: Source, url: str, keys: Keys, hands: Hands, *, repair: bool) -> Report:
    """There is nothing to repair from here: a registration is a file on the homeserver."""
    del url, repair
    told = "it was put" if keys.signing else f"put the hs_token: liaison secret put {place.id}"
    secret = Finding("hs_token", "good" if keys.signing else "wrong", told)
    if not place.api or not keys.token:
        return Report((secret,))
    return Report((secret, account(place, keys, hands), pinged(place, keys, hands)))


def asked(place: Source, keys: Keys, hands: Hands, method: str, path: str, body: bytes = b"") -> Reply:
    headers = {"authorization": f"Bearer {keys.token}", "content-type": "application/json"}
    url = place.api.rstrip("/") + path
    return hands.http(method, url, headers=headers, body=body, private=place.private_network)


def account(place: Source, keys: Keys, hands: Hands) -> Finding:
    """Whose as_token it is."""
    try:
        reply = asked(place, keys, hands, "GET", "/_matrix/client/v3/account/whoami")
    except UNREACHABLE as error:
        return Finding("as_token", "unknown", str(error))
    if reply.status in (401, 403):
        return Finding("as_token", "wrong", "the homeserver does not know it: is the registration loaded?")
    user = (read_object(reply.body) or {}).get("user_id")
    if reply.status != 200 or not isinstance(user, str):
        return Finding("as_token", "unknown", f"answered {reply.status}")
    if ":" in place.account and user != place.account:
        return Finding("as_token", "wrong", f"it belongs to {user}, and the program's `account` is {place.account}")
    return Finding("as_token", "good", f"we are {user}")


PINGS = {
    "M_BAD_STATUS": "the homeserver reached us and was refused: its hs_token is another than the one put here",
    "M_CONNECTION_FAILED": "the homeserver cannot reach us: is the `url` in the registration right?",
    "M_CONNECTION_TIMEOUT": "the homeserver waited for us in vain: is the `url` in the registration right?",
    "M_FORBIDDEN": "the homeserver knows this as_token under another `id` than the registration's",
    "M_URL_NOT_SET": "the registration has no `url`",
}


def pinged(place: Source, keys: Keys, hands: Hands) -> Finding:
    """The homeserver calls us while we wait, and says how that went. Since version 1.7 of the specification."""
    path = f"/_matrix/client/v1/appservice/{quote(f'liaison-{place.id}')}/ping"
    try:
        reply = asked(place, keys, hands, "POST", path, b"{}")
    except UNREACHABLE as error:
        return Finding("address", "unknown", str(error))
    if reply.status == 200:
        return Finding("address", "good", "the homeserver reaches us, with the right hs_token")
    code = str((read_object(reply.body) or {}).get("errcode"))
    if code in PINGS:
        return Finding("address", "wrong", PINGS[code])
    return Finding("address", "unknown", f"answered {reply.status}: this homeserver may not know how to ping")
