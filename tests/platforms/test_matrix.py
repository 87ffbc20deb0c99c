"""Matrix: transactions of a homeserver, what is said and reported in its rooms, and what it has to be told of us."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.feedback import FeedbackChanged, FeedbackReceived
from events.moderation import FlagRaised, Subject
from events.people import Person
from functions.platforms.door import Accepted, Answer, Request, classified, refused
from functions.platforms.matrix import connection, gate
from functions.platforms.outgoing import NotSentError, Reply
from functions.platforms.standing import Keys
from tests.platforms.deliveries import sample
from tests.platforms.hands import Fake, reply
from tests.platforms.kits.matrix import OUTCOMES, PLACE, SECRETS, signed
from tests.platforms.mutations import broken, examined, told_by

KEYS = Keys(signing=SECRETS[0], token="the as_token")
ROOM = "!lobby0001:example.com"
NADIA = Person(id="@nadia:example.com", name="nadia")
JUN = Person(id="@jun:elsewhere.example.net", name="jun")
Event = TypeVar("Event")


def at(minute: int, ms: int = 0) -> datetime:
    return datetime(2026, 11, 21, 9, minute, 0, ms * 1000, tzinfo=UTC)


def only(kind: type[Event], body: dict[str, Any], **more: Any) -> Event:
    found = examined("matrix", body, **more)
    [event] = found.events or (found.reason,)
    assert isinstance(event, kind), event
    return event


def why(body: dict[str, Any], **more: Any) -> str:
    found = examined("matrix", body, **more)
    assert not found.events
    assert found.status == 200
    return found.reason


def changed(name: str, **more: Any) -> dict[str, Any]:
    """A sample of one event, with other fields."""
    [event] = sample("matrix", name)["events"]
    return {"events": [{**event, **more}]}


def saying(**content: Any) -> dict[str, Any]:
    return changed("message.plain", content=content)


def verdict(body: object, method: str = "PUT", path: str = "_matrix/app/v1/transactions/35") -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return classified("matrix", Request(method, {}, raw, path=path))


# The door


def test_the_homeserver_s_token_opens_the_door_and_nothing_else_does() -> None:
    body = b'{"events": []}'
    assert gate.verify(signed(SECRETS[0], body), SECRETS[:1], 0)
    for header in (
        SECRETS[0],
        f"bearer {SECRETS[0]}",
        f"Bearer  {SECRETS[0]}",
        f"Basic {SECRETS[0]}",
        "Bearer ",
        "Bearer",
    ):
        assert not gate.verify(Request("PUT", {"authorization": header}, body), ["", *SECRETS], 0)
    in_the_address = Request("PUT", {}, body, {"access_token": SECRETS[0]})
    assert not gate.verify(in_the_address, SECRETS, 0)


def test_a_stranger_is_refused_as_the_specification_has_it() -> None:
    answer = refused("matrix")
    assert (answer.status, json.loads(answer.body)["errcode"]) == (403, "M_FORBIDDEN")


@pytest.mark.parametrize(
    ("method", "path", "status", "errcode"),
    [
        ("POST", "_matrix/app/v1/ping", 200, None),
        ("POST", "/_matrix/app/v1/ping/", 200, None),
        ("POST", "_matrix/app/unstable/fi.mau.msc2659/ping", 200, None),
        ("GET", "_matrix/app/v1/users/%40nadia%3Aexample.com", 404, "M_NOT_FOUND"),
        ("GET", "_matrix/app/v1/rooms/%23lobby%3Aexample.com", 404, "M_NOT_FOUND"),
        ("GET", "users/@nadia:example.com", 404, "M_NOT_FOUND"),
        ("GET", "_matrix/app/v1/thirdparty/protocol/irc", 404, "M_NOT_FOUND"),
        ("GET", "", 404, "M_NOT_FOUND"),
    ],
)
def test_what_a_homeserver_asks_beside_is_answered_at_once(
    method: str, path: str, status: int, errcode: str | None
) -> None:
    found = verdict(b'{"transaction_id": "1"}', method, path)
    assert isinstance(found, Answer)
    assert (found.status, json.loads(found.body).get("errcode")) == (status, errcode)


@pytest.mark.parametrize("path", ["_matrix/app/v1/transactions/35", "/transactions/35", "transactions/a%2Fb", ""])
def test_a_transaction_is_taken_at_the_new_path_and_at_the_old_one(path: str) -> None:
    found = verdict(sample("matrix", "transaction"), "PUT", path)
    assert [piece.event for piece in found] == ["m.room.message", "m.room.message", "m.reaction"]
    assert {piece.answer for piece in found} == {Answer(200, "{}")}
    assert len({piece.delivery for piece in found}) == 3


def test_a_transaction_with_nothing_for_us_is_taken_and_forgotten() -> None:
    assert verdict(sample("matrix", "nothing")) == Answer(200, "{}")
    assert verdict({"events": []}) == Answer(200, "{}")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"{}", b'{"events": {}}', b'{"events": "none"}', b"\xff"])
def test_a_body_that_is_no_transaction_is_taken_and_parked(body: bytes) -> None:
    [found] = verdict(body)
    assert (found.pipeline, found.answer) == ("parked", Answer(200, "{}"))
    assert "no transaction" in found.reason


def test_a_path_nobody_knows_is_taken_and_parked() -> None:
    [found] = verdict({"events": []}, "PUT", "_matrix/app/v2/letters/35")
    assert (found.pipeline, found.answer) == ("parked", Answer(200, "{}"))
    assert "letters" in found.reason


def test_what_is_no_event_among_others_is_parked_and_harms_none() -> None:
    [event] = sample("matrix", "message")["events"]
    good, rest = verdict({"events": [None, event, 7]})
    assert (good.pipeline, rest.pipeline) == ("feedback", "parked")
    assert rest.body == b"[null, 7]"


def test_an_event_that_comes_again_is_the_same_to_the_last_byte() -> None:
    # A homeserver writes anew how old an event is, whenever it sends it.
    [event] = sample("matrix", "message")["events"]
    [first] = verdict({"events": [event]})
    later = {**event, "age": 99_999, "unsigned": {"age": 99_999, "transaction_id": "m1", "m.relations": {}}}
    [again] = verdict({"events": [{name: later[name] for name in reversed(later)}]}, path="transactions/36")
    assert first == again
    [redacted] = verdict({"events": [{**event, "content": {}}]})
    assert redacted.delivery != first.delivery


def test_a_state_event_of_any_type_is_no_message() -> None:
    assert verdict(changed("message", state_key="")) == Answer(200, "{}")


def test_only_a_report_goes_to_the_moderators() -> None:
    def pipeline(**content: Any) -> str:
        [found] = verdict(saying(msgtype="m.text", **content))
        assert isinstance(found, Accepted)
        return found.pipeline

    for body in ("!report", "!report spam", "!REPORT\nspam", "  !report spam", "> <@a:b> c\n\n!report spam"):
        related = {"m.relates_to": {"m.in_reply_to": {"event_id": "$x"}}}
        assert pipeline(body=body, **related) == "moderation"
    for body in ("report spam", "please !report it", "!reports", "", "> !report"):
        assert pipeline(body=body) == "feedback"
    assert pipeline(body="!report", **{"m.relates_to": {"rel_type": "m.replace", "event_id": "$x"}}) == "feedback"
    [notice] = verdict(saying(msgtype="m.notice", body="!report spam"))
    assert notice.pipeline == "feedback"


def test_events_a_level_too_deep_to_be_written_are_parked_whole() -> None:
    for depth in range(900, 1100):
        deep = b"[" * depth + b"]" * depth
        body = b'{"events": [{"type": "m.sticker", "event_id": "$1", "content": %s}]}' % deep
        assert {piece.pipeline for piece in verdict(body)} <= {"feedback", "parked"}


# Messages


def test_a_message() -> None:
    assert only(FeedbackReceived, sample("matrix", "message")) == FeedbackReceived(
        community="club",
        source="place",
        platform="matrix",
        content="event:$mSg0001aXyZ",
        kind="message",
        text="The new map is gorgeous, but my sync fails every second match.",
        original="The new map is gorgeous, but my sync fails <strong>every</strong> second match.",
        format="html",
        url="https://matrix.to/#/!lobby0001:example.com/$mSg0001aXyZ",
        author=NADIA,
        said_at=at(30, 123),
        as_given={"said_at": "1795253400123"},
        remembered=True,
    )


def test_what_a_reply_quotes_is_not_said_by_who_replies() -> None:
    found = only(FeedbackReceived, sample("matrix", "message.reply"))
    assert (found.kind, found.text, found.original, found.author) == ("reply", "Yes, please!", "", NADIA)
    [event] = sample("matrix", "message.reply")["events"]
    plain = {name: event["content"][name] for name in ("msgtype", "body", "m.relates_to")}
    assert only(FeedbackReceived, changed("message.reply", content=plain)).text == "Yes, please!"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"msgtype": "m.image", "body": "base.png"}, "[image: base.png]"),
        ({"msgtype": "m.image", "body": "base.png", "filename": "base.png"}, "[image: base.png]"),
        ({"msgtype": "m.image", "body": "my base", "filename": "base.png"}, "my base\n[image: base.png]"),
        ({"msgtype": "m.image"}, "[image]"),
        ({"msgtype": "m.video", "filename": "run.mp4"}, "[video: run.mp4]"),
        ({"msgtype": "m.audio", "body": "voice.ogg"}, "[audio: voice.ogg]"),
        ({"msgtype": "m.file", "body": "log.txt"}, "[file: log.txt]"),
        ({"msgtype": "m.location", "body": "the harbour", "geo_uri": "geo:1,2"}, "[location: the harbour]"),
        ({"msgtype": "m.emote", "body": "waves"}, "waves"),
        ({"msgtype": "com.example.dance", "body": "dances"}, "dances"),
        ({"body": "> an old saying\nis right"}, "> an old saying\nis right"),
        ({"msgtype": "m.text", "body": "1 < 2 & 3"}, "1 < 2 & 3"),
        ({"msgtype": "m.text", "body": "b", "format": "com.example.bbcode", "formatted_body": "[b]b[/b]"}, "b"),
        ({"msgtype": "m.text", "body": "b", "format": "org.matrix.custom.html", "formatted_body": ""}, "b"),
        (
            {"body": ":blob:", "format": "org.matrix.custom.html", "formatted_body": "<p><img></p>"},
            ":blob:",
        ),
        ({"msgtype": "m.text", "org.matrix.msc1767.message": [{"body": "hi"}]}, "hi"),
        ({"msgtype": "m.text", "org.matrix.msc1767.text": "hi"}, "hi"),
        ({"msgtype": "m.text", "org.matrix.msc1767.html": "<b>hi</b>", "org.matrix.msc1767.text": "hi"}, "hi"),
        ({"msgtype": "m.text", "body": "", "m.text": [{"mimetype": "text/plain", "body": "hi"}]}, "hi"),
        ({"m.text": [{"mimetype": "text/html", "body": "<p>hi</p>"}, {"body": "hi"}]}, "hi"),
        ({"m.text": [{"mimetype": "text/html", "body": "<ul><li>hi</li></ul>"}]}, "- hi"),
        ({"m.text": "hi"}, "hi"),
        ({"msgtype": "m.text", "body": "hi", "m.text": [None, {"body": 7}, {"body": "ho"}]}, "hi"),
    ],
    ids=str,
)
def test_every_kind_of_message_says_what_there_is_to_see(content: dict[str, Any], text: str) -> None:
    assert only(FeedbackReceived, saying(**content)).text == text


@pytest.mark.parametrize("kind", ["m.message", "org.matrix.msc1767.message"])
def test_an_extensible_message_is_a_message_a_command_and_a_report_like_any_other(kind: str) -> None:
    def extensible(body: str, **more: Any) -> dict[str, Any]:
        texts = [{"mimetype": "text/html", "body": f"<i>{body}</i>"}, {"body": body}]
        return changed("message.plain", type=kind, content={"m.text": texts, **more})

    found = only(FeedbackReceived, extensible("More maps!"))
    assert (found.kind, found.text, found.original, found.format) == (
        "message",
        "More maps!",
        "<i>More maps!</i>",
        "html",
    )
    assert (found.author, found.remembered) == (JUN, True)
    asked = only(FeedbackReceived, extensible("!feedback More maps!"))
    assert (asked.kind, asked.text) == ("feedback", "More maps!")
    flag = only(FlagRaised, extensible("!report spam", **{"m.relates_to": {"m.in_reply_to": {"event_id": "$bad"}}}))
    assert (flag.subject.id, flag.reason) == ("$bad", "spam")
    new = {"m.new_content": {"m.text": [{"body": "better"}]}}
    edit = only(
        FeedbackChanged, extensible("*", **new, **{"m.relates_to": {"rel_type": "m.replace", "event_id": "$o"}})
    )
    assert (edit.content, edit.text) == ("event:$o", "better")


@pytest.mark.parametrize(
    "content",
    [
        {"msgtype": "m.text"},
        {"msgtype": "m.text", "body": None},
        {"msgtype": "m.text", "body": " \n"},
        {"msgtype": "m.text", "m.text": [], "org.matrix.msc1767.text": 7},
        {"msgtype": "m.text", "body": "!feedback  "},
    ],
    ids=str,
)
def test_a_message_without_a_word_is_no_feedback(content: dict[str, Any]) -> None:
    assert why(saying(**content)) == "without effect: nothing was written"


def test_a_poll_is_its_question_and_its_answers() -> None:
    found = only(FeedbackReceived, sample("matrix", "poll"))
    assert (found.kind, found.content, found.author) == ("message", "event:$mSg0011aXyZ", JUN)
    assert found.text == "[poll: Which map should come back?; The harbour; Old town]"
    assert (found.said_at, found.remembered) == (at(38), True)


def asking(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    return changed("poll", type=kind, content=content)


QUESTION = {"m.text": [{"body": "Cats?"}]}
CATS = {"question": QUESTION, "answers": [{"m.id": "y", "m.text": [{"body": "Yes"}]}, {"m.id": "n", "body": "No"}, 7]}
REPLACES = {"m.relates_to": {"rel_type": "m.replace", "event_id": "$mSg0011aXyZ"}}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"m.poll": CATS, **QUESTION}, "[poll: Cats?; Yes; No]"),
        ({"m.poll.start": CATS}, "[poll: Cats?; Yes; No]"),
        ({"org.matrix.msc3381.poll.start": CATS}, "[poll: Cats?; Yes; No]"),
        ({"m.poll": {"question": QUESTION, "answers": None}}, "[poll: Cats?]"),
        ({"m.poll": {"question": None}}, "[poll]"),
        ({"m.poll": None, "m.text": [{"body": "Cats?\n1. Yes"}]}, "Cats?\n1. Yes"),
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["m.poll.start", "org.matrix.msc3381.poll.start"])
def test_polls_old_and_new_say_the_same(kind: str, content: dict[str, Any], text: str) -> None:
    assert only(FeedbackReceived, asking(kind, content)).text == text


def test_an_edited_poll_has_its_new_question() -> None:
    found = only(FeedbackChanged, asking("m.poll.start", {"m.new_content": {"m.poll": CATS}, **REPLACES}))
    assert found.content == only(FeedbackReceived, sample("matrix", "poll")).content
    assert (found.change, found.text) == ("edited", "[poll: Cats?; Yes; No]")


@pytest.mark.parametrize("kind", ["org.matrix.msc3381.poll.response", "m.poll.response", "m.poll.end"])
def test_votes_are_left_in_the_room(kind: str) -> None:
    assert verdict(asking(kind, {"m.relates_to": {"event_id": "$mSg0011aXyZ"}})) == Answer(200, "{}")


def test_a_poll_hidden_in_a_message_does_not_hide_the_message() -> None:
    assert only(FeedbackReceived, saying(msgtype="m.text", body="hello", **{"m.poll": CATS})).text == "hello"


def test_a_caption_may_be_formatted() -> None:
    html = {"format": "org.matrix.custom.html", "formatted_body": "my <b>base</b>"}
    found = only(FeedbackReceived, saying(msgtype="m.image", body="my base", filename="base.png", **html))
    assert (found.text, found.original) == ("my base\n[image: base.png]", "my <b>base</b>")


def test_a_sticker_and_a_reaction_say_something_too() -> None:
    sticker = changed("message.plain", type="m.sticker", content={"body": "Thumbs up", "url": "mxc://x/y"})
    assert only(FeedbackReceived, sticker).text == "[sticker: Thumbs up]"
    unnamed = changed("message.plain", type="m.sticker", content={"url": "mxc://x/y"})
    assert only(FeedbackReceived, unnamed).text == "[sticker]"
    found = only(FeedbackReceived, sample("matrix", "reaction"))
    assert (found.kind, found.text, found.author) == ("reaction", "👍", JUN)
    assert found.content == "event:$mSg0005aXyZ"
    assert found.about == only(FeedbackReceived, sample("matrix", "message")).content


@pytest.mark.parametrize(
    ("key", "more", "text"),
    [
        ("mxc://x/y", {"shortcode": ":blob:"}, ":blob:"),
        ("mxc://x/y", {"com.beeper.reaction.shortcode": "blob"}, ":blob:"),
        ("mxc://x/y", {"shortcode": "::", "com.beeper.reaction.shortcode": 7}, "mxc://x/y"),
        ("mxc://x/y", {}, "mxc://x/y"),
        ("❤️", {"com.beeper.reaction.shortcode": ":heart:"}, "❤️"),
    ],
)
def test_a_reaction_with_a_picture_is_told_by_its_name(key: str, more: dict[str, Any], text: str) -> None:
    related = {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$x", "key": key}}
    assert only(FeedbackReceived, changed("reaction", content={**related, **more})).text == text


def test_a_message_in_a_thread_is_a_reply() -> None:
    thread = {
        "rel_type": "m.thread",
        "event_id": "$root",
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": "$last"},
    }
    found = only(FeedbackReceived, saying(msgtype="m.text", body="still here", **{"m.relates_to": thread}))
    assert (found.kind, found.text, found.about) == ("reply", "still here", "event:$root")
    chosen = {**thread, "is_falling_back": False}
    assert only(FeedbackReceived, saying(body="no", **{"m.relates_to": chosen})).about == "event:$last"


def test_a_reply_is_about_what_it_answers() -> None:
    [event] = sample("matrix", "message.reply")["events"]
    answered = event["content"]["m.relates_to"]["m.in_reply_to"]["event_id"]
    assert only(FeedbackReceived, sample("matrix", "message.reply")).about == f"event:{answered}"
    assert only(FeedbackReceived, sample("matrix", "message")).about == ""


def test_an_edit_names_the_message_it_changes_and_has_its_new_words() -> None:
    found = only(FeedbackChanged, sample("matrix", "edit"))
    said = only(FeedbackReceived, sample("matrix", "message.plain"))
    assert (found.content, found.kind, found.url, found.author) == (said.content, said.kind, said.url, JUN)
    assert (found.change, found.text) == ("edited", "Please let us mute a whole guild, for an evening.")
    assert found.changed_at == at(35)
    assert found.said_at is None  # Nobody tells.


def correcting(**new: Any) -> dict[str, Any]:
    """An edit, with the words in front for clients that know none."""
    body = {"body": f"* {new['body']}"} if "body" in new else {}
    return saying(msgtype="m.text", **body, **{"m.new_content": {"msgtype": "m.text", **new}}, **REPLACES)


def test_an_edited_command_is_still_feedback_and_not_part_of_its_words() -> None:
    for place in (PLACE, PLACE.model_copy(update={"feedback": ("!elsewhere:example.com",)})):
        found = only(FeedbackChanged, correcting(body="!feedback better words"), place=place)
        assert (found.kind, found.change, found.text) == ("feedback", "edited", "better words")
        assert found.content == "event:$mSg0011aXyZ"


def test_an_edited_report_was_never_feedback() -> None:
    assert "edited report" in why(correcting(body="!report spam"))


def test_an_edit_that_cannot_be_read_takes_no_words_away_and_one_that_empties_does() -> None:
    assert why(correcting(url="mxc://x/y")) == "without effect: nothing was written"
    assert only(FeedbackChanged, correcting(body="")).text == ""


def test_a_redaction_removes_a_message_in_old_rooms_and_in_new_ones() -> None:
    found = only(FeedbackChanged, sample("matrix", "redaction"))
    assert (found.content, found.change, found.text) == ("event:$mSg0004aXyZ", "removed", "")
    assert (found.author, found.said_at, found.changed_at) == (None, None, at(36))  # Not always by its author.
    [event] = sample("matrix", "redaction")["events"]
    del event["redacts"]
    assert only(FeedbackChanged, {"events": [event]}) == found


def test_a_command_is_feedback_in_every_room() -> None:
    place = PLACE.model_copy(update={"feedback": ("!elsewhere:example.com",)})
    found = only(FeedbackReceived, sample("matrix", "feedback"), place=place)
    assert (found.kind, found.text) == ("feedback", "More maps with water, please.")


@pytest.mark.parametrize("name", ["message", "message.image", "reaction", "edit", "redaction"])
def test_only_the_rooms_of_the_program_are_listened_to(name: str) -> None:
    elsewhere = PLACE.model_copy(update={"feedback": ("!elsewhere:example.com",)})
    assert why(sample("matrix", name), place=elsewhere) == "without effect: not said in a room for feedback"
    here = PLACE.model_copy(update={"feedback": ("!elsewhere:example.com", ROOM)})
    assert examined("matrix", sample("matrix", name), place=here).events


@pytest.mark.parametrize(
    ("account", "sender", "ours"),
    [
        ("@liaison:example.com", "@liaison:example.com", True),
        ("@liaison:example.com", "@liaison:elsewhere.example.net", False),
        ("@_liaison_", "@_liaison_herald:example.com", True),
        ("@lia", "@liam:example.com", True),
        ("@lia:example.com", "@liam:example.com", False),
        ("", "@liaison:example.com", False),
    ],
)
def test_what_we_say_ourselves_is_no_feedback(account: str, sender: str, ours: bool) -> None:
    place = PLACE.model_copy(update={"account": account})
    found = examined("matrix", changed("message", sender=sender), place=place)
    assert (found.reason == "without effect: our own") == ours


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (sample("matrix", "message.notice"), "written by a bot"),
        (saying(msgtype="m.server_notice", body="Please consent"), "written by a bot"),
        (saying(msgtype="m.key.verification.request", body="wants to verify"), "two clients"),
        (saying(), "redacted before it came"),
        (changed("reaction", content={}), "redacted before it came"),
        (
            saying(**{
                "body": "* thinking",
                "m.new_content": {"msgtype": "m.notice", "body": "thinking"},
                "m.relates_to": {"rel_type": "m.replace", "event_id": "$x"},
            }),
            "written by a bot",
        ),
    ],
    ids=range(6),
)  # fmt: skip
def test_what_nobody_said_is_no_feedback(body: dict[str, Any], reason: str) -> None:
    assert reason in why(body)


# Reports


def test_a_report_names_what_it_replies_to_and_believes_no_quotation() -> None:
    assert only(FlagRaised, sample("matrix", "report")) == FlagRaised(
        community="club",
        source="place",
        platform="matrix",
        flag="report:$mSg0009aXyZ:@nadia:example.com",
        subject=Subject(
            source="place",
            kind="event",
            id="$mSg0009aXyZ",
            url="https://matrix.to/#/!lobby0001:example.com/$mSg0009aXyZ",
        ),
        text="[quoted by the reporter] You are all worthless.\nLeave the game.",
        reason="harassment He does not stop.",
        code="harassment",
        author=None,
        reporter=NADIA,
        raised_at=at(37),
        as_given={"raised_at": "1795253820000"},
    )


def reporting(body: str, **more: Any) -> dict[str, Any]:
    related = {"m.relates_to": {"m.in_reply_to": {"event_id": "$bad"}, **more}}
    return saying(msgtype="m.text", body=body, **related)


@pytest.mark.parametrize(
    ("body", "reason", "code"),
    [
        ("!report", "", "unknown"),
        ("!report spam", "spam", "spam"),
        ("!Report  SPAM and lies", "SPAM and lies", "spam"),
        ("!report he lies", "he lies", "other"),
        ("!report\nspam", "spam", "spam"),
    ],
)
def test_the_first_word_of_a_reason_may_be_one_of_ours(body: str, reason: str, code: str) -> None:
    found = only(FlagRaised, reporting(body))
    assert (found.reason, found.code, found.text, found.comment) == (reason, code, "", "")


def test_a_long_reason_is_kept_whole() -> None:
    reason = "he lies " * 100
    found = only(FlagRaised, reporting("!report " + reason))
    assert found.comment == reason.strip()
    assert len(found.reason) == 200


def test_two_reporters_are_two_reports_and_one_twice_is_one() -> None:
    def flag(sender: str, number: str) -> str:
        [event] = reporting("!report spam")["events"]
        return only(FlagRaised, {"events": [{**event, "sender": sender, "event_id": number}]}).flag

    assert flag("@a:b", "$1") == flag("@a:b", "$2")
    assert flag("@a:b", "$1") != flag("@c:b", "$1")


def test_a_report_of_nothing_is_parked_saying_so() -> None:
    assert "no reply" in why(saying(msgtype="m.text", body="!report spam"))
    # In a thread, a client names the newest message by itself.
    fallback = reporting("!report spam", rel_type="m.thread", event_id="$root", is_falling_back=True)
    assert "no reply" in why(fallback)
    chosen = reporting("!report spam", rel_type="m.thread", event_id="$root", is_falling_back=False)
    assert only(FlagRaised, chosen).subject.id == "$bad"


# Odd shapes


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (changed("message", content=None), "'content'"),
        (changed("message", content="hello"), "'content'"),
        (changed("message", sender=None), "'sender'"),
        (changed("message", room_id=""), "'room_id'"),
        (changed("message", event_id=[]), "'event_id'"),
        (changed("message", origin_server_ts=None), "said_at"),
        (changed("message", origin_server_ts=9e99), "said_at"),
        (changed("message", content={"msgtype": 7}), "'msgtype'"),
        (changed("edit", content={"m.relates_to": {"rel_type": "m.replace"}}), "'m.new_content'"),
        (changed("redaction", redacts=None, content={}), "'redacts'"),
        (changed("reaction", content={"m.relates_to": {"event_id": "$x"}}), "'key'"),
        (changed("reaction", content={"m.relates_to": []}), "'event_id'"),
    ],
    ids=range(12),
)
def test_what_has_no_identity_or_time_is_parked_naming_it(body: dict[str, Any], reason: str) -> None:
    assert reason in why(body)


def test_ids_may_hold_anything_and_make_no_other_link() -> None:
    found = only(FeedbackReceived, changed("message", event_id="$a/b?c#d é\ud800", room_id="!r/../x:y"))
    assert found.url == "https://matrix.to/#/!r%2F..%2Fx:y/$a%2Fb%3Fc%23d%20%C3%A9%3F"


def test_a_quotation_that_never_ends_takes_no_time_and_loses_nothing() -> None:
    html = {"format": "org.matrix.custom.html", "formatted_body": "<mx-reply>" * 6000 + "hello"}
    assert only(FeedbackReceived, saying(msgtype="m.text", body="hello", **html)).text.endswith("hello")


@given(st.sampled_from(sorted(OUTCOMES)), st.data())
def test_whatever_is_broken_the_event_is_told_by_the_body_or_there_is_none(name: str, data: st.DataObject) -> None:
    body = broken(data, sample("matrix", name))
    told_by(body, examined("matrix", body), "quoted", "the", "reporter", "sticker", "image", "poll")


# The connection


def test_the_steps_hold_a_registration_that_can_be_saved_as_it_is() -> None:
    place = PLACE.model_copy(update={"feedback": (ROOM, "!it's:example.com")})
    told = connection.steps(place, "https://liaison.example.com/hooks/place")
    assert (
        "id: liaison-place\n"
        "url: https://liaison.example.com/hooks/place\n"
        "as_token: <the as_token>\n"
        "hs_token: <the hs_token>\n"
        "sender_localpart: 'liaison'\n"
        "rate_limited: false\n"
        "namespaces:\n"
        "  users: []\n"
        "  aliases: []\n"
        "  rooms:\n"
        "    - {exclusive: false, regex: '!lobby0001:example\\.com'}\n"
        "    - {exclusive: false, regex: '!it''s:example\\.com'}"
    ) in told[3]
    assert "liaison secret put place --generate" in told[0]
    assert "--outgoing" in told[1]


@pytest.mark.parametrize(
    ("account", "name"), [("", "liaison"), ("@herald:example.com", "herald"), ("@_liaison_", "_liaison_bot")]
)
def test_our_user_is_named_after_the_program(account: str, name: str) -> None:
    place = PLACE.model_copy(update={"account": account})
    assert f"sender_localpart: '{name}'\n" in connection.steps(place, "https://x.example")[3]
    assert "rooms: []" in connection.steps(place, "https://x.example")[3]


def looked(*replies: Reply) -> dict[str, tuple[str, str]]:
    report = connection.check(PLACE, "https://x.example", KEYS, Fake(list(replies)).hands(0), repair=True)
    return {finding.what: (finding.state, finding.told) for finding in report.findings}


ME = reply(200, b'{"user_id": "@liaison:example.com"}')


def test_when_both_sides_know_each_other_all_is_good() -> None:
    fake = Fake([ME, reply(200, b'{"duration_ms": 12}')])
    report = connection.check(PLACE, "https://x.example", KEYS, fake.hands(0), repair=False)
    assert report.state == "good"
    assert [(asked.method, asked.url) for asked in fake.asked] == [
        ("GET", "https://matrix.example.com/_matrix/client/v3/account/whoami"),
        ("POST", "https://matrix.example.com/_matrix/client/v1/appservice/liaison-place/ping"),
    ]
    assert all(asked.headers["authorization"] == "Bearer the as_token" for asked in fake.asked)


@pytest.mark.parametrize(
    ("status", "code", "state", "told"),
    [
        (502, "M_BAD_STATUS", "wrong", "hs_token"),
        (502, "M_CONNECTION_FAILED", "wrong", "cannot reach us"),
        (504, "M_CONNECTION_TIMEOUT", "wrong", "in vain"),
        (400, "M_URL_NOT_SET", "wrong", "no `url`"),
        (403, "M_FORBIDDEN", "wrong", "another `id`"),
        (404, "M_UNRECOGNIZED", "unknown", "may not know"),
        (500, "", "unknown", "answered 500"),
    ],
)
def test_a_ping_says_what_is_wrong(status: int, code: str, state: str, told: str) -> None:
    found = looked(ME, reply(status, json.dumps({"errcode": code}).encode()))
    assert found["as_token"][0] == "good"
    assert found["address"][0] == state
    assert told in found["address"][1]


@pytest.mark.parametrize(
    ("answer", "state", "told"),
    [
        (reply(401, b'{"errcode": "M_UNKNOWN_TOKEN"}'), "wrong", "registration"),
        (reply(200, b'{"user_id": "@other:example.com"}'), "wrong", "@other:example.com"),
        (reply(200, b"<html>"), "unknown", "answered 200"),
        (reply(503), "unknown", "answered 503"),
    ],
    ids=range(4),
)
def test_the_token_says_who_we_are_there(answer: Reply, state: str, told: str) -> None:
    found = looked(answer, reply(200))["as_token"]
    assert found[0] == state
    assert told in found[1]


def test_a_homeserver_out_of_reach_is_a_finding() -> None:
    class Cut(Fake):
        def http(self, *given: Any, **more: Any) -> Reply:
            raise NotSentError("matrix.example.com could not be reached")

    report = connection.check(PLACE, "https://x.example", KEYS, Cut().hands(0), repair=False)
    assert [finding.state for finding in report.findings] == ["good", "unknown", "unknown"]


def test_without_an_address_or_a_token_only_the_secret_is_looked_at() -> None:
    fake = Fake()
    bare = PLACE.model_copy(update={"api": ""})
    assert connection.check(bare, "https://x.example", KEYS, fake.hands(0), repair=False).state == "good"
    nothing = replace(KEYS, signing="", token="")
    assert connection.check(PLACE, "https://x.example", nothing, fake.hands(0), repair=False).state == "wrong"
    assert not fake.asked


def test_a_transaction_that_cannot_be_read_is_taken_and_fits_a_queue() -> None:
    """Refused, it would come again for ever."""
    taken = classified("matrix", Request("PUT", {}, b"[" * 2_000_000, path="_matrix/app/v1/transactions/9"))
    assert isinstance(taken, tuple)
    (found,) = taken
    assert (found.pipeline, found.answer and found.answer.status) == ("parked", 200)
    assert found.body is not None
    assert len(found.body) <= 700_000
