"""Standard Webhooks, as the contract tests send them: signed by the reference library."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from standardwebhooks import Webhook

from events.program import Source
from functions.platforms.door import Request
from tests.platforms.kits import NOW

SECRETS = ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_" + "Q0xPQ0tTIEFSRSBIQVJEIFRPIEZPUkdFIQ==")
SIGNED_IN = "webhook-signature"
SIGNS_BODY = True
PLACE = Source(id="place", community="club", platform="standard_webhooks")

OUTCOMES = {
    "alert.raised": "AlertRaised",
    "decision.taken": "DecisionReported",
    "erasure.requested": "ErasureRequested",
    "feedback.changed": "FeedbackChanged",
    "feedback.received": "FeedbackReceived",
    "form_response": "FeedbackReceived",
    "flag.explained": "FlagExplained",
    "flag.raised": "FlagRaised",
    "flag.raised.second": "FlagRaised",
    "match.finished": "parked",
    "message.seen": "MessageSeen",
    "message.seen.removed": "MessageSeen",
    "theme.reported": "WorkReported",
    "trigger.fired": "TriggerFired",
    "trigger.withdrawn": "TriggerWithdrawn",
}
OTHERS: dict[str, str] = {}


def signed(secret: str, body: bytes, at: int = NOW, webhook_id: str = "msg_1") -> Request:
    try:
        signature = Webhook(secret).sign(webhook_id, datetime.fromtimestamp(at, UTC), body.decode())
    except UnicodeDecodeError:  # The library signs text only; the specification signs bytes.
        key = base64.b64decode(secret.removeprefix("whsec_"))
        digest = hmac.new(key, f"{webhook_id}.{at}.".encode() + body, hashlib.sha256).digest()
        signature = "v1," + base64.b64encode(digest).decode()
    headers = {"webhook-id": webhook_id, "webhook-timestamp": str(at), "webhook-signature": signature}
    return Request("POST", headers, body)


def headers(name: str) -> dict[str, str]:
    return {"webhook-id": "msg_1", "webhook-timestamp": str(NOW)}
