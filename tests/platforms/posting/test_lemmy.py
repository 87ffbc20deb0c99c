"""Lemmy: what an announcement looks like there, that it is there once, and what becomes of every answer."""

from hashlib import sha256
from typing import Any

import mistune
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.platforms.outgoing import Outcome, Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import FIRST, PREVIOUS, Absent, Budget, Counted, Measure, Part, Rendering
from tests.platforms.posting.fake import NOW, picture, reply, sent
from tests.platforms.posting.kits import lemmy as kit
from tests.platforms.posting.kits.lemmy import NEW, NUMBER, OLD, Lemmy, wrong
from tests.platforms.posting.making import KEY, Adapter, destination, known, only

TARGET, EARLIER = kit.TARGETS
DIGEST = sha256(b"a1\nacme-lemmy\nen\n1").hexdigest()[:16]
MARK = f"[liaison]: # ({DIGEST})"
BODY: dict[str, Any] = {"name": "Winter", "body": f"It is **here**\n\n{MARK}"}
COMMENT: dict[str, Any] = {"post_id": FIRST, "content": f"more\n\n{MARK}"}
PNG = b"\x89PNG\r\n\x1a\n"
IMAGE = picture(PNG, "a map")
NAME = IMAGE.name
PICTURED = {"name": "Winter", "body": ["![a map](", "<image 1>", ")"]}

OURS, BEFORE = Adapter(TARGET, BODY), Adapter(EARLIER, BODY)
BOTH = pytest.mark.parametrize("by", [OURS, BEFORE], ids=["1.0", "0.19"])
rendered, deliver, answered = OURS.render, OURS.deliver, OURS.answered
send, find, prepare = OURS.send, OURS.find, OURS.prepare
edit, withdraw = OURS.edit, OURS.withdraw


@pytest.fixture
def by() -> Adapter:
    """Who asks, unless a test says who."""
    return OURS


@pytest.fixture
def site(by: Adapter) -> Lemmy:
    return Lemmy(by.target)


def paths(site: Lemmy) -> list[str]:
    return [f"{asked.method} {asked.path}" for asked in site.asked]


def others(site: Lemmy, many: int, at: int, text: str = "x") -> None:
    """Somebody else posts so often, once a second from then on."""
    site.before += [site.thing("post", f"Of {at + i}", text, NOW + at + i) for i in range(many)]


# What it looks like


def test_a_post_is_a_title_and_its_text_with_a_mark_that_nobody_sees(site: Lemmy) -> None:
    made = rendered("It is **here**")
    part = Part(
        BODY,
        "Winter\n\nIt is here",
        "readable",
        html="<h1>Winter</h1>\n\n<p>It is <strong>here</strong></p>",
        measures=(
            Measure("title", "characters", 6, 200),
            Measure("text", "characters", len(BODY["body"]), 50_000),
        ),
        budgets=(Budget("lemmy:lemmy.acme.example"), Budget("lemmy:lemmy.acme.example:posts", 6, 600)),
    )
    assert made == Rendering((part,))
    deliver(made, site)
    assert site.posts[0].text == "Winter\n\nIt is here"


@pytest.mark.parametrize(
    "end", ["- item", "> quote", "```\ncode\n```", "| a |\n| - |\n| 1 |", "    code", "# h", "x\\"]
)
def test_the_mark_is_no_part_of_what_comes_before_it(end: str) -> None:
    body = only(rendered(f"Hello\n\n{end}")).body["body"]
    assert body.endswith(f"\n\n{MARK}")
    assert "Hello" in shown(body)
    assert DIGEST not in shown(body)


@settings(max_examples=100)
@given(st.text(min_size=1, max_size=300))
def test_nobody_sees_the_mark_whatever_was_written(body: str) -> None:
    assert DIGEST not in shown(only(rendered(body)).body["body"])


def shown(markdown: str) -> str:
    return str(mistune.create_markdown(plugins=["table"])(markdown))


def test_marks_differ_by_announcement_target_language_and_part() -> None:
    several = (
        *(rendered("x"), rendered("x", EARLIER), rendered("x", announcement="a2"), rendered("x", language="fr")),
        rendered("word " * 11_000, announcement="a3"),
    )
    texts = [part.body.get("body") or part.body["content"] for made in several for part in made.parts]
    assert len(texts) > 5
    assert len({text.rpartition("\n")[2] for text in texts}) == len(texts)


@pytest.mark.parametrize(
    ("title", "problems"),
    [
        ("ab", ("a post on Lemmy needs a title of 3 characters at least",)),
        ("abc", ()),
        ("a" * 200, ()),
        ("a" * 201, ("title: 201 characters; Lemmy takes 200",)),
    ],
)
def test_a_title_has_three_to_two_hundred_characters(title: str, problems: tuple[str, ...]) -> None:
    assert rendered(title=title).problems == problems


def test_a_title_is_one_line() -> None:
    assert only(rendered(title="a\n b")).body["name"] == "a b"


@pytest.mark.parametrize("place", ["7", "news", "!news@lemmy.example", "c/news", "the news"])
def test_a_place_is_a_community(place: str) -> None:
    problem = "`place` of 'acme-lemmy' is no community's name (news, or news@lemmy.example if it lives elsewhere)"
    made = rendered(target=TARGET.model_copy(update={"place": place}))
    assert made.problems == ((problem,) if " " in place else ())


def test_only_whom_both_allow_is_pinged(site: Lemmy) -> None:
    made = rendered(
        "@{mods}, @anna, @everyone, @stranger@lemmy.example and `@x@lemmy.example`",
        pings=frozenset({"mods", "anna", "everyone"}),
    )
    assert made.pings == ("@acme_mods@lemmy.acme.example (mods)",)
    assert made.notes == (
        "@anna pings nobody: the target 'acme-lemmy' does not allow it (`pings`)",
        "@everyone pings nobody: the target 'acme-lemmy' names no account (name@lemmy.example) for it (`mentions`)",
        "@stranger@lemmy.example pings nobody: the announcement does not ask for it",
    )
    deliver(made, site)
    assert site.posts[0].more["pings"] == ["acme_mods@lemmy.acme.example"]


def test_a_text_is_to_the_character(site: Lemmy) -> None:
    room = 50_000 - len(f"\n\n{MARK}")
    assert len(deliver(rendered("a" * room), site)) == 1
    assert rendered("a" * (room + 1)).problems != ()


@BOTH
def test_a_longer_text_goes_on_in_comments(by: Adapter, site: Lemmy) -> None:
    made = by.render("\n\n".join(f"Paragraph {number}. {'tells ' * 60}" for number in range(150)))
    assert [part.step for part in made.parts] == ["post", *["comment"] * (len(made.parts) - 1)]
    assert len(made.parts) > 4
    assert sorted(made.parts[1].body) == ["content", "post_id"]
    assert sorted(made.parts[2].body) == ["content", "parent_id", "post_id"]
    assert (made.parts[1].body["post_id"], made.parts[2].body["parent_id"]) == (FIRST, PREVIOUS)
    assert made.parts[1].budgets[1].name.endswith(":comments")
    done = by.deliver(made, site)
    assert [one.parent for one in site.posts] == ["", *[one.id for one in done[:-1]]]
    assert all(f"Paragraph {number}. " in "\n".join(one.text for one in site.posts) for number in range(150))
    found = by.find(site, made.parts[2].body, step="comment", first=known(done[0]), previous=known(done[1]))
    assert sent(found).id == done[2].id


def test_an_excerpt_is_marked_behind_its_link() -> None:
    target = TARGET.model_copy(update={"long": "excerpt"})
    part = only(rendered("word " * 11_000, target, link="https://acme.example/w"))
    assert part.body["body"].endswith(f"…\n\nhttps://acme.example/w\n\n{MARK}")


# Images


@BOTH
def test_images_are_uploaded_and_shown_where_they_stand(by: Adapter, site: Lemmy) -> None:
    made = by.render(f"Look:\n\n![]({NAME})\n\n> ![the [new] map]({NAME})\n\nNice.", images=(IMAGE,))
    part = only(made)
    assert part.body["body"][1::2] == ["<image 1>", "<image 1>"]
    assert [one.alt for one in part.images] == ["the [new] map"]
    by.deliver(made, site)
    where = f"{NEW}/api/v4/image" if by is OURS else f"{OLD}/pictrs/image"
    name = f"{where}/00000001-aaaa-bbbb-cccc-0123456789ab.png"
    raw = site.posts[0].more["raw"]
    assert raw.startswith(
        f"Look:\n\n![the \\[new\\] map]({name})\n\n> ![the \\[new\\] map]({name})\n\nNice.\n\n[liaison]: # ("
    )
    assert site.images == [PNG]
    assert part.measures[1].used >= len(raw)


def test_more_images_than_an_hour_allows_are_a_problem() -> None:
    many = tuple(picture(bytes([number]), "a map") for number in range(7))
    text = "\n\n".join(f"![]({one.name})" for one in many)
    assert rendered(text, images=many).problems == ("there are 7 images, and Lemmy takes 6 an hour: leave some out",)


def test_a_post_whose_images_were_not_uploaded_is_not_sent(site: Lemmy) -> None:
    assert isinstance(send(site, PICTURED, images=(IMAGE,)), Refused)
    assert site.posts == []


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
def test_an_upload_that_fails_is_repeated_or_refused_and_never_in_doubt(
    site: Lemmy, answer: Reply | None, expected: type
) -> None:
    site.instead(answer, "/image$")
    assert isinstance(prepare(site, images=(IMAGE,)), expected)


# Sending


def test_the_request_is_what_was_approved(site: Lemmy) -> None:
    there = sent(send(site))
    create = site.asked[-1]
    assert paths(site) == ["GET /api/v4/site", "GET /api/v4/community", "POST /api/v4/post"]
    assert create.json == {**BODY, "community_id": NUMBER}
    assert create.headers["authorization"] == f"Bearer {kit.SECRET}"
    assert create.headers["idempotency-key"] == KEY
    assert "authorization" not in site.asked[0].headers
    assert there == Sent(site.posts[0].id, f"{NEW}/post/{site.posts[0].id}")


def test_an_instance_of_before_is_asked_as_it_was_and_only_once_which_it_is() -> None:
    site = Lemmy(EARLIER)
    for key in ("k1", "k2"):
        sent(BEFORE.send(site, key=key))
    assert paths(site) == ["GET /api/v4/site", *["GET /api/v3/community", "POST /api/v3/post"] * 2]


@pytest.mark.parametrize(("place", "asked"), [("7", 2), ("!news@lemmy.acme.example", 3), ("c/news", 3)])
def test_a_community_by_number_or_name(site: Lemmy, place: str, asked: int) -> None:
    sent(send(site, to=destination(TARGET, place=place)))
    assert len(site.asked) == asked


def test_a_sidebar_of_any_length_is_no_obstacle(site: Lemmy) -> None:
    site.sidebar = "long " * 20_000
    sent(send(site))


def test_a_community_may_tell_other_things_before_its_number(site: Lemmy) -> None:
    site.instead(reply(200, {"community_view": {"community": {"name": "news", "id": NUMBER}}}), "/community$")
    sent(send(site))


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
def test_a_community_that_is_not_found_or_cannot_be_looked_for(
    site: Lemmy, answer: Reply | None, expected: object
) -> None:
    site.instead(answer, "/community$")
    outcome = send(site)
    assert outcome == expected or (isinstance(expected, type) and isinstance(outcome, expected))
    assert site.posts == []


@pytest.mark.parametrize("text", ["<key>", "<first>", "<image 1>", '\\ " é 😀 </script>'])
def test_texts_arrive_as_they_are(site: Lemmy, text: str) -> None:
    sent(send(site, {"name": text, "body": text}))
    assert (site.posts[0].more["name"], site.posts[0].more["raw"]) == (text, text)


@pytest.mark.parametrize("before", [{}, {"first": {"id": "x"}}, {"first": {"id": "1"}}])
def test_a_comment_without_the_parts_before_it_is_never_sent(site: Lemmy, before: dict[str, Any]) -> None:
    assert isinstance(send(site, {**COMMENT, "parent_id": PREVIOUS}, step="comment", **before), Refused)
    assert site.asked == []


@BOTH
def test_a_post_that_was_made_though_an_error_came_is_found(by: Adapter, site: Lemmy) -> None:
    site.fails_after_making = "couldnt_like_post"
    assert isinstance(by.send(site), Unknown)
    assert sent(by.find(site)).id == site.posts[0].id


def test_the_same_request_within_minutes_is_not_made_twice(site: Lemmy) -> None:
    site.cut_off_after()
    assert isinstance(send(site), Unknown)
    assert sent(send(site)).id == site.posts[0].id
    assert len(site.posts) == 1


def test_a_key_that_was_used_up_in_vain_is_waited_for(site: Lemmy) -> None:
    site.keys[KEY] = site.clock
    assert send(site) == Wait(240, "the instance has seen this request already")
    site.clock += 240
    sent(send(site))


# The session


@BOTH
def test_a_password_logs_in_once_a_day(by: Adapter, site: Lemmy) -> None:
    to = destination(by.target, secret=kit.BY_PASSWORD)
    for key in ("k1", "k2"):
        sent(by.send(site, key=key, to=to))
    assert site.logins == 1
    path = "/api/v4/account/auth/login" if by is OURS else "/api/v3/user/login"
    (login,) = (asked for asked in site.asked if asked.path == path)
    assert login.json == {"username_or_email": kit.NAME, "password": kit.PASSWORD}


@BOTH
def test_a_token_that_ended_is_made_anew_once(by: Adapter, site: Lemmy) -> None:
    to = destination(by.target, secret=kit.BY_PASSWORD)
    sent(by.send(site, to=to))
    site.tokens.clear()
    sent(by.send(site, key="k2", to=to))
    assert site.logins == 2
    site.password = "changed"
    site.tokens.clear()
    assert_unauthorized(by.send(site, key="k3", to=to), by)


def test_a_token_that_is_good_outlives_the_day(site: Lemmy) -> None:
    to = destination(TARGET, secret=kit.BY_PASSWORD)
    sent(send(site, to=to))
    site.clock += 86_400
    sent(send(site, key="k2", to=to))
    assert site.logins == 1
    assert paths(site).count("GET /api/v4/site") == 2


@BOTH
def test_a_put_token_that_ended_is_named(by: Adapter, site: Lemmy) -> None:
    sent(by.send(site))
    site.tokens.clear()
    assert_unauthorized(by.send(site, key="k2"), by)
    site.tokens.add("another")
    sent(by.send(site, key="k3", to=destination(by.target, secret=" another\n")))


def assert_unauthorized(refused: Outcome, by: Adapter = OURS) -> None:
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert f"liaison secret put {by.target.id} --outgoing" in refused.reason
    assert not any(secret in refused.reason for secret in (kit.SECRET, kit.PASSWORD))


@pytest.mark.parametrize("secret", ["", " ", "{}x", '{"username": "a"}', '{"username": 5, "password": "x"}'])
def test_a_credential_that_is_none(site: Lemmy, secret: str) -> None:
    assert_unauthorized(send(site, to=destination(TARGET, secret=secret)))


@pytest.mark.parametrize("path", ["/v4/site$", "/auth/login$"])
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
def test_a_login_that_fails_is_waited_for(site: Lemmy, answer: Reply | None, seconds: int, path: str) -> None:
    site.instead(answer, path)
    wait = send(site, to=destination(TARGET, secret=kit.BY_PASSWORD))
    assert isinstance(wait, Wait)
    assert wait.seconds == seconds
    assert site.posts == []


# Looking


@BOTH
def test_the_same_words_without_our_mark_are_another_post(by: Adapter, site: Lemmy) -> None:
    sent(by.send(site, {"name": "Winter", "body": "It is **here**"}))
    assert by.find(site) == Absent()


@BOTH
def test_what_an_instance_changed_in_a_text_makes_no_difference(by: Adapter, site: Lemmy) -> None:
    made = sent(by.send(site))
    site.posts[0].more["raw"] = f"It is *removed*\n\n{MARK}"
    site.clock += 3600
    assert by.find(site) == made


@BOTH
def test_the_same_announcement_of_yesterday_is_another_and_clocks_differ(by: Adapter, site: Lemmy) -> None:
    for ago, found in ((86_400, Absent), (240, Sent)):
        site.clock = NOW - ago
        sent(by.send(site, key=f"k{ago}"))
        assert isinstance(by.find(site), found)


@BOTH
def test_a_busy_community_is_read_page_by_page_and_not_for_ever(by: Adapter, site: Lemmy) -> None:
    made = sent(by.send(site))
    others(site, 90, at=1)
    assert by.find(site) == made
    others(site, 300, at=100)
    assert by.find(site) == Unknown("it is not among the newest, and there is more than 15 looks show")


@BOTH
def test_a_page_that_is_too_long_is_read_in_smaller_ones(by: Adapter, site: Lemmy) -> None:
    made = sent(by.send(site))
    others(site, 6, at=1, text="x" * 20_000)
    assert by.find(site) == made
    lists = [asked.query for asked in site.asked if asked.path.endswith("/list")]
    assert len(lists) > 1
    starts = [(int(one["page"]) - 1) * int(one["limit"]) for one in lists if "page" in one]
    assert starts == sorted(starts), "what was read is not read again"


@BOTH
@pytest.mark.parametrize(("text", "expected"), [("слово " * 4000, Sent), ("слово " * 8000, Unknown)])
def test_a_post_that_fills_an_answer_is_known_as_far_as_it_is_read(
    by: Adapter, site: Lemmy, text: str, expected: type
) -> None:
    site.sidebar = "x" * 40_000
    made = sent(by.send(site, {"name": "Winter", "body": f"{text}\n\n{MARK}"}))
    assert made.url == f"{by.target.url}/post/{made.id}"
    assert isinstance(by.find(site), expected)


@pytest.mark.parametrize("path", ["/post/list$", "/community$"])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (reply(500), Wait),
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
def test_a_look_that_fails_says_neither_there_nor_gone(
    site: Lemmy, answer: Reply | None, expected: type, path: str
) -> None:
    site.instead(answer, path)
    found = find(site)
    assert isinstance(found, (expected, Wait) if path == "/community$" else expected)


def test_without_a_mark_nobody_can_say(site: Lemmy) -> None:
    assert find(site, {"name": "Winter", "body": "x"}) == Unknown("there is nothing to know it by")


def test_odd_things_in_a_list_are_passed_over(site: Lemmy) -> None:
    odd = [None, 5, {}, {"post": None}, {"post": {"body": 7, "published_at": "x"}}, {"post": {"id": True, "body": "x"}}]
    site.instead(reply(200, {"items": odd}), "/post/list$")
    assert find(site) == Absent()
    site.instead(reply(200, {"items": [{"post": {"id": "7", "body": MARK}}]}), "/post/list$")
    assert find(site) == Unknown("it is there, without a number")


# Afterwards


@BOTH
def test_a_changed_post_is_changed_and_again_is_the_same(by: Adapter, site: Lemmy) -> None:
    there, summer = sent(by.send(site)), {"name": "Summer", "body": f"It is *over*\n\n{MARK}"}
    for _ in range(2):
        assert by.edit(site, there, summer) == there
    assert site.posts[0].text == "Summer\n\nIt is over"
    assert site.asked[-1].method == "PUT"
    assert site.asked[-1].json == {"post_id": int(there.id), **summer}


@BOTH
def test_a_changed_comment_and_its_end(by: Adapter, site: Lemmy) -> None:
    first = known(by.send(site))
    before: dict[str, Any] = {"step": "comment", "first": first, "previous": first}
    second = sent(by.send(site, COMMENT, key="k2", **before))
    assert by.edit(site, second, {**COMMENT, "content": f"less\n\n{MARK}"}, **before) == second
    assert site.posts[1].text == "less"
    for _ in range(2):
        assert by.withdraw(site, second, step="comment") == second
    assert [one.more["deleted"] for one in site.posts] == [False, True]


def test_a_change_brings_new_images(site: Lemmy) -> None:
    there = sent(send(site))
    sent(edit(site, there, PICTURED, images=(IMAGE,), prepared={"<image 1>": "https://x.example/1.png"}))
    assert site.posts[0].more["raw"] == "![a map](https://x.example/1.png)"
    assert isinstance(edit(site, there, PICTURED, images=(IMAGE,)), Refused)


def test_a_change_longer_than_an_answer_is_made_all_the_same(site: Lemmy) -> None:
    there = sent(send(site))
    assert edit(site, there, {"name": "Winter", "body": "слово " * 8000}) == there


@BOTH
def test_what_is_withdrawn_is_gone_and_stays_so(by: Adapter, site: Lemmy) -> None:
    there = sent(by.send(site))
    for _ in range(2):
        assert by.withdraw(site, there) == there
    assert site.posts[0].more["deleted"]
    site.posts.clear()
    assert by.withdraw(site, there) == there
    assert by.edit(site, there) == Refused("it is not there any more")


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
def test_a_change_or_deletion_that_fails(by: Adapter, site: Lemmy, answer: Reply | None, expected: type) -> None:
    there = sent(by.send(site))
    for method in ("PUT", "DELETE", "POST"):
        site.instead(answer, "/post", method)
    assert isinstance(by.edit(site, there), expected)
    assert isinstance(by.withdraw(site, there), expected)
    assert not site.posts[0].more["deleted"]


@BOTH
def test_a_deletion_that_is_refused_and_cannot_be_looked_at_stays_refused(by: Adapter, site: Lemmy) -> None:
    there = sent(by.send(site))
    sent(by.withdraw(site, there))
    site.instead(None, method="GET")
    assert isinstance(by.withdraw(site, there), Refused)


@pytest.mark.parametrize("name", ["", "t3_x", "7/../8"])
def test_what_has_no_number_cannot_be_changed(site: Lemmy, name: str) -> None:
    assert isinstance(edit(site, {"id": name}), Refused)
    assert isinstance(withdraw(site, {"id": name}), Refused)
    assert site.asked == []


@BOTH
def test_what_people_did_is_counted(by: Adapter, site: Lemmy) -> None:
    there = sent(by.send(site))
    assert by.count(site, there) == Counted(likes=5, replies=3)
    site.posts.clear()
    assert isinstance(by.count(site, there), Refused)
    for answer in (reply(500), None):
        site.instead(answer, "/post$")
        assert isinstance(by.count(site, there), Wait)
    site.instead(reply(200, {"post_view": {"post": {"score": -4, "comments": "x"}}}), "/post$")
    assert by.count(site, there) == Counted(likes=0)


# Every answer


@BOTH
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
def test_an_answer_and_what_it_means(by: Adapter, answer: Reply, expected: type) -> None:
    outcome = by.answered(answer)
    assert isinstance(outcome, expected)
    assert not getattr(outcome, "unauthorized", False)


@pytest.mark.parametrize(
    "answer", [reply(401), reply(401, b"<html>"), wrong("not_logged_in"), wrong("incorrect_login")]
)
def test_a_credential_that_is_not_good_any_more_is_named_and_not_told(answer: Reply) -> None:
    assert_unauthorized(answered(answer))


def test_whatever_is_answered_the_password_is_not_repeated(site: Lemmy) -> None:
    site.answers(wrong(f"odd {kit.PASSWORD}"))
    outcome = send(site, to=destination(TARGET, secret=kit.BY_PASSWORD))
    assert isinstance(outcome, Unknown)
    assert "odd …" in outcome.reason


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(429, b"", retry_after="7"), 7),
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
