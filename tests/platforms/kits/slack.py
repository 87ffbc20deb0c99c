"""Slack, as the contract tests send it."""

import hashlib
import hmac

from events.program import Source
from functions.platforms.door import Request
from tests.platforms.kits import NOW

SECRETS = ("8f742231b10e8888abcd99yyyzzz85a5", "a second signing secret")
SIGNED_IN = "x-slack-signature"
SIGNS_BODY = True
PLACE = Source(id="place", community="club", platform="slack", account="U0LIAISON", api="https://winter-club.slack.com")

OUTCOMES = {
    "app_mention": "FeedbackReceived",
    "app_rate_limited": "AlertRaised",
    "app_uninstalled": "SubscriptionLost",
    "card_announcement": "CardPressed",
    "card_button": "CardUsed",
    "card_form": "CardUsed",
    "command_announce": "DraftWritten",
    "command_feedback": "FeedbackReceived",
    "command_feedback_empty": "challenge",
    "command_survey": "challenge",
    "command_unknown": "parked",
    "form_announce": "DraftWritten",
    "form_closed": "challenge",
    "form_feedback": "FeedbackReceived",
    "form_report": "FlagExplained",
    "form_survey": "FeedbackReceived",
    "form_unknown": "parked",
    "link_button": "challenge",
    "member_joined_channel": "without effect",
    "message": "FeedbackReceived",
    "message_blocks": "FeedbackReceived",
    "message_bot": "without effect",
    "message_deleted": "FeedbackChanged",
    "message_direct": "without effect",
    "message_edited": "FeedbackChanged",
    "message_file": "FeedbackReceived",
    "message_joined": "without effect",
    "message_own": "without effect",
    "message_passed_on": "FeedbackReceived",
    "message_replied": "without effect",
    "message_reply": "FeedbackReceived",
    "message_tombstone": "FeedbackChanged",
    "message_unfurled": "without effect",
    "other_button": "parked",
    "pin_added": "parked",
    "reaction_added": "FeedbackReceived",
    "reaction_removed": "FeedbackChanged",
    "shortcut_other": "parked",
    "shortcut_report": "FlagRaised",
    "shortcut_report_bot": "FlagRaised",
    "ssl_check": "challenge",
    "tokens_revoked": "SubscriptionLost",
    "url_verification": "challenge",
}
OTHERS = {
    "app_rate_limited": "AlertRaised",
    "event_callback.app_mention": "FeedbackReceived",
    "event_callback.member_joined_channel": "without effect",
    "event_callback.message": "FeedbackReceived",
    "event_callback.message.bot_message": "without effect",
    "event_callback.message.bot_profile": "without effect",
    "event_callback.message.file_share": "FeedbackReceived",
    "event_callback.message.thread_broadcast": "FeedbackReceived",
    "event_callback.message_changed": "FeedbackChanged",
    "event_callback.message_deleted": "FeedbackChanged",
    "event_callback.reaction_added": "without effect",
    "event_callback.reaction_added.shared_channel": "FeedbackReceived",
    "event_callback.tokens_revoked": "SubscriptionLost",
    "url_verification": "challenge",
    "view_closed": "challenge",
}


def signed(secret: str, body: bytes, at: int = NOW) -> Request:
    digest = hmac.new(secret.encode(), b"v0:%d:" % at + body, hashlib.sha256).hexdigest()
    return Request("POST", {"x-slack-request-timestamp": str(at), SIGNED_IN: f"v0={digest}"}, body)


def headers(name: str) -> dict[str, str]:
    return {"x-slack-request-timestamp": str(NOW)}
