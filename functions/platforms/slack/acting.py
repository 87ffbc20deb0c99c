"""What a decision does in a Slack workspace.

There is little: Slack has no time-outs, hides nothing, and lets apps lock no thread (only people may). Accounts are
shut by its SCIM and admin APIs alone, on plans for big companies, for everything that somebody does at work; a channel
that somebody was put out of they may join again. So a message is deleted, or its author is told something. A report
made with our shortcut is known to us alone, so there is none to close.

Deleting what others wrote takes the token of a person who may: a bot deletes its own messages only.

Sources: docs.slack.dev/reference/methods (chat.delete, conversations.replies, conversations.history, users.info,
chat.postMessage); issue 783 of bolt-python (asked for an answer in a thread, conversations.replies gives that alone).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from events.moderation import ActionRequested, Measure
from functions.platforms.acting import GONE, Ability, Call, CannotError, State
from functions.platforms.outgoing import Destination, Hands, Outcome, Refused, Sent, Unknown, Wait, string
from functions.platforms.posting import Absent
from functions.platforms.slack import blocks, telling
from functions.platforms.slack.messages import ACCOUNT
from functions.platforms.slack.posting import SOON, Line, objects
from functions.platforms.slack.telling import conversation, error_of, line_of, looked, told, understood
from functions.platforms.text import letters

MESSAGE = frozenset({"message"})
ABILITIES: Mapping[Measure, Ability] = {
    "remove": Ability(
        MESSAGE,
        "instead of the bot's token the User OAuth Token (xoxp-…) of a workspace owner or admin, with the scopes"
        " chat:write and channels:history (groups:history for private channels)",
        reversible=False,
        lost="Slack keeps no message that was deleted.",
    ),
    "warn": Ability(
        MESSAGE,
        f"{telling.RIGHT}, and users:read",
        reversible=False,
        lost="What somebody was told cannot be taken back.",
        kind="readable",
    ),
}

ID = re.compile(r"(?P<channel>[CGD][A-Z0-9]{2,}):(?P<ts>[0-9]{1,12}\.[0-9]{1,9})")
"""Of a message, as the adapter writes it."""
ABSENT = ("message_not_found", "thread_not_found")
STAFF = ("is_admin", "is_owner", "is_primary_owner")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands."""

    channel: str
    ts: str


# What there is


def state(action: ActionRequested, to: Destination, hands: Hands) -> State | Outcome:
    read = STATES.get(action.measure)
    return read(action, to, line_of(to, hands)) if read else {}


def of_message(action: ActionRequested, to: Destination, line: Line) -> State | Outcome:
    """The list of a thread has answers and all else but a few kinds; the channel's has those, and no answers."""
    del to
    place = place_of(action)
    if place is None:
        return Refused("which message it is, is not known to Slack")
    only = {"oldest": place.ts, "latest": place.ts, "inclusive": "true", "limit": "2", "channel": place.channel}
    for method, more in (("conversations.replies", {"ts": place.ts}), ("conversations.history", {})):
        found = listed(method, {**only, **more}, place, line)
        if found is not None:
            return found
    return GONE


def listed(method: str, terms: dict[str, str], place: Place, line: Line) -> State | Outcome | None:
    """None where it is not in the list. What is left of a message with answers is a tombstone."""
    said = looked(method, terms, line, *ABSENT)
    if not isinstance(said, dict):
        return said
    messages = said.get("messages")
    if not isinstance(messages, list):
        return Wait(SOON, "Slack did not list the message")
    found = next((one for one in objects(messages) if one.get("ts") == place.ts), None)
    if found is None:
        return None
    edited = found.get("edited")
    since = string(edited.get("ts")) if isinstance(edited, dict) else ""
    return GONE if found.get("subtype") == blocks.GONE else {"edited": since or None}


def of_warning(action: ActionRequested, to: Destination, line: Line) -> State | Outcome:
    """The conversation with them. It is opened for that, which nobody sees."""
    person = action.person.id if action.person else ""
    if not ACCOUNT.fullmatch(person):
        return Refused("who wrote it is not known to Slack, or is an app")
    if person == to.account:
        return Refused("that is the app itself")
    said = looked("users.info", {"user": person}, line, "user_not_found")
    if not isinstance(said, dict):
        return GONE if said is None else said
    user = said.get("user")
    if not isinstance(user, dict) or user.get("id") != person:
        return Wait(SOON, "what Slack answered about them cannot be read")
    if user.get("deleted") is True:
        return GONE
    if any(user.get(role) is True for role in STAFF):
        return {"channel": None, "staff": True}
    channel = conversation(person, line)
    return {"channel": channel, "staff": False} if isinstance(channel, str) else channel


STATES: Mapping[Measure, Callable[[ActionRequested, Destination, Line], State | Outcome]] = {
    "remove": of_message,
    "warn": of_warning,
}


def place_of(action: ActionRequested) -> Place | None:
    found = ID.fullmatch(action.subject.id)
    return Place(found["channel"], found["ts"]) if found else None


# What is sent


def calls(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    del now
    return (warning(action, state),) if action.measure == "warn" else removing(action, state)


def removing(action: ActionRequested, state: State) -> tuple[Call, ...]:
    if state == GONE:
        return ()
    place = place_of(action)
    if place is None:
        raise CannotError("which message it is, is not known to Slack")
    return (Call("POST", "/chat.delete", {"channel": place.channel, "ts": place.ts}),)


def warning(action: ActionRequested, state: State) -> Call:
    """The same warning in the same case has the same key."""
    if state == GONE:
        raise CannotError("their account is gone, or deactivated")
    if state["staff"]:
        raise CannotError("they are in charge of the workspace: an owner or an admin")
    if not action.explanation.strip():
        raise CannotError("a warning needs an explanation: there is nothing to tell them")
    message = letters.warning(action)
    return Call("POST", "/chat.postMessage", telling.body(message, str(state["channel"]), letters.key(message)))


def back(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    del state, now
    raise CannotError(f"{action.measure} cannot be undone there")


def make(call: Call, to: Destination, key: str, hands: Hands) -> Outcome:
    """A message has its key in its body; what is to be deleted and is gone already is a state like any."""
    del key
    line = line_of(to, hands)
    reply = line.call(call.path.removeprefix("/"), call.body)
    if call.path == "/chat.postMessage":
        return told(reply, line)
    error = error_of(reply)
    if error == "message_not_found":
        return Sent(call.path)
    said = understood(reply, line)
    if error == "cant_delete_message" and isinstance(said, Refused):
        return replace(said, reason=f"{said.reason}: put {ABILITIES['remove'].right}")
    if not isinstance(said, dict):
        return said
    same = string(said.get("ts")) == call.body["ts"]
    return Sent(call.path) if same else Unknown("Slack did not say which message it deleted")


def find(
    action: ActionRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """Whether a warning arrived."""
    del key
    message = letters.warning(action)
    return telling.find(message, to, letters.key(message), since, hands)
