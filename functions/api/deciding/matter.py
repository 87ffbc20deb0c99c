"""What the page of one thing that waits is made of: what it is now, and what can be done about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from events.cards import CardEntry
from events.digests import Waits
from events.program import Program, Reader
from functions.digests.words import Words
from functions.shared.table import Item, Put, Table

Given = Mapping[str, str]
"""A form as a browser sent it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose link was followed, what it is about, and when."""

    store: Table
    program: Program
    hash: str
    """Of the program."""
    reader: Reader
    kind: Waits
    id: str
    version: str
    """The state that the link is good for."""
    now: datetime
    words: Words

    @property
    def community(self) -> str:
        return self.reader.community

    @property
    def who(self) -> str:
        return self.reader.id

    def say(self, key: str, /, **given: str | int) -> str:
        """One of the messages of these pages (`decisions.ftl`)."""
        return self.words.say(f"decide-{key}", **given)


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """What a form asks for. A `tick` of several sends each as `name-value`."""

    name: str
    label: str
    form: Literal["long", "short", "tick", "pick"]
    choices: tuple[Choice, ...] = ()
    required: bool = False
    longest: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that can be done: its name (messages `way-…` and `does-…` say the button and what follows), what has to
    be the same still, and the doing. That is given the record of the link's use, to be written with what it does, and
    gives the rows to kick."""

    name: str
    do: Callable[[Given, Put], Sequence[Item]]
    seen: str = ""
    fields: tuple[Field, ...] = ()
    told: Mapping[str, str | int] | None = None
    """What the messages are given."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing as it is now. `version` is empty once it does not wait any more; `settled` is by whom and when, as far
    as its own records tell. All words but ours are plain text."""

    title: str
    version: str
    lines: tuple[str, ...] = ()
    entries: tuple[CardEntry, ...] = ()
    page: str = ""
    """Where more of it is shown."""
    ways: tuple[Way, ...] = ()
    settled: tuple[str, str] | None = None


LONGEST_TOLD = 1_000
"""Characters of somebody's words in a sentence of ours: messages take 2,500."""


def cut(words: str) -> str:
    return words if len(words) <= LONGEST_TOLD else words[: LONGEST_TOLD - 1] + "…"


class RefusedError(Exception):
    """It was not done; the text says why."""
