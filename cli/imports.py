"""`liaison import`: what people said before Liaison was there, or where it cannot listen, into the log.

Chunk by chunk: into the log, then its hours are marked, then the lines that were refused are written down, then the
place in the file is kept. Cut off anywhere, the last chunk is done again, and what of it is in the log already is there
once all the same.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from cli import dumps, operator
from cli.connect import chosen, program_now
from cli.dumps import Line, LineError
from cli.terminal import JsonOption, StackOption, err, grid, last_line, out, sentences
from events.feedback import FeedbackReceived
from functions.feedback import entries
from functions.shared import clock, pseudonyms, table

CHUNK = 500
WORKERS = 8
"""Items on their way at once: fewer than the ten connections that a client keeps."""
WAITS = (1, 2, 4, 8, 16)
"""Seconds until a chunk that AWS did not take is tried again."""
FATES = ("recorded", "repeats", "ours", "rejected")

Read = Callable[[Line], FeedbackReceived | None]
Said = tuple[int, FeedbackReceived]
"""With the number of its line."""


@dataclass
class Place:
    """How far it is. `of` says what was begun: another file, source or table begins anew."""

    of: dict[str, Any]
    offset: int = 0
    line: int = 0
    rejections: int = 0
    """Bytes of the file of refused lines."""
    counts: Counter[str] = field(default_factory=Counter)
    done: bool = False

    def keep(self, path: Path) -> None:
        """All of it or, where this is cut off, what was kept before."""
        beside = path.with_name(f"{path.name}.new")
        with beside.open("w") as file:
            json.dump(vars(self), file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)


def kept(path: Path, of: dict[str, Any]) -> Place:
    try:
        found = Place(**json.loads(path.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return Place(of)
    if found.of != of:
        return Place(of)
    found.counts = Counter(found.counts)
    return found


@dataclass(frozen=True, slots=True)
class Import:
    """One dump on its way into one table. `name` stands in each item as its delivery, with the line."""

    path: Path
    read: Read
    store: table.Table
    name: str

    def run(self, place: Place, told: Callable[[Place, int], object]) -> None:
        """From where it is to the end. After each chunk `told` hears the place and how much of the file is read."""
        with (
            dumps.opened(self.path) as file,
            rejections(self.path, place.rejections) as refused,
            ThreadPoolExecutor(WORKERS) as pool,
        ):
            found = dumps.lines(self.path, file, place.offset, place.line)
            while chunk := list(islice(found, CHUNK)):
                fates, reasons = self.logged(chunk, pool)
                for number, reason in reasons:
                    refused.write(json.dumps({"line": number, "reason": reason}).encode() + b"\n")
                refused.flush()
                os.fsync(refused.fileno())
                place.offset, place.line = chunk[-1].end, chunk[-1].number
                place.rejections = refused.tell()
                place.counts += fates
                place.keep(cursor_of(self.path))
                told(place, dumps.packed(file))
        place.done = True
        place.keep(cursor_of(self.path))

    def logged(self, chunk: Sequence[Line], pool: ThreadPoolExecutor) -> tuple[Counter[str], list[tuple[int, str]]]:
        """What became of each line, and why some were refused. The hours that it touched are marked."""
        fates, reasons = Counter[str](), []
        left: list[Said] = []
        for line in chunk:
            try:
                feedback = self.read(line)
            except LineError as error:
                reasons.append((line.number, str(error)))
            else:
                if feedback:
                    left.append((line.number, feedback))
                else:
                    fates["ours"] += 1
        touched: entries.Hours = set()
        try:
            for wait in (*WAITS, None):
                failed: list[Said] = []
                for one, fate in zip(left, pool.map(partial(self.log, touched), left), strict=True):
                    if isinstance(fate, str):
                        fates["recorded" if fate == "recorded" else "repeats"] += 1
                    elif wait is None:
                        raise fate
                    else:
                        failed.append(one)
                if not failed:
                    break
                left = failed
                time.sleep(wait or 0)
        finally:
            entries.mark(self.store, touched)
        fates["rejected"] += len(reasons)
        return fates, reasons

    def log(self, touched: entries.Hours, one: Said) -> str | Exception:
        number, feedback = one
        try:
            return entries.received(self.store, feedback, f"{self.name}:{number}", clock.now(), touched)
        except (BotoCoreError, ClientError) as error:
            return error


def cursor_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.import.json")


def rejected_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.rejected.jsonl")


@contextmanager
def rejections(path: Path, size: int) -> Iterator[IO[bytes]]:
    """The file of refused lines, without those of a chunk that was cut off."""
    with rejected_of(path).open("ab") as file:
        file.truncate(min(size, file.tell()))
        yield file
    if not rejected_of(path).stat().st_size:
        rejected_of(path).unlink()


def checked(path: Path, read: Read, told: Callable[[Place, int], object]) -> Place:
    """What `run` would do, as far as that shows without the log. Shows the first reasons."""
    place = Place({})
    with dumps.opened(path) as file:
        for line in dumps.lines(path, file):
            try:
                place.counts["good" if read(line) else "ours"] += 1
            except LineError as error:
                place.counts["rejected"] += 1
                if place.counts["rejected"] <= 10:
                    err.print(f"line {line.number}: {error}", markup=False)
            place.line = line.number
            if line.number % CHUNK == 0:
                told(place, dumps.packed(file))
    return place


def named(pairs: str) -> dict[str, str]:
    """`text=body,said_at=created` as a mapping of our names to the dump's."""
    names = {}
    for pair in filter(None, pairs.split(",")):
        ours, equals, theirs = pair.partition("=")
        if not equals or not theirs or ours not in dumps.NAMES:
            raise ValueError(f"--map {pair!r}: write OURS=THEIRS; ours are {', '.join(dumps.NAMES)}")
        names[ours] = theirs
    return names


def import_dump(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON lines or CSV, also with .gz.")],
    source: Annotated[str, typer.Option(help="The source of the program that it is from.")],
    names: Annotated[str, typer.Option("--map", help="What fields are called there: text=body,said_at=created.")] = "",
    kind: Annotated[str, typer.Option(help="What they are, where a line does not say it: review, post.")] = "",
    dry: Annotated[bool, typer.Option("--dry-run", help="Only say which lines cannot be used.")] = False,
    stack_name: StackOption = None,
    as_json: JsonOption = False,
) -> None:
    """Log what people said: one thing a line, each once however often this is run. Cut off, the same command goes on
    where it was."""
    with sentences(as_json):
        operator.connect(stack_name)
        place = chosen(program_now(), source)
        read = dumps.reader(place, named(names), kind)
        try:
            with progress(file) as told:
                if dry:
                    done = checked(file, read, told)
                else:
                    done = whole(file, read, {"source": source, "map": names, "kind": kind}, told)
        except (LineError, pseudonyms.NoKeyError) as error:
            raise ValueError(str(error)) from error
        counts = dict(done.counts) if dry else {fate: done.counts[fate] for fate in FATES}
        if as_json:
            last_line({"lines": done.line, **counts})
            return
        grid([{"lines": done.line, **counts}], ("lines", *counts), "")
        if counts.get("rejected") and not dry:
            out.print(f"Refused lines, with why: {rejected_of(file)}", markup=False)


def whole(file: Path, read: Read, of: dict[str, Any], told: Callable[[Place, int], object]) -> Place:
    """Begin, go on, or, where it came to its end before, run once more: then all of it is repeats."""
    version = dumps.fingerprint(file)
    of = {**of, "file": version, "table": table.table().name}
    place = kept(cursor_of(file), of)
    if place.done:
        place = Place(of)
    elif place.line:
        err.print(f"going on after line {place.line}", markup=False)
    try:
        Import(file, read, table.table(), f"import:{version[:12]}").run(place, told)
    except (BotoCoreError, ClientError) as error:
        raise ValueError(
            f"stopped after line {place.line}; the same command goes on there. AWS said: {error}"
        ) from error
    return place


@contextmanager
def progress(file: Path) -> Iterator[Callable[[Place, int], object]]:
    """A bar by bytes of the file; lines and lines a second beside it."""
    columns = (BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TextColumn("{task.description}"))
    with Progress(*columns, TimeRemainingColumn(), console=err, transient=True) as shown:
        task = shown.add_task("", total=file.stat().st_size)

        def told(place: Place, read: int) -> None:
            shown.update(task, completed=read, description=f"{place.line} lines")

        yield told
