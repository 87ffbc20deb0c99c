"""What an announcement becomes in a Telegram chat: messages of text, photos with words below them, albums.

Styles and links are entities beside the text, so that nothing in it is markup. Sources: core.telegram.org/bots/api
("sendMessage", "sendPhoto", "sendAnimation", "sendMediaGroup", "MessageEntity"), core.telegram.org/bots/faq
("My bot is hitting limits").
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Any

from events.announcements import Image
from events.program import Target
from functions.platforms import composing
from functions.platforms.posting import Budget, Long, Measure, Part, Post, Rendering, may_ping
from functions.platforms.text import forms
from functions.platforms.text.counting import utf16
from functions.platforms.text.document import Document, Paragraph, Picture, Run, without_pictures

LONG: Long = "thread"
LONGEST, CAPTION = 4096, 1024
"""Of a message, and of what stands below a photo. What is counted Telegram does not say; no way of counting gives more
than UTF-16 units, in which it counts everything else."""
ENTITIES = 100
"""In one message; Telegram leaves out the others (python-telegram-bot, `telegram.constants`)."""

ALBUM = 10
PHOTO, ANIMATION = 10_000_000, 50_000_000
"""Bytes of one image, and of one that moves: 10 MB and 50 MB."""
SIDES, RATIO = 10_000, 20
"""Of a photo: pixels of width and height together, and how often the one goes into the other."""

GROUP_A_MINUTE = 20

ALONG = "Telegram has no descriptions of images: they are written in the text"
BELOW = "Telegram has no descriptions of images: they are written below these, which come before the text"

EVERYBODY = ("everyone", "here")
UNNEEDED = "Telegram has no mention for all, but tells everybody of new messages anyway"
WHO = "account (its @name or id)"

CHAT = re.compile(r"(?P<chat>-?[0-9]{1,20}|@[A-Za-z]\w{3,31})(?:/(?P<topic>[0-9]{1,10}))?", re.ASCII)
"""A chat's id or public name; behind a slash, the topic of a forum in it."""
USERNAME, USER = re.compile(r"@[A-Za-z]\w{3,31}", re.ASCII), re.compile(r"[0-9]{1,20}", re.ASCII)

STYLES: dict[forms.Kind, str] = {
    "bold": "bold",
    "italic": "italic",
    "strike": "strikethrough",
    "code": "code",
    "pre": "pre",
    "quote": "blockquote",
}

Entity = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """Text as Telegram takes it."""

    text: str
    entities: tuple[Entity, ...]

    def called(self, text: str, entities: str) -> dict[str, Any]:
        """As fields with the names that a method has for them."""
        styled = {entities: list(self.entities)} if self.entities else {}
        return {text: self.text, **styled} if self.text else {}


@dataclass(frozen=True, slots=True)
class Voice:
    """How mentions are written: `users` has a name or an id on Telegram for each name that may ping."""

    users: Mapping[str, str]

    def mention(self, run: Run) -> str:
        """Whom an entity mentions is written so that a stranger of that name is not, should the entity be dropped."""
        user = self.users.get(run.mention, "")
        return user if user.startswith("@") else forms.unpinged(run)

    def words(self, blocks: Document) -> Words:
        told = spelled_out(forms.plain(blocks, self.mention, addresses=False, quotes=False))
        return Words(told.text, tuple(self.entities(told)))

    def used(self, blocks: Document) -> int:
        return utf16(self.words(blocks).text)

    def entities(self, told: forms.Plain) -> Iterator[Entity]:
        """Of words that are both a link and code Telegram keeps the code only: here it is the link."""
        links = [span for span in told.spans if span.kind == "link"]
        for span in told.spans:
            hidden = span.kind == "code" and any(one.start < span.end and span.start < one.end for one in links)
            kind = {} if hidden else self.kind(span, told.text[span.start : span.end])
            if kind:
                offset, length = told.utf16(span)
                yield {**kind, "offset": offset, "length": length}

    def kind(self, span: forms.Span, text: str) -> Entity:
        """Addresses, names and hashtags that stand in the text Telegram finds by itself."""
        match span.kind:
            case "link" if text != span.value and span.value.startswith("http"):
                return {"type": "text_link", "url": span.value}
            case "mention" if USER.fullmatch(self.users.get(span.value, "")):
                return {"type": "text_mention", "user": {"id": int(self.users[span.value])}}
            case "pre" if span.value:
                return {"type": "pre", "language": span.value}
        return {"type": STYLES[span.kind]} if span.kind in STYLES else {}


def spelled_out(told: forms.Plain) -> forms.Plain:
    """With mail addresses behind the words that stand for them: Telegram links to none."""
    text, spans = told.text, list(told.spans)
    for span in sorted(told.spans, key=lambda one: one.end, reverse=True):
        address = span.value.removeprefix("mailto:")
        if span.kind == "link" and address != span.value and address not in told.text[span.start : span.end]:
            added = f" ({address})"
            text = text[: span.end] + added + text[span.end :]
            spans = [moved(one, span.end, len(added)) for one in spans]
    return forms.Plain(text, tuple(spans))


def moved(span: forms.Span, at: int, by: int) -> forms.Span:
    return replace(span, start=span.start + by * (span.start >= at), end=span.end + by * (span.end > at))


# The messages


def render(post: Post, target: Target) -> Rendering:
    """One message with everything where that fits; else the images with their descriptions, then the text."""
    known = partial(account, target)
    voice = Voice(composing.granted(post, target, known))
    blocks = composing.titled(composing.read(post), composing.in_bold(post))
    shown = composing.once(composing.pictured(blocks, post.images))
    albums = tuple(grouped(shown))
    together = len(albums) == 1 and voice.used(blocks) <= CAPTION
    fitted = composing.Fitted((blocks,))
    if not together:
        long = target.long or LONG
        fitted = composing.fitted(
            without_pictures(blocks), voice.used, LONGEST, long=long, link=post.link, unit="UTF-16 units"
        )
    texts = [textual(voice.words(piece), forms.html(piece), target) for piece in fitted.pieces if piece]
    if together:
        parts = [replace(pictorial(albums[0], [voice.words(blocks)], target), html=forms.html(blocks))]
    else:
        parts = [*(pictorial(album, [voice.words(said(one)) for one in album], target) for album in albums), *texts]
    names = composing.mentioned(*fitted.pieces)
    return Rendering(
        tuple(parts),
        pings=tuple(told(name, voice) for name in names if name in voice.users),
        notes=(
            *fitted.notes,
            *composing.unheard(names, post, target, lambda name: name in EVERYBODY or known(name), WHO),
            *(f"@{name} pings nobody: {UNNEEDED}" for name in EVERYBODY if name in may_ping(post, target) & {*names}),
            *composing.left_out(blocks, post.images),
            *composing.tables(blocks),
            *([ALONG if together else BELOW] if shown else []),
            *(note for part in parts for note in crowded(part)),
        ),
        problems=(
            *misplaced(target),
            *composing.silent(blocks),
            *composing.undescribed(blocks, post.images),
            *odd(shown),
            *fitted.problems,
            *(fault for part in parts if part.images for fault in composing.overfull(part.measures, "Telegram")),
        ),
    )


def said(image: Image) -> Document:
    return (Paragraph((Run(image.alt),)),)


def textual(words: Words, html: str, target: Target) -> Part:
    measure = Measure("text", "UTF-16 units", utf16(words.text), LONGEST)
    return Part(
        {**addressed(target), **words.called("text", "entities")},
        words.text,
        "blind",
        html=html,
        measures=(measure,),
        budgets=budgets(target),
    )


def pictorial(album: tuple[Image, ...], captions: list[Words], target: Target) -> Part:
    """A photo, something that moves, or an album. One caption stands below all of it, several each below its own."""
    told = [words.called("caption", "caption_entities") for words in captions]
    items = [{"media": f"attach://{one.name}", **(told[at] if at < len(told) else {})} for at, one in enumerate(album)]
    if len(album) == 1:
        (item,) = items
        what = "animation" if moving(album[0]) else "photo"
        body = {**addressed(target), what: item.pop("media"), **item}
    else:
        body = {**addressed(target), "media": [{"type": "photo", **item} for item in items]}
    return Part(
        body,
        "\n\n".join(words.text for words in captions),
        "blind",
        html="\n".join(forms.html((Picture(one.name, one.alt),)) for one in album),
        images=album,
        measures=tuple(measured(album, captions)),
        budgets=budgets(target),
    )


def measured(album: tuple[Image, ...], captions: list[Words]) -> Iterator[Measure]:
    for number, words in enumerate(captions, 1):
        what = f"description of image {number}" if len(captions) > 1 else "text below the image"
        yield Measure(what, "UTF-16 units", utf16(words.text), CAPTION)
    yield from composing.sizes(album, lambda one: ANIMATION if moving(one) else PHOTO)


def addressed(target: Target) -> dict[str, Any]:
    found = CHAT.fullmatch(target.place)
    if found is None:
        return {"chat_id": target.place}
    return {"chat_id": found["chat"], **({"message_thread_id": int(found["topic"])} if found["topic"] else {})}


def budgets(target: Target) -> tuple[Budget, ...]:
    """One message a second in a chat, twenty a minute in a group; to channels the same seems to apply."""
    chat = addressed(target)["chat_id"]
    return (
        Budget(f"telegram:{target.id}"),
        Budget(f"telegram:second:{chat}", 1, 1),
        Budget(f"telegram:minute:{chat}", GROUP_A_MINUTE, 60),
    )


def grouped(images: tuple[Image, ...]) -> Iterator[tuple[Image, ...]]:
    """Albums of photos; what moves stands alone."""
    for move, group in groupby(images, moving):
        left = tuple(group)
        size = 1 if move else ALBUM
        yield from (left[at : at + size] for at in range(0, len(left), size))


def moving(image: Image) -> bool:
    return image.name.endswith(".gif")


def crowded(part: Part) -> Iterator[str]:
    count = len(part.body.get("entities", part.body.get("caption_entities", ())))
    if count > ENTITIES:
        yield f"a message has {count} styles and links: Telegram shows the first {ENTITIES}, the others as plain text"


def misplaced(target: Target) -> Iterator[str]:
    if not CHAT.fullmatch(target.place):
        yield f"`place` of {target.id!r} must be the chat's id (-100…), or the @name of a public one"


def odd(images: tuple[Image, ...]) -> Iterator[str]:
    for place, one in enumerate(images, 1):
        short, long = sorted((one.width, one.height))
        if not moving(one) and short + long > SIDES:
            yield f"image {place}: {one.width} and {one.height} pixels; Telegram takes {SIDES:,} together"
        if not moving(one) and short and long > RATIO * short:
            yield f"image {place}: one side is more than {RATIO} times as long as the other; Telegram takes no such"


# Whom it pings


def account(target: Target, name: str) -> str:
    user = target.mentions.get(name, "")
    return user if USERNAME.fullmatch(user) or USER.fullmatch(user) else ""


def told(name: str, voice: Voice) -> str:
    user = voice.users[name]
    return f"the account {user}" if user.startswith("@") else f"the account @{name} ({user})"
