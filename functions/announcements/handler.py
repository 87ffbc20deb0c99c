"""The edge of announcements: triggers from the queue."""

from typing import Any

from events.announcements import ReleasePublished
from events.envelope import Envelope
from functions.announcements import records
from functions.shared import batch, clock, intake, program
from functions.shared.log import logger, metrics
from functions.shared.table import table


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def main(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return batch.each(event, context, settle)


def settle(envelope: Envelope) -> None:
    now = clock.now()
    release = intake.event(envelope, ReleasePublished, now)
    if release is not None:
        active, _ = program.active()
        intake.settled(envelope, records.record_release(table(), envelope, release, active, now))
