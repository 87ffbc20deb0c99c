"""Bluesky's chat, which an account's server passes calls on to; as the lexicons chat.bsky.convo say."""

from typing import Any

from events.moderation import Subject
from events.people import Person
from functions.platforms.outgoing import Destination, Reply
from functions.platforms.text.harmless import ZERO_WIDTH
from tests.platforms.posting.fake import NOW, Asked, reply, stamp
from tests.platforms.posting.kits import bluesky as server
from tests.platforms.posting.kits.bluesky import DID, HANDLE, SECRET, error, fits
from tests.platforms.posting.kits.mastodon import GRAPHEME

TO = Destination("bluesky", "acme", "", SECRET, account=HANDLE)
PERSON = Person(id="did:plc:anna2345anna2345anna2345", name="anna.example")
ABOUT = Subject(source="bluesky", kind="post", id=f"at://{PERSON.id}/app.bsky.feed.post/3maaaaaaaaaaa")


class Bluesky(server.Bluesky):
    def __init__(self) -> None:
        super().__init__(server.TARGETS[0])
        self.people = {PERSON.id: "", "did:plc:bert2345bert2345bert2345": ""}
        """How they refuse messages."""
        self.privileged = True
        self.messages: list[dict[str, Any]] = [
            {
                "id": "m0",
                "text": "Why me?",
                "sender": {"did": PERSON.id},
                "sentAt": stamp(NOW - 9000),
                "convo": PERSON.id,
            }
        ]

    def creates(self, asked: Asked) -> bool:
        return asked.path.endswith("sendMessage")

    def answer(self, asked: Asked) -> Reply:
        name = asked.path.removeprefix("/xrpc/")
        if not name.startswith("chat.bsky."):
            return super().answer(asked)
        assert asked.headers.get("atproto-proxy") == "did:web:api.bsky.chat#bsky_chat"
        if refused := self.refused(asked):
            return refused
        if not self.privileged:
            return error(400, "InvalidToken", "Bad token method")
        match asked.method, name.rpartition(".")[2]:
            case "GET", "getConvoForMembers":
                return self.conversation(asked.query["members"])
            case "GET", "getMessages":
                there = [one for one in reversed(self.messages) if one["convo"] == asked.query["convoId"]]
                return reply(200, {"messages": there[: int(asked.query["limit"])]})
            case "POST", "sendMessage":
                return self.send(asked.json)
        return error(501, "MethodNotImplemented", "Method Not Implemented")

    def conversation(self, person: str) -> Reply:
        closed = self.people.get(person, "RecipientNotFound")
        if closed:
            return error(400, closed, "no")
        return reply(200, {"convo": {"id": person, "members": [{"did": DID}, {"did": person}]}})

    def send(self, given: dict[str, Any]) -> Reply:
        text, talk = given["message"]["text"], given["convoId"]
        if self.people[talk]:
            return error(400, "InvalidRequest", "recipient has disabled incoming messages")
        if len(text.encode()) > 10_000 or len(GRAPHEME.findall(text)) > 1000:
            return error(400, "InvalidRequest", "message/text must not be longer than 1000 graphemes")
        assert all(fits(one["index"], text) for one in given["message"].get("facets", []))
        assert all(
            what["$type"].endswith("#link") for one in given["message"].get("facets", []) for what in one["features"]
        )
        made = {"id": self.next_id(), "text": text, "sender": {"did": DID}, "sentAt": stamp(self.clock), "convo": talk}
        self.messages.append(made)
        return reply(200, made)


def fake() -> Bluesky:
    return Bluesky()


def told(network: Bluesky) -> list[tuple[str, str]]:
    """What they read; nobody sees a space without width."""
    ours = [one for one in network.messages if one["sender"]["did"] == DID]
    return [(one["convo"], one["text"].replace(ZERO_WIDTH, "")) for one in ours]


def deaf(network: Bluesky) -> None:
    network.people[PERSON.id] = "NotFollowedBySender"
