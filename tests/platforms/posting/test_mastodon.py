"""Mastodon: what an announcement looks like there, that it is there once, and what becomes of every answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.announcements import ChangeRequested, CountRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms.mastodon import posting
from functions.platforms.mastodon.statuses import told
from functions.platforms.outgoing import (
    LONGEST_WAIT,
    MEDIA,
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
from functions.platforms.posting import (
    PREVIOUS,
    Absent,
    Budget,
    Counted,
    Limits,
    Measure,
    Post,
    Prepared,
    Rendering,
)
from tests.platforms.posting import fake as shared
from tests.platforms.posting.fake import NOW, Objects, reply, sent
from tests.platforms.posting.kits import mastodon as kit
from tests.platforms.posting.kits.mastodon import ACCOUNT, HOST, SECRET, Mastodon, stamp

(TARGET,) = kit.TARGETS
TO = Destination(TARGET.id, "acme", HOST, SECRET)
KEY = "abcdefghijklmnopqrstuvwxy"
AT = datetime.fromtimestamp(NOW, UTC)
BODY: dict[str, Any] = {"status": "Maintenance tonight", "visibility": "public", "language": "en"}
FAMILY = "👩‍👩‍👧‍👦"


def picture(content: bytes, alt: str = "", type: str = "image/png", **more: Any) -> Image:
    name = f"{sha256(content).hexdigest()}.{type.partition('/')[2]}"
    return Image(name=name, alt=alt, type=type, bytes=len(content), **more)


PNG, GIF = b"\x89PNG\r\n\x1a\n\r\n--liaison-\r\n", b"GIF89a\r\n"
BOX, WAVE = picture(PNG, "A box"), picture(GIF, "A wave", "image/gif")
OBJECTS = Objects({f"{MEDIA}/{BOX.name}": PNG, f"{MEDIA}/{WAVE.name}": GIF})
TWO: dict[str, Any] = {"images": (BOX, WAVE), "body": {**BODY, "media_ids": ["<image 1>", "<image 2>"]}}


def announced(body: str, title: str = "Patch 1.2", **more: Any) -> Post:
    return Post("a1", title, body, "en", **more)


def rendered(body: str, title: str = "Patch 1.2", target: Target = TARGET, **more: Any) -> Rendering:
    return posting.render(announced(body, title, **more), target)


def texts(rendering: Rendering) -> list[str]:
    return [part.body["status"] for part in rendering.parts]


def requested(**more: Any) -> PostRequested:
    given = {"announcement": "a1", "target": TARGET.id, "language": "en", "published_at": AT, "body": BODY}
    return PostRequested.model_validate({**given, **more})


def hands(site: Mastodon) -> Hands:
    return shared.hands(site, OBJECTS, timestamp=int(site.clock))


def send(site: Mastodon, key: str = KEY, to: Destination = TO, **more: Any) -> Outcome:
    return posting.send(requested(**more), to, key, hands(site))


def find(site: Mastodon, since: datetime = AT, **more: Any) -> object:
    return posting.find(requested(**more), TO, KEY, since, hands(site))


def known(there: Sent) -> dict[str, Any]:
    return {**there.more, "id": there.id, "url": there.url}


def made(outcome: object) -> dict[str, Any]:
    assert isinstance(outcome, Prepared), outcome
    return dict(outcome.made)


def deliver(rendering: Rendering, site: Mastodon) -> list[Sent]:
    """All parts, one after the other, each with a key of its own."""
    done: list[Sent] = []
    for number, part in enumerate(rendering.parts, 1):
        before = {"first": known(done[0]), "previous": known(done[-1])} if done else {}
        post = requested(body=part.body, images=part.images, part=number, **before)
        ready = made(posting.prepare(post, TO, hands(site)))
        post = post.model_copy(update={"prepared": ready})
        done.append(sent(posting.send(post, TO, f"key-{number}", hands(site))))
    return done


def changed(there: Sent, **more: Any) -> ChangeRequested:
    return ChangeRequested.model_validate({**requested(**more).model_dump(), "posted": known(there)})


def gone(there: Sent) -> WithdrawRequested:
    return WithdrawRequested(announcement="a1", target=TARGET.id, posted=known(there))


def answered(answer: Reply, *, after_making: bool = False) -> Outcome:
    """What becomes of the one call that makes the post, when the server answers it like this."""
    site = Mastodon(TARGET)
    site.answers(answer, after_making=after_making)
    return send(site)


# What it looks like


def test_the_body_is_the_request_to_the_letter() -> None:
    text = f"Hello {FAMILY}: [notes](https://example.com/notes) #patch\n\n![ ]({BOX.name})"
    (part,) = rendered(text, images=(BOX,)).parts
    assert part.body == {
        "status": f"Patch 1.2\n\nHello {FAMILY}: notes (https://example.com/notes) #patch",
        "visibility": "public",
        "language": "en",
        "media_ids": ["<image 1>"],
    }
    assert (part.text, part.step, part.kind, part.window) == (part.body["status"], "post", "keyed", 3000)
    assert part.images == (BOX,)
    assert part.measures == (
        Measure("text", "graphemes, a link as 23", 11 + 8 + 8 + 24 + 7, 500),
        Measure("description of image 1", "characters", 5, 1500),
        Measure("image 1", "bytes", len(PNG), 16 * 1024 * 1024),
    )
    assert part.budgets == (Budget("mastodon:acme-mastodon"), Budget("mastodon:acme-mastodon:statuses", 300, 10800))
    assert "notes" in part.html


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("It is out", "Patch 1.2\n\nIt is out"),
        ("# Patch 1.2\n\nIt is out", "Patch 1.2\n\nIt is out"),
        ("patch 1.2 is out", "patch 1.2 is out"),
        ("Patch 1.25 is out", "Patch 1.2\n\nPatch 1.25 is out"),
        ("", "Patch 1.2"),
    ],
)
def test_the_title_is_the_first_paragraph_unless_the_text_begins_with_it(body: str, said: str) -> None:
    assert texts(rendered(body)) == [said]


def test_a_text_of_500_is_one_post_and_of_501_is_a_thread() -> None:
    words = ("word " * 98).strip()
    assert len(f"T\n\n{words}") == 492
    fits = f"{words} 1234567"
    assert [part.measures[0].used for part in rendered(fits, "T").parts] == [500]
    over = rendered(f"{fits}8", "T")
    assert [part.measures[0].used <= 500 for part in over.parts] == [True, True]
    assert over.notes
    assert not over.problems


def test_a_thread_answers_itself_part_by_part() -> None:
    site = Mastodon(TARGET)
    body = "\n\n".join(f"Paragraph {number}: {'all is well ' * 30}" for number in range(4))
    rendering = rendered(body)
    assert ["in_reply_to_id" in part.body for part in rendering.parts] == [False, True, True, True]
    assert rendering.parts[1].body["in_reply_to_id"] == PREVIOUS
    there = deliver(rendering, site)
    assert [(post.text, post.parent) for post in site.posts] == list(
        zip(texts(rendering), ["", *(one.id for one in there[:-1])], strict=True)
    )
    for number in range(4):
        assert sum(f"Paragraph {number}" in post.text for post in site.posts) == 1


def test_a_target_may_prefer_an_excerpt() -> None:
    target = TARGET.model_copy(update={"long": "excerpt"})
    (part,) = rendered("All is well. " * 60, target=target, link="https://example.com/a1").parts
    assert part.text.endswith("https://example.com/a1")
    assert part.measures[0].used <= 500
    without = rendered("All is well. " * 60, target=target)
    assert without.problems


@pytest.mark.parametrize(
    ("text", "used"),
    [
        (FAMILY, 1),
        ("🇫🇷🇩🇪", 2),
        ("1️⃣", 1),
        ("क्षि", 1),
        ("e\u0301", 1),
        ("https://example.com/" + "a" * 200, 23),
    ],
)
def test_counting_is_the_servers(text: str, used: int) -> None:
    (part,) = rendered(text, "T").parts
    assert part.measures[0].used == used + 3
    assert kit.length(part.text) == used + 3


def test_what_the_server_says_of_its_limits_holds() -> None:
    limits = Limits(characters=5000, link_characters=30, alt=10)
    long = "All is well. " * 60
    rendering = rendered(f"{long}\n\n![ ]({BOX.name}) https://example.com/x", images=(BOX,), limits=limits)
    (part,) = rendering.parts
    assert part.measures[0] == Measure("text", "graphemes, a link as 23", 11 + len(long.strip()) + 2 + 30, 5000)
    assert part.measures[1].limit == 10
    assert not rendering.problems
    short = rendered(f"![ ]({BOX.name})", images=(BOX,), limits=Limits(alt=4))
    assert short.problems == ("the description of image 1 has 5 characters of 4: shorten it",)


def test_a_mention_pings_by_grant_of_both_only() -> None:
    both = rendered("Ask @{mods} or @{anna}, @everyone!", pings=frozenset({"mods", "anna", "everyone"}))
    assert texts(both) == ["Patch 1.2\n\nAsk @mods@social.example or @\u200banna, @\u200beveryone!"]
    assert both.pings == ("@mods@social.example",)
    assert both.notes == (
        "@anna pings nobody: the target's `pings` do not allow it",
        "@everyone pings nobody: the target's `mentions` name no account for it",
    )
    nobody = rendered("Ask @{mods}")
    assert nobody.pings == ()
    assert nobody.notes == ("@mods pings nobody: the announcement does not ask for it",)
    assert [kit.pings(text) for text in texts(nobody)] == [[]]


@pytest.mark.parametrize(
    "text",
    [
        "@mods@social.example",
        "`@mods@social.example`",
        "```\n@mods\n```",
        "# @mods",
        "[@mods](https://a.example)",
        "> @mods",
    ],
)
def test_no_text_pings_by_itself(text: str) -> None:
    for said in texts(rendered(text, title="About @mods")):
        assert kit.pings(said) == []


def test_tables_become_lines_and_say_so() -> None:
    rendering = rendered("| a | b |\n|---|---|\n| 1 | 2 |")
    assert texts(rendering) == ["Patch 1.2\n\na | b\n1 | 2"]
    assert rendering.notes == ("tables are shown as lines of text",)


# Images


def test_an_image_needs_a_description_and_a_file() -> None:
    bare = picture(PNG)
    assert rendered(f"![]({bare.name})", images=(bare,)).problems == (
        f"image 1 has no description: write ![what it shows]({bare.name})",
    )
    assert rendered("![A box](box.png)").problems == ("there is no image 'box.png': upload it, or give its address",)
    heavy = BOX.model_copy(update={"bytes": 16 * 1024 * 1024 + 1})
    assert rendered(f"![x]({BOX.name})", images=(heavy,)).problems == (
        "image 1 has 16777217 bytes of 16777216: make it smaller",
    )
    fits = BOX.model_copy(update={"bytes": 16 * 1024 * 1024, "alt": "x" * 1500})
    assert not rendered(f"![]({BOX.name})", images=(fits,)).problems


def test_an_image_that_stands_elsewhere_is_a_link() -> None:
    rendering = rendered("![A box](https://example.com/box.png)")
    assert texts(rendering) == ["Patch 1.2\n\nA box (https://example.com/box.png)"]
    assert rendering.parts[0].images == ()
    assert not rendering.problems


def test_the_text_describes_the_image_better_than_the_upload() -> None:
    (part,) = rendered(f"![Another box]({BOX.name})\n\n> ![]({BOX.name})", images=(BOX, WAVE)).parts
    assert [one.alt for one in part.images] == ["Another box"]
    assert part.body["media_ids"] == ["<image 1>"]


def test_more_images_than_four_go_to_the_next_part_if_there_is_one() -> None:
    images = tuple(picture(bytes([number]), f"Number {number}") for number in range(6))
    shown = "\n\n".join(f"![]({one.name})" for one in images)
    one = rendered(shown, images=images)
    assert one.problems == ("there are 6 images, and Mastodon takes 4 with a post: leave some out",)
    two = rendered(f"{'All is well. ' * 60}\n\n{shown}", images=images)
    assert [part.body["media_ids"] for part in two.parts] == [
        ["<image 1>", "<image 2>", "<image 3>", "<image 4>"],
        ["<image 1>", "<image 2>"],
    ]
    assert [part.images for part in two.parts] == [images[:4], images[4:]]
    assert "images 5 to 6 of 6 stand in part 2" in two.notes
    assert not two.problems


def test_images_alone_are_enough_to_say() -> None:
    assert rendered("", "").problems == ("there is nothing to say",)
    assert not rendered(f"![]({BOX.name})", "", images=(BOX,)).problems


def test_images_are_uploaded_with_their_descriptions() -> None:
    site = Mastodon(TARGET)
    site.work = 0
    boxed = BOX.model_copy(update={"alt": " A “box”\r\n--liaison "})
    prepared = made(posting.prepare(requested(images=(boxed, WAVE)), TO, hands(site)))
    assert prepared == {"<image 1>": "m1", "<image 2>": "m2"}
    assert [(one["content"], one["type"], one["description"]) for one in site.media.values()] == [
        (PNG, "image/png", "A “box”\r\n--liaison"),
        (GIF, "image/gif", "A wave"),
    ]
    there = sent(send(site, **TWO, prepared=prepared))
    assert [one["status"] for one in site.media.values()] == [there.id, there.id]


def test_a_file_that_is_worked_on_is_waited_for_and_not_uploaded_again() -> None:
    site = Mastodon(TARGET)
    site.work = 2
    prepared = made(posting.prepare(requested(**TWO), TO, hands(site)))
    outcomes = [send(site, **TWO, prepared=prepared) for _ in range(3)]
    assert outcomes[:2] == [Wait(5, "the server is still working on an image")] * 2
    assert sent(outcomes[2])
    assert (len(site.media), len(site.posts)) == (2, 1)


@pytest.mark.parametrize("error", [NotSentError("no address"), UnansweredError("nothing in 10 s")])
def test_a_lost_answer_to_what_nobody_sees_is_no_doubt(error: Exception) -> None:
    site = Mastodon(TARGET)
    prepared = made(posting.prepare(requested(**TWO), TO, hands(site)))

    def lost(asked: shared.Asked) -> Reply:
        raise error

    site.answer = lost  # type: ignore[method-assign]
    assert isinstance(posting.prepare(requested(**TWO), TO, hands(site)), Wait)
    assert isinstance(send(site, **TWO, prepared=prepared), Wait)
    assert site.posts == []


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply(500), Wait(60, "answered 500")),
        (reply(200, {"id": None}), Wait(60, "answered 200, and not with what was asked for")),
        (reply(422, {"error": "File is invalid"}), Refused("answered 422: File is invalid")),
        (reply(429, {"error": "x"}, retry_after="90"), Wait(90, "answered 429: x", "mastodon:acme-mastodon")),
    ],
)
def test_an_upload_that_fails(answer: Reply, outcome: Wait | Refused) -> None:
    site = Mastodon(TARGET)
    site.answer = lambda asked: answer  # type: ignore[method-assign]
    reason = f"image 1 could not be uploaded: {outcome.reason}"
    assert posting.prepare(requested(**TWO), TO, hands(site)) == replace(outcome, reason=reason)


def test_an_image_that_is_gone_from_the_bucket() -> None:
    missing = picture(b"another", "x")
    outcome = posting.prepare(requested(images=(missing,)), TO, hands(Mastodon(TARGET)))
    assert outcome == Refused("image 1 is not there any more: upload it again")


# Once


def test_the_request_is_what_was_approved_with_the_key_in_its_header() -> None:
    site = Mastodon(TARGET)
    there = sent(send(site))
    (create,) = site.asked
    assert (create.method, create.path, create.json) == ("POST", "/api/v1/statuses", BODY)
    assert create.headers["idempotency-key"] == KEY
    assert create.headers["authorization"] == f"Bearer {SECRET}"
    assert there == Sent("1", f"{HOST}/@acme/1")


def test_the_same_key_within_its_window_is_the_same_post() -> None:
    site = Mastodon(TARGET)
    site.cut_off_after()
    with pytest.raises(UnansweredError):
        send(site)
    site.clock += posting.WINDOW
    assert sent(send(site)).id == site.posts[0].id
    assert len(site.posts) == 1


def test_parts_of_a_thread_have_keys_too() -> None:
    """T8: or a reply, sent twice, would be there twice."""
    site = Mastodon(TARGET)
    first = sent(send(site, "key-1"))
    reply_: dict[str, Any] = {"body": {**BODY, "in_reply_to_id": PREVIOUS}, "part": 2, "previous": known(first)}
    assert send(site, "key-2", **reply_) == send(site, "key-2", **reply_)
    assert [post.parent for post in site.posts] == ["", first.id]


def test_after_the_window_it_is_found() -> None:
    site = Mastodon(TARGET)
    site.cut_off_after()
    with pytest.raises(UnansweredError):
        send(site)
    site.clock += 5000
    assert find(site) == Sent("1", f"{HOST}/@acme/1")


def test_what_never_arrived_is_not_there() -> None:
    site = Mastodon(TARGET)
    site.cut_off_before()
    with pytest.raises(UnansweredError):
        send(site)
    assert find(site) == Absent()
    sent(send(site))
    assert len(site.posts) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"body": {**BODY, "status": "Maintenance tomorrow"}},
        {"previous": {"id": "1"}},
        {"since": AT + timedelta(hours=1)},
    ],
)
def test_what_only_resembles_it_is_not_it(more: dict[str, Any]) -> None:
    site = Mastodon(TARGET)
    send(site)
    assert find(site, **more) == Absent()


def test_the_same_words_as_plain_text_are_the_same() -> None:
    site = Mastodon(TARGET)
    send(site, body={**BODY, "status": "  Café: <b> &amp; @\u200beveryone\r\n\r\nok "})
    assert sent(find(site, body={**BODY, "status": "Cafe\u0301: <b> &amp; @\u200beveryone\n\nok"}))


def test_a_look_goes_back_as_far_as_it_has_to() -> None:
    site = Mastodon(TARGET)
    sent(send(site))
    site.clock += 60
    for number in range(100):
        send(site, f"other-{number}", body={**BODY, "status": f"Other {number}"})
    assert sent(find(site)).id == "1"
    assert len([one for one in site.asked if one.path.endswith(f"{ACCOUNT}/statuses")]) == 11
    for number in range(100, 300):
        send(site, f"other-{number}", body={**BODY, "status": f"Other {number}"})
    assert isinstance(find(site), Unknown)


def listing(site: Mastodon, most: int, least: int) -> Hands:
    """A server that ignores `max_id`, and gives so many posts, whatever is asked for; or, when they are more than are
    read of it, the beginning."""

    def http(method: str, url: str, **more: Any) -> Reply:
        asked = urlsplit(url)
        if not asked.path.endswith(f"{ACCOUNT}/statuses"):
            return site(method, url, **more)
        limit = int(dict(parse_qsl(asked.query))["limit"])
        if limit > most:
            return reply(200, b'[{"id": "1", "cont')
        return site(method, f"{HOST}{asked.path}?limit={max(least, limit)}", **more)

    return shared.hands(http, OBJECTS, timestamp=int(site.clock))  # type: ignore[arg-type]


def test_posts_that_are_long_together_are_looked_at_one_by_one() -> None:
    site = Mastodon(TARGET)
    send(site)
    assert sent(posting.find(requested(), TO, KEY, AT, listing(site, most=1, least=1))).id == "1"


@pytest.mark.parametrize(("posts", "least", "outcome"), [(3, 0, Absent), (30, 30, Absent), (30, 10, Unknown)])
def test_a_server_without_pages_has_told_all_or_as_much_as_was_asked_for(posts: int, least: int, outcome: type) -> None:
    site = Mastodon(TARGET)
    for number in range(posts):
        send(site, f"other-{number}", body={**BODY, "status": f"Other {number}"})
    assert isinstance(posting.find(requested(), TO, KEY, AT, listing(site, most=99, least=least)), outcome)


@pytest.mark.parametrize("scope", ["read:accounts", "read:statuses"])
def test_a_token_that_may_not_look_knows_nothing(scope: str) -> None:
    site = Mastodon(TARGET)
    send(site)
    site.scopes = kit.SCOPES - {scope}
    assert isinstance(find(site), Unknown)


def looks(site: Mastodon, path: str, answer: Reply) -> object:
    ask = site.answer
    site.answer = lambda asked: answer if asked.path.endswith(path) else ask(asked)  # type: ignore[method-assign]
    return find(site)


@pytest.mark.parametrize("path", ["verify_credentials", f"{ACCOUNT}/statuses", "source"])
@pytest.mark.parametrize("answer", [reply(500), reply(200, b"<html>"), reply(200, []), reply(401, {"error": "no"})])
def test_a_look_that_fails_is_never_absence(path: str, answer: Reply) -> None:
    site = Mastodon(TARGET)
    send(site)
    empty = path.endswith("statuses") and answer.body == b"[]"
    assert isinstance(looks(site, path, answer), Absent if empty else Unknown)


@pytest.mark.parametrize("path", ["verify_credentials", f"{ACCOUNT}/statuses", "source"])
def test_a_look_may_have_to_wait(path: str) -> None:
    site = Mastodon(TARGET)
    send(site)
    outcome = looks(site, path, reply(429, {"error": "Too many requests"}, x_ratelimit_reset=stamp(NOW + 240)))
    assert isinstance(outcome, Wait)
    assert (outcome.seconds, outcome.budget) == (240, "mastodon:acme-mastodon")


# Answers


STATUS = {"id": "7", "uri": f"{HOST}/users/acme/statuses/7", "url": f"{HOST}/@acme/7"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>ok</html>",
        b"\xff\xfe",
        b"[" * 100_000,
        {},
        [STATUS],
        {**STATUS, "id": None},
        {**STATUS, "id": 7},
        {"id": "7", "scheduled_at": "2026-11-25T10:00:00Z", "params": {"text": "Maintenance tonight"}},
        {"error": "it went wrong"},
    ],
)
def test_200_is_a_post_only_if_it_says_which(body: Any) -> None:
    """T9."""
    assert isinstance(answered(reply(200, body)), Unknown)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 408, 302, 202, 204])
@pytest.mark.parametrize("after_making", [True, False])
def test_what_may_have_been_made_is_unknown(status: int, after_making: bool) -> None:
    assert isinstance(answered(reply(status, {"error": "x"}), after_making=after_making), Unknown)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply(422, {"error": "Validation failed: Text"}), Refused("answered 422: Validation failed: Text")),
        (reply(400), Refused("answered 400")),
        (reply(403, b"<html>Forbidden"), Refused("answered 403")),
        (reply(403, {"error": "This action is not allowed"}), Refused("answered 403: This action is not allowed")),
        (reply(404, b"<html>"), Refused("answered 404")),
        (reply(301), Refused("answered 301: the target's `url` is not the server's own address")),
        (reply(425), Wait(5, "answered 425")),
    ],
)
def test_what_was_refused_was_surely_not_done(answer: Reply, outcome: Outcome) -> None:
    assert answered(answer) == outcome


def test_a_post_that_is_answered_may_be_gone() -> None:
    outcome = send(Mastodon(TARGET), body={**BODY, "in_reply_to_id": PREVIOUS}, part=2, previous={"id": "404"})
    assert outcome == Refused("the post that it answers is gone, or it was posted itself and deleted since")


def test_a_dead_token_and_one_that_may_too_little_are_told_apart_from_a_bad_text() -> None:
    site = Mastodon(TARGET)
    dead = send(site, to=replace(TO, secret="revoked"))
    assert isinstance(dead, Refused)
    assert dead.unauthorized
    assert "liaison secret put acme-mastodon --outgoing" in dead.reason
    site.scopes = kit.SCOPES - {"write:statuses"}
    weak = send(site)
    assert isinstance(weak, Refused)
    assert weak.unauthorized
    assert "scope" in weak.reason


def test_no_reason_holds_the_token() -> None:
    outcome = answered(reply(422, {"error": f"Bearer {SECRET} is no good"}))
    assert outcome == Refused("answered 422: Bearer … is no good")


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(429, {"error": "x"}, retry_after="30"), 30),
        (reply(429, {"error": "x"}, retry_after="1.2"), 2),
        (reply(429, {"error": "x"}, retry_after=format_datetime(AT + timedelta(seconds=40), usegmt=True)), 40),
        (reply(429, {"error": "x"}, x_ratelimit_reset="2026-11-25T09:06:40.5Z"), 0),
        (reply(429, {"error": "x"}, x_ratelimit_reset=stamp(NOW + 299.5)), 300),
        (reply(429, {"error": "x"}, x_ratelimit_reset=str(NOW + 77)), 77),
        (reply(429, {"error": "x"}, x_ratelimit_reset=stamp(NOW - 5)), 1),
        (reply(429, {"error": "x"}, x_ratelimit_reset=stamp(NOW + 10**6)), LONGEST_WAIT),
        (reply(429, {"error": "x"}, x_ratelimit_reset="soon"), 60),
        (reply(429, {"error": "x"}), 60),
        (reply(429), 900),
        (reply(429, b"<!DOCTYPE html>error code: 1015"), 900),
        (reply(429, b"<!DOCTYPE html>error code: 1015", retry_after="1800"), 1800),
    ],
)
def test_a_limit_holds_up_everything_of_the_account(answer: Reply, seconds: int) -> None:
    outcome = answered(answer)
    assert isinstance(outcome, Wait)
    assert outcome.budget == "mastodon:acme-mastodon"
    if seconds:
        assert outcome.seconds == seconds
    assert 1 <= outcome.seconds <= LONGEST_WAIT


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "uri", "url", "error", "configuration", "statuses", "created_at"]), inner
        )
    ),
    max_leaves=8,
)
BODIES = st.binary(max_size=40) | JSON.map(lambda body: reply(200, body).body)
HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "x-ratelimit-reset", "content-type"]),
    st.sampled_from(
        ["", "nan", "inf", "-1", "9" * 400, "²", "Wed, 99", "2026-11-25T10:00:00", "9999-12-31T23:59:59-14:00"]
    ),
)
REPLIES = st.builds(Reply, st.integers(100, 599), HEADERS, BODIES)
THERE = Sent("7", "https://social.example/@acme/7")
CALLS: list[Callable[[Mastodon], object]] = [
    lambda site: send(site),
    lambda site: posting.prepare(requested(**TWO), TO, hands(site)),
    lambda site: find(site),
    lambda site: posting.edit(changed(THERE), TO, KEY, hands(site)),
    lambda site: posting.withdraw(gone(THERE), TO, KEY, hands(site)),
    lambda site: posting.count(CountRequested(**gone(THERE).model_dump()), TO, hands(site)),
    lambda site: posting.limits(TARGET, TO, hands(site)),
]


@settings(max_examples=300, deadline=None)
@given(REPLIES, st.sampled_from(CALLS))
def test_whatever_is_answered_has_an_outcome(answer: Reply, call: Callable[[Mastodon], object]) -> None:
    site = Mastodon(TARGET)
    site.answer = lambda asked: answer  # type: ignore[method-assign]
    outcome = call(site)
    assert isinstance(outcome, Sent | Refused | Wait | Unknown | Prepared | Absent | Counted | Limits | None)
    if isinstance(outcome, Sent) and call is CALLS[0]:
        assert answer.status == 200
        assert told(answer).get("id") == outcome.id
    if isinstance(outcome, Wait):
        assert 1 <= outcome.seconds <= LONGEST_WAIT


# Afterwards


def test_an_edit_changes_words_and_images_and_nothing_else() -> None:
    site = Mastodon(TARGET)
    site.work = 0
    there = sent(send(site, **TWO, prepared=made(posting.prepare(requested(**TWO), TO, hands(site)))))
    boxed = {"images": (BOX.model_copy(update={"alt": "A better description"}),)}
    body = {"status": "Maintenance tomorrow", "visibility": "public", "language": "en", "media_ids": ["<image 1>"]}
    ready = made(posting.prepare(requested(**boxed), TO, hands(site)))
    change = changed(there, **boxed, body=body, prepared=ready)
    for _ in range(2):
        assert posting.edit(change, TO, "edit-1", hands(site)) == there
    (post,) = site.posts
    assert (post.text, post.more["alts"], post.more["edits"]) == ("Maintenance tomorrow", ["A better description"], 1)
    asked = site.asked[-1]
    assert (asked.method, asked.path) == ("PUT", f"/api/v1/statuses/{there.id}")
    assert asked.json == {"status": "Maintenance tomorrow", "language": "en", "media_ids": ["m4"]}


def test_an_edit_takes_images_away() -> None:
    site = Mastodon(TARGET)
    site.work = 0
    there = sent(send(site, **TWO, prepared=made(posting.prepare(requested(**TWO), TO, hands(site)))))
    sent(posting.edit(changed(there), TO, "edit-1", hands(site)))
    assert site.posts[0].more["alts"] == []


def test_a_part_of_a_thread_can_be_edited() -> None:
    site = Mastodon(TARGET)
    first = sent(send(site))
    body = {**BODY, "in_reply_to_id": PREVIOUS}
    second = sent(send(site, "key-2", body=body, part=2, previous=known(first)))
    change = changed(second, body={**body, "status": "Tomorrow"}, part=2, previous=known(first))
    assert posting.edit(change, TO, "edit-2", hands(site)) == second
    assert [(post.text, post.parent) for post in site.posts] == [("Maintenance tonight", ""), ("Tomorrow", first.id)]


def test_what_is_gone_cannot_be_edited() -> None:
    outcome = posting.edit(changed(Sent("404")), TO, "edit-1", hands(Mastodon(TARGET)))
    assert outcome == Refused("answered 404: Record not found")


def test_withdrawing_what_is_gone_is_done() -> None:
    site = Mastodon(TARGET)
    there = sent(send(site))
    for _ in range(2):
        assert posting.withdraw(gone(there), TO, "gone-1", hands(site)) == Sent(there.id)
    assert site.posts == []
    assert [one.query for one in site.asked if one.method == "DELETE"] == [{"delete_media": "true"}] * 2


def test_a_server_that_deletes_nothing_is_not_believed() -> None:
    """snac answers every deletion with 404."""
    site = Mastodon(TARGET)
    there = sent(send(site))
    site.deletes_nothing = True
    assert posting.withdraw(gone(there), TO, "gone-1", hands(site)) == Refused(
        "the server does not delete it: delete it there"
    )


def test_thirty_can_be_deleted_in_half_an_hour() -> None:
    site = Mastodon(TARGET)
    there = [sent(send(site, f"key-{number}")) for number in range(31)]
    outcomes = [posting.withdraw(gone(one), TO, "gone", hands(site)) for one in there]
    assert [isinstance(one, Sent) for one in outcomes] == [True] * 30 + [False]
    assert outcomes[-1] == Wait(1800, "answered 429: Too many requests", "mastodon:acme-mastodon")
    site.clock += 1800
    assert isinstance(posting.withdraw(gone(there[-1]), TO, "gone", hands(site)), Sent)


def test_what_people_did_is_counted() -> None:
    site = Mastodon(TARGET)
    there = sent(send(site))
    counted = CountRequested(**gone(there).model_dump())
    assert posting.count(counted, TO, hands(site)) == Counted(likes=3, shares=2, replies=1)
    posting.withdraw(gone(there), TO, "gone", hands(site))
    assert posting.count(counted, TO, hands(site)) == Refused("answered 404: Record not found")


def test_limits_are_the_servers() -> None:
    site = Mastodon(TARGET)
    site.longest, site.alt_longest = 11_000, 700
    assert posting.limits(TARGET, TO, hands(site)) == Limits(characters=11_000, link_characters=23, alt=700)


def test_an_older_server_says_it_elsewhere() -> None:
    site = Mastodon(TARGET)
    older = {"configuration": {"statuses": {"max_characters": 500}, "media_attachments": None}}
    site.answer = lambda asked: reply(200, older) if "/v1/" in asked.path else reply(404)  # type: ignore[method-assign]
    assert posting.limits(TARGET, TO, hands(site)) == Limits(characters=500)


@pytest.mark.parametrize(
    "body", [b"", {}, {"configuration": []}, {"configuration": {"statuses": {"max_characters": 0}}}]
)
def test_nonsense_is_no_limit(body: Any) -> None:
    site = Mastodon(TARGET)
    site.answer = lambda asked: reply(200, body)  # type: ignore[method-assign]
    assert posting.limits(TARGET, TO, hands(site)) in (None, Limits())
