"""What Liaison makes of a webhook body, without any AWS: the same gate and adapter that run behind the door."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from events.envelope import Envelope
from events.program import Source, bare
from functions.platforms import door, standing
from functions.platforms.door import Answer, Request
from functions.platforms.inbound import Event, Ignored, Unplaceable, normalise
from functions.shared import queues

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
    place: Source | None = None,
    at: float | None = None,
    method: str = "POST",
    query: Mapping[str, str] | None = None,
    path: str = "",
) -> Examined:
    """Without a secret the signature is not checked. `at` is the clock to judge by, in unix seconds.

    Raises KeyError for a platform that has no gate.
    """
    request = Request(method, {name.lower(): value for name, value in headers.items()}, body, query or {}, path)
    now = time.time() if at is None else at
    refusal = door.unfit(request) or (door.TOO_LARGE if door.too_large(request, platform) else None)
    if refusal:
        return Examined("refused", refusal.status, refusal.body, "not checked", "it cannot be taken as it is")
    if secret is not None and not door.gate(platform).verify(request, [secret], now):
        told = door.refused(platform)
        return Examined("refused", told.status, told.body, "invalid", why_not(platform, request, secret))
    checked: Literal["valid", "not checked"] = "not checked" if secret is None else "valid"
    verdict = door.classified(platform, request)
    if isinstance(verdict, Answer):
        return Examined("challenge", verdict.status, verdict.body, checked)
    place = place or bare("inspected", "inspected", platform)
    received_at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(now))
    envelopes = [
        door.sealed(
            request, one, platform=platform, source=place.id, community=place.community, received_at=received_at
        )
        for one in verdict
    ]
    answer = door.receipt(envelopes[0], verdict[0])
    ends = [behind(envelope, place) for envelope in envelopes]
    return Examined(
        "parked" if any(end.parked for end in ends) else "accepted",
        answer.status,
        answer.body,
        checked,
        "; ".join(end.reason for end in ends if end.reason),
        envelopes[0],
        tuple(event for end in ends for event in end.events),
    )


def examine_answer(platform: str, body: bytes, *, place: Source | None = None, at: float | None = None) -> Examined:
    """Of a platform that never calls: what a visit would make of one of its answers."""
    place = place or bare("inspected", "inspected", platform)
    received_at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() if at is None else at))
    answer = door.read_object(body)
    found = standing.fetching(platform).pieces(answer) if answer is not None else ()
    envelopes = [queues.fetched(one, place.id, place.community, platform, received_at) for one in found]
    ends = [behind(envelope, place) for envelope in envelopes]
    return Examined(
        "parked" if not ends or any(end.parked for end in ends) else "accepted",
        0,
        "",
        "not checked",
        "; ".join(end.reason for end in ends if end.reason) if ends else "nothing in it that a visit would take",
        envelopes[0] if envelopes else None,
        tuple(event for end in ends for event in end.events),
    )


@dataclass(frozen=True, slots=True)
class End:
    """What becomes of one event of a delivery behind the queue."""

    events: tuple[Event, ...] = ()
    reason: str = ""
    parked: bool = False


def behind(envelope: Envelope, place: Source) -> End:
    if envelope.pipeline == "parked":
        return End(reason=envelope.reason, parked=True)
    try:
        event = normalise(envelope, place)
    except Unplaceable as error:
        return End(reason=str(error), parked=True)
    if isinstance(event, Ignored):
        return End(reason=f"without effect: {event.reason}")
    return End((event,))


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
