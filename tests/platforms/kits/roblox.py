"""Roblox Open Cloud, as the contract tests send it."""

import base64
import hashlib
import hmac

from events.program import Source
from functions.platforms.door import Request
from tests.platforms.kits import NOW

SECRETS = ("correct horse battery staple", "a second secret")
SIGNED_IN = "roblox-signature"
SIGNS_BODY = True
WRONG = f"t={NOW},v1={base64.b64encode(b'w' * 32).decode()}"
PLACE = Source(id="place", community="club", platform="roblox")

OUTCOMES = {
    "AnalyticsAlert": "AlertRaised",
    "AnalyticsAlert.plain": "AlertRaised",
    "RightToErasureRequest": "ErasureRequested",
    "SampleNotification": "challenge",
    "ServerStarted": "parked",
    "SubscriptionPurchased": "challenge",
}
OTHERS = {
    "AnalyticsAlert": "AlertRaised",
    "RightToErasureRequest": "ErasureRequested",
    "SampleNotification": "challenge",
}


def signed(secret: str, body: bytes, at: int = NOW) -> Request:
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).digest()
    return Request("POST", {**headers(""), SIGNED_IN: f"t={at},v1={base64.b64encode(digest).decode()}"}, body)


def headers(name: str) -> dict[str, str]:
    return {"content-type": "application/json; charset=utf-8"}
