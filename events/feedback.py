"""What people say."""

from typing import Annotated

from pydantic import Field

from events.moderation import Change
from events.people import Id, Link, Moment, Person, Text, Told, Written


class FeedbackReceived(Told, Written):
    """One thing somebody said. `content` names it on its platform: saying it twice under two delivery ids
    is still saying it once. A reaction says something, too: its `text` is the sign, `about` the content."""

    content: Id
    kind: Annotated[Id, Field(max_length=40)]
    title: Text = ""
    url: Link = ""
    about: Text = ""
    revision: Text = ""
    author: Person | None = None
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
    said_at: Moment | None = None
    changed_at: Moment
