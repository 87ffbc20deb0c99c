"""Announcements on Mastodon, and on servers that speak its API: a status, or a thread of them.

Sources: docs.joinmastodon.org/methods/statuses, /methods/media, /methods/accounts#statuses, /entities/Instance,
/api/rate-limits; mastodon/mastodon app/services/{post,update}_status_service.rb, app/lib/rate_limiter.rb,
app/validators/status_length_validator.rb.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

from events.announcements import ChangeRequested, CountRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms.mastodon.statuses import (
    ask,
    failed,
    listed,
    number,
    status_of,
    told,
    when,
    written,
)
from functions.platforms.outgoing import (
    MEDIA,
    Destination,
    Hands,
    Kind,
    NotSentError,
    Outcome,
    Refused,
    Reply,
    Sent,
    UnansweredError,
    Unknown,
    Wait,
)
from functions.platforms.posting import (
    PREVIOUS,
    Absent,
    Budget,
    Counted,
    Editing,
    Limits,
    Measure,
    Part,
    Post,
    Prepared,
    Rendering,
    filled,
    image,
    may_ping,
)
from functions.platforms.text import counting, document, forms, splitting
from functions.platforms.text.document import Block, Document, Heading, Paragraph, Picture, Quote, Run, Table

KIND: Kind = "keyed"
WINDOW = 3000
"""Seconds, of the hour that a server keeps an `Idempotency-Key`. It keeps it only once the status is there: two
requests under way at the same time would both be posted."""

EDIT: Editing = "edit"
LONG: Literal["thread", "excerpt"] = "thread"

CREDENTIAL = (
    "an access token of the account's: Preferences > Development > New application with the scopes read:accounts,"
    " read:statuses, write:media and write:statuses, then “Your access token”"
)

CHARACTERS, LINK, ALT = 500, 23, 1500
"""What a server takes that says nothing of its own limits: entities/Instance#configuration."""
IMAGES = 4
IMAGE_BYTES = 16 * 1024 * 1024
"""MediaAttachment::IMAGE_LIMIT, `image_size_limit`."""

STATUSES = 300
"""In three hours, by an account: RateLimiter::FAMILIES."""

PAGES, PAGE = 20, 10
"""How far back is looked for a status of ours, and how many are asked for at a time: one of 500 characters with its
account, images and card is 3 to 6 KB, and what comes is read to 64 KiB."""
SLACK = timedelta(minutes=2)
"""Between the server's clock and ours."""

UNFINISHED = "unfinished"
"""Beside the placeholders of `prepared`: ids of files that the server was still working on."""


# What it will look like


def render(post: Post, target: Target) -> Rendering:
    """A thread says everything; its later parts take the images that the first has no room for."""
    words, images, strange = illustrated(post)
    handles = {name: target.mentions[name] for name in may_ping(post, target) if name in target.mentions}
    link, limit = post.limits.link_characters or LINK, post.limits.characters or CHARACTERS

    def text(blocks: Document) -> forms.Plain:
        return forms.plain(blocks, lambda run: named(run, handles))

    def used(blocks: Document) -> int:
        return counting.mastodon(text(blocks).text, link)

    try:
        pieces = splitting.fitted(words, used, limit, long=target.long or LONG, link=post.link)
    except splitting.TooLongError as error:
        pieces, strange = splitting.Pieces((words,)), (*strange, str(error))
    parts = tuple(
        replace(
            part(text(piece).text, place, images[place * IMAGES : (place + 1) * IMAGES], post, target),
            html=forms.html(piece, lambda run: named(run, handles)),
        )
        for place, piece in enumerate(pieces.documents)
    )
    said = {span.value for piece in pieces.documents for span in text(piece).spans if span.kind == "mention"}
    return Rendering(
        parts,
        pings=tuple(named(Run("", mention=name), handles) for name in sorted(said & set(handles))),
        notes=(*filter(None, (pieces.note, *spread(images, parts), *tables(words))), *unheard(said, post, target)),
        problems=(*strange, *lacking(words, images, len(parts), post.limits.alt or ALT)),
    )


def part(text: str, place: int, images: tuple[Image, ...], post: Post, target: Target) -> Part:
    """One status. What follows the first answers the one before."""
    body: dict[str, Any] = {"status": text, "visibility": "public", "language": post.language}
    if images:
        body["media_ids"] = [image(which) for which, _ in enumerate(images, 1)]
    if place:
        body["in_reply_to_id"] = PREVIOUS
    shared = f"mastodon:{target.id}"
    return Part(
        body,
        text,
        KIND,
        window=WINDOW,
        images=images,
        measures=tuple(measures(text, images, post.limits)),
        budgets=(Budget(shared), Budget(f"{shared}:statuses", STATUSES, 3 * 3600)),
    )


def measures(text: str, images: tuple[Image, ...], limits: Limits) -> Iterator[Measure]:
    used = counting.mastodon(text, limits.link_characters or LINK)
    yield Measure("text", "graphemes, a link as 23", used, limits.characters or CHARACTERS)
    for which, one in enumerate(images, 1):
        yield Measure(f"description of image {which}", "characters", counting.code_points(one.alt), limits.alt or ALT)
        yield Measure(f"image {which}", "bytes", one.bytes, IMAGE_BYTES)


def named(run: Run, handles: Mapping[str, str]) -> str:
    """A mention is the whole handle of an account; whoever has none is not pinged."""
    handle = handles.get(run.mention)
    return f"@{handle.removeprefix('@')}" if handle else forms.unpinged(run)


# The announcement


def illustrated(post: Post) -> tuple[Document, tuple[Image, ...], tuple[str, ...]]:
    """The words with the title above them, the images that go with them, and what images there is nothing of."""
    stored = {one.name: one for one in post.images}
    blocks = tuple(linked(block, stored) for block in titled(post))
    alts: dict[str, str] = {}
    for picture in forms.pictures(blocks):
        alts[picture.name] = alts.get(picture.name) or picture.alt.strip()
    images = tuple(
        stored[name].model_copy(update={"alt": alts[name] or stored[name].alt}) for name in alts if name in stored
    )
    missing = tuple(
        f"there is no image {name!r}: upload it, or give its address" for name in alts if name not in stored
    )
    return forms.without_pictures(blocks), images, missing


def titled(post: Post) -> Document:
    """There are no titles: it stands above the text, unless that begins with it. As a heading it is never left alone
    in the first part of a thread."""
    body, title = document.read(post.body), " ".join(post.title.split())
    start = " ".join(forms.plain(body[:1]).text.split()).casefold()
    begins = start.startswith(title.casefold()) and not start[len(title.casefold()) :][:1].isalnum()
    return body if begins or not title else (Heading(1, (Run(title),)), *body)


def linked(block: Block, stored: Mapping[str, Image]) -> Block:
    """An image that stands elsewhere becomes a link to it."""
    match block:
        case Quote(blocks=inner):
            return Quote(tuple(linked(one, stored) for one in inner))
        case Picture(name=name, alt=alt) if name not in stored and name.startswith(("https://", "http://")):
            return Paragraph((Run(alt or name, link=name),))
    return block


def lacking(words: Document, images: tuple[Image, ...], parts: int, alt: int) -> Iterator[str]:
    """Why it cannot be sent like this."""
    if not images and not forms.plain(words).text.strip():
        yield "there is nothing to say"
    if len(images) > IMAGES * parts:
        yield f"there are {len(images)} images, and Mastodon takes {IMAGES} with a post: leave some out"
    for which, one in enumerate(images, 1):
        if not one.alt.strip():
            yield f"image {which} has no description: write ![what it shows]({one.name})"
        if (length := counting.code_points(one.alt)) > alt:
            yield f"the description of image {which} has {length} characters of {alt}: shorten it"
        if one.bytes > IMAGE_BYTES:
            yield f"image {which} has {one.bytes} bytes of {IMAGE_BYTES}: make it smaller"


def spread(images: tuple[Image, ...], parts: tuple[Part, ...]) -> Iterator[str]:
    for place, one in enumerate(parts[1:], 1):
        if one.images:
            first = place * IMAGES + 1
            yield f"images {first} to {first + len(one.images) - 1} of {len(images)} stand in part {place + 1}"


def tables(blocks: Document) -> Iterator[str]:
    inside = [one for block in blocks if isinstance(block, Quote) for one in block.blocks]
    if any(isinstance(block, Table) for block in (*blocks, *inside)):
        yield "tables are shown as lines of text"


def unheard(said: set[str], post: Post, target: Target) -> Iterator[str]:
    """Mentions that ping nobody, and what is missing for it."""
    for name in sorted(said):
        if name not in target.mentions:
            yield f"@{name} pings nobody: the target's `mentions` name no account for it"
        elif name not in post.pings:
            yield f"@{name} pings nobody: the announcement does not ask for it"
        elif name not in target.pings:
            yield f"@{name} pings nobody: the target's `pings` do not allow it"


# Sending


def prepare(post: PostRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    """Every image is uploaded with its description; one that nobody posts is forgotten by the server in a day.

    A file that is still worked on (202) is not uploaded again: `send` waits for it.
    """
    made: dict[str, Any] = {}
    unfinished: list[str] = []
    for place, picture in enumerate(post.images, 1):
        stored = hands.objects.read(f"{MEDIA}/{picture.name}")
        if stored is None:
            return Refused(f"image {place} is not there any more: upload it again")
        try:
            reply = ask(to, hands, "POST", "/api/v2/media", upload=(picture, stored))
        except (NotSentError, UnansweredError) as error:
            return Wait(30, f"image {place} could not be uploaded: {error}")
        name = told(reply).get("id")
        if reply.status not in (200, 202) or not isinstance(name, str) or not name:
            return harmless(failed(reply, to, hands, f"image {place} could not be uploaded"))
        made[image(place)] = name
        unfinished += [name] if reply.status == 202 else []
    return Prepared({**made, UNFINISHED: unfinished} if unfinished else made)


def harmless(outcome: Outcome) -> Outcome:
    """Of a call that nobody sees: what may have been done may be done again."""
    return Wait(60, outcome.reason) if isinstance(outcome, Unknown) else outcome


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    waiting = being_made(post, to, hands)
    if waiting:
        return waiting
    before = {PREVIOUS: post.previous["id"]} if post.previous else {}
    body = filled(post.body, {**post.prepared, **before})
    reply = ask(to, hands, "POST", "/api/v1/statuses", body, key=key)
    if reply.status == 404 and told(reply):
        return Refused("the post that it answers is gone, or it was posted itself and deleted since")
    return published(reply, to, hands)


def being_made(post: PostRequested, to: Destination, hands: Hands) -> Wait | None:
    """A status is refused while one of its files is worked on; how that is said depends on the account's language."""
    try:
        for name in post.prepared.get(UNFINISHED) or ():
            if ask(to, hands, "GET", f"/api/v1/media/{name}").status == 206:
                return Wait(5, "the server is still working on an image")
    except (NotSentError, UnansweredError) as error:
        return Wait(15, f"could not ask for an image: {error}")
    return None


def published(reply: Reply, to: Destination, hands: Hands) -> Outcome:
    """A status, or why there is none. Anything else that is answered with 200 is no proof of one."""
    return (status_of(told(reply)) if reply.status == 200 else None) or failed(reply, to, hands)


def find(
    post: PostRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """A status of ours with the same text, in answer to the same one, since the first attempt."""
    del key  # Nothing of it can be read back.
    me = ask(to, hands, "GET", "/api/v1/accounts/verify_credentials")
    account = told(me).get("id")
    if me.status != 200 or not isinstance(account, str) or not account:
        return looked(failed(me, to, hands, "could not look whose token it is"))
    oldest, before, limit, known = since - SLACK, "", PAGE, set[str]()
    for _ in range(PAGES):
        query = {"limit": str(limit), "exclude_reblogs": "true", **({"max_id": before} if before else {})}
        reply = ask(to, hands, "GET", f"/api/v1/accounts/{account}/statuses?{urlencode(query)}")
        page = listed(reply)
        if reply.status == 200 and page is None and limit > 1:
            limit = 1  # Cut off: together they were longer than is read.
            continue
        if reply.status != 200 or page is None:
            return looked(failed(reply, to, hands, "could not look what was posted"))
        if not page:
            return Absent()
        names = {str(one.get("id")) for one in page}
        if names <= known:  # A server without pages: it tells all it has at once, or as much as was asked for.
            return Unknown(f"the server tells of no more than {limit} posts") if len(page) == limit else Absent()
        known |= names
        for one in page:
            same = is_ours(one, post, oldest, to, hands)
            if same is not False:
                return same
        at, before = when(page[-1].get("created_at")), str(page[-1].get("id") or "")
        if at is not None and at < oldest:
            return Absent()
        if not before:
            break
    return Unknown(f"not among the newest {len(known)} posts, and those are all younger than the first attempt")


def is_ours(
    one: Mapping[str, Any], post: PostRequested, oldest: datetime, to: Destination, hands: Hands
) -> Sent | Unknown | Wait | Literal[False]:
    at = when(one.get("created_at"))
    if at is None or at < oldest or (one.get("in_reply_to_id") or None) != (post.previous.get("id") or None):
        return False
    found = status_of(one)
    if found is None:
        return Unknown("could not read what was posted")
    reply = ask(to, hands, "GET", f"/api/v1/statuses/{found.id}/source")
    text = told(reply).get("text")
    if reply.status == 404:
        return False  # Deleted since the list was made.
    if reply.status != 200 or not isinstance(text, str):
        return looked(failed(reply, to, hands, "could not read what was posted"))
    return found if plainly(text) == plainly(str(post.body.get("status", ""))) else False


def plainly(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def looked(outcome: Outcome) -> Unknown | Wait:
    """A look that came to nothing says nothing of what is there."""
    return outcome if isinstance(outcome, Wait) else Unknown(getattr(outcome, "reason", "could not look"))


# Afterwards


def edit(change: ChangeRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """Whoever boosted it is told. Whom it answers and who sees it stays. The same again changes nothing."""
    del key
    waiting = being_made(change, to, hands)
    if waiting:
        return waiting
    kept = {name: value for name, value in change.body.items() if name not in ("visibility", "in_reply_to_id")}
    body = {"media_ids": [], **filled(kept, change.prepared)}
    reply = ask(to, hands, "PUT", f"/api/v1/statuses/{written(change.posted)}", body)
    return published(reply, to, hands)


def withdraw(gone: WithdrawRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """A 404 may mean that the server deletes nothing at all: then it is still there."""
    del key
    path = f"/api/v1/statuses/{written(gone.posted)}"
    sent = Sent(str(gone.posted.get("id", "")))
    reply = ask(to, hands, "DELETE", f"{path}?delete_media=true")
    if reply.status == 200 and told(reply):
        return sent
    if reply.status not in (404, 410):
        return failed(reply, to, hands)
    look = ask(to, hands, "GET", path)
    if look.status in (404, 410):
        return sent
    if look.status == 200:
        return Refused("the server does not delete it: delete it there")
    return Unknown(f"answered {reply.status}, and {look.status} when asked whether it is gone")


def count(counted: CountRequested, to: Destination, hands: Hands) -> Counted | Outcome:
    reply = ask(to, hands, "GET", f"/api/v1/statuses/{written(counted.posted)}")
    status = told(reply)
    if reply.status != 200 or status_of(status) is None:
        return harmless(failed(reply, to, hands))
    likes, shares, replies = (number(status.get(f"{name}_count")) for name in ("favourites", "reblogs", "replies"))
    return Counted(likes=likes, shares=shares, replies=replies)


def limits(target: Target, to: Destination, hands: Hands) -> Limits | None:
    """What the server's configuration says; None where it says nothing, and the usual limits hold."""
    del target
    try:
        reply = ask(to, hands, "GET", "/api/v2/instance")
        if reply.status == 404:  # Older than Mastodon 4.0, or another server.
            reply = ask(to, hands, "GET", "/api/v1/instance")
    except (NotSentError, UnansweredError):
        return None
    configuration = told(reply).get("configuration")
    if reply.status != 200 or not isinstance(configuration, dict):
        return None
    statuses, media = (configuration.get(name) for name in ("statuses", "media_attachments"))
    statuses, media = (one if isinstance(one, dict) else {} for one in (statuses, media))
    return Limits(
        characters=number(statuses.get("max_characters")) or None,
        link_characters=number(statuses.get("characters_reserved_per_url")) or None,
        alt=number(media.get("description_limit")) or None,
    )
