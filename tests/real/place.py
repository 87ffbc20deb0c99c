"""The whole engine in this process, with a source at a real server: what is reported there, and decided here."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli import operator
from functions.shared import clock, http
from functions.shared.table import Item
from tests.api.manager import Manager
from tests.real.cable import Cable, plugged
from tests.real.servers.moderated import Moderated
from tests.real.stage import BEFORE, Wire
from tests.support import builders
from tests.support.world import World

SOURCE = """
[[sources]]
id = "there"
community = "acme"
platform = "{platform}"
{rest}
"""
WHY = "Insults are not welcome here."
KEY = "delivery#"


@dataclass
class Place:
    """A community with a source at this server, behind a cable."""

    world: World
    server: Moderated
    cable: Cable
    post: str = ""
    """What was reported last. What others have reported before may come, too."""

    def reported(self, text: str) -> str:
        """Somebody writes it there, somebody else reports it, and there is a case. Gives the post's id."""
        post = self.server.write(text)
        self.bring(post)
        return post

    def bring(self, post: str) -> None:
        self.server.report(post)
        self.server.arrive(self.world)
        self.post = post
        assert self.case()["state"] == "open"

    def case(self) -> Item:
        (found,) = [case for case in self.world.items("case") if case["subject"]["id"] == self.post]
        return found

    def decide(self, *measures: str, **minutes: int) -> None:
        """Claimed, looked at, and decided over the API; nothing is carried out yet."""
        held = self.asked("claim", {})
        self.work()
        missing = set(measures) - set(held["measures"])
        assert not missing, f"{missing} cannot be done there"
        verdict = {"outcome": "violation", "measures": measures, "minutes": minutes, "explanation": WHY}
        self.asked("decide", {**verdict, "fence": held["fence"]})

    def undo(self, measure: str) -> None:
        self.asked("undo", {"measures": [measure]})

    def asked(self, what: str, body: object) -> Any:
        answer = Manager(self.world, "moderator", "Mo").post(f"cases/{self.case()['id']}/{what}", body)
        assert answer.status == 200, answer.text
        return answer.json

    def refused(self, what: str, body: object) -> str:
        answer = Manager(self.world, "moderator", "Mo").post(f"cases/{self.case()['id']}/{what}", body)
        assert answer.status == 409, answer.text
        return answer.message

    def work(self) -> None:
        """What is in the queue is done, as far as it can be. No time passes."""
        self.world.work_off("delivery")

    def settle(self) -> None:
        """Let time pass until no measure is due any more."""
        for _ in range(60):
            self.world.drain()
            due = [row["due_at"] for row in self.measures() if "due" in row]
            if not due:
                return
            self.world.now = max(self.world.now, clock.moment(min(due))) + timedelta(seconds=1)
        raise AssertionError(
            f"never settled: {[(row['sk'], row['state'], row.get('reason')) for row in self.measures()]}"
        )

    def measures(self) -> list[Item]:
        return [row for row in self.world.items("delivery") if row["purpose"] == "act"]

    def row(self, name: str) -> Item:
        """Of one measure, `remove`, or of one that is taken back, `undo#remove`."""
        (found,) = [row for row in self.measures() if row["sk"] == KEY + name]
        return found

    def state(self, name: str) -> str:
        return str(self.row(name)["state"])


@contextmanager
def placed(server: Moderated) -> Iterator[Place]:
    server.make_room()
    with ExitStack() as exits:
        cable = exits.enter_context(plugged(server.port, server.is_post))
        source = SOURCE.format(platform=server.platform, rest=server.source(cable.url))
        text = builders.PROGRAM.replace("[[targets]]", f"{source}\n[[targets]]", 1)
        world = exits.enter_context(World(text))
        patch = exits.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(http, "Bounded", lambda **named: Wire(world, (server,), **named))
        world.now = datetime.now(UTC).replace(microsecond=0) - BEFORE
        world.forget_caches()
        server.begin(patch)
        for secret, outgoing in server.secrets():
            operator.put_secret("there", secret, outgoing=outgoing)
        yield Place(world, server, cable)
