"""What platforms tell upkeep: a lost subscription, an alarm, an account that has to go. Each has its effect once."""

from datetime import timedelta

import pytest

from functions.shared import clock, inbox, raised
from functions.shared.table import table
from functions.upkeep import handler, records
from tests.support import builders, stores
from tests.support.faults import When, answer_lost
from tests.support.world import World
from tests.upkeep import places
from tests.upkeep.places import Line

WRITES = ("dynamodb.TransactWriteItems", "sqs.DeleteMessage")


def watched(world: World) -> None:
    """The game's connection has a row, and was found good."""
    places.put_keys()
    assert world.rounds()
    assert places.row(part=raised.CHECK)["state"] == "good"


def test_a_lost_subscription_is_due_at_once_and_mended(world: World) -> None:
    line = Line()
    with places.having({"standard_webhooks": line}), places.understood():
        watched(world)
        world.later(minutes=5)
        world.handle(places.loss(world))
        row = places.row(part=raised.CHECK)
        assert (row["state"], row["reason"]) == ("lost", "posts: authorization_revoked")
        assert row["due_at"] == clock.text(world.now)
        checks = len(line.checks)
        world.rounds()
        assert [check[0] for check in line.checks[checks:]] == ["game"]
        assert line.checks[-1][3] is True  # It was asked to mend it.
        row = places.row(part=raised.CHECK)
    assert (row["state"], "reason" in row, "since" in row, places.listed()) == ("good", False, False, [])


def test_one_that_cannot_be_mended_is_raised_at_once(world: World) -> None:
    """The platform has said it is lost, and we have seen it: that is twice."""
    with places.having({"standard_webhooks": Line([places.GOOD, places.GOOD, places.WRONG])}), places.understood():
        places.put_keys("summit")
        watched(world)
        world.handle(places.loss(world))
        world.rounds()
    assert places.listed() == [("game", "check")]


def test_a_check_that_was_under_way_does_not_hide_a_loss(world: World) -> None:
    line = Line()
    with places.having({"standard_webhooks": line}), places.understood():
        watched(world)
        world.later(hours=1)
        world.faults.at("http", "after", lambda: world.handle(places.loss(world)))
        world.rounds()
        assert places.row(part=raised.CHECK)["state"] == "lost"
        world.rounds()
        assert places.row(part=raised.CHECK)["state"] == "good"


def test_a_loss_where_nothing_looks_after_connections_is_parked_for_a_person(world: World) -> None:
    with places.having(), places.understood():
        world.rounds()
        world.accept(places.loss(world))
        world.drain()
    (record,) = world.parked()
    assert record["reason"] == "a subscription of 'game' was lost, and nothing here looks after it"


def test_an_alarm_is_listed_for_fourteen_days_once(world: World) -> None:
    with places.understood():
        world.handle(places.alert(world), places.alert(world))
    (item,) = table().listing("acme", raised.ALERTS)
    assert (item["title"], item["text"], item["source"]) == ("Reports doubled", "From 10 to 20.", "game")
    assert item["expires"] == int((world.now + timedelta(days=14)).timestamp())
    fates = sorted(marker["fate"] for marker in world.items("inbox"))
    assert fates == ["duplicate", "recorded"]
    world.later(days=14, seconds=1)
    assert not table().listing("acme", raised.ALERTS)


def test_an_alarm_of_the_same_name_is_a_new_one_when_the_old_one_has_ended(world: World) -> None:
    """DynamoDB takes days to remove what has expired."""
    with places.understood():
        world.handle(places.alert(world))
        world.later(days=15)
        world.handle(places.alert(world))
        assert len(table().listing("acme", raised.ALERTS)) == 1


def test_an_erasure_is_due_at_once_and_its_keys_and_marker_name_nobody(world: World) -> None:
    with places.understood():
        world.handle(places.erasure(world), places.erasure(world))
    item = world.item("erasure")
    assert (item["state"], item["due_at"], item["person"]["id"]) == ("due", clock.text(world.now), "4417")
    assert "4417" not in item["pk"] + item["sk"] + str(world.items("inbox"))


@pytest.mark.parametrize("step", WRITES)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("what", ["loss", "alert", "erasure"])
def test_cut_off_anywhere_nothing_is_lost_and_nothing_done_twice(
    world: World, step: str, when: When, what: str
) -> None:
    with places.having({"standard_webhooks": Line()}), places.understood():
        watched(world)
        fence = places.row(part=raised.CHECK)["fence"]
        envelope = {"loss": places.loss, "alert": places.alert, "erasure": places.erasure}[what](world)
        world.accept(envelope)
        world.faults.at(step, when)
        assert not world.upkeep()
        world.faults.forget()
        assert world.upkeep()
        assert not world.waiting()
        marker = table().get(*inbox.key(envelope))
        assert marker is not None
        assert marker["fate"] == "recorded"
        assert len(world.items("alert")) == (what == "alert")
        assert len(world.items("erasure")) == (what == "erasure")
        # Marked lost once: a fence for the mark, none for the repeat.
        assert places.row(part=raised.CHECK)["fence"] == fence + (what == "loss")


def test_one_that_keeps_failing_is_parked_and_delays_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with places.understood():
        world.accept(places.alert(world, title="Good"))
        with monkeypatch.context() as bug:
            bug.setattr(records, "record_erasure", lambda *_: 1 / 0)
            world.accept(places.erasure(world))
            world.drain()
        assert [item["title"] for item in world.items("alert")] == ["Good"]
        (record,) = world.parked()
        assert "failed again and again" in record["reason"]
        # The bug is mended, and an operator replays.
        token = world.token("operator", "*")
        assert world.ask("POST", f"/v1/acme/parked/{record['id']}/replay", {}, token=token).status == 200
        world.drain()
    assert len(world.items("erasure")) == 1
    assert not world.parked()


def test_what_belongs_on_another_queue_is_parked(world: World) -> None:
    world.put_message("upkeep", builders.flag(world.now).to_json())
    world.drain()
    assert world.parked()[0]["reason"] == "FlagRaised arrived on the queue for moderation"
    assert not world.items("case")


def test_what_is_no_envelope_ends_among_the_parked(world: World) -> None:
    world.put_message("upkeep", "nonsense")
    world.drain()
    assert world.parked()[0]["reason"] == "not an envelope of ours"


def test_the_dead_of_this_queue_are_parked_like_all_others(world: World) -> None:
    world.put_message(stores.dead("upkeep"), places.alert(world).to_json())
    world.upkeep()
    assert "failed again and again" in world.parked()[0]["reason"]


def test_a_lost_answer_of_the_store_is_tried_again_by_the_next_run(world: World) -> None:
    with places.understood():
        world.accept(places.alert(world))
        world.faults.at("dynamodb.TransactWriteItems", "after", answer_lost)
        assert not world.upkeep()
        world.upkeep()
    assert len(world.items("alert")) == 1
    assert not world.waiting()


def test_with_no_time_left_notices_stay_where_they_are(world: World) -> None:
    with places.understood():
        world.accept(places.alert(world))
        world.call(handler.main, left=29_000)
    assert world.depth("upkeep") == 1
