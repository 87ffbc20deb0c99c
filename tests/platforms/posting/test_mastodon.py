"""Mastodon: what an announcement looks like there, that it is there once, and what becomes of every answer."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.platforms.mastodon import posting
from functions.platforms.outgoing import LONGEST_WAIT, Outcome, Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import PREVIOUS, Absent, Budget, Counted, Limits, Measure, Rendering
from tests.platforms.posting.fake import NOW, Asked, picture, reply, sent, stamp
from tests.platforms.posting.kits import mastodon as kit
from tests.platforms.posting.kits.mastodon import ACCOUNT, HOST, SECRET, Mastodon
from tests.platforms.posting.making import AT, FAMILY, KEY, Adapter, destination, known

(TARGET,) = kit.TARGETS
TO = destination(TARGET)
BODY: dict[str, Any] = {"status": "Maintenance tonight", "visibility": "public", "language": "en"}
PNG, GIF = b"\x89PNG\r\n\x1a\n\r\n--liaison-\r\n", b"GIF89a\r\n"
BOX, WAVE = picture(PNG, "A box"), picture(GIF, "A wave", "image/gif")
TWO: dict[str, Any] = {"images": (BOX, WAVE), "body": {**BODY, "media_ids": ["<image 1>", "<image 2>"]}}

OURS = Adapter(TARGET, BODY, "Patch 1.2")
rendered, deliver, answered = OURS.render, OURS.deliver, OURS.answered
send, find, prepare, ready = OURS.send, OURS.find, OURS.prepare, OURS.ready
edit, withdraw, count, limits = OURS.edit, OURS.withdraw, OURS.count, OURS.limits


@pytest.fixture
def site() -> Mastodon:
    return Mastodon(TARGET)


def texts(rendering: Rendering) -> list[str]:
    return [part.body["status"] for part in rendering.parts]


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


def test_a_text_of_500_is_one_post_and_of_501_is_a_thread() -> None:
    words = ("word " * 98).strip()
    assert len(f"T\n\n{words}") == 492
    fits = f"{words} 1234567"
    assert [part.measures[0].used for part in rendered(fits, title="T").parts] == [500]
    over = rendered(f"{fits}8", title="T")
    assert [part.measures[0].used <= 500 for part in over.parts] == [True, True]
    assert over.notes
    assert not over.problems


def test_a_thread_answers_itself_part_by_part(site: Mastodon) -> None:
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
    (part,) = rendered(text, title="T").parts
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
    assert short.problems == ("description of image 1: 5 characters; Mastodon takes 4",)


def test_a_mention_pings_by_grant_of_both_only() -> None:
    both = rendered("Ask @{mods} or @{anna}, @everyone!", pings=frozenset({"mods", "anna", "everyone"}))
    assert texts(both) == ["Patch 1.2\n\nAsk @mods@social.example or @\u200banna, @\u200beveryone!"]
    assert both.pings == ("@mods@social.example",)
    assert both.notes == (
        "@anna pings nobody: the target 'acme-mastodon' does not allow it (`pings`)",
        "@everyone pings nobody: the target 'acme-mastodon' names no account for it (`mentions`)",
    )


# Images


def test_an_image_has_to_be_small_enough_and_so_do_its_words() -> None:
    fits = BOX.model_copy(update={"bytes": 16 * 1024 * 1024, "alt": "x" * 1500})
    over = BOX.model_copy(update={"bytes": 16 * 1024 * 1024 + 1, "alt": "x" * 1501})
    assert not rendered(f"![]({BOX.name})", images=(fits,)).problems
    assert rendered(f"![]({BOX.name})", images=(over,)).problems == (
        "description of image 1: 1,501 characters; Mastodon takes 1,500",
        "image 1: 16,777,217 bytes; Mastodon takes 16,777,216",
    )


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


def test_images_are_uploaded_with_their_descriptions(site: Mastodon) -> None:
    site.work = 0
    boxed = BOX.model_copy(update={"alt": " A “box”\r\n--liaison "})
    made = ready(site, images=(boxed, WAVE))
    assert made == {"<image 1>": "m1", "<image 2>": "m2"}
    assert [(one["content"], one["type"], one["description"]) for one in site.media.values()] == [
        (PNG, "image/png", "A “box”\r\n--liaison"),
        (GIF, "image/gif", "A wave"),
    ]
    there = sent(send(site, **TWO, prepared=made))
    assert [one["status"] for one in site.media.values()] == [there.id, there.id]


def test_a_file_that_is_worked_on_is_waited_for_and_not_uploaded_again(site: Mastodon) -> None:
    site.work = 2
    made = ready(site, **TWO)
    outcomes = [send(site, **TWO, prepared=made) for _ in range(3)]
    assert outcomes[:2] == [Wait(5, "the server is still working on an image")] * 2
    assert sent(outcomes[2])
    assert (len(site.media), len(site.posts)) == (2, 1)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply(500), Wait(60, "answered 500")),
        (reply(200, {"id": None}), Wait(60, "answered 200, and not with what was asked for")),
        (reply(422, {"error": "File is invalid"}), Refused("answered 422: File is invalid")),
        (reply(429, {"error": "x"}, retry_after="90"), Wait(90, "answered 429: x", "mastodon:acme-mastodon")),
    ],
)
def test_an_upload_that_fails(site: Mastodon, answer: Reply, outcome: Wait | Refused) -> None:
    site.instead(answer)
    reason = f"image 1 could not be uploaded: {outcome.reason}"
    assert prepare(site, **TWO) == replace(outcome, reason=reason)


# Once


def test_the_request_is_what_was_approved_with_the_key_in_its_header(site: Mastodon) -> None:
    there = sent(send(site))
    (create,) = site.asked
    assert (create.method, create.path, create.json) == ("POST", "/api/v1/statuses", BODY)
    assert create.headers["idempotency-key"] == KEY
    assert create.headers["authorization"] == f"Bearer {SECRET}"
    assert there == Sent("1", f"{HOST}/@acme/1")


def test_the_same_key_within_its_window_is_the_same_post(site: Mastodon) -> None:
    site.cut_off_after()
    send(site)
    site.clock += posting.WINDOW
    assert sent(send(site)).id == site.posts[0].id
    assert len(site.posts) == 1


def test_parts_of_a_thread_have_keys_too(site: Mastodon) -> None:
    """T8: or a reply, sent twice, would be there twice."""
    first = sent(send(site, key="key-1"))
    reply_: dict[str, Any] = {"body": {**BODY, "in_reply_to_id": PREVIOUS}, "part": 2, "previous": known(first)}
    assert send(site, key="key-2", **reply_) == send(site, key="key-2", **reply_)
    assert [post.parent for post in site.posts] == ["", first.id]


def test_after_the_window_it_is_found(site: Mastodon) -> None:
    site.cut_off_after()
    send(site)
    site.clock += 5000
    assert find(site) == Sent("1", f"{HOST}/@acme/1")


@pytest.mark.parametrize(
    "more",
    [
        {"body": {**BODY, "status": "Maintenance tomorrow"}},
        {"previous": {"id": "1"}},
        {"since": AT + timedelta(hours=1)},
    ],
)
def test_what_only_resembles_it_is_not_it(site: Mastodon, more: dict[str, Any]) -> None:
    send(site)
    assert find(site, **more) == Absent()


def test_the_same_words_as_plain_text_are_the_same(site: Mastodon) -> None:
    send(site, body={**BODY, "status": "  Café: <b> &amp; @\u200beveryone\r\n\r\nok "})
    assert sent(find(site, body={**BODY, "status": "Cafe\u0301: <b> &amp; @\u200beveryone\n\nok"}))


def test_a_look_goes_back_as_far_as_it_has_to(site: Mastodon) -> None:
    sent(send(site))
    site.clock += 60
    for number in range(100):
        send(site, key=f"other-{number}", body={**BODY, "status": f"Other {number}"})
    assert sent(find(site)).id == "1"
    assert len([one for one in site.asked if one.path.endswith(f"{ACCOUNT}/statuses")]) == 11
    for number in range(100, 300):
        send(site, key=f"other-{number}", body={**BODY, "status": f"Other {number}"})
    assert isinstance(find(site), Unknown)


def listing(site: Mastodon, most: int, least: int) -> None:
    """A server that ignores `max_id`, and gives so many posts, whatever is asked for; or, when they are more than are
    read of it, the beginning."""
    usual = site.answer

    def answer(asked: Asked) -> Reply:
        if not asked.path.endswith(f"{ACCOUNT}/statuses"):
            return usual(asked)
        limit = int(asked.query["limit"])
        if limit > most:
            return reply(200, b'[{"id": "1", "cont')
        return usual(replace(asked, query={"limit": str(max(least, limit))}))

    site.answer = answer  # type: ignore[method-assign]


def test_posts_that_are_long_together_are_looked_at_one_by_one(site: Mastodon) -> None:
    send(site)
    listing(site, most=1, least=1)
    assert sent(find(site)).id == "1"


@pytest.mark.parametrize(("posts", "least", "outcome"), [(3, 0, Absent), (30, 30, Absent), (30, 10, Unknown)])
def test_a_server_without_pages_has_told_all_or_as_much_as_was_asked_for(
    site: Mastodon, posts: int, least: int, outcome: type
) -> None:
    for number in range(posts):
        send(site, key=f"other-{number}", body={**BODY, "status": f"Other {number}"})
    listing(site, most=99, least=least)
    assert isinstance(find(site), outcome)


@pytest.mark.parametrize("scope", ["read:accounts", "read:statuses"])
def test_a_token_that_may_not_look_knows_nothing(site: Mastodon, scope: str) -> None:
    send(site)
    site.scopes = kit.SCOPES - {scope}
    assert isinstance(find(site), Unknown)


@pytest.mark.parametrize("path", ["verify_credentials", f"{ACCOUNT}/statuses", "source"])
@pytest.mark.parametrize("answer", [reply(500), reply(200, b"<html>"), reply(200, []), reply(401, {"error": "no"})])
def test_a_look_that_fails_is_never_absence(site: Mastodon, path: str, answer: Reply) -> None:
    send(site)
    empty = path.endswith("statuses") and answer.body == b"[]"
    site.instead(answer, path)
    assert isinstance(find(site), Absent if empty else Wait if answer.status >= 500 else Unknown)


@pytest.mark.parametrize("path", ["verify_credentials", f"{ACCOUNT}/statuses", "source"])
def test_a_look_may_have_to_wait(site: Mastodon, path: str) -> None:
    send(site)
    site.instead(reply(429, {"error": "Too many requests"}, x_ratelimit_reset=stamp(NOW + 240)), path)
    outcome = find(site)
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


def test_a_dead_token_and_one_that_may_too_little_are_told_apart_from_a_bad_text(site: Mastodon) -> None:
    dead = send(site, to=replace(TO, secret="revoked"))
    assert isinstance(dead, Refused)
    assert dead.unauthorized
    assert "liaison secret put acme-mastodon --outgoing" in dead.reason
    site.scopes = kit.SCOPES - {"write:statuses"}
    weak = send(site)
    assert isinstance(weak, Refused)
    assert weak.unauthorized
    assert "scope" in weak.reason


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(429, {"error": "x"}, retry_after="30"), 30),
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


# Afterwards


def test_an_edit_changes_words_and_images_and_nothing_else(site: Mastodon) -> None:
    site.work = 0
    there = sent(send(site, **TWO, prepared=ready(site, **TWO)))
    boxed: dict[str, Any] = {"images": (BOX.model_copy(update={"alt": "A better description"}),)}
    body = {"status": "Maintenance tomorrow", "visibility": "public", "language": "en", "media_ids": ["<image 1>"]}
    made = ready(site, **boxed)
    for _ in range(2):
        assert edit(site, there, body, **boxed, prepared=made) == there
    (post,) = site.posts
    assert (post.text, post.more["alts"], post.more["edits"]) == ("Maintenance tomorrow", ["A better description"], 1)
    asked = site.asked[-1]
    assert (asked.method, asked.path) == ("PUT", f"/api/v1/statuses/{there.id}")
    assert asked.json == {"status": "Maintenance tomorrow", "language": "en", "media_ids": ["m4"]}


def test_an_edit_takes_images_away(site: Mastodon) -> None:
    site.work = 0
    there = sent(send(site, **TWO, prepared=ready(site, **TWO)))
    sent(edit(site, there))
    assert site.posts[0].more["alts"] == []


def test_a_part_of_a_thread_can_be_edited(site: Mastodon) -> None:
    first = sent(send(site))
    body = {**BODY, "in_reply_to_id": PREVIOUS}
    second = sent(send(site, key="key-2", body=body, part=2, previous=known(first)))
    assert edit(site, second, {**body, "status": "Tomorrow"}, part=2, previous=known(first)) == second
    assert [(post.text, post.parent) for post in site.posts] == [("Maintenance tonight", ""), ("Tomorrow", first.id)]


def test_what_is_gone_cannot_be_edited() -> None:
    assert edit(Mastodon(TARGET), Sent("404")) == Refused("answered 404: Record not found")


def test_withdrawing_what_is_gone_is_done(site: Mastodon) -> None:
    there = sent(send(site))
    for _ in range(2):
        assert withdraw(site, there) == Sent(there.id)
    assert site.posts == []
    assert [one.query for one in site.asked if one.method == "DELETE"] == [{"delete_media": "true"}] * 2


def test_a_server_that_deletes_nothing_is_not_believed(site: Mastodon) -> None:
    """snac answers every deletion with 404."""
    there = sent(send(site))
    site.deletes_nothing = True
    assert withdraw(site, there) == Refused("the server does not delete it: delete it there")


def test_thirty_can_be_deleted_in_half_an_hour(site: Mastodon) -> None:
    there = [sent(send(site, key=f"key-{number}")) for number in range(31)]
    outcomes = [withdraw(site, one) for one in there]
    assert [isinstance(one, Sent) for one in outcomes] == [True] * 30 + [False]
    assert outcomes[-1] == Wait(1800, "answered 429: Too many requests", "mastodon:acme-mastodon")
    site.clock += 1800
    assert isinstance(withdraw(site, there[-1]), Sent)


def test_what_people_did_is_counted(site: Mastodon) -> None:
    there = sent(send(site))
    assert count(site, there) == Counted(likes=3, shares=2, replies=1)
    withdraw(site, there)
    assert count(site, there) == Refused("answered 404: Record not found")


def test_limits_are_the_servers(site: Mastodon) -> None:
    site.longest, site.alt_longest = 11_000, 700
    assert limits(site) == Limits(characters=11_000, link_characters=23, alt=700)


def test_an_older_server_says_it_elsewhere(site: Mastodon) -> None:
    older = {"configuration": {"statuses": {"max_characters": 500}, "media_attachments": None}}
    site.answer = lambda asked: reply(200, older) if "/v1/" in asked.path else reply(404)  # type: ignore[method-assign]
    assert limits(site) == Limits(characters=500)


@pytest.mark.parametrize(
    "body", [b"", {}, {"configuration": []}, {"configuration": {"statuses": {"max_characters": 0}}}]
)
def test_nonsense_is_no_limit(site: Mastodon, body: Any) -> None:
    site.answer = lambda asked: reply(200, body)  # type: ignore[method-assign]
    assert limits(site) in (None, Limits())
