"""What platforms tell about our connection to them, about themselves, and about accounts that have to be erased; and
what SES tells of our mails."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from events.envelope import Envelope
from events.operations import AlertRaised, ErasureRequested, SubscriptionLost
from functions.platforms.inbound import ForUpkeep
from functions.shared import clock, inbox, intake
from functions.shared.settings import settings
from functions.shared.table import table
from functions.upkeep import drain, mails, records

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef


def read(time_left: Callable[[], bool]) -> None:
    """One that fails stays in the queue; after five times it is dead, and parked with all the dead."""
    drain.drain(settings().queue_upkeep, time_left, take)


def take(queue: str, message: "MessageTypeDef") -> None:
    del queue
    told = mails.event(message["Body"])
    if told:
        mails.take(table(), told, clock.now())
    else:
        settle(Envelope.from_json(message["Body"]))


def settle(envelope: Envelope) -> None:
    now = clock.now()
    if envelope.platform == "mail":
        mails.take(table(), mails.event(envelope.body.decode()) or {}, now)
        return
    fate: inbox.Fate | None
    match intake.event(envelope, ForUpkeep, now):
        case SubscriptionLost() as lost:
            fate = records.record_loss(table(), envelope, lost, now)
        case AlertRaised() as alert:
            fate = records.record_alert(table(), envelope, alert, now)
        case ErasureRequested() as asked:
            fate = records.record_erasure(table(), envelope, asked, now)
        case _:
            return
    if fate is None:
        intake.park(envelope, f"a subscription of {envelope.source!r} was lost, and nothing here looks after it")
    else:
        intake.settled(envelope, fate)
