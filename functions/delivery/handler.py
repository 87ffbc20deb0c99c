"""The edge of delivery: one row a message, claim → arm → send → record."""

from datetime import datetime
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from functions.delivery import attempts, budgets, calls, cards, mailer, records
from functions.delivery.attempts import Case, Next, State
from functions.delivery.sessions import session
from functions.platforms.outgoing import Destination, Found, Hands, Outcome, Refused, Sent, Wait
from functions.platforms.posting import Counted, Prepared
from functions.shared import clock, http, objects, outbox, program, queues, switches
from functions.shared.log import logger, metrics
from functions.shared.settings import settings
from functions.shared.table import Item, Key, table

HELD_UP = 60
"""Seconds until a row is looked at again while its community is on hold."""


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
    except outbox.LostError:
        logger.warning("the lease ran out meanwhile", extra={"key": row["key"]})
        return
    told(row, outcome)


def attempt(row: Item, found: str) -> tuple[Item, Next]:
    """One call at most. Everything that may be missing is looked for before the row is armed."""
    active, _ = program.active()
    if row["purpose"] == "card":
        return cards.attempt(table(), row, found, lent(clock.now()), active, clock.now())
    try:
        platform = calls.platform_of(row, active)
        to = calls.destination(row, active, settings().public_url)
    except calls.NowhereError as error:
        return settled(
            row, attempts.after(Refused(str(error)), Case("blind", row["attempts"], found in attempts.IN_DOUBT))
        )
    now = clock.now()
    post = row["purpose"] == "post"
    announcement = table().get(row["pk"], "announcement") if post else None
    case = calls.case(row, found, platform, announcement, now)
    step = attempts.step(case)
    if isinstance(step, Next):
        return settled(row, step)
    hands = lent(now)
    if step == "look":
        found_there = calls.find(row, platform, to, hands)
        parked(found_there)
        if not attempts.send_at_once(found_there, case):
            return settled(row, attempts.after_look(found_there, case), platform)
    instead = stopped(row, case, announcement, now) if post else None
    return settled(row, instead) if instead else called(row, case, platform, to, hands)


def lent(now: datetime) -> Hands:
    return Hands(http.Bounded(), objects, mailer.send, int(now.timestamp()), session)


def stopped(row: Item, case: Case, announcement: Item | None, now: datetime) -> Next | None:
    """Under the claim: a person's hold wins over everything, a paused target keeps what it has, and a shared rate has
    to have room."""
    community, target = outbox.community_of(row), switches.target(row["destination"])
    on = switches.which(table(), community, switches.HOLD, target)
    same: State = "unknown" if case.in_doubt else "planned"
    if switches.HOLD in on or (announcement or {}).get("held"):
        return Next(same, "on hold", due_in=HELD_UP)
    if target in on and not case.in_doubt:
        return Next("held", f"its target is paused: {on[target]['reason']}")
    seconds = budgets.take(table(), row["calling"]["budgets"], now)
    return Next(same, "waits for its turn", due_in=seconds) if seconds else None


def called(row: Item, case: Case, platform: str, to: Destination, hands: Hands) -> tuple[Item, Next]:
    prepared = calls.prepare(row, platform, to, hands)
    if not isinstance(prepared, Prepared):
        return ended(row, prepared, case, platform)
    try:
        armed = records.arm(table(), row, dict(prepared.made), clock.now())
    except records.WithdrawnError:
        return settled(row, Next("unknown" if case.in_doubt else "planned", "withdrawn meanwhile", due_in=0))
    outcome = calls.make(armed, platform, to, hands)
    case = calls.case(armed, "armed" if case.in_doubt else "planned", platform, None, clock.now())
    if isinstance(outcome, Found):
        outcome = brought(outcome, armed, platform)
    if row["purpose"] == "count":
        return counted(armed, outcome)
    return ended(armed, outcome, case, platform)  # type: ignore[arg-type]


def ended(row: Item, outcome: Outcome, case: Case, platform: str) -> tuple[Item, Next]:
    parked(outcome)
    if isinstance(outcome, Refused) and outcome.unauthorized and row["purpose"] == "post":
        # First the switch, which a person sees: cut off in between, the row is only tried once more.
        community = outbox.community_of(row)
        name = switches.target(row["destination"])
        switches.on(table(), community, name, "liaison", outcome.reason, clock.now())
    return settled(row, attempts.after(outcome, case), platform)


def counted(row: Item, outcome: Outcome | Counted) -> tuple[Item, Next]:
    counts = {} if not isinstance(outcome, Counted) else told_of(outcome)
    following = attempts.after_count(outcome, row["counts"] + 1, row["attempts"])
    turn = not isinstance(outcome, Wait)
    records.settle_count(table(), row, counts, following, clock.now(), had_its_turn=turn)
    return row, following


def told_of(counts: Counted) -> dict[str, int]:
    given = {name: getattr(counts, name) for name in ("likes", "shares", "replies", "views")}
    return {name: number for name, number in given.items() if number is not None}


def parked(outcome: object) -> None:
    """A platform's "wait" holds up everybody who shares the budget it names."""
    if isinstance(outcome, Wait) and outcome.budget:
        budgets.park(table(), outcome.budget, outcome.seconds, clock.now())


def settled(row: Item, outcome: Next, platform: str = "") -> tuple[Item, Next]:
    counts = (
        outcome.state == "sent"
        and row["purpose"] == "post"
        and row["request"]["step"] == "post"
        and calls.is_counted(platform)
    )
    following = records.settle(table(), row, outcome, clock.now(), counted=counts)
    if following:
        outbox.kick([following])
    return row, outcome


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
