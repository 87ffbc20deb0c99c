"""Feeds as they are served: what the public reads, in many forms, without a token and without a risk."""

import base64
import json
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import icalendar
import pytest

from events.announcements import ChangeRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms.feed import posting
from functions.platforms.outgoing import MEDIA, Destination, Hands, Sent
from functions.platforms.posting import Post
from functions.shared import objects
from tests.announcements.directions import TURNS, alone
from tests.platforms.posting import fake
from tests.support.world import Answered, World

ATOM = "{http://www.w3.org/2005/Atom}"
URL = "https://liaison.example/feeds/acme/news"
NEWS = Target(id="news", community="acme", platform="feed")
TO = Destination("news", "acme", URL, "")
PICTURE = Image(name=f"{'ab' * 32}.png", alt="A map", type="text/html", bytes=9)
TYPES = {
    "": "text/html; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    "/atom": "application/atom+xml; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".json": "application/feed+json; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
}


def lent(at: datetime) -> Hands:
    return Hands(fake.nobody, objects, fake.no_mail, int(at.timestamp()), fake.Sessions())


def requested(world: World, name: str, title: str, body: str, language: str, **more: Any) -> dict[str, Any]:
    rendering = posting.render(Post(name, title, body, language, **more), NEWS)
    (part,) = rendering.parts
    return {
        "announcement": name,
        "target": "news",
        "language": language,
        "body": part.body,
        "images": part.images,
        "published_at": world.now,
    }


def announced(
    world: World,
    title: str = "Winter",
    body: str = "It **snows**.",
    *,
    name: str = "a1",
    language: str = "en",
    **more: Any,
) -> Sent:
    request = PostRequested.model_validate(requested(world, name, title, body, language, **more))
    return fake.sent(posting.send(request, TO, "key", lent(world.now)))


def changed(world: World, posted: Sent, title: str, body: str = "It **melts**.", **more: Any) -> None:
    given = {**requested(world, "a1", title, body, "en", **more), "posted": {"id": posted.id, **posted.more}}
    fake.sent(posting.edit(ChangeRequested.model_validate(given), TO, "change", lent(world.now)))


def withdrawn(world: World, posted: Sent) -> None:
    gone = WithdrawRequested(announcement="a1", target="news", posted={"id": posted.id, **posted.more})
    fake.sent(posting.withdraw(gone, TO, "gone", lent(world.now)))


def stored_picture() -> None:
    objects.write(f"{MEDIA}/{PICTURE.name}", b"\x89PNG\r\n\x1a\n!", "image/png")


def read(world: World, form: str = "", **headers: str) -> Answered:
    return world.ask("GET", f"/feeds/acme/news{form}", headers=headers)


def atom(world: World) -> list[ElementTree.Element]:
    return ElementTree.fromstring(read(world, ".atom").text.encode()).findall(f"{ATOM}entry")


def text(element: ElementTree.Element, tag: str) -> str:
    found = element.find(ATOM + tag)
    assert found is not None
    return found.text or ""


# Forms


@pytest.mark.parametrize("form", TYPES)
def test_each_form_has_its_type_and_is_locked_down(world: World, form: str) -> None:
    announced(world)
    answer = read(world, form)
    assert (answer.status, answer.headers["content-type"]) == (200, TYPES[form])
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("form", TYPES)
def test_an_empty_feed_is_one_in_each_form(world: World, form: str) -> None:
    assert read(world, form).status == 200


def test_the_first_address_of_the_atom_feed_still_works(world: World) -> None:
    announced(world)
    assert read(world, "/atom").text == read(world, ".atom").text


def test_an_entry_has_a_lasting_id(world: World) -> None:
    announced(world)
    (first,) = atom(world)
    assert text(first, "id").startswith("urn:uuid:")
    assert (text(first, "title"), text(first, "updated")) == ("Winter", text(first, "published"))
    assert text(first, "content").strip() == "<p>It <strong>snows</strong>.</p>"
    world.later(days=1)
    announced(world, "Spring", name="a2")
    assert [text(one, "title") for one in atom(world)] == ["Spring", "Winter"]
    assert text(atom(world)[1], "id") == text(first, "id")


def test_what_was_in_the_feed_before_it_had_languages_keeps_its_id(world: World) -> None:
    before = {"id": "a1", "title": "Old", "html": "<p>x</p>", "language": "en", "published_at": "2026-01-01T00:00:00Z"}
    objects.write("feeds/acme/news.json", json.dumps({"entries": [before]}).encode())
    (entry,) = atom(world)
    assert text(entry, "id") == "urn:uuid:737dc021-69a3-5384-b363-d0fc645a611c"
    announced(world, "Again")
    assert [text(one, "title") for one in atom(world)] == ["Old"]


def test_the_page_shows_the_newest_first_and_names_the_feed(world: World) -> None:
    announced(world, "Winter")
    world.later(days=1)
    announced(world, "Spring", name="a2")
    page = read(world).text
    assert page.index("Spring") < page.index("Winter")
    assert f'href="{URL}.atom"' in page


def test_a_change_and_a_withdrawal_show_in_all_forms(world: World) -> None:
    times = {"starts_at": "2026-11-25T19:00:00+01:00", "zone": "Europe/Paris"}
    posted = announced(world, **times)
    world.later(hours=1)
    changed(world, posted, "Thaw", **times)
    for form in TYPES:
        assert "Thaw" in read(world, form).text
        assert "Winter" not in read(world, form).text
    (entry,) = atom(world)
    assert (text(entry, "published"), text(entry, "updated")) == (
        "2026-11-22T12:00:00+00:00",
        "2026-11-22T13:00:00+00:00",
    )
    world.later(hours=1)
    withdrawn(world, posted)
    for form in TYPES:
        assert "Thaw" not in read(world, form).text
    assert posted.id in read(world, ".atom").text
    event: Any
    (event,) = icalendar.Calendar.from_ical(read(world, ".ics").text).walk("VEVENT")
    assert (str(event["status"]), int(event["sequence"])) == ("CANCELLED", 2)


def test_one_language_can_be_asked_for(world: World) -> None:
    announced(world)
    announced(world, "Hiver", "Il *neige*.", language="fr")
    assert {text(one, "title") for one in atom(world)} == {"Winter", "Hiver"}
    french = world.ask("GET", "/feeds/acme/news.atom?language=fr").text
    assert "Hiver" in french
    assert "Winter" not in french
    for nonsense in ("%3Cscript%3E", "", "x" * 99):
        answer = world.ask("GET", f"/feeds/acme/news?language={nonsense}")
        assert "Winter" in answer.text
        assert "<script" not in answer.text


# One announcement


@pytest.mark.parametrize("words", TURNS)
def test_whatever_direction_words_have_they_turn_nothing_around_them(world: World, words: str) -> None:
    announced(world, words, words)
    assert alone(read(world).text, words) == alone(read(world, "/a1").text, words) == 2
    assert f": {words}</title>" in read(world, "/a1").text


def test_an_announcement_has_a_page_until_it_is_withdrawn(world: World) -> None:
    posted = announced(world)
    announced(world, "Hiver", language="fr")
    assert posted.url == f"{URL}/a1#en"
    answer = read(world, "/a1")
    assert (answer.status, answer.headers["content-type"]) == (200, TYPES[""])
    assert "Winter" in answer.text
    assert "Hiver" in answer.text
    withdrawn(world, posted)
    assert "Winter" not in read(world, "/a1").text
    assert "Hiver" in read(world, "/a1").text
    fr = announced(world, "Hiver", language="fr")
    withdrawn(world, fr)
    assert read(world, "/a1").status == 410
    assert "withdrawn" in read(world, "/a1").text
    assert read(world, "/a2").status == 404


# Images


def test_an_image_is_served_while_the_feed_shows_it(world: World) -> None:
    stored_picture()
    assert read(world, f"/images/{PICTURE.name}").status == 404  # A draft's, say.
    posted = announced(world, body=f"![A map]({PICTURE.name})", images=(PICTURE,))
    assert f'<img src="{URL}/images/{PICTURE.name}" alt="A map">' in read(world, "/a1").text
    assert "img-src 'self'" in read(world, "/a1").headers["content-security-policy"]
    answer = read(world, f"/images/{PICTURE.name}")
    assert answer.status == 200
    assert base64.b64decode(answer.text) == b"\x89PNG\r\n\x1a\n!"
    assert answer.headers["content-type"] == "image/png"  # By its name, and not as its uploader said.
    assert answer.headers["x-content-type-options"] == "nosniff"
    withdrawn(world, posted)
    assert read(world, f"/images/{PICTURE.name}").status == 404


@pytest.mark.parametrize("name", ["x.png", "..%2f..%2fprogram", "ab.svg", "news.json", f"{'0' * 64}.png"])
def test_no_other_object_is_served(world: World, name: str) -> None:
    stored_picture()
    announced(world, body=f"![A map]({PICTURE.name})", images=(PICTURE,))
    assert read(world, f"/images/{name}").status == 404


# Conditional requests


@pytest.mark.parametrize("form", TYPES)
def test_what_is_still_the_same_is_not_sent_again(world: World, form: str) -> None:
    posted = announced(world)
    tag = read(world, form).headers["etag"]
    assert tag.startswith('"')
    for asked in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = read(world, form, **{"if-none-match": asked})
        assert (again.status, again.text, again.headers["etag"]) == (304, "", tag)
        assert "cache-control" in again.headers
    world.later(days=1)
    assert read(world, form, **{"if-none-match": tag}).status == 304
    changed(world, posted, "Thaw")
    fresh = read(world, form, **{"if-none-match": tag})
    assert fresh.status == (304 if form == ".ics" else 200)  # Without a time it is in no calendar.


@pytest.mark.parametrize("asked", ["", "nonsense", '"', "W/", ",,,", '"\u00e9"'])
def test_another_tag_is_none(world: World, asked: str) -> None:
    assert read(world, ".atom", **{"if-none-match": asked}).status == 200


# Safety


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "a & b < c > d \" '",
        "]]>",
        "vertical\x0btab",
        "\x1b[31mred",
        "\ufffe",
        "{{ 7 * 7 }}",
        "😀",
        "BEGIN:VEVENT\r\nX",
    ],
    ids=["script", "marks", "cdata", "word", "escape", "nonchar", "template", "emoji", "calendar"],
)
def test_whatever_is_written_the_feed_stays_well_formed_and_the_page_harmless(world: World, words: str) -> None:
    announced(world, f"T {words}", f"B {words}", starts_at="2026-11-25T19:00:00+01:00")
    (entry,) = atom(world)
    assert text(entry, "title").startswith("T ")
    assert "<script" not in text(entry, "content")
    ElementTree.fromstring(read(world, ".rss").text.encode())
    json.loads(read(world, ".json").text)
    assert len(icalendar.Calendar.from_ical(read(world, ".ics").text).walk("VEVENT")) == 1
    for page in (read(world).text, read(world, "/a1").text):
        assert "<script" not in page
        if "{{" in words:
            assert words in page


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "vbscript:x"])
def test_a_link_that_is_none_to_the_web_leads_nowhere(world: World, link: str) -> None:
    announced(world, body=f"[click]({link})")
    assert f'href="{link}' not in text(atom(world)[0], "content")


@pytest.mark.parametrize(
    "path",
    [
        "acme/site",
        "acme/nothing",
        "acme/nothing.rss",
        "nowhere/news",
        "peak/news",
        "acme/news%2f..",
        "acme/news.",
        "acme/news.exe",
        "acme/news.atom.rss",
        "a/b/atom",
        "a/b/c",
        "acme/site/images/x.png",
    ],
)
def test_there_are_only_the_feeds_the_program_names(world: World, path: str) -> None:
    answer: Any = world.ask("GET", f"/feeds/{path}")
    assert answer.status == 404
