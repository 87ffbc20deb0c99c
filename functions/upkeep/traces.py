"""Where an account stands in what moderation and announcements keep, and what is left of it: decided without I/O.

Emptied are the account itself (author, reporter, moderator, whom a decision was about), the words it wrote (a case's
and a message's text, the edits in a case's history, the comment of a report), its name in histories, and the bodies of
mails, which quote cases. What stays: that there was a case, its reasons and counts, what was decided,
and the id of the subject, which the keys are made from. The feedback log names no author, so nobody is found there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Item = dict[str, Any]

PEOPLE = {"flag": ("reporter",), "case": ("author",), "message": ("author",), "decided": ("moderator", "person")}
"""Fields that hold an account, by the kind of item."""

WROTE = (("case", "author"), ("message", "author"), ("decided", "person"))
"""Where they stand as the one whose content it is."""

GONE = "erased"

ON_ITS_WAY = ("planned", "claimed", "armed")
"""A mail that is still tried keeps its body, and ends with it after sixty days at the latest."""


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

    def signature(self, name: str = "") -> str:
        """How histories name whoever decided on the platform, or wrote a draft there."""
        return f"{self.platform} {name or self.id}"

    def named_in(self, text: str) -> bool:
        """Whether an id of the platform's was made from this one."""
        return bool(re.search(rf"(?<![A-Za-z0-9]){re.escape(self.id)}(?![A-Za-z0-9])", text))


def mentions(item: Item, who: Account) -> bool:
    """Whether the account stands in one of an item's fields for people."""
    fields = PEOPLE.get(item.get("kind", ""), ())
    return item["pk"].startswith(f"{who.community}#") and any(who.is_at(item, field) for field in fields)


def alone(item: Item, who: Account) -> Item:
    """What changes in an item that belongs to no subject: a draft's author, the body of a mail that nobody is about
    to send (one that a person sends again without its body is refused)."""
    if not item["pk"].startswith(f"{who.community}#"):
        return {}
    match item.get("kind"):
        case "announcement":
            return {field: GONE for field in ("author", "writer") if item.get(field) in whose(who)} | desk(item, who)
        case "audit" if "#announcement#" in item["pk"] and at(item["detail"].get("account"), who):
            return {"who": GONE, "detail": {**item["detail"], "account": {}}}
        case "audit" if "#announcement#" in item["pk"] and item["who"] in whose(who):
            return {"who": GONE}
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
            words = {"author": {}, "title": "", "text": "", "original": "", "summary": GONE}
            signed = {"decided_by": GONE} if item.get("decided_by") in names else {}
            return signed | (words if wrote(item, who, theirs) else {})
        case "message":
            return {"author": {}, "text": "", "original": ""} if wrote(item, who, theirs) else {}
        case "flag":
            named = {"flag": GONE} if item["flag"] in flags else {}
            # Marked, so that an explanation that is told again brings neither back.
            reported = named or who.is_at(item, "reporter")
            return named | ({"reporter": {}, "comment": "", "erased": True} if reported else {})
        case "decided":
            people: Item = {field: {} for field in PEOPLE["decided"] if who.is_at(item, field)}
            return people | ({"text": ""} if theirs and "text" in item else {})
        case "decision":
            return {"by": GONE} if item["by"] in names else {}
        case "audit":
            detail = {
                **item["detail"],
                **({"text": ""} if theirs and "text" in item["detail"] else {}),
                **({"flag": GONE} if item["detail"].get("flag") in flags else {}),
            }
            return {"detail": detail, **({"who": GONE} if item["who"] in names else {})}
    return {}


def wrote(item: Item, who: Account, theirs: bool) -> bool:
    """Nobody else is said to be its author."""
    return theirs and (not item["author"] or who.is_at(item, "author"))


def differing(item: Item, new: Item) -> Item:
    return {field: value for field, value in new.items() if item.get(field) != value}
