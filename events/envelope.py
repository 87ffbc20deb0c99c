"""What crosses the inbound queues: one webhook as it came, raw bytes and all.

Standard library only: `webhooks` loads this file at every cold start.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Literal, Self, get_args

Pipeline = Literal["moderation", "announcements", "feedback", "upkeep", "parked"]


def fingerprint(body: bytes) -> str:
    """32 hex digits that tell two bodies apart."""
    return hashlib.sha256(body).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Envelope:
    """One accepted delivery, before anybody has read what it says.

    `delivery` is the platform's own id of the delivery, or the body's hash where it has none.
    `headers` holds only what normalising needs (lower-case names, a white list per gate).
    `reason` says why a delivery was sent to `parked`; it is empty otherwise.
    """

    source: str
    community: str
    platform: str
    pipeline: Pipeline
    event: str
    delivery: str
    received_at: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    @property
    def id(self) -> str:
        """The same for every attempt of one delivery: 32 hex digits over source and delivery id."""
        return hashlib.sha256(f"{self.source}\n{self.delivery}".encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def to_json(self) -> str:
        """ASCII only, since SQS refuses some characters (NUL, U+FFFE); the body is base64."""
        return json.dumps({**asdict(self), "body": base64.b64encode(self.body).decode("ascii")})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Undo `to_json`; fields a newer version added are ignored. Raises ValueError when unusable."""
        try:
            given = json.loads(text)
            known = {name: given[name] for name in cls.__dataclass_fields__ if name in given}
            texts = (known[name] for name in known if name not in ("body", "headers"))
            if not all(isinstance(text, str) for text in texts) or known["pipeline"] not in get_args(Pipeline):
                raise ValueError("a field is not text, or the pipeline is not known")
            return cls(**{**known, "body": base64.b64decode(given["body"], validate=True)})
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise ValueError(f"not an envelope: {error}") from error

    def parked(self, reason: str) -> Self:
        """The same delivery on its way to the parked queue."""
        return replace(self, reason=reason)
