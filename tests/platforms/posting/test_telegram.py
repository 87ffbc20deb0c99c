"""Telegram: what an announcement looks like there, and what becomes of every answer. Nobody can look it up."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.announcements import ChangeRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms.outgoing import (
    MEDIA,
    Destination,
    NotSentError,
    Outcome,
    Refused,
    Reply,
    Sent,
    UnansweredError,
    Unknown,
    Wait,
)
from functions.platforms.posting import Budget, Measure, Part, Post, Rendering
from functions.platforms.telegram import posting
from tests.platforms.posting import fake as shared
from tests.platforms.posting.fake import NOW, Asked, Objects, reply, sent
from tests.platforms.posting.kits import telegram as kit
from tests.platforms.posting.kits.telegram import ANNA, CHANNEL, DAY, GROUP, MODS, Telegram, read, well, wrong

(TARGET,) = kit.TARGETS
GROUPED = TARGET.model_copy(update={"place": str(GROUP)})
AT = datetime.fromtimestamp(NOW, UTC)
BODY: dict[str, Any] = {"chat_id": "@acmenews", "text": "Maintenance tonight"}
FAMILY = "👨‍👩‍👧‍👦"


def picture(kind: str = "png", alt: str = "a map", content: str = "1", **more: Any) -> tuple[Image, bytes]:
    held = content.encode()
    name = f"{sha256(held).hexdigest()}.{kind}"
    return Image(name=name, alt=alt, type=f"image/{kind}", **{"bytes": len(held), **more}), held


(IMAGE, HELD), (GIF, MOVING) = picture(), picture("gif", "it snows", "g")
MANY = [picture(content=str(number), alt=f"map {number}") for number in range(12)]
OBJECTS = Objects({f"{MEDIA}/{image.name}": held for image, held in [(IMAGE, HELD), (GIF, MOVING), *MANY]})


def to(**more: Any) -> Destination:
    return replace(Destination(TARGET.id, "acme", "", kit.SECRET, place=TARGET.place), **more)


def requested(body: dict[str, Any] = BODY, **more: Any) -> PostRequested:
    base = {"announcement": "a1", "target": TARGET.id, "language": "en", "published_at": AT}
    return PostRequested.model_validate({**base, "body": body, **more})


def send(chat: Telegram, body: dict[str, Any] = BODY, **more: Any) -> Outcome:
    return posting.send(requested(body, **more), to(), "k", shared.hands(chat, OBJECTS, timestamp=int(chat.clock)))


def known(outcome: object) -> dict[str, Any]:
    """As a change gets it."""
    there = sent(outcome)
    return {**there.more, "id": there.id, "url": there.url}


def written(body: str, target: Target = TARGET, **more: Any) -> Rendering:
    return posting.render(
        Post(**{"announcement": "a1", "title": "Winter", "language": "en", **more}, body=body), target
    )


def deliver(rendering: Rendering, chat: Telegram) -> list[Sent]:
    return [sent(send(chat, part.body, images=part.images)) for part in rendering.parts]


def answered(answer: Reply) -> Outcome:
    """What becomes of the one call that makes the post, when Telegram answers it like this."""
    chat = Telegram(TARGET)
    chat.answers(answer)
    return send(chat)


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


def test_a_title_that_the_text_begins_with_is_not_repeated() -> None:
    assert written("**Winter** is here").parts[0].body["text"] == "Winter is here"
    assert written("Winters are cold").parts[0].body["text"] == "Winter\n\nWinters are cold"
    assert written("Hello", title="").parts[0].body["text"] == "Hello"


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


def test_a_long_text_is_several_messages_and_none_is_cut() -> None:
    chat = Telegram(TARGET)
    made = written("\n\n".join(f"Paragraph {number}. " + "tells " * 20 for number in range(75)))
    assert len(made.parts) == 3
    assert "split into 3" in made.notes[0]
    assert made.problems == ()
    deliver(made, chat)
    assert all(f"Paragraph {number}." in "\n".join(one.text for one in chat.posts) for number in range(75))
    assert [one.text[-3:] for one in chat.posts] == ["1/3", "2/3", "3/3"]


def test_an_excerpt_where_the_target_wants_one() -> None:
    made = written("word " * 2000, TARGET.model_copy(update={"long": "excerpt"}), link="https://acme.example/w")
    assert made.parts[0].body["text"].endswith("…\n\nhttps://acme.example/w")
    assert len(made.parts) == 1
    assert "only the beginning" in made.notes[0]


def test_the_limit_is_to_the_unit() -> None:
    assert written("a" * 4094 + "😀", title="").parts[0].measures[0].used == 4096
    assert not written("a" * 4094 + "😀", title="").problems
    assert written("a" * 4095 + "😀", title="").problems == ("1 too long for 4096",)
    assert len(Telegram(TARGET).posts) == 0
    chat = Telegram(TARGET)
    deliver(written("a" * 4094 + "😀", title=""), chat)
    assert len(chat.posts) == 1


def test_more_styles_than_telegram_shows_are_told() -> None:
    made = written(" ".join("**a** b" for _ in range(101)), title="")
    assert made.notes == (
        "A message has 101 styles and links: Telegram shows the first 100, the others as plain text.",
    )
    assert written(" ".join("**a** b" for _ in range(100)), title="").notes == ()


def test_nothing_to_say_and_nowhere_to_say_it() -> None:
    assert written("", title=" ").problems == ("There is nothing to say: the title and the text are empty.",)
    lost = written("x", TARGET.model_copy(update={"place": "acmenews"}))
    assert lost.problems == ("`place` of 'acme-telegram' must be the chat's id (-100…), or the @name of a public one.",)


def test_a_topic_of_a_forum() -> None:
    target = TARGET.model_copy(update={"place": f"{GROUP}/7"})
    made = written("x", target)
    assert made.parts[0].body["chat_id"] == str(GROUP)
    assert made.parts[0].body["message_thread_id"] == 7
    chat = Telegram(target)
    there = known(send(chat, made.parts[0].body))
    assert chat.posts[0].more["topic"] == 7
    assert there["url"] == "https://t.me/c/222333444/41"


def test_a_table_is_lines() -> None:
    made = written("| a | b |\n| - | - |\n| 1 | 2 |")
    assert made.parts[0].body["text"] == "Winter\n\na | b\n1 | 2"
    assert made.notes == ("A table is shown as lines: Telegram has none.",)


# Mentions


def test_only_whom_both_allow_is_pinged() -> None:
    chat = Telegram(TARGET)
    made = written(
        "@{mods} and @anna, but @everyone, @press and @acme_others", pings=frozenset({"mods", "anna", "press"})
    )
    assert made.pings == (f"the account {MODS}", f"the account @anna ({ANNA})")
    assert made.notes == (
        "@everyone pings nobody: not granted by the announcement.",
        "@press pings nobody: not granted by the target.",
        "@acme_others pings nobody: not granted by the announcement and the target.",
    )
    deliver(made, chat)
    assert chat.posts[0].more["pings"] == [MODS, str(ANNA)]
    assert f"{MODS} and @\u200banna" in chat.posts[0].text


def test_nobody_is_pinged_who_was_not_granted() -> None:
    chat = Telegram(TARGET)
    made = written("@acme_mods `@acme_mods` [@acme_mods](https://acme.example) # @acme_mods", title="@acme_mods")
    assert made.pings == ()
    deliver(made, chat)
    assert chat.posts[0].more["pings"] == []


def test_a_mention_that_cannot_be_says_why() -> None:
    target = TARGET.model_copy(update={"pings": ("everyone", "press", "ghost")})
    made = written("@everyone @press @ghost", target, pings=frozenset({"everyone", "press", "ghost"}))
    assert made.pings == ()
    assert made.notes == (
        "@everyone pings nobody: Telegram has no mention for all, but tells everybody of new messages anyway.",
        "@press pings nobody: `mentions` of 'acme-telegram' does not say which account that is (its @name or id).",
        "@ghost pings nobody: `mentions` of 'acme-telegram' does not say which account that is (its @name or id).",
    )


# Images

ALONG = "Telegram has no descriptions of images: they are written in the text."
BELOW = "Telegram has no descriptions of images: they are written below these, which come before the text."


def test_an_image_and_a_short_text_are_one_message() -> None:
    chat = Telegram(TARGET)
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
    assert chat.posts[0].more["file"] == HELD
    assert there.more["images"] == IMAGE.name


def test_several_are_an_album_with_the_text_below_all() -> None:
    chat = Telegram(TARGET)
    images = tuple(image for image, _ in MANY[:3])
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
    assert [one.more["file"] for one in chat.posts] == [held for _, held in MANY[:3]]


def test_a_long_text_follows_its_images_which_say_what_they_show() -> None:
    chat = Telegram(TARGET)
    images = tuple(image for image, _ in MANY)
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


def test_what_moves_is_sent_as_such_and_alone() -> None:
    chat = Telegram(TARGET)
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
        (picture(alt="")[0], "image 1 has no description: write ![what it shows](…)"),
        (picture(bytes=10_000_001)[0], "image 1: 10,000,001 bytes; Telegram takes 10,000,000"),
        (picture("gif", bytes=50_000_001)[0], "image 1: 50,000,001 bytes; Telegram takes 50,000,000"),
        (picture(width=6000, height=4001)[0], "image 1: 6000 and 4001 pixels; Telegram takes 10,000 together"),
        (
            picture(width=2100, height=100)[0],
            "image 1: one side is more than 20 times as long as the other; Telegram takes no such",
        ),
    ],
)
def test_an_image_that_cannot_be_sent(image: Image, problem: str) -> None:
    assert written(f"x ![]({image.name})", images=(image,)).problems == (problem,)


@pytest.mark.parametrize("image", [picture(width=6000, height=4000)[0], picture(width=2000, height=100)[0], GIF])
def test_an_image_that_just_can(image: Image) -> None:
    assert written(f"x ![]({image.name})", images=(image,)).problems == ()


def test_images_from_elsewhere_are_links_and_unknown_ones_problems() -> None:
    made = written("![a *map*](https://acme.example/map.png)\n\n> ![](https://acme.example/b.png)\n\n![x](lost.png)")
    assert made.parts[0].body["text"].startswith("Winter\n\na map\n\nhttps://acme.example/b.png")
    assert made.problems == ("There is no image 'lost.png' in the announcement: upload it, or write its address.",)
    assert written("x", images=(IMAGE,)).notes == (
        f"The image {IMAGE.name} is left out: it does not stand in the text.",
    )


def test_an_image_that_is_gone_stops_the_message() -> None:
    chat = Telegram(TARGET)
    body = written(f"![]({IMAGE.name})", images=(IMAGE,)).parts[0].body
    refused = posting.send(requested(body, images=(IMAGE,)), to(), "k", shared.hands(chat, Objects()))
    assert refused == Refused("image 1 is not there any more: upload it again")
    assert chat.asked == []


# Sending


def test_the_request_is_what_was_approved() -> None:
    chat = Telegram(TARGET)
    there = sent(send(chat))
    (create,) = chat.asked
    assert (create.method, create.path) == ("POST", f"/bot{kit.SECRET}/sendMessage")
    assert create.json == BODY
    assert there == Sent("41", "https://t.me/acmenews/41", {"chat": str(CHANNEL), "messages": "41", "images": ""})


@pytest.mark.parametrize("text", ["<key>", "<first>", "<image 1>", "/start", "@"])
def test_texts_that_read_like_placeholders_stay_as_they_are(text: str) -> None:
    chat = Telegram(TARGET)
    sent(send(chat, {**BODY, "text": text}))
    assert chat.posts[0].text == text


def test_a_server_of_ones_own() -> None:
    chat = Telegram(TARGET)
    urls: list[str] = []

    def http(method: str, url: str, **more: Any) -> Reply:
        urls.append(url)
        return chat(method, url, **more)

    hands = replace(shared.hands(chat), http=http)
    sent(posting.send(requested(), to(address="https://tg.acme.example/"), "k", hands))
    sent(posting.send(requested(), to(), "k", hands))
    assert urls == [f"https://{host}/bot{kit.SECRET}/sendMessage" for host in ("tg.acme.example", "api.telegram.org")]


def test_a_group_without_a_public_name_and_a_small_one() -> None:
    chat = Telegram(GROUPED)
    assert sent(send(chat, {**BODY, "chat_id": str(GROUP)})).url == "https://t.me/c/222333444/41"
    chat.place = "-77"
    assert sent(send(chat, {**BODY, "chat_id": "-77"})).url == ""


def test_a_lost_answer_and_a_lost_request_are_told_as_they_are() -> None:
    chat = Telegram(TARGET)
    for lose in (chat.cut_off_after, chat.cut_off_before):
        lose()
        with pytest.raises(UnansweredError):
            send(chat)
    chat.unreachable()
    with pytest.raises(NotSentError):
        send(chat)
    assert not hasattr(posting, "find")


@given(st.dictionaries(st.sampled_from(["chat_id", "caption"]), st.text()), st.binary())
def test_any_reader_of_forms_reads_ours(body: dict[str, str], held: bytes) -> None:
    kind, raw = posting.multipart({**body, "media": [{"caption": "é"}]}, {IMAGE.name: held})
    fields, files = read(Asked("POST", "/", {}, {"content-type": kind}, raw))
    assert files == {IMAGE.name: held}
    assert fields["media"] == [{"caption": "é"}]


# Afterwards


def changed(body: dict[str, Any], posted: dict[str, Any], **more: Any) -> ChangeRequested:
    return ChangeRequested.model_validate({**requested(body, **more).model_dump(), "posted": posted})


def edit(chat: Telegram, change: ChangeRequested) -> Outcome:
    return posting.edit(change, to(), "e", shared.hands(chat, OBJECTS))


def test_a_changed_text_is_changed_once_and_again_is_the_same() -> None:
    chat = Telegram(TARGET)
    there = known(send(chat))
    after = {**BODY, "text": "It is over", "entities": [{"type": "bold", "offset": 0, "length": 2}]}
    for _ in range(2):
        assert known(edit(chat, changed(after, there))) == there
    assert chat.posts[0].text == "It is over"
    assert chat.asked[-1].json == {
        "chat_id": str(CHANNEL),
        "message_id": 41,
        "text": "It is over",
        "entities": [{"type": "bold", "offset": 0, "length": 2}],
    }


def test_a_changed_album_keeps_its_images_and_changes_their_words() -> None:
    chat = Telegram(TARGET)
    images = tuple(image for image, _ in MANY[:2])
    shown = "\n\n".join(f"![]({one.name})" for one in images)
    before, after = (written(f"{text}\n\n{shown}", images=images).parts[0] for text in ("Maps", "More maps"))
    there = known(send(chat, before.body, images=images))
    assert known(edit(chat, changed(after.body, there, images=images))) == there
    assert chat.posts[0].text.startswith("Winter\n\nMore maps")
    assert len(chat.asked) == 2
    media = after.body["media"]
    each = {**after.body, "media": [{"media": one["media"], "caption": f"is {at}"} for at, one in enumerate(media)]}
    sent(edit(chat, changed(each, there, images=images)))
    assert [one.text for one in chat.posts] == ["is 0", "is 1"]
    lost = {"id": there["id"], "chat": there["chat"]}
    assert isinstance(edit(chat, changed(each, lost, images=images)), Refused)


def test_a_caption_can_go() -> None:
    chat = Telegram(TARGET)
    body = written(f"x\n\n![]({IMAGE.name})", images=(IMAGE,)).parts[0].body
    there = known(send(chat, body, images=(IMAGE,)))
    bare = {name: value for name, value in body.items() if not name.startswith("caption")}
    sent(edit(chat, changed(bare, there, images=(IMAGE,))))
    assert chat.posts[0].text == ""


@pytest.mark.parametrize("images", [(), (GIF,), (IMAGE, GIF)])
def test_images_cannot_be_changed(images: tuple[Image, ...]) -> None:
    chat = Telegram(TARGET)
    body = written(f"x\n\n![]({IMAGE.name})", images=(IMAGE,)).parts[0].body
    there = known(send(chat, body, images=(IMAGE,)))
    refused = edit(chat, changed(BODY, there, images=images))
    assert refused == Refused(
        "Telegram changes no images: keep them as they are, or withdraw the message and announce anew"
    )
    assert len(chat.asked) == 1


def test_a_message_that_a_person_found_can_be_changed_and_withdrawn() -> None:
    chat = Telegram(TARGET)
    send(chat)
    found = {"id": "41", "url": ""}
    sent(edit(chat, changed({**BODY, "text": "New"}, found)))
    assert chat.posts[0].text == "New"
    sent(withdraw(chat, found))
    assert chat.posts == []


def test_a_message_that_is_gone_cannot_be_changed() -> None:
    chat = Telegram(TARGET)
    there = known(send(chat))
    chat.posts.clear()
    refused = edit(chat, changed({**BODY, "text": "New"}, there))
    assert refused == Refused("Telegram answered 400: Bad Request: message to edit not found")


@pytest.mark.parametrize(
    ("answer", "expected"), [(reply(500), Unknown), (wrong(429, "x"), Wait), (wrong(401, "Unauthorized"), Refused)]
)
def test_a_change_that_fails(answer: Reply, expected: type) -> None:
    chat = Telegram(TARGET)
    there = known(send(chat))
    chat.answer = lambda asked: answer  # type: ignore[method-assign]
    assert isinstance(edit(chat, changed({**BODY, "text": "New"}, there)), expected)
    assert isinstance(withdraw(chat, there), expected)


def withdraw(chat: Telegram, posted: dict[str, Any]) -> Outcome:
    gone = WithdrawRequested(announcement="a1", target=TARGET.id, posted=posted)
    return posting.withdraw(gone, to(), "w", shared.hands(chat))


def test_what_is_withdrawn_is_gone_and_stays_so() -> None:
    chat = Telegram(TARGET)
    there = known(send(chat))
    for _ in range(2):
        assert known(withdraw(chat, there)) == there
    assert chat.posts == []


def test_an_album_is_withdrawn_whole() -> None:
    chat = Telegram(TARGET)
    images = tuple(image for image, _ in MANY[:3])
    body = written("\n\n".join(f"![]({one.name})" for one in images), images=images).parts[0].body
    there = known(send(chat, body, images=images))
    for _ in range(2):
        sent(withdraw(chat, there))
    assert chat.posts == []
    assert chat.asked[-1].json == {"chat_id": str(CHANNEL), "message_ids": [41, 42, 43]}


def test_an_old_message_needs_a_right_and_says_which() -> None:
    chat = Telegram(TARGET)
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
def test_what_is_no_token_goes_nowhere(secret: str) -> None:
    chat = Telegram(TARGET)
    refused = posting.send(requested(), to(secret=secret), "k", shared.hands(chat))
    assert isinstance(refused, Refused)
    assert refused.unauthorized
    assert chat.asked == []


def test_a_token_with_a_line_end_is_still_one() -> None:
    chat = Telegram(TARGET)
    sent(posting.send(requested(), to(secret=f" {kit.SECRET}\n"), "k", shared.hands(chat)))


def test_a_group_that_became_another_says_which() -> None:
    chat = Telegram(GROUPED)
    chat.migrated = -1009
    refused = send(chat, {**BODY, "chat_id": str(GROUP)})
    assert isinstance(refused, Refused)
    assert refused.reason.endswith("The group has a new id: set the target's `place` to -1009")


LATER = format_datetime(AT + timedelta(seconds=40), usegmt=True)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (wrong(429, "Too Many Requests: retry after 17", parameters={"retry_after": 17}), 17),
        (wrong(429, "Too Many Requests", parameters={"retry_after": 16.2}), 17),
        (reply(429, {"parameters": {"retry_after": 5}}, retry_after="9"), 9),
        (reply(200, {"ok": False, "error_code": 429, "parameters": {"retry_after": 11}}), 11),
        (reply(429, {"ok": False}, retry_after=LATER), 40),
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


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["ok", "result", "parameters", "error_code", "message_id", "chat", "id"]), inner
        )
    ),
    max_leaves=10,
)


@settings(deadline=None)
@given(
    st.integers(100, 599),
    st.dictionaries(st.sampled_from(["retry-after", "content-type"]), st.text(max_size=12)),
    st.binary(max_size=20) | JSON.map(lambda value: json.dumps(value).encode()),
)
def test_whatever_is_answered_has_an_outcome_and_sent_only_what_is_proved(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    outcome = answered(Reply(status, headers, body))
    assert isinstance(outcome, Sent | Refused | Wait | Unknown)
    if isinstance(outcome, Sent):
        assert 200 <= status < 300
        assert json.loads(body)["ok"] is True
        assert outcome.id.lstrip("-").isdecimal()
    if status >= 500:
        assert isinstance(outcome, Unknown)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=300), st.text(max_size=40))
def test_every_text_has_a_form_that_telegram_takes(body: str, title: str) -> None:
    chat = Telegram(TARGET)
    made = written(body, title=title)
    if not made.problems:
        deliver(made, chat)
        assert all(one.more["pings"] == [] for one in chat.posts)
