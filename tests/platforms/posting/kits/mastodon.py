"""Mastodon, as docs.joinmastodon.org describes it: statuses with their idempotency keys, files, edits, deletion.

Where the documentation is silent, as mastodon/mastodon does it: the key is kept for an hour, and only once the status
is there; a file that is worked on cannot be attached; who deletes more than 30 statuses in half an hour has to wait.
"""

import html
from collections import deque
from typing import Any

import regex

from events.program import Target
from functions.platforms.outgoing import Reply
from tests.platforms.posting.fake import NOW, Asked, Fake, Posted, reply, stamp

SECRET = "token-of-acme"
HOST = "https://social.example"
ACCOUNT = "110001"
KEPT = 3600
"""Seconds that an idempotency key is known for."""

TARGETS = (
    Target(
        id="acme-mastodon",
        community="acme",
        platform="mastodon",
        url=HOST,
        pings=("mods", "everyone"),
        mentions={"mods": "mods@social.example", "anna": "@anna@elsewhere.example"},
    ),
)

ADDRESS = regex.compile(r"https?://[^\s<>]+")
HANDLE = regex.compile(r"(?<![=/\w])@([\p{L}\p{N}_]+(?:[.-]+[\p{L}\p{N}_]+)*)(?:@[\p{L}\p{N}][\p{L}\p{N}.-]*)?")
GRAPHEME = regex.compile(r"\X")
SCOPES = frozenset({"read:accounts", "read:statuses", "write:media", "write:statuses"})


def length(text: str) -> int:
    """StatusLengthValidator: an address as 23, `@user@domain` as `@user`, and then graphemes."""
    return len(GRAPHEME.findall(HANDLE.sub(r"@\1", ADDRESS.sub("x" * 23, text))))


class Mastodon(Fake):
    def __init__(self, target: Target) -> None:
        super().__init__()
        self.longest, self.alt_longest = 500, 1500
        self.scopes = SCOPES
        self.keys: dict[str, tuple[float, str]] = {}
        self.media: dict[str, dict[str, Any]] = {}
        self.deletes: deque[float] = deque()
        self.work = 1
        """How many looks at a GIF it takes until it is worked off."""
        self.deletes_nothing = False
        self.past: list[Posted] = [
            Posted("900", "What we said an hour ago", more={"at": NOW - 3600.0, "media": [], "edits": 0, "pings": []})
        ]

    def creates(self, asked: Asked) -> bool:
        return (asked.method, asked.path) == ("POST", "/api/v1/statuses")

    def answer(self, asked: Asked) -> Reply:
        if (asked.method, asked.path) == ("GET", "/api/v2/instance"):
            return reply(200, self.instance())
        if asked.headers.get("authorization") != f"Bearer {SECRET}":
            return reply(401, {"error": "The access token is invalid"})
        match asked.method, asked.path.strip("/").split("/")[1:]:
            case "POST", ["v1", "statuses"]:
                return self.within("write:statuses") or self.create(asked)
            case "PUT", ["v1", "statuses", name]:
                return self.within("write:statuses") or self.change(name, asked)
            case "DELETE", ["v1", "statuses", name]:
                return self.within("write:statuses") or self.delete(name)
            case "GET", ["v1", "statuses", name]:
                found = self.status(name)
                return reply(200, self.shown(found)) if found else gone()
            case "GET", ["v1", "statuses", name, "source"]:
                found = self.status(name)
                source = found and {"id": found.id, "text": found.text, "spoiler_text": ""}
                return self.within("read:statuses") or (reply(200, source) if source else gone())
            case "GET", ["v1", "accounts", "verify_credentials"]:
                return self.within("read:accounts") or reply(200, {"id": ACCOUNT, "acct": "acme"})
            case "GET", ["v1", "accounts", name, "statuses"] if name == ACCOUNT:
                return self.within("read:statuses") or self.listing(asked)
            case "POST", ["v2", "media"]:
                return self.within("write:media") or self.upload(asked)
            case "GET", ["v1", "media", name]:
                return self.file(name)
        return reply(404, b"<html>The page you are looking for isn't here.</html>")

    def within(self, scope: str) -> Reply | None:
        if scope in self.scopes:
            return None
        return reply(403, {"error": "This action is outside the authorized scopes"})

    # Statuses

    def create(self, asked: Asked) -> Reply:
        key = asked.headers.get("idempotency-key", "")
        known = self.keys.get(key)
        if key and known and self.clock - known[0] < KEPT:
            found = self.status(known[1])
            return reply(200, self.shown(found)) if found else gone()
        given = asked.json
        fault = self.fault(given)
        if fault:
            return fault
        parent = given.get("in_reply_to_id") or ""
        if parent and not self.status(parent):
            return gone()
        assert given["visibility"] == "public"
        made = Posted(self.next_id(), given["status"].strip(), parent)
        made.more |= {"at": self.clock, "edits": 0, "language": given["language"], "pings": pings(made.text)}
        self.attach(made, given.get("media_ids") or [])
        self.posts.append(made)
        if key:
            self.keys[key] = self.clock, made.id
        return reply(200, self.shown(made))

    def fault(self, given: dict[str, Any], own: str = "") -> Reply | None:
        names, text = given.get("media_ids") or [], given.get("status") or ""
        if not text.strip() and not names:
            return invalid("Validation failed: Text can't be blank")
        if length(text) > self.longest:
            return invalid(f"Validation failed: Text character limit of {self.longest} exceeded")
        if len(names) > 4:
            return invalid("Cannot attach more than 4 files")
        files = [self.media.get(name) for name in names]
        if any(one is None or one["status"] not in ("", own) for one in files):
            return invalid("Media not found or already attached")
        if any(one and one["work"] for one in files):
            return invalid("Cannot attach files that have not finished processing. Try again in a moment!")
        return None

    def attach(self, made: Posted, names: list[str]) -> None:
        made.more["media"] = [self.media[name] for name in names]
        made.more["alts"] = [one["description"] for one in made.more["media"]]
        for one in made.more["media"]:
            one["status"] = made.id

    def change(self, name: str, asked: Asked) -> Reply:
        found = self.status(name)
        fault = self.fault(asked.json, own=name)
        if found is None or fault:
            return fault or gone()
        before = found.text, found.more.get("media")
        found.text = asked.json["status"].strip()
        self.attach(found, asked.json.get("media_ids") or [])
        found.more["edits"] += before != (found.text, found.more["media"])
        return reply(200, self.shown(found))

    def delete(self, name: str) -> Reply:
        while self.deletes and self.deletes[0] <= self.clock - 1800:
            self.deletes.popleft()
        if len(self.deletes) >= 30:
            return reply(429, {"error": "Too many requests"}, x_ratelimit_reset=stamp(self.deletes[0] + 1800))
        found = self.status(name)
        if found is None or self.deletes_nothing:
            return gone()
        self.deletes.append(self.clock)
        self.posts = [one for one in self.posts if one.id != name]
        return reply(200, {**self.shown(found), "text": found.text})

    def listing(self, asked: Asked) -> Reply:
        """Newest first; ids are in the order of time."""
        newest = [*self.past, *self.posts][::-1]
        if "max_id" in asked.query:
            names = [one.id for one in newest]
            newest = newest[names.index(asked.query["max_id"]) + 1 :]
        return reply(200, [self.shown(one) for one in newest[: int(asked.query.get("limit", "20"))]])

    def status(self, name: str) -> Posted | None:
        return next((one for one in (*self.past, *self.posts) if one.id == name), None)

    def shown(self, post: Posted) -> dict[str, Any]:
        return {
            "id": post.id,
            "created_at": stamp(post.more["at"]),
            "in_reply_to_id": post.parent or None,
            "visibility": "public",
            "uri": f"{HOST}/users/acme/statuses/{post.id}",
            "url": f"{HOST}/@acme/{post.id}",
            "content": f"<p>{html.escape(post.text)}</p>",
            "media_attachments": [{"id": one["id"]} for one in post.more["media"]],
            "favourites_count": 3,
            "reblogs_count": 2,
            "replies_count": 1,
        }

    # Files

    def upload(self, asked: Asked) -> Reply:
        description, file = asked.fields["description"].content.decode(), asked.fields["file"]
        if len(description) > self.alt_longest:
            return invalid(f"Validation failed: Description is too long (maximum is {self.alt_longest} characters)")
        work = self.work if file.type == "image/gif" else 0
        name = f"m{self.next_id()}"
        self.media[name] = {
            "id": name,
            "description": description,
            "content": file.content,
            "type": file.type,
            "work": work,
            "status": "",
        }
        return reply(202 if work else 200, {"id": name, "type": "image", "url": None if work else f"{HOST}/m/{name}"})

    def file(self, name: str) -> Reply:
        found = self.media.get(name)
        if found is None or found["status"]:
            return gone()
        if not found["work"]:
            return reply(200, {"id": name, "url": f"{HOST}/m/{name}"})
        found["work"] -= 1
        return reply(206, {"id": name, "url": None})

    def instance(self) -> dict[str, Any]:
        return {
            "domain": "social.example",
            "version": "4.5.0",
            "configuration": {
                "statuses": {
                    "max_characters": self.longest,
                    "max_media_attachments": 4,
                    "characters_reserved_per_url": 23,
                },
                "media_attachments": {"description_limit": self.alt_longest, "image_size_limit": 16777216},
            },
        }


def pings(text: str) -> list[str]:
    """Whom Mastodon would tell."""
    return [found[0] for found in HANDLE.finditer(text)]


def gone() -> Reply:
    return reply(404, {"error": "Record not found"})


def invalid(why: str) -> Reply:
    return reply(422, {"error": why})


def fake(target: Target) -> Fake:
    return Mastodon(target)
