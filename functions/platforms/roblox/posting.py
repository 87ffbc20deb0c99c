"""Announcements to the players of a Roblox game: a message to its live servers, which show it as they like.

Nobody can read a message back, change it or take it back; servers that start later never hear of it. What is sent is
JSON of ours, whose `id` is the same however often it comes, so that the game can drop repeats:

    local shown = {}
    game:GetService("MessagingService"):SubscribeAsync("announcements", function(message)
        local news = game:GetService("HttpService"):JSONDecode(message.Data)
        if shown[news.id] then return end
        shown[news.id] = true
        -- news.title (of the first part only), news.text, news.language, news.part, news.of
    end)

The text is not filtered: it is the company's own. Sources: create.roblox.com/docs/cloud/guides/usage-messaging,
/cloud/reference/Universe ("Publish Universe Message"), /cloud/reference/rate-limits.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from events.announcements import PostRequested
from events.program import Target
from functions.platforms.outgoing import (
    LONGEST_WAIT,
    Destination,
    Hands,
    Outcome,
    Refused,
    Reply,
    Sent,
    Unknown,
    Wait,
    retry_after,
)
from functions.platforms.posting import Budget, Editing, Measure, Part, Post, Rendering
from functions.platforms.text import document, forms
from functions.platforms.text.counting import utf8
from functions.platforms.text.document import Block, Document, Paragraph, Picture, Quote, Run, Table
from functions.platforms.text.splitting import TooLongError, fitted

EDIT: Editing = "no"
CREDENTIAL = (
    "an API key of the Creator Dashboard (Open Cloud, API Keys) with access to “messaging-service” of this experience,"
    " operation universe-messaging-service:publish"
)
LONG: Literal["thread", "excerpt"] = "thread"
"""Links lead nowhere inside a game."""

API = "https://apis.roblox.com"
LONGEST = 1024
"""Of a message. Roblox says "1,024 characters (1 KB)": so bytes, which are never fewer."""
TOPIC = 80
MOST = 20
"""Parts of one announcement."""
MINUTE, PARKED = 60, 900
"""Seconds to wait: where Roblox does not say how long, and where something else answers in its stead."""


# Before


def render(post: Post, target: Target) -> Rendering:
    blocks = linked(document.read(post.body), {one.name for one in post.images})
    title = " ".join(post.title.split())
    faults = (*misplaced(target), *undescribed(blocks, post))
    if not blocks and not title:
        return Rendering((), problems=(*faults, "there is nothing to say"))
    try:
        pieces = fitted(
            blocks,
            lambda piece: utf8(message(piece, title, post, MOST, MOST)),
            LONGEST,
            long=target.long or LONG,
            link=post.link,
            numbered=False,
            most=MOST,
        )
    except TooLongError as error:
        return Rendering((), problems=(*faults, str(error)))
    of = len(pieces.documents)
    return Rendering(
        tuple(part(piece, title, post, number, of, target) for number, piece in enumerate(pieces.documents, 1)),
        notes=(*filter(None, (pieces.note, *shown(blocks))), *(unheard(name) for name in mentioned(blocks))),
        problems=faults,
    )


def part(piece: Document, title: str, post: Post, number: int, of: int, target: Target) -> Part:
    told = message(piece, title if number == 1 else "", post, number, of)
    seen = (Paragraph((Run(title, bold=True),)), *piece) if number == 1 and title else piece
    return Part(
        {"topic": target.tag, "message": told},
        forms.plain(seen).text,
        "blind",
        html=forms.html(seen),
        measures=(Measure("message", "bytes", utf8(told), LONGEST),),
        budgets=(Budget(f"roblox:{target.id}"),),
    )


def message(piece: Document, title: str, post: Post, number: int, of: int) -> str:
    """What the game gets. Two topics of one game have the same `id`: they tell the same."""
    named = {"title": title} if title else {}
    told = {
        "id": f"{post.announcement}-{post.language}-{number}",
        **named,
        "text": forms.plain(piece).text,
        "language": post.language,
        "part": number,
        "of": of,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def misplaced(target: Target) -> Iterator[str]:
    if not (target.place.isascii() and target.place.isdecimal()):
        yield f"`place` of {target.id!r} is not a universe's id, which is a number (Copy Universe ID, in the dashboard)"
    if not target.tag:
        yield f"`tag` of {target.id!r} has to be the topic that the game listens to"
    if len(target.tag) > TOPIC:
        yield f"the topic ({target.tag[:20]}…) has {len(target.tag)} characters; Roblox takes {TOPIC}"


def undescribed(blocks: Document, post: Post) -> Iterator[str]:
    known = {one.name: one.alt for one in post.images}
    for number, picture in enumerate(document.pictures(blocks), 1):
        if picture.name not in known:
            yield f"image {number}, {picture.name[:100]!r}, was not uploaded with the announcement"
        elif not (picture.alt or known[picture.name]).strip():
            yield f"image {number} has no description: write ![what it shows](…)"


def shown(blocks: Document) -> Iterator[str]:
    inside = [one for block in blocks if isinstance(block, Quote) for one in block.blocks]
    if document.pictures(blocks):
        yield "a game gets no images: what they show is told in words"
    if any(isinstance(block, Table) for block in (*blocks, *inside)):
        yield "tables are shown as lines of text"


def linked(blocks: Document, ours: set[str]) -> Document:
    """Pictures from elsewhere as links."""
    return tuple(linked_block(block, ours) for block in blocks)


def linked_block(block: Block, ours: set[str]) -> Block:
    match block:
        case Picture(name=name, alt=alt) if name not in ours and name.startswith(("https://", "http://")):
            return Paragraph((Run(alt or name, link=name),))
        case Quote(blocks=inner):
            return Quote(linked(inner, ours))
    return block


def mentioned(blocks: Document) -> tuple[str, ...]:
    return tuple(dict.fromkeys(span.value for span in forms.plain(blocks).spans if span.kind == "mention"))


def unheard(name: str) -> str:
    return f"@{name} pings nobody: in a game nobody can be pinged"


# The call


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    del key  # What is sent has an id of its own, as it was approved.
    url = f"{to.address.rstrip('/') or API}/cloud/v2/universes/{to.place}:publishMessage"
    headers = {"x-api-key": to.secret.strip(), "content-type": "application/json"}
    reply = hands.http("POST", url, headers=headers, body=json.dumps(post.body).encode(), private=to.private)
    if reply.status == 200 and (not reply.body.strip() or isinstance(parsed(reply.body), dict)):
        return Sent(named(post.body))
    return failed(reply, to, hands.timestamp)


def named(body: Mapping[str, Any]) -> str:
    told = parsed(str(body.get("message", "")).encode())
    return str(told.get("id", "")) if isinstance(told, dict) else ""


def failed(reply: Reply, to: Destination, now: int) -> Outcome:
    """What an answer means that is no success. What is no JSON comes from something before the API."""
    told = parsed(reply.body)
    words = said(told, to.secret.strip())
    if reply.status == 429 or (reply.status == 403 and not isinstance(told, dict)):
        return Wait(patience(reply, now), "Roblox asks to slow down", f"roblox:{to.id}")
    if reply.status in (401, 403):
        put = f"put {CREDENTIAL}: `liaison secret put {to.id} --outgoing`"
        return Refused(f"Roblox does not let this key do it ({words or f'answered {reply.status}'}); {put}", True)
    if 300 <= reply.status < 500 and reply.status not in (408, 409, 425, 499):
        return Refused(f"Roblox refused it ({reply.status}): {words or 'it does not say why'}")
    return Unknown(f"Roblox answered {reply.status}, and what became of it is not known")


def patience(reply: Reply, now: int) -> int:
    """Seconds: as told; else until the limit begins anew, which is a number of seconds here."""
    if "retry-after" in reply.headers:
        return retry_after(reply.headers, MINUTE, now)
    reset = reply.headers.get("x-ratelimit-reset", "").partition(",")[0].strip()
    if reset.isascii() and reset.isdigit():
        return min(max(int(reset[:12]), 1), LONGEST_WAIT)
    return MINUTE if isinstance(parsed(reply.body), dict) else PARKED


def said(told: object, secret: str) -> str:
    """Roblox's own words; of older parts of the API in a list of errors."""
    errors = told.get("errors") if isinstance(told, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else told
    words = first.get("message") if isinstance(first, dict) else None
    shown = words if isinstance(words, str) else ""
    return (shown.replace(secret, "…") if secret else shown)[:300]


def parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
