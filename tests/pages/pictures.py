"""The pictures of the documentation: pages and a mail as Chromium shows them. `scripts/pictures` calls it."""

from pathlib import Path
from typing import Any

from tests.pages import browser, stage
from tests.pages.browser import MIDDLE, NARROW, WIDE, Shown, window
from tests.pages.stage import DAILY, WEEKLY, address
from tests.support.world import World

PLACE = Path(__file__).parents[2] / "docs" / "pictures"
MAIL = 700


def main() -> None:
    PLACE.mkdir(exist_ok=True)
    with stage.community() as world, browser.chromium() as chromium:
        marie, items = address(world, "marie", DAILY), f"{DAILY}/items"
        mail, beside = stage.mail(world, "marie", DAILY)
        for name, where, width, height, scheme in (
            ("digest-320", marie, NARROW, 2000, "light"),
            ("digest-768", marie, MIDDLE, 2000, "light"),
            ("digest-1280", marie, WIDE, 1700, "light"),
            ("digest-1280-dark", marie, WIDE, 1700, "dark"),
            ("weekly-fr-768", address(world, "lise", WEEKLY), MIDDLE, 2000, "light"),
            ("items-768", address(world, "marie", items, series="theme:map"), MIDDLE, 700, "light"),
            ("mail-700", mail, MAIL, 1900, "light"),
        ):
            picture(chromium, world, beside, name, where, (width, height), scheme)


def picture(
    chromium: Any, world: World, beside: Shown, name: str, where: str, size: tuple[int, int], scheme: str
) -> None:
    """The upper part of a page: so many pixels wide and high."""
    with window(chromium, world, beside, color_scheme=scheme) as one:
        one.wide(*size)
        one.open(where)
        one.page.screenshot(path=PLACE / f"{name}.png")


if __name__ == "__main__":
    main()
