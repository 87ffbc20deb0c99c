"""Where an account stands in what moderation and announcements keep, and what is left of it: decided without I/O.

Emptied are the account itself (author, reporter, moderator, appellant, whom a decision was about), the words it wrote
(a case's and a message's text, its snapshots, the edits in a case's history, the comment of a report, an appeal), its
name in histories, what it was told, and the bodies of mails, which quote cases. How often its reports were right goes,
and so do its points, what says whose account it is, and what its words are compared by. What stays: that there was a
case, its reasons and counts, what was decided, which others it was like, and the id of the subject, which the keys are
made from. The feedback log names no author, so nobody is found there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from functions.moderation.chain import GONE, erased

Item = dict[str, Any]

PEOPLE = {
    "flag": ("reporter",),
    "case": ("author", "appellant"),
    "message": ("author",),
    "decided": ("moderator", "person"),
}
"""Fields that hold an account, by the kind of item."""

WROTE = (("case", "author"), ("message", "author"), ("decided", "person"))
"""Where they stand as the one whose content it is."""

ON_ITS_WAY = ("planned", "claimed", "armed")
"""A mail that is still tried keeps its body, and ends with it after sixty days at the latest."""

BEING_SENT = ("claimed", "armed")
"""What somebody is told in this moment is left to the next search."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose traces go: an account as one source knows it."""

    community: str
    source: str
    platform: str
    id: str
    name: str = ""

    def is_at(self, item: Item, field: str) -> bool:
        return bool((item.get(field) or {}).get("id") == self.id)

    @property
    def figures(self) -> str:
        """The partition in which it is counted how often its reports were right, and what it wrote was not."""
        hashed = sha256(f"{self.source}\n{self.id}".encode()).hexdigest()[:32]
        return f"{self.community}#reporter#{hashed}"

    def signature(self, name: str = "") -> str:
        """How histories name whoever decided on the platform, or wrote a draft there."""
        return f"{self.platform} {name or self.id}"

    def named_in(self, text: str) -> bool:
        """Whether an id of the platform's was made from this one."""
        return bool(re.search(rf"(?<![A-Za-z0-9]){re.escape(self.id)}(?![A-Za-z0-9])", text))

    def called_in(self, text: str) -> bool:
        """Whether somebody who writes about this account calls it by its id or its name."""
        name = re.escape(self.name.strip())
        return self.named_in(text) or bool(name and re.search(rf"(?<!\w){name}(?!\w)", text, re.IGNORECASE))


def mentions(item: Item, who: Account) -> bool:
    """Whether the account stands in one of an item's fields for people, or is whom something on its way is about."""
    if not item["pk"].startswith(f"{who.community}#"):
        return False
    if item.get("kind") == "delivery" and item.get("destination") == who.source:
        return who.is_at(item["request"], "person")
    return any(who.is_at(item, field) for field in PEOPLE.get(item.get("kind", ""), ()))


ABOUT_IT = ("figures", "history", "strike", "strikes", "link")
"""Kinds of items that are about one account and nothing else."""


def goes(item: Item, who: Account) -> bool:
    """Whether nothing is left of an item."""
    theirs = item.get("by") if item.get("kind") == "band" else item["pk"]
    return item.get("kind") in (*ABOUT_IT, "band") and bool(theirs == who.figures)


def alone(item: Item, who: Account) -> Item:
    """What changes in an item that belongs to no subject: a draft's author, a line about other people's accounts that
    has this one's id, the body of a mail that nobody is about to send (one that a person sends again without its body
    is refused)."""
    if not item["pk"].startswith(f"{who.community}#"):
        return {}
    match item.get("kind"):
        case "announcement":
            return {field: GONE for field in ("author", "writer") if item.get(field) in whose(who)} | desk(item, who)
        case "audit" if "#announcement#" in item["pk"] and at(item["detail"].get("account"), who):
            return {"who": GONE, "detail": {**item["detail"], "account": {}}}
        case "audit" if "#announcement#" in item["pk"] and item["who"] in whose(who):
            return {"who": GONE}
        case "audit" if is_link(item) and who.named_in(item["detail"]["reason"]):
            return unexplained(item)
        case "delivery" if item["purpose"] == "mail" and item["state"] not in ON_ITS_WAY:
            return differing(item, {"request": {**item["request"], "html": "", "text": ""}})
    return {}


def desk(item: Item, who: Account) -> Item:
    """The account of whoever wrote it in a chat, with the name it went by then; and of whoever approved it there."""
    changes: Item = {}
    if at(item.get("account"), who):
        changes["account"] = {}
        changes |= {field: GONE for field in ("author", "writer") if item.get(field) == item["author"]}
    approved = item.get("approved") or {}
    if at(approved.get("account"), who) or approved.get("by") in whose(who):
        changes["approved"] = {**approved, "by": GONE, "account": {}}
    return changes


def at(account: Item | None, who: Account) -> bool:
    return bool(account) and account == {"source": who.source, "id": who.id}


def is_link(item: Item) -> bool:
    """A line about whose accounts these are."""
    return item.get("kind") == "audit" and "#person#" in item["pk"]


def links(item: Item, who: Account) -> bool:
    """Whether the account is, or was, one of the person whom an item belongs to."""
    if not item["pk"].startswith(f"{who.community}#person#"):
        return False
    return (
        f"{who.source}:{who.id}" in item["detail"].values()
        if is_link(item)
        else any(at(one, who) for one in item["accounts"])
    )


def of_person(items: Sequence[Item], who: Account) -> list[tuple[Item, Item]]:
    """What changes in everything that is kept about a person who has, or had, the account: not which one it was, nor
    how somebody found out; nor what was said of it when others were linked. The items by which the account is found
    come last, so that whoever is cut off finds the rest again."""
    changed = [(item, differing(item, unlinked(item, who))) for item in items]
    return sorted(((item, new) for item, new in changed if new), key=lambda pair: links(pair[0], who))


def unlinked(item: Item, who: Account) -> Item:
    if not is_link(item):
        return {"accounts": [one for one in item["accounts"] if not at(one, who)]}
    named, detail = f"{who.source}:{who.id}", item["detail"]
    if named in detail.values():
        return erased(
            item,
            {"detail": {name: GONE if value == named else value for name, value in detail.items()} | {"reason": GONE}},
        )
    return unexplained(item) if who.called_in(detail["reason"]) else {}


def unexplained(line: Item) -> Item:
    return erased(line, {"detail": {**line["detail"], "reason": GONE}})


def whose(who: Account) -> set[str]:
    """As whom histories of announcements know somebody who wrote a draft in a chat."""
    return {who.signature(), who.signature(who.name)}


def of_subject(items: Sequence[Item], who: Account) -> list[tuple[Item, Item]]:
    """What changes in everything that is kept about one subject, its cases and their histories: each item with its
    new values. Those by which the account is found come last, so that whoever is cut off finds the rest again."""
    if {source for source in map(source_of, items) if source} - {who.source}:
        return []  # Another place, where somebody else has that id.
    theirs = any(item["kind"] == kind and who.is_at(item, field) for item in items for kind, field in WROTE)
    names = {
        who.signature(item["moderator"].get("name", ""))
        for item in items
        if item["kind"] == "decided" and who.is_at(item, "moderator")
    }
    flags = {item["flag"] for item in items if item["kind"] == "flag" and who.named_in(item["flag"])}
    changed = [(item, differing(item, left(item, who, theirs, names, flags))) for item in items]
    return sorted(((item, new) for item, new in changed if new), key=lambda pair: mentions(pair[0], who))


def source_of(item: Item) -> str:
    return str(item.get("source") or (item.get("subject") or {}).get("source", ""))


def left(item: Item, who: Account, theirs: bool, names: set[str], flags: set[str]) -> Item:
    """What is left in one item of a subject. `theirs`: the account wrote it; `names`: what histories call it;
    `flags`: ids of reports that say whose they are."""
    match item["kind"]:
        case "case":
            words: Item = {"author": {}, "title": "", "text": "", "original": "", "summary": GONE}
            # What was seen of it goes with them, and nothing more of it is kept.
            words |= {"forgotten": GONE, **({"evidence": []} if "evidence" in item else {})}
            signed = {"decided_by": GONE} if item.get("decided_by") in names else {}
            appealed: Item = {"appellant": {}, "appeal": ""} if who.is_at(item, "appellant") else {}
            return signed | appealed | (words if wrote(item, who, theirs) else {})
        case "message":
            return {"author": {}, "text": "", "original": ""} if wrote(item, who, theirs) else {}
        case "flag":
            named = {"flag": GONE} if item["flag"] in flags else {}
            # Marked, so that an explanation that is told again brings neither back.
            reported = named or who.is_at(item, "reporter")
            # Whose figures it changed: another decision would make them anew.
            counted = {"counted": ""} if item.get("counted") == who.figures else {}
            return named | ({"reporter": {}, "comment": "", "erased": True, **counted} if reported else {})
        case "decided":
            people: Item = {field: {} for field in PEOPLE["decided"] if who.is_at(item, field)}
            return people | ({"text": ""} if theirs and "text" in item else {})
        case "look":
            return seen(item, theirs)
        case "delivery":
            return asked(item, who, flags)
        case "decision":
            return {"by": GONE} if item["by"] in names else {}
        case "audit":
            named = {name: GONE for name, value in item["detail"].items() if is_flag(name) and value in flags}
            said = {"text": ""} if theirs and "text" in item["detail"] else {}
            detail = {**item["detail"], **said, **named}
            return erased(item, {"detail": detail, **({"who": GONE} if item["who"] in names else {})})
    return {}


def is_flag(name: str) -> bool:
    """A line of a history names one report, or several: `flag`, `flag 2` …"""
    return name.partition(" ")[0] == "flag"


def asked(row: Item, who: Account, flags: set[str]) -> Item:
    """What is left of what a platform was or will be asked."""
    request: Item = row["request"]
    named = {"reports": [one for one in request["reports"] if one not in flags]} if "reports" in request else {}
    if (request.get("person") or {}).get("id") != who.id:
        return {"request": request | named}
    if row["purpose"] != "tell":
        # A measure against nobody is refused, and a person is told.
        return {"request": request | named | {"person": None}}
    if row["state"] in BEING_SENT:
        return {}
    nobody = {"person": {**request["person"], "id": GONE, "name": ""}, "title": "", "text": "", "link": ""}
    never = {"state": "cancelled", "due": None, "due_at": None} if "due" in row else {}
    return never | {"request": request | nobody}


def seen(row: Item, theirs: bool) -> Item:
    """What was read of them and of their words at the place; whoever is reading it now has lost the row."""
    if not theirs or not ("seen" in row or "due" in row):
        return {}
    return {"state": "cancelled", "seen": None, "due": None, "due_at": None, "fence": row["fence"] + 1}


def wrote(item: Item, who: Account, theirs: bool) -> bool:
    """Nobody else is said to be its author."""
    return theirs and (not item["author"] or who.is_at(item, "author"))


def differing(item: Item, new: Item) -> Item:
    """None is for a field that goes."""
    return {field: value for field, value in new.items() if item.get(field) != value}
