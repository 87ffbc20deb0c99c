"""Words end before counts: whatever is told in which order, before or after, counts stay those of a plain recount."""

import gzip
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.envelope import Envelope
from events.operations import ErasureRequested
from events.program import Feedback
from functions.feedback import records, rollup, skeletons, study
from functions.shared import clock, objects
from functions.shared.table import Delete, Item, key_of, table
from functions.upkeep import ageing, erasure
from functions.upkeep import records as upkeep
from tests.feedback.asking import PROGRAM, response
from tests.feedback.counting import marks, totals
from tests.support import builders
from tests.support.faults import Crash, crash
from tests.support.world import START, World

SHORT = builders.PROGRAM.replace('"Europe/Paris"\n', '"Europe/Paris"\n[communities.feedback]\ntext_days = 30\n', 1)
HOUR = rollup.bucket(START)
WORDS = "Xylophone"
BY = {"author": {"id": "77", "name": "Ilse"}}


@pytest.fixture
def world() -> Iterator[World]:
    with World(SHORT) as world:
        yield world


def said(content: str = "1", at: datetime = START, **more: object) -> Envelope:
    data = {"id": content, "kind": "form", "text": WORDS, "title": WORDS, "at": at.isoformat(), **BY, **more}
    return builders.webhook("feedback.received", data, clock.now())


def changed(change: str, content: str = "1", at: datetime = START) -> Envelope:
    data = {"id": content, "kind": "post", "change": change, "text": "anew", "said_at": at.isoformat(), **BY}
    return builders.webhook("feedback.changed", {**data, "at": clock.now().isoformat()}, clock.now())


def wait(world: World, days: int) -> None:
    """Time passes; in between what upkeep does, and the minute's roll-ups. DynamoDB takes what has ended away."""
    for start in range(0, days, 8):
        world.later(days=min(8, days - start))
        ageing.days_over(table(), lambda: True)
        world.roll_up()
    taken_away(world)


def taken_away(world: World) -> None:
    for item in [one for one in world.every_item() if one.get("expires", 9e12) <= world.now.timestamp()]:
        table().write(Delete(key_of(item)))


def skeleton(world: World, hour: str = HOUR) -> str:
    return gzip.decompress(world.stored(skeletons.key("acme", hour))).decode()


def recounted(world: World) -> dict[str, int]:
    """The totals once every hour was counted anew from nothing but the log."""
    for item in [*world.items("hour"), *world.items("day")]:
        table().write(Delete(key_of(item)))
        if item["kind"] == "hour":
            records.mark(table(), item["pk"].partition("#")[0], item["hour"], world.now)
    world.roll_up()
    return totals(world)


def test_words_end_and_counts_stay(world: World) -> None:
    world.handle(said("1"), said("2"))
    wait(world, 29)
    assert WORDS in str(world.items("feedback"))
    wait(world, 2)
    assert not world.items("feedback")
    assert totals(world) == recounted(world) == {"2026-11-22": 2}
    for name in world.objects(skeletons.PREFIX):
        assert name == "feedback/skeletons/acme/2026-11-22T12.jsonl.gz"
        kept = gzip.decompress(world.stored(name)).decode()
        assert all(word not in kept for word in (WORDS, "Ilse", '"77"', '"id"'))


def test_an_hour_is_sealed_two_weeks_before_any_of_its_words_may_end() -> None:
    least = min(one.ge for one in Feedback.model_fields["text_days"].metadata if hasattr(one, "ge"))
    assert timedelta(days=least) - skeletons.AFTER - ageing.DAY - ageing.READY > timedelta(days=14)


def test_what_has_ended_is_not_read_while_it_is_still_there(world: World) -> None:
    world.handle(said())
    wait(world, 20)
    world.later(days=11)
    assert world.items("feedback")
    (item,) = records.log(table(), "acme", HOUR)
    assert item["text"] == ""
    assert records.item_id(item).startswith("2026112212-")


def test_a_year_is_kept_where_the_program_says_nothing(world: World) -> None:
    world.handle(builders.feedback(START, source="summit"))
    (item,) = world.items("feedback")
    assert item["expires"] == int((START + timedelta(days=365)).timestamp())


def test_what_arrives_after_its_end_is_kept_for_two_weeks_and_counted_for_good(world: World) -> None:
    long_ago = START - timedelta(days=400)
    world.handle(said("old", long_ago))
    assert world.item("feedback")["expires"] == int((START + timedelta(days=14)).timestamp())
    world.roll_up()
    wait(world, 15)
    assert not world.items("feedback")
    assert recounted(world) == {"2025-10-18": 1}


@pytest.mark.parametrize(("change", "count"), [("edited", 2), ("removed", 1)])
def test_a_change_of_what_has_ended_is_counted_once(world: World, change: str, count: int) -> None:
    world.handle(said("1"), said("2"))
    wait(world, 31)
    world.handle(changed(change))
    world.roll_up()
    assert sum(totals(world).values()) == count
    (item,) = world.items("feedback")
    assert (item["type"], bool(item["who"])) == ("form", True)  # What it is and whose stays known.
    wait(world, 15)
    assert not world.items("feedback")
    assert sum(recounted(world).values()) == count


def test_an_older_change_of_what_has_ended_has_no_effect(world: World) -> None:
    world.handle(said())
    first = changed("edited")
    world.later(minutes=1)
    world.handle(changed("removed"))
    wait(world, 31)
    world.handle(first, said())
    world.roll_up()
    assert not sum(recounted(world).values())


def test_what_is_delivered_again_after_its_end_counts_once_and_brings_nothing_back(world: World) -> None:
    world.handle(said())
    wait(world, 20)
    world.later(days=11)  # Ended, and not taken away yet.
    world.handle(said())
    taken_away(world)
    world.handle(said())
    world.roll_up()
    assert recounted(world) == {"2026-11-22": 1}


def test_a_change_meets_what_has_ended_and_was_not_taken_away_yet(world: World) -> None:
    world.handle(said())
    wait(world, 20)
    world.later(days=11)
    world.handle(changed("edited"))
    assert not world.failures
    assert (world.item("feedback")["text"], WORDS in str(world.items("feedback"))) == ("anew", False)


def test_when_a_reaction_was_given_is_forgotten_with_it(world: World) -> None:
    feedback = records.FeedbackReceived.model_validate(
        {
            **{"community": "acme", "source": "game", "platform": "standard_webhooks", "content": "r"},
            **{"kind": "reaction", "text": "❤", "said_at": START, "remembered": True},
        }
    )
    assert records.first_said(table(), feedback) == START
    assert world.item("said")["expires"] == int((START + timedelta(days=30)).timestamp())
    world.later(days=31)
    again = feedback.model_copy(update={"said_at": world.now})
    assert records.first_said(table(), again) == world.now
    assert records.remembered(table(), again) == world.now


def test_upkeep_catches_up_after_a_standstill_and_a_day_is_over_once_its_hours_are_due(world: World) -> None:
    ageing.days_over(table(), lambda: True)
    for day in range(3):
        world.handle(said(str(day), START + timedelta(days=day)))
    world.roll_up()
    world.later(days=20)
    world.faults.at("dynamodb.UpdateItem", "before", crash, nth=3)
    with pytest.raises(Crash):
        ageing.days_over(table(), lambda: True)
    world.faults.forget()
    ageing.days_over(table(), lambda: True)
    world.roll_up()
    assert len(world.objects(skeletons.PREFIX)) == 3
    assert ageing.days_over(table(), lambda: True) == 0


def test_a_community_that_left_the_program_is_sealed_all_the_same(world: World) -> None:
    ageing.days_over(table(), lambda: True)
    row = table().get(*ageing.ROW)
    assert row is not None
    table().write(records.Put({**row, "days": {**row["days"], "gone": row["days"]["acme"]}}))
    world.later(days=5)
    ageing.days_over(table(), lambda: True)
    row = table().get(*ageing.ROW)
    assert row is not None
    assert len(set(row["days"].values())) == 1


def test_what_was_chosen_in_a_survey_counts_after_its_words_have_ended() -> None:
    with World(PROGRAM) as world:
        ageing.days_over(table(), lambda: True)
        world.handle(response(world, "t1", map="North", hidden={"event": "meetup"}))
        world.roll_up()
        counted = world.item("hour")["counts"]
        assert {"survey:autumn", "survey:autumn:map:north", "event:meetup"} <= counted.keys()
        wait(world, 16)
        assert world.objects(skeletons.PREFIX)
        assert world.item("hour")["counts"] == counted


def test_words_that_have_ended_are_not_studied_any_more(world: World) -> None:
    world.handle(said())
    wait(world, 16)
    assert world.learn()
    assert WORDS in str(study.texts("acme"))
    wait(world, 15)
    assert world.learn()
    assert WORDS not in str(study.texts("acme"))


# Two at once


def test_an_older_reading_does_not_replace_a_newer_skeleton(world: World) -> None:
    """A reads the log; B removes, counts and seals; then A seals."""
    world.handle(said())
    world.later(days=16)
    records.mark(table(), "acme", HOUR, world.now)

    def whole_other_round() -> None:
        world.handle(changed("removed"))
        world.roll_up()

    world.faults.at("s3.GetObject", "before", whole_other_round)
    world.roll_up()
    assert '"removed"' in skeleton(world)
    assert not sum(recounted(world).values())
    assert not marks(world)


def test_of_two_that_seal_at_once_the_later_reading_stays(world: World) -> None:
    for generations in ((1, 2), (2, 1)):
        item = {"sk": "a", "source": "s", "platform": "p", "type": "t", "said_at": clock.text(START), "logged_at": "1"}
        first: Item = {**item, "confirmed": {"kind": "bug"}}
        key = skeletons.key("acme", f"{HOUR[:-2]}{generations[0]:02}")
        hour = skeletons.hour_of(key)

        second: Item = {**item, "confirmed": {"kind": "praise"}}

        def other(hour: str = hour, number: int = generations[1], second: Item = second) -> None:
            skeletons.seal("acme", hour, number, [second])

        world.faults.at("s3.PutObject", "before", other)
        skeletons.seal("acme", hour, generations[0], [first])
        generation, lines = skeletons.parsed(objects.read(key))
        assert generation == 2
        assert lines["a"]["confirmed"] == {"kind": "praise" if generations[1] == 2 else "bug"}


def test_whoever_asks_for_an_old_day_has_it_sealed_and_counted(world: World) -> None:
    world.handle(said("old", START - timedelta(days=40)))
    answer = world.ask("GET", "/v1/acme/feedback?from=2026-10-13&to=2026-10-13", token=world.token("manager")).json
    assert [day["counts"]["total"] for day in answer["days"]] == [1]
    assert len(world.objects(skeletons.PREFIX)) == 1


# In any order


@given(
    told=st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=6, unique_by=lambda one: one[0]),
    read=st.lists(st.integers(0, 9), max_size=8),
)
def test_the_newest_state_stands_whoever_seals_in_which_order(told: list[tuple[int, bool]], read: list[int]) -> None:
    """`told`: changes by their time, and whether something was removed. `read`: how much of it each reading knew."""
    origin = {"sk": "a", "source": "s", "platform": "p", "type": "t", "said_at": "2026-01-01T00:00:00.000Z"}
    states: list[Item] = [{**origin, "logged_at": "1", "state": "created"}]
    for at, gone in told:
        if str(at) > states[-1].get("newest", ""):
            states.append({**states[0], "newest": str(at), "state": "removed" if gone else "edited"})
    lines: skeletons.Lines = {}
    for known in [*read, len(states)]:
        lines = skeletons.merged(lines, [skeletons.line(states[min(known, len(states) - 1)])])
    assert lines["a"]["state"] == states[-1]["state"]


STEPS: dict[str, Callable[[World, str], None]] = {
    "said": lambda world, name: world.accept(said(name)),
    "edited": lambda world, name: world.accept(changed("edited", name)),
    "removed": lambda world, name: world.accept(changed("removed", name)),
    "restored": lambda world, name: world.accept(changed("restored", name)),
    "a week": lambda world, _: wait_safely(world, 7),
    "two weeks": lambda world, _: wait_safely(world, 13),
    "taken away": lambda world, _: taken_away(world),
    "erased": lambda world, _: erased(world),
}
Story = st.lists(st.tuples(st.sampled_from(list(STEPS)), st.sampled_from("ab")), min_size=3, max_size=9)


def wait_safely(world: World, days: int) -> None:
    """Whatever was cut off before is done again within the time that there is for it."""
    settled(world)
    world.later(days=days)
    ageing.days_over(table(), lambda: True)
    world.roll_up()


def erased(world: World) -> None:
    """Their author goes."""
    settled(world)
    origin = {"community": "acme", "source": "game", "platform": "standard_webhooks", "person": {"id": "77"}}
    asked = {**origin, "request": clock.text(world.now), "requested_at": world.now}
    row = upkeep.ask_erasure(table(), ErasureRequested.model_validate(asked), world.now)
    while row["state"] != "done":
        erasure.due(table(), lambda: True)
        world.roll_up()
        world.later(minutes=15)
        (row,) = [one for one in world.items("erasure") if one["pk"] == row["pk"]]


def settled(world: World) -> None:
    world.faults.forget()
    world.work_off("feedback")
    ageing.days_over(table(), lambda: True)
    world.roll_up()


@settings(max_examples=5)
@given(story=Story, faults=st.lists(st.integers(1, 25), max_size=5))
def test_in_any_order_the_counts_are_those_of_the_newest_states(
    story: list[tuple[str, str]], faults: list[int]
) -> None:
    with World(SHORT) as world:
        states: dict[str, str] = {}
        ageing.days_over(table(), lambda: True)
        for number, (step, name) in enumerate(story):
            world.later(minutes=1)
            if step == "erased":
                states = dict.fromkeys(states, step)
            elif step in ("said", "edited", "removed", "restored") and states.get(name) != "erased":
                states[name] = states.get(name, step) if step == "said" else step
            STEPS[step](world, name)
            if number < len(faults):
                world.faults.at_number(faults[number], "after" if number % 2 else "before", crash)
            world.work("feedback")
            world.roll_up()
        settled(world)
        expected = sum(state not in ("removed", "erased") for state in states.values())
        assert sum(totals(world).values()) == expected
        wait_safely(world, 13)
        taken_away(world)
        for _ in range(3):
            wait_safely(world, 13)
        taken_away(world)
        assert not world.items("feedback")
        assert not marks(world)
        assert sum(totals(world).values()) == sum(recounted(world).values()) == expected
