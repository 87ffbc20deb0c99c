"""`community.toml`: the community's own program, as data.

A manager's job is not structured, so what differs between communities is written here and validated,
versioned and rolled back as a whole. Secrets never stand in it.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Annotated, Literal, TypeVar, cast, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from events.digests import Cadence, Section
from events.moderation import TIMED, Measure
from events.reasons import Reason

SourcePlatform = Literal[
    "bluesky",
    "discord",
    "discourse",
    "github",
    "lemmy",
    "mastodon",
    "matrix",
    "playfab",
    "reddit",
    "roblox",
    "slack",
    "standard_webhooks",
    "telegram",
    "twitch",
    "youtube",
]
TargetPlatform = Literal[
    "bluesky",
    "discord",
    "discourse",
    "feed",
    "github",
    "lemmy",
    "linkedin",
    "mastodon",
    "matrix",
    "reddit",
    "roblox",
    "slack",
    "telegram",
    "threads",
    "twitch",
    "webhook",
    "x",
]


@cache
def zones() -> frozenset[str]:
    """Read once: looking through the whole time zone database takes milliseconds, and every reader has a zone."""
    return frozenset(available_timezones())


NAME = r"^[a-z][a-z0-9-]{0,39}$"


def plain_name(name: str) -> str:
    if not re.fullmatch(NAME, name):
        raise ValueError("an id is a lower-case letter, then letters, digits and dashes: 40 at most")
    return name


def known_zone(name: str) -> str:
    if name not in zones():
        raise ValueError(f"{name!r} is not a time zone: use an IANA name such as Europe/Paris")
    return name


def language_tag(tag: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag):
        raise ValueError(f"{tag!r} is not a language tag: use for example en, fr or pt-BR")
    return tag


def mail_address(address: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address):
        raise ValueError(f"{address!r} is not a mail address")
    return address


Name = Annotated[str, AfterValidator(plain_name), Field(json_schema_extra={"pattern": NAME})]
Zone = Annotated[str, AfterValidator(known_zone)]
Language = Annotated[str, AfterValidator(language_tag)]
Title = Annotated[str, Field(min_length=1, max_length=120)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(Strict):
    id: Name


class Member(Named):
    community: Name


Place = TypeVar("Place", bound="Member")


def secure(place: Place, name: str, address: str, private: bool) -> Place:
    """Credentials travel to these addresses: https, unless the program says that the server is our own."""
    if address and not private and not address.startswith("https://"):
        raise ValueError(f"`{name}` must be https (or set `private_network = true` for a server of your own)")
    return place


Minutes = Annotated[int, Field(ge=1, le=60 * 24 * 60)]
Five = tuple[Minutes, Minutes, Minutes, Minutes, Minutes]
"""One for each severity, from 0 (the worst) to 4."""

HOURS = r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-4]):[0-5][0-9]$"


class Threshold(Strict):
    """Points at which the leads are asked to look at an account. Nothing is done to it by itself."""

    points: int = Field(ge=1, le=10_000)
    measure: Measure | None = None
    """What is usual from then on; offered first."""
    minutes: Annotated[int, Field(ge=1, le=60 * 24 * 1000)] | None = None
    """How long that lasts."""

    @model_validator(mode="after")
    def timed(self) -> "Threshold":
        if (self.measure in TIMED) != (self.minutes is not None):
            raise ValueError(f"`minutes` goes with {' and '.join(TIMED)}, and with nothing else")
        return self


class Moderation(Strict):
    """How a community moderates."""

    first_look: Five = (15, 60, 240, 720, 2880)
    """Minutes until somebody should have taken a case."""
    decided: Five = (120, 480, 1440, 2880, 10080)
    """Minutes until a case should be decided."""
    quiet: str = Field(default="", pattern=f"{HOURS}|^$")
    """Hours of the community's own day, `22:00-07:00`, in which no case of severity 2 to 4 becomes late."""
    appeals: int = Field(default=183, ge=1, le=3650)
    """Days in which a decision can be appealed. (Regulation (EU) 2022/2065, Art. 20(1): six months at least, for whom
    it binds.)"""
    settled: int = Field(default=7, ge=0, le=365)
    """Days in which a report on what was just decided is counted and answered instead of opening a new case."""
    lease: int = Field(default=15, ge=5, le=240)
    """Minutes that a case stays with whoever took it."""
    strikes_last: int = Field(default=90, ge=1, le=3650)
    """Days in which the points of a decision count."""
    thresholds: tuple[Threshold, ...] = Field(default=(), max_length=20)
    """Whoever's points reach one has a case for the leads."""

    @model_validator(mode="after")
    def climbing(self) -> "Moderation":
        points = [one.points for one in self.thresholds]
        if points != sorted(set(points)):
            raise ValueError("`thresholds` go up: each has more points than the one before it")
        return self


class Feedback(Strict):
    """How a community is listened to, and for how long its words are kept."""

    text_days: int = Field(default=365, ge=30, le=3650)
    """How long the words of something are kept, from when it was said. Counts stay."""
    false_alarms: float = Field(default=1.0, gt=0, le=52)
    """Of what is unusual: at most so many a year and series in which nothing was."""


class Community(Named):
    """A community of the company: its places share moderators, a language and a time zone."""

    name: Title
    language: Language = "en"
    languages: tuple[Language, ...] = Field(default=(), max_length=20)
    """What is written there, for telling which one a text is in: two are told apart better than twenty. Its own and
    English when empty."""
    timezone: Zone = "UTC"
    approval: Literal["anybody", "another"] = "anybody"
    """Who may approve an announcement: whoever may write one, or only somebody else than its author."""
    moderation: Moderation = Moderation()
    feedback: Feedback = Feedback()


NEEDED: dict[str, tuple[str, ...]] = {
    "bluesky": ("account",),
    "lemmy": ("api",),
    "reddit": ("about",),
    "twitch": ("about", "account"),
    "youtube": ("about",),
}
"""Without these nobody could ask the platform for anything."""

PUBLIC: tuple[str, ...] = ("bluesky", "lemmy", "mastodon", "reddit", "youtube")
"""Platforms of which nothing is logged that not everybody can read."""


class Source(Member):
    """A place that calls us. Its webhook address is /hooks/<id>, its secret is put with `liaison secret put`."""

    platform: SourcePlatform
    api: str = Field(default="", pattern=r"^(https?://[^\s?#]+)?$")
    """Where decisions about this place are carried out (a forum's base URL, a game server's endpoint)."""
    api_user: str = "system"
    about: str = Field(default="", max_length=200)
    """What we listen to there: a Twitch broadcaster's id, a YouTube channel's id, a subreddit, a repository or
    organisation, a Discord server's id, a Bluesky handle."""
    account: str = Field(default="", max_length=200)
    """Our own account there, by its id: the application, the bot, the moderator. What it says is not feedback."""
    feedback: tuple[str, ...] = Field(default=(), max_length=100)
    """Channels, rooms or categories where what people say is feedback; without any, everywhere."""
    news: tuple[str, ...] = Field(default=(), max_length=100)
    """Channels or categories where a new topic is news worth announcing."""
    public: bool | None = None
    """Whether anybody can read what is said there: only then are links to it, or words of it, handed on with a theme.
    Left out, where that is so by itself (`PUBLIC`)."""
    announce: Literal["draft", "publish"] = "draft"
    """What becomes of a release, a video, a stream or a topic there: a draft for a person, or a post at once."""
    announce_to: tuple[Name, ...] = Field(default=(), max_length=50)
    """Targets of what is announced from there; all of the community's when empty."""
    private_network: bool = False
    """True lets this one place live at a private or loopback address, over plain http."""

    @property
    def is_public(self) -> bool:
        return self.platform in PUBLIC if self.public is None else self.public

    @model_validator(mode="after")
    def guarded(self) -> "Source":
        for name in NEEDED.get(self.platform, ()):
            if not getattr(self, name):
                raise ValueError(f"a {self.platform} source needs `{name}`")
        return secure(self, "api", self.api, self.private_network)


def bare(source: str, community: str, platform: str) -> Source:
    """A source of which nothing more is known: it has left the program, or there is none yet."""
    return Source.model_construct(id=source, community=community, platform=cast(SourcePlatform, platform))


KINDS: dict[str, tuple[str, ...]] = {
    "discord": ("bot", "webhook"),
    "discourse": ("topic", "reply", "pinned"),
    "github": ("discussion", "release"),
    "twitch": ("announcement", "message", "schedule"),
}
"""What a target of a platform may be; the first one unless it says otherwise."""

PLACED: dict[str, tuple[str, ...]] = {
    "bluesky": ("account",),
    "discourse": ("url", "place"),
    "github": ("place",),
    "lemmy": ("url", "place"),
    "linkedin": ("account",),
    "mastodon": ("url",),
    "matrix": ("url", "place"),
    "reddit": ("place", "account"),
    "roblox": ("place",),
    "slack": ("place",),
    "telegram": ("place",),
    "threads": ("account",),
    "twitch": ("place", "account"),
    "webhook": ("url",),
}
"""Without these nobody knows where to post."""


class Target(Member):
    """A place that announcements go to."""

    platform: TargetPlatform
    kind: str = ""
    """What it is there, see `KINDS`: `pinned` for a policy in a forum, `schedule` for a stream's calendar."""
    url: str = Field(default="", pattern=r"^(https?://[^\s#]+)?$")
    """The server's address (a forum, a homeserver, an instance), or the webhook's."""
    place: str = Field(default="", max_length=200)
    """Where on the platform, by its id: a channel, a room, a category (or a topic to reply to), a chat, a subreddit, a
    repository `owner/name`, a broadcaster, a universe."""
    account: str = Field(default="", max_length=200)
    """Our own account there: a handle, a moderator's id, an organisation's URN."""
    languages: tuple[Language, ...] = Field(default=(), max_length=20)
    """What is spoken there; the community's language when empty. It gets one post in each that there are words for."""
    pings: tuple[str, ...] = Field(default=(), max_length=50)
    """Whom an announcement may ping there, if it asks to: `everyone`, `here`, and names of `mentions`."""
    mentions: dict[str, str] = Field(default={}, max_length=50)
    """What `@{name}` is there: the id of a role, a group or an account."""
    long: Literal["thread", "excerpt"] | None = None
    """What becomes of a text that is too long: several posts in a row, or its beginning with a link."""
    publish: bool = False
    """Discord: publish to the servers that follow the channel."""
    tag: str = Field(default="", max_length=200)
    """Reddit's flair, GitHub's category, Discourse's tag, Roblox's topic."""
    private_network: bool = False
    """True lets this one target live at a private or loopback address, over plain http."""

    @model_validator(mode="after")
    def addressed(self) -> "Target":
        kinds = KINDS.get(self.platform, ("",))
        if self.kind and self.kind not in kinds:
            raise ValueError(f"a {self.platform} target has no kind {self.kind!r}; {told_kinds(kinds)}")
        for name in PLACED.get(self.platform, ()):
            if not getattr(self, name):
                raise ValueError(f"a {self.platform} target needs `{name}`")
        if self.platform == "discord" and self.kind != "webhook" and not self.place:
            raise ValueError("a discord target needs `place`, the channel's id")
        return secure(self, "url", self.url, self.private_network)

    @property
    def form(self) -> str:
        """Its kind, said or not."""
        return self.kind or KINDS.get(self.platform, ("",))[0]


def told_kinds(kinds: tuple[str, ...]) -> str:
    return f"there are {', '.join(kinds)}" if any(kinds) else "leave it out"


Weekday = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
ReaderRole = Literal["reader", "moderator", "manager", "operator"]


class Reader(Member):
    """Somebody who gets the digest, at an hour of their own day."""

    name: Title
    email: Annotated[str, AfterValidator(mail_address)] | None = None
    desk: Name | None = None
    """The desk in whose channel it is shown, too."""
    language: Language = "en"
    timezone: Zone = "UTC"
    hour: int = Field(default=9, ge=0, le=23)
    digests: tuple[Cadence, ...] = ("daily",)
    """A week is from Monday to Sunday, a month the calendar's; each comes once it is over."""
    weekday: Weekday = "Mon"
    """On which the weekly one comes."""
    sections: tuple[Section, ...] = get_args(Section)
    """What it tells besides what waits for a decision, which is always there."""
    quiet: bool = False
    """Whether nothing is sent while nothing waits and nothing was unusual. Its page is there all the same."""
    urgent: bool = False
    """Whether what cannot wait for the digest is told at once."""
    better_twice: bool = False
    """Whether a mail that may have gone is sent again, instead of waiting for somebody to say so."""
    holidays: str = Field(default="", pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$")
    """Whose holidays they have, by ISO 3166: `FR`, or `DE-BY` with a region."""
    role: ReaderRole = "reader"
    """What they may do by the links of their digest, as with a token of that role."""


class Policy(Member):
    """A rule of the community, as its members are told it."""

    title: Title
    text: str = Field(min_length=1, max_length=2000)
    texts: dict[Language, Annotated[str, Field(min_length=1, max_length=2000)]] = Field(default={}, max_length=30)
    """The same in other languages."""
    reasons: tuple[Reason, ...] = ()
    """What people report when they mean this rule; the first policy that names a reason is its rule."""
    severity: int | None = Field(default=None, ge=0, le=4)
    """How bad it is to break it, from 0 (the worst) to 4; by the reason where it is left out."""
    measures: tuple[Measure, ...] = ()
    """What is usually done; offered first."""
    points: int = Field(default=0, ge=0, le=100)
    """What breaking it adds to its author's account, for `moderation.strikes_last` days."""

    def in_language(self, language: str) -> str:
        """Its text, as near to a language as there is one."""
        return self.texts.get(language) or self.texts.get(language.partition("-")[0]) or self.text


SHIFT = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))? " + HOURS.strip("^$"))


def shift(text: str) -> str:
    if not SHIFT.fullmatch(text):
        raise ValueError(f"{text!r} is no shift: write for example `Mon-Fri 18:00-23:00` or `Sat 22:00-06:00`")
    return text


class Moderator(Member):
    """Somebody who decides cases: staff or a volunteer. Its `id` is also the name of their token
    (`liaison token create ID moderator`); it leaves Liaison nowhere, `pseudonym` does."""

    name: Title
    """For their colleagues."""
    pseudonym: Title
    """For everybody else: authors, reporters, exports."""
    lead: bool = False
    """Whether escalated cases and appeals are theirs, too."""
    languages: tuple[Language, ...] = Field(default=(), max_length=20)
    """What they read; everything when empty."""
    accounts: dict[Name, Annotated[str, Field(min_length=1, max_length=200)]] = Field(default={}, max_length=30)
    """Who they are at the sources, by the id of the account there: whose buttons count, and whose reports and posts
    they do not decide about."""
    timezone: Zone = "UTC"
    shifts: tuple[Annotated[str, AfterValidator(shift)], ...] = Field(default=(), max_length=21)
    """When cases are given to them, on their own clock; always when empty."""
    not_for: tuple[Reason, ...] = ()
    """Reasons whose cases they are never given. Nobody asks why."""
    severe: int = Field(default=0, ge=0, le=1000)
    """Cases of severity 0 and 1 they are given on one day of theirs at most; 0 for no limit."""


class Queue(Member):
    """A list of open cases that some work on. A case goes to the first queue that takes it, else to `main`."""

    languages: tuple[Language, ...] = Field(default=(), max_length=20)
    sources: tuple[Name, ...] = Field(default=(), max_length=100)
    reasons: tuple[Reason, ...] = ()
    policies: tuple[Name, ...] = Field(default=(), max_length=100)
    """Of what is reported for a reason that breaks one of these rules."""
    severities: tuple[Annotated[int, Field(ge=0, le=4)], ...] = ()
    moderators: tuple[Name, ...] = Field(default=(), max_length=100)
    """Whose it is; everybody's when empty."""


Keyword = Annotated[str, Field(min_length=2, max_length=80, pattern=r"\w")]
RESERVED = ("none", "unnamed", "new")
"""What is said where there is no theme: no theme is called like that."""


class Theme(Member):
    """What people speak of. What nobody has confirmed yet goes by its keywords, of one word or several and in any
    form; later by what people confirmed, too."""

    title: Title
    text: str = Field(default="", max_length=2000)
    """What is meant by it, in a few sentences (Markdown), for whoever it is handed to."""
    keywords: dict[Language, Annotated[tuple[Keyword, ...], Field(max_length=100)]] = Field(default={}, max_length=30)

    @model_validator(mode="after")
    def free_name(self) -> "Theme":
        if self.id in RESERVED:
            raise ValueError(f"a theme cannot be called {self.id!r}: that is said where there is none")
        return self

    @property
    def words(self) -> tuple[str, ...]:
        """Its keywords in all languages: people mix them."""
        return tuple(dict.fromkeys(word for words in self.keywords.values() for word in words))


MAIN = "main"
"""The queue of whatever no other takes."""

DESKS = ("discord", "slack")
"""Where cards with buttons can stand."""


Shown = Literal["announcements", "cases", "feedback", "digests"]


class Desk(Member):
    """A channel in which announcements are looked at, approved and followed, cases are decided, or what people said is
    answered, by cards with buttons. It is written to with the credential of its source (`liaison secret put SOURCE
    --outgoing`)."""

    source: Name
    """The Discord or Slack source through which its buttons reach us."""
    channel: str = Field(min_length=1, max_length=200)
    """The channel, by its id there."""
    shows: tuple[Shown, ...] = Field(default=("announcements",), min_length=1)
    queues: tuple[Name, ...] = Field(default=(), max_length=50)
    """Whose cases; those of all queues when empty. Who decides them is told by the accounts of `[[moderators]]`."""
    approvers: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(default=(), max_length=100)
    """Accounts there, by their ids, whose word on announcements counts."""

    @model_validator(mode="after")
    def decided_by_somebody(self) -> "Desk":
        if "announcements" in self.shows and not self.approvers:
            raise ValueError("`approvers` is empty: name at least one account there by its id, or nobody can approve")
        if "announcements" not in self.shows and self.approvers:
            raise ValueError("`approvers` is for announcements, which it does not show: cases are the moderators'")
        if "cases" not in self.shows and self.queues:
            raise ValueError('`queues` is for cases: it shows none (`shows = ["announcements", "cases"]`)')
        return self


Words = Annotated[
    dict[Language, Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]],
    Field(min_length=1, max_length=30),
]
"""The same in each language."""

FORM = "standard_webhooks"
"""Answers to a form come in this form, whoever shows it."""


class Option(Named):
    """One of the answers that can be chosen."""

    text: Words


class Question(Named):
    """A question of a survey. `scale` asks for a number from 1 to `steps`."""

    kind: Literal["text", "choice", "scale"] = "text"
    text: Words
    options: tuple[Option, ...] = Field(default=(), max_length=25)
    """Of a choice. (Discord's list takes 25.)"""
    steps: int = Field(default=5, ge=2, le=10)
    required: bool = False

    @model_validator(mode="after")
    def answerable(self) -> "Question":
        if (self.kind == "choice") != (len(self.options) > 1):
            raise ValueError("a choice has two `options` or more, and no other question has any")
        if twice := repeated(one.id for one in self.options):
            raise ValueError(f"the option {twice!r} is there twice")
        return self

    @property
    def values(self) -> tuple[str, ...]:
        """What can be chosen, by its ids; none where people write."""
        numbers = tuple(str(number) for number in range(1, self.steps + 1))
        return {"text": (), "choice": tuple(one.id for one in self.options), "scale": numbers}[self.kind]

    def called(self, value: str, language: str) -> str:
        """What one of its values says to people."""
        return next((one.text[language] for one in self.options if one.id == value), value)


class Survey(Member):
    """Something that people are asked: by a form behind a link or, where it fits, of Discord and Slack, or by a form
    service that sends us what they answer."""

    source: Name
    """The `standard_webhooks` source that answers by its link, or from a form service, count under. Only a form service
    needs a secret for it."""
    title: Words
    questions: tuple[Question, ...] = Field(min_length=1, max_length=10)
    opens: datetime | None = None
    closes: datetime | None = None
    follow_up: bool = False
    """Whether people are offered to be told when something comes of what they said."""
    form: str = Field(default="", max_length=200)
    """What a form service calls it (`form_id`), where it shows the same questions: their `ref` is the question's id."""

    @model_validator(mode="after")
    def askable(self) -> "Survey":
        if twice := repeated(one.id for one in self.questions):
            raise ValueError(f"the question {twice!r} is there twice")
        for given in (self.opens, self.closes):
            if given and given.tzinfo is None:
                raise ValueError("`opens` and `closes` need a zone: 2026-11-23T09:00:00+01:00")
        if self.opens and self.closes and self.opens >= self.closes:
            raise ValueError("`closes` comes after `opens`")
        for question in self.questions:
            for texts in (question.text, *(one.text for one in question.options)):
                if missing := sorted(set(self.title) ^ set(texts)):
                    raise ValueError(
                        f"question {question.id!r}: title, questions and options are there in the same languages,"
                        f" and {missing[0]!r} is not everywhere"
                    )
        return self

    @property
    def is_poll(self) -> bool:
        """Whether there is something to choose: then one person has one answer."""
        return any(one.values for one in self.questions)

    def is_open(self, now: datetime) -> bool:
        return not (self.opens and now < self.opens) and not (self.closes and now >= self.closes)


class Program(Strict):
    """The whole of `community.toml`."""

    communities: tuple[Community, ...] = Field(min_length=1, max_length=50)
    sources: tuple[Source, ...] = Field(default=(), max_length=100)
    targets: tuple[Target, ...] = Field(default=(), max_length=200)
    readers: tuple[Reader, ...] = Field(default=(), max_length=500)
    desks: tuple[Desk, ...] = Field(default=(), max_length=100)
    policies: tuple[Policy, ...] = Field(default=(), max_length=500)
    moderators: tuple[Moderator, ...] = Field(default=(), max_length=500)
    queues: tuple[Queue, ...] = Field(default=(), max_length=200)
    themes: tuple[Theme, ...] = Field(default=(), max_length=500)
    surveys: tuple[Survey, ...] = Field(default=(), max_length=100)

    @model_validator(mode="after")
    def hangs_together(self) -> "Program":
        lists: dict[str, tuple[Named, ...]] = {
            "communities": self.communities,
            "sources and targets": (*self.sources, *self.targets),
            "readers": self.readers,
            "desks": self.desks,
            "policies": self.policies,
            "moderators": self.moderators,
            "queues": self.queues,
            "themes": self.themes,
            "surveys": self.surveys,
        }
        for label, things in lists.items():
            twice = repeated(thing.id for thing in things)
            if twice:
                raise ValueError(f"{label}: the id {twice!r} is used twice; every id is used once")
        known = {community.id for community in self.communities}
        members: tuple[Member, ...] = (
            *self.sources, *self.targets, *self.readers, *self.desks, *self.policies, *self.moderators, *self.queues,
            *self.themes, *self.surveys,
        )  # fmt: skip
        for member in members:
            if member.community not in known:
                raise ValueError(
                    f"{type(member).__name__.lower()} {member.id!r}: there is no community {member.community!r};"
                    f" known are {', '.join(sorted(known))}"
                )
        for source in self.sources:
            for name in source.announce_to:
                if self.target(source.community, name) is None:
                    raise ValueError(f"source {source.id!r}: `announce_to` names {name!r}, which is no target there")
        for community in known:
            if sum(target.community == community for target in self.targets) > MOST_TARGETS:
                raise ValueError(f"community {community!r} has more than {MOST_TARGETS} targets")
            if len(self.desks_of(community)) > MOST_DESKS:
                raise ValueError(f"community {community!r} has more than {MOST_DESKS} desks")
        for desk in self.desks:
            self.reached(desk)
        for reader in self.readers:
            self.shown_to(reader)
        self.rostered()
        self.asked()
        return self

    def shown_to(self, reader: Reader) -> None:
        """Whether the desk where they read their digest shows any. Raises ValueError."""
        desks = [one.id for one in self.desks_of(reader.community, "digests")]
        if reader.desk is not None and reader.desk not in desks:
            there = f"there are {', '.join(desks)}" if desks else "there is none"
            raise ValueError(
                f'reader {reader.id!r}: no desk {reader.desk!r} shows digests (`shows = ["digests"]`); {there}'
            )

    def asked(self) -> None:
        """Whether the answers to every survey have somewhere to go. Raises ValueError."""
        for survey in self.surveys:
            self.known(survey, survey.source)
            source = self.source(survey.source)
            if source is None or source.platform != FORM:
                raise ValueError(f"survey {survey.id!r}: its source {survey.source!r} has to be a {FORM} one")
        forms = [f"{one.community} {one.form}" for one in self.surveys if one.form]
        if twice := repeated(forms):
            raise ValueError(f"surveys: two have the form {twice.partition(' ')[2]!r}")

    def rostered(self) -> None:
        """Whether everybody and every place that moderators and queues name is there. Raises ValueError."""
        accounts: dict[tuple[str, str], str] = {}
        for one in self.moderators:
            for source, account in one.accounts.items():
                self.known(one, source)
                if other := accounts.get((source, account)):
                    raise ValueError(f"moderator {one.id!r}: {other!r} has that account at {source!r}, too")
                accounts[source, account] = one.id
        for queue in self.queues:
            if queue.id == MAIN:
                raise ValueError(f"queue {MAIN!r} is there anyway: it has what no other takes")
            for source in queue.sources:
                self.known(queue, source)
            for name in queue.moderators:
                if self.moderator(queue.community, name) is None:
                    raise ValueError(f"queue {queue.id!r}: there is no moderator {name!r} in {queue.community!r}")
            for name in queue.policies:
                if not (rule := self.policy(queue.community, name)) or not rule.reasons:
                    raise ValueError(f"queue {queue.id!r}: no policy {name!r} with `reasons` in {queue.community!r}")

    def known(self, member: Member, source: str) -> None:
        found = self.source(source)
        if found is None or found.community != member.community:
            what = type(member).__name__.lower()
            raise ValueError(f"{what} {member.id!r}: community {member.community!r} has no source {source!r}")

    def reached(self, desk: Desk) -> None:
        """Whether its buttons can reach us. Raises ValueError."""
        source = self.source(desk.source)
        if source is None or source.community != desk.community:
            raise ValueError(f"desk {desk.id!r}: community {desk.community!r} has no source {desk.source!r}")
        if source.platform not in DESKS:
            raise ValueError(
                f"desk {desk.id!r}: its source {desk.source!r} is on {source.platform}; cards with buttons stand on"
                f" {' and '.join(DESKS)} only"
            )
        known = [queue.id for queue in self.queues_of(desk.community)] + [MAIN]
        for name in desk.queues:
            if name not in known:
                raise ValueError(f"desk {desk.id!r}: there is no queue {name!r}; there are {', '.join(known)}")

    def community(self, name: str) -> Community:
        """Raises LookupError."""
        for community in self.communities:
            if community.id == name:
                return community
        raise LookupError(f"there is no community {name!r} in the program")

    def source(self, name: str) -> Source | None:
        return next((source for source in self.sources if source.id == name), None)

    def targets_of(self, community: str) -> tuple[Target, ...]:
        return tuple(target for target in self.targets if target.community == community)

    def target(self, community: str, name: str) -> Target | None:
        return next((target for target in self.targets_of(community) if target.id == name), None)

    def desks_of(self, community: str, shows: Shown | None = None) -> tuple[Desk, ...]:
        return tuple(
            desk for desk in self.desks if desk.community == community and (shows is None or shows in desk.shows)
        )

    def desk(self, community: str, name: str) -> Desk | None:
        return next((desk for desk in self.desks_of(community) if desk.id == name), None)

    def policies_of(self, community: str) -> tuple[Policy, ...]:
        return tuple(policy for policy in self.policies if policy.community == community)

    def policy(self, community: str, name: str) -> Policy | None:
        return next((policy for policy in self.policies_of(community) if policy.id == name), None)

    def moderators_of(self, community: str) -> tuple[Moderator, ...]:
        return tuple(one for one in self.moderators if one.community == community)

    def moderator_at(self, community: str, source: str, account: str) -> Moderator | None:
        """Who has this account there."""
        there = (one for one in self.moderators_of(community) if one.accounts.get(source) == account)
        return next(there, None)

    def moderator(self, community: str, name: str) -> Moderator | None:
        return next((one for one in self.moderators_of(community) if one.id == name), None)

    def queues_of(self, community: str) -> tuple[Queue, ...]:
        """With the reasons of their rules among their reasons."""
        return tuple(self.with_reasons(queue) for queue in self.queues if queue.community == community)

    def with_reasons(self, queue: Queue) -> Queue:
        broken = [
            reason for one in self.policies_of(queue.community) if one.id in queue.policies for reason in one.reasons
        ]
        return queue.model_copy(update={"reasons": (*queue.reasons, *broken)}) if broken else queue

    def themes_of(self, community: str) -> tuple[Theme, ...]:
        return tuple(theme for theme in self.themes if theme.community == community)

    def theme(self, community: str, name: str) -> Theme | None:
        return next((theme for theme in self.themes_of(community) if theme.id == name), None)

    def surveys_of(self, community: str) -> tuple[Survey, ...]:
        return tuple(survey for survey in self.surveys if survey.community == community)

    def survey(self, community: str, name: str) -> Survey | None:
        """By its own id, or by what a form service calls it."""
        there = self.surveys_of(community)
        return next((one for one in there if one.id == name), None) or next(
            (one for one in there if name and one.form == name), None
        )

    def reader(self, name: str) -> Reader | None:
        return next((reader for reader in self.readers if reader.id == name), None)

    def zone(self, community: str) -> ZoneInfo:
        return ZoneInfo(self.community(community).timezone)


MOST_TARGETS = 50
"""Of one community."""

MOST_DESKS = 5
"""Of one community: each has a card of every draft or case, written in its own transaction."""


def repeated(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
