"""Roblox: a game's live servers, which take messages and drop those whose `id` they know.

As documented in "Messaging usage guide" and "Rate limits".
"""

import json
from typing import Any

from events.program import Target
from functions.platforms.outgoing import Reply
from tests.platforms.posting.fake import Asked, Fake, Posted, reply

UNIVERSE, TOPIC = "3828411582", "announcements"
SECRET = "rbx-key-acme"
TARGETS = (Target(id="acme-roblox", community="acme", platform="roblox", place=UNIVERSE, tag=TOPIC),)


class Roblox(Fake):
    def __init__(self, target: Target) -> None:
        super().__init__()
        self.heard: list[dict[str, Any]] = []
        """All that came over the topic; `posts` is what the game has shown of it."""

    def creates(self, asked: Asked) -> bool:
        return asked.method == "POST"

    def answer(self, asked: Asked) -> Reply:
        if asked.path != f"/cloud/v2/universes/{UNIVERSE}:publishMessage":
            return refused(404, "NOT_FOUND", "Universe not found.")
        if asked.headers.get("x-api-key") != SECRET:
            return refused(401, "UNAUTHENTICATED", "Invalid API Key")
        given = asked.json
        if set(given) != {"topic", "message"} or not 0 < len(given["topic"]) <= 80:
            return refused(400, "INVALID_ARGUMENT", "The topic is not valid.")
        if len(given["message"]) > 1024:
            return refused(400, "INVALID_ARGUMENT", "The message is too long.")
        if given["topic"] == TOPIC:
            self.hear(json.loads(given["message"]))
        return reply(200)

    def hear(self, news: dict[str, Any]) -> None:
        self.heard.append(news)
        if news["id"] not in [post.id for post in self.posts]:
            text = "\n\n".join(filter(None, [news.get("title", ""), news["text"]]))
            self.posts.append(Posted(news["id"], text, more={"pings": []}))


def refused(status: int, code: str, message: str) -> Reply:
    return reply(status, {"code": code, "message": message})


def fake(target: Target) -> Roblox:
    return Roblox(target)
