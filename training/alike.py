"""How well duplicates are found: `python -m training.alike FOLDER`, the folder with `feedback_themes.jsonl` and
`issue_duplicates.jsonl`. Nothing is trained: the weights in `alike` were chosen here, and each is also measured as it
would have been chosen without the group it is measured on.

hit@5: for each item that has a mate, whether one of the five likest is one. Groups: items of one app and kind, or one
project."""

import json
import math
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from functions.feedback.reading import alike

Row = dict[str, Any]
Pool = Callable[[Row, Row], bool]
MEANINGS = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0)
TOP = 5


def rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def groups(folder: Path) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows(folder / "feedback_themes.jsonl"):
        found[f"{row['app']}, {row['kind']}"].append({**row, "title": "", "same": row["cluster"]})
    for row in rows(folder / "issue_duplicates.jsonl"):
        found[row["project"]].append({**row, "text": row["text"][:600], "lang": "", "same": row["group"]})
    return found


def everything(*_: Row) -> bool:
    return True


def same_language(query: Row, row: Row) -> bool:
    return bool(query["lang"] == row["lang"])


def other_language(query: Row, row: Row) -> bool:
    return not same_language(query, row)


Scores = list[list[tuple[float, int]]]
"""Of each item all others, the likest first."""


def scored(counts: Sequence[Counter[int]]) -> Scores:
    index = alike.index(counts)
    return [[(one.score, one.place) for one in index.near(counted, len(counts), 0.0)] for counted in counts]


def plain(group: Sequence[Row]) -> list[Counter[int]]:
    """The baseline: runs of letters of all words alone."""
    found = []
    for row in group:
        words = alike.folded(f"{row['title']}\n{row['text']}").split()
        found.append(
            Counter((alike.zlib.crc32(run.encode()) % alike.BUCKETS) & ~3 for one in words for run in runs(one))
        )
    return found


def runs(word: str) -> list[str]:
    return list(alike.runs(word))


def hits(group: Sequence[Row], ranked: Scores, pool: Pool = everything) -> list[bool]:
    found = []
    for place, row in enumerate(group):
        mates = {
            other
            for other, one in enumerate(group)
            if other != place and row["same"] and one["same"] == row["same"] and pool(row, one)
        }
        if mates:
            there = [other for _, other in ranked[place] if other != place and pool(row, group[other])]
            found.append(bool(mates & set(there[:TOP])))
    return found


def told(found: Sequence[bool]) -> str:
    share = sum(found) / len(found)
    return f"{100 * share:5.1f} ± {100 * math.sqrt(share * (1 - share) / len(found)):.1f} (n {len(found)})"


def counts(group: Sequence[Row]) -> list[Counter[int]]:
    return [alike.counted(row["text"], row["title"]) for row in group]


def measured(name: str, found: dict[str, list[Row]], ranked: dict[str, Scores]) -> None:
    print(name)
    reviews = [one for one in found if ", " in one]
    for label, pool in (("all", everything), ("same language", same_language), ("other language", other_language)):
        print(f"  reviews, {label:15}", told([hit for one in reviews for hit in hits(found[one], ranked[one], pool)]))
    for one in found:
        print(f"  {one:24}", told(hits(found[one], ranked[one])))


def best(found: dict[str, list[Row]], ranked: dict[str, Scores]) -> None:
    """How often the likest one is a mate, from a cosine on."""
    pairs = []
    for name in (one for one in found if ", " in one):
        for place, row in enumerate(found[name]):
            score, other = next((pair for pair in ranked[name][place] if pair[1] != place), (0.0, place))
            pairs.append((score, found[name][other]["same"] == row["same"] and other != place))
    print("the likest one of each review is a mate, from a cosine on")
    for least in (0.0, 0.2, alike.PROPOSED, 0.3, alike.LIKELY, 0.5, 0.55, 0.6, 0.65):
        print(f"  {least:.2f}", told([right for score, right in pairs if score >= least]))


def chosen(found: dict[str, list[Row]]) -> None:
    """What a meaning weighs, chosen on all groups but the one that is measured."""
    counted = {one: counts(found[one]) for one in found}
    by: dict[float, dict[str, list[bool]]] = {}
    for weight in MEANINGS:
        alike.WEIGHTS = (alike.RUN, alike.WORD, weight, 0.0)
        by[weight] = {one: hits(found[one], scored(counted[one])) for one in found}
    alike.WEIGHTS = (alike.RUN, alike.WORD, alike.MEANING, 0.0)
    print("weight of a meaning, hit@5 of all queries:")
    print(" ", {weight: round(100 * mean(by[weight], set(found)), 1) for weight in MEANINGS})
    print("chosen without the group it is measured on:")
    for one in found:
        weight = max(MEANINGS, key=lambda weight: mean(by[weight], set(found) - {one}))
        print(f"  {one:24} {weight}", told(by[weight][one]))


def mean(by: dict[str, list[bool]], names: set[str]) -> float:
    every = [hit for name in names for hit in by[name]]
    return sum(every) / len(every)


def speed(found: dict[str, list[Row]]) -> None:
    texts = [row for group in found.values() for row in group]
    many = [texts[number % len(texts)] for number in range(20_000)]
    start = time.process_time()
    counted = counts(many)
    middle = time.process_time()
    index = alike.index(counted)
    end = time.process_time()
    body = alike.dump(index)
    print(f"20,000 texts: counted in {middle - start:.1f} s, index in {end - middle:.1f} s, {len(body) / 1e6:.1f} MB")
    start = time.process_time()
    alike.read(body)
    middle = time.process_time()
    for one in counted[:20]:
        index.near(one)
    print(f"  read in {middle - start:.2f} s, a query in {50 * (time.process_time() - middle):.0f} ms")


def main(folder: Path) -> None:
    found = groups(folder)
    measured("runs of letters alone (the baseline)", found, {one: scored(plain(found[one])) for one in found})
    ranked = {one: scored(counts(found[one])) for one in found}
    measured(alike.MODEL, found, ranked)
    best(found, ranked)
    chosen(found)
    speed(found)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
