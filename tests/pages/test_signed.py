"""The other pages behind signed links in a real browser: forms, answers, appeals, calendars and previews."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from functions.shared import links
from tests.api.manager import Manager
from tests.api.test_waiting import ON_THE_ROSTER, question_asked
from tests.feedback import asking
from tests.moderation import test_appeals as appeals
from tests.moderation.people import decided, held
from tests.pages.browser import NARROW, WIDE, Window, window
from tests.support import builders
from tests.support.stores import PUBLIC_URL
from tests.support.world import World

pytestmark = pytest.mark.xdist_group("pages")

ANNOUNCED = {"title": "<b>Winter</b>", "body": "# It snows\n\nIn **every** game.", "zone": "Europe/Paris"}


def survey(world: World) -> str:
    return asking.link(world)


def waiting(world: World) -> str:
    question_asked(world)
    return links.link("/waiting/acme", "marie", "talks", world.now)


def appeal(world: World) -> str:
    world.token("moderator", name="Mo")
    world.handle(builders.post_flag(world.now, author=9))
    decided(world, held(world), appeals.REMOVE)
    world.finish()
    return appeals.link(world)


def calendar(world: World) -> str:
    ada = Manager(world)
    ada.post("announcements", {**ANNOUNCED, "at": "2026-12-07T23:00"})
    ada.post("announcements", {**ANNOUNCED, "at": "2026-12-07T23:10"})
    return str(ada.get("calendar?month=2026-12").json["page"])


def preview(world: World) -> str:
    ada = Manager(world)
    return str(ada.preview(ada.written(targets=["site", "news"]))["page"])


PAGES: dict[Callable[[World], str], str] = {
    survey: asking.PROGRAM,
    waiting: builders.PROGRAM + ON_THE_ROSTER,
    appeal: builders.PROGRAM,
    calendar: builders.PROGRAM,
    preview: builders.PROGRAM,
}


def fits(one: Window) -> None:
    for width, scheme in ((NARROW, "light"), (NARROW, "dark"), (WIDE, "light")):
        one.wide(width)
        one.look(color_scheme=scheme)
        assert not one.violations(*(("color-contrast",) if scheme == "dark" else ())), (width, scheme)
        assert one.page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("shown", PAGES)
def test_they_stand_in_nobodys_way_either(chromium: Any, shown: Callable[[World], str]) -> None:
    with World(PAGES[shown]) as world:
        address = shown(world)
        whole = address if urlsplit(address).netloc else f"{PUBLIC_URL}{address}"
        with window(chromium, world) as one:
            assert one.open(whole) == 200
            fits(one)
            if shown is waiting:
                one.page.locator("li a").first.click()
                fits(one)
            if shown is survey:
                one.page.locator("button").click()
                one.page.get_by_role("alert").wait_for()
                fits(one)
