"""What an announcement becomes on Slack: a message, or one with a thread below it.

Sources: docs.slack.dev/reference/methods/chat.postMessage, docs.slack.dev/reference/block-kit/blocks/section-block and
image-block, docs.slack.dev/messaging/formatting-message-text, docs.slack.dev/messaging/message-metadata.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from events.announcements import Image
from events.program import Target
from functions.platforms import posting
from functions.platforms.posting import FIRST, KEY, Budget, Measure, Part, Post, Rendering, may_ping
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
LONGEST = 4000
"""Of `text`. 40,000 are taken, but no more than this can be changed afterwards (chat.update, `msg_too_long`). What is
counted Slack does not say; no way of counting gives more than UTF-16 units."""
SECTION = 3000
"""Of the text of a block, which a message with images consists of."""
ALT = 1000
"""Of a file's description; a block's may be twice as long."""
IMAGES = 5
"""In one message: each takes two calls, and an attempt has ten seconds for all of them."""
TYPES = ("png", "jpg", "gif")

EVENT = "liaison_post"
"""What our metadata is called."""

CHANNEL = re.compile(r"[CGD][A-Z0-9]{2,}")
ACCOUNT, GROUP = re.compile(r"[UW][A-Z0-9]+"), re.compile(r"S[A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Voice:
    """How mentions are written: `pings` has what is written for each name that may ping."""

    pings: Mapping[str, str]

    def mention(self, run: Run) -> str:
        return self.pings.get(run.mention) or forms.unpinged(run)

    def text(self, blocks: Document) -> str:
        return forms.slack(without_pictures(blocks), self.mention).strip()


def render(post: Post, target: Target) -> Rendering:
    voice = Voice(granted(post, target))
    document = placed(titled(post), post.images)
    limit = SECTION if pictures(document) else LONGEST
    faults, notes = tuple(problems(document, post, target)), tuple(remarks(document, post, target, voice))
    try:
        long = target.long or LONG
        pieces = fitted(document, lambda piece: utf16(voice.text(piece)), limit, long=long, link=post.link)
    except TooLongError as error:
        return Rendering((), notes=notes, problems=(*faults, str(error)))
    parts = tuple(
        message(piece, post, target, voice, reply=number > 1) for number, piece in enumerate(pieces.documents, 1)
    )
    return Rendering(
        parts,
        pings=tuple(told(name, voice) for name in mentioned(document) if name in voice.pings),
        notes=(pieces.note, *notes) if pieces.note else notes,
        problems=(*faults, *(fault for part in parts for fault in overfull(part))),
    )


def message(piece: Document, post: Post, target: Target, voice: Voice, *, reply: bool) -> Part:
    text, images = voice.text(piece), pictured(piece, post.images)
    body: dict[str, Any] = {
        "channel": target.place,
        "text": text or voice.text((Paragraph((Run("; ".join(image.alt for image in images)),)),)),
        "parse": "none",
        "link_names": False,
        "metadata": {"event_type": EVENT, "event_payload": {"key": KEY}},
    }
    if images:
        body["blocks"] = blocks(piece, images, voice)
    if reply:
        body["thread_ts"] = FIRST
    return Part(
        body,
        forms.plain(without_pictures(piece)).text,
        "readable",
        html=forms.html(piece),
        images=images,
        measures=tuple(measured(text, images)),
        budgets=(Budget(f"slack:{target.id}"), Budget(f"slack:post:{target.place}", 1, 1)),
    )


def blocks(piece: Document, images: tuple[Image, ...], voice: Voice) -> list[dict[str, Any]]:
    """Text and images in turn, as they stand. Of the text nothing is guessed at: links and mentions are marked."""
    left = iter(enumerate(images, 1))
    made, stretch = [], list[Block]()
    for block in (*piece, None):
        stretch += [block] if block else []
        shown = pictures((block,)) if block else ()
        text = voice.text(tuple(stretch)) if shown or block is None else ""
        if text:
            made.append(section(text))
        if shown or block is None:
            stretch = []
        made += [picture(number, image) for _, (number, image) in zip(shown, left, strict=False)]
    return made


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "expand": True, "text": {"type": "mrkdwn", "verbatim": True, "text": text}}


def picture(number: int, image: Image) -> dict[str, Any]:
    return {"type": "image", "slack_file": {"id": posting.image(number)}, "alt_text": image.alt}


def measured(text: str, images: tuple[Image, ...]) -> Iterator[Measure]:
    yield Measure("text", "UTF-16 units", utf16(text), SECTION if images else LONGEST)
    for number, image in enumerate(images, 1):
        yield Measure(f"description of image {number}", "UTF-16 units", utf16(image.alt), ALT)


def overfull(part: Part) -> Iterator[str]:
    for measure in part.measures:
        if measure.used > measure.limit:
            yield f"{measure.what}: {measure.used:,} {measure.unit}; Slack takes {measure.limit:,}"
    if len(part.images) > IMAGES:
        yield f"There are {len(part.images)} images in one message: write no more than {IMAGES}."


# Whom it pings


def granted(post: Post, target: Target) -> dict[str, str]:
    """What is written for those whom it may ping, as far as the target says who they are."""
    return {name: written for name in may_ping(post, target) if (written := markup(name, target))}


def markup(name: str, target: Target) -> str:
    """`everyone` of a channel is `<!channel>`; Slack's own `<!everyone>` is the whole workspace."""
    if name in ("everyone", "here"):
        return {"everyone": "<!channel>", "here": "<!here>"}[name]
    who = target.mentions.get(name, "")
    if GROUP.fullmatch(who):
        return f"<!subteam^{who}>"
    return f"<@{who}>" if ACCOUNT.fullmatch(who) else ""


def told(name: str, voice: Voice) -> str:
    written = voice.pings[name]
    if written == "<!channel>":
        return "everyone in the channel (@channel)"
    if written == "<!here>":
        return "everyone in the channel who is active (@here)"
    return f"the group @{name}" if written.startswith("<!subteam^") else f"the account @{name}"


def unpinging(name: str, post: Post, target: Target) -> str:
    """Why a mention pings nobody."""
    lacking = [
        who for who, names in (("the announcement", post.pings), ("the target", target.pings)) if name not in names
    ]
    if not lacking:
        return f"@{name} pings nobody: `mentions` of {target.id!r} does not say which group or account that is."
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


def problems(document: Document, post: Post, target: Target) -> Iterator[str]:
    if not CHANNEL.fullmatch(target.place):
        yield f"`place` of {target.id!r} must be the channel's id (channel details, at the very bottom), not its name."
    if not forms.plain(document).text.strip():
        yield "There is nothing to say: the title and the text are empty."
    known = {image.name: image for image in post.images}
    for number, one in enumerate(pictures(document), 1):
        if one.name not in known:
            yield f"There is no image {one.name[:100]!r} in the announcement: upload it, or write its address."
        elif not described(one, known[one.name]):
            yield f"image {number} has no description: write ![what it shows](…)"
        elif not one.name.endswith(TYPES):
            yield f"image {number} is a {one.name.rpartition('.')[2]}: Slack shows {', '.join(TYPES)}."


def remarks(document: Document, post: Post, target: Target, voice: Voice) -> Iterator[str]:
    yield from (unpinging(name, post, target) for name in mentioned(document) if name not in voice.pings)
    shown = {one.name for one in pictures(document)}
    for image in post.images:
        if image.name not in shown:
            yield f"The image {image.name} is left out: it does not stand in the text."
    if tabled(document):
        yield "A table is shown as lines: Slack has none."


def tabled(blocks: Document) -> bool:
    return any(isinstance(one, Table) or (isinstance(one, Quote) and tabled(one.blocks)) for one in blocks)
