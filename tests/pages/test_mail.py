"""The mail of a digest in a real browser, as a client shows it that takes nothing away."""

import base64
from typing import Any

import pytest

from tests.pages import stage
from tests.pages.browser import NARROW, Window, window
from tests.support.world import World

pytestmark = pytest.mark.xdist_group("pages")

NO_RULES_OF_MAILS = ("landmark-one-main", "region", "meta-viewport")
"""Landmarks are a client's own: it shows a mail inside its page."""


@pytest.mark.parametrize("reader", ["marie", "lise"])
def test_a_mail_is_read_on_a_telephone_and_beside_a_list(chromium: Any, community: World, reader: str) -> None:
    address, shown = stage.mail(community, reader, stage.DAILY)
    with window(chromium, community, shown) as one:
        for width, scheme in ((NARROW, "light"), (700, "dark"), (700, "light"), (NARROW, "dark")):
            one.look(color_scheme=scheme)
            one.open(address, width)
            assert not one.sideways(), (width, scheme)
            # A mail leaves its ground to the client; axe takes one that is not named for white.
            one.page.evaluate("document.documentElement.style.background = 'Canvas'")
            assert not one.violations(without=NO_RULES_OF_MAILS), (width, scheme)
            assert one.page.locator("img").evaluate_all("all => all.every(one => one.naturalWidth > 0 && one.alt)")
        assert one.page.locator("img").count() > 1
        assert one.page.locator("h1").count() == 1


def test_its_words_are_large_enough_and_its_link_comes_first(chromium: Any, community: World) -> None:
    address, shown = stage.mail(community, "marie", stage.DAILY)
    with window(chromium, community, shown) as one:
        one.open(address, NARROW)
        sizes = "all => all.map(one => parseFloat(getComputedStyle(one).fontSize))"
        assert min(one.page.locator("p, th, td, h2").evaluate_all(sizes)) >= 14
        assert one.page.locator("a").first.inner_text() == "Read this digest as a page"
        assert one.page.locator("h1 + p").inner_text().startswith("More than usual: all that was said")


def test_the_page_behind_its_first_link_opens(chromium: Any, community: World) -> None:
    address, shown = stage.mail(community, "marie", stage.DAILY)
    with window(chromium, community, shown) as one:
        one.open(address)
        first_followed(one)
        assert one.page.locator("h1").inner_text() == "Acme Games: Saturday, November 21, 2026"


def first_followed(one: Window) -> None:
    one.page.locator("a").first.click()
    one.page.locator("nav").wait_for()


def test_pictures_are_sent_as_png(community: World) -> None:
    _, shown = stage.mail(community, "marie", stage.DAILY)
    pictures = [body for kind, body in shown.values() if kind == "image/png"]
    assert pictures
    assert all(base64.b64encode(body).startswith(b"iVBORw0KGgo") for body in pictures)
