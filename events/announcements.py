"""Announcements, what triggers them, and who drafts them."""

from typing import Annotated, Any, Literal

from pydantic import Field

from events.people import Id, Link, Model, Moment, Person, Text, Told

TriggerKind = Literal["release", "video", "stream", "topic", "news"]


class TriggerFired(Told):
    """Something came out that may be worth announcing: it becomes a draft, once, and only while it is young."""

    trigger: Id
    kind: TriggerKind
    title: Text
    body: Text = ""
    url: Link = ""
    author: Person | None = None
    published_at: Moment


class TriggerWithdrawn(Told):
    """It is gone again: a video made private, a release unpublished. A draft nobody published goes with it."""

    trigger: Id
    withdrawn_at: Moment


class DraftWritten(Told):
    """A person wrote a draft where they are: `/announce` in a chat."""

    draft: Id
    title: Text
    body: Text
    author: Person
    written_at: Moment


CardAction = Literal["approve", "hold", "release", "cancel"]
SEEN = 16
"""Characters of a preview's hash that a card's buttons carry: enough to tell what was looked at."""


class CardPressed(Told):
    """Somebody pressed a button of an announcement's card. `seen` begins the hash of the preview that stood there."""

    announcement: Id
    action: CardAction
    seen: str = Field(pattern=r"^[0-9a-f]{16}$")
    channel: Text = ""
    by: Person
    pressed_at: Moment


class Image(Model):
    """A picture of an announcement's. `name` is made from its bytes, so the same picture has the same name."""

    name: str = Field(pattern=r"^[0-9a-f]{64}\.(png|jpg|gif|webp)$")
    alt: Text = ""
    type: str
    bytes: int
    width: int = 0
    height: int = 0


class Words(Model):
    """An announcement's text in one language; `only` names the one target, or the platform, it was written for."""

    language: str
    only: str = ""
    title: Text = ""
    body: Text


class Event(Model):
    """A live event: wall-clock times in a zone, as people will read them on posters."""

    starts: str
    ends: str = ""
    zone: str
    where: Text = ""


class Announcement(Model):
    """What is announced, where, and how: everything an approval is about."""

    title: Text
    words: tuple[Words, ...]
    targets: tuple[str, ...]
    images: tuple[Image, ...] = ()
    pings: tuple[str, ...] = ()
    link: Text = ""
    event: Event | None = None
    useless_after: int = 6 * 3600
    """Seconds after its time in which it is still worth posting."""
    better_twice: bool = False
    """Where nobody can look whether a post arrived: send it again rather than ask."""


Step = Literal["announcement", "reminder", "starting", "thanks"]
"""What is said around a live event; a recurring announcement has the first only."""

OFFSET = r"^[+-]?\d{1,3}[wdhm]$"
"""So many weeks, days, hours or minutes."""


class Repeat(Model):
    """Again and again at the same wall-clock time, from the first one on."""

    every: Literal["day", "week", "month"]
    each: int = Field(default=1, ge=1, le=52)
    """Every so manyth day, week or month."""
    on: tuple[str, ...] = ()
    """Weekdays of a week; of a month `15`, `last day` or `first friday`. Empty: as the first one is."""
    until: str = ""
    """The last day it may be, as 2027-06-30."""
    times: int | None = Field(default=None, ge=1, le=10_000)


class StepWords(Words):
    """Words for one step of a live event. `{starts}` in them is its start: 2026-12-05 18:00 (Europe/Paris)."""

    step: Step


class Series(Model):
    """Announcements that come from one definition: one that is repeated, or all around a live event, or both."""

    content: Announcement
    """What is announced. Its event is the first one."""
    at: str
    """When the announcement goes out, the first time; later ones keep the distance to their event."""
    zone: str
    repeat: Repeat | None = None
    reminders: tuple[Annotated[str, Field(pattern=OFFSET)], ...] = Field(default=(), max_length=10)
    """Before the start, as `-7d` (the same wall-clock time seven days before) or `-1h`."""
    starting: bool = False
    thanks: str = Field(default="", pattern=f"({OFFSET})|^$")
    """After the end, or the start where no end is given, as `+2h`."""
    recording: Text = ""
    words: tuple[StepWords, ...] = ()


class PostRequested(Model):
    """One part of an announcement for one target, as it was approved, and as delivery gets it.

    `body` is the request to the letter but for placeholders (`functions/platforms/posting.py`).
    """

    announcement: str
    target: str
    language: str
    step: str = "post"
    part: int = 1
    of: int = 1
    body: dict[str, Any]
    text: Text = ""
    images: tuple[Image, ...] = ()
    published_at: Moment
    first: dict[str, Any] = Field(default_factory=dict)
    """What the platform calls the thread's first part, once it is there: `id`, `url` and what else it needs."""
    previous: dict[str, Any] = Field(default_factory=dict)
    prepared: dict[str, Any] = Field(default_factory=dict)
    """What was made for it beforehand, by placeholder."""


class ChangeRequested(PostRequested):
    """A part that is there already, as it shall be from now on. `posted` is what the platform calls it."""

    posted: dict[str, Any]
    changed_at: Moment | None = None


class WithdrawRequested(Model):
    """A part that shall be gone."""

    announcement: str
    target: str
    step: str = "post"
    posted: dict[str, Any]
    gone_at: Moment | None = None


class CountRequested(WithdrawRequested):
    """A part whose reactions are read back."""
