"""Everything one digest holds, read from the tables as they are now.

Counts, people and waits are of the reader's own days, exact for any zone. What is usual is of the community's days: for
a reader in another zone those begin some hours apart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from events.digests import (
    Accuracy,
    Announced,
    Cause,
    Counted,
    Day,
    Decision,
    Digest,
    Figure,
    Load,
    Moderated,
    Parts,
    Period,
    Replies,
    Row,
    Topic,
    Unusual,
    Usual,
    Volume,
)
from events.program import Program, Reader
from functions.announcements import happened
from functions.digests import announced, coming, decisions, figures, periods, quotes, records, waiting
from functions.digests.figures import History
from functions.digests.plain import line
from functions.feedback import episodes, rollup, shares, unusual, watch
from functions.feedback import periods as spoken
from functions.feedback import records as feedback
from functions.feedback.reach import People
from functions.moderation import flow_records, seals
from functions.moderation.flow import Counts, Flow
from functions.shared.table import Item, Table

KINDS = ("bug", "feature", "praise", "complaint", "question")
MOST_TOPICS = {"daily": 3, "weekly": 5, "monthly": 5}
MOST_UNUSUAL = 10
BARS = 14
"""Days that a daily digest shows, its own the last."""
RECENT = timedelta(days=8)
HOURS_READ = 48
"""Of the log, for quotes: the newest hours in which a topic was spoken of."""

Thing = TypeVar("Thing")


@dataclass
class Run:
    """What was read for one reader and another may need: readers of one community share it."""

    store: Table
    program: Program
    now: datetime
    time_left: Callable[[], bool]
    kept: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    cut: set[tuple[str, Period]] = field(default_factory=set)
    """Communities and periods of which not all of the log could be read in time."""

    def once(self, key: tuple[Any, ...], make: Callable[[], Thing]) -> Thing:
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]  # type: ignore[no-any-return]


def gather(run: Run, reader: Reader, period: Period) -> Digest:
    """Read the tables as they are now."""
    community = reader.community
    told, wanted = Telling(run, community, period), set(reader.sections)
    things, more = waits(run, community)
    replies, replies_before = told.replies() if "replies" in wanted else (None, None)
    mood, mood_before = told.mood() if "mood" in wanted else (None, None)
    went_out, also = told.announced() if "announcements" in wanted else ((), 0)
    topics = "topics" in wanted
    made = Digest(
        community=community,
        community_name=run.program.community(community).name,
        reader=reader.id,
        reader_name=reader.name,
        language=reader.language,
        period=period,
        made_at=run.now,
        sections=reader.sections,
        decisions=decisions.for_reader(things, run.program, reader),
        more_decisions=more,
        unusual=told.unusual() if "unusual" in wanted else (),
        volume=told.volume() if "volume" in wanted else None,
        topics=told.topics() if topics else (),
        kinds=told.kinds() if topics else (),
        rising=told.rising() if topics else (),
        parts=told.parts() if topics else None,
        mood=mood,
        mood_before=mood_before,
        replies=replies,
        replies_before=replies_before,
        moderation=told.moderation(reader) if "moderation" in wanted else None,
        announced=went_out,
        also_announced=also,
        coming=coming.coming(run.store, run.program, reader, period.cadence, run.now) if "coming" in wanted else (),
        accuracy=accuracy(run.program, community),
        counted=told.counted,
        seal=run.once(("seal", community), lambda: seals.newest(community, run.now)),
    )
    read = {(community, period), (community, told.before[0])}
    return made.model_copy(update={"partial": not run.cut.isdisjoint(read)})


def waits(run: Run, community: str) -> tuple[tuple[Decision, ...], bool]:
    return run.once(("waits", community), lambda: read_waits(run, community))


def read_waits(run: Run, community: str) -> tuple[tuple[Decision, ...], bool]:
    found, more = waiting.waiting(run.store, community, run.now)
    return tuple(map(records.worded, found)), more


class Telling:
    """What was said in one period of one community."""

    def __init__(self, run: Run, community: str, period: Period) -> None:
        self.run, self.community, self.period = run, community, period
        self.zone, self.own_zone = ZoneInfo(period.zone), run.program.zone(community)
        self.days = periods.days_of(period)
        self.before = periods.before(period)
        self.length = periods.length(period)
        self.over = period.ends <= run.now
        """Else it is only looked at, and what was said until now is held against nothing."""
        self.count()
        self.hours = run.once(("hours", community, period.starts, period.ends), self.read_hours)
        totals = rollup.total_between(period.starts, period.ends, {one["hour"]: one["counts"] for one in self.hours})
        position = {one["hour"]: one["generation"] for one in self.hours}
        self.counted = Counted(position=position, counts=dict(sorted(totals.items())))

    # What was counted

    def count(self) -> None:
        """The minute's roll-up may be behind: hours that wait for it are counted here, each once in a run. From the
        first period that this one is held against on, and until now: what was asked may have had its reply since."""
        until = min(self.run.now, self.period.ends + spoken.LONGEST)
        looked_at: set[str] = self.run.once(("counted", self.community), set)
        since = self.before[-1].starts - BARS * timedelta(days=1)  # Each bar has its four weeks before, too.
        hours = {*rollup.hours_between(since, max(until, self.period.ends))} - looked_at
        run = self.run
        feedback.count_now(run.store, self.community, sorted(hours), self.own_zone, run.now, run.time_left)
        looked_at |= hours

    def read_hours(self) -> list[Item]:
        period = self.period
        return list(feedback.counted_between(self.run.store, self.community, period.starts, period.ends))

    @property
    def counts(self) -> dict[str, int]:
        return dict(self.counted.counts)

    @property
    def history(self) -> History:
        first = min(self.before[-1].first, self.days[-1] - BARS * timedelta(days=1)) - episodes.BACK
        return self.run.once(("history", self.community, first, self.days[-1]), lambda: self.read_history(first))

    def read_history(self, first: date) -> History:
        self.run.once(("looked", self.community), self.look)
        store, until = self.run.store, self.days[-1] + timedelta(days=1)
        days = watch.counts_of(store, self.community, first, until)
        return History(days, watch.deaf_days(store, self.community, first, until))

    def on(self, day: date) -> dict[str, int]:
        """What was said on a day of the reader's."""
        if self.zone.key == self.own_zone.key:
            return self.history.days.get(day, {})  # type: ignore[return-value]
        return self.run.once(("day", self.community, self.zone.key, day), lambda: self.read_day(day))

    def read_day(self, day: date) -> dict[str, int]:
        utc_days = sorted({hour[:10] for hour in rollup.hours_of(day, self.zone)})
        hours = [one for utc_day in utc_days for one in self.hours_on(date.fromisoformat(utc_day))]
        return rollup.day_total(day, self.zone, {one["hour"]: one["counts"] for one in hours})

    def hours_on(self, utc_day: date) -> list[Item]:
        """For readers of every zone."""
        store, community = self.run.store, self.community
        return self.run.once(
            ("hours on", community, utc_day), lambda: list(feedback.hours_between(store, community, utc_day, utc_day))
        )

    def past(self, name: str, one: Period) -> int | None:
        """A series in an earlier period; None where nothing was counted yet, or a source could not be heard."""
        days = periods.days_of(one)
        begun = min(self.history.days, default=None)
        if begun is None or days[0] < begun or self.history.hidden(name, days):
            return None
        return sum(self.on(day).get(name, 0) for day in days)

    def figure(self, name: str) -> Figure:
        if not self.over:
            return Figure(number=self.counts.get(name, 0))
        last = self.days[-1]
        usual, phi = self.history.usual(name, last)
        found = figures.figure(
            self.counts.get(name, 0),
            [self.past(name, one) for one in self.before],
            [self.length, *(len(periods.days_of(one)) for one in self.before)],
            usual=usual if self.period.cadence == "daily" and self.length == 1 else None,
            phi=phi,
        )
        # What could not be heard was not said less of.
        return found.model_copy(update={"change": None}) if self.history.hidden(name, self.days) else found

    def volume(self) -> Volume:
        heard = {name for name in self.counts if name.startswith("source:")}
        known = {f"source:{one.id}" for one in self.run.program.sources if one.community == self.community}
        rows = [Row(series=name, figure=self.figure(name)) for name in sorted(heard | known)]
        return Volume(
            total=self.figure("total"),
            people=self.reach("total"),
            sources=tuple(sorted(rows, key=lambda row: (-row.figure.number, -(row.figure.before or 0)))),
            days=tuple(self.bar(day) for day in self.bars()),
        )

    def bars(self) -> list[date]:
        if self.period.cadence != "daily":
            return [day for day in self.days if day <= self.run.now.astimezone(self.zone).date()]
        return [self.days[-1] - timedelta(days=back) for back in range(BARS - 1, -1, -1)]

    def bar(self, day: date) -> Day:
        here = self.counts if [day] == self.days and self.length == 1 else self.on(day)
        weeks = [
            self.past("total", periods.containing("daily", day - timedelta(weeks=back), self.zone))
            for back in range(1, 5)
        ]
        known = [one for one in weeks if one is not None]
        middle = figures.figure(0, known, [1] * (len(known) + 1), usual=None, phi=1.0).median
        ended = periods.midnight(day + timedelta(days=1), self.zone) <= self.run.now
        usual = self.history.usual("total", day)[0] if ended else None
        return Day(day=day, number=here.get("total", 0), usual=usual, median=middle)

    # Who, and of what

    def people(self) -> People | None:
        """None where not all of the log could be read in time."""
        key = ("people", self.community, self.zone.key, self.days[0], self.days[-1])
        return self.run.once(key, self.read_people)

    def read_people(self) -> People | None:
        first, last = self.days[0], self.days[-1]
        if last - first >= spoken.LONGEST:
            return None
        found, open_days = spoken.people_between(
            self.run.store, self.community, first, last, self.zone, self.run.time_left
        )
        if open_days:
            self.run.cut.add((self.community, self.period))
        return None if open_days else found

    def topics(self) -> tuple[Topic, ...]:
        themes = {f"theme:{one.id}": line(one.title) for one in self.run.program.themes_of(self.community)}
        spoken_of = [name for name in themes if self.counts.get(name)]
        busiest = sorted(spoken_of, key=lambda name: (-(self.reach(name) or 0), -self.counts[name], name))
        most = MOST_TOPICS[self.period.cadence]
        names = [*busiest[:most], *list(filter(self.fell_silent, themes))[:most]]
        return tuple(self.topic(name, themes[name], quoted=True) for name in names)

    def kinds(self) -> tuple[Topic, ...]:
        every = [f"kind:{kind}" for kind in KINDS]
        names = [name for name in every if self.counts.get(name) or self.fell_silent(name)]
        return tuple(self.topic(name, "", quoted=False) for name in names)

    def fell_silent(self, name: str) -> bool:
        """Whether nothing was said of what is usually spoken of."""
        return not self.counts.get(name) and self.figure(name).change == "less"

    def reach(self, name: str) -> int | None:
        """How many people; None where that is not known, since of nobody it was told who they are."""
        found = len((self.people() or {}).get(name, ()))
        return found if found or not self.counts.get(name) else None

    def topic(self, name: str, title: str, *, quoted: bool) -> Topic:
        return Topic(
            series=name,
            title=title,
            figure=self.figure(name),
            people=self.reach(name),
            quotes=self.quotes(name) if quoted else (),
        )

    def quotes(self, name: str) -> tuple[quotes.Quote, ...]:
        return quotes.chosen(self.items(name), feedback.item_id)

    def items(self, name: str) -> list[Item]:
        """What was said of a series, in the newest hours that have enough of it."""
        found: list[Item] = []
        for hour in islice(self.hours_with(name), HOURS_READ):
            if len(found) >= quotes.CANDIDATES:
                break
            if not self.run.time_left():
                self.run.cut.add((self.community, self.period))
                break
            found += [one for one in self.log(hour) if name in rollup.dimensions(one) and self.inside(one)]
        return found

    def hours_with(self, name: str) -> list[str]:
        return sorted((one["hour"] for one in self.hours if any(one["counts"].get(name, ()))), reverse=True)

    def log(self, hour: str) -> list[Item]:
        return self.run.once(
            ("log", self.community, hour), lambda: list(feedback.standing(self.run.store, self.community, hour))
        )

    def inside(self, item: Item) -> bool:
        return self.period.starts <= datetime.fromisoformat(item["said_at"]) < self.period.ends

    def rising(self) -> tuple[Row, ...]:
        """Themes that are said more of than in the period before, and not as much in those before that."""
        if not self.over:
            return ()
        titles = {f"theme:{one.id}": line(one.title) for one in self.run.program.themes_of(self.community)}
        weeks = {}
        for name in titles:
            before = self.past(name, self.before[0])
            if before is not None:
                exposure = self.length / len(periods.days_of(self.before[0]))
                weeks[name] = (self.counts.get(name, 0), before, self.history.usual(name, self.days[-1])[1], exposure)
        rows = [Row(series=name, title=titles[name], figure=self.figure(name)) for name in unusual.rising(weeks)]
        return tuple(one for one in rows if one.figure.change in ("more", None))

    def parts(self) -> Parts:
        return figures.parts("kind", self.counts)

    def mood(self) -> tuple[Parts | None, Parts | None]:
        """Only where it has clearly changed since the period before; of a day there is too little to say."""
        if self.period.cadence == "daily":
            return None, None
        then: dict[str, int] = {}
        for day in periods.days_of(self.before[0]):
            for name, number in self.on(day).items():
                then[name] = then.get(name, 0) + number
        now, before = figures.parts("mood", self.counts), figures.parts("mood", then)
        return (now, before) if figures.differs(now, before) else (None, None)

    def replies(self) -> tuple[Replies | None, Replies | None]:
        """And those of the period before, which a day has too few of."""
        before = self.waits(self.before[0]) if self.period.cadence == "weekly" else None
        return self.waits(self.period), before

    def waits(self, period: Period) -> Replies | None:
        key = ("waits of", self.community, period.zone, period.first, period.last)
        return self.run.once(key, lambda: self.replied(period))

    def replied(self, period: Period) -> Replies | None:
        """None where not all of the log could be read in time, or its words have ended."""
        try:
            found, open_days = spoken.replied_between(
                self.run.store,
                self.community,
                period.first,
                period.last,
                self.zone,
                self.run.now,
                self.run.time_left,
            )
        except spoken.EndedError:
            return None
        if open_days:
            self.run.cut.add((self.community, period))
            return None
        return Replies(
            asked=found.asked,
            unanswered=found.unanswered,
            oldest=found.oldest,
            half=seconds(found.half),
            nine_in_ten=seconds(found.nine_in_ten),
            in_time=found.in_time,
        )

    # What was done

    def moderation(self, reader: Reader) -> Moderated | None:
        """None where there has never been anything to moderate. What each colleague did is for colleagues."""
        flow = self.run.once(("flow", self.community, self.period.starts, self.period.ends), self.read_flow)
        before = self.run.once(("flow before", self.community, self.period.starts, self.period.ends), self.flow_before)
        rostered = self.run.program.moderator(self.community, reader.id) is not None
        counts = (flow.opened, flow.decided, flow.open, *(one.decided for one in before))
        if not any(counts):
            return None
        return Moderated(
            opened=self.cases(flow.opened, [one.opened for one in before]),
            decided=self.cases(flow.decided, [one.decided for one in before]),
            open=flow.open,
            late=flow.late,
            oldest=flow.oldest,
            half=seconds(flow.half),
            nine_in_ten=seconds(flow.nine_in_ten),
            appeals=flow.appeals,
            upheld=flow.upheld,
            overturned=flow.overturned,
            reasons=tuple(Row(series=f"reason:{code}", figure=Figure(number=number)) for code, number in flow.reasons),
            load=tuple(Load(name=line(name), decided=number) for name, number in flow.load if rostered),
        )

    def read_flow(self) -> Flow:
        run, period = self.run, self.period
        return flow_records.between(run.store, run.program, self.community, period.starts, period.ends, run.now)

    def flow_before(self) -> list[Counts]:
        return [flow_records.counts(self.run.store, self.community, one.starts, one.ends) for one in self.before]

    def cases(self, number: int, past: Sequence[int | None]) -> Figure:
        if not self.over:
            return Figure(number=number)
        days = [self.length, *(len(periods.days_of(one)) for one in self.before)]
        return figures.figure(number, past, days, usual=None, phi=figures.UNKNOWN_PHI)

    def announced(self) -> tuple[tuple[Announced, ...], int]:
        """Of a day's digest what went out in the last eight days: its reach is read back until a week after."""
        period = self.period
        starts = period.ends - RECENT if period.cadence == "daily" else period.starts
        return self.run.once(("announced", self.community, starts, period.ends), lambda: self.read_announced(starts))

    def read_announced(self, starts: datetime) -> tuple[tuple[Announced, ...], int]:
        run = self.run
        return announced.announced(
            run.store, run.program, self.community, starts, self.period.ends, run.now, run.time_left
        )

    # What was unusual

    def unusual(self) -> tuple[Unusual, ...]:
        """Episodes that nobody has closed; of a daily digest those of the day before, too. The minute's look may be
        behind: days that are over and were not looked at are looked at here."""
        run, community = self.run, self.community
        run.once(("looked", community), self.look)
        first = self.days[0] - timedelta(days=1) if self.period.cadence == "daily" else self.days[0]
        found = [one for one in watch.between(run.store, community, first, self.days[-1]) if one["state"] == "open"]
        return tuple(
            run.once(("episode", community, one["id"]), partial(self.episode, one)) for one in found[:MOST_UNUSUAL]
        )

    def look(self) -> bool:
        run, community = self.run, self.community
        known = partial(happened.between, run.store, community)
        row = run.store.get(*watch.row_key(community))
        while after := watch.look_next(run.store, run.program, community, row, known, run.now):
            row = after
        return True

    def episode(self, found: Item) -> Unusual:
        told = watch.told(self.run.store, self.community, found)
        days = told["days"] or [{**told, "day": told["first"]}]
        worst = (max if told["direction"] == "more" else min)(days, key=lambda one: (one["count"], one["day"]))
        first, last = (date.fromisoformat(told[name]) for name in ("first", "last"))
        titles = {f"theme:{one.id}": one.title for one in self.run.program.themes_of(self.community)}
        return Unusual(
            id=told["id"],
            series=told["series"],
            title=line(titles.get(told["series"], "")),
            direction=told["direction"],
            day=date.fromisoformat(worst["day"]),
            count=worst["count"],
            usual=Usual(low=worst["low"], high=worst["high"]),
            days=(last - first).days + 1,
            because=tuple(
                Cause(what=one["what"], title=line(one["title"])) for one in told["because"][: episodes.MOST_NAMED]
            ),
        )


def seconds(duration: timedelta | None) -> int | None:
    return None if duration is None else int(duration.total_seconds())


def accuracy(program: Program, community: str) -> tuple[Accuracy, ...]:
    """Of the models, in the languages of the community."""
    known = program.community(community)
    spoken_here: Sequence[str] = known.languages or (known.language, "en")
    languages = {one.partition("-")[0] for one in spoken_here}
    return tuple(
        Accuracy(what=what, model=model, language=language, right=round(right, 3))
        for what in ("kind", "mood")
        for model, language, right in shares.right(what)
        if language in languages
    )
