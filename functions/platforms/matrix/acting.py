"""What a decision does in a Matrix room: a message is redacted, its sender is banned from the room.

A redaction takes the words away on every server, and nothing brings them back: Matrix hides nothing. Each edit is a
message of its own, which clients no longer show once the first one is gone, but which stays to be read: the sender's
newest are redacted with it. Whoever reports a message says nothing about its sender, so the homeserver is asked.

What it does not show is refused and not taken for gone: its answer is "not found, or not for you" in one. Nothing ends
by itself in a room, so that there is no time-out: what a power level forbids, it forbids until somebody takes it back.

Sources: spec.matrix.org, "Client-Server API": "Redactions", "Room membership" (ban, unban), "Getting events for a
room", "m.room.power_levels", "Room version 12" (creators), "Forming relationships between events"; Synapse's
`rest/client/room.py`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from events.envelope import fingerprint
from events.moderation import ActionRequested, Measure, Subject
from functions.platforms.acting import Ability, Call, CannotError, State
from functions.platforms.door import read_object
from functions.platforms.matrix.adapter import ours
from functions.platforms.matrix.homeserver import CLIENT, Homeserver, segment
from functions.platforms.matrix.posting import us
from functions.platforms.outgoing import Destination, Hands, Outcome, Refused, Reply, Sent, Unknown, Wait, inside
from functions.platforms.text.letters import shortened, visible

EVENTS = frozenset({"event"})
ABILITIES: Mapping[Measure, Ability] = {
    "remove": Ability(
        EVENTS,
        "the power level for “Remove messages sent by others” (`redact`, 50 unless the room says otherwise)",
        reversible=False,
        lost="A redaction takes the words away on every server, for good.",
    ),
    "ban": Ability(
        EVENTS,
        "the power level for “Ban users” (`ban`, 50 unless the room says otherwise), and a higher one than theirs",
        lost="They are outside the room afterwards, and have to be invited or to join again.",
    ),
}

EVENT = re.compile(r"\$[!-~]{1,254}")
ROOM = re.compile(r"![!-~]{1,254}")
USER = re.compile(r"@[!-9;-~]{0,250}:[!-~]{1,250}")
"""Ids, of any room version; together with their server they have 255 bytes at most."""

EDITS = (20, 5, 1)
"""Edits of one message that are redacted with it: as many as come in one answer, of which 64 KiB are read."""
REASON = 500
"""Characters. It is part of an event of 64 KiB, and anybody in the room may read it."""
USUAL = 50
"""The power level that whatever is done to others needs, where the room names none."""


class UntoldError(Exception):
    """The homeserver did not tell what it was asked; `outcome` says what that means for the measure."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


# What there is


def state(action: ActionRequested, to: Destination, hands: Hands) -> State | Outcome:
    room, event = located(action.subject)
    if not to.address:
        return Refused(f"the source {to.id!r} has no `api` in the program: nowhere to send the measure")
    if not room:
        return Refused("the link of the message does not say which room it is in")
    server = Homeserver(replace(to, place=room), hands)
    try:
        return of_ban(action, server, event) if action.measure == "ban" else of_message(server, event)
    except UntoldError as error:
        return error.outcome


def located(subject: Subject) -> tuple[str, str]:
    """The ids of room and message, which its link holds (matrix.to); empty where it is none."""
    path = subject.url.partition("#/")[2].partition("?")[0]
    room, _, event = path.partition("/")
    room, event = unquote(room), unquote(event)
    known = ROOM.fullmatch(room) and EVENT.fullmatch(event) and event == subject.id
    return (room, event) if known else ("", "")


def of_message(server: Homeserver, event: str) -> State:
    """The last edit is among the edits: another one has come since when they are others."""
    given = message(server, event)
    sender = str(given["sender"])
    not_ours(server, sender)
    return {
        "sender": sender,
        "staff": is_staff(server, sender),
        "redacted": "redacted_because" in inside(given, "unsigned") or not given.get("content"),
        "edits": " ".join(edits(server, event, sender)),
    }


def of_ban(action: ActionRequested, server: Homeserver, event: str) -> State:
    person = action.person.id if action.person else str(message(server, event)["sender"])
    if not USER.fullmatch(person):
        raise UntoldError(Refused(f"Matrix has no account {person[:80]!r}"))
    not_ours(server, person)
    found = told(server, f"{server.room}/state/m.room.member/{segment(person)}")
    membership = found.get("membership", "" if found else "leave")
    if not isinstance(membership, str) or not membership:
        raise UntoldError(Unknown("the homeserver did not say whether they are in the room"))
    return {"person": person, "staff": is_staff(server, person), "banned": membership == "ban"}


def message(server: Homeserver, event: str) -> dict[str, Any]:
    found = told(server, f"{server.room}/event/{segment(event)}")
    if not found:
        raise UntoldError(Refused("the homeserver shows us no such message: it was purged, or is older than our stay"))
    if found.get("event_id") != event or not isinstance(found.get("sender"), str):
        raise UntoldError(Unknown("what the homeserver told of the message cannot be read"))
    return found


def edits(server: Homeserver, event: str, sender: str) -> list[str]:
    """The newest ones that are still there; only the sender's are edits at all."""
    path = f"/_matrix/client/v1/rooms/{segment(server.to.place)}/relations/{segment(event)}/m.replace"
    for most in EDITS:
        chunk = related(server, path, most)
        if chunk is not None:
            theirs = [one for one in chunk if isinstance(one, dict) and one.get("sender") == sender]
            return [one["event_id"] for one in theirs if EVENT.fullmatch(str(one.get("event_id")))]
    raise UntoldError(Unknown("what the homeserver told of the message's edits cannot be read"))


def related(server: Homeserver, path: str, most: int) -> list[Any] | None:
    """None where they are longer together than what is read of an answer. Raises UntoldError."""
    reply = looked(server, path, limit=most)
    if reply.status == 200 and read_object(reply.body) is None:
        return None
    chunk = answered(server, reply).get("chunk", [])
    return chunk if isinstance(chunk, list) else None


def not_ours(server: Homeserver, person: str) -> None:
    account = server.to.account or us(server)
    if not isinstance(account, str):
        raise UntoldError(account)
    if ours(person, account):
        raise UntoldError(Refused(f"{person} is our own account there"))


def is_staff(server: Homeserver, person: str) -> bool:
    """Whether they may remove what others say: by their power level, or as one of the room's creators, who stand above
    all levels since version 12 (its ids name no server)."""
    levels = told(server, f"{server.room}/state/m.room.power_levels")
    usual = level(levels.get("users_default"), 0)
    own = level(inside(levels, "users").get(person), usual)
    in_charge = own > usual and own >= level(levels.get("redact"), USUAL)
    return in_charge or person in creators(server)


def creators(server: Homeserver) -> list[object]:
    if ":" in server.to.place:
        return []
    made = told(server, f"{server.room}/state/m.room.create", format="event")
    more = inside(made, "content").get("additional_creators")
    return [made.get("sender"), *(more if isinstance(more, list) else ())]


def level(given: object, otherwise: int) -> int:
    """Old rooms write it as text."""
    try:
        return int(given) if isinstance(given, int | str) else otherwise
    except ValueError:
        return otherwise


def told(server: Homeserver, path: str, **query: str | int) -> dict[str, Any]:
    """What the homeserver says; nothing where it says that there is none. Raises UntoldError."""
    return answered(server, looked(server, path, **query))


def looked(server: Homeserver, path: str, **query: str | int) -> Reply:
    reply = server.look(path, **query)
    if isinstance(reply, Wait):
        raise UntoldError(reply)
    return reply


def answered(server: Homeserver, reply: Reply) -> dict[str, Any]:
    found = read_object(reply.body)
    if reply.status == 200 and found:
        return found
    if reply.status == 404 and found and found.get("errcode") == "M_NOT_FOUND":
        return {}
    raise UntoldError(server.refused(reply))


# What is asked for


def calls(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    del now
    banning = action.measure == "ban"
    if state["banned"] if banning else state["redacted"]:
        return ()
    if state["staff"]:
        raise CannotError(f"{state['person' if banning else 'sender']} is a moderator of the room")
    return (membership("ban", action, state),) if banning else redactions(action, state)


def redactions(action: ActionRequested, state: State) -> tuple[Call, ...]:
    """The edits first, while the homeserver still tells which they are."""
    return tuple(redaction(action, event) for event in (*str(state["edits"]).split(), action.subject.id))


def redaction(action: ActionRequested, event: str) -> Call:
    """Its address ends in a key of ours: asked for twice it is made once."""
    room, _ = located(action.subject)
    key = fingerprint(f"{action.case} {event}".encode())[:25]
    return Call("PUT", f"{in_room(room)}/redact/{segment(event)}/{key}", {"reason": reason(action)})


def membership(how: str, action: ActionRequested, state: State) -> Call:
    room, _ = located(action.subject)
    return Call("POST", f"{in_room(room)}/{how}", {"user_id": state["person"], "reason": reason(action)})


def in_room(room: str) -> str:
    return f"{CLIENT}/rooms/{segment(room)}"


def reason(action: ActionRequested) -> str:
    return shortened(" ".join(visible(action.reason).split()), REASON)


def back(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """Of a ban; who was banned before stays so."""
    del now
    return (membership("unban", action, state),)


def make(call: Call, to: Destination, key: str, hands: Hands) -> Outcome:
    del key  # A redaction has one in its address; a ban is a state.
    server = Homeserver(to, hands)
    reply = server.ask(call.method, call.path, json.dumps(call.body).encode())
    done = reply.status == 200 and read_object(reply.body) is not None
    return Sent(call.path) if done else lacking(call, reply, server)


def lacking(call: Call, reply: Reply, server: Homeserver) -> Outcome:
    """Why it was not done, with the right that it takes."""
    given = server.refused(reply)
    if isinstance(given, Refused) and reply.status == 403 and not given.unauthorized:
        measure: Measure = "remove" if call.method == "PUT" else "ban"
        return Refused(f"{given.reason}; our account needs {ABILITIES[measure].right}")
    return given
