"""Events of one's own: what each of the documented forms becomes, and that the documents say what is read."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.announcements import TriggerFired, TriggerWithdrawn
from events.feedback import FeedbackChanged, FeedbackReceived
from events.moderation import DecisionReported, FlagExplained, FlagRaised, MessageSeen, Subject
from events.operations import AlertRaised, ErasureRequested
from events.people import Person
from events.program import Source
from events.reasons import REASONS
from events.themes import WorkReported
from functions.platforms.inbound import (
    ForAnnouncements,
    ForFeedback,
    ForModeration,
    ForUpkeep,
    Ignored,
    Unplaceable,
    normalise,
)
from functions.platforms.standard_webhooks import wire
from functions.platforms.standard_webhooks.gate import PIPELINES
from infra.bundle import ROOT
from tests.platforms.deliveries import Change, delivery, envelope, event, headers, sample
from tests.platforms.kits.standard_webhooks import OUTCOMES, PLACE
from tests.platforms.mutations import broken, examined, told_by
from tests.platforms.senders import brief

FLAG = ("standard_webhooks", "flag.raised")
SAID = ("standard_webhooks", "feedback.received")
QUEUES = {
    "moderation": ForModeration,
    "feedback": ForFeedback,
    "announcements": ForAnnouncements,
    "upkeep": ForUpkeep,
}
GRIM = Person(id="4417", name="xXGrimXx")
NADIA = Person(id="8812", name="Nadia")
ILSE = Person(id="2201", name="Ilse")
MESSAGE = Subject(source="place", kind="chat_message", id="match-77:msg-412")
PLACED = sorted(name for name, end in OUTCOMES.items() if end != "parked")


def at(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 11, 21, hour, minute, second, tzinfo=UTC)


def origin(**times: str) -> dict[str, Any]:
    return {"community": "club", "source": "place", "platform": "standard_webhooks", "as_given": times}


def put(*path: str, value: Any) -> Change:
    """Sets one field, however deep."""

    def change(body: dict[str, Any]) -> None:
        for name in path[:-1]:
            body = body[name]
        body[path[-1]] = value

    return change


def without(*path: str) -> Change:
    def change(body: dict[str, Any]) -> None:
        for name in path[:-1]:
            body = body[name]
        del body[path[-1]]

    return change


def why(platform: str, name: str, change: Change) -> str:
    """The reason with which a delivery is parked behind the door."""
    with pytest.raises(Unplaceable) as caught:
        normalise(delivery(platform, name, change), PLACE)
    return str(caught.value)


# What each form becomes


def test_a_flag_from_a_game() -> None:
    assert event(FlagRaised, *FLAG) == FlagRaised(
        **origin(content_at="2026-11-21T09:28:41Z", raised_at="2026-11-21T09:30:00Z"),
        flag="report-5001",
        subject=MESSAGE,
        text="You are all worthless, leave the game.",
        language="en",
        reason="harassment",
        code="harassment",
        comment="He has been doing this all evening.",
        author=GRIM,
        reporter=NADIA,
        content_at=at(9, 28, 41),
        raised_at=at(9, 30),
    )


def test_an_appeal_about_one_state_of_a_thing() -> None:
    def change(body: dict[str, Any]) -> None:
        body["data"].update(nature="appeal", reason="It was banter", code="harassment")
        body["data"]["subject"].update(revision="3", title="Round 2")

    found = event(FlagRaised, *FLAG, change)
    assert (found.nature, found.reason, found.code) == ("appeal", "It was banter", "harassment")
    assert (found.subject.revision, found.title) == ("3", "Round 2")
    assert found.subject.key == MESSAGE.key


LINKED = {
    "flag.raised": ("data", "subject"),
    "flag.explained": ("data", "subject"),
    "decision.taken": ("data", "subject"),
    "message.seen": ("data", "subject"),
    "feedback.received": ("data",),
    "feedback.changed": ("data",),
    "trigger.fired": ("data",),
    "alert.raised": ("data",),
}


def links(name: str, url: str) -> list[str]:
    """What is kept of a link, in every event that has one."""
    body = sample("standard_webhooks", name)
    put(*LINKED[name], "url", value=url)(body)
    told = [found.model_dump() for found in examined("standard_webhooks", body).events]
    assert told
    return [one.get("subject", one)["url"] for one in told]


@pytest.mark.parametrize("name", sorted(LINKED))
def test_a_link_is_one_to_the_web_or_none_and_the_event_stays(name: str) -> None:
    assert links(name, "https://play.example.com/m/412?a=b c#d") == ["https://play.example.com/m/412?a=b%20c#d"]
    assert links(name, "https://x.example/> @all, see\n# Free") == ["https://x.example/%3E%20@all,%20see%0A#%20Free"]
    assert links(name, " HTTP://play.example.com\n") == ["HTTP://play.example.com"]
    for url in ("javascript:alert(1)", " JaVaScRiPt:alert('https://x')", "data:text/html,x", "file:///etc/passwd"):
        assert links(name, url) == [""]
    for url in (
        "steam://run/1",
        "//play.example.com",
        "/m/412",
        "http:play",
        "https://",
        "https:///m",
        "\x01https://x",
    ):
        assert links(name, url) == [""]


@pytest.mark.parametrize(
    ("reason", "code", "expected"),
    [
        ("spam", None, "spam"),
        ("Spam", None, "spam"),
        ("griefing", None, "other"),
        ("griefing", "cheating", "cheating"),
        ("", None, "unknown"),
        (None, None, "unknown"),
        (None, "hate", "hate"),
    ],
)
def test_a_reason_is_the_game_s_own_word_and_a_code_is_ours(reason: Any, code: Any, expected: str) -> None:
    found = event(FlagRaised, *FLAG, lambda body: body["data"].update(reason=reason, code=code))
    assert (found.reason, found.code) == (reason or "", expected)


def test_a_flag_explained_after_it() -> None:
    assert event(FlagExplained, "standard_webhooks", "flag.explained") == FlagExplained(
        **origin(explained_at="2026-11-21T09:36:00Z"),
        flag="report-5001",
        subject=MESSAGE,
        reason="Threats in voice chat",
        code="violence",
        comment="He said it again over voice, third round.",
        reporter=NADIA,
        explained_at=at(9, 36),
    )


def test_a_decision_taken_over_there() -> None:
    assert event(DecisionReported, "standard_webhooks", "decision.taken") == DecisionReported(
        **origin(decided_at="2026-11-21T10:14:58Z"),
        decision="ban-91",
        subject=MESSAGE.model_copy(update={"revision": "1"}),
        did="mute 7 days",
        outcome="violation",
        reason="Second warning this month.",
        moderator=Person(id="12", name="Tomas"),
        person=GRIM,
        decided_at=at(10, 14, 58),
    )
    silent = event(DecisionReported, "standard_webhooks", "decision.taken", without("data", "outcome"))
    assert silent.outcome is None


def test_chat_for_moderation() -> None:
    assert event(MessageSeen, "standard_webhooks", "message.seen") == MessageSeen(
        **origin(said_at="2026-11-21T09:27:09Z", changed_at="2026-11-21T09:27:09Z"),
        subject=Subject(source="place", kind="chat_message", id="match-77:msg-409"),
        text="gg, who is up for another round?",
        language="en",
        author=ILSE,
        said_at=at(9, 27, 9),
        changed_at=at(9, 27, 9),
    )
    gone = event(MessageSeen, "standard_webhooks", "message.seen.removed")
    assert (gone.change, gone.text, gone.author, gone.said_at) == ("removed", "", None, None)
    assert gone.changed_at == at(9, 39, 59)


def test_a_flag_an_explanation_a_decision_and_a_message_are_about_one_subject() -> None:
    flag, told = event(FlagRaised, *FLAG), event(FlagExplained, "standard_webhooks", "flag.explained")
    decided = event(DecisionReported, "standard_webhooks", "decision.taken")
    gone = event(MessageSeen, "standard_webhooks", "message.seen.removed")
    assert flag.subject.key == told.subject.key == decided.subject.key == gone.subject.key
    assert flag.flag == told.flag


def test_feedback_from_a_website() -> None:
    assert event(FeedbackReceived, *SAID) == FeedbackReceived(
        **origin(said_at="2026-11-21T10:02:00Z"),
        content="form-310",
        kind="form",
        text="The new map is gorgeous, but my sync fails every second match.",
        url="https://play.example.com/feedback/310",
        language="en",
        author=ILSE,
        said_at=at(10, 2),
    )


def test_a_reaction_says_what_it_is_about() -> None:
    found = event(FeedbackReceived, *SAID, lambda body: body["data"].update(kind="reaction", text="👍", about="p-9"))
    assert (found.kind, found.text, found.about) == ("reaction", "👍", "p-9")


def test_an_edit_of_feedback_finds_what_was_received() -> None:
    before = event(FeedbackReceived, *SAID)
    after = event(FeedbackChanged, "standard_webhooks", "feedback.changed")
    assert after == FeedbackChanged(
        **origin(said_at="2026-11-21T10:02:00Z", changed_at="2026-11-21T10:19:44Z"),
        content=before.content,
        kind=before.kind,
        change="edited",
        text="The new map is gorgeous, but my sync fails every second match. Update: only on wireless.",
        url=before.url,
        language="en",
        revision="2",
        author=ILSE,
        said_at=before.said_at,
        changed_at=at(10, 19, 44),
    )


def test_an_edit_takes_no_words_away_unless_it_says_so() -> None:
    edit = ("standard_webhooks", "feedback.changed")
    for change in (put("data", "text", value=None), without("data", "text")):
        assert "data.text: is missing" in why(*edit, change)
    assert event(FeedbackChanged, *edit, put("data", "text", value="")).text == ""


def test_a_change_without_the_time_it_was_said_is_parked_saying_so() -> None:
    assert "data.said_at" in why("standard_webhooks", "feedback.changed", without("data", "said_at"))
    assert "data.change" in why("standard_webhooks", "feedback.changed", put("data", "change", value="created"))


@pytest.mark.parametrize("kind", ["release", "video", "stream", "topic", "news"])
def test_news_of_every_kind(kind: str) -> None:
    found = event(TriggerFired, "standard_webhooks", "trigger.fired", put("data", "kind", value=kind))
    assert found.kind == kind


def test_a_release_and_its_withdrawal() -> None:
    fired = event(TriggerFired, "standard_webhooks", "trigger.fired")
    assert fired == TriggerFired(
        **origin(published_at="2026-11-21T13:00:00Z"),
        trigger="patch-2.4.1",
        kind="release",
        title="Patch 2.4.1",
        body="- Sync no longer stops after a match\n- Guild muting",
        url="https://play.example.com/patches/2.4.1",
        published_at=at(13, 0),
    )
    assert event(TriggerWithdrawn, "standard_webhooks", "trigger.withdrawn") == TriggerWithdrawn(
        **origin(withdrawn_at="2026-11-21T13:19:40Z"), trigger=fired.trigger, withdrawn_at=at(13, 19, 40)
    )


def test_how_a_theme_stands_in_a_tracker() -> None:
    assert event(WorkReported, "standard_webhooks", "theme.reported") == WorkReported.model_validate(
        {
            **origin(reported_at="2026-11-22T09:29:40Z"),
            "handover": "4f1c09a7d2e8b356",
            "state": "In progress",
            "url": "https://wishes.acme.example/412",
            "reported_at": datetime(2026, 11, 22, 9, 29, 40, tzinfo=UTC),
        }
    )


def test_an_erasure_and_an_alert() -> None:
    assert event(ErasureRequested, "standard_webhooks", "erasure.requested") == ErasureRequested(
        **origin(requested_at="2026-11-21T14:00:00Z"),
        request="erasure-17",
        person=Person(id="8812"),
        requested_at=at(14, 0),
    )
    assert event(AlertRaised, "standard_webhooks", "alert.raised") == AlertRaised(
        **origin(raised_at="2026-11-21T15:30:00Z"),
        alert="eu-west-login-1530",
        title="Logins in eu-west down by 40 %",
        text="Since 15:20 UTC; the queue is at nine minutes.",
        url="https://status.example.com/eu-west",
        raised_at=at(15, 30),
    )


@pytest.mark.parametrize("name", PLACED)
def test_the_door_sends_each_form_to_its_own_queue(name: str) -> None:
    sealed = delivery("standard_webhooks", name)
    assert isinstance(normalise(sealed, PLACE), QUEUES[sealed.pipeline])


# What is taken from a sender, and what is not


def test_nobody_sends_as_somebody_else() -> None:
    ours = {"community": "rivals", "source": "elsewhere", "platform": "github", "as_given": {"raised_at": "never"}}

    def change(body: dict[str, Any]) -> None:
        body["data"].update({**ours, "flag": "another", "original": "<b>", "format": "html", "more": "https://x"})
        body["data"].get("subject", {}).update({**ours, "key": "another"})

    found = event(FlagRaised, *FLAG, change)
    assert found == event(FlagRaised, *FLAG)
    for name in PLACED:
        told = normalise(delivery("standard_webhooks", name, lambda body: body["data"].update(ours)), PLACE)
        assert told == normalise(delivery("standard_webhooks", name), PLACE)


def test_our_own_words_are_no_feedback() -> None:
    place = Source(id="place", community="club", platform="standard_webhooks", account="2201")
    assert normalise(delivery(*SAID), place) == Ignored("our own words")


@pytest.mark.parametrize("number", [7, 9007199254740993, 123456789012345678901234567890])
def test_numbers_as_ids_become_the_same_text_exactly(number: int) -> None:
    found = event(FlagRaised, *FLAG, put("data", "id", value=number))
    assert found.flag == str(number)
    assert event(FlagRaised, *FLAG, put("data", "subject", "id", value=number)).subject.id == str(number)
    author = event(FlagRaised, *FLAG, put("data", "subject", "author", "id", value=number)).author
    assert author is not None
    assert author.id == str(number)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("a\x00b", "a\ufffdb"),
        ("a\ud800b", "a\ufffdb"),
        ("\udc00", "\ufffd"),
        ("\udc00\ud800", "\ufffd\ufffd"),
        ("\ufffe\uffff", "\ufffd\ufffd"),
        ("👾\ufeff\u202e", "👾\ufeff\u202e"),
    ],
    ids=brief,
)
def test_what_no_store_can_hold_is_replaced_and_the_rest_is_kept(written: str, kept: str) -> None:
    assert event(FlagRaised, *FLAG, put("data", "subject", "text", value=written)).text == kept
    found = event(FlagRaised, *FLAG, put("data", "id", value=written))
    assert found.flag == kept
    found.model_dump_json().encode("utf-8")


@pytest.mark.parametrize(
    "path",
    [
        ("timestamp",),
        ("data", "reason"),
        ("data", "comment"),
        ("data", "reporter"),
        ("data", "at"),
        ("data", "subject", "text"),
        ("data", "subject", "language"),
        ("data", "subject", "author"),
        ("data", "subject", "author", "name"),
        ("data", "subject", "at"),
    ],
    ids=".".join,
)
def test_what_a_flag_need_not_say_may_be_left_out_or_null(path: tuple[str, ...]) -> None:
    left_out = event(FlagRaised, *FLAG, without(*path))
    assert event(FlagRaised, *FLAG, put(*path, value=None)) == left_out
    assert left_out.raised_at == at(9, 30)


def test_a_language_nobody_named_is_undetermined() -> None:
    assert event(FlagRaised, *FLAG, without("data", "subject", "language")).language == "und"
    assert event(FeedbackReceived, *SAID, without("data", "language")).language == "und"
    assert event(FeedbackReceived, *SAID, put("data", "language", value=None)).language == "und"


# Times


def test_any_offset_becomes_utc_and_a_time_without_one_is_parked() -> None:
    found = event(FlagRaised, *FLAG, put("data", "at", value="2026-11-21T15:15:00+05:45"))
    assert found.raised_at == at(9, 30)
    assert found.raised_at.utcoffset() == timedelta(0)
    assert found.as_given["raised_at"] == "2026-11-21T15:15:00+05:45"
    assert why(*FLAG, put("data", "at", value="2026-11-21T09:30:00")) == (
        "flag.raised: data.at: a time needs a zone or a Z"
    )


def test_unix_seconds_are_a_time_and_kept_as_they_were_given() -> None:
    found = event(FlagRaised, *FLAG, put("data", "at", value=1795253400.5))
    assert found.raised_at == at(9, 30) + timedelta(milliseconds=500)
    assert found.as_given["raised_at"] == "1795253400.5"


def test_a_body_s_own_time_counts_only_where_it_is_needed() -> None:
    unread = event(FlagRaised, *FLAG, put("timestamp", value="2026-11-21T09:30:00"))
    assert unread.raised_at == at(9, 30)
    for name in PLACED:
        body = sample("standard_webhooks", name)
        own = "submitted_at" if name == "form_response" else "at"
        found = normalise(delivery("standard_webhooks", name, put("data", own, value=None)), PLACE)
        assert body["timestamp"] in found.as_given.values()  # type: ignore[union-attr]
        untimed = {**body, "timestamp": None, "data": {**body["data"], own: None}}
        with pytest.raises(Unplaceable, match="neither `at` nor `timestamp`"):
            normalise(replace(delivery("standard_webhooks", name), body=json.dumps(untimed).encode()), PLACE)


# What is wrong with a body is told to whoever looks for it, by the sender's own names


@pytest.mark.parametrize(
    ("which", "path"),
    [
        (FLAG, ("data", "id")),
        (FLAG, ("data", "subject")),
        (SAID, ("data", "id")),
        (SAID, ("data",)),
    ],
    ids=str,
)
@pytest.mark.parametrize("value", [None, "", [], True, 1.5], ids=repr)
def test_without_its_identity_an_event_is_parked_naming_what_is_missing(
    which: tuple[str, str], path: tuple[str, ...], value: object
) -> None:
    assert path[-1] in why(*which, without(*path))
    assert path[-1] in why(*which, put(*path, value=value))


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("flag.raised", ("data", "subject", "id")),
        ("flag.raised", ("data", "subject", "kind")),
        ("flag.raised", ("data", "subject", "author", "id")),
        ("flag.explained", ("data", "subject")),
        ("decision.taken", ("data", "did")),
        ("message.seen", ("data", "subject", "id")),
        ("feedback.received", ("data", "kind")),
        ("feedback.received", ("data", "text")),
        ("feedback.changed", ("data", "id")),
        ("trigger.fired", ("data", "title")),
        ("trigger.withdrawn", ("data", "id")),
        ("erasure.requested", ("data", "person")),
        ("alert.raised", ("data", "title")),
    ],
    ids=str,
)
def test_a_field_that_is_missing_is_named_as_the_sender_knows_it(name: str, path: tuple[str, ...]) -> None:
    assert why("standard_webhooks", name, without(*path)) == f"{name}: {'.'.join(path)}: is missing"


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("flag.raised", ("data", "nature"), "rant"),
        ("flag.raised", ("data", "code"), "griefing"),
        ("decision.taken", ("data", "outcome"), "maybe"),
        ("message.seen", ("data", "change"), "whispered"),
        ("feedback.received", ("data", "kind"), "k" * 41),
        ("trigger.fired", ("data", "kind"), "rumour"),
        ("trigger.fired", ("data", "title"), ""),
    ],
    ids=str,
)
def test_a_word_that_is_none_of_ours_is_parked_by_its_field(name: str, path: tuple[str, ...], value: str) -> None:
    assert ".".join(path) in why("standard_webhooks", name, put(*path, value=value))


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u00a0\u3000"])
@pytest.mark.parametrize(
    ("name", "field"), [("decision.taken", "did"), ("trigger.fired", "title"), ("alert.raised", "title")]
)
def test_a_word_that_says_nothing_is_parked_saying_so(name: str, field: str, blank: str) -> None:
    told = "is blank" if blank else "is missing"
    assert why("standard_webhooks", name, put("data", field, value=blank)) == f"{name}: data.{field}: {told}"


def test_the_reason_repeats_nothing_that_was_said() -> None:
    assert "worthless" not in why(*FLAG, put("data", "at", value="You are all worthless"))


def test_a_text_longer_than_a_record_is_parked() -> None:
    assert "longer than a record can hold" in why(*SAID, put("data", "text", value="x" * 150_000))
    # Counted in bytes, not in letters.
    assert "longer than a record can hold" in why(*SAID, put("data", "text", value="界" * 60_000))
    assert event(FeedbackReceived, *SAID, put("data", "text", value="x" * 140_000)).text


@pytest.mark.parametrize("body", [b"", b"\x00", b"[]", b"\xff\xfe", b'{"data":' + b"[" * 100_000], ids=brief)
@pytest.mark.parametrize("name", sorted(PIPELINES))
def test_a_body_that_cannot_be_read_is_parked_behind_the_door_too(name: str, body: bytes) -> None:
    sealed = envelope("standard_webhooks", body, headers("standard_webhooks", name))
    with pytest.raises(Unplaceable):
        normalise(replace(sealed, pipeline=PIPELINES[name], event=name), PLACE)


def test_a_platform_or_a_type_nobody_wrote_is_parked() -> None:
    with pytest.raises(Unplaceable, match="no platform 'myspace'"):
        normalise(replace(delivery(*FLAG), platform="myspace"), PLACE)
    with pytest.raises(Unplaceable, match=r"no event type 'match\.finished'"):
        normalise(replace(delivery(*FLAG), event="match.finished"), PLACE)


@given(st.data(), st.sampled_from(sorted(OUTCOMES)))
def test_whatever_stands_in_a_field_nobody_and_nothing_is_invented(data: st.DataObject, name: str) -> None:
    body = broken(data, sample("standard_webhooks", name))
    found = examined("standard_webhooks", body)
    assert found.events or found.reason
    told_by(body, found)


# The documents


def schema() -> dict[str, Any]:
    return dict(json.loads((ROOT / "docs" / "webhooks.schema.json").read_text()))


def test_the_published_schema_is_what_is_read() -> None:
    assert schema() == wire.schema(), "python -m functions.platforms.standard_webhooks.wire > docs/webhooks.schema.json"


def test_every_form_has_its_queue_and_a_sample() -> None:
    assert set(wire.FORMS) == set(PIPELINES)
    assert set(PIPELINES) == {str(sample("standard_webhooks", name)["type"]) for name in PLACED}


def test_the_schema_is_whole() -> None:
    whole = schema()
    assert whole["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    parts = whole["$defs"]
    for reference in references(whole):
        assert reference.removeprefix("#/$defs/") in parts
    forms = [parts[one["$ref"].removeprefix("#/$defs/")] for one in whole["oneOf"]]
    assert [form["properties"]["type"]["const"] for form in forms] == list(wire.FORMS)
    for form in forms:
        assert {"type", "data"} <= set(form["required"])
    for part in parts.values():
        assert part["type"] == "object"
        assert set(part.get("required", ())) <= set(part["properties"])
        # Senders may add fields: nothing closes an object.
        assert part.get("additionalProperties", True) is True


def references(value: Any) -> list[str]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    here = [value["$ref"]] if isinstance(value, dict) and "$ref" in value else []
    return [*here, *(one for part in inner for one in references(part))]


@pytest.mark.parametrize("name", PLACED)
def test_every_sample_fits_one_form_of_the_schema(name: str) -> None:
    body = sample("standard_webhooks", name)
    whole = schema()
    assert [one["$ref"] for one in whole["oneOf"] if fits(body, one, whole)] == [
        f"#/$defs/{wire.FORMS[body['type']].__name__}"
    ]
    del body["data"]
    assert not any(fits(body, one, whole) for one in whole["oneOf"])


TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def fits(value: Any, part: dict[str, Any], whole: dict[str, Any]) -> bool:
    """As JSON Schema judges, as far as ours goes; fails at a word that it does not know."""
    part = dict(part)
    for told in ("title", "description", "format", "default"):
        part.pop(told, None)
    checks = []
    for word, wanted in part.items():
        match word:
            case "$ref":
                checks.append(fits(value, whole["$defs"][wanted.removeprefix("#/$defs/")], whole))
            case "anyOf":
                checks.append(any(fits(value, one, whole) for one in wanted))
            case "type":
                kinds = [wanted] if isinstance(wanted, str) else wanted
                checks.append(any(isinstance(value, TYPES[kind]) for kind in kinds))
            case "const" | "enum":
                checks.append(value in ([wanted] if word == "const" else wanted))
            case "minLength":
                checks.append(not isinstance(value, str) or len(value) >= wanted)
            case "maxLength":
                checks.append(not isinstance(value, str) or len(value) <= wanted)
            case "required":
                checks.append(not isinstance(value, dict) or set(wanted) <= set(value))
            case "properties":
                inner = value if isinstance(value, dict) else {}
                checks += [fits(inner[name], one, whole) for name, one in wanted.items() if name in inner]
            case "items":
                checks += [fits(one, wanted, whole) for one in value] if isinstance(value, list) else []
            case "maxItems":
                checks.append(not isinstance(value, list) or len(value) <= wanted)
            case "additionalProperties":
                checks.append(wanted is True)
            case _:
                raise AssertionError(f"{word} is not judged here")
    return all(checks)


PAGE = (ROOT / "docs" / "webhooks.md").read_text()
EXAMPLES = [json.loads(found) for found in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


@pytest.mark.parametrize("body", EXAMPLES, ids=lambda body: body["type"])
def test_every_documented_example_is_placed(body: dict[str, Any]) -> None:
    found = examined("standard_webhooks", body)
    assert found.events, found.reason
    whole = schema()
    assert sum(fits(body, one, whole) for one in whole["oneOf"]) == 1


def test_the_page_shows_every_form_and_every_code() -> None:
    assert {body["type"] for body in EXAMPLES} == set(wire.FORMS)
    for code in REASONS:
        assert f"`{code}`" in PAGE or code == "unknown"
