"""Mastodon's webhooks are made by hand: its API knows nothing of them. What can be read is whether our token is good.

Sources: docs.joinmastodon.org/admin/webhooks, /methods/admin/reports and /methods/notifications.
"""

from events.program import Source
from functions.platforms.outgoing import Hands, NotSentError, UnansweredError
from functions.platforms.standing import Finding, Keys, Report

EVENTS = (
    "report.created",
    "report.updated",
    "account.created",
    "account.approved",
    "account.updated",
    "status.created",
    "status.updated",
)
LOOKS = (
    ("reports", "/api/v1/admin/reports?limit=1", "admin:read:reports, and a role that may manage reports"),
    ("mentions", "/api/v1/notifications?limit=1&types[]=mention", "read:notifications"),
)


def steps(place: Source, url: str) -> tuple[str, ...]:
    return (
        "As an administrator of the server, open Preferences > Administration > Webhooks and choose “Add endpoint”.",
        f"Endpoint URL: {url}",
        f"Enabled events: {', '.join(EVENTS)}. Without the two about statuses nothing is feedback but mentions of"
        " you; with them every public post of the server is (or those with a hashtag of the source's `feedback`).",
        "Leave the payload template empty: anything else cannot be read and is parked.",
        f"Save, open the webhook, copy its signing secret, and put it: liaison secret put {place.id}",
        "For mentions, log in as the community's own account, open Preferences > Development > New application with"
        " the scope read:notifications (and admin:read:reports, if the account is a moderator), and put its access"
        f" token: liaison secret put {place.id} --outgoing",
        "In community.toml, set the source's `api` to the server's address (https://…) and its `account` to the id of"
        " that account, so that its own posts are not counted as feedback.",
    )


def check(place: Source, url: str, keys: Keys, hands: Hands, *, repair: bool) -> Report:
    """There is nothing to repair from here: `steps` says what to do."""
    del url, repair
    told = "it was put" if keys.signing else f"put the webhook's signing secret: liaison secret put {place.id}"
    secret = Finding("secret", "good" if keys.signing else "wrong", told)
    if not place.api or not keys.token:
        return Report((secret,))
    return Report((secret, *(looked(place, keys, hands, *look) for look in LOOKS)))


def looked(place: Source, keys: Keys, hands: Hands, what: str, path: str, needed: str) -> Finding:
    headers = {"authorization": f"Bearer {keys.token}", "accept": "application/json"}
    try:
        reply = hands.http("GET", place.api.rstrip("/") + path, headers=headers, private=place.private_network)
    except (NotSentError, UnansweredError) as error:
        return Finding(what, "unknown", str(error))
    if reply.status == 200:
        return Finding(what, "good", "the token may read them")
    if reply.status in (401, 403):
        return Finding(what, "wrong", f"answered {reply.status}: the token needs {needed}")
    return Finding(what, "unknown", f"answered {reply.status}")
