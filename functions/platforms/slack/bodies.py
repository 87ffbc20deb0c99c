"""What Slack sends, read: JSON, JSON inside a form, or a form. Standard library only: the door reads with it."""

import re
from typing import Any

from functions.platforms.door import form_field, read_object

COMMAND = ("command", "text", "trigger_id", "user_id", "user_name", "response_url", "ssl_check")
"""The fields of a slash command that anybody here needs."""

CARD = re.compile(r"case:([^:]+):(.+)", re.DOTALL)
"""What the buttons and forms of our case cards are called."""


NEWS = re.compile(
    r"announcement:(?P<announcement>[0-9a-z-]{1,40}):(?P<action>approve|hold|release|cancel):(?P<seen>[0-9a-f]{16})"
)
"""What the buttons of an announcement's card are called."""


def read(body: bytes) -> dict[str, Any] | None:
    """Events come as JSON, whatever is pressed as a form whose one field `payload` is JSON, a slash command as a
    form: its fields, all of them text, and "command" for a `type`. None for anything else.

    It is told by what it is, not by its Content-Type: all three may come to one address.
    """
    found = read_object(body)
    return found if found is not None else read_object(form_field(body, "payload")) or command(body)


def command(body: bytes) -> dict[str, Any] | None:
    given = {name: form_field(body, name).decode("utf-8", "replace") for name in COMMAND}
    return {**given, "type": "command"} if given["command"] or given["ssl_check"] else None


def text(given: object) -> str:
    return given if isinstance(given, str) else ""


def inner(given: dict[str, Any], name: str) -> dict[str, Any]:
    found = given.get(name)
    return found if isinstance(found, dict) else {}


def objects(given: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects in a list; nothing of what is none."""
    found = given.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def message(given: dict[str, Any]) -> tuple[str, str]:
    """Channel and time stamp of the message a shortcut was used on: together they are its id."""
    return text(inner(given, "channel").get("id")), text(inner(given, "message").get("ts") or given.get("message_ts"))


def name_of(command: str) -> str:
    """`feedback` for `/feedback`, and for `/club-feedback` where another app has the short one."""
    return command.removeprefix("/").rpartition("-")[2].casefold()


def card(name: str) -> tuple[str, str] | None:
    """The case and the action that a button or a form of ours is called after."""
    found = CARD.fullmatch(name)
    return (found[1], found[2]) if found else None
