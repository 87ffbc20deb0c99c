"""Telegram: what is said in groups and channels, reports by `/report`, and what becomes of the bot itself.

Source: core.telegram.org/bots/api ("Message", "MessageReactionUpdated", "ChatMemberUpdated", "CallbackQuery").
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from events.envelope import Envelope
from events.feedback import FeedbackChanged, FeedbackReceived
from events.moderation import CardUsed, FlagRaised
from events.operations import SubscriptionLost
from events.program import Source
from events.reasons import code_of
from functions.platforms.door import read_object
from functions.platforms.inbound import Event, Ignored, Unplaceable, optional, origin, part, required
from functions.platforms.telegram.bodies import added_and_taken, card, command, entities, objects, said_in, sign, text
from functions.platforms.wording import CHOICES
from functions.platforms.words import labelled

MEDIA: dict[str, tuple[str, tuple[str, ...]]] = {
    "animation": ("animation", ("file_name",)),
    "audio": ("audio", ("performer", "title", "file_name")),
    "checklist": ("checklist", ("title", "tasks")),
    "contact": ("contact", ()),
    "dice": ("dice", ("emoji", "value")),
    "document": ("document", ("file_name",)),
    "game": ("game", ("title", "description", "text")),
    "giveaway": ("giveaway", ("prize_description",)),
    "giveaway_winners": ("winners of a giveaway", ("prize_description",)),
    "invoice": ("invoice", ("title",)),
    "location": ("location", ()),
    "paid_media": ("paid media", ()),
    "photo": ("photo", ()),
    "poll": ("poll", ("question", "description", "options", "explanation")),
    "sticker": ("sticker", ("emoji",)),
    "story": ("story", ()),
    "venue": ("venue", ("title",)),
    "video": ("video", ("file_name",)),
    "video_note": ("video message", ()),
    "voice": ("voice message", ()),
}
"""What a message may be, what we call it, and which of its fields say what it is (a list by its texts). Of people and
places no more is told than that there is one."""

DOUBLED = {"document": "animation", "location": "venue"}
"""Sent beside the newer one, for programs that are older than it."""

LOSSES = {
    "kicked": "the bot was put out of the chat and may not come back",
    "left": "the bot is no longer in the chat: it left, or was removed",
    "restricted": "the bot was restricted, and is no longer in the chat",
}

SERVICE = (
    "boost_added",
    "channel_chat_created",
    "chat_background_set",
    "chat_owner_",
    "chat_shared",
    "checklist_tasks_",
    "community_chat_",
    "connected_website",
    "delete_chat_photo",
    "direct_message_price_changed",
    "forum_topic_",
    "general_forum_topic_",
    "gift",
    "giveaway_",
    "group_chat_created",
    "left_chat_member",
    "message_auto_delete_timer_changed",
    "migrate_from_chat_id",
    "migrate_to_chat_id",
    "new_chat_",
    "paid_message_price_changed",
    "passport_data",
    "pinned_message",
    "proximity_alert_triggered",
    "refunded_payment",
    "successful_payment",
    "suggested_post_",
    "supergroup_chat_created",
    "unique_gift",
    "user_shared",
    "users_shared",
    "video_chat_",
    "voice_chat_",
    "web_app_data",
    "write_access_allowed",
)
"""Fields, and beginnings of some, of messages that tell what happened in a chat: nobody wrote them."""

Body = dict[str, Any]


def normalise(envelope: Envelope, place: Source) -> Event | Ignored:
    body = read_object(envelope.body)
    reader = READERS.get(envelope.event)
    if body is None or reader is None:
        raise Unplaceable(f"nothing can be read of a {envelope.event!r} here")
    return reader(body, envelope, place)


# What is said


def posted(body: Body, envelope: Envelope, place: Source) -> Event | Ignored:
    """A message in a group, a post in a channel, or what either was edited to."""
    given = part(body, envelope.event)
    chat = part(given, "chat")
    words = wording(given)
    told = command(given, words["text"])
    asked = told is not None and told[0] == "feedback"
    if reason := nobodys(given, place) or ("" if asked else unheard(chat, place)):
        return Ignored(reason)
    if not words["text"]:
        return empty(given)
    if told is None:
        return said(given, chat, words, kind_of(given, envelope), envelope)
    if not asked:
        return Ignored(f"a command, /{told[0]}")
    feedback = {"text": told[1], "original": words["original"] or words["text"]}
    return said(given, chat, feedback, "feedback", envelope) if told[1] else Ignored("a /feedback without words")


def nobodys(given: Body, place: Source) -> str:
    """Why a message is nobody's. What is said in a chat's own name comes with a bot that does not exist."""
    if given.get("is_automatic_forward") is True:
        return "a post of a channel, which Telegram itself passed on to the channel's group"
    sender = optional(given, "from")
    if place.account and str(sender.get("id")) == place.account:
        return "our own message"
    return "written by a bot" if sender.get("is_bot") is True and not optional(given, "sender_chat") else ""


def unheard(chat: Body, place: Source) -> str:
    """Why nobody listens there. A private chat is one with the bot: only its commands are meant for us."""
    if private(chat):
        return "a private message"
    username = text(chat.get("username"))
    if place.feedback and not {str(chat.get("id")), username, f"@{username}"} & set(place.feedback):
        return "not one of the chats in which talk is feedback"
    return ""


def private(chat: Body) -> bool:
    """With the bot, or with those who run a channel."""
    return chat.get("type") == "private" or chat.get("is_direct_messages") is True


def empty(given: Body) -> Ignored:
    """What happened in the chat. Raises Unplaceable for what nobody here has heard of."""
    found = next((name for name in given if name.startswith(SERVICE)), "")
    if not found:
        raise Unplaceable("a message without any words, and of no kind that is known here")
    if found == "migrate_to_chat_id":
        return Ignored(f"the group has another id from now on: {given[found]}. (`feedback` of the source may name it.)")
    return Ignored(f"Telegram's own words: {found[:80]}")


def said(given: Body, chat: Body, words: Body, kind: str, envelope: Envelope) -> Event | Ignored:
    number, at = required(chat, "id"), required(given, "message_id")
    told = {
        **origin(envelope),
        **words,
        "content": f"message:{number}:{at}",
        "kind": kind,
        "title": topic(given),
        "url": link(chat, at),
        "author": author(given),
        "said_at": given.get("date"),
    }
    if not envelope.event.startswith("edited_"):
        answered = answer_to(given).get("message_id")
        about = "" if answered is None else f"message:{number}:{answered}"
        return FeedbackReceived.model_validate({**told, "about": about})
    edited = given.get("edit_date")
    if edited is None:
        return Ignored("changed by Telegram, and not by its author")
    if given.get("location") and not given.get("venue"):
        return Ignored("somebody who shares where they are moved on, or ended it")
    return FeedbackChanged.model_validate({**told, "change": "edited", "revision": str(edited), "changed_at": edited})


def kind_of(given: Body, envelope: Envelope) -> str:
    if envelope.event.endswith("channel_post"):
        return "post"
    return "reply" if answer_to(given) else "message"


def answer_to(given: Body) -> Body:
    """The message that is answered. In a forum's topic every other message "answers" the one that opened it."""
    found = optional(given, "reply_to_message")
    opens = given.get("is_topic_message") is True and found.get("message_id") == given.get("message_thread_id")
    return {} if opens or "forum_topic_created" in found else found


def topic(given: Body) -> str:
    """The name of a forum's topic, which Telegram tells of messages that answer nothing else."""
    opening = optional(optional(given, "reply_to_message"), "forum_topic_created")
    return text(opening.get("name"))


def reacted(body: Body, envelope: Envelope, place: Source) -> Event | Ignored:
    """One sign of one person at one message; taking it away does not tell when it was put there."""
    given = part(body, "message_reaction")
    chat = part(given, "chat")
    added, taken = added_and_taken(given)
    if not added and not taken:
        return Ignored("no reaction came or went")
    if reason := unheard(chat, place) or nobodys({**given, "from": given.get("user")}, place):
        return Ignored(reason)
    [(name, reaction), *more] = [*added.items(), *taken.items()]
    if more:
        raise Unplaceable("several reactions in one event")
    by = person(optional(given, "user")) or person(part(given, "actor_chat"))
    number, at = required(chat, "id"), required(given, "message_id")
    told = {
        **origin(envelope),
        "content": f"reaction:{number}:{at}:{required(by or {}, 'id')}:{name}",
        "kind": "reaction",
        "url": link(chat, at),
        "author": by,
    }
    if taken:
        return FeedbackChanged.model_validate({**told, "change": "removed", "changed_at": given.get("date")})
    words = {"text": sign(reaction)[1], "about": f"message:{number}:{at}"}
    return FeedbackReceived.model_validate({**told, **words, "said_at": given.get("date"), "remembered": True})


# The words of a message


def wording(given: Body) -> Body:
    """Its text or caption; what it is beside that; and whether the words are somebody else's, passed on."""
    original = text(given.get(said_in(given)))
    lines = [linked(original, entities(given)), *attached(given)]
    if given.get("forward_origin") or given.get("forward_date"):
        lines.append("[forwarded]")
    return {"text": "\n".join(line for line in lines if line), "original": original}


def linked(words: str, marked: list[Body]) -> str:
    """With the addresses that stand behind words. Offsets count UTF-16 units."""
    units = words.encode("utf-16-le", "surrogatepass")
    behind = [one for one in marked if one.get("type") == "text_link" and text(one.get("url"))]
    spans = [(one["offset"], one["length"], one["url"]) for one in behind if placed(one, len(units) // 2)]
    for offset, length, address in sorted(spans, reverse=True):
        start, end = 2 * offset, 2 * (offset + length)
        label = units[start:end].decode("utf-16-le", "surrogatepass")
        units = units[:start] + labelled(label, address).encode("utf-16-le", "surrogatepass") + units[end:]
    return units.decode("utf-16-le", "surrogatepass")


def placed(entity: Body, units: int) -> bool:
    offset, length = entity.get("offset"), entity.get("length")
    return isinstance(offset, int) and isinstance(length, int) and 0 <= offset <= offset + length <= units


def attached(given: Body) -> Iterator[str]:
    for name, (label, fields) in MEDIA.items():
        if given.get(name) and not given.get(DOUBLED.get(name, "")):
            inside = optional(given, name)
            shown = ", ".join(line for field in fields for line in listed(inside, field))
            yield f"[{label}: {shown}]" if shown else f"[{label}]"


def listed(inside: Body, field: str) -> list[str]:
    """A field that says something, or each text of a list (the options of a poll, the tasks of a checklist)."""
    told = [inside.get(field), *(one.get("text") for one in objects(inside, field))]
    return [str(one) for one in told if isinstance(one, str | int) and one != ""]


def author(given: Body) -> Body | None:
    """Channels, and administrators who hide behind their group, speak in a chat's name. Whoever passes a message on
    is who put it there. Before Bot API 5.0 (2020) nobody was named for a channel's post."""
    chat = optional(given, "chat")
    channel = chat if chat.get("type") == "channel" else {}
    return person(optional(given, "sender_chat")) or person(optional(given, "from")) or person(channel)


def person(given: Body) -> Body | None:
    """A user or a chat. The official examples leave `is_bot` out."""
    if given.get("id") is None:
        return None
    names = [text(given.get(name)) for name in ("first_name", "last_name")]
    name = " ".join(name for name in names if name) or text(given.get("title")) or text(given.get("username"))
    language = text(given.get("language_code"))
    return {"id": given["id"], "name": name, "language": language, "bot": given.get("is_bot") is True}


def link(chat: Body, message: str | int) -> str:
    """Public chats by their name; private ones of the larger kind for their members; small groups have none.

    Source: core.telegram.org/api/links, "Message links".
    """
    number, name = str(chat.get("id")), text(chat.get("username"))
    if chat.get("type") not in ("group", "supergroup", "channel"):
        return ""
    if re.fullmatch(r"[A-Za-z0-9_]+", name):
        return f"https://t.me/{name}/{message}"
    return f"https://t.me/c/{number[4:]}/{message}" if re.fullmatch(r"-100[0-9]+", number) else ""


# What people report, and what they decide on our cards


def reported(body: Body, envelope: Envelope, place: Source) -> FlagRaised | Ignored:
    """`/report`, with a reason and words if they like, as an answer to the message that is meant."""
    given = part(body, "message")
    chat, meant = part(given, "chat"), answer_to(given)
    if reason := nobodys(given, place) or ("a private message" if private(chat) else ""):
        return Ignored(reason)
    if not meant:
        return Ignored("a /report that answers no message: nobody can tell which one is meant")
    by, number = author(given) or {}, f"{required(chat, 'id')}:{required(meant, 'message_id')}"
    told = command(given, wording(given)["text"])
    edited = meant.get("edit_date")
    return FlagRaised.model_validate(
        {
            **origin(envelope),
            **wording(meant),
            **explained(told[1] if told else ""),
            "flag": f"report:{number}:{required(by, 'id')}",
            "subject": {
                "source": envelope.source,
                "kind": "message",
                "id": number,
                "url": link(chat, meant["message_id"]),
                "revision": "" if edited is None else str(edited),
            },
            "author": author(meant),
            "reporter": by,
            "content_at": meant.get("date"),
            "raised_at": given.get("date"),
        }
    )


def explained(words: str) -> Body:
    """A reason of our list may come first: "spam, every day". Whatever else there is, is a comment."""
    first, rest = [*words.split(None, 1), "", ""][:2]
    reason = first.strip(".,:;!").replace("-", "_").lower()
    if reason not in CHOICES:
        return {"comment": words}
    return {"reason": reason, "code": code_of("telegram", reason), "comment": rest.strip()}


def pressed(body: Body, envelope: Envelope, place: Source) -> CardUsed:
    """A button of a case card. Telegram does not tell when it was pressed; it calls at once."""
    del place
    query = part(body, "callback_query")
    named = card(text(query.get("data")))
    if named is None:
        raise Unplaceable("it is no button of a case card")
    held = optional(query, "message")
    number = f"{required(part(held, 'chat'), 'id')}:{required(held, 'message_id')}" if held else ""
    told = {"card": number or query.get("inline_message_id"), "case": named[0], "action": named[1]}
    by = person(part(query, "from"))
    return CardUsed.model_validate({**origin(envelope), **told, "by": by, "used_at": envelope.received_at})


# What becomes of the bot


def moved(body: Body, envelope: Envelope, place: Source) -> SubscriptionLost | Ignored:
    """The bot was put out of a chat, or left it. (In private chats this is a person who wants to hear no more.)"""
    del place
    given = part(body, "my_chat_member")
    chat, now = part(given, "chat"), part(given, "new_chat_member")
    status = text(now.get("status"))
    if chat.get("type") == "private":
        return Ignored("a person lets the bot write to them, or no longer")
    if status not in ("kicked", "left") and not (status == "restricted" and now.get("is_member") is False):
        return Ignored(f"the bot is there, as {status[:80] or 'nobody says what'}")
    number = required(chat, "id")
    name = text(chat.get("title")) or str(number)
    told = {"subscription": f"chat:{number}", "topic": name, "reason": LOSSES[status], "lost_at": given.get("date")}
    return SubscriptionLost.model_validate({**origin(envelope), **told})


Reader = Callable[[Body, Envelope, Source], Event | Ignored]
READERS: dict[str, Reader] = {
    "message": posted,
    "edited_message": posted,
    "channel_post": posted,
    "edited_channel_post": posted,
    "message_reaction": reacted,
    "report": reported,
    "card.button": pressed,
    "my_chat_member": moved,
}
