"""What a text is about: the keywords of the program first, then what people confirmed, without I/O.

Of each theme with enough confirmations there is a centre: the mean of the texts that people said are about it, with its
keywords as if they were two texts more. A text is about it if it is near enough, and how near that is, is what would
have told best the confirmed texts apart, each measured without itself. So there is always the answer "none of these".

Source: Manning, Raghavan, Schütze, "Introduction to Information Retrieval", 14.2 (Rocchio). Measured by
`python -m training.themes`.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from functions.feedback.reading import alike
from functions.feedback.reading.label import Label

LEAST = 3
"""Confirmed texts from which on a theme has a centre."""
KEYWORDS = 2.0
"""So many texts the keywords of a theme are worth."""
AWAY = 0.5
"""How much the centre is pushed away from what is about something else."""
LARGEST = 10_000
"""Features of a centre that are kept, the heaviest."""
TOLD = 3
"""Words that are said to have decided."""
MOST_LEARNED = 2_000
"""Confirmations that are learned from, the newest: training stays within seconds."""

Vector = dict[int, float]


class Theme(NamedTuple):
    """What people speak of, as the program has it: keywords of any language, of one word or several."""

    id: str
    keywords: tuple[str, ...] = ()


class Confirmed(NamedTuple):
    """What somebody said a text is about: these themes of all that there were then, and no other; perhaps none."""

    text: str
    title: str
    themes: frozenset[str]


class Centre(NamedTuple):
    """`least`: the cosine from which on a text is about it. `keyed`: whether a keyword alone is enough, as well."""

    weights: Vector
    least: float
    keyed: bool
    examples: int


class Learned(NamedTuple):
    """What confirmations taught. `version` stands for all of it; `rare`: the weight of a feature not in `idf`."""

    version: str
    idf: Vector
    rare: float
    centres: Mapping[str, Centre]


def find(text: str, themes: Sequence[Theme], learned: Learned | None = None, title: str = "") -> list[Label]:
    """The themes that a text is about, the surest first; none of them is an answer, too. `scores`: how near it is to
    that theme, from 0 to 1; 1 where a keyword alone decided."""
    stems = stems_of(text, title)
    vector = weighed(alike.counted(text, title), learned) if learned and learned.centres else {}
    found = []
    for theme in themes:
        hits = keywords_in(theme, stems)
        centre = learned.centres.get(theme.id) if learned else None
        if learned is None or centre is None:
            if hits:
                found.append(Label(theme.id, {theme.id: 1.0}, hits))
            continue
        near = cosine(vector, centre.weights)
        if near >= centre.least:
            because = deciding(f"{title} {text}", learned, centre)
            found.append(Label(theme.id, {theme.id: round(near, 3)}, because, learned.version))
        elif hits and centre.keyed:
            found.append(Label(theme.id, {theme.id: 1.0}, hits, learned.version))
    return sorted(found, key=lambda label: (-label.scores[label.name], label.name))


def stems_of(text: str, title: str) -> tuple[str, ...]:
    return tuple(alike.stem(word) for word in alike.words(f"{title}\n{text}"))


def keywords_in(theme: Theme, stems: Sequence[str]) -> tuple[str, ...]:
    """Which keywords stand there, in any form, as the program writes them."""
    there = set(stems)
    return tuple(word for word in theme.keywords if stands(spelled(word), stems, there))


def stands(wanted: tuple[str, ...], stems: Sequence[str], there: set[str]) -> bool:
    if not wanted or not there.issuperset(wanted):
        return False
    size = len(wanted)
    return size == 1 or any(tuple(stems[at : at + size]) == wanted for at in range(len(stems) - size + 1))


@lru_cache(maxsize=10_000)
def spelled(keyword: str) -> tuple[str, ...]:
    return tuple(alike.stem(word) for word in alike.words(keyword))


def weighed(counted: Counter[int], learned: Learned) -> Vector:
    return scaled(
        {one: alike.load(one, number) * learned.idf.get(one, learned.rare) for one, number in counted.items()}
    )


def scaled(vector: Vector) -> Vector:
    length = math.sqrt(sum(value * value for value in vector.values())) or 1.0
    return {one: value / length for one, value in vector.items()}


def cosine(vector: Vector, weights: Vector) -> float:
    few, many = sorted((vector, weights), key=len)
    return sum(value * many[one] for one, value in few.items() if one in many)


def deciding(text: str, learned: Learned, centre: Centre) -> tuple[str, ...]:
    """The words that brought it nearest."""
    shares = {
        word: sum(
            alike.load(one, 1) * learned.idf.get(one, learned.rare) * centre.weights.get(one, 0.0)
            for one in alike.features(word)
        )
        for word in alike.words(text)
    }
    best = sorted((word for word in shares if shares[word] > 0), key=lambda word: (-shares[word], word))
    return tuple(best[:TOLD])


def learn(confirmed: Iterable[Confirmed], themes: Sequence[Theme]) -> Learned:
    """`confirmed`: the newest first."""
    taught = list(confirmed)[:MOST_LEARNED]
    counts = [alike.counted(one.text, one.title) for one in taught]
    spread = Counter(feature for counted in counts for feature in counted)
    idf = {feature: alike.weight(number, len(taught)) for feature, number in spread.items() if number > 1}
    bare = Learned("", idf, alike.weight(1, len(taught)), {})
    told_of = All.of([weighed(counted, bare) for counted in counts], [stems_of(one.text, one.title) for one in taught])
    centres = {}
    for theme in themes:
        about = [theme.id in one.themes for one in taught]
        if sum(about) >= LEAST:
            centres[theme.id] = centre(theme, told_of, about, bare)
    told = json.dumps([[one.text, one.title, sorted(one.themes)] for one in taught] + [one._asdict() for one in themes])
    return Learned(f"themes-{blake2b(told.encode(), digest_size=4).hexdigest()}", idf, bare.rare, centres)


class All(NamedTuple):
    """What every theme is learned from: confirmed texts, and what need not be worked out for each theme anew."""

    vectors: Sequence[Vector]
    stems: Sequence[tuple[str, ...]]
    total: Vector
    along: Sequence[float]
    """The cosine of each with the sum of all."""

    @classmethod
    def of(cls, vectors: Sequence[Vector], stems: Sequence[tuple[str, ...]]) -> "All":
        total = added(vectors)
        return cls(vectors, stems, total, [cosine(vector, total) for vector in vectors])


def centre(theme: Theme, every: All, about: Sequence[bool], bare: Learned) -> Centre:
    keywords = weighed(alike.counted(" ".join(theme.keywords)), bare)
    own = added([vector for vector, is_about in zip(every.vectors, about, strict=True) if is_about])
    sizes = sum(about) + KEYWORDS * bool(keywords), max(len(about) - sum(about), 1)
    judged = [
        without(near + KEYWORDS * cosine(vector, keywords), whole - near, sizes, is_about)
        for vector, whole, is_about in zip(every.vectors, every.along, about, strict=True)
        for near in [cosine(vector, own)]
    ]
    hit = [bool(keywords_in(theme, stems)) for stems in every.stems]
    right = sum(is_about for is_about, is_hit in zip(about, hit, strict=True) if is_hit)
    whole = {one: -AWAY * (value - own.get(one, 0.0)) / sizes[1] for one, value in every.total.items()}
    for vector, times in ((own, 1.0), (keywords, KEYWORDS)):
        for one, value in vector.items():
            whole[one] = whole.get(one, 0.0) + times * value / sizes[0]
    length = math.sqrt(cosine(whole, whole)) or 1.0
    heaviest = sorted(whole, key=lambda one: (-abs(round(whole[one], 9)), one))[:LARGEST]
    weights = {one: round(whole[one] / length, 6) for one in heaviest}
    return Centre(weights, border([one / length for one in judged], about), 2 * right > sum(hit), sum(about))


def added(vectors: Iterable[Vector]) -> Vector:
    total: Vector = {}
    for vector in vectors:
        for one, value in vector.items():
            total[one] = total.get(one, 0.0) + value
    return total


def without(along: float, away: float, sizes: tuple[float, float], is_about: bool) -> float:
    """How near a text is to what the others alone would make of the centre. `along`, `away`: its cosines with the sum
    of what is about it, and of what is not."""
    own = 1.0 if is_about else 0.0
    here, there = max(sizes[0] - own, 1.0), max(sizes[1] - (1.0 - own), 1.0)
    return (along - own) / here - AWAY * (away - (1.0 - own)) / there


def border(judged: Sequence[float], about: Sequence[bool]) -> float:
    """The cosine that tells the two apart best: halfway between two texts. A wrong theme counts twice as much as a
    missed one (F of 0.5): "none" is an answer."""
    ranked = sorted(zip(judged, about, strict=True), reverse=True)
    right, best, least = 0, -1.0, 1.0
    for number, (near, is_about) in enumerate(ranked, 1):
        right += is_about
        score = right / (number + sum(about) / 4)
        if is_about and score > best:
            below = ranked[number][0] if number < len(ranked) else near
            best, least = score, (near + below) / 2
    return round(least, 4)


def plain(learned: Learned) -> dict[str, Any]:
    """For JSON, and back by `parsed`."""
    return {**learned._asdict(), "centres": {name: one._asdict() for name, one in learned.centres.items()}}


def parsed(told: Mapping[str, Any]) -> Learned:
    centres = {name: Centre(**{**one, "weights": numbered(one["weights"])}) for name, one in told["centres"].items()}
    return Learned(told["version"], numbered(told["idf"]), told["rare"], centres)


def numbered(vector: Mapping[str, float]) -> Vector:
    return {int(one): value for one, value in vector.items()}
