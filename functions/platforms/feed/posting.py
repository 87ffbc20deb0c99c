"""A feed of our own: an entry for each announcement and language, which `api` shows in many forms.

There is nobody else to ask and nothing to lose on the way: the whole feed is one stored document, changed only if
nobody else changed it in between. An entry that is put in twice is in once.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import groupby
from typing import Any

from events.announcements import ChangeRequested, Image, PostRequested, WithdrawRequested
from events.people import in_utc
from events.program import Target
from functions.platforms.feed import entries
from functions.platforms.feed.entries import Entry, Feed, MissingError, WithdrawnError
from functions.platforms.outgoing import MEDIA, Destination, Hands, Outcome, Refused, Sent, Unknown
from functions.platforms.posting import MOMENT, Absent, Budget, Editing, Measure, Part, Post, Prepared, Rendering
from functions.platforms.text import document, forms
from functions.platforms.text.document import Block, Document, Paragraph, Picture, Quote, Run

CREDENTIAL = "A feed needs none: it is our own."
EDIT: Editing = "edit"
LARGEST_IMAGE = 4_000_000
"""Bytes. A function's answer ends at 6 MB, and an image in it is a third longer (AWS Lambda, "Quotas")."""


# Before


def render(post: Post, target: Target) -> Rendering:
    """The entry itself. A feed pings nobody, cuts nothing, and shows images where they stand."""
    mentioned: list[str] = []

    def words(run: Run) -> str:
        mentioned.append(run.mention)
        return forms.unpinged(run)

    known = {image.name: image for image in post.images}
    blocks = resolved(document.read(post.body), known)
    images = described(blocks, known)
    text = forms.plain(document.without_pictures(blocks), words).text
    part = Part(
        body={
            "id": post.announcement,
            "urn": entries.name(target.community, post.announcement, post.language),
            "language": post.language,
            "title": post.title,
            "html": when(post, html=True) + html(blocks, known),
            "text": joined(when(post), text),
            "images": [image.model_dump() for image in images],
            "published_at": MOMENT,
            "starts_at": post.starts_at or None,
            "ends_at": post.ends_at or None,
            "zone": post.zone,
        },
        text=joined(post.title, when(post), text),
        kind="keyed",
        html=f"<h1>{escape(post.title)}</h1>\n{when(post, html=True)}{forms.html(blocks)}",
        images=images,
        measures=tuple(
            Measure(f"image {number}", "bytes", image.bytes, LARGEST_IMAGE) for number, image in enumerate(images, 1)
        ),
        budgets=(Budget(f"feed:{target.id}"),),
    )
    notes = tuple(f"@{name} is only words there: a feed pings nobody" for name in dict.fromkeys(mentioned))
    return Rendering((part,), notes=notes, problems=tuple(problems(post, blocks, images, text)))


def joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def resolved(blocks: Document, known: dict[str, Image]) -> Document:
    """Pictures from elsewhere as links: a feed's readers shall not call on strangers."""
    return tuple(resolved_block(block, known) for block in blocks)


def resolved_block(block: Block, known: dict[str, Image]) -> Block:
    match block:
        case Quote(blocks=inner):
            return Quote(resolved(inner, known))
        case Picture(name=name, alt=alt) if name not in known and elsewhere(name):
            return Paragraph((Run(alt or name, link=name),))
    return block


def elsewhere(name: str) -> bool:
    return name.startswith(("https://", "http://"))


def described(blocks: Document, known: dict[str, Image]) -> tuple[Image, ...]:
    """The images the text shows, in their order, with the words that it has for them."""
    found: dict[str, Image] = {}
    for picture in document.pictures(blocks):
        image = known.get(picture.name)
        if image and image.name not in found:
            found[image.name] = image.model_copy(update={"alt": picture.alt or image.alt})
    return tuple(found.values())


def html(blocks: Document, known: dict[str, Image]) -> str:
    """Clean HTML, images by their names only: whoever shows it says where they can be fetched."""
    return "".join(stretches(blocks, known))


def stretches(blocks: Document, known: dict[str, Image]) -> Iterator[str]:
    for pictured, stretch in groupby(blocks, key=lambda block: bool(described((block,), known))):
        if not pictured:
            yield forms.html(tuple(stretch))
            continue
        for block in stretch:
            if isinstance(block, Quote):
                yield f"<blockquote>\n{html(block.blocks, known)}</blockquote>\n"
            if isinstance(block, Picture):
                yield f'<p><img src="{escape(block.name)}" alt="{escape(block.alt or known[block.name].alt)}"></p>\n'


def when(post: Post, *, html: bool = False) -> str:
    """`2026-11-25 19:00 – 21:00 (Europe/Paris)`: no language, no doubt. Empty without a time."""
    try:
        starts, ends = times(post)
    except ValueError:
        return ""
    if starts is None:
        return ""
    told = f"{starts:%Y-%m-%d %H:%M}"
    if ends:
        told += f" – {ends:%H:%M}" if ends.date() == starts.date() else f" – {ends:%Y-%m-%d %H:%M}"
    told += f" ({post.zone or starts.tzname()})"
    return f'<p><time datetime="{starts.isoformat()}">{escape(told)}</time></p>\n' if html else told


def times(post: Post) -> tuple[datetime | None, datetime | None]:
    """Raises ValueError, with the sentence a manager reads."""
    starts, ends = (datetime.fromisoformat(one) if one else None for one in (post.starts_at, post.ends_at))
    for one in (starts, ends):
        if one:
            in_utc(one)
    if ends and not starts:
        raise ValueError("the event has an end and no start")
    if starts and ends and ends < starts:
        raise ValueError("the event ends before it starts")
    return starts, ends


def problems(post: Post, blocks: Document, images: tuple[Image, ...], text: str) -> Iterator[str]:
    if not post.title.strip():
        yield "an entry of a feed needs a title"
    if not text.strip() and not images:
        yield "there is nothing to say"
    for number, image in enumerate(images, 1):
        if not image.alt.strip():
            yield f"image {number} has no description: write ![what it shows]({image.name})"
        if image.bytes > LARGEST_IMAGE:
            yield f"image {number} has {image.bytes:,} bytes; a feed shows images of {LARGEST_IMAGE:,} at most"
    known = {image.name for image in images}
    for name in dict.fromkeys(picture.name for picture in document.pictures(blocks)):
        if name not in known:
            yield f"there is no image {name!r}: upload it, or give its address"
    try:
        times(post)
    except ValueError as error:
        yield str(error)


# During


def prepare(post: PostRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    """That the images are there; `api` serves them from where they are."""
    del to
    for number, image in enumerate(post.images, 1):
        if hands.objects.read(f"{MEDIA}/{image.name}") is None:
            return Refused(f"image {number} is not stored any more: upload it again")
    return Prepared()


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    del key  # The announcement and its language say which entry it is.
    return changing(to, hands, post, lambda feed: entries.put(feed, entry(post)))


def entry(post: PostRequested) -> Entry:
    """Only this one placeholder is looked for: a title may happen to read like another."""
    return Entry.model_validate({**post.body, "published_at": post.published_at})


def changing(to: Destination, hands: Hands, post: PostRequested, how: Callable[[Feed], Feed]) -> Outcome:
    try:
        change(to, hands, how)
    except WithdrawnError:
        return Refused("it was withdrawn from this feed")
    except MissingError:
        return Refused(f"it is not in this feed: the feed keeps its newest {entries.KEPT}")
    except ValueError as error:
        return Refused(f"the feed as it is stored, or the entry, cannot be read: {type(error).__name__}")
    return there(to, post)


def change(to: Destination, hands: Hands, how: Callable[[Feed], Feed]) -> None:
    """Write the feed only if it became another one."""

    def stored(before: bytes | None) -> bytes | None:
        feed = entries.read(before, to.community)
        after = how(feed)
        return None if after is feed else entries.written(after)

    hands.objects.change(entries.stored_at(to.community, to.id), stored)


def there(to: Destination, post: PostRequested) -> Sent:
    urn = entries.name(to.community, post.announcement, post.language)
    return Sent(urn, f"{to.address}/{post.announcement}#{post.language}", {"language": post.language})


def find(post: PostRequested, to: Destination, key: str, since: datetime, hands: Hands) -> Sent | Absent | Unknown:
    """There is only one place to look in, and it is exact."""
    del key, since
    try:
        feed = entries.read(hands.objects.read(entries.stored_at(to.community, to.id)), to.community)
    except ValueError as error:
        return Unknown(f"the feed as it is stored cannot be read: {type(error).__name__}")
    there_already = any(entries.same(one, post.announcement, post.language) for one in feed.entries)
    return there(to, post) if there_already else Absent()


# Afterwards


def edit(change: ChangeRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """The entry keeps its name and its time; `updated` tells readers that it changed."""
    return changing(to, hands, change, lambda feed: entries.changed(feed, entry(change), key, moment(hands)))


def withdraw(gone: WithdrawRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """The entry goes, a trace without its words stays."""
    del key
    told = spoken(gone.posted)
    try:
        change(to, hands, lambda feed: entries.withdrawn(feed, to.community, gone.announcement, told, moment(hands)))
    except ValueError as error:
        return Refused(f"the feed as it is stored cannot be read: {type(error).__name__}")
    return Sent(str(gone.posted.get("id", "")))


def spoken(posted: dict[str, Any]) -> str:
    """The language of what was posted; empty for what was posted before feeds had several."""
    return str(posted.get("language", ""))


def moment(hands: Hands) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=hands.timestamp)
