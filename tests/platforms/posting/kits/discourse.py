"""Discourse: a forum with a category for news and a topic that is replied to.

As in docs.discourse.org and Discourse's own controllers: a topic's external id is used once, for ever; whoever sends
the same by the API again within two minutes is told the same again, and nothing is made; answers are read to 64 KiB.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

from events.program import Target
from functions.platforms.outgoing import Reply
from functions.platforms.words import from_markdown
from tests.platforms.posting.fake import NOW, Asked, Fake, Posted, reply

SECRET = "acme-forum-key"
FORUM, CATEGORY, TOPIC = "https://forum.acme.example", 5, 40
GRANTED: dict[str, Any] = {"pings": ("everyone", "mods"), "mentions": {"mods": "moderators"}}
TARGETS = tuple(
    Target(
        id=f"acme-{kind}",
        community="acme",
        platform="discourse",
        kind=kind,
        url=FORUM,
        place=str(TOPIC if kind == "reply" else CATEGORY),
        tag="" if kind == "reply" else "news",
        **GRANTED,
    )
    for kind in ("topic", "reply", "pinned")
)
NAMES = ("moderators", "anna", "here")
"""Whoever is written as @name is pinged."""

MOST, MOST_TITLE, FEWEST, FEWEST_TITLE = 32_000, 255, 5, 5
"""This forum takes shorter posts and titles than most."""

READ = 65_536
REMEMBERED = 120
"""Seconds (`DistributedMemoizer` in posts_controller.rb)."""


class Discourse(Fake):
    def __init__(self, target: Target) -> None:
        super().__init__()
        self.number = 99
        self.topics: dict[int, dict[str, Any]] = {}
        self.told: dict[str, tuple[float, Reply]] = {}
        self.uploads: list[bytes] = []
        self.small: list[Posted] = []
        """What the forum itself writes into a topic: that it was pinned."""
        self.before: list[Posted] = []
        """What was there already."""
        self.begin(TOPIC, "All the news of the month", NOW - 90_000)

    def creates(self, asked: Asked) -> bool:
        return (asked.method, asked.path) == ("POST", "/posts.json") or asked.path.endswith("/status.json")

    def begin(self, topic: int, title: str, at: float) -> None:
        self.topics[topic] = {"title": title, "external_id": None, "pinned_at": None, "category": CATEGORY, "tags": []}
        self.before.append(self.post(topic, "What happens here, month by month.", "anna", at))

    def post(self, topic: int, raw: str, user: str, at: float | None = None) -> Posted:
        place = 1 + sum(one.more["topic"] == topic for one in (*self.before, *self.posts, *self.small))
        more = {"topic": topic, "number": place, "user": user, "created": self.clock if at is None else at, "likes": 0}
        found = Posted(self.next_id(), "", "" if place == 1 else str(topic), more)
        self.write(found, raw)
        return found

    def write(self, post: Posted, raw: str) -> None:
        post.more |= {"raw": raw, "pings": [name for name in re.findall(r"(?<![\w/])@([\w.-]+)", raw) if name in NAMES]}
        title = self.topics[post.more["topic"]]["title"] + "\n\n" if post.more["number"] == 1 else ""
        seen = re.sub(r"!\[(?P<alt>(?:\\.|[^\]\\|])*)[^\]]*\]\([^)]*\)", r"\g<alt>", re.sub(r"(?s)<!--.*?-->", "", raw))
        post.text = title + from_markdown(seen)

    @property
    def all(self) -> list[Posted]:
        """By the order in which they were written."""
        return sorted((*self.before, *self.posts, *self.small), key=lambda one: int(one.id))

    def found(self, post: str) -> Posted | None:
        return next((one for one in self.all if one.id == post), None)

    # Answers

    def answer(self, asked: Asked) -> Reply:
        given = self.given(asked)
        return Reply(given.status, given.headers, given.body[:READ])

    def given(self, asked: Asked) -> Reply:
        if asked.headers.get("api-key") != SECRET or asked.headers.get("api-username") not in ("system", "liaison"):
            return wrong(
                403, "You are not permitted to view the requested resource. The API username or key is invalid."
            )
        for method, pattern, way in WAYS:
            found = re.fullmatch(pattern, asked.path)
            if found and method == asked.method:
                return way(self, asked, *found.groups())
        return wrong(404, "The requested URL or resource could not be found.", "not_found")

    def create(self, asked: Asked) -> Reply:
        remembered = self.told.get(asked.body.decode())
        if remembered and self.clock - remembered[0] < REMEMBERED:
            return remembered[1]
        given = asked.json
        errors = self.unfit(given)
        told = refused(errors) if errors else reply(200, self.shown(self.made(given, asked.headers["api-username"])))
        self.told[asked.body.decode()] = (self.clock, told)
        return told

    def unfit(self, given: dict[str, Any]) -> list[str]:
        raw, title = given["raw"].strip(), given.get("title", "")
        told = []
        if not FEWEST <= len(raw) <= MOST:
            told.append(
                f"Body is too short (minimum is {FEWEST} characters)" if len(raw) < FEWEST else "Body is too long"
            )
        if any(int(name) >= len(self.uploads) for name in re.findall(r"upload://a([0-9]+)\.", raw)):
            told.append("There is no such upload")
        if "topic_id" in given:
            return [*told, *([] if given["topic_id"] in self.topics else ["The topic you tried to reply to is gone"])]
        if not FEWEST_TITLE <= len(title) <= MOST_TITLE:
            told.append("Title is too short or too long")
        if title.casefold() in {topic["title"].casefold() for topic in self.topics.values()}:
            told.append("Title has already been used")
        if given.get("category") != CATEGORY:
            told.append("Category can't be blank")
        external = given["external_id"].casefold()
        if not re.fullmatch(r"[\w-]{1,50}", external):
            told.append("External must be fewer than 50 characters")
        if external in {topic["external_id"] for topic in self.topics.values()}:
            told.append("External has already been taken")
        return told

    def made(self, given: dict[str, Any], user: str) -> Posted:
        topic = given.get("topic_id")
        if topic is None:
            topic = int(self.next_id())
            names = {name: given.get(name) for name in ("title", "category", "tags")}
            self.topics[topic] = {**names, "external_id": given["external_id"].casefold(), "pinned_at": None}
        post = self.post(topic, given["raw"].strip(), user)
        self.posts.append(post)
        return post

    def shown(self, post: Posted, *, raw: bool = False) -> dict[str, Any]:
        likes = [{"id": 2, "count": post.more["likes"]}] if post.more["likes"] else []
        return {
            "id": int(post.id),
            "username": post.more["user"],
            "created_at": f"{datetime.fromtimestamp(post.more['created'], UTC):%Y-%m-%dT%H:%M:%S.000Z}",
            "cooked": f"<p>{post.text}</p>",
            "post_number": post.more["number"],
            "reply_count": 0,
            "reads": 7,
            "topic_id": post.more["topic"],
            "topic_slug": "news",
            "actions_summary": [{"id": 3, "count": 1}, *likes],
            **({"raw": post.more["raw"]} if raw else {}),
        }

    # Looks

    def by_external_id(self, asked: Asked, name: str) -> Reply:
        for topic, known in self.topics.items():
            if known["external_id"] == name.casefold() and not known.get("deleted"):
                return reply(301, None, location=f"{FORUM}/t/news/{topic}.json")
        return wrong(404, "The requested URL or resource could not be found.", "not_found")

    def by_number(self, asked: Asked, topic: str, number: str) -> Reply:
        found = next((o for o in self.all if (o.more["topic"], o.more["number"]) == (int(topic), int(number))), None)
        return reply(200, self.shown(found, raw=True)) if found else wrong(404, "not found", "not_found")

    def by_date(self, asked: Asked, topic: str, date: str) -> Reply:
        since = datetime.fromisoformat(date).timestamp()
        for one in self.all:
            if one.more["topic"] == int(topic) and one.more["created"] >= since:
                return reply(200, self.shown(one, raw=True))
        return wrong(404, "not found", "not_found")

    def post_ids(self, asked: Asked, topic: str) -> Reply:
        after, user = int(asked.query["post_number"]), asked.query["username_filters"]
        found = [
            o for o in self.all if o.more["topic"] == int(topic) and o.more["number"] > after and o.more["user"] == user
        ]
        return reply(200, {"post_ids": [int(one.id) for one in found]})

    def raw(self, asked: Asked, post: str) -> Reply:
        found = self.found(post)
        return (
            Reply(200, {"content-type": "text/plain"}, found.more["raw"].encode()) if found else wrong(404, "not found")
        )

    def post_json(self, asked: Asked, post: str) -> Reply:
        found = self.found(post)
        return reply(200, self.shown(found, raw=True)) if found else wrong(404, "not found", "not_found")

    def topic_json(self, asked: Asked, name: str) -> Reply:
        topic = self.topics.get(int(name))
        posts = [one for one in self.all if one.more["topic"] == int(name)]
        if topic is None or topic.get("deleted"):
            return wrong(404, "not found", "not_found")
        return reply(
            200,
            {
                "post_stream": {"posts": [self.shown(one) for one in posts[:20]], "stream": [int(o.id) for o in posts]},
                "id": int(name),
                "title": topic["title"],
                "posts_count": sum(one not in self.small for one in posts),
                "views": 250,
                "like_count": sum(one.more["likes"] for one in posts),
                "pinned_at": topic["pinned_at"],
            },
        )

    def settings(self, asked: Asked) -> Reply:
        return reply(200, {"title": "Acme", "max_post_length": MOST, "max_topic_title_length": MOST_TITLE})

    # Changes

    def status(self, asked: Asked, topic: str) -> Reply:
        if int(topic) not in self.topics or self.topics[int(topic)].get("deleted"):
            return wrong(403, "You are not permitted to view the requested resource.")
        if asked.json == {"status": "pinned", "enabled": "true"}:
            self.topics[int(topic)]["pinned_at"] = "2026-11-25T10:00:00.000Z"
            self.small.append(self.post(int(topic), "", asked.headers["api-username"]))
        return reply(200, {"success": "OK", "topic_status_update": None})

    def edit(self, asked: Asked, post: str) -> Reply:
        found, given = self.found(post), asked.json
        if found is None:
            return wrong(404, "The requested URL or resource could not be found.", "not_found")
        if "title" in given:
            self.topics[found.more["topic"]]["title"] = given["title"]
        self.write(found, given["post"]["raw"].strip())
        found.more["reason"] = given["post"]["edit_reason"]
        return reply(200, {"post": self.shown(found, raw=True)})

    def delete(self, asked: Asked, post: str) -> Reply:
        """A first post goes with its topic only: PostGuardian#can_delete_post?."""
        found = self.found(post)
        if found is None or found.more["number"] == 1:
            return wrong(403, "You are not permitted to view the requested resource.")
        return self.without([found])

    def delete_topic(self, asked: Asked, topic: str) -> Reply:
        if int(topic) not in self.topics or self.topics[int(topic)].get("deleted"):
            return wrong(404, "The requested URL or resource could not be found.", "not_found")
        self.topics[int(topic)]["deleted"] = True
        return self.without([one for one in self.all if one.more["topic"] == int(topic)])

    def without(self, gone: list[Posted]) -> Reply:
        self.posts, self.before, self.small = (
            [one for one in there if one not in gone] for there in (self.posts, self.before, self.small)
        )
        return Reply(200, {}, b"")

    def upload(self, asked: Asked) -> Reply:
        data = asked.fields["file"].content
        assert asked.fields["synchronous"].content == b"true"
        if data not in self.uploads:
            self.uploads.append(data)
        return reply(200, {"id": 1, "short_url": f"upload://a{self.uploads.index(data)}.png", "width": 2, "height": 1})


WAYS = (
    ("POST", r"/posts\.json", Discourse.create),
    ("PUT", r"/posts/(\d+)\.json", Discourse.edit),
    ("DELETE", r"/posts/(\d+)\.json", Discourse.delete),
    ("DELETE", r"/t/(\d+)\.json", Discourse.delete_topic),
    ("POST", r"/uploads\.json", Discourse.upload),
    ("PUT", r"/t/(\d+)/status\.json", Discourse.status),
    ("GET", r"/t/external_id/([\w-]+)\.json", Discourse.by_external_id),
    ("GET", r"/t/(\d+)/post_ids\.json", Discourse.post_ids),
    ("GET", r"/t/(\d+)\.json", Discourse.topic_json),
    ("GET", r"/posts/by_number/(\d+)/(\d+)\.json", Discourse.by_number),
    ("GET", r"/posts/by-date/(\d+)/([^/.]+)\.json", Discourse.by_date),
    ("GET", r"/posts/(\d+)/raw", Discourse.raw),
    ("GET", r"/posts/(\d+)\.json", Discourse.post_json),
    ("GET", r"/site/settings\.json", Discourse.settings),
)


def wrong(status: int, error: str, kind: str = "invalid_access") -> Reply:
    return reply(status, {"errors": [error], "error_type": kind})


def refused(errors: list[str]) -> Reply:
    return Reply(422, {}, json.dumps({"action": "create_post", "errors": errors}).encode())


def fake(target: Target) -> Discourse:
    return Discourse(target)
