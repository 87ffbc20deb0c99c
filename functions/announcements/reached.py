"""What was published in a period, and where it stands."""

from datetime import datetime, timedelta

from functions.announcements import records
from functions.announcements.calendar import utc_months
from functions.shared import clock
from functions.shared.table import Item, Table

MOST = 10
LATE = timedelta(days=31)
"""How long after its time something may still go out, held that long: later than that it is useless to anybody."""


def between(store: Table, community: str, starts: datetime, ends: datetime) -> tuple[list[Item], int]:
    """The newest ten that were published from `starts` until before `ends`, the newest first, and how many more there
    were. What was published stays published then, even if it was withdrawn since."""
    first, last = clock.text(starts), clock.text(ends)
    months = {*utc_months(starts - LATE, starts), *utc_months(starts, ends)}
    there = records.in_months(store, community, sorted(months))
    found = [one for one in there if first <= one.get("published_at", "") < last]
    newest = sorted(found, key=lambda one: (one["published_at"], one["id"]), reverse=True)
    return newest[:MOST], len(newest[MOST:])


def places(store: Table, found: Item) -> list[Item]:
    """The rows of its posts that are there; of a thread the first part speaks for all, with what people did with it in
    `reactions`, as far as that was read back."""
    rows = (row for row in records.rows_of(store, found) if row["purpose"] == "post" and row["state"] == "sent")
    return [row for row in rows if row["request"]["part"] == 1]
