"""Requests as each platform signs them: by the reference library, or written out from its documentation."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace

from nacl.signing import SigningKey

from functions.platforms.door import GATES, Request
from tests.platforms.kits import NOW, kit
from tests.platforms.kits.discourse import signed as discourse
from tests.platforms.kits.github import signed as github
from tests.platforms.kits.standard_webhooks import signed as standard

__all__ = ["NOW", "discourse", "github", "standard"]


Sender = Callable[[str, bytes], Request]


def public(key: SigningKey) -> str:
    """A key's public half, as Standard Webhooks shows it and a source's secret holds it."""
    return "whpk_" + base64.b64encode(bytes(key.verify_key)).decode()


PAIRS = {public(key): key for key in (SigningKey(b"1" * 32), SigningKey(b"2" * 32))}


def asymmetric(secret: str, body: bytes, webhook_id: str = "msg_1", at: int = NOW) -> Request:
    """Standard Webhooks' `v1a`, by the private half of one of the `PAIRS`."""
    return signed_with(PAIRS[secret], body, webhook_id, at)


def signed_with(key: SigningKey, body: bytes, webhook_id: str = "msg_1", at: int = NOW) -> Request:
    signature = key.sign(f"{webhook_id}.{at}.".encode() + body).signature
    headers = {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(at),
        "webhook-signature": "v1a," + base64.b64encode(signature).decode(),
    }
    return Request("POST", headers, body)


def hexdigest(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


SENDERS: dict[str, Sender] = {
    **{platform: kit(platform).signed for platform in GATES},
    "standard_webhooks v1a": asymmetric,
}
"""By scheme: a platform, and after a space which of its schemes where it has several."""

SIGNED_IN = {
    **{platform: kit(platform).SIGNED_IN for platform in GATES},
    "standard_webhooks v1a": "webhook-signature",
}
SECRETS: dict[str, tuple[str, ...]] = {
    **{platform: kit(platform).SECRETS for platform in GATES},
    "standard_webhooks v1a": tuple(PAIRS),
}
WRONG: dict[str, str] = {
    **{platform: str(getattr(kit(platform), "WRONG", "wrong")) for platform in GATES},
    "standard_webhooks v1a": "v1a," + base64.b64encode(b"w" * 64).decode(),
}
"""Signatures of nobody's, in the form in which they are looked at at all."""


def platform_of(scheme: str) -> str:
    return scheme.partition(" ")[0]


def with_headers(request: Request, **changed: str | None) -> Request:
    """Underscores stand for hyphens; None takes a header away."""
    named = {name.replace("_", "-"): value for name, value in changed.items()}
    headers = {**request.headers, **{name: value for name, value in named.items() if value is not None}}
    return replace(request, headers={name: headers[name] for name in headers if named.get(name, "") is not None})


def brief(value: object) -> str:
    """A name for a test's example that fits a line, whatever the example."""
    return ascii(value)[:40]
