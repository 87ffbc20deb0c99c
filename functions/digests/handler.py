"""The edge of digests: each quarter of an hour, which readers are due in their own zone?"""

from typing import Any, get_args

from events.digests import Cadence
from functions.digests import making, urgent
from functions.digests.gather import Run
from functions.feedback.records import StillCountingError
from functions.shared import clock, errands, outbox, program
from functions.shared.log import logger, metrics
from functions.shared.table import table


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def main(event: dict[str, Any], context: Any) -> None:
    """Whoever is missed in one run is due in the next: their chain has not moved."""
    del event
    if program.pointer() is None:
        return  # Nothing was pushed yet, so there are no readers.
    active, _ = program.active()
    time_left = errands.until_short(context)
    run = Run(table(), active, clock.now(), time_left)

    readers = {reader.id: reader for reader in active.readers}

    def make(due: tuple[str, Cadence | None]) -> None:
        reader, cadence = readers[due[0]], due[1]
        try:
            outbox.kick(making.make(run, reader, cadence) if cadence else urgent.make(run, reader))
        except StillCountingError:
            logger.info("left to the next run: what came in is still being counted", extra={"reader": reader.id})

    # What is urgent first, and everybody's day before anybody's month, which takes its time.
    things: list[tuple[str, Cadence | None]] = [(name, None) for name in readers]
    things += [(name, cadence) for cadence in get_args(Cadence) for name in readers if cadence in readers[name].digests]
    errands.each(things, make, time_left)
