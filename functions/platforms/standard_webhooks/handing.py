"""A theme for a tracker of the company's own: a signed `theme.handed`. What it answers may say where it is kept.

Source: Standard Webhooks 1.0.0, and `docs/webhooks.md`.
"""

import json

from events.people import of_the_web
from events.program import Source
from events.themes import HandRequested
from functions.platforms.handing import ERASED, Brief, UntakenError, written
from functions.platforms.outgoing import Destination, Hands, Outcome, Refused, Reply, Sent, posted, string, told
from functions.platforms.posting import MOMENT, Budget, Part, Rendering
from functions.platforms.text import forms

RIGHT = "no permission: what answers at the source's `api` checks our signature, and keeps it"
EVENT = "theme.handed"
LONGEST = 500
"""Characters that are kept of an id or an address that a receiver answers."""


def hand(brief: Brief, place: Source) -> Rendering:
    if not place.api:
        raise UntakenError(f"the source {place.id!r} has no `api` in the program: nothing takes themes there")
    data = {
        "id": brief.handover,
        "theme": brief.theme,
        "title": brief.title,
        "text": brief.text,
        "word": brief.word,
        "language": brief.language,
        "from": brief.first.isoformat(),
        "to": brief.last.isoformat(),
        "zone": brief.zone,
        "people": brief.people,
        "posts": brief.posts,
        "links": list(brief.links),
        "quotes": [{"text": one.text, "url": one.url} for one in brief.quotes],
    }
    blocks = written(brief)
    part = Part(
        {"type": EVENT, "timestamp": MOMENT, "data": data},
        f"{brief.title}\n\n{forms.plain(blocks).text}",
        "keyed",
        html=forms.html(blocks),
        budgets=(Budget(f"standard_webhooks:{place.id}"),),
    )
    return Rendering((part,))


def send(handed: HandRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    if not handed.body:
        return Refused(ERASED)
    if not to.address:
        return Refused(f"the source {to.id!r} has no `api` in the program: nowhere to send the theme")
    at = handed.published_at.isoformat().replace("+00:00", "Z")
    return posted(to, key, json.dumps({**handed.body, "timestamp": at}).encode(), hands, lambda reply: kept(reply, key))


def kept(reply: Reply, key: str) -> Sent:
    """`{"id", "url"}` where the receiver says what it made of it; else our own key."""
    answer = told(reply)
    name, url = (string(answer.get(one)).strip()[:LONGEST] for one in ("id", "url"))
    return Sent(name or key, of_the_web(url))
