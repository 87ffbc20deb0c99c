"""Roblox Open Cloud webhooks: `roblox-signature: t=<unix seconds>,v1=<base64>` over `t.body`.

A webhook without a secret sends `t=…` alone: anybody could, so it is refused. The documentation's own sample signs
the body serialised anew; what Roblox signs are the bytes it sends.

Sources: create.roblox.com/docs/cloud/webhooks/webhook-notifications and …/docs/production/analytics/alerts.
"""

from collections.abc import Sequence

from events.envelope import Pipeline, fingerprint
from functions.platforms.door import Accepted, Answer, Request, read_object, word
from functions.platforms.signatures import same, sha256_base64

KEPT_HEADERS = ()
TOLERANCE = 600
"""Seconds our clocks may differ, both ways: the documentation recommends ten minutes (and takes five in its sample)."""

PIPELINES: dict[str, Pipeline] = {
    "RightToErasureRequest": "upkeep",
    "AnalyticsAlert": "upkeep",
}

UNWANTED = (
    "SubscriptionResubscribed",
    "SubscriptionRenewed",
    "SubscriptionRefunded",
    "SubscriptionPurchased",
    "SubscriptionCancelled",
    "CommerceProductOrderRefunded",
    "CommerceProductOrderPaid",
)
"""Documented, and purchases of persons that nobody here has any use for: answered, and not kept."""


def verify(request: Request, secrets: Sequence[str], now: float) -> bool:
    given = parts(request.headers.get("roblox-signature", ""))
    stamp, signature = given.get("t", ""), given.get("v1", "")
    if not signature or not fresh(stamp, now):
        return False
    message = stamp.encode("ascii") + b"." + request.body
    return any(same(signature, sha256_base64(secret, message)) for secret in secrets if secret)


def parts(header: str) -> dict[str, str]:
    """`name=value` by name; nothing at all where a name comes twice. Base64 has `=` in it, too: the first counts."""
    pairs = [part.partition("=") for part in header.split(",")]
    named = {name: value for name, _, value in pairs}
    return named if len(named) == len(pairs) else {}


def fresh(stamp: str, now: float) -> bool:
    plain = stamp.isascii() and stamp.isdigit() and len(stamp) <= 12
    return plain and abs(now - int(stamp)) <= TOLERANCE


def classify(request: Request) -> Accepted | Answer:
    body = read_object(request.body)
    if body is None:
        return Accepted("parked", "unreadable", fingerprint(request.body), "the body is not a JSON object")
    event = word(body.get("EventType"))
    if event == "SampleNotification":
        return Answer(200, '{"pong": true}')
    if event in UNWANTED:
        return Answer(200, '{"message": "not kept"}')
    delivery = word(body.get("NotificationId")) or fingerprint(request.body)
    pipeline = PIPELINES.get(event)
    if pipeline is None:
        reason = f"the event {event!r} is not handled" if event else "there is no EventType in the body"
        return Accepted("parked", event or "unnamed", delivery, reason)
    return Accepted(pipeline, event, delivery)
