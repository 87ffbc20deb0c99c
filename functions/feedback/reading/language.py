"""Which language a text is in, of those its community writes: read off its script and the letters of its words.

What is in no language (links, names of people, code, smileys, numbers) is put aside. What script most of the rest is
written in leaves a few of twenty languages; among these every run of one to five letters of a word, its ends included,
speaks for one and against another (naive Bayes, `training/language.py`). All twenty are weighed before the candidates
are: what is clearly in a language that is no candidate is `unknown`, not the nearest candidate. So is what could be
in either.

Source of the scripts: Unicode, Blocks.txt.
"""

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from math import exp
from pathlib import Path

from functions.feedback.reading.label import Label

MODEL = "language-1"
UNKNOWN = "unknown"
WEIGHTS = Path(__file__).with_name("weights") / "language.bin"
WRITTEN = {
    "latin": ("cs", "da", "de", "en", "es", "fr", "it", "nl", "pl", "pt", "ro", "sv", "tr"),
    "cyrillic": ("ru", "uk"),
    "han": ("ja", "zh"),
    "kana": ("ja",),
    "hangul": ("ko",),
    "arabic": ("ar",),
    "devanagari": ("hi",),
}
"""The languages of each script, in the order of their columns in the weights."""
ALL = tuple(sorted({language for languages in WRITTEN.values() for language in languages}))

ROWS = {"latin": 1 << 16, "cyrillic": 1 << 13}
"""Of the weights of the scripts whose letters tell, one script after the other in the file; a row has one signed byte
for each language."""
STEP = 0.5
"""What one in such a byte stands for, in natural logarithms."""
LONGEST_RUN = 5
LONGEST, MOST_WORDS = 4_000, 120
"""Characters and words that are looked at."""
MOST_SHOWN = 3
"""Words that decided."""

STRENGTH, FADING = 0.15, 0.2
"""Runs repeat each other, and so do words: n letters say STRENGTH / n ** FADING of what naive Bayes adds up. Fitted to
texts the weights had not seen (`training/language.py`)."""
LEAST = 3
"""Letters that can be in a language at all."""
DENSE = 3
"""A Chinese, Japanese or Korean sign counts for so many of them."""
SURE = 0.55
"""Below this probability it may be in another candidate as well."""
AT_HOME = 20.0
"""Before it is read a text is so much likelier in one of its community's languages than in another."""
KANA = 0.1
"""Of the signs Japanese and Chinese are written in: with so many that only Japanese has, it is Japanese."""
ALONE = (0.1, 0.9)
"""Japanese and Chinese, where there is none: most of what Japanese write has one, yet not every exclamation."""

BLOCKS = (
    (0x0000, 0x024F, "latin"),
    (0x0400, 0x052F, "cyrillic"),
    (0x0600, 0x077F, "arabic"),
    (0x0900, 0x097F, "devanagari"),
    (0x1100, 0x11FF, "hangul"),
    (0x1E00, 0x1EFF, "latin"),
    (0x3005, 0x3007, "han"),
    (0x3040, 0x30FF, "kana"),
    (0x3400, 0x9FFF, "han"),
    (0xAC00, 0xD7AF, "hangul"),
    (0xF900, 0xFAFF, "han"),
    (0xFB50, 0xFDFF, "arabic"),
    (0xFE70, 0xFEFF, "arabic"),
    (0x20000, 0x323AF, "han"),
)
MIXED = {"kana": "han"}
"""Japanese writes one word in both."""

CODE = re.compile(r"```.*?(?:```|$)|`[^`\n]*`", re.DOTALL)
NO_WORDS = re.compile(
    r"(?:https?://|www\.)\S+|\bhttps?\b|[\w.+\-]{1,64}@[\w.\-]+|<[^<>\s]{1,80}>|(?<!\w)@[\w.\-]+|:\w{2,32}:"
    r"|\b[^\W_]+(?:[./\\_][^\W_]+){2,}"
)
"""Links (a bare `http` is what is left of some), addresses, placeholders, mentions, named emoji, hosts and paths."""
WORD = re.compile(r"[^\W\d_]{1,40}")
ANYWHERE = frozenset(["ok", "okay", "lol", "xd", "gg", "wp", "wow", "hm", "hmm", "haha", "hahaha", "hehe"])
"""Said in every language."""


def identify(text: str, candidates: Sequence[str] = ALL) -> Label:
    """One of `candidates` (ISO 639-1, with a region or without: who asks for `pt-BR` is answered `pt-BR`) or `unknown`.
    The scores are probabilities over the candidates; all 0 where none of them can be meant."""
    said = [word for word in words(text) if word not in ANYWHERE]
    script = written_in(said)
    said = [word for word in said if any(script_of(letter) in (script, MIXED.get(script)) for letter in word)]
    spoken = WRITTEN.get(script, ())
    asked = {language: tag for tag in reversed(candidates) if (language := tag.lower().split("-")[0]) in spoken}
    chances = dict(zip(spoken, probabilities(said, script), strict=True)) if asked else {}
    home = sum(chances[language] for language in asked)
    nothing = dict.fromkeys(candidates, 0.0)
    if not asked or 1 - home > AT_HOME * home:
        return Label(UNKNOWN, nothing, deciding(said, script, chances), MODEL)
    scores = nothing | {tag: chances[language] / home for language, tag in asked.items()}
    best = max(scores, key=scores.__getitem__)
    because = deciding(said, script, {language: chances[language] for language in asked})
    return Label(best if scores[best] >= SURE else UNKNOWN, scores, because, MODEL)


def words(text: str) -> list[str]:
    """In lower case, in their order."""
    text = unicodedata.normalize("NFKC", text[:LONGEST])
    return WORD.findall(NO_WORDS.sub(" ", CODE.sub(" ", text.lower())))[:MOST_WORDS]


def written_in(said: Sequence[str]) -> str:
    """The script of most of it; empty where that is too little, or one that nobody of ours writes."""
    letters = Counter(script_of(letter) for word in said for letter in word)
    han, kana = letters.pop("han", 0), letters.pop("kana", 0)
    letters["kana" if kana > KANA * (han + kana) else "han"] = DENSE * (han + kana)
    letters["hangul"] *= DENSE
    found, most = max(letters.items(), key=lambda one: one[1])
    return found if most >= LEAST else ""


@lru_cache(maxsize=2_048)
def script_of(letter: str) -> str:
    code = ord(letter)
    return next((script for first, last, script in BLOCKS if first <= code <= last), "")


def probabilities(said: Sequence[str], script: str) -> Sequence[float]:
    """Of the languages of a script, from what each word says for each of them."""
    if script not in ROWS:
        return ALONE if script == "han" else (1.0,)
    trust = STEP * STRENGTH / sum(map(len, said)) ** FADING
    sums = [trust * sum(column) for column in zip(*(votes(word, script) for word in said), strict=True)]
    shares = [exp(one - max(sums)) for one in sums]
    return [share / sum(shares) for share in shares]


def deciding(said: Sequence[str], script: str, chances: Mapping[str, float]) -> tuple[str, ...]:
    """The three words that say most for the likeliest of these languages, against the next likely in its script."""
    if script not in ROWS or not chances:
        return tuple(dict.fromkeys(said))[:MOST_SHOWN]
    first, *rest = sorted(chances, key=lambda language: -chances[language])
    columns = WRITTEN[script]
    rivals = [columns.index(rest[0])] if rest else [column for column, one in enumerate(columns) if one != first]
    speak = {word: (by := votes(word, script))[columns.index(first)] - max(by[one] for one in rivals) for word in said}
    return tuple(word for word in sorted(speak, key=lambda word: -speak[word]) if speak[word] > 0)[:MOST_SHOWN]


@lru_cache(maxsize=8_192)
def votes(word: str, script: str) -> tuple[int, ...]:
    """What a word says for each language of its script: the sum of the rows of its runs of letters."""
    table, languages = weights()[script], len(WRITTEN[script])
    found = [table[row * languages : (row + 1) * languages] for row in rows(word, ROWS[script])]
    return tuple(sum(column) for column in zip(*found, strict=True))


def rows(word: str, count: int) -> list[int]:
    """Where the weights of a word's runs of letters stand; the whole word is one of them."""
    ended = f" {word} "
    sizes = range(1, LONGEST_RUN + 1)
    runs = {ended[start : start + size] for size in sizes for start in range(len(ended) - size + 1)}
    return [row(run, count) for run in (runs | {ended}) - {" "}]


def row(run: str, count: int) -> int:
    return zlib.crc32(run.encode("utf-8", "surrogatepass")) % count


@cache
def weights() -> dict[str, memoryview]:
    """By script."""
    return unpacked(WEIGHTS.read_bytes())


def unpacked(packed: bytes) -> dict[str, memoryview]:
    data, start, tables = memoryview(zlib.decompress(packed)).cast("b"), 0, {}
    for script, count in ROWS.items():
        end = start + count * len(WRITTEN[script])
        tables[script], start = data[start:end], end
    return tables
