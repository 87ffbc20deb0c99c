"""What time does to cases: late ones move up by themselves, and what was put off comes back."""

from datetime import timedelta
from typing import Any

import pytest

from events.moments import moment
from functions.moderation import cases, records, working
from functions.moderation.standards import Standards
from functions.shared.table import Item, table
from tests.moderation.people import DAY, decided, held
from tests.support import builders
from tests.support.faults import answer_lost, crash
from tests.support.world import World

STANDARDS = Standards()


@pytest.fixture
def flagged(world: World) -> World:
    """Harassment: four hours until somebody should have taken it, a day until it should be decided."""
    world.handle(builders.flag(world.now))
    return world


def history(world: World) -> list[str]:
    return [line["what"] for line in world.items("audit")]


def case(world: World) -> Item:
    """The only one; the sweep finds it exactly when its rules say so."""
    found = world.item("case")
    assert found.get("due_at", "") == cases.due_at(found)
    return found


def snooze(world: World, **time: float) -> None:
    until = world.now + timedelta(**time)
    working.snooze(table(), "acme", world.item("case")["id"], "Mo", until, STANDARDS, world.now)


def test_what_nobody_takes_in_time_moves_up_once(flagged: World) -> None:
    flagged.later(hours=4, milliseconds=-1)
    flagged.upkeep()
    assert (case(flagged)["late"], case(flagged)["rank"]) == (0, 2)
    flagged.later(milliseconds=1)
    for _ in range(3):
        flagged.upkeep()
    assert (case(flagged)["late"], case(flagged)["rank"], case(flagged)["level"]) == (1, 1, 0)
    assert history(flagged) == ["opened", "late"]
    assert flagged.items("audit")[-1]["who"] == "liaison"


def test_what_is_late_twice_goes_to_the_leads_and_never_again_anywhere(flagged: World) -> None:
    flagged.later(hours=4)
    flagged.upkeep()
    flagged.now = moment(case(flagged)["decide_by"])
    flagged.upkeep()
    assert (case(flagged)["late"], case(flagged)["rank"], case(flagged)["level"]) == (2, 0, cases.LEADS)
    for _ in range(3):
        flagged.later(days=30)
        flagged.upkeep()
    assert history(flagged) == ["opened", "late", "late"]
    assert held(flagged)["state"] == "claimed"  # It can still be worked on.


def test_a_late_case_stands_before_what_is_as_bad_and_in_time(flagged: World) -> None:
    flagged.later(hours=3)
    flagged.handle(builders.flag(flagged.now, flag="b", subject="b"))
    flagged.handle(builders.flag(flagged.now, flag="c", subject="c", reason="hate"))
    flagged.later(hours=1)
    flagged.upkeep()
    order = [item["subject"]["id"] for item in working.open_cases(table(), "acme")]
    assert order == ["c", "msg-1", "b"]


def test_what_somebody_took_in_time_is_not_late_before_it_should_be_decided(flagged: World) -> None:
    claimed = held(flagged)
    flagged.later(hours=4)
    flagged.upkeep()
    assert case(flagged)["late"] == 0
    flagged.later(hours=20)
    flagged.upkeep()
    assert (case(flagged)["late"], case(flagged)["level"]) == (2, cases.LEADS)
    assert (case(flagged)["claimed_by"], case(flagged)["fence"]) == ("Mo", claimed["fence"])


def test_becoming_late_takes_a_case_from_nobody(flagged: World) -> None:
    flagged.later(hours=24, minutes=-1)
    claimed = held(flagged)
    flagged.later(minutes=2)
    flagged.upkeep()
    assert "late" in history(flagged)
    assert decided(flagged, claimed)["state"] == "decided"


def test_what_is_decided_is_never_due(flagged: World) -> None:
    decided(flagged, held(flagged))
    assert "due" not in case(flagged)
    flagged.later(days=40)
    flagged.upkeep()
    assert history(flagged) == ["opened", "claimed", "decided"]


def test_what_was_put_off_comes_back_then_and_can_be_given(flagged: World) -> None:
    snooze(flagged, days=3)
    flagged.later(days=3, milliseconds=-1)
    flagged.upkeep()
    assert case(flagged)["state"] == "snoozed"
    flagged.later(milliseconds=1)
    flagged.upkeep()
    assert (case(flagged)["state"], case(flagged)["late"]) == ("open", 0)
    assert history(flagged) == ["opened", "snoozed", "woke"]
    assert working.claim_next(table(), "acme", "Zoe", lambda _: True, STANDARDS, flagged.now, DAY)


def test_two_sweeps_in_the_same_moment_write_one_line(flagged: World) -> None:
    flagged.later(hours=4)
    flagged.faults.at("dynamodb.TransactWriteItems", "before", flagged.upkeep)
    flagged.upkeep()
    assert history(flagged) == ["opened", "late"]
    assert case(flagged)["late"] == 1


def test_whoever_takes_it_in_the_moment_it_becomes_late_has_it(flagged: World) -> None:
    flagged.later(hours=4)
    flagged.faults.at("dynamodb.TransactWriteItems", "before", lambda: held(flagged))
    flagged.upkeep()
    flagged.upkeep()
    assert history(flagged) == ["opened", "claimed"]
    assert case(flagged)["late"] == 0


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", ["dies", "deaf"])
def test_a_sweep_that_is_cut_off_is_made_up_for(flagged: World, when: Any, fault: str) -> None:
    flagged.later(hours=4)
    flagged.faults.at("dynamodb.TransactWriteItems", when, crash if fault == "dies" else answer_lost)
    flagged.upkeep()
    flagged.faults.forget()
    flagged.upkeep()
    assert history(flagged) == ["opened", "late"]
    assert records.verified(table(), case(flagged)) is None


def test_one_case_that_cannot_be_moved_keeps_no_other_from_it(world: World) -> None:
    world.handle(*(builders.flag(world.now, flag=name, subject=name) for name in "ab"))
    world.later(hours=4)
    world.faults.at("dynamodb.TransactWriteItems", "before", answer_lost)
    world.upkeep()
    assert sorted(item["late"] for item in world.items("case")) == [0, 1]


def test_in_quiet_hours_nothing_becomes_late_but_what_is_severe() -> None:
    """At 12:00 UTC it is 13:00 in Paris; four hours later it is 17:00, in the quiet hours of this community."""
    quiet = 'timezone = "Europe/Paris"\nmoderation = { quiet = "16:00-09:00" }\n'
    with World(builders.PROGRAM.replace('timezone = "Europe/Paris"\n', quiet, 1)) as world:
        world.handle(builders.flag(world.now, subject="rude"))
        world.handle(builders.flag(world.now, subject="danger", flag="b", reason="self_harm"))
        world.later(hours=5)
        world.upkeep()
        late = {item["subject"]["id"]: item["late"] for item in world.items("case")}
        assert late == {"rude": 0, "danger": 2}
        world.later(hours=15)  # 09:00 in Paris.
        world.upkeep()
        assert {item["late"] for item in world.items("case")} == {1, 2}


def test_what_was_late_twice_and_is_put_off_comes_back(flagged: World) -> None:
    flagged.later(hours=4)
    flagged.upkeep()
    flagged.now = moment(case(flagged)["decide_by"])
    flagged.upkeep()
    assert case(flagged)["late"] == cases.LATE_TWICE
    snooze(flagged, hours=1)
    flagged.later(hours=1)
    flagged.upkeep()
    assert case(flagged)["state"] == "open"
