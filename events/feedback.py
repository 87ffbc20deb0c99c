"""What people say."""

from typing import Annotated

from pydantic import Field

from events.moderation import Change
from events.people import Id, Link, Model, Moment, Person, Text, Told, Written


class Answered(Model):
    """What somebody chose in a survey. `question` and `value` are what its sender calls them, or what they say."""

    question: Id
    value: Text
    asked: Text = ""
    """The question's own words, where the sender tells them."""


class FeedbackReceived(Told, Written):
    """One thing somebody said. `content` names it on its platform: saying it twice under two delivery ids
    is still saying it once. A reaction says something, too: its `text` is the sign. `about` is the content that a
    reaction or a reply is about: what it answers, or what its thread began with. Where replies name the thread
    instead, `thread` is that name, with whatever opened it."""

    content: Id
    kind: Annotated[Id, Field(max_length=40)]
    title: Text = ""
    url: Link = ""
    about: Text = ""
    thread: Text = ""
    revision: Text = ""
    author: Person | None = None
    survey: Text = ""
    """Which survey it answers, as its sender calls it."""
    answers: tuple[Answered, ...] = ()
    """What was chosen there; what was written is the text."""
    votes: tuple[str, ...] = ()
    """Of the answers, those that the program knows and counts: `question:choice`."""
    event: Text = ""
    """The live event by whose link or QR code it came."""
    follow_up: bool = False
    """Whether its author agreed to be told when something comes of it."""
    said_at: Moment
    remembered: bool = False
    """True where the platform, when it later tells of a change, does not say when the thing was said (a reaction
    taken back): then that is remembered, and the first time counts however often it is told."""


class FeedbackChanged(Told, Written):
    """Something said was edited, removed or restored. It may overtake what it changes.

    `said_at` is when the thing itself was said; without it only what was `remembered` is found again. `text` is
    what stands there now, and empty for a removal.
    """

    content: Id
    kind: Annotated[Id, Field(max_length=40)]
    change: Change
    title: Text = ""
    url: Link = ""
    revision: Text = ""
    author: Person | None = None
    survey: Text = ""
    votes: tuple[str, ...] = ()
    event: Text = ""
    said_at: Moment | None = None
    changed_at: Moment
