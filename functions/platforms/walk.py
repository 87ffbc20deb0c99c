"""Lists that a platform tells from their newest end: everything in them once, however they shift meanwhile.

A visit reads a list down to something that the visit before saw, and no less than its `depth`. What was seen stands in
the cursor as marks, so that a quiet place costs one request a list and queues nothing.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from events.envelope import Pipeline, fingerprint
from functions.platforms.door import read_object
from functions.platforms.outgoing import NotSentError, Piece, Reply, UnansweredError
from functions.platforms.standing import AskedError, Polled

Spot = dict[str, Any]
"""Where one list is: `seen` marks of the whole walk before (none yet: the first), and in the midst of a walk `head`
marks of this one, `after` where its next page begins, `read` how many pages it has behind it."""


@dataclass(frozen=True, slots=True)
class Page:
    """Pieces of one page, oldest first, and what the next page is asked with: empty at the list's end."""

    pieces: tuple[Piece, ...]
    after: str


@dataclass(frozen=True, slots=True)
class Listing:
    """`depth`: as many pages are read at every visit, because what is in them changes in place."""

    name: str
    read: Callable[[str], Page]
    depth: int = 1


def walk(lists: Sequence[Listing], cursor: str, pages: int) -> Polled:
    """At most so many pages, list after list; the next visit goes on where this one ends.

    The first visit to a list takes its `depth` only, not its whole past. A list that is refused is passed over, and
    asked for again next time; what failed is raised where nothing new was found.
    """
    state: dict[str, Any] = read_object(cursor.encode()) or {}
    names = [listing.name for listing in lists]
    waiting = list(lists[names.index(state["turn"]) if state.get("turn") in names else 0 :])
    found: dict[str, list[Piece]] = {}
    failure: Exception | None = None
    while waiting and pages > 0:
        listing = waiting[0]
        spot = state.get(listing.name, {})
        try:
            page = listing.read(spot.get("after", ""))
        except AskedError as error:
            failure, waiting = failure or error, waiting[1:]
            continue
        except (NotSentError, UnansweredError) as error:
            failure, waiting = failure or error, []
            break
        pages -= 1
        found[listing.name] = [*unseen(page.pieces, state, names), *found.get(listing.name, [])]
        state[listing.name] = stepped(spot, page, listing.depth)
        if "after" not in state[listing.name]:
            waiting = waiting[1:]
    pieces = tuple(piece for name in found for piece in found[name])
    if failure and not pieces:
        raise failure
    state["turn"] = waiting[0].name if waiting else ""
    return Polled(pieces, json.dumps(state), more=bool(waiting))


def unseen(pieces: Iterable[Piece], state: dict[str, Any], names: Sequence[str]) -> list[Piece]:
    """One thing may stand in two lists, or slide from one page to the next while they are read."""
    known = {one for name in names for part in ("seen", "head") for one in state.get(name, {}).get(part, ())}
    return [piece for piece in pieces if mark(piece) not in known]


def stepped(spot: Spot, page: Page, depth: int) -> Spot:
    """Where the list is after one more page."""
    marks = [mark(piece) for piece in page.pieces]
    head = [*spot.get("head", ()), *marks]
    read = spot.get("read", 0) + 1
    met = "seen" not in spot or not set(spot["seen"]).isdisjoint(marks)
    if page.after and (read < depth or not met):
        before = {"seen": spot["seen"]} if "seen" in spot else {}
        return {**before, "head": head, "after": page.after, "read": read}
    return {"seen": head}


def mark(piece: Piece) -> str:
    return fingerprint(piece.delivery.encode("utf-8", "surrogatepass"))[:12]


def piece(pipeline: Pipeline, event: str, name: object, body: object) -> Piece:
    """A delivery id that says what is in it: the same thing in another state is another delivery."""
    written = json.dumps(body, sort_keys=True).encode("ascii")
    return Piece(pipeline, event, f"{event}:{name}:{fingerprint(written)[:16]}", written)


def whole(ask: Callable[[int], Reply], sizes: Iterable[int]) -> tuple[dict[str, Any], int]:
    """The answer for the largest page that comes whole (an answer may be cut off), and that page's size."""
    for size in sizes:
        found = read_object(ask(size).body)
        if found is not None:
            return found, size
    raise AskedError("what was answered is not JSON, or longer than what is read of an answer")
