"""What holds for every platform that announcements go to, whoever wrote its adapter: each post is there once, or a
person is told; and whatever is answered means something."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.announcements import ChangeRequested, CountRequested, PostRequested, WithdrawRequested
from events.program import Target, TargetPlatform
from functions.delivery import attempts, calls
from functions.delivery.attempts import Case
from functions.platforms.outgoing import LONGEST_WAIT, PARKED, Outcome, Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import Absent, Counted, Limits, Part, Prepared, Rendering
from functions.shared.outbox import delivery_key
from tests.platforms.posting import odd
from tests.platforms.posting.fake import NOW, Asked, Fake, Objects, hands, reply, whole
from tests.platforms.posting.making import AT, MAP, NAMES, TARGETS, announced, destination, every, kit, posting

SHORT = "Winter is **here**: see [the notes](https://play.example.com/notes)."


@dataclass
class Worker:
    """Delivers the parts of one rendering as the engine does, without its store."""

    target: Target
    fake: Fake
    parts: tuple[Part, ...]
    posted: list[dict[str, Any]] = field(default_factory=list)
    prepared: dict[int, dict[str, Any]] = field(default_factory=dict)

    def request(self, number: int) -> PostRequested:
        part, before = self.parts[number], self.posted[:number]
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
            published_at=AT,
            first=before[0] if before else {},
            previous=before[-1] if before else {},
            prepared=self.prepared.get(number, {}),
        )

    def key(self, number: int) -> str:
        return delivery_key("acme#announcement#a1b2c3d4e5f60718", f"delivery#{self.target.id}#en#{number + 1:02d}")

    def call(self, name: str, *asked: object) -> Any:
        """As the engine makes it: whatever is raised on the way is an outcome. None is one that nobody thought of."""
        way, (first, *rest) = getattr(posting(self.target), name), asked
        to, lent = destination(self.target), hands(self.fake)
        made = calls.bounded(self.target.platform, lambda: way(first, to, *rest, lent))
        assert "unforeseen" not in getattr(made, "reason", ""), made
        return made

    def ready(self, number: int) -> PostRequested | Outcome:
        request, module = self.request(number), posting(self.target)
        if request.prepared or not hasattr(module, "prepare"):
            return request
        if not (request.images or getattr(module, "PREPARES", False)):
            return request
        prepared = self.call("prepare", request)
        if not isinstance(prepared, Prepared):
            return cast(Outcome, prepared)
        self.prepared[number] = dict(prepared.made)
        return self.request(number)

    def send(self, number: int) -> Outcome:
        request = self.ready(number)
        if not isinstance(request, PostRequested):
            return request
        return cast(Outcome, self.call("send", request, self.key(number)))

    def find(self, number: int) -> Any:
        return self.call("find", self.request(number), self.key(number), AT)

    def change(self, number: int, part: Part) -> Outcome:
        request = self.ready(number)
        if not isinstance(request, PostRequested):
            return request
        given = {**request.model_dump(), "body": part.body, "text": part.text, "images": part.images}
        change = ChangeRequested.model_validate({**given, "posted": self.posted[number], "changed_at": AT})
        return cast(Outcome, self.call("edit", change, "k" * 25))

    def withdraw(self, number: int) -> Outcome:
        step, posted = self.parts[number].step, self.posted[number]
        gone = WithdrawRequested(
            announcement="a1b2c3d4e5f60718", target=self.target.id, step=step, posted=posted, gone_at=AT
        )
        return cast(Outcome, self.call("withdraw", gone, "w" * 25))

    def count(self, number: int) -> Any:
        step, posted = self.parts[number].step, self.posted[number]
        counted = CountRequested(announcement="a1b2c3d4e5f60718", target=self.target.id, step=step, posted=posted)
        return self.call("count", counted)

    def deliver(self, number: int) -> str:
        """One part to its end, looked for where an answer was lost; gives the state."""
        part, began = self.parts[number], self.fake.clock
        can_look = part.kind != "blind" and hasattr(posting(self.target), "find")
        case = Case(part.kind, 0, window=part.window, can_look=can_look)
        for _ in range(20):
            step = attempts.step(case)
            if isinstance(step, attempts.Next):
                return step.state
            case = replace(case, attempts=case.attempts + 1)
            found = self.find(number) if step == "look" else None
            if found is None or attempts.send_at_once(found, case):
                outcome = attempts.after(self.send(number), case)
            else:
                outcome = attempts.after_look(found, case)
            if outcome.state == "sent":
                self.posted.append(outcome.posted)
            if outcome.due_in is None:
                return outcome.state
            self.fake.clock += min(outcome.due_in, 600)
            doubt = outcome.state == "unknown"
            case = replace(
                case,
                in_doubt=doubt,
                age=int(self.fake.clock - began) if doubt else 0,
                looks=0 if outcome.not_there else case.looks + outcome.looked,
                retried=case.retried or outcome.not_there,
            )
        raise AssertionError("never finished")

    def deliver_all(self) -> list[str]:
        return [self.deliver(number) for number in range(len(self.parts))]


def worker(target: Target, body: str = SHORT, **more: Any) -> Worker:
    made: Rendering = posting(target).render(announced(body, **more), target)
    assert not made.problems, made.problems
    return Worker(target, kit(target.platform).fake(target), made.parts)


def posts_of(fake: Fake) -> str:
    return "\n".join(one.text for one in fake.posts)


def pictured(target: Target) -> Worker:
    """With an image, where the platform takes ours."""
    if target.platform == "threads":
        return worker(target, f"{SHORT}\n\n![The new map](https://acme.example/map.png)")
    return worker(target, f"{SHORT}\n\n![]({MAP.name})", images=(MAP,))


def test_every_target_platform_has_a_kit() -> None:
    assert set(NAMES) == set(TargetPlatform.__args__)  # type: ignore[attr-defined]


BODIES = {
    "short": SHORT,
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


@pytest.mark.parametrize("body", BODIES)
@every()
def test_what_is_rendered_is_within_its_limits_and_arrives_whole(target: Target, body: str) -> None:
    one = worker(target, BODIES[body])
    assert all(measure.used <= measure.limit for part in one.parts for measure in part.measures)
    assert set(one.deliver_all()) == {"sent"}
    if target.form != "schedule":
        told = "\n".join(part.text for part in one.parts)
        assert all(word in told for word in WORDS[body]), told
    assert one.fake.posts


@every()
def test_a_text_that_reads_like_a_placeholder_is_somebodys_words(target: Target) -> None:
    one = worker(target, "<moment>", title="<previous>")
    assert set(one.deliver_all()) == {"sent"}
    told = posts_of(one.fake).replace("\\", "")
    assert "<previous>" in told
    assert "<moment>" in told or target.form == "schedule"


PIECES = (
    *("@everyone", "@here", "@room", "@{mods}", "@{anna}", "@mods", "<@1>", "<!channel>", "u/anna", "@a@b.social"),
    *("**", "_", "`", "```\n", "\n\n", "\n", "# ", "> ", "- ", "\\", "||", "<", "&", "$A ", "/", "#tag "),
    *("| a |\n|---|\n", "word ", "[l](https://x.example)", f"![alt]({MAP.name})", "![](https://x.example/x.png)"),
    *("\U0001f389", "<key>", "<first>", "<image 1>"),
)


@every()
@settings(max_examples=40)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=40), st.text(max_size=20), st.integers(1, 20))
def test_whatever_is_written_is_taken_found_again_and_pings_nobody(
    target: Target, words: list[str], title: str, times: int
) -> None:
    body, title = f"What there is to say: {''.join(words) * times}", f"Winter season {title}"
    made = posting(target).render(announced(body, title=title, images=(MAP,)), target)
    if made.problems:
        return
    one = Worker(target, kit(target.platform).fake(target), made.parts)
    assert set(one.deliver_all()) == {"sent"}
    assert [post.more.get("pings", []) for post in one.fake.posts] == [[]] * len(one.fake.posts)
    if made.parts[-1].kind == "readable":
        assert isinstance(one.find(len(made.parts) - 1), Sent)


# There once


@every()
def test_an_answer_that_is_lost_leaves_one_post_or_a_person(target: Target) -> None:
    one = worker(target)
    one.fake.cut_off_after()
    assert one.deliver(0) == ("unknown" if one.parts[0].kind == "blind" else "sent")
    assert len(one.fake.posts) == 1


@every()
def test_a_request_that_is_lost_is_made_up_for_or_a_persons(target: Target) -> None:
    one = worker(target)
    one.fake.cut_off_before()
    blind = one.parts[0].kind == "blind"
    assert one.deliver(0) == ("unknown" if blind else "sent")
    assert len(one.fake.posts) == (0 if blind else 1)


@every()
def test_a_request_that_did_not_leave_is_made_again(target: Target) -> None:
    one = worker(target)
    one.fake.unreachable()
    assert isinstance(one.send(0), Wait)
    assert not one.fake.posts
    assert one.deliver(0) == "sent"
    assert len(one.fake.posts) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520])
@every(but=("feed",))
def test_a_server_that_fails_after_it_was_done_is_not_asked_blindly_again(target: Target, status: int) -> None:
    """A feed is a stored object: S3's errors are exceptions, and the change is conditional."""
    one = worker(target)
    one.fake.answers(reply(status, b"<html>Bad Gateway</html>"), after_making=True)
    assert one.deliver(0) == ("unknown" if one.parts[0].kind == "blind" else "sent")
    assert len(one.fake.posts) == 1


@every("find", but=("feed", "announcement", "message", "hook"))
@pytest.mark.parametrize(
    "answer",
    [reply(500), reply(503, b"<html>"), reply(401, {}), reply(429, {}), reply(200, b"<html>"), reply(200, {}), None],
    ids=["500", "503", "401", "429", "page", "empty", "none"],
)
def test_a_look_that_fails_says_neither_there_nor_gone(target: Target, answer: Reply | None) -> None:
    one = worker(target)
    one.deliver(0)
    one.fake.instead(answer, method="GET")
    one.fake.instead(answer, "conversations|graphql")
    assert isinstance(one.find(0), Unknown | Wait)


# Images


@every("prepare", but=("feed",))
def test_an_answer_to_an_upload_that_is_lost_is_no_doubt_about_the_post(target: Target) -> None:
    whole = pictured(target)
    assert whole.deliver_all()[-1] == "sent"
    first = next(number for number, part in enumerate(whole.parts) if part.images or target.platform == "threads")
    for nth in range(5):
        one = pictured(target)
        one.posted = whole.posted
        skipped(one.fake, nth, None)
        outcome = one.ready(first)
        assert isinstance(outcome, Wait | PostRequested), outcome
        assert not one.fake.posts
    assert isinstance(outcome, PostRequested)


@every(but=("threads", "github", "reddit", "roblox", "twitch", "webhook"))
def test_an_image_that_is_gone_stops_the_post(target: Target) -> None:
    one = pictured(target)
    number = next(number for number, part in enumerate(one.parts) if part.images)
    one.deliver_all()
    one.fake.posts, one.fake.objects = [], Objects()
    one.prepared.clear()
    assert one.send(number) == Refused("image 1 is not there any more: upload it again")
    assert not one.fake.posts


# Answers

WAITS: dict[str, Mapping[str, str]] = {
    "seconds": {"retry_after": "7"},
    "fraction": {"retry_after": "6.4"},
    "date": {"retry_after": datetime.fromtimestamp(NOW + 7, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")},
}


@pytest.mark.parametrize("form", WAITS)
@every(but=("feed",))
def test_a_platform_that_asks_to_wait_is_not_asked_before(target: Target, form: str) -> None:
    one = worker(target)
    one.fake.answers(reply(429, {}, **WAITS[form]))
    outcome = one.send(0)
    assert isinstance(outcome, Wait)
    assert 7 <= outcome.seconds <= 8 or outcome.seconds == PARKED  # Not by the platform itself.
    assert outcome.budget, "it holds up all that would meet the same limit"
    assert one.deliver(0) == "sent"


@every(but=("feed", "webhook"))
def test_a_web_page_instead_of_an_answer_is_no_success(target: Target) -> None:
    """A receiver of webhooks means what its status says."""
    one = worker(target)
    one.fake.answers(reply(200, b"<html>Welcome to the hotel's network</html>"))
    assert isinstance(one.send(0), Unknown | Refused | Wait)


@every(but=("feed",))
def test_a_dead_credential_is_told_as_such_and_never_shown(target: Target) -> None:
    one, secret = worker(target), destination(target).secret
    for _ in range(2):
        one.fake.answers(reply(401, {"message": f"401: Unauthorized {secret}", "error": "invalid_token"}))
    outcome = one.send(0)
    assert isinstance(outcome, Refused | Wait | Unknown)
    assert secret not in outcome.reason


GIVEN: dict[str, Any] = {
    "send": Sent | Refused | Wait | Unknown,
    "prepare": Prepared | Refused | Wait,
    "find": Sent | Absent | Refused | Unknown | Wait,
    "edit": Sent | Refused | Wait | Unknown,
    "withdraw": Sent | Refused | Wait | Unknown,
    "count": Counted | Refused | Wait | Unknown,
    "limits": Limits | None,
}
"""What each call may come to."""


@cache
def told_of(name: str) -> tuple[Reply, ...]:
    """What the platform of a target answers in the life of a post."""
    (target,) = (one for one in TARGETS if one.id == name)
    one, told = pictured(target), list[Reply]()
    usual = one.fake.answer

    def listening(asked: Asked) -> Reply:
        told.append(usual(asked))
        return told[-1]

    one.fake.answer = listening  # type: ignore[method-assign]
    one.deliver_all()
    for name in ("find", "count", "edit", "withdraw", "limits"):
        if hasattr(posting(target), name):
            after(one, name, 0)
    return tuple(told)


def after(one: Worker, name: str, number: int) -> Any:
    match name:
        case "find":
            return one.find(number)
        case "count":
            return one.count(number)
        case "edit":
            return one.change(number, one.parts[number])
        case "withdraw":
            return one.withdraw(number)
        case "limits":
            return one.call("limits", one.target)
        case "prepare":
            return one.call("prepare", one.request(number))
    return one.send(number)


def skipped(fake: Fake, requests: int, answer: Reply | None, most: int = 99) -> list[Asked]:
    """So many requests more are answered as usual, and some behind them, which it gives, like this. What is asked after
    an odd answer may be as odd."""
    usual, before, hit = fake.answer, len(fake.asked), list[Asked]()

    def counting(asked: Asked) -> Reply:
        if not requests < len(fake.asked) - before <= requests + most:
            try:
                return usual(asked)
            except (AssertionError, LookupError, ValueError):
                if not hit:
                    raise
                return reply(400, {})
        hit.append(asked)
        return whole(answer)

    fake.answer = counting  # type: ignore[method-assign]
    return hit


@pytest.mark.parametrize("name", GIVEN)
@every(but=("feed",))
@settings(max_examples=60)
@given(st.data())
def test_whatever_is_answered_means_something(target: Target, name: str, data: st.DataObject) -> None:
    """Whichever of the requests is answered so, by a platform that knows us already or does not."""
    if not hasattr(posting(target), name):
        return
    one = pictured(target)
    one.deliver_all()
    if name in ("send", "edit") and data.draw(st.booleans()):
        one.prepared.clear()
    if data.draw(st.booleans()):
        one.fake.sessions.kept.clear()
    answer = odd.answer(data, told_of(target.id), destination(target).secret)
    hit = skipped(one.fake, data.draw(st.integers(0, 3)), answer, data.draw(st.sampled_from((1, 99))))
    number = data.draw(st.sampled_from(range(len(one.parts))))
    outcome = after(one, name, number)
    assert isinstance(outcome, GIVEN[name])
    assert destination(target).secret not in repr(outcome)
    if isinstance(outcome, Wait):
        assert 0 <= outcome.seconds <= LONGEST_WAIT
    if name == "find" and isinstance(outcome, Absent):
        assert answer.status < 500
        assert answer.status not in (401, 403, 408, 425, 429)
    if name == "send" and isinstance(outcome, Sent) and any(map(one.fake.creates, hit)) and one.fake.asked[-1] in hit:
        assert 200 <= answer.status < 300 or outcome.id in answer.body.decode(errors="replace")


# Afterwards


@every("withdraw")
def test_what_is_withdrawn_is_gone_and_gone_again_is_the_same(target: Target) -> None:
    one = worker(target)
    one.deliver_all()
    for number, part in enumerate(one.parts):
        if part.step != "post":
            continue
        for _ in range(2):
            outcome = one.withdraw(number)
            if isinstance(outcome, Refused):
                assert outcome.reason  # It says in words why it cannot be.
                return
            assert isinstance(outcome, Sent), outcome
            assert outcome.id == one.posted[number]["id"]
    assert "Winter is" not in posts_of(one.fake)


@every()
def test_what_is_edited_reads_as_it_shall_or_the_manager_is_told(target: Target) -> None:
    module = posting(target)
    if getattr(module, "EDIT", "no") == "no":
        assert not hasattr(module, "edit")
        return
    one = worker(target)
    one.deliver_all()
    (part, *_) = module.render(announced("Winter is *late*."), target).parts
    for _ in range(2):
        outcome = one.change(0, part)
        assert isinstance(outcome, Sent | Refused), outcome
    if isinstance(outcome, Sent) and target.form != "schedule":
        assert "late" in posts_of(one.fake)
        assert len(one.fake.posts) == (2 if module.EDIT == "reply" else 1)


# What managers are told


@every(but=("feed",))
def test_its_credential_is_explained(target: Target) -> None:
    assert len(posting(target).CREDENTIAL) > 20


def test_windows_are_longer_than_the_first_retry_takes() -> None:
    for target in TARGETS:
        for part in posting(target).render(announced(SHORT), target).parts:
            assert part.window == 0 or timedelta(seconds=part.window) >= attempts.LEASE + timedelta(seconds=60)
