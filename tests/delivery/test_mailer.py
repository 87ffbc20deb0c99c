"""Amazon SES says no in several ways; none of them leads to a second mail."""

import re
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError

from functions.delivery import mailer
from functions.platforms.outgoing import Outcome, Refused, Sent, Unknown, Wait
from functions.shared import aws, mails, outbox
from tests.support.faults import Action, answer_lost, aws_error
from tests.support.world import World

MESSAGE = b"From: liaison@acme.example\r\nTo: marie@acme.example\r\nSubject: Hello\r\n\r\nHello\r\n"
ROW = outbox.planned(
    pk="acme#digest#marie#daily-2026-11-21",
    name="mail",
    purpose="mail",
    platform="mail",
    destination="marie",
    request={},
    at="2026-11-22T12:00:00.000Z",
)


def sent() -> Outcome:
    return mailer.send(ROW, MESSAGE, sender="liaison@acme.example", to="marie@acme.example")


def refused_connection() -> None:
    raise EndpointConnectionError(endpoint_url="https://email.example")


def no_connection() -> None:
    raise ConnectTimeoutError(endpoint_url="https://email.example")


def test_a_mail_is_handed_over_as_it_is_written(world: World) -> None:
    assert isinstance(sent(), Sent)
    (mail,) = world.mails()
    assert (mail.source, mail.subject, mail.body) == ("liaison@acme.example", "Hello", "Hello\r\n")


def test_ses_is_told_how_to_name_it_when_it_tells_of_it(world: World) -> None:
    asked: list[dict[str, Any]] = []
    aws.ses().meta.events.register("provide-client-params.sesv2.SendEmail", lambda params, **_: asked.append(params))
    sent()
    (call,) = asked
    assert call["ConfigurationSetName"] == "tests"
    tags = {tag["Name"]: tag["Value"] for tag in call["EmailTags"]}
    assert all(re.fullmatch("[A-Za-z0-9_-]{1,256}", word) for tag in tags.items() for word in tag)
    assert mails.tagged(tags) == (ROW["key"], (ROW["pk"], ROW["sk"]))


def test_a_row_with_the_longest_of_names_is_named_in_several_tags() -> None:
    pk, sk = f"{'a' * 40}#case#{'ö' * 200}", "delivery#" + "b" * 200
    tags = mails.tags({"pk": pk, "sk": sk, "key": "k" * 25})
    assert max(map(len, tags.values())) <= 256
    assert mails.tagged(tags) == ("k" * 25, (pk, sk))


@pytest.mark.parametrize(
    "tags", [{}, {"delivery": "k"}, {"delivery": "k", "row0": "?"}, {"delivery": "k", "row1": "YQ"}]
)
def test_tags_that_are_not_ours_are_told_from_ours(tags: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="not the tags"):
        mails.tagged(tags)


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
