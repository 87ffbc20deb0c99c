"""What strikes add up to, and which threshold that reaches, without any store."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from events.moderation import Decision
from events.moments import text
from events.program import Moderation, Policy, Threshold
from functions.moderation import points
from functions.moderation.points import Background, Known

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LADDER = tuple(Threshold(points=number) for number in (4, 8, 12))
CASE: dict[str, Any] = {"reasons": ["spam"]}


def strike(number: int = 4, policy: str = "be-kind", days: float = 90, counted: int | None = None) -> dict[str, Any]:
    ends = text(NOW + timedelta(days=days))
    return {"policy": policy, "points": number, "counted": number if counted is None else counted, "ends_at": ends}


def rule(name: str = "be-kind", number: int = 4) -> Policy:
    return Policy(id=name, community="acme", title=name.capitalize(), text="…", points=number)


@pytest.mark.parametrize(
    ("before", "after", "reached"),
    [(0, 3, None), (0, 4, 4), (3, 4, 4), (4, 7, None), (3, 8, 8), (0, 99, 12), (12, 20, None), (8, 4, None)],
)
def test_only_the_greatest_threshold_that_is_reached_counts(before: int, after: int, reached: int | None) -> None:
    found = points.crossed(LADDER, before, after)
    assert (found.points if found else None) == reached


@given(steps=st.lists(st.integers(-15, 15), max_size=12))
def test_a_threshold_is_reached_again_only_from_below(steps: list[int]) -> None:
    """Of two times in a row that the sum reaches a threshold, or a greater one, it was below in between."""
    total, since = 0, 0
    for step in steps:
        before, total = total, max(0, total + step)
        since = min(since, before)
        if found := points.crossed(LADDER, before, total):
            assert since < found.points <= total
            since = total


def test_points_end_by_themselves() -> None:
    ledger = [strike(4, days=90), strike(3, days=1), strike(2, days=0)]
    assert points.total(ledger, NOW) == 7
    assert points.total(ledger, NOW + timedelta(days=1)) == 4
    assert points.total(ledger, NOW + timedelta(days=90)) == 0


@pytest.mark.parametrize(
    ("outcome", "policy", "case", "number"),
    [
        ("violation", "be-kind", {}, 4),
        ("violation", "be-kind", {"threshold": "too"}, 4),
        ("violation", "be-kind", {"threshold": "only"}, 0),
        ("violation", "", {}, 0),
        ("violation", "gone", {}, 0),
        ("no_violation", "be-kind", {}, 0),
    ],
)
def test_points_are_for_a_rule_that_was_broken(outcome: Any, policy: str, case: Any, number: int) -> None:
    """And not for what a threshold alone has brought up again."""
    decision = Decision(outcome=outcome, policy=policy, explanation="…")
    assert points.given(case, decision, [rule()]) == number


def known(*strikes: dict[str, Any], gives: bool = True, **settings: Any) -> Background:
    own = Known("game", "4417", 1, 0, strikes)
    return Background(own, (), (rule(), rule("fine", 0)), Moderation(thresholds=LADDER, **settings), gives)


def test_what_a_decision_would_add_is_known_beforehand() -> None:
    added = known(strike(4), strike(3, days=0)).adds(rule(), NOW)
    assert added
    assert (added.points, added.total, added.crosses) == (4, 8, LADDER[1])
    assert known(strike(4)).adds(rule(number=1), NOW) == points.Addition("be-kind", 1, 5, None)
    assert known(strike(4)).adds(rule("fine", 0), NOW) is None
    assert known(strike(4), gives=False).adds(rule(), NOW) is None


def test_where_an_account_stands_now() -> None:
    assert known(strike(3)).reached(NOW) is None
    reached = known(strike(9), strike(9, days=0)).reached(NOW)
    assert reached
    assert reached.points == 8


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "9 points in 90 days: Be-kind × 2, gone × 1"),
        ("fr", "9 points en 90 jours : Be-kind × 2, gone × 1"),
        ("de-AT", "9 Punkte in 90 Tagen: Be-kind × 2, gone × 1"),
        ("nl", "9 points in 90 days: Be-kind × 2, gone × 1"),
    ],
)
def test_a_case_says_what_the_points_are_for(language: str, words: str) -> None:
    ledger = [strike(), strike(), strike(1, "gone"), strike(7, "gone", days=0), strike(5, "late", counted=0)]
    assert points.title(ledger, [rule()], 90, language, NOW) == words


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"thresholds": [{"points": 8}, {"points": 4}]}, "thresholds. go up"),
        ({"thresholds": [{"points": 4}, {"points": 4}]}, "thresholds. go up"),
        ({"thresholds": [{"points": 0}]}, "greater than or equal to 1"),
        ({"thresholds": [{"points": 4, "measure": "suspend"}]}, "minutes. goes with timeout and suspend"),
        ({"thresholds": [{"points": 4, "measure": "ban", "minutes": 5}]}, "minutes. goes with"),
        ({"thresholds": [{"points": 4, "minutes": 5}]}, "minutes. goes with"),
        ({"thresholds": [{"points": 4, "measure": "shout"}]}, "Input should be"),
        ({"strikes_last": 0}, "greater than or equal to 1"),
    ],
)
def test_a_program_that_makes_no_sense_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Moderation.model_validate(given)


def test_thresholds_may_name_what_is_usual_from_there_on() -> None:
    made = Moderation.model_validate(
        {"thresholds": [{"points": 4}, {"points": 8, "measure": "suspend", "minutes": 10080}, {"points": 12}]}
    )
    assert [one.measure for one in made.thresholds] == [None, "suspend", None]
    assert made.strikes_last == 90
