"""What was looked at before deciding, on every platform: a decision of several measures does not stand in its own way,
and a look that asks each thing once sees the same."""

from dataclasses import replace
from itertools import permutations

import pytest

from events.moderation import ActionRequested
from functions.delivery.looks import Remembering
from functions.platforms import acting
from functions.platforms.acting import State
from functions.platforms.outgoing import Outcome, Refused, Sent
from tests.platforms.acting.kits import Story
from tests.platforms.acting.test_contract import KEY, NAMES, Worker, kit
from tests.platforms.posting.fake import Fake, hands


def looked(name: str, action: ActionRequested, fake: Fake) -> State | Outcome:
    return acting.look(name, action, kit(name).TO, hands(fake))


def about_one(first: Story, second: Story) -> bool:
    """What one decision may name: two measures on the same thing, by the same account."""
    one, other = first.action, second.action
    same = (one.subject, one.person, one.outcome) == (other.subject, other.person, other.outcome)
    return same and one.measure != other.measure and "approve" not in (one.measure, other.measure)


PAIRS = [
    pytest.param(name, first, second, id=f"{name}-{first.name}-{second.name}")
    for name in NAMES
    for first, second in permutations(kit(name).STORIES, 2)
    if about_one(first, second)
]


@pytest.mark.parametrize(("name", "first", "second"), PAIRS)
def test_what_one_measure_changes_does_not_void_the_other(name: str, first: Story, second: Story) -> None:
    """Except where both read one and the same state: those are not held to it (`looks.expected`)."""
    worker = Worker(name)
    one, other = looked(name, first.action, worker.fake), looked(name, second.action, worker.fake)
    if not isinstance(one, dict) or not isinstance(other, dict) or (one == other and one):
        return
    bound = first.action.model_copy(update={"expected": one})
    before = worker.prepare(bound)
    if isinstance(before, Refused):
        return  # It cannot be done at all.
    done = acting.act(name, bound, kit(name).TO, KEY, hands(worker.fake))
    assert isinstance(done, Sent), done
    after = worker.prepare(second.action.model_copy(update={"expected": other}))
    assert not (isinstance(after, Refused) and "changed since" in after.reason), after


@pytest.mark.parametrize("name", NAMES)
def test_what_several_measures_read_is_asked_for_once_and_is_the_same(name: str) -> None:
    apart = [looked(name, story.action, Worker(name).fake) for story in kit(name).STORIES]
    fake = Worker(name).fake
    once = replace(hands(fake), http=Remembering(fake))
    assert [acting.look(name, story.action, kit(name).TO, once) for story in kit(name).STORIES] == apart
    asked = [(one.method, one.url, one.body, tuple(one.headers.items())) for one in fake.asked]
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("name", NAMES)
def test_a_look_changes_nothing(name: str) -> None:
    worker = Worker(name)
    before = worker.kit.seen(worker.fake)
    for story in kit(name).STORIES:
        looked(name, story.action, worker.fake)
    assert worker.kit.seen(worker.fake) == before
    assert not worker.changes()
