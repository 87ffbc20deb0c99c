"""Which deliveries have come before. The marker is written in the transaction that has the effect."""

from datetime import datetime, timedelta
from typing import Literal

from events.envelope import Envelope, fingerprint
from functions.shared import clock, table
from functions.shared.table import Item, Put

KEPT = timedelta(days=35)
"""Longer than queue, dead-letter queue and a restore together; an older event is parked, never applied."""

Fate = Literal["recorded", "duplicate", "ignored"]


def key(envelope: Envelope) -> table.Key:
    return table.partition(envelope.community, "inbox", envelope.id), "marker"


def marker(envelope: Envelope, fate: Fate, now: datetime, about: str = "") -> Put:
    """`about` names what the delivery led to, or what it repeats, or why it had no effect."""
    pk, sk = key(envelope)
    return Put(
        {
            "pk": pk,
            "sk": sk,
            "kind": "inbox",
            "fate": fate,
            "about": about,
            "source": envelope.source,
            "event": envelope.event,
            "body": fingerprint(envelope.body),
            "received_at": envelope.received_at,
            "recorded_at": clock.text(now),
            "expires": int((now + KEPT).timestamp()),
        },
        when=[table.absent()],
    )


def too_old(envelope: Envelope, now: datetime) -> bool:
    """Whether its marker may be gone already, so that nobody can say whether it was applied."""
    return now - clock.moment(envelope.received_at) > KEPT - timedelta(days=1)


def contradicts(envelope: Envelope, seen: Item) -> bool:
    """The same delivery id with another body: not a repeat, whatever the sender thinks."""
    return bool(seen["body"] != fingerprint(envelope.body))
