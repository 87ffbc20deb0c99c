"""Slack: what is said in its channels, and what is reported, drafted and decided from there.

Sources: docs.slack.dev/reference/events, docs.slack.dev/reference/interaction-payloads,
docs.slack.dev/messaging/formatting-message-text, and the types of Slack's own node-slack-sdk.
"""

import re
from collections.abc import Callable
from typing import Any

from events import talk_buttons
from events.announcements import CardPressed, DraftWritten
from events.envelope import Envelope
from events.feedback import FeedbackChanged, FeedbackReceived
from events.moderation import CardUsed, FlagExplained, FlagRaised
from events.operations import AlertRaised, SubscriptionLost
from events.program import Source
from events.reasons import code_of
from events.talks import TalkPressed
from functions.platforms.door import read_object
from functions.platforms.inbound import Event, Ignored, Unplaceable, optional, origin, part, required, survey_answered
from functions.platforms.slack import asking
from functions.platforms.slack.answers import WRITTEN, answered, fields, value_of
from functions.platforms.slack.blocks import GONE, by_bot, wording
from functions.platforms.slack.bodies import NEWS, card, message, objects, read, text
from functions.platforms.slack.modals import TELL
from functions.platforms.words import from_mrkdwn

SPOKEN = frozenset({"", "file_share", "me_message", "thread_broadcast"})
"""Subtypes of a message that somebody wrote."""

FURNITURE = ("app_conversation_", "bot_", "channel_", "group_", "reminder_", "sh_room_")
ALONE = frozenset(
    {
        "assistant_app_thread",
        "ekm_access_denied",
        "huddle_thread",
        "joiner_notification",
        "message_replied",
        "pinned_item",
        "reply_broadcast",
        "tabbed_canvas_updated",
        "unpinned_item",
    }
)
"""Subtypes, and beginnings of some, in which Slack itself speaks, in somebody's name or not."""

BOTS = frozenset({"bot_message", "slackbot_response"})
SLACKBOT = "USLACKBOT"
PRIVATE = frozenset({"im", "mpim", "app_home"})
LOSSES = {
    "app_uninstalled": "somebody removed the app from the workspace",
    "tokens_revoked": "the app's token was revoked in Slack",
}

Body = dict[str, Any]


def normalise(envelope: Envelope, place: Source) -> Event | Ignored:
    body = read(envelope.body)
    reader = READERS.get(envelope.event)
    if body is None or reader is None:
        raise Unplaceable(f"nothing can be read of a {envelope.event!r} here")
    return reader(body, envelope, place)


# What is said in a channel


def posted(body: Body, envelope: Envelope, place: Source) -> Event | Ignored:
    """A message, or what became of one. A mention of ours comes twice, as `message` and as `app_mention`."""
    event = part(body, "event")
    if reason := unheard(event, event.get("channel"), place):
        return Ignored(reason)
    subtype = str(event.get("subtype") or "")
    if subtype == "message_changed":
        return changed(body, event, envelope, place)
    if subtype == "message_deleted":
        return deleted(body, event, envelope, place)
    if not subtype and replied(event):
        return Ignored("a thread has got a reply, which is told by itself")
    return nobodys(body, event, place) or said(event, envelope, place)


def replied(event: Body) -> bool:
    """A `message_replied`, which Slack sends without its subtype.

    Source: docs.slack.dev/reference/events/message/message_replied, "Bug alert".
    """
    return bool(optional(event, "message")) or (event.get("hidden") is True and author(event) is None)


def unheard(event: Body, channel: object, place: Source) -> str:
    """Why nobody listens there."""
    if text(event.get("channel_type")) in PRIVATE or text(channel).startswith("D"):
        return "a private message"
    if place.feedback and channel not in place.feedback:
        return "not one of the channels in which talk is feedback"
    return ""


def nobodys(body: Body, given: Body, place: Source) -> Ignored | None:
    """A message that no person wrote. Raises Unplaceable for a subtype nobody here has heard of."""
    subtype = str(given.get("subtype") or "")
    profile = optional(given, "bot_profile")
    names = {text(one) for one in (given.get("user"), given.get("bot_id"), given.get("app_id"), profile.get("app_id"))}
    if names & ({place.account, text(body.get("api_app_id"))} - {""}):
        return Ignored("our own message")
    if subtype in BOTS or given.get("bot_id") or profile or SLACKBOT in names:
        return Ignored("written by a bot")
    if subtype in ALONE or subtype.startswith(FURNITURE):
        return Ignored(f"Slack's own words: {subtype[:80]}")
    if subtype not in SPOKEN:
        raise Unplaceable(f"no message of the subtype {subtype[:80]!r} is known here")
    return None


def said(event: Body, envelope: Envelope, place: Source) -> FeedbackReceived:
    channel, ts = required(event, "channel"), required(event, "ts")
    return FeedbackReceived.model_validate(
        {
            **origin(envelope),
            **wording(event),
            "content": f"message:{channel}:{ts}",
            "kind": kind_of(event, ts),
            "url": permalink(place, "", channel, ts),
            "about": f"message:{channel}:{event['thread_ts']}" if kind_of(event, ts) == "reply" else "",
            "revision": edited_at(event),
            "author": author(event),
            "said_at": ts,
        }
    )


def changed(body: Body, event: Body, envelope: Envelope, place: Source) -> Event | Ignored:
    """An edit, a deletion that leaves its replies, or a link that has got its preview."""
    now, before = part(event, "message"), optional(event, "previous_message")
    ts = required(now if now.get("ts") else before, "ts")
    if now.get("subtype") == GONE:
        return nobodys(body, before, place) or removed(body, before, ts, envelope, place)
    if nobody := nobodys(body, now, place):
        return nobody
    if before and wording(now) == wording(before):
        return Ignored("what it says is the same as before")
    if not before and not edited_at(now) and any(text(one.get("from_url")) for one in objects(now, "attachments")):
        return Ignored("a link in it has got its preview, and nobody edited it")
    return FeedbackChanged.model_validate(
        {
            **standing(event, now, ts, envelope, place),
            **wording(now),
            "change": "edited",
            "revision": edited_at(now),
            "changed_at": edited_at(now) or happened_at(body),
        }
    )


def deleted(body: Body, event: Body, envelope: Envelope, place: Source) -> Event | Ignored:
    before = optional(event, "previous_message")
    if before.get("subtype") == GONE:
        return Ignored("it was removed before, and now its last reply is gone")
    return nobodys(body, before, place) or removed(body, before, required(event, "deleted_ts"), envelope, place)


def removed(body: Body, before: Body, ts: str | int, envelope: Envelope, place: Source) -> FeedbackChanged:
    told = standing(part(body, "event"), before, ts, envelope, place)
    return FeedbackChanged.model_validate({**told, "change": "removed", "changed_at": happened_at(body)})


def happened_at(body: Body) -> object:
    """When an event happened, not when what it is about was said. Older ones do not all tell it in one place."""
    event = part(body, "event")
    return event.get("event_ts") or event.get("ts") or body.get("event_time")


def standing(event: Body, given: Body, ts: str | int, envelope: Envelope, place: Source) -> Body:
    """What a message keeps through all of its changes."""
    channel = required(event, "channel")
    return {
        **origin(envelope),
        "content": f"message:{channel}:{ts}",
        "kind": kind_of(given, ts),
        "url": permalink(place, "", channel, ts),
        "author": author(given),
        "said_at": ts,
    }


def kind_of(given: Body, ts: str | int) -> str:
    """Whoever starts a thread has its stamp as well."""
    return "reply" if text(given.get("thread_ts")) not in ("", str(ts)) else "message"


def edited_at(given: Body) -> str:
    return text(optional(given, "edited").get("ts"))


def reacted(body: Body, envelope: Envelope, place: Source) -> Event | Ignored:
    """One sign of one person at one message; taking it away does not tell when it was put there."""
    event = part(body, "event")
    item = part(event, "item")
    if item.get("type") != "message":
        return Ignored("a reaction to something that is no message")
    if reason := unheard(event, item.get("channel"), place):
        return Ignored(reason)
    user, sign = required(event, "user"), required(event, "reaction")
    if user in (place.account, SLACKBOT):
        return Ignored("our own reaction, or Slackbot's")
    channel, ts = required(item, "channel"), required(item, "ts")
    told = {
        **origin(envelope),
        "content": f"reaction:{channel}:{ts}:{user}:{sign}",
        "kind": "reaction",
        "url": permalink(place, "", channel, ts),
        "author": {"id": user},
    }
    at = happened_at(body)
    if envelope.event == "reaction_removed":
        return FeedbackChanged.model_validate({**told, "change": "removed", "changed_at": at})
    about = f"message:{channel}:{ts}"
    return FeedbackReceived.model_validate(
        {**told, "text": f":{sign}:", "about": about, "said_at": at, "remembered": True}
    )


def unsaid(body: Body, envelope: Envelope, place: Source) -> Ignored:
    del body, place
    return Ignored(f"{envelope.event}: nobody said anything")


# Who wrote it, and where it stands


def author(given: Body) -> Body | None:
    """Slack names people by number, and bots only sometimes by a user's."""
    profile, bot = optional(given, "user_profile"), optional(given, "bot_profile")
    number = text(given.get("user")) or text(given.get("bot_id"))
    if not number:
        return None
    names = (given.get("username"), bot.get("name"), profile.get("display_name"), profile.get("real_name"))
    name = next((name for one in names if (name := text(one))), "")
    return {"id": number, "name": name, "bot": by_bot(given) or number == SLACKBOT}


def permalink(place: Source, domain: str, channel: str | int, ts: str | int) -> str:
    """Where a browser finds it; nothing where nobody tells the workspace's address."""
    known = re.fullmatch(r"[a-z0-9.-]+", domain)
    address = f"https://{domain}.slack.com" if known else place.api.rstrip("/")
    return f"{address}/archives/{channel}/p{str(ts).replace('.', '')}" if address else ""


# What people report, and what they decide on our cards


def reported(body: Body, envelope: Envelope, place: Source) -> FlagRaised:
    """The shortcut on a message. It counts at once; the form for its reason may follow or not."""
    given = part(body, "message")
    channel, ts = message(body)
    return FlagRaised.model_validate(
        {
            **origin(envelope),
            **about(body, channel, ts, envelope, place, edited_at(given)),
            **wording(given),
            "author": author(given),
            "content_at": ts,
            "raised_at": body.get("action_ts"),
        }
    )


def explained(body: Body, envelope: Envelope, place: Source) -> FlagExplained:
    view = part(body, "view")
    kept = read_object(text(view.get("private_metadata")).encode("utf-8", "surrogatepass")) or {}
    answers = answered(view)
    reason = answers.get("reason", "")
    return FlagExplained.model_validate(
        {
            **origin(envelope),
            **about(body, text(kept.get("channel")), text(kept.get("ts")), envelope, place),
            "reason": reason,
            "code": code_of("slack", reason),
            "comment": answers.get("comment", ""),
            "explained_at": sent_at(envelope),
        }
    )


def about(body: Body, channel: str, ts: str, envelope: Envelope, place: Source, revision: str = "") -> Body:
    """Which report it is: one message is reported by one person once, however often they say it."""
    if not channel or not ts:
        raise Unplaceable("it does not say which message is meant")
    user = part(body, "user")
    domain = text(optional(body, "team").get("domain"))
    source, url = envelope.source, permalink(place, domain, channel, ts)
    return {
        "flag": f"report:{channel}:{ts}:{required(user, 'id')}",
        "subject": {"source": source, "kind": "message", "id": f"{channel}:{ts}", "url": url, "revision": revision},
        "reporter": person(user),
    }


def pressed(body: Body, envelope: Envelope, place: Source) -> CardUsed:
    """A button of a case card. The first one is the one pressed: Slack sends one at a time."""
    del place
    action: Body = next((one for one in objects(body, "actions") if not one.get("url")), {})
    held = optional(body, "container")
    values = {**answered(body), **value_of("value", action)}
    number = f"{required(held, 'channel_id')}:{required(held, 'message_ts')}" if held.get("message_ts") else ""
    number = number or text(held.get("view_id"))
    return used(body, envelope, text(action.get("action_id")), number, values, action.get("action_ts"))


def decided(body: Body, envelope: Envelope, place: Source) -> CardPressed:
    """A button of an announcement's card. The first one is the one pressed, as of a case's."""
    del place
    action: Body = next((one for one in objects(body, "actions") if not one.get("url")), {})
    found = NEWS.fullmatch(text(action.get("action_id")))
    if found is None:
        raise Unplaceable("it is not from the card of an announcement")
    channel = optional(body, "channel").get("id") or optional(body, "container").get("channel_id")
    told = {"channel": text(channel), "by": person(part(body, "user")), "pressed_at": action.get("action_ts")}
    return CardPressed.model_validate({**origin(envelope), **found.groupdict(), **told})


def filled_in(body: Body, envelope: Envelope, place: Source) -> CardUsed:
    """The form behind a button of a case card."""
    del place
    view = part(body, "view")
    name, number = text(view.get("callback_id")), text(view.get("id"))
    return used(body, envelope, name, number, answered(view), sent_at(envelope))


def used(body: Body, envelope: Envelope, name: str, number: str, values: dict[str, str], at: object) -> CardUsed:
    named = card(name)
    if named is None:
        raise Unplaceable(f"{name[:80]!r} is no button or form of a case card")
    told = {"card": number, "case": named[0], "action": named[1], "values": values}
    return CardUsed.model_validate({**origin(envelope), **told, "by": person(part(body, "user")), "used_at": at})


def talked(body: Body, envelope: Envelope, place: Source) -> TalkPressed:
    """A button of a card about something said."""
    del place
    action: Body = next((one for one in objects(body, "actions") if not one.get("url")), {})
    return spoken(body, envelope, text(action.get("action_id")), "", action.get("action_ts"))


def worded(body: Body, envelope: Envelope, place: Source) -> TalkPressed:
    """The form behind one."""
    del place
    view = part(body, "view")
    words = answered(view).get(talk_buttons.WORDS, "")
    return spoken(body, envelope, text(view.get("callback_id")), words, sent_at(envelope))


def spoken(body: Body, envelope: Envelope, name: str, words: str, at: object) -> TalkPressed:
    button = talk_buttons.read(name)
    if button is None:
        raise Unplaceable(f"{name[:80]!r} is no button or form of a card about something said")
    told = {"item": button.item, "action": button.action, "seen": button.seen, "words": words}
    return TalkPressed.model_validate({**origin(envelope), **told, "by": person(part(body, "user")), "pressed_at": at})


def person(user: Body) -> Body:
    return {"id": required(user, "id"), "name": text(user.get("name")) or text(user.get("username"))}


def sent_at(envelope: Envelope) -> str:
    """Commands and forms carry no time of their own: the signed one is when they were sent."""
    return envelope.headers.get("x-slack-request-timestamp") or envelope.received_at


# What people tell us


def commanded(body: Body, envelope: Envelope, place: Source) -> FeedbackReceived | Ignored:
    del place
    original = text(body.get("text"))
    words = {"text": from_mrkdwn(original).strip(), "original": original, "format": "mrkdwn"}
    return told(number_of(body, envelope), words, commander(body), envelope)


def written(body: Body, envelope: Envelope, place: Source) -> FeedbackReceived | Ignored:
    del place
    view = part(body, "view")
    answers = answered(view)
    words = {"text": answers.get("text", "").strip()}
    agreed = answers.get(TELL) == "yes"
    return told(required(view, "id"), words, person(part(body, "user")), envelope, agreed=agreed)


def surveyed(body: Body, envelope: Envelope, place: Source) -> FeedbackReceived | Ignored:
    """The form of a survey: what was written, and what was chosen."""
    del place
    view = part(body, "view")
    form = asking.NAMED.fullmatch(text(view.get("callback_id")))
    if form is None:
        raise Unplaceable("the form does not say which survey it is of")
    texts, chosen = [], []
    for name, element in fields(view):
        question, given = name.removeprefix(asking.FIELD), value_of(name, element).get(name, "").strip()
        if question == name or not given:
            continue
        if element.get("type") == WRITTEN:
            texts.append(given)
        else:
            chosen.append({"question": question, "value": given})
    return survey_answered(
        envelope,
        form["survey"],
        required(view, "id"),
        {"text": "\n\n".join(texts)},
        chosen,
        author=person(part(body, "user")),
        follow_up=answered(view).get(TELL) == "yes",
        said_at=sent_at(envelope),
    )


def told(
    number: str | int, words: Body, by: Body, envelope: Envelope, *, agreed: bool = False
) -> FeedbackReceived | Ignored:
    if not words["text"]:
        return Ignored("nothing was written in it")
    given: Body = {"content": f"feedback:{number}", "kind": "feedback", "author": by, "said_at": sent_at(envelope)}
    given |= {"follow_up": agreed, "remembered": agreed}
    return FeedbackReceived.model_validate({**origin(envelope), **words, **given})


def announced(body: Body, envelope: Envelope, place: Source) -> DraftWritten | Ignored:
    """`/announce Headline | Text`; without the stroke the first line is the headline."""
    del place
    written = plain(text(body.get("text"))).strip()
    title, _, rest = written.partition("|" if "|" in written else "\n")
    return drafted(number_of(body, envelope), title, rest, commander(body), envelope)


def composed(body: Body, envelope: Envelope, place: Source) -> DraftWritten | Ignored:
    del place
    view = part(body, "view")
    answers, by = answered(view), person(part(body, "user"))
    return drafted(required(view, "id"), answers.get("title", ""), answers.get("body", ""), by, envelope)


def drafted(number: str | int, title: str, body: str, by: Body, envelope: Envelope) -> DraftWritten | Ignored:
    title, body = title.strip(), body.strip()
    if not title and not body:
        return Ignored("nothing was written in it")
    given = {"draft": f"draft:{number}", "author": by, "written_at": sent_at(envelope)}
    words = {"title": title, "body": body} if title else {"title": body, "body": ""}
    return DraftWritten.model_validate({**origin(envelope), **given, **words})


def number_of(body: Body, envelope: Envelope) -> str:
    """What a command is told apart by. Older ones have no trigger."""
    return text(body.get("trigger_id")) or envelope.delivery


def commander(body: Body) -> Body:
    return {"id": required(body, "user_id"), "name": text(body.get("user_name"))}


def plain(original: str) -> str:
    """Markdown stays as it was typed; Slack escapes three characters."""
    return original.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


# What Slack tells about itself


def lost(body: Body, envelope: Envelope, place: Source) -> SubscriptionLost | Ignored:
    del place
    tokens = optional(part(body, "event"), "tokens")
    if tokens.get("oauth") and not tokens.get("bot"):
        return Ignored("tokens of people were revoked; what we are told depends on the bot's alone")
    return SubscriptionLost.model_validate(
        {
            **origin(envelope),
            "subscription": required(body, "api_app_id"),
            "reason": LOSSES.get(envelope.event, envelope.event),
            "lost_at": body.get("event_time") or envelope.received_at,
        }
    )


def limited(body: Body, envelope: Envelope, place: Source) -> AlertRaised:
    del place
    minute = required(body, "minute_rate_limited")
    return AlertRaised.model_validate(
        {
            **origin(envelope),
            "alert": f"app_rate_limited:{text(body.get('team_id'))}:{minute}",
            "title": "Slack sends only a part of what happens",
            "text": "More than 30,000 events came from the workspace within an hour; Slack drops what is above that.",
            "raised_at": minute,
        }
    )


Reader = Callable[[Body, Envelope, Source], Event | Ignored]
READERS: dict[str, Reader] = {
    "message": posted,
    "app_mention": posted,
    "reaction_added": reacted,
    "reaction_removed": reacted,
    "app_home_opened": unsaid,
    "channel_created": unsaid,
    "channel_rename": unsaid,
    "member_joined_channel": unsaid,
    "member_left_channel": unsaid,
    "team_join": unsaid,
    "app_uninstalled": lost,
    "tokens_revoked": lost,
    "app_rate_limited": limited,
    "shortcut.report": reported,
    "form.report": explained,
    "card.announcement": decided,
    "card.button": pressed,
    "card.form": filled_in,
    "talk.button": talked,
    "talk.form": worded,
    "command.feedback": commanded,
    "form.feedback": written,
    "form.survey": surveyed,
    "command.announce": announced,
    "form.announce": composed,
}
