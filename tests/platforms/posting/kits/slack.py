"""Slack: a workspace with a channel that the app is in. It answers 200 to nearly everything, and means `ok`.

As documented for chat.*, conversations.*, files.* and "Message metadata"; that files take a moment before a block may
show them is in issue 1521 of python-slack-sdk.
"""

import re
from typing import Any

from events.program import Target
from functions.platforms.outgoing import Reply
from functions.platforms.words import from_mrkdwn
from tests.platforms.posting.fake import Asked, Fake, Posted, reply

CHANNEL, GROUP, ACCOUNT = "C0ACMENEWS", "S0MODS", "U0ANNA"
SECRET = "xoxb-1-acme"
WORKSPACE = "https://acme.slack.com/"
TARGETS = (
    Target(
        id="acme-slack",
        community="acme",
        platform="slack",
        place=CHANNEL,
        pings=("everyone", "here", "mods", "anna"),
        mentions={"mods": GROUP, "anna": ACCOUNT},
    ),
)
PINGS = re.compile(r"<(!channel|!here|!everyone|!subteam\^[A-Z0-9]+|@[A-Z0-9]+)(?:\|[^>]*)?>")


class Slack(Fake):
    def __init__(self, target: Target) -> None:
        super().__init__()
        self.files: dict[str, dict[str, Any]] = {}
        self.processing = 0
        """How many messages more find an image that is not ready."""
        self.others = [Posted("1795500000.000100", "said the day before", more={"metadata": None, "reactions": []})]

    def creates(self, asked: Asked) -> bool:
        return asked.path == "/api/chat.postMessage"

    def answer(self, asked: Asked) -> Reply:
        if asked.path.startswith("/upload/v1/"):
            assert "authorization" not in asked.headers, "the token is nobody else's business"
            self.files[asked.path.removeprefix("/upload/v1/")]["bytes"] = asked.body
            return reply(200, b"OK - 8")
        if asked.headers.get("authorization") != f"Bearer {SECRET}":
            return wrong("invalid_auth")
        method = asked.path.removeprefix("/api/")
        json = asked.headers["content-type"].startswith("application/json")
        if asked.method != "POST" or asked.query or (json and method in FORMS):
            return wrong("invalid_arguments")
        return WAYS[method](self, asked.json if json else asked.form)

    def auth(self, given: dict[str, Any]) -> Reply:
        return well(url=WORKSPACE, team="Acme", user="liaison", user_id="U0BOT", bot_id="B0BOT")

    # Messages

    def post(self, given: dict[str, Any]) -> Reply:
        if error := self.unfit(given):
            return error
        root = given.get("thread_ts", "")
        if root and not self.found(root):
            return wrong("cannot_reply_to_message")
        self.number += 1
        post = Posted(f"{self.clock:.0f}.{self.number:06d}", "", parent=root)
        post.more = {"reactions": [], "metadata": given.get("metadata")}
        self.keep(post, given)
        self.posts.append(post)
        return well(channel=CHANNEL, ts=post.id, message=self.message(post, whole=False))

    def unfit(self, given: dict[str, Any], longest: int = 40_000) -> Reply | None:
        blocks = given.get("blocks", [])
        if given.get("channel") != CHANNEL:
            return wrong("channel_not_found")
        if not given.get("text") and not blocks:
            return wrong("no_text")
        if len(given.get("text", "")) > longest:
            return wrong("msg_too_long")
        if len(blocks) > 50 or any(len(b["text"]["text"]) not in range(1, 3001) for b in blocks if "text" in b):
            return wrong("invalid_blocks")
        said = [block["text"]["text"] for block in blocks if "text" in block]
        heads = [block["text"]["text"] for block in blocks if block["type"] == "header"]
        if any(len(one) > 150 for one in heads) or any(len(b.get("alt_text", "")) > 2000 for b in blocks):
            return wrong("invalid_blocks")
        if sum(map(len, said)) > 13_200:
            return wrong("msg_blocks_too_long")
        shown = [block["slack_file"]["id"] for block in blocks if block["type"] == "image"]
        done = all(self.files.get(name, {}).get("complete") for name in shown)
        if shown and (not done or self.processing > 0):
            self.processing -= 1
            told = "invalid slack file [json-pointer:/blocks/1/slack_file]"
            return wrong("invalid_blocks", errors=[told], response_metadata={"messages": [f"[ERROR] {told}"]})
        return None

    def keep(self, post: Posted, given: dict[str, Any]) -> None:
        blocks = given.get("blocks") or []
        texts = [block["text"]["text"] for block in blocks if "text" in block] or ([] if blocks else [given["text"]])
        written = "\n\n".join(texts)
        post.text = from_mrkdwn(written)
        read_aloud = [block["alt_text"] for block in blocks if block["type"] == "image"]
        marked = [block["text"]["text"] for block in blocks if block.get("text", {}).get("type") == "mrkdwn"]
        pings = [one for part in (marked if blocks else [given["text"]]) for one in PINGS.findall(part)]
        if given.get("parse") == "full" or given.get("link_names"):
            pings += re.findall(r"@(?:everyone|channel|here)\b", written)
        post.more |= {"written": written, "blocks": blocks, "alts": read_aloud, "pings": pings, "text": given["text"]}

    def message(self, post: Posted, *, whole: bool) -> dict[str, Any]:
        below = [one for one in self.posts if one.parent == post.id]
        return {
            "type": "message",
            "user": "U0BOT",
            "bot_id": "B0BOT",
            "text": post.more.get("text", post.text),
            "ts": post.id,
            **({"thread_ts": post.parent} if post.parent else {}),
            **({"thread_ts": post.id, "reply_count": len(below)} if below else {}),
            **({"reactions": post.more["reactions"]} if post.more["reactions"] else {}),
            **({"metadata": post.more["metadata"]} if whole and post.more["metadata"] else {}),
        }

    def found(self, name: str) -> Posted | None:
        return next((one for one in self.posts if one.id == name), None)

    def history(self, given: dict[str, Any]) -> Reply:
        newest_first = sorted((*self.others, *self.posts), key=lambda post: -float(post.id))
        return self.listing([one for one in newest_first if not one.parent], given)

    def replies(self, given: dict[str, Any]) -> Reply:
        root = self.found(given["ts"])
        if root is None:
            return wrong("thread_not_found")
        oldest = float(given.get("oldest", 0))
        below = [one for one in self.posts if one.parent == root.id and float(one.id) > oldest]
        return self.listing([root, *below], {**given, "oldest": 0})

    def listing(self, found: list[Posted], given: dict[str, Any]) -> Reply:
        if given["channel"] != CHANNEL:
            return wrong("channel_not_found")
        newer = [one for one in found if float(one.id) > float(given.get("oldest", 0))]
        start, most = int(given.get("cursor", 0)), min(int(given.get("limit", 100)), 999)
        page, more = newer[start : start + most], start + most < len(newer)
        whole = given.get("include_all_metadata") == "true"
        cursor = {"response_metadata": {"next_cursor": str(start + most)}} if more else {}
        return well(messages=[self.message(one, whole=whole) for one in page], has_more=more, **cursor)

    def update(self, given: dict[str, Any]) -> Reply:
        post = self.found(given["ts"])
        if post is None:
            return wrong("message_not_found")
        if error := self.unfit(given, 4000):
            return error
        self.keep(post, given)
        post.more["metadata"] = given.get("metadata", post.more["metadata"])
        return well(channel=CHANNEL, ts=post.id, text=given["text"], message=self.message(post, whole=False))

    def delete(self, given: dict[str, Any]) -> Reply:
        post = self.found(given["ts"])
        if post is None:
            return wrong("message_not_found")
        self.posts.remove(post)
        return well(channel=CHANNEL, ts=given["ts"])

    # Files

    def upload(self, given: dict[str, Any]) -> Reply:
        if len(given.get("alt_txt", "")) > 1000:
            return wrong("alt_txt_too_large")
        name = f"F0{len(self.files):07d}"
        self.files[name] = {"name": given["filename"], "length": int(given["length"]), "complete": False}
        return well(upload_url=f"https://files.slack.com/upload/v1/{name}", file_id=name)

    def complete(self, given: dict[str, Any]) -> Reply:
        assert "channel_id" not in given, "that would be a post of its own"
        for one in given["files"]:
            held = self.files.get(one["id"])
            if held is None or len(held.get("bytes", b"")) != held["length"]:
                return wrong("file_not_found")
            held["complete"] = True
        return well(files=given["files"])

    def forget(self, given: dict[str, Any]) -> Reply:
        return well() if self.files.pop(given["file"], None) else wrong("file_not_found")


FORMS = ("conversations.history", "conversations.replies", "files.getUploadURLExternal")
"""Those that take no JSON, or are not known to."""

WAYS = {
    "auth.test": Slack.auth,
    "chat.postMessage": Slack.post,
    "chat.update": Slack.update,
    "chat.delete": Slack.delete,
    "conversations.history": Slack.history,
    "conversations.replies": Slack.replies,
    "files.getUploadURLExternal": Slack.upload,
    "files.completeUploadExternal": Slack.complete,
    "files.delete": Slack.forget,
}


def well(**more: Any) -> Reply:
    return reply(200, {"ok": True, **more})


def wrong(error: str, **more: Any) -> Reply:
    return reply(200, {"ok": False, "error": error, **more})


def fake(target: Target) -> Slack:
    return Slack(target)
