"""`liaison classify`: one line out for each line in, whatever the line is."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.classify import ANSWERS, app
from cli.main import app as everything
from infra.bundle import ROOT

LOADED = """
import sys
sys.argv = ["liaison", "classify", "--languages", "en", "It crashes."]
from cli.__main__ import run
try:
    run()
except SystemExit as end:
    heavy = ("boto3", "botocore", "cli.main", "cli.terminal")
    sys.stderr.write(" ".join(name for name in heavy if name in sys.modules))
    raise
"""


def run(*arguments: str, lines: list[Any] | None = None, raw: bytes | None = None) -> Result:
    given = raw if raw is not None else b"".join(json.dumps(line).encode() + b"\n" for line in lines or [])
    return CliRunner().invoke(app, ["classify", *arguments], input=given)


def answers(*arguments: str, lines: list[Any]) -> list[dict[str, Any]]:
    result = run(*arguments, "--jsonl", lines=lines)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_line_is_answered_in_its_place_with_what_else_was_in_it() -> None:
    lines = [{"text": f"The app crashes, number {number}.", "id": number, "tags": ["a"]} for number in range(20)]
    told = answers("--languages", "en", lines=lines)
    assert [one["id"] for one in told] == list(range(20))
    assert all(set(one) == {"text", "id", "tags", *ANSWERS} for one in told)
    assert told[0]["text"] == lines[0]["text"]
    assert told[0]["tags"] == ["a"]


def test_an_answer_has_scores_and_the_words_that_decided() -> None:
    (told,) = answers(lines=[{"text": "I hate that the app crashes", "language": "en"}])
    assert told["kind"] == "bug"
    assert set(told["scores"]["kind"]) == {"bug", "feature", "praise", "complaint", "question", "other"}
    assert set(told["scores"]["mood"]) == {"negative", "neutral", "positive"}
    assert "crashes" in told["because"]["kind"]
    assert told["models"]["kind"] == "kind-1"


def test_the_language_of_a_line_is_believed() -> None:
    french, german = answers(lines=[{"text": "Super !", "language": "fr"}, {"text": "Super!", "language": "de"}])
    assert (french["language"], french["mood"]) == ("fr", "positive")
    assert (german["language"], german["kind"], german["mood"]) == ("de", None, None)


def test_a_line_may_narrow_its_languages() -> None:
    (told,) = answers(lines=[{"text": "Super !", "candidates": ["fr"]}])
    assert told["language"] == "fr"


def test_a_line_may_have_the_title_of_the_thread_it_opens() -> None:
    line = {"text": "I would like it there, as it was before. How do I move it?", "language": "en"}
    alone, opening = answers(lines=[line, {**line, "title": "Toolbar on the left"}])
    assert (alone["kind"], opening["kind"], opening["text"]) == ("feature", "question", line["text"])
    assert run("--jsonl", lines=[{**line, "title": 5}]).exit_code == 2


def test_bad_lines_keep_their_place_and_are_told_at_the_end() -> None:
    raw = (
        b'{"text": "fine", "language": "en"}\nnonsense\n[1]\n{"words": "x"}\n\n{"text": "\xff"}\n'
        b'{"text": "ok", "language": 5}\n{"text": "ok", "candidates": "en"}\n{"text": "fine", "language": "en"}'
    )
    result = run("--jsonl", raw=raw)
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 2
    assert ["error" in one for one in told] == [False, *[True] * 7, False]
    assert [one["line"] for one in told if "error" in one] == [2, 3, 4, 5, 6, 7, 8]
    assert "line 2: no JSON" in result.stderr
    assert 'line 4: an object with a "text" is expected' in result.stderr
    assert "Traceback" not in result.stderr


def test_half_a_character_comes_out_as_it_came_in() -> None:
    (told,) = answers(lines=[{"text": "fine \ud800", "id": "\udfff", "language": "en"}])
    assert (told["text"], told["id"]) == ("fine \ud800", "\udfff")


def test_no_line_is_waited_for() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "cli", "classify", "--jsonl", "--languages", "en"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"PATH": os.environ["PATH"]},
    ) as process:  # fmt: skip
        assert process.stdin
        assert process.stdout
        for number in range(2):
            process.stdin.write(json.dumps({"text": "It crashes.", "id": number}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.wait() == 0


def test_a_person_sees_a_table() -> None:
    result = run("--languages", "en", "Please add a dark mode.")
    assert result.exit_code == 0, result.output
    assert "feature" in result.stdout
    assert "kind" in result.stdout
    result = run("--languages", "de", "Bitte ein dunkles Design.")
    assert "not scored" in result.stdout


def test_themes_are_those_of_the_program(tmp_path: Path) -> None:
    file = tmp_path / "community.toml"
    file.write_text(
        '[[themes]]\nid = "sync"\ncommunity = "acme"\nkeywords = { en = ["sync"], fr = ["synchro"] }\n'
        '[[themes]]\nid = "price"\ncommunity = "other"\nkeywords = { en = ["sync"], fr = ["synchro"] }\n'
    )
    line = {"text": "The sync is slow", "language": "en"}
    (all_of_them,) = answers("--themes", str(file), lines=[line])
    (ours,) = answers("--themes", str(file), "--community", "acme", lines=[line])
    assert (sorted(all_of_them["themes"]), ours["themes"]) == (["price", "sync"], ["sync"])
    assert set(ours["scores"]["themes"]) == set(ours["because"]["themes"]) == {"sync"}


@pytest.mark.parametrize("content", [None, "themes = 1", "["])
def test_a_program_that_cannot_be_read_is_told(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "community.toml"
    if content is not None:
        file.write_text(content)
    result = run("--jsonl", "--themes", str(file), lines=[])
    assert result.exit_code == 2
    assert "community.toml" in result.stderr
    assert "Traceback" not in result.output


def test_neither_a_text_nor_lines_is_told() -> None:
    assert run().exit_code == 2


def test_it_loads_nothing_of_aws() -> None:
    ran = subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stderr == ""
    assert "bug" in ran.stdout


def test_the_other_commands_list_it() -> None:
    assert "classify" in CliRunner().invoke(everything, ["--help"]).stdout
