"""A made-up year in a world: what came is handed over, digests are made, and each is held against the recount."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

from events.digests import Digest, Figure
from events.envelope import Envelope
from events.feedback import FeedbackChanged, FeedbackReceived
from events.operations import ErasureRequested
from events.program import bare
from functions.api import digests as verify
from functions.digests import records
from functions.feedback import entries
from functions.platforms.inbound import normalise
from functions.shared.program import active as active_program
from functions.shared.table import table
from functions.upkeep import erasure
from functions.upkeep import records as upkeep
from tests.digests.reading import page
from tests.digests.year import HOME, PROGRAM, Line, Recount, four_before, middle, span
from tests.support import builders
from tests.support.faults import answer_lost, crash
from tests.support.world import World

CADENCES = ("daily", "weekly", "monthly")
QUARTER = timedelta(minutes=15)
MARK = re.compile("#[0-9]{5}")
"""By which each made-up text is found again."""


@dataclass(frozen=True, slots=True)
class Member:
    """A reader, as the program has them."""

    id: str
    timezone: str
    hour: int
    cadences: tuple[str, ...] = CADENCES

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def text(self) -> str:
        return f"""
[[readers]]
id = "{self.id}"
community = "acme"
name = "{self.id.title()}"
email = "{self.id}@acme.example"
timezone = "{self.timezone}"
hour = {self.hour}
digests = [{", ".join(f'"{one}"' for one in self.cadences)}]
"""

    def due(self, day: date) -> datetime:
        """When what ended before a day is told of."""
        return datetime(day.year, day.month, day.day, self.hour, tzinfo=self.zone).astimezone(UTC)


READERS = (
    Member("paris", "Europe/Paris", 9),
    Member("york", "America/New_York", 7, ("daily", "weekly")),
    Member("kathmandu", "Asia/Kathmandu", 8, ("daily",)),
    Member("howe", "Australia/Lord_Howe", 2, ("weekly", "monthly")),
    Member("kiritimati", "Pacific/Kiritimati", 0, ("daily", "monthly")),
)


def program(readers: tuple[Member, ...]) -> str:
    return PROGRAM + "".join(one.text for one in readers)


@dataclass
class Held:
    """What was made so far, and what of it is not what the recount says."""

    world: World
    readers: tuple[Member, ...]
    lines: list[Line]
    chance: Random
    silent: tuple[date, date] | None = None
    recount: Recount = field(default_factory=Recount)
    made: dict[tuple[str, str], Digest] = field(default_factory=dict)
    """By reader and name."""
    counted: int = 0
    """Numbers that were held against the recount."""
    wrong: list[str] = field(default_factory=list)
    handed: int = 0
    breaks: int = 0

    # As it happens

    def until(self, now: datetime) -> None:
        """Hand over what came, in no order; a part of it by the queue."""
        self.world.now = now
        came = []
        while self.handed < len(self.lines) and self.lines[self.handed].at <= now:
            came.append(self.lines[self.handed])
            self.handed += 1
        self.chance.shuffle(came)
        for line in came:
            self.recount.take(line, now)
        deliveries = [delivered(one) for one in came]
        if self.chance.random() < 0.1:
            self.world.handle(*deliveries)
        else:
            log(deliveries, now)

    def fire(self, *, breaks: bool = False) -> None:
        """One run of the schedule; whoever is due is told. `breaks`: it dies, or an answer is lost, somewhere."""
        if breaks:
            self.breaks += 1
            fault = self.chance.choice((crash, answer_lost))
            when = self.chance.choice(("before", "after"))
            self.world.faults.at_number(self.chance.randrange(1, 400), when, fault)  # type: ignore[arg-type]
        self.world.digests()
        self.world.faults.forget()
        for failure in self.world.failures:  # Its frames hold all that its run had read.
            failure.__traceback__ = failure.__context__ = None
        while self.world.work("delivery"):
            pass
        self.look()

    def look(self) -> None:
        """Hold what is new against the recount, which knows what had come by now."""
        with self.world.faults.by_others():
            for reader in self.readers:
                for cadence in reader.cadences:
                    for name in self.new(reader, cadence):
                        digest = records.read(table(), "acme", reader.id, name)
                        if digest:
                            self.made[reader.id, name] = digest
                            self.hold(reader, digest)

    def new(self, reader: Member, cadence: str) -> Iterator[str]:
        """Names of what may have been made since, up to the newest, by the calendar alone."""
        today = self.world.now.astimezone(reader.zone).date()
        first = span(cadence, today)[0]
        found = []
        for _ in range(5):
            first = span(cadence, first - timedelta(days=1))[0]
            found.append(f"{cadence}-{first}")
        known = [number for number, name in enumerate(found) if (reader.id, name) in self.made]
        yield from reversed(found[: known[0] if known else None])

    # Against the recount

    def hold(self, reader: Member, digest: Digest) -> None:
        zone, recount, now = reader.zone, self.recount, self.world.now
        days = digest.period.first, digest.period.last
        told = f"{reader.id} {digest.period.name}"
        self.same(f"{told}: days", days, span(digest.period.cadence, days[0]))
        self.same(f"{told}: counts", dict(digest.counted.counts), recount.counts(*days, zone))
        if digest.volume:
            self.same(f"{told}: people", digest.volume.people, self.people("total", days, zone))
            self.figure(told, "total", digest.volume.total, digest, zone)
            for row in digest.volume.sources:
                self.figure(told, row.series, row.figure, digest, zone)
            for bar in digest.volume.days:
                self.same(f"{told}: bar {bar.day}", bar.number, recount.number("total", (bar.day, bar.day), zone))
        for topic in (*digest.topics, *digest.kinds):
            self.figure(told, topic.series, topic.figure, digest, zone)
            self.same(f"{told}: people of {topic.series}", topic.people, self.people(topic.series, days, zone))
        if replies := digest.replies:
            waits = recount.waits(*days, zone, now)
            self.same(f"{told}: asked", (replies.asked, replies.unanswered), (waits.asked, waits.unanswered))
            self.same(f"{told}: oldest", replies.oldest, waits.oldest)
            self.same(f"{told}: in time", replies.in_time and replies.in_time[0], waits.share)

    def figure(self, told: str, series: str, figure: Figure, digest: Digest, zone: ZoneInfo) -> None:
        cadence, first = digest.period.cadence, digest.period.first
        self.same(f"{told}: {series}", figure.number, self.recount.number(series, (first, digest.period.last), zone))
        spans = four_before(cadence, first)
        if any(self.unheard(series, one) for one in spans):
            return
        begun = min((thing.said_at for thing in self.recount.things.values()), default=self.world.now)
        young = begun.astimezone(HOME).date()
        past = [self.recount.number(series, one, zone) if one[0] >= young else None for one in spans]
        self.same(f"{told}: {series} before", figure.before, past[0])
        known = [one for one in past if one is not None]
        self.same(f"{told}: {series} median", figure.median, middle(known) if len(known) == 4 else None)

    def people(self, series: str, days: tuple[date, date], zone: ZoneInfo) -> int | None:
        """None where something was said, and of nobody it is known who it was."""
        found = self.recount.people(*days, zone, series)
        return found if found or not self.recount.number(series, days, zone) else None

    def unheard(self, series: str, days: tuple[date, date]) -> bool:
        """Whether it may be left open what was said then, since of the store nothing was heard."""
        if not self.silent:
            return False
        first, last = self.silent[0] - timedelta(days=1), self.silent[1] + timedelta(days=1)
        return days[0] <= last and days[1] >= first and series not in ("source:game", "source:board")

    def same(self, what: str, told: object, counted: object) -> None:
        self.counted += 1
        if told != counted:
            self.wrong.append(f"{what}: {difference(told, counted)}")

    # In the end

    def periods(self) -> None:
        """Each thing that was said is in exactly one period of each reader and cadence."""
        said = sorted(thing.said_at for thing in self.recount.things.values())
        for reader in self.readers:
            for cadence in reader.cadences:
                found = sorted(
                    (one.period.starts, one.period.ends)
                    for (who, _), one in self.made.items()
                    if who == reader.id and one.period.cadence == cadence
                )
                for (_, ends), (starts, _) in pairwise(found):
                    self.same(f"{reader.id} {cadence}: where the next one begins", starts, ends)
                inside = sum(bisect_left(said, ends) - bisect_left(said, starts) for starts, ends in found)
                whole = bisect_left(said, found[-1][1]) - bisect_left(said, found[0][0])
                self.same(f"{reader.id} {cadence}: things in its periods", inside, whole)

    def mails(self) -> None:
        """One for each digest, but for those that were made up for once the next one was due."""
        due = {name for name, digest in self.made.items() if not self.made_up_for(*name, digest)}
        rows = {(row["destination"], row["sk"].partition("#mail#")[2]) for row in self.world.items("delivery")}
        self.same("mails asked for", rows ^ due, set())
        self.same("mails sent", len(self.world.mails()), len(due))

    def made_up_for(self, who: str, name: str, digest: Digest) -> bool:
        reader = next(one for one in self.readers if one.id == who)
        following = span(digest.period.cadence, digest.period.last + timedelta(days=1))
        return reader.due(following[1] + timedelta(days=1)) <= digest.made_at

    def verified(self, names: list[tuple[str, str]]) -> None:
        """Counted again from the log: the same, but for the hours of which anything came since."""
        active = active_program()[0]
        for who, name in names:
            digest = self.made[who, name]
            starts, ends = (f"{at:%Y-%m-%dT%H}" for at in (digest.period.starts, digest.period.ends))
            touched = [
                hour
                for hour, at in sorted(self.recount.touched.items())
                if starts <= hour <= ends
                and at > digest.made_at
                and datetime.fromisoformat(f"{hour}:00Z") < digest.period.ends
            ]
            with self.world.faults.by_others():
                found = verify.recounted(digest, active, lambda: True)
            self.same(f"{who} {name}: changed since", found["changed"], touched)
            self.same(f"{who} {name}: the same", found["same"], not touched)
            self.same(f"{who} {name}: of nobody's doing", found["unexplained"], [])

    def forget(self, source: str, author: str) -> None:
        """Have somebody erased, and everything of them searched for and counted anew."""
        person = {"community": "acme", "source": source, "platform": "standard_webhooks", "person": {"id": author}}
        told = {**person, "request": "year", "requested_at": self.world.now}
        row = upkeep.ask_erasure(table(), ErasureRequested.model_validate(told), self.world.now)
        while row["state"] != "done":
            erasure.due(table(), lambda: True)
            self.world.later(minutes=15)
            row = table().get(row["pk"], row["sk"]) or row
        for thing in self.recount.forget(source, author):
            self.recount.touched[f"{thing.said_at:%Y-%m-%dT%H}"] = self.world.now

    def pages(self, reader: str, most: int) -> int:
        """The newest pages of a reader have no words of whoever is gone; gives how many quotes they have."""
        gone = {thing.mark for thing in self.recount.things.values() if thing.gone}
        newest = sorted((one.made_at, name) for (who, name), one in self.made.items() if who == reader)[-most:]
        marks = [mark for _, name in newest for mark in MARK.findall(page(self.world, reader, name))]
        self.same(f"{reader}: words of whoever is gone", sorted(gone & {*marks}), [])
        return len(marks)


def difference(told: object, counted: object) -> str:
    if isinstance(told, dict) and isinstance(counted, dict):
        names = [name for name in sorted({*told, *counted}) if told.get(name, 0) != counted.get(name, 0)]
        return ", ".join(f"{name} {told.get(name, 0)} ({counted.get(name, 0)})" for name in names)
    return f"{told} ({counted})"


def delivered(line: Line) -> Envelope:
    kind = "feedback.changed" if '"feedback.changed"' in line.body else "feedback.received"
    made = builders.webhook(kind, {}, line.at)
    return replace(made, source=line.source, body=line.body.encode())


def log(deliveries: list[Envelope], now: datetime) -> None:
    """As the function does with a batch, and as an import does."""
    touched: entries.Hours = set()
    for one in deliveries:
        match normalise(one, bare(one.source, one.community, one.platform)):
            case FeedbackReceived() as said:
                entries.received(table(), said, one.id, now, touched)
            case FeedbackChanged() as changed:
                entries.changed(table(), changed, one.id, now, touched)
    entries.mark(table(), touched)
