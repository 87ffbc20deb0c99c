"""The channel's own feed, fetched: the hub has forgotten whole days, and takes no new subscription on others.

The same things as the hub sends, under the same names. The feed has the newest fifteen videos; its answer may be cut
before its end, and the newest come first.
"""

from datetime import datetime
from urllib.parse import urlencode

from events.program import Source
from functions.platforms.outgoing import Hands, Piece
from functions.platforms.standing import AskedError, Keys, Polled, answered
from functions.platforms.youtube import atom

EVERY = 6 * 3600
FEED = "https://www.youtube.com/feeds/videos.xml"


def poll(place: Source, cursor: str, keys: Keys, hands: Hands) -> Polled:
    """What changed since `cursor`, the newest `updated` of the visit before."""
    del keys  # The feed is open to everybody.
    url = f"{FEED}?{urlencode({'channel_id': place.about})}"
    reply = answered(hands.http("GET", url, headers={"accept": "application/atom+xml"}), "the channel's feed")
    try:
        found = [told for told in atom.read(reply.body, cut=True) if told.video]
    except atom.NotAtomError as error:
        raise AskedError(f"the channel's feed: {error}", EVERY) from error
    pieces = tuple(
        Piece("announcements", told.event, told.delivery, told.body) for told in found if since(told.updated, cursor)
    )
    return Polled(pieces, max((cursor, *(told.updated for told in found)), key=moment))


def since(stamp: str, cursor: str) -> bool:
    """Whether something changed at or after the cursor; what has no time is told again rather than not at all."""
    return moment(stamp) >= moment(cursor) or not moment(stamp)


def moment(stamp: str) -> float:
    """Unix seconds; 0 for what is no time."""
    try:
        return datetime.fromisoformat(stamp).timestamp()
    except ValueError:
        return 0.0
