"""Bodies with something gone or wrong in them, and what may be made of those: never an author or a word of our own."""

import html
import json
import re
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from cli.inspect import Examined, examine
from tests.platforms.kits import kit

WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=12),
    st.just([]),
    st.just({}),
    st.just([None]),
    st.just([{}]),
    st.just("2026-11-21T09:30:00Z"),
)


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where a JSON value has values, itself left out."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [spot for name, one in inner for spot in ((*path, name), *spots(one, (*path, name)))]


def broken(data: st.DataObject, body: Any) -> Any:
    """The body after one to three of its values were taken away or replaced; it is changed in place."""
    for _ in range(data.draw(st.integers(1, 3))):
        found = spots(body)
        if not found:
            return body
        *way, last = data.draw(st.sampled_from(found))
        inner = body
        for step in way:
            inner = inner[step]
        if data.draw(st.booleans()):
            inner[last] = deepcopy(data.draw(WRONG))
        else:
            del inner[last]
    return body


def examined(platform: str, body: Any, **more: Any) -> Examined:
    """What becomes of a body behind gate and adapter, without a signature."""
    given = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = more.pop("headers", kit(platform).headers(""))
    return examine(platform, given, headers, place=more.pop("place", kit(platform).PLACE), **more)


def told_by(body: Any, found: Examined, *ours: str) -> None:
    """Whoever an event names stands in the body, and so do the words; `ours` are the adapter's own."""
    whole = html.unescape(html.unescape(json.dumps(body, ensure_ascii=False)))
    for event in found.events:
        told = event.model_dump()
        for role in ("author", "reporter", "moderator", "person", "by"):
            if who := told.get(role):
                assert who["id"] in whole
        words = " ".join(str(told.get(name, "")) for name in ("text", "title", "comment"))
        missing = {word for word in re.findall(r"[a-zA-Z]{3,}", words) if word not in whole and word not in ours}
        assert not missing, (missing, words)
        event.model_dump_json().encode("utf-8")
