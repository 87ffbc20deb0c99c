"""What YouTube's feed says of a channel: videos, and videos that are gone. The hub sends pieces of it, and the feed
itself can be fetched; both are read here, so that the same thing has one name.

Sources: Google's guide "Subscribe to Push Notifications"; RFC 4287 (Atom), RFC 6721 (deleted entries).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from events.envelope import fingerprint

ATOM = "{http://www.w3.org/2005/Atom}"
TOMBSTONES = "{http://purl.org/atompub/tombstones/1.0}"
YOUTUBE = "{http://www.youtube.com/xml/schemas/2015}"
ENTRY = f"{ATOM}entry"
DELETED = f"{TOMBSTONES}deleted-entry"
VIDEO = "yt:video:"
CHANNEL_AT = re.compile(r"youtube\.com/channel/([^/?#]+)")
BLANKS = "\ufeff \t\r\n"
"""What may stand in front of a feed: a parser takes a mark of byte order there, too."""

PROLOG_TYPE = re.compile(r"(?:\s+|<\?(?:[^?]|\?(?!>))*+\?>|<!--(?:[^-]|-(?!-))*+-->)*+<!DOCTYPE")
"""A document type stands before the first element, if anywhere. In the words of a title it is no declaration."""


class NotAtomError(Exception):
    """It cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a feed tells, as a JSON object of texts. `video` is empty where nobody can say which it is;
    `updated` is when it became so, as it was written."""

    event: str
    video: str
    updated: str
    body: bytes

    @property
    def delivery(self) -> str:
        """The feed and the hub may word one state differently: the end tells the wordings apart."""
        return f"{self.event}:{self.video}:{self.updated}:{fingerprint(self.body)[:8]}"


def read(body: bytes, *, cut: bool = False) -> list[Told]:
    """What a feed tells, in its order. Raises NotAtomError. With `cut`, the end may be missing: what is whole
    before it is given, and blanks in front of all do no harm.

    Only UTF-8 is read, whatever the declaration says, and nothing that declares a document type, since without one
    there are no entities. The parser takes text with NULs for UTF-16, in which the declaration would go unseen.
    """
    try:
        text = body.decode("utf-8-sig", "replace" if cut else "strict").lstrip(BLANKS)
    except UnicodeDecodeError:
        raise NotAtomError("the body is not UTF-8") from None
    if "\0" in text:
        raise NotAtomError("the body is not UTF-8")
    if PROLOG_TYPE.match(text):
        raise NotAtomError("the body declares a document type: it is not read")
    return [told(element) for element in children(text, cut) if element.tag in (ENTRY, DELETED)]


def children(text: str, cut: bool) -> Iterator[Element]:
    """The members of the feed, each once it is whole."""
    depth, begun = 0, False
    try:
        for event, element in events(text, cut):
            if not begun and element.tag != f"{ATOM}feed":
                raise NotAtomError("the body is XML, but no Atom feed")
            begun = True
            depth += 1 if event == "start" else -1
            if event == "end" and depth == 1:
                yield element
    except ParseError:
        if not (cut and begun):
            raise NotAtomError("the body is not XML, or not all of it") from None
    if not begun:
        raise NotAtomError("the body is empty")


def events(text: str, cut: bool) -> Iterator[tuple[str, Element]]:
    """Starts and ends of elements. Raises ParseError where it is no (whole) XML."""
    parser: XMLPullParser[Any] = XMLPullParser(("start", "end"))
    parser.feed(text)
    if not cut:
        parser.close()
    for event in parser.read_events():
        yield cast(tuple[str, Element], event)


def told(element: Element) -> Told:
    return gone(element) if element.tag == DELETED else video(element)


def video(entry: Element) -> Told:
    """An upload, or another title or description of an old one: they look alike."""
    identifier = content(entry, f"{YOUTUBE}videoId") or named(content(entry, f"{ATOM}id"))
    updated = content(entry, f"{ATOM}updated")
    said = {
        "video": identifier,
        "channel": content(entry, f"{YOUTUBE}channelId") or channel(content(entry, f"{ATOM}author/{ATOM}uri")),
        "title": content(entry, f"{ATOM}title"),
        "url": link(entry),
        "author": content(entry, f"{ATOM}author/{ATOM}name"),
        "published": content(entry, f"{ATOM}published"),
        "updated": updated,
    }
    return Told("video", identifier, updated, json.dumps(said).encode())


def gone(entry: Element) -> Told:
    """Deleted, or made private. The channel is named only by the address of whoever did it."""
    identifier, when = named(entry.get("ref", "")), entry.get("when", "")
    said = {"video": identifier, "channel": channel(content(entry, f"{TOMBSTONES}by/{ATOM}uri")), "when": when}
    return Told("deleted", identifier, when, json.dumps(said).encode())


def content(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def link(entry: Element) -> str:
    """The address of the page; a link that does not say what it is to is to that (RFC 4287, section 4.2.7.2)."""
    links = (one for one in entry.findall(f"{ATOM}link") if one.get("rel", "alternate") == "alternate")
    return next((one.get("href", "") for one in links), "")


def named(reference: str) -> str:
    """The video in `yt:video:ID`; empty for anything else."""
    return reference.removeprefix(VIDEO) if reference.startswith(VIDEO) else ""


def channel(uri: str) -> str:
    """The channel in `https://www.youtube.com/channel/ID`; empty for anything else."""
    found = CHANNEL_AT.search(uri)
    return found[1] if found else ""
