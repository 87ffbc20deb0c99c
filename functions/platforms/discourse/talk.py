"""What people write in a forum and its chat, and which new topics are news.

Sources: Discourse's `web_hook_post_serializer.rb`, `web_hook_topic_view_serializer.rb`, `web_hook_like_serializer.rb`,
`post_destroyer.rb`; its plugins chat (`plugin.rb`, `message_serializer.rb`) and topic-voting.
"""

from typing import Any

from events.announcements import TriggerFired, TriggerWithdrawn
from events.envelope import Envelope
from events.feedback import FeedbackChanged, FeedbackReceived
from events.moderation import Change
from events.program import Source
from functions.platforms.discourse.places import absolute, among, is_bot, mark, person, plain
from functions.platforms.inbound import Ignored, Unplaceable, optional, origin, part, required

Feedback = FeedbackReceived | FeedbackChanged | Ignored

REGULAR_POST = 1
"""`post_type`; 2 to 4 are the forum's own words (moderator action, small action) and whispers among staff."""

CHANGES: dict[str, Change] = {
    "created": "created",
    "edited": "edited",
    "destroyed": "removed",
    "trashed": "removed",
    "recovered": "restored",
    "restored": "restored",
}
"""How the events' names end."""

VISIBILITY = "topic_visible_status_updated"


def change_of(event: str) -> Change:
    return CHANGES[event.rpartition("_")[2]]


# Posts


def post(body: dict[str, Any], envelope: Envelope, place: Source) -> Feedback:
    given = part(body, "post")
    change = change_of(envelope.event)
    if change == "edited" and given.get("user_deleted"):
        change = "removed"  # Who deletes an own post edits it first: "(post deleted by author)".
    why = aside(given, place, gone=change == "removed") or by_machine(given.get("user_id"), place)
    if why:
        return Ignored(why)
    opens, topic = given.get("post_number") == 1, mark(given.get("topic_id"))
    what = {
        **origin(envelope),
        "content": f"post:{required(given, 'id')}",
        "kind": "topic" if opens else "post",
        "thread" if opens else "about": f"topic:{topic}" if topic else "",
        "author": person(given.get("user_id"), given.get("username")),
        "said_at": given.get("created_at"),
    }
    if change == "removed":
        return removed(what, given, envelope)
    told = {
        **what,
        **plain(given.get("raw"), given.get("cooked")),
        "title": given.get("topic_title") or "",
        "url": absolute(envelope, place, given.get("post_url")),
        "revision": mark(given.get("version")),
    }
    if change == "created":
        return FeedbackReceived.model_validate(told)
    # A post that is restored keeps the time of its last edit, which is before it was removed.
    at = given.get("updated_at") if change == "edited" else envelope.received_at
    return FeedbackChanged.model_validate({**told, "change": change, "changed_at": at or envelope.received_at})


def aside(given: dict[str, Any], place: Source, *, gone: bool = False) -> str:
    """Why a post is no feedback, whoever wrote it; empty when it is. A post in a deleted topic has no category.

    An old forum does not say what kind of topic it is. That may be a private one, but nobody could tell: it counts.
    """
    if given.get("topic_archetype") == "private_message":
        return "a private message"
    if given.get("post_type") not in (None, REGULAR_POST):
        return "the forum's own words, or staff's among themselves"
    category = given.get("category_id")
    if gone and category is None:
        return ""
    return "" if among(place.feedback, category, given.get("category_slug")) else "not in a category of feedback"


def by_machine(number: object, place: Source) -> str:
    if is_bot(number):
        return "written by the forum itself"
    return "our own words" if place.account and mark(number) == place.account else ""


def removed(what: dict[str, Any], given: dict[str, Any], envelope: Envelope) -> FeedbackChanged:
    """Without a word of it. Only what moderators delete has a time of its own."""
    at = given.get("deleted_at") or envelope.received_at
    return FeedbackChanged.model_validate({**what, "change": "removed", "changed_at": at})


# Signs


def liked(body: dict[str, Any], envelope: Envelope, place: Source) -> Feedback:
    """It has no time of its own: counted when it arrives. The forum tells nobody when a like is taken back."""
    like = part(body, "like")
    given, user = part(like, "post"), part(like, "user")
    why = aside(given, place) or by_machine(user.get("id"), place)
    if why:
        return Ignored(why)
    number = required(given, "id")
    return FeedbackReceived.model_validate(
        {
            **origin(envelope),
            "content": f"like:{number}:{required(user, 'id')}",
            "kind": "reaction",
            "text": "❤",
            "title": given.get("topic_title") or "",
            "url": absolute(envelope, place, given.get("post_url")),
            "about": f"post:{number}",
            "author": person(user.get("id"), user.get("username")),
            "said_at": envelope.received_at,
            "remembered": True,
        }
    )


def vote(body: dict[str, Any], envelope: Envelope, place: Source) -> Feedback:
    """The plugin says neither when nor in which category."""
    given = part(body, "topic_voting")
    topic, voter = required(given, "topic_id"), required(given, "voter_id")
    if why := by_machine(voter, place):
        return Ignored(why)
    what = {
        **origin(envelope),
        "content": f"vote:{topic}:{voter}",
        "kind": "reaction",
        "author": person(voter),
    }
    if envelope.event == "topic_unvote":
        return FeedbackChanged.model_validate({**what, "change": "removed", "changed_at": envelope.received_at})
    url = absolute(envelope, place, f"/t/{mark(given.get('topic_slug')) or '-'}/{topic}")
    told = {"text": "vote", "about": f"topic:{topic}", "url": url, "said_at": envelope.received_at}
    return FeedbackReceived.model_validate({**what, **told, "remembered": True})


# Chat


def chat(body: dict[str, Any], envelope: Envelope, place: Source) -> Feedback:
    given = part(body, "chat_message")
    message, channel = part(given, "message"), part(given, "channel")
    user = optional(message, "user")
    why = apart(message, channel, place) or by_machine(user.get("id"), place)
    if why:
        return Ignored(why)
    number, change = required(message, "id"), change_of(envelope.event)
    what = {
        **origin(envelope),
        "content": f"chat_message:{number}",
        "kind": "chat_message",
        "author": person(user.get("id"), user.get("username")),
        "said_at": message.get("created_at"),
    }
    if change == "removed":
        return removed(what, message, envelope)
    told = {
        **what,
        **spoken(message),
        "title": channel.get("title") or "",
        "url": absolute(envelope, place, f"/chat/c/-/{mark(channel.get('id')) or '-'}/{number}"),
    }
    if change == "created":
        return FeedbackReceived.model_validate(told)
    return FeedbackChanged.model_validate({**told, "change": change, "changed_at": envelope.received_at})


def apart(message: dict[str, Any], channel: dict[str, Any], place: Source) -> str:
    """Why a chat message is no feedback; empty when it is. A category's chat is heard where the category is."""
    kind = channel.get("chatable_type")
    if kind == "DirectMessage":
        return "a private message"
    if kind != "Category":
        raise Unplaceable("the body does not say whether the channel is public")
    if optional(message, "chat_webhook_event"):
        return "written by a bot"
    names = (channel.get("chatable_id"), optional(channel, "chatable").get("slug"), channel.get("slug"))
    heard = among(place.feedback, *names, channel.get("title"))
    return "" if heard else "not in a channel of feedback"


def spoken(message: dict[str, Any]) -> dict[str, str]:
    words = plain(message.get("message"), message.get("cooked"))
    uploads = message.get("uploads")
    if words["text"] or not isinstance(uploads, list) or not uploads:
        return words
    names = [mark(one.get("original_filename")) for one in uploads if isinstance(one, dict)]
    return {"text": f"[file: {', '.join(filter(None, names))}]" if any(names) else "[file]"}


# News


def topic(body: dict[str, Any], envelope: Envelope, place: Source) -> TriggerFired | TriggerWithdrawn | Ignored:
    """A topic's first post arrives by itself, as a post; as a topic it counts where the program wants it as news.

    The payload knows a category by its number only. A topic that is not listed yet is news once it is.
    """
    given = part(body, "topic")
    if given.get("archetype") == "private_message":
        return Ignored("a private message")
    if not place.news or not among(place.news, given.get("category_id")):
        return Ignored("not in a category of news; the first post of a topic comes by itself")
    shown, gone = given.get("visible") is not False, envelope.event == "topic_destroyed"
    trigger = {**origin(envelope), "trigger": f"topic:{envelope.source}:{required(given, 'id')}"}
    if gone or (envelope.event == VISIBILITY and not shown):
        at = (given.get("deleted_at") if gone else None) or envelope.received_at
        return TriggerWithdrawn.model_validate({**trigger, "withdrawn_at": at})
    if envelope.event not in ("topic_created", VISIBILITY):
        return Ignored("a change that makes nothing news")
    if not shown:
        return Ignored("a topic that is not listed yet")
    return fired(trigger, given, envelope, place)


def fired(trigger: dict[str, Any], given: dict[str, Any], envelope: Envelope, place: Source) -> TriggerFired:
    author = optional(given, "created_by")
    return TriggerFired.model_validate(
        {
            **trigger,
            "kind": "topic",
            "title": given.get("title"),
            "url": absolute(envelope, place, f"/t/{mark(given.get('slug')) or '-'}/{given['id']}"),
            "author": person(author.get("id", given.get("user_id")), author.get("username")),
            "published_at": given.get("created_at"),
        }
    )
