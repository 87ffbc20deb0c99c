"""How much a report weighs, without I/O: by what it says, and by how often this reporter was right before.

A reporter's share of reports that a decision agreed with is not known, only estimated: before the first one it is a
Beta(2, 2), and with each decision it gets narrower. What counts is the lower end of its 80 % interval, so that a
newcomer weighs less than somebody proven, and nobody nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import comb
from typing import Any

from events.reasons import Reason

BASE: dict[Reason, float] = {
    "minor_safety": 3,
    "self_harm": 3,
    "violence": 2,
    "hate": 2,
    "privacy": 2,
    "off_topic": 0.5,
}
"""Of a reason; 1 for any other."""

STAFF = 5.0
"""How much more a moderator's own report weighs."""

PRIOR = 2
TAIL = 0.1
"""On each side of the interval."""

MOST = 400
"""Decisions that are looked at: with more, the interval is as narrow as anybody needs."""

PARTS = 1000
"""A weight is kept in thousandths: the table has whole numbers."""


@dataclass(frozen=True, slots=True)
class Record:
    """What became of somebody's reports so far."""

    agreed: int = 0
    disagreed: int = 0


@dataclass(frozen=True, slots=True)
class Weight:
    """A report's weight with its parts, for people to see."""

    base: float
    trust: float
    right: float
    """The share of reports that this reporter is right about, at the careful end of what is known."""

    @property
    def parts(self) -> int:
        """In thousandths, whole."""
        return round(self.base * self.trust * self.right * PARTS)

    def told(self) -> dict[str, int]:
        """Its parts as they are kept, in thousandths."""
        return {name: round(getattr(self, name) * PARTS) for name in ("base", "trust", "right")}


def known(figures: Mapping[str, Any]) -> Record:
    """By a reporter's figures as they are kept, which fall below nothing where something is taken back that went with
    the account."""
    return Record(max(figures.get("agreed", 0), 0), max(figures.get("disagreed", 0), 0))


def weight(code: Reason, record: Record, *, staff: bool = False) -> Weight:
    return Weight(BASE.get(code, 1.0), STAFF if staff else 1.0, careful(record))


def careful(record: Record) -> float:
    """The lower end of the 80 % interval of the share agreed."""
    agreed, disagreed = scaled(record)
    return quantile(agreed + PRIOR, disagreed + PRIOR, TAIL)


def scaled(record: Record) -> tuple[int, int]:
    """The same share of at most `MOST` decisions."""
    judged = record.agreed + record.disagreed
    if judged <= MOST:
        return record.agreed, record.disagreed
    agreed = round(record.agreed * MOST / judged)
    return agreed, MOST - agreed


def quantile(a: int, b: int, share: float) -> float:
    """Of a Beta distribution with whole parameters, by halving, to six digits."""
    low, high = 0.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        if below(a, b, middle) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def below(a: int, b: int, x: float) -> float:
    """The chance that a Beta(a, b) lies below x: that of `a` successes at least in a + b - 1 tries at x each.
    (Abramowitz and Stegun, 26.5.24.)"""
    tries = a + b - 1
    return sum(comb(tries, hits) * x**hits * (1 - x) ** (tries - hits) for hits in range(a, tries + 1))
