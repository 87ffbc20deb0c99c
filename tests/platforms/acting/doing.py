"""How the tests of one platform carry a measure out, and take it back."""

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from events.moderation import ActionRequested
from functions.platforms import acting
from functions.platforms.acting import State
from functions.platforms.outgoing import Destination, Outcome, Refused, Sent
from tests.platforms.acting import kits
from tests.platforms.posting.fake import NOW, Asked, Fake, hands

KEY = "k" * 25


@dataclass
class There:
    """One platform with a fake of it; `now` can be moved on."""

    name: str
    fake: Any = None
    to: Any = None
    now: int = NOW
    kit: Any = field(init=False)

    def __post_init__(self) -> None:
        self.kit = import_module(f"{kits.__name__}.{self.name}")
        self.fake = self.fake or self.kit.fake()
        self.to = self.to or self.kit.TO

    @property
    def lent(self) -> Any:
        fake: Fake = self.fake
        fake.clock = float(self.now)
        return hands(fake)

    def before(self, action: ActionRequested) -> State | Outcome:
        to: Destination = self.to
        return acting.prepare(self.name, action, to, self.lent)

    def act(self, action: ActionRequested) -> Outcome:
        return acting.act(self.name, action, self.to, KEY, self.lent)

    def why_not(self, action: ActionRequested) -> str:
        """That nothing is done, and why."""
        for outcome in (self.before(action), self.act(action)):
            assert isinstance(outcome, Refused), outcome
        assert self.changes() == []
        assert isinstance(outcome, Refused)
        return outcome.reason

    def carried_out(self, action: ActionRequested) -> ActionRequested:
        """As an undo gets it."""
        before, outcome = self.before(action), self.act(action)
        assert isinstance(before, dict), before
        assert isinstance(outcome, Sent), outcome
        self.fake.asked.clear()
        return action.model_copy(update={"before": before, "after": outcome.more["after"], "undo": True})

    def changes(self) -> list[Asked]:
        return [asked for asked in self.fake.asked if self.fake.creates(asked)]

    def sent(self) -> list[tuple[str, str]]:
        return [(asked.method, asked.path) for asked in self.changes()]
