"""The connection to AWS breaks after a write and before its answer, and botocore sends it again by itself.

Every write here is conditional, so the second one finds its condition gone: that must read as success, or at
least as nothing worse than a repeat.
"""

from datetime import timedelta

import pytest

from functions.announcements import records as announcements
from functions.moderation import records as moderation
from functions.shared import aws, outbox, program, queues
from functions.shared.table import Put, table
from tests.announcements import stage
from tests.delivery import rows
from tests.feedback.counting import must_be_exact, totals
from tests.moderation.people import decided, held
from tests.support import builders
from tests.support.faults import torn_wire
from tests.support.outside import status
from tests.support.world import World


def draft(world: World) -> None:
    stage.written(world, stage.content("site"))


def test_a_flag_is_recorded_once(world: World) -> None:
    with torn_wire(aws.dynamodb(), "TransactWriteItems") as sent:
        world.handle(builders.flag(world.now))
    assert len(sent) == 2
    assert world.item("case")["flags"] == 1
    assert world.item("inbox")["fate"] == "recorded"
    assert not world.depth("parked")


def test_what_was_said_is_logged_and_counted_once(world: World) -> None:
    with torn_wire(aws.dynamodb(), "PutItem") as sent:
        world.handle(builders.feedback(world.now))
    assert len(sent) == 2
    world.roll_up()
    assert totals(world) == {"2026-11-22": 1}


@pytest.mark.parametrize("operation", ["PutItem", "UpdateItem"])
def test_a_roll_up_is_exact(world: World, operation: str) -> None:
    world.handle(builders.feedback(world.now))
    with torn_wire(aws.dynamodb(), operation):
        world.roll_up()
    world.roll_up()
    must_be_exact(world)


def test_an_event_without_effect_is_marked_once(world: World) -> None:
    with torn_wire(aws.dynamodb(), "PutItem"):
        world.handle(builders.release(world.now, action="created"))
    assert world.item("inbox")["fate"] == "ignored"
    assert not world.depth("parked")


@pytest.mark.parametrize("nth", [1, 2, 3], ids=["claim", "arm", "record"])
def test_a_post_goes_out_once(world: World, nth: int) -> None:
    row = rows.post(world)
    with torn_wire(aws.dynamodb(), "UpdateItem", nth) as sent:
        world.due(row)
    assert len(sent) == nth + 1 or nth > 1
    world.finish()
    after = rows.now(world, row)
    assert (after["state"], after["attempts"]) == ("sent", 1)
    assert world.outside.effects == {row["key"]: 1}


def test_a_mail_whose_claim_answer_was_lost_is_sent_once(world: World) -> None:
    row = rows.mail(world)
    with torn_wire(aws.dynamodb(), "UpdateItem"):
        world.due(row)
    world.finish()
    assert rows.now(world, row)["state"] == "sent"
    assert len(world.mails()) == 1


def test_an_announcement_is_made(world: World) -> None:
    with torn_wire(aws.dynamodb(), "TransactWriteItems") as sent:
        draft(world)
    assert len(sent) == 2
    assert world.item("announcement")["state"] == "draft"


def test_a_cancellation_is_told_as_one(world: World) -> None:
    draft(world)
    with torn_wire(aws.dynamodb(), "TransactWriteItems") as sent:
        assert announcements.cancel(table(), stage.now(world), "Mia", world.now)["state"] == "cancelled"
    assert len(sent) == 2


def test_a_schedule_is_told_as_one(world: World) -> None:
    draft(world)
    with torn_wire(aws.dynamodb(), "TransactWriteItems"):
        made = stage.approve(world, stage.now(world), at=world.now + timedelta(hours=1))
    assert made["state"] == "scheduled"


def test_what_is_published_is_posted_once(world: World) -> None:
    draft(world)
    stage.approve(world, stage.now(world))
    with torn_wire(aws.dynamodb(), "TransactWriteItems") as sent:
        world.upkeep()
    assert len(sent) == 2
    world.finish()
    assert len(world.outside.calls) == 1


def test_a_feed_has_its_entry_once(world: World) -> None:
    row = rows.post(world, "a1", "news")
    with torn_wire(aws.s3(), "PutObject") as sent:
        world.due(row)
    assert len(sent) == 2
    world.finish()
    assert rows.now(world, row)["state"] == "sent"
    assert world.stored("feeds/acme/news.json").count(b'"id": "a1"') == 1


def test_a_decision_is_one_decision(world: World) -> None:
    """AWS recognises the repeated transaction by its token. moto does not, and answers as it would to somebody
    else: so here is what must hold even then."""
    world.handle(builders.flag(world.now))
    claimed = held(world)
    with torn_wire(aws.dynamodb(), "TransactWriteItems"):
        assert decided(world, claimed)["state"] == "decided"
    assert len(world.items("decision")) == 1
    assert len(world.items("delivery")) == 1


def test_a_claim_leaves_its_holder_able_to_decide(world: World) -> None:
    world.handle(builders.flag(world.now))
    with torn_wire(aws.dynamodb(), "TransactWriteItems"):
        claimed = held(world)
    assert decided(world, claimed)["state"] == "decided"
    lines = moderation.whole(table(), "acme", claimed["id"])["audit"]
    assert [line["sk"] for line in lines] == [f"audit#{number:06d}" for number in range(1, len(lines) + 1)]


def test_a_persons_word_is_kept(world: World) -> None:
    world.outside.next = [status(403)]
    row = rows.post(world)
    world.due(row)
    with torn_wire(aws.dynamodb(), "TransactWriteItems"), pytest.raises(outbox.LostError):
        outbox.resolve(table(), rows.now(world, row), "sent", "Ada", world.now)
    assert rows.now(world, row)["resolved_by"] == "Ada"


def test_a_push_that_calls_itself_lost_is_active_all_the_same(world: World) -> None:
    changed = builders.PROGRAM.replace("Acme Games", "Acme")
    with torn_wire(aws.dynamodb(), "UpdateItem"), pytest.raises(program.MovedError):
        program.push(changed, "Ada")
    assert world.item("program")["hash"] == program.hash_of(changed)
    assert world.upkeep()  # Which also tells the door.


def test_a_send_that_is_repeated_by_botocore_is_one_flag(world: World) -> None:
    with torn_wire(aws.sqs(), "SendMessage") as sent:
        queues.enqueue(builders.flag(world.now))
    assert len(sent) == 2
    assert world.depth("moderation") == 2
    world.drain()
    assert world.item("case")["flags"] == 1


def test_a_throttled_call_is_repeated_and_succeeds(world: World) -> None:
    """Also what standard retries are for."""
    with torn_wire(aws.dynamodb(), "GetItem") as sent:
        table().write(Put({"pk": "p", "sk": "s"}))
        assert table().get("p", "s")
    assert len(sent) == 2
