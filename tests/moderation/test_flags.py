"""A flag opens a case or joins one, once, whatever is delivered how often."""

from functools import partial

import pytest
from botocore.exceptions import ReadTimeoutError

from events.envelope import Envelope
from events.moderation import FlagRaised
from events.program import bare
from functions.moderation import cases, records
from functions.platforms.inbound import normalise
from tests.moderation.people import decided, held, recorded
from tests.support import builders
from tests.support.faults import answer_lost
from tests.support.world import World


def reasons(world: World) -> list[str]:
    world.drain()
    return [item["reason"] for item in world.parked()]


def test_a_flag_opens_a_case(world: World) -> None:
    world.handle(builders.flag(world.now, text="Go  home,\nall of you"))
    case = world.item("case")
    assert (case["state"], case["flags"], case["summary"]) == ("open", 1, "Go home, all of you")
    assert [line["what"] for line in world.items("audit")] == ["opened"]
    assert world.item("inbox")["fate"] == "recorded"


def test_a_second_flag_on_the_same_thing_joins_its_case(world: World) -> None:
    world.handle(builders.flag(world.now, flag="a", reason="hate"))
    world.handle(builders.flag(world.now, flag="b", reason="spam"))
    case = world.item("case")
    assert (case["flags"], case["reasons"]) == (2, ["hate", "spam"])
    assert [line["what"] for line in world.items("audit")] == ["opened", "flagged"]


def test_flags_on_different_things_open_different_cases(world: World) -> None:
    world.handle(builders.flag(world.now, flag="a", subject="1"), builders.flag(world.now, flag="b", subject="2"))
    assert len(world.items("case")) == 2


def test_the_same_delivery_again_changes_nothing(world: World) -> None:
    envelope = builders.flag(world.now)
    world.handle(envelope)
    before = list(world.every_item())
    world.later(minutes=5)
    world.handle(envelope, envelope)
    assert list(world.every_item()) == before
    assert not world.depth("parked")


def test_one_batch_may_hold_the_same_delivery_twice(world: World) -> None:
    envelope = builders.flag(world.now)
    world.handle(envelope, envelope)
    assert world.item("case")["flags"] == 1


def test_the_same_flag_under_another_delivery_id_is_a_duplicate(world: World) -> None:
    world.handle(builders.flag(world.now, flag="a"))
    world.handle(builders.flag(world.now, flag="a"))
    assert world.item("case")["flags"] == 1
    fates = {marker["fate"]: marker["about"] for marker in world.items("inbox")}
    assert set(fates) == {"recorded", "duplicate"}
    assert world.item("flag")["sk"] in fates["duplicate"]  # It says of what.


def test_the_same_delivery_id_with_another_body_is_parked(world: World) -> None:
    world.handle(builders.flag(world.now, flag="a", delivery="msg"))
    world.handle(builders.flag(world.now, flag="b", delivery="msg"))
    assert world.item("case")["flags"] == 1
    assert reasons(world) == ["the delivery id 'msg' came before, with another body"]


def test_a_flag_that_cannot_be_read_is_parked_and_its_batch_goes_on(world: World) -> None:
    good = builders.flag(world.now)
    world.handle(builders.webhook("flag.raised", {"id": "x", "subject": "a string"}, world.now), good)
    assert world.item("case")["flags"] == 1
    (reason,) = reasons(world)
    assert "subject" in reason


def test_a_flag_without_an_identity_is_parked_with_what_is_missing(world: World) -> None:
    data = {"at": world.now.isoformat(), "subject": {"kind": "post", "id": "1"}}
    world.handle(builders.webhook("flag.raised", data, world.now))
    (reason,) = reasons(world)
    assert "data.id" in reason


def test_no_word_of_a_stranger_stands_in_a_reason(world: World) -> None:
    data = {"id": "x", "at": "my phone number is 555", "subject": {"kind": "post", "id": "1"}}
    world.handle(builders.webhook("flag.raised", data, world.now))
    assert "555" not in reasons(world)[0]


def test_a_delivery_older_than_its_marker_may_be_is_parked_and_not_applied(world: World) -> None:
    late = builders.flag(world.now)
    world.later(days=34, seconds=1)
    world.handle(late)
    assert not world.items("case")
    assert reasons(world)[0].startswith("too old: it was received 2026-11-22")


def test_a_delivery_just_young_enough_is_applied(world: World) -> None:
    late = builders.flag(world.now)
    world.later(days=34)
    world.handle(late)
    assert world.item("case")["flags"] == 1


def test_feedback_in_the_queue_of_flags_is_parked(world: World) -> None:
    body = builders.feedback(world.now)
    astray = Envelope(**{**{name: getattr(body, name) for name in body.__slots__}, "pipeline": "moderation"})
    world.handle(astray)
    assert reasons(world) == ["FeedbackReceived arrived on the queue for moderation"]


def test_a_message_that_is_no_envelope_fails_alone_and_ends_as_a_parked_record(world: World) -> None:
    world.put_message("moderation", "not JSON")
    world.handle(builders.flag(world.now))
    assert world.item("case")["flags"] == 1
    assert reasons(world) == ["not an envelope of ours"]


def test_words_that_a_store_cannot_hold_are_replaced_and_the_flag_counts(world: World) -> None:
    world.handle(builders.flag(world.now, text="a\x00b\ud800c\ufffe"))
    assert world.item("case")["text"] == "a\ufffdb\ufffdc\ufffd"


def test_an_answer_that_was_lost_after_the_transaction_is_no_second_flag(world: World) -> None:
    world.faults.at("dynamodb.TransactWriteItems", "after", answer_lost)
    world.handle(builders.flag(world.now))
    assert world.item("case")["flags"] == 1
    assert world.item("inbox")["fate"] == "recorded"


@pytest.mark.parametrize(
    ("reason", "cases_"), [("harassment", [("decided", 2)]), ("hate", [("decided", 1), ("open", 1)])]
)
def test_a_flag_that_arrives_while_the_case_is_being_decided_is_not_lost(
    world: World, reason: str, cases_: list[tuple[str, int]]
) -> None:
    """It read the open case, and the decision came before its transaction: more of the same is counted there, and what
    is worse opens the next one."""
    world.handle(builders.flag(world.now, flag="a"))
    first = held(world)
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: decided(world, first))
    world.handle(builders.flag(world.now, flag="b", reason=reason))
    assert [(case["state"], case["flags"]) for case in by_age(world)] == cases_


def test_a_flag_that_arrives_while_another_one_opens_the_case_joins_it(world: World) -> None:
    """It saw no case, and the other flag's transaction came first."""
    other = builders.flag(world.now, flag="a")
    world.accept(builders.flag(world.now, flag="b"))
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: records_flag(world, other))
    world.work("moderation")
    assert world.item("case")["flags"] == 2
    assert audit_numbers(world) == ["audit#000001", "audit#000002"]


def test_a_flag_that_loses_the_race_for_an_audit_number_takes_the_next_one(world: World) -> None:
    world.handle(builders.flag(world.now, flag="a"))
    for name in "bcd":  # Three others are faster, one after the other.
        other = builders.flag(world.now, flag=name)
        world.faults.at("dynamodb.TransactWriteItems", "before", partial(records_flag, world, other))
    world.handle(builders.flag(world.now, flag="e"))
    assert world.item("case")["flags"] == 5
    assert audit_numbers(world) == [f"audit#{number:06d}" for number in range(1, 6)]


def test_a_flag_that_never_wins_goes_back_to_the_queue(world: World) -> None:
    world.handle(builders.flag(world.now, flag="a"))
    for number in range(records.TRIES):
        other = builders.flag(world.now, flag=f"other-{number}")
        world.faults.at("dynamodb.TransactWriteItems", "before", partial(records_flag, world, other), nth=number + 1)
    world.accept(builders.flag(world.now, flag="unlucky"))
    world.work("moderation")
    assert world.depth("moderation") == 1
    world.drain()
    assert world.item("case")["flags"] == records.TRIES + 2


def test_more_of_the_same_after_the_decision_is_counted_and_opens_nothing(world: World) -> None:
    world.handle(builders.flag(world.now, flag="a"))
    decided(world, held(world))
    world.later(days=7, milliseconds=-1)
    world.handle(builders.flag(world.now, flag="b", reason="spam"))
    case = world.item("case")
    assert (case["state"], case["flags"], case["repeats"]) == ("decided", 2, 1)
    assert case["reasons"] == ["harassment", "spam"]
    assert [line["what"] for line in world.items("audit")] == ["opened", "claimed", "decided", "flagged again"]
    assert world.items("flag")[0]["case"] == world.items("flag")[1]["case"] == case["id"]


@pytest.mark.parametrize(("reason", "days"), [("hate", 0), ("spam", 7)], ids=["worse", "long after"])
def test_something_worse_or_long_after_the_decision_opens_another_case(world: World, reason: str, days: int) -> None:
    world.handle(builders.flag(world.now, flag="a"))
    first = decided(world, held(world))
    world.later(days=days)
    world.handle(builders.flag(world.now, flag="b", reason=reason))
    old, new = by_age(world)
    assert (old["state"], new["state"]) == ("decided", "open")
    assert (new["epoch"], new["earlier"]) == (2, first["id"])
    assert world.item("round")["case"] == new["id"]


def test_after_the_decision_the_flag_that_was_decided_opens_nothing(world: World) -> None:
    world.handle(builders.flag(world.now, flag="a"))
    decided(world, held(world))
    world.handle(builders.flag(world.now, flag="a"))
    assert world.item("case")["state"] == "decided"


def test_a_private_message_of_the_forum_leaves_a_marker_and_nothing_else(world: World) -> None:
    body = b'{"post": {"id": 5, "topic_archetype": "private_message"}}'
    headers = {"x-discourse-event": "post_created", "x-discourse-event-id": "9"}
    private = builders.delivered("forum", headers, body, world.now)
    world.handle(private, private)
    marker = world.item("inbox")
    assert (marker["fate"], marker["about"]) == ("ignored", "a private message")
    assert not world.items("feedback")
    assert not world.depth("parked")


def test_a_marker_lives_as_long_as_promised(world: World) -> None:
    world.handle(builders.flag(world.now))
    assert world.item("inbox")["expires"] == int(world.now.timestamp()) + 35 * 86400


def test_the_summary_is_one_line_of_at_most_120_characters(world: World) -> None:
    world.handle(builders.flag(world.now, text="word " * 10_000))
    summary = world.item("case")["summary"]
    assert len(summary) == 120
    assert summary.endswith("…")


def test_nothing_is_lost_while_the_table_is_out_of_reach(world: World) -> None:
    world.accept(builders.flag(world.now))
    for _ in range(3):
        world.faults.at("dynamodb.TransactWriteItems", "before", answer_lost)
        world.work("moderation")
    assert not world.items("case")
    world.work("moderation")
    assert world.item("case")["flags"] == 1


def test_the_handler_reports_only_the_failed_message(world: World) -> None:
    world.accept(builders.flag(world.now, subject="1", flag="a"), builders.flag(world.now, subject="2", flag="b"))
    world.faults.at("dynamodb.TransactWriteItems", "before", answer_lost)
    world.work("moderation")
    assert len(world.items("case")) == 1
    assert world.depth("moderation") == 1


def test_an_answer_lost_on_the_last_try_is_a_lost_answer_and_no_lost_flag(world: World) -> None:
    envelope = builders.flag(world.now)
    world.faults.at("dynamodb.TransactWriteItems", "after", answer_lost)
    flag = records_event(envelope)
    with pytest.raises(ReadTimeoutError):
        recorded(envelope, flag, world)
    assert recorded(envelope, flag, world) == "duplicate"
    assert world.item("case")["flags"] == 1


def records_event(envelope: Envelope) -> FlagRaised:
    found = normalise(envelope, bare(envelope.source, envelope.community, envelope.platform))
    assert isinstance(found, FlagRaised)
    return found


def records_flag(world: World, envelope: Envelope) -> None:
    """What another worker does at the same moment."""
    recorded(envelope, records_event(envelope), world)


def by_age(world: World) -> list[dict[str, object]]:
    return sorted(world.items("case"), key=lambda case: case["state"])


def audit_numbers(world: World) -> list[str]:
    return [line["sk"] for line in world.items("audit")]


def test_a_case_is_named_by_the_flag_that_opened_it() -> None:
    assert cases.case_id("s", "f") == cases.case_id("s", "f") != cases.case_id("s", "g")
