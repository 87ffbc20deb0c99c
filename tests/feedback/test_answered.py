"""How much was said in answer to a post: as the log has it, and read once."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from functions.feedback import answered
from functions.feedback.answered import Post
from functions.shared import clock
from functions.shared.table import Delete, key_of, table
from tests.support import builders
from tests.support.world import World

PARIS = ZoneInfo("Europe/Paris")
DAYS = timedelta(days=2)


def say(world: World, content: str, at: datetime, about: str = "post", **more: Any) -> None:
    data = {"id": content, "kind": "reply", "text": "Hi", "at": at.isoformat(), "author": {"id": "77"}, "about": about}
    world.handle(builders.webhook("feedback.received", {**data, **more}, world.now))


def post(since: datetime, *names: str, until: datetime | None = None) -> Post:
    return Post(frozenset(("game", name) for name in names), since, until or since + DAYS)


def counted(world: World, *posts: Post, time: bool = True) -> list[int | None]:
    return answered.counted(table(), "acme", posts, PARIS, world.now, lambda: time)


def test_each_thing_that_was_said_in_answer_counts_for_two_days(world: World) -> None:
    since = world.now - timedelta(days=4)
    for number, hours in enumerate((0, 1, 1, 47.9, 48)):
        say(world, f"a{number}", since + timedelta(hours=hours))
    say(world, "other", since, about="another")
    world.roll_up()
    assert counted(world, post(since, "post"), post(since, "another"), post(since, "silent")) == [4, 1, 0]


def test_signs_programs_and_what_was_taken_back_are_no_answers(world: World) -> None:
    say(world, "like", world.now, kind="reaction")
    say(world, "bot", world.now, author={"id": "b", "bot": True})
    say(world, "gone", world.now)
    gone = {"id": "gone", "kind": "reply", "change": "removed", "said_at": world.now.isoformat()}
    world.handle(builders.webhook("feedback.changed", {**gone, "at": world.later(minutes=1).isoformat()}, world.now))
    say(world, "kept", world.now)
    world.roll_up()
    assert counted(world, post(world.now - timedelta(hours=1), "post")) == [1]


def test_told_again_or_later_it_counts_once_and_then(world: World) -> None:
    since = world.now - timedelta(hours=3)
    for _ in range(3):
        say(world, "a", since)
    world.roll_up()
    assert counted(world, post(since, "post")) == [1]
    say(world, "b", since + timedelta(hours=1))
    world.roll_up()
    assert counted(world, post(since, "post")) == [2], "what was kept of the day was read anew"


def test_what_is_kept_of_a_day_is_not_read_again(world: World) -> None:
    since = world.now - timedelta(hours=3)
    say(world, "a", since)
    world.roll_up()
    assert counted(world, post(since, "post"), time=False) == [None], "there was no time for its log"
    assert counted(world, post(since, "post")) == [1]
    assert counted(world, post(since, "post"), time=False) == [1]


def test_where_nobody_hears_or_words_have_ended_nobody_knows(world: World) -> None:
    since = world.now - timedelta(days=40)
    say(world, "a", since)
    world.roll_up()
    (item,) = world.items("feedback")
    table().write(Delete(key_of(item)))
    assert counted(world, post(since, "post"), post(since)) == [None, None]


@pytest.mark.parametrize(("midnight", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_over_a_day_that_is_longer_or_shorter_two_days_are_48_hours(world: World, midnight: str, hours: int) -> None:
    """Posted as the day begins: an answer every hour, three days long."""
    since = datetime.fromisoformat(midnight).replace(tzinfo=PARIS).astimezone(UTC)
    world.now = since + timedelta(days=3)
    for number in range(45, 51):
        say(world, f"a{number}", since + timedelta(hours=number))
    say(world, "night", since + timedelta(hours=hours), about="other")
    world.roll_up()
    assert counted(world, post(since, "post"), post(since, "other")) == [3, 1]


def test_a_post_whose_time_is_not_over_has_what_was_said_until_now(world: World) -> None:
    say(world, "a", world.now)
    world.roll_up()
    assert counted(world, post(world.now - timedelta(hours=1), "post")) == [1]
    assert post(world.now, "post").days(PARIS, world.now) == [world.now.astimezone(PARIS).date()]


def test_an_independent_count_of_the_log_comes_to_the_same(world: World) -> None:
    since = world.now - timedelta(days=3)
    for number in range(30):
        say(world, f"a{number}", since + timedelta(hours=number * 2), about=f"post{number % 3}")
    world.roll_up()
    posts = [post(since + timedelta(hours=number), f"post{number}") for number in range(3)]
    log = world.items("feedback")
    again = [
        sum(one["about"] == f"post{number}" and clock.moment(one["said_at"]) < posts[number].until for one in log)
        for number in range(3)
    ]
    assert counted(world, *posts) == again
    assert sum(again) < 30, "some came too late"
