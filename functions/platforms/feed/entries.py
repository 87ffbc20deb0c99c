"""A feed as it is stored: one document per target, an entry for each announcement and language.

What was withdrawn leaves a trace without its words: the feed's readers hear of it, and no late attempt brings it back.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from pydantic import Field

from events.announcements import Image
from events.people import Id, Model, Moment, Text

KEPT = 500
"""Entries of a feed. Its newest are in the forms that readers fetch; the older ones still have their page."""
LARGEST = 4_000_000
"""Bytes of all entries together, which is read and written as a whole."""
TRACES = 200
"""Withdrawals that a feed remembers."""


class WithdrawnError(Exception):
    """It was withdrawn from the feed."""


class MissingError(Exception):
    """It is not in the feed."""


class Happening(Model):
    """What an entry has in common with its trace. `id` is the announcement's; times of events are UTC here."""

    id: Id
    urn: str
    """What the feed calls it, for ever."""
    language: str = "en"
    sequence: int = 0
    """How often it was changed (RFC 5545, 3.8.7.4)."""
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    zone: str = ""


class Entry(Happening):
    """`html` is clean; its images are `<img src="NAME">`, by the names of `images`."""

    title: Text
    html: Text
    text: Text = ""
    images: tuple[Image, ...] = ()
    published_at: Moment
    updated_at: Moment | None = None
    change: str = ""
    """The key of the last change, so that doing it again does nothing."""

    @property
    def touched_at(self) -> datetime:
        return self.updated_at or self.published_at


class Trace(Happening):
    gone_at: Moment


class Feed(Model):
    """The entries, the newest first, and the traces, the latest first."""

    entries: tuple[Entry, ...] = ()
    gone: tuple[Trace, ...] = Field(default=())


def stored_at(community: str, target: str) -> str:
    """Where a feed is stored."""
    return f"feeds/{community}/{target}.json"


def name(community: str, announcement: str, language: str) -> str:
    """The same wherever the announcement is shown in that language."""
    return uuid5(NAMESPACE_URL, f"{community}/{announcement}/{language}").urn


def first_name(community: str, announcement: str) -> str:
    """What entries were called that are stored without a name: from before they came in several languages."""
    return uuid5(NAMESPACE_URL, f"{community}/{announcement}").urn


def read(stored: bytes | None, community: str) -> Feed:
    """Raises ValueError when the stored bytes are no feed."""
    given = json.loads(stored) if stored else {}
    if isinstance(given, dict) and isinstance(given.get("entries"), list):
        given["entries"] = [named(entry, community) for entry in given["entries"]]
    return Feed.model_validate(given)


def named(entry: object, community: str) -> object:
    if isinstance(entry, dict) and "urn" not in entry:
        return {**entry, "urn": first_name(community, str(entry.get("id")))}
    return entry


def written(feed: Feed) -> bytes:
    return json.dumps(feed.model_dump(mode="json")).encode()


def put(feed: Feed, entry: Entry) -> Feed:
    """With the entry in it, once. Raises WithdrawnError."""
    if any(same(one, entry.id, entry.language) for one in feed.entries):
        return feed
    if any(same(one, entry.id, entry.language) for one in feed.gone):
        raise WithdrawnError
    return kept(feed, (entry, *feed.entries))


def changed(feed: Feed, entry: Entry, key: str, now: datetime) -> Feed:
    """With the entry as it is now; its name and the time it was published stay.

    Raises WithdrawnError or MissingError.
    """
    before = next((one for one in feed.entries if same(one, entry.id, entry.language)), None)
    if before is None:
        gone = any(same(one, entry.id, entry.language) for one in feed.gone)
        raise WithdrawnError if gone else MissingError
    if before.change == key:
        return feed
    after = entry.model_copy(
        update={
            "urn": before.urn,
            "published_at": before.published_at,
            "updated_at": max(now, before.touched_at),
            "sequence": before.sequence + 1,
            "change": key,
        }
    )
    return kept(feed, (after if one is before else one for one in feed.entries))


def withdrawn(feed: Feed, community: str, announcement: str, language: str, now: datetime) -> Feed:
    """Without the entry, and with its trace; in every language if none is said."""
    gone = [one for one in feed.entries if same(one, announcement, language)]
    if not gone and any(same(one, announcement, language) for one in feed.gone):
        return feed
    traces = [trace(one, now) for one in gone]
    if not traces and language:
        urn = name(community, announcement, language)
        traces = [Trace(id=announcement, urn=urn, language=language, gone_at=now)]
    left = [one for one in feed.entries if one not in gone]
    return Feed(entries=tuple(left), gone=(*traces, *feed.gone)[:TRACES])


def trace(entry: Entry, now: datetime) -> Trace:
    common = {field: getattr(entry, field) for field in Happening.model_fields}
    return Trace.model_validate({**common, "sequence": entry.sequence + 1, "gone_at": max(now, entry.touched_at)})


def same(one: Happening, announcement: str, language: str) -> bool:
    return one.id == announcement and language in ("", one.language)


def kept(feed: Feed, entries: Iterable[Entry]) -> Feed:
    return Feed(entries=newest(entries, KEPT, LARGEST), gone=feed.gone)


def newest(entries: Iterable[Entry], most: int, largest: int) -> tuple[Entry, ...]:
    """The newest first: so many at most, and at most so many bytes, but for the very newest, which is always there."""
    chosen: list[Entry] = []
    for entry in sorted(entries, key=lambda entry: entry.published_at, reverse=True):
        largest -= len(entry.model_dump_json().encode())
        if chosen and (largest < 0 or len(chosen) == most):
            break
        chosen.append(entry)
    return tuple(chosen)
