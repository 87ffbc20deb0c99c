"""What the digest asks of delivery."""

from events.people import Model, Text


class MailRequested(Model):
    """One mail to one reader of the program; the address is looked up when it is sent."""

    reader: str
    subject: Text
    html: Text
    text: Text
