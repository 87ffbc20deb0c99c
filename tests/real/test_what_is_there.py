"""What the servers made of what they were sent: pictures, mentions, changes, withdrawals."""

import struct
import zlib

import pytest

from functions.announcements import records
from functions.shared.table import table
from tests.announcements.stage import approve, now
from tests.real.cable import answer_lost, request_lost
from tests.real.servers.matrix import Matrix
from tests.real.servers.server import Server
from tests.real.stage import Stage

ALT = "A café in the snow, “closed” — até amanhã ☃️"


def png(width: int = 20, height: int = 10) -> bytes:
    """w3.org/TR/png: a blue one."""
    rows = b"".join(b"\0" + b"\x20\x60\xa0" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in chunks)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize("cut", [None, request_lost, answer_lost], ids=["whole", "request lost", "answer lost"])
def test_a_picture_with_its_description(at: Stage, server: Server, mark: str, cut: object) -> None:
    """On Matrix it is a message of its own, behind the text."""
    if cut:
        at.cable.faults.append(cut)  # type: ignore[arg-type]
    picture = at.picture(png())
    at.approve(mark, f"{mark} It snows.\n\n![{mark} {ALT}]({picture.name})", images=(picture.model_dump(),))
    at.settle()
    posts = server.posts(mark)
    assert [row["state"] for row in at.rows("there")] == ["sent"] * len(posts)
    assert [post.text for post in posts if post.text] == [f"{mark} It snows."]
    assert [alt for post in posts for alt in post.alts] == [f"{mark} {ALT}"]
    assert len(posts) == (2 if isinstance(server, Matrix) else 1)
    if server.shows_images:
        assert [one for post in posts for one in post.images] == [png()]


def test_everyone_pings_nobody_who_was_not_granted(at: Stage, server: Server, mark: str) -> None:
    """The target would allow it; the announcement does not ask for it."""
    at.approve(mark, f"{mark} Hello @everyone, @here, @room and @{{everyone}}!")
    at.settle()
    assert at.once(mark).pinged == ()
    if isinstance(server, Matrix):
        assert server.highlights(mark) == []


def test_everyone_pings_whom_it_may(at: Stage, server: Server, mark: str) -> None:
    if not server.pings:
        pytest.skip("there is nobody to ping there")
    at.approve(mark, f"{mark} Hello @{{everyone}}!", pings=("everyone",))
    at.settle()
    assert len(at.once(mark).pinged) == 1
    if isinstance(server, Matrix):
        assert len(server.highlights(mark)) == 1


def test_changed_though_the_answer_was_lost(at: Stage, server: Server, mark: str) -> None:
    at.approve(mark)
    at.settle()
    found = now(at.world, at.name(mark))
    records.revise(table(), found, at.content(mark, f"{mark} It rains."), "Mo", at.world.now)
    approve(at.world, now(at.world, at.name(mark)))
    at.cable.faults.append(answer_lost)
    at.settle()
    assert now(at.world, at.name(mark))["state"] == "published"
    assert [row["state"] for row in at.rows("there", "edit")] == ["sent"]
    posts = server.posts(mark)
    changed = [post for post in posts if f"{mark} It rains." in post.text]
    assert (len(posts), len(changed)) == ((2, 1) if server.corrects else (1, 1))
    assert changed[0].answers == (at.rows("there")[0]["posted"]["id"] if server.corrects else "")


def test_withdrawn(at: Stage, server: Server, mark: str) -> None:
    at.approve(mark, f"{mark} One.", f"{mark} Two.")
    at.settle()
    records.withdraw(table(), now(at.world, at.name(mark)), "Ada", at.world.now)
    at.settle()
    (row,) = at.rows("there", "withdraw")
    if server.deletes:
        assert (row["state"], server.posts(mark)) == ("sent", [])
    else:
        assert row["state"] == "refused"
        assert "delete it there" in row["reason"]
        assert len(server.posts(mark)) == 1
