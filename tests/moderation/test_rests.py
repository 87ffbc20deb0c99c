"""Two decisions about one thing: what the later one rests on stays as long as one of them holds."""

import pytest

from events.moderation import Decision, FlagRaised
from functions.moderation import appeals, batches, working
from functions.moderation.cases import NotAllowedError
from functions.moderation.standards import Standards
from functions.shared.table import Item, table
from tests.moderation.people import NOTHING, PROGRAM, decided, held, recorded
from tests.support import builders
from tests.support.world import World

REMOVE = Decision(outcome="violation", measures=("remove",), explanation="Advertising.")
POST = "https://forum.example/posts/204.json"


@pytest.fixture
def twice(world: World) -> tuple[World, Item, Item]:
    """A post is removed as advertising; then somebody reports a threat in it, and that is decided, too."""
    for name in ("Mo", "Zoe", "Pat"):
        world.token("moderator", name=name)
    world.handle(builders.post_flag(world.now, author=9))
    first = decided(world, held(world), REMOVE)
    world.finish()
    worse = {"flag": "worse", "subject": first["subject"], "text": "Cheap gold here", "code": "violence"}
    origin = {"community": "acme", "source": "forum", "platform": "discourse", "raised_at": world.now}
    recorded(builders.flag(world.now), FlagRaised.model_validate({**origin, **worse, "author": {"id": "9"}}), world)
    second = decided(world, held(world), REMOVE)
    world.finish()
    assert first["id"] != second["id"]
    assert POST in world.outside.deleted
    return world, first, second


def overturned(world: World, case: Item, who: str = "Zoe") -> None:
    asked = appeals.make(table(), "acme", case["id"], appeals.AUTHOR, "It was a quote.", PROGRAM, world.now, "")
    decided(world, held(world, who, asked["id"]), NOTHING, who)
    world.finish()


def test_what_a_later_decision_rests_on_stays_until_that_is_overturned_too(
    twice: tuple[World, Item, Item],
) -> None:
    world, first, second = twice
    overturned(world, first)
    assert POST in world.outside.deleted
    overturned(world, second, "Pat")
    assert POST not in world.outside.deleted


def test_by_hand_the_later_one_comes_first(twice: tuple[World, Item, Item]) -> None:
    world, first, second = twice
    with pytest.raises(NotAllowedError, match=f"{second['id']} has decided the same since, and rests on it"):
        working.undo(table(), "acme", first["id"], "remove", "Mo", Standards(), world.now)
    with pytest.raises(NotAllowedError, match="rests on it"):
        batches.taken_back(table(), first, "remove", "Mo", world.now)
    working.undo(table(), "acme", second["id"], "remove", "Mo", Standards(), world.now)
    world.finish()
    assert POST in world.outside.deleted
    working.undo(table(), "acme", first["id"], "remove", "Mo", Standards(), world.now)
    world.finish()
    assert POST not in world.outside.deleted


def test_the_later_one_alone_is_taken_back_without_a_change(twice: tuple[World, Item, Item]) -> None:
    world, first, second = twice
    overturned(world, second)
    assert POST in world.outside.deleted
    overturned(world, first, "Pat")
    assert POST not in world.outside.deleted
