"""An answer in a Twitch chat: a message in reply to somebody's. Nobody can look whether one arrived.

Source: dev.twitch.tv/docs/api/reference (send-chat-message: `reply_parent_message_id`).
"""

import re
from typing import Any

from events.program import Source
from functions.platforms.answering import Reply, Said, UnanswerableError, answered, target
from functions.platforms.posting import Post
from functions.platforms.twitch.posting import render
from functions.platforms.twitch.posting import send as send

RIGHT = "user:write:chat, allowed by the source's `account`"

MESSAGE = re.compile(r"message:([0-9A-Za-z-]{1,100})", re.ASCII)


def reply(post: Post, said: Said, place: Source) -> Reply:
    found = MESSAGE.fullmatch(said.content)
    if found is None:
        raise UnanswerableError("it is not a message of the chat")

    def replying(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "reply_parent_message_id": found[1]}

    return Reply(answered(render(post, target(place, place.about, "message")), replying))
