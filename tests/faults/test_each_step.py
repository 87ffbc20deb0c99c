"""The whole way of one delivery of every kind, cut off once at each of its steps."""

from tests.faults.oracle import Oracle
from tests.support import builders
from tests.support.world import World


def day_in_the_life(oracle: Oracle) -> None:
    """A flag and its repeat, something said, a release, something unknown: all settled, with one minute between."""
    world = oracle.world
    now = world.now
    flag = builders.flag(now, delivery="flag-1")
    oracle.accept(
        flag,
        flag,
        builders.flag(now, flag="report-2", delivery="flag-2"),
        builders.feedback(now, delivery="said-1"),
        builders.release(now, delivery="release-1"),
        builders.webhook("match.finished", {}, now, delivery="odd-1"),
    )
    for queue in ("moderation", "announcements", "feedback"):
        world.work(queue)
    world.upkeep()
    world.roll_up()


READS = ("GetItem", "Query", "BatchGetItem", "GetObject", "GetParameter", "ReceiveMessage")


def writes() -> list[int]:
    """Numbers of the steps that change anything: dying after a read is dying after the write before it."""
    with World() as world:
        world.forget_caches()
        world.faults.forget()
        day_in_the_life(Oracle(world))
        passed = enumerate(world.faults.passed, start=1)
        return [number for number, step in passed if step.partition(".")[2] not in READS]


def test_cut_off_after_each_step() -> None:
    """Which is before the next one, too: whoever dies has done the one and not begun the other."""
    places = writes()
    assert len(places) > 10
    for number in places:
        with World() as world:
            oracle = Oracle(world)
            world.forget_caches()
            world.faults.at_number(number, "after")
            day_in_the_life(oracle)
            oracle.finish()
            oracle.check()
            assert world.item("case")["flags"] == 2
            assert len(world.parked()) == 1
