"""What holds for every platform on which people are told something, whoever wrote its adapter."""

from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, cast

import pytest

from events.moderation import MessageRequested
from functions.platforms import telling
from functions.platforms.outgoing import NotSentError, Outcome, Refused, Sent, UnansweredError, Unknown, Wait
from functions.platforms.posting import Absent
from functions.platforms.telling import Telling
from tests.platforms.posting.fake import NOW, Fake, hands, reply
from tests.platforms.telling import kits
from tests.platforms.telling.kits import Kit

NAMES = sorted(module.name for module in iter_modules(kits.__path__))
KEY = "abcdefghijklmnopqrstuvwxy"
LINK = "https://liaison.example/appeals/acme/c1?r=1&s=2"


def kit(name: str) -> Kit:
    return cast(Kit, import_module(f"{kits.__name__}.{name}"))


def module(name: str) -> Telling:
    found = telling.on(name)
    assert found is not None
    return found


def message(name: str, text: str = "It was spam.\n\nOur rule: no advertising.", **more: Any) -> MessageRequested:
    there = kit(name)
    given = {"title": "Your post was taken down", "link": LINK, "person": there.PERSON, "about": there.ABOUT, **more}
    return MessageRequested(case="c1", text=text, **given)


class Worker:
    """Tells as delivery does, without its store."""

    def __init__(self, name: str) -> None:
        self.name, self.kit = name, kit(name)
        self.fake: Fake = self.kit.fake()

    def tell(self, what: MessageRequested, key: str = KEY) -> Outcome:
        try:
            return module(self.name).tell(what, self.kit.TO, key, hands(self.fake))
        except NotSentError as error:
            return Wait(0, str(error))
        except UnansweredError as error:
            return Unknown(str(error))

    def find(self, what: MessageRequested) -> Any:
        since = datetime.fromtimestamp(NOW, UTC)
        way = module(self.name).find  # type: ignore[attr-defined]
        return way(what, self.kit.TO, KEY, since, hands(self.fake))

    def told(self) -> list[tuple[str, str]]:
        return self.kit.told(self.fake)


@pytest.mark.parametrize("name", NAMES)
def test_one_person_reads_all_of_it(name: str) -> None:
    worker = Worker(name)
    assert isinstance(worker.tell(message(name)), Sent)
    ((who, text),) = worker.told()
    assert who == kit(name).PERSON.id
    for words in ("Your post was taken down", "It was spam.", "Our rule: no advertising.", LINK):
        assert words in text


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_that_is_lost_is_dealt_with_as_the_platform_allows(name: str) -> None:
    acts = module(name)
    for done in (True, False):
        worker = Worker(name)
        worker.fake.cut_off_after() if done else worker.fake.cut_off_before()
        assert isinstance(worker.tell(message(name)), Unknown)
        if acts.KIND == "readable":
            found = worker.find(message(name))
            assert isinstance(found, Sent if done else Absent), found
        if acts.KIND == "keyed" or (acts.KIND == "readable" and not done):
            assert isinstance(worker.tell(message(name)), Sent)
        assert len(worker.told()) == (1 if done or acts.KIND != "blind" else 0)


@pytest.mark.parametrize("name", NAMES)
def test_two_messages_are_two(name: str) -> None:
    worker = Worker(name)
    assert isinstance(worker.tell(message(name)), Sent)
    assert isinstance(worker.tell(message(name, "Another thing."), "zyxwvutsrqponmlkjihgfedcb"), Sent)
    assert len(worker.told()) == 2


@pytest.mark.parametrize("name", NAMES)
def test_whoever_takes_no_messages_is_a_reason_and_not_a_dead_key(name: str) -> None:
    worker = Worker(name)
    worker.kit.deaf(worker.fake)
    outcome = worker.tell(message(name))
    assert isinstance(outcome, Refused), outcome
    assert not outcome.unauthorized
    assert worker.told() == []


@pytest.mark.parametrize("name", NAMES)
def test_no_key_is_told_as_such(name: str) -> None:
    worker = Worker(name)
    worker.fake.answer = lambda asked: reply(401, {"message": "no"})  # type: ignore[method-assign]
    outcome = worker.tell(message(name))
    assert isinstance(outcome, Refused), outcome
    assert outcome.unauthorized


@pytest.mark.parametrize("status", [400, 404, 422, 429, 500, 502, 503])
@pytest.mark.parametrize("name", NAMES)
def test_a_failure_is_never_called_done(name: str, status: int) -> None:
    worker = Worker(name)
    worker.fake.answers(reply(status, {"message": "no"}, retry_after="7"))
    outcome = worker.tell(message(name))
    assert isinstance(outcome, Refused | Wait | Unknown), outcome
    assert isinstance(outcome, Wait) or status != 429, outcome
    assert isinstance(outcome, Wait | Unknown) or status < 500, outcome


@pytest.mark.parametrize("body", [b"", b"<html>Sign in</html>", b"[]", b"null", b'{"ok":'])
@pytest.mark.parametrize("name", NAMES)
def test_nonsense_is_no_proof(name: str, body: bytes) -> None:
    if name == "standard_webhooks":
        pytest.skip("any 2xx is an acceptance there: the receiver's body means nothing (Standard Webhooks)")
    worker = Worker(name)
    worker.fake.answers(reply(200, body))
    assert not isinstance(worker.tell(message(name)), Sent)


HOSTILE = {
    "lines": "First.\r\nX-Evil: 1\r\n\r\nSecond.",
    "marks": '<script>alert(1)</script> "quoted" \\ {{x}} *stars* _lines_ [a](https://evil.example) # x',
    "pings": "@everyone @here <@1> <!channel> @all @room",
    "signs": "👩‍👩‍👧 नमस्ते",
    "long": "word " * 1190,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_quoted_is_only_text(name: str, text: str) -> None:
    """It is read as it was written, as far as it fits; title and link are there in any case; nobody is pinged."""
    worker = Worker(name)
    assert isinstance(worker.tell(message(name, text)), Sent)
    ((_, read),) = worker.told()
    assert LINK in read
    start = " ".join(text.split())[:30]
    assert start in " ".join(read.split())
    for asked in worker.fake.asked:
        assert all(value.isascii() and "\n" not in value and "\r" not in value for value in asked.headers.values())


@pytest.mark.parametrize("name", NAMES)
def test_ids_are_never_paths(name: str) -> None:
    for evil in ("../../admin", "1/../../x", "a?b=c", "a#b", "1%2f..%2fx"):
        worker = Worker(name)
        person = kit(name).PERSON.model_copy(update={"id": evil, "name": evil})
        outcome = worker.tell(message(name, person=person))
        assert not isinstance(outcome, Unknown), (evil, outcome)
        assert all("/.." not in asked.path for asked in worker.fake.asked)
        assert all(who != kit(name).PERSON.id for who, _ in worker.told())


@pytest.mark.parametrize("name", NAMES)
def test_each_says_what_an_operator_has_to_know(name: str) -> None:
    acts = module(name)
    assert acts.RIGHT
    assert acts.LONGEST >= 100
    assert acts.KIND == "keyed" or acts.WINDOW == 0
    assert hasattr(acts, "find") == (acts.KIND == "readable")


def test_what_does_not_fit_is_said_to_be_cut() -> None:
    long = MessageRequested(
        case="c1",
        person={"id": "1"},
        about={"source": "s", "kind": "post", "id": "1"},
        title="Title",
        text="word " * 100,
        link=LINK,
    )
    cut = telling.fitted(long, 200)
    assert len(cut) <= 200
    assert cut.startswith("Title\n\nword word")
    assert cut.endswith(f"…\n\n{LINK}")
    assert telling.fitted(long, 2000) == telling.words(long)
