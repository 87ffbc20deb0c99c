"""What an announcement becomes in a Telegram chat: messages of text, photos with words below them, albums.

Styles and links are entities beside the text, so that nothing in it is markup. Sources: core.telegram.org/bots/api
("sendMessage", "sendPhoto", "sendAnimation", "sendMediaGroup", "MessageEntity"), core.telegram.org/bots/faq
("My bot is hitting limits").
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal

from events.announcements import Image
from events.program import Target
from functions.platforms.posting import Budget, Measure, Part, Post, Rendering, may_ping
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
from functions.platforms.text.splitting import Pieces, TooLongError, fitted

LONG: Literal["thread", "excerpt"] = "thread"
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

ALONG = "Telegram has no descriptions of images: they are written in the text."
BELOW = "Telegram has no descriptions of images: they are written below these, which come before the text."

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
    voice = Voice(granted(post, target))
    document = placed(titled(post), post.images)
    shown = pictured(document, post.images)
    albums = tuple(grouped(shown))
    together = len(albums) == 1 and voice.used(document) <= CAPTION
    faults, notes = list(problems(document, shown, post, target)), list(remarks(document, shown, post, target, voice))
    if shown:
        notes.append(ALONG if together else BELOW)
    pieces = Pieces(())
    try:
        if not together:
            long = target.long or LONG
            pieces = fitted(without_pictures(document), voice.used, LONGEST, long=long, link=post.link)
    except TooLongError as error:
        faults.append(str(error))
    texts = [textual(voice.words(piece), forms.html(piece), target) for piece in pieces.documents if piece]
    if together:
        parts = [replace(pictorial(albums[0], [voice.words(document)], target), html=forms.html(document))]
    else:
        parts = [*(pictorial(album, [voice.words(said(one)) for one in album], target) for album in albums), *texts]
    return Rendering(
        tuple(parts),
        pings=tuple(told(name, voice) for name in mentioned(document) if name in voice.users),
        notes=(*filter(None, [pieces.note]), *notes, *(note for part in parts for note in crowded(part))),
        problems=(*faults, *(fault for part in parts for fault in overfull(part))),
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
    for number, one in enumerate(album, 1):
        yield Measure(f"image {number}", "bytes", one.bytes, ANIMATION if moving(one) else PHOTO)


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


def overfull(part: Part) -> Iterator[str]:
    for measure in part.measures:
        if measure.used > measure.limit:
            yield f"{measure.what}: {measure.used:,} {measure.unit}; Telegram takes {measure.limit:,}"


def crowded(part: Part) -> Iterator[str]:
    count = len(part.body.get("entities", part.body.get("caption_entities", ())))
    if count > ENTITIES:
        yield f"A message has {count} styles and links: Telegram shows the first {ENTITIES}, the others as plain text."


# Whom it pings


def granted(post: Post, target: Target) -> dict[str, str]:
    """What stands for those whom it may ping, as far as the target says who they are."""
    who = {name: target.mentions.get(name, "") for name in may_ping(post, target)}
    return {name: user for name, user in who.items() if USERNAME.fullmatch(user) or USER.fullmatch(user)}


def told(name: str, voice: Voice) -> str:
    user = voice.users[name]
    return f"the account {user}" if user.startswith("@") else f"the account @{name} ({user})"


def unpinging(name: str, post: Post, target: Target) -> str:
    """Why a mention pings nobody."""
    lacking = [
        who for who, names in (("the announcement", post.pings), ("the target", target.pings)) if name not in names
    ]
    if lacking:
        return f"@{name} pings nobody: not granted by {' and '.join(lacking)}."
    if name in ("everyone", "here"):
        return f"@{name} pings nobody: Telegram has no mention for all, but tells everybody of new messages anyway."
    return f"@{name} pings nobody: `mentions` of {target.id!r} does not say which account that is (its @name or id)."


# The document


def titled(post: Post) -> Document:
    """The text with its title before it, unless it begins with it."""
    blocks, title = read(post.body), " ".join(post.title.split())
    begins = forms.plain(blocks[:1]).text.strip().casefold()
    if not title or (begins.startswith(title.casefold()) and not begins[len(title) :][:1].isalnum()):
        return blocks
    return (Paragraph((Run(title, bold=True),)), *blocks)


def placed(blocks: Document, images: tuple[Image, ...]) -> Document:
    """Pictures that are not ours, but at an address, are links to it; ours say what they show."""
    known = {image.name: image for image in images}
    return tuple(resolved(block, known) for block in blocks)


def resolved(block: Block, known: Mapping[str, Image]) -> Block:
    match block:
        case Picture(name=name, alt=alt) if name in known:
            return Picture(name, alt.strip() or known[name].alt.strip())
        case Picture(name=name, alt=alt) if name.startswith(("http://", "https://")):
            return Paragraph((Run(alt or name, link=name),))
        case Quote(blocks=inside):
            return Quote(tuple(resolved(one, known) for one in inside))
    return block


def pictured(blocks: Document, images: tuple[Image, ...]) -> tuple[Image, ...]:
    """Our images in the order they stand in, each once, as it is described there."""
    known, alts = {image.name: image for image in images}, dict[str, str]()
    for one in pictures(blocks):
        alts[one.name] = alts.get(one.name) or one.alt
    return tuple(known[name].model_copy(update={"alt": alt}) for name, alt in alts.items() if name in known)


def mentioned(blocks: Document) -> tuple[str, ...]:
    return tuple(dict.fromkeys(span.value for span in forms.plain(blocks).spans if span.kind == "mention"))


def problems(document: Document, shown: tuple[Image, ...], post: Post, target: Target) -> Iterator[str]:
    if not CHAT.fullmatch(target.place):
        yield f"`place` of {target.id!r} must be the chat's id (-100…), or the @name of a public one."
    if not forms.plain(document).text.strip():
        yield "There is nothing to say: the title and the text are empty."
    known = {image.name for image in post.images}
    for name in dict.fromkeys(one.name for one in pictures(document) if one.name not in known):
        yield f"There is no image {name[:100]!r} in the announcement: upload it, or write its address."
    for number, image in enumerate(shown, 1):
        if not image.alt:
            yield f"image {number} has no description: write ![what it shows](…)"
        short, long = sorted((image.width, image.height))
        if not moving(image) and short + long > SIDES:
            yield f"image {number}: {image.width} and {image.height} pixels; Telegram takes {SIDES:,} together"
        if not moving(image) and short and long > RATIO * short:
            yield f"image {number}: one side is more than {RATIO} times as long as the other; Telegram takes no such"


def remarks(document: Document, shown: tuple[Image, ...], post: Post, target: Target, voice: Voice) -> Iterator[str]:
    yield from (unpinging(name, post, target) for name in mentioned(document) if name not in voice.users)
    names = {image.name for image in shown}
    yield from (f"The image {image.name} is left out: it does not stand in the text." for image in post.images
                if image.name not in names)  # fmt: skip
    if tabled(document):
        yield "A table is shown as lines: Telegram has none."


def tabled(blocks: Document) -> bool:
    return any(isinstance(one, Table) or (isinstance(one, Quote) and tabled(one.blocks)) for one in blocks)
