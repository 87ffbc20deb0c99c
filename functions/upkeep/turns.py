"""What follows from one turn at a platform, without I/O: when the next one is due, and whether a person is needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

BACK_OFF = (1, 2, 5, 15, 60)
"""Minutes until the next try, after so many failures in a row."""

FAILURES = 5
"""In a row: then fetching needs a person."""

WRONG, NOT_GOOD = 2, 3
"""Checks in a row that found something wrong, or could not find everything good: then a connection does."""

CHECKED_EVERY = timedelta(hours=1)
SOONEST = timedelta(minutes=5)
LEASE_SHARE = 0.75
"""Of a subscription's life: it is renewed while there is time to do so twice."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What is written down after one turn. `reason` is empty where nothing is wrong; `raised`: a person is needed."""

    changes: dict[str, Any]
    next_at: datetime
    reason: str = ""
    raised: bool = False


def fetched(cursor: str, now: datetime, every: int, *, more: bool) -> Turn:
    """A page was fetched and is queued. `every`: seconds between two visits, when there is no more right now."""
    changes = {"state": "good", "cursor": cursor, "failures": 0}
    return Turn(changes, now if more else now + timedelta(seconds=every))


def not_fetched(failures: int, reason: str, now: datetime, wait: int = 0) -> Turn:
    """`failures` in a row before this one. `wait`: seconds for which the platform wants to be left alone."""
    pause = timedelta(minutes=BACK_OFF[min(failures, len(BACK_OFF) - 1)])
    changes = {"state": "failing", "failures": failures + 1}
    return Turn(changes, now + max(pause, timedelta(seconds=wait)), reason, failures + 1 >= FAILURES)


def not_connected(findings: Sequence[dict[str, str]], now: datetime) -> Turn:
    """Nobody has put anything to connect it with: that is no trouble, it has not begun."""
    return Turn({"state": "not connected", **compared(findings, 0, 0)}, now + CHECKED_EVERY)


def checked(
    state: str,
    findings: Sequence[dict[str, str]],
    until: datetime | None,
    before: tuple[int, int],
    now: datetime,
    *,
    can_ask: bool,
) -> Turn:
    """`before`: how many checks in a row were wrong, and not good, up to this one. Where nothing was put to ask the
    platform with (`can_ask`), that it does not tell is no trouble."""
    wrong = before[0] + 1 if state == "wrong" else 0
    not_good = before[1] + 1 if state == "wrong" or (state == "unknown" and can_ask) else 0
    reason = "; ".join(f"{one['what']}: {one['told']}" for one in findings if one["state"] != "good")
    changes = {"state": state, **compared(findings, wrong, not_good)}
    raised = wrong >= WRONG or not_good >= NOT_GOOD
    return Turn(changes, next_check(now, until), "" if state == "good" else reason or state, raised)


def compared(findings: Sequence[dict[str, str]], wrong: int, not_good: int) -> dict[str, Any]:
    return {"findings": list(findings), "wrong": wrong, "not_good": not_good}


def next_check(now: datetime, until: datetime | None) -> datetime:
    """In an hour; earlier where the subscription would have little of its life left by then."""
    if until is None:
        return now + CHECKED_EVERY
    return max(min(now + CHECKED_EVERY, now + (until - now) * LEASE_SHARE), now + SOONEST)
