"""Reddit: what an announcement looks like there, that it is there once, and what becomes of every answer."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.announcements import ChangeRequested, CountRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.delivery import calls
from functions.platforms.outgoing import (
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
from functions.platforms.posting import PREVIOUS, Absent, Budget, Counted, Measure, Part, Post, Rendering
from functions.platforms.reddit import posting
from tests.platforms.posting import fake as shared
from tests.platforms.posting.fake import NOW, Asked, Sessions, reply, sent
from tests.platforms.posting.kits import reddit as kit
from tests.platforms.posting.kits.reddit import ACCOUNT, COMMUNITY, FLAIR, Reddit, errors

(TARGET,) = kit.TARGETS
AT = datetime.fromtimestamp(NOW, UTC)
BODY: dict[str, Any] = {
    "api_type": "json",
    "kind": "self",
    "sr": COMMUNITY,
    "title": "Winter",
    "text": "It is **here**",
    "validate_on_submit": "true",
}
NAME = f"{sha256(b'1').hexdigest()}.png"
IMAGE = Image(name=NAME, alt="a map", type="image/png", bytes=1)


def to(**more: Any) -> Destination:
    return replace(Destination(TARGET.id, "acme", "", kit.SECRET, place=TARGET.place, account=TARGET.account), **more)


def requested(body: dict[str, Any] = BODY, **more: Any) -> PostRequested:
    base = {"announcement": "a1", "target": TARGET.id, "language": "en", "published_at": AT}
    return PostRequested.model_validate({**base, "body": body, **more})


def known(outcome: object) -> dict[str, Any]:
    """As the next part, or a change, gets it."""
    there = sent(outcome)
    return {**there.more, "id": there.id, "url": there.url}


class Worker:
    """One site, and the session that all workers share."""

    def __init__(self, site: Reddit | None = None, **to_more: Any) -> None:
        self.site, self.sessions, self.to = site or Reddit(TARGET), Sessions(), to(**to_more)

    @property
    def hands(self) -> Any:
        return shared.hands(self.site, sessions=self.sessions, timestamp=int(self.site.clock))

    def send(self, body: dict[str, Any] = BODY, **more: Any) -> Outcome:
        """As the engine has it: whatever was raised is an outcome."""
        made = calls.bounded("reddit", lambda: posting.send(requested(body, **more), self.to, "k", self.hands))
        assert isinstance(made, Sent | Refused | Wait | Unknown)
        return made

    def find(self, since: datetime = AT, body: dict[str, Any] = BODY, **more: Any) -> object:
        return posting.find(requested(body, **more), self.to, "k", since, self.hands)

    def edit(self, body: dict[str, Any], posted: dict[str, Any]) -> object:
        change = ChangeRequested.model_validate({**requested(body).model_dump(), "posted": posted})
        return calls.bounded("reddit", lambda: posting.edit(change, self.to, "e", self.hands))

    def withdraw(self, posted: dict[str, Any]) -> object:
        gone = WithdrawRequested(announcement="a1", target=TARGET.id, posted=posted)
        return calls.bounded("reddit", lambda: posting.withdraw(gone, self.to, "w", self.hands))

    def count(self, posted: dict[str, Any]) -> object:
        counted = CountRequested(announcement="a1", target=TARGET.id, posted=posted)
        return calls.bounded("reddit", lambda: posting.count(counted, self.to, self.hands))


def written(body: str, target: Target = TARGET, **more: Any) -> Rendering:
    base = {"announcement": "a1", "title": "Winter", "language": "en"}
    return posting.render(Post(**{**base, **more}, body=body), target)


def deliver(rendering: Rendering, worker: Worker) -> list[dict[str, Any]]:
    done: list[dict[str, Any]] = []
    for part in rendering.parts:
        before = {"first": done[0], "previous": done[-1]} if done else {}
        done.append(known(worker.send(part.body, step=part.step, **before)))
    return done


def answered(answer: Reply) -> Outcome:
    """What becomes of the one call that makes the post, when Reddit answers it like this, as often as it is asked."""
    worker = Worker()
    worker.site.answers(answer)
    worker.site.answers(answer)
    return worker.send()


# What it looks like


def test_a_post_is_a_title_and_its_text() -> None:
    made = written("It is **here**:\n\n- [notes](https://play.example.com/n)")
    text = "It is **here**:\n\n- [notes](https://play.example.com/n)"
    assert made == Rendering(
        (
            Part(
                {**BODY, "text": text, "flair_id": FLAIR},
                made.parts[0].text,
                "readable",
                step="post",
                html=made.parts[0].html,
                measures=(
                    Measure("title", "characters", 6, 300),
                    Measure("text", "characters", len(text), 40_000),
                ),
                budgets=(Budget("reddit:acmenews"),),
            ),
        )
    )
    assert made.parts[0].text == "Winter\n\nIt is here:\n\n• notes (https://play.example.com/n)"
    assert made.parts[0].html.startswith("<h1>Winter</h1>")


@pytest.mark.parametrize("place", ["acmegame", "r/acmegame", "/r/acmegame/"])
def test_a_community_by_any_of_its_names(place: str) -> None:
    made = written("x", TARGET.model_copy(update={"place": place, "tag": ""}))
    assert made.problems == ()
    assert made.parts[0].body["sr"] == COMMUNITY
    assert "flair_id" not in made.parts[0].body


def test_what_keeps_it_from_being_sent() -> None:
    assert written("x", title=" \n").problems == ("a post on Reddit needs a title",)
    assert written("x", title="a" * 300).problems == ()
    assert written("x", title="a" * 301).problems == ("the title has 301 characters; Reddit takes 300",)
    assert written("x", title="a\nb").parts[0].body["title"] == "a b"
    lost = written("x", TARGET.model_copy(update={"place": "r/a b"}))
    assert lost.problems == ("`place` of 'acme-reddit' is no community's name, without r/",)
    (problem,) = written("x", TARGET.model_copy(update={"tag": "News"})).problems
    assert problem.startswith("`tag` of 'acme-reddit' is not the id of a flair: Mod Tools")


def test_a_text_may_be_missing() -> None:
    made = written("")
    assert made.problems == ()
    worker = Worker()
    deliver(made, worker)
    assert worker.site.posts[0].text == "Winter"


def test_images_are_told_in_words_and_those_from_elsewhere_linked() -> None:
    made = written(f"![]({NAME})\n\n> ![new](https://acme.example/n.png)", images=(IMAGE,))
    assert made.parts[0].body["text"] == "\\[image: a map\\]\n\n> [new](https://acme.example/n.png)"
    assert made.notes == ("image 1 is not shown, its description is: a text post on Reddit takes no images of ours",)
    assert made.parts[0].images == ()
    assert written("x", images=(IMAGE,)).notes == (f"The image {NAME} is left out: it does not stand in the text.",)
    mute = IMAGE.model_copy(update={"alt": ""})
    assert written(f"![]({NAME})", images=(mute,)).problems == (
        "image 1 has no description: write ![what it shows](…)",
    )
    assert written("![x](lost.png)").problems == ("image 1, 'lost.png', was not uploaded with the announcement",)


def test_only_whom_both_allow_is_pinged() -> None:
    worker = Worker()
    made = written(
        "@{mods}, @anna, @press, u/stranger_1 and /u/stranger", pings=frozenset({"mods", "anna", "press", "everyone"})
    )
    assert made.pings == ("u/AcmeMods (mods)",)
    assert made.notes == (
        "@anna pings nobody: the target 'acme-reddit' does not allow it (`pings`)",
        "@press pings nobody: the target 'acme-reddit' does not allow it (`pings`)",
    )
    deliver(made, worker)
    assert worker.site.posts[0].more["pings"] == ["AcmeMods"]
    target = TARGET.model_copy(update={"pings": ("press",)})
    assert written("@press @mods", target, pings=frozenset({"press"})).notes == (
        "@press pings nobody: `mentions` of the target 'acme-reddit' names no account for it",
        "@mods pings nobody: the announcement does not ask for it",
    )


def test_a_text_is_to_the_character() -> None:
    worker = Worker()
    made = written("a" * 40_000)
    assert len(made.parts) == 1
    assert made.problems == ()
    deliver(made, worker)
    assert written("a" * 40_001).problems != ()


def test_a_longer_text_goes_on_in_comments() -> None:
    worker = Worker()
    made = written("\n\n".join(f"Paragraph {number}. {'tells ' * 60}" for number in range(120)))
    assert [part.step for part in made.parts] == ["post", *["comment"] * (len(made.parts) - 1)]
    assert made.parts[1].body == {"api_type": "json", "thing_id": PREVIOUS, "text": made.parts[1].body["text"]}
    assert "split into" in made.notes[0]
    done = deliver(made, worker)
    assert [one.parent for one in worker.site.posts] == ["", *[one["id"] for one in done[:-1]]]
    text = "\n".join(one.text for one in worker.site.posts)
    assert all(f"Paragraph {number}. " in text for number in range(120))
    assert done[1]["url"].startswith("https://www.reddit.com/r/acmegame/comments/")


def test_comments_in_letters_that_take_room_are_shorter_so_that_answers_can_be_read() -> None:
    worker = Worker()
    made = written("\n\n".join("слово " * 60 for _ in range(130)), TARGET)
    assert made.problems == ()
    assert max(len(part.body["text"]) for part in made.parts) < 5_000
    deliver(made, worker)
    last = made.parts[-1]
    there = worker.find(body=last.body, step="comment", previous={"id": worker.site.posts[-2].id})
    assert isinstance(there, Sent)
    assert there.id == worker.site.posts[-1].id


def test_an_excerpt_where_the_target_wants_one() -> None:
    made = written("word " * 9000, TARGET.model_copy(update={"long": "excerpt"}), link="https://acme.example/w")
    assert len(made.parts) == 1
    assert made.parts[0].body["text"].endswith("…\n\nhttps://acme.example/w")
    assert made.parts[0].measures[1].used > 39_900
    assert written("word " * 9000, TARGET.model_copy(update={"long": "excerpt"})).problems != ()


def test_a_comment_without_the_part_before_it_is_never_sent() -> None:
    worker = Worker()
    body = {"api_type": "json", "thing_id": PREVIOUS, "text": "x"}
    for before in ({}, {"id": "nonsense"}):
        refused = worker.send(body, step="comment", previous=before)
        assert refused == Refused("the part before this one is not known to Reddit")
    assert worker.site.asked == []


# Sending


def test_the_request_is_what_was_approved() -> None:
    worker = Worker()
    there = sent(worker.send({**BODY, "flair_id": FLAIR}))
    login, create = worker.site.asked
    assert (create.method, create.path) == ("POST", "/api/submit")
    assert create.form == {**BODY, "flair_id": FLAIR}
    assert create.headers["authorization"] == "Bearer token-1"
    assert create.headers["user-agent"] == "server:liaison:0.1 (by /u/AcmeNews)"
    assert login.form == {"grant_type": "refresh_token", "refresh_token": kit.REFRESH}
    post = worker.site.posts[0]
    url = f"https://www.reddit.com/r/acmegame/comments/{post.id[3:]}/x/"
    assert there == Sent(post.id, url, {"title": "Winter"})
    assert post.more["flair"] == FLAIR


@pytest.mark.parametrize("text", ["<key>", "<previous>", "&amp; & < >", "é + ü = %20", "[image: x]"])
def test_texts_arrive_as_they_are(text: str) -> None:
    worker = Worker()
    sent(worker.send({**BODY, "text": text, "title": text}))
    assert (worker.site.posts[0].more["raw"], worker.site.posts[0].more["title"]) == (text, text)


def test_one_login_serves_many_posts_and_a_dead_token_is_renewed_once() -> None:
    worker = Worker()
    for _ in range(3):
        sent(worker.send())
    assert worker.site.logins == 1
    worker.site.tokens.clear()
    sent(worker.send())
    assert worker.site.logins == 2
    assert len(worker.site.posts) == 4


def test_another_credential_is_used_at_once() -> None:
    worker = Worker()
    worker.send()
    worker.to = to(secret=kit.BY_PASSWORD)
    sent(worker.send())
    assert worker.site.asked[-2].form == {"grant_type": "password", "username": ACCOUNT, "password": kit.PASSWORD}


@pytest.mark.parametrize(
    "secret", ["", "token", "[]", "{}", '{"client_id": "a", "client_secret": "b"}', '{"client_id": 5}']
)
def test_a_credential_that_is_none_is_never_tried(secret: str) -> None:
    worker = Worker(secret=secret)
    refused = worker.send()
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert "liaison secret put acme-reddit --outgoing" in refused.reason
    assert worker.site.asked == []


WRONG = json.dumps({"client_id": kit.CLIENT, "client_secret": "old-secret", "refresh_token": kit.REFRESH})
REVOKED = json.dumps({"client_id": kit.CLIENT, "client_secret": kit.CLIENT_SECRET, "refresh_token": "old-refresh"})
MISTYPED = json.dumps(
    {"client_id": kit.CLIENT, "client_secret": kit.CLIENT_SECRET, "username": ACCOUNT, "password": "old-password"}
)


@pytest.mark.parametrize("secret", [WRONG, REVOKED, MISTYPED])
def test_a_login_that_is_refused_says_so_and_tells_no_secret(secret: str) -> None:
    refused = Worker(secret=secret).send()
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert "old-" not in refused.reason


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(500), 60),
        (reply(200, b"<html>"), 60),
        (reply(200, {"access_token": 5}), 60),
        (reply(429, {}, x_ratelimit_reset="44"), 44),
        (reply(403, b"<html>whoa there, pardner!</html>"), 900),
        (None, 30),
    ],
)
def test_a_login_that_fails_otherwise_is_waited_for(answer: Reply | None, seconds: int) -> None:
    worker = Worker()
    ask = worker.site.answer

    def failing(asked: Asked) -> Reply:
        if "access_token" not in asked.path:
            return ask(asked)
        if answer is None:
            raise UnansweredError("no whole answer within 10 s")
        return answer

    worker.site.answer = failing  # type: ignore[method-assign]
    wait = worker.send()
    assert isinstance(wait, Wait)
    assert wait.seconds == seconds
    assert worker.site.posts == []


def test_a_post_that_was_made_and_refused_for_its_rate_is_there() -> None:
    worker = Worker()
    worker.site.resting, worker.site.made_all_the_same = 706.7, True
    there = sent(worker.send())
    assert there.id == worker.site.posts[0].id


def test_reddit_wants_a_rest() -> None:
    worker = Worker()
    worker.site.resting = 706.7
    wait = worker.send()
    assert isinstance(wait, Wait)
    assert (wait.seconds, wait.budget) == (707, "reddit:acmenews")
    assert worker.site.posts == []


def test_a_community_that_wants_a_flair_says_what_to_do() -> None:
    worker = Worker()
    worker.site.flair_needed = True
    told = "SUBMIT_VALIDATION_FLAIR_REQUIRED: posts there need a flair: set the target's `tag` to the id of one"
    assert worker.send() == Refused(f"Reddit says: {told}")
    sent(worker.send({**BODY, "flair_id": FLAIR}))


# Looking


def test_a_post_whose_answer_was_lost_is_found() -> None:
    worker = Worker()
    worker.site.cut_off_after()
    assert isinstance(worker.send(), Unknown)
    worker.site.clock += 600
    there = worker.find()
    assert there == Sent(
        worker.site.posts[0].id,
        f"https://www.reddit.com/r/acmegame/comments/{worker.site.posts[0].id[3:]}/x/",
        {"title": "Winter"},
    )


def test_what_never_arrived_is_absent() -> None:
    worker = Worker()
    worker.site.cut_off_before()
    assert isinstance(worker.send(), Unknown)
    assert worker.find() == Absent()


def test_the_same_post_of_last_month_is_another() -> None:
    worker = Worker()
    worker.site.clock -= 30 * 86_400
    sent(worker.send())
    worker.site.clock += 30 * 86_400
    assert worker.find() == Absent()


def test_clocks_may_differ() -> None:
    worker = Worker()
    worker.site.clock -= 240
    sent(worker.send())
    assert isinstance(worker.find(), Sent)


@pytest.mark.parametrize("other", [{"title": "Summer"}, {"sr": "elsewhere"}])
def test_other_posts_of_ours_are_not_this_one(other: dict[str, str]) -> None:
    worker = Worker()
    sent(worker.send())
    assert worker.find(body={**BODY, **other}) == Absent()


def test_the_same_title_with_other_words_is_a_persons() -> None:
    worker = Worker()
    there = sent(worker.send())
    doubt = worker.find(body={**BODY, "text": "Other words"})
    assert doubt == Unknown(f"a post with this title and other words is there: is it this one? {there.url}")


def test_white_space_and_composed_letters_make_no_difference() -> None:
    worker = Worker()
    sent(worker.send({**BODY, "text": "Caf\u00e9  is\n\n here\u200b \n"}))
    assert isinstance(worker.find(body={**BODY, "text": "Cafe\u0301 is here"}), Sent)


def test_an_account_that_writes_much_is_read_page_by_page_and_not_for_ever() -> None:
    worker = Worker()
    made = sent(worker.send())
    worker.site.before += [worker.site.thing("t3", f"Other {i}", "x", NOW + 1 + i) for i in range(60)]
    assert worker.find() == made
    worker.site.before += [worker.site.thing("t3", f"More {i}", "x", NOW + 100 + i) for i in range(600)]
    assert worker.find() == Unknown("it is not among the newest that u/AcmeNews wrote, and there is more")


def test_what_is_older_is_not_read() -> None:
    worker = Worker()
    worker.site.before += [worker.site.thing("t3", f"Old {i}", "x", NOW - 9000 - i) for i in range(200)]
    assert worker.find() == Absent()
    assert len([asked for asked in worker.site.asked if "submitted" in asked.path]) == 1


@pytest.mark.parametrize(
    ("text", "expected"), [("tells " * 6600, Sent), ("слово " * 1500, Sent), ("слово " * 6600, Unknown)]
)
def test_a_post_longer_than_an_answer_is_known_by_its_beginning(text: str, expected: type) -> None:
    worker = Worker()
    body = {**BODY, "text": text, "title": 'The "long" one\\'}
    made = sent(worker.send(body))
    worker.site.before += [worker.site.thing("t3", "Later", text, NOW + 5)] if expected is Sent else []
    looked = worker.find(body=body)
    assert isinstance(looked, expected)
    if isinstance(looked, Sent):
        assert (looked.id, looked.url) == (made.id, f"https://www.reddit.com/comments/{made.id[3:]}")


def test_a_lost_comment_is_looked_for_below_its_part() -> None:
    worker = Worker()
    first = known(worker.send())
    body = {"api_type": "json", "thing_id": PREVIOUS, "text": "and more"}
    part: dict[str, Any] = {"body": body, "step": "comment", "first": first, "previous": first}
    assert worker.find(**part) == Absent()
    worker.site.cut_off_after()
    assert isinstance(worker.send(**part), Unknown)
    there = worker.find(**part)
    assert isinstance(there, Sent)
    assert there.id == worker.site.posts[1].id
    assert worker.find(**{**part, "previous": {"id": "t1_other"}}) == Absent()
    assert worker.find(**{**part, "body": {**body, "text": "something else"}}) == Absent()


@pytest.mark.parametrize("path", ["/api/v1/me", "/submitted"])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (reply(500), Unknown),
        (reply(403, {"message": "Forbidden", "error": 403}), Unknown),
        (reply(404, {"message": "Not Found", "error": 404}), Unknown),
        (reply(429, {}, x_ratelimit_reset="9"), Wait),
        (reply(200, b"<html>"), Unknown),
        (reply(200, {}), Unknown),
        (reply(200, {"data": {"children": {}}}), Unknown),
        (None, Wait),
    ],
)
def test_a_look_that_fails_says_neither_there_nor_gone(answer: Reply | None, expected: type, path: str) -> None:
    worker = Worker()
    ask = worker.site.answer

    def failing(asked: Asked) -> Reply:
        if not asked.path.endswith(path):
            return ask(asked)
        if answer is None:
            raise UnansweredError("no whole answer within 10 s")
        return answer

    worker.site.answer = failing  # type: ignore[method-assign]
    assert isinstance(worker.find(), expected)


def test_odd_things_in_a_list_are_passed_over() -> None:
    worker = Worker()
    odd = [None, 5, {}, {"data": None}, {"data": {"name": 7, "created_utc": "x"}}, {"data": {"created_utc": True}}]
    ask = worker.site.answer
    listing = {"data": {"children": odd, "after": None}}
    worker.site.answer = lambda asked: reply(200, listing) if "submitted" in asked.path else ask(asked)  # type: ignore[method-assign]
    assert worker.find() == Absent()


# Afterwards


def test_a_changed_text_is_changed_and_again_is_the_same() -> None:
    worker = Worker()
    there = known(worker.send())
    for _ in range(2):
        assert known(worker.edit({**BODY, "text": "It is *over*"}, there)) == there
    assert worker.site.posts[0].text == "Winter\n\nIt is over"
    assert worker.site.asked[-1].form == {"api_type": "json", "thing_id": there["id"], "text": "It is *over*"}


def test_a_change_longer_than_an_answer_is_made_all_the_same() -> None:
    worker = Worker()
    there = known(worker.send())
    assert known(worker.edit({**BODY, "text": "слово " * 6000}, there)) == there


def test_an_answer_without_a_list_of_errors_is_a_change_too() -> None:
    worker = Worker()
    there = known(worker.send())
    worker.site.answer = lambda asked: reply(200, {"json": {"errors": None, "data": {}}})  # type: ignore[method-assign]
    assert known(worker.edit(BODY, there)) == there


def test_a_title_is_never_changed() -> None:
    worker = Worker()
    there = known(worker.send())
    asked = len(worker.site.asked)
    assert worker.edit({**BODY, "title": "Summer"}, there) == Refused(
        "Reddit changes no titles: keep the title as it is, or withdraw the post and announce anew"
    )
    assert len(worker.site.asked) == asked
    found = {"id": there["id"], "url": ""}
    sent(worker.edit({**BODY, "text": "new"}, found))


def test_a_changed_comment() -> None:
    worker = Worker()
    first = known(worker.send())
    body = {"api_type": "json", "thing_id": PREVIOUS, "text": "and more"}
    second = known(worker.send(body, step="comment", first=first, previous=first))
    assert known(worker.edit({**body, "text": "and less"}, second)) == second
    assert worker.site.posts[1].text == "and less"


def test_what_is_gone_cannot_be_changed() -> None:
    worker = Worker()
    there = known(worker.send())
    worker.site.posts.clear()
    assert worker.edit({**BODY, "text": "x"}, there) == Refused("Reddit answered 403: Forbidden")


def test_what_is_withdrawn_is_gone_and_stays_so() -> None:
    worker = Worker()
    there = known(worker.send())
    for _ in range(2):
        assert known(worker.withdraw(there)) == there
    assert worker.site.posts[0].more["gone"]
    assert worker.site.asked[-1].form == {"id": there["id"]}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (reply(200, b""), Unknown),
        (reply(200, b"<html>"), Unknown),
        (reply(200, b"[]"), Unknown),
        (reply(200, {"error": 403}), Unknown),
        (reply(500, {}), Unknown),
        (reply(403, {"message": "Forbidden"}), Refused),
        (errors(["RATELIMIT", "wait 3 seconds", "ratelimit"]), Wait),
        (None, Unknown),
    ],
)
def test_a_change_or_deletion_that_fails(answer: Reply | None, expected: type) -> None:
    worker = Worker()
    there = known(worker.send())

    def failing(asked: Asked) -> Reply:
        if answer is None:
            raise UnansweredError("no whole answer within 10 s")
        return answer

    worker.site.answer = failing  # type: ignore[method-assign]
    assert isinstance(worker.withdraw(there), expected)
    assert isinstance(worker.edit({**BODY, "text": "x"}, there), expected)


def test_what_people_did_is_counted() -> None:
    worker = Worker()
    there = known(worker.send())
    assert worker.count(there) == Counted(likes=12, shares=1, replies=4)
    assert worker.count({"id": "t3_gone"}) == Refused("it is not there any more")
    odd = {"data": {"children": [{"data": {"score": -3, "num_comments": "many"}}]}}

    def silent(asked: Asked) -> Reply:
        raise UnansweredError("no whole answer within 10 s")

    worker.site.answer = silent  # type: ignore[method-assign]
    assert isinstance(worker.count(there), Wait)
    worker.site.answer = lambda asked: reply(200, odd)  # type: ignore[method-assign]
    assert worker.count(there) == Counted(likes=0)
    for answer, expected in (
        (reply(500), Wait),
        (reply(200, b"<html>"), Wait),
        (reply(403, {"message": "no"}), Refused),
    ):
        worker.site.answer = lambda asked, answer=answer: answer  # type: ignore[method-assign,misc]
        assert isinstance(worker.count(there), expected)


# Every answer


MADE = {"url": "https://www.reddit.com/r/x/comments/1/", "id": "1", "name": "t3_1"}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (errors(["SUBREDDIT_NOEXIST", "no", "sr"]), Refused),
        (errors(["NO_TEXT", "we need something here", "title"], ["TOO_LONG", "x", "text"]), Refused),
        (reply(400, {"json": {"errors": [["SUBMIT_VALIDATION_MIN_LENGTH", "at least 10", "title"]]}}), Refused),
        (reply(400, {"message": "Bad Request", "error": 400}), Refused),
        (reply(403, {"message": "Forbidden", "reason": "private", "error": 403}), Refused),
        (reply(404, {"message": "Not Found", "error": 404}), Refused),
        (reply(302, b"", location="https://www.reddit.com/subreddits/search"), Refused),
        (reply(413, b"<html>"), Refused),
        (errors(["SERVER_ERROR", "something went wrong", ""]), Unknown),
        (errors(["INTERNAL", "something went wrong", ""]), Unknown),
        (reply(400, {"json": {"errors": [["INTERNAL", "x", ""]]}}), Unknown),
        (reply(200, {"json": {"errors": []}}), Unknown),
        (reply(200, {"json": {"errors": [], "data": {"name": "t5_2qh1i"}}}), Unknown),
        (reply(200, {"json": {"errors": [], "data": {"name": 5}}}), Unknown),
        (reply(200, {"json": {"errors": [[]], "data": {"things": [None]}}}), Unknown),
        (reply(200, {"jquery": [], "success": False}), Unknown),
        (reply(200, b""), Unknown),
        (reply(200, b"<html>"), Unknown),
        (reply(204), Unknown),
        (reply(408), Unknown),
        (reply(500, {"message": "Internal Server Error", "error": 500}), Unknown),
        (reply(500, {"json": {"errors": [], "data": MADE}}), Unknown),
        (reply(502, b"<html>"), Unknown),
        (reply(503), Unknown),
        (reply(504), Unknown),
        (reply(200, {"json": {"errors": [], "data": MADE}}), Sent),
        (reply(400, {"json": {"errors": [["RATELIMIT", "x", ""]], "data": MADE}}), Sent),
    ],
)
def test_an_answer_and_what_it_means(answer: Reply, expected: type) -> None:
    outcome = answered(answer)
    assert isinstance(outcome, expected)
    assert not getattr(outcome, "unauthorized", False)


@pytest.mark.parametrize(
    "answer",
    [
        reply(401, {"message": "Unauthorized", "error": 401}),
        reply(401, b"<html>"),
        errors(["USER_REQUIRED", "Please log in to do that.", ""]),
        reply(403, {"message": "Forbidden"}, www_authenticate='Bearer realm="reddit", error="insufficient_scope"'),
    ],
)
def test_a_credential_that_is_not_good_any_more_is_named_and_not_told(answer: Reply) -> None:
    refused = answered(answer)
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert "liaison secret put acme-reddit --outgoing" in refused.reason
    assert all(secret not in refused.reason for secret in (kit.SECRET, kit.REFRESH, kit.CLIENT_SECRET))


def test_whatever_reddit_says_the_secrets_are_not_repeated() -> None:
    refused = answered(errors(["ODD", f"your {kit.REFRESH} and {kit.CLIENT_SECRET}", ""]))
    assert refused == Refused("Reddit says: ODD: your … and …")


LATER = format_datetime(AT + timedelta(seconds=40), usegmt=True)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (errors(["RATELIMIT", "you are doing that too much. try again in 9 minutes.", "ratelimit"]), 540),
        (errors(["RATELIMIT", "Take a break for 40 seconds before trying again.", "ratelimit"]), 40),
        (errors(["RATELIMIT", "Take a break for 900 milliseconds before trying again.", "ratelimit"]), 1),
        (errors(["RATELIMIT", "Take a break for 1 hour before trying again.", "ratelimit"]), 3600),
        (errors(["RATELIMIT", "Take a break for 3 days before trying again.", "ratelimit"]), 21_600),
        (errors(["RATELIMIT", "later", "ratelimit"]), 600),
        (errors(["RATELIMIT"]), 600),
        (reply(200, {"json": {"ratelimit": 33.2, "errors": [["RATELIMIT", "9 minutes", ""]]}}), 34),
        (reply(200, {"json": {"ratelimit": True, "errors": [["RATELIMIT", "9 minutes", ""]]}}), 540),
        (reply(429, {"message": "Too Many Requests"}, x_ratelimit_reset="598.0"), 598),
        (reply(429, {}, retry_after="7", x_ratelimit_reset="598"), 7),
        (reply(429, {}, retry_after="6.4"), 7),
        (reply(429, {}, retry_after=LATER), 40),
        (reply(429, b"", x_ratelimit_reset="12"), 12),
        (reply(429, {}), 900),
        (reply(429, b"<html>", retry_after="7"), 900),
        (reply(429, b"<html>"), 900),
        (reply(403, b"<html>blocked by network security</html>"), 900),
        (reply(403, b""), 900),
    ],
)
def test_too_much_and_how_long_to_wait(answer: Reply, seconds: int) -> None:
    wait = answered(answer)
    assert isinstance(wait, Wait)
    assert (wait.seconds, wait.budget) == (seconds, "reddit:acmenews")


def test_what_did_not_leave_is_told_as_such() -> None:
    worker = Worker()
    worker.site.unreachable()
    with pytest.raises(NotSentError):
        posting.send(requested(), worker.to, "k", worker.hands)
    assert base64.b64encode(kit.CLIENT.encode()).decode() not in str(worker.site.asked[-1].headers)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.just("t3_1")
    | st.just("RATELIMIT"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["json", "data", "errors", "name", "things", "ratelimit", "error"]), inner)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(
    st.integers(100, 599),
    st.dictionaries(st.sampled_from(["retry-after", "x-ratelimit-reset", "www-authenticate"]), st.text(max_size=12)),
    st.binary(max_size=20) | JSON.map(lambda value: json.dumps(value).encode()),
)
def test_whatever_is_answered_has_an_outcome_and_sent_only_what_is_proved(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    outcome = answered(Reply(status, headers, body))
    if isinstance(outcome, Sent):
        assert status < 500
        assert outcome.id.encode() in body
    if status >= 500:
        assert isinstance(outcome, Unknown | Wait)


@settings(deadline=None)
@given(JSON.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=30))
def test_whatever_is_listed_a_look_has_an_end(body: bytes) -> None:
    worker = Worker()
    ask = worker.site.answer
    worker.site.answer = lambda asked: ask(asked) if "api/v1" in asked.path else Reply(200, {}, body)  # type: ignore[method-assign]
    assert isinstance(worker.find(), Sent | Absent | Unknown | Wait)


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=300))
def test_every_text_is_found_again(body: str) -> None:
    worker = Worker()
    made = written(body)
    if not made.problems:
        deliver(made, worker)
        assert worker.site.posts[0].more["pings"] == []
        assert isinstance(worker.find(body=made.parts[0].body), Sent)
