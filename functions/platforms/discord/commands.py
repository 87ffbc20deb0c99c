"""The commands people find in Discord: what is registered there, and which of them was used.

Standard library only: the door reads it. Source: Discord's documentation, "Application Commands".
"""

from collections.abc import Iterator
from typing import Any

from functions.platforms.wording import TEXTS

SLASH, ON_USER, ON_MESSAGE = 1, 2, 3
"""A command's `type`."""

THREAD_STARTER = 21
"""A message's `type`: it stands first in a thread and shows the message, said elsewhere, that the thread is about."""

TEXT, SURVEY = "text", "survey"
"""The options of `/feedback`."""

STRING = 3
"""An option's `type`."""

MANAGE_GUILD = 1 << 5
"""Who may use `/announce` unless the server says otherwise ("Server Settings", "Integrations")."""

COMMANDS: dict[str, tuple[dict[str, Any], ...]] = {
    "report": (
        {
            "type": ON_MESSAGE,
            "name": TEXTS["en"]["report"],
            "name_localizations": {"fr": TEXTS["fr"]["report"]},
        },
        {
            "type": ON_USER,
            "name": "Report user",
            "name_localizations": {"fr": "Signaler la personne"},
        },
    ),
    "feedback": (
        {
            "type": SLASH,
            "name": "feedback",
            "description": "Tell the team what you think",
            "description_localizations": {"fr": "Dites à l’équipe ce que vous pensez"},
            "options": [
                {
                    "type": STRING,
                    "name": TEXT,
                    "description": "What you would like to say; without it a form opens",
                    "description_localizations": {"fr": "Ce que vous souhaitez dire ; sinon un formulaire s’ouvre"},
                    "required": False,
                },
                {
                    "type": STRING,
                    "name": SURVEY,
                    "description": "A survey to answer: a form with its questions opens",
                    "description_localizations": {"fr": "Un sondage : un formulaire s’ouvre avec ses questions"},
                    "required": False,
                    "autocomplete": True,
                },
            ],
        },
    ),
    "announce": (
        {
            "type": SLASH,
            "name": "announce",
            "description": "Draft an announcement; nothing is published yet",
            "description_localizations": {"fr": "Rédiger le brouillon d’une annonce ; rien n’est encore publié"},
            "default_member_permissions": str(MANAGE_GUILD),
        },
    ),
}


def named() -> Iterator[tuple[tuple[int, str], str]]:
    """Under which type and name each of them may arrive: as registered here, or by hand in French."""
    for ours, registered in COMMANDS.items():
        for command in registered:
            for name in (command["name"], *command.get("name_localizations", {}).values()):
                yield (command["type"], name.casefold()), ours
    yield (ON_USER, TEXTS["en"]["report"].casefold()), "report"
    yield (ON_USER, TEXTS["fr"]["report"].casefold()), "report"


NAMED = dict(named())


def used(data: dict[str, Any]) -> str:
    """Which of the `COMMANDS` an interaction's `data` is about; empty for somebody else's."""
    kind, name = data.get("type"), data.get("name")
    return NAMED.get((kind, name.casefold()), "") if type(kind) is int and isinstance(name, str) else ""


def option(data: dict[str, Any], name: str = TEXT) -> str:
    """What was written behind `/feedback`; empty without anything to read in it."""
    value = next((one.get("value") for one in options(data) if one.get("name") == name), "")
    return value if isinstance(value, str) and value.strip() else ""


def typed(data: dict[str, Any], name: str) -> str | None:
    """What was written so far of the option somebody is at; None where they are at another one."""
    there = any(one.get("name") == name and one.get("focused") is True for one in options(data))
    return option(data, name) if there else None


def options(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    given = data.get("options")
    return (one for one in (given if isinstance(given, list) else ()) if isinstance(one, dict))


def reported_on(body: dict[str, Any]) -> tuple[object, object]:
    """Channel and id of the message that Report was used on. The first message of a thread stands for the one that the
    thread was opened on: it has no words of its own, and may be reported in its channel, too."""
    data = inner(body, "data")
    channel, target = body.get("channel_id"), data.get("target_id")
    message = inner(inner(inner(data, "resolved"), "messages"), str(target))
    if message.get("type") != THREAD_STARTER:
        return channel, target
    opened, reference = inner(message, "referenced_message"), inner(message, "message_reference")
    number = opened.get("id") or reference.get("message_id")
    if not number:
        return channel, target
    return opened.get("channel_id") or reference.get("channel_id") or channel, number


def inner(given: dict[str, Any], field: str) -> dict[str, Any]:
    found = given.get(field)
    return found if isinstance(found, dict) else {}
