"""What happens to many things said: told once or twice, edited, taken back, given again; and the plain recount, which
knows nothing of the log."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from events.envelope import Envelope
from tests.feedback.counting import ZONES
from tests.support import builders
from tests.support.world import World

TYPES = {"game": "form", "summit": "form", "code": "reaction"}
COMMUNITIES = {"game": "acme", "summit": "peak", "code": "acme"}


@dataclass(frozen=True)
class Told:
    """One delivery. `source` and `number` say of what; `at`, when what it tells happened; `gone`, that it was taken
    back then."""

    source: str
    number: int
    said_at: datetime
    at: datetime
    gone: bool
    envelope: Envelope


def stories(chance: random.Random, events: int, edges: list[datetime], span: timedelta) -> list[Told]:
    """About so many deliveries, in the order in which it happened."""
    told: list[Told] = []
    number = 0
    while len(told) < events:
        number += 1
        source = chance.choice(["game", "game", "summit", "code"])
        late = timedelta(seconds=chance.randrange(int(span.total_seconds())))
        said_at = (chance.choice(edges) + late).replace(microsecond=0)
        told += star(chance, number, said_at) if source == "code" else post(chance, source, number, said_at)
    return told[:events]


def post(chance: random.Random, source: str, number: int, said_at: datetime) -> Iterator[Told]:
    said = builders.feedback(said_at, content=str(number), source=source, received=said_at)
    yield Told(source, number, said_at, said_at, False, said)
    at = said_at
    while chance.random() < 0.35:
        at += timedelta(seconds=chance.randrange(1, 9000))
        change = chance.choice(["edited", "removed", "restored"])
        text = {} if change == "removed" else {"text": f"once more {at}"}
        data = {
            "id": str(number),
            "kind": "form",
            "change": change,
            "said_at": said_at.isoformat(),
            "at": at.isoformat(),
            **text,
        }
        yield Told(
            source,
            number,
            said_at,
            at,
            change == "removed",
            builders.webhook("feedback.changed", data, at, source=source),
        )


def star(chance: random.Random, number: int, said_at: datetime) -> Iterator[Told]:
    """A platform that does not say when what is taken back was given. Given again, it counts when it was first."""
    said_at = said_at.replace(minute=said_at.minute // 15 * 15, second=0)
    at, gone = said_at, False
    for _ in range(chance.randrange(1, 4)):
        yield Told("code", number, said_at, at, gone, starring(number, at, gone=gone))
        at, gone = at + timedelta(seconds=chance.randrange(1, 200)), not gone


def starring(number: int, at: datetime, *, gone: bool) -> Envelope:
    body = {
        "action": "deleted" if gone else "created",
        "starred_at": None if gone else at.isoformat(),
        "repository": {"id": 1, "full_name": "acme/game"},
        "sender": {"id": number, "login": f"user-{number}", "type": "User"},
    }
    headers = {"x-github-event": "star", "x-github-delivery": f"guid-{next(builders.numbers)}"}
    return builders.delivered("code", headers, json.dumps(body).encode(), at)


def recounted(told: list[Told]) -> Counter[tuple[str, date, str]]:
    """Community, local day, dimension: the newest state of each thing counts; of two at one moment, the removal."""
    newest: dict[tuple[str, int], Told] = {}
    for one in told:
        before = newest.get((one.source, one.number))
        if before is None or (one.at, one.gone) > (before.at, before.gone):
            newest[one.source, one.number] = one
    counts: Counter[tuple[str, date, str]] = Counter()
    for one in newest.values():
        if not one.gone:
            community = COMMUNITIES[one.source]
            day = one.said_at.astimezone(ZONES[community]).date()
            for dimension in ("total", f"source:{one.source}", f"type:{TYPES[one.source]}"):
                counts[community, day, dimension] += 1
    return counts


def rolled_up(world: World) -> Counter[tuple[str, date, str]]:
    """The same from the roll-ups. What was read in texts is held against the log elsewhere."""
    return Counter(
        {
            (item["pk"].partition("#")[0], date.fromisoformat(item["day"]), name): number
            for item in world.items("day")
            for name, number in item["counts"].items()
            if name.startswith(("total", "source:", "type:"))
        }
    )


def replay_parked(world: World, told: list[Told]) -> None:
    """As an operator does: what takes back something that nobody had told of yet."""
    world.accept(*(one.envelope for one in told if one.gone and one.source == "code"))
    world.drain()
