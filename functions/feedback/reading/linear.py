"""Linear models with one signed byte for each weight, in the standard library alone.

A file has one line of JSON, then the bytes of all columns, one after the other, compressed by zlib. A column is one
answer: its weights of the buckets; what a bucket weighs is its byte times the column's scale. The weights of a text's
other numbers, and what an answer has from the beginning, stand in the line.
"""

import json
import zlib
from array import array
from collections.abc import Sequence
from functools import cache
from math import exp
from operator import itemgetter, mul
from pathlib import Path
from typing import NamedTuple

from functions.feedback.reading.features import BUCKETS, MOST_SHOWN, Features, speaks

WEIGHTS = Path(__file__).with_name("weights")


class Linear(NamedTuple):
    """`columns` are answers, or several heads of the same answers behind each other, as its user knows."""

    model: str
    columns: Sequence[Sequence[int]]
    scales: Sequence[float]
    biases: Sequence[float]
    dense: Sequence[Sequence[float]]
    """Of each column, the weight of each number."""

    def weigh(self, features: Features) -> list[float]:
        """What speaks for each column, in natural logarithms."""
        found, values = tuple(features.times), features.values
        if not found:
            return [
                bias + sum(map(mul, weights, features.numbers))
                for bias, weights in zip(self.biases, self.dense, strict=True)
            ]
        # One more index, so that it is a tuple for a single one, too.
        pick = itemgetter(*found, found[0])
        return [
            bias + scale * sum(map(mul, pick(column), values)) + sum(map(mul, weights, features.numbers))
            for column, scale, bias, weights in zip(self.columns, self.scales, self.biases, self.dense, strict=True)
        ]

    def because(self, features: Features, parts: Sequence[float]) -> tuple[str, ...]:
        """The words that speak most for an answer. `parts`: how much of each column is in it, less the others."""
        found, values = tuple(features.times), features.values
        if not found:
            return ()
        pick = itemgetter(*found, found[0])
        taken = [(part, place) for place, part in enumerate(parts) if part]
        of_columns = [map((part * self.scales[place]).__mul__, pick(self.columns[place])) for part, place in taken]
        weights = map(sum, zip(*of_columns, strict=True))
        worth = {
            one: amount / number * weight
            for (one, number), amount, weight in zip(features.times.items(), values, weights, strict=False)
        }
        shared = sum(part * sum(map(mul, self.dense[place], features.numbers)) for part, place in taken)
        shared /= sum(map(abs, features.pulls)) or 1.0
        pulls = features.pulls or [0.0] * len(features.at)
        words: dict[str, float] = {}
        for word, own, pull in zip(features.tokens.written, features.at, pulls, strict=True):
            if speaks(word):
                words[word] = words.get(word, 0.0) + sum(worth[one] for one in own) + abs(pull) * shared
        best = sorted((word for word in words if words[word] > 0), key=lambda word: -words[word])
        return tuple(best[:MOST_SHOWN])


@cache
def load(name: str) -> Linear:
    head, _, body = (WEIGHTS / f"{name}.bin").read_bytes().partition(b"\n")
    told = json.loads(head)
    every = array("b", zlib.decompress(body))
    columns = [every[start : start + BUCKETS] for start in range(0, len(every), BUCKETS)]
    return Linear(told["model"], columns, told["scales"], told["biases"], told["dense"])


def softmax(weighed: Sequence[float]) -> list[float]:
    most = max(weighed)
    powers = [exp(one - most) for one in weighed]
    total = sum(powers)
    return [one / total for one in powers]
