"""The commands people find in Discord: what is registered there, and which of them was used.

Standard library only: the door reads it. Source: Discord's documentation, "Application Commands".
"""

from collections.abc import Iterator
from typing import Any

from functions.platforms.wording import TEXTS

SLASH, ON_USER, ON_MESSAGE = 1, 2, 3
"""A command's `type`."""

TEXT = "text"
"""The option of `/feedback`."""

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
                }
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


def option(data: dict[str, Any]) -> str:
    """What was written behind `/feedback`; empty without anything to read in it."""
    options = data.get("options")
    for one in options if isinstance(options, list) else ():
        if isinstance(one, dict) and one.get("name") == TEXT and isinstance(one.get("value"), str):
            return str(one["value"]) if one["value"].strip() else ""
    return ""
