"""How long a text is: every platform counts in its own way.

Which names are top-level domains only a long list knows. Two letters and the frequent ones below count as one; for
any other the larger number counts, with and without an address: a text may be called a little too long, never too
short.
"""

import unicodedata
from collections.abc import Callable, Iterator
from typing import Literal

import regex

Unit = Literal[
    "characters",  # Unicode code points
    "UTF-16 units",
    "bytes",  # of UTF-8
    "graphemes",
    "graphemes, a link as 23",
    "weighted characters",
    "characters, an emoji as its bytes",
]

GRAPHEME = regex.compile(r"\X")
EMOJI = regex.compile(
    r"""\p{Regional_Indicator}{2}
      | [0-9#*]\uFE0F?\u20E3
      | (?&one)(?:\u200D(?&one))*
      (?(DEFINE)(?P<one>
          (?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|(?![©®])\p{Extended_Pictographic}(?!\uFE0E))
          \p{Emoji_Modifier}?\uFE0F?[\U000E0020-\U000E007F]*
      ))""",
    regex.VERBOSE,
)
"""As people see them, whether or not any font has the sequence."""

LINK = 23
"""What an address counts on X, and on Mastodon unless the server says otherwise."""


def code_points(text: str) -> int:
    return len(text)


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def graphemes(text: str) -> int:
    """What a person takes for one character (Unicode's extended grapheme clusters)."""
    return sum(1 for _ in GRAPHEME.finditer(text))


# Addresses

KNOWN = (
    "com|net|org|edu|gov|mil|int|info|biz|name|app|dev|page|blog|shop|store|site|online|website|tech|cloud|live|news|"
    "games|game|gg|social|network|community|chat|events|video|xyz|art|design|media|studio|team|wiki|world|zone"
)
DOMAIN = rf"""
    (?:{{label}}\.)+
    (?: (?P<known>[a-z]{{{{2}}}}|{KNOWN})(?![0-9a-z@+-])
      | (?:[^\W\d_]{{{{2,}}}}|xn--[a-z0-9-]+)(?![0-9a-z@+-]) )
"""
LABEL, ASCII_LABEL = r"[^\W_](?:[\w-]*[^\W_])?+", r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?+"
PRECEDED = r"(?<![a-z0-9@＠$\#＃\u202A-\u202E])"


PORT = "(?::[0-9]+)?"


def path(inside: str, last: str) -> str:
    """Of an address. Each is the inside of a character class; brackets may stand in it in pairs."""
    pair = rf"\((?:[{inside}]|\([{inside}]*\))*\)"
    return rf"/(?:(?:[{inside}]|{pair})*(?:[{last}]|{pair}))?"


def query(inside: str, last: str) -> str:
    return rf"(?:\?[{inside}]*[{last}])?"


LATIN_AND_CYRILLIC = "a-z0-9À-ɏЀ-ӿ"
PATH_ON_X = path(rf"{LATIN_AND_CYRILLIC}_~!@\#$%&*=+|;:',./\[\]–-", rf"{LATIN_AND_CYRILLIC}_/+=\#-")
QUERY_ON_X = query(r"a-z0-9_~!?@\#$%&*()=+|;:',./\[\]-", r"a-z0-9_/=&\#-")
PATH_ON_MASTODON = path(r"^\s<>()?", r"\w/+\#-")
QUERY_ON_MASTODON = query(r"^\s<>\"`{}\\", r"\w/=&\#-")
FLAGS = regex.VERBOSE | regex.IGNORECASE
ON_X = regex.compile(
    rf"""{PRECEDED}(?:
        https?://{DOMAIN.format(label=LABEL)}{PORT}(?:{PATH_ON_X})?{QUERY_ON_X}
      | (?<![-_./]){DOMAIN.format(label=ASCII_LABEL)}(?:{PORT}{PATH_ON_X}{QUERY_ON_X})?
    )""",
    FLAGS,
)
MENTION = r"(?<![=/\w])@(?P<user>[a-z0-9_]+(?:[a-z0-9_.-]+[a-z0-9_]+)?)(?:@[\w]+(?:[.-]+\w+)*)?"
ON_MASTODON = regex.compile(
    rf"""{PRECEDED}https?://{DOMAIN.format(label=LABEL)}{PORT}(?:{PATH_ON_MASTODON})?{QUERY_ON_MASTODON}
      | {MENTION}""",
    FLAGS,
)


def parts(text: str, pattern: regex.Pattern[str]) -> Iterator[str | regex.Match[str]]:
    """What the pattern finds, and the text between."""
    at = 0
    for found in pattern.finditer(text):
        yield text[at : found.start()]
        yield found
        at = found.end()
    yield text[at:]


def linked(found: regex.Match[str], link: int, count: Callable[[str], int]) -> int:
    return link if found["known"] else max(link, count(found[0]))


def mastodon(text: str, link: int = LINK) -> int:
    """Graphemes; every address counts as `link`, `@user@domain` as `@user`.

    Addresses have a scheme there. Source: Mastodon's StatusLengthValidator.
    """
    return sum(tooted(part, link) for part in parts(text, ON_MASTODON))


def tooted(part: str | regex.Match[str], link: int) -> int:
    if isinstance(part, str):
        return graphemes(part)
    if part["user"]:
        return 1 + len(part["user"])
    return linked(part, link, graphemes)


# X

LIGHT = regex.compile("[\0-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
"""What counts 1."""


def weighted(text: str) -> int:
    """X, configuration version 3: of the NFC text Latin counts 1, other scripts 2, an emoji 2, an address 23.

    Addresses without a scheme (`example.com`) count as such, too. A sequence of emoji that X's list does not have
    counts more there than here. Source: docs.x.com, "Counting characters".
    """
    return sum(weight(part) for part in parts(unicodedata.normalize("NFC", text), ON_X))


def weight(part: str | regex.Match[str]) -> int:
    return weight_of(part) if isinstance(part, str) else linked(part, LINK, weight_of)


def weight_of(text: str) -> int:
    return sum(2 * len(part) - len(LIGHT.findall(part)) if isinstance(part, str) else 2 for part in parts(text, EMOJI))


# Threads


def threads(text: str) -> int:
    """Characters, an emoji as its UTF-8 bytes."""
    return sum(len(part) if isinstance(part, str) else utf8(part[0]) for part in parts(text, EMOJI))
