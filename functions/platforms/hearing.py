"""Which sources hear what people say in answer to a post of ours, and what they call that post.

A place that we post to and a place that calls us are told apart in the program, even where they are one: they are
matched by what both say of it. The names are those that the platforms' adapters give (`about` of what is said there).
"""

from collections.abc import Callable, Collection, Mapping
from urllib.parse import urlsplit

from events.program import Program, Source, Target

Posted = Mapping[str, str]
"""What a platform calls a post, as its `posting.py` keeps it."""


def names(program: Program, target: Target, posted: Posted) -> frozenset[tuple[str, str]]:
    """As (source, name). Empty where nobody hears of answers there: the platform does not tell of them, or the program
    has no such source, or a person said that it is there, and not what it is called."""
    named, hears = NAMES.get(target.platform), HEARS.get(target.platform)
    name = named(target, posted) if named and posted.get("id") else ""
    if not name or hears is None:
        return frozenset()
    there = (one for one in program.sources if (one.community, one.platform) == (target.community, target.platform))
    return frozenset((one.id, name) for one in there if hears(one, target, posted))


# What a post is called


def discussion(target: Target, posted: Posted) -> str:
    """Nobody answers a release."""
    return f"discussion:{posted['id']}" if target.form == "discussion" else ""


def topic(target: Target, posted: Posted) -> str:
    """Everything in a topic answers the topic: of a post in somebody else's nobody can tell what answers that."""
    number = posted.get("topic", "")
    return f"topic:{number}" if number and target.form != "reply" else ""


NAMES: Mapping[str, Callable[[Target, Posted], str]] = {
    "bluesky": lambda _, posted: posted["id"],
    "discourse": topic,
    "github": discussion,
    "lemmy": lambda _, posted: f"post:{posted['id']}",
    "mastodon": lambda _, posted: f"status:{posted['id']}",
    "matrix": lambda _, posted: f"event:{posted['id']}",
    "reddit": lambda _, posted: posted["id"],
    "slack": lambda target, posted: f"message:{posted.get('channel') or target.place}:{posted['id']}",
}
"""Platforms whose sources tell what answers what. (Telegram does, but people answer what a channel says in a group
beside it, to a copy that has another name.)"""


# Whether a source hears it


def same_account(source: Source, target: Target, posted: Posted) -> bool:
    """Its inbox is that of the account that posted, by handle or DID."""
    did = posted["id"].removeprefix("at://").partition("/")[0]
    return source.account.removeprefix("@").casefold() in (target.account.removeprefix("@").casefold(), did)


def same_forum(source: Source, target: Target, posted: Posted) -> bool:
    return same_server(source, target, posted) and among(source, target.place)


def same_community(source: Source, target: Target, posted: Posted) -> bool:
    name = source.about.removeprefix("!").partition("@")[0].casefold()
    place = target.place.removeprefix("!").partition("@")[0].casefold()
    return same_server(source, target, posted) and name in ("", place)


def same_server(source: Source, target: Target, _: Posted) -> bool:
    """Names of posts are a server's own."""
    return bool(source.api) and urlsplit(source.api).netloc.casefold() == urlsplit(target.url).netloc.casefold()


def same_repository(source: Source, target: Target, _: Posted) -> bool:
    owner, place = target.place.partition("/")[0].casefold(), target.place.casefold()
    listens = among(source, target.place, target.place.partition("/")[2], target.tag)
    return source.about.casefold() in ("", owner, place) and listens


def same_room(source: Source, target: Target, _: Posted) -> bool:
    return among(source, target.place)


def same_channel(source: Source, target: Target, posted: Posted) -> bool:
    return among(source, posted.get("channel") or target.place)


def same_subreddit(source: Source, target: Target, _: Posted) -> bool:
    subreddits = [bare(name) for name in source.about.split("+")]
    return bare(target.place) in subreddits and among(source, target.place, target.tag)


def bare(subreddit: str) -> str:
    return subreddit.casefold().strip("/").removeprefix("r/")


def among(source: Source, *places: str) -> bool:
    """Whether it listens to one of these, by any of their names."""
    there: Collection[str] = {place.casefold() for place in places if place}
    return not source.feedback or any(name.casefold() in there for name in source.feedback)


HEARS: Mapping[str, Callable[[Source, Target, Posted], bool]] = {
    "bluesky": same_account,
    "discourse": same_forum,
    "github": same_repository,
    "lemmy": same_community,
    "mastodon": same_server,
    "matrix": same_room,
    "reddit": same_subreddit,
    "slack": same_channel,
}
