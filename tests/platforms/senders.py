"""Requests as each platform signs them: by the reference library, or written out from its documentation."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from standardwebhooks import Webhook

from functions.platforms.door import Request

NOW = 1_795_339_800
"""2026-11-22 09:30 UTC, in unix seconds."""

Sender = Callable[[str, bytes], Request]


def standard(secret: str, body: bytes, webhook_id: str = "msg_1", at: int = NOW) -> Request:
    signature = Webhook(secret).sign(webhook_id, datetime.fromtimestamp(at, UTC), body.decode())
    headers = {"webhook-id": webhook_id, "webhook-timestamp": str(at), "webhook-signature": signature}
    return Request("POST", headers, body)


def hexdigest(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def github(secret: str, body: bytes) -> Request:
    headers = {"x-github-event": "star", "x-github-delivery": "guid-1", "x-hub-signature-256": hexdigest(secret, body)}
    return Request("POST", headers, body)


def discourse(secret: str, body: bytes) -> Request:
    headers = {"x-discourse-event": "post_created", "x-discourse-event-signature": hexdigest(secret, body)}
    return Request("POST", headers, body)


SENDERS: dict[str, Sender] = {"standard_webhooks": standard, "github": github, "discourse": discourse}
SIGNED_IN = {
    "standard_webhooks": "webhook-signature",
    "github": "x-hub-signature-256",
    "discourse": "x-discourse-event-signature",
}
SECRETS = {
    "standard_webhooks": ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_" + "Q0xPQ0tTIEFSRSBIQVJEIFRPIEZPUkdFIQ=="),
    "github": ("It's a Secret to Everybody", "a second secret"),
    "discourse": ("my forum's secret", "a second secret"),
}


def with_headers(request: Request, **changed: str | None) -> Request:
    """Underscores stand for hyphens; None takes a header away."""
    named = {name.replace("_", "-"): value for name, value in changed.items()}
    headers = {**request.headers, **{name: value for name, value in named.items() if value is not None}}
    return replace(request, headers={name: headers[name] for name in headers if named.get(name, "") is not None})


def brief(value: object) -> str:
    """A name for a test's example that fits a line, whatever the example."""
    return ascii(value)[:40]
