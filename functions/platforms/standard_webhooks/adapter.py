"""Events of any game server or website, in the JSON form of `docs/webhooks.md`; measures as signed webhooks."""

import json
from typing import Any

from events.envelope import Envelope
from events.feedback import FeedbackReceived
from events.moderation import ActionRequested, FlagRaised, Measure
from functions.platforms.door import read_object
from functions.platforms.inbound import Event, Unplaceable
from functions.platforms.outgoing import Destination, Hands, Kind, Outcome, Refused, Sent, judged
from functions.platforms.signatures import standard_headers

MEASURES: tuple[Measure, ...] = ("hide", "remove", "warn", "suspend")
KIND: Kind = "keyed"
"""The receiver is asked to drop a `webhook-id` it has seen, and a measure is a state request anyway."""


def normalise(envelope: Envelope) -> Event:
    body = read_object(envelope.body) or {}
    data = body.get("data")
    if not isinstance(data, dict):
        raise Unplaceable("`data` is not an object")
    given: dict[str, Any] = {
        **data,
        "community": envelope.community,
        "source": envelope.source,
        "platform": envelope.platform,
    }
    if envelope.event == "flag.raised":
        return flag(given, body.get("timestamp"))
    if envelope.event == "feedback.received":
        said_at = data.get("at", body.get("timestamp"))
        return FeedbackReceived.model_validate({**given, "content": data.get("id"), "said_at": said_at})
    raise Unplaceable(f"no event type {envelope.event!r} is known here")


def flag(given: dict[str, Any], timestamp: object) -> FlagRaised:
    subject = given.get("subject")
    if not isinstance(subject, dict):
        raise Unplaceable("`data.subject` is not an object")
    return FlagRaised.model_validate(
        {
            **given,
            "flag": given.get("id"),
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
    headers = standard_headers(to.secret, key, str(hands.timestamp), body)
    reply = hands.http("POST", to.address, headers=headers, body=body, private=to.private)
    return judged(reply, Sent(key))
