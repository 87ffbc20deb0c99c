"""An outgoing webhook, signed by Standard Webhooks: announcements for a game, a site, anything of one's own.

Source: https://github.com/standard-webhooks/standard-webhooks, "spec/standard-webhooks.md".
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from events.announcements import ChangeRequested, Image, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms.outgoing import Destination, Hands, Outcome, Refused, Reply, Sent, Unknown, Wait, retry_after
from functions.platforms.posting import MOMENT, Budget, Editing, Measure, Part, Post, Rendering, may_ping
from functions.platforms.signatures import standard_headers
from functions.platforms.text import document, forms, splitting
from functions.platforms.text.document import Block, Document, Paragraph, Picture, Quote, Run

CREDENTIAL = "The secret that the receiver checks our signature with: `whsec_` and the base64 of 24 to 64 random bytes."
EDIT: Editing = "edit"
"""A message of its own says what changed; the receiver knows the announcement by its id and language."""

LARGEST = 20_000
"""Bytes of a body ("Payload size": less than 20 kB is best)."""
STAMP = "2026-11-22T09:30:00.000000+00:00"
"""As long as the longest moment that stands in a body."""


# Before


@dataclass(slots=True)
class Called:
    """Who is mentioned in a text, and how: a receiver that passes it on has an id for those it may ping."""

    granted: frozenset[str]
    names: dict[str, bool] = field(default_factory=dict)

    def __call__(self, run: Run) -> str:
        may = self.names[run.mention] = run.mention in self.granted
        return f"@{run.mention}" if may else forms.unpinged(run)


def render(post: Post, target: Target) -> Rendering:
    """One message, whatever its length: what is too long for it is an excerpt with a link to all of it."""
    known = {image.name: image for image in post.images}
    blocks = resolved(document.read(post.body), known)

    def body(piece: Document) -> dict[str, Any]:
        return said(post, target, piece, described(piece, known), excerpt=piece != blocks)

    found = list(problems(post, blocks, known))
    pieces = splitting.Pieces((blocks,))
    try:
        pieces = splitting.fitted(blocks, lambda piece: size(body(piece)), LARGEST, long="excerpt", link=post.link)
    except splitting.TooLongError as error:
        found.append(str(error))
    (piece,) = pieces.documents
    called = Called(may_ping(post, target))
    text = forms.plain(piece, called).text
    part = Part(
        body=body(piece),
        text="\n\n".join(one for one in (post.title, text) if one),
        kind="keyed",
        html=forms.html(piece, called),
        measures=(Measure("body", "bytes", size(body(piece)), LARGEST),),
        budgets=(Budget(budget(target.id)),),
    )
    notes = (*filter(None, [pieces.note]), *told_notes(post, target, called, described(piece, known)))
    return Rendering((part,), pings=told_pings(target, called), notes=notes, problems=tuple(found))


def said(post: Post, target: Target, piece: Document, images: tuple[Image, ...], *, excerpt: bool) -> dict[str, Any]:
    called = Called(may_ping(post, target))
    data = {
        "id": post.announcement,
        "language": post.language,
        "title": post.title,
        "markdown": forms.commonmark(piece, called),
        "html": forms.html(piece, called),
        "excerpt": excerpt,
        "url": post.link,
        "images": [image.model_dump() for image in images],
        "event": event(post),
        "published_at": MOMENT,
    }
    data["mentions"] = {name: target.mentions.get(name, "") for name, may in called.names.items() if may}
    return {"type": "announcement.published", "timestamp": MOMENT, "data": data}


def event(post: Post) -> dict[str, str] | None:
    if not post.starts_at:
        return None
    return {"starts_at": post.starts_at, "ends_at": post.ends_at, "zone": post.zone}


def size(body: dict[str, Any]) -> int:
    return len(written(stamped(body, STAMP, STAMP)))


def written(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def stamped(body: dict[str, Any], at: str, published_at: str) -> dict[str, Any]:
    """Only these two placeholders are filled: a title may happen to read like another."""
    return {**body, "timestamp": at, "data": {**body["data"], "published_at": published_at}}


def resolved(blocks: Document, known: dict[str, Image]) -> Document:
    """Pictures from elsewhere as links."""
    return tuple(resolved_block(block, known) for block in blocks)


def resolved_block(block: Block, known: dict[str, Image]) -> Block:
    match block:
        case Quote(blocks=inner):
            return Quote(resolved(inner, known))
        case Picture(name=name, alt=alt) if name not in known and name.startswith(("https://", "http://")):
            return Paragraph((Run(alt or name, link=name),))
    return block


def described(blocks: Document, known: dict[str, Image]) -> tuple[Image, ...]:
    """The images the text shows, in their order, with the words that it has for them."""
    found: dict[str, Image] = {}
    for picture in document.pictures(blocks):
        image = known.get(picture.name)
        if image and image.name not in found:
            found[image.name] = image.model_copy(update={"alt": picture.alt or image.alt})
    return tuple(found.values())


def problems(post: Post, blocks: Document, known: dict[str, Image]) -> Iterator[str]:
    if not post.title.strip() and not blocks:
        yield "there is nothing to say"
    for number, image in enumerate(described(blocks, known), 1):
        if not image.alt.strip():
            yield f"image {number} has no description: write ![what it shows]({image.name})"
    for name in dict.fromkeys(picture.name for picture in document.pictures(blocks)):
        if name not in known:
            yield f"there is no image {name!r}: upload it, or give its address"


def told_pings(target: Target, called: Called) -> tuple[str, ...]:
    there = ((name, target.mentions.get(name, "")) for name, may in called.names.items() if may)
    return tuple(f"@{name}{f' ({known})' if known else ''}, if the receiver passes it on" for name, known in there)


def told_notes(post: Post, target: Target, called: Called, images: tuple[Image, ...]) -> Iterator[str]:
    for name, may in called.names.items():
        if not may:
            missing = [
                who
                for who, granted in (("the announcement", post.pings), (f"target {target.id}", target.pings))
                if name not in granted
            ]
            yield f"@{name} pings nobody: {' and '.join(missing)} would have to allow it"
    if images:
        where = "; its link leads to them" if post.link else ""
        yield f"images are described and not sent along: a webhook carries none{where}"


# During and afterwards


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """One `webhook-id`, however many requests: the receiver drops an id it has seen."""
    at = stamp(post.published_at)
    sent = Sent(key, more={"language": post.language, "published_at": at})
    return call(to, key, stamped(post.body, at, at), hands, sent)


def edit(change: ChangeRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """Everything again as it is now, and when it was first published."""
    published_at = str(change.posted.get("published_at") or stamp(change.published_at))
    body = {**stamped(change.body, moment(hands), published_at), "type": "announcement.changed"}
    sent = Sent(str(change.posted.get("id", key)), more={"language": change.language, "published_at": published_at})
    return call(to, key, body, hands, sent)


def withdraw(gone: WithdrawRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """Without a language it is gone in all of them."""
    data = {"id": gone.announcement, "language": str(gone.posted.get("language", ""))}
    body = {"type": "announcement.withdrawn", "timestamp": moment(hands), "data": data}
    return call(to, key, body, hands, Sent(str(gone.posted.get("id", key))))


def call(to: Destination, key: str, body: dict[str, Any], hands: Hands, sent: Sent) -> Outcome:
    raw = written(body)
    try:
        headers = standard_headers(to.secret, key, str(hands.timestamp), raw)
    except ValueError as error:
        return Refused(f"{to.id!r} cannot be signed for: {error}", unauthorized=True)
    reply = hands.http("POST", to.address, headers=headers, body=raw, private=to.private)
    return judged(reply, sent, to, hands.timestamp)


def judged(reply: Reply, sent: Sent, to: Destination, now: int) -> Outcome:
    """What a status means ("Delivery success and failure", "Disabling endpoints"). A receiver that is overloaded may
    have taken the message all the same; the same id makes asking again safe."""
    if 200 <= reply.status < 300:
        return sent
    if reply.status in (408, 425, 429):
        held_up = budget(to.id) if reply.status == 429 else ""
        return Wait(retry_after(reply.headers, now=now), f"the receiver asks us to wait ({reply.status})", held_up)
    if 300 <= reply.status < 500:
        return Refused(refusal(reply.status, to.id), unauthorized=reply.status == 401)
    return Unknown(f"the receiver failed ({reply.status})")


def refusal(status: int, target: str) -> str:
    match status:
        case 401:
            return f"the receiver does not know our signature (401): put its secret with `{put(target)}`"
        case 404:
            return "there is nothing at this address (404)"
        case 410:
            return f"the receiver wants no more of it (410): take {target!r} out of the program, or have it switched on"
        case 413:
            return "it is too large for the receiver (413)"
    if status < 400:
        return f"the receiver has moved ({status}): write its new address into the program"
    return f"the receiver refused it ({status})"


def put(target: str) -> str:
    return f"liaison secret put {target} --outgoing"


def budget(target: str) -> str:
    return f"webhook:{target}"


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def moment(hands: Hands) -> str:
    """Of the attempt: a change has no other time that all its attempts would know."""
    return stamp(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=hands.timestamp))
