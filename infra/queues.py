"""The six queues, each with the queue its messages go to when nobody could settle them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

MESSAGE_BYTES = 1024 * 1024  # the most SQS takes
KEPT = cdk.Duration.days(4)
# A standard queue counts a dead message's age from when it was first sent, so the dead are kept for longer.
DEAD_KEPT = cdk.Duration.days(14)
# Longer than one run of upkeep, so that no run takes what another still holds.
DRAINING = 60


class Queue:
    """A queue and its dead letters."""

    def __init__(self, scope: Construct, name: str, *, visibility: int, receives: int = 5, fifo: bool = False) -> None:
        """`visibility` in seconds; after `receives` a message is dead. `fifo`: in order within a group."""
        self.name = name
        self.dead = _queue(scope, f"{name}Dead", fifo, kept=DEAD_KEPT, visibility=DRAINING)
        self.main = _queue(
            scope,
            name,
            fifo,
            kept=KEPT,
            visibility=visibility,
            dead=sqs.DeadLetterQueue(queue=self.dead, max_receive_count=receives),
        )

    def may_be_consumed(self) -> iam.PolicyStatement:
        """Leave for an event source mapping, or for code, to take messages."""
        return _may([self.main], "ReceiveMessage", "DeleteMessage", "GetQueueAttributes")


def _queue(
    scope: Construct,
    name: str,
    fifo: bool,
    *,
    kept: cdk.Duration,
    visibility: int,
    dead: sqs.DeadLetterQueue | None = None,
) -> sqs.Queue:
    return sqs.Queue(
        scope,
        f"Queue{name}",
        # Left unsaid on a standard queue: CloudFormation refuses these on one, even when they are false.
        fifo=fifo or None,
        deduplication_scope=sqs.DeduplicationScope.MESSAGE_GROUP if fifo else None,
        fifo_throughput_limit=sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID if fifo else None,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        max_message_size_bytes=MESSAGE_BYTES,
        retention_period=kept,
        visibility_timeout=cdk.Duration.seconds(visibility),
        dead_letter_queue=dead,
    )


def _may(queues: Iterable[sqs.Queue], *actions: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=[f"sqs:{action}" for action in actions], resources=[queue.queue_arn for queue in queues]
    )


@dataclass(frozen=True)
class Queues:
    """All six. Inbound ones are standard, fair by message group; delivery is FIFO, a group a target."""

    moderation: Queue
    announcements: Queue
    feedback: Queue
    upkeep: Queue
    parked: Queue
    delivery: Queue

    @classmethod
    def make(cls, scope: Construct) -> Queues:
        """The queues, with the time their consumers have: six timeouts, but for delivery."""
        return cls(
            moderation=Queue(scope, "Moderation", visibility=60),
            announcements=Queue(scope, "Announcements", visibility=60),
            feedback=Queue(scope, "Feedback", visibility=60),
            # Read by the minute's run itself, as what is parked and dead.
            upkeep=Queue(scope, "Upkeep", visibility=DRAINING),
            parked=Queue(scope, "Parked", visibility=DRAINING),
            # Not six times the timeout: a retry has to come inside the shortest window in which platforms
            # recognise a repeated key, and with a batch of one nothing waits behind another in the function.
            delivery=Queue(scope, "Delivery", visibility=30, receives=10, fifo=True),
        )

    @property
    def inbound(self) -> tuple[Queue, ...]:
        """Where accepted webhooks go."""
        return (self.moderation, self.announcements, self.feedback, self.upkeep, self.parked)

    @property
    def every(self) -> tuple[Queue, ...]:
        """All of them, in the order of the outputs."""
        return (*self.inbound, self.delivery)

    @property
    def dead(self) -> tuple[sqs.Queue, ...]:
        """The dead-letter queues, in the same order."""
        return tuple(queue.dead for queue in self.every)

    def may_send(self, *queues: Queue) -> iam.PolicyStatement:
        """Leave to send to these."""
        return _may([queue.main for queue in queues], "SendMessage")

    def may_inspect(self) -> iam.PolicyStatement:
        """Leave to see how much waits in every queue."""
        return _may([*(queue.main for queue in self.every), *self.dead], "GetQueueAttributes")

    def may_drain(self) -> iam.PolicyStatement:
        """Leave to empty what upkeep reads itself: its own queue, what is parked and what is dead."""
        return _may([self.upkeep.main, self.parked.main, *self.dead], "ReceiveMessage", "DeleteMessage")
