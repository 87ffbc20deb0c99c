"""What a text is: a bug, a wish, praise, a complaint, a question, or something else.

A model tells bugs, wishes and all the rest apart, which is what it was trained and measured on. Of the rest, praise
and complaints are told by a clear mood, and questions by their form. What is nothing but a question is one even
where the model leans to a bug or a wish, as long as it is not sure: reviews ask seldom, so it has learned little of it.
Whoever opens a thread and asks in it wants an answer: that is a question though it tells of more, unless it is a bug
for sure. (Of issues labelled bug, feature or question F1 is 52 by that, and 41 without; reviews have no titles.)
"""

import re
from typing import Literal, get_args

from functions.feedback.reading import linear, mood
from functions.feedback.reading.features import LONGEST, Features
from functions.feedback.reading.label import Label
from functions.feedback.reading.lexicon import LANGUAGES, described
from functions.feedback.reading.linear import Linear, softmax

Kind = Literal["bug", "feature", "praise", "complaint", "question", "other"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LEARNED: tuple[Kind, ...] = ("bug", "feature", "other")
CERTAIN = 0.6
"""The probability of a bug or a wish from which on it is that, though it is asked."""
GREETING = 25
"""Letters that may stand beside a question: a greeting, thanks."""

ASKS = {
    "en": re.compile(
        r"(?:^|[.!?,;:\n])[^\S\n]*+(?:(?:hi|hello|hey|please|so|and|but|also|ok)[^\S\n]++)*+"
        r"(how|what|where|when|why|who|which|can|could|is|are|am|do|does|did|will|would|should|has|have|any(?:one|body)?)\b"
        r"[^.!?\n]*+\?",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"(?:^|[.!?,;:\n])[^\S\n]*+(?:(?:bonjour|bonsoir|salut|svp|et|mais|donc|alors)[^\S\n]++)*+"
        r"(comment|pourquoi|où|quand|qui|que|quoi|quel(?:le)?s?|combien|est[- ]ce|y a[- ]t[- ]il|quelqu['’]un"
        r"|[\w'’ ]++-(?:tu|vous|on|ils?|elles?|je|ce))\b"
        r"[^.!?\n]*+\?",
        re.IGNORECASE,
    ),
}
"""A sentence, or a part of one, that begins as questions do, and a question mark at its end. Possessive throughout:
what people write must not make it try again and again."""


def kind(text: str, language: str) -> Label | None:
    """None where nothing was measured for the language."""
    if language not in LANGUAGES:
        return None
    features = described(text, language)
    return of(text, features, mood.of(features))


def of(text: str, features: Features, felt: Label, title: str = "") -> Label:
    """`title`: that of the thread which the text opens, and begins with."""
    return judged(linear.load("kind"), text, features, felt, title)


def judged(model: Linear, text: str, features: Features, felt: Label, title: str = "") -> Label:
    learned = dict(zip(LEARNED, softmax(model.weigh(features)), strict=True))
    best: Kind = max(LEARNED, key=learned.__getitem__)
    name, because = best, model.because(features, [1.0 if one == best else -0.5 for one in LEARNED])
    asked, only = asks(text, features.tokens.language)
    if title.rstrip().endswith("?"):
        asked = asked or "?"
    if asked and (best == "other" or may_ask(best, learned[best], only=only, opens=bool(title))):
        name, because = "question", (asked,)
    elif best == "other":
        name, because = rest(felt, because)
    # Whatever it turns out to be has the probability of all the rest: what was learned stays as it was.
    scores: dict[str, float] = {**dict.fromkeys(KINDS, 0.0), "bug": learned["bug"], "feature": learned["feature"]}
    scores["other" if name in ("bug", "feature") else name] = learned["other"]
    return Label(name, scores, because, model.model)


def may_ask(best: Kind, sure: float, *, only: bool, opens: bool) -> bool:
    """Whether a bug or a wish that is asked is a question all the same."""
    return (sure < CERTAIN and (only or opens)) or (opens and best == "feature")


def asks(text: str, language: str) -> tuple[str, bool]:
    """The word that a question in it begins with, if there is one, and whether there is hardly anything else."""
    text = text[:LONGEST]
    asked = ASKS[language].search(text)
    beside = ASKS[language].sub("", text) if asked else text
    return asked.group(1).strip() if asked else "", sum(map(str.isalpha, beside)) < GREETING


def rest(felt: Label, because: tuple[str, ...]) -> tuple[Kind, tuple[str, ...]]:
    if felt.name == "positive":
        return "praise", felt.because
    if felt.name == "negative":
        return "complaint", felt.because
    return "other", because
