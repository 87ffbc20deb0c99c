"""`liaison people export` and `… erase`: what an operator does with AWS rights for the person whose account it is."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from cli import operator
from cli.people import Account
from cli.terminal import JsonOption, StackOption, last_line, out, say, sentences
from events.operations import ErasureRequested
from events.program import Source
from functions.shared import clock, program
from functions.shared.table import Item, table
from functions.upkeep import disclosure, erasure, records

Name = Annotated[str, typer.Option(help="The name it goes by there: histories may call it by that.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Status = Annotated[bool, typer.Option("--status", help="Change nothing: say how far it is.")]
To = Annotated[Path | None, typer.Option(help="A file for the lines; without it, standard output.")]
TOLD_EVERY = 10_000
"""Items looked at."""


def place(account: str) -> tuple[Source, str]:
    """The source of an account, and its id there. Raises ValueError."""
    name, _, identifier = account.partition(":")
    source = program.active()[0].source(name)
    if source is None or not identifier:
        raise ValueError(f"{account!r}: an account is SOURCE:ID, with a source of the program")
    return source, identifier


def export(
    account: Account, name: Name = "", to: To = None, stack_name: StackOption = None, as_json: JsonOption = False
) -> None:
    """All that is kept of an account, for the person whose it is: one JSON object a line. The whole table is read."""
    with sentences(as_json):
        operator.connect(stack_name)
        source, identifier = place(account)
        person = {"id": identifier, "name": name}
        who = erasure.account(source.community, source.id, source.platform, person)
        read = found = told = 0
        with lines(to) as file:
            for page in disclosure.pages(table(), who):
                for one in page.found:
                    file.write(json.dumps(one, ensure_ascii=False) + "\n")
                read, found = read + page.read, found + len(page.found)
                if read >= told + TOLD_EVERY:
                    told = read
                    say(f"{read} looked at, {found} found")
        say(f"{read} looked at, {found} found")
        if as_json:
            last_line({"account": account, "read": read, "found": found})


@contextmanager
def lines(to: Path | None) -> Iterator[TextIO]:
    if to is None:
        yield out.file  # type: ignore[misc]
        return
    with to.open("w", encoding="utf-8") as file:
        yield file


def erase(
    account: Account,
    name: Name = "",
    yes: Yes = False,
    status: Status = False,
    stack_name: StackOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have everything go that is kept of an account, as when its platform asks. It takes half an hour at the least:
    all is searched twice. What it said counts no more."""
    with sentences(as_json):
        operator.connect(stack_name)
        source, identifier = place(account)
        asked = by_hand(source, identifier, name)
        if status:
            row = table().get(*records.erasure_key(asked))
            if row is None:
                raise ValueError(f"nobody has asked for {account} to be erased by hand")
        else:
            if not yes:
                typer.confirm(f"Erase what is kept of {account}? Nothing brings it back.", abort=True, err=True)
            row = records.ask_erasure(table(), asked, clock.now())
        answer(row, account, as_json)


def by_hand(source: Source, identifier: str, name: str) -> ErasureRequested:
    """One duty for each account, which `--status` finds again."""
    return ErasureRequested.model_validate(
        {
            "community": source.community,
            "source": source.id,
            "platform": source.platform,
            "request": f"by hand: {identifier}",
            "person": {"id": identifier, "name": name},
            "requested_at": clock.now(),
        }
    )


def answer(row: Item, account: str, as_json: bool) -> None:
    kept = ("state", "search", "read", "emptied", "requested_at", "done_at")
    told: dict[str, Any] = {"account": account, **{name: row[name] for name in kept if name in row}}
    if as_json:
        last_line(told)
        return
    ends = "" if row["state"] == "done" else "; `--status` says how far it is"
    out.print(
        f"{account}: {row['state']}, search {row['search']}, {row['read']} looked at, {row['emptied']} emptied{ends}",
        markup=False,
    )
