"""Amazon SES says no in several ways; none of them leads to a second mail."""

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError

from functions.delivery import mailer
from functions.platforms.outgoing import Outcome, Refused, Sent, Unknown, Wait
from functions.shared.settings import settings
from tests.support.faults import Action, answer_lost, aws_error
from tests.support.world import World


def sent() -> Outcome:
    return mailer.send(to="marie@acme.example", subject="Hello", html="<p>Hello</p>", text="Hello")


def refused_connection() -> None:
    raise EndpointConnectionError(endpoint_url="https://email.example")


def no_connection() -> None:
    raise ConnectTimeoutError(endpoint_url="https://email.example")


def test_a_mail_is_handed_over_with_both_its_parts(world: World) -> None:
    assert isinstance(sent(), Sent)
    (mail,) = world.mails()
    assert (mail.source, mail.subject) == ("liaison@acme.example", "Hello")


@pytest.mark.parametrize(
    ("what", "outcome"),
    [
        (aws_error("TooManyRequestsException", 429), Wait),
        (aws_error("LimitExceededException"), Wait),
        (aws_error("MessageRejected"), Refused),
        (aws_error("AccountSuspendedException"), Refused),
        (aws_error("InternalFailure", 500), Unknown),
        (refused_connection, Wait),
        (no_connection, Wait),
        (answer_lost, Unknown),
    ],
)
def test_each_failure_is_called_what_it_is(world: World, what: Action, outcome: type) -> None:
    world.faults.at("sesv2.SendEmail", "before", what)
    assert isinstance(sent(), outcome)


def test_one_attempt_is_made_and_no_more(world: World) -> None:
    """A repeated SendEmail is a second mail, so boto3's own retries are off for it."""
    world.faults.forget()
    world.faults.at("sesv2.SendEmail", "after", answer_lost)
    assert isinstance(sent(), Unknown)
    assert world.faults.passed == ["sesv2.SendEmail"]
    assert len(world.mails()) == 1


def test_without_a_sender_it_says_how_to_name_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_FROM", "")
    settings.cache_clear()
    outcome = sent()
    assert isinstance(outcome, Refused)
    assert "mail_from" in outcome.reason
