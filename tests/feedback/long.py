"""`scripts/bench feedback`: ten thousand deliveries with everything that goes wrong, against a plain recount; and a
million lines imported by a process that is killed again and again, with the memory that it takes."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cli import dumps
from cli.imports import Import, Place, cursor_of, kept
from functions.feedback import rollup
from functions.shared import parameters, program
from tests.feedback.counting import must_be_exact
from tests.feedback.stories import recounted, replay_parked, rolled_up, stories
from tests.feedback.test_costs import A_DAY, half_an_hour
from tests.support import builders
from tests.support.disk import Disk
from tests.support.faults import answer_lost, crash
from tests.support.world import START, World

EVENTS = int(os.environ.get("EVENTS", "10000"))
LINES = int(os.environ.get("LINES", "1000000"))
KILLS = 8
THIS = {"file": "long"}
BEGIN = datetime(2025, 11, 22, tzinfo=UTC)
WORDS = ("the", "new", "map", "is", "gorgeous", "but", "my", "game", "crashes", "whenever", "somebody", "joins")


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - figures are for people


@contextmanager
def quiet() -> Iterator[None]:
    """The functions print their metrics."""
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        yield


def exactness() -> None:
    """5 % come twice, all in no order; at one batch in ten something breaks, at one step after the other."""
    chance = random.Random(6)
    told = stories(chance, EVENTS, [START - timedelta(days=9), START - timedelta(hours=9)], timedelta(hours=8))
    deliveries = [*told, *chance.sample(told, len(told) // 20)]
    chance.shuffle(deliveries)
    begun, breaks = time.monotonic(), 0
    with quiet(), World() as world:
        for start in range(0, len(deliveries), 10):
            world.accept(*(one.envelope for one in deliveries[start : start + 10]))
            if start % 100 == 0:
                breaks += 1
                world.faults.at_number(
                    breaks % 60 + 1, chance.choice(["before", "after"]), chance.choice([crash, answer_lost])
                )
            world.work("feedback")
            if start % 500 == 0:
                world.roll_up()
                world.later(minutes=1)
        world.faults.forget()
        world.drain()
        replay_parked(world, told)
        assert rolled_up(world) == recounted(told)
        logged = len(world.items("feedback"))
    say(
        f"{len(deliveries)} deliveries of {logged} things ({len(deliveries) - len(told)} twice, in no order,"
        f" {breaks} crashes and lost answers): all counts, {recounted(told).total()} together, equal a plain recount;"
        f" {time.monotonic() - begun:.0f} s"
    )


def costs() -> None:
    with quiet(), World() as world:
        items = A_DAY // 48
        spent = half_an_hour(world, items)
        must_be_exact(world)
    say(
        f"at {A_DAY} a day: {spent.written.total() / items:.3f} write units an item,"
        f" counted from {dict(spent.requests)}"
    )


def dump(path: Path) -> Counter[str]:
    """A year of one community, in the order of its ids; gives how many were said in each hour."""
    chance, hours = random.Random(7), Counter[str]()
    with path.open("w") as file:
        for number in range(LINES):
            at = BEGIN + timedelta(seconds=number * 31_536_000 // LINES)
            hours[rollup.bucket(at)] += 1
            text = " ".join(chance.choices(WORDS, k=20))
            line = {"id": f"review-{number}", "text": text, "said_at": at.isoformat(), "author": number % 50_000}
            file.write(json.dumps({**line, "kind": "review", "language": "en"}) + "\n")
    return hours


def child(path: Path, base: Path) -> None:
    """One process of the import, as `liaison import` runs it, on a table in a file. Ends with what it took."""
    found = program.parse(builders.PROGRAM)
    program.active = lambda: (found, "0" * 64)
    parameters.read = lambda *names: "a key"
    place = found.source("game")
    assert place
    told = kept(cursor_of(path), THIS)
    begun, first, peaks = time.monotonic(), told.line, dict[int, int]()

    def heard(now: Place, read: int) -> None:
        if now.line % 100_000 == 0:
            peaks[now.line] = memory()

    Import(path, dumps.reader(place, {}, ""), Disk(base), "import:long").run(told, heard)
    rate = (told.line - first) / (time.monotonic() - begun)
    say(json.dumps({"counts": told.counts, "memory": peaks, "rate": round(rate), "lines": told.line - first}))


def memory() -> int:
    """MB that the process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1_000_000


def backfill() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, base = Path(folder) / "dump.jsonl", Path(folder) / "table"
        hours = dump(path)
        say(f"{LINES} lines, {path.stat().st_size / 1e6:.0f} MB, {len(hours)} hours")
        chance, ended, begun = random.Random(8), "", time.monotonic()
        for number in range(1, KILLS + 1):
            one = started(path, base)
            while kept(cursor_of(path), THIS).line < number * LINES // (KILLS + 1):
                time.sleep(chance.uniform(0.05, 0.2))
            os.kill(one.pid, signal.SIGKILL)
            one.communicate()
        one = started(path, base)
        ended = one.communicate()[0]
        told: dict[str, Any] = json.loads(ended.splitlines()[-1])
        say(
            f"killed {KILLS} times; {time.monotonic() - begun:.0f} s in all;"
            f" the last ran through {told['lines']} lines:"
        )
        say(f"  {told['rate']} lines a second; MB held at each 100,000 lines: {told['memory']}")
        say(f"  {told['counts']}")
        store = Disk(base)
        logged = dict(
            store.asked("SELECT substr(pk, 10, 13), count(*) FROM items WHERE pk LIKE 'acme#log#%' GROUP BY 1")
        )
        due = {row[0] for row in store.asked("SELECT substr(pk, 13) FROM items WHERE due IS NOT NULL")}
        assert logged == hours, "the log is not what the dump says"
        assert due == set(hours), "hours are not marked"
        say(
            f"  the log has {sum(logged.values())} things, each hour as a plain recount of the dump;"
            f" all {len(due)} hours are due"
        )


def started(path: Path, base: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.feedback.long", str(path), str(base)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


if __name__ == "__main__":
    if sys.argv[1:]:
        child(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        backfill()
        costs()
        exactness()
