"""Threads, as Meta describes its API: containers and their publication, tokens that are renewed, replies, deletion.

What the documentation does not tell is as people met it: a container is not known everywhere at once, and one that is
published may be answered as a failure.
"""

import unicodedata
from datetime import UTC, datetime
from typing import Any

import regex

from events.program import Target
from functions.platforms.outgoing import Reply
from tests.platforms.posting.fake import NOW, Asked, Fake, Posted, reply

SECRET = "THAA-token-of-acme"
DAY = 86_400
SIXTY = 60 * DAY
SCOPES = frozenset({"content_publish", "manage_replies", "read_replies", "delete", "manage_insights"})

TARGETS = (
    Target(
        id="acme-threads",
        community="acme",
        platform="threads",
        account="acme",
        pings=("mods", "everyone"),
        mentions={"mods": "@acme.mods", "anna": "anna"},
    ),
)

ADDRESS = regex.compile(r"(?i)\b(?:https?://|www\.)[\w./#?=&%-]*[\w/]")
EMOJI = regex.compile(r"[\p{Emoji_Presentation}\p{Regional_Indicator}\u200D\uFE0F\u20E3]+")
MENTION = regex.compile(r"(?<![\w@])@([\w.]+)")


def length(text: str) -> int:
    """An emoji as its UTF-8 bytes."""
    text = unicodedata.normalize("NFC", text)
    return len(EMOJI.sub("", text)) + sum(len(found[0].encode()) for found in EMOJI.finditer(text))


def stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


class Threads(Fake):
    def __init__(self, target: Target) -> None:
        super().__init__()
        self.number = 17_000_000_000
        self.tokens = {SECRET: {"made": NOW - 10 * DAY, "until": NOW + 50 * DAY}}
        self.scopes = SCOPES
        self.containers: dict[str, dict[str, Any]] = {}
        self.work = 0
        """How many looks it takes until a container is finished."""
        self.lost: set[str] = set()
        """Containers that say they are finished, and cannot be published."""
        self.lag = 0.0
        """Seconds until a post is among the account's own."""
        self.past = [Posted("16000000001", "What we said an hour ago", more={"at": NOW - 3600.0, "image": None})]
        self.renewals = 0

    def creates(self, asked: Asked) -> bool:
        return (asked.method, asked.path) == ("POST", "/v1.0/me/threads_publish")

    def answer(self, asked: Asked) -> Reply:
        given = asked.form if asked.method == "POST" else asked.query
        token = self.tokens.get(given.get("access_token", ""))
        if token is None or token["until"] <= self.clock:
            return error(190, "Error validating access token: Session has expired.", 463)
        if asked.path == "/refresh_access_token":
            return self.renew(asked.query)
        match asked.method, asked.path.strip("/").split("/")[1:]:
            case "POST", ["me", "threads"]:
                needed = "manage_replies" if "reply_to_id" in given else "content_publish"
                return self.within(needed) or self.contain(given)
            case "POST", ["me", "threads_publish"]:
                return self.within("content_publish") or self.publish(given["creation_id"])
            case "GET", ["me", "threads"]:
                return self.listing(given, replies=False)
            case "GET", ["me", "replies"]:
                return self.within("read_replies") or self.listing(given, replies=True)
            case "GET", [name, "insights"]:
                return self.within("manage_insights") or self.insights(name, given["metric"])
            case "GET", [name]:
                return self.shown(name, given["fields"])
            case "DELETE", [name]:
                return self.within("delete") or self.delete(name)
        return missing(asked.path)

    def within(self, scope: str) -> Reply | None:
        if scope in self.scopes:
            return None
        return error(10, "Application does not have permission for this action", status=403)

    def renew(self, query: dict[str, str]) -> Reply:
        assert query["grant_type"] == "th_refresh_token"
        if self.tokens[query["access_token"]]["made"] > self.clock - DAY:
            return error(100, "The token is not old enough to be refreshed")
        self.renewals += 1
        fresh = f"THAA-renewed-{self.renewals}"
        self.tokens[fresh] = {"made": int(self.clock), "until": int(self.clock) + SIXTY}
        return reply(200, {"access_token": fresh, "token_type": "bearer", "expires_in": SIXTY})

    # Containers

    def contain(self, given: dict[str, str]) -> Reply:
        text, kind = given.get("text", ""), given["media_type"]
        if kind == "TEXT" and not text.strip():
            return error(100, "Param text must be a string that is not empty")
        if length(text) > 500:
            return error(100, "Param text must be at most 500 characters long.")
        if len({found[0] for found in ADDRESS.finditer(text)}) > 5:
            return error(100, "THREADS_API__LINK_LIMIT_EXCEEDED")
        if kind == "IMAGE":
            assert given["image_url"].startswith("https://")
            assert len(given["alt_text"]) <= 1000
        parent = given.get("reply_to_id", "")
        if parent and self.post(parent) is None:
            return missing(parent)
        name = self.next_id()
        self.containers[name] = {**given, "at": self.clock, "work": self.work, "published": False, "failed": ""}
        self.containers[name].pop("access_token")
        return reply(200, {"id": name})

    def status(self, name: str) -> str:
        found = self.containers[name]
        if found["published"]:
            return "PUBLISHED"
        if found["failed"]:
            return "ERROR"
        if found["at"] <= self.clock - DAY:
            return "EXPIRED"
        return "IN_PROGRESS" if found["work"] > 0 else "FINISHED"

    def publish(self, name: str) -> Reply:
        if name not in self.containers or name in self.lost or self.status(name) == "IN_PROGRESS":
            return unknown(name)
        found = self.containers[name]
        if self.status(name) != "FINISHED":
            return error(100, f"The container is {self.status(name)}.")
        made = Posted(self.next_id(), found.get("text", ""), found.get("reply_to_id", ""))
        made.more |= {"at": self.clock, "image": found.get("image_url"), "alt": found.get("alt_text")}
        made.more["pings"] = [one[1] for one in MENTION.finditer(made.text)]
        found["published"] = True
        self.posts.append(made)
        return reply(200, {"id": made.id})

    # Posts

    def post(self, name: str) -> Posted | None:
        return next((one for one in (*self.past, *self.posts) if one.id == name), None)

    def shown(self, name: str, fields: str) -> Reply:
        if name in self.containers:
            self.containers[name]["work"] -= 1
            found = {"status": self.status(name), "error_message": self.containers[name]["failed"]}
            return reply(200, {"id": name, **{one: found[one] for one in fields.split(",") if found.get(one)}})
        post = self.post(name)
        return reply(200, self.told(post, fields)) if post else missing(name)

    def told(self, post: Posted, fields: str) -> dict[str, Any]:
        found = {
            "permalink": f"https://www.threads.net/@acme/post/{post.id}",
            "text": post.text,
            "timestamp": stamp(post.more["at"]),
            "replied_to": {"id": post.parent} if post.parent else None,
        }
        return {"id": post.id, **{one: found[one] for one in fields.split(",") if found.get(one)}}

    def listing(self, query: dict[str, str], *, replies: bool) -> Reply:
        """Newest first."""
        newest = [
            one
            for one in [*self.past, *self.posts][::-1]
            if bool(one.parent) == replies and int(query["since"]) <= one.more["at"] <= self.clock - self.lag
        ]
        at, most = int(query.get("after", "0")), int(query["limit"])
        page = [self.told(one, query["fields"]) for one in newest[at : at + most]]
        cursors = {"before": str(at), "after": str(at + most)} if at + most < len(newest) else {"before": str(at)}
        return reply(200, {"data": page, "paging": {"cursors": cursors}})

    def delete(self, name: str) -> Reply:
        if self.post(name) is None:
            return missing(name)
        self.posts = [one for one in self.posts if one.id != name]
        return reply(200, {"success": True, "deleted_id": name})

    def insights(self, name: str, metric: str) -> Reply:
        if self.post(name) is None:
            return missing(name)
        counts = {"views": 900, "likes": 7, "replies": 2, "reposts": 3, "quotes": 1}
        data = [
            {"name": one, "period": "lifetime", "values": [{"value": counts[one]}], "id": f"{name}/insights/{one}"}
            for one in metric.split(",")
        ]
        return reply(200, {"data": data})


def unknown(name: str) -> Reply:
    why = f"The media with id {name} cannot be found."
    found = {"message": "The requested resource does not exist", "type": "OAuthException", "code": 24}
    return reply(400, {"error": {**found, "error_subcode": 4279009, "is_transient": False, "error_user_msg": why}})


def missing(name: str) -> Reply:
    return error(100, f"Unsupported request. Object with ID '{name}' does not exist", 33)


def error(code: int, message: str, subcode: int = 0, status: int = 400) -> Reply:
    found: dict[str, Any] = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
    return reply(status, {"error": found | ({"error_subcode": subcode} if subcode else {})})


def fake(target: Target) -> Fake:
    return Threads(target)
