"""GitHub, as the contract tests send it."""

import hashlib
import hmac

from events.program import Source
from functions.platforms.door import Request
from tests.platforms.kits import NOW

SECRETS = ("It's a Secret to Everybody", "a second secret")
SIGNED_IN = "x-hub-signature-256"
SIGNS_BODY = True
PLACE = Source(id="place", community="club", platform="github")

OUTCOMES = {
    "discussion.created": "FeedbackReceived",
    "discussion_comment.created": "FeedbackReceived",
    "ping": "challenge",
    "release.created": "without effect",
    "release.published": "TriggerFired",
    "star.created": "parked",
}
OTHERS = {
    "discussion.created": "FeedbackReceived",
    "discussion_comment.created": "FeedbackReceived",
    "ping": "challenge",
    "release.created": "without effect",
    "release.published": "TriggerFired",
}


def signed(secret: str, body: bytes, at: int = NOW) -> Request:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Request("POST", {**headers("star"), SIGNED_IN: f"sha256={digest}"}, body)


def headers(name: str) -> dict[str, str]:
    event = name.partition(".")[0]
    return {"x-github-event": event, "x-github-delivery": "guid-1", "content-type": "application/json"}
