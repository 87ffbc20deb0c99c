"""Sending to queues."""

from hashlib import sha256

from events.envelope import Envelope
from functions.platforms.outgoing import Piece
from functions.shared import aws
from functions.shared.settings import settings


def enqueue(envelope: Envelope) -> None:
    """Onto the envelope's own pipeline. The group is the community: a flood delays only its own."""
    aws.sqs().send_message(
        QueueUrl=settings().queue(envelope.pipeline),
        MessageBody=envelope.to_json(),
        MessageGroupId=envelope.community,
    )


def fetched(piece: Piece, source: str, community: str, platform: str, received_at: str) -> Envelope:
    """What was fetched, as if it had been sent."""
    return Envelope(
        source=source,
        community=community,
        platform=platform,
        pipeline=piece.pipeline,
        event=piece.event,
        delivery=piece.delivery,
        received_at=received_at,
        body=piece.body,
    )


def park(envelope: Envelope, reason: str) -> None:
    """Out of the way, with a reason, for `upkeep` to record and a person to see."""
    aws.sqs().send_message(
        QueueUrl=settings().queue_parked,
        MessageBody=envelope.parked(reason).to_json(),
        MessageGroupId=envelope.community,
    )


def kick(pk: str, sk: str, due_at: str, group: str) -> None:
    """Ask `delivery` to look at one row now. May be lost: the sweep asks again.

    The group is the credential used, so that one target has one send in flight. `due_at` is in the
    de-duplication id: it changes with every claim and every wait, so a reminder that is still in the queue
    is not put there again, and one that has something new to say always is.
    """
    aws.sqs().send_message(
        QueueUrl=settings().queue_delivery,
        MessageBody=f"{pk}\n{sk}",
        MessageGroupId=group,
        MessageDeduplicationId=sha256(f"{pk}\n{sk}\n{due_at}".encode()).hexdigest(),
    )
