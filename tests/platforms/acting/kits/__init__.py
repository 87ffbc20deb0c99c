"""What the contract suite (`test_contract.py`) has to know of each platform: one module each, named like it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from events.moderation import ActionRequested
from functions.platforms.outgoing import Destination
from tests.platforms.posting.fake import Fake


@dataclass(frozen=True)
class Story:
    """One measure on one thing that the kit's fake has from the start."""

    name: str
    action: ActionRequested
    holds: Callable[[Any], bool]
    """Whether the platform (the fake) is as the measure wants it. Of a message: whether it is there exactly once."""
    moved: Callable[[Any], None] | None = None
    """Somebody there changes what the measure changed, so that an undo has to be refused. None: nobody can."""
    gone: Callable[[Any], None] | None = None
    """What the measure is about disappears. None: it cannot."""


class Kit(Protocol):
    TO: Destination
    """The place, with its credential."""
    STORIES: tuple[Story, ...]
    """One at least for each measure and each kind of subject that it is different for."""

    @staticmethod
    def fake() -> Fake:
        """The platform, with what the stories are about. `creates` says which requests change something."""

    @staticmethod
    def seen(fake: Any) -> Any:
        """All that moderation can change there, as values that can be compared."""
