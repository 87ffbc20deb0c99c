"""Matrix, as the contract tests send it: with the homeserver's token, and nothing signed."""

from events.program import Source
from functions.platforms.door import Request
from tests.platforms.kits import NOW

SECRETS = ("hs-0c7b1f5e9a2d4486b3e0d1c2a5f69788", "a second token")
SIGNED_IN = "authorization"
SIGNS_BODY = False
PLACE = Source(
    id="place", community="club", platform="matrix", api="https://matrix.example.com", account="@liaison:example.com"
)

OUTCOMES = {
    "edit": "FeedbackChanged",
    "feedback": "FeedbackReceived",
    "message": "FeedbackReceived",
    "message.image": "FeedbackReceived",
    "message.notice": "without effect",
    "message.plain": "FeedbackReceived",
    "message.reply": "FeedbackReceived",
    "nothing": "challenge",
    "poll": "FeedbackReceived",
    "reaction": "FeedbackReceived",
    "redaction": "FeedbackChanged",
    "report": "FlagRaised",
    "strange": "parked",
    "transaction": "FeedbackReceived + FeedbackReceived + FeedbackReceived",
}
OTHERS: dict[str, str] = {}


def signed(secret: str, body: bytes, at: int = NOW) -> Request:
    return Request("PUT", {**headers(""), SIGNED_IN: f"Bearer {secret}"}, body, path="_matrix/app/v1/transactions/35")


def headers(name: str) -> dict[str, str]:
    return {"content-type": "application/json"}
