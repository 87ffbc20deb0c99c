"""A game server that carries out what it is asked by signed webhooks, as `docs/webhooks.md` has it: it checks the
signature by hand, and drops a `webhook-id` that it has seen."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from events.moderation import ActionRequested, Subject
from events.people import Person
from functions.platforms.outgoing import Destination, Reply
from tests.platforms.acting.kits import Story
from tests.platforms.posting.fake import NOW, Asked, Fake, reply

KEY = b"a key of the game's own"
TO = Destination("game", "acme", "https://game.acme.example/liaison/", f"whsec_{base64.b64encode(KEY).decode()}")
LINE = Subject(source="game", kind="chat_message", id="msg-412", revision="2")
PLAYER = Subject(source="game", kind="player", id="4417")
GRIM = Person(id="4417", name="xXGrimXx", language="fr")
UNTIL = datetime.fromtimestamp(NOW + 3600, UTC)

MESSAGES = ("warn",)
"""These add up; the rest is so or not."""


class Game(Fake):
    def __init__(self) -> None:
        super().__init__()
        self.known: set[str] = set()
        self.so: dict[tuple[str, str, str], str | None] = {}
        """By measure, kind and id: until when."""
        self.messages: list[dict[str, Any]] = []
        self.deaf = False

    def creates(self, asked: Asked) -> bool:
        return True

    def answer(self, asked: Asked) -> Reply:
        name = asked.headers.get("webhook-id", "")
        if (asked.method, asked.path) != ("POST", "/liaison/") or not signed(asked):
            return reply(401, {"error": "not signed"})
        given = asked.json
        if set(given) != {"type", "timestamp", "data"} or given["timestamp"] != NOW:
            return reply(400, {"error": "what is this?"})
        if self.deaf:
            return reply(422, {"error": "this player takes no mail"})
        if name not in self.known:
            self.known.add(name)
            self.heed(given["type"], given["data"])
        return reply(204)

    def heed(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "moderation.message" or data["measure"] in MESSAGES:
            self.messages.append(data)
            return
        thing = (data["measure"], data["subject"]["kind"], data["subject"]["id"])
        if data["undo"]:
            self.so.pop(thing, None)
        else:
            self.so[thing] = data.get("until")


def signed(asked: Asked) -> bool:
    stamp = asked.headers.get("webhook-timestamp", "")
    signed = f"{asked.headers.get('webhook-id')}.{stamp}.".encode() + asked.body
    wanted = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    return stamp == str(NOW) and asked.headers.get("webhook-signature") == f"v1,{wanted}"


def fake() -> Game:
    return Game()


def seen(game: Game) -> Any:
    return dict(game.so), list(game.messages)


def action(measure: Any, subject: Subject = LINE, **more: Any) -> ActionRequested:
    given = {"person": GRIM, "reason": "Threats", "explanation": "You threatened somebody.", **more}
    return ActionRequested(case="c1", measure=measure, subject=subject, **given)


def so(measure: str, subject: Subject, until: str | None = None) -> Callable[[Game], bool]:
    return lambda game: game.so.get((measure, subject.kind, subject.id), "no") == until


def warned(game: Game) -> bool:
    return [one["subject"]["id"] for one in game.messages] == ["msg-412"]


STORIES = (
    *(
        Story(measure, action(measure), so(measure, LINE))
        for measure in ("approve", "hide", "remove", "lock", "resolve")
    ),
    Story("ban", action("ban", PLAYER, person=None), so("ban", PLAYER)),
    *(
        Story(measure, action(measure, PLAYER, until=UNTIL), so(measure, PLAYER, f"{UNTIL:%Y-%m-%dT%H:%M:%SZ}"))
        for measure in ("timeout", "suspend")
    ),
    Story("warn", action("warn"), warned),
)
