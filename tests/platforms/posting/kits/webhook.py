"""A receiver of Standard Webhooks: it checks what it gets with the reference library, and drops an id it has seen."""

import re
from datetime import UTC, datetime

from standardwebhooks import Webhook

from events.program import Target
from functions.platforms.outgoing import Reply
from tests.platforms.posting.fake import Asked, Fake, Posted, reply

TARGETS = (
    Target(
        id="site",
        community="acme",
        platform="webhook",
        url="https://site.example/hook",
        pings=("everyone", "mods"),
        mentions={"mods": "role-7"},
    ),
)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TOLERANCE = 300
"""Seconds by which the sender's clock may differ."""
LARGEST = 20_480
ID = re.compile(r"[\w.:#/-]{1,200}")
PINGS = re.compile(r"(?<![\w/])@\w+")
"""As wherever the receiver passes it on, in whichever form."""


class Receiver(Fake):
    def __init__(self, target: Target) -> None:
        super().__init__()
        self.path = "/" + target.url.split("/", 3)[3]
        self.seen: set[str] = set()
        self.messages: list[dict[str, object]] = []

    def creates(self, asked: Asked) -> bool:
        return True

    def answer(self, asked: Asked) -> Reply:
        if (asked.method, asked.path) != ("POST", self.path):
            return reply(404)
        if len(asked.body) > LARGEST:
            return reply(413)
        if not self.authentic(asked):
            return reply(401)
        if asked.headers["webhook-id"] not in self.seen:
            self.seen.add(asked.headers["webhook-id"])
            self.messages.append(asked.json)
            self.take(asked.json["type"], asked.json["data"])
        return reply(204)

    def authentic(self, asked: Asked) -> bool:
        name, stamp = asked.headers["webhook-id"], asked.headers["webhook-timestamp"]
        at = datetime.fromtimestamp(int(stamp), UTC)
        expected = Webhook(SECRET).sign(name, at, asked.body.decode())
        fits = ID.fullmatch(name) and abs(int(stamp) - self.clock) <= TOLERANCE
        return bool(fits) and expected in asked.headers["webhook-signature"].split(" ")

    def take(self, kind: str, data: dict[str, str]) -> None:
        name = f"{data['id']}/{data['language']}"
        self.posts = [post for post in self.posts if post.id != name]
        if kind != "announcement.withdrawn":
            pings = PINGS.findall(f"{data['markdown']} {data['html']}")
            self.posts.append(Posted(name, f"{data['title']}\n\n{data['markdown']}", more={**data, "pings": pings}))


def fake(target: Target) -> Fake:
    return Receiver(target)
