"""What is read without a token: digest pages behind signed links, feeds, the OpenAPI document."""

import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from functions.platforms.feed.adapter import document
from functions.shared import clock, links, objects, program
from functions.shared.settings import settings
from functions.shared.table import partition, table

router = APIGatewayHttpRouter()
HTML = "text/html; charset=utf-8"
ATOM = "http://www.w3.org/2005/Atom"
UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped; a word processor's line break is among it (section 2.2)."""
PRIVATE = {
    "cache-control": "private, no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
PUBLIC = {**PRIVATE, "cache-control": "public, max-age=60"}


@router.get("/digests/<community>/<reader>/<day>", include_in_schema=False)
def digest_page(community: str, reader: str, day: str) -> Response[str]:
    query = router.current_event.query_string_parameters or {}
    path = f"/digests/{community}/{reader}/{day}"
    signed = links.good(path, query.get("r", ""), "digest", query.get("e", ""), query.get("s", ""), clock.now())
    if not signed or query.get("r") != reader:
        return sorry(403, "This link is not valid, or not any more. Your next digest brings a new one.")
    found = table().get(partition(community, "digest", f"{reader}#{day}"), "digest")
    page = objects.read(found["page"]) if found else None
    if page is None:
        return sorry(404, "There is no such digest.")
    return Response(200, HTML, page.decode(), PRIVATE)


@router.get("/feeds/<community>/<target>", include_in_schema=False)
def feed_page(community: str, target: str) -> Response[str]:
    entries = feed(community, target)
    if entries is None:
        return sorry(404, "There is no such feed.")
    name = program.active()[0].community(community).name
    html = templates().get_template("feed.html").render(name=name, entries=entries, address=address(community, target))
    return Response(200, HTML, html, PUBLIC)


@router.get("/feeds/<community>/<target>/atom", include_in_schema=False)
def feed_atom(community: str, target: str) -> Response[str]:
    entries = feed(community, target)
    if entries is None:
        return sorry(404, "There is no such feed.")
    active, _ = program.active()
    xml = atom(active.community(community).name, address(community, target), community, entries)
    return Response(200, "application/atom+xml; charset=utf-8", xml, PUBLIC)


def feed(community: str, target: str) -> list[dict[str, str]] | None:
    """The entries of a feed the program names, the newest first; None when it names none."""
    known = program.active()[0].target(community, target)
    if known is None or known.platform != "feed":
        return None
    stored = objects.read(document(community, target))
    entries: list[dict[str, str]] = json.loads(stored)["entries"] if stored else []
    return sorted(entries, key=lambda entry: entry["published_at"], reverse=True)


def address(community: str, target: str) -> str:
    return f"{settings().public_url}/feeds/{community}/{target}"


def atom(name: str, url: str, community: str, entries: list[dict[str, str]]) -> str:
    """RFC 4287. An entry's id comes from the announcement's and never changes."""
    root = ElementTree.Element("feed", xmlns=ATOM)

    def add(parent: ElementTree.Element, tag: str, text: str = "", **attributes: str) -> ElementTree.Element:
        element = ElementTree.SubElement(parent, tag, attributes)
        element.text = UNPRINTABLE.sub("\ufffd", text) or None
        return element

    add(root, "id", url)
    add(root, "title", name)
    add(root, "updated", entries[0]["published_at"] if entries else datetime(2026, 1, 1).isoformat() + "Z")  # noqa: DTZ001
    add(add(root, "author"), "name", name)
    add(root, "link", rel="self", href=f"{url}/atom")
    add(root, "link", rel="alternate", type="text/html", href=url)
    for entry in entries:
        element = add(root, "entry")
        add(element, "id", uuid5(NAMESPACE_URL, f"{community}/{entry['id']}").urn)
        add(element, "title", entry["title"])
        add(element, "published", entry["published_at"])
        add(element, "updated", entry["published_at"])
        add(element, "link", rel="alternate", type="text/html", href=f"{url}#{entry['id']}")
        add(element, "content", entry["html"], type="html")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


@cache
def templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
    )


def sorry(status: int, message: str) -> Response[str]:
    return Response(status, HTML, templates().get_template("sorry.html").render(message=message), PRIVATE)
