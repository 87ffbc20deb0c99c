"""What an announcement becomes on Discord: a message, or several in a row, and their publishing to other servers.

Sources: Discord's documentation, "Message" ("Create Message", "Allowed Mentions"), "API Reference" ("Uploading Files",
"Message Formatting"), "Webhook" ("Execute Webhook").
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from events.announcements import Image
from events.program import Target
from functions.platforms import composing
from functions.platforms.posting import KEY, Budget, Long, Measure, Part, Post, Rendering
from functions.platforms.text import forms
from functions.platforms.text.counting import utf16
from functions.platforms.text.document import Document, Run, without_pictures

LONG: Long = "thread"
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
        written = [self.pings[name] for name in composing.mentioned(blocks) if name in self.pings]
        return {
            "parse": ["everyone"] if {"@everyone", "@here"} & set(written) else [],
            "roles": [one[3:-1] for one in written if one.startswith("<@&")],
            "users": [one[2:-1] for one in written if one.startswith("<@") and not one.startswith("<@&")],
        }


def render(post: Post, target: Target) -> Rendering:
    blocks = composing.titled(composing.read(post), composing.in_bold(post))
    known = partial(markup, target)
    voice = Voice(composing.granted(post, target, known))
    fitted = composing.fitted(
        blocks,
        lambda piece: utf16(voice.content(piece)),
        LONGEST,
        long=target.long or LONG,
        link=post.link,
        unit="UTF-16 units",
    )
    posts = tuple(message(piece, post, target, voice) for piece in fitted.pieces)
    steps = publishing(len(posts), target) if target.publish and target.form == "bot" else ()
    said = composing.mentioned(*fitted.pieces)
    return Rendering(
        (*posts, *steps),
        pings=tuple(told(name, voice) for name in said if name in voice.pings),
        notes=(
            *fitted.notes,
            *composing.left_out(blocks, post.images),
            *composing.tables(blocks),
            *composing.unheard(said, post, target, known, "role or account"),
            *unpublished(target),
        ),
        problems=(
            *composing.silent(blocks),
            *composing.undescribed(blocks, post.images),
            *fitted.problems,
            *(fault for one in posts for fault in overfull(one.images)),
        ),
    )


def message(piece: Document, post: Post, target: Target, voice: Voice) -> Part:
    content, images = voice.content(piece), composing.pictured(piece, post.images)
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
        measures=(Measure("text", "UTF-16 units", utf16(content), LONGEST), *described(images)),
        budgets=(Budget(f"discord:{target.id}"),),
    )


def publishing(messages: int, target: Target) -> tuple[Part, ...]:
    """After all messages are there: a thread is not held up in its middle when the hour is used up."""
    hourly = Budget(f"discord:{PUBLISH}:{target.place}", PUBLISHED_AN_HOUR, 3600)
    step = Part({}, "", "keyed", step=PUBLISH, budgets=(Budget(f"discord:{target.id}"), hourly))
    return tuple(replace(step, body={PUBLISH: number, "of": messages}) for number in range(1, messages + 1))


def described(images: tuple[Image, ...]) -> tuple[Measure, ...]:
    every = (Measure("all images", "bytes", sum(one.bytes for one in images), REQUEST - MIB),) if images else ()
    return (*composing.alts(images, "UTF-16 units", utf16, ALT), *composing.sizes(images, lambda _: FILE), *every)


def overfull(images: tuple[Image, ...]) -> Iterator[str]:
    """One message."""
    yield from composing.overfull(described(images), "Discord")
    yield from composing.crowded(len(images), IMAGES, f"Discord takes {IMAGES} with a message")


def unpublished(target: Target) -> Iterator[str]:
    if target.publish and target.form != "bot":
        yield "it is not published to the servers that follow the channel: a webhook cannot do that, a bot can"


# Whom it pings


def markup(target: Target, name: str) -> str:
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
