"""A feed in each of its forms: what readers, calendars and browsers make of it."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.announcements import Image
from functions.platforms.feed import entries, formats
from functions.platforms.feed.entries import Entry, Feed, Trace
from functions.platforms.feed.formats import Channel
from infra.bundle import ROOT

ATOM = "{http://www.w3.org/2005/Atom}"
GONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
URL = "https://liaison.example/feeds/acme/news"
ACME = Channel("Acme & Games", URL, "en")
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PICTURE = Image(name=f"{'ab' * 32}.png", alt="A map", type="image/png", bytes=1234)


def entry(number: int = 1, language: str = "en", **more: Any) -> Entry:
    given = {
        "id": f"a{number}",
        "urn": entries.name("acme", f"a{number}", language),
        "language": language,
        "title": f"Winter {number}",
        "html": "<p>It <strong>snows</strong> &amp; melts.</p>\n",
        "text": "It snows & melts.",
        "published_at": AT + timedelta(days=number - 1),
    }
    return Entry.model_validate({**given, **more})


def trace(number: int = 9, language: str = "en", **more: Any) -> Trace:
    urn = entries.name("acme", f"a{number}", language)
    return Trace.model_validate(
        {"id": f"a{number}", "urn": urn, "language": language, "gone_at": AT + timedelta(days=30), **more}
    )


def feed(*found: Entry, gone: tuple[Trace, ...] = ()) -> Feed:
    return Feed(entries=found, gone=gone)


def xml(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text.encode())


def text(element: ElementTree.Element, path: str) -> str:
    found = element.find(path)
    assert found is not None, path
    return found.text or ""


def links(element: ElementTree.Element, relation: str) -> list[str]:
    return [link.attrib["href"] for link in element.findall(f"{ATOM}link") if link.attrib["rel"] == relation]


# Atom


def test_an_atom_feed_has_what_atom_asks_for() -> None:
    root = xml(formats.atom(ACME, feed(entry(2), entry(1))))
    assert (text(root, f"{ATOM}id"), text(root, f"{ATOM}title")) == (URL, "Acme & Games")
    assert text(root, f"{ATOM}updated") == "2026-11-23T09:30:00+00:00"
    assert text(root, f"{ATOM}author/{ATOM}name") == "Acme & Games"
    assert (links(root, "self"), links(root, "alternate")) == ([f"{URL}.atom"], [URL])
    newest, first = root.findall(f"{ATOM}entry")
    assert text(first, f"{ATOM}id") == "urn:uuid:0d48cd9f-2934-5f7a-8ca0-c1e74f7c8cf2"
    assert text(newest, f"{ATOM}title") == "Winter 2"
    assert text(first, f"{ATOM}published") == text(first, f"{ATOM}updated") == "2026-11-22T09:30:00+00:00"
    assert text(first, f"{ATOM}content") == "<p>It <strong>snows</strong> &amp; melts.</p>\n"
    assert first.attrib[LANG] == "en"
    assert links(first, "alternate") == [f"{URL}/a1#en"]


def test_an_empty_atom_feed_is_a_valid_one() -> None:
    root = xml(formats.atom(ACME, feed()))
    assert text(root, f"{ATOM}updated") == "2026-01-01T00:00:00+00:00"
    assert not root.findall(f"{ATOM}entry")


def test_a_changed_entry_keeps_its_id_and_time_and_says_when_it_changed() -> None:
    before, later = entry(), AT + timedelta(hours=5)
    changed = entries.changed(feed(before), entry(title="Winter, later"), "k", later)
    root = xml(formats.atom(ACME, changed))
    (one,) = root.findall(f"{ATOM}entry")
    assert text(one, f"{ATOM}id") == before.urn
    assert text(one, f"{ATOM}published") == "2026-11-22T09:30:00+00:00"
    assert text(one, f"{ATOM}updated") == text(root, f"{ATOM}updated") == "2026-11-22T14:30:00+00:00"


def test_a_withdrawn_entry_leaves_a_tombstone() -> None:
    later = AT + timedelta(hours=1)
    gone = entries.withdrawn(feed(entry(2), entry(1)), "acme", "a2", "en", later)
    root = xml(formats.atom(ACME, gone))
    assert [text(one, f"{ATOM}title") for one in root.findall(f"{ATOM}entry")] == ["Winter 1"]
    (stone,) = root.findall(GONE)
    # It is the later one of the two times: before, the entry was not there yet.
    assert stone.attrib == {"ref": entry(2).urn, "when": "2026-11-23T09:30:00+00:00"}
    assert text(root, f"{ATOM}updated") == stone.attrib["when"]


def test_images_are_where_the_feed_serves_them() -> None:
    one = entry(html=f'<p><img src="{PICTURE.name}" alt="A map"></p>', images=[PICTURE])
    root = xml(formats.atom(ACME, feed(one)))
    (found,) = root.findall(f"{ATOM}entry")
    assert f'<img src="{URL}/images/{PICTURE.name}" alt="A map">' in text(found, f"{ATOM}content")
    (link,) = [link for link in found.findall(f"{ATOM}link") if link.attrib["rel"] == "enclosure"]
    assert link.attrib["href"] == f"{URL}/images/{PICTURE.name}"
    assert (link.attrib["type"], link.attrib["length"]) == ("image/png", "1234")


# RSS


def test_an_rss_feed_has_what_rss_asks_for() -> None:
    top = xml(formats.rss(ACME, feed(entry(2), entry(1, images=[PICTURE])))).find("channel")
    assert top is not None
    assert [text(top, tag) for tag in ("title", "link", "language")] == ["Acme & Games", URL, "en"]
    assert text(top, "description")
    assert parsedate_to_datetime(text(top, "lastBuildDate")) == AT + timedelta(days=1)
    assert links(top, "self") == [f"{URL}.rss"]
    _, first = top.findall("item")
    assert text(first, "title") == "Winter 1"
    guid = first.find("guid")
    assert guid is not None
    assert (guid.text, guid.attrib) == (entry().urn, {"isPermaLink": "false"})
    assert text(first, "pubDate") == "Sun, 22 Nov 2026 09:30:00 +0000"
    assert text(first, "link") == f"{URL}/a1#en"
    assert "<strong>snows</strong>" in text(first, "description")
    enclosure = first.find("enclosure")
    assert enclosure is not None
    assert enclosure.attrib == {"url": f"{URL}/images/{PICTURE.name}", "length": "1234", "type": "image/png"}


# JSON Feed


def test_a_json_feed_has_what_version_1_1_asks_for() -> None:
    one = entry(updated_at=AT + timedelta(hours=1), images=[PICTURE])
    told = json.loads(formats.json_feed(ACME, feed(one)))
    assert told == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Acme & Games",
        "home_page_url": URL,
        "feed_url": f"{URL}.json",
        "language": "en",
        "authors": [{"name": "Acme & Games"}],
        "items": [
            {
                "id": one.urn,
                "url": f"{URL}/a1#en",
                "title": "Winter 1",
                "content_html": "<p>It <strong>snows</strong> &amp; melts.</p>\n",
                "content_text": "It snows & melts.",
                "date_published": "2026-11-22T09:30:00+00:00",
                "date_modified": "2026-11-22T10:30:00+00:00",
                "language": "en",
                "image": f"{URL}/images/{PICTURE.name}",
            }
        ],
    }


def test_an_event_s_times_are_in_the_json_feed() -> None:
    one = entry(starts_at="2026-11-25T19:00:00+01:00", zone="Europe/Paris")
    (item,) = json.loads(formats.json_feed(ACME, feed(one)))["items"]
    assert item["_event"] == {"starts_at": "2026-11-25T18:00:00+00:00", "zone": "Europe/Paris"}


# Calendar

CONCERT: dict[str, Any] = {
    "starts_at": "2026-11-25T19:00:00+01:00",
    "ends_at": "2026-11-25T21:30:00+01:00",
    "zone": "Europe/Paris",
}


def calendar(found: Feed, channel: Channel = ACME) -> list[Any]:
    written = formats.calendar(channel, found)
    assert "\n" not in written.replace("\r\n", "")
    assert max(len(line.encode()) for line in written.split("\r\n")) <= 75
    return list(icalendar.Calendar.from_ical(written).walk("VEVENT"))


def test_what_has_a_time_is_in_the_calendar() -> None:
    one = entry(title="Concert; with, \\ marks", text="Come.\nAll of you.", **CONCERT)
    written = formats.calendar(ACME, feed(entry(2), one))
    root: Any = icalendar.Calendar.from_ical(written)
    assert [str(root[name]) for name in ("version", "method", "x-wr-calname")] == ["2.0", "PUBLISH", "Acme & Games"]
    assert root["prodid"]
    (event,) = calendar(feed(entry(2), one))
    assert str(event["uid"]) == one.urn
    assert str(event["summary"]) == "Concert; with, \\ marks"
    assert str(event["description"]) == "Come.\nAll of you."
    assert str(event["url"]) == f"{URL}/a1#en"
    assert event["dtstart"].dt == datetime(2026, 11, 25, 18, tzinfo=UTC)
    assert event["dtend"].dt == datetime(2026, 11, 25, 20, 30, tzinfo=UTC)
    assert event["dtstamp"].dt == AT
    assert (int(event["sequence"]), str(event["status"])) == (0, "CONFIRMED")
    assert "DTSTART:20261125T180000Z" in written
    assert "DTEND:20261125T203000Z" in written


def test_an_event_without_an_end_has_none() -> None:
    (event,) = calendar(feed(entry(starts_at="2026-11-25T19:00:00Z")))
    assert "dtend" not in event


def test_a_changed_event_is_a_later_version_of_the_same() -> None:
    before = feed(entry(**CONCERT))
    moved = entry(**{**CONCERT, "starts_at": "2026-11-25T20:00:00+01:00"})
    once = entries.changed(before, moved, "k1", AT + timedelta(hours=1))
    twice = entries.changed(once, entry(title="Concert!", **CONCERT), "k2", AT + timedelta(hours=2))
    assert [int(calendar(found)[0]["sequence"]) for found in (before, once, twice)] == [0, 1, 2]
    assert {str(calendar(found)[0]["uid"]) for found in (before, once, twice)} == {entry().urn}
    assert calendar(once)[0]["dtstart"].dt == datetime(2026, 11, 25, 19, tzinfo=UTC)
    assert calendar(twice)[0]["last-modified"].dt == AT + timedelta(hours=2)


def test_a_withdrawn_event_is_cancelled_and_its_words_are_gone() -> None:
    changed = entries.changed(feed(entry(**CONCERT)), entry(**CONCERT), "k1", AT + timedelta(hours=1))
    gone = entries.withdrawn(changed, "acme", "a1", "en", AT + timedelta(hours=2))
    (event,) = calendar(gone)
    assert (str(event["status"]), int(event["sequence"]), str(event["uid"])) == ("CANCELLED", 2, entry().urn)
    assert event["dtstart"].dt == datetime(2026, 11, 25, 18, tzinfo=UTC)
    assert event["dtstamp"].dt == AT + timedelta(hours=2)
    assert "Winter" not in formats.calendar(ACME, gone)


def test_an_event_in_two_languages_takes_place_once() -> None:
    both = feed(entry(language="fr", title="Concert (fr)", **CONCERT), entry(title="Concert (en)", **CONCERT))
    assert [str(one["summary"]) for one in calendar(both)] == ["Concert (en)"]
    french = Channel(ACME.name, URL, "en", only="fr")
    assert [str(one["summary"]) for one in calendar(both, french)] == ["Concert (fr)"]
    without = entries.withdrawn(both, "acme", "a1", "en", AT)
    assert [str(one["summary"]) for one in calendar(without)] == ["Concert (fr)"]
    neither = entries.withdrawn(without, "acme", "a1", "fr", AT)
    assert [str(one["status"]) for one in calendar(neither)] == ["CANCELLED"]


def test_an_event_stays_in_the_calendar_however_much_was_announced_since() -> None:
    news = [entry(number) for number in range(2, 200)]
    assert len(calendar(feed(*news, entry(1, **CONCERT)))) == 1


# Pages


class Reader(HTMLParser):
    """What a browser would fetch, follow and run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str, name: str) -> list[str]:
        return [attrs[name] for found, attrs in self.seen if found == tag and name in attrs]


def test_the_page_shows_all_and_names_the_other_forms() -> None:
    read = Reader(formats.page(ACME, feed(entry(2), entry(1, language="fr", updated_at=AT))))
    assert read.words.index("Winter 2") < read.words.index("Winter 1")
    forms = [f"{URL}.{form}" for form in ("atom", "rss", "json", "ics")]
    assert read.all("link", "href") == forms
    assert read.all("a", "href") == [f"{URL}/a2#en", f"{URL}/a1#fr", *forms]
    assert read.all("article", "lang") == ["en", "fr"]
    assert "2026-11-22T09:30:00+00:00" in read.all("time", "datetime")
    assert "Nothing was announced yet." not in read.words
    assert "Nothing was announced yet." in formats.page(ACME, feed())


def test_an_announcement_has_a_page_in_all_its_languages() -> None:
    picture = f'<p><img src="{PICTURE.name}" alt="A map"></p>'
    there = [entry(language="fr", title="Hiver"), entry(html=picture, images=[PICTURE])]
    read = Reader(formats.announcement_page(ACME, there))
    assert read.all("article", "id") == ["en", "fr"]
    assert read.all("img", "src") == [f"{URL}/images/{PICTURE.name}"]
    told = {attrs["property"]: attrs["content"] for tag, attrs in read.seen if tag == "meta" and "property" in attrs}
    assert told == {
        "og:type": "article",
        "og:title": "Winter 1",
        "og:site_name": "Acme & Games",
        "og:description": "It snows & melts.",
        "og:image": f"{URL}/images/{PICTURE.name}",
        "og:image:alt": "A map",
    }


# All of them

FORMS = (formats.atom, formats.rss, formats.json_feed, formats.page, formats.calendar)


@pytest.mark.parametrize("form", FORMS)
def test_one_language_can_be_asked_for(form: Any) -> None:
    both = feed(
        entry(language="fr", title="Hiver", **CONCERT),
        entry(title="Winter", **CONCERT),
        gone=(trace(8, "fr"), trace(9, "en")),
    )
    written = form(Channel(ACME.name, URL, "en", only="fr"), both)
    assert "Hiver" in written
    assert "Winter" not in written
    assert "?language=fr" in written
    assert entries.name("acme", "a9", "en") not in written


@pytest.mark.parametrize("form", FORMS)
def test_only_the_newest_hundred_are_fetched_again_and_again(form: Any) -> None:
    many = feed(*(entry(number, **CONCERT) for number in range(300, 0, -1)))
    written = form(ACME, many)
    assert written.count("/a300#en") >= 1
    assert ("/a200#en" in written) == (form is formats.calendar)


def test_no_form_is_larger_than_a_function_may_answer() -> None:
    many = feed(*(entry(number, html="&lt;" * 20_000, text="<" * 20_000, **CONCERT) for number in range(400, 0, -1)))
    for form in FORMS:
        written = form(ACME, many)
        assert "/a400#en" in written
        assert len(json.dumps({"body": written})) < 6_000_000


@given(st.text(st.characters(), max_size=60), st.text(st.characters(), max_size=60))
@settings(max_examples=60, deadline=None)
def test_whatever_is_written_each_form_stays_what_it_is(title: str, words: str) -> None:
    one = entry(title=title, text=words, html="<p>Clean</p>", **CONCERT)
    hostile = Channel(words or "x", URL, "en")
    assert len(list(xml(formats.atom(hostile, feed(one))).iter())) == 15
    assert len(list(xml(formats.rss(hostile, feed(one))).iter())) == 14
    assert json.loads(formats.json_feed(hostile, feed(one)))["items"][0]["title"] == one.title
    (event,) = icalendar.Calendar.from_ical(formats.calendar(hostile, feed(one))).walk("VEVENT")
    assert str(event["uid"]) == one.urn
    for page in (formats.page(hostile, feed(one)), formats.announcement_page(hostile, [one])):
        tags = [tag for tag, _ in Reader(page).seen]
        assert {"script", "iframe", "b"}.isdisjoint(tags)


def test_markup_in_a_title_is_only_words() -> None:
    hostile = entry(title='<script>alert(1)</script>"&', html="<p>Clean</p>")
    for page in (formats.page(ACME, feed(hostile)), formats.announcement_page(ACME, [hostile])):
        assert "<script" not in page
        assert "alert(1)" in page


def test_a_calendar_s_library_is_loaded_for_calendars_only() -> None:
    loads = "import sys, functions.platforms.feed.formats; sys.exit('icalendar' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loads], cwd=ROOT, check=False).returncode == 0
