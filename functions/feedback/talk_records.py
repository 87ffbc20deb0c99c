"""Which items answering writes: none before somebody takes care of something that was said.

| pk | sk | what |
|---|---|---|
| community#talk#item | talk | who takes care of it, what was answered, and how far that is |
| community#talk#item | audit#000001 | one line of its history |
| community#talk#item | delivery#answer-1 | an answer on its way (see `shared/outbox.py`) |
| community#talk#item | delivery#desk-staff#card | its card at a desk, kept as it is now |

All of it ends thirty days after the words it is about.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from events.program import Desk
from events.talks import AnswerRequested
from functions.feedback import records, talks
from functions.feedback.talks import Move
from functions.shared import clock, outbox, table
from functions.shared.table import CancelledError, Check, Condition, Item, Key, Put, Table, Update, Write

KIND = "talk"
LISTING = "talks"
"""Those that are not over, the longest said first."""

FRESH = timedelta(days=3)
"""How long an answer that was approved is worth sending: as long as delivery tries."""
LONGER = timedelta(days=30)
"""That a talk is kept after the words it is about: an edit may keep these two weeks more."""
BUSY = "others keep changing this: try again in a moment"
TRIES = 8


class BusyError(Exception):
    """Others kept changing it in between."""


def key(community: str, name: str) -> Key:
    return table.partition(community, KIND, name), KIND


@dataclass(frozen=True, slots=True)
class Talk:
    """Something that was said, and what became of it since somebody took care."""

    item: Item
    talk: Item
    """As it is kept; where it is not, as it is all the same."""


def read(store: Table, community: str, name: str) -> Talk:
    """Raises LookupError."""
    there = records.item_key(community, name)
    item = store.get(*there) if there else None
    if item is None:
        raise LookupError(f"nothing {name!r} was said in {community!r}, or it is not kept any more")
    return Talk(item, store.get(*key(community, name)) or talks.fresh(item, community, name))


def change(found: Talk, move: Move, who: str, now: datetime, cards: Sequence[Item] = ()) -> list[Write]:
    """One change to a talk as it was read, with its line of history. `cards`: new ones, of a talk that has none yet."""
    talk, at = found.talk, clock.text(now)
    pk, sk = key(talk["community"], talk["id"])
    number = talk["next_audit"]
    line = {"kind": "audit", "what": move.what, "who": who, "at": at, "detail": move.detail}
    history = Put({"pk": pk, "sk": f"audit#{number:06d}", **line, **end(found)}, when=[table.absent()])
    over = move.set["state"] in talks.OVER
    listed = {} if over else table.listed(talk["community"], LISTING, talk["id"], talk["said_at"])
    changes = {**move.set, **listed, "changed_at": at, "next_audit": number + 1, **end(found)}
    changes |= {"cards": [one["sk"] for one in cards]} if cards else {}
    others: list[Write] = [history, *(outbox.put(one) for one in cards)]
    others += [touch(pk, one, now) for one in talk.get("cards", ())]
    if number == 1:
        return [Put({"pk": pk, "sk": sk, **talk, **changes}, when=[table.absent()]), *others]
    remove = [*move.remove, *(["listing", "listed_at"] if over else [])]
    return [Update((pk, sk), set=changes, remove=remove, when=[table.equals("next_audit", number)]), *others]


def end(found: Talk) -> Item:
    return {"expires": found.item["expires"] + int(LONGER.total_seconds())}


def new_cards(found: Talk, desks: Sequence[Desk], now: datetime) -> list[Item]:
    """A card at each desk, of a talk that has none."""
    talk = found.talk
    if "cards" in talk:
        return []
    return [
        outbox.planned(
            pk=key(talk["community"], talk["id"])[0],
            name=f"desk-{desk.id}#card",
            purpose="card",
            platform="",
            destination=desk.id,
            request={"talk": talk["id"]},
            at=clock.text(now),
        )
        | {"touched": 0, **end(found)}
        for desk in desks
    ]


def touch(pk: str, sk: str, now: datetime, refusal: str = "") -> Update:
    """Have a card looked at. `touched` counts: whoever shows it just now comes again. `refusal` tells the desk why the
    last press changed nothing."""
    changes = {**table.due(outbox.KIND, pk, clock.text(now)), "refusal": refusal}
    return Update((pk, sk), set=changes, add={"touched": 1}, when=[table.present()])


def unchanged(item: Item) -> list[Condition]:
    """Something said is as it was read."""
    same = table.equals("newest", item["newest"]) if "newest" in item else table.absent("newest")
    return [table.present(), same]


def written(store: Table, writes: Sequence[Write | Check]) -> bool:
    """False where the talk, or what was said, is not what it was any more: look again."""
    try:
        store.transact(writes)
    except CancelledError:
        return False
    return True


def still(found: Talk) -> Check:
    return Check(table.key_of(found.item), unchanged(found.item))


def row(found: Talk, request: AnswerRequested, calling: Item, now: datetime) -> Item:
    """The answer's delivery. It goes only as long as what it answers is as it was read."""
    item, talk = found.item, found.talk
    planned = outbox.planned(
        pk=key(talk["community"], talk["id"])[0],
        name=f"answer-{request.number}",
        purpose="answer",
        platform=item["platform"],
        destination=item["source"],
        request=request,
        at=clock.text(now),
    )
    about = {"pk": item["pk"], "sk": item["sk"], "newest": item.get("newest", ""), "who": item.get("who", "")}
    return {**planned, "calling": calling, "answers": about, "not_after": clock.text(now + FRESH), **end(found)}


def row_of(store: Table, talk: Item) -> Item | None:
    """Its newest answer's delivery."""
    if not talk["answers"]:
        return None
    return store.get(key(talk["community"], talk["id"])[0], f"delivery#answer-{talk['answers']}")


def history(store: Table, talk: Item) -> list[Item]:
    return list(store.query(key(talk["community"], talk["id"])[0], "audit#"))


def touched(store: Table, community: str, most: int) -> list[Item]:
    """Talks that are not over, those about what was said first before the others."""
    keys = [one for _, one in zip(range(most), store.ascending(community, LISTING), strict=False)]
    found = [item for item in store.read(keys) if "listing" in item]
    return sorted(found, key=lambda one: (one["said_at"], one["id"]))


# Questions that nobody has touched

LOOKED_BACK = timedelta(days=3)
"""How old a question may be that is found among all that was said. One that somebody has, waits for as long as that."""


def questions(store: Table, community: str, now: datetime) -> Iterator[Item]:
    """What was said of late and is a question, the oldest first; where nobody asked in an hour, its log is not read."""
    first = (now - LOOKED_BACK).date()
    since = clock.text(now - LOOKED_BACK)
    for hour in records.hours_between(store, community, first, now.date()):
        if not sum(hour["counts"].get("kind:question", ())):
            continue
        asked = (item for item in records.log(store, community, hour["hour"]) if is_question(item))
        yield from sorted((item for item in asked if item["said_at"] >= since), key=lambda one: one["said_at"])


def untouched(store: Table, community: str, now: datetime) -> Iterator[Talk]:
    """Those that nobody has taken care of in any way: of what is answered or closed already there may be any number."""
    asked = questions(store, community, now)
    while some := {records.item_id(item): item for item in islice(asked, 100)}:
        known = {one["id"] for one in store.read([key(community, name) for name in some])}
        yield from (Talk(one, talks.fresh(one, community, name)) for name, one in some.items() if name not in known)


def is_question(item: Item) -> bool:
    """Of a person, and still there."""
    kind: Any = (item.get("read") or {}).get("kind")
    return kind == "question" and item.get("state") != "removed" and not item.get("staff")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for an answer, the longest first."""

    all: list[Talk]
    more: bool

    @property
    def people(self) -> int:
        """How many; whoever is not known counts each time."""
        return len({one.item.get("who") or one.talk["id"] for one in self.all})


MOST = 200


def waiting(store: Table, community: str, now: datetime) -> Waiting:
    """Questions, and whatever somebody took care of that is not over."""
    begun = touched(store, community, MOST)
    keys = {one["id"]: records.item_key(community, one["id"]) for one in begun}
    items = {records.item_id(item): item for item in store.read([one for one in keys.values() if one])}
    found = [Talk(items[one["id"]], one) for one in begun if one["id"] in items]
    asked = list(islice(untouched(store, community, now), MOST + 1))
    more = len(begun) >= MOST or len(asked) > MOST
    both = [*found, *asked[:MOST]]
    return Waiting(sorted(both, key=lambda one: (one.item["said_at"], one.talk["id"])), more)
