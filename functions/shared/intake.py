"""What every pipeline does with a delivery around its own work: read it, and say what became of it."""

from datetime import datetime
from types import UnionType
from typing import Literal

from aws_lambda_powertools.metrics import MetricUnit

from events.envelope import Envelope
from functions.platforms.inbound import Event, Ignored, Unplaceable, normalise
from functions.shared import inbox, program, queues
from functions.shared.log import logger, metrics
from functions.shared.table import ConditionFailedError, table

Told = Literal["recorded", "duplicate", "ignored", "parked"]


def event(envelope: Envelope, expected: UnionType, now: datetime) -> Event | None:
    """The event in a delivery, or None when the delivery is settled already: parked, or without effect."""
    if inbox.too_old(envelope, now):
        park(envelope, f"too old: it was received {envelope.received_at}, and its marker may be gone")
        return None
    try:
        found = normalise(envelope, program.place(envelope.source, envelope.community, envelope.platform))
    except Unplaceable as error:
        park(envelope, str(error))
        return None
    if isinstance(found, Ignored):
        settled(envelope, without_effect(envelope, found.reason, now))
        return None
    if not isinstance(found, expected):
        park(envelope, f"{type(found).__name__} arrived on the queue for {envelope.pipeline}")
        return None
    return found


def without_effect(envelope: Envelope, reason: str, now: datetime) -> inbox.Fate:
    try:
        table().write(inbox.marker(envelope, "ignored", now, about=reason))
    except ConditionFailedError:
        return "duplicate"
    return "ignored"


def settled(envelope: Envelope, fate: inbox.Fate) -> None:
    """Count it; and park what has the delivery id of an earlier one but another body."""
    seen = table().get(*inbox.key(envelope)) if fate == "duplicate" else None
    if seen and inbox.contradicts(envelope, seen):
        park(envelope, f"the delivery id {envelope.delivery[:80]!r} came before, with another body")
    else:
        count(envelope, fate)


def park(envelope: Envelope, reason: str) -> None:
    queues.park(envelope, reason)
    count(envelope, "parked")


def count(envelope: Envelope, fate: Told) -> None:
    metrics.add_metric(name=fate.capitalize(), unit=MetricUnit.Count, value=1)
    logger.info(fate, extra={"envelope": envelope.id, "source": envelope.source, "platform_event": envelope.event})
