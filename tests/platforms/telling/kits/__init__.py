"""What the contract suite (`test_contract.py`) has to know of each platform: one module each, named like it."""

from typing import Any, Protocol

from events.moderation import Subject
from events.people import Person
from functions.platforms.outgoing import Destination
from tests.platforms.posting.fake import Fake


class Kit(Protocol):
    TO: Destination
    """The place, with its credential."""
    PERSON: Person
    """Somebody who can be told there."""
    ABOUT: Subject

    @staticmethod
    def fake() -> Fake:
        """The platform. `creates` says which request makes a message."""

    @staticmethod
    def told(fake: Any) -> list[tuple[str, str]]:
        """What was told to whom, oldest first: the person's id, and the text they read (title and all)."""

    @staticmethod
    def deaf(fake: Any) -> None:
        """From now on that person takes no messages from us, as the platform would say it."""
