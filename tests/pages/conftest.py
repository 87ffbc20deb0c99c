"""One browser for all pages, and one community for each file: to start them takes longer than to look."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.pages import browser, stage
from tests.support.world import World


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    if not browser.CHROMIUM:
        pytest.skip(browser.ABSENT)
    with browser.chromium() as made:
        yield made


@pytest.fixture(scope="module")
def community(chromium: Any) -> Iterator[World]:
    with stage.community() as world:
        yield world
