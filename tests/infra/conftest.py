"""Each kind of deployment synthesised once, over a stand-in for the bundle, which has tests of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.settings import Settings
from tests.infra.deployment import Deployment


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stand-in")
    (folder / "handler.py").write_text("")
    return folder


@pytest.fixture(scope="session")
def production(stand_in: Path) -> Deployment:
    return Deployment(Settings(mail_from="news@example.org"), stand_in)


@pytest.fixture(scope="session")
def local(stand_in: Path) -> Deployment:
    return Deployment(Settings(bundle="host", production=False, public_url="http://127.0.0.1:8000"), stand_in)
