"""What each platform's events become, and what becomes of those that cannot be read."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.announcements import ReleasePublished
from events.feedback import FeedbackReceived
from events.moderation import FlagRaised, Subject
from events.people import Person
from functions.platforms.inbound import Ignored, Unplaceable, normalise
from tests.platforms.deliveries import Change, delivery, envelope, event, headers, ignored, sample
from tests.platforms.senders import brief

FLAG = ("standard_webhooks", "flag.raised")
SAID = ("standard_webhooks", "feedback.received")
REVIEW = ("discourse", "reviewable_created")
POST = ("discourse", "post_created")
DISCUSSION = ("github", "discussion.created")
COMMENT = ("github", "discussion_comment.created")
RELEASE = ("github", "release.published")
EFFECTIVE = (FLAG, SAID, REVIEW, ("discourse", "reviewable_score_updated"), POST, DISCUSSION, COMMENT, RELEASE)


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


def test_a_flag_on_a_forum_says_neither_why_nor_who_complained() -> None:
    assert event(FlagRaised, *REVIEW) == FlagRaised(
        community="club",
        source="place",
        platform="discourse",
        flag="reviewable:31:1",
        subject=Subject(source="place", kind="post", id="204", url="https://forum.example.com/t/patch-notes/12/9"),
        text="Cheap gold here: http://gold.example.net",
        language="und",
        author=Person(id="301"),
        content_at=at(8, 11, 2, 120),
        raised_at=at(8, 40),
    )


def test_a_post_on_a_forum() -> None:
    assert event(FeedbackReceived, *POST) == FeedbackReceived(
        community="club",
        source="place",
        platform="discourse",
        content="post:210",
        kind="post",
        text="Please let us mute a whole guild.",
        title="Wishes for winter",
        url="https://forum.example.com/t/wishes/14/3",
        author=Person(id="88", name="jun"),
        said_at=at(9, 12, 45, 6),
    )
    assert event(FeedbackReceived, *POST, put("post", "post_number", value=1)).kind == "topic"


def test_a_discussion_on_github() -> None:
    assert event(FeedbackReceived, *DISCUSSION) == FeedbackReceived(
        community="club",
        source="place",
        platform="github",
        content="discussion:D_4100",
        kind="discussion",
        text="Joining a full lobby closes the game without a word.",
        title="Crash when joining a full lobby",
        url="https://github.com/acme/game/discussions/42",
        author=Person(id="7001", name="mlee"),
        said_at=at(11, 20),
    )


def test_a_comment_on_github_has_its_discussion_s_title() -> None:
    found = event(FeedbackReceived, *COMMENT)
    assert found.content == "comment:DC_5200"
    assert found.title == "Crash when joining a full lobby"
    assert found.url.endswith("#discussioncomment-5200")
    assert found.author == Person(id="7002", name="ravi")


def test_a_published_release() -> None:
    assert event(ReleasePublished, *RELEASE) == ReleasePublished(
        community="club",
        source="place",
        platform="github",
        trigger="release:acme/game:900",
        title="game 2.4 Winter",
        body="## New\n\n- A winter map\n- Guild muting",
        url="https://github.com/acme/game/releases/tag/v2.4",
        published_at=at(13, 5),
    )
    nameless = event(ReleasePublished, *RELEASE, put("release", "name", value=None))
    assert nameless.title == "game v2.4"


def test_a_release_counts_only_when_it_is_published() -> None:
    assert "created" in ignored("github", "release.created")
    assert "edited" in ignored(*RELEASE, put("action", value="edited"))
    assert ignored(*RELEASE, put("release", "draft", value=True))


def test_private_messages_and_the_forum_s_own_words_have_no_effect() -> None:
    assert ignored("discourse", "post_created.private_message") == "a private message"
    for kind in (2, 3, 4):
        assert ignored(*POST, put("post", "post_type", value=kind))


def test_bots_have_no_effect() -> None:
    assert ignored(*DISCUSSION, put("discussion", "user", "type", value="Bot")) == "written by a bot"
    assert ignored(*COMMENT, put("comment", "user", "type", value="Bot"))


def test_the_two_events_of_one_flag_count_once_and_the_next_flag_counts_again() -> None:
    created = event(FlagRaised, *REVIEW)
    scored = event(FlagRaised, "discourse", "reviewable_score_updated")
    second = event(
        FlagRaised, "discourse", "reviewable_score_updated", put("reviewable", "reviewable_score_ids", value=[55, 56])
    )
    assert created.flag == scored.flag != second.flag
    assert created.subject.key == scored.subject.key == second.subject.key


def test_a_forum_s_retry_has_another_delivery_id_and_the_same_content() -> None:
    first, again = delivery(*POST, x_discourse_event_id="7"), delivery(*POST, x_discourse_event_id="8")
    assert first.id != again.id
    assert normalise(first) == normalise(again)


def test_a_forum_may_call_json_a_form() -> None:
    # Discourse's hook has a setting for the content type; the text is JSON either way.
    assert event(FeedbackReceived, *POST, content_type="application/x-www-form-urlencoded").content == "post:210"


def test_a_forum_that_does_not_name_itself_gives_no_link() -> None:
    assert event(FeedbackReceived, *POST, x_discourse_instance="").url == ""
    relative = put("reviewable", "target_url", value="/t/patch-notes/12/9")
    assert event(FlagRaised, *REVIEW, relative, x_discourse_instance="").subject.url == ""
    assert event(FlagRaised, *REVIEW, relative).subject.url == "https://forum.example.com/t/patch-notes/12/9"


def test_a_flag_on_something_else_than_a_post() -> None:
    def user(body: dict[str, Any]) -> None:
        body["reviewable"].update(
            target_type="User", target_id=90, target_url=None, raw=None, target_created_by_id=None
        )

    found = event(FlagRaised, *REVIEW, user)
    assert (found.subject.kind, found.subject.id, found.subject.url) == ("user", "90", "")
    assert (found.text, found.author) == ("", None)
    queued = event(FlagRaised, *REVIEW, put("reviewable", "target_id", value=None))
    assert queued.subject.id == "reviewable:31"


def test_a_hook_may_send_a_form() -> None:
    body = urlencode({"payload": json.dumps(sample(*DISCUSSION))}).encode()
    sent = {**headers("github", "discussion"), "content-type": "application/x-www-form-urlencoded"}
    assert normalise(envelope("github", body, sent)) == normalise(delivery(*DISCUSSION))


@pytest.mark.parametrize(
    "body", [b"", b"payload=", b"other=1", b"&" * 500_000, b"payload=%7B", b"payload=%ED%A0%80"], ids=brief
)
def test_a_form_without_a_payload_is_parked(body: bytes) -> None:
    sent = {**headers("github", "discussion"), "content-type": "application/x-www-form-urlencoded"}
    with pytest.raises(Unplaceable, match="not a JSON object"):
        normalise(envelope("github", body, sent))


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
    for found in (
        event(FlagRaised, *FLAG, put("data", "subject", "text", value=written)),
        event(FeedbackReceived, *POST, put("post", "raw", value=written)),
        event(FeedbackReceived, *DISCUSSION, put("discussion", "body", value=written)),
    ):
        assert found.text == kept
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
    assert event(FeedbackReceived, *DISCUSSION).language == "und"


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
        (REVIEW, ("reviewable",)),
        (REVIEW, ("reviewable", "id")),
        (POST, ("post",)),
        (POST, ("post", "id")),
        (DISCUSSION, ("discussion",)),
        (COMMENT, ("comment",)),
        (RELEASE, ("release",)),
        (RELEASE, ("release", "id")),
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
        (POST, ("post", "created_at"), "said_at"),
        (REVIEW, ("reviewable", "created_at"), "raised_at"),
        (RELEASE, ("release", "published_at"), "published_at"),
    ],
    ids=str,
)
def test_a_field_that_is_missing_is_named(which: tuple[str, str], path: tuple[str, ...], field: str) -> None:
    assert f" {field}: " in why(*which, without(*path))


def test_the_reason_repeats_nothing_that_was_said() -> None:
    assert "worthless" not in why(*FLAG, put("data", "at", value="You are all worthless"))


@pytest.mark.parametrize("action", ["edited", "deleted", "locked", "", None])
def test_other_actions_on_a_discussion_are_parked_by_name(action: object) -> None:
    assert "is not handled" in why(*DISCUSSION, put("action", value=action))


def test_a_text_longer_than_a_record_is_parked() -> None:
    assert "longer than a record can hold" in why(*SAID, put("data", "text", value="x" * 150_000))
    # Counted in bytes, not in letters.
    assert "longer than a record can hold" in why(*SAID, put("data", "text", value="界" * 60_000))
    assert event(FeedbackReceived, *SAID, put("data", "text", value="x" * 140_000)).text


@pytest.mark.parametrize("platform", ["standard_webhooks", "discourse", "github"])
@pytest.mark.parametrize("body", [b"", b"\x00", b"[]", b"\xff\xfe", b'{"data":' + b"[" * 100_000], ids=brief)
def test_a_body_that_cannot_be_read_is_parked_behind_the_door_too(platform: str, body: bytes) -> None:
    named = {"standard_webhooks": "flag.raised", "discourse": "post_created", "github": "discussion"}[platform]
    sealed = envelope(platform, body, headers(platform, named))
    with pytest.raises(Unplaceable):
        normalise(sealed)


def test_a_platform_nobody_wrote_is_parked() -> None:
    with pytest.raises(Unplaceable, match="no platform 'myspace'"):
        normalise(replace(delivery(*FLAG), platform="myspace"))


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
        found = normalise(sealed)
    except Unplaceable:
        return
    if not isinstance(found, Ignored):
        found.model_dump_json().encode("utf-8")


def why(platform: str, name: str, change: Change) -> str:
    """The reason with which a delivery is parked behind the door."""
    with pytest.raises(Unplaceable) as caught:
        normalise(delivery(platform, name, change))
    return str(caught.value)
