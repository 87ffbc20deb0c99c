"""A homeserver with a room that our account moderates, as specified in "Client-Server API" and as Synapse answers.

A redacted event stays without its content; one that we may not see is not found. Whatever is asked of the room by who
is not in it, or has too little power there, is M_FORBIDDEN.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from events.moderation import ActionRequested, Subject
from functions.platforms.outgoing import Destination, Reply
from tests.platforms.acting.kits import Story
from tests.platforms.posting.fake import Asked, Fake, reply

SERVER, SECRET, US = "https://matrix.acme.example", "syt_acme_token", "@liaison:acme.example"
ROOM, GRIM, JUN, MOD = "!acme:acme.example", "@grim:acme.example", "@jun:acme.example", "@mod:acme.example"
TO = Destination("matrix", "acme", SERVER, SECRET, account=US)
READ = 65_536
EVENT, EDITED, OURS, MODS = "$msg/1", "$msg2", "$ours", "$mods"


def subject(event: str = EVENT, room: str = ROOM) -> Subject:
    url = f"https://matrix.to/#/{room}/{event.replace('/', '%2F')}?via=acme.example"
    return Subject(source="matrix", kind="event", id=event, url=url)


class Matrix(Fake):
    def __init__(self) -> None:
        super().__init__()
        self.room = ROOM
        self.events: dict[str, dict[str, Any]] = {}
        self.members = {US: "join", GRIM: "join", JUN: "join", MOD: "join"}
        self.powers: dict[str, Any] = {"users": {US: 100, MOD: 50}, "ban": 50, "redact": 50, "users_default": 0}
        self.created: dict[str, Any] = {"room_version": "10"}
        self.creator = MOD
        self.transactions: dict[str, str] = {}
        self.account_data: dict[str, Any] = {}
        self.private: dict[str, dict[str, str]] = {}
        """Rooms of two: who is in which way in each."""
        self.inviting = True
        self.say(EVENT, GRIM, "buy gold")
        self.say(EDITED, GRIM, "hello")
        for number in (1, 2):
            self.edit(f"$edit{number}", GRIM, EDITED, f"buy gold {number}")
        self.edit("$foreign", JUN, EDITED, "no edit at all")
        self.say(OURS, US, "welcome")
        self.say(MODS, MOD, "the rules")

    def say(self, event: str, sender: str, text: str, **more: Any) -> None:
        content = {"msgtype": "m.text", "body": text, **more}
        self.events[event] = {"event_id": event, "type": "m.room.message", "sender": sender, "content": content}

    def edit(self, event: str, sender: str, of: str, text: str) -> None:
        relates = {"rel_type": "m.replace", "event_id": of}
        self.say(event, sender, f"* {text}", **{"m.new_content": {"body": text}, "m.relates_to": relates})

    def creates(self, asked: Asked) -> bool:
        return asked.method in ("PUT", "POST")

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {SECRET}":
            return wrong(401, "M_UNKNOWN_TOKEN", "Invalid access token passed.")
        if asked.method != "GET":
            assert asked.headers["content-type"] == "application/json"
        for method, pattern, way in WAYS:
            found = re.fullmatch(pattern, asked.path)
            if found and method == asked.method:
                return way(self, asked, **found.groupdict())
        return wrong(404, "M_UNRECOGNIZED", "Unrecognized request")

    # Ways

    def whoami(self, asked: Asked) -> Reply:
        return reply(200, {"user_id": US})

    def event(self, asked: Asked, room: str, event: str) -> Reply:
        if room != self.room:
            return outside(room)
        found = self.events.get(event)
        return reply(200, self.shown(found)) if found else wrong(404, "M_NOT_FOUND", "Event not found.")

    def shown(self, event: dict[str, Any]) -> dict[str, Any]:
        return {**event, "room_id": self.room, "unsigned": {"age": 5, **event.get("unsigned", {})}}

    def relations(self, asked: Asked, room: str, event: str, how: str) -> Reply:
        if room != self.room:
            return outside(room)
        listed = [self.shown(one) for one in reversed(self.events.values()) if relates(one) == (how, event)]
        told = json.dumps({"chunk": listed[: int(asked.query.get("limit", 5))]})
        return reply(200, told.encode()[:READ])

    def member(self, asked: Asked, room: str, user: str) -> Reply:
        members = self.members if room == self.room else self.private.get(room)
        if members is None:
            return outside(room)
        how = members.get(user)
        return reply(200, {"membership": how}) if how else wrong(404, "M_NOT_FOUND", "Event not found.")

    def levels(self, asked: Asked, room: str) -> Reply:
        return reply(200, self.powers) if room == self.room else outside(room)

    def create(self, asked: Asked, room: str) -> Reply:
        assert asked.query == {"format": "event"}
        return reply(200, {"type": "m.room.create", "sender": self.creator, "content": self.created})

    def redact(self, asked: Asked, room: str, event: str, key: str) -> Reply:
        assert set(asked.json) == {"reason"}
        if (refused := self.unable(room, "redact")) is not None:
            return refused
        if key in self.transactions:
            return reply(200, {"event_id": self.transactions[key]})
        if event not in self.events:
            return wrong(404, "M_NOT_FOUND", "Could not find event")
        made = self.transactions[key] = f"$redaction{len(self.transactions)}"
        self.events[event] |= {"content": {}, "unsigned": {"redacted_because": {"content": asked.json}}}
        return reply(200, {"event_id": made})

    def set_membership(self, asked: Asked, room: str, how: str) -> Reply:
        assert set(asked.json) == {"user_id", "reason"}
        if (refused := self.unable(room, "ban", asked.json["user_id"])) is not None:
            return refused
        user = asked.json["user_id"]
        if how == "unban" and self.members.get(user) != "ban":
            return wrong(403, "M_FORBIDDEN", f"{user} is not banned")
        self.members[user] = "ban" if how == "ban" else "leave"
        return reply(200, {})

    def unable(self, room: str, what: str, whom: str = "") -> Reply | None:
        if room != self.room:
            return outside(room)
        own = self.power(US)
        if own < self.powers.get(what, 50) or (whom and self.power(whom) >= own):
            return wrong(403, "M_FORBIDDEN", f"You don't have permission to {what}")
        return None

    def power(self, user: str) -> int:
        return int(self.powers.get("users", {}).get(user, self.powers.get("users_default", 0)))

    # Rooms of two

    def create_room(self, asked: Asked) -> Reply:
        given = asked.json
        assert (given["preset"], given["visibility"], given["is_direct"]) == ("private_chat", "private", True)
        assert "invite" not in given
        room = f"!private{len(self.private) + 1}:acme.example"
        self.private[room] = {US: "join"}
        return reply(200, {"room_id": room})

    def keep_data(self, asked: Asked, user: str, name: str) -> Reply:
        assert user == US
        self.account_data[name] = asked.json
        return reply(200, {})

    def kept_data(self, asked: Asked, user: str, name: str) -> Reply:
        if name not in self.account_data:
            return wrong(404, "M_NOT_FOUND", "Account data not found")
        return reply(200, self.account_data[name])

    def invite(self, asked: Asked, room: str, user: str) -> Reply:
        assert asked.json == {"membership": "invite", "is_direct": True}
        members = self.private[room]
        assert members.get(user) not in ("invite", "join"), "Synapse refuses to invite who is there"
        if not self.inviting:
            return wrong(403, "M_FORBIDDEN", "Invites from this user are not accepted")
        members[user] = "invite"
        return reply(200, {"event_id": f"$invite{room}"})

    def send(self, asked: Asked, room: str, key: str) -> Reply:
        if room not in self.private:
            return outside(room)
        content = asked.json
        assert content["m.mentions"] == {}, "clients would look for names in the text"
        assert "formatted_body" not in content
        if len(json.dumps(content, ensure_ascii=False).encode()) > 64_000:
            return wrong(413, "M_TOO_LARGE", "event too large")
        if key not in self.transactions:
            event = self.transactions[key] = f"$said{len(self.transactions)}"
            self.say(event, US, content["body"], room=room)
        return reply(200, {"event_id": self.transactions[key]})


V3 = "/_matrix/client/v3"
IN = rf"{V3}/rooms/(?P<room>![^/]+)"
Way = Callable[..., Reply]
WAYS: tuple[tuple[str, str, Way], ...] = (
    ("GET", rf"{V3}/account/whoami", Matrix.whoami),
    ("GET", rf"{IN}/event/(?P<event>\$.+)", Matrix.event),
    ("GET", rf"{IN}/state/m\.room\.member/(?P<user>@[^/]+)", Matrix.member),
    ("GET", rf"{IN}/state/m\.room\.power_levels", Matrix.levels),
    ("GET", rf"{IN}/state/m\.room\.create", Matrix.create),
    ("GET", r"/_matrix/client/v1/rooms/(?P<room>[^/]+)/relations/(?P<event>\$.+)/(?P<how>[^/]+)", Matrix.relations),
    ("PUT", rf"{IN}/redact/(?P<event>\$.+)/(?P<key>[^/]+)", Matrix.redact),
    ("POST", rf"{IN}/(?P<how>ban|unban)", Matrix.set_membership),
    ("POST", rf"{V3}/createRoom", Matrix.create_room),
    ("PUT", rf"{V3}/user/(?P<user>[^/]+)/account_data/(?P<name>liaison\.room\.[0-9a-f]+)", Matrix.keep_data),
    ("GET", rf"{V3}/user/(?P<user>[^/]+)/account_data/(?P<name>liaison\.room\.[0-9a-f]+)", Matrix.kept_data),
    ("PUT", rf"{IN}/state/m\.room\.member/(?P<user>@[^/]+)", Matrix.invite),
    ("PUT", rf"{IN}/send/m\.room\.message/(?P<key>.+)", Matrix.send),
)


def relates(event: dict[str, Any]) -> tuple[str, str]:
    given = event["content"].get("m.relates_to", {})
    return given.get("rel_type", ""), given.get("event_id", "")


def outside(room: str) -> Reply:
    return wrong(403, "M_FORBIDDEN", f"User {US} not in room {room}, and room previews are disabled")


def wrong(status: int, code: str, error: str) -> Reply:
    return reply(status, {"errcode": code, "error": error})


def fake() -> Matrix:
    return Matrix()


def seen(matrix: Matrix) -> Any:
    """Not how somebody is outside: a ban that is taken back lets nobody in."""
    banned = sorted(user for user, how in matrix.members.items() if how == "ban")
    return {event: one["content"] for event, one in matrix.events.items()}, banned


def action(measure: Any, about: Subject | None = None, **more: Any) -> ActionRequested:
    return ActionRequested(
        case="c1", measure=measure, subject=about or subject(), reason="Spam", explanation="It was spam.", **more
    )


def gone_are(*names: str) -> Callable[[Matrix], bool]:
    return lambda matrix: all(not matrix.events[name]["content"] for name in names)


STORIES = (
    Story("remove a message", action("remove"), holds=gone_are(EVENT)),
    Story(
        "remove a message with its edits",
        action("remove", subject(EDITED)),
        holds=gone_are(EDITED, "$edit1", "$edit2"),
    ),
    Story("ban whoever wrote a message", action("ban"), holds=lambda matrix: matrix.members[GRIM] == "ban"),
    Story(
        "ban an account by its name",
        action("ban", person={"id": JUN, "name": "jun"}),
        holds=lambda matrix: matrix.members[JUN] == "ban",
    ),
)
