"""A forum to moderate, as docs.discourse.org and Discourse's own controllers, guardians and serializers have it: posts
and topics, a review queue, accounts, and the private messages of staff."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from events.moderation import ActionRequested, Subject
from events.people import Person
from functions.platforms.outgoing import Destination, Reply
from functions.platforms.words import from_markdown
from tests.platforms.acting.kits import Story
from tests.platforms.posting.fake import NOW, Asked, Fake, reply

TO = Destination(
    "forum", "acme", "https://forum.acme.example/", "acme-forum-key", user="mods", place="", account="5", tag=""
)
ANNA, BORIS, CLEO = Person(id="17", name="anna"), Person(id="18"), Person(id="19")
"""Boris is silenced for an hour and suspended for a day; Cleo moderates."""


def about(kind: str, identifier: str) -> Subject:
    return Subject(source="forum", kind=kind, id=identifier, url=f"https://forum.acme.example/{kind}/{identifier}")


POST, TOPIC, DELETED, HIDDEN, LOST = (about("post", number) for number in ("204", "200", "205", "206", "207"))
"""A reply; the first post of topic 7; one that is deleted, one that is hidden, and one that is both."""
QUEUED, NEW, CHAT = about("queued_post", "31"), about("user", "20"), about("chat_message", "900")

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def at(later: timedelta) -> datetime:
    return datetime.fromtimestamp(NOW, UTC) + later


def stamp(moment: datetime) -> str:
    """As Rails writes times."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"


@dataclass
class Post:
    topic: int
    number: int
    deleted: bool = False
    hidden: bool = False
    locked: bool = False
    version: int = 1


@dataclass
class User:
    username: str
    staff: bool = False
    silenced: str | None = None
    suspended: str | None = None


@dataclass
class Review:
    type: str
    offers: Callable[["Discourse"], tuple[str, ...]]
    does: dict[str, str]
    """What each action makes of its status."""
    status: int = 0
    version: int = 0


@dataclass
class Message:
    to: str
    title: str
    raw: str
    external_id: str
    warning: bool
    number: int = field(default=0)


FLAG = {"agree_and_keep": "approved", "disagree": "rejected"}
STATUSES = ("pending", "approved", "rejected", "ignored", "deleted")


def for_flag(forum: "Discourse") -> tuple[str, ...]:
    """`ReviewableFlaggedPost#build_actions`, of post 204."""
    post = forum.posts_there.get(204)
    if post and post.hidden:
        return ("agree_and_keep_hidden", "disagree_and_restore")
    return ("agree_and_hide", "agree_and_keep", "delete_and_agree", "disagree", "ignore_and_do_nothing")


class Discourse(Fake):
    def __init__(self) -> None:
        super().__init__()
        self.posts_there = {
            200: Post(7, 1),
            204: Post(7, 2),
            205: Post(7, 3, deleted=True),
            206: Post(7, 4, hidden=True),
            207: Post(7, 5, deleted=True, hidden=True),
        }
        self.topics = {7: False}
        """Whether it is closed."""
        self.users = {
            5: User("mods", staff=True),
            17: User("anna"),
            18: User("boris", silenced=stamp(at(HOUR)), suspended=stamp(at(DAY))),
            19: User("cleo", staff=True),
            20: User("dora"),
        }
        self.reviews = {
            30: Review("ReviewableFlaggedPost", for_flag, FLAG),
            31: Review(
                "ReviewableQueuedPost",
                lambda forum: ("approve_post", "reject_post", "revise_and_reject_post"),
                {"approve_post": "approved", "reject_post": "rejected"},
            ),
            32: Review("ReviewableUser", lambda forum: ("approve_user", "delete_user"), {"approve_user": "approved"}),
            33: Review(
                "ReviewableChatMessage",
                lambda forum: ("agree_and_delete", "agree_and_keep_message", "disagree"),
                {"agree_and_keep_message": "approved", "disagree": "rejected"},
            ),
        }
        self.flagged: set[int] = set()
        """Posts that our account has flagged."""
        self.messages: list[Message] = []
        self.deaf: set[str] = set()
        self.mailed: list[tuple[str, str]] = []

    def creates(self, asked: Asked) -> bool:
        return asked.method != "GET"

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("api-key") != TO.secret or asked.headers.get("api-username") != TO.user:
            return wrong(
                403, "You are not permitted to view the requested resource. The API username or key is invalid."
            )
        if asked.body and asked.headers.get("content-type") != "application/json":
            return wrong(400, "param is missing or the value is empty")
        for method, pattern, way in WAYS:
            found = re.fullmatch(pattern, asked.path)
            if found and method == asked.method:
                return way(self, asked, *found.groups())
        return missing()

    # Posts and topics

    def post(self, asked: Asked, name: str) -> Reply:
        post = self.posts_there.get(int(name))
        return reply(200, self.shown(int(name), post)) if post else missing()

    def shown(self, number: int, post: Post) -> dict[str, Any]:
        flags = [{"id": one, "can_act": True} for one in (3, 4, 8)]
        flaggable = number not in self.flagged and not post.hidden
        return {
            "id": number,
            "cooked": "<p>Buy gold!</p>",
            "post_number": post.number,
            "topic_id": post.topic,
            "version": post.version,
            "actions_summary": [{"id": 2, "count": 1}, *(flags if flaggable else [])],
            "hidden": post.hidden,
            "deleted_at": stamp(at(-HOUR)) if post.deleted else None,
            **({"locked": True} if post.locked else {}),
        }

    def delete(self, asked: Asked, name: str) -> Reply:
        post = self.posts_there.get(int(name))
        if post is None or not asked.query.get("context"):
            return missing()
        if post.number == 1:  # `can_delete_post?`: that is deleted with its topic.
            return forbidden()
        post.deleted = True
        self.agreed(int(name))
        return reply(200)

    def delete_topic(self, asked: Asked, name: str) -> Reply:
        number, first = self.first(name)
        first.deleted = True
        self.agreed(number)
        return reply(200)

    def recover_topic(self, asked: Asked, name: str) -> Reply:
        self.first(name)[1].deleted = False
        return reply(200)

    def first(self, topic: str) -> tuple[int, Post]:
        return next((n, one) for n, one in self.posts_there.items() if one.topic == int(topic) and one.number == 1)

    def recover(self, asked: Asked, name: str) -> Reply:
        post = self.posts_there[int(name)]
        if not post.deleted or post.number == 1:
            return forbidden()
        post.deleted = False
        return reply(200, self.shown(int(name), post))

    def flag(self, asked: Asked) -> Reply:
        given = asked.json
        post = self.posts_there.get(given["id"])
        if post is None:
            return missing()
        if given["post_action_type_id"] not in (3, 4, 8) or given["id"] in self.flagged or post.hidden:
            return forbidden()
        self.flagged.add(given["id"])
        if given.get("take_action") == "true":
            post.hidden = True
            self.agreed(given["id"])
        return reply(200, self.shown(given["id"], post))

    def agreed(self, post: int) -> None:
        if post == 204 and 30 in self.reviews:
            self.reviews[30].status = 1

    def unhide(self, asked: Asked, name: str) -> Reply:
        post = self.posts_there[int(name)]
        if not post.hidden:
            return forbidden()
        post.hidden = False
        return reply(200)

    def lock(self, asked: Asked, name: str) -> Reply:
        post = self.posts_there[int(name)]
        post.locked = asked.json["locked"] == "true"
        return reply(200, {"locked": post.locked})

    def topic(self, asked: Asked, name: str) -> Reply:
        if int(name) not in self.topics or asked.query != {"username_filters": TO.user}:
            return missing()
        return reply(200, {"id": int(name), "post_stream": {"posts": []}, "closed": self.topics[int(name)]})

    def close(self, asked: Asked, name: str) -> Reply:
        if asked.json["status"] != "closed":
            return wrong(400, "param is missing or the value is empty: status")
        self.topics[int(name)] = asked.json["enabled"] == "true"
        return reply(200, {"success": "OK", "topic_status_update": None})

    # The queue

    def review(self, asked: Asked, name: str) -> Reply:
        review = self.reviews.get(int(name))
        if review is None:
            return missing()
        offers = review.offers(self) if review.status == 0 else ()
        actions = [{"id": f"{name}-post-{one}", "server_action": one, "label": one} for one in offers]
        given = {"id": int(name), "type": review.type, "status": review.status, "version": review.version}
        return reply(200, {"reviewable": given, "actions": actions, "users": [], "meta": {}})

    def perform(self, asked: Asked, name: str, action: str) -> Reply:
        review = self.reviews.get(int(name))
        if review is None:
            return missing()
        if not asked.query.get("version"):
            return wrong(422, "You must include a version number.")
        if action not in review.offers(self) or review.status:
            return forbidden()
        if int(asked.query["version"]) != review.version:
            return wrong(409, "There was an update conflict preventing you from doing that.")
        review.version += 1
        done = review.does[
            {"agree_and_keep_hidden": "agree_and_keep", "disagree_and_restore": "disagree"}.get(action, action)
        ]
        review.status = STATUSES.index(done)
        return reply(200, {"reviewable_perform_result": {"success": True, "transition_to": done}})

    # People

    def user(self, asked: Asked, name: str) -> Reply:
        found = self.users.get(int(name))
        if found is None:
            return missing()
        told = {"id": int(name), "username": found.username, "admin": False, "moderator": found.staff}
        silenced = {"silenced_till": found.silenced} if found.silenced else {}
        suspended = {"suspended_till": found.suspended} if found.suspended else {}
        return reply(200, {**told, **silenced, **suspended})

    def impose(self, asked: Asked, name: str, what: str) -> Reply:
        found, given = self.users.get(int(name)), asked.json
        if found is None:
            return missing()
        if found.staff:
            return forbidden()
        if not 0 < len(given["reason"]) <= 300:
            return reply(400, {"failed": "FAILED", "errors": ["Reason is too long (maximum is 300 characters)"]})
        if getattr(found, what + "d" if what == "silence" else "suspended"):
            return reply(409, {"failed": "FAILED", "message": "User was already suspended by cleo 1 hour ago."})
        until = stamp(datetime.fromisoformat(given["silenced_till" if what == "silence" else "suspend_until"]))
        setattr(found, "silenced" if what == "silence" else "suspended", until)
        if given.get("message"):
            self.mailed.append((found.username, given["message"]))
        return reply(200, {what: {}})

    def lift(self, asked: Asked, name: str, what: str) -> Reply:
        setattr(self.users[int(name)], "silenced" if what == "silence" else "suspended", None)
        return reply(200, {what: {}})

    def write(self, asked: Asked) -> Reply:
        given = asked.json
        to = given["target_recipients"]
        number = 500 + len(self.messages)
        if given["archetype"] != "private_message" or not 2 <= len(given["title"]) <= 255 or len(given["raw"]) < 10:
            return wrong(422, "Title is too short (minimum is 2 characters)")
        if to not in {one.username for one in self.users.values()} or to in self.deaf:
            return wrong(422, "Sorry, you can't send a personal message to that user.")
        if given["external_id"].casefold() in {one.external_id for one in self.messages}:
            return wrong(422, "External has already been taken")
        if re.search(r"(?<![\w/])@[a-z]", given["raw"]):
            raise AssertionError(f"somebody is pinged: {given['raw']}")
        warning = given.get("is_warning") is True
        self.messages.append(
            Message(to, given["title"], given["raw"], given["external_id"].casefold(), warning, number)
        )
        return reply(200, {"id": number * 10, "topic_id": number, "post_number": 1})

    def by_key(self, asked: Asked, key: str) -> Reply:
        for one in self.messages:
            if one.external_id == key.casefold():
                return reply(301, b"", location=f"https://forum.acme.example/t/a-message/{one.number}")
        return missing()

    def by_number(self, asked: Asked, topic: str) -> Reply:
        return reply(200, {"id": int(topic) * 10, "topic_id": int(topic), "post_number": 1})


WAYS: tuple[tuple[str, str, Callable[..., Reply]], ...] = (
    ("GET", r"/posts/(\d+)\.json", Discourse.post),
    ("DELETE", r"/posts/(\d+)\.json", Discourse.delete),
    ("PUT", r"/posts/(\d+)/recover\.json", Discourse.recover),
    ("PUT", r"/posts/(\d+)/unhide\.json", Discourse.unhide),
    ("PUT", r"/posts/(\d+)/locked\.json", Discourse.lock),
    ("POST", r"/post_actions\.json", Discourse.flag),
    ("GET", r"/t/(\d+)\.json", Discourse.topic),
    ("DELETE", r"/t/(\d+)\.json", Discourse.delete_topic),
    ("PUT", r"/t/(\d+)/recover\.json", Discourse.recover_topic),
    ("PUT", r"/t/(\d+)/status\.json", Discourse.close),
    ("GET", r"/review/(\d+)\.json", Discourse.review),
    ("PUT", r"/review/(\d+)/perform/([a-z_]+)\.json", Discourse.perform),
    ("GET", r"/admin/users/(\d+)\.json", Discourse.user),
    ("PUT", r"/admin/users/(\d+)/(silence|suspend)\.json", Discourse.impose),
    ("PUT", r"/admin/users/(\d+)/un(silence|suspend)\.json", Discourse.lift),
    ("POST", r"/posts\.json", Discourse.write),
    ("GET", r"/t/external_id/([\w-]+)\.json", Discourse.by_key),
    ("GET", r"/posts/by_number/(\d+)/1\.json", Discourse.by_number),
)


def wrong(status: int, *errors: str) -> Reply:
    return reply(status, {"action": "x", "errors": list(errors)})


def missing() -> Reply:
    return reply(404, {"errors": ["The requested URL or resource could not be found."], "error_type": "not_found"})


def forbidden() -> Reply:
    told = "You are not permitted to view the requested resource."
    return reply(403, {"errors": [told], "error_type": "invalid_access"})


def fake() -> Discourse:
    return Discourse()


def seen(forum: Discourse) -> Any:
    """But how flags were decided: no undo of a measure on a post brings that back, which `lost` tells."""
    posts = {number: vars(one).copy() for number, one in forum.posts_there.items()}
    people = {number: vars(one).copy() for number, one in forum.users.items()}
    return posts, dict(forum.topics), people, [vars(one).copy() for one in forum.messages]


def read(message: Message) -> str:
    """As a reader sees it."""
    return f"{message.title}\n\n{from_markdown(message.raw)}".replace("\u200b", "")


def action(measure: Any, subject: Subject = POST, **more: Any) -> ActionRequested:
    given = {"person": ANNA, "reason": "Spam", "explanation": "It was spam.", **more}
    return ActionRequested(case="c1", measure=measure, subject=subject, **given)


def on(number: int) -> Callable[[Discourse], Post]:
    return lambda forum: forum.posts_there[number]


def edited(number: int) -> Callable[[Discourse], None]:
    """By its author, meanwhile."""

    def change(forum: Discourse) -> None:
        forum.posts_there[number].version += 1

    return change


def prolonged(name: str) -> Callable[[Discourse], None]:
    """By somebody there."""

    def change(forum: Discourse) -> None:
        for one in forum.users.values():
            setattr(one, name, stamp(at(30 * DAY)))

    return change


def status(number: int, wanted: str) -> Callable[[Discourse], bool]:
    return lambda forum: number in forum.reviews and forum.reviews[number].status == STATUSES.index(wanted)


def no_posts(forum: Discourse) -> None:
    forum.posts_there.clear()


def no_users(forum: Discourse) -> None:
    forum.users.clear()


def no_reviews(forum: Discourse) -> None:
    forum.reviews.clear()


def there(number: int, name: str, wanted: bool = True) -> Callable[[Discourse], bool]:
    return lambda forum: number in forum.posts_there and getattr(forum.posts_there[number], name) is wanted


def kept(number: int, name: str, until: datetime) -> Callable[[Discourse], bool]:
    return lambda forum: number in forum.users and getattr(forum.users[number], name) == stamp(until)


WEEK = at(timedelta(days=7))
EVER = datetime(3000, 1, 1, tzinfo=UTC)
SCORES = ("reviewable:30:1", "reviewable:30:2")

STORIES = (
    Story("remove a reply", action("remove"), there(204, "deleted"), moved=edited(204), gone=no_posts),
    Story("remove a topic", action("remove", TOPIC), there(200, "deleted"), moved=edited(200), gone=no_posts),
    Story("hide", action("hide"), there(204, "hidden"), moved=edited(204), gone=no_posts),
    Story("lock a reply", action("lock"), there(204, "locked"), moved=edited(204), gone=no_posts),
    Story(
        "lock a topic",
        action("lock", TOPIC),
        lambda forum: forum.topics.get(7) is True,
        moved=edited(200),
        gone=lambda forum: forum.topics.clear(),
    ),
    Story("bring back what was deleted", action("approve", DELETED), there(205, "deleted", False), gone=no_posts),
    Story("bring back what was hidden", action("approve", HIDDEN), there(206, "hidden", False), gone=no_posts),
    Story(
        "bring back what was both",
        action("approve", LOST),
        lambda forum: there(207, "hidden", False)(forum) and there(207, "deleted", False)(forum),
        gone=no_posts,
    ),
    Story("let a post through", action("approve", QUEUED), status(31, "approved"), gone=no_reviews),
    Story(
        "let an account in",
        action("approve", NEW, person=None, reports=("reviewable:32:1",)),
        status(32, "approved"),
        gone=no_reviews,
    ),
    Story(
        "warn",
        action("warn"),
        lambda forum: [one.to for one in forum.messages if one.warning] == ["anna"],
        gone=no_users,
    ),
    Story(
        "silence",
        action("timeout", until=WEEK),
        kept(17, "silenced", WEEK),
        moved=prolonged("silenced"),
        gone=no_users,
    ),
    Story(
        "silence for longer",
        action("timeout", CHAT, person=BORIS, until=WEEK),
        kept(18, "silenced", WEEK),
        moved=prolonged("silenced"),
        gone=no_users,
    ),
    Story(
        "suspend an account",
        action("suspend", NEW, person=None, until=WEEK),
        kept(20, "suspended", WEEK),
        moved=prolonged("suspended"),
        gone=no_users,
    ),
    Story("ban", action("ban"), kept(17, "suspended", EVER), moved=prolonged("suspended"), gone=no_users),
    Story(
        "ban who is suspended",
        action("ban", person=BORIS),
        kept(18, "suspended", EVER),
        moved=prolonged("suspended"),
        gone=no_users,
    ),
    Story("agree with flags", action("resolve", reports=SCORES), status(30, "approved"), gone=no_reviews),
    Story(
        "disagree with flags",
        action("resolve", reports=SCORES, outcome="no_violation"),
        status(30, "rejected"),
        gone=no_reviews,
    ),
    Story("keep a post back", action("resolve", QUEUED), status(31, "rejected"), gone=no_reviews),
    Story(
        "agree with a flag in the chat",
        action("resolve", CHAT, reports=("reviewable:33:1",)),
        status(33, "approved"),
        gone=no_reviews,
    ),
)
