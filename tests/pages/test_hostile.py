"""What strangers write to break a page is text on it, and breaks nothing."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from events.digests import Decision
from functions.digests import waiting
from tests.digests.reading import made, program_with
from tests.pages.browser import NARROW, window
from tests.pages.stage import DAILY, address, said
from tests.support.world import World

pytestmark = pytest.mark.xdist_group("pages")

HOSTILE = (
    "<script>alert('map')</script> map",
    '"><img src=x onerror=alert(1)> map',
    "{{ 7 * 7 }}{% raw %} map",
    "\u202egpj.exe\u202d map",
    "@everyone <@&1> map",
    "map " + "W" * 50_000,
    "&lt;b&gt; &amp;amp; map",
    "מפה מפה (map) :)",
)
THEME = """
[[themes]]
id = "map"
community = "acme"
title = "<b onclick=alert(1)>map</b> {{ 7 * 7 }} WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW"
keywords = { en = ["map"] }

[[readers]]
id = "marie"
community = "acme"
name = "<i>Marie</i>"
hour = 7
"""


@pytest.fixture(scope="module")
def attacked(chromium: Any) -> Iterator[World]:
    with World(program_with(THEME)) as world, pytest.MonkeyPatch.context() as patch:
        told = [
            Decision(kind="case", id=f"c{place}", about=text[:200], since=world.now - timedelta(hours=1))
            for place, text in enumerate(HOSTILE)
        ]
        patch.setattr(waiting, "waiting", lambda *_: (tuple(told), False))
        patch.setattr(waiting, "link", lambda *_: "")
        for number, text in enumerate(HOSTILE):
            world.accept(said(world, world.now - timedelta(days=1, minutes=number), text, number))
        world.work_off("feedback")
        world.roll_up()
        world.learn()
        assert world.digests(), world.failures
        assert made(world)
        yield world


@pytest.mark.parametrize(
    ("rest", "more"), [(DAILY, {}), (f"{DAILY}/items", {"series": "total"}), ("search", {"q": "map"})]
)
def test_hostile_words_are_words(chromium: Any, attacked: World, rest: str, more: dict[str, str]) -> None:
    """No dialog, no element of theirs, nothing counted out, nothing turned round, nothing wider than a telephone."""
    with window(chromium, attacked) as one:
        assert one.open(address(attacked, "marie", rest, **more), NARROW) == 200
        text = one.page.locator("main").inner_text()
        assert "<script>alert('map')</script>" in text
        assert "{{ 7 * 7 }}" in text
        assert "49" not in one.page.locator("h1").inner_text()
        assert "@everyone" in text
        assert "\u202e" not in text
        assert not one.page.locator("script, img, iframe, b, i, [onclick], [onerror]").count()
        assert not one.sideways()
        assert not one.violations()


def test_hostile_questions_are_questions(chromium: Any, attacked: World) -> None:
    with window(chromium, attacked) as one:
        one.open(address(attacked, "marie", "search"), NARROW)
        one.page.get_by_role("searchbox").fill('"><script>alert(1)</script>')
        one.page.get_by_role("button").click()
        one.page.get_by_role("status").wait_for()
        assert one.page.get_by_role("searchbox").input_value() == '"><script>alert(1)</script>'
        assert not one.page.locator("script").count()
