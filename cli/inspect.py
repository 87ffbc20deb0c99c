"""What Liaison makes of a webhook body, without any AWS: the same gate and adapter that run behind the door."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from events.envelope import Envelope
from functions.platforms import door
from functions.platforms.door import Answer, Request
from functions.platforms.inbound import Event, Ignored, Unplaceable, normalise

Verdict = Literal["challenge", "accepted", "refused", "parked"]


@dataclass(frozen=True, slots=True)
class Examined:
    """The verdict, the HTTP answer the platform would get, and what would happen behind it."""

    verdict: Verdict
    status: int
    body: str
    signature: Literal["valid", "invalid", "not checked"]
    reason: str = ""
    envelope: Envelope | None = None
    events: tuple[Event, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict,
            "answer": {"status": self.status, "body": self.body},
            "signature": self.signature,
            "reason": self.reason,
            "events": [{"event": type(event).__name__, **event.model_dump(mode="json")} for event in self.events],
        }


def examine(
    platform: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    secret: str | None = None,
    source: str = "inspected",
    community: str = "inspected",
    at: float | None = None,
) -> Examined:
    """Without a secret the signature is not checked. `at` is the clock to judge by, in unix seconds.

    Raises KeyError for a platform that has no gate.
    """
    request = Request("POST", {name.lower(): value for name, value in headers.items()}, body)
    now = time.time() if at is None else at
    refusal = door.unfit(request)
    if refusal:
        return Examined("refused", refusal.status, refusal.body, "not checked", "it cannot be taken as it is")
    if secret is not None and not door.gate(platform).verify(request, [secret], now):
        told = door.UNVERIFIED
        return Examined("refused", told.status, told.body, "invalid", why_not(platform, request, secret))
    checked: Literal["valid", "not checked"] = "not checked" if secret is None else "valid"
    verdict = door.gate(platform).classify(request)
    if isinstance(verdict, Answer):
        return Examined("challenge", verdict.status, verdict.body, checked)
    received_at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(now))
    envelope = door.sealed(
        request, verdict, platform=platform, source=source, community=community, received_at=received_at
    )
    if verdict.pipeline == "parked":
        return Examined("parked", 202, door.receipt(envelope).body, checked, verdict.reason, envelope)
    return behind(envelope, door.receipt(envelope).body, checked)


def behind(envelope: Envelope, answer: str, checked: Literal["valid", "not checked"]) -> Examined:
    try:
        event = normalise(envelope)
    except Unplaceable as error:
        return Examined("parked", 202, answer, checked, str(error), envelope)
    if isinstance(event, Ignored):
        return Examined("accepted", 202, answer, checked, f"without effect: {event.reason}", envelope)
    return Examined("accepted", 202, answer, checked, "", envelope, (event,))


def why_not(platform: str, request: Request, secret: str) -> str:
    """A hint for an operator; the platform itself is told nothing."""
    stamp = request.headers.get("webhook-timestamp", "")
    if stamp.isascii() and stamp.isdigit() and door.gate(platform).verify(request, [secret], float(stamp)):
        return f"the signature is right, but {stamp} is more than 5 minutes from the clock (see --at)"
    return "the signature does not match these bytes, these headers and this secret"


def read_headers(path: Path | None) -> dict[str, str]:
    """A JSON object, or lines of `Name: value`. Raises ValueError naming the line that is neither."""
    if path is None:
        return {}
    if not path.is_file():
        raise ValueError(f"there is no file {str(path)!r}")
    text = path.read_text()
    if text.lstrip().startswith("{"):
        return {str(name): str(value) for name, value in json.loads(text).items()}
    headers = {}
    for number, line in enumerate(text.splitlines(), 1):
        name, colon, value = line.partition(":")
        if line.strip() and not colon:
            raise ValueError(f"{path}, line {number}: expected `Name: value` or one JSON object")
        if line.strip():
            headers[name.strip()] = value.strip()
    return headers
