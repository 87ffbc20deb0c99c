"""What a community has planned in a month, read from its announcements and series, and the page that shows it."""

from collections.abc import Iterator
from datetime import UTC, datetime

from events.announcements import Event
from events.program import Program
from functions.announcements import calendar, pages, records, recurring, series, times
from functions.announcements.calendar import Entry, Live, Month
from functions.shared import clock
from functions.shared.table import Item, Table

SHOWN = ("scheduled", "publishing", "published", "changing", "missed")
"""Announcements that have a time; a draft has none yet that anybody agreed to."""


def of(store: Table, community: str, name: str, program: Program, now: datetime) -> Month:
    """A month as 2026-12. Raises NoSuchTimeError."""
    zone = program.community(community).timezone
    begins, ends = calendar.bounds(name, zone, now)
    return calendar.month(name, zone, *between(store, community, program, begins, ends))


def between(
    store: Table, community: str, program: Program, begins: datetime, ends: datetime
) -> tuple[list[Entry], list[Live]]:
    """The announcements whose time, and the live events whose beginning is from `begins` until before `ends`: those
    that are planned, as well as those that will come of a series. The events are those of the calendar feed, where the
    community has one."""
    entries: list[Entry] = []
    events: list[Live] = []
    for found in records.in_months(store, community, calendar.utc_months(begins, ends)):
        if found["state"] in SHOWN:
            entries.append(entry(found))
            events.extend(lives(found["title"], records.content_of(found).event))
    for found in store.listing(community, recurring.LISTING):
        if found["state"] == "active":
            for one, live in planned(found, program, ends):
                entries.append(one)
                events.extend(live)
    return [one for one in entries if begins <= one.at < ends], [one for one in events if begins <= one.starts < ends]


def entry(found: Item) -> Entry:
    targets = tuple(found["content"]["targets"])
    at = clock.moment(found["publish_at"])
    return Entry(at, found["title"], found["id"], found["state"], targets, found.get("step", ""))


def lives(title: str, event: Event | None) -> Iterator[Live]:
    if event:
        starts, ends = (
            times.nearest(datetime.fromisoformat(wall), times.known(event.zone))[0].astimezone(UTC)
            for wall in (event.starts, event.ends or event.starts)
        )
        yield Live(starts, ends, title, event.where)


def planned(found: Item, program: Program, until: datetime) -> Iterator[tuple[Entry, list[Live]]]:
    """What will come of a series, as things stand."""
    definition = recurring.definition_of(found)
    for one in series.timeline(definition, found["cursor"]):
        if one.moment >= until:
            return
        content = recurring.content_of(definition, one, found["community"], program)
        yield (
            Entry(one.moment, content.title, found["id"], "series", content.targets, one.step),
            list(lives(content.title, content.event)),
        )


def page(community: str, made: Month, before: str, after: str) -> str:
    """`before` and `after` are the addresses of the months beside it."""
    given = {"community": community, "month": made, "before": before, "after": after, "zone": times.known(made.zone)}
    return pages.templates().get_template("calendar.html").render(given, policy=pages.IN_PAGE)
