"""A platform that announcements go to, in memory: what each fake shares. A fake speaks as the platform documents."""

import json
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from functions.platforms.outgoing import Hands, NotSentError, Outcome, Reply, Sent, Session, UnansweredError

NOW = 1_795_600_000
"""Unix seconds: 2026-11-25."""


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

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


class Fake(ABC):
    """Give `answer` for each request; `posts` is what is there now, `asked` what was asked, oldest first."""

    def __init__(self) -> None:
        self.posts: list[Posted] = []
        self.asked: list[Asked] = []
        self.planned: deque[Callable[[Asked], Reply]] = deque()
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
        asked = Asked(
            method, unquote(split.path), dict(parse_qsl(split.query)), {k.lower(): v for k, v in headers.items()}, body
        )
        self.asked.append(asked)
        if self.planned and self.creates(asked):
            return self.planned.popleft()(asked)
        return self.answer(asked)

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

        def given(asked: Asked) -> Reply:
            if after_making:
                self.answer(asked)
            return reply

        self.planned.append(given)


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
    """Sessions in memory; `renewed` counts."""

    def __init__(self) -> None:
        self.kept: dict[str, Session] = {}
        self.renewed = 0

    def __call__(self, name: str, renew: Callable[[Session | None], Session], *, stale: str = "") -> Session:
        kept = self.kept.get(name)
        if kept is None or kept["token"] == stale or (kept["until"] and kept["until"] < NOW + 60):
            self.renewed += 1
            kept = self.kept[name] = renew(kept)
        return kept


def nobody(method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", private: bool = False) -> Reply:
    raise AssertionError(f"nobody is asked here, but {method} {url} was")


def no_mail(*, to: str, subject: str, html: str, text: str) -> Outcome:
    raise AssertionError("no mail is sent here")


def hands(fake: Fake, objects: Objects | None = None, sessions: Sessions | None = None, timestamp: int = NOW) -> Hands:
    return Hands(fake, objects or Objects(), no_mail, timestamp, sessions or Sessions())


def sent(outcome: object) -> Sent:
    assert isinstance(outcome, Sent), outcome
    return outcome
