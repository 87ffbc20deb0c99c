"""What an announcement becomes on Slack: a message, or one with a thread below it.

Sources: docs.slack.dev/reference/methods/chat.postMessage, docs.slack.dev/reference/block-kit/blocks/section-block and
image-block, docs.slack.dev/messaging/formatting-message-text, docs.slack.dev/messaging/message-metadata.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from events.announcements import Image
from events.program import Target
from functions.platforms import composing, posting
from functions.platforms.posting import FIRST, KEY, Budget, Long, Measure, Part, Post, Rendering
from functions.platforms.text import forms
from functions.platforms.text.counting import utf16
from functions.platforms.text.document import Block, Document, Paragraph, Run, pictures, without_pictures

LONG: Long = "thread"
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
    blocks = composing.titled(composing.read(post), composing.in_bold(post))
    known = partial(markup, target)
    voice = Voice(composing.granted(post, target, known))
    fitted = composing.fitted(
        blocks,
        lambda piece: utf16(voice.text(piece)),
        SECTION if pictures(blocks) else LONGEST,
        long=target.long or LONG,
        link=post.link,
        unit="UTF-16 units",
    )
    parts = tuple(message(piece, place, post, target, voice) for place, piece in enumerate(fitted.pieces))
    said = composing.mentioned(*fitted.pieces)
    return Rendering(
        parts,
        pings=tuple(told(name, voice) for name in said if name in voice.pings),
        notes=(
            *fitted.notes,
            *composing.left_out(blocks, post.images),
            *composing.tables(blocks),
            *composing.unheard(said, post, target, known, "group or account"),
        ),
        problems=(
            *misplaced(target),
            *composing.silent(blocks),
            *composing.undescribed(blocks, post.images),
            *fitted.problems,
            *(fault for one in parts for fault in overfull(one.images)),
        ),
    )


def message(piece: Document, place: int, post: Post, target: Target, voice: Voice) -> Part:
    """What follows the first stands below it."""
    text, images = voice.text(piece), composing.pictured(piece, post.images)
    body: dict[str, Any] = {
        "channel": target.place,
        "text": text or voice.text((Paragraph((Run("; ".join(image.alt for image in images)),)),)),
        "parse": "none",
        "link_names": False,
        "metadata": {"event_type": EVENT, "event_payload": {"key": KEY}},
    }
    if images:
        body["blocks"] = blocks(piece, images, voice)
    if place:
        body["thread_ts"] = FIRST
    return Part(
        body,
        forms.plain(without_pictures(piece)).text,
        "readable",
        html=forms.html(piece),
        images=images,
        measures=(
            Measure("text", "UTF-16 units", utf16(text), SECTION if images else LONGEST),
            *described(images),
        ),
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


def described(images: tuple[Image, ...]) -> tuple[Measure, ...]:
    return composing.alts(images, "UTF-16 units", utf16, ALT)


def overfull(images: tuple[Image, ...]) -> Iterator[str]:
    """One message."""
    yield from composing.overfull(described(images), "Slack")
    yield from composing.crowded(len(images), IMAGES, f"a message gets {IMAGES}")
    for place, one in enumerate(images, 1):
        if not one.name.endswith(TYPES):
            yield f"image {place} is a {one.name.rpartition('.')[2]}: Slack shows {', '.join(TYPES)}"


def misplaced(target: Target) -> Iterator[str]:
    if not CHANNEL.fullmatch(target.place):
        yield f"`place` of {target.id!r} must be the channel's id (channel details, at the very bottom), not its name"


# Whom it pings


def markup(target: Target, name: str) -> str:
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
