"""The two edges of upkeep, each every minute: what makes sure, and the rounds of the platforms, which may be slow.
Each errand stands alone, so that one that fails stops no other."""

from collections.abc import Callable
from typing import Any

from functions.feedback import exports
from functions.shared import errands, program
from functions.shared.log import logger, metrics
from functions.shared.table import table
from functions.upkeep import ageing, drain, erasure, limits, notices, sweep
from functions.upkeep import rounds as platforms


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def main(event: dict[str, Any], context: Any) -> None:
    del event
    # Each leaves time for those after it, so that none is always the one for which there is none.
    all_of_them: dict[str, Callable[[], int | None]] = {
        "directory checked": program.publish_directory,
        "series due": lambda: sweep.series_due(table(), errands.until_short(context, 38_000)),
        "announcements due": lambda: sweep.announcements_due(table(), errands.until_short(context, 35_000)),
        "notices read": lambda: notices.read(errands.until_short(context, 30_000)),
        "messages drained": lambda: drain.everything(errands.until_short(context, 25_000)),
        "cases due": lambda: sweep.cases_due(table(), errands.until_short(context, 18_000)),
        "strikes counted": lambda: sweep.strikes_due(table(), errands.until_short(context, 17_000)),
        "outcomes told": lambda: sweep.outcomes_due(table(), errands.until_short(context, 16_000)),
        "news told": lambda: sweep.news_due(table(), errands.until_short(context, 15_000)),
        "batches gone on with": lambda: sweep.batches_due(table(), errands.until_short(context, 14_000)),
        "words compared": lambda: sweep.likes_due(table(), errands.until_short(context, 12_000)),
        "deliveries due": lambda: sweep.deliveries_due(table(), errands.until_short(context)),
    }
    one_by_one(all_of_them, context)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def rounds(event: dict[str, Any], context: Any) -> None:
    del event
    one_by_one(
        {
            "rows looked at": lambda: platforms.rows(table()),
            # One that is begun may take half a minute; and searching the table has the rest.
            "platforms visited": lambda: platforms.visits(table(), errands.until_short(context, 75_000)),
            "limits read": lambda: limits.read_due(table(), errands.until_short(context, 60_000)),
            "hours to be sealed": lambda: ageing.days_over(table(), errands.until_short(context, 50_000)),
            "days sealed": lambda: sweep.days_sealed(table(), errands.until_short(context, 45_000)),
            "days looked at": lambda: sweep.days_looked_at(table(), errands.until_short(context, 40_000)),
            "cases forgotten": lambda: sweep.cases_over(table(), errands.until_short(context, 35_000)),
            "days exported": lambda: exports.due(table(), errands.until_short(context, 30_000)),
            "erasures due": lambda: erasure.due(table(), errands.until_short(context, 25_000)),
        },
        context,
    )


def one_by_one(all_of_them: dict[str, Callable[[], int | None]], context: Any) -> None:
    def run(name: str) -> None:
        logger.info(name, extra={"number": all_of_them[name]() or 0})

    errands.each(all_of_them, run, errands.until_short(context))
