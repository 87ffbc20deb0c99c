"""From a series to its announcements. What is approved is the definition, in the words of its first occurrences; the
minute's sweep then makes each announcement at its time, already approved, once.

| pk | sk | what |
|---|---|---|
| community#series#id | series | the definition, its approval and state, and how far it was made |
| community#series#id | audit#000001 | one line of its history |

draft → active ⇄ paused → ended · finished (nothing is left to be made)
"""

import json
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any

from events.announcements import Announcement, Series
from events.program import Program
from functions.announcements import plans, publishing, records, series, times
from functions.announcements.series import Occurrence
from functions.platforms.previews import Previews
from functions.shared import clock, table
from functions.shared.table import CancelledError, Item, Put, Table, Update, Write

KIND = "series"
LISTING = "series"
MOST_TOLD = 20
"""Lines of its history, and of what was left out at once, that a person is shown."""

Seen = list[tuple[Occurrence, Previews]]


def key(community: str, name: str) -> table.Key:
    return table.partition(community, KIND, name), KIND


def item(*, community: str, name: str, author: str, definition: Series, now: datetime, asked: str = "") -> Item:
    """A new draft. `asked` tells two requests under one key apart."""
    pk, sk = key(community, name)
    at = clock.text(now)
    return {
        "pk": pk,
        "sk": sk,
        "kind": KIND,
        "id": name,
        "community": community,
        "state": "draft",
        "author": author,
        "writer": author,
        "title": definition.content.title,
        "definition": definition.model_dump(mode="json"),
        "revision": 1,
        "asked": asked,
        "created_at": at,
        "cursor": "",
        "next_audit": 2,
        **table.listed(community, LISTING, name, at),
    }


def create(store: Table, new: Item, now: datetime) -> Item:
    """Once: a second call with the same id gives what the first one made, if it asked for the same. Raises
    NotAllowedError."""
    plans.storable(new["definition"])
    try:
        store.transact([Put(new, when=[table.absent()]), records.audit(new["pk"], 1, "written", now, new["author"])])
        return new
    except CancelledError:
        before = existing(store, new["community"], new["id"])
        if before["asked"] != new["asked"]:
            raise plans.NotAllowedError("this Idempotency-Key was used for another series") from None
        return before


def existing(store: Table, community: str, name: str) -> Item:
    found = store.get(*key(community, name))
    if found is None:
        raise LookupError(f"there is no series {name!r} in {community!r}")
    return found


def definition_of(found: Item) -> Series:
    return Series.model_validate(found["definition"])


def waits(found: Item) -> bool:
    """Whether somebody has to say yes to it."""
    return bool(found["state"] == "draft")


def history(store: Table, found: Item) -> list[Item]:
    """The newest lines, oldest first."""
    return list(islice(store.query(found["pk"], "audit#", backwards=True), MOST_TOLD))[::-1]


# What an approval is about


def preview(store: Table, community: str, name: str, definition: Series, program: Program) -> Seen:
    """The first announcement of each kind, as every target will get it."""
    return [
        (one, publishing.preview(store, community, name, content_of(definition, one, community, program), program))
        for one in series.examples(definition)
    ]


def content_of(definition: Series, one: Occurrence, community: str, program: Program) -> Announcement:
    """A stream's schedule gets the event itself, and nothing that is said around it."""
    content = series.announced(definition, one)
    if one.step == "announcement":
        return content
    schedules = {target.id for target in program.targets_of(community) if target.form == "schedule"}
    return content.model_copy(update={"targets": tuple(name for name in content.targets if name not in schedules)})


def hash_of(definition: Series, seen: Seen) -> str:
    """Of all words to the letter, and of the rules that say when. Later occurrences differ by their day, only."""
    told = [definition.model_dump(mode="json"), [[one.step, one.offset, made.hash] for one, made in seen]]
    return sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def problems(seen: Seen) -> list[str]:
    return [f"{one.step} {one.offset}".strip() + f": {problem}" for one, made in seen for problem in made.problems]


def coming(found: Item, now: datetime, most: int) -> list[Occurrence]:
    """The next ones, as things stand."""
    if found["state"] in ("ended", "finished"):
        return []
    return list(islice(series.timeline(definition_of(found), cursor(found, now)), most))


def cursor(found: Item, now: datetime) -> str:
    """Behind it lies what is still to be made. What became due while nobody had said yes to it is over."""
    if found["state"] == "active":
        return str(found["cursor"])
    return max(str(found["cursor"]), series.mark(now - times.GRACE))


# What people do


def changed(store: Table, found: Item, writes: Sequence[Write]) -> Item:
    """Raises NotAllowedError when somebody else, or the minute, was faster."""
    try:
        store.transact(writes)
    except CancelledError:
        raise plans.NotAllowedError("it was changed in this moment: look again") from None
    return existing(store, found["community"], found["id"])


def stepped(
    found: Item, what: str, who: str, now: datetime, changes: Item, *, remove: Sequence[str] = (), **detail: Any
) -> list[Write]:
    """One change to a series as it was read, with its line of history."""
    number = found["next_audit"]
    same = [table.equals(name, found[name]) for name in ("next_audit", "state", "cursor")]
    update = Update(table.key_of(found), set=changes, add={"next_audit": 1}, remove=list(remove), when=same)
    return [update, records.audit(found["pk"], number, what, now, who, **detail)]


def revise(store: Table, found: Item, definition: Series, who: str, now: datetime) -> Item:
    """Another definition, for what is still to come: any approval is void. Raises NotAllowedError."""
    open_(found)
    told = definition.model_dump(mode="json")
    plans.storable(told)
    changes = {
        "definition": told,
        "title": definition.content.title,
        "writer": who,
        "state": "draft",
        "revision": found["revision"] + 1,
        "cursor": cursor(found, now),
    }
    remove = ["due", "due_at", "approved", "reason"]
    return changed(store, found, stepped(found, "changed", who, now, changes, remove=remove))


def approve(
    store: Table,
    found: Item,
    who: str,
    seen: str,
    program: Program,
    now: datetime,
    *,
    beside: Sequence[Write] = (),
) -> Item:
    """Say yes to all that is still to come: `seen` is the hash that was looked at. Again gives the same. `beside` is
    written with it. Raises NotAllowedError."""
    open_(found)
    plans.may_approve(found["writer"], who, another=program.community(found["community"]).approval == "another")
    definition = definition_of(found)
    made = preview(store, found["community"], found["id"], definition, program)
    if hash_of(definition, made) != seen:
        raise plans.NotAllowedError("what would be sent is not what you saw: look at the preview again, then approve")
    if told := problems(made):
        raise plans.NotAllowedError("it cannot be sent like this: " + "; ".join(told))
    if found["state"] == "active" and found["approved"]["hash"] == seen:
        return found
    after = cursor(found, now)
    first = next(series.timeline(definition, after), None)
    if first is None:
        raise plans.NotAllowedError("all of it is over: give it other times")
    approved = {"by": who, "at": clock.text(now), "hash": seen, "revision": found["revision"]}
    changes: Item = {"approved": approved, "state": "active", "cursor": after, **due(found, first)}
    return changed(store, found, [*stepped(found, "approved", who, now, changes, remove=["reason"]), *beside])


def pause(store: Table, found: Item, who: str, now: datetime, *, paused: bool) -> Item:
    """Nothing is made while it is paused, nor made up for afterwards. Raises NotAllowedError."""
    wanted = "paused" if paused else "active"
    if found["state"] == wanted:
        return found
    if found["state"] != ("active" if paused else "paused"):
        raise plans.NotAllowedError(f"it is {found['state']}: approve it first")
    if paused:
        return changed(store, found, stepped(found, "paused", who, now, {"state": "paused"}, remove=["due", "due_at"]))
    after = cursor(found, now)
    return changed(store, found, stepped(found, "resumed", who, now, {"cursor": after, **moved(found, after)}))


def end(store: Table, found: Item, who: str, now: datetime) -> Item:
    """Nothing more comes of it; what was made already stays as it is. Ending again gives the ended one."""
    if found["state"] in ("ended", "finished"):
        return found
    return changed(store, found, stepped(found, "ended", who, now, {"state": "ended"}, remove=["due", "due_at"]))


def open_(found: Item) -> None:
    if found["state"] in ("ended", "finished"):
        raise plans.NotAllowedError(f"it is {found['state']}: write another one")


def due(found: Item, first: Occurrence) -> Item:
    return table.due(KIND, found["pk"], clock.text(first.moment))


def moved(found: Item, after: str) -> Item:
    """Where a series stands once all up to a mark is made; `due` only while something is left."""
    first = next(series.timeline(definition_of(found), after), None)
    return {"state": "active", **due(found, first)} if first else {"state": "finished"}


# What the minute does


def go_on(store: Table, found: Item, program: Program, now: datetime) -> list[Item]:
    """Make what is due of a series; gives its announcements. Cut off anywhere, the next minute goes on."""
    if found["state"] != "active" or found.get("due_at", "~") > clock.text(now):
        return []
    definition = definition_of(found)
    wanted, left_out = series.pending(definition, found["cursor"], now)
    why = unlike(store, found, definition, program)
    if not wanted:  # The rules of its zone have changed since it was reckoned.
        changes = moved(found, found["cursor"])
        remove = ["due", "due_at"] if changes["state"] == "finished" else []
        move(store, stepped(found, "reckoned again", "liaison", now, changes, remove=remove))
    made: list[Item] = []
    for number, one in enumerate(wanted):
        new = make(store, found, one, why, [] if number else left_out, program, now)
        made.extend([new] if new else [])
        found = existing(store, found["community"], found["id"])
        if found["cursor"] != one.mark:
            break  # Somebody changed it in this moment: the next minute looks at it anew.
    return made


def unlike(store: Table, found: Item, definition: Series, program: Program) -> str:
    """Why it cannot go out as approved; empty when it can."""
    made = preview(store, found["community"], found["id"], definition, program)
    if hash_of(definition, made) == found["approved"]["hash"]:
        return ""
    return "the program has changed since the series was approved, and with it what would be sent: approve it again"


def make(
    store: Table,
    found: Item,
    one: Occurrence,
    why: str,
    left_out: Sequence[Occurrence],
    program: Program,
    now: datetime,
) -> Item | None:
    """One announcement and the cursor's move, in one transaction. None when it was made before (the definition was
    changed since then), or when somebody changed the series in this moment."""
    new, writes = announcement(store, found, one, why, program, now)
    line = {"announcement": new["id"], "step": one.step, "at": clock.text(one.moment)}
    told = {"left_out": [f"{late.step} {late.wall}" for late in left_out[-MOST_TOLD:]]} if left_out else {}
    changes: Item = {"cursor": one.mark, "last": line, **moved(found, one.mark), **({"reason": why} if why else {})}
    remove = ["due", "due_at"] if changes["state"] == "finished" else []
    made = stepped(found, "made", "liaison", now, changes, remove=remove, **line, **told)
    try:
        store.transact([*made, *writes])
        return new
    except CancelledError as error:
        if not set(error.failed) & set(range(len(made))):
            move(store, made)
    return None


def move(store: Table, writes: Sequence[Write]) -> None:
    """Unless somebody changes the series in this moment: then the next minute looks at it anew."""
    try:
        store.transact(writes)
    except CancelledError:
        pass


def announcement(
    store: Table, found: Item, one: Occurrence, why: str, program: Program, now: datetime
) -> tuple[Item, list[Write]]:
    """Scheduled and approved as its series is; a draft with the reason where it would not be what was approved."""
    definition, community = definition_of(found), found["community"]
    content = content_of(definition, one, community, program)
    name = one.name(found["id"])
    new = records.item(community=community, name=name, author=found["author"], content=content, now=now)
    new |= {
        "writer": found["writer"],
        "series": found["id"],
        "step": one.step,
        "wall": one.wall,
        "zone": definition.zone,
    }
    made = publishing.preview(store, community, name, content, program)
    why = why or "; ".join(made.problems)
    if why:
        return new, records.created(new | {"reason": why}, now)
    by = found["approved"]["by"]
    approved = {"by": by, "at": found["approved"]["at"], "hash": made.hash, "revision": 1}
    publishing.keep_plan(community, name, made)
    at = clock.text(one.moment)
    new |= {"state": "scheduled", "approved": approved, "publish_at": at, "next_audit": 3}
    new |= table.due(records.KIND, new["pk"], at)
    return new, [
        *records.created(new, now),
        records.audit(new["pk"], 2, "approved", now, by, at=at, series=found["id"]),
        *records.on_calendar(new, content),
    ]
