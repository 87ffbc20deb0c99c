"""What a decision does in a group on Telegram, by our bot that administers it.

Telegram shows no bot a message that others wrote, not even whether it is still there: that it be deleted can only be
asked for (once more, and it answers that there is none). It deletes for good, and hides nothing. Of members it tells
everything. They have one state at a time, so that a restriction would free whoever is banned, and one that ends takes
with it what was forbidden before. What would end within half a minute, or after 366 days, has no end for Telegram.
Channels that write in a group can be banned, but whether they are cannot be seen, so that is left to people. A small
group knows neither restrictions nor bans that could be taken back: it has to become a supergroup first.

Sources: core.telegram.org/bots/api ("deleteMessage", "getChatMember", "ChatMember", "restrictChatMember",
"ChatPermissions", "banChatMember", "unbanChatMember"); `Client.cpp` of tdlib/telegram-bot-api (what each does to which
member, and its refusals).
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from events.moderation import ActionRequested, Measure
from functions.platforms.acting import Ability, Call, CannotError, State, seconds_left
from functions.platforms.outgoing import (
    Destination,
    Hands,
    NotSentError,
    Outcome,
    Refused,
    Sent,
    UnansweredError,
    Unknown,
    Wait,
)
from functions.platforms.telegram import telling
from functions.platforms.telegram.messages import USER
from functions.platforms.telegram.posting import GONE, Answer, Bot
from functions.platforms.text.letters import warning

DAY = 86_400
SOON = 60
"""Seconds. What would end earlier than in 30 of them has no end for Telegram; a call takes some, too."""
TIMES = (SOON, 365 * DAY)

MESSAGES = frozenset({"message"})
BAN = "the administrator's right “Ban users” (`can_restrict_members`)"
ABILITIES: Mapping[Measure, Ability] = {
    "remove": Ability(
        MESSAGES,
        "the administrator's right “Delete messages” (`can_delete_messages`)",
        reversible=False,
        lost="Telegram keeps no message that was deleted.",
    ),
    "warn": Ability(
        MESSAGES, telling.RIGHT, reversible=False, lost="What somebody was told is not taken back.", kind="blind"
    ),
    "timeout": Ability(MESSAGES, BAN, seconds=TIMES),
    "suspend": Ability(MESSAGES, BAN, seconds=TIMES, lost="They are outside the group, and have to join again."),
    "ban": Ability(MESSAGES, BAN, lost="They are outside the group, and have to join again."),
}

ABOUT = re.compile(r"(?P<chat>-?[0-9]{1,20}):(?P<message>[0-9]{1,20})")
SUPERGROUP = "-100"
"""How the id of a chat begins that knows restrictions: a supergroup or a channel."""

SENDING = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
)
PERMISSIONS = (*SENDING, "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics")
STAFF = ("creator", "administrator")
MEMBERS = ("member", "left", "restricted", "kicked")


# What there is


def state(action: ActionRequested, to: Destination, hands: Hands) -> State | Outcome:
    """Of a message, and of one that is still to be sent, there is nothing to see but whether the bot may."""
    place, bot = ABOUT.fullmatch(action.subject.id), Bot(to, hands)
    if place is None:
        return Refused(f"Telegram has no message {action.subject.id[:40]!r}")
    person, own = action.person.id if action.person else "", bot.token.partition(":")[0]
    if person == own:
        return Refused("it is our own bot's")
    if action.measure == "remove":
        return deleting(place["chat"], own, bot)
    if not USER.fullmatch(person):
        return Refused(unknown(person))
    return private(int(person), bot) if action.measure == "warn" else member(place["chat"], int(person), bot)


def unknown(person: str) -> str:
    if person.startswith("-"):
        return "it was written in the name of a channel or group, which only people can shut out: in Telegram itself"
    return "nobody is known who wrote it" if not person else f"Telegram has no person {person[:40]!r}"


def deleting(chat: str, own: str, bot: Bot) -> State | Outcome:
    """An administrator of a small group may delete whatever is in it."""
    told = asked(bot, "getChatMember", chat_id=int(chat), user_id=int(own) if own.isdecimal() else 0)
    if not isinstance(told, dict):
        return told
    if told.get("status") not in (*STAFF, *MEMBERS):
        return Unknown("what Telegram told of our bot cannot be read")
    able = told.get("can_delete_messages") is True or not chat.startswith(SUPERGROUP)
    may = told["status"] in STAFF and able
    return {} if may else Refused(f"our bot needs {ABILITIES['remove'].right}")


def private(person: int, bot: Bot) -> State | Outcome:
    """Whom the bot has never met it cannot write to."""
    told = asked(bot, "getChat", chat_id=person)
    if not isinstance(told, dict):
        return told
    return {} if told.get("id") == person else Unknown("what Telegram told of them cannot be read")


def member(chat: str, person: int, bot: Bot) -> State | Outcome:
    """`denied`: what a restriction forbids them; `until`, in unix seconds, when a restriction or ban ends by itself."""
    if not chat.startswith(SUPERGROUP):
        return Refused(
            "Telegram restricts and bans in supergroups only: make the group one, by showing its history to all"
        )
    told = asked(bot, "getChatMember", chat_id=int(chat), user_id=person)
    if not isinstance(told, dict):
        return told
    status, user = told.get("status"), told.get("user")
    if status not in (*STAFF, *MEMBERS) or not isinstance(user, dict) or user.get("id") != person:
        return Unknown("what Telegram told of them cannot be read")
    return {
        "person": str(person),
        "staff": status in STAFF,
        "banned": status == "kicked",
        "denied": " ".join(denied(told)) if status == "restricted" else "",
        "until": str(told.get("until_date") or "") if status in ("restricted", "kicked") else "",
    }


def asked(bot: Bot, method: str, **given: Any) -> dict[str, Any] | Outcome:
    """A question that changes nothing."""
    try:
        said = bot.ask(method, given)
    except (NotSentError, UnansweredError) as error:
        return Wait(SOON, f"Telegram could not be asked: {error}")
    if isinstance(said, Answer):
        return said.result if isinstance(said.result, dict) else Unknown(f"{method}: what Telegram told cannot be read")
    return said


def denied(told: Mapping[str, Any]) -> list[str]:
    return sorted(name for name, may in told.items() if name.startswith("can_") and may is False)


# What is asked for


def calls(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    if action.measure == "remove":
        place = ABOUT.fullmatch(action.subject.id)
        return () if place is None else (call("deleteMessage", action, message_id=int(place["message"])),)
    if action.measure == "warn":
        return warning_them(action)
    until = 0 if action.measure == "ban" else now + seconds_left(action, now)
    if state["staff"]:
        raise CannotError("they administer the group")
    if until and until < now + SOON:
        return ()  # It has ended.
    return silencing(action, state, until) if action.measure == "timeout" else shutting_out(action, state, until)


def warning_them(action: ActionRequested) -> tuple[Call, ...]:
    if not action.explanation.strip():
        raise CannotError("a warning needs an explanation: there is nothing to tell them")
    return (Call("POST", "/sendMessage", telling.body(warning(action))),)


def silencing(action: ActionRequested, state: State, until: int) -> tuple[Call, ...]:
    """Never against a ban. What is forbidden already, and for longer, would end with a time-out."""
    if lasts(state, until) and (state["banned"] or is_silenced(state)):
        return ()
    if state["banned"]:
        raise CannotError("they are banned for a shorter time: a time-out would end the ban")
    if state["denied"] and lasts(state, until):
        raise CannotError("something else is forbidden to them for longer, and would no longer be after a time-out")
    nothing = dict.fromkeys(permissions(state, forbidden=()), False)
    return (restricted(action, state, nothing, until),)


def shutting_out(action: ActionRequested, state: State, until: int) -> tuple[Call, ...]:
    return () if state["banned"] and lasts(state, until) else (banned(action, state, until),)


def lasts(state: State, until: int) -> bool:
    """Whether what they are under ends no sooner; no end is later than any."""
    ends = int(str(state["until"] or 0))
    return not ends or (bool(until) and ends >= until)


def is_silenced(state: State) -> bool:
    return set(SENDING) <= set(str(state["denied"]).split())


def restricted(action: ActionRequested, state: State, may: Mapping[str, bool], until: int) -> Call:
    more = {"permissions": may, "use_independent_chat_permissions": True}
    return against(action, state, "restrictChatMember", until, **more)


def permissions(*states: State, forbidden: Collection[str]) -> dict[str, bool]:
    """All that are known, here or to Telegram."""
    told = [name for state in states for name in str(state.get("denied") or "").split()]
    return {name: name not in forbidden for name in (*PERMISSIONS, *told)}


def banned(action: ActionRequested, state: State, until: int) -> Call:
    return against(action, state, "banChatMember", until)


def against(action: ActionRequested, state: State, method: str, until: int, **more: Any) -> Call:
    ending = {"until_date": until} if until else {}
    return call(method, action, user_id=int(str(state["person"])), **more, **ending)


def call(method: str, action: ActionRequested, **given: Any) -> Call:
    chat = action.subject.id.partition(":")[0]
    return Call("POST", f"/{method}", {"chat_id": int(chat), **given})


def back(action: ActionRequested, state: State, now: int) -> tuple[Call, ...]:
    """In one call, since half of two could not be gone on with: a restriction takes the place of a ban. What there was
    before comes back unless it would have ended by now."""
    before = action.before or {}
    until = int(str(before.get("until") or 0))
    lasting = not until or until >= now + SOON
    if before.get("banned") and lasting:
        return (banned(action, state, until),)
    if before.get("denied") and lasting:
        may = permissions(before, state, forbidden=str(before["denied"]).split())
        return (restricted(action, state, may, until),)
    if state["banned"]:
        return (call("unbanChatMember", action, user_id=int(str(state["person"])), only_if_banned=True),)
    return (restricted(action, state, permissions(state, forbidden=()), 0),)


def make(call: Call, to: Destination, key: str, hands: Hands) -> Outcome:
    del key  # Telegram honours none.
    method = call.path.removeprefix("/")
    said = Bot(to, hands).ask(method, call.body)
    if method == "sendMessage":
        return telling.told(said)
    if isinstance(said, Answer):
        return Sent(method) if said.result is True else Unknown("Telegram did not say whether it was done")
    if not isinstance(said, Refused) or said.unauthorized:
        return said
    if method == "deleteMessage" and GONE in said.reason:
        return Sent(method)
    needed = ABILITIES["remove"].right if method == "deleteMessage" else BAN
    return Refused(f"{said.reason}; our bot needs {needed}")
