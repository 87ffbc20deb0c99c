"""Deliveries as platforms send them, and the program of the community they reach."""

import itertools
import json
from datetime import datetime
from typing import Any

from events.envelope import Envelope
from functions.platforms.door import Accepted, Request, gate
from functions.shared import clock

PROGRAM = """
[[communities]]
id = "acme"
name = "Acme Games"
timezone = "Europe/Paris"

[[communities]]
id = "peak"
name = "Peak"
timezone = "Asia/Kathmandu"

[[sources]]
id = "game"
community = "acme"
platform = "standard_webhooks"
api = "https://game.example/liaison"

[[sources]]
id = "forum"
community = "acme"
platform = "discourse"
api = "https://forum.example"

[[sources]]
id = "code"
community = "acme"
platform = "github"

[[sources]]
id = "summit"
community = "peak"
platform = "standard_webhooks"

[[targets]]
id = "site"
community = "acme"
platform = "webhook"
url = "https://site.example/hook"

[[targets]]
id = "news"
community = "acme"
platform = "feed"

[[readers]]
id = "marie"
community = "acme"
name = "Marie"
email = "marie@acme.example"
timezone = "Europe/Paris"
hour = 9

[[readers]]
id = "noor"
community = "acme"
name = "Noor"
timezone = "Asia/Kathmandu"
hour = 7
"""

SECRET = "whsec_dGhlIHNlY3JldCBvZiB0aGUgc2l0ZSwgbG9uZyBlbm91Z2g="
WHERE = {
    "game": ("standard_webhooks", "acme"),
    "forum": ("discourse", "acme"),
    "code": ("github", "acme"),
    "summit": ("standard_webhooks", "peak"),
}
numbers = itertools.count(1)


def delivered(source: str, headers: dict[str, str], body: bytes, at: datetime) -> Envelope:
    """What the door makes of an authentic request: its own gate classifies it."""
    platform, community = WHERE[source]
    verdict = gate(platform).classify(Request("POST", headers, body))
    assert isinstance(verdict, Accepted)
    kept = {name: headers[name] for name in gate(platform).KEPT_HEADERS if name in headers}
    return Envelope(
        source=source,
        community=community,
        platform=platform,
        pipeline=verdict.pipeline,
        event=verdict.event,
        delivery=verdict.delivery,
        received_at=clock.text(at),
        body=body,
        headers=kept,
        reason=verdict.reason,
    )


def webhook(kind: str, data: object, at: datetime, *, delivery: str = "", source: str = "game") -> Envelope:
    """A Standard Webhooks delivery. `delivery` is its webhook-id; a new one when none is given."""
    body = json.dumps({"type": kind, "timestamp": at.isoformat(), "data": data}).encode()
    return delivered(source, {"webhook-id": delivery or f"msg-{next(numbers)}"}, body, at)


def flag(
    at: datetime,
    *,
    flag: str = "report-1",
    subject: str = "msg-1",
    delivery: str = "",
    text: str = "You are all worthless.",
    reason: str = "harassment",
    **more: Any,
) -> Envelope:
    data = {
        "id": flag,
        "reason": reason,
        "at": at.isoformat(),
        "subject": {"kind": "chat_message", "id": subject, "text": text, "author": {"id": "4417"}},
        **more,
    }
    return webhook("flag.raised", data, at, delivery=delivery)


def feedback(
    said_at: datetime,
    *,
    content: str = "form-1",
    delivery: str = "",
    received: datetime | None = None,
    kind: str = "form",
    source: str = "game",
    text: str = "The new map is gorgeous.",
) -> Envelope:
    data = {"id": content, "kind": kind, "text": text, "at": said_at.isoformat()}
    return webhook("feedback.received", data, received or said_at, delivery=delivery, source=source)


def release(
    at: datetime,
    *,
    number: int = 900,
    delivery: str = "",
    action: str = "published",
    title: str = "2.4 Winter",
    published_at: datetime | None = None,
) -> Envelope:
    body = {
        "action": action,
        "release": {
            "id": number,
            "name": title,
            "draft": False,
            "html_url": f"https://github.com/acme/game/releases/{number}",
            "published_at": (published_at or at).isoformat(),
            "body": "A winter map.",
        },
        "repository": {"full_name": "acme/game"},
    }
    headers = {"x-github-event": "release", "x-github-delivery": delivery or f"guid-{next(numbers)}"}
    return delivered("code", headers, json.dumps(body).encode(), at)


def post_flag(at: datetime, *, post: int = 204, reviewable: int = 31, author: int | None = None) -> Envelope:
    """A flag on a forum's post."""
    reviewed = {
        "id": reviewable,
        "target_type": "Post",
        "target_id": post,
        "target_url": f"https://forum.example/t/patch-notes/12/{post}",
        "created_at": at.isoformat(),
        "raw": "Cheap gold here",
        "reviewable_score_ids": [],
        **({"target_created_by_id": author} if author else {}),
    }
    headers = {"x-discourse-event": "reviewable_created", "x-discourse-event-id": str(next(numbers))}
    return delivered("forum", headers, json.dumps({"reviewable": reviewed}).encode(), at)
