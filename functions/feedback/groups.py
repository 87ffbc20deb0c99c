"""Requests: what several people said is the same, counted once for each of them. No I/O.

Somebody who says that two items are the same links them; a request is all that hangs together by such links. Nothing is
copied from one item to another, so taking a link away restores what was before, whatever was linked or voted since.
"""

from collections.abc import Iterable, Mapping

Link = tuple[str, str]


def together(links: Iterable[Link]) -> dict[str, list[str]]:
    """Items that hang together, by the oldest of each group (ids begin with the hour in which something was said)."""
    above: dict[str, str] = {}

    def root(name: str) -> str:
        while above.setdefault(name, name) != name:
            above[name] = above[above[name]]
            name = above[name]
        return name

    for one, other in links:
        first, second = sorted((root(one), root(other)))
        above[second] = first
    found: dict[str, list[str]] = {}
    for name in sorted(above):
        found.setdefault(root(name), []).append(name)
    return found


def people(items: Iterable[str], authors: Mapping[str, str], votes: Mapping[str, Iterable[str]]) -> set[str]:
    """Who asked for it or voted for it, each once. `authors`: of an item, empty where nobody is known."""
    found: set[str] = set()
    for item in items:
        found.update(votes.get(item, ()))
        found.add(authors.get(item, ""))
    return found - {""}
