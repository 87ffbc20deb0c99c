"""What may become of something that was said, once somebody takes care of it. Without I/O.

open → assigned → (drafted →) answering → answered
  └───────┴───────────┴→ closed            either of them → open again

There is no talk until somebody touches an item: `fresh` is what is true of all others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from events.moments import moment, text
from events.talks import TalkState

LEASE = timedelta(hours=24)
"""How long an item is left to whoever has it; then anybody may take it, or answer."""

OVER = ("answered", "closed")
UNSENT = ("planned", "waiting", "held", "refused", "stuck", "missed", "cancelled")
"""States of a delivery that surely did not arrive, and is in nobody's hands."""

LONGEST_QUOTE = 200

Item = Mapping[str, Any]


class NotAllowedError(Exception):
    """The item does not allow this (any more); the text tells whoever asked why."""


@dataclass(frozen=True, slots=True)
class Move:
    """One change to a talk, and its line of history."""

    what: str
    set: dict[str, Any]
    remove: tuple[str, ...] = ()
    detail: dict[str, Any] = field(default_factory=dict)


def fresh(item: Item, community: str, name: str) -> dict[str, Any]:
    """Of something that nobody has touched. It has none of its author's words."""
    known = {"who": item["who"]} if "who" in item else {}
    return {
        "kind": "talk",
        "id": name,
        "community": community,
        "state": "open",
        "source": item["source"],
        "platform": item["platform"],
        "said_at": item["said_at"],
        "assigned_to": "",
        "answers": 0,
        "fence": 0,
        "next_audit": 1,
        **known,
    }


def version(item: Item) -> str:
    """Which of its states something said is in: `first`, or the time of its newest change."""
    return str(item.get("newest") or "first")


def difference(item: Item | None, read: str) -> str:
    """What became of it since somebody read it; empty where it is the same."""
    if item is None:
        return "it is not kept any more"
    if item.get("state") == "removed":
        return "it was removed where it was said: close it, with a word"
    if version(item) != read:
        return f"it was changed since you read it, and says now: “{quoted(item)}”. Look at it again"
    return ""


def quoted(item: Item) -> str:
    words = " ".join((item.get("text") or item.get("title") or "").split())
    return words if len(words) <= LONGEST_QUOTE else words[: LONGEST_QUOTE - 1] + "…"


def leased(talk: Item, now: datetime) -> str:
    """Who has it; empty when nobody has (any more)."""
    until = talk.get("lease_until", "")
    return str(talk["assigned_to"]) if until and moment(until) > now else ""


def admitted(talk: Item, who: str, now: datetime, fence: int | None = None) -> None:
    """Raises NotAllowedError where somebody else has it, or it went through other hands since `fence`."""
    holder = leased(talk, now)
    if holder and holder != who:
        raise NotAllowedError(f"{holder} has it until {talk['lease_until']}")
    if fence is not None and fence != talk["fence"]:
        raise NotAllowedError("somebody else had it meanwhile: look at it again")


def unsettled(talk: Item) -> None:
    """Raises NotAllowedError for what is over, or on its way."""
    told: dict[TalkState, str] = {
        "answering": "an answer is on its way already",
        "answered": "it is answered already: open it again to say more",
        "closed": "it is closed: open it again first",
    }
    if talk["state"] in told:
        raise NotAllowedError(told[talk["state"]])


def assigned(talk: Item, to: str, who: str, now: datetime, fence: int | None = None) -> Move:
    """To somebody, or to oneself. Whoever has it may give it on."""
    unsettled(talk)
    admitted(talk, who, now, fence)
    state = "drafted" if talk["state"] == "drafted" else "assigned"
    held = {"state": state, "assigned_to": to, "lease_until": text(now + LEASE), "fence": talk["fence"] + 1}
    return Move("assigned", held, detail={"to": to})


def shown_at_desks(talk: Item) -> Move:
    return Move("shown", {"state": talk["state"]})


def drafted(talk: Item, answer: dict[str, Any], who: str, now: datetime, fence: int | None = None) -> Move:
    """Written; somebody else has to say yes to it. Other words take the place of those before."""
    unsettled(talk)
    admitted(talk, who, now, fence)
    return Move(
        "drafted", {"state": "drafted", "answer": answer, "fence": talk["fence"] + 1}, detail={"hash": answer["hash"]}
    )


def answering(
    talk: Item, answer: dict[str, Any], who: str, now: datetime, fence: int | None = None, *, another: bool
) -> Move:
    """On its way. `another`: the program asks for two people."""
    unsettled(talk)
    if another and answer["by"] == who:
        raise NotAllowedError("somebody else has to approve what you wrote: the program asks for two people")
    if not another:
        admitted(talk, who, now, fence)
    number = talk["answers"] + 1
    sent = {"state": "answering", "answers": number, "answer": {**answer, "number": number, "approved_by": who}}
    return Move("approved" if another else "answered", sent, detail={"hash": answer["hash"], "number": number})


def closed(talk: Item, reason: str, who: str, now: datetime, fence: int | None = None) -> Move:
    if not reason:
        raise NotAllowedError("say why it is closed without an answer")
    unsettled(talk)
    admitted(talk, who, now, fence)
    done = {"state": "closed", "closed_by": who, "reason": reason}
    return Move("closed", done, ("answer", "lease_until"), {"reason": reason})


def reopened(talk: Item, row: Item | None, now: datetime) -> Move:
    """Of what is over; and of an answer on its way that surely did not arrive, which then never does. Whoever still has
    it keeps it; else it is anybody's."""
    if talk["state"] == "answering":
        if row is not None and (row["state"] not in UNSENT or "begun" in row):
            raise NotAllowedError("its answer may have arrived: say first what became of it (`liaison status`)")
    elif talk["state"] not in OVER:
        raise NotAllowedError(f"it is {talk['state']}: there is nothing to open again")
    holder = leased(talk, now)
    open_again = {"state": "assigned" if holder else "open", "assigned_to": holder, "fence": talk["fence"] + 1}
    return Move("reopened", open_again, ("reason", "closed_by", "answered_at", "url"), {"after": talk["state"]})


def written(talk: Item) -> Item:
    """The answer that waits for a yes, is on its way, or was given; empty where there is none. That of a talk which was
    opened again since is none of these."""
    return (talk.get("answer") or {}) if talk["state"] in ("drafted", "answering", "answered") else {}


def is_same(talk: Item, hash_: str, who: str, version_: str) -> bool:
    """Whether this answer was given already, by the same person: its own answer was lost."""
    answer = written(talk)
    return bool(answer) and bool((answer["hash"], answer["by"], answer["version"]) == (hash_, who, version_))


def is_approved(talk: Item, seen: str, who: str) -> bool:
    """Whether somebody has said yes to it already: their own answer was lost."""
    answer = written(talk)
    return answer.get("approved_by") == who and bool(answer["hash"].startswith(seen))
