"""Telegram, where a bot may write to those who have written to it."""

from events.people import Person
from tests.platforms.acting.kits.telegram import GRIM, SECRET, TO, Telegram, fake, subject

__all__ = ("ABOUT", "PERSON", "SECRET", "TO", "deaf", "fake", "told")

PERSON = Person(id=str(GRIM), name="Grim")
ABOUT = subject()


def told(telegram: Telegram) -> list[tuple[str, str]]:
    return [(str(who), text) for who, text in telegram.private]


def deaf(telegram: Telegram) -> None:
    telegram.started.clear()
