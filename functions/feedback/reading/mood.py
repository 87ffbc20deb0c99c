"""Whether a text is positive, negative or neutral; `unclear` where the model is not sure enough to say.

People write otherwise in a tweet than in a review. So a language has a head for each register that it was trained on,
each of them partly a head for all: a text is first guessed to be so much of each register, and the heads speak by that.
"""

from collections.abc import Sequence
from typing import Literal, get_args

from functions.feedback.reading import linear
from functions.feedback.reading.features import Features
from functions.feedback.reading.label import Label
from functions.feedback.reading.lexicon import LANGUAGES, described
from functions.feedback.reading.linear import Linear, softmax

Mood = Literal["negative", "neutral", "positive"]
MOODS: tuple[Mood, ...] = get_args(Mood)
UNCLEAR = "unclear"
SURE = 0.5
"""It is unclear unless one is likelier than both others together."""


def mood(text: str, language: str) -> Label | None:
    """None where nothing was measured for the language. `scores` always has all three."""
    return of(described(text, language)) if language in LANGUAGES else None


def of(features: Features) -> Label:
    return judged(linear.load(f"mood-{features.tokens.language}"), features)


def judged(model: Linear, features: Features) -> Label:
    weighed = model.weigh(features)
    registers = softmax(weighed[: len(weighed) // (1 + len(MOODS))])
    heads = weighed[len(registers) :]
    scores = softmax(
        [
            sum(share * heads[head * len(MOODS) + place] for head, share in enumerate(registers))
            for place in range(len(MOODS))
        ]
    )
    best = max(range(len(MOODS)), key=scores.__getitem__)
    name = MOODS[best] if scores[best] >= SURE else UNCLEAR
    because = model.because(features, parts(registers, best))
    return Label(name, dict(zip(MOODS, scores, strict=True)), because, model.model)


def parts(registers: Sequence[float], best: int) -> list[float]:
    """How much of each column speaks for an answer: those of the others against it."""
    against = -1 / (len(MOODS) - 1)
    heads = (share * (1.0 if place == best else against) for share in registers for place in range(len(MOODS)))
    return [*(0.0 for _ in registers), *heads]
