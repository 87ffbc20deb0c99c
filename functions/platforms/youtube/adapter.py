"""YouTube: a video is a trigger, and one that is gone takes its trigger back. Both come as `atom.py` tells them.

Other titles of old videos come as often as new videos, and look the same: the video's own id makes them one trigger,
and announcements look at how old it is.
"""

import re
from typing import Any

from events.announcements import TriggerFired, TriggerWithdrawn
from events.envelope import Envelope
from events.program import Source
from functions.platforms.door import read_object
from functions.platforms.inbound import Event, Ignored, Unplaceable, origin, required

SHOWN_AT = "https://www.youtube.com/watch?v="
SHORTENED = re.compile(r"[0-9A-Za-z_-]{22}")
"""A channel's id without the UC that all of them begin with: YouTube now and then leaves it out."""


def normalise(envelope: Envelope, place: Source) -> Event | Ignored:
    given = read_object(envelope.body)
    if given is None:
        raise Unplaceable("the body is not a JSON object")
    about(given.get("channel"), place)
    match envelope.event:
        case "video":
            return published(given, envelope)
        case "deleted":
            return withdrawn(given, envelope)
        case other:
            raise Unplaceable(f"the event {other!r} is not handled")


def about(channel: object, place: Source) -> None:
    """Raises Unplaceable for another channel than the source is about: somebody else's news is not ours. A deletion
    may name none."""
    if place.about and channel and whole(channel) != whole(place.about):
        raise Unplaceable("it is about another channel than the source's `about`")


def whole(channel: object) -> object:
    """A channel's id as it is everywhere else, so that one author has one."""
    return f"UC{channel}" if isinstance(channel, str) and SHORTENED.fullmatch(channel) else channel


def published(given: dict[str, Any], envelope: Envelope) -> TriggerFired:
    video, channel = required(given, "video"), whole(given.get("channel"))
    return TriggerFired.model_validate(
        {
            **origin(envelope),
            "trigger": f"video:{video}",
            "kind": "video",
            "title": given.get("title") or f"Video {video}",
            "url": secure(given.get("url")) or f"{SHOWN_AT}{video}",
            "author": {"id": channel, "name": given.get("author") or ""} if channel else None,
            "published_at": given.get("published"),
        }
    )


def withdrawn(given: dict[str, Any], envelope: Envelope) -> TriggerWithdrawn:
    """The time has to be in it, by RFC 6721; where it is not, it was gone by the time it came at the latest."""
    video = required(given, "video")
    return TriggerWithdrawn.model_validate(
        {**origin(envelope), "trigger": f"video:{video}", "withdrawn_at": given.get("when") or envelope.received_at}
    )


def secure(url: object) -> str:
    """The address with https; empty for what is no web address."""
    scheme, marker, rest = str(url).partition("://")
    return f"https://{rest}" if marker and scheme.lower() in ("http", "https") else ""
