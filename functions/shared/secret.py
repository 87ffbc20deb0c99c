"""How a shared secret is kept and rotated. Standard library only: the door uses it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

OVERLAP = timedelta(hours=24)
"""How long the previous secret stays good after a rotation: senders sign with both for a day."""


HEARD = timedelta(minutes=2)
"""Longer than a door takes to look again after a signature it could not verify (one minute)."""


def rotated(stored: str | None, new: str, now: datetime, overlap: timedelta = OVERLAP) -> str:
    """What to store when a secret is put: the one before it stays good for a while. Put again within that while, the
    one that platforms may still sign with stays, and the one nobody has heard of goes."""
    kept: Mapping[str, str] = json.loads(stored) if stored else {}
    before = kept.get("current")
    if before in (None, new):
        return stored if stored and before == new else json.dumps({"current": new})
    heard = kept["previous"] if before_is_new(kept, now) else before
    return json.dumps({"current": new, "previous": heard, "previous_until": (now + overlap).isoformat()})


def before_is_new(kept: Mapping[str, str], now: datetime) -> bool:
    """Whether the current secret was put so lately that no platform can sign with it yet."""
    until = kept.get("previous_until")
    return until is not None and now < put_at(until) + HEARD


def put_at(previous_until: str) -> datetime:
    return datetime.fromisoformat(previous_until).astimezone(UTC) - OVERLAP


def settled(stored: str, now: datetime) -> str:
    """The secret a platform is told to sign with: a new one only once every door can have heard of it, so that a
    platform that never sends again (GitHub) loses nothing by a rotation."""
    kept: Mapping[str, str] = json.loads(stored)
    return kept["previous"] if before_is_new(kept, now) else kept["current"]


def live(stored: str, now: datetime) -> list[str]:
    """The secrets that are good now, the current one first."""
    kept: Mapping[str, str] = json.loads(stored)
    until = kept.get("previous_until")
    previous = [kept["previous"]] if until and now < datetime.fromisoformat(until).astimezone(UTC) else []
    return [kept["current"], *previous]
