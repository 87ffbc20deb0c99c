"""Roblox webhooks are made by hand: no public API tells which there are.

Source: create.roblox.com/docs/cloud/webhooks/webhook-notifications.
"""

from events.program import Source
from functions.platforms.outgoing import Hands
from functions.platforms.standing import Finding, Keys, Report


def steps(place: Source, url: str) -> tuple[str, ...]:
    return (
        f"Make a secret, which is shown once: liaison secret put {place.id} --generate",
        "In the Creator Hub (create.roblox.com) choose the experience, then Configure > Webhooks > Add Webhook. It"
        " takes its owner, or somebody with the permission “List, create, update, and delete webhooks”.",
        f"Webhook URL: {url}",
        "Secret: the one just made. Without it everything Roblox sends is refused.",
        "Triggers: Right to Erasure Request. Subscriptions and commerce are answered and not kept.",
        "Press Test Response (it has to be answered 200), then Save Changes.",
        "For alarms, open Configure > Alerts and choose this webhook under Delivery channel of each alert.",
        "Roblox tells of no reports and no chat: those come from the game's own server by Standard Webhooks.",
    )


def check(place: Source, url: str, keys: Keys, hands: Hands, *, repair: bool) -> Report:
    """Nothing can be read there; only whether a secret was put here."""
    del url, hands, repair
    told = "it was put" if keys.signing else f"put the webhook's secret: liaison secret put {place.id}"
    return Report((Finding("secret", "good" if keys.signing else "wrong", told),))
