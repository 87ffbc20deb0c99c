"""What share of what was said is of each class, corrected for what the classifier mistakes, without I/O.

A classifier is wrong in its own ways: the share of its labels is not the share of what was meant. Its confusion matrix
says how often it calls what is what; so the classes behind the labels are drawn again and again (Gibbs sampling), each
time with another matrix that its measurement allows and other shares that the labels allow. The middle of the draws is
the estimate, and nine of ten of them its range. Draws begin with a seed made of what is asked: the same question has
the same answer.

Source: Tanner and Wong, "The calculation of posterior distributions by data augmentation" (1987); for the question,
Hopkins and King, "A method of automated nonparametric content analysis for social science" (2010).
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

Labels = Mapping[str, int]
"""Label the classifier gave → how many. `unclear` may be among them, which nothing really is."""
Confusion = Mapping[str, Labels]
"""Class that it really was → labels it got, counted on texts that the classifier had not learned."""

LEAST = 30
"""Fewer than so many texts: too few to say."""
TRUST, TRUST_ELSEWHERE = 60, 10
"""A matrix counts as measured on so many texts of a class at most: the community's texts are not those it was measured
on; and on so many where it was measured on another kind of source."""
BELOW = 0.03
"""Share of the draws left out on each side: less than one of twenty, since no batch is quite like what was measured."""
BORROWED = 0.5
DRAWS, FIRST = 600, 100
"""That are kept, and those before them that are not: they still remember where it began."""


@dataclass(frozen=True, slots=True)
class Share:
    """Of one class, from 0 to 1. The truth is between `low` and `high` nine times of ten."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Shares:
    """Of all classes; empty where it is too few to say. `texts`: those that were scored; `not_scored`: those in
    languages that no matrix was measured for."""

    of: Mapping[str, Share]
    texts: int
    not_scored: int = 0


def shares(batch: Mapping[str, Labels], matrices: Mapping[str, Confusion], *, elsewhere: bool = False) -> Shares:
    """`batch`: the labels of each language. `elsewhere`: the matrices were measured on another kind of source."""
    scored = {language: labels for language, labels in batch.items() if language in matrices and any(labels.values())}
    texts = sum(sum(labels.values()) for labels in scored.values())
    rest = sum(sum(labels.values()) for language, labels in batch.items() if language not in matrices)
    if texts < LEAST:
        return Shares({}, texts, rest)
    trust = TRUST_ELSEWHERE if elsewhere else TRUST
    chance = Random(repr(sorted((language, sorted(labels.items())) for language, labels in scored.items())))  # noqa: S311
    classes = sorted({name for language in scored for name in matrices[language]})
    together = drawn([Chain(labels, matrices[language], classes, trust, chance) for language, labels in scored.items()])
    return Shares(
        {name: summed_up([draw[place] / texts for draw in together]) for place, name in enumerate(classes)}, texts, rest
    )


CARDS = Path(__file__).parent / "reading" / "weights"
TOLD: Mapping[str, Mapping[str, str]] = {"kind": {"praise": "other", "complaint": "other", "question": "other"}}
"""What rules tell apart, and nobody has measured: counted as what the model was measured on."""


@cache
def measured(what: str) -> dict[str, Confusion]:
    """What the models for `kind` or `mood` take for what, by language."""
    found: dict[str, Confusion] = {}
    for card in cards(what):
        found |= matrices(card)
    return found


@cache
def cards(what: str) -> tuple[dict[str, Any], ...]:
    """The models' own papers: what they are called, and what was measured of them."""
    return tuple(json.loads(card.read_text(encoding="utf-8")) for card in sorted(CARDS.glob(f"{what}*.json")))


def right(what: str) -> Iterator[tuple[str, str, float]]:
    """Of each model and language how often it was right, from 0 to 1, on texts that it had not learned."""
    for card in cards(what):
        for language, matrix in matrices(card).items():
            texts = sum(sum(row.values()) for row in matrix.values())
            yield card["model"], language, sum(row.get(name, 0) for name, row in matrix.items()) / texts


def labels(counts: Mapping[str, int], what: str) -> dict[str, dict[str, int]]:
    """The labels of each language, from what roll-ups count under `kind:bug@fr`."""
    found: dict[str, dict[str, int]] = {}
    for name, number in counts.items():
        label, at, language = name.removeprefix(f"{what}:").partition("@")
        if at and name.startswith(f"{what}:"):
            label = TOLD.get(what, {}).get(label, label)
            of_language = found.setdefault(language, {})
            of_language[label] = of_language.get(label, 0) + number
    return found


def matrices(card: Mapping[str, Any]) -> dict[str, Confusion]:
    """Of each language, from a model's card: `confusion` has `answers`, and `rows` of counts by class."""
    return {
        language: {name: dict(zip(one["answers"], row, strict=True)) for name, row in one["rows"].items()}
        for language, one in card["confusion"].items()
    }


def summed_up(drawn: Sequence[float]) -> Share:
    ordered = sorted(drawn)
    low, high = (ordered[round(share * (len(ordered) - 1))] for share in (BELOW, 1 - BELOW))
    return Share(sum(ordered) / len(ordered), low, high)


class Chain:
    """One language: how many of its texts were really of each class, drawn again and again."""

    def __init__(self, labels: Labels, matrix: Confusion, classes: Sequence[str], trust: int, chance: Random) -> None:
        names = sorted({*labels, *(name for row in matrix.values() for name in row)})
        self.given = [labels.get(name, 0) for name in names]
        self.measured = [trusted([matrix.get(one, {}).get(name, 0) for name in names], trust) for one in classes]
        self.chance = chance
        self.rows = [dirichlet(row, chance) for row in self.measured]
        self.shares = [1 / len(classes)] * len(classes)
        self.really = [0] * len(classes)

    def deal(self) -> None:
        """The classes behind the labels, by the shares and the matrix; then the matrix, by those."""
        dealt = [
            multinomial(
                count, [share * row[at] for share, row in zip(self.shares, self.rows, strict=True)], self.chance
            )
            for at, count in enumerate(self.given)
        ]
        by_class = list(zip(*dealt, strict=True))
        self.really = [sum(row) for row in by_class]
        self.rows = [
            dirichlet([had + more for had, more in zip(row, now, strict=True)], self.chance)
            for row, now in zip(self.measured, by_class, strict=True)
        ]

    def share(self, others: Sequence[int]) -> None:
        """The shares, by the classes. What is said in other languages counts too, half as much as its own: else each
        language, which alone has little to say, would be drawn towards equal shares, and all of them together."""
        weight = BORROWED * min(1.0, sum(self.really) / max(sum(others), 1))
        known = zip(self.really, others, strict=True)
        self.shares = dirichlet([1 + own + weight * other for own, other in known], self.chance)


def drawn(chains: Sequence[Chain]) -> list[list[int]]:
    """How many texts of all languages were really of each class."""
    kept = []
    for number in range(FIRST + DRAWS):
        for chain in chains:
            chain.deal()
        together = [sum(one) for one in zip(*(chain.really for chain in chains), strict=True)]
        for chain in chains:
            chain.share([whole - own for whole, own in zip(together, chain.really, strict=True)])
        if number >= FIRST:
            kept.append(together)
    return kept


def trusted(row: Sequence[int], most: int) -> list[float]:
    """A row of the matrix as a Dirichlet's: what was counted, cut to what it is trusted for, and a little of
    everything."""
    counted = sum(row)
    factor = min(1.0, most / counted) if counted else 0.0
    return [number * factor + 0.5 for number in row]


def dirichlet(of: Sequence[float], chance: Random) -> list[float]:
    gammas = [chance.gammavariate(one, 1) + 1e-300 for one in of]
    whole = sum(gammas)
    return [one / whole for one in gammas]


def multinomial(number: int, weights: Sequence[float], chance: Random) -> list[int]:
    """So many things, dealt out by weights."""
    dealt, left, whole = [], number, sum(weights)
    for weight in weights[:-1]:
        here = binomial(left, min(weight / whole, 1.0) if whole > 0 else 0.0, chance)
        dealt.append(here)
        left, whole = left - here, whole - weight
    return [*dealt, left]


MANY = 50


def binomial(number: int, share: float, chance: Random) -> int:
    """By its own recursion; by the normal law where both sides are many."""
    if share > 0.5:
        return number - binomial(number, 1 - share, chance)
    if number * share > MANY:
        near = chance.gauss(number * share, math.sqrt(number * share * (1 - share)))
        return min(max(round(near), 0), number)
    odds, count = share / (1 - share), 0
    at, left = (1 - share) ** number, chance.random()
    while left > at and count < number:
        left -= at
        at *= odds * (number - count) / (count + 1)
        count += 1
    return count
