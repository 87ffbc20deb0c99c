"""Each thing said is logged once and counted once, whatever is delivered how often, whoever dies where."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cli import operator
from functions.feedback import handler, records
from functions.shared import parameters, pseudonyms
from functions.shared.table import table
from tests.feedback.counting import marks, must_be_exact, put_log, reading, totals
from tests.support import builders, stores
from tests.support.faults import answer_lost
from tests.support.world import World


def test_what_was_said_is_logged_and_counted(world: World) -> None:
    world.handle(builders.feedback(world.now, content="1"), builders.feedback(world.now, content="2"))
    assert not totals(world)
    world.roll_up()
    assert totals(world) == {"2026-11-22": 2}
    must_be_exact(world)


def test_nobody_who_said_it_stands_in_the_log(world: World) -> None:
    data = {
        "id": "1",
        "kind": "form",
        "text": "Hi",
        "at": world.now.isoformat(),
        "author": {"id": "77", "name": "Ilse"},
    }
    world.handle(builders.webhook("feedback.received", data, world.now))
    assert "Ilse" not in str(list(world.every_item()))
    assert "'77'" not in str(list(world.every_item()))


def by(world: World, account: str, content: str, **more: object) -> None:
    author = {"id": account, "name": "Ilse", **more}
    data = {"id": content, "kind": "form", "text": "Hi", "at": world.now.isoformat(), "author": author}
    world.handle(builders.webhook("feedback.received", data, world.now))


def test_who_said_it_is_a_pseudonym_the_same_for_the_same_account() -> None:
    seen = []
    for _ in range(2):
        with World() as world:
            for account, content in (("77", "1"), ("77", "2"), ("78", "3")):
                by(world, account, content)
            seen.append({item["content"]: item["who"] for item in world.items("feedback")})
    first, second = seen
    assert first["1"] == first["2"] != first["3"]
    assert all(re.fullmatch("[0-9a-f]{16}", name) for name in first.values())
    assert second["1"] != first["1"], "another deployment has another key"


def test_without_the_key_nothing_is_logged_and_nothing_lost(world: World) -> None:
    stores.client("ssm").delete_parameter(Name=parameters.path(pseudonyms.PARAMETER))
    parameters.fetched.cache_clear()
    data = {"id": "1", "kind": "form", "text": "Hi", "at": world.now.isoformat(), "author": {"id": "77"}}
    world.accept(builders.webhook("feedback.received", data, world.now))
    world.work("feedback")
    assert not world.items("feedback")
    operator.push(builders.PROGRAM, "tests")
    world.drain()
    assert world.item("feedback")["who"]


ROSTER = """
[[moderators]]
id = "zoe"
community = "acme"
name = "Zoe"
pseudonym = "Moderator 7"
accounts = { game = "5" }
"""


def test_our_own_people_and_programs_are_known_as_such() -> None:
    with World(builders.PROGRAM + ROSTER) as world:
        by(world, "5", "of the roster")
        by(world, "6", "by a program", bot=True)
        by(world, "7", "of the community")
        assert {item["content"]: item.get("staff", False) for item in world.items("feedback")} == {
            "of the roster": True,
            "by a program": True,
            "of the community": False,
        }


def test_the_same_thing_under_any_delivery_is_said_once(world: World) -> None:
    same = builders.feedback(world.now, content="1")
    world.handle(same, same, builders.feedback(world.now, content="1"))
    world.handle(same)
    world.roll_up()
    assert totals(world) == {"2026-11-22": 1}


def test_sources_do_not_share_their_ids(world: World) -> None:
    world.handle(builders.feedback(world.now), builders.feedback(world.now, source="summit"))
    assert len(world.items("feedback")) == 2


def test_a_repeat_marks_the_hour_since_the_first_may_have_died_before_it_did(world: World) -> None:
    envelope = builders.feedback(world.now)
    world.accept(envelope)
    world.faults.at("dynamodb.PutItem", "after")
    world.work("feedback")
    assert world.items("feedback")
    assert not world.items("bucket")
    world.drain()
    assert totals(world) == {"2026-11-22": 1}


def test_when_all_of_a_batch_failed_what_was_logged_is_marked_all_the_same(world: World) -> None:
    """The message may be on its last attempt: then nobody comes back to mark the hour."""
    world.accept(builders.feedback(world.now))
    world.faults.at("dynamodb.PutItem", "after", answer_lost)
    world.work("feedback")
    world.roll_up()
    assert totals(world) == {"2026-11-22": 1}


def test_a_mark_that_fails_brings_the_batch_back(world: World) -> None:
    world.accept(builders.feedback(world.now))
    world.faults.at("dynamodb.UpdateItem", "before", answer_lost)
    world.work("feedback")
    assert world.depth("feedback") == 1
    world.drain()
    assert totals(world) == {"2026-11-22": 1}


def test_an_hour_is_marked_once_until_it_is_counted(world: World) -> None:
    def said(first: int) -> list[str]:
        world.accept(*(builders.feedback(world.now, content=str(number)) for number in range(first, first + 8)))
        world.faults.forget()
        world.work("feedback")
        return world.faults.passed

    assert (said(0).count("dynamodb.UpdateItem"), world.faults.passed.count("dynamodb.PutItem")) == (1, 8)
    assert said(8).count("dynamodb.UpdateItem") == 0
    world.roll_up()
    assert said(16).count("dynamodb.UpdateItem") == 1
    world.roll_up()
    assert totals(world) == {"2026-11-22": 24}


def test_a_busy_hour_is_counted_each_quarter_of_an_hour(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "EVERY", timedelta(minutes=15))
    world.handle(builders.feedback(world.now, content="1"))
    world.roll_up()
    world.later(minutes=1)
    world.handle(builders.feedback(world.now, content="2"))
    world.roll_up()
    assert totals(world) == {"2026-11-22": 1}
    world.later(minutes=14)
    world.roll_up()
    assert totals(world) == {"2026-11-22": 2}


def test_whoever_asks_for_a_day_has_it_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "EVERY", timedelta(minutes=15))
    world.handle(builders.feedback(world.now, content="1"))
    world.roll_up()
    world.handle(builders.feedback(world.now, content="2"))
    days = world.ask("GET", "/v1/acme/feedback", token=world.token("manager")).json["days"]
    assert [day["counts"]["total"] for day in days] == [2]
    assert not marks(world)
    must_be_exact(world)


def test_what_was_said_long_ago_is_counted_in_its_own_day(world: World) -> None:
    world.handle(builders.feedback(datetime(2026, 3, 1, 23, 30, tzinfo=UTC), received=world.now))
    world.roll_up()
    assert totals(world) == {"2026-03-02": 1}  # In Paris.


def test_days_are_those_of_the_community(world: World) -> None:
    late = datetime(2026, 11, 22, 18, 15, tzinfo=UTC)  # Midnight in Kathmandu.
    world.handle(
        builders.feedback(late, source="summit", content="1", received=world.now),
        builders.feedback(late - timedelta(seconds=1), source="summit", content="2", received=world.now),
    )
    world.roll_up()
    assert totals(world, "peak") == {"2026-11-22": 1, "2026-11-23": 1}


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
def test_an_empty_time_is_parked_and_holds_nobody_up(world: World, at: str) -> None:
    """Go writes a time that was never set as year 1. Counting would stand still on it for ever."""
    data = {"id": "1", "kind": "form", "text": "Hi", "at": at}
    world.handle(builders.webhook("feedback.received", data, world.now), builders.feedback(world.now, content="2"))
    world.drain()
    assert not world.failures
    assert totals(world) == {"2026-11-22": 1}
    (parked,) = world.parked()
    assert "between the years 1970 and 2199" in parked["reason"]


def test_a_roll_up_that_has_no_time_left_leaves_the_rest_due(world: World) -> None:
    world.handle(*(builders.feedback(world.now - timedelta(hours=n), content=str(n)) for n in range(4)))
    world.call(handler.roll_up, left=9_999)
    assert len(marks(world)) == 4
    world.roll_up()
    assert not marks(world)
    must_be_exact(world)


def test_before_the_first_program_a_roll_up_does_nothing() -> None:
    with World(program_text=None) as world:
        assert world.roll_up()


def test_a_community_that_left_the_program_is_still_counted(world: World) -> None:
    world.handle(builders.feedback(world.now, source="summit"))
    operator.push(builders.PROGRAM.split('\n[[communities]]\nid = "peak"')[0] + LEFT, "tests")
    world.later(minutes=2)
    world.roll_up()
    assert totals(world, "peak") == {"2026-11-22": 1}


LEFT = """
[[sources]]
id = "game"
community = "acme"
platform = "standard_webhooks"
"""


# Two at once


def test_what_is_logged_during_a_roll_up_keeps_the_hour_due(world: World) -> None:
    world.handle(builders.feedback(world.now, content="1"))
    world.faults.at("dynamodb.PutItem", "before", lambda: world.handle(builders.feedback(world.now, content="2")))
    world.roll_up()
    assert marks(world)
    world.roll_up()
    assert totals(world) == {"2026-11-22": 2}


def test_an_older_reading_does_not_replace_a_newer_one(world: World) -> None:
    """A reads the log; B logs, marks, rolls up and clears; then A writes."""
    world.handle(builders.feedback(world.now, content="1"))

    def whole_other_round() -> None:
        world.handle(builders.feedback(world.now, content="2"))
        world.roll_up()

    world.faults.at("dynamodb.PutItem", "before", whole_other_round)  # A's first write is that of the hour.
    world.roll_up()
    assert totals(world) == {"2026-11-22": 2}
    assert not marks(world)
    must_be_exact(world)


def test_a_day_summed_from_older_hours_does_not_replace_a_newer_one(world: World) -> None:
    """A has written its hour and summed the day; B logs, marks, rolls up and clears; then A writes the day."""
    world.handle(builders.feedback(world.now, content="1"))

    def whole_other_round() -> None:
        world.handle(builders.feedback(world.now, content="2"))
        world.roll_up()

    world.faults.at("dynamodb.PutItem", "before", whole_other_round, nth=2)
    world.roll_up()
    assert totals(world) == {"2026-11-22": 2}
    must_be_exact(world)


def test_two_hours_of_one_day_at_once_are_both_in_it(world: World) -> None:
    """A counts one hour and B the next; both write the same day."""
    early, late = world.now, world.now + timedelta(hours=1)
    put_log(builders.feedback(early, content="1"))
    put_log(builders.feedback(late, content="2"))
    paris = ZoneInfo("Europe/Paris")
    other = reading(world, late)

    def other_hour() -> None:
        records.roll_up(table(), other, paris, world.now)

    for place in (1, 2):
        world.faults.at("dynamodb.PutItem", "before", other_hour, nth=place)
        records.roll_up(table(), reading(world, early), paris, world.now)
        world.faults.forget()
        assert totals(world) == {"2026-11-22": 2}


def test_a_reader_that_was_slower_leaves_the_rest_to_the_faster_one(world: World) -> None:
    """The faster one died after its hour: the slower one must not clear what is not done."""
    world.handle(builders.feedback(world.now, content="1"))

    def faster_one_dies() -> None:
        world.handle(builders.feedback(world.now, content="2"))
        bucket = reading(world, world.now, mark=False)
        hour = {"pk": "acme#hours#2026-11-22", "sk": "12", "kind": "hour", "hour": "2026-11-22T12"}
        counts = {"total": [2, 0, 0, 0]}
        world_put({**hour, "counts": counts, "generation": bucket["generation"] + 1})

    world.faults.at("dynamodb.PutItem", "before", faster_one_dies)
    world.roll_up()
    assert marks(world)
    world.roll_up()
    assert totals(world) == {"2026-11-22": 2}
    must_be_exact(world)


def world_put(item: dict[str, object]) -> None:
    table().write(records.Put(item))


def test_a_day_that_keeps_changing_is_tried_again_the_next_minute(world: World) -> None:
    put_log(builders.feedback(world.now, content="1"))
    bucket = reading(world, world.now)
    paris = ZoneInfo("Europe/Paris")
    day = date(2026, 11, 22)

    def somebody_else() -> None:
        records.count_day(table(), "acme", day, paris, world.now)

    for place in range(records.TRIES):
        world.faults.at("dynamodb.PutItem", "before", somebody_else, nth=2 + place)
    with pytest.raises(TimeoutError, match="kept changing"):
        records.roll_up(table(), bucket, paris, world.now)
    assert marks(world)
    world.faults.forget()
    world.roll_up()
    assert totals(world) == {"2026-11-22": 1}
    assert not marks(world)


def test_an_item_is_found_by_its_id(world: World) -> None:
    world.handle(builders.feedback(world.now, content="1"))
    (item,) = world.items("feedback")
    key = records.item_key("acme", records.item_id(item))
    assert key
    assert table().get(*key) == item
    assert records.item_key("acme", "2026112212-" + "f" * 31) is None
