"""What several people speak of that has no name yet, without I/O."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from functions.feedback.reading import alike

PEOPLE = 3
"""From so many on it is worth a name."""
MOST = 2_000
"""Items that are looked at, the newest: each is compared with all that share a feature with it."""
MOST_WORK = 200_000_000
"""Places in the index that are looked at for it: about a minute."""
MOST_LISTED = 20
TYPICAL = 5
"""Words that are shown of a group."""
NEAR, SAME = 0.3, 0.8
"""Cosines: from the first on two of them speak of the same; from the second on they say the same, too, so that who is
near one of them is near the other."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said, without a theme. `who`: empty where nobody is known."""

    id: str
    text: str
    title: str
    who: str


@dataclass(frozen=True, slots=True)
class Unnamed:
    """`typical`: the item that is nearest to the others; `items`: it and they, the nearest first."""

    people: int
    words: tuple[str, ...]
    typical: str
    items: tuple[str, ...]


def groups(said: Sequence[Said]) -> list[Unnamed]:
    """Those of most people first; each item is in one at most. `said`: the newest first.

    The item with most people near it takes all of them with it, and so on: no chain of half-alike texts grows.
    """
    said = said[:MOST]
    counts = [alike.counted(one.text, one.title) for one in said]
    near = compared(counts)
    spread = Counter(word for one in said for word in set(words_of(one)))
    taken: set[int] = set()
    found = []
    for place in sorted(range(len(said)), key=lambda place: (-people(said, near[place]), place)):
        free = {other: score for other, score in near[place].items() if other not in taken}
        if place in taken or people(said, free) < PEOPLE:
            continue
        taken |= free.keys()
        ordered = sorted(free, key=lambda other: (-free[other], other))
        here = Counter(word for other in ordered for word in set(words_of(said[other])))
        words = sorted(here, key=lambda word: (-here[word] * alike.weight(spread[word], len(said)), word))[:TYPICAL]
        items = tuple(said[other].id for other in ordered)
        found.append(Unnamed(people(said, free), tuple(words), said[place].id, items))
    return sorted(found, key=lambda one: (-one.people, one.typical))[:MOST_LISTED]


def compared(counts: Sequence[Counter[int]]) -> list[dict[int, float]]:
    """What is near each, and how near. What says the same as one before it stands with that, and is near itself only:
    of a text that two thousand have copied, each would else be held against all of them. As many as there is work for;
    the rest is found by those."""
    index = alike.index(counts)
    near = [{place: 1.0} for place in range(len(counts))]
    said_before: set[int] = set()
    work = 0
    for place, counted in enumerate(counts):
        work += sum(map(index.texts_with, counted)) if place not in said_before else 0
        if place in said_before or work > MOST_WORK:
            continue
        near[place] = {one.place: one.score for one in index.near(counted, len(counts), NEAR)} | near[place]
        said_before |= {other for other, score in near[place].items() if score >= SAME}
    return near


def people(said: Sequence[Said], places: dict[int, float]) -> int:
    return len({said[place].who for place in places if said[place].who})


def words_of(one: Said) -> list[str]:
    return [word for word in alike.words(f"{one.title} {one.text}") if word not in alike.EMPTY and len(word) > 2]
