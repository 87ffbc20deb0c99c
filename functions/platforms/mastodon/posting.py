"""Announcements on Mastodon, and on servers that speak its API: a status, or a thread of them.

Sources: docs.joinmastodon.org/methods/statuses, /methods/media, /methods/accounts#statuses, /entities/Instance,
/api/rate-limits; mastodon/mastodon app/services/{post,update}_status_service.rb, app/lib/rate_limiter.rb,
app/validators/status_length_validator.rb.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

from events.announcements import ChangeRequested, CountRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms import composing
from functions.platforms.mastodon.statuses import ask, failed, listed, status_of, when, written
from functions.platforms.outgoing import (
    Destination,
    Field,
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
    harmless,
    inside,
    looked,
    number,
    string,
    told,
)
from functions.platforms.posting import (
    PREVIOUS,
    Absent,
    Budget,
    Counted,
    Editing,
    Limits,
    Long,
    Measure,
    Part,
    Post,
    Prepared,
    Rendering,
    filled,
    image,
    uploaded,
)
from functions.platforms.text import counting, forms
from functions.platforms.text.document import Document, Run, without_pictures

CREDENTIAL = (
    "an access token of the account's: Preferences > Development > New application with the scopes read:accounts,"
    " read:statuses, write:media and write:statuses, then “Your access token”"
)

KIND: Kind = "keyed"
WINDOW = 3000
"""Seconds, of the hour that a server keeps an `Idempotency-Key`. It keeps it only once the status is there: two
requests under way at the same time would both be posted."""

EDIT: Editing = "edit"
LONG: Long = "thread"

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
    blocks = composing.titled(composing.read(post), composing.heading(post))
    images = composing.once(composing.pictured(blocks, post.images))
    handles = composing.granted(post, target, target.mentions.get)

    def text(piece: Document) -> str:
        return forms.plain(piece, lambda run: named(run, handles)).text

    fitted = composing.fitted(
        without_pictures(blocks),
        lambda piece: measured(text(piece), post.limits).used,
        post.limits.characters or CHARACTERS,
        long=target.long or LONG,
        link=post.link,
        unit="graphemes, a link as 23",
    )
    parts = tuple(
        replace(
            part(text(piece), place, images[place * IMAGES : (place + 1) * IMAGES], post, target),
            html=forms.html(piece, lambda run: named(run, handles)),
        )
        for place, piece in enumerate(fitted.pieces)
    )
    said = composing.mentioned(*fitted.pieces)
    return Rendering(
        parts,
        pings=tuple(named(Run("", mention=name), handles) for name in said if name in handles),
        notes=(
            *fitted.notes,
            *composing.spread(parts),
            *composing.left_out(blocks, post.images),
            *composing.tables(blocks),
            *composing.unheard(said, post, target, target.mentions.get),
        ),
        problems=(
            *composing.silent(blocks),
            *composing.undescribed(blocks, post.images),
            *fitted.problems,
            *composing.crowded(len(images), IMAGES * len(parts), f"Mastodon takes {IMAGES} with a post"),
            *composing.overfull(described(images, post.limits), "Mastodon"),
        ),
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
        measures=(measured(text, post.limits), *described(images, post.limits)),
        budgets=(Budget(shared), Budget(f"{shared}:statuses", STATUSES, 3 * 3600)),
    )


def measured(text: str, limits: Limits) -> Measure:
    used = counting.mastodon(text, limits.link_characters or LINK)
    return Measure("text", "graphemes, a link as 23", used, limits.characters or CHARACTERS)


def described(images: tuple[Image, ...], limits: Limits) -> tuple[Measure, ...]:
    words = composing.alts(images, "characters", counting.code_points, limits.alt or ALT)
    return (*words, *composing.sizes(images, lambda _: IMAGE_BYTES))


def named(run: Run, handles: Mapping[str, str]) -> str:
    """A mention is the whole handle of an account; whoever has none is not pinged."""
    handle = handles.get(run.mention)
    return f"@{handle.removeprefix('@')}" if handle else forms.unpinged(run)


# Sending


def prepare(post: PostRequested, to: Destination, hands: Hands) -> Prepared | Outcome:
    """Every image is uploaded with its description; one that nobody posts is forgotten by the server in a day.

    A file that is still worked on (202) is not uploaded again: `send` waits for it.
    """
    unfinished: list[str] = []

    def upload(picture: Image, content: bytes) -> str | Outcome:
        description = Field("description", picture.alt.strip().encode("utf-8", "replace"), "text/plain; charset=utf-8")
        form = (description, Field("file", content, picture.type, picture.name))
        reply = ask(to, hands, "POST", "/api/v2/media", form=form)
        name = string(told(reply).get("id"))
        if reply.status not in (200, 202) or not name:
            return failed(reply, to, hands)
        unfinished.extend([name] if reply.status == 202 else [])
        return name

    made = uploaded(post, hands, upload)
    return Prepared({**made.made, UNFINISHED: unfinished}) if isinstance(made, Prepared) and unfinished else made


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


# Whether it is there


def find(
    post: PostRequested, to: Destination, key: str, since: datetime, hands: Hands
) -> Sent | Absent | Unknown | Wait:
    """A status of ours with the same text, in answer to the same one, since the first attempt."""
    del key  # Nothing of it can be read back.
    me = ask(to, hands, "GET", "/api/v1/accounts/verify_credentials")
    account = string(told(me).get("id"))
    if me.status != 200 or not account:
        return looked(failed(me, to, hands, "could not look whose token it is"), me)
    oldest, before, limit, known = since - SLACK, "", PAGE, set[str]()
    for _ in range(PAGES):
        query = {"limit": str(limit), "exclude_reblogs": "true", **({"max_id": before} if before else {})}
        reply = ask(to, hands, "GET", f"/api/v1/accounts/{account}/statuses?{urlencode(query)}")
        page = listed(reply)
        if reply.status == 200 and page is None and limit > 1:
            limit = 1  # Cut off: together they were longer than is read.
            continue
        if reply.status != 200 or page is None:
            return looked(failed(reply, to, hands, "could not look what was posted"), reply)
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
    said = told(reply).get("text")
    if reply.status == 404:
        return False  # Deleted since the list was made.
    if reply.status != 200 or not isinstance(said, str):
        return looked(failed(reply, to, hands, "could not read what was posted"), reply)
    plainly = composing.plainly
    return found if plainly(said) == plainly(str(post.body.get("status", ""))) else False


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
    configuration = inside(told(reply), "configuration")
    if reply.status != 200 or not configuration:
        return None
    statuses, media = inside(configuration, "statuses"), inside(configuration, "media_attachments")
    return Limits(
        characters=number(statuses.get("max_characters")) or None,
        link_characters=number(statuses.get("characters_reserved_per_url")) or None,
        alt=number(media.get("description_limit")) or None,
    )
