"""Unusual days become episodes, without I/O: one for each time that a series leaves what is usual, however many days it
stays out."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from functions.feedback import unusual
from functions.feedback.unusual import DAYS, GUARD, Direction, Finding, Usual

GAP = timedelta(days=3)
"""So long after its last unusual day an episode goes on."""
BACK = timedelta(days=DAYS + GUARD)
"""Days that are read to judge one."""
CAUSES = timedelta(days=4)
"""What happened so long before an episode may be its cause."""
HIDES = 0.1
"""Share of what is said that has to be unseen before a day says nothing about the whole."""

MOST_NAMED = 3
TOTAL, SOURCE = "total", "source:"

Counts = Mapping[str, int]
Days = Mapping[date, Counts]
"""Local day → counts by series. A day without any is one on which nothing was said."""
Unseen = Mapping[date, Collection[str]]
"""Local day → sources that nobody could hear that day."""
Name = tuple[str, Direction]


@dataclass(frozen=True, slots=True)
class Judged:
    """What is to be said of one day. `young`: series that have not enough history yet."""

    findings: list[Finding] = field(default_factory=list)
    young: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    """Sources of which nothing at all was heard, and should have been."""


def judge(day: date, days: Days, unseen: Unseen, sources: Collection[str], budget: float) -> Judged:
    """Every series that was seen on the days before. Fewer than usual is asked of the whole and of sources only: a
    theme that ends is no trouble."""
    today, names = days.get(day, {}), sorted({name for counts in days.values() for name in counts if watched(name)})
    weighs = weights(days)
    known = {name: usual_of(name, day, days, unseen, weighs) for name in names}
    tested = {name: (today.get(name, 0), found) for name, found in known.items() if found}
    falls = unusual.findings(may_fall(day, staying(days, sources), unseen), "fewer", budget)
    return Judged(
        [*unusual.findings(tested, "more", budget), *falls],
        [name for name, found in known.items() if found is None],
        [one.series.removeprefix(SOURCE) for one in falls if one.series.startswith(SOURCE) and not one.count],
    )


def watched(name: str) -> bool:
    """Not kinds and moods of one language, which are parts of those of all."""
    return "@" not in name


def staying(days: Days, sources: Collection[str]) -> Days:
    """The whole and its sources, without those that the program has no more: nobody misses what was said there."""
    found = {}
    for day, counts in days.items():
        said = {name: number for name, number in counts.items() if name.startswith(SOURCE)}
        kept = {name: number for name, number in said.items() if name.removeprefix(SOURCE) in sources}
        found[day] = {TOTAL: counts.get(TOTAL, 0) - sum(said.values()) + sum(kept.values()), **kept}
    return found


def may_fall(day: date, days: Days, unseen: Unseen) -> dict[str, tuple[int, Usual]]:
    """Each series that could be heard that day: its count, and what is usual."""
    weighs = weights(days)
    names = {name for counts in days.values() for name in counts if not hidden(name, day, unseen, weighs)}
    known = {name: usual_of(name, day, days, unseen, weighs) for name in names}
    return {name: (days.get(day, {}).get(name, 0), found) for name, found in known.items() if found}


def usual_of(name: str, day: date, days: Days, unseen: Unseen, weighs: Mapping[str, float]) -> Usual | None:
    """From the day on which the series was seen first: before, nobody knows whether it was there at all."""
    before = [day - timedelta(days=back) for back in range(BACK.days, 0, -1)]
    begun = next((place for place, one in enumerate(before) if days.get(one, {}).get(name)), len(before))
    return unusual.usual(
        [None if hidden(name, one, unseen, weighs) else days.get(one, {}).get(name, 0) for one in before[begun:]]
    )


def weights(days: Days) -> dict[str, float]:
    """What share of all that was said each source has."""
    whole = sum(counts.get(TOTAL, 0) for counts in days.values())
    said: dict[str, int] = {}
    for counts in days.values():
        for name, number in counts.items():
            if name.startswith(SOURCE):
                said[name.removeprefix(SOURCE)] = said.get(name.removeprefix(SOURCE), 0) + number
    return {name: number / max(whole, 1) for name, number in said.items()}


def hidden(name: str, day: date, unseen: Unseen, weighs: Mapping[str, float]) -> bool:
    """Whether what was counted that day says nothing about the series."""
    deaf = unseen.get(day, ())
    if name.startswith(SOURCE):
        return name.removeprefix(SOURCE) in deaf
    return sum(weighs.get(one, 0.0) for one in deaf) >= HIDES


@dataclass(frozen=True, slots=True)
class Going:
    """An episode as far as it got: what it is called, and its last unusual day."""

    id: str
    last: date


def begun(finding: Finding, day: date) -> str:
    """The id of an episode that begins this day."""
    return sha256(f"{finding.series}\n{finding.direction}\n{day}".encode()).hexdigest()[:12]


def folded(findings: Iterable[Finding], day: date, before: Mapping[Name, Going]) -> dict[Name, Going]:
    """The episodes that this day belongs to: those that go on, and those that begin."""
    found: dict[Name, Going] = {}
    for one in findings:
        name = one.series, one.direction
        going = before.get(name)
        goes_on = going is not None and day - going.last <= GAP
        found[name] = Going(going.id if going and goes_on else begun(one, day), day)
    return found


def named(series: str) -> str:
    """A series in words: `theme:sync` is theme sync, `total` is everything."""
    what, _, name = series.partition(":")
    return f"{what} {name}" if name else "everything" if series == TOTAL else series


def sentence(episode: Mapping[str, Any]) -> str:
    """`theme sync: 91 on Tuesday 2 June, usually 34 to 62; more than usual for 3 days. Before it: release Maps 2.0`.
    With the counts of now, of the day that is farthest out."""
    first, last = (date.fromisoformat(episode[name]) for name in ("first", "last"))
    days = episode["days"] or [{**episode, "day": episode["first"]}]
    worst = (max if episode["direction"] == "more" else min)(days, key=lambda one: (one["count"], one["day"]))
    at = date.fromisoformat(worst["day"])
    told = f"{named(episode['series'])}: {worst['count']} on {at:%A} {at.day} {at:%B}, {usually(worst)}"
    length = (last - first).days + 1
    told += f"; {episode['direction']} than usual for {length} days" if length > 1 else ""
    word = f". It was: {episode['word']}" if "word" in episode else ""
    known = "; ".join(f"{one['what']} {one['title']}" for one in episode["because"][:MOST_NAMED])
    return told + (word or (f". Before it: {known}" if known else ". Nothing is known that happened before it"))


def usually(ranged: Mapping[str, Any]) -> str:
    return f"usually {ranged['low']} to {ranged['high']}"
