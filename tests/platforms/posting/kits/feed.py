"""A feed is a stored document: here the bucket is the platform."""

import json
from collections.abc import Callable

from events.program import Target
from functions.platforms.feed.entries import stored_at
from functions.platforms.outgoing import MEDIA, Reply
from tests.platforms.posting.fake import Asked, Fake, Posted, reply

TARGETS = (Target(id="news", community="acme", platform="feed"),)
SECRET = ""


class Bucket(Fake):
    """Both the platform and the objects. What is planned for the next request happens to the next change."""

    def __init__(self, target: Target) -> None:
        super().__init__()
        self.objects = self
        self.key = stored_at(target.community, target.id)
        self.stored: dict[str, bytes] = {}
        self.writes = 0
        self.how: Callable[[bytes | None], bytes | None] = lambda before: None

    def creates(self, asked: Asked) -> bool:
        return asked.method == "PUT"

    def read(self, key: str) -> bytes | None:
        return b"an image" if key.startswith(f"{MEDIA}/") else self.stored.get(key)

    def change(self, key: str, how: Callable[[bytes | None], bytes | None]) -> None:
        self.how = how
        got = self("PUT", f"https://bucket.example/{key}", headers={})
        if got.status >= 300:
            raise RuntimeError(f"S3 answered {got.status}")

    def answer(self, asked: Asked) -> Reply:
        assert asked.path == f"/{self.key}"
        made = self.how(self.stored.get(self.key))
        if made is not None:
            self.writes += 1
            self.stored[self.key] = made
            self.posts = [
                Posted(entry["urn"], f"{entry['title']}\n\n{entry['text']}", more=entry)
                for entry in reversed(json.loads(made)["entries"])
            ]
        return reply(200)


def fake(target: Target) -> Fake:
    return Bucket(target)
