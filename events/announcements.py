"""Announcements and what triggers them."""

from events.people import Id, Model, Moment, Text


class ReleasePublished(Model):
    """A product release was published somewhere: it becomes a draft, once."""

    community: str
    source: str
    platform: str
    trigger: Id
    title: Text
    body: Text
    url: Text
    published_at: Moment


class PostRequested(Model):
    """One announcement for one target, as delivery gets it."""

    announcement: str
    title: Text
    body: Text
    language: str
    published_at: Moment
