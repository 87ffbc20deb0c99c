"""Feeds: what the public reads, in two forms, without a token and without a risk."""

from typing import Any
from xml.etree import ElementTree

import pytest

from tests.support.world import World

ATOM = "{http://www.w3.org/2005/Atom}"


def announced(world: World, title: str = "Winter", body: str = "It **snows**.") -> None:
    token = world.token("manager")
    made = world.ask("POST", "/v1/acme/announcements", {"title": title, "body": body}, token=token)
    assert made.status == 200, made.text
    world.finish()


def entries(world: World) -> list[ElementTree.Element]:
    answer = world.ask("GET", "/feeds/acme/news/atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(answer.text.encode()).findall(f"{ATOM}entry")


def text(element: ElementTree.Element, tag: str) -> str:
    found = element.find(ATOM + tag)
    assert found is not None
    return found.text or ""


def test_an_empty_feed_is_a_valid_one(world: World) -> None:
    feed = ElementTree.fromstring(world.ask("GET", "/feeds/acme/news/atom").text.encode())
    assert [text(feed, tag) for tag in ("id", "title")] == ["https://liaison.example/feeds/acme/news", "Acme Games"]
    assert text(feed, "updated").endswith("Z")
    assert "Nothing was announced yet." in world.ask("GET", "/feeds/acme/news").text


def test_an_entry_has_what_atom_asks_for_and_a_lasting_id(world: World) -> None:
    announced(world)
    (entry,) = entries(world)
    name = text(entry, "id")
    assert name.startswith("urn:uuid:")
    assert (text(entry, "title"), text(entry, "updated")) == ("Winter", text(entry, "published"))
    assert text(entry, "content") == "<p>It <strong>snows</strong>.</p>\n"
    world.later(days=1)
    announced(world, "Spring")
    assert [text(one, "title") for one in entries(world)] == ["Spring", "Winter"]
    assert text(entries(world)[1], "id") == name


def test_the_page_shows_the_newest_first_and_names_its_feed(world: World) -> None:
    announced(world, "Winter")
    world.later(days=1)
    announced(world, "Spring")
    answer = world.ask("GET", "/feeds/acme/news")
    assert answer.text.index("Spring") < answer.text.index("Winter")
    assert 'href="https://liaison.example/feeds/acme/news/atom"' in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("path", ["/feeds/acme/news", "/feeds/acme/news/atom"])
def test_what_anybody_reads_is_locked_down(world: World, path: str) -> None:
    headers = world.ask("GET", path).headers
    assert headers["cache-control"] == "public, max-age=60"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


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
        "\ud800",
    ],
    ids=["script", "marks", "cdata", "word", "escape", "nonchar", "template", "emoji", "surrogate"],
)
def test_whatever_is_written_the_feed_stays_well_formed_and_the_page_harmless(world: World, words: str) -> None:
    announced(world, f"T {words}", f"B {words}")
    (entry,) = entries(world)
    assert text(entry, "title").startswith("T ")
    assert "<script" not in text(entry, "content")
    page = world.ask("GET", "/feeds/acme/news").text
    assert "<script" not in page
    if "{{" in words:
        assert words in page


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "vbscript:x"])
def test_a_link_that_is_none_to_the_web_leads_nowhere(world: World, link: str) -> None:
    announced(world, body=f"[click]({link})")
    assert link not in text(entries(world)[0], "content")


@pytest.mark.parametrize(
    "path", ["acme/site", "acme/nothing", "nowhere/news", "peak/news", "acme/news%2f..", "a/b/atom"]
)
def test_there_are_only_the_feeds_the_program_names(world: World, path: str) -> None:
    answer: Any = world.ask("GET", f"/feeds/{path}")
    assert answer.status == 404
