"""What is read behind a signed link: digest pages here, previews and calendars in their rooms. And how a page says that
there is none."""

import base64
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from functions.shared import clock, links, objects
from functions.shared.table import partition, table

router = APIGatewayHttpRouter()
HTML = "text/html; charset=utf-8"
PRIVATE = {
    "cache-control": "private, no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
FORMS = {
    **PRIVATE,
    "content-security-policy": PRIVATE["content-security-policy"].replace("form-action 'none'", "form-action 'self'"),
}
"""Of pages with a form of ours on them."""
MOST_FIELDS = 50


@router.get("/digests/<community>/<reader>/<day>", include_in_schema=False)
def digest_page(community: str, reader: str, day: str) -> Response[str]:
    if signed(f"/digests/{community}/{reader}/{day}", "digest") != reader:
        return sorry(403, "This link is not valid, or not any more. Your next digest brings a new one.")
    found = table().get(partition(community, "digest", f"{reader}#{day}"), "digest")
    page = objects.read(found["page"]) if found else None
    if page is None:
        return sorry(404, "There is no such digest.")
    return Response(200, HTML, page.decode(), PRIVATE)


def signed(path: str, purpose: str) -> str:
    """For whom we signed the link that was followed; empty when it is none of ours, or has run out."""
    query = router.current_event.query_string_parameters or {}
    reader = query.get("r", "")
    good = links.good(path, reader, purpose, query.get("e", ""), query.get("s", ""), clock.now())
    return reader if good else ""


def fields(largest: int) -> dict[str, str] | None:
    """The form that a browser sent, the first of each name; None where it is larger than so many bytes."""
    event = router.current_event
    raw = event.body or ""
    if len(raw) > largest * 4 // 3 + 4:
        return None
    body = base64.b64decode(raw) if event.is_base64_encoded else raw.encode("utf-8", "surrogatepass")
    try:
        given = parse_qs(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}  # No browser sends that with a form of ours.
    return {name: values[0] for name, values in given.items()} if len(body) <= largest else None


@cache
def templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
    )


def sorry(status: int, message: str) -> Response[str]:
    return Response(
        status, HTML, templates().get_template("sorry.html").render(message=message, language="en"), PRIVATE
    )
