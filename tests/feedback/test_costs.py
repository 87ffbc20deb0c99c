"""What logging and counting costs, in write units, counted request by request."""

import random
from datetime import datetime, timedelta

import pytest

from events.envelope import Envelope
from functions.feedback import records
from tests.feedback.counting import must_be_exact
from tests.support import builders
from tests.support.costs import Costs, reckoned
from tests.support.world import World

A_DAY = 10_000
EVERY = records.EVERY
"""As deployed: a world counts at every minute."""
WORDS = "the new map is gorgeous but my game crashes whenever somebody joins while it loads and I lose all progress"


def half_an_hour(world: World, items: int) -> Costs:
    """Things said at random moments, handed over within twenty seconds; and the minute's schedule, which counts an
    hour as often as it does when deployed."""
    chance = random.Random(7)
    start, moments = world.now, [chance.uniform(0, 1800) for _ in range(items)]
    with pytest.MonkeyPatch.context() as patch, reckoned() as costs:
        patch.setattr(records, "EVERY", EVERY)
        for step in range(0, 1800, 20):
            world.now = start + timedelta(seconds=step)
            for moment in moments:
                if step <= moment < step + 20:
                    world.accept(about(world, moment, start + timedelta(seconds=moment)))
            world.work_off("feedback")
            if step % 60 == 40:
                world.roll_up()
        world.later(minutes=EVERY.total_seconds() // 60)
        world.roll_up()
    return costs


def about(world: World, number: float, at: datetime) -> Envelope:
    data = {
        "id": f"message:{number:.9f}",
        "kind": "message",
        "text": (WORDS + " ") * 4,
        "at": f"{at:%Y-%m-%dT%H:%M:%S}Z",
        "url": "https://chat.example/channels/1234567890/1234567890123456789",
        "author": {"id": str(int(number) % 90)},
    }
    return builders.webhook("feedback.received", data, world.now)


def test_an_item_costs_at_most_1_2_write_units_at_ten_thousand_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    with World() as world:
        items = A_DAY // 48
        costs = half_an_hour(world, items)
        must_be_exact(world)
        assert len(world.items("feedback")) == items
    each = costs.written.total() / items
    with capsys.disabled():
        print(  # noqa: T201 - the figure is for people
            f"\n{items} items in half an hour ({A_DAY} a day), the largest of {costs.heaviest} bytes:"
            f" {each:.3f} write units and {costs.read.total() / items:.2f} read units an item"
            f" ({dict(costs.written)}; asked {dict(costs.requests)})"
        )
    assert 800 < costs.heaviest <= 1024
    assert each <= 1.2
