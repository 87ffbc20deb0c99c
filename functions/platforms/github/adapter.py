"""GitHub: discussions and their comments are feedback, a published release is a trigger."""

from typing import Any

from events.announcements import TriggerFired
from events.envelope import Envelope
from events.feedback import FeedbackReceived
from events.program import Source
from functions.platforms.door import form_field, read_object
from functions.platforms.inbound import Event, Ignored, Unplaceable, optional, part, required


def normalise(envelope: Envelope, place: Source) -> Event | Ignored:
    del place
    body = read_object(json_of(envelope))
    if body is None:
        raise Unplaceable("the body is not a JSON object")
    action = str(body.get("action", ""))
    if envelope.event == "release":
        return release(part(body, "release"), body, action, envelope)
    if action != "created":
        raise Unplaceable(f"{envelope.event} {action or 'without an action'} is not handled")
    if envelope.event == "discussion":
        return said(part(body, "discussion"), body, "discussion", envelope)
    return said(part(body, "comment"), body, "comment", envelope)


def json_of(envelope: Envelope) -> bytes:
    """A hook may be set to send a form whose one field `payload` holds the JSON."""
    if envelope.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return form_field(envelope.body, "payload")
    return envelope.body


def said(given: dict[str, Any], body: dict[str, Any], kind: str, envelope: Envelope) -> Event | Ignored:
    user = optional(given, "user")
    if user.get("type") == "Bot":
        return Ignored("written by a bot")
    title = given.get("title") or optional(body, "discussion").get("title")
    return FeedbackReceived.model_validate(
        {
            "community": envelope.community,
            "source": envelope.source,
            "platform": envelope.platform,
            "content": f"{kind}:{required(given, 'node_id' if given.get('node_id') else 'id')}",
            "kind": kind,
            "text": given.get("body") or "",
            "title": title or "",
            "url": given.get("html_url") or "",
            "author": {"id": user["id"], "name": user.get("login") or ""} if user.get("id") else None,
            "said_at": given.get("created_at"),
        }
    )


def release(given: dict[str, Any], body: dict[str, Any], action: str, envelope: Envelope) -> Event | Ignored:
    """One release sends created, published, released, edited …: only `published` counts."""
    if action != "published" or given.get("draft"):
        return Ignored(f"a release that was {action or 'changed'}, not published")
    repository = str(optional(body, "repository").get("full_name") or envelope.source)
    name = given.get("name") or given.get("tag_name") or ""
    return TriggerFired.model_validate(
        {
            "kind": "release",
            "community": envelope.community,
            "source": envelope.source,
            "platform": envelope.platform,
            "trigger": f"release:{repository}:{required(given, 'id')}",
            "title": f"{repository.rpartition('/')[2]} {name}".strip(),
            "body": given.get("body") or "",
            "url": given.get("html_url") or "",
            "published_at": given.get("published_at"),
        }
    )
