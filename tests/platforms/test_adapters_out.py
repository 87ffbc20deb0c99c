"""What platforms are sent, how often, and what their answers are taken to mean."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from events.moderation import ActionRequested, Measure, Subject
from functions.platforms import acting
from functions.platforms.outgoing import (
    LONGEST_WAIT,
    Outcome,
    Refused,
    Reply,
    Sent,
    Unknown,
    Wait,
    judged,
    retry_after,
)
from tests.platforms.hands import Fake, reply, to

NOW = 1795341000


def action(measure: Measure = "remove", kind: str = "post", identifier: str = "204") -> ActionRequested:
    subject = Subject(source="place", kind=kind, id=identifier)
    return ActionRequested(case="c-1", measure=measure, subject=subject, explanation="Spam.")


def enforce(fake: Fake, at: int = NOW, **more: Any) -> Outcome:
    asked = action("hide", "chat_message", "m-1")
    return acting.act("standard_webhooks", asked, to(**more), "key-1", fake.hands(at))


DONE = Sent("m-1", "", {"after": {}})


def test_a_measure_says_what_about_what_and_why() -> None:
    fake = Fake()
    assert enforce(fake, private=True) == DONE
    (asked,) = fake.asked
    assert asked.private
    assert asked.said["type"] == "moderation.action"
    assert asked.said["data"] == {
        "case": "c-1",
        "measure": "hide",
        "subject": {"source": "place", "kind": "chat_message", "id": "m-1", "url": "", "revision": ""},
        "explanation": "Spam.",
        "reports": [],
        "outcome": "violation",
        "reason": "",
        "undo": False,
    }


def test_every_attempt_has_the_same_id_its_own_time_and_a_signature_of_its_own() -> None:
    fake = Fake([reply(500), reply(429), reply(200)])
    now = int(datetime.now(UTC).timestamp())  # The reference library reads the clock itself.
    for at in (now - 60, now - 30, now):
        enforce(fake, at)
        asked = fake.asked[-1]
        Webhook("whsec_c2VjcmV0IGtleQ==").verify(asked.body, dict(asked.headers))
    assert {asked.headers["webhook-id"] for asked in fake.asked} == {"key-1"}
    assert [asked.headers["webhook-timestamp"] for asked in fake.asked] == [str(now - 60), str(now - 30), str(now)]
    assert len({asked.headers["webhook-signature"] for asked in fake.asked}) == 3


@pytest.mark.parametrize("secret", ["", "whsec_", "not base64!"])
def test_a_secret_that_cannot_sign_sends_nothing_and_is_told(secret: str) -> None:
    fake = Fake()
    outcome = enforce(fake, secret=secret)
    assert isinstance(outcome, Refused)
    assert "'site'" in outcome.reason
    assert "secret" in outcome.reason
    assert not fake.asked


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply(200), DONE),
        (reply(204), DONE),
        (reply(301, location="https://elsewhere.example"), Refused("answered 301")),
        (reply(400), Refused("answered 400")),
        (reply(404), Refused("answered 404")),
        (reply(410), Refused("answered 410")),
        (reply(408), Wait(60, "answered 408")),
        (reply(425), Wait(60, "answered 425")),
        (reply(429), Wait(60, "answered 429")),
        (reply(429, retry_after="17"), Wait(17, "answered 429")),
        (reply(429, retry_after="0.25"), Wait(1, "answered 429")),
        (reply(429, retry_after="86400"), Wait(21600, "answered 429")),
        (reply(429, retry_after="Sun, 22 Nov 2026 09:30:00 GMT"), Wait(60, "answered 429")),
        (reply(503, retry_after="30"), Wait(30, "answered 503")),
        (reply(500), Unknown("answered 500")),
        (reply(502), Unknown("answered 502")),
        (reply(504), Unknown("answered 504")),
    ],
    ids=str,
)
def test_what_an_answer_means(answer: Reply, outcome: Outcome) -> None:
    assert enforce(Fake([answer])) == outcome


@given(st.text(st.characters()) | st.floats().map(str) | st.integers().map(str))
def test_whatever_is_in_retry_after_the_wait_is_between_a_second_and_six_hours(value: str) -> None:
    assert 1 <= retry_after({"retry-after": value}) <= LONGEST_WAIT


@given(st.integers(200, 599))
def test_every_status_has_one_meaning(status: int) -> None:
    outcome = judged(reply(status), Sent("x"))
    assert isinstance(outcome, Sent) == (status < 300)
    assert isinstance(outcome, Unknown) == (status >= 500 and status != 503)


def test_a_measure_with_nowhere_to_go_is_refused_and_says_what_to_write() -> None:
    outcome = enforce(Fake(), address="")
    assert isinstance(outcome, Refused)
    assert "`api`" in outcome.reason
