"""How a moment is written wherever something is kept: as text that sorts as it sorts in time."""

from datetime import UTC, datetime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def text(moment: datetime) -> str:
    """Fixed width, UTC, milliseconds: sorts as text as it sorts in time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def moment(stored: str) -> datetime:
    """Undo `text`."""
    return datetime.fromisoformat(stored)
