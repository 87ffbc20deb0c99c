"""Triggers that are withdrawn, and drafts that people write in a chat."""

from datetime import timedelta
from typing import Any

from cli import operator
from events.announcements import DraftWritten, TriggerFired, TriggerWithdrawn
from functions.announcements import publishing, records
from functions.shared import program
from functions.shared.table import table
from tests.support import builders
from tests.support.world import World

ORIGIN = {"community": "acme", "source": "code", "platform": "github"}


def delivery(world: World) -> Any:
    return builders.webhook("told", {"id": "x"}, world.now)


def fired(world: World) -> str:
    given = {**ORIGIN, "trigger": "video:1", "kind": "video", "title": "New map", "published_at": world.now}
    trigger = TriggerFired.model_validate(given)
    return records.record_trigger(table(), delivery(world), trigger, program.active()[0], world.now)


def withdrawn(world: World) -> str:
    gone = TriggerWithdrawn.model_validate({**ORIGIN, "trigger": "video:1", "withdrawn_at": world.now})
    return records.record_withdrawal(table(), delivery(world), gone, world.now)


def draft(world: World, name: str = "announce:1") -> str:
    given = {**ORIGIN, "platform": "discord", "draft": name, "title": "Hi", "body": "All", "written_at": world.now}
    written = DraftWritten.model_validate({**given, "author": {"id": "5", "name": "mo"}})
    return records.record_draft(table(), delivery(world), written, program.active()[0], world.now)


def test_a_draft_nobody_has_touched_goes_with_what_it_was_about(world: World) -> None:
    fired(world)
    assert withdrawn(world) == "recorded"
    assert world.item("announcement")["state"] == "cancelled"
    assert [line["who"] for line in world.items("audit")] == ["source code", "source code"]
    assert withdrawn(world) == "recorded"
    assert fired(world) == "duplicate"


def test_a_withdrawal_that_comes_first_leaves_nothing_to_announce(world: World) -> None:
    withdrawn(world)
    assert fired(world) == "duplicate"
    assert not world.items("announcement")


def test_what_somebody_has_given_a_time_is_left_to_people(world: World) -> None:
    fired(world)
    found, active = world.item("announcement"), program.active()[0]
    seen = publishing.preview(table(), "acme", found["id"], records.content_of(found), active).hash
    publishing.approve(table(), found, "Ada", seen, active, world.now, "now", "UTC", world.now)
    assert withdrawn(world) == "recorded"
    assert world.item("announcement")["state"] == "scheduled"


def test_a_trigger_that_comes_while_its_withdrawal_is_written_makes_no_draft_that_stays(world: World) -> None:
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: fired(world))
    assert withdrawn(world) == "recorded"
    assert world.item("announcement")["state"] == "cancelled"


def test_what_a_person_writes_in_a_chat_is_a_draft_once(world: World) -> None:
    assert draft(world) == "recorded"
    assert draft(world) == "duplicate"
    kept = world.item("announcement")
    assert (kept["state"], kept["title"], kept["author"]) == ("draft", "Hi", "discord mo")
    assert kept["content"]["words"][0]["language"] == "en"
    assert set(kept["content"]["targets"]) == {"site", "news"}
    assert draft(world, "announce:2") == "recorded"


PUBLISHES = 'id = "code"\ncommunity = "acme"\nplatform = "github"\nannounce = "publish"\nannounce_to = ["site"]\n'


def publishing_program() -> str:
    return builders.PROGRAM.replace('id = "code"\ncommunity = "acme"\nplatform = "github"\n', PUBLISHES)


def test_where_the_program_says_so_a_release_is_posted_at_once_and_once() -> None:
    with World(publishing_program()) as world:
        envelope = builders.release(world.now, title="2.4 Winter")
        world.handle(envelope, envelope, builders.release(world.now, delivery="again"))
        world.drain()
        found = world.item("announcement")
        assert (found["state"], found["approved"]["by"]) == ("published", "the program")
        assert [call.url for call in world.outside.calls] == ["https://site.example/hook"]


def test_an_old_release_is_not_posted_whatever_the_program_says() -> None:
    with World(publishing_program()) as world:
        world.handle(builders.release(world.now, published_at=world.now - timedelta(days=8)))
        world.drain()
        assert not world.outside.calls


def test_a_draft_that_is_no_news_any_more_is_not_posted_when_its_release_is_told_again(world: World) -> None:
    world.handle(builders.release(world.now))
    operator.push(publishing_program(), "tests")
    released = world.now
    world.later(days=8)
    world.handle(builders.release(world.now, delivery="again", published_at=released))
    world.drain()
    assert world.item("announcement")["state"] == "draft"


def test_what_dies_between_draft_and_approval_is_approved_when_it_comes_again() -> None:
    with World(publishing_program()) as world:
        world.faults.at("s3.PutObject", "before")
        world.handle(builders.release(world.now))
        world.drain()
        assert world.item("announcement")["state"] == "published"
        assert len(world.outside.calls) == 1


def test_what_a_person_has_changed_is_left_to_people() -> None:
    with World(publishing_program()) as world:
        world.faults.at("s3.PutObject", "before")
        world.accept(builders.release(world.now))
        world.work("announcements")
        world.faults.born()
        found = world.item("announcement")
        records.revise(table(), found, records.content_of(found), "Mo", world.now)
        world.drain()
        assert world.item("announcement")["state"] == "draft"
