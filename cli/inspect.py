"""What Liaison makes of a webhook body, without any AWS: the same gate and adapter that run behind the door."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from events.envelope import Envelope
from events.program import Source, bare
from functions.platforms import door, standing
from functions.platforms.door import Answer, Request
from functions.platforms.inbound import Event, Ignored, Unplaceable, normalise
from functions.shared import queues

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
EVENT = {"github": "X-GitHub-Event", "discourse": "X-Discourse-Event", "twitch": "Twitch-Eventsub-Subscription-Type"}
"""Where a platform names the event beside the body."""

SHORT = {
    "discourse": {
        "Instance": "X-Discourse-Instance",
        "EventId": "X-Discourse-Event-Id",
        "EventType": "X-Discourse-Event-Type",
        "Event": "X-Discourse-Event",
    }
}
"""How headers were kept by receivers whose captures are about."""

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
    verify = door.gate(platform).verify
    if any(verify(request, [secret], moment) for moment in moments(request)):
        return "the signature is right, but its time is too far from the clock (see --at)"
    return "the signature does not match these bytes, these headers and this secret"


def moments(request: Request) -> Iterator[float]:
    """The times that platforms sign, wherever they stand in the headers; unix seconds."""
    for value in request.headers.values():
        for text in (value, value.partition("t=")[2].partition(",")[0]):
            if text.isascii() and text.isdigit() and len(text) <= 12:
                yield float(text)
        if STAMP.match(value):
            yield datetime.fromisoformat(value[:19]).replace(tzinfo=UTC).timestamp()


def read_headers(path: Path | None, platform: str = "") -> dict[str, str]:
    """A JSON object, or lines of `Name: value`. Raises ValueError naming the line that is neither."""
    if path is None:
        return {}
    if not path.is_file():
        raise ValueError(f"there is no file {str(path)!r}")
    text = path.read_text(encoding="utf-8-sig")
    if text.lstrip().startswith("{"):
        given = {str(name): first(value) for name, value in json.loads(text).items()}
    else:
        given = dict(header(line, f"{path}, line {number}") for number, line in numbered(text))
    return {SHORT.get(platform, {}).get(name, name): value for name, value in given.items()}


def first(value: object) -> str:
    """Many receivers keep a list for each header."""
    return str(value[0]) if isinstance(value, list) and value else str(value)


def numbered(text: str) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip())


def header(line: str, where: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        raise ValueError(f"{where}: expected `Name: value` or one JSON object")
    return name.strip(), value.strip()
