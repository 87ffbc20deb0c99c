"""What one person is told on Matrix: a message in a room with nobody but them and us.

The room is kept in our account's data under a name made of theirs, and made once. It is made empty: one whose answer
was lost is seen by nobody, and only the one that is kept is opened to them. They are told even if they have not come in
yet: the invitation waits, and what was said before it is taken can be read. Such rooms are not encrypted.

Sources: spec.matrix.org, "Client-Server API": "Creation", "Client Config" (account data), "m.room.member"
(`is_direct`), "Sending events to a room", "Instant messaging", "User and room mentions".
"""

import hashlib
import json
from dataclasses import replace
from typing import Any

from events.moderation import MessageRequested
from functions.platforms.door import read_object
from functions.platforms.matrix.acting import ROOM, USER, UntoldError, told
from functions.platforms.matrix.homeserver import CLIENT, Homeserver, segment
from functions.platforms.matrix.posting import WINDOW as WINDOW
from functions.platforms.matrix.posting import us
from functions.platforms.outgoing import (
    Destination,
    Hands,
    Kind,
    NotSentError,
    Outcome,
    Refused,
    UnansweredError,
    Unknown,
    Wait,
)
from functions.platforms.telling import fitted
from functions.platforms.text.letters import visible

KIND: Kind = "keyed"
RIGHT = "no power level: our account has to be allowed to make rooms and to invite to them, as accounts usually are"
LONGEST = 15_000
"""Characters, of four bytes at most; an event has 64 KiB."""

PRIVATE: dict[str, Any] = {"preset": "private_chat", "visibility": "private", "is_direct": True}


def tell(message: MessageRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    if not to.address:
        return Refused(f"the source {to.id!r} has no `api` in the program: nowhere to send the message")
    if not USER.fullmatch(message.person.id):
        return Refused(f"Matrix has no account {message.person.id[:80]!r}")
    server = Homeserver(to, hands)
    try:
        room = Homeserver(replace(to, place=room_with(message.person.id, server)), hands)
        invited(message.person.id, room)
    except UntoldError as error:
        return error.outcome
    content = {"msgtype": "m.text", "body": visible(fitted(message, LONGEST)), "m.mentions": {}}
    return room.made(room.tell(f"{room.room}/send/m.room.message/{segment(key)}", content))


def room_with(person: str, server: Homeserver) -> str:
    """Raises UntoldError."""
    account = us(server)
    if not isinstance(account, str):
        raise UntoldError(account)
    name = hashlib.sha256(person.encode("utf-8", "replace")).hexdigest()[:32]
    kept = f"{CLIENT}/user/{segment(account)}/account_data/liaison.room.{name}"
    room = told(server, kept).get("room")
    return room if isinstance(room, str) and ROOM.fullmatch(room) else made_for(kept, server)


def made_for(kept: str, server: Homeserver) -> str:
    room = changed("POST", f"{CLIENT}/createRoom", PRIVATE, server).get("room_id")
    if not isinstance(room, str) or not ROOM.fullmatch(room):
        raise UntoldError(Wait(60, "the homeserver did not say which room it made"))
    changed("PUT", kept, {"room": room}, server)
    return room


def invited(person: str, room: Homeserver) -> None:
    """Unless they are in there, or invited already. Whoever left it is told once more."""
    path = f"{room.room}/state/m.room.member/{segment(person)}"
    if told(room, path).get("membership") in ("join", "invite"):
        return
    try:
        changed("PUT", path, {"membership": "invite", "is_direct": True}, room)
    except UntoldError as error:
        if isinstance(error.outcome, Refused) and not error.outcome.unauthorized:
            raise UntoldError(Refused(f"they could not be invited to a room: {error.outcome.reason}")) from error
        raise


def changed(method: str, path: str, given: dict[str, Any], server: Homeserver) -> dict[str, Any]:
    """What comes before the message and tells nobody anything, so that it may be tried again. Raises UntoldError."""
    try:
        reply = server.ask(method, path, json.dumps(given).encode())
    except (NotSentError, UnansweredError) as error:
        raise UntoldError(Wait(60, f"the homeserver could not be asked: {error}")) from error
    found = read_object(reply.body)
    if reply.status == 200 and found is not None:
        return found
    outcome = server.refused(reply)
    raise UntoldError(Wait(60, outcome.reason) if isinstance(outcome, Unknown) else outcome)
