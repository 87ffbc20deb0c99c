"""The edge of digests: once an hour, which readers are due in their own zone?"""

from typing import Any
from zoneinfo import ZoneInfo

from events.program import Reader
from functions.digests import records
from functions.digests.digest import due_day
from functions.shared import clock, errands, outbox, program
from functions.shared.log import logger, metrics
from functions.shared.table import table


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def main(event: dict[str, Any], context: Any) -> None:
    """A reader missed in one hour is due in the next: their digest of that day does not exist yet."""
    del event
    if program.pointer() is None:
        return  # Nothing was pushed yet, so there are no readers.
    active, _ = program.active()
    run = records.Run(table(), active, clock.now())

    def make(reader: Reader) -> None:
        day = due_day(run.now, ZoneInfo(reader.timezone), reader.hour)
        if day is not None:
            outbox.kick(records.make(run, reader, day))

    errands.each(active.readers, make, errands.until_short(context))
