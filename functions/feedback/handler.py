"""The edges of feedback: what was said, from the queue; the roll-ups and what is learned, from the schedule."""

from datetime import datetime
from typing import Any

from events.envelope import Envelope
from events.feedback import FeedbackChanged, FeedbackReceived
from events.talks import TalkPressed
from events.themes import WorkReported
from functions.feedback import desks, entries, handover_records, records, rollup, study
from functions.platforms.inbound import ForFeedback
from functions.shared import batch, clock, errands, intake, outbox, program
from functions.shared.log import logger, metrics
from functions.shared.table import Key, table


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def main(event: dict[str, Any], context: Any) -> dict[str, Any]:
    touched: entries.Hours = set()

    def settle(envelope: Envelope) -> None:
        now = clock.now()
        match intake.event(envelope, ForFeedback, now):
            case FeedbackReceived() as feedback:
                intake.count(envelope, entries.received(table(), feedback, envelope.id, now, touched))
            case FeedbackChanged() as changed if handover_records.is_ours(table(), changed):
                intake.settled(envelope, intake.without_effect(envelope, "what a theme was handed over as", now))
            case FeedbackChanged() as changed:
                change(envelope, changed, now)
            case WorkReported(gone=FeedbackChanged() as changed) as told if not handover_records.found(table(), told):
                change(envelope, changed, now)
            case WorkReported() as told:
                if (of_it := handover_records.reported(table(), envelope, told, now)) is None:
                    intake.park(envelope, "no theme was handed over under this id")
                else:
                    intake.settled(envelope, of_it)
            case TalkPressed() as pressed:
                intake.settled(envelope, desks.press(table(), envelope, pressed, program.active()[0], now))
                outbox.kick(desks.due(table(), pressed.community, pressed.item))

    def change(envelope: Envelope, changed: FeedbackChanged, now: datetime) -> None:
        fate = entries.changed(table(), changed, envelope.id, now, touched)
        if fate is None:
            intake.park(envelope, f"{changed.change}, but nothing is known of when it was said")
        else:
            intake.count(envelope, fate)

    try:
        return batch.each(event, context, settle)
    finally:
        # After all of the batch and before any message ends, and also when all of it failed, since what failed may
        # have been logged all the same.
        entries.mark(table(), touched)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def roll_up(event: dict[str, Any], context: Any) -> None:
    """Every minute: recount what changed and has its turn. What time does not allow stays due for the next minute."""
    del event
    if program.pointer() is None:
        return  # Nothing was pushed yet, so nothing can have been said.
    active, _ = program.active()

    def count(key: Key) -> None:
        bucket = table().get(*key)
        if bucket and "due" in bucket:
            records.roll_up(table(), bucket, rollup.zone(active, bucket["community"]), clock.now())

    errands.each(records.turns(table(), clock.now()), count, errands.until_short(context))


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def learn(event: dict[str, Any], context: Any) -> None:
    """Each quarter of an hour: what can only be worked out of many texts at once. One community after the other, each
    within its time; what is left waits for the next quarter."""
    del event
    if program.pointer() is None:
        return
    active, _ = program.active()
    time_left = errands.until_short(context, LEARNING)

    def learnt(community: str) -> None:
        study.study(table(), community, study.given(active.themes_of(community)), clock.now(), time_left)

    errands.each([one.id for one in active.communities], learnt, time_left)


LEARNING = 60_000
"""Milliseconds that must be left when another hour is read, or another community begun: an index takes half of them."""
