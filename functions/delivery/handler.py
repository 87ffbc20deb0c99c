"""The edge of delivery: one row a message, claim → arm → send → record."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from functions.delivery import attempts, calls, mailer, records
from functions.delivery.attempts import Next
from functions.platforms.outgoing import Found, Hands, Sent
from functions.shared import clock, http, objects, outbox, program, queues
from functions.shared.log import logger, metrics
from functions.shared.settings import settings
from functions.shared.table import Item, Key, table


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def main(event: dict[str, Any], context: Any) -> None:
    """A batch of one: an exception returns the message, and the row stays what it is."""
    del context
    for record in event["Records"]:
        pk, _, sk = record["body"].partition("\n")
        deliver((pk, sk))


def deliver(key: Key) -> None:
    claimed = records.claim(table(), key, clock.now())
    if claimed is None:
        return
    row, found = claimed
    try:
        row, outcome = attempt(row, found)
        records.settle(table(), row, outcome, clock.now())
    except outbox.LostError:
        logger.warning("the lease ran out meanwhile", extra={"key": row["key"]})
        return
    told(row, outcome)


def attempt(row: Item, found: str) -> tuple[Item, Next]:
    """One call at most. Everything that may be missing is looked for before the row is armed."""
    active, _ = program.active()
    try:
        platform = calls.platform_of(row, active)
        to = calls.destination(row, active, settings().public_url)
    except calls.NowhereError as error:
        return row, Next("refused", str(error))
    kind = calls.kind(row, platform)
    instead = attempts.may_send(found, kind, row["attempts"])
    if instead:
        return row, instead
    armed = records.arm(table(), row, clock.now())
    hands = Hands(http.Bounded(), objects, mailer.send, int(clock.now().timestamp()))
    outcome = calls.make(armed, platform, to, hands)
    if isinstance(outcome, Found):
        outcome = brought(outcome, armed, platform)
    return armed, attempts.after(outcome, kind, armed["attempts"])


def brought(found: Found, row: Item, platform: str) -> Sent:
    """What a look found goes on its queue before the row ends: cut off in between, it is found again."""
    for piece in found.pieces:
        queues.enqueue(
            queues.fetched(piece, row["destination"], outbox.community_of(row), platform, clock.text(clock.now()))
        )
    return Sent(f"{len(found.pieces)} found")


def told(row: Item, outcome: Next) -> None:
    metrics.add_metric(name=f"Delivery{outcome.state.capitalize()}", unit=MetricUnit.Count, value=1)
    fields = {"key": row["key"], "destination": row["destination"], "attempts": row["attempts"]}
    logger.info(f"delivery {outcome.state}", extra={**fields, "reason": outcome.reason})
