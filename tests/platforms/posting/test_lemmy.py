"""Lemmy: what an announcement looks like there, that it is there once, and what becomes of every answer."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

import mistune
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.announcements import ChangeRequested, CountRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.delivery import calls
from functions.platforms.lemmy import posting
from functions.platforms.outgoing import (
    MEDIA,
    Destination,
    NotSentError,
    Outcome,
    Refused,
    Reply,
    Sent,
    UnansweredError,
    Unknown,
    Wait,
)
from functions.platforms.posting import (
    FIRST,
    PREVIOUS,
    Absent,
    Budget,
    Counted,
    Measure,
    Part,
    Post,
    Prepared,
    Rendering,
)
from tests.platforms.posting import fake as shared
from tests.platforms.posting.fake import NOW, Asked, Objects, Sessions, reply, sent
from tests.platforms.posting.kits import lemmy as kit
from tests.platforms.posting.kits.lemmy import NEW, NUMBER, OLD, Lemmy, wrong

TARGET, EARLIER = kit.TARGETS
BOTH = pytest.mark.parametrize("target", kit.TARGETS, ids=["1.0", "0.19"])
AT = datetime.fromtimestamp(NOW, UTC)
DIGEST = sha256(b"a1\nacme-lemmy\nen\n1").hexdigest()[:16]
MARK = f"[liaison]: # ({DIGEST})"
BODY: dict[str, Any] = {"name": "Winter", "body": f"It is **here**\n\n{MARK}"}
PNG = b"\x89PNG\r\n\x1a\n"
NAME = f"{sha256(PNG).hexdigest()}.png"
IMAGE = Image(name=NAME, alt="a map", type="image/png", bytes=len(PNG))
OBJECTS = Objects({f"{MEDIA}/{NAME}": PNG})


def requested(body: dict[str, Any] = BODY, **more: Any) -> PostRequested:
    base = {"announcement": "a1", "target": TARGET.id, "language": "en", "published_at": AT}
    return PostRequested.model_validate({**base, "body": body, **more})


def known(outcome: object) -> dict[str, Any]:
    """As the next part, or a change, gets it."""
    there = sent(outcome)
    return {**there.more, "id": there.id, "url": there.url}


class Worker:
    """One instance, and the session that all workers share."""

    def __init__(self, target: Target = TARGET, **to_more: Any) -> None:
        self.site, self.sessions = Lemmy(target), Sessions()
        to = Destination(target.id, "acme", target.url, kit.SECRET, place=target.place, account=target.account)
        self.to = replace(to, **to_more)

    @property
    def hands(self) -> Any:
        return shared.hands(self.site, OBJECTS, self.sessions, int(self.site.clock))

    def send(self, body: dict[str, Any] = BODY, key: str = "k", **more: Any) -> Outcome:
        """As the engine has it: whatever was raised is an outcome."""
        made = calls.bounded("lemmy", lambda: posting.send(requested(body, **more), self.to, key, self.hands))
        assert isinstance(made, Sent | Refused | Wait | Unknown)
        return made

    def prepare(self, *images: Image) -> object:
        return calls.bounded("lemmy", lambda: posting.prepare(requested(images=images), self.to, self.hands))

    def find(self, since: datetime = AT, body: dict[str, Any] = BODY, **more: Any) -> object:
        return calls.bounded("lemmy", lambda: posting.find(requested(body, **more), self.to, "k", since, self.hands))

    def edit(self, body: dict[str, Any], posted: dict[str, Any], **more: Any) -> object:
        change = ChangeRequested.model_validate({**requested(body, **more).model_dump(), "posted": posted})
        return calls.bounded("lemmy", lambda: posting.edit(change, self.to, "e", self.hands))

    def withdraw(self, posted: dict[str, Any], step: str = "post") -> object:
        gone = WithdrawRequested(announcement="a1", target=TARGET.id, posted=posted, step=step)
        return calls.bounded("lemmy", lambda: posting.withdraw(gone, self.to, "w", self.hands))

    def count(self, posted: dict[str, Any]) -> object:
        counted = CountRequested(announcement="a1", target=TARGET.id, posted=posted)
        return calls.bounded("lemmy", lambda: posting.count(counted, self.to, self.hands))

    def instead(self, path: str, answer: Reply | None) -> None:
        """What is answered there from now on, or nothing."""
        ask = self.site.answer

        def given(asked: Asked) -> Reply:
            if not asked.path.endswith(path):
                return ask(asked)
            if answer is None:
                raise UnansweredError("no whole answer within 10 s")
            return answer

        self.site.answer = given  # type: ignore[method-assign]

    @property
    def paths(self) -> list[str]:
        return [f"{asked.method} {asked.path}" for asked in self.site.asked]


def written(body: str, target: Target = TARGET, **more: Any) -> Rendering:
    base = {"announcement": "a1", "title": "Winter", "language": "en"}
    return posting.render(Post(**{**base, **more}, body=body), target)


def deliver(rendering: Rendering, worker: Worker) -> list[dict[str, Any]]:
    done: list[dict[str, Any]] = []
    for number, part in enumerate(rendering.parts):
        before = {"first": done[0], "previous": done[-1]} if done else {}
        post = requested(part.body, step=part.step, images=part.images, **before)
        if part.images:
            made = posting.prepare(post, worker.to, worker.hands)
            assert isinstance(made, Prepared), made
            post = post.model_copy(update={"prepared": dict(made.made)})
        done.append(known(posting.send(post, worker.to, f"k{number}", worker.hands)))
    return done


def answered(answer: Reply, target: Target = TARGET) -> Outcome:
    """What becomes of the one call that makes the post, when the instance answers it like this."""
    worker = Worker(target)
    worker.site.answers(answer)
    return worker.send()


# What it looks like


def test_a_post_is_a_title_and_its_text_with_a_mark_that_nobody_sees() -> None:
    made = written("It is **here**")
    assert made == Rendering(
        (
            Part(
                BODY,
                "Winter\n\nIt is here",
                "readable",
                html=made.parts[0].html,
                measures=(
                    Measure("title", "characters", 6, 200),
                    Measure("text", "characters", len(BODY["body"]), 50_000),
                ),
                budgets=(Budget("lemmy:lemmy.acme.example"), Budget("lemmy:lemmy.acme.example:posts", 6, 600)),
            ),
        )
    )
    assert made.parts[0].html == "<h1>Winter</h1>\n\n<p>It is <strong>here</strong></p>"
    worker = Worker()
    deliver(made, worker)
    assert worker.site.posts[0].text == "Winter\n\nIt is here"


@pytest.mark.parametrize(
    "end", ["- item", "> quote", "```\ncode\n```", "| a |\n| - |\n| 1 |", "    code", "# h", "x\\"]
)
def test_the_mark_is_no_part_of_what_comes_before_it(end: str) -> None:
    body = written(f"Hello\n\n{end}").parts[0].body["body"]
    assert body.endswith(f"\n\n{MARK}")
    shown = str(mistune.create_markdown(plugins=["table"])(body))
    assert "Hello" in shown
    assert DIGEST not in shown


def test_marks_differ_by_announcement_target_language_and_part() -> None:
    bodies = {
        written("x").parts[0].body["body"],
        written("x", announcement="a2").parts[0].body["body"],
        written("x", language="fr").parts[0].body["body"],
        written("x", EARLIER).parts[0].body["body"],
    }
    assert len(bodies) == 4


def test_what_keeps_it_from_being_sent() -> None:
    assert written("x", title="ab").problems == ("a post on Lemmy needs a title of 3 characters at least",)
    assert written("x", title="abc").problems == ()
    assert written("x", title="a" * 200).problems == ()
    assert written("x", title="a" * 201).problems == ("the title has 201 characters; Lemmy takes 200",)
    assert written("x", title="a\n b").parts[0].body["name"] == "a b"
    lost = written("x", TARGET.model_copy(update={"place": "the news"}))
    assert lost.problems == (
        "`place` of 'acme-lemmy' is no community's name (news, or news@lemmy.example if it lives elsewhere)",
    )
    for place in ("7", "news", "!news@lemmy.example", "c/news"):
        assert written("x", TARGET.model_copy(update={"place": place})).problems == ()


def test_only_whom_both_allow_is_pinged() -> None:
    worker = Worker()
    made = written(
        "@{mods}, @anna, @everyone, @stranger@lemmy.example and `@x@lemmy.example`",
        pings=frozenset({"mods", "anna", "everyone"}),
    )
    assert made.pings == ("@acme_mods@lemmy.acme.example (mods)",)
    assert made.notes == (
        "@anna pings nobody: the target 'acme-lemmy' does not allow it (`pings`)",
        "@everyone pings nobody: `mentions` of the target 'acme-lemmy' does not say whose that is (name@lemmy.example)",
        "@stranger@lemmy.example pings nobody: the announcement does not ask for it",
    )
    deliver(made, worker)
    assert worker.site.posts[0].more["pings"] == ["acme_mods@lemmy.acme.example"]


def test_a_text_is_to_the_character() -> None:
    room = 50_000 - len(f"\n\n{MARK}")
    made = written("a" * room)
    assert (len(made.parts), made.problems) == (1, ())
    worker = Worker()
    deliver(made, worker)
    assert written("a" * (room + 1)).problems != ()


@BOTH
def test_a_longer_text_goes_on_in_comments(target: Target) -> None:
    worker = Worker(target)
    made = written("\n\n".join(f"Paragraph {number}. {'tells ' * 60}" for number in range(150)), target)
    assert [part.step for part in made.parts] == ["post", *["comment"] * (len(made.parts) - 1)]
    assert len(made.parts) > 4
    assert sorted(made.parts[1].body) == ["content", "post_id"]
    assert sorted(made.parts[2].body) == ["content", "parent_id", "post_id"]
    assert (made.parts[1].body["post_id"], made.parts[2].body["parent_id"]) == (FIRST, PREVIOUS)
    assert made.parts[1].budgets[1].name.endswith(":comments")
    done = deliver(made, worker)
    assert [one.parent for one in worker.site.posts] == ["", *[one["id"] for one in done[:-1]]]
    assert all(f"Paragraph {number}. " in "\n".join(one.text for one in worker.site.posts) for number in range(150))
    part = made.parts[2]
    there = worker.find(body=part.body, step="comment", first=done[0], previous=done[1])
    assert isinstance(there, Sent)
    assert there.id == done[2]["id"]


def test_an_excerpt_where_the_target_wants_one() -> None:
    target = TARGET.model_copy(update={"long": "excerpt"})
    made = written("word " * 11_000, target, link="https://acme.example/w")
    assert len(made.parts) == 1
    assert f"…\n\nhttps://acme.example/w\n\n{MARK}" in made.parts[0].body["body"]
    assert written("word " * 11_000, target).problems != ()


# Images


@BOTH
def test_images_are_uploaded_and_shown_where_they_stand(target: Target) -> None:
    worker = Worker(target)
    made = written(f"Look:\n\n![]({NAME})\n\n> ![the [new] map]({NAME})\n\nNice.", target, images=(IMAGE,))
    (part,) = made.parts
    assert made.problems == ()
    assert part.body["body"][1::2] == ["<image 1>", "<image 1>"]
    assert [one.alt for one in part.images] == ["a map"]
    deliver(made, worker)
    where = f"{NEW}/api/v4/image" if target is TARGET else f"{OLD}/pictrs/image"
    name = f"{where}/00000001-aaaa-bbbb-cccc-0123456789ab.png"
    raw = worker.site.posts[0].more["raw"]
    assert raw.startswith(f"Look:\n\n![a map]({name})\n\n> ![the \\[new\\] map]({name})\n\nNice.\n\n[liaison]: # (")
    assert worker.site.images == [PNG]
    assert part.measures[1].used >= len(raw)


def test_what_an_image_needs() -> None:
    mute = IMAGE.model_copy(update={"alt": " "})
    assert written(f"![]({NAME})", images=(mute,)).problems == (
        "image 1 has no description: write ![what it shows](…)",
    )
    assert written("![x](lost.png)").problems == ("image 1, 'lost.png', was not uploaded with the announcement",)
    assert written("![a *map*](https://acme.example/a.png)").parts[0].body["body"].startswith("[a map](https://acme")
    assert written("x", images=(IMAGE,)).notes == (f"The image {NAME} is left out: it does not stand in the text.",)
    many = tuple(IMAGE.model_copy(update={"name": f"{number:064x}.png"}) for number in range(7))
    text = "\n\n".join(f"![]({one.name})" for one in many)
    assert written(text, images=many).problems == ("there are 7 images, and Lemmy takes 6 an hour: leave some out",)


def test_an_image_that_is_gone_stops_the_post() -> None:
    missing = IMAGE.model_copy(update={"name": f"{0:064x}.png"})
    assert Worker().prepare(missing) == Refused("image 1 is not stored any more: add it to the announcement again")


def test_a_post_whose_images_were_not_uploaded_is_not_sent() -> None:
    worker = Worker()
    body = {"name": "Winter", "body": ["![a](", "<image 1>", ")"]}
    assert isinstance(worker.send(body, images=(IMAGE,)), Refused)
    assert worker.site.posts == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (reply(500), Wait),
        (None, Wait),
        (reply(200, b"<html>"), Wait),
        (reply(200, {"image_url": "javascript:alert(1)"}), Wait),
        (reply(200, {"files": [{"file": "../../x"}]}), Wait),
        (reply(200, {"files": [None]}), Wait),
        (reply(429, b"", retry_after="5"), Wait),
        (wrong("image_upload_disabled"), Refused),
        (wrong("anything"), Refused),
        (reply(413, b"<html>"), Refused),
        (reply(401), Refused),
    ],
)
def test_an_upload_that_fails_is_repeated_or_refused_and_never_in_doubt(answer: Reply | None, expected: type) -> None:
    worker = Worker()
    worker.instead("/image", answer)
    assert isinstance(worker.prepare(IMAGE), expected)


# Sending


def test_the_request_is_what_was_approved() -> None:
    worker = Worker()
    there = sent(worker.send())
    create = worker.site.asked[-1]
    assert worker.paths == ["GET /api/v4/site", "GET /api/v4/community", "POST /api/v4/post"]
    assert create.json == {**BODY, "community_id": NUMBER}
    assert create.headers["authorization"] == f"Bearer {kit.SECRET}"
    assert create.headers["idempotency-key"] == "k"
    assert "authorization" not in worker.site.asked[0].headers
    assert there == Sent(worker.site.posts[0].id, f"{NEW}/post/{worker.site.posts[0].id}")


def test_an_instance_of_before_is_asked_as_it_was_and_only_once_which_it_is() -> None:
    worker = Worker(EARLIER)
    sent(worker.send())
    sent(worker.send(key="k2"))
    assert worker.paths == [
        "GET /api/v4/site",
        *["GET /api/v3/community", "POST /api/v3/post"] * 2,
    ]


@pytest.mark.parametrize(("place", "asked"), [("7", 2), ("!news@lemmy.acme.example", 3), ("c/news", 3)])
def test_a_community_by_number_or_name(place: str, asked: int) -> None:
    worker = Worker(place=place)
    sent(worker.send())
    assert len(worker.site.asked) == asked


def test_a_sidebar_of_any_length_is_no_obstacle() -> None:
    worker = Worker()
    worker.site.sidebar = "long " * 20_000
    there = sent(worker.send())
    assert there == Sent(worker.site.posts[0].id, f"{NEW}/post/{worker.site.posts[0].id}")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (wrong("not_found"), Refused("the instance knows no community 'news' (the instance answered 400: not_found)")),
        (reply(404, {"error": "couldnt_find_community"}), Refused),
        (reply(500), Wait),
        (reply(200, b"<html>"), Wait),
        (reply(200, {"community_view": {"community": {"id": "7"}}}), Wait),
        (reply(429, b"", retry_after="5"), Wait),
        (None, Wait),
    ],
)
def test_a_community_that_is_not_found_or_cannot_be_looked_for(answer: Reply | None, expected: object) -> None:
    worker = Worker()
    worker.instead("/community", answer)
    outcome = worker.send()
    assert outcome == expected or (isinstance(expected, type) and isinstance(outcome, expected))
    assert worker.site.posts == []


@pytest.mark.parametrize("text", ["<key>", "<first>", "<image 1>", '\\ " é 😀 </script>'])
def test_texts_arrive_as_they_are(text: str) -> None:
    worker = Worker()
    sent(worker.send({"name": f"title {text}", "body": text}))
    assert worker.site.posts[0].more["raw"] == text
    assert worker.site.posts[0].more["name"] == f"title {text}"


@pytest.mark.parametrize("before", [{}, {"first": {"id": "x"}}, {"first": {"id": "1"}}])
def test_a_comment_without_the_parts_before_it_is_never_sent(before: dict[str, Any]) -> None:
    worker = Worker()
    body = {"post_id": FIRST, "content": "x", "parent_id": PREVIOUS}
    assert isinstance(worker.send(body, step="comment", **before), Refused)
    assert worker.site.asked == []


@BOTH
def test_a_post_that_was_made_though_an_error_came_is_found(target: Target) -> None:
    worker = Worker(target)
    worker.site.fails_after_making = "couldnt_like_post"
    assert isinstance(worker.send(), Unknown)
    there = worker.find()
    assert isinstance(there, Sent)
    assert there.id == worker.site.posts[0].id


def test_the_same_request_within_minutes_is_not_made_twice() -> None:
    worker = Worker()
    worker.site.cut_off_after()
    assert isinstance(worker.send(), Unknown)
    there = worker.send()
    assert isinstance(there, Sent)
    assert there.id == worker.site.posts[0].id
    assert len(worker.site.posts) == 1


def test_a_key_that_was_used_up_in_vain_is_waited_for() -> None:
    worker = Worker()
    worker.site.keys["k"] = worker.site.clock
    assert worker.send() == Wait(240, "the instance has seen this request already")
    worker.site.clock += 240
    sent(worker.send())


# The session


@BOTH
def test_a_password_logs_in_once_a_day(target: Target) -> None:
    worker = Worker(target, secret=kit.BY_PASSWORD)
    sent(worker.send())
    sent(worker.send(key="k2"))
    assert worker.site.logins == 1
    path = "/api/v4/account/auth/login" if target is TARGET else "/api/v3/user/login"
    login = next(asked for asked in worker.site.asked if asked.path == path)
    assert login.json == {"username_or_email": kit.NAME, "password": kit.PASSWORD}


@BOTH
def test_a_token_that_ended_is_made_anew_once(target: Target) -> None:
    worker = Worker(target, secret=kit.BY_PASSWORD)
    sent(worker.send())
    worker.site.tokens.clear()
    sent(worker.send(key="k2"))
    assert worker.site.logins == 2
    worker.site.password = "changed"
    worker.site.tokens.clear()
    refused = worker.send(key="k3")
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert kit.PASSWORD not in refused.reason


def test_a_token_that_is_good_outlives_the_day() -> None:
    worker = Worker(secret=kit.BY_PASSWORD)
    sent(worker.send())
    kept = worker.sessions.kept[TARGET.id]
    worker.sessions.kept[TARGET.id] = {**kept, "until": NOW - 1}
    sent(worker.send(key="k2"))
    assert worker.site.logins == 1
    assert worker.paths.count("GET /api/v4/site") == 2


@BOTH
def test_a_put_token_that_ended_is_named(target: Target) -> None:
    worker = Worker(target)
    sent(worker.send())
    worker.site.tokens.clear()
    refused = worker.send(key="k2")
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert f"liaison secret put {target.id} --outgoing" in refused.reason
    worker.site.tokens.add("another")
    worker.to = replace(worker.to, secret=" another\n")
    sent(worker.send(key="k3"))


@pytest.mark.parametrize("secret", ["", " ", "{}x", '{"username": "a"}', '{"username": 5, "password": "x"}'])
def test_a_credential_that_is_none(secret: str) -> None:
    refused = Worker(secret=secret).send()
    assert isinstance(refused, Refused)
    assert refused.unauthorized


@pytest.mark.parametrize("path", ["/v4/site", "/auth/login"])
@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(500), 60),
        (reply(200, b"<html>"), 60),
        (reply(403, b"<html>"), 60),
        (reply(429, b"", retry_after="44"), 44),
        (reply(400, {"error": "rate_limit_error"}), 120),
        (None, 30),
    ],
)
def test_a_login_that_fails_is_waited_for(answer: Reply | None, seconds: int, path: str) -> None:
    worker = Worker(secret=kit.BY_PASSWORD)
    worker.instead(path, answer)
    wait = worker.send()
    assert isinstance(wait, Wait)
    assert wait.seconds == seconds
    assert worker.site.posts == []


# Looking


@BOTH
def test_a_post_whose_answer_was_lost_is_found(target: Target) -> None:
    worker = Worker(target)
    worker.site.cut_off_after()
    assert isinstance(worker.send(), Unknown)
    worker.site.clock += 3600
    there = worker.find()
    assert there == Sent(worker.site.posts[0].id, f"{target.url}/post/{worker.site.posts[0].id}")


@BOTH
def test_what_never_arrived_is_absent(target: Target) -> None:
    worker = Worker(target)
    assert worker.find() == Absent()
    sent(worker.send({"name": "Winter", "body": "It is **here**"}))
    assert worker.find() == Absent()


@BOTH
def test_what_an_instance_changed_in_a_text_makes_no_difference(target: Target) -> None:
    worker = Worker(target)
    made = sent(worker.send())
    worker.site.posts[0].more["raw"] = f"It is *removed*\n\n{MARK}"
    assert worker.find() == made


@BOTH
def test_the_same_announcement_of_yesterday_is_another(target: Target) -> None:
    worker = Worker(target)
    worker.site.clock -= 86_400
    sent(worker.send())
    worker.site.clock += 86_400
    assert worker.find() == Absent()
    worker.site.clock -= 86_400 + 240 - 86_400
    sent(worker.send(key="k2"))
    assert isinstance(worker.find(), Sent)


@BOTH
def test_a_busy_community_is_read_page_by_page_and_not_for_ever(target: Target) -> None:
    worker = Worker(target)
    made = sent(worker.send())
    worker.site.before += [worker.site.thing("post", f"Other {i}", "x", NOW + 1 + i) for i in range(90)]
    assert worker.find() == made
    worker.site.before += [worker.site.thing("post", f"More {i}", "x", NOW + 100 + i) for i in range(300)]
    assert worker.find() == Unknown("it is not among the newest, and there is more than 15 looks show")


@BOTH
def test_a_page_that_is_too_long_is_read_in_smaller_ones(target: Target) -> None:
    worker = Worker(target)
    made = sent(worker.send())
    worker.site.before += [worker.site.thing("post", f"Long {i}", "x" * 20_000, NOW + 1 + i) for i in range(6)]
    assert worker.find() == made
    lists = [asked.query for asked in worker.site.asked if asked.path.endswith("/list")]
    starts = [(int(one["page"]) - 1) * int(one["limit"]) for one in lists if "page" in one]
    assert starts == sorted(starts), "what was read is not read again"


@BOTH
@pytest.mark.parametrize(("text", "expected"), [("слово " * 4000, Sent), ("слово " * 8000, Unknown)])
def test_a_post_that_fills_an_answer_is_known_as_far_as_it_is_read(text: str, expected: type, target: Target) -> None:
    worker = Worker(target)
    worker.site.sidebar = "x" * 40_000
    made = sent(worker.send({"name": "Winter", "body": f"{text}\n\n{MARK}"}))
    assert made.url == f"{target.url}/post/{made.id}"
    assert isinstance(worker.find(), expected)


@pytest.mark.parametrize("path", ["/post/list", "/community"])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (reply(500), Unknown),
        (reply(403, b"<html>"), Unknown),
        (wrong("not_found"), Unknown),
        (reply(401), Unknown),
        (reply(429, b"", retry_after="9"), Wait),
        (reply(200, b"<html>"), Unknown),
        (reply(200, {}), Unknown),
        (reply(200, {"items": {}}), Unknown),
        (None, Wait),
    ],
)
def test_a_look_that_fails_says_neither_there_nor_gone(answer: Reply | None, expected: type, path: str) -> None:
    worker = Worker()
    worker.instead(path, answer)
    found = worker.find()
    assert isinstance(found, (expected, Wait) if path == "/community" else expected)


def test_without_a_mark_nobody_can_say() -> None:
    assert Worker().find(body={"name": "Winter", "body": "x"}) == Unknown("there is nothing to know it by")


def test_odd_things_in_a_list_are_passed_over() -> None:
    worker = Worker()
    odd = [None, 5, {}, {"post": None}, {"post": {"body": 7, "published_at": "x"}}, {"post": {"id": True, "body": "x"}}]
    worker.instead("/post/list", reply(200, {"items": odd}))
    assert worker.find() == Absent()
    worker.instead("/post/list", reply(200, {"items": [{"post": {"id": "7", "body": MARK}}]}))
    assert worker.find() == Unknown("it is there, without a number")


# Afterwards


@BOTH
def test_a_changed_post_is_changed_and_again_is_the_same(target: Target) -> None:
    worker = Worker(target)
    there = known(worker.send())
    for _ in range(2):
        assert known(worker.edit({"name": "Summer", "body": f"It is *over*\n\n{MARK}"}, there)) == there
    assert worker.site.posts[0].text == "Summer\n\nIt is over"
    assert worker.site.asked[-1].method == "PUT"
    assert worker.site.asked[-1].json == {
        "post_id": int(there["id"]),
        "name": "Summer",
        "body": f"It is *over*\n\n{MARK}",
    }


@BOTH
def test_a_changed_comment_and_its_end(target: Target) -> None:
    worker = Worker(target)
    first = known(worker.send())
    body = {"post_id": FIRST, "content": f"more\n\n{MARK}"}
    before = {"first": first, "previous": first}
    second = known(worker.send(body, key="k2", step="comment", **before))
    changed = worker.edit({**body, "content": f"less\n\n{MARK}"}, second, step="comment", **before)
    assert known(changed) == second
    assert worker.site.posts[1].text == "less"
    for _ in range(2):
        assert known(worker.withdraw(second, "comment")) == second
    assert worker.site.posts[1].more["deleted"]


def test_a_change_brings_new_images() -> None:
    worker = Worker()
    there = known(worker.send())
    body = {"name": "Winter", "body": ["![a map](", "<image 1>", ")"]}
    sent(worker.edit(body, there, images=(IMAGE,), prepared={"<image 1>": "https://x.example/1.png"}))
    assert worker.site.posts[0].more["raw"] == "![a map](https://x.example/1.png)"
    assert isinstance(worker.edit(body, there, images=(IMAGE,)), Refused)


def test_a_change_longer_than_an_answer_is_made_all_the_same() -> None:
    worker = Worker()
    there = known(worker.send())
    assert known(worker.edit({"name": "Winter", "body": "слово " * 8000}, there)) == there


@BOTH
def test_what_is_withdrawn_is_gone_and_stays_so(target: Target) -> None:
    worker = Worker(target)
    there = known(worker.send())
    for _ in range(2):
        assert known(worker.withdraw(there)) == there
    assert worker.site.posts[0].more["deleted"]
    worker.site.posts.clear()
    assert known(worker.withdraw(there)) == there
    assert worker.edit(BODY, there) == Refused("it is not there any more")


@BOTH
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (reply(500), Unknown),
        (reply(200, b"<html>"), Unknown),
        (reply(200, {"post_view": {"post": {"id": 1}}}), Unknown),
        (wrong("site_ban"), Refused),
        (wrong("no_post_edit_allowed"), Refused),
        (reply(401), Refused),
        (reply(429, b"", retry_after="9"), Wait),
        (None, Unknown),
    ],
)
def test_a_change_or_deletion_that_fails(answer: Reply | None, expected: type, target: Target) -> None:
    worker = Worker(target)
    there = known(worker.send())
    for path in ("/post", "/post/delete"):
        ask = worker.site.answer

        def failing(asked: Asked, ask: Callable[[Asked], Reply] = ask, path: str = path) -> Reply:
            if asked.method == "GET" or not asked.path.endswith(path):
                return ask(asked)
            if answer is None:
                raise UnansweredError("no whole answer within 10 s")
            return answer

        worker.site.answer = failing  # type: ignore[method-assign]
    assert isinstance(worker.edit(BODY, there), expected)
    assert isinstance(worker.withdraw(there), expected)
    assert not worker.site.posts[0].more["deleted"]


@BOTH
def test_a_deletion_that_is_refused_and_cannot_be_looked_at_stays_refused(target: Target) -> None:
    worker = Worker(target)
    there = known(worker.send())
    known(worker.withdraw(there))
    ask = worker.site.answer

    def blind(asked: Asked) -> Reply:
        if asked.method == "GET":
            raise UnansweredError("no whole answer within 10 s")
        return ask(asked)

    worker.site.answer = blind  # type: ignore[method-assign]
    assert isinstance(worker.withdraw(there), Refused)


@pytest.mark.parametrize("name", ["", "t3_x", "7/../8"])
def test_what_has_no_number_cannot_be_changed(name: str) -> None:
    worker = Worker()
    assert isinstance(worker.edit(BODY, {"id": name}), Refused)
    assert isinstance(worker.withdraw({"id": name}), Refused)
    assert worker.site.asked == []


@BOTH
def test_what_people_did_is_counted(target: Target) -> None:
    worker = Worker(target)
    there = known(worker.send())
    assert worker.count(there) == Counted(likes=5, replies=3)
    worker.site.posts.clear()
    assert isinstance(worker.count(there), Refused)
    for answer in (reply(500), None):
        worker.instead("/post", answer)
        assert isinstance(worker.count(there), Wait)
    worker.instead("/post", reply(200, {"post_view": {"post": {"score": -4, "comments": "x"}}}))
    assert worker.count(there) == Counted(likes=0)


# Every answer


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (wrong("slurs"), Refused),
        (wrong("invalid_post_title"), Refused),
        (wrong("person_is_banned_from_community"), Refused),
        (wrong("only_mods_can_post_in_community"), Refused),
        (wrong("language_not_allowed"), Refused),
        (reply(400, b"Json deserialize error: missing field"), Refused),
        (reply(404), Refused),
        (reply(405), Refused),
        (reply(413, b"<html>"), Refused),
        (reply(301), Refused),
        (wrong("couldnt_like_post"), Unknown),
        (wrong("plugin_error"), Unknown),
        (wrong("unknown"), Unknown),
        (wrong("an_error_of_next_year"), Unknown),
        (reply(404, {"error": "not_found"}), Unknown),
        (reply(200, b""), Unknown),
        (reply(200, b"<html>"), Unknown),
        (reply(200, {}), Unknown),
        (reply(200, {"post_view": {"post": {"id": "5"}}}), Unknown),
        (reply(200, {"post_view": {"post": {"id": True}}}), Unknown),
        (reply(200, {"post_view": {"post": {"id": 0}}}), Unknown),
        (reply(204), Unknown),
        (reply(408), Unknown),
        (reply(500), Unknown),
        (reply(500, {"post_view": {"post": {"id": 5}}}), Unknown),
        (reply(502, b"<html>"), Unknown),
        (reply(504), Unknown),
        (reply(200, {"post_view": {"post": {"id": 5}}}), Sent),
        (reply(200, b'{"post_view":{"post":{"id":5,"name":"cut o'), Sent),
    ],
)
@BOTH
def test_an_answer_and_what_it_means(answer: Reply, expected: type, target: Target) -> None:
    outcome = answered(answer, target)
    assert isinstance(outcome, expected)
    assert not getattr(outcome, "unauthorized", False)


@pytest.mark.parametrize(
    "answer", [reply(401), reply(401, b"<html>"), wrong("not_logged_in"), wrong("incorrect_login")]
)
def test_a_credential_that_is_not_good_any_more_is_named_and_not_told(answer: Reply) -> None:
    refused = answered(answer)
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert "liaison secret put acme-lemmy --outgoing" in refused.reason
    assert kit.SECRET not in refused.reason


def test_whatever_is_answered_the_token_is_not_repeated() -> None:
    outcome = answered(wrong(f"odd {kit.SECRET}"))
    assert isinstance(outcome, Unknown)
    assert kit.SECRET not in outcome.reason


LATER = format_datetime(AT + timedelta(seconds=40), usegmt=True)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(429, b"", retry_after="7"), 7),
        (reply(429, b"", retry_after="6.4"), 7),
        (reply(429, {}, retry_after=LATER), 40),
        (reply(429, b"", x_ratelimit_reset="33"), 33),
        (reply(429, {"error": "rate_limit_error"}), 120),
        (wrong("rate_limit_error"), 120),
        (reply(429, b""), 900),
        (reply(429, b"<html>"), 900),
        (reply(429, b"<html>", retry_after="7"), 900),
    ],
)
def test_too_much_and_how_long_to_wait(answer: Reply, seconds: int) -> None:
    wait = answered(answer)
    assert isinstance(wait, Wait)
    assert (wait.seconds, wait.budget) == (seconds, "lemmy:lemmy.acme.example")


def test_what_did_not_leave_is_told_as_such() -> None:
    worker = Worker()
    worker.site.unreachable()
    with pytest.raises(NotSentError):
        posting.send(requested(), worker.to, "k", worker.hands)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["post_view", "post", "id", "ap_id", "error", "items", "body", "next_page"]), inner
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(
    st.integers(100, 599),
    st.dictionaries(st.sampled_from(["retry-after", "x-ratelimit-reset"]), st.text(max_size=12)),
    st.binary(max_size=20) | JSON.map(lambda value: json.dumps(value).encode()),
    st.sampled_from(kit.TARGETS),
)
def test_whatever_is_answered_has_an_outcome_and_sent_only_what_is_proved(
    status: int, headers: dict[str, str], body: bytes, target: Target
) -> None:
    outcome = answered(Reply(status, headers, body), target)
    if isinstance(outcome, Sent):
        assert status == 200
        assert outcome.id.encode() in body


@settings(deadline=None)
@given(JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=30), st.sampled_from(kit.TARGETS))
def test_whatever_is_listed_a_look_has_an_end(body: bytes, target: Target) -> None:
    worker = Worker(target)
    worker.instead("/post/list", Reply(200, {}, body))
    assert isinstance(worker.find(), Sent | Absent | Unknown | Wait)


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=300))
def test_every_text_is_found_again_and_pings_nobody(body: str) -> None:
    worker = Worker()
    made = written(body)
    if not made.problems:
        deliver(made, worker)
        assert worker.site.posts[0].more["pings"] == []
        assert "[liaison]" not in worker.site.posts[0].text or "[liaison]" in body
        assert isinstance(worker.find(body=made.parts[0].body), Sent)
