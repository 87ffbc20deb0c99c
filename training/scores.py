"""How good answers are, in percent. Truth and answers are lists of names, in one order."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import fmean, stdev
from typing import Any

BINS = 10
SHARES = (100, 80, 60)
"""Percent of the texts, the surest first."""


def f1(truth: Sequence[str], answered: Sequence[str], name: str) -> float:
    pairs = Counter(zip(truth, answered, strict=True))
    right = pairs[name, name]
    wrong = sum(number for (a, b), number in pairs.items() if (a == name) != (b == name))
    return 100 * 2 * right / (2 * right + wrong) if right else 0.0


def macro(truth: Sequence[str], answered: Sequence[str], names: Sequence[str]) -> float:
    """The mean over the classes, however rare they are."""
    return fmean(f1(truth, answered, name) for name in names)


def accuracy(truth: Sequence[str], answered: Sequence[str]) -> float:
    return 100 * fmean(a == b for a, b in zip(truth, answered, strict=True)) if truth else 0.0


def standard_error(values: Sequence[float]) -> float:
    """Of their mean, as if the folds were independent; they share training texts, so it is a little too small."""
    return stdev(values) / sqrt(len(values)) if len(values) > 1 else 0.0


def confusion(truth: Sequence[str], answered: Sequence[str], names: Sequence[str], answers: Sequence[str]) -> Any:
    """A row for each true class: how many got each answer."""
    pairs = Counter(zip(truth, answered, strict=True))
    return {"answers": list(answers), "rows": {a: [pairs[a, b] for b in answers] for a in names}}


def best(scores: Mapping[str, float]) -> str:
    return max(scores, key=scores.__getitem__)


def among(scores: Mapping[str, float], names: Sequence[str]) -> dict[str, float]:
    """The probabilities where only these can be meant."""
    total = sum(scores[name] for name in names) or 1.0
    return {name: scores[name] / total for name in names}


def calibration(truth: Sequence[str], scores: Sequence[Mapping[str, float]]) -> float:
    """How far the probability of an answer is from how often such answers are right, on average, in points."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for true, given in zip(truth, scores, strict=True):
        name = best(given)
        bins.setdefault(min(BINS - 1, int(given[name] * BINS)), []).append((given[name], true == name))
    gaps = (abs(sum(sure - right for sure, right in one)) for one in bins.values())
    return 100 * sum(gaps) / max(1, len(truth))


def selective(truth: Sequence[str], scores: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """How often it is right on the surest texts."""
    sure = sorted(zip(truth, scores, strict=True), key=lambda pair: -max(pair[1].values()))
    kept = {share: sure[: max(1, len(sure) * share // 100)] for share in SHARES}
    return {f"surest {n} %": round(accuracy([a for a, _ in of], [best(b) for _, b in of]), 1) for n, of in kept.items()}


def summary(
    truth: Sequence[str], scores: Sequence[Mapping[str, float]], folds: Sequence[int], names: Sequence[str]
) -> dict[str, Any]:
    """All of it for one source. `macro_f1` is over all folds together, the standard error over each of them."""
    answered = [best(one) for one in scores]
    places = [[place for place, fold in enumerate(folds) if fold == number] for number in sorted(set(folds))]
    each = [macro([truth[one] for one in at], [answered[one] for one in at], names) for at in places]
    return {
        "texts": len(truth),
        "macro_f1": round(macro(truth, answered, names), 1),
        "folds": [round(one, 1) for one in each],
        "standard_error": round(standard_error(each), 1),
        "accuracy": round(accuracy(truth, answered), 1),
        "f1": {name: round(f1(truth, answered, name), 1) for name in names},
        "calibration_error": round(calibration(truth, scores), 1),
        "selective_accuracy": selective(truth, scores),
    }


def line(what: str, of: Mapping[str, Any]) -> str:
    folds = " ".join(f"{one:4.1f}" for one in of["folds"])
    beside = ", ".join(f"{name} {score:.1f}" for name, score in of.get("baselines", {}).items())
    return f"{what:34} {of['macro_f1']:5.1f} ± {of['standard_error']:.1f}  [{folds}]  {beside}"
