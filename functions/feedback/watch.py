"""A look at each day of a community once it is over: what of it was unusual, and which episodes that belongs to.

| pk | sk | what |
|---|---|---|
| community#looked#days | looked | the last day that was looked at: where looking goes on |
| community#looked#2026-11 | 22 | what a look found: alarms, and which sources nobody could hear |
| community#episode#id | episode | what was unusual from a day to another, what happened just before, a manager's word |
| community#note#2026-11 | 22#hash | what a manager says that happened that day |

A look is one transaction that only the first one of a day can make, so an alarm is raised once whatever is delivered
again. Counts that are corrected later (late, removed or erased items) raise no alarm anew; whoever asks is shown the
counts as they are now, beside the count that the alarm was raised at.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from events.program import Program
from functions.feedback import episodes, records, rollup, unusual
from functions.feedback.episodes import BACK, CAUSES, GAP, Going, Judged, Name
from functions.feedback.unusual import Direction, Finding, Range
from functions.shared import clock, raised, table
from functions.shared.table import CancelledError, Item, Key, Put, Table, Update, Write

LISTING = "episodes"
DAY = timedelta(days=1)
MOST_DAYS = 31
"""That are looked at after a standstill; older ones are history, and nothing else."""
MOST_ALARMS = 20
"""Of one day, the surest: each is written in the look's own transaction."""
MOST_CAUSES = 10
LONGEST = 300
UNKNOWN_PHI = 3.0
"""Of a series without enough history: what counts of a community vary by, rather more than less."""

Happened = Callable[[datetime, datetime], list[Item]]
"""What is known to have happened between two moments: each has `what`, `title` and `at`."""


def row_key(community: str) -> Key:
    return table.partition(community, "looked", "days"), "looked"


def looked_key(community: str, day: date) -> Key:
    return table.partition(community, "looked", f"{day:%Y-%m}"), f"{day:%d}"


def episode_key(community: str, name: str) -> Key:
    return table.partition(community, "episode", name), "episode"


# Looking


def next_day(row: Item | None, zone: ZoneInfo, now: datetime) -> date | None:
    """The day to look at next; None where that is not over. A community begins with yesterday."""
    over = now.astimezone(zone).date() - DAY
    day = max(date.fromisoformat(row["day"]) + DAY, over - (MOST_DAYS - 1) * DAY) if row else over
    return day if day <= over else None


def look_next(
    store: Table, program: Program, community: str, row: Item | None, happened: Happened, now: datetime
) -> Item | None:
    """Look at the next day that is over; gives the row as it is then. None where there is none, or another was
    faster."""
    known = program.community(community)
    zone = ZoneInfo(known.timezone)
    day = next_day(row, zone, now)
    if day is None:
        return None
    records.count_now(store, community, rollup.hours_of(day, zone), zone, now)
    unseen = unheard(store, community, day, zone)
    sources = {one.id for one in program.sources if one.community == community}
    days = counts_of(store, community, day - BACK, day)
    deaf = deaf_days(store, community, day - BACK, day) | {day: set(unseen)}
    judged = episodes.judge(day, days, deaf, sources, known.feedback.false_alarms)
    surest = sorted(judged.findings, key=lambda one: one.chance)[:MOST_ALARMS]
    found = episodes.folded(surest, day, going(looked(store, community, day - GAP, day - DAY), day))
    return written(
        store, community, day, zone, row, Judged(surest, judged.young, judged.silent), found, unseen, happened
    )


def written(
    store: Table,
    community: str,
    day: date,
    zone: ZoneInfo,
    row: Item | None,
    judged: Judged,
    found: dict[Name, Going],
    unseen: Sequence[str],
    happened: Happened,
) -> Item | None:
    pk, sk = looked_key(community, day)
    alarms = [alarm(one, found[one.series, one.direction].id) for one in judged.findings]
    look = {"kind": "looked", "day": day.isoformat(), "alarms": alarms, "unseen": list(unseen), "silent": judged.silent}
    fresh = [one for one in judged.findings if found[one.series, one.direction].id == episodes.begun(one, day)]
    because = causes(happened, day, zone) if fresh else []
    rows: list[Write] = [
        begins(community, day, one, because)
        if one in fresh
        else goes_on(community, day, found[one.series, one.direction])
        for one in judged.findings
    ]
    after = {"day": day.isoformat()}
    same = table.equals("day", row["day"]) if row else table.absent()
    moved = Update(row_key(community), set={"kind": "looking", **after}, when=[same])
    try:
        store.transact([Put({"pk": pk, "sk": sk, **look}, when=[table.absent()]), moved, *rows])
    except CancelledError:
        return None
    return after


def alarm(one: Finding, episode: str) -> Item:
    return {
        "series": one.series,
        "direction": one.direction,
        "count": one.count,
        "low": one.usual.low,
        "high": one.usual.high,
        "chance": f"{one.chance:.1e}",
        "episode": episode,
    }


def begins(community: str, day: date, one: Finding, because: Sequence[Item]) -> Put:
    name = episodes.begun(one, day)
    pk, sk = episode_key(community, name)
    item = {
        "pk": pk,
        "sk": sk,
        "kind": "episode",
        "id": name,
        "state": "open",
        "first": day.isoformat(),
        "last": day.isoformat(),
        **{what: value for what, value in alarm(one, name).items() if what != "episode"},
        "because": list(because),
    }
    return Put(item | table.listed(community, LISTING, name, day.isoformat()), when=[table.absent()])


def goes_on(community: str, day: date, one: Going) -> Update:
    """What a manager has closed stays closed: it is known what it is."""
    changed = {"last": day.isoformat(), "listed_at": day.isoformat()}
    return Update(episode_key(community, one.id), set=changed, when=[table.present()])


def going(looks: Iterable[Item], day: date) -> dict[Name, Going]:
    """The episodes that may go on today, from the looks of the days before, oldest first."""
    found: dict[Name, Going] = {}
    for look in looks:
        at = date.fromisoformat(look["day"])
        if day - at <= GAP:
            found |= {(one["series"], direction(one)): Going(one["episode"], at) for one in look["alarms"]}
    return found


def direction(alarm: Item) -> Direction:
    return "more" if alarm["direction"] == "more" else "fewer"


def unheard(store: Table, community: str, day: date, zone: ZoneInfo) -> list[str]:
    """Sources in trouble since before the day was over."""
    end = clock.text(midnight(day + DAY, zone))
    rows = store.listing(community, raised.STANDING)
    return sorted({row["source"] for row in rows if row["since"] < end})


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def counts_of(store: Table, community: str, first: date, last: date) -> dict[date, dict[str, int]]:
    found = records.days_between(store, community, first, last)
    return {date.fromisoformat(item["day"]): item["counts"] for item in found}


def looked(store: Table, community: str, first: date, last: date) -> Iterator[Item]:
    """What looks found, oldest first."""
    for month in months(first, last):
        for item in store.query(table.partition(community, "looked", month)):
            if first.isoformat() <= item["day"] <= last.isoformat():
                yield item


def months(first: date, last: date) -> list[str]:
    return sorted({f"{date.fromordinal(day):%Y-%m}" for day in range(first.toordinal(), last.toordinal() + 1)})


def causes(happened: Happened, day: date, zone: ZoneInfo) -> list[Item]:
    """What happened up to four days before, the last of it first."""
    known = happened(midnight(day - CAUSES, zone), midnight(day + DAY, zone))
    return sorted(known, key=lambda one: str(one["at"]), reverse=True)[:MOST_CAUSES]


# Reading


def usual(store: Table, community: str, day: date, names: Sequence[str]) -> dict[str, Range | None]:
    """The range that nine of ten such days of the community are within; None where there is not enough history."""
    days = counts_of(store, community, day - BACK, day)
    deaf = deaf_days(store, community, day - BACK, day)
    weighs = episodes.weights(days)
    found = {name: episodes.usual_of(name, day, days, deaf, weighs) for name in names}
    return {name: one.range if one else None for name, one in found.items()}


@dataclass(frozen=True, slots=True)
class Change:
    """A series in two periods. `phi`: how many times larger than chance alone it varies from day to day."""

    now: int
    before: int
    phi: float
    exposure: float
    """How many times more days the later period has that say anything of it; nought where one of the two has none."""

    @property
    def shown(self) -> Item:
        found = unusual.compared(self.now, self.before, self.phi, self.exposure)
        ratio = {"ratio": found.ratio, "low": found.low, "high": found.high} if found.ratio is not None else {}
        return {"now": self.now, "before": self.before, "change": found.change, **ratio}


def compared(store: Table, community: str, before: date, first: date, last: date) -> dict[str, Change]:
    """Every series in the days from `first` to `last`, and in those from `before` to the day before the first."""
    days = counts_of(store, community, min(before, first - BACK), last)
    history = {day: counts for day, counts in days.items() if day < first}
    deaf = deaf_days(store, community, min(before, first - BACK), last + DAY)
    weighs = episodes.weights(history)

    def said(name: str, start: date, end: date) -> tuple[int, int]:
        """How much, and on how many days that say anything of it."""
        period = [date.fromordinal(day) for day in range(start.toordinal(), end.toordinal())]
        heard = [day for day in period if not episodes.hidden(name, day, deaf, weighs)]
        return sum(days.get(day, {}).get(name, 0) for day in heard), len(heard)

    def change(name: str) -> Change:
        now, then = said(name, first, last + DAY), said(name, before, first)
        known = episodes.usual_of(name, first, history, deaf, weighs)
        return Change(now[0], then[0], known.spread.phi if known else UNKNOWN_PHI, now[1] / then[1] if then[1] else 0.0)

    names = {name for day, counts in days.items() if day >= before for name in counts}
    return {name: change(name) for name in sorted(names)}


def deaf_days(store: Table, community: str, first: date, until: date) -> dict[date, set[str]]:
    """The sources that nobody could hear, or of which nothing was heard, on the days before `until`."""
    looks = looked(store, community, first, until - DAY)
    return {date.fromisoformat(one["day"]): {*one["unseen"], *one["silent"]} for one in looks}


def existing(store: Table, community: str, name: str) -> Item:
    found = store.get(*episode_key(community, name))
    if found is None:
        raise LookupError(f"there is no episode {name!r} in {community!r}")
    return found


def between(store: Table, community: str, first: date, last: date) -> list[Item]:
    """The episodes that have a day there, the newest first."""
    keys = store.listed_between(community, LISTING, first.isoformat(), "\uffff")
    found = [one for one in store.read(keys) if one["first"] <= last.isoformat() and one["last"] >= first.isoformat()]
    return sorted(found, key=lambda one: (one["last"], one["first"], one["id"]), reverse=True)


def told(store: Table, community: str, episode: Item) -> Item:
    """An episode with each of its days as it was and as it is counted now, and with what managers say happened."""
    first, last = (date.fromisoformat(episode[name]) for name in ("first", "last"))
    now = counts_of(store, community, first, last)
    alarms = [
        (look["day"], one)
        for look in looked(store, community, first, last)
        for one in look["alarms"]
        if one["episode"] == episode["id"]
    ]
    days = [
        {
            "day": day,
            "count": now.get(date.fromisoformat(day), {}).get(episode["series"], 0),
            "counted": one["count"],
            "low": one["low"],
            "high": one["high"],
        }
        for day, one in alarms
    ]
    noted = [
        {"what": "note", "title": note["text"], "at": note["day"]}
        for note in notes(store, community, first - CAUSES, last)
    ]
    return {**episode, "days": days, "because": [*noted, *episode["because"]]}


# A manager's word


def close(store: Table, community: str, name: str, word: str, who: str, now: datetime) -> Item:
    """Once it is known what it was. A second word takes the place of the first. Raises LookupError."""
    existing(store, community, name)
    said = {"state": "closed", "word": word, "closed_by": who, "closed_at": clock.text(now)}
    return store.write(Update(episode_key(community, name), set=said, when=[table.present()]))


def note(store: Table, community: str, day: date, text: str, who: str, now: datetime) -> Item:
    """What happened that day, once however often it is said."""
    text = " ".join(text.split())[:LONGEST]
    item = {
        "pk": table.partition(community, "note", f"{day:%Y-%m}"),
        "sk": f"{day:%d}#{sha256(text.encode()).hexdigest()[:12]}",
        "kind": "note",
        "day": day.isoformat(),
        "text": text,
        "by": who,
        "noted_at": clock.text(now),
    }
    store.write(Put(item))
    return item


def notes(store: Table, community: str, first: date, last: date) -> Iterator[Item]:
    for month in months(first, last):
        for item in store.query(table.partition(community, "note", month)):
            if first.isoformat() <= item["day"] <= last.isoformat():
                yield item
