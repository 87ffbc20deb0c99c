"""Which items announcements write.

| pk | sk | what |
|---|---|---|
| community#announcement#id | announcement | text, targets, time, state |
| community#announcement#id | delivery#target | one target's delivery (see `shared/outbox.py`) |
| community#trigger#hash | trigger | this release, video or stream was announced already |
"""

from datetime import datetime
from hashlib import sha256
from typing import Any

from events.announcements import DraftWritten, PostRequested, TriggerFired, TriggerWithdrawn
from events.envelope import Envelope
from events.program import Program
from functions.announcements import plans
from functions.shared import clock, inbox, outbox, table
from functions.shared.table import (
    CancelledError,
    Condition,
    ConditionFailedError,
    Item,
    Put,
    Table,
    Update,
    Write,
)

KIND = "announcement"
TRIES = 8
LISTING = "announcements"


def key(community: str, name: str) -> table.Key:
    return table.partition(community, KIND, name), KIND


def item(
    *,
    community: str,
    name: str,
    author: str,
    title: str,
    body: str,
    language: str,
    targets: list[str],
    now: datetime,
    asked: str = "",
) -> Item:
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
        "title": title,
        "body": body,
        "language": language,
        "targets": targets,
        "asked": asked,
        "created_at": at,
        **table.listed(community, LISTING, name, at),
    }


def scheduled(due_at: datetime, wall: str, zone: str) -> Item:
    """Attributes of an announcement that the sweep publishes once its moment has come."""
    at = clock.text(due_at)
    return {"state": "scheduled", "publish_at": at, "wall": wall, "zone": zone, **table.due(KIND, wall, at)}


def create(store: Table, new: Item) -> Item:
    """Once: a second call with the same id gives what the first one made, if it asked for the same."""
    try:
        return store.write(Put(new, when=[table.absent()]))
    except ConditionFailedError:
        before = existing(store, new["community"], new["id"])
        if before["asked"] != new["asked"]:
            raise plans.NotAllowedError("this Idempotency-Key was used for another announcement") from None
        return before


def existing(store: Table, community: str, name: str) -> Item:
    found = store.get(*key(community, name))
    if found is None:
        raise LookupError(f"there is no announcement {name!r} in {community!r}")
    return found


def record_trigger(
    store: Table, envelope: Envelope, fired: TriggerFired, program: Program, now: datetime
) -> inbox.Fate:
    """A draft per trigger, once: the trigger must not exist. An old one only leaves its marker."""
    if not plans.is_news(fired.published_at, now):
        return marked(store, envelope, "ignored", f"published {clock.text(fired.published_at)}: not news", now)
    name = plans.announcement_id(fired.community, fired.source, fired.trigger)
    draft = drafted(
        program,
        community=fired.community,
        name=name,
        author=f"source {fired.source}",
        title=fired.title,
        body=f"{fired.body}\n\n{fired.url}".strip(),
        now=now,
    )
    pk, sk = trigger_key(fired.community, fired.trigger)
    trigger = {"pk": pk, "sk": sk, "kind": "trigger", "announcement": name}
    return once(store, envelope, name, [Put(trigger, when=[table.absent()]), Put(draft, when=[table.absent()])], now)


def record_draft(
    store: Table, envelope: Envelope, written: DraftWritten, program: Program, now: datetime
) -> inbox.Fate:
    """What a person wrote in a chat, as a draft, once."""
    who = f"{written.platform} {written.author.name or written.author.id}"
    name = plans.announcement_id(written.community, who, written.draft)
    draft = drafted(
        program,
        community=written.community,
        name=name,
        author=who,
        title=written.title,
        body=written.body,
        now=now,
    )
    return once(store, envelope, name, [Put(draft, when=[table.absent()])], now)


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
            writes.append(cancelling(draft, f"source {gone.source}", now))
        try:
            store.transact(writes)
            return "recorded"
        except CancelledError as error:
            if 0 in error.failed:
                return "duplicate"
        # The trigger was recorded, or the draft given a time, in between: read again.
    raise TimeoutError(f"the announcement of {gone.trigger!r} kept changing")


def cancelling(draft: Item, who: str, now: datetime) -> Update:
    return Update(
        table.key_of(draft),
        set={"state": "cancelled", "cancelled_by": who, "cancelled_at": clock.text(now)},
        when=[table.equals("state", "draft")],
    )


def trigger_key(community: str, trigger: str) -> table.Key:
    return table.partition(community, "trigger", sha256(trigger.encode()).hexdigest()[:32]), "trigger"


def drafted(program: Program, *, community: str, name: str, author: str, title: str, body: str, now: datetime) -> Item:
    """A draft in the community's own language, for all its targets."""
    return item(
        community=community,
        name=name,
        author=author,
        title=title,
        body=body,
        language=program.community(community).language,
        targets=[target.id for target in program.targets_of(community)],
        now=now,
    )


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


def schedule(store: Table, community: str, name: str, due_at: datetime, wall: str, zone: str) -> Item:
    """A draft gets its time. Asking again for the same time gives what the first one made.

    Raises LookupError or NotAllowedError.
    """
    changes = scheduled(due_at, wall, zone)
    draft = [table.equals("state", "draft"), Condition("targets", "<>", [])]
    try:
        return store.write(Update(key(community, name), set=changes, when=draft))
    except ConditionFailedError:
        found = existing(store, community, name)
    if found["state"] == "draft":
        raise plans.NotAllowedError("it has no target: the program named none when it was drafted")
    if found["state"] == "cancelled" or any(found.get(one) != changes[one] for one in ("wall", "zone")):
        raise plans.NotAllowedError(f"only a draft can be published; this one is {found['state']}")
    return found


def cancel(store: Table, community: str, name: str, who: str, now: datetime) -> Item:
    """Before anything was posted. Cancelling again gives the cancelled one.

    Raises LookupError or NotAllowedError.
    """
    try:
        return store.write(
            Update(
                key(community, name),
                set={"state": "cancelled", "cancelled_by": who, "cancelled_at": clock.text(now)},
                remove=["due", "due_at"],
                when=[table.one_of("state", "draft", "scheduled")],
            )
        )
    except ConditionFailedError:
        found = existing(store, community, name)
    if found["state"] != "cancelled":
        raise plans.NotAllowedError("it is published already and cannot be cancelled any more")
    return found


def publish(store: Table, found: Item, now: datetime) -> list[Item]:
    """The announcement and all its deliveries, in one transaction; gives the rows to kick.

    Empty when it is not its time, or when somebody else did it or cancelled it.
    """
    at = clock.text(now)
    if found["state"] != "scheduled" or found["publish_at"] > at:
        return []
    rows = [row(found, target, at) for target in found["targets"]]
    published = Update(
        table.key_of(found),
        set={"state": "published", "published_at": at},
        remove=["due", "due_at"],
        when=[table.equals("state", "scheduled"), table.equals("publish_at", found["publish_at"])],
    )
    try:
        store.transact([published, *(outbox.put(one) for one in rows)])
    except CancelledError:
        return []
    return rows


def row(found: Item, target: str, at: str) -> Item:
    request = PostRequested(
        announcement=found["id"],
        title=found["title"],
        body=found["body"],
        language=found["language"],
        published_at=clock.moment(at),
    )
    return outbox.planned(
        pk=found["pk"], name=target, purpose="post", platform="", destination=target, request=request, at=at
    )


def whole(store: Table, community: str, name: str) -> dict[str, Any]:
    """An announcement with its deliveries. Raises LookupError."""
    found = existing(store, community, name)
    deliveries = list(store.query(found["pk"], "delivery#"))
    progress = plans.progress(found["state"], [one["state"] for one in deliveries])
    return {"announcement": found, "deliveries": deliveries, "progress": progress}
