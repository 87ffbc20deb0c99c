"""What holds for every platform that announcements go to, whoever wrote its adapter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, cast

import pytest

from events.announcements import ChangeRequested, PostRequested, WithdrawRequested
from events.program import Target, TargetPlatform
from functions.delivery import attempts, calls
from functions.delivery.attempts import Case
from functions.platforms.outgoing import Destination, Hands, Outcome, Refused, Sent, Unknown, Wait
from functions.platforms.posting import Part, Post, Prepared, Rendering
from functions.shared.outbox import delivery_key
from tests.platforms.posting import kits
from tests.platforms.posting.fake import NOW, Fake, Objects, Sessions, hands, reply
from tests.platforms.posting.kits import Kit

NAMES = sorted(module.name for module in iter_modules(kits.__path__))
MOMENT = datetime.fromtimestamp(NOW, UTC)
LONG = "\n\n".join(
    f"Paragraph {number} tells of the winter season, of new maps and of what changes for everybody who plays."
    for number in range(60)
)
BODIES = {
    "short": "Winter is **here**: see [the notes](https://play.example.com/notes).",
    "everyone": "@everyone @here @room and <!channel>, <@U1>, @alice@example.social: _hello_",
    "odd": "👨‍👩‍👧‍👦 🇫🇷 1️⃣ नमस्ते é *stars* `code` \\_ | > # ~ (x) [y] {z} <b>bold?</b> & so on",
    "list": "What is new:\n\n- maps\n- modes\n  - ranked\n\n> quoted\n\n```\ncode here\n```",
}
WORDS = {
    "short": ("Winter is", "here", "the notes"),
    "everyone": ("hello",),
    "odd": ("नमस्ते", "stars", "code", "so on"),
    "list": ("maps", "modes", "ranked", "quoted", "code here"),
}


def kit(name: str) -> Kit:
    return cast(Kit, import_module(f"{kits.__name__}.{name}"))


def posting(target: Target) -> ModuleType:
    return import_module(f"functions.platforms.{target.platform}.posting")


def secret(name: str, target: Target) -> str:
    """A credential for each kind of target, where the kinds have different ones."""
    of_kind = getattr(kit(name), "secret", None)
    return cast(str, of_kind(target) if of_kind else kit(name).SECRET)


EVERY = [
    pytest.param(name, target, id=f"{name}-{target.form or 'only'}") for name in NAMES for target in kit(name).TARGETS
]


def post(body: str, **more: Any) -> Post:
    link = "https://acme.example/news/winter"
    event: dict[str, Any] = {
        "starts_at": "2026-12-01T18:00:00+01:00",
        "ends_at": "2026-12-01T20:00:00+01:00",
        "zone": "Europe/Paris",
    }
    return Post(
        announcement="a1b2c3d4e5f60718", title="Winter season", body=body, language="en", link=link, **event, **more
    )


@dataclass
class Worker:
    """Delivers the parts of one rendering as the engine does, without its store."""

    name: str
    target: Target
    fake: Fake
    sessions: Sessions = field(default_factory=Sessions)
    posted: list[dict[str, Any]] = field(default_factory=list)
    parts: tuple[Part, ...] = ()
    seconds: int = 0

    def hands(self) -> Hands:
        if hasattr(self.fake, "clock"):
            self.fake.clock = float(NOW + self.seconds)
        lent = hands(self.fake, Objects(), self.sessions, NOW + self.seconds)
        return replace(lent, objects=self.fake) if hasattr(self.fake, "change") else lent  # type: ignore[arg-type]

    @property
    def to(self) -> Destination:
        one = self.target
        address = one.url or (f"https://liaison.example/feeds/acme/{one.id}" if one.platform == "feed" else "")
        return Destination(
            one.id, "acme", address, secret(self.name, one), place=one.place, account=one.account, tag=one.tag
        )

    def request(self, number: int) -> PostRequested:
        part = self.parts[number]
        before = self.posted[:number]
        return PostRequested(
            announcement="a1b2c3d4e5f60718",
            target=self.target.id,
            language="en",
            step=part.step,
            part=number + 1,
            of=len(self.parts),
            body=part.body,
            text=part.text,
            images=part.images,
            published_at=MOMENT,
            first=before[0] if before else {},
            previous=before[-1] if before else {},
        )

    def key(self, number: int) -> str:
        return delivery_key("acme#announcement#a1b2c3d4e5f60718", f"delivery#{self.target.id}#en#{number + 1:02d}")

    def send(self, number: int) -> Outcome:
        request, lent = self.request(number), self.hands()
        module = posting(self.target)
        if (request.images or getattr(module, "PREPARES", False)) and hasattr(module, "prepare"):
            prepared = module.prepare(request, self.to, lent)
            assert isinstance(prepared, Prepared), prepared
            request = request.model_copy(update={"prepared": dict(prepared.made)})
        made = calls.bounded(self.target.platform, lambda: module.send(request, self.to, self.key(number), lent))
        return cast(Outcome, made)

    def deliver(self, number: int) -> str:
        """One part to its end, looked for where an answer was lost; gives the state."""
        part = self.parts[number]
        module = posting(self.target)
        case = Case(part.kind, 0, window=part.window, can_look=part.kind != "blind" and hasattr(module, "find"))
        for _ in range(20):
            step = attempts.step(case)
            if isinstance(step, attempts.Next):
                return step.state
            case = replace(case, attempts=case.attempts + 1)
            if step == "look":
                request = self.request(number)
                find = partial(module.find, request, self.to, self.key(number), MOMENT, self.hands())
                found = calls.bounded(self.target.platform, find)
                if attempts.send_at_once(found, case):  # type: ignore[arg-type]
                    outcome = attempts.after(self.send(number), case)
                else:
                    outcome = attempts.after_look(found, case)  # type: ignore[arg-type]
            else:
                outcome = attempts.after(self.send(number), case)
            if outcome.state == "sent":
                self.posted.append(outcome.posted)
            if outcome.due_in is None:
                return outcome.state
            self.seconds += min(outcome.due_in, 600)
            doubt = outcome.state == "unknown"
            case = replace(
                case,
                in_doubt=doubt,
                age=self.seconds if doubt else 0,
                looks=0 if outcome.not_there else case.looks + outcome.looked,
                retried=case.retried or outcome.not_there,
            )
        raise AssertionError("never finished")

    def deliver_all(self) -> list[str]:
        return [self.deliver(number) for number in range(len(self.parts))]


def worker(name: str, target: Target, body: str = "", rendering: Rendering | None = None) -> Worker:
    made = rendering or posting(target).render(post(body), target)
    assert not made.problems, made.problems
    return Worker(name, target, kit(name).fake(target), parts=made.parts)


def posts_of(fake: Fake) -> str:
    return "\n".join(one.text for one in fake.posts)


def test_every_target_platform_has_a_kit() -> None:
    assert set(NAMES) == set(TargetPlatform.__args__)  # type: ignore[attr-defined]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(("name", "target"), EVERY)
def test_what_is_rendered_is_within_its_limits_and_arrives_whole(name: str, target: Target, body: str) -> None:
    one = worker(name, target, BODIES[body])
    assert all(measure.used <= measure.limit for part in one.parts for measure in part.measures)
    assert set(one.deliver_all()) == {"sent"}
    if target.form not in ("schedule",):
        told = "\n".join(part.text for part in one.parts)
        assert all(word in told for word in WORDS[body]), told
    assert one.fake.posts


@pytest.mark.parametrize(("name", "target"), EVERY)
def test_what_is_too_long_is_told_whole_or_linked_and_never_cut_silently(name: str, target: Target) -> None:
    made = posting(target).render(post(LONG), target)
    told = "\n".join(part.text for part in made.parts)
    if target.form == "schedule":
        return  # A calendar shows the title and the time; the note says that it does.
    whole = all(f"Paragraph {number} " in told for number in range(60))
    assert whole or made.problems or "acme.example/news/winter" in told
    assert whole or made.notes or made.problems
    for part in made.parts:
        assert made.problems or all(measure.used <= measure.limit for measure in part.measures)


@pytest.mark.parametrize(("name", "target"), EVERY)
def test_nobody_is_pinged_who_was_not_granted(name: str, target: Target) -> None:
    made = posting(target).render(post(BODIES["everyone"]), target)
    assert made.pings == ()


@pytest.mark.parametrize(("name", "target"), EVERY)
def test_the_same_announcement_gives_the_same_bodies(name: str, target: Target) -> None:
    first, second = (posting(target).render(post(BODIES["odd"]), target) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(("name", "target"), EVERY)
def test_an_answer_that_is_lost_leaves_one_post_or_a_person(name: str, target: Target) -> None:
    one = worker(name, target, BODIES["short"])
    one.fake.cut_off_after()
    state = one.deliver(0)
    assert state == ("unknown" if one.parts[0].kind == "blind" else "sent")
    assert len(one.fake.posts) == 1


@pytest.mark.parametrize(("name", "target"), EVERY)
def test_a_request_that_is_lost_is_made_up_for_or_a_persons(name: str, target: Target) -> None:
    one = worker(name, target, BODIES["short"])
    one.fake.cut_off_before()
    state = one.deliver(0)
    blind = one.parts[0].kind == "blind"
    assert state == ("unknown" if blind else "sent")
    assert len(one.fake.posts) == (0 if blind else 1)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize(("name", "target"), EVERY)
def test_a_server_that_fails_after_it_was_done_is_not_asked_blindly_again(
    name: str, target: Target, status: int
) -> None:
    if target.platform == "feed":
        pytest.skip("a feed is a stored object: S3's errors are exceptions, and the change is conditional")
    one = worker(name, target, BODIES["short"])
    one.fake.answers(reply(status, b"<html>Bad Gateway</html>"), after_making=True)
    assert one.deliver(0) == ("unknown" if one.parts[0].kind == "blind" else "sent")
    assert len(one.fake.posts) == 1


WAITS: dict[str, Mapping[str, str]] = {
    "seconds": {"retry_after": "7"},
    "fraction": {"retry_after": "6.4"},
    "date": {"retry_after": datetime.fromtimestamp(NOW + 7, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")},
}


@pytest.mark.parametrize("form", WAITS)
@pytest.mark.parametrize(("name", "target"), EVERY)
def test_a_platform_that_asks_to_wait_is_not_asked_before(name: str, target: Target, form: str) -> None:
    if target.platform == "feed":
        pytest.skip("a feed is a stored object: nobody asks to wait")
    one = worker(name, target, BODIES["short"])
    one.fake.answers(reply(429, {}, **WAITS[form]))
    outcome = one.send(0)
    assert isinstance(outcome, Wait)
    assert outcome.seconds >= 7
    assert one.deliver(0) == "sent"


@pytest.mark.parametrize(("name", "target"), EVERY)
def test_a_web_page_instead_of_an_answer_is_no_success(name: str, target: Target) -> None:
    if target.platform in ("feed", "webhook"):
        pytest.skip("these mean what the status says")
    one = worker(name, target, BODIES["short"])
    one.fake.answers(reply(200, b"<html>Welcome to the hotel's network</html>"))
    assert isinstance(one.send(0), Unknown | Refused | Wait)


@pytest.mark.parametrize(("name", "target"), EVERY)
def test_a_dead_credential_is_told_as_such_and_never_shown(name: str, target: Target) -> None:
    if target.platform == "feed":
        pytest.skip("a feed is our own: it has no credential")
    one = worker(name, target, BODIES["short"])
    one.fake.answers(reply(401, {"message": "401: Unauthorized", "error": "invalid_token"}))
    one.fake.answers(reply(401, {"message": "401: Unauthorized", "error": "invalid_token"}))
    outcome = one.send(0)
    assert isinstance(outcome, Refused | Wait | Unknown)
    assert secret(name, target) not in outcome.reason


def afterwards() -> Iterator[Any]:
    for name in NAMES:
        for target in kit(name).TARGETS:
            module = posting(target)
            if hasattr(module, "withdraw"):
                yield pytest.param(name, target, id=f"{name}-{target.form or 'only'}")


@pytest.mark.parametrize(("name", "target"), list(afterwards()))
def test_what_is_withdrawn_is_gone_and_gone_again_is_the_same(name: str, target: Target) -> None:
    one = worker(name, target, BODIES["short"])
    one.deliver_all()
    module = posting(target)
    for number, told in enumerate(one.posted):
        if one.parts[number].step != "post":
            continue
        gone = WithdrawRequested(announcement="a1b2c3d4e5f60718", target=target.id, posted=told, gone_at=MOMENT)
        for _ in range(2):
            outcome = calls.bounded(target.platform, partial(module.withdraw, gone, one.to, "k" * 25, one.hands()))
            if isinstance(outcome, Refused):
                assert outcome.reason  # It says in words why it cannot be.
                return
            assert isinstance(outcome, Sent), outcome
    assert "Winter is" not in posts_of(one.fake)


@pytest.mark.parametrize(("name", "target"), EVERY)
def test_what_is_edited_reads_as_it_shall_or_the_manager_is_told(name: str, target: Target) -> None:
    module = posting(target)
    if getattr(module, "EDIT", "no") == "no":
        assert not hasattr(module, "edit")
        return
    one = worker(name, target, BODIES["short"])
    one.deliver_all()
    (part, *_) = module.render(post("Winter is *late*."), target).parts
    change = ChangeRequested.model_validate(
        {
            **one.request(0).model_dump(),
            "body": part.body,
            "text": part.text,
            "posted": one.posted[0],
            "changed_at": MOMENT,
        }
    )
    outcome = calls.bounded(target.platform, lambda: module.edit(change, one.to, "k" * 25, one.hands()))
    assert isinstance(outcome, Sent | Refused), outcome
    if isinstance(outcome, Sent) and target.form != "schedule":
        assert "late" in posts_of(one.fake)


@pytest.mark.parametrize(("name", "target"), EVERY)
def test_its_credential_is_explained(name: str, target: Target) -> None:
    assert target.platform == "feed" or len(posting(target).CREDENTIAL) > 20


def test_windows_are_longer_than_the_first_retry_takes() -> None:
    for name in NAMES:
        for target in kit(name).TARGETS:
            for part in posting(target).render(post(BODIES["short"]), target).parts:
                assert part.window == 0 or timedelta(seconds=part.window) >= attempts.LEASE + timedelta(seconds=60)
