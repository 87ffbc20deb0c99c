"""Items as the outside sees them: without keys and index attributes."""

from typing import Any

from functions.shared import mails
from functions.shared.table import Item

INNER = {
    "pk",
    "sk",
    "schema",
    "kind",
    "due",
    "due_at",
    "listing",
    "expires",
    "next_audit",
    "fence",
    "asked",
    "account",
    "cards",
    "salts",
    "digests",
    "evidence",
    "current",
    "looked",
    "open_appeals",
    "linked_by",
}
View = dict[str, Any]
LAST = "\uffff"
"""Sorts after every time: the first page of a listing."""


def shown(item: Item | None) -> View:
    return {name: value for name, value in (item or {}).items() if name not in INNER}


def delivery(row: Item) -> View:
    """What a manager wants to know of a delivery: where it stands and why. `waits`: for a person's word. `heard`: what
    SES told of a mail."""
    wanted = (
        "key",
        "destination",
        "purpose",
        "state",
        "reason",
        "attempts",
        "planned_at",
        "armed_at",
        "settled_at",
        "posted",
        "reactions",
    )
    request = row["request"]
    asked = ("language", "step", "part", "of", "measure", "undo", "expected")
    told = {name: request[name] for name in asked if name in request}
    known = {name: row[name] for name in wanted if name in row}
    heard = {"heard": what} if (what := mails.heard(row)) else {}
    return told | known | heard | {"next_attempt_at": row.get("due_at"), "waits": "listing" in row}
