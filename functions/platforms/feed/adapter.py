"""A feed of our own: one stored document per target, which `api` shows as Atom and as a page."""

import json
from typing import Any

from events.announcements import PostRequested
from functions.platforms import markup
from functions.platforms.outgoing import Destination, Hands, Kind, Outcome, Sent

KIND: Kind = "keyed"
"""An entry's id is the announcement's: putting it in twice leaves it in once."""

NEWEST = 100
"""Entries kept in the feed."""


def document(community: str, target: str) -> str:
    """Where a feed is stored."""
    return f"feeds/{community}/{target}.json"


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    entry = {
        "id": post.announcement,
        "title": post.title,
        "html": markup.html(post.body),
        "language": post.language,
        "published_at": post.published_at.isoformat(),
    }

    def with_entry(stored: bytes | None) -> bytes | None:
        entries: list[dict[str, Any]] = json.loads(stored)["entries"] if stored else []
        if any(known["id"] == entry["id"] for known in entries):
            return None
        return json.dumps({"entries": [entry, *entries][:NEWEST]}).encode()

    hands.objects.change(document(to.community, to.id), with_entry)
    return Sent(key, to.address)
