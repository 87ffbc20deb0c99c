"""How long people wait for a reply, with those who still wait. No I/O.

A median over what was answered flatters: here who has no reply yet counts as having waited until now (the estimate of
Kaplan and Meier), and a share of what was answered in time has all that had the time to be answered below it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from math import sqrt
from typing import Any, NamedTuple

THREADS = ("topic", "issue", "discussion", "post")
"""Types that open a thread, in which somebody is expected to reply. Elsewhere only a question asks for one."""
SIGNS = ("reaction", "vote")
"""Types that say something of what others said, and reply nothing."""

IN_TIME = timedelta(hours=24)
FEW = 10
Z = 1.645
"""Of a range that holds 90 % of the time."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Somebody's waiting: since when, for how long, and whether it has ended with a reply."""

    since: datetime
    lasted: timedelta
    replied: bool


@dataclass(frozen=True, slots=True)
class Replies:
    """Of all who waited; times are None where too few have a reply to say so. The share in time has its 90 % range, and
    is None with fewer than ten that have had the time."""

    asked: int
    unanswered: int
    oldest: datetime | None
    half: timedelta | None
    nine_in_ten: timedelta | None
    in_time: tuple[float, float, float] | None


class Asked(NamedTuple):
    """What somebody is expected to reply to, and by which names replies call it."""

    at: str
    who: str
    names: tuple[str, ...]


@dataclass(slots=True)
class Day:
    """What of a day's log tells of waiting. `replied`: name → who replied (empty where nobody is known) → when first.
    Names are hashed, since those of platforms may have an account in them. `ended`: words of that day have ended, and
    with them what answered what."""

    asked: list[Asked] = field(default_factory=list)
    replied: dict[str, dict[str, str]] = field(default_factory=dict)
    ended: bool = False


def of_day(items: Iterable[Mapping[str, Any]]) -> Day:
    found = Day()
    for item in items:
        at, who = item["said_at"], item.get("who", "")
        if is_reply(item):
            before = found.replied.setdefault(hashed(item, item["about"]), {})
            before[who] = min(at, before.get(who, at))
        elif not item["content"]:
            found.ended = found.ended or item.get("state") != "removed"
        elif asks(item):
            names = (item["content"], item.get("thread"))
            found.asked.append(Asked(at, who, tuple(hashed(item, name) for name in names if name)))
    return found


def hashed(item: Mapping[str, Any], name: str) -> str:
    return sha256(f"{item['source']}\n{name}".encode()).hexdigest()[:32]


def packed(day: Day) -> dict[str, Any]:
    """As it is stored."""
    return {"asked": [[one.at, one.who, *one.names] for one in day.asked], "replied": day.replied, "ended": day.ended}


def unpacked(stored: Mapping[str, Any]) -> Day:
    asked = [Asked(at, who, tuple(names)) for at, who, *names in stored["asked"]]
    return Day(asked, stored["replied"], stored["ended"])


class Waiting:
    """Who asked before `last`, and the first replies, day after day; replies to anything else are not held."""

    def __init__(self, last: datetime) -> None:
        self.last = last
        self.asked: list[Asked] = []
        self.replied: dict[str, dict[str, str]] = {}

    def add(self, day: Day) -> None:
        for one in day.asked:
            if datetime.fromisoformat(one.at) < self.last:
                self.asked.append(one)
                self.replied |= {name: {} for name in one.names if name not in self.replied}
        for name in day.replied.keys() & self.replied.keys():
            before = self.replied[name]
            for who, at in day.replied[name].items():
                before[who] = min(at, before.get(who, at))

    def add_ours(self, replied: Mapping[str, str]) -> None:
        """What we replied to, by its hashed name, and when. After all days."""
        for name in replied.keys() & self.replied.keys():
            before = self.replied[name]
            before[""] = min(replied[name], before.get("", replied[name]))

    def waits(self, until: datetime) -> list[Wait]:
        """Who has no reply waits until then."""
        return [self.wait(one, until) for one in self.asked]

    def wait(self, one: Asked, until: datetime) -> Wait:
        """A reply names what it answers, so it came after it, whatever the clocks of two servers say."""
        since = datetime.fromisoformat(one.at)
        said = [at for name in one.names for who, at in self.replied[name].items() if who != one.who or not who]
        ended = datetime.fromisoformat(min(said)) if said else until
        return Wait(since, max(ended - since, timedelta()), bool(said))


def is_reply(item: Mapping[str, Any]) -> bool:
    """What a program says by itself answers nobody."""
    if item.get("bot"):
        return False
    return bool(item.get("about")) and item.get("state") != "removed" and item["type"] not in SIGNS


def asks(item: Mapping[str, Any]) -> bool:
    """Whether somebody of the community is expected to get a reply to it."""
    if item.get("staff") or item.get("state") == "removed" or item.get("about") or item["type"] in SIGNS:
        return False
    read = {**item.get("read", {}), **item.get("confirmed", {})}
    return item["type"] in THREADS or read.get("kind") == "question"


def summed(found: Iterable[Wait]) -> Replies:
    everybody = sorted(found, key=lambda one: one.lasted)
    waiting = [one.since for one in everybody if not one.replied]
    had_time = [one for one in everybody if one.replied or one.lasted >= IN_TIME]
    in_time = sum(one.replied and one.lasted <= IN_TIME for one in had_time)
    return Replies(
        asked=len(everybody),
        unanswered=len(waiting),
        oldest=min(waiting, default=None),
        half=until_replied(everybody, 0.5),
        nine_in_ten=until_replied(everybody, 0.9),
        in_time=share(in_time, len(had_time)) if len(had_time) >= FEW else None,
    )


def until_replied(everybody: list[Wait], part: float) -> timedelta | None:
    """After how long that part of all had a reply. None where it never came to that, or of fewer than ten."""
    if len(everybody) < FEW:
        return None
    left = 1.0
    for place, one in enumerate(everybody):
        if one.replied:
            left *= 1 - 1 / (len(everybody) - place)
            if left <= 1 - part + 1e-9:
                return one.lasted
    return None


def share(some: int, of: int) -> tuple[float, float, float]:
    """With its range (Wilson's, 90 %)."""
    part, spread = some / of, Z * Z / of
    middle = (part + spread / 2) / (1 + spread)
    half = Z * sqrt(part * (1 - part) / of + spread / (4 * of)) / (1 + spread)
    return part, middle - half, middle + half
