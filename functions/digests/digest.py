"""What a digest says, without I/O: what waits for a decision first, then what was counted."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from functions.feedback.shares import Shares

TURNING = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Controls, and Unicode's marks for the direction of writing, which also turn what stands after them."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that needs a person, and since when."""

    what: str
    about: str
    since: datetime
    where: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """One row of the day's count: a source, how much was said there, and a week before."""

    label: str
    number: int
    week_before: int | None
    usual: str = ""
    """`usually 31 to 55`, or why that cannot be said."""


@dataclass(frozen=True, slots=True)
class Announced:
    """One announcement of the last days, and what people did with it where it went."""

    title: str
    at: datetime
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """One reader's digest of one day of their own time zone."""

    community: str
    reader: str
    language: str
    zone: str
    day: date
    made_at: datetime
    waiting: tuple[Waiting, ...]
    total: Counted
    sources: tuple[Counted, ...]
    position: str
    more: bool = False
    """More may wait than was read."""
    announced: tuple[Announced, ...] = ()
    also_announced: int = 0
    """How many more were, in the same days."""
    about: tuple[Counted, ...] = ()
    """What it was about: themes, then kinds, those that anybody spoke of."""
    shares: str = ""
    """Which part of it was bugs and wishes, with its range; empty where nothing could be read."""
    unusual: tuple[str, ...] = ()
    """What was not as usual on this day or the one before, each in a sentence."""
    seal: str = ""
    """The newest daily seal of the histories, as `2026-11-22=…`: a copy where nobody of ours can change it."""

    @property
    def to_decide(self) -> str:
        return f"at least {len(self.waiting)}" if self.more else str(len(self.waiting))


REACTIONS = (("like", "likes"), ("share", "shares"), ("reply", "replies"), ("view", "views"))


def reactions(place: str, told: Mapping[str, int]) -> str:
    """`forum: 4 likes, 2 replies`; a platform that tells nothing is not counted as nought."""
    counted = [f"{told[many]} {one if told[many] == 1 else many}" for one, many in REACTIONS if many in told]
    return f"{place}: {', '.join(counted) or 'not told'}"


CATCH_UP = timedelta(hours=3)


def due_day(now: datetime, zone: ZoneInfo, hour: int) -> date | None:
    """The day a reader is to read about now: yesterday, once their hour has come. None before it.

    For three hours after midnight the day before counts, too: a run that failed at 23:00 has a next one.
    """
    for moment in (now, now - CATCH_UP):
        local = moment.astimezone(zone)
        if local.hour >= hour:
            return local.date() - timedelta(days=1)
    return None


NO_HISTORY = "not enough history yet"


def counted(
    counts: Mapping[str, int], before: Mapping[str, int] | None, usual: Mapping[str, str]
) -> tuple[Counted, tuple[Counted, ...]]:
    """The total and a row for each source, the busiest first. `usual`: the range of each, in words."""
    names = sorted(name for name in {*counts, *(before or {})} if name.startswith("source:"))
    rows = [row(name.removeprefix("source:"), name, counts, before, usual) for name in names]
    busiest_first = tuple(sorted(rows, key=lambda one: -one.number))
    return row("all", "total", counts, before, usual), busiest_first


KINDS = {
    "kind:bug": "bugs",
    "kind:feature": "wishes",
    "kind:praise": "praise",
    "kind:complaint": "complaints",
    "kind:question": "questions",
}
MOST_THEMES = 5


def topics(
    counts: Mapping[str, int], before: Mapping[str, int] | None, usual: Mapping[str, str], themes: Mapping[str, str]
) -> tuple[Counted, ...]:
    """A row for each theme that was spoken of, the busiest first, and for each kind. `themes`: their titles, by id."""
    named = {f"theme:{name}": title for name, title in themes.items() if counts.get(f"theme:{name}")}
    busiest = sorted(named, key=lambda name: -counts[name])[:MOST_THEMES]
    kinds = [name for name in KINDS if counts.get(name)]
    return tuple(row((named | KINDS)[name], name, counts, before, usual) for name in (*busiest, *kinds))


def shared(found: Shares) -> str:
    """What share was bugs and wishes, in a sentence."""
    if not found.texts:
        return ""
    if not found.of:
        return f"Too few to say which part was bugs or wishes: {found.texts} could be read, and thirty are needed."
    bugs, wishes = (f"{found.of[name].low:.0%} to {found.of[name].high:.0%}" for name in ("bug", "feature"))
    return f"Of {found.texts} that could be read {bugs} were bugs and {wishes} wishes, corrected for what is mistaken."


def row(
    label: str, name: str, counts: Mapping[str, int], before: Mapping[str, int] | None, usual: Mapping[str, str]
) -> Counted:
    a_week_before = before.get(name, 0) if before is not None else None
    return Counted(label, counts.get(name, 0), a_week_before, usual.get(name, NO_HISTORY))


def subject(digest: Digest) -> str:
    """At most 60 characters of facts."""
    decisions = f"{digest.to_decide} to decide" if digest.waiting or digest.more else "nothing waits"
    return f"{digest.community}: {decisions}, {digest.total.number} said on {digest.day.isoformat()}"[:60]


LONGEST = 200


def line(text: str) -> str:
    """A stranger's words as one short line: no line breaks, and no marks that turn the words around them."""
    words = " ".join(TURNING.sub("", text).split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def oldest_first(waiting: Sequence[Waiting]) -> tuple[Waiting, ...]:
    return tuple(sorted(waiting, key=lambda one: one.since))


def age(since: datetime, now: datetime) -> str:
    """How long something has waited, in the largest unit that is not zero."""
    minutes = max(int((now - since).total_seconds() // 60), 0)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"
