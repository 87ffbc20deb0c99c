"""Telegram: what an announcement looks like there, and what becomes of every answer. Nobody can look it up."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.announcements import Image
from functions.platforms.outgoing import Refused, Reply, Sent, Unknown, Wait
from functions.platforms.posting import Budget, Measure, Part, Rendering
from functions.platforms.telegram import posting
from tests.platforms.posting.fake import Asked, picture, reply, sent
from tests.platforms.posting.kits import telegram as kit
from tests.platforms.posting.kits.telegram import ANNA, CHANNEL, DAY, GROUP, MODS, Telegram, read, well, wrong
from tests.platforms.posting.making import Adapter, destination, known

(TARGET,) = kit.TARGETS
GROUPED = TARGET.model_copy(update={"place": str(GROUP)})
BODY: dict[str, Any] = {"chat_id": "@acmenews", "text": "Maintenance tonight"}
FAMILY = "👨‍👩‍👧‍👦"
IMAGE, GIF = picture(b"1", "a map"), picture(b"g", "it snows", "image/gif")
MANY = [picture(b"%d" % number, f"map {number}") for number in range(12)]

OURS = Adapter(TARGET, BODY)
written, deliver, answered = OURS.render, OURS.deliver, OURS.answered
send, edit, withdraw = OURS.send, OURS.edit, OURS.withdraw


@pytest.fixture
def chat() -> Telegram:
    return Telegram(TARGET)


# What it looks like


def test_a_message_is_text_with_its_styles_beside_it() -> None:
    made = written(
        f"{FAMILY} It is **here** and *new*: see [the notes](https://play.example.com/n) or `/join`. #winter"
    )
    text = f"Winter\n\n{FAMILY} It is here and new: see the notes or /join. #winter"
    at = len("Winter\n\n") + 11 + len(" It is ")  # The family is 11 UTF-16 units.
    assert made == Rendering(
        (
            Part(
                {
                    "chat_id": "@acmenews",
                    "text": text,
                    "entities": [
                        {"type": "bold", "offset": 0, "length": 6},
                        {"type": "bold", "offset": at, "length": 4},
                        {"type": "italic", "offset": at + 9, "length": 3},
                        {
                            "type": "text_link",
                            "url": "https://play.example.com/n",
                            "offset": at + 18,
                            "length": 9,
                        },
                        {"type": "code", "offset": at + 31, "length": 5},
                    ],
                },
                text,
                "blind",
                html=made.parts[0].html,
                measures=(Measure("text", "UTF-16 units", len(text) + 4, 4096),),
                budgets=(
                    Budget("telegram:acme-telegram"),
                    Budget("telegram:second:@acmenews", 1, 1),
                    Budget("telegram:minute:@acmenews", 20, 60),
                ),
            ),
        )
    )
    assert "<strong>here</strong>" in made.parts[0].html


def test_blocks_are_written_as_telegram_shows_them() -> None:
    made = written("# News\n\n- maps\n  - ranked\n\n1. one\n\n> said\n\n```py\nx = 1\n```\n\n~~old~~\n\n---")
    body = made.parts[0].body
    assert body["text"] == "Winter\n\nNews\n\n• maps\n  • ranked\n1. one\n\nsaid\n\nx = 1\n\nold\n\n———"
    assert [(one["type"], one.get("language")) for one in body["entities"]] == [
        ("bold", None),
        ("blockquote", None),
        ("pre", "py"),
        ("strikethrough", None),
    ]


def test_nothing_in_the_text_is_markup() -> None:
    said = r"2 \* 3, _x_y, <b>bold</b> & \[a](b) {c} #1 |-|."
    made = written(said)
    assert made.parts[0].body["text"] == "Winter\n\n2 * 3, _x_y, <b>bold</b> & [a](b) {c} #1 |-|."
    assert "parse_mode" not in made.parts[0].body
    assert [one["type"] for one in made.parts[0].body["entities"]] == ["bold"]


def test_addresses_telegram_does_not_link_to_are_written_out() -> None:
    made = written("[Write us](mailto:help@acme.example), **now**, or help@acme.example, or <help@acme.example>.")
    body = made.parts[0].body
    assert body["text"] == ("Winter\n\nWrite us (help@acme.example), now, or help@acme.example, or help@acme.example.")
    bold = body["entities"][1]
    assert body["text"][bold["offset"] : bold["offset"] + bold["length"]] == "now"
    assert [one["type"] for one in body["entities"]] == ["bold", "bold"]


def test_styles_beside_an_address_that_is_written_out_stay_where_they_were() -> None:
    made = written("[Write](mailto:a@acme.example)**now** [**us**](mailto:b@acme.example)", title="")
    body = made.parts[0].body
    assert body["text"] == "Write (a@acme.example)now us (b@acme.example)"
    styled = [body["text"][one["offset"] : one["offset"] + one["length"]] for one in body["entities"]]
    assert styled == ["now", "us"]


def test_an_address_is_found_by_telegram_and_code_that_is_a_link_stays_one() -> None:
    made = written("https://acme.example/a_b [`run`](https://acme.example/run)", title="")
    assert made.parts[0].body["entities"] == [
        {"type": "text_link", "url": "https://acme.example/run", "offset": 25, "length": 3}
    ]


def test_a_long_text_is_several_messages_and_none_is_cut(chat: Telegram) -> None:
    made = written("\n\n".join(f"Paragraph {number}. " + "tells " * 20 for number in range(75)))
    assert len(made.parts) == 3
    assert "split into 3" in made.notes[0]
    assert made.problems == ()
    deliver(made, chat)
    assert all(f"Paragraph {number}." in "\n".join(one.text for one in chat.posts) for number in range(75))
    assert [one.text[-3:] for one in chat.posts] == ["1/3", "2/3", "3/3"]


def test_the_limit_is_to_the_unit(chat: Telegram) -> None:
    assert written("a" * 4094 + "😀", title="").parts[0].measures[0].used == 4096
    assert not written("a" * 4094 + "😀", title="").problems
    (told,) = written("a" * 4095 + "😀", title="").problems
    assert told.startswith("the text has 4,097 UTF-16 units; at most 4,096 go into one post")
    deliver(written("a" * 4094 + "😀", title=""), chat)
    assert len(chat.posts) == 1


def test_more_styles_than_telegram_shows_are_told() -> None:
    made = written(" ".join("**a** b" for _ in range(101)), title="")
    assert made.notes == ("a message has 101 styles and links: Telegram shows the first 100, the others as plain text",)
    assert written(" ".join("**a** b" for _ in range(100)), title="").notes == ()


def test_a_place_that_is_no_chat_blocks_an_approval() -> None:
    lost = written("x", TARGET.model_copy(update={"place": "acmenews"}))
    assert lost.problems == ("`place` of 'acme-telegram' must be the chat's id (-100…), or the @name of a public one",)


def test_a_topic_of_a_forum() -> None:
    target = TARGET.model_copy(update={"place": f"{GROUP}/7"})
    made = written("x", target)
    assert made.parts[0].body["chat_id"] == str(GROUP)
    assert made.parts[0].body["message_thread_id"] == 7
    chat = Telegram(target)
    there = known(send(chat, made.parts[0].body))
    assert chat.posts[0].more["topic"] == 7
    assert there["url"] == "https://t.me/c/222333444/41"


# Mentions


def test_only_whom_both_allow_is_pinged(chat: Telegram) -> None:
    made = written(
        "@{mods} and @anna, but @everyone, @press and @acme_others", pings=frozenset({"mods", "anna", "press"})
    )
    assert made.pings == (f"the account {MODS}", f"the account @anna ({ANNA})")
    assert made.notes == (
        "@everyone pings nobody: the announcement does not ask for it",
        "@press pings nobody: the target 'acme-telegram' does not allow it (`pings`) and names no account"
        " (its @name or id) for it (`mentions`)",
        "@acme_others pings nobody: the announcement does not ask for it",
    )
    deliver(made, chat)
    assert chat.posts[0].more["pings"] == [MODS, str(ANNA)]
    assert f"{MODS} and @\u200banna" in chat.posts[0].text


def test_a_mention_that_cannot_be_says_why() -> None:
    target = TARGET.model_copy(update={"pings": ("everyone", "press", "ghost")})
    made = written("@everyone @press @ghost", target, pings=frozenset({"everyone", "press", "ghost"}))
    assert made.pings == ()
    assert made.notes == (
        "@press pings nobody: the target 'acme-telegram' names no account (its @name or id) for it (`mentions`)",
        "@ghost pings nobody: the target 'acme-telegram' names no account (its @name or id) for it (`mentions`)",
        "@everyone pings nobody: Telegram has no mention for all, but tells everybody of new messages anyway",
    )


# Images

ALONG = "Telegram has no descriptions of images: they are written in the text"
BELOW = "Telegram has no descriptions of images: they are written below these, which come before the text"


def test_an_image_and_a_short_text_are_one_message(chat: Telegram) -> None:
    made = written(f"**New** maps\n\n![the *new* map]({IMAGE.name})", images=(IMAGE,))
    assert made.notes == (ALONG,)
    assert made.problems == ()
    (part,) = made.parts
    assert part.body == {
        "chat_id": "@acmenews",
        "photo": f"attach://{IMAGE.name}",
        "caption": "Winter\n\nNew maps\n\n[image: the new map]",
        "caption_entities": [
            {"type": "bold", "offset": 0, "length": 6},
            {"type": "bold", "offset": 8, "length": 3},
        ],
    }
    assert [(one.what, one.limit) for one in part.measures] == [("text below the image", 1024), ("image 1", 10_000_000)]
    (there,) = deliver(made, chat)
    assert chat.asked[0].path.endswith("/sendPhoto")
    assert chat.posts[0].more["file"] == b"1"
    assert there.more["images"] == IMAGE.name


def test_several_are_an_album_with_the_text_below_all(chat: Telegram) -> None:
    images = tuple(MANY[:3])
    made = written("Maps\n\n" + "\n\n".join(f"![]({one.name})" for one in (*images, images[0])), images=images)
    (part,) = made.parts
    assert [item["media"] for item in part.body["media"]] == [f"attach://{one.name}" for one in images]
    captions = [item.get("caption") for item in part.body["media"]]
    assert captions == [
        "Winter\n\nMaps\n\n[image: map 0]\n\n[image: map 1]\n\n[image: map 2]\n\n[image: map 0]",
        None,
        None,
    ]
    (there,) = deliver(made, chat)
    assert (there.id, there.more["messages"]) == ("41", "41 42 43")
    assert there.url == "https://t.me/acmenews/41"
    assert [one.more["file"] for one in chat.posts] == [b"0", b"1", b"2"]


def test_a_long_text_follows_its_images_which_say_what_they_show(chat: Telegram) -> None:
    images = tuple(MANY)
    made = written("tells " * 300 + "\n\n" + "\n\n".join(f"![]({one.name})" for one in images), images=images)
    assert BELOW in made.notes
    assert made.problems == ()
    album, rest, text = made.parts
    assert [item["caption"] for item in album.body["media"]] == [f"map {number}" for number in range(10)]
    assert [item["caption"] for item in rest.body["media"]] == ["map 10", "map 11"]
    assert album.text.startswith("map 0\n\nmap 1")
    assert "[image" not in text.body["text"]
    assert len(deliver(made, chat)) == 3
    assert len(chat.posts) == 13


def test_the_caption_is_to_the_unit() -> None:
    picture = f"![a map]({IMAGE.name})"
    used = len("\n\n[image: a map]")
    assert len(written(f"{'a' * (1024 - used)}\n\n{picture}", title="", images=(IMAGE,)).parts) == 1
    assert len(written(f"{'a' * (1025 - used)}\n\n{picture}", title="", images=(IMAGE,)).parts) == 2
    wordy = written(f"{'a' * 1024}\n\n![{'b' * 1025}]({IMAGE.name})", title="", images=(IMAGE,))
    assert wordy.problems == ("text below the image: 1,025 UTF-16 units; Telegram takes 1,024",)


def test_what_moves_is_sent_as_such_and_alone(chat: Telegram) -> None:
    made = written(f"![]({IMAGE.name})\n\n![]({GIF.name})", title="", images=(IMAGE, GIF))
    assert [sorted(part.body) for part in made.parts] == [
        ["caption", "chat_id", "photo"],
        ["animation", "caption", "chat_id"],
    ]
    deliver(made, chat)
    assert chat.asked[1].path.endswith("/sendAnimation")
    assert [one.text for one in chat.posts] == ["a map", "it snows"]


@pytest.mark.parametrize(
    ("image", "problem"),
    [
        (picture(b"1", "a map", bytes=10_000_001), "image 1: 10,000,001 bytes; Telegram takes 10,000,000"),
        (
            picture(b"g", "it snows", "image/gif", bytes=50_000_001),
            "image 1: 50,000,001 bytes; Telegram takes 50,000,000",
        ),
        (
            picture(b"1", "a map", width=6000, height=4001),
            "image 1: 6000 and 4001 pixels; Telegram takes 10,000 together",
        ),
        (
            picture(b"1", "a map", width=2100, height=100),
            "image 1: one side is more than 20 times as long as the other; Telegram takes no such",
        ),
    ],
)
def test_an_image_that_cannot_be_sent(image: Image, problem: str) -> None:
    assert written(f"x ![]({image.name})", images=(image,)).problems == (problem,)


@pytest.mark.parametrize(
    "image", [picture(b"1", "a map", width=6000, height=4000), picture(b"1", "a map", width=2000, height=100), GIF]
)
def test_an_image_that_just_can(image: Image) -> None:
    assert written(f"x ![]({image.name})", images=(image,)).problems == ()


# Sending


def test_the_request_is_what_was_approved(chat: Telegram) -> None:
    there = sent(send(chat))
    (create,) = chat.asked
    assert (create.method, create.path) == ("POST", f"/bot{kit.SECRET}/sendMessage")
    assert create.json == BODY
    assert there == Sent("41", "https://t.me/acmenews/41", {"chat": str(CHANNEL), "messages": "41", "images": ""})


def test_a_server_of_ones_own(chat: Telegram) -> None:
    sent(send(chat, to=destination(TARGET, address="https://tg.acme.example/")))
    sent(send(chat))
    assert [asked.url for asked in chat.asked] == [
        f"https://{host}/bot{kit.SECRET}/sendMessage" for host in ("tg.acme.example", "api.telegram.org")
    ]


def test_a_group_without_a_public_name_and_a_small_one() -> None:
    chat = Telegram(GROUPED)
    assert sent(send(chat, {**BODY, "chat_id": str(GROUP)})).url == "https://t.me/c/222333444/41"
    chat.place = "-77"
    assert sent(send(chat, {**BODY, "chat_id": "-77"})).url == ""


@given(st.dictionaries(st.sampled_from(["chat_id", "caption"]), st.text()), st.binary())
def test_any_reader_of_forms_reads_ours(body: dict[str, str], held: bytes) -> None:
    kind, raw = posting.form({**body, "media": [{"caption": "é"}]}, {IMAGE.name: held})
    fields, files = read(Asked("POST", "/", {}, {"content-type": kind}, raw))
    assert files == {IMAGE.name: held}
    assert fields["media"] == [{"caption": "é"}]


# Afterwards


def test_a_changed_text_is_changed_once_and_again_is_the_same(chat: Telegram) -> None:
    there = known(send(chat))
    after = {**BODY, "text": "It is over", "entities": [{"type": "bold", "offset": 0, "length": 2}]}
    for _ in range(2):
        assert known(edit(chat, there, after)) == there
    assert chat.posts[0].text == "It is over"
    assert chat.asked[-1].json == {
        "chat_id": str(CHANNEL),
        "message_id": 41,
        "text": "It is over",
        "entities": [{"type": "bold", "offset": 0, "length": 2}],
    }


def test_a_changed_album_keeps_its_images_and_changes_their_words(chat: Telegram) -> None:
    images = tuple(MANY[:2])
    shown = "\n\n".join(f"![]({one.name})" for one in images)
    before, after = (written(f"{text}\n\n{shown}", images=images).parts[0] for text in ("Maps", "More maps"))
    there = known(send(chat, before.body, images=images))
    assert known(edit(chat, there, after.body, images=images)) == there
    assert chat.posts[0].text.startswith("Winter\n\nMore maps")
    assert len(chat.asked) == 2
    media = after.body["media"]
    each = {**after.body, "media": [{"media": one["media"], "caption": f"is {at}"} for at, one in enumerate(media)]}
    sent(edit(chat, there, each, images=images))
    assert [one.text for one in chat.posts] == ["is 0", "is 1"]
    lost = {"id": there["id"], "chat": there["chat"]}
    assert isinstance(edit(chat, lost, each, images=images), Refused)


def test_a_caption_can_go(chat: Telegram) -> None:
    body = written(f"x\n\n![]({IMAGE.name})", images=(IMAGE,)).parts[0].body
    there = known(send(chat, body, images=(IMAGE,)))
    bare = {name: value for name, value in body.items() if not name.startswith("caption")}
    sent(edit(chat, there, bare, images=(IMAGE,)))
    assert chat.posts[0].text == ""


@pytest.mark.parametrize("images", [(), (GIF,), (IMAGE, GIF)])
def test_images_cannot_be_changed(chat: Telegram, images: tuple[Image, ...]) -> None:
    body = written(f"x\n\n![]({IMAGE.name})", images=(IMAGE,)).parts[0].body
    there = known(send(chat, body, images=(IMAGE,)))
    refused = edit(chat, there, BODY, images=images)
    assert refused == Refused(
        "Telegram changes no images: keep them as they are, or withdraw the message and announce anew"
    )
    assert len(chat.asked) == 1


def test_a_message_that_a_person_found_can_be_changed_and_withdrawn(chat: Telegram) -> None:
    send(chat)
    found = {"id": "41", "url": ""}
    sent(edit(chat, found, {**BODY, "text": "New"}))
    assert chat.posts[0].text == "New"
    sent(withdraw(chat, found))
    assert chat.posts == []


def test_a_message_that_is_gone_cannot_be_changed(chat: Telegram) -> None:
    there = known(send(chat))
    chat.posts.clear()
    refused = edit(chat, there, {**BODY, "text": "New"})
    assert refused == Refused("Telegram answered 400: Bad Request: message to edit not found")


@pytest.mark.parametrize(
    ("answer", "expected"), [(reply(500), Unknown), (wrong(429, "x"), Wait), (wrong(401, "Unauthorized"), Refused)]
)
def test_a_change_that_fails(chat: Telegram, answer: Reply, expected: type) -> None:
    there = known(send(chat))
    chat.instead(answer)
    assert isinstance(edit(chat, there, {**BODY, "text": "New"}), expected)
    assert isinstance(withdraw(chat, there), expected)


def test_an_album_is_withdrawn_whole(chat: Telegram) -> None:
    images = tuple(MANY[:3])
    body = written("\n\n".join(f"![]({one.name})" for one in images), images=images).parts[0].body
    there = known(send(chat, body, images=images))
    for _ in range(2):
        sent(withdraw(chat, there))
    assert chat.posts == []
    assert chat.asked[-1].json == {"chat_id": str(CHANNEL), "message_ids": [41, 42, 43]}


def test_an_old_message_needs_a_right_and_says_which(chat: Telegram) -> None:
    there = known(send(chat))
    chat.clock += 2 * DAY + 1
    refused = withdraw(chat, there)
    assert isinstance(refused, Refused)
    assert "“Delete messages”" in refused.reason
    chat.may_delete = True
    sent(withdraw(chat, there))


# Every answer


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (wrong(400, "Bad Request: chat not found"), Refused),
        (wrong(400, "Bad Request: message is too long"), Refused),
        (wrong(403, "Forbidden: bot was kicked from the channel chat"), Refused),
        (reply(200, {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}), Refused),
        (reply(413, b"<html>Request Entity Too Large</html>"), Refused),
        (reply(302), Refused),
        (reply(404, b"<html>"), Refused),
        (wrong(400, "Bad Request: Group send failed"), Unknown),
        (wrong(500, "Internal Server Error"), Unknown),
        (reply(500, {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}), Unknown),
        (reply(502, b"<html>"), Unknown),
        (reply(504), Unknown),
        (reply(408), Unknown),
        (reply(200, b""), Unknown),
        (reply(204), Unknown),
        (reply(200, b"<html>"), Unknown),
        (reply(200, {"ok": False}), Unknown),
        (reply(200, {"ok": "true", "result": {"message_id": 5}}), Unknown),
        (well(True), Unknown),
        (well([]), Unknown),
        (well([{"message_id": 1}, {"message_id": None}]), Unknown),
        (well({"message_id": "5"}), Unknown),
        (well({"message_id": True}), Unknown),
    ],
)
def test_an_answer_and_what_it_means(answer: Reply, expected: type) -> None:
    outcome = answered(answer)
    assert isinstance(outcome, expected)
    assert not getattr(outcome, "unauthorized", False)
    assert kit.SECRET not in getattr(outcome, "reason", "")


def test_a_message_without_its_chat_is_still_there() -> None:
    assert answered(well({"message_id": 5})) == Sent("5", "", {"chat": "@acmenews", "messages": "5", "images": ""})


@pytest.mark.parametrize(
    "answer",
    [
        wrong(401, "Unauthorized"),
        wrong(404, "Not Found"),
        reply(401, b"<html>"),
        wrong(401, f"Unauthorized: {kit.SECRET}"),
    ],
)
def test_a_token_that_is_not_good_any_more_is_named_and_not_told(answer: Reply) -> None:
    refused = answered(answer)
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert "liaison secret put acme-telegram --outgoing" in refused.reason
    assert kit.SECRET not in refused.reason


@pytest.mark.parametrize("secret", ["", "xoxb-1-other", f"{kit.SECRET}/getMe", "1:a b"])
def test_what_is_no_token_goes_nowhere(chat: Telegram, secret: str) -> None:
    refused = send(chat, to=destination(TARGET, secret=secret))
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert chat.asked == []


def test_a_token_with_a_line_end_is_still_one(chat: Telegram) -> None:
    sent(send(chat, to=destination(TARGET, secret=f" {kit.SECRET}\n")))


def test_a_group_that_became_another_says_which() -> None:
    chat = Telegram(GROUPED)
    chat.migrated = -1009
    refused = send(chat, {**BODY, "chat_id": str(GROUP)})
    assert isinstance(refused, Refused)
    assert refused.reason.endswith("The group has a new id: set the target's `place` to -1009")


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (wrong(429, "Too Many Requests: retry after 17", parameters={"retry_after": 17}), 17),
        (wrong(429, "Too Many Requests", parameters={"retry_after": 16.2}), 17),
        (reply(429, {"parameters": {"retry_after": 5}}, retry_after="9"), 9),
        (reply(200, {"ok": False, "error_code": 429, "parameters": {"retry_after": 11}}), 11),
        (reply(429, {"ok": False, "parameters": {"retry_after": "soon"}}), 60),
        (reply(429, {"ok": False, "parameters": {"retry_after": 1e300}}), 60),
        (reply(429, {"ok": False, "parameters": {"retry_after": 10**9}}), 21_600),
        (reply(429, b"", retry_after="3"), 3),
        (reply(429, b""), 900),
        (reply(429, b"<html>Too many</html>", retry_after="5"), 900),
        (reply(429, b"<html>Too many</html>", retry_after="1800"), 1800),
    ],
)
def test_too_much_and_how_long_to_wait(answer: Reply, seconds: int) -> None:
    wait = answered(answer)
    assert isinstance(wait, Wait)
    assert (wait.seconds, wait.budget) == (seconds, "telegram:acme-telegram")
