"""Matrix: what an announcement looks like there, that it is there once, and what becomes of every answer."""

import json
from typing import Any

import pytest

from functions.platforms.matrix.posting import MARK, MOST, WINDOW
from functions.platforms.outgoing import Outcome, Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import KEY, Absent, Budget, Counted, Measure, Part, Rendering
from tests.platforms.posting.fake import NOW, picture, reply, sent
from tests.platforms.posting.kits import matrix as kit
from tests.platforms.posting.kits.matrix import ANNA, ROOM, SECRET, SERVER, US, Matrix, wrong
from tests.platforms.posting.making import KEY as OUR_KEY
from tests.platforms.posting.making import Adapter, destination, known, only

(TARGET,) = kit.TARGETS
BODY: dict[str, Any] = {
    "msgtype": "m.text",
    "body": "Maintenance tonight",
    "format": "org.matrix.custom.html",
    "formatted_body": "<p>Maintenance <em>tonight</em></p>",
    "m.mentions": {},
    MARK: KEY,
}
LATER = {**BODY, "body": "Maintenance tomorrow", "formatted_body": "<p>Maintenance tomorrow</p>"}
PNG = b"\x89PNG\r\n\x1a\n"
IMAGE = picture(PNG, "a map", width=640, height=480)
PICTURED = f"Here:\n\n![the map]({IMAGE.name})\n\nBye."
SHOWN: dict[str, Any] = {
    "msgtype": "m.image",
    "body": "the map",
    "url": "<image 1>",
    "info": {"mimetype": "image/png", "size": 8, "w": 640, "h": 480},
    "m.mentions": {},
    MARK: KEY,
}
BUDGET = Budget("matrix:matrix.acme.example")
LINK = "https://matrix.to/#/!acme:acme.example/$event3?via=acme.example"
THERE = Sent("$event3", LINK)
UNREAD = "the homeserver answered 200 in a way that cannot be read, or was cut off"
FORBIDDEN = (
    "the homeserver refused it (403): our account may not do this there: is it in the room, and allowed to write?"
)

OURS = Adapter(TARGET, BODY, "The season of frost")
rendered, deliver, answered = OURS.render, OURS.deliver, OURS.answered
send, find, prepare, ready = OURS.send, OURS.find, OURS.prepare, OURS.ready
edit, withdraw, count = OURS.edit, OURS.withdraw, OURS.count


@pytest.fixture
def site() -> Matrix:
    return Matrix(TARGET)


# What it looks like


def test_a_message_to_the_letter() -> None:
    told = "The season of frost\n\nCome and play.\n\nIt lasts four weeks."
    html = (
        "<p><strong>The season of frost</strong></p>\n\n"
        "<p>Come and <strong>play</strong>.</p>\n\n<p>It lasts four weeks.</p>"
    )
    body = {**BODY, "body": told, "formatted_body": html}
    measures = (Measure("message", "bytes", 324, MOST),)
    part = Part(body, told, "keyed", window=1500, html=html, measures=measures, budgets=(BUDGET,))
    assert rendered("Come and **play**.\n\nIt lasts four weeks.") == Rendering((part,))


def test_images_are_messages_behind_the_text() -> None:
    rendering = rendered(PICTURED, images=(IMAGE,))
    text, image = rendering.parts
    assert text.text == "The season of frost\n\nHere:\n\nBye."
    assert (image.step, image.kind, image.window, image.text) == ("post", "keyed", WINDOW, "the map")
    assert image.body == SHOWN
    assert [(one.name, one.alt) for one in image.images] == [(IMAGE.name, "the map")]
    assert rendering.notes == ("an image follows behind the text",)
    alone = rendered(f"![]({IMAGE.name})\n\n![the map]({IMAGE.name})", title="", images=(IMAGE,))
    assert only(alone).body == SHOWN


def test_a_room_is_called_by_its_id() -> None:
    alias = TARGET.model_copy(update={"place": "#news:acme.example"})
    assert rendered("Come.", alias).problems == (
        "`place` of 'acme-matrix' is not the room's id: it begins with ! and stands in the room's settings",
    )


def sized(count: int, extra: str = "") -> Rendering:
    """A text for a message of so many bytes: it stands there twice."""
    (empty,) = rendered("x", title="").parts
    room = (count - empty.measures[0].used + 2) // 2 - len(extra.encode())
    return rendered(f"{extra}{('word ' * (room // 5 + 1))[: room - 1]}.", title="")


def test_a_message_may_have_20_000_bytes_and_can_still_be_edited(site: Matrix) -> None:
    part = only(sized(MOST))
    (measure,) = part.measures
    assert MOST - 2 <= measure.used <= MOST
    there = sent(send(site, part.body))
    (asked,) = site.asked
    assert measure.used == len(json.dumps(asked.json, ensure_ascii=False, separators=(",", ":")))
    sent(edit(site, there, part.body))


@pytest.mark.parametrize("extra", ["", "Ünïcödé ", "🎉🎉 "])
def test_what_is_longer_is_several_messages(extra: str) -> None:
    rendering = sized(2 * MOST, extra)
    assert [part.text[-3:] for part in rendering.parts] == ["1/3", "2/3", "3/3"]
    assert all(part.measures[0].used <= MOST for part in rendering.parts)
    assert rendering.notes
    assert not rendering.problems
    assert sized(30 * MOST).problems


# Whom it pings


def test_only_whom_both_sides_allow_is_pinged() -> None:
    rendering = rendered(
        "Hello @{anna}, @everyone, @{mods} and @jun.", title="", pings=frozenset({"anna", "everyone", "mods"})
    )
    content = only(rendering).body
    assert content["m.mentions"] == {"user_ids": [ANNA], "room": True}
    assert content["body"] == "Hello @anna, @room, @\u200bmods and @\u200bjun."
    assert f'<a href="https://matrix.to/#/{ANNA}"' in content["formatted_body"]
    assert rendering.pings == (f"{ANNA} (anna)", "everyone in the room (@room)")
    assert rendering.notes == (
        "@mods pings nobody: the target 'acme-matrix' does not allow it (`pings`)"
        " and names no user's id for it (`mentions`)",
        "@jun pings nobody: the announcement does not ask for it",
    )


def test_a_name_without_an_account_pings_nobody() -> None:
    target = TARGET.model_copy(update={"mentions": {"anna": "anna"}})
    rendering = rendered("Hello @{anna}.", target, pings=frozenset({"anna", "everyone"}))
    assert only(rendering).body["m.mentions"] == {}
    assert rendering.notes == (
        "@anna pings nobody: the target 'acme-matrix' names no user's id for it (`mentions`)",
        "@everyone pings nobody: what is posted does not mention it",
    )


def test_names_in_texts_and_descriptions_ping_nobody(site: Matrix) -> None:
    deliver(rendered(f"@room @everyone `@room`\n\n![@room and @here]({IMAGE.name})", images=(IMAGE,)), site)
    assert [post.more["pings"] for post in site.posts] == [[], []]
    assert not any("@room" in post.text or "@here" in post.text for post in site.posts)


def test_nobodys_name_is_markup() -> None:
    name = "<b>x</b>"
    target = TARGET.model_copy(update={"pings": (name,), "mentions": {name: '@a"><i>:acme.example'}})
    told = only(rendered("Hello @{<b>x</b>} and @{<b>y</b>}.", target, pings=frozenset({name}))).body["formatted_body"]
    assert ">&lt;b&gt;x&lt;/b&gt;</a>" in told
    assert "<b>" not in told
    assert "<i>" not in told


# Sending


def test_the_request_is_what_was_approved_with_the_key_in_it(site: Matrix) -> None:
    assert send(site) == THERE
    (asked,) = site.asked
    assert (asked.method, asked.path) == ("PUT", f"/_matrix/client/v3/rooms/{ROOM}/send/m.room.message/{OUR_KEY}")
    assert asked.headers["authorization"] == f"Bearer {SECRET}"
    assert asked.json == {**BODY, MARK: OUR_KEY}


def test_ids_are_quoted_in_addresses(site: Matrix) -> None:
    site.instead(reply(200, {"event_id": "$e"}))
    there = send(site, key="k/1", to=destination(TARGET, place="!a/b?:c", account=""))
    assert [asked.url for asked in site.asked] == [
        f"{SERVER}/_matrix/client/v3/rooms/%21a%2Fb%3F%3Ac/send/m.room.message/k%2F1"
    ]
    assert there == Sent("$e", "https://matrix.to/#/!a%2Fb%3F:c/$e")


def test_text_and_image_are_there(site: Matrix) -> None:
    deliver(rendered(PICTURED, images=(IMAGE,)), site)
    assert [post.text for post in site.posts] == ["The season of frost\n\nHere:\n\nBye.", "the map"]
    assert site.posts[1].more["content"]["url"] == "mxc://acme.example/media1"
    assert site.media == {"media1": PNG}


def test_words_that_read_like_placeholders_are_words(site: Matrix) -> None:
    sent(send(site, {**BODY, "body": "<key>", "formatted_body": "<moment>"}))
    assert (site.asked[0].json["body"], site.asked[0].json["formatted_body"]) == ("<key>", "<moment>")


# Once


def test_a_message_whose_answer_was_lost_is_there_once(site: Matrix) -> None:
    site.cut_off_after()
    send(site)
    site.clock += WINDOW
    assert send(site) == THERE
    assert len(site.posts) == 1


def test_later_it_is_found_by_its_key(site: Matrix) -> None:
    site.cut_off_after()
    send(site)
    site.clock += 90_000
    assert find(site) == THERE


def test_we_look_at_our_own_messages_only_and_not_further_back_than_needed(site: Matrix) -> None:
    for _ in range(200):
        site.say("@jun:acme.example", "hello", NOW)
        site.say(US, "long ago", NOW - 86_400)
    assert find(site) == Absent()
    (asked,) = site.asked
    assert json.loads(asked.query["filter"]) == {"senders": [US], "types": ["m.room.message"]}
    assert (asked.query["dir"], asked.query["limit"]) == ("b", "5")


def test_a_look_goes_back_as_far_as_it_has_to(site: Matrix) -> None:
    send(site)
    for _ in range(12):
        site.say(US, "another announcement", NOW)
    assert find(site) == THERE
    assert len(site.asked) == 4
    for _ in range(500):
        site.say(US, "another announcement", NOW)
    assert find(site) == Unknown("too much was written since to look through it")


def test_in_a_room_where_we_said_nothing_it_is_not_there(site: Matrix) -> None:
    site.events = []
    assert find(site) == Absent()


def test_messages_too_long_to_be_read_together_are_read_one_by_one(site: Matrix) -> None:
    send(site)
    for _ in range(3):
        site.say(US, "x" * 20_000, NOW)
    assert find(site) == THERE


@pytest.mark.parametrize("letter", ["a", "б", "字", "🎉"])
def test_the_longest_message_is_found_in_any_script(site: Matrix, letter: str) -> None:
    """The homeserver writes other letters than ASCII as \\uXXXX."""
    part = only(rendered(letter * (9_800 // len(letter.encode())), title=""))
    assert MOST - 400 < part.measures[0].used <= MOST
    send(site, part.body)
    site.clock += 90_000
    assert find(site) == THERE


def test_an_edit_is_not_the_message(site: Matrix) -> None:
    site.keep(US, "m.room.message", {**BODY, MARK: OUR_KEY, "m.relates_to": {"rel_type": "m.replace"}})
    assert find(site) == Absent()


def test_what_was_removed_meanwhile_is_not_posted_again(site: Matrix) -> None:
    withdraw(site, sent(send(site)))
    assert find(site) == THERE  # The homeserver still knows under which key it was sent.
    del site.events[-2]["transaction"]
    assert find(site) == Unknown("a message of ours from then was removed, and may have been it")


def test_who_we_are_is_asked_where_the_program_does_not_say(site: Matrix) -> None:
    send(site)
    assert isinstance(find(site, to=destination(TARGET, account="")), Sent)
    assert site.asked[1].path == "/_matrix/client/v3/account/whoami"


@pytest.mark.parametrize("account", [US, ""])
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (None, Wait(60, "the homeserver could not be asked: no whole answer within 10 s")),
        (reply(502), Wait(60, "the homeserver answered 502")),
        (wrong(429, "M_LIMIT_EXCEEDED", "x"), Wait(60, "the homeserver asks to slow down", BUDGET.name)),
        (reply(404, b"<html>"), Unknown("the homeserver refused it (404): it does not say why")),
        (wrong(403, "M_FORBIDDEN", "not in room"), Unknown(f"{FORBIDDEN}; not in room")),
        (reply(200, b"{"), Unknown(UNREAD)),
    ],
)
def test_a_look_that_fails_is_never_absence(site: Matrix, answer: Reply | None, outcome: Outcome, account: str) -> None:
    site.instead(answer)
    assert find(site, to=destination(TARGET, account=account)) == outcome


# Answers


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
    assert answered(answer) == Refused("the homeserver does not take the access token (any more)", unauthorized=True)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (
            wrong(413, "M_TOO_LARGE", "event too large"),
            "the homeserver refused it (413): it is larger than the homeserver takes; event too large",
        ),
        (wrong(403, "M_FORBIDDEN", ""), FORBIDDEN),
        (wrong(400, "M_BAD_JSON", "no"), "the homeserver refused it (400): no"),
        (
            wrong(404, "M_UNRECOGNIZED", ""),
            "the homeserver refused it (404): this is no Matrix homeserver, or the target's `url` is not its address",
        ),
        (reply(404, b"<html>"), "the homeserver refused it (404): it does not say why"),
        (reply(301, b""), "the homeserver is somewhere else (answered 301): correct the target's `url`"),
    ],
)
def test_a_refusal_tells_a_person_why(answer: Reply, reason: str) -> None:
    assert answered(answer) == Refused(reason)


def test_a_room_that_we_are_not_in(site: Matrix) -> None:
    outcome = send(site, to=destination(TARGET, place="!other:acme.example"))
    assert outcome == Refused(f"{FORBIDDEN}; User {US} not in room !other:acme.example")


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (wrong(429, "M_LIMIT_EXCEEDED", "x", retry_after_ms=4200), 5),
        (reply(429, {"retry_after_ms": 4200}, retry_after="7"), 7),
        (reply(429, {"errcode": "x"}, retry_after="Wed, 25 Nov 2026 09:48:10 GMT"), 90),
        (reply(429, b"<html>Cloudflare</html>"), 900),
        (wrong(429, "M_LIMIT_EXCEEDED", "x", retry_after_ms="soon"), 60),
        (wrong(429, "M_LIMIT_EXCEEDED", "x", retry_after_ms=-1), 60),
    ],
)
def test_slowing_down_holds_up_everything_at_that_homeserver(answer: Reply, seconds: int) -> None:
    assert answered(answer) == Wait(seconds, "the homeserver asks to slow down", BUDGET.name)


@pytest.mark.parametrize("status", [408, 425, 500, 504])
def test_what_may_have_been_made_is_unknown(status: int) -> None:
    assert answered(reply(status, b"<html>")) == Unknown(f"the homeserver answered {status}")


@pytest.mark.parametrize("body", [b"", b"null", b"[]", {"event_id": 7}, {"event_id": ""}, b"\xff", b"{" * 99_999])
def test_a_success_that_proves_nothing_is_unknown(body: Any) -> None:
    assert answered(reply(200, body)) == Unknown(UNREAD)


# Images


def test_an_upload_says_what_it_is(site: Matrix) -> None:
    assert ready(site, SHOWN, images=(IMAGE,)) == {"<image 1>": "mxc://acme.example/media1"}
    (asked,) = site.asked
    assert (asked.headers["content-type"], asked.query) == ("image/png", {"filename": IMAGE.name})


def test_an_image_that_was_not_uploaded_is_not_sent(site: Matrix) -> None:
    assert send(site, SHOWN, images=(IMAGE,)) == Refused("<image 1> was not uploaded")
    assert not site.asked


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (
            wrong(413, "M_TOO_LARGE", ""),
            Refused,
            "the homeserver refused it (413): it is larger than the homeserver takes",
        ),
        (reply(502), Wait, "the homeserver answered 502"),
        (reply(200, {"content_uri": "https://x"}), Wait, UNREAD),
    ],
)
def test_an_upload_that_is_not_taken(site: Matrix, answer: Reply, kind: type, reason: str) -> None:
    site.instead(answer)
    outcome = prepare(site, SHOWN, images=(IMAGE,))
    assert isinstance(outcome, kind)
    assert getattr(outcome, "reason", "") == f"image 1 could not be uploaded: {reason}"


# Afterwards


def test_an_edit_stands_for_the_message_and_pings_nobody_again(site: Matrix) -> None:
    loud = frozenset({"everyone"})
    there = sent(send(site, only(rendered("Hello @everyone!", pings=loud)).body))
    new = only(rendered("Hello @everyone, a week later.", pings=loud)).body
    assert edit(site, there, new) == there
    (post,) = site.posts
    assert post.text == "The season of frost\n\nHello @room, a week later."
    assert post.more["pings"] == ["@room"]
    assert site.asked[-1].json == {
        **new,
        MARK: "change",
        "body": f"* {new['body']}",
        "formatted_body": f"* {new['formatted_body']}",
        "m.mentions": {},
        "m.new_content": {**new, MARK: "change"},
        "m.relates_to": {"rel_type": "m.replace", "event_id": "$event3"},
    }
    assert find(site) == THERE


def test_an_edited_description(site: Matrix) -> None:
    _, there = deliver(rendered(PICTURED, images=(IMAGE,)), site)
    made = {"<image 1>": "mxc://acme.example/media1"}
    sent(edit(site, there, {**SHOWN, "body": "a better map"}, images=(IMAGE,), prepared=made))
    assert site.posts[1].text == "a better map"


def test_what_is_not_there_cannot_change(site: Matrix) -> None:
    outcome = edit(site, {"id": "$nothing"})
    assert outcome == Refused("the homeserver refused it (400): Can't send relation to unknown event")


def test_withdrawing_removes_it_and_what_was_never_there_is_gone(site: Matrix) -> None:
    there = sent(send(site))
    assert withdraw(site, there) == withdraw(site, there) == Sent(there.id)
    assert not site.posts
    assert site.asked[-1].path == f"/_matrix/client/v3/rooms/{ROOM}/redact/$event3/withdrawal"
    assert withdraw(site, {"id": "$nothing"}) == Sent("$nothing")


def test_withdrawing_takes_the_edits_along(site: Matrix) -> None:
    """They would stay there, to be read by whoever asks."""
    there = sent(send(site))
    for number in range(12):
        sent(edit(site, there, LATER, f"change {number}"))
    strange = {"rel_type": "m.replace", "event_id": there.id}
    site.keep(ANNA, "m.room.message", {"msgtype": "m.text", "body": "mine", "m.relates_to": strange})
    assert withdraw(site, there) == withdraw(site, there) == Sent(there.id)
    left = [one["content"].get("body", "") for one in site.events]
    assert not any("tomorrow" in text for text in left)
    assert "mine" in left


@pytest.mark.parametrize(
    ("path", "answer", "kind"),
    [
        ("/relations/", None, Wait),
        ("/relations/", reply(500), Wait),
        ("/relations/", wrong(403, "M_FORBIDDEN", "no"), Refused),
        ("/redact/", reply(502), Unknown),
    ],
)
def test_a_message_does_not_go_before_its_edits(site: Matrix, path: str, answer: Reply | None, kind: type) -> None:
    there = sent(send(site))
    sent(edit(site, there, LATER))
    site.instead(answer, path)
    assert isinstance(withdraw(site, there), kind)
    assert [post.text for post in site.posts] == ["Maintenance tomorrow"]
    assert "$event3" not in site.asked[-1].path.partition("/redact/")[2]


def test_reactions_are_counted_and_what_stands_in_the_thread(site: Matrix) -> None:
    there = known(send(site))
    for number in range(120):
        relates = {"rel_type": "m.annotation", "event_id": there["id"], "key": "👍"}
        site.keep(f"@m{number}:acme.example", "m.reaction", {"m.relates_to": relates})
    thread = {"rel_type": "m.thread", "event_id": there["id"]}
    site.keep(ANNA, "m.room.message", {"msgtype": "m.text", "body": "when?", "m.relates_to": thread})
    assert count(site, there) == Counted(likes=120, replies=1)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply(200, {"chunk": [{}], "next_batch": "more"}), Counted()),
        (None, Wait(60, "the homeserver could not be asked: no whole answer within 10 s")),
        (reply(500), Wait(60, "the homeserver answered 500")),
        (wrong(404, "M_NOT_FOUND", "no"), Refused("the homeserver refused it (404): no")),
    ],
)
def test_too_many_are_not_counted_and_some_nobody_tells(site: Matrix, answer: Reply | None, outcome: object) -> None:
    site.instead(answer)
    assert count(site, {"id": "$e"}) == outcome
