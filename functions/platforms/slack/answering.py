"""An answer on Slack: a message in the thread of somebody's.

Sources: docs.slack.dev/reference/methods/chat.postMessage (`thread_ts`: of the message that a thread began with) and
conversations.replies.
"""

import re
from datetime import datetime

from events.program import Source
from events.talks import AnswerRequested
from functions.platforms.answering import Reply, Said, UnanswerableError, answered, at, target
from functions.platforms.outgoing import Destination, Hands, Outcome, Sent, Unknown, Wait
from functions.platforms.posting import FIRST, Absent, Post
from functions.platforms.slack import posting
from functions.platforms.slack.messages import render
from functions.platforms.slack.telling import line_of

RIGHT = "the scopes chat:write and channels:history, and the app in the channel"

MESSAGE = re.compile(r"message:([A-Z0-9]{2,30}):([0-9]{1,12}\.[0-9]{1,9})", re.ASCII)


def reply(post: Post, said: Said, place: Source) -> Reply:
    found = MESSAGE.fullmatch(said.content)
    if found is None:
        raise UnanswerableError("it is not a message: what is written with a command or a form nobody else can see")
    root = MESSAGE.fullmatch(said.about)
    channel, thread = found[1], root[2] if root and root[1] == found[1] else found[2]
    rendering = answered(render(post, target(place, channel)), lambda body: {**body, "thread_ts": FIRST})
    return Reply(rendering, channel, {"id": thread, "channel": channel})


def send(answer: AnswerRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    return posting.send(answer, line_of(at(to, answer), hands).to, key, hands)


def find(
    answer: AnswerRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    return posting.find(answer, line_of(at(to, answer), hands).to, key, since, hands)
