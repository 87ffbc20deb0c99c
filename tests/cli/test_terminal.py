"""What every command does at the terminal: errors as a sentence and for programs as JSON, ids in one piece."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer

import cli
from cli import terminal
from cli.announce import form_of
from cli.manuscript import ANNOUNCEMENT, SERIES
from tests.announcements.pictures import PNG
from tests.cli.api import Desk, desk
from tests.support import builders
from tests.support.outside import status
from tests.support.world import World

TIMED = "+++\ntitle = 'Winter'\nat = '2026-11-23T09:00'\nzone = 'Europe/Paris'\n+++\nIt **snows**."
NOW = "# Winter\n\nIt **snows**."


@pytest.fixture
def ada(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    (tmp_path / "community.toml").write_text(builders.PROGRAM)
    monkeypatch.chdir(tmp_path)
    return desk(world, tmp_path, monkeypatch)


def posted(ada: Desk, text: str = NOW, *options: str) -> str:
    return str(ada.told("announcements", "post", ada.written(text), *options)["announcement"]["id"])


# Errors


@pytest.mark.parametrize(("ignored", "code", "told"), [(False, 130, "Stopped.\n"), (True, 0, "")])
def test_stopped_while_it_loads_it_says_so_in_a_line(tmp_path: Path, ignored: bool, code: int, told: str) -> None:
    # Ctrl-C comes while the first of what it loads is loading.
    stops = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nraise SystemExit(0)"
    (tmp_path / "typer.py").write_text(stops)
    # Whoever runs the tests may ignore it, too.
    first = f"import signal\nsignal.signal(signal.SIGINT, signal.{'SIG_IGN' if ignored else 'default_int_handler'})\n"
    (tmp_path / "begin.py").write_text(f"{first}from cli.__main__ import run\nrun()")
    path = os.pathsep.join((str(tmp_path), str(Path(cli.__file__).parents[1])))
    ended = subprocess.run(
        [sys.executable, str(tmp_path / "begin.py"), "--help"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (code, told)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("announcements", "show", "none"), 1, "there is no announcement 'none' in 'acme'"),
        (("announcements", "show", "../status"), 2, "'../status' is no id"),
        (("announcements", "show", ""), 2, "'' is no id"),
        (("announcements", "list", "--community", "../x"), 2, "'../x' is no id"),
        (
            ("announcements", "list", "--community", "nowhere"),
            1,
            "your role does not allow this, or not in this community",
        ),
        (("announcements", "nonsense"), 2, "No such command 'nonsense'"),
        (("announcements", "post", "gone.md"), 2, "gone.md' does not exist"),
        (("announcements", "approve", "none", "--hash", "abc"), 1, "give the whole hash of the preview"),
        (("series", "show", "none"), 1, "there is no series 'none'"),
        (("targets", "pause", "sight"), 1, "there is no target 'sight'"),
        (("calendar", "--month", "december"), 1, "'december' is not a month: write it as 2026-12"),
        (("cases", "show", "a#b"), 2, "'a#b' is no id"),
        (("resolve", "none", "sent"), 1, "no delivery 'none' waits for a person"),
    ],
)
def test_an_error_is_a_sentence_and_for_programs_an_object(
    ada: Desk, arguments: tuple[str, ...], code: int, told: str
) -> None:
    for_people, for_programs = ada.run(*arguments), ada.run(*arguments, "--json")
    assert (for_people.exit_code, for_programs.exit_code) == (code, code)
    said = json.loads(for_programs.stdout)["error"]
    assert told in said
    assert told in for_programs.stderr
    assert for_people.stdout == ""
    assert not {"Traceback", "KeyError"} & set(for_people.stderr.split())


def test_nothing_that_an_error_tells_steers_the_terminal(ada: Desk) -> None:
    result = ada.run("preview", ada.written("+++\ntargets = ['\\u001b[2J']\n+++\n# x\n\nb"), "--community", "acme")
    assert "\x1b[2J" not in result.stderr


def test_who_reads_only_the_beginning_is_told_nothing() -> None:
    with pytest.raises(BrokenPipeError), terminal.sentences(True):
        raise BrokenPipeError


def test_a_file_that_cannot_be_written_is_named(ada: Desk) -> None:
    told = ada.refused("preview", ada.written(NOW), "--community", "acme", "--html", ada.folder / "no" / "page.html")
    assert told.strip().endswith("no/page.html: No such file or directory")


def test_no_answer_at_a_prompt_is_a_no(monkeypatch: pytest.MonkeyPatch, ada: Desk) -> None:
    monkeypatch.setattr("cli.announce.somebody_there", lambda: True)
    monkeypatch.setattr("cli.announce.typer.confirm", lambda *_, **__: (_ for _ in ()).throw(typer.Abort()))
    result = ada.run("announcements", "approve", posted(ada, TIMED, "--draft"), "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (1, {"error": "nobody answered"})


def test_what_cannot_be_approved_is_told_to_programs(ada: Desk) -> None:
    name = posted(ada, TIMED, "--draft")
    ada.told("announcements", "cancel", name)
    result = ada.run("announcements", "approve", name, "--yes", "--json")
    assert "this one is cancelled" in json.loads(result.stdout)["error"]


# Where it asks


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"LIAISON_URL": "ftp:zzz"}, "LIAISON_URL is 'ftp:zzz': write the address of Liaison"),
        ({"LIAISON_TOKEN": "lia_a\nb"}, "LIAISON_TOKEN has characters that no token has"),
        ({"LIAISON_COMMUNITY": "../acme"}, "your role does not allow this"),
    ],
)
def test_what_is_wrong_in_the_environment_is_told(
    ada: Desk, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], told: str
) -> None:
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    result = ada.refused("announcements", "list")
    assert told in result
    assert "lia_" not in result


@pytest.mark.parametrize(("code", "body"), [(200, b"[]"), (200, b"<html>"), (301, b"{}"), (204, b"")])
def test_what_does_not_answer_as_liaison_is_told(
    ada: Desk, monkeypatch: pytest.MonkeyPatch, code: int, body: bytes
) -> None:
    monkeypatch.setattr(ada.wire, "request", lambda *_, **__: SimpleNamespace(status=code, data=body))
    result = ada.run("announcements", "list", "--json")
    assert result.exit_code == 1
    assert "error" in json.loads(result.stdout)


# Tables


def test_ids_and_moments_stay_in_one_piece_and_what_says_nothing_is_left_out(ada: Desk) -> None:
    long = TIMED.replace("'Winter'", "'A headline that is far longer than any terminal has room for in its table'")
    name = posted(ada, long)
    shown = ada.good("announcements", "list")
    assert name in shown
    assert "2026-11-23T08:00Z" in shown
    assert "reason" not in shown


def test_what_is_held_and_what_waits_to_change_is_seen_in_the_list(ada: Desk) -> None:
    ada.good("announcements", "hold", posted(ada, TIMED))
    name = posted(ada)
    ada.world.drain()
    ada.good("announcements", "change", name, ada.written(NOW + " Still."))
    shown = " ".join(ada.good("announcements", "list").split())
    assert "scheduled, held" in shown
    assert "published, a change waits" in shown


# What is said after a command


def test_a_part_that_waits_says_how_its_word_is_given(ada: Desk) -> None:
    ada.world.outside.next = [status(403)]
    name = posted(ada)
    ada.world.drain()
    rows = ada.told("announcements", "show", name)["deliveries"]
    (key,) = [row["key"] for row in rows if row["waits"]]
    assert f"say what became of it: liaison resolve {key} sent|again" in ada.good("announcements", "show", name)
    assert f"liaison resolve {key}" not in ada.good("resolve", key, "sent", "--url", "https://site.example/17")
    assert "liaison resolve" not in ada.good("announcements", "show", name)


def test_pausing_and_resuming_are_told_in_sentences(ada: Desk) -> None:
    paused = ada.good("targets", "pause", "site", "--reason", "The [bold]site[/bold] moves.")
    assert paused == "site is paused: The [bold]site[/bold] moves.. `liaison targets resume site` goes on.\n"
    assert ada.good("targets", "resume", "site") == "site goes on.\n"
    assert ada.told("targets", "pause", "site")["on"]
    assert not ada.told("targets", "resume", "site")["paused"]


# Looking at a file


def test_a_time_that_is_over_cannot_go_out(ada: Desk) -> None:
    file = ada.written(TIMED.replace("2026-11-23", "2026-11-21"))
    assert "2026-11-21 08:00 UTC is over" in ada.refused("preview", file, "--community", "acme")
    assert "2026-11-21 08:00 UTC is over" in ada.refused("announcements", "post", file)


def test_a_picture_without_a_description_is_told_once_with_its_line(ada: Desk) -> None:
    (ada.folder / "lake.png").write_bytes(PNG)
    told = ada.refused("preview", ada.written(NOW + "\n\n![](lake.png)"), "--community", "acme")
    assert told.splitlines() == [
        "It cannot go out like this:",
        "  line 5: the picture has no description: write ![what it shows](lake.png)",
    ]


@pytest.mark.parametrize("targets", [("all",), ("all", "site"), ("site", "all")])
def test_all_is_everywhere_whatever_else_is_named(ada: Desk, targets: tuple[str, ...]) -> None:
    options = [word for one in targets for word in ("--target", one)]
    shown = ada.told("preview", ada.written(NOW), "--community", "acme", *options)
    assert [one["target"] for one in shown["posts"]] == ["site", "news"]


def test_which_program_is_missing_or_wrong_is_told(ada: Desk) -> None:
    file = ada.written(NOW)
    told = ada.refused("preview", file, "--program", "other.toml")
    assert "there is no program 'other.toml': go where it is, or say --program FILE" in told
    (ada.folder / "bad.toml").write_text("communities = 5")
    assert ada.refused("preview", file, "--program", "bad.toml").startswith("bad.toml: communities: ")


@pytest.mark.parametrize(
    ("front", "form"),
    [
        ("title = 'x'", ANNOUNCEMENT),
        ("at = '2026-11-23T09:00'\n[event]\nstarts = '2026-11-24T09:00'", ANNOUNCEMENT),
        ("event = 5", ANNOUNCEMENT),
        ("every = 'week'", SERIES),
        ("[event]\nstarting = true", SERIES),
    ],
)
def test_a_series_is_known_by_its_keys(front: str, form: Any) -> None:
    assert form_of(f"+++\n{front}\n+++\n# x\n\nb") == form
