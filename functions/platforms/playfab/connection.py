"""PlayFab webhooks are made by hand in the Game Manager: its API does not tell which there are.

Source: learn.microsoft.com/gaming/playfab, "Webhooks" (data-analytics/acting-data/webhooks-overview).
"""

from events.program import Source
from functions.platforms.outgoing import Hands
from functions.platforms.standing import Finding, Keys, Report

EVENTS = ("player_reported_as_abusive", "player_banned", "title_news_updated")


def steps(place: Source, url: str) -> tuple[str, ...]:
    return (
        f"Make a token, which is shown once: liaison secret put {place.id} --generate",
        "In the Game Manager open the title, choose Data > Webhooks, then New Webhook.",
        f"Endpoint URI: {url}",
        "Request headers: the key x-liaison-token, and as its value the token just made. Nothing else tells PlayFab's"
        " requests from anybody's.",
        f"Filters: one group for each Event Name of {', '.join(EVENTS)}. Without filters PlayFab sends every login and"
        " purchase; what is not on this list is parked.",
        "“Post multiple events in JSON array” may be on or off. Enable the webhook and save.",
        "“Failing Since” in the list of webhooks stays empty as long as everything arrives.",
    )


def check(place: Source, url: str, keys: Keys, hands: Hands, *, repair: bool) -> Report:
    """Nothing can be read there; only whether a token was put here."""
    del url, hands, repair
    told = "it was put" if keys.signing else f"put the token of x-liaison-token: liaison secret put {place.id}"
    return Report((Finding("token", "good" if keys.signing else "wrong", told),))
