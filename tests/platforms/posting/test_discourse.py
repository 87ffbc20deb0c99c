"""Discourse: what an announcement looks like there, that it is there once, and what becomes of every answer."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.announcements import ChangeRequested, CountRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms.discourse import posting
from functions.platforms.discourse.posting import MOST, MOST_TITLE, UPLOAD
from functions.platforms.outgoing import (
    MEDIA,
    Destination,
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
    KEY,
    Absent,
    Budget,
    Counted,
    Limits,
    Measure,
    Part,
    Post,
    Prepared,
    Rendering,
)
from tests.platforms.posting.fake import NOW, Objects, hands, reply, sent
from tests.platforms.posting.kits import discourse as kit
from tests.platforms.posting.kits.discourse import FORUM, SECRET, Discourse, wrong

TOPIC, REPLY, PINNED = kit.TARGETS
AT = datetime.fromtimestamp(NOW, UTC)
KEYS = ("mfzwgylsmuxw5rnxzgxqhv4dq", "nb2gk43umvxgo5lmmvzxizlso", "orsxg5dfon2gk4tfmrzgk5dvoi")
PNG = b"\x89PNG\r\n\x1a\n"
NAME = f"{sha256(PNG).hexdigest()}.png"
IMAGE = Image(name=NAME, alt="a map", type="image/png", bytes=len(PNG), width=640, height=480)
OBJECTS = Objects({f"{MEDIA}/{NAME}": PNG})
POST = Post("a1", "The season of frost begins", "Come and **play**.\n\nIt lasts four weeks.", "en")
BUDGET = Budget("discourse:forum.acme.example", 60, 60)


def to(target: Target = TOPIC, **more: Any) -> Destination:
    return replace(Destination(target.id, "acme", target.url, SECRET, place=target.place), **more)


def requested(part: Part, number: int = 1, of: int = 1, **more: Any) -> PostRequested:
    return PostRequested(
        announcement="a1",
        target="acme-topic",
        language="en",
        step=part.step,
        part=number,
        of=of,
        body=part.body,
        text=part.text,
        images=part.images,
        published_at=AT,
        **more,
    )


def known(outcome: object) -> dict[str, Any]:
    """As the next part, or a change, gets it."""
    there = sent(outcome)
    return {**there.more, "id": there.id, "url": there.url}


def published(forum: Discourse, target: Target = TOPIC, post: Post = POST) -> list[dict[str, Any]]:
    """All parts, as the engine sends them."""
    rendered = posting.render(post, target)
    assert not rendered.problems
    there: list[dict[str, Any]] = []
    for count, (part, key) in enumerate(zip(rendered.parts, KEYS, strict=False), 1):
        asked = requested(part, count, len(rendered.parts), **thread(there))
        made = posting.prepare(asked, to(target), hands(forum, OBJECTS))
        assert isinstance(made, Prepared)
        asked = asked.model_copy(update={"prepared": dict(made.made)})
        there.append(known(posting.send(asked, to(target), key, hands(forum))))
    return there


def thread(there: list[dict[str, Any]]) -> dict[str, Any]:
    return {"first": there[0], "previous": there[-1]} if there else {}


def first(target: Target = TOPIC, post: Post = POST) -> PostRequested:
    return requested(posting.render(post, target).parts[0])


def send(forum: Discourse, post: PostRequested | None = None, target: Target = TOPIC, key: str = KEYS[0]) -> Outcome:
    return posting.send(post or first(target), to(target), key, hands(forum, timestamp=int(forum.clock)))


def find(forum: Discourse, post: PostRequested | None = None, target: Target = TOPIC, key: str = KEYS[0]) -> object:
    return posting.find(post or first(target), to(target), key, AT, hands(forum))


def texts(forum: Discourse) -> list[str]:
    return [post.text for post in forum.posts]


# What it looks like


def test_a_topic() -> None:
    assert posting.render(POST, TOPIC) == Rendering(
        parts=(
            Part(
                body={
                    "title": "The season of frost begins",
                    "raw": "Come and **play**.\n\nIt lasts four weeks.",
                    "category": 5,
                    "tags": ["news"],
                    "external_id": KEY,
                },
                text="The season of frost begins\n\nCome and play.\n\nIt lasts four weeks.",
                kind="keyed",
                html="<h1>The season of frost begins</h1>\n\n<p>Come and <strong>play</strong>.</p>\n\n"
                "<p>It lasts four weeks.</p>",
                measures=(Measure("text", "characters", 40, MOST), Measure("title", "characters", 26, MOST_TITLE)),
                budgets=(BUDGET,),
            ),
        )
    )


def test_a_reply_begins_with_the_title_and_a_mark_nobody_sees() -> None:
    (part,) = posting.render(POST, REPLY).parts
    mark, _, rest = part.body["raw"].partition("\n\n")
    assert rest == "**The season of frost begins**\n\nCome and **play**.\n\nIt lasts four weeks."
    assert mark.startswith("<!-- ")
    assert mark.endswith(" -->")
    assert len(mark) == 25
    assert part.body == {"topic_id": 40, "raw": f"{mark}\n\n{rest}"}
    assert (part.kind, part.step, part.text) == (
        "readable",
        "post",
        "The season of frost begins\n\nCome and play.\n\nIt lasts four weeks.",
    )


@pytest.mark.parametrize("change", [{"announcement": "a2"}, {"language": "fr"}])
def test_every_announcement_and_language_has_a_mark_of_its_own(change: dict[str, Any]) -> None:
    one, other = (posting.render(post, REPLY).parts[0].body["raw"][:25] for post in (POST, replace(POST, **change)))
    assert one != other
    elsewhere = REPLY.model_copy(update={"id": "acme-other"})
    assert posting.render(POST, elsewhere).parts[0].body["raw"][:25] != one


def test_a_text_that_begins_with_its_title_does_not_have_it_twice() -> None:
    (part,) = posting.render(replace(POST, body=f"# {POST.title}\n\nCome."), REPLY).parts
    assert part.body["raw"].count("season of frost") == 1


def test_a_policy_is_pinned_in_its_category() -> None:
    topic, pin = posting.render(POST, PINNED).parts
    assert topic == posting.render(POST, TOPIC).parts[0]
    assert (pin.step, pin.kind, pin.body) == ("pin", "readable", {"status": "pinned", "enabled": "true"})
    assert posting.render(POST, PINNED).notes == ("it stays pinned in its category until somebody unpins it",)


@pytest.mark.parametrize(("limits", "most"), [(Limits(), MOST_TITLE), (Limits(title=100), 100)])
def test_a_title_is_never_cut(limits: Limits, most: int) -> None:
    fits, too_long = (replace(POST, title="🎉" * length, limits=limits) for length in (most, most + 1))
    assert not posting.render(fits, TOPIC).problems
    assert posting.render(too_long, TOPIC).problems == (f"the title has {most + 1} characters; the forum takes {most}",)


def test_what_cannot_be_posted() -> None:
    nowhere = TOPIC.model_copy(update={"place": "news"})
    assert posting.render(replace(POST, title=" "), TOPIC).problems == ("a topic needs a title",)
    assert posting.render(replace(POST, body="\n"), TOPIC).problems == ("there is nothing to say",)
    assert posting.render(POST, nowhere).problems == (
        "`place` of 'acme-topic' is not the category's number: it stands in its address",
    )


def test_what_most_forums_would_refuse_is_told() -> None:
    assert posting.render(replace(POST, title="Frost", body="Soon."), TOPIC).notes == (
        "the title has 5 characters: most forums want 15 at least",
        "the text has 5 characters: most forums want 20 at least",
    )


def words(count: int) -> str:
    """A text of so many characters."""
    text = "\n\n".join(f"Paragraph {number} of the long story, told to its end." for number in range(2000))
    return text[: count - 1].rstrip() + "." * (count - len(text[: count - 1].rstrip()))


def test_a_post_may_have_32_000_characters() -> None:
    (part,) = posting.render(replace(POST, body=words(MOST)), TOPIC).parts
    assert part.measures[0].used == len(part.body["raw"]) == MOST


def test_what_is_longer_goes_on_in_replies() -> None:
    rendered = posting.render(replace(POST, body=words(MOST + 1)), TOPIC)
    topic, rest = rendered.parts
    assert (topic.step, rest.step) == ("post", "post")
    assert rest.body["topic_id"] == FIRST
    assert rest.kind == "readable"
    assert all(measure.used <= measure.limit for part in rendered.parts for measure in part.measures)
    assert topic.body["raw"].endswith("1/2")
    assert rest.body["raw"].endswith("2/2")
    assert rendered.notes
    assert not rendered.problems


def test_the_limit_is_the_forums_own() -> None:
    rendered = posting.render(replace(POST, body=words(3000), limits=Limits(characters=1000)), REPLY)
    assert len(rendered.parts) > 2
    assert all(len(part.body["raw"]) <= 1000 == part.measures[0].limit for part in rendered.parts)
    assert all(part.body["topic_id"] == 40 for part in rendered.parts)


def test_what_is_longer_than_any_thread_is_not_posted() -> None:
    rendered = posting.render(replace(POST, body="word " * 1000, limits=Limits(characters=120)), TOPIC)
    assert not rendered.parts
    assert rendered.problems


def test_an_excerpt_where_the_target_wants_one() -> None:
    short = TOPIC.model_copy(update={"long": "excerpt"})
    link = "https://acme.example/news/frost"
    (part,) = posting.render(replace(POST, body=words(MOST + 1), link=link), short).parts
    assert link in part.body["raw"]
    assert part.measures[0].used <= MOST


def pictured(body: str, **more: Any) -> Post:
    return replace(POST, body=body, images=(IMAGE,), **more)


def test_images_stand_in_the_text_with_their_descriptions() -> None:
    (part,) = posting.render(
        pictured(f"Look:\n\n![the map | [of] the north]({NAME})\n\nAgain ![]({NAME})"), TOPIC
    ).parts
    assert part.body["raw"] == [
        "Look:\n\n![the map / \\[of\\] the north|640x480](",
        "<image 1>",
        ")\n\nAgain\n\n![a map|640x480](",
        "<image 1>",
        ")",
    ]
    assert [(one.name, one.alt) for one in part.images] == [(NAME, "the map | [of] the north")]


def test_an_image_counts_as_long_as_the_forum_may_call_it() -> None:
    (part,) = posting.render(pictured(f"![a map]({NAME})"), TOPIC).parts
    assert part.measures[0].used == len(f"![a map|640x480]({UPLOAD})")


def test_images_without_words_or_from_nowhere() -> None:
    dumb = replace(POST, images=(IMAGE.model_copy(update={"alt": ""}),), body=f"x\n\n![]({NAME})\n\n![y](gone.png)")
    assert posting.render(dumb, TOPIC).problems == (
        f"image 1 has no description: write ![what it shows]({NAME})",
        "image 2, 'gone.png', was not uploaded with the announcement",
    )
    linked = replace(POST, body="> ![the trailer](https://acme.example/t.png)")
    assert posting.render(linked, TOPIC).parts[0].body["raw"] == "> [the trailer](https://acme.example/t.png)"


def test_only_whom_both_sides_allow_is_pinged() -> None:
    body = "Hello @{mods}, @anna, @everyone and @here: all are welcome."
    rendered = posting.render(replace(POST, body=body, pings=frozenset({"mods", "everyone", "here", "jun"})), TOPIC)
    assert rendered.pings == ("@moderators (mods)",)
    assert "@moderators" in rendered.parts[0].body["raw"]
    assert rendered.notes == (
        "@anna pings nobody: the announcement does not ask for it",
        "@everyone pings nobody: `mentions` of the target 'acme-topic' does not say who that is",
        "@here pings nobody: the target 'acme-topic' does not allow it (`pings`)",
        "nobody is pinged as 'jun': the text does not mention @jun",
    )
    forum = kit.fake(TOPIC)
    send(forum, requested(rendered.parts[0]))
    assert forum.posts[0].more["pings"] == ["moderators"]


# Sending


def test_the_request() -> None:
    forum = kit.fake(TOPIC)
    there = posting.send(first(), to(account="liaison"), KEYS[0], hands(forum))
    assert there == Sent("102", f"{FORUM}/t/101", {"topic": "101", "number": "1"})
    (asked,) = forum.asked
    assert (asked.method, asked.path) == ("POST", "/posts.json")
    assert asked.json == {**first().body, "external_id": KEYS[0]}
    sender = {name: asked.headers[name] for name in ("api-key", "api-username", "content-type")}
    assert sender == {"api-key": SECRET, "api-username": "liaison", "content-type": "application/json"}
    assert texts(forum) == [first().text]


def test_without_an_account_the_forum_itself_writes() -> None:
    forum = kit.fake(TOPIC)
    send(forum)
    assert forum.asked[0].headers["api-username"] == "system"


def test_a_long_text_goes_on_in_its_topic() -> None:
    forum = kit.fake(TOPIC)
    there = published(forum, post=replace(POST, body=words(2 * MOST)))
    assert [post.more["topic"] for post in forum.posts] == [101] * 3
    assert [one["url"] for one in there] == [f"{FORUM}/t/101", f"{FORUM}/t/101/2", f"{FORUM}/t/101/3"]


def test_a_policy_is_posted_and_pinned() -> None:
    forum = kit.fake(PINNED)
    there = published(forum, PINNED)
    assert len(forum.posts) == 1
    assert forum.topics[101]["pinned_at"]
    assert there[1]["url"] == f"{FORUM}/t/101"


def test_images_are_uploaded_first() -> None:
    forum = kit.fake(TOPIC)
    published(forum, post=pictured(f"Look at this: ![the map]({NAME})"))
    assert forum.uploads == [PNG]
    assert forum.posts[0].more["raw"] == "Look at this:\n\n![the map|640x480](upload://a0.png)"


def test_words_that_read_like_placeholders_are_words() -> None:
    forum = kit.fake(TOPIC)
    title = replace(POST, title="<key>", limits=Limits(title=255))
    asked = requested(posting.render(title, TOPIC).parts[0])
    asked = asked.model_copy(update={"body": {**asked.body, "raw": "<moment>"}})
    posting.send(asked, to(), KEYS[0], hands(forum))
    assert forum.asked[0].json["title"] == "<key>"
    assert forum.asked[0].json["raw"] == "<moment>"


def test_what_belongs_to_nothing_is_not_sent() -> None:
    forum = kit.fake(PINNED)
    pin = requested(posting.render(POST, PINNED).parts[1], 2, 2)
    rest = requested(posting.render(replace(POST, body=words(MOST + 1)), TOPIC).parts[1], 2, 2)
    image = first(post=pictured(f"Look at this: ![the map]({NAME})"))
    assert send(forum, pin) == Refused("the topic to be pinned is not known")
    assert send(forum, rest) == Refused("the topic that this goes on in is not known")
    assert send(forum, image) == Refused("<image 1> was not uploaded")
    assert not forum.asked


# Once


@pytest.mark.parametrize("later", [30, 3600])
def test_a_topic_whose_answer_was_lost_is_there_once(later: int) -> None:
    forum = kit.fake(TOPIC)
    forum.cut_off_after()
    with pytest.raises(UnansweredError):
        send(forum)
    forum.clock += later
    again = send(forum)
    assert sent(again).url == f"{FORUM}/t/101"
    assert len(forum.posts) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_an_error_after_making_it_is_no_failure(status: int) -> None:
    forum = kit.fake(TOPIC)
    forum.answers(reply(status, b"<html>"), after_making=True)
    assert isinstance(send(forum), Unknown)
    forum.clock += 3600
    assert isinstance(send(forum), Sent)
    assert len(forum.posts) == 1


def test_a_refusal_after_making_it_is_no_failure_either() -> None:
    forum = kit.fake(TOPIC)
    forum.answers(kit.refused(["Something went wrong"]), after_making=True)
    assert sent(send(forum)) == Sent("102", f"{FORUM}/t/101", {"topic": "101", "number": "1"})


def test_the_forum_does_not_take_a_title_twice() -> None:
    forum = kit.fake(TOPIC)
    send(forum)
    assert send(forum, key=KEYS[1]) == Refused("the forum refused it (422): Title has already been used")


@pytest.mark.parametrize("target", [TOPIC, REPLY])
def test_refused_and_nobody_could_look_is_unknown(target: Target) -> None:
    forum = kit.fake(target)
    answers = [kit.refused(["No"]), reply(502)]

    def site(method: str, url: str, **more: Any) -> Reply:
        return answers.pop(0)

    outcome = posting.send(first(target), to(target), KEYS[0], replace(hands(forum), http=site))
    assert isinstance(outcome, Unknown)
    assert "nobody could look" in outcome.reason


def test_a_reply_whose_answer_was_lost_is_found() -> None:
    forum = kit.fake(REPLY)
    forum.cut_off_after()
    with pytest.raises(UnansweredError):
        send(forum, target=REPLY)
    assert sent(find(forum, target=REPLY)) == Sent(forum.posts[0].id, f"{FORUM}/p/101", {"topic": "40", "number": ""})


@pytest.mark.parametrize("target", kit.TARGETS)
def test_what_never_arrived_is_not_found(target: Target) -> None:
    forum = kit.fake(target)
    forum.cut_off_before()
    with pytest.raises(UnansweredError):
        send(forum, target=target)
    assert find(forum, target=target) == Absent()


def test_the_same_words_said_before_are_not_this_reply() -> None:
    forum = kit.fake(REPLY)
    send(forum, first(REPLY, replace(POST, announcement="a0")), REPLY)
    assert find(forum, target=REPLY) == Absent()


def test_a_reply_is_looked_for_among_our_own_posts_since_then() -> None:
    forum = kit.fake(REPLY)
    forum.before.append(forum.post(40, "An older post of ours.", "system", NOW - 3600))
    send(forum, target=REPLY)
    forum.before.append(forum.post(40, "What a member wrote.", "anna"))
    before = len(forum.asked)
    assert isinstance(find(forum, target=REPLY), Sent)
    assert [asked.path for asked in forum.asked[before:]] == [
        "/posts/by-date/40/2026-11-25T09:41:40Z.json",
        "/t/40/post_ids.json",
        "/posts/102/raw",
    ]
    assert forum.asked[-2].query == {"post_number": "3", "username_filters": "system"}


def test_a_reply_that_is_buried_too_deep_is_a_persons_business() -> None:
    forum = kit.fake(REPLY)
    for _ in range(20):
        forum.before.append(forum.post(40, "Something else of ours.", "system"))
    assert find(forum, target=REPLY) == Unknown("too much was posted since to look through it")


def test_a_part_is_looked_for_behind_the_one_before() -> None:
    forum = kit.fake(TOPIC)
    topic, rest = posting.render(replace(POST, body=words(MOST + 1)), TOPIC).parts
    there = [known(send(forum, requested(topic)))]
    asked = requested(rest, 2, 2, **thread(there))
    assert find(forum, asked) == Absent()
    assert "/posts/by-date" not in forum.asked[-1].path
    forum.cut_off_after()
    with pytest.raises(UnansweredError):
        send(forum, asked, key=KEYS[1])
    assert sent(find(forum, asked, key=KEYS[1])).id == forum.posts[1].id


def test_a_pin_is_looked_for() -> None:
    forum = kit.fake(PINNED)
    topic, pin = posting.render(POST, PINNED).parts
    asked = requested(pin, 2, 2, **thread([known(send(forum, requested(topic)))]))
    assert find(forum, asked) == Absent()
    forum.cut_off_after()
    with pytest.raises(UnansweredError):
        send(forum, asked)
    assert find(forum, asked) == Sent("101", f"{FORUM}/t/101")
    assert len(forum.small) == 1


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (reply(502), Wait(60, "the forum answered 502")),
        (wrong(429, "slow down", "rate_limit"), Wait(60, "the forum asks to slow down", BUDGET.name)),
        (reply(301, None, location="https://new.acme.example/t/external_id/x.json"), Unknown("")),
        (reply(200, {}), Unknown("")),
        (wrong(403, "You are not permitted to view the requested resource."), Unknown("")),
    ],
)
def test_an_odd_answer_to_a_look_is_not_absence(answer: Reply, told: Unknown | Wait) -> None:
    def site(method: str, url: str, **more: Any) -> Reply:
        return answer

    for post in (first(), first(REPLY)):
        outcome = posting.find(post, to(), KEYS[0], AT, replace(hands(kit.fake(TOPIC)), http=site))
        assert type(outcome) is type(told)
        assert isinstance(outcome, Unknown) or outcome == told


def test_a_look_that_nobody_answers_may_be_made_again() -> None:
    def site(method: str, url: str, **more: Any) -> Reply:
        raise UnansweredError("no whole answer within 10 s")

    for post in (first(), first(REPLY)):
        found = posting.find(post, to(), KEYS[0], AT, replace(hands(kit.fake(TOPIC)), http=site))
        assert found == Wait(60, "the forum could not be asked: no whole answer within 10 s")


@pytest.mark.parametrize("target", kit.TARGETS)
@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("answer", [None, reply(502), reply(200, b"<html>"), reply(403)])
def test_a_look_that_breaks_off_anywhere_never_says_that_it_is_not_there(
    target: Target, at: int, answer: Reply | None
) -> None:
    forum = kit.fake(target)
    there = published(forum, target)
    forum.before.append(forum.post(40, "What a member wrote.", "anna"))
    part = posting.render(POST, target).parts[-1]
    post = requested(part, first=there[0], previous={})
    looks: list[str] = []

    def site(method: str, url: str, **more: Any) -> Reply:
        looks.append(url)
        if len(looks) != at + 1:
            return forum(method, url, **more)
        if answer is None:
            raise UnansweredError("no whole answer within 10 s")
        return answer

    found = posting.find(post, to(target), KEYS[0], AT, replace(hands(forum), http=site))
    assert isinstance(found, Sent if len(looks) <= at else Wait | Unknown)


def test_a_reply_without_a_mark_cannot_be_known() -> None:
    (part,) = posting.render(POST, REPLY).parts
    asked = requested(replace(part, body={**part.body, "raw": "no mark"}))
    assert find(kit.fake(REPLY), asked, REPLY) == Unknown("there is nothing to know it by")
    nowhere = requested(replace(part, body={**part.body, "topic_id": FIRST}))
    assert find(kit.fake(REPLY), nowhere, REPLY) == Unknown("the topic that it belongs to is not known")


def test_an_answer_that_is_cut_off_still_proves_the_topic() -> None:
    """64 KiB are read: a long text in other letters than Latin ones is longer."""
    forum = kit.fake(TOPIC)
    asked = first(post=replace(POST, body="Это длинная история. " * 1500))

    def cut(method: str, url: str, *, headers: Any, body: bytes = b"", private: bool = False) -> Reply:
        given = forum(method, url, headers=headers, body=body, private=private)
        return Reply(given.status, given.headers, given.body[:4000])

    there = posting.send(asked, to(), KEYS[0], replace(hands(forum), http=cut))
    assert there == Sent("102", f"{FORUM}/t/101", {"topic": "101", "number": "1"})
    assert len(forum.posts) == 1


# What the forum answers


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            wrong(403, "The API username or key is invalid."),
            "the forum does not know the API key, or has no user 'system'",
        ),
        (reply(401, b""), "the forum does not know the API key, or has no user 'system'"),
    ],
)
def test_a_dead_key_stops_everything_there(answer: Reply, told: str) -> None:
    forum = kit.fake(TOPIC)
    forum.answers(answer)
    assert send(forum) == Refused(told, unauthorized=True)


def test_a_wrong_key_is_told_by_the_forum_itself() -> None:
    outcome = posting.send(first(), to(secret="another"), KEYS[0], hands(kit.fake(TOPIC)))
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (wrong(403, "You are not permitted."), "the forum refused it (403): You are not permitted."),
        (reply(404, b"<html>"), "the forum refused it (404): it does not say why"),
        (reply(413, b""), "the forum refused it (413): it does not say why"),
        (reply(302, b"", location="x"), "the forum is somewhere else (answered 302): correct the target's `url`"),
        (reply(200, {"action": "enqueued", "success": True, "pending_count": 1}), posting.QUEUED),
    ],
)
def test_a_refusal_tells_a_person_why(answer: Reply, told: str) -> None:
    forum = kit.fake(TOPIC)
    forum.answers(answer)
    assert send(forum) == Refused(told)


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
    forum = kit.fake(TOPIC)
    forum.answers(answer)
    assert send(forum) == Wait(seconds, "the forum asks to slow down", "discourse:forum.acme.example")
    assert not forum.posts


def test_a_forum_that_can_only_be_read_took_nothing() -> None:
    forum = kit.fake(TOPIC)
    forum.answers(wrong(503, "The site is in read only mode.", "read_only"))
    assert send(forum) == Wait(300, "the forum can only be read for now")


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b'{"id": true}', b'{"id": "7"}', b"\xff", b'{"success": true}', b'{"cooked": "\\"id\\": 7'],
)
def test_a_success_that_proves_nothing_is_unknown(body: bytes) -> None:
    forum = kit.fake(TOPIC)
    forum.answers(Reply(200, {}, body))
    assert isinstance(send(forum), Unknown)


def test_no_reason_tells_the_key() -> None:
    forum = kit.fake(TOPIC)
    forum.answers(wrong(403, f"no rights for {SECRET}"))
    outcome = send(forum)
    assert isinstance(outcome, Refused)
    assert SECRET not in outcome.reason


# Images


def uploading(site: Any, objects: Objects = OBJECTS) -> object:
    asked = first(post=pictured(f"Look at this: ![the map]({NAME})"))
    return posting.prepare(asked, to(), replace(hands(kit.fake(TOPIC), objects), http=site))


def test_an_upload_may_be_repeated() -> None:
    forum = kit.fake(TOPIC)
    assert uploading(forum) == uploading(forum) == Prepared({"<image 1>": "upload://a0.png"})
    assert forum.uploads == [PNG]


def test_an_image_that_is_gone() -> None:
    told = "image 1 is not stored any more: add it to the announcement again"
    assert uploading(kit.fake(TOPIC), Objects()) == Refused(told)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            wrong(422, "Sorry, that file is too big."),
            Refused("the forum refused it (422): Sorry, that file is too big."),
        ),
        (reply(502), Wait(60, "an image was not taken: the forum answered 502")),
        (
            reply(200, {"url": "x"}),
            Wait(60, "an image was not taken: the forum answered 200 in a way that cannot be read, or was cut off"),
        ),
    ],
)
def test_an_upload_that_is_not_taken(answer: Reply, told: Outcome) -> None:
    assert uploading(lambda *_, **__: answer) == told


def test_an_upload_that_nobody_answers_is_made_again() -> None:
    def site(*_: Any, **__: Any) -> Reply:
        raise UnansweredError("no whole answer within 10 s")

    assert uploading(site) == Wait(60, "an image could not be uploaded: no whole answer within 10 s")


# Afterwards


def change(posted: dict[str, Any], post: PostRequested) -> ChangeRequested:
    return ChangeRequested(**post.model_dump(), posted=posted)


def test_a_topic_changes_with_its_title() -> None:
    forum = kit.fake(TOPIC)
    (there,) = published(forum)
    new = first(
        post=replace(POST, title="The season of frost is delayed", body="It begins a week later, we are sorry.")
    )
    assert known(posting.edit(change(there, new), to(), "k2", hands(forum))) == there
    assert texts(forum) == ["The season of frost is delayed\n\nIt begins a week later, we are sorry."]
    assert forum.posts[0].more["reason"] == "The announcement was changed"
    assert forum.asked[-1].method == "PUT"
    assert forum.asked[-1].path == "/posts/102.json"


def test_a_reply_changes_and_keeps_its_mark() -> None:
    forum = kit.fake(REPLY)
    (there,) = published(forum, REPLY)
    new = first(REPLY, replace(POST, body="It begins a week later."))
    assert isinstance(posting.edit(change(there, new), to(REPLY), "k2", hands(forum)), Sent)
    assert texts(forum) == ["The season of frost begins\n\nIt begins a week later."]
    assert isinstance(find(forum, target=REPLY), Sent)


def test_a_pin_does_not_change() -> None:
    forum = kit.fake(PINNED)
    _, pin = published(forum, PINNED)
    asked = change(pin, requested(posting.render(POST, PINNED).parts[1]))
    before = len(forum.asked)
    assert sent(posting.edit(asked, to(PINNED), "k2", hands(forum))).id == pin["id"]
    assert len(forum.asked) == before


def test_what_is_gone_cannot_change() -> None:
    forum = kit.fake(TOPIC)
    (there,) = published(forum)
    forum.posts.clear()
    assert posting.edit(change(there, first()), to(), "k2", hands(forum)) == Refused("it is not there any more")


def withdraw(forum: Discourse, there: dict[str, Any], step: str = "post") -> Outcome:
    gone = WithdrawRequested(announcement="a1", target="acme-topic", step=step, posted=there)
    return posting.withdraw(gone, to(), "k3", hands(forum))


def test_withdrawing_deletes_and_may_be_repeated() -> None:
    forum = kit.fake(PINNED)
    topic, pin = published(forum, PINNED)
    for _ in range(2):
        assert sent(withdraw(forum, topic)).id == topic["id"]
        assert sent(withdraw(forum, pin, "pin")).id == pin["id"]
    assert not forum.posts


def test_withdrawing_a_reply_leaves_its_topic() -> None:
    forum = kit.fake(REPLY)
    (there,) = published(forum, REPLY)
    assert isinstance(withdraw(forum, there), Sent)
    assert not forum.posts
    assert not forum.topics[40].get("deleted")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (wrong(403, "You are not permitted."), Refused("the forum refused it (403): You are not permitted.")),
        (reply(502), Unknown("the forum answered 502")),
    ],
)
def test_a_post_that_may_not_be_deleted(answer: Reply, told: Outcome) -> None:
    forum = kit.fake(TOPIC)
    (there,) = published(forum)
    deleted = [answer]

    def site(method: str, url: str, **more: Any) -> Reply:
        return deleted.pop() if method == "DELETE" else forum(method, url, **more)

    gone = WithdrawRequested(announcement="a1", target="acme-topic", posted=there)
    assert posting.withdraw(gone, to(), "k3", replace(hands(forum), http=site)) == told


def count(forum: Discourse, there: dict[str, Any], step: str = "post") -> object:
    asked = CountRequested(announcement="a1", target="acme-topic", step=step, posted=there)
    return posting.count(asked, to(), hands(forum))


def test_counts_of_a_topic() -> None:
    forum = kit.fake(TOPIC)
    (there,) = published(forum)
    forum.posts[0].more["likes"] = 11
    forum.before += [forum.post(101, "A reply of a member's.", "anna") for _ in range(3)]
    assert count(forum, there) == Counted(likes=11, replies=3, views=250)


def test_counts_of_a_reply() -> None:
    forum = kit.fake(REPLY)
    (there,) = published(forum, REPLY)
    assert count(forum, there) == Counted(likes=0, replies=0, views=7)
    forum.posts[0].more["likes"] = 4
    assert count(forum, there) == Counted(likes=4, replies=0, views=7)


def test_counts_of_what_is_gone() -> None:
    assert count(kit.fake(TOPIC), {"id": "9", "topic": "9", "number": "1"}) == Refused("it is not there any more")


def test_a_pin_has_no_counts_and_a_forum_may_not_answer() -> None:
    def site(*_: Any, **__: Any) -> Reply:
        raise UnansweredError("no whole answer within 10 s")

    asked = CountRequested(announcement="a1", target="acme-topic", posted={"id": "102", "topic": "101", "number": "1"})
    away = replace(hands(kit.fake(TOPIC)), http=site)
    assert posting.count(asked, to(), away) == Wait(60, "the forum could not be asked: no whole answer within 10 s")
    assert posting.limits(TOPIC, to(), away) is None
    assert count(kit.fake(PINNED), {"id": "101"}, "pin") == Counted()


def test_the_forum_tells_its_limits() -> None:
    forum = kit.fake(TOPIC)
    assert posting.limits(TOPIC, to(), hands(forum)) == Limits(characters=32_000, title=255)


@pytest.mark.parametrize("answer", [reply(404), reply(500), Reply(200, {}, b"{"), reply(200, [])])
def test_a_forum_that_tells_no_limits(answer: Reply) -> None:
    told = posting.limits(TOPIC, to(), replace(hands(kit.fake(TOPIC)), http=lambda *_, **__: answer))
    assert told in (None, Limits())


def test_limits_are_found_in_settings_that_were_cut_off() -> None:
    body = json.dumps({"max_topic_title_length": 200, "max_post_length": 99_000, "more": "x"}).encode()[:-8]
    site = lambda *_, **__: Reply(200, {}, body)  # noqa: E731
    assert posting.limits(TOPIC, to(), replace(hands(kit.fake(TOPIC)), http=site)) == Limits(99_000, 200)


# Whatever comes

ANSWERS = st.builds(
    Reply,
    st.sampled_from(
        [100, 200, 201, 204, 301, 302, 400, 401, 403, 404, 408, 409, 410, 422, 425, 429, 500, 502, 503, 599]
    ),
    st.dictionaries(st.sampled_from(["retry-after", "location", "content-type"]), st.text(max_size=20), max_size=3),
    st.one_of(
        st.binary(max_size=60),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            "id",
                            "post",
                            "topic_id",
                            "post_number",
                            "errors",
                            "error_type",
                            "extras",
                            "wait_seconds",
                            "action",
                            "success",
                            "post_ids",
                            "pinned_at",
                            "actions_summary",
                            "posts_count",
                            "short_url",
                        ]
                    ),
                    inner,
                    max_size=4,
                )
            ),
            max_leaves=8,
        ).map(lambda body: json.dumps(body).encode()),
    ),
)


@given(ANSWERS, st.sampled_from(kit.TARGETS))
def test_no_answer_breaks_anything(answer: Reply, target: Target) -> None:
    given_hands = replace(hands(kit.fake(target), OBJECTS), http=lambda *_, **__: answer)
    there = {"id": "7", "topic": "8", "number": "1"}
    for part in posting.render(pictured(f"Look at this: ![the map]({NAME})"), target).parts:
        post = requested(part, first=there, previous=there, prepared={"<image 1>": "upload://x.png"})
        outcome = posting.send(post, to(target), KEYS[0], given_hands)
        assert isinstance(outcome, Sent | Refused | Wait | Unknown)
        assert not isinstance(outcome, Sent) or answer.status == 200
        found = posting.find(post, to(target), KEYS[0], AT, given_hands)
        assert isinstance(found, Sent | Absent | Unknown | Wait)
        assert not isinstance(found, Absent) or answer.status in (200, 404, 410)
        assert isinstance(
            posting.edit(change(there, post), to(target), "k", given_hands), Sent | Refused | Wait | Unknown
        )
        assert isinstance(posting.prepare(post, to(target), given_hands), Prepared | Refused | Wait)
        counted = CountRequested(announcement="a", target="t", step=part.step, posted=there)
        assert isinstance(posting.count(counted, to(target), given_hands), Counted | Refused | Wait | Unknown)
        assert isinstance(posting.withdraw(counted, to(target), "k", given_hands), Sent | Refused | Wait | Unknown)
        assert isinstance(posting.limits(target, to(target), given_hands), Limits | None)
