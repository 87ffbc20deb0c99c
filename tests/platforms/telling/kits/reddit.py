"""The moderators' mail of a community on Reddit."""

from events.people import Person
from functions.platforms.words import from_markdown
from tests.platforms.acting.kits.reddit import GRIM, SECRET, TO, Reddit, fake, subject

__all__ = ("ABOUT", "PERSON", "SECRET", "TO", "deaf", "fake", "told")

PERSON = Person(id=GRIM, name=GRIM)
ABOUT = subject()


def told(reddit: Reddit) -> list[tuple[str, str]]:
    """As it is read: a space without any width is not seen."""
    return [
        (one["to"], f"{one['subject']}\n{from_markdown(words)}".replace("\u200b", ""))
        for one in reddit.mail.values()
        for words in one["bodies"]
    ]


def deaf(reddit: Reddit) -> None:
    reddit.missing.add(GRIM)
