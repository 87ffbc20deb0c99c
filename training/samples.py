"""Labelled texts, and which fold each is in: fixed by its words, so that copies of a text are never on both sides."""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from functions.feedback.reading.features import Features
from functions.feedback.reading.lexicon import described

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """`source` is where it is from: a platform's way of writing. `stars` only where a review has them, `rating` (from
    -4 to 4) only where several people have rated the text: their mean."""

    text: str
    language: str
    source: str
    answer: str
    features: Features
    stars: int = 0
    rating: float | None = None

    @property
    def fold(self) -> int:
        return fold(self.text)


@dataclass(frozen=True, slots=True)
class File:
    """Where labelled texts come from, as it stands in the card."""

    name: str
    what: str
    licence: str

    def rows(self, data: Path) -> Iterator[dict[str, Any]]:
        with (data / self.name).open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)

    def told(self, data: Path) -> dict[str, str]:
        digest = sha256((data / self.name).read_bytes()).hexdigest()
        return {"file": self.name, "what": self.what, "licence": self.licence, "sha256": digest}


def sample(text: str, language: str, source: str, answer: str, stars: int = 0, rating: float | None = None) -> Sample:
    return Sample(text, language, source, answer, described(text, language), stars, rating)


def fold(text: str) -> int:
    """Texts of the same words are in one fold, whatever their order, case, accents, numbers, links and punctuation."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    words = sorted(set(re.findall(r"[^\W\d_]+", re.sub(r"<\w+>|@\w+|https?\S*", " ", bare))))
    return int.from_bytes(sha256(" ".join(words).encode()).digest()[:8], "big") % FOLDS
