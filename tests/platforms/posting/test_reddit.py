"""Reddit: what an announcement looks like there, that it is there once, and what becomes of every answer."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.platforms.outgoing import Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import PREVIOUS, Absent, Budget, Counted, Measure
from tests.platforms.posting.fake import NOW, reply, sent
from tests.platforms.posting.kits import reddit as kit
from tests.platforms.posting.kits.reddit import (
    ACCOUNT,
    CLIENT,
    CLIENT_SECRET,
    COMMUNITY,
    FLAIR,
    REFRESH,
    Reddit,
    errors,
)
from tests.platforms.posting.making import AT, MAP, Adapter, destination, known, only

(TARGET,) = kit.TARGETS
TO = destination(TARGET)
BODY: dict[str, Any] = {
    "api_type": "json",
    "kind": "self",
    "sr": COMMUNITY,
    "title": "Winter",
    "text": "It is **here**",
    "validate_on_submit": "true",
}
COMMENT = {"api_type": "json", "thing_id": PREVIOUS, "text": "and more"}

OURS = Adapter(TARGET, BODY)
rendered, deliver = OURS.render, OURS.deliver
send, find, edit, withdraw, count = OURS.send, OURS.find, OURS.edit, OURS.withdraw, OURS.count


@pytest.fixture
def site() -> Reddit:
    return Reddit(TARGET)


def answered(answer: Reply) -> object:
    """Even with a new token."""
    return OURS.answered(answer, times=2)


# What it looks like


def test_the_body_is_the_request_to_the_letter() -> None:
    written = "It is **here**:\n\n- [notes](https://play.example.com/n)"
    made = rendered(f"{written}\n\n> ![new](https://acme.example/n.png)\n\n![a map]({MAP.name})", images=(MAP,))
    part = only(made)
    text = f"{written}\n\n> [new](https://acme.example/n.png)\n\n\\[image: a map\\]"
    assert part.body == {**BODY, "text": text, "flair_id": FLAIR}
    assert part.text.startswith("Winter\n\nIt is here:\n\n• notes (https://play.example.com/n)")
    assert part.html.startswith("<h1>Winter</h1>")
    assert (part.kind, part.step, part.images) == ("readable", "post", ())
    assert part.measures == (
        Measure("title", "characters", 6, 300),
        Measure("text", "characters", len(text), 40_000),
    )
    assert part.budgets == (Budget("reddit:acmenews"),)
    assert made.notes == ("a text post on Reddit takes no images of ours: what they show is told in words",)


@pytest.mark.parametrize("place", ["acmegame", "r/acmegame", "/r/acmegame/"])
def test_a_community_by_any_of_its_names(place: str) -> None:
    part = only(rendered("x", TARGET.model_copy(update={"place": place, "tag": ""})))
    assert part.body["sr"] == COMMUNITY
    assert "flair_id" not in part.body


def test_what_keeps_it_from_being_sent() -> None:
    assert rendered("x", title=" \n").problems == ("a post on Reddit needs a title",)
    assert rendered("x", title="a" * 300).problems == ()
    assert rendered("x", title="a" * 301).problems == ("title: 301 characters; Reddit takes 300",)
    assert rendered("x", title="a\nb").parts[0].body["title"] == "a b"
    lost = rendered("x", TARGET.model_copy(update={"place": "r/a b"}))
    assert lost.problems == ("`place` of 'acme-reddit' is no community's name, without r/",)
    (problem,) = rendered("x", TARGET.model_copy(update={"tag": "News"})).problems
    assert problem.startswith("`tag` of 'acme-reddit' is not the id of a flair: Mod Tools")


def test_a_text_may_be_missing(site: Reddit) -> None:
    made = rendered("")
    assert made.problems == ()
    deliver(made, site)
    assert site.posts[0].text == "Winter"


def test_a_mention_pings_by_grant_of_both_only(site: Reddit) -> None:
    both = frozenset({"mods", "anna", "press", "everyone"})
    made = rendered("@{mods}, @anna, @press, u/stranger_1 and /u/stranger", pings=both)
    assert made.pings == ("u/AcmeMods (mods)",)
    assert made.notes == (
        "@anna pings nobody: the target 'acme-reddit' does not allow it (`pings`)",
        "@press pings nobody: the target 'acme-reddit' does not allow it (`pings`) and names no account for it"
        " (`mentions`)",
        "@everyone pings nobody: what is posted does not mention it",
    )
    deliver(made, site)
    assert site.posts[0].more["pings"] == ["AcmeMods"]


def test_a_text_is_to_the_character(site: Reddit) -> None:
    made = rendered("a" * 40_000)
    only(made)
    deliver(made, site)
    assert rendered("a" * 40_001).problems != ()
    excerpt = TARGET.model_copy(update={"long": "excerpt"})
    part = only(rendered("word " * 9000, excerpt, link="https://acme.example/w"))
    assert part.body["text"].endswith("…\n\nhttps://acme.example/w")
    assert part.measures[1].used > 39_900


def test_a_longer_text_goes_on_in_comments(site: Reddit) -> None:
    made = rendered("\n\n".join(f"Paragraph {number}. {'tells ' * 60}" for number in range(120)))
    assert [part.step for part in made.parts] == ["post", *["comment"] * (len(made.parts) - 1)]
    assert made.parts[1].body == {**COMMENT, "text": made.parts[1].body["text"]}
    assert "split into" in made.notes[0]
    there = deliver(made, site)
    assert [one.parent for one in site.posts] == ["", *[one.id for one in there[:-1]]]
    text = "\n".join(one.text for one in site.posts)
    assert all(f"Paragraph {number}. " in text for number in range(120))
    assert there[1].url.startswith("https://www.reddit.com/r/acmegame/comments/")


def test_comments_in_letters_that_take_room_are_shorter_so_that_answers_can_be_read(site: Reddit) -> None:
    made = rendered("\n\n".join("слово " * 60 for _ in range(130)))
    assert made.problems == ()
    assert max(len(part.body["text"]) for part in made.parts) < 5_000
    there = deliver(made, site)
    assert sent(find(site, made.parts[-1].body, step="comment", previous=known(there[-2]))).id == there[-1].id


@pytest.mark.parametrize("before", [{}, {"id": "nonsense"}])
def test_a_comment_without_the_part_before_it_is_never_sent(site: Reddit, before: dict[str, str]) -> None:
    refused = send(site, COMMENT, step="comment", previous=before)
    assert refused == Refused("the part before this one is not known to Reddit")
    assert site.asked == []


# Sending


def test_the_request_is_what_was_approved(site: Reddit) -> None:
    there = sent(send(site, {**BODY, "flair_id": FLAIR}))
    login, create = site.asked
    assert (create.method, create.path) == ("POST", "/api/submit")
    assert create.form == {**BODY, "flair_id": FLAIR}
    assert create.headers["authorization"] == "Bearer token-1"
    assert create.headers["user-agent"] == "server:liaison:0.1 (by /u/AcmeNews)"
    assert login.form == {"grant_type": "refresh_token", "refresh_token": REFRESH}
    (post,) = site.posts
    url = f"https://www.reddit.com/r/acmegame/comments/{post.id[3:]}/x/"
    assert there == Sent(post.id, url, {"title": "Winter"})
    assert post.more["flair"] == FLAIR


@pytest.mark.parametrize("text", ["<key>", "<previous>", "&amp; & < >", "é + ü = %20", "[image: x]"])
def test_texts_arrive_as_they_are(site: Reddit, text: str) -> None:
    sent(send(site, {**BODY, "text": text, "title": text}))
    assert (site.posts[0].more["raw"], site.posts[0].more["title"]) == (text, text)


def test_a_community_that_wants_a_flair_says_what_to_do(site: Reddit) -> None:
    site.flair_needed = True
    told = "SUBMIT_VALIDATION_FLAIR_REQUIRED: posts there need a flair: set the target's `tag` to the id of one"
    assert send(site) == Refused(f"Reddit says: {told}")
    sent(send(site, {**BODY, "flair_id": FLAIR}))


def test_reddit_wants_a_rest_and_may_have_made_the_post_all_the_same(site: Reddit) -> None:
    site.resting = 706.7
    wait = send(site)
    assert isinstance(wait, Wait)
    assert (wait.seconds, wait.budget) == (707, "reddit:acmenews")
    assert site.posts == []
    site.made_all_the_same = True
    assert sent(send(site)).id == site.posts[0].id


# Who lets us in


def test_one_login_serves_many_posts_and_a_dead_token_is_renewed_once(site: Reddit) -> None:
    for _ in range(3):
        sent(send(site))
    assert site.logins == 1
    site.tokens.clear()
    sent(send(site))
    assert (site.logins, len(site.posts)) == (2, 4)


def test_a_token_that_does_not_say_when_it_ends_is_used_for_an_hour(site: Reddit) -> None:
    site.instead(reply(200, {"access_token": "opaque"}), "access_token")
    send(site)
    assert site.sessions.kept[TO.id]["until"] == NOW + 3600


def test_another_credential_is_used_at_once(site: Reddit) -> None:
    send(site)
    sent(send(site, to=replace(TO, secret=kit.BY_PASSWORD)))
    assert site.asked[-2].form == {"grant_type": "password", "username": ACCOUNT, "password": kit.PASSWORD}


@pytest.mark.parametrize(
    "secret", ["", "token", "[]", "{}", '{"client_id": "a", "client_secret": "b"}', '{"client_id": 5}']
)
def test_a_credential_that_is_none_says_what_to_put(site: Reddit, secret: str) -> None:
    refused = send(site, to=replace(TO, secret=secret))
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert "liaison secret put acme-reddit --outgoing" in refused.reason
    assert site.asked == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_secret": "old-secret", "refresh_token": REFRESH},
        {"client_secret": CLIENT_SECRET, "refresh_token": "old-refresh"},
        {"client_secret": CLIENT_SECRET, "username": ACCOUNT, "password": "old-password"},
    ],
)
def test_a_login_that_is_refused_says_so_and_tells_no_secret(site: Reddit, wrong: dict[str, str]) -> None:
    refused = send(site, to=replace(TO, secret=json.dumps({"client_id": CLIENT, **wrong})))
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
def test_a_login_that_fails_otherwise_is_waited_for(site: Reddit, answer: Reply | None, seconds: int) -> None:
    site.instead(answer, "access_token")
    wait = send(site)
    assert isinstance(wait, Wait)
    assert wait.seconds == seconds
    assert site.posts == []


# Looking


def test_a_post_whose_answer_was_lost_is_found(site: Reddit) -> None:
    site.cut_off_after()
    assert isinstance(send(site), Unknown)
    site.clock += 600
    (post,) = site.posts
    url = f"https://www.reddit.com/r/acmegame/comments/{post.id[3:]}/x/"
    assert find(site) == Sent(post.id, url, {"title": "Winter"})


@pytest.mark.parametrize(
    "more",
    [
        {"body": {**BODY, "title": "Summer"}},
        {"body": {**BODY, "sr": "elsewhere"}},
        {"since": AT + timedelta(days=30)},
    ],
)
def test_what_only_resembles_it_is_not_it(site: Reddit, more: dict[str, Any]) -> None:
    send(site)
    assert find(site, **more) == Absent()


def test_clocks_may_differ(site: Reddit) -> None:
    there = sent(send(site))
    assert find(site, since=AT + timedelta(minutes=4)) == there


def test_the_same_title_with_other_words_is_a_persons(site: Reddit) -> None:
    there = sent(send(site))
    doubt = find(site, {**BODY, "text": "Other words"})
    assert doubt == Unknown(f"a post with this title and other words is there: is it this one? {there.url}")


def test_white_space_and_composed_letters_make_no_difference(site: Reddit) -> None:
    there = sent(send(site, {**BODY, "text": "Caf\u00e9  is\n\n here\u200b \n"}))
    assert find(site, {**BODY, "text": "Cafe\u0301 is here"}) == there


def test_an_account_that_writes_much_is_read_page_by_page_and_not_for_ever(site: Reddit) -> None:
    there = sent(send(site))
    site.before += [site.thing("t3", f"Other {i}", "x", NOW + 1 + i) for i in range(60)]
    assert find(site) == there
    site.before += [site.thing("t3", f"More {i}", "x", NOW + 100 + i) for i in range(600)]
    assert find(site) == Unknown("it is not among the newest that u/AcmeNews wrote, and there is more")


def test_what_is_older_is_not_read(site: Reddit) -> None:
    site.before += [site.thing("t3", f"Old {i}", "x", NOW - 9000 - i) for i in range(200)]
    assert find(site) == Absent()
    assert len([asked for asked in site.asked if "submitted" in asked.path]) == 1


@pytest.mark.parametrize(
    ("text", "expected"), [("tells " * 6600, Sent), ("слово " * 1500, Sent), ("слово " * 6600, Unknown)]
)
def test_a_post_longer_than_an_answer_is_known_by_its_beginning(site: Reddit, text: str, expected: type) -> None:
    body = {**BODY, "text": text, "title": 'The "long" one\\'}
    there = sent(send(site, body))
    site.before += [site.thing("t3", "Later", text, NOW + 5)] if expected is Sent else []
    looked = find(site, body)
    assert isinstance(looked, expected)
    if isinstance(looked, Sent):
        assert (looked.id, looked.url) == (there.id, f"https://www.reddit.com/comments/{there.id[3:]}")


def test_a_lost_comment_is_looked_for_below_its_part(site: Reddit) -> None:
    first = known(send(site))
    part: dict[str, Any] = {"body": COMMENT, "step": "comment", "first": first, "previous": first}
    assert find(site, **part) == Absent()
    site.cut_off_after()
    assert isinstance(send(site, **part), Unknown)
    assert sent(find(site, **part)).id == site.posts[1].id
    assert find(site, **{**part, "previous": {"id": "t1_other"}}) == Absent()
    assert find(site, **{**part, "body": {**COMMENT, "text": "something else"}}) == Absent()


@pytest.mark.parametrize("path", ["/api/v1/me$", "/submitted$"])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (reply(500), Wait),
        (reply(403, {"message": "Forbidden", "error": 403}), Unknown),
        (reply(404, {"message": "Not Found", "error": 404}), Unknown),
        (reply(429, {}, x_ratelimit_reset="9"), Wait),
        (reply(200, b"<html>"), Unknown),
        (reply(200, {}), Unknown),
        (reply(200, {"data": {"children": {}}}), Unknown),
        (None, Wait),
    ],
)
def test_a_look_that_fails_is_never_absence(site: Reddit, answer: Reply | None, expected: type, path: str) -> None:
    site.instead(answer, path)
    assert isinstance(find(site), expected)


def test_odd_things_in_a_list_are_passed_over(site: Reddit) -> None:
    odd = [None, 5, {}, {"data": None}, {"data": {"name": 7, "created_utc": "x"}}, {"data": {"created_utc": True}}]
    site.instead(reply(200, {"data": {"children": odd, "after": None}}), "submitted")
    assert find(site) == Absent()


# Afterwards


def test_a_changed_text_is_changed_and_again_is_the_same(site: Reddit) -> None:
    there = sent(send(site))
    for _ in range(2):
        assert edit(site, there, {**BODY, "text": "It is *over*"}) == there
    assert site.posts[0].text == "Winter\n\nIt is over"
    assert site.asked[-1].form == {"api_type": "json", "thing_id": there.id, "text": "It is *over*"}


def test_a_change_longer_than_an_answer_is_made_all_the_same(site: Reddit) -> None:
    there = sent(send(site))
    assert edit(site, there, {**BODY, "text": "слово " * 6000}) == there


def test_an_answer_without_a_list_of_errors_is_a_change_too(site: Reddit) -> None:
    there = sent(send(site))
    site.instead(reply(200, {"json": {"errors": None, "data": {}}}))
    assert edit(site, there) == there


def test_a_title_is_never_changed(site: Reddit) -> None:
    there = sent(send(site))
    asked = len(site.asked)
    assert edit(site, there, {**BODY, "title": "Summer"}) == Refused(
        "Reddit changes no titles: keep the title as it is, or withdraw the post and announce anew"
    )
    assert len(site.asked) == asked
    sent(edit(site, {"id": there.id, "url": ""}, {**BODY, "text": "new"}))


def test_a_comment_is_changed_and_withdrawn_like_a_post(site: Reddit) -> None:
    first = sent(send(site))
    second = sent(send(site, COMMENT, step="comment", first=known(first), previous=known(first)))
    assert edit(site, second, {**COMMENT, "text": "and less"}, step="comment") == second
    assert site.posts[1].text == "and less"
    for one in (second, first):
        assert withdraw(site, one) == one
        assert site.asked[-1].form == {"id": one.id}
    assert [post.more["gone"] for post in site.posts] == [True, True]


def test_what_is_gone_cannot_be_changed(site: Reddit) -> None:
    there = sent(send(site))
    site.posts.clear()
    assert edit(site, there, {**BODY, "text": "x"}) == Refused("Reddit answered 403: Forbidden")


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
def test_a_change_or_deletion_that_fails(site: Reddit, answer: Reply | None, expected: type) -> None:
    there = sent(send(site))
    site.instead(answer)
    assert isinstance(withdraw(site, there), expected)
    assert isinstance(edit(site, there, {**BODY, "text": "x"}), expected)


def test_what_people_did_is_counted(site: Reddit) -> None:
    assert count(site, sent(send(site))) == Counted(likes=12, shares=1, replies=4)
    assert count(site, {"id": "t3_gone"}) == Refused("it is not there any more")
    site.instead(reply(200, {"data": {"children": [{"data": {"score": -3, "num_comments": "many"}}]}}))
    assert count(site, {"id": "t3_1"}) == Counted(likes=0)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (reply(500), Wait),
        (reply(200, b"<html>"), Wait),
        (reply(403, {"message": "no"}), Refused),
        (None, Wait),
    ],
)
def test_a_count_that_fails(site: Reddit, answer: Reply | None, expected: type) -> None:
    site.instead(answer, "/api/info")
    assert isinstance(count(site, {"id": "t3_1"}), expected)


# Answers


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
def test_a_credential_that_is_not_good_any_more_is_named(answer: Reply) -> None:
    refused = answered(answer)
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert "liaison secret put acme-reddit --outgoing" in refused.reason


def test_whatever_reddit_says_the_secrets_are_not_repeated() -> None:
    refused = answered(errors(["ODD", f"your {REFRESH} and {CLIENT_SECRET}", ""]))
    assert refused == Refused("Reddit says: ODD: your … and …")


def resting(words: str, **more: Any) -> Reply:
    return reply(200, {"json": {"errors": [["RATELIMIT", words, "ratelimit"]], **more}})


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (resting("you are doing that too much. try again in 9 minutes."), 540),
        (resting("Take a break for 40 seconds before trying again."), 40),
        (resting("Take a break for 900 milliseconds before trying again."), 1),
        (resting("Take a break for 1 hour before trying again."), 3600),
        (resting("Take a break for 3 days before trying again."), 21_600),
        (resting("later"), 600),
        (errors(["RATELIMIT"]), 600),
        (resting("9 minutes", ratelimit=33.2), 34),
        (resting("9 minutes", ratelimit=True), 540),
        (reply(429, {"message": "Too Many Requests"}, x_ratelimit_reset="598.0"), 598),
        (reply(429, {}, retry_after="7", x_ratelimit_reset="598"), 7),
        (reply(429, b"", x_ratelimit_reset="12"), 12),
        (reply(429, {}), 900),
        (reply(429, b"<html>", retry_after="7"), 900),
        (reply(429, b"<html>"), 900),
        (reply(403, b"<html>blocked by network security</html>"), 900),
        (reply(403, b""), 900),
    ],
)
def test_a_limit_holds_up_everything_of_the_account(answer: Reply, seconds: int) -> None:
    wait = answered(answer)
    assert isinstance(wait, Wait)
    assert (wait.seconds, wait.budget) == (seconds, "reddit:acmenews")
