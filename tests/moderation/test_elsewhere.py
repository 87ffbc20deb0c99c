"""What platforms tell beside flags: why one was raised, what was decided over there, how a message changed."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.moderation import Change, DecisionReported, FlagExplained, FlagRaised, MessageSeen
from functions.moderation import messages, records
from functions.moderation.standards import Standards
from functions.shared import outbox
from functions.shared.table import Item, table
from functions.upkeep import sweep
from tests.api.manager import Manager
from tests.moderation.people import HIDE, NOTHING, decided, held, recorded
from tests.support import builders
from tests.support.faults import answer_lost
from tests.support.world import START, World

ORIGIN = {"community": "acme", "source": "forum", "platform": "discourse"}
POST = {"source": "forum", "kind": "post", "id": "7"}


def delivery(world: World) -> Any:
    """A delivery of its own for each event told; what it says is not read here."""
    return builders.webhook("told", {"id": "x"}, world.now)


def flag(world: World, name: str = "f", **more: Any) -> str:
    given = {**ORIGIN, "flag": name, "subject": POST, "text": "Buy gold", "raised_at": world.now, **more}
    return recorded(delivery(world), FlagRaised.model_validate(given), world, can_ask=True)


def explanation(world: World, name: str = "f", **more: Any) -> str:
    given = {
        **ORIGIN,
        "flag": name,
        "subject": POST,
        "reason": "spam",
        "code": "spam",
        "comment": "the third today",
        "reporter": {"id": "9", "name": "Ilse"},
        "explained_at": world.now,
        **more,
    }
    return records.record_explanation(
        table(), delivery(world), FlagExplained.model_validate(given), Standards(), world.now
    )


def decision(world: World, name: str = "d", **more: Any) -> str:
    given = {**ORIGIN, "decision": name, "subject": POST, "did": "agreed", "decided_at": world.now, **more}
    return records.record_decision(
        table(), delivery(world), DecisionReported.model_validate(given), Standards(), world.now
    )


def message(world: World, change: str, after: int = 0, **more: Any) -> str:
    given = {**ORIGIN, "subject": POST, "change": change, "changed_at": START + timedelta(seconds=after), **more}
    return records.record_message(table(), delivery(world), MessageSeen.model_validate(given), world.now)


def known(world: World) -> tuple[Any, ...]:
    (report,) = world.items("flag")
    case = world.item("case")
    return report["reason"], report["code"], report["comment"], report["reporter"], case["reasons"], case["codes"]


def test_an_explanation_means_the_same_before_and_after_its_flag(world: World) -> None:
    assert flag(world) == "recorded"
    assert explanation(world) == "recorded"
    after = known(world)
    assert after == ("spam", "spam", "the third today", {"id": "9", "name": "Ilse"}, ["spam"], ["spam"])


def test_an_explanation_that_overtakes_its_flag_is_kept_for_it(world: World) -> None:
    explanation(world)
    assert not world.items("case")
    flag(world)
    assert known(world) == ("spam", "spam", "the third today", {"id": "9", "name": "Ilse"}, ["spam"], ["spam"])
    assert world.item("case")["text"] == "Buy gold"
    assert flag(world) == "duplicate"
    assert world.item("case")["flags"] == 1


def test_a_case_is_shown_and_taken_while_an_explanation_has_overtaken_its_flag(world: World) -> None:
    flag(world)
    explanation(world, "later")
    case, mo = world.item("case")["id"], Manager(world, "moderator")
    assert [one["flag"] for one in mo.get(f"cases/{case}").json["flags"]] == ["f"]
    assert mo.post(f"cases/{case}/claim", {}).status == 200


def test_a_flag_s_own_reporter_stays_when_the_explanation_names_none(world: World) -> None:
    explanation(world, reporter=None)
    flag(world, reporter={"id": "4", "name": "Noor"})
    assert world.item("flag")["reporter"] == {"id": "4", "name": "Noor"}


def test_an_explanation_that_comes_while_its_flag_is_written_is_not_lost(world: World) -> None:
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: explanation(world))
    flag(world)
    assert known(world)[:2] == ("spam", "spam")
    assert known(world)[4:] == (["spam"], ["spam"])


def test_a_flag_that_comes_while_its_explanation_is_written_is_explained(world: World) -> None:
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: flag(world))
    explanation(world)
    assert known(world)[:2] == ("spam", "spam")
    assert known(world)[4:] == (["spam"], ["spam"])
    assert world.item("case")["flags"] == 1


def test_what_a_platform_would_tell_is_asked_for_once_and_with_the_flag(world: World) -> None:
    flag(world, more="review:3")
    flag(world, more="review:3")
    (row,) = world.items(outbox.KIND)
    assert (row["purpose"], row["destination"], row["request"]["more"]) == ("look", "forum", "review:3")


@pytest.mark.parametrize("outcome", ["violation", "no_violation"])
def test_a_decision_taken_there_closes_the_case(world: World, outcome: str) -> None:
    flag(world)
    assert decision(world, outcome=outcome, moderator={"id": "2", "name": "mo"}, reason="clear") == "recorded"
    case = world.item("case")
    assert (case["state"], case["outcome"], case["decided_by"]) == ("decided", outcome, "discourse mo")
    shown = records.whole(table(), "acme", case["id"])
    assert shown["decision"]["decision"] == {"outcome": outcome, "measures": [], "explanation": "clear"}
    assert shown["audit"][-1]["what"] == "decided there"
    assert decision(world, outcome=outcome) == "duplicate"
    flag(world, "g")
    assert world.item("case")["repeats"] == 1
    flag(world, "h", code="violence")
    assert sorted(one["state"] for one in world.items("case")) == ["decided", "open"]


def test_a_decision_that_says_nothing_of_a_violation_is_a_line_in_the_history(world: World) -> None:
    flag(world)
    decision(world, did="assigned to mo")
    case = world.item("case")
    assert case["state"] == "open"
    assert records.whole(table(), "acme", case["id"])["audit"][-1]["detail"]["did"] == "assigned to mo"


def test_a_decision_about_something_nobody_reported_is_kept(world: World) -> None:
    assert decision(world, outcome="violation") == "recorded"
    assert world.item("decided")["outcome"] == "violation"
    assert not world.items("case")


def test_a_decision_taken_there_while_somebody_decides_here_finds_it_decided(world: World) -> None:
    flag(world)

    def decided_here() -> None:
        decision(world, "other", outcome="no_violation")

    world.faults.at("dynamodb.TransactWriteItems", "before", decided_here)
    assert decision(world, outcome="violation") == "recorded"
    assert world.item("case")["outcome"] == "no_violation"
    assert len(world.items("decided")) == 2


def test_a_message_is_kept_in_its_newest_state_and_for_thirty_days(world: World) -> None:
    message(world, "created", text="hi", author={"id": "5", "name": "Al"}, said_at=START)
    message(world, "edited", after=5, text="bye")
    kept = world.item("message")
    assert (kept["text"], kept["state"], kept["author"]["id"]) == ("bye", "edited", "5")
    assert kept["expires"] == int((world.now + timedelta(days=30)).timestamp())


def test_an_open_case_is_told_that_its_content_changed(world: World) -> None:
    flag(world)
    message(world, "edited", text="I never said that")
    case = world.item("case")
    last = records.whole(table(), "acme", case["id"])["audit"][-1]
    assert (last["what"], last["detail"]["text"]) == ("content edited", "I never said that")
    assert case["text"] == "Buy gold"  # What was reported stays as it was seen.


STORY: tuple[tuple[Change, int, dict[str, Any]], ...] = (
    ("created", 0, {"text": "one", "author": {"id": "5"}, "said_at": START}),
    ("edited", 5, {"text": "two"}),
    ("edited", 9, {"text": "three"}),
    ("removed", 12, {}),
)


def end(story: Any) -> Any:
    kept: dict[str, Any] | None = None
    for change, after, more in story:
        at = START + timedelta(seconds=after)
        seen = MessageSeen.model_validate({**ORIGIN, "subject": POST, "change": change, "changed_at": at, **more})
        kept = messages.folded(kept, seen, at.isoformat())
    return kept


@pytest.mark.parametrize("length", [2, 3, 4])
def test_in_any_order_a_message_ends_the_same(length: int) -> None:
    story = STORY[:length]
    assert all(end(order) == end(story) for order in itertools.permutations(story))


@pytest.mark.parametrize("last", ["removed", "edited"])
def test_of_one_second_the_later_change_stands_whichever_is_told_last(last: Change) -> None:
    """Platforms tell time in seconds: nobody edits what was removed, or what was not there yet."""
    story = [
        ("created", 5, {"text": "one"}),
        ("edited", 5, {"text": "two"}),
        *([("removed", 5, {})] * (last == "removed")),
    ]
    ends = [end(order) for order in itertools.permutations(story)]
    assert {(one["state"], one["text"]) for one in ends} == {(last, "two")}


@given(st.lists(st.sampled_from(STORY), min_size=1, max_size=10))
def test_repeats_change_nothing(story: list[Any]) -> None:
    once = [one for number, one in enumerate(story) if one not in story[:number]]
    assert end(story) == end(once)


def closed(world: World) -> None:
    """The only open case is decided, and everybody told."""
    decided(world, held(world), NOTHING)
    world.finish()


@pytest.mark.parametrize("late", [False, True])
def test_a_report_that_turns_out_to_be_worse_than_what_was_decided_opens_a_case(world: World, late: bool) -> None:
    flag(world, reporter={"id": "9"})
    if late:
        closed(world)
        flag(world, "g", reporter={"id": "8"}, code="unknown")
        world.finish()
    else:
        closed(world)
    worse = "g" if late else "f"
    world.later(minutes=1)
    explanation(world, worse, code="hate", reporter=None)
    first, second = sorted(world.items("case"), key=lambda case: case["opened_at"])
    assert (first["state"], first["flags"], first.get("repeats", 0)) == ("decided", 1 if late else 0, 0)
    assert (second["state"], second["flags"], second["codes"], second["text"]) == ("open", 1, ["hate"], "Buy gold")
    assert second["earlier"] == first["id"]
    assert second["epoch"] == 2
    moved = next(one for one in world.items("flag") if one["flag"] == worse)
    assert moved["case"] == second["id"]
    assert "answered" not in moved
    decided(world, held(world))
    world.finish()
    figures = {(one["agreed"], one.get("disagreed", 0)) for one in world.items("figures") if one.get("agreed")}
    assert figures == {(1, 0)}, "it is judged once, by the last decision"
    assert all(records.verified(table(), case) is None for case in world.items("case"))


def test_a_report_that_turns_out_to_be_worse_opens_one_case_however_often_it_is_told(world: World) -> None:
    flag(world)
    closed(world)
    given = {**ORIGIN, "flag": "f", "subject": POST, "code": "hate", "explained_at": world.now}
    told, envelope = FlagExplained.model_validate(given), delivery(world)
    world.faults.at("dynamodb.TransactWriteItems", "after", answer_lost)
    with pytest.raises(Exception, match="timeout"):
        records.record_explanation(table(), envelope, told, Standards(), world.now)
    assert records.record_explanation(table(), envelope, told, Standards(), world.now) == "duplicate"
    assert explanation(world, code="hate", reporter=None, reason="", comment="") == "duplicate"
    assert sorted(case["state"] for case in world.items("case")) == ["decided", "open"]


def test_a_report_that_is_no_worse_than_what_was_decided_opens_nothing(world: World) -> None:
    flag(world, code="hate")
    closed(world)
    explanation(world)
    assert world.item("case")["state"] == "decided"
    assert set(world.item("case")["codes"]) == {"hate", "spam"}


def by_age(world: World) -> list[Item]:
    return sorted(world.items("case"), key=lambda case: case["opened_at"])


def two_rounds(world: World) -> None:
    """What `f` reported was decided, and long afterwards `g` reports the same thing."""
    flag(world, reporter={"id": "9"})
    closed(world)
    world.later(days=8)
    flag(world, "g", reporter={"id": "8"}, code="spam")


def worse(world: World, name: str = "f", **more: Any) -> str:
    world.later(minutes=1)
    return explanation(world, name, **{"code": "minor_safety", "reason": "a child", "reporter": None, **more})


def of_flag(world: World, name: str) -> Item:
    return next(one for one in world.items("flag") if one["flag"] == name)


def test_a_report_of_an_older_round_that_turns_out_to_be_worse_joins_the_open_one(world: World) -> None:
    two_rounds(world)
    assert worse(world) == "recorded"
    first, second = by_age(world)
    assert (first["state"], first["flags"], first["codes"]) == ("decided", 0, [])
    assert (second["state"], second["flags"], second["severity"], second["material"]) == ("open", 2, 0, 2)
    assert second["codes"] == ["minor_safety", "spam"]
    assert of_flag(world, "f")["case"] == second["id"]
    assert "answered" not in of_flag(world, "f")
    closed(world)
    assert of_flag(world, "f")["answered"] == "no_violation"
    assert [(one["agreed"], one["disagreed"]) for one in figures(world)] == [(0, 1), (0, 1)]
    assert all(records.verified(table(), case) is None for case in world.items("case"))


def figures(world: World) -> list[Any]:
    """How often those who reported were right and wrong."""
    return [{"agreed": one.get("agreed", 0), "disagreed": one.get("disagreed", 0)} for one in world.items("figures")]


def test_what_it_said_then_is_kept_and_is_not_what_is_there_now(world: World) -> None:
    two_rounds(world)
    message(world, "edited", after=700_000, text="Something else")
    before = by_age(world)[1]
    worse(world)
    after = by_age(world)[1]
    assert after["current"] == before["current"] == 2


def test_a_report_that_is_worse_than_all_that_was_decided_since_opens_a_case(world: World) -> None:
    two_rounds(world)
    closed(world)
    worse(world)
    first, second, third = by_age(world)
    assert [case["state"] for case in (first, second, third)] == ["decided", "decided", "open"]
    assert (third["earlier"], third["epoch"], third["codes"]) == (second["id"], 3, ["minor_safety"])
    assert (first["flags"], second["flags"], third["flags"]) == (0, 1, 1)


def test_a_report_that_what_was_decided_since_answers_is_answered_with_it(world: World) -> None:
    flag(world, reporter={"id": "9"})
    closed(world)
    world.later(days=8)
    flag(world, "g", reporter={"id": "8"}, code="minor_safety")
    decided(world, held(world), HIDE)
    world.finish()
    worse(world)
    world.finish()
    first, second = by_age(world)
    assert (first["flags"], second["flags"], second.get("repeats", 0)) == (0, 2, 0)
    moved = of_flag(world, "f")
    assert (moved["case"], moved["answered"]) == (second["id"], "violation")
    assert sorted((one["agreed"], one["disagreed"]) for one in figures(world)) == [(1, 0), (1, 0)]


@pytest.mark.parametrize("when", ["before", "after"])
def test_cut_off_it_is_in_one_case(world: World, when: Any) -> None:
    two_rounds(world)
    given = {**ORIGIN, "flag": "f", "subject": POST, "code": "minor_safety", "explained_at": world.now}
    told, envelope = FlagExplained.model_validate(given), delivery(world)
    world.faults.at("dynamodb.TransactWriteItems", when, answer_lost)
    with pytest.raises(Exception, match="timeout"):
        records.record_explanation(table(), envelope, told, Standards(), world.now)
    fate = records.record_explanation(table(), envelope, told, Standards(), world.now)
    assert fate == ("recorded" if when == "before" else "duplicate")
    assert [case["flags"] for case in by_age(world)] == [0, 2]


def test_one_that_is_decided_while_it_joins_is_not_what_it_joins(world: World) -> None:
    """Read as open, and decided before it is read itself: nobody would look at what is written there."""
    two_rounds(world)
    before = by_age(world)[1]["id"]

    def decide() -> None:
        decided(world, held(world, case=before), NOTHING)

    world.faults.at("dynamodb.GetItem", "after", decide, nth=3)
    worse(world)
    assert [case["state"] for case in by_age(world)] == ["decided", "decided", "open"]


def test_a_report_that_comes_while_its_case_is_decided_is_answered(world: World) -> None:
    flag(world)
    world.faults.at("dynamodb.GetItem", "before", lambda: decided(world, held(world), NOTHING))
    flag(world, "g", code="violence")
    assert sorted(case["state"] for case in world.items("case")) == ["decided", "open"]


def test_of_two_worse_explanations_of_one_moment_each_opens_a_case(world: World) -> None:
    flag(world, reporter={"id": "9"})
    at = world.now
    for code, reason in (("hate", "a"), ("minor_safety", "b")):
        closed(world)
        assert explanation(world, code=code, reason=reason, reporter=None, explained_at=at) == "recorded"
    assert sorted(case["state"] for case in world.items("case")) == ["decided", "decided", "open"]
    assert world.item("flag")["code"] == "minor_safety"


def test_of_two_explanations_before_their_flag_the_later_stands_whichever_is_written_last(world: World) -> None:
    later = world.now + timedelta(minutes=1)

    def newer() -> None:
        explanation(world, reason="a child", code="minor_safety", explained_at=later)

    world.faults.at("dynamodb.TransactWriteItems", "before", newer)
    assert explanation(world) == "duplicate"
    assert world.item("flag")["code"] == "minor_safety"


# Whose report it was


def letters(world: World) -> list[str]:
    """Who is told what was decided, or would be."""
    return [row["request"]["person"]["id"] for row in world.items("delivery") if row["purpose"] == "tell"]


def test_a_reporter_who_is_known_only_after_the_decision_is_told_and_counted(world: World) -> None:
    flag(world, raised_at=world.now)
    closed(world)
    assert letters(world) == []
    explanation(world)
    world.finish()
    assert letters(world) == ["9"]
    assert figures(world) == [{"agreed": 0, "disagreed": 1}]
    explanation(world, reason="spam, spam", explained_at=world.now)
    world.finish()
    assert (letters(world), figures(world)) == (["9"], [{"agreed": 0, "disagreed": 1}])


def test_a_reporter_who_becomes_known_while_their_report_is_answered_is_told(world: World) -> None:
    flag(world)
    decided(world, held(world), NOTHING)
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: explanation(world))
    world.finish()
    assert letters(world) == ["9"]
    assert figures(world) == [{"agreed": 0, "disagreed": 1}]


def test_a_reporter_whose_report_is_answered_while_they_become_known_is_told(world: World) -> None:
    flag(world)
    decided(world, held(world), NOTHING)
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: sweep.outcomes_due(table(), lambda: True))
    explanation(world)
    world.finish()
    assert letters(world) == ["9"]
    assert figures(world) == [{"agreed": 0, "disagreed": 1}]


def test_what_a_platform_is_asked_about_a_flag_waits_for_no_sweep(world: World) -> None:
    world.handle(builders.post_flag(world.now, author=9))
    world.work_off("delivery")
    (row,) = [row for row in world.items(outbox.KIND) if row["purpose"] == "look"]
    assert row["attempts"] == 1
