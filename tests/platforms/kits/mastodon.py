"""Mastodon, as the contract tests send it."""

import hashlib
import hmac

from events.program import Source
from functions.platforms.door import Request
from tests.platforms.kits import NOW

SECRETS = ("5f2a6c0d9b1e47a38c04d2e6f7b8a91c0d3e4f50", "a second secret, of a server that was moved")
SIGNED_IN = "x-hub-signature"
SIGNS_BODY = True
PLACE = Source(id="place", community="club", platform="mastodon", api="https://social.example.com", account="110600")

OUTCOMES = {
    "account.approved": "DecisionReported",
    "account.created": "FlagRaised",
    "account.created.open": "without effect",
    "account.updated": "without effect",
    "account.updated.suspended": "DecisionReported",
    "report.created": "FlagRaised",
    "report.created.account": "FlagRaised",
    "report.created.two": "FlagRaised + FlagRaised",
    "report.updated.assigned": "DecisionReported",
    "report.updated.open": "DecisionReported",
    "report.updated.resolved": "DecisionReported",
    "status.created": "FeedbackReceived",
    "status.created.boost": "without effect",
    "status.created.direct": "without effect",
    "status.created.quote": "FeedbackReceived",
    "status.created.reply": "FeedbackReceived",
    "status.updated": "FeedbackChanged",
    "status.updated.pinned": "without effect",
    "template": "parked",
}
OTHERS = {"report.created": "FlagRaised"}


def signed(secret: str, body: bytes, at: int = NOW) -> Request:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Request("POST", {**headers(""), SIGNED_IN: f"sha256={digest}"}, body)


def headers(name: str) -> dict[str, str]:
    return {"content-type": "application/json"}
