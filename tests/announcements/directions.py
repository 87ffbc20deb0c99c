"""Words written from right to left, or that would turn what stands after them, on a page."""

import re

TURNS = ("\u202egnp.exe", "\u2067שלום", "\u202b\u2066مرحبا")
"""Titles whose marks for the direction of writing are never closed."""


def alone(page: str, words: str) -> int:
    """How often these words stand in the body. Raises AssertionError where they do so without finding their own
    direction, or something follows them that they would turn."""
    body = re.sub(r"<pre>.*?</pre>", "", page.partition("<body>")[2], flags=re.DOTALL)
    places = [(body[: found.start()], body[found.end() :]) for found in re.finditer(re.escape(words), body)]
    for before, after in places:
        assert re.search(r'(?:<bdi>|\bdir="auto"[^>]*>)\s*(?:<(?:a|p)\b[^>]*>)*$', before), before[-200:]
        assert after.startswith("</"), after[:100]
    return len(places)
