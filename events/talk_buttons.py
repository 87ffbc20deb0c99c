"""What the buttons of a card about something said are called. Standard library only: the door reads them.

`talk:2026112212-9f…:take:1f2e3d4c`: the item, what to do, and the stamp of what stood on the card; of `send`, how the
hash of the answer begins that stood there.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, get_args

Action = Literal["take", "answer", "send", "close"]
"""answer: its words are kept and shown, exactly as they would go out; `send` says yes to that."""

ASKING = ("answer", "close")
"""Those with a form."""

WORDS = "words"
"""The field of the forms."""

SEEN = 16
NAME = re.compile(
    rf"talk:(?P<item>[0-9]{{10}}-[0-9a-f]{{32}}):(?P<action>{'|'.join(get_args(Action))}):(?P<seen>[0-9a-f]{{8,16}})"
)


@dataclass(frozen=True, slots=True)
class Button:
    item: str
    action: Action
    seen: str

    @property
    def name(self) -> str:
        return f"talk:{self.item}:{self.action}:{self.seen}"

    @property
    def asks(self) -> bool:
        return self.action in ASKING


def read(name: str) -> Button | None:
    """Undo `Button.name`; None for the name of anything else."""
    found = NAME.fullmatch(name)
    if found is None:
        return None
    action = next(one for one in get_args(Action) if one == found["action"])
    return Button(found["item"], action, found["seen"])


def stamp(version: str, fence: int) -> str:
    """Of the words that stood on a card, and of whose hands it was in."""
    return sha256(f"{version}\n{fence}".encode()).hexdigest()[:8]
