"""The one place that asks what time it is."""

from datetime import UTC, datetime

from events.moments import EPOCH as EPOCH
from events.moments import moment as moment
from events.moments import text as text


def now() -> datetime:
    return datetime.now(UTC)
