"""The project's own samples as deliveries: as sent, or with something changed."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from events.envelope import Envelope, fingerprint
from functions.platforms.door import Accepted, Request, gate, sealed
from functions.platforms.inbound import POLLED, Ignored, normalise
from infra.bundle import ROOT
from tests.platforms.kits import kit
from tests.platforms.kits.discourse import FORUM as FORUM

SAMPLES = ROOT / "events" / "samples"
Change = Callable[[dict[str, Any]], object]
Event = TypeVar("Event")


def headers(platform: str, name: str) -> dict[str, str]:
    """What a platform sends beside the body, without a signature."""
    return kit(platform).headers(name)


def sample(platform: str, name: str) -> dict[str, Any]:
    return dict(json.loads((SAMPLES / platform / f"{name}.json").read_text()))


def envelope(platform: str, body: bytes, sent: Mapping[str, str]) -> Envelope:
    """As the door seals it."""
    verdict = gate(platform).classify(Request("POST", sent, body))
    assert isinstance(verdict, Accepted), verdict
    return sealed(
        Request("POST", sent, body),
        verdict,
        platform=platform,
        source="place",
        community="club",
        received_at="2026-11-22T09:30:00.000Z",
    )


def fetched(platform: str, name: str, body: bytes) -> Envelope:
    """A piece of a polled platform, as `upkeep` queues it: a sample's name begins with its event."""
    return Envelope(
        source="place",
        community="club",
        platform=platform,
        pipeline="feedback",
        event=name.partition(".")[0],
        delivery=fingerprint(body),
        received_at="2026-11-22T09:30:00.000Z",
        body=body,
    )


def delivery(platform: str, name: str, change: Change = bool, **more: str) -> Envelope:
    """A sample after a change to its body; `more` are headers, with underscores for hyphens."""
    body = sample(platform, name)
    change(body)
    if platform in POLLED:
        return fetched(platform, name, json.dumps(body).encode())
    sent = headers(platform, name)
    return envelope(platform, json.dumps(body).encode(), {**sent, **{k.replace("_", "-"): v for k, v in more.items()}})


def event(kind: type[Event], platform: str, name: str, change: Change = bool, **more: str) -> Event:
    found = normalise(delivery(platform, name, change, **more), kit(platform).PLACE)
    assert isinstance(found, kind), found
    return found


def ignored(platform: str, name: str, change: Change = bool) -> str:
    """Why a delivery has no effect."""
    return event(Ignored, platform, name, change).reason
