"""Counts beside what they are held against. No I/O."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from statistics import median

from events.digests import Change, Figure, Part, Parts, Usual
from functions.feedback import episodes, shares, unusual
from functions.feedback.episodes import Days, Unseen

WORDS: Mapping[str, Change] = {
    "higher than usual": "more",
    "lower than usual": "less",
    "no clear change": "unclear",
    "too few to say": "few",
}
UNKNOWN_PHI = 3.0
"""Of a series without enough history: what counts of a community vary by, rather more than less."""
ALL = 4
"""Periods before that a median is of; of fewer there is none."""


@dataclass(frozen=True)
class History:
    """What is known of a community before, to hold today's counts against. Days are the community's own."""

    days: Days
    unseen: Unseen

    @cached_property
    def weights(self) -> dict[str, float]:
        return episodes.weights(self.days)

    def usual(self, name: str, day: date) -> tuple[Usual | None, float]:
        """The range of such days, and how much more than by chance alone the series varies."""
        known = episodes.usual_of(name, day, self.days, self.unseen, self.weights)
        if known is None:
            return None, UNKNOWN_PHI
        return Usual(low=known.range.low, high=known.range.high), known.spread.phi

    def hidden(self, name: str, days: Iterable[date]) -> bool:
        """Whether what was counted on one of the days says nothing about the series."""
        return any(episodes.hidden(name, day, self.unseen, self.weights) for day in days)


def figure(
    number: int, past: Sequence[int | None], days: Sequence[float], *, usual: Usual | None, phi: float
) -> Figure:
    """`past`: the same of the periods before, the newest first, None where that is not known; `days`: how long each of
    them was, after the length of this one."""
    known = [(count, length) for count, length in zip(past, days[1:], strict=True) if count is not None]
    return Figure(
        number=number,
        usual=usual,
        before=past[0] if past else None,
        median=round(median(count for count, _ in known)) if len(known) == ALL else None,
        change=change(number, sum(count for count, _ in known), phi, exposure(days[0], known)),
    )


def exposure(length: float, known: Sequence[tuple[int, float]]) -> float:
    before = sum(days for _, days in known)
    return length / before if before else 0.0


def change(now: int, before: int, phi: float, exposed: float) -> Change | None:
    """None where nothing is known of before."""
    return WORDS[unusual.compared(now, before, phi, exposed).change] if exposed else None


def parts(what: str, counts: Mapping[str, int]) -> Parts:
    """Shares of kinds or moods with their ranges; the models were measured elsewhere."""
    found = shares.shares(shares.labels(counts, what), shares.measured(what), elsewhere=True)
    of = [
        Part(series=f"{what}:{name}", share=round(one.share, 3), low=round(one.low, 3), high=round(one.high, 3))
        for name, one in found.of.items()
    ]
    return Parts(of=tuple(of), texts=found.texts, unread=found.not_scored)


def differs(now: Parts, before: Parts) -> bool:
    """Whether a share has clearly changed: the ranges of one class have nothing in common."""
    earlier = {one.series: one for one in before.of}
    return any(
        one.series in earlier and (one.low > earlier[one.series].high or one.high < earlier[one.series].low)
        for one in now.of
    )
