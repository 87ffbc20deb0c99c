"""Triggers that are withdrawn, and drafts that people write in a chat."""

from typing import Any

from events.announcements import DraftWritten, TriggerFired, TriggerWithdrawn
from functions.announcements import records
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
    assert (world.item("announcement")["state"], world.item("announcement")["cancelled_by"]) == (
        "cancelled",
        "source code",
    )
    assert withdrawn(world) == "recorded"
    assert fired(world) == "duplicate"


def test_a_withdrawal_that_comes_first_leaves_nothing_to_announce(world: World) -> None:
    withdrawn(world)
    assert fired(world) == "duplicate"
    assert not world.items("announcement")


def test_what_somebody_has_given_a_time_is_left_to_people(world: World) -> None:
    fired(world)
    name = world.item("announcement")["id"]
    records.schedule(table(), "acme", name, world.now, "now", "UTC")
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
    assert (kept["state"], kept["title"], kept["author"], kept["language"]) == ("draft", "Hi", "discord mo", "en")
    assert set(kept["targets"]) == {"site", "news"}
    assert draft(world, "announce:2") == "recorded"
