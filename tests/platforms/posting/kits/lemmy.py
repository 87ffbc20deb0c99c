"""Lemmy: an instance with a community, of today's version (API 4 beside the rest of API 3) and of the one before it.

As LemmyNet/lemmy's crates/api, crates/api_crud, crates/db_views and crates/routes do it, and where these differ, by
version: fields, methods, lists (pages that are counted and pinned posts first, or cursors), uploads, errors with
status 400, a key that is refused for two minutes. Answers are read to 64 KiB.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

from events.program import Target
from functions.platforms.outgoing import Reply
from functions.platforms.words import from_markdown
from tests.platforms.posting.fake import NOW, Asked, Fake, Posted, reply, without_code

SECRET = "eyJ0eXAiOiJKV1QifQ.acme.signed"
NAME, PASSWORD = "acme_news", "acme-password"
BY_PASSWORD = json.dumps({"username": NAME, "password": PASSWORD})
NEW, OLD = "https://lemmy.acme.example", "https://old.lemmy.example"
COMMUNITY, NUMBER = "news", 7

GRANTED: dict[str, Any] = {
    "pings": ("mods", "everyone"),
    "mentions": {"mods": "@acme_mods@lemmy.acme.example", "anna": "anna@lemmy.example", "press": "press"},
}
TARGETS = tuple(
    Target(id=name, community="acme", platform="lemmy", url=url, place=COMMUNITY, account=NAME, **GRANTED)
    for name, url in (("acme-lemmy", NEW), ("acme-lemmy-019", OLD))
)
READ = 65_536
KEY_SECONDS = 120
MENTION = re.compile(r"(?<![\w/])@([\w.-]+@[a-zA-Z0-9.-]+)")
SIDEBAR = "Rules: be kind. " * 40


class Lemmy(Fake):
    def __init__(self, target: Target) -> None:
        super().__init__()
        self.new = target.url != OLD
        self.number = 500
        self.tokens, self.password, self.logins = {SECRET}, PASSWORD, 0
        self.keys: dict[str, float] = {}
        self.images: list[bytes] = []
        self.sidebar = SIDEBAR
        self.fails_after_making = ""
        self.before = [
            self.thing("post", "Rules", "Be kind", NOW - 90 * 86_400, pinned=True),
            self.thing("post", "Hello", "We are here", NOW - 86_400),
        ]
        self.posts = []

    def thing(self, kind: str, name: str, text: str, at: float, parent: str = "", *, pinned: bool = False) -> Posted:
        more = {"kind": kind, "name": name, "raw": text, "at": at, "pinned": pinned, "deleted": False}
        more["pings"] = MENTION.findall(without_code(text))
        return Posted(self.next_id(), seen(name, text), parent, more)

    def creates(self, asked: Asked) -> bool:
        return asked.method == "POST" and asked.path.rpartition("/")[2] in ("post", "comment")

    def answer(self, asked: Asked) -> Reply:
        found = self.route(asked)
        return Reply(found.status, found.headers, found.body[:READ])

    def route(self, asked: Asked) -> Reply:
        if asked.path == "/pictrs/image":
            return self.upload(asked) if not self.new else reply(404)
        prefix, _, path = asked.path.removeprefix("/api/").partition("/")
        if prefix == "v4" and not self.new:
            return reply(404)
        if prefix == "v3" and self.new and (asked.method, path) != ("GET", "post/list"):
            return reply(404)
        if path == "site":
            return reply(200, {"version": "1.0.0" if self.new else "0.19.11", "site_view": {}})
        if path in ("account/auth/login", "user/login"):
            return self.log_in(asked.json)
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return reply(400 if self.new else 401, {"error": "not_logged_in"})
        if path == "image":
            return self.upload(asked)
        key = asked.headers.get("idempotency-key", "")
        if self.new and asked.method in ("POST", "PUT") and 0 < len(key) <= 32:
            if self.clock - self.keys.get(key, -1e9) < KEY_SECONDS:
                return reply(422)
            self.keys[key] = self.clock
        return self.called(asked, path)

    def called(self, asked: Asked, path: str) -> Reply:
        match asked.method, path:
            case "GET", "community":
                return self.community(asked.query)
            case "GET", "post/list" | "comment/list":
                return self.listing(asked.query, path.partition("/")[0])
            case "GET", "post" | "comment":
                found = self.found(asked.query.get("id"))
                return self.shown(found, path) if found else missing()
            case "POST", "post":
                return self.post(asked.json)
            case "POST", "comment":
                return self.comment(asked.json)
            case "PUT", "post" | "comment":
                return self.change(asked.json, path)
        deleting = ("DELETE", ("post", "comment")) if self.new else ("POST", ("post/delete", "comment/delete"))
        if asked.method == deleting[0] and path in deleting[1]:
            return self.delete(asked.json, path.partition("/")[0])
        return reply(404)

    def log_in(self, given: dict[str, Any]) -> Reply:
        self.logins += 1
        if (given["username_or_email"], given["password"]) != (NAME, self.password):
            return reply(401, {"error": "incorrect_login"})
        token = f"login-{self.logins}"
        self.tokens.add(token)
        return reply(200, {"jwt": token, "registration_created": False, "verify_email_sent": False})

    # Writing

    def post(self, given: dict[str, Any]) -> Reply:
        if given["community_id"] != NUMBER:
            return missing()
        if not 3 <= len(given["name"].strip()) <= 200:
            return wrong("invalid_post_title")
        if len(given.get("body", "")) > 50_000:
            return wrong("invalid_body_field")
        return self.made(self.thing("post", given["name"], given.get("body", ""), self.clock))

    def comment(self, given: dict[str, Any]) -> Reply:
        assert isinstance(given["post_id"], int)
        post, parent = self.found(given["post_id"]), self.found(given.get("parent_id"))
        if post is None:
            return missing()
        if "parent_id" in given:
            assert isinstance(given["parent_id"], int)
            assert parent is not None
            assert parent.more["kind"] == "comment"
        if len(given["content"]) > 10_000:
            return wrong("invalid_body_field")
        made = self.thing("comment", "", given["content"], self.clock, (parent or post).id)
        made.more["post"] = post.id
        return self.made(made)

    def made(self, post: Posted) -> Reply:
        self.posts.append(post)
        if self.fails_after_making:
            return wrong(self.fails_after_making)
        return self.shown(post, post.more["kind"])

    def change(self, given: dict[str, Any], kind: str) -> Reply:
        post = self.found(given[f"{kind}_id"])
        if post is None:
            return missing()
        post.more["name"] = given.get("name", post.more["name"])
        post.more["raw"] = given.get("body", given.get("content", post.more["raw"]))
        post.text = seen(post.more["name"], post.more["raw"])
        return self.shown(post, kind)

    def delete(self, given: dict[str, Any], kind: str) -> Reply:
        assert given["deleted"] is True
        post = self.found(given[f"{kind}_id"])
        if post is None:
            return missing()
        if post.more["deleted"]:
            return wrong(f"couldnt_update_{kind}")
        post.more["deleted"], post.text = True, ""
        return self.shown(post, kind)

    def upload(self, asked: Asked) -> Reply:
        if self.new:
            signed = asked.headers.get("authorization", "").removeprefix("Bearer ") in self.tokens
        else:
            signed = asked.headers.get("cookie", "").removeprefix("jwt=") in self.tokens
        if not signed:
            return reply(401)
        ((field, held),) = asked.fields.items()
        assert field == "images[]"
        self.images.append(held.content)
        name = f"{len(self.images):08d}-aaaa-bbbb-cccc-0123456789ab.png"
        if self.new:
            return reply(200, {"image_url": f"{NEW}/api/v4/image/{name}", "filename": name})
        return reply(201, {"msg": "ok", "files": [{"file": name, "delete_token": "d"}]})

    # Reading

    def found(self, name: object) -> Posted | None:
        return next((one for one in (*self.before, *self.posts) if one.id == str(name)), None)

    def view(self, post: Posted) -> dict[str, Any]:
        kind = post.more["kind"]
        moment = datetime.fromtimestamp(post.more["at"], UTC).isoformat().replace("+00:00", "Z")
        text = (
            {"name": post.more["name"], "body": post.more["raw"]} if kind == "post" else {"content": post.more["raw"]}
        )
        counts = {"score": 5, "upvotes": 6, "comments": 3}
        address = NEW if self.new else OLD
        thing = {
            "id": int(post.id),
            **text,
            "deleted": post.more["deleted"],
            "published_at" if self.new else "published": moment,
            "ap_id": f"{address}/{kind}/{post.id}",
            "featured_community": post.more["pinned"],
            **(counts if self.new else {}),
        }
        around = {"community": {"id": NUMBER, "name": COMMUNITY, "description": self.sidebar}}
        return {kind: thing, **around, **({} if self.new else {"counts": counts})}

    def shown(self, post: Posted, kind: str) -> Reply:
        return bare({f"{kind}_view": self.view(post)})

    def community(self, query: dict[str, str]) -> Reply:
        if query.get("name") not in (COMMUNITY, f"{COMMUNITY}@lemmy.acme.example"):
            return missing()
        community = {"id": NUMBER, "name": COMMUNITY, "description": self.sidebar}
        return bare({"community_view": {"community": community}, "moderators": []})

    def listing(self, query: dict[str, str], kind: str) -> Reply:
        assert (query["sort"], query["type_"]) == (("new", "all") if self.new else ("New", "All"))
        assert query.get("time_range_seconds") == ("0" if self.new else None), "else it may show the last day only"
        if kind == "post":
            assert int(query["community_id"]) == NUMBER
            assert query["show_read"] == "true", "one's own posts count as read"
        there = [one for one in (*self.before, *self.posts) if one.more["kind"] == kind]
        if kind == "comment":
            there = [one for one in there if one.more["post"] == query["post_id"]]
        pinned_first = not self.new
        order = sorted(
            there, key=lambda one: (pinned_first and one.more["pinned"], one.more["at"], one.id), reverse=True
        )
        size = int(query["limit"])
        start = int(query.get("page_cursor", "c0")[1:]) if self.new else (int(query.get("page", 1)) - 1) * size
        page = [self.view(one) for one in order[start : start + size]]
        if not self.new:
            return bare({f"{kind}s": page})
        following = {"next_page": f"c{start + size}"} if len(page) >= size else {}
        return bare({"items": page, **following})


def seen(name: str, text: str) -> str:
    """A definition of a link is no part of what people see."""
    return "\n\n".join(filter(None, (name, from_markdown(re.sub(r"(?m)^\[\w+\]: # \(\w+\)$", "", text)))))


def bare(body: Any) -> Reply:
    """As Rust writes JSON: no spaces, no escapes for letters."""
    return reply(200, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())


def wrong(error: str) -> Reply:
    return reply(400, {"error": error})


def missing() -> Reply:
    return reply(404, {"error": "not_found"})


def fake(target: Target) -> Lemmy:
    return Lemmy(target)
