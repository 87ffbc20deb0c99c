"""What a gate is: the two questions asked before anything is stored, and how they are answered.

Standard library only; `webhooks` loads nothing else of this room.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol, cast
from urllib.parse import parse_qs

from events.envelope import Envelope, Pipeline


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as the platform sent it. Header names are lower-case; the body is raw. `path` is what
    follows the source's own address, empty for most platforms."""

    method: str
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str] = field(default_factory=dict)
    path: str = ""


class Surveys(Protocol):
    """The surveys of a community that are open and can be answered on a platform, as the door knows them. Both raise
    where that cannot be said now."""

    def names(self) -> Sequence[str]:
        """Their ids."""

    def form(self, name: str) -> Mapping[str, Any] | None:
        """What one asks, as `functions.platforms.asking.form` has it; None where there is no such survey now."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered with: a handshake at once, a delivery once it is queued; `then` comes before. With
    `asks` another one is given instead, which only whoever knows the surveys can make."""

    status: int
    body: str = ""
    content_type: str = "application/json"
    then: "Call | None" = None
    asks: "Callable[[Surveys], Answer] | None" = None


@dataclass(frozen=True, slots=True)
class Call:
    """One bounded call that has to be made while the platform waits (Slack's forms), after everything is queued.

    `url` is relative to the platform's own API. `failed` is the answer when it came to nothing, and `apology`
    what is posted to `tell` then, where the answer itself is shown to nobody.
    """

    method: str
    body: bytes
    failed: Answer
    tell: str = ""
    apology: bytes = b""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Where an authentic delivery goes, and its own id. `reason` is given when it goes to `parked`.

    `body` replaces the raw one where a delivery carries several events and this is one of them. `answer` is
    given once it is queued, where the platform needs another than the usual receipt.
    """

    pipeline: Pipeline
    event: str
    delivery: str
    reason: str = ""
    body: bytes | None = None
    answer: Answer | None = None


Verdict = Accepted | Answer | tuple[Accepted, ...]
"""Several events of one delivery are queued one by one; the first one's answer is given."""


class Gate(Protocol):
    """`gate.py` of a platform, as a module. It may have a `REFUSED`, where the platform wants another refusal
    than 401, an `API`, where its `Call`s go, and a `LARGEST`, where a body may be larger than one message."""

    KEPT_HEADERS: tuple[str, ...]
    """Header names that normalising needs later; all others are forgotten at the door."""

    def verify(self, request: Request, secrets: Sequence[str], now: float) -> bool:
        """Whether one of the live secrets signed exactly these bytes. Never raises."""

    def classify(self, request: Request) -> Verdict:
        """Where a verified request goes. Total: what it does not know goes to `parked`."""


GATES = (
    "discord",
    "discourse",
    "github",
    "mastodon",
    "matrix",
    "playfab",
    "roblox",
    "slack",
    "standard_webhooks",
    "telegram",
    "twitch",
    "youtube",
)


LARGEST = 700_000
"""Bytes of a raw body: in base64, with its headers, it still fits one SQS message (1 MiB)."""

MOST = 4_000_000
"""Bytes of any body at all: Lambda takes 6 MB, in base64 where it is no text."""

UNVERIFIED = Answer(401, '{"message": "not accepted: no such source, or the signature does not match"}')
TOO_LARGE = Answer(413, json.dumps({"message": f"too large: at most {LARGEST} bytes"}))
ENCODED = Answer(415, '{"message": "send the body as it is, without Content-Encoding"}')


def unfit(request: Request) -> Answer | None:
    """The refusal of a body that no platform may send; None where it is worth looking further. Nothing is asked
    of anybody before."""
    if len(request.body) > MOST:
        return TOO_LARGE
    return ENCODED if request.headers.get("content-encoding", "identity") != "identity" else None


def too_large(request: Request, platform: str) -> bool:
    """Whether a body cannot be queued. Platforms whose deliveries are queued event by event may send more."""
    return len(request.body) > getattr(gate(platform), "LARGEST", LARGEST)


def sealed(
    request: Request, verdict: Accepted, *, platform: str, source: str, community: str, received_at: str
) -> Envelope:
    """An accepted delivery, with the headers its adapter needs and no others."""
    kept = gate(platform).KEPT_HEADERS
    return Envelope(
        source=source,
        community=community,
        platform=platform,
        pipeline=verdict.pipeline,
        event=verdict.event,
        delivery=verdict.delivery,
        received_at=received_at,
        body=request.body if verdict.body is None else verdict.body,
        headers={name: request.headers[name] for name in kept if name in request.headers},
        reason=verdict.reason,
    )


def refused(platform: str) -> Answer:
    """What somebody who could not be verified is told."""
    return cast(Answer, getattr(gate(platform), "REFUSED", UNVERIFIED))


def api(platform: str) -> str:
    """Where a platform's `Call`s go, with a slash at the end."""
    return str(getattr(gate(platform), "API", ""))


def classified(platform: str, request: Request) -> Answer | tuple[Accepted, ...]:
    """The gate's verdict on a verified request, one or several; at least one."""
    verdict = gate(platform).classify(request)
    return (verdict,) if isinstance(verdict, Accepted) else verdict


def receipt(envelope: Envelope, verdict: Accepted) -> Answer:
    """What a platform is told once its delivery is safely queued."""
    return verdict.answer or Answer(202, json.dumps({"accepted": envelope.id}))


def gate(platform: str) -> Gate:
    """The gate of a platform, loaded on first use. Raises KeyError for a platform nobody wrote."""
    if platform not in GATES:
        raise KeyError(platform)
    return cast(Gate, import_module(f"functions.platforms.{platform}.gate"))


def read_object(body: bytes) -> dict[str, object] | None:
    """The JSON object in a body, or None: not JSON, not an object, nested too deep."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def word(given: object) -> str:
    """A sender's name for something, as a record can hold it: 80 characters, no lone surrogates; else empty."""
    return given[:80].encode("utf-8", "replace").decode("utf-8") if isinstance(given, str) else ""


def form_field(body: bytes, name: str) -> bytes:
    """One field of a form-encoded body; empty when it is not there."""
    fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=50) if body.count(b"&") < 50 else {}
    return fields.get(name, [""])[0].encode("utf-8", "surrogatepass")
