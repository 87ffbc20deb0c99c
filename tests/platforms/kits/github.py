"""GitHub, as the contract tests send it."""

import hashlib
import hmac

from events.program import Source
from functions.platforms.door import Request
from tests.platforms.kits import NOW

SECRETS = ("It's a Secret to Everybody", "a second secret")
SIGNED_IN = "x-hub-signature-256"
SIGNS_BODY = True
PLACE = Source(id="place", community="club", platform="github", about="acme/game")

OUTCOMES = {
    "discussion.created": "FeedbackReceived",
    "discussion.deleted": "FeedbackChanged",
    "discussion.edited": "FeedbackChanged",
    "discussion.locked": "DecisionReported",
    "discussion.transferred": "FeedbackChanged",
    "discussion_comment.created": "FeedbackReceived",
    "discussion_comment.deleted": "FeedbackChanged",
    "discussion_comment.edited": "FeedbackChanged",
    "installation.suspend": "SubscriptionLost",
    "issue_comment.created": "FeedbackReceived",
    "issues.closed": "WorkReported",
    "issues.deleted": "FeedbackChanged",
    "issues.edited": "FeedbackChanged",
    "issues.labeled": "without effect",
    "issues.locked": "DecisionReported",
    "issues.opened": "FeedbackReceived",
    "meta.deleted": "SubscriptionLost",
    "org_block.blocked": "DecisionReported",
    "org_block.unblocked": "DecisionReported",
    "ping": "challenge",
    "push": "parked",
    "release.created": "without effect",
    "release.deleted": "TriggerWithdrawn",
    "release.published": "TriggerFired",
    "release.unpublished": "TriggerWithdrawn",
    "star.created": "FeedbackReceived",
    "star.deleted": "FeedbackChanged",
}
OTHERS = {
    "discussion.answered": "without effect",
    "discussion.created": "FeedbackReceived",
    "discussion_comment.created": "FeedbackReceived",
    "discussion_comment.deleted": "FeedbackChanged",
    "issue_comment.created": "FeedbackReceived",
    "issue_comment.edited": "FeedbackChanged",
    "issues.labeled": "without effect",
    "issues.opened": "FeedbackReceived",
    "org_block.blocked": "DecisionReported",
    "ping": "challenge",
    "release.created": "without effect",
    "release.published": "TriggerFired",
    "star.created": "FeedbackReceived",
}


def signed(secret: str, body: bytes, at: int = NOW) -> Request:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Request("POST", {**headers("star"), SIGNED_IN: f"sha256={digest}"}, body)


def headers(name: str) -> dict[str, str]:
    event = name.partition(".")[0]
    return {"x-github-event": event, "x-github-delivery": "guid-1", "content-type": "application/json"}
