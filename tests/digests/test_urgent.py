"""What does not wait for the digest: told at once, each thing once, to whoever asked for it."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.shared import mails
from functions.shared.table import table
from tests.digests.reading import MARIE, program_with
from tests.digests.test_waiting import alarm
from tests.feedback import test_watch as watched
from tests.support import builders
from tests.support.world import World

URGENT = program_with(MARIE + "urgent = true\n")


def told(world: World) -> list[dict[str, Any]]:
    """The mails that did not wait."""
    return [row["request"] for row in world.items("delivery") if row["sk"].startswith("delivery#mail#urgent#")]


@pytest.fixture
def late() -> Iterator[World]:
    """A case that nobody has decided in time, after the day's digest."""
    with World(URGENT) as world:
        world.digests()
        world.handle(builders.flag(world.now, text="You are all worthless."))
        world.drain()
        yield world


def test_a_case_past_its_deadline_is_told_at_once_and_once(late: World) -> None:
    late.digests()
    assert not told(late)
    late.later(days=2)
    for _ in range(3):
        late.drain()
        assert late.digests()
        late.later(minutes=15)
    (mail,) = told(late)
    assert mail["subject"] == "Acme Games: one urgent matter"
    assert "Needs your decision (1)" in mail["text"]
    assert "You are all worthless." in mail["text"]
    assert "late by" in mail["text"]
    late.finish()
    assert [sent.subject for sent in late.mails()].count(mail["subject"]) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["dynamodb.TransactWriteItems", "sqs.SendMessage"])
def test_a_run_that_dies_neither_loses_nor_doubles_it(late: World, step: str, when: Any) -> None:
    late.later(days=2)
    late.drain()
    late.faults.at(step, when)
    late.digests()
    late.later(minutes=15)
    assert late.digests()
    assert len(told(late)) == 1


def test_two_runs_at_once_tell_it_once(late: World) -> None:
    late.later(days=2)
    late.drain()
    late.faults.at("dynamodb.TransactWriteItems", "before", late.digests)
    late.digests()
    assert len(told(late)) == 1


def test_whoever_did_not_ask_waits_for_the_digest() -> None:
    with World(program_with(MARIE)) as world:
        world.digests()
        world.handle(builders.flag(world.now))
        world.drain()
        world.later(days=2)
        world.drain()
        world.digests()
        assert not told(world)


def test_what_was_unusual_is_told_at_once() -> None:
    with World(watched.PROGRAM + MARIE + "urgent = true\n") as world:
        watched.remember(world)
        watched.counted(watched.YESTERDAY, watched.BURST)
        world.digests()
        (mail,) = told(world)
        assert "120 on Saturday, November 21, 2026, usually 6–19" in mail["text"]
        world.digests()
        assert len(told(world)) == 1


def flagged(world: World, name: str) -> None:
    world.handle(builders.flag(world.now, flag=name, subject=name, text=f"Words of {name}."))
    world.drain()


def test_marks_that_have_ended_and_lie_there_still_keep_nothing_back() -> None:
    """What has expired stays in the table for days, until DynamoDB comes round to it."""
    with World(URGENT) as world:
        world.digests()
        flagged(world, "first")
        world.later(days=2)
        world.drain()
        world.digests()
        assert len(told(world)) == 1
        world.later(days=100)
        flagged(world, "second")
        world.later(days=2)
        world.drain()
        assert world.digests()
        assert len(told(world)) == 2
        assert any("Words of second." in one["text"] for one in told(world))


def test_a_case_that_nobody_decides_for_weeks_is_told_at_once_only_once(late: World) -> None:
    for days in (2, 15, 15):
        late.later(days=days)
        late.drain()
        assert late.digests()
    assert len(told(late)) == 1


def test_an_alarm_that_goes_on_is_not_told_each_quarter_of_an_hour() -> None:
    with World(URGENT) as world:
        world.digests()
        for number in range(20):
            alarm(world, str(number), "Crashes are up")
            assert world.digests()
            world.later(hours=4)
        assert len(told(world)) == 2  # Within three days and a third: when it began, and two days later.


def test_what_nobody_could_be_told_is_told_once_they_can_be() -> None:
    with World(URGENT) as world:
        world.digests()
        flagged(world, "first")
        mails.switch(table(), "acme", "marie", "ended", "page", world.now)
        world.later(days=2)
        world.drain()
        world.digests()
        assert not told(world)
        mails.switch(table(), "acme", "marie", "on", "resume", world.now)
        world.digests()
        assert len(told(world)) == 1
