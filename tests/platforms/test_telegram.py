"""Telegram: who gets in, what is answered, what each update becomes, and what a connection tells."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.envelope import Envelope
from events.feedback import FeedbackChanged, FeedbackReceived
from events.moderation import CardUsed, FlagRaised, Subject
from events.operations import SubscriptionLost
from events.people import Person, storable
from events.program import Source
from functions.platforms.door import Accepted, Request, classified, gate, receipt, sealed
from functions.platforms.inbound import Event, Ignored, Unplaceable, normalise
from functions.platforms.outgoing import NotSentError
from functions.platforms.standing import Finding, Keys, Report
from functions.platforms.telegram import connection
from functions.platforms.telegram.gate import QUIET
from functions.platforms.wording import CHOICES
from tests.platforms.deliveries import SAMPLES
from tests.platforms.hands import Fake, reply
from tests.platforms.kits import NOW
from tests.platforms.kits.telegram import OUTCOMES, PLACE, SECRETS, SIGNED_IN, signed

Change = Callable[[dict[str, Any]], object]
Kind = TypeVar("Kind")
TELEGRAM = gate("telegram")
EFFECTIVE = sorted(name for name, end in OUTCOMES.items() if end != "parked")
NADIA = Person(id="7000000101", name="Nadia Berg", language="de")
RAVI = Person(id="7000000102", name="Ravi", language="en-GB")
SAID = "🎮 Sync fails every second match, see the log"


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-22T{clock}").replace(tzinfo=UTC)


def body_of(name: str, change: Change = bool) -> bytes:
    body = json.loads((SAMPLES / "telegram" / f"{name}.json").read_text())
    change(body)
    return json.dumps(body).encode()


def accepted(body: bytes) -> tuple[Accepted, ...]:
    found = classified("telegram", Request("POST", {}, body))
    assert isinstance(found, tuple), found
    return found


def envelopes(body: bytes) -> list[Envelope]:
    request = Request("POST", {}, body)
    told = {"platform": "telegram", "source": "place", "community": "club", "received_at": "2026-11-22T09:30:01.000Z"}
    return [sealed(request, one, **told) for one in accepted(body)]


def events(body: bytes, place: Source = PLACE) -> list[Event | Ignored]:
    return [normalise(one, place) for one in envelopes(body)]


def event(kind: type[Kind], name: str, change: Change = bool, place: Source = PLACE) -> Kind:
    [found] = events(body_of(name, change), place)
    assert isinstance(found, kind), found
    return found


def ignored(name: str, change: Change = bool, place: Source = PLACE) -> str:
    return event(Ignored, name, change, place).reason


def why(name: str, change: Change) -> str:
    with pytest.raises(Unplaceable) as caught:
        events(body_of(name, change))
    return str(caught.value)


def put(*path: str | int, value: Any) -> Change:
    def change(body: Any) -> None:
        for name in path[:-1]:
            body = body[name]
        body[path[-1]] = value

    return change


def without(*path: str) -> Change:
    def change(body: Any) -> None:
        for name in path[:-1]:
            body = body[name]
        del body[path[-1]]

    return change


def both(*changes: Change) -> Change:
    return lambda body: [change(body) for change in changes]


# Who gets in, and what they are told


@pytest.mark.parametrize("secret", ["", " ", "two words", "x" * 257, "é", "\ud800", f"{SECRETS[0]}\n"])
def test_a_secret_that_telegram_would_not_take_opens_nothing(secret: str) -> None:
    assert not TELEGRAM.verify(signed(secret, b"{}"), [secret], NOW)


def test_without_the_header_nobody_gets_in() -> None:
    assert not TELEGRAM.verify(Request("POST", {}, b"{}"), SECRETS, NOW)
    assert not TELEGRAM.verify(Request("POST", {SIGNED_IN: ""}, b"{}"), ["", *SECRETS], NOW)


@pytest.mark.parametrize("name", OUTCOMES)
def test_whatever_comes_is_answered_200_with_nothing(name: str) -> None:
    body = body_of(name)
    for one, envelope in zip(accepted(body), envelopes(body), strict=True):
        answer = receipt(envelope, one)
        assert (answer.status, answer.body) == (200, "")
        assert "json" not in answer.content_type


@pytest.mark.parametrize(
    ("body", "event", "reason"),
    [
        (b"", "unreadable", "the body is not a JSON object"),
        (b"[]", "unreadable", "the body is not a JSON object"),
        (b"{}", "empty", "there is nothing in the update"),
        (b'{"update_id": 7}', "empty", "there is nothing in the update"),
        (b'{"update_id": 7, "": {}}', "empty", "there is nothing in the update"),
        (b'{"update_id": 7, "inline_query": {}}', "inline_query", "updates of the kind 'inline_query' are not handled"),
        (b'{"callback_query": null}', "callback_query", "no button '' is known here"),
    ],
)
def test_what_cannot_be_placed_is_parked_and_answered_200(body: bytes, event: str, reason: str) -> None:
    [found] = accepted(body)
    assert (found.pipeline, found.event, found.reason) == ("parked", event, reason)
    assert found.answer == QUIET


def test_a_delivery_is_named_by_its_update() -> None:
    [found] = accepted(body_of("message", put("update_id", value=10_000)))
    assert found.delivery == "10000"
    nameless = [accepted(body_of("message", put("update_id", value=odd)))[0].delivery for odd in (None, "x")]
    assert len({*nameless, "10000"}) == 3


def test_a_field_beside_the_one_we_know_does_no_harm() -> None:
    body = json.loads(body_of("message"))
    first = json.dumps({"update_id": 1, "trace": {"id": 1}, "message": body["message"]}).encode()
    assert accepted(first)[0].event == "message"


def test_taking_a_deep_update_apart_never_fails() -> None:
    for depth in (*range(50, 800, 50), *range(800, 1010)):  # Reading ends a little further in than writing.
        deep = "[" * depth + "]" * depth
        body = f'{{"message_reaction": {{"x": {deep}, "old_reaction": [], "new_reaction": [{{"type": "paid"}}]}}}}'
        assert accepted(body.encode())


# What is said


def test_a_message_shows_the_address_behind_its_words() -> None:
    assert event(FeedbackReceived, "message") == FeedbackReceived(
        community="club",
        source="place",
        platform="telegram",
        content="message:-1001700000042:501",
        kind="message",
        text=f"{SAID} (https://play.example.com/log/7)",
        original=SAID,
        url="https://t.me/winter_club/501",
        author=NADIA,
        said_at=at("09:29:01"),
        as_given={"said_at": "1795339741"},
    )


@pytest.mark.parametrize(
    ("text", "offset", "length", "told"),
    [
        ("😀😀 here", 5, 4, "😀😀 here (http://x.example)"),
        ("here", 0, 4, "here (http://x.example)"),
        ("http://x.example", 0, 16, "http://x.example"),
        ("here", 2, 9, "here"),
        ("here", -1, 2, "here"),
        ("here", "0", 4, "here"),
        ("here", 0, 10**30, "here"),
    ],
)
def test_offsets_count_as_telegram_counts(text: str, offset: Any, length: Any, told: str) -> None:
    entity = {"type": "text_link", "offset": offset, "length": length, "url": "http://x.example"}
    change = both(put("message", "text", value=text), put("message", "entities", value=[entity]))
    assert event(FeedbackReceived, "message", change).text == told


def test_an_address_that_cuts_a_sign_in_two_loses_nothing() -> None:
    entity = {"type": "text_link", "offset": 1, "length": 1, "url": "http://x.example"}
    change = both(put("message", "text", value="😀"), put("message", "entities", value=[entity, entity, None]))
    assert "http://x.example" in event(FeedbackReceived, "message", change).text


def test_a_reply_knows_what_it_answers() -> None:
    found = event(FeedbackReceived, "message_reply")
    assert (found.kind, found.about, found.author) == ("reply", "message:-1001700000042:501", RAVI)


@pytest.mark.parametrize(
    "opening",
    [
        {"message_id": 30, "forum_topic_created": {"name": "Ideas", "icon_color": 1}},
        {"message_id": 30, "text": "The first message of the topic"},
    ],
)
def test_talk_in_a_topic_is_no_reply_to_whoever_opened_it(opening: dict[str, Any]) -> None:
    topic = {"is_topic_message": True, "message_thread_id": 30, "reply_to_message": opening}
    found = event(FeedbackReceived, "message", lambda body: body["message"].update(topic))
    assert (found.kind, found.about) == ("message", "")


@pytest.mark.parametrize(
    ("media", "told"),
    [
        ({"photo": [{"file_id": "p"}]}, "[photo]"),
        ({"animation": {"file_name": "a.mp4"}, "document": {"file_name": "a.mp4"}}, "[animation: a.mp4]"),
        ({"document": {"file_name": "log.txt"}}, "[document: log.txt]"),
        ({"audio": {"performer": "Nadia", "title": "Winter"}}, "[audio: Nadia, Winter]"),
        ({"voice": {"duration": 3}}, "[voice message]"),
        ({"video_note": {"duration": 3}}, "[video message]"),
        ({"sticker": {"emoji": "😀", "set_name": "s"}}, "[sticker: 😀]"),
        ({"dice": {"emoji": "🎲", "value": 2}}, "[dice: 🎲, 2]"),
        ({"poll": {"question": "Best?", "options": [{"text": "A"}, {"text": "B"}]}}, "[poll: Best?, A, B]"),
        (
            {"poll": {"question": "Best?", "description": "Of all", "options": [{"text": "A"}], "explanation": "So"}},
            "[poll: Best?, Of all, A, So]",
        ),
        (
            {"game": {"title": "Lumber", "description": "Chop", "text": "Best: Ravi", "photo": []}},
            "[game: Lumber, Chop, Best: Ravi]",
        ),
        ({"checklist": {"title": "Todo", "tasks": [{"id": 1, "text": "Buy"}]}}, "[checklist: Todo, Buy]"),
        ({"venue": {"title": "Café", "address": "Street 1"}, "location": {"latitude": 1.5}}, "[venue: Café]"),
        ({"location": {"latitude": 52.52, "longitude": 13.4}}, "[location]"),
        ({"contact": {"phone_number": "+49", "first_name": "Ilse"}}, "[contact]"),
        ({"story": {"id": 1}}, "[story]"),
        ({"video": "odd"}, "[video]"),
    ],
)
def test_a_message_without_a_text_says_what_it_is_and_nothing_private(media: dict[str, Any], told: str) -> None:
    change = both(without("message", "text"), without("message", "entities"))
    found = event(FeedbackReceived, "message", both(change, lambda body: body["message"].update(media)))
    assert found.text == told


def test_a_poll_is_told_whole() -> None:
    told = "[poll: Which map first?, Glacier, Harbour, Glacier was announced in May.]"
    assert event(FeedbackReceived, "message_poll").text == told


def test_talk_in_a_topic_is_under_its_name() -> None:
    found = event(FeedbackReceived, "message_topic")
    assert (found.title, found.text, found.kind, found.about) == ("Ideas", "Let us paint the lobby.", "message", "")
    assert event(FeedbackReceived, "message_reply").title == ""


def test_a_caption_stands_above_its_picture() -> None:
    found = event(FeedbackReceived, "message_photo")
    assert (found.text, found.original) == ("Look at this lobby\n[photo]", "Look at this lobby")


def test_words_passed_on_are_marked_as_somebody_else_s() -> None:
    origin = {"type": "hidden_user", "sender_user_name": "Somebody", "date": 1}
    found = event(FeedbackReceived, "message_reply", put("message", "forward_origin", value=origin))
    assert (found.text, found.author) == ("Same here.\n[forwarded]", RAVI)


def test_an_administrator_behind_the_group_speaks_in_its_name() -> None:
    assert event(FeedbackReceived, "message_anonymous").author == Person(id="-1001700000042", name="Winter Club")


def test_a_post_in_a_channel() -> None:
    found = event(FeedbackReceived, "channel_post")
    assert (found.content, found.kind) == ("message:-1001700000077:61", "post")
    assert (found.author, found.url) == (
        Person(id="-1001700000077", name="Winter News"),
        "https://t.me/winter_news/61",
    )


def test_a_post_of_old_that_names_nobody_is_the_channel_s() -> None:
    found = event(FeedbackReceived, "channel_post_old")
    assert found.author == Person(id="-1001700000077", name="Winter News")


def test_a_post_that_telegram_passes_on_to_its_group_is_said_once() -> None:
    assert "passed on" in ignored("channel_post_passed_on")


def test_the_official_examples_leave_things_out() -> None:
    sender = {"id": 1111111, "type": "private", "first_name": "Test", "last_name": "User", "username": "t"}
    found = event(FeedbackReceived, "message", put("message", "from", value=sender))
    assert found.author == Person(id="1111111", name="Test User")


@pytest.mark.parametrize(
    ("sender", "name"),
    [({"id": 5, "username": "u"}, "u"), ({"id": 5}, ""), ({"id": 5, "first_name": None, "last_name": "L"}, "L")],
)
def test_a_name_is_whatever_is_shown(sender: dict[str, Any], name: str) -> None:
    assert event(FeedbackReceived, "message", put("message", "from", value=sender)).author == Person(id="5", name=name)


def test_a_message_of_nobody_has_no_author() -> None:
    assert event(FeedbackReceived, "message", without("message", "from")).author is None


@pytest.mark.parametrize(
    ("chat", "url"),
    [
        ({"id": -1001700000042, "type": "supergroup"}, "https://t.me/c/1700000042/501"),
        ({"id": -1001700000042, "type": "supergroup", "username": "a/b?c"}, "https://t.me/c/1700000042/501"),
        ({"id": -700042, "type": "group"}, ""),
        ({"id": -700042, "type": None, "username": "winter"}, ""),
    ],
)
def test_a_link_leads_where_one_can_lead(chat: dict[str, Any], url: str) -> None:
    assert event(FeedbackReceived, "message", put("message", "chat", value=chat)).url == url


def test_bots_and_we_ourselves_are_not_the_community() -> None:
    assert ignored("message_bot") == "written by a bot"
    assert ignored("message", put("message", "from", "id", value=7000000001)) == "our own message"
    assert event(FeedbackReceived, "message_bot", put("message", "from", "is_bot", value=None))


def test_private_talk_is_left_alone() -> None:
    assert ignored("message_private") == "a private message"
    assert ignored("start") == "a private message"
    assert ignored("message", put("message", "chat", "is_direct_messages", value=True)) == "a private message"
    private = {"id": 7000000102, "type": "private"}
    assert ignored("message_edited", put("edited_message", "chat", value=private)) == "a private message"
    assert ignored("reaction_added", put("message_reaction", "chat", value=private)) == "a private message"


@pytest.mark.parametrize("name", ["-1001700000042", "winter_club", "@winter_club"])
def test_only_the_chats_of_the_program_are_listened_to(name: str) -> None:
    place = PLACE.model_copy(update={"feedback": (name,)})
    assert event(FeedbackReceived, "message", bool, place)
    assert ignored("channel_post", bool, place) == "not one of the chats in which talk is feedback"
    assert event(FeedbackReceived, "feedback", bool, place)
    elsewhere = PLACE.model_copy(update={"feedback": ("@elsewhere",)})
    for sample in ("message", "message_edited", "reaction_added"):
        assert ignored(sample, bool, elsewhere) == "not one of the chats in which talk is feedback"


@pytest.mark.parametrize(
    "field",
    [
        "pinned_message",
        "left_chat_member",
        "new_chat_title",
        "video_chat_ended",
        "forum_topic_closed",
        "gift",
        "boost_added",
    ],
)
def test_what_happened_in_a_chat_is_nobody_s_word(field: str) -> None:
    change = both(without("message", "text"), put("message", field, value={"message_id": 1, "text": "inside"}))
    assert ignored("message", change) == f"Telegram's own words: {field}"


def test_a_group_that_moved_says_where_to() -> None:
    assert "-1001700000042" in ignored("message_moved")


def test_a_message_of_a_new_kind_is_parked_and_not_lost() -> None:
    assert why("message_unknown", bool) == "a message without any words, and of no kind that is known here"


def test_commands_for_others_are_not_talk() -> None:
    marked = put("message", "entities", value=[{"type": "bot_command", "offset": 0, "length": 18}])
    command = both(put("message", "text", value="/weather@other_bot Oslo"), marked)
    assert ignored("message", command) == "a command, /weather"
    assert event(FeedbackReceived, "message", put("message", "text", value="/r/winter is nice")).kind == "message"
    assert event(FeedbackReceived, "message", put("message", "text", value="try /feedback now")).kind == "message"


@pytest.mark.parametrize("marks", [None, [], [{"type": "bold", "offset": 0, "length": 4}]])
def test_a_stroke_alone_makes_no_command(marks: Any) -> None:
    words = both(put("message", "text", value="/etc is full on the server"), put("message", "entities", value=marks))
    found = event(FeedbackReceived, "message", words)
    assert (found.kind, found.text) == ("message", "/etc is full on the server")


def test_a_command_that_is_quoted_as_code_is_talk_about_it() -> None:
    code = put("message", "entities", value=[{"type": "code", "offset": 0, "length": 12}])
    for text in ("/report spam", "/feedback it"):
        found = event(FeedbackReceived, "message", both(put("message", "text", value=text), code))
        assert (found.kind, found.text) == ("message", text)


# What becomes of it


def test_an_edit_is_found_where_the_message_was_put() -> None:
    first, later = event(FeedbackReceived, "message"), event(FeedbackChanged, "message_edited")
    assert (first.content, first.said_at, first.kind) == (later.content, later.said_at, later.kind)
    assert (later.change, later.text, later.author) == ("edited", "🎮 Sync fails every third match", NADIA)
    assert (later.changed_at, later.revision) == (at("09:29:55"), "1795339795")


def test_an_edited_post_of_a_channel() -> None:
    first, later = event(FeedbackReceived, "channel_post"), event(FeedbackChanged, "channel_post_edited")
    assert (first.content, first.said_at, first.kind) == (later.content, later.said_at, later.kind)


def test_what_only_telegram_changed_is_no_edit() -> None:
    assert "not by its author" in ignored("message_edited", without("edited_message", "edit_date"))


def test_somebody_who_shares_where_they_are_edits_nothing() -> None:
    told = "somebody who shares where they are moved on, or ended it"
    assert ignored("location_moved") == told
    assert ignored("location_moved", without("edited_message", "location", "live_period")) == told


# Feedback by command


def test_feedback_by_command_counts_even_in_private() -> None:
    found = event(FeedbackReceived, "feedback")
    assert (found.kind, found.content) == ("feedback", "message:7000000101:511")
    assert (found.text, found.original) == (
        "Please let us mute a whole guild.",
        "/feedback Please let us mute a whole guild.",
    )
    assert (found.author, found.url) == (NADIA, "")


@pytest.mark.parametrize("text", ["/feedback@winter_club_bot a b", "/Feedback   a b", "/feedback\na b"])
def test_a_command_may_name_its_bot_and_be_written_anyhow(text: str) -> None:
    change = both(put("message", "text", value=text), without("message", "entities"))
    assert event(FeedbackReceived, "feedback", change).text == "a b"


def test_a_command_may_stand_below_a_picture() -> None:
    found = event(FeedbackReceived, "message_photo", put("message", "caption", value="/feedback This lobby"))
    assert (found.kind, found.text) == ("feedback", "This lobby\n[photo]")


def test_an_edited_command_changes_what_it_said() -> None:
    command = put("edited_message", "text", value="/feedback and bigger maps")
    found = event(FeedbackChanged, "message_edited", command)
    assert (found.kind, found.text) == ("feedback", "and bigger maps")


def test_a_command_without_words_says_nothing() -> None:
    assert ignored("feedback_empty") == "a /feedback without words"


# Reactions


def test_a_reaction() -> None:
    assert event(FeedbackReceived, "reaction_added") == FeedbackReceived(
        community="club",
        source="place",
        platform="telegram",
        content="reaction:-1001700000042:501:7000000102:👍",
        kind="reaction",
        text="👍",
        url="https://t.me/winter_club/501",
        about="message:-1001700000042:501",
        author=RAVI,
        said_at=at("09:29:20"),
        as_given={"said_at": "1795339760"},
        remembered=True,
    )


def test_an_exchanged_reaction_is_one_that_came_and_one_that_went() -> None:
    body = body_of("reaction_changed")
    came, went = events(body)
    assert isinstance(came, FeedbackReceived)
    assert isinstance(went, FeedbackChanged)
    assert came.content == "reaction:-1001700000042:501:7000000102:5368324170671202286"
    assert came.text == "[custom emoji 5368324170671202286]"
    assert (went.content, went.change) == (event(FeedbackReceived, "reaction_added").content, "removed")
    assert (went.said_at, went.changed_at) == (None, at("09:29:21"))
    number = json.loads(body)["update_id"]
    assert [one.delivery for one in accepted(body)] == [f"{number}:+5368324170671202286", f"{number}:-👍"]


def test_a_reaction_that_was_there_before_is_not_counted_again() -> None:
    assert ignored("reaction_same") == "no reaction came or went"


@pytest.mark.parametrize(
    ("reaction", "text"),
    [({"type": "paid"}, "[paid]"), ({"type": "hologram"}, "[hologram]"), ({}, "[unknown]")],
)
def test_a_reaction_of_another_kind_is_named(reaction: dict[str, Any], text: str) -> None:
    found = event(FeedbackReceived, "reaction_added", put("message_reaction", "new_reaction", value=[reaction]))
    assert found.text == text


def test_a_reaction_in_a_chat_s_name() -> None:
    chat = {"id": -1001700000042, "title": "Winter Club", "type": "supergroup"}
    change = both(without("message_reaction", "user"), put("message_reaction", "actor_chat", value=chat))
    found = event(FeedbackReceived, "reaction_added", change)
    assert found.author == Person(id="-1001700000042", name="Winter Club")
    assert found.content == "reaction:-1001700000042:501:-1001700000042:👍"


def test_a_bot_s_reaction_says_nothing() -> None:
    assert ignored("reaction_added", put("message_reaction", "user", "is_bot", value=True)) == "written by a bot"


def test_several_reactions_that_nobody_took_apart_are_parked() -> None:
    whole = replace(envelopes(body_of("reaction_changed"))[0], body=body_of("reaction_changed"))
    with pytest.raises(Unplaceable, match="several reactions"):
        normalise(whole, PLACE)


def test_a_reaction_of_nobody_is_parked() -> None:
    assert "actor_chat" in why("reaction_added", without("message_reaction", "user"))


# Reports


def test_a_report() -> None:
    assert event(FlagRaised, "report") == FlagRaised(
        community="club",
        source="place",
        platform="telegram",
        flag="report:-1001700000042:498:7000000102",
        subject=Subject(
            source="place",
            kind="message",
            id="-1001700000042:498",
            url="https://t.me/winter_club/498",
            revision="1795339711",
        ),
        text="Cheap gold: here (http://gold.example.net/)",
        original="Cheap gold: here",
        reason="spam",
        code="spam",
        comment="He posts it everywhere.",
        author=Person(id="7000000103", name="xXGrimXx"),
        reporter=RAVI,
        content_at=at("09:28:01"),
        raised_at=at("09:30:00"),
        as_given={"content_at": "1795339681", "raised_at": "1795339800"},
    )


@pytest.mark.parametrize(
    ("text", "reason", "code", "comment"),
    [
        ("/report", "", "unknown", ""),
        ("/report He is rude", "", "unknown", "He is rude"),
        ("/report SPAM", "spam", "spam", ""),
        ("/report spam, every day", "spam", "spam", "every day"),
        ("/report off-topic\nand long", "off_topic", "off_topic", "and long"),
        ("/report unknown", "", "unknown", "unknown"),
        ("/report other: see above", "other", "other", "see above"),
    ],
)
def test_a_reason_may_come_first(text: str, reason: str, code: str, comment: str) -> None:
    found = event(FlagRaised, "report", put("message", "text", value=text))
    assert (found.reason, found.code, found.comment) == (reason, code, comment)


@pytest.mark.parametrize("code", CHOICES)
def test_every_reason_of_our_forms_is_understood(code: str) -> None:
    assert event(FlagRaised, "report", put("message", "text", value=f"/report {code} x")).code == code


def test_a_picture_a_bot_or_a_channel_may_be_reported() -> None:
    bot = {"id": 9, "is_bot": True, "first_name": "Ads"}
    meant = {"message_id": 9, "from": bot, "date": 1795339000, "sticker": {"emoji": "🤑"}}
    found = event(FlagRaised, "report", put("message", "reply_to_message", value=meant))
    assert (found.text, found.author) == ("[sticker: 🤑]", Person(id="9", name="Ads", bot=True))
    hidden = {"message_id": 9, "sender_chat": {"id": -100555, "title": "Ads"}, "from": bot, "text": "Buy"}
    found = event(FlagRaised, "report", put("message", "reply_to_message", value=hidden))
    assert (found.author, found.content_at) == (Person(id="-100555", name="Ads"), None)


def test_a_report_that_answers_nothing_cannot_be_about_anything() -> None:
    told = "a /report that answers no message: nobody can tell which one is meant"
    assert ignored("report_of_nothing") == told
    topic = {"is_topic_message": True, "message_thread_id": 498}
    assert ignored("report", lambda body: body["message"].update(topic)) == told


def test_reports_by_bots_in_private_or_by_edit_have_no_effect() -> None:
    assert ignored("report", put("message", "from", "is_bot", value=True)) == "written by a bot"
    assert ignored("report", put("message", "chat", value={"id": 7, "type": "private"})) == "a private message"
    assert ignored("message_edited", put("edited_message", "text", value="/report spam")) == "a command, /report"


def test_a_report_counts_in_every_group() -> None:
    assert event(FlagRaised, "report", bool, PLACE.model_copy(update={"feedback": ("@elsewhere",)}))


# Cards, and the bot itself


def test_a_button_of_a_card() -> None:
    assert event(CardUsed, "card_button") == CardUsed(
        community="club",
        source="place",
        platform="telegram",
        card="-1001700000099:12",
        case="01hx7",
        action="remove",
        by=RAVI,
        used_at=at("09:30:01"),
        as_given={"used_at": "2026-11-22T09:30:01.000Z"},
    )


def test_a_card_without_its_message_is_known_by_its_other_number() -> None:
    inline = both(without("callback_query", "message"), put("callback_query", "inline_message_id", value="i1"))
    assert event(CardUsed, "card_button", inline).card == "i1"
    assert "card" in why("card_button", without("callback_query", "message"))


@pytest.mark.parametrize("data", ["case", "case:7", "case:7:", "case::x", "", None, 7])
def test_a_button_that_is_none_of_a_card_is_parked(data: Any) -> None:
    assert accepted(body_of("card_button", put("callback_query", "data", value=data)))[0].pipeline == "parked"


def test_what_an_envelope_is_called_is_not_believed() -> None:
    for name in ("card.button", "hologram"):
        with pytest.raises(Unplaceable):
            normalise(replace(envelopes(body_of("other_button"))[0], event=name), PLACE)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("kicked", "the bot was put out of the chat and may not come back"),
        ("left", "the bot is no longer in the chat: it left, or was removed"),
    ],
)
def test_the_bot_is_out(status: str, reason: str) -> None:
    found = event(SubscriptionLost, "bot_removed", put("my_chat_member", "new_chat_member", "status", value=status))
    assert (found.subscription, found.topic) == ("chat:-1001700000042", "Winter Club")
    assert (found.reason, found.lost_at) == (reason, at("09:29:01"))


def test_the_bot_may_be_restricted_and_out_or_in() -> None:
    for inside, kind in ((False, SubscriptionLost), (True, Ignored)):
        member = {"status": "restricted", "is_member": inside}
        event(kind, "bot_removed", put("my_chat_member", "new_chat_member", value=member))


def test_a_person_who_wants_no_more_messages_is_no_loss() -> None:
    assert "person" in ignored("bot_blocked")
    assert ignored("bot_added") == "the bot is there, as member"


# Whatever stands in it


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("message", without("message", "chat"), "the body has no 'chat' object"),
        ("message", put("message", "message_id", value=None), "there is no usable 'message_id' in it"),
        ("message", without("message", "date"), "said_at"),
        ("message", put("message", "from", "id", value=[]), "author"),
        ("report", without("message", "from"), "there is no usable 'id' in it"),
        ("bot_removed", without("my_chat_member", "date"), "lost_at"),
    ],
)
def test_a_gap_that_matters_is_parked_with_its_name(name: str, change: Change, reason: str) -> None:
    assert reason in why(name, change)


@pytest.mark.parametrize("text", ["<b>x</b>", "{{7*7}}", "@everyone", "\u202eabc", "a\x00b", "\ud83d"])
def test_hostile_text_is_text(text: str) -> None:
    change = both(put("message", "text", value=text), without("message", "entities"))
    assert event(FeedbackReceived, "message", change).text == storable(text)


def spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    within = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in within:
        yield (*path, name)
        yield from spots(one, (*path, name))


def strings(value: Any) -> Iterator[str]:
    within = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in within:
        yield from strings(one)
    if isinstance(value, str | int):
        yield str(storable(str(value)))


DROPPED = object()
odd = st.one_of(
    st.just(DROPPED),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=20),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(("id", "text", "type", "url")), st.none() | st.integers() | st.text(), max_size=2),
)


@given(st.data())
def test_whatever_stands_in_a_field_the_event_is_true_to_the_body_ignored_or_parked(data: st.DataObject) -> None:
    kept: list[Any] = []

    def spoil(body: Any) -> None:
        for _ in range(data.draw(st.integers(1, 3))):
            *way, last = data.draw(st.sampled_from(list(spots(body)) or [("update_id",)]))
            inner = body
            for step in way:
                inner = inner[step]
            value = data.draw(odd)
            if value is not DROPPED:
                inner[last] = value
            elif last in inner or isinstance(inner, list):
                inner.pop(last)
        kept.append(body)

    raw = body_of(data.draw(st.sampled_from(EFFECTIVE)), spoil)
    sent = set(strings(kept[0]))
    for envelope in envelopes(raw):
        try:
            found = normalise(envelope, PLACE)
        except Unplaceable:
            continue
        if isinstance(found, Ignored):
            continue
        found.model_dump_json().encode("utf-8")
        author = getattr(found, "author", None)
        assert author is None or author.id in sent
        if "text_link" not in raw.decode():
            for line in getattr(found, "text", "").split("\n"):
                assert line.startswith("[") or line.strip() in "\n".join(sent)


# The connection

TOKEN = "7000000001:AAE-invented_token_0123456789abcdef"
URL = "https://l.example/hooks/place"
ME = {"id": 7000000001, "is_bot": True, "username": "winter_club_bot", "can_read_all_group_messages": True}
INFO = {"url": URL, "pending_update_count": 0, "allowed_updates": list(connection.WANTED)}


def told(result: Any) -> Any:
    return reply(200, json.dumps({"ok": True, "result": result}).encode())


def checked(*answers: Any, place: Source = PLACE, repair: bool = False) -> tuple[Report, Fake]:
    fake = Fake(list(answers))
    found = connection.check(place, URL, Keys(SECRETS[0], TOKEN), fake.hands(NOW), repair=repair)
    assert all(TOKEN not in finding.told and TOKEN[-20:] not in finding.told for finding in found.findings)
    return found, fake


def finding(report: Report, what: str) -> Finding:
    [found] = [one for one in report.findings if one.what == what]
    return found


def test_a_good_connection() -> None:
    found, fake = checked(told(ME), told(INFO))
    assert found.state == "good"
    assert [asked.url.rpartition("/")[2] for asked in fake.asked] == ["getMe", "getWebhookInfo"]
    assert finding(found, "token").told == "good for @winter_club_bot"


def test_a_repair_sets_the_webhook_whole_however_often() -> None:
    for _ in range(2):
        found, fake = checked(told(ME), told(True), told(INFO), repair=True)
        assert found.state == "good"
        assert fake.asked[1].url == f"https://api.telegram.org/bot{TOKEN}/setWebhook"
        said = fake.asked[1].said
        assert (said["url"], said["secret_token"]) == (URL, SECRETS[0])
        assert "message_reaction" in said["allowed_updates"]
        assert "drop_pending_updates" not in said


def test_what_is_asked_for_is_what_is_handled() -> None:
    for kind in connection.WANTED:
        body = json.dumps({"update_id": 1, kind: {"data": "case:1:x"}}).encode()
        assert accepted(body)[0].pipeline != "parked"


def test_a_webhook_that_leads_elsewhere_or_nowhere() -> None:
    found, _ = checked(told(ME), told({**INFO, "url": ""}))
    assert finding(found, "address").told.startswith(f"it calls nobody and not {URL}")
    found, _ = checked(told(ME), told({**INFO, "url": f"https://old.example/{TOKEN}"}))
    assert finding(found, "address").state == "wrong"


@pytest.mark.parametrize("allowed", [None, [], ["message"]])
def test_reactions_have_to_be_asked_for(allowed: Any) -> None:
    found, _ = checked(told(ME), told({**INFO, "allowed_updates": allowed}))
    assert finding(found, "updates").state == "wrong"
    assert "message_reaction" in finding(found, "updates").told


@pytest.mark.parametrize(
    ("waiting", "ago", "state"), [(0, 60, "good"), (3, 60, "wrong"), (3, 90_000, "good"), (3, None, "good")]
)
def test_deliveries_that_fail_are_told(waiting: int, ago: int | None, state: str) -> None:
    error = {} if ago is None else {"last_error_date": NOW - ago, "last_error_message": "401 Unauthorized"}
    found, _ = checked(told(ME), told({**INFO, "pending_update_count": waiting, **error}))
    assert finding(found, "deliveries").state == state
    assert ("401 Unauthorized" in finding(found, "deliveries").told) == (state == "wrong")


def test_privacy_and_account_are_named() -> None:
    place = PLACE.model_copy(update={"account": ""})
    found, _ = checked(told({**ME, "can_read_all_group_messages": False}), told(INFO), place=place)
    assert finding(found, "privacy").state == "good"  # It may be meant: said, and nobody is asked about it each day.
    assert finding(found, "account").told == 'put `account = "7000000001"` into the source'


@pytest.mark.parametrize(("status", "state"), [(401, "wrong"), (404, "wrong"), (502, "unknown"), (429, "unknown")])
def test_a_token_that_telegram_does_not_take(status: int, state: str) -> None:
    said = json.dumps({"ok": False, "description": f"Unauthorized {TOKEN}"}).encode()
    found, fake = checked(reply(status, said), repair=True)
    assert [(one.what, one.state) for one in found.findings] == [("token", state)]
    assert len(fake.asked) == 1


def test_a_webhook_that_cannot_be_set_says_why() -> None:
    refused = reply(400, b'{"ok": false, "description": "Bad Request: bad webhook: HTTPS url must be provided"}')
    found, _ = checked(told(ME), refused, told({**INFO, "url": ""}), repair=True)
    webhook = finding(found, "webhook")
    assert webhook.state == "wrong"
    assert webhook.told == "setWebhook: Bad Request: bad webhook: HTTPS url must be provided"


@pytest.mark.parametrize("token", ["", "no token", "123:short", "../getMe:AAAAAAAAAAAAAAAAAAAAAAAAAAAAA"])
def test_nobody_is_asked_with_what_is_no_token(token: str) -> None:
    fake = Fake()
    found = connection.check(PLACE, URL, Keys("s", token), fake.hands(NOW), repair=True)
    assert (finding(found, "token").state, fake.asked) == ("wrong", [])


@pytest.mark.parametrize("secret", ["", "two words", "whsec_a+b/c=="])
def test_no_webhook_is_set_with_a_secret_telegram_would_refuse(secret: str) -> None:
    fake = Fake([told(ME), told(INFO)])
    found = connection.check(PLACE, URL, Keys(secret, TOKEN), fake.hands(NOW), repair=True)
    assert finding(found, "secret").state == "wrong"
    assert not any(asked.url.endswith("setWebhook") for asked in fake.asked)


def test_silence_and_nonsense_are_unknown() -> None:
    def nobody(*_: Any, **__: Any) -> Any:
        raise NotSentError(f"no way to /bot{TOKEN}/getMe")

    lost = replace(Fake().hands(NOW), http=nobody)
    found = connection.check(PLACE, URL, Keys("s", TOKEN), lost, repair=False)
    assert [(one.what, one.state) for one in found.findings] == [("token", "unknown")]
    assert TOKEN not in found.findings[0].told
    assert finding(checked(reply(200, b"<html>"))[0], "token").state == "unknown"


def test_a_webhook_that_is_not_told_is_unknown_and_the_rest_is_told() -> None:
    found, _ = checked(told(ME), reply(500))
    assert [(one.what, one.state) for one in found.findings][-1] == ("webhook", "unknown")
    assert finding(found, "account").state == "good"


def test_a_bot_api_server_of_one_s_own() -> None:
    place = PLACE.model_copy(update={"api": "http://bots.internal:8081/", "private_network": True})
    _, fake = checked(told(ME), told(INFO), place=place)
    assert fake.asked[0].url == f"http://bots.internal:8081/bot{TOKEN}/getMe"
    assert fake.asked[0].private


def test_the_steps_name_what_is_needed() -> None:
    steps = "\n".join(connection.steps(PLACE, URL))
    for needed in (URL, "/newbot", "/setprivacy", "administrator", "liaison secret put place --outgoing", "report - "):
        assert needed in steps
