"""Events of any game server or website, in the JSON form of `docs/webhooks.md`; measures as signed webhooks."""

import json
from typing import Any

from events.envelope import Envelope
from events.feedback import FeedbackReceived
from events.moderation import ActionRequested, FlagRaised, Measure
from events.program import Source
from functions.platforms.door import read_object
from functions.platforms.inbound import Event, Unplaceable, part, required
from functions.platforms.outgoing import Destination, Hands, Kind, Outcome, Refused, posted

MEASURES: tuple[Measure, ...] = ("hide", "remove", "warn", "suspend")
KIND: Kind = "keyed"
"""The receiver is asked to drop a `webhook-id` it has seen, and a measure is a state request anyway."""


def normalise(envelope: Envelope, place: Source) -> Event:
    del place
    body = read_object(envelope.body) or {}
    data = part(body, "data")
    given: dict[str, Any] = {
        **told(data),
        "community": envelope.community,
        "source": envelope.source,
        "platform": envelope.platform,
    }
    if envelope.event == "flag.raised":
        return flag(given, body.get("timestamp"))
    if envelope.event == "feedback.received":
        said_at = given.get("at", body.get("timestamp"))
        return FeedbackReceived.model_validate({**given, "content": required(data, "id"), "said_at": said_at})
    raise Unplaceable(f"no event type {envelope.event!r} is known here")


def told(given: dict[str, Any]) -> dict[str, Any]:
    """Without the fields that are null: to say nothing and to leave out are the same."""
    return {name: value for name, value in given.items() if value is not None}


def flag(given: dict[str, Any], timestamp: object) -> FlagRaised:
    subject = told(part(given, "subject"))
    return FlagRaised.model_validate(
        {
            **given,
            "flag": required(given, "id"),
            "subject": {**subject, "source": given["source"]},
            "text": subject.get("text", ""),
            "title": subject.get("title", ""),
            "language": subject.get("language", "und"),
            "author": subject.get("author"),
            "content_at": subject.get("at"),
            "raised_at": given.get("at", timestamp),
        }
    )


def act(action: ActionRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """POST a signed `moderation.action`; the place that sent the flag carries it out."""
    if not to.address:
        return Refused(f"the source {to.id!r} has no `api` in the program: nowhere to send the measure")
    body = json.dumps(
        {
            "type": "moderation.action",
            "timestamp": hands.timestamp,
            "data": action.model_dump(mode="json"),
        }
    ).encode()
    return posted(to, key, body, hands)
