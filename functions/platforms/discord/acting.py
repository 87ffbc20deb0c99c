"""What a decision does in a Discord server, by our bot.

Discord hides nothing and lets nothing in: a message is there or deleted for good, and its AutoMod holds back nothing
that an application could let through. Reports made with our commands are known to us alone, so there is none to close.
A kick keeps nobody out, so it is no measure. Bans have no end; what has one is a time-out, of up to 28 days. A warning
is a private message.

The owner, and whoever's highest role is not below the bot's, are Discord's own to protect: it refuses.

Sources: Discord's documentation, "Message" ("Delete Message"), "Channel" ("Modify Channel", "Thread Metadata Object"),
"Threads" ("Locked Threads"), "Guild" ("Modify Guild Member", "Get Guild Ban", "Create Guild Ban", "Remove Guild Ban"),
"Audit Log" (`X-Audit-Log-Reason`), "Opcodes and Status Codes" ("JSON Error Codes").
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from events.moderation import ActionRequested, Measure, Scalar
from functions.platforms.acting import GONE, Ability, Call, CannotError, State, seconds_left
from functions.platforms.discord import telling
from functions.platforms.discord.members import UNKNOWN_USER, Member, member, path_to, refused, shown
from functions.platforms.discord.posting import SITE, SOON, UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, Line
from functions.platforms.discord.telling import ID, by_bot, in_json, private_channel, told
from functions.platforms.outgoing import Destination, Hands, Outcome, Refused, Sent, Wait, inside, parsed
from functions.platforms.text import letters
from functions.platforms.text.splitting import most_that_fit

MESSAGE, ANYBODY = frozenset({"message"}), frozenset({"message", "account"})

ABILITIES: Mapping[Measure, Ability] = {
    "remove": Ability(
        MESSAGE,
        "“Manage Messages”, “View Channels” and “Read Message History”",
        reversible=False,
        lost="Discord keeps no message that was deleted.",
    ),
    "lock": Ability(
        MESSAGE,
        "“Manage Threads and Posts” and “View Channels”",
        lost="A thread that had been closed is open afterwards.",
    ),
    "warn": Ability(
        ANYBODY,
        telling.RIGHT,
        reversible=False,
        lost="What somebody was told cannot be taken back.",
        window=telling.WINDOW,
    ),
    "timeout": Ability(ANYBODY, "“Timeout Members”, and a role above theirs", seconds=(1, 28 * 24 * 3600)),
    "ban": Ability(
        ANYBODY,
        "“Ban Members”, and a role above theirs",
        lost="They have to join the server again, and the roles they had are gone.",
    ),
}
NEEDED: Mapping[str, Measure] = {"messages": "remove", "channels": "lock", "members": "timeout", "bans": "ban"}
"""By the last but one part of a call's path: the measure whose right it needs."""

THREADS = (10, 11, 12)
"""Types of channels."""
UNKNOWN_BAN = 10026
ALREADY = (UNKNOWN_MESSAGE, UNKNOWN_CHANNEL, UNKNOWN_BAN)
"""Of what is to be deleted: it is."""

LINK = re.compile(
    rf"{re.escape(SITE)}/(?P<server>[0-9]{{1,20}}|@me)/(?P<channel>[0-9]{{1,20}})/(?P<message>[0-9]{{1,20}})"
)
"""Of a message, as the adapter writes it."""
REASON = 512
"""Characters of an entry in the audit log. Whether it counts them before or after they are encoded, Discord does not
say; encoded there are no fewer."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands; `server` is `@me` for a private one."""

    server: str
    channel: str
    message: str

    @property
    def path(self) -> str:
        return path_to("channels", self.channel, "messages", self.message)


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody, and the server that it is about."""

    server: str
    person: str


# What there is


def state(action: ActionRequested, to: Destination, hands: Hands) -> State | Outcome:
    line = by_bot(to, hands)
    if isinstance(line, Refused):
        return line
    if action.measure in PERSONAL:
        who = concerned(action, to)
        return who if isinstance(who, Refused) else PERSONAL[action.measure](who, line)
    if action.measure in PLACED:
        place = located(action, to)
        return place if isinstance(place, Refused) else PLACED[action.measure](place, line)
    return {}


def located(action: ActionRequested, to: Destination) -> Place | Refused:
    place = place_of(action)
    if place is None:
        return Refused("in which channel the message stands is not known")
    if place.server != server_of(action, to):
        return Refused("it stands in a private message, or in another server than the source's")
    return place


def place_of(action: ActionRequested) -> Place | None:
    """By the link, since a message's id does not tell its channel."""
    found = LINK.fullmatch(action.subject.url)
    return Place(**found.groupdict()) if found and found["message"] == action.subject.id else None


def concerned(action: ActionRequested, to: Destination) -> Who | Refused:
    server, person = server_of(action, to), person_of(action)
    if not server:
        return Refused(f"put the server's id into `about` of {to.id!r}: it is not known which server is meant")
    if not ID.fullmatch(person):
        return Refused("who wrote it is not known to Discord")
    if person == to.account:
        return Refused("that is the bot itself")
    return Who(server, person)


def server_of(action: ActionRequested, to: Destination) -> str:
    """The source's; where it names none, that of the message."""
    place = place_of(action)
    return next((one for one in (to.place, place.server if place else "") if ID.fullmatch(one)), "")


def person_of(action: ActionRequested) -> str:
    if action.person:
        return action.person.id
    return action.subject.id if action.subject.kind == "account" else ""


def of_message(place: Place, line: Line) -> State | Outcome:
    found = shown(place.path, line, ABILITIES["remove"].right, UNKNOWN_MESSAGE, UNKNOWN_CHANNEL)
    if not isinstance(found, dict):
        return GONE if found is None else found
    edited = found.get("edited_timestamp")
    return {"edited": edited if isinstance(edited, str) else None}


def of_thread(place: Place, line: Line) -> State | Outcome:
    """The thread that was opened on the message, which has its id, or else the one that it stands in."""
    found: dict[str, Any] | Outcome | None = None
    for channel in (place.message, place.channel):
        found = shown(path_to("channels", channel), line, ABILITIES["lock"].right, UNKNOWN_CHANNEL)
        if isinstance(found, dict) and found.get("type") in THREADS:
            return of_metadata(channel, found.get("thread_metadata"))
        if not isinstance(found, dict | None):
            return found
    unlockable = "Discord locks threads only: none was opened on the message, and it does not stand in one"
    return GONE if found is None else Refused(unlockable)


def of_metadata(thread: str, metadata: object) -> State | Wait:
    locked = metadata.get("locked") if isinstance(metadata, dict) else None
    if not isinstance(locked, bool):
        return Wait(SOON, "Discord did not say whether the thread is locked")
    return {"thread": thread, "locked": locked}


def of_timeout(who: Who, line: Line) -> State | Outcome:
    """One that has ended may still stand there, and is none."""
    found = member(who.server, who.person, line)
    if not isinstance(found, Member):
        return GONE if found is None else found
    until = found.given.get("communication_disabled_until")
    ends = unix(until)
    if until is not None and ends is None:
        return Wait(SOON, "until when they are timed out cannot be read")
    lasting = ends is not None and ends > line.hands.timestamp
    return {"server": who.server, "until": until if lasting else None, "staff": found.staff}


def of_ban(who: Who, line: Line) -> State | Outcome:
    """Whoever is not in the server can be banned, too."""
    right = ABILITIES["ban"].right
    ban = shown(path_to("guilds", who.server, "bans", who.person), line, right, UNKNOWN_BAN, UNKNOWN_USER)
    if isinstance(ban, dict):
        return {"server": who.server, "banned": True, "staff": False}
    found = member(who.server, who.person, line) if ban is None else ban
    if not isinstance(found, Member | None):
        return found
    return {"server": who.server, "banned": False, "staff": found is not None and found.staff}


def of_warning(who: Who, line: Line) -> State | Outcome:
    """The private channel with them. It is opened for that, which nobody sees."""
    found = member(who.server, who.person, line)
    if not isinstance(found, Member):
        return GONE if found is None else found
    if found.staff:
        return {"channel": None, "staff": True}
    channel = private_channel(who.person, line)
    return {"channel": channel, "staff": False} if isinstance(channel, str) else channel


PLACED: Mapping[Measure, Callable[[Place, Line], State | Outcome]] = {"remove": of_message, "lock": of_thread}
PERSONAL: Mapping[Measure, Callable[[Who, Line], State | Outcome]] = {
    "timeout": of_timeout,
    "ban": of_ban,
    "warn": of_warning,
}


def unix(time: object) -> float | None:
    """Of a time as Discord writes them."""
    try:
        return datetime.fromisoformat(time).timestamp() if isinstance(time, str) else None
    except (ValueError, OverflowError):
        return None


# What is sent


def calls(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    if state == GONE and action.measure == "remove":
        return ()
    if state == GONE:
        raise CannotError("it is gone" if action.measure in PLACED else "they are not in the server")
    if state.get("staff"):
        raise CannotError("they are in charge of others there: by their roles they may moderate the server themselves")
    return FORWARDS[action.measure](action, state, now)


def removing(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    del state, now
    place = place_of(action)
    if place is None:
        raise CannotError("in which channel the message stands is not known")
    return (Call("DELETE", place.path, headers=noted(action)),)


def locking(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    del now
    return () if state["locked"] else (lock(action, state, True),)


def lock(action: ActionRequested, state: State, locked: bool) -> Call:
    """Of a thread that is closed (`archived`) nothing can be changed unless it is opened in the same call."""
    body = {"locked": locked, "archived": False}
    return Call("PATCH", path_to("channels", str(state["thread"])), body, noted(action))


def timing_out(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """A longer one stays as it is: whoever gave it had their reasons."""
    until = now + seconds_left(action, now)
    if (unix(state["until"]) or 0) >= until:
        return ()
    return (time_out(action, state, datetime.fromtimestamp(until, UTC).isoformat()),)


def time_out(action: ActionRequested, state: State, until: Scalar) -> Call:
    body = {"communication_disabled_until": until}
    return Call("PATCH", path_to("guilds", str(state["server"]), "members", person_of(action)), body, noted(action))


def banning(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """What they wrote stays: whether it goes is decided about each message."""
    del now
    body = {"delete_message_seconds": 0}
    return () if state["banned"] else (Call("PUT", ban(action, state), body, noted(action)),)


def ban(action: ActionRequested, state: State) -> str:
    return path_to("guilds", str(state["server"]), "bans", person_of(action))


def warning(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """Discord keeps its key for some minutes; the same warning in the same case has the same."""
    del now
    if not action.explanation.strip():
        raise CannotError("a warning needs an explanation: there is nothing to tell them")
    message = letters.warning(action)
    path = path_to("channels", str(state["channel"]), "messages")
    return (Call("POST", path, telling.body(message, letters.key(message))),)


def back(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    before = action.before or {}
    if action.measure == "lock":
        return (lock(action, state, False),)
    if action.measure == "timeout":
        until = before.get("until")
        return (time_out(action, state, until if (unix(until) or 0) > now else None),)
    if action.measure == "ban":
        return (Call("DELETE", ban(action, state), headers=noted(action)),)
    raise CannotError(f"{action.measure} cannot be undone there")


FORWARDS: Mapping[Measure, Callable[[ActionRequested, State, int], tuple[Call, ...]]] = {
    "remove": removing,
    "lock": locking,
    "timeout": timing_out,
    "ban": banning,
    "warn": warning,
}


def noted(action: ActionRequested) -> Mapping[str, str]:
    """For the server's audit log: the case, and why."""
    words = " ".join(letters.visible(action.reason).split())
    told = f"{'Taken back, case' if action.undo else 'Case'} {action.case}" + (f": {words}" if words else "")
    room = most_that_fit(len(told), lambda room: len(in_header(letters.shortened(told, room))) <= REASON)
    return {"x-audit-log-reason": in_header(letters.shortened(told, room))}


def in_header(words: str) -> str:
    return quote(words, safe=" /:,;.!?()'")


def make(call: Call, to: Destination, key: str, hands: Hands) -> Outcome:
    """A message has its key in its body, all else is a state."""
    del key
    line = by_bot(to, hands)
    if isinstance(line, Refused):
        return line
    content = None if call.body is None else in_json(call.body)
    reply = replace(line, headers={**line.headers, **call.headers}).ask(call.method, line.api + call.path, content)
    if call.method == "POST":
        return told(reply, line)
    answer = inside(parsed(reply))
    gone = call.method == "DELETE" and reply.status == 404 and answer.get("code") in ALREADY
    if gone or reply.status == 204 or (200 <= reply.status < 300 and answer):
        return Sent(call.path)
    return refused(reply, line, ABILITIES[NEEDED[call.path.split("/")[-2]]].right)
