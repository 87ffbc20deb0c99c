"""Comparing and making signatures. Every gate compares through `same`, and a test holds them to it."""

import base64
import binascii
import hashlib
import hmac

STANDARD_PREFIX = "whsec_"


def same(given: str, expected: str) -> bool:
    """Constant time, on bytes: `compare_digest` on text raises for anything beyond ASCII."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode("utf-8"))


def sha256_hex(secret: str, body: bytes) -> str:
    """HMAC-SHA256 over the raw body, keyed with the secret's UTF-8 bytes, as lower-case hex."""
    return hmac.new(secret.encode("utf-8", "surrogatepass"), body, hashlib.sha256).hexdigest()


def standard_key(secret: str) -> bytes:
    """The key inside a Standard Webhooks secret; prefix and padding may be missing.

    Raises ValueError for a secret that is empty or not base64.
    Source: Standard Webhooks 1.0.0, "Signature scheme".
    """
    text = secret.removeprefix(STANDARD_PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("the secret is not base64 (expected whsec_… as the sender shows it)") from error
    if not key:
        raise ValueError("the secret is empty")
    return key


def standard_signature(secret: str, webhook_id: str, timestamp: str, body: bytes) -> str:
    """`v1,<base64>` over `id.timestamp.body`; the timestamp is the header's own text."""
    signed = f"{webhook_id}.{timestamp}.".encode("utf-8", "surrogatepass") + body
    digest = hmac.new(standard_key(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode("ascii")


def standard_headers(secret: str, webhook_id: str, timestamp: str, body: bytes) -> dict[str, str]:
    """The three headers a Standard Webhooks receiver asks for, and the body's type."""
    return {
        "content-type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": standard_signature(secret, webhook_id, timestamp, body),
    }
