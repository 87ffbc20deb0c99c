"""What was filled into a form, chosen in a menu or pressed, in Slack.

Source: docs.slack.dev/reference/block-kit/block-elements, "Interaction payload" of each.
"""

from collections.abc import Iterator
from typing import Any

from functions.platforms.slack.blocks import rich_text
from functions.platforms.slack.bodies import inner, objects, text

SINGLE = (
    "value",
    "selected_user",
    "selected_conversation",
    "selected_channel",
    "selected_date",
    "selected_time",
    "selected_date_time",
)
SEVERAL = ("selected_users", "selected_conversations", "selected_channels")


WRITTEN = "plain_text_input"
"""The type of a field to write into."""


def answered(view: dict[str, Any]) -> dict[str, str]:
    """By the names we gave its fields."""
    given: dict[str, str] = {}
    for name, element in fields(view):
        given |= value_of(name, element)
    return given


def fields(view: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each field of a form, by its name."""
    for block in inner(inner(view, "state"), "values").values():
        for name, element in block.items() if isinstance(block, dict) else ():
            if isinstance(element, dict):
                yield name, element


def value_of(name: str, element: object) -> dict[str, str]:
    """What a field or a button says; nothing of one that is empty. Several choices are parted by commas."""
    told = ", ".join(value for value in said(element) if value) if isinstance(element, dict) else ""
    return {name: told} if told else {}


def said(element: dict[str, Any]) -> Iterator[str]:
    yield from (shown(element.get(part)) for part in SINGLE)
    for part in SEVERAL:
        several = element.get(part)
        yield from map(shown, several if isinstance(several, list) else ())
    for one in [*objects(element, "selected_options"), inner(element, "selected_option")]:
        yield text(one.get("value"))
    yield "\n".join(rich_text(inner(element, "rich_text_value")))


def shown(value: object) -> str:
    """A date with a time comes as the seconds since 1970."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value)
