"""A Discord server with a bot that moderates it, as Discord's documentation has it: "Guild", "Channel", "Message",
"User" ("Create DM"), "Permissions", "Audit Log", "JSON Error Codes".

That a nonce is forgotten after some minutes, and what hinders private messages, is what authors of libraries found out.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from events.moderation import ActionRequested, Subject
from events.people import Person
from functions.platforms.outgoing import Destination, Reply
from functions.platforms.text.harmless import ZERO_WIDTH
from functions.platforms.words import from_markdown
from tests.platforms.acting.kits import Story
from tests.platforms.posting.fake import NOW, Asked, Fake, Posted, reply
from tests.platforms.posting.kits.discord import error, pinged

SERVER, CHANNEL, FORUM = "600000000000000001", "700000000000000001", "700000000000000002"
BOT, ANNA, OWNER, MODERATOR = "500000000000000001", "900000000000000002", "900000000000000003", "900000000000000004"
REGULARS, MODS = "610000000000000001", "610000000000000002"
SAID, OPENED, THREAD, IN_THREAD = "800000000000000001", "800000000000000002", "800000000000000003", "800000000000000004"
TOKEN = "bot-token.of.acme"
TO = Destination("discord", "acme", "", TOKEN, place=SERVER, account=BOT)

NONCE_SECONDS = 120
DAYS_28 = timedelta(days=28)
PERMISSIONS = {REGULARS: 1 << 10, MODS: 1 << 40 | 1 << 13, SERVER: 1 << 11}


class Discord(Fake):
    """`messages`: channel by message. `threads`: whether each is locked, and closed. `told`: private messages."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = float(NOW)
        self.messages: dict[str, str] = {SAID: CHANNEL, OPENED: CHANNEL, THREAD: THREAD, IN_THREAD: THREAD}
        self.edited: dict[str, str] = {}
        self.threads = {OPENED: {"locked": False, "archived": False}, THREAD: {"locked": False, "archived": False}}
        self.roles: dict[str, list[str]] = {ANNA: [REGULARS], OWNER: [], MODERATOR: [REGULARS, MODS]}
        self.timeouts: dict[str, str | None] = {}
        self.bans: dict[str, str] = {}
        self.private: dict[str, str] = {}
        self.told: list[Posted] = []
        self.nonces: dict[tuple[str, str], tuple[float, Posted]] = {}
        self.closed: set[str] = set()
        """Who takes no private messages."""
        self.reasons: list[str] = []
        """What stands in the audit log."""

    def creates(self, asked: Asked) -> bool:
        return asked.method != "GET" and not asked.path.endswith("/users/@me/channels")

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bot {TOKEN}" or "DiscordBot" not in asked.headers["user-agent"]:
            return error(401, 0, "401: Unauthorized")
        path = asked.path.removeprefix("/api/v10")
        if asked.query or (asked.body and asked.headers.get("content-type") != "application/json"):
            return error(400, 50035, "Invalid Form Body")
        if path == "/users/@me/channels" and asked.method == "POST":
            return self.open(asked.json["recipient_id"])
        for pattern, way in WAYS:
            if found := re.fullmatch(pattern, path):
                return way(self, asked, *found.groups())
        return error(404, 0, "404: Not Found")

    def noted(self, asked: Asked) -> None:
        """The reason, which Discord takes encoded."""
        given = asked.headers["x-audit-log-reason"]
        assert given.isascii()
        assert 1 <= len(unquote(given)) <= len(given) <= 512
        self.reasons.append(unquote(given))

    # Channels

    def message(self, asked: Asked, channel: str, name: str) -> Reply:
        if channel not in (CHANNEL, THREAD):
            return error(404, 10003, "Unknown Channel")
        if self.messages.get(name) != channel:
            return error(404, 10008, "Unknown Message")
        if asked.method == "DELETE":
            self.noted(asked)
            del self.messages[name]
            return reply(204)
        edited = self.edited.get(name)
        return reply(200, {"id": name, "channel_id": channel, "author": {"id": ANNA}, "edited_timestamp": edited})

    def channel(self, asked: Asked, name: str) -> Reply:
        if name in (CHANNEL, FORUM):
            return reply(200, {"id": name, "type": 0 if name == CHANNEL else 15, "guild_id": SERVER})
        thread = self.threads.get(name)
        if thread is None:
            return error(404, 10003, "Unknown Channel")
        if asked.method == "PATCH":
            self.noted(asked)
            if thread["archived"] and asked.json.get("archived") is not False:
                return error(400, 50083, "Thread is archived")
            thread |= asked.json
        return reply(200, {"id": name, "type": 11, "guild_id": SERVER, "thread_metadata": dict(thread)})

    # People

    def member(self, asked: Asked, person: str) -> Reply:
        if person not in self.roles:
            return error(404, 10007, "Unknown Member")
        if asked.method == "PATCH":
            self.noted(asked)
            if person == OWNER or MODS in self.roles[person]:
                return error(403, 50013, "Missing Permissions")
            until = asked.json["communication_disabled_until"]
            now = datetime.fromtimestamp(self.clock, UTC)
            if until is not None and not now < datetime.fromisoformat(until) <= now + DAYS_28:
                return error(400, 50035, "Invalid Form Body")
            self.timeouts[person] = until
        until = self.timeouts.get(person)
        shown = {"user": {"id": person, "username": "anna"}, "roles": self.roles[person]}
        return reply(200, {**shown, "communication_disabled_until": until})

    def all_roles(self, asked: Asked) -> Reply:
        return reply(200, [role(name) for name in PERMISSIONS])

    def one_role(self, asked: Asked, name: str) -> Reply:
        return reply(200, role(name)) if name in PERMISSIONS else error(404, 10011, "Unknown Role")

    def ban(self, asked: Asked, person: str) -> Reply:
        if asked.method == "GET":
            found = person in self.bans
            shown = {"reason": self.bans.get(person), "user": {"id": person, "username": "anna"}}
            return reply(200, shown) if found else error(404, 10026, "Unknown Ban")
        self.noted(asked)
        if asked.method == "PUT":
            if person == OWNER or MODS in self.roles.get(person, []):
                return error(403, 50013, "Missing Permissions")
            assert asked.json == {"delete_message_seconds": 0}
            self.bans[person] = self.reasons[-1]
            self.roles.pop(person, None)
            return reply(204)
        return reply(204) if self.bans.pop(person, None) else error(404, 10026, "Unknown Ban")

    # Private messages

    def open(self, person: str) -> Reply:
        if not person.isdecimal() or person == BOT:
            return error(400, 50033, "Invalid Recipient(s)")
        channel = self.private.setdefault(person, f"7900000000000000{len(self.private):02}")
        return reply(200, {"id": channel, "type": 1, "recipients": [{"id": person}]})

    def tell(self, asked: Asked, channel: str) -> Reply:
        person = next((one for one, name in self.private.items() if name == channel), None)
        if person is None:
            return error(404, 10003, "Unknown Channel")
        if person in self.closed:
            return error(403, 50007, "Cannot send messages to this user")
        body = asked.json
        content, nonce = body["content"], body["nonce"]
        if len(content.encode("utf-16-le")) // 2 > 2000 or len(nonce) > 25 or body["enforce_nonce"] is not True:
            return error(400, 50035, "Invalid Form Body")
        if not content.strip():
            return error(400, 50006, "Cannot send an empty message")
        at, there = self.nonces.get((channel, nonce), (-1e9, None))
        if there is None or self.clock - at > NONCE_SECONDS:
            there = Posted(self.next_id(), readable(content), parent=person)
            there.more = {"pings": pinged(content, body.get("allowed_mentions")), "flags": body.get("flags")}
            self.told.append(there)
            self.nonces[channel, nonce] = self.clock, there
        return reply(200, {"id": there.id, "channel_id": channel, "content": content, "nonce": nonce})


WAYS = (
    (r"/channels/(\d+)/messages/(\d+)", Discord.message),
    (r"/channels/(\d+)/messages", Discord.tell),
    (r"/channels/(\d+)", Discord.channel),
    (rf"/guilds/{SERVER}/members/(\d+)", Discord.member),
    (rf"/guilds/{SERVER}/bans/(\d+)", Discord.ban),
    (rf"/guilds/{SERVER}/roles", Discord.all_roles),
    (rf"/guilds/{SERVER}/roles/(\d+)", Discord.one_role),
)


def role(name: str) -> dict[str, Any]:
    return {"id": name, "name": 'a "role"}', "permissions": str(PERMISSIONS[name]), "position": 1}


def readable(content: str) -> str:
    """What people see of it."""
    return from_markdown(content).replace(ZERO_WIDTH, "")


def fake() -> Discord:
    return Discord()


def seen(discord: Discord) -> Any:
    """But for who is in the server: nobody is brought back."""
    timeouts = {person: until for person, until in discord.timeouts.items() if until}
    threads = {name: dict(thread) for name, thread in discord.threads.items()}
    told = [(one.parent, one.text) for one in discord.told]
    return dict(discord.messages), threads, timeouts, sorted(discord.bans), told


def message(name: str, channel: str = CHANNEL) -> Subject:
    url = f"https://discord.com/channels/{SERVER}/{channel}/{name}"
    return Subject(source="discord", kind="message", id=name, url=url)


WRITER = Person(id=ANNA, name="anna")
ACCOUNT = Subject(source="discord", kind="account", id=ANNA, url=f"https://discord.com/users/{ANNA}")
IN_A_WEEK, IN_TWO_WEEKS = (datetime.fromtimestamp(NOW, UTC) + timedelta(weeks=number) for number in (1, 2))


def action(measure: Any, subject: Subject | None = None, **more: Any) -> ActionRequested:
    given = {"reason": "Spam", "explanation": "It was spam.", "person": WRITER, **more}
    return ActionRequested(case="c1", measure=measure, subject=subject or message(SAID), **given)


def locked(name: str) -> Any:
    return lambda discord: bool(discord.threads.get(name, {}).get("locked"))


def delete(name: str) -> Any:
    return lambda discord: discord.threads.pop(name)


def vanish(name: str, channel: str = CHANNEL) -> Any:
    def gone(discord: Discord) -> None:
        del discord.messages[name]
        discord.threads.pop(channel, None)

    return gone


def leave(discord: Discord) -> None:
    del discord.roles[ANNA]


def timed_out(discord: Discord) -> bool:
    return discord.timeouts.get(ANNA) == IN_A_WEEK.isoformat()


def warned(discord: Discord) -> bool:
    """Once, and nobody was pinged by it."""
    return [(one.parent, one.more["pings"]) for one in discord.told] == [(ANNA, [])]


STORIES = (
    Story(
        "remove a message",
        action("remove"),
        holds=lambda discord: SAID not in discord.messages,
        gone=vanish(SAID),
    ),
    Story("lock the thread opened on a message", action("lock", message(OPENED)), locked(OPENED)),
    Story(
        "lock the thread a message stands in",
        action("lock", message(IN_THREAD, THREAD)),
        locked(THREAD),
        moved=delete(THREAD),
        gone=vanish(IN_THREAD, THREAD),
    ),
    Story(
        "time somebody out",
        action("timeout", until=IN_A_WEEK),
        timed_out,
        moved=lambda discord: discord.timeouts.update({ANNA: IN_TWO_WEEKS.isoformat()}),
        gone=leave,
    ),
    Story("time an account out", action("timeout", ACCOUNT, person=None, until=IN_A_WEEK), timed_out, gone=leave),
    Story("ban somebody", action("ban"), holds=lambda discord: ANNA in discord.bans),
    Story("ban an account", action("ban", ACCOUNT, person=None), holds=lambda discord: ANNA in discord.bans),
    Story("warn somebody", action("warn"), warned, gone=leave),
    Story("warn an account", action("warn", ACCOUNT, person=None), warned, gone=leave),
)
