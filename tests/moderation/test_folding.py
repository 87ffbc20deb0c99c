"""Flags of one batch on one subject are recorded together: a viral post is written to once for ten, not ten times."""

from collections import Counter

import pytest

from events.envelope import Envelope
from functions.moderation import records
from functions.moderation.records import Arrival, asks
from functions.moderation.standards import Standards
from functions.shared.table import table
from tests.moderation.people import decided, held, recorded
from tests.moderation.test_flags import reasons, records_event
from tests.support import builders
from tests.support.faults import answer_lost
from tests.support.world import World


def flags(world: World, number: int, first: int = 0, **more: str) -> list[Envelope]:
    return [builders.flag(world.now, flag=f"f{one}", **more) for one in range(first, first + number)]


def arrivals(envelopes: list[Envelope], *, more: str = "") -> list[Arrival]:
    return [Arrival(one, records_event(one).model_copy(update={"more": more}), can_ask=bool(more)) for one in envelopes]


def together(world: World, given: list[Arrival]) -> list[str]:
    return list(records.record_flags(table(), given, Standards(), world.now))


def transactions(world: World) -> int:
    return world.faults.passed.count("dynamodb.TransactWriteItems")


def lines(world: World) -> list[tuple[str, int]]:
    """The history; how many reports each line names. It must hold."""
    assert all(records.verified(table(), case) is None for case in world.items("case"))
    return [(line["what"], sum("flag" in name for name in line["detail"])) for line in world.items("audit")]


def test_ten_flags_of_one_batch_are_one_transaction_and_one_line(world: World) -> None:
    world.accept(*flags(world, 10))
    world.faults.forget()
    world.work("moderation")
    assert transactions(world) == 1
    assert world.item("case")["flags"] == 10
    assert lines(world) == [("opened", 10)]
    assert {marker["fate"] for marker in world.items("inbox")} == {"recorded"}
    world.handle(*flags(world, 10, first=10))
    assert transactions(world) == 2
    assert lines(world) == [("opened", 10), ("flagged", 10)]
    assert len(world.items("flag")) == len(world.items("inbox")) == world.item("case")["flags"] == 20


def test_what_a_batch_weighs_is_what_its_flags_weigh(world: World) -> None:
    world.handle(*flags(world, 10))
    assert world.item("case")["weight"] == sum(flag["weight"] for flag in world.items("flag"))


def test_the_severest_of_a_batch_gives_the_case_its_place(world: World) -> None:
    world.handle(*flags(world, 4, reason="spam"), builders.flag(world.now, flag="worst", reason="minor_safety"))
    case = world.item("case")
    assert (case["severity"], case["rank"], case["codes"]) == (0, 0, ["minor_safety", "spam"])


def test_a_batch_on_several_subjects_is_one_transaction_for_each(world: World) -> None:
    world.accept(*flags(world, 3, subject="a"), *flags(world, 3, first=3, subject="b"))
    world.faults.forget()
    world.work("moderation")
    assert transactions(world) == 2
    assert [case["flags"] for case in world.items("case")] == [3, 3]


def test_more_than_fit_into_one_transaction_take_several(world: World) -> None:
    given = arrivals(flags(world, 25))
    world.faults.forget()
    assert together(world, given) == ["recorded"] * 25
    assert transactions(world) == 3
    assert lines(world) == [("opened", 10), ("flagged", 10), ("flagged", 5)]


def test_flags_that_leave_something_to_ask_have_their_questions_written_with_them(world: World) -> None:
    given = arrivals(flags(world, 10), more="review:3")
    world.faults.forget()
    assert together(world, given) == ["recorded"] * 10
    assert transactions(world) == 2
    assert len(world.items("delivery")) == sum(asks(one) for one in given) == 10
    assert lines(world) == [("opened", records.ASKED), ("flagged", 10 - records.ASKED)]


def test_a_delivery_that_stands_twice_in_a_batch_counts_once(world: World) -> None:
    once = flags(world, 3)
    world.handle(*once, *once)
    assert world.item("case")["flags"] == 3
    assert world.items("inbox")[0]["fate"] == "recorded"
    assert not world.depth("parked")


def test_a_flag_that_stands_twice_in_a_batch_counts_once_and_both_deliveries_have_their_answer(world: World) -> None:
    world.handle(*flags(world, 3), *flags(world, 3))
    assert world.item("case")["flags"] == 3
    assert Counter(marker["fate"] for marker in world.items("inbox")) == {"recorded": 3, "duplicate": 3}


def test_a_delivery_id_that_stands_in_a_batch_with_two_bodies_is_parked_once(world: World) -> None:
    world.handle(*(builders.flag(world.now, flag=name, delivery="msg") for name in "ab"))
    assert world.item("case")["flags"] == 1
    assert reasons(world) == ["the delivery id 'msg' came before, with another body"]


def test_one_that_came_before_does_not_keep_the_others_from_being_recorded(world: World) -> None:
    old, *new = flags(world, 5)
    world.handle(old)
    fates = together(world, arrivals([*new[:2], old, *new[2:]]))
    assert fates == ["recorded", "recorded", "duplicate", "recorded", "recorded"]
    assert world.item("case")["flags"] == 5


def test_one_that_another_worker_records_in_this_moment_is_dropped_and_the_others_are_recorded(world: World) -> None:
    given = arrivals(flags(world, 5))
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: recorded(given[2].envelope, given[2].flag, world))
    assert together(world, given) == ["recorded", "recorded", "duplicate", "recorded", "recorded"]
    assert world.item("case")["flags"] == 5
    assert lines(world) == [("opened", 1), ("flagged", 4)]


def test_a_fold_that_loses_its_race_is_written_again_whole(world: World) -> None:
    other = builders.flag(world.now, flag="other")
    world.accept(*flags(world, 9))
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: together(world, arrivals([other])))
    world.faults.passed.clear()
    world.work("moderation")
    assert transactions(world) == 2
    assert lines(world) == [("opened", 1), ("flagged", 9)]
    assert world.item("case")["flags"] == 10


def test_an_answer_that_was_lost_counts_nothing_twice(world: World) -> None:
    world.accept(*flags(world, 10))
    world.faults.at("dynamodb.TransactWriteItems", "after", answer_lost)
    world.work("moderation")
    assert world.depth("moderation") == 10  # All of them come again …
    world.drain()
    assert world.item("case")["flags"] == 10  # … and are known.
    assert lines(world) == [("opened", 10)]


def test_what_goes_wrong_with_one_subject_leaves_the_others_alone(world: World) -> None:
    world.accept(*flags(world, 3, subject="a"), *flags(world, 2, first=3, subject="b"))
    world.faults.at("dynamodb.TransactWriteItems", "before", answer_lost)
    world.work("moderation")
    assert world.depth("moderation") == 3
    assert (world.item("case")["subject"]["id"], world.item("case")["flags"]) == ("b", 2)


def test_a_message_nobody_can_read_fails_alone(world: World) -> None:
    world.accept(*flags(world, 4))
    world.put_message("moderation", "not JSON")
    world.work("moderation")
    assert world.depth("moderation") == 1
    assert world.item("case")["flags"] == 4


@pytest.mark.parametrize(("reason", "states"), [("spam", ["decided"]), ("hate", ["decided", "open"])])
def test_after_a_decision_a_batch_goes_where_its_severest_flag_belongs(
    world: World, reason: str, states: list[str]
) -> None:
    world.handle(builders.flag(world.now, flag="first"))
    decided(world, held(world))
    world.handle(*flags(world, 4), builders.flag(world.now, flag="last", reason=reason))
    found = sorted(world.items("case"), key=lambda case: case["state"])
    assert [case["state"] for case in found] == states
    assert found[-1]["flags"] == (6 if len(found) == 1 else 5)
    assert Counter(flag["case"] for flag in world.items("flag")) == {case["id"]: case["flags"] for case in found}


def test_a_post_under_fire_takes_three_requests_for_each_ten_flags(world: World) -> None:
    """Two reads, what is known and the case; one transaction."""
    world.faults.forget()
    for batch in range(10):
        together(world, arrivals(flags(world, 10, first=batch * 10)))
    assert Counter(world.faults.passed)["dynamodb.TransactWriteItems"] == 10
    assert len(world.faults.passed) <= 30
    assert world.item("case")["flags"] == 100
