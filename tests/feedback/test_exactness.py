"""Whatever is repeated, reordered, cut off or run at once: in the end the roll-ups equal a recount of the log,
and the log has everything once."""

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from events.envelope import Envelope
from tests.feedback.counting import marks, must_be_exact, totals
from tests.feedback.stories import recounted, replay_parked, rolled_up, stories
from tests.support import builders
from tests.support.faults import When, answer_lost, crash
from tests.support.world import World

# Around midnight in Paris and in Kathmandu, and around the hour that Paris has twice.
EDGES = [
    datetime(2026, 10, 24, 21, 59, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    datetime(2026, 11, 21, 18, 14, tzinfo=UTC),
    datetime(2026, 11, 21, 22, 59, tzinfo=UTC),
]
Said = st.tuples(st.integers(1, 8), st.sampled_from(EDGES), st.integers(0, 3), st.sampled_from(["game", "summit"]))
"""Number of the thing said, about when, minutes after that, and where."""

Fault = tuple[int, When, bool]
# A message that fails five times is a dead letter; here each is settled before that.
Faults = st.lists(st.tuples(st.integers(1, 12), st.sampled_from(["before", "after"]), st.booleans()), max_size=4)


def quiet(world: World) -> None:
    """All that feedback has to do, and nothing of what others do meanwhile."""
    while world.work_off("feedback") or marks(world):
        world.roll_up()
    assert not world.waiting()


@settings(max_examples=6)  # Each interleaving that is known has its own test in `test_log.py`.
@given(said=st.lists(Said, min_size=1, max_size=10), faults=Faults, order=st.randoms(use_true_random=False))
def test_roll_ups_equal_a_recount(
    said: list[tuple[int, datetime, int, str]], faults: list[Fault], order: object
) -> None:
    # One thing is said at one time, however often it is delivered.
    things = {(number, source): edge + timedelta(minutes=late) for number, edge, late, source in said}
    deliveries = [
        builders.feedback(at, content=str(number), source=source, received=at)
        for (number, source), at in things.items()
        for _ in range(2)
    ]
    order.shuffle(deliveries)  # type: ignore[attr-defined]
    with World() as world:
        world.accept(*deliveries, *deliveries[:3])
        for place, when, dies in faults:
            world.faults.at_number(place, when, crash if dies else answer_lost)
            world.work("feedback")
            world.roll_up()
            world.later(minutes=1)
        world.faults.forget()
        quiet(world)
        must_be_exact(world)
        assert sum(totals(world).values()) + sum(totals(world, "peak").values()) == len(things)
        assert not world.parked()


@settings(max_examples=6)  # Each interleaving that is known has its own test in `test_log.py`.
@given(places=st.lists(st.integers(1, 6), min_size=1, max_size=4), depth=st.integers(1, 3))
def test_roll_ups_that_run_into_each_other_leave_nothing_stale(places: list[int], depth: int) -> None:
    """At each chosen step of one roll-up, others log, mark and roll up; nothing runs again afterwards but
    what is still due."""
    with World() as world:
        world.handle(builders.feedback(EDGES[1], content="first", received=world.now))
        for number, place in enumerate(places):
            later = [
                builders.feedback(EDGES[1 + n % 2], content=f"{number}-{n}", received=world.now) for n in range(depth)
            ]

            def others(later: list[Envelope] = later) -> None:
                world.handle(*later)
                world.roll_up()

            world.handle(builders.feedback(EDGES[2], content=f"more-{number}", received=world.now))
            world.faults.at("dynamodb.PutItem" if place % 2 else "dynamodb.Query", "before", others, nth=place)
            world.roll_up()
            world.faults.forget()
        quiet(world)
        must_be_exact(world)


@settings(max_examples=3)
@given(seed=st.integers(0, 9999), faults=Faults)
def test_edits_removals_and_what_was_taken_back_in_any_order(seed: int, faults: list[Fault]) -> None:
    chance = random.Random(seed)
    told = stories(chance, 10, EDGES[1:2], timedelta(minutes=20))
    shuffled = [*told, *chance.sample(told, 2)]
    chance.shuffle(shuffled)
    with World() as world:
        world.accept(*(one.envelope for one in shuffled))
        for place, when, dies in faults:
            world.faults.at_number(place, when, crash if dies else answer_lost)
            world.roll_up() if chance.random() < 0.5 else world.work("feedback")
            world.later(minutes=1)
        world.faults.forget()
        quiet(world)
        replay_parked(world, told)
        assert rolled_up(world) == recounted(told)
