"""How many people spoke, and how long they waited."""

from datetime import datetime, timedelta
from typing import Any

from functions.api import periods as rooms
from functions.feedback import records
from functions.shared.table import Delete, key_of, table
from tests.api.manager import Manager
from tests.support import builders
from tests.support.world import World


def say(world: World, content: str, account: str, at: datetime, **more: str) -> None:
    data = {"id": content, "kind": "topic", "text": "Hi", "at": at.isoformat(), "author": {"id": account}, **more}
    world.handle(builders.webhook("feedback.received", data, world.now))


def people(world: World, token: str, left: int = 60_000) -> tuple[int, list[str]]:
    world.left = left
    found = world.ask("GET", "/v1/acme/feedback/people?from=2026-11-20&to=2026-11-22", token=token).json
    return found["people"].get("total", 0), found["open"]


def test_whoever_spoke_on_several_days_is_one_person(world: World) -> None:
    token = world.token("manager")
    for number, (account, days) in enumerate((("77", 0), ("77", 1), ("78", 1), ("79", 5))):
        say(world, str(number), account, world.now - timedelta(days=days))
    world.roll_up()
    assert people(world, token) == (2, [])
    say(world, "9", "80", world.now - timedelta(days=1))
    assert people(world, token) == (2, []), "its hour has not been counted yet"
    world.roll_up()
    assert people(world, token) == (3, [])
    world.faults.forget()
    assert people(world, token) == (3, [])
    assert "s3.PutObject" not in world.faults.passed, "what was read stays good"


def test_days_for_which_there_was_no_time_are_said(world: World) -> None:
    token = world.token("manager")
    say(world, "1", "77", world.now)
    say(world, "2", "78", world.now - timedelta(days=1))
    world.roll_up()
    assert people(world, token, left=rooms.RESERVE) == (0, ["2026-11-21", "2026-11-22"])
    assert people(world, token) == (2, [])


def test_a_member_who_takes_a_word_back_is_no_longer_counted(world: World) -> None:
    token = world.token("manager")
    say(world, "1", "77", world.now)
    world.roll_up()
    assert people(world, token) == (1, [])
    gone = {"id": "1", "kind": "topic", "change": "removed", "said_at": world.now.isoformat()}
    world.handle(builders.webhook("feedback.changed", {**gone, "at": world.later(minutes=1).isoformat()}, world.now))
    assert people(world, token) == (0, []), "the last day asked for is counted at once"


def test_how_long_people_waited(world: World) -> None:
    token = world.token("manager")
    asked = world.now - timedelta(hours=30)
    for number in range(12):
        say(world, f"q{number}", "77", asked)
        if number < 9:
            say(world, f"a{number}", "78", asked + timedelta(hours=1 + number), about=f"q{number}")
    world.roll_up()
    found = world.ask("GET", "/v1/acme/feedback/replies", token=token).json
    assert (found["asked"], found["unanswered"], found["half"], found["nine_in_ten"]) == (12, 3, 6 * 3600, None)
    assert found["in_time"][0] == 0.75
    assert found["oldest"] == "2026-11-21T06:00:00.000Z"


def replies(world: World, token: str, period: str = "from=2026-11-20&to=2026-11-22") -> Any:
    return world.ask("GET", f"/v1/acme/feedback/replies?{period}", token=token).json


def test_an_answer_from_here_ends_the_waiting(world: World) -> None:
    ada = Manager(world, "moderator")
    for number in range(2):
        say(world, f"q{number}", "77", world.now - timedelta(hours=2))
    world.roll_up()
    item = records.item_id(min(world.items("feedback"), key=lambda one: one["content"]))
    assert ada.post(f"talks/{item}/answer", {"text": "We know.", "version": "first"}).status == 200
    assert replies(world, ada.token)["unanswered"] == 2, "it is on its way"
    world.finish()
    assert replies(world, ada.token)["unanswered"] == 1


def test_waits_of_days_that_were_not_read_yet_are_not_told(world: World) -> None:
    token = world.token("manager")
    for number in range(2):
        say(world, f"q{number}", "77", world.now - timedelta(days=number))
    world.roll_up()
    world.left = rooms.RESERVE
    short = replies(world, token)
    assert (short["open"], short["asked"], short["unanswered"]) == (["2026-11-21", "2026-11-22"], None, None)
    world.left = 60_000
    assert (replies(world, token)["asked"], replies(world, token)["open"]) == (2, [])
    world.faults.forget()
    world.left = rooms.RESERVE
    assert replies(world, token)["asked"] == 2, "what was read is kept"
    assert "s3.PutObject" not in world.faults.passed
    world.left = 60_000
    say(world, "a0", "78", world.now, about="q0")
    world.roll_up()
    assert replies(world, token)["unanswered"] == 1


def test_everybody_of_a_period_has_a_month_for_a_reply_and_no_longer(world: World) -> None:
    """Asked on the last day of a long period, answered two days later: a year after, that is still an answer."""
    token = world.token("manager")
    for content, days, more in (
        ("q", 60, {}),
        ("a", 58, {"about": "q"}),
        ("late", 60, {}),
        ("b", 20, {"about": "late"}),
    ):
        say(world, content, content, world.now - timedelta(days=days), **more)
    assert world.roll_up()
    found = replies(world, token, "from=2026-08-24&to=2026-09-23")
    assert (found["asked"], found["unanswered"], found["open"]) == (2, 1, [])


def test_where_words_have_ended_nobody_knows_what_was_answered(world: World) -> None:
    token = world.token("manager")
    say(world, "q", "77", world.now - timedelta(days=40))
    assert world.roll_up()
    (item,) = world.items("feedback")
    table().write(Delete(key_of(item)))
    got = world.ask("GET", "/v1/acme/feedback/replies?from=2026-10-13&to=2026-10-13", token=token)
    assert (got.status, "the words have ended" in got.message) == (400, True)


def test_what_is_kept_of_a_days_waits_is_found_by_an_erasure(world: World) -> None:
    token = world.token("manager")
    say(world, "q", "77", world.now)
    world.roll_up()
    assert replies(world, token)["asked"] == 1
    assert world.objects("people/") == ["people/acme/2026-11-22.answers.json"]
    (item,) = world.items("feedback")
    assert item["who"].encode() in world.stored("people/acme/2026-11-22.answers.json")


def test_a_period_that_is_too_long_is_refused(world: World) -> None:
    token = world.token("manager")
    long = world.ask("GET", "/v1/acme/feedback/people?from=2026-01-01&to=2026-03-01", token=token)
    assert (long.status, "within 31 days" in long.message) == (400, True)


def test_shares_have_a_range_and_are_corrected(world: World) -> None:
    token = world.token("reader")
    for number in range(40):
        text = "The app crashes every time I open it." if number % 2 else "Love it, best app ever!"
        say(world, str(number), str(number), world.now, text=text)
    found = world.ask("GET", "/v1/acme/feedback/shares", token=token).json
    assert (found["kind"]["texts"], found["mood"]["texts"]) == (40, 40)
    bug = found["kind"]["of"]["bug"]
    assert bug["low"] < 0.5 < bug["high"]
    assert found == world.ask("GET", "/v1/acme/feedback/shares", token=token).json, "the same question, the same answer"


def test_a_few_texts_say_nothing_of_shares(world: World) -> None:
    say(world, "1", "7", world.now, text="The app crashes every time I open it.")
    found = world.ask("GET", "/v1/acme/feedback/shares", token=world.token("reader")).json
    assert found["kind"] == {"texts": 1, "of": None}
