"""Mastodon: what reports, decisions, sign-ups and posts become, and what is asked there."""

import json
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from events.envelope import Envelope
from events.feedback import FeedbackChanged, FeedbackReceived
from events.moderation import DecisionReported, FlagRaised, Subject
from events.people import Person
from functions.platforms.door import Accepted, Request, classified, refused
from functions.platforms.inbound import Unplaceable, normalise
from functions.platforms.mastodon import connection, gate, poller
from functions.platforms.outgoing import NotSentError, Piece, Reply
from functions.platforms.standing import AskedError, Finding, Keys
from tests.platforms.deliveries import SAMPLES, sample
from tests.platforms.hands import Fake, reply
from tests.platforms.kits.mastodon import OUTCOMES, PLACE, SECRETS, signed
from tests.platforms.mutations import broken, examined, told_by

NAMES = sorted(OUTCOMES)
KEYS = Keys(signing=SECRETS[0], token="an access token")
SITE = "https://social.example.com"
POST = "https://elsewhere.example.net/@grim/113400001"

GRIM = Person(id="110301", name="grim@elsewhere.example.net")
NADIA = Person(id="110200", name="nadia", language="fr")
JUN = Person(id="110500", name="jun")
Event = TypeVar("Event")


def at(hour: int, minute: int, second: int = 0, ms: int = 0) -> datetime:
    return datetime(2026, 11, 21, hour, minute, second, ms * 1000, tzinfo=UTC)


def only(kind: type[Event], body: dict[str, Any], **more: Any) -> Event:
    found = examined("mastodon", body, **more)
    [event] = found.events or (found.reason,)
    assert isinstance(event, kind), event
    return event


def changed(name: str, **more: Any) -> dict[str, Any]:
    """A sample with other fields in its object."""
    body = sample("mastodon", name)
    return {**body, "object": {**body["object"], **more}}


def why(body: Any) -> str:
    found = examined("mastodon", body)
    assert not found.events
    assert 200 <= found.status < 300
    return found.reason


# Reports


def test_a_report_of_a_post_by_somebody_of_another_server() -> None:
    assert only(FlagRaised, sample("mastodon", "report.created")) == FlagRaised(
        community="club",
        source="place",
        platform="mastodon",
        flag="report:8437",
        subject=Subject(source="place", kind="status", id="113400001", url=POST, revision="2026-11-21T09:14:31.000Z"),
        text="about last night\nYou are all worthless.\nLeave the game, @nadia & friends",
        original=sample("mastodon", "report.created")["object"]["statuses"][0]["content"],
        format="html",
        language="en",
        reason="violation",
        code="rules",
        comment="He does not stop.\nRule: Be kind to each other",
        author=GRIM,
        reporter=NADIA,
        content_at=at(9, 12, 4),
        raised_at=at(9, 30, 0, 348),
        as_given={"content_at": "2026-11-21T09:12:04.000Z", "raised_at": "2026-11-21T09:30:00.348Z"},
    )


def test_a_report_of_several_posts_is_a_case_for_each() -> None:
    found = examined("mastodon", sample("mastodon", "report.created.two"))
    first, second = found.events
    assert isinstance(first, FlagRaised)
    assert isinstance(second, FlagRaised)
    assert first.flag == second.flag == "report:8438"
    assert (first.subject.id, second.subject.id) == ("113400001", "113400002")
    assert first.author == second.author == GRIM
    assert second.text == "Still worthless.\n[image: A scoreboard, mine crossed out]\n[video]"
    assert second.language == "und"
    assert second.subject.url == ""
    assert second.code == "spam"


def test_the_posts_of_a_report_are_queued_under_names_of_their_own() -> None:
    body = json.dumps(sample("mastodon", "report.created.two")).encode()
    one, other = pieces(body)
    assert one.delivery != other.delivery
    assert pieces(body) == (one, other)
    assert [len(json.loads(piece.body or b"")["object"]["statuses"]) for piece in (one, other)] == [1, 1]


def pieces(body: bytes) -> tuple[Accepted, ...]:
    verdict = classified("mastodon", Request("POST", {}, body))
    assert isinstance(verdict, tuple)
    return verdict


@pytest.mark.parametrize(("posts", "flags", "parked"), [(1, 1, 0), (24, 24, 0), (25, 25, 0), (26, 25, 1), (400, 25, 1)])
def test_a_report_of_very_many_posts_is_cut_and_the_rest_is_parked(posts: int, flags: int, parked: int) -> None:
    post = sample("mastodon", "report.created")["object"]["statuses"][0]
    body = changed("report.created", statuses=[{**post, "id": str(number)} for number in range(posts)])
    verdict = pieces(json.dumps(body).encode())
    assert [piece.pipeline for piece in verdict] == ["moderation"] * flags + ["parked"] * parked
    assert len({piece.delivery for piece in verdict}) == len(verdict)
    if parked:
        assert f"{posts} posts" in verdict[-1].reason
        assert len(json.loads(verdict[-1].body or b"")["object"]["statuses"]) == posts - 25


def test_posts_that_were_not_taken_apart_are_parked_and_none_is_forgotten() -> None:
    body = json.dumps(sample("mastodon", "report.created.two")).encode()
    with pytest.raises(Unplaceable, match="2 posts"):
        normalise(sealed("report.created", body), PLACE)


def sealed(event: str, body: bytes) -> Envelope:
    return Envelope("place", "club", "mastodon", "feedback", event, "d", "2026-11-22T09:30:00.000Z", body)


def test_a_report_without_a_post_is_about_the_account() -> None:
    found = only(FlagRaised, sample("mastodon", "report.created.account"))
    assert found.subject == Subject(
        source="place", kind="account", id="110301", url="https://elsewhere.example.net/@grim"
    )
    assert (found.text, found.comment, found.content_at) == ("", "", None)
    assert found.code == "other"
    # The other server's own actor: who complained there is not told.
    assert found.reporter == Person(id="110999", name="other.example.org@other.example.org")


@pytest.mark.parametrize(
    ("category", "code"),
    [
        ("spam", "spam"),
        ("legal", "illegal"),
        ("other", "other"),
        ("weather", "other"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_category_is_our_code_and_any_other_word_does_no_harm(category: object, code: str) -> None:
    found = only(FlagRaised, changed("report.created", category=category))
    assert (found.reason, found.code) == (category or "", code)


@pytest.mark.parametrize(
    ("name", "did", "moderator", "time"),
    [
        (
            "resolved",
            "resolved; the account is silenced",
            Person(id="110001", name="carla", language="en"),
            (11, 2, 0, 100),
        ),
        ("assigned", "open, assigned to carla", Person(id="110001", name="carla", language="en"), (10, 40)),
        ("open", "open, assigned to nobody", None, (12, 0)),
    ],
)
def test_what_moderators_do_with_a_report_says_nothing_about_a_violation(
    name: str, did: str, moderator: Person | None, time: tuple[int, ...]
) -> None:
    found = only(DecisionReported, sample("mastodon", f"report.updated.{name}"))
    assert found.did == did
    assert found.outcome is None
    assert found.moderator == moderator
    assert found.person == GRIM
    assert found.decided_at == at(*time)
    flagged = only(FlagRaised, sample("mastodon", "report.created"))
    assert found.subject == flagged.subject


def test_a_resolved_report_that_is_assigned_later_is_not_resolved_twice() -> None:
    first = only(DecisionReported, sample("mastodon", "report.updated.resolved"))
    later = changed("report.updated.resolved", updated_at="2026-11-22T07:00:00.000Z", assigned_account=None)
    again = only(DecisionReported, later)
    assert first.decision == again.decision == "report:8437:2026-11-21T11:02:00.100Z"
    reopened = changed("report.updated.resolved", action_taken=False, updated_at="2026-11-22T08:00:00.000Z")
    assert only(DecisionReported, reopened).decision != first.decision


def test_what_is_done_about_several_posts_is_told_of_each() -> None:
    body = {**sample("mastodon", "report.created.two"), "event": "report.updated"}
    found = examined("mastodon", body).events
    assert [event.subject.id for event in found if isinstance(event, DecisionReported)] == ["113400001", "113400002"]


# Accounts


def test_a_sign_up_that_waits_is_held_with_what_was_written_to_the_moderators() -> None:
    found = only(FlagRaised, sample("mastodon", "account.created"))
    assert found.nature == "hold"
    assert found.subject == Subject(source="place", kind="account", id="110777", url=f"{SITE}/@pix")
    assert found.text == "I play a lot and want to talk about maps."
    assert found.author == Person(id="110777", name="pix", language="de")
    assert found.reporter is None
    assert found.raised_at == at(8, 0)
    assert only(FlagRaised, changed("account.created", invite_request=None)).text == ""


def test_an_approval_ends_what_was_held() -> None:
    held = only(FlagRaised, sample("mastodon", "account.created"))
    found = only(DecisionReported, sample("mastodon", "account.approved"))
    assert found.subject == held.subject
    assert (found.did, found.outcome, found.decided_at) == ("approved", "no_violation", at(13, 5))


@pytest.mark.parametrize(
    ("limits", "outcome"),
    [
        ({"suspended": True}, None),
        ({"silenced": True}, "violation"),
        ({"disabled": True}, "violation"),
        ({"sensitized": True}, None),
        ({"suspended": True, "sensitized": True}, None),
        ({"suspended": True, "silenced": True}, "violation"),
    ],
    ids=str,
)
def test_a_limit_on_an_account_is_a_decision_however_often_it_is_told(
    limits: dict[str, bool], outcome: str | None
) -> None:
    found = only(DecisionReported, changed("account.updated", **limits))
    assert found.did.replace(" (by a moderator, or by deleting the account)", "") == ", ".join(limits)
    assert found.outcome == outcome
    assert found.person == Person(id="110778", name="rude", language="en")
    later = {**changed("account.updated", **limits), "created_at": "2026-12-01T09:30:00Z"}
    assert only(DecisionReported, later).decision == found.decision
    assert only(DecisionReported, changed("account.updated", id="1", **limits)).decision != found.decision


def test_whoever_deletes_an_own_account_is_suspended_too_and_that_is_no_violation() -> None:
    found = only(DecisionReported, changed("account.updated", suspended=True))
    assert found.did == "suspended (by a moderator, or by deleting the account)"
    assert found.outcome is None


# Posts


def test_a_public_post_is_feedback() -> None:
    assert only(FeedbackReceived, sample("mastodon", "status.created")) == FeedbackReceived(
        community="club",
        source="place",
        platform="mastodon",
        content="status:113400100",
        kind="status",
        text="The new map is gorgeous, but my sync fails every second match. #Skyfort\n"
        "[poll: same here | works for me]",
        original=sample("mastodon", "status.created")["object"]["content"],
        format="html",
        language="en",
        url=f"{SITE}/@jun/113400100",
        author=JUN,
        said_at=at(10, 2),
        as_given={"said_at": "2026-11-21T10:02:00.000Z"},
    )


LINK = "RE: https://elsewhere.example.net/@eve/113400120"
WORDS = "[quote of @eve@elsewhere.example.net: My sync fails, too: here is how to mend it.]"


def test_a_post_that_is_but_a_quote_tells_what_is_quoted_and_whose_it_is() -> None:
    found = only(FeedbackReceived, sample("mastodon", "status.created.quote"))
    assert (found.text, found.author, found.content) == (f"{LINK}\n{WORDS}", JUN, "status:113400150")
    assert only(FeedbackReceived, changed("status.created.quote", content="")).text == WORDS
    assert only(FeedbackReceived, changed("status.created.quote", content="<p>lol</p>")).text == f"lol\n{WORDS}"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"account": None}, "[quote: My sync fails, too: here is how to mend it.]"),
        ({"visibility": "private"}, "[quote of @eve@elsewhere.example.net]"),
        ({"content": "", "media_attachments": [{"type": "video"}]}, "[quote of @eve@elsewhere.example.net: [video]]"),
        ({"content": ""}, "[quote of @eve@elsewhere.example.net]"),
        ({"content": "<p>Same here</p>"}, ""),
    ],
    ids=str,
)
def test_a_quote_tells_no_more_than_everybody_may_read_and_nothing_twice(change: dict[str, Any], told: str) -> None:
    quote = sample("mastodon", "status.created.quote")["object"]["quote"]
    quote["quoted_status"].update(change)
    found = only(FeedbackReceived, changed("status.created.quote", content="<p>Same here!</p>", quote=quote))
    assert found.text == "\n".join(filter(None, ["Same here!", told]))


@pytest.mark.parametrize("quote", [None, {}, {"state": "revoked", "quoted_status": None}, {"quoted_status": "x"}, "x"])
def test_a_quote_that_is_not_shown_is_passed_over(quote: object) -> None:
    assert only(FeedbackReceived, changed("status.created.quote", content="lol", quote=quote)).text == "lol"


def test_a_post_that_is_but_a_quote_nobody_is_shown_says_that_much() -> None:
    pending = {"state": "pending", "quoted_status": None}
    assert only(FeedbackReceived, changed("status.created.quote", content="", quote=pending)).text == "[quote]"


def test_a_report_of_a_quote_has_the_author_of_the_post_and_not_of_what_is_quoted() -> None:
    post = sample("mastodon", "status.created.quote")["object"]
    found = only(FlagRaised, changed("report.created", statuses=[{**post, "content": ""}]))
    assert (found.author, found.text) == (JUN, WORDS)


def test_an_edit_finds_the_post_it_changes() -> None:
    said = only(FeedbackReceived, sample("mastodon", "status.created.reply"))
    found = only(FeedbackChanged, sample("mastodon", "status.updated"))
    assert said.kind == found.kind == "reply"
    assert said.about == f"status:{sample('mastodon', 'status.created.reply')['object']['in_reply_to_id']}"
    assert (found.content, found.said_at) == (said.content, said.said_at)
    assert found.change == "edited"
    assert found.changed_at == at(10, 9)
    assert found.revision == "2026-11-21T10:09:00.000Z"
    assert found.text == "Same on mine, since the last patch."


@pytest.mark.parametrize("name", ["status.created", "status.updated"])
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"visibility": "direct"}, "not for everybody"),
        ({"visibility": "private"}, "not for everybody"),
        ({"visibility": None}, "not for everybody"),
        ({"reblog": {"id": "1"}}, "boost"),
        ({"account": {"id": "9", "acct": "weather", "bot": True}}, "bot"),
        ({"account": {"id": "110600", "acct": "skyfort"}}, "our own"),
        ({"account": {"id": 110600, "acct": "skyfort"}}, "our own"),
    ],
    ids=str,
)
def test_what_is_private_repeated_automatic_or_ours_is_no_feedback(
    name: str, change: dict[str, Any], reason: str
) -> None:
    assert reason in why(changed(name, **change))


def test_unlisted_posts_are_public() -> None:
    assert only(FeedbackReceived, changed("status.created", visibility="unlisted")).text


def test_a_place_may_listen_to_hashtags() -> None:
    place = PLACE.model_copy(update={"feedback": ("#skyFort", "beta")})
    assert only(FeedbackReceived, sample("mastodon", "status.created"), place=place)
    found = examined("mastodon", sample("mastodon", "status.created.reply"), place=place)
    assert found.reason == "without effect: none of the hashtags that are feedback"
    mention = json.dumps({"event": "mention", "object": sample("mastodon", "status.created.reply")["object"]}).encode()
    assert isinstance(normalise(sealed("mention", mention), place), FeedbackReceived)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"content": "", "media_attachments": [{"type": "image", "description": "a castle"}]}, "[image: a castle]"),
        ({"content": None, "media_attachments": [{"type": "audio"}], "poll": None}, "[audio]"),
        ({"content": "<p></p>", "media_attachments": [{"description": None}]}, "[attachment]"),
        ({"content": "<p>&lt;script&gt; is a word</p>", "poll": {}}, "<script> is a word"),
        ({"content": "plain text of another server", "poll": None}, "plain text of another server"),
        ({"content": "", "poll": None, "media_attachments": None, "spoiler_text": None}, ""),
    ],
    ids=str,
)
def test_what_there_is_to_see_beside_the_text_is_said(change: dict[str, Any], text: str) -> None:
    assert only(FeedbackReceived, changed("status.created", **{"poll": None, **change})).text == text


# The door


@pytest.mark.parametrize("body", [b"", b"Hello nadia", b"[]", b"null", b'{"content": "Hello"}', b"\xff", b"{"])
def test_a_payload_template_is_parked_saying_what_to_do(body: bytes) -> None:
    assert "leave the payload template of the webhook empty" in why(body)


@pytest.mark.parametrize("event", ["mention", "account.deleted", "status.deleted", "report.forwarded", "reports"])
def test_an_event_nobody_knows_is_parked_by_its_name(event: str) -> None:
    assert why({"event": event, "object": {"id": "1"}}) == f"the event {event!r} is not handled"


def test_only_sha256_of_the_right_secret_opens_the_door() -> None:
    body = b'{"event": "status.created"}'
    good = signed(SECRETS[0], body)
    assert gate.verify(good, SECRETS[:1], 0)
    assert not gate.verify(signed("", body), [""], 0)
    digest = good.headers["x-hub-signature"].removeprefix("sha256=")
    for value in (digest, f"sha1={digest}", f"sha512={digest}", f"SHA256={digest}", f" sha256={digest}"):
        assert not gate.verify(Request("POST", {"x-hub-signature": value}, body), SECRETS, 0)
    assert refused("mastodon").status == 401  # Any other 4xx, and Mastodon forgets the delivery.


def test_a_delivery_has_one_name_for_all_its_attempts_and_another_for_each_change() -> None:
    def name(**more: Any) -> str:
        [found] = pieces(json.dumps(changed("report.updated.open", **more)).encode())
        return found.delivery

    assert name() == name()
    names = {name(), name(updated_at="2026-11-21T12:00:01.000Z"), name(id="9"), name(comment="another")}
    assert len(names) == 4
    assert len(name(id="9" * 5000, updated_at="\ud800" * 500).encode()) < 500


def test_a_report_a_level_too_deep_to_be_taken_apart_is_parked_whole() -> None:
    for depth in range(900, 1100):
        deep = b"[" * depth + b"]" * depth
        body = b'{"event": "report.created", "object": {"id": "1", "statuses": [%s, 1]}}' % deep
        assert {piece.pipeline for piece in pieces(body)} <= {"moderation", "parked"}


# Odd shapes


def test_ids_may_be_numbers_and_fields_may_be_missing() -> None:
    found = only(FeedbackReceived, {"event": "status.created", "object": {
        "id": 7, "created_at": "2026-11-21T10:02:00Z", "visibility": "public", "account": {"id": 8}, "new": [1],
    }})  # fmt: skip
    assert (found.content, found.text, found.author) == ("status:7", "", Person(id="8"))


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("report.created", {"id": None}, "'id'"),
        ("report.created", {"created_at": None}, "raised_at"),
        ("report.created", {"statuses": "all"}, "'statuses'"),
        ("report.created", {"statuses": [None]}, "'statuses'"),
        ("report.created", {"statuses": [{}]}, "'id'"),
        ("report.created", {"statuses": [], "target_account": None}, "'target_account'"),
        ("report.created", {"comment": 7}, "'comment'"),
        ("report.updated.open", {"updated_at": None}, "decided_at"),
        ("account.updated.suspended", {"id": ""}, "'id'"),
        ("status.created", {"id": None}, "'id'"),
        ("status.created", {"created_at": "yesterday"}, "said_at"),
        ("status.created", {"content": {"html": ""}}, "'content'"),
        ("status.updated", {"edited_at": 1.5e300}, "edited_at"),
    ],
    ids=str,
)
def test_what_has_no_identity_or_time_is_parked_naming_it(name: str, change: dict[str, Any], reason: str) -> None:
    assert reason in why(changed(name, **change))


def test_nobody_s_address_leaves_the_adapter() -> None:
    for name in NAMES:
        events = json.dumps(examined("mastodon", sample("mastodon", name)).as_json()["events"])
        assert "mail.example.com" not in events
        assert "203.0.113" not in events
        assert "avatar" not in events


def test_hostile_text_stays_text() -> None:
    nasty = "<p>@everyone {{secret}} \u202e\x00\ud800 <b onclick=x>bold</b></p><script>alert(1)</script>"
    found = only(FeedbackReceived, changed("status.created", content=nasty, poll=None))
    assert found.text == "@everyone {{secret}} \u202e�� bold"


@settings(max_examples=300)
@given(st.sampled_from([name for name in NAMES if name != "template"]), st.data())
def test_whatever_is_broken_the_event_is_told_by_the_body_or_there_is_none(name: str, data: st.DataObject) -> None:
    body = broken(data, sample("mastodon", name))
    assume("\\u" not in json.dumps(body, ensure_ascii=False))  # In JSON a control character is not itself.
    told_by(body, examined("mastodon", body), "Rule", "attachment", "poll", "image", "video")


# Mentions


def notification(number: int, **more: Any) -> dict[str, Any]:
    status = {**sample("mastodon", "status.created.reply")["object"], "id": str(113400000 + number), **more}
    return {"id": str(number), "type": "mention", "account": status["account"], "status": status}


def answer(*numbers: int) -> Reply:
    return reply(200, json.dumps([notification(number) for number in numbers]).encode())


def test_a_mention_becomes_the_same_feedback_as_the_post_itself() -> None:
    fake = Fake([answer(7)])
    polled = poller.poll(PLACE, "", KEYS, fake.hands(0))
    [piece] = polled.pieces
    assert (piece.pipeline, piece.event) == ("feedback", "mention")
    found = normalise(sealed(piece.event, piece.body), PLACE)
    body = changed("status.created.reply", id="113400007")
    assert found == only(FeedbackReceived, body)
    [asked] = fake.asked
    assert asked.url == f"{SITE}/api/v1/notifications?types%5B%5D=mention&limit=5"
    assert asked.headers["authorization"] == "Bearer an access token"


def test_a_mention_keeps_what_it_quotes() -> None:
    post = sample("mastodon", "status.created.quote")["object"]
    fake = Fake([reply(200, json.dumps([{"id": "7", "type": "mention", "status": post}]).encode())])
    [piece] = poller.poll(PLACE, "", KEYS, fake.hands(0)).pieces
    found = normalise(sealed(piece.event, piece.body), PLACE)
    assert found == only(FeedbackReceived, sample("mastodon", "status.created.quote"))
    assert b"avatar" not in piece.body


def test_a_piece_keeps_nothing_that_changes_or_that_nobody_needs() -> None:
    def fetched(**more: Any) -> Piece:
        fake = Fake([reply(200, json.dumps([notification(7, **more)]).encode())])
        return poller.poll(PLACE, "", KEYS, fake.hands(0)).pieces[0]

    assert fetched() == fetched(replies_count=99, favourited=True, card={"url": "x"})
    assert fetched().delivery != fetched(content="<p>edited</p>").delivery
    assert b"avatar" not in fetched().body
    media = fetched(
        media_attachments=[{"type": "image", "description": "map", "url": "u"}], poll={"options": [{"title": "a"}]}
    )
    found = normalise(sealed("mention", media.body), PLACE)
    assert isinstance(found, FeedbackReceived)
    assert found.text.endswith("[image: map]\n[poll: a]")


@pytest.mark.parametrize(
    ("cursor", "found", "asked_after", "next_cursor", "more"),
    [
        ("", (), None, "0 0", False),
        ("", (9, 8, 7), None, "7 9", False),
        ("7 9", (9, 8), "7", "9 9", False),
        ("9 9", (), "9", "9 9", False),
        ("9 9", (14, 13, 12, 11, 10), "9", "9 14", True),
        ("9 14", (14, 13, 12, 11, 10), "9", "14 14", True),
        ("14 14", (99, 100), "14", "14 100", False),
        ("9 14", (13, 12), "9", "14 14", False),
    ],
)
def test_each_visit_goes_on_where_the_last_but_one_ended(
    cursor: str, found: tuple[int, ...], asked_after: str | None, next_cursor: str, more: bool
) -> None:
    fake = Fake([answer(*found)])
    polled = poller.poll(PLACE, cursor, KEYS, fake.hands(0))
    assert (polled.cursor, polled.more) == (next_cursor, more)
    assert len(polled.pieces) == len(found)
    assert ("min_id" in fake.asked[0].url) == (asked_after is not None)
    assert asked_after is None or fake.asked[0].url.endswith(f"min_id={asked_after}")


@given(st.lists(st.integers(1, 300), unique=True, max_size=40), st.integers(0, 40))
def test_no_mention_is_missed_whatever_comes_between_two_visits(numbers: list[int], early: int) -> None:
    """A server that pages as Mastodon does, on which the rest arrives after some visits."""
    there = sorted(numbers[:early])
    start = there[-5:]
    seen: set[str] = set()
    cursor = ""
    for visit in range(200):
        if visit == 1:
            there = sorted({*there, *(number for number in numbers if not there or number > there[-1])})
        after = int(cursor.partition(" ")[0] or -1)
        page = [number for number in there if number > after][:5] if cursor else there[-5:]
        polled = poller.poll(PLACE, cursor, KEYS, Fake([answer(*reversed(page))]).hands(0))
        seen |= {piece.delivery.split(":")[1] for piece in polled.pieces}
        if visit > 1 and not polled.more and polled.cursor == cursor:
            break
        cursor = polled.cursor
    wanted = {number for number in there if not start or number >= start[0]}
    assert {str(113400000 + number) for number in wanted} <= seen


def test_without_an_address_or_a_token_nothing_is_asked() -> None:
    fake = Fake()
    assert poller.poll(PLACE, "7 9", Keys("s", ""), fake.hands(0)).cursor == "7 9"
    assert poller.poll(PLACE.model_copy(update={"api": ""}), "", KEYS, fake.hands(0)).pieces == ()
    assert not fake.asked


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"[{}]", b"[{" + b"x" * 70_000, b"[" * 100_000], ids=len)
def test_a_page_that_cannot_be_read_is_asked_for_one_by_one_before_giving_up(body: bytes) -> None:
    fake = Fake([reply(200, body)])
    with pytest.raises(AskedError, match="64 KiB"):
        poller.poll(PLACE, "7 9", KEYS, fake.hands(0))
    assert [asked.url.partition("limit=")[2][0] for asked in fake.asked] == ["5", "1"]
    polled = poller.poll(PLACE, "7 9", KEYS, Fake([reply(200, body), answer(8)]).hands(0))
    assert (polled.cursor, polled.more, len(polled.pieces)) == ("9 9", True, 1)


def test_a_refusal_moves_nothing() -> None:
    with pytest.raises(AskedError, match="answered 401") as caught:
        poller.poll(PLACE, "7 9", KEYS, Fake([reply(401)]).hands(0))
    assert caught.value.wait == 3600


# The connection


def test_the_steps_name_everything_that_has_to_be_pasted_or_ticked() -> None:
    told = "\n".join(connection.steps(PLACE, "https://liaison.example.com/hooks/place"))
    for needed in (
        "https://liaison.example.com/hooks/place",
        "liaison secret put place",
        "--outgoing",
        *gate.PIPELINES,
    ):
        assert needed in told
    assert set(connection.EVENTS) == set(gate.PIPELINES)


@pytest.mark.parametrize(
    ("status", "state", "told"),
    [(200, "good", "may read"), (401, "wrong", "needs"), (403, "wrong", "needs"), (500, "unknown", "answered 500")],
)
def test_the_token_is_tried_on_what_it_is_for(status: int, state: str, told: str) -> None:
    fake = Fake([reply(status, b"[]")])
    report = connection.check(PLACE, "https://x.example", KEYS, fake.hands(0), repair=True)
    assert [finding.what for finding in report.findings] == ["secret", "reports", "mentions"]
    assert {finding.state for finding in report.findings[1:]} == {state}
    assert all(told in finding.told for finding in report.findings[1:])
    assert [asked.method for asked in fake.asked] == ["GET", "GET"]


def test_a_server_out_of_reach_is_a_finding() -> None:
    class Cut(Fake):
        def http(self, *given: Any, **more: Any) -> Reply:
            raise NotSentError("social.example.com could not be reached")

    report = connection.check(PLACE, "https://x.example", KEYS, Cut().hands(0), repair=False)
    assert report.state == "unknown"
    assert report.findings[0] == Finding("secret", "good", "it was put")


def test_without_a_token_only_the_secret_is_looked_at() -> None:
    report = connection.check(PLACE, "https://x.example", Keys("", ""), Fake().hands(0), repair=False)
    [finding] = report.findings
    assert finding.state == "wrong"
    assert "liaison secret put place" in finding.told


def test_every_sample_is_in_the_kit() -> None:
    assert {file.stem for file in (SAMPLES / "mastodon").iterdir()} == set(OUTCOMES)
