"""Digests as their readers open them."""

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from cli import operator
from functions.digests import records
from functions.shared import links
from functions.shared.table import Item
from tests.support import builders
from tests.support.world import World


class Tags(HTMLParser):
    """All tags of a page with their attributes, and all of its text but its style."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self.style = False

    def handle_data(self, data: str) -> None:
        self.text += "" if self.style else data

    @property
    def links(self) -> list[str]:
        return [attrs["href"] or "" for tag, attrs in self.tags if tag == "a"]

    @property
    def handlers(self) -> list[str]:
        return [name for _, attrs in self.tags for name in attrs if name.startswith("on")]


MARIE = """
[[readers]]
id = "marie"
community = "acme"
name = "Marie"
email = "marie@acme.example"
timezone = "Europe/Paris"
hour = 9
"""


def program_with(readers: str) -> str:
    """The usual program, with other readers."""
    return builders.PROGRAM.partition("[[readers]]")[0] + readers


def push(world: World, text: str) -> None:
    with world.faults.by_others():
        operator.push(text, "tests")


def made(world: World, reader: str = "marie") -> list[Item]:
    """The digests of a reader, the oldest first."""
    return sorted(
        (one for one in world.items("digest") if one["reader"] == reader), key=lambda one: str(one["made_at"])
    )


def opened(world: World, link: str) -> Any:
    split = urlsplit(link)
    return world.ask("GET", f"{split.path}?{split.query}")


def site(world: World, rest: str = "", reader: str = "marie", purpose: str = records.PURPOSE, **more: str) -> Any:
    """A page of a reader's site."""
    base = records.path("acme", reader)
    query = links.signed(base, reader, purpose, world.now)
    return opened(world, links.within(f"{base}/{rest}" if rest else base, query, **more))


def page(world: World, reader: str = "marie", name: str = "") -> str:
    """Their newest digest, or the one of that name."""
    answer = site(world, name or made(world, reader)[-1]["period"], reader)
    assert answer.status == 200, answer.text
    return str(answer.text)


def mail(world: World) -> dict[str, Any]:
    """The newest."""
    rows = [row for row in world.items("delivery") if row["purpose"] == "mail"]
    return dict(max(rows, key=lambda row: str(row["planned_at"]))["request"])


def link_of(world: World) -> str:
    """The page's address, as it stands in the mail."""
    found = re.search(r"^Read this digest as a page:\n(\S+)", mail(world)["text"], re.MULTILINE)
    assert found
    return found.group(1)
