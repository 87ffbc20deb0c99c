"""What the contract suite (`test_contract.py`) has to know of each platform: one module each, named like it."""

from typing import Protocol

from events.program import Target
from tests.platforms.posting.fake import Fake


class Kit(Protocol):
    TARGETS: tuple[Target, ...]
    """One of each kind."""
    SECRET: str
    """The credential, as `liaison secret put NAME --outgoing` takes it."""

    @staticmethod
    def fake(target: Target) -> Fake:
        """The platform, empty, knowing the target's place and the secret."""
