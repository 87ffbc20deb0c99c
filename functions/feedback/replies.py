"""How long people wait for a reply, with those who still wait. No I/O.

Who has no reply yet counts as having waited until now (`events.waits`), and a share of what was answered in time has
all that had the time to be answered below it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from math import sqrt
from typing import Any, NamedTuple

from events.waits import FEW, Wait, until

THREADS = ("topic", "issue", "discussion", "post")
"""Types that open a thread, in which somebody is expected to reply. Elsewhere only a question asks for one."""
SIGNS = ("reaction", "vote")
"""Types that say something of what others said, and reply nothing."""

IN_TIME = timedelta(hours=24)
Z = 1.645
"""Of a range that holds 90 % of the time."""


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
    with them what answered what. `answers`: name → when each of the answers of the community's own people was said."""

    asked: list[Asked] = field(default_factory=list)
    replied: dict[str, dict[str, str]] = field(default_factory=dict)
    ended: bool = False
    answers: dict[str, list[str]] = field(default_factory=dict)


def of_day(items: Iterable[Mapping[str, Any]]) -> Day:
    found = Day()
    for item in items:
        at, who = item["said_at"], item.get("who", "")
        if is_reply(item):
            name = hashed(item["source"], item["about"])
            before = found.replied.setdefault(name, {})
            before[who] = min(at, before.get(who, at))
            if not item.get("staff"):
                found.answers.setdefault(name, []).append(at)
        elif not item["content"]:
            found.ended = found.ended or item.get("state") != "removed"
        elif asks(item):
            names = (item["content"], item.get("thread"))
            found.asked.append(Asked(at, who, tuple(hashed(item["source"], name) for name in names if name)))
    return found


def hashed(source: str, name: str) -> str:
    """What something is called here that a source calls `name`."""
    return sha256(f"{source}\n{name}".encode()).hexdigest()[:32]


def packed(day: Day) -> dict[str, Any]:
    """As it is stored."""
    asked = [[one.at, one.who, *one.names] for one in day.asked]
    return {"asked": asked, "replied": day.replied, "ended": day.ended, "answers": day.answers}


def unpacked(stored: Mapping[str, Any]) -> Day:
    asked = [Asked(at, who, tuple(names)) for at, who, *names in stored["asked"]]
    return Day(asked, stored["replied"], stored["ended"], stored["answers"])


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
    everybody = list(found)
    waiting = [one.since for one in everybody if not one.over]
    had_time = [one for one in everybody if one.over or one.lasted >= IN_TIME]
    in_time = sum(one.over and one.lasted <= IN_TIME for one in had_time)
    return Replies(
        asked=len(everybody),
        unanswered=len(waiting),
        oldest=min(waiting, default=None),
        half=until(everybody, 0.5),
        nine_in_ten=until(everybody, 0.9),
        in_time=share(in_time, len(had_time)) if len(had_time) >= FEW else None,
    )


def share(some: int, of: int) -> tuple[float, float, float]:
    """With its range (Wilson's, 90 %)."""
    part, spread = some / of, Z * Z / of
    middle = (part + spread / 2) / (1 + spread)
    half = Z * sqrt(part * (1 - part) / of + spread / (4 * of)) / (1 + spread)
    return part, middle - half, middle + half
