"""Trains and measures what `functions/feedback/reading/language.py` reads: naive Bayes over the runs of letters.

The runs are counted in the sample data and in the n-gram models of lingua (they say how often each run of one to five
letters follows another in a million sentences of a language, but nothing of where words begin and end, which the
sample has). The weights that ship have seen all of the sample; what is reported of them was measured in five folds,
each by weights that had not seen it.
"""

import json
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b, sha256
from importlib.util import find_spec
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev
from unicodedata import normalize
from unittest.mock import patch

import brotli
import numpy
from numpy.typing import NDArray

from functions.feedback.reading import language

FOLDS = 5
LEIPZIG = "Apache-2.0 (pemistahl/lingua); Leipzig Corpora Collection CC BY 4.0; tweets Apache-2.0 (cardiffnlp/xlm-t)"
SAMPLES = {
    "language_id.jsonl": ("", "words, pairs of words, sentences and tweets in 20 languages", LEIPZIG),
    "sentiment_tweets_en.jsonl": ("tweet", "tweets", "Apache-2.0 (cardiffnlp/xlm-t)"),
    "sentiment_tweets_fr.jsonl": ("tweet", "tweets", "Apache-2.0 (cardiffnlp/xlm-t)"),
    "app_reviews.jsonl": ("review", "reviews of three apps; some called French are not", "MIT (Jl-wei/mini-bar)"),
}
"""Each file's kind of text (the first says it itself), what it is, and its licence."""
MODELS = {
    "package": "lingua-language-detector 1.3.5",
    "what": "n-gram models",
    "licence": "Apache-2.0; Leipzig Corpora Collection CC BY 4.0",
}
LINGUA = ("unigrams", "bigrams", "trigrams", "quadrigrams", "fivegrams")
TRUSTED = 1.0
"""A run of lingua's against one of the sample's, of the same frequency."""
RAREST = 3e-6
"""Share of a language's runs below which lingua's are left out: they would only share rows with better ones."""
UNSEEN = 2e-7
"""What every run is taken to have been seen in every language."""
SHORT = 40
"""Characters; the measures are told apart there."""
PAIR = ("en", "fr")

Scores = dict[str, float]


@dataclass(frozen=True)
class Sample:
    text: str
    language: str
    kind: str

    @property
    def fold(self) -> int:
        """The same for texts that differ in case, accents, numbers and signs only, or in how they end."""
        letters = "".join(one for one in normalize("NFKD", self.text.casefold()) if one.isalpha())[:60]
        return int.from_bytes(blake2b((letters or self.text).encode(), digest_size=4).digest(), "big") % FOLDS

    @property
    def length(self) -> str:
        return f"< {SHORT}" if len(self.text) < SHORT else f">= {SHORT}"


def run(data: Path, weights: Path) -> None:
    """Reads the samples in `data`; writes `language.bin` and its model card `language.json` into `weights`."""
    samples = list(read(data))
    accuracy, confusion = measured(samples)
    packed = pack(trained(samples))
    (weights / "language.bin").write_bytes(packed)
    card = {
        "model": language.MODEL,
        "what": "Which of 20 languages a text is in",
        "method": "naive Bayes over hashed runs of 1 to 5 letters; tells the script first",
        "languages": language.ALL,
        "bytes": len(packed),
        "data": [*(told(data, name) for name in SAMPLES), MODELS],
        "samples": Counter(f"{one.language} {one.kind}" for one in samples),
        "measured": f"{FOLDS} folds by a hash of the text, each by weights that had not seen it; percent",
        "accuracy": accuracy,
        "confusion": confusion,
    }
    (weights / "language.json").write_text(json.dumps(card, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    sys.stdout.writelines(f"{name:45} {show(of)}\n" for name, of in accuracy.items())


def told(data: Path, name: str) -> dict[str, str]:
    _, what, licence = SAMPLES[name]
    return {"file": name, "what": what, "licence": licence, "sha256": sha256((data / name).read_bytes()).hexdigest()}


def show(measure: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {value:g}" for name, value in measure.items() if not name.startswith("fold"))


# The samples


def read(data: Path) -> Iterator[Sample]:
    """Each text once a language."""
    seen = set()
    for name, (kind, _, _) in SAMPLES.items():
        for line in (data / name).read_text("utf-8").split("\n")[:-1]:
            row = json.loads(line)
            sample = Sample(row["text"], row["lang"], kind or row["kind"])
            if (sample.text, sample.language) not in seen:
                seen.add((sample.text, sample.language))
                yield sample


# The weights


def trained(samples: Sequence[Sample]) -> list[NDArray[numpy.int8]]:
    """A table of weights for each script that languages share."""
    said: dict[str, Counter[str]] = defaultdict(Counter)
    for sample in samples:
        said[sample.language].update(language.words(sample.text))
    return [table(script, said) for script in language.ROWS]


def table(script: str, said: Mapping[str, Counter[str]]) -> NDArray[numpy.int8]:
    shares = numpy.stack([share(script, said[one]) + general(script, one) for one in language.WRITTEN[script]], axis=1)
    logs = numpy.log(shares + UNSEEN)
    evidence = logs - logs.mean(axis=1, keepdims=True)
    steps: NDArray[numpy.int8] = numpy.clip(numpy.rint(evidence / language.STEP), -127, 127).astype(numpy.int8)
    return steps


def share(script: str, said: Counter[str]) -> NDArray[numpy.float64]:
    """How often each row's runs were seen, per letter."""
    shares = numpy.zeros(language.ROWS[script])
    for word, often in said.items():
        numpy.add.at(shares, language.rows(word, len(shares)), often)
    return shares / sum(often * len(word) for word, often in said.items())


@cache
def general(script: str, of: str) -> NDArray[numpy.float64]:
    """The same, as lingua knows it."""
    shares, count = numpy.zeros(language.ROWS[script]), language.ROWS[script]
    shorter = {"": 1.0}
    for name in LINGUA:
        shorter = {run: chance * shorter.get(run[:-1], 0.0) for run, chance in follows(of, name)}
        for run, chance in shorter.items():
            if chance >= RAREST:
                shares[language.row(run, count)] += TRUSTED * chance
    return shares


def follows(of: str, name: str) -> Iterator[tuple[str, float]]:
    """Each run with the share of its last letter among those that follow the letters before it."""
    (folder,) = find_spec("lingua").submodule_search_locations  # type: ignore[union-attr, misc]
    model = json.loads(brotli.decompress((Path(folder) / "language-models" / of / f"{name}.json.br").read_bytes()))
    for fraction, runs in model["ngrams"].items():
        often, among = fraction.split("/")
        yield from ((run, int(often) / int(among)) for run in runs.split(" "))


def pack(tables: Iterable[NDArray[numpy.int8]]) -> bytes:
    return zlib.compress(b"".join(table.tobytes() for table in tables), 9)


# What they are worth


def measured(samples: Sequence[Sample]) -> tuple[dict[str, Scores], dict[str, Counter[str]]]:
    """Each measure's mean over the folds with its standard error, and which language was taken for which."""
    folds: dict[str, list[Scores]] = defaultdict(list)
    confusion: dict[str, Counter[str]] = defaultdict(Counter)
    for fold in range(FOLDS):
        kept = [one for one in samples if one.fold == fold]
        rest = [one for one in samples if one.fold != fold]
        tables = language.unpacked(pack(trained(rest)))
        language.votes.cache_clear()
        with patch.object(language, "weights", return_value=tables):
            for name, answers in asked(kept).items():
                folds[name].append(rates(answers))
            for one in kept:
                if one.kind in ("pair", "sentence", "tweet"):
                    confusion[one.language][language.identify(one.text).name] += 1
        for name, share_right in baselines(rest, kept).items():
            folds[name].append({"right": share_right})
    language.votes.cache_clear()
    return {name: summed(scores) for name, scores in sorted(folds.items())}, confusion


def asked(samples: Sequence[Sample]) -> dict[str, list[tuple[str, str, str]]]:
    """By measure: the truth, what was answered, and what was likeliest even where the answer was `unknown`."""
    answers: dict[str, list[tuple[str, str, str]]] = defaultdict(list)

    def ask(sample: Sample, candidates: Sequence[str], *names: str) -> None:
        label = language.identify(sample.text, candidates)
        likeliest = max(label.scores, key=label.scores.__getitem__)
        truth = sample.language if sample.language in candidates else language.UNKNOWN
        for name in names:
            answers[name].append((truth, label.name, likeliest))

    for sample in samples:
        if sample.kind != "review":
            of_twenty = [f"of 20: {sample.kind}"]
            if sample.kind != "word":
                of_twenty += [f"of 20: {sample.length}", f"of 20: {sample.language}"]
            ask(sample, language.ALL, *of_twenty)
        if sample.language in PAIR:
            ask(sample, PAIR, f"en or fr: {sample.length}", f"en or fr: {sample.length} {sample.kind}")
        elif sample.kind != "word":
            latin = "Latin" if sample.language in language.WRITTEN["latin"] else "other scripts"
            ask(sample, PAIR, f"neither en nor fr: {latin} {sample.length}")
    return answers


def rates(answers: Sequence[tuple[str, str, str]]) -> Scores:
    """In percent. Of what is in none of the candidates `unknown` is right, and the likeliest of them never."""
    return {
        "right": 100 * fmean(truth == answer for truth, answer, _ in answers),
        "unknown": 100 * fmean(answer == language.UNKNOWN for _, answer, _ in answers),
        "wrong": 100 * fmean(answer not in (truth, language.UNKNOWN) for truth, answer, _ in answers),
        "likeliest right": 100 * fmean(truth == likeliest for truth, _, likeliest in answers),
        "texts": len(answers),
    }


def summed(scores: Sequence[Scores]) -> Scores:
    """The mean over the folds, of `right` its standard error and each fold's, too; texts are added up."""
    found = {name: round(fmean(one[name] for one in scores), 2) for name in scores[0]}
    if "texts" in found:
        found["texts"] = sum(one["texts"] for one in scores)
    found["standard error"] = round(stdev(one["right"] for one in scores) / sqrt(len(scores)), 2)
    return found | {f"fold {number}": round(one["right"], 1) for number, one in enumerate(scores)}


def baselines(rest: Sequence[Sample], kept: Sequence[Sample]) -> Scores:
    """The commonest language, and the language whose runs of three letters are most like those of the text."""
    kinds = ("pair", "sentence", "tweet")
    kept = [one for one in kept if one.kind in kinds]
    (commonest, _), *_ = Counter(one.language for one in rest if one.kind in kinds).most_common(1)
    profiles: dict[str, Counter[str]] = defaultdict(Counter)
    for one in rest:
        profiles[one.language].update(trigrams(one.text))
    lengths = {of: sqrt(sum(count**2 for count in profile.values())) for of, profile in profiles.items()}

    def nearest(text: str) -> str:
        runs = trigrams(text)
        return max(profiles, key=lambda of: sum(profiles[of][run] * n for run, n in runs.items()) / lengths[of])

    found: dict[str, float] = {}
    guesses: dict[str, Callable[[str], str]] = {"commonest language": lambda _: commonest, "trigram profile": nearest}
    for name, guess in guesses.items():
        for length in (f"< {SHORT}", f">= {SHORT}"):
            right = [guess(one.text) == one.language for one in kept if one.length == length]
            found[f"baseline of 20: {name} {length}"] = 100 * fmean(right)
    return found


def trigrams(text: str) -> Counter[str]:
    ended = f" {' '.join(language.words(text))} "
    return Counter(ended[start : start + 3] for start in range(len(ended) - 2))
