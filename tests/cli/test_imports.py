"""`liaison import`: each line once, wherever it is cut off, and what cannot be used is said with its line."""

import csv
import gzip
import json
import os
from collections import Counter
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from cli import dumps, imports, operator
from cli.imports import cursor_of, rejected_of
from functions.feedback import entries, records
from tests.cli.api import Desk, desk
from tests.feedback.counting import must_be_exact, totals
from tests.support import builders
from tests.support.faults import Crash, When, aws_error, crash
from tests.support.world import World


@pytest.fixture
def ada(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(operator, "connect", lambda name: None)
    monkeypatch.setattr(imports, "CHUNK", 5)
    monkeypatch.setattr(imports, "WAITS", (0, 0))
    return desk(world, tmp_path, monkeypatch)


def said(number: int, **more: Any) -> dict[str, Any]:
    """The nth thing said, one every seven hours."""
    day, hour = divmod(number * 7, 24)
    line = {
        "id": f"review-{number}",
        "kind": "review",
        "text": f"The map is gorgeous {number}",
        "author": 100 + number % 3,
    }
    return {**line, "said_at": f"2025-10-{20 + day:02}T{hour:02}:30:00Z", **more}


def dump(folder: Path, lines: list[Any], name: str = "old.jsonl") -> Path:
    file = folder / name
    text = "".join(one if isinstance(one, str) else json.dumps(one) + "\n" for one in lines)
    file.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return file


def carried(ada: Desk, file: Path, *more: str) -> Any:
    return ada.told("import", file, "--source", "game", *more)


def rejected(file: Path) -> list[Any]:
    return [json.loads(line) for line in rejected_of(file).read_text().splitlines()]


def test_each_line_is_logged_once_and_counted(ada: Desk) -> None:
    file = dump(ada.folder, [said(number) for number in range(12)])
    assert carried(ada, file) == {"lines": 12, "recorded": 12, "repeats": 0, "ours": 0, "rejected": 0}
    ada.world.drain()
    must_be_exact(ada.world)
    assert sum(totals(ada.world).values()) == 12
    first = ada.world.items("feedback")[0]
    assert (first["source"], first["platform"], first["type"]) == ("game", "standard_webhooks", "review")
    assert len(first["who"]) == 16
    assert "100" not in first["who"]
    assert not rejected_of(file).exists()


def test_a_second_run_records_nothing(ada: Desk) -> None:
    file = dump(ada.folder, [said(number) for number in range(7)])
    carried(ada, file)
    assert carried(ada, file) == {"lines": 7, "recorded": 0, "repeats": 7, "ours": 0, "rejected": 0}
    assert len(ada.world.items("feedback")) == 7


def test_what_came_by_webhook_before_is_a_repeat(ada: Desk) -> None:
    at = ada.world.now.replace(year=2025)
    ada.world.handle(builders.feedback(at, content="review-1", received=ada.world.now))
    file = dump(ada.folder, [said(1, said_at=at.isoformat())])
    assert carried(ada, file)["repeats"] == 1


@pytest.mark.parametrize("name", ["old.csv", "old.csv.gz", "old.jsonl.gz"])
def test_every_kind_of_dump_says_the_same(ada: Desk, name: str) -> None:
    lines = [said(number, text=f'It says "{number}",\nand more é') for number in range(6)]
    file = dump(ada.folder, lines, name)
    if ".csv" in name:
        plain = ada.folder / "plain.csv"
        with plain.open("w", newline="", encoding="utf-8-sig") as made:
            writer = csv.DictWriter(made, list(lines[0]))
            writer.writeheader()
            writer.writerows(lines)
        file.write_bytes(gzip.compress(plain.read_bytes()) if name.endswith(".gz") else plain.read_bytes())
    assert carried(ada, file)["recorded"] == 6
    texts = {item["content"]: item["text"] for item in ada.world.items("feedback")}
    assert texts == {line["id"]: line["text"] for line in lines}


def test_fields_have_the_dumps_own_names(ada: Desk) -> None:
    file = dump(ada.folder, ["nr,body,created,stars\n", "8,Lovely map,1760000000,5\n"], "old.csv")
    told = carried(ada, file, "--map", "id=nr,text=body,said_at=created", "--kind", "review")
    assert told["recorded"] == 1
    item = ada.world.item("feedback")
    assert (item["content"], item["text"], item["type"]) == ("8", "Lovely map", "review")
    assert item["said_at"].startswith("2025-10-09T08:53:20")
    assert "who" not in item


def test_a_line_that_cannot_be_used_is_set_aside_with_why(ada: Desk) -> None:
    bad = [
        "not json\n",
        "[1]\n",
        {"id": "x", "kind": "review", "text": "no time"},
        said(3, said_at="2025-10-20T08:00:00"),
        said(4, id=""),
        said(5, kind="k" * 41),
        said(6, text="x" * dumps.LONGEST),
    ]
    file = dump(ada.folder, [said(0), *bad, "\n", said(1)])
    assert carried(ada, file) == {"lines": 10, "recorded": 2, "repeats": 0, "ours": 0, "rejected": 7}
    told = {one["line"]: one["reason"] for one in rejected(file)}
    assert list(told) == [2, 3, 4, 5, 6, 7, 8]
    assert told[2] == "not JSON"
    assert told[4] == "said_at or at: Field required"
    assert "needs a zone" in told[5]
    assert told[6].startswith("id: ")
    assert told[7].startswith("kind: ")
    assert "bytes" in told[8]


def test_bytes_that_are_not_utf_8_are_not_guessed_at(ada: Desk) -> None:
    file = ada.folder / "old.csv"
    file.write_bytes(b"id,kind,text,said_at\n1,review,caf\xe9,2025-10-20T08:00Z\n2,review,ok,2025-10-20T08:00Z,more\n")
    assert carried(ada, file)["rejected"] == 2
    assert [one["reason"] for one in rejected(file)] == ["not UTF-8", "5 fields, but the header names 4"]


def test_what_our_own_account_said_is_left_out(ada: Desk) -> None:
    operator.push(builders.PROGRAM.replace('id = "game"', 'id = "game"\naccount = "101"'), "tests")
    ada.world.later(minutes=2)
    file = dump(ada.folder, [said(number) for number in range(3)])
    assert carried(ada, file) == {"lines": 3, "recorded": 2, "repeats": 0, "ours": 1, "rejected": 0}


def test_a_dry_run_writes_nothing(ada: Desk) -> None:
    file = dump(ada.folder, [said(0), "no\n"])
    result = ada.run("import", file, "--source", "game", "--dry-run", "--json")
    assert json.loads(result.stdout.splitlines()[-1]) == {"lines": 2, "good": 1, "rejected": 1}
    assert "line 2: not JSON" in result.stderr
    assert not ada.world.items("feedback")
    assert list(ada.folder.iterdir()) == [file]


def test_what_cannot_be_done_is_said(ada: Desk) -> None:
    file = dump(ada.folder, [said(0)])
    assert "no source 'nowhere'" in ada.refused("import", file, "--source", "nowhere")
    assert "write OURS=THEIRS" in ada.refused("import", file, "--source", "game", "--map", "words=body")
    assert "ends in .jsonl" in ada.refused("import", dump(ada.folder, [], "old.xml"), "--source", "game")


def test_a_file_that_is_cut_short_is_said_to_be_and_the_whole_one_goes_on(ada: Desk) -> None:
    file = dump(ada.folder, [said(number, text=os.urandom(600).hex()) for number in range(8)], "old.jsonl.gz")
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) * 4 // 5])
    assert "cut short or damaged" in ada.refused("import", file, "--source", "game")
    file.write_bytes(whole)
    assert carried(ada, file) == {"lines": 8, "recorded": 3, "repeats": 5, "ours": 0, "rejected": 0}


def killed(ada: Desk, file: Path) -> None:
    with suppress(Crash):
        ada.run("import", file, "--source", "game")
    ada.world.faults.forget()


@pytest.mark.parametrize(("number", "when"), list(zip(range(1, 29, 3), cycle(["before", "after"]), strict=False)))
def test_killed_at_any_step_it_goes_on_and_nothing_is_lost_or_double(
    ada: Desk, monkeypatch: pytest.MonkeyPatch, when: When, number: int
) -> None:
    monkeypatch.setattr(imports, "WORKERS", 1)
    lines = [said(number) if number % 4 else "no\n" for number in range(14)]
    file = dump(ada.folder, lines)
    ada.world.faults.at_number(number, when, crash)
    killed(ada, file)
    told = carried(ada, file)
    assert (told["lines"], told["recorded"] + told["repeats"], told["rejected"]) == (14, 10, 4)
    assert [one["line"] for one in rejected(file)] == [1, 5, 9, 13]
    assert len(ada.world.items("feedback")) == 10
    ada.world.drain()
    must_be_exact(ada.world)


@pytest.mark.parametrize("step", ["keep", "rejections", "mark"])
def test_killed_between_the_log_and_the_cursor(ada: Desk, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    file = dump(ada.folder, [said(number) if number % 4 else "no\n" for number in range(14)])
    where, name = {"keep": (imports.Place, "keep"), "rejections": (os, "fsync"), "mark": (entries, "mark")}[step]
    does, seen = getattr(where, name), Counter[str]()

    def dies(*given: Any) -> None:
        seen[step] += 1
        if seen[step] == 2:
            raise Crash
        does(*given)

    with monkeypatch.context() as patch:
        patch.setattr(where, name, dies)
        killed(ada, file)
    carried(ada, file)
    assert [one["line"] for one in rejected(file)] == [1, 5, 9, 13]
    assert len(ada.world.items("feedback")) == 10
    ada.world.drain()
    must_be_exact(ada.world)


def test_what_aws_does_not_take_is_tried_again_and_then_the_place_is_kept(ada: Desk) -> None:
    file = dump(ada.folder, [said(number) for number in range(8)])
    slow = aws_error("ProvisionedThroughputExceededException")
    ada.world.faults.at("dynamodb.PutItem", "before", slow, nth=2)
    assert carried(ada, file)["recorded"] == 8
    more = dump(ada.folder, [said(number) for number in range(20, 30)], "more.jsonl")
    for nth in range(3):
        ada.world.faults.at("dynamodb.PutItem", "before", slow, nth=nth + 1)
    told = ada.refused("import", dump(ada.folder, [said(40)], "one.jsonl"), "--source", "game")
    assert "the same command goes on there" in told
    ada.world.faults.forget()
    assert carried(ada, more)["recorded"] == 10
    assert carried(ada, ada.folder / "one.jsonl")["recorded"] == 1


def test_another_file_under_the_same_name_begins_anew(ada: Desk) -> None:
    file = dump(ada.folder, [said(number) for number in range(8)])
    ada.world.faults.at("dynamodb.PutItem", "before", nth=7)
    killed(ada, file)
    assert json.loads(cursor_of(file).read_text())["line"] == 5
    dump(ada.folder, [said(number) for number in range(30, 42)])
    assert carried(ada, file)["recorded"] == 12


def test_a_backfill_delays_neither_the_young_hours_nor_another_community(
    ada: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = ada.world
    carried(ada, dump(ada.folder, [said(number) for number in range(30)]))
    world.later(minutes=1)
    old = world.now.replace(month=3)
    world.handle(
        builders.feedback(world.now, content="today", received=world.now),
        builders.feedback(old, content="last spring", source="summit", received=world.now),
    )
    turns = [key[0].split("#")[0::2] for key in records.turns(records.table.table(), world.now)]
    assert turns[0] == ["acme", "2026-11-22T12"]
    assert ["peak", "2026-03-22T12"] in turns[1:3]
    assert len(turns) == 32
