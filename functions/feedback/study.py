"""What is worked out of the log off the request path, a few times an hour: which texts another may be like, who voted
for what, what confirmations teach, and what several people speak of that has no name.

Objects in the bucket, each written over as a whole:

| key | what |
|---|---|
| study/community/texts | the newest texts and votes of ninety days by hour, with the generation of each hour |
| study/community/index | the same texts as an index (see `alike`) |
| study/community/unnamed | groups of texts without a theme |
| study/community/likeliest | pairs of items that may be the same, the surest first, for whoever confirms merges |
| study/community/learned | what confirmations taught (see `themes`), and what of |

An hour is read again when its generation is another one: what is edited or erased in the log is gone from here with
the next study after the hour's roll-up, and words that have ended with the next study. Cut off anywhere, the next study
does it again: `texts` is written last.
"""

import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from math import inf
from typing import Any

from events.program import Theme as Named
from functions.feedback import records, requests
from functions.feedback.groups import together
from functions.feedback.reading import alike, themes, unnamed
from functions.feedback.reading.alike import Index
from functions.feedback.reading.themes import Confirmed, Learned, Theme
from functions.feedback.replies import SIGNS
from functions.shared import clock, objects
from functions.shared.table import Item, Table

DAYS = 90
MOST = 20_000
"""Texts of a community, the newest."""
LONGEST = 1_000
"""Characters of each."""
MOST_FEATURES = 8_000_000
"""Of all texts of an index together, some 400 characters each for 20,000: as much as its reader has memory for."""
CACHED = 300
"""Seconds a function goes on with what it has."""
BYTES = "application/octet-stream"

Texts = dict[str, Any]


def place(community: str, name: str) -> str:
    return f"study/{community}/{name}"


def given(active: Sequence[Named]) -> tuple[Theme, ...]:
    """Themes as the program has them."""
    return tuple(Theme(one.id, one.words) for one in active)


# Studying


def study(store: Table, community: str, named: Sequence[Theme], now: datetime, time_left: Callable[[], bool]) -> bool:
    """Whether there was anything new. What time does not allow waits for the next study."""
    teach(store, community, named, now)
    before = texts(community)
    after = followed(store, community, before, now, time_left)
    if after == before:
        return False
    said = [one for hour in sorted(after["hours"], reverse=True) for one in after["hours"][hour]["said"]][:MOST]
    counts = counted(said)
    names, copies = ([one[name] for one in said[: len(counts)]] for name in ("id", "copy"))
    index = alike.index(counts, names, copies)
    objects.write(place(community, "index"), alike.dump(index), BYTES)
    nameless = [unnamed.Said(one["id"], one["text"], one["title"], one["who"]) for one in said if not one["named"]]
    groups = [asdict(one) for one in unnamed.groups(nameless)]
    objects.write(place(community, "unnamed"), json.dumps({"groups": groups, "at": clock.text(now)}).encode())
    pairs = paired(index, counts, unsaid(store, community), paired_before(community), time_left)
    objects.write(place(community, "likeliest"), json.dumps(pairs).encode())
    objects.write(place(community, "texts"), zlib.compress(json.dumps(after).encode()), BYTES)
    return True


def counted(said: Sequence[Item]) -> list[Counter[int]]:
    """Of the first of them, as many as an index may have."""
    counts: list[Counter[int]] = []
    features = 0
    for one in said:
        found = alike.counted(one["text"], one["title"])
        features += len(found)
        if features > MOST_FEATURES:
            break
        counts.append(found)
    return counts


LOOKED_AT, MOST_PAIRS = 100, 50
"""The newest texts that are held against all others in one study, and the pairs that are kept."""

Pair = tuple[str, str, float]
"""The older item, the newer one, and how like they are (1.0 for copies)."""


def paired(
    index: Index,
    counts: Sequence[Counter[int]],
    unsaid: Callable[[str, str], bool],
    before: dict[str, Any],
    time_left: Callable[[], bool],
) -> dict[str, Any]:
    """`pairs`: the surest that nobody has said anything of, those of the study before among them, and what the newest
    texts are very likely the same as; `looked`: which of these were held against all others. What time does not allow
    waits for the next study."""
    there, known = set(index.names), set(before["looked"])
    found = {(one, other): score for one, other, score in before["pairs"] if {one, other} <= there}
    looked = []
    for name, copied, count in zip(index.names, index.copies, counts[:LOOKED_AT], strict=False):
        if name not in known and not time_left():
            break
        looked.append(name)
        if name not in known:
            found |= {(one, other): score for one, other, score in likely(index, name, copied, count)}
    surest = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return {"pairs": [(*both, score) for both, score in surest if unsaid(*both)][:MOST_PAIRS], "looked": looked}


def likely(index: Index, name: str, copied: str, count: Counter[int]) -> Iterator[Pair]:
    """What one text is very likely the same as."""
    near = [(one.place, one.score) for one in index.near(count, alike.MOST + 1, alike.LIKELY)]
    for place_, score in (*near, *((one, 1.0) for one in index.copies_of(copied))):
        older, newer = sorted((name, index.names[place_]))
        if older != newer:
            yield older, newer, score


def unsaid(store: Table, community: str) -> Callable[[str, str], bool]:
    """Whether nobody has said yet that two items are the same, or are not."""
    said = requests.pairs(store, community)
    known = {pair(one) for one in said if one["said"] != "open"}
    group = {name: oldest for oldest, members in together(requests.links(said)).items() for name in members}
    return lambda one, other: (one, other) not in known and group.get(one, one) != group.get(other, other)


def likeliest(community: str) -> list[Pair]:
    """As the last study left them."""
    return [(one, other, score) for one, other, score in paired_before(community)["pairs"]]


def paired_before(community: str) -> dict[str, Any]:
    body = objects.read(place(community, "likeliest"))
    return dict(json.loads(body)) if body else {"pairs": [], "looked": []}


def texts(community: str) -> Texts:
    """`hours`: of each hour its `generation`, what was `said` and the `votes` in it."""
    body = objects.read(place(community, "texts"))
    return dict(json.loads(zlib.decompress(body))) if body else {"hours": {}}


def followed(store: Table, community: str, before: Texts, now: datetime, time_left: Callable[[], bool]) -> Texts:
    """The newest hours first, until there are enough texts."""
    kept: dict[str, Any] = {}
    texts_kept = 0
    for back in range(DAYS):
        day = (now - timedelta(days=back)).date()
        rolled = {one["hour"]: one["generation"] for one in records.hours_between(store, community, day, day)}
        for hour in sorted(rolled, reverse=True):
            known = before["hours"].get(hour)
            if (known is None or known["generation"] != rolled[hour]) and time_left():
                known = heard(store, community, hour, rolled[hour])
            if known is not None:
                known = kept[hour] = unended(known, now)
                texts_kept += len(known["said"])
            if texts_kept >= MOST:
                return {"hours": kept}
    return {"hours": kept}


def forget(community: str, who: str) -> None:
    """What somebody said, and their votes, leave the texts without waiting for the next study, which makes the rest
    anew. A community that has left the program is not studied any more."""

    def without(body: bytes | None) -> bytes | None:
        plain = zlib.decompress(body) if body else b""
        if who.encode() not in plain:
            return None
        hours = {hour: silenced(one, who) for hour, one in json.loads(plain)["hours"].items()}
        return zlib.compress(json.dumps({"hours": hours}).encode())

    objects.change(place(community, "texts"), without, BYTES)


def silenced(hour: dict[str, Any], who: str) -> dict[str, Any]:
    said = [one for one in hour["said"] if one["who"] != who]
    return {**hour, "said": said, "votes": [one for one in hour["votes"] if one[1] != who]}


def unended(known: dict[str, Any], now: datetime) -> dict[str, Any]:
    """An hour without texts whose words have ended: nothing is counted anew then, so it stays the same otherwise."""
    return {**known, "said": [one for one in known["said"] if (one.get("ends") or inf) > now.timestamp()]}


def heard(store: Table, community: str, hour: str, generation: int) -> dict[str, Any]:
    said, votes = [], []
    for one in records.log(store, community, hour):
        if one.get("state") == "removed" or one.get("staff"):
            continue
        if one["type"] in SIGNS:
            if one.get("about") and one.get("who"):
                votes.append([records.content_hash(one["source"], one["about"]), one["who"]])
        elif one.get("text") or one.get("title"):
            said.append(text_of(one))
    return {"generation": generation, "said": sorted(said, key=lambda one: one["id"]), "votes": sorted(votes)}


def text_of(one: Item) -> dict[str, Any]:
    text, title = words_of(one)
    named = "themes" in one.get("confirmed", {}) or bool(one.get("read", {}).get("themes"))
    return {
        "id": records.item_id(one),
        "text": text,
        "title": title,
        "who": one.get("who", ""),
        "copy": alike.copied(text, title),
        "named": named,
        "ends": one.get("expires", 0),
    }


def words_of(one: Item) -> tuple[str, str]:
    """Text and title."""
    return one.get("text", "")[:LONGEST], one.get("title", "")[:LONGEST]


def copied_of(one: Item) -> str:
    return alike.copied(*words_of(one))


def teach(store: Table, community: str, named: Sequence[Theme], now: datetime) -> None:
    """Once a day, and whenever something was confirmed or the program has other themes."""
    rows = [one for one in requests.taught(store, community) if "is_themes" in one][: themes.MOST_LEARNED]
    of = sha256(json.dumps([[[one["sk"], one["is_at"]] for one in rows], repr(named), f"{now:%Y-%m-%d}"]).encode())
    before = objects.read(place(community, "learned"))
    if not rows and before is None:
        return
    if before is not None and json.loads(before)["of"] == of.hexdigest():
        return
    there = requests.items(store, community, [one["sk"] for one in rows])
    confirmed = [
        Confirmed(*words_of(found), frozenset(one["is_themes"]))
        for one in rows
        if (found := there.get(one["sk"])) and (found.get("text") or found.get("title"))
    ]
    learned = themes.learn(confirmed, named)
    body = {"of": of.hexdigest(), "learned": themes.plain(learned)}
    objects.write(place(community, "learned"), json.dumps(body).encode())


# What others ask for


KNOWN: dict[str, tuple[int, Learned | None]] = {}
"""What each community taught, and in which five minutes that was read: one of each, since it is some megabytes."""


def learned(community: str) -> Learned | None:
    """What a community's confirmations taught, at most five minutes old; None where there are none."""
    period = int(clock.now().timestamp()) // CACHED
    if KNOWN.get(community, (None,))[0] != period:
        body = objects.read(place(community, "learned"))
        KNOWN[community] = period, themes.parsed(json.loads(body)["learned"]) if body else None
    return KNOWN[community][1]


@lru_cache(maxsize=1)
def indexed(community: str, period: int) -> Index | None:
    del period  # Part of the cache's key only.
    body = objects.read(place(community, "index"))
    return alike.read(body) if body else None


def nameless(community: str) -> dict[str, Any]:
    body = objects.read(place(community, "unnamed"))
    return dict(json.loads(body)) if body else {"groups": [], "at": ""}


def suggested(store: Table, community: str, found: Item, said: Sequence[Item], now: datetime) -> list[dict[str, Any]]:
    """What may be the same as an item, the surest first, as it stands now: copies at once, of the same hours also from
    the log itself; others from the index. What somebody has said is the same or is not, is left out. `said`: pairs."""
    name = records.item_id(found)
    text, title = words_of(found)
    copied = alike.copied(text, title)
    proposed = dict.fromkeys(copies_around(store, community, found, copied), 1.0) if copied else {}
    if index := indexed(community, int(now.timestamp()) // CACHED):
        proposed |= {index.names[at]: 1.0 for at in index.copies_of(copied)}
        near = index.near(alike.counted(text, title), MOST_PROPOSED)
        proposed = {index.names[one.place]: one.score for one in near} | proposed
    known = {other for one in said if one["said"] == "different" for other in pair(one) if name in pair(one)}
    for other in (*known, *requests.group_of(said, name)):
        proposed.pop(other, None)
    best = sorted(proposed, key=lambda one: (-proposed[one], one))[:MOST_PROPOSED]
    there = requests.items(store, community, best)
    told = []
    for likest in best:
        its = there.get(likest, {})
        if not (its.get("text") or its.get("title")):
            continue  # Gone since.
        copy = bool(copied) and copied == copied_of(its)
        sure = "copy" if copy else "very likely" if proposed[likest] >= alike.LIKELY else "perhaps"
        told.append({"item": its, "score": round(100 * proposed[likest]), "sure": sure})
    return told[: alike.MOST]


MOST_PROPOSED = 50
AROUND = timedelta(hours=1)


def pair(one: Item) -> tuple[str, str]:
    return one["older"], one["newer"]


def copies_around(store: Table, community: str, found: Item, copied: str) -> list[str]:
    """Copies said within the hour before or after: no study has to come first."""
    at = clock.moment(found["said_at"])
    hours = sorted({records.rollup.bucket(at + step) for step in (-AROUND, timedelta(), AROUND)})
    return [
        records.item_id(one)
        for hour in hours
        for one in records.log(store, community, hour)
        if one["sk"] != found["sk"] and not one.get("staff") and copied_of(one) == copied
    ]


def heads(community: str) -> tuple[dict[str, str], dict[str, set[str]]]:
    """The author of each item of the last ninety days, and who voted for it."""
    authors: dict[str, str] = {}
    given: dict[str, set[str]] = defaultdict(set)
    kept = texts(community)["hours"].values()
    for hour in kept:
        for content, who in hour["votes"]:
            given[content].add(who)
        authors |= {one["id"]: one["who"] for one in hour["said"]}
    return authors, {name: given[name.rpartition("-")[2]] for name in authors if name.rpartition("-")[2] in given}
