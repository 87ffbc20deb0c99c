"""The active program: stored in S3 under its hash, chosen by one pointer in the table."""

import json
import time
import tomllib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ValidationError

from events.program import (
    Community,
    Desk,
    Moderator,
    Policy,
    Program,
    Queue,
    Reader,
    Source,
    Survey,
    Target,
    Theme,
    bare,
)
from functions.platforms import asking
from functions.shared import clock, objects, parameters, table
from functions.shared.table import ConditionFailedError, Item, Put, Update

POINTER = (table.partition("-", "program", "active"), "program")
CACHED = 60
"""Seconds a function goes on with the program it has."""

LARGEST_DIRECTORY = 8192
"""Bytes of an SSM parameter; about two hundred sources, or surveys."""


class ProgramError(Exception):
    """`community.toml` cannot be used; the text says where and what is allowed instead."""


class MovedError(Exception):
    """Somebody else pushed in between; look at the difference and push again."""


def parse(text: str) -> Program:
    """Raises ProgramError, one line per mistake: the key, what is wrong, what is allowed."""
    try:
        program = Program.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ProgramError(f"not TOML: {error}") from error
    except ValidationError as error:
        raise ProgramError("\n".join(complaints(error))) from error
    if len(directory(program, "0" * 64, [(one, asking.PLATFORMS) for one in program.surveys])) > LARGEST_DIRECTORY:
        raise ProgramError(f"sources, surveys: too many (their directory may take {LARGEST_DIRECTORY} bytes)")
    return program


def complaints(error: ValidationError) -> list[str]:
    lines = []
    problems = error.errors(include_url=False, include_context=False)
    places = [problem["loc"] for problem in problems]
    for problem in problems:
        if any(len(place) > len(problem["loc"]) and place[: len(problem["loc"])] == problem["loc"] for place in places):
            continue  # A list that is said to be empty, because what stands in it is wrong.
        where = ".".join(str(part) for part in problem["loc"]) or "community.toml"
        given = problem["input"]
        shown = f" (given: {given!r})" if isinstance(given, str | int | float | bool) else ""
        wrong = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            wrong = f"no such key here; known are {', '.join(known_keys(problem['loc']))}"
        lines.append(f"{where}: {wrong}{shown}")
    return lines


def known_keys(place: tuple[str | int, ...]) -> list[str]:
    lists: dict[str | int, type[BaseModel]] = {
        "communities": Community,
        "sources": Source,
        "targets": Target,
        "readers": Reader,
        "desks": Desk,
        "policies": Policy,
        "moderators": Moderator,
        "queues": Queue,
        "themes": Theme,
        "surveys": Survey,
    }
    return sorted((lists[place[0]] if len(place) > 1 else Program).model_fields)


def directory(program: Program, version: str, offered: Iterable[tuple[Survey, Sequence[str]]]) -> str:
    """What the door needs to know: which sources exist, on which platform, in which community; and in which community
    and on which platforms a survey can be answered."""
    sources = {source.id: [source.platform, source.community] for source in program.sources}
    surveys = {survey.id: [survey.community, *platforms] for survey, platforms in offered}
    return json.dumps({"hash": version, "sources": sources, "surveys": surveys}, separators=(",", ":"))


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def stored_at(version: str) -> str:
    return f"program/{version}.toml"


def pointer() -> Item | None:
    return table.table().get(*POINTER)


def text(version: str) -> str:
    """The text of a version that was pushed once. Raises ProgramError when it is gone."""
    found = objects.read(stored_at(version))
    if found is None:
        raise ProgramError(f"the stored program {version[:12]} is missing from the bucket")
    return found.decode()


def push(source: str, who: str) -> str:
    """Validate, store and make active; gives the hash. Raises ProgramError or MovedError."""
    parse(source)
    version = hash_of(source)
    objects.write(stored_at(version), source.encode(), "application/toml")
    move(version, who, pointer())
    return version


def rollback(who: str) -> str:
    """Make the version before the active one active again; gives its hash. Raises ProgramError or MovedError."""
    active = pointer()
    if active is None or "before" not in active:
        raise ProgramError("there is no earlier version to go back to")
    before = str(active["before"])
    parse(text(before))  # It may be gone, or no longer be what this version of the code can use.
    move(before, who, active)
    return before


def move(version: str, who: str, active: Item | None) -> None:
    now = clock.text(clock.now())
    if active and active["hash"] == version:
        return
    try:
        if active is None:
            pk, sk = POINTER
            first = {
                "pk": pk,
                "sk": sk,
                "kind": "program",
                "hash": version,
                "version": 1,
                "by": who,
                "at": now,
            }
            table.table().write(Put(first, when=[table.absent()]))
        else:
            table.table().write(
                Update(
                    POINTER,
                    set={"hash": version, "before": active["hash"], "by": who, "at": now},
                    add={"version": 1},
                    when=[table.equals("version", active["version"])],
                )
            )
    except ConditionFailedError as error:
        raise MovedError("the program was changed by somebody else in the meantime") from error
    publish_directory()


def publish_directory() -> None:
    """Write for the door what is asked now and the directory, unless they are up to date. Also run by the sweep, which
    finishes what a push that died here left undone, and begins and ends surveys at their times."""
    active = pointer()
    if active is None:
        return
    program = parse(text(active["hash"]))
    offered = list(asking.offered(program, clock.now()))
    wanted = {parameters.path("surveys", survey.id): asking.stored(program, survey) for survey, _ in offered}
    wanted[parameters.path("directory")] = directory(program, active["hash"], offered)
    untaken: Exception | None = None
    for name, value in wanted.items():
        try:
            keep(name, value)
        except (BotoCoreError, ClientError) as error:  # What AWS does not take keeps nothing else from the door.
            untaken = error
    if untaken:
        raise untaken


def keep(name: str, value: str) -> None:
    if parameters.fresh(name) != value:
        parameters.put(name, value, secret=False)


def active() -> tuple[Program, str]:
    """The program and its hash, at most a minute old. Raises ProgramError when none was pushed yet."""
    return loaded(int(time.monotonic() // CACHED))


def place(source: str, community: str, platform: str) -> Source:
    """What the program says of a source; a bare one when it has left the program, or none was pushed."""
    try:
        found = active()[0].source(source)
    except ProgramError:
        found = None
    if found and found.platform == platform:
        return found
    return bare(source, community, platform)


@lru_cache(maxsize=1)
def loaded(period: int) -> tuple[Program, str]:
    del period  # Part of the cache's key only.
    found = pointer()
    if found is None:
        raise ProgramError("no program is active yet: push one with `liaison program push community.toml`")
    return parse(text(found["hash"])), str(found["hash"])
