"""GitHub, as its GraphQL and REST references have them: what can be hidden, locked and deleted in a repository, and
whom its organisation blocks. A token that may not ask who is blocked is answered 404, like one about nobody."""

import re
from typing import Any

from events.moderation import ActionRequested, Subject
from events.people import Person
from functions.platforms.outgoing import Destination, Reply
from tests.platforms.acting.kits import Story
from tests.platforms.posting.fake import Asked, Fake, reply
from tests.platforms.posting.kits.github import REPOSITORY, SECRET, failure, missing, unresolved

ORGANISATION = REPOSITORY.partition("/")[0]
BOT = "99"
TO = Destination("github", "acme", "", SECRET, place=REPOSITORY, account=BOT)

ISSUE, DISCUSSION = "I_kwDOA1", "D_kwDOA2"
REMARK, ANSWER = "IC_kwDOA3", "DC_kwDOA4"
SPAMMER, MEMBER = "583231", "4242"
TYPES = {ISSUE: "Issue", DISCUSSION: "Discussion", REMARK: "IssueComment", ANSWER: "DiscussionComment"}
CLASSIFIERS = ("ABUSE", "DUPLICATE", "LOW_QUALITY", "OFF_TOPIC", "OUTDATED", "RESOLVED", "SPAM")

MUTATIONS = {
    "minimizeComment": "subjectId",
    "unminimizeComment": "subjectId",
    "lockLockable": "lockableId",
    "unlockLockable": "lockableId",
    "deleteIssue": "issueId",
    "deleteDiscussion": "id",
}
"""Where in the input the thing stands."""


class GitHub(Fake):
    """`things` by their ids; `logins` by the accounts' numbers; `blocked` and `members` by login."""

    def __init__(self) -> None:
        super().__init__()
        self.things: dict[str, dict[str, Any]] = {
            name: {"__typename": kind, "lastEditedAt": None, **fields(kind)} for name, kind in TYPES.items()
        }
        self.logins = {SPAMMER: "spammer", MEMBER: "anna", BOT: "acme-bot"}
        self.blocked: set[str] = set()
        self.members = {"anna", "acme-bot"}
        self.may_write = True
        self.may_block = True
        self.visible = True

    def creates(self, asked: Asked) -> bool:
        if asked.path.endswith("/graphql"):
            return str(asked.json["query"]).startswith("mutation")
        return asked.method != "GET"

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {SECRET}":
            return reply(401, {"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"})
        assert asked.headers["user-agent"], "GitHub refuses requests without a User-Agent"
        if asked.path == "/graphql":
            assert asked.headers["content-type"] == "application/json"
            return self.graphql(asked.json["query"], asked.json["variables"])
        return self.rest(asked.method, asked.path)

    # Things

    def graphql(self, query: str, variables: dict[str, Any]) -> Reply:
        if query.startswith("query"):
            name = variables["id"]
            thing = self.things.get(name) if self.visible else None
            return reply(200, {"data": {"node": thing}}) if thing else unresolved(name, data={"node": None})
        found = re.search(r"done: (\w+)\(input: \$input\)", query)
        assert found
        return self.mutate(found[1], variables["input"])

    def mutate(self, name: str, given: dict[str, Any]) -> Reply:
        thing = self.things.get(given[MUTATIONS[name]])
        if thing is None:
            return unresolved(given[MUTATIONS[name]])
        if not self.may_write:
            told = "Resource not accessible by personal access token"
            return failure("FORBIDDEN", told, data={"done": None})
        if name.endswith("nimizeComment"):
            assert name != "minimizeComment" or given["classifier"] in CLASSIFIERS
            thing["isMinimized"] = name == "minimizeComment"
            thing["classifier"] = given.get("classifier")
        elif name.endswith("ockLockable"):
            thing["locked"], thing["activeLockReason"] = name == "lockLockable", given.get("lockReason")
        else:
            assert name == f"delete{thing['__typename']}"
            del self.things[given[MUTATIONS[name]]]
        return reply(200, {"data": {"done": {"clientMutationId": None}}})

    # Accounts

    def rest(self, method: str, path: str) -> Reply:
        if path == f"/repos/{REPOSITORY}":
            return reply(200, {"id": 7, "full_name": REPOSITORY}) if self.visible else missing()
        if path.startswith("/user/"):
            number = path.removeprefix("/user/")
            login = self.logins.get(number)
            return reply(200, {"login": login, "id": int(number), "type": "User"}) if login else missing()
        where, _, login = path.removeprefix(f"/orgs/{ORGANISATION}/").partition("/")
        if where == "members":
            return reply(204) if login in self.members else missing()
        if where != "blocks" or not self.may_block:
            return missing()
        if not login:
            return reply(200, [{"login": one} for one in sorted(self.blocked)][:1])
        return self.blocks(method, login)

    def blocks(self, method: str, login: str) -> Reply:
        if method == "PUT":
            if login in self.members:
                return reply(422, {"message": "Validation Failed", "errors": ["Members cannot be blocked"]})
            self.blocked.add(login)
        elif login not in self.blocked:
            return missing()
        elif method == "DELETE":
            self.blocked.discard(login)
        return reply(204)


def fields(kind: str) -> dict[str, Any]:
    return {"isMinimized": False} if kind.endswith("Comment") else {"locked": False, "activeLockReason": None}


def fake() -> GitHub:
    return GitHub()


def seen(github: GitHub) -> Any:
    names = ("isMinimized", "locked", "activeLockReason")
    return {one: [thing.get(name) for name in names] for one, thing in github.things.items()}, set(github.blocked)


def subject(kind: str, name: str) -> Subject:
    return Subject(source="github", kind=kind, id=name, url=f"https://github.com/{REPOSITORY}/issues/1")


WRITER = Person(id=SPAMMER, name="spammer")


def action(measure: Any, about: Subject, person: Person | None = WRITER, **more: Any) -> ActionRequested:
    given = {"reason": "Spam", "explanation": "It was spam.", **more}
    return ActionRequested(case="c1", measure=measure, subject=about, person=person, **given)


def has(thing: str, name: str) -> Any:
    return lambda github: github.things.get(thing, {}).get(name) is True


def edited(thing: str) -> Any:
    return lambda github: github.things[thing].update(lastEditedAt="2026-11-25T09:00:00Z")


def vanish(thing: str) -> Any:
    return lambda github: github.things.pop(thing)


HIDE, HIDE_ANSWER = action("hide", subject("comment", REMARK)), action("hide", subject("comment", ANSWER))
LOCK, LOCK_ISSUE = action("lock", subject("discussion", DISCUSSION)), action("lock", subject("issue", ISSUE))
REMOVE, REMOVE_ISSUE = action("remove", subject("discussion", DISCUSSION)), action("remove", subject("issue", ISSUE))
BAN, BAN_ACCOUNT = action("ban", subject("issue", ISSUE)), action("ban", subject("user", SPAMMER), None)


def no_more(thing: str) -> Any:
    return lambda github: thing not in github.things


def barred(github: GitHub) -> bool:
    return "spammer" in github.blocked


STORIES = (
    Story("hide a comment", HIDE, has(REMARK, "isMinimized"), edited(REMARK), vanish(REMARK)),
    Story("hide a discussion's comment", HIDE_ANSWER, has(ANSWER, "isMinimized"), edited(ANSWER), vanish(ANSWER)),
    Story("lock a discussion", LOCK, has(DISCUSSION, "locked"), edited(DISCUSSION), vanish(DISCUSSION)),
    Story("lock an issue", LOCK_ISSUE, has(ISSUE, "locked"), edited(ISSUE), vanish(ISSUE)),
    Story("delete a discussion", REMOVE, no_more(DISCUSSION), gone=vanish(DISCUSSION)),
    Story("delete an issue", REMOVE_ISSUE, no_more(ISSUE), gone=vanish(ISSUE)),
    Story("block whoever wrote it", BAN, barred, gone=lambda github: github.logins.pop(SPAMMER)),
    Story("block an account", BAN_ACCOUNT, barred, gone=lambda github: github.logins.pop(SPAMMER)),
)
