"""How alike two texts are, without I/O: spam comes with other names, numbers and links in the same words.

Words are first stripped of what copies vary for nothing (`plain`). A long text has 64 minima of hashes of its runs of
five letters (MinHash), of which three at a time make a band: of texts that are alike most have a band in common, of
others hardly any (LSH). How many of the minima are the same tells which share of their runs two texts have in common. A
short text has one band, and is alike only to what is the same. What is all links is alike only where these are the
same to the letter; a picture or a recording, of which nobody knows what it shows, is like no other.

Source: Broder, "On the resemblance and containment of documents" (1997); Leskovec, Rajaraman, Ullman, "Mining of
Massive Datasets", chapter 3.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from hashlib import blake2b

LEAST = 12
"""Letters of a text that can be alike to another at all: everybody says the same in fewer."""
VARIED = 6
"""Different ones among them: everybody laughs alike."""
SHORT = 80
"""Up to so many letters only what is the same is alike: one word more makes them something else."""
LONGEST = 4_000
"""Characters that are looked at."""
RUN = 5
MINIMA = 64
BANDS, ROWS = 8, 3
"""So many bands of so many of the minima: of texts with half of their runs in common two thirds share a band."""
ALIKE = 50
"""Percent of their runs that two texts have in common from which on they are alike."""

PRIME = (1 << 61) - 1
MOST_WORDS, MOST_CHANGES, LONGEST_CHANGE = 200, 4, 60
MOST_PAIRS = 2_000
"""Of equal words in two texts: where they repeat themselves, each is compared with each."""

LINK = re.compile(r"(?:https?://|www\.)(?:www\.)?([^\s/?#:<>()\[\]\"'|]+)[^\s<>()\[\]\"'|]*", re.IGNORECASE)
MENTION = re.compile(r"<[@#][^>\s]{1,80}>|(?<!\w)@[\w.\-]+(?:@[\w.\-]+)?")
MEDIA = re.compile(
    r"\[(?:photo|image|picture|gallery|sticker|animation|gifv|video(?: message)?|audio|voice(?: message)?"
    r"|(?:deleted )?file|document|attachment|unknown|custom emoji)(?:[: ](?:[^\[\]]|\[[^\[\]]*\])*)?\]",
    re.IGNORECASE,
)
"""What adapters write for what is no text, with its name and what its author says that it shows."""
LABEL = re.compile(r"\[[a-z]+(?: [a-z]+)?(?=[:\]])", re.IGNORECASE)
"""The beginning of any other note: what is in it are words."""
AS_LATIN = str.maketrans("аеорсухіѕјһԁԛԝαορνικτ", "aeopcyxisjhdqwaopvikt")
"""Cyrillic and Greek letters that look like Latin ones: as long as all are read like that, words stay apart."""


@dataclass(frozen=True, slots=True)
class Print:
    """What of a text is compared and kept: nothing of it can be read back."""

    minima: tuple[int, ...]
    """Of a short text one number, which only the same text has."""

    @property
    def bands(self) -> list[str]:
        """Names: whoever is alike has one of them, too."""
        most = min(len(self.minima), BANDS * ROWS)
        rows = [self.minima[start : start + ROWS] for start in range(0, most, ROWS)]
        return [blake2b(f"{number}{row}".encode(), digest_size=10).hexdigest() for number, row in enumerate(rows)]

    @property
    def written(self) -> str:
        return "".join(f"{one:08x}" for one in self.minima)


def read(written: str) -> Print:
    return Print(tuple(int(written[start : start + 8], 16) for start in range(0, len(written), 8)))


def plain(text: str) -> str:
    """The letters alone, each number as a 0: without case, accents, what cannot be seen, mentions, where on its host a
    link leads, punctuation, repeated letters and spaces."""
    text = LINK.sub(r" \1 ", MENTION.sub(" ", unicodedata.normalize("NFKC", text[:LONGEST])))
    # Before it is composed again, so that Korean syllables stay one letter each.
    bare = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    letters = unicodedata.normalize("NFKC", bare).translate(AS_LATIN)
    kept = "".join("0" if one.isdecimal() else one for one in letters if one.isalnum())
    # Some characters are written out as eighteen others.
    return re.sub(r"(.)\1+", r"\1", kept)[:LONGEST]


def fingerprint(text: str) -> Print | None:
    """None for a text in which there is too little to compare."""
    text = text[:LONGEST]
    if not says_enough(LABEL.sub(" ", LINK.sub(" ", MEDIA.sub(" ", text)))):
        return same_only(" ".join(text.split())) if LINK.search(text) and not MEDIA.search(text) else None
    letters = plain(text)
    if len(letters) <= SHORT:
        return same_only(letters)
    values = {hashed(run) for run in runs(letters)}
    return Print(tuple(min((a * one + b) % PRIME for one in values) & 0xFFFFFFFF for a, b in permutations()))


def says_enough(text: str) -> bool:
    letters = plain(text)
    return len(letters.replace("0", "")) >= LEAST and len(set(letters) - {"0"}) >= VARIED


def same_only(letters: str) -> Print:
    return Print((hashed(letters) & 0xFFFFFFFF, hashed(letters[::-1]) & 0xFFFFFFFF))


def runs(letters: str) -> set[str]:
    return {letters[start : start + RUN] for start in range(max(len(letters) - RUN, 0) + 1)}


def hashed(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=7).digest(), "big")


@cache
def permutations() -> list[tuple[int, int]]:
    """The same in every process, now and later."""
    return [(hashed(f"a{number}") + 1, hashed(f"b{number}")) for number in range(MINIMA)]


def likeness(one: Print, other: Print) -> int:
    """The share, in percent, of what two texts have in common, estimated from their prints."""
    if len(one.minima) != len(other.minima):
        return 0
    if len(one.minima) < MINIMA:
        return 100 * (one == other)
    return 100 * sum(a == b for a, b in zip(one.minima, other.minima, strict=True)) // MINIMA


def share(one: str, other: str) -> int:
    """The same share, of the texts themselves."""
    a, b = runs(plain(one)), runs(plain(other))
    return 100 * len(a & b) // len(a | b)


def differences(first: str, other: str) -> list[str]:
    """The first few places where one text says something else: `gold → silver`, `+ now`, `− today`."""
    a, b = first.split()[:MOST_WORDS], other.split()[:MOST_WORDS]
    while pairs(a, b) > MOST_PAIRS:
        a, b = a[: len(a) // 2], b[: len(b) // 2]
    return list(changes(a, b))[:MOST_CHANGES]


def pairs(a: list[str], b: list[str]) -> int:
    there = Counter(b)
    return sum(there[word] for word in a)


def changes(a: list[str], b: list[str]) -> Iterator[str]:
    for what, start, end, first, last in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        old, new = cut(" ".join(a[start:end])), cut(" ".join(b[first:last]))
        if what == "replace":
            yield f"{old} → {new}"
        elif what != "equal":
            yield f"− {old}" if what == "delete" else f"+ {new}"


def cut(words: str) -> str:
    return words if len(words) <= LONGEST_CHANGE else words[: LONGEST_CHANGE - 1] + "…"
