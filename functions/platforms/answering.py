"""What a platform's `answering.py` does: one post of ours in the thread of something that was said there.

It goes through the source that what was said came from, with that source's outgoing credential, and is written and
sent as a platform's announcements are (`posting`). A platform on which people can be answered has these (`Answering`):

- `reply(post, said, place) -> Reply`: pure; the request to the letter but for placeholders, and what it answers.
  Raises UnanswerableError for what cannot be answered there.
- `send(answer, to, key, hands) -> Outcome`, and `find` where it can be looked for: as in `posting`.
- `prepare(answer, to, hands) -> Prepared | Outcome` with `PREPARES = True`, where something has to be asked first.
- `RIGHT`: the permission or scope that our account needs, by the name people find it under.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol, cast

from events.program import Source, Target, TargetPlatform
from events.talks import AnswerRequested
from functions.platforms.outgoing import Destination, Hands, Outcome
from functions.platforms.posting import Part, Post, Rendering


class UnanswerableError(Exception):
    """It cannot be answered where it was said; the text says why, as a sentence without an end."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is answered, as it is logged. `type` is what it is there (a reply, a topic), `about` what it answered."""

    id: str
    source: str
    platform: str
    content: str
    type: str = ""
    about: str = ""
    url: str = ""
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """One request, and what it answers."""

    rendering: Rendering
    place: str = ""
    first: Mapping[str, Any] = field(default_factory=dict)
    previous: Mapping[str, Any] = field(default_factory=dict)


class Answering(Protocol):
    """`answering.py` of a platform, as a module."""

    RIGHT: str

    def reply(self, post: Post, said: Said, place: Source) -> Reply: ...

    def send(self, answer: AnswerRequested, to: Destination, key: str, hands: Hands) -> Outcome: ...


@cache
def on(platform: str) -> Answering | None:
    """How people are answered there; None where they cannot be."""
    name = f"functions.platforms.{platform}.answering"
    return cast(Answering, import_module(name)) if find_spec(name) else None


NOWHERE: Mapping[str, str] = {
    "discord": "it was written with /feedback, which nobody else can see",
    "playfab": "a game's players are not written to through PlayFab",
    "roblox": "Roblox lets no program answer a player",
    "youtube": "YouTube lets nobody answer without a person's own login",
}
"""Platforms without answers, and why."""


def of(words: str, language: str, said: Said, place: Source) -> Reply:
    """What would be sent. Raises UnanswerableError."""
    there = on(said.platform)
    if there is None:
        raise UnanswerableError(NOWHERE.get(said.platform, f"nobody can be answered on {said.platform}"))
    post = Post(announcement=said.id, title="", body=words, language=language)
    made = there.reply(post, said, place)
    return replace(made, rendering=whole(made.rendering))


def whole(rendering: Rendering) -> Rendering:
    """An answer is one post."""
    if len(rendering.parts) < 2:
        return rendering
    why = f"it is too long for one answer: it would be {len(rendering.parts)} posts; make it shorter"
    return replace(rendering, problems=(*rendering.problems, why))


def why_not(said: Said, place: Source | None) -> str:
    """Why it cannot be answered there, whatever the words; empty where it can. Said before anybody writes."""
    if place is None:
        return f"the program has no source {said.source!r} any more"
    try:
        of("…", "en", said, place)
    except UnanswerableError as error:
        return str(error)
    return ""


def fingerprint(reply: Reply, said: Said) -> str:
    """Of everything that will be sent, to the letter, and where to."""
    told = [said.source, said.platform, said.content, reply.place, dict(reply.first), dict(reply.previous)]
    bodies = [[one.step, one.body, one.kind] for one in reply.rendering.parts]
    return sha256(json.dumps([told, bodies], sort_keys=True, ensure_ascii=False).encode()).hexdigest()


# For the platforms' own


def target(place: Source, where: str = "", kind: str = "") -> Target:
    """A source, as what is rendered for a target knows it. It may ping nobody."""
    return Target.model_construct(
        id=place.id,
        community=place.community,
        platform=cast(TargetPlatform, place.platform),
        kind=kind,
        url=place.api,
        place=where,
        account=place.account,
        private_network=place.private_network,
    )


def answered(rendering: Rendering, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Rendering:
    """The same, each body as an answer to something."""
    parts: tuple[Part, ...] = tuple(replace(part, body=change(part.body)) for part in rendering.parts)
    return replace(rendering, parts=parts)


def at(to: Destination, answer: AnswerRequested) -> Destination:
    """The very place of a source."""
    return replace(to, place=answer.place)
