"""What is known to have happened: announcements, live events, what platforms told of releases, and their alarms."""

from collections.abc import Iterator
from datetime import datetime

from functions.announcements import agenda, records
from functions.announcements.calendar import utc_months
from functions.shared import clock, raised
from functions.shared.table import Item, Table


def between(store: Table, community: str, first: datetime, last: datetime) -> list[Item]:
    """Each as `what` (announcement, event, release, alert), `title` and `at`, in no order."""
    since, until = clock.text(first), clock.text(last)
    found = [*planned(store, community, first, last), *fired(store, community, since, until)]
    alerts = store.read(store.listed_between(community, raised.ALERTS, since, "\uffff"))
    found += [one("alert", f"{item['source']}: {item['title']}", item["raised_at"]) for item in alerts]
    return [item for item in found if since <= item["at"] < until]


def planned(store: Table, community: str, first: datetime, last: datetime) -> Iterator[Item]:
    """What was announced, and the live events that announcements were about."""
    for found in records.in_months(store, community, utc_months(first, last)):
        if "published_at" in found:
            yield one("announcement", found["title"], found["published_at"])
        if found["state"] in agenda.SHOWN:
            for live in agenda.lives(found["title"], records.content_of(found).event):
                yield one("event", live.title, clock.text(live.starts))


def fired(store: Table, community: str, since: str, until: str) -> Iterator[Item]:
    """What came out somewhere, announced or not: the draft that was made of it says so."""
    for found in store.read(store.listed_between(community, records.LISTING, since, until)):
        if found["author"].startswith("source "):
            yield one("release", found["title"], found["created_at"])


def one(what: str, title: str, at: str) -> Item:
    return {"what": what, "title": title[:200], "at": at}
