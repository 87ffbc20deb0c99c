"""How many people, not how many words: sets of pseudonyms, exact for any period. No I/O.

A set is stored as 16 hexadecimal digits a person.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from functions.feedback.rollup import dimensions

People = dict[str, frozenset[str]]
"""Dimension (`total`, `theme:sync`) → who."""

LEFT_OUT = ("type:", "language:")


def people(items: Iterable[Mapping[str, Any]]) -> People:
    """Who said what still stands, by dimension. Our own people and programs are not the community; who is not known is
    nobody."""
    found: dict[str, set[str]] = {}
    for item in items:
        if item.get("state") == "removed" or item.get("staff") or not item.get("who"):
            continue
        for dimension in dimensions(item):
            if "@" not in dimension and not dimension.startswith(LEFT_OUT):
                found.setdefault(dimension, set()).add(item["who"])
    return {dimension: frozenset(who) for dimension, who in found.items()}


def together(days: Iterable[People]) -> People:
    """Of several days: whoever came on two of them is one."""
    found: dict[str, set[str]] = {}
    for day in days:
        for dimension, who in day.items():
            found.setdefault(dimension, set()).update(who)
    return {dimension: frozenset(who) for dimension, who in found.items()}


def counted(found: People) -> dict[str, int]:
    return {dimension: len(who) for dimension, who in sorted(found.items())}


def packed(found: People) -> dict[str, str]:
    """As it is stored: 16 hexadecimal digits a person, in order, one after the other."""
    return {dimension: "".join(sorted(who)) for dimension, who in sorted(found.items())}


def unpacked(stored: Mapping[str, str]) -> People:
    return {
        dimension: frozenset(digits[at : at + 16] for at in range(0, len(digits), 16))
        for dimension, digits in stored.items()
    }
