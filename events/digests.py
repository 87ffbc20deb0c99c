"""The digest: what one reader is told of one period, and what delivery is asked to carry of it.

A digest is stored as it was made, without any words of strangers but those of what waits for a decision: quotes are
names of log items, read again whenever it is shown, so that what was removed or erased is gone from it. It is data, in
no language: `functions/digests` says it in the reader's.
"""

import json
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import Field

from events.people import Link, Model, Moment, Text

Cadence = Literal["daily", "weekly", "monthly"]
Section = Literal[
    "unusual", "volume", "topics", "mood", "replies", "moderation", "announcements", "coming"
]  # fmt: skip
"""What a reader may leave out. What waits for a decision is always there."""

Change = Literal["more", "less", "unclear", "few"]
"""Of a count beside what it is compared with: clearly more or less (the 90 % range of their ratio leaves one out), no
clear change, or too few to say."""

Waits = Literal[
    "case", "appeal", "announcement", "missed", "series", "answer", "merge", "delivery", "parked",
    "connection", "fetching", "paused", "hold", "alert", "answers",
]  # fmt: skip
"""What waits for a person: a case that is to be decided, an appeal, an announcement or series to approve, one that was
missed, an answer that somebody wrote and another has to approve, two things said that may be the same, a delivery that
only a person can settle, events that could not be read, a connection that is wrong or dying, fetching that fails, a
paused target, a hold, a platform's own alarm, people who wait for an answer."""

Why = Literal["typical", "newest", "dissenting"]
Series = Annotated[str, Field(max_length=300)]
"""What is counted, as roll-ups name it: `total`, `source:forum`, `kind:bug`, `theme:sync`."""


class Period(Model):
    """From one midnight of the reader's zone to another; `ends` is the first moment after it."""

    cadence: Cadence
    first: date
    last: date
    zone: str
    starts: Moment
    ends: Moment

    @property
    def name(self) -> str:
        """`daily-2026-11-21`: how it is called in keys and addresses."""
        return f"{self.cadence}-{self.first.isoformat()}"


class Usual(Model):
    """What nine of ten such periods are within."""

    low: int
    high: int


class Figure(Model):
    """A count, and what to hold it against; None where it was not counted, or there is too little history."""

    number: int
    usual: Usual | None = None
    before: int | None = None
    """In the period before: of a day, the same weekday of the week before."""
    median: int | None = None
    """Of the four such periods before: of a day, of the same weekday."""
    change: Change | None = None
    """Against the four such periods before, tested; None where nothing was counted then."""


class Row(Model):
    """A series with its title, where somebody gave it one."""

    series: Series
    title: Text = ""
    figure: Figure


class Decision(Model):
    """One thing that needs a person."""

    kind: Waits
    id: str
    """By which its page finds it; of one that cannot be acted on from here, only its own name."""
    version: str = ""
    """What it was when the digest was made: whoever acts on another state is told."""
    about: Text
    """A stranger's or colleague's words on one line, as they are; never markup."""
    number: int = 1
    """How many alike stand in this one line."""
    more: bool = False
    """There may be more alike than were read."""
    since: Moment
    deadline: Moment | None = None
    url: Link = ""
    """Where it is on its platform."""
    can_act: bool = False
    """Whether its page offers anything to do."""


class Cause(Model):
    """What happened before something unusual: a release, an announcement, an event, an alert, a colleague's note."""

    what: Literal["release", "announcement", "event", "alert", "note"]
    title: Text


class Unusual(Model):
    """An episode, with the counts of its farthest day as they are now."""

    id: str
    series: Series
    title: Text = ""
    direction: Literal["more", "fewer"]
    day: date
    count: int
    usual: Usual
    days: int
    because: tuple[Cause, ...] = ()


class Day(Model):
    """One bar."""

    day: date
    number: int
    usual: Usual | None = None
    median: int | None = None
    """Of the same weekday of the four weeks before."""


class Volume(Model):
    """How much was said, where, by how many."""

    total: Figure
    people: int | None = None
    """None where not all of the log could be read in time."""
    sources: tuple[Row, ...] = ()
    days: tuple[Day, ...] = ()


class Quote(Model):
    """An item of the log, chosen by rule."""

    item: str
    why: Why
    version: str = ""
    """Its state when it was chosen: words that were changed since are not what was meant."""


class Topic(Model):
    """What people spoke of: a theme or a kind."""

    series: Series
    title: Text = ""
    figure: Figure
    people: int | None = None
    quotes: tuple[Quote, ...] = ()


class Part(Model):
    """Share of a class, from 0 to 1, corrected for what the model mistakes, with its 90 % range."""

    series: Series
    share: float
    low: float
    high: float


class Parts(Model):
    """`texts`: how many could be read; empty `of` where they are too few to say."""

    of: tuple[Part, ...] = ()
    texts: int = 0
    unread: int = 0
    """In languages that nothing was measured for."""


class Replies(Model):
    """How long people waited; durations in seconds, None where too few had a reply to say so."""

    asked: int
    unanswered: int
    oldest: Moment | None = None
    half: int | None = None
    nine_in_ten: int | None = None
    in_time: tuple[float, float, float] | None = None
    """Share replied to within 24 hours, with its range."""


class Load(Model):
    """What one person decided. Nobody is ranked: in the order of their names."""

    name: Text
    decided: int


class Moderated(Model):
    """Cases of the period, and as they stand. Durations in seconds, open cases counted as waiting until now."""

    opened: Figure
    decided: Figure
    open: int
    late: int
    oldest: Moment | None = None
    half: int | None = None
    nine_in_ten: int | None = None
    appeals: int = 0
    upheld: int = 0
    overturned: int = 0
    reasons: tuple[Row, ...] = ()
    """`reason:spam` and so on, the most frequent first, of what was opened."""
    load: tuple[Load, ...] = ()
    """Only for readers who are on the roster."""


class Reach(Model):
    """What people did with an announcement at one place; None where the platform does not tell."""

    place: str
    platform: str
    url: Link = ""
    likes: int | None = None
    shares: int | None = None
    replies: int | None = None
    views: int | None = None
    feedback: int | None = None
    """Things said in answer to it there within 48 hours, as the log has them."""


class Announced(Model):
    id: str
    title: Text
    at: Moment
    places: tuple[Reach, ...] = ()


class Coming(Model):
    """What is ahead: a live event, something that will be announced, a holiday of the reader's country."""

    what: Literal["event", "announcement", "holiday"]
    title: Text
    starts: Moment | None = None
    """None of what lasts the whole day."""
    day: date
    where: Text = ""


class Accuracy(Model):
    """How often a model is right in a language, from 0 to 1, on texts it had not learned."""

    what: Literal["kind", "mood", "language"]
    model: str
    language: str
    right: float


class Counted(Model):
    """The numbers themselves: all series of the period, and where the log stood."""

    position: Mapping[str, int] = Field(default_factory=dict)
    """Hour (UTC, `2026-11-22T08`) → reading of its log that was counted."""
    counts: Mapping[str, int] = Field(default_factory=dict)

    @property
    def checksum(self) -> str:
        """Of both, whoever counts them: sixteen hexadecimal digits."""
        told = json.dumps({"position": dict(self.position), "counts": dict(self.counts)}, sort_keys=True)
        return sha256(told.encode()).hexdigest()[:16]


class Digest(Model):
    """One reader's digest of one period. None, or empty, where a section was left out or has nothing."""

    version: Literal[1] = 1
    community: str
    community_name: Text
    reader: str
    reader_name: Text
    language: str
    period: Period
    made_at: Moment
    sections: tuple[Section, ...]
    decisions: tuple[Decision, ...] = ()
    more_decisions: bool = False
    """More may wait than was read."""
    unusual: tuple[Unusual, ...] = ()
    volume: Volume | None = None
    topics: tuple[Topic, ...] = ()
    """Themes, the busiest first."""
    kinds: tuple[Topic, ...] = ()
    rising: tuple[Row, ...] = ()
    """Themes that are said more of than in the period before, the surest first."""
    parts: Parts | None = None
    mood: Parts | None = None
    """Only where it changed clearly."""
    mood_before: Parts | None = None
    replies: Replies | None = None
    replies_before: Replies | None = None
    """Of the period before; not of a day's digest, of which there is too little to say."""
    moderation: Moderated | None = None
    announced: tuple[Announced, ...] = ()
    also_announced: int = 0
    coming: tuple[Coming, ...] = ()
    accuracy: tuple[Accuracy, ...] = ()
    counted: Counted = Counted()
    partial: bool = False
    """Not all of the log could be read in time: of who spoke, of replies and of quotes some may be missing."""
    seal: str = ""
    """The newest daily seal of the histories, as `2026-11-22=…`: a copy where nobody of ours can change it."""


class MailRequested(Model):
    """One mail to one reader of the program; the address is looked up when it is sent."""

    reader: str
    subject: Text
    html: Text
    text: Text
    stop: str = ""
    """The address that ends these mails with one request (RFC 8058); empty where they cannot be ended so."""
    instead: Text = ""
    """What it says once its words had to go, since somebody whom they may quote was erased."""
    pictures: tuple["Picture", ...] = ()


class Picture(Model):
    """A PNG of ours in the bucket, under `key`; shown in the mail as `cid:name`."""

    name: str = Field(pattern=r"^[a-z0-9-]{1,60}$")
    key: str
    alt: Text


class BriefSection(Model):
    """A part of a brief: a title, lines of plain text, links with words of their own, a picture."""

    title: Text
    lines: tuple[Text, ...] = ()
    links: tuple[tuple[Text, Link], ...] = ()
    picture: Picture | None = None


class BriefRequested(Model):
    """A digest, or something urgent, for a channel, without any platform's markup: all of it plain text, the most
    important first. What has no room is cut from the end, and `more` says where all of it is."""

    reader: str
    title: Text
    lines: tuple[Text, ...] = ()
    sections: tuple[BriefSection, ...] = ()
    more: tuple[Text, Link]
    instead: Text = ""
    """As a mail's."""
    prepared: dict[str, Any] = Field(default_factory=dict)
    """Where it was begun, and what was uploaded for it beforehand: delivery's own."""


MailRequested.model_rebuild()
