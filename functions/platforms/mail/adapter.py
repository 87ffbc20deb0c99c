"""Mail, through Amazon SES v2. It has no idempotency key and cannot be asked, but tells what became of each mail."""

from events.digests import MailRequested, Picture
from functions.platforms.mail.message import Letter, UnwritableError, addressed, written
from functions.platforms.outgoing import Destination, Hands, Kind, Outcome, Refused, Wait

KIND: Kind = "told"
NO_SENDER = "no sender address: deploy with `-c mail_from=…`"


def send(mail: MailRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """`to.account` is the address it comes from."""
    if not (mail.html or mail.text):
        return Refused("its words are gone: an account that it may have quoted was erased")
    try:
        pictures = tuple(shown(mail.pictures, hands))
    except Exception as error:  # noqa: BLE001 - whatever the bucket said: nothing was sent yet
        return Wait(60, f"its pictures could not be read: {type(error).__name__}")
    letter = Letter(to.account, to.address, mail.subject, mail.html, mail.text, key, mail.stop, pictures)
    return posted(letter, hands)


def shown(pictures: tuple[Picture, ...], hands: Hands) -> list[tuple[str, bytes]]:
    """One that is gone is left out: what it shows stands beside it in a table, and in its place the alt text."""
    read = ((one.name, hands.objects.read(one.key)) for one in pictures)
    return [(name, body) for name, body in read if body is not None]


def posted(letter: Letter, hands: Hands) -> Outcome:
    """One mail, written and handed over."""
    if not letter.sender:
        return Refused(NO_SENDER)
    try:
        message, to = written(letter, hands.timestamp), addressed(letter.to).addr_spec
    except UnwritableError as error:
        return Refused(str(error))
    return hands.mail(message, sender=letter.sender, to=to)
