"""Nothing accepted is lost and nothing is done twice: under load, under SIGKILL, and over a restart."""

import os
import signal
import threading
from collections import Counter
from pathlib import Path

from cli import demo, operator, stack
from functions.feedback import records as feedback_records
from functions.feedback import rollup
from functions.shared import table
from functions.shared.table import Item
from tests.deployed.conftest import Deployed, crowd, with_repeats


def counted(mark: str, day: str) -> tuple[int, dict[str, int]]:
    """What the tables hold of one test: things said, and flags by subject."""
    store = table.table()
    said = [
        item
        for hour in range(24)
        for item in feedback_records.log(store, "acme", f"{day}T{hour:02d}")
        if item["content"].startswith(f"{mark}-")
    ]
    assert len({item["content"] for item in said}) == len(said)
    cases = [case for case in demo_cases() if case["subject"]["id"].startswith(f"{mark}-")]
    return len(said), {case["subject"]["id"]: case["flags"] for case in cases}


def demo_cases() -> list[Item]:
    return table.table().listing("acme", "cases-open", most=1000)


def test_two_hundred_deliveries_over_eight_connections_count_exactly(deployed: Deployed, mark: str) -> None:
    day = "2025-03-04"
    distinct, said, flags = crowd(mark, day)
    answered = deployed.send(with_repeats(distinct, 50, seed=7))
    assert Counter(answered) == {202: 200}
    deployed.drain()
    logged, by_subject = counted(mark, day)
    assert logged == said
    assert by_subject == {f"{mark}-{subject}": 5 for subject in range(12)}
    assert sum(by_subject.values()) == flags
    demo.invoke("FunctionRollUp")
    days = deployed.api.get(f"/feedback?by=day&from={day}&to={day}")["days"]
    # The community's day begins an hour before the day in UTC, so the last hour falls into the next.
    inside = sum(hour < 23 for hour in (number % 24 for number in range(90)))
    assert days[0]["counts"]["total"] == inside


def workers() -> list[int]:
    """Process ids of all function workers of this test's stack."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            command = stack.command_of(int(entry.name))
            if str(stack.HOME / "tmp") in command and "ministack-lambda-" in command:
                found.append(int(entry.name))
    return found


def kill_workers() -> int:
    killed = workers()
    for process in killed:
        stack.deliver_signal(process, signal.SIGKILL)
    return len(killed)


def test_killed_workers_and_a_restart_lose_and_double_nothing(deployed: Deployed, mark: str) -> None:
    day = "2025-05-06"
    distinct, said, flags = crowd(mark, day)
    deliveries = with_repeats(distinct, 50, seed=11)
    sender = threading.Thread(target=deployed.send_until_accepted, args=(deliveries,))
    sender.start()
    killed = 0
    for _ in range(3):
        sender.join(timeout=1.5)
        killed += kill_workers()
    stack.down(lambda _: None)  # SIGTERM, in the middle.
    stack.up(deployed.port, keep=True, owner="test", say=lambda _: None)
    operator.connect(None)
    sender.join(timeout=120)
    assert not sender.is_alive()
    killed += kill_workers()
    deployed.drain()
    assert killed > 0
    logged, by_subject = counted(mark, day)
    assert logged == said
    assert sum(by_subject.values()) == flags
    demo.invoke("FunctionRollUp")
    hours = deployed.api.get(f"/feedback?by=hour&from={day}&to={day}")["hours"]
    assert sum(sum(hour["counts"]["total"]) for hour in hours) == said
    assert all(len(hour["counts"]["total"]) == rollup.QUARTERS for hour in hours)


def test_the_stack_ends_with_its_processes(deployed: Deployed) -> None:
    running = stack.running()
    assert all(stack.ours(process) for process in running.processes)
    assert not stack.ours(os.getpid())
