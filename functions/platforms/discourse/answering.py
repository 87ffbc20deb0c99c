"""An answer in a forum: a reply to somebody's post, in its topic.

Sources: docs.discourse.org ("Creates a new topic, a new post, or a private message": `reply_to_post_number`).
"""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from events.program import Source
from events.talks import AnswerRequested
from functions.platforms.answering import Reply, Said, UnanswerableError, answered, target
from functions.platforms.discourse import posting
from functions.platforms.discourse.staff import RIGHT as RIGHT
from functions.platforms.outgoing import Destination, Hands, Outcome, Sent, Unknown, Wait
from functions.platforms.posting import Absent, Post

POST = re.compile(r"post:[0-9]{1,18}", re.ASCII)
# A slug has something besides digits, so that `/t/12/7` is the seventh post of topic 12.
ADDRESS = re.compile(r"/t/(?:(?![0-9]+/)[^/?#]+/)?(?P<topic>[0-9]{1,18})(?:/(?P<number>[0-9]{1,9}))?/?(?:[?#].*)?\Z")
CHAT = "it was said in the forum's chat, which has no threads of ours"


def reply(post: Post, said: Said, place: Source) -> Reply:
    if not POST.fullmatch(said.content):
        raise UnanswerableError(CHAT if said.content.startswith("chat_message:") else "a like or a vote has no words")
    found = ADDRESS.search(said.url)
    if found is None or not place.api:
        raise UnanswerableError("its topic is not known" if place.api else f"the source {place.id!r} has no `api`")
    number = {"reply_to_post_number": int(found["number"])} if found["number"] else {}

    def replying(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, **number}

    there = target(place, found["topic"], "reply")
    return Reply(answered(posting.render(post, there), replying), found["topic"])


def send(answer: AnswerRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    return posting.send(answer, as_user(to), key, hands)


def find(
    answer: AnswerRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    return posting.find(answer, as_user(to), key, since, hands)


def as_user(to: Destination) -> Destination:
    """A source has our name there in `user`, a target in `account`."""
    return replace(to, account=to.user)
