"""Reddit: a community in which our account may post, and the account's own lists.

As reddit.com/dev/api, github.com/reddit-archive/reddit/wiki/OAuth2 and PRAW have it: a wrong password is answered 200,
errors of a form are, too; answers hold a post's text before nearly everything else, in ASCII, and are read to 64 KiB.
"""

import base64
import html
import json
import re
from typing import Any

from events.program import Target
from functions.platforms.outgoing import Reply
from functions.platforms.words import from_markdown
from tests.platforms.posting.fake import NOW, Asked, Fake, Posted, reply, without_code

CLIENT, CLIENT_SECRET, REFRESH, PASSWORD = "client-1", "client-secret-1", "refresh-token-1", "acme-password"
SECRET = json.dumps({"client_id": CLIENT, "client_secret": CLIENT_SECRET, "refresh_token": REFRESH})
BY_PASSWORD = json.dumps(
    {"client_id": CLIENT, "client_secret": CLIENT_SECRET, "username": "AcmeNews", "password": PASSWORD}
)
ACCOUNT, COMMUNITY, FLAIR = "AcmeNews", "acmegame", "8f3c1a52-0b7d-11ef-9d2e-0242ac120002"

TARGETS = (
    Target(
        id="acme-reddit",
        community="acme",
        platform="reddit",
        place=COMMUNITY,
        account=ACCOUNT,
        tag=FLAIR,
        pings=("mods", "everyone"),
        mentions={"mods": "u/AcmeMods", "anna": "anna_b", "press": "not a name!"},
    ),
)
READ = 65_536
LASTS = 3600
MENTION = re.compile(r"(?<![\w/])/?u/([\w-]{3,20})")


class Reddit(Fake):
    def __init__(self, target: Target) -> None:
        super().__init__()
        self.tokens: dict[str, float] = {}
        self.logins = 0
        self.refreshes, self.passwords = {REFRESH}, {PASSWORD}
        self.resting = 0.0
        """Seconds that Reddit wants a rest for."""
        self.made_all_the_same = False
        self.flair_needed = False
        self.before = [self.thing("t3", "What we said last month", "Hello", NOW - 30 * 86_400)]
        self.posts = []

    def thing(self, kind: str, title: str, text: str, at: float, parent: str = "") -> Posted:
        self.number += 1
        more = {
            "at": at,
            "title": title,
            "raw": text,
            "pings": MENTION.findall(without_code(text)),
            "flair": "",
            "gone": False,
        }
        name = f"{kind}_{self.number:x}abc"
        return Posted(name, "\n\n".join(filter(None, (title, from_markdown(text)))), parent, more)

    def creates(self, asked: Asked) -> bool:
        return asked.path in ("/api/submit", "/api/comment")

    def answer(self, asked: Asked) -> Reply:
        assert asked.headers["user-agent"].startswith("server:liaison:")
        if asked.path == "/api/v1/access_token":
            return self.log_in(asked)
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens.get(token, 0) <= self.clock:
            return reply(401, {"message": "Unauthorized", "error": 401}, www_authenticate='Bearer realm="reddit"')
        if asked.path == "/api/v1/me":
            return reply(200, {"name": ACCOUNT, "id": "1abc"})
        if asked.method == "POST":
            form = asked.form
            return WAYS[asked.path](self, form)
        assert asked.query["raw_json"] == "1", "else Reddit writes &lt; for <"
        return self.info(asked.query) if asked.path == "/api/info" else self.listing(asked)

    def log_in(self, asked: Asked) -> Reply:
        self.logins += 1
        client = base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
        if client != f"{CLIENT}:{CLIENT_SECRET}":
            return reply(401, {"message": "Unauthorized", "error": 401})
        form = asked.form
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] not in self.refreshes:
                return reply(400, {"message": "Bad Request", "error": 400} | {"error": "invalid_grant"})
        elif (form["username"], form["password"]) != (ACCOUNT, *self.passwords):
            return reply(200, {"error": "invalid_grant"})
        token = f"token-{self.logins}"
        self.tokens[token] = self.clock + LASTS
        return reply(200, {"access_token": token, "token_type": "bearer", "expires_in": LASTS, "scope": "*"})

    # Writing

    def submit(self, form: dict[str, str]) -> Reply:
        assert form["api_type"] == "json"
        assert form["kind"] == "self"
        if form["sr"].casefold() != COMMUNITY:
            return errors(["SUBREDDIT_NOEXIST", "Hmm, that community doesn't exist.", "sr"])
        if not form["title"] or len(form["title"]) > 300:
            return errors(["TOO_LONG", "this is too long (max: 300)", "title"])
        if len(form.get("text", "")) > 40_000:
            return errors(["TOO_LONG", "this is too long (max: 40000)", "text"])
        if self.flair_needed and not form.get("flair_id"):
            told = ["SUBMIT_VALIDATION_FLAIR_REQUIRED", "Your post must contain post flair.", "flair"]
            return reply(400, {"json": {"errors": [told]}, "reason": told[0], "explanation": told[1]})
        if self.resting and not self.made_all_the_same:
            return self.rest({})
        post = self.thing("t3", form["title"], form.get("text", ""), self.clock)
        post.more["flair"] = form.get("flair_id", "")
        self.posts.append(post)
        url = f"https://www.reddit.com{self.link(post)}"
        data = {"url": url, "drafts_count": 0, "id": post.id.removeprefix("t3_"), "name": post.id}
        return self.rest({"data": data}) if self.resting else reply(200, {"json": {"errors": [], "data": data}})

    def rest(self, more: dict[str, Any]) -> Reply:
        words = f"Looks like you've been doing that a lot. Take a break for {self.resting // 60:.0f} minutes before"
        told = [["RATELIMIT", f"{words} trying again.", "ratelimit"]]
        return reply(200, {"json": {"ratelimit": self.resting, "errors": told, **more}})

    def comment(self, form: dict[str, str]) -> Reply:
        assert form["api_type"] == "json"
        parent = self.found(form["thing_id"])
        if parent is None or parent.more["gone"]:
            return errors(["DELETED_COMMENT", "that comment has been deleted", "parent"])
        if len(form["text"]) > 10_000:
            return errors(["TOO_LONG", "this is too long (max: 10000)", "text"])
        post = self.thing("t1", "", form["text"], self.clock, parent.id)
        self.posts.append(post)
        return self.whole({"json": {"errors": [], "data": {"things": [self.shown(post)]}}})

    def edit(self, form: dict[str, str]) -> Reply:
        post = self.found(form["thing_id"])
        if post is None or post.more["gone"]:
            return reply(403, {"message": "Forbidden", "error": 403})
        post.more["raw"] = form["text"]
        post.text = "\n\n".join(filter(None, (post.more["title"], from_markdown(form["text"]))))
        return self.whole({"json": {"errors": [], "data": {"things": [self.shown(post)]}}})

    def delete(self, form: dict[str, str]) -> Reply:
        post = self.found(form["id"])
        if post:
            post.text, post.more["gone"] = "", True
        return reply(200, {})

    # Reading

    def found(self, name: str) -> Posted | None:
        return next((one for one in self.posts if one.id == name), None)

    def link(self, post: Posted) -> str:
        return f"/r/{COMMUNITY}/comments/{post.id[3:]}/x/"

    def shown(self, post: Posted) -> dict[str, Any]:
        """In the order that Reddit has them in."""
        text = post.more["raw"]
        rendered = f"<!-- SC_OFF --><p>{html.escape(text)}</p>"
        words = (
            {"body": text, "parent_id": post.parent, "body_html": rendered}
            if post.id.startswith("t1")
            else {"selftext": text}
        )
        data = {
            "approved_at_utc": None,
            "subreddit": "AcmeGame",
            **words,
            "author_fullname": "t2_1abc",
            "title": post.more["title"],
            "name": post.id,
            "score": 12,
            "created": post.more["at"],
            **({"selftext_html": rendered} if post.id.startswith("t3") else {}),
            "author": "[deleted]" if post.more["gone"] else ACCOUNT,
            "num_comments": 4,
            "num_crossposts": 1,
            "permalink": self.link(post),
            "created_utc": post.more["at"],
        }
        return {"kind": post.id[:2], "data": data}

    def listing(self, asked: Asked) -> Reply:
        assert asked.query["sort"] == "new"
        kind = {f"/user/{ACCOUNT}/submitted": "t3", f"/user/{ACCOUNT}/comments": "t1"}[asked.path]
        there = [one for one in (*self.before, *self.posts) if one.id.startswith(kind) and not one.more["gone"]]
        newest = sorted(there, key=lambda one: (one.more["at"], int(one.id[3:-3], 16)), reverse=True)
        names = [one.id for one in newest]
        start = names.index(asked.query["after"]) + 1 if "after" in asked.query else 0
        page = newest[start : start + int(asked.query["limit"])]
        after = page[-1].id if page and page[-1] is not newest[-1] else None
        listing = {"after": after, "dist": len(page), "children": [self.shown(one) for one in page], "before": None}
        return self.whole({"kind": "Listing", "data": listing})

    def info(self, query: dict[str, str]) -> Reply:
        post = self.found(query["id"])
        return self.whole({"kind": "Listing", "data": {"children": [self.shown(post)] if post else []}})

    def whole(self, body: Any) -> Reply:
        return reply(200, json.dumps(body).encode()[:READ])


WAYS = {
    "/api/submit": Reddit.submit,
    "/api/comment": Reddit.comment,
    "/api/editusertext": Reddit.edit,
    "/api/del": Reddit.delete,
}


def errors(*told: list[str]) -> Reply:
    return reply(200, {"json": {"errors": list(told)}})


def fake(target: Target) -> Reddit:
    return Reddit(target)
