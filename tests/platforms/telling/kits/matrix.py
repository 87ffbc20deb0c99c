"""A homeserver on which our account opens rooms of two."""

from events.people import Person
from tests.platforms.acting.kits.matrix import GRIM, SECRET, TO, Matrix, subject
from tests.platforms.posting.fake import Asked

__all__ = ("ABOUT", "PERSON", "SECRET", "TO", "deaf", "fake", "told")

PERSON = Person(id=GRIM, name="grim")
ABOUT = subject()


class Telling(Matrix):
    def creates(self, asked: Asked) -> bool:
        return "/send/m.room.message/" in asked.path


def fake() -> Telling:
    return Telling()


def told(matrix: Telling) -> list[tuple[str, str]]:
    """Whoever is in the room or invited to it reads it."""
    said = [one["content"] for one in matrix.events.values() if "room" in one["content"]]
    return [(who, one["body"]) for one in said for who in matrix.private[one["room"]] if who != TO.account]


def deaf(matrix: Telling) -> None:
    matrix.inviting = False
