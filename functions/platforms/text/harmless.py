"""Text that pings nobody, wherever it is read."""

import re
from collections.abc import Callable

from functions.platforms.text.document import Run

Mention = Callable[[Run], str]
"""How a mention is written: the platform's own markup where it may ping, otherwise `unpinged(run)`."""

ZERO_WIDTH = "\u200b"

EVERYBODY = r"(?:everyone|here|channel|room)\b"
SIGN = "[@\uff20\ufe6b]"
"""X takes the full-width sign for an @, too."""
AT = re.compile(
    rf"""(?P<mail>(?<![\w.+@-])[\w.+-]*[^\W_]@(?!{EVERYBODY})(?:[\w-]+\.)+[^\W\d_]{{2,}})
      | (?P<address>https?://\S+)
      | (?P<sign>{SIGN})(?=[\w&!]|\Z)""",
    re.VERBOSE | re.IGNORECASE,
)
"""An @ at the end, too: what is written next may be a letter in another style."""
NAMED = re.compile(f"@(?={EVERYBODY})", re.IGNORECASE)


def unpinged(run: Run) -> str:
    """The words of a mention that pings nobody on any platform: `@` and a zero-width space, then the name."""
    return re.sub(SIGN, rf"\g<0>{ZERO_WIDTH}", f"@{run.mention}")


def guarded(text: str) -> str:
    """With a zero-width space after each @ that could begin a mention: not in mail addresses and web addresses."""
    if not re.search(SIGN, text):
        return text
    return AT.sub(lambda found: found["sign"] + ZERO_WIDTH if found["sign"] else address(found[0]), text)


def address(link: str) -> str:
    """Discord looks for @everyone inside addresses, too; to a server %40 is the same."""
    return NAMED.sub("%40", link)
