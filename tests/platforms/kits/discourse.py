"""Discourse, as the contract tests send it."""

import hashlib
import hmac

from events.program import Source
from functions.platforms.door import Request
from tests.platforms.kits import NOW

FORUM = "https://forum.example.com"
SECRETS = ("my forum's secret", "a second secret")
SIGNED_IN = "x-discourse-event-signature"
SIGNS_BODY = True
PLACE = Source(id="place", community="club", platform="discourse", api=FORUM, news=("5",))

OUTCOMES = {
    "calendar_event_created": "parked",
    "chat_message_created": "FeedbackReceived",
    "chat_message_created.direct": "without effect",
    "chat_message_edited": "FeedbackChanged",
    "chat_message_trashed": "FeedbackChanged",
    "ping": "challenge",
    "post_created": "FeedbackReceived",
    "post_created.private_message": "without effect",
    "post_destroyed": "FeedbackChanged",
    "post_edited": "FeedbackChanged",
    "post_edited.by_author_deleted": "FeedbackChanged",
    "post_liked": "FeedbackReceived",
    "post_recovered": "FeedbackChanged",
    "reviewable_created": "FlagRaised",
    "reviewable_created.chat_message": "FlagRaised",
    "reviewable_created.queued_post": "FlagRaised",
    "reviewable_created.queued_post_before": "FlagRaised",
    "reviewable_created.user": "FlagRaised",
    "reviewable_score_updated": "FlagRaised",
    "reviewable_score_updated.after_decision": "without effect",
    "reviewable_transitioned_to": "DecisionReported",
    "reviewable_transitioned_to.chat_message_deleted": "DecisionReported",
    "reviewable_transitioned_to.queued_post": "DecisionReported",
    "topic_closed_status_updated": "without effect",
    "topic_created": "TriggerFired",
    "topic_created.elsewhere": "without effect",
    "topic_destroyed": "TriggerWithdrawn",
    "topic_edited": "without effect",
    "topic_unvote": "FeedbackChanged",
    "topic_upvote": "FeedbackReceived",
    "topic_visible_status_updated": "TriggerWithdrawn",
    "user_created": "challenge",
}
OTHERS = {
    "ping": "challenge",
    "post_created": "FeedbackReceived",
    "post_created.2": "FeedbackReceived",
    "post_edited": "FeedbackChanged",
    "post_recovered": "FeedbackChanged",
    "reviewable_created": "FlagRaised",
    "reviewable_score_updated": "FlagRaised",
    "reviewable_transitioned_to": "DecisionReported",
    "topic_closed_status_updated": "without effect",
    "topic_created": "without effect",
    "topic_edited": "without effect",
}


def signed(secret: str, body: bytes, at: int = NOW) -> Request:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Request("POST", {**headers("post_created"), SIGNED_IN: f"sha256={digest}"}, body)


def headers(name: str) -> dict[str, str]:
    event = name.partition(".")[0]
    return {"x-discourse-event": event, "x-discourse-event-id": "7", "x-discourse-instance": FORUM}
