"""Bluesky never calls: mentions, replies and quotes are read from our account's notifications, and what a community's
own moderation service (Ozone) has on record through our server.

Sources: the lexicons app.bsky.notification.listNotifications and tools.ozone.moderation.queryEvents.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from events.program import Source
from functions.platforms.bluesky.session import get
from functions.platforms.door import read_object
from functions.platforms.inbound import optional
from functions.platforms.outgoing import Hands, NotSentError, Piece, Reply, UnansweredError
from functions.platforms.standing import AskedError, Keys, Polled, answered
from functions.platforms.walk import Listing, Page, mark, piece, walk, whole

EVERY = 300
PAGES = 5
"""Of one visit: of notifications, and again of Ozone's events; a hundred of either in each."""

SIZES = (100, 10, 1)
REASONS = ("mention", "reply", "quote")

OVERLAP = timedelta(minutes=5)
"""Events get their time before they can be read: one may turn up behind a later one."""

BEGIN = timedelta(days=1)
"""How far the first visit looks back in Ozone's events."""

REMEMBERED = 1000
"""Marks of the latest events, for those in the overlap."""

EVENT = ("id", "createdBy", "createdAt", "creatorHandle", "subjectHandle")
WHAT = ("$type", "comment", "reportType", "isReporterMuted", "createLabelVals", "negateLabelVals")
SUBJECT = ("$type", "did", "uri", "cid", "messageId", "convoId")
"""Of an event of Ozone's, of what happened (not the mails it wrote), and of whom or what it happened to."""

RECORD = ("text", "facets", "langs", "createdAt", "embed", "reply")

Ask = Callable[[str, str, dict[str, str]], Reply]
"""One request with the session: its name, the query, and further headers."""


def poll(place: Source, cursor: str, keys: Keys, hands: Hands) -> Polled:
    """The cursor has a place in either list. What fails is raised where nothing new was found before it."""
    state = read_object(cursor.encode()) or {}
    ask = partial(get, place, keys, hands)
    listing = Listing("notifications", partial(notifications, ask))
    said = walk([listing], json.dumps(optional(state, "said")), PAGES)
    before = optional(state, "ozone")
    try:
        done = ozone(ask, before or begun(place, hands))
    except (AskedError, NotSentError, UnansweredError):
        if not said.pieces:
            raise
        done = Events((), before)
    now = {"said": json.loads(said.cursor), "ozone": done.spot}
    return Polled((*said.pieces, *done.pieces), json.dumps(now), said.more or done.more)


def pieces(answer: dict[str, Any]) -> tuple[Piece, ...]:
    """What a visit would take from an answer of either service, or from one thing of it."""
    if isinstance(answer.get("notifications"), list):
        rows = [one for one in answer["notifications"] if isinstance(one, dict) and one.get("reason") in REASONS]
        return tuple(piece("feedback", "notification", one.get("uri"), notified(one)) for one in rows)
    if isinstance(answer.get("events"), list):
        return tuple(recorded(row) for row in answer["events"] if isinstance(row, dict))
    if "event" in answer and "subject" in answer:
        return (recorded(answer),)
    if "record" in answer and answer.get("reason") in REASONS:
        return (piece("feedback", "notification", answer.get("uri"), notified(answer)),)
    return ()


# Notifications, from the newest end


def notifications(ask: Ask, after: str) -> Page:
    told, _ = whole(partial(newest, ask, after), SIZES)
    found = told.get("notifications")
    if not isinstance(found, list):
        raise AskedError("the notifications: what was answered is no list of them")
    wanted = [one for one in reversed(found) if isinstance(one, dict) and one.get("reason") in REASONS]
    pieces = tuple(piece("feedback", "notification", one.get("uri"), notified(one)) for one in wanted)
    return Page(pieces, str(told.get("cursor") or "") if found else "")


def newest(ask: Ask, after: str, size: int) -> Reply:
    reasons = [("reasons", reason) for reason in REASONS]
    query = urlencode([("limit", size), *reasons, *([("cursor", after)] if after else [])])
    return ask("the notifications", f"app.bsky.notification.listNotifications?{query}", {})


def notified(one: dict[str, Any]) -> dict[str, Any]:
    """Equal for two looks at one post: whether we have read it, and its author's profile, are left out."""
    return {
        **some(one, "uri", "cid", "reason", "indexedAt"),
        "author": some(optional(one, "author"), "did", "handle"),
        "record": some(optional(one, "record"), *RECORD),
    }


def some(given: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: given.get(name) for name in names}


# Ozone's events, from where the last visit ended


@dataclass(frozen=True, slots=True)
class Events:
    """`spot`: whom to ask (`did`), from when on (`since`), marks of what was `seen` there; and in the midst of a walk
    the `newest` time and `after`, where the next page begins."""

    pieces: tuple[Piece, ...]
    spot: dict[str, Any]

    @property
    def more(self) -> bool:
        return "after" in self.spot


def begun(place: Source, hands: Hands) -> dict[str, Any]:
    """Nothing where the program names no moderation service."""
    did = service(place.about, hands, private=place.private_network)
    since = datetime.fromtimestamp(hands.timestamp, UTC) - BEGIN
    return {"did": did, "since": written(since)} if did else {}


def service(about: str, hands: Hands, *, private: bool) -> str:
    """The service's DID, or its address, which tells the DID."""
    if about.startswith("did:"):
        return about.partition("#")[0]
    if not about.startswith(("https://", "http://")):
        return ""
    url = about.rstrip("/") + "/.well-known/ozone-metadata.json"
    reply = answered(hands.http("GET", url, headers={}, private=private), "the moderation service")
    did = (read_object(reply.body) or {}).get("did")
    if not isinstance(did, str) or not did.startswith("did:"):
        raise AskedError("the moderation service: its address does not tell its DID", 3600)
    return did


def ozone(ask: Ask, spot: dict[str, Any]) -> Events:
    found: list[Piece] = []
    for _ in range(PAGES if spot else 0):
        try:
            pieces, spot = page(ask, spot)
        except (AskedError, NotSentError, UnansweredError):
            if not found:
                raise
            break
        found += pieces
        if "after" not in spot:
            break
    return Events(tuple(found), spot)


def page(ask: Ask, spot: dict[str, Any]) -> tuple[list[Piece], dict[str, Any]]:
    """One page, oldest first: what is new in it, and where the next one begins."""
    told, size = whole(partial(events, ask, spot), SIZES)
    listed = told.get("events")
    if not isinstance(listed, list):
        raise AskedError("the moderation events: what was answered is no list of them")
    rows = [row for row in listed if isinstance(row, dict)]
    seen = spot.get("seen", [])
    new = [one for one in map(recorded, rows) if mark(one) not in seen]
    kept = {"did": spot["did"], "seen": [*seen, *map(mark, new)][-REMEMBERED:]}
    latest = str(rows[-1].get("createdAt")) if rows else spot.get("newest", "")
    after = str(told.get("cursor") or "") if len(listed) >= size else ""
    if after:
        return new, {**kept, "since": spot["since"], "newest": latest, "after": after}
    return new, {**kept, "since": earlier(latest) if latest else spot["since"]}


def recorded(row: dict[str, Any]) -> Piece:
    what = {"event": some(optional(row, "event"), *WHAT), "subject": some(optional(row, "subject"), *SUBJECT)}
    return piece("moderation", "ozone", row.get("id"), {**some(row, *EVENT), **what})


def events(ask: Ask, spot: dict[str, Any], size: int) -> Reply:
    """Our server passes the request on to the service: docs.bsky.app, “Service Proxying”."""
    after = {"cursor": spot["after"]} if "after" in spot else {}
    query = urlencode({"createdAfter": spot["since"], "sortDirection": "asc", "limit": size, **after})
    proxy = {"atproto-proxy": f"{spot['did']}#atproto_labeler"}
    return ask("the moderation events", f"tools.ozone.moderation.queryEvents?{query}", proxy)


def earlier(stamp: str) -> str:
    """The overlap before a time; one that cannot be read stays as it is."""
    try:
        moment = datetime.fromisoformat(stamp)
        return written((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - OVERLAP)
    except (ValueError, OverflowError):
        return stamp


def written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
