"""An answer on Matrix: a message in reply to somebody's.

Source: spec.matrix.org, "Client-Server API", "Rich replies".
"""

import re
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from events.program import Source
from events.talks import AnswerRequested
from functions.platforms.answering import Reply, Said, UnanswerableError, answered, at, target
from functions.platforms.matrix import posting
from functions.platforms.outgoing import Destination, Hands, Outcome, Sent, Unknown, Wait
from functions.platforms.posting import Absent, Post

RIGHT = "no power level: our account has to be in the room, and allowed to write"

EVENT = re.compile(r"event:(\S{1,255})")
ADDRESS = re.compile(r"https://matrix\.to/#/(?P<room>[^/?]+)/[^/?]+")


def reply(post: Post, said: Said, place: Source) -> Reply:
    event, room = EVENT.fullmatch(said.content), ADDRESS.match(said.url)
    if event is None or said.type == "reaction":
        raise UnanswerableError("a reaction has no words")
    if room is None or not place.api:
        raise UnanswerableError("its room is not known" if place.api else f"the source {place.id!r} has no `api`")
    where, relation = unquote(room["room"]), {"m.in_reply_to": {"event_id": event[1]}}

    def replying(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "m.relates_to": relation}

    return Reply(answered(posting.render(post, target(place, where)), replying), where)


def send(answer: AnswerRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    return posting.send(answer, at(to, answer), key, hands)


def find(
    answer: AnswerRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    return posting.find(answer, at(to, answer), key, since, hands)
