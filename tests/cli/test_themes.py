"""Themes at the command line: how they stand, handing them over, and drafting an announcement."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.api import Desk, desk
from tests.feedback.tracker import PROGRAM, company, said
from tests.support.world import World


@pytest.fixture
def ada(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    with World(PROGRAM) as world:
        company(world)
        yield desk(world, tmp_path, monkeypatch, "manager")


def test_a_theme_is_looked_at_handed_over_and_linked_back(ada: Desk) -> None:
    said(ada.world, "one", who="u-1")
    given = ("feedback", "hand", "sync", "--to", "code", "--from", "2026-11-15", "--word", "Can we?")
    shown = ada.good(*given, "--preview")
    assert "people who spoke of it: 1; posts: 1." in shown
    assert "readable" in shown
    assert not ada.world.outside.calls
    assert "nobody is there to be asked" in ada.refused(*given)
    assert ada.good(*given, "--yes").endswith("On its way to code (planned).\n")
    ada.world.finish()
    page = "https://github.com/acme/game/issues/1"
    assert ada.good(*given, "--yes") == f"Handed over by Ada: {page}\n"
    assert f"Handed over by Ada: {page}" in ada.good("feedback", "theme", "sync")
    assert page in ada.good("feedback", "themes")
    assert ada.told("feedback", "themes")["themes"][0]["handed"][0]["state"] == "handed"


def test_somebody_else_says_yes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    program = PROGRAM.replace('name = "Acme Games"', 'name = "Acme Games"\napproval = "another"')
    with World(program) as world:
        company(world)
        ada = desk(world, tmp_path, monkeypatch, "manager")
        assert "nothing waits for a yes at code" in ada.refused("feedback", "hand", "sync", "--to", "code", "--approve")
        assert "hand sync --to code --approve" in ada.good("feedback", "hand", "sync", "--to", "code", "--yes")
        monkeypatch.setenv("LIAISON_TOKEN", world.token("manager", name="Bo"))
        told = ada.good("feedback", "hand", "sync", "--to", "code", "--approve", "--yes")
        assert "written by Ada" in told
        assert "people who spoke of it: 0; posts: 0." in told
        assert told.endswith("On its way to code (planned).\n")


def test_a_theme_is_looked_at_changed_and_drafted_as_an_announcement(ada: Desk) -> None:
    assert "Cloud saves: open. 0 people asked to be told." in ada.good("feedback", "theme", "sync")
    told = ada.good("feedback", "theme", "sync", "--status", "shipped", "--word", "Thanks!", "--announce")
    assert "Cloud saves: shipped." in told
    assert "shipped  Thanks!" in told
    assert "Announcement (draft): liaison announcements show " in told
    assert "body.status" in ada.refused("feedback", "theme", "sync", "--status", "perhaps")
