"""Somebody who goes counts no more, and is nowhere in what feedback keeps: with words, and after they have ended."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from events.envelope import Envelope
from events.feedback import FeedbackReceived
from functions.feedback import records, rollup, skeletons, study
from functions.shared import clock, objects, pseudonyms
from functions.shared.table import Delete, Item, Put, key_of, table
from functions.upkeep import erasure, voices
from tests.feedback.asking import PROGRAM, response
from tests.feedback.counting import marks, must_be_exact, totals
from tests.support import builders
from tests.support.world import START, World
from tests.upkeep import places
from tests.upkeep.test_erasure import OTHER, WHO, WORDS, a_life, asked, die_after_write, goes_on

ENDING = ("parked/", "digests/")
"""What ends by itself, after ninety and sixty days."""


@pytest.fixture(autouse=True)
def no_platform() -> Iterator[None]:
    with places.having():
        yield


def said(world: World, content: str, author: str = WHO, *, days_ago: int = 0, text: str = "") -> Envelope:
    at = world.now - timedelta(days=days_ago)
    words = text or (f"{WORDS} is what I play" if author == WHO else "Banjo")
    data: dict[str, Any] = {"id": content, "kind": "form", "text": words, "title": words, "at": at.isoformat()}
    data["author"] = {"id": author, "name": "Kim" if author == WHO else "Pat"}
    return builders.webhook("feedback.received", {**data, "url": f"https://a.example/{author}"}, world.now)


def changed(world: World, content: str, days_ago: int = 0) -> Envelope:
    at, then = world.now.isoformat(), (world.now - timedelta(days=days_ago)).isoformat()
    data = {"id": content, "kind": "form", "change": "edited", "text": f"{WORDS} again", "said_at": then, "at": at}
    return builders.webhook("feedback.changed", {**data, "author": {"id": WHO}}, world.now)


def pseudonym(account: str = WHO) -> str:
    return pseudonyms.of("acme", "game", account)


def ended(world: World) -> None:
    """The words of all that was said have ended, and DynamoDB took it away."""
    world.roll_up()
    for item in world.items("feedback"):
        if clock.moment(item["said_at"]) < world.now - timedelta(days=30):
            table().write(Delete(key_of(item)))


def store(world: World) -> str:
    """All that is kept anywhere."""
    objects = [name for name in world.objects() if not name.startswith(ENDING)]
    bodies = [world.stored(name) for name in objects]
    opened = [gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body for body in bodies]
    return json.dumps([*world.every_item(), objects, [body.decode() for body in opened]], default=str)


def traces(world: World) -> list[str]:
    left = store(world)
    return [word for word in (WHO, WORDS, "Kim", pseudonym()) if word in left]


def done(world: World) -> Item:
    """Until the duty is done; the minute's roll-ups run in between."""
    for _ in range(10):
        assert world.rounds()
        world.roll_up()
        row = world.item("erasure")
        if row["state"] == "done":
            return row
        world.later(minutes=15)
    raise AssertionError(row)


def test_nothing_in_the_whole_store_names_them_or_holds_their_words(world: World) -> None:
    a_life(world)
    long_ago = [said(world, f"old-{number}", days_ago=40 + number) for number in range(2)]
    world.handle(*long_ago, said(world, "old-other", OTHER, days_ago=40))
    ended(world)
    world.handle(said(world, "new"), said(world, "new-other", OTHER))
    world.roll_up()
    assert traces(world) == [WHO, WORDS, "Kim", pseudonym()]
    assert len(world.objects(skeletons.PREFIX)) == 2
    asked(world)
    done(world)
    assert traces(world) == []
    assert pseudonym(OTHER) in store(world)
    assert not marks(world)


def test_what_they_said_counts_no_more_and_what_others_said_does(world: World) -> None:
    world.handle(said(world, "1"), said(world, "2"), said(world, "3", OTHER))
    world.handle(said(world, "4", days_ago=40), said(world, "5", OTHER, days_ago=40))
    ended(world)
    world.handle(said(world, "6"), said(world, "7", OTHER))
    world.roll_up()
    assert totals(world) == {"2026-11-22": 5, "2026-10-13": 2}
    asked(world)
    row = done(world)
    assert totals(world) == {"2026-11-22": 2, "2026-10-13": 1}
    assert row["emptied"] == 4


def test_nothing_else_changes(world: World) -> None:
    world.handle(said(world, "1", OTHER), said(world, "2", OTHER, days_ago=40))
    elsewhere = said(world, "3", text="Banjo")  # There somebody else has that id.
    world.handle(builders.delivered("summit", {"webhook-id": "s"}, elsewhere.body, world.now))
    world.roll_up()
    world.rounds()
    before = {key_of(item): item for item in world.every_item()}
    asked(world)
    assert done(world)["emptied"] == 0
    after = {key_of(item): item for item in world.every_item() if item["pk"].split("#")[1] not in ("erasure", "inbox")}
    assert {key: item for key, item in after.items() if before.get(key) != item} == {}
    must_be_exact(world)


def test_of_what_they_said_stays_that_something_was_said_there(world: World) -> None:
    world.handle(said(world, "1"))
    before = world.item("feedback")
    asked(world)
    done(world)
    item = world.item("feedback")
    assert records.item_id(item) == records.item_id(before)
    assert {name for name in item if item[name] != ""} == {
        *("pk", "sk", "kind", "schema", "source", "platform", "type", "said_at", "logged_at", "state", "newest"),
        "expires",
    }


def test_nothing_that_is_told_later_brings_it_back(world: World) -> None:
    first = said(world, "1")
    world.handle(first)
    edit = changed(world, "1")
    asked(world)
    done(world)
    world.handle(first, edit, changed(world, "1"))
    world.roll_up()
    assert traces(world) == []
    assert totals(world) == {}


def test_a_repeat_does_not_keep_whom_to_tell_what_comes_of_it() -> None:
    with World(PROGRAM) as world:
        told = response(world, "t1", author={"id": WHO}, follow_up=True)
        world.handle(told)
        assert traces(world) == [WHO, pseudonym()]
        asked(world)
        done(world)
        world.handle(told)
        assert traces(world) == []


def test_what_is_known_late_does_not_come_back(world: World) -> None:
    """An edit came first; the thing itself, which knows more, is logged in the moment in which it is erased."""
    world.handle(changed(world, "1"))
    asked(world)
    told = {"community": "acme", "source": "game", "platform": "standard_webhooks", "content": "1", "kind": "form"}
    thing = FeedbackReceived.model_validate({**told, "about": f"post:{WHO}", "said_at": world.now})
    world.faults.at("dynamodb.UpdateItem", "before", lambda: done(world))
    records.record(table(), thing, world.now, records.Known(who=pseudonym()), "d", world.now)
    assert traces(world) == []


def test_what_is_logged_in_that_very_moment_is_found(world: World) -> None:
    world.handle(said(world, "1"))
    asked(world)
    world.rounds()
    world.handle(said(world, "2"))
    world.later(minutes=15)
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: world.handle(changed(world, "2")))
    done(world)
    assert traces(world) == []
    must_be_exact_of(world, 0)


def must_be_exact_of(world: World, number: int) -> None:
    world.roll_up()
    assert sum(totals(world).values()) == number
    assert not marks(world)


def test_what_is_sealed_just_then_is_sealed_again_without_them(world: World) -> None:
    """Somebody counts the hour, and had read it before it was erased."""
    world.handle(said(world, "1", days_ago=40))
    asked(world)
    world.faults.at("s3.PutObject", "before", lambda: world.rounds())
    world.roll_up()
    assert pseudonym() in gzip.decompress(world.stored(world.objects(skeletons.PREFIX)[0])).decode()
    done(world)
    assert traces(world) == []
    must_be_exact_of(world, 0)


def test_it_is_not_done_before_the_skeletons_are(world: World) -> None:
    world.handle(said(world, "1", days_ago=40))
    ended(world)
    asked(world)
    for _ in range(7):
        world.rounds()
        world.later(minutes=15)
    assert world.item("erasure")["state"] == "searching"
    done(world)
    assert traces(world) == []


def test_many_skeletons_are_searched_over_many_runs(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "OBJECTS", 2)
    world.handle(*(said(world, str(number), days_ago=40 + number) for number in range(5)))
    ended(world)
    asked(world)
    runs = 0
    real = erasure.page

    def page(*given: Any) -> Any:
        nonlocal runs
        runs += 1
        return real(*given)

    def until(last: int) -> Callable[[], bool]:
        return lambda: runs < last

    monkeypatch.setattr(erasure, "page", page)
    while world.item("erasure")["state"] != "done":
        erasure.due(table(), until(runs + 2))
        world.roll_up()
        world.later(minutes=15)
        assert runs < 40
    assert traces(world) == []
    must_be_exact_of(world, 0)


def test_cut_off_after_every_write_it_is_finished_later_and_counted_once(world: World) -> None:
    world.handle(said(world, "1"), said(world, "2", days_ago=40))
    ended(world)
    world.handle(said(world, "1"), said(world, "3", OTHER))
    world.roll_up()
    asked(world)
    deaths = 0
    while world.item("erasure")["state"] != "done":
        die_after_write(world, 2 if deaths else 1)  # The first one takes the duty.
        deaths += not goes_on(world)
        world.faults.forget()
        world.roll_up()
        world.later(minutes=15)
    assert deaths > 4
    assert world.item("erasure")["emptied"] == 2
    assert traces(world) == []
    must_be_exact_of(world, 1)


def test_wherever_a_pseudonym_stands_it_goes(world: World) -> None:
    name = pseudonym()
    items: dict[str, Item] = {
        "vote": {"kind": "votes", "votes": {name: "up", "other": "up"}, "people": [name, "other"]},
        "talk": {"kind": "talk", "who": name, "state": "open"},
        "contact": {"kind": "contact", "party": name, "person": {"id": WHO}},
        f"answer#{name}": {"kind": "answer"},
    }
    for sk, more in items.items():
        table().write(Put({"pk": "acme#request#1", "sk": sk, **more}))
    asked(world)
    done(world)
    assert traces(world) == []
    left = {item["sk"]: item for item in table().query("acme#request#1")}
    assert left.keys() == {"vote", "talk"}
    assert (left["vote"]["votes"], left["vote"]["people"]) == ({"other": "up"}, ["other"])
    assert left["talk"]["state"] == "open"


def test_a_set_of_people_that_has_them_is_taken_away_and_the_others_stay(world: World) -> None:
    for day, people in {"2026-11-20": [pseudonym(OTHER), pseudonym()], "2026-11-21": [pseudonym(OTHER)]}.items():
        objects.write(f"people/acme/{day}.json", json.dumps({"people": {"total": "".join(people)}}).encode())
    asked(world)
    done(world)
    assert world.objects("people/") == ["people/acme/2026-11-21.json"]


def test_what_was_worked_out_of_their_words_goes_whether_it_is_studied_again_or_not(world: World) -> None:
    world.handle(said(world, "1"), said(world, "2", OTHER))
    world.roll_up()
    assert world.learn()
    assert {WORDS, "Banjo"} <= set(re.findall(r"\w+", str(study.texts("acme"))))
    asked(world)
    done(world)
    assert [WORDS in str(study.texts("acme")), "Banjo" in str(study.texts("acme"))] == [False, True]
    assert world.learn()
    assert set(study.heads("acme")[0].values()) == {pseudonym(OTHER)}


def test_what_delivery_has_in_its_hands_is_left_to_the_next_search(world: World) -> None:
    row: Item = {"pk": "acme#talk#1", "sk": "delivery#answer-1", "kind": "delivery", "purpose": "answer"}
    row |= {"destination": "game", "request": {}, "answers": {"who": pseudonym(), "item": "1"}}
    who = erasure.account("acme", "game", "standard_webhooks", {"id": WHO, "name": "Kim"})
    assert voices.left({**row, "state": "armed"}, who, world.now) == {}
    assert voices.left({**row, "state": "sent"}, who, world.now) == {"answers": {"who": "", "item": "1"}}


def test_without_a_key_nobody_has_a_pseudonym() -> None:
    with World(program_text=None) as world:
        table().write(Put({"pk": "acme#log#2026-11-22T12#0", "sk": "a", "kind": "feedback", "who": ""}))
        assert erasure.account("acme", "game", "standard_webhooks", {"id": WHO, "name": ""}).pseudonym == ""
        assert world.item("feedback")["who"] == ""


def test_a_skeleton_of_another_community_is_not_searched(world: World) -> None:
    item = {"sk": "a", "source": "s", "platform": "p", "type": "t", "said_at": "2026-01-01T00:00:00.000Z"}
    mine = {**item, "logged_at": "1", "who": pseudonym()}
    skeletons.seal("peak", rollup.bucket(START), 1, [mine])
    asked(world)
    assert done(world)["emptied"] == 0
