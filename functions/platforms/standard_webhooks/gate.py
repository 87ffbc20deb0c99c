"""Any game server, website or relay that signs by Standard Webhooks 1.0.0: symmetric (`v1`) or Ed25519 (`v1a`).

What is stored decides which: `whpk_…` verifies `v1a` only, anything else `v1` only.
"""

import base64
from collections.abc import Sequence

from events.envelope import Pipeline
from functions.platforms.door import Accepted, Answer, Request, read_object, word
from functions.platforms.signatures import (
    same,
    signed_by,
    standard_message,
    standard_public_key,
    standard_signature,
)

KEPT_HEADERS = ("webhook-id", "webhook-timestamp")
TOLERANCE = 300
"""Seconds our clocks may differ, both ways (as the reference libraries have it)."""

TRIED = 8
"""Ed25519 signatures looked at in one request: each costs a pass over the whole body, and anybody may send hundreds."""

PIPELINES: dict[str, Pipeline] = {
    "flag.raised": "moderation",
    "flag.explained": "moderation",
    "decision.taken": "moderation",
    "message.seen": "moderation",
    "feedback.received": "feedback",
    "feedback.changed": "feedback",
    "form_response": "feedback",
    "theme.reported": "feedback",
    "trigger.fired": "announcements",
    "trigger.withdrawn": "announcements",
    "erasure.requested": "upkeep",
    "alert.raised": "upkeep",
}


def verify(request: Request, secrets: Sequence[str], now: float) -> bool:
    webhook_id = request.headers.get("webhook-id", "")
    timestamp = request.headers.get("webhook-timestamp", "")
    given = request.headers.get("webhook-signature", "").split(" ")
    if not webhook_id or "." in webhook_id or not fresh(timestamp, now):
        return False
    expected = expectations(secrets, webhook_id, timestamp, request.body)
    if any(same(signature, one) for one in expected for signature in given):
        return True
    message = standard_message(webhook_id, timestamp, request.body)
    return any(signed_by(key, one, message) for key in public_keys(secrets) for one in asymmetric(given))


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


def public_keys(secrets: Sequence[str]) -> list[bytes]:
    keys = []
    for secret in secrets:
        try:
            keys.append(standard_public_key(secret))
        except ValueError:
            continue  # A shared secret, or nothing usable.
    return keys


def asymmetric(given: Sequence[str]) -> list[bytes]:
    """The `v1a` signatures among those of a header, as far as they can be read."""
    found = []
    for signature in given:
        version, _, text = signature.partition(",")
        if version == "v1a":
            try:
                found.append(base64.b64decode(text, validate=True))
            except ValueError:
                continue
    return found[:TRIED]


def classify(request: Request) -> Accepted | Answer:
    delivery = request.headers.get("webhook-id", "")
    body = read_object(request.body)
    if body is None:
        return Accepted("parked", "unreadable", delivery, "the body is not a JSON object")
    # A form service names its event so, and a relay may sign its body as it is.
    kind = word(body.get("type")) or word(body.get("event_type"))
    pipeline = PIPELINES.get(kind)
    if pipeline is None:
        return Accepted("parked", kind or "untyped", delivery, f"no event type {kind!r} is known here")
    return Accepted(pipeline, kind, delivery)
