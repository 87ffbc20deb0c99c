"""What an operator does for the person whose account it is, at the command line."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import operator
from tests.cli.api import Desk, desk
from tests.support.world import World
from tests.upkeep import places
from tests.upkeep.test_erasure import WHO, WORDS
from tests.upkeep.test_voices import done, said, traces


@pytest.fixture
def at_desk(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(operator, "connect", lambda _: "https://liaison.example")
    with places.having():
        yield desk(world, tmp_path, monkeypatch, "operator")


def test_an_account_is_exported_line_by_line(at_desk: Desk) -> None:
    at_desk.world.handle(said(at_desk.world, "1"), said(at_desk.world, "2"))
    file = at_desk.folder / "kim.jsonl"
    told = at_desk.told("people", "export", f"game:{WHO}", "--to", file)
    assert (told["account"], told["found"]) == (f"game:{WHO}", 2)
    assert [WORDS in json.loads(line)["text"] for line in file.read_text().splitlines()] == [True, True]
    assert at_desk.good("people", "export", f"game:{WHO}") == file.read_text()


def test_an_account_is_erased_once_somebody_says_yes(at_desk: Desk) -> None:
    world = at_desk.world
    world.handle(said(world, "1"))
    assert at_desk.run("people", "erase", f"game:{WHO}", typed="n\n").exit_code == 1
    assert not world.items("erasure")
    assert "due" in at_desk.good("people", "erase", f"game:{WHO}", "--name", "Kim", "--yes")
    world.rounds()
    # Asked again meanwhile, it is the same duty.
    assert at_desk.told("people", "erase", f"game:{WHO}", "--yes")["state"] == "searching"
    done(world)
    assert traces(world) == []
    told = at_desk.told("people", "erase", f"game:{WHO}", "--status")
    assert (told["state"], told["emptied"]) == ("done", 1)
    # What it says after that can be erased, too.
    world.handle(said(world, "2"))
    assert at_desk.told("people", "erase", f"game:{WHO}", "--yes")["state"] == "due"
    done(world)
    assert traces(world) == []


@pytest.mark.parametrize("account", ["4417", "nowhere:4417", "game:"])
def test_an_account_that_is_none_is_refused(at_desk: Desk, account: str) -> None:
    assert "SOURCE:ID" in at_desk.refused("people", "export", account)
    assert "SOURCE:ID" in at_desk.refused("people", "erase", account, "--yes")


def test_how_far_something_is_that_nobody_asked_for(at_desk: Desk) -> None:
    assert "nobody has asked" in at_desk.refused("people", "erase", f"game:{WHO}", "--status")
