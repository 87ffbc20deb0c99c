"""The project's own samples as deliveries: as sent, or with something changed."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from events.envelope import Envelope
from functions.platforms.door import Accepted, Request, gate
from functions.platforms.inbound import Ignored, normalise
from infra.bundle import ROOT

SAMPLES = ROOT / "events" / "samples"
FORUM = "https://forum.example.com"
Change = Callable[[dict[str, Any]], object]
Event = TypeVar("Event")


def headers(platform: str, event: str) -> dict[str, str]:
    """What a platform sends beside the body, without a signature."""
    return {
        "standard_webhooks": {"webhook-id": "msg_1", "webhook-timestamp": "1795339800"},
        "github": {"x-github-event": event, "x-github-delivery": "guid-1", "content-type": "application/json"},
        "discourse": {"x-discourse-event": event, "x-discourse-event-id": "7", "x-discourse-instance": FORUM},
    }[platform]


def sample(platform: str, name: str) -> dict[str, Any]:
    return dict(json.loads((SAMPLES / platform / f"{name}.json").read_text()))


def envelope(platform: str, body: bytes, sent: Mapping[str, str]) -> Envelope:
    """As the door seals it."""
    verdict = gate(platform).classify(Request("POST", sent, body))
    assert isinstance(verdict, Accepted), verdict
    return Envelope(
        source="place",
        community="club",
        platform=platform,
        pipeline=verdict.pipeline,
        event=verdict.event,
        delivery=verdict.delivery,
        received_at="2026-11-22T09:30:00.000Z",
        body=body,
        headers={name: sent[name] for name in gate(platform).KEPT_HEADERS if name in sent},
        reason=verdict.reason,
    )


def delivery(platform: str, name: str, change: Change = bool, **more: str) -> Envelope:
    """A sample after a change to its body; `more` are headers, with underscores for hyphens."""
    body = sample(platform, name)
    change(body)
    sent = headers(platform, name.partition(".")[0])
    return envelope(platform, json.dumps(body).encode(), {**sent, **{k.replace("_", "-"): v for k, v in more.items()}})


def event(kind: type[Event], platform: str, name: str, change: Change = bool, **more: str) -> Event:
    found = normalise(delivery(platform, name, change, **more))
    assert isinstance(found, kind), found
    return found


def ignored(platform: str, name: str, change: Change = bool) -> str:
    """Why a delivery has no effect."""
    return event(Ignored, platform, name, change).reason
