"""What is known of an account, at the command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.api import Desk, desk
from tests.moderation.strikes import TEXT, broken
from tests.support.world import World


@pytest.fixture
def mo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.chdir(tmp_path)
    with World(TEXT) as world:
        yield desk(world, tmp_path, monkeypatch, "moderator")


def test_an_account_is_shown_in_sentences_and_tables(mo: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    case = broken(mo.world, "a")
    text = mo.good("people", "show", "game:4417")
    assert "game:4417: 4 points in 90 days (Cruel × 1)." in text
    assert "Decided: 1 × a rule was broken, 0 × none." in text
    assert "Reports: 0 right, 0 not; a report weighs 0.196." in text
    assert f"2026-11-22T12:00Z  2027-02-20T12:00Z  4       cruel   {case['id']}  counts" in text
    assert "this person" not in text
    mo.world.later(days=90)
    monkeypatch.setenv("LIAISON_TOKEN", mo.world.token("moderator"))  # A token has its end, too.
    assert "  ended" in mo.good("people", "show", "game:4417")


def test_linking_needs_a_reason_and_shows_who_gave_it(mo: Desk) -> None:
    told = mo.good("people", "link", "game:4417", "forum:9", "--reason", "The same address.")
    assert told == "One person now: game:4417, forum:9.\n"
    text = mo.good("people", "show", "forum:9")
    assert "All accounts of this person: 0 × a rule was broken (forum: 0 ×, game: 0 ×), points: 0;" in text
    assert "linked" in text
    assert "game:4417, forum:9  The same address." in text
    assert "No strikes." in text
    assert mo.told("people", "unlink", "game:4417", "--reason", "Somebody else.")["accounts"] == ["forum:9"]
    assert "belongs to no person" in mo.refused("people", "unlink", "game:4417", "--reason", "Again.")
    assert mo.run("people", "link", "game:4417", "forum:9").exit_code == 2


def test_what_is_no_account_is_told(mo: Desk) -> None:
    assert "write it as SOURCE:ID" in mo.refused("people", "show", "4417")
    assert "there is no source 'chat'" in mo.refused("people", "show", "chat:4417")
