"""The world outside, as delivery meets it: servers that honour a webhook-id, and a forum."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from functions.platforms.outgoing import NotSentError, Reply, UnansweredError
from tests.support.faults import Faults

Answer = Callable[[], Reply]


def status(number: int, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
    return lambda: Reply(number, headers or {}, body)


def post(number: int, deleted_at: str | None = None) -> bytes:
    """What a forum tells of a post that is an answer in a topic."""
    told = {"id": number, "version": 1, "topic_id": 12, "post_number": 3, "deleted_at": deleted_at}
    return json.dumps(told).encode()


NO_SUCH_POST = b'{"errors": ["The requested URL or resource could not be found."]}'


def unreachable() -> Reply:
    raise NotSentError("site.example could not be reached")


def silent() -> Reply:
    """The request arrived and had its effect; no answer came back."""
    raise UnansweredError("site.example did not answer: ReadTimeoutError")


def broken() -> Reply:
    raise ZeroDivisionError("nobody thought of this")


@dataclass(frozen=True)
class Call:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    private: bool

    @property
    def key(self) -> str:
        return self.headers.get("webhook-id", "")

    @property
    def said(self) -> Any:
        return json.loads(self.body)


@dataclass
class Outside:
    """`calls` is every request that arrived; `effects` counts, for each webhook-id, what was really done:
    a receiver that honours the id does it once. `next` holds the coming answers, 200 when it is empty."""

    faults: Faults
    calls: list[Call] = field(default_factory=list)
    effects: Counter[str] = field(default_factory=Counter)
    next: list[Answer] = field(default_factory=list)
    always: Answer | None = None
    deleted: set[str] = field(default_factory=set)

    def __call__(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", private: bool = False
    ) -> Reply:
        self.faults.reached("http", "before")
        answer = self.next.pop(0) if self.next else self.always
        if answer is unreachable:
            unreachable()
        call = Call(method, url, dict(headers), body, private)
        self.calls.append(call)
        with self.faults.by_others():
            reply = answer() if answer and answer is not silent else self.usual(call)
        if 200 <= reply.status < 300:
            self.happens(call)
        self.faults.reached("http", "after")
        return silent() if answer is silent else reply

    def usual(self, call: Call) -> Reply:
        page = call.url.partition("?")[0]
        if "/posts/" in page and call.method == "GET":
            number = int(page.rpartition("/")[2].removesuffix(".json"))
            return Reply(200, {}, post(number, "2026-11-22T12:00:00Z" if page in self.deleted else None))
        return Reply(200, {}, b"")

    def happens(self, call: Call) -> None:
        page = call.url.partition("?")[0]
        if call.method == "DELETE":
            self.deleted.add(page)
        if page.endswith("/recover.json"):
            self.deleted.discard(page.replace("/recover.json", ".json"))
        if call.key and not self.effects[call.key]:
            self.effects[call.key] += 1

    def keys(self, url: str) -> set[str]:
        """The webhook-ids that one place has seen."""
        return {call.key for call in self.calls if call.url == url}
