"""What each platform's events become, and what becomes of those that cannot be read."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.feedback import FeedbackReceived
from events.moderation import FlagRaised, Subject
from events.people import Person
from functions.platforms.inbound import Ignored, Unplaceable, normalise
from tests.platforms.deliveries import Change, delivery, envelope, event, headers, sample
from tests.platforms.kits.standard_webhooks import PLACE
from tests.platforms.senders import brief

FLAG = ("standard_webhooks", "flag.raised")
SAID = ("standard_webhooks", "feedback.received")
EFFECTIVE = (FLAG, SAID)


def at(hour: int, minute: int, second: int = 0, ms: int = 0) -> datetime:
    return datetime(2026, 11, 21, hour, minute, second, ms * 1000, tzinfo=UTC)


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


def test_a_flag_from_a_game() -> None:
    assert event(FlagRaised, *FLAG) == FlagRaised(
        community="club",
        source="place",
        platform="standard_webhooks",
        flag="report-5001",
        subject=Subject(source="place", kind="chat_message", id="match-77:msg-412"),
        text="You are all worthless, leave the game.",
        language="en",
        reason="harassment",
        comment="He has been doing this all evening.",
        author=Person(id="4417", name="xXGrimXx"),
        reporter=Person(id="8812", name="Nadia"),
        content_at=at(9, 28, 41),
        raised_at=at(9, 30),
    )


def test_feedback_from_a_website() -> None:
    assert event(FeedbackReceived, *SAID) == FeedbackReceived(
        community="club",
        source="place",
        platform="standard_webhooks",
        content="form-310",
        kind="form",
        text="The new map is gorgeous, but my sync fails every second match.",
        url="https://play.example.com/feedback/310",
        language="en",
        author=Person(id="2201", name="Ilse"),
        said_at=at(10, 2),
    )


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
    if path[-1] != "name":
        assert event(FlagRaised, *FLAG, put(*path, value=None)) == left_out
    assert left_out.raised_at == at(9, 30)


def test_a_language_nobody_named_is_undetermined() -> None:
    assert event(FlagRaised, *FLAG, without("data", "subject", "language")).language == "und"
    assert event(FeedbackReceived, *SAID, without("data", "language")).language == "und"
    assert event(FeedbackReceived, *SAID, put("data", "language", value=None)).language == "und"


def test_any_offset_becomes_utc_and_a_time_without_one_is_parked() -> None:
    found = event(FlagRaised, *FLAG, put("data", "at", value="2026-11-21T15:15:00+05:45"))
    assert found.raised_at == at(9, 30)
    assert found.raised_at.utcoffset() == timedelta(0)
    assert why(*FLAG, put("data", "at", value="2026-11-21T09:30:00")) == (
        "flag.raised: raised_at: Value error, a time needs a zone or a Z"
    )


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
    ("which", "path", "field"),
    [
        (FLAG, ("data", "subject", "id"), "subject.id"),
        (FLAG, ("data", "subject", "kind"), "subject.kind"),
        (FLAG, ("data", "subject", "author", "id"), "author.id"),
        (SAID, ("data", "kind"), "kind"),
        (SAID, ("data", "text"), "text"),
    ],
    ids=str,
)
def test_a_field_that_is_missing_is_named(which: tuple[str, str], path: tuple[str, ...], field: str) -> None:
    assert f" {field}: " in why(*which, without(*path))


def test_the_reason_repeats_nothing_that_was_said() -> None:
    assert "worthless" not in why(*FLAG, put("data", "at", value="You are all worthless"))


def test_a_text_longer_than_a_record_is_parked() -> None:
    assert "longer than a record can hold" in why(*SAID, put("data", "text", value="x" * 150_000))
    # Counted in bytes, not in letters.
    assert "longer than a record can hold" in why(*SAID, put("data", "text", value="界" * 60_000))
    assert event(FeedbackReceived, *SAID, put("data", "text", value="x" * 140_000)).text


@pytest.mark.parametrize("body", [b"", b"\x00", b"[]", b"\xff\xfe", b'{"data":' + b"[" * 100_000], ids=brief)
def test_a_body_that_cannot_be_read_is_parked_behind_the_door_too(body: bytes) -> None:
    sealed = envelope("standard_webhooks", body, headers("standard_webhooks", "flag.raised"))
    with pytest.raises(Unplaceable):
        normalise(sealed, PLACE)


def test_a_platform_nobody_wrote_is_parked() -> None:
    with pytest.raises(Unplaceable, match="no platform 'myspace'"):
        normalise(replace(delivery(*FLAG), platform="myspace"), PLACE)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where a JSON value has values, itself left out."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [spot for name, one in inner for spot in ((*path, name), *places(one, (*path, name)))]


odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=20),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(("id", "name", "type")), st.none() | st.integers() | st.text(), max_size=2),
    st.integers(1, 300).map(lambda depth: json.loads("[" * depth + "]" * depth)),
)


@given(st.data())
def test_whatever_stands_in_a_field_the_event_is_whole_ignored_or_parked(data: st.DataObject) -> None:
    platform, name = data.draw(st.sampled_from(EFFECTIVE))
    body: Any = sample(platform, name)
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(places(body)))
        inner = body
        for step in way:
            inner = inner[step]
        inner[last] = data.draw(odd)
    sealed = envelope(platform, json.dumps(body).encode(), headers(platform, name.partition(".")[0]))
    try:
        found = normalise(sealed, PLACE)
    except Unplaceable:
        return
    if not isinstance(found, Ignored):
        found.model_dump_json().encode("utf-8")


def why(platform: str, name: str, change: Change) -> str:
    """The reason with which a delivery is parked behind the door."""
    with pytest.raises(Unplaceable) as caught:
        normalise(delivery(platform, name, change), PLACE)
    return str(caught.value)
