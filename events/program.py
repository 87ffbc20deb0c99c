"""`community.toml`: the community's own program, as data.

A manager's job is not structured, so what differs between communities is written here and validated,
versioned and rolled back as a whole. Secrets never stand in it.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Literal, TypeVar, cast
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

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
TargetPlatform = Literal["webhook", "feed"]


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


class Community(Named):
    """A community of the company: its places share moderators, a language and a time zone."""

    name: Title
    language: Language = "en"
    timezone: Zone = "UTC"


NEEDED: dict[str, tuple[str, ...]] = {
    "bluesky": ("account",),
    "lemmy": ("api",),
    "reddit": ("about",),
    "twitch": ("about", "account"),
    "youtube": ("about",),
}
"""Without these nobody could ask the platform for anything."""


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
    private_network: bool = False
    """True lets this one place live at a private or loopback address, over plain http."""

    @model_validator(mode="after")
    def guarded(self) -> "Source":
        for name in NEEDED.get(self.platform, ()):
            if not getattr(self, name):
                raise ValueError(f"a {self.platform} source needs `{name}`")
        return secure(self, "api", self.api, self.private_network)


def bare(source: str, community: str, platform: str) -> Source:
    """A source of which nothing more is known: it has left the program, or there is none yet."""
    return Source.model_construct(id=source, community=community, platform=cast(SourcePlatform, platform))


class Target(Member):
    """A place that announcements go to."""

    platform: TargetPlatform
    url: str = Field(default="", pattern=r"^(https?://[^\s#]+)?$")
    private_network: bool = False
    """True lets this one target live at a private or loopback address, over plain http."""

    @model_validator(mode="after")
    def addressed(self) -> "Target":
        if self.platform == "webhook" and not self.url:
            raise ValueError("a webhook target needs `url`")
        return secure(self, "url", self.url, self.private_network)


class Reader(Member):
    """Somebody who gets the digest, at an hour of their own day."""

    name: Title
    email: Annotated[str, AfterValidator(mail_address)] | None = None
    language: Language = "en"
    timezone: Zone = "UTC"
    hour: int = Field(default=9, ge=0, le=23)


class Program(Strict):
    """The whole of `community.toml`."""

    communities: tuple[Community, ...] = Field(min_length=1, max_length=50)
    sources: tuple[Source, ...] = Field(default=(), max_length=100)
    targets: tuple[Target, ...] = Field(default=(), max_length=200)
    readers: tuple[Reader, ...] = Field(default=(), max_length=500)

    @model_validator(mode="after")
    def hangs_together(self) -> "Program":
        lists: dict[str, tuple[Named, ...]] = {
            "communities": self.communities,
            "sources and targets": (*self.sources, *self.targets),
            "readers": self.readers,
        }
        for label, things in lists.items():
            twice = repeated(thing.id for thing in things)
            if twice:
                raise ValueError(f"{label}: the id {twice!r} is used twice; every id is used once")
        known = {community.id for community in self.communities}
        members: tuple[Member, ...] = (*self.sources, *self.targets, *self.readers)
        for member in members:
            if member.community not in known:
                raise ValueError(
                    f"{type(member).__name__.lower()} {member.id!r}: there is no community {member.community!r};"
                    f" known are {', '.join(sorted(known))}"
                )
        for community in known:
            if sum(target.community == community for target in self.targets) > MOST_TARGETS:
                raise ValueError(f"community {community!r} has more than {MOST_TARGETS} targets")
        return self

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

    def reader(self, name: str) -> Reader | None:
        return next((reader for reader in self.readers if reader.id == name), None)

    def zone(self, community: str) -> ZoneInfo:
        return ZoneInfo(self.community(community).timezone)


MOST_TARGETS = 20
"""An announcement and all its deliveries are written in one transaction of at most 25 items."""


def repeated(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
