"""Cases about the same words, by whomever and wherever: linked, so that they can be decided in one go.

A case keeps its own record; being in a cluster changes nothing about it. A cluster is named after its oldest case, and
a case is in one at most, for good. It keeps the print that brought it there (`linked_by`): whatever it said before or
says now, others are linked to it only by that.

| pk | sk | what |
|---|---|---|
| community#like#band | opened#case | a case whose words have this band, for thirty days (see `likeness`) |
| community#cluster#id | cluster | how many cases are alike, and how many of them are open |
| community#cluster#id | member#opened#case | one of them |

Whoever looks for others has written the case's own bands before: of two that look in the same moment, the later one
finds the other, wherever either is cut off.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from functions.moderation import likeness, records
from functions.moderation.cases import THRESHOLD, Move
from functions.moderation.likeness import ALIKE, Print
from functions.moderation.records import BUSY, LIKE, TRIES, BusyError, case_key, cluster_key, moving
from functions.shared import clock, table
from functions.shared.table import CancelledError, ConditionFailedError, Item, Key, Put, Table, Update, Write

KEPT = timedelta(days=30)
"""So long a case can be found by its words."""
MOST_READ = 50
"""Cases of one band that are looked at, the oldest first: of what everybody copies these are in a cluster already."""
PAGE = 100
"""Cases of a cluster that are read at a time."""


def go_on(store: Table, key: Key, now: datetime) -> None:
    """Compare the words of a case with those of others, and link it to those that are alike. Raises BusyError."""
    row = store.get(*key)
    if row is None or "due" not in row:
        return
    if found := store.get(row["pk"], "case"):
        compared(store, found, now)
    try:
        same = [table.equals("asked", row["asked"])]
        store.write(Update(key, set={"compared_at": clock.text(now)}, remove=["due", "due_at"], when=same))
    except ConditionFailedError:
        pass  # It has other words meanwhile: it stays due.


def compared(store: Table, found: Item, now: datetime) -> None:
    """All that are alike and in no cluster are linked, not only the nearest: of them, one may have looked before this
    one was there, and another may have been cut off before it looked."""
    if THRESHOLD in found:
        return  # It is about an account, and its title about points.
    words, author = newest(found, message_of(store, found))
    made = found_by(found, words)
    if made is None:
        return
    store.transact([Put(item) for item in banded(found, made, author, now)])
    for other in near(store, found, made):
        found = joined(store, found, other, now)


def found_by(found: Item, words: str) -> Print | None:
    """What it is compared by: what brought it to its cluster, or the words that it has now."""
    if "cluster" in found:
        return likeness.read(found["linked_by"]) if found.get("linked_by") else None
    return likeness.fingerprint(words)


def message_of(store: Table, found: Item) -> Item | None:
    return store.get(records.subject_of(found), "message")


def reported(found: Item) -> str:
    """A title alone only where there is nothing else: the posts below it all have it."""
    return str(found["text"] or found["title"])


def newest(found: Item, message: Item | None) -> tuple[str, str]:
    """What it says now, as far as platforms tell, and the account that wrote it."""
    there = message if message and message["state"] != "removed" and message["text"] else {}
    author = found["author"] or (message or {}).get("author") or {}
    return str(there.get("text") or reported(found)), str(author.get("id", ""))


def banded(found: Item, made: Print, author: str, now: datetime) -> list[Item]:
    """`by`: the partition of its author's figures, by which an erasure finds it."""
    community = found["community"]
    by = records.figures_key(community, found["subject"]["source"], author)[0] if author else ""
    return [
        {
            "pk": band_of(community, band),
            "sk": place(found),
            "kind": "band",
            "case": found["id"],
            "print": made.written,
            "by": by,
            "expires": int((now + KEPT).timestamp()),
        }
        for band in made.bands
    ]


def band_of(community: str, band: str) -> str:
    return table.partition(community, LIKE, band)


def place(found: Item) -> str:
    """Among those that are alike: the oldest first."""
    return f"{found['opened_at']}#{found['id']}"


def near(store: Table, found: Item, made: Print) -> list[Item]:
    """Cases that have or had words like these: those in a cluster first, then by age. All who look in the same moment
    begin with the same one, so that they end in one cluster."""
    names: set[str] = set()
    for band in made.bands:
        items = list(islice(store.between(band_of(found["community"], band), "", "\uffff", page=MOST_READ), MOST_READ))
        alike = {one["case"] for one in items if likeness.likeness(made, likeness.read(one["print"])) >= ALIKE}
        names |= alike
        if alike and len(items) == MOST_READ:
            break  # Everybody copies it: the oldest are known.
    others = store.read([case_key(found["community"], name) for name in sorted(names - {found["id"]})])
    return sorted(others, key=lambda one: ("cluster" not in one, place(one)))


def joined(store: Table, found: Item, other: Item, now: datetime) -> Item:
    """The two linked, if they are alike as they are now, and unless each is in a cluster already; gives the first as it
    is then. Raises BusyError."""
    for _ in range(TRIES):
        if "cluster" in found and "cluster" in other:
            return found
        ours, its = (found_by(one, newest(one, message_of(store, one))[0]) for one in (found, other))
        percent = likeness.likeness(ours, its) if ours and its else 0
        if not (ours and its) or percent < ALIKE:
            return found
        done = linked(store, (found, ours), (other, its), percent, now)
        found = records.existing(store, found["community"], found["id"])
        if done:
            return found
        other = records.existing(store, other["community"], other["id"])
    raise BusyError(BUSY)


def linked(store: Table, one: tuple[Item, Print], another: tuple[Item, Print], percent: int, now: datetime) -> bool:
    """False where one of the two is not what it was any more."""
    (found, _), (other, _) = one, another
    cluster = found.get("cluster") or other.get("cluster") or min(found, other, key=place)["id"]
    new = [(case, its, made) for (case, made), (its, _) in ((one, another), (another, one)) if "cluster" not in case]
    writes: list[Write] = []
    for case, its, made in new:
        changes = {"cluster": cluster, "linked_by": made.written}
        move = Move("linked", changes, {"with": its["id"], "alike": percent})
        writes += [*moving(case, move, "liaison", now), Put(member(case, cluster, now), when=[table.absent()])]
    count = {"cases": len(new), "open": sum(case["state"] != "decided" for case, _, _ in new)}
    try:
        counted = Update(cluster_key(found["community"], cluster), set={"kind": "cluster"}, add=count)
        store.transact([*writes, counted])
    except CancelledError:
        return False
    return True


def member(found: Item, cluster: str, now: datetime) -> Item:
    pk, _ = cluster_key(found["community"], cluster)
    return {
        "pk": pk,
        "sk": f"member#{place(found)}",
        "kind": "member",
        "case": found["id"],
        "linked_at": clock.text(now),
    }


# Looking


def sizes(store: Table, community: str, found: Iterable[Item]) -> dict[str, Item]:
    """How many cases are alike, and how many of them are open, by cluster."""
    names = sorted({one["cluster"] for one in found if "cluster" in one})
    items = store.read([cluster_key(community, name) for name in names])
    counts = {item["pk"]: {"cases": item["cases"], "open": item["open"]} for item in items}
    return {name: counts[cluster_key(community, name)[0]] for name in names}


def others(store: Table, found: Item) -> Item:
    """How many cases are like this one beside it, and how many of them are open."""
    if "cluster" not in found:
        return {"cases": 0, "open": 0}
    (size,) = sizes(store, found["community"], [found]).values()
    return beside(found, size)


def beside(found: Item, size: Item) -> Item:
    return {"cases": size["cases"] - 1, "open": size["open"] - (found["state"] != "decided")}


def cluster_of(store: Table, community: str, name: str) -> str:
    """Of a case, or of the cluster that has its name. Raises LookupError."""
    found = records.existing(store, community, name)
    if "cluster" not in found:
        raise LookupError(f"no other case is like {name}")
    return str(found["cluster"])


def page(store: Table, community: str, cluster: str, after: str = "") -> tuple[list[tuple[Item, Item | None]], str]:
    """Cases of a cluster, the oldest first, each with the newest state of its message where the platform tells; and
    where the next page begins, empty for the last one."""
    pk, _ = cluster_key(community, cluster)
    first = f"member#{after}\x00" if after else "member#"
    members = list(islice(store.between(pk, first, "member#\uffff", page=PAGE + 1), PAGE + 1))
    here, more = members[:PAGE], len(members) > PAGE
    found = sorted(store.read([case_key(community, one["case"]) for one in here]), key=place)
    subjects = {records.subject_of(one) for one in found}
    messages = {item["pk"]: item for item in store.read([(pk, "message") for pk in sorted(subjects)])}
    pairs = [(one, messages.get(records.subject_of(one))) for one in found]
    return pairs, here[-1]["sk"].removeprefix("member#") if more else ""


def beginning(members: Iterable[tuple[Item, Item | None]]) -> str:
    """The words that a cluster is about: those that brought the oldest there of which they are still known; else the
    oldest words that anybody in it has now. `members`: its first page."""
    pairs = list(members)
    said = [(one, words) for one, message in pairs for words in (reported(one), newest(one, message)[0]) if words]
    known = (words for one, words in said if one.get("linked_by") and one["linked_by"] == written(words))
    return next(known, next((words for _, words in said), ""))


def written(words: str) -> str:
    made = likeness.fingerprint(words)
    return made.written if made else ""
