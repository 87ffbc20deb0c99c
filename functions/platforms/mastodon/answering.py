"""An answer on Mastodon: a status in reply to somebody's, which mentions them, since nobody is notified otherwise.

Who they are stands in the address of what they wrote. It is `unlisted`: no louder than what it answers.

Sources: docs.joinmastodon.org/methods/statuses; mastodon/mastodon app/services/process_mentions_service.rb.
"""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from events.program import Source
from functions.platforms.answering import Reply, Said, UnanswerableError, answered, target
from functions.platforms.composing import overfull
from functions.platforms.mastodon import posting
from functions.platforms.mastodon.posting import find as find
from functions.platforms.mastodon.posting import measured
from functions.platforms.mastodon.posting import send as send
from functions.platforms.posting import PREVIOUS, Part, Post

RIGHT = "an access token with read:accounts, read:statuses and write:statuses"

STATUS = re.compile(r"status:([0-9A-Za-z_-]{1,64})", re.ASCII)
AUTHOR = re.compile(r"/(?:@|users/)(?P<name>[\w.-]{1,200})(?:@(?P<host>[\w.:-]{1,300}))?/")
UNKNOWN = "who wrote it does not show in its address: they are not notified"


def reply(post: Post, said: Said, place: Source) -> Reply:
    found = STATUS.fullmatch(said.content)
    if found is None or not place.api:
        raise UnanswerableError("it is not a post" if found is None else f"the source {place.id!r} has no `api`")
    handle = author(said.url, place.api)
    made = answered(posting.render(post, target(place)), lambda body: body | replying(body, handle))
    parts = tuple(remeasured(one, post) for one in made.parts)
    problems = [*made.problems, *overfull([one.measures[0] for one in parts[:1]], "Mastodon")]
    rendering = replace(
        made,
        parts=parts,
        pings=(f"@{handle}",) if handle else (),
        notes=made.notes if handle else (*made.notes, UNKNOWN),
        problems=tuple(dict.fromkeys(problems)),
    )
    return Reply(rendering, previous={"id": found[1]})


def replying(body: dict[str, Any], handle: str) -> dict[str, Any]:
    text = f"@{handle} {body['status']}" if handle else body["status"]
    return {"status": text, "visibility": "unlisted", "in_reply_to_id": PREVIOUS}


def remeasured(part: Part, post: Post) -> Part:
    """With the mention in front."""
    text = str(part.body["status"])
    return replace(part, text=text, measures=(measured(text, post.limits), *part.measures[1:]))


def author(url: str, api: str) -> str:
    """Their handle: without a server where it is our own."""
    where = urlsplit(url)
    found = AUTHOR.search(where.path)
    host = (found["host"] or where.netloc) if found else ""
    if not found or not host or "@" in where.netloc:
        return ""
    return found["name"] if host == urlsplit(api).netloc else f"{found['name']}@{host}"
