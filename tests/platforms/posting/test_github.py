"""GitHub: what an announcement looks like there, that it is there once, and what becomes of every answer."""

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
from functions.platforms.github import posting
from functions.platforms.outgoing import (
    Destination,
    Hands,
    NotSentError,
    Outcome,
    Refused,
    Reply,
    Sent,
    UnansweredError,
    Unknown,
    Wait,
)
from functions.platforms.posting import FIRST, KEY, Absent, Budget, Counted, Measure, Part, Post, Rendering
from tests.platforms.posting import fake as shared
from tests.platforms.posting.fake import NOW, Asked, reply, sent
from tests.platforms.posting.kits import github as kit
from tests.platforms.posting.kits.github import DISCUSSIONS, RELEASES, TEAM, GitHub, failure, invalid, missing

AT = datetime.fromtimestamp(NOW, UTC)
MARK = "<!-- 0123456789abcdef -->\n\n"
BODY: dict[str, Any] = {
    "title": "Winter season",
    "body": MARK + "It is **here**.",
    "category": "Announcements",
}
COMMENT: dict[str, Any] = {"discussionId": FIRST, "body": "<!-- fedcba9876543210 -->\n\nAnd more."}
RELEASE: dict[str, Any] = {
    "tag_name": "winter-season-01234567",
    "name": "Winter season",
    "body": "It is **here**.",
    "make_latest": "false",
}
NAME = f"{sha256(b'png').hexdigest()}.png"
IMAGE = Image(name=NAME, type="image/png", bytes=3)
HUGE = "word " * 24_000
"""A release's text; as an answer, more than is read."""


def to(target: Target = DISCUSSIONS, **more: Any) -> Destination:
    return replace(Destination(target.id, "acme", "", kit.SECRET, place=target.place), **more)


def requested(body: dict[str, Any] = BODY, **more: Any) -> PostRequested:
    given = {"announcement": "a1", "target": "acme-github", "language": "en", "published_at": AT}
    return PostRequested.model_validate({**given, "body": body, **more})


def known(outcome: object) -> dict[str, Any]:
    """As the next part, or a change, gets it."""
    there = sent(outcome)
    return {**there.more, "id": there.id, "url": there.url}


def hands(site: GitHub) -> Hands:
    return shared.hands(site, timestamp=int(site.clock))


def send(site: GitHub, body: dict[str, Any] = BODY, **more: Any) -> Outcome:
    return posting.send(requested(body, **more), to(), "k", hands(site))


def find(site: GitHub, body: dict[str, Any] = BODY, since: datetime = AT, **more: Any) -> object:
    return posting.find(requested(body, **more), to(), "k", since, hands(site))


def edit(site: GitHub, body: dict[str, Any], posted: dict[str, Any]) -> Outcome:
    change = ChangeRequested.model_validate({**requested(body).model_dump(), "posted": posted})
    return posting.edit(change, to(), "e", hands(site))


def withdraw(site: GitHub, posted: dict[str, Any]) -> Outcome:
    gone = WithdrawRequested(announcement="a1", target="acme-github", posted=posted)
    return posting.withdraw(gone, to(), "w", hands(site))


def count(site: GitHub, posted: dict[str, Any]) -> object:
    asked = CountRequested(announcement="a1", target="acme-github", posted=posted)
    return posting.count(asked, to(), hands(site))


def answered(answer: Reply, body: dict[str, Any] = BODY) -> Outcome:
    """What becomes of the one call that makes the post, when GitHub answers it like this."""
    site = GitHub(DISCUSSIONS)
    site.answers(answer)
    return send(site, body)


def deliver(rendering: Rendering, site: GitHub, target: Target = DISCUSSIONS) -> list[Sent]:
    done: list[Sent] = []
    for part in rendering.parts:
        before = {"first": known(done[0]), "previous": known(done[-1])} if done else {}
        done.append(sent(posting.send(requested(part.body, **before), to(target), "k", hands(site))))
    return done


# Discussions


def test_a_discussion_is_what_was_approved_in_the_category_of_that_name() -> None:
    site = GitHub(DISCUSSIONS)
    there = sent(send(site))
    create = site.asked[-1]
    assert (create.method, create.path) == ("POST", "/graphql")
    assert create.json["variables"]["input"] == {
        "repositoryId": "R_7",
        "categoryId": "DIC_news",
        "title": "Winter season",
        "body": BODY["body"],
    }
    assert there == Sent("D_kwDO1", "https://github.com/acme/game/discussions/1")
    assert site.posts[0].text == "Winter season\n\nIt is here."


@pytest.mark.parametrize("name", ["Show and tell", "show and TELL", "show-and-tell"])
def test_a_category_is_known_by_its_name_or_as_it_stands_in_its_address(name: str) -> None:
    site = GitHub(DISCUSSIONS)
    sent(send(site, {**BODY, "category": name}))
    assert site.posts[0].more["category"] == "DIC_show"


def test_a_category_that_is_not_there_is_told_with_those_that_are() -> None:
    assert send(GitHub(DISCUSSIONS), {**BODY, "category": "News"}) == Refused(
        "acme/game has no category 'News': it has Announcements, Show and tell (`tag` of 'acme-github')"
    )


def test_a_repository_without_discussions_says_how_to_get_them() -> None:
    site = GitHub(DISCUSSIONS)
    site.discussing = False
    refused = send(site)
    assert isinstance(refused, Refused)
    assert "switch them on in its settings" in refused.reason


def test_a_repository_that_the_token_does_not_see_is_told() -> None:
    site = GitHub(DISCUSSIONS)
    refused = posting.send(requested(), to(place="acme/other"), "k", hands(site))
    assert isinstance(refused, Refused)
    assert "acme/other" in refused.reason
    assert site.posts == []


def test_a_repository_that_is_nothing_is_told() -> None:
    site = GitHub(DISCUSSIONS)
    site.answer = lambda asked: reply(200, {"data": {"repository": None}})  # type: ignore[method-assign]
    assert send(site) == Refused("there is no repository 'acme/game', or the token may not see it")


def test_what_is_longer_than_a_discussion_goes_on_in_its_comments() -> None:
    body = "\n\n".join(f"Paragraph {number} " + "word " * 2000 for number in range(12))
    rendering = rendered(body)
    site = GitHub(DISCUSSIONS)
    first, second = deliver(rendering, site)
    assert [part.kind for part in rendering.parts] == ["readable", "readable"]
    assert (site.posts[1].parent, second.url) == (first.id, f"{first.url}#discussioncomment-2")
    assert "split into 2" in rendering.notes[0]
    text = "\n".join(post.text for post in site.posts)
    assert text.count("word") == 24_000
    assert all(measure.used <= measure.limit for part in rendering.parts for measure in part.measures)


def test_a_comment_without_its_discussion_is_not_written() -> None:
    assert send(GitHub(DISCUSSIONS), COMMENT) == Refused("the discussion that this goes on in is not known")


def test_words_that_read_like_a_placeholder_stay_words() -> None:
    site = GitHub(DISCUSSIONS)
    first = known(send(site, {**BODY, "title": KEY, "body": FIRST}))
    sent(send(site, {**COMMENT, "body": KEY}, first=first))
    assert [post.more["written"] for post in site.posts] == [FIRST, KEY]
    assert site.posts[0].more["title"] == KEY


def test_a_look_that_got_no_answer_is_no_doubt_about_the_post() -> None:
    site = GitHub(DISCUSSIONS)

    def cut_off(asked: Asked) -> Reply:
        raise UnansweredError("no whole answer within 10 s")

    site.answer = cut_off  # type: ignore[method-assign]
    wait = send(site)
    assert isinstance(wait, Wait)


def test_a_look_that_fails_there_is_repeated() -> None:
    site = GitHub(DISCUSSIONS)
    site.answer = lambda asked: reply(502, b"<html>")  # type: ignore[method-assign]
    assert isinstance(send(site), Wait)


# Looking for a discussion


def test_a_discussion_whose_answer_was_lost_is_found_by_its_mark() -> None:
    site = GitHub(DISCUSSIONS)
    site.cut_off_after()
    with pytest.raises(UnansweredError):
        send(site)
    site.said("What do you think of winter?")
    assert find(site) == Sent("D_kwDO1", "https://github.com/acme/game/discussions/1")


def test_a_discussion_that_never_arrived_is_not_there() -> None:
    site = GitHub(DISCUSSIONS)
    site.said("<!-- 0123456789abcdef --> somebody quotes us")
    assert find(site) == Absent()


def test_what_we_said_before_is_not_looked_through() -> None:
    site = GitHub(DISCUSSIONS)
    sent(send(site))
    site.clock += 3600
    assert find(site, since=AT + timedelta(hours=1)) == Absent()
    assert not any("{ body }" in asked.json["query"] for asked in site.asked)


def test_another_announcement_of_ours_is_not_taken_for_it() -> None:
    site = GitHub(DISCUSSIONS)
    sent(send(site, {**BODY, "body": "<!-- 1111111111111111 -->\n\nSee 0123456789abcdef"}))
    assert find(site) == Absent()


def test_a_text_longer_than_what_is_read_of_an_answer_is_known_by_its_beginning() -> None:
    site = GitHub(DISCUSSIONS)
    there = sent(send(site, {**BODY, "body": MARK + "\u00e9" * 65_000}))
    assert find(site) == there


def test_a_mark_is_found_as_json_may_write_it() -> None:
    site = GitHub(DISCUSSIONS)
    there = sent(send(site))
    answer = site.answer

    def escaped(asked: Asked) -> Reply:
        given = answer(asked)
        return replace(given, body=given.body.replace(b"<", b"\\u003c").replace(b">", b"\\u003e"))

    site.answer = escaped  # type: ignore[method-assign]
    assert find(site) == there


def test_many_new_discussions_are_looked_through_page_by_page() -> None:
    site = GitHub(DISCUSSIONS)
    there = sent(send(site))
    for number in range(120):
        site.said(f"Question {number}")
    assert find(site) == there


def test_too_many_new_discussions_are_nothing_to_be_sure_of() -> None:
    site = GitHub(DISCUSSIONS)
    for number in range(250):
        site.said(f"Question {number}")
    assert isinstance(find(site), Unknown)


def test_a_comment_is_found_below_its_discussion() -> None:
    site = GitHub(DISCUSSIONS)
    first = known(send(site))
    site.said("Great!", parent=first["id"])
    there = sent(send(site, COMMENT, first=first))
    assert find(site, COMMENT, first=first) == there
    assert find(site, {**COMMENT, "body": "<!-- 2222222222222222 -->\n\nx"}, first=first) == Absent()


def test_too_many_comments_are_nothing_to_be_sure_of() -> None:
    site = GitHub(DISCUSSIONS)
    first = known(send(site))
    for number in range(60):
        site.said(f"Answer {number}", parent=first["id"])
    assert isinstance(find(site, COMMENT, first=first), Unknown)


def test_a_look_without_a_mark_or_a_discussion_is_nothing_to_be_sure_of() -> None:
    assert isinstance(find(GitHub(DISCUSSIONS), {**BODY, "body": "It is here."}), Unknown)
    assert isinstance(find(GitHub(DISCUSSIONS), COMMENT), Unknown)


@pytest.mark.parametrize("body", [BODY, RELEASE])
@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (reply(401, {"message": "Bad credentials"}), Unknown),
        (reply(500), Wait),
        (reply(502, b"<html>"), Wait),
        (reply(429, {"message": "slow"}), Wait),
        (reply(200, b"<html>Welcome</html>"), Wait | Unknown),
        (reply(200, {"data": {"repository": None}}), Unknown),
        (reply(404, {"message": "Not Found"}), Unknown),
        (failure("NOT_FOUND", "Could not resolve to a Repository", {"repository": None}), Unknown),
    ],
)
def test_a_look_that_brings_no_list_never_says_that_it_is_not_there(
    answer: Reply, what: Any, body: dict[str, Any]
) -> None:
    site = GitHub(DISCUSSIONS)
    site.answer = lambda asked: answer  # type: ignore[method-assign]
    assert isinstance(find(site, body), what)


FAILURES: list[tuple[Reply | None, type]] = [
    (None, Wait),
    (reply(401, {"message": "Bad credentials"}), Unknown),
    (reply(429, {"message": "slow"}), Wait),
    (reply(503, b"<html>"), Wait),
    (failure("FORBIDDEN", "x", {"node": None}), Unknown),
    (reply(200, {"data": {"node": {}, "repository": {}}, "id": 0}), Unknown),
]


@pytest.mark.parametrize(("answer", "what"), FAILURES)
@pytest.mark.parametrize(
    ("body", "nth"), [(BODY, 0), (BODY, 1), (COMMENT, 0), (COMMENT, 1), (RELEASE, 0), (RELEASE, 1)]
)
def test_wherever_a_look_fails_it_never_says_that_it_is_not_there(
    body: dict[str, Any], nth: int, answer: Reply | None, what: type
) -> None:
    site = GitHub(DISCUSSIONS)
    first = known(send(site, {**BODY, "body": "Another one of ours."}))
    sent(send(site, {**COMMENT, "body": "Another one of ours."}, first=first))
    good, seen = site.answer, len(site.asked)

    def failing(asked: Asked) -> Reply:
        if len(site.asked) - seen <= nth:
            return good(asked)
        if answer is None:
            raise UnansweredError("no whole answer within 10 s")
        return answer

    site.answer = failing  # type: ignore[method-assign]
    assert isinstance(find(site, body, first=first), what)


def test_what_somebody_deletes_while_it_is_looked_for_is_not_it() -> None:
    site = GitHub(DISCUSSIONS)
    sent(send(site, {**BODY, "body": "Another one of ours."}))
    good = site.answer

    def deleted(asked: Asked) -> Reply:
        if "{ body }" in asked.json["query"]:
            site.posts.clear()
        return good(asked)

    site.answer = deleted  # type: ignore[method-assign]
    assert find(site) == Absent()


def test_a_post_whose_time_cannot_be_read_is_looked_at_all_the_same() -> None:
    site = GitHub(DISCUSSIONS)
    there = sent(send(site))
    good = site.answer

    def timeless(asked: Asked) -> Reply:
        given = good(asked)
        return replace(given, body=given.body.replace(b'"createdAt": "2026', b'"createdAt": "odd'))

    site.answer = timeless  # type: ignore[method-assign]
    assert find(site) == there


def test_too_many_posts_of_ours_are_nothing_to_be_sure_of() -> None:
    site = GitHub(DISCUSSIONS)
    for number in range(13):
        sent(send(site, {**BODY, "body": f"Another one of ours: {number}"}))
    assert isinstance(find(site), Unknown)


# Releases


def test_a_release_has_a_tag_of_its_own_and_is_not_the_latest() -> None:
    site = GitHub(RELEASES)
    there = sent(send(site, RELEASE))
    create = site.asked[-1]
    assert (create.method, create.path) == ("POST", "/repos/acme/game/releases")
    assert create.json == RELEASE
    assert create.headers["x-github-api-version"] == "2022-11-28"
    assert there == Sent(
        "300001", "https://github.com/acme/game/releases/tag/winter-season-01234567", {"tag": RELEASE["tag_name"]}
    )
    assert site.latest == ""


def test_the_same_tag_again_is_the_same_release() -> None:
    site = GitHub(RELEASES)
    site.cut_off_after()
    with pytest.raises(UnansweredError):
        send(site, RELEASE)
    there = sent(send(site, RELEASE))
    assert [post.id for post in site.posts] == [there.id]


@pytest.mark.parametrize("body", [HUGE, HUGE + '\\"url": "https://x.example/releases/99"'])
def test_a_release_whose_answer_is_cut_off_is_known_all_the_same(body: str) -> None:
    site = GitHub(RELEASES)
    first = sent(send(site, {**RELEASE, "body": body}))
    assert (first.id, first.url.rpartition("/")[2]) == ("300001", RELEASE["tag_name"])
    assert send(site, {**RELEASE, "body": body}) == first
    assert find(site, RELEASE) == first
    assert edit(site, {**RELEASE, "body": body + "!"}, known(first)) == first


def test_a_release_that_is_there_but_not_shown_yet_is_not_known() -> None:
    assert isinstance(answered(invalid("Release", "already_exists", "tag_name"), RELEASE), Unknown)
    assert isinstance(answered(reply(201, b"cut off"), RELEASE), Unknown)


def test_a_release_that_is_refused_is_looked_for_first() -> None:
    site = GitHub(RELEASES)
    site.answers(reply(422, {"message": "Validation failed"}), after_making=True)
    assert sent(send(site, RELEASE)).id == site.posts[0].id
    good = site.answer
    site.answers(reply(422, {"message": "Validation failed"}))
    site.answer = lambda asked: reply(500) if asked.method == "GET" else good(asked)  # type: ignore[method-assign]
    assert isinstance(send(site, {**RELEASE, "tag_name": "another"}), Unknown)


def test_a_tag_that_nothing_can_be_released_under_is_refused() -> None:
    refused = answered(invalid("Release", "custom", "tag_name"), RELEASE)
    assert refused == Refused("GitHub refused it (422): Validation Failed; tag_name custom")


def test_a_release_that_never_arrived_is_not_there() -> None:
    assert find(GitHub(RELEASES), RELEASE) == Absent()


def test_a_repository_that_is_hidden_is_not_an_empty_one() -> None:
    site = GitHub(RELEASES)
    site.place = "acme/private"
    assert isinstance(find(site, RELEASE), Unknown)


def test_a_server_of_ones_own_is_asked_at_its_own_addresses() -> None:
    asked: list[str] = []

    def http(method: str, url: str, **more: Any) -> Reply:
        asked.append(url)
        return missing()

    lent = replace(hands(GitHub(RELEASES)), http=http)
    own = to(address="https://github.acme.example/api/v3/")
    posting.send(requested(RELEASE), own, "k", lent)
    posting.send(requested(), own, "k", lent)
    assert asked == [
        "https://github.acme.example/api/v3/repos/acme/game/releases",
        "https://github.acme.example/api/graphql",
    ]


# Afterwards


def test_a_changed_discussion_reads_as_it_shall() -> None:
    site = GitHub(DISCUSSIONS)
    posted = known(send(site))
    assert edit(site, {**BODY, "title": "Winter", "body": MARK + "Later."}, posted) == Sent(posted["id"], posted["url"])
    assert site.posts[0].text == "Winter\n\nLater."


def test_a_changed_comment_reads_as_it_shall() -> None:
    site = GitHub(DISCUSSIONS)
    first = known(send(site))
    posted = known(send(site, COMMENT, first=first))
    sent(edit(site, {**COMMENT, "body": "Less."}, posted))
    assert [post.text for post in site.posts] == ["Winter season\n\nIt is here.", "Less."]


def test_a_changed_release_keeps_its_tag() -> None:
    site = GitHub(RELEASES)
    posted = known(send(site, RELEASE))
    changed = {**RELEASE, "tag_name": "winter-later-01234567", "name": "Winter, later", "body": "Later."}
    assert known(edit(site, changed, posted)) == posted
    assert (site.posts[0].text, site.tags) == ("Winter, later\n\nLater.", {"winter-season-01234567"})


@pytest.mark.parametrize("body", [BODY, RELEASE])
def test_what_somebody_deleted_cannot_be_changed(body: dict[str, Any]) -> None:
    site = GitHub(DISCUSSIONS)
    posted = known(send(site, body))
    site.posts.clear()
    assert isinstance(edit(site, body, posted), Refused)


@pytest.mark.parametrize("body", [BODY, RELEASE])
def test_a_change_that_is_not_confirmed_is_not_known(body: dict[str, Any]) -> None:
    site = GitHub(DISCUSSIONS)
    posted = known(send(site, body))
    other = {"data": {"made": {"post": {"id": "D_other", "url": ""}}}, "id": 5, "html_url": ""}
    site.answer = lambda asked: reply(200, other)  # type: ignore[method-assign]
    assert isinstance(edit(site, body, posted), Unknown)


def test_a_withdrawn_release_takes_its_tag_along() -> None:
    site = GitHub(RELEASES)
    posted = known(send(site, RELEASE))
    assert sent(withdraw(site, posted)).id == posted["id"]
    assert (site.posts, site.tags) == ([], set())
    assert sent(withdraw(site, posted)).id == posted["id"]


def test_a_release_whose_tag_is_not_known_goes_without_it() -> None:
    site = GitHub(RELEASES)
    posted = known(send(site, RELEASE))
    assert isinstance(withdraw(site, {"id": posted["id"], "url": posted["url"]}), Sent)
    assert (site.posts, site.tags) == ([], {RELEASE["tag_name"]})


def test_a_tag_that_stays_is_no_reason_to_withdraw_again() -> None:
    site = GitHub(RELEASES)
    posted = known(send(site, RELEASE))
    answer = site.answer

    def cut_off(asked: Asked) -> Reply:
        if "/git/refs/" in asked.path:
            raise UnansweredError("no whole answer within 10 s")
        return answer(asked)

    site.answer = cut_off  # type: ignore[method-assign]
    assert isinstance(withdraw(site, posted), Sent)


def test_with_a_discussion_go_its_comments() -> None:
    site = GitHub(DISCUSSIONS)
    first = known(send(site))
    second = known(send(site, COMMENT, first=first))
    assert sent(withdraw(site, first)).id == first["id"]
    assert site.posts == []
    assert sent(withdraw(site, second)).id == second["id"]
    assert sent(withdraw(site, first)).id == first["id"]


@pytest.mark.parametrize("body", [BODY, RELEASE])
def test_what_a_token_does_not_see_is_not_gone(body: dict[str, Any]) -> None:
    site = GitHub(DISCUSSIONS)
    posted = known(send(site, body))
    site.place, site.posts = "acme/private", []
    assert isinstance(withdraw(site, posted), Refused)


def test_reactions_are_counted_and_comments_that_are_not_ours() -> None:
    site = GitHub(DISCUSSIONS)
    first = known(send(site))
    second = known(send(site, COMMENT, first=first))
    site.posts[0].more["reactions"] = 12
    for _ in range(3):
        site.said("Great!", parent=first["id"])
    site.said("Thanks!", parent=second["id"])
    assert count(site, first) == Counted(likes=12, replies=3)
    assert count(site, second) == Counted(likes=0, replies=1)


def test_a_release_has_reactions_too() -> None:
    site = GitHub(RELEASES)
    posted = known(send(site, RELEASE))
    site.posts[0].more["reactions"] = 4
    assert count(site, posted) == Counted(likes=4)
    by_hand = {"id": posted["id"], "url": posted["url"]}
    assert count(site, by_hand) == Counted(likes=4)


@pytest.mark.parametrize("body", [BODY, RELEASE])
def test_what_is_gone_is_not_counted(body: dict[str, Any]) -> None:
    site = GitHub(DISCUSSIONS)
    posted = known(send(site, body))
    site.posts.clear()
    assert isinstance(count(site, posted), Refused)


# Answers


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (reply(400, {"message": "Problems parsing JSON"}), "GitHub refused it (400): Problems parsing JSON"),
        (reply(403, {"message": "Must have push access"}), "GitHub refused it (403): Must have push access"),
        (reply(403, {"message": "Repository access blocked"}), "GitHub refused it (403): Repository access blocked"),
        (missing(), "there is no repository 'acme/game', or the token may not do this in it"),
        (reply(410, {}), "GitHub refused it (410): it does not say why"),
        (reply(301, {"message": "Moved"}), "the repository 'acme/game' has moved: correct the target's `place`"),
        (
            reply(422, {"message": "Validation Failed", "errors": [{"message": "Repository is empty."}]}),
            "GitHub refused it (422): Validation Failed; Repository is empty.",
        ),
        (
            reply(422, {"message": "Invalid request.", "errors": ["body is too long"]}),
            "GitHub refused it (422): Invalid request.; body is too long",
        ),
    ],
)
def test_what_github_refuses_is_told_in_its_words(answer: Reply, reason: str) -> None:
    assert answered(answer, RELEASE) == Refused(reason)


@pytest.mark.parametrize(
    "answer",
    [
        failure("UNPROCESSABLE", "Body is too long (maximum is 65536 characters)"),
        failure("FORBIDDEN", "acme-bot does not have permission to create discussions"),
        failure("NOT_FOUND", "Could not resolve to a node with the global id of 'DIC_gone'"),
        reply(200, {"errors": [{"message": "Field 'x' doesn't exist", "extensions": {"code": "undefinedField"}}]}),
    ],
)
def test_what_graphql_refuses_was_not_done(answer: Reply) -> None:
    refused = answered(answer)
    assert isinstance(refused, Refused)
    assert not refused.unauthorized
    assert json.loads(answer.body)["errors"][0]["message"] in refused.reason


@pytest.mark.parametrize(
    "answer",
    [
        reply(401, {"message": "Bad credentials"}),
        reply(401, b""),
        reply(403, {"message": "Resource not accessible by personal access token"}),
        failure("FORBIDDEN", "Resource not accessible by personal access token"),
        failure("INSUFFICIENT_SCOPES", "Your token has not been granted the required scopes"),
    ],
)
def test_it_is_told_when_another_token_is_needed(answer: Reply) -> None:
    refused = answered(answer)
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert "liaison secret put acme-github --outgoing" in refused.reason


@pytest.mark.parametrize("body", [BODY, RELEASE])
@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_server_error_may_have_made_it(status: int, body: dict[str, Any]) -> None:
    assert isinstance(answered(reply(status, b"<html>Unicorn!</html>"), body), Unknown)


@pytest.mark.parametrize(
    "answer",
    [
        reply(200, {"data": None, "errors": [{"message": "Something went wrong while executing your query."}]}),
        reply(200, {"errors": [{"message": "Something went wrong"}, {"type": "NOT_FOUND", "message": "x"}]}),
        reply(200, {"errors": ["odd"]}),
        reply(200, {"errors": {}}),
        reply(200, {"data": {"made": None}}),
        reply(200, {"data": {"made": {"post": None}}}),
        reply(200, {"data": {"made": {"post": {"id": 5}}}}),
        reply(200, b"<html>Welcome</html>"),
        reply(200, b""),
        reply(204),
    ],
)
def test_an_answer_that_proves_nothing_is_not_known(answer: Reply) -> None:
    assert isinstance(answered(answer), Unknown)


def test_a_post_that_was_made_is_there_whatever_else_went_wrong() -> None:
    made = {"made": {"post": {"id": "D_9", "url": "https://github.com/acme/game/discussions/9"}}}
    answer = reply(200, {"data": made, "errors": [{"message": "Something went wrong", "path": ["made", "clientId"]}]})
    assert sent(answered(answer)).id == "D_9"


SLOW = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
SPENT = {"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(NOW + 1234)}


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(403, SLOW, retry_after="30"), 30),
        (reply(403, SLOW, retry_after="7.2"), 8),
        (reply(429, SLOW, retry_after=format_datetime(AT + timedelta(seconds=40), usegmt=True)), 40),
        (reply(429, SLOW), 60),
        (reply(403, SLOW), 60),
        (reply(403, {"message": "You have triggered an abuse detection mechanism."}), 60),
        (reply(403, {"message": "API rate limit exceeded for user ID 1."}, **SPENT), 1234),
        (reply(429, {}, **{**SPENT, "x_ratelimit_reset": "soon"}), 900),
        (reply(429, {"message": "x"}, **{**SPENT, "x_ratelimit_reset": "9" * 30}), 6 * 3600),
        (reply(429, {"message": "x"}, **{**SPENT, "x_ratelimit_reset": "1"}), 1),
        (reply(429, b"<html>Too many requests</html>"), 900),
        (reply(403, b"<html>Access denied</html>"), 900),
        (failure("RATE_LIMITED", "API rate limit exceeded"), 60),
        (reply(200, {"errors": [{"type": "RATE_LIMIT", "message": "API rate limit already exceeded"}]}, **SPENT), 1234),
        (failure("UNPROCESSABLE", "was submitted too quickly"), 60),
        (reply(200, SLOW | {"errors": [SLOW]}, retry_after="90"), 90),
    ],
)
def test_too_much_and_how_long_to_wait(answer: Reply, seconds: int) -> None:
    wait = answered(answer)
    assert isinstance(wait, Wait)
    assert (wait.seconds, wait.budget) == (seconds, "github:acme-github")


def test_nothing_was_sent_when_github_could_not_be_reached() -> None:
    site = GitHub(RELEASES)
    site.unreachable()
    with pytest.raises(NotSentError):
        send(site, RELEASE)


def test_a_reason_never_shows_the_token() -> None:
    refused = answered(reply(400, {"message": f"odd header: Bearer {kit.SECRET}"}))
    assert isinstance(refused, Refused)
    assert kit.SECRET not in refused.reason


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ["id", "url", "html_url", "message", "errors", "data", "made", "post", "node", "repository", "type", "nodes"]
NAMED = st.recursive(
    ODD, lambda inner: st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4) | st.lists(inner, max_size=2)
)
BODIES = st.binary(max_size=30) | st.builds(lambda given: json.dumps(given).encode(), NAMED)
HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset"]), st.text(max_size=8), max_size=3
)
STATUSES = st.sampled_from([200, 201, 204, 403, 404, 422]) | st.integers(100, 599)
REPLIES = st.builds(Reply, STATUSES, HEADERS, BODIES)


@given(REPLIES, st.sampled_from([BODY, RELEASE]))
@settings(max_examples=400, deadline=None)
def test_whatever_is_answered_has_an_outcome_and_only_a_post_is_sent(answer: Reply, body: dict[str, Any]) -> None:
    outcome = answered(answer, body)
    assert isinstance(outcome, Sent | Refused | Wait | Unknown)
    if isinstance(outcome, Sent):
        said = json.loads(answer.body)
        assert outcome.id == (str(said["id"]) if body is RELEASE else said["data"]["made"]["post"]["id"])


@given(REPLIES, st.sampled_from([BODY, COMMENT, RELEASE]))
@settings(max_examples=300, deadline=None)
def test_whatever_is_answered_afterwards_or_to_a_look_has_an_outcome(answer: Reply, body: dict[str, Any]) -> None:
    site = GitHub(DISCUSSIONS)
    site.answer = lambda asked: answer  # type: ignore[method-assign]
    posted = {"id": "12" if body is RELEASE else "DC_1" if body is COMMENT else "D_1", "url": "", "tag": "x"}
    assert isinstance(edit(site, body, posted), Sent | Refused | Wait | Unknown)
    assert isinstance(withdraw(site, posted), Sent | Refused | Wait | Unknown)
    assert isinstance(count(site, posted), Counted | Refused | Wait | Unknown)
    assert isinstance(find(site, body, first=posted), Sent | Absent | Unknown | Wait)
    assert isinstance(send(site, body, first=posted), Sent | Refused | Wait | Unknown)


# What it looks like


def rendered(body: str, target: Target = DISCUSSIONS, **more: Any) -> Rendering:
    return posting.render(Post("a1", more.pop("title", "Winter season"), body, "en", **more), target)


def only(rendering: Rendering) -> Part:
    assert rendering.problems == ()
    (part,) = rendering.parts
    return part


def test_one_discussion_to_the_letter() -> None:
    part = only(rendered("The **servers** are back.\n\n- one\n- two\n\nMore: https://acme.example/news"))
    told = "The **servers** are back.\n\n- one\n- two\n\nMore: https://acme.example/news"
    mark = part.body["body"].partition("\n\n")[0]
    assert posting.MARK.fullmatch(mark)
    assert part.body == {"title": "Winter season", "body": f"{mark}\n\n{told}", "category": "Announcements"}
    assert (part.kind, part.window, part.step) == ("readable", 0, "post")
    assert part.measures == (
        Measure("text", "characters", len(mark) + 2 + len(told), 65_536),
        Measure("title", "characters", 13, 256),
    )
    assert part.budgets == (Budget("github:acme-github", 80, 60), Budget("github:hour:acme-github", 500, 3600))
    assert part.text.startswith("Winter season\n\nThe servers are back.")
    assert "<h1>Winter season</h1>" in part.html


def test_one_release_to_the_letter() -> None:
    rendering = rendered("The **servers** are back.", RELEASES, title="Patch 1.2: Schöne Grüße!")
    part = only(rendering)
    tag = part.body["tag_name"]
    assert tag.startswith("patch-1-2-schone-grue-") or tag.startswith("patch-1-2-schone-gru")
    assert part.body == {
        "tag_name": tag,
        "name": "Patch 1.2: Schöne Grüße!",
        "body": "The **servers** are back.",
        "make_latest": "false",
    }
    assert (part.kind, part.window) == ("keyed", 0)
    assert part.measures[0] == Measure("text", "characters", 25, 125_000)
    assert rendering.notes == (f"GitHub puts the tag {tag!r} on the newest commit of the default branch",)


def test_each_announcement_has_a_tag_of_its_own_in_each_language() -> None:
    posts = [Post(name, "Winter", "x", language) for name in ("a1", "a2") for language in ("en", "fr")]
    tags = {posting.render(post, RELEASES).parts[0].body["tag_name"] for post in posts}
    assert len(tags) == 4
    assert all(tag.startswith("winter-") for tag in tags)


@pytest.mark.parametrize("title", ["冬が来た", "!!!", "-", "a" * 256])
def test_a_tag_can_always_be_one(title: str) -> None:
    tag = only(rendered("x", RELEASES, title=title)).body["tag_name"]
    assert len(tag) <= 49
    assert sent(send(GitHub(RELEASES), {**RELEASE, "tag_name": tag})).more["tag"] == tag


def test_the_category_is_the_targets() -> None:
    target = DISCUSSIONS.model_copy(update={"tag": "Show and tell"})
    assert only(rendered("x", target)).body["category"] == "Show and tell"


def test_only_who_was_granted_by_both_is_pinged() -> None:
    rendering = rendered("@everyone @{mods} @{anna} @{team} @bob", pings=frozenset({"mods", "anna", "team"}))
    body = only(rendering).body["body"]
    assert f"@{TEAM} @anna" in body
    assert rendering.pings == ("@acme/mods (mods)", "@anna (anna)")
    assert rendering.notes == (
        "@everyone pings nobody: the announcement does not ask for it",
        "@team pings nobody: the target 'acme-github' does not allow it (`pings`)",
        "@bob pings nobody: the announcement does not ask for it",
    )
    site = GitHub(DISCUSSIONS)
    deliver(rendering, site)
    assert site.posts[0].more["pings"] == ["@acme/mods", "@anna"]


@pytest.mark.parametrize("written", ["", "a b", "acme/mods/more", "-acme", "@"])
def test_a_mention_nobody_can_resolve_pings_nobody_and_says_so(written: str) -> None:
    target = DISCUSSIONS.model_copy(update={"mentions": {"mods": written}})
    rendering = rendered("@{mods}", target, pings=frozenset({"mods"}))
    assert rendering.pings == ()
    assert "does not say which account or team it is" in rendering.notes[0]


HOSTILE = "@acme/mods [@anna](https://x.example) **@**anna\n\n# @anna\n\n<!-- x --> <b>@anna</b> --> ok"


def test_what_is_written_in_a_text_pings_nobody_and_hides_nothing() -> None:
    site = GitHub(DISCUSSIONS)
    deliver(rendered(HOSTILE, title="@anna"), site)
    assert site.posts[0].more["pings"] == []
    assert site.posts[0].more["written"].count("<!--") == 1 + site.posts[0].more["written"].count("\\<!--")
    assert "ok" in site.posts[0].text


@pytest.mark.parametrize(
    ("body", "more", "problem"),
    [
        (f"![]({NAME})", {"images": (IMAGE,)}, "image 1 has no description: write ![what it shows](…)"),
        ("![a map](map.png)", {}, "image 1, 'map.png', was not uploaded with the announcement"),
        ("x", {"title": "x" * 257}, "the title has 257 characters; GitHub takes 256"),
        ("x", {"title": " "}, "it needs a title"),
        (" \n", {}, "there is nothing to say"),
    ],
)
def test_what_blocks_an_approval(body: str, more: dict[str, Any], problem: str) -> None:
    assert rendered(body, **more).problems == (problem,)


def test_a_place_that_is_no_repository_blocks_an_approval() -> None:
    target = DISCUSSIONS.model_copy(update={"place": "https://github.com/acme/game"})
    assert rendered("x", target).problems == ("`place` of 'acme-github' is not a repository: write owner/name",)


def test_an_image_is_told_in_words() -> None:
    rendering = rendered(f"Look:\n\n![the new map]({NAME})", images=(IMAGE,))
    assert "the new map" in only(rendering).body["body"]
    assert rendering.notes == ("GitHub lets no program upload images: what they show is told in words",)


def test_an_image_at_an_address_is_a_link() -> None:
    body = only(rendered("> ![a map](https://acme.example/map.png)")).body["body"]
    assert body.endswith("> [a map](https://acme.example/map.png)")


@pytest.mark.parametrize(("target", "limit"), [(DISCUSSIONS, 65_536), (RELEASES, 125_000)])
def test_a_text_of_exactly_so_many_characters_is_one_post(target: Target, limit: int) -> None:
    room = limit - (27 if target is DISCUSSIONS else 0)
    text = ("word " * 30_000)[:room].rstrip()
    text += "🎉" * (room - len(text))
    part = only(rendered(text, target))
    assert part.measures[0].used == limit
    site = GitHub(target)
    sent(posting.send(requested(part.body), to(target), "k", hands(site)))
    longer = rendered("x" + text, target, link="https://acme.example/1")
    assert len(longer.parts) == (2 if target is DISCUSSIONS else 1)
    assert longer.notes


def test_a_release_that_is_too_long_is_its_beginning_with_a_link() -> None:
    rendering = rendered("A sentence. " * 20_000, RELEASES, link="https://acme.example/news/1")
    assert only(rendering).body["body"].endswith("https://acme.example/news/1")
    assert rendered("A sentence. " * 20_000, RELEASES).problems
