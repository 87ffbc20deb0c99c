"""Multinomial logistic regression, and its weights as one signed byte each. The same input gives the same bytes."""

import json
import zlib
from array import array
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from functions.feedback.reading.features import BUCKETS, Features
from functions.feedback.reading.linear import Linear

MOST = 127
DIGITS = 6
ROUNDS, PRECISION = 500, 2e-4


def matrix(features: Sequence[Features]) -> Any:
    """A row for each text: its buckets, then its other numbers."""
    ends = numpy.cumsum([0, *(len(one.values) for one in features)])
    places = [place for one in features for place in one.times]
    values = [value for one in features for value in one.values]
    hashed = sparse.csr_matrix((values, places, ends), shape=(len(features), BUCKETS))
    return sparse.hstack([hashed, sparse.csr_matrix(numpy.array([one.numbers for one in features]))]).tocsr()


def balanced(groups: Sequence[tuple[str, ...]]) -> list[float]:
    """A weight for each text, so that each class counts the same inside its source. A group is (source, class)."""
    sizes = Counter(groups)
    sources = Counter(group[:-1] for group in groups)
    classes = Counter(group[:-1] for group in sizes)
    return [sources[group[:-1]] / (classes[group[:-1]] * sizes[group]) for group in groups]


def fit(rows: Any, answers: Sequence[str], names: Sequence[str], weights: Sequence[float], strength: float) -> Any:
    """A row for each of `names`, in their order: the weights of buckets and numbers, and the bias last."""
    model = LogisticRegression(C=strength, max_iter=ROUNDS, tol=PRECISION)
    model.fit(rows, numpy.array(answers), sample_weight=numpy.array(weights))
    found = numpy.hstack([model.coef_, model.intercept_[:, None]])
    if len(model.classes_) == 2:
        found = numpy.vstack([-found / 2, found / 2])
    order = [list(model.classes_).index(name) for name in names]
    return found[order]


def quantised(model: str, columns: Any) -> Linear:
    """From rows as `fit` gives them."""
    hashed, dense, biases = columns[:, :BUCKETS], columns[:, BUCKETS:-1], columns[:, -1]
    scales = [float(f"{max(float(abs(row).max()), 1e-9) / MOST:.{DIGITS}e}") for row in hashed]
    return Linear(
        model,
        [array("b", [round(one) for one in row / scale]) for row, scale in zip(hashed, scales, strict=True)],
        scales,
        [round(float(one), DIGITS) for one in biases],
        [[round(float(one), DIGITS) for one in row] for row in dense],
    )


def write(model: Linear, file: Path) -> None:
    """As `functions.feedback.reading.linear` reads it."""
    told = {"model": model.model, "scales": model.scales, "biases": model.biases, "dense": model.dense}
    body = zlib.compress(b"".join(array("b", column).tobytes() for column in model.columns), 9)
    file.write_bytes(json.dumps(told).encode() + b"\n" + body)


def write_card(card: dict[str, Any], file: Path) -> None:
    file.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
