"""A platform with a board that one can post to, in memory: keyed, readable or blind, as its `kind` says.

It stands for a platform's `posting.py`, so that the engine is tested without any platform's own ways.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from events.announcements import ChangeRequested, CountRequested, PostRequested, WithdrawRequested
from events.program import Target
from functions.delivery import calls
from functions.platforms import previews
from functions.platforms.outgoing import Destination, Hands, Kind, Outcome, Sent, UnansweredError
from functions.platforms.posting import Absent, Budget, Counted, Part, Post, Rendering
from functions.shared import clock

Fault = Callable[[Callable[[], Outcome]], Outcome]


@dataclass
class Board:
    """`posts` are what people see, by id: text and whom it answers to. `sends` counts the calls that make one."""

    kind: Kind = "keyed"
    window: int = 0
    remembers: float = 1e9
    """Seconds in which a key is honoured."""
    budgets: tuple[Budget, ...] = ()
    EDIT: str = "edit"
    posts: dict[str, tuple[str, str]] = field(default_factory=dict)
    keys: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    sends: int = 0
    looks: int = 0
    withdrawn: list[str] = field(default_factory=list)
    planned: deque[Fault] = field(default_factory=deque)

    def render(self, post: Post, target: Target) -> Rendering:
        """A part for each paragraph."""
        texts = [part for part in post.body.split("\n\n") if part]
        parts = tuple(
            Part(body={"text": text, "place": target.place}, text=text, kind=self.kind, window=self.window)
            for text in texts
        )
        return Rendering(tuple(replaced(part, self.budgets) for part in parts))

    def send(self, post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
        self.sends += 1
        fault = self.planned.popleft() if self.planned else None

        def make() -> Outcome:
            return self.made(post, key)

        return fault(make) if fault else make()

    def made(self, post: PostRequested, key: str) -> Outcome:
        known = self.keys.get(key)
        if self.kind == "keyed" and known and (clock.now() - known[1]).total_seconds() < self.remembers:
            return Sent(known[0], f"https://board.example/{known[0]}")
        name = str(len(self.posts) + len(self.withdrawn) + 1)
        self.posts[name] = (post.body["text"], post.previous.get("id", ""))
        self.keys[key] = (name, clock.now())
        return Sent(name, f"https://board.example/{name}", {"cid": f"c{name}"})

    def look(self, post: PostRequested, to: Destination, key: str, since: datetime, hands: Hands) -> Sent | Absent:
        self.looks += 1
        for name, (text, _) in self.posts.items():
            if text == post.body["text"]:
                return Sent(name, f"https://board.example/{name}", {"cid": f"c{name}"})
        return Absent()

    def edit(self, change: ChangeRequested, to: Destination, key: str, hands: Hands) -> Outcome:
        name = change.posted["id"]
        self.posts[name] = (change.body["text"], self.posts[name][1])
        return Sent(name, change.posted["url"])

    def withdraw(self, gone: WithdrawRequested, to: Destination, key: str, hands: Hands) -> Outcome:
        self.withdrawn.append(gone.posted["id"])
        self.posts.pop(gone.posted["id"], None)
        return Sent(gone.posted["id"])

    def count(self, asked: CountRequested, to: Destination, hands: Hands) -> Counted:
        return Counted(likes=len(asked.posted["id"]), replies=0)

    def __getattr__(self, name: str) -> Any:
        if name == "find" and self.kind != "blind":
            return self.look
        raise AttributeError(name)

    @property
    def texts(self) -> list[str]:
        return [text for text, _ in self.posts.values()]


def replaced(part: Part, budgets: tuple[Budget, ...]) -> Part:
    return Part(body=part.body, text=part.text, kind=part.kind, window=part.window, budgets=budgets)


def lost(make: Callable[[], Outcome]) -> Outcome:
    """It is made, and the answer is lost."""
    make()
    raise UnansweredError("no whole answer within 10 s")


def swallowed(make: Callable[[], Outcome]) -> Outcome:
    """It never arrived, and nobody can tell."""
    raise UnansweredError("no whole answer within 10 s")


def said(outcome: Outcome) -> Fault:
    """Answered like this, and not made."""
    return lambda make: outcome


def dies(before: bool, crash: Callable[[], None]) -> Fault:
    """The worker dies in the call, before or after it is made."""

    def die(make: Callable[[], Outcome]) -> Outcome:
        if not before:
            make()
        crash()
        raise AssertionError("it lives")

    return die


@contextmanager
def standing(**boards: Board) -> Iterator[None]:
    """Boards in the place of platforms, by the platform's name."""
    posting, adapter = previews.posting, calls.adapter
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(previews, "posting", lambda name: boards.get(name) or posting(name))
        patch.setattr(calls, "adapter", lambda name, purpose: boards.get(name) or adapter(name, purpose))
        yield
