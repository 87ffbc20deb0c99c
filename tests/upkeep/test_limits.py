"""What servers say of their limits is read once a day, and used by previews."""

from datetime import timedelta

from functions.announcements import publishing
from functions.platforms.outgoing import UnansweredError
from functions.platforms.posting import Limits
from functions.shared.table import table
from functions.upkeep import limits
from tests.announcements import stage


def always() -> bool:
    return True


def test_a_servers_limits_are_read_once_a_day() -> None:
    with stage.stage() as (world, boards):
        asked = []
        boards["slack"].limits = lambda *given: asked.append(given) or Limits(characters=5000)  # type: ignore[attr-defined]
        assert limits.read_due(table(), always) == 1
        assert limits.read_due(table(), always) == 0
        assert publishing.limits(table(), "acme", ["work", "chat"]) == {"work": Limits(characters=5000)}
        world.later(hours=25)
        assert limits.read_due(table(), always) == 1
        assert len(asked) == 2


def test_a_server_that_cannot_be_asked_keeps_what_it_said_last_and_is_asked_again() -> None:
    with stage.stage() as (world, boards):
        boards["slack"].limits = lambda *given: Limits(characters=5000)  # type: ignore[attr-defined]
        limits.read_due(table(), always)

        def silent(*given: object) -> Limits:
            raise UnansweredError("no answer")

        boards["slack"].limits = silent  # type: ignore[attr-defined]
        world.now += timedelta(hours=25)
        assert limits.read_due(table(), always) == 1
        assert publishing.limits(table(), "acme", ["work"]) == {"work": Limits(characters=5000)}
        world.now += timedelta(hours=1)
        assert limits.read_due(table(), always) == 1
