"""How much was said in answer to something: counted off what is kept of each day for those who wait for a reply."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from functions.feedback import periods, replies
from functions.shared import clock
from functions.shared.table import Table


@dataclass(frozen=True, slots=True)
class Post:
    """Something that people answer: what each source calls it, as (source, name), since when it is there, and until
    before when answers count. They came after it, whatever the clocks of two servers say."""

    names: frozenset[tuple[str, str]]
    since: datetime
    until: datetime

    def days(self, zone: ZoneInfo, now: datetime) -> list[date]:
        last = min(self.until, now).astimezone(zone).date()
        return periods.days(self.since.astimezone(zone).date(), last)


def counted(
    store: Table,
    community: str,
    posts: Sequence[Post],
    zone: ZoneInfo,
    now: datetime,
    time_left: Callable[[], bool],
) -> list[int | None]:
    """How much the community's people said in answer to each post, in their order. Reactions and votes say nothing, nor
    do programs or our own people. `zone`: the community's, in whose days it is kept. None for a post with a day whose
    words have ended, or for whose log there was no time: asked again, there is less to read."""
    left = {place: set(post.days(zone, now)) for place, post in enumerate(posts) if post.names}
    found = dict.fromkeys(left, 0)
    for day in sorted({day for days in left.values() for day in days}):
        known = periods.REPLIES.on(store, community, day, zone)
        if known is None and time_left():
            known = periods.REPLIES.read(store, community, day, zone)
        if known is None or known.ended:
            continue
        for place, days in left.items():
            if day in days:
                found[place] += answers(known, posts[place])
                days.discard(day)
    return [found[place] if place in left and not left[place] else None for place in range(len(posts))]


def answers(day: replies.Day, post: Post) -> int:
    names, last = {replies.hashed(*name) for name in post.names}, clock.text(post.until)
    return sum(at < last for name in names for at in day.answers.get(name, ()))
