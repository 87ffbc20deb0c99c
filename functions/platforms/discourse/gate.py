"""Discourse forums. Signed: the body alone, so nothing but the content keys protects against replay.

Source: Discourse's `web_hook_event_type.rb` and `emit_web_hook_event.rb`, and its chat plugin.
"""

from collections.abc import Sequence

from events.envelope import Pipeline, fingerprint
from functions.platforms.door import Accepted, Answer, Request, word
from functions.platforms.signatures import same, sha256_hex

KEPT_HEADERS = ("x-discourse-instance", "x-discourse-event", "x-discourse-event-id")

PIPELINES: dict[str, Pipeline] = {
    "reviewable_created": "moderation",
    "reviewable_score_updated": "moderation",
    "reviewable_transitioned_to": "moderation",
    "post_created": "feedback",
    "post_edited": "feedback",
    "post_destroyed": "feedback",
    "post_recovered": "feedback",
    "post_liked": "feedback",
    "topic_upvote": "feedback",
    "topic_unvote": "feedback",
    "chat_message_created": "feedback",
    "chat_message_edited": "feedback",
    "chat_message_trashed": "feedback",
    "chat_message_restored": "feedback",
    "topic_created": "announcements",
    "topic_edited": "announcements",
    "topic_revised": "announcements",
    "topic_destroyed": "announcements",
    "topic_recovered": "announcements",
}
STATUS = "_status_updated"
"""How `topic_closed_status_updated`, `topic_visible_status_updated` and so on end."""

UNWANTED = frozenset(
    {
        "notification_created",
        "accepted_solution",
        "unaccepted_solution",
        "assigned",
        "unassigned",
        "group_created",
        "group_updated",
        "group_destroyed",
        "category_created",
        "category_updated",
        "category_destroyed",
        "tag_created",
        "tag_updated",
        "tag_destroyed",
    }
)
"""With everything that begins with `user_`: of no use here, and full of mail addresses and settings. Answered, so
that the forum does not count a failure, and not kept, not even as parked."""

NOT_KEPT = Answer(200, '{"message": "not wanted here, and not kept: untick this event in the webhook"}')


def verify(request: Request, secrets: Sequence[str], now: float) -> bool:
    del now  # No time is signed.
    given = request.headers.get("x-discourse-event-signature", "")
    return any(same(given, "sha256=" + sha256_hex(secret, request.body)) for secret in secrets if secret)


def classify(request: Request) -> Accepted | Answer:
    event = word(request.headers.get("x-discourse-event"))
    if event == "ping":
        return Answer(200, '{"pong": true}')
    if event in UNWANTED or event.startswith("user_"):
        return NOT_KEPT
    # The event id names one attempt of one forum's database: a retry has a new one, a restored forum an
    # old one. With the body's hash beside it, it never makes two different events look alike.
    delivery = f"{request.headers.get('x-discourse-event-id', '')}:{fingerprint(request.body)}"
    pipeline = pipeline_of(event)
    if pipeline is None:
        reason = f"the event {event!r} is not handled" if event else "there is no X-Discourse-Event header"
        return Accepted("parked", event or "unnamed", delivery, reason)
    return Accepted(pipeline, event, delivery)


def pipeline_of(event: str) -> Pipeline | None:
    if event.startswith("topic_") and event.endswith(STATUS):
        return "announcements"
    return PIPELINES.get(event)
