"""The edge of moderation: what the queue brings about flags, messages and decisions."""

from typing import Any

from events.envelope import Envelope
from events.moderation import CardUsed, DecisionReported, FlagExplained, FlagRaised, MessageSeen
from functions.moderation import records
from functions.platforms.inbound import ForModeration
from functions.shared import batch, clock, intake, program
from functions.shared.log import logger, metrics
from functions.shared.table import table


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def main(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return batch.each(event, context, settle)


def settle(envelope: Envelope) -> None:
    now = clock.now()
    match intake.event(envelope, ForModeration, now):
        case FlagRaised() as flag:
            place = program.place(envelope.source, envelope.community, envelope.platform)
            fate = records.record_flag(table(), envelope, flag, now, can_ask=bool(place.api))
        case FlagExplained() as explained:
            fate = records.record_explanation(table(), envelope, explained, now)
        case DecisionReported() as decision:
            fate = records.record_decision(table(), envelope, decision, now)
        case MessageSeen() as message:
            fate = records.record_message(table(), envelope, message, now)
        case CardUsed() as used:
            intake.park(envelope, f"no moderator of the program has the {used.platform} account {used.by.id!r}")
            return
        case _:
            return
    intake.settled(envelope, fate)
