"""A measure of several calls that stops between them: what is done of it is never said to be nothing."""

import json

import pytest

from events.moderation import Decision
from functions.moderation import appeals, batches, working
from functions.moderation.cases import NotAllowedError
from functions.moderation.standards import Standards
from functions.platforms.outgoing import Reply, UnansweredError
from functions.shared import outbox
from functions.shared.table import Item, table
from functions.upkeep import sweep
from tests.moderation.alike import reported, spam
from tests.moderation.people import NOTHING, PROGRAM, decided, held
from tests.moderation.test_batches import batch, gone_on, left
from tests.support.outside import Call
from tests.support.world import World, needs_a_person

BAN = Decision(outcome="violation", measures=("ban",), explanation="It was spam.")
BEFORE = "2027-06-01T00:00:00.000Z"


class Forum:
    """It has suspended an account until next year; what it `answers` to another suspension is set from outside."""

    def __init__(self) -> None:
        self.till: str | None = BEFORE
        self.answers = 422
        self.asked: list[str] = []
        self.seen = True

    def __call__(self, call: Call) -> Reply:
        page = call.url.partition("?")[0]
        if call.method == "PUT":
            self.asked.append(page.rpartition("/")[2].removesuffix(".json"))
        elif "/users/" in page and self.asked and not self.seen:
            return Reply(429, {"retry-after": "30"}, b"{}")
        if call.method == "GET" and "/users/" in page:
            told = {"id": 12, "username": "kim", "admin": False, "moderator": False}
            return Reply(200, {}, json.dumps({**told, "suspended_till": self.till, "silenced_till": None}).encode())
        if page.endswith("/unsuspend.json"):
            self.till = None
        elif page.endswith("/suspend.json") and self.answers == 0:
            raise UnansweredError("no answer in time")
        elif page.endswith("/suspend.json") and self.answers != 200:
            return Reply(self.answers, {"retry-after": "30"}, b'{"errors": ["no"]}')
        elif page.endswith("/suspend.json"):
            self.till = json.loads(call.body)["suspend_until"]
        return Reply(200, {}, b'{"success": "OK"}')


@pytest.fixture
def forum(world: World, monkeypatch: pytest.MonkeyPatch) -> Forum:
    there = Forum()
    monkeypatch.setattr(world.outside, "usual", there)
    return there


def opened(world: World) -> str:
    account = {"source": "forum", "kind": "user", "id": "12"}
    return reported(world, "12", spam(1), "forum", author="12", subject=account)


def carried_out(world: World, minutes: int = 0) -> Item:
    world.later(minutes=minutes)
    sweep.deliveries_due(table(), lambda: True)
    world.work_off("delivery")
    return world.delivery("ban")


@pytest.mark.parametrize("answers", [422, 429, 500, 0])
def test_what_is_done_in_part_is_not_taken_back_as_if_nothing_was(world: World, forum: Forum, answers: int) -> None:
    forum.answers = answers
    row = batch(world, {opened(world): 1}, BAN)
    half = carried_out(world)
    assert (half["state"], forum.till) == ("unknown", None)
    assert half["reason"].startswith("a part of it is done, and then: ")
    batches.undo(table(), "acme", row["id"], "Zoe", world.now)
    gone_on(world, row)
    assert world.delivery("ban")["state"] == "unknown"
    ((why,),) = (found.values() for found in left(world, row))
    assert why.startswith("ban is done in part: " if answers == 422 else "ban is on its way")


def test_what_was_refused_half_way_waits_for_a_person_and_once_it_is_whole_leads_back(
    world: World, forum: Forum
) -> None:
    name = opened(world)
    decided(world, held(world), BAN)
    half = carried_out(world)
    assert [row["key"] for row in needs_a_person(world)] == [half["key"]]
    forum.answers = 200
    outbox.resolve(table(), half, "again", "Ada", world.now)
    assert carried_out(world)["state"] == "sent"
    assert str(forum.till).startswith("3000")
    assert forum.asked == ["unsuspend", "suspend", "suspend"]  # Again, it is only what is missing.
    working.undo(table(), "acme", name, "ban", "Zoe", Standards(), world.now)
    world.finish()
    assert forum.till == BEFORE


def test_what_was_begun_stays_so_whatever_becomes_of_later_attempts(world: World, forum: Forum) -> None:
    name = opened(world)
    decided(world, held(world), BAN)
    half = carried_out(world)
    outbox.resolve(table(), half, "again", "Ada", world.now)
    appeal = appeals.make(table(), "acme", name, "author", "Why?", PROGRAM, world.now)
    mine = held(world, "Zoe", appeal["id"])
    with pytest.raises(NotAllowedError, match="ban is on its way"):
        decided(world, mine, NOTHING, "Zoe")
    assert carried_out(world)["state"] == "unknown"  # Refused again, by what is now the first call.
    with pytest.raises(NotAllowedError, match="ban is done in part"):
        decided(world, mine, NOTHING, "Zoe")


def test_what_is_done_and_could_not_be_looked_at_is_not_taken_back_as_if_nothing_was(
    world: World, forum: Forum
) -> None:
    forum.answers, forum.seen = 200, False
    row = batch(world, {opened(world): 1}, BAN)
    assert carried_out(world)["state"] == "unknown"
    batches.undo(table(), "acme", row["id"], "Zoe", world.now)
    gone_on(world, row)
    assert world.delivery("ban")["state"] == "unknown"
    forum.seen = True
    assert carried_out(world, minutes=1)["state"] == "sent"
    assert forum.asked == ["unsuspend", "suspend"]
    batches.undo(table(), "acme", row["id"], "Zoe", world.now)
    gone_on(world, row)
    world.finish()
    assert forum.till == BEFORE


def test_what_only_had_to_wait_half_way_is_gone_on_with(world: World, forum: Forum) -> None:
    forum.answers = 429
    opened(world)
    decided(world, held(world), BAN)
    carried_out(world)
    forum.answers = 200
    assert carried_out(world, minutes=1)["state"] == "sent"
    assert str(forum.till).startswith("3000")
    assert world.delivery("ban")["request"]["prepared"]["before"]["suspended_till"] == BEFORE
