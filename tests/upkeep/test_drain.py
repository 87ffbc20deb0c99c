"""What nobody could place or settle becomes a record that a person can list, understand and replay."""

import json

import pytest

from events.envelope import Envelope
from functions.moderation import handler as moderation
from functions.platforms.standard_webhooks import gate
from functions.shared import parked
from functions.upkeep import handler
from tests.support import builders, stores
from tests.support.faults import answer_lost
from tests.support.world import World


def unhandled(world: World, **more: object) -> Envelope:
    """An authentic event that nothing here knows."""
    return builders.webhook("match.finished", {"id": "m-1", **more}, world.now, delivery="msg-77")


def replay(world: World, name: str = "", community: str = "acme") -> int:
    found = name or world.parked()[0]["id"]
    token = world.token("operator", "*")
    return world.ask("POST", f"/v1/{community}/parked/{found}/replay", {}, token=token).status


def test_what_the_door_could_not_place_is_listed_with_its_reason(world: World) -> None:
    world.accept(unhandled(world))
    assert world.upkeep()
    (record,) = world.parked()
    assert "match.finished" in record["reason"]
    assert (record["source"], record["delivery"], record["state"]) == ("game", "msg-77", "parked")
    assert not world.depth("parked")


def test_the_body_is_kept_beside_it_byte_for_byte(world: World) -> None:
    envelope = builders.delivered("game", {"webhook-id": "1"}, b"\xff\xfe not \x00 JSON", world.now)
    world.accept(envelope)
    world.upkeep()
    kept = parked.body("acme", world.parked()[0]["id"])
    assert kept is not None
    assert kept.body == b"\xff\xfe not \x00 JSON"


@pytest.mark.parametrize("queue", ["moderation", "announcements", "feedback", "parked"])
def test_every_dead_letter_becomes_a_record(world: World, queue: str) -> None:
    envelope = builders.flag(world.now)
    world.put_message(stores.dead(queue), envelope.to_json())
    world.upkeep()
    (record,) = world.parked()
    assert "failed again and again" in record["reason"]
    assert not world.waiting()


def test_what_fails_again_and_again_ends_as_a_record_and_can_be_replayed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.accept(builders.flag(world.now))
    with monkeypatch.context() as bug:
        bug.setattr(moderation.records, "record_flags", lambda *_: 1 / 0)
        world.drain()
    assert not world.items("case")
    assert len(world.parked()) == 1
    # The bug is mended, and an operator replays.
    assert replay(world) == 200
    world.drain()
    assert world.item("case")["flags"] == 1
    assert not world.parked()


@pytest.mark.parametrize(
    "body",
    [
        " ",
        "not JSON",
        "null",
        "[]",
        "{}",
        '{"body": 5}',
        "a\nb",
        "[" * 100_000,
        json.dumps({"body": "%%%"}),
        "😀",
    ],
    ids=["blank", "text", "null", "list", "object", "number", "two lines", "deep", "not base64", "emoji"],
)
@pytest.mark.parametrize("queue", ["parked", "moderation-dead"])
def test_a_message_that_cannot_be_read_is_kept_as_it_is(world: World, body: str, queue: str) -> None:
    world.put_message(queue, body)
    assert world.upkeep()
    (record,) = world.parked()
    assert record["reason"] == "not an envelope of ours"
    assert record["pk"].startswith("-#")  # An operator's matter: no community is known.
    kept = parked.body("-", record["id"])
    assert kept is not None
    assert kept.body.decode("utf-8", "surrogatepass") == body


def test_an_unreadable_message_is_listed_and_cannot_be_replayed(world: World) -> None:
    world.put_message("parked", "nonsense")
    world.upkeep()
    token = world.token("operator", "*")
    (listed,) = world.ask("GET", "/v1/-/parked", token=token).json["parked"]
    answer = world.ask("POST", f"/v1/-/parked/{listed['id']}/replay", {}, token=token)
    assert answer.status == 409
    assert "no platform 'unknown'" in answer.message
    assert len(world.parked()) == 1


def test_a_reminder_in_the_dead_letters_needs_no_record_since_its_row_is_due(world: World) -> None:
    world.put_message(stores.dead("delivery"), "acme#announcement#a1\ndelivery#site")
    world.upkeep()
    assert not world.parked()
    assert not world.waiting()


@pytest.mark.parametrize("step", ["s3.PutObject", "dynamodb.PutItem", "sqs.DeleteMessage"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_drain_that_dies_repeats_and_loses_nothing(world: World, step: str, when: str) -> None:
    world.accept(unhandled(world))
    world.faults.at(step, when)  # type: ignore[arg-type]
    assert not world.upkeep()
    world.later(minutes=1)
    assert world.upkeep()
    assert len(world.parked()) == 1
    assert not world.waiting()
    # Since when it waits is still the truth.
    died_first = step != "sqs.DeleteMessage" and (step, when) != ("dynamodb.PutItem", "after")
    assert world.parked()[0]["parked_at"] == f"2026-11-22T12:0{int(died_first)}:00.000Z"


def test_the_same_delivery_parked_twice_is_one_record(world: World) -> None:
    world.accept(unhandled(world), unhandled(world))
    world.upkeep()
    assert len(world.parked()) == 1


def test_two_bodies_under_one_delivery_id_are_two_records(world: World) -> None:
    world.accept(unhandled(world), unhandled(world, other=True))
    world.upkeep()
    assert len(world.parked()) == 2


def test_a_replay_has_its_effect_once_however_often_it_is_asked_for(world: World) -> None:
    world.put_message(stores.dead("moderation"), builders.flag(world.now).to_json())
    world.drain()
    (record,) = world.parked()
    assert [replay(world, record["id"]) for _ in range(3)] == [200, 200, 200]
    world.drain()
    assert world.item("case")["flags"] == 1
    assert not world.parked()


def test_a_replay_of_what_had_succeeded_after_all_is_a_duplicate(world: World) -> None:
    envelope = builders.flag(world.now)
    world.handle(envelope)
    world.put_message(stores.dead("moderation"), envelope.to_json())
    world.drain()
    replay(world)
    world.drain()
    assert world.item("case")["flags"] == 1
    assert not world.parked()


def test_a_replay_of_what_is_still_unknown_is_refused_and_stays_listed(world: World) -> None:
    world.accept(unhandled(world))
    world.drain()
    assert replay(world) == 409
    assert len(world.parked()) == 1
    assert not world.waiting()


def test_a_replay_of_what_this_version_can_place_finds_its_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was parked at the door; since then somebody taught the gate about it."""
    body = json.dumps(
        {"type": "flag.raised.v2", "timestamp": world.now.isoformat(), "data": {"id": "1", "subject": {}}}
    ).encode()
    world.accept(builders.delivered("game", {"webhook-id": "1"}, body, world.now))
    world.drain()
    monkeypatch.setitem(gate.PIPELINES, "flag.raised.v2", "moderation")
    assert replay(world) == 200
    assert world.depth("moderation") == 1


def test_a_replay_that_does_not_help_is_back_on_the_list_with_todays_reason(world: World) -> None:
    world.handle(builders.webhook("flag.raised", {"id": "x"}, world.now))
    world.drain()
    before = world.parked()[0]
    world.later(days=1)
    assert replay(world) == 200
    assert not world.parked()
    world.drain()
    after = world.parked()[0]
    assert after["id"] == before["id"]
    assert after["parked_at"] > before["parked_at"]


def test_a_replay_that_comes_back_at_once_is_not_taken_off_the_list(world: World) -> None:
    """The queue, its function and the drain may all be faster than the API's own last write."""
    world.handle(builders.webhook("flag.raised", {"id": "x"}, world.now))
    world.drain()

    def all_of_it_at_once() -> None:
        world.work("moderation")
        world.upkeep()

    world.faults.at("dynamodb.UpdateItem", "before", all_of_it_at_once)
    assert replay(world) == 200
    world.drain()
    assert len(world.parked()) == 1


@pytest.mark.parametrize("step", ["sqs.SendMessage", "dynamodb.UpdateItem"])
def test_a_replay_that_dies_loses_nothing(world: World, step: str) -> None:
    world.put_message(stores.dead("moderation"), builders.flag(world.now).to_json())
    world.drain()
    world.faults.at(step, "before", answer_lost)
    with pytest.raises(Exception, match="Read timeout"):
        replay(world)
    assert len(world.parked()) == 1
    replay(world)
    world.drain()
    assert world.item("case")["flags"] == 1
    assert not world.parked()


def test_a_replay_of_a_body_that_has_expired_says_so(world: World) -> None:
    world.accept(unhandled(world))
    world.drain()
    (record,) = world.parked()
    stores.client("s3").delete_object(Bucket=stores.BUCKET, Key=f"parked/acme/{record['id']}.json")
    assert replay(world) == 404


def test_after_the_replay_of_an_old_event_it_is_parked_as_too_old(world: World) -> None:
    world.put_message(stores.dead("moderation"), builders.flag(world.now).to_json())
    world.drain()
    world.later(days=40)
    replay(world)
    world.drain()
    assert not world.items("case")
    assert world.parked()[0]["reason"].startswith("too old")


def test_a_drain_with_no_time_left_takes_nothing(world: World) -> None:
    world.accept(unhandled(world))
    world.call(handler.main, left=9_000)
    assert world.depth("parked") == 1


def test_a_hundred_at_once_are_drained_in_one_minute(world: World) -> None:
    world.accept(
        *(builders.webhook("match.finished", {"n": number}, world.now, delivery=f"m{number}") for number in range(100))
    )
    assert world.upkeep()
    assert len(world.parked()) == 100
    assert not world.depth("parked")
