"""What every page behind a signed link has: who holds it, what it may do in a browser, the form it was sent, and how it
says that there is none."""

import base64
import re
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from functions.digests.words import FIRST, Words
from functions.shared import clock, links

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
ACCEPTED = "accept-language"


def signed(path: str, purpose: str) -> str:
    """For whom we signed the link that was followed; empty when it is none of ours, or has run out."""
    query = router.current_event.query_string_parameters or {}
    reader = query.get("r", "")
    good = links.good(path, reader, purpose, query.get("e", ""), query.get("s", ""), clock.now())
    return reader if good else ""


def fields(largest: int) -> dict[str, str] | None:
    """The form that a browser sent, the first of each name; None where it is larger than so many bytes."""
    if len(router.current_event.body or "") > largest * 4 // 3 + 4:
        return None
    body = raw()
    try:
        given = parse_qs(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}  # No browser sends that with a form of ours.
    return {name: values[0] for name, values in given.items()} if len(body) <= largest else None


def raw() -> bytes:
    """The body as it was sent."""
    event = router.current_event
    body = event.body or ""
    return base64.b64decode(body) if event.is_base64_encoded else body.encode("utf-8", "surrogatepass")


@cache
def templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
    )


def sorry(status: int, message: str, language: str = "en") -> Response[str]:
    html = templates().get_template("sorry.html").render(message=message, language=language)
    return Response(status, HTML, html, PRIVATE)


def closed(key: str) -> Response[str]:
    """What whoever has no good link is told, in a language of their browser's. `key`: the message."""
    words = Words.of(next(iter(preferred()), FIRST))
    return sorry(403, words.say(key), words.language)


def preferred() -> list[str]:
    """Languages that the browser accepts, the best first; each also without its region (RFC 9110, 12.5.4)."""
    accepted = next((value for name, value in router.current_event.headers.items() if name.lower() == ACCEPTED), "")
    ranked = []
    for place, part in enumerate(accepted[:500].split(",")):
        tag, _, quality = part.strip().partition(";q=")
        weight = float(quality) if re.fullmatch(r"[01](\.[0-9]{1,3})?", quality) else float(not quality)
        ranked += [(-weight, place, tag)] if tag and weight else []
    return [name for _, _, tag in sorted(ranked) for name in (tag, tag.partition("-")[0])]
