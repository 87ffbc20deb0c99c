"""Whatever may be answered: a platform's own answers with something wrong in them, or something else altogether."""

import json
from collections.abc import Iterator, Sequence

from hypothesis import strategies as st

from functions.platforms.outgoing import Reply
from tests.platforms.mutations import WRONG, broken

STATUSES = (200, 200, 200, 201, 202, 204, 301, 400, 401, 403, 404, 408, 409, 410, 422, 425, 429, 500, 502, 503)
HEADERS = (
    *("retry-after", "ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset", "x-ratelimit-remaining"),
    *("x-user-limit-24hour-remaining", "x-restli-id", "www-authenticate", "content-type", "location"),
)
TIMES = ("", "0", "nan", "inf", "-1", "9" * 400, "²", "Wed, 99", "2026-11-25T10:00:00", "9999-12-31T23:59:59-14:00")
COMMON = ("error", "errors", "message", "code", "retry_after")


def answer(data: st.DataObject, told: Sequence[Reply], secret: str) -> Reply:
    """`told` is what the platform answers when all is well; what it should not repeat is in some of it."""
    usual = data.draw(st.sampled_from(told))
    status = data.draw(st.just(usual.status) | st.sampled_from(STATUSES) | st.integers(100, 599))
    headers = data.draw(
        st.dictionaries(st.sampled_from(HEADERS), st.sampled_from(TIMES) | st.text(max_size=8), max_size=3)
    )
    return Reply(status, {**usual.headers, **headers}, body(data, usual, told, secret))


def body(data: st.DataObject, usual: Reply, told: Sequence[Reply], secret: str) -> bytes:
    found = parsed(usual)
    match data.draw(st.sampled_from(("usual", "broken", "broken", "other", "bytes"))):
        case "broken" if found is not None:
            return json.dumps(broken(data, found)).encode()
        case "other":
            fields = {*COMMON, *(name for one in told for name in names(parsed(one)))}
            return json.dumps(data.draw(other(sorted(fields), secret))).encode()
        case "bytes":
            return data.draw(st.binary(max_size=40))
    return usual.body


def other(fields: Sequence[str], secret: str) -> st.SearchStrategy[object]:
    """JSON of another shape, with the names that the platform has for things."""
    return st.recursive(
        WRONG | st.just(f"odd: {secret}"),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(fields), inner, max_size=4),
        max_leaves=8,
    )


def parsed(one: Reply) -> object:
    return json.loads(one.body) if one.body[:1] in (b"{", b"[") else None


def names(found: object) -> Iterator[str]:
    if isinstance(found, dict):
        yield from found
    for one in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from names(one)
