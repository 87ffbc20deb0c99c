"""The two edges of feedback: what was said, from the queue; and the roll-ups, from the schedule."""

from typing import Any
from zoneinfo import ZoneInfo

from events.envelope import Envelope
from events.feedback import FeedbackChanged, FeedbackReceived
from events.program import Program
from functions.feedback import records, rollup
from functions.platforms.inbound import ForFeedback
from functions.shared import batch, clock, errands, intake, program
from functions.shared.log import logger, metrics
from functions.shared.table import Key, table


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def main(event: dict[str, Any], context: Any) -> dict[str, Any]:
    touched: set[tuple[str, str]] = set()

    def settle(envelope: Envelope) -> None:
        now = clock.now()
        match intake.event(envelope, ForFeedback, now):
            case FeedbackReceived() as feedback:
                said_at = records.first_said(table(), feedback)
                touched.add((feedback.community, rollup.bucket(said_at)))
                intake.count(envelope, records.record(table(), feedback, said_at, envelope.id, now))
            case FeedbackChanged() as changed:
                found = changed.said_at or records.remembered(table(), changed)
                if found is None:
                    intake.park(envelope, f"{changed.change}, but nothing is known of when it was said")
                    return
                touched.add((changed.community, rollup.bucket(found)))
                intake.count(envelope, records.change(table(), changed, found, envelope.id, now))

    try:
        return batch.each(event, context, settle)
    finally:
        # After all of the batch and before any message ends: one mark an hour touched, not one a message.
        # Also when all of it failed, since what failed may have been logged all the same.
        for community, hour in sorted(touched):
            records.mark(table(), community, hour, clock.now())


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def roll_up(event: dict[str, Any], context: Any) -> None:
    """Every minute: recount what changed. What time does not allow stays due for the next minute."""
    del event
    if program.pointer() is None:
        return  # Nothing was pushed yet, so nothing can have been said.
    active, _ = program.active()

    def count(key: Key) -> None:
        bucket = table().get(*key)
        if bucket and "due" in bucket:
            records.roll_up(table(), bucket, zone(active, bucket["community"]), clock.now())

    due = table().due(records.BUCKET, clock.text(clock.now()))
    errands.each(due, count, errands.until_short(context))


def zone(active: Program, community: str) -> ZoneInfo:
    """A community that has left the program is still counted, in UTC."""
    known = {one.id: one.timezone for one in active.communities}
    return ZoneInfo(known.get(community, "UTC"))
