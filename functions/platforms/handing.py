"""What a platform's `handing.py` does: one theme handed to the company's tracker, with what people said about it.

It goes through a source, with that source's outgoing credential, as answers do (`answering`). A platform that takes
themes has these (`Handing`):

- `hand(brief, place) -> Rendering`: pure; the one request to the letter. Raises UntakenError where it takes none.
- `send(handed, to, key, hands) -> Outcome`, and `find` where it can be looked for: as in `posting`. What it gives has
  `content` in `more` where the thing is seen by people, and its events reach us: what these call it.
- `RIGHT`: the permission that our account needs, by the name people find it under.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol, cast

from events.program import Source
from events.themes import HandRequested
from functions.platforms.outgoing import Destination, Hands, Outcome
from functions.platforms.posting import Measure, Rendering
from functions.platforms.text import document
from functions.platforms.text.document import Block, Document, Item, Paragraph, Quote, Run


class UntakenError(Exception):
    """No theme can be handed there; the text says why, as a sentence without an end."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words of somebody, and where everybody can read them. Not who it was."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Brief:
    """What is told of a theme: by the team (`text`, `word`: Markdown), and counted. Of people there is nothing in it
    but their number, and what is quoted."""

    handover: str
    """Our id of it, 16 hexadecimal digits: the same for this theme and this source."""
    theme: str
    title: str
    text: str
    word: str
    community: str
    """Its name."""
    language: str
    first: date
    last: date
    zone: str
    people: int
    posts: int
    links: tuple[str, ...] = ()
    quotes: tuple[Quoted, ...] = ()


class Handing(Protocol):
    """`handing.py` of a platform, as a module."""

    RIGHT: str

    def hand(self, brief: Brief, place: Source) -> Rendering: ...

    def send(self, handed: HandRequested, to: Destination, key: str, hands: Hands) -> Outcome: ...


@cache
def on(platform: str) -> Handing | None:
    """How themes are handed there; None where they cannot be."""
    name = f"functions.platforms.{platform}.handing"
    return cast(Handing, import_module(name)) if find_spec(name) else None


def of(brief: Brief, place: Source) -> Rendering:
    """What would be sent. Raises UntakenError."""
    there = on(place.platform)
    if there is None:
        raise UntakenError(f"{place.id!r} is on {place.platform}, which takes no themes: GitHub and signed webhooks do")
    made = there.hand(brief, place)
    return replace(made, problems=(*made.problems, *overfull(made.parts[0].measures)))


def overfull(measures: tuple[Measure, ...]) -> Iterator[str]:
    for one in measures:
        if one.used > one.limit:
            yield f"{one.what}: {one.used:,} {one.unit}, and {one.limit:,} is the most: make it shorter"


def fingerprint(made: Rendering, place: Source) -> str:
    """Of everything that will be sent, to the letter, and where to."""
    told = [place.id, place.platform, place.api, place.about]
    bodies = [[one.step, one.body, one.kind] for one in made.parts]
    return sha256(json.dumps([told, bodies], sort_keys=True, ensure_ascii=False).encode()).hexdigest()


# For the platforms' own

ERASED = "somebody whom it quotes, or links to, was erased meanwhile: hand it again"

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "counted": "From {first} to {last} ({zone}), in the community of {community}: people who spoke of it: {people};"
        " posts: {posts}.",
        "links": "The newest of it, one of each:",
        "quotes": "Some of them, word for word:",
    },
    "fr": {
        "counted": "Du {first} au {last} ({zone}), dans la communauté {community} : personnes qui en ont parlé :"
        " {people} ; messages : {posts}.",
        "links": "Les plus récents, un par personne :",
        "quotes": "Quelques-uns, mot pour mot :",
    },
    "de": {
        "counted": "Vom {first} bis {last} ({zone}), in der Community von {community}: Menschen, die davon sprachen:"
        " {people}; Beiträge: {posts}.",
        "links": "Das Neueste davon, eines von jedem:",
        "quotes": "Einiges davon, Wort für Wort:",
    },
}


def written(brief: Brief) -> Document:
    """A brief as it is read. The team's words are Markdown; what people said is text, whatever it looks like."""
    text = TEXTS.get(brief.language.partition("-")[0], TEXTS["en"])
    counted = text["counted"].format(
        first=brief.first,
        last=brief.last,
        zone=brief.zone,
        people=brief.people,
        posts=brief.posts,
        community=brief.community,
    )
    blocks: list[Block] = [*document.read(brief.text), *document.read(brief.word), paragraph(counted)]
    if brief.quotes:
        blocks.append(paragraph(text["quotes"]))
    for one in brief.quotes:
        blocks += [Quote((paragraph(one.text),)), Paragraph((Run(one.url, link=one.url),))]
    if brief.links:
        blocks.append(paragraph(text["links"]))
    return (*blocks, *(Item(0, None, (Run(one, link=one),)) for one in brief.links))


def paragraph(text: str) -> Paragraph:
    return Paragraph((Run(text),))
