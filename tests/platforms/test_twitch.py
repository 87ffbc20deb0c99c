"""Twitch: who gets in, what its events say here, and how it is subscribed to."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.inspect import examine
from events.announcements import TriggerFired
from events.envelope import fingerprint
from events.feedback import FeedbackReceived
from events.moderation import DecisionReported, FlagRaised
from events.operations import SubscriptionLost
from events.people import Person
from events.program import Source, bare
from functions.platforms.door import Accepted, Answer, Request, gate
from functions.platforms.inbound import (
    ForAnnouncements,
    ForFeedback,
    ForModeration,
    ForUpkeep,
    Ignored,
    Unplaceable,
    normalise,
)
from functions.platforms.outgoing import Hands, NotSentError, Reply, UnansweredError
from functions.platforms.standing import Finding, Keys, Report
from functions.platforms.twitch import connection
from functions.platforms.twitch.adapter import READERS, WITHOUT_EFFECT
from functions.platforms.twitch.gate import PIPELINES
from tests.contracts.shared import MARKS, PAYLOADS
from tests.platforms.deliveries import Change, delivery, event, ignored, sample
from tests.platforms.hands import Fake, reply
from tests.platforms.kits import NOW
from tests.platforms.kits.twitch import OUTCOMES, PLACE, SECRETS, headers, signed, stamp
from tests.platforms.senders import brief

HOLD = "automod.message.hold.v2.automod"
TERMS = "automod.message.hold.v2.blocked_term"
CHAT = "channel.chat.message"
SENT = datetime(2026, 11, 22, 9, 29, 59, 123456, UTC)
NOOR = Person(id="4400077", name="ヌール")
ADA = Person(id="4400002", name="Ada_Keeps_Watch")
GARDEN = Person(id="4400001", name="The_Hollow_Garden")
BODY = b'{"subscription": {"type": "stream.online"}, "event": {}}'


def changed(**fields: Any) -> Change:
    """A change to the event in a body."""
    return lambda body: body["event"].update(fields)


def within(name: str, **fields: Any) -> Change:
    return lambda body: body["event"][name].update(fields)


def flag(name: str, change: Change = bool) -> FlagRaised:
    return event(FlagRaised, "twitch", name, change)


def decision(name: str, change: Change = bool, **more: str) -> DecisionReported:
    return event(DecisionReported, "twitch", name, change, **more)


def verdict(name: str, change: Change = bool) -> tuple[str, str, str | None]:
    """What it was done to, what was done, and what that says."""
    told = decision(name, change)
    return (f"{told.subject.kind}:{told.subject.id}", told.did, told.outcome)


def parked(name: str, change: Change) -> str:
    with pytest.raises(Unplaceable) as caught:
        normalise(delivery("twitch", name, change), PLACE)
    return str(caught.value)


def admits(request: Request, *secrets: str, now: float = NOW) -> bool:
    return gate("twitch").verify(request, secrets or SECRETS[:1], now)


# Who gets in.


def test_id_and_time_are_part_of_what_is_signed() -> None:
    request = signed(SECRETS[0], BODY)
    assert admits(request)
    for name, value in (("id", "msg-2"), ("id", ""), ("timestamp", stamp(NOW + 1)), ("timestamp", "")):
        sent = {**request.headers, f"twitch-eventsub-message-{name}": value}
        assert not admits(replace(request, headers=sent))


@pytest.mark.parametrize(("difference", "good"), [(-601, False), (-600, True), (0, True), (600, True), (601, False)])
def test_a_signed_time_is_good_for_ten_minutes_both_ways(difference: int, good: bool) -> None:
    assert admits(signed(SECRETS[0], BODY, at=NOW + difference)) == good


def sign(stamp: str, message_id: str = "msg-1", body: bytes = BODY) -> Request:
    """With a time written in any way, signed as it is written."""
    digest = hmac.new(SECRETS[0].encode(), message_id.encode() + stamp.encode() + body, hashlib.sha256).hexdigest()
    return Request(
        "POST",
        {
            "twitch-eventsub-message-id": message_id,
            "twitch-eventsub-message-timestamp": stamp,
            "twitch-eventsub-message-signature": f"sha256={digest}",
        },
        body,
    )


@pytest.mark.parametrize(
    "stamp",
    [
        "2026-11-22T09:30:00Z",
        "2026-11-22T09:30:00.1Z",
        "2026-11-22T09:30:00.0000000Z",
        "2026-11-22T09:30:00.123456789Z",
        "2026-11-22T10:30:00.5+01:00",
    ],
)
def test_a_time_has_as_many_digits_as_it_likes_and_is_signed_as_written(stamp: str) -> None:
    assert admits(sign(stamp))


@pytest.mark.parametrize(
    "stamp",
    [
        "",
        "now",
        str(NOW),
        "2026-11-22T09:30:00",
        "2026-11-22 09:30:00Z",
        "2026-11-22T09:30Z",
        "20261122T093000Z",
        "2026-W47-7T09:30:00Z",
        "2026-02-31T09:30:00Z",
        "0000-01-01T00:00:00Z",
        "2026-11-22T09:30:61Z",
        "٢٠٢٦-11-22T09:30:00Z",
        "2026-11-22T09:30:00." + "0" * 31 + "Z",
        "2026-11-22T09:30:00Z\n",
    ],
)
def test_a_time_that_is_none_is_refused_though_it_is_signed(stamp: str) -> None:
    assert not admits(sign(stamp))


def test_nothing_can_be_moved_between_id_time_and_body() -> None:
    # The three are signed end to end: cut otherwise, the same bytes would carry the same signature.
    whole = ("msg-1", "2026-11-22T09:30:00.25Z", BODY)
    text = "".join((whole[0], whole[1], whole[2].decode()))
    signature = sign(whole[1]).headers["twitch-eventsub-message-signature"]
    for first in range(len(text)):
        for second in range(first, min(len(text), first + 40)):
            cut = (text[:first], text[first:second], text[second:].encode())
            sent = {
                "twitch-eventsub-message-id": cut[0],
                "twitch-eventsub-message-timestamp": cut[1],
                "twitch-eventsub-message-signature": signature,
            }
            assert admits(Request("POST", sent, cut[2])) == (cut == whole)


# Where it goes.


def classify(kind: str | None, body: object, message_id: str = "msg-1") -> Any:
    sent = {} if kind is None else {"twitch-eventsub-message-type": kind}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return gate("twitch").classify(
        Request("POST", {**sent, **({"twitch-eventsub-message-id": message_id} if message_id else {})}, raw)
    )


def test_a_challenge_is_given_back_bare() -> None:
    found = examine(
        "twitch",
        json.dumps(sample("twitch", "webhook_callback_verification")).encode(),
        headers("webhook_callback_verification"),
    )
    assert (found.verdict, found.status, found.body) == ("challenge", 200, "11535768-aaaa-4bbb-8ccc-ba2cb5341a01")
    assert classify("webhook_callback_verification", {"challenge": "abc"}) == Answer(200, "abc", "text/plain")


@pytest.mark.parametrize("given", [None, 7, "", ["abc"], {"a": "b"}, "\ud800"])
def test_a_challenge_that_is_none_is_parked(given: object) -> None:
    found = classify("webhook_callback_verification", {"challenge": given})
    assert (found.pipeline, found.reason) == ("parked", "the verification has no challenge")


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        (None, {}, "there is no Twitch-Eventsub-Message-Type header"),
        ("gossip", {}, "the message type 'gossip' is not known here"),
        ("notification", {}, "the body does not say what was subscribed to"),
        ("notification", {"subscription": "stream.online"}, "the body does not say what was subscribed to"),
        ("notification", {"subscription": {"type": 7}}, "the body does not say what was subscribed to"),
        ("notification", {"subscription": {"type": "channel.raid"}}, "the event 'channel.raid' is not handled"),
        ("notification", b"", "the body is not a JSON object"),
        ("revocation", b"[]", "the body is not a JSON object"),
    ],
)
def test_what_is_not_known_is_parked_saying_why(kind: str | None, body: object, reason: str) -> None:
    found = classify(kind, body)
    assert (found.pipeline, found.delivery, found.reason) == ("parked", "msg-1", reason)


def test_the_type_in_the_signed_body_counts_and_not_the_header_s() -> None:
    sent = {**headers("stream.online"), "twitch-eventsub-subscription-type": "channel.chat.message"}
    found = gate("twitch").classify(Request("POST", sent, BODY))
    assert found == Accepted("announcements", "stream.online", "msg-1")


def test_a_delivery_is_named_by_twitch_or_else_by_its_body() -> None:
    body = {"subscription": {"type": "stream.online"}}
    assert classify("notification", body).delivery == "msg-1"
    assert classify("notification", body, "").delivery == fingerprint(json.dumps(body).encode())


def test_every_event_that_is_let_in_is_read_or_has_a_reason_to_be_passed_over() -> None:
    assert set(PIPELINES) == {*READERS, *WITHOUT_EFFECT}
    assert not set(READERS) & set(WITHOUT_EFFECT)


@pytest.mark.parametrize("name", [name for name, end in OUTCOMES.items() if end not in ("challenge", "parked")])
def test_every_event_arrives_where_it_is_expected(name: str) -> None:
    sealed = delivery("twitch", name)
    found = normalise(sealed, PLACE)
    expected = {
        "moderation": ForModeration,
        "feedback": ForFeedback,
        "announcements": ForAnnouncements,
        "upkeep": ForUpkeep,
    }
    assert isinstance(found, expected[sealed.pipeline] | Ignored)


def test_every_event_goes_to_a_queue_there_is() -> None:
    assert set(PIPELINES.values()) == {"moderation", "feedback", "announcements"}


# Flags.


def test_a_message_that_automod_holds() -> None:
    found = flag(HOLD)
    assert found == FlagRaised(
        community="club",
        source="place",
        platform="twitch",
        flag="automod:a1a1a1a1-0000-4000-8000-000000000002",
        nature="hold",
        subject=found.subject,
        text="😂 hopeless lot",
        reason="bullying",
        code="harassment",
        comment='level 2; found: "hopeless"',
        author=NOOR,
        content_at=datetime(2026, 11, 22, 9, 29, 58, 323937, UTC),
        raised_at=datetime(2026, 11, 22, 9, 29, 58, 323937, UTC),
        as_given={"content_at": "2026-11-22T09:29:58.323937273Z", "raised_at": "2026-11-22T09:29:58.323937273Z"},
    )
    assert (found.subject.kind, found.subject.id) == ("message", "a1a1a1a1-0000-4000-8000-000000000002")


def test_the_older_version_names_its_category_elsewhere() -> None:
    found = flag("automod.message.hold.v1")
    assert (found.reason, found.code, found.comment) == ("namecalling", "harassment", "level 3")


def test_blocked_terms_are_named_by_code_points_their_last_one_included() -> None:
    found = flag(TERMS)
    assert (found.reason, found.code) == ("blocked_term", "rules")
    assert found.comment == 'found: "free gems", "gems.example"'


@pytest.mark.parametrize(
    "spot",
    [
        None,
        7,
        {},
        {"start_pos": 5},
        {"start_pos": 5, "end_pos": 2},
        {"start_pos": -3, "end_pos": 2},
        {"start_pos": 0, "end_pos": 9_999},
        {"start_pos": "0", "end_pos": "3"},
    ],
)
def test_a_position_that_is_none_takes_nothing_away_from_the_flag(spot: object) -> None:
    found = flag(HOLD, lambda body: body["event"]["automod"].update(boundaries=[spot]))
    assert (found.comment, found.text) == ("level 2", "😂 hopeless lot")


def test_a_term_may_be_the_first_or_the_last_letter_alone() -> None:
    spots = [{"start_pos": 0, "end_pos": 0}, {"start_pos": 13, "end_pos": 13}, {"start_pos": 0, "end_pos": 0}]
    assert flag(HOLD, within("automod", boundaries=spots)).comment == 'level 2; found: "😂", "t"'


@pytest.mark.parametrize("gone", ["automod", "blocked_term", "reason", "category", "level"])
def test_a_hold_needs_no_reason(gone: str) -> None:
    for name in (HOLD, TERMS, "automod.message.hold.v1"):
        assert flag(name, lambda body: body["event"].pop(gone, None)) == flag(name, changed(**{gone: None}))


def test_a_category_nobody_has_seen_yet_keeps_its_word() -> None:
    found = flag(HOLD, within("automod", category="smugness"))
    assert (found.reason, found.code) == ("smugness", "other")
    none = flag(HOLD, changed(automod=None, reason=None))
    assert (none.reason, none.code, none.comment) == ("", "unknown", "")


def test_a_message_without_its_text_is_put_together_from_its_fragments() -> None:
    assert flag(TERMS, lambda body: body["event"]["message"].pop("text")).text == "Kappa 😂😂 free gems at gems.example"


def test_a_message_of_somebody_suspected() -> None:
    found = flag("channel.suspicious_user.message")
    assert (found.flag, found.nature) == ("suspicious:c4c4c4c4-0000-4000-8000-000000000003", "suspicion")
    assert (found.subject.kind, found.subject.id) == ("message", "c4c4c4c4-0000-4000-8000-000000000003")
    assert (found.text, found.author, found.reporter) == ("guess who is back", NOOR, None)
    assert (found.reason, found.code) == ("ban_evader", "rules")
    assert found.comment == "treated as active_monitoring; ban evasion likely; banned in 2 channels that share bans"
    assert (found.raised_at, found.content_at) == (SENT, None)


@pytest.mark.parametrize(
    ("fields", "reason", "code"),
    [
        ({"types": ["manually_added", "ban_evader"]}, "ban_evader", "rules"),
        ({"types": ["manually_added"]}, "manually_added", "unknown"),
        ({"types": None, "shared_ban_channel_ids": None}, "active_monitoring", "unknown"),
        ({"types": [], "low_trust_status": None, "ban_evasion_evaluation": None}, "", "unknown"),
    ],
)
def test_why_somebody_is_suspected(fields: dict[str, Any], reason: str, code: str) -> None:
    found = flag("channel.suspicious_user.message", changed(**fields))
    assert (found.reason, found.code) == (reason, code)


@pytest.mark.parametrize("file", [pytest.param("automod.message.hold.v2.blocked_term.json", marks=MARKS)])
def test_positions_fit_what_twitch_really_sent(file: str) -> None:
    body = (PAYLOADS / "twitch" / file).read_bytes()
    [found] = examine("twitch", body, headers(TERMS), place=PLACE).events
    assert isinstance(found, FlagRaised)
    assert found.comment == 'found: "foo", "private"'


def test_what_twitch_says_of_somebody_suspected_may_be_little() -> None:
    silent = changed(low_trust_status="restricted", ban_evasion_evaluation=None, shared_ban_channel_ids=[])
    assert flag("channel.suspicious_user.message", silent).comment == "treated as restricted"
    assert flag("channel.suspicious_user.message", changed(low_trust_status=None)).comment.startswith("ban evasion")


def test_whoever_asks_to_come_back_appeals() -> None:
    found = flag("channel.unban_request.create")
    assert (found.flag, found.nature, found.author) == ("unban_request:60", "appeal", NOOR)
    assert (found.subject.kind, found.subject.id) == ("unban_request", "60")
    assert found.text == "I am sorry. Please let me back in."
    assert found.raised_at == found.content_at == datetime(2026, 11, 22, 9, 29, 40, 634234, UTC)
    assert flag("channel.unban_request.create", changed(text=None)).text == ""


# Decisions.


def test_a_held_message_is_decided_under_its_own_name() -> None:
    found = decision("automod.message.update.v2")
    assert found.subject == flag(HOLD).subject
    assert found.decision == "automod:a1a1a1a1-0000-4000-8000-000000000002:denied"
    assert (found.did, found.outcome, found.moderator, found.person) == ("denied", "violation", ADA, NOOR)
    assert found.decided_at == SENT
    older = decision("automod.message.update.v1")
    assert (older.subject, older.outcome) == (flag("automod.message.hold.v1").subject, "no_violation")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("approved", "no_violation"),
        ("Approved", "no_violation"),
        ("denied", "violation"),
        ("expired", None),
        ("lost", None),
    ],
)
def test_only_who_looked_has_decided(status: str, outcome: str | None) -> None:
    fields = {"moderator_user_id": "", "moderator_user_name": ""} if status == "expired" else {}
    found = decision("automod.message.update.v2", changed(status=status, **fields))
    assert (found.did, found.outcome) == (status.lower(), outcome)
    assert found.moderator == (None if fields else ADA)


def test_an_unban_request_is_answered_under_its_own_name() -> None:
    found = decision("channel.unban_request.resolve")
    assert found.subject == flag("channel.unban_request.create").subject
    assert (found.decision, found.did, found.outcome) == ("unban_request:60:approved", "approved", "no_violation")
    assert (found.reason, found.moderator, found.person) == ("Welcome back", ADA, NOOR)
    gone = changed(status="canceled", moderator_user_id=None, moderator_user_name=None, resolution_text=None)
    cancelled = decision("channel.unban_request.resolve", gone)
    assert (cancelled.outcome, cancelled.moderator, cancelled.reason) == (None, None, "")


ACCOUNT, CHANNEL = "account:4400077", "channel:4400001"
MESSAGE = "message:c4c4c4c4-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ban", (ACCOUNT, "ban", "violation")),
        ("timeout", (ACCOUNT, "timeout until 2026-11-22T09:39:59.358149527Z", "violation")),
        ("warn", (ACCOUNT, "warn", "violation")),
        ("delete", (MESSAGE, "delete", "violation")),
        ("deny_unban_request", (ACCOUNT, "deny_unban_request", None)),
        ("add_blocked_term", (CHANNEL, "add_blocked_term: gems.example", None)),
        ("slow", (CHANNEL, "slow 30 s", None)),
        ("emoteonly", (CHANNEL, "emoteonly", None)),
        ("shared_chat_ban", (ACCOUNT, "shared_chat_ban in next_door", None)),
    ],
)
def test_what_a_moderator_did(name: str, told: tuple[str, str, str | None]) -> None:
    assert verdict(f"channel.moderate.{name}") == told
    found = decision(f"channel.moderate.{name}")
    assert (found.moderator, found.decided_at, found.decision) == (ADA, SENT, "channel.moderate:msg-1")
    assert found.person == (None if told[0] == CHANNEL else NOOR)


@pytest.mark.parametrize(
    ("action", "key", "details", "told"),
    [
        ("unban", "unban", {"user_id": "9"}, ("account:9", "unban", "no_violation")),
        ("untimeout", "untimeout", {"user_id": "9"}, ("account:9", "untimeout", "no_violation")),
        ("approve_unban_request", "unban_request", {"user_id": "9"}, ("account:9", "approve_unban_request", None)),
        ("followers", "followers", {"follow_duration_minutes": 10}, (CHANNEL, "followers 10 min", None)),
        ("followersoff", "followersoff", None, (CHANNEL, "followersoff", None)),
        ("raid", "raid", {"user_id": "9", "viewer_count": 3}, (CHANNEL, "raid", None)),
        ("mod", "mod", {"user_id": "9"}, (CHANNEL, "mod", None)),
        ("vip", "vip", {"user_id": "9"}, (CHANNEL, "vip", None)),
        ("clear", "clear", None, (CHANNEL, "clear", None)),
        (
            "shared_chat_delete",
            "shared_chat_delete",
            {"message_id": "m"},
            ("message:m", "shared_chat_delete in another channel", None),
        ),
        ("hush", "hush", {"user_id": "9"}, (CHANNEL, "hush", None)),
    ],
)
def test_other_actions_even_unknown_ones_are_kept(action: str, key: str, details: Any, told: Any) -> None:
    change = changed(action=action, emoteonly=None, **{key: details})
    assert verdict("channel.moderate.emoteonly", change) == told
    found = decision("channel.moderate.emoteonly", change)
    assert found.person == (Person(id="9") if details and "user_id" in details else None)


def test_why_a_moderator_did_it() -> None:
    assert decision("channel.moderate.warn").reason == "cut it out; Be kind; No links"
    assert decision("channel.moderate.deny_unban_request").reason == "Not yet"
    assert decision("channel.moderate.ban", within("ban", reason=None)).reason == ""


@pytest.mark.parametrize(
    "action", ["add_blocked_term", "add_permitted_term", "remove_blocked_term", "remove_permitted_term"]
)
def test_terms_are_told_with_the_action(action: str) -> None:
    terms = changed(action=action, automod_terms={"action": "add", "terms": ["foo", None, "bar"]})
    assert verdict("channel.moderate.add_blocked_term", terms) == (CHANNEL, f"{action}: foo, bar", None)


@pytest.mark.parametrize("action", ["timeout", "slow", "followers"])
def test_a_measure_nobody_gave_is_left_out(action: str) -> None:
    change = changed(action=action, **{action: {"user_id": "9"}})
    assert verdict("channel.moderate.emoteonly", change)[1] == action


@pytest.mark.parametrize("action", [None, "", 7.5])
def test_without_an_action_nothing_was_done(action: object) -> None:
    assert "'action'" in parked("channel.moderate.ban", changed(action=action))


def test_an_action_without_its_details_is_parked() -> None:
    assert "'user_id'" in parked("channel.moderate.ban", changed(ban=None))
    assert "'message_id'" in parked("channel.moderate.delete", changed(delete=None))


def test_bans_and_warnings_that_are_told_by_themselves() -> None:
    found = decision("channel.ban")
    assert verdict("channel.ban") == (ACCOUNT, "timeout 600 s", "violation")
    assert (found.reason, found.moderator, found.person) == ("Advertising again", ADA, NOOR)
    assert found.decided_at == datetime(2026, 11, 22, 9, 29, 50, 171067, UTC)
    assert verdict("channel.ban", changed(is_permanent=True, ends_at=None))[1] == "ban"
    assert verdict("channel.ban", changed(is_permanent=True))[1] == "ban"
    assert verdict("channel.ban", changed(ends_at=None))[1] == "ban"
    assert verdict("channel.ban", changed(banned_at=None))[1] == "timeout"
    assert decision("channel.ban", changed(reason=None, banned_at=None)).reason == ""
    assert decision("channel.ban", changed(banned_at=None)).decided_at == SENT
    assert verdict("channel.unban") == (ACCOUNT, "unban", "no_violation")
    assert verdict("channel.warning.send") == (ACCOUNT, "warn", "violation")
    assert verdict("channel.warning.acknowledge") == (ACCOUNT, "warning acknowledged", None)
    assert verdict("channel.suspicious_user.update") == (ACCOUNT, "suspicious user: restricted", None)


@pytest.mark.parametrize(
    "empty", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000Z", "1970-01-01T00:00:00Z", "", None]
)
def test_a_time_that_is_none_is_the_one_it_was_sent_at(empty: str | None) -> None:
    found = decision("channel.ban", changed(banned_at=empty))
    assert (found.decided_at, found.did, found.person) == (SENT, "timeout", NOOR)
    assert decision("channel.ban", changed(banned_at=empty, ends_at=empty)).did == "ban"
    assert verdict("channel.ban", changed(ends_at=empty))[1] == "ban"
    until = changed(action="timeout", timeout={"user_id": "9", "expires_at": empty})
    assert verdict("channel.moderate.emoteonly", until)[1] == "timeout"
    held, appeal = flag(HOLD, changed(held_at=empty)), flag("channel.unban_request.create", changed(created_at=empty))
    assert (held.content_at, held.raised_at) == (appeal.content_at, appeal.raised_at) == (None, SENT)
    assert event(TriggerFired, "twitch", "stream.online", changed(started_at=empty)).published_at == SENT


def test_a_repeat_is_the_same_decision_and_the_next_one_another() -> None:
    again = decision("channel.moderate.ban", twitch_eventsub_message_retry="2")
    assert again == decision("channel.moderate.ban")
    other = decision("channel.moderate.ban", twitch_eventsub_message_id="msg-2")
    assert other.decision != decision("channel.moderate.ban").decision


def test_without_the_header_the_time_of_arrival_stands_in() -> None:
    sealed = replace(delivery("twitch", "channel.moderate.ban"), headers={})
    found = normalise(sealed, PLACE)
    assert isinstance(found, DecisionReported)
    assert found.decided_at == datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


# Chat, streams, revocations.


def test_a_line_of_chat() -> None:
    assert event(FeedbackReceived, "twitch", CHAT) == FeedbackReceived(
        community="club",
        source="place",
        platform="twitch",
        content="message:c4c4c4c4-0000-4000-8000-000000000001",
        kind="chat",
        text="Cheer100 The new map is lovely, but the boss fight lags @ada_keeps_watch",
        author=NOOR,
        said_at=SENT,
        as_given={"said_at": "2026-11-22T09:29:59.123456789Z"},
    )


def test_what_was_written_with_me_is_its_words() -> None:
    wrapped = "\x01ACTION waves at the boss\x01"
    message = {"text": wrapped, "message_id": "m", "fragments": [{"type": "text", "text": "waves at the boss"}]}
    deleted = within("delete", message_body=wrapped)
    told = (
        event(FeedbackReceived, "twitch", CHAT, changed(message=message)),
        flag(HOLD, changed(message=message)),
        flag("channel.suspicious_user.message", changed(message=message)),
        decision("channel.moderate.delete", deleted),
    )
    assert {one.text for one in told} == {"waves at the boss"}


@pytest.mark.parametrize("message", [{}, {"text": "", "fragments": []}, {"text": " ", "fragments": None}], ids=str)
def test_a_line_without_a_word_is_no_feedback(message: dict[str, Any]) -> None:
    assert ignored("twitch", CHAT, changed(message=message)) == "nothing was written"


def test_what_was_said_next_door_is_not_ours() -> None:
    assert "another channel" in ignored("twitch", "channel.chat.message.shared")
    here = changed(source_broadcaster_user_id="4400001", source_message_id="c4")
    assert event(FeedbackReceived, "twitch", CHAT, here).text.startswith("Cheer100")


def test_we_and_other_bots_say_nothing() -> None:
    assert ignored("twitch", CHAT, changed(chatter_user_id="4400002")) == "our own words"
    assert ignored("twitch", CHAT, changed(chatter_user_id=4400002)) == "our own words"
    badges = [{"set_id": "moderator", "id": "1"}, {"set_id": "bot-badge", "id": "1"}]
    assert ignored("twitch", CHAT, changed(badges=badges)) == "written by a bot"
    assert event(FeedbackReceived, "twitch", CHAT, changed(badges=None)).author == NOOR


def test_a_source_without_an_account_silences_nobody() -> None:
    found = normalise(delivery("twitch", CHAT, changed(chatter_user_id="")), bare("place", "club", "twitch"))
    assert isinstance(found, FeedbackReceived)
    assert found.author is None


def test_the_name_shown_is_taken_before_the_one_to_log_in_with() -> None:
    nameless = event(FeedbackReceived, "twitch", CHAT, changed(chatter_user_name=None))
    assert nameless.author == Person(id="4400077", name="noor_plays")


@pytest.mark.parametrize("text", ["@everyone <b>&amp;</b> {{x}} *stars*", "\u202eabc", "a\x00b\ufffe", "👩‍👩‍👧"])
def test_chat_is_plain_text_and_stays_it(text: str) -> None:
    kept = text.translate({0: "\ufffd", 0xFFFE: "\ufffd"})
    assert event(FeedbackReceived, "twitch", CHAT, within("message", text=text)).text == kept


def test_a_stream_that_starts_is_news() -> None:
    assert event(TriggerFired, "twitch", "stream.online") == TriggerFired(
        community="club",
        source="place",
        platform="twitch",
        trigger="stream:90010001",
        kind="stream",
        title="The_Hollow_Garden is live",
        url="https://www.twitch.tv/the_hollow_garden",
        author=GARDEN,
        published_at=datetime(2026, 11, 22, 9, 29, tzinfo=UTC),
        as_given={"published_at": "2026-11-22T09:29:00Z"},
    )


def test_a_stream_has_a_name_even_if_the_channel_is_not_named() -> None:
    nameless = event(TriggerFired, "twitch", "stream.online", changed(broadcaster_user_name=None))
    assert nameless.title == "the_hollow_garden is live"
    unknown = event(
        TriggerFired, "twitch", "stream.online", changed(broadcaster_user_name=None, broadcaster_user_login=None)
    )
    assert (unknown.title, unknown.url) == ("The channel is live", "")


def test_a_stream_told_twice_under_two_ids_is_one_trigger() -> None:
    first, second = (
        event(TriggerFired, "twitch", "stream.online", bool, twitch_eventsub_message_id=name) for name in ("a", "b")
    )
    assert first == second


@pytest.mark.parametrize("kind", ["rerun", "playlist", "watch_party", "premiere", None, 7])
def test_only_a_live_stream_is_news(kind: object) -> None:
    assert "not live" in ignored("twitch", "stream.online", changed(type=kind))


def test_a_revoked_subscription_says_which_and_why() -> None:
    assert event(SubscriptionLost, "twitch", "revocation") == SubscriptionLost(
        community="club",
        source="place",
        platform="twitch",
        subscription=sample("twitch", "revocation")["subscription"]["id"],
        topic="channel.moderate",
        reason="authorization_revoked",
        lost_at=SENT,
        as_given={"lost_at": "2026-11-22T09:29:59.123456789Z"},
    )


def test_a_revocation_need_name_neither_its_topic_nor_its_reason() -> None:
    assert event(SubscriptionLost, "twitch", "revocation", lambda body: body["subscription"].pop("type")).topic == ""
    unsaid = event(SubscriptionLost, "twitch", "revocation", lambda body: body["subscription"].pop("status"))
    assert unsaid.reason == "Twitch does not say why"


def test_what_has_no_effect_says_why() -> None:
    for name, reason in WITHOUT_EFFECT.items():
        sealed = replace(delivery("twitch", "stream.offline"), event=name)
        assert normalise(sealed, PLACE) == Ignored(reason)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"event":' + b"[" * 100_000], ids=brief)
def test_a_body_that_cannot_be_read_is_parked_behind_the_queue_too(body: bytes) -> None:
    with pytest.raises(Unplaceable, match="the body is not a JSON object"):
        normalise(replace(delivery("twitch", "stream.online"), body=body), PLACE)


def test_an_event_that_came_on_by_mistake_is_parked_by_name() -> None:
    with pytest.raises(Unplaceable, match=r"^the event 'channel\.raid' is not handled$"):
        normalise(replace(delivery("twitch", "stream.online"), event="channel.raid"), PLACE)


# Whatever it sends.


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [spot for name, one in inner for spot in ((*path, name), *spots(one, (*path, name)))]


def words(value: Any) -> set[str]:
    """Every text and number in a body, as text."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {str(value)} if isinstance(value, str | int) else {word for one in inner for word in words(one)}


ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -7, 1.5, "", "x", "\ud800\x00", [], [None, 7, {}], {}, {"user_id": "5"}]
)
EFFECTIVE = [name for name, end in OUTCOMES.items() if end not in ("challenge", "parked", "without effect")]


@given(st.data())
def test_whatever_stands_in_a_field_no_author_and_no_word_is_invented(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(EFFECTIVE))
    body: Any = sample("twitch", name)
    before = delivery("twitch", name)
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(spots(body)))
        inner = body
        for step in way:
            inner = inner[step]
        if data.draw(st.booleans()):
            inner[last] = data.draw(ODD)
        elif isinstance(inner, dict):
            del inner[last]
    try:
        found = normalise(replace(before, body=json.dumps(body).encode()), PLACE)
    except Unplaceable:
        return
    if isinstance(found, Ignored):
        return
    found.model_dump_json().encode("utf-8")
    there = {"", *map(kept, words(body)), kept(from_fragments(body))}
    for who in (getattr(found, role, None) for role in ("author", "reporter", "moderator", "person")):
        assert who is None or {who.id, who.name} <= there
    assert getattr(found, "text", "") in there


def kept(text: str) -> str:
    """As a record can hold it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")


def from_fragments(body: Any) -> str:
    message = body["event"].get("message") if isinstance(body.get("event"), dict) else None
    fragments = message.get("fragments") if isinstance(message, dict) else None
    texts = [one.get("text") for one in fragments if isinstance(one, dict)] if isinstance(fragments, list) else []
    return "".join(text for text in texts if isinstance(text, str))


# How it is subscribed to.

URL = "https://hooks.example.com/hooks/place"
SECRET = SECRETS[0]
KEYS = Keys(SECRET, json.dumps({"client_id": "abc123", "client_secret": "hush"}))
TYPES = [topic.type for topic in connection.TOPICS]


def mark(secret: str) -> str:
    return f"{URL}?k={hashlib.sha256(secret.encode()).hexdigest()[:8]}"


@dataclass
class Twitch:
    """What Twitch documents of its API: tokens, pages, one subscription a type, condition and address, refusals."""

    subscriptions: list[dict[str, Any]] = field(default_factory=list)
    refusals: dict[str, Reply] = field(default_factory=dict)
    keeps: Reply | None = None
    """What is answered instead of taking a subscription away."""
    confirms: bool = True
    one_address: bool = False
    """Whether two addresses for one type and condition are one too many."""
    page: int = 100
    made: list[tuple[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    number: int = 0

    def hands(self) -> Hands:
        fake = Fake()
        return Hands(self.http, fake, fake.mail, NOW)

    def http(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", private: bool = False
    ) -> Reply:
        split = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(split.query).items()}
        self.asked.append(f"{method} {split.path}")
        if url == "https://id.twitch.tv/oauth2/token":
            assert headers["content-type"] == "application/x-www-form-urlencoded"
            form = parse_qs(body.decode())
            assert (form["client_id"], form["grant_type"]) == (["abc123"], ["client_credentials"])
            if form["client_secret"] != ["hush"]:
                return reply(403, b'{"status": 403, "message": "invalid client secret"}')
            return reply(200, b'{"access_token": "t0ken", "expires_in": 5011271, "token_type": "bearer"}')
        assert url.partition("?")[0] == "https://api.twitch.tv/helix/eventsub/subscriptions"
        assert (headers["authorization"], headers["client-id"]) == ("Bearer t0ken", "abc123")
        return {"GET": self.listing, "POST": self.make, "DELETE": self.remove}[method](query, body)

    def listing(self, query: dict[str, str], body: bytes) -> Reply:
        assert query.pop("user_id") == "4400001"
        first = int(query.get("after", "0"))
        shown = [self.public(one) for one in self.subscriptions]
        more = {"cursor": str(first + self.page)} if first + self.page < len(shown) else {}
        return reply(200, json.dumps({"data": shown[first : first + self.page], "pagination": more}).encode())

    def public(self, one: dict[str, Any]) -> dict[str, Any]:
        if one["status"] == connection.WAITING and self.confirms:
            one["status"] = "enabled"
        return {**one, "transport": {"method": "webhook", "callback": one["transport"]["callback"]}}

    def make(self, query: dict[str, str], body: bytes) -> Reply:
        wanted = json.loads(body)
        if wanted["type"] in self.refusals:
            return self.refusals[wanted["type"]]
        if sum(all(one[name] == wanted[name] for name in ("type", "condition")) for one in self.subscriptions) >= 3:
            return reply(429, b'{"message": "maximum subscriptions with type and condition exceeded"}')
        if any(self.same(one, wanted) for one in self.subscriptions if one["status"] in connection.ALIVE):
            return reply(409, b'{"message": "subscription already exists"}')
        self.number += 1
        self.made.append((wanted["type"], wanted["transport"]["secret"]))
        self.subscriptions.append({**wanted, "id": f"new-{self.number}", "status": connection.WAITING})
        return reply(202, b"{}")

    def same(self, one: dict[str, Any], wanted: dict[str, Any]) -> bool:
        names = ("type", "version", "condition")
        alike = all(one[name] == wanted[name] for name in names)
        return alike and (self.one_address or one["transport"]["callback"] == wanted["transport"]["callback"])

    def remove(self, query: dict[str, str], body: bytes) -> Reply:
        if self.keeps:
            return self.keeps
        left = [one for one in self.subscriptions if one["id"] != query["id"]]
        status = 204 if len(left) < len(self.subscriptions) else 404
        self.subscriptions = left
        return reply(status)

    @property
    def callbacks(self) -> set[str]:
        return {one["transport"]["callback"] for one in self.subscriptions}


def subscribed(
    secret: str = SECRET, status: str = "enabled", url: str | None = None, **changes: Any
) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{topic.type}-{secret[:3]}",
            "status": status,
            "type": topic.type,
            "version": topic.version,
            "condition": topic.wanted(PLACE),
            "transport": {"method": "webhook", "callback": url or mark(secret)},
            **changes,
        }
        for topic in connection.TOPICS
    ]


def check(twitch: Twitch, keys: Keys = KEYS, place: Source = PLACE, *, repair: bool = False) -> Report:
    return connection.check(place, URL, keys, twitch.hands(), repair=repair)


def states(report: Report) -> dict[str, str]:
    return {finding.what: finding.state for finding in report.findings}


def told(report: Report, what: str) -> str:
    [finding] = [finding for finding in report.findings if finding.what == what]
    return finding.told


def test_looking_changes_nothing() -> None:
    twitch = Twitch()
    report = check(twitch)
    assert states(report) == dict.fromkeys(TYPES, "wrong")
    assert "not subscribed" in told(report, "stream.online")
    assert (twitch.made, report.until) == ([], None)
    assert {line.split()[0] for line in twitch.asked} == {"POST", "GET"}  # The POST logs in.


def test_connecting_subscribes_to_everything_once() -> None:
    twitch = Twitch()
    assert states(check(twitch, repair=True)) == dict.fromkeys(TYPES, "good")
    assert twitch.made == [(name, SECRET) for name in TYPES]
    assert twitch.callbacks == {mark(SECRET)}
    assert states(check(twitch, repair=True)) == dict.fromkeys(TYPES, "good")
    assert len(twitch.made) == len(TYPES)


def test_each_subscription_is_made_for_whom_its_type_asks() -> None:
    twitch = Twitch()
    check(twitch, repair=True)
    conditions = {one["type"]: one["condition"] for one in twitch.subscriptions}
    moderator = {"broadcaster_user_id": "4400001", "moderator_user_id": "4400002"}
    assert conditions.pop("stream.online") == {"broadcaster_user_id": "4400001"}
    assert conditions.pop("channel.chat.message") == {"broadcaster_user_id": "4400001", "user_id": "4400002"}
    assert all(condition == moderator for condition in conditions.values())


def test_everything_subscribed_to_has_an_effect() -> None:
    assert set(TYPES) <= set(READERS)


def test_what_twitch_has_not_confirmed_yet_is_not_called_good() -> None:
    twitch = Twitch(confirms=False)
    assert states(check(twitch, repair=True)) == dict.fromkeys(TYPES, "unknown")
    assert "asking the address" in told(check(twitch), "stream.online")


@pytest.mark.parametrize(
    "status",
    [
        "authorization_revoked",
        "notification_failures_exceeded",
        "webhook_callback_verification_failed",
        "version_removed",
        "user_removed",
        "moderator_removed",
    ],
)
def test_what_has_ended_is_told_and_made_anew(status: str) -> None:
    twitch = Twitch(subscribed(status=status))
    assert told(check(twitch), "channel.moderate").startswith(f"ended ({status})")
    assert states(check(twitch, repair=True)) == dict.fromkeys(TYPES, "good")
    assert {one["status"] for one in twitch.subscriptions} == {"enabled"}


def test_after_a_rotation_the_new_one_is_made_before_the_old_one_goes() -> None:
    twitch = Twitch(subscribed(SECRETS[1]), confirms=False)
    assert "older secret" in told(check(twitch), "stream.online")
    check(twitch, repair=True)
    assert twitch.callbacks == {mark(SECRETS[0]), mark(SECRETS[1])}  # Not confirmed: the old one is still needed.
    twitch.confirms = True
    assert states(check(twitch, repair=True)) == dict.fromkeys(TYPES, "good")
    assert twitch.callbacks == {mark(SECRETS[0])}
    assert twitch.made == [(name, SECRET) for name in TYPES]


def test_should_twitch_take_both_for_the_same_the_old_one_goes_first() -> None:
    twitch = Twitch(subscribed(SECRETS[1]), one_address=True)
    assert states(check(twitch, repair=True)) == dict.fromkeys(TYPES, "good")
    assert twitch.callbacks == {mark(SECRETS[0])}


@pytest.mark.parametrize(
    "change", [{"version": "0"}, {"condition": {"broadcaster_user_id": "4400001", "moderator_user_id": "1"}}]
)
def test_another_version_or_account_is_replaced(change: dict[str, Any]) -> None:
    twitch = Twitch(subscribed(**change))
    assert states(check(twitch)) == dict.fromkeys(TYPES, "wrong")
    assert states(check(twitch, repair=True)) == dict.fromkeys(TYPES, "good")
    assert len(twitch.subscriptions) == len(TYPES)


def test_subscriptions_of_other_addresses_and_to_other_things_are_left_alone() -> None:
    others = subscribed(url="https://elsewhere.example.com/hooks/place?k=1") + subscribed(type="channel.follow")
    others += subscribed(url=f"{URL}-2?k=1")
    twitch = Twitch(list(others))
    check(twitch, repair=True)
    assert all(one in twitch.subscriptions for one in others)


def test_a_long_list_is_read_to_its_end() -> None:
    twitch = Twitch(subscribed(url="https://elsewhere.example.com/") * 3 + subscribed(), page=5)
    assert states(check(twitch)) == dict.fromkeys(TYPES, "good")


def test_what_is_not_allowed_names_who_has_to_allow_what() -> None:
    forbidden = reply(403, b'{"message": "subscription missing proper authorization"}')
    twitch = Twitch(refusals={"channel.moderate": forbidden, "channel.chat.message": forbidden})
    report = check(twitch, repair=True)
    assert states(report) == {name: "wrong" if name in twitch.refusals else "good" for name in TYPES}
    assert "(subscription missing proper authorization)" in told(report, "channel.moderate")
    assert "channel:bot" not in told(report, "channel.moderate")
    assert "the account 4400002 has to be a moderator and to allow moderator:read:banned_users" in told(
        report, "channel.moderate"
    )
    assert "user:bot user:read:chat; the broadcaster has to allow channel:bot" in told(report, "channel.chat.message")


@pytest.mark.parametrize(("status", "state"), [(400, "wrong"), (401, "wrong"), (410, "wrong"), (500, "unknown")])
def test_what_twitch_will_not_make_is_told_in_its_words(status: int, state: str) -> None:
    words = Twitch(refusals={"stream.online": reply(status, b'{"message": "no such type"}')})
    assert told(check(words, repair=True), "stream.online").endswith(": no such type")
    silent = check(Twitch(refusals={"stream.online": reply(status, b'{"message": 7}')}), repair=True)
    assert told(silent, "stream.online").endswith(f": answered {status}")
    assert states(silent) == {**dict.fromkeys(TYPES, "good"), "stream.online": state}


def test_what_is_gone_already_need_not_be_taken_away() -> None:
    ended = subscribed(status="version_removed")
    assert states(check(Twitch(ended, keeps=reply(404)), repair=True)) == dict.fromkeys(TYPES, "good")
    report = check(Twitch(ended, keeps=reply(500)), repair=True)
    assert told(report, "subscriptions") == "Twitch did not tell: taking an old subscription away: answered 500"


def test_what_has_ended_goes_before_the_next_is_made() -> None:
    # Three of one type and condition are the most there may be, whether they work or not.
    twitch = Twitch([{**one, "id": f"{number}"} for number, one in enumerate(subscribed(status="user_removed") * 3)])
    assert states(check(twitch, repair=True)) == dict.fromkeys(TYPES, "good")


def test_a_list_without_end_is_left_after_a_while() -> None:
    page = reply(200, b'{"data": [], "pagination": {"cursor": "again"}}')
    fake = Fake([reply(200, b'{"access_token": "t0ken"}'), page])
    assert connection.check(PLACE, URL, KEYS, fake.hands(NOW), repair=False).state == "wrong"
    assert len(fake.asked) == 11


@pytest.mark.parametrize("body", [b"", b"{}", b'{"access_token": 7}', b'{"access_token": ""}'])
def test_a_login_without_a_token_is_unknown(body: bytes) -> None:
    fake = Fake([reply(200, body)])
    report = connection.check(PLACE, URL, KEYS, fake.hands(NOW), repair=True)
    assert told(report, "subscriptions") == "Twitch did not tell: logging in: answered without a token"


SCOPES = {
    "automod.message.hold": "moderator:manage:automod",
    "automod.message.update": "moderator:manage:automod",
    "channel.chat.message": "user:bot user:read:chat",
    "channel.moderate": "moderator:read:banned_users moderator:read:blocked_terms moderator:read:chat_messages"
    " moderator:read:chat_settings moderator:read:moderators moderator:read:unban_requests moderator:read:vips"
    " moderator:read:warnings",
    "channel.suspicious_user.message": "moderator:read:suspicious_users",
    "channel.suspicious_user.update": "moderator:read:suspicious_users",
    "channel.unban_request.create": "moderator:read:unban_requests",
    "channel.unban_request.resolve": "moderator:read:unban_requests",
    "stream.online": "",
}
"""As Twitch's reference lists them."""


def test_what_is_asked_for_is_what_twitch_documents() -> None:
    assert {topic.type: " ".join(topic.scopes) for topic in connection.TOPICS} == SCOPES
    second = ("automod.message.hold", "automod.message.update", "channel.moderate")
    assert {topic.type: topic.version for topic in connection.TOPICS} == {
        name: "2" if name in second else "1" for name in SCOPES
    }


@pytest.mark.parametrize(
    "token", ["", "hush", "[]", '{"client_id": "abc123"}', '{"client_id": "a b", "client_secret": "x"}']
)
def test_without_credentials_nothing_is_asked(token: str) -> None:
    twitch = Twitch()
    report = check(twitch, Keys(SECRET, token), repair=True)
    assert states(report) == {"credentials": "wrong"}
    assert twitch.asked == []


def test_wrong_credentials_are_a_finding_that_repeats_none_of_them() -> None:
    keys = Keys(SECRET, json.dumps({"client_id": "abc123", "client_secret": "wrong-secret"}))
    report = check(Twitch(), keys)
    assert report.findings == (
        Finding("credentials", "wrong", "Twitch refuses the client id or its secret (invalid client secret)"),
    )


@pytest.mark.parametrize("secret", ["nine char", "x" * 101, "ünsigned secret"])
def test_a_secret_twitch_would_not_take_is_told_before_it_is_tried(secret: str) -> None:
    twitch = Twitch()
    report = check(twitch, replace(KEYS, signing=secret), repair=True)
    assert states(report)["length of the secret"] == "wrong"
    assert twitch.made == []


@pytest.mark.parametrize("length", [10, 100])
def test_ten_to_a_hundred_letters_are_taken(length: int) -> None:
    assert check(Twitch(), replace(KEYS, signing="x" * length), repair=True).state == "good"


def test_without_a_secret_nothing_is_subscribed() -> None:
    twitch = Twitch()
    assert check(twitch, replace(KEYS, signing=""), repair=True).state == "wrong"
    assert twitch.made == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_twitch_does_not_tell_is_unknown(status: int) -> None:
    fake = Fake([reply(200, b'{"access_token": "t0ken"}'), reply(status)])
    report = connection.check(PLACE, URL, KEYS, fake.hands(NOW), repair=True)
    assert states(report) == {"subscriptions": "unknown"}
    assert str(status) in told(report, "subscriptions")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"data": {}}', b'{"data": [1, null, {}]}', b'{"data": [], "pagination": 7}']
)
def test_an_answer_in_another_form_raises_nothing(body: bytes) -> None:
    fake = Fake([reply(200, b'{"access_token": "t0ken"}'), reply(200, body)])
    assert connection.check(PLACE, URL, KEYS, fake.hands(NOW), repair=False).state in ("unknown", "wrong")


@pytest.mark.parametrize("error", [NotSentError("no address"), UnansweredError("no answer")])
def test_when_the_network_fails_it_is_unknown(error: Exception) -> None:
    def http(*given: Any, **named: Any) -> Reply:
        raise error

    fake = Fake()
    report = connection.check(PLACE, URL, KEYS, Hands(http, fake, fake.mail, NOW), repair=True)
    assert report.findings == (Finding("subscriptions", "unknown", f"Twitch did not tell: {error}"),)


def test_the_steps_name_all_that_has_to_be_allowed() -> None:
    said = " ".join(connection.steps(PLACE, URL))
    for topic in connection.TOPICS:
        assert all(scope.replace(":", "%3A") in said for scope in topic.scopes)
    for word in ("channel:bot", "liaison secret put place --outgoing", "client_secret", "4400002", "/mod"):
        assert word in said


def test_what_was_deleted_is_told_with_its_deletion() -> None:
    """It stands in no other event, and nobody could say later what was deleted."""
    told = sample("twitch", "channel.moderate.delete")["event"]["delete"]["message_body"]
    assert told
    assert event(DecisionReported, "twitch", "channel.moderate.delete").text == told


def test_a_held_message_may_be_a_plain_text() -> None:
    def plain(body: dict[str, Any]) -> None:
        body["event"]["message"] = "the words"

    name = next(name for name in OUTCOMES if name.startswith("automod.message.hold"))
    assert event(FlagRaised, "twitch", name, plain).text == "the words"
