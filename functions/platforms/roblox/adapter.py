"""Roblox: requests for erasure, and alarms of an experience's statistics.

Sources: create.roblox.com/docs/cloud/webhooks/webhook-notifications ("Payload schema"), …/production/analytics/alerts.
"""

import json
from typing import Any

from events.envelope import Envelope
from events.operations import AlertRaised, ErasureRequested
from events.program import Source
from functions.platforms.door import read_object
from functions.platforms.inbound import Event, Ignored, Unplaceable, origin, part, required


def normalise(envelope: Envelope, place: Source) -> Event | Ignored:
    del place
    body = read_object(envelope.body) or {}
    payload = part(body, "EventPayload")
    if envelope.event == "RightToErasureRequest":
        return erasure(payload, body, envelope)
    if envelope.event == "AnalyticsAlert":
        return alert(payload, body, envelope)
    raise Unplaceable(f"{envelope.event} is not handled")


def erasure(payload: dict[str, Any], body: dict[str, Any], envelope: Envelope) -> ErasureRequested:
    """The person asks for it in some of our games; what is kept here does not tell one from another."""
    return ErasureRequested.model_validate(
        {
            **origin(envelope),
            "request": required(body, "NotificationId"),
            "person": {"id": required(payload, "UserId")},
            "requested_at": body.get("EventTime"),
        }
    )


def alert(payload: dict[str, Any], body: dict[str, Any], envelope: Envelope) -> AlertRaised:
    """The message is JSON inside of a text: `summary`, a link, what was measured. Anything else is shown as it is."""
    message = str(required(payload, "AlertMessage"))
    told = read_object(message.encode("utf-8", "surrogatepass")) or {"summary": message}
    summary, link = told.pop("summary", ""), told.pop("alert_history", "")
    return AlertRaised.model_validate(
        {
            **origin(envelope),
            "alert": required(body, "NotificationId"),
            "title": summary if isinstance(summary, str) and summary else "An alert without a summary",
            "text": "\n".join(f"{name}: {plain(value)}" for name, value in told.items()),
            "url": link if isinstance(link, str) and link.startswith("https://") else "",
            "raised_at": body.get("EventTime"),
        }
    )


def plain(value: object) -> str:
    try:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "…"
