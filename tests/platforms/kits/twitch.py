"""Twitch, as the contract tests send it."""

import hashlib
import hmac
from datetime import UTC, datetime

from events.program import Source
from functions.platforms.door import Request
from tests.platforms.kits import NOW

SECRETS = ("a secret of ten letters or more", "another secret")
SIGNED_IN = "twitch-eventsub-message-signature"
SIGNS_BODY = True
PLACE = Source(id="place", community="club", platform="twitch", about="4400001", account="4400002")

OUTCOMES = {
    "automod.message.hold.v1": "FlagRaised",
    "automod.message.hold.v2.automod": "FlagRaised",
    "automod.message.hold.v2.blocked_term": "FlagRaised",
    "automod.message.update.v1": "DecisionReported",
    "automod.message.update.v2": "DecisionReported",
    "automod.terms.update": "without effect",
    "channel.ban": "DecisionReported",
    "channel.chat.message": "FeedbackReceived",
    "channel.chat.message.shared": "without effect",
    "channel.chat.message_delete": "without effect",
    "channel.moderate.add_blocked_term": "DecisionReported",
    "channel.moderate.ban": "DecisionReported",
    "channel.moderate.delete": "DecisionReported",
    "channel.moderate.deny_unban_request": "DecisionReported",
    "channel.moderate.emoteonly": "DecisionReported",
    "channel.moderate.shared_chat_ban": "DecisionReported",
    "channel.moderate.slow": "DecisionReported",
    "channel.moderate.timeout": "DecisionReported",
    "channel.moderate.warn": "DecisionReported",
    "channel.raid": "parked",
    "channel.suspicious_user.message": "FlagRaised",
    "channel.suspicious_user.update": "DecisionReported",
    "channel.unban": "DecisionReported",
    "channel.unban_request.create": "FlagRaised",
    "channel.unban_request.resolve": "DecisionReported",
    "channel.warning.acknowledge": "DecisionReported",
    "channel.warning.send": "DecisionReported",
    "revocation": "SubscriptionLost",
    "stream.offline": "without effect",
    "stream.online": "TriggerFired",
    "stream.online.rerun": "without effect",
    "webhook_callback_verification": "challenge",
}
OTHERS = {
    "automod.message.hold.v1": "FlagRaised",
    "automod.message.hold.v2.automod": "FlagRaised",
    "automod.message.hold.v2.blocked_term": "FlagRaised",
    "automod.message.update.v2": "DecisionReported",
    "automod.terms.update": "without effect",
    "channel.ban": "DecisionReported",
    "channel.chat.message": "FeedbackReceived",
    "channel.chat.message_delete": "without effect",
    "channel.chat.user_message_hold": "without effect",
    "channel.follow": "without effect",
    "channel.moderate.v1.emoteonly": "DecisionReported",
    "channel.moderate.v2.shared_chat_timeout": "DecisionReported",
    "channel.moderate.v2.timeout": "DecisionReported",
    "channel.moderate.v2.warn": "DecisionReported",
    "channel.suspicious_user.message": "FlagRaised",
    "channel.unban_request.create": "FlagRaised",
    "channel.unban_request.resolve": "DecisionReported",
    "channel.update.v2": "without effect",
    "channel.warning.acknowledge": "DecisionReported",
    "revocation.authorization_revoked": "SubscriptionLost",
    "stream.offline": "without effect",
    "stream.online": "TriggerFired",
    "webhook_callback_verification": "challenge",
}


def stamp(at: float) -> str:
    """Nine digits, as Twitch writes them."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S}.000000000Z"


def signed(secret: str, body: bytes, at: int = NOW, message_id: str = "msg-1") -> Request:
    message = message_id.encode() + stamp(at).encode() + body
    digest = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    sent = {**headers("notification"), "twitch-eventsub-message-id": message_id}
    return Request(
        "POST", {**sent, "twitch-eventsub-message-timestamp": stamp(at), SIGNED_IN: f"sha256={digest}"}, body
    )


def headers(name: str) -> dict[str, str]:
    event = name.partition(".")[0]
    kind = event if event in ("revocation", "webhook_callback_verification") else "notification"
    return {
        "twitch-eventsub-message-id": "msg-1",
        "twitch-eventsub-message-retry": "0",
        "twitch-eventsub-message-timestamp": "2026-11-22T09:29:59.123456789Z",
        "twitch-eventsub-message-type": kind,
        "twitch-eventsub-subscription-type": name,
        "twitch-eventsub-subscription-version": "1",
    }
