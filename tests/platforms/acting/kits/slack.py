"""A Slack workspace, as an admin's token sees it: chat.delete, conversations.*, users.info and direct messages, as
docs.slack.dev has them. It answers 200 to nearly everything, and means `ok`.

That conversations.replies tells of an answer in a thread alone when it is asked for that is issue 783 of bolt-python;
that conversations.history tells of no answers is documented.
"""

from collections.abc import Callable
from typing import Any

from events.moderation import ActionRequested, Subject
from events.people import Person
from functions.platforms.outgoing import Destination, Reply
from functions.platforms.text.harmless import ZERO_WIDTH
from functions.platforms.words import from_mrkdwn
from tests.platforms.acting.kits import Story
from tests.platforms.posting.fake import NOW, Asked, Fake, Posted
from tests.platforms.posting.kits.slack import PINGS, well, wrong

CHANNEL, ANNA, ADMIN, APP, GONE = "C0ACMETALK", "U0ANNA", "U0ADMIN", "U0BOT", "U0GONE"
SAID, ROOT, ANSWER, JOINED = "1795500000.000100", "1795500001.000200", "1795500002.000300", "1795500003.000400"
TOKEN = "xoxp-1-acme"
TO = Destination("slack", "acme", "https://acme.slack.com", TOKEN, account=APP)

USERS: dict[str, dict[str, Any]] = {
    ANNA: {},
    ADMIN: {"is_admin": True},
    APP: {"is_bot": True},
    GONE: {"deleted": True},
}


class Slack(Fake):
    """`messages`: time stamp of what each answers to, by its own. `direct`: conversations, by account."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[str, dict[str, Any]] = {
            SAID: {"user": ANNA},
            ROOT: {"user": ANNA, "thread_ts": ROOT},
            ANSWER: {"user": ANNA, "thread_ts": ROOT},
            JOINED: {"user": ANNA, "subtype": "channel_join"},
        }
        self.direct: dict[str, str] = {}
        self.told: list[Posted] = []
        self.users = {name: dict(user) for name, user in USERS.items()}
        self.disabled: set[str] = set()
        """Accounts that no conversation can be opened with."""
        self.may_delete = True
        """Whether the token is a person's who may delete what others wrote."""
        self.scopes = {"chat:write", "channels:history", "users:read", "im:write", "im:history"}

    def creates(self, asked: Asked) -> bool:
        return asked.path in ("/api/chat.delete", "/api/chat.postMessage")

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return wrong("invalid_auth")
        method = asked.path.removeprefix("/api/")
        json = asked.headers["content-type"].startswith("application/json")
        if asked.method != "POST" or asked.query or method not in WAYS or (json and method in FORMS):
            return wrong("invalid_arguments")
        scope, way = WAYS[method]
        if scope not in self.scopes:
            return wrong("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))
        return way(self, asked.json if json else asked.form)

    # Messages in the channel

    def shown(self, ts: str) -> dict[str, Any]:
        return {"type": "message", "text": "hello", **self.messages[ts], "ts": ts}

    def replies(self, given: dict[str, str]) -> Reply:
        if given["channel"] != CHANNEL:
            return wrong("channel_not_found")
        asked_for = self.messages.get(given["ts"])
        if asked_for is None or asked_for.get("subtype") == "channel_join":
            return wrong("thread_not_found")
        if asked_for.get("thread_ts", given["ts"]) != given["ts"]:
            return well(messages=[self.shown(given["ts"])], has_more=False)
        thread = [ts for ts, one in self.messages.items() if given["ts"] in (ts, one.get("thread_ts"))]
        return well(messages=[self.shown(ts) for ts in within(thread, given)], has_more=False)

    def history(self, given: dict[str, str]) -> Reply:
        if given["channel"] in self.direct.values():
            return self.conversation(given)
        if given["channel"] != CHANNEL:
            return wrong("channel_not_found")
        first = [ts for ts, one in self.messages.items() if one.get("thread_ts", ts) == ts]
        return well(messages=[self.shown(ts) for ts in within(first, given)], has_more=False)

    def delete(self, given: dict[str, str]) -> Reply:
        if given["channel"] != CHANNEL:
            return wrong("channel_not_found")
        if given["ts"] not in self.messages:
            return wrong("message_not_found")
        if not self.may_delete:
            return wrong("cant_delete_message")
        answers = any(one.get("thread_ts") == given["ts"] for ts, one in self.messages.items() if ts != given["ts"])
        if answers:
            self.messages[given["ts"]] = {"user": "USLACKBOT", "subtype": "tombstone", "thread_ts": given["ts"]}
        else:
            del self.messages[given["ts"]]
        return well(channel=CHANNEL, ts=given["ts"])

    # People

    def info(self, given: dict[str, str]) -> Reply:
        user = self.users.get(given["user"])
        if user is None:
            return wrong("user_not_found")
        roles = {"deleted": False, "is_admin": False, "is_owner": False, "is_primary_owner": False, "is_bot": False}
        return well(user={"id": given["user"], "name": "anna", **roles, **user})

    def open(self, given: dict[str, str]) -> Reply:
        person = given["users"]
        if person not in self.users:
            return wrong("user_not_found")
        if person in self.disabled:
            return wrong("user_disabled")
        return well(channel={"id": self.direct.setdefault(person, f"D0{len(self.direct):08}")})

    def tell(self, given: dict[str, Any]) -> Reply:
        person = next((one for one, name in self.direct.items() if name == given["channel"]), None)
        if person is None:
            return wrong("channel_not_found")
        if not given.get("text"):
            return wrong("no_text")
        self.number += 1
        pings = PINGS.findall(given["text"]) if given.get("parse") == "none" and not given.get("link_names") else ["?"]
        quiet = given.get("unfurl_links") is False and given.get("unfurl_media") is False
        more = {"pings": pings, "metadata": given["metadata"], "text": given["text"], "quiet": quiet}
        post = Posted(f"{NOW}.{self.number:06}", readable(given["text"]), parent=person, more=more)
        self.told.append(post)
        return well(channel=given["channel"], ts=post.id, message={"text": given["text"], "ts": post.id})

    def conversation(self, given: dict[str, str]) -> Reply:
        person = next(one for one, name in self.direct.items() if name == given["channel"])
        whole = given.get("include_all_metadata") == "true"
        shown = [
            {"type": "message", "ts": one.id, **({"metadata": one.more["metadata"]} if whole else {})}
            for one in reversed(self.told)
            if one.parent == person and float(one.id) > float(given["oldest"])
        ]
        return well(messages=shown, has_more=False)


def within(stamps: list[str], given: dict[str, str]) -> list[str]:
    """`oldest` and `latest` themselves only count with `inclusive`."""
    assert given["inclusive"] == "true"
    return [ts for ts in stamps if float(given["oldest"]) <= float(ts) <= float(given["latest"])][: int(given["limit"])]


def readable(text: str) -> str:
    """What people see of it."""
    return from_mrkdwn(text).replace(ZERO_WIDTH, "")


FORMS = ("conversations.history", "conversations.replies", "users.info")
"""Those that take no JSON, or are not known to."""

WAYS: dict[str, tuple[str, Callable[[Slack, dict[str, Any]], Reply]]] = {
    "chat.delete": ("chat:write", Slack.delete),
    "chat.postMessage": ("chat:write", Slack.tell),
    "conversations.history": ("channels:history", Slack.history),
    "conversations.open": ("im:write", Slack.open),
    "conversations.replies": ("channels:history", Slack.replies),
    "users.info": ("users:read", Slack.info),
}


def fake() -> Slack:
    return Slack()


def seen(slack: Slack) -> Any:
    return {ts: dict(one) for ts, one in slack.messages.items()}, [(one.parent, one.text) for one in slack.told]


def message(ts: str, channel: str = CHANNEL) -> Subject:
    url = f"https://acme.slack.com/archives/{channel}/p{ts.replace('.', '')}"
    return Subject(source="slack", kind="message", id=f"{channel}:{ts}", url=url)


WRITER = Person(id=ANNA, name="anna")


def action(measure: Any, subject: Subject | None = None, **more: Any) -> ActionRequested:
    given = {"reason": "Spam", "explanation": "It was spam.", "person": WRITER, **more}
    return ActionRequested(case="c1", measure=measure, subject=subject or message(SAID), **given)


def removed(ts: str) -> Any:
    return lambda slack: slack.messages.get(ts, {}).get("user") != ANNA


def vanish(ts: str) -> Any:
    return lambda slack: slack.messages.pop(ts)


def warned(slack: Slack) -> bool:
    """Once, and nobody was pinged by it."""
    return [(one.parent, one.more["pings"]) for one in slack.told] == [(ANNA, [])]


STORIES = (
    Story("remove a message", action("remove"), removed(SAID), gone=vanish(SAID)),
    Story("remove a message with answers", action("remove", message(ROOT)), removed(ROOT), gone=vanish(ROOT)),
    Story("remove an answer", action("remove", message(ANSWER)), removed(ANSWER), gone=vanish(ANSWER)),
    Story("warn somebody", action("warn"), warned, gone=lambda slack: slack.users[ANNA].update(deleted=True)),
)
