"""Private messages on Lemmy: an instance with version 4 of the API, which lists them among the notifications, or with
version 3, which has a list of them."""

from typing import Any

from events.moderation import Subject
from events.people import Person
from functions.platforms.outgoing import Destination, Reply
from functions.platforms.text.harmless import ZERO_WIDTH
from tests.platforms.posting.fake import NOW, Asked, Fake, reply, stamp
from tests.platforms.posting.kits.lemmy import bare, missing, seen, wrong

TO = Destination("lemmy", "acme", "https://lemmy.acme.example", "eyJ0eXAiOiJKV1QifQ.acme", account="acme_mod")
PERSON = Person(id="17", name="anna")
ABOUT = Subject(source="lemmy", kind="post", id="204", url="https://lemmy.acme.example/post/204")
READ = 65_536
OURS = 1


class Lemmy(Fake):
    def __init__(self, *, new: bool = True) -> None:
        super().__init__()
        self.new = new
        self.clock = float(NOW)
        self.people, self.closed = {17, 18}, set[int]()
        self.messages = [self.message(17, OURS, "Why me?", NOW - 90_000.0)]

    def message(self, by: int, to: int, text: str, at: float) -> dict[str, Any]:
        published = {"published_at" if self.new else "published": stamp(at)}
        return {"id": int(self.next_id()), "creator_id": by, "recipient_id": to, "content": text, **published}

    def __call__(self, method: str, url: str, *, headers: Any, body: bytes = b"", private: bool = False) -> Reply:
        """Which versions there are, anybody is told."""
        if url.endswith("/api/v4/site"):
            return bare({"version": "1.0.0"}) if self.new else reply(404)
        found = super().__call__(method, url, headers=headers, body=body, private=private)
        return Reply(found.status, found.headers, found.body[:READ])

    def creates(self, asked: Asked) -> bool:
        return asked.method == "POST"

    def answer(self, asked: Asked) -> Reply:
        version, _, path = asked.path.removeprefix("/api/").partition("/")
        if version != ("v4" if self.new else "v3"):
            return reply(404)
        if asked.headers.get("authorization") != f"Bearer {TO.secret}":
            return reply(400 if self.new else 401, {"error": "not_logged_in"})
        if (asked.method, path) == ("POST", "private_message"):
            return self.send(asked.json)
        newest = [{"private_message": one} for one in reversed(self.messages)]
        size = int(asked.query["limit"])
        if (asked.method, path) == ("GET", "private_message/list") and not self.new:
            assert asked.query["unread_only"] == "false", "else only what was sent to us is listed"
            start = (int(asked.query["page"]) - 1) * size
            return bare({"private_messages": newest[start : start + size]})
        assert (asked.method, path) == ("GET", "account/notification/list")
        assert asked.query["type_"] == "private_message"
        start = int(asked.query.get("page_cursor", 0))
        page = [{"notification": {}, "data": {"type_": "private_message", **one}} for one in newest]
        more = {"next_page": str(start + size)} if len(page) > start + size else {}
        return bare({"items": page[start : start + size], **more})

    def send(self, given: dict[str, Any]) -> Reply:
        assert isinstance(given["recipient_id"], int)
        if given["recipient_id"] not in self.people:
            return missing()
        if given["recipient_id"] in self.closed:
            return wrong("person_is_blocked")
        if len(given["content"]) > 10_000:
            return wrong("invalid_body_field")
        made = self.message(OURS, given["recipient_id"], given["content"], self.clock)
        self.messages.append(made)
        return bare({"private_message_view": {"private_message": made}})


def fake() -> Lemmy:
    return Lemmy()


def told(instance: Lemmy) -> list[tuple[str, str]]:
    """What they read; nobody sees a space without width."""
    ours = [one for one in instance.messages if one["creator_id"] == OURS]
    return [(str(one["recipient_id"]), seen("", one["content"]).replace(ZERO_WIDTH, "")) for one in ours]


def deaf(instance: Lemmy) -> None:
    instance.closed.add(int(PERSON.id))
