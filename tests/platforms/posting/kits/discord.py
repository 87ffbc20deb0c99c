"""Discord: a server with an announcement channel, a bot in it, and a webhook.

As documented in "Message", "Webhook", "Rate Limits", "Uploading Files" and "JSON Error Codes". That nonces are not kept
with messages, and how often may be published, is what authors of libraries found out.
"""

import json
import re
from typing import Any

from events.program import Target
from functions.platforms.outgoing import Reply
from functions.platforms.words import from_markdown
from tests.platforms.posting.fake import NOW, Asked, Fake, Posted, reply

CHANNEL, SERVER, BOT, STRANGER = "700000000000000001", "600000000000000001", "500000000000000001", "500000000000000002"
HOOK, HOOK_TOKEN = "800000000000000001", "hook-Token_1"
MODS, ANNA = "900000000000000001", "900000000000000002"

BOT_TOKEN = "bot-token.of.acme"
WEBHOOK_URL = f"https://discord.com/api/webhooks/{HOOK}/{HOOK_TOKEN}"
SECRET = BOT_TOKEN

WHO = {"mods": MODS, "anna": f"@{ANNA}"}
TARGETS = (
    Target(
        id="acme-discord",
        community="acme",
        platform="discord",
        place=CHANNEL,
        pings=("everyone", "here", "mods", "anna"),
        mentions=WHO,
    ),
    Target(id="acme-hook", community="acme", platform="discord", kind="webhook", pings=("mods",), mentions=WHO),
)

EPOCH_MS = 1_420_070_400_000
NONCE_SECONDS = 120
PUBLISHED_AN_HOUR = 10
CROSSPOSTED = 2
MENTION = re.compile(r"@everyone|@here|<@&(?P<role>[0-9]+)>|<@!?(?P<user>[0-9]+)>")


def secret(target: Target) -> str:
    """What is put for this target: a token, or a webhook's address."""
    return WEBHOOK_URL if target.form == "webhook" else BOT_TOKEN


class Discord(Fake):
    def __init__(self, target: Target) -> None:
        super().__init__()
        self.forms = 0
        self.nonces: dict[str, tuple[float, str]] = {}
        self.publishes: list[float] = []
        self.readable = True
        """Whether the bot has “Read Message History”."""
        self.others = [self.written("What a stranger said the day before", STRANGER, self.snowflake(NOW - 86_400))]
        self.posts = []

    # Ids and messages

    def snowflake(self, at: float) -> str:
        self.number += 1
        return str((int(at * 1000) - EPOCH_MS << 22) + self.number)

    def written(self, content: str, author: str, name: str, files: list[dict[str, Any]] | None = None) -> Posted:
        more: dict[str, Any] = {"content": content, "author": author, "files": files or [], "flags": 0, "pings": []}
        return Posted(name, from_markdown(content), more={**more, "reactions": [], "embeds": []})

    def message(self, post: Posted) -> dict[str, Any]:
        shown = {"reactions": post.more["reactions"]} if post.more["reactions"] else {}
        return {
            "id": post.id,
            "type": 0,
            "channel_id": CHANNEL,
            "author": {"id": post.more["author"], "username": "acme", "bot": True},
            "content": post.more["content"],
            "attachments": [{"id": f"{post.id}{i}", **file} for i, file in enumerate(post.more["files"])],
            "embeds": post.more["embeds"],
            "flags": post.more["flags"],
            "timestamp": "2026-11-25T08:00:00.000000+00:00",
            **shown,
        }

    def found(self, name: str, author: str) -> Posted | None:
        return next((one for one in self.posts if one.id == name and one.more["author"] == author), None)

    # What is asked

    def creates(self, asked: Asked) -> bool:
        return asked.method == "POST" and not asked.path.endswith("/crosspost")

    def answer(self, asked: Asked) -> Reply:
        path = re.sub(r"^/api(/v10)?", "", asked.path)
        if found := re.fullmatch(rf"/webhooks/{HOOK}/{HOOK_TOKEN}(?P<rest>/messages/(?P<message>[0-9]+))?", path):
            return self.as_webhook(asked, found["message"])
        if path.startswith("/webhooks/"):
            return error(404, 10015, "Unknown Webhook")
        if asked.headers.get("authorization") != f"Bot {BOT_TOKEN}":
            return error(401, 0, "401: Unauthorized")
        if path == "/users/@me":
            return reply(200, {"id": BOT, "username": "acme", "bot": True})
        if not path.startswith(f"/channels/{CHANNEL}"):
            return error(404, 10003, "Unknown Channel")
        return self.as_bot(asked, path.removeprefix(f"/channels/{CHANNEL}"))

    def as_bot(self, asked: Asked, path: str) -> Reply:
        if not path:
            return reply(200, {"id": CHANNEL, "type": 5, "guild_id": SERVER, "name": "news"})
        if path == "/messages":
            return self.create(asked, BOT) if asked.method == "POST" else self.listing(asked)
        name, _, action = path.removeprefix("/messages/").partition("/")
        post = self.found(name, BOT)
        if post is None:
            return error(404, 10008, "Unknown Message")
        return self.publish(post) if action == "crosspost" else self.one(asked, post)

    def as_webhook(self, asked: Asked, name: str | None) -> Reply:
        if asked.headers.get("authorization"):
            return error(401, 0, "401: Unauthorized")
        if name:
            post = self.found(name, HOOK)
            return self.one(asked, post) if post else error(404, 10008, "Unknown Message")
        if asked.method == "GET":
            return reply(200, {"id": HOOK, "channel_id": CHANNEL, "guild_id": SERVER, "token": HOOK_TOKEN})
        made = self.create(asked, HOOK)
        return made if made.status != 200 or asked.query.get("wait") == "true" else reply(204)

    def create(self, asked: Asked, author: str) -> Reply:
        body, files = read(asked)
        if wrong := self.wrong(body, files):
            return wrong
        nonce = str(body.get("nonce", "")) if author == BOT and body.get("enforce_nonce") is True else ""
        at, name = self.nonces.get(nonce, (-1e9, ""))
        if nonce and self.clock - at < NONCE_SECONDS:
            there = self.found(name, author)
            return reply(200, self.message(there)) if there else error(404, 10008, "Unknown Message")
        post = self.written(body.get("content", "").strip(), author, self.snowflake(self.clock))
        self.keep(post, body, files)
        self.posts.append(post)
        self.nonces[nonce] = self.clock, post.id
        return reply(200, {**self.message(post), "nonce": nonce})

    def wrong(self, body: dict[str, Any], files: dict[str, bytes]) -> Reply | None:
        content = body.get("content", "")
        if len(content.encode("utf-16-le")) // 2 > 2000 or len(str(body.get("nonce", ""))) > 25:
            told = {"content": {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 2000 or fewer."}]}}
            return reply(400, {"code": 50035, "message": "Invalid Form Body", "errors": told})
        if wrong := unfit(body.get("embeds", []), files, body.get("attachments", [])):
            return wrong
        if not content.strip() and not files and not body.get("embeds"):
            return error(400, 50006, "Cannot send an empty message")
        described = body.get("attachments", [])
        if len(described) > 10 or any(len(one.get("description", "")) > 1024 for one in described):
            return error(400, 50035, "Invalid Form Body")
        return None

    def keep(self, post: Posted, body: dict[str, Any], files: dict[str, bytes]) -> None:
        if "content" in body:
            post.more["content"] = body["content"].strip()
            post.text = from_markdown(post.more["content"])
        new = [
            {
                "filename": one["filename"],
                "description": one.get("description"),
                "size": len(files[f"files[{one['id']}]"]),
            }
            for one in body.get("attachments", [])
            if f"files[{one['id']}]" in files
        ]
        if "attachments" in body or files:
            post.more["files"] = new
        if "embeds" in body:
            post.more["embeds"] = body["embeds"]
        post.more["pings"] = pinged(post.more["content"], body.get("allowed_mentions"))

    def one(self, asked: Asked, post: Posted) -> Reply:
        if asked.method == "DELETE":
            self.posts.remove(post)
            return reply(204)
        if asked.method == "PATCH":
            body, files = read(asked)
            if wrong := self.wrong({"content": post.more["content"], **body}, files):
                return wrong
            self.keep(post, body, files)
        return reply(200, self.message(post))

    def publish(self, post: Posted) -> Reply:
        if post.more["flags"] & CROSSPOSTED:
            return error(400, 40033, "This message has already been crossposted")
        lately = [at for at in self.publishes if at > self.clock - 3600]
        if len(lately) >= PUBLISHED_AN_HOUR:
            left = lately[0] + 3600 - self.clock
            body = {"message": "The resource is being rate limited.", "retry_after": left, "global": False}
            return reply(429, body, retry_after="1", x_ratelimit_scope="shared")
        self.publishes = [*lately, self.clock]
        post.more["flags"] |= CROSSPOSTED
        return reply(200, self.message(post))

    def listing(self, asked: Asked) -> Reply:
        after, limit = int(asked.query.get("after", 0)), int(asked.query.get("limit", 50))
        found = sorted((*self.others, *self.posts), key=lambda post: int(post.id)) if self.readable else []
        newer = [post for post in found if int(post.id) > after]
        page = newer[:limit] if "after" in asked.query else newer[-limit:]
        return reply(200, [self.message(post) for post in reversed(page)])


def unfit(embeds: list[dict[str, Any]], files: dict[str, bytes], described: list[dict[str, Any]]) -> Reply | None:
    """Too many, too long, empty, or with a picture that did not come along."""
    names = [f"attachment://{one['filename']}" for one in described if f"files[{one['id']}]" in files]
    texts = [text for one in embeds for text in (one.get("title", ""), one.get("description", ""), footer(one))]
    long = any(
        size(one.get("title", "")) > 256 or size(one.get("description", "")) > 4096 or size(footer(one)) > 2048
        for one in embeds
    )
    empty = any(not {"title", "description", "image"} & one.keys() for one in embeds)
    lost = any(one["image"]["url"] not in names for one in embeds if "image" in one)
    if len(embeds) > 10 or sum(map(size, texts)) > 6000 or long or empty or lost:
        return error(400, 50035, "Invalid Form Body")
    return None


def footer(embed: dict[str, Any]) -> str:
    return str(embed.get("footer", {}).get("text", ""))


def size(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def pinged(content: str, allowed: dict[str, Any] | None) -> list[str]:
    """Whom Discord notifies: everybody who is mentioned, or those of them that `allowed_mentions` lets through."""
    allowed = {"parse": ["everyone", "roles", "users"]} if allowed is None else allowed
    found = []
    for mention in MENTION.finditer(content):
        kind = "roles" if mention["role"] else "users" if mention["user"] else "everyone"
        name = mention["role"] or mention["user"] or mention[0]
        if kind in allowed.get("parse", []) or name in allowed.get(kind, []):
            found.append(name)
    return found


def read(asked: Asked) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The JSON of a request, and its files by field."""
    if asked.headers.get("content-type") == "application/json":
        return asked.json, {}
    files = {name: one.content for name, one in asked.fields.items()}
    return json.loads(files.pop("payload_json")), files


def error(status: int, code: int, message: str) -> Reply:
    return reply(status, {"message": message, "code": code})


def fake(target: Target) -> Discord:
    return Discord(target)
