"""The edge of moderation: flags from the queue."""

from typing import Any

from events.envelope import Envelope
from events.moderation import FlagRaised
from functions.moderation import records
from functions.shared import batch, clock, intake
from functions.shared.log import logger, metrics
from functions.shared.table import table


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def main(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return batch.each(event, context, settle)


def settle(envelope: Envelope) -> None:
    now = clock.now()
    flag = intake.event(envelope, FlagRaised, now)
    if flag is not None:
        intake.settled(envelope, records.record_flag(table(), envelope, flag, now))
