"""How many people, how long they waited, what share was what: at the command line."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.api import Desk, desk
from tests.support import builders
from tests.support.world import World


@pytest.fixture
def ada(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Twelve topics of two people thirty hours ago, nine of them with a reply an hour later."""
    monkeypatch.chdir(tmp_path)
    with World() as world:
        asked = world.now - timedelta(hours=30)
        for number in range(12):
            topic = {"id": f"q{number}", "kind": "topic", "text": "Why?", "author": {"id": str(number % 2)}}
            reply = {"id": f"a{number}", "kind": "post", "text": "So.", "about": f"q{number}", "author": {"id": "7"}}
            said = [(topic, asked), (reply, asked + timedelta(hours=1))][: 2 if number < 9 else 1]
            for data, at in said:
                world.handle(builders.webhook("feedback.received", {**data, "at": at.isoformat()}, world.now))
        world.roll_up()
        yield desk(world, tmp_path, monkeypatch)


def test_people_are_counted_once(ada: Desk) -> None:
    text = ada.good("feedback", "people")
    assert text.splitlines()[1].split() == ["total", "3"]
    assert ada.told("feedback", "people")["people"]["total"] == 3
    assert "Nobody spoke." in ada.good("feedback", "people", "--from", "2026-01-01", "--to", "2026-01-02")


def test_waits_are_told_with_those_who_still_wait(ada: Desk) -> None:
    assert ada.good("feedback", "replies").splitlines() == [
        "12 asked, 3 have no reply yet, the first since 2026-11-21 06:00.",
        "Within 24 hours: 75% (51% to 90%).",
        "Half have a reply within: 1.0 hours; nine in ten within: not yet, or too few to say.",
    ]
    quiet = ada.good("feedback", "replies", "--from", "2026-01-01", "--to", "2026-01-02")
    assert quiet == "0 asked, 0 have no reply yet.\n"


def test_too_few_to_say_is_said(ada: Desk) -> None:
    assert "Mood: too few to say (" in ada.good("feedback", "shares")
