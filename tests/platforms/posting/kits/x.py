"""X, as docs.x.com describes its API (version 2): signed requests, posts, files with descriptions, timelines.

What it does with words is X's own: they are counted by weight, the same ones are refused for some hours, addresses are
shown in a short form beside the one that was meant, and `&`, `<` and `>` as in HTML.
"""

import base64
import hashlib
import hmac
import html
import json
import unicodedata
from collections import deque
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

import regex

from events.program import Target
from functions.platforms.outgoing import Reply
from tests.platforms.posting.fake import NOW, Asked, Fake, Posted, reply, stamp

USER = "2244994945"
KEYS = {
    "api_key": "app-of-acme",
    "api_key_secret": "secret-of-the-app",
    "access_token": f"{USER}-token-of-acme",
    "access_token_secret": "secret-of-the-token",
}
SECRET = json.dumps(KEYS)
HOST = "https://api.x.com"
REMEMBERED = 6 * 3600
"""Seconds in which the same words are refused."""
KEPT = 86_400
"""Seconds that a file waits for a post."""

TARGETS = (
    Target(
        id="acme-x",
        community="acme",
        platform="x",
        account="@acme",
        pings=("mods", "everyone"),
        mentions={"mods": "@AcmeMods", "anna": "anna"},
    ),
)

ADDRESS = regex.compile(r"(?i)\b(?:https?://)?(?:[\w-]+\.)+(?:com|net|org|example)\b(?:/[\w./#?=&%-]*[\w/])?")
EMOJI = regex.compile(
    r"\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3|\p{Emoji_Presentation}\p{Emoji_Modifier}?"
    r"(?:\u200D[\p{Emoji}]\uFE0F?\p{Emoji_Modifier}?)*"
)
LIGHT = regex.compile("[\0-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
MENTION = regex.compile(r"(?<![\w@＠])[@＠](\w{1,15})")


def weight(text: str) -> int:
    text = EMOJI.sub("xx", ADDRESS.sub("x" * 23, unicodedata.normalize("NFC", text)))
    return 2 * len(text) - len(LIGHT.findall(text))


class X(Fake):
    def __init__(self, target: Target) -> None:
        super().__init__()
        self.number = 1_700_000_000_000_000_000
        self.credits = True
        self.may_write = True
        self.lag = 0.0
        """Seconds until a post is on its account's timeline."""
        self.files: dict[str, dict[str, Any]] = {}
        self.work = 1
        """How many looks at a GIF it takes until it is worked off."""
        self.nonces: set[str] = set()
        self.made: deque[float] = deque()
        self.past: list[Posted] = [Posted("1600", "What we said an hour ago", more={"at": NOW - 3600.0, "media": []})]
        self.charged = 0.0

    def creates(self, asked: Asked) -> bool:
        return (asked.method, asked.path) == ("POST", "/2/tweets")

    def answer(self, asked: Asked) -> Reply:
        if not self.signed(asked):
            return problem(401, "Unauthorized")
        if not self.credits:
            return problem(402, "CreditsDepleted", "Your account does not have any credits to fulfill this request.")
        match asked.method, asked.path.strip("/").split("/")[1:]:
            case "POST", ["tweets"]:
                return self.create(asked.json)
            case "DELETE", ["tweets", name]:
                return self.delete(name)
            case "GET", ["tweets", name]:
                found = self.post(name)
                if found is None:
                    why = f"Could not find tweet with id: [{name}]."
                    return reply(200, {"errors": [{"title": "Not Found Error", "detail": why, "resource_id": name}]})
                return reply(200, {"data": {**self.shown(found), "public_metrics": METRICS}})
            case "GET", ["users", "me"]:
                return reply(200, {"data": {"id": USER, "name": "Acme", "username": "acme"}})
            case "GET", ["users", name, "tweets"] if name == USER:
                return self.timeline(asked)
            case "POST", ["media", "upload"]:
                return self.upload(asked)
            case "POST", ["media", "upload", "initialize"]:
                return self.begin(asked.json)
            case "POST", ["media", "upload", name, "append"]:
                self.files[name]["content"] = asked.fields["media"].content
                return reply(200, {"data": {"expires_at": int(self.clock) + KEPT}})
            case "POST", ["media", "upload", name, "finalize"]:
                assert len(self.files[name]["content"]) == self.files[name]["total"]
                return reply(200, {"data": self.file(name)})
            case "GET", ["media", "upload"]:
                name = asked.query["media_id"]
                self.files[name]["work"] -= 1
                return reply(200, {"data": self.file(name)})
            case "POST", ["media", "metadata"]:
                given = asked.json
                self.files[given["id"]]["alt"] = given["metadata"]["alt_text"]["text"]
                return reply(200, {"data": {"id": given["id"]}})
        return problem(404, "Not Found")

    # Keys

    def signed(self, asked: Asked) -> bool:
        """RFC 5849, 3.4: what stands in the request is signed, and no request comes twice."""
        header = asked.headers.get("authorization", "")
        if not header.startswith("OAuth "):
            return False
        pairs = [one.partition("=") for one in header.removeprefix("OAuth ").split(", ")]
        given = {unquote(name): unquote(value.strip('"')) for name, _, value in pairs}
        signature = given.pop("oauth_signature", "")
        if given.get("oauth_nonce") in self.nonces or abs(int(given["oauth_timestamp"]) - self.clock) > 300:
            return False
        self.nonces.add(given["oauth_nonce"])
        signed = sorted(
            (quote(name, safe=""), quote(value, safe="")) for name, value in {**asked.query, **given}.items()
        )
        told = "&".join(f"{name}={value}" for name, value in signed)
        base = "&".join(quote(one, safe="") for one in (asked.method, HOST + asked.path, told))
        key = f"{KEYS['api_key_secret']}&{KEYS['access_token_secret']}"
        right = base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()).decode()
        named = (given.get("oauth_consumer_key"), given.get("oauth_token"))
        return signature == right and named == (KEYS["api_key"], KEYS["access_token"])

    # Posts

    def create(self, given: dict[str, Any]) -> Reply:
        text, parent = given.get("text", ""), given.get("reply", {}).get("in_reply_to_tweet_id", "")
        while self.made and self.made[0] <= self.clock - 900:
            self.made.popleft()
        if not self.may_write:
            kind = "https://api.x.com/2/problems/oauth1-permissions"
            return problem(403, "Forbidden", "Your client app is not configured with the right permissions.", kind)
        if len(self.made) >= 100:
            return problem(429, "Too Many Requests", x_rate_limit_reset=str(int(self.made[0] + 900)))
        if weight(text) > 280:
            return problem(403, "Forbidden", "Your Tweet text is too long.")
        names = given.get("media", {}).get("media_ids", [])
        if not text and not names:
            return problem(400, "Invalid Request", "One of text or media is required.")
        if any(not self.there(name) for name in names) or len(names) > 4:
            return problem(400, "Invalid Request", "Your media IDs are invalid.")
        if any(self.files[name]["work"] > 0 for name in names):
            return problem(400, "Invalid Request", "The media is still being processed.")
        if len({one for one in text.split() if regex.fullmatch(r"\$[A-Za-z]{1,6}", one)}) > 1:
            return problem(403, "Forbidden", "Posts are limited to a maximum of 1 cashtag.")
        if parent and not self.post(parent):
            why = "You attempted to reply to a Tweet that is deleted or not visible to you."
            return problem(403, "Forbidden", why)
        if any(one.text == text and one.more["at"] > self.clock - REMEMBERED for one in self.posts):
            return problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
        made = Posted(self.next_id(), text, parent)
        made.more |= {"at": self.clock, "media": list(names), "alts": [self.files[name]["alt"] for name in names]}
        made.more["pings"] = [found[1] for found in MENTION.finditer(text)]
        self.posts.append(made)
        self.made.append(self.clock)
        self.charged += 0.2 if ADDRESS.search(text) else 0.015
        return reply(201, {"data": {"id": made.id, "text": self.shown(made)["text"]}})

    def delete(self, name: str) -> Reply:
        if not self.post(name):
            return problem(404, "Not Found Error", f"Could not find tweet with id: [{name}].")
        self.posts = [one for one in self.posts if one.id != name]
        return reply(200, {"data": {"deleted": True}})

    def post(self, name: str) -> Posted | None:
        return next((one for one in (*self.past, *self.posts) if one.id == name), None)

    def timeline(self, asked: Asked) -> Reply:
        """Newest first."""
        since = asked.query.get("start_time", "1970-01-01T00:00:00Z")
        start = datetime.fromisoformat(since).timestamp()
        newest = [
            one
            for one in [*self.past, *self.posts][::-1]
            if start <= one.more["at"] <= self.clock - self.lag and int(one.id) > int(asked.query.get("since_id", "0"))
        ]
        at, most = int(asked.query.get("pagination_token", "0")), int(asked.query["max_results"])
        assert 5 <= most <= 100
        page = [self.shown(one) for one in newest[at : at + most]]
        meta: dict[str, Any] = {"result_count": len(page)}
        if at + most < len(newest):
            meta["next_token"] = str(at + most)
        return reply(200, {**({"data": page} if page else {}), "meta": meta})

    def shown(self, post: Posted) -> dict[str, Any]:
        urls: list[dict[str, Any]] = []

        def short(whole: str) -> str:
            urls.append({"url": f"https://t.co/{len(urls)}", "expanded_url": whole})
            return str(urls[-1]["url"])

        def shorter(found: regex.Match[str]) -> str:
            return short(found[0] if found[0].startswith("http") else f"http://{found[0]}")

        text = ADDRESS.sub(shorter, unicodedata.normalize("NFC", post.text))
        if post.more["media"]:
            text = f"{text} {short(f'https://x.com/acme/status/{post.id}/photo/1')}".strip()
        found: dict[str, Any] = {
            "id": post.id,
            "text": html.escape(text, quote=False),
            "created_at": stamp(post.more["at"]),
            "edit_history_tweet_ids": [post.id],
        }
        if urls:
            found["entities"] = {"urls": urls}
        if post.parent:
            found["referenced_tweets"] = [{"type": "replied_to", "id": post.parent}]
        return found

    # Files

    def upload(self, asked: Asked) -> Reply:
        assert asked.fields["media_category"].content == b"tweet_image"
        return reply(200, {"data": self.file(self.keep(asked.fields["media"].content, 0))})

    def begin(self, given: dict[str, Any]) -> Reply:
        assert (given["media_type"], given["media_category"]) == ("image/gif", "tweet_gif")
        name = self.keep(b"", self.work)
        self.files[name]["total"] = given["total_bytes"]
        return reply(200, {"data": self.file(name)})

    def keep(self, content: bytes, work: int) -> str:
        name = self.next_id()
        self.files[name] = {"content": content, "alt": "", "work": work, "until": self.clock + KEPT, "state": ""}
        return name

    def file(self, name: str) -> dict[str, Any]:
        found = self.files[name]
        state = found["state"] or ("in_progress" if found["work"] > 0 else "succeeded")
        info = {"processing_info": {"state": state, "check_after_secs": 1}} if "total" in found else {}
        return {"id": name, "media_key": f"3_{name}", "expires_after_secs": KEPT, **info}

    def there(self, name: str) -> bool:
        return name in self.files and self.files[name]["until"] > self.clock


METRICS = {
    "retweet_count": 2,
    "reply_count": 1,
    "like_count": 5,
    "quote_count": 1,
    "bookmark_count": 9,
    "impression_count": 400,
}


def problem(status: int, title: str, detail: str = "", kind: str = "about:blank", **headers: str) -> Reply:
    return reply(status, {"title": title, "detail": detail or title, "type": kind, "status": status}, **headers)


def fake(target: Target) -> Fake:
    return X(target)
