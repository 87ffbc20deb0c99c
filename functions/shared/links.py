"""Signed links: who holds one may see one thing until a day. A GET never acts."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, quote, urlencode

from functions.shared import parameters
from functions.shared.settings import settings

GOOD_FOR = timedelta(days=14)


class NoKeyError(Exception):
    """The key that signs links has not been made yet; `liaison program push` makes it."""


def keys() -> list[str]:
    """The current key, and the one before it if there was one."""
    stored = parameters.read("links")
    if stored is None:
        raise NoKeyError("there is no key for links yet: run `liaison program push` once")
    kept = json.loads(stored)
    return [kept["current"], *([kept["previous"]] if "previous" in kept else [])]


def signature(key: str, path: str, reader: str, purpose: str, expires: int) -> str:
    signed = "\n".join((path, reader, purpose, str(expires))).encode()
    return hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()[:40]


def link(path: str, reader: str, purpose: str, now: datetime, lasts: timedelta = GOOD_FOR) -> str:
    """The whole address, good for fourteen days unless it says otherwise."""
    return f"{settings().public_url}{quote(path)}?{signed(path, reader, purpose, now, lasts)}"


def signed(path: str, reader: str, purpose: str, now: datetime, lasts: timedelta = GOOD_FOR) -> str:
    """The query that opens a path."""
    expires = int((now + lasts).timestamp())
    return urlencode({"r": reader, "e": expires, "s": signature(keys()[0], path, reader, purpose, expires)})


def within(path: str, query: str, **more: str) -> str:
    """The whole address of a page of a site whose one signature opens them all."""
    asked = f"&{urlencode(more)}" if more else ""
    return f"{settings().public_url}{quote(path)}?{query}{asked}"


def good(path: str, reader: str, purpose: str, expires: str, given: str, now: datetime) -> bool:
    """Whether a link was signed by us for exactly this, and has not run out."""
    if not (expires.isascii() and expires.isdigit() and len(expires) <= 12) or int(expires) < now.timestamp():
        return False
    expected = (signature(key, path, reader, purpose, int(expires)) for key in keys())
    return any(hmac.compare_digest(one.encode(), given.encode("utf-8", "surrogatepass")) for one in expected)


def query(given: Mapping[str, str]) -> str:
    """The signature out of a request's query, for the other pages that it opens."""
    return urlencode({name: given.get(name, "") for name in ("r", "e", "s")})


def parts(query: str) -> list[tuple[str, str]]:
    """The same as the fields of a form that goes on to another page."""
    return parse_qsl(query)
