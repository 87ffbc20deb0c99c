"""What may become of something that was said, by rule."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.moments import text
from functions.feedback import talk_records, talks
from functions.feedback.talks import Move, NotAllowedError

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ITEM = {"source": "game", "platform": "standard_webhooks", "said_at": text(NOW), "text": "Does it snow?"}
ANSWER = {"by": "Ada", "at": text(NOW), "hash": "h", "version": "first", "text": "Yes.", "language": "en"}


def talk(**changes: Any) -> dict[str, Any]:
    return {**talks.fresh(ITEM, "acme", "item"), **changes}


def had(by: str, **changes: Any) -> dict[str, Any]:
    return talk(state="assigned", assigned_to=by, lease_until=text(NOW + talks.LEASE), fence=3, **changes)


def test_nobody_touched_it() -> None:
    assert talk()["state"] == "open"
    assert "text" not in talk()
    assert talks.fresh({**ITEM, "who": "ab"}, "acme", "item")["who"] == "ab"


def test_it_is_held_for_a_day_and_given_on_by_whoever_has_it() -> None:
    taken = talks.assigned(had("Ada"), "Bo", "Ada", NOW, 3)
    assert (taken.set["assigned_to"], taken.set["fence"]) == ("Bo", 4)
    with pytest.raises(NotAllowedError, match="Ada has it until"):
        talks.assigned(had("Ada"), "Bo", "Bo", NOW)
    late = NOW + talks.LEASE
    assert talks.leased(had("Ada"), late) == ""
    assert talks.assigned(had("Ada"), "Bo", "Bo", late).set["assigned_to"] == "Bo"


MOVES: dict[str, Callable[[dict[str, Any]], Move]] = {
    "assign": lambda found: talks.assigned(found, "Ada", "Ada", NOW),
    "draft": lambda found: talks.drafted(found, ANSWER, "Ada", NOW),
    "answer": lambda found: talks.answering(found, ANSWER, "Ada", NOW, another=False),
    "close": lambda found: talks.closed(found, "done", "Ada", NOW),
}


@pytest.mark.parametrize("state", ["answering", "answered", "closed"])
@pytest.mark.parametrize("move", list(MOVES))
def test_what_is_over_or_on_its_way_takes_nothing(state: str, move: str) -> None:
    with pytest.raises(NotAllowedError):
        MOVES[move](talk(state=state))


def test_two_people_where_the_program_asks_for_them() -> None:
    with pytest.raises(NotAllowedError, match="somebody else has to approve"):
        talks.answering(talk(state="drafted"), ANSWER, "Ada", NOW, another=True)
    sent = talks.answering(had("Ada", answers=1), ANSWER, "Bo", NOW, another=True)
    assert sent.set["answer"] == {**ANSWER, "number": 2, "approved_by": "Bo"}


@pytest.mark.parametrize("state", [*talks.UNSENT, "sent", "claimed", "armed", "unknown"])
def test_an_answer_is_taken_back_only_if_it_surely_did_not_arrive(state: str) -> None:
    on_its_way = talk(state="answering", answers=1)
    if state in talks.UNSENT:
        assert talks.reopened(on_its_way, {"state": state}, NOW).set["state"] == "open"
        with pytest.raises(NotAllowedError):
            talks.reopened(on_its_way, {"state": state, "begun": True}, NOW)
    else:
        with pytest.raises(NotAllowedError, match="may have arrived"):
            talks.reopened(on_its_way, {"state": state}, NOW)


def test_what_is_over_is_opened_again_for_whoever_still_has_it() -> None:
    assert talks.reopened(had("Ada") | {"state": "closed"}, None, NOW).set["assigned_to"] == "Ada"
    later = talks.reopened(had("Ada") | {"state": "answered"}, None, NOW + talks.LEASE)
    assert (later.set["state"], later.set["assigned_to"]) == ("open", "")
    with pytest.raises(NotAllowedError, match="nothing to open again"):
        talks.reopened(talk(), None, NOW)


def test_an_answer_of_before_it_was_opened_again_is_no_answer_given() -> None:
    answered = talk(state="answered", answer={**ANSWER, "approved_by": "Bo"})
    assert talks.is_same(answered, "h", "Ada", "first")
    assert talks.is_approved(answered, "h", "Bo")
    opened = answered | {"state": "open"}
    assert not talks.is_same(opened, "h", "Ada", "first")
    assert not talks.is_approved(opened, "h", "Bo")


def test_what_changed_is_told() -> None:
    newest = text(NOW + timedelta(minutes=1)) + "#0"
    assert talks.difference(ITEM, "first") == ""
    assert talks.difference(None, "first") == "it is not kept any more"
    assert "and says now: “Does it snow?”" in talks.difference({**ITEM, "newest": newest}, "first")
    assert talks.difference({**ITEM, "newest": newest}, newest) == ""
    assert "removed" in talks.difference({**ITEM, "newest": newest, "state": "removed"}, newest)


def test_words_are_quoted_on_one_line_and_cut() -> None:
    assert talks.quoted({"text": "a\nb"}) == "a b"
    assert talks.quoted({"title": "T"}) == "T"
    assert len(talks.quoted({"text": "x" * 500})) == talks.LONGEST_QUOTE


@pytest.mark.parametrize(
    ("item", "is_one"),
    [
        ({"read": {"kind": "question"}}, True),
        ({"read": {"kind": "bug"}}, False),
        ({}, False),
        ({"read": {"kind": "question"}, "state": "removed"}, False),
        ({"read": {"kind": "question"}, "staff": True}, False),
    ],
)
def test_who_asks_waits(item: dict[str, Any], is_one: bool) -> None:
    assert talk_records.is_question(item) is is_one
