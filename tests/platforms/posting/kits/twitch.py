"""Twitch: a channel's chat and its schedule, for somebody whose tokens end.

As documented in the API reference and "Refreshing Access Tokens".
"""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from events.program import Target
from functions.platforms.outgoing import Reply
from tests.platforms.posting.fake import Asked, Fake, Posted, reply

CHANNEL, MODERATOR, CLIENT = "141981764", "44444", "uo6dggojyb8d6soh92zknwmi5ej1q2"
CREDENTIAL = {"client_id": CLIENT, "client_secret": "s3cret", "refresh_token": "refresh-0"}
SECRET = json.dumps(CREDENTIAL)
ANNOUNCEMENTS = Target(
    id="acme-twitch",
    community="acme",
    platform="twitch",
    place=CHANNEL,
    account=MODERATOR,
    pings=("anna",),
    mentions={"anna": "@anna_plays"},
)
MESSAGES = ANNOUNCEMENTS.model_copy(update={"id": "acme-chat", "kind": "message"})
SCHEDULE = ANNOUNCEMENTS.model_copy(update={"id": "acme-schedule", "kind": "schedule", "account": CHANNEL})
TARGETS = (ANNOUNCEMENTS, MESSAGES, SCHEDULE)
PINGS = re.compile(r"(?<!\w)@\w+")
CREATING = ("/helix/chat/announcements", "/helix/chat/messages", "/helix/schedule/segment")


class Twitch(Fake):
    def __init__(self, target: Target) -> None:
        super().__init__()
        self.token, self.refresh = "", "refresh-0"
        self.logins = 0
        self.rotating = False
        """Whether each refresh token serves once, and brings the next."""
        self.said: list[tuple[str, float]] = []
        """Messages, and when: the same within 30 s is dropped."""
        self.others: list[Posted] = []
        """Entries of the schedule that somebody made by hand."""

    def creates(self, asked: Asked) -> bool:
        return asked.method == "POST" and asked.path in CREATING

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/oauth2/token":
            return self.login(dict(parse_qsl(asked.body.decode())))
        if not self.token or asked.headers.get("authorization") != f"Bearer {self.token}":
            return wrong(401, "Invalid OAuth token")
        if asked.headers.get("client-id") != CLIENT:
            return wrong(401, "Client ID and OAuth token do not match")
        way = WAYS[asked.method, asked.path.removeprefix("/helix")]
        return way(self, asked.query, asked.json if asked.body else {})

    def login(self, form: dict[str, str]) -> Reply:
        if form["client_secret"] != "s3cret":
            return reply(403, {"status": 403, "message": "invalid client secret"})
        alone = form["grant_type"] == "client_credentials"
        if not alone and form["refresh_token"] != self.refresh:
            return reply(400, {"status": 400, "error": "Bad Request", "message": "Invalid refresh token"})
        self.logins += 1
        self.token = f"token-{self.logins}"
        if self.rotating:
            self.refresh = f"refresh-{self.logins}"
        told = {"access_token": self.token, "expires_in": 14_124, "token_type": "bearer"}
        return reply(200, told if alone else {**told, "refresh_token": self.refresh})

    # Chat

    def announce(self, query: dict[str, str], given: dict[str, Any]) -> Reply:
        if (query["broadcaster_id"], query["moderator_id"]) != (CHANNEL, MODERATOR):
            return wrong(403, "The user in moderator_id is not one of the broadcaster's moderators")
        self.speak(given["message"][:500])
        return reply(204)

    def message(self, query: dict[str, str], given: dict[str, Any]) -> Reply:
        if given["sender_id"] != MODERATOR or given["broadcaster_id"] != CHANNEL:
            return wrong(401, "sender_id must match the user ID in the access token")
        if len(given["message"]) > 500:
            return wrong(400, "The message is too long")
        if any(text == given["message"] and self.clock - at < 30 for text, at in self.said):
            return dropped("msg_duplicate", "Your message is identical to the previous one you sent.")
        name = self.speak(given["message"])
        return reply(200, {"data": [{"message_id": name, "is_sent": True}]})

    def speak(self, text: str) -> str:
        assert "\n" not in text
        assert not text.startswith(("/", ".")), "that is a command"
        self.said.append((text, self.clock))
        name = f"abc-123-{self.next_id()}"
        self.posts.append(Posted(name, text, more={"pings": PINGS.findall(text), "at": self.clock}))
        return name

    def clear(self, query: dict[str, str], given: dict[str, Any]) -> Reply:
        found = self.found(query["message_id"])
        if found is None or self.clock - found.more["at"] > 6 * 3600:
            return wrong(404, "The message was not found or is older than six hours")
        self.posts.remove(found)
        return reply(204)

    # Schedule

    def enter(self, query: dict[str, str], given: dict[str, Any]) -> Reply:
        if error := unfit(query, given):
            return error
        start, end = span(given)
        if any(start < one.more["end"] and one.more["start"] < end for one in [*self.others, *self.posts]):
            return wrong(400, "Segment cannot create overlapping segment")
        assert given["is_recurring"] is False
        made = Posted(f"eyJzZWdtZW50SUQiOi{self.next_id()}=", "")
        self.keep(made, given)
        self.posts.append(made)
        return shown([made])

    def change(self, query: dict[str, str], given: dict[str, Any]) -> Reply:
        found = self.found(query["id"])
        if found is None:
            return wrong(404, "The segment was not found")
        assert "is_recurring" not in given
        if error := unfit(query, given):
            return error
        self.keep(found, given)
        return shown([found])

    def remove(self, query: dict[str, str], given: dict[str, Any]) -> Reply:
        found = self.found(query["id"])
        if found is None:
            return wrong(400, "The ID in id is not valid")
        self.posts.remove(found)
        return reply(204)

    def schedule(self, query: dict[str, str], given: dict[str, Any]) -> Reply:
        entries = sorted([*self.others, *self.posts], key=lambda one: str(one.more["start"]))
        if "id" in query:
            entries = [one for one in entries if one.id == query["id"]]
        if not entries:
            return wrong(404, "The broadcaster has not created a streaming schedule")
        since = datetime.fromisoformat(query.get("start_time", "1970-01-01T00:00:00Z"))
        found = [one for one in entries if one.more["end"] > since]
        start, most = int(query.get("after", 0)), int(query.get("first", 20))
        assert most <= 25
        return shown(found[start : start + most], str(start + most) if start + most < len(found) else "")

    def keep(self, made: Posted, given: dict[str, Any]) -> None:
        start, end = span(given)
        made.text = given["title"]
        made.more = {"pings": [], "start": start, "end": end, "zone": given["timezone"]}

    def entered_by_hand(self, title: str, at: datetime) -> None:
        """Somebody makes an entry of an hour by hand."""
        more = {"start": at, "end": at + timedelta(hours=1)}
        self.others.append(Posted(f"other{self.next_id()}", title, more=more))

    def found(self, name: str) -> Posted | None:
        return next((one for one in self.posts if one.id == name), None)


WAYS = {
    ("POST", "/chat/announcements"): Twitch.announce,
    ("POST", "/chat/messages"): Twitch.message,
    ("DELETE", "/moderation/chat"): Twitch.clear,
    ("POST", "/schedule/segment"): Twitch.enter,
    ("PATCH", "/schedule/segment"): Twitch.change,
    ("DELETE", "/schedule/segment"): Twitch.remove,
    ("GET", "/schedule"): Twitch.schedule,
}


def unfit(query: dict[str, str], given: dict[str, Any]) -> Reply | None:
    if query["broadcaster_id"] != CHANNEL:
        return wrong(401, "broadcaster_id must match the user ID in the access token")
    if not 30 <= int(given["duration"]) <= 1380 or not 0 < len(given["title"]) <= 140:
        return wrong(400, "The duration or the title is not valid")
    return None


def span(given: dict[str, Any]) -> tuple[datetime, datetime]:
    start = datetime.strptime(given["start_time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return start, start + timedelta(minutes=int(given["duration"]))


def shown(entries: list[Posted], cursor: str = "") -> Reply:
    listed = [
        {
            "id": one.id,
            "start_time": one.more["start"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "end_time": one.more["end"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "title": one.text,
            "canceled_until": None,
            "category": None,
            "is_recurring": False,
        }
        for one in entries
    ]
    data = {"segments": listed, "broadcaster_id": CHANNEL, "vacation": None}
    return reply(200, {"data": data, "pagination": {"cursor": cursor} if cursor else {}})


def dropped(code: str, message: str) -> Reply:
    told = {"message_id": "", "is_sent": False, "drop_reason": {"code": code, "message": message}}
    return reply(200, {"data": [told]})


def wrong(status: int, message: str) -> Reply:
    return reply(status, {"error": "Wrong", "status": status, "message": message})


def fake(target: Target) -> Twitch:
    return Twitch(target)
