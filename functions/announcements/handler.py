"""The edge of announcements: triggers and drafts from the queue."""

from typing import Any

from events.announcements import CardPressed, DraftWritten, TriggerFired, TriggerWithdrawn
from events.envelope import Envelope
from functions.announcements import desks, publishing, records
from functions.platforms.inbound import ForAnnouncements
from functions.shared import batch, clock, intake, outbox, program
from functions.shared.log import logger, metrics
from functions.shared.table import table


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def main(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return batch.each(event, context, settle)


def settle(envelope: Envelope) -> None:
    now = clock.now()
    match intake.event(envelope, ForAnnouncements, now):
        case TriggerFired() as trigger:
            fate = records.record_trigger(table(), envelope, trigger, program.active()[0], now)
            publishing.approve_by_program(table(), trigger, program.active()[0], now)
        case TriggerWithdrawn() as withdrawn:
            fate = records.record_withdrawal(table(), envelope, withdrawn, now)
        case DraftWritten() as draft:
            fate = records.record_draft(table(), envelope, draft, program.active()[0], now)
            outbox.kick(records.cards_of(table(), draft.community, records.drafted_as(draft)))
        case CardPressed() as pressed:
            fate = desks.press(table(), envelope, pressed, program.active()[0], now)
            outbox.kick(records.cards_of(table(), pressed.community, pressed.announcement))
        case _:
            return
    intake.settled(envelope, fate)
