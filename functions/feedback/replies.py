"""How long people wait for a reply, with those who still wait. No I/O.

A median over what was answered flatters: here who has no reply yet counts as having waited until now (the estimate of
Kaplan and Meier), and a share of what was answered in time has all that had the time to be answered below it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import Any

THREADS = ("topic", "issue", "discussion", "post")
"""Types that open a thread, in which somebody is expected to reply. Elsewhere only a question asks for one."""

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


def waits(items: Iterable[Mapping[str, Any]], last: datetime, until: datetime) -> list[Wait]:
    """Of all items of a time, as the log has them: who asked before `last`, and how long they waited for the first
    thing that somebody else said about it."""
    firsts: dict[tuple[str, str], list[tuple[datetime, str]]] = {}
    opened: list[tuple[datetime, str, set[tuple[str, str]]]] = []
    for item in items:
        source, at, who = item["source"], datetime.fromisoformat(item["said_at"]), item.get("who", "")
        if is_reply(item):
            firsts.setdefault((source, item["about"]), []).append((at, who))
        elif item["content"] and asks(item) and at < last:
            opened.append((at, who, {(source, name) for name in (item["content"], item.get("thread")) if name}))
    return [
        wait(since, who, [one for name in names for one in firsts.get(name, ())], until) for since, who, names in opened
    ]


def wait(since: datetime, who: str, said: Iterable[tuple[datetime, str]], until: datetime) -> Wait:
    by_others = [at for at, by in said if at >= since and (by != who or not by)]
    return Wait(since, min(by_others, default=until) - since, bool(by_others))


def is_reply(item: Mapping[str, Any]) -> bool:
    return bool(item.get("about")) and item.get("state") != "removed" and item["type"] != "reaction"


def asks(item: Mapping[str, Any]) -> bool:
    """Whether somebody of the community is expected to get a reply to it."""
    if item.get("staff") or item.get("state") == "removed" or item.get("about") or item["type"] == "reaction":
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
