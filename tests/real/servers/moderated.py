"""What the tests need of a server on which something is decided: who writes, who reports, and what others see then."""

from abc import abstractmethod
from collections.abc import Sequence

import pytest

from tests.real.servers.server import Server
from tests.support.world import World


class Moderated(Server):
    """Somebody writes there, somebody else reports it, and our account has what moderators have. The request that
    `is_post` picks is the one that acts."""

    @abstractmethod
    def source(self, address: str) -> str:
        """The source's lines of `community.toml`, but for its id, community and platform."""

    @abstractmethod
    def secrets(self) -> Sequence[tuple[str, bool]]:
        """Each secret of the source, and whether it is for what goes out."""

    def begin(self, patch: pytest.MonkeyPatch) -> None:
        """Nothing comes that was reported before."""

    @abstractmethod
    def write(self, text: str) -> str:
        """Something new, by somebody who has written nothing before; gives its id, as cases name it."""

    @abstractmethod
    def report(self, post: str) -> None:
        """By somebody else, in the way that the server has for it."""

    @abstractmethod
    def arrive(self, world: World) -> None:
        """What was reported comes to us, in the way it comes from there."""

    @abstractmethod
    def shown(self, post: str) -> str:
        """What a stranger reads there; empty once it is gone."""

    @abstractmethod
    def remove(self, post: str) -> None:
        """By somebody who may, past us."""

    @abstractmethod
    def removals(self, post: str) -> int:
        """How often it was removed, by the server's own record."""

    @abstractmethod
    def lifts(self) -> int:
        """How often the author was let back in."""

    @abstractmethod
    def may_write(self) -> bool:
        """Whether the author still may. What is tried here stands there afterwards."""
