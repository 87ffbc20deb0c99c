"""The model of `functions/feedback/reading/kind.py`: English and French together; and the same method on issues."""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from functions.feedback.reading.kind import CERTAIN, KINDS, LEARNED, judged
from functions.feedback.reading.label import Label
from functions.feedback.reading.linear import Linear, softmax
from training import fitting, mood, scores
from training.samples import FOLDS, File, Sample, sample

VERSION = 1
STRENGTH = 4.0
"""The inverse of regularisation."""
REVIEWS = File("app_reviews.jsonl", "Jl-wei/mini-bar, for_classification: `labels`, where there is one", "MIT")
ISSUES = File(
    "issues_kind.jsonl", "nlbse2024/issue-report-classification", "none stated: measures the method, is not shipped"
)
LANGUAGES = ("en", "fr")
PLEASED = 4
"""Stars from which on something else is praise, and below which it is a complaint."""
WEAKNESSES = [
    "Trained on reviews of three health apps. In a forum where everybody asks for help, most is read as a bug.",
    "A question is told by its form alone, question mark included. What asks about a bug, or for more, is mostly that.",
    "Complaints about nothing in particular are rare and vague: most of them are answered `other`.",
    "What is both a bug and a wish gets one answer.",
]
KEYWORDS = {
    "bug": re.compile(
        r"\bbugs?\b|crash|error|issue|problem|fail|broke|fix|freez|stuck|lost|losing|disconnect|unable"
        r"|can(?:'?t|not)\b|won'?t\b"
        r"|does(?:n'?t| not)|did(?:n'?t| not)|not work|bogue|plant(?:e|age)|erreur|problème|marche p|fonctionne p"
        r"|impossible|bloqu|déconnect|synchronise p|depuis la mise",
        re.IGNORECASE,
    ),
    "feature": re.compile(
        r"\bwish|would be|would like|should|could you|please|\badd\b|option|feature|ability"
        r"|allow|\bhope|suggest|missing|\bneeds?\b"
        r"|serait|aimerais|souhait|pourrait|pouvoir|ajout|manque|dommage|fonctionnalité|propose|possibilité",
        re.IGNORECASE,
    ),
}


def run(data: Path, weights: Path) -> None:
    samples = list(read(data))
    answers = held_out(samples, felt(data))
    card = {
        "model": f"kind-{VERSION}",
        "what": "bug, feature or other; of other, praise, complaint and question are told by rules (reading/kind.py)",
        "languages": list(LANGUAGES),
        "certain": CERTAIN,
        "seed": "none: nothing is drawn at random; folds are fixed by a hash of the words",
        "data": [REVIEWS.told(data)],
        "known_weaknesses": WEAKNESSES,
        **measured(answers),
    }
    fitting.write(trained(samples, LEARNED, f"kind-{VERSION}"), weights / "kind.bin")
    fitting.write_card(card, weights / "kind.json")
    if (data / ISSUES.name).exists():
        issues(data)


def read(data: Path) -> Iterator[Sample]:
    for row in REVIEWS.rows(data):
        if len(row["labels"]) == 1:
            yield sample(row["text"], row["lang"], mood.STARS, row["labels"][0], row["stars"])


def felt(data: Path) -> Mapping[tuple[str, str], Label]:
    """The mood of each review, from a model that has not seen it."""
    return {(language, one.text): label for language in LANGUAGES for one, label in mood.held_out(data, language)}


def trained(samples: Sequence[Sample], names: Sequence[str], model: str) -> Linear:
    rows = fitting.matrix([one.features for one in samples])
    weights = fitting.balanced([(one.answer,) for one in samples])
    return fitting.quantised(model, fitting.fit(rows, [one.answer for one in samples], names, weights, STRENGTH))


def held_out(samples: Sequence[Sample], moods: Mapping[tuple[str, str], Label]) -> list[tuple[Sample, Label]]:
    found = []
    for number in range(FOLDS):
        model = trained([one for one in samples if one.fold != number], LEARNED, "")
        for one in samples:
            if one.fold == number:
                found.append((one, judged(model, one.text, one.features, moods[one.language, one.text])))
    return found


def measured(answers: Sequence[tuple[Sample, Label]]) -> dict[str, Any]:
    sources, three, six = {}, {}, {}
    for language in LANGUAGES:
        found = [(one, label) for one, label in answers if one.language == language]
        truth, given = [one.answer for one, _ in found], [learned(label) for _, label in found]
        majority = [Counter(truth).most_common(1)[0][0]] * len(truth)
        of = scores.summary(truth, given, [one.fold for one, _ in found], LEARNED)
        of["baselines"] = {
            "majority": round(scores.macro(truth, majority, LEARNED), 1),
            "keywords": round(scores.macro(truth, [by_keywords(one.text) for one, _ in found], LEARNED), 1),
        }
        show(f"kind {language} {mood.STARS}", of)
        sources[f"{language} {mood.STARS}"] = of
        finer, names = [by_stars(one) for one, _ in found], [label.name for _, label in found]
        three[language] = scores.confusion(
            truth, [name if name in LEARNED else "other" for name in names], LEARNED, LEARNED
        )
        six[language] = scores.confusion(finer, names, KINDS[:4], KINDS)
        of["f1_by_stars"] = {name: round(scores.f1(finer, names, name), 1) for name in KINDS[:4]}
        sys.stdout.write(f"     {language} with praise and complaint by stars: {of['f1_by_stars']}\n")
    return {
        "measured": {"how": f"{FOLDS}-fold cross-validation; the six answers folded to three", "sources": sources},
        "confusion": three,
        "confusion_by_stars": six,
    }


def learned(label: Label) -> dict[str, float]:
    """The six answers folded back to the three that were learned."""
    rest = sum(score for name, score in label.scores.items() if name not in ("bug", "feature"))
    return {"bug": label.scores["bug"], "feature": label.scores["feature"], "other": rest}


def by_stars(one: Sample) -> str:
    if one.answer != "other":
        return one.answer
    return "praise" if one.stars >= PLEASED else "complaint"


def by_keywords(text: str) -> str:
    hits = {name: len(words.findall(text)) for name, words in KEYWORDS.items()}
    name = max(hits, key=hits.__getitem__)
    return name if hits[name] else "other"


def issues(data: Path) -> None:
    """Bug, feature or question, of title and 400 characters: never shipped."""
    names = ("bug", "feature", "question")
    samples = [sample(f"{row['title']}\n{row['body']}", "en", row["repo"], row["label"]) for row in ISSUES.rows(data)]
    truth, given, folds = [], [], []
    for number in range(FOLDS):
        model = trained([one for one in samples if one.fold != number], names, "")
        for one in samples:
            if one.fold == number:
                truth.append(one.answer)
                given.append(dict(zip(names, softmax(model.weigh(one.features)), strict=True)))
                folds.append(number)
    show("issues (the method, not shipped)", scores.summary(truth, given, folds, names))


def show(what: str, of: dict[str, Any]) -> None:
    sys.stdout.write(scores.line(what, of) + "\n")
    sys.stdout.flush()
