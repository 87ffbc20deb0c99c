"""What every platform makes of an announcement's words and pictures before it writes them in its own form.

Pure. What a platform has of its own comes in: its name, its limits, how it counts, and whom it knows.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from events.announcements import Image
from events.program import Target
from functions.platforms.posting import Long, Measure, Part, Post, image, may_ping
from functions.platforms.text import document, forms, splitting
from functions.platforms.text.counting import Unit
from functions.platforms.text.document import Block, Document, Heading, Paragraph, Picture, Quote, Run, Table

Who = TypeVar("Who")
Shown = TypeVar("Shown", Image, Picture)


# The text


def read(post: Post) -> Document:
    """The text. Pictures from elsewhere are links; ours say what they show: one without words has the first ones that
    the text has for the same picture, else those of its upload."""
    blocks, known = document.read(post.body), {one.name: one.alt.strip() for one in post.images}
    words = words_for(blocks)

    def placed(one: Picture) -> Block:
        if one.name in known:
            return Picture(one.name, one.alt.strip() or words[one.name] or known[one.name])
        return linked(one) if one.name.startswith(("https://", "http://")) else one

    return each_picture(blocks, placed)


def words_for(blocks: Document) -> dict[str, str]:
    """The first words that a text has for each picture in it."""
    words: dict[str, str] = {}
    for one in document.pictures(blocks):
        words[one.name] = words.get(one.name) or one.alt.strip()
    return words


def each_picture(blocks: Document, change: Callable[[Picture], Block]) -> Document:
    """The same with another block for each picture, those in quotes, too."""

    def changed(block: Block) -> Block:
        if isinstance(block, Quote):
            return Quote(each_picture(block.blocks, change))
        return change(block) if isinstance(block, Picture) else block

    return tuple(map(changed, blocks))


def linked(one: Picture) -> Paragraph:
    return Paragraph((Run(one.alt.strip() or one.name, link=one.name),))


def title(post: Post) -> str:
    """On one line."""
    return " ".join(post.title.split())


def heading(post: Post) -> Heading:
    """The title above a text. It is never left alone in the first part of a thread."""
    return Heading(1, (Run(title(post)),))


def headed(piece: Document, post: Post) -> Document:
    """A post as people see it where it has a title of its own."""
    return (heading(post), *piece) if title(post) else piece


def in_bold(post: Post) -> Paragraph:
    """The title above a text where headings stand out too much."""
    return Paragraph((Run(title(post), bold=True),))


def titled(blocks: Document, top: Heading | Paragraph) -> Document:
    """With the title above, for platforms that have no titles, unless the words begin with it."""
    words = document.without_pictures(blocks)[:1]
    called, begins = (plainly(forms.plain(some).text).casefold() for some in ((top,), words))
    doubled = begins.startswith(called) and not begins[len(called) :][:1].isalnum()
    return blocks if doubled or not called else (top, *blocks)


def plainly(text: str) -> str:
    """To compare by: without what nobody sees."""
    return " ".join(unicodedata.normalize("NFC", text).replace(forms.ZERO_WIDTH, "").split())


@dataclass(frozen=True, slots=True)
class Fitted:
    """The pieces that are posted, in their order. Where they cannot be, all of it is one piece, to be looked at."""

    pieces: tuple[Document, ...]
    notes: tuple[str, ...] = ()
    """What became of a text that was too long."""
    problems: tuple[str, ...] = ()


def fitted(
    blocks: Document,
    used: splitting.Used,
    limit: int,
    *,
    long: Long,
    link: str,
    numbered: bool = True,
    most: int = 20,
    unit: str = "characters",
) -> Fitted:
    """As `splitting.fitted` does it."""
    try:
        found = splitting.fitted(blocks, used, limit, long=long, link=link, numbered=numbered, most=most, unit=unit)
    except splitting.TooLongError as error:
        return Fitted((blocks,), problems=(str(error),))
    return Fitted(found.documents, (found.note,) if found.note else ())


def divided(
    blocks: Document, whole: tuple[splitting.Used, int], comment: tuple[splitting.Used, int], *, long: Long, link: str
) -> Fitted:
    """All in the post where it fits; else, where comments are to go on with it, no piece is longer than these are. With
    both goes how it is counted, and the limit."""
    used, limit = whole
    if long == "excerpt" or used(blocks) <= limit:
        return fitted(blocks, used, limit, long="excerpt", link=link)
    return fitted(blocks, *comment, long="thread", link=link)


def mark(post: Post, target: Target, part: int) -> str:
    """Tells a post from every other one, and hardly anything to those who look for it."""
    told = f"{post.announcement}\n{target.id}\n{post.language}\n{part}"
    return sha256(told.encode()).hexdigest()[:16]


# Pictures


def pictured(blocks: Document, images: Iterable[Image]) -> tuple[Image, ...]:
    """Our images as they stand in the text, each as it is described there."""
    known = {one.name: one for one in images}
    return tuple(
        known[one.name].model_copy(update={"alt": one.alt}) for one in document.pictures(blocks) if one.name in known
    )


def once(images: Iterable[Shown]) -> tuple[Shown, ...]:
    """Each as it stands there first."""
    found: dict[str, Shown] = {}
    for one in images:
        found.setdefault(one.name, one)
    return tuple(found.values())


Raw = str | list[str]
"""A text; in pieces where it has images: every second one stands for what the platform calls one."""


def slot(number: int) -> str:
    """Where an image of the part is called by its name, until `parted` makes a piece of it: no text that was read holds
    a null character."""
    return f"\0{number}\0"


def parted(written: str) -> Raw:
    pieces = re.split("\0([0-9]+)\0", written)
    told = [image(int(piece)) if count % 2 else piece for count, piece in enumerate(pieces)]
    return written if len(told) == 1 else told


def length(raw: Raw, name: int) -> int:
    """In characters, with so many for the name of an image."""
    if isinstance(raw, str):
        return len(raw)
    return sum(name if count % 2 else len(piece) for count, piece in enumerate(raw))


def alts(images: Iterable[Image | Picture], unit: Unit, count: Callable[[str], int], limit: int) -> tuple[Measure, ...]:
    return tuple(
        Measure(f"description of image {number}", unit, count(one.alt), limit) for number, one in enumerate(images, 1)
    )


def sizes(images: Iterable[Image], limit: Callable[[Image], int]) -> tuple[Measure, ...]:
    return tuple(Measure(f"image {number}", "bytes", one.bytes, limit(one)) for number, one in enumerate(images, 1))


# Why it cannot be sent like this


def silent(blocks: Document) -> Iterator[str]:
    if not forms.plain(blocks).text.strip():
        yield "there is nothing to say"


def undescribed(blocks: Document, images: Sequence[Image]) -> Iterator[str]:
    """Pictures that are not there, and those without words."""
    known = {one.name for one in images}
    for name in dict.fromkeys(one.name for one in document.pictures(blocks) if one.name not in known):
        yield f"there is no image {name[:100]!r}: upload it, or give its address"
    yield from wordless(once(pictured(blocks, images)))


def wordless(images: Iterable[Image | Picture]) -> Iterator[str]:
    for number, one in enumerate(images, 1):
        if not one.alt.strip():
            yield f"image {number} has no description: write ![what it shows]({one.name})"


def overfull(measures: Iterable[Measure], who: str) -> Iterator[str]:
    for one in measures:
        if one.used > one.limit:
            yield f"{one.what}: {one.used:,} {one.unit}; {who} takes {one.limit:,}"


def crowded(images: int, most: int, takes: str) -> Iterator[str]:
    """`takes` says what the platform does, as `Mastodon takes 4 with a post`."""
    if images > most:
        yield f"there are {images} images, and {takes}: leave some out"


# What is good to know


def left_out(blocks: Document, images: Iterable[Image]) -> Iterator[str]:
    shown = {one.name for one in document.pictures(blocks)}
    for one in images:
        if one.name not in shown:
            yield f"the image {one.name} is left out: it does not stand in the text"


def unshown(blocks: Document, why: str) -> Iterator[str]:
    if document.pictures(blocks):
        yield f"{why}: what they show is told in words"


def tables(blocks: Document) -> Iterator[str]:
    """For platforms that have none."""
    if tabled(blocks):
        yield "tables are shown as text"


def tabled(blocks: Document) -> bool:
    return any(isinstance(one, Table) or (isinstance(one, Quote) and tabled(one.blocks)) for one in blocks)


def spread(parts: Sequence[Part]) -> Iterator[str]:
    """Which images stand in later parts."""
    first, total = 1, sum(len(one.images) for one in parts)
    for place, one in enumerate(parts, 1):
        last = first + len(one.images) - 1
        if place > 1 and one.images:
            yield f"images {first} to {last} of {total} stand in part {place}"
        first = last + 1


# Whom it pings


def mentioned(*documents: Document) -> tuple[str, ...]:
    """Who is mentioned, in the order of the text."""
    spans = (span for blocks in documents for span in forms.plain(blocks).spans)
    return tuple(dict.fromkeys(span.value for span in spans if span.kind == "mention"))


def granted(post: Post, target: Target, known: Callable[[str], Who | None]) -> dict[str, Who]:
    """Whom it may ping, as far as the platform knows them."""
    found = {name: known(name) for name in may_ping(post, target)}
    return {name: who for name, who in found.items() if who}


def unheard(
    names: Sequence[str], post: Post, target: Target, known: Callable[[str], object], who: str = "account"
) -> Iterator[str]:
    """Mentions that ping nobody, with all that is missing for it, and pings without a mention. `who` is what the
    target's `mentions` have to name for the platform to know somebody."""
    for name in names:
        if name not in post.pings:
            yield f"@{name} pings nobody: the announcement does not ask for it"
            continue
        lacks = ["does not allow it (`pings`)"] if name not in target.pings else []
        lacks += [] if known(name) else [f"names no {who} for it (`mentions`)"]
        if lacks:
            yield f"@{name} pings nobody: the target {target.id!r} {' and '.join(lacks)}"
    for name in sorted(post.pings.difference(names)):
        yield f"@{name} pings nobody: what is posted does not mention it"
