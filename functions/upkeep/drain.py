"""From the parked queue and every dead-letter queue into parked records that a person can list and replay."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit

from events.envelope import Envelope
from functions.shared import aws, clock, errands, outbox, parked
from functions.shared.log import logger, metrics
from functions.shared.settings import settings
from functions.upkeep import mails

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

UNREADABLE = "-"
"""Community of a message that is no envelope: an operator's matter."""


def everything(time_left: Callable[[], bool]) -> int:
    """Drain until all are empty or time is short; gives how many queues were looked at."""
    return errands.each(
        (settings().queue_parked, *settings().dead_letters), lambda queue: drain(queue, time_left, keep), time_left
    )


def drain(queue: str, time_left: Callable[[], bool], settle: "Callable[[str, MessageTypeDef], None]") -> None:
    """A message is deleted only after it is settled, so a crash here repeats and loses nothing."""

    def take(message: "MessageTypeDef") -> None:
        settle(queue, message)
        aws.sqs().delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

    while time_left():
        messages = aws.sqs().receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        if not messages:
            return
        errands.each(messages, take, time_left)


def keep(queue: str, message: "MessageTypeDef") -> None:
    now = clock.now()
    try:
        envelope = Envelope.from_json(message["Body"])
    except ValueError:
        if f"\n{outbox.KIND}#" in message["Body"]:
            # A reminder for delivery. Its row is in the table, still due, and the sweep keeps asking.
            logger.warning("a delivery reminder was given up", extra={"queue": queue.rpartition("/")[2]})
            return
        told = mails.event(message["Body"])
        envelope = mails.enveloped(told, message["Body"], now) if told else unreadable(message, clock.text(now))
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
