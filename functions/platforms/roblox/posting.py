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

from events.announcements import PostRequested
from events.program import Target
from functions.platforms import composing
from functions.platforms.door import read_object
from functions.platforms.outgoing import (
    PARKED,
    Destination,
    Hands,
    Outcome,
    Refused,
    Reply,
    Sent,
    Unknown,
    Wait,
    concealed,
    objects,
    parsed,
    put,
    retry_after,
    string,
    told,
    until,
)
from functions.platforms.posting import Budget, Editing, Long, Measure, Part, Post, Rendering
from functions.platforms.text import forms
from functions.platforms.text.counting import utf8
from functions.platforms.text.document import Document

CREDENTIAL = (
    "an API key of the Creator Dashboard (Open Cloud, API Keys) with access to “messaging-service” of this experience,"
    " operation universe-messaging-service:publish"
)
EDIT: Editing = "no"
LONG: Long = "thread"
"""Links lead nowhere inside a game."""

API = "https://apis.roblox.com"
LONGEST = 1024
"""Of a message. Roblox says "1,024 characters (1 KB)": so bytes, which are never fewer."""
TOPIC = 80
MOST = 20
"""Parts of one announcement."""
MINUTE = 60
"""Seconds to wait where Roblox does not say how long."""


# What it will look like


def render(post: Post, target: Target) -> Rendering:
    blocks, title = composing.read(post), composing.title(post)
    fitted = composing.fitted(
        blocks,
        lambda piece: utf8(message(piece, title, post, MOST, MOST)),
        LONGEST,
        long=target.long or LONG,
        link=post.link,
        unit="bytes",
        numbered=False,
        most=MOST,
    )
    of = len(fitted.pieces)
    return Rendering(
        tuple(part(piece, title, post, number, of, target) for number, piece in enumerate(fitted.pieces, 1)),
        notes=(
            *fitted.notes,
            *composing.unshown(blocks, "a game gets no images"),
            *composing.left_out(blocks, post.images),
            *composing.tables(blocks),
            *(f"@{name} pings nobody: in a game nobody can be pinged" for name in composing.mentioned(blocks)),
        ),
        problems=(
            *misplaced(target),
            *composing.silent(composing.headed(blocks, post)),
            *composing.undescribed(blocks, post.images),
            *fitted.problems,
        ),
    )


def part(piece: Document, title: str, post: Post, number: int, of: int, target: Target) -> Part:
    news = message(piece, title if number == 1 else "", post, number, of)
    seen = (composing.in_bold(post), *piece) if number == 1 and title else piece
    return Part(
        {"topic": target.tag, "message": news},
        forms.plain(seen).text,
        "blind",
        html=forms.html(seen),
        measures=(Measure("message", "bytes", utf8(news), LONGEST),),
        budgets=(Budget(f"roblox:{target.id}"),),
    )


def message(piece: Document, title: str, post: Post, number: int, of: int) -> str:
    """What the game gets. Two topics of one game have the same `id`: they tell the same."""
    named = {"title": title} if title else {}
    news = {
        "id": f"{post.announcement}-{post.language}-{number}",
        **named,
        "text": forms.plain(piece).text,
        "language": post.language,
        "part": number,
        "of": of,
    }
    return json.dumps(news, ensure_ascii=False, separators=(",", ":"))


def misplaced(target: Target) -> Iterator[str]:
    if not (target.place.isascii() and target.place.isdecimal()):
        yield f"`place` of {target.id!r} is not a universe's id, which is a number (Copy Universe ID, in the dashboard)"
    if not target.tag:
        yield f"`tag` of {target.id!r} has to be the topic that the game listens to"
    if len(target.tag) > TOPIC:
        yield f"the topic ({target.tag[:20]}…) has {len(target.tag)} characters; Roblox takes {TOPIC}"


# Sending


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    del key  # What is sent has an id of its own, as it was approved.
    url = f"{to.address.rstrip('/') or API}/cloud/v2/universes/{to.place}:publishMessage"
    headers = {"x-api-key": to.secret.strip(), "content-type": "application/json"}
    reply = hands.http("POST", url, headers=headers, body=json.dumps(post.body).encode(), private=to.private)
    if reply.status == 200 and (not reply.body.strip() or is_ours(reply)):
        return Sent(named(post.body))
    return failed(reply, to, hands.timestamp)


def named(body: Mapping[str, object]) -> str:
    news = read_object(str(body.get("message", "")).encode()) or {}
    return str(news.get("id", ""))


def is_ours(reply: Reply) -> bool:
    """What is no JSON comes from something before the API."""
    return isinstance(parsed(reply), dict)


def failed(reply: Reply, to: Destination, now: int, credential: str = CREDENTIAL) -> Outcome:
    """What an answer means that is no success."""
    words = said(reply, to)
    if reply.status == 429 or (reply.status == 403 and not is_ours(reply)):
        return Wait(patience(reply, now), "Roblox asks to slow down", f"roblox:{to.id}")
    if reply.status in (401, 403):
        why = f"Roblox does not let this key do it ({words or f'answered {reply.status}'})"
        return Refused(f"{why}: {put(to, f'{credential},')}", unauthorized=True)
    if 300 <= reply.status < 500 and reply.status not in (408, 409, 425, 499):
        return Refused(f"Roblox refused it ({reply.status}): {words or 'it does not say why'}")
    return Unknown(f"Roblox answered {reply.status}, and what became of it is not known")


def patience(reply: Reply, now: int) -> int:
    """Seconds: as told; else until the limit begins anew, which is a number of seconds here."""
    if "retry-after" in reply.headers:
        return retry_after(reply.headers, MINUTE, now)
    reset = reply.headers.get("x-ratelimit-reset", "").partition(",")[0]
    return until(reset, 0) or (MINUTE if is_ours(reply) else PARKED)


def said(reply: Reply, to: Destination) -> str:
    """Roblox's own words; of older parts of the API in a list of errors."""
    first = next(iter(objects(told(reply).get("errors"))), told(reply))
    return concealed(string(first.get("message")), to.secret)[:300]
