"""The edge of moderation: what the queue brings about flags, messages and decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from events.envelope import Envelope
from events.moderation import CardUsed, DecisionReported, FlagExplained, FlagRaised, MessageSeen
from functions.moderation import desks, records, standards
from functions.moderation.standards import Standards
from functions.platforms.inbound import Event, ForModeration
from functions.shared import batch, clock, inbox, intake, outbox, program
from functions.shared.log import logger, metrics
from functions.shared.program import ProgramError
from functions.shared.table import table


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a message of the queue brought."""

    envelope: Envelope
    event: Event


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def main(event: dict[str, Any], context: Any) -> dict[str, Any]:
    del context
    return batch.together(event, read, group, settle)


def read(envelope: Envelope) -> Delivery | None:
    found = intake.event(envelope, ForModeration, clock.now())
    return Delivery(envelope, found) if found else None


def group(one: Delivery) -> tuple[str, ...]:
    """Flags on one subject go together, or a viral post would be written to a thousand times; all else goes alone."""
    if isinstance(one.event, FlagRaised):
        return one.event.community, one.event.subject.key
    return (one.envelope.id,)


def settle(deliveries: Sequence[Delivery]) -> None:
    arrivals = [arrival(one.envelope, one.event) for one in deliveries if isinstance(one.event, FlagRaised)]
    if arrivals:
        now = clock.now()
        fates = records.record_flags(table(), arrivals, valid(arrivals[0].flag.community), now)
        for flag, fate in zip(arrivals, fates, strict=True):
            intake.settled(flag.envelope, fate)
        outbox.kick(desks.unseen(table(), arrivals[0].flag, valid(arrivals[0].flag.community), now))
        outbox.kick(
            records.questions([one for one, fate in zip(arrivals, fates, strict=True) if fate == "recorded"], now)
        )
        return
    for one in deliveries:
        if (what := settled(one)) is not None:
            intake.settled(one.envelope, what)


def settled(one: Delivery) -> inbox.Fate | None:
    now = clock.now()
    match one.event:
        case FlagExplained() as told:
            return records.record_explanation(table(), one.envelope, told, valid(told.community), now)
        case DecisionReported() as decision:
            return records.record_decision(table(), one.envelope, decision, valid(decision.community), now)
        case MessageSeen() as message:
            return records.record_message(table(), one.envelope, message, now)
        case CardUsed() as used:
            active, version = program.active()
            fate = desks.press(table(), one.envelope, used, active, version, now)
            outbox.kick(desks.due(table(), used.community, used.case, now))
            return fate
    return None


def arrival(envelope: Envelope, flag: FlagRaised) -> records.Arrival:
    place = program.place(envelope.source, envelope.community, envelope.platform)
    return records.Arrival(envelope, flag, can_ask=bool(place.api))


def valid(community: str) -> Standards:
    """What the program says now; before the first one, what holds where nobody says anything."""
    try:
        return standards.of(program.active()[0], community)
    except ProgramError:
        return Standards()
