"""Discourse: flags and posts in, removals out.

Sources: Discourse's web hook emitter and serializers; its API documentation for posts.
"""

from typing import Any

from events.envelope import Envelope
from events.feedback import FeedbackReceived
from events.moderation import ActionRequested, FlagRaised, Measure
from events.program import Source
from functions.platforms.door import read_object
from functions.platforms.inbound import Event, Ignored, part, required
from functions.platforms.outgoing import Destination, Hands, Kind, Outcome, Refused, Sent, Unknown, judged

MEASURES: tuple[Measure, ...] = ("remove",)
KIND: Kind = "readable"

GONE = (404, 410)

REGULAR_POST = 1
"""`post_type`; 2 to 4 are the forum's own words (moderator action, small action, whisper)."""


def normalise(envelope: Envelope, place: Source) -> Event | Ignored:
    del place
    body = read_object(envelope.body) or {}
    if envelope.event == "post_created":
        return post(part(body, "post"), envelope)
    return flag(part(body, "reviewable"), envelope)


def absolute(envelope: Envelope, url: object) -> str:
    """`post_url` is relative to the forum, which names itself in a header; without it there is no link."""
    path, forum = str(url or ""), envelope.headers.get("x-discourse-instance", "")
    if not path.startswith("/"):
        return path
    return forum + path if forum else ""


def post(given: dict[str, Any], envelope: Envelope) -> Event | Ignored:
    if given.get("topic_archetype") == "private_message":
        return Ignored("a private message")
    if given.get("post_type", REGULAR_POST) != REGULAR_POST:
        return Ignored("the forum's own words, not a person's")
    return FeedbackReceived.model_validate(
        {
            "community": envelope.community,
            "source": envelope.source,
            "platform": envelope.platform,
            "content": f"post:{required(given, 'id')}",
            "kind": "topic" if given.get("post_number") == 1 else "post",
            "text": given.get("raw") or "",
            "title": given.get("topic_title") or "",
            "url": absolute(envelope, given.get("post_url")),
            "author": person(given),
            "said_at": given.get("created_at"),
        }
    )


def person(given: dict[str, Any]) -> dict[str, Any] | None:
    if given.get("user_id") is None:
        return None
    return {"id": given["user_id"], "name": given.get("username") or ""}


def flag(given: dict[str, Any], envelope: Envelope) -> FlagRaised:
    """One flag yields `reviewable_created` (no score yet), then `reviewable_score_updated` (its score).

    Both are named after the score's number, so the pair counts once and the next flag is another. The
    payload names neither the reason nor who complained.
    """
    scores = given.get("reviewable_score_ids")
    number = max(len(scores) if isinstance(scores, list) else 0, 1)
    kind = str(given.get("target_type") or "reviewable").lower()
    author = given.get("target_created_by_id")
    return FlagRaised.model_validate(
        {
            "community": envelope.community,
            "source": envelope.source,
            "platform": envelope.platform,
            "flag": f"reviewable:{required(given, 'id')}:{number}",
            "subject": {
                "source": envelope.source,
                "kind": kind,
                "id": given.get("target_id") or f"reviewable:{given['id']}",
                "url": absolute(envelope, given.get("target_url")),
            },
            "text": given.get("raw") or "",
            "author": None if author is None else {"id": author},
            "content_at": given.get("target_created_at"),
            "raised_at": given.get("created_at"),
        }
    )


def act(action: ActionRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """Delete the post, after a look whether it is gone already. Deleted posts can be recovered there."""
    del key  # The forum knows no key of ours; a deletion is a state, so looking first is enough.
    if not to.address:
        return Refused(f"the source {to.id!r} has no `api` in the program: nowhere to send the measure")
    if action.subject.kind != "post" or action.measure not in MEASURES or not action.subject.id.isdecimal():
        return Refused(f"a forum cannot {action.measure} a {action.subject.kind} through its API")
    url = f"{to.address.rstrip('/')}/posts/{action.subject.id}.json"
    headers = {"api-key": to.secret, "api-username": to.user, "accept": "application/json"}
    found = hands.http("GET", url, headers=headers, private=to.private)
    state = read_object(found.body) or {}
    if found.status in GONE or (found.status == 200 and state.get("deleted_at")):
        return Sent(action.subject.id)
    if found.status != 200:
        looked = judged(found, Sent(action.subject.id))
        return Unknown(f"answered {found.status} to a look") if isinstance(looked, Sent) else looked
    reply = hands.http("DELETE", url, headers=headers, private=to.private)
    if reply.status in GONE:
        return Sent(action.subject.id)  # Somebody there was quicker.
    return judged(reply, Sent(action.subject.id))
