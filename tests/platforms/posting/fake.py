"""A platform that announcements go to, in memory: what each fake shares. A fake speaks as the platform documents."""

import json
import re
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from events.announcements import Image
from functions.platforms.outgoing import (
    MEDIA,
    Hands,
    NotSentError,
    Outcome,
    Reply,
    Sent,
    Session,
    UnansweredError,
)
from functions.platforms.outgoing import Objects as Bucket

NOW = 1_795_600_000
"""Unix seconds: 2026-11-25."""
PICTURES: dict[str, bytes] = {}
"""All that `picture` made, by their keys in the bucket."""


@dataclass
class Posted:
    """One thing that is publicly there: its id, what people read, what it answers to, and whatever the fake needs."""

    id: str
    text: str
    parent: str = ""
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    url: str = ""
    """As it was written."""
    private: bool = False

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))

    @property
    def fields(self) -> dict[str, "Held"]:
        """Of `multipart/form-data`, as a reader that is not ours has them."""
        head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
        parts: Iterable[Any] = message_from_bytes(head + self.body).get_payload()
        return {str(one.get_param("name", header="content-disposition")): held(one) for one in parts}


@dataclass(frozen=True)
class Held:
    """What a field of a form holds, of what type it says that it is, and what a file is called."""

    content: bytes
    type: str
    file: str


def held(part: Message) -> Held:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return Held(content, part.get_content_type(), part.get_filename() or "")


@dataclass
class Rule:
    """How requests of a kind are answered once some more of them were answered as usual."""

    answer: Reply | None
    path: str
    method: str
    after: int

    def holds(self, asked: Asked) -> bool:
        if not re.search(self.path, asked.path) or not asked.method.startswith(self.method):
            return False
        self.after -= 1
        return self.after < 0


class Fake(ABC):
    """Give `answer` for each request; `posts` is what is there now, `asked` what was asked, oldest first. `clock` is
    the time there and here, `sessions` are those that all workers share, `objects` is the bucket with every picture."""

    def __init__(self) -> None:
        self.clock = float(NOW)
        self.sessions = Sessions(self)
        self.objects: Bucket = Objects(PICTURES)
        self.posts: list[Posted] = []
        self.asked: list[Asked] = []
        self.planned: deque[Callable[[Asked], Reply]] = deque()
        self.rules: list[Rule] = []
        self.number = 0

    @abstractmethod
    def answer(self, asked: Asked) -> Reply:
        """What the platform says to one request."""

    @abstractmethod
    def creates(self, asked: Asked) -> bool:
        """Whether this request is the one call that makes a post (and not a login, an upload or a look)."""

    def __call__(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", private: bool = False
    ) -> Reply:
        split = urlsplit(url)
        lower = {name.lower(): value for name, value in headers.items()}
        asked = Asked(method, unquote(split.path), dict(parse_qsl(split.query)), lower, body, url, private)
        self.asked.append(asked)
        if self.planned and self.creates(asked):
            return self.planned.popleft()(asked)
        for rule in reversed(self.rules):
            if rule.holds(asked):
                return whole(rule.answer)
        return self.answer(asked)

    def instead(self, answer: Reply | None, path: str = "", method: str = "", *, after: int = 0) -> None:
        """Whatever has this (a pattern) in its path is answered so from now on, or after so many more of the kind; None
        is no answer."""
        self.rules.append(Rule(answer, path, method, after))

    def next_id(self) -> str:
        self.number += 1
        return str(self.number)

    def cut_off_after(self) -> None:
        """The next post is made, and its answer is lost."""

        def cut(asked: Asked) -> Reply:
            self.answer(asked)
            raise UnansweredError("no whole answer within 10 s")

        self.planned.append(cut)

    def cut_off_before(self) -> None:
        """The next request gets lost on its way, and nobody can tell."""

        def cut(asked: Asked) -> Reply:
            raise UnansweredError("no whole answer within 10 s")

        self.planned.append(cut)

    def unreachable(self) -> None:
        def refuse(asked: Asked) -> Reply:
            raise NotSentError("could not be reached")

        self.planned.append(refuse)

    def answers(self, reply: Reply, *, after_making: bool = False) -> None:
        """The next post is answered like this, with or without being made."""

        def planned(asked: Asked) -> Reply:
            if after_making:
                self.answer(asked)
            return reply

        self.planned.append(planned)


def whole(answer: Reply | None) -> Reply:
    if answer is None:
        raise UnansweredError("no whole answer within 10 s")
    return answer


def reply(status: int = 200, body: Any = None, **headers: str) -> Reply:
    """Header names are given with `_` for `-`."""
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return Reply(status, {name.replace("_", "-").lower(): value for name, value in headers.items()}, raw)


class Objects:
    """A bucket in memory."""

    def __init__(self, stored: Mapping[str, bytes] | None = None) -> None:
        self.stored = dict(stored or {})

    def read(self, key: str) -> bytes | None:
        return self.stored.get(key)

    def change(self, key: str, how: Callable[[bytes | None], bytes | None]) -> None:
        made = how(self.stored.get(key))
        if made is not None:
            self.stored[key] = made


class Sessions:
    """Sessions in memory, as they come back from a store; `renewed` counts."""

    def __init__(self, fake: Fake | None = None) -> None:
        self.fake = fake
        self.kept: dict[str, Session] = {}
        self.renewed = 0

    def __call__(self, name: str, renew: Callable[[Session | None], Session], *, stale: str = "") -> Session:
        kept, now = self.kept.get(name), self.fake.clock if self.fake else NOW
        if kept is None or kept["token"] == stale or (kept["until"] and kept["until"] < now + 60):
            self.renewed += 1
            kept = self.kept[name] = json.loads(json.dumps(renew(kept)))
        return kept


def nobody(method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", private: bool = False) -> Reply:
    raise AssertionError(f"nobody is asked here, but {method} {url} was")


def no_mail(message: bytes, *, sender: str, to: str) -> Outcome:
    raise AssertionError("no mail is sent here")


def hands(fake: Fake) -> Hands:
    """Those that are lent there and then."""
    return Hands(fake, fake.objects, no_mail, int(fake.clock), fake.sessions)


def without_code(markdown: str) -> str:
    """Nobody who stands in code is told."""
    return re.sub(r"(?s)(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", markdown)


def picture(content: bytes, alt: str = "", type: str = "image/png", **more: Any) -> Image:
    """One that was uploaded: whatever platform is made after it has it in its bucket."""
    name = f"{sha256(content).hexdigest()}.{type.partition('/')[2]}"
    PICTURES[f"{MEDIA}/{name}"] = content
    return Image(**{"name": name, "alt": alt, "type": type, "bytes": len(content), **more})


def stamp(at: float) -> str:
    """In ISO 8601, as JavaScript writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sent(outcome: object) -> Sent:
    assert isinstance(outcome, Sent), outcome
    return outcome
