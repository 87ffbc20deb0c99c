"""Taking care of what people said, at the command line."""

from pathlib import Path

import pytest

from functions.feedback import records
from tests.cli.api import Desk, desk
from tests.support import builders
from tests.support.world import World


@pytest.fixture
def mo(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    return desk(world, tmp_path, monkeypatch, "moderator")


def said(world: World) -> str:
    world.handle(builders.feedback(world.now))
    (item,) = world.items("feedback")
    return records.item_id(item)


def test_it_is_taken_looked_at_and_answered(mo: Desk) -> None:
    name = said(mo.world)
    assert mo.good("feedback", "waiting") == "Nobody waits for an answer.\n"
    assert "has it until 2026-11-23 12:00 UTC." in mo.good("feedback", "assign", name)
    assert "1 person waits for an answer." in mo.good("feedback", "waiting", "--mine")
    shown = mo.good("feedback", "answer", name, "We **know**.", "--preview")
    assert "The new map is gorgeous." in shown
    assert "feedback.answered" in shown
    assert not mo.world.outside.calls
    assert "nobody is there to be asked" in mo.refused("feedback", "answer", name, "We **know**.")
    assert mo.good("feedback", "answer", name, "We **know**.", "--yes").endswith("On its way to game (planned).\n")
    mo.world.finish()
    assert len(mo.world.outside.calls) == 1
    assert mo.told("feedback", "waiting")["talks"] == []


def test_words_come_from_a_file_too(mo: Desk) -> None:
    name, file = said(mo.world), mo.written("We know.")
    assert "Give TEXT, or --file" in mo.refused("feedback", "answer", name)
    assert "Give TEXT, or --file" in mo.refused("feedback", "answer", name, "Hi", "--file", file)
    assert mo.told("feedback", "answer", name, "--file", file, "--yes")["state"] == "answering"


def test_it_is_closed_with_a_word_and_opened_again(mo: Desk) -> None:
    name = said(mo.world)
    mo.good("feedback", "assign", name)
    assert mo.good("feedback", "close", name, "--reason", "told them in the game").endswith(": told them in the game\n")
    assert "open it again first" in mo.refused("feedback", "assign", name)
    assert mo.good("feedback", "reopen", name) == "Open: nobody has it.\n"
    assert "no desk of the program shows feedback" in mo.refused("feedback", "desk", name)


def test_nobody_writes_what_cannot_be_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with World(builders.PROGRAM.replace('api = "https://game.example/liaison"\n', "")) as world:
        mo = desk(world, tmp_path, monkeypatch, "moderator")
        refused = mo.refused("feedback", "answer", said(world))
        assert "it cannot be answered there: the source 'game' has no `api`" in refused
        assert "close it with a word" in refused


def test_somebody_else_says_yes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = builders.PROGRAM.replace('name = "Acme Games"', 'name = "Acme Games"\napproval = "another"')
    with World(text) as world:
        mo, name = desk(world, tmp_path, monkeypatch, "moderator"), said(world)
        assert "no answer waits for a yes" in mo.refused("feedback", "approve", name)
        assert f"liaison feedback approve {name}" in mo.good("feedback", "answer", name, "We know.", "--yes")
        assert "somebody else has to approve" in mo.refused("feedback", "approve", name, "--yes")
        monkeypatch.setenv("LIAISON_TOKEN", world.token("moderator", name="Bo"))
        assert "On its way" in mo.good("feedback", "approve", name, "--yes")
