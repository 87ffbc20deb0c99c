"""How well shares are corrected: `training/shares.py DATA`, with scikit-learn. Prints figures with standard errors.

Five folds. Of each, a plain linear classifier learns the other four, its confusion matrix comes from a cross-validation
inside them, and batches of a hundred texts with a random mix of classes come from the fold itself. The truth is the
share in the batch. Then the same between sources: learned from tweets, asked about rated tweets and reviews.
"""

import json
import random
import statistics
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

sys.path.insert(0, str(Path(__file__).parent.parent))
from functions.feedback import shares

Row = tuple[str, str, str]
"""Language, class, text."""
FOLDS, SIZE = 5, 100
BUCKETS = 1 << 16


@cache
def features(text: str) -> dict[int, float]:
    """Hashed words and runs of three to five letters."""
    words = text.lower().split()
    grams = [*words, *(f"{a} {b}" for a, b in pairwise(words))]
    grams += [f"#{f' {word} '[at : at + n]}" for word in words for n in (3, 4, 5) for at in range(len(word) + 3 - n)]
    found = Counter(zlib.crc32(gram.encode()) % BUCKETS for gram in grams)
    norm = sum(number**2 for number in found.values()) ** 0.5 or 1
    return {place: number / norm for place, number in found.items()}


def matrix(rows: Sequence[Row]) -> Any:
    made = [features(text) for _, _, text in rows]
    data = [value for one in made for value in one.values()]
    places = [place for one in made for place in one]
    ends = [0]
    for one in made:
        ends.append(ends[-1] + len(one))
    return csr_matrix((data, places, ends), shape=(len(rows), BUCKETS))


def learned(rows: Sequence[Row]) -> Any:
    return LogisticRegression(C=4, class_weight="balanced", max_iter=300, tol=1e-3).fit(
        matrix(rows), [row[1] for row in rows]
    )


def labelled(model: Any, rows: Sequence[Row]) -> list[str]:
    return [str(one) for one in model.predict(matrix(rows))]


def counted(rows: Iterable[Row], labels: Iterable[str]) -> dict[str, dict[str, Counter[str]]]:
    """Language → class → labels."""
    found: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for (language, name, _), label in zip(rows, labels, strict=True):
        found[language][name][label] += 1
    return found


def confusion(rows: Sequence[Row], folds: int = 3) -> dict[str, dict[str, Counter[str]]]:
    told = [""] * len(rows)
    for fold in range(folds):
        held = [at for at in range(len(rows)) if at % folds == fold]
        model = learned([row for at, row in enumerate(rows) if at % folds != fold])
        for at, label in zip(held, labelled(model, [rows[at] for at in held]), strict=True):
            told[at] = label
    return counted(rows, told)


def asked(
    rows: Sequence[Row], labels: Sequence[str], matrices: Any, batches: int, chance: random.Random, *, elsewhere: bool
) -> tuple[list[float], list[float], list[bool], list[float]]:
    """Errors of the estimate and of counting labels, in points; whether ranges held; how wide they were."""
    by_class: dict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        by_class[row[1]].append(at)
    errors, naive, held, width = [], [], [], []
    for _ in range(batches):
        mix = [chance.gammavariate(1, 1) for _ in by_class]
        drawn = [chance.choice(by_class[name]) for name in chance.choices(list(by_class), mix, k=SIZE)]
        batch: dict[str, Counter[str]] = defaultdict(Counter)
        for at in drawn:
            batch[rows[at][0]][labels[at]] += 1
        found = shares.shares(batch, matrices, elsewhere=elsewhere)
        for name in by_class:
            truth = sum(rows[at][1] == name for at in drawn) / SIZE
            got = found.of[name]
            errors.append(100 * abs(got.share - truth))
            naive.append(100 * abs(sum(one[name] for one in batch.values()) / SIZE - truth))
            held.append(got.low - 1e-9 <= truth <= got.high + 1e-9)
            width.append(100 * (got.high - got.low))
    return errors, naive, held, width


def told(what: str, per_fold: Sequence[tuple[list[float], list[float], list[bool], list[float]]]) -> None:
    def figure(of: Callable[[Any], float]) -> str:
        each = [of(one) for one in per_fold]
        error = statistics.stdev(each) / len(each) ** 0.5 if len(each) > 1 else 0.0
        return f"{statistics.mean(each):5.1f} ± {error:.1f}"

    mean = statistics.mean
    print(
        f"{what:34} error {figure(lambda one: mean(one[0]))}  labels counted {figure(lambda one: mean(one[1]))}"
        f"  range holds {figure(lambda one: 100 * mean(one[2]))} %  width {figure(lambda one: mean(one[3]))}",
        flush=True,
    )


def within(what: str, rows: list[Row], batches: int) -> None:
    chance = random.Random(what)
    chance.shuffle(rows)
    found = []
    for fold in range(FOLDS):
        others, own = [r for at, r in enumerate(rows) if at % FOLDS != fold], rows[fold::FOLDS]
        labels = labelled(learned(others), own)
        found.append(asked(own, labels, confusion(others), batches, chance, elsewhere=False))
    told(what, found)


def between(what: str, rows: list[Row], other: list[Row], batches: int) -> None:
    """In both ways of reading the matrix: as if nothing had changed, and as of another kind of source."""
    chance = random.Random(what)
    chance.shuffle(rows)
    labels, matrices = labelled(learned(rows), other), confusion(rows)
    for elsewhere in (False, True):
        found = [asked(other, labels, matrices, batches, chance, elsewhere=elsewhere)]
        told(f"{what}{', elsewhere' if elsewhere else ''}", found)


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def main(data: Path, batches: int) -> None:
    reviews = read(data / "app_reviews.jsonl")
    kinds = [(one["lang"], one["labels"][0], one["text"]) for one in reviews if len(one["labels"]) == 1]
    within("kind, en", [row for row in kinds if row[0] == "en"], batches)
    within("kind, en and fr together", kinds, batches)
    tweets = {
        language: [(language, one["label"], one["text"]) for one in read(data / f"sentiment_tweets_{language}.jsonl")]
        for language in ("en", "fr")
    }
    for language, rows in tweets.items():
        within(f"mood, tweets {language}", rows, batches)
    stars = [(one["lang"], star(one["stars"]), one["text"]) for one in reviews]
    within("mood, stars en and fr", stars, batches)
    for name in ("rated_tweets_en", "rated_product_reviews_en"):
        other = [("en", one["label"], one["text"]) for one in read(data / f"sentiment_{name}.jsonl")]
        between(f"tweets to {name}", tweets["en"], other, batches)


def star(number: int) -> str:
    return "neg" if number <= 2 else "pos" if number >= 4 else "neu"


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 80)
