"""YouTube, as the contract tests send it: in the hub's name."""

import hashlib
import hmac

from events.program import Source
from functions.platforms.door import Request
from tests.platforms.kits import NOW

SECRETS = ("the hub's secret", "a second secret")
SIGNED_IN = "x-hub-signature"
SIGNS_BODY = True
PLACE = Source(id="place", community="club", platform="youtube", about="UCexampleHollowGarden_01")

OUTCOMES = {
    "deleted": "TriggerWithdrawn",
    "no_entry": "parked",
    "other_channel": "parked",
    "several": "TriggerFired + TriggerWithdrawn + TriggerFired",
    "video": "TriggerFired",
}
OTHERS: dict[str, str] = {}


def signed(secret: str, body: bytes, at: int = NOW, algorithm: str = "sha1") -> Request:
    digest = hmac.new(secret.encode(), body, getattr(hashlib, algorithm)).hexdigest()
    return Request("POST", {**headers("video"), SIGNED_IN: f"{algorithm}={digest}"}, body)


def headers(name: str) -> dict[str, str]:
    return {"content-type": "application/atom+xml", "user-agent": "FeedFetcher-Google"}
