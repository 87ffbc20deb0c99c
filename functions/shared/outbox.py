"""Rows that ask `delivery` for one call to one place. Written in the transaction of whatever wants it.

A row lives beside its subject (`sk` = `delivery#…`) and is found by the sweep through its `due_at`.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel

from functions.shared import clock, queues, table
from functions.shared.log import logger
from functions.shared.table import CancelledError, Check, ConditionFailedError, Item, Key, Put, Table, Update, Write

Purpose = Literal[
    "post", "edit", "withdraw", "count", "act", "tell", "look", "see", "mail", "card", "answer", "hand", "brief"
]  # fmt: skip
KIND = "delivery"
NEEDS_A_PERSON = "deliveries-stuck"
"""Listing of rows that were refused, given up, missed, or sent with nobody knowing what became of it."""

FRESH = timedelta(hours=6)
"""How long what was held back is still worth posting once a person lets it go."""


class LostError(Exception):
    """Somebody else has the row now; whatever they do with it is theirs to record."""


def delivery_key(pk: str, sk: str) -> str:
    """What a platform knows the call by: the same for every attempt. 25 characters, base32, lower case
    (Discord's limit is 25, Discourse's 50)."""
    digest = sha256(f"{pk}\n{sk}".encode()).digest()
    return base64.b32encode(digest).decode("ascii").lower()[:25]


def planned(
    *, pk: str, name: str, purpose: Purpose, platform: str, destination: str, request: BaseModel | Item, at: str
) -> Item:
    """A new row. `destination` is the id of a target, a source, a desk or a reader in the program."""
    sk = f"delivery#{name}"
    return {
        "pk": pk,
        "sk": sk,
        "kind": KIND,
        "state": "planned",
        "purpose": purpose,
        "platform": platform,
        "destination": destination,
        "request": request if isinstance(request, dict) else request.model_dump(mode="json"),
        "key": delivery_key(pk, sk),
        "attempts": 0,
        "fence": 0,
        "planned_at": at,
        **table.due(KIND, pk + sk, at),
    }


def waits(row: Item) -> Item:
    """A row whose turn comes once the part before it is there."""
    return {name: value for name, value in row.items() if name not in ("due", "due_at")} | {"state": "waiting"}


def following(row: Item, before: Iterable[Key]) -> Item:
    """A row that goes only once others are over, wherever they are. Unlike the part of a thread it needs nothing that
    they bring, so it looks for itself whether its turn has come."""
    follows = [list(key) for key in before]
    return {**row, "follows": follows} if follows else row


def followed(store: Table, row: Item) -> list[Item]:
    """What a row has to wait for, as it is now."""
    return store.read([(pk, sk) for pk, sk in row.get("follows", ())])


def for_a_person(row: Item, reason: str, at: str) -> Item:
    """A new row that only a person can do."""
    asked = {"state": "refused", "reason": reason, "settled_at": at}
    listed = table.listed(community_of(row), NEEDS_A_PERSON, row["key"], at)
    return {name: value for name, value in row.items() if name not in ("due", "due_at")} | asked | listed


def put(row: Item) -> Put:
    """Once: the row's key is its identity."""
    return Put(row, when=[table.absent()])


def cancelled(row: Item, why: str) -> Update:
    """It never goes, whoever has just seen it due."""
    return Update(
        table.key_of(row),
        set={"state": "cancelled", "reason": why},
        add={"fence": 1},
        remove=["due", "due_at", "listing", "listed_at"],
        when=as_read(row),
    )


def as_read(row: Item) -> list[table.Condition]:
    """Nobody has touched it since."""
    return [table.equals("fence", row["fence"]), table.equals("state", row["state"])]


def never_went(row: Item) -> bool:
    """Whether it was refused before anybody was called."""
    return bool(row["state"] == "refused" and not row["attempts"])


def put_again(row: Item, before: Item) -> Put:
    """In the place of one that never went."""
    return Put({**row, "fence": before["fence"] + 1}, when=[table.equals("fence", before["fence"])])


def kick(rows: Iterable[Item]) -> None:
    """Ask for these rows to be sent now. Only speed: what is lost here, the sweep finds within a minute."""
    try:
        for row in (one for one in rows if "due_at" in one):
            queues.kick(row["pk"], row["sk"], row["due_at"], group(row))
    except (BotoCoreError, ClientError) as error:
        logger.warning("kick lost, the sweep will find the row", extra={"error": type(error).__name__})


def group(row: Item) -> str:
    """Whose turn it is: one call at a time for each credential. All mail leaves with the same one."""
    return "mail" if row["purpose"] == "mail" else str(row["destination"])


def community_of(row: Item) -> str:
    """The community is the first part of every partition key."""
    return str(row["pk"]).partition("#")[0]


def resolve(
    store: Table,
    row: Item,
    how: str,
    who: str,
    now: datetime,
    posted: Mapping[str, str] | None = None,
    beside: Sequence[Write] = (),
) -> Item:
    """A person's word on a row that waits for one: it is there (`sent`), or send it again (`again`; `retry` for all of
    a place that was down, each on what was looked at before it was decided). `posted` is its
    id and address, when they are known: the next part of a thread needs them. `beside` is written with it.

    Raises LostError when the row no longer waits for a person.
    """
    at = clock.text(now)
    changes: Item = {"resolved_by": who, "settled_at": at, "reason": f"{who}: {how}"}
    remove = ["listing", "listed_at"]
    writes: list[Write] = []
    if how in ("again", "retry"):
        changes |= {"state": "planned", "attempts": 0, "looks": 0, "retried": False}
        changes |= {"not_after": clock.text(now + FRESH)} if "not_after" in row else {}
        if how == "again" and row["request"].get("expected") is not None:
            # Whoever says so of one has looked at what is there by now.
            changes["request"] = {**row["request"], "expected": None}
        changes |= table.due(KIND, row["pk"] + row["sk"], at)
        remove.append("armed_at")
    else:
        told = {"id": "", "url": "", **(posted or {})}
        changes |= {"state": "sent", "posted": told}
        there = {**row, "posted": told}
        writes = [*released(store, there, now), *renamed(there)] if told["id"] else []
        writes += [*answered(there, now), *handed(there, now)]
    same = [table.equals("fence", row["fence"]), table.present("listing")]
    try:
        change = Update(table.key_of(row), set=changes, add={"fence": 1}, remove=remove, when=same)
        store.transact([change, *writes, *beside])
    except CancelledError as error:
        raise LostError("this delivery does not wait for a person any more: look again") from error
    return {**row, **changes, "fence": row["fence"] + 1}


def released(store: Table, row: Item, now: datetime) -> list[Write]:
    """The next part of a thread, whose turn it is now that this one is there."""
    after = store.get(row["pk"], row["next"]) if row.get("next") else None
    if after is None or after["state"] != "waiting":
        return []
    first = row["request"].get("first") or row["posted"]
    request = {**after["request"], "first": first, "previous": row["posted"]}
    due = table.due(KIND, after["pk"] + after["sk"], clock.text(now))
    changes = {"state": "planned", "request": request, **due}
    return [Update(table.key_of(after), set=changes, add={"fence": 1}, when=[table.equals("fence", after["fence"])])]


def renamed(row: Item) -> list[Write]:
    """What a platform calls a part from now on: an edit may have made it another one. A correction that is a post of
    its own has a name of its own, and leaves the part's."""
    if row["purpose"] != "edit" or row["editing"] != "edit":
        return []
    told = {name: value for name, value in row["posted"].items() if value}
    posted = {**row["request"]["posted"], **told}
    return [Update((row["pk"], row["of"]), set={"posted": posted}, when=[table.equals("state", "sent")])]


def answered(row: Item, now: datetime) -> list[Write]:
    """What somebody said, and this answers, is answered with it (see `feedback/talk_records.py`). What our own account
    says is nowhere else in the log, so that it was a reply is noted for those who count how long people wait."""
    if row["purpose"] != "answer":
        return []
    at = clock.text(now)
    over = {"state": "answered", "answered_at": at, "url": row["posted"]["url"]}
    same = [table.equals("state", "answering"), table.equals("answers", row["request"]["number"])]
    pk, sk = replied_key(community_of(row), at, row["answers"]["sk"])
    return [
        Update((row["pk"], "talk"), set=over, remove=["listing", "listed_at", "lease_until"], when=same),
        Put({"pk": pk, "sk": sk, "kind": "replied", "at": at, "expires": row["expires"]}),
    ]


def replied_key(community: str, at: str, name: str) -> Key:
    """That we replied at that time to what the log calls `name`."""
    return table.partition(community, "replied", at[:10]), name


def handed(row: Item, now: datetime) -> list[Write]:
    """What a theme was handed over as is linked back to it, and found by what its events call it (see
    `feedback/handover_records.py`)."""
    if row["purpose"] != "hand":
        return []
    posted = row["posted"]
    over = {"state": "handed", "handed_at": clock.text(now), "content": posted.get("content", "")}
    over |= {"url": posted["url"]} if posted["url"] else {}
    same = [table.equals("state", "handing"), table.equals("number", row["request"]["number"])]
    linked = Update((row["pk"], f"handover#{row['destination']}"), set=over, when=same)
    if not over["content"]:
        return [linked]
    community, _, theme = row["pk"].split("#", 2)
    pk, sk = handle_key(community, content_handle(row["platform"], over["content"]))
    found = {"pk": pk, "sk": sk, "kind": "handle", "theme": theme, "to": row["destination"]}
    return [linked, Put(found)]


def unchanged(about: Item) -> Check:
    """What is answered, or quoted, is as it was read (`newest`: its state then); what is linked to is there."""
    if "newest" not in about:
        return Check((about["pk"], about["sk"]), [table.present(), table.Condition("state", "<>", "removed")])
    same = table.equals("newest", about["newest"]) if about["newest"] else table.absent("newest")
    return Check((about["pk"], about["sk"]), [table.present(), same])


def handle_key(community: str, name: str) -> Key:
    """By which a handover is found: our own id of it, or `content_handle`."""
    return table.partition(community, "handle", name), "handle"


def content_handle(platform: str, content: str) -> str:
    """Of a thing that people see, by what its events call it."""
    return sha256(f"{platform}\n{content}".encode()).hexdigest()[:32]


def behind(row: Item) -> Item:
    """`calling` of what is done to a part once it is there. A wait that the platform asks for holds it up like all
    others; a turn to post it does not take."""
    return {"budgets": [{**one, "most": 0} for one in row["calling"]["budgets"]]}


def held_back(community: str, row: Item, at: str) -> Item:
    """Attributes of a row whose target is paused."""
    return table.listed(community, f"held-{row['destination']}", row["key"], at)


def let_go(store: Table, community: str, target: str, who: str, now: datetime, *, send: bool) -> list[Item]:
    """What was held back while a target was paused: sent now, or missed. What changes or takes back something that is
    there is never missed. Gives the rows to kick. Cut off, it is asked for again."""
    rows = []
    for row in store.listing(community, f"held-{target}", most=1000):
        due = table.due(KIND, row["pk"] + row["sk"], clock.text(now))
        if send or row["purpose"] not in ("post", "answer", "hand"):
            late = {"not_after": clock.text(now + FRESH)} if "not_after" in row else {}
            changes = {"state": "planned", "attempts": 0, **late, **due}
        else:
            changes = {"state": "missed", "reason": f"its target was paused; {who} let it go without what had piled up"}
        when = [table.equals("state", "held")]
        try:
            rows.append(
                store.write(
                    Update(table.key_of(row), set=changes, add={"fence": 1}, remove=["listing", "listed_at"], when=when)
                )
            )
        except ConditionFailedError:
            continue
    return [row for row in rows if "due_at" in row]
