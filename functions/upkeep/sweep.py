"""What the minute finds: announcements whose moment has come, and deliveries nobody has finished."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from functions.announcements import happened, publishing, recurring
from functions.announcements import records as announcements
from functions.feedback import progress, watch
from functions.moderation import (
    batches,
    clusters,
    evidence,
    forgetting,
    outcomes,
    seals,
    standards,
    strikes,
    working,
)
from functions.moderation import records as moderation
from functions.shared import clock, errands, outbox, program
from functions.shared.table import Key, Table

REMINDED = 20
"""Rows of one destination a sweep reminds delivery of. More than it can send in a minute, and few enough
that a destination that hangs does not fill the queue in front of the others."""


def announcements_due(store: Table, time_left: Callable[[], bool]) -> int:
    """Go on with what is due: publish, change, withdraw. Gives how many were looked at. A crash in between leaves
    them due."""

    def go_on(key: Key) -> None:
        found = store.get(*key)
        if found:
            outbox.kick(publishing.go_on(store, found, program.active()[0], clock.now()))

    return errands.each(store.due(announcements.KIND, clock.text(clock.now())), go_on, time_left)


def series_due(store: Table, time_left: Callable[[], bool]) -> int:
    """Make what series have for now, and post it. A crash in between leaves it due."""

    def go_on(key: Key) -> None:
        found = store.get(*key)
        now, active = clock.now(), program.active()[0]
        for made in recurring.go_on(store, found, active, now) if found else []:
            outbox.kick(publishing.go_on(store, made, active, now))

    return errands.each(store.due(recurring.KIND, clock.text(clock.now())), go_on, time_left)


def deliveries_due(store: Table, time_left: Callable[[], bool]) -> int:
    """Remind delivery of rows that are due: planned, waited long enough, or with a lease run out."""
    reminded: Counter[str] = Counter()

    def remind(key: Key) -> None:
        row = store.get(*key)
        if row and "due" in row and reminded[outbox.group(row)] < REMINDED:
            reminded[outbox.group(row)] += 1
            outbox.kick([row])

    return errands.each(store.due(outbox.KIND, clock.text(clock.now())), remind, time_left)


def cases_due(store: Table, time_left: Callable[[], bool]) -> int:
    """Move up what nobody looked at or decided in time, and bring back what was put off until now."""

    def go_on(key: Key) -> None:
        community = key[0].partition("#")[0]
        working.pass_time(store, key, standards.of(program.active()[0], community), clock.now())

    return errands.each(store.due(moderation.KIND, clock.text(clock.now())), go_on, time_left)


def strikes_due(store: Table, time_left: Callable[[], bool]) -> int:
    """Work out what new points add up to, and ask the leads to look at accounts that have reached a threshold."""

    def go_on(key: Key) -> None:
        strikes.go_on(store, key, program.active()[0], clock.now())

    return errands.each(store.due(strikes.KIND, clock.text(clock.now())), go_on, time_left)


def outcomes_due(store: Table, time_left: Callable[[], bool]) -> int:
    """Tell those whom a decision concerns, a few of each case at a time."""

    def go_on(key: Key) -> None:
        outbox.kick(outcomes.go_on(store, key, program.active()[0], clock.now()))

    return errands.each(store.due(moderation.OUTCOME, clock.text(clock.now())), go_on, time_left)


def news_due(store: Table, time_left: Callable[[], bool]) -> int:
    """Tell those who asked for something what became of it, a few of each theme at a time."""

    def go_on(key: Key) -> None:
        outbox.kick(progress.go_on(store, key, program.active()[0], clock.now()))

    return errands.each(store.due(progress.KIND, clock.text(clock.now())), go_on, time_left)


def cases_over(store: Table, time_left: Callable[[], bool]) -> int:
    """Have cases forget what they were about, once nothing can come of their decision any more."""

    def go_on(key: Key) -> None:
        forgetting.go_on(store, key, program.active()[0], clock.now())

    return errands.each(store.due(evidence.ENDS, clock.text(clock.now())), go_on, time_left)


def days_sealed(store: Table, time_left: Callable[[], bool]) -> int:
    """Seal the days of each community that are over; gives how many were sealed."""
    try:
        communities = [one.id for one in program.active()[0].communities]
    except program.ProgramError:
        return 0  # There is none yet, or it cannot be read: others say so.
    rows = {item["pk"]: item for item in store.read([seals.row_key(one) for one in communities])}
    sealed = 0

    def go_on(community: str) -> None:
        nonlocal sealed
        row = rows.get(seals.row_key(community)[0])
        while time_left() and (after := seals.seal_next(store, community, row, clock.now())):
            row, sealed = after, sealed + 1

    errands.each(communities, go_on, time_left)
    return sealed


SETTLING = timedelta(hours=2)
"""After a day is over, until it is looked at: what is visited, or comes late, belongs to it, too. A digest does not
wait."""


def days_looked_at(store: Table, time_left: Callable[[], bool]) -> int:
    """Look what was unusual on the days of each community that are over; gives how many were looked at."""
    try:
        active = program.active()[0]
    except program.ProgramError:
        return 0
    communities = [one.id for one in active.communities]
    rows = {item["pk"]: item for item in store.read([watch.row_key(one) for one in communities])}
    number = 0

    def go_on(community: str) -> None:
        nonlocal number
        known = partial(happened.between, store, community)
        row, zone = rows.get(watch.row_key(community)[0]), active.zone(community)
        while time_left() and watch.next_day(row, zone, clock.now() - SETTLING):
            row = watch.look_next(store, active, community, row, known, clock.now())
            if row is None:
                break  # Somebody else is at it.
            number += 1

    errands.each(communities, go_on, time_left)
    return number


def likes_due(store: Table, time_left: Callable[[], bool]) -> int:
    """Compare the words of new cases, and of those that were edited, with those of others."""

    def go_on(key: Key) -> None:
        clusters.go_on(store, key, clock.now())

    return errands.each(store.due(moderation.LIKE, clock.text(clock.now())), go_on, time_left)


def batches_due(store: Table, time_left: Callable[[], bool]) -> int:
    """Go on with decisions about many cases, and with taking them back."""

    def go_on(key: Key) -> None:
        outbox.kick(batches.go_on(store, key, *program.active(), clock.now()))

    return errands.each(store.due(batches.KIND, clock.text(clock.now())), go_on, time_left)
