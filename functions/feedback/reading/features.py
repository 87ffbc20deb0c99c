"""What of a text a linear model weighs: its words, pairs of words, runs of letters inside words, each in a bucket.

The same here and in training (`docs/decisions/0029-small-models-of-our-own.md`).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from math import log, sqrt
from typing import NamedTuple
from zlib import crc32

BUCKETS = 1 << 15
RUNS = (3, 4, 5)
"""Letters of the runs inside a word, its ends included."""
LONGEST = 4_000
"""Characters that are looked at."""
LONGEST_WORD = 40
SCOPE = 4
"""Words after a negation that it may turn round."""
MOST_SHOWN = 5
"""Words that decided."""
REMEMBERED = 1 << 14
"""Words whose buckets are kept: most of what people write are the same few thousand."""

TOKEN = re.compile(
    r"<\w+>|https?\S*|www\.\S+|@\w+|#\w+|[:;=8xX][-^o']?[)(\]\[dDpP/\\|*3]+(?!\w)|<3+|\w+(?:['’\-]\w+)*|[!?]+|\.{2,}|…|[^\w\s]"
)
LINK = re.compile(r"<url>|https?|www\.")
PAUSE = re.compile(r"[.!?,;:()…]+")
DRAWN = re.compile(r"(.)\1{2,}")


def listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


NEGATIONS = {
    "en": listed(
        "not no never none nobody nothing nowhere neither nor without hardly barely cannot cant dont doesnt didnt isnt"
        " arent wasnt werent wont wouldnt couldnt shouldnt hasnt havent hadnt aint rarely despite lack lacks"
    ),
    "fr": listed("ne n pas plus jamais rien aucun aucune ni sans personne guère nul nulle"),
}
CONTRASTS = {
    "en": listed("but however although though yet except"),
    "fr": listed("mais cependant toutefois pourtant sauf malgré"),
}


class Tokens(NamedTuple):
    """A text's words as they were written, and as they are compared: in small letters, 0 for a number."""

    written: Sequence[str]
    plain: Sequence[str]
    language: str


class Features(NamedTuple):
    """Which buckets a text has, and how much of each (of all together, length 1); `at` are the buckets of each word,
    `times` how often each bucket occurs. `numbers` follow the buckets in a model; `pulls` say which words they are of,
    and how much."""

    tokens: Tokens
    at: Sequence[Sequence[int]]
    times: Counter[int]
    values: Sequence[float]
    numbers: Sequence[float] = ()
    pulls: Sequence[float] = ()


def tokens(text: str, language: str) -> Tokens:
    """French words are cut at their apostrophes: `l'appli` is two."""
    found: list[str] = TOKEN.findall(text[:LONGEST])
    if language == "fr":
        found = list(chain.from_iterable(elided(one) for one in found))
    return Tokens(found, [plain(one) for one in found], language)


def elided(word: str) -> list[str]:
    if word[0] in "#@:;=<" or not ("'" in word or "’" in word):
        return [word]
    return [part for part in re.split("['’]", word) if part]


@lru_cache(REMEMBERED)
def plain(word: str) -> str:
    if word[0] == "@" and len(word) > 1:
        return "@user"
    if LINK.match(word):
        return "<url>"
    if word.isdecimal():
        return "0"
    return DRAWN.sub(r"\1\1", word.lower().replace("’", "'"))


@lru_cache(REMEMBERED)
def negates(word: str, language: str) -> bool:
    return word in NEGATIONS.get(language, ()) or (language == "en" and word.endswith("n't"))


def features(found: Tokens) -> Features:
    at = [(*alone, *around) for alone, around in zip(map(inside, found.plain), beside(found), strict=True)]
    times = Counter(chain.from_iterable(at))
    amounts = [1 + log(number) if number > 1 else 1.0 for number in times.values()]
    length = sqrt(sum(amount * amount for amount in amounts)) or 1.0
    return Features(found, at, times, [amount / length for amount in amounts])


@lru_cache(REMEMBERED)
def inside(word: str) -> tuple[int, ...]:
    """A word, and the runs of letters in it."""
    word = word[:LONGEST_WORD]
    padded = f" {word} "
    runs = ("c" + padded[start : start + size] for size in RUNS for start in range(max(1, len(padded) - size + 1)))
    return (bucket("w" + word), *map(bucket, runs))


def beside(found: Tokens) -> Iterator[tuple[int, ...]]:
    """Each word with the one before it, and whether it stands behind a negation."""
    before, turned = "", 0
    contrasts = CONTRASTS.get(found.language, frozenset())
    for word in found.plain:
        pair = bucket(f"p{before} {word}")
        if word in contrasts or PAUSE.fullmatch(word):
            turned = 0
        yield (pair, bucket("n" + word)) if turned else (pair,)
        turned = SCOPE if negates(word, found.language) else max(0, turned - 1)
        before = word


def bucket(feature: str) -> int:
    return crc32(feature.encode("utf-8", "surrogatepass")) % BUCKETS


def speaks(word: str) -> bool:
    """Whether a word can be shown as one that decided: letters or a smiley, no punctuation, link or name, nothing that
    a terminal would obey."""
    return (
        word[0] != "@"
        and word.isprintable()
        and not LINK.match(word)
        and not all(one in ".,;:!?…()[]{}\"'*-–—_/\\|+=<>~^`´«»“”‘’#&%$€@" for one in word)
    )
