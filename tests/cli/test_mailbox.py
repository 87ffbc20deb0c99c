"""The local stack's mail: taken by SMTP as any server takes it, kept whole, and opened with nothing of it running."""

import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email.message import EmailMessage
from pathlib import Path
from socketserver import TCPServer
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import pytest

from cli import mailbox, ses
from cli.ses import posted
from functions.delivery import mailer
from functions.platforms.mail.message import Letter, written
from functions.platforms.outgoing import Sent, Unknown
from functions.shared import aws, clock
from functions.shared.table import table
from functions.upkeep import mails as reading
from tests.delivery import rows
from tests.support.world import World

PNG = b"\x89PNG\r\n\x1a\n\x00"
HOSTILE = "<p>Hello</p><script>alert(1)</script><img src='cid:volume'><img src='https://track.example/1.png'>"


@contextmanager
def serving(server: TCPServer) -> Iterator[int]:
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def smtp(tmp_path: Path) -> Iterator[int]:
    with serving(mailbox.Server(("127.0.0.1", 0), mailbox.receiver(tmp_path))) as port:
        yield port


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    with serving(mailbox.Web(("127.0.0.1", 0), mailbox.viewer(tmp_path))) as port:
        yield f"http://127.0.0.1:{port}"


def message(subject: str = "Décisions", html: str = HOSTILE, text: str = "Bonjour à tous\n.\n..fin") -> bytes:
    letter = Letter("news@acme.example", "marie@acme.example", subject, html, text, "k" * 25, "", (("volume", PNG),))
    return written(letter, 1_795_348_800)


def opened(address: str) -> tuple[str, str]:
    """A page, and its policy."""
    with urlopen(address, timeout=5) as answer:
        return answer.read().decode(), answer.headers["Content-Security-Policy"]


def refused(asked: str | Request) -> int:
    """The status of an answer that is none."""
    with pytest.raises(HTTPError) as told:
        urlopen(asked, timeout=5)
    told.value.close()
    return told.value.code


def test_a_line_longer_than_any_should_be_is_kept_too(smtp: int, tmp_path: Path) -> None:
    sent = b"Subject: long\r\n\r\n" + b"a" * mailbox.LONGEST_LINE + b".\r\nand more\r\n"
    posted(smtp)("news@acme.example", "marie@acme.example", sent)
    (mail,) = mailbox.kept(tmp_path)
    assert (tmp_path / f"{mail.name}.eml").read_bytes().endswith(b"\r\n" + sent)


def test_nobody_has_to_know_what_this_machine_is_called(
    smtp: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asking takes seconds where no name server answers, and SES has ten."""
    monkeypatch.setattr(socket, "getfqdn", lambda: pytest.fail("a name server was asked"))
    posted(smtp)("news@acme.example", "marie@acme.example", message())
    assert mailbox.kept(tmp_path)


def test_a_mail_is_kept_to_the_letter(smtp: int, tmp_path: Path) -> None:
    sent = message()
    posted(smtp)("news@acme.example", "marie@acme.example", sent)
    (mail,) = mailbox.kept(tmp_path)
    assert mail.text("plain").replace("\r\n", "\n").strip() == "Bonjour à tous\n.\n..fin"
    assert (mail.message["Return-Path"], mail.message["Delivered-To"]) == ("<news@acme.example>", "marie@acme.example")
    assert (tmp_path / f"{mail.name}.eml").read_bytes().endswith(b"\r\n" + sent)


def test_any_program_that_speaks_smtp_can_send_to_it(smtp: int, tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@acme.example", "b@acme.example, c@acme.example", "Hi"
    mail.set_content("Hi\n")
    with smtplib.SMTP("127.0.0.1", smtp, timeout=5) as client:
        client.ehlo()
        assert client.has_extn("8bitmime")
        client.send_message(mail)
        client.send_message(mail)
        assert client.noop()[0] == client.rset()[0] == 250
        assert client.verify("a@acme.example")[0] == 252
        assert client.docmd("TURN")[0] == 500
        assert client.docmd("DATA")[0] == 503
        assert client.rcpt("a@acme.example")[0] == 503
    found = mailbox.kept(tmp_path)
    assert [one.message.get_all("Delivered-To") for one in found] == [["b@acme.example", "c@acme.example"]] * 2


def test_a_mail_whose_sender_hangs_up_in_the_middle_is_none(smtp: int, tmp_path: Path) -> None:
    client = smtplib.SMTP("127.0.0.1", smtp, timeout=5)
    client.ehlo()
    client.mail("a@acme.example")
    client.rcpt("b@acme.example")
    client.putcmd("data")
    client.getreply()
    client.send(b"Subject: half\r\n\r\nhalf")
    client.close()
    posted(smtp)("a@acme.example", "b@acme.example", message("Whole"))
    assert [one.message["Subject"] for one in mailbox.kept(tmp_path)] == ["Whole"]


def test_a_person_opens_it_and_nothing_of_it_runs_or_calls_home(smtp: int, web: str, tmp_path: Path) -> None:
    posted(smtp)("news@acme.example", "marie@acme.example", message("<script>x</script>"))
    name = mailbox.kept(tmp_path)[0].name
    front, _ = opened(web)
    assert f'href="/{name}"' in front
    assert "<script>" not in front
    page, policy = opened(f"{web}/{name}")
    assert '<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" title' in page
    assert "Bonjour à tous" in page
    assert "X-Liaison-Delivery" in page
    assert "<script>" not in page
    assert "frame-src 'self'" in policy
    framed, strict = opened(f"{web}/{name}/html")
    assert "data:image/png;base64,iVBOR" in framed
    assert "cid:" not in framed
    assert framed.startswith('<base target="_blank"><p>Hello</p>')
    rules = dict(rule.strip().partition(" ")[::2] for rule in strict.split(";"))
    assert (rules["default-src"], rules["img-src"]) == ("'none'", "data:")
    assert "allow-scripts" not in rules["sandbox"]


@pytest.mark.parametrize("path", ["/nothing", "/1-1", "/../mailbox", "/1-1/html", "/%2e%2e/1"])
def test_there_is_nothing_but_mail(web: str, path: str) -> None:
    assert refused(web + path) == 404


def test_another_sites_name_for_this_machine_opens_nothing(web: str) -> None:
    assert refused(Request(web, headers={"Host": "evil.example"})) == 403


# The sending half of SES


@pytest.fixture
def told() -> list[dict[str, object]]:
    return []


@contextmanager
def local_ses(world: World, smtp: int, told: list[dict[str, object]]) -> Iterator[None]:
    """As functions find it, at an address of its own: what is simulated of AWS leaves that alone."""
    with ExitStack() as after, pytest.MonkeyPatch.context() as patch:
        port = after.enter_context(serving(mailbox.Web(("127.0.0.1", 0), ses.handler(posted(smtp), told.append))))
        made = boto3.client("sesv2", endpoint_url=f"http://127.0.0.1:{port}", config=aws.ONCE)
        after.callback(made.close)
        patch.setattr(aws, "ses", lambda: made)
        yield


def test_what_delivery_hands_to_ses_arrives_as_it_was_written(
    world: World, smtp: int, tmp_path: Path, told: list[dict[str, object]]
) -> None:
    row = rows.mail(world)
    with local_ses(world, smtp, told):
        outcome = mailer.send(row, message(), sender="news@acme.example", to="marie@acme.example")
    assert isinstance(outcome, Sent)
    (mail,) = mailbox.kept(tmp_path)
    assert [part.get_content_type() for part in mail.message.walk()][-1] == "image/png"
    read = [reading.read(one) for one in told]
    assert [(one.what, one.key, one.row, one.message) for one in read if one] == [
        (what, row["key"], (row["pk"], row["sk"]), outcome.id) for what in ("send", "delivery")
    ]


@pytest.mark.parametrize(("box", "last"), [("bounce", "bounce"), ("complaint", "complaint"), ("success", "delivery")])
def test_mail_to_the_simulator_leads_to_what_it_leads_to_at_ses(
    world: World, smtp: int, tmp_path: Path, told: list[dict[str, object]], box: str, last: str
) -> None:
    to = f"{box}@simulator.amazonses.com"
    with local_ses(world, smtp, told):
        mailer.send(rows.mail(world), message(), sender="news@acme.example", to=to)
    for one in told:
        reading.take(table(), one, clock.now())
    read = [reading.read(one) for one in told]
    assert read[-1]
    assert (read[-1].what, read[-1].addresses) == (last, (to,))
    assert not mailbox.kept(tmp_path)
    assert len(world.items("nomail")) == (box != "success")


def test_a_mailbox_that_takes_nothing_leaves_it_in_doubt(world: World, told: list[dict[str, object]]) -> None:
    with local_ses(world, 1, told):
        outcome = mailer.send(rows.mail(world), message(), sender="news@acme.example", to="marie@acme.example")
    assert isinstance(outcome, Unknown)
    assert not told
