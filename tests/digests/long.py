"""`scripts/bench digest`: a year of a made-up community, handed over in no order, with repeats, crashes and lost
answers; digests for readers in five zones, fired twice, late and not at all; each number against a plain recount."""

import os
import time
from contextlib import redirect_stdout
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TextIO

from tests.digests.held import QUARTER, READERS, Held, program
from tests.digests.year import DAY, Year
from tests.support.world import World

DAYS = int(os.environ.get("DAYS", "150"))
PER_DAY = int(os.environ.get("PER_DAY", "10"))
FIRST = date(2026, 1, 1)
RELEASES = (date(2026, 2, 24), date(2026, 6, 16), date(2026, 10, 24))
SILENT = date(2026, 5, 4), date(2026, 5, 10)
STANDSTILL = date(2026, 8, 8), date(2026, 8, 10)
"""Between the two, nothing is fired."""
PAGES = 60
CHECKED_EACH = 40
"""One digest in so many is counted again from the log, and once more after somebody was erased."""


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - figures are for people


def fires(chance: Random) -> dict[datetime, bool]:
    """When the schedule fires and whether that run breaks: a quarter before each reader's hour, at it, twice, and a
    quarter later; now and then only the last one."""
    found: dict[datetime, bool] = {}
    for number in range(1, DAYS + 1):
        day = FIRST + number * DAY
        if STANDSTILL[0] <= day <= STANDSTILL[1]:
            continue
        for reader in READERS:
            due, late = reader.due(day), chance.random() < 0.1
            if not late:
                found[due - QUARTER] = False
                found[due] = chance.random() < 0.1
                found[due + timedelta(seconds=20)] = False
            found[due + QUARTER] = False
    return dict(sorted(found.items()))


def year(nowhere: TextIO) -> None:
    chance = Random(7)
    told = Year(FIRST, DAYS, PER_DAY, releases=RELEASES, silent=SILENT)
    begun, spent, month = time.monotonic(), 0.0, 0
    with World(program(READERS)) as world:
        world.now = datetime(2026, 1, 1, tzinfo=UTC)
        held = Held(world, READERS, told.lines, chance, silent=SILENT)
        for at, breaks in fires(chance).items():
            if at.month != month:
                month = at.month
                say(f"{at:%Y-%m-%d}: {len(held.made)} digests, after {time.monotonic() - begun:.0f} s")
            with redirect_stdout(nowhere):
                held.until(at)
                if chance.random() < 0.3:
                    world.roll_up()
                before = time.monotonic()
                held.fire(breaks=breaks)
                spent += time.monotonic() - before
        days = held.made.values()
        say(
            f"{len(told.lines)} deliveries of {len(held.recount.things)} things in {DAYS} days, in no order;"
            f" {len(days)} digests, {held.breaks} runs of which died or lost an answer, {len(world.failures)} failed"
        )
        with redirect_stdout(nowhere):
            held.periods()
            held.mails()
            held.verified(chance.sample(sorted(held.made), max(len(held.made) // CHECKED_EACH, 1)))
            held.forget("board", "b1")
            held.verified(chance.sample(sorted(held.made), max(len(held.made) // CHECKED_EACH, 1)))
            quotes = held.pages("paris", PAGES)
    say(f"{held.counted} numbers held against a plain recount: {len(held.wrong)} mismatches")
    say(f"the {PAGES} newest pages of a reader have {quotes} quotes, and none of whoever is gone")
    say(f"{time.monotonic() - begun:.0f} s, {spent:.0f} of them for digests")
    for one in held.wrong[:40]:
        say(f"  {one}")
    if held.wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    with Path(os.devnull).open("w") as nowhere:
        year(nowhere)
