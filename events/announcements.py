"""Announcements, what triggers them, and who drafts them."""

from typing import Literal

from events.people import Id, Link, Model, Moment, Person, Text, Told

TriggerKind = Literal["release", "video", "stream", "topic", "news"]


class TriggerFired(Told):
    """Something came out that may be worth announcing: it becomes a draft, once, and only while it is young."""

    trigger: Id
    kind: TriggerKind
    title: Text
    body: Text = ""
    url: Link = ""
    author: Person | None = None
    published_at: Moment


class TriggerWithdrawn(Told):
    """It is gone again: a video made private, a release unpublished. A draft nobody published goes with it."""

    trigger: Id
    withdrawn_at: Moment


class DraftWritten(Told):
    """A person wrote a draft where they are: `/announce` in a chat."""

    draft: Id
    title: Text
    body: Text
    author: Person
    written_at: Moment


class PostRequested(Model):
    """One announcement for one target, as delivery gets it."""

    announcement: str
    title: Text
    body: Text
    language: str
    published_at: Moment
