"""What an announcement may become, without I/O."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

State = Literal["draft", "scheduled", "published", "cancelled"]

YOUNG = timedelta(days=7)
"""A release that was published longer ago is history, not news."""


class NotAllowedError(Exception):
    """The announcement does not allow this; the text tells the manager why."""


def announcement_id(community: str, author: str, key: str) -> str:
    """From whoever writes it and a key of theirs: asking twice makes one announcement."""
    return sha256(f"{community}\n{author}\n{key}".encode()).hexdigest()[:16]


def is_news(published_at: datetime, now: datetime) -> bool:
    return now - published_at <= YOUNG


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


def progress(state: str, deliveries: Sequence[str]) -> str:
    """One word for a person: where the announcement stands, over all its targets."""
    if state != "published":
        return state
    if all(one == "sent" for one in deliveries):
        return "published"
    return "needs a person" if set(deliveries) & {"refused", "unknown", "stuck"} else "publishing"
