"""A safety net: what stands in the review queue. A forum never sends again what nobody answered.

Sources: Discourse's `reviewables_controller.rb` (ten to a page, whatever one asks for) and `reviewable.rb`.
"""

import json
import re
from typing import Any
from urllib.parse import urlencode

from events.program import Source
from functions.platforms.discourse.reviews import raised
from functions.platforms.outgoing import Hands, Piece
from functions.platforms.standing import AskedError, Keys, Polled, answered

EVERY = 900
PAGE = 10

LIST = re.compile(r'"reviewables"\s*:\s*\[')
"""In the text of an answer: inside of a string its quotes would have backslashes."""


def poll(place: Source, cursor: str, keys: Keys, hands: Hands) -> Polled:
    """The cursor counts what of the queue was read on this visit, oldest first; the next visit begins anew, since
    a flag may be added to whatever waits. Flags that are known already are repeats."""
    if not place.api or not keys.token:
        return Polled((), cursor)  # Nobody asked for it: `liaison doctor` says so.
    skipped = int(cursor) if cursor.isdecimal() else 0
    found, whole = page(place, skipped, keys, hands)
    pieces = tuple(piece for given in found for piece in flags(given))
    if whole and len(found) < PAGE:
        return Polled(pieces, "")
    return Polled(pieces, str(skipped + max(len(found), 1)), more=True)


def page(place: Source, skipped: int, keys: Keys, hands: Hands) -> tuple[list[dict[str, Any]], bool]:
    """Reviews, and whether these are all that were answered. Low priority too: what is shown is a setting there."""
    query = {"status": "pending", "priority": "low", "sort_order": "created_at_asc", "offset": skipped}
    headers = {"api-key": keys.token, "api-username": place.api_user, "accept": "application/json"}
    url = f"{place.api.rstrip('/')}/review.json?{urlencode(query)}"
    reply = answered(hands.http("GET", url, headers=headers, private=place.private_network), "the review queue")
    return listed(reply.body.decode("utf-8", "replace"))


def listed(text: str) -> tuple[list[dict[str, Any]], bool]:
    """As many as came whole: an answer is read to a limit, and ten long posts may be beyond it. One that alone
    is longer is passed over. Raises AskedError for an answer that is no such list."""
    start = LIST.search(text)
    if start is None:
        raise AskedError("the review queue: what was answered is no list of reviews")
    found: list[dict[str, Any]] = []
    decoder, at = json.JSONDecoder(), following(text, start.end())
    while text[at : at + 1] != "]":
        try:
            given, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return found, False
        found.append(given if isinstance(given, dict) else {})
        at = following(text, at)
    return found, True


def following(text: str, at: int) -> int:
    """Where the next thing in a list begins, or its end."""
    while text[at : at + 1] in set(", \n\r\t"):
        at += 1
    return at


def flags(given: dict[str, Any]) -> list[Piece]:
    """A piece for every flag of a review, each as the forum sent it when it was the last one."""
    number = given.get("id")
    if not isinstance(number, int):
        return []
    scores = given.get("reviewable_score_ids")
    ids = sorted(one for one in scores if isinstance(one, int)) if isinstance(scores, list) else []
    return [raised(given, number, ids[:count]) for count in range(1, max(len(ids), 1) + 1)]
