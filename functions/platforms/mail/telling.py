"""What one person is told by mail. Blind, as all mail: where the answer is lost, nobody sends it again."""

from html import escape

from events.moderation import MessageRequested
from functions.platforms.outgoing import Destination, Hands, Kind, Outcome
from functions.platforms.telling import fitted

KIND: Kind = "blind"
WINDOW = 0
RIGHT = "no permission: the deployment has a sender's address (`-c mail_from=…`)"
LONGEST = 10_000
"""More than a message can have: nothing is cut off."""


def tell(message: MessageRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    del to, key
    text = fitted(message, LONGEST, titled=False)
    return hands.mail(
        to=message.person.id, subject=" ".join(message.title.split()), html=page(text, message.link), text=text
    )


def page(text: str, link: str) -> str:
    """Paragraphs, and the link as one; all else is text, whoever wrote it."""
    paragraphs = (
        f'<p><a href="{escape(one)}">{escape(one)}</a></p>'
        if one == link
        else f'<p dir="auto">{escape(one).replace(chr(10), "<br>")}</p>'
        for one in text.split("\n\n")
    )
    return "\n".join(paragraphs)
