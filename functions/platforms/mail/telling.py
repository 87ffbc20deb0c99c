"""What one person is told by mail. Where the answer is lost, and no word of it comes either, nobody sends it again."""

from html import escape

from events.moderation import MessageRequested
from functions.platforms.mail.adapter import posted
from functions.platforms.mail.message import Letter
from functions.platforms.outgoing import Destination, Hands, Kind, Outcome
from functions.platforms.telling import fitted

KIND: Kind = "told"
WINDOW = 0
RIGHT = "no permission: the deployment has a sender's address (`-c mail_from=…`)"
LONGEST = 10_000
"""More than a message can have: nothing is cut off."""


def tell(message: MessageRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    text = fitted(message, LONGEST, titled=False)
    letter = Letter(to.account, to.address, message.title, page(text, message.link), text, key)
    return posted(letter, hands)


def page(text: str, link: str) -> str:
    """Paragraphs, and the link as one; all else is text, whoever wrote it."""
    paragraphs = (
        f'<p><a href="{escape(one)}">{escape(one)}</a></p>'
        if one == link
        else f'<p dir="auto">{escape(one).replace(chr(10), "<br>")}</p>'
        for one in text.split("\n\n")
    )
    return "\n".join(paragraphs)
