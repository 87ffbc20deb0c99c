"""One mail as it goes out, without I/O: text and HTML alike, its pictures inside, and the way to end them."""

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import formatdate

LARGEST_HTML = 90_000
"""Bytes. Gmail cuts off what is beyond some 102,000 of them, the way to end these mails first."""

LONGEST_SUBJECT = 250
"""Characters; clients show sixty or so."""

DELIVERY = "X-Liaison-Delivery"
"""Our name of a mail, which is in its Message-ID, too; but SES puts one of its own in the place of that."""

WHOLE = ("list-unsubscribe",)
ENDS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class UnwritableError(Exception):
    """No mail can be made of it; the text says why."""


class Lines(EmailPolicy):
    """Folds long headers as RFC 5322 asks, but leaves an address of the web whole: Python would write one that is
    longer than a line as encoded words, in which no mail program looks for it."""

    def fold(self, name: str, value: str) -> str:
        return f"{name}: {value}\r\n" if name.lower() in WHOLE else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Letter:
    """What one mail says. `key` is the delivery's; `pictures` are PNGs by the name the HTML shows them under, as
    `cid:name`. Without HTML it is a text."""

    sender: str
    to: str
    subject: str
    html: str
    text: str
    key: str
    stop: str = ""
    """The address that ends these mails with one request (RFC 8058)."""
    pictures: tuple[tuple[str, bytes], ...] = ()


def written(letter: Letter, timestamp: int) -> bytes:
    """The whole message, in ASCII; `timestamp` in unix seconds. Raises UnwritableError."""
    if (size := len(encoded(letter.html))) > LARGEST_HTML:
        raise UnwritableError(f"its HTML part has {size} bytes: mail programs cut off what is beyond {LARGEST_HTML}")
    message = EmailMessage(policy=Lines(linesep="\r\n"))
    sender = addressed(letter.sender)
    message["From"] = sender
    message["To"] = addressed(letter.to)
    message["Subject"] = one_line(letter.subject)[:LONGEST_SUBJECT]
    message["Date"] = formatdate(timestamp)
    message["Message-ID"] = f"<{letter.key}@{sender.domain}>"
    message[DELIVERY] = letter.key
    # A machine that is away answers no mail of a machine (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    if letter.stop:
        message["List-Unsubscribe"] = f"<{web_address(letter.stop)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(storable(letter.text), cte="quoted-printable")
    if letter.html:
        message.add_alternative(storable(letter.html), subtype="html", cte="quoted-printable")
        *_, html = message.iter_parts()
        for name, body in letter.pictures:
            html.add_related(body, "image", "png", cid=f"<{name}>", filename=f"{name}.png", disposition="inline")
    return message.as_bytes()


def addressed(address: str) -> Address:
    """One address and nothing else. Raises UnwritableError."""
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise UnwritableError("its address has letters beyond ASCII before the @, which SES does not take")
    try:
        return Address(addr_spec=f"{local}@{domain.encode('idna').decode('ascii')}")
    except (ValueError, IndexError) as error:
        raise UnwritableError("its address is none that mail can be sent to") from error
    except Exception as error:
        raise UnwritableError("its address is none that mail can be sent to") from error


def web_address(address: str) -> str:
    """Raises UnwritableError for what would not stand in a header as it is."""
    if not address.isascii() or not address.isprintable() or set(address) & set(" <>"):
        raise UnwritableError("the address that ends these mails cannot stand in a header")
    return address


def one_line(text: str) -> str:
    """No line of a header ends early: controls and ends of lines are spaces. Those that keep numbers together stay."""
    return " ".join(filter(None, ENDS.sub(" ", storable(text)).split(" ")))


def storable(text: str) -> str:
    """Half a surrogate pair is no character, and has no place in UTF-8."""
    return encoded(text).decode()


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")
