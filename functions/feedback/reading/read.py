"""All that is read off one text: its language, its kind, its mood, its themes, and which words decided."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from functions.feedback.reading import kind, language, mood, themes
from functions.feedback.reading.label import Label
from functions.feedback.reading.lexicon import LANGUAGES, described
from functions.feedback.reading.themes import Learned, Theme

DIGITS = 4
"""Of a probability, after the point."""


class Reading(NamedTuple):
    """`kind` and `mood` are None where nothing was measured for the language: not scored."""

    language: Label
    kind: Label | None
    mood: Label | None
    themes: Sequence[Label] = ()

    def as_json(self) -> dict[str, Any]:
        """As an item of the log keeps it, `because` aside."""
        answers = {"language": self.language, "kind": self.kind, "mood": self.mood}
        given = {name: label for name, label in answers.items() if label}
        return {
            **{name: label and label.name for name, label in answers.items()},
            "themes": [theme.name for theme in self.themes],
            "scores": {
                **{name: rounded(label) for name, label in given.items()},
                "themes": {theme.name: rounded(theme).get(theme.name, 1.0) for theme in self.themes},
            },
            "models": {
                **{name: label.model for name, label in given.items() if label.model},
                **({"themes": self.themes[0].model} if self.themes and self.themes[0].model else {}),
            },
        }

    def because(self) -> dict[str, Any]:
        given = {"language": self.language, "kind": self.kind, "mood": self.mood}
        return {
            **{name: list(label.because) for name, label in given.items() if label},
            "themes": {theme.name: list(theme.because) for theme in self.themes},
        }


def rounded(label: Label) -> dict[str, float]:
    return {name: round(score, DIGITS) for name, score in label.scores.items()}


def read(
    text: str,
    candidates: Sequence[str] = language.ALL,
    known: str | None = None,
    among: Sequence[Theme] = (),
    learned: Learned | None = None,
    title: str = "",
) -> Reading:
    """`known` is the language where somebody has said it; else one of `candidates`, a community's own, where it can be
    told. `among` are the program's themes, `learned` what confirmations taught about them; `title` is that
    of the thread it stands in, and what the text begins with where it opens that thread."""
    spoken = Label(known, {known: 1.0}) if known else language.identify(text, candidates)
    found = themes.find(text, among, learned, title) if among else []
    base = spoken.name.lower().partition("-")[0]
    if base not in LANGUAGES:
        return Reading(spoken, None, None, found)
    features = described(text, base)
    felt = mood.of(features)
    opens = title if text.startswith(title) else ""
    return Reading(spoken, kind.of(text, features, felt, opens), felt, found)
