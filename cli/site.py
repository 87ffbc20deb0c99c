"""The other side of the demonstration: one loopback server that plays the company's site, its game server
and its forum, and remembers what it was asked. Nothing of Liaison depends on it."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True)
class Call:
    """One request that reached the site."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Site:
    """Answers everything with 200; a deleted forum post stays deleted."""

    port: int
    calls: list[Call] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)
    server: ThreadingHTTPServer | None = None

    def __enter__(self) -> "Site":
        self.server = Server(("127.0.0.1", self.port), handler(self))
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.server:
            self.server.shutdown()
            self.server.server_close()

    def ids(self, path: str) -> list[str]:
        """The `webhook-id` of each request to a path, in order, repeats included."""
        return [call.headers["webhook-id"] for call in self.calls if call.path == path]

    def answer(self, call: Call) -> tuple[int, object]:
        self.calls.append(call)
        if call.path.startswith("/forum/review/"):
            return 200, review(int(call.path.rpartition("/")[2].removesuffix(".json")), FLAGGED)
        if not call.path.startswith("/forum/posts/"):
            return 200, {"ok": True}
        page = call.path.partition("?")[0]
        post = page.replace("/recover.json", ".json")
        if call.method == "DELETE":
            self.deleted.add(post)
        if page != post:
            self.deleted.discard(post)
        number = int(post.rpartition("/")[2].removesuffix(".json"))
        at = "2026-01-01T00:00:00Z" if post in self.deleted else None
        return 200, {"id": number, "version": 1, "topic_id": 12, "post_number": 3, "deleted_at": at}


FLAGGED = 204
"""The post that the sample's review is about."""


def review(number: int, post: int) -> dict[str, object]:
    """What the forum tells of a flag when it is asked: who raised it, and why."""
    about = {"id": number, "type": "ReviewableFlaggedPost", "target_type": "Post", "target_id": post}
    score = {"id": 1, "user_id": 12, "score_type_id": 8, "status": 0, "created_at": "2026-11-21T09:00:00.000Z"}
    return {
        "reviewable": {**about, "reviewable_score_ids": [1]},
        "reviewable_scores": [{**score, "score_type": {"id": 8, "name": "spam", "title": "It is spam"}}],
        "users": [{"id": 12, "username": "lena"}],
    }


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


def handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, told = site.answer(Call(self.command, self.path, headers, body))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        do_GET = do_POST = do_DELETE = take

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the demonstration tells what matters."""

    return Handler
