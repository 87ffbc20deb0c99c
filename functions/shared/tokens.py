"""Personal bearer tokens: who may do what. Kept as a hash only; shown once, when made."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal, get_args

from functions.shared import clock, table
from functions.shared.table import ConditionFailedError, Item, Put, Table, Update

Role = Literal["reader", "moderator", "manager", "operator"]
RANKS: dict[str, int] = {role: rank for rank, role in enumerate(get_args(Role))}
PREFIX = "lia_"
EVERYWHERE = "*"
ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever a good token belongs to."""

    name: str
    role: Role
    communities: tuple[str, ...]

    def may(self, at_least: Role, community: str) -> bool:
        there = EVERYWHERE in self.communities or community in self.communities
        return there and RANKS[self.role] >= RANKS[at_least]


def key(token: str) -> table.Key:
    hashed = sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    return table.partition("-", "token", hashed), "token"


def create(store: Table, name: str, role: Role, communities: tuple[str, ...], until: datetime, now: datetime) -> str:
    """A new token; nobody, not even an operator, can read it again."""
    token = PREFIX + secrets.token_urlsafe(32)
    pk, sk = key(token)
    item = {
        "pk": pk,
        "sk": sk,
        "kind": "token",
        "id": pk.rpartition("#")[2][:12],
        "name": name,
        "role": role,
        "communities": list(communities),
        "until": clock.text(until),
        "created_at": clock.text(now),
        **table.listed("-", "tokens", pk, clock.text(now)),
    }
    store.write(Put(item, when=[table.absent()]))
    return token


def holder(store: Table, token: str, now: datetime) -> Holder | None:
    """Whose token this is; None when it is unknown, revoked or past its end."""
    if not token.startswith(PREFIX):
        return None
    found = store.get(*key(token))
    return current(found, now) if found else None


def current(item: Item, now: datetime) -> Holder | None:
    """Whose a token is that is kept; None when it is revoked or past its end."""
    if "revoked_at" in item or item["until"] <= clock.text(now):
        return None
    return Holder(item["name"], item["role"], tuple(item["communities"]))


def listing(store: Table) -> list[Item]:
    """All of them, since one that is not listed could not be revoked."""
    return store.listing("-", "tokens", most=ALL)


def revoke(store: Table, identifier: str, now: datetime) -> bool:
    """By the first letters of its hash, as listed. False when no token has this id."""
    for item in listing(store):
        if item["id"] == identifier:
            try:
                change = Update(
                    table.key_of(item), set={"revoked_at": clock.text(now)}, when=[table.absent("revoked_at")]
                )
                store.write(change)
            except ConditionFailedError:
                pass  # Revoked already.
            return True
    return False
