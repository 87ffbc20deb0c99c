"""Twitch: what AutoMod holds, whom it suspects and who asks to come back are flags; what moderators do is decided
there; chat is feedback, a stream that starts is a trigger.

Source: Twitch's EventSub reference (dev.twitch.tv/docs/eventsub/eventsub-reference).
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from events.announcements import TriggerFired
from events.envelope import Envelope
from events.feedback import FeedbackReceived
from events.moderation import DecisionReported, FlagRaised, Outcome
from events.operations import SubscriptionLost
from events.program import Source
from events.reasons import code_of
from functions.platforms.door import read_object
from functions.platforms.inbound import Event, Ignored, Unplaceable, optional, origin, part, required

WITHOUT_EFFECT = {
    "automod.settings.update": "a setting of AutoMod, not what somebody wrote",
    "automod.terms.update": "a setting of AutoMod, not what somebody wrote; channel.moderate tells it, too",
    "channel.chat.clear": "what was done to it is told by channel.moderate",
    "channel.chat.clear_user_messages": "the ban or timeout behind it is told by channel.moderate",
    "channel.chat.message_delete": "channel.moderate tells it, and who did it",
    "channel.chat.user_message_hold": "the chatter's side of what automod.message.hold tells",
    "channel.chat.user_message_update": "the chatter's side of what automod.message.update tells",
    "channel.follow": "a follower is neither a report nor news",
    "channel.update": "another title or category is no news, and comes several times",
    "stream.offline": "the end of a stream is no news",
}

RESOLVED: dict[str, Outcome] = {"approved": "no_violation", "denied": "violation"}
"""Of a held message: may it stay? Of an unban request: was the ban wrong? `expired` and `canceled` say neither."""

VERDICTS: dict[str, Outcome] = {
    "ban": "violation",
    "delete": "violation",
    "timeout": "violation",
    "warn": "violation",
    "unban": "no_violation",
    "untimeout": "no_violation",
}
"""Of `channel.moderate`'s actions. What happened in another channel of a shared chat was decided by its rules,
and an unban request is decided by `channel.unban_request.resolve`: those say nothing here."""

ON_ACCOUNTS = ("ban", "timeout", "warn", "unban", "untimeout", "approve_unban_request", "deny_unban_request")
SHARED = "shared_chat_"

DETAILS = {
    "add_blocked_term": "automod_terms",
    "add_permitted_term": "automod_terms",
    "remove_blocked_term": "automod_terms",
    "remove_permitted_term": "automod_terms",
    "approve_unban_request": "unban_request",
    "deny_unban_request": "unban_request",
}
"""Where an action's details do not stand under its own name."""

NEVER = ("0001-01-01", "1970-01-01")
"""How an empty time begins when a program writes it all the same."""

BOT_BADGE = "bot-badge"

Given = dict[str, Any]
Reader = Callable[[Given, Envelope, Source], Event | Ignored]


def normalise(envelope: Envelope, place: Source) -> Event | Ignored:
    body = read_object(envelope.body)
    if body is None:
        raise Unplaceable("the body is not a JSON object")
    if envelope.event == "revocation":
        return revoked(part(body, "subscription"), envelope)
    if envelope.event in WITHOUT_EFFECT:
        return Ignored(WITHOUT_EFFECT[envelope.event])
    if envelope.event not in READERS:
        raise Unplaceable(f"the event {envelope.event!r} is not handled")
    return READERS[envelope.event](part(body, "event"), envelope, place)


def revoked(subscription: Given, envelope: Envelope) -> SubscriptionLost:
    return SubscriptionLost.model_validate(
        {
            **origin(envelope),
            "subscription": required(subscription, "id"),
            "topic": subscription.get("type") or "",
            "reason": subscription.get("status") or "Twitch does not say why",
            "lost_at": sent_at(envelope),
        }
    )


def held(given: Given, envelope: Envelope, place: Source) -> FlagRaised:
    """AutoMod keeps a message back. Version 1 names a category, version 2 a category or blocked terms."""
    del place
    automod, terms = optional(given, "automod"), optional(given, "blocked_term").get("terms_found")
    message = required(given, "message_id")
    # The first shape of the event had the message as a text.
    text = named(given.get("message")) or said(part(given, "message"))
    reason = named(given.get("category")) or named(automod.get("category")) or named(given.get("reason"))
    spots = [*listed(automod.get("boundaries")), *(optional(term, "boundary") for term in listed(terms))]
    return FlagRaised.model_validate(
        {
            **origin(envelope),
            "flag": f"automod:{message}",
            "nature": "hold",
            "subject": subject("message", message, envelope),
            "text": unwrapped(text),
            "reason": reason,
            "code": code_of("twitch", reason),
            "comment": remark(given.get("level") or automod.get("level"), matched(text, spots)),
            "author": person(given),
            "content_at": stamp(given, "held_at"),
            "raised_at": stamp(given, "held_at") or sent_at(envelope),
        }
    )


def matched(text: str, spots: Iterable[Given]) -> list[str]:
    """The words that were found. Positions count code points, and the last one belongs to it."""
    ends = ((spot.get("start_pos"), spot.get("end_pos")) for spot in spots)
    return [
        text[first : last + 1]
        for first, last in ends
        if isinstance(first, int) and isinstance(last, int) and 0 <= first <= last < len(text)
    ]


def remark(level: object, words: list[str]) -> str:
    found = "found: " + ", ".join(f'"{word}"' for word in dict.fromkeys(words)) if words else ""
    severity = f"level {level}" if isinstance(level, int) else ""
    return "; ".join(one for one in (severity, found) if one)


def settled(given: Given, envelope: Envelope, place: Source) -> DecisionReported:
    """A held message was let through or refused, or nobody looked in time."""
    del place
    message, status = required(given, "message_id"), str(required(given, "status")).lower()
    return decided(
        envelope,
        decision=f"automod:{message}:{status}",
        subject=subject("message", message, envelope),
        did=status,
        outcome=RESOLVED.get(status),
        moderator=person(given, "moderator_user"),
        person=person(given),
    )


def suspected(given: Given, envelope: Envelope, place: Source) -> FlagRaised:
    """A message of somebody whom Twitch or a moderator suspects."""
    del place
    message = part(given, "message")
    identifier = required(message, "message_id")
    kinds = [kind for kind in listed(given.get("types"), str) if kind]
    evader = "ban_evader" in kinds
    return FlagRaised.model_validate(
        {
            **origin(envelope),
            "flag": f"suspicious:{identifier}",
            "nature": "suspicion",
            "subject": subject("message", identifier, envelope),
            "text": unwrapped(said(message)),
            "reason": "ban_evader" if evader else kinds[0] if kinds else named(given.get("low_trust_status")),
            "code": code_of("twitch", "ban_evader") if evader else "unknown",
            "comment": suspicion(given),
            "author": person(given),
            "raised_at": sent_at(envelope),
        }
    )


def suspicion(given: Given) -> str:
    treatment, evasion = named(given.get("low_trust_status")), named(given.get("ban_evasion_evaluation"))
    channels = len(listed(given.get("shared_ban_channel_ids"), str))
    said = (
        f"treated as {treatment}" if treatment else "",
        f"ban evasion {evasion}" if evasion else "",
        f"banned in {channels} channels that share bans" if channels else "",
    )
    return "; ".join(one for one in said if one)


def treated(given: Given, envelope: Envelope, place: Source) -> DecisionReported:
    """A moderator watches or restricts an account, or no longer does."""
    del place
    return decided(
        envelope,
        subject=subject("account", required(given, "user_id"), envelope),
        did=f"suspicious user: {required(given, 'low_trust_status')}",
        moderator=person(given, "moderator_user"),
        person=person(given),
    )


def appealed(given: Given, envelope: Envelope, place: Source) -> FlagRaised:
    """Somebody who was banned asks to come back."""
    del place
    identifier = required(given, "id")
    return FlagRaised.model_validate(
        {
            **origin(envelope),
            "flag": f"unban_request:{identifier}",
            "nature": "appeal",
            "subject": subject("unban_request", identifier, envelope),
            "text": given.get("text") or "",
            "author": person(given),
            "content_at": stamp(given, "created_at"),
            "raised_at": stamp(given, "created_at") or sent_at(envelope),
        }
    )


def answered(given: Given, envelope: Envelope, place: Source) -> DecisionReported:
    del place
    identifier, status = required(given, "id"), str(required(given, "status")).lower()
    return decided(
        envelope,
        decision=f"unban_request:{identifier}:{status}",
        subject=subject("unban_request", identifier, envelope),
        did=status,
        outcome=RESOLVED.get(status),
        reason=given.get("resolution_text") or "",
        moderator=person(given, "moderator_user"),
        person=person(given),
    )


def moderated(given: Given, envelope: Envelope, place: Source) -> DecisionReported:
    """Everything a moderator can do in a channel, told alike. Actions that are new since this was written, and
    settings of the channel, are kept without a verdict."""
    del place
    action = str(required(given, "action"))
    details = optional(given, DETAILS.get(action, action))
    return decided(
        envelope,
        subject=target(action, details, given, envelope),
        did=deed(action, details, given),
        outcome=VERDICTS.get(action),
        reason=why(details),
        text=unwrapped(named(details.get("message_body"))),
        moderator=person(given, "moderator_user"),
        person=person(details),
    )


def target(action: str, details: Given, given: Given, envelope: Envelope) -> Given:
    plain = action.removeprefix(SHARED)
    if plain == "delete":
        return subject("message", required(details, "message_id"), envelope)
    if plain in ON_ACCOUNTS:
        return subject("account", required(details, "user_id"), envelope)
    return subject("channel", required(given, "broadcaster_user_id"), envelope)


def deed(action: str, details: Given, given: Given) -> str:
    """The action in Twitch's word, with its measure. Until when a timeout lasts is told, but not since when."""
    if action.startswith(SHARED):
        return f"{action} in {given.get('source_broadcaster_user_login') or 'another channel'}"
    if action == "timeout" and stamp(details, "expires_at"):
        return f"timeout until {details['expires_at']}"
    if action == "slow" and details.get("wait_time_seconds"):
        return f"slow {details['wait_time_seconds']} s"
    if action == "followers" and details.get("follow_duration_minutes"):
        return f"followers {details['follow_duration_minutes']} min"
    terms = listed(details.get("terms"), str)
    return f"{action}: {', '.join(terms)}" if terms else action


def why(details: Given) -> str:
    """What the moderator wrote, and the channel's rules they pointed at."""
    written = named(details.get("reason")) or named(details.get("moderator_message"))
    return "; ".join(one for one in (written, *listed(details.get("chat_rules_cited"), str)) if one)


def banned(given: Given, envelope: Envelope, place: Source) -> DecisionReported:
    """The older telling of what `channel.moderate` tells, for whoever subscribed to it besides."""
    del place
    return decided(
        envelope,
        subject=subject("account", required(given, "user_id"), envelope),
        did=length(given),
        outcome="violation",
        reason=given.get("reason") or "",
        moderator=person(given, "moderator_user"),
        person=person(given),
        decided_at=stamp(given, "banned_at") or sent_at(envelope),
    )


def length(given: Given) -> str:
    """`ban`, or `timeout 600 s`: from the two times that Twitch gives."""
    begins, ends = stamp(given, "banned_at"), stamp(given, "ends_at")
    if given.get("is_permanent") or not ends:
        return "ban"
    try:
        lasts = datetime.fromisoformat(ends) - datetime.fromisoformat(begins)
    except (TypeError, ValueError):
        return "timeout"
    return f"timeout {round(lasts.total_seconds())} s"


def unbanned(given: Given, envelope: Envelope, place: Source) -> DecisionReported:
    del place
    return on_account(given, envelope, "unban", "no_violation")


def warned(given: Given, envelope: Envelope, place: Source) -> DecisionReported:
    del place
    return on_account(given, envelope, "warn", "violation")


def acknowledged(given: Given, envelope: Envelope, place: Source) -> DecisionReported:
    """The one who was warned has read it: a line in the history, and nobody's verdict."""
    del place
    return on_account(given, envelope, "warning acknowledged", None)


def on_account(given: Given, envelope: Envelope, did: str, outcome: Outcome | None) -> DecisionReported:
    return decided(
        envelope,
        subject=subject("account", required(given, "user_id"), envelope),
        did=did,
        outcome=outcome,
        reason=why(given),
        moderator=person(given, "moderator_user"),
        person=person(given),
    )


def chatted(given: Given, envelope: Envelope, place: Source) -> FeedbackReceived | Ignored:
    """One line of chat. It has no time of its own: the one when Twitch sent it is the nearest there is."""
    elsewhere = given.get("source_broadcaster_user_id")
    if elsewhere and str(elsewhere) != str(given.get("broadcaster_user_id")):
        return Ignored("said in another channel of a shared chat")
    if place.account and str(given.get("chatter_user_id")) == place.account:
        return Ignored("our own words")
    if any(badge.get("set_id") == BOT_BADGE for badge in listed(given.get("badges"))):
        return Ignored("written by a bot")
    text = unwrapped(said(part(given, "message")))
    if not text.strip():
        return Ignored("nothing was written")
    return FeedbackReceived.model_validate(
        {
            **origin(envelope),
            "content": f"message:{required(given, 'message_id')}",
            "kind": "chat",
            "text": text,
            "author": person(given, "chatter_user"),
            "said_at": sent_at(envelope),
        }
    )


def started(given: Given, envelope: Envelope, place: Source) -> TriggerFired | Ignored:
    """Sent several times now and then: the stream's own id makes one of them. The stream's title is not in it."""
    del place
    kind = given.get("type")
    if kind != "live":
        return Ignored(f"not live, but {named(kind) or 'of no kind'}")
    login = named(given.get("broadcaster_user_login"))
    name = named(given.get("broadcaster_user_name")) or login or "The channel"
    return TriggerFired.model_validate(
        {
            **origin(envelope),
            "trigger": f"stream:{required(given, 'id')}",
            "kind": "stream",
            "title": f"{name} is live",
            "url": f"https://www.twitch.tv/{login}" if login else "",
            "author": person(given, "broadcaster_user"),
            "published_at": stamp(given, "started_at") or sent_at(envelope),
        }
    )


READERS: dict[str, Reader] = {
    "automod.message.hold": held,
    "automod.message.update": settled,
    "channel.ban": banned,
    "channel.chat.message": chatted,
    "channel.moderate": moderated,
    "channel.suspicious_user.message": suspected,
    "channel.suspicious_user.update": treated,
    "channel.unban": unbanned,
    "channel.unban_request.create": appealed,
    "channel.unban_request.resolve": answered,
    "channel.warning.acknowledge": acknowledged,
    "channel.warning.send": warned,
    "stream.online": started,
}


def decided(envelope: Envelope, **told: Any) -> DecisionReported:
    """Most decisions carry neither an id nor a time: Twitch's id of the message, the same at every attempt, and
    the time it was sent stand in for them."""
    usual = {"decision": f"{envelope.event}:{envelope.delivery}", "decided_at": sent_at(envelope)}
    return DecisionReported.model_validate({**origin(envelope), **usual, **told})


def stamp(given: Given, name: str) -> Any:
    """A time as Twitch wrote it; None where there is none."""
    found = given.get(name)
    return None if str(found).startswith(NEVER) else found or None


def sent_at(envelope: Envelope) -> str:
    return envelope.headers.get("twitch-eventsub-message-timestamp") or envelope.received_at


def subject(kind: str, identifier: str | int, envelope: Envelope) -> Given:
    return {"source": envelope.source, "kind": kind, "id": identifier}


def person(given: Given, who: str = "user") -> Given | None:
    """An account by its number; the name as it is shown, not the one to log in with."""
    identifier = given.get(f"{who}_id")
    if identifier is None or identifier == "":
        return None
    return {"id": identifier, "name": given.get(f"{who}_name") or given.get(f"{who}_login") or ""}


def said(message: Given) -> str:
    """A message's words; emotes and cheers stand in them by their names."""
    fragments = listed(message.get("fragments"))
    return named(message.get("text")) or "".join(named(fragment.get("text")) for fragment in fragments)


def unwrapped(text: str) -> str:
    """A message without what tells that it was written with `/me`, as IRC has it; the documentation is silent on it."""
    return text.removeprefix("\x01ACTION ").removesuffix("\x01")


def named(value: object) -> str:
    return value if isinstance(value, str) else ""


def listed(value: object, of: type = dict) -> list[Any]:
    """The members of a list that are what they should be; Twitch sends null for an empty one."""
    return [one for one in value if isinstance(one, of)] if isinstance(value, list) else []
