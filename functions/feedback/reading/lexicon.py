"""How good or bad the words of a text are, by a list of words that people have rated from -4 to 4, turned round by
negations, raised and lowered by words of degree, capitals and exclamation marks, and halved before a "but".

Source: Hutto and Gilbert, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text" (2014),
whose rated words these are, and their French translation (`weights/NOTICE`). The rules are ours, for both languages.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from math import log, sqrt
from pathlib import Path

from functions.feedback.reading.features import (
    CONTRASTS,
    DRAWN,
    LONGEST,
    PAUSE,
    Features,
    Tokens,
    features,
    listed,
    negates,
    tokens,
)

WEIGHTS = Path(__file__).with_name("weights")
REACH = 3
"""Words before a rated one that change its value."""
TURNED = -0.74
MORE, CAPITALS, EXCLAIMED = 0.3, 0.73, 0.292
FAINTER = 0.05
BEFORE_BUT, AFTER_BUT = 0.5, 1.5
LEVELLED = 15.0
"""Makes the sum a number between -1 and 1."""
STRONGEST = 4.0
DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")

HIGHER = {
    "en": listed(
        "absolutely amazingly awfully completely considerably deeply enormously entirely especially exceptionally"
        " extremely fully fucking greatly highly hugely incredibly intensely more most particularly purely quite really"
        " remarkably so substantially thoroughly totally tremendously unbelievably utterly very too such super"
    ),
    "fr": listed(
        "très tres trop vraiment super extrêmement totalement complètement tellement si plus absolument hyper bien fort"
        " particulièrement entièrement énormément beaucoup franchement carrément tout toute"
    ),
}
LOWER = {
    "en": listed(
        "almost barely hardly kinda less little marginally occasionally partly scarcely slightly somewhat sorta"
    ),
    "fr": listed("peu moins presque assez légèrement plutôt parfois"),
}
DEGREES = {
    language: {**dict.fromkeys(HIGHER[language], MORE), **dict.fromkeys(LOWER[language], -MORE)} for language in HIGHER
}
LANGUAGES = tuple(DEGREES)
NUMBERS = (
    *("sum", "good", "bad", "root_good", "root_bad", "last", "first", "best", "worst", "exclaimed", "asked"),
    *("negations", "nothing", "both", "length", "capitals", "drawn", "link", "mention", "tag", "small"),
)
"""What `numbers` gives, in its order."""


def described(text: str, language: str) -> Features:
    """All that our models look at, of a text in one of LANGUAGES."""
    text = text[:LONGEST]
    found = tokens(text, language)
    said = values(found)
    return features(found)._replace(numbers=numbers(text, found, said), pulls=said)


@cache
def rated(language: str) -> Mapping[str, float]:
    """Words and emoticons, in small letters; `good<tab>19` is 1.9."""
    lines = (WEIGHTS / f"lexicon-{language}.txt").read_text(encoding="utf-8").splitlines()
    return {word: int(value) / 10 for word, _, value in (line.rpartition("\t") for line in lines)}


def values(found: Tokens) -> list[float]:
    """What each word says, in its place; 0 for most."""
    words, language = rated(found.language), found.language
    degrees = DEGREES[language]
    mixed = shouts(found)
    said = [0.0] * len(found.plain)
    for place, word in enumerate(found.plain):
        value = value_of(found.written[place], word, words)
        # "no" and "super" before a rated word are no words of their own: they turn it, or raise it.
        leads = word in degrees or word == "no"
        if not value or (leads and any(one in words for one in found.plain[place + 1 : place + 2])):
            continue
        if mixed and is_shouted(found.written[place]):
            value += CAPITALS if value > 0 else -CAPITALS
        said[place] = in_context(value, found, place)
    contrast = max((place for place, word in enumerate(found.plain) if word in CONTRASTS[language]), default=None)
    if contrast is None:
        return said
    return [one * (BEFORE_BUT if place < contrast else AFTER_BUT) for place, one in enumerate(said)]


def value_of(written: str, plain: str, words: Mapping[str, float]) -> float:
    """As it was written, without the # of a tag, or without drawn-out letters."""
    small = written.lower()
    for one in (small, plain.lstrip("#"), DRAWN.sub(r"\1", small)):
        if one in words:
            return words[one]
    return 0.0


def in_context(value: float, found: Tokens, place: int) -> float:
    degrees, turned = DEGREES[found.language], False
    for back in range(1, min(REACH, place) + 1):
        word = found.plain[place - back]
        if PAUSE.fullmatch(word):
            break
        if word in degrees:
            value += (degrees[word] if value > 0 else -degrees[word]) * (1 - FAINTER * (back - 1))
        turned = turned or negates(word, found.language)
    behind = found.plain[place + 1 : place + 2]
    turned = turned or (found.language == "fr" and behind in (["pas"], ["jamais"]))
    return TURNED * value if turned else value


def is_shouted(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def shouts(found: Tokens) -> bool:
    """Some words in capitals, but not all."""
    loud = sum(map(is_shouted, found.written))
    return 0 < loud < sum(word[0].isalpha() for word in found.written)


def numbers(text: str, found: Tokens, said: Sequence[float]) -> list[float]:
    """A text in a few numbers, most of them between 0 and 1: see NUMBERS."""
    length = max(1, len(found.plain))
    good, bad = sum(one for one in said if one > 0), -sum(one for one in said if one < 0)
    total, marks = good - bad, text.count("!")
    loudness = min(marks, 4) * EXCLAIMED
    total += loudness if total > 0 else -loudness if total < 0 else 0.0
    first = next((one for one in said if one), 0.0)
    last = next((one for one in reversed(said) if one), 0.0)
    return [
        total / sqrt(total * total + LEVELLED),
        good / length,
        bad / length,
        sqrt(good) / 3,
        sqrt(bad) / 3,
        last / STRONGEST,
        first / STRONGEST,
        max(0.0, *said, 0.0) / STRONGEST,
        -min(0.0, *said, 0.0) / STRONGEST,
        min(marks, 3) / 3,
        min(text.count("?"), 3) / 3,
        min(sum(negates(word, found.language) for word in found.plain), 3) / 3,
        float(not good and not bad),
        float(good > 0 < bad),
        log(length) / 5,
        min(1.0, sum(len(word) > 2 and word.isupper() for word in found.written) / length),
        float(DRAWN_OUT.search(text) is not None),
        float("<url>" in found.plain),
        float("@user" in found.plain),
        float(any(len(word) > 1 and word[0] == "#" for word in found.plain)),
        float(text == text.lower()),
    ]
