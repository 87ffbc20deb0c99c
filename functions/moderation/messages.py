"""A message as moderation knows it, folded from what was told about it in any order. Without I/O."""

from typing import Any, get_args

from events.moderation import Change, MessageSeen

ORDER: tuple[Change, ...] = get_args(Change)
"""Of what happened in the same moment: nobody edits what is removed."""


def folded(before: dict[str, Any] | None, seen: MessageSeen, at: str) -> dict[str, Any]:
    """The newest state, and of each part what was told last: a removal names neither author nor words.

    `told_at` keeps, for each part, when that was. Platforms may tell time in seconds.
    """
    parts: dict[str, dict[str, Any]] = {}
    if seen.text:
        parts["words"] = {"text": seen.text, "original": seen.original, "language": seen.language}
    if seen.author:
        parts["author"] = {"author": {"id": seen.author.id, "name": seen.author.name}}
    if seen.said_at:
        parts["said"] = {"said_at": seen.said_at.isoformat()}
    nothing = {"text": "", "original": "", "language": "und", "author": {}, "said_at": "", "told_at": {}}
    kept = before or {**nothing, "state": seen.change, "changed_at": at}
    newer = [name for name in parts if later(at, seen.change, kept["told_at"].get(name, ""))]
    return {
        **{name: kept[name] for name in nothing},
        **{field: value for name in newer for field, value in parts[name].items()},
        "state": max((kept["changed_at"], kept["state"]), (at, seen.change), key=when)[1],
        "changed_at": max(at, kept["changed_at"]),
        "told_at": {**kept["told_at"], **dict.fromkeys(newer, at)},
    }


def when(told: tuple[str, Change]) -> tuple[str, int]:
    at, change = told
    return at, ORDER.index(change)


def later(at: str, change: Change, known_at: str) -> bool:
    """Whether a part that was told of says more than what is known of it: of one moment, an edit does."""
    return at > known_at or (at == known_at and change != "created")
