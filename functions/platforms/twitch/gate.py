"""Twitch EventSub by webhook: what happens in one broadcaster's channel.

Source: Twitch's documentation, "Getting Events Using Webhook Callbacks" (dev.twitch.tv/docs/eventsub).
"""

import re
from collections.abc import Sequence
from datetime import datetime

from events.envelope import Pipeline, fingerprint
from functions.platforms.door import Accepted, Answer, Request, read_object, word
from functions.platforms.signatures import same, sha256_hex

ID = "twitch-eventsub-message-id"
SENT_AT = "twitch-eventsub-message-timestamp"
KEPT_HEADERS = (SENT_AT,)
"""Chat messages and most decisions carry no time of their own."""

TOLERANCE = 600
"""Seconds both ways: "make sure the timestamp isn't older than 10 minutes" ("Processing an event")."""

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,30})?(Z|[+-]\d\d:\d\d)", re.ASCII)
"""RFC 3339 with as many digits as Twitch likes. Id, time and body are signed without anything between them: only
a time that is whole keeps somebody from moving characters from one into the next."""

PIPELINES: dict[str, Pipeline] = {
    "automod.message.hold": "moderation",
    "automod.message.update": "moderation",
    "automod.settings.update": "moderation",
    "automod.terms.update": "moderation",
    "channel.ban": "moderation",
    "channel.chat.clear": "moderation",
    "channel.chat.clear_user_messages": "moderation",
    "channel.chat.message": "feedback",
    "channel.chat.message_delete": "moderation",
    "channel.chat.user_message_hold": "moderation",
    "channel.chat.user_message_update": "moderation",
    "channel.follow": "announcements",
    "channel.moderate": "moderation",
    "channel.suspicious_user.message": "moderation",
    "channel.suspicious_user.update": "moderation",
    "channel.unban": "moderation",
    "channel.unban_request.create": "moderation",
    "channel.unban_request.resolve": "moderation",
    "channel.update": "announcements",
    "channel.warning.acknowledge": "moderation",
    "channel.warning.send": "moderation",
    "stream.offline": "announcements",
    "stream.online": "announcements",
}


def verify(request: Request, secrets: Sequence[str], now: float) -> bool:
    given = request.headers.get("twitch-eventsub-message-signature", "")
    message = signed(request)
    return fresh(request.headers.get(SENT_AT, ""), now) and any(
        same(given, "sha256=" + sha256_hex(secret, message)) for secret in secrets if secret
    )


def signed(request: Request) -> bytes:
    """Id, time and body, exactly as they came."""
    return (request.headers.get(ID, "") + request.headers.get(SENT_AT, "")).encode("utf-8", "surrogatepass") + (
        request.body
    )


def fresh(stamp: str, now: float) -> bool:
    if not STAMP.fullmatch(stamp):
        return False
    try:
        return abs(now - datetime.fromisoformat(stamp).timestamp()) <= TOLERANCE
    except (ValueError, OverflowError):
        return False  # The 31st of February, or the year 0.


def classify(request: Request) -> Accepted | Answer:
    delivery = request.headers.get(ID, "") or fingerprint(request.body)
    body = read_object(request.body)
    if body is None:
        return Accepted("parked", "unreadable", delivery, "the body is not a JSON object")
    match word(request.headers.get("twitch-eventsub-message-type")):
        case "webhook_callback_verification":
            return challenge(body, delivery)
        case "revocation":
            return Accepted("upkeep", "revocation", delivery)
        case "notification":
            return notification(body, delivery)
        case "":
            return Accepted("parked", "unnamed", delivery, "there is no Twitch-Eventsub-Message-Type header")
        case other:
            return Accepted("parked", other, delivery, f"the message type {other!r} is not known here")


def challenge(body: dict[str, object], delivery: str) -> Accepted | Answer:
    """The bare challenge: an answer in JSON counts as wrong."""
    given = body.get("challenge")
    if isinstance(given, str) and given.isascii() and given:
        return Answer(200, given, "text/plain")
    return Accepted("parked", "webhook_callback_verification", delivery, "the verification has no challenge")


def notification(body: dict[str, object], delivery: str) -> Accepted:
    """By the type in the body, which is signed; the header that repeats it is not."""
    subscription = body.get("subscription")
    event = word(subscription.get("type")) if isinstance(subscription, dict) else ""
    pipeline = PIPELINES.get(event)
    if pipeline is None:
        reason = f"the event {event!r} is not handled" if event else "the body does not say what was subscribed to"
        return Accepted("parked", event or "unnamed", delivery, reason)
    return Accepted(pipeline, event, delivery)
