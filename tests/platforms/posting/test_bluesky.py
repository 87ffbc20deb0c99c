"""Bluesky: what an announcement looks like there, that it is there once, and what becomes of every answer."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from events.announcements import Image
from functions.platforms.bluesky import posting
from functions.platforms.bluesky.records import tid
from functions.platforms.outgoing import LONGEST_WAIT, Outcome, Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import FIRST, KEY, MOMENT, PREVIOUS, Absent, Budget, Counted, Measure, Rendering
from tests.platforms.posting.fake import NOW, picture, reply, sent
from tests.platforms.posting.kits import bluesky as kit
from tests.platforms.posting.kits.bluesky import COLLECTION, DID, HANDLE, MODS, SECRET, Bluesky, error
from tests.platforms.posting.making import FAMILY, Adapter, destination, known

(TARGET,) = kit.TARGETS
TO = destination(TARGET)
PUT, CREATE = "/xrpc/com.atproto.repo.putRecord", "/xrpc/com.atproto.server.createSession"
REFRESH = "/xrpc/com.atproto.server.refreshSession"
RECORD: dict[str, Any] = {
    "$type": COLLECTION,
    "text": "Maintenance tonight",
    "langs": ["en"],
    "createdAt": MOMENT,
}
BODY: dict[str, Any] = {"repo": HANDLE, "collection": COLLECTION, "rkey": KEY, "swapRecord": None, "record": RECORD}
PNG, WAVES = b"\x89PNG\r\n\x1a\n", b"GIF89a"
BOX, WAVE = picture(PNG, "A box", width=40, height=20), picture(WAVES, "A wave", "image/gif")

OURS = Adapter(TARGET, BODY, "Patch 1.2")
rendered, deliver, answered = OURS.render, OURS.deliver, OURS.answered
send, find, prepare, ready = OURS.send, OURS.find, OURS.prepare, OURS.ready
edit, withdraw, count = OURS.edit, OURS.withdraw, OURS.count


@pytest.fixture
def site() -> Bluesky:
    return Bluesky(TARGET)


def records(rendering: Rendering) -> list[dict[str, Any]]:
    return [part.body["record"] for part in rendering.parts]


def texts(rendering: Rendering) -> list[str]:
    return [record["text"] for record in records(rendering)]


def paths(site: Bluesky) -> list[str]:
    return [asked.path for asked in site.asked]


def refused(name: str, message: str = "x", status: int = 400, **headers: str) -> Reply:
    return error(status, name, message, **headers)


# What it looks like


def test_the_body_is_the_request_to_the_letter() -> None:
    text = f"{FAMILY} [notes](https://example.com/notes) #patch @{{mods}}\n\n![]({BOX.name})"
    (part,) = rendered(text, images=(BOX,), pings=frozenset({"mods"})).parts
    start = len("Patch 1.2\n\n") + len(FAMILY.encode()) + 1
    facet = "app.bsky.richtext.facet"
    assert part.body == {
        "repo": HANDLE,
        "collection": "app.bsky.feed.post",
        "rkey": KEY,
        "swapRecord": None,
        "record": {
            "$type": "app.bsky.feed.post",
            "text": f"Patch 1.2\n\n{FAMILY} notes #patch @mods",
            "langs": ["en"],
            "createdAt": MOMENT,
            "facets": [
                {
                    "index": {"byteStart": start, "byteEnd": start + 5},
                    "features": [{"$type": f"{facet}#link", "uri": "https://example.com/notes"}],
                },
                {
                    "index": {"byteStart": start + 6, "byteEnd": start + 12},
                    "features": [{"$type": f"{facet}#tag", "tag": "patch"}],
                },
                {
                    "index": {"byteStart": start + 13, "byteEnd": start + 18},
                    "features": [{"$type": f"{facet}#mention", "did": MODS}],
                },
            ],
            "embed": {
                "$type": "app.bsky.embed.images",
                "images": [{"image": "<image 1>", "alt": "A box", "aspectRatio": {"width": 40, "height": 20}}],
            },
        },
    }
    assert (part.text, part.step, part.kind, part.window) == (part.body["record"]["text"], "post", "keyed", 0)
    assert part.images == (BOX,)
    assert part.measures == (
        Measure("text", "graphemes", 11 + 1 + 19, 300),
        Measure("text", "bytes", 11 + len(FAMILY.encode()) + 19, 3000),
        Measure("description of image 1", "graphemes", 5, 2000),
        Measure("image 1", "bytes", len(PNG), 2_000_000),
    )
    assert part.budgets == (Budget("bluesky:acme-bluesky"), Budget("bluesky:acme-bluesky:writes", 1666, 3600))
    assert "notes" in part.html


def test_an_account_may_be_written_with_an_at() -> None:
    target = TARGET.model_copy(update={"account": f"@{HANDLE}"})
    assert rendered("x", target=target).parts[0].body["repo"] == HANDLE


@pytest.mark.parametrize(
    ("letter", "most"),
    [("x", 300), ("é", 300), (FAMILY, 3000 // len(FAMILY.encode())), ("क्षि", 3000 // 12)],
)
def test_graphemes_and_bytes_both_count(letter: str, most: int) -> None:
    """300 graphemes are not 3,000 bytes: a family is 25."""
    fits = rendered(letter * most, title="")
    assert [len(fits.parts), *fits.problems] == [1]
    over = rendered(letter * (most + 1), title="")
    assert over.problems or len(over.parts) > 1
    for part in (*fits.parts, *over.parts):
        assert over.problems or all(one.used <= one.limit for one in part.measures)


def test_a_thread_answers_itself_and_names_its_first_part_in_each(site: Bluesky) -> None:
    body = "\n\n".join(f"Paragraph {number}: {'all is well ' * 18}" for number in range(4))
    rendering = rendered(body)
    assert [record.get("reply") for record in records(rendering)] == [
        None,
        *[{"root": FIRST, "parent": PREVIOUS}] * (len(rendering.parts) - 1),
    ]
    there = deliver(rendering, site)
    assert [(post.text, post.parent) for post in site.posts] == list(
        zip(texts(rendering), ["", *(one.id for one in there[:-1])], strict=True)
    )
    roots = [post.more["record"].get("reply", {}).get("root", {}).get("uri") for post in site.posts]
    assert roots == [None, *[there[0].id] * (len(there) - 1)]
    for number in range(4):
        assert sum(f"Paragraph {number}" in post.text for post in site.posts) == 1


def test_parts_of_a_thread_are_in_their_order_by_key_and_by_time(site: Bluesky) -> None:
    deliver(rendered("All is well. " * 200), site)
    keys = [post.id.rpartition("/")[2] for post in site.posts]
    times = [post.more["at"] for post in site.posts]
    assert len(keys) > 5
    assert keys == sorted(set(keys))
    assert times == sorted(set(times))


def test_a_target_may_prefer_an_excerpt_and_its_card_is_the_whole_of_it() -> None:
    target = TARGET.model_copy(update={"long": "excerpt"})
    (record,) = records(rendered("All is well. " * 60, target=target, link="https://example.com/a1"))
    assert record["text"].endswith("https://example.com/a1")
    assert record["embed"]["external"] == {"uri": "https://example.com/a1", "title": "Patch 1.2", "description": ""}


@pytest.mark.parametrize(
    ("body", "card"),
    [
        ("See https://example.com/a", ("https://example.com/a", "Patch 1.2", "")),
        ("See [the  notes](https://example.com/a)", ("https://example.com/a", "the notes", "Patch 1.2")),
        ("Write to [us](mailto:a@example.com) or [see](http://a.example)", ("http://a.example", "see", "Patch 1.2")),
    ],
)
def test_the_only_link_has_a_card_of_the_announcements_words(body: str, card: tuple[str, str, str]) -> None:
    (record,) = records(rendered(body))
    uri, title, description = card
    external = {"uri": uri, "title": title, "description": description}
    assert record["embed"] == {"$type": "app.bsky.embed.external", "external": external}


@pytest.mark.parametrize(
    "body", ["No link", "[a](https://a.example) [b](https://b.example)", f"![]({BOX.name}) https://a.example"]
)
def test_none_or_several_links_or_an_image_have_no_card(body: str) -> None:
    (record,) = records(rendered(body, images=(BOX,)))
    assert record.get("embed", {}).get("$type") != "app.bsky.embed.external"


def test_the_card_of_a_thread_is_with_its_link() -> None:
    told = records(rendered(f"{'All is well. ' * 40}\n\nhttps://example.com/a"))
    assert ["embed" in record for record in told] == ["https://example.com/a" in record["text"] for record in told]


def test_facets_do_not_overlap_and_empty_ones_are_left_out() -> None:
    (record,) = records(rendered("[#tag and @{mods}](https://example.com) #one #one", pings=frozenset({"mods"})))
    kinds = [facet["features"][0]["$type"].partition("#")[2] for facet in record["facets"]]
    assert kinds == ["link", "tag", "tag"]
    ends = [(facet["index"]["byteStart"], facet["index"]["byteEnd"]) for facet in record["facets"]]
    assert all(end <= start for (_, end), (start, _) in pairwise(ends))


def test_a_tag_that_is_too_long_is_only_text() -> None:
    (fits,), (over,) = records(rendered(f"#{'x' * 64}")), records(rendered(f"#{'x' * 65}"))
    assert "facets" in fits
    assert "facets" not in over


def test_a_mention_pings_by_grant_of_both_and_by_a_did_only() -> None:
    rendering = rendered("@{mods} @{anna} @{press} @everyone", pings=frozenset({"mods", "anna", "press", "everyone"}))
    (record,) = records(rendering)
    assert record["text"] == "Patch 1.2\n\n@mods @\u200banna @\u200bpress @\u200beveryone"
    assert kit.pings(record) == [MODS]
    assert rendering.pings == (f"@mods ({MODS})",)
    assert rendering.notes == (
        "@anna pings nobody: the target 'acme-bluesky' does not allow it (`pings`)",
        "@press pings nobody: the target 'acme-bluesky' does not allow it (`pings`) and names no account's DID"
        " (did:plc:…) for it (`mentions`)",
        "@everyone pings nobody: the target 'acme-bluesky' names no account's DID (did:plc:…) for it (`mentions`)",
    )


# Images


def test_an_image_has_to_be_small_enough_and_so_do_its_words() -> None:
    fits = BOX.model_copy(update={"bytes": 2_000_000, "alt": "é" * 2000})
    over = BOX.model_copy(update={"bytes": 2_000_001, "alt": "é" * 2001})
    assert not rendered(f"![]({BOX.name})", images=(fits,)).problems
    assert rendered(f"![]({BOX.name})", images=(over,)).problems == (
        "description of image 1: 2,001 graphemes; Bluesky takes 2,000",
        "image 1: 2,000,001 bytes; Bluesky takes 2,000,000",
    )


def test_what_becomes_of_an_image_is_told() -> None:
    heavy = WAVE.model_copy(update={"bytes": 1_000_001})
    assert rendered(f"![]({WAVE.name})", images=(heavy,)).notes == (
        "image 1 has 1000001 bytes: a server that is not up to date takes 1000000",
        "image 1 is a GIF: Bluesky shows it without movement",
    )


def test_more_images_than_four_go_to_the_next_part_if_there_is_one() -> None:
    images = tuple(picture(bytes([number]), f"Number {number}") for number in range(6))
    shown = "\n\n".join(f"![]({one.name})" for one in images)
    one = rendered(shown, images=images)
    assert one.problems == ("there are 6 images, and Bluesky takes 4 with a post: leave some out",)
    two = rendered(f"{'All is well. ' * 30}\n\n{shown}", images=images)
    assert [part.images for part in two.parts] == [images[:4], images[4:]]
    assert [[one["image"] for one in record["embed"]["images"]] for record in records(two)] == [
        ["<image 1>", "<image 2>", "<image 3>", "<image 4>"],
        ["<image 1>", "<image 2>"],
    ]
    assert "images 5 to 6 of 6 stand in part 2" in two.notes


def shown(*images: Image) -> dict[str, Any]:
    """A part with these images, as it is sent."""
    (part,) = rendered("\n\n".join(f"![]({one.name})" for one in images), images=images).parts
    return {"body": part.body, "images": part.images}


def test_images_are_uploaded_and_stand_in_the_record(site: Bluesky) -> None:
    two = shown(BOX, WAVE)
    there = sent(send(site, **two, prepared=ready(site, **two)))
    images = site.records[there.id]["value"]["embed"]["images"]
    assert [site.blobs[one["image"]["ref"]["$link"]] for one in images] == [PNG, WAVES]
    assert [one["alt"] for one in images] == ["A box", "A wave"]
    assert [one["image"]["mimeType"] for one in images] == ["image/png", "image/gif"]
    assert ["aspectRatio" in one for one in images] == [True, False]


def test_an_image_that_the_server_has_forgotten_is_uploaded_again(site: Bluesky) -> None:
    """A blob that no record refers to is dropped after some hours; the same bytes have the same name."""
    one = shown(BOX)
    made = ready(site, **one)
    site.blobs.clear()
    waits = send(site, **one, prepared=made)
    assert waits == Wait(1, "the server had forgotten the images: they were uploaded again")
    assert sent(send(site, **one, prepared=made))
    assert len(site.posts) == 1


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply(502), Wait(60, "image 1 could not be uploaded: answered 502")),
        (reply(413), Refused("image 1 could not be uploaded: answered 413")),
    ],
)
def test_an_upload_that_fails(site: Bluesky, answer: Reply, outcome: Outcome) -> None:
    site.instead(answer, "Blob")
    assert prepare(site, **shown(BOX)) == outcome


# Once


def test_the_request_is_what_was_approved_under_a_key_of_our_own(site: Bluesky) -> None:
    there = sent(send(site))
    put = site.asked[-1]
    assert put.path == PUT
    key = put.json["rkey"]
    moment = "2026-11-25T09:46:40.000Z"
    assert put.json == {**BODY, "rkey": key, "record": {**RECORD, "createdAt": moment}}
    cid = site.records[there.id]["cid"]
    assert there == Sent(f"at://{DID}/{COLLECTION}/{key}", f"https://bsky.app/profile/{DID}/post/{key}", {"cid": cid})


def test_whenever_it_is_sent_again_it_is_the_same_post(site: Bluesky) -> None:
    site.cut_off_after()
    send(site)
    site.clock += 90 * 86_400
    assert sent(send(site)).id == site.posts[0].id
    assert (len(site.posts), site.commits) == (1, 1)


def test_other_announcements_of_the_same_second_have_other_keys() -> None:
    keys = {
        posting.record_key(
            OURS.requested(announcement=f"a{number}", language=language, part=part), f"{number}{language}{part}"
        )
        for number in range(50)
        for language in ("en", "fr")
        for part in range(1, 21)
    }
    assert len(keys) == 50 * 2 * 20
    assert all(kit.TID.fullmatch(key) for key in keys)


def test_a_key_is_a_tid() -> None:
    """atproto.com/specs/tid: 3jzfcijpj2z2a is a valid one; zero is all twos."""
    assert tid(0, 0) == "2222222222222"
    assert tid((1 << 53) - 1, 1023) == "bzzzzzzzzzzzz"
    number = 0
    for letter in "3jzfcijpj2z2a":
        number = number << 5 | "234567abcdefghijklmnopqrstuvwxyz".index(letter)
    assert tid(number >> 10, number & 1023) == "3jzfcijpj2z2a"


def test_another_post_under_the_key_is_never_overwritten(site: Bluesky) -> None:
    there = sent(send(site))
    other = {**BODY, "record": {**RECORD, "text": "Something else"}}
    assert send(site, body=other) == Refused("another post stands where this one would")
    assert [post.text for post in site.posts] == ["Maintenance tonight"]
    drifted = {**BODY, "record": {**RECORD, "langs": ["fr"]}}
    assert send(site, body=drifted) == there


def test_it_is_found_by_its_key(site: Bluesky) -> None:
    assert find(site) == Absent()
    there = sent(send(site))
    assert find(site) == there
    assert find(site, key="another") == Absent()


@pytest.mark.parametrize(
    "answer", [reply(500), reply(200, b"<html>"), reply(200, {}), reply(404), refused("InvalidRequest")]
)
def test_a_look_that_fails_is_never_absence(site: Bluesky, answer: Reply) -> None:
    send(site)
    site.instead(answer, "getRecord")
    assert isinstance(find(site), Unknown)


def test_a_look_may_have_to_wait(site: Bluesky) -> None:
    send(site)
    limit = refused("RateLimitExceeded", "Rate Limit Exceeded", 429, ratelimit_reset=str(NOW + 200))
    site.instead(limit)
    outcome = find(site)
    assert isinstance(outcome, Wait)
    assert (outcome.seconds, outcome.budget) == (200, "bluesky:acme-bluesky")


def test_a_look_without_a_login_knows_nothing(site: Bluesky) -> None:
    site.passwords.clear()
    assert isinstance(find(site), Unknown)


# Sessions


def test_one_login_does_for_everything(site: Bluesky) -> None:
    """T22."""
    for number in range(40):
        sent(send(site, key=f"key-{number}", announcement=f"a{number}"))
    assert paths(site).count(CREATE) == 1


def test_a_session_that_is_about_to_end_is_refreshed_and_not_made_anew(site: Bluesky) -> None:
    for number in range(20):
        sent(send(site, key=f"key-{number}", announcement=f"a{number}"))
        site.clock += 7150
    assert (paths(site).count(CREATE), paths(site).count(REFRESH)) == (1, 19)


def test_a_session_that_ended_early_is_refreshed_once_and_the_post_is_there_once(site: Bluesky) -> None:
    sent(send(site))
    site.end_sessions()
    sent(send(site, key="key-2", announcement="a2"))
    assert paths(site)[-3:] == [PUT, REFRESH, PUT]
    assert len(site.posts) == 2


def test_a_revoked_session_is_made_anew(site: Bluesky) -> None:
    sent(send(site))
    site.end_sessions(all_of_them=True)
    sent(send(site, key="key-2", announcement="a2"))
    assert paths(site)[-4:] == [PUT, REFRESH, CREATE, PUT]


def test_a_revoked_app_password_is_told_once_and_not_tried_again(site: Bluesky) -> None:
    sent(send(site))
    site.end_sessions(all_of_them=True)
    site.passwords.clear()
    outcome = send(site, key="key-2", announcement="a2")
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized
    assert "liaison secret put acme-bluesky --outgoing" in outcome.reason
    assert paths(site).count(CREATE) == 2


@pytest.mark.parametrize("answer", [reply(500), reply(502, b"<html>"), reply(200, b""), reply(200, {"accessJwt": 7})])
def test_a_refresh_that_fails_on_the_way_loses_no_session(site: Bluesky, answer: Reply) -> None:
    """T20: what the server has not refused is not dead."""
    sent(send(site))
    site.end_sessions()
    site.instead(answer, REFRESH)
    assert isinstance(send(site, key="key-2", announcement="a2"), Wait)
    site.rules.clear()
    sent(send(site, key="key-2", announcement="a2"))
    assert paths(site).count(CREATE) == 1


def test_a_limit_of_logins_holds_up_everything_of_the_account_until_it_ends(site: Bluesky) -> None:
    for _ in range(30):
        site.sessions.kept.clear()
        sent(send(site))
        site.clock += 1
    site.sessions.kept.clear()
    outcome = send(site, key="key-2", announcement="a2")
    assert outcome == Wait(
        270, "the login: answered 429: RateLimitExceeded Rate Limit Exceeded", "bluesky:acme-bluesky"
    )
    site.clock += 270
    assert sent(send(site, key="key-2", announcement="a2"))


def test_another_password_or_account_has_another_session(site: Bluesky) -> None:
    sent(send(site))
    site.passwords.add("new")
    sent(send(site, key="key-2", to=replace(TO, secret="new"), announcement="a2"))
    assert paths(site)[-2:] == [CREATE, PUT]
    sent(send(site, key="key-3", to=replace(TO, secret="new"), announcement="a3"))
    assert paths(site).count(CREATE) == 2


@pytest.mark.parametrize("name", ["AccountTakedown", "AccountDeactivated"])
def test_an_account_that_is_switched_off(site: Bluesky, name: str) -> None:
    sent(send(site))
    site.switched_off = name
    for kept in (dict(site.sessions.kept), {}):
        site.sessions.kept = kept
        outcome = send(site, key="key-2", announcement="a2")
        assert isinstance(outcome, Refused)
        assert outcome.unauthorized
        assert "switched off" in outcome.reason


@pytest.mark.parametrize(
    "token", ["opaque", "a.b.c", "a.bnVsbA.c", "a.eyJleHAiOiAxfQ.c", "a.eyJleHAiOiAieCJ9.c", "..", "a.é.c"]
)
def test_a_token_that_does_not_say_when_it_ends_is_used_for_an_hour(site: Bluesky, token: str) -> None:
    """One that says it has ended already would be made anew for every call."""
    site.access[token] = site.clock + 7200
    ask = site.answer
    session = reply(200, {"accessJwt": token, "did": DID})
    site.answer = lambda asked: session if asked.path == CREATE else ask(asked)  # type: ignore[method-assign]
    sent(send(site))
    assert site.sessions.kept["acme-bluesky"]["until"] == NOW + 3600


# Answers


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>ok</html>",
        b"\xff",
        b"[" * 100_000,
        {},
        [],
        {"uri": f"at://{DID}/{COLLECTION}/2222222222222", "cid": "bafy"},
        {"uri": f"at://{DID}/{COLLECTION}", "cid": "bafy"},
        {"uri": 7, "cid": "bafy"},
    ],
)
def test_200_is_a_post_only_if_it_says_that_it_is_ours(body: Any) -> None:
    assert isinstance(answered(reply(200, body)), Unknown)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 408, 302, 202, 204])
@pytest.mark.parametrize("after_making", [True, False])
def test_what_may_have_been_made_is_unknown(status: int, after_making: bool) -> None:
    assert isinstance(answered(reply(status, {"error": "x"}), after_making=after_making), Unknown)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (refused("InvalidRequest", "too big"), Refused("answered 400: InvalidRequest too big")),
        (refused("InvalidRequest", f"what is {SECRET}"), Refused("answered 400: InvalidRequest what is …")),
        (reply(403, b"<html>"), Refused("answered 403")),
        (reply(413), Refused("answered 413")),
        (reply(308), Refused("answered 308: the target's `url` is not the server's own address")),
        (reply(425), Wait(5, "answered 425")),
    ],
)
def test_what_was_refused_was_surely_not_done(answer: Reply, outcome: Outcome) -> None:
    assert answered(answer) == outcome


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (reply(429, {"error": "x"}, ratelimit_reset=str(NOW + 299)), 299),
        (reply(429, {"error": "x"}, ratelimit_reset=str(NOW - 5)), 1),
        (reply(429, {"error": "x"}, ratelimit_reset=str(NOW + 10**6)), LONGEST_WAIT),
        (reply(429, {"error": "x"}, ratelimit_reset="soon"), 60),
        (reply(429, {"error": "x"}), 60),
        (reply(429, b"<!DOCTYPE html>"), 900),
        (reply(429), 900),
    ],
)
def test_a_limit_holds_up_everything_of_the_account(answer: Reply, seconds: int) -> None:
    outcome = answered(answer)
    assert isinstance(outcome, Wait)
    assert (outcome.seconds, outcome.budget) == (seconds, "bluesky:acme-bluesky")


# Afterwards


def test_a_correction_answers_the_post_once(site: Bluesky) -> None:
    there = sent(send(site))
    body = {**BODY, "record": {**RECORD, "text": "Maintenance tomorrow"}}
    site.clock += 600
    site.cut_off_after()
    edit(site, there, body)
    site.clock += 60
    corrected = sent(edit(site, there, body))
    assert [(post.id, post.text, post.parent) for post in site.posts] == [
        (there.id, "Maintenance tonight", ""),
        (corrected.id, "Maintenance tomorrow", there.id),
    ]
    assert site.posts[1].more["at"] == "2026-11-25T09:56:40Z"
    strong = {"uri": there.id, "cid": there.more["cid"]}
    assert site.posts[1].more["record"]["reply"] == {"root": strong, "parent": strong}


def test_a_correction_of_a_later_part_stays_in_the_thread(site: Bluesky) -> None:
    first, second = deliver(rendered("All is well. " * 30), site)
    reply_to = {"root": FIRST, "parent": PREVIOUS}
    body = {**BODY, "record": {**RECORD, "text": "All is well again", "reply": reply_to}}
    sent(edit(site, second, body, part=2, first=known(first), previous=known(first)))
    told = site.posts[-1].more["record"]["reply"]
    assert (told["root"]["uri"], told["parent"]["uri"]) == (first.id, second.id)


def test_withdrawing_what_is_gone_is_done(site: Bluesky) -> None:
    there = sent(send(site))
    for _ in range(2):
        assert withdraw(site, there) == Sent(there.id)
    assert site.posts == []
    assert withdraw(site, Sent("nonsense")) == Refused("'nonsense' is no post's address")


def test_a_post_is_withdrawn_whatever_the_account_is_called_by_now(site: Bluesky) -> None:
    there = sent(send(site))
    sent(withdraw(site, there, to=replace(TO, account=DID)))
    assert site.asked[-1].json["repo"] == DID
    assert site.posts == []


def test_what_people_did_is_counted_without_a_login(site: Bluesky) -> None:
    there = sent(send(site))
    before = len(paths(site))
    assert count(site, there) == Counted(likes=5, shares=3, replies=4)
    assert paths(site)[before:] == ["/xrpc/app.bsky.feed.getPosts"]
    assert "authorization" not in site.asked[-1].headers
    site.records.clear()
    assert isinstance(count(site, there), Refused)


def test_on_a_network_of_our_own_its_server_is_asked(site: Bluesky) -> None:
    there = sent(send(site))
    own = replace(TO, private=True)
    assert count(site, there, to=own) == Counted(likes=5, shares=3, replies=4)
    assert site.asked[-1].headers["authorization"].startswith("Bearer ")
