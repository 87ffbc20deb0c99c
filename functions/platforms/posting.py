"""What a platform's `posting.py` makes of an announcement, and the words both sides use for it.

A platform that announcements go to has these functions there (the first two always):

- `render(post, target) -> Rendering`: pure; the calls to make, their bodies to the letter.
- `send(post, to, key, hands) -> Outcome`: makes one of them. What could not be known before stands in the body as a
  placeholder (`KEY`, `MOMENT`, `FIRST`, `PREVIOUS`, `image(1)`), and is filled in with `filled`.
- `prepare(post, to, hands) -> Prepared | Outcome`: what has to be there first (uploads). Harmless when repeated; what
  it gives is stored and comes back as `post.prepared`. Asked for parts with images, with `PREPARES = True` for all.
- `find(post, to, key, since, hands) -> Sent | Absent | Unknown | Wait`: looks whether an earlier attempt arrived.
- `edit(change, to, key, hands) -> Outcome`, `withdraw(gone, to, key, hands) -> Outcome`: afterwards. Withdrawing what
  is gone is `Sent`.
- `count(counted, to, hands) -> Counted | Outcome`: what people did with it.
- `limits(target, to, hands) -> Limits | None`: what the server itself says of its limits.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from events.announcements import Image, PostRequested
from events.program import Target
from functions.platforms.outgoing import (
    MEDIA,
    SOON,
    Destination,
    Hands,
    Kind,
    NotSentError,
    Outcome,
    Refused,
    Sent,
    UnansweredError,
    Unknown,
    Wait,
    harmless,
)

KEY, MOMENT, FIRST, PREVIOUS = "<key>", "<moment>", "<first>", "<previous>"
"""Stand in a body for: the delivery's key, the moment it was published at (ISO 8601, UTC), and what the platform calls
the first part of a thread and the part before this one."""

Editing = Literal["edit", "reply", "no"]
"""What becomes of a change after publishing: the post changes, a correcting reply is written, or nothing can be."""

Long = Literal["thread", "excerpt"]
"""What becomes of a text that is too long: several posts, or its beginning with a link."""


def image(number: int) -> str:
    """Stands in a body for what the platform calls the so manyth image of the part, from 1."""
    return f"<image {number}>"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server says of itself; None where it says nothing."""

    characters: int | None = None
    title: int | None = None
    link_characters: int | None = None
    alt: int | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """An announcement in one language, as one target gets it."""

    announcement: str
    title: str
    body: str
    """Markdown. An image stands in it as `![alt](name)`."""
    language: str
    images: tuple[Image, ...] = ()
    """Those that were uploaded with it, by the name the text uses."""
    pings: frozenset[str] = frozenset()
    """Names that the announcement may ping; the target has to allow them, too."""
    link: str = ""
    """Where all of it can be read; empty where there is no such place."""
    variant: bool = False
    """Whether these words were written for this one target."""
    starts_at: str = ""
    """Of an event: its start, ISO 8601 with the offset of its zone; empty otherwise."""
    ends_at: str = ""
    zone: str = ""
    where: str = ""
    limits: Limits = Limits()
    """What the server said of itself lately."""


@dataclass(frozen=True, slots=True)
class Measure:
    """How long something is, as the platform counts."""

    what: str
    unit: str
    used: int
    limit: int


@dataclass(frozen=True, slots=True)
class Budget:
    """A rate that all workers share, by name (for example `discord:publish:<channel>`). `most` calls in `seconds`;
    0 when only the platform's own "wait" counts."""

    name: str
    most: int = 0
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One call. `step` tells the calls of a platform apart; `body` is JSON, to the letter but for placeholders."""

    body: dict[str, Any]
    text: str
    """What people will read, plain."""
    kind: Kind
    step: str = "post"
    window: int = 0
    """Keyed: seconds after the first attempt in which the platform honours the key; 0 for ever."""
    html: str = ""
    """Nearly as it will look, clean HTML, for the preview page."""
    images: tuple[Image, ...] = ()
    measures: tuple[Measure, ...] = ()
    budgets: tuple[Budget, ...] = ()


@dataclass(frozen=True, slots=True)
class Rendering:
    """Everything a target gets: the calls in their order, and what a person has to know before saying yes."""

    parts: tuple[Part, ...]
    pings: tuple[str, ...] = ()
    """Whom it will ping, in words."""
    cost: str = ""
    """What the platform charges for it, for example `0.200 USD (a post with a link)`."""
    notes: tuple[str, ...] = ()
    """Good to know: split into 3, an excerpt with a link, a mention that pings nobody."""
    problems: tuple[str, ...] = ()
    """Why it cannot be sent like this."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was made beforehand, by placeholder: `{"<image 1>": "109501"}`."""

    made: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Absent:
    """It was looked for where it would be, and is not there."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What people did with a post; None for what the platform does not tell."""

    likes: int | None = None
    shares: int | None = None
    replies: int | None = None
    views: int | None = None


def to_target(target: Target, secret: str, address: str = "") -> Destination:
    """Where posts for a target go; `address` where the program does not say it."""
    return Destination(
        target.id,
        target.community,
        address or target.url,
        secret,
        target.private_network,
        place=target.place,
        account=target.account,
        tag=target.tag,
    )


def filled(body: Any, known: Mapping[str, Any], words: Collection[str] = ()) -> Any:
    """A body with its placeholders filled in. A string that is a placeholder becomes what it stands for; nothing
    inside a longer string is touched, nor a field of `words`: that is somebody's text. Raises KeyError for a
    placeholder nobody knows."""
    match body:
        case str() if body in (KEY, MOMENT, FIRST, PREVIOUS) or (body.startswith("<image ") and body.endswith(">")):
            return known[body]
        case dict():
            return {name: value if name in words else filled(value, known) for name, value in body.items()}
        case list() | tuple():
            return [filled(value, known) for value in body]
    return body


def may_ping(post: Post, target: Target) -> frozenset[str]:
    """Whom this announcement may ping there: granted by both."""
    return post.pings & frozenset(target.pings)


def numbered(parts: Iterable[Part], **changes: Any) -> tuple[Part, ...]:
    """The same parts with something changed in each."""
    return tuple(replace(part, **changes) for part in parts)


# Images


def uploaded(
    post: PostRequested, hands: Hands, upload: Callable[[Image, bytes], object | Outcome]
) -> Prepared | Outcome:
    """What `upload` makes of each image of the post's, for the placeholder that stands for it. Nobody sees an upload:
    when it is not clear what became of one, it is simply made again."""
    made: dict[str, object] = {}
    for place, one in enumerate(post.images, 1):
        held = hands.objects.read(f"{MEDIA}/{one.name}")
        if held is None:
            return gone(place)
        try:
            found = upload(one, held)
        except (NotSentError, UnansweredError) as error:
            return Wait(SOON, f"image {place} could not be uploaded: {error}")
        if isinstance(found, Refused | Wait | Unknown):
            return harmless(replace(found, reason=f"image {place} could not be uploaded: {found.reason}"))
        made[image(place)] = found
    return Prepared(made)


def contents(names: Iterable[str], hands: Hands) -> dict[str, bytes] | Refused:
    """The images of these names, for a request that they travel along with."""
    found: dict[str, bytes] = {}
    for place, name in enumerate(names, 1):
        held = hands.objects.read(f"{MEDIA}/{name}")
        if held is None:
            return gone(place)
        found[name] = held
    return found


def gone(place: int) -> Refused:
    return Refused(f"image {place} is not there any more: upload it again")


# Afterwards


def there(posted: Mapping[str, Any]) -> Sent:
    """As it is called already."""
    more = {name: str(value) for name, value in posted.items() if name not in ("id", "url")}
    return Sent(str(posted.get("id") or ""), str(posted.get("url") or ""), more)
