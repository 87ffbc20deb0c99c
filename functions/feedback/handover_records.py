"""Which items handing themes over writes.

| pk | sk | what |
|---|---|---|
| community#handover#theme | handover#source | what was handed there, by whom, where it is, and how it stands there |
| community#handover#theme | draft#source | what somebody wrote, until somebody else says yes to it |
| community#handover#theme | delivery#source-1 | it on its way (see `shared/outbox.py`) |
| community#handle#handle | handle | which theme and source: by our id, and by what its events call it |

What quotes somebody, or links to it, ends with those words; that it was handed over, and where it is, stays.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from events.envelope import Envelope
from events.feedback import FeedbackChanged
from events.program import Source
from events.themes import HandRequested, WorkReported
from functions.shared import clock, inbox, outbox, table
from functions.shared.table import (
    CancelledError,
    Check,
    ConditionFailedError,
    Delete,
    Item,
    Key,
    Put,
    Table,
    Update,
    Write,
)

KIND = "handover"
LISTING = "handovers"
MOST = 1000
"""Of a community that are listed."""
FRESH = timedelta(days=3)
"""How long it is worth sending: as long as delivery tries."""


def partition(community: str, theme: str) -> str:
    return table.partition(community, KIND, theme)


def key(community: str, theme: str, source: str) -> Key:
    return partition(community, theme), f"{KIND}#{source}"


def read(store: Table, community: str, theme: str, source: str) -> Item | None:
    return store.get(*key(community, theme, source))


def on_list(community: str, name: str, at: str) -> Item:
    return table.listed(community, LISTING, name, at)


def of_theme(store: Table, community: str, theme: str) -> list[Item]:
    return list(store.query(partition(community, theme), f"{KIND}#"))


def listed(store: Table, community: str) -> list[Item]:
    """All of a community, the newest first."""
    return store.listing(community, LISTING, MOST)


def row_of(store: Table, handover: Item | None) -> Item | None:
    """The delivery of its newest attempt."""
    if not handover or not handover["number"]:
        return None
    return store.get(handover["pk"], f"delivery#{handover['to']}-{handover['number']}")


def read_from(quoted: Sequence[Item], linked: Sequence[Item]) -> Item:
    """What something quotes, as it was read, and links to: for whoever sends it, and for whoever erases that. It ends
    with it."""
    moments = [one["expires"] for one in (*quoted, *linked) if "expires" in one]
    return {
        "quotes": [{**place_of(one), "newest": one.get("newest", "")} for one in quoted],
        "links": [place_of(one) for one in linked],
        **({"expires": min(moments)} if moments else {}),
    }


def place_of(one: Item) -> Item:
    return {"pk": one["pk"], "sk": one["sk"], "who": one.get("who", "")}


def still(draft: Item) -> list[Check]:
    """What it quotes, and links to, is as it was when that was written."""
    return [outbox.unchanged(one) for one in (*draft["quotes"], *draft["links"])]


def changed(before: Item | None, new: Item) -> Put:
    """The handover as it is from now on, where it is as it was read."""
    same = table.equals("version", before["version"]) if before else table.absent()
    return Put({**new, "version": before["version"] + 1 if before else 1}, when=[same])


def drafted(before: Item | None, new: Item, draft: Item) -> list[Write]:
    """Written, and waits for somebody else's yes. Other words take the place of those before."""
    number = before["number"] if before else 0
    tried = {"tried_at": before["tried_at"]} if before and "tried_at" in before else {}
    return [changed(before, {**new, **tried, "state": "drafted", "number": number}), Put(draft)]


def draft_key(handover: Item) -> Key:
    return handover["pk"], f"draft#{handover['to']}"


def draft_of(store: Table, handover: Item | None) -> Item | None:
    return store.get(*draft_key(handover)) if handover and handover["state"] == "drafted" else None


def draft(new: Item, request: HandRequested, calling: Item, about: Item, place: Source) -> Item:
    """`about`: see `read_from`. It is for `place` as that is now."""
    pk, sk = draft_key(new)
    told = {"request": request.model_dump(mode="json"), "calling": calling, "hash": new["hash"]}
    return {"pk": pk, "sk": sk, "kind": KIND, **told, **about, "place": where(place)}


def where(place: Source) -> list[str]:
    """What has to be the same for two to be one place."""
    return [place.platform, place.api, place.about]


def in_doubt(before: Item | None, row: Item | None) -> Item:
    """Attributes of an attempt that follows on one whose delivery is not kept any more, and which may have arrived: it
    is looked for first, and asked for under the same key."""
    if not before or not before["number"] or row is not None:
        return {}
    name = f"delivery#{before['to']}-{before['number']}"
    since = before.get("tried_at", before["at"])
    return {"state": "unknown", "armed_at": since, "key": outbox.delivery_key(before["pk"], name)}


def handing(before: Item | None, new: Item, row: Item) -> list[Write]:
    """On its way: the handover, its delivery, and the id by which its events find it."""
    pk, sk = outbox.handle_key(table.community_of(new["pk"]), new["id"])
    handle = {"pk": pk, "sk": sk, "kind": "handle", "theme": new["theme"], "to": new["to"]}
    number = row["request"]["number"]
    return [
        changed(
            before, {**new, "state": "handing", "number": number, "tried_at": row.get("armed_at", row["planned_at"])}
        ),
        outbox.put(row),
        Put(handle),
        Delete(draft_key(new)),
    ]


def delivery(new: Item, draft: Item, now: datetime) -> Item:
    """It goes only as long as what it quotes is as it was read, and what it links to is there."""
    request = draft["request"]
    planned = outbox.planned(
        pk=new["pk"],
        name=f"{new['to']}-{request['number']}",
        purpose="hand",
        platform=new["platform"],
        destination=new["to"],
        request=request,
        at=clock.text(now),
    )
    names = ("calling", "quotes", "links", "expires", "place")
    kept: Item = {name: draft[name] for name in names if name in draft}
    return {**planned, **kept, **draft.get("doubt", {}), "not_after": clock.text(now + FRESH)}


def written(store: Table, writes: Sequence[Write | Check]) -> bool:
    """False where it, or what it quotes, is not what it was any more: look again."""
    try:
        store.transact(writes)
    except CancelledError:
        return False
    return True


# What its tracker tells


def found(store: Table, told: WorkReported) -> Item | None:
    """The handover that a tracker speaks of; None where it is none of ours.

    By our id only to whom it was handed, and only as long as nothing else is known to be it: everybody can read the id
    in an issue, and write it into another one.
    """
    if told.thing and (one := of_handle(store, told.community, outbox.content_handle(told.platform, told.thing))):
        return one
    one = of_handle(store, told.community, told.handover) if told.handover else None
    if one is None or one["to"] != told.source:
        return None
    return None if told.thing and is_another(one, told) else one


def is_another(one: Item, told: WorkReported) -> bool:
    """Whether what was handed over is known to be something else: by what its events call it, or by the address that a
    person gave."""
    elsewhere = one["state"] == "handed" and one.get("url", told.url).rstrip("/") != told.url.rstrip("/")
    return bool(one.get("content")) or elsewhere


def of_handle(store: Table, community: str, name: str) -> Item | None:
    handle = store.get(*outbox.handle_key(community, name))
    return read(store, community, handle["theme"], handle["to"]) if handle else None


THING = "issue"
"""What something is on a platform that themes are handed to, where people see it: only that may be ours."""


def is_ours(store: Table, changed: FeedbackChanged) -> bool:
    """Whether what was edited, or removed, is what a theme was handed over as: nobody of the community said it."""
    if changed.kind != THING:
        return False
    name = outbox.content_handle(changed.platform, changed.content)
    return store.get(*outbox.handle_key(changed.community, name)) is not None


def reported(store: Table, envelope: Envelope, told: WorkReported, now: datetime) -> inbox.Fate | None:
    """None where somebody names a handover that there is not. Of an issue that nobody handed over there is nothing to
    say."""
    one = found(store, told)
    if one is not None:
        return report(store, envelope, one, told, now)
    return ignored(store, envelope, "no theme was handed over as this", now) if told.thing else None


def report(store: Table, envelope: Envelope, one: Item, told: WorkReported, now: datetime) -> inbox.Fate:
    """How it stands there, unless something later is known."""
    at = clock.text(told.reported_at)
    stands = {"work": {"state": told.state, "at": at}, "reported_at": at} | ({"url": told.url} if told.url else {})
    later = table.either([table.absent("reported_at")], [table.at_most("reported_at", at)])
    about = f"{table.community_of(one['pk'])} theme {one['theme']} at {one['to']}"
    writes: list[Write] = [
        inbox.marker(envelope, "recorded", now, about=about),
        Update(table.key_of(one), set=stands, when=[table.present(), later]),
    ]
    try:
        store.transact(writes)
    except CancelledError as error:
        return "duplicate" if 0 in error.failed else ignored(store, envelope, f"{about}: something later is known", now)
    return "recorded"


def ignored(store: Table, envelope: Envelope, about: str, now: datetime) -> inbox.Fate:
    try:
        store.write(inbox.marker(envelope, "ignored", now, about=about))
    except ConditionFailedError:
        return "duplicate"
    return "ignored"
