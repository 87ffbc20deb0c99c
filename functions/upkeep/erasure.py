"""The duty to erase an account: all of the table is searched, page by page, and whatever it left is emptied; then what
is kept of feedback whose words have ended. There an item in the table says that it is erased, and whoever counts the
hour next, at once, writes its skeleton without it. Until that is done, there is something left for the next search.
Last come the sets of people and the texts that were worked out of the log.

Parked bodies in the bucket and digest pages are not searched: they end by themselves, after 90 and 92 days.
"""

from collections.abc import Callable, Iterator, Sequence

from events.moderation import Subject
from functions.feedback import contacts, skeletons, study
from functions.moderation import evidence
from functions.shared import clock, errands, objects, outbox, pseudonyms
from functions.shared.log import logger
from functions.shared.table import Item, Key, Put, Table, community_of, partition
from functions.upkeep import records, traces, voices
from functions.upkeep.traces import Account

PAGE, OBJECTS = 200, 25
PEOPLE = "people"
"""Objects with sets of pseudonyms, one for each day that somebody asked about: read anew from the log when they are
missing, so that one with the account in it is taken away, and not counted."""


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
    """Page by page, until all is searched or time is short."""
    who = account(row["community"], row["source"], row["platform"], row["person"])
    cursor: Key | None = (row["cursor"][0], row["cursor"][1]) if "cursor" in row else None
    while time_left():
        number, cursor = page(store, row, who, cursor)
        after = records.searched(store, row, number, cursor, clock.now())
        if cursor is None:
            logger.info("erasure", extra={name: after[name] for name in ("state", "search", "read", "emptied")})
            return
    records.paused(store, row, clock.now())


def account(community: str, source: str, platform: str, person: Item) -> Account:
    """With its pseudonyms, unless there is no key: then nobody has one."""
    name = person["id"]
    try:
        known = pseudonyms.of(community, source, name)
        letters = contacts.addressee(community, name) if "@" in name else ""
    except pseudonyms.NoKeyError:
        known = letters = ""
    return Account(community, source, platform, name, person["name"], known, letters)


def page(store: Table, row: Item, who: Account, cursor: Key | None) -> tuple[int, Key | None]:
    """How much was looked at, and where to go on: first in the table, then in the bucket."""
    if cursor and cursor[0] == skeletons.PREFIX:
        names, after = object_names(who, cursor)
        for name in names:
            for line in voices.lines(who.community, name, who):
                silenced(store, row, line)
        return len(names), after or (PEOPLE, "")
    if cursor and cursor[0] == PEOPLE:
        names, after = object_names(who, cursor)
        for name in names:
            if who.pseudonym.encode() in (objects.read(name) or b""):
                objects.delete(name)
        if after is None:
            study.forget(who.community, who.pseudonym)
        return len(names), after
    items, after = store.scan(PAGE, cursor)
    for together in found(store, items, who):
        emptied(store, row, together, who)
    return len(items), after or ((skeletons.PREFIX, "") if who.pseudonym else None)


def object_names(who: Account, cursor: Key) -> tuple[list[str], Key | None]:
    prefix, last = cursor
    names = objects.names(f"{prefix}/{who.community}/", last, OBJECTS)
    return names, (prefix, names[-1]) if len(names) == OBJECTS else None


def silenced(store: Table, row: Item, line: Item) -> None:
    """What stands in the table says that it is erased; where something stands there already, it says so, too, or the
    next search finds it."""
    now = clock.now()
    put = Put(skeletons.tombstone(line, now), when=[skeletons.free(now)])
    records.counted(store, row, put, [*voices.recount(line, now)])


Changes = Sequence[tuple[Item, Item | None]]
"""Items with what changes in each: None where it goes, nothing where it has to wait."""


def emptied(store: Table, row: Item, together: Changes, who: Account) -> None:
    """As long as anything is left for the next search, so is all that it is found by, which comes last."""
    whole = True
    for item, changes in together:
        if not whole and (traces.mentions(item, who) or traces.links(item, who)):
            return
        if changes and "evidence" in changes:
            evidence.deleted(item)  # First: what the case does not name, nobody would find.
        whole = records.emptied(store, row, item, changes, [*voices.recount(item, clock.now())]) and whole


def found(store: Table, items: list[Item], who: Account, at: str = "") -> Iterator[Changes]:
    """What has to change because of these items: what belongs to one subject together. `at`: now, without it."""
    at = at or clock.text(clock.now())
    subjects: dict[str, set[Key]] = {}
    for item in items:
        if traces.mentions(item, who):
            subjects.setdefault(subject_of(item), set()).add((item["pk"], item["sk"]))
    for subject, keys in subjects.items():
        yield traces.of_subject(everything(store, who.community, subject, keys), who, at)
    persons = {item["pk"] for item in items if traces.links(item, who)}
    for person in sorted(persons):
        yield traces.of_person(list(store.query(person)), who)
    for item in items:
        if traces.goes(item, who) or voices.goes(item, who):
            yield [(item, None)]
        elif item["pk"] not in persons and (changes := alone(item, who)):
            yield [(item, changes)]
        elif traces.has_words(item, who) and item["state"] in traces.BEING_SENT:
            yield [(item, {})]  # In delivery's hands in this moment: the next search finds it.


def alone(item: Item, who: Account) -> Item:
    return traces.alone(item, who) | voices.left(item, who, clock.now())


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
    read = {subject}
    while left := sorted((cases | {pk for pk, _ in keys}) - read):
        more = [item for pk in left for item in store.query(pk)]
        # Its last report may have left a case for the next one.
        cases = {partition(community, "case", name) for item in more for name in others(item)}
        about.extend(more)
        read.update(left)
    return about


def others(case: Item) -> list[str]:
    """The round before this one, and the appeals against it."""
    return [*filter(None, [case.get("earlier")]), *case.get("appeals", ())] if case["kind"] == "case" else []
