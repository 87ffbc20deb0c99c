"""What a decision does in a Twitch channel.

There is no hiding and no taking back: a message is in the chat or deleted for good, and accounts are kept out of this
chat alone. What AutoMod holds can be let through for some minutes; what nobody lets through never appears, so nothing
has to be denied. No message can be read back.

Who is banned, and who moderates, Twitch shows to nobody but the broadcaster. Where `account` is the broadcaster, the
state is read before anything is done. A moderator's account sees nothing, and the state is empty: then Twitch itself
protects moderators, a time-out ends when it was decided to even if there was a longer one, and an undo lifts whatever
ban there is by then, unless the time-out has ended anyway. Banned accounts cannot be timed out. An unban request is
closed by approving it, which ends the ban, or by denying it.

Whispers are not used: Twitch drops those it takes for spam, and answers as if they had arrived. What a warning, a
time-out or a ban is for, Twitch shows to whom it hits.

The channel, and who acts in it, come on top of a call's path when it is made, as the credential does.

Sources: dev.twitch.tv/docs/api/reference (ban-user, unban-user, get-banned-users, get-moderators, warn-chat-user,
delete-chat-messages, manage-held-automod-messages, get-unban-requests, resolve-unban-requests, send-whisper). Which
words come with 400 and 401: Chatterino's `Helix.cpp`. That moderators may not read bans: issue 333 of TwitchLib.Api.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from events.moderation import ActionRequested, Measure
from functions.platforms.acting import GONE, Ability, Call, CannotError, State, seconds_left
from functions.platforms.outgoing import (
    Destination,
    Hands,
    NoSessionError,
    NotSentError,
    Outcome,
    Refused,
    Reply,
    Sent,
    UnansweredError,
    Unknown,
    Wait,
    told,
)
from functions.platforms.text import letters
from functions.platforms.text.counting import utf16
from functions.platforms.text.splitting import most_that_fit
from functions.platforms.twitch.posting import NUMBER
from functions.platforms.twitch.session import SOON, Channel, Told

MESSAGE, REQUEST, ANYBODY = frozenset({"message"}), frozenset({"unban_request"}), frozenset({"message", "account"})
KEEPING_OUT = "the scope moderator:manage:banned_users (and moderation:read, if `account` is the broadcaster)"
LIFTED = "Unless our account is the broadcaster's, nobody sees who is banned: an undo lifts whatever there is by then."

ABILITIES: Mapping[Measure, Ability] = {
    "approve": Ability(
        MESSAGE,
        "the scope moderator:manage:automod",
        reversible=False,
        lost="What was let through is in the chat: remove it instead.",
        kind="blind",
    ),
    "remove": Ability(
        MESSAGE,
        "the scope moderator:manage:chat_messages",
        reversible=False,
        lost="Twitch keeps no message that was deleted. One of more than six hours ago cannot be, and counts as gone.",
    ),
    "warn": Ability(
        ANYBODY,
        "the scope moderator:manage:warnings",
        reversible=False,
        lost="What somebody was told cannot be taken back.",
        kind="blind",
    ),
    "timeout": Ability(ANYBODY, KEEPING_OUT, lost=LIFTED, seconds=(1, 14 * 24 * 3600)),
    "ban": Ability(ANYBODY, KEEPING_OUT, lost=LIFTED),
    "resolve": Ability(
        REQUEST,
        "the scope moderator:manage:unban_requests",
        reversible=False,
        lost="An unban request that was decided stays so.",
    ),
}
PERSONAL: tuple[Measure, ...] = ("warn", "timeout", "ban")

HELD, CHAT, WARNINGS = "/moderation/automod/message", "/moderation/chat", "/moderation/warnings"
BANS, REQUESTS = "/moderation/bans", "/moderation/unban_requests"
NEEDED: Mapping[str, Measure] = {HELD: "approve", CHAT: "remove", WARNINGS: "warn", BANS: "ban", REQUESTS: "resolve"}
"""By a call's path: the measure whose right it needs."""

PENDING = "pending"
STATUSES = (PENDING, "approved", "denied", "canceled", "acknowledged")
"""Of unban requests, which Twitch lists by their status only."""

ID = re.compile(r"[A-Za-z0-9_=-]{1,100}", re.ASCII)
REASON = 500
"""Characters of what somebody is warned or kept out for; no way of counting gives more than UTF-16 units."""

BANNED, NOT_BANNED = "already banned", "not banned"
"""Words of a refusal, with 400."""


# What there is


def state(action: ActionRequested, to: Destination, hands: Hands) -> State | Outcome:
    unfit = misplaced(to) or unnamed(action, to)
    if unfit:
        return Refused(unfit)
    channel = Channel(to, hands)
    if action.measure in ("timeout", "ban") and to.account == to.place:
        return of_person(person_of(action), channel)
    if action.measure == "resolve":
        return of_request(action, channel)
    return {"moderator": to.account} if action.measure == "approve" else {}


def misplaced(to: Destination) -> str:
    for name, given in (("about", to.place), ("account", to.account)):
        if not NUMBER.fullmatch(given):
            return f"`{name}` of {to.id!r} is not a Twitch user's id, which is a number"
    return ""


def unnamed(action: ActionRequested, to: Destination) -> str:
    """Why it cannot be about this; empty where it can."""
    person = person_of(action)
    if action.measure not in PERSONAL and not ID.fullmatch(action.subject.id):
        return f"Twitch has no {action.subject.kind} {action.subject.id[:40]!r}"
    if action.measure not in (*PERSONAL, "resolve"):
        return ""
    if action.measure in PERSONAL and person in (to.account, to.place):
        return "that is our own account there" if person == to.account else "that is the broadcaster"
    return "" if NUMBER.fullmatch(person) else "who it is about is not known to Twitch"


def person_of(action: ActionRequested) -> str:
    if action.person:
        return action.person.id
    return action.subject.id if action.subject.kind == "account" else ""


def of_person(person: str, channel: Channel) -> State | Outcome:
    """`until` is the end of a time-out; of a ban, Twitch says that it is empty."""
    ban = row("/moderation/banned", person, channel)
    staff = row("/moderation/moderators", person, channel) if isinstance(ban, dict) else ban
    if not isinstance(ban, dict) or not isinstance(staff, dict):
        return staff
    until = ban.get("expires_at")
    ends = unix(until)
    if ban and until != "" and ends is None:
        return Wait(SOON, "until when they are kept out cannot be read")
    lasting = ends is not None and ends > channel.hands.timestamp
    return {"banned": until == "", "until": until if lasting else None, "staff": bool(staff)}


def row(path: str, person: str, channel: Channel) -> Told | Outcome:
    """What a list of the broadcaster's says of one account; empty where it is not in it."""
    found = listed(path, {"broadcaster_id": channel.to.place, "user_id": person}, KEEPING_OUT, channel)
    if not isinstance(found, list):
        return found
    return next((one for one in found if one.get("user_id") == person), {})


def of_request(action: ActionRequested, channel: Channel) -> State | Outcome:
    """Whoever asks has few of them: they are all on the first page."""
    asked = {"broadcaster_id": channel.to.place, "moderator_id": channel.to.account, "user_id": person_of(action)}
    for status in STATUSES:
        terms = {**asked, "status": status, "first": "100"}
        found = listed(REQUESTS, terms, ABILITIES["resolve"].right, channel)
        if not isinstance(found, list):
            return found
        if any(one.get("id") == action.subject.id for one in found):
            return {"status": status}
    return GONE


def listed(path: str, query: dict[str, str], right: str, channel: Channel) -> list[Told] | Outcome:
    try:
        reply = channel.ask("GET", path, query)
    except NoSessionError as error:
        return error.outcome
    except (NotSentError, UnansweredError) as error:
        return Wait(SOON, f"Twitch could not be asked: {error}")
    if reply.status != 200:
        return refused(reply, right, channel)
    found = rows(reply)
    return Wait(SOON, "what Twitch answered cannot be read") if found is None else found


def rows(reply: Reply) -> list[Told] | None:
    """The objects of an answer; None where it is no list of them."""
    data = told(reply).get("data")
    return [one for one in data if isinstance(one, dict)] if isinstance(data, list) else None


def unix(time: object) -> float | None:
    try:
        return datetime.fromisoformat(time).timestamp() if isinstance(time, str) else None
    except (ValueError, OverflowError):
        return None


# What is sent


def calls(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    if state.get("staff"):
        raise CannotError("they moderate the channel themselves")
    return FORWARDS[action.measure](action, state, now)


def approving(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    del now
    return (Call("POST", HELD, {"user_id": state["moderator"], "msg_id": action.subject.id, "action": "ALLOW"}),)


def removing(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    del state, now
    return (Call("DELETE", with_query(CHAT, message_id=action.subject.id)),)


def warning(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    del state, now
    if not action.explanation.strip():
        raise CannotError("a warning needs an explanation: there is nothing to tell them")
    return (Call("POST", WARNINGS, about(action)),)


def timing_out(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """Whoever is kept out for longer already stays so. An end that has passed is no reason to begin."""
    seconds = seconds_left(action, now)
    over = action.until is not None and action.until.timestamp() <= now
    if over or state.get("banned") or (unix(state.get("until")) or 0) >= now + seconds:
        return ()
    return (kept_out(action, seconds),)


def banning(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    del now
    return () if state.get("banned") else (kept_out(action),)


def kept_out(action: ActionRequested, seconds: int | None = None) -> Call:
    return Call("POST", BANS, about(action, **({} if seconds is None else {"duration": seconds})))


def about(action: ActionRequested, **more: int) -> dict[str, Any]:
    return {"data": {"user_id": person_of(action), **more, "reason": why(action)}}


def why(action: ActionRequested) -> str:
    """As whom it hits reads it."""
    whole = letters.reasons(action, len(action.reason) + len(action.explanation) + 3)
    room = most_that_fit(len(whole), lambda room: utf16(letters.shortened(whole, room)) <= REASON)
    return letters.shortened(whole, room)


def resolving(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """Who asked reads the answer."""
    del now
    if state.get("status") != PENDING:
        return ()
    status = "denied" if action.outcome == "violation" else "approved"
    path = with_query(REQUESTS, unban_request_id=action.subject.id, status=status, resolution_text=why(action))
    return (Call("PATCH", path),)


def with_query(path: str, **query: str) -> str:
    return f"{path}?{urlencode(query)}"


FORWARDS: Mapping[Measure, Callable[[ActionRequested, State, int], tuple[Call, ...]]] = {
    "approve": approving,
    "remove": removing,
    "warn": warning,
    "timeout": timing_out,
    "ban": banning,
    "resolve": resolving,
}


def back(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """An earlier time-out comes back while it lasts: in place of a later one at once, in place of a ban after it."""
    del state
    if action.measure not in ("timeout", "ban"):
        raise CannotError(f"{action.measure} cannot be undone there")
    if action.measure == "timeout" and action.until is not None and action.until.timestamp() <= now:
        return ()
    ends = unix((action.before or {}).get("until")) or 0
    earlier = (kept_out(action, int(ends) - now),) if int(ends) > now else ()
    lifted = (Call("DELETE", with_query(BANS, user_id=person_of(action))),)
    if action.measure == "ban":
        return (*lifted, *earlier)
    return earlier or lifted


def make(call: Call, to: Destination, key: str, hands: Hands) -> Outcome:
    """All is a state but a message let through and a warning, which are looked after by people when an answer is
    lost."""
    del key
    path, _, query = call.path.partition("?")
    channel = Channel(to, hands)
    place = {} if path == HELD else {"broadcaster_id": to.place, "moderator_id": to.account}
    try:
        reply = channel.ask(call.method, path, {**place, **dict(parse_qsl(query))}, call.body)
    except NoSessionError as error:
        return error.outcome
    if reply.status == 204 or is_so_already(call, reply):
        return Sent(call.path)
    if reply.status == 200:
        return Sent(call.path) if confirmed(call, reply) else Unknown("what Twitch answered cannot be read")
    return understood(call, reply, channel)


def is_so_already(call: Call, reply: Reply) -> bool:
    """By Twitch's own words, not by those of something before it."""
    answer = told(reply)
    words = str(answer.get("message")).lower()
    if answer.get("status") != reply.status:
        return False
    if reply.status == 404:
        return call.path.startswith(CHAT)
    if reply.status != 400 or not call.path.startswith(BANS):
        return False
    return NOT_BANNED in words if call.method == "DELETE" else BANNED in words and "duration" not in call.body["data"]


def confirmed(call: Call, reply: Reply) -> bool:
    """Whether it says that it did what it was asked for."""
    row = next(iter(rows(reply) or ()), {})
    if call.method == "PATCH":
        return row.get("id") == dict(parse_qsl(call.path.partition("?")[2])).get("unban_request_id")
    return call.method == "POST" and row.get("user_id") == call.body.get("data", {}).get("user_id")


def understood(call: Call, reply: Reply, channel: Channel) -> Outcome:
    path = call.path.partition("?")[0]
    if reply.status == 409:
        return Wait(SOON, "somebody else is doing something about them at this moment")
    if path == HELD and reply.status in (400, 404):
        words = channel.said(told(reply))
        return Refused(f"AutoMod does not hold it any more: it was decided, or its time is over ({words})")
    return refused(reply, ABILITIES[NEEDED[path]].right, channel)


def refused(reply: Reply, right: str, channel: Channel) -> Outcome:
    """With the right that is missing. A scope that was not allowed says nothing against the credential as such."""
    outcome = channel.refused(reply)
    if not isinstance(outcome, Refused) or reply.status not in (401, 403):
        return outcome
    needs = f"`account` has to be a moderator, and to have allowed {right}"
    words = channel.said(told(reply))
    if reply.status == 403 or "scope" in words.lower():
        return Refused(f"Twitch refused it ({words}): {needs}")
    return Refused(f"{outcome.reason}; {needs}", unauthorized=True)
