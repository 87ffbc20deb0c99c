"""Feeds: what the public reads without a token, in the forms that people, readers, programs and calendars know.

`/feeds/<community>/<target>` is a page; with `.atom`, `.rss`, `.json`, `.ics` or `.html` behind it, it is that form,
and with `?language=fr` only what is written in French. Each announcement has a page below.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from events.program import language_tag
from functions.api.pages import HTML, PRIVATE, sorry
from functions.platforms.feed import entries, formats
from functions.platforms.feed.entries import Feed
from functions.platforms.feed.formats import Channel
from functions.platforms.outgoing import MEDIA
from functions.shared import objects, program
from functions.shared.settings import settings

router = APIGatewayHttpRouter()

FORMS: dict[str, tuple[str, Callable[[Channel, Feed], str]]] = {
    "html": (HTML, formats.page),
    "atom": ("application/atom+xml; charset=utf-8", formats.atom),
    "rss": ("application/rss+xml; charset=utf-8", formats.rss),
    "json": ("application/feed+json; charset=utf-8", formats.json_feed),
    "ics": ("text/calendar; charset=utf-8", formats.calendar),
}
IMAGES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
"""By the ends of their names, whatever their uploader said."""

PUBLIC = {
    **PRIVATE,
    "cache-control": "public, max-age=60",
    "content-security-policy": PRIVATE["content-security-policy"] + "; img-src 'self'",
    "access-control-allow-origin": "*",
}
NO_FEED = "There is no such feed."
NO_ANNOUNCEMENT = "There is no such announcement."


@router.get("/feeds/<community>/<target>", include_in_schema=False)
def feed(community: str, target: str) -> Response[str]:
    name, dot, form = target.partition(".")
    return in_form(community, name, form if dot else "html")


@router.get("/feeds/<community>/<target>/atom", include_in_schema=False)
def feed_atom(community: str, target: str) -> Response[str]:
    """The address that feeds were made known under first."""
    return in_form(community, target, "atom")


# Bytes are no JSON: there is nothing to validate in them.
@router.get("/feeds/<community>/<target>/images/<name>", include_in_schema=False, enable_validation=False)
def image(community: str, target: str, name: str) -> Response[Any]:
    """Only what an announcement shows that is in the feed now: nobody sees a draft's image, or a withdrawn one's."""
    found = stored(community, target)
    listed = found and any(image.name == name for entry in found.entries for image in entry.images)
    body = objects.read(f"{MEDIA}/{name}") if listed else None
    if body is None:
        return sorry(404, "There is no such image.")
    return Response(200, IMAGES[name.rpartition(".")[2]], body, PUBLIC)


@router.get("/feeds/<community>/<target>/<announcement>", include_in_schema=False)
def announcement_page(community: str, target: str, announcement: str) -> Response[str]:
    found = stored(community, target)
    if found is None:
        return sorry(404, NO_FEED)
    there = [entry for entry in found.entries if entry.id == announcement]
    if there:
        return answer(HTML, formats.announcement_page(channel(community, target), there))
    if any(trace.id == announcement for trace in found.gone):
        return sorry(410, "This announcement was withdrawn.")
    return sorry(404, NO_ANNOUNCEMENT)


def in_form(community: str, target: str, form: str) -> Response[str]:
    found = stored(community, target) if form in FORMS else None
    if found is None:
        return sorry(404, NO_FEED)
    content_type, write = FORMS[form]
    return answer(content_type, write(channel(community, target), found))


def stored(community: str, target: str) -> Feed | None:
    """A feed the program names; None when it names none."""
    known = program.active()[0].target(community, target)
    if known is None or known.platform != "feed":
        return None
    return entries.read(objects.read(entries.stored_at(community, target)), community)


def channel(community: str, target: str) -> Channel:
    about = program.active()[0].community(community)
    return Channel(about.name, f"{settings().public_url}/feeds/{community}/{target}", about.language, asked_language())


def asked_language() -> str:
    """Empty where none is asked for, or nothing that is one."""
    asked = (router.current_event.query_string_parameters or {}).get("language", "")
    try:
        return language_tag(asked)
    except ValueError:
        return ""


def answer(content_type: str, body: str) -> Response[str]:
    """Whole, or only that it is still the same (RFC 9110, 13.1.2)."""
    tag = f'"{sha256(body.encode(errors="replace")).hexdigest()[:32]}"'
    headers = {**PUBLIC, "etag": tag}
    return Response(304, None, "", headers) if known(tag) else Response(200, content_type, body, headers)


def known(tag: str) -> bool:
    """Whether the asker has it: tags are compared weakly, as proxies that compress make them weak."""
    given = router.current_event.headers.get("if-none-match") or ""
    return given.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in given.split(","))
