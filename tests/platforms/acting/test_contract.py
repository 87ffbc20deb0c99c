"""What holds for every platform that measures are carried out on, whoever wrote its adapter."""

import json
import re
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, cast, get_args
from urllib.parse import unquote

import pytest

from events.moderation import TIMED, ActionRequested, Measure
from functions.platforms import acting
from functions.platforms.acting import ANY_KIND, GONE, Acting, Call, CannotError, State
from functions.platforms.outgoing import NotSentError, Outcome, Refused, Sent, UnansweredError, Unknown, Wait
from tests.platforms.acting import kits
from tests.platforms.acting.kits import Kit, Story
from tests.platforms.posting.fake import NOW, Asked, Fake, Sessions, hands, reply

NAMES = sorted(module.name for module in iter_modules(kits.__path__))
KEY = "abcdefghijklmnopqrstuvwxy"
UNKNOWNS = (Sent, Refused, Wait, Unknown)


def kit(name: str) -> Kit:
    return cast(Kit, import_module(f"{kits.__name__}.{name}"))


def module(name: str) -> Acting:
    found = acting.on(name)
    assert found is not None
    return found


EVERY = [pytest.param(name, story, id=f"{name}-{story.name}") for name in NAMES for story in kit(name).STORIES]
STATES = [one for one in EVERY if module(one.values[0]).ABILITIES[one.values[1].action.measure].kind == "keyed"]  # type: ignore[union-attr,arg-type]


class Worker:
    """Carries a measure out as delivery does, without its store: a state before is kept, then one attempt after the
    other."""

    def __init__(self, name: str, fake: Fake | None = None) -> None:
        self.name, self.kit = name, kit(name)
        self.fake = fake or self.kit.fake()

    def prepare(self, action: ActionRequested) -> State | Outcome:
        return acting.prepare(self.name, action, self.kit.TO, hands(self.fake))

    def act(self, action: ActionRequested) -> Outcome:
        key = KEY.upper() if action.undo else KEY  # An undo is a delivery of its own.
        try:
            return acting.act(self.name, action, self.kit.TO, key, hands(self.fake))
        except NotSentError as error:
            return Wait(0, str(error))
        except UnansweredError as error:
            return Unknown(str(error))

    def carry_out(self, action: ActionRequested) -> ActionRequested:
        """Whole; gives the action with what was before and after, as an undo needs it."""
        before = self.prepare(action)
        assert not isinstance(before, UNKNOWNS), before
        done = self.act(action)
        assert isinstance(done, Sent), done
        return action.model_copy(update={"before": dict(before), "after": dict(done.more["after"])})

    def changes(self) -> list[Asked]:
        return [asked for asked in self.fake.asked if self.fake.creates(asked)]


def undo(action: ActionRequested) -> ActionRequested:
    return action.model_copy(update={"undo": True})


@pytest.mark.parametrize(("name", "story"), EVERY)
def test_afterwards_it_is_so(name: str, story: Story) -> None:
    worker = Worker(name)
    assert not story.holds(worker.fake)
    worker.carry_out(story.action)
    assert story.holds(worker.fake)


@pytest.mark.parametrize(("name", "story"), EVERY)
def test_what_was_shown_is_what_is_sent(name: str, story: Story) -> None:
    """Method, path and body to the letter; the credential comes on top and stands nowhere in it."""
    worker = Worker(name)
    before = worker.prepare(story.action)
    assert not isinstance(before, UNKNOWNS), before
    shown = acting.planned(module(name), story.action, before, NOW)
    assert shown
    assert isinstance(worker.act(story.action), Sent)
    for call, asked in zip(shown, worker.changes(), strict=True):
        assert call.path.startswith("/")
        assert asked.method == call.method
        assert asked.path.endswith(unquote(call.path.partition("?")[0]))
        assert asked.body == b"" if call.body is None else sent_as(asked, call)
        assert call.headers.items() <= asked.headers.items()
        assert worker.kit.TO.secret not in repr(call)


def sent_as(asked: Asked, call: Call) -> bool:
    """As JSON, or as a form where the platform wants one."""
    if "x-www-form-urlencoded" in asked.headers.get("content-type", ""):
        return asked.form == {name: str(value) for name, value in call.body.items()}
    return bool(json.loads(asked.body) == json.loads(json.dumps(call.body)))


@pytest.mark.parametrize(("name", "story"), STATES)
def test_the_same_again_changes_nothing(name: str, story: Story) -> None:
    worker = Worker(name)
    shown = worker.carry_out(story.action).before
    once = len(worker.changes())
    state = worker.kit.seen(worker.fake)
    assert isinstance(worker.act(story.action), Sent)
    assert worker.kit.seen(worker.fake) == state
    if story.action.measure != "warn" and shown:  # Where nothing can be seen, it can only be asked for again.
        assert len(worker.changes()) == once


@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
@pytest.mark.parametrize(("name", "story"), STATES)
def test_an_answer_that_is_lost_does_no_harm(name: str, story: Story, done: bool) -> None:
    whole = Worker(name)
    whole.carry_out(story.action)
    for step in range(len(whole.changes())):
        worker = Worker(name)
        let_pass(worker.fake, step)
        worker.fake.cut_off_after() if done else worker.fake.cut_off_before()
        assert isinstance(worker.prepare(story.action), dict)
        assert not isinstance(worker.act(story.action), Sent | Refused)
        assert isinstance(worker.act(story.action), Sent)
        assert story.holds(worker.fake)
        assert worker.kit.seen(worker.fake) == whole.kit.seen(whole.fake)


def let_pass(fake: Fake, number: int) -> None:
    """So many changing requests are answered as usual before whatever is planned next."""
    fake.planned.extend([fake.answer] * number)


@pytest.mark.parametrize(("name", "story"), EVERY)
def test_undone_it_is_as_before(name: str, story: Story) -> None:
    worker = Worker(name)
    before = worker.kit.seen(worker.fake)
    done = worker.carry_out(story.action)
    outcome = worker.act(undo(done))
    if module(name).ABILITIES[story.action.measure].reversible:
        assert isinstance(outcome, Sent), outcome
        assert worker.kit.seen(worker.fake) == before
        calls = len(worker.changes())
        assert isinstance(worker.act(undo(done)), Sent)
        assert worker.kit.seen(worker.fake) == before
        assert len(worker.changes()) == calls or not done.before
    elif done.before != done.after:
        assert isinstance(outcome, Refused)
        assert "cannot be undone" in outcome.reason
        assert story.holds(worker.fake)


@pytest.mark.parametrize(("name", "story"), [one for one in EVERY if one.values[1].moved])  # type: ignore[union-attr]
def test_an_undo_is_refused_when_the_world_has_moved(name: str, story: Story) -> None:
    worker = Worker(name)
    done = worker.carry_out(story.action)
    assert story.moved is not None
    story.moved(worker.fake)
    moved, calls = worker.kit.seen(worker.fake), len(worker.changes())
    outcome = worker.act(undo(done))
    assert isinstance(outcome, Refused), outcome
    assert re.search(r"changed since|cannot be undone", outcome.reason)
    assert worker.kit.seen(worker.fake) == moved
    assert len(worker.changes()) == calls


@pytest.mark.parametrize(("name", "story"), [one for one in EVERY if one.values[1].gone])  # type: ignore[union-attr]
def test_what_is_gone_is_not_acted_on(name: str, story: Story) -> None:
    """Hiding or removing it is done already; for anything else a moderator is told."""
    worker = Worker(name)
    assert story.gone is not None
    story.gone(worker.fake)
    outcome = worker.act(story.action)
    assert isinstance(outcome, Sent if story.action.measure in ("hide", "remove", "resolve") else Refused), outcome
    assert not worker.changes()


@pytest.mark.parametrize(("name", "story"), STATES)
def test_what_has_changed_since_it_was_looked_at_is_left_alone(name: str, story: Story) -> None:
    worker = Worker(name)
    now = worker.prepare(story.action)
    assert isinstance(now, dict)
    if story.action.measure == "warn":
        return  # A message is no state.
    other = {**now, "something": "else"}
    outcome = worker.prepare(story.action.model_copy(update={"expected": other}))
    assert isinstance(outcome, Refused), outcome
    assert "changed since" in outcome.reason
    assert worker.prepare(story.action.model_copy(update={"expected": now})) == now
    assert not worker.changes()


@pytest.mark.parametrize("name", NAMES)
def test_no_key_is_told_as_such(name: str) -> None:
    for story in kit(name).STORIES:
        worker = Worker(name)
        worker.fake.answer = lambda asked: reply(401, {"message": "no"})  # type: ignore[method-assign]
        looked = [worker.prepare(story.action)] if looks(Worker(name), story) else []
        for outcome in (*looked, worker.act(story.action)):
            assert isinstance(outcome, Refused), outcome
            assert outcome.unauthorized


@pytest.mark.parametrize("status", [403, 404, 409, 422, 429, 500, 502, 503])
@pytest.mark.parametrize("name", NAMES)
def test_a_failure_is_never_called_done(name: str, status: int) -> None:
    for story in kit(name).STORIES:
        worker = Worker(name)
        worker.fake.answers(reply(status, {"message": "no"}, retry_after="7"))
        outcome = worker.act(story.action)
        assert isinstance(outcome, Refused | Wait | Unknown), (story.name, outcome)
        if status == 429:
            assert isinstance(outcome, Wait), (story.name, outcome)
            assert outcome.seconds >= 1
        if status >= 500:
            assert isinstance(outcome, Wait | Unknown), (story.name, outcome)


@pytest.mark.parametrize("body", [b"", b"<html>Sign in</html>", b"[]", b"null", b'{"ok":'])
@pytest.mark.parametrize("name", NAMES)
def test_a_look_that_brings_nonsense_is_no_state(name: str, body: bytes) -> None:
    """Whatever answers 200 in front of a platform: nothing is done on the strength of it."""
    for story in kit(name).STORIES:
        worker = Worker(name)
        if not looks(worker, story):
            continue
        worker.fake.answer = lambda asked: reply(200, body)  # type: ignore[method-assign]
        assert not isinstance(worker.act(story.action), Sent), story.name


def looks(worker: Worker, story: Story) -> bool:
    worker.prepare(story.action)
    asked = bool(worker.fake.asked)
    worker.fake.asked.clear()
    worker.fake.sessions = Sessions(worker.fake)
    return asked


@pytest.mark.parametrize("name", NAMES)
def test_each_ability_says_what_a_moderator_and_an_operator_have_to_know(name: str) -> None:
    found = module(name).ABILITIES
    assert set(found) <= set(get_args(Measure))
    assert {story.action.measure for story in kit(name).STORIES} == set(found)
    for measure, ability in found.items():
        assert ability.kinds
        assert ability.right
        assert ability.reversible or ability.lost.endswith(".")
        assert (measure in TIMED) == (ability.seconds is not None)


@pytest.mark.parametrize("name", NAMES)
def test_what_cannot_be_done_there_is_said_without_a_call(name: str) -> None:
    acts = module(name)
    (story, *_) = kit(name).STORIES
    strange = story.action.model_copy(
        update={"subject": story.action.subject.model_copy(update={"kind": "no such kind"})}
    )
    if acts.ABILITIES[story.action.measure].kinds != ANY_KIND:
        with pytest.raises(CannotError, match="no such kind"):
            acting.planned(acts, strange, {}, NOW)
    for measure in set(get_args(Measure)) - set(acts.ABILITIES):
        with pytest.raises(CannotError, match=measure):
            acting.planned(acts, story.action.model_copy(update={"measure": measure}), {}, NOW)


@pytest.mark.parametrize(
    ("name", "story"),
    [one for one in EVERY if one.values[1].action.measure in TIMED],  # type: ignore[union-attr]
)
def test_an_end_that_the_platform_would_not_take_is_refused_before_any_call(name: str, story: Story) -> None:
    ability = module(name).ABILITIES[story.action.measure]
    assert ability.seconds is not None
    now = datetime.fromtimestamp(NOW, UTC)
    too_long = story.action.model_copy(update={"until": now + timedelta(seconds=ability.seconds[1] + 60)})
    worker = Worker(name)
    for outcome in (worker.prepare(too_long), worker.act(too_long)):
        assert isinstance(outcome, Refused)
        assert f"{ability.seconds[1]:,}" in outcome.reason
    endless = worker.prepare(story.action.model_copy(update={"until": None}))
    assert isinstance(endless, Refused)
    assert "until" in endless.reason
    assert not worker.changes()


HOSTILE = {
    "lines": "First.\r\nX-Evil: 1\r\n\r\nSecond.",
    "marks": '<script>alert(1)</script> "quoted" \\ {{x}} %0d%0a',
    "pings": "@everyone @here <@1> <!channel> @all @room",
    "signs": "👩‍👩‍👧 नमस्ते \u202eevil\u202c",
    "long": "word " * 990,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_moderator_writes_is_only_text(name: str, text: str) -> None:
    """It fits, it breaks out of no header, and it pings nobody but whom it is for."""
    for story in kit(name).STORIES:
        worker = Worker(name)
        worker.carry_out(story.action.model_copy(update={"explanation": text, "reason": text[:200]}))
        assert story.holds(worker.fake), story.name
        for asked in worker.changes():
            assert all("\r" not in value and "\n" not in value for value in asked.headers.values())
            assert all(value.isascii() for value in asked.headers.values())


@pytest.mark.parametrize("name", NAMES)
def test_ids_are_never_paths(name: str) -> None:
    """An id of a subject or a person that tries to be another address is refused, or stays one segment."""
    for story in kit(name).STORIES:
        for evil in ("../../admin", "1/../../x", "a?b=c", "a#b", "a b", "1%2f..%2fx"):
            worker = Worker(name)
            subject = story.action.subject.model_copy(update={"id": evil, "url": ""})
            person = story.action.person.model_copy(update={"id": evil}) if story.action.person else None
            worker.prepare(story.action.model_copy(update={"subject": subject, "person": person}))
            outcome = worker.act(story.action.model_copy(update={"subject": subject, "person": person}))
            assert not isinstance(outcome, Unknown), (story.name, evil, outcome)
            assert not story.holds(worker.fake), (story.name, evil)
            assert all("/.." not in asked.path for asked in worker.fake.asked)


def test_difference_is_told_in_words() -> None:
    before: dict[str, Any] = {"deleted": False, "until": None}
    assert (
        acting.difference(before, {"deleted": True, "until": "3"}) == "deleted was no, is yes, until was not set, is 3"
    )
    assert GONE == {"gone": True}
