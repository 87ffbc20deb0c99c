"""A forum's API as its staff use it: what is looked at, and what is missing when it says no.

Sources: docs.discourse.org; Discourse's `application_controller.rb` (`rescue_from`), `posts_controller.rb`
(`find_post_using`: staff are shown what is deleted), `admin/users_controller.rb` (`show`).
"""

import re
from dataclasses import replace
from typing import Any

from functions.platforms.discourse.forum import Forum, read
from functions.platforms.outgoing import Destination, Hands, Outcome, Refused, Reply, Unknown, Wait

RIGHT = "an API key with the scope “Global”, of an account (`api_user`) that moderates the forum"

NUMBER = re.compile("[0-9]{1,18}")
"""The form of all ids there. Bots have negative ones."""


def of_source(to: Destination, hands: Hands) -> Forum:
    """A source has our name there in `user`, and our number in `account`; a target has the name in `account`."""
    return Forum(replace(to, account=to.user), hands)


def shown(path: str, forum: Forum, *needed: str) -> dict[str, Any] | Outcome | None:
    """What stands there. None where there is no such thing, or no more; an answer without the fields that are needed
    was cut off, or is not the forum's."""
    reply = forum.look(path)
    if isinstance(reply, Wait):
        return reply
    told = read(reply)
    if reply.status in (404, 410) and "errors" in told:
        return None
    if reply.status == 200 and all(name in told for name in needed):
        return told
    return refused(reply, forum)


def account(person: str, forum: Forum) -> dict[str, Any] | Outcome | None:
    """Somebody, as staff see them: with the name that messages are sent to."""
    if not NUMBER.fullmatch(person):
        return Refused("whose account it is, is not known to the forum")
    told = shown(f"/admin/users/{person}.json", forum, "id", "username")
    if isinstance(told, dict) and (told["id"] != int(person) or not isinstance(told["username"], str)):
        return Unknown("what the forum told of the account cannot be read")
    return told


def refused(reply: Reply, forum: Forum) -> Refused | Wait | Unknown:
    """What an answer means that is no success, with what there is to do about it."""
    outcome = forum.refused(reply)
    if not isinstance(outcome, Refused) or outcome.unauthorized:
        return outcome
    if reply.status < 400:
        return Refused(f"the forum is somewhere else (answered {reply.status}): correct `api` of {forum.to.id!r}")
    return Refused(f"{outcome.reason}; it takes {RIGHT}") if reply.status == 403 else outcome
