"""SES, after it took a mail: the events that it publishes to EventBridge, as a rule's queue gets them.

No emulator publishes any, so they are made as the local stack makes them (`cli/ses.py` names the pages that say how).
That they come late, twice, in any order or never is said there, too.
"""

import json
from typing import Any, Literal

from cli import ses
from functions.shared import clock, mails
from functions.shared.table import Item
from tests.support.world import World

Kind = Literal["Sent", "Delivered", "Delivery Delayed", "Bounced", "Complaint Received", "Rejected"]
TRANSIENT = {"bounceType": "Transient", "bounceSubType": "MailboxFull"}


def event(world: World, row: Item, kind: Kind, message: str = "0107", to: str = "", **other: str) -> dict[str, Any]:
    """One event about the mail of a delivery. `message`: what SES calls it; `other`: fields of its own part."""
    mail = {
        "source": "liaison@acme.example",
        "messageId": message,
        "destination": [to or "marie@acme.example"],
        "headers": [{"name": "To", "value": to or "marie@acme.example"}],
        "tags": {
            "ses:configuration-set": ["tests"],
            "ses:from-domain": ["acme.example"],
            **{tag: [value] for tag, value in mails.tags(row).items()},
        },
    }
    return ses.event(f"Email {kind}", mail, clock.text(world.now), **other)


def tell(world: World, row: Item, kind: Kind, message: str = "0107", to: str = "", **other: str) -> None:
    """It comes, and upkeep has its minute."""
    put(world, event(world, row, kind, message, to, **other))
    world.upkeep()


def put(world: World, told: dict[str, Any]) -> None:
    world.put_message("upkeep", json.dumps(told))
