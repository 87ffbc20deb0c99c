"""Whether two texts ask for the same, over languages, without I/O. It only ever proposes: what is the same, people say.

A text is its words, the runs of three to five letters in each (TF-IDF within the community's own texts), and what its
words mean by a small English and French glossary, so that `battery` finds `batterie` and `watch` finds `montre`. An
index is an inverted one of hashed features: only what shares a feature is looked at.

Copies are another matter: the same words but for greeting, punctuation, case, accents and numbers.

Source: Manning, Raghavan, Schütze, "Introduction to Information Retrieval", chapters 6 and 7. Measured by
`python -m training.alike`.
"""

import json
import math
import re
import unicodedata
import zlib
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import accumulate, pairwise
from pathlib import Path
from typing import NamedTuple

MODEL = "alike-1"
PROPOSED, LIKELY = 0.22, 0.5
"""Cosines: from the first on it is shown; from the second on seven of ten were the same (measured)."""
MOST = 5
LONGEST = 2_000
"""Characters of a text that are looked at."""
LONGEST_WORD = 40
MOST_COMPARED = 10_000_000
"""Places of an index that one text is held against: some seconds."""
RUNS = (3, 4, 5)
RUN, WORD, MEANING = 1.0, 1.5, 3.0
"""What a run of letters, a word and its meaning weigh. Chosen on the shared half of the samples."""
TITLE = 3
"""So often a title counts."""
BUCKETS = 1 << 20
REMEMBERED = 1 << 15
"""Words whose features are kept: most of what people write are the same few thousand."""
LEAST = 4
"""Words that a copy has at least, greetings aside: everybody says `great app`."""

DATA = Path(__file__).parent / "weights"


def listed(name: str) -> frozenset[str]:
    return frozenset((DATA / name).read_text().split())


WORDS = re.compile(r"\w+")
EMPTY = listed("empty-words.txt")
"""Words that say nothing of what a text is about, English and French, folded."""
GREETINGS = listed("greetings.txt")
ENDINGS = (
    "issements", "issement", "ations", "ation", "ements", "ement", "ments", "ment", "ives", "ive", "ees", "ee", "ers",
    "er", "ez", "ing", "ies", "ied", "es", "ed", "ly", "e", "s", "y",
)  # fmt: skip
"""Of English and French words; the longest first."""


def folded(text: str) -> str:
    """Small letters without accents."""
    bare = unicodedata.normalize("NFKD", text[: 2 * LONGEST].lower())
    return "".join(one for one in bare if not unicodedata.combining(one))[:LONGEST]


def words(text: str) -> list[str]:
    """The longest are cut: they are remembered."""
    return [word[:LONGEST_WORD] for word in WORDS.findall(folded(text))]


@lru_cache(REMEMBERED)
def stem(word: str) -> str:
    """Without its ending, as long as three letters stay."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


@cache
def glossary() -> dict[str, tuple[int, ...]]:
    """Stem or word → the numbers of its meanings."""
    meanings: dict[str, set[int]] = {}
    for number, line in enumerate((DATA / "glossary.en.fr.txt").read_text().splitlines()):
        for word in line.replace(" = ", " ").split():
            meanings.setdefault(word, set()).add(number)
            meanings.setdefault(stem(word), set()).add(number)
    return {word: tuple(sorted(numbers)) for word, numbers in meanings.items()}


def meanings(word: str) -> tuple[int, ...]:
    return glossary().get(word) or glossary().get(stem(word), ())


def runs(word: str) -> Iterator[str]:
    """Of three to five characters, the word's borders among them; of a shorter word the whole."""
    whole = f" {word} "
    for size in RUNS:
        if len(whole) <= size:
            yield whole
            return
        yield from (whole[start : start + size] for start in range(len(whole) - size + 1))


@lru_cache(REMEMBERED)
def features(word: str) -> tuple[int, ...]:
    """The buckets of a word: its runs, itself, its meanings. What kind each is stands in its two lowest bits."""
    if word in EMPTY:
        return ()
    named = [(one, 0) for one in runs(word)] + [(stem(word), 1)] + [(str(one), 2) for one in meanings(word)]
    return tuple((zlib.crc32(name.encode("utf-8", "replace")) & (BUCKETS - 4)) | kind for name, kind in named)


WEIGHTS = (RUN, WORD, MEANING, 0.0)


def counted(text: str, title: str = "") -> Counter[int]:
    """How often each feature stands in a text."""
    found: Counter[int] = Counter()
    for word in words(text):
        found.update(features(word))
    for word in words(title):
        for one in features(word):
            found[one] += TITLE
    return found


def copied(text: str, title: str = "") -> str:
    """The same for copies of the same text: 16 hexadecimal digits; empty for what is too short to be one."""
    said = words(f"{title}\n{text}" if title and not text.startswith(title) else text)
    kept = [one for one in said if one not in GREETINGS and not any(map(str.isdigit, one)) and len(one) > 1]
    if len(kept) < LEAST:
        return ""
    return blake2b(" ".join(kept).encode("utf-8", "replace"), digest_size=8).hexdigest()


class Near(NamedTuple):
    """Something that may be the same: its place among what was given, the cosine, and how sure that is."""

    place: int
    score: float

    @property
    def likely(self) -> bool:
        return self.score >= LIKELY


class Index(NamedTuple):
    """An inverted index: for each bucket, which texts have it and how much it weighs there (65,535 for all of it).
    `names` and `copies`: the id of each text, and what its copies have in common."""

    names: list[str]
    copies: list[str]
    starts: "array[int]"
    places: "array[int]"
    loads: "array[int]"

    def idf(self, bucket: int) -> float:
        return weight(self.texts_with(bucket), len(self.names))

    def copies_of(self, copied: str) -> list[int]:
        return [place for place, one in enumerate(self.copies) if one == copied] if copied else []

    def texts_with(self, bucket: int) -> int:
        return self.starts[bucket + 1] - self.starts[bucket]

    def near(self, found: Counter[int], most: int = MOST, least: float = PROPOSED) -> list[Near]:
        """What is most like it, the likest first. Where that were more than MOST_COMPARED places, features that most
        texts have are left out: they tell the least."""
        loads = [(one, load(one, number) * self.idf(one)) for one, number in found.items()]
        length = math.sqrt(sum(value * value for _, value in loads)) or 1.0
        loads.sort(key=lambda one: self.texts_with(one[0]))
        scores: dict[int, float] = {}
        compared = 0
        for bucket, value in loads:
            compared += self.texts_with(bucket)
            if compared > MOST_COMPARED:
                break
            start, end = self.starts[bucket], self.starts[bucket + 1]
            part = value / length / FULL
            for place, there in zip(self.places[start:end], self.loads[start:end], strict=True):
                scores[place] = scores.get(place, 0.0) + part * there
        best = sorted(((score, -place) for place, score in scores.items() if score >= least), reverse=True)[:most]
        return [Near(-place, round(score, 3)) for score, place in best]


FULL = 65_535
LOGS = (0.0, *(1 + math.log(number) for number in range(1, 100)))


def weight(texts: int, size: int) -> float:
    return math.log((1 + size) / (1 + texts)) + 1


def load(bucket: int, number: int) -> float:
    return WEIGHTS[bucket & 3] * (LOGS[number] if number < len(LOGS) else 1 + math.log(number))


def index(texts: Sequence[Counter[int]], names: Sequence[str] = (), copies: Sequence[str] = ()) -> Index:
    """Of at most 65,535 texts, each as `counted`."""
    size = len(texts)
    spread = Counter(bucket for text in texts for bucket in text)
    idf = {bucket: weight(number, size) for bucket, number in spread.items()}
    sizes = array("H", bytes(2 * BUCKETS))
    for bucket, number in spread.items():
        sizes[bucket] = number
    starts = array("I", accumulate(sizes, initial=0))
    ends = dict(zip(spread, map(starts.__getitem__, spread), strict=True))
    places, loads = (array("H", bytes(2 * starts[-1])) for _ in range(2))
    for place, text in enumerate(texts):
        values = [load(bucket, number) * idf[bucket] for bucket, number in text.items()]
        unit = FULL / (math.sqrt(sum(value * value for value in values)) or 1.0)
        for bucket, value in zip(text, values, strict=True):
            end = ends[bucket]
            places[end], loads[end] = place, int(unit * value)
            ends[bucket] = end + 1
    filler = [""] * size
    return Index(list(names) or filler, list(copies) or filler, starts, places, loads)


def dump(made: Index) -> bytes:
    """For a file. Numbers are little-endian, as on every machine that Lambda has."""
    head = json.dumps({"model": MODEL, "names": made.names, "copies": made.copies, "loads": len(made.places)})
    # Most buckets are empty: how many texts each has is shorter than where it starts.
    sizes = array("H", (after - before for before, after in pairwise(made.starts)))
    return zlib.compress(
        b"".join([head.encode(), b"\n", *(one.tobytes() for one in (sizes, made.places, made.loads))]), 1
    )


def read(body: bytes) -> Index | None:
    """None where another version wrote it."""
    head, _, plain = zlib.decompress(body).partition(b"\n")
    told = json.loads(head)
    if told["model"] != MODEL:
        return None
    sizes, places, loads = array("H"), array("H"), array("H")
    end = 2 * (BUCKETS + told["loads"])
    sizes.frombytes(plain[: 2 * BUCKETS])
    places.frombytes(plain[2 * BUCKETS : end])
    loads.frombytes(plain[end:])
    return Index(told["names"], told["copies"], array("I", accumulate(sizes, initial=0)), places, loads)
