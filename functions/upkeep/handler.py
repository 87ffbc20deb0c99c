"""The edge of upkeep: every minute. Each errand stands alone, so that one that fails stops no other."""

from collections.abc import Callable
from typing import Any

from functions.shared import errands, program
from functions.shared.log import logger, metrics
from functions.shared.table import table
from functions.upkeep import drain, sweep


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def main(event: dict[str, Any], context: Any) -> None:
    del event
    # Each leaves time for those after it, so that none is always the one for which there is none.
    all_of_them: dict[str, Callable[[], int | None]] = {
        "directory checked": program.publish_directory,
        "announcements due": lambda: sweep.announcements_due(table(), errands.until_short(context, 35_000)),
        "messages drained": lambda: drain.everything(errands.until_short(context, 25_000)),
        "deliveries due": lambda: sweep.deliveries_due(table(), errands.until_short(context)),
    }

    def run(name: str) -> None:
        logger.info(name, extra={"number": all_of_them[name]() or 0})

    errands.each(all_of_them, run, errands.until_short(context))
