"""What is usual of a series of daily counts, and whether a day is not, without I/O.

Counts of what people say vary more than chance alone would have it, follow the week, and drift. So a day is compared
with a negative binomial whose mean is the level of the last four weeks times what its weekday is worth, and whose
variance is measured over sixteen weeks: within each four of them, between them, and for what is unsure of both.

Source: Noufaily et al., "An improved algorithm for outbreak detection in multiple surveillance systems" (Statistics in
Medicine 32, 2013), for the family; Benjamini and Hochberg (1995) for many series at once. What was measured stands in
`docs/decisions/0031-what-is-unusual.md`, and `training/alarms.py` measures it again.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from functions.feedback.counts import NegativeBinomial

History = Sequence[int | None]
"""Daily counts, oldest first, up to the day before the one that is judged. None: a day that nobody observed."""

Direction = Literal["more", "fewer"]
Change = Literal["higher than usual", "lower than usual", "no clear change", "too few to say"]

DAYS, BLOCK = 112, 28
"""Days looked back upon, and those that share a level."""
GUARD = 2
"""The last days before the one that is judged are left out: a burst that has begun is not its own measure."""
LEAST_DAYS = 21
LEAST = 3
"""Fewer than so many in a day are never a burst."""
SMALL = 10
"""A change from fewer than so many on both sides is not named."""
CAP, CAP_MORE = 1.5, 3
"""Times the ninetieth percentile, and so many more: larger counts are read as that, so that an old burst does not hide
the next."""
PSEUDO = 3.0
"""Average days that each weekday is worth before any was seen."""
DRIFT, DRIFT_MEASURED, DRIFT_MOST = 0.05, 0.25, 0.25
"""Share by which a level may have moved since it was measured: at least; part of the variance between levels; at
most."""
SAFETY = 3.0
"""What is usual is itself estimated: of the budget of false alarms a third is spent."""
DISCOVERIES = 0.1
"""Share of false ones among the alarms of one day that is put up with (Benjamini and Hochberg)."""
YEAR = 365.0


@dataclass(frozen=True, slots=True)
class Range:
    """What nine of ten days are within."""

    low: int
    high: int


@dataclass(frozen=True)
class Usual:
    """What a series is expected to be on one day."""

    mean: float
    variance: float
    days: int
    """That it was learned from."""

    @cached_property
    def spread(self) -> NegativeBinomial:
        return NegativeBinomial(self.mean, self.variance)

    @property
    def range(self) -> Range:
        return Range(self.spread.quantile(0.05), self.spread.quantile(0.95))

    def chance(self, count: int, direction: Direction) -> float:
        """Of a count as far out as this one, or farther, on a usual day."""
        return self.spread.at_least(count) if direction == "more" else self.spread.at_most(count)


def usual(history: History) -> Usual | None:
    """Of the day after the history; None where fewer than 21 days of it were observed."""
    first = max(len(history) - GUARD - DAYS, 0)
    seen = [(place, number) for place in range(first, len(history) - GUARD) if (number := history[place]) is not None]
    if len(seen) < LEAST_DAYS:
        return None
    blocks = capped(in_blocks(seen, len(history) - GUARD))
    average = sum(rough(block) for block in blocks) / len(blocks)
    worth = weekdays(blocks, average)
    levels = [level(block, worth) for block in blocks]
    phi = dispersion(blocks, levels, worth)
    weekday = len(history) % 7
    mean = levels[0] * worth[weekday] * grown(blocks, levels, phi)
    seen_of_weekday = sum(rough(block) for block in blocks for place, _ in block if place % 7 == weekday)
    unsure = phi * (1 / max(total(blocks[0]), 1) + 6 / 7 / (seen_of_weekday + PSEUDO * average))
    unsure += moved(blocks, levels, phi) ** 2
    return Usual(mean, phi * mean + unsure * mean**2, len(seen))


Block = list[tuple[int, float]]
"""Some days in a row, each with its place in the history and its count."""


def in_blocks(seen: Sequence[tuple[int, int]], end: int) -> list[Block]:
    """Four weeks each, the newest first; fewer than ten days of one go to its neighbour."""
    by_age: dict[int, Block] = {}
    for place, number in seen:
        by_age.setdefault((end - 1 - place) // BLOCK, []).append((place, float(number)))
    blocks: list[Block] = []
    for _, block in sorted(by_age.items()):
        if blocks and (len(block) < 10 or len(blocks[-1]) < 10):
            blocks[-1] = block + blocks[-1]
        else:
            blocks.append(block)
    return blocks


def capped(blocks: Sequence[Block]) -> list[Block]:
    """Without what sticks out of a block and the one before it (of the oldest: the one after)."""
    found = []
    for age, block in enumerate(blocks):
        beside = blocks[age + 1] if age + 1 < len(blocks) else blocks[age - 1] if age else []
        most = CAP * percentile([number for _, number in (*block, *beside)], 0.9) + CAP_MORE
        found.append([(place, min(number, most)) for place, number in block])
    return found


def percentile(numbers: Sequence[float], share: float) -> float:
    return sorted(numbers)[min(int(share * len(numbers)), len(numbers) - 1)]


def total(block: Block) -> float:
    return sum(number for _, number in block)


def rough(block: Block) -> float:
    """Its mean; half a thing for nothing at all, since nothing was seen in that many days only."""
    return max(total(block), 0.5) / len(block)


def weekdays(blocks: Sequence[Block], average: float) -> list[float]:
    """What each weekday is worth, drawn towards one by so many average days."""
    said, expected = [PSEUDO * average] * 7, [PSEUDO * average] * 7
    for block in blocks:
        mean = rough(block)
        for place, number in block:
            said[place % 7] += number
            expected[place % 7] += mean
    return [have / should for have, should in zip(said, expected, strict=True)]


def level(block: Block, worth: Sequence[float]) -> float:
    return max(total(block), 0.5) / sum(worth[place % 7] for place, _ in block)


def dispersion(blocks: Sequence[Block], levels: Sequence[float], worth: Sequence[float]) -> float:
    """How many times larger the variance is than the mean, around each block's own level; one at least."""
    squares = sum(
        (number - at * worth[place % 7]) ** 2 / (at * worth[place % 7])
        for block, at in zip(blocks, levels, strict=True)
        for place, number in block
    )
    days = sum(map(len, blocks))
    learned = len(blocks) + 7 * days / (days + 7 * PSEUDO) - 1
    return max(squares / max(days - learned, 5), 1.0)


def grown(blocks: Sequence[Block], levels: Sequence[float], phi: float) -> float:
    """What a series that grows has added since the middle of the last four weeks; one for any other. Of the growth that
    is seen, the part that is not chance."""
    steps = len(levels) - 1
    if not steps:
        return 1.0
    slope = max(math.log(levels[0] / levels[-1]) / steps, 0.0)
    unsure = phi * (1 / max(total(blocks[0]), 1) + 1 / max(total(blocks[-1]), 1)) / steps**2
    return math.exp(slope * slope**2 / (slope**2 + unsure) * (GUARD + BLOCK / 2) / BLOCK)


def moved(blocks: Sequence[Block], levels: Sequence[float], phi: float) -> float:
    """The share by which the level may have moved meanwhile: what blocks differ by beyond their own chance."""
    steps = [
        math.log(new / old) ** 2 - phi / max(total(one), 1) - phi / max(total(other), 1)
        for new, old, one, other in zip(levels, levels[1:], blocks, blocks[1:], strict=False)
    ]
    between = max(sum(steps) / (len(steps) + 1), 0.0)
    return min(math.sqrt(DRIFT**2 + DRIFT_MEASURED * between), DRIFT_MOST)


# Alarms


@dataclass(frozen=True, slots=True)
class Finding:
    """A day of a series that is not usual."""

    series: str
    direction: Direction
    count: int
    usual: Range
    chance: float


def threshold(budget: float) -> float:
    """The chance below which a day is an alarm, for so many false alarms a year and series at most."""
    return budget / YEAR / SAFETY


def findings(tested: Mapping[str, tuple[int, Usual]], direction: Direction, budget: float) -> list[Finding]:
    """The alarms among the series of one day, the surest first: within each one's own budget, and with false
    discoveries kept rare among all of them."""
    chances = {name: expected.chance(count, direction) for name, (count, expected) in tested.items()}
    few = {name for name, (count, _) in tested.items() if direction == "more" and count < LEAST}
    most = threshold(budget)
    found = sorted(
        (name for name in discovered(chances, DISCOVERIES) - few if chances[name] < most),
        key=lambda name: (chances[name], name),
    )
    return [Finding(name, direction, tested[name][0], tested[name][1].range, chances[name]) for name in found]


def discovered(chances: Mapping[str, float], share: float) -> set[str]:
    """Those that stand out among so many (Benjamini and Hochberg, 1995, section 3.1)."""
    ordered = sorted(chances, key=lambda name: (chances[name], name))
    last = max(
        (rank for rank, name in enumerate(ordered, 1) if chances[name] <= share * rank / len(ordered)),
        default=0,
    )
    return set(ordered[:last])


# Two periods


@dataclass(frozen=True, slots=True)
class Compared:
    """What two periods differ by. `low` and `high`: the ratio is between them, nine times of ten."""

    change: Change
    ratio: float | None = None
    low: float | None = None
    high: float | None = None


NINE_OF_TEN = 1.645


def compared(now: int, before: int, phi: float = 1.0, exposure: float = 1.0) -> Compared:
    """`phi`: how many times larger than chance alone the series varies; `exposure`: how many times longer the later
    period was, nought where nothing is known of one of the two. A change is named only where the range of the ratio
    leaves one out."""
    if max(now, before) < SMALL or not exposure:
        return Compared("too few to say")
    # Half of one more on each side: a ratio with nothing is still a ratio.
    ratio = math.log((now + 0.5) / (before + 0.5) / exposure)
    margin = NINE_OF_TEN * math.sqrt(phi * (1 / (now + 0.5) + 1 / (before + 0.5)))
    told = round(math.exp(ratio), 2), round(math.exp(ratio - margin), 2), round(math.exp(ratio + margin), 2)
    if ratio - margin > 0:
        return Compared("higher than usual", *told)
    return Compared("lower than usual" if ratio + margin < 0 else "no clear change", *told)


def rising(weeks: Mapping[str, tuple[int, int, float, float]], share: float = DISCOVERIES) -> list[str]:
    """Themes that are said more of than in the week before, the surest first.

    Each has its count of this week, of the week before, its dispersion, and its exposure (see `compared`). Given both
    together, this week's is binomial by the days that each week could be heard; its variance is inflated by the
    dispersion.
    """
    chances = {name: tail(*of) for name, of in weeks.items() if max(of[0], of[1]) >= SMALL and of[3]}
    return sorted(discovered(chances, share), key=lambda name: (chances[name], name))


def tail(now: int, before: int, phi: float, exposure: float) -> float:
    """With the usual correction of one half, since counts are whole."""
    both, part = now + before, exposure / (1 + exposure)
    return 0.5 * math.erfc((now - both * part - 0.5) / math.sqrt(2 * phi * both * part * (1 - part)))
