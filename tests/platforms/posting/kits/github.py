"""GitHub: a repository with discussions and releases. Releases are asked about by REST, discussions by GraphQL only.

As documented for releases, Git references and "Using the GraphQL API for Discussions"; that an answer holds what was
posted whole, and is read to 64 KiB, makes long releases hard to understand.
"""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from events.program import Target
from functions.platforms.outgoing import Reply
from functions.platforms.words import from_markdown
from tests.platforms.posting.fake import Asked, Fake, Posted, reply, without_code

REPOSITORY, TEAM, ANNA = "acme/game", "acme/mods", "anna"
SECRET = "github_pat_11ACME"
DISCUSSIONS = Target(
    id="acme-github",
    community="acme",
    platform="github",
    place=REPOSITORY,
    pings=("mods", "anna", "everyone"),
    mentions={"mods": TEAM, "anna": f"@{ANNA}"},
)
RELEASES = DISCUSSIONS.model_copy(update={"id": "acme-releases", "kind": "release"})
TARGETS = (DISCUSSIONS, RELEASES)
CATEGORIES = {"DIC_news": ("Announcements", "announcements"), "DIC_show": ("Show and tell", "show-and-tell")}
READ = 64 * 1024
"""Bytes of an answer."""
PINGS = re.compile(r"(?<![\w`])@[A-Za-z0-9-]+(?:/[\w.-]+)?")
FEATURES = ("createDiscussion", "addDiscussionComment")


class GitHub(Fake):
    def __init__(self, target: Target) -> None:
        super().__init__()
        self.place = REPOSITORY
        self.tags: set[str] = set()
        self.discussing = True
        self.latest = ""
        self.others: list[Posted] = []
        """What people posted; the newest last."""

    def creates(self, asked: Asked) -> bool:
        if asked.path.endswith("/releases"):
            return asked.method == "POST"
        return asked.path == "/graphql" and any(one in asked.json["query"] for one in FEATURES)

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {SECRET}":
            return reply(401, {"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"})
        assert asked.headers["user-agent"], "GitHub refuses requests without a User-Agent"
        given = self.graphql(asked) if asked.path == "/graphql" else self.rest(asked)
        return Reply(given.status, given.headers, given.body[:READ])

    # Releases

    def rest(self, asked: Asked) -> Reply:
        head, _, path = asked.path.partition(f"/repos/{self.place}")
        if head or not asked.path.startswith("/repos/"):
            return missing()
        if path == "":
            return reply(200, {"id": 7, "full_name": self.place})
        if (asked.method, path) == ("POST", "/releases"):
            return self.release(asked.json)
        if path.startswith("/releases/tags/"):
            found = self.by_tag(path.removeprefix("/releases/tags/"))
            return reply(200, self.shown(found)) if found else missing()
        if path.startswith("/git/refs/tags/"):
            return self.untag(path.removeprefix("/git/refs/tags/"))
        found = self.found(path.removeprefix("/releases/"))
        if found is None:
            return missing()
        if asked.method == "DELETE":
            self.posts.remove(found)
            return reply(204)
        assert asked.method == "PATCH"
        if "tag_name" in asked.json:
            raise AssertionError("that would be another tag")
        return unfit(asked.json) or self.changed(found, asked.json)

    def release(self, given: dict[str, Any]) -> Reply:
        if error := unfit(given):
            return error
        if self.by_tag(given["tag_name"]):
            return invalid("Release", "already_exists", "tag_name")
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", given["tag_name"])
        number = str(300_000 + int(self.next_id()))
        made = Posted(number, "", more={"tag": given["tag_name"]})
        self.keep(made, given["name"], given["body"])
        self.posts.append(made)
        self.tags.add(given["tag_name"])
        if given.get("make_latest") != "false":
            self.latest = given["tag_name"]
        return reply(201, self.shown(made))

    def changed(self, made: Posted, given: dict[str, Any]) -> Reply:
        self.keep(made, given["name"], given["body"])
        return reply(200, self.shown(made))

    def untag(self, tag: str) -> Reply:
        if tag not in self.tags:
            return invalid("Reference", "custom", "ref")
        self.tags.remove(tag)
        return reply(204)

    def by_tag(self, tag: str) -> Posted | None:
        return next((one for one in self.posts if one.more.get("tag") == tag), None)

    def shown(self, made: Posted) -> dict[str, Any]:
        """In the order in which GitHub writes it: the text behind what there is to know."""
        tag, api = made.more["tag"], f"https://api.github.com/repos/{self.place}/releases"
        return {
            "url": f"{api}/{made.id}",
            "assets_url": f"{api}/{made.id}/assets",
            "html_url": f"https://github.com/{self.place}/releases/tag/{quote(tag)}",
            "id": int(made.id),
            "author": {"login": "acme-bot", "id": 99, "url": "https://api.github.com/users/acme-bot"},
            "node_id": f"RE_{made.id}",
            "tag_name": tag,
            "name": made.more["title"],
            "draft": False,
            "body": made.more["written"],
        }

    # Discussions

    def graphql(self, asked: Asked) -> Reply:
        query, variables = asked.json["query"], asked.json["variables"]
        for name, way in WAYS.items():
            if re.search(rf"\b{name}\(", query):
                return way(self, {**variables, **variables.get("input", {})}, query)
        raise AssertionError(query)

    def repository(self, given: dict[str, Any], query: str) -> Reply:
        if f"{given['owner']}/{given['name']}" != self.place:
            told = f"Could not resolve to a Repository with the name '{given['owner']}/{given['name']}'."
            return failure("NOT_FOUND", told, data={"repository": None})
        if "tag" in given:
            found = self.by_tag(given["tag"])
            return told_of("repository", release=found and {"reactions": {"totalCount": found.more["reactions"]}})
        if "discussionCategories" in query:
            categories = [{"id": key, "name": name, "slug": slug} for key, (name, slug) in CATEGORIES.items()]
            there = {"nodes": categories if self.discussing else []}
            return told_of("repository", id="R_7", hasDiscussionsEnabled=self.discussing, discussionCategories=there)
        newest = [one for one in reversed([*self.others, *self.posts]) if one.id.startswith("D_")]
        start = int(given["after"] or 0)
        page = newest[start : start + given["page"]]
        info = {"hasNextPage": start + len(page) < len(newest), "endCursor": str(start + len(page))}
        return told_of("repository", discussions={"pageInfo": info, "nodes": [self.entry(one) for one in page]})

    def node(self, given: dict[str, Any], query: str) -> Reply:
        found = self.found(given["id"])
        if found is None:
            return unresolved(given["id"], data={"node": None})
        if "{ body }" in query:
            return told_of("node", body=found.more["written"])
        below = [one for one in [*self.others, *self.posts] if one.parent == found.id]
        if "page" in given:
            info = {"hasPreviousPage": len(below) > given["page"]}
            page = [self.entry(one) for one in below[-given["page"] :]]
            return told_of("node", comments={"pageInfo": info, "nodes": page})
        mine = [{"viewerDidAuthor": one in self.posts} for one in below[:20]]
        replies = {"totalCount": len(below), **({"nodes": mine} if found.id.startswith("D_") else {})}
        name = "comments" if found.id.startswith("D_") else "replies"
        return told_of("node", reactions={"totalCount": found.more["reactions"]}, **{name: replies})

    def entry(self, one: Posted) -> dict[str, Any]:
        made_at = datetime.fromtimestamp(one.more["at"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"id": one.id, "url": one.more["url"], "createdAt": made_at, "viewerDidAuthor": one in self.posts}

    def discuss(self, given: dict[str, Any], query: str) -> Reply:
        if given["repositoryId"] != "R_7" or given["categoryId"] not in CATEGORIES:
            return unresolved(given["categoryId"])
        if error := unprocessable(given, "createDiscussion"):
            return error
        number = self.next_id()
        made = Posted(f"D_kwDO{number}", "", more={"category": given["categoryId"]})
        made.more["url"] = f"https://github.com/{self.place}/discussions/{number}"
        self.keep(made, given["title"], given["body"])
        self.posts.append(made)
        return done(made)

    def comment(self, given: dict[str, Any], query: str) -> Reply:
        root = self.found(given["discussionId"])
        if root is None:
            return unresolved(given["discussionId"])
        if error := unprocessable(given, "addDiscussionComment"):
            return error
        number = self.next_id()
        made = Posted(f"DC_kwDO{number}", "", parent=root.id)
        made.more["url"] = f"{root.more['url']}#discussioncomment-{number}"
        self.keep(made, "", given["body"])
        self.posts.append(made)
        return done(made)

    def update(self, given: dict[str, Any], query: str) -> Reply:
        found = self.found(given.get("commentId") or given["discussionId"])
        if found is None:
            return unresolved(given.get("commentId") or given["discussionId"])
        if error := unprocessable(given, "updateDiscussion"):
            return error
        self.keep(found, given.get("title", ""), given["body"])
        return done(found)

    def delete(self, given: dict[str, Any], query: str) -> Reply:
        found = self.found(given["id"])
        if found is None:
            return unresolved(given["id"])
        self.posts = [one for one in self.posts if found.id not in (one.id, one.parent)]
        return done(found)

    # Both

    def found(self, name: str) -> Posted | None:
        return next((one for one in [*self.others, *self.posts] if one.id == name), None)

    def keep(self, made: Posted, title: str, written: str) -> None:
        seen = re.sub(r"<!--.*?-->", "", written, flags=re.DOTALL)
        made.text = "\n\n".join(filter(None, [title, from_markdown(seen)]))
        made.more = {"reactions": 0, "at": self.clock, **made.more, "title": title, "written": written}
        made.more["pings"] = PINGS.findall(without_code(seen))

    def said(self, text: str, parent: str = "") -> None:
        """Somebody else opens a discussion, or writes below one."""
        number = self.next_id()
        name = f"DC_{number}" if parent else f"D_{number}"
        more = {"url": f"https://github.com/{self.place}/discussions/{number}", "at": self.clock, "written": text}
        self.others.append(Posted(name, text, parent=parent, more={**more, "reactions": 0}))


WAYS = {
    "createDiscussion": GitHub.discuss,
    "addDiscussionComment": GitHub.comment,
    "updateDiscussion": GitHub.update,
    "updateDiscussionComment": GitHub.update,
    "deleteDiscussion": GitHub.delete,
    "deleteDiscussionComment": GitHub.delete,
    "repository": GitHub.repository,
    "node": GitHub.node,
}


def told_of(what: str, **fields: Any) -> Reply:
    return reply(200, {"data": {what: fields}})


def done(made: Posted) -> Reply:
    return reply(200, {"data": {"made": {"post": {"id": made.id, "url": made.more["url"]}}}})


def failure(kind: str, message: str, data: dict[str, Any] | None = None) -> Reply:
    error = {"type": kind, "path": ["made"], "locations": [{"line": 2, "column": 3}], "message": message}
    return reply(200, {"data": data or {"made": None}, "errors": [error]})


def unresolved(name: str, data: dict[str, Any] | None = None) -> Reply:
    return failure("NOT_FOUND", f"Could not resolve to a node with the global id of '{name}'", data)


def unprocessable(given: dict[str, Any], path: str) -> Reply | None:
    if len(given["body"]) > 65_536:
        return failure("UNPROCESSABLE", "Body is too long (maximum is 65536 characters)")
    if not 0 < len(given.get("title", "x")) <= 256:
        return failure("UNPROCESSABLE", "Title is too long (maximum is 256 characters)")
    return None


def unfit(given: dict[str, Any]) -> Reply | None:
    return invalid("Release", "custom", "body") if len(given["body"]) > 125_000 else None


def invalid(resource: str, code: str, field: str) -> Reply:
    error = {"resource": resource, "code": code, "field": field}
    return reply(422, {"message": "Validation Failed", "errors": [error], "status": "422"})


def missing() -> Reply:
    return reply(404, {"message": "Not Found", "status": "404"})


def fake(target: Target) -> GitHub:
    return GitHub(target)
