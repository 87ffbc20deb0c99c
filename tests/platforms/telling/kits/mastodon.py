"""A Mastodon server on which accounts write to each other: posts for those whom they mention, and for nobody else."""

from typing import Any

from events.moderation import Subject
from events.people import Person
from functions.platforms.outgoing import Destination, Reply
from functions.platforms.text.harmless import ZERO_WIDTH
from tests.platforms.posting.fake import NOW, Asked, Fake, reply, stamp
from tests.platforms.posting.kits.mastodon import length, pings

TO = Destination("mastodon", "acme", "https://social.acme.example", "token-of-acme", account="110001")
PERSON = Person(id="110017", name="anna")
ABOUT = Subject(source="mastodon", kind="status", id="900", url="https://social.acme.example/@anna/900")
SCOPES = frozenset({"read:accounts", "read:follows", "write:statuses"})


class Mastodon(Fake):
    def __init__(self) -> None:
        super().__init__()
        self.accounts = {
            "110017": {"id": "110017", "acct": "anna"},
            "110018": {"id": "110018", "acct": "everyone"},
            "110019": {"id": "110019", "acct": "bob@elsewhere.example"},
        }
        self.blocked_by = set[str]()
        self.unconfirmed = set[str]()
        self.statuses: list[dict[str, Any]] = []
        self.keys: dict[str, dict[str, Any]] = {}

    def creates(self, asked: Asked) -> bool:
        return asked.method == "POST"

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {TO.secret}":
            return reply(401, {"error": "The access token is invalid"})
        if (asked.method, asked.path) == ("POST", "/api/v1/statuses"):
            return self.post(asked)
        if asked.path == "/api/v1/accounts/relationships":
            name = asked.query["id[]"]
            return reply(200, [{"id": name, "blocked_by": name in self.blocked_by, "blocking": False}])
        there = self.accounts.get(asked.path.removeprefix("/api/v1/accounts/"))
        return reply(200, there) if there else reply(404, {"error": "Record not found"})

    def post(self, asked: Asked) -> Reply:
        key, given = asked.headers["idempotency-key"], asked.json
        if key in self.keys:
            return reply(200, self.keys[key])
        assert given["visibility"] == "direct", "anybody could read it"
        if length(given["status"]) > 500:
            return reply(422, {"error": "Validation failed: Text character limit of 500 exceeded"})
        found = {one for one in map(self.named, pings(given["status"])) if one}
        if found - set(given.get("allowed_mentions", found)):
            return reply(422, {"error": "Post would send a notification to unexpected accounts"})
        name = self.next_id()
        made = {
            "id": name,
            "created_at": stamp(NOW),
            "uri": f"{TO.address}/users/acme/statuses/{name}",
            "url": f"{TO.address}/@acme/{name}",
            "content": given["status"],
            "mentions": [{"id": one, "acct": self.accounts[one]["acct"]} for one in sorted(found)],
        }
        self.statuses.append(made)
        self.keys[key] = made
        return reply(200, made)

    def named(self, ping: str) -> str:
        """Whoever has not confirmed their address cannot be mentioned."""
        there = [one["id"] for one in self.accounts.values() if one["acct"] == ping.removeprefix("@")]
        return "".join(name for name in there if name not in self.unconfirmed)


def fake() -> Mastodon:
    return Mastodon()


def told(server: Mastodon) -> list[tuple[str, str]]:
    """What they read; nobody sees a space without width."""
    read = [(one["content"].partition(" ")[2].replace(ZERO_WIDTH, ""), one["mentions"]) for one in server.statuses]
    return [(mention["id"], text) for text, mentions in read for mention in mentions]


def deaf(server: Mastodon) -> None:
    server.blocked_by.add(PERSON.id)
