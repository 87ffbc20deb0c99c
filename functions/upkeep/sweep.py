"""What the minute finds: announcements whose moment has come, and deliveries nobody has finished."""

from collections.abc import Callable

from functions.announcements import records as announcements
from functions.shared import clock, outbox
from functions.shared.table import Table


def announcements_due(store: Table, time_left: Callable[[], bool]) -> int:
    """Publish what is due; gives how many. A crash in between leaves them due."""
    published = 0
    for pk, sk in store.due(announcements.KIND, clock.text(clock.now())):
        if not time_left():
            break
        found = store.get(pk, sk)
        rows = announcements.publish(store, found, clock.now()) if found else []
        outbox.kick(rows)
        published += bool(rows)
    return published


def deliveries_due(store: Table, time_left: Callable[[], bool]) -> int:
    """Remind delivery of every row that is due: planned, waited long enough, or with a lease run out."""
    reminded = 0
    for key in store.due(outbox.KIND, clock.text(clock.now())):
        if not time_left():
            break
        row = store.get(*key)
        if row and "due" in row:
            outbox.kick([row])
            reminded += 1
    return reminded
