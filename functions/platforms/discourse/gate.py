"""Discourse forums. Signed: the body alone, so nothing but the content keys protects against replay."""

from collections.abc import Sequence

from events.envelope import Pipeline, fingerprint
from functions.platforms.door import Accepted, Answer, Request, word
from functions.platforms.signatures import same, sha256_hex

KEPT_HEADERS = ("x-discourse-instance", "x-discourse-event", "x-discourse-event-id")

PIPELINES: dict[str, Pipeline] = {
    "reviewable_created": "moderation",
    "reviewable_score_updated": "moderation",
    "post_created": "feedback",
}


def verify(request: Request, secrets: Sequence[str], now: float) -> bool:
    del now  # No time is signed.
    given = request.headers.get("x-discourse-event-signature", "")
    return any(same(given, "sha256=" + sha256_hex(secret, request.body)) for secret in secrets if secret)


def classify(request: Request) -> Accepted | Answer:
    event = word(request.headers.get("x-discourse-event"))
    if event == "ping":
        return Answer(200, '{"pong": true}')
    # The event id names one attempt of one forum's database: a retry has a new one, a restored forum an
    # old one. With the body's hash beside it, it never makes two different events look alike.
    delivery = f"{request.headers.get('x-discourse-event-id', '')}:{fingerprint(request.body)}"
    pipeline = PIPELINES.get(event)
    if pipeline is None:
        reason = f"the event {event!r} is not handled" if event else "there is no X-Discourse-Event header"
        return Accepted("parked", event or "unnamed", delivery, reason)
    return Accepted(pipeline, event, delivery)
