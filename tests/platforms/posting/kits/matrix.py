"""Matrix: a homeserver with a room that our account is in, and in which others write, too.

As specified in "Client-Server API"; what is remembered for how long is Synapse's: transactions half an hour, and their
ids, which only the sender is told, a day.
"""

import json
import re
from typing import Any

from events.program import Target
from functions.platforms.outgoing import Reply
from tests.platforms.posting.fake import NOW, Asked, Fake, Posted, reply

SECRET = "syt_acme_token"
SERVER, ROOM, US, ANNA = (
    "https://matrix.acme.example",
    "!acme:acme.example",
    "@liaison:acme.example",
    "@anna:acme.example",
)
TARGETS = (
    Target(
        id="acme-matrix",
        community="acme",
        platform="matrix",
        url=SERVER,
        place=ROOM,
        account=US,
        pings=("everyone", "anna"),
        mentions={"anna": ANNA},
    ),
)
LARGEST, READ = 65_536, 65_536
TRANSACTIONS = 1800


class Matrix(Fake):
    def __init__(self, target: Target) -> None:
        super().__init__()
        self.room = target.place
        self.events: list[dict[str, Any]] = []
        self.transactions: dict[str, tuple[float, str]] = {}
        self.media: dict[str, bytes] = {}
        self.say("@jun:acme.example", "hello", NOW - 90_000)
        self.say(US, "what was announced the day before", NOW - 86_400)

    def creates(self, asked: Asked) -> bool:
        return asked.method == "PUT" and "/send/m.room.message/" in asked.path and "m.relates_to" not in asked.json

    def answer(self, asked: Asked) -> Reply:
        given = self.given(asked)
        return Reply(given.status, given.headers, given.body[:READ])

    def given(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {SECRET}":
            return wrong(401, "M_UNKNOWN_TOKEN", "Invalid access token passed.")
        for method, pattern, way in WAYS:
            found = re.fullmatch(pattern, asked.path)
            if found and method == asked.method:
                names = found.groupdict()
                if names.get("room", self.room) != self.room:
                    return wrong(403, "M_FORBIDDEN", f"User {US} not in room {names['room']}")
                return way(self, asked, **{name: one for name, one in names.items() if name != "room"})
        return wrong(404, "M_UNRECOGNIZED", "Unrecognized request")

    def say(self, sender: str, text: str, at: float) -> dict[str, Any]:
        return self.keep(sender, "m.room.message", {"msgtype": "m.text", "body": text}, at)

    def keep(self, sender: str, kind: str, content: dict[str, Any], at: float | None = None) -> dict[str, Any]:
        self.number += 1
        event = {
            "type": kind,
            "event_id": f"$event{self.number}",
            "room_id": self.room,
            "sender": sender,
            "origin_server_ts": int((self.clock if at is None else at) * 1000),
            "content": content,
        }
        self.events.append(event)
        return event

    # Ways

    def whoami(self, asked: Asked) -> Reply:
        return reply(200, {"user_id": US, "device_id": "LIAISON"})

    def send(self, asked: Asked, key: str) -> Reply:
        known = self.transactions.get(key)
        if known and self.clock - known[0] <= TRANSACTIONS:
            return reply(200, {"event_id": known[1]})
        content = asked.json
        if len(json.dumps(content, ensure_ascii=False).encode()) + 3000 > LARGEST:
            return wrong(413, "M_TOO_LARGE", "event too large")
        relates = content.get("m.relates_to", {})
        if content["msgtype"] == "m.image" and content["url"].removeprefix("mxc://acme.example/") not in self.media:
            return wrong(400, "M_BAD_JSON", "unknown media")
        if relates and not any(one["event_id"] == relates["event_id"] for one in self.events):
            return wrong(400, "M_UNKNOWN", "Can't send relation to unknown event")
        event = self.keep(US, "m.room.message", content)
        event["transaction"] = key
        self.transactions[key] = (self.clock, event["event_id"])
        if relates.get("rel_type") == "m.replace":
            post = self.found(relates["event_id"])
            if post:
                post.text = content["m.new_content"]["body"]
                post.more |= {"content": content["m.new_content"], "pings": [*post.more["pings"], *pings(content)]}
        else:
            self.posts.append(
                Posted(event["event_id"], content["body"], more={"content": content, "pings": pings(content)})
            )
        return reply(200, {"event_id": event["event_id"]})

    def redact(self, asked: Asked, event: str, key: str) -> Reply:
        found = next((one for one in self.events if one["event_id"] == event), None)
        if found is None:
            return wrong(404, "M_NOT_FOUND", "Could not find event")
        found["content"] = {}
        self.posts = [post for post in self.posts if post.id != event]
        return reply(200, {"event_id": self.keep(US, "m.room.redaction", {"redacts": event})["event_id"]})

    def messages(self, asked: Asked) -> Reply:
        wanted = json.loads(asked.query.get("filter", "{}"))
        listed = [
            one
            for one in reversed(self.events)
            if one["type"] in wanted.get("types", [one["type"]])
            and one["sender"] in wanted.get("senders", [one["sender"]])
        ]
        start, most = int(asked.query.get("from", "t0")[1:]), int(asked.query.get("limit", 10))
        more = {"end": f"t{start + most}"} if start + most < len(listed) else {}
        return reply(
            200, {"start": f"t{start}", "chunk": [self.shown(e) for e in listed[start : start + most]], **more}
        )

    def shown(self, event: dict[str, Any]) -> dict[str, Any]:
        """Only its own device is told under which transaction an event was sent, and not for ever."""
        told = {name: value for name, value in event.items() if name != "transaction"}
        recent = self.clock - event["origin_server_ts"] / 1000 < 86_400
        return (
            {**told, "unsigned": {"transaction_id": event["transaction"]}}
            if "transaction" in event and recent
            else told
        )

    def related(self, asked: Asked, event: str, how: str) -> Reply:
        listed = [
            one
            for one in self.events
            if one["content"].get("m.relates_to", {}).get("event_id") == event
            and one["content"]["m.relates_to"].get("rel_type") == how
        ]
        start, most = int(asked.query.get("from", "r0")[1:]), int(asked.query.get("limit", 5))
        more = {"next_batch": f"r{start + most}"} if start + most < len(listed) else {}
        return reply(200, {"chunk": listed[start : start + most], **more})

    def upload(self, asked: Asked) -> Reply:
        name = f"media{len(self.media) + 1}"
        self.media[name] = asked.body
        return reply(200, {"content_uri": f"mxc://acme.example/{name}"})

    def found(self, event: str) -> Posted | None:
        return next((post for post in self.posts if post.id == event), None)


V3 = "/_matrix/client/v3"
ROOM_PATH = rf"{V3}/rooms/(?P<room>[^/]+)"
WAYS = (
    ("GET", rf"{V3}/account/whoami", Matrix.whoami),
    ("PUT", rf"{ROOM_PATH}/send/m\.room\.message/(?P<key>.+)", Matrix.send),
    ("PUT", rf"{ROOM_PATH}/redact/(?P<event>[^/]+)/(?P<key>.+)", Matrix.redact),
    ("GET", rf"{ROOM_PATH}/messages", Matrix.messages),
    ("GET", r"/_matrix/client/v1/rooms/(?P<room>[^/]+)/relations/(?P<event>[^/]+)/(?P<how>[^/]+)", Matrix.related),
    ("POST", "/_matrix/media/v3/upload", Matrix.upload),
)


def pings(content: dict[str, Any]) -> list[str]:
    """As clients' push rules see it: by what an event says of itself, and only without that by its words."""
    told = content.get("m.mentions")
    if told is None:
        return re.findall(r"@room\b", content["body"])
    return [*told.get("user_ids", []), *(["@room"] if told.get("room") else [])]


def wrong(status: int, code: str, error: str, **more: Any) -> Reply:
    return reply(status, {"errcode": code, "error": error, **more})


def fake(target: Target) -> Matrix:
    return Matrix(target)
