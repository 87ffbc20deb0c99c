"""The clock's text, secrets, parameters, objects, tokens, queues, the inbox."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared import clock, inbox, intake, objects, outbox, parameters, queues, secret, tokens
from functions.shared.settings import settings
from functions.shared.table import Put, table
from tests.delivery import rows
from tests.support import builders, stores
from tests.support.faults import answer_lost
from tests.support.world import START, World

MOMENTS = st.datetimes(
    min_value=datetime.fromisoformat("1970-01-01"),
    max_value=datetime.fromisoformat("2199-12-31"),
    timezones=st.just(UTC),
)


# The clock


@given(first=MOMENTS, second=MOMENTS)
def test_times_sort_as_text_as_they_sort_in_time(first: datetime, second: datetime) -> None:
    if abs(first - second) >= timedelta(milliseconds=1):
        assert (clock.text(first) < clock.text(second)) == (first < second)


@given(moment=MOMENTS)
def test_a_time_is_read_back_to_the_millisecond(moment: datetime) -> None:
    assert timedelta() <= moment - clock.moment(clock.text(moment)) < timedelta(milliseconds=1)
    assert len(clock.text(moment)) == 24


# Secrets


def test_the_first_secret_stands_alone() -> None:
    assert secret.live(secret.rotated(None, "one", START), START) == ["one"]


def test_after_a_rotation_the_old_one_is_good_for_a_day() -> None:
    stored = secret.rotated(secret.rotated(None, "one", START), "two", START)
    day = timedelta(hours=24)
    assert secret.live(stored, START) == ["two", "one"]
    assert secret.live(stored, START + day - timedelta(seconds=1)) == ["two", "one"]
    assert secret.live(stored, START + day) == ["two"]


def test_putting_the_same_secret_again_changes_nothing() -> None:
    stored = secret.rotated(secret.rotated(None, "one", START), "two", START)
    assert secret.rotated(stored, "two", START + timedelta(hours=1)) == stored


def test_of_two_rotations_in_a_day_only_the_last_two_secrets_are_good() -> None:
    stored = None
    for number, name in enumerate(("one", "two", "three")):
        stored = secret.rotated(stored, name, START + number * secret.HEARD)
    assert stored is not None
    assert secret.live(stored, START + 2 * secret.HEARD) == ["three", "two"]


def test_a_secret_that_is_put_again_at_once_does_not_push_out_the_one_in_use() -> None:
    """No platform can have been told of the second: what they sign with is the first."""
    stored = secret.rotated(secret.rotated(secret.rotated(None, "one", START), "two", START), "three", START)
    assert secret.live(stored, START) == ["three", "one"]
    assert secret.settled(stored, START) == "one"


# Parameters


def test_a_parameter_is_read_once_in_five_minutes(world: World) -> None:
    parameters.put(parameters.path("x"), "1", secret=True)
    assert parameters.read("x") == "1"
    world.faults.forget()
    stores.client("ssm").put_parameter(Name=parameters.path("x"), Value="2", Type="SecureString", Overwrite=True)
    assert parameters.read("x") == "1"
    assert not world.faults.passed
    world.later(minutes=5)
    assert parameters.read("x") == "2"


def test_that_there_is_none_is_not_remembered(world: World) -> None:
    assert parameters.read("x") is None
    stores.client("ssm").put_parameter(Name=parameters.path("x"), Value="1", Type="SecureString")
    assert parameters.read("x") == "1"


def test_secrets_are_stored_encrypted(world: World) -> None:
    kinds = {one["Name"]: one["Type"] for one in stores.client("ssm").describe_parameters()["Parameters"]}
    assert kinds == {
        "/liaison/directory": "String",
        "/liaison/links": "SecureString",
        "/liaison/pseudonyms": "SecureString",
        "/liaison/targets/site": "SecureString",
        "/liaison/targets/game": "SecureString",
        "/liaison/targets/forum": "SecureString",
    }


# Objects


def test_what_is_not_there_is_none(world: World) -> None:
    assert objects.read("nothing") is None


def test_a_change_builds_on_what_others_wrote_in_between(world: World) -> None:
    def longer(letter: bytes) -> Any:
        return lambda found: (found or b"") + letter

    world.faults.at("s3.PutObject", "before", lambda: objects.change("x", longer(b"b")))
    objects.change("x", longer(b"a"))
    world.faults.at("s3.PutObject", "before", lambda: objects.change("x", longer(b"d")))
    objects.change("x", longer(b"c"))
    assert objects.read("x") == b"badc"


def test_a_change_that_keeps_losing_gives_up(world: World) -> None:
    for number in range(objects.TRIES):
        other = str(number).encode()
        world.faults.at("s3.PutObject", "before", partial(objects.write, "x", other), nth=number + 1)
    with pytest.raises(objects.ChangedError):
        objects.change("x", lambda _: b"mine")
    assert objects.read("x") == b"4"


def test_a_change_to_nothing_writes_nothing(world: World) -> None:
    objects.change("x", lambda _: None)
    assert objects.read("x") is None


# Tokens


def test_a_token_is_found_by_its_hash_and_never_stored(world: World) -> None:
    token = world.token("moderator", "acme", name="Mo")
    holder = tokens.holder(table(), token, world.now)
    assert holder == tokens.Holder("Mo", "moderator", ("acme",))
    assert holder.may("reader", "acme")
    assert not holder.may("manager", "acme")
    assert not holder.may("reader", "peak")


# The inbox


def test_another_body_under_the_same_id_is_no_repeat(world: World) -> None:
    first = builders.flag(world.now, delivery="m", text="one")
    second = builders.flag(world.now, delivery="m", text="two")
    put = inbox.marker(first, "recorded", world.now)
    table().write(put)
    assert not inbox.contradicts(first, put.item)
    assert inbox.contradicts(second, put.item)


def test_markers_of_two_communities_or_sources_do_not_meet(world: World) -> None:
    one = builders.feedback(world.now, delivery="m")
    other = builders.feedback(world.now, delivery="m", source="summit")
    assert inbox.key(one) != inbox.key(other)


def test_a_marker_is_kept_longer_than_anything_can_come_again() -> None:
    queue, dead_letters, restore = timedelta(days=4), timedelta(days=14), timedelta(days=14)
    assert queue + dead_letters + restore < inbox.KEPT


def test_without_effect_is_recorded_once(world: World) -> None:
    envelope = builders.flag(world.now)
    assert intake.without_effect(envelope, "a test", world.now) == "ignored"
    assert intake.without_effect(envelope, "a test", world.now) == "duplicate"
    assert world.item("inbox")["fate"] == "ignored"


# Queues and the outbox


def test_a_flood_delays_only_its_own_community(world: World) -> None:
    """Fair queues go by the message group."""
    queues.enqueue(builders.flag(world.now))
    (message,) = stores.client("sqs").receive_message(
        QueueUrl=settings().queue("moderation"), AttributeNames=["MessageGroupId"]
    )["Messages"]
    assert message["Attributes"]["MessageGroupId"] == "acme"


def test_deliveries_to_one_place_go_one_after_the_other(world: World) -> None:
    outbox.kick([rows.post(world, "a1"), rows.post(world, "a2")])
    messages = stores.client("sqs").receive_message(
        QueueUrl=settings().queue("delivery"), AttributeNames=["MessageGroupId"], MaxNumberOfMessages=10
    )["Messages"]
    assert {message["Attributes"]["MessageGroupId"] for message in messages} == {"site"}


def test_a_kick_that_fails_fails_nobody(world: World) -> None:
    row = rows.post(world)
    world.faults.at("sqs.SendMessage", "before", answer_lost)
    outbox.kick([row])
    assert world.depth("delivery") == 0


def test_a_row_is_planned_once(world: World) -> None:
    row = rows.post(world)
    table().write(Put({**row, "state": "sent"}))
    with pytest.raises(Exception, match=r"condition"):
        rows.post(world)
    assert rows.now(world, row)["state"] == "sent"


def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with World():
        monkeypatch.delenv("BUCKET")
        settings.cache_clear()
        with pytest.raises(KeyError, match="BUCKET"):
            settings()


def test_dead_letter_queues_are_as_many_as_are_named(world: World) -> None:
    assert len(settings().dead_letters) == len(stores.QUEUES)
    assert json.dumps(settings().dead_letters)
