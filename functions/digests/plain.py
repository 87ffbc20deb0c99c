"""Strangers' words as text that turns, breaks and fills nothing around it. No I/O."""

import re
from collections.abc import Mapping
from typing import Any
from unicodedata import category

TURNING = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Controls, and Unicode's marks for the direction of writing, which also turn what stands after them."""
LONGEST, QUOTED = 200, 280
UNSEEN = ("C", "Z", "M")
"""General categories of what leaves nothing on a screen by itself: controls, spaces, marks."""
BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and signs that are drawn as nothing."""


def line(text: str, longest: int = LONGEST) -> str:
    """On one short line: no line breaks, and no marks that turn the words around them."""
    words = " ".join(TURNING.sub("", text).split())
    return words if len(words) <= longest else words[: longest - 1] + "…"


def quoted(text: str) -> str:
    """As it is quoted."""
    return line(text, QUOTED)


def language_of(item: Mapping[str, Any]) -> str:
    """In which language something was said, as HTML's `lang` has it; empty where nobody could tell."""
    told = (item.get("confirmed", {}).get("language"), item.get("read", {}).get("language"), item["language"])
    return next((str(one) for one in told if one and one not in ("und", "unknown")), "")


def is_seen(text: str) -> bool:
    """Whether anything of it is to be seen."""
    return any(category(one)[0] not in UNSEEN and one not in BLANK for one in text)
