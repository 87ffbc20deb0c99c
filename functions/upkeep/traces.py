"""Where an account stands in what moderation and announcements keep, and what is left of it: decided without I/O.

Emptied are the account itself (author, reporter, moderator, appellant, whom a decision was about), the words it wrote
(a case's and a message's text, its snapshots, the edits in a case's history, the comment of a report, an appeal), its
name in histories, links to what it wrote that name it, what it was told, what platforms told of it when a measure was
taken against it, and the bodies of mails and briefs, which quote cases. How often its reports were right goes, and so
do its points, what says whose account it is, what its words are compared by, and how it is told what came of what it
said.
What stays: that there was a case, its reasons and counts, what was decided, which others it was like, and the id of the
subject, which the keys are made from.
Of an answer to what it said, and of a handover that quotes it, it stays that there was one. What feedback keeps has a
pseudonym in its place: `voices.py`.
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

ACCOUNTS = ("account", "player", "user")
"""Kinds of subjects that are an account: what is said there is what its profile says."""

AGAINST = ("warn", "timeout", "suspend", "ban")
"""Measures against people: the states that are read for them tell of an account."""

QUOTES = ("mail", "brief")
"""Purposes of what may quote anybody."""

BEING_SENT = ("claimed", "armed")
"""What delivery has in its hands in this moment is left to the next search."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose traces go: an account as one source knows it."""

    community: str
    source: str
    platform: str
    id: str
    name: str = ""
    pseudonym: str = ""
    """Under which feedback knows it; empty where that knows nobody."""
    addressee: str = ""
    """Of a mail address: under which letters to it are known."""

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
        return standing_in(self.id, text)

    def called_in(self, text: str) -> bool:
        """Whether somebody who writes about this account calls it by its id or its name."""
        name = re.escape(self.name.strip())
        return self.named_in(text) or bool(name and re.search(rf"(?<!\w){name}(?!\w)", text, re.IGNORECASE))

    def is_subject(self, about: Item | None) -> bool:
        """Whether it is this account itself that was reported."""
        if not about or about["kind"] not in ACCOUNTS:
            return False
        return bool((about["source"], about["id"]) == (self.source, self.id))


def standing_in(name: str, text: str) -> bool:
    """By itself, and not as a part of a longer one."""
    return bool(re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", text))


def mentions(item: Item, who: Account) -> bool:
    """Whether the account stands in one of an item's fields for people, is what a case is about, is whom something on
    its way is about, or reported what was looked at."""
    if not item["pk"].startswith(f"{who.community}#"):
        return False
    if item.get("kind") == "delivery" and item.get("destination") == who.source:
        return who.is_at(item["request"], "person")
    if item.get("kind") == "case" and who.is_subject(item["subject"]):
        return True
    if item.get("kind") == "look" and item["destination"] == who.source:
        return any(map(who.named_in, reports_in(item)))
    return any(who.is_at(item, field) for field in PEOPLE.get(item.get("kind", ""), ()))


ABOUT_IT = ("figures", "history", "strike", "strikes", "link")
"""Kinds of items that are about one account and nothing else."""


def goes(item: Item, who: Account) -> bool:
    """Whether nothing is left of an item."""
    if item.get("kind") == "contact":
        return is_contact_of(item, who)
    if item.get("kind") == "delivery" and item["purpose"] == "tell" and who.addressee:
        return bool(item["pk"].startswith(f"{who.community}#progress#") and item["sk"].endswith(f"#{who.addressee}"))
    theirs = item.get("by") if item.get("kind") == "band" else item["pk"]
    return item.get("kind") in (*ABOUT_IT, "band") and bool(theirs == who.figures)


def is_contact_of(item: Item, who: Account) -> bool:
    """How an address is written tells nobody apart."""
    if not item["pk"].startswith(f"{who.community}#") or item.get("source") != who.source:
        return False
    if item["platform"] == "mail":
        return bool(item["person"]["id"].casefold() == who.id.casefold())
    return who.is_at(item, "person")


def alone(item: Item, who: Account) -> Item:
    """What changes in an item that belongs to no subject: a draft's author, a line about other people's accounts that
    has this one's id, the body of a mail or brief that nobody is sending in this moment."""
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
        case "talk" | "audit" | "delivery" if "#talk#" in item["pk"]:
            return differing(item, talked(item, who))
        case "handover" | "delivery" if "#handover#" in item["pk"]:
            return differing(item, unquoted(item, who))
        case "delivery" if item["purpose"] in QUOTES and item["state"] not in BEING_SENT:
            return bodiless(item)
    return {}


def bodiless(row: Item) -> Item:
    """A mail or brief that says only where to read what there is now. Whoever has just read it has lost the row."""
    request = row["request"]
    instead = request.get("instead", "")
    left: Item = {"html": "", "text": instead} if row["purpose"] == "mail" else {"lines": [instead], "sections": []}
    changes = differing(row, {"request": {**request, **left}})
    return changes | {"fence": row["fence"] + 1} if changes else {}


def talked(item: Item, who: Account) -> Item:
    """What is left of an answer to something that the account said, or that names it: that there was one. One that is
    still on its way never goes."""
    if item["kind"] == "audit":
        words = item["detail"].get("reason", "")
        return {"detail": {**item["detail"], "reason": GONE}} if who.called_in(words) else {}
    if item["kind"] == "talk":
        words = f"{item.get('reason', '')} {(item.get('answer') or {}).get('text', '')}"
        if not (is_pseudonym(item.get("who"), who) or (item["source"] == who.source and who.called_in(words))):
            return {}
        answer = {"answer": {**item["answer"], "text": ""}} if "answer" in item else {}
        return answer | ({"reason": GONE} if item.get("reason") else {}) | ({"url": ""} if "url" in item else {})
    if not is_answer_to(item, who) or item["state"] in BEING_SENT:
        return {}
    empty: Item = {"body": {}, "text": "", "first": {}, "previous": {}, "prepared": {}, "place": ""}
    nowhere: Item = {"posted": {"id": "", "url": ""}} if "posted" in item else {}
    never: Item = {"state": "cancelled", "due": None, "due_at": None, "fence": item["fence"] + 1}
    return {"request": {**item["request"], **empty}} | nowhere | (never if "due" in item else {})


def is_answer_to(item: Item, who: Account) -> bool:
    """Whether it is an answer to what the account said, or calls it by its name."""
    if item.get("purpose") != "answer" or not item["pk"].startswith(f"{who.community}#"):
        return False
    called = item["destination"] == who.source and who.called_in(str([item["request"], item.get("posted")]))
    return called or is_pseudonym(item["answers"]["who"], who)


def has_words(item: Item, who: Account) -> bool:
    """Whether something on its way answers the account, quotes it, or links to it; or may quote anybody."""
    return is_answer_to(item, who) or is_quoting(item, who) or may_quote(item, who)


def may_quote(item: Item, who: Account) -> bool:
    there = item.get("kind") == "delivery" and item["pk"].startswith(f"{who.community}#")
    return there and item["purpose"] in QUOTES and bool(bodiless(item))


def unquoted(item: Item, who: Account) -> Item:
    """What quotes the account, or links to it, is left without words: one that is still on its way is refused, and a
    person hands the theme over again."""
    if not is_quoting(item, who) or item.get("state") in BEING_SENT or "request" not in item:
        return {}
    fence = {"fence": item["fence"] + 1} if item["kind"] == "delivery" else {}
    return {"request": {**item["request"], "body": {}, "text": ""}, **fence}


def is_quoting(item: Item, who: Account) -> bool:
    """Whether what is handed over quotes the account, or links to what it said."""
    there = item["pk"].startswith(f"{who.community}#handover#")
    return there and any(is_pseudonym(one["who"], who) for one in (*item.get("quotes", ()), *item.get("links", ())))


def is_pseudonym(name: object, who: Account) -> bool:
    return bool(who.pseudonym) and name == who.pseudonym


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


def of_subject(items: Sequence[Item], who: Account, at: str) -> list[tuple[Item, Item]]:
    """What changes in everything that is kept about one subject, its cases and their histories: each item with its
    new values; none of what has to change, and is in other hands now (`at`). Those by which the account is found come
    last, so that whoever is cut off finds the rest again."""
    if {source for source in map(source_of, items) if source} - {who.source}:
        return []  # Another place, where somebody else has that id.
    theirs = called(items, who) if any(is_theirs(item, who) for item in items) else set()
    names = {
        who.signature(item["moderator"].get("name", ""))
        for item in items
        if item["kind"] == "decided" and who.is_at(item, "moderator")
    }
    changed = [(item, differing(item, left(item, who, theirs, names))) for item in items]
    ready = [(item, {} if being_sent(item, at) else new) for item, new in changed if new]
    return sorted(ready, key=lambda pair: mentions(pair[0], who))


def is_theirs(item: Item, who: Account) -> bool:
    """Whether an item of a subject says that the account wrote it, or is what was reported."""
    if item["kind"] == "delivery":
        return item["purpose"] == "act" and who.is_at(item["request"], "person")
    if item["kind"] == "case" and who.is_subject(item["subject"]):
        return True
    return any(item["kind"] == kind and who.is_at(item, field) for kind, field in WROTE)


def called(items: Sequence[Item], who: Account) -> set[str]:
    """Its id, and the names that it has here: addresses may have them."""
    places = [(item, field) for item in items for field in PEOPLE.get(item["kind"], ())]
    places += [(item["request"], "person") for item in items if item["kind"] == "delivery"]
    return {who.id, who.name, *(it[field].get("name", "") for it, field in places if who.is_at(it, field))} - {""}


def being_sent(item: Item, at: str) -> bool:
    """As long as its lease: then whoever had it is gone."""
    return item["kind"] == "delivery" and item["state"] in BEING_SENT and item.get("due_at", "") > at


def source_of(item: Item) -> str:
    return str(item.get("source") or (item.get("subject") or {}).get("source", ""))


def left(item: Item, who: Account, theirs: set[str], names: set[str]) -> Item:
    """What is left in one item of a subject. `theirs`: what the account is called, where it wrote it; `names`: what
    histories call it."""
    match item["kind"]:
        case "case":
            words: Item = {"author": {}, "title": "", "text": "", "original": "", "summary": GONE}
            # What was seen of it goes with them, and nothing more of it is kept.
            words |= {"forgotten": GONE, **({"evidence": []} if "evidence" in item else {})}
            words |= {"linked_by": ""} if "linked_by" in item else {}
            signed: Item = {"decided_by": GONE} if item.get("decided_by") in names else {}
            signed |= {"excluded": [one for one in item["excluded"] if one not in names]} if "excluded" in item else {}
            appealed: Item = {"appellant": {}, "appeal": ""} if who.is_at(item, "appellant") else {}
            address = {"subject": unaddressed(item["subject"], theirs)}
            return signed | appealed | address | (words if wrote(item, who, theirs) else {})
        case "message":
            address = {"subject": unaddressed(item["subject"], theirs)} if "subject" in item else {}
            said = {"author": {}, "text": "", "original": ""} if wrote(item, who, theirs) else {}
            return address | said
        case "flag":
            named = {"flag": GONE} if who.named_in(item["flag"]) else {}
            # Marked, so that an explanation that is told again brings neither back. An id may name whom it is about.
            reported: Item = {"reporter": {}, "comment": "", "erased": True} if who.is_at(item, "reporter") else {}
            # Whose figures it changed: another decision would make them anew.
            counted = {"counted": ""} if item.get("counted") == who.figures else {}
            return named | reported | counted
        case "decided":
            people: Item = {field: {} for field in PEOPLE["decided"] if who.is_at(item, field)}
            return people | ({"text": ""} if theirs and "text" in item else {})
        case "look":
            return seen(item, who, theirs)
        case "delivery":
            return asked(item, who, theirs)
        case "decision":
            return {"by": GONE} if item["by"] in names else {}
        case "audit":
            detail = item["detail"]
            named = {name: GONE for name, value in detail.items() if is_flag(name) and who.named_in(value)}
            gone = ({"text": ""} if theirs and "text" in detail else {}) | named
            return erased(item, {"detail": {**detail, **gone}, **({"who": GONE} if item["who"] in names else {})})
    return {}


def unaddressed(about: Item, theirs: set[str]) -> Item:
    """Something that the account wrote, without an address that names it."""
    return {**about, "url": ""} if any(standing_in(name, about.get("url", "")) for name in theirs) else about


def is_flag(name: str) -> bool:
    """A line of a history names one report, or several: `flag`, `flag 2` …"""
    return name.partition(" ")[0] == "flag"


def asked(row: Item, who: Account, theirs: set[str]) -> Item:
    """What is left of what a platform was or will be asked, and of what it answered; whoever has just read it has lost
    the row."""
    changes = differing(row, answered(row, who, theirs) | requested(row, who, theirs))
    return changes | {"fence": row["fence"] + 1} if changes else {}


def answered(row: Item, who: Account, theirs: set[str]) -> Item:
    posted: Item = unaddressed(row.get("posted") or {}, theirs)
    left = {name: value for name, value in posted.items() if name != "after" or not against(row, who)}
    return {"posted": left} if posted else {}


def requested(row: Item, who: Account, theirs: set[str]) -> Item:
    request: Item = {**row["request"]}
    request |= {name: unaddressed(request[name], theirs) for name in ("subject", "about") if request.get(name)}
    if "reports" in request:
        request |= {"reports": [one for one in request["reports"] if not who.named_in(one)]}
    if against(row, who):
        request |= {"prepared": {}} | {name: None for name in ("expected", "before", "after") if name in request}
    if not who.is_at(request, "person"):
        return {"request": request}
    if row["purpose"] != "tell":
        # A measure against nobody is refused, and a person is told.
        return {"request": request | {"person": None}}
    nobody = {"person": {**request["person"], "id": GONE, "name": ""}, "title": "", "text": "", "link": ""}
    never = {"state": "cancelled", "due": None, "due_at": None} if "due" in row else {}
    return never | {"request": request | nobody}


def against(row: Item, who: Account) -> bool:
    """Whether it is a measure against the account itself, so that the states which were read tell of it."""
    request: Item = row["request"]
    hit = who.is_at(request, "person") or who.is_subject(request.get("subject"))
    return hit and request.get("measure") in AGAINST


def reports_in(look: Item) -> Sequence[str]:
    """The reports that a look was about, by ids that may be made from those of accounts."""
    return tuple((look.get("seen") or {}).get("reports", ()))


def seen(row: Item, who: Account, theirs: set[str]) -> Item:
    """What was read of them and of their words at the place; whoever is reading it now has lost the row. Of somebody
    else's words: which report was theirs, which the next search finds where it is written in this moment."""
    if not theirs and reports_in(row):
        others = [one for one in reports_in(row) if not who.named_in(one)]
        return {"seen": {**row["seen"], "reports": others}}
    if not theirs or not ("seen" in row or "due" in row):
        return {}
    return {"state": "cancelled", "seen": None, "due": None, "due_at": None, "fence": row["fence"] + 1}


def wrote(item: Item, who: Account, theirs: set[str]) -> bool:
    """Nobody else is said to be its author."""
    return bool(theirs) and (not item["author"] or who.is_at(item, "author"))


def differing(item: Item, new: Item) -> Item:
    """None is for a field that goes."""
    return {field: value for field, value in new.items() if item.get(field) != value}
