"""One announcement at a Bluesky PDS, a Matrix homeserver and a server with Mastodon's API at the same time."""

import pytest

from functions.announcements import records
from functions.shared.table import table
from tests.announcements.stage import approve, now
from tests.real.cable import answer_lost, request_lost
from tests.real.servers.server import Server
from tests.real.stage import staged

Servers = dict[str, Server]


def test_each_gets_it_once_though_each_is_cut_off(all_three: Servers, mark: str) -> None:
    with staged(**all_three) as at:
        at.cables["mastodon"].faults.append(answer_lost)
        at.cables["bluesky"].faults.extend([request_lost, answer_lost])
        at.cables["matrix"].faults.extend([answer_lost, answer_lost])
        at.approve(mark)
        at.settle()
        assert [at.once(mark, name).text for name in all_three] == [f"{mark} It snows."] * 3
        assert records.whole(table(), "acme", at.name(mark))["progress"] == "published"


@pytest.mark.parametrize("down", ["mastodon", "bluesky", "matrix"])
def test_one_that_is_down_delays_no_other(all_three: Servers, mark: str, down: str) -> None:
    with staged(**all_three) as at:
        at.cables[down].unplug()
        at.approve(mark)
        at.world.drain()
        states = {name: at.rows(name)[0]["state"] for name in all_three}
        assert states == {name: "planned" if name == down else "sent" for name in all_three}
        at.cables[down].plug()
        at.settle()
        assert [at.once(mark, name).text for name in all_three] == [f"{mark} It snows."] * 3


def test_changed_and_then_withdrawn_everywhere(all_three: Servers, mark: str) -> None:
    with staged(**all_three) as at:
        at.approve(mark)
        at.settle()
        found = now(at.world, at.name(mark))
        records.revise(table(), found, at.content(mark, f"{mark} It rains."), "Mo", at.world.now)
        approve(at.world, now(at.world, at.name(mark)))
        at.settle()
        rain = {name: [post.text for post in server.posts(mark)] for name, server in all_three.items()}
        assert rain["mastodon"] == rain["matrix"] == [f"{mark} It rains."]
        assert sorted(f"{mark} It rains." in text for text in rain["bluesky"]) == [False, True]
        records.withdraw(table(), now(at.world, at.name(mark)), "Ada", at.world.now)
        at.settle()
        assert now(at.world, at.name(mark))["state"] == "withdrawn"
        assert {name: server.posts(mark) for name, server in all_three.items()} == {name: [] for name in all_three}
