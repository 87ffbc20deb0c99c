"""What waits for a person, read where it stands: cases, announcements, merges, deliveries, connections, switches.

Nothing is written. Each kind is read up to a bound, as the lists of the command line are, and whoever reads it is told
where there may be more.
"""

import base64
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from events.digests import Decision, Waits
from events.program import Reader
from functions.announcements import records as announcements
from functions.announcements import recurring, times
from functions.digests import decisions
from functions.digests.decisions import stamp
from functions.digests.plain import LONGEST, line
from functions.feedback import records as feedback
from functions.feedback import requests, study, talk_records, talks
from functions.moderation import appeals, working
from functions.shared import clock, links, outbox, raised, switches, table
from functions.shared.table import Item, Key, Table

NEWS = timedelta(days=2)
"""How long an alert stands in digests: whoever reads one a day sees it, and not for two weeks."""
MOST_MERGES = 10

Found = tuple[list[Decision], bool]
"""Of one kind; and whether there may be more than was read."""


def waiting(store: Table, community: str, now: datetime) -> tuple[tuple[Decision, ...], bool]:
    """All that waits, what is due first leading; and whether more may wait than was read. Who may act on what is
    not said yet (`decisions.for_reader`)."""
    found = [read(store, community, now) for read in KINDS]
    every = [one for told, _ in found for one in told]
    return decisions.ordered(every), any(more for _, more in found)


def link(reader: Reader, decision: Decision, now: datetime) -> str:
    """The whole address of its page, for this reader alone; good for seven days."""
    path, purpose = decisions.path(reader.community, decision)
    return links.link(path, reader.id, purpose, now, decisions.GOOD_FOR)


# Cases


def cases(store: Table, community: str, now: datetime) -> Found:
    del now
    found = list(islice(working.open_cases(store, community), table.MOST_LISTED))
    return [of_case(one) for one in found], len(found) >= table.MOST_LISTED


def of_case(item: Item) -> Decision:
    return Decision(
        kind="appeal" if appeals.is_appeal(item) else "case",
        id=item["id"],
        version=str(item["material"]),
        about=line(item["summary"]),
        since=clock.moment(item["opened_at"]),
        deadline=clock.moment(item["decide_by"] if item["fence"] else min(item["look_by"], item["decide_by"])),
        url=item["subject"]["url"],
    )


# Announcements


def announced(store: Table, community: str, now: datetime) -> Found:
    del now
    newest = store.listing(community, announcements.LISTING, announcements.SEARCHED)
    found = [of_announcement(one) for one in newest if announcements.waits(one)]
    return found, len(newest) >= announcements.SEARCHED


def of_announcement(item: Item) -> Decision:
    missed = item["state"] == "missed"
    return Decision(
        kind="missed" if missed else "announcement",
        id=item["id"],
        version=str(item["next_audit"]),
        about=line(": ".join(filter(None, (item["title"], item.get("reason", ""))))),
        since=clock.moment(item["created_at"]),
        deadline=None if missed else wanted_at(item),
        url=item["about"],
    )


def wanted_at(item: Item) -> datetime | None:
    """When it was to go out, where somebody wrote that."""
    if item["state"] != "draft" or item.get("wall", "now") == "now":
        return None
    try:
        return times.resolve(item["wall"], item["zone"])
    except times.NoSuchTimeError:
        return None  # The rules of its zone have changed since.


def series(store: Table, community: str, now: datetime) -> Found:
    del now
    newest = store.listing(community, recurring.LISTING, announcements.SEARCHED)
    found = [
        Decision(
            kind="series",
            id=one["id"],
            version=str(one["next_audit"]),
            about=line(one["title"]),
            since=clock.moment(one["created_at"]),
        )
        for one in newest
        if recurring.waits(one)
    ]
    return found, len(newest) >= announcements.SEARCHED


# What people said


def merges(store: Table, community: str, now: datetime) -> Found:
    """The surest pairs that the last study found and nobody has confirmed: each reader would have to hold the whole
    index otherwise."""
    del now
    likely = study.likeliest(community)
    if not likely:
        return [], False
    unsaid = study.unsaid(store, community)
    pairs = [(one, other) for one, other, _ in likely if unsaid(one, other)]
    there = requests.items(store, community, [name for both in pairs for name in both])
    standing = [both for both in pairs if all(mergeable(there.get(name)) for name in both)][:MOST_MERGES]
    rows = store.read([requests.pair_key(community, *both) for both in standing])
    versions = {study.pair(row): row["version"] for row in rows}
    return [of_pair(there[one], there[other], versions.get((one, other), 0)) for one, other in standing], False


def mergeable(item: Item | None) -> bool:
    """Whether something said is still there, in its words, and not by our own people."""
    there = item is not None and item.get("state") != "removed" and not item.get("staff")
    return bool(there and item and (item.get("text") or item.get("title")))


def of_pair(older: Item, newer: Item, version: int) -> Decision:
    return Decision(
        kind="merge",
        id=decisions.paired(feedback.item_id(older), feedback.item_id(newer)),
        version=str(version),
        about=line(decisions.short([talks.quoted(older), talks.quoted(newer)], LONGEST)),
        since=clock.moment(newer["said_at"]),
        url=newer.get("url", ""),
    )


def answers(store: Table, community: str, now: datetime) -> Found:
    """One line for all who wait for an answer, and one for each answer that somebody has to say yes to."""
    found = talk_records.waiting(store, community, now)
    written = [
        Decision(
            kind="answer",
            id=one.talk["id"],
            version=str(one.talk["next_audit"]),
            about=line(talks.quoted(one.item)),
            since=clock.moment(one.talk["changed_at"]),
            url=one.item.get("url", ""),
        )
        for one in found.all
        if one.talk["state"] == "drafted"
    ]
    first = found.all[:1]
    told = [
        Decision(
            kind="answers",
            id="answers",
            about=line(talks.quoted(one.item)),
            number=found.people,
            more=found.more,
            since=clock.moment(one.item["said_at"]),
        )
        for one in first
    ]
    return [*written, *told], False


# What is stuck


def stuck(store: Table, community: str, now: datetime) -> Found:
    del now
    rows = store.listing(community, outbox.NEEDS_A_PERSON)
    found = [
        Decision(
            kind="delivery",
            id=name_of(table.key_of(row)),
            version=str(row["fence"]),
            about=line(f"{row['destination']}: {row['reason']}"),
            since=clock.moment(row["settled_at"]),
        )
        for row in rows
    ]
    return found, len(rows) >= table.MOST_LISTED


def name_of(key: Key) -> str:
    """A row's key as an address takes it."""
    return base64.urlsafe_b64encode("\n".join(key).encode()).decode().rstrip("=")


def key_of(name: str) -> Key | None:
    """Undo `name_of`; None for what is none."""
    try:
        pk, _, sk = base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode().partition("\n")
    except ValueError:
        return None
    return (pk, sk) if pk and sk else None


def standing(store: Table, community: str, now: datetime) -> Found:
    del now
    rows = store.listing(community, raised.STANDING)
    return [of_standing(row) for row in rows], len(rows) >= table.MOST_LISTED


def of_standing(row: Item) -> Decision:
    """A subscription that ends is due by then."""
    until = row.get("until", "")
    return Decision(
        kind="connection" if row["sk"] == raised.CHECK else "fetching",
        id=row["source"],
        version=stamp(clock.moment(row["since"])),
        about=line(raised.trouble(row)),
        since=clock.moment(row["since"]),
        deadline=clock.moment(until) if until else None,
    )


def switched(store: Table, community: str, now: datetime) -> Found:
    """A switch that is on: nothing goes out there, or anywhere, until somebody switches it off."""
    del now
    return [of_switch(one) for one in store.listing(community, switches.LISTING)], False


def of_switch(item: Item) -> Decision:
    held = item["switch"] == switches.HOLD
    name = item["switch"].removeprefix(switches.target(""))
    return Decision(
        kind="hold" if held else "paused",
        id=name,
        version=stamp(clock.moment(item["at"])),
        about=line(f"{item['by'] if held else name}: {item['reason']}"),
        since=clock.moment(item["at"]),
    )


def parked(store: Table, community: str, now: datetime) -> Found:
    del now
    items = store.listing(community, "parked")
    return list(together("parked", items, parked_as, "parked_at")), False


def parked_as(item: Item) -> tuple[str, ...]:
    return item["source"], item["event"], item["reason"]


def alerts(store: Table, community: str, now: datetime) -> Found:
    """Platforms' own alarms, while they are news."""
    items = store.listing(community, raised.ALERTS)
    news = [one for one in items if one["recorded_at"] > clock.text(now - NEWS)]
    return list(together("alert", news, lambda one: (one["source"], one["title"]), "raised_at")), False


def together(kind: Waits, items: list[Item], said: Callable[[Item], tuple[str, ...]], at: str) -> Iterator[Decision]:
    """One line for all that say the same, and since when: a source that sends everything must not fill the page before
    the cases. The version is the time of the newest."""
    alike: dict[tuple[str, ...], list[Item]] = {}
    for one in items:
        alike.setdefault(said(one), []).append(one)
    for words, same in alike.items():
        moments = [clock.moment(one[at]) for one in same]
        yield Decision(
            kind=kind,
            id=decisions.folded(*words),
            version=stamp(max(moments)),
            about=line(": ".join(filter(None, words))),
            number=len(same),
            more=len(items) >= table.MOST_LISTED,
            since=min(moments),
            url=same[0].get("url", "") if len(same) == 1 else "",
        )


KINDS: tuple[Callable[[Table, str, datetime], Found], ...] = (
    cases, announced, series, merges, answers, stuck, standing, switched, parked, alerts,
)  # fmt: skip
