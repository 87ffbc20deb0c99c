"""An answer on Telegram: a message in reply to somebody's. Of one whose answer was lost nobody can say whether it
arrived.

Source: core.telegram.org/bots/api ("sendMessage", "ReplyParameters").
"""

import re

from events.program import Source
from functions.platforms.answering import Reply, Said, UnanswerableError, answered, target
from functions.platforms.posting import Post
from functions.platforms.telegram.messages import render
from functions.platforms.telegram.posting import send as send

RIGHT = "no right: the bot has to be in the group, and allowed to write there"

MESSAGE = re.compile(r"message:(-?[0-9]{1,20}):([0-9]{1,15})", re.ASCII)


def reply(post: Post, said: Said, place: Source) -> Reply:
    found = MESSAGE.fullmatch(said.content)
    if found is None:
        raise UnanswerableError("a reaction has no words")
    replied = {"reply_parameters": {"message_id": int(found[2])}}
    rendering = answered(render(post, target(place, found[1])), lambda body: body | replied)
    return Reply(rendering, found[1])
