"""Roblox: who gets in, whom to forget, and which alarms ring."""

import json
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.operations import AlertRaised, ErasureRequested
from events.people import Person
from functions.platforms.door import Request
from functions.platforms.roblox import connection, gate
from functions.platforms.standing import Keys
from tests.platforms.deliveries import sample
from tests.platforms.hands import Fake
from tests.platforms.kits import NOW
from tests.platforms.kits.roblox import OUTCOMES, PLACE, SECRETS, signed
from tests.platforms.mutations import broken, examined, told_by

BODY = b'{"EventType": "AnalyticsAlert"}'
Event = TypeVar("Event")


def admits(header: str, now: float = NOW, body: bytes = BODY) -> bool:
    return gate.verify(Request("POST", {"roblox-signature": header}, body), SECRETS, now)


def good(at: int = NOW) -> str:
    return signed(SECRETS[0], BODY, at).headers["roblox-signature"]


def only(kind: type[Event], body: Any) -> Event:
    found = examined("roblox", body)
    [event] = found.events or (found.reason,)
    assert isinstance(event, kind), event
    return event


def changed(name: str, **payload: Any) -> dict[str, Any]:
    body = sample("roblox", name)
    return {**body, "EventPayload": {**body["EventPayload"], **payload}}


# The door


def test_a_header_with_a_time_and_no_signature_is_not_signed() -> None:
    assert good().startswith(f"t={NOW},v1=")
    assert admits(good())
    stamp, signature = good().split(",")
    for header in (stamp, signature, f"{stamp},", f"{stamp},v1=", f"{stamp},v2={signature[3:]}", f"t=,{signature}"):
        assert not admits(header)


def test_the_order_of_the_parts_is_of_no_account_but_none_may_come_twice() -> None:
    stamp, signature = good().split(",")
    assert admits(f"{signature},{stamp}")
    assert admits(f"{stamp},v0=x,{signature}")
    assert not admits(f"{stamp},{signature},{signature}")
    assert not admits(f"{stamp},v1=AAAA,{signature}")
    assert not admits(f"t=1,{stamp},{signature}")


@pytest.mark.parametrize(("difference", "fresh"), [(-601, False), (-600, True), (0, True), (600, True), (601, False)])
def test_a_signed_time_is_good_for_ten_minutes_both_ways(difference: int, fresh: bool) -> None:
    assert admits(good(NOW + difference)) == fresh


@pytest.mark.parametrize("stamp", ["", "now", "1795339800.0", "+1795339800", "-1", "١٧٩٥٣٣٩٨٠٠", "²", "9" * 5000])
def test_a_time_that_is_no_whole_number_is_refused(stamp: str) -> None:
    assert not admits(f"t={stamp},v1=AAAA")


def test_what_was_signed_is_the_body_as_it_was_sent() -> None:
    body = b'{ "EventType" : "caf\\u00e9" }'
    header = signed(SECRETS[0], body).headers["roblox-signature"]
    assert admits(header, body=body)
    assert not admits(header, body=json.dumps(json.loads(body)).encode())


def test_an_empty_secret_signs_nothing() -> None:
    assert not gate.verify(signed("", BODY), ["", *SECRETS], NOW)


@pytest.mark.parametrize("event", ["SampleNotification", *gate.UNWANTED])
def test_tests_and_purchases_are_answered_and_not_kept(event: str) -> None:
    found = examined("roblox", {"NotificationId": "1", "EventType": event, "EventPayload": {"UserId": 1}})
    assert (found.verdict, found.status, found.envelope) == ("challenge", 200, None)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"EventType": 7}', b'{"embeds": []}'])
def test_what_names_no_event_is_parked(body: bytes) -> None:
    found = examined("roblox", body)
    assert (found.verdict, found.status) == ("parked", 202)
    assert found.reason in ("the body is not a JSON object", "there is no EventType in the body")


def test_a_notification_is_named_by_its_id() -> None:
    found = examined("roblox", sample("roblox", "AnalyticsAlert")).envelope
    assert found
    assert found.delivery == "7c1d9a52-0b7e-4c57-9d0f-52a1c6e0aa02"


# What it says


def test_a_request_for_erasure_names_the_person_and_nothing_else() -> None:
    assert only(ErasureRequested, sample("roblox", "RightToErasureRequest")) == ErasureRequested(
        community="club",
        source="place",
        platform="roblox",
        request="7c1d9a52-0b7e-4c57-9d0f-52a1c6e0aa01",
        person=Person(id="4600123456"),
        requested_at=datetime(2026, 11, 21, 9, 30, 0, 123456, tzinfo=UTC),
        as_given={"requested_at": "2026-11-21T09:30:00.1234567Z"},
    )


@pytest.mark.parametrize("user", [None, "", True, [1], {"id": 1}, 1.5])
def test_a_request_for_nobody_is_parked(user: object) -> None:
    assert "'UserId'" in examined("roblox", changed("RightToErasureRequest", UserId=user)).reason


def test_an_alarm_is_read_out_of_the_text_it_is_wrapped_in() -> None:
    found = only(AlertRaised, sample("roblox", "AnalyticsAlert"))
    assert found.alert == "7c1d9a52-0b7e-4c57-9d0f-52a1c6e0aa02"
    assert found.title == "[⚠️] High client crash rate has fired"
    assert found.text == (
        "metric: ClientCrashRate\nuniverse_id: 778001\nvalue: 6.2\nevaluation_time_utc: 2026-11-21T09:29:00Z"
    )
    assert found.url == "https://create.roblox.com/dashboard/creations/experiences/778001/alerts?tab=Analytics"
    assert found.raised_at == datetime(2026, 11, 21, 9, 30, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("message", "title", "text"),
    [
        ("Game has recovered", "Game has recovered", ""),
        ("[1, 2]", "[1, 2]", ""),
        ("{}", "{}", ""),
        ('{"metric": "X"}', "An alert without a summary", "metric: X"),
        ('{"summary": 7, "alert_history": "javascript:alert(1)"}', "An alert without a summary", ""),
        ('{"summary": "fired", "breakdown": {"os": ["iOS"]}}', "fired", 'breakdown: {"os": ["iOS"]}'),
        ("{" * 5000, "{" * 5000, ""),
        ("\ud800 fired", "� fired", ""),
    ],
    ids=range(8),
)
def test_an_alarm_that_is_wrapped_otherwise_is_shown_as_it_is(message: str, title: str, text: str) -> None:
    found = only(AlertRaised, changed("AnalyticsAlert", AlertMessage=message))
    assert (found.title, found.text, found.url) == (title, text, "")


@given(st.sampled_from(sorted(OUTCOMES)), st.data())
def test_whatever_is_broken_the_event_is_told_by_the_body_or_there_is_none(name: str, data: st.DataObject) -> None:
    body = broken(data, sample("roblox", name))
    told_by(body, examined("roblox", body), "alert", "without", "summary")


# The connection


def test_the_steps_name_what_has_to_be_pasted() -> None:
    told = "\n".join(connection.steps(PLACE, "https://liaison.example.com/hooks/place"))
    for needed in (
        "https://liaison.example.com/hooks/place",
        "liaison secret put place --generate",
        "Right to Erasure",
    ):
        assert needed in told


@pytest.mark.parametrize(("secret", "state"), [("", "wrong"), ("a secret", "good")])
def test_only_the_secret_can_be_looked_at(secret: str, state: str) -> None:
    fake = Fake()
    assert connection.check(PLACE, "https://x.example", Keys(secret, ""), fake.hands(0), repair=True).state == state
    assert not fake.asked
