"""The end of what was seen: once nobody can ask for another look any more, a case keeps what was decided and why, and
the words of strangers go: the snapshots, then all that quotes them. So does who they were, but with a measure that can
still be taken back: it says against whom. What no case takes along has an end of its own.

What is left to be emptied is found by looking, so that whoever is cut off goes on where words still stand.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from events.program import Program
from functions.moderation import appeals, chain, evidence, records, standards
from functions.moderation.cases import Move
from functions.moderation.evidence import KEPT_ON
from functions.shared import clock, table
from functions.shared.table import CancelledError, ConditionFailedError, Delete, Item, Key, Table, Update

MOST = 200
"""Items of one case that one sweep empties, so that others have their turn."""
PUT_OFF = timedelta(days=1)
"""While somebody still looks at it again."""
BEING_SENT = ("claimed", "armed")
"""A letter that leaves in this moment is left to the next sweep."""
WORDS = {"title": "", "text": "", "original": "", "summary": chain.GONE}
NOBODY: Item = {"author": {}, "appellant": {}}
REPORTED: Item = {"flag": chain.GONE, "reporter": {}, "comment": "", "erased": True}
"""What is left of a report. Its id may name whom it is from, or about; what is told again brings nothing back."""


def go_on(store: Table, key: Key, program: Program, now: datetime) -> None:
    """Forget what a case was about, as far as there is time, if its time is over."""
    row = store.get(*key)
    if row is None or row.get("due_at", "9") > clock.text(now):
        return
    try:
        if row["kind"] != evidence.ENDS:
            ended_alone(store, row)
            return
        case = records.existing(store, table.community_of(row["pk"]), row["case"])
        if row["state"] == "kept":
            if (until := end(case, program, now)) > now:
                moved(store, row, until)
                return
            forgotten(store, row, case, now)
        here = list(islice(left(store, case), MOST))
        for item, changes in here:
            emptied(store, item, changes)
        if len(here) < MOST and all(changes for _, changes in here):
            done(store, row)
    except (CancelledError, ConditionFailedError):
        pass  # Somebody else wrote there: it stays due, and is looked at again.


def end(case: Item, program: Program, now: datetime) -> datetime:
    """By what the program says now. An appeal ends by itself; what it was about waits for it, and for those whom its
    verdict is told: they have time to read that, and an author against whom it went has as much as ever to ask."""
    if case.get("open_appeals", 0) > 0:
        return now + PUT_OFF
    asked = appeals.since(case, appeals.AUTHOR) + timedelta(days=days(case, program))
    told = clock.moment(case.get("judged_at") or case["decided_at"])
    return max(asked, told) + KEPT_ON


def days(case: Item, program: Program) -> int:
    """How long anything may come of a decision: somebody asks for another look, or reports the same again."""
    if appeals.is_appeal(case):
        return 0
    return records.longest(standards.of(program, case["community"]))


def moved(store: Table, row: Item, until: datetime) -> None:
    later = {"due_at": clock.text(until)}
    store.write(Update(table.key_of(row), set=later, when=[table.equals("due_at", row["due_at"])]))


def forgotten(store: Table, row: Item, case: Item, now: datetime) -> None:
    """The objects go first: what the case does not name, nobody would find."""
    if not appeals.is_appeal(case):
        evidence.deleted(case)
    nothing = {**WORDS, **NOBODY, "evidence": [], "appeal": "", "subject": {**case["subject"], "url": ""}}
    empty = {name: value for name, value in {**nothing, "linked_by": ""}.items() if case.get(name, value) != value}
    move = Move("forgotten", {**empty, "forgotten": clock.text(now)})
    begun = Update(table.key_of(row), set={"state": "going"}, when=[table.equals("state", "kept")])
    store.transact([*records.moving(case, move, "liaison", now), begun])


def left(store: Table, case: Item) -> Iterator[tuple[Item, Item]]:
    """What still holds words, each with what changes in it; nothing where it has to wait."""
    for line in store.query(case["pk"], "audit#"):
        if (detail := unnamed(line["detail"])) != line["detail"]:
            yield line, chain.erased(line, {"detail": detail})
    for letter in store.query(case["pk"], "delivery#told#"):
        if letter["request"]["text"]:
            yield letter, {} if letter["state"] in BEING_SENT else unsaid(letter)
    if not appeals.is_appeal(case):
        yield from left_of_subject(store, case)


def unnamed(detail: Item) -> Item:
    """What a line tells without words of strangers, and without the reports that it names (`records.of_flags`)."""
    flags = {name: chain.GONE for name in detail if name.partition(" ")[0] == "flag"}
    return {**detail, **flags, **({"text": ""} if "text" in detail else {})}


def unsaid(letter: Item) -> Item:
    """Of a letter its words go, and to whom; one that never arrived never will. None is for a field that goes."""
    request = letter["request"]
    nobody = {"person": {**request["person"], "id": chain.GONE, "name": ""}, "about": {**request["about"], "url": ""}}
    empty = {"request": {**request, **nobody, "title": "", "text": "", "link": ""}}
    if letter["state"] == "sent":
        return empty
    never = {"state": "cancelled", "reason": "it was not taken until the time of its case was over"}
    return empty | never | {name: None for name in ("due", "due_at", "listing", "listed_at") if name in letter}


def left_of_subject(store: Table, case: Item) -> Iterator[tuple[Item, Item]]:
    """Where there is a newer round, the message is that one's, and so is what was decided on the platform since."""
    subject = records.subject_of(case)
    newest = store.get(subject, "round") or {}
    last = newest.get("case") == case["id"]
    for flag in store.query(subject, "flag#"):
        if flag.get("case") == case["id"] and not REPORTED.items() <= flag.items():
            yield flag, REPORTED
    for told in store.query(subject, "decided#"):
        theirs = told.get("text") or told.get("person")
        if theirs and (last or told["recorded_at"] <= case["decided_at"]):
            yield told, {"text": "", "person": {}}
    message = store.get(subject, "message") if last else None
    if message and (message["text"] or message["original"]):
        yield message, {"text": "", "original": "", "version": message["version"] + 1}


def ended_alone(store: Table, row: Item) -> None:
    """A decision of the platform that decided no case: what is left says that there was one, so that it counts once. An
    explanation without its report is nothing by itself."""
    if row["kind"] == "flag":
        store.write(Delete(table.key_of(row), when=[table.absent("raised_at")]))
        return
    empty: Item = {"text": "", "moderator": {}, "person": {}}
    store.write(Update(table.key_of(row), set=empty, remove=["due", "due_at"], when=[table.present()]))


def emptied(store: Table, item: Item, changes: Item) -> None:
    """Only if what changes is still as it was read: an erasure may be at the same item."""
    new = {name: value for name, value in changes.items() if value is not None}
    gone = [name for name, value in changes.items() if value is None]
    same = [table.equals(name, item[name]) if name in item else table.absent(name) for name in changes]
    if changes:
        store.write(Update(table.key_of(item), set=new, remove=gone, when=same))


def done(store: Table, row: Item) -> None:
    store.write(Update(table.key_of(row), set={"state": "gone"}, remove=["due", "due_at"], when=[table.present("due")]))
