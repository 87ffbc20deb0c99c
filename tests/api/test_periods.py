"""How many people spoke, and how long they waited."""

from datetime import datetime, timedelta

from functions.api import periods as rooms
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


def test_a_period_that_is_too_long_or_too_full_is_refused(world: World) -> None:
    token = world.token("manager")
    long = world.ask("GET", "/v1/acme/feedback/people?from=2026-01-01&to=2026-03-01", token=token)
    assert (long.status, "within 31 days" in long.message) == (400, True)
    world.left = rooms.RESERVE
    full = world.ask("GET", "/v1/acme/feedback/replies", token=token)
    assert (full.status, "ask for later days" in full.message) == (400, True)


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
