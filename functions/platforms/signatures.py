"""Comparing and making signatures. Every gate verifies through `same` or `signed_by`, and a test holds them to it."""

import base64
import hashlib
import hmac

STANDARD_PREFIX = "whsec_"
PUBLIC_PREFIX = "whpk_"
PRIVATE_PREFIX = "whsk_"


def same(given: str, expected: str) -> bool:
    """Constant time, on bytes: `compare_digest` on text raises for anything beyond ASCII."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass"))


def signed_by(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Ed25519 (RFC 8032): whether the holder of that key signed these bytes. Never raises, whatever the bytes are.

    Its library is loaded here and not above: a start of the door that only compares does without it.
    """
    if len(public_key) != 32 or len(signature) != 64:
        return False  # libsodium would read as many bytes, whether they are there or not.
    from nacl.bindings import crypto_sign_open
    from nacl.exceptions import BadSignatureError

    try:
        crypto_sign_open(signature + message, public_key)
    except BadSignatureError:
        return False
    return True


def sha256_hex(secret: str, body: bytes) -> str:
    """HMAC-SHA256 over the raw body, keyed with the secret's UTF-8 bytes, as lower-case hex."""
    return hmac.new(secret.encode("utf-8", "surrogatepass"), body, hashlib.sha256).hexdigest()


def sha256_base64(secret: str, message: bytes) -> str:
    """The same as base64, with its padding."""
    digest = hmac.new(secret.encode("utf-8", "surrogatepass"), message, hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


def hex_of(algorithm: str, secret: str, body: bytes) -> str:
    """HMAC with any hash of `hashlib`, by its name, as lower-case hex; keyed likewise."""
    return hmac.new(secret.encode("utf-8", "surrogatepass"), body, algorithm).hexdigest()


def standard_key(secret: str) -> bytes:
    """The key inside a symmetric Standard Webhooks secret; prefix and padding may be missing.

    Raises ValueError for a secret that is empty, not base64, or half of a key pair: anybody may know a public key.
    Source: Standard Webhooks 1.0.0, "Signature scheme".
    """
    if secret.startswith((PUBLIC_PREFIX, PRIVATE_PREFIX)):
        raise ValueError("the secret is half of a key pair and signs no v1 (expected whsec_…)")
    try:
        key = unpadded(secret.removeprefix(STANDARD_PREFIX))
    except ValueError as error:
        raise ValueError("the secret is not base64 (expected whsec_… as the sender shows it)") from error
    if not key:
        raise ValueError("the secret is empty")
    return key


def standard_public_key(secret: str) -> bytes:
    """The Ed25519 key inside `whpk_<base64>`; padding may be missing. Raises ValueError for anything else."""
    try:
        key = unpadded(secret.removeprefix(PUBLIC_PREFIX)) if secret.startswith(PUBLIC_PREFIX) else b""
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ValueError("the public key is not base64 of 32 bytes (expected whpk_… as the sender shows it)")
    return key


def unpadded(text: str) -> bytes:
    """Base64 with or without its padding. Raises ValueError (also for what is beyond ASCII)."""
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def standard_message(webhook_id: str, timestamp: str, body: bytes) -> bytes:
    """What is signed: `id.timestamp.body`; the timestamp is the header's own text."""
    return f"{webhook_id}.{timestamp}.".encode("utf-8", "surrogatepass") + body


def standard_signature(secret: str, webhook_id: str, timestamp: str, body: bytes) -> str:
    """`v1,<base64>`. Raises ValueError for a secret that cannot be a key."""
    signed = standard_message(webhook_id, timestamp, body)
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
