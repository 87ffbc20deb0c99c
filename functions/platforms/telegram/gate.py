"""Telegram bots. Nothing is signed: a secret of our choice comes back in a header.

Sources: core.telegram.org/bots/api ("setWebhook", "Update"), tdlib/telegram-bot-api's WebhookActor.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from events.envelope import Pipeline, fingerprint
from functions.platforms.door import Accepted, Answer, Request, Verdict, read_object, word
from functions.platforms.signatures import same
from functions.platforms.telegram.bodies import added_and_taken, card, command, inner, said_in, text

KEPT_HEADERS = ()

QUIET = Answer(200, "", "text/plain")
"""To everything: a JSON body could be carried out as a call, and anything but 2xx holds back all that comes after it
from the same chat, for a day."""

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
"""What `setWebhook` takes; anything else was never sent by Telegram."""

PIPELINES: dict[str, Pipeline] = {
    "message": "feedback",
    "edited_message": "feedback",
    "channel_post": "feedback",
    "edited_channel_post": "feedback",
    "my_chat_member": "upkeep",
}
KINDS = frozenset({*PIPELINES, "callback_query", "message_reaction"})


def verify(request: Request, secrets: Sequence[str], now: float) -> bool:
    del now  # No time is signed.
    given = request.headers.get("x-telegram-bot-api-secret-token", "")
    return any(same(given, secret) for secret in secrets if SECRET.fullmatch(secret))


def classify(request: Request) -> Verdict:
    body = read_object(request.body)
    if body is None:
        return parked("unreadable", fingerprint(request.body), "the body is not a JSON object")
    number = body.get("update_id")
    delivery = str(number) if isinstance(number, int) else fingerprint(request.body)
    kind = kind_of(body)
    if kind == "message_reaction":
        return reactions(body, delivery)
    if kind == "callback_query":
        return button(inner(body, kind), delivery)
    if kind == "message" and reports(inner(body, kind)):
        return Accepted("moderation", "report", delivery, answer=QUIET)
    if kind in PIPELINES:
        return Accepted(PIPELINES[kind], kind, delivery, answer=QUIET)
    reason = f"updates of the kind {kind!r} are not handled" if kind else "there is nothing in the update"
    return parked(kind or "empty", delivery, reason)


def parked(event: str, delivery: str, reason: str) -> Accepted:
    return Accepted("parked", event, delivery, reason, answer=QUIET)


def kind_of(body: dict[str, Any]) -> str:
    """An update has exactly one field beside its number; should there be more one day, one that is known here."""
    names = [name for one in body if one != "update_id" and (name := word(one))]
    return next((name for name in names if name in KINDS), names[0] if names else "")


def reports(message: dict[str, Any]) -> bool:
    said = command(message, text(message.get(said_in(message))))
    return said is not None and said[0] == "report"


def button(query: dict[str, Any], delivery: str) -> Accepted:
    data = text(query.get("data"))
    if card(data):
        return Accepted("moderation", "card.button", delivery, answer=QUIET)
    return parked("callback_query", delivery, f"no button {word(data)!r} is known here")


def reactions(body: dict[str, Any], delivery: str) -> Verdict:
    """Every sign that came or went is an event of its own: exchanging one is two."""
    given = inner(body, "message_reaction")
    added, taken = added_and_taken(given)
    try:
        new = [piece(given, f"{delivery}:+{name}", new=[one]) for name, one in added.items()]
        old = [piece(given, f"{delivery}:-{name}", old=[one]) for name, one in taken.items()]
    except RecursionError:
        return parked("message_reaction", delivery, "it is nested too deep to be taken apart")
    return tuple(new + old) or Accepted("feedback", "message_reaction", delivery, answer=QUIET)


def piece(
    given: dict[str, Any], delivery: str, *, new: Sequence[dict[str, Any]] = (), old: Sequence[dict[str, Any]] = ()
) -> Accepted:
    one = {"message_reaction": {**given, "new_reaction": new, "old_reaction": old}}
    return Accepted("feedback", "message_reaction", delivery, body=json.dumps(one).encode(), answer=QUIET)
