"""Which words of people a digest quotes: chosen by rule, so that nobody picks what suits them. No I/O.

Of each topic one that is typical (it shares the most words with all others), the newest, and one that dissents (of the
mood that most are not of); each by somebody else, and none by our own people or programs.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from events.digests import Quote, Why

Item = Mapping[str, Any]
SHORTEST, LONGEST = 25, 280
"""Characters of what is worth quoting; longer ones are cut where they are shown."""
WORD = re.compile(r"\w{3,}")
AGAINST = {"positive": "negative", "negative": "positive"}
FEW = 5
"""Texts of a mood, fewer than which nobody dissents from."""
CANDIDATES = 60
"""Of each topic: the newest."""


def quotable(item: Item) -> bool:
    """Still there, somebody of the community's, with words."""
    own = item.get("staff") or item.get("bot")
    return not own and item.get("state") != "removed" and len(words_of(item)) >= SHORTEST


def words_of(item: Item) -> str:
    return str(item.get("text") or item.get("title") or "").strip()


def chosen(items: Iterable[Item], name: Any) -> tuple[Quote, ...]:
    """`name` gives an item's id. The typical one first."""
    there = sorted((one for one in items if quotable(one)), key=lambda one: (one["said_at"], one["sk"]), reverse=True)
    there = there[:CANDIDATES]
    found: list[tuple[Why, Item]] = []
    for why, candidates in (("typical", by_likeness(there)), ("newest", there), ("dissenting", dissenting(there))):
        taken = {author(one) for _, one in found}
        fresh = next((one for one in candidates if author(one) not in taken), None)
        if fresh is not None:
            found.append((why, fresh))  # type: ignore[arg-type]
    return tuple(Quote(item=name(one), why=why, version=str(one.get("newest", ""))) for why, one in found)


def author(item: Item) -> str:
    """Whoever is not known is somebody else each time."""
    return str(item.get("who") or item["sk"])


def by_likeness(items: Sequence[Item]) -> list[Item]:
    """Those first whose words most others have, too; of the same, the newest. Not longer than fits."""
    bags = {one["sk"]: {word.casefold() for word in WORD.findall(words_of(one))} for one in items}
    shared = Counter(word for bag in bags.values() for word in bag)

    def alike(item: Item) -> float:
        bag = bags[item["sk"]]
        return sum(shared[word] - 1 for word in bag) / (len(bag) + 3)

    fitting = [one for one in items if len(words_of(one)) <= LONGEST] or list(items)
    return sorted(fitting, key=alike, reverse=True)


def dissenting(items: Sequence[Item]) -> list[Item]:
    """Of the mood that most are not of, the newest first; none where hardly anybody's mood is known."""
    moods = Counter(mood(one) for one in items if mood(one) in AGAINST)
    (most, number), *_ = moods.most_common(1) or [("", 0)]
    return [one for one in items if mood(one) == AGAINST.get(most)] if number >= FEW else []


def mood(item: Item) -> str:
    return str({**item.get("read", {}), **item.get("confirmed", {})}.get("mood", ""))
