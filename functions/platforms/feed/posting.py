"""A feed of our own: an entry for each announcement and language, which `api` shows in many forms.

There is nobody else to ask and nothing to lose on the way: the whole feed is one stored document, changed only if
nobody else changed it in between. An entry that is put in twice is in once.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import groupby
from typing import Any

from events.announcements import ChangeRequested, PostRequested, WithdrawRequested
from events.people import in_utc
from events.program import Target
from functions.platforms import composing
from functions.platforms.feed import entries
from functions.platforms.feed.entries import Entry, Feed, MissingError, WithdrawnError
from functions.platforms.outgoing import Destination, Hands, Outcome, Refused, Sent, Unknown
from functions.platforms.posting import MOMENT, Absent, Budget, Editing, Part, Post, Prepared, Rendering, uploaded
from functions.platforms.text import document, forms
from functions.platforms.text.document import Block, Document, Picture, Quote

CREDENTIAL = "A feed needs none: it is our own."
EDIT: Editing = "edit"
LARGEST_IMAGE = 4_000_000
"""Bytes. A function's answer ends at 6 MB, and an image in it is a third longer (AWS Lambda, "Quotas")."""


# What it will look like


def render(post: Post, target: Target) -> Rendering:
    """The entry itself. A feed pings nobody, cuts nothing, and shows images where they stand."""
    blocks = composing.read(post)
    images = composing.once(composing.pictured(blocks, post.images))
    text = forms.plain(document.without_pictures(blocks), forms.unpinged).text
    sizes = composing.sizes(images, lambda _: LARGEST_IMAGE)
    part = Part(
        body={
            "id": post.announcement,
            "urn": entries.name(target.community, post.announcement, post.language),
            "language": post.language,
            "title": post.title,
            "html": when(post, html=True) + html(blocks, {one.name for one in images}),
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
        measures=sizes,
        budgets=(Budget(f"feed:{target.id}"),),
    )
    return Rendering(
        (part,),
        notes=(
            *composing.left_out(blocks, post.images),
            *(f"@{name} is only words there: a feed pings nobody" for name in composing.mentioned(blocks)),
        ),
        problems=(
            *untitled(post),
            *composing.silent(blocks),
            *composing.undescribed(blocks, post.images),
            *composing.overfull(sizes, "a feed"),
            *untimely(post),
        ),
    )


def joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def html(blocks: Document, known: Collection[str]) -> str:
    """Clean HTML, images by their names only: whoever shows it says where they can be fetched."""
    return "".join(stretches(blocks, known))


def stretches(blocks: Document, known: Collection[str]) -> Iterator[str]:
    for pictured, stretch in groupby(blocks, key=lambda block: shows(block, known)):
        if not pictured:
            yield forms.html(tuple(stretch))
            continue
        for block in stretch:
            if isinstance(block, Quote):
                yield f"<blockquote>\n{html(block.blocks, known)}</blockquote>\n"
            if isinstance(block, Picture):
                yield f'<p><img src="{escape(block.name)}" alt="{escape(block.alt)}"></p>\n'


def shows(block: Block, known: Collection[str]) -> bool:
    return any(one.name in known for one in document.pictures((block,)))


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


def untitled(post: Post) -> Iterator[str]:
    if not post.title.strip():
        yield "an entry of a feed needs a title"


def untimely(post: Post) -> Iterator[str]:
    try:
        times(post)
    except ValueError as error:
        yield str(error)


# Sending


def prepare(post: PostRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    """That the images are there; `api` serves them from where they are."""
    del to
    found = uploaded(post, hands, lambda image, _: image.name)
    return Prepared() if isinstance(found, Prepared) else found


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


# Whether it is there


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
