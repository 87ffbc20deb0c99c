"""Cards: what people at a desk see of an announcement or a case, and what its buttons say when they are pressed."""

from typing import Any, Literal

from pydantic import Field

from events.people import Link, Model, Moment, Text


class CardEntry(Model):
    """A part of a card with a title of its own: words as somebody wrote them, facts about them, where they are read."""

    title: Text
    text: Text = ""
    facts: tuple[Text, ...] = ()
    urls: tuple[Link, ...] = ()


class CardButton(Model):
    """`name` is all that comes back when it is pressed: what the card is about, what to do, and what stood there."""

    name: str = Field(pattern=r"^[a-z]+:[0-9a-z-]+:[a-z]+:", max_length=100)
    label: Text
    style: Literal["plain", "good", "bad"] = "plain"

    @property
    def action(self) -> str:
        return self.name.split(":")[2]


class Card(Model):
    """What people at a desk see, without any platform's markup: all of it plain text."""

    title: Text
    lines: tuple[Text, ...] = ()
    entries: tuple[CardEntry, ...] = ()
    buttons: tuple[CardButton, ...] = Field(default=(), max_length=25)
    more: Text = ""
    """What is said where something has no room: how to see all of it."""


class CardRequested(Model):
    """A card as it shall stand there, as delivery gets it. A state request: `posted` is what the platform calls the
    message once it is there; `tried_at` is when it was first tried, where that may have arrived."""

    about: str
    """`announcement 01h…` or `case 7f3a…`: by which a card is known, whatever else it says."""
    card: Card
    posted: dict[str, Any] = Field(default_factory=dict)
    tried_at: Moment | None = None
