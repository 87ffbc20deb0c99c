"""Many cases in one go at the command line: what is alike, what would be done, what was done, and back."""

import re
from pathlib import Path

import pytest

from functions.api import batches as room
from functions.moderation import working
from functions.moderation.standards import Standards
from functions.shared.table import table
from tests.cli.api import Desk, desk
from tests.moderation.alike import OTHER, case, compared, reported, spam
from tests.moderation.people import held
from tests.moderation.test_clusters import edited
from tests.support.world import World

REMOVE = ("--outcome", "violation", "--measure", "remove", "--explanation", "It was spam.")


@pytest.fixture
def ada(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    for name, more in (("201", ""), ("202", " Now!"), ("203", "")):
        reported(world, name, spam(1) + more, source="forum")
        world.later(seconds=1)
    compared(world)
    return desk(world, tmp_path, monkeypatch)


def name(ada: Desk, number: str = "201") -> str:
    return str(case(ada.world, number)["id"])


def words(text: str) -> str:
    return " ".join(text.split())


def test_from_the_list_to_the_undo(ada: Desk) -> None:
    listed = ada.good("cases")
    assert "alike" in listed
    assert len(re.findall(r" 2 +Hello", listed)) == 3
    assert {one["cluster"] for one in ada.told("cases")["cases"]} == {name(ada)}
    shown = ada.good("cases", "cluster", name(ada, "203"))
    assert "Hello everybody!" in shown
    assert "+ Now!" in shown
    assert "3 cases are alike, 3 of them open." in shown
    result = ada.run("cases", "decide", "--cluster", name(ada, "202"), *REMOVE, typed="y\n")
    assert result.exit_code == 0, result.output
    assert "3 of the 3 cases that are alike would be decided." in result.stderr
    assert "3 of 3 cases decided, 0 skipped." in words(result.stdout)
    ada.world.work_off("delivery")
    assert len(ada.world.outside.deleted) == 3
    batch = ada.world.item("batch")["id"]
    assert "remove: 3 sent" in ada.good("cases", "batch", batch)
    ada.good("cases", "undo", "--batch", batch)
    ada.world.work_off("delivery")
    assert "remove taken back: 3 sent" in ada.good("cases", "batch", batch)
    assert ada.world.outside.deleted == set()
    assert "are decided already" in ada.refused("cases", "decide", "--cluster", name(ada), *REMOVE, "--yes")


def test_whoever_says_no_decides_nothing(ada: Desk) -> None:
    result = ada.run("cases", "decide", "--cluster", name(ada), *REMOVE, typed="n\n")
    assert result.exit_code == 1
    assert ada.world.items("batch") == []


def test_what_is_for_the_leads_is_said_before(ada: Desk) -> None:
    working.escalate(table(), "acme", name(ada, "202"), "Zoe", "A threat?", Standards(), ada.world.now)
    result = ada.run("cases", "decide", "--cluster", name(ada), *REMOVE, typed="n\n")
    assert "1 of them: for the leads; skipped, unless you are one." in words(result.stderr)


def test_what_is_compared_is_shown_whatever_the_first_says_now(ada: Desk) -> None:
    edited(ada.world, "201", OTHER, source="forum")
    assert ada.good("cases", "cluster", name(ada)).startswith("Hello everybody!")
    result = ada.run("cases", "decide", "--cluster", name(ada), *REMOVE, typed="n\n")
    assert "Hello everybody!" in result.stderr
    assert "The least alike has 3 % in common with this." in words(result.stderr)


def test_a_report_with_other_words_in_between_is_looked_at_first(ada: Desk) -> None:
    def more() -> None:
        reported(ada.world, "202", OTHER, source="forum", flag="another")

    ada.world.faults.at("dynamodb.PutItem", "before", more)  # The batch is begun.
    told = words(ada.run("cases", "decide", "--cluster", name(ada), *REMOVE, "--yes").stdout)
    assert "2 of 3 cases decided, 1 skipped" in told
    assert "it has changed since you looked at it" in told


def test_what_would_be_skipped_is_said_before_and_what_was_after(ada: Desk) -> None:
    held(ada.world, "Zoe", name(ada, "202"))
    account = {"source": "forum", "kind": "user", "id": "77"}
    reported(ada.world, "77", spam(1), source="forum", subject=account)
    compared(ada.world)
    result = ada.run("cases", "decide", "--cluster", name(ada), *REMOVE, "--yes")
    assert "1 of them: Zoe has taken" in words(result.stderr)
    assert "remove can be done about 3 of them; the others are skipped." in words(result.stderr)
    told = words(result.stdout)
    assert "2 of 4 cases decided, 2 skipped" in told
    assert "Zoe has this case until" in told
    assert "remove cannot be done there" in told


def test_the_first_few_at_once_and_the_others_by_themselves(ada: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room.batches, "FEW", 1)
    told = ada.good("cases", "decide", "--cluster", name(ada), *REMOVE, "--yes")
    assert "1 of 3 cases decided, 0 skipped, 2 to go" in words(told)
    assert "goes on by itself" in words(told)
    ada.world.upkeep()
    assert ada.told("cases", "batch", ada.world.item("batch")["id"])["counts"] == {
        "cases": 3,
        "decided": 3,
        "skipped": 0,
        "left": 0,
    }


def test_an_answer_that_is_lost_decides_nothing_twice(ada: Desk) -> None:
    calls = ("cases", "decide", "--cluster", name(ada), *REMOVE, "--yes")
    wanted = {name(ada, number): 1 for number in ("201", "202", "203")}
    ada.good(*calls)
    assert len(ada.world.items("batch")) == 1
    assert len(ada.world.items("decision")) == len(wanted)
    assert "are decided already" in ada.refused(*calls)


def test_one_case_or_a_cluster(ada: Desk) -> None:
    assert "which?" in ada.refused("cases", "decide", *REMOVE)
    assert "which?" in ada.refused("cases", "decide", name(ada), "--cluster", name(ada), *REMOVE)
    assert "what?" in ada.refused("cases", "undo")
    assert "what?" in ada.refused("cases", "undo", name(ada), "--batch", "b")
    assert "there is no batch 'b'" in ada.refused("cases", "undo", "--batch", "b")
    assert "there is no case 'x'" in ada.refused("cases", "cluster", "x")


def test_a_case_says_how_many_are_like_it(ada: Desk) -> None:
    told = ada.told("cases", "show", name(ada, "202"))
    assert told["alike"] == {"cases": 2, "open": 2}
    assert told["case"]["cluster"] == name(ada)
    reported(ada.world, "204", "Something else that nobody else has said so far")
    alone = ada.told("cases", "show", name(ada, "204"))
    assert alone["alike"] == {"cases": 0, "open": 0}
    assert "no other case is like" in ada.refused("cases", "cluster", name(ada, "204"))
