"""Which items announcements write.

| pk | sk | what |
|---|---|---|
| community#announcement#id | announcement | what is announced, its approval, time and state |
| community#announcement#id | audit#000001 | one line of its history |
| community#announcement#id | delivery#target#language#01 | one part for one target (see `shared/outbox.py`) |
| community#announcement#id | delivery#desk-staff#card | its card at a desk, kept as it is now |
| community#announcement#id | delivery#…#edit-2, …#withdraw, …#count | what is done to a part that is there (`of`) |
| community#calendar#2026-12 | announcement#id | something of it is in this month (UTC); what and when, it says itself |
| community#trigger#hash | trigger | this release, video or stream was announced already |
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from events.announcements import (
    Announcement,
    ChangeRequested,
    DraftWritten,
    TriggerFired,
    TriggerWithdrawn,
    WithdrawRequested,
    Words,
)
from events.envelope import Envelope
from events.program import Program
from functions.announcements import plans
from functions.platforms.posting import Editing
from functions.shared import clock, inbox, outbox, table
from functions.shared.table import CancelledError, ConditionFailedError, Delete, Item, Put, Table, Update, Write

KIND = "announcement"
TRIES = 8
LISTING = "announcements"
SEARCHED = 1_000
"""Of a community's newest, those that are searched for what waits for a person."""
PAGE, PAGE_BYTES = 20, 3_000_000
"""Rows written in one transaction, and how large they may be together: DynamoDB takes 4 MB."""

Call = dict[str, Any]
"""One call of an approved plan: `name` (target#language#01; of a step without words target#language#pin-01), `after`
(the next part's name or empty), `platform`, `request`, `calling`."""


PREVIEW = "preview"
"""Of links to the page of a preview."""


def preview_path(community: str, name: str) -> str:
    return f"/previews/{community}/{name}"


def key(community: str, name: str) -> table.Key:
    return table.partition(community, KIND, name), KIND


def item(
    *, community: str, name: str, author: str, content: Announcement, now: datetime, asked: str = "", about: str = ""
) -> Item:
    """A new draft. `asked` tells two requests under one key apart; `about` is what it was made from."""
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
        "title": content.title,
        "content": content.model_dump(mode="json"),
        "revision": 1,
        "asked": asked,
        "about": about,
        "created_at": at,
        "next_audit": 2,
        **table.listed(community, LISTING, name, at),
    }


def created(new: Item, now: datetime) -> list[Write]:
    written = audit(new["pk"], 1, "written", now, new["author"], **known(new.get("account")))
    return [Put(new, when=[table.absent()]), written]


def known(account: Item | None) -> Item:
    """Whose word it was, where a platform knows them, for a line of history."""
    return {"account": account} if account else {}


def audit(pk: str, number: int, what: str, now: datetime, who: str, **detail: Any) -> Put:
    """One line of its history, put under a number nobody used."""
    line = {"kind": "audit", "what": what, "who": who, "at": clock.text(now), "detail": detail}
    return Put({"pk": pk, "sk": f"audit#{number:06d}", **line}, when=[table.absent()])


def create(store: Table, new: Item, now: datetime) -> Item:
    """Once: a second call with the same id gives what the first one made, if it asked for the same. Raises
    NotAllowedError."""
    plans.storable(new["content"])
    try:
        store.transact(created(new, now))
        return new
    except CancelledError:
        before = existing(store, new["community"], new["id"])
        if before["asked"] != new["asked"]:
            raise plans.NotAllowedError("this Idempotency-Key was used for another announcement") from None
        return before


def existing(store: Table, community: str, name: str) -> Item:
    found = store.get(*key(community, name))
    if found is None:
        raise LookupError(f"there is no announcement {name!r} in {community!r}")
    return found


def waits(found: Item) -> bool:
    """Whether somebody has to say yes to it, or it was missed."""
    return found["state"] in ("draft", "missed") or "change" in found


def content_of(found: Item) -> Announcement:
    """What is announced, with a change nobody has approved yet."""
    return Announcement.model_validate(found.get("change") or found["content"])


def record_trigger(
    store: Table, envelope: Envelope, fired: TriggerFired, program: Program, now: datetime
) -> inbox.Fate:
    """A draft per trigger, once: the trigger must not exist. An old one only leaves its marker."""
    if not plans.is_news(fired.published_at, now):
        return marked(store, envelope, "ignored", f"published {clock.text(fired.published_at)}: not news", now)
    name = plans.announcement_id(fired.community, fired.source, fired.trigger)
    body = f"{fired.body}\n\n{fired.url}".strip() or fired.title
    draft = item(
        community=fired.community,
        name=name,
        author=f"source {fired.source}",
        content=drafted(program, fired.community, fired.title, body, announce_to(program, fired.source)),
        now=now,
        about=fired.url,
    )
    cards = with_cards(draft, program, now)
    pk, sk = trigger_key(fired.community, fired.trigger)
    trigger = {"pk": pk, "sk": sk, "kind": "trigger", "announcement": name}
    return once(store, envelope, name, [Put(trigger, when=[table.absent()]), *created(draft, now), *cards], now)


def record_draft(
    store: Table, envelope: Envelope, written: DraftWritten, program: Program, now: datetime
) -> inbox.Fate:
    """What a person wrote in a chat, as a draft, once."""
    who, name = signature(written), drafted_as(written)
    content = drafted(program, written.community, written.title, written.body)
    draft = item(community=written.community, name=name, author=who, content=content, now=now)
    draft["account"] = {"source": written.source, "id": written.author.id}
    cards = with_cards(draft, program, now)
    return once(store, envelope, name, [*created(draft, now), *cards], now)


def signature(written: DraftWritten) -> str:
    return f"{written.platform} {written.author.name or written.author.id}"


def drafted_as(written: DraftWritten) -> str:
    """The id of the announcement that it becomes."""
    return plans.announcement_id(written.community, signature(written), written.draft)


def with_cards(draft: Item, program: Program, now: datetime) -> list[Write]:
    """A card at each of the community's desks, named in the draft: it says to them when something has changed."""
    rows = [
        outbox.planned(
            pk=draft["pk"],
            name=f"desk-{desk.id}#card",
            purpose="card",
            platform="",
            destination=desk.id,
            request={"announcement": draft["id"]},
            at=clock.text(now),
        )
        | {"touched": 0}
        for desk in program.desks_of(draft["community"], "announcements")
    ]
    if rows:
        draft["cards"] = [row["sk"] for row in rows]
    return [outbox.put(row) for row in rows]


def cards_of(store: Table, community: str, name: str) -> list[Item]:
    """Its cards that are due, for whoever wants them looked at now."""
    found = store.get(*key(community, name)) or {}
    rows = store.read([(found["pk"], sk) for sk in found.get("cards", ())])
    return [row for row in rows if "due_at" in row]


def touched(found: Item, now: datetime, refusal: str = "") -> list[Write]:
    """Have its cards looked at. `touched` counts: whoever shows one of them just now comes again. `refusal` tells the
    desks why the last press changed nothing."""
    changes = {**table.due(outbox.KIND, found["pk"], clock.text(now)), "refusal": refusal}
    return [
        Update((found["pk"], sk), set=changes, add={"touched": 1}, when=[table.present()])
        for sk in found.get("cards", ())
    ]


def record_withdrawal(store: Table, envelope: Envelope, gone: TriggerWithdrawn, now: datetime) -> inbox.Fate:
    """The draft goes with what it was about, unless somebody has given it a time or published it: then a person
    has read it, and a person decides. Come before its trigger, it keeps that from making a draft."""
    pk, sk = trigger_key(gone.community, gone.trigger)
    for _ in range(TRIES):
        found = store.get(pk, sk) or {}
        draft = store.get(*key(gone.community, found["announcement"])) if found.get("announcement") else None
        there = table.present() if found else table.absent()
        told = {"kind": "trigger", "withdrawn_at": clock.text(now)}
        writes: list[Write] = [
            inbox.marker(envelope, "recorded", now, about=f"{pk} withdrawn"),
            Update((pk, sk), set=told, when=[there]),
        ]
        if draft and draft["state"] == "draft":
            who, gone_too = f"source {gone.source}", {"state": "cancelled"}
            writes.extend(stepped(draft, "cancelled", who, now, gone_too, remove=["held"]))
        try:
            store.transact(writes)
            return "recorded"
        except CancelledError as error:
            if 0 in error.failed:
                return "duplicate"
        # The trigger was recorded, or the draft given a time, in between: read again.
    raise TimeoutError(f"the announcement of {gone.trigger!r} kept changing")


def trigger_key(community: str, trigger: str) -> table.Key:
    return table.partition(community, "trigger", sha256(trigger.encode()).hexdigest()[:32]), "trigger"


def announce_to(program: Program, source: str) -> tuple[str, ...]:
    place = program.source(source)
    return place.announce_to if place else ()


def drafted(program: Program, community: str, title: str, body: str, targets: tuple[str, ...] = ()) -> Announcement:
    """A draft in the community's own language, for all its targets unless some are named."""
    words = Words(language=program.community(community).language, title=title, body=body)
    every = tuple(target.id for target in program.targets_of(community))
    return Announcement(title=title, words=(words,), targets=targets or every)


def once(store: Table, envelope: Envelope, name: str, writes: list[Write], now: datetime) -> inbox.Fate:
    """These writes and the marker in one transaction; a repeat leaves a marker of its own."""
    try:
        store.transact([inbox.marker(envelope, "recorded", now, about=f"announcement {name}"), *writes])
    except CancelledError as error:
        if 0 in error.failed:
            return "duplicate"
        return marked(store, envelope, "duplicate", f"announcement {name}", now)
    return "recorded"


def marked(store: Table, envelope: Envelope, fate: inbox.Fate, about: str, now: datetime) -> inbox.Fate:
    try:
        store.write(inbox.marker(envelope, fate, now, about=about))
    except ConditionFailedError:
        return "duplicate"
    return fate


# What people do


def stepped(
    found: Item,
    what: str,
    who: str,
    now: datetime,
    changes: Item,
    *,
    remove: Sequence[str] = (),
    add: dict[str, int] | None = None,
    **detail: Any,
) -> list[Write]:
    """One change to an announcement as it was read, with its line of history."""
    number = found["next_audit"]
    same = [table.equals("next_audit", number), table.equals("state", found["state"])]
    update = Update(
        table.key_of(found), set=changes, add={"next_audit": 1, **(add or {})}, remove=list(remove), when=same
    )
    return [update, audit(found["pk"], number, what, now, who, **detail), *touched(found, now)]


def changed(store: Table, found: Item, writes: list[Write]) -> Item:
    """Raises NotAllowedError when somebody else was faster. An answer that was lost, and asked for again, is no
    somebody else: the line of history is ours."""
    try:
        store.transact(writes)
    except CancelledError:
        line = next(one.item for one in writes if isinstance(one, Put))
        kept = store.get(*table.key_of(line)) or {}
        if not line.items() <= kept.items():
            raise plans.NotAllowedError("somebody else changed it in this moment: look again") from None
    return existing(store, found["community"], found["id"])


def revise(store: Table, found: Item, content: Announcement, who: str, now: datetime) -> Item:
    """Other words: any approval is void. Of one that is published the change waits until it is approved.

    Raises NotAllowedError.
    """
    dump = content.model_dump(mode="json")
    plans.storable(dump)
    if found["state"] in plans.BEFORE:
        changes = {"content": dump, "state": "draft"}
        remove = ["due", "due_at", "approved", "publish_at", "reason"]
    elif found["state"] == "published":
        changes, remove = {"change": dump}, ["approved"]
    else:
        raise plans.NotAllowedError(f"it is {found['state']}: wait until that is done, or look whether it is too late")
    changes |= {"title": content.title, "writer": who}
    return changed(store, found, stepped(found, "changed", who, now, changes, remove=remove, add={"revision": 1}))


def approve(
    store: Table,
    found: Item,
    who: str,
    hash_: str,
    due_at: datetime,
    wall: str,
    zone: str,
    now: datetime,
    *,
    account: Item | None = None,
    beside: Sequence[Write] = (),
) -> Item:
    """The bodies under this hash go out at that moment, or, of a published one, change now. Approving the same again
    gives what the first time made. `account`: whose word it was, where a platform knows them; `beside`: what is
    written with it. Raises NotAllowedError."""
    when = {"wall": wall, "zone": zone}
    approved = {
        "by": who,
        "at": clock.text(now),
        "hash": hash_,
        "revision": found["revision"],
        **when,
        **known(account),
    }
    if found["state"] in ("draft", "missed"):
        at = clock.text(due_at)
        changes: Item = {"publish_at": at, **when}
        changes |= {"state": "scheduled", "approved": approved, **table.due(KIND, found["pk"], at)}
        writes = stepped(found, "approved", who, now, changes, remove=["reason"], at=at, **known(account))
        return changed(store, found, [*writes, *on_calendar({**found, **changes}, content_of(found)), *beside])
    if found["state"] == "published" and "change" in found:
        due = table.due(KIND, found["pk"], clock.text(now))
        changes = {"state": "changing", "approved": approved, "content": found["change"], **due}
        writes = stepped(found, "change approved", who, now, changes, remove=["change"], **known(account))
        return changed(store, found, [*writes, *on_calendar(found, content_of(found)), *beside])
    before = {"wall": found.get("wall"), "zone": found.get("zone"), **found.get("approved", {})}
    if (before.get("hash"), before["wall"], before["zone"]) == (hash_, wall, zone):
        return found
    raise plans.NotAllowedError(f"only a draft or a change can be approved; this one is {found['state']}")


def on_calendar(found: Item, content: Announcement) -> list[Write]:
    """A place in each month it is about. It is never taken back: whoever reads it looks what has become of it."""
    walls = [content.event.starts, content.event.ends or content.event.starts] if content.event else []
    place = ZoneInfo(content.event.zone) if content.event else None
    moments = [clock.text(datetime.fromisoformat(wall).replace(tzinfo=place)) for wall in walls]
    months = sorted({at[:7] for at in (found["publish_at"], *moments)})
    return [
        Put({"pk": pk, "sk": f"{KIND}#{found['id']}", "kind": "calendar", "announcement": found["id"]})
        for pk in (table.partition(found["community"], "calendar", month) for month in months)
    ]


def in_months(store: Table, community: str, months: Sequence[str]) -> list[Item]:
    """All announcements that something of is in these months (as 2026-12, UTC), and some more."""
    places = [table.partition(community, "calendar", month) for month in months]
    names = {one["announcement"] for place in places for one in store.query(place, f"{KIND}#")}
    return store.read([key(community, name) for name in sorted(names)])


def hold(
    store: Table,
    found: Item,
    who: str,
    now: datetime,
    *,
    held: bool,
    account: Item | None = None,
    beside: Sequence[Write] = (),
) -> Item:
    """Nothing of it is sent while it is held, whatever was approved. Raises NotAllowedError."""
    if held and found["state"] in plans.OVER:
        raise plans.NotAllowedError(f"only what may still go out can be held; this one is {found['state']}")
    if found.get("held", False) == held:
        return found
    changes, remove = ({"held": True}, []) if held else ({}, ["held"])
    what = "held" if held else "let go"
    writes = stepped(found, what, who, now, changes, remove=remove, **known(account))
    return changed(store, found, [*writes, *beside])


def cancel(
    store: Table,
    found: Item,
    who: str,
    now: datetime,
    *,
    account: Item | None = None,
    beside: Sequence[Write] = (),
) -> Item:
    """Before anything was sent. Cancelling again gives the cancelled one. Raises NotAllowedError."""
    if found["state"] == "cancelled":
        return found
    if found["state"] not in plans.BEFORE:
        raise plans.NotAllowedError("it is published already: withdraw it instead")
    changes = {"state": "cancelled"}
    writes = stepped(found, "cancelled", who, now, changes, remove=["due", "due_at", "held"], **known(account))
    return changed(store, found, [*writes, *beside])


def withdraw(store: Table, found: Item, who: str, now: datetime) -> Item:
    """From here on nothing of it is sent, and what is there goes. Again gives the same. Raises NotAllowedError."""
    if found["state"] in ("withdrawing", "withdrawn"):
        return found
    if found["state"] not in ("publishing", "published", "changing"):
        return cancel(store, found, who, now)
    due = table.due(KIND, found["pk"], clock.text(now))
    changes = {"state": "withdrawing", "withdrawn_by": who, **due}
    return changed(store, found, stepped(found, "withdrawn", who, now, changes, remove=["change"]))


# What the minute does


def void(store: Table, found: Item, state: plans.State, reason: str, now: datetime) -> None:
    """Its time came, and it cannot go out as approved: back to a person, with the reason."""
    changes = {"state": state, "reason": reason}
    remove = ["due", "due_at", "approved"]
    try:
        store.transact(stepped(found, state, "liaison", now, changes, remove=remove, reason=reason))
    except CancelledError:
        pass  # Somebody changed it in this moment: they know better.


def put_off(store: Table, found: Item, until: datetime) -> None:
    """Looked at again then."""
    try:
        store.write(
            Update(
                table.key_of(found),
                set={"due_at": clock.text(until)},
                when=[table.equals("due_at", found["due_at"]), table.equals("state", found["state"])],
            )
        )
    except ConditionFailedError:
        pass


def publish_page(store: Table, found: Item, calls: Sequence[Call], now: datetime) -> list[Item] | None:
    """The next rows of the plan and the cursor's move, in one transaction; gives the rows to kick, None at the end or
    when somebody else did it. The last calls come first, so that a part is there before the one it follows is sent."""
    left = found.get("left", len(calls))
    rows = page_of([row(found, call, now) for call in calls[max(left - PAGE, 0) : left]])
    after = left - len(rows)
    changes: Item = {"state": "publishing" if after else "published", "left": after}
    first = {} if "published_at" in found else {"published_at": clock.text(now)}
    same = [table.equals("state", found["state"]), table.equals("due_at", found["due_at"])]
    same += [table.equals("left", left)] if "left" in found else [table.absent("left")]
    update = Update(
        table.key_of(found),
        set={**changes, **first},
        remove=[] if after else ["due", "due_at"],
        when=same,
    )
    try:
        store.transact([update, *(outbox.put(one) for one in rows)])
    except CancelledError:
        return None
    return rows


def page_of(rows: list[Item]) -> list[Item]:
    """The last of them that go into one transaction; one at least."""
    size = 0
    for number, one in enumerate(reversed(rows)):
        size += len(json.dumps(one["request"], ensure_ascii=False).encode())
        if number and size > PAGE_BYTES:
            return rows[-number:]
    return rows


def row(found: Item, call: Call, now: datetime) -> Item:
    """One part's delivery. Only the first of a thread is due at once."""
    request = dict(call["request"])
    content = found["content"]
    late = clock.moment(found["publish_at"]) + timedelta(seconds=content["useless_after"])
    one = {
        **outbox.planned(
            pk=found["pk"],
            name=call["name"],
            purpose="post",
            platform=call["platform"],
            destination=request["target"],
            request=request,
            at=clock.text(now),
        ),
        "calling": {**call["calling"], "better_twice": content["better_twice"]},
        "next": f"delivery#{call['after']}" if call["after"] else "",
        "not_after": clock.text(max(late, now + outbox.FRESH) if found["state"] == "changing" else late),
    }
    return outbox.waits(one) if request["part"] > 1 else one


def rows_of(store: Table, found: Item) -> list[Item]:
    return list(store.query(found["pk"], "delivery#"))


def done_to(found: Item, one: Item, purpose: outbox.Purpose, name: str, request: Any, now: datetime) -> Item:
    """A row for what is done to a part that is there."""
    return outbox.planned(
        pk=found["pk"],
        name=f"{one['sk'].removeprefix('delivery#')}#{name}",
        purpose=purpose,
        platform=one["platform"],
        destination=one["destination"],
        request=request,
        at=clock.text(now),
    ) | {"of": one["sk"], "calling": outbox.behind(one)}


def take_back(found: Item, one: Item, now: datetime) -> Item:
    told = one["request"]
    request = WithdrawRequested(
        announcement=found["id"], target=told["target"], step=told["step"], posted=one["posted"], gone_at=now
    )
    return done_to(found, one, "withdraw", "withdraw", request, now)


def correction(
    found: Item, one: Item, wanted: Item, editing: Editing, before: Sequence[Item], now: datetime
) -> tuple[Item, list[Write]]:
    """The edit's row, and the writes: it, the part as it shall be from now on, and nothing more of the edits before,
    which a person could still send over this one."""
    told = {**wanted, "first": one["request"]["first"], "previous": one["request"]["previous"], "prepared": {}}
    request = ChangeRequested.model_validate({**told, "posted": one["posted"], "changed_at": now})
    edit = done_to(found, one, "edit", f"edit-{found['revision']}", request, now) | {"editing": editing}
    # A correction that is a post of its own, and may be there, stays a person's.
    settled = ("sent", "cancelled") if editing == "edit" else ("sent", "cancelled", "unknown")
    late = [outbox.cancelled(each, "a later change took its place") for each in before if each["state"] not in settled]
    part = Update(table.key_of(one), set={"request": told}, when=outbox.as_read(one))
    return edit, [outbox.put(edit), part, *late]


def replaced(one: Item, call: Call) -> Update:
    """A part that was not sent yet, in other words."""
    told = {**call["request"], "first": one["request"]["first"], "previous": one["request"]["previous"]}
    changes = {"request": told, "calling": {**call["calling"], "better_twice": one["calling"]["better_twice"]}}
    return Update(table.key_of(one), set=changes, add={"fence": 1}, when=outbox.as_read(one))


def renewed(found: Item, one: Item, call: Call, now: datetime) -> tuple[Item, list[Write]]:
    """A part that was taken back, or never sent, comes again: another post, under a key of its own. Whatever was done
    to the first one is over."""
    again = {
        **row(found, call, now),
        "key": outbox.delivery_key(one["pk"], f"{one['sk']}#{found['revision']}"),
        "fence": one["fence"] + 1,
    }
    over = [Delete((one["pk"], f"{one['sk']}#{done}")) for done in ("withdraw", "count")]
    return again, [Put(again, when=outbox.as_read(one)), *over]


def followed(one: Item, follows: str) -> Update:
    """A part gets another one behind it."""
    return Update(table.key_of(one), set={"next": follows}, add={"fence": 1}, when=outbox.as_read(one))


def finished(store: Table, found: Item, state: plans.State, cannot: list[str], now: datetime) -> None:
    """All that could be done to it is done; `cannot` tells the manager what could not."""
    changes = {"state": state, "cannot": cannot}
    try:
        store.transact(
            stepped(found, f"{state}, as far as it can be", "liaison", now, changes, remove=["due", "due_at"])
        )
    except CancelledError:
        pass


def whole(store: Table, community: str, name: str) -> dict[str, Any]:
    """An announcement with its deliveries and its history. Raises LookupError."""
    found = existing(store, community, name)
    rows = rows_of(store, found)
    progress = plans.progress(found["state"], rows)
    history = list(store.query(found["pk"], "audit#"))
    return {"announcement": found, "deliveries": rows, "progress": progress, "history": history}
