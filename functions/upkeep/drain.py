"""From the parked queue and every dead-letter queue into parked records that a person can list and replay."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit

from events.envelope import Envelope
from functions.shared import aws, clock, outbox, parked
from functions.shared.log import logger, metrics
from functions.shared.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

UNREADABLE = "-"
"""Community of a message that is no envelope: an operator's matter."""


def everything(time_left: Callable[[], bool]) -> int:
    """Drain until all are empty or time is short; gives how many were taken."""
    taken = drain(settings().queue_parked, time_left)
    for queue in settings().dead_letters:
        taken += drain(queue, time_left)
    return taken


def drain(queue: str, time_left: Callable[[], bool]) -> int:
    """A message is deleted only after its record is written, so a crash here repeats and loses nothing."""
    taken = 0
    while time_left():
        messages = (
            aws.sqs()
            .receive_message(
                QueueUrl=queue,
                MaxNumberOfMessages=10,
                AttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
            )
            .get("Messages", [])
        )
        if not messages:
            break
        for message in messages:
            keep(queue, message)
            aws.sqs().delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            taken += 1
    return taken


def keep(queue: str, message: "MessageTypeDef") -> None:
    now = clock.now()
    try:
        envelope = Envelope.from_json(message["Body"])
    except ValueError:
        if f"\n{outbox.KIND}#" in message["Body"]:
            # A reminder for delivery. Its row is in the table, still due, and the sweep keeps asking.
            logger.warning("a delivery reminder was given up", extra={"queue": queue.rpartition("/")[2]})
            return
        envelope = unreadable(message, clock.text(now))
    reason = envelope.reason or "failed again and again; see the log of its function"
    parked.record(envelope, reason, now)
    metrics.add_metric(name="ParkedRecords", unit=MetricUnit.Count, value=1)


def unreadable(message: "MessageTypeDef", at: str) -> Envelope:
    """Whatever is in a queue of ours and is not ours is kept as it is."""
    return Envelope(
        source="queue",
        community=UNREADABLE,
        platform="unknown",
        pipeline="parked",
        event="unreadable",
        delivery=message["MessageId"],
        received_at=at,
        body=message["Body"].encode("utf-8", "surrogatepass"),
        reason="not an envelope of ours",
    )
