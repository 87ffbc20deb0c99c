"""The minute: whatever was left lying is found, and one errand that fails stops no other."""

from datetime import timedelta

import pytest

from cli import operator
from functions.announcements import publishing
from functions.delivery import records as delivery
from functions.shared import parameters, program
from functions.shared.table import key_of, table
from functions.upkeep import drain, handler, sweep
from tests.announcements import stage
from tests.delivery import rows
from tests.support import builders, stores
from tests.support.faults import Crash, answer_lost
from tests.support.world import World


def scheduled(world: World, name: str = "a1") -> None:
    stage.approve(world, stage.written(world, stage.content("site"), name), at=world.now + timedelta(minutes=1))


def test_a_quiet_minute_is_quiet(world: World) -> None:
    assert world.upkeep()
    assert not world.waiting()


def test_a_delivery_that_nobody_kicked_is_reminded(world: World) -> None:
    rows.post(world)
    world.upkeep()
    assert world.depth("delivery") == 1


def test_two_sweeps_in_one_minute_remind_once(world: World) -> None:
    rows.post(world)
    world.upkeep()
    world.upkeep()
    assert world.depth("delivery") == 1


def test_a_reminder_that_still_waits_is_not_repeated_each_minute(world: World) -> None:
    """Or a destination that hangs would fill the queue in front of all others."""
    rows.post(world)
    for _ in range(3):
        world.upkeep()
        world.later(minutes=1)
    assert world.depth("delivery") == 1


def test_a_row_whose_worker_died_is_reminded_of_anew(world: World) -> None:
    """SQS forgets no de-duplication id for five minutes: the claim has changed when the row is due."""
    row = rows.post(world)
    world.upkeep()
    assert delivery.claim(table(), key_of(row), world.now)
    world.later(minutes=1)
    world.upkeep()
    assert world.depth("delivery") == 2


def test_of_one_destination_only_so_many_are_reminded(world: World) -> None:
    for number in range(sweep.REMINDED + 5):
        rows.post(world, f"a{number}")
    world.upkeep()
    assert world.depth("delivery") == sweep.REMINDED


def test_after_a_worker_that_died_the_next_reminder_gets_through(world: World) -> None:
    """SQS forgets no de-duplication id for five minutes, not even one whose message is long gone."""
    row = rows.post(world)
    world.upkeep()
    world.faults.at("http", "before")
    world.work("delivery")
    stores.client("sqs").purge_queue(QueueUrl=stores.url_of("delivery"))
    world.later(minutes=1)
    world.upkeep()
    assert world.work("delivery")
    assert rows.now(world, row)["state"] == "sent"


def test_what_is_not_due_is_left_alone(world: World) -> None:
    scheduled(world)
    world.upkeep()
    assert world.item("announcement")["state"] == "scheduled"


@pytest.mark.parametrize(
    "broken",
    ["announcements", "drain", "directory"],
)
def test_one_errand_that_fails_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    scheduled(world)
    world.later(minutes=1)
    rows.post(world, "a2")
    world.accept(builders.webhook("match.finished", {}, world.now))
    stores_lost = parameters.path("directory")
    parameters.put(stores_lost, "{}", secret=False)
    where, name = {
        "announcements": (publishing, "go_on"),
        "drain": (drain.parked, "record"),
        "directory": (program, "publish_directory"),
    }[broken]
    monkeypatch.setattr(where, name, lambda *_: 1 / 0)
    assert not world.upkeep()  # The alarm hears of it …
    assert (world.item("announcement")["state"] == "published") == (broken != "announcements")
    assert world.depth("delivery") >= 1
    assert bool(world.parked()) == (broken != "drain")
    assert (parameters.fresh(stores_lost) != "{}") == (broken != "directory")


def test_one_announcement_that_fails_keeps_no_other_from_its_time(world: World) -> None:
    for name in ("a1", "a2", "a3"):
        scheduled(world, name)
    world.later(minutes=1)
    world.faults.at("dynamodb.TransactWriteItems", "before", answer_lost)
    assert not world.upkeep()
    assert sorted(item["state"] for item in world.items("announcement")) == ["published", "published", "scheduled"]
    assert world.upkeep()
    assert {item["state"] for item in world.items("announcement")} == {"published"}


def test_a_push_that_died_before_the_door_knew_is_finished_by_the_sweep(world: World) -> None:
    changed = builders.PROGRAM.replace('id = "summit"', 'id = "peak-game"')
    world.faults.at("ssm.PutParameter", "before")
    with pytest.raises(Crash):
        operator.push(changed, "tests")
    world.faults.forget()
    assert "peak-game" not in str(parameters.fresh(parameters.path("directory")))
    world.upkeep()
    assert "peak-game" in str(parameters.fresh(parameters.path("directory")))


def test_a_directory_that_is_up_to_date_is_not_written_again(world: World) -> None:
    """A parameter keeps a hundred versions, and the sweep runs every minute."""
    world.upkeep()
    world.faults.forget()
    world.upkeep()
    assert "ssm.PutParameter" not in world.faults.passed


def test_before_the_first_program_there_is_nothing_to_do() -> None:
    with World(program_text=None) as world:
        assert world.upkeep()


def test_with_no_time_left_nothing_is_begun(world: World) -> None:
    scheduled(world)
    world.later(minutes=1)
    world.call(handler.main, left=9_999)
    assert world.item("announcement")["state"] == "scheduled"
