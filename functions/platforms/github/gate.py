"""GitHub repositories and organisations. SHA-256 only: the older SHA-1 header is never looked at.

Source: docs.github.com, "Webhook events and payloads", "Validating webhook deliveries", "Best practices for using
webhooks" (an answer within 10 s; nothing is ever sent again by itself).
"""

from collections.abc import Sequence

from events.envelope import Pipeline, fingerprint
from functions.platforms.door import Accepted, Answer, Request, form_field, read_object, word
from functions.platforms.signatures import same, sha256_hex

KEPT_HEADERS = ("x-github-event", "x-github-delivery")

PIPELINES: dict[str, Pipeline] = {
    "release": "announcements",
    "discussion": "feedback",
    "discussion_comment": "feedback",
    "issues": "feedback",
    "issue_comment": "feedback",
    "star": "feedback",
    "org_block": "moderation",
    "installation": "upkeep",
    "meta": "upkeep",
}

LOCKABLE = ("discussion", "issues")
LOCKS = ("locked", "unlocked")
"""Actions that say nothing, but by which moderators end a talk."""


def verify(request: Request, secrets: Sequence[str], now: float) -> bool:
    del now  # No time is signed.
    given = request.headers.get("x-hub-signature-256", "")
    return any(same(given, "sha256=" + sha256_hex(secret, request.body)) for secret in secrets if secret)


def classify(request: Request) -> Accepted | Answer:
    """`X-GitHub-Delivery` names the event: it is sent again under the same name, and by every webhook that listens
    to it. So where a repository's and its organisation's webhook both call one source, an event counts once."""
    event = word(request.headers.get("x-github-event"))
    if event == "ping":
        return Answer(200, '{"pong": true}')
    delivery = request.headers.get("x-github-delivery", "") or fingerprint(request.body)
    pipeline = PIPELINES.get(event)
    if pipeline is None:
        reason = f"the event {event!r} is not handled" if event else "there is no X-GitHub-Event header"
        return Accepted("parked", event or "unnamed", delivery, reason)
    return Accepted("moderation" if locks(event, request.body) else pipeline, event, delivery)


def locks(event: str, body: bytes) -> bool:
    return event in LOCKABLE and word((object_in(body) or {}).get("action")) in LOCKS


def object_in(body: bytes) -> dict[str, object] | None:
    """A hook may be set to send a form whose one field `payload` holds the JSON, whatever the header says."""
    found = read_object(body)
    return read_object(form_field(body, "payload")) if found is None else found
