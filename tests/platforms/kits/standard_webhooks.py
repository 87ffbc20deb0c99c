"""Standard Webhooks, as the contract tests send them: signed by the reference library."""

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
    "feedback.received": "FeedbackReceived",
    "flag.raised": "FlagRaised",
    "flag.raised.second": "FlagRaised",
    "match.finished": "parked",
}
OTHERS: dict[str, str] = {}


def signed(secret: str, body: bytes, at: int = NOW, webhook_id: str = "msg_1") -> Request:
    signature = Webhook(secret).sign(webhook_id, datetime.fromtimestamp(at, UTC), body.decode())
    headers = {"webhook-id": webhook_id, "webhook-timestamp": str(at), "webhook-signature": signature}
    return Request("POST", headers, body)


def headers(name: str) -> dict[str, str]:
    return {"webhook-id": "msg_1", "webhook-timestamp": str(NOW)}
