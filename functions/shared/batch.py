"""A batch from a queue: what failed comes again, what is settled does not."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from events.envelope import Envelope
from functions.shared.log import logger, metrics

Thing = TypeVar("Thing")


def each(event: dict[str, Any], context: Any, handle: Callable[[Envelope], None]) -> dict[str, Any]:
    """Message by message; a partial batch response. Any exception returns that one message to its queue; after five
    receives it goes to the dead-letter queue, from where `upkeep` makes it a parked record."""

    def settle(record: SQSRecord) -> None:
        with told(record.message_id):
            handle(Envelope.from_json(record.body))

    processor = BatchProcessor(event_type=EventType.SQS)
    return dict(process_partial_response(event=event, record_handler=settle, processor=processor, context=context))


def together(
    event: dict[str, Any],
    read: Callable[[Envelope], Thing | None],
    group: Callable[[Thing], Hashable],
    settle: Callable[[Sequence[Thing]], None],
) -> dict[str, Any]:
    """As `each`, but those of one group are settled at once, and come again together. `read` gives None for what is
    settled by reading it."""
    groups: dict[Hashable, dict[str, Thing]] = {}
    failed: list[str] = []
    for record in event["Records"]:
        message = str(record["messageId"])
        try:
            with told(message):
                if (thing := read(Envelope.from_json(record["body"]))) is not None:
                    groups.setdefault(group(thing), {})[message] = thing
        except Exception:  # noqa: BLE001 - told already; it comes again
            failed.append(message)
    for members in groups.values():
        try:
            with told(*members):
                settle(list(members.values()))
        except Exception:  # noqa: BLE001 - as above
            failed.extend(members)
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


@contextmanager
def told(*messages: str) -> Iterator[None]:
    """Whatever goes wrong is in the log and counted, and raised again, never kept."""
    try:
        yield
    except Exception:  # Whatever it is: it is told and raised again, never kept.
        # The answer says which failed and nothing more; the parked record points here.
        logger.exception("a message failed", extra={"message_id": ", ".join(messages)})
        metrics.add_metric(name="MessagesFailed", unit=MetricUnit.Count, value=len(messages))
        raise
