"""What every command does at the terminal: people first; `--json` for programs, whose last line is one JSON object."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from cli import stack
from cli.client import ApiError
from cli.demo import DemoError
from cli.operator import OperatorError
from functions.announcements.plans import NotAllowedError
from functions.announcements.times import NoSuchTimeError
from functions.shared.program import MovedError, ProgramError

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

StackOption = Annotated[str | None, typer.Option("--stack", help="A stack in AWS; without it, the local one.")]
CommunityOption = Annotated[str | None, typer.Option("--community", help="Which community.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on the last line.")]
FileArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The TOML file.")]
EXPECTED = (
    stack.StackError,
    OperatorError,
    ApiError,
    ProgramError,
    MovedError,
    DemoError,
    NotAllowedError,
    NoSuchTimeError,
    OSError,
    ValueError,
)


@contextmanager
def sentences() -> Iterator[None]:
    """What can go wrong is told in a sentence; a stack trace is for us, not for users."""
    try:
        yield
    except EXPECTED as error:
        err.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    except (BotoCoreError, ClientError) as error:
        err.print(f"AWS refused: {error}", style="red", markup=False)
        raise typer.Exit(1) from None


def say(line: str) -> None:
    err.print(f"{time.strftime('%H:%M:%S')} {line}", style="dim", markup=False)


def last_line(told: object) -> None:
    sys.stdout.write(json.dumps(told, default=str) + "\n")


def show(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        last_line(told)
    else:
        out.print_json(data=told, default=str)


def grid(rows: list[dict[str, Any]], columns: tuple[str, ...], empty: str) -> None:
    """Strangers' text is only ever text: nothing in a cell is read as markup."""
    if not rows:
        out.print(empty)
        return
    drawn = Grid(box=None, pad_edge=False)
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(plain(row.get(column, "")) for column in columns))
    out.print(drawn)


def plain(value: object) -> Text:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return Text("".join(letter if letter.isprintable() else " " for letter in text))
