"""What to do with a delivery row, without I/O: the states, the waits, and when a person is asked.

planned → claimed → armed → sent | refused | unknown | stuck
             ↑________________|  (planned again, when it is safe to try again)

`claimed` and nothing after it: surely not sent. `armed` and nothing after it: nobody knows.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from functions.platforms.outgoing import Kind, Outcome, Refused, Sent, Unknown, Wait

State = Literal["planned", "claimed", "armed", "sent", "refused", "unknown", "stuck"]

LEASE = timedelta(seconds=30)
"""Longer than the function may run (20 s). Lease and sweep together stay below the shortest time that a
platform honours a key for (Discord: 120 s)."""

WAITS = (30, 60, 120, 300, 900, 1800, 3600, 10800, 21600, 43200, 86400, 86400)
"""Seconds before each further attempt, about three days in all, as Standard Webhooks asks of senders."""


@dataclass(frozen=True, slots=True)
class Next:
    """The row's next state. `due_in` seconds when it has one; otherwise it is finished or a person's."""

    state: State
    reason: str = ""
    due_in: int | None = None
    id: str = ""
    url: str = ""


def may_send(state: str, kind: Kind, attempts: int) -> Next | None:
    """Before a call: None when it may be made, otherwise what becomes of the row instead."""
    if state == "armed" and kind == "blind":
        return Next("unknown", "the last attempt was cut off, and this platform cannot be asked about it")
    if attempts > len(WAITS):
        return Next("stuck", f"given up after {attempts} attempts")
    return None


def after(outcome: Outcome, kind: Kind, attempts: int) -> Next:
    """What becomes of the row after the call. `attempts` counts this one."""
    match outcome:
        case Sent(id=name, url=url):
            return Next("sent", id=name, url=url)
        case Refused(reason=reason):
            return Next("refused", reason)
        case Unknown(reason=reason) if kind == "blind":
            return Next("unknown", reason)
        case Unknown(reason=reason):
            return again(attempts, reason, 0)
        case Wait(seconds=seconds, reason=reason):
            return again(attempts, reason, seconds)


def again(attempts: int, reason: str, at_least: int) -> Next:
    if attempts > len(WAITS):
        return Next("stuck", f"given up after {attempts} attempts: {reason}")
    return Next("planned", reason, due_in=max(WAITS[attempts - 1], at_least))


def lease_until(now: datetime) -> datetime:
    return now + LEASE
