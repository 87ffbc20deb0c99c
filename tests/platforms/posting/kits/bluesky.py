"""A Bluesky server (PDS), and what Bluesky's own servers tell everybody of its posts.

As the lexicons and docs.bsky.app/docs/advanced-guides/rate-limits say, and where they are silent, as packages/pds of
bluesky-social/atproto does it: the same record under the same key is no change, whatever `swapRecord` says; a token
that has ended is answered with 400; what a record refers to has to be there.
"""

import base64
import hashlib
import json
import re
from collections import deque
from datetime import datetime
from typing import Any

import regex

from events.program import Target
from functions.platforms.outgoing import Reply
from tests.platforms.posting.fake import Asked, Fake, Posted, reply

SECRET = "abcd-efgh-ijkl-mnop"
DID, HANDLE, MODS = "did:plc:acme234567acme234567acme", "acme.example", "did:plc:mods234567mods234567mods"
COLLECTION = "app.bsky.feed.post"

TARGETS = (
    Target(
        id="acme-bluesky",
        community="acme",
        platform="bluesky",
        account=HANDLE,
        pings=("mods", "everyone"),
        mentions={"mods": MODS, "anna": "did:plc:anna234567anna234567anna", "press": "press.example"},
    ),
)

TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
ACCESS, REFRESH = 7200, 90 * 86_400
LOGINS = ((30, 300), (300, 86_400))
"""So many sessions may be made in so many seconds."""
LARGEST = 2_000_000


class Bluesky(Fake):
    def __init__(self, target: Target) -> None:
        super().__init__()
        self.passwords = {SECRET}
        self.logins: deque[float] = deque()
        self.access: dict[str, float] = {}
        self.refreshes: dict[str, float] = {}
        self.switched_off = ""
        self.blobs: dict[str, bytes] = {}
        self.records: dict[str, dict[str, Any]] = {}
        self.likes: dict[str, dict[str, int]] = {}
        self.commits = 0

    def creates(self, asked: Asked) -> bool:
        return asked.path == "/xrpc/com.atproto.repo.putRecord"

    def answer(self, asked: Asked) -> Reply:
        name = asked.path.removeprefix("/xrpc/")
        match asked.method, name:
            case "POST", "com.atproto.server.createSession":
                return self.log_in(asked)
            case "POST", "com.atproto.server.refreshSession":
                return self.refresh(asked)
            case "GET", "app.bsky.feed.getPosts":
                return self.shown(asked)
            case "GET", "com.atproto.repo.getRecord":
                return self.record(asked.query)
        refused = self.refused(asked)
        if refused:
            return refused
        match asked.method, name:
            case "POST", "com.atproto.repo.putRecord":
                return self.put(asked.json)
            case "POST", "com.atproto.repo.deleteRecord":
                return self.delete(asked.json)
            case "POST", "com.atproto.repo.uploadBlob":
                return self.upload(asked)
        return error(501, "MethodNotImplemented", "Method Not Implemented")

    # Sessions

    def log_in(self, asked: Asked) -> Reply:
        assert "authorization" not in asked.headers
        for most, seconds in LOGINS:
            lately = [at for at in self.logins if at > self.clock - seconds]
            if len(lately) >= most:
                ends = str(int(lately[-most] + seconds))
                return error(429, "RateLimitExceeded", "Rate Limit Exceeded", ratelimit_reset=ends)
        self.logins.append(self.clock)
        if asked.json["identifier"] not in (HANDLE, DID) or asked.json["password"] not in self.passwords:
            return error(401, "AuthenticationRequired", "Invalid identifier or password")
        if self.switched_off:
            return error(401, self.switched_off, "Account has been taken down")
        return self.session()

    def refresh(self, asked: Asked) -> Reply:
        assert asked.body == b""
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if self.refreshes.pop(token, 0) <= self.clock:
            return error(400, "ExpiredToken", "Token has been revoked")
        return self.session()

    def session(self) -> Reply:
        access, refresh = self.token(ACCESS), self.token(REFRESH)
        self.access[access], self.refreshes[refresh] = self.clock + ACCESS, self.clock + REFRESH
        return reply(200, {"did": DID, "handle": HANDLE, "accessJwt": access, "refreshJwt": refresh, "active": True})

    def token(self, lasts: int) -> str:
        claims = json.dumps({"sub": DID, "exp": int(self.clock) + lasts, "jti": self.next_id()}).encode()
        return f"eyJ0eXAiOiJKV1QifQ.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.c2lnbmVk"

    def refused(self, asked: Asked) -> Reply | None:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if not token:
            return error(401, "AuthMissing", "Authentication Required")
        if token not in self.access:
            return error(400, "InvalidToken", "Token could not be verified")
        if self.access[token] <= self.clock:
            return error(400, "ExpiredToken", "Token has expired")
        if self.switched_off:
            return error(400, self.switched_off, "Account is switched off")
        return None

    def end_sessions(self, *, all_of_them: bool = False) -> None:
        """The tokens in use end; with them what new ones are made of, as when an app password is revoked."""
        self.access.clear()
        if all_of_them:
            self.refreshes.clear()

    # Records

    def put(self, given: dict[str, Any]) -> Reply:
        if given["repo"] not in (HANDLE, DID):
            return error(401, "AuthenticationRequired", "Authentication Required")
        key, record = given["rkey"], given["record"]
        if given["collection"] != COLLECTION or not TID.fullmatch(key):
            return error(400, "InvalidRequest", "Invalid TID string")
        fault = self.fault(record)
        if fault:
            return fault
        uri, cid = f"at://{DID}/{COLLECTION}/{key}", cid_of(record)
        there = self.records.get(uri)
        written = {"uri": uri, "cid": cid, "validationStatus": "valid"}
        if there and there["cid"] == cid:
            return reply(200, written)
        if there and "swapRecord" in given and given["swapRecord"] != there["cid"]:
            return error(400, "InvalidSwap", f"Record was at {there['cid']}")
        self.records[uri] = {"cid": cid, "value": record}
        parent = record.get("reply", {}).get("parent", {}).get("uri", "")
        alts = [one["alt"] for one in record.get("embed", {}).get("images", [])]
        more = {"record": record, "at": record["createdAt"], "alts": alts, "pings": pings(record)}
        self.posts = [one for one in self.posts if one.id != uri] + [Posted(uri, record["text"], parent, more)]
        self.commits += 1
        return reply(200, {**written, "commit": {"cid": f"commit{self.commits}", "rev": key}})

    def fault(self, record: dict[str, Any]) -> Reply | None:
        text = record["text"]
        if len(text.encode()) > 3000:
            return invalid("text: string too big (maximum 3000 bytes)")
        if len(regex.findall(r"\X", text)) > 300:
            return invalid("text: string too big (maximum 300 graphemes)")
        datetime.fromisoformat(record["createdAt"])
        assert record["$type"] == COLLECTION
        assert all(re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", one) for one in record["langs"])
        assert all(fits(one["index"], text) for one in record.get("facets", []))
        images = record.get("embed", {}).get("images", [])
        if len(images) > 4:
            return invalid("embed/images: array too long (maximum 4)")
        for one in images:
            assert isinstance(one["alt"], str)
            name = one["image"]["ref"]["$link"]
            if name not in self.blobs:
                return error(400, "BlobNotFound", f"Could not find blob: {name}")
            if one["image"]["size"] > LARGEST:
                return invalid("embed/images/image: blob too big")
        refers = record.get("reply", {})
        for strong in refers.values():
            assert self.records[strong["uri"]]["cid"] == strong["cid"], "it answers a post that is not there like this"
        return None

    def record(self, query: dict[str, str]) -> Reply:
        uri = f"at://{DID}/{query['collection']}/{query['rkey']}"
        found = self.records.get(uri) if query["repo"] in (HANDLE, DID) else None
        if found is None:
            return error(400, "RecordNotFound", f"Could not locate record: {uri}")
        return reply(200, {"uri": uri, **found})

    def delete(self, given: dict[str, Any]) -> Reply:
        uri = f"at://{DID}/{given['collection']}/{given['rkey']}"
        if given["repo"] not in (HANDLE, DID):
            return error(401, "AuthenticationRequired", "Authentication Required")
        self.posts = [one for one in self.posts if one.id != uri]
        return reply(200, {"commit": {}} if self.records.pop(uri, None) else {})

    def upload(self, asked: Asked) -> Reply:
        name = "bafkrei" + hashlib.sha256(asked.body).hexdigest()[:52]
        self.blobs[name] = asked.body
        told = {"mimeType": asked.headers["content-type"], "size": len(asked.body)}
        return reply(200, {"blob": {"$type": "blob", "ref": {"$link": name}, **told}})

    def shown(self, asked: Asked) -> Reply:
        uri = asked.query["uris"]
        counts = {"likeCount": 5, "repostCount": 2, "quoteCount": 1, "replyCount": 4}
        return reply(200, {"posts": [{"uri": uri, **counts}] if uri in self.records else []})


def fits(index: dict[str, int], text: str) -> bool:
    """Whether byte offsets cut the text between characters."""
    raw, start, end = text.encode(), index["byteStart"], index["byteEnd"]
    try:
        return 0 <= start < end <= len(raw) and bool(raw[:start].decode() + raw[start:end].decode() or True)
    except UnicodeDecodeError:
        return False


def pings(record: dict[str, Any]) -> list[str]:
    """Whom Bluesky would tell: who is in a facet, whatever the text says."""
    features = [one for facet in record.get("facets", []) for one in facet["features"]]
    return [one["did"] for one in features if one["$type"] == "app.bsky.richtext.facet#mention"]


def cid_of(record: dict[str, Any]) -> str:
    return "bafyrei" + hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:52]


def invalid(why: str) -> Reply:
    return error(400, "InvalidRequest", f"Invalid {COLLECTION} record: {why}")


def error(status: int, name: str, message: str, **headers: str) -> Reply:
    return reply(status, {"error": name, "message": message}, **headers)


def fake(target: Target) -> Fake:
    return Bluesky(target)
