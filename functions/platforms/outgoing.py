"""What an adapter does on the way out: its four possible outcomes, and the hands it is lent for it.

An adapter never reaches for the network or for AWS itself: `delivery` lends it bounded clients.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Literal, Protocol

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
    more: Mapping[str, str] = field(default_factory=dict)
    """What else a later part, a change or a look has to know of it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The platform said no; repeating will not help. A person has to look."""

    reason: str
    unauthorized: bool = False
    """It is the credential: nothing else sent there will do better until somebody puts a new one."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing happened yet; the same may be tried again after so many seconds."""

    seconds: int
    reason: str
    budget: str = ""
    """Whom it holds up: all calls that share this budget; only this one when empty."""


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
    def read(self, key: str) -> bytes | None:
        """An object's bytes, or None when there is none."""

    def change(self, key: str, how: Callable[[bytes | None], bytes | None]) -> None:
        """Read an object, and write what `how` makes of it unless somebody else wrote in between."""


class Mailer(Protocol):
    def __call__(self, *, to: str, subject: str, html: str, text: str) -> Outcome:
        """Hand one mail over."""


class NoSessionError(Exception):
    """No session could be had; `outcome` says what that means for the call that needed it."""

    def __init__(self, outcome: "Outcome") -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


Session = Mapping[str, Any]
"""What a platform gave for the credential: `token`, `until` (unix seconds, 0 for no end), and what else it needs."""


class Sessions(Protocol):
    def __call__(self, name: str, renew: Callable[[Session | None], Session], *, stale: str = "") -> Session:
        """The session that is kept under a name (the target's id), for all workers and over cold starts. There is none
        yet, or it ends within a minute, or its `token` is the `stale` one: then one worker makes a new one by `renew`,
        which gets the old one and raises NoSessionError, NotSentError or UnansweredError when it cannot."""


def no_sessions(name: str, renew: Callable[[Session | None], Session], *, stale: str = "") -> Session:
    """For whoever asks without sending: nothing is kept."""
    del name, stale
    return renew(None)


@dataclass(frozen=True, slots=True)
class Hands:
    """What `delivery` lends an adapter for one attempt. `timestamp` is unix seconds."""

    http: Http
    objects: Objects
    mail: Mailer
    timestamp: int
    sessions: Sessions = no_sessions


@dataclass(frozen=True, slots=True)
class Destination:
    """Where one delivery goes, from the program: what the adapter may know of it."""

    id: str
    community: str
    address: str
    secret: str
    private: bool = False
    user: str = ""
    place: str = ""
    account: str = ""
    tag: str = ""


MEDIA = "media"
"""Folder of the bucket where the images of announcements are, by name."""


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
    return Refused(f"answered {reply.status}", unauthorized=reply.status == 401)


LONGEST_WAIT = 6 * 3600


def retry_after(headers: Mapping[str, str], fallback: int = 60, now: int | None = None) -> int:
    """Whole seconds of a Retry-After header, rounded up, between 1 and six hours; seconds, fractions of them, or a date
    (RFC 9110 §10.2.3) when `now` (unix seconds) is told. The fallback for nonsense."""
    given = headers.get("retry-after", "").strip()
    try:
        seconds = math.ceil(float(given))
    except (ValueError, OverflowError):
        try:
            seconds = math.ceil(parsedate_to_datetime(given).timestamp()) - (now or 0) if now else fallback
        except (ValueError, TypeError, IndexError):
            seconds = fallback
    return min(max(seconds, 1), LONGEST_WAIT)
