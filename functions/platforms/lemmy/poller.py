"""Lemmy has no webhooks: reports, mentions and replies are read with a moderator's account, and the posts and comments
of a community where the program names one.

Sources: lemmy-js-client (API version 3, which version 4 serves along), Lemmy's `crates/api`. Report lists have the
newest first while those resolved are among them.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from events.program import Source
from functions.platforms.inbound import optional
from functions.platforms.lemmy.session import get
from functions.platforms.outgoing import Hands, Piece, Reply
from functions.platforms.standing import AskedError, Keys, Polled
from functions.platforms.walk import Listing, Page, piece, walk, whole

EVERY = 300
PAGES = 12
"""Of one visit, of fifty things each: what a quiet one takes."""

SIZES = (50, 10, 1)
DEEP = 2
"""Pages that every visit reads: what is resolved or edited there is noticed, and what slides from one page to another
while they are read (they are counted, not named) is met again."""

LAST = 5_000
"""Things down a list: instances refuse a page over the hundredth."""

STALE = timedelta(days=7)
"""Reports resolved longer ago were so before we came: nobody needs a case of them."""

PERSON = ("id", "name", "display_name", "actor_id", "ap_id", "local", "bot_account", "deleted")
TOLD = ("id", "ap_id", "published", "published_at", "updated", "updated_at", "language_id")
POST = (*TOLD, "name", "body", "url", "alt_text")
COMMENT = (*TOLD, "content", "post_id")
REPORTED = ("id", "ap_id", "published", "published_at", "language_id")
STATE = ("removed", "deleted")
COMMUNITY = ("name", "actor_id", "ap_id")
REPORT = (
    "id",
    "reason",
    "published",
    "published_at",
    "original_post_name",
    "original_post_url",
    "original_post_body",
    "original_comment_text",
)
RESOLVED = ("id", "updated", "updated_at")

View = dict[str, Any]
"""A thing in a list, with the objects around it."""


def poll(place: Source, cursor: str, keys: Keys, hands: Hands) -> Polled:
    ask = partial(get, place, keys, hands)
    began = datetime.fromtimestamp(hands.timestamp, UTC) - STALE
    reports = {"unresolved_only": "false"}
    newest = {"sort": "New", "unread_only": "false"}
    lists = [
        listing("post_reports", "post/report/list", reports, ask, partial(reported, "post", began.isoformat())),
        listing(
            "comment_reports", "comment/report/list", reports, ask, partial(reported, "comment", began.isoformat())
        ),
        listing("mentions", "user/mention", newest, ask, partial(said, "comment")),
        listing("replies", "user/replies", newest, ask, partial(said, "comment")),
    ]
    if place.about:
        community = {"type_": "All", "sort": "New", "community_name": place.about}
        lists += [
            listing("posts", "post/list", community, ask, partial(said, "post")),
            listing("comments", "comment/list", community, ask, partial(said, "comment")),
        ]
    return walk(lists, cursor, PAGES)


LISTS: dict[str, Callable[[View], Iterator[Piece]]] = {
    "post_reports": lambda view: reported("post", "", view),
    "comment_reports": lambda view: reported("comment", "", view),
    "mentions": lambda view: said("comment", view),
    "replies": lambda view: said("comment", view),
    "posts": lambda view: said("post", view),
    "comments": lambda view: said("comment", view),
}


def pieces(answer: dict[str, Any]) -> tuple[Piece, ...]:
    """What a visit would take from an answer: a list under its name, or one report of it."""
    for kind in ("post", "comment"):
        if f"{kind}_report" in answer:
            return tuple(reported(kind, "", answer))
    lists = {name: answer[name] for name in LISTS if isinstance(answer.get(name), list)}
    return tuple(one for name in lists for view in lists[name] if isinstance(view, dict) for one in LISTS[name](view))


def listing(
    name: str, path: str, query: dict[str, str], ask: Callable[[str], Reply], pieces: Callable[[View], Iterator[Piece]]
) -> Listing:
    return Listing(name, partial(page, name, f"{path}?{urlencode(query)}", ask, pieces), DEEP)


def page(
    name: str, path: str, ask: Callable[[str], Reply], pieces: Callable[[View], Iterator[Piece]], after: str
) -> Page:
    """`after` counts the things before the page, so that pages of another size may follow."""
    offset = int(after or "0")
    sizes = [size for size in SIZES if offset % size == 0]
    told, size = whole(lambda size: ask(f"{path}&limit={size}&page={offset // size + 1}"), sizes)
    views = told.get(name)
    if not isinstance(views, list):
        raise AskedError(f"{path.partition('?')[0]}: what was answered is no list")
    found = tuple(one for view in reversed(views) if isinstance(view, dict) for one in pieces(view))
    following = offset + size
    return Page(found, str(following) if len(views) >= size and following < LAST else "")


def reported(kind: str, began: str, view: View) -> Iterator[Piece]:
    """The report; and that it was resolved, once it is."""
    report, thing = optional(view, f"{kind}_report"), optional(view, kind)
    if report.get("resolved") is True and str(report.get("updated") or report.get("updated_at")) < began:
        return
    event, number = f"{kind}_report", report.get("id")
    around = {
        kind: some(thing, *REPORTED),
        f"{kind}_creator": some(optional(view, f"{kind}_creator"), *PERSON),
        "community": some(optional(view, "community"), *COMMUNITY),
    }
    creator = {"creator": some(optional(view, "creator"), *PERSON)}
    yield piece("moderation", event, number, {event: some(report, *REPORT), **around, **creator})
    if report.get("resolved") is True:
        state = {"state": some(thing, *STATE), "banned": view.get("creator_banned_from_community")}
        resolver = {"resolver": some(optional(view, "resolver"), *PERSON)}
        yield piece("moderation", "resolved", number, {event: some(report, *RESOLVED), **around, **state, **resolver})


def said(kind: str, view: View) -> Iterator[Piece]:
    """A post or comment; and its edit, once there is one: who polls may see the second before the first."""
    thing = optional(view, kind)
    body = {
        kind: some(thing, *(POST if kind == "post" else COMMENT), *STATE),
        "creator": some(optional(view, "creator"), *PERSON),
        "title": optional(view, "post").get("name"),
        "community": some(optional(view, "community"), *COMMUNITY),
    }
    yield piece("feedback", kind, thing.get("id"), body)
    if thing.get("updated") or thing.get("updated_at"):
        yield piece("feedback", "edited", f"{kind}:{thing.get('id')}", body)


def some(given: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: given[name] for name in names if given.get(name) is not None}
