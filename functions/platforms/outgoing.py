"""What an adapter does on the way out: its four possible outcomes, and the hands it is lent for it.

An adapter never reaches for the network or for AWS itself: `delivery` lends it bounded clients.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from events.envelope import Pipeline
from functions.platforms.signatures import standard_headers

Kind = Literal["keyed", "readable", "blind"]
"""keyed: the platform honours our key, so the same request may be repeated. readable: look before
repeating. blind: neither; a person decides."""


@dataclass(frozen=True, slots=True)
class Sent:
    """It is there now, whether by this call or by an earlier one."""

    id: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The platform said no; repeating will not help. A person has to look."""

    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing happened yet; the same may be tried again after so many seconds."""

    seconds: int
    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It was sent and nobody knows what became of it."""

    reason: str


Outcome = Sent | Refused | Wait | Unknown


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that was fetched instead of sent: it goes on a queue as an ordinary delivery. `delivery` names
    it and its state, so that the same found again is a repeat."""

    pipeline: Pipeline
    event: str
    delivery: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """What a look brought."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer, whole. The body is at most 64 KiB of what came; 4 MiB for what is fetched on a schedule."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NotSentError(Exception):
    """The request did not leave: no address, no connection, or an address that is not allowed."""


class UnansweredError(Exception):
    """The request left and no whole answer came back in time."""


class Http(Protocol):
    def __call__(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", private: bool = False
    ) -> Reply:
        """One request, 10 s in all, no redirects. Raises NotSentError or UnansweredError."""


class Objects(Protocol):
    def change(self, key: str, how: Callable[[bytes | None], bytes | None]) -> None:
        """Read an object, and write what `how` makes of it unless somebody else wrote in between."""


class Mailer(Protocol):
    def __call__(self, *, to: str, subject: str, html: str, text: str) -> Outcome:
        """Hand one mail over."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What `delivery` lends an adapter for one attempt. `timestamp` is unix seconds."""

    http: Http
    objects: Objects
    mail: Mailer
    timestamp: int


@dataclass(frozen=True, slots=True)
class Destination:
    """Where one delivery goes, from the program: what the adapter may know of it."""

    id: str
    community: str
    address: str
    secret: str
    private: bool = False
    user: str = ""


def posted(to: Destination, key: str, body: bytes, hands: Hands) -> Outcome:
    """One JSON body, signed by Standard Webhooks: the key is its `webhook-id`, at every attempt."""
    try:
        headers = standard_headers(to.secret, key, str(hands.timestamp), body)
    except ValueError as error:
        return Refused(f"{to.id!r} cannot be signed for: {error}")
    return judged(hands.http("POST", to.address, headers=headers, body=body, private=to.private), Sent(key))


def judged(reply: Reply, sent: Sent) -> Outcome:
    """The usual reading of an HTTP answer, for platforms that mean what the status says."""
    if 200 <= reply.status < 300:
        return sent
    if reply.status in (408, 425, 429, 503):
        return Wait(retry_after(reply.headers), f"answered {reply.status}")
    if reply.status >= 500:
        return Unknown(f"answered {reply.status}")
    return Refused(f"answered {reply.status}")


def retry_after(headers: Mapping[str, str], fallback: int = 60) -> int:
    """Whole seconds of a Retry-After header, between 1 and 3600; the fallback for a date or nonsense."""
    try:
        return min(max(int(float(headers.get("retry-after", ""))), 1), 3600)
    except (ValueError, OverflowError):
        return fallback
