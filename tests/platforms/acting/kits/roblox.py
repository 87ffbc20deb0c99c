"""Who may join a Roblox experience, as the "UserRestriction" resource has it: written whole, by a mask of one field."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from events.moderation import ActionRequested, Subject
from events.people import Person
from functions.platforms.outgoing import Destination, Reply
from tests.platforms.acting.kits import Story
from tests.platforms.posting.fake import NOW, Asked, Fake, reply

UNIVERSE = "3828411582"
TO = Destination("game", "acme", "", "rbx-key-acme", place=UNIVERSE, account="1")
PLAYER = Subject(source="game", kind="player", id="156")
GRIM, KEPT_OUT = Person(id="156"), Person(id="157")
"""The second one is kept out for an hour."""
FIELDS = {"active", "duration", "privateReason", "displayReason", "excludeAltAccounts"}
NONE = {"active": False, "privateReason": "", "displayReason": "", "excludeAltAccounts": False, "inherited": False}


def stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.873Z"


def now() -> datetime:
    return datetime.fromtimestamp(NOW, UTC)


class Roblox(Fake):
    def __init__(self) -> None:
        super().__init__()
        self.accounts = {"1", "156", "157"}
        self.restrictions: dict[str, dict[str, Any]] = {}
        self.write("157", {"active": True, "duration": "3600s", "displayReason": "Insults", "privateReason": "?"})

    def write(self, user: str, given: dict[str, Any]) -> None:
        if given["active"]:
            self.restrictions[user] = {**NONE, **given, "startTime": stamp(now())}
        else:
            self.restrictions.pop(user, None)

    def creates(self, asked: Asked) -> bool:
        return asked.method == "PATCH"

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("x-api-key") != TO.secret:
            return refused(401, "UNAUTHENTICATED", "Invalid API Key")
        found = re.fullmatch(rf"/cloud/v2/universes/{UNIVERSE}/user-restrictions/(\d+)", asked.path)
        if found is None or found[1] not in self.accounts:
            return refused(404, "NOT_FOUND", "User not found.")
        if asked.method == "PATCH":
            if asked.query != {"updateMask": "gameJoinRestriction"} or set(asked.json) != {"gameJoinRestriction"}:
                return refused(400, "INVALID_ARGUMENT", "The game_join_restriction field must be updated atomically.")
            given = asked.json["gameJoinRestriction"]
            if unfit(given):
                return refused(400, "INVALID_ARGUMENT", "The restriction is not valid.")
            self.write(found[1], given)
        return reply(200, self.shown(found[1]))

    def shown(self, user: str) -> dict[str, Any]:
        return {
            "path": f"universes/{UNIVERSE}/user-restrictions/{user}",
            "user": f"users/{user}",
            "gameJoinRestriction": self.restrictions.get(user, NONE),
        }


def unfit(given: dict[str, Any]) -> bool:
    too_long = len(given.get("displayReason", "")) > 400 or len(given.get("privateReason", "")) > 1000
    lasting = re.fullmatch(r"[1-9]\d*s", given.get("duration", "1s"))
    return bool(set(given) - FIELDS) or not isinstance(given.get("active"), bool) or too_long or not lasting


def refused(status: int, code: str, message: str) -> Reply:
    return reply(status, {"code": code, "message": message})


def fake() -> Roblox:
    return Roblox()


def seen(game: Roblox) -> Any:
    return {user: dict(one) for user, one in game.restrictions.items()}


def action(measure: Any, **more: Any) -> ActionRequested:
    given = {"person": GRIM, "reason": "Threats", "explanation": "You threatened somebody.", **more}
    return ActionRequested(case="c1", measure=measure, subject=PLAYER, **given)


def kept_out(user: str, duration: str | None) -> Callable[[Roblox], bool]:
    def holds(game: Roblox) -> bool:
        found = game.restrictions.get(user, NONE)
        return found["active"] and found.get("duration") == duration

    return holds


def prolonged(game: Roblox) -> None:
    for user in game.accounts:
        game.write(user, {"active": True, "duration": "99999s"})


def nobody(game: Roblox) -> None:
    game.accounts.clear()


WEEK = now() + timedelta(days=7)

STORIES = (
    Story(
        "time-out",
        action("timeout", until=WEEK, person=None),
        kept_out("156", "604800s"),
        moved=prolonged,
        gone=nobody,
    ),
    Story(
        "suspend for longer",
        action("suspend", until=WEEK, person=KEPT_OUT),
        kept_out("157", "604800s"),
        moved=prolonged,
        gone=nobody,
    ),
    Story("ban", action("ban"), kept_out("156", None), moved=prolonged, gone=nobody),
    Story("ban for good", action("ban", person=KEPT_OUT), kept_out("157", None), moved=prolonged, gone=nobody),
)
