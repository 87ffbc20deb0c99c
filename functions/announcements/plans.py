"""What an announcement may become, without I/O.

draft → scheduled → publishing → published → changing → published
  └────────┴→ cancelled · missed          └→ withdrawing → withdrawn
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

from events.program import Target

State = Literal[
    "draft",
    "scheduled",
    "publishing",
    "published",
    "changing",
    "missed",
    "cancelled",
    "withdrawing",
    "withdrawn",
]
BEFORE = ("draft", "scheduled", "missed")
"""Nothing of it was sent yet."""

OVER = ("cancelled", "withdrawing", "withdrawn")
"""Nothing more of it goes out; what is taken back goes in spite of a hold."""

YOUNG = timedelta(days=7)
"""A release that was published longer ago is history, not news."""

Row = Mapping[str, Any]
Fate = Literal["leave", "wait", "cancel", "replace", "edit", "withdraw"]
"""What becomes of a delivery when its announcement changes or goes."""

LARGEST = 180_000
"""Bytes of what is announced. It is kept in one item, with a change beside it, and DynamoDB takes 400 KB."""

PATIENCE = 2
"""Attempts of an edit that a withdrawal waits for: some minutes."""


class NotAllowedError(Exception):
    """The announcement does not allow this; the text tells the manager why."""


def announcement_id(community: str, author: str, key: str) -> str:
    """From whoever writes it and a key of theirs: asking twice makes one announcement."""
    return sha256(f"{community}\n{author}\n{key}".encode()).hexdigest()[:16]


def is_news(published_at: datetime, now: datetime) -> bool:
    return now - published_at <= YOUNG


def storable(content: Mapping[str, Any]) -> None:
    """Raises NotAllowedError."""
    size = len(json.dumps(content, ensure_ascii=False).encode())
    if size > LARGEST:
        raise NotAllowedError(
            f"all its words together take {size:,} bytes, and {LARGEST:,} is the most: make it shorter, or several"
        )


def chosen(wanted: Sequence[str], there: Sequence[str]) -> list[str]:
    """The targets meant: all of the community when none is named. Raises NotAllowedError."""
    unknown = [name for name in wanted if name not in there]
    if unknown:
        raise NotAllowedError(
            f"no target {', '.join(map(repr, unknown))}; there are {', '.join(there) or 'none in the program'}"
        )
    if not there:
        raise NotAllowedError("the program names no target for this community")
    return list(dict.fromkeys(wanted or there))


def written_for(wanted: Sequence[str], there: Sequence[Target]) -> None:
    """Variants name targets or platforms of the community's own. Raises NotAllowedError."""
    known = list(dict.fromkeys([one.id for one in there] + [one.platform for one in there]))
    for name in wanted:
        if name not in known:
            raise NotAllowedError(f"no target or platform {name!r} to write for; there are {', '.join(known)}")


def may_approve(writer: str, who: str, *, another: bool, same: bool | None = None) -> None:
    """Raises NotAllowedError where somebody else has to say yes than whoever wrote the words. `same`: whether they are
    one account, where both are known: names tell less, since two people may go by one."""
    if another and (writer == who if same is None else same):
        raise NotAllowedError("somebody else has to approve what you wrote: the program asks for two people")


def too_late(publish_at: datetime, useless_after: int, now: datetime) -> bool:
    return now > publish_at + timedelta(seconds=useless_after)


def unsent(row: Row) -> bool:
    """Surely not there, and in nobody's hands; a person may still have it sent."""
    return row["state"] in ("planned", "waiting", "held", "refused", "stuck", "missed")


def in_doubt(row: Row) -> bool:
    """Under way, or sent without an answer: it has to end before anything else is done to it."""
    return row["state"] in ("claimed", "armed", "unknown")


def has_words(row: Row) -> bool:
    """Whether people read it; what was done to another part goes and changes with that one."""
    return row["request"]["step"] not in ("publish", "pin")


def is_there(row: Row) -> bool:
    """Whether people read it, as far as we know."""
    return bool(row["state"] == "sent" and has_words(row))


def is_known(row: Row) -> bool:
    """Whether we know what the platform calls it. Without, only a person can do something to it."""
    return bool(row["posted"]["id"])


def fate_when_withdrawn(row: Row, can_withdraw: bool) -> Fate:
    if unsent(row):
        return "cancel"
    if in_doubt(row):
        return "wait"
    return "withdraw" if is_there(row) and is_known(row) and can_withdraw else "leave"


def fate_when_changed(row: Row, wanted: Row | None, can_edit: bool, can_withdraw: bool) -> Fate:
    """`wanted`: the request as it shall be; None when this part shall not be there any more."""
    if wanted is None:
        return fate_when_withdrawn(row, can_withdraw)
    if all(row["request"][name] == wanted[name] for name in ("body", "images")):
        return "leave"
    if unsent(row):
        return "replace"
    if in_doubt(row):
        return "wait"
    return "edit" if is_there(row) and is_known(row) and can_edit else "leave"


def fate_of_edit(row: Row, can_withdraw: bool) -> Fate:
    """Of an edit whose part goes. Nobody has to find out any more what became of one that changed the part itself."""
    if row["editing"] == "edit" and row["state"] == "unknown" and not is_open(row):
        return "cancel"
    return fate_when_withdrawn(row, can_withdraw)


def may_rename(edit: Row) -> bool:
    """Whether a part has to wait before it is taken back, for an edit that may give it another name. One that fails
    again and again does not keep it there."""
    return is_open(edit) and edit["attempts"] <= PATIENCE


def is_open(row: Row) -> bool:
    """Whether an edit or a withdrawal is still on its way. What waits for a person is not."""
    return row["purpose"] in ("edit", "withdraw") and "due_at" in row


def progress(state: str, rows: Sequence[Row]) -> str:
    """One word for a person: where the announcement stands, over all its targets."""
    rows = [row for row in rows if row["purpose"] not in ("count", "card")]
    states = {row["state"] for row in rows}
    waits = {row["state"] for row in rows if "listing" in row}
    if state in ("publishing", "published") and states:
        if waits or "held" in states:
            return "needs a person"
        if states & {"planned", "claimed", "armed", "unknown"}:
            return "publishing"
        return "missed" if "missed" in states and "sent" not in states else "published"
    return "needs a person" if waits and state in ("changing", "withdrawing", "withdrawn") else state
