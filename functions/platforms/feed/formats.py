"""A feed in the forms its readers know: Atom, RSS, JSON Feed, a calendar, and pages. All of them pure.

An entry's id never changes, in no form: changing it would show everybody an old announcement as a new one.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.etree import ElementTree

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from functions.platforms.feed.entries import KEPT, Entry, Feed, Happening, Trace, newest

if TYPE_CHECKING:
    import icalendar

SHOWN = 100
"""Entries in the forms that are fetched again and again."""
LARGEST = 1_500_000
"""Bytes of them; markup doubles what it quotes, and a function's answer ends at 6 MB."""

ATOM = "http://www.w3.org/2005/Atom"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
EMPTY = datetime(2026, 1, 1, tzinfo=UTC)
"""When a feed was changed that nothing was ever put in."""
UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped; a word processor's line break is among it (section 2.2)."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Whose feed it is. `language` is the community's own; `only` is set where one language was asked for."""

    name: str
    url: str
    language: str
    only: str = ""

    def at(self, form: str) -> str:
        """The address of the feed in a form: `.atom`, `.rss` …, and the page without any."""
        return f"{self.url}{form}" + (f"?language={quote(self.only)}" if self.only else "")

    def page_of(self, one: Happening) -> str:
        return f"{self.url}/{quote(one.id, safe='')}#{quote(one.language)}"


def shown(channel: Channel, feed: Feed) -> Feed:
    """The newest entries, of one language where one was asked for, and all traces of it."""
    spoken = in_language(channel, feed)
    return Feed(entries=newest(spoken.entries, SHOWN, LARGEST), gone=spoken.gone)


def in_language(channel: Channel, feed: Feed) -> Feed:
    if not channel.only:
        return feed
    return Feed(
        entries=tuple(one for one in feed.entries if one.language == channel.only),
        gone=tuple(one for one in feed.gone if one.language == channel.only),
    )


def printable(text: str) -> str:
    return UNPRINTABLE.sub("\ufffd", text)


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def touched_at(feed: Feed) -> datetime:
    return max((*(one.touched_at for one in feed.entries), *(one.gone_at for one in feed.gone)), default=EMPTY)


def illustrated(channel: Channel, entry: Entry) -> str:
    """The entry's HTML with its images where they can be fetched."""
    html = entry.html
    for image in entry.images:
        html = html.replace(f'<img src="{image.name}"', f'<img src="{channel.url}/images/{image.name}"')
    return html


def minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


# XML


def add(parent: ElementTree.Element, tag: str, text: str = "", **attributes: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, tag, attributes)
    element.text = printable(text) or None
    return element


def document(root: ElementTree.Element) -> str:
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def atom(channel: Channel, feed: Feed) -> str:
    """RFC 4287, and what was withdrawn as RFC 6721 tells it."""
    feed = shown(channel, feed)
    root = ElementTree.Element(
        "feed", {"xmlns": ATOM, "xmlns:at": TOMBSTONES, "xml:lang": channel.only or channel.language}
    )
    add(root, "id", channel.at(""))
    add(root, "title", channel.name)
    add(root, "updated", stamp(touched_at(feed)))
    add(add(root, "author"), "name", channel.name)
    add(root, "link", rel="self", type="application/atom+xml", href=channel.at(".atom"))
    add(root, "link", rel="alternate", type="text/html", href=channel.at(""))
    for entry in feed.entries:
        atom_entry(root, channel, entry)
    for trace in feed.gone:
        add(root, "at:deleted-entry", ref=trace.urn, when=stamp(trace.gone_at))
    return document(root)


def atom_entry(root: ElementTree.Element, channel: Channel, entry: Entry) -> None:
    element = add(root, "entry", **{"xml:lang": entry.language})
    add(element, "id", entry.urn)
    add(element, "title", entry.title)
    add(element, "published", stamp(entry.published_at))
    add(element, "updated", stamp(entry.touched_at))
    add(element, "link", rel="alternate", type="text/html", href=channel.page_of(entry))
    for image in entry.images:
        where = f"{channel.url}/images/{image.name}"
        add(element, "link", rel="enclosure", type=image.type, length=str(image.bytes), href=where)
    add(element, "content", illustrated(channel, entry), type="html")


def rss(channel: Channel, feed: Feed) -> str:
    """RSS 2.0, https://www.rssboard.org/rss-specification"""
    feed = shown(channel, feed)
    root = ElementTree.Element("rss", {"version": "2.0", "xmlns:atom": ATOM})
    top = add(root, "channel")
    add(top, "title", channel.name)
    add(top, "link", channel.at(""))
    add(top, "description", f"{channel.name}: announcements")
    add(top, "language", channel.only or channel.language)
    add(top, "lastBuildDate", format_datetime(touched_at(feed)))
    add(top, "atom:link", rel="self", type="application/rss+xml", href=channel.at(".rss"))
    for entry in feed.entries:
        rss_item(top, channel, entry)
    return document(root)


def rss_item(top: ElementTree.Element, channel: Channel, entry: Entry) -> None:
    item = add(top, "item")
    add(item, "title", entry.title)
    add(item, "link", channel.page_of(entry))
    add(item, "guid", entry.urn, isPermaLink="false")
    add(item, "pubDate", format_datetime(entry.published_at))
    add(item, "description", illustrated(channel, entry))
    for image in entry.images[:1]:  # Readers expect one at most.
        where = f"{channel.url}/images/{image.name}"
        add(item, "enclosure", url=where, length=str(image.bytes), type=image.type)


# JSON


def json_feed(channel: Channel, feed: Feed) -> str:
    """https://www.jsonfeed.org/version/1.1/"""
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.name,
        "home_page_url": channel.at(""),
        "feed_url": channel.at(".json"),
        "language": channel.only or channel.language,
        "authors": [{"name": channel.name}],
        "items": [json_item(channel, entry) for entry in shown(channel, feed).entries],
    }
    return json.dumps(told)


def json_item(channel: Channel, entry: Entry) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.urn,
        "url": channel.page_of(entry),
        "title": entry.title,
        "content_html": illustrated(channel, entry),
        "date_published": stamp(entry.published_at),
        "language": entry.language,
    }
    if entry.text:
        item["content_text"] = entry.text
    if entry.updated_at:
        item["date_modified"] = stamp(entry.updated_at)
    if entry.images:
        item["image"] = f"{channel.url}/images/{entry.images[0].name}"
    if entry.starts_at:
        item["_event"] = event_of(entry)
    return item


def event_of(entry: Entry) -> dict[str, str]:
    """An extension of ours, which is why its name begins with `_`."""
    times = {"starts_at": entry.starts_at, "ends_at": entry.ends_at}
    return {name: stamp(moment) for name, moment in times.items() if moment} | {"zone": entry.zone or "UTC"}


# Calendar


def calendar(channel: Channel, feed: Feed) -> str:
    """RFC 5545: the announcements that have a time, each once, in the community's own language where it has words in
    it. Times are UTC, so that no reader has to know a zone's rules."""
    import icalendar

    root = icalendar.Calendar()
    root.add("prodid", "-//Liaison//Feeds//EN")
    root.add("version", "2.0")
    root.add("calscale", "GREGORIAN")
    root.add("method", "PUBLISH")
    for field in ("name", "x-wr-calname"):  # RFC 7986, and what was used before it.
        root.add(field, icalendar.vText(printable(channel.name)))
    root.add("source", channel.at(".ics"), parameters={"VALUE": "URI"})
    root.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for one in events(channel, feed):
        root.add_component(calendar_entry(channel, one) if isinstance(one, Entry) else calendar_trace(one))
    return str(root.to_ical().decode())


def events(channel: Channel, feed: Feed) -> list[Entry | Trace]:
    """One for each announcement with a time: it takes place, unless it was withdrawn in every language."""
    spoken = in_language(channel, feed)
    timely = newest((one for one in spoken.entries if one.starts_at), KEPT, LARGEST)
    found: dict[str, Entry | Trace] = {}
    for one in sorted(timely, key=lambda one: one.language != channel.language):
        found.setdefault(one.id, one)
    for trace in sorted(spoken.gone, key=lambda one: one.language != channel.language):
        if trace.starts_at:
            found.setdefault(trace.id, trace)
    return list(found.values())


def calendar_entry(channel: Channel, entry: Entry) -> "icalendar.Event":
    event = timed(entry, entry.touched_at, "CONFIRMED")
    spoken = {"LANGUAGE": entry.language}
    event.add("summary", printable(entry.title), parameters=spoken)
    if entry.text:
        event.add("description", printable(entry.text), parameters=spoken)
    event.add("url", channel.page_of(entry))
    event.add("created", entry.published_at)
    return event


def calendar_trace(trace: Trace) -> "icalendar.Event":
    """That it does not take place, and none of its words: they were withdrawn."""
    return timed(trace, trace.gone_at, "CANCELLED")


def timed(one: Happening, touched: datetime, status: str) -> "icalendar.Event":
    import icalendar

    event = icalendar.Event()
    event.add("uid", one.urn)
    event.add("dtstamp", touched)
    event.add("last-modified", touched)
    event.add("sequence", one.sequence)
    event.add("status", status)
    event.add("dtstart", one.starts_at)
    if one.ends_at:
        event.add("dtend", one.ends_at)
    return event


# Pages


@cache
def templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    made.globals.update(illustrated=illustrated, stamp=stamp, minute=minute)
    return made


def page(channel: Channel, feed: Feed) -> str:
    """All that is shown, the newest first."""
    return templates().get_template("feed.html").render(channel=channel, entries=shown(channel, feed).entries)


def announcement_page(channel: Channel, entries: Iterable[Entry]) -> str:
    """One announcement, in all languages it has, the community's own first. There has to be one entry at least."""
    there = sorted(entries, key=lambda one: (one.language != channel.language, one.language))
    return templates().get_template("announcement.html").render(channel=channel, entries=there)
