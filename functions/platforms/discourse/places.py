"""What the forum's events have in common: who, where, and in which words."""

from typing import Any

from events.envelope import Envelope
from events.program import Source
from functions.platforms.words import from_html, from_markdown


def absolute(envelope: Envelope, place: Source, url: object) -> str:
    """Many links are relative to the forum, which names itself in a header; without it and without the program's
    word for it there is no link."""
    path = mark(url)
    if not path.startswith("/"):
        return path if path.startswith(("https://", "http://")) else ""
    forum = envelope.headers.get("x-discourse-instance", "") or place.api
    return forum.rstrip("/") + path if forum else ""


def mark(given: object) -> str:
    """A word or a number; empty for everything else."""
    return str(given) if isinstance(given, str | int) and not isinstance(given, bool) else ""


def person(number: object, name: object = "") -> dict[str, Any] | None:
    """Users below zero are the forum's own (`system`, `discobot`): Discourse's `User#bot?`."""
    if number is None:
        return None
    return {"id": number, "name": name or "", "bot": is_bot(number)}


def is_bot(number: object) -> bool:
    return isinstance(number, int) and number < 0


def plain(raw: object, cooked: object = None) -> dict[str, str]:
    """The fields of `Written`: from Markdown as it was typed, else from the HTML the forum made of it."""
    if isinstance(raw, str) and raw:
        return {"text": from_markdown(raw), "original": raw, "format": "markdown"}
    if isinstance(cooked, str) and cooked:
        return {"text": from_html(cooked), "original": cooked, "format": "html"}
    return {"text": ""}


def among(names: tuple[str, ...], *found: object) -> bool:
    """Whether a list of the program has one of these; a list that is empty has all."""
    return not names or any(mark(one) in names for one in found)
