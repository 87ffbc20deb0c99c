"""The edge of delivery: one row a message, claim → arm → send → record."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from events.program import Program
from functions.delivery import attempts, budgets, calls, cards, looks, mailer, records
from functions.delivery.attempts import Case, Next, State
from functions.delivery.sessions import session
from functions.feedback import talks
from functions.platforms.outgoing import Destination, Found, Hands, Outcome, Refused, Sent, Wait
from functions.platforms.posting import Counted, Prepared
from functions.shared import clock, http, mails, objects, outbox, parameters, program, queues, switches
from functions.shared.log import logger, metrics
from functions.shared.settings import settings
from functions.shared.table import Item, Key, table

WHOLE_ANSWER = 1024 * 1024
"""Bytes that are read of an answer where much may stand that is not ours: somebody made it as long as they could."""

HELD_UP = 60
"""Seconds until a row is looked at again that has to wait for a person."""


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
        return cards.attempt(table(), row, found, lent(row, clock.now()), active, clock.now())
    if row["purpose"] == "see":
        return looks.attempt(table(), row, lent(row, clock.now(), WHOLE_ANSWER), active, clock.now())
    try:
        row = calls.addressed(row)
        platform = calls.platform_of(row, active)
        to = calls.destination(row, active, settings().public_url)
    except calls.NowhereError as error:
        return settled(
            row, attempts.after(Refused(str(error)), Case("blind", row["attempts"], found in attempts.IN_DOUBT))
        )
    now = clock.now()
    announcement = table().get(row["pk"], "announcement") if row["purpose"] in calls.ANNOUNCES else None
    case = calls.case(row, found, platform, announcement, active, now)
    step = attempts.step(case)
    if isinstance(step, Next):
        return settled(row, step)
    hands = lent(row, now, WHOLE_ANSWER if row["purpose"] in calls.READS_MUCH else http.LARGEST)
    if step == "look":
        found_there = calls.find(row, platform, to, hands)
        parked(found_there)
        if isinstance(found_there, Wait):
            row, case = tried(row, case)
        if not attempts.send_at_once(found_there, case):
            return settled(row, attempts.after_look(found_there, case), platform)
    instead = unwanted(row, case, to) if platform == "mail" else None
    instead = instead or stopped(row, case, announcement, calls.budgets(row, platform, to), now)
    return settled(row, instead) if instead else called(row, case, platform, to, hands, active)


def lent(row: Item, now: datetime, largest: int = http.LARGEST) -> Hands:
    mail = partial(mailer.send, row)
    return Hands(http.Bounded(largest=largest), objects, mail, int(now.timestamp()), session)


def unwanted(row: Item, case: Case, to: Destination) -> Next | None:
    """Nobody gets mail that they ended or called unwanted, and nobody is bothered about it. An address that takes none
    is for a person to mend."""
    reader = mails.reader_key(to.community, to.id) if row["purpose"] == "mail" else None
    why = mails.why_not(table(), to.address, reader)
    if why is None:
        return None
    if why != "bounce" and not case.in_doubt:
        return Next("cancelled", mails.SAID[why])
    return attempts.after(Refused(mails.SAID[why]), case)


def stopped(row: Item, case: Case, announcement: Item | None, shared: list[Item], now: datetime) -> Next | None:
    """Under the claim: where something would be said, people's switches are looked at; what it follows has to be over;
    and a shared rate has to have room."""
    says = row["purpose"] in calls.SAYS or "contact" in row
    if says and (instead := switched(row, case, announcement)):
        return instead
    if instead := overtaken(row, case):
        return instead
    if instead := attempts.turn(outbox.followed(table(), row), now):
        return instead
    seconds = budgets.take(table(), shared, now)
    return Next(same(case), "waits for its turn", due_in=seconds) if seconds else None


def switched(row: Item, case: Case, announcement: Item | None) -> Next | None:
    """A person's hold wins over everything, and a paused target keeps what it has."""
    community, target = outbox.community_of(row), switches.target(row["destination"])
    on = switches.which(table(), community, switches.HOLD, target)
    if switches.HOLD in on or (announcement or {}).get("held"):
        return Next(same(case), "on hold", due_in=HELD_UP)
    if target not in on:
        return None
    why = f"its target is paused: {on[target]['reason']}"
    return Next("unknown", why, due_in=HELD_UP) if case.in_doubt else Next("held", why)


def overtaken(row: Item, case: Case) -> Next | None:
    """Nobody answers, or quotes, what has changed since somebody read it; nor links to what is gone."""
    for about in records.read_before(row):
        item = table().get(about["pk"], about["sk"])
        read = about.get("newest", talks.version(item or {})) or "first"
        if why := talks.difference(item, read):
            what = "answered" if row["purpose"] == "answer" else "quoted, or linked to,"
            return attempts.after(Refused(f"it is not what was {what} any more: {why}"), case)
    return None


def same(case: Case) -> State:
    """Nothing was done: what may have arrived before still may."""
    return "unknown" if case.in_doubt else "planned"


def tried(row: Item, case: Case) -> tuple[Item, Case]:
    """Something that comes before the call could not be done: that counts, or it would be tried for ever."""
    return {**row, "attempts": row["attempts"] + 1}, replace(case, attempts=case.attempts + 1)


def called(row: Item, case: Case, platform: str, to: Destination, hands: Hands, active: Program) -> tuple[Item, Next]:
    prepared = calls.prepare(row, platform, to, hands)
    if not isinstance(prepared, Prepared):
        row, case = tried(row, case)
        return ended(row, prepared, case, platform, to)
    try:
        once_more = case.in_doubt and case.kind == "told"
        armed = records.arm(
            table(), row, dict(prepared.made), clock.now(), withdrawn=case.withdrawn, once_more=once_more
        )
    except records.StoppedError:
        return settled(row, Next(same(case), "withdrawn, or put on hold, meanwhile", due_in=0))
    outcome = calls.make(calls.addressed_as(armed, row), platform, to, hands)
    case = calls.case(armed, "armed" if case.in_doubt else "planned", platform, None, active, clock.now())
    if isinstance(outcome, Found):
        outcome = brought(outcome, armed, platform)
    if row["purpose"] == "count":
        return counted(armed, outcome)
    return ended(armed, outcome, case, platform, to)  # type: ignore[arg-type]


def ended(row: Item, outcome: Outcome, case: Case, platform: str, to: Destination) -> tuple[Item, Next]:
    parked(outcome)
    if isinstance(outcome, Refused) and outcome.unauthorized:
        outcome = unauthorized(row, outcome, to)
    return settled(row, attempts.after(outcome, case), platform)


def unauthorized(row: Item, outcome: Refused, to: Destination) -> Outcome:
    """A dead credential pauses its target. A new one that was put since this function read it is tried first; and
    nobody resumes a source, so what it refuses is a person's, each."""
    if calls.is_stale(to):
        parameters.fetched.cache_clear()
        return Wait(0, "another credential was put in the meantime")
    if row["purpose"] not in calls.AT_TARGETS:
        return Refused(outcome.reason)
    # First the switch, which a person sees: cut off in between, the row is only tried once more.
    name = switches.target(row["destination"])
    switches.on(table(), outbox.community_of(row), name, "liaison", outcome.reason, clock.now())
    return outcome


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
