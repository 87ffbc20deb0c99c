"""Mail, through Amazon SES v2. It has no idempotency key and cannot be looked up: blind."""

from events.digests import MailRequested
from functions.platforms.outgoing import Destination, Hands, Kind, Outcome, Refused

KIND: Kind = "blind"


def send(mail: MailRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    del key
    if not (mail.html or mail.text):
        return Refused("its words are gone: an account that it may have quoted was erased")
    return hands.mail(to=to.address, subject=mail.subject, html=mail.html, text=mail.text)
