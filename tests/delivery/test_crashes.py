"""A worker that dies at any step, any number of times: the platform sees one post, and the row says the truth."""

from collections.abc import Callable
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.shared.table import Item
from tests.delivery import rows
from tests.support.faults import When, answer_lost, crash
from tests.support.world import World, needs_a_person

Kind = Literal["site", "news", "mail", "forum"]
PLANS: dict[Kind, Callable[[World, int], Item]] = {
    "site": lambda world, number: rows.post(world, f"a{number}"),
    "news": lambda world, number: rows.post(world, f"a{number}", "news"),
    "mail": lambda world, number: rows.mail(world, f"day-{number}"),
    "forum": lambda world, number: rows.removal(world, f"c{number}", str(number)),
}


def steps(kind: Kind) -> list[str]:
    """Every step of one delivery that goes well, by a worker that starts cold."""
    with World() as world:
        row = PLANS[kind](world, 0)
        world.forget_caches()
        world.faults.forget()
        world.due(row)
        return [step for step in world.faults.passed if step != "sqs.SendMessage"]


def must_hold(world: World, kind: Kind, number: int, row: Item) -> None:
    after = rows.now(world, row)
    waits = [one["key"] for one in needs_a_person(world)]
    assert "due" not in after
    if kind == "site":
        assert after["state"] == "sent"
        assert world.outside.effects[row["key"]] == 1
        assert len({call.body for call in world.outside.calls if call.key == row["key"]}) == 1
    if kind == "news":
        assert after["state"] == "sent"
        assert world.stored("feeds/acme/news.json").count(f'"a{number}"'.encode()) == 1
    if kind == "forum":
        assert after["state"] == "sent"
        assert f"https://forum.example/posts/{number}.json" in world.outside.deleted
    if kind == "mail":
        sent = sum(mail.subject == f"Digest day-{number}" for mail in world.mails())
        assert sent <= 1
        assert after["state"] in ("sent", "unknown")
        assert (after["state"] == "unknown") == (row["key"] in waits)
        if after["state"] == "sent":
            assert sent == 1


@pytest.mark.parametrize("fault", [crash, answer_lost], ids=["crash", "answer-lost"])
@pytest.mark.parametrize("kind", list(PLANS))
def test_cut_off_at_each_step(kind: Kind, fault: Callable[[], None]) -> None:
    places: list[tuple[int, When]] = [
        (number, when) for number in range(1, len(steps(kind)) + 1) for when in ("before", "after")
    ]
    assert len(places) > 10
    with World() as world:
        for number, (place, when) in enumerate(places):
            row = PLANS[kind](world, number)
            world.forget_caches()
            # The reminder itself is a step of whoever sends it, and comes before the worker's.
            world.faults.at_number(place + 1, when, fault)
            world.due(row)
            world.finish()
            world.faults.forget()
            must_hold(world, kind, number, row)


Cuts = st.lists(st.tuples(st.integers(1, 14), st.sampled_from(["before", "after"]), st.booleans()), max_size=5)


@settings(max_examples=10)
@given(cuts=Cuts, kind=st.sampled_from(list(PLANS)))
def test_cut_off_again_and_again(kind: Kind, cuts: list[tuple[int, When, bool]]) -> None:
    with World() as world:
        row = PLANS[kind](world, 1)
        for place, when, dies in cuts:
            world.faults.at_number(place, when, crash if dies else answer_lost)
            world.upkeep()
            world.work("delivery")
            world.forget_caches()
            world.later(seconds=45)
        world.faults.forget()
        world.finish()
        must_hold(world, kind, 1, row)


def test_a_kick_that_is_lost_is_made_up_for_by_the_sweep(world: World) -> None:
    row = rows.post(world)  # Nobody kicks.
    world.drain()
    assert rows.now(world, row)["state"] == "sent"


def test_a_sweep_that_cannot_reach_the_queue_tries_again_next_minute(world: World) -> None:
    row = rows.post(world)
    world.faults.at("sqs.SendMessage", "before", answer_lost)
    assert world.upkeep()
    assert not world.work("delivery")
    world.later(minutes=1)
    world.drain()
    assert rows.now(world, row)["state"] == "sent"
