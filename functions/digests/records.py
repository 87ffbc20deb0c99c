"""Which items digests write, and which they read.

| pk | sk | what |
|---|---|---|
| community#digest#reader#day | digest | where the page is |
| community#digest#reader#day | delivery#mail | its mail (see `shared/outbox.py`) |
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from itertools import islice
from zoneinfo import ZoneInfo

from events.digests import MailRequested
from events.people import of_the_web
from events.program import Program, Reader
from functions.announcements import happened, recurring
from functions.announcements import records as announcements
from functions.digests import render
from functions.digests.digest import (
    KINDS,
    Announced,
    Digest,
    Waiting,
    counted,
    line,
    oldest_first,
    reactions,
    shared,
    subject,
    topics,
)
from functions.feedback import episodes, rollup, shares, talk_pages, talk_records, talks, watch
from functions.feedback import records as feedback
from functions.moderation import seals, working
from functions.shared import clock, links, objects, outbox, raised, switches, table
from functions.shared.table import CancelledError, Item, Put, Table

PURPOSE = "digest"
KEPT = timedelta(days=60)
"""Digests quote what people wrote. The bucket's lifecycle rule for `digests/` says the same."""

RECENT = timedelta(days=8)
"""The last reading of what people did with a post comes after a week."""

MOST_ANNOUNCED = 10
MOST_UNUSUAL = 10

NEWS = timedelta(days=2)
"""How long an alert stands in digests: whoever reads one a day sees it, and not for two weeks."""


def key(reader: Reader, day: date) -> table.Key:
    return table.partition(reader.community, "digest", f"{reader.id}#{day.isoformat()}"), "digest"


def path(reader: Reader, day: date) -> str:
    """Where the page is read, below the public address."""
    return f"/digests/{reader.community}/{reader.id}/{day.isoformat()}"


@dataclass
class Run:
    """One run of the schedule. Readers of one community share what was read for the first of them."""

    store: Table
    program: Program
    now: datetime
    waits: dict[str, tuple[list[Waiting], bool]] = field(default_factory=dict)
    news: dict[str, tuple[tuple[Announced, ...], int]] = field(default_factory=dict)
    seals: dict[str, str] = field(default_factory=dict)
    talks: dict[str, talk_records.Waiting] = field(default_factory=dict)
    looks: dict[tuple[str, date], tuple[str, ...]] = field(default_factory=dict)
    usuals: dict[tuple[str, date], dict[str, str]] = field(default_factory=dict)
    counts: dict[tuple[str, str, date], tuple[dict[str, int], str]] = field(default_factory=dict)
    parts: dict[tuple[str, str, date], str] = field(default_factory=dict)

    def waiting(self, community: str) -> tuple[list[Waiting], bool]:
        if community not in self.waits:
            self.waits[community] = waiting(self.store, community, self.now)
        return self.waits[community]

    def unanswered(self, community: str) -> talk_records.Waiting:
        if community not in self.talks:
            self.talks[community] = talk_records.waiting(self.store, community, self.now)
        return self.talks[community]

    def announced(self, community: str) -> tuple[tuple[Announced, ...], int]:
        if community not in self.news:
            self.news[community] = announced(self.store, community, self.now)
        return self.news[community]

    def seal(self, community: str) -> str:
        if community not in self.seals:
            self.seals[community] = seals.newest(community, self.now)
        return self.seals[community]

    def said(self, community: str, day: date, zone: ZoneInfo) -> tuple[dict[str, int], str]:
        place = (community, zone.key, day)
        if place not in self.counts:
            self.counts[place] = said(self.store, community, day, zone)
        return self.counts[place]

    def shares(self, community: str, day: date, zone: ZoneInfo) -> str:
        place = (community, zone.key, day)
        if place not in self.parts:
            counts, _ = self.said(community, day, zone)
            labels, measured = shares.labels(counts, "kind"), shares.measured("kind")
            self.parts[place] = shared(shares.shares(labels, measured, elsewhere=True))
        return self.parts[place]

    def unusual(self, community: str, day: date) -> tuple[str, ...]:
        if (community, day) not in self.looks:
            self.looks[community, day] = unusual(self.store, self.program, community, day, self.now)
        return self.looks[community, day]

    def usual(self, community: str, day: date) -> dict[str, str]:
        if (community, day) not in self.usuals:
            self.usuals[community, day] = usual(self.store, self.program, community, day)
        return self.usuals[community, day]

    def count_what_is_due(self, community: str, day: date, zone: ZoneInfo) -> None:
        """The minute's roll-up may be behind: hours of the day that wait for it are counted here."""
        feedback.count_now(self.store, community, rollup.hours_of(day, zone), self.program.zone(community), self.now)


def gather(run: Run, reader: Reader, day: date) -> Digest:
    """Read the tables as they are now. Counts are of the reader's own day, exact for any zone."""
    zone = ZoneInfo(reader.timezone)
    run.count_what_is_due(reader.community, day, zone)
    counts, position = run.said(reader.community, day, zone)
    before, _ = run.said(reader.community, day - timedelta(days=7), zone)
    usually = run.usual(reader.community, day)
    total, sources = counted(counts, before or None, usually)
    titles = {one.id: line(one.title) for one in run.program.themes_of(reader.community)}
    things, more = run.waiting(reader.community)
    things = [*things, *unanswered(run, reader)]
    named, also = run.announced(reader.community)
    return Digest(
        community=run.program.community(reader.community).name,
        reader=reader.name,
        language=reader.language,
        zone=reader.timezone,
        day=day,
        made_at=run.now,
        waiting=oldest_first(things),
        more=more,
        total=total,
        sources=sources,
        position=position,
        announced=named,
        also_announced=also,
        about=topics(counts, before or None, usually, titles),
        shares=run.shares(reader.community, day, zone),
        unusual=run.unusual(reader.community, day),
        seal=run.seal(reader.community),
    )


def unusual(store: Table, program: Program, community: str, day: date, now: datetime) -> tuple[str, ...]:
    """Episodes that nobody has closed, of the day or the one before. The minute's look may be behind: a day that is
    over and was not looked at is looked at here."""
    known = partial(happened.between, store, community)
    row = store.get(*watch.row_key(community))
    while after := watch.look_next(store, program, community, row, known, now):
        row = after
    found = [one for one in watch.between(store, community, day - timedelta(days=1), day) if one["state"] == "open"]
    return tuple(line(episodes.sentence(watch.told(store, community, one))) for one in found[:MOST_UNUSUAL])


def usual(store: Table, program: Program, community: str, day: date) -> dict[str, str]:
    """The range of such days, in words, where there is history. Of the community's own days: for a reader in another
    zone they begin some hours apart, and say the same of how much is usual."""
    sources = [f"source:{one.id}" for one in program.sources if one.community == community]
    themes = [f"theme:{one.id}" for one in program.themes_of(community)]
    ranges = watch.usual(store, community, day, ["total", *sources, *themes, *KINDS])
    return {name: f"usually {one.low} to {one.high}" for name, one in ranges.items() if one}


def said(store: Table, community: str, day: date, zone: ZoneInfo) -> tuple[dict[str, int], str]:
    """The day's counts from its hours, and a short name of the log position they were read at."""
    hours = list(feedback.counted_hours(store, community, day, zone))
    totals = rollup.day_total(day, zone, {hour["hour"]: hour["counts"] for hour in hours})
    read_at = " ".join(f"{hour['hour']}:{hour['generation']}" for hour in hours)
    return totals, sha256(read_at.encode()).hexdigest()[:12]


def waiting(store: Table, community: str, now: datetime) -> tuple[list[Waiting], bool]:
    """What waits for a person; and whether there is more of it than was read."""
    cases = [
        Waiting("Case", line(item["summary"]), clock.moment(item["opened_at"]), of_the_web(item["subject"]["url"]))
        for item in islice(working.open_cases(store, community), table.MOST_LISTED)
    ]
    newest = store.listing(community, announcements.LISTING, announcements.SEARCHED)
    drafts = [
        Waiting(
            "Missed announcement" if item["state"] == "missed" else "Draft announcement",
            line(": ".join(filter(None, (item["title"], item.get("reason", ""))))),
            clock.moment(item["created_at"]),
        )
        for item in newest
        if announcements.waits(item)
    ]
    definitions = store.listing(community, recurring.LISTING, announcements.SEARCHED)
    series = [
        Waiting("Draft series", line(item["title"]), clock.moment(item["created_at"]))
        for item in definitions
        if recurring.waits(item)
    ]
    stuck = [
        Waiting("Delivery", line(f"to {item['destination']}: {item['reason']}"), clock.moment(item["settled_at"]))
        for item in store.listing(community, outbox.NEEDS_A_PERSON)
    ]
    standing = [
        Waiting(raised.WHAT[item["sk"]], line(raised.trouble(item)), clock.moment(item["since"]))
        for item in store.listing(community, raised.STANDING)
    ]
    full = any(len(one) >= table.MOST_LISTED for one in (cases, stuck, standing))
    full |= any(len(one) >= announcements.SEARCHED for one in (newest, definitions))
    others = [*alerts(store.listing(community, raised.ALERTS), now), *parked(store.listing(community, "parked"))]
    switched = [paused(item) for item in store.listing(community, switches.LISTING)]
    return [*cases, *drafts, *series, *stuck, *standing, *switched, *others], full


def unanswered(run: Run, reader: Reader) -> list[Waiting]:
    """One line for all who wait for an answer, and since when the first of them does. Whoever may answer has a link to
    where they can."""
    found = run.unanswered(reader.community)
    if not found.all:
        return []
    first = found.all[0]
    what = f"{'At least ' if found.more else ''}{found.people} {'person waits' if found.people == 1 else 'people wait'}"
    about = f"for an answer; the first said: {talks.quoted(first.item)} (`liaison feedback waiting` shows all)"
    may = talk_pages.may_act(run.program, reader)
    where = links.link(talk_pages.path(reader.community), reader.id, talk_pages.PURPOSE, run.now) if may else ""
    return [Waiting(what, line(about), clock.moment(first.item["said_at"]), where)]


def paused(item: Item) -> Waiting:
    """A switch that is on: nothing goes out there, or anywhere, until somebody switches it off."""
    since = clock.moment(item["at"])
    if item["switch"] == switches.HOLD:
        return Waiting("All on hold", line(f"by {item['by']}: {item['reason']}"), since)
    name = item["switch"].removeprefix("target-")
    return Waiting("Paused target", line(f"{name}: {item['reason']}; `liaison targets resume {name}` goes on"), since)


def announced(store: Table, community: str, now: datetime) -> tuple[tuple[Announced, ...], int]:
    """What went out in the last eight days, the newest first, with what was read back of it; and how many more did."""
    since = clock.text(now - RECENT)
    newest = store.listing(community, announcements.LISTING, announcements.SEARCHED)
    found = [item for item in newest if item.get("published_at", "") > since]
    named = found[:MOST_ANNOUNCED]
    return tuple(told(store, item) for item in named), len(found) - len(named)


def told(store: Table, item: Item) -> Announced:
    """Of a thread its first part speaks."""
    rows = [row for row in announcements.rows_of(store, item) if row["purpose"] == "post" and row["state"] == "sent"]
    first = [row for row in rows if row["request"]["part"] == 1]
    places = tuple(reactions(row["destination"], row.get("reactions", {})) for row in first)
    return Announced(line(item["title"]), clock.moment(item["published_at"]), places)


def parked(items: list[Item]) -> list[Waiting]:
    told = [(f"{item['event']} from {item['source']}: {item['reason']}", item["parked_at"]) for item in items]
    return together("Parked event", told, full=len(items) >= table.MOST_LISTED)


def alerts(items: list[Item], now: datetime) -> list[Waiting]:
    """Platforms' own alarms, while they are news."""
    news = [item for item in items if item["recorded_at"] > clock.text(now - NEWS)]
    told = [(f"{item['source']}: {item['title']}", item["raised_at"]) for item in news]
    return together("Alert", told, full=len(news) >= table.MOST_LISTED)


def together(what: str, told: list[tuple[str, str]], *, full: bool) -> list[Waiting]:
    """One line for all that say the same, and since when: a source that sends everything must not fill the page
    before the cases."""
    more = " or more" if full else ""
    kinds: dict[str, list[str]] = {}
    for about, since in told:
        kinds.setdefault(about, []).append(since)
    return [
        Waiting(
            what if len(alike) == 1 else f"{what}s ({len(alike)}{more})",
            line(about),
            clock.moment(min(alike)),
        )
        for about, alike in kinds.items()
    ]


def make(run: Run, reader: Reader, day: date) -> list[Item]:
    """One digest for one reader and day, once; gives the rows to kick.

    The page is stored under its own hash first, so whoever of two wins points at what it wrote.
    """
    pk, sk = key(reader, day)
    if run.store.get(pk, sk):
        return []
    digest = gather(run, reader, day)
    page = render.page(digest).encode()
    stored = f"digests{path(reader, day).removeprefix('/digests')}-{sha256(page).hexdigest()[:12]}.html"
    objects.write(stored, page, "text/html; charset=utf-8")
    item = {
        "pk": pk,
        "sk": sk,
        "kind": "digest",
        "reader": reader.id,
        "day": day.isoformat(),
        "page": stored,
        "path": path(reader, day),
        "position": digest.position,
        "waiting": len(digest.waiting),
        "total": digest.total.number,
        "made_at": clock.text(run.now),
        "expires": int((run.now + KEPT).timestamp()),
        **table.listed(reader.community, "digests", f"{reader.id}{day}", clock.text(run.now)),
    }
    rows = mails(pk, reader, digest, run.now)
    try:
        run.store.transact([Put(item, when=[table.absent()]), *(outbox.put(row) for row in rows)])
    except CancelledError:
        return []
    return rows


def mails(pk: str, reader: Reader, digest: Digest, now: datetime) -> list[Item]:
    if reader.email is None:
        return []
    html, text = render.mail(digest, links.link(path(reader, digest.day), reader.id, PURPOSE, now))
    request = MailRequested(reader=reader.id, subject=subject(digest), html=html, text=text)
    row = outbox.planned(
        pk=pk,
        name="mail",
        purpose="mail",
        platform="mail",
        destination=reader.id,
        request=request,
        at=clock.text(now),
    )
    return [{**row, "expires": int((now + KEPT).timestamp())}]
