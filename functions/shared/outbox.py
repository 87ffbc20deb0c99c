"""Rows that ask `delivery` for one call to one place. Written in the transaction of whatever wants it.

A row lives beside its subject (`sk` = `delivery#…`) and is found by the sweep through its `due_at`.
"""

import base64
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Literal

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel

from functions.shared import clock, queues, table
from functions.shared.log import logger
from functions.shared.table import ConditionFailedError, Item, Put, Table, Update

Purpose = Literal["post", "act", "look", "mail"]
KIND = "delivery"
NEEDS_A_PERSON = "deliveries-stuck"
"""Listing of rows that were refused, given up, or sent with nobody knowing what became of it."""


class LostError(Exception):
    """Somebody else has the row now; whatever they do with it is theirs to record."""


def delivery_key(pk: str, sk: str) -> str:
    """What a platform knows the call by: the same for every attempt. 25 characters, base32, lower case
    (Discord's limit is 25, Discourse's 50)."""
    digest = sha256(f"{pk}\n{sk}".encode()).digest()
    return base64.b32encode(digest).decode("ascii").lower()[:25]


def planned(
    *, pk: str, name: str, purpose: Purpose, platform: str, destination: str, request: BaseModel, at: str
) -> Item:
    """A new row. `destination` is the id of a target, a source or a reader in the program."""
    sk = f"delivery#{name}"
    return {
        "pk": pk,
        "sk": sk,
        "kind": KIND,
        "state": "planned",
        "purpose": purpose,
        "platform": platform,
        "destination": destination,
        "request": request.model_dump(mode="json"),
        "key": delivery_key(pk, sk),
        "attempts": 0,
        "fence": 0,
        "planned_at": at,
        **table.due(KIND, pk + sk, at),
    }


def put(row: Item) -> Put:
    """Once: the row's key is its identity."""
    return Put(row, when=[table.absent()])


def kick(rows: Iterable[Item]) -> None:
    """Ask for these rows to be sent now. Only speed: what is lost here, the sweep finds within a minute."""
    try:
        for row in rows:
            queues.kick(row["pk"], row["sk"], row["due_at"], group(row))
    except (BotoCoreError, ClientError) as error:
        logger.warning("kick lost, the sweep will find the row", extra={"error": type(error).__name__})


def group(row: Item) -> str:
    """Whose turn it is: one call at a time for each credential. All mail leaves with the same one."""
    return "mail" if row["purpose"] == "mail" else str(row["destination"])


def community_of(row: Item) -> str:
    """The community is the first part of every partition key."""
    return str(row["pk"]).partition("#")[0]


def resolve(store: Table, row: Item, how: str, who: str, now: datetime) -> Item:
    """A person's word on a row that waits for one: it is there (`sent`), or send it again (`again`).

    Raises LostError when the row no longer waits for a person.
    """
    at = clock.text(now)
    changes: Item = {"resolved_by": who, "settled_at": at, "reason": f"{who}: {how}"}
    if how == "again":
        changes |= {"state": "planned", "attempts": 0, **table.due(KIND, row["pk"] + row["sk"], at)}
    else:
        changes |= {"state": "sent"}
    try:
        return store.write(
            Update(
                table.key_of(row),
                set=changes,
                add={"fence": 1},
                remove=["listing", "listed_at"],
                when=[table.equals("fence", row["fence"]), table.present("listing")],
            )
        )
    except ConditionFailedError as error:
        raise LostError("this delivery does not wait for a person any more: look again") from error
