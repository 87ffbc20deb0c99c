"""What becomes of a theme, and that whoever asked for it and agreed to be told is told: once for each status.

They may be thousands, so one row beside the status says how far it got, and the sweep goes on page by page. Each page
is one transaction: what it wrote is there once, whoever is cut off where.

| pk | sk | what |
|---|---|---|
| community#progress#theme | status | how a theme stands, and the number of that change |
| community#progress#theme | change#000001 | each change, with who made it and what they said |
| community#progress#theme | plan | how far people were told of the newest one; due while some are left |
| community#progress#theme | delivery#told#status#party | that one person is told of one status |
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from events.moderation import Subject
from events.program import Program, Theme
from functions.feedback import contacts, letters
from functions.feedback.handovers import themes_of
from functions.shared import clock, links, outbox, switches, table
from functions.shared.outbox import LostError
from functions.shared.table import CancelledError, Item, Key, Put, Table, Update, Write

Status = Literal["open", "planned", "shipped", "declined"]
TOLD: tuple[Status, ...] = ("planned", "shipped", "declined")
"""Of these people are told."""

KIND = "news"
PURPOSE = "contact"
"""Of the links by which somebody ends it."""

WAIT = timedelta(minutes=5)
"""Until people are told, so that a slip can be taken back; and what was said just before is in the log by then."""

PAGE, ROWS = 100, 20
"""People looked at, and told, in one transaction of 25 writes."""

PAGES = 20
"""That one sweep goes through for one theme, so that others have their turn."""


def partition(community: str, theme: str) -> str:
    return table.partition(community, "progress", theme)


def standing(store: Table, community: str, theme: str) -> Item:
    """How a theme stands; open where nobody has said anything."""
    return store.get(partition(community, theme), "status") or {"status": "open", "number": 0}


def all_standing(store: Table, community: str, themes: Sequence[str]) -> dict[str, Item]:
    """How each of these stands."""
    there = store.read([(partition(community, theme), "status") for theme in themes])
    found = {one["theme"]: one for one in there}
    return {theme: found.get(theme, {"status": "open", "number": 0}) for theme in themes}


def history(store: Table, community: str, theme: str) -> list[Item]:
    """Its changes, the newest first."""
    return list(store.query(partition(community, theme), "change#", backwards=True))


def change(store: Table, community: str, theme: str, status: Status, word: str, who: str, now: datetime) -> Item:
    """It stands otherwise from now on; gives how. Said again, it is as it was.

    Raises LostError when somebody else has changed it in this moment.
    """
    before = standing(store, community, theme)
    if before["status"] == status and before.get("word", "") == word:
        return before
    pk, number, at = partition(community, theme), before["number"] + 1, clock.text(now)
    told = {"theme": theme, "status": status, "word": word, "by": who, "at": at, "number": number}
    same = table.equals("number", before["number"]) if before["number"] else table.absent()
    writes: list[Write] = [
        Put({"pk": pk, "sk": "status", "kind": "progress", **told}, when=[same]),
        Put({"pk": pk, "sk": f"change#{number:06}", "kind": "progress", **told}, when=[table.absent()]),
        Put(plan(pk, told, now)),
    ]
    try:
        store.transact(writes)
    except CancelledError as error:
        raise LostError("somebody else has just changed this theme: look again") from error
    return writes[0].item  # type: ignore[union-attr]


def plan(pk: str, told: Item, now: datetime) -> Item:
    """Whoever is still told of an older change is told of this one instead."""
    due = table.due(KIND, pk, clock.text(now + WAIT)) if told["status"] in TOLD else {}
    return {"pk": pk, "sk": "plan", "kind": KIND, **told, "cursor": "", "told": 0, **due}


def go_on(store: Table, key: Key, program: Program, now: datetime) -> list[Item]:
    """Tell those who asked, as far as there is time. Gives the rows to kick. On hold, nobody is told."""
    rows: list[Item] = []
    community = table.community_of(key[0])
    if switches.which(store, community, switches.HOLD):
        return rows
    for _ in range(PAGES):
        row = store.get(*key)
        if row is None or row.get("due_at", "9") > clock.text(now):
            break
        try:
            rows += page(store, row, program, now)
        except CancelledError:
            break  # Somebody else is at it, or it was changed meanwhile: what is due stays due.
    return rows


def page(store: Table, row: Item, program: Program, now: datetime) -> list[Item]:
    community = table.community_of(row["pk"])
    theme = program.theme(community, row["theme"])
    here, more = contacts.page(store, community, row["cursor"], PAGE) if theme else ([], False)
    asking = asked_for(store, community, here, row["theme"])
    if len(asking) > ROWS:
        asking, more = asking[:ROWS], True
        here = here[: here.index(asking[-1]) + 1]
    writes = untold(store, [told_to(row, contact, theme, program, now) for contact in asking]) if theme else []
    cursor = contacts.where(here[-1]) if here else row["cursor"]
    store.transact([moved(row, cursor, len(writes), more=more), *writes])
    return [one.item for one in writes]


def asked_for(store: Table, community: str, people: Sequence[Item], theme: str) -> list[Item]:
    """Those of them who said something about the theme that still stands."""
    said = contacts.said(store, community, people)
    return [one for one in people if theme in themes_of(said.get(one["sk"], {}))]


def asking(store: Table, community: str, theme: str) -> int:
    """How many people agreed to be told what comes of it."""
    parties: set[str] = set()
    cursor, more = "", True
    while more:
        here, more = contacts.page(store, community, cursor, PAGE)
        cursor = contacts.where(here[-1]) if here else cursor
        parties |= {one["party"] for one in asked_for(store, community, here, theme)}
    return len(parties)


def moved(row: Item, cursor: str, told: int, *, more: bool) -> Update:
    return Update(
        table.key_of(row),
        set={"cursor": cursor},
        add={"told": told},
        remove=[] if more else ["due", "due_at"],
        when=[table.equals("number", row["number"]), table.equals("cursor", row["cursor"]), table.present("due")],
    )


def untold(store: Table, rows: Sequence[Item]) -> list[Put]:
    """One for each person, and none for whoever has one of this status already; unless that never went, because the
    theme did not stand so when its turn came."""
    once = {row["sk"]: row for row in reversed(rows)}
    there = {row["sk"]: row for row in store.read([table.key_of(row) for row in once.values()])}
    fresh = [outbox.put(row) for sk, row in once.items() if sk not in there]
    return fresh + [outbox.put_again(once[sk], row) for sk, row in there.items() if outbox.never_went(row)]


def told_to(row: Item, contact: Item, theme: Theme, program: Program, now: datetime) -> Item:
    """A row for delivery. Whom it goes to, and whether the theme still stands so, is looked up when it goes: whoever
    has ended it meanwhile is not told, and nobody what has changed since."""
    community = table.community_of(row["pk"])
    language = letters.spoken(contact["language"], program.community(community).language)
    letter = letters.news(theme.title, row["status"], row["word"], language)
    lasts = clock.moment(contact["agreed_at"]) + contacts.KEPT - now
    request = {
        "case": "",
        "about": Subject(source=contact["source"], kind="theme", id=theme.id).model_dump(mode="json"),
        "title": letter.title,
        "text": letter.text,
        "link": links.link(contacts.path(community), contact["party"], PURPOSE, now, lasts),
    }
    planned = outbox.planned(
        pk=row["pk"],
        name=f"told#{row['status']}#{contact['party']}",
        purpose="tell",
        platform=contact["platform"],
        destination=contact["source"],
        request=request,
        at=clock.text(now),
    )
    return {**planned, "contact": [contact["pk"], contact["sk"]], "status": row["status"]}
