"""The duty to erase an account: all of the table is searched, page by page, and whatever it left is emptied.

Parked bodies in the bucket and digest pages are not searched: they end by themselves, after 90 and 60 days.
"""

from collections.abc import Callable, Iterator

from events.moderation import Subject
from functions.moderation import evidence
from functions.shared import clock, errands, outbox
from functions.shared.log import logger
from functions.shared.table import Item, Key, Table, community_of, partition
from functions.upkeep import records, traces
from functions.upkeep.traces import Account

PAGE = 200


def due(store: Table, time_left: Callable[[], bool]) -> int:
    """Go on with every erasure that is due; gives how many there were."""

    def go_on(key: Key) -> None:
        row = store.get(*key)
        claimed = records.claim(store, row, clock.now()) if row and records.is_due(row, clock.now()) else None
        if claimed is None:
            return
        try:
            search(store, claimed, time_left)
        except outbox.LostError:
            logger.warning("an erasure is in other hands")

    return errands.each(store.due(records.ERASURE, clock.text(clock.now())), go_on, time_left)


def search(store: Table, row: Item, time_left: Callable[[], bool]) -> None:
    """Page by page, until the table is at its end or time is short."""
    who = Account(row["community"], row["source"], row["platform"], row["person"]["id"], row["person"]["name"])
    cursor: Key | None = (row["cursor"][0], row["cursor"][1]) if "cursor" in row else None
    while time_left():
        items, cursor = store.scan(PAGE, cursor)
        for item, changes in found(store, items, who):
            if changes and "evidence" in changes:
                evidence.deleted(item)  # First: what the case does not name, nobody would find.
            records.emptied(store, row, item, changes)
        after = records.searched(store, row, len(items), cursor, clock.now())
        if cursor is None:
            logger.info("erasure", extra={name: after[name] for name in ("state", "search", "read", "emptied")})
            return
    records.paused(store, row, clock.now())


def found(store: Table, items: list[Item], who: Account) -> Iterator[tuple[Item, Item | None]]:
    """What has to change because of these items, None where one goes; what belongs to one subject is changed
    together."""
    subjects: dict[str, set[Key]] = {}
    for item in items:
        if traces.mentions(item, who):
            subjects.setdefault(subject_of(item), set()).add((item["pk"], item["sk"]))
    for subject, keys in subjects.items():
        yield from traces.of_subject(everything(store, who.community, subject, keys), who)
    persons = {item["pk"] for item in items if traces.links(item, who)}
    for person in sorted(persons):
        yield from traces.of_person(list(store.query(person)), who)
    for item in items:
        if traces.goes(item, who):
            yield item, None
        elif item["pk"] not in persons and (changes := traces.alone(item, who)):
            yield item, changes


def subject_of(item: Item) -> str:
    """The partition in which all that is reported about a subject stands."""
    about = item.get("subject") if item["kind"] == "case" else None
    if item["kind"] == "delivery":
        about = item["request"].get("subject") or item["request"].get("about")
    return partition(community_of(item["pk"]), "subject", Subject.model_validate(about).key) if about else item["pk"]


def everything(store: Table, community: str, subject: str, keys: set[Key]) -> list[Item]:
    """All that is kept about a subject, with its cases and their histories, and with what was found at `keys`."""
    about = list(store.query(subject))
    cases = {partition(community, "case", item["case"]) for item in about if "case" in item}
    for pk in sorted(cases | {pk for pk, _ in keys} - {subject}):
        about.extend(store.query(pk))
    read = {item["pk"] for item in about}
    appeals = {partition(community, "case", name) for item in about for name in item.get("appeals", ())}
    for pk in sorted(appeals - read):
        about.extend(store.query(pk))
    return about
