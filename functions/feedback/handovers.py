"""Handing a theme to the company's tracker: what may be told of what people said, and when it may be handed. Without
I/O.

(drafted →) handing → handed           once for each theme and source; anew only after one that surely never arrived
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, Literal

State = Literal["drafted", "handing", "handed"]
GIVEN_UP = ("refused", "stuck", "missed", "cancelled")
"""States of a delivery that surely did not arrive, and that nothing comes of by itself."""

DAYS = 28
"""Of the period that is counted where nobody names one; it ends with yesterday, so that the counts stand still."""
MOST_LINKS, MOST_QUOTES = 5, 5
LONGEST_QUOTE = 300
"""Characters of what somebody said."""
WORDLESS = ("reaction", "vote")
ENDING = timedelta(days=7)
"""What ends sooner is neither quoted nor linked: what is sent would end with it, before it surely arrived."""

ADDRESS = re.compile(r"https?://[^\s<>\x00-\x20\x7f]{1,990}", re.IGNORECASE)
"""What can be written as an address anywhere: whatever else stands in one that a stranger's server told would be read
as Markdown there, or be most of the text."""

MAIL = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+\w{2,}")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
PHONE = re.compile(r"(?<![\w/])[+(]?[0-9][0-9 ()/.-]{7,}[0-9](?!\w)")

Item = Mapping[str, Any]


class NotAllowedError(Exception):
    """It cannot be handed over like this, or any more; the text tells whoever asked why."""


def handover_id(community: str, theme: str, source: str) -> str:
    """By which its events are known: the same whoever hands it there how often."""
    return sha256(f"{community}\n{theme}\n{source}".encode()).hexdigest()[:16]


def period(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """Local days, both included; the last 28 that are over where none is named."""
    end = last or today - timedelta(days=1)
    return first or end - timedelta(days=DAYS - 1), end


# What may be told


def untellable(item: Item, now: float, *, public: bool) -> str:
    """Why nothing of it may leave, not even where it stands, as a sentence without an end; empty where it may. `now`:
    in unix seconds."""
    if item.get("state") == "removed":
        return "it was removed where it was said"
    if item.get("staff"):
        return "one of our own people, or a program, said it"
    if item["type"] in WORDLESS:
        return "it has no words"
    if item.get("survey") or not item.get("url") or not public:
        return "not everybody can read it where it was said"
    if not ADDRESS.fullmatch(item["url"]):
        return "its address is no plain one"
    soon = now + ENDING.total_seconds()
    return "it is kept for a few days only" if item.get("expires", soon) < soon else ""


def unquotable(item: Item, theme: str, now: float, *, public: bool) -> str:
    """Why its words may not leave."""
    if why := untellable(item, now, public=public):
        return why
    if theme not in themes_of(item):
        return f"it is not about {theme!r}: confirm it first (`liaison feedback confirm`)"
    if MAIL.search(whole(item)) or PHONE.search(DATE.sub("", whole(item))):
        return "a mail address or a telephone number stands in it"
    return "" if whole(item) else "it has no words"


def themes_of(item: Item) -> Sequence[str]:
    """What was found in it, or what a person says it is about."""
    found: Sequence[str] = {**item.get("read", {}), **item.get("confirmed", {})}.get("themes", ())
    return found


def whole(item: Item) -> str:
    return " ".join((item.get("text") or item.get("title") or "").split())


def quoted(item: Item) -> str:
    words = whole(item)
    return words if len(words) <= LONGEST_QUOTE else words[: LONGEST_QUOTE - 1] + "…"


def one_of_each(items: Iterable[Item], most: int) -> list[Item]:
    """The first things of different people, each at a place of its own; whoever is not known is another one each
    time."""
    found: list[Item] = []
    seen: set[str] = set()
    for item in items:
        names = {item["url"], item.get("who") or item["url"]}
        if not names & seen:
            found.append(item)
            seen |= names
        if len(found) == most:
            break
    return found


# When it may be handed


def is_same(handover: Item | None, row: Item | None, seen: str) -> bool:
    """Whether just this was handed there already: an answer was lost, or two people looked at the same. `row`: its
    delivery, None where that is not kept any more. What was given up is handed anew when it is asked for again."""
    if handover is None or handover["state"] == "drafted" or not str(handover["hash"]).startswith(seen):
        return False
    return handover["state"] == "handed" or not is_given_up(row)


def is_given_up(row: Item | None) -> bool:
    return row is None or (row["state"] in GIVEN_UP and "begun" not in row)


def free(handover: Item | None, row: Item | None) -> None:
    """Raises NotAllowedError where the theme is there, or on its way."""
    if handover is None or handover["state"] == "drafted":
        return
    if handover["state"] == "handed":
        raise NotAllowedError(f"it was handed there already: {handover.get('url') or handover['to']}")
    if is_given_up(row):
        return
    if row and "listing" in row:
        raise NotAllowedError("it may have arrived: say first what became of it (`liaison status`)")
    raise NotAllowedError(f"{handover['by']} is handing it there already ({row and row['state']})")


def fits(draft: Item, seen: str) -> None:
    """Raises NotAllowedError where what waits for a yes is not what was seen, or cannot go any more."""
    if not draft["request"]["body"]:
        raise NotAllowedError(ERASED)
    if not str(draft["hash"]).startswith(seen):
        raise NotAllowedError(OTHER)


def may_approve(handover: Item, who: str, *, another: bool) -> None:
    """Raises NotAllowedError. `another`: the program asks for two people."""
    if another and handover["by"] == who:
        raise NotAllowedError("somebody else has to approve what you wrote: the program asks for two people")


ERASED = "somebody whom it quotes, or links to, was erased meanwhile: hand it again"
MOVED = "its source is another place now than when this was written: hand it again"
OTHER = "what would be handed over is not what you saw: look at the preview again"
NOTHING = "nothing waits for a yes there, or its words are not kept any more: hand it again"
