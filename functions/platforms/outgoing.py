"""What an adapter does on the way out: its four possible outcomes, the hands it is lent, and how answers are read.

An adapter never reaches for the network or for AWS itself: `delivery` lends it bounded clients.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Any, Literal, Protocol, overload

from events.envelope import Pipeline
from events.people import storable
from functions.platforms.signatures import standard_headers

Kind = Literal["keyed", "readable", "told", "blind"]
"""keyed: the platform honours our key, so the same request may be repeated. readable: look before
repeating. told: nobody can look, but it says by itself what became of it, and that stands on the row. blind: none of
these; a person decides."""


@dataclass(frozen=True, slots=True)
class Sent:
    """It is there now, whether by this call or by an earlier one."""

    id: str
    url: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    """What else a later part, a change, a look or an undo has to know of it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The platform said no; repeating will not help. A person has to look."""

    reason: str
    unauthorized: bool = False
    """It is the credential: nothing else sent there will do better until somebody puts a new one."""
    begun: bool = False
    """Of several calls, some are made."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing happened yet; the same may be tried again after so many seconds."""

    seconds: int
    reason: str
    budget: str = ""
    """Whom it holds up: all calls that share this budget; only this one when empty."""
    begun: bool = False
    """Of several calls, some are made: what happened is not nothing."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """It was sent and nobody knows what became of it."""

    reason: str
    begun: bool = False
    """Of several calls, some are surely made."""


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


def answered(call: Callable[[], object]) -> object:
    """What a call gives, or what it means that it could not be made, or had no answer."""
    try:
        return call()
    except NoSessionError as error:
        return error.outcome
    except NotSentError as error:
        return Wait(0, str(error))
    except UnansweredError as error:
        return Unknown(str(error))


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
    def __call__(self, message: bytes, *, sender: str, to: str) -> Outcome:
        """Hand one mail over, as it is (RFC 5322), to one address."""


class NoSessionError(Exception):
    """No session could be had; `outcome` says what that means for the call that needed it, which was not made."""

    def __init__(self, outcome: Refused | Wait) -> None:
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


# Sessions


def session(
    to: Destination,
    hands: Hands,
    renew: Callable[[Session | None], Session],
    whose: str,
    what: str = "the login",
    *,
    stale: str = "",
) -> Session:
    """The session as all workers share it, unless it is the `stale` one, or another credential was put since: of which
    it was made, `whose` says. Raises NoSessionError: whatever goes wrong while one is made, the call that needs it was
    not made yet."""
    try:
        kept = hands.sessions(to.id, renew, stale=stale)
        if kept.get("whose") != whose and not stale:
            kept = hands.sessions(to.id, renew, stale=str(kept["token"]))
    except (NotSentError, UnansweredError) as error:
        raise NoSessionError(Wait(SOON, f"{what}: {error}")) from error
    return kept


def with_session(
    call: Callable[[Session], Reply], kept: Callable[[str], Session], over: Callable[[Reply], bool]
) -> Reply:
    """One call with the session that is kept; once more with another where that one is `over`: nothing was done, then.
    Raises NoSessionError, and NotSentError or UnansweredError of the call itself."""
    first = kept("")
    reply = call(first)
    return call(kept(str(first["token"]))) if over(reply) else reply


def whose(*credential: str) -> str:
    """A credential, and what else a session is made of, as a hash."""
    return sha256("\n".join(credential).encode("utf-8", "replace")).hexdigest()[:16]


def put(to: Destination, what: str) -> str:
    """What somebody has to do who reads it."""
    return f"put {what} with `liaison secret put {to.id} --outgoing`"


def concealed(words: str, *secrets: object) -> str:
    """Whatever a platform says, the credential is not in it."""
    for secret in secrets:
        words = words.replace(secret.strip(), "…") if isinstance(secret, str) and secret.strip() else words
    return words


# Calls

SOON = 30
"""Seconds until what nobody sees is tried again after it got no answer."""
LATER = 60
"""Seconds until it is tried again after an answer that says nothing."""
PARKED = 900
"""Seconds to keep away from whatever stands before a platform and says that it is too much in no form of its own."""
LONGEST_WAIT = 6 * 3600


@dataclass(frozen=True, slots=True)
class Field:
    """Of a form: its name and what stands in it; what that is, and of a file what it is called."""

    name: str
    content: bytes
    type: str = ""
    file: str = ""


def multipart(fields: Iterable[Field]) -> tuple[str, bytes]:
    """`multipart/form-data` (RFC 7578): what it is, and its bytes. The boundary is a hash of what stands in it, and so
    does not stand in it. Names are ours, without quotes; those of images are hexadecimal digits and an ending."""
    parts = [b"%s\r\n\r\n%s\r\n" % (head(one).encode(), one.content) for one in fields]
    edge = f"liaison-{sha256(b''.join(parts)).hexdigest()[:32]}"
    body = b"".join(b"--%s\r\n%s" % (edge.encode(), part) for part in parts)
    return f"multipart/form-data; boundary={edge}", body + b"--%s--\r\n" % edge.encode()


def head(one: Field) -> str:
    called = f'; filename="{one.file}"' if one.file else ""
    kind = f"\r\ncontent-type: {one.type}" if one.type else ""
    return f'content-disposition: form-data; name="{one.name}"{called}{kind}'


@overload
def harmless(outcome: Refused | Wait | Unknown) -> Refused | Wait: ...
@overload
def harmless(outcome: Outcome) -> Sent | Refused | Wait: ...
def harmless(outcome: Outcome) -> Sent | Refused | Wait:
    """Of a call that nobody sees: what may have been done may be done again."""
    return Wait(LATER, outcome.reason) if isinstance(outcome, Unknown) else outcome


def looked(outcome: Refused | Wait | Unknown, reply: object) -> Unknown | Wait:
    """A look that came to nothing says nothing of what is there. A server that fails is asked again; what cannot be
    read is soon a person's business."""
    if isinstance(outcome, Wait):
        return outcome
    fails = isinstance(reply, Reply) and reply.status >= 500
    return Wait(LATER, outcome.reason) if fails else Unknown(outcome.reason)


# Answers


def posted(
    to: Destination, key: str, body: bytes, hands: Hands, read: Callable[[Reply], Sent] | None = None
) -> Outcome:
    """One JSON body, signed by Standard Webhooks: the key is its `webhook-id`, at every attempt. `read`: what an answer
    tells of it, where it tells anything."""
    try:
        headers = standard_headers(to.secret, key, str(hands.timestamp), body)
    except ValueError as error:
        return Refused(f"{to.id!r} cannot be signed for: {error}")
    reply = hands.http("POST", to.address, headers=headers, body=body, private=to.private)
    return judged(reply, read(reply) if read else Sent(key))


def judged(reply: Reply, sent: Sent) -> Outcome:
    """The usual reading of an HTTP answer, for platforms that mean what the status says."""
    if 200 <= reply.status < 300:
        return sent
    if reply.status in (408, 425, 429, 503):
        return Wait(retry_after(reply.headers), f"answered {reply.status}")
    if reply.status >= 500:
        return Unknown(f"answered {reply.status}")
    return Refused(f"answered {reply.status}", unauthorized=reply.status == 401)


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


def until(given: str, now: int) -> int | None:
    """Seconds until a moment that a header tells (unix seconds), between 1 and six hours; None for anything else."""
    given = given.strip()
    if not (given.isascii() and given.isdecimal()):
        return None
    return min(max(int(given[:12]) - now, 1), LONGEST_WAIT)


def parsed(reply: Reply) -> Any:
    """What was answered, as JSON; None for anything else."""
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        return None


def told(reply: Reply) -> dict[str, Any]:
    """The object that was answered; an empty one for anything else."""
    return inside(parsed(reply))


def inside(found: object, *names: str) -> dict[str, Any]:
    """An object in an object; an empty one where there is none."""
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def objects(found: object) -> list[dict[str, Any]]:
    """Those in a list; none where it is no list."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def string(found: object) -> str:
    """As the table can hold it; empty for anything else."""
    return str(storable(found)) if isinstance(found, str) else ""


def number(found: object) -> int | None:
    """A whole number that is not less than none; None for anything else."""
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def moment(found: object) -> datetime | None:
    """In ISO 8601, in UTC where it names no zone; None for anything else."""
    try:
        at = datetime.fromisoformat(str(found))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
