"""What one person is told on a platform, privately: why something was taken down, or what became of a report.

A platform on which people can be told has a `telling.py` with these (`Telling`):

- `tell(message, to, key, hands) -> Outcome`: one message to one account. Whoever takes none from us is `Refused`, with
  that as the reason.
- `KIND`, `WINDOW`: how an answer that was lost is dealt with (`functions.platforms.outgoing.Kind`).
- `find(message, to, key, since, hands) -> Sent | Absent | Unknown | Wait`, where it is `readable`. Of what is `told`
  the row itself says what became of it.
- `RIGHT`: the permission or scope that our account needs, by the name people find it under.
- `LONGEST`: characters of a message, as the platform counts them at worst.
"""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol, cast

from events.moderation import MessageRequested
from functions.platforms.outgoing import Destination, Hands, Kind, Outcome


class Telling(Protocol):
    """`telling.py` of a platform, as a module."""

    KIND: Kind
    WINDOW: int
    RIGHT: str
    LONGEST: int

    def tell(self, message: MessageRequested, to: Destination, key: str, hands: Hands) -> Outcome: ...


@cache
def on(platform: str) -> Telling | None:
    """How people are told there; None where they cannot be."""
    name = f"functions.platforms.{platform}.telling"
    return cast(Telling, import_module(name)) if find_spec(name) else None


def words(message: MessageRequested, *, titled: bool = True) -> str:
    """All of it as plain text; the title first, unless the platform has a field of its own for it."""
    return "\n\n".join(filter(None, (message.title if titled else "", message.text.strip(), message.link)))


def fitted(message: MessageRequested, longest: int, *, titled: bool = True) -> str:
    """The same within a number of characters. Of the text, the end is left out and said to be; title and link stay."""
    whole = words(message, titled=titled)
    if len(whole) <= longest:
        return whole
    room = longest - len(words(message.model_copy(update={"text": "…"}), titled=titled))
    return words(message.model_copy(update={"text": message.text[: max(room, 0)].rstrip() + "…"}), titled=titled)
