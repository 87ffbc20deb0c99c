"""Discourse: what an announcement looks like there, that it is there once, and what becomes of every answer."""

import json
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from itertools import count as counting
from typing import Any

import pytest

from functions.platforms.discourse.posting import EDITED, MOST, MOST_TITLE, QUEUED, UPLOAD
from functions.platforms.outgoing import Outcome, Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import FIRST, KEY, Absent, Budget, Counted, Limits, Measure, Part, Rendering
from tests.platforms.posting.fake import NOW, Held, picture, reply, sent, whole
from tests.platforms.posting.kits import discourse as kit
from tests.platforms.posting.kits.discourse import FORUM, SECRET, Discourse, wrong
from tests.platforms.posting.making import AT, Adapter, destination, known, only
from tests.platforms.posting.making import KEY as OUR_KEY

TOPIC, REPLY, PINNED = kit.TARGETS
TITLE, TEXT = "The season of frost begins", "Come and **play**.\n\nIt lasts four weeks."
PLAIN = "The season of frost begins\n\nCome and play.\n\nIt lasts four weeks."
MARK = "<!-- 0123456789abcdef -->"
BODY: dict[str, Any] = {"title": TITLE, "raw": TEXT, "category": 5, "tags": ["news"], "external_id": KEY}
ANSWER: dict[str, Any] = {"topic_id": 40, "raw": f"{MARK}\n\n**{TITLE}**\n\n{TEXT}"}
REST: dict[str, Any] = {"topic_id": FIRST, "raw": f"{MARK}\n\nIt goes on.\n\n2/2"}
PIN: dict[str, Any] = {"status": "pinned", "enabled": "true"}
PNG = b"\x89PNG\r\n\x1a\n"
IMAGE = picture(PNG, "a map", width=640, height=480)
NAME = IMAGE.name
PICTURED: dict[str, Any] = {
    "images": (IMAGE,),
    "body": {**BODY, "raw": ["Look:\n\n![a map|640x480](", "<image 1>", ")"]},
}
SENT = Sent("102", f"{FORUM}/t/101", {"topic": "101", "number": "1"})
BUDGET = Budget("discourse:forum.acme.example", 60, 60)

OURS, REPLIED, PINS = Adapter(TOPIC, BODY, TITLE), Adapter(REPLY, ANSWER, TITLE), Adapter(PINNED, BODY, TITLE)
EACH = pytest.mark.parametrize("by", [OURS, REPLIED, PINS], ids=["topic", "reply", "pinned"])
rendered, deliver, answered = OURS.render, OURS.deliver, OURS.answered
send, find, prepare, ready = OURS.send, OURS.find, OURS.prepare, OURS.ready
edit, withdraw, count, limits = OURS.edit, OURS.withdraw, OURS.count, OURS.limits


@pytest.fixture
def site() -> Discourse:
    return Discourse(TOPIC)


def after(site: Discourse, **more: Any) -> dict[str, Any]:
    """A second call, once the topic is there."""
    first = known(send(site))
    return {"part": 2, "of": 2, "first": first, "previous": first, **more}


def pinning(site: Discourse) -> dict[str, Any]:
    return after(site, body=PIN, step="pin")


# What it looks like


def test_a_topic() -> None:
    part = Part(
        body=BODY,
        text=PLAIN,
        kind="keyed",
        html=f"<h1>{TITLE}</h1>\n\n<p>Come and <strong>play</strong>.</p>\n\n<p>It lasts four weeks.</p>",
        measures=(Measure("text", "characters", 40, MOST), Measure("title", "characters", 26, MOST_TITLE)),
        budgets=(BUDGET,),
    )
    assert rendered(TEXT) == Rendering((part,))


def test_a_reply_begins_with_the_title_and_a_mark_nobody_sees() -> None:
    part = only(REPLIED.render(TEXT))
    mark = part.body["raw"][: len(MARK)]
    assert (mark[:5], mark[-4:]) == ("<!-- ", " -->")
    assert part.body == {"topic_id": 40, "raw": f"{mark}\n\n**{TITLE}**\n\n{TEXT}"}
    assert (part.kind, part.step, part.text) == ("readable", "post", PLAIN)


def test_every_announcement_language_and_target_has_a_mark_of_its_own() -> None:
    other = REPLY.model_copy(update={"id": "acme-other"})
    made = (
        REPLIED.render(),
        REPLIED.render(announcement="a2"),
        REPLIED.render(language="fr"),
        REPLIED.render(target=other),
    )
    assert len({only(one).body["raw"][: len(MARK)] for one in made}) == 4


def test_a_policy_is_pinned_in_its_category() -> None:
    made = PINS.render(TEXT)
    topic, pin = made.parts
    assert topic == only(rendered(TEXT))
    assert pin == Part(PIN, "", "readable", step="pin", budgets=(BUDGET,))
    assert made.notes == ("it stays pinned in its category until somebody unpins it",)


@pytest.mark.parametrize(("said", "most"), [(Limits(), MOST_TITLE), (Limits(title=100), 100)])
def test_a_title_is_never_cut(said: Limits, most: int) -> None:
    assert not rendered(TEXT, title="🎉" * most, limits=said).problems
    problem = f"title: {most + 1} characters; the forum takes {most}"
    assert rendered(TEXT, title="🎉" * (most + 1), limits=said).problems == (problem,)


def test_what_cannot_be_posted() -> None:
    nowhere = {"place": "news"}
    assert rendered(TEXT, title=" ").problems == ("a topic needs a title",)
    assert rendered("\n").problems == ("there is nothing to say",)
    assert rendered(TEXT, TOPIC.model_copy(update=nowhere)).problems == (
        "`place` of 'acme-topic' is not the category's number: it stands in its address",
    )
    assert REPLIED.render(TEXT, REPLY.model_copy(update=nowhere)).problems == (
        "`place` of 'acme-reply' is not the topic's number: it stands in its address",
    )


def test_what_most_forums_would_refuse_is_told() -> None:
    assert rendered("Soon.", title="Frost").notes == (
        "the text has 5 characters: most forums want 20 at least",
        "the title has 5 characters: most forums want 15 at least",
    )


def words(count: int) -> str:
    """A text of so many characters."""
    text = "\n\n".join(f"Paragraph {number} of the long story, told to its end." for number in range(2000))
    return text[: count - 1].rstrip() + "." * (count - len(text[: count - 1].rstrip()))


def test_a_post_may_have_32_000_characters_and_goes_on_in_replies() -> None:
    part = only(rendered(words(MOST)))
    assert part.measures[0].used == len(part.body["raw"]) == MOST
    over = rendered(words(MOST + 1))
    topic, rest = over.parts
    assert (rest.step, rest.kind, rest.body["topic_id"]) == ("post", "readable", FIRST)
    assert (topic.body["raw"][-3:], rest.body["raw"][-3:]) == ("1/2", "2/2")
    assert all(one.measures[0].used == len(one.body["raw"]) <= MOST for one in over.parts)
    assert over.notes
    assert not over.problems


def test_the_limit_is_the_forums_own() -> None:
    made = REPLIED.render(words(3000), limits=Limits(characters=1000))
    assert len(made.parts) > 2
    assert all(len(part.body["raw"]) <= 1000 == part.measures[0].limit for part in made.parts)
    assert all(part.body["topic_id"] == 40 for part in made.parts)
    assert rendered("word " * 1000, limits=Limits(characters=120)).problems, "no thread is as long as that"


def test_images_stand_in_the_text_with_their_descriptions() -> None:
    part = only(rendered(f"Look:\n\n![the map | [of] the north]({NAME})\n\nAgain ![]({NAME})", images=(IMAGE,)))
    shown = "![the map / \\[of\\] the north|640x480]("
    assert part.body["raw"] == [f"Look:\n\n{shown}", "<image 1>", f")\n\nAgain\n\n{shown}", "<image 1>", ")"]
    assert [(one.name, one.alt) for one in part.images] == [(NAME, "the map | [of] the north")]


def test_an_image_counts_as_long_as_the_forum_may_call_it() -> None:
    part = only(rendered(f"![]({NAME})", images=(IMAGE,)))
    assert part.measures[0].used == len(f"![a map|640x480]({UPLOAD})")


def test_only_whom_both_sides_allow_is_pinged(site: Discourse) -> None:
    body = "Hello @{mods}, @anna, @everyone and @here: all are welcome."
    made = rendered(body, pings=frozenset({"mods", "everyone", "here", "jun"}))
    assert made.pings == ("@moderators (mods)",)
    assert "@moderators" in only(made).body["raw"]
    lacks = "names no user or group for it (`mentions`)"
    assert made.notes == (
        "@anna pings nobody: the announcement does not ask for it",
        f"@everyone pings nobody: the target 'acme-topic' {lacks}",
        f"@here pings nobody: the target 'acme-topic' does not allow it (`pings`) and {lacks}",
        "@jun pings nobody: what is posted does not mention it",
    )
    deliver(made, site)
    assert site.posts[0].more["pings"] == ["moderators"]


# Sending


@pytest.mark.parametrize(("account", "user"), [("liaison", "liaison"), ("", "system")])
def test_the_request_is_what_was_approved_with_the_key_in_it(site: Discourse, account: str, user: str) -> None:
    assert send(site, to=destination(TOPIC, account=account)) == SENT
    (asked,) = site.asked
    assert (asked.method, asked.path) == ("POST", "/posts.json")
    assert asked.json == {**BODY, "external_id": OUR_KEY}
    sender = {name: asked.headers[name] for name in ("api-key", "api-username", "content-type")}
    assert sender == {"api-key": SECRET, "api-username": user, "content-type": "application/json"}
    assert [post.text for post in site.posts] == [PLAIN]


def test_a_long_text_goes_on_in_its_topic(site: Discourse) -> None:
    there = deliver(rendered(words(2 * MOST)), site)
    assert [post.more["topic"] for post in site.posts] == [101] * 3
    assert [one.url for one in there] == [f"{FORUM}/t/101", f"{FORUM}/t/101/2", f"{FORUM}/t/101/3"]


def test_a_policy_is_posted_and_pinned(site: Discourse) -> None:
    _, pin = PINS.deliver(PINS.render(TEXT), site)
    assert len(site.posts) == 1
    assert site.topics[101]["pinned_at"]
    assert pin == Sent("101", f"{FORUM}/t/101")


def test_words_that_read_like_placeholders_are_words(site: Discourse) -> None:
    send(site, {**BODY, "title": "<key>", "raw": "<moment>"})
    assert (site.asked[0].json["title"], site.asked[0].json["raw"]) == ("<key>", "<moment>")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"body": PIN, "step": "pin"}, "the topic to be pinned is not known"),
        ({"body": REST}, "the topic that this goes on in is not known"),
        (PICTURED, "<image 1> was not uploaded"),
    ],
)
def test_what_belongs_to_nothing_is_not_sent(site: Discourse, more: dict[str, Any], reason: str) -> None:
    assert send(site, **more) == Refused(reason)
    assert not site.asked


# Once


@pytest.mark.parametrize("later", [30, 3600], ids=["the forum repeats its answer", "the id is taken"])
def test_a_topic_whose_answer_was_lost_is_there_once(site: Discourse, later: int) -> None:
    site.cut_off_after()
    send(site)
    site.clock += later
    assert send(site) == SENT
    assert len(site.posts) == 1


def test_a_refusal_after_making_it_is_no_failure() -> None:
    assert answered(kit.refused(["Something went wrong"]), after_making=True) == SENT


def test_the_forum_does_not_take_a_title_twice(site: Discourse) -> None:
    send(site)
    assert send(site, key="another") == Refused("the forum refused it (422): Title has already been used")


@EACH
def test_refused_and_nobody_could_look_is_unknown(site: Discourse, by: Adapter) -> None:
    site.answers(kit.refused(["No"]))
    site.instead(reply(502), method="GET")
    said = "the forum refused it (422): No; and nobody could look whether it is there already: the forum answered 502"
    assert by.send(site) == Unknown(said)


def test_an_answer_that_is_cut_off_still_proves_the_topic(site: Discourse) -> None:
    """A long text in other letters than Latin ones is longer than what is read of an answer."""
    assert send(site, {**BODY, "raw": "Это длинная история. " * 1500}) == SENT
    assert [asked.method for asked in site.asked] == ["POST", "GET", "GET"]
    assert len(site.posts) == 1
    assert answered(reply(200, {"id": 102, "topic_id": 101})) == SENT


@EACH
def test_what_never_arrived_is_not_found(site: Discourse, by: Adapter) -> None:
    site.cut_off_before()
    by.send(site)
    assert by.find(site) == Absent()


def test_a_reply_whose_answer_was_lost_is_found(site: Discourse) -> None:
    site.cut_off_after()
    REPLIED.send(site)
    assert REPLIED.find(site) == Sent("101", f"{FORUM}/p/101", {"topic": "40", "number": ""})


def test_the_same_words_said_before_are_not_this_reply(site: Discourse) -> None:
    REPLIED.deliver(REPLIED.render(TEXT, announcement="a0"), site)
    assert REPLIED.find(site, only(REPLIED.render(TEXT)).body) == Absent()


def test_a_reply_is_looked_for_among_our_own_posts_since_then(site: Discourse) -> None:
    site.before.append(site.post(40, "An older post of ours.", "system", NOW - 3600))
    REPLIED.send(site)
    site.before.append(site.post(40, "What a member wrote.", "anna"))
    assert isinstance(REPLIED.find(site), Sent)
    assert [asked.path for asked in site.asked[1:]] == [
        "/posts/by-date/40/2026-11-25T09:41:40Z.json",
        "/t/40/post_ids.json",
        "/posts/102/raw",
    ]
    assert site.asked[2].query == {"post_number": "3", "username_filters": "system"}


def test_a_reply_that_is_buried_too_deep_is_a_persons_business(site: Discourse) -> None:
    for _ in range(20):
        site.before.append(site.post(40, "Something else of ours.", "system"))
    assert REPLIED.find(site) == Unknown("too much was posted since to look through it")


def test_a_part_is_looked_for_behind_the_one_before(site: Discourse) -> None:
    rest = after(site, body=REST, key="key-2")
    assert find(site, **rest) == Absent()
    site.cut_off_after()
    send(site, **rest)
    assert sent(find(site, **rest)).id == site.posts[1].id
    assert not any("by-date" in asked.path for asked in site.asked)


def test_a_pin_is_looked_for(site: Discourse) -> None:
    pin = pinning(site)
    assert find(site, **pin) == Absent()
    site.cut_off_after()
    send(site, **pin)
    assert find(site, **pin) == Sent("101", f"{FORUM}/t/101")
    assert len(site.small) == 1


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (reply(502), Wait(60, "the forum answered 502")),
        (wrong(429, "slow down", "rate_limit"), Wait(60, "the forum asks to slow down", BUDGET.name)),
        (reply(301, None, location="https://new.acme.example/t/external_id/x.json"), Unknown),
        (reply(200, {}), Unknown),
        (wrong(403, "You are not permitted to view the requested resource."), Unknown),
        (None, Wait(60, "the forum could not be asked: no whole answer within 10 s")),
    ],
)
def test_an_odd_answer_to_a_look_is_not_absence(site: Discourse, answer: Reply | None, told: object) -> None:
    pin = pinning(site)
    site.instead(answer)
    for found in (find(site), REPLIED.find(site), find(site, **pin)):
        assert found == told or (isinstance(told, type) and isinstance(found, told))


@EACH
@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("answer", [None, reply(502), reply(200, b"<html>"), reply(403)])
def test_a_look_that_breaks_off_anywhere_never_says_that_it_is_not_there(
    site: Discourse, by: Adapter, at: int, answer: Reply | None
) -> None:
    made = by.render(TEXT)
    first, *_ = by.deliver(made, site)
    site.before.append(site.post(40, "What a member wrote.", "anna"))
    usual, looks = site.answer, counting()
    site.answer = lambda asked: whole(answer) if next(looks) == at else usual(asked)  # type: ignore[method-assign]
    last = made.parts[-1]
    found = by.find(site, last.body, f"key-{len(made.parts)}", step=last.step, first=known(first))
    assert isinstance(found, Sent if next(looks) <= at else Wait | Unknown)


def test_what_cannot_be_known_is_not_looked_for(site: Discourse) -> None:
    assert REPLIED.find(site, {**ANSWER, "raw": "no mark"}) == Unknown("there is nothing to know it by")
    for more in ({"body": REST}, {"body": PIN, "step": "pin"}):
        assert find(site, **more) == Unknown("the topic that it belongs to is not known")


# What the forum answers


def test_a_dead_key_stops_everything_there(site: Discourse) -> None:
    why = "the forum does not know the API key, or has no user 'system'"
    put = "put a key of that user with `liaison secret put acme-topic --outgoing`"
    told = Refused(f"{why}: {put}", unauthorized=True)
    assert send(site, to=destination(TOPIC, secret="another")) == told
    assert answered(wrong(403, "The API username or key is invalid.")) == told
    assert answered(reply(401)) == told


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (wrong(403, "You are not permitted."), Refused("the forum refused it (403): You are not permitted.")),
        (wrong(403, f"no rights for {SECRET}"), Refused("the forum refused it (403): no rights for …")),
        (reply(404, b"<html>"), Refused("the forum refused it (404): it does not say why")),
        (reply(413), Refused("the forum refused it (413): it does not say why")),
        (
            reply(302, location="x"),
            Refused("the forum is somewhere else (answered 302): correct the target's `url`"),
        ),
        (reply(200, {"action": "enqueued", "success": True, "pending_count": 1}), Refused(QUEUED)),
        (wrong(503, "The site is in read only mode.", "read_only"), Wait(300, "the forum can only be read for now")),
        (reply(408), Unknown("the forum answered 408")),
        (reply(502, b"<html>"), Unknown("the forum answered 502")),
    ],
)
def test_an_answer_and_what_it_means(answer: Reply, outcome: Outcome) -> None:
    assert answered(answer) == outcome


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(429, {"errors": ["wait"], "error_type": "rate_limit", "extras": {"wait_seconds": 17}}), 17),
        (reply(429, {"extras": {"wait_seconds": 17}}, retry_after="30"), 30),
        (reply(429, {}, retry_after="2.5"), 3),
        (reply(429, {}, retry_after=format_datetime(AT + timedelta(seconds=90), usegmt=True)), 90),
        (reply(429, b"Slow down, too many requests from this IP address. Please retry again in 9 seconds."), 9),
        (reply(429, b"<html>Cloudflare</html>"), 900),
        (reply(429, {"errors": ["wait"]}), 60),
    ],
)
def test_slowing_down_holds_up_everything_at_that_forum(answer: Reply, seconds: int) -> None:
    assert answered(answer) == Wait(seconds, "the forum asks to slow down", "discourse:forum.acme.example")


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b'{"id": true}', b'{"id": "7"}', b"\xff", b'{"success": true}', b'{"cooked": "\\"id\\": 7'],
)
def test_a_success_that_proves_nothing_is_unknown(body: bytes) -> None:
    assert isinstance(answered(reply(200, body)), Unknown)


# Images


def test_images_are_uploaded_first_and_may_be_again(site: Discourse) -> None:
    deliver(rendered(f"Look at this: ![the map]({NAME})", images=(IMAGE,)), site)
    assert site.posts[0].more["raw"] == "Look at this:\n\n![the map|640x480](upload://a0.png)"
    assert ready(site, **PICTURED) == {"<image 1>": "upload://a0.png"}
    assert site.uploads == [PNG]
    assert site.asked[0].fields == {
        "upload_type": Held(b"composer", "text/plain", ""),
        "type": Held(b"composer", "text/plain", ""),
        "synchronous": Held(b"true", "text/plain", ""),
        "file": Held(PNG, "image/png", NAME),
    }


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (wrong(422, "That file is too big."), Refused("the forum refused it (422): That file is too big.")),
        (reply(502), Wait(60, "the forum answered 502")),
        (
            reply(200, {"url": "x"}),
            Wait(60, "the forum answered 200 in a way that cannot be read, or was cut off"),
        ),
    ],
)
def test_an_upload_that_is_not_taken(site: Discourse, answer: Reply, outcome: Refused | Wait) -> None:
    site.instead(answer)
    assert prepare(site, **PICTURED) == replace(outcome, reason=f"image 1 could not be uploaded: {outcome.reason}")


# Afterwards


def test_a_topic_changes_with_its_title(site: Discourse) -> None:
    there = sent(send(site))
    late = {**BODY, "title": "The season of frost is delayed", "raw": "It begins a week later, we are sorry."}
    assert edit(site, there, late) == there
    (post,) = site.posts
    assert post.text == "The season of frost is delayed\n\nIt begins a week later, we are sorry."
    assert post.more["reason"] == EDITED
    assert (site.asked[-1].method, site.asked[-1].path) == ("PUT", "/posts/102.json")


def test_a_reply_changes_and_keeps_its_mark(site: Discourse) -> None:
    (there,) = REPLIED.deliver(REPLIED.render(TEXT), site)
    late = only(REPLIED.render("It begins a week later.")).body
    assert REPLIED.edit(site, there, late) == there
    assert [post.text for post in site.posts] == [f"{TITLE}\n\nIt begins a week later."]
    assert sent(REPLIED.find(site, late)).id == there.id


def test_a_pin_does_not_change(site: Discourse) -> None:
    pin = pinning(site)
    there, before = sent(send(site, **pin)), len(site.asked)
    assert sent(edit(site, there, **pin)).id == there.id
    assert len(site.asked) == before


def test_what_is_gone_cannot_change_nor_be_counted(site: Discourse) -> None:
    there = sent(send(site))
    withdraw(site, there)
    assert edit(site, there) == count(site, there) == Refused("it is not there any more")


def test_withdrawing_a_topic_takes_its_pin_along(site: Discourse) -> None:
    topic, pin = PINS.deliver(PINS.render(TEXT), site)
    for _ in range(2):
        assert sent(PINS.withdraw(site, topic)).id == topic.id
        assert sent(PINS.withdraw(site, pin, step="pin")).id == pin.id
    assert not site.posts


def test_withdrawing_a_reply_leaves_its_topic(site: Discourse) -> None:
    sent(REPLIED.withdraw(site, sent(REPLIED.send(site))))
    assert not site.posts
    assert not site.topics[40].get("deleted")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (wrong(403, "You are not permitted."), Refused("the forum refused it (403): You are not permitted.")),
        (reply(502), Unknown("the forum answered 502")),
    ],
)
def test_a_post_that_may_not_be_deleted(site: Discourse, answer: Reply, told: Outcome) -> None:
    there = sent(send(site))
    site.instead(answer, method="DELETE")
    assert withdraw(site, there) == told


def test_counts_of_a_topic(site: Discourse) -> None:
    there = sent(send(site))
    site.posts[0].more["likes"] = 11
    site.before += [site.post(101, "A reply of a member's.", "anna") for _ in range(3)]
    assert count(site, there) == Counted(likes=11, replies=3, views=250)
    assert count(site, Sent("101"), step="pin") == Counted()


@pytest.mark.parametrize("likes", [0, 4])
def test_counts_of_a_reply(site: Discourse, likes: int) -> None:
    there = sent(REPLIED.send(site))
    site.posts[0].more["likes"] = likes
    assert REPLIED.count(site, there) == Counted(likes=likes, replies=0, views=7)


def test_a_forum_may_not_answer(site: Discourse) -> None:
    site.instead(None)
    assert count(site, SENT) == Wait(60, "the forum could not be asked: no whole answer within 10 s")
    assert limits(site) is None


def test_the_forum_tells_its_limits(site: Discourse) -> None:
    assert limits(site) == Limits(characters=32_000, title=255)


CUT = json.dumps({"max_topic_title_length": 200, "max_post_length": 99_000, "more": "x"}).encode()[:-8]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (reply(404), None),
        (reply(500), None),
        (reply(200, b"{"), Limits()),
        (reply(200, []), Limits()),
        (reply(200, CUT), Limits(99_000, 200)),
    ],
)
def test_a_forum_that_tells_no_limits_or_more_than_is_read(site: Discourse, answer: Reply, told: Limits | None) -> None:
    site.instead(answer)
    assert limits(site) == told
