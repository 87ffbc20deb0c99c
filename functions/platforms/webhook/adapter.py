"""An outgoing webhook, signed by Standard Webhooks: announcements for a game, a site, anything of one's own."""

import json

from events.announcements import PostRequested
from functions.platforms import markup
from functions.platforms.outgoing import Destination, Hands, Kind, Outcome, posted

KIND: Kind = "keyed"
"""One `webhook-id`, however many requests: the receiver drops an id it has seen."""


def send(post: PostRequested, to: Destination, key: str, hands: Hands) -> Outcome:
    body = json.dumps(
        {
            "type": "announcement.published",
            "timestamp": post.published_at.isoformat(),
            "data": {
                "id": post.announcement,
                "title": post.title,
                "markdown": post.body,
                "html": markup.html(post.body),
                "language": post.language,
                "published_at": post.published_at.isoformat(),
            },
        }
    ).encode()
    return posted(to, key, body, hands)
