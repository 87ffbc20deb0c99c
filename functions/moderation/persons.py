"""Accounts of one person, on several platforms or on one, as somebody here has found out and given a reason for.

A link is private: nobody outside is ever told. An account belongs to one person at most, which its own item holds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any, Self

from events.program import Program
from functions.moderation import chain, points, records, standards
from functions.moderation.cases import NotAllowedError
from functions.moderation.points import Background, Known
from functions.moderation.records import BUSY, TRIES, BusyError, figures_key, line, put_line
from functions.moderation.strikes import ledger
from functions.shared import clock, table
from functions.shared.table import CancelledError, Item, Key, Put, Table, Update, Write

PERSON = "person"
MOST_ACCOUNTS = 30
"""Of one person."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as one source knows it."""

    source: str
    id: str

    @classmethod
    def read(cls, text: str) -> Self:
        """`SOURCE:ID`. Raises LookupError."""
        source, _, name = text.partition(":")
        if not (source and name):
            raise LookupError(f"{text[:80]!r} is no account: write it as SOURCE:ID, for example discord:2233445566")
        return cls(source, name)

    def __str__(self) -> str:
        return f"{self.source}:{self.id}"

    def key(self, community: str) -> Key:
        return figures_key(community, self.source, self.id)[0], PERSON

    def kept(self) -> dict[str, str]:
        return {"source": self.source, "id": self.id}


def person_key(community: str, name: str) -> Key:
    return table.partition(community, PERSON, name), PERSON


def of(store: Table, community: str, account: Account) -> Item | None:
    """Whose account it is; None where nobody has said."""
    name = (store.get(*account.key(community)) or {}).get(PERSON)
    return store.get(*person_key(community, name)) if name else None


def link(store: Table, community: str, accounts: tuple[Account, Account], reason: str, who: str, now: datetime) -> Item:
    """Say that two accounts are one person's, or that one is of the person whom the other belongs to. Gives the person;
    asked again, the same one. Raises NotAllowedError or BusyError."""
    if accounts[0] == accounts[1]:
        raise NotAllowedError("that is one account: name two")
    needed(reason)
    for _ in range(TRIES):
        persons = [of(store, community, one) for one in accounts]
        known = {person["id"]: person for person in persons if person}
        if len(known) > 1:
            raise NotAllowedError("each of them belongs to a person already, and not to the same: unlink one first")
        if all(persons):
            return next(iter(known.values()))
        new = [one for one, person in zip(accounts, persons, strict=True) if person is None]
        before = next(iter(known.values()), None)
        after, writes = joined(community, before, new, reason.strip(), who, now)
        try:
            store.transact(writes)
            return after
        except CancelledError:
            continue  # Somebody else linked one of them in this moment: look again.
    raise BusyError(BUSY)


def joined(
    community: str, before: Item | None, new: Sequence[Account], reason: str, who: str, now: datetime
) -> tuple[Item, list[Write]]:
    person = before or fresh(community)
    accounts = [*person["accounts"], *(one.kept() for one in new)]
    if len(accounts) > MOST_ACCOUNTS:
        raise NotAllowedError(f"a person has {MOST_ACCOUNTS} accounts at most")
    after, writes = changed(person, "linked", accounts, new, reason, who, now)
    free = table.either([table.absent()], [table.equals(PERSON, "")])
    theirs = {"kind": "link", PERSON: person["id"], "at": clock.text(now)}
    return after, [*writes, *(Update(one.key(community), set=theirs, when=[free]) for one in new)]


def fresh(community: str) -> Item:
    name = token_hex(8)
    pk, sk = person_key(community, name)
    return {
        "pk": pk,
        "sk": sk,
        "kind": PERSON,
        "id": name,
        "accounts": [],
        "version": 0,
        "next_audit": 1,
        "head": chain.ROOT,
    }


def changed(
    person: Item, what: str, accounts: list[Any], named: Iterable[Account], reason: str, who: str, now: datetime
) -> tuple[Item, list[Write]]:
    """A person with other accounts, and the line about it in its history."""
    number = person["next_audit"]
    detail = {f"account {place}": str(one) for place, one in enumerate(named, 1)} | {"reason": reason}
    new = line(person["id"], number, person["head"], what, now, who, detail)
    after = {**person, "accounts": accounts, "head": new["seal"], "next_audit": number + 1}
    after["version"] = person["version"] + 1
    # An erasure changes the version, too.
    same = [table.equals("version", person["version"])] if person["version"] else [table.absent()]
    return after, [Put(after, when=same), put_line(person["pk"], new)]


def unlink(store: Table, community: str, account: Account, reason: str, who: str, now: datetime) -> Item:
    """Take an account out of its person again. Gives the person. Raises NotAllowedError or BusyError."""
    needed(reason)
    for _ in range(TRIES):
        person = of(store, community, account)
        if person is None:
            raise NotAllowedError(f"{account} belongs to no person here")
        left = [one for one in person["accounts"] if one != account.kept()]
        after, writes = changed(person, "unlinked", left, [account], reason.strip(), who, now)
        # The way to what was said about it stays: also to what was said when it was another person's before.
        was = [*(store.get(*account.key(community)) or {}).get("was", ()), person["id"]]
        nobody = {PERSON: "", "was": list(dict.fromkeys(was)), "at": clock.text(now)}
        own = Update(account.key(community), set=nobody, when=[table.equals(PERSON, person["id"])])
        try:
            store.transact([*writes, own])
            return after
        except CancelledError:
            continue
    raise BusyError(BUSY)


def needed(reason: str) -> None:
    if not reason.strip():
        raise NotAllowedError("say why: somebody will want to know how you found out")


def history(store: Table, community: str, account: Account) -> list[Item]:
    """Who linked what, and why, of every person whom an account has ever belonged to, the oldest first."""
    own = store.get(*account.key(community)) or {}
    names = {name for name in (*own.get("was", ()), own.get(PERSON)) if name}
    lines = [line for name in sorted(names) for line in store.query(person_key(community, name)[0], "audit#")]
    return sorted(lines, key=lambda line: str(line["at"]))


# What is known of them


def known(store: Table, community: str, accounts: Sequence[Account]) -> list[Known]:
    """What was decided about what each of these wrote."""
    keys = {one: (one.key(community)[0], "history") for one in accounts}
    found = {item["pk"]: item for item in store.read(list(keys.values()))}
    return [
        Known(
            one.source,
            one.id,
            found.get(pk, {}).get("violation", 0),
            found.get(pk, {}).get("no_violation", 0),
            ledger(store, pk),
        )
        for one, (pk, _) in keys.items()
    ]


def about(store: Table, community: str, account: Account, program: Program, *, gives: bool = True) -> Background:
    """What is known of an account, and of the others of the same person."""
    person = of(store, community, account)
    others = [Account(**one) for one in person["accounts"] if one != account.kept()] if person else []
    own, *rest = known(store, community, [account, *others])
    valid = standards.of(program, community)
    return Background(own, [own, *rest] if rest else (), valid.policies, valid.settings, gives)


def behind(store: Table, case: Item, program: Program) -> Background | None:
    """What is known of whoever wrote what a case is about; None where nobody knows who."""
    if records.history_key(case) is None:
        return None
    account = Account(case["subject"]["source"], case["author"]["id"])
    gives = "of" not in case and points.gives(case)
    return about(store, case["community"], account, program, gives=gives)
