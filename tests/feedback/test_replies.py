"""How long people wait, with those who still do."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.waits import Wait
from functions.feedback import replies

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
LATER = START + timedelta(days=5)


def said(content: str, minutes: float, who: str = "ann", **more: Any) -> dict[str, Any]:
    at = (START + timedelta(minutes=minutes)).isoformat()
    return {"source": "forum", "type": "topic", "content": content, "said_at": at, "who": who, **more}


def reply(about: str, minutes: float, who: str = "bob", **more: Any) -> dict[str, Any]:
    return said(f"r{minutes}", minutes, who, about=about, type="post", **more)


def waits(*days: Sequence[dict[str, Any]], last: datetime = LATER) -> list[Wait]:
    found = replies.Waiting(last)
    for items in days:
        found.add(replies.unpacked(json.loads(json.dumps(replies.packed(replies.of_day(items))))))
    return found.waits(LATER)


def minutes_of(*items: dict[str, Any]) -> list[float | None]:
    found = waits(items)
    return [wait.lasted.total_seconds() / 60 if wait.over else None for wait in found]


def test_the_first_reply_of_somebody_else_ends_the_waiting() -> None:
    topic = said("1", 0)
    assert minutes_of(topic) == [None]
    assert minutes_of(topic, reply("1", 5, "ann"), reply("1", 30), reply("1", 20, "cat")) == [20]


def test_a_thread_that_has_a_name_is_answered_by_it() -> None:
    assert minutes_of(said("post:7", 0, thread="topic:3"), reply("topic:3", 9)) == [9]


@pytest.mark.parametrize(
    "more", [{"state": "removed"}, {"type": "reaction"}, {"type": "vote"}, {"source": "chat"}, {"bot": True}]
)
def test_what_is_no_reply(more: dict[str, Any]) -> None:
    assert minutes_of(said("1", 0), {**reply("1", 5), **more}) == [None]


@pytest.mark.parametrize(
    ("more", "asks"),
    [
        ({}, True),
        ({"type": "message"}, False),
        ({"type": "message", "read": {"kind": "question"}}, True),
        ({"type": "message", "read": {"kind": "bug"}, "confirmed": {"kind": "question"}}, True),
        ({"staff": True}, False),
        ({"state": "removed"}, False),
        ({"about": "0"}, False),
    ],
)
def test_who_is_expected_to_get_a_reply(more: dict[str, Any], asks: bool) -> None:
    assert len(minutes_of(said("1", 0, **more))) == asks


def test_what_was_asked_after_the_period_is_another_periods() -> None:
    found = waits([said("1", 0), said("2", 60), reply("1", 90)], last=START + timedelta(minutes=60))
    assert [wait.over for wait in found] == [True]


def test_a_reply_that_its_servers_clock_puts_before_the_question_is_one() -> None:
    assert minutes_of(said("1", 0), reply("1", -2), reply("1", 30, "cat")) == [0]


def test_the_first_reply_counts_on_whichever_day_and_in_whichever_order_it_is_told() -> None:
    days = [said("1", 0)], [reply("1", 1500, "ann"), reply("1", 2000)], [reply("1", 1440, "cat"), reply("2", 3000)]
    assert [wait.lasted for wait in waits(*days)] == [timedelta(minutes=1440)]


def test_what_is_kept_of_a_day_names_no_id_of_a_platform() -> None:
    kept = json.dumps(replies.packed(replies.of_day([said("at://did:ann/1", 0), reply("at://did:ann/1", 5)])))
    assert "did:ann" not in kept


def test_answers_are_all_that_the_community_s_people_said_and_no_more() -> None:
    day = replies.of_day(
        [reply("1", 5), reply("1", 9), reply("1", 9, "cat"), reply("1", 7, staff=True), reply("1", 7, bot=True)]
    )
    (times,) = replies.unpacked(json.loads(json.dumps(replies.packed(day)))).answers.values()
    assert [at[14:16] for at in sorted(times)] == ["05", "09", "09"]


def test_a_day_whose_words_have_ended_says_so() -> None:
    assert replies.of_day([said("", 0)]).ended
    assert not replies.of_day([said("", 0, state="removed"), said("1", 0)]).ended


def waited(*hours: float, open_since: tuple[float, ...] = ()) -> replies.Replies:
    ended = [Wait(START, timedelta(hours=one), over=True) for one in hours]
    still = [Wait(LATER - timedelta(hours=one), timedelta(hours=one), over=False) for one in open_since]
    return replies.summed(ended + still)


def test_those_who_still_wait_are_counted() -> None:
    only = waited(*range(1, 11))
    assert (only.half, only.nine_in_ten, only.unanswered) == (timedelta(hours=5), timedelta(hours=9), 0)
    more = waited(*range(1, 11), open_since=(100.0,) * 10)
    assert (more.half, more.nine_in_ten) == (timedelta(hours=10), None)
    assert (more.asked, more.unanswered, more.oldest) == (20, 10, LATER - timedelta(hours=100))


def test_who_has_waited_for_an_hour_says_nothing_of_the_second() -> None:
    """Five have had a reply after two hours; fifteen asked an hour ago: nobody knows yet."""
    found = waited(2, 2, 2, 2, 2, open_since=(1.0,) * 15)
    assert found.half == timedelta(hours=2)
    assert found.in_time is None, "only five have had the time to be answered"


def test_a_share_in_time_has_its_range() -> None:
    found = waited(*([1] * 14), open_since=(48.0,) * 6)
    assert found.in_time
    share, low, high = found.in_time
    assert (share, round(low, 3), round(high, 3)) == (0.7, 0.516, 0.836)  # (0.7 + 0.0677 ± 0.1816) / 1.1353


def test_too_few_say_nothing() -> None:
    found = waited(1, 2, 3)
    assert (found.asked, found.half, found.nine_in_ten, found.in_time) == (3, None, None, None)
    assert waited() == replies.Replies(0, 0, None, None, None, None)
