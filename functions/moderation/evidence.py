"""What was there when something was reported: each state of it that was told of, as an object in the bucket.

An object is named by its round and by what it says (`evidence/<community>/<subject>/<round>/<hash>.json`) and put
before the transaction in which the case names it: cut off in between, the same object is put again. Each round has its
own, so that the end of one takes nothing from another. `forgetting` is their end.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from events.moderation import FlagRaised, MessageSeen, Subject
from functions.moderation.chain import canonical
from functions.shared import clock, objects, table
from functions.shared.table import Item, Put

MOST = 50
"""States of one thing that a case keeps. The history has the words of each later edit."""
ENDS = "ends"
"""Of the row by which the sweep finds that the time of what was seen is over."""
KEPT_ON = timedelta(days=30)
"""After the last day on which somebody can ask for another look."""
GONE = "what was seen is not kept any more: its time is over, or its author was erased"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of what was reported, as its platform told it."""

    platform: str
    subject: Item
    title: str
    text: str
    original: str
    url: str
    author: Item
    revision: str

    @property
    def hash(self) -> str:
        """The same for the same words in the same revision, whoever reports them."""
        said = (self.title, self.text, self.original, self.revision)
        return sha256(canonical(said).encode()).hexdigest()

    @property
    def says_something(self) -> bool:
        return bool(self.title or self.text or self.original)


def of_flag(flag: FlagRaised) -> Snapshot:
    return seen(flag, flag.title)


def of_message(message: MessageSeen, title: str) -> Snapshot:
    """An edit says nothing of the title: it is as it was."""
    return seen(message, title if message.text or message.original else "")


def seen(told: FlagRaised | MessageSeen, title: str) -> Snapshot:
    return Snapshot(
        platform=told.platform,
        subject=told.subject.model_dump(mode="json"),
        title=title,
        text=told.text,
        original=told.original,
        url=told.subject.url,
        author={"id": told.author.id, "name": told.author.name} if told.author else {},
        revision=told.subject.revision,
    )


def key(case: Item, name: str) -> str:
    subject = Subject.model_validate(case["subject"]).key
    return f"evidence/{case['community']}/{subject}/{case['epoch']}/{name}.json"


def kept(
    case: Item, snapshots: Sequence[Snapshot], now: datetime, current_if: Literal["new", "always", "never"] = "new"
) -> Item:
    """Put what the case does not have yet, before it is written; gives what changes in the case: `evidence`, its list,
    and `current`, the number of the one that is there now (from 1; 0 where that one is not kept).

    `current_if`: a report may be about words that have changed since, so it tells what is there only by what nobody has
    seen before; an edit tells it always, or never where it comes after a later one.

    A case that has forgotten names none any more; one that was put a moment ago, before it did, is taken away.
    """
    if "forgotten" in case:
        for one in snapshots:
            objects.delete(key(case, one.hash))
        return {}
    there, current = list(case.get("evidence", ())), case.get("current", 0)
    for one in snapshots:
        if not one.says_something:
            continue
        before = [other["hash"] for other in there]
        if one.hash not in before and len(there) < MOST:
            objects.write(key(case, one.hash), json.dumps(asdict(one)).encode())
            there.append({"hash": one.hash, "revision": one.revision, "seen_at": clock.text(now)})
        if current_if == "always" or (current_if == "new" and one.hash not in before):
            current = next((number for number, other in enumerate(there, 1) if other["hash"] == one.hash), 0)
    changed = {"evidence": there, "current": current}
    return {name: value for name, value in changed.items() if case.get(name) != value}


def read(case: Item, name: str) -> Item:
    """One snapshot of a case, by its hash. Raises LookupError."""
    if name not in [one["hash"] for one in case.get("evidence", ())]:
        if "forgotten" in case:
            raise LookupError(GONE)
        raise LookupError(f"nothing was seen in this case that is called {name[:80]!r}")
    body = objects.read(key(case, name))
    if body is None:
        raise LookupError(GONE)
    return dict(json.loads(body))


def words_of(case: Item, number: int) -> Item:
    """What a decision was about, as it was then; the words of the case where no snapshot was kept."""
    words = {field: case[field] for field in ("title", "text", "original")}
    if not number or number > len(case.get("evidence", ())):
        return words
    try:
        found = read(case, case["evidence"][number - 1]["hash"])
    except LookupError:
        return words
    return {field: found[field] for field in words}


def deleted(case: Item) -> None:
    """Take the objects of a round away, also those that were put for a report or an edit that its case then did not
    record, since it was decided in that moment. Done again, it changes nothing."""
    for name in objects.names(key(case, "").removesuffix(".json")):
        objects.delete(name)


def end_planned(case: Item, days: int, now: datetime) -> Put:
    """Written with the decision; the sweep asks again when its time is over."""
    row = {"pk": case["pk"], "sk": ENDS, "kind": ENDS, "case": case["id"], "state": "kept"}
    return Put({**row, **ends(case["pk"], days, now)}, when=[table.absent()])


def ends(pk: str, days: int, now: datetime) -> Item:
    """What makes the sweep find an item at its end. `days`: how long anything may come of it."""
    return table.due(ENDS, pk, clock.text(now + timedelta(days=days) + KEPT_ON))
