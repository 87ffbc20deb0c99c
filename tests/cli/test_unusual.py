"""What was not as usual, at the command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.feedback import watch
from functions.shared.table import Put, table
from functions.upkeep import sweep
from tests.cli.api import Desk, desk
from tests.feedback.test_watch import BURST, DAY, PROGRAM, TODAY, YESTERDAY, counted, remember
from tests.support.world import World


@pytest.fixture
def ada(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The forum had a burst yesterday."""
    monkeypatch.chdir(tmp_path)
    with World(PROGRAM) as world:
        remember(world)
        pk, sk = watch.row_key("acme")
        table().write(Put({"pk": pk, "sk": sk, "day": (TODAY - DAY * 2).isoformat()}))
        counted(YESTERDAY, BURST)
        sweep.days_looked_at(table(), lambda: True)
        yield desk(world, tmp_path, monkeypatch)


def test_an_episode_is_listed_noted_shown_and_closed(ada: Desk) -> None:
    listed = ada.told("unusual")
    name = next(one["id"] for one in listed["episodes"] if one["series"] == "total")
    assert listed["looked_at"] == "2026-11-21"
    ada.good("unusual", "note", "A trailer came out", "--day", "2026-11-20")
    text = ada.good("unusual")
    assert "120" in text
    assert "6 to 19" in text
    shown = ada.good("unusual", "show", name)
    assert "total: more than usual, open." in shown
    assert "A trailer came out" in shown
    assert ada.good("unusual", "close", name, "The trailer") == f"{name} is closed: The trailer\n"
    assert "closed. It was: The trailer (Ada)." in ada.good("unusual", "show", name)
    assert "there is no episode 'none'" in ada.refused("unusual", "show", "none")


def test_a_day_stands_beside_what_is_usual(ada: Desk) -> None:
    text = ada.good("unusual", "day", "2026-11-21")
    assert text.startswith("2026-11-21\n")
    assert "6 to 19" in text
    counted(TODAY, {"total": 3, "source:game": 3})
    assert "not enough history yet" in ada.good("unusual", "day", "2026-11-22")


def test_a_week_is_compared_with_the_one_before(ada: Desk) -> None:
    found = ada.told("unusual", "compare", "--from", "2026-11-21", "--to", "2026-11-21")
    assert found["series"]["total"]["change"] == "higher than usual"
    assert "higher than usual" in ada.good("unusual", "compare", "--from", "2026-11-21", "--to", "2026-11-21")
    assert "must not be after" in ada.refused("unusual", "compare", "--from", "2026-11-21", "--to", "2026-11-01")


def test_where_nothing_was_unusual_that_is_said(ada: Desk) -> None:
    text = ada.good("unusual", "--from", "2026-10-01", "--to", "2026-10-05")
    assert "Nothing was unusual." in text
    assert "Compared up to 2026-11-21." in text
