"""`liaison mail` and what `liaison doctor` says of mail."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber
from typer.testing import CliRunner

from cli import mail, operator, stack
from cli.mailbox import keep, kept
from cli.main import app
from events.program import Program
from functions.platforms.standing import Report
from functions.shared import aws, mails, program
from functions.shared.settings import settings
from functions.shared.table import table
from tests.delivery import rows
from tests.support.postal import tell
from tests.support.world import World

SENDER, DOMAIN = "liaison@acme.example", "acme.example"
GOOD: dict[str, Any] = {
    "ProductionAccessEnabled": True,
    "SendingEnabled": True,
    "EnforcementStatus": "HEALTHY",
    "SendQuota": {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0, "SentLast24Hours": 12.0},
}
VERIFIED: dict[str, Any] = {
    "IdentityType": "DOMAIN",
    "VerifiedForSendingStatus": True,
    "DkimAttributes": {"SigningEnabled": True, "Status": "SUCCESS"},
}
EVENTS = [
    {
        "Name": "Events",
        "Enabled": True,
        "MatchingEventTypes": sorted(mail.TOLD),
        "EventBridgeDestination": {"EventBusArn": "arn:aws:events:eu-central-1:123456789012:event-bus/default"},
    }
]


def active() -> Program:
    return program.active()[0]


@pytest.fixture
def ses(world: World) -> Iterator[Stubber]:
    """SES as its API reference says it answers; moto knows none of these calls."""
    del world
    with Stubber(aws.ses()) as stubber:
        yield stubber


def answers(ses: Stubber, account: Any = GOOD, identity: Any = VERIFIED, events: Any = EVENTS) -> None:
    ses.add_response("get_account", {**GOOD, **account})
    ses.add_client_error("get_email_identity", "NotFoundException", expected_params={"EmailIdentity": SENDER})
    if identity:
        ses.add_response("get_email_identity", {**VERIFIED, **identity}, {"EmailIdentity": DOMAIN})
    else:
        ses.add_client_error("get_email_identity", "NotFoundException")
    if events is None:
        ses.add_client_error("get_configuration_set_event_destinations", "NotFoundException")
    else:
        named = {"ConfigurationSetName": "tests"}
        ses.add_response("get_configuration_set_event_destinations", {"EventDestinations": events}, named)


def asked(ses: Stubber, **other: Any) -> Report:
    answers(ses, **other)
    return mail.checked(active())


def test_all_is_well(ses: Stubber) -> None:
    report = asked(ses)
    assert report.state == "good"
    told = {one.what: one.told for one in report.findings}
    assert told["quota"] == "12 of 50000 sent in 24 hours; at most 14 a second"
    assert told["identity"] == "acme.example is verified"
    assert told["addresses"].startswith("0 get no mail")
    assert told.keys() == {"sending", "access", "quota", "identity", "DKIM", "events", "addresses"}


@pytest.mark.parametrize(
    ("given", "what", "state", "told"),
    [
        ({"account": {"SendingEnabled": False}}, "sending", "wrong", "its console"),
        ({"account": {"EnforcementStatus": "SHUTDOWN"}}, "sending", "wrong", "its console"),
        ({"account": {"ProductionAccessEnabled": False}}, "access", "unknown", "ask for production access"),
        (
            {"account": {"SendQuota": {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 200.0}}},
            "quota",
            "wrong",
            "200 of 200",
        ),
        ({"identity": None}, "identity", "wrong", "create-email-identity"),
        ({"identity": {"VerifiedForSendingStatus": False}}, "identity", "wrong", "publish the records"),
        ({"identity": {"DkimAttributes": {"SigningEnabled": True, "Status": "PENDING"}}}, "DKIM", "wrong", "CNAME"),
        ({"identity": {"DkimAttributes": {"SigningEnabled": False, "Status": "SUCCESS"}}}, "DKIM", "wrong", "CNAME"),
        ({"events": None}, "events", "wrong", "no configuration set 'tests'"),
        ({"events": []}, "events", "wrong", "not told of BOUNCE, COMPLAINT"),
        ({"events": [{**EVENTS[0], "Enabled": False}]}, "events", "wrong", "deploy the stack again"),
        ({"events": [{**EVENTS[0], "MatchingEventTypes": ["SEND"]}]}, "events", "wrong", "not told of BOUNCE"),
    ],
)
def test_what_is_wrong_says_what_to_do(ses: Stubber, given: Any, what: str, state: str, told: str) -> None:
    report = asked(ses, **given)
    found = next(one for one in report.findings if one.what == what)
    assert (found.state, told in found.told) == (state, True)
    assert report.state == state


@pytest.mark.parametrize(("account", "status"), [({}, 0), ({"SendingEnabled": False}, 2)])
def test_doctor_says_so_of_mail_alone_too(
    ses: Stubber, monkeypatch: pytest.MonkeyPatch, account: Any, status: int
) -> None:
    monkeypatch.setattr(operator, "connect", lambda name: None)
    answers(ses, account)
    done = CliRunner().invoke(app, ["doctor", "mail", "--json"])
    told = json.loads(done.output.splitlines()[-1])
    assert done.exit_code == status
    assert [one["source"] for one in told["sources"]] == ["mail"]
    assert len(told["sources"][0]["findings"]) == 7


def test_an_ses_that_cannot_be_asked_is_not_called_wrong(ses: Stubber) -> None:
    ses.add_client_error("get_account", "AccessDeniedException", http_status_code=403)
    assert mail.checked(active()).state == "unknown"


def test_without_a_sender_it_matters_where_somebody_waits_for_mail(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_FROM", "")
    settings.cache_clear()
    assert mail.checked(active()).state == "wrong"
    nobody = active().model_copy(update={"readers": ()})
    assert mail.checked(nobody).state == "good"


# The local stack's mail


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stack that is up, and its mail."""
    monkeypatch.setattr(stack, "HOME", tmp_path)
    monkeypatch.setattr(stack, "running", lambda: stack.Stack(1, 2, "up", [], {}, mail=8025))
    (tmp_path / "mail").mkdir()
    return tmp_path / "mail"


def typed(*words: str) -> str:
    done = CliRunner().invoke(app, ["mail", *words])
    return f"{done.exit_code}: {done.output}"


def test_what_the_local_stack_sent_is_listed_newest_first_with_where_to_open_it(box: Path) -> None:
    for subject in ("First", "Second"):
        keep(box, "a@acme.example", ["marie@acme.example"], f"Subject: {subject}\r\n\r\nSaid {subject}\r\n".encode())
    told = typed()
    assert told.startswith("0: ")
    assert told.index("Second") < told.index("First")
    assert "http://127.0.0.1:8025" in told
    assert "Said Second" in typed("show")
    oldest = kept(box)[-1].name
    assert "Said First" in typed("show", oldest)
    assert f"http://127.0.0.1:8025/{oldest}" in typed("show", oldest)


def test_where_there_is_no_mail_it_says_so(box: Path) -> None:
    assert "no mail has arrived yet" in typed()
    assert typed("show").startswith("1: ")
    assert "there is no mail 'x'" in typed("show", "x")


# Who gets none


def test_who_gets_no_mail_is_listed_with_why(world: World) -> None:
    tell(world, rows.mail(world), "Complaint Received")
    tell(world, rows.mail(world, "2026-11-22"), "Bounced", to="ilse@club.example")
    mails.switch(table(), "acme", "noor", "ended", "page", world.now)
    found = {(one["reader"], one["why"]) for one in mail.without(active())}
    assert found == {("marie", "complaint"), ("-", "bounce"), ("noor", "ended")}
    assert "ilse" not in str(list(mail.without(active())))


def test_an_operator_lets_a_reader_have_mail_again(ses: Stubber, world: World) -> None:
    tell(world, rows.mail(world), "Bounced")
    mails.switch(table(), "acme", "marie", "ended", "page", world.now)
    ses.add_response("delete_suppressed_destination", {}, {"EmailAddress": "marie@acme.example"})
    mail.again(active().reader("marie"), "marie")
    assert not list(mail.without(active()))
    ses.assert_no_pending_responses()


def test_ses_is_asked_for_an_address_as_mail_was_sent_to_it(ses: Stubber, world: World) -> None:
    del world
    ses.add_response("delete_suppressed_destination", {}, {"EmailAddress": "Ilse@xn--bcher-kva.example"})
    mail.again(None, "Ilse@bücher.example")
    ses.assert_no_pending_responses()


def test_an_address_that_ses_does_not_keep_back_is_lifted_all_the_same(ses: Stubber, world: World) -> None:
    tell(world, rows.mail(world), "Bounced", to="ilse@club.example")
    ses.add_client_error("delete_suppressed_destination", "NotFoundException", http_status_code=404)
    mail.again(None, "ilse@club.example")
    assert not mails.barred(table())
