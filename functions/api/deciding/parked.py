"""Events of one source that could not be read, all for the same reason: tried again, or taken off the list."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from events.cards import CardEntry
from functions.api.deciding import acted
from functions.api.deciding.matter import Asked, Given, Matter, RefusedError, Way
from functions.api.parked import StillUnknownError, replayed
from functions.digests.decisions import folded
from functions.digests.waiting import parked_as
from functions.shared import clock, parked
from functions.shared.outbox import LostError
from functions.shared.table import ConditionFailedError, Item, Put

AT_ONCE = 50
"""Events of one request: it has fifteen seconds."""
NAMED = 5


def matter(asked: Asked) -> Matter:
    """Of those that were parked by then: what is parked again, or later, waits anew. Raises LookupError."""
    found = standing(asked)
    say = asked.say
    if not found:
        return Matter(title=say("parked-none"), version="")
    first = found[0]
    return Matter(
        title=f"{first['source']}: {first['event']}",
        version=asked.version,
        lines=(say("parked-number", number=len(found)), say("parked-reason", reason=first["reason"])),
        entries=tuple(entry(asked, one) for one in islice(found, NAMED)),
        ways=(way(asked, found, "replay", replay), way(asked, found, "dismiss-parked", dismiss)),
    )


def standing(asked: Asked) -> list[Item]:
    """Raises LookupError."""
    if not (asked.version.isascii() and asked.version.isdigit() and len(asked.version) < 15):
        raise LookupError("there is no such time")
    until = datetime.fromtimestamp(int(asked.version) / 1000, UTC) + timedelta(milliseconds=1)
    listed = asked.store.listing(asked.community, "parked", before=clock.text(until))
    return [one for one in listed if folded(*parked_as(one)) == asked.id]


def entry(asked: Asked, item: Item) -> CardEntry:
    at = asked.words.moment(clock.moment(item["received_at"]), asked.reader.timezone)
    return CardEntry(title=item["id"], facts=(asked.say("parked-came", at=at), item["delivery"]))


def way(asked: Asked, found: list[Item], name: str, each: Callable[[Asked, Item], bool]) -> Way:
    def do(given: Given, record: Put) -> Sequence[Item]:
        """Each by itself. A replay that comes twice is a repeat, and an event leaves the list once; so the record may
        come last."""
        del given, record
        done = sum(each(asked, one) for one in found[:AT_ONCE])
        if not done:
            raise RefusedError(asked.say("parked-still")) if standing(asked) else LostError(asked.id)
        try:
            asked.store.write(acted.record(asked, name, clock.text(asked.now), str(done)))
        except ConditionFailedError:
            pass  # Two at once, in the same millisecond.
        return ()

    return Way(name, do, told={"number": min(len(found), AT_ONCE)})


def replay(asked: Asked, item: Item) -> bool:
    try:
        return replayed(item, asked.who, asked.now)
    except (StillUnknownError, LookupError):
        return False  # Nothing here knows what to do with it yet, or its body has ended.


def dismiss(asked: Asked, item: Item) -> bool:
    return parked.settled(item, "dismissed", asked.who, asked.now)
