"""The site behind a digest's link in a real browser: for eyes, for keyboards, for screen readers, on any screen."""

from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.pages import stage
from tests.pages.browser import MIDDLE, NARROW, WIDE, Window, window
from tests.pages.stage import DAILY, MONTHLY, WEEKLY, address
from tests.support.world import World

pytestmark = pytest.mark.xdist_group("pages")

PAGES: dict[str, tuple[str, dict[str, str]]] = {
    "all": ("", {}),
    "daily": (DAILY, {}),
    "weekly": (WEEKLY, {}),
    "monthly": (MONTHLY, {}),
    "items": (f"{DAILY}/items", {"series": "theme:sync"}),
    "found": ("search", {"q": "save"}),
    "nothing found": ("search", {"q": "abracadabra"}),
    "not there": ("daily-2020-01-01", {}),
}
READERS = {"marie": "en", "lise": "fr"}
LOOKS: tuple[tuple[int, dict[str, Any], tuple[str, ...]], ...] = (
    (NARROW, {"color_scheme": "light"}, ()),
    (NARROW, {"color_scheme": "dark"}, ("color-contrast",)),
    (MIDDLE, {"color_scheme": "light"}, ("scrollable-region-focusable", "target-size")),
    (WIDE, {"color_scheme": "dark"}, ("color-contrast", "scrollable-region-focusable", "target-size")),
    (NARROW, {"forced_colors": "active"}, ("color-contrast",)),
)
"""Widths and colours, and which rules of axe: all of them once, then those that depend on either."""


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", PAGES)
def test_nothing_stands_in_anybodys_way(chromium: Any, community: World, name: str, reader: str) -> None:
    """At three widths, light and dark and in forced colours: no violation of any rule of axe, nothing wider than its
    window, one request for one page, nothing kept in the browser."""
    rest, more = PAGES[name]
    with window(chromium, community) as one:
        assert one.open(address(community, reader, rest, **more)) == (404 if name == "not there" else 200)
        for width, media, rules in LOOKS:
            one.wide(width)
            one.look(**media)
            assert not one.sideways(), (width, media)
            # Colours are those of every language.
            if reader == "marie" or not rules:
                assert not one.violations(*rules), (width, media)
        assert len(one.asked) == 1
        assert one.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


@pytest.mark.parametrize("name", ["daily", "items", "found", "all"])
def test_text_of_twice_the_size_fits_a_telephone(chromium: Any, community: World, name: str) -> None:
    """1,280 pixels at 400 % are 320 (WCAG 1.4.10); and letters alone may grow to 200 % (1.4.4)."""
    rest, more = PAGES[name]
    with window(chromium, community) as one:
        one.open(address(community, "lise", rest, **more), NARROW)
        one.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert one.page.evaluate("getComputedStyle(document.body).fontSize") == "32px"
        assert one.page.evaluate("document.documentElement.scrollWidth") == NARROW


def test_printed_it_is_dark_on_white_and_has_all_of_its_tables(chromium: Any, community: World) -> None:
    with window(chromium, community) as one:
        one.look(media="print", color_scheme="dark")
        one.open(address(community, "marie", DAILY), 700)
        told = "one => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]"
        assert one.page.locator("body").evaluate(told) == ["rgb(23, 32, 43)", "rgb(255, 255, 255)"]
        assert not one.page.locator("nav").is_visible()
        assert one.page.get_by_role("columnheader", name="Waiting").is_visible()
        assert not one.sideways()


# Keyboard


def stops(one: Window, most: int = 400) -> list[dict[str, Any]]:
    """What Tab comes to, one after the other, from the top to the end."""
    found: list[dict[str, Any]] = []
    for _ in range(most):
        one.page.keyboard.press("Tab")
        here = one.focused()
        if here["tag"] == "body" or (found and here == found[0]):
            return found
        found.append(here)
    raise AssertionError("Tab never comes to an end")


def test_tab_comes_to_everything_in_the_order_in_which_it_is_read(chromium: Any, community: World) -> None:
    with window(chromium, community) as one:
        one.open(address(community, "marie", DAILY), MIDDLE)
        found = stops(one)
        assert [stop["text"] for stop in found[:3]] == ["To the content", "All digests", "Search"]
        assert all(stop["seen"] for stop in found), [stop for stop in found if not stop["seen"]]
        links = one.page.locator("a:visible").count()
        assert sum(stop["tag"] == "a" for stop in found) == links
        tops = [stop["top"] for stop in found[1:] if stop["tag"] != "div"]
        assert all(after >= before - 8 for before, after in pairwise(tops))


def test_the_first_stop_leads_past_the_menu(chromium: Any, community: World) -> None:
    with window(chromium, community) as one:
        one.open(address(community, "marie", DAILY), NARROW)
        one.page.keyboard.press("Tab")
        assert one.focused()["text"] == "To the content"
        one.page.keyboard.press("Enter")
        assert one.focused()["id"] == "main"
        one.page.keyboard.press("Tab")
        assert "/decide/" in one.page.evaluate(
            "(document.activeElement.querySelector('a') || document.activeElement).href"
        )


def test_the_numbers_of_a_picture_open_with_enter(chromium: Any, community: World) -> None:
    with window(chromium, community) as one:
        one.open(address(community, "marie", WEEKLY), NARROW)
        summary = one.page.locator("summary").first
        table = one.page.locator("details table").first
        assert not table.is_visible()
        summary.focus()
        one.page.keyboard.press("Enter")
        assert table.is_visible()
        assert not one.violations()
        assert not one.sideways()


def test_a_search_needs_no_mouse(chromium: Any, community: World) -> None:
    with window(chromium, community) as one:
        one.open(address(community, "marie", "search"), NARROW)
        found = stops(one)
        assert [stop["tag"] for stop in found[-2:]] == ["input", "button"]
        one.page.get_by_role("searchbox", name="Words that were said").focus()
        one.page.keyboard.type("dark theme")
        one.page.keyboard.press("Enter")
        one.page.get_by_role("status").wait_for()
        assert one.page.locator(".items li").count() > 0
        assert {text.strip() for text in one.page.locator(".items li > p:first-child").all_inner_texts()} == {
            "Please add a dark theme to the map, that would be lovely"
        }


# Screen readers


@pytest.mark.parametrize("name", ["all", "daily", "weekly", "items", "found"])
@pytest.mark.parametrize(("reader", "language"), READERS.items())
def test_a_page_says_what_it_is(chromium: Any, community: World, name: str, reader: str, language: str) -> None:
    rest, more = PAGES[name]
    with window(chromium, community) as one:
        one.open(address(community, reader, rest, **more))
        assert one.page.locator("html").get_attribute("lang") == language
        headings = one.page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(one => +one.tagName[1])")
        assert headings[0] == 1
        assert headings.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(headings))
        assert one.page.title() == one.page.locator("h1").inner_text()
        assert one.page.locator("main").count() == one.page.locator("nav").count() == 1


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_tables_are_tables_and_pictures_say_their_finding(chromium: Any, community: World, width: int) -> None:
    """Also where they are laid out as cards."""
    with window(chromium, community) as one:
        one.open(address(community, "marie", DAILY), width)
        tree = one.page.locator("main").aria_snapshot()
        assert '- heading "Needs your decision (3)" [level=2]' in tree
        assert '- table "What is due first, then what has waited longest"' in tree
        assert '- columnheader "Waiting"' in tree
        assert '- rowheader "Case"' in tree
        assert '- cell "late by 2 hr"' in tree
        for finding in ("More than usual: 21 Sat (34).", "Most was said about “Cloud saves”: 31."):
            assert one.page.get_by_role("img", name=finding).count() == 1
        tables = one.page.locator("table").count()
        assert one.page.locator("table > caption").count() == tables
        assert one.page.locator("tbody tr").count() == one.page.locator("tbody tr > th[scope=row]:first-child").count()


def test_words_in_another_language_say_so(chromium: Any, community: World) -> None:
    with window(chromium, community) as one:
        one.open(address(community, "marie", "search", q="sauvegarde"))
        told = one.page.locator(".items li > p:first-child").evaluate_all("all => all.map(one => one.lang)")
        assert "fr" in told
        assert set(told) <= {"fr", ""}
        one.open(address(community, "lise", DAILY))
        assert set(one.page.locator("blockquote > p:first-child").evaluate_all("all => all.map(one => one.lang)")) <= {
            "en",
            "fr",
            "",
        }


# Going through it


def test_from_all_digests_to_one_to_a_number_to_its_words_and_back(chromium: Any, community: World) -> None:
    with window(chromium, community) as one:
        one.open(address(community, "marie"))
        one.page.get_by_role("link", name="Saturday, November 21, 2026").click()
        assert one.page.locator("h1").inner_text() == "Acme Games: Saturday, November 21, 2026"
        row = one.page.get_by_role("row").filter(has=one.page.get_by_role("rowheader", name="“Winter map”", exact=True))
        number = row.get_by_role("link").last.inner_text()
        row.get_by_role("link").last.click()
        assert "“Winter map”" in one.page.locator("h1").inner_text()
        assert one.page.locator(".items li").count() == int(number)
        one.page.get_by_role("link", name="Back to the digest").click()
        one.page.get_by_role("link", name="All digests").click()
        assert one.page.locator("[aria-current=page]").inner_text() == "All digests"


def test_every_link_opens_or_leads_outside_without_saying_from_where(chromium: Any, community: World) -> None:
    """Pages that decide, or show who waits, are looked at with what they show."""
    with window(chromium, community) as one:
        seen, ahead = set[str](), [address(community, "marie")]
        while ahead:
            here = ahead.pop()
            if here in seen:
                continue
            seen.add(here)
            assert one.open(here) == 200, here
            for link in one.page.locator("a[href]").evaluate_all("all => all.map(one => [one.href, one.rel])"):
                href, rel = str(link[0]).partition("#")[0], link[1]
                if href.startswith("https://liaison.example/digests/"):
                    ahead += [href] if of_site(href) else []
                elif urlsplit(href).hostname != "liaison.example":
                    assert rel == "noreferrer", href
        assert len(seen) > 15


def of_site(href: str) -> bool:
    """A list, a digest, what a number is made of."""
    rest = urlsplit(href).path.split("/")[4:]
    return len(rest) < 2 or rest[1] in ("items", "cases")


def test_a_link_that_is_not_ours_is_refused_in_plain_words(chromium: Any, community: World) -> None:
    with window(chromium, community) as one:
        assert one.open(address(community, "marie", DAILY).replace("s=", "s=0")) == 403
        assert "This link is not good" in one.page.locator("main").inner_text()
        assert not one.violations()
        one.look(color_scheme="dark")
        assert not one.violations("color-contrast")


# Last, since it takes words out of the community that the others look at.


def test_what_was_taken_back_or_erased_is_found_no_more(chromium: Any, community: World) -> None:
    with window(chromium, community) as one:
        for word in (stage.REMOVED, stage.ERASED):
            one.open(address(community, "marie", "search", q=word))
            assert word in one.page.locator(".items").inner_text()
        stage.take_back(community)
        for rest, more in (
            ("search", {"q": stage.REMOVED}),
            ("search", {"q": stage.ERASED}),
            (f"{DAILY}/items", {"series": "theme:sync"}),
            (DAILY, {}),
        ):
            one.open(address(community, "marie", rest, **more))
            text = one.page.locator("main").inner_text()
            assert stage.REMOVED not in text
            assert stage.ERASED not in text
