"""What one person is told, as a document: for platforms whose own markup it is then written in."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator

from events.moderation import ActionRequested, MessageRequested
from events.people import Person
from functions.platforms.text.document import Block, Document, Paragraph, Run
from functions.platforms.text.splitting import Used, most_that_fit

LONGEST = 6000
"""Characters of `MessageRequested.text`."""


def letter(message: MessageRequested, used: Used, limit: int) -> Document:
    """As much of it as fits: `used` counts in the platform's form and unit. Title and link stay in any case."""

    def whole(room: int) -> Document:
        return tuple(blocks(message, shortened(message.text.strip(), room)))

    return whole(most_that_fit(len(message.text), lambda room: used(whole(room)) <= limit))


def blocks(message: MessageRequested, text: str) -> Iterator[Block]:
    """All of it is text but the link, which can be followed."""
    if title := " ".join(visible(message.title).split()):
        yield Paragraph((Run(title, bold=True),))
    for one in re.split(r"\n\s*\n", visible(text)):
        if one.strip():
            yield Paragraph(tuple(lines(one.strip())))
    if message.link:
        yield Paragraph((Run(message.link, link=message.link),))


def lines(paragraph: str) -> Iterator[Run]:
    for number, line in enumerate(paragraph.split("\n")):
        if number:
            yield Run("\n")
        yield Run(line)


def visible(text: str) -> str:
    """Without control characters; a line ends in one sign."""
    whole = "\n".join(text.splitlines())
    return "".join(one for one in whole if one == "\n" or unicodedata.category(one) != "Cc")


def shortened(text: str, room: int) -> str:
    """The beginning up to a word, unless that leaves half of the room empty; and “…”, which comes on top of it."""
    if len(text) <= room:
        return text
    words = re.sub(r"\s+\S*\Z", "", text[: room + 1])
    return (words if room // 2 < len(words) <= room else text[:room]).rstrip() + "…"


def reasons(action: ActionRequested, longest: int) -> str:
    """The rule and the explanation in one line of so many characters, for whoever is shown no more than that."""
    words = (" ".join(visible(text).split()) for text in (action.reason, action.explanation))
    return shortened(": ".join(filter(None, words)), longest - 1)


def warning(action: ActionRequested) -> MessageRequested:
    """What the author of something is told by a warning, and what it is about."""
    return MessageRequested(
        case=action.case,
        person=action.person or Person(id=action.subject.id),
        about=action.subject,
        title="",
        text=action.explanation[:LONGEST],
        link=action.subject.url,
    )


def key(message: MessageRequested) -> str:
    """25 characters that are the same for the same message to the same person in the same case, and for no other."""
    return hashlib.sha256(message.model_dump_json().encode()).hexdigest()[:25]
