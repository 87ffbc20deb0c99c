"""Reddit never calls: its moderation listings and its newest posts and comments are read with a moderator's account.

Sources: reddit.com/dev/api (listings, /about/{location}, /about/log); PRAW's `SubredditModeration`. Reddit tells who
reported only of moderators, and of all others how many there were for each reason: the count makes the reports.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from events.program import Source
from functions.platforms.inbound import optional
from functions.platforms.outgoing import Hands, Piece, Reply
from functions.platforms.reddit.session import API, limited, number, session
from functions.platforms.standing import AskedError, Keys, Polled
from functions.platforms.walk import Listing, Page, piece, walk, whole

EVERY = 120
PAGES = 10
"""Of one visit, of a hundred things each; a quiet one takes five. 600 requests are allowed in ten minutes."""

SIZES = (100, 10, 1)
ALL = 1000
"""Pages: to the end, which comes after a thousand things in any listing of Reddit's."""

RESERVE = 10
"""Requests that are left to others who use the same client."""

MOST_REPORTS = 20
"""Reports of one reason that one visit brings of one thing: a mob's thousandth click tells nobody anything."""

THING = (
    "name",
    "subreddit",
    "author",
    "created_utc",
    "edited",
    "permalink",
    "link_id",
    "link_title",
    "link_flair_text",
    "title",
    "selftext",
    "body",
    "is_self",
    "is_gallery",
    "is_video",
    "url",
    "removed_by_category",
)
"""Of a post or comment. Scores and counts change all the time, and the rest is nobody's business here."""

INSIDE = {"gallery_data": ("items", ("caption", "outbound_url")), "poll_data": ("options", ("text",))}
"""And of the lists in it, where it has them: what its author wrote there. Not how a poll stands."""

FILTERS = (True, "AutoModerator")
"""By whom things are held back until a moderator decides (`true`: Reddit's own filters). Whatever bears a moderator's
name was removed."""

HELD = ("banned_by", "banned_at_utc", "removal_reason", "ban_note", "mod_reason_title")

LOGGED = (
    "id",
    "action",
    "mod",
    "created_utc",
    "target_fullname",
    "target_author",
    "target_permalink",
    "details",
    "description",
)


def poll(place: Source, cursor: str, keys: Keys, hands: Hands) -> Polled:
    """What waits for a moderator is read whole, because a report may come to an old post; the rest from the newest
    end down to what is known."""
    asking = Asking(place, hands, session(place, keys, hands))
    return walk(
        (
            Listing("reports", partial(asking.page, "about/reports", waiting), depth=ALL),
            Listing("modqueue", partial(asking.page, "about/modqueue", waiting), depth=ALL),
            Listing("log", partial(asking.page, "about/log", logged)),
            Listing("new", partial(asking.page, "new", said)),
            Listing("comments", partial(asking.page, "comments", said)),
        ),
        cursor,
        PAGES,
    )


class Asking:
    """The requests of one visit, which stop before Reddit has to say that they are too many."""

    def __init__(self, place: Source, hands: Hands, headers: dict[str, str]) -> None:
        self.place, self.hands, self.headers = place, hands, headers
        self.last: Reply | None = None

    def page(self, path: str, pieces: Callable[[dict[str, Any]], Iterator[Piece]], after: str) -> Page:
        told, _ = whole(partial(self.get, path, after), SIZES)
        listing = optional(told, "data")
        children = listing.get("children")
        if not isinstance(children, list):
            raise AskedError(f"{path}: what was answered is no listing")
        things = [optional(child, "data") for child in children if isinstance(child, dict)]
        found = tuple(one for thing in reversed(things) for one in pieces(thing))
        return Page(found, str(listing.get("after") or ""))

    def get(self, path: str, after: str, size: int) -> Reply:
        """`raw_json`: else Reddit writes &lt; for < in what people wrote."""
        if self.last and number(self.last, "x-ratelimit-remaining", RESERVE) < RESERVE:
            raise AskedError(f"{path}: no requests are left for now", number(self.last, "x-ratelimit-reset", 60))
        query = urlencode({"limit": size, "raw_json": 1, **({"after": after} if after else {})})
        url = f"{API}/r/{quote(self.place.about, safe='+')}/{path}?{query}"
        self.last = self.hands.http("GET", url, headers=self.headers)
        return limited(self.last, path)


def pieces(answer: dict[str, Any]) -> tuple[Piece, ...]:
    """What a visit would take from an answer: a listing, or one thing of it."""
    children = optional(answer, "data").get("children")
    rows = children if isinstance(children, list) else [answer]
    things = [optional(row, "data") or row for row in rows if isinstance(row, dict)]
    return tuple(one for thing in things for one in of_kind(thing))


def of_kind(thing: dict[str, Any]) -> Iterator[Piece]:
    if "action" in thing and "mod" in thing:
        return logged(thing)
    reported = rows(thing, "user_reports") or rows(thing, "mod_reports")
    return waiting(thing) if reported or thing.get("banned_by") in FILTERS else said(thing)


def waiting(thing: dict[str, Any]) -> Iterator[Piece]:
    """What a moderator has to decide: every report, and what is held back without any."""
    about = {"thing": outline(thing)}
    name = thing.get("name")
    yield from (piece("moderation", "report", name, {**about, "report": one}) for one in reports(thing))
    if not rows(thing, "user_reports") and not rows(thing, "mod_reports"):
        held = {field: thing.get(field) for field in HELD}
        yield piece("moderation", "hold", name, {**about, "held": held})


def outline(thing: dict[str, Any]) -> dict[str, Any]:
    """With the moderator who removed it, if one did: of comments Reddit says it in no other way."""
    inner = {field: listed(optional(thing, field), *INSIDE[field]) for field in INSIDE if thing.get(field)}
    removed = {"banned_by": by} if (by := thing.get("banned_by")) and by not in FILTERS else {}
    return {**{field: thing.get(field) for field in THING}, **inner, **removed}


def listed(given: dict[str, Any], name: str, kept: tuple[str, ...]) -> dict[str, Any]:
    found = given.get(name)
    things = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return {name: [{field: one[field] for field in kept if field in one} for one in things]}


def rows(thing: dict[str, Any], field: str) -> list[list[Any]]:
    """[[reason, count or moderator, …], …]; elements have been added at the end over the years."""
    found = thing.get(field)
    return [row for row in found if isinstance(row, list) and len(row) > 1] if isinstance(found, list) else []


def reports(thing: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One for every report. Those dismissed count along: a later one has a higher number than all before it, and
    what AutoModerator filters is dismissed before anybody has seen it."""
    counts: dict[Any, int] = {}
    for reason, count, *_ in (*rows(thing, "user_reports_dismissed"), *rows(thing, "user_reports")):
        if isinstance(reason, str | None) and isinstance(count, int):
            counts[reason] = counts.get(reason, 0) + count
    for reason, count in counts.items():
        for ordinal in range(max(count - MOST_REPORTS, 0) + 1, count + 1):
            yield {"reason": reason, "number": ordinal}
    for reason, moderator, *_ in (*rows(thing, "mod_reports_dismissed"), *rows(thing, "mod_reports")):
        yield {"reason": reason, "moderator": moderator}


def logged(action: dict[str, Any]) -> Iterator[Piece]:
    yield piece("moderation", "modaction", action.get("id"), {field: action.get(field) for field in LOGGED})


def said(thing: dict[str, Any]) -> Iterator[Piece]:
    """The thing; and its edit, once there is one: who polls may see the second before the first."""
    kind = "comment" if str(thing.get("name")).startswith("t1_") else "post"
    yield piece("feedback", kind, thing.get("name"), outline(thing))
    if edited(thing.get("edited")):
        yield piece("feedback", "edited", thing.get("name"), outline(thing))


def edited(stamp: object) -> bool:
    """`false`, unix seconds, or `true` for edits before 2012."""
    return isinstance(stamp, int | float) and not isinstance(stamp, bool)
