"""Whoever asks gets all that is kept of their account, and nothing of anybody else."""

import json
from collections.abc import Iterator

import pytest

from functions.feedback import skeletons
from functions.shared.table import Item, Put, table
from functions.upkeep import disclosure, erasure
from tests.support.world import World
from tests.upkeep import places
from tests.upkeep.test_erasure import OTHER, WHO, WORDS, a_life, asked
from tests.upkeep.test_voices import done, ended, pseudonym, said, store


@pytest.fixture(autouse=True)
def no_platform() -> Iterator[None]:
    with places.having():
        yield


def export(account: str = WHO) -> list[Item]:
    who = erasure.account("acme", "game", "standard_webhooks", {"id": account, "name": "Kim" if account == WHO else ""})
    return [one for page in disclosure.pages(table(), who) for one in page.found]


def a_whole_life(world: World) -> None:
    a_life(world)
    world.handle(said(world, "old", days_ago=40), said(world, "old-other", OTHER, days_ago=40))
    ended(world)
    world.handle(said(world, "new"), said(world, "other", OTHER))
    world.roll_up()


def test_all_that_an_erasure_takes_away_is_in_it(world: World) -> None:
    a_whole_life(world)
    before = store(world)
    found = export()
    kinds = {one["kind"] for one in found}
    assert {"case", "message", "flag", "decided", "audit", "feedback", "figures", "history"} <= kinds
    told = json.dumps(found)
    for words in (
        *("is what I play", "says Xylophone", "Xylophone edited", "*Xylophone*", "Xylophone is harmless"),
        *(f"https://a.example/{WHO}", "Kim", WHO, pseudonym()),
    ):
        assert words in before
        assert words in told, words
    assert sum(one["kind"] == "feedback" for one in found) == 2
    assert any("seen" in one for one in found)
    asked(world)
    done(world)
    assert export() == []


def test_there_is_nothing_of_anybody_else_in_it(world: World) -> None:
    a_whole_life(world)
    told = json.dumps(export())
    assert "Banjo" not in told
    assert "Pat" not in told
    assert pseudonym(OTHER) not in told
    assert f'"{OTHER}"' not in told
    assert all(WORDS not in json.dumps(one) for one in export(OTHER))


def test_each_thing_stands_in_it_once_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    a_whole_life(world)
    whole = export()
    monkeypatch.setattr(erasure, "PAGE", 5)
    monkeypatch.setattr(erasure, "OBJECTS", 1)
    assert sorted(map(json.dumps, export())) == sorted(map(json.dumps, whole))


def test_it_changes_nothing(world: World) -> None:
    a_whole_life(world)
    before = store(world)
    export()
    assert store(world) == before


def test_what_stands_in_the_table_and_in_its_skeleton_is_told_once(world: World) -> None:
    world.handle(said(world, "1", days_ago=40))
    world.roll_up()
    assert pseudonym() in str(skeletons.read("acme", "2026-10-13T12"))
    assert [one["kind"] for one in export()] == ["feedback"]


def test_somebody_of_whom_nothing_is_kept_gets_nothing(world: World) -> None:
    table().write(Put({"pk": "acme#request#1", "sk": "votes", "kind": "votes", "people": ["somebody else"]}))
    assert export("nobody") == []
