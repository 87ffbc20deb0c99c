"""PlayFab webhooks: PlayStream events of one title, one or an array of them in a request.

Nothing is signed. PlayFab sends up to three fixed headers of our choice, and one of them carries a token: whoever has
seen a request could make others, so the address has to be https.

Source: learn.microsoft.com/gaming/playfab, "Webhooks" (data-analytics/acting-data/webhooks-overview).
"""

import json
from collections.abc import Sequence
from typing import Any

from events.envelope import Pipeline, fingerprint
from functions.platforms.door import Accepted, Request, word
from functions.platforms.signatures import same

KEPT_HEADERS = ()
TOKEN = "x-liaison-token"  # noqa: S105 - its name

PIPELINES: dict[str, Pipeline] = {
    "player_banned": "moderation",
    "player_reported_as_abusive": "moderation",
    "title_news_updated": "announcements",
}

NO_EVENTS = "the body is neither a PlayStream event nor an array of them"


def verify(request: Request, secrets: Sequence[str], now: float) -> bool:
    del now  # No time is sent that could be believed.
    given = request.headers.get(TOKEN, "")
    # A header holds nothing that cannot be printed, and half a character cannot even be compared.
    return any(same(given, secret) for secret in secrets if secret and secret.isprintable())


def classify(request: Request) -> Accepted | tuple[Accepted, ...]:
    try:
        body = json.loads(request.body)
        if isinstance(body, list) and body:
            return several(body)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict):
        return placed(body, request.body)
    return Accepted("parked", "unreadable", fingerprint(request.body), NO_EVENTS)


def several(body: list[Any]) -> tuple[Accepted, ...]:
    """Each event as if it had come alone; what is none of them is parked together."""
    events = tuple(placed(one, written(one), apart=True) for one in body if isinstance(one, dict))
    others = [one for one in body if not isinstance(one, dict)]
    if not others:
        return events
    rest = written(others)
    return (*events, Accepted("parked", "unreadable", fingerprint(rest), NO_EVENTS, body=rest))


def written(value: object) -> bytes:
    return json.dumps(value).encode("ascii")


def placed(event: dict[str, Any], raw: bytes, *, apart: bool = False) -> Accepted:
    name = word(event.get("EventName"))
    delivery = word(event.get("EventId")) or fingerprint(raw)
    body = raw if apart else None
    pipeline = PIPELINES.get(name)
    if pipeline is None:
        reason = f"the event {name!r} is not handled" if name else "there is no EventName in it"
        return Accepted("parked", name or "unnamed", delivery, reason, body=body)
    return Accepted(pipeline, name, delivery, body=body)
