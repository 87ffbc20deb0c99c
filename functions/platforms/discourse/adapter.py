"""Discourse: flags, decisions, posts, signs, chat and news in; removals and questions out.

Sources: Discourse's web hook emitter and serializers; its API documentation for posts.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from events.envelope import Envelope, fingerprint
from events.moderation import LookRequested
from events.program import Source
from functions.platforms.discourse import reviews, talk
from functions.platforms.discourse.gate import STATUS
from functions.platforms.door import read_object
from functions.platforms.inbound import Event, Ignored, Unplaceable
from functions.platforms.outgoing import (
    Destination,
    Found,
    Hands,
    Kind,
    Outcome,
    Piece,
    Refused,
    Sent,
    Unknown,
    judged,
)

KIND: Kind = "readable"

GONE = (404, 410)

Reader = Callable[[dict[str, Any], Envelope, Source], Event | Ignored]
READERS: dict[str, Reader] = {
    "reviewable_created": reviews.flag,
    "reviewable_score_updated": reviews.flag,
    "reviewable_transitioned_to": reviews.decision,
    reviews.SCORE: reviews.explained,
    "post_created": talk.post,
    "post_edited": talk.post,
    "post_destroyed": talk.post,
    "post_recovered": talk.post,
    "post_liked": talk.liked,
    "topic_upvote": talk.vote,
    "topic_unvote": talk.vote,
    "chat_message_created": talk.chat,
    "chat_message_edited": talk.chat,
    "chat_message_trashed": talk.chat,
    "chat_message_restored": talk.chat,
    "topic_created": talk.topic,
    "topic_edited": talk.topic,
    "topic_revised": talk.topic,
    "topic_destroyed": talk.topic,
    "topic_recovered": talk.topic,
}


def normalise(envelope: Envelope, place: Source) -> Event | Ignored:
    """A hook may be set to call its body a form: the text is JSON all the same."""
    read = talk.topic if envelope.event.endswith(STATUS) else READERS.get(envelope.event)
    if read is None:
        raise Unplaceable(f"the event {envelope.event!r} is not handled")
    return read(read_object(envelope.body) or {}, envelope, place)


def called(to: Destination) -> dict[str, str]:
    return {"api-key": to.secret, "api-username": to.user, "accept": "application/json"}


def look(request: LookRequested, to: Destination, key: str, hands: Hands) -> Outcome | Found:
    """Who flagged it as what: one score of a review, or every one where none is named. A post that a hundred people
    flag is asked about a hundred times: each answer has all scores, and is worth one of them and the flag before it."""
    del key  # Looking changes nothing.
    asked = re.fullmatch(r"review:([0-9]+)(?::([0-9]+))?", request.more)
    if not asked:
        return Refused(f"{request.more[:80]!r} is nothing a forum can be asked for")
    if not to.address:
        return Refused(f"the source {to.id!r} has no `api` in the program: nobody to ask")
    url = f"{to.address.rstrip('/')}/review/{asked[1]}.json"
    reply = hands.http("GET", url, headers=called(to), private=to.private)
    if reply.status != 200:
        looked = judged(reply, Sent(asked[1]))
        return Unknown(f"answered {reply.status} to a look") if isinstance(looked, Sent) else looked
    try:
        found = read_object(reply.body) or {}
        scores = reviews.answered(found, request.subject)
        missed = reviews.before(found, request.subject, asked[1], int(asked[2] or 0))
    except Unplaceable as error:
        return Refused(f"the answer cannot be read, or was cut off: {error}")
    wanted = [score for score in scores if asked[2] in (None, str(score["number"]))]
    return Found((*(piece(asked[1], score) for score in wanted), *missed))


def piece(review: str, score: dict[str, Any]) -> Piece:
    """Named after its state, too: a moderator may be told more about a score later."""
    body = json.dumps(score, sort_keys=True).encode("ascii")
    name = f"review:{review}:score:{score['score']['id']}:{fingerprint(body)[:8]}"
    return Piece("moderation", reviews.SCORE, name, body)
