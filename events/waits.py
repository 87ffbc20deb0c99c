"""How long people wait, with those who still do.

A median over what has ended flatters: whoever still waits counts as having waited until now (the product-limit estimate
of Kaplan and Meier, 1958).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

FEW = 10


@dataclass(frozen=True, slots=True)
class Wait:
    """Somebody's waiting: since when, for how long, and whether it is over."""

    since: datetime
    lasted: timedelta
    over: bool


def until(waits: Iterable[Wait], part: float) -> timedelta | None:
    """After how long it was over for that part of all. None where it never came to that, or of fewer than ten."""
    # Whoever still waits after an hour was there when, after an hour, others had waited enough.
    everybody = sorted(waits, key=lambda one: (one.lasted, not one.over))
    if len(everybody) < FEW:
        return None
    left = 1.0
    for place, one in enumerate(everybody):
        if one.over:
            left *= 1 - 1 / (len(everybody) - place)
            if left <= 1 - part + 1e-9:
                return one.lasted
    return None
