"""Edits and removals of what people said, in any order with it."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.feedback import FeedbackChanged, FeedbackReceived
from functions.feedback import records, rollup
from functions.shared.table import Delete, table
from tests.support.world import START, World

ORIGIN = {"community": "acme", "source": "forum", "platform": "discourse", "content": "post:1", "kind": "post"}
HOUR = rollup.bucket(START)


def say(world: World, text: str = "one") -> str:
    said = FeedbackReceived.model_validate({**ORIGIN, "text": text, "said_at": START, "title": "Maps"})
    return records.record(table(), said, START, records.NOTHING, "d", world.now)


def alter(world: World, change: str, after: int, text: str = "") -> str:
    given = {**ORIGIN, "change": change, "text": text, "said_at": START, "changed_at": START + timedelta(seconds=after)}
    return records.change(table(), FeedbackChanged.model_validate(given), START, records.NOTHING, "d", world.now)


STORY: tuple[Callable[[World], object], ...] = (
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
            table().write(Delete((item["pk"], item["sk"])))
        for told in order:
            told(world)
        assert end(world)[:2] == (text, state)
        assert sum(end(world)[2].get("total", [])) == counted


def test_what_an_edit_did_not_know_is_there_in_any_order() -> None:
    """Matrix, say, tells a reply as a reply and its edit as a message; others tell no title with an edit."""
    whole = {**ORIGIN, "kind": "reply", "text": "one", "title": "Maps", "url": "https://a.example/1", "said_at": START}
    told = FeedbackReceived.model_validate(whole)
    ends = []
    for order in itertools.permutations(range(2)):
        with World() as world:
            steps = (
                lambda: records.record(table(), told, START, records.NOTHING, "d", START),
                lambda world=world: alter(world, "edited", 5, "two"),
            )
            for step in order:
                assert steps[step]() == "recorded"
            assert steps[0]() == "duplicate"
            (item,) = world.items("feedback")
            ends.append([item.get(name) for name in ("type", "title", "url", "text", "state", "newest", "early")])
    assert ends[0] == ends[1]
    assert ends[0][:4] == ["reply", "Maps", "https://a.example/1", "two"]


def test_no_words_come_back_to_what_was_removed_first(world: World) -> None:
    alter(world, "removed", 5)
    say(world)
    (item,) = world.items("feedback")
    assert (item["title"], item["text"], item["type"], "url" in item) == ("", "", "post", False)


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


def react(world: World, after: int = 0) -> str:
    """As a platform tells it that does not say when, once it is taken back."""
    at = START + timedelta(hours=after)
    given = {**ORIGIN, "kind": "reaction", "text": "❤", "said_at": at, "remembered": True}
    said = FeedbackReceived.model_validate(given)
    return records.record(table(), said, records.first_said(table(), said), records.NOTHING, "d", world.now)


def take_back(world: World, after: int) -> str | None:
    given = {**ORIGIN, "kind": "reaction", "change": "removed", "changed_at": START + timedelta(hours=after)}
    changed = FeedbackChanged.model_validate(given)
    said_at = records.remembered(table(), changed)
    return records.change(table(), changed, said_at, records.NOTHING, "d", world.now) if said_at else None


def total(world: World) -> int:
    items = world.items("feedback")
    assert len(items) <= 1
    return sum(rollup.count(items).get("total", []))


def test_a_reaction_that_is_taken_back_is_found_without_its_time(world: World) -> None:
    assert take_back(world, 1) is None  # Nothing is known of it: the caller parks it.
    react(world)
    assert total(world) == 1
    take_back(world, 2)
    assert total(world) == 0


def test_a_reaction_told_again_in_another_hour_is_the_same_reaction(world: World) -> None:
    react(world)
    react(world, after=3)
    assert total(world) == 1


def test_a_reaction_given_again_counts_again(world: World) -> None:
    react(world)
    take_back(world, 1)
    react(world, after=2)
    assert total(world) == 1
    take_back(world, 3)
    assert total(world) == 0


def test_an_edit_does_not_change_what_kind_of_thing_it_is(world: World) -> None:
    say(world)
    given = {**ORIGIN, "kind": "message", "change": "edited", "text": "two", "said_at": START, "changed_at": world.now}
    records.change(table(), FeedbackChanged.model_validate(given), START, records.NOTHING, "d", world.now)
    (item,) = world.items("feedback")
    assert (item["type"], item["text"]) == ("post", "two")


@pytest.mark.parametrize("order", list(itertools.permutations((0, 1, 2))))
def test_given_taken_back_and_given_again_counts_once_in_any_order(world: World, order: tuple[int, ...]) -> None:
    react(world)  # The first is known: what takes it back can be found.
    steps = (lambda: react(world), lambda: take_back(world, 1), lambda: react(world, after=2))
    for number in order:
        steps[number]()
    assert total(world) == 1


def test_an_edit_that_came_first_learns_who_said_it_from_the_thing_itself(world: World) -> None:
    alter(world, "edited", 5, "two")
    said = FeedbackReceived.model_validate({**ORIGIN, "text": "one", "said_at": START, "about": "post:0"})
    known = records.Known(who="0123456789abcdef", staff=True)
    assert records.record(table(), said, START, known, "d", world.now) == "recorded"
    assert records.record(table(), said, START, known, "d", world.now) == "duplicate"
    (item,) = world.items("feedback")
    assert (item["text"], item["who"], item["staff"], item["about"]) == ("two", "0123456789abcdef", True, "post:0")


def test_what_was_read_in_the_text_before_an_edit_does_not_stay(world: World) -> None:
    said = FeedbackReceived.model_validate({**ORIGIN, "text": "one", "said_at": START})
    read = {"language": "en", "kind": "bug", "mood": "negative", "themes": ["maps"]}
    records.record(table(), said, START, records.Known(read=read), "d", world.now)
    counted = rollup.count(world.items("feedback"))
    assert {"language:en", "kind:bug", "kind:bug@en", "mood:negative", "mood:negative@en", "theme:maps"} < set(counted)
    alter(world, "edited", 5, "")
    assert set(rollup.count(world.items("feedback"))) == {"total", "source:forum", "type:post"}
