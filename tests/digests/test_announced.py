"""What was announced in a period: how far it reached at each place, beside what people said in answer there."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from events.digests import Announced, Reach
from events.feedback import FeedbackReceived
from functions.announcements import reached, records
from functions.digests.announced import announced
from functions.digests.coming import coming
from functions.feedback import entries
from functions.moderation import flow_records
from functions.moderation.flow import Counts
from functions.platforms.outgoing import Refused
from functions.shared import program
from functions.shared.table import table
from tests.announcements import stage
from tests.delivery.board import Board, said
from tests.support import builders
from tests.support.world import START, World

LOUNGE = """
[[sources]]
id = "lounge"
community = "acme"
platform = "slack"
"""
DAY = timedelta(days=1)


@pytest.fixture
def acme() -> Iterator[tuple[World, dict[str, Board]]]:
    with stage.stage(stage.PROGRAM.replace("[[readers]]", LOUNGE + "\n[[readers]]", 1)) as staged:
        yield staged


def told(
    world: World, starts: datetime = START, ends: datetime = START + DAY, left: bool = True
) -> tuple[tuple[Announced, ...], int]:
    return announced(table(), program.active()[0], "acme", starts, ends, world.now, lambda: left)


def answer(world: World, name: str, about: str, at: datetime, **more: Any) -> None:
    """Somebody in the lounge, as Slack's adapter reads them."""
    place = {"community": "acme", "source": "lounge", "platform": "slack", "about": f"message:C1:{about}"}
    given = {**place, "content": name, "kind": "reply", "text": "Hi", "author": {"id": "U7"}, "said_at": at, **more}
    touched: entries.Hours = set()
    entries.received(table(), FeedbackReceived.model_validate(given), name, world.now, touched)
    entries.mark(table(), touched)
    world.roll_up()


def test_reach_stands_beside_the_feedback_where_a_source_hears_the_place(acme: tuple[World, dict[str, Board]]) -> None:
    """The lounge in Slack is heard; nothing tells what people answer in Discord."""
    world, _ = acme
    stage.published(world, "chat", "work")
    world.drain()
    sent = world.now
    for number, hours in enumerate((1, 47, 48)):
        answer(world, f"a{number}", "1", sent + timedelta(hours=hours))
    world.later(days=3)
    world.drain()
    (one,), more = told(world)
    assert (one.id, one.title, more) == ("a1", "Winter", 0)
    chat, work = one.places
    assert chat == Reach(place="chat", platform="discord", url="https://board.example/1", likes=1, replies=0)
    assert (work.place, work.platform, work.likes, work.feedback) == ("work", "slack", 1, 2)
    assert (work.shares, work.views, chat.feedback) == (None, None, None), "nobody tells"


def test_nothing_is_nought_before_it_was_read_back_or_when_there_was_no_time(
    acme: tuple[World, dict[str, Board]],
) -> None:
    world, _ = acme
    stage.published(world, "work")
    world.drain()
    answer(world, "a", "1", world.now)
    ((one,), _), ((hurried,), _) = told(world, left=False), told(world)
    assert [place.feedback for place in (*one.places, *hurried.places)] == [None, 1]
    assert one.places[0].likes is None


def test_of_a_thread_the_first_part_speaks_and_what_was_not_sent_is_nowhere(
    acme: tuple[World, dict[str, Board]],
) -> None:
    world, boards = acme
    boards["discord"].planned.append(said(Refused("no")))
    stage.published(world, "chat", "work", body="One.\n\nTwo.")
    world.drain()
    ((one,), _) = told(world)
    assert [(place.place, place.url) for place in one.places] == [("work", "https://board.example/1")]


def test_each_announcement_is_in_the_period_in_which_it_was_published(acme: tuple[World, dict[str, Board]]) -> None:
    """Written long before, due at the last moment of a day and a month, and published after it."""
    world, _ = acme
    ends = datetime.fromisoformat("2026-12-01T00:00+00:00")
    found = stage.written(world, stage.content("chat"))
    stage.approve(world, found, at=ends - timedelta(seconds=10))
    world.now = ends + timedelta(seconds=20)
    world.upkeep()
    assert stage.now(world)["published_at"] > "2026-12-01"
    assert [len(told(world, *period)[0]) for period in ((ends - DAY, ends), (ends, ends + DAY))] == [0, 1]


def test_the_newest_ten_are_told_and_how_many_more(acme: tuple[World, dict[str, Board]]) -> None:
    world, _ = acme
    for number in range(12):
        stage.published(world, "chat", name=f"a{number}")
        world.later(minutes=1)
    found, more = told(world)
    assert ([one.id for one in found], more) == ([f"a{number}" for number in range(11, 1, -1)], 2)
    assert reached.MOST == 10


def test_a_place_that_left_the_program_and_one_a_person_vouched_for(acme: tuple[World, dict[str, Board]]) -> None:
    """Nobody knows what answers are about there."""
    world, _ = acme
    found = stage.published(world, "work")
    world.drain()
    answer(world, "a", "1", world.now)
    active = program.active()[0]
    without = active.model_copy(update={"targets": ()})
    (one,), _ = announced(table(), without, "acme", START, START + DAY, world.now, lambda: True)
    assert one.places[0].feedback is None
    row = stage.row("work")
    table().write(records.Put({**row, "posted": {"id": "", "url": ""}, "resolved_by": "Ada"}))
    ((one,), _) = told(world)
    assert (one.places[0].feedback, one.places[0].url, found["id"]) == (None, "", one.id)


@pytest.mark.parametrize("function", ["digests", "api"])
def test_whoever_makes_digests_and_whoever_shows_them_may_read_all_of_it(
    acme: tuple[World, dict[str, Board]], monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    world, _ = acme
    world.handle(builders.flag(world.now))
    stage.published(world, "work")
    world.drain()
    answer(world, "a", "1", world.now)
    active = program.active()[0]
    monkeypatch.setattr(world.leave, "function", function)
    (one,), _ = told(world)
    assert one.places[0].feedback == 1
    assert flow_records.between(table(), active, "acme", START, START + DAY, world.now).opened == 1
    assert flow_records.counts(table(), "acme", START, START + DAY) == Counts(1, 0)
    assert coming(table(), active, active.readers[0], "daily", world.now) == ()
