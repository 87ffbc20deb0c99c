"""What was announced, how far it reached, and what people said in answer: announcements and feedback, joined."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from events.digests import Announced, Reach
from events.program import Program
from functions.announcements import reached
from functions.feedback import answered
from functions.feedback.answered import Post
from functions.platforms import hearing
from functions.shared import clock
from functions.shared.table import Item, Table

COUNTED = timedelta(hours=48)
"""Answers to a post are counted for so long."""
TOLD = ("likes", "shares", "replies", "views")


def announced(
    store: Table,
    program: Program,
    community: str,
    starts: datetime,
    ends: datetime,
    now: datetime,
    time_left: Callable[[], bool],
) -> tuple[tuple[Announced, ...], int]:
    """What was published from `starts` until before `ends`, the newest ten first, and how many more there were. Answers
    are those until now: of what was published just before, some are still to come."""
    newest, more = reached.between(store, community, starts, ends)
    rows = [reached.places(store, one) for one in newest]
    posts = [post(program, one, row) for one, there in zip(newest, rows, strict=True) for row in there]
    counts = iter(answered.counted(store, community, posts, program.zone(community), now, time_left))
    return tuple(told(one, there, counts) for one, there in zip(newest, rows, strict=True)), more


def post(program: Program, found: Item, row: Item) -> Post:
    """When a person has said that it is there, nobody knows since when: since its announcement, then."""
    since = clock.moment(found["published_at"] if "resolved_by" in row else row["settled_at"])
    target = program.target(found["community"], row["destination"])
    names = hearing.names(program, target, row["posted"]) if target else frozenset[tuple[str, str]]()
    return Post(names, since, since + COUNTED)


def told(found: Item, rows: list[Item], counts: Iterator[int | None]) -> Announced:
    places = tuple(reach(row, next(counts)) for row in rows)
    return Announced(id=found["id"], title=found["title"], at=clock.moment(found["published_at"]), places=places)


def reach(row: Item, answers: int | None) -> Reach:
    known: dict[str, Any] = {name: row["reactions"][name] for name in TOLD if name in row.get("reactions", {})}
    return Reach(
        place=row["destination"],
        platform=row["platform"],
        url=row["posted"].get("url", ""),
        feedback=answers,
        **known,
    )
