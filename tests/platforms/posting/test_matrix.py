"""Matrix: what an announcement looks like there, that it is there once, and what becomes of every answer."""

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
from functions.platforms.matrix import posting
from functions.platforms.matrix.posting import MARK, MOST, WINDOW
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
from functions.platforms.posting import KEY, Absent, Budget, Counted, Measure, Part, Post, Prepared, Rendering
from tests.platforms.posting.fake import NOW, Objects, hands, reply, sent
from tests.platforms.posting.kits import matrix as kit
from tests.platforms.posting.kits.matrix import ANNA, ROOM, SECRET, SERVER, US, Matrix, wrong

(TARGET,) = kit.TARGETS
AT = datetime.fromtimestamp(NOW, UTC)
KEYS = ("mfzwgylsmuxw5rnxzgxqhv4dq", "nb2gk43umvxgo5lmmvzxizlso", "orsxg5dfon2gk4tfmrzgk5dvo")
PNG = b"\x89PNG\r\n\x1a\n"
NAME = f"{sha256(PNG).hexdigest()}.png"
IMAGE = Image(name=NAME, alt="a map", type="image/png", bytes=len(PNG), width=640, height=480)
OBJECTS = Objects({f"{MEDIA}/{NAME}": PNG})
POST = Post("a1", "The season of frost", "Come and **play**.\n\nIt lasts four weeks.", "en")
PICTURED = replace(POST, body=f"Here:\n\n![the map]({NAME})\n\nBye.", images=(IMAGE,))
BUDGET = Budget("matrix:matrix.acme.example")
LINK = "https://matrix.to/#/!acme:acme.example/$event3?via=acme.example"


def to(**more: Any) -> Destination:
    return replace(Destination(TARGET.id, "acme", SERVER, SECRET, place=ROOM, account=US), **more)


def requested(part: Part, **more: Any) -> PostRequested:
    return PostRequested(
        announcement="a1",
        target=TARGET.id,
        language="en",
        step=part.step,
        body=part.body,
        text=part.text,
        images=part.images,
        published_at=AT,
        **more,
    )


def first(post: Post = POST) -> PostRequested:
    return requested(posting.render(post, TARGET).parts[0])


def known(outcome: object) -> dict[str, Any]:
    there = sent(outcome)
    return {**there.more, "id": there.id, "url": there.url}


def send(server: Matrix, post: PostRequested | None = None, key: str = KEYS[0]) -> Outcome:
    return posting.send(post or first(), to(), key, hands(server, OBJECTS))


def find(server: Matrix, key: str = KEYS[0], **more: Any) -> object:
    return posting.find(first(), to(**more), key, AT, hands(server))


def published(server: Matrix, post: Post = POST) -> list[dict[str, Any]]:
    """All parts, as the engine sends them."""
    there = []
    for part, key in zip(posting.render(post, TARGET).parts, KEYS, strict=False):
        made = posting.prepare(requested(part), to(), hands(server, OBJECTS))
        assert isinstance(made, Prepared)
        there.append(known(send(server, requested(part, prepared=dict(made.made)), key)))
    return there


# What it looks like


def test_a_message() -> None:
    assert posting.render(POST, TARGET) == Rendering(
        parts=(
            Part(
                body={
                    "msgtype": "m.text",
                    "body": "The season of frost\n\nCome and play.\n\nIt lasts four weeks.",
                    "format": "org.matrix.custom.html",
                    "formatted_body": "<p><strong>The season of frost</strong></p>\n\n"
                    "<p>Come and <strong>play</strong>.</p>\n\n<p>It lasts four weeks.</p>",
                    "m.mentions": {},
                    "liaison.delivery": KEY,
                },
                text="The season of frost\n\nCome and play.\n\nIt lasts four weeks.",
                kind="keyed",
                window=1500,
                html="<p><strong>The season of frost</strong></p>\n\n"
                "<p>Come and <strong>play</strong>.</p>\n\n<p>It lasts four weeks.</p>",
                measures=(Measure("message", "bytes", 324, MOST),),
                budgets=(BUDGET,),
            ),
        )
    )


def test_a_text_that_begins_with_its_title_does_not_have_it_twice() -> None:
    (part,) = posting.render(replace(POST, body="## The season of frost\n\nCome."), TARGET).parts
    assert part.text == "The season of frost\n\nCome."
    (untitled,) = posting.render(replace(POST, title=""), TARGET).parts
    assert untitled.text == "Come and play.\n\nIt lasts four weeks."


def test_images_are_messages_behind_the_text() -> None:
    rendered = posting.render(PICTURED, TARGET)
    text, image = rendered.parts
    assert text.text == "The season of frost\n\nHere:\n\nBye."
    assert (image.step, image.kind, image.window, image.text) == ("post", "keyed", WINDOW, "the map")
    assert image.body == {
        "msgtype": "m.image",
        "body": "the map",
        "url": "<image 1>",
        "info": {"mimetype": "image/png", "size": 8, "w": 640, "h": 480},
        "m.mentions": {},
        "liaison.delivery": KEY,
    }
    assert [(one.name, one.alt) for one in image.images] == [(NAME, "the map")]
    assert rendered.notes == ("an image follows behind the text",)


def test_an_image_alone() -> None:
    only = replace(PICTURED, title="", body=f"![]({NAME})\n\n![the map]({NAME})")
    (part,) = posting.render(only, TARGET).parts
    assert (part.body["msgtype"], part.text) == ("m.image", "the map")


def test_images_without_words_or_from_nowhere() -> None:
    dumb = replace(POST, images=(IMAGE.model_copy(update={"alt": ""}),), body=f"x\n\n![]({NAME})\n\n> ![y](gone.png)")
    assert posting.render(dumb, TARGET).problems == (
        f"image 1 has no description: write ![what it shows]({NAME})",
        "image 2, 'gone.png', was not uploaded with the announcement",
    )
    linked = replace(POST, body="> ![the trailer](https://acme.example/t.png)")
    assert "the trailer (https://acme.example/t.png)" in posting.render(linked, TARGET).parts[0].text


def test_what_cannot_be_posted() -> None:
    alias = TARGET.model_copy(update={"place": "#news:acme.example"})
    assert posting.render(replace(POST, body="\n"), TARGET).problems == ("there is nothing to say",)
    assert posting.render(POST, alias).problems == (
        "`place` of 'acme-matrix' is not the room's id: it begins with ! and stands in the room's settings",
    )


def sized(count: int, extra: str = "") -> Post:
    """A message of so many bytes."""
    empty = posting.render(replace(POST, title="", body="x"), TARGET).parts[0].measures[0].used
    room = count - empty + 2 - 2 * len(extra.encode())
    filling = ("word " * (room // 2 // 5 + 1))[: room // 2]
    return replace(POST, title="", body=extra + filling[:-1] + ".")


def test_a_message_may_have_20_000_bytes() -> None:
    post = sized(MOST)
    (part,) = posting.render(post, TARGET).parts
    used = part.measures[0].used
    assert MOST - 2 <= used <= MOST
    assert used == len(json.dumps({**part.body, MARK: KEYS[0]}, ensure_ascii=False, separators=(",", ":")))


@pytest.mark.parametrize("extra", ["", "Ünïcödé ", "🎉🎉 "])
def test_what_is_longer_is_several_messages(extra: str) -> None:
    rendered = posting.render(sized(2 * MOST, extra), TARGET)
    assert len(rendered.parts) == 3
    assert all(part.measures[0].used <= MOST for part in rendered.parts)
    assert [part.text[-3:] for part in rendered.parts] == ["1/3", "2/3", "3/3"]
    assert rendered.notes


def test_what_is_longer_than_any_thread_is_not_posted() -> None:
    rendered = posting.render(sized(30 * MOST), TARGET)
    assert not rendered.parts
    assert rendered.problems


def test_the_longest_message_can_still_be_edited() -> None:
    server = kit.fake(TARGET)
    post = sized(MOST)
    (there,) = published(server, post)
    assert isinstance(posting.edit(change(there, first(post)), to(), KEYS[1], hands(server)), Sent)


def test_an_excerpt_where_the_target_wants_one() -> None:
    short, link = TARGET.model_copy(update={"long": "excerpt"}), "https://acme.example/news/frost"
    (part,) = posting.render(replace(sized(2 * MOST), link=link), short).parts
    assert link in part.text


# Whom it pings


def test_only_whom_both_sides_allow_is_pinged() -> None:
    body = "Hello @{anna}, @everyone, @{mods} and @jun."
    rendered = posting.render(replace(POST, title="", body=body, pings=frozenset({"anna", "everyone", "mods"})), TARGET)
    content = rendered.parts[0].body
    assert content["m.mentions"] == {"user_ids": [ANNA], "room": True}
    assert content["body"] == "Hello @anna, @room, @\u200bmods and @\u200bjun."
    assert f'<a href="https://matrix.to/#/{ANNA}"' in content["formatted_body"]
    assert rendered.pings == (f"{ANNA} (anna)", "everyone in the room (@room)")
    assert rendered.notes == (
        "@mods pings nobody: the target 'acme-matrix' does not allow it (`pings`)",
        "@jun pings nobody: the announcement does not ask for it",
    )


def test_a_name_without_an_account_pings_nobody() -> None:
    target = TARGET.model_copy(update={"mentions": {"anna": "anna"}})
    rendered = posting.render(replace(POST, body="Hello @{anna}.", pings=frozenset({"anna", "everyone"})), target)
    assert rendered.parts[0].body["m.mentions"] == {}
    assert rendered.notes == (
        "@anna pings nobody: `mentions` of the target 'acme-matrix' has no user's id for it",
        "nobody is pinged as 'everyone': the text does not mention @everyone",
    )


def test_names_in_texts_and_descriptions_ping_nobody() -> None:
    server = kit.fake(TARGET)
    published(server, replace(PICTURED, body=f"@room @everyone `@room`\n\n![@room and @here]({NAME})"))
    assert [post.more["pings"] for post in server.posts] == [[], []]
    assert not any("@room" in post.text or "@here" in post.text for post in server.posts)


def test_nobodys_name_is_markup() -> None:
    post = replace(POST, body="Hello @{<b>x</b>} and @{a&b}.", pings=frozenset({"a&b"}))
    target = TARGET.model_copy(update={"pings": ("a&b",), "mentions": {"a&b": '@a"><i>:acme.example'}})
    told = posting.render(post, target).parts[0].body["formatted_body"]
    assert "<b>" not in told
    assert "<i>" not in told


# Sending


def test_the_request() -> None:
    server = kit.fake(TARGET)
    assert send(server) == Sent("$event3", LINK)
    (asked,) = server.asked
    assert (asked.method, asked.path) == (
        "PUT",
        f"/_matrix/client/v3/rooms/{ROOM}/send/m.room.message/{KEYS[0]}",
    )
    assert asked.headers["authorization"] == f"Bearer {SECRET}"
    assert asked.json == {**first().body, "liaison.delivery": KEYS[0]}


def test_ids_are_quoted_in_addresses() -> None:
    urls: list[str] = []

    def site(method: str, url: str, **more: Any) -> Reply:
        urls.append(url)
        return reply(200, {"event_id": "$e"})

    there = posting.send(first(), to(place="!a/b?:c", account=""), "k/1", replace(hands(kit.fake(TARGET)), http=site))
    assert urls == [f"{SERVER}/_matrix/client/v3/rooms/%21a%2Fb%3F%3Ac/send/m.room.message/k%2F1"]
    assert there == Sent("$e", "https://matrix.to/#/!a%2Fb%3F:c/$e")


def test_text_and_image_are_there() -> None:
    server = kit.fake(TARGET)
    published(server, PICTURED)
    assert [post.text for post in server.posts] == ["The season of frost\n\nHere:\n\nBye.", "the map"]
    assert server.posts[1].more["content"]["url"] == "mxc://acme.example/media1"
    assert server.media == {"media1": PNG}


def test_words_that_read_like_placeholders_are_words() -> None:
    server = kit.fake(TARGET)
    asked = first()
    send(server, asked.model_copy(update={"body": {**asked.body, "body": "<key>", "formatted_body": "<moment>"}}))
    assert (server.asked[0].json["body"], server.asked[0].json["formatted_body"]) == ("<key>", "<moment>")


def test_an_image_that_was_not_uploaded_is_not_sent() -> None:
    server = kit.fake(TARGET)
    assert send(server, requested(posting.render(PICTURED, TARGET).parts[1])) == Refused("<image 1> was not uploaded")
    assert not server.asked


# Once


def test_a_message_whose_answer_was_lost_is_there_once() -> None:
    server = kit.fake(TARGET)
    server.cut_off_after()
    with pytest.raises(UnansweredError):
        send(server)
    server.clock += WINDOW
    assert sent(send(server)).id == "$event3"
    assert len(server.posts) == 1


def test_later_it_is_found_by_its_key() -> None:
    server = kit.fake(TARGET)
    server.cut_off_after()
    with pytest.raises(UnansweredError):
        send(server)
    server.clock += 90_000
    assert find(server) == Sent("$event3", LINK)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_an_error_after_making_it_is_no_failure(status: int) -> None:
    server = kit.fake(TARGET)
    server.answers(reply(status, b"<html>"), after_making=True)
    assert send(server) == Unknown(f"the homeserver answered {status}")
    assert isinstance(send(server), Sent)
    assert len(server.posts) == 1


def test_what_never_arrived_is_not_found() -> None:
    server = kit.fake(TARGET)
    server.cut_off_before()
    with pytest.raises(UnansweredError):
        send(server)
    assert find(server) == Absent()


def test_we_look_at_our_own_messages_only_and_not_further_back_than_needed() -> None:
    server = kit.fake(TARGET)
    for _ in range(200):
        server.say("@jun:acme.example", "hello", NOW)
        server.say(US, "long ago", NOW - 86_400)
    assert find(server) == Absent()
    (asked,) = server.asked
    assert json.loads(asked.query["filter"]) == {"senders": [US], "types": ["m.room.message"]}
    assert (asked.query["dir"], asked.query["limit"]) == ("b", "5")


def test_it_is_found_behind_others_of_ours() -> None:
    server = kit.fake(TARGET)
    send(server)
    for _ in range(12):
        server.say(US, "another announcement", NOW)
    assert find(server) == Sent("$event3", LINK)
    assert len(server.asked) == 4


def test_too_many_of_ours_are_a_persons_business() -> None:
    server = kit.fake(TARGET)
    for _ in range(500):
        server.say(US, "another announcement", NOW)
    assert find(server) == Unknown("too much was written since to look through it")


def test_messages_too_long_to_be_read_together_are_read_one_by_one() -> None:
    server = kit.fake(TARGET)
    send(server)
    for _ in range(3):
        server.say(US, "x" * 20_000, NOW)
    assert find(server) == Sent("$event3", LINK)


@pytest.mark.parametrize("letter", ["a", "б", "字", "🎉"])
def test_the_longest_message_is_found_in_any_script(letter: str) -> None:
    """The homeserver writes other letters than ASCII as \\uXXXX."""
    server = kit.fake(TARGET)
    (part,) = posting.render(replace(POST, title="", body=letter * (9_800 // len(letter.encode()))), TARGET).parts
    assert MOST - 400 < part.measures[0].used <= MOST
    send(server, requested(part))
    server.clock += 90_000
    assert find(server) == Sent("$event3", LINK)


def test_an_edit_is_not_the_message() -> None:
    server = kit.fake(TARGET)
    server.keep(US, "m.room.message", {**first().body, MARK: KEYS[0], "m.relates_to": {"rel_type": "m.replace"}})
    assert find(server) == Absent()


def test_what_was_removed_meanwhile_is_not_posted_again() -> None:
    server = kit.fake(TARGET)
    there = known(send(server))
    withdraw(server, there)
    assert find(server) == Sent("$event3", LINK)  # The homeserver still knows under which key it was sent.
    del server.events[-2]["transaction"]
    assert find(server) == Unknown("a message of ours from then was removed, and may have been it")


def test_who_we_are_is_asked_where_the_program_does_not_say() -> None:
    server = kit.fake(TARGET)
    send(server)
    assert isinstance(find(server, account=""), Sent)
    assert server.asked[1].path == "/_matrix/client/v3/account/whoami"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (reply(502), Wait(60, "the homeserver answered 502")),
        (wrong(429, "M_LIMIT_EXCEEDED", "x"), Wait(60, "the homeserver asks to slow down", BUDGET.name)),
        (reply(404, b"<html>"), Unknown("the homeserver refused it (404): it does not say why")),
        (
            wrong(403, "M_FORBIDDEN", "not in room"),
            Unknown(
                "the homeserver refused it (403): our account may not do this there: is it in the room, and allowed to"
                " write?; not in room"
            ),
        ),
        (
            reply(200, b"{"),
            Unknown("the homeserver answered 200 in a way that cannot be read, or was cut off"),
        ),
    ],
)
@pytest.mark.parametrize("account", [US, ""])
def test_an_odd_answer_to_a_look_is_not_absence(answer: Reply, told: object, account: str) -> None:
    site = replace(hands(kit.fake(TARGET)), http=lambda *_, **__: answer)
    assert posting.find(first(), to(account=account), KEYS[0], AT, site) == told


def test_a_look_that_nobody_answers_may_be_made_again() -> None:
    def site(method: str, url: str, **more: Any) -> Reply:
        raise UnansweredError("no whole answer within 10 s")

    told = Wait(60, "the homeserver could not be asked: no whole answer within 10 s")
    for account in (US, ""):
        elsewhere = replace(hands(kit.fake(TARGET)), http=site)
        assert posting.find(first(), to(account=account), KEYS[0], AT, elsewhere) == told


# What the homeserver answers


@pytest.mark.parametrize(
    "answer",
    [
        wrong(401, "M_UNKNOWN_TOKEN", "Invalid access token passed."),
        wrong(401, "M_MISSING_TOKEN", "Missing access token"),
        wrong(403, "M_USER_DEACTIVATED", "This account has been deactivated"),
        reply(401, b""),
    ],
)
def test_a_dead_token_stops_everything_there(answer: Reply) -> None:
    server = kit.fake(TARGET)
    server.answers(answer)
    assert send(server) == Refused("the homeserver does not take the access token (any more)", unauthorized=True)


def test_a_wrong_token_is_told_by_the_homeserver_itself() -> None:
    outcome = posting.send(first(), to(secret="another"), KEYS[0], hands(kit.fake(TARGET)))
    assert isinstance(outcome, Refused)
    assert outcome.unauthorized


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            wrong(413, "M_TOO_LARGE", "event too large"),
            "the homeserver refused it (413): it is larger than the homeserver takes; event too large",
        ),
        (wrong(400, "M_BAD_JSON", "no"), "the homeserver refused it (400): no"),
        (reply(404, b"<html>"), "the homeserver refused it (404): it does not say why"),
        (reply(301, b""), "the homeserver is somewhere else (answered 301): correct the target's `url`"),
    ],
)
def test_a_refusal_tells_a_person_why(answer: Reply, told: str) -> None:
    server = kit.fake(TARGET)
    server.answers(answer)
    assert send(server) == Refused(told)


def test_a_room_that_we_are_not_in() -> None:
    outcome = posting.send(first(), to(place="!other:acme.example"), KEYS[0], hands(kit.fake(TARGET)))
    assert isinstance(outcome, Refused)
    assert "is it in the room" in outcome.reason
    assert not outcome.unauthorized


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (wrong(429, "M_LIMIT_EXCEEDED", "x", retry_after_ms=4200), 5),
        (Reply(429, {"retry-after": "7"}, b'{"retry_after_ms": 4200}'), 7),
        (reply(429, {"errcode": "x"}, retry_after=format_datetime(AT + timedelta(seconds=90), usegmt=True)), 90),
        (reply(429, b"<html>Cloudflare</html>"), 900),
        (wrong(429, "M_LIMIT_EXCEEDED", "x", retry_after_ms="soon"), 60),
        (wrong(429, "M_LIMIT_EXCEEDED", "x", retry_after_ms=-1), 60),
    ],
)
def test_slowing_down_holds_up_everything_at_that_homeserver(answer: Reply, seconds: int) -> None:
    server = kit.fake(TARGET)
    server.answers(answer)
    assert send(server) == Wait(seconds, "the homeserver asks to slow down", "matrix:matrix.acme.example")
    assert not server.posts


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'{"event_id": 7}', b'{"event_id": ""}', b"\xff", b"{" * 99_999])
def test_a_success_that_proves_nothing_is_unknown(body: bytes) -> None:
    server = kit.fake(TARGET)
    server.answers(Reply(200, {}, body))
    assert isinstance(send(server), Unknown)


def test_no_reason_tells_the_token() -> None:
    server = kit.fake(TARGET)
    server.answers(wrong(403, "M_FORBIDDEN", f"no rights for {SECRET}"))
    outcome = send(server)
    assert isinstance(outcome, Refused)
    assert SECRET not in outcome.reason


# Images


def uploading(site: Any, objects: Objects = OBJECTS) -> object:
    asked = requested(posting.render(PICTURED, TARGET).parts[1])
    return posting.prepare(asked, to(), replace(hands(kit.fake(TARGET), objects), http=site))


def test_an_upload_says_what_it_is() -> None:
    server = kit.fake(TARGET)
    assert uploading(server) == Prepared({"<image 1>": "mxc://acme.example/media1"})
    assert (server.asked[0].headers["content-type"], server.asked[0].query) == ("image/png", {"filename": NAME})


def test_text_needs_nothing_beforehand() -> None:
    assert posting.prepare(first(), to(), hands(kit.fake(TARGET))) == Prepared({})


def test_an_image_that_is_gone() -> None:
    told = "image 1 is not stored any more: add it to the announcement again"
    assert uploading(kit.fake(TARGET), Objects()) == Refused(told)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            wrong(413, "M_TOO_LARGE", ""),
            Refused("the homeserver refused it (413): it is larger than the homeserver takes"),
        ),
        (reply(502), Wait(60, "an image was not taken: the homeserver answered 502")),
        (
            reply(200, {"content_uri": "https://x"}),
            Wait(
                60, "an image was not taken: the homeserver answered 200 in a way that cannot be read, or was cut off"
            ),
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


def test_an_edit_stands_for_the_message_and_pings_nobody_again() -> None:
    server = kit.fake(TARGET)
    loud = replace(POST, body="Hello @everyone!", pings=frozenset({"everyone"}))
    (there,) = published(server, loud)
    new = first(replace(loud, body="Hello @everyone, a week later."))
    assert known(posting.edit(change(there, new), to(), KEYS[1], hands(server))) == there
    assert [post.text for post in server.posts] == ["The season of frost\n\nHello @room, a week later."]
    assert server.posts[0].more["pings"] == ["@room"]
    content = server.asked[-1].json
    assert content["m.relates_to"] == {"rel_type": "m.replace", "event_id": "$event3"}
    assert content["m.new_content"] == {**new.body, MARK: KEYS[1]}
    assert content["body"] == f"* {new.body['body']}"
    assert content["formatted_body"] == f"* {new.body['formatted_body']}"
    assert content["m.mentions"] == {}
    assert find(server) == Sent("$event3", LINK)


def test_an_edited_description() -> None:
    server = kit.fake(TARGET)
    _, there = published(server, PICTURED)
    new = requested(posting.render(replace(PICTURED, body=f"![a better map]({NAME})"), TARGET).parts[1])
    new = new.model_copy(update={"prepared": {"<image 1>": "mxc://acme.example/media1"}})
    assert isinstance(posting.edit(change(there, new), to(), "k", hands(server)), Sent)
    assert server.posts[1].text == "a better map"


def test_what_is_not_there_cannot_change() -> None:
    outcome = posting.edit(change({"id": "$nothing"}, first()), to(), "k", hands(kit.fake(TARGET)))
    assert outcome == Refused("the homeserver refused it (400): Can't send relation to unknown event")


def withdraw(server: Matrix, there: dict[str, Any]) -> Outcome:
    gone = WithdrawRequested(announcement="a1", target=TARGET.id, posted=there)
    return posting.withdraw(gone, to(), "k3", hands(server))


def test_withdrawing_removes_and_may_be_repeated() -> None:
    server = kit.fake(TARGET)
    (there,) = published(server)
    assert withdraw(server, there) == withdraw(server, there) == Sent("$event3")
    assert not server.posts
    assert server.asked[-1].path == f"/_matrix/client/v3/rooms/{ROOM}/redact/$event3/k3"


def test_withdrawing_takes_the_edits_along() -> None:
    """They would stay there, to be read by whoever asks."""
    server = kit.fake(TARGET)
    (there,) = published(server)
    new = first(replace(POST, body="A week later."))
    for key in KEYS[1:3]:
        sent(posting.edit(change(there, new), to(), key, hands(server)))
    strange = {"rel_type": "m.replace", "event_id": there["id"]}
    server.keep(ANNA, "m.room.message", {"msgtype": "m.text", "body": "mine", "m.relates_to": strange})
    assert withdraw(server, there) == withdraw(server, there) == Sent(there["id"])
    left = [one["content"].get("body", "") for one in server.events]
    assert not any("A week later." in text for text in left)
    assert "mine" in left


def test_what_was_never_there_is_gone() -> None:
    assert withdraw(kit.fake(TARGET), {"id": "$nothing"}) == Sent("$nothing")


def test_counts() -> None:
    server = kit.fake(TARGET)
    (there,) = published(server)
    for number in range(120):
        relates = {"rel_type": "m.annotation", "event_id": there["id"], "key": "👍"}
        server.keep(f"@m{number}:acme.example", "m.reaction", {"m.relates_to": relates})
    thread = {"rel_type": "m.thread", "event_id": there["id"]}
    server.keep(ANNA, "m.room.message", {"msgtype": "m.text", "body": "when?", "m.relates_to": thread})
    assert count(server, there) == Counted(likes=120, replies=1)


def test_too_many_to_be_counted() -> None:
    endless = reply(200, {"chunk": [{}], "next_batch": "more"})
    assert count(lambda *_, **__: endless, {"id": "$e"}) == Counted()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (reply(500), Wait(60, "the homeserver answered 500")),
        (wrong(404, "M_NOT_FOUND", "no"), Unknown("the homeserver refused it (404): no")),
    ],
)
def test_counts_that_nobody_tells(answer: Reply, told: Outcome) -> None:
    assert count(lambda *_, **__: answer, {"id": "$e"}) == told


def count(site: Any, there: dict[str, Any]) -> object:
    asked = CountRequested(announcement="a1", target=TARGET.id, posted=there)
    return posting.count(asked, to(), replace(hands(kit.fake(TARGET)), http=site))


# Whatever comes

NAMES = [
    "event_id",
    "errcode",
    "error",
    "retry_after_ms",
    "chunk",
    "end",
    "next_batch",
    "content",
    "unsigned",
    "user_id",
]
ANSWERS = st.builds(
    Reply,
    st.sampled_from([100, 200, 201, 204, 301, 400, 401, 403, 404, 408, 413, 425, 429, 500, 502, 503, 599]),
    st.dictionaries(st.sampled_from(["retry-after", "content-type"]), st.text(max_size=20), max_size=2),
    st.one_of(
        st.binary(max_size=60),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
            max_leaves=8,
        ).map(lambda body: json.dumps(body).encode()),
    ),
)


@given(ANSWERS)
def test_no_answer_breaks_anything(answer: Reply) -> None:
    site = replace(hands(kit.fake(TARGET), OBJECTS), http=lambda *_, **__: answer)
    there = {"id": "$e"}
    for part in posting.render(PICTURED, TARGET).parts:
        post = requested(part, prepared={"<image 1>": "mxc://x/y"})
        outcome = posting.send(post, to(), KEYS[0], site)
        assert isinstance(outcome, Sent | Refused | Wait | Unknown)
        assert not isinstance(outcome, Sent) or (
            answer.status == 200 and json.loads(answer.body)["event_id"] == outcome.id
        )
        found = posting.find(post, to(account=""), KEYS[0], AT, site)
        assert isinstance(found, Sent | Absent | Unknown | Wait)
        assert not isinstance(found, Absent) or answer.status == 200
        assert isinstance(posting.edit(change(there, post), to(), "k", site), Sent | Refused | Wait | Unknown)
        assert isinstance(posting.prepare(post, to(), site), Prepared | Refused | Wait)
        counted = CountRequested(announcement="a", target="t", posted=there)
        assert isinstance(posting.count(counted, to(), site), Counted | Refused | Wait | Unknown)
        assert isinstance(posting.withdraw(counted, to(), "k", site), Sent | Refused | Wait | Unknown)
