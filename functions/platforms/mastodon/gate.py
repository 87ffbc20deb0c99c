"""Mastodon servers: the administrators' webhooks. SHA-256 only; WebSub has the same header with other algorithms.

Signed: the body alone, so nothing but the content keys protects against replay. A refusal is a 401, which Mastodon
sends again for days; after any other 4xx it drops the delivery for ever.

Sources: docs.joinmastodon.org/admin/webhooks; mastodon/mastodon app/workers/webhooks/delivery_worker.rb.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from events.envelope import Pipeline, fingerprint
from functions.platforms.door import Accepted, Request, read_object, word
from functions.platforms.signatures import same, sha256_hex

KEPT_HEADERS = ()

PIPELINES: dict[str, Pipeline] = {
    "account.approved": "moderation",
    "account.created": "moderation",
    "account.updated": "moderation",
    "report.created": "moderation",
    "report.updated": "moderation",
    "status.created": "feedback",
    "status.updated": "feedback",
}

MOST = 25
"""Posts of one report that become flags of their own. Whoever reports more names them by the dozen."""

TEMPLATE = "this is not Mastodon's own JSON: leave the payload template of the webhook empty"


def verify(request: Request, secrets: Sequence[str], now: float) -> bool:
    del now  # No time is signed.
    given = request.headers.get("x-hub-signature", "")
    return any(same(given, "sha256=" + sha256_hex(secret, request.body)) for secret in secrets if secret)


def classify(request: Request) -> Accepted | tuple[Accepted, ...]:
    body = read_object(request.body) or {}
    event, given = word(body.get("event")), body.get("object")
    if not event or not isinstance(given, dict):
        return Accepted("parked", event or "unreadable", fingerprint(request.body), TEMPLATE)
    accepted = Accepted(PIPELINES.get(event, "parked"), event, named(event, given, request.body))
    if accepted.pipeline == "parked":
        return replace(accepted, reason=f"the event {event!r} is not handled")
    return one_by_one(accepted, body, given) if event.startswith("report.") else accepted


def named(event: str, given: dict[str, Any], body: bytes) -> str:
    """Mastodon gives a delivery no id. It keeps the body of one for its attempts, so they have one name."""
    stamp = given.get("updated_at") or given.get("edited_at") or given.get("created_at")
    return f"{event}:{word(str(given.get('id')))}:{word(stamp)}:{fingerprint(body)[:8]}"


def one_by_one(accepted: Accepted, body: dict[str, Any], report: dict[str, Any]) -> Accepted | tuple[Accepted, ...]:
    """A report of several posts, each a case of its own: a delivery for each, as if it were the only one."""
    posts = report.get("statuses")
    if not isinstance(posts, list) or len(posts) < 2:
        return accepted

    def piece(mark: str, some: list[object], **changed: Any) -> Accepted:
        alone = json.dumps({**body, "object": {**report, "statuses": some}}).encode("ascii")
        return replace(accepted, delivery=f"{accepted.delivery}#{mark}", body=alone, **changed)

    try:
        pieces = tuple(piece(str(number), [post]) for number, post in enumerate(posts[:MOST], 1))
        reason = f"the report names {len(posts)} posts; these are left after the first {MOST}"
        rest = (piece("rest", posts[MOST:], pipeline="parked", reason=reason),) if posts[MOST:] else ()
    except RecursionError:  # It could just be read, but is a level too deep to be written.
        return replace(accepted, pipeline="parked", reason="the body is nested too deep")
    return pieces + rest
