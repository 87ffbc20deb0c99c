"""Taking measures back: to the state before, once, and not when the world has moved."""

import pytest

from events.moderation import Decision
from functions.moderation import records, working
from functions.moderation.cases import NotAllowedError
from functions.moderation.standards import Standards
from functions.shared import outbox
from functions.shared.table import Item, table
from tests.moderation.people import decided, held
from tests.support import builders
from tests.support.outside import NO_SUCH_POST, post, silent, status, unreachable
from tests.support.world import World, needs_a_person

REMOVE = Decision(outcome="violation", measures=("remove",), explanation="It was spam.")
POST = "https://forum.example/posts/204.json"


@pytest.fixture
def removed(world: World) -> World:
    """A post was removed because it was reported."""
    world.handle(builders.post_flag(world.now))
    decided(world, held(world), REMOVE)
    world.finish()
    assert POST in world.outside.deleted
    return world


def undo(world: World, who: str = "Zoe") -> Item:
    row = working.undo(table(), "acme", world.item("case")["id"], "remove", who, Standards(), world.now)
    world.finish()
    return found(world, row)


def found(world: World, row: Item) -> Item:
    there = table().get(row["pk"], row["sk"])
    assert there is not None
    return there


def stuck(world: World) -> list[Item]:
    return [row for row in needs_a_person(world) if row["purpose"] == "act"]


def asked(world: World) -> list[str]:
    return [f"{call.method} {call.url.removeprefix('https://forum.example')}" for call in world.outside.calls]


def test_the_post_is_there_again(removed: World) -> None:
    row = undo(removed)
    assert row["state"] == "sent"
    assert removed.outside.deleted == set()
    assert asked(removed)[-3:] == ["GET /posts/204.json", "PUT /posts/204/recover.json", "GET /posts/204.json"]
    history = records.whole(table(), "acme", removed.item("case")["id"])["audit"]
    assert (history[-1]["what"], history[-1]["who"]) == ("undone", "Zoe")


def test_asked_for_twice_it_is_done_once(removed: World) -> None:
    first = undo(removed)
    calls = len(removed.outside.calls)
    assert undo(removed, "Mo") == first
    assert len(removed.outside.calls) == calls


def test_of_two_in_the_same_moment_one_undoes_it(removed: World) -> None:
    case = removed.item("case")["id"]
    other = lambda: working.undo(table(), "acme", case, "remove", "Mo", Standards(), removed.now)  # noqa: E731
    removed.faults.at("dynamodb.TransactWriteItems", "before", other)
    undo(removed)
    assert sum(one.startswith("PUT") for one in asked(removed)) == 1
    assert [line["who"] for line in removed.items("audit") if line["what"] == "undone"] == ["Mo"]


def test_an_answer_that_is_lost_is_looked_into(removed: World) -> None:
    removed.outside.next = [status(200, body=post(204, "2026-11-22T12:00:00Z")), silent]
    assert undo(removed)["state"] == "sent"
    assert sum(one.startswith("PUT") for one in asked(removed)) == 1
    assert removed.outside.deleted == set()


def test_when_somebody_there_took_it_back_already_nothing_is_done(removed: World) -> None:
    removed.outside.deleted.clear()
    assert undo(removed)["state"] == "sent"
    assert not any(one.startswith("PUT") for one in asked(removed))


def test_when_the_world_has_moved_a_person_is_told(removed: World) -> None:
    removed.outside.next = [status(404, body=NO_SUCH_POST)]
    row = undo(removed)
    assert row["state"] == "refused"
    assert "it has changed since: deleted was yes, is not set, gone was not set, is yes" in row["reason"]
    assert [one["key"] for one in stuck(removed)] == [row["key"]]


def test_what_was_not_decided_or_not_carried_out_cannot_be_undone(world: World) -> None:
    world.handle(builders.post_flag(world.now))
    decided(world, held(world), REMOVE)
    case = world.item("case")["id"]
    with pytest.raises(NotAllowedError, match="remove is planned"):
        working.undo(table(), "acme", case, "remove", "Zoe", Standards(), world.now)
    with pytest.raises(NotAllowedError, match="ban was not decided in this case"):
        working.undo(table(), "acme", case, "ban", "Zoe", Standards(), world.now)
    with pytest.raises(LookupError, match="there is no case"):
        working.undo(table(), "acme", "nowhere", "remove", "Zoe", Standards(), world.now)


def test_a_post_that_was_gone_before_does_not_come_back(world: World) -> None:
    """It is so already, before and after: nothing was done that could be taken back."""
    world.handle(builders.post_flag(world.now))
    world.finish()  # What the flag was raised for has been asked.
    decided(world, held(world), REMOVE)
    world.outside.next = [status(404, body=NO_SUCH_POST)]
    world.finish()
    assert undo(world)["state"] in ("sent", "refused")
    assert not any(one.startswith(("PUT", "DELETE")) for one in asked(world))


def test_a_platform_that_is_down_for_a_day_is_visibly_stuck_and_resumed_by_one_word(world: World) -> None:
    world.handle(builders.post_flag(world.now))
    decided(world, held(world), REMOVE)
    world.outside.always = unreachable
    world.finish()
    (row,) = stuck(world)
    assert row["state"] == "stuck"
    world.outside.always = None
    outbox.resolve(table(), row, "again", "Ada", world.now)
    world.finish()
    assert found(world, row)["state"] == "sent"
    assert POST in world.outside.deleted
