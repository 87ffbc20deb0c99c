"""Edits and removals of what people said, in any order with it."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.feedback import FeedbackChanged, FeedbackReceived
from functions.feedback import records, rollup
from functions.shared.table import table
from tests.support.world import START, World

ORIGIN = {"community": "acme", "source": "forum", "platform": "discourse", "content": "post:1", "kind": "post"}
HOUR = rollup.bucket(START)


def say(world: World, text: str = "one") -> str:
    said = FeedbackReceived.model_validate({**ORIGIN, "text": text, "said_at": START, "title": "Maps"})
    return records.record(table(), said, "d", world.now)


def alter(world: World, change: str, after: int, text: str = "") -> str:
    given = {**ORIGIN, "change": change, "text": text, "said_at": START, "changed_at": START + timedelta(seconds=after)}
    return records.change(table(), FeedbackChanged.model_validate(given), START, "d", world.now)


STORY = (
    lambda world: say(world),
    lambda world: alter(world, "edited", 5, "two"),
    lambda world: alter(world, "edited", 9, "three"),
    lambda world: alter(world, "removed", 12),
    lambda world: alter(world, "restored", 15, "three"),
)


def end(world: World) -> tuple[Any, ...]:
    (item,) = world.items("feedback")
    return item["text"], item["state"], rollup.count(records.log(table(), "acme", HOUR))


@pytest.mark.parametrize(
    ("length", "text", "state", "counted"),
    [(1, "one", "created", 1), (2, "two", "edited", 1), (3, "three", "edited", 1), (4, "", "removed", 0)],
)
def test_in_any_order_the_newest_state_counts(world: World, length: int, text: str, state: str, counted: int) -> None:
    for order in itertools.permutations(STORY[:length]):
        for item in world.items("feedback"):
            table().write(records.table.Delete((item["pk"], item["sk"])))
        for told in order:
            told(world)
        assert end(world)[:2] == (text, state)
        assert sum(end(world)[2].get("total", [])) == counted


@settings(max_examples=30)
@given(story=st.lists(st.sampled_from(STORY), min_size=1, max_size=8))
def test_what_is_restored_counts_again_and_repeats_change_nothing(story: list[Any]) -> None:
    with World() as world:
        for told in (*story, *story[::-1]):
            told(world)
        first = end(world)
        for told in story:
            told(world)
        assert end(world) == first


def test_what_is_removed_keeps_no_text(world: World) -> None:
    say(world, "my address is 1 Main Street")
    alter(world, "removed", 5)
    (item,) = world.items("feedback")
    assert "Main Street" not in str(item)
    assert item["title"] == ""


def test_an_edit_that_says_nothing_of_the_title_leaves_it(world: World) -> None:
    say(world)
    alter(world, "edited", 5, "two")
    (item,) = world.items("feedback")
    assert (item["title"], item["text"]) == ("Maps", "two")
