"""The edge of upkeep: every minute. Each errand stands alone, so that one that fails stops no other."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from functions.shared import program
from functions.shared.log import logger, metrics
from functions.shared.table import table
from functions.upkeep import drain, sweep

RESERVE = 10_000
"""Milliseconds left when no further item is begun."""


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def main(event: dict[str, Any], context: Any) -> None:
    del event

    def time_left() -> bool:
        return bool(context.get_remaining_time_in_millis() > RESERVE)

    errands: dict[str, Callable[[], int | None]] = {
        "announcements published": lambda: sweep.announcements_due(table(), time_left),
        "deliveries reminded": lambda: sweep.deliveries_due(table(), time_left),
        "messages drained": lambda: drain.everything(time_left),
        "directory checked": program.publish_directory,
    }
    failed = [name for name, errand in errands.items() if not done(name, errand)]
    if failed:
        raise RuntimeError(f"failed: {', '.join(failed)}")  # After all were tried: the alarm hears it.


def done(name: str, errand: Callable[[], int | None]) -> bool:
    try:
        number = errand()
    except Exception:  # noqa: BLE001 - whatever it is, the other errands go on, and the caller raises
        logger.exception("an errand failed", extra={"errand": name})
        metrics.add_metric(name="ErrandsFailed", unit=MetricUnit.Count, value=1)
        return False
    logger.info(name, extra={"number": number or 0})
    return True
