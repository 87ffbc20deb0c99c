"""Platforms whose parts a test writes itself, and notices as they come from a queue."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from events.envelope import Envelope
from events.operations import AlertRaised, ErasureRequested, SubscriptionLost
from events.program import Source
from functions.platforms import standing
from functions.platforms.outgoing import Hands, Piece
from functions.platforms.standing import Finding, Keys, Polled, Report
from functions.shared import clock, intake, parameters, raised
from functions.shared.table import Item, table
from tests.support import builders
from tests.support.world import World

GOOD = Report((Finding("events", "good", "all that is needed"),))
WRONG = Report((Finding("events", "wrong", "missing: post_created"), Finding("address", "good", "as it should be")))
UNKNOWN = Report((Finding("platform", "unknown", "answered 503"),))
OVERLAP = 2


@dataclass
class Shelf:
    """A place that never calls: `posts` things were said there so far, two on a page, the page before it again."""

    posts: int = 5
    page: int = 2
    trouble: Exception | None = None
    visits: list[tuple[str, Keys]] = field(default_factory=list)
    EVERY: int = 300

    def poll(self, place: Source, cursor: str, keys: Keys, hands: Hands) -> Polled:
        self.visits.append((cursor, keys))
        hands.http("GET", "https://shelf.example/posts", headers={})
        if self.trouble:
            raise self.trouble
        read = int(cursor or 0)
        last = min(read + self.page, self.posts)
        pieces = tuple(piece(number) for number in range(max(read - OVERLAP, 0) + 1, last + 1))
        return Polled(pieces, str(last), more=last < self.posts)


def piece(number: int) -> Piece:
    at = "2026-11-22T10:00:00Z"
    data = {"id": f"post:{number}", "kind": "post", "text": f"Thought {number}", "at": at}
    body = json.dumps({"type": "feedback.received", "timestamp": at, "data": data}).encode()
    return Piece("feedback", "feedback.received", f"post:{number}:{at}", body)


@dataclass
class Line:
    """A connection. `reports` are the coming ones, the last one for ever."""

    reports: list[Report] = field(default_factory=lambda: [GOOD])
    checks: list[tuple[str, str, Keys, bool]] = field(default_factory=list)

    def steps(self, place: Source, url: str) -> tuple[str, ...]:
        return (url,)

    def check(self, place: Source, url: str, keys: Keys, hands: Hands, *, repair: bool) -> Report:
        self.checks.append((place.id, url, keys, repair))
        hands.http("GET", "https://line.example/webhooks", headers={})
        return self.reports.pop(0) if len(self.reports) > 1 else self.reports[0]


@dataclass
class Platforms:
    """What the platforms of a world have. By default neither."""

    connections: dict[str, Any] = field(default_factory=dict)
    pollers: dict[str, Any] = field(default_factory=dict)

    def has(self, platform: str, part: str) -> bool:
        return platform in (self.connections if part == "connection" else self.pollers)


@contextmanager
def having(connections: dict[str, Any] | None = None, pollers: dict[str, Any] | None = None) -> Iterator[Platforms]:
    platforms = Platforms(connections or {}, pollers or {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standing, "has", platforms.has)
        patch.setattr(standing, "connection", lambda platform: platforms.connections[platform])
        patch.setattr(standing, "poller", lambda platform: platforms.pollers[platform])
        yield platforms


def put_keys(source: str = "game", signing: str = "sign-with-this", token: str = "log-in-with-this") -> None:
    if signing:
        parameters.put(parameters.path("sources", source), json.dumps({"current": signing}), secret=True)
    if token:
        parameters.put(parameters.path("targets", source), token, secret=True)


def row(source: str = "game", part: str = raised.POLL, community: str = "acme") -> Item:
    found = table().get(*raised.standing_key(community, source, part))
    assert found is not None
    return found


def listed(community: str = "acme") -> list[tuple[str, str]]:
    return [(item["source"], item["sk"]) for item in table().listing(community, raised.STANDING)]


# Notices

EVENTS: dict[str, Callable[..., Any]] = {
    "subscription.lost": SubscriptionLost.model_validate,
    "alert.raised": AlertRaised.model_validate,
    "erasure.requested": ErasureRequested.model_validate,
}


@contextmanager
def understood() -> Iterator[None]:
    """A platform's adapter reads these as they are written."""

    def normalise(envelope: Envelope, place: Source) -> Any:
        told = json.loads(envelope.body)
        return EVENTS[envelope.event](
            {**told, "community": envelope.community, "source": envelope.source, "platform": envelope.platform}
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "normalise", normalise)
        yield


def notice(world: World, event: str, delivery: str = "", source: str = "game", **told: Any) -> Envelope:
    platform, community = builders.WHERE[source]
    return Envelope(
        source=source,
        community=community,
        platform=platform,
        pipeline="upkeep",
        event=event,
        delivery=delivery or f"notice-{next(builders.numbers)}",
        received_at=clock.text(world.now),
        body=json.dumps(told).encode(),
    )


def loss(world: World, delivery: str = "", source: str = "game", **told: Any) -> Envelope:
    given = {
        "subscription": "s-1",
        "topic": "posts",
        "reason": "authorization_revoked",
        "lost_at": clock.text(world.now),
    }
    return notice(world, "subscription.lost", delivery, source, **given | told)


def alert(world: World, delivery: str = "", name: str = "alarm-1", **told: Any) -> Envelope:
    given: dict[str, Any] = {
        "alert": name,
        "title": "Reports doubled",
        "text": "From 10 to 20.",
        "raised_at": clock.text(world.now),
    }
    return notice(world, "alert.raised", delivery, **given | told)


def erasure(world: World, delivery: str = "", request: str = "r-1", **person: Any) -> Envelope:
    given: dict[str, Any] = {
        "request": request,
        "person": {"id": "4417", **person},
        "requested_at": clock.text(world.now),
    }
    return notice(world, "erasure.requested", delivery, **given)
