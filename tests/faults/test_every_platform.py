"""Every sample of every platform, from the gate to the stores: each delivery ends once, and says where."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from events.envelope import Envelope
from events.feedback import FeedbackChanged, FeedbackReceived
from functions.feedback import records as feedback
from functions.platforms.door import GATES, Answer, Request, classified, sealed
from functions.platforms.inbound import Unplaceable, normalise
from functions.shared import inbox, parked, program
from functions.shared.table import table
from tests.platforms.deliveries import SAMPLES
from tests.platforms.kits import kit
from tests.support.faults import crash
from tests.support.world import World

FIELDS = ("api", "about", "account", "feedback", "news", "private_network")
RECEIVED = "2026-11-22T11:59:00.000Z"


def program_of(platform: str) -> str:
    """One community, and one source as the platform's kit has it."""
    place = kit(platform).PLACE
    fields = {name: getattr(place, name) for name in FIELDS if getattr(place, name)}
    lines = [
        f"{name} = {json.dumps(list(value) if isinstance(value, tuple) else value)}" for name, value in fields.items()
    ]
    return "\n".join(
        [
            '[[communities]]\nid = "club"\nname = "Club"\n',
            f'[[sources]]\nid = "place"\ncommunity = "club"\nplatform = "{platform}"',
            *lines,
        ]
    )


def deliveries(platform: str) -> Iterator[Envelope]:
    """What the door queues of each sample."""
    for name in kit(platform).OUTCOMES:
        (file,) = (file for file in (SAMPLES / platform).iterdir() if file.stem == name)
        signed = kit(platform).signed(kit(platform).SECRETS[0], file.read_bytes())
        headers = {**signed.headers, **kit(platform).headers(name)}
        request = Request(signed.method, headers, signed.body, signed.query, signed.path)
        verdict = classified(platform, request)
        if isinstance(verdict, Answer):
            continue
        for number, one in enumerate(verdict):
            envelope = sealed(request, one, platform=platform, source="place", community="club", received_at=RECEIVED)
            # Several samples of one event share an invented delivery id.
            yield replace(envelope, delivery=f"{envelope.delivery}:{name}:{number}")


def ends(world: World, envelope: Envelope) -> list[str]:
    """Where a delivery is found. More than one place, or none, would be a broken promise."""
    found = []
    if table().get(*inbox.key(envelope)):
        found.append("marked")
    if parked.existing("club", parked.identifier(envelope)):
        found.append("parked")
    if not found and logged(world, envelope):
        found.append("logged")
    return found


def logged(world: World, envelope: Envelope) -> bool:
    if envelope.pipeline != "feedback":
        return False
    try:
        event = normalise(envelope, program.place("place", "club", envelope.platform))
    except Unplaceable:
        return False
    if not isinstance(event, FeedbackReceived | FeedbackChanged):
        return False
    name = feedback.content_hash("place", event.content)
    return any(item["sk"] == name for item in world.items("feedback"))


@pytest.fixture
def club(request: pytest.FixtureRequest) -> Iterator[World]:
    with World(program_of(request.param)) as world:
        yield world


def shape(world: World) -> list[tuple[str, str]]:
    """The table without its markers and its clocks."""
    kinds = ("inbox", "bucket", "hour", "day", "parked")
    return sorted((item["pk"], item["sk"]) for item in world.every_item() if item.get("kind") not in kinds)


@pytest.mark.parametrize(("club", "platform"), [(name, name) for name in GATES], ids=GATES, indirect=["club"])
def test_each_delivery_ends_in_one_place_and_a_second_time_changes_nothing(club: World, platform: str) -> None:
    sent = list(deliveries(platform))
    assert sent
    club.accept(*sent)
    club.drain()
    assert not club.failures
    for envelope in sent:
        assert len(ends(club, envelope)) == 1, (envelope.event, envelope.delivery, ends(club, envelope))
    before = shape(club)
    if platform not in ("github", "twitch"):  # Some of their decisions are named by nothing but the delivery's id.
        club.accept(*(replace(envelope, delivery=f"{envelope.delivery}:again") for envelope in sent))
    club.accept(*sent)
    club.drain()
    assert shape(club) == before


@pytest.mark.parametrize(("club", "platform"), [(name, name) for name in GATES], ids=GATES, indirect=["club"])
def test_a_worker_that_dies_again_and_again_loses_nothing(club: World, platform: str) -> None:
    """Killed before and after writes, here and there, and once what it settled is not heard of."""
    sent = list(deliveries(platform))

    # Fewer times than a message may be received before it is dead.
    club.faults.at("dynamodb.TransactWriteItems", "before", crash, nth=2)
    club.faults.at("dynamodb.TransactWriteItems", "after", crash, nth=4)
    club.faults.at("dynamodb.PutItem", "after", crash, nth=3)
    club.faults.at("dynamodb.UpdateItem", "before", crash, nth=2)
    club.accept(*sent)
    club.drain()
    club.faults.forget()
    club.drain()
    for envelope in sent:
        assert len(ends(club, envelope)) == 1, (envelope.event, envelope.delivery, ends(club, envelope))
