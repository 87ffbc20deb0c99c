"""Who somebody is in a Discord server, and whether they are in charge of others there.

Sources: Discord's documentation, "Guild" ("Get Guild Member", "Get Guild Roles", "Get Guild Role"), "Permissions".
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from functions.platforms.discord.posting import SOON, Line, failed, looked, number
from functions.platforms.outgoing import Outcome, Refused, Reply, Wait, told

UNKNOWN_MEMBER, UNKNOWN_ROLE, UNKNOWN_USER = 10007, 10011, 10013
MISSING = (50001, 50013)
"""Missing access, missing permissions."""

PRESENT = "to be in the server"
MODERATING = sum(1 << bit for bit in (1, 2, 3, 5, 13, 40))
"""KICK_MEMBERS, BAN_MEMBERS, ADMINISTRATOR, MANAGE_GUILD, MANAGE_MESSAGES, MODERATE_MEMBERS: whoever has one of them is
in charge of others."""


@dataclass(frozen=True, slots=True)
class Member:
    """`staff`: in charge of others. The owner is, too, but shows in nothing that could be asked at little cost."""

    given: dict[str, Any]
    staff: bool


def member(server: str, person: str, line: Line) -> Member | Outcome | None:
    """None: they are not in the server."""
    found = shown(path_to("guilds", server, "members", person), line, PRESENT, UNKNOWN_MEMBER, UNKNOWN_USER)
    if not isinstance(found, dict):
        return found
    staff = moderates(found, server, line)
    return Member(found, staff) if isinstance(staff, bool) else staff


def moderates(member: dict[str, Any], server: str, line: Line) -> bool | Outcome:
    """By the permissions of their roles. The list of a server with many roles is longer than what is read of an answer;
    those that were cut off are asked for one by one."""
    roles = member.get("roles")
    held = [one for one in roles if isinstance(one, str)] if isinstance(roles, list) else []
    if not held:
        return False
    reply = looked(line, line.api + path_to("guilds", server, "roles"))
    if isinstance(reply, Wait):
        return reply
    if reply.status != 200:
        return refused(reply, line, PRESENT)
    known = {str(role.get("id")): role for role in listed(reply)}
    for name in held:
        role = known.get(name) or shown(path_to("guilds", server, "roles", name), line, PRESENT, UNKNOWN_ROLE)
        if not isinstance(role, dict | None):
            return role
        if role and number(role.get("permissions")) & MODERATING:
            return True
    return False


def listed(reply: Reply) -> Iterator[dict[str, Any]]:
    """The objects of a list, up to where it was cut off."""
    text, decoder = reply.body.decode("utf-8", "replace"), json.JSONDecoder()
    at = text.find("{")
    while at >= 0:
        try:
            one, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        if isinstance(one, dict):
            yield one
        at = text.find("{", end)


def shown(path: str, line: Line, right: str, *unknown: int) -> dict[str, Any] | Outcome | None:
    """What Discord shows there, by a request that changes nothing. None where it knows no such thing, which are the
    codes of `unknown`."""
    reply = looked(line, line.api + path)
    if isinstance(reply, Wait):
        return reply
    found = told(reply)
    if reply.status == 404 and found.get("code") in unknown:
        return None
    if reply.status != 200:
        return refused(reply, line, right)
    name = path.rpartition("/")[2]
    whose = found.get("user")
    if name not in (found.get("id"), whose.get("id") if isinstance(whose, dict) else None):
        return Wait(SOON, "what Discord answered cannot be read")
    return found


def refused(reply: Reply, line: Line, right: str) -> Outcome:
    """What an answer means that is not the one that was hoped for, with the right that is missing."""
    outcome = failed(reply, line)
    if isinstance(outcome, Refused) and told(reply).get("code") in MISSING:
        return Refused(f"{outcome.reason}; the bot needs {right}")
    return outcome


def path_to(*parts: str) -> str:
    return "".join(f"/{quote(one, safe='')}" for one in parts)
