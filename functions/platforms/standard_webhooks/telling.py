"""What one person is told at a place of the company's own: a signed `moderation.message`, for the receiver to deliver.

Source: Standard Webhooks 1.0.0, and `docs/webhooks.md`.
"""

import json
from typing import Any

from events.moderation import MessageRequested
from functions.platforms.outgoing import Destination, Hands, Kind, Outcome, Refused, posted

KIND: Kind = "keyed"
WINDOW = 0
RIGHT = "no permission: what answers at the source's `api` checks our signature, and tells them"
LONGEST = 10_000
"""More than a message can have: nothing is cut off."""

TOLD: dict[str, Any] = {
    "case": True,
    "person": {"id", "name"},
    "about": True,
    "title": True,
    "text": True,
    "link": True,
}
"""Of the request, what is the receiver's business."""


def tell(message: MessageRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    if not to.address:
        return Refused(f"the source {to.id!r} has no `api` in the program: nowhere to tell anybody")
    data = message.model_dump(mode="json", include=TOLD)
    body = {"type": "moderation.message", "timestamp": hands.timestamp, "data": data}
    return posted(to, key, json.dumps(body).encode(), hands)
