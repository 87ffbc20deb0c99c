"""A community whose announcements go to boards: a keyed, a readable and a blind one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cli import operator
from events.announcements import Announcement, Words
from functions.announcements import publishing, records
from functions.shared import clock, program
from functions.shared.table import Item, table
from tests.delivery.board import Board, standing
from tests.support import builders
from tests.support.world import World

TARGETS = """
[[targets]]
id = "chat"
community = "acme"
platform = "discord"
place = "1"

[[targets]]
id = "work"
community = "acme"
platform = "slack"
place = "C1"

[[targets]]
id = "channel"
community = "acme"
platform = "telegram"
place = "@acme"
"""
PROGRAM = builders.PROGRAM.replace("[[readers]]", TARGETS + "\n[[readers]]", 1)


@contextmanager
def stage(program_text: str = PROGRAM) -> Iterator[tuple[World, dict[str, Board]]]:
    boards = {"discord": Board("keyed", window=100, remembers=120), "slack": Board("readable")}
    boards["telegram"] = Board("blind")
    with World(program_text) as world, standing(**boards):
        for name in ("chat", "work", "channel"):
            operator.put_secret(name, builders.SECRET, outgoing=True)
        yield world, boards


def content(*targets: str, body: str = "It snows.", **changes: Any) -> Announcement:
    words = (Words(language="en", title="Winter", body=body),)
    return Announcement.model_validate(
        {"title": "Winter", "words": [one.model_dump() for one in words], "targets": targets, **changes}
    )


def written(world: World, announced: Announcement, name: str = "a1", author: str = "Mo") -> Item:
    item = records.item(community="acme", name=name, author=author, content=announced, now=world.now)
    return records.create(table(), item, world.now)


def approve(world: World, found: Item, who: str = "Ada", at: Any = None) -> Item:
    active = program.active()[0]
    seen = publishing.preview(table(), "acme", found["id"], records.content_of(found), active).hash
    return publishing.approve(table(), found, who, seen, active, at or world.now, "now", "UTC", world.now)


def published(world: World, *targets: str, name: str = "a1", **changes: Any) -> Item:
    """Written, approved and on its way."""
    found = approve(world, written(world, content(*targets, **changes), name))
    world.upkeep()
    return found


def now(world: World, name: str = "a1") -> Item:
    return records.existing(table(), "acme", name)


def row(target: str, part: int = 1, name: str = "a1") -> Item:
    found = table().get(f"acme#announcement#{name}", f"delivery#{target}#en#{part:02d}")
    assert found is not None
    return found


def at(world: World, **later: int) -> str:
    return clock.text(world.later(**later))
