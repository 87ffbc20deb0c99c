"""Reading a dump of what people said, line by line, from any place in it: JSON lines (also gzip) and CSV."""

import csv
import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

from events.feedback import FeedbackReceived
from events.program import Source

LONGEST = 350_000
"""Bytes of a line. The log takes 400 KB an item, names of its fields included."""

NAMES = {
    "id": ("id",),
    "kind": ("kind",),
    "text": ("text",),
    "said_at": ("said_at", "at"),
    "author": ("author",),
    "title": ("title",),
    "url": ("url",),
    "language": ("language",),
    "about": ("about",),
    "revision": ("revision",),
}
"""What is read of a line, and what it is called there unless `--map` says otherwise: as in `docs/webhooks.md`."""


class LineError(Exception):
    """A line that cannot be used, with why."""


@dataclass(frozen=True, slots=True)
class Line:
    """`number` counts from 1, and in CSV the records after the header. `end` is the place in the file (unpacked, in
    bytes) where the next one begins. `told` is what stands there, or why it cannot be read."""

    number: int
    end: int
    told: Mapping[str, Any] | LineError


def fingerprint(path: Path) -> str:
    """Tells whether a file is the one that was begun with."""
    whole = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            whole.update(block)
    return whole.hexdigest()


def opened(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def packed(file: IO[bytes]) -> int:
    """How far into the file itself, packed as it may be."""
    return int((file.fileobj if isinstance(file, gzip.GzipFile) else file).tell())


def lines(path: Path, file: IO[bytes], after: int = 0, number: int = 0) -> Iterator[Line]:
    """Those after the place at which `number` of them had been read. Raises LineError for a kind of file that is not
    known, and where one cannot be unpacked to its end."""
    name = path.name.removesuffix(".gz")
    try:
        if name.endswith((".jsonl", ".ndjson")):
            file.seek(after)
            yield from json_lines(file, number)
        elif name.endswith(".csv"):
            yield from records(file, after, number)
        else:
            raise LineError(f"{path.name}: a dump ends in .jsonl, .ndjson or .csv, each also with .gz")
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise LineError(f"{path.name} is cut short or damaged: {error}. Get it whole, and run this again") from error


def json_lines(file: IO[bytes], number: int) -> Iterator[Line]:
    while raw := file.readline(LONGEST + 1):
        number += 1
        if whole := len(raw) <= LONGEST:
            told = read_object(raw)
        else:
            told = LineError(f"longer than {LONGEST} bytes: the log cannot take it")
        while not whole and not raw.endswith(b"\n") and (raw := file.readline(LONGEST)):
            pass
        if whole and not raw.strip():
            continue
        yield Line(number, file.tell(), told)


def read_object(raw: bytes) -> Mapping[str, Any] | LineError:
    try:
        found = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return LineError("not UTF-8")
    except (ValueError, RecursionError):
        return LineError("not JSON")
    return found if isinstance(found, dict) else LineError("not a JSON object")


def records(file: IO[bytes], after: int, number: int) -> Iterator[Line]:
    """A record may have line breaks in it; the header is read each time."""
    csv.field_size_limit(LONGEST)
    header = [name.strip() for name in next(csv.reader(texts(file)), [])]
    if after:
        file.seek(after)
    reader = csv.reader(texts(file))
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            number += 1
            yield Line(number, file.tell(), LineError(f"not CSV: {error}"))
            continue
        if row:
            number += 1
            yield Line(number, file.tell(), read_record(header, row))


def texts(file: IO[bytes]) -> Iterator[str]:
    """By `readline`, so that the file knows how far it was read."""
    while raw := file.readline():
        yield raw.decode("utf-8-sig", "surrogateescape")


def read_record(header: list[str], row: list[str]) -> Mapping[str, Any] | LineError:
    if len(row) != len(header):
        return LineError(f"{len(row)} fields, but the header names {len(header)}")
    try:
        size = len("".join(row).encode())
    except UnicodeEncodeError:
        return LineError("not UTF-8")
    if size > LONGEST:
        return LineError(f"longer than {LONGEST} bytes: the log cannot take it")
    return {name: value for name, value in zip(header, row, strict=True) if value != ""}


def reader(place: Source, names: Mapping[str, str], kind: str) -> Callable[[Line], FeedbackReceived | None]:
    """What a line says, or None for what our own account said. Raises LineError.

    `names`: what fields are called in the dump. `kind`: what things are where their line does not say it.
    """
    fields = {name: (names[name],) if name in names else usual for name, usual in NAMES.items()}
    origin = {"community": place.community, "source": place.id, "platform": place.platform}

    def read(line: Line) -> FeedbackReceived | None:
        if isinstance(line.told, LineError):
            raise line.told
        found = {}
        for name, called in fields.items():
            found[name] = next((line.told[one] for one in called if line.told.get(one) is not None), None)
        author = found.pop("author")
        person = author if isinstance(author, dict | None) else {"id": author}
        said = {name: value for name, value in found.items() if value is not None}
        content = {"content": said.pop("id")} if "id" in said else {}
        try:
            feedback = FeedbackReceived.model_validate(
                {**({"kind": kind} if kind else {}), **said, **content, **origin, "author": person}
            )
        except ValidationError as error:
            raise LineError("; ".join(complaints(error, fields))) from error
        ours = place.account and feedback.author and feedback.author.id == place.account
        return None if ours else feedback

    return read


def complaints(error: ValidationError, fields: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """By the dump's own names, and without what stands there: it may be somebody's."""
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        first, *rest = (str(part) for part in problem["loc"])
        called = " or ".join(fields.get("id" if first == "content" else first, (first,)))
        yield f"{'.'.join((called, *rest))}: {problem['msg'].removeprefix('Value error, ')}"
