"""LinkedIn, as learn.microsoft.com describes its Posts, Images and Social Metadata APIs: little text, Rest.li headers,
the same words refused.

Little text that is not escaped is cut at the first reserved character, and answered as if it were not.
"""

import json
import re
from typing import Any

from events.program import Target
from functions.platforms.outgoing import Reply
from tests.platforms.posting.fake import NOW, Asked, Fake, Posted, reply

SECRET = "AQX-token-of-acme"
RENEWING = {"client_id": "client", "client_secret": "secret-of-the-app", "refresh_token": "AQY-refresh"}
PAGE, MEMBER = "urn:li:organization:2414183", "urn:li:person:Ab_c-1"
VERSIONS = ("202607", "202611")
REMEMBERED = 6 * 3600
"""Seconds in which the same words are refused."""

TARGETS = (
    Target(
        id="acme-linkedin",
        community="acme",
        platform="linkedin",
        account=PAGE,
        pings=("mods", "partner", "everyone"),
        mentions={
            "mods": "urn:li:organization:1",
            "partner": "[Devtest (co)](urn:li:organization:2)",
            "anna": "urn:li:person:anna",
        },
    ),
    Target(id="anna-linkedin", community="acme", platform="linkedin", account=MEMBER),
)

ELEMENT = re.compile(
    r"\\(?P<char>.)|\{hashtag\|\\?#\|(?P<tag>(?:\\.|[^}\\])*)\}"
    r"|@\[(?P<name>(?:\\.|[^\]\\])*)\]\((?P<urn>urn:li:[\w:-]+)\)|(?P<cut>[|{}@\[\]()<>#*_~\\])|(?P<text>.)",
    re.DOTALL,
)


def understood(commentary: str) -> tuple[str, list[str]]:
    """What people read of little text, and who is told of it."""
    told, pings = "", []
    for found in ELEMENT.finditer(commentary):
        if found["cut"]:
            break
        if found["urn"]:
            pings.append(found["urn"])
            told += "@" + re.sub(r"\\(.)", r"\1", found["name"])
        elif found["tag"] is not None:
            told += "#" + re.sub(r"\\(.)", r"\1", found["tag"])
        else:
            told += found["char"] or found["text"]
    return told, pings


class LinkedIn(Fake):
    def __init__(self, target: Target) -> None:
        super().__init__()
        self.number = 7_400_000_000_000_000_000
        self.owner = target.account
        self.tokens = {SECRET}
        self.refreshes = {RENEWING["refresh_token"]}
        self.rights = {"write", "read"}
        self.images: dict[str, dict[str, Any]] = {}
        self.work = 0
        """How many looks at an image it takes until it is worked off."""
        self.ghosts: list[tuple[str, str, float]] = []
        """Words of posts that are gone, their names and times: they are refused all the same."""
        self.past = [self.old("What we said an hour ago", NOW - 3600.0)]

    def old(self, text: str, at: float) -> Posted:
        body = {"author": self.owner, "commentary": text, "lifecycleState": "PUBLISHED"}
        return Posted(f"urn:li:share:{self.next_id()}", text, more={"at": at, "body": body, "edits": 0})

    def creates(self, asked: Asked) -> bool:
        return (asked.method, asked.path) == ("POST", "/rest/posts")

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/oauth/v2/accessToken":
            return self.renew(asked.form)
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return error(401, "The token used in the request has expired", "EXPIRED_ACCESS_TOKEN")
        if asked.path.startswith("/dms-uploads/"):
            return self.take(asked)
        if asked.headers.get("linkedin-version") not in VERSIONS:
            return error(426, "Requested version is not active", "NONEXISTENT_VERSION")
        assert asked.headers["x-restli-protocol-version"] == "2.0.0"
        action = asked.headers.get("x-restli-method", "")
        match asked.method, asked.path.removeprefix("/rest/").split("/"), action:
            case "POST", ["posts"], "":
                return self.within("write") or self.create(asked.json)
            case "GET", ["posts"], "FINDER":
                return self.within("read") or self.listing(asked.query)
            case "GET", ["posts", name], "":
                found = self.post(name)
                return self.within("read") or (reply(200, self.shown(found)) if found else gone())
            case "POST", ["posts", name], "PARTIAL_UPDATE":
                return self.within("write") or self.change(name, asked.json["patch"]["$set"])
            case "DELETE", ["posts", name], "DELETE":
                return self.within("write") or self.delete(name)
            case "POST", ["images"], "":
                assert asked.query == {"action": "initializeUpload"}
                return self.within("write") or self.begin(asked.json["initializeUploadRequest"]["owner"])
            case "GET", ["images"], "":
                return self.within("read") or self.looked_at(asked.query["ids"])
            case "GET", ["socialMetadata", name], "":
                return self.within("read") or (reply(200, METADATA) if self.post(name) else gone())
        return error(404, "No virtual resource found", "RESOURCE_NOT_FOUND")

    def within(self, right: str) -> Reply | None:
        if right == "read" and not self.owner.startswith("urn:li:organization:"):
            return error(403, "Not enough permissions to access: partnerApiPosts.GET.20260701", "ACCESS_DENIED")
        return None if right in self.rights else error(403, "Not enough permissions to access", "ACCESS_DENIED")

    def renew(self, form: dict[str, str]) -> Reply:
        given = {name: form[name] for name in ("client_id", "client_secret")}
        right = given == {name: RENEWING[name] for name in given} and form["grant_type"] == "refresh_token"
        if not right or form["refresh_token"] not in self.refreshes:
            return reply(400, {"error": "invalid_grant", "error_description": "The refresh token is invalid"})
        token = f"AQX-renewed-{self.next_id()}"
        self.tokens.add(token)
        return reply(200, {"access_token": token, "expires_in": 5_184_000, "refresh_token": form["refresh_token"]})

    # Posts

    def create(self, given: dict[str, Any]) -> Reply:
        if given["author"] != self.owner:
            return error(403, "Field Value validation failed in REQUEST_BODY: author", "ACCESS_DENIED")
        words = given["commentary"]
        text, pings = understood(words)
        if len(text) > 3000:
            return error(400, "commentary: length is out of bounds", "FIELD_LENGTH_TOO_LONG")
        for name in shown_images(given):
            if not self.images.get(name, {}).get("content"):
                return error(400, f"Image {name} is not available", "INVALID_IMAGE_ID")
        for text_of, name, at in [(one.more["body"]["commentary"], one.id, one.more["at"]) for one in self.posts]:
            if text_of == words and at > self.clock - REMEMBERED:
                return duplicate(name)
        if any(said == words and at > self.clock - REMEMBERED for said, _, at in self.ghosts):
            return duplicate(f"urn:li:share:{self.next_id()}")
        made = Posted(f"urn:li:share:{self.next_id()}", text)
        made.more |= {"at": self.clock, "body": given, "pings": pings, "edits": 0}
        self.posts.append(made)
        return Reply(201, {"x-restli-id": made.id}, b"")

    def post(self, name: str) -> Posted | None:
        return next((one for one in (*self.past, *self.posts) if one.id == name), None)

    def change(self, name: str, given: dict[str, Any]) -> Reply:
        found = self.post(name)
        if found is None:
            return gone()
        assert set(given) == {"commentary"}
        found.more["body"] = {**found.more["body"], **given}
        found.text, found.more["pings"] = understood(given["commentary"])
        found.more["edits"] += 1
        return Reply(204, {}, b"")

    def delete(self, name: str) -> Reply:
        found = self.post(name)
        if found:
            self.ghosts.append((found.more["body"]["commentary"], name, self.clock))
        self.posts = [one for one in self.posts if one.id != name]
        return Reply(204, {}, b"")

    def listing(self, query: dict[str, str]) -> Reply:
        assert (query["q"], query["sortBy"]) == ("author", "CREATED")
        newest = [*self.past, *self.posts][::-1] if query["author"] == self.owner else []
        at, most = int(query["start"]), int(query["count"])
        elements = [self.shown(one) for one in newest[at : at + most]]
        return reply(200, {"elements": elements, "paging": {"start": at, "count": most, "links": []}})

    def shown(self, post: Posted) -> dict[str, Any]:
        at = int(post.more["at"] * 1000)
        return {**post.more["body"], "id": post.id, "createdAt": at, "publishedAt": at, "lastModifiedAt": at}

    # Images

    def begin(self, owner: str) -> Reply:
        assert owner == self.owner
        name = f"urn:li:image:C{self.next_id()}"
        self.images[name] = {"content": b"", "work": self.work, "state": ""}
        url = f"https://www.linkedin.com/dms-uploads/{name.rpartition(':')[2]}?ca=vector_feedshare"
        return reply(200, {"value": {"uploadUrlExpiresAt": 1_795_700_000_000, "uploadUrl": url, "image": name}})

    def take(self, asked: Asked) -> Reply:
        assert asked.method == "PUT"
        self.images[f"urn:li:image:{asked.path.rpartition('/')[2]}"]["content"] = asked.body
        return Reply(201, {}, b"")

    def looked_at(self, ids: str) -> Reply:
        names = ids.removeprefix("List(").removesuffix(")").split(",")
        for name in names:
            self.images[name]["work"] -= 1
        return reply(200, {"results": {name: {"id": name, "status": self.status(name)} for name in names}})

    def status(self, name: str) -> str:
        found = self.images[name]
        return str(found["state"] or ("PROCESSING" if found["work"] > 0 else "AVAILABLE"))


METADATA = {
    "reactionSummaries": {
        "LIKE": {"reactionType": "LIKE", "count": 5},
        "PRAISE": {"reactionType": "PRAISE", "count": 2},
    },
    "commentSummary": {"count": 3, "topLevelCount": 2},
    "commentsState": "OPEN",
}


def shown_images(given: dict[str, Any]) -> list[str]:
    content = given.get("content", {})
    found = [content["media"]] if "media" in content else content.get("multiImage", {}).get("images", [])
    assert len(found) != 1 or "media" in content
    assert all(len(one["altText"]) <= 4086 for one in found)
    return [one["id"] for one in found]


def duplicate(name: str) -> Reply:
    said = {
        "message": f"com.linkedin.common.exception.BadRequestResponseException: Content is a duplicate of {name}",
        "errorDetails": {"inputErrors": [{"description": "Duplicate post is detected", "code": "DUPLICATE_POST"}]},
        "status": 422,
    }
    return Reply(422, {}, json.dumps(said).encode())


def gone() -> Reply:
    return error(404, "Could not find entity", "RESOURCE_NOT_FOUND")


def error(status: int, message: str, code: str) -> Reply:
    return reply(status, {"message": message, "code": code, "status": status})


def fake(target: Target) -> Fake:
    return LinkedIn(target)
