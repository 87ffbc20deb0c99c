"""GitHub: what an announcement looks like there, that it is there once, and what becomes of every answer."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from events.program import Target
from functions.platforms.github import posting
from functions.platforms.outgoing import Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import FIRST, Absent, Budget, Counted, Measure, Post
from tests.platforms.posting.fake import NOW, Asked, reply, sent
from tests.platforms.posting.kits.github import DISCUSSIONS, RELEASES, TEAM, GitHub, failure, invalid, missing
from tests.platforms.posting.making import AT, MAP, Adapter, destination, known, only

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
HUGE = "word " * 24_000
"""A release's text; as an answer, more than is read."""

OURS = Adapter(DISCUSSIONS, BODY, "Winter season")
rendered, deliver, answered = OURS.render, OURS.deliver, OURS.answered
send, find = OURS.send, OURS.find
edit, withdraw, count = OURS.edit, OURS.withdraw, OURS.count


@pytest.fixture
def site() -> GitHub:
    return GitHub(DISCUSSIONS)


# Discussions


def test_a_discussion_is_what_was_approved_in_the_category_of_that_name(site: GitHub) -> None:
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
def test_a_category_is_known_by_its_name_or_as_it_stands_in_its_address(site: GitHub, name: str) -> None:
    sent(send(site, {**BODY, "category": name}))
    assert site.posts[0].more["category"] == "DIC_show"


def test_a_category_that_is_not_there_is_told_with_those_that_are() -> None:
    assert send(GitHub(DISCUSSIONS), {**BODY, "category": "News"}) == Refused(
        "acme/game has no category 'News': it has Announcements, Show and tell (`tag` of 'acme-github')"
    )


def test_a_repository_without_discussions_says_how_to_get_them(site: GitHub) -> None:
    site.discussing = False
    assert send(site) == Refused("acme/game has no discussions: switch them on in its settings, under Features")


def test_a_repository_that_the_token_does_not_see_is_told(site: GitHub) -> None:
    assert send(site, to=destination(DISCUSSIONS, place="acme/other")) == Refused(
        "GitHub refused it: Could not resolve to a Repository with the name 'acme/other'."
    )
    assert site.posts == []


def test_a_repository_that_is_nothing_is_told(site: GitHub) -> None:
    site.instead(reply(200, {"data": {"repository": None}}))
    assert send(site) == Refused("there is no repository 'acme/game', or the token may not see it")


def test_what_is_longer_than_a_discussion_goes_on_in_its_comments(site: GitHub) -> None:
    body = "\n\n".join(f"Paragraph {number} " + "word " * 2000 for number in range(12))
    rendering = rendered(body)
    first, second = deliver(rendering, site)
    assert [part.kind for part in rendering.parts] == ["readable", "readable"]
    assert (site.posts[1].parent, second.url) == (first.id, f"{first.url}#discussioncomment-2")
    assert "split into 2" in rendering.notes[0]
    text = "\n".join(post.text for post in site.posts)
    assert text.count("word") == 24_000
    assert all(measure.used <= measure.limit for part in rendering.parts for measure in part.measures)


def test_a_comment_without_its_discussion_is_not_written() -> None:
    assert send(GitHub(DISCUSSIONS), COMMENT) == Refused("the discussion that this goes on in is not known")


@pytest.mark.parametrize("answer", [None, reply(502, b"<html>")])
def test_a_look_for_the_category_that_fails_is_no_doubt_about_the_post(site: GitHub, answer: Reply | None) -> None:
    site.instead(answer)
    assert isinstance(send(site), Wait)
    assert site.posts == []


# Looking for a discussion


def test_a_discussion_whose_answer_was_lost_is_found_by_its_mark(site: GitHub) -> None:
    site.cut_off_after()
    send(site)
    site.said("What do you think of winter?")
    assert find(site) == Sent("D_kwDO1", "https://github.com/acme/game/discussions/1")


def test_a_discussion_that_never_arrived_is_not_there(site: GitHub) -> None:
    site.said("<!-- 0123456789abcdef --> somebody quotes us")
    assert find(site) == Absent()


def test_what_we_said_before_is_not_looked_through(site: GitHub) -> None:
    sent(send(site))
    site.clock += 3600
    assert find(site, since=AT + timedelta(hours=1)) == Absent()
    assert not any("{ body }" in asked.json["query"] for asked in site.asked)


def test_another_announcement_of_ours_is_not_taken_for_it(site: GitHub) -> None:
    sent(send(site, {**BODY, "body": "<!-- 1111111111111111 -->\n\nSee 0123456789abcdef"}))
    assert find(site) == Absent()


def test_a_text_longer_than_what_is_read_of_an_answer_is_known_by_its_beginning(site: GitHub) -> None:
    there = sent(send(site, {**BODY, "body": MARK + "\u00e9" * 65_000}))
    assert find(site) == there


def test_a_mark_is_found_as_json_may_write_it(site: GitHub) -> None:
    there = sent(send(site))
    answer = site.answer

    def escaped(asked: Asked) -> Reply:
        given = answer(asked)
        return replace(given, body=given.body.replace(b"<", b"\\u003c").replace(b">", b"\\u003e"))

    site.answer = escaped  # type: ignore[method-assign]
    assert find(site) == there


def test_many_new_discussions_are_looked_through_page_by_page(site: GitHub) -> None:
    there = sent(send(site))
    for number in range(120):
        site.said(f"Question {number}")
    assert find(site) == there


def test_too_many_new_discussions_are_nothing_to_be_sure_of(site: GitHub) -> None:
    for number in range(250):
        site.said(f"Question {number}")
    assert isinstance(find(site), Unknown)


def test_a_comment_is_found_below_its_discussion(site: GitHub) -> None:
    first = known(send(site))
    site.said("Great!", parent=first["id"])
    there = sent(send(site, COMMENT, first=first))
    assert find(site, COMMENT, first=first) == there
    assert find(site, {**COMMENT, "body": "<!-- 2222222222222222 -->\n\nx"}, first=first) == Absent()


def test_too_many_comments_are_nothing_to_be_sure_of(site: GitHub) -> None:
    first = known(send(site))
    for number in range(60):
        site.said(f"Answer {number}", parent=first["id"])
    assert isinstance(find(site, COMMENT, first=first), Unknown)


def test_a_look_without_a_mark_or_a_discussion_is_nothing_to_be_sure_of() -> None:
    assert isinstance(find(GitHub(DISCUSSIONS), {**BODY, "body": "It is here."}), Unknown)
    assert isinstance(find(GitHub(DISCUSSIONS), COMMENT), Unknown)


NOWHERE = failure("NOT_FOUND", "Could not resolve to a Repository", {"repository": None})


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (None, Wait),
        (reply(401, {"message": "Bad credentials"}), Unknown),
        (reply(404, {"message": "Not Found"}), Unknown),
        (reply(429, {"message": "slow"}), Wait),
        (reply(503, b"<html>"), Wait | Unknown),
        (failure("FORBIDDEN", "x", {"node": None}), Unknown),
        (NOWHERE, Unknown),
        (reply(200, {"data": {"repository": None}}), Unknown),
        (reply(200, {"data": {"node": {}, "repository": {}}, "id": 0}), Unknown),
    ],
)
@pytest.mark.parametrize(
    ("body", "nth"), [(BODY, 0), (BODY, 1), (COMMENT, 0), (COMMENT, 1), (RELEASE, 0), (RELEASE, 1)]
)
def test_wherever_a_look_fails_it_never_says_that_it_is_not_there(
    site: GitHub, body: dict[str, Any], nth: int, answer: Reply | None, what: Any
) -> None:
    first = known(send(site, {**BODY, "body": "Another one of ours."}))
    sent(send(site, {**COMMENT, "body": "Another one of ours."}, first=first))
    site.instead(answer, after=nth)
    assert isinstance(find(site, body, first=first), what)


def test_what_somebody_deletes_while_it_is_looked_for_is_not_it(site: GitHub) -> None:
    sent(send(site, {**BODY, "body": "Another one of ours."}))
    good = site.answer

    def deleted(asked: Asked) -> Reply:
        if "{ body }" in asked.json["query"]:
            site.posts.clear()
        return good(asked)

    site.answer = deleted  # type: ignore[method-assign]
    assert find(site) == Absent()


def test_a_post_whose_time_cannot_be_read_is_looked_at_all_the_same(site: GitHub) -> None:
    there = sent(send(site))
    good = site.answer

    def timeless(asked: Asked) -> Reply:
        given = good(asked)
        return replace(given, body=given.body.replace(b'"createdAt": "2026', b'"createdAt": "odd'))

    site.answer = timeless  # type: ignore[method-assign]
    assert find(site) == there


def test_too_many_posts_of_ours_are_nothing_to_be_sure_of(site: GitHub) -> None:
    for number in range(13):
        sent(send(site, {**BODY, "body": f"Another one of ours: {number}"}))
    assert isinstance(find(site), Unknown)


# Releases


def test_a_release_has_a_tag_of_its_own_and_is_not_the_latest(site: GitHub) -> None:
    there = sent(send(site, RELEASE))
    create = site.asked[-1]
    assert (create.method, create.path) == ("POST", "/repos/acme/game/releases")
    assert create.json == RELEASE
    assert create.headers["x-github-api-version"] == "2022-11-28"
    assert there == Sent(
        "300001", "https://github.com/acme/game/releases/tag/winter-season-01234567", {"tag": RELEASE["tag_name"]}
    )
    assert site.latest == ""


def test_the_same_tag_again_is_the_same_release(site: GitHub) -> None:
    site.cut_off_after()
    send(site, RELEASE)
    there = sent(send(site, RELEASE))
    assert [post.id for post in site.posts] == [there.id]


@pytest.mark.parametrize("body", [HUGE, HUGE + '\\"url": "https://x.example/releases/99"'])
def test_a_release_whose_answer_is_cut_off_is_known_all_the_same(site: GitHub, body: str) -> None:
    first = sent(send(site, {**RELEASE, "body": body}))
    assert (first.id, first.url.rpartition("/")[2]) == ("300001", RELEASE["tag_name"])
    assert send(site, {**RELEASE, "body": body}) == first
    assert find(site, RELEASE) == first
    assert edit(site, known(first), {**RELEASE, "body": body + "!"}) == first


def test_a_release_that_is_there_but_not_shown_yet_is_not_known() -> None:
    assert isinstance(answered(invalid("Release", "already_exists", "tag_name"), RELEASE), Unknown)
    assert isinstance(answered(reply(201, b"cut off"), RELEASE), Unknown)


def test_a_release_that_is_refused_is_looked_for_first(site: GitHub) -> None:
    site.answers(reply(422, {"message": "Validation failed"}), after_making=True)
    assert sent(send(site, RELEASE)).id == site.posts[0].id
    good = site.answer
    site.answers(reply(422, {"message": "Validation failed"}))
    site.answer = lambda asked: reply(500) if asked.method == "GET" else good(asked)  # type: ignore[method-assign]
    assert isinstance(send(site, {**RELEASE, "tag_name": "another"}), Unknown)


def test_a_tag_that_nothing_can_be_released_under_is_refused() -> None:
    refused = answered(invalid("Release", "custom", "tag_name"), RELEASE)
    assert refused == Refused("GitHub refused it (422): Validation Failed; tag_name custom")


def test_a_repository_that_is_hidden_is_not_an_empty_one(site: GitHub) -> None:
    site.place = "acme/private"
    assert isinstance(find(site, RELEASE), Unknown)


def test_a_server_of_ones_own_is_asked_at_its_own_addresses(site: GitHub) -> None:
    site.instead(missing())
    own = destination(DISCUSSIONS, address="https://github.acme.example/api/v3/")
    send(site, RELEASE, to=own)
    send(site, to=own)
    assert [asked.url for asked in site.asked] == [
        "https://github.acme.example/api/v3/repos/acme/game/releases",
        "https://github.acme.example/api/graphql",
    ]


# Afterwards


def test_a_changed_discussion_reads_as_it_shall(site: GitHub) -> None:
    posted = known(send(site))
    assert edit(site, posted, {**BODY, "title": "Winter", "body": MARK + "Later."}) == Sent(posted["id"], posted["url"])
    assert site.posts[0].text == "Winter\n\nLater."


def test_a_changed_comment_reads_as_it_shall(site: GitHub) -> None:
    first = known(send(site))
    posted = known(send(site, COMMENT, first=first))
    sent(edit(site, posted, {**COMMENT, "body": "Less."}))
    assert [post.text for post in site.posts] == ["Winter season\n\nIt is here.", "Less."]


def test_a_changed_release_keeps_its_tag(site: GitHub) -> None:
    posted = known(send(site, RELEASE))
    changed = {**RELEASE, "tag_name": "winter-later-01234567", "name": "Winter, later", "body": "Later."}
    assert known(edit(site, posted, changed)) == posted
    assert (site.posts[0].text, site.tags) == ("Winter, later\n\nLater.", {"winter-season-01234567"})


@pytest.mark.parametrize("body", [BODY, RELEASE])
def test_what_somebody_deleted_cannot_be_changed(site: GitHub, body: dict[str, Any]) -> None:
    posted = known(send(site, body))
    site.posts.clear()
    assert isinstance(edit(site, posted, body), Refused)


@pytest.mark.parametrize("body", [BODY, RELEASE])
def test_a_change_that_is_not_confirmed_is_not_known(site: GitHub, body: dict[str, Any]) -> None:
    posted = known(send(site, body))
    other = {"data": {"made": {"post": {"id": "D_other", "url": ""}}}, "id": 5, "html_url": ""}
    site.instead(reply(200, other))
    assert isinstance(edit(site, posted, body), Unknown)


def test_a_withdrawn_release_takes_its_tag_along(site: GitHub) -> None:
    posted = known(send(site, RELEASE))
    assert sent(withdraw(site, posted)).id == posted["id"]
    assert (site.posts, site.tags) == ([], set())
    assert sent(withdraw(site, posted)).id == posted["id"]


def test_a_release_whose_tag_is_not_known_goes_without_it(site: GitHub) -> None:
    posted = known(send(site, RELEASE))
    assert isinstance(withdraw(site, {"id": posted["id"], "url": posted["url"]}), Sent)
    assert (site.posts, site.tags) == ([], {RELEASE["tag_name"]})


def test_a_tag_that_stays_is_no_reason_to_withdraw_again(site: GitHub) -> None:
    posted = known(send(site, RELEASE))
    site.instead(None, "/git/refs/")
    assert isinstance(withdraw(site, posted), Sent)


def test_with_a_discussion_go_its_comments(site: GitHub) -> None:
    first = known(send(site))
    second = known(send(site, COMMENT, first=first))
    assert sent(withdraw(site, first)).id == first["id"]
    assert site.posts == []
    assert sent(withdraw(site, second)).id == second["id"]
    assert sent(withdraw(site, first)).id == first["id"]


@pytest.mark.parametrize("body", [BODY, RELEASE])
def test_what_a_token_does_not_see_is_not_gone(site: GitHub, body: dict[str, Any]) -> None:
    posted = known(send(site, body))
    site.place, site.posts = "acme/private", []
    assert isinstance(withdraw(site, posted), Refused)


def test_reactions_are_counted_and_comments_that_are_not_ours(site: GitHub) -> None:
    first = known(send(site))
    second = known(send(site, COMMENT, first=first))
    site.posts[0].more["reactions"] = 12
    for _ in range(3):
        site.said("Great!", parent=first["id"])
    site.said("Thanks!", parent=second["id"])
    assert count(site, first) == Counted(likes=12, replies=3)
    assert count(site, second) == Counted(likes=0, replies=1)


def test_a_release_has_reactions_too(site: GitHub) -> None:
    posted = known(send(site, RELEASE))
    site.posts[0].more["reactions"] = 4
    assert count(site, posted) == Counted(likes=4)
    by_hand = {"id": posted["id"], "url": posted["url"]}
    assert count(site, by_hand) == Counted(likes=4)


@pytest.mark.parametrize("body", [BODY, RELEASE])
def test_what_is_gone_is_not_counted(site: GitHub, body: dict[str, Any]) -> None:
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
        (reply(429, SLOW, retry_after="Wed, 25 Nov 2026 09:47:20 GMT"), 40),
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


# What it looks like


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
    assert re.fullmatch(r"patch-1-2-schone-grue-[0-9a-f]{8}", tag)
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


def test_only_who_was_granted_by_both_is_pinged(site: GitHub) -> None:
    rendering = rendered("@everyone @{mods} @{anna} @{team} @bob", pings=frozenset({"mods", "anna", "team"}))
    body = only(rendering).body["body"]
    assert f"@{TEAM} @anna" in body
    assert rendering.pings == ("@acme/mods (mods)", "@anna (anna)")
    assert rendering.notes == (
        "@everyone pings nobody: the announcement does not ask for it",
        "@team pings nobody: the target 'acme-github' does not allow it (`pings`)"
        " and names no account or team for it (`mentions`)",
        "@bob pings nobody: the announcement does not ask for it",
    )
    deliver(rendering, site)
    assert site.posts[0].more["pings"] == ["@acme/mods", "@anna"]


@pytest.mark.parametrize("written", ["", "a b", "acme/mods/more", "-acme", "@"])
def test_a_mention_nobody_can_resolve_pings_nobody_and_says_so(written: str) -> None:
    target = DISCUSSIONS.model_copy(update={"mentions": {"mods": written}})
    rendering = rendered("@{mods}", target, pings=frozenset({"mods"}))
    assert rendering.pings == ()
    assert rendering.notes == (
        "@mods pings nobody: the target 'acme-github' names no account or team for it (`mentions`)",
    )


HOSTILE = "@acme/mods [@anna](https://x.example) **@**anna\n\n# @anna\n\n<!-- x --> <b>@anna</b> --> ok"


def test_what_is_written_in_a_text_pings_nobody_and_hides_nothing(site: GitHub) -> None:
    deliver(rendered(HOSTILE, title="@anna"), site)
    assert site.posts[0].more["pings"] == []
    assert site.posts[0].more["written"].count("<!--") == 1 + site.posts[0].more["written"].count("\\<!--")
    assert "ok" in site.posts[0].text


@pytest.mark.parametrize(
    ("body", "more", "problem"),
    [
        ("x", {"title": "x" * 257}, "title: 257 characters; GitHub takes 256"),
        ("x", {"title": " "}, "it needs a title"),
        (" \n", {}, "there is nothing to say"),
    ],
)
def test_what_blocks_an_approval(body: str, more: dict[str, Any], problem: str) -> None:
    assert rendered(body, **more).problems == (problem,)


def test_an_image_is_told_in_words() -> None:
    rendering = rendered(f"Look:\n\n![A new map]({MAP.name})", images=(MAP,))
    assert "A new map" in only(rendering).body["body"]
    assert rendering.notes == ("GitHub lets no program upload images: what they show is told in words",)


def test_a_place_that_is_no_repository_blocks_an_approval() -> None:
    target = DISCUSSIONS.model_copy(update={"place": "https://github.com/acme/game"})
    assert rendered("x", target).problems == ("`place` of 'acme-github' is not a repository: write owner/name",)


@pytest.mark.parametrize(("target", "limit"), [(DISCUSSIONS, 65_536), (RELEASES, 125_000)])
def test_a_text_of_exactly_so_many_characters_is_one_post(target: Target, limit: int) -> None:
    room = limit - (27 if target is DISCUSSIONS else 0)
    text = ("word " * 30_000)[:room].rstrip()
    text += "🎉" * (room - len(text))
    part = only(rendered(text, target))
    assert part.measures[0].used == limit
    sent(send(GitHub(target), part.body))
    longer = rendered("x" + text, target, link="https://acme.example/1")
    assert len(longer.parts) == (2 if target is DISCUSSIONS else 1)
    assert longer.notes
