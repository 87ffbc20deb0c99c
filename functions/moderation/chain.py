"""The history of a case as a chain, without I/O: each line seals the one before, and itself.

What may have to be forgotten later (who it was, what was written) goes into the seal as digests, each with a salt of
its own. Erasing takes the words and their salt away and leaves the digest, so that the chain still holds, and nobody
can find out what stood there by trying.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

Line = Mapping[str, Any]

ROOT = "0" * 64
"""What the first line has before it."""

PUBLIC = ("case", "number", "what", "at")
"""Sealed as they are; nobody is named in them."""

GONE = "erased"
ERASED: tuple[object, ...] = ("", GONE, {}, [])
"""What may stand where something was erased."""


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a chain does not hold: the number of the line, and how."""

    number: int
    told: str


def digest(salt: str, value: object) -> str:
    return sha256(f"{salt}\n{canonical(value)}".encode()).hexdigest()


def canonical(value: object) -> str:
    """The same text for the same value, whatever the order of its keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def private(line: Line) -> dict[str, Any]:
    """What may be erased, by the name of its digest: who it was, and each part of the detail."""
    return {"who": line["who"], **{f"detail.{name}": value for name, value in line["detail"].items()}}


def sealed(line: Line, before: str, salt: Callable[[], str]) -> dict[str, Any]:
    """The line with its digests and its seal. `before` is the seal of the line before; `salt` gives random text."""
    fields = private(line)
    salts = {name: salt() for name in fields}
    digests = {name: digest(salts[name], value) for name, value in fields.items()}
    whole = {**line, "salts": salts, "digests": digests, "before": before}
    return {**whole, "seal": seal(whole)}


def seal(line: Line) -> str:
    return sha256(canonical({name: line[name] for name in (*PUBLIC, "digests", "before")}).encode()).hexdigest()


def erased(line: Line, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes that take something out of a line, with the salts that go with it. A line of old has none."""
    old, new = private(line), private({**line, **changes})
    kept = {name: salt for name, salt in line.get("salts", {}).items() if new.get(name) == old[name]}
    return {**changes, "salts": kept} if "salts" in line else dict(changes)


def verify(case: str, lines: Sequence[Line], head: str) -> Broken | None:
    """The first place where the chain of a case does not hold; None when it is whole. `head` is the seal that the case
    says its last line has."""
    before = ROOT
    for number, line in enumerate(lines, 1):
        if told := wrong(case, number, line, before):
            return Broken(number, told)
        before = str(line["seal"])
    if before != head:
        return Broken(len(lines) + 1, "the case has another last line than its history: lines are missing at the end")
    return None


def wrong(case: str, number: int, line: Line, before: str) -> str:
    missing = [name for name in (*PUBLIC, "who", "detail", "salts", "digests", "before", "seal") if name not in line]
    if missing:
        return f"the line has no {', '.join(missing)}"
    if (line["case"], line["number"]) != (case, number):
        return f"line {number} is missing, or another stands in its place"
    if line["before"] != before:
        return "it does not follow the line before it: that one was changed, or one between them is missing"
    if line["seal"] != seal(line):
        return "what it says is not what was sealed"
    return differing(line)


def differing(line: Line) -> str:
    """What of a line is not what its digests say."""
    fields, digests, salts = private(line), line["digests"], line["salts"]
    changed = [
        name
        for name in sorted({*fields, *digests, *salts})
        if name not in digests
        or (name in salts and (name not in fields or digest(salts[name], fields[name]) != digests[name]))
        or (name not in salts and fields.get(name, "") not in ERASED)
    ]
    return f"{', '.join(changed)} was changed" if changed else ""
