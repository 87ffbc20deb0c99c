"""The rounds of the platforms: fetch what they never send, and see to it that they go on sending.

One turn is claim → ask → queue → write down. Cut off anywhere, the lease ends and it is done again: what was queued
before is then a repeat, and where the reading goes on is written down last.
"""

from collections.abc import Callable
from dataclasses import dataclass

from aws_lambda_powertools.metrics import MetricUnit

from events.program import Program, Source
from functions.platforms import standing
from functions.platforms.inbound import POLLED
from functions.platforms.outgoing import NotSentError, Piece, UnansweredError
from functions.platforms.standing import AskedError, Finding, Keys, Report
from functions.shared import clock, errands, outbox, program, queues, raised
from functions.shared.log import logger, metrics
from functions.shared.settings import settings
from functions.shared.table import ConditionFailedError, Item, Key, Table
from functions.upkeep import asking, duties, records, turns
from functions.upkeep.duties import Duty
from functions.upkeep.turns import Turn

PAGES = 10
"""Of one source in one run: the next run goes on, and others have their turn."""

MOST = 50
"""Findings that a row keeps."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run, with the program that is active as it begins; `version` counts the pushes."""

    store: Table
    program: Program
    version: int


def begun(store: Table) -> Run | None:
    """None before the first push. The pointer is read now: whoever knows a later program than another must not be
    overruled by it, and the cached one may be a minute old."""
    pointer = program.pointer()
    if pointer is None:
        return None
    active, version = program.active()
    if version != pointer["hash"]:
        active = program.parse(program.text(pointer["hash"]))
    return Run(store, active, pointer["version"])


def rows(store: Table) -> int:
    """Have a row for each thing the program asks for, and no other."""
    run = begun(store)
    if run is None:
        return 0
    try:
        return records.sync(store, list(duties.of(run.program)), run.version, clock.now())
    except ConditionFailedError:
        logger.warning("somebody else is at the rows: the next run looks again")
        return 0


def visits(store: Table, time_left: Callable[[], bool]) -> int:
    """Have every turn that is due; gives how many rows that were."""
    run = begun(store)
    if run is None:
        return 0

    def visit(key: Key) -> None:
        for _ in range(PAGES):
            if not (turn(run, key) and time_left()):
                return

    return errands.each(store.due(raised.STANDING, clock.text(clock.now())), visit, time_left)


def turn(run: Run, key: Key) -> bool:
    """One turn, if it is due and nobody else has it. True when there is more to fetch right now."""
    row = run.store.get(*key)
    if row is None or not records.is_due(row, clock.now()) or row["program"] > run.version:
        return False
    duty = duties.behind(row, run.program)
    if duty is None:
        records.unwant(run.store, key, run.version)
        return False
    # One that began somewhere else is begun anew first, by `rows`.
    claimed = records.claim(run.store, row, clock.now()) if duty.shape == row["shape"] else None
    if claimed is None:
        return False
    try:
        return WAYS[duty.part](run.store, claimed, duty)
    except outbox.LostError:
        logger.warning("this turn fell to somebody else meanwhile", extra={"source": duty.place.id})
        return False


def poll(store: Table, row: Item, duty: Duty) -> bool:
    """Fetch a page; the cursor moves only once all of it is queued."""
    place, held = duty.place, asking.keys(duty.place)
    more = False
    try:
        poller = standing.poller(place.platform)
        polled = poller.poll(place, row["cursor"], held, asking.hands())
        enqueued(polled.pieces, place)
        # A page that leads nowhere would be fetched for ever.
        more = polled.more and polled.cursor != row["cursor"]
        after = turns.fetched(polled.cursor, clock.now(), poller.EVERY, more=more)
    except (AskedError, NotSentError, UnansweredError) as error:
        wait = error.wait if isinstance(error, AskedError) else 0
        after = turns.not_fetched(row["failures"], asking.hidden(str(error), held), clock.now(), wait)
    except Exception as error:  # noqa: BLE001 - whatever a platform sends, its row says so and the others go on
        after = turns.not_fetched(row["failures"], asking.unforeseen(error, place), clock.now())
    settled(store, row, place, after)
    return more


def enqueued(pieces: tuple[Piece, ...], place: Source) -> None:
    for piece in pieces:
        at = clock.text(clock.now())
        queues.enqueue(queues.fetched(piece, place.id, place.community, place.platform, at))
    metrics.add_metric(name="PiecesFetched", unit=MetricUnit.Count, value=len(pieces))


def check(store: Table, row: Item, duty: Duty) -> bool:
    """Compare a connection with what we need, and mend it where that can be done."""
    place, held = duty.place, asking.keys(duty.place)
    if held == asking.NOTHING:
        after = turns.not_connected(shown(missing(place), held), clock.now())
    else:
        report = compared(place, held)
        found = shown(report.findings, held)
        before = row["wrong"], row["not_good"]
        can_ask = bool(held.token)
        after = turns.checked(report.state, found, report.until, before, clock.now(), can_ask=can_ask)
        after.changes["until"] = clock.text(report.until) if report.until else ""
    settled(store, row, place, after)
    return False


WAYS: dict[str, Callable[[Table, Item, Duty], bool]] = {raised.CHECK: check, raised.POLL: poll}


def settled(store: Table, row: Item, place: Source, after: Turn) -> None:
    records.settle(store, row, after, clock.now())
    logger.info(f"{row['sk']}: {after.changes['state']}", extra={"source": place.id})
    if after.reason:
        metrics.add_metric(name="TroubleAtPlatforms", unit=MetricUnit.Count, value=1)


def compared(place: Source, held: Keys) -> Report:
    """What the platform's own part finds, and whether the door can let it in."""
    url = f"{settings().public_url}/hooks/{place.id}"
    try:
        report = standing.connection(place.platform).check(place, url, held, asking.hands(), repair=True)
    except (AskedError, NotSentError, UnansweredError) as error:
        report = Report((Finding("platform", "unknown", str(error)),))
    except Exception as error:  # noqa: BLE001 - whatever a platform sends, its row says so and the others go on
        report = Report((Finding("platform", "unknown", asking.unforeseen(error, place)),))
    shut = () if held.signing or place.platform in POLLED else (no_secret(place),)
    return Report((*shut, *report.findings), report.until)


def no_secret(place: Source) -> Finding:
    return Finding("secret", "wrong", f"none was put: `liaison connect {place.id}` says where to find it")


def missing(place: Source) -> tuple[Finding, ...]:
    """Nobody has put anything yet."""
    token = Finding("token", "wrong", f"none was put: `liaison secret put {place.id} --outgoing`")
    return (token,) if place.platform in POLLED else (no_secret(place), token)


def shown(findings: tuple[Finding, ...], held: Keys) -> list[dict[str, str]]:
    """As a row keeps them."""
    return [
        {"what": one.what[: asking.LONGEST], "state": one.state, "told": asking.hidden(one.told, held)}
        for one in findings[:MOST]
    ]
