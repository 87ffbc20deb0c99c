"""What stands in a Telegram update, read. Standard library only: the door reads with it."""

import re
from typing import Any

COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@[A-Za-z0-9_]{1,40})?(?:\s+(.*))?", re.DOTALL)
"""In groups a command may name the bot it is for."""

OURS = frozenset({"feedback", "report", "start"})
"""Commands that are meant for a bot like ours, or for every bot."""

CARD = re.compile(r"case:([^:]+):(.+)", re.DOTALL)
"""What the buttons of our case cards carry."""


def text(given: object) -> str:
    return given if isinstance(given, str) else ""


def inner(given: dict[str, Any], name: str) -> dict[str, Any]:
    found = given.get(name)
    return found if isinstance(found, dict) else {}


def objects(given: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects in a list; nothing of what is none."""
    found = given.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def said_in(message: dict[str, Any]) -> str:
    """The field that holds its words: a picture has a caption."""
    return "text" if text(message.get("text")) else "caption"


def entities(message: dict[str, Any]) -> list[dict[str, Any]]:
    """What Telegram says of parts of its words: where they are bold, an address, a command."""
    return objects(message, "entities" if said_in(message) == "text" else "caption_entities")


def command(message: dict[str, Any], words: str) -> tuple[str, str] | None:
    """The name of a command, and what follows it. Telegram marks commands; where nothing is marked at all, only one
    of ours is taken for a command: "/etc is full" is talk."""
    found = COMMAND.fullmatch(words)
    if found is None:
        return None
    name, marked = found[1].lower(), entities(message)
    opening = any(one.get("type") == "bot_command" and one.get("offset") == 0 for one in marked)
    return (name, (found[2] or "").strip()) if opening or (not marked and name in OURS) else None


def card(data: str) -> tuple[str, str] | None:
    """The case and the action that a button of ours stands for."""
    found = CARD.fullmatch(data)
    return (found[1], found[2]) if found else None


def sign(reaction: dict[str, Any]) -> tuple[str, str]:
    """A reaction's own name, and what is shown of it."""
    kind, emoji, number = (text(reaction.get(name)) for name in ("type", "emoji", "custom_emoji_id"))
    if emoji:
        return emoji, emoji
    return (number, f"[custom emoji {number}]") if number else (kind or "unknown", f"[{kind or 'unknown'}]")


def added_and_taken(given: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """The reactions that are new, and those that are gone, by their names: an update lists all that one person has
    put at one message, before and after."""
    before, after = ({sign(one)[0]: one for one in objects(given, f"{when}_reaction")} for when in ("old", "new"))
    return (
        {name: one for name, one in after.items() if name not in before},
        {name: one for name, one in before.items() if name not in after},
    )
