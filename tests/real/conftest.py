"""Servers that run for the whole session; installed when they are first asked for."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest

from tests.real.servers.bluesky import Bluesky
from tests.real.servers.mastodon import Mastodon
from tests.real.servers.matrix import Matrix
from tests.real.servers.server import Server
from tests.real.servers.snac import LACKING, Snac, snac
from tests.real.stage import Stage, staged

SERVERS: dict[str, type[Server]] = {"mastodon": Mastodon, "bluesky": Bluesky, "matrix": Matrix, "snac": Snac}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """They install things and take minutes: only whoever asks for the mark gets them."""
    here = Path(__file__).parent
    ours = [item for item in items if here in item.path.parents]
    for item in ours:
        item.add_marker(pytest.mark.real)
    if "real" not in config.option.markexpr:
        config.hook.pytest_deselected(items=ours)
        items[:] = [item for item in items if here not in item.path.parents]


@pytest.fixture(scope="session", params=list(SERVERS))
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One after the other, each with its accounts."""
    if request.param == "snac" and not snac():
        pytest.skip(LACKING)
    with running(SERVERS[request.param], tmp_path_factory.mktemp(request.param)) as one:
        yield one


Kind = TypeVar("Kind", bound=Server)


@contextmanager
def running(kind: type[Kind], folder: Path) -> Iterator[Kind]:
    one = kind(folder)
    try:
        one.start()
        one.settle_in()
        yield one
    finally:
        one.stop()


@pytest.fixture(scope="session")
def all_three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    """Side by side."""
    with ExitStack() as exits:
        yield {
            name: exits.enter_context(running(SERVERS[name], tmp_path_factory.mktemp(f"all-{name}")))
            for name in ("mastodon", "bluesky", "matrix")
        }


@pytest.fixture
def at(server: Server) -> Iterator[Stage]:
    """The engine, with this server as its only target."""
    with staged(there=server) as stage:
        yield stage


@pytest.fixture
def mark() -> str:
    """By which a test knows its own posts from those of the tests before."""
    return f"Winter {uuid4().hex[:12]}"
