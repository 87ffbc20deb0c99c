"""What an announcement becomes on Discord: a message, or several in a row, and their publishing to other servers.

Sources: Discord's documentation, "Message" ("Create Message", "Allowed Mentions"), "API Reference" ("Uploading Files",
"Message Formatting"), "Webhook" ("Execute Webhook").
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from events.announcements import Image
from events.program import Target
from functions.platforms.posting import KEY, Budget, Measure, Part, Post, Rendering, may_ping
from functions.platforms.text import forms
from functions.platforms.text.counting import utf16
from functions.platforms.text.document import (
    Block,
    Document,
    Paragraph,
    Picture,
    Quote,
    Run,
    Table,
    pictures,
    read,
    without_pictures,
)
from functions.platforms.text.splitting import TooLongError, fitted

LONG: Literal["thread", "excerpt"] = "thread"
LONGEST = 2000
"""Of a message's content. What is counted Discord does not say; no way of counting gives more than UTF-16 units."""
ALT = 1024
IMAGES = 10
MIB = 1024 * 1024
FILE = 10 * MIB
"""Of one file, in a server that nobody boosts."""
REQUEST = 25 * MIB
WINDOW = 100
"""Seconds that we trust `enforce_nonce` for; "the past few minutes", as Discord says."""
PUBLISHED_AN_HOUR = 10
"""Messages of one channel. Not documented: issue 4956 of discord.js, issue 184 of MonitoRSS."""

PUBLISH = "publish"
"""The step that publishes a message in an announcement channel to the servers that follow it."""

ID = re.compile(r"<?(?P<sign>@?&|@!?)?(?P<id>[0-9]{1,20})>?")
"""A role, or behind an `@` an account; also as Discord itself writes the two: `<@&12>` and `<@12>`."""


@dataclass(frozen=True, slots=True)
class Voice:
    """How mentions are written: `pings` has what is written for each name that may ping."""

    pings: Mapping[str, str]

    def mention(self, run: Run) -> str:
        return self.pings.get(run.mention) or forms.unpinged(run)

    def content(self, blocks: Document) -> str:
        return forms.discord(without_pictures(blocks), self.mention).strip()

    def allowed(self, blocks: Document) -> dict[str, Any]:
        """Exactly whom it pings. `everyone` stands for @here, too."""
        written = [self.pings[name] for name in mentioned(blocks) if name in self.pings]
        return {
            "parse": ["everyone"] if {"@everyone", "@here"} & set(written) else [],
            "roles": [one[3:-1] for one in written if one.startswith("<@&")],
            "users": [one[2:-1] for one in written if one.startswith("<@") and not one.startswith("<@&")],
        }


def render(post: Post, target: Target) -> Rendering:
    voice = Voice(granted(post, target))
    document = placed(titled(post), post.images)
    faults, notes = tuple(problems(document, post)), tuple(remarks(document, post, target, voice))
    try:
        long = target.long or LONG
        pieces = fitted(document, lambda piece: utf16(voice.content(piece)), LONGEST, long=long, link=post.link)
    except TooLongError as error:
        return Rendering((), notes=notes, problems=(*faults, str(error)))
    posts = tuple(message(piece, post, target, voice) for piece in pieces.documents)
    steps = publishing(len(posts), target) if target.publish and target.form == "bot" else ()
    return Rendering(
        (*posts, *steps),
        pings=tuple(told(name, voice) for name in mentioned(document) if name in voice.pings),
        notes=(pieces.note, *notes) if pieces.note else notes,
        problems=(*faults, *(fault for part in posts for fault in overfull(part))),
    )


def message(piece: Document, post: Post, target: Target, voice: Voice) -> Part:
    content, images = voice.content(piece), pictured(piece, post.images)
    body: dict[str, Any] = {"content": content, "allowed_mentions": voice.allowed(piece)}
    if images:
        body["attachments"] = [
            {"id": number, "filename": image.name, "description": image.alt} for number, image in enumerate(images)
        ]
    bot = target.form == "bot"
    if bot:
        body |= {"nonce": KEY, "enforce_nonce": True}
    return Part(
        body,
        forms.plain(without_pictures(piece)).text,
        "keyed" if bot else "blind",
        window=WINDOW if bot else 0,
        html=forms.html(piece),
        images=images,
        measures=tuple(measured(content, images)),
        budgets=(Budget(f"discord:{target.id}"),),
    )


def publishing(messages: int, target: Target) -> tuple[Part, ...]:
    """After all messages are there: a thread is not held up in its middle when the hour is used up."""
    hourly = Budget(f"discord:{PUBLISH}:{target.place}", PUBLISHED_AN_HOUR, 3600)
    step = Part({}, "", "keyed", step=PUBLISH, budgets=(Budget(f"discord:{target.id}"), hourly))
    return tuple(replace(step, body={PUBLISH: number, "of": messages}) for number in range(1, messages + 1))


def measured(content: str, images: tuple[Image, ...]) -> Iterator[Measure]:
    yield Measure("text", "UTF-16 units", utf16(content), LONGEST)
    for number, image in enumerate(images, 1):
        yield Measure(f"description of image {number}", "UTF-16 units", utf16(image.alt), ALT)
        yield Measure(f"image {number}", "bytes", image.bytes, FILE)
    if images:
        yield Measure("all images", "bytes", sum(image.bytes for image in images), REQUEST - MIB)


def overfull(part: Part) -> Iterator[str]:
    for measure in part.measures:
        if measure.used > measure.limit:
            yield f"{measure.what}: {measure.used:,} {measure.unit}; Discord takes {measure.limit:,}"
    if len(part.images) > IMAGES:
        yield f"There are {len(part.images)} images in one message, and Discord takes {IMAGES}."


# Whom it pings


def granted(post: Post, target: Target) -> dict[str, str]:
    """What is written for those whom it may ping, as far as the target says who they are."""
    return {name: written for name in may_ping(post, target) if (written := markup(name, target))}


def markup(name: str, target: Target) -> str:
    if name in ("everyone", "here"):
        return f"@{name}"
    found = ID.fullmatch(target.mentions.get(name, ""))
    if found is None:
        return ""
    return f"<@{found['id']}>" if (found["sign"] or "").rstrip("!") == "@" else f"<@&{found['id']}>"


def told(name: str, voice: Voice) -> str:
    written = voice.pings[name]
    if written == "@everyone":
        return "everyone who can see the channel (@everyone)"
    if written == "@here":
        return "everyone who can see the channel and is online (@here)"
    return f"the role @{name}" if written.startswith("<@&") else f"the account @{name}"


def unpinging(name: str, post: Post, target: Target) -> str:
    """Why a mention pings nobody."""
    lacking = [
        who for who, names in (("the announcement", post.pings), ("the target", target.pings)) if name not in names
    ]
    if not lacking:
        return f"@{name} pings nobody: `mentions` of {target.id!r} does not say which role or account that is."
    return f"@{name} pings nobody: not granted by {' and '.join(lacking)}."


# The document


def titled(post: Post) -> Document:
    """The text with its title before it, unless it begins with it."""
    blocks, title = read(post.body), " ".join(post.title.split())
    begins = forms.plain(blocks[:1]).text.strip().casefold()
    if not title or (begins.startswith(title.casefold()) and not begins[len(title) :][:1].isalnum()):
        return blocks
    return (Paragraph((Run(title, bold=True),)), *blocks)


def placed(blocks: Document, images: tuple[Image, ...]) -> Document:
    """Pictures that are not ours, but at an address, are links to it."""
    return tuple(linked(block, {image.name for image in images}) for block in blocks)


def linked(block: Block, ours: set[str]) -> Block:
    match block:
        case Picture(name=name, alt=alt) if name not in ours and name.startswith(("http://", "https://")):
            return Paragraph((Run(alt or name, link=name),))
        case Quote(blocks=inside):
            return Quote(tuple(linked(one, ours) for one in inside))
    return block


def pictured(blocks: Document, images: tuple[Image, ...]) -> tuple[Image, ...]:
    """Our images in the order they stand in, each as it is described there."""
    known = {image.name: image for image in images}
    return tuple(
        known[one.name].model_copy(update={"alt": described(one, known[one.name])})
        for one in pictures(blocks)
        if one.name in known
    )


def described(picture: Picture, image: Image) -> str:
    return picture.alt.strip() or image.alt.strip()


def mentioned(blocks: Document) -> tuple[str, ...]:
    names: dict[str, None] = {}

    def note(run: Run) -> str:
        names[run.mention] = None
        return forms.unpinged(run)

    forms.plain(blocks, note)
    return tuple(names)


def problems(document: Document, post: Post) -> Iterator[str]:
    known = {image.name: image for image in post.images}
    if not forms.plain(document).text.strip():
        yield "There is nothing to say: the title and the text are empty."
    for number, picture in enumerate(pictures(document), 1):
        if picture.name not in known:
            yield f"There is no image {picture.name[:100]!r} in the announcement: upload it, or write its address."
        elif not described(picture, known[picture.name]):
            yield f"image {number} has no description: write ![what it shows](…)"


def remarks(document: Document, post: Post, target: Target, voice: Voice) -> Iterator[str]:
    yield from (unpinging(name, post, target) for name in mentioned(document) if name not in voice.pings)
    shown = {picture.name for picture in pictures(document)}
    yield from (f"The image {image.name} is left out: it does not stand in the text." for image in post.images
                if image.name not in shown)  # fmt: skip
    if tabled(document):
        yield "A table is shown as lines: Discord has none."
    if target.publish and target.form != "bot":
        yield "It is not published to the servers that follow the channel: a webhook cannot do that, a bot can."


def tabled(blocks: Document) -> bool:
    return any(isinstance(one, Table) or (isinstance(one, Quote) and tabled(one.blocks)) for one in blocks)
