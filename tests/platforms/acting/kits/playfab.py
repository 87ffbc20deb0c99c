"""The players of a PlayFab title and their bans, as "Account Management" of the Admin API has them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from events.moderation import ActionRequested, Subject
from events.people import Person
from functions.platforms.outgoing import Destination, Reply
from tests.platforms.acting.kits import Story
from tests.platforms.posting.fake import NOW, Asked, Fake, reply

TO = Destination("title", "acme", "", "ACMESECRETKEY", place="C0FFE", account="5A11C0DE00000009")
PLAYER = Subject(source="title", kind="player", id="5A11C0DE00000001")
GRIM, BANNED = Person(id="5A11C0DE00000001"), Person(id="5A11C0DE00000002")
"""The second one is banned for an hour; another ban of theirs ended, and one was revoked."""


def at(later: timedelta) -> datetime:
    return datetime.fromtimestamp(NOW, UTC) + later


def stamp(moment: datetime | None) -> str | None:
    """Seven digits, as .NET writes times."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.1230000Z" if moment else None


class PlayFab(Fake):
    def __init__(self) -> None:
        super().__init__()
        self.players = {"5A11C0DE00000001", "5A11C0DE00000002"}
        self.bans: list[dict[str, Any]] = []
        for later, active in ((timedelta(hours=-1), True), (timedelta(days=9), False), (timedelta(hours=1), True)):
            self.ban(BANNED.id, at(later), "Insults", active=active)

    def ban(self, player: str, ends: datetime | None, reason: str, *, active: bool = True) -> dict[str, Any]:
        ban = {
            "Active": active,
            "BanId": f"B4N{self.next_id():0>13}",
            "Created": stamp(at(timedelta())),
            "Expires": stamp(ends),
            "PlayFabId": player,
            "Reason": reason,
        }
        told = {name: value for name, value in ban.items() if value is not None}
        self.bans.append(told)
        return told

    def creates(self, asked: Asked) -> bool:
        return not asked.path.endswith("/GetUserBans")

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("x-secretkey") != TO.secret:
            return wrong(401, "NotAuthenticated", 1074, "This API method does not allow anonymous callers.")
        if asked.headers.get("content-type") != "application/json":
            return wrong(400, "InvalidContentType", 1144, "Invalid Content-Type")
        way = WAYS.get(asked.path) if asked.method == "POST" else None
        return way(self, asked.json) if way else wrong(404, "InvalidAPIEndpoint", 1131, "The API does not exist.")

    def of_player(self, given: dict[str, Any]) -> Reply:
        if given["PlayFabId"] not in self.players:
            return wrong(400, "AccountNotFound", 1001, "User not found")
        return good([one for one in self.bans if one["PlayFabId"] == given["PlayFabId"]])

    def ban_all(self, given: dict[str, Any]) -> Reply:
        made = []
        for one in given["Bans"]:
            if set(one) - {"DurationInHours", "PlayFabId", "Reason"} or len(one["Reason"]) > 140:
                return wrong(400, "InvalidParams", 1000, "Invalid input parameters")
            hours = one.get("DurationInHours")
            if hours is not None and (type(hours) is not int or hours < 1):
                return wrong(400, "InvalidParams", 1000, "Invalid input parameters")
            ends = at(timedelta(hours=hours)) if hours else None
            made.append(self.ban(one["PlayFabId"], ends, one["Reason"]))
        return good(made)

    def revoke(self, given: dict[str, Any]) -> Reply:
        found = [one for one in self.bans if one["BanId"] in given["BanIds"]]
        for one in found:
            one["Active"] = False
        return good(found)


WAYS: dict[str, Callable[[PlayFab, dict[str, Any]], Reply]] = {
    "/Admin/GetUserBans": PlayFab.of_player,
    "/Admin/BanUsers": PlayFab.ban_all,
    "/Admin/RevokeBans": PlayFab.revoke,
}


def good(bans: list[dict[str, Any]]) -> Reply:
    return reply(200, json.dumps({"code": 200, "status": "OK", "data": {"BanData": bans}}).encode())


def wrong(status: int, error: str, number: int, message: str) -> Reply:
    told = {"code": status, "status": "BadRequest", "error": error, "errorCode": number, "errorMessage": message}
    return reply(status, told)


def fake() -> PlayFab:
    return PlayFab()


def seen(title: PlayFab) -> Any:
    """What is in force: a ban that was revoked stays on record."""
    return [dict(one) for one in title.bans if one["Active"]]


def action(measure: Any, **more: Any) -> ActionRequested:
    given = {"person": GRIM, "reason": "Threats", "explanation": "You threatened somebody.", **more}
    return ActionRequested(case="c1", measure=measure, subject=PLAYER, **given)


def kept_out(player: str, ends: datetime | None) -> Callable[[PlayFab], bool]:
    def holds(title: PlayFab) -> bool:
        return any(
            one["PlayFabId"] == player and one.get("Expires") == stamp(ends) for one in title.bans if one["Active"]
        )

    return holds


def banned_there(title: PlayFab) -> None:
    for player in (GRIM.id, BANNED.id):
        title.ban(player, None, "By somebody else")


def nobody(title: PlayFab) -> None:
    title.players.clear()


WEEK = at(timedelta(days=7))

STORIES = (
    Story(
        "time-out",
        action("timeout", until=WEEK, person=None),
        kept_out(GRIM.id, WEEK),
        moved=banned_there,
        gone=nobody,
    ),
    Story(
        "suspend for longer",
        action("suspend", until=WEEK, person=BANNED),
        kept_out(BANNED.id, WEEK),
        moved=banned_there,
        gone=nobody,
    ),
    Story("ban", action("ban"), kept_out(GRIM.id, None), moved=banned_there, gone=nobody),
    Story("ban for good", action("ban", person=BANNED), kept_out(BANNED.id, None), moved=banned_there, gone=nobody),
)
