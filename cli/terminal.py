"""What every command does at the terminal: people first; `--json` for programs, whose last line is one JSON object.

When something goes wrong that is `{"error": "…"}`, with an exit status that is not 0."""

import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text
from typer.core import TyperGroup
from typer.exceptions import TyperException

from cli import stack
from cli.client import ApiError
from cli.demo import DemoError
from cli.operator import OperatorError
from functions.announcements.plans import NotAllowedError
from functions.announcements.times import NoSuchTimeError
from functions.shared.program import MovedError, ProgramError

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def identifier(given: str | None) -> str | None:
    """Every id is a part of an address: nothing that would lead elsewhere."""
    if given is not None and not re.fullmatch(r"[A-Za-z0-9-]{1,100}", given):
        raise typer.BadParameter(f"{given!r} is no id: they have letters, digits and - only; the lists show them")
    return given


def identifiers(given: list[str]) -> list[str]:
    for one in given:
        identifier(one)
    return given


Id = Annotated[str, typer.Argument(help="As listed.", callback=identifier)]
Ids = Annotated[list[str], typer.Argument(help="As listed.", callback=identifiers)]
StackOption = Annotated[str | None, typer.Option("--stack", help="A stack in AWS; without it, the local one.")]
CommunityOption = Annotated[str | None, typer.Option("--community", help="Which community.", callback=identifier)]
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
    ValueError,
)

HARMLESS = "\n\u200b\u200c\u200d"
"""Line breaks, and what joins emoji or parts them."""


@contextmanager
def sentences(as_json: bool = False) -> Iterator[None]:
    """What can go wrong is told in a sentence; a stack trace is for us, not for users."""
    try:
        yield
    except BrokenPipeError:
        raise  # Whoever read along has seen enough: nobody is there to be told.
    except OSError as error:
        failed(": ".join(str(one) for one in (error.filename, error.strerror or error) if one is not None), as_json)
    except EXPECTED as error:
        failed(str(error), as_json)
    except (BotoCoreError, ClientError) as error:
        failed(f"AWS refused: {error}", as_json)


def failed(told: str, as_json: bool) -> NoReturn:
    err.print(Text(harmless(told), style="red"))
    if as_json:
        last_line({"error": told})
    raise typer.Exit(1) from None


class Commands(TyperGroup):
    """All commands. What was typed wrongly is told to programs as an object, too."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **more: Any) -> Any:
        given = sys.argv[1:] if args is None else list(args)
        if "--json" not in given:
            return super().main(given, *rest, **more)
        try:
            status = super().main(given, *rest, **{**more, "standalone_mode": False})
        except TyperException as error:
            err.print(Text(harmless(error.format_message()), style="red"))
            last_line({"error": error.format_message()})
            status = error.exit_code
        except typer.Abort:
            last_line({"error": "nobody answered"})
            status = 1
        sys.exit(status)


def say(line: str) -> None:
    err.print(f"{time.strftime('%H:%M:%S')} {line}", style="dim", markup=False)


def last_line(told: object) -> None:
    sys.stdout.write(json.dumps(told, default=str) + "\n")


def show(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        last_line(told)
    else:
        out.print_json(data=told, default=str)


READABLE = 24
"""Characters of a column that are left to it however narrow the terminal is."""


LONGEST_ID = 43
"""An hour and a hash, as things said are named."""


def grid(rows: list[dict[str, Any]], columns: tuple[str, ...], empty: str) -> None:
    """Strangers' text is only ever text: nothing in a cell is read as markup. What is copied, an id, stays in one
    piece, and a column that has nothing to say is left out."""
    if not rows:
        out.print(empty)
        return
    drawn, cells = Grid(box=None, pad_edge=False), {}
    for column in columns:
        cells[column] = [plain(row.get(column, "")) for row in rows]
        if any(cells[column]):
            whole = all(in_one(cell.plain) for cell in cells[column])
            width = min(READABLE, max(len(cell.plain) for cell in cells[column]))
            drawn.add_column(column, overflow="fold", no_wrap=whole, min_width=width)
    for row in zip(*(column for column in cells.values() if any(column)), strict=True):
        drawn.add_row(*row)
    out.print(drawn)


def in_one(cell: str) -> bool:
    return len(cell) <= LONGEST_ID and " " not in cell


def harmless(text: str) -> str:
    """Every character that would steer a terminal goes."""
    return "".join(letter if letter.isprintable() or letter in HARMLESS else " " for letter in text)


STORED = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d):\d\d\.\d{3}Z$")
"""A moment as it is kept; the minute is enough in a table."""


def plain(value: object) -> Text:
    if isinstance(value, Text):
        return Text(plain(value.plain).plain, style=value.style)
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    text = STORED.sub(r"\1Z", text)
    return Text("".join(letter if letter.isprintable() else " " for letter in text))


def minute(moment: str) -> str:
    """A moment as it is kept, for a sentence."""
    return moment[:16].replace("T", " ") + " UTC"
