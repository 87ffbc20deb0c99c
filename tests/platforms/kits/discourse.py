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
PLACE = Source(id="place", community="club", platform="discourse", api=FORUM)

OUTCOMES = {
    "ping": "challenge",
    "post_created": "FeedbackReceived",
    "post_created.private_message": "without effect",
    "reviewable_created": "FlagRaised",
    "reviewable_score_updated": "FlagRaised",
    "user_created": "parked",
}
OTHERS = {
    "ping": "challenge",
    "post_created": "FeedbackReceived",
    "post_created.2": "FeedbackReceived",
    "reviewable_created": "FlagRaised",
    "reviewable_score_updated": "FlagRaised",
}


def signed(secret: str, body: bytes, at: int = NOW) -> Request:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Request("POST", {**headers("post_created"), SIGNED_IN: f"sha256={digest}"}, body)


def headers(name: str) -> dict[str, str]:
    event = name.partition(".")[0]
    return {"x-discourse-event": event, "x-discourse-event-id": "7", "x-discourse-instance": FORUM}
