"""What a mail is made of, as a mail program takes it apart."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from events.digests import MailRequested, Picture
from events.moderation import MessageRequested, Subject
from events.people import Person
from functions.platforms.mail import adapter, telling
from functions.platforms.mail.message import LARGEST_HTML, Letter, UnwritableError, written
from functions.platforms.outgoing import Destination, Outcome, Refused, Sent, Wait
from tests.platforms.hands import Fake

NOW = 1_795_348_800  # 2026-11-22T12:00:00Z
STOP = (
    "https://abcdefghij.execute-api.eu-central-1.amazonaws.com/mail/stop/acme/marie?r=marie&e=1830000000&s=" + "0a" * 20
)
PNG = b"\x89PNG\r\n\x1a\n\x00"


def letter(**other: object) -> Letter:
    told = {"sender": "news@acme.example", "to": "marie@club.example", "subject": "Three", "html": "<p>3</p>"}
    return Letter(**{**told, "text": "3", "key": "k" * 25, **other})  # type: ignore[arg-type]


def read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)


def made(**other: object) -> EmailMessage:
    return read(written(letter(**other), NOW))


def send(
    request: MailRequested, fake: Fake, address: str = "marie@club.example", sender: str = "news@acme.example"
) -> Outcome:
    to = Destination("marie", "acme", address, "", account=sender)
    return adapter.send(request, to, "k" * 25, fake.hands(NOW))


def asked(**other: object) -> MailRequested:
    told = {"reader": "marie", "subject": "Trois décisions", "html": "<p>é 🎉</p>", "text": "é 🎉"}
    return MailRequested.model_validate({**told, **other})


def test_both_parts_say_it_in_every_letter_there_is() -> None:
    message = made(subject="Décisions : 12\u202f345,6 — 決定", html="<p>é 🎉 決定</p>", text="é 🎉 決定")
    assert message["Subject"] == "Décisions : 12\u202f345,6 — 決定"
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert (text.get_content_type(), text.get_content().strip()) == ("text/plain", "é 🎉 決定")
    assert (html.get_content_type(), html.get_content().strip()) == ("text/html", "<p>é 🎉 決定</p>")


def test_what_leaves_is_ascii_with_short_lines() -> None:
    raw = written(letter(text="é" * 5000, html="<p>" + "é" * 5000, subject="é" * 500), NOW)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_pictures_are_inside_under_the_names_the_html_shows_them_by() -> None:
    message = made(html='<img src="cid:volume-7">', pictures=(("volume-7", PNG),))
    related = list(message.iter_parts())[1]
    html, picture = related.iter_parts()
    assert related.get_content_type() == "multipart/related"
    assert html.get_content_type() == "text/html"
    assert (picture["Content-ID"], picture.get_content_type()) == ("<volume-7>", "image/png")
    assert picture.get_content() == PNG
    assert picture.get_content_disposition() == "inline"


def test_without_html_it_is_a_text() -> None:
    assert made(html="").get_content_type() == "text/plain"


def test_it_can_be_ended_with_one_request() -> None:
    """On one line and as it is: no mail program looks for the address in encoded words (RFC 8058)."""
    raw = written(letter(stop=STOP), NOW)
    assert f"\r\nList-Unsubscribe: <{STOP}>\r\n".encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert b"List-Unsubscribe" not in written(letter(), NOW)


def test_a_repeat_is_recognised_and_no_machine_answers() -> None:
    first, second = made(), made()
    assert first["Message-ID"] == second["Message-ID"] == f"<{'k' * 25}@acme.example>"
    assert first["X-Liaison-Delivery"] == "k" * 25
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Date"] == "Sun, 22 Nov 2026 12:00:00 -0000"


@pytest.mark.parametrize(
    "hostile", ["a\r\nBcc: x@evil.example", "a\nBcc: x@evil.example", "a\u2028Bcc: x\x85y\x0b\x00z", "\ud800"]
)
def test_a_subject_ends_no_header(hostile: str) -> None:
    message = made(subject=hostile)
    assert "Bcc" not in message
    assert len(message.keys()) == len(made().keys())


@pytest.mark.parametrize(
    "address",
    [
        "a,b@club.example",
        "marie@club.example\r\nBcc: x@evil.example",
        "<marie@club.example>",
        "zoé@club.example",
        "@",
        "a@b@c.example",
    ],
)
def test_an_address_is_one_or_none(address: str) -> None:
    with pytest.raises(UnwritableError):
        written(letter(to=address), NOW)


def test_a_domain_of_all_letters_is_written_as_mail_has_it() -> None:
    assert made(to="marie@münchen.example")["To"] == "marie@xn--mnchen-3ya.example"


def test_html_that_would_be_cut_off_is_refused_and_says_so() -> None:
    written(letter(html="é" * (LARGEST_HTML // 2)), NOW)
    fake = Fake()
    outcome = send(asked(html="é" * (LARGEST_HTML // 2) + "!"), fake)
    assert isinstance(outcome, Refused)
    assert "90001 bytes" in outcome.reason
    assert not fake.mails


@pytest.mark.parametrize(
    "stop", ["https://l.example/a b", "https://l.example/>,<mailto:x@evil.example", "https://l.example/é"]
)
def test_an_address_to_end_it_that_would_be_another_is_refused(stop: str) -> None:
    with pytest.raises(UnwritableError):
        written(letter(stop=stop), NOW)


# The adapter


def test_a_mail_is_handed_over_whole() -> None:
    fake = Fake(stored={"digests/a.png": PNG})
    picture = Picture(name="volume", key="digests/a.png", alt="More than usual")
    assert send(asked(stop=STOP, pictures=(picture,)), fake) == Sent("mail-1")
    ((sender, to, message),) = fake.mails
    assert (sender, to) == ("news@acme.example", "marie@club.example")
    assert message["List-Unsubscribe"] == f"<{STOP}>"
    assert [part.get_content_type() for part in message.walk()][-1] == "image/png"


def test_a_picture_that_is_gone_keeps_no_mail_back() -> None:
    fake = Fake()
    assert isinstance(send(asked(pictures=(Picture(name="volume", key="digests/gone.png", alt=""),)), fake), Sent)
    assert "image" not in {part.get_content_maintype() for part in fake.mails[0][2].walk()}


def test_pictures_that_cannot_be_read_now_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake()

    def failing(self: Fake, key: str) -> bytes:
        raise OSError(key)

    monkeypatch.setattr(Fake, "read", failing)
    outcome = send(asked(pictures=(Picture(name="volume", key="digests/a.png", alt=""),)), fake)
    assert isinstance(outcome, Wait)
    assert not fake.mails


def test_without_a_sender_it_says_how_to_name_one() -> None:
    outcome = send(asked(), Fake(), sender="")
    assert isinstance(outcome, Refused)
    assert "mail_from" in outcome.reason


def test_words_that_were_erased_are_not_sent() -> None:
    assert isinstance(send(asked(html="", text=""), Fake()), Refused)


def test_one_person_is_told_with_both_parts_and_a_title_on_one_line() -> None:
    fake = Fake()
    told = MessageRequested(
        case="c1",
        person=Person(id="ilse@club.example"),
        about=Subject(source="box", kind="post", id="1"),
        title="News\r\nBcc: x@evil.example",
        text="It is done.",
        link="https://l.example/?a=1",
    )
    to = Destination("box", "acme", "ilse@club.example", "", account="news@acme.example")
    assert telling.tell(told, to, "k" * 25, fake.hands(NOW)) == Sent("mail-1")
    ((_, address, message),) = fake.mails
    assert (address, message["Subject"]) == ("ilse@club.example", "News Bcc: x@evil.example")
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
