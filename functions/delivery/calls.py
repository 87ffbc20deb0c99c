"""From a row to one call: which adapter, to where, with which credential. The only audited way out."""

import traceback
from importlib import import_module
from typing import Any, cast

from events.announcements import PostRequested
from events.digests import MailRequested
from events.moderation import ActionRequested, LookRequested
from events.people import Model
from events.program import Program
from functions.platforms.outgoing import (
    Destination,
    Found,
    Hands,
    Kind,
    NotSentError,
    Outcome,
    UnansweredError,
    Unknown,
    Wait,
)
from functions.shared import outbox, parameters
from functions.shared.log import logger
from functions.shared.table import Item

REQUESTS: dict[str, type[Model]] = {
    "post": PostRequested,
    "act": ActionRequested,
    "look": LookRequested,
    "mail": MailRequested,
}
AT_SOURCES = ("act", "look")
"""What is asked of the place that called us; the rest goes to targets and readers."""


class NowhereError(Exception):
    """The program no longer says where this goes; the text says what is missing."""


def platform_of(row: Item, program: Program) -> str:
    """Raises NowhereError."""
    if row["purpose"] == "mail":
        return "mail"
    if row["purpose"] in AT_SOURCES:
        return str(row["platform"])
    target = program.target(outbox.community_of(row), row["destination"])
    if target is None:
        raise NowhereError(f"the program has no target {row['destination']!r} any more")
    return target.platform


def adapter(platform: str) -> Any:
    return import_module(f"functions.platforms.{platform}.adapter")


def kind(row: Item, platform: str) -> Kind:
    """A look may be repeated whatever the platform: it changes nothing there."""
    return "keyed" if row["purpose"] == "look" else cast(Kind, adapter(platform).KIND)


def destination(row: Item, program: Program, public_url: str) -> Destination:
    """Where a row goes, read from the program now and not when it was planned. Raises NowhereError."""
    community, name = outbox.community_of(row), row["destination"]
    if row["purpose"] == "mail":
        reader = program.reader(name)
        if reader is None or reader.email is None:
            raise NowhereError(f"the program has no reader {name!r} with a mail address any more")
        return Destination(name, community, reader.email, "")
    if row["purpose"] in AT_SOURCES:
        source = program.source(name)
        if source is None:
            raise NowhereError(f"the program has no source {name!r} any more")
        return Destination(name, community, source.api, secret(name), source.private_network, source.api_user)
    target = program.target(community, name)
    if target is None:
        raise NowhereError(f"the program has no target {name!r} any more")
    if target.platform == "feed":
        return Destination(name, community, f"{public_url}/feeds/{community}/{name}", "")
    return Destination(name, community, target.url, secret(name), target.private_network)


def secret(name: str) -> str:
    found = parameters.read("targets", name)
    if found is None:
        raise NowhereError(f"there is no credential for {name!r}: put one with `liaison secret put {name} --outgoing`")
    return found


WAYS = {"act": "act", "look": "look", "post": "send", "mail": "send"}


def make(row: Item, platform: str, to: Destination, hands: Hands) -> Outcome | Found:
    """The one irreversible call. Whatever goes wrong in it has an outcome."""
    try:
        request = REQUESTS[row["purpose"]].model_validate(row["request"])
        way = getattr(adapter(platform), WAYS[row["purpose"]])
        return cast(Outcome | Found, way(request, to, row["key"], hands))
    except NotSentError as error:
        return Wait(0, str(error))
    except UnansweredError as error:
        return Unknown(str(error))
    except Exception as error:  # noqa: BLE001
        # A failure nobody thought of, somewhere around a call that may have been made: that is what
        # "unknown" means. Anything narrower would one day call it "not sent" and send it twice.
        # Its message is not told: that of a bad header or address holds the credential.
        frames = traceback.extract_tb(error.__traceback__)
        where = [f"{frame.filename.rpartition('functions/')[2]}:{frame.lineno}" for frame in frames][-5:]
        logger.error("an adapter failed", extra={"adapter": platform, "error": type(error).__name__, "where": where})
        return Unknown(f"unforeseen: {type(error).__name__}")
