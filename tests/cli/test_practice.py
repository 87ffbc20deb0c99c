"""The game's server that somebody practises with: what it tells of what Liaison asks."""

import json
from typing import Any

import pytest

from cli import practice
from cli.demo import DemoError
from cli.practice import Server
from cli.site import Call
from tests.support.world import World

ACTION = {"type": "moderation.action", "data": {"case": "c1", "measure": "remove", "undo": False}}
BACK = {"type": "moderation.action", "data": {"case": "c1", "measure": "remove", "undo": True}}
LETTER = {
    "type": "moderation.message",
    "data": {
        "case": "c1",
        "person": {"id": "8812", "name": "Nadia"},
        "text": "Thank you.\nIt is gone.",
        "link": "http",
    },
}


def call(body: dict[str, Any], name: str = "m1", path: str = "/game") -> Call:
    return Call("POST", path, {"webhook-id": name}, json.dumps(body).encode())


def test_what_is_asked_of_it_is_told_once_however_often_it_is_sent() -> None:
    told: list[str] = []
    server = Server(0, path="/game", tell=told.append)
    for body, name in ((ACTION, "m1"), (ACTION, "m1"), (BACK, "m2"), (LETTER, "m3")):
        assert server.answer(call(body, name)) == (200, {"ok": True})
    assert server.answer(call({"type": "announcement.published"}, "m4", "/site")) == (200, {"ok": True})
    assert told == [
        "c1: the game's server is asked to remove",
        "c1: the game's server is asked to undo remove",
        "c1: the game's server is asked to tell Nadia\n    Thank you.\n    It is gone.\n    http",
    ]


def test_a_program_without_the_sample_game_says_what_is_missing(world: World) -> None:
    del world
    with pytest.raises(DemoError, match="needs the source 'game' as"):
        practice.source()
