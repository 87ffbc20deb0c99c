"""Any game server, website or relay that signs by Standard Webhooks 1.0.0 (symmetric, `v1`)."""

from collections.abc import Sequence

from events.envelope import Pipeline
from functions.platforms.door import Accepted, Answer, Request, read_object, word
from functions.platforms.signatures import same, standard_signature

KEPT_HEADERS = ("webhook-id", "webhook-timestamp")
TOLERANCE = 300
"""Seconds our clocks may differ, both ways (as the reference libraries have it)."""

PIPELINES: dict[str, Pipeline] = {"flag.raised": "moderation", "feedback.received": "feedback"}


def verify(request: Request, secrets: Sequence[str], now: float) -> bool:
    webhook_id = request.headers.get("webhook-id", "")
    timestamp = request.headers.get("webhook-timestamp", "")
    given = request.headers.get("webhook-signature", "").split(" ")
    if not webhook_id or "." in webhook_id or not fresh(timestamp, now):
        return False
    return any(
        same(signature, expected)
        for expected in expectations(secrets, webhook_id, timestamp, request.body)
        for signature in given
    )


def fresh(timestamp: str, now: float) -> bool:
    plain = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12
    return plain and abs(now - int(timestamp)) <= TOLERANCE


def expectations(secrets: Sequence[str], webhook_id: str, timestamp: str, body: bytes) -> list[str]:
    expected = []
    for secret in secrets:
        try:
            expected.append(standard_signature(secret, webhook_id, timestamp, body))
        except ValueError:
            continue  # A secret that cannot be a key signs nothing; the other one may.
    return expected


def classify(request: Request) -> Accepted | Answer:
    delivery = request.headers.get("webhook-id", "")
    body = read_object(request.body)
    if body is None:
        return Accepted("parked", "unreadable", delivery, "the body is not a JSON object")
    kind = word(body.get("type"))
    pipeline = PIPELINES.get(kind)
    if pipeline is None:
        return Accepted("parked", kind or "untyped", delivery, f"no event type {kind!r} is known here")
    return Accepted(pipeline, kind, delivery)
