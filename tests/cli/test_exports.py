"""`liaison export`: now, instead of the night after."""

import gzip
from datetime import timedelta
from pathlib import Path

import pytest

from cli import operator
from tests.cli.api import Desk, desk
from tests.support import builders
from tests.support.world import World


@pytest.fixture
def ada(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(operator, "connect", lambda name: None)
    return desk(world, tmp_path, monkeypatch)


def test_what_was_counted_anew_is_written(ada: Desk) -> None:
    world = ada.world
    for number, source in enumerate(["game", "game", "summit"]):
        at = world.now - timedelta(days=number)
        world.handle(builders.feedback(at, content=str(number), source=source, received=world.now))
    world.drain()
    assert ada.told("export") == {"exports": "s3://liaison-bucket/exports/feedback/", "hours": {"acme": 2, "peak": 1}}
    assert ada.told("export", "--community", "acme")["hours"] == {"acme": 0}
    assert len(world.objects("exports/feedback/items/")) == 3
    stored = world.stored("exports/feedback/items/community=peak/day=2026-11-20/hour=12.jsonl.gz")
    assert b'"source":"summit"' in gzip.decompress(stored)
    assert {item["day"] for item in world.items("export")} == {"2026-11-20", "2026-11-21", "2026-11-22"}


def test_only_the_days_asked_for(ada: Desk) -> None:
    old = ada.world.now - timedelta(days=200)
    ada.world.handle(builders.feedback(old, received=ada.world.now))
    ada.world.drain()
    assert ada.told("export")["hours"]["acme"] == 0
    assert ada.told("export", "--from", f"{old:%Y-%m-%d}", "--to", f"{old:%Y-%m-%d}")["hours"]["acme"] == 1
    assert "1 hours" not in ada.good("export", "--from", f"{old:%Y-%m-%d}", "--to", f"{old:%Y-%m-%d}")


def test_what_cannot_be_is_said(ada: Desk) -> None:
    assert "--from is after --to" in ada.refused("export", "--from", "2026-11-22", "--to", "2026-11-21")
    assert "there are acme, peak" in ada.refused("export", "--community", "nowhere")
