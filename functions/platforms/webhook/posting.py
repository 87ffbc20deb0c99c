"""An outgoing webhook, signed by Standard Webhooks: announcements for a game, a site, anything of one's own.

Source: https://github.com/standard-webhooks/standard-webhooks, "spec/standard-webhooks.md".
"""

import json
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from events.announcements import ChangeRequested, PostRequested, WithdrawRequested
from events.program import Target
from functions.platforms import composing
from functions.platforms.outgoing import (
    Destination,
    Hands,
    Outcome,
    Refused,
    Reply,
    Sent,
    Unknown,
    Wait,
    put,
    retry_after,
)
from functions.platforms.posting import MOMENT, Budget, Editing, Long, Measure, Part, Post, Rendering, may_ping
from functions.platforms.signatures import standard_headers
from functions.platforms.text import forms
from functions.platforms.text.document import Document, Run

CREDENTIAL = "The secret that the receiver checks our signature with: `whsec_` and the base64 of 24 to 64 random bytes."
EDIT: Editing = "edit"
"""A message of its own says what changed; the receiver knows the announcement by its id and language."""
LONG: Long = "excerpt"

LARGEST = 20_000
"""Bytes of a body ("Payload size": less than 20 kB is best)."""
STAMP = "2026-11-22T09:30:00.000000+00:00"
"""As long as the longest moment that stands in a body."""


# What it will look like


def render(post: Post, target: Target) -> Rendering:
    """One message, whatever its length: what is too long for it is an excerpt with a link to all of it."""
    blocks, may = composing.read(post), may_ping(post, target)

    def body(piece: Document) -> dict[str, Any]:
        return said(post, target, piece, excerpt=piece != blocks)

    fitted = composing.fitted(blocks, lambda piece: size(body(piece)), LARGEST, long=LONG, link=post.link, unit="bytes")
    (piece,) = fitted.pieces
    text = forms.plain(piece, lambda run: called(run, may)).text
    part = Part(
        body=body(piece),
        text="\n\n".join(one for one in (post.title, text) if one),
        kind="keyed",
        html=forms.html(piece, lambda run: called(run, may)),
        measures=(Measure("body", "bytes", size(body(piece)), LARGEST),),
        budgets=(Budget(budget(target.id)),),
    )
    names = composing.mentioned(piece)
    return Rendering(
        (part,),
        pings=tuple(passed_on(name, target) for name in names if name in may),
        notes=(
            *fitted.notes,
            *composing.unshown(piece, "a webhook carries no images"),
            *composing.left_out(blocks, post.images),
            *composing.unheard(names, post, target, bool),
        ),
        problems=(
            *composing.silent(composing.headed(blocks, post)),
            *composing.undescribed(blocks, post.images),
            *fitted.problems,
        ),
    )


def called(run: Run, may: Collection[str]) -> str:
    """A receiver that passes it on has an id for those that it may ping."""
    return f"@{run.mention}" if run.mention in may else forms.unpinged(run)


def passed_on(name: str, target: Target) -> str:
    known = target.mentions.get(name)
    return f"@{name}{f' ({known})' if known else ''}, if the receiver passes it on"


def said(post: Post, target: Target, piece: Document, *, excerpt: bool) -> dict[str, Any]:
    may = may_ping(post, target)
    data = {
        "id": post.announcement,
        "language": post.language,
        "title": post.title,
        "markdown": forms.commonmark(piece, lambda run: called(run, may)),
        "html": forms.html(piece, lambda run: called(run, may)),
        "excerpt": excerpt,
        "url": post.link,
        "images": [image.model_dump() for image in composing.once(composing.pictured(piece, post.images))],
        "event": event(post),
        "published_at": MOMENT,
        "mentions": {name: target.mentions.get(name, "") for name in composing.mentioned(piece) if name in may},
    }
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


# Sending


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    """One `webhook-id`, however many requests: the receiver drops an id it has seen."""
    at = stamp(post.published_at)
    sent = Sent(key, more={"language": post.language, "published_at": at})
    return call(to, key, stamped(post.body, at, at), hands, sent)


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
        return Refused(refusal(reply.status, to), unauthorized=reply.status == 401)
    return Unknown(f"the receiver failed ({reply.status})")


def refusal(status: int, to: Destination) -> str:
    match status:
        case 401:
            return f"the receiver does not know our signature (401): {put(to, 'its secret')}"
        case 404:
            return "there is nothing at this address (404)"
        case 410:
            return f"the receiver wants no more of it (410): take {to.id!r} out of the program, or have it switched on"
        case 413:
            return "it is too large for the receiver (413)"
    if status < 400:
        return f"the receiver has moved ({status}): write its new address into the program"
    return f"the receiver refused it ({status})"


def budget(target: str) -> str:
    return f"webhook:{target}"


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def moment(hands: Hands) -> str:
    """Of the attempt: a change has no other time that all its attempts would know."""
    return stamp(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=hands.timestamp))


# Afterwards


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
