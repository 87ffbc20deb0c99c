"""How a shared secret is kept and rotated. Standard library only: the door uses it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

OVERLAP = timedelta(hours=24)
"""How long the previous secret stays good after a rotation: senders sign with both for a day."""


HEARD = timedelta(minutes=2)
"""Longer than a door takes to look again after a signature it could not verify (one minute)."""


def rotated(stored: str | None, new: str, now: datetime, overlap: timedelta = OVERLAP) -> str:
    """What to store when a secret is put: the one before it stays good for a while."""
    before = json.loads(stored).get("current") if stored else None
    if before in (None, new):
        return stored if stored and before == new else json.dumps({"current": new})
    return json.dumps({"current": new, "previous": before, "previous_until": (now + overlap).isoformat()})


def settled(stored: str, now: datetime) -> str:
    """The secret a platform is told to sign with: a new one only once every door can have heard of it, so that a
    platform that never sends again (GitHub) loses nothing by a rotation."""
    kept: Mapping[str, str] = json.loads(stored)
    until = kept.get("previous_until")
    put_at = datetime.fromisoformat(until).astimezone(UTC) - OVERLAP if until else None
    return kept["previous"] if put_at and now < put_at + HEARD else kept["current"]


def live(stored: str, now: datetime) -> list[str]:
    """The secrets that are good now, the current one first."""
    kept: Mapping[str, str] = json.loads(stored)
    until = kept.get("previous_until")
    previous = [kept["previous"]] if until and now < datetime.fromisoformat(until).astimezone(UTC) else []
    return [kept["current"], *previous]
