"""A company with a tracker: a repository on GitHub that takes issues, and a server of its own; and what people said of
a theme yesterday."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cli import operator
from functions.feedback import records
from functions.platforms.outgoing import Reply
from functions.shared import clock
from tests.api.manager import Manager
from tests.support import builders
from tests.support.outside import Call, Outside
from tests.support.world import World

PROGRAM = (
    builders.PROGRAM.replace('platform = "github"\n', 'platform = "github"\nabout = "acme/game"\n').replace(
        'api = "https://game.example/liaison"\n', 'api = "https://game.example/liaison"\npublic = true\n'
    )
    + """
[[themes]]
id = "sync"
community = "acme"
title = "Cloud saves"
text = "Saves that follow a player to *every* device."
keywords = { en = ["sync"] }
"""
)
TOKEN = "github_pat_11ACME"
ISSUES = "https://api.github.com/repos/acme/game/issues"


@dataclass
class GitHub(Outside):
    """Issues by REST and GraphQL, as documented; everything else as usual. `issues` is what was opened."""

    issues: list[dict[str, Any]] = field(default_factory=list)
    now: Callable[[], datetime] = clock.now

    def usual(self, call: Call) -> Reply:
        if call.url == ISSUES:
            assert call.headers["authorization"] == f"Bearer {TOKEN}"
            return self.opened(call.said)
        if call.url == "https://api.github.com/graphql":
            return Reply(200, {}, json.dumps({"data": self.queried(**call.said)}).encode())
        return super().usual(call)

    def opened(self, given: dict[str, Any]) -> Reply:
        number = len(self.issues) + 1
        page = f"https://github.com/acme/game/issues/{number}"
        made = {"id": 6000 + number, "node_id": f"I_kwDO{number}", "number": number, "html_url": page, "state": "open"}
        self.issues.append({**made, **given, "at": clock.text(self.now())})
        return Reply(201, {}, json.dumps({**made, **given}).encode())

    def queried(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        if "issues(first" in query:
            assert (variables["owner"], variables["name"]) == ("acme", "game")
            nodes = [
                {"id": one["node_id"], "url": one["html_url"], "createdAt": one["at"], "viewerDidAuthor": True}
                for one in reversed(self.issues)
            ]
            return {"repository": {"issues": {"pageInfo": {"hasNextPage": False}, "nodes": nodes}}}
        assert re.search(r"\.\.\. on Issue { body }", query)
        return {"node": {"body": next(one["body"] for one in self.issues if one["node_id"] == variables["id"])}}


def company(world: World) -> GitHub:
    """The outside of a world from now on."""
    operator.put_secret("code", TOKEN, outgoing=True)
    there = GitHub(world.faults, now=lambda: world.now)
    world.outside = there
    return there


def said(world: World, content: str, text: str = "Please sync my saves!", who: str = "", **more: Any) -> str:
    """The id of something that was said about the theme yesterday, where everybody can read it."""
    at = world.later(seconds=1) - timedelta(days=1)
    page = f"https://game.example/f/{content}"
    author = {"author": {"id": who}} if who else {}
    data = {"id": content, "kind": "form", "text": text, "url": page, "at": at.isoformat(), **author, **more}
    world.handle(builders.webhook("feedback.received", data, world.now))
    world.roll_up()
    return next(records.item_id(one) for one in world.items("feedback") if one["content"] == content)


def changed(world: World, content: str, change: str, text: str = "") -> None:
    """It was edited, or removed, in this moment."""
    item = next(one for one in world.items("feedback") if one["content"] == content)
    data = {"id": content, "kind": "form", "change": change, "said_at": item["said_at"], "text": text}
    world.later(minutes=1)
    world.handle(builders.webhook("feedback.changed", {**data, "at": world.now.isoformat()}, world.now))


def previewed(who: Manager, to: str = "code", **more: Any) -> Any:
    found = who.post("themes/sync/preview", {"to": to, **more})
    assert found.status == 200, found.text
    return found.json


def handed(who: Manager, to: str = "code", **more: Any) -> Any:
    """What they have looked at just now."""
    return who.post("themes/sync/hand", {"to": to, **more, "seen": previewed(who, to, **more)["hash"]})


def standing(who: Manager, to: str = "code") -> Any:
    there = who.get("themes/sync/status").json["handed"]
    return next((one for one in there if one["to"] == to), None)


def on_github(issue: dict[str, Any], action: str, at: str, **changes: Any) -> dict[str, Any]:
    """What GitHub tells of an issue."""
    user = {"login": "acme-bot", "id": 99, "type": "User"}
    told = {"node_id": issue["node_id"], "id": issue["id"], "html_url": issue["html_url"], "title": issue["title"]}
    told |= {"body": issue["body"], "user": user, "created_at": "2026-11-22T12:00:00Z", "updated_at": at}
    return {"action": action, "issue": {**told, **changes}, "repository": {"id": 1, "full_name": "acme/game"}}
