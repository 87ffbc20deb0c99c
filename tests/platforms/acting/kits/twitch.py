"""A Twitch channel as its API reference has it: bans, warnings, chat, what AutoMod holds, and unban requests.

Which words come with 400 and 401, as Chatterino's `Helix.cpp` reads them. That an unban request's status is called
`status`, and is asked for by it, others have seen; Twitch's reference calls it so in the query only.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from events.moderation import ActionRequested, Subject
from events.people import Person
from functions.platforms.outgoing import Destination, Reply
from tests.platforms.acting.kits import Story
from tests.platforms.posting.fake import NOW, Asked, reply
from tests.platforms.posting.kits.twitch import ANNOUNCEMENTS, CHANNEL, CLIENT, MODERATOR, SECRET, wrong
from tests.platforms.posting.kits.twitch import Twitch as Channel

TO = Destination("twitch", "acme", "", SECRET, place=CHANNEL, account=CHANNEL)
"""The broadcaster's own account, which sees who is banned."""
BY_MODERATOR = replace(TO, account=MODERATOR)

TROLL, MUTED, SHUT, HELPER = "9327994", "4321", "8765", "5555"
HELD, SAID, REQUEST = "836013710", "abc-123-def", "92af127c-7326-4483-a52b-b0da0be61c01"
SOON = datetime.fromtimestamp(NOW, UTC) + timedelta(hours=1)
UNTIL = datetime.fromtimestamp(NOW, UTC) + timedelta(days=1)

SCOPES = {
    "/moderation/automod/message": "moderator:manage:automod",
    "/moderation/banned": "moderation:read",
    "/moderation/bans": "moderator:manage:banned_users",
    "/moderation/chat": "moderator:manage:chat_messages",
    "/moderation/moderators": "moderation:read",
    "/moderation/unban_requests": "moderator:manage:unban_requests",
    "/moderation/warnings": "moderator:manage:warnings",
}

Given = dict[str, Any]


class Twitch(Channel):
    """`bans` has the end of each: None is for ever. `account` is whose token it is."""

    def __init__(self, account: str = CHANNEL) -> None:
        super().__init__(ANNOUNCEMENTS)
        self.account = account
        self.alone = False
        """Whether the application speaks for itself."""
        self.scopes = set(SCOPES.values())
        self.moderators = {MODERATOR, HELPER}
        self.bans: dict[str, datetime | None] = {MUTED: SOON, SHUT: None}
        self.chat = {SAID: TROLL}
        self.held = {HELD: ""}
        self.warnings: list[tuple[str, str]] = []
        self.requests = {REQUEST: "pending"}
        self.answers_to: dict[str, str] = {}
        self.reasons: list[str] = []

    def creates(self, asked: Asked) -> bool:
        return asked.path.startswith("/helix/moderation/") and asked.method != "GET"

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/oauth2/token":
            return super().answer(asked)
        if not self.token or asked.headers.get("authorization") != f"Bearer {self.token}":
            return wrong(401, "Invalid OAuth token")
        if asked.headers.get("client-id") != CLIENT:
            return wrong(401, "Client ID and OAuth token do not match")
        path = asked.path.removeprefix("/helix")
        if self.alone:
            return wrong(401, "Missing User OAUTH Token")
        if SCOPES[path] not in self.scopes:
            return wrong(401, f"Missing scope: {SCOPES[path]}")
        if asked.body and asked.headers.get("content-type") != "application/json":
            return wrong(400, "The body is not JSON")
        return WAYS[asked.method, path](self, asked.query, asked.json if asked.body else {})

    def login(self, form: dict[str, str]) -> Reply:
        self.alone = form["grant_type"] == "client_credentials"
        return super().login(form)

    def misplaced(self, query: Given) -> Reply | None:
        if query["moderator_id"] != self.account:
            return wrong(401, "The ID in moderator_id must match the user ID found in the request's OAuth token.")
        if query["broadcaster_id"] != CHANNEL or self.account not in (CHANNEL, *self.moderators):
            return wrong(403, "The user in moderator_id is not one of the broadcaster's moderators.")
        return None

    # Who is kept out

    def row(self, query: Given, found: list[Given]) -> Reply:
        if query["broadcaster_id"] != self.account:
            return wrong(401, "The ID in broadcaster_id must match the user ID found in the request's OAuth token.")
        return reply(200, {"data": [one for one in found if one["user_id"] == query["user_id"]], "pagination": {}})

    def banned(self, query: Given, given: Given) -> Reply:
        found = [
            {"user_id": one, "user_login": "x", "expires_at": f"{until:%Y-%m-%dT%H:%M:%SZ}" if until else ""}
            for one, until in self.bans.items()
        ]
        return self.row(query, found)

    def moderating(self, query: Given, given: Given) -> Reply:
        return self.row(query, [{"user_id": one, "user_login": "x"} for one in self.moderators])

    def ban(self, query: Given, given: Given) -> Reply:
        told = given["data"]
        person, seconds = told["user_id"], told.get("duration")
        assert len(told["reason"]) <= 500
        if error := self.misplaced(query):
            return error
        if seconds is not None and not 1 <= seconds <= 1_209_600:
            return wrong(400, "The value in the duration field is not valid.")
        if person in (CHANNEL, self.account) or (person in self.moderators and self.account != CHANNEL):
            return wrong(400, "The user specified in the user_id field may not be banned.")
        if person in self.bans and self.bans[person] is None:
            return wrong(400, "The user specified in the user_id field is already banned.")
        self.bans[person] = None if seconds is None else datetime.fromtimestamp(self.clock + seconds, UTC)
        self.reasons.append(told["reason"])
        return reply(200, {"data": [{"broadcaster_id": CHANNEL, "moderator_id": self.account, "user_id": person}]})

    def unban(self, query: Given, given: Given) -> Reply:
        if error := self.misplaced(query):
            return error
        if query["user_id"] not in self.bans:
            return wrong(400, "The user specified in the user_id query parameter is not banned.")
        del self.bans[query["user_id"]]
        return reply(204)

    def warn(self, query: Given, given: Given) -> Reply:
        told = given["data"]
        if error := self.misplaced(query):
            return error
        if not 0 < len(told["reason"]) <= 500:
            return wrong(400, "The reason field is not valid.")
        self.warnings.append((told["user_id"], told["reason"]))
        return reply(200, {"data": [{"broadcaster_id": CHANNEL, "moderator_id": self.account, **told}]})

    # Messages and requests

    def delete(self, query: Given, given: Given) -> Reply:
        if error := self.misplaced(query):
            return error
        author = self.chat.get(query["message_id"])  # Without an id it would clear the whole chat.
        if author is None:
            return wrong(404, "The message was not found, or is older than 6 hours.")
        if author == CHANNEL:
            return wrong(400, "You cannot delete the broadcaster's messages.")
        del self.chat[query["message_id"]]
        return reply(204)

    def manage(self, query: Given, given: Given) -> Reply:
        assert not query
        if given["user_id"] != self.account:
            return wrong(401, "The ID in user_id must match the user ID found in the request's OAuth token.")
        if given["msg_id"] not in self.held:
            return wrong(404, "The message specified in the msg_id field was not found.")
        if self.held[given["msg_id"]]:
            return wrong(400, "The message was already processed.")
        self.held[given["msg_id"]] = given["action"]
        return reply(204)

    def unban_requests(self, query: Given, given: Given) -> Reply:
        if error := self.misplaced(query):
            return error
        shown = [
            {"id": one, "user_id": TROLL, "status": status}
            for one, status in self.requests.items()
            if status == query["status"] and query["user_id"] == TROLL
        ]
        return reply(200, {"data": shown, "pagination": {}})

    def decide(self, query: Given, given: Given) -> Reply:
        assert not given
        if error := self.misplaced(query):
            return error
        name = query["unban_request_id"]
        if self.requests.get(name) != "pending":
            return wrong(404, "The unban request was not found.")
        assert len(query["resolution_text"]) <= 500
        self.requests[name], self.answers_to[name] = query["status"], query["resolution_text"]
        return reply(200, {"data": [{"id": name, "user_id": TROLL, "status": query["status"]}]})


WAYS: dict[tuple[str, str], Callable[[Twitch, Given, Given], Reply]] = {
    ("GET", "/moderation/banned"): Twitch.banned,
    ("GET", "/moderation/moderators"): Twitch.moderating,
    ("GET", "/moderation/unban_requests"): Twitch.unban_requests,
    ("POST", "/moderation/bans"): Twitch.ban,
    ("DELETE", "/moderation/bans"): Twitch.unban,
    ("POST", "/moderation/warnings"): Twitch.warn,
    ("DELETE", "/moderation/chat"): Twitch.delete,
    ("POST", "/moderation/automod/message"): Twitch.manage,
    ("PATCH", "/moderation/unban_requests"): Twitch.decide,
}


def fake() -> Twitch:
    return Twitch()


def seen(twitch: Twitch) -> Any:
    return dict(twitch.bans), dict(twitch.chat), dict(twitch.held), list(twitch.warnings), dict(twitch.requests)


def subject(kind: str, name: str) -> Subject:
    return Subject(source="twitch", kind=kind, id=name)


ACCOUNT, MESSAGE = subject("account", TROLL), subject("message", SAID)


def action(measure: Any, about: Subject = MESSAGE, person: str = TROLL, **more: Any) -> ActionRequested:
    given = {"reason": "Spam", "explanation": "It was spam.", **more}
    return ActionRequested(case="c1", measure=measure, subject=about, person=Person(id=person, name="Troll"), **given)


def kept_out(person: str, until: datetime | None) -> Any:
    return lambda twitch: (person in twitch.bans) and twitch.bans[person] == until


def moved(person: str, until: datetime | None) -> Any:
    return lambda twitch: twitch.bans.update({person: until})


STORIES = (
    Story("let a held message through", action("approve", subject("message", HELD)), lambda twitch: twitch.held[HELD]),
    Story("delete a message", action("remove"), lambda twitch: SAID not in twitch.chat),
    Story("warn somebody", action("warn"), lambda twitch: [person for person, _ in twitch.warnings] == [TROLL]),
    Story("time out", action("timeout", until=UNTIL), kept_out(TROLL, UNTIL), moved(TROLL, None)),
    Story("time out for longer", action("timeout", ACCOUNT, MUTED, until=UNTIL), kept_out(MUTED, UNTIL)),
    Story("ban", action("ban"), kept_out(TROLL, None), moved(TROLL, UNTIL)),
    Story("ban instead of a time-out", action("ban", ACCOUNT, MUTED), kept_out(MUTED, None)),
    Story(
        "deny an unban request",
        action("resolve", subject("unban_request", REQUEST)),
        lambda twitch: twitch.requests.get(REQUEST) == "denied",
        gone=lambda twitch: twitch.requests.clear(),
    ),
    Story(
        "approve an unban request",
        action("resolve", subject("unban_request", REQUEST), outcome="no_violation"),
        lambda twitch: twitch.requests.get(REQUEST) == "approved",
    ),
)
