"""How well themes are learned: `python -m training.themes FOLDER`, the folder with `forum_topics.jsonl` (seven topics
that those who asked chose themselves). Its text is CC BY-SA: it measures the method, and nothing of it is kept.

The keywords below were written from the names of the topics alone."""

import json
import math
import random
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from functions.feedback.reading import alike, themes
from functions.feedback.reading.themes import Confirmed, Learned, Theme

Row = dict[str, Any]
THEMES = (
    Theme("bookmarks", ("bookmark", "bookmarks toolbar", "favorite", "import bookmarks", "folder")),
    Theme("tabs", ("tab", "new tab", "window", "tab bar", "pinned tab", "homepage")),
    Theme(
        "sync", ("sync", "synchronize", "firefox account", "another device", "mobile", "phone", "sign in", "account")
    ),
    Theme(
        "customize", ("theme", "toolbar", "customize", "font", "dark mode", "color", "icon", "userchrome", "menu bar")
    ),
    Theme("download-and-install", ("download", "install", "update", "upgrade", "version", "installer", "uninstall")),
    Theme(
        "privacy-and-security",
        ("password", "security", "privacy", "certificate", "virus", "https", "login", "tracking", "private", "hacked"),
    ),
    Theme("cookies", ("cookie", "clear cookies", "site data", "cache", "stay logged in", "third party")),
)
NAMES = tuple(theme.id for theme in THEMES)
SIZES = (5, 10, 30, 104)
"""Examples of each theme; 104 of 130 leave a fifth to measure on."""
DRAWS = 5


def split(rows: Sequence[Row], size: int, draw: int) -> tuple[list[Row], list[Row]]:
    """Five draws of the most there is are five folds: each text is measured on once."""
    by: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by[row["topic"]].append(row)
    taught, rest = [], []
    for name in NAMES:
        there, fold = by[name], len(by[name]) // DRAWS
        random.Random(name).shuffle(there)
        turned = there[draw * fold :] + there[: draw * fold]
        taught += turned[fold : fold + size]
        rest += turned[:fold] + turned[fold + size :]
    return taught, rest


def macro(pairs: Sequence[tuple[str, str]]) -> float:
    """F1, the mean of all themes."""
    scores = []
    for name in NAMES:
        right = sum(truth == said == name for truth, said in pairs)
        both = sum(truth == name for truth, _ in pairs) + sum(said == name for _, said in pairs)
        scores.append(2 * right / both)
    return 100 * mean(scores)


def likest(row: Row, learned: Learned) -> str:
    vector = themes.weighed(alike.counted(row["text"], row["title"]), learned)
    return max(NAMES, key=lambda name: themes.cosine(vector, learned.centres[name].weights))


def by_keywords(row: Row) -> str:
    stems = tuple(alike.stem(word) for word in alike.words(f"{row['title']}\n{row['text']}"))
    return max(THEMES, key=lambda theme: len(themes.keywords_in(theme, stems))).id


def confirmed(rows: Sequence[Row], without: str = "") -> list[Confirmed]:
    return [Confirmed(row["text"], row["title"], frozenset({row["topic"]} - {without})) for row in rows]


def several(rows: Sequence[Row], learned: Learned, known: Sequence[Theme]) -> tuple[float, float, float]:
    """As it is used: any number of themes, also none. Precision, recall, and how much of what is about none of the
    known ones is said to be about none."""
    right = said = true = none = quiet = 0
    names = {theme.id for theme in known}
    for row in rows:
        found = {label.name for label in themes.find(row["text"], known, learned, row["title"])}
        truth = {row["topic"]} & names
        right, said, true = right + len(found & truth), said + len(found), true + len(truth)
        none, quiet = none + (not truth), quiet + (not truth and not found)
    return right / max(said, 1), right / max(true, 1), quiet / max(none, 1)


def main(folder: Path) -> None:
    rows = [json.loads(line) for line in (folder / "forum_topics.jsonl").read_text().splitlines()]
    print(
        f"keywords alone, the best of seven: macro-F1 {macro([(row['topic'], by_keywords(row)) for row in rows]):.1f}"
    )
    for size in SIZES:
        bare, whole, used = [], [], []
        for draw in range(DRAWS):
            taught, rest = split(rows, size, draw)
            alone = themes.learn(confirmed(taught), [Theme(name) for name in NAMES])
            bare.append(macro([(row["topic"], likest(row, alone)) for row in rest]))
            start = time.process_time()
            learned = themes.learn(confirmed(taught), THEMES)
            took = time.process_time() - start
            whole.append(macro([(row["topic"], likest(row, learned)) for row in rest]))
            # One topic in turn is no theme of the program: what is about it is about none.
            out = NAMES[draw % len(NAMES)]
            known = [theme for theme in THEMES if theme.id != out]
            used.append(several(rest, themes.learn(confirmed(taught, out), known), known))
        error = stdev(whole) / math.sqrt(DRAWS)
        print(f"{size:4} each: learned {mean(bare):.1f}, with keywords {mean(whole):.1f} ± {error:.1f}; {took:.1f} s")
        precision, recall, quiet = (100 * mean(one[place] for one in used) for place in range(3))
        print(f"      as used: precision {precision:.0f}, recall {recall:.0f}; none where there is none: {quiet:.0f} %")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
