"""Discourse: what flags, decisions, posts, signs, chat and topics become, and what is asked at the forum."""

import hashlib
import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.announcements import TriggerFired, TriggerWithdrawn
from events.envelope import Envelope
from events.feedback import FeedbackChanged, FeedbackReceived
from events.moderation import DecisionReported, FlagExplained, FlagRaised, LookRequested, Subject
from events.people import Person
from functions.platforms.discourse import adapter, connection, poller
from functions.platforms.discourse.gate import classify
from functions.platforms.door import Accepted, Answer, Request
from functions.platforms.inbound import Ignored, Unplaceable, normalise
from functions.platforms.outgoing import Found, Outcome, Piece, Refused, Reply, UnansweredError, Unknown, Wait
from functions.platforms.standing import AskedError, Keys
from tests.platforms.deliveries import FORUM, Change, delivery, envelope, headers, sample
from tests.platforms.deliveries import event as event_of
from tests.platforms.deliveries import ignored as ignored_of
from tests.platforms.hands import Fake, reply, to
from tests.platforms.kits.discourse import OUTCOMES, PLACE
from tests.platforms.mutations import broken, examined, told_by

Event = TypeVar("Event")
HEARD = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
"""When `deliveries` says that everything was received."""
WHO = {"community": "club", "source": "place", "platform": "discourse"}
JUN, ILSE = Person(id="88", name="jun"), Person(id="91", name="ilse")
POST = Subject(source="place", kind="post", id="204", url=f"{FORUM}/t/patch-notes/12/9", revision="1")


def at(hour: int, minute: int, second: int = 0, ms: int = 0) -> datetime:
    return datetime(2026, 11, 21, hour, minute, second, ms * 1000, tzinfo=UTC)


def event(kind: type[Event], name: str, change: Change = bool, **more: str) -> Event:
    return event_of(kind, "discourse", name, change, **more)


def ignored(name: str, change: Change = bool) -> str:
    return ignored_of("discourse", name, change)


def only(kind: type[Event], name: str, change: Change = bool, **place: Any) -> Event:
    """In a place with something else in the program."""
    found = normalise(delivery("discourse", name, change), PLACE.model_copy(update=place))
    assert isinstance(found, kind), found
    return found


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


def why(name: str, change: Change) -> str:
    """The reason with which a delivery is parked behind the door."""
    with pytest.raises(Unplaceable) as caught:
        normalise(delivery("discourse", name, change), PLACE)
    return str(caught.value)


# Flags


def test_a_flag_says_neither_why_nor_who_complained_but_where_to_ask() -> None:
    assert event(FlagRaised, "reviewable_created") == FlagRaised(
        **WHO,
        flag="reviewable:31:1",
        nature="report",
        subject=POST,
        text="Cheap gold here: http://gold.example.net",
        author=Person(id="301"),
        content_at=at(8, 11, 2, 120),
        raised_at=at(8, 40),
        as_given={"content_at": "2026-11-21T08:11:02.120Z", "raised_at": "2026-11-21T08:40:00.000Z"},
        format="markdown",
        more="review:31:1",
    )


def test_the_two_events_of_one_flag_count_once_and_the_next_flag_counts_again() -> None:
    created = event(FlagRaised, "reviewable_created")
    scored = event(FlagRaised, "reviewable_score_updated")
    second = event(FlagRaised, "reviewable_score_updated", put("reviewable", "reviewable_score_ids", value=[56, 55]))
    assert created.flag == scored.flag == "reviewable:31:1"
    assert second.flag == "reviewable:31:2"
    assert created.subject.key == scored.subject.key == second.subject.key
    # The review's time is that of its first flag.
    assert (scored.raised_at, second.raised_at) == (at(8, 40), HEARD)


@pytest.mark.parametrize("status", [1, "1", "approved", 2, 4, "ignored"])
def test_a_score_that_is_counted_anew_after_the_decision_is_no_flag(status: object) -> None:
    told = ignored("reviewable_score_updated.after_decision", put("reviewable", "status", value=status))
    assert "after the decision" in told


@pytest.mark.parametrize("status", [0, "0", "pending", None])
def test_a_flag_that_waits_is_one_however_old_the_forum(status: object) -> None:
    assert event(FlagRaised, "reviewable_score_updated", put("reviewable", "status", value=status))


def test_a_post_that_is_kept_back_is_held_and_has_its_title() -> None:
    found = event(FlagRaised, "reviewable_created.queued_post")
    assert (found.nature, found.title, found.text, found.original) == (
        "hold",
        "Hello",
        "My first post here.",
        "My *first* post here.",
    )
    assert found.subject == Subject(source="place", kind="queued_post", id="32", url=f"{FORUM}/t/patch-notes/12")
    assert found.author == Person(id="90")
    assert "newcomer@example.com" not in found.model_dump_json()


def test_a_queued_post_stays_the_same_thing_once_it_has_become_a_post() -> None:
    held = event(FlagRaised, "reviewable_created.queued_post").subject
    assert event(DecisionReported, "reviewable_transitioned_to.queued_post").subject.key == held.key


def test_a_post_that_an_older_forum_keeps_back_is_by_whoever_put_it_into_the_queue() -> None:
    found = event(FlagRaised, "reviewable_created.queued_post_before")
    assert found.author == Person(id="90")
    assert (found.text, found.subject.id) == ("My first post here.", "30")
    for nobody in (-1, None):
        change = put("reviewable", "created_by_id", value=nobody)
        assert event(FlagRaised, "reviewable_created.queued_post_before", change).author is None


def test_whoever_flagged_a_post_is_never_its_author() -> None:
    for name in ("reviewable_created", "reviewable_created.chat_message"):
        assert event(FlagRaised, name, put("reviewable", "target_created_by_id", value=None)).author is None


def test_an_account_that_waits_has_its_own_words_and_no_address() -> None:
    found = event(FlagRaised, "reviewable_created.user")
    text = "I sell gold.\n[website: http://gold.example.net]"
    assert (found.nature, found.text, found.title) == ("hold", text, "newcomer")
    assert found.subject == Subject(source="place", kind="user", id="90", url=f"{FORUM}/review/33")
    assert found.author == Person(id="90", name="newcomer")
    for secret in ("newcomer@example.com", "New Comer"):
        assert secret not in found.model_dump_json()


def test_a_website_alone_is_what_an_account_says_of_itself() -> None:
    def change(body: dict[str, Any]) -> None:
        del body["reviewable"]["payload"]["bio"]

    assert event(FlagRaised, "reviewable_created.user", change).text == "[website: http://gold.example.net]"
    empty: tuple[object, ...] = (None, "", [], {})
    for nothing in empty:
        silent = put("reviewable", "payload", "website", value=nothing)
        assert event(FlagRaised, "reviewable_created.user", silent).text == "I sell gold."


def test_a_chat_message_is_read_from_its_html() -> None:
    found = event(FlagRaised, "reviewable_created.chat_message")
    assert (found.subject.kind, found.subject.id, found.nature) == ("chat_message", "601", "report")
    assert (found.text, found.format) == ("You are all worthless.", "html")
    assert found.author == Person(id="301")


def test_a_flagged_chat_message_is_the_one_that_feedback_knows() -> None:
    said = event(FeedbackReceived, "chat_message_created")
    subject = event(FlagRaised, "reviewable_created.chat_message").subject
    assert said.content == f"{subject.kind}:{subject.id}"


@pytest.mark.parametrize(
    ("url", "subject"),
    [
        ("/chat/c/-/8/601", ("chat_message", "601")),
        (f"{FORUM}/chat/c/general/8/601?x=1", ("chat_message", "601")),
        ("/chat/message/601", ("chat_message", "601")),
        ("/chat/channel/8/general?messageId=601", ("chat_message", "601")),
        ("/chat/c/general/8", ("chat_message_review", "34")),
        ("/chat/c/-/8/t/12", ("chat_message_review", "34")),
        ("/t/chat/c/8", ("chat_message_review", "34")),
        (None, ("chat_message_review", "34")),
        (7, ("chat_message_review", "34")),
    ],
)
def test_a_chat_message_without_a_target_is_told_by_its_link_or_else_named_by_its_review(
    url: object, subject: tuple[str, str]
) -> None:
    """The number of a review is never taken for that of a message."""
    change = put("reviewable", "target_url", value=url)
    found = event(DecisionReported, "reviewable_transitioned_to.chat_message_deleted", change)
    assert (found.subject.kind, found.subject.id, found.outcome) == (*subject, "violation")


def test_a_decision_about_a_chat_message_that_is_still_there_closes_what_the_flag_opened() -> None:
    def decided(body: dict[str, Any]) -> None:
        body["reviewable"].update(status=2, version=1)

    found = normalise(renamed(delivery("discourse", "reviewable_created.chat_message", decided), TRANSITION), PLACE)
    assert isinstance(found, DecisionReported)
    assert found.subject.key == event(FlagRaised, "reviewable_created.chat_message").subject.key
    assert found.outcome == "no_violation"


def test_what_a_chat_message_was_flagged_for_finds_its_flag_though_it_was_deleted_meanwhile() -> None:
    flag = event(FlagRaised, "reviewable_created.chat_message")
    review = sample("discourse", "reviewable_transitioned_to.chat_message_deleted")["reviewable"]
    scores = [{"id": 58, "user_id": 77, "score_type": {"id": 8, "type": "spam"}}]
    answer = {"reviewable": {**review, "reviewable_score_ids": [58]}, "reviewable_scores": scores, "users": []}
    fake = Fake([reply(200, json.dumps(answer).encode())])
    where = to(address=FORUM, secret="api key", user="system")
    asked = LookRequested(more=flag.more, subject=flag.subject)
    [piece] = brought(adapter.look(asked, where, "key-1", fake.hands(0)))
    found = normalise(fetched(piece), PLACE)
    assert isinstance(found, FlagExplained)
    assert (found.flag, found.subject.key, found.code) == (flag.flag, flag.subject.key, "spam")


TRANSITION = "reviewable_transitioned_to"


def renamed(sealed: Envelope, name: str) -> Envelope:
    return Envelope.from_json(json.dumps({**json.loads(sealed.to_json()), "event": name}))


@pytest.mark.parametrize(
    ("kind", "target", "number", "subject"),
    [
        ("ReviewableFlaggedPost", "Post", 204, ("post", "204")),
        ("ReviewableAkismetPost", "Post", 204, ("post", "204")),
        ("ReviewablePost", "Post", 204, ("post", "204")),
        ("ReviewableUpload", "Upload", 7, ("upload", "7")),
        ("ReviewableThing", "Other::StrangeThing", 7, ("strange_thing", "7")),
        ("ReviewableCategoryExpertSuggestion", None, None, ("category_expert_suggestion", "31")),
        ("ReviewableFlaggedPost", None, 204, ("flagged_post", "31")),
        (None, None, None, ("reviewable", "31")),
    ],
)
def test_whatever_is_under_review_has_a_kind_and_an_id(
    kind: object, target: object, number: object, subject: tuple[str, str]
) -> None:
    def change(body: dict[str, Any]) -> None:
        body["reviewable"].update(type=kind, target_type=target, target_id=number)

    found = event(FlagRaised, "reviewable_created", change).subject
    assert (found.kind, found.id) == subject


def test_a_flag_without_a_link_of_its_own_leads_to_the_review() -> None:
    assert event(FlagRaised, "reviewable_created", without("reviewable", "target_url")).subject.url == (
        f"{FORUM}/review/31"
    )
    assert (
        event(FlagRaised, "reviewable_created", put("reviewable", "target_url", value="javascript:x")).subject.url == ""
    )


def test_a_forum_that_does_not_name_itself_is_named_by_the_program() -> None:
    relative = put("reviewable", "target_url", value="/t/patch-notes/12/9")
    sealed = delivery("discourse", "reviewable_created", relative, x_discourse_instance="")
    found = normalise(sealed, PLACE)
    assert isinstance(found, FlagRaised)
    assert found.subject.url == f"{FORUM}/t/patch-notes/12/9"
    nameless = normalise(sealed, PLACE.model_copy(update={"api": ""}))
    assert isinstance(nameless, FlagRaised)
    assert nameless.subject.url == ""
    plain = event(FlagRaised, "reviewable_created", relative, x_discourse_instance="http://10.1.2.3")
    assert plain.subject.url == "http://10.1.2.3/t/patch-notes/12/9"


# Decisions


def test_a_decision_closes_what_the_flag_opened() -> None:
    flag = event(FlagRaised, "reviewable_score_updated")
    assert event(DecisionReported, "reviewable_transitioned_to") == DecisionReported(
        **WHO,
        decision="reviewable:31:approved:1",
        subject=flag.subject,
        did="approved",
        outcome="violation",
        moderator=None,
        person=Person(id="301"),
        decided_at=HEARD,
        as_given={"decided_at": "2026-11-22T09:30:00.000Z"},
    )


@pytest.mark.parametrize(
    ("kind", "status", "did", "outcome"),
    [
        ("ReviewableFlaggedPost", 1, "approved", "violation"),
        ("ReviewableFlaggedPost", 2, "rejected", "no_violation"),
        ("ReviewableFlaggedPost", 3, "ignored", None),
        ("ReviewableFlaggedPost", 4, "deleted", "violation"),
        ("ReviewableFlaggedPost", "approved", "approved", "violation"),
        ("ReviewableFlaggedPost", "2", "rejected", "no_violation"),
        ("ReviewableAkismetPost", 1, "approved", "violation"),
        ("ReviewableAiPost", 2, "rejected", "no_violation"),
        ("ReviewableChatMessage", 1, "approved", "violation"),
        ("ReviewableQueuedPost", 1, "approved", "no_violation"),
        ("ReviewableQueuedPost", 2, "rejected", "violation"),
        ("ReviewableQueuedPost", 4, "deleted", None),
        ("ReviewableUser", 1, "approved", "no_violation"),
        ("ReviewableUser", 2, "rejected", "violation"),
        ("ReviewablePost", 1, "approved", "no_violation"),
        ("ReviewableCategoryExpertSuggestion", 1, "approved", None),
        ("ReviewableFlaggedPost", 9, "9", None),
        ("ReviewableFlaggedPost", "archived", "archived", None),
    ],
)
def test_what_is_approved_depends_on_what_was_under_review(kind: str, status: Any, did: str, outcome: object) -> None:
    def change(body: dict[str, Any]) -> None:
        body["reviewable"].update(type=kind, status=status)

    found = event(DecisionReported, "reviewable_transitioned_to", change)
    assert (found.did, found.outcome) == (did, outcome)


def test_a_second_decision_about_one_review_is_another_one() -> None:
    first = event(DecisionReported, "reviewable_transitioned_to")
    again = event(DecisionReported, "reviewable_transitioned_to", put("reviewable", "version", value=2))
    assert first.decision != again.decision


def test_a_decision_with_a_time_and_a_reason_keeps_both() -> None:
    def change(body: dict[str, Any]) -> None:
        body["reviewable"].update(updated_at="2026-11-21T09:00:00.000Z", reject_reason="A shop.", status=2)

    found = event(DecisionReported, "reviewable_transitioned_to", change)
    assert (found.decided_at, found.reason) == (at(9, 0), "A shop.")


def test_a_review_that_waits_again_was_not_decided_and_one_without_a_status_is_parked() -> None:
    assert ignored("reviewable_transitioned_to", put("reviewable", "status", value=0))
    assert "how it was decided" in why("reviewable_transitioned_to", without("reviewable", "status"))


# What flags were raised for


REVIEW: dict[str, Any] = {
    "users": [
        {"id": 77, "username": "nadia", "email": "nadia@example.com", "custom_fields": {"a": 1}},
        {"id": 78, "username": "tom"},
        {"id": -1, "username": "system"},
        {"id": 301, "username": "grim"},
        {"id": 3, "username": "marie"},
    ],
    # Newest first, as the forum has them.
    "reviewable_scores": [
        {
            "id": 57,
            "score": 1.0,
            "user_id": -1,
            "score_type_id": 9,
            "reason": 'Held by a <a href="/admin/site_settings">watched word</a>: gold &amp; silver',
            "created_at": "2026-11-21T09:10:00.000Z",
            "status": 0,
        },
        {
            "id": 56,
            "score": 4.0,
            "agree_stats": {"agreed": 3, "disagreed": 0, "ignored": 0},
            "user_id": 78,
            "score_type_id": 7,
            "reviewable_conversation_id": 900,
            "created_at": "2026-11-21T09:05:00.000Z",
            "status": 0,
        },
        {"id": 55, "score": 4.5, "user_id": 77, "score_type_id": 8, "created_at": "2026-11-21T08:40:01.000Z"},
    ],
    "score_types": [
        {"id": 8, "title": "Spam", "type": "spam"},
        {"id": 7, "title": "Something Else", "type": "notify_moderators"},
        {"id": 9, "title": "Needs Approval", "type": "needs_approval"},
    ],
    "reviewable_conversations": [{"id": 900, "permalink": "/t/x/900", "conversation_post_ids": [1, 2]}],
    "conversation_posts": [
        {"id": 1, "user_id": 78, "excerpt": "He sells gold in <b>every</b> match."},
        {"id": 2, "user_id": 3, "excerpt": "Thank you, we have a look."},
    ],
    "reviewable": {
        **sample("discourse", "reviewable_score_updated")["reviewable"],
        "reviewable_score_ids": [57, 56, 55],
    },
    "meta": {"types": {}},
    "__rest_serializer": "1",
}


def looked(fake: Fake, more: str = "review:31", **given: Any) -> Outcome | Found:
    where = to(**{"address": f"{FORUM}/", "secret": "api key", "user": "system", **given})
    return adapter.look(LookRequested(more=more, subject=POST), where, "key-1", fake.hands(0))


def brought(found: Outcome | Found) -> tuple[Piece, ...]:
    assert isinstance(found, Found), found
    return found.pieces


def fetched(piece: Piece) -> Envelope:
    """As it comes off its queue: without any header."""
    return Envelope(
        source="place",
        community="club",
        platform="discourse",
        pipeline=piece.pipeline,
        event=piece.event,
        delivery=piece.delivery,
        received_at="2026-11-22T09:30:00.000Z",
        body=piece.body,
    )


def explanations(body: dict[str, Any]) -> list[FlagExplained]:
    pieces = brought(looked(Fake([reply(200, json.dumps(body).encode())])))
    found = [normalise(fetched(piece), PLACE) for piece in pieces]
    told = [one for one in found if isinstance(one, FlagExplained)]
    assert len(told) == len(found)
    return told


def test_a_look_asks_for_the_review_as_somebody_and_brings_a_piece_for_every_score() -> None:
    fake = Fake([reply(200, json.dumps(REVIEW).encode())])
    pieces = brought(looked(fake, private=True))
    (asked,) = fake.asked
    assert (asked.method, asked.url, asked.private) == ("GET", f"{FORUM}/review/31.json", True)
    assert (asked.headers["api-key"], asked.headers["api-username"]) == ("api key", "system")
    assert [piece.delivery.rpartition(":")[0] for piece in pieces] == [
        "review:31:score:55",
        "review:31:score:56",
        "review:31:score:57",
    ]
    assert {(piece.pipeline, piece.event) for piece in pieces} == {("moderation", "review.score")}


def test_a_look_for_one_flag_brings_its_score_and_the_flag_before_it() -> None:
    """Not all of them: a hundred flags on one post would bring ten thousand pieces. Of two flags at once the forum
    tells as of one."""
    for number, score in enumerate((55, 56, 57), 1):
        piece, *more = brought(looked(Fake([reply(200, json.dumps(REVIEW).encode())]), f"review:31:{number}"))
        assert piece.delivery.startswith(f"review:31:score:{score}:")
        raised = [normalise(fetched(one), PLACE) for one in more]
        before = event(FlagRaised, "reviewable_created")
        for one in raised:
            assert isinstance(one, FlagRaised)
            assert (one.flag, one.more) == (f"reviewable:31:{number - 1}", f"review:31:{number - 1}")
            assert (one.subject, one.text, one.author) == (before.subject, before.text, before.author)
        assert len(raised) == (1 if number > 1 else 0)
    assert brought(looked(Fake([reply(200, json.dumps(REVIEW).encode())]), "review:31:4")) == ()


def test_every_score_explains_the_flag_with_its_number() -> None:
    first, second, third = explanations(REVIEW)
    assert first == FlagExplained(
        **WHO,
        flag=event(FlagRaised, "reviewable_created").flag,
        subject=event(FlagRaised, "reviewable_created").subject,
        reason="Spam",
        code="spam",
        reporter=Person(id="77", name="nadia"),
        explained_at=HEARD,
        as_given={"explained_at": "2026-11-22T09:30:00.000Z"},
    )
    assert (second.flag, second.reason, second.code) == ("reviewable:31:2", "Something Else", "other")
    assert (second.comment, second.reporter) == ("He sells gold in every match.", Person(id="78", name="tom"))
    assert (third.reason, third.code, third.reporter) == (
        "Needs Approval",
        "unknown",
        Person(id="-1", name="system", bot=True),
    )
    assert third.comment == "Held by a watched word (/admin/site_settings): gold & silver"


def test_nothing_but_what_explains_a_flag_is_kept_of_the_answer() -> None:
    kept = b"".join(piece.body for piece in brought(looked(Fake([reply(200, json.dumps(REVIEW).encode())]))))
    for absent in (b"nadia@example.com", b"agree_stats", b"grim", b"Thank you", b"marie", b"Cheap gold"):
        assert absent not in kept


def test_the_same_look_again_brings_the_same_pieces_and_a_later_word_another_one() -> None:
    fake = Fake([reply(200, json.dumps(REVIEW).encode())])
    assert looked(fake) == looked(fake)
    voted = deepcopy(REVIEW)
    voted["reviewable"].update(score=99.0, version=7, status=1)
    voted["reviewable_scores"][1]["agree_stats"]["agreed"] = 4
    assert looked(Fake([reply(200, json.dumps(voted).encode())])) == looked(fake)
    voted["conversation_posts"][0]["excerpt"] = "He sells gold."
    changed = {one.delivery for one in brought(looked(Fake([reply(200, json.dumps(voted).encode())])))}
    assert len(changed - {one.delivery for one in brought(looked(fake))}) == 1


def test_scores_of_an_older_forum_have_a_type_without_a_name() -> None:
    older = deepcopy(REVIEW)
    older["score_types"] = [{"id": 8, "title": "Pourriel"}, {"id": 10, "title": "Illégal"}]
    older["reviewable_scores"][1]["score_type_id"] = 10
    older["reviewable_scores"][0]["score_type_id"] = 1004
    assert [(one.reason, one.code) for one in explanations(older)] == [
        ("Pourriel", "spam"),
        ("Illégal", "illegal"),
        ("", "unknown"),
    ]


def test_scores_of_other_reviews_beside_it_are_left_alone() -> None:
    more = deepcopy(REVIEW)
    more["reviewable_scores"].append({"id": 12, "user_id": 77, "score_type_id": 8})
    assert [one.flag for one in explanations(more)] == ["reviewable:31:1", "reviewable:31:2", "reviewable:31:3"]


def test_a_message_whose_first_words_are_a_moderator_s_is_nobody_s_complaint() -> None:
    other = deepcopy(REVIEW)
    other["conversation_posts"][0]["user_id"] = 3
    assert [one.comment for one in explanations(other)][1] == ""


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply(404), Refused("answered 404")),
        (reply(403), Refused("answered 403")),
        (reply(429, retry_after="9"), Wait(9, "answered 429")),
        (reply(500), Unknown("answered 500")),
        (reply(503), Wait(60, "answered 503")),
        (reply(204), Unknown("answered 204 to a look")),
    ],
    ids=str,
)
def test_what_a_forum_says_to_a_look(answer: Reply, outcome: Outcome) -> None:
    assert looked(Fake([answer])) == outcome


@pytest.mark.parametrize("body", [b"", b"[]", b'{"reviewable": {"id": 31, "raw": "cut o', b"<html>"])
def test_an_answer_that_cannot_be_read_is_not_asked_for_again(body: bytes) -> None:
    found = looked(Fake([reply(200, body)]))
    assert isinstance(found, Refused)
    assert "cut off" in found.reason


@pytest.mark.parametrize(
    "more", ["", "review:", "review:../admin", "review:31/x", "review:31:", "post:31", "review:٣١"]
)
def test_what_is_no_review_is_not_asked_for(more: str) -> None:
    fake = Fake()
    assert isinstance(looked(fake, more), Refused)
    assert not fake.asked


def test_without_an_address_nobody_is_asked() -> None:
    assert isinstance(looked(Fake(), address=""), Refused)


@given(st.data())
def test_whatever_a_forum_answers_to_a_look_its_pieces_can_be_read_or_are_parked(data: st.DataObject) -> None:
    body = broken(data, deepcopy(REVIEW))
    found = looked(Fake([reply(200, json.dumps(body).encode())]))
    for piece in found.pieces if isinstance(found, Found) else ():
        try:
            told = normalise(fetched(piece), PLACE)
        except Unplaceable:
            continue
        assert isinstance(told, FlagExplained)
        told.model_dump_json().encode("utf-8")


# Posts


def test_a_post_on_a_forum() -> None:
    assert event(FeedbackReceived, "post_created") == FeedbackReceived(
        **WHO,
        content="post:210",
        kind="post",
        text="Please let us mute a whole guild.",
        about="topic:14",
        title="Wishes for winter",
        url=f"{FORUM}/t/wishes/14/3",
        revision="1",
        author=JUN,
        said_at=at(9, 12, 45, 6),
        as_given={"said_at": "2026-11-21T09:12:45.006Z"},
        format="markdown",
    )
    first = event(FeedbackReceived, "post_created", put("post", "post_number", value=1))
    assert (first.kind, first.thread, first.about) == ("topic", "topic:14", "")


def test_an_edit_is_the_same_content_at_the_same_time_in_new_words() -> None:
    before, after = event(FeedbackReceived, "post_created"), event(FeedbackChanged, "post_edited")
    assert (after.content, after.said_at, after.author) == (before.content, before.said_at, before.author)
    assert (after.change, after.revision, after.changed_at) == ("edited", "2", at(9, 20, 10, 500))
    assert after.text == "Please let us mute a whole guild, or a list (https://play.example.com/mute)."
    assert after.original.startswith("Please let us mute a **whole**")


def test_a_removal_says_nothing_of_what_stood_there() -> None:
    before, gone = event(FeedbackReceived, "post_created"), event(FeedbackChanged, "post_destroyed")
    assert (gone.content, gone.said_at) == (before.content, before.said_at)
    assert (gone.change, gone.changed_at) == ("removed", at(10, 0))
    assert (gone.text, gone.original, gone.title, gone.url) == ("", "", "", "")


def test_who_deletes_an_own_post_edits_it_first_and_that_is_the_removal() -> None:
    gone = event(FeedbackChanged, "post_edited.by_author_deleted")
    assert (gone.change, gone.text, gone.changed_at) == ("removed", "", HEARD)


def test_a_removal_counts_where_the_topic_went_too_and_took_its_category_along() -> None:
    def change(body: dict[str, Any]) -> None:
        body["post"].update(category_id=None, category_slug="", topic_archetype="")

    assert only(FeedbackChanged, "post_destroyed", change, feedback=("6",)).change == "removed"
    assert only(Ignored, "post_created", change, feedback=("6",))


def test_a_post_that_is_restored_stands_again_from_when_we_hear_of_it() -> None:
    # Its `updated_at` is that of its last edit, before it was removed.
    back = event(FeedbackChanged, "post_recovered")
    assert (back.change, back.changed_at, back.said_at) == ("restored", HEARD, at(9, 12, 45, 6))
    assert back.text.startswith("Please let us mute")


def test_a_forum_s_retry_has_another_delivery_id_and_the_same_content() -> None:
    first = delivery("discourse", "post_created", x_discourse_event_id="7")
    again = delivery("discourse", "post_created", x_discourse_event_id="8")
    assert first.id != again.id
    assert normalise(first, PLACE) == normalise(again, PLACE)


def test_a_forum_may_call_json_a_form() -> None:
    # Discourse's hook has a setting for the content type; the text is JSON either way.
    found = event(FeedbackReceived, "post_created", content_type="application/x-www-form-urlencoded")
    assert found.content == "post:210"


def test_without_markdown_the_html_is_read() -> None:
    found = event(FeedbackReceived, "post_created", without("post", "raw"))
    assert (found.text, found.original, found.format) == (
        "Please let us mute a whole guild.",
        "<p>Please let us mute a whole guild.</p>",
        "html",
    )


def test_a_picture_is_told_by_its_name() -> None:
    picture = put("post", "raw", value="![my screen|690x388](upload://ohGFmibN.jpeg)")
    assert event(FeedbackReceived, "post_created", picture).text == "my screen"


def test_private_messages_have_no_effect_anywhere() -> None:
    private = put("post", "topic_archetype", value="private_message")
    for name in ("post_created", "post_edited", "post_destroyed", "post_recovered"):
        assert ignored(name, private) == "a private message"
    assert ignored("post_created.private_message") == "a private message"
    assert ignored("post_liked", put("like", "post", "topic_archetype", value="private_message")) == "a private message"
    assert ignored("chat_message_created.direct") == "a private message"
    assert ignored("topic_created", put("topic", "archetype", value="private_message")) == "a private message"


def test_the_forum_s_own_words_and_ours_have_no_effect() -> None:
    for kind in (2, 3, 4):
        assert ignored("post_created", put("post", "post_type", value=kind))
    assert event(FeedbackReceived, "post_created", without("post", "post_type"))
    for number in (-1, -2):
        assert ignored("post_created", put("post", "user_id", value=number)) == "written by the forum itself"
    assert only(Ignored, "post_created", account="88").reason == "our own words"
    assert only(Ignored, "post_liked", account="91").reason == "our own words"
    assert only(Ignored, "topic_upvote", account="91").reason == "our own words"
    assert only(Ignored, "chat_message_created", account="88").reason == "our own words"


@pytest.mark.parametrize(("feedback", "heard"), [((), True), (("6",), True), (("wishes",), True), (("7", "x"), False)])
def test_only_categories_of_the_program_are_feedback(feedback: tuple[str, ...], heard: bool) -> None:
    slug = put("post", "category_slug", value="wishes")
    assert only(FeedbackReceived if heard else Ignored, "post_created", slug, feedback=feedback)
    within = put("like", "post", "category_slug", value="wishes")
    assert only(FeedbackReceived if heard else Ignored, "post_liked", within, feedback=feedback)


def test_whoever_was_deleted_is_nobody() -> None:
    assert event(FeedbackReceived, "post_created", put("post", "user_id", value=None)).author is None


@pytest.mark.parametrize("written", ["a\x00b", "a\ud800b", "# \udc00"], ids=ascii)
def test_what_no_store_can_hold_is_replaced_and_the_rest_is_kept(written: str) -> None:
    found = event(FeedbackReceived, "post_created", put("post", "raw", value=written))
    assert "\ufffd" in found.text
    found.model_dump_json().encode("utf-8")


def test_markup_and_mentions_of_strangers_stay_words() -> None:
    hostile = "<script>alert(1)</script> @everyone {{7*7}} <img src=x onerror=alert(1)>"
    found = event(FeedbackReceived, "post_created", put("post", "raw", value=hostile))
    assert "onerror" not in found.text
    assert "@everyone {{7*7}}" in found.text
    assert found.original == hostile


# Signs


def test_a_like_is_a_sign_about_a_post_at_the_time_we_hear_of_it() -> None:
    assert event(FeedbackReceived, "post_liked") == FeedbackReceived(
        **WHO,
        content="like:210:91",
        kind="reaction",
        text="❤",
        title="Wishes for winter",
        url=f"{FORUM}/t/wishes/14/3",
        about="post:210",
        remembered=True,
        author=ILSE,
        said_at=HEARD,
        as_given={"said_at": "2026-11-22T09:30:00.000Z"},
    )


def test_a_vote_and_its_taking_back_have_one_name() -> None:
    given = event(FeedbackReceived, "topic_upvote")
    assert (given.content, given.kind, given.text, given.about) == ("vote:14:91", "reaction", "vote", "topic:14")
    assert (given.url, given.author, given.said_at) == (f"{FORUM}/t/wishes/14", Person(id="91"), HEARD)
    taken = event(FeedbackChanged, "topic_unvote")
    assert (taken.content, taken.change, taken.said_at) == ("vote:14:91", "removed", None)


# Chat


def test_a_message_in_a_public_chat() -> None:
    assert event(FeedbackReceived, "chat_message_created") == FeedbackReceived(
        **WHO,
        content="chat_message:601",
        kind="chat_message",
        text="Is the winter map out?",
        original="Is the *winter* map out?",
        format="markdown",
        title="General",
        url=f"{FORUM}/chat/c/-/8/601",
        author=JUN,
        said_at=at(9, 2),
        as_given={"said_at": "2026-11-21T09:02:00Z"},
    )


def test_a_chat_message_is_edited_trashed_and_restored_under_one_name() -> None:
    edited, gone = event(FeedbackChanged, "chat_message_edited"), event(FeedbackChanged, "chat_message_trashed")
    assert (edited.change, edited.text, edited.changed_at) == ("edited", "Is the winter map out today?", HEARD)
    assert (gone.change, gone.text, gone.changed_at) == ("removed", "", at(9, 5))
    back = normalise(renamed(delivery("discourse", "chat_message_edited"), "chat_message_restored"), PLACE)
    assert isinstance(back, FeedbackChanged)
    assert back.change == "restored"
    assert {edited.content, gone.content, back.content} == {"chat_message:601"}
    assert {edited.said_at, gone.said_at, back.said_at} == {at(9, 2)}


def test_a_message_of_files_alone_names_them() -> None:
    def change(body: dict[str, Any]) -> None:
        message = body["chat_message"]["message"]
        message.update(message="", cooked="", uploads=[{"id": 1, "original_filename": "crash.log"}, {"id": 2}])

    assert event(FeedbackReceived, "chat_message_created", change).text == "[file: crash.log]"


def test_bots_in_a_chat_have_no_effect() -> None:
    hook = put("chat_message", "message", "chat_webhook_event", value={"id": 1, "username": "deploys"})
    assert ignored("chat_message_created", hook) == "written by a bot"
    assert ignored("chat_message_created", put("chat_message", "message", "user", "id", value=-1))


def test_a_channel_that_may_be_private_is_parked() -> None:
    assert "public" in why("chat_message_created", without("chat_message", "channel", "chatable_type"))
    assert "channel" in why("chat_message_created", without("chat_message", "channel"))


@pytest.mark.parametrize("name", ["6", "feedback", "general", "General"])
def test_a_chat_is_heard_by_its_category_or_its_own_name(name: str) -> None:
    assert only(FeedbackReceived, "chat_message_created", feedback=(name,))
    assert only(Ignored, "chat_message_created", feedback=("8",))  # A channel's number may be a category's.


# News


def test_a_topic_in_a_category_of_news_is_a_trigger() -> None:
    assert event(TriggerFired, "topic_created") == TriggerFired(
        **WHO,
        trigger="topic:place:40",
        kind="topic",
        title="The winter map is here",
        url=f"{FORUM}/t/the-winter-map-is-here/40",
        author=Person(id="3", name="marie"),
        published_at=at(8, 0),
        as_given={"published_at": "2026-11-21T08:00:00.000Z"},
    )


@pytest.mark.parametrize("tags", [None, [], ["winter"], [{"id": 3, "name": "winter", "slug": "winter"}]])
def test_tags_come_in_three_shapes_and_change_nothing(tags: object) -> None:
    assert event(TriggerFired, "topic_created", put("topic", "tags", value=tags))


def test_a_topic_anywhere_else_is_nothing_since_its_post_comes_by_itself() -> None:
    for told in (ignored("topic_created.elsewhere"), only(Ignored, "topic_created", news=()).reason):
        assert "comes by itself" in told
    # Even where everything is feedback: the first post is what counts, once.
    assert event(FeedbackReceived, "post_created", put("post", "post_number", value=1)).content == "post:210"


def test_a_topic_that_is_not_listed_yet_is_news_once_it_is() -> None:
    assert "not listed" in ignored("topic_created", put("topic", "visible", value=False))
    shown = event(TriggerFired, "topic_visible_status_updated", put("topic", "visible", value=True))
    assert shown == event(TriggerFired, "topic_created")


def test_a_topic_that_goes_takes_its_draft_along() -> None:
    trigger = event(TriggerFired, "topic_created").trigger
    gone = event(TriggerWithdrawn, "topic_destroyed")
    assert (gone.trigger, gone.withdrawn_at) == (trigger, at(11, 0))
    hidden = event(TriggerWithdrawn, "topic_visible_status_updated")
    assert (hidden.trigger, hidden.withdrawn_at) == (trigger, HEARD)


def test_other_changes_of_a_topic_are_no_news() -> None:
    for name in ("topic_edited", "topic_closed_status_updated"):
        assert "nothing news" in ignored(name)


# What cannot be read


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("reviewable_created", ("reviewable",)),
        ("reviewable_created", ("reviewable", "id")),
        ("reviewable_transitioned_to", ("reviewable", "id")),
        ("post_created", ("post",)),
        ("post_created", ("post", "id")),
        ("post_edited", ("post", "id")),
        ("post_destroyed", ("post", "id")),
        ("post_liked", ("like",)),
        ("post_liked", ("like", "post", "id")),
        ("post_liked", ("like", "user", "id")),
        ("topic_upvote", ("topic_voting", "topic_id")),
        ("topic_upvote", ("topic_voting", "voter_id")),
        ("chat_message_created", ("chat_message", "message", "id")),
        ("topic_created", ("topic", "id")),
    ],
    ids=str,
)
@pytest.mark.parametrize("value", [None, "", [], True, 1.5], ids=repr)
def test_without_its_identity_an_event_is_parked_naming_what_is_missing(
    name: str, path: tuple[str, ...], value: object
) -> None:
    assert path[-1] in why(name, without(*path))
    assert path[-1] in why(name, put(*path, value=value))


@pytest.mark.parametrize(
    ("name", "path", "field"),
    [
        ("post_created", ("post", "created_at"), "said_at"),
        ("reviewable_created", ("reviewable", "created_at"), "raised_at"),
        ("chat_message_created", ("chat_message", "message", "created_at"), "said_at"),
        ("topic_created", ("topic", "created_at"), "published_at"),
        ("topic_created", ("topic", "title"), "title"),
    ],
    ids=str,
)
def test_a_field_that_is_missing_is_named(name: str, path: tuple[str, ...], field: str) -> None:
    assert f" {field}: " in why(name, without(*path))


@pytest.mark.parametrize("body", [b"", b"\x00", b"[]", b"\xff\xfe", b'{"post":' + b"[" * 100_000], ids=len)
def test_a_body_that_cannot_be_read_is_parked_behind_the_door_too(body: bytes) -> None:
    for name in ("post_created", "reviewable_created", "topic_destroyed", "chat_message_edited"):
        with pytest.raises(Unplaceable):
            normalise(envelope("discourse", body, headers("discourse", name)), PLACE)


NAMES = sorted(name for name, outcome in OUTCOMES.items() if outcome not in ("challenge", "parked"))
OURS = ("vote", "file")


@given(st.data())
def test_whatever_stands_in_a_field_the_event_is_whole_ignored_or_parked(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    body = broken(data, sample("discourse", name))
    told_by(body, examined("discourse", body, headers=headers("discourse", name)), *OURS)


# The door


def verdict(event: str) -> Accepted | Answer:
    return classify(Request("POST", {"x-discourse-event": event}, b"{}"))


@pytest.mark.parametrize(
    "event",
    [
        "user_created",
        "user_updated",
        "user_logged_in",
        "user_badge_granted",
        "user_added_to_group",
        "user_promoted",
        "notification_created",
        "accepted_solution",
        "category_created",
        "group_updated",
        "tag_destroyed",
        "assigned",
    ],
)
def test_what_is_not_wanted_and_full_of_addresses_is_answered_and_not_kept(event: str) -> None:
    found = verdict(event)
    assert isinstance(found, Answer)
    assert found.status == 200


@pytest.mark.parametrize("event", ["calendar_event_created", "topic_pondered", "usernames_changed", "POST_CREATED"])
def test_what_nobody_knows_is_parked(event: str) -> None:
    found = verdict(event)
    assert isinstance(found, Accepted)
    assert (found.pipeline, found.reason) == ("parked", f"the event {event!r} is not handled")


def test_every_status_of_a_topic_goes_to_announcements() -> None:
    for status in ("closed", "archived", "pinned_globally", "visible", "autoclosed"):
        found = verdict(f"topic_{status}_status_updated")
        assert isinstance(found, Accepted)
        assert found.pipeline == "announcements"


# The safety net


KEYS = Keys(signing="a secret of ours", token="api key")


def queue(*reviews: Mapping[str, Any]) -> bytes:
    users = [{"id": 90, "username": "newcomer", "email": "newcomer@example.com"}]
    return json.dumps({"reviewables": reviews, "meta": {"total_rows_reviewables": 3}, "users": users}).encode()


def waiting(number: int, *scores: int, **more: Any) -> dict[str, Any]:
    given = sample("discourse", "reviewable_score_updated")["reviewable"]
    return {**given, "id": number, "reviewable_score_ids": list(scores), **more}


def test_what_waits_is_read_page_by_page_from_the_oldest() -> None:
    pages = [reply(200, queue(*(waiting(number, number) for number in range(10)))), reply(200, queue(waiting(10, 10)))]
    fake = Fake(pages)
    first = poller.poll(PLACE, "", KEYS, fake.hands(0))
    assert (len(first.pieces), first.cursor, first.more) == (10, "10", True)
    second = poller.poll(PLACE, first.cursor, KEYS, fake.hands(0))
    assert (len(second.pieces), second.cursor, second.more) == (1, "", False)
    queries = [parse_qs(urlsplit(asked.url).query) for asked in fake.asked]
    assert [query["offset"] for query in queries] == [["0"], ["10"]]
    for asked, query in zip(fake.asked, queries, strict=True):
        assert urlsplit(asked.url).path == "/review.json"
        assert (query["status"], query["sort_order"]) == (["pending"], ["created_at_asc"])
        assert (asked.headers["api-key"], asked.headers["api-username"]) == ("api key", "system")


def test_a_flag_that_was_missed_has_the_name_it_would_have_had() -> None:
    review = sample("discourse", "reviewable_score_updated")["reviewable"]
    (piece,) = poller.poll(PLACE, "", KEYS, Fake([reply(200, queue(review))]).hands(0)).pieces
    found = normalise(fetched(piece), PLACE)
    assert isinstance(found, FlagRaised)
    assert found == event(FlagRaised, "reviewable_score_updated")


def test_each_of_several_flags_is_brought() -> None:
    pieces = poller.poll(PLACE, "", KEYS, Fake([reply(200, queue(waiting(31, 60, 55, 57)))]).hands(0)).pieces
    found = [normalise(fetched(piece), PLACE) for piece in pieces]
    assert [one.flag for one in found if isinstance(one, FlagRaised)] == [
        "reviewable:31:1",
        "reviewable:31:2",
        "reviewable:31:3",
    ]


def test_a_queue_that_stays_the_same_brings_the_same_deliveries_and_no_addresses() -> None:
    account = sample("discourse", "reviewable_created.user")["reviewable"]
    held = sample("discourse", "reviewable_created.queued_post")["reviewable"]

    def look(**more: Any) -> tuple[Piece, ...]:
        return poller.poll(
            PLACE, "", KEYS, Fake([reply(200, queue({**account, **more}, {**held, **more}))]).hands(0)
        ).pieces

    assert look() == look(score=5.0, version=3, can_edit=False)
    assert look() != look(target_url=f"{FORUM}/t/elsewhere/1")
    for piece in look():
        assert b'example.com"' not in piece.body
        assert b"newcomer@" not in piece.body
    (first, second) = (normalise(fetched(piece), PLACE) for piece in look())
    assert first == event(FlagRaised, "reviewable_created.user")
    assert second == event(FlagRaised, "reviewable_created.queued_post")


def test_an_answer_that_is_cut_off_is_read_as_far_as_it_goes() -> None:
    whole = queue(*(waiting(number, number) for number in range(10)))
    cut = whole[: whole.index(b'"id": 3, "type"') + 20]
    found = poller.poll(PLACE, "20", KEYS, Fake([reply(200, cut)]).hands(0))
    assert ([json.loads(one.body)["reviewable"]["id"] for one in found.pieces], found.cursor) == ([0, 1, 2], "23")
    assert found.more


def test_a_review_that_alone_is_too_long_is_passed_over() -> None:
    found = poller.poll(PLACE, "20", KEYS, Fake([reply(200, b'{"reviewables": [{"id": 1, "raw": "lo')]).hands(0))
    assert (found.pieces, found.cursor, found.more) == ((), "21", True)


def test_an_empty_queue_brings_nothing() -> None:
    found = poller.poll(PLACE, "", KEYS, Fake([reply(200, queue())]).hands(0))
    assert (found.pieces, found.cursor, found.more) == ((), "", False)


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"errors": ["no"]}', b'{"x": "\\"reviewables\\": ["}'])
def test_an_answer_that_is_no_queue_moves_nothing(body: bytes) -> None:
    with pytest.raises(AskedError):
        poller.poll(PLACE, "", KEYS, Fake([reply(200, body)]).hands(0))


def test_a_forum_that_refuses_is_left_alone_for_a_while() -> None:
    with pytest.raises(AskedError) as caught:
        poller.poll(PLACE, "", KEYS, Fake([reply(429, retry_after="90")]).hands(0))
    assert caught.value.wait == 90


def test_without_a_key_or_an_address_nothing_is_asked() -> None:
    fake = Fake()
    assert poller.poll(PLACE, "", Keys("", ""), fake.hands(0)).pieces == ()
    assert poller.poll(PLACE.model_copy(update={"api": ""}), "", KEYS, fake.hands(0)).pieces == ()
    assert not fake.asked


# Setting up


URL = "https://liaison.example.com/hooks/place"
ROTATED = Keys(signing="another secret of ours", token="api key")


def keyed(keys: Keys = KEYS, url: str = URL) -> str:
    return f"{url}?k={hashlib.sha256(keys.signing.encode()).hexdigest()[:8]}"


TYPES = {
    "topic": {"topic_created": 101, "topic_edited": 103, "topic_destroyed": 104},
    "post": {"post_created": 201, "post_edited": 202, "post_destroyed": 203, "post_recovered": 204},
    "user": {"user_created": 304},
    "reviewable": {"reviewable_created": 901, "reviewable_updated": 902},
    "like": {"post_liked": 1501},
    "chat": {f"chat_message_{one}": 1800 + number for number, one in enumerate(("created", "edited", "trashed"))},
}


@dataclass
class Forum:
    """A forum with its webhooks, as an administrator sees them."""

    hooks: list[dict[str, Any]] = field(default_factory=list)
    shows_secret: bool = True
    coarse: bool = False
    refuses: Reply | None = None
    written: list[tuple[str, str]] = field(default_factory=list)

    @property
    def types(self) -> dict[str, int]:
        if self.coarse:
            return {"topic": 1, "post": 2, "user": 3, "reviewable": 9, "like": 15}
        return {name: number for group in TYPES.values() for name, number in group.items()}

    def http(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", private: bool = False
    ) -> Reply:
        assert (headers["api-key"], headers["api-username"], private) == ("api key", "system", False)
        if self.refuses:
            return self.refuses
        path = url.removeprefix(FORUM)
        if method == "GET":
            assert path == "/admin/api/web_hooks.json"
            return reply(200, json.dumps(self.listing()).encode())
        self.written.append((method, path))
        self.write(path, json.loads(body)["web_hook"])
        return reply(200, b'{"web_hook": {}}')

    def write(self, path: str, given: dict[str, Any]) -> None:
        names = {number: name for name, number in self.types.items()}
        ticked = [{"id": one, "name": names[one]} for one in given.pop("web_hook_event_type_ids")]
        hook = {**given, "web_hook_event_types": ticked, "last_delivery_status": 1}
        number = path.removeprefix("/admin/api/web_hooks").strip("/").removesuffix(".json")
        if number:
            (there,) = (one for one in self.hooks if one["id"] == int(number))
            there.update(hook)
        else:
            self.hooks.append({"id": len(self.hooks) + 1, "category_ids": [], "group_ids": [], "tag_names": [], **hook})

    def listing(self) -> dict[str, Any]:
        hooks = [{k: v for k, v in one.items() if k != "secret" or self.shows_secret} for one in self.hooks]
        if self.coarse:
            rows = [{"id": number, "name": name} for name, number in self.types.items()]
            return {"web_hooks": hooks, "extras": {"event_types": rows}}
        groups = {group: [{"id": i, "name": n, "group": group} for n, i in of.items()] for group, of in TYPES.items()}
        return {"web_hooks": hooks, "extras": {"grouped_event_types": groups}}

    def states(self, *, repair: bool = False, keys: Keys = KEYS, **place: Any) -> dict[str, str]:
        hands = Fake().hands(0)
        there = PLACE.model_copy(update=place)
        report = connection.check(there, URL, keys, type(hands)(self.http, hands.objects, hands.mail, 0), repair=repair)
        return {finding.what: finding.state for finding in report.findings}


def good(**more: Any) -> dict[str, Any]:
    forum = Forum()
    forum.states(repair=True)
    return {**forum.hooks[0], "last_delivery_status": 3, **more}


def test_a_forum_without_our_webhook_gets_one_and_a_second_repair_changes_nothing() -> None:
    forum = Forum()
    assert forum.states()["webhook"] == "wrong"
    assert not forum.written
    assert set(forum.states(repair=True).values()) == {"good"}
    (hook,) = forum.hooks
    assert (hook["payload_url"], hook["active"], hook["secret"]) == (keyed(), True, KEYS.signing)
    assert {one["name"] for one in hook["web_hook_event_types"]} == {
        *("reviewable_created", "reviewable_updated"),
        *("post_created", "post_edited", "post_destroyed", "post_recovered", "post_liked"),
        *("topic_created", "topic_edited", "topic_destroyed"),
        *("chat_message_created", "chat_message_edited", "chat_message_trashed"),
    }
    forum.states(repair=True)
    assert forum.written == [("POST", "/admin/api/web_hooks.json")]


def test_without_news_no_topics_are_wanted() -> None:
    forum = Forum()
    forum.states(repair=True, news=())
    assert not [one for one in forum.hooks[0]["web_hook_event_types"] if one["name"].startswith("topic")]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"active": False}, "active"),
        ({"content_type": 2}, "content type"),
        ({"secret": "somebody's"}, "secret there"),
        ({"wildcard_web_hook": True}, "events"),
        ({"web_hook_event_types": [{"id": 201, "name": "post_created"}]}, "events"),
        ({"web_hook_event_types": None}, "events"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named_and_mended(change: dict[str, Any], wrong: str) -> None:
    forum = Forum([good(**change)])
    states = forum.states()
    assert [what for what, state in states.items() if state != "good"] == [wrong]
    assert set(forum.states(repair=True).values()) == {"good"}
    assert forum.written == [("PUT", "/admin/api/web_hooks/1.json")]
    assert len(forum.hooks) == 1


def test_events_that_others_ticked_stay() -> None:
    ticked = [{"id": 304, "name": "user_created"}, {"id": 201, "name": "post_created"}]
    forum = Forum([good(web_hook_event_types=ticked)])
    forum.states(repair=True)
    assert {"user_created", "reviewable_updated"} <= {one["name"] for one in forum.hooks[0]["web_hook_event_types"]}


@pytest.mark.parametrize("limit", [{"category_ids": [5]}, {"tag_names": ["winter"]}, {"group_ids": [3]}])
def test_a_limit_leaves_out_flags_and_is_a_person_s_to_lift(limit: dict[str, Any]) -> None:
    forum = Forum([good(**limit)])
    assert forum.states()["limits"] == forum.states(repair=True)["limits"] == "wrong"


def test_a_webhook_that_was_pasted_by_hand_is_mended_once_where_its_secret_is_not_shown() -> None:
    forum = Forum([good(payload_url=URL, secret="somebody's")], shows_secret=False)
    states = forum.states()
    assert (states["address"], states.pop("secret there"), set(states.values())) == ("good", "unknown", {"good"})
    hidden = connection.same_secret({"payload_url": URL}, URL, KEYS.signing, PLACE)
    assert "`liaison connect place` writes" in hidden.told
    for _ in range(2):
        assert set(forum.states(repair=True).values()) == {"good"}
    assert forum.written == [("PUT", "/admin/api/web_hooks/1.json")]
    assert [(one["payload_url"], one["secret"]) for one in forum.hooks] == [(keyed(), KEYS.signing)]


def test_a_webhook_that_was_pasted_by_hand_stays_where_its_secret_is_shown() -> None:
    forum = Forum([good(payload_url=URL)])
    assert set(forum.states(repair=True).values()) == {"good"}
    assert not forum.written


@pytest.mark.parametrize("shown", [True, False])
def test_another_secret_is_written_once(shown: bool) -> None:
    forum = Forum([good()], shows_secret=shown)
    assert forum.states(keys=ROTATED)["secret there"] == "wrong"
    for _ in range(2):
        assert set(forum.states(repair=True, keys=ROTATED).values()) == {"good"}
    assert forum.written == [("PUT", "/admin/api/web_hooks/1.json")]
    assert [(one["payload_url"], one["secret"]) for one in forum.hooks] == [(keyed(ROTATED), ROTATED.signing)]


@pytest.mark.parametrize("url", ["https://elsewhere.example.com/hooks/place", f"{URL}-2", f"{URL}/", f"x{URL}"])
@pytest.mark.parametrize("query", ["", "?k=12345678", keyed(url="")])
def test_another_s_webhook_is_left_alone_and_ours_made_beside_it(url: str, query: str) -> None:
    foreign = good(payload_url=url + query, secret="somebody's")
    forum = Forum([deepcopy(foreign)])
    assert forum.states()["webhook"] == "wrong"
    assert set(forum.states(repair=True).values()) == {"good"}
    assert forum.hooks[0] == foreign
    assert [one["payload_url"] for one in forum.hooks[1:]] == [keyed()]


def test_a_failed_delivery_is_told() -> None:
    assert Forum([good(last_delivery_status=2)]).states()["last delivery"] == "wrong"
    assert Forum([good(last_delivery_status=1)]).states()["last delivery"] == "good"


def test_a_forum_of_before_2023_has_one_type_for_all_of_posts() -> None:
    forum = Forum(coarse=True)
    assert set(forum.states(repair=True).values()) == {"good"}
    assert {one["name"] for one in forum.hooks[0]["web_hook_event_types"]} == {"reviewable", "post", "like", "topic"}


def test_news_is_written_in_numbers() -> None:
    assert Forum([good()]).states(news=("announcements", "5"))["news"] == "wrong"


def test_without_a_secret_nothing_is_written() -> None:
    forum = Forum()
    for put in ("", "short"):
        assert forum.states(repair=True, keys=Keys(put, "api key"))["secret"] == "wrong"
    assert not forum.written


def test_without_a_key_only_the_secret_can_be_judged() -> None:
    assert Forum().states(keys=Keys(KEYS.signing, "")) == {"secret": "good", "webhook": "unknown"}


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (reply(403), "wrong"),
        (reply(404), "wrong"),
        (reply(422), "wrong"),
        (reply(429), "unknown"),
        (reply(500), "unknown"),
        (reply(200, b"<html>"), "unknown"),
        (reply(200, b'{"web_hooks": 5, "extras": []}'), "wrong"),
    ],
    ids=str,
)
def test_whatever_a_forum_answers_is_a_finding(answer: Reply, state: str) -> None:
    assert Forum(refuses=answer).states(repair=True)["webhook"] == state


def test_a_forum_that_does_not_answer_is_unknown() -> None:
    def silent(method: str, url: str, **_: Any) -> Reply:
        raise UnansweredError("no whole answer within 10 s")

    hands = Fake().hands(0)
    report = connection.check(PLACE, URL, KEYS, type(hands)(silent, hands.objects, hands.mail, 0), repair=True)
    assert report.state == "unknown"


def test_the_steps_name_what_is_pasted_and_what_must_not_be_ticked() -> None:
    told = "\n".join(connection.steps(PLACE, URL))
    for word in (
        URL,
        "application/json",
        "liaison secret put place --outgoing",
        "of topics",
        "mail addresses",
        "api_user",
    ):
        assert word in told
    assert "of topics" not in "\n".join(connection.steps(PLACE.model_copy(update={"news": ()}), URL))
