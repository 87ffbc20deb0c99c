"""What waits for a person: who may do something about it from their digest, in which order it is told, and where its
page is. Without I/O.

A link is for one reader and one thing in one state (`version`): once that is another, the link does nothing any more.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import get_args

from events.digests import Decision, Waits
from events.program import Program, Reader, ReaderRole
from functions.feedback import talk_pages

PURPOSE = "decide"
GOOD_FOR = timedelta(days=7)
NEVER = datetime.max.replace(tzinfo=UTC)

ROSTER: tuple[Waits, ...] = ("case", "appeal", "answer", "answers")
"""What whoever is on the roster under the same id may do, too."""

SMALLEST: dict[Waits, ReaderRole] = {
    "case": "moderator",
    "appeal": "moderator",
    "answer": "moderator",
    "answers": "moderator",
    "announcement": "manager",
    "missed": "manager",
    "series": "manager",
    "merge": "manager",
    "delivery": "manager",
    "parked": "operator",
    "connection": "manager",
    "fetching": "manager",
    "paused": "manager",
    "hold": "manager",
}
"""The smallest role for what can be done about each. An alert is only told."""

RANKS: dict[str, int] = {role: rank for rank, role in enumerate(get_args(ReaderRole))}


def may(kind: Waits, program: Program, reader: Reader) -> bool:
    """Whether a reader may do something about such a thing: by their role, or as one of the roster."""
    if kind not in SMALLEST:
        return False
    if kind in ROSTER and program.moderator(reader.community, reader.id):
        return True
    return RANKS[reader.role] >= RANKS[SMALLEST[kind]]


def for_reader(decisions: Iterable[Decision], program: Program, reader: Reader) -> tuple[Decision, ...]:
    """The same, with what this reader may act on."""
    return tuple(one.model_copy(update={"can_act": may(one.kind, program, reader)}) for one in decisions)


def ordered(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """What was due first leads, then what is; then what has waited longest. What may be the same comes last: there is
    much of it, and nobody waits for it."""

    def place(one: Decision) -> tuple[bool, datetime, datetime, str]:
        return one.kind == "merge", one.deadline or NEVER, one.since, one.id

    return tuple(sorted(decisions, key=place))


def path(community: str, decision: Decision) -> tuple[str, str]:
    """Where its page is, below the public address, and what a link there is signed for. Answers have pages of their
    own."""
    if decision.kind == "answers":
        return talk_pages.path(community), talk_pages.PURPOSE
    if decision.kind == "answer":
        return talk_pages.path(community, decision.id), talk_pages.PURPOSE
    return page(community, decision.kind, decision.id, decision.version), PURPOSE


def page(community: str, kind: str, name: str, version: str) -> str:
    return f"/decide/{community}/{kind}/{name}/{version}"


def folded(*said: str) -> str:
    """The name of all that say the same."""
    return sha256("\n".join(said).encode("utf-8", "replace")).hexdigest()[:16]


def paired(older: str, newer: str) -> str:
    """The name of two items that may be the same."""
    return f"{older}_{newer}"


def pair_of(name: str) -> tuple[str, str] | None:
    """Undo `paired`; None for what is none."""
    older, _, newer = name.partition("_")
    return (older, newer) if older and newer else None


def stamp(moment: datetime) -> str:
    """A moment as the version of something: its milliseconds, which an address takes as they are."""
    return str(round(moment.timestamp() * 1000))


def short(texts: Sequence[str], most: int) -> str:
    """Several people's words, each as much of them as there is room for."""
    each = most // max(len(texts), 1) - 3
    return " / ".join(one if len(one) <= each else one[: each - 1] + "…" for one in texts)
