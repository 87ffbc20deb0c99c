"""The whole engine in this process, with targets at real servers and real HTTP to them."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from cli import operator
from functions.announcements import images
from functions.platforms.outgoing import MEDIA, Reply
from functions.shared import clock, http, objects
from functions.shared.http import Bounded
from functions.shared.table import Item
from tests.announcements import stage
from tests.real.cable import Cable, plugged
from tests.real.servers.server import Seen, Server
from tests.support import builders
from tests.support.world import World

BEFORE = timedelta(hours=1)
"""The engine's clock stands still and then jumps, the servers' clocks go on: so that no jump of a test's leads past
them, it begins an hour ago."""

TARGET = """
[[targets]]
id = "{name}"
community = "acme"
platform = "{platform}"
{rest}
"""


@dataclass
class Stage:
    """A community whose targets are these servers, each behind a cable."""

    world: World
    servers: Mapping[str, Server]
    cables: Mapping[str, Cable]

    @property
    def cable(self) -> Cable:
        """The only one."""
        (cable,) = self.cables.values()
        return cable

    def approve(self, mark: str, *paragraphs: str, targets: tuple[str, ...] = (), **changes: Any) -> Item:
        """Written and approved. Its first words are the mark, by which it is found at the servers."""
        content = self.content(mark, *paragraphs, targets=targets, **changes)
        return stage.approve(self.world, stage.written(self.world, content, self.name(mark)))

    @staticmethod
    def name(mark: str) -> str:
        """The announcement's id. Keys are made from it, and servers remember keys over all tests."""
        return mark.rpartition(" ")[2]

    def content(self, mark: str, *paragraphs: str, targets: tuple[str, ...] = (), **changes: Any) -> Any:
        body = "\n\n".join(paragraphs) or f"{mark} It snows."
        found = stage.content(*(targets or tuple(self.servers)), body=body, **changes)
        return found.model_copy(update={"title": mark})

    def picture(self, bytes_: bytes) -> Any:
        """Uploaded, as a manager does it before."""
        kept = images.read(bytes_)
        objects.write(f"{MEDIA}/{kept.image.name}", kept.body)
        return kept.image

    def settle(self) -> None:
        """Let time pass until nothing is due any more, but for what is only read back."""
        for _ in range(60):
            self.world.drain()
            moments = [item["due_at"] for kind in ("delivery", "announcement") for item in self.due(kind)]
            if not moments:
                return
            self.world.now = max(self.world.now, clock.moment(min(moments))) + timedelta(seconds=1)
        states = [(row["sk"], row["state"], row.get("reason")) for row in self.world.items("delivery")]
        raise AssertionError(f"never settled: {states}, {self.world.failures[-3:]}")

    def due(self, kind: str) -> list[Item]:
        return [item for item in self.world.items(kind) if "due" in item and item.get("purpose") != "count"]

    def rows(self, target: str, purpose: str = "post") -> list[Item]:
        rows = self.world.items("delivery")
        return [row for row in rows if (row["destination"], row["purpose"]) == (target, purpose)]

    def once(self, mark: str, target: str = "") -> Seen:
        """There is one post with this mark, and we know which."""
        name = target or next(iter(self.servers))
        (row,), posts = self.rows(name), self.servers[name].posts(mark)
        assert (row["state"], len(posts)) == ("sent", 1), (row["state"], row.get("reason"), posts)
        assert row["posted"]["id"] == posts[0].id
        return posts[0]


@contextmanager
def staged(**servers: Server) -> Iterator[Stage]:
    for one in servers.values():
        one.make_room()
    with ExitStack() as exits:
        cables = {name: exits.enter_context(plugged(one.port, one.is_post)) for name, one in servers.items()}
        targets = [
            TARGET.format(name=name, platform=one.platform, rest=one.target(cables[name].url))
            for name, one in servers.items()
        ]
        text = builders.PROGRAM.replace("[[readers]]", "".join(targets) + "\n[[readers]]", 1)
        world = exits.enter_context(World(text))
        patch = exits.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(http, "Bounded", lambda **named: Wire(world, tuple(servers.values()), **named))
        world.now = datetime.now(UTC).replace(microsecond=0) - BEFORE
        world.forget_caches()
        for name, one in servers.items():
            operator.put_secret(name, one.credential, outgoing=True)
        yield Stage(world, servers, cables)


class Wire(Bounded):
    """Real requests. That which posts is a step, at which a worker can die."""

    def __init__(self, world: World, servers: tuple[Server, ...], **named: Any) -> None:
        super().__init__(**named)
        self.faults, self.servers = world.faults, servers

    def __call__(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", private: bool = False
    ) -> Reply:
        step = "post" if any(one.is_post(method, urlsplit(url).path) for one in self.servers) else "http"
        self.faults.reached(step, "before")
        reply = super().__call__(method, url, headers=headers, body=body, private=private)
        self.faults.reached(step, "after")
        return reply
