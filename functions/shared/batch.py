"""A batch from a queue, message by message: what failed comes again, what is settled does not."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from events.envelope import Envelope
from functions.shared.log import logger, metrics


def each(event: dict[str, Any], context: Any, handle: Callable[[Envelope], None]) -> dict[str, Any]:
    """Partial batch response. Any exception returns that one message to its queue; after five receives
    it goes to the dead-letter queue, from where `upkeep` makes it a parked record."""

    def settle(record: SQSRecord) -> None:
        try:
            handle(Envelope.from_json(record.body))
        except Exception:  # Whatever it is: it is told and raised again, never kept.
            # Powertools answers with what failed and says nothing more; the parked record points here.
            logger.exception("a message failed", extra={"message_id": record.message_id})
            metrics.add_metric(name="MessagesFailed", unit=MetricUnit.Count, value=1)
            raise

    processor = BatchProcessor(event_type=EventType.SQS)
    return dict(process_partial_response(event=event, record_handler=settle, processor=processor, context=context))
