"""A look at each day that is over: once, whoever is cut off; and an episode says what is known about it."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from functions.feedback import records, rollup, watch
from functions.shared import raised
from functions.shared.table import Item, Put, Update, listed, table
from functions.upkeep import sweep
from tests.api.manager import Manager
from tests.feedback import counting
from tests.support import builders
from tests.support.faults import Crash, answer_lost, crash
from tests.support.world import World

TODAY = date(2026, 11, 22)
YESTERDAY = date(2026, 11, 21)
DAY = timedelta(days=1)
WEEK = (20, 24, 22, 18, 21, 9, 8)
BURST = {"total": 120, "source:forum": 120}


def counted(day: date, counts: dict[str, int]) -> None:
    """A roll-up of a day."""
    pk, sk = records.day_key("acme", day)
    row = {
        "pk": pk,
        "sk": sk,
        "kind": "day",
        "day": day.isoformat(),
        "zone": "Europe/Paris",
        "version": 1,
        "position": {},
    }
    table().write(Put({**row, "counts": counts}))


def usual_day(day: date) -> dict[str, int]:
    return {"total": WEEK[day.weekday()], "source:forum": WEEK[day.weekday()]}


PROGRAM = """
[[communities]]
id = "acme"
name = "Acme Games"
timezone = "Europe/Paris"

[[sources]]
id = "game"
community = "acme"
platform = "standard_webhooks"

[[sources]]
id = "forum"
community = "acme"
platform = "discourse"

[[sources]]
id = "code"
community = "acme"
platform = "github"
"""


@pytest.fixture
def old() -> Iterator[World]:
    """A community with five weeks of history, of which the last day was looked at."""
    with World(PROGRAM) as world:
        remember(world)
        table().write(Put({"pk": "acme#looked#days", "sk": "looked", "day": (TODAY - DAY * 2).isoformat()}))
        yield world


def remember(world: World) -> None:
    with world.faults.by_others():
        for back in range(2, 37):
            counted(TODAY - DAY * back, usual_day(TODAY - DAY * back))


def look() -> int:
    return sweep.days_looked_at(table(), lambda: True)


def said(world: World, **counts: int) -> None:
    """What was said today; then the day is over."""
    day = world.now.date()
    counted(day, {"total": counts.get("forum", 0), **{f"source:{name}": number for name, number in counts.items()}})
    world.later(days=1)


def told(world: World) -> list[dict[str, Any]]:
    return list(Manager(world).get("feedback/unusual").json["episodes"])


def test_a_burst_is_an_episode_with_the_count_and_the_range(old: World) -> None:
    counted(YESTERDAY, BURST)
    look()
    forum, total = sorted(told(old), key=lambda one: one["series"])
    assert (forum["series"], total["series"], total["direction"]) == ("source:forum", "total", "more")
    assert (total["first"], total["last"], total["state"]) == ("2026-11-21", "2026-11-21", "open")
    assert total["days"] == [{"day": "2026-11-21", "count": 120, "counted": 120, "low": 6, "high": 19}]


def test_the_minutes_rounds_look_and_may(old: World) -> None:
    counted(YESTERDAY, BURST)
    assert old.rounds()
    assert len(old.items("episode")) == 2


def test_an_ordinary_day_is_looked_at_and_nothing_more(old: World) -> None:
    counted(YESTERDAY, usual_day(YESTERDAY))
    assert look() == 1
    assert told(old) == []
    assert Manager(old).get("feedback/unusual").json["looked_at"] == "2026-11-21"
    assert look() == 0


def test_a_day_is_looked_at_two_hours_after_its_end_when_what_is_visited_has_been(old: World) -> None:
    assert look() == 1
    old.now = datetime(2026, 11, 23, 0, 55, tzinfo=UTC)  # 01:55 in Paris.
    assert look() == 0
    old.later(minutes=5)
    assert look() == 1


def test_the_days_of_a_burst_are_one_episode(old: World) -> None:
    counted(YESTERDAY, BURST)
    look()
    for number in (130, 20, 125):
        said(old, forum=number)
    look()
    (whole,) = [one for one in told(old) if one["series"] == "total"]
    assert (whole["first"], whole["last"]) == ("2026-11-21", "2026-11-24")
    assert [one["count"] for one in whole["days"]] == [120, 130, 125]


def test_days_missed_in_a_standstill_are_looked_at_one_by_one(old: World) -> None:
    counted(YESTERDAY, BURST)
    said(old, forum=20)
    said(old, forum=130)
    look()
    assert {one["first"] for one in told(old)} == {"2026-11-21"}
    assert {one["last"] for one in told(old)} == {"2026-11-23"}


def test_a_past_that_is_corrected_raises_no_alarm_and_is_shown_as_it_is_now(old: World) -> None:
    counted(YESTERDAY, BURST)
    look()
    counted(YESTERDAY, {"total": 30, "source:forum": 30})
    counted(TODAY - DAY * 5, {"total": 500, "source:forum": 500})
    assert look() == 0
    assert [(one["days"][0]["counted"], one["days"][0]["count"]) for one in told(old)] == [(120, 30)] * 2


@pytest.mark.parametrize("fault", [crash, answer_lost])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [1, 4, 7, 9, 12, 15])
def test_cut_off_anywhere_it_is_raised_once(old: World, number: int, when: Any, fault: Any) -> None:
    counted(YESTERDAY, BURST)
    old.faults.at_number(number, when, fault)
    with suppress(Crash, Exception):
        look()
    old.faults.forget()
    look()
    look()
    assert len(old.items("episode")) == 2
    assert len(old.items("looked")) == 1


def test_of_two_that_look_at_once_one_has_looked(old: World) -> None:
    counted(YESTERDAY, BURST)
    old.faults.at("dynamodb.TransactWriteItems", "before", look)
    look()
    assert len(old.items("episode")) == 2


def test_hours_that_wait_to_be_counted_are_counted_first(old: World) -> None:
    evening = old.now.replace(hour=9) - DAY
    for number in range(60):
        counting.put_log(builders.feedback(evening, content=f"p{number}", received=old.now))
    records.mark(table(), "acme", rollup.bucket(evening), old.now)
    look()
    (total,) = [one for one in told(old) if one["series"] == "total"]
    assert total["days"][0]["count"] == 60


def test_what_happened_before_stands_beside_it(old: World) -> None:
    old.handle(builders.release(old.now - timedelta(days=1), title="2.4 Winter", published_at=old.now - DAY))
    table().write(Put(alert(old, "Login is down", "2026-11-20T08:00:00.000000Z")))
    table().write(Put(alert(old, "Long ago", "2026-11-02T08:00:00.000000Z")))
    counted(YESTERDAY, BURST)
    old.later(days=1)  # The release was told of on the 22nd: it is no cause of what was on the 21st.
    look()
    (total,) = [one for one in told(old) if (one["series"], one["direction"]) == ("total", "more")]
    assert [(one["what"], one["title"]) for one in total["because"]] == [("alert", "game: Login is down")]


def test_a_release_on_the_day_before_is_a_cause(old: World) -> None:
    old.handle(builders.release(old.now, title="2.4 Winter", published_at=old.now))
    counted(YESTERDAY, usual_day(YESTERDAY))
    said(old, forum=20)
    said(old, forum=150)
    look()
    (total,) = [one for one in told(old) if one["series"] == "total"]
    assert [one["what"] for one in total["because"]] == ["release"]


def alert(world: World, title: str, at: str) -> Item:
    pk = f"acme#alert#{title}"
    shown = listed("acme", raised.ALERTS, pk, at)
    return {"pk": pk, "sk": "alert", "kind": "alert", "source": "game", "title": title, "raised_at": at, **shown}


def test_what_a_manager_notes_is_a_cause_also_afterwards(old: World) -> None:
    counted(YESTERDAY, BURST)
    look()
    manager = Manager(old, "manager")
    for _ in range(2):
        assert manager.post("feedback/notes", {"text": "The login was down", "day": "2026-11-20"}).status == 200
    assert manager.post("feedback/notes", {"text": "Long before", "day": "2026-11-02"}).status == 200
    assert all([cause["title"] for cause in one["because"]] == ["The login was down"] for one in told(old))
    assert Manager(old, "reader").post("feedback/notes", {"text": "x"}).status == 403


def test_a_manager_says_what_it_was_and_a_further_day_does_not_open_it_again(old: World) -> None:
    counted(YESTERDAY, BURST)
    look()
    manager = Manager(old, "manager", name="Mo")
    name = told(old)[0]["id"]
    closed = manager.post(f"feedback/unusual/{name}/close", {"word": "A meme"})
    assert (closed.json["state"], closed.json["word"], closed.json["closed_by"]) == ("closed", "A meme", "Mo")
    said(old, forum=130)
    look()
    assert manager.get(f"feedback/unusual/{name}").json["state"] == "closed"
    assert manager.get(f"feedback/unusual/{name}").json["last"] == "2026-11-22"
    assert manager.post("feedback/unusual/none/close", {"word": "x"}).status == 404


def test_a_source_in_trouble_is_not_missed_and_the_whole_is_not_judged(old: World) -> None:
    row = {"pk": "acme#standing#forum", "sk": raised.POLL, "kind": "standing", "source": "forum", "reason": "401"}
    since = "2026-11-21T03:00:00.000000Z"
    table().write(Put({**row, "since": since, **listed("acme", raised.STANDING, "forum", since)}))
    counted(YESTERDAY, {})
    look()
    assert told(old) == []
    (looked,) = old.items("looked")
    assert looked["unseen"] == ["forum"]


def test_a_silence_is_one_episode_and_its_days_are_no_history(old: World) -> None:
    counted(YESTERDAY, {})
    look()
    for _ in range(3):
        said(old, forum=0)
        look()
    assert {(one["series"], one["direction"], one["first"]) for one in told(old)} == {
        ("source:forum", "fewer", "2026-11-21"),
        ("total", "fewer", "2026-11-21"),
    }
    assert [one["silent"] for one in old.items("looked") if one["pk"].startswith("acme#")] == [["forum"]] * 4


def test_the_budget_is_the_communitys_own() -> None:
    text = PROGRAM.replace('name = "Acme Games"', 'name = "Acme Games"\nfeedback = {false_alarms = 0.000001}')
    with World(text) as world:
        remember(world)
        counted(YESTERDAY, {"total": 28, "source:forum": 28})
        look()
        assert told(world) == []


def test_a_day_has_its_usual_range_and_a_young_series_says_so(old: World) -> None:
    counted(YESTERDAY, {"total": 9, "source:forum": 9, "theme:maps": 3})
    found = Manager(old, "reader").get("feedback/usual?day=2026-11-21").json
    assert found["series"]["total"] == {"count": 9, "usual": {"low": 6, "high": 19}}
    assert found["series"]["theme:maps"] == {"count": 3, "usual": None}


def test_two_weeks_are_compared_with_a_range(old: World) -> None:
    for back in range(1, 8):
        counted(TODAY - DAY * back, {"total": 60, "source:forum": 58, "source:game": 2})
    found = Manager(old, "reader").get("feedback/compared").json
    assert (found["from"], found["to"], found["before"]) == ("2026-11-15", "2026-11-21", "2026-11-08")
    assert found["series"]["total"]["change"] == "higher than usual"
    assert found["series"]["total"]["low"] > 1.5
    assert found["series"]["source:game"]["now"] == 14
    assert found["rising"][0] in ("total", "source:forum")
    assert Manager(old).get("feedback/compared?from=2026-11-20&to=2026-11-01").status == 400


def test_a_look_reads_and_writes_a_bounded_number_of_things(old: World) -> None:
    counted(YESTERDAY, BURST | {f"theme:t{number}": 50 for number in range(25)})
    for back in range(2, 37):
        day = TODAY - DAY * back
        counted(day, usual_day(day) | {f"theme:t{number}": 2 for number in range(25)})
    old.faults.forget()
    look()
    assert len(old.items("episode")) == watch.MOST_ALARMS
    assert len(old.faults.passed) < 40


def test_a_day_that_somebody_else_has_looked_at_is_left(old: World) -> None:
    counted(YESTERDAY, BURST)
    table().write(Update(watch.row_key("acme"), set={"day": "2026-11-22"}))
    look()
    assert old.items("episode") == []


def test_a_week_in_which_nobody_could_hear_is_not_a_week_with_nothing(old: World) -> None:
    """A theme of six a day, of which three days of the week before were heard; then a week of which none was."""
    for back in range(2, 37):
        counted(TODAY - DAY * back, usual_day(TODAY - DAY * back) | {"theme:sync": 6})
    counted(YESTERDAY, usual_day(YESTERDAY) | {"theme:sync": 6})
    for back in range(8, 12):
        unheard(TODAY - DAY * back)
    found = Manager(old, "reader").get("feedback/compared").json
    assert (found["series"]["theme:sync"]["now"], found["series"]["theme:sync"]["before"]) == (42, 18)
    assert (found["series"]["theme:sync"]["change"], found["rising"]) == ("no clear change", [])
    for back in range(1, 8):
        unheard(TODAY - DAY * back)
    found = Manager(old, "reader").get("feedback/compared").json
    assert (found["series"]["theme:sync"]["now"], found["series"]["theme:sync"]["change"]) == (0, "too few to say")


def unheard(day: date) -> None:
    pk, sk = watch.looked_key("acme", day)
    look = {"kind": "looked", "day": day.isoformat(), "alarms": [], "unseen": ["forum"], "silent": []}
    table().write(Put({"pk": pk, "sk": sk, **look}))
