"""What the program asks of upkeep: for each source, to look after its connection, to fetch from it, both or neither."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from events.envelope import fingerprint
from events.program import Program, Source
from functions.platforms import standing
from functions.shared import raised
from functions.shared.table import Item, Key

PARTS: dict[str, Literal["connection", "poller"]] = {raised.CHECK: "connection", raised.POLL: "poller"}
READ_FROM = {"platform", "api", "about", "account"}
"""What says where we read: with another of these, a cursor means nothing."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do again and again at one place; `part` is the sort key of its row."""

    place: Source
    part: str

    @property
    def key(self) -> Key:
        return raised.standing_key(self.place.community, self.place.id, self.part)

    @property
    def shape(self) -> str:
        """Another one, and it has to begin anew."""
        fields = READ_FROM if self.part == raised.POLL else None
        return fingerprint(self.place.model_dump_json(include=fields).encode())


def of(program: Program) -> Iterator[Duty]:
    for source in program.sources:
        for part, module in PARTS.items():
            if standing.has(source.platform, module):
                yield Duty(source, part)


def behind(row: Item, program: Program) -> Duty | None:
    """The duty a row is about; None when the program does not ask for it (any more)."""
    return next((duty for duty in of(program) if duty.key == (row["pk"], row["sk"])), None)
