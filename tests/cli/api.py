"""The commands against a whole stack in one process: what they ask goes to the real API."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3
from typer.testing import CliRunner, Result

from cli.main import app
from tests.support.world import World

URL = "https://liaison.example"


@dataclass
class Wire:
    """Carries requests to the API. `lost` answers never come back, though what was asked is done."""

    world: World
    asked: list[tuple[str, str]] = field(default_factory=list)
    lost: int = 0

    def request(self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] = {}) -> Any:
        self.asked.append((method, urlsplit(url).path))
        text = headers["content-type"] == "application/json" and body is not None
        got = self.world.ask(method, url, body.decode() if text and body else body, headers=dict(headers))
        if self.lost:
            self.lost -= 1
            raise urllib3.exceptions.ReadTimeoutError(SimpleNamespace(), url, "no answer")  # type: ignore[arg-type]
        return SimpleNamespace(status=got.status, data=got.text.encode())


@dataclass
class Desk:
    """Somebody at a terminal, in a folder of their own."""

    world: World
    wire: Wire
    folder: Path

    def run(self, *arguments: object, typed: str = "") -> Result:
        return CliRunner().invoke(app, [str(one) for one in arguments], input=typed)

    def good(self, *arguments: object) -> str:
        result = self.run(*arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    def told(self, *arguments: object) -> Any:
        """The one JSON object on the last line."""
        return json.loads(self.good(*arguments, "--json").splitlines()[-1])

    def refused(self, *arguments: object, typed: str = "") -> str:
        """The sentence on standard error."""
        result = self.run(*arguments, typed=typed)
        assert result.exit_code == 1, result.output
        assert isinstance(result.exception, SystemExit)
        return result.stderr

    def written(self, text: str, name: str = "a.md") -> Path:
        file = self.folder / name
        file.write_text(text)
        return file


def desk(world: World, folder: Path, patch: pytest.MonkeyPatch, role: Any = "manager") -> Desk:
    wire = Wire(world)
    patch.setattr("cli.client.urllib3.PoolManager", lambda **_: wire)
    patch.setattr("cli.announce.time.sleep", lambda _: None)
    patch.setenv("LIAISON_URL", URL)
    patch.setenv("LIAISON_TOKEN", world.token(role))
    patch.setenv("LIAISON_COMMUNITY", "acme")
    return Desk(world, wire, folder)
