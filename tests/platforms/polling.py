"""A platform that is asked and never calls: its answers by address, and what becomes of what was fetched."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cli.inspect import Examined, Verdict, behind
from events.envelope import Envelope
from events.program import Source
from functions.platforms.inbound import ForFeedback, ForModeration
from functions.platforms.outgoing import Hands, Piece, Reply
from tests.platforms.deliveries import fetched
from tests.platforms.hands import Asked, Fake, reply
from tests.platforms.kits import NOW, kit

KINDS = {"moderation": ForModeration, "feedback": ForFeedback}

Answer = Reply | Exception | dict[str, Any] | list[Any]


@dataclass
class Routes:
    """Answers by the end of a path, in turn and the last one for ever; a JSON value is answered 200."""

    answers: Mapping[str, Answer | list[Answer]]
    asked: list[Asked] = field(default_factory=list)

    def http(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", private: bool = False
    ) -> Reply:
        asked = Asked(method, url, headers, body, private)
        self.asked.append(asked)
        path = urlsplit(url).path
        route = next(name for name in sorted(self.answers, key=len, reverse=True) if path.endswith(name))
        given = self.answers[route]
        if isinstance(given, list):
            given = given.pop(0) if len(given) > 1 else given[0]
        if isinstance(given, Exception):
            raise given
        return given if isinstance(given, Reply) else answer(given)

    def hands(self, timestamp: int = NOW) -> Hands:
        fake = Fake()
        return Hands(self.http, fake, fake.mail, timestamp)

    def to(self, route: str) -> list[dict[str, str]]:
        """The queries that were asked of a path, without lists."""
        found = [asked for asked in self.asked if urlsplit(asked.url).path.endswith(route)]
        return [{name: one[0] for name, one in parse_qs(urlsplit(asked.url).query).items()} for asked in found]


def answer(told: object, **headers: str) -> Reply:
    return reply(200, json.dumps(told).encode(), **headers)


def sealed(piece: Piece, platform: str) -> Envelope:
    """As upkeep queues it."""
    return Envelope(
        source="place",
        community="club",
        platform=platform,
        pipeline=piece.pipeline,
        event=piece.event,
        delivery=piece.delivery,
        received_at="2026-11-22T09:30:00.000Z",
        body=piece.body,
    )


def behind_the_queue(platform: str, name: str, body: bytes, place: Source | None = None) -> Examined:
    """What becomes of a piece: `name` begins with its event."""
    return ended(fetched(platform, name, body), place)


def became(piece: Piece, platform: str, place: Source | None = None) -> Examined:
    """The poller chose the queue, and what comes out has to belong on it."""
    found = ended(sealed(piece, platform), place)
    assert all(isinstance(event, KINDS[piece.pipeline]) for event in found.events), (piece.pipeline, found.events)
    return found


def ended(envelope: Envelope, place: Source | None) -> Examined:
    end = behind(envelope, place or kit(envelope.platform).PLACE)
    verdict: Verdict = "parked" if end.parked else "accepted"
    return Examined(verdict, 202, "", "not checked", end.reason, envelope, end.events)
