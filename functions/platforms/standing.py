"""What Liaison does at a platform of its own accord: fetch what is never sent, and keep its subscriptions alive.

`upkeep` does it on a schedule, `liaison connect` and `liaison doctor` when a person asks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal, Protocol, cast

from events.program import Source
from functions.platforms.outgoing import Hands, Piece, Reply

State = Literal["good", "wrong", "unknown"]


class AskedError(Exception):
    """The platform did not tell; the text says what it answered, and `wait` how many seconds to leave it alone."""

    def __init__(self, told: str, wait: int = 60) -> None:
        super().__init__(told)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Keys:
    """What a platform is asked with: `signing` is the current secret that it signs its webhooks with (empty where
    none was put), `token` what we log in with (`liaison secret put NAME --outgoing`; empty likewise)."""

    signing: str
    token: str


@dataclass(frozen=True, slots=True)
class Polled:
    """What one visit brought, and where the next one goes on. `more`: there is a further page right now."""

    pieces: tuple[Piece, ...]
    cursor: str
    more: bool = False


class Poller(Protocol):
    """`poller.py` of a platform, as a module."""

    EVERY: int
    """Seconds between two visits."""

    def poll(self, place: Source, cursor: str, keys: Keys, hands: Hands) -> Polled:
        """The next page after `cursor` (empty at first), overlapping the one before by a page: what comes again
        is a repeat. The cursor is stored only after every piece is queued. Raises AskedError, NotSentError or
        UnansweredError; then nothing moves."""


class Fetching(Protocol):
    """`poller.py` of a platform that never calls: it can also be shown an answer."""

    def pieces(self, answer: dict[str, Any]) -> tuple[Piece, ...]:
        """What a visit would take from one answer of the platform; nothing where it is none. Total."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was compared. `told` says what was found, and what to do where it is not good."""

    what: str
    state: State
    told: str


@dataclass(frozen=True, slots=True)
class Report:
    """All that was compared at one place. `until`: when the subscription ends by itself, where it does."""

    findings: tuple[Finding, ...]
    until: datetime | None = None

    @property
    def state(self) -> State:
        states = {finding.state for finding in self.findings}
        return "wrong" if "wrong" in states else "unknown" if "unknown" in states else "good"


class Connection(Protocol):
    """`connection.py` of a platform, as a module."""

    def steps(self, place: Source, url: str) -> tuple[str, ...]:
        """What a person pastes and ticks over there, in order; `url` is the address to be called. Pure."""

    def check(self, place: Source, url: str, keys: Keys, hands: Hands, *, repair: bool) -> Report:
        """Read the subscription back through the platform's API and compare address, events and life time with
        what we need. With `repair`, make or renew what is missing first; doing it twice changes nothing.
        Never raises for what a platform answers: that is a finding."""


@cache
def has(platform: str, part: Literal["poller", "connection"]) -> bool:
    return find_spec(f"functions.platforms.{platform}.{part}") is not None


def poller(platform: str) -> Poller:
    return cast(Poller, import_module(f"functions.platforms.{platform}.poller"))


def fetching(platform: str) -> Fetching:
    return cast(Fetching, import_module(f"functions.platforms.{platform}.poller"))


def connection(platform: str) -> Connection:
    return cast(Connection, import_module(f"functions.platforms.{platform}.connection"))


def answered(reply: Reply, what: str) -> Reply:
    """The reply, if it is one to read on with. Raises AskedError with a reason that a person understands."""
    if 200 <= reply.status < 300:
        return reply
    wait = {401: 3600, 403: 3600, 404: 3600}.get(reply.status, 60)
    try:
        wait = max(wait, min(int(float(reply.headers.get("retry-after", "0"))), 3600))
    except (ValueError, OverflowError):
        pass  # A date, or nonsense.
    raise AskedError(f"{what}: answered {reply.status}", wait)


def compared(what: str, wanted: Iterable[str], found: Iterable[str]) -> Finding:
    """Whether everything wanted is there, naming what is missing; more than that does no harm."""
    missing = sorted(set(wanted) - set(found))
    if missing:
        return Finding(what, "wrong", f"missing: {', '.join(missing)}")
    return Finding(what, "good", "all that is needed")
