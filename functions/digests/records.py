"""Which items digests write, and which they read.

| pk | sk | what |
|---|---|---|
| community#digest#reader#day | digest | where the page is |
| community#digest#reader#day | delivery#mail | its mail (see `shared/outbox.py`) |
"""

from datetime import date, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from events.digests import MailRequested
from events.program import Program, Reader
from functions.announcements import records as announcements
from functions.digests import render
from functions.digests.digest import Digest, Waiting, counted, line, oldest_first, subject
from functions.feedback import records as feedback
from functions.feedback import rollup
from functions.moderation import records as moderation
from functions.shared import clock, links, objects, outbox, table
from functions.shared.table import CancelledError, Item, Put, Table

PURPOSE = "digest"


def key(reader: Reader, day: date) -> table.Key:
    return table.partition(reader.community, "digest", f"{reader.id}#{day.isoformat()}"), "digest"


def path(reader: Reader, day: date) -> str:
    """Where the page is read, below the public address."""
    return f"/digests/{reader.community}/{reader.id}/{day.isoformat()}"


def gather(store: Table, program: Program, reader: Reader, day: date, now: datetime) -> Digest:
    """Read the tables as they are now. Counts are of the reader's own day, exact for any zone."""
    zone = ZoneInfo(reader.timezone)
    counts, position = said(store, reader.community, day, zone)
    before, _ = said(store, reader.community, day - timedelta(days=7), zone)
    total, sources = counted(counts, before or None)
    things, more = waiting(store, reader.community)
    return Digest(
        community=program.community(reader.community).name,
        reader=reader.name,
        language=reader.language,
        zone=reader.timezone,
        day=day,
        made_at=now,
        waiting=oldest_first(things),
        more=more,
        total=total,
        sources=sources,
        position=position,
    )


def said(store: Table, community: str, day: date, zone: ZoneInfo) -> tuple[dict[str, int], str]:
    """The day's counts from its hours, and a short name of the log position they were read at."""
    hours = list(feedback.counted_hours(store, community, day, zone))
    totals = rollup.day_total(day, zone, {hour["hour"]: hour["counts"] for hour in hours})
    read_at = " ".join(f"{hour['hour']}:{hour['generation']}" for hour in hours)
    return totals, sha256(read_at.encode()).hexdigest()[:12]


def waiting(store: Table, community: str) -> tuple[list[Waiting], bool]:
    """What waits for a person; and whether there is more of it than was read."""
    cases = [
        Waiting("Case", line(item["summary"]), clock.moment(item["opened_at"]), web(item["subject"]["url"]))
        for item in store.listing(community, moderation.OPEN)
    ]
    drafts = [
        Waiting("Draft announcement", line(item["title"]), clock.moment(item["created_at"]))
        for item in store.listing(community, announcements.LISTING)
        if item["state"] == "draft"
    ]
    stuck = [
        Waiting("Delivery", line(f"to {item['destination']}: {item['reason']}"), clock.moment(item["settled_at"]))
        for item in store.listing(community, outbox.NEEDS_A_PERSON)
    ]
    parked = [
        Waiting(
            "Parked event",
            line(f"{item['event']} from {item['source']}: {item['reason']}"),
            clock.moment(item["parked_at"]),
        )
        for item in store.listing(community, "parked")
    ]
    full = any(len(one) >= table.MOST_LISTED for one in (cases, stuck, parked))
    return [*cases, *drafts, *stuck, *parked], full


def web(url: str) -> str:
    """A link from a stranger is followed only if it is one to the web."""
    return url if url.startswith(("https://", "http://")) else ""


def make(store: Table, program: Program, reader: Reader, day: date, now: datetime) -> list[Item]:
    """One digest for one reader and day, once; gives the rows to kick.

    The page is stored under its own hash first, so whoever of two wins points at what it wrote.
    """
    pk, sk = key(reader, day)
    if store.get(pk, sk):
        return []
    digest = gather(store, program, reader, day, now)
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
        "made_at": clock.text(now),
        **table.listed(reader.community, "digests", f"{reader.id}{day}", clock.text(now)),
    }
    rows = mails(pk, reader, digest, now)
    try:
        store.transact([Put(item, when=[table.absent()]), *(outbox.put(row) for row in rows)])
    except CancelledError:
        return []
    return rows


def mails(pk: str, reader: Reader, digest: Digest, now: datetime) -> list[Item]:
    if reader.email is None:
        return []
    html, text = render.mail(digest, links.link(path(reader, digest.day), reader.id, PURPOSE, now))
    request = MailRequested(reader=reader.id, subject=subject(digest), html=html, text=text)
    at = clock.text(now)
    return [
        outbox.planned(
            pk=pk, name="mail", purpose="mail", platform="mail", destination=reader.id, request=request, at=at
        )
    ]
