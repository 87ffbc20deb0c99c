"""An answer on Lemmy: a comment on somebody's post, or below their comment.

Which post a comment stands below is asked before it is answered. Sources: lemmy-js-client 0.19 and 1.0 (createComment,
getComment).
"""

import re
from datetime import datetime

from events.program import Source
from events.talks import AnswerRequested
from functions.platforms import composing
from functions.platforms.answering import Reply, Said, UnanswerableError, target
from functions.platforms.lemmy import posting
from functions.platforms.lemmy.instance import Instance
from functions.platforms.lemmy.posting import COMMENT, COMMENTED, Voice
from functions.platforms.outgoing import (
    Destination,
    Hands,
    NoSessionError,
    Outcome,
    Refused,
    Sent,
    Unknown,
    Wait,
    harmless,
    inside,
    number,
    told,
)
from functions.platforms.posting import FIRST, Absent, Part, Post, Prepared, Rendering

RIGHT = "no right but an account that is not banned from the community"
PREPARES = True

THING = re.compile(r"(post|comment):([0-9]{1,15})", re.ASCII)
GONE = "what it answers is not there any more"


def reply(post: Post, said: Said, place: Source) -> Reply:
    found = THING.fullmatch(said.content)
    if found is None or not place.api:
        raise UnanswerableError("it is neither a post nor a comment" if place.api else f"{place.id!r} has no `api`")
    voice, blocks = Voice(post, target(place)), composing.read(post)
    fitted = composing.fitted(blocks, voice.used, COMMENT, long="thread", link="")
    comment = found[1] == "comment"
    # A second part is a comment on the post, a third one a comment below another.
    parts: tuple[Part, ...] = tuple(voice.part(piece, 3 if comment else 2) for piece in fitted.pieces)
    problems = (*composing.silent(blocks), *composing.undescribed(blocks, ()), *fitted.problems)
    rendering, thing = Rendering(parts, problems=problems), {"id": found[2]}
    return Reply(rendering, previous=thing) if comment else Reply(rendering, first=thing)


def prepare(answer: AnswerRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    """The post that a comment stands below."""
    if answer.first:
        return Prepared()
    instance = Instance(to, hands)
    try:
        reply = instance.look(COMMENTED, {"id": str(answer.previous.get("id"))})
    except NoSessionError as error:
        return error.outcome
    if isinstance(reply, Wait):
        return reply
    comment = inside(told(reply), "comment_view", "comment")
    below = number(comment.get("post_id"))
    if reply.status != 200 or not below:
        return harmless(instance.failed(reply, settled=True))
    if comment.get("deleted") is True or comment.get("removed") is True:
        return Refused(GONE)
    return Prepared({FIRST: below})


def send(answer: AnswerRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    return posting.send(placed(answer), to, key, hands)


def find(
    answer: AnswerRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    try:
        return posting.find(placed(answer), to, key, since, hands)
    except NoSessionError as error:
        return error.outcome if isinstance(error.outcome, Wait) else Unknown(error.outcome.reason)


def placed(answer: AnswerRequested) -> AnswerRequested:
    """With the post that was found before it, by its number."""
    below = answer.prepared.get(FIRST)
    return answer.model_copy(update={"first": {"id": str(below)}}) if below else answer
