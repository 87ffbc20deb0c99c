"""The model of `functions/feedback/reading/mood.py`: for each language one, over all the sources that we may use."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy

from functions.feedback.reading.label import Label
from functions.feedback.reading.linear import Linear
from functions.feedback.reading.mood import MOODS, SURE, UNCLEAR, judged
from training import fitting, ratings, scores
from training.samples import FOLDS, File, Sample, sample

VERSION = 2
STRENGTH, TOGETHER, GUESS = 2.0, 4.0, 4.0
"""The inverse of regularisation: of the heads of one register, of the one for all, of the guess of the register."""
SHARED = 0.3
"""How much of the one for all is in each head."""
NAMES = {"neg": "negative", "neu": "neutral", "pos": "positive"}
LEXICON_CUT = 0.05
UMSAB = "Apache-2.0 (collection); the tweets stay their authors'"
SOURCES = {
    "en": {
        "tweets": File("sentiment_tweets_en.jsonl", "cardiffnlp/xlm-t, UMSAB English (SemEval-2017)", UMSAB),
        "rated tweets": File("sentiment_rated_tweets_en.jsonl", "cjhutto/vaderSentiment, ICWSM 2014", "MIT"),
        "product reviews": File(
            "sentiment_rated_product_reviews_en.jsonl", "cjhutto/vaderSentiment, ICWSM 2014", "MIT"
        ),
    },
    "fr": {"tweets": File("sentiment_tweets_fr.jsonl", "cardiffnlp/xlm-t, UMSAB French (DEFT-2017)", UMSAB)},
}
REVIEWS = File("app_reviews.jsonl", "Jl-wei/mini-bar, for_classification: the stars", "MIT")
STARS = "app reviews"
WEAKNESSES = [
    "Irony, and what is good news for one and bad for another, are read as their words sound.",
    "The neutral of stars is three of five; people give three for many reasons.",
    "The French tweets are nearly all about energy and climate.",
    "Trained on tweets and reviews. Chats, forums and mails are read as what they are most like; not measured there.",
    "Product reviews here are single sentences in small letters.",
]


def run(data: Path, weights: Path) -> None:
    for language in SOURCES:
        samples = list(read(data, language))
        card = {**told(language, data, samples), **measured(held_out(data, language))}
        fitting.write(trained(samples, language), weights / f"mood-{language}.bin")
        fitting.write_card(card, weights / f"mood-{language}.json")


def read(data: Path, language: str) -> Iterator[Sample]:
    for source, file in SOURCES[language].items():
        for row in file.rows(data):
            yield sample(row["text"], language, source, NAMES[row["label"]], rating=row.get("mean"))
    for row in REVIEWS.rows(data):
        if row["lang"] == language:
            stars = row["stars"]
            answer = "neutral" if stars == 3 else "positive" if stars > 3 else "negative"
            yield sample(row["text"], language, STARS, answer, stars)


@cache
def held_out(data: Path, language: str) -> list[tuple[Sample, Label]]:
    """What a model of the other folds makes of each text."""
    samples, found = list(read(data, language)), []
    for number in range(FOLDS):
        model = trained([one for one in samples if one.fold != number], language)
        found += [(one, judged(model, one.features)) for one in samples if one.fold == number]
    return found


def trained(samples: Sequence[Sample], language: str) -> Linear:
    """Columns: the registers, then for each of them the three moods."""
    registers = list(dict.fromkeys(one.source for one in samples))
    rows = fitting.matrix([one.features for one in samples])
    sources = [one.source for one in samples]
    guess = fitting.fit(rows, sources, registers, fitting.balanced([(one,) for one in sources]), GUESS)
    together = head(rows, samples, TOGETHER)
    heads = [
        SHARED * together + (1 - SHARED) * head(rows[at], [samples[one] for one in at], STRENGTH)
        for at in ([place for place, one in enumerate(sources) if one == register] for register in registers)
    ]
    return fitting.quantised(f"mood-{language}-{VERSION}", numpy.vstack([guess, *heads]))


def head(rows: Any, samples: Sequence[Sample], strength: float) -> Any:
    groups = [(one.source, one.answer) for one in samples]
    worth = dict(zip(groups, fitting.balanced(groups), strict=True))
    learned = [
        (place, name, share * worth[one.source, name])
        for place, one in enumerate(samples)
        for name, share in taught_by(one).items()
    ]
    places, answers, weights = (list(column) for column in zip(*learned, strict=True))
    return fitting.fit(rows[places], answers, MOODS, weights, strength)


def taught_by(one: Sample) -> dict[str, float]:
    """How much of each mood is learned from a text."""
    return {one.answer: 1.0} if one.rating is None else ratings.shares(one.rating)


def told(language: str, data: Path, samples: Sequence[Sample]) -> dict[str, Any]:
    return {
        "model": f"mood-{language}-{VERSION}",
        "what": "positive, neutral or negative; unclear below the probability `sure`",
        "languages": [language],
        "sure": SURE,
        "seed": "none: nothing is drawn at random; folds are fixed by a hash of the words",
        "data": [file.told(data) for file in (*SOURCES[language].values(), REVIEWS)],
        "lexicon": f"lexicon-{language}.txt, see NOTICE",
        "registers": list(dict.fromkeys(one.source for one in samples)),
        "known_weaknesses": WEAKNESSES,
    }


def measured(answers: Sequence[tuple[Sample, Label]]) -> dict[str, Any]:
    by_source: dict[str, Any] = {}
    language = answers[0][0].language
    for source in dict.fromkeys(one.source for one, _ in answers):
        found = [(one, label) for one, label in answers if one.source == source]
        by_source[source] = summarised(found, MOODS)
        show(f"mood {language} {source}", by_source[source])
        if source == STARS:
            two = [(one, label) for one, label in found if one.answer != "neutral"]
            by_source[f"{source}, two classes"] = summarised(two, ("negative", "positive"))
            show(f"mood {language} {source}, 2 classes", by_source[f"{source}, two classes"])
    truth, given = [one.answer for one, _ in answers], [label.name for _, label in answers]
    return {
        "measured": {"how": f"{FOLDS}-fold cross-validation, by the answers' probabilities", "sources": by_source},
        "unclear": round(100 * given.count(UNCLEAR) / len(given), 1),
        "confusion": {language: scores.confusion(truth, given, MOODS, (*MOODS, UNCLEAR))},
        "confusion_by_source": {
            source: scores.confusion(
                [one.answer for one, _ in answers if one.source == source],
                [label.name for one, label in answers if one.source == source],
                MOODS,
                (*MOODS, UNCLEAR),
            )
            for source in by_source
            if not source.endswith("classes")
        },
    }


def summarised(found: Sequence[tuple[Sample, Label]], names: Sequence[str]) -> dict[str, Any]:
    truth = [one.answer for one, _ in found]
    given = [scores.among(label.scores, names) for _, label in found]
    by_words = [by_lexicon(one.features.numbers[0]) for one, _ in found]
    majority = [Counter(truth).most_common(1)[0][0]] * len(truth)
    baselines = {
        "majority": round(scores.macro(truth, majority, names), 1),
        "lexicon alone": round(scores.macro(truth, by_words, names), 1),
    }
    return {**scores.summary(truth, given, [one.fold for one, _ in found], names), "baselines": baselines}


def by_lexicon(total: float) -> str:
    return "positive" if total >= LEXICON_CUT else "negative" if total <= -LEXICON_CUT else "neutral"


def show(what: str, of: dict[str, Any]) -> None:
    sys.stdout.write(scores.line(what, of) + "\n")
    sys.stdout.flush()
