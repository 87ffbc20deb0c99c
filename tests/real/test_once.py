"""Killed or cut off anywhere, there is exactly one post in the end, and the row says so."""

from contextlib import suppress

import pytest

from functions.announcements import records
from functions.shared.table import table
from tests.announcements.stage import now
from tests.real.cable import SECONDS, Fault, Talk, answer_cut, answer_lost, request_cut, request_lost, whole
from tests.real.servers.server import Server
from tests.real.servers.snac import Snac
from tests.real.stage import Stage
from tests.support.faults import crash

CUTS: dict[str, Fault] = {
    "request lost": request_lost,
    "request cut": request_cut,
    "answer lost": answer_lost,
    "answer cut": answer_cut,
}
DONE = ("answer lost", "answer cut")
"""Cut off when the server had posted it."""


def test_delivered(at: Stage, mark: str) -> None:
    at.approve(mark)
    at.settle()
    assert at.once(mark).text == f"{mark} It snows."


@pytest.mark.parametrize("moment", ["before arm", "after arm", "call not made", "call made", "before the record"])
def test_the_worker_is_killed(at: Stage, mark: str, moment: str) -> None:
    at.approve(mark)
    at.world.upkeep()
    match moment:
        case "before arm":
            at.world.faults.at("dynamodb.TransactWriteItems", "before", crash)
        case "after arm":
            at.world.faults.at("dynamodb.TransactWriteItems", "after", crash)
        case "call not made":
            at.world.faults.at("post", "before", crash)
        case "call made":
            at.world.faults.at("post", "after", crash)
        case "before the record":
            at.world.faults.at("dynamodb.TransactWriteItems", "before", crash, nth=2)
    at.world.work("delivery")
    assert at.world.failures, "nobody died"
    arrived = len(at.servers["there"].posts(mark))
    assert arrived == (moment in ("call made", "before the record"))
    at.world.faults.forget()
    at.settle()
    at.once(mark)


@pytest.mark.parametrize("cut", CUTS)
def test_the_connection_is_cut_off(at: Stage, mark: str, cut: str) -> None:
    at.cable.faults.append(CUTS[cut])
    at.approve(mark)
    at.world.upkeep()
    at.world.work("delivery")
    assert at.rows("there")[0]["state"] == "unknown"
    assert len(at.servers["there"].posts(mark)) == (cut in DONE)
    at.settle()
    at.once(mark)


@pytest.mark.parametrize("cut", CUTS)
def test_cut_off_and_then_nobody_comes_until_the_key_is_forgotten(at: Stage, mark: str, cut: str) -> None:
    at.cable.faults.append(CUTS[cut])
    at.approve(mark)
    at.world.upkeep()
    at.world.work("delivery")
    at.world.later(minutes=55)
    at.settle()
    at.once(mark)


def test_it_is_found_among_much_else(at: Stage, server: Server, mark: str) -> None:
    """Together they are more than is read of one answer (64 KiB)."""
    for number in range(40):
        server.say(f"{number} {'rain ' * (server.long // 5)}")
    at.cable.faults.append(answer_lost)
    at.approve(mark)
    at.settle()
    if isinstance(server, Snac):  # It tells of all posts at once, and that is too long: a person has to look.
        assert (at.rows("there")[0]["state"], len(server.posts(mark))) == ("unknown", 1)
    else:
        at.once(mark)


def test_a_request_that_was_given_up_arrives_after_all(at: Stage, server: Server, mark: str) -> None:
    """Behind the one that was made in its place: by its key the server knows it."""
    given_up: list[Talk] = []
    at.cable.faults.append(given_up.append)
    at.approve(mark)
    at.settle()
    at.once(mark)
    given_up[0].answer()
    assert len(server.posts(mark)) == (1 if server.keyed else 2)


def killing(server: Server, after: float | None) -> Fault:
    """The server dies: with the request unread, or so many seconds after it was handed over, or once it answers."""

    def fault(talk: Talk) -> None:
        if after is None:
            server.kill()
            return
        with talk.forward() as there:
            there.settimeout(after)
            with suppress(TimeoutError):
                there.recv(1)
            server.kill()

    return fault


@pytest.mark.parametrize(
    ("after", "arrived"),
    [(None, {0}), (0.004, {0, 1}), (0.012, {0, 1}), (SECONDS, {1})],
    ids=["unread", "at work for 4 ms", "at work for 12 ms", "done"],
)
def test_the_server_is_killed(at: Stage, server: Server, mark: str, after: float | None, arrived: set[int]) -> None:
    """A post takes the servers 10 to 30 ms."""
    at.cable.faults.append(killing(server, after))
    at.approve(mark)
    at.world.upkeep()
    at.world.work("delivery")
    at.cable.unplug()
    at.world.later(seconds=31)
    at.world.drain()  # It is asked while it is down.
    assert at.rows("there")[0]["state"] == "unknown"
    server.start()
    assert len(server.posts(mark)) in arrived
    at.cable.plug()
    at.settle()
    at.once(mark)


def test_the_server_is_down_at_first(at: Stage, mark: str) -> None:
    at.cable.unplug()
    at.approve(mark)
    at.world.drain()
    assert at.rows("there")[0]["state"] == "planned"
    at.cable.plug()
    at.settle()
    at.once(mark)


def paragraphs(mark: str, server: Server) -> list[str]:
    """So long that each is a post of its own."""
    return [f"{mark} {number}. {'snow ' * (server.long // 5)}".strip() for number in range(1, 4)]


@pytest.mark.parametrize("cut", CUTS)
def test_a_thread_whose_second_part_is_cut_off_goes_on_there(at: Stage, server: Server, mark: str, cut: str) -> None:
    at.approve(mark, *paragraphs(mark, server))
    at.world.upkeep()
    at.cable.faults.extend([whole, CUTS[cut]])
    at.settle()
    posts = server.posts(mark)
    assert [row["state"] for row in at.rows("there")] == ["sent"] * 3
    assert [post.text.removeprefix(mark)[:3] for post in posts] == [" 1.", " 2.", " 3."]
    assert [row["posted"]["id"] for row in at.rows("there")] == [post.id for post in posts]
    if server.threads:
        assert [post.answers for post in posts] == ["", posts[0].id, posts[1].id]


@pytest.mark.parametrize("cut", CUTS)
def test_withdrawn_while_nobody_knows_leaves_nothing_behind(at: Stage, server: Server, mark: str, cut: str) -> None:
    at.cable.faults.append(CUTS[cut])
    at.approve(mark)
    at.world.upkeep()
    at.world.work("delivery")
    records.withdraw(table(), now(at.world, at.name(mark)), "Ada", at.world.now)
    at.settle()
    assert now(at.world, at.name(mark))["state"] == "withdrawn"
    assert len(server.posts(mark)) == (not server.deletes and cut in DONE)
