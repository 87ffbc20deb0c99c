"""The rules of a case, without I/O: what it becomes, and who may do what to it when."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from events.moderation import Decision, FlagRaised, Measure

State = Literal["open", "claimed", "decided"]

LEASE = timedelta(minutes=15)
"""How long a claimed case stays with one person who does nothing."""


class NotAllowedError(Exception):
    """The case does not allow this now; the text tells the moderator why."""


def case_id(subject_key: str, flag: str) -> str:
    """From the flag that opens it: the same flag, delivered again, can only open the same case."""
    return sha256(f"{subject_key}\n{flag}".encode()).hexdigest()[:16]


def claimable(state: str, claimed_by: str, lease_until: str, who: str, now: str) -> None:
    """Raises NotAllowedError when the case is decided, or in somebody else's hands."""
    if state == "decided":
        raise NotAllowedError("this case is decided already")
    if state == "claimed" and claimed_by != who and lease_until > now:
        raise NotAllowedError(f"{claimed_by} has this case until {lease_until}")


def lease_until(now: datetime) -> datetime:
    return now + LEASE


def checked(decision: Decision, possible: Sequence[Measure]) -> Decision:
    """Raises NotAllowedError for a decision that contradicts itself or cannot be carried out there."""
    if decision.outcome == "no_violation" and decision.measures:
        raise NotAllowedError("no violation, so no measure: leave `measures` empty")
    if not decision.explanation.strip():
        raise NotAllowedError("a decision needs an explanation: the author may ask for it")
    impossible = [measure for measure in decision.measures if measure not in possible]
    if impossible:
        raise NotAllowedError(
            f"{', '.join(impossible)} cannot be done there; possible: {', '.join(possible) or 'nothing yet'}"
        )
    if len(set(decision.measures)) < len(decision.measures):
        raise NotAllowedError("each measure once")
    return decision


def summary(flag: FlagRaised, length: int = 120) -> str:
    """One line to recognise the case by."""
    words = " ".join((flag.title or flag.text or flag.subject.id).split())
    return words if len(words) <= length else words[: length - 1] + "…"
