"""Mentions of our account, from any server: Mastodon tells of them in the account's notifications only.

Source: docs.joinmastodon.org/methods/notifications. An answer is read to 64 KiB and a mention may take ten, so a page
is small; one that cannot be read is asked for again one by one.
"""

import json
from typing import Any
from urllib.parse import urlencode

from events.envelope import fingerprint
from events.program import Source
from functions.platforms.outgoing import Hands, Piece
from functions.platforms.standing import AskedError, Keys, Polled, answered

EVERY = 120
PAGE = 5

STATUS = (
    "id",
    "created_at",
    "edited_at",
    "in_reply_to_id",
    "visibility",
    "language",
    "url",
    "spoiler_text",
    "content",
    "tags",
)
"""Of a post. What else there is changes all the time (counts), or is nobody's business here."""


def poll(place: Source, cursor: str, keys: Keys, hands: Hands) -> Polled:
    """The cursor has two ids of notifications, the newest one of the visit before the last, and of the last.

    It goes on after the former: a notification may be stored after one with a higher number. The first visit begins
    with the newest page.
    """
    if not place.api or not keys.token:
        return Polled((), cursor)  # Nobody asked for mentions.
    after, _, last = cursor.partition(" ")
    size = PAGE
    try:
        found = page(place, after, size, keys, hands)
    except ValueError:
        size = 1
        found = page(place, after, size, keys, hands)
    ids = sorted((str(one["id"]) for one in found), key=in_order)
    newest = max(ids[-1] if ids else "0", last, key=in_order)
    since = last or (ids[0] if ids else "0")
    pieces = tuple(piece(one["status"]) for one in found if isinstance(one.get("status"), dict))
    return Polled(pieces, f"{since} {newest}", more=len(found) == size and newest != after)


def in_order(number: str) -> tuple[int, str]:
    """Ids are text, and count upwards."""
    return len(number), number


def page(place: Source, after: str, size: int, keys: Keys, hands: Hands) -> list[dict[str, Any]]:
    """Raises ValueError where the answer is no whole list, and AskedError where one alone is none either."""
    query = urlencode([("types[]", "mention"), ("limit", size), *([("min_id", after)] if after else [])])
    url = f"{place.api.rstrip('/')}/api/v1/notifications?{query}"
    headers = {"authorization": f"Bearer {keys.token}", "accept": "application/json"}
    reply = answered(hands.http("GET", url, headers=headers, private=place.private_network), "the notifications")
    try:
        found = json.loads(reply.body)
        if not isinstance(found, list) or not all(isinstance(one, dict) and one.get("id") for one in found):
            raise ValueError("not a list of notifications")
    except (ValueError, RecursionError) as error:
        if size == 1:
            raise AskedError(
                "the notifications: what was answered is no list of them, or longer than 64 KiB"
            ) from error
        raise ValueError from error
    return found


def piece(status: dict[str, Any]) -> Piece:
    kept = {"event": "mention", "object": outline(status)}
    body = json.dumps(kept, sort_keys=True).encode("ascii")
    return Piece("feedback", "mention", f"mention:{status.get('id')}:{fingerprint(body)[:8]}", body)


def outline(status: dict[str, Any]) -> dict[str, Any]:
    """Equal for two looks at one state of a post."""
    return {
        **{name: status.get(name) for name in STATUS},
        "account": some(status.get("account"), "id", "acct", "username", "bot"),
        "media_attachments": every(status.get("media_attachments"), "type", "description"),
        "poll": {"options": every((some(status.get("poll"), "options") or {}).get("options"), "title")},
        "reblog": bool(status.get("reblog")),
        "quote": quote(status.get("quote")),
    }


def quote(given: object) -> dict[str, Any] | None:
    """Of a post that is quoted what is told of it; it quotes no other one here."""
    found = given.get("quoted_status") if isinstance(given, dict) else None
    return {"quoted_status": outline({**found, "quote": None})} if isinstance(found, dict) else None


def some(given: object, *names: str) -> dict[str, Any] | None:
    return {name: given.get(name) for name in names} if isinstance(given, dict) else None


def every(given: object, *names: str) -> list[dict[str, Any] | None]:
    return [some(one, *names) for one in given] if isinstance(given, list) else []
