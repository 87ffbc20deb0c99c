"""What tests of several rooms share: a fresh world for each test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.support.world import World

# A failure found here is found again by everybody: examples come from the test's own name, not from chance.
settings.register_profile(
    "liaison", derandomize=True, deadline=None, print_blob=False, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("quick", settings.get_profile("liaison"), phases=[Phase.explicit, Phase.generate])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "liaison"))


TOGETHER = ("deployed", "infra", "budgets")
"""Folders that stay with one worker: they make something large, once (a bundle, a template, a local stack)."""


@pytest.hookimpl(tryfirst=True)  # Before the workers read the marks.
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        folder = item.path.relative_to(here).parts[0]
        if folder in TOGETHER:
            item.add_marker(pytest.mark.xdist_group("large"))


@pytest.fixture
def world() -> Iterator[World]:
    with World() as fresh:
        yield fresh
