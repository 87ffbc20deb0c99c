"""What a platform is asked with; and what of it stands in no record and no log."""

import json
import traceback

from events.program import Source
from functions.platforms.outgoing import Hands, Outcome, Refused
from functions.platforms.standing import Keys
from functions.shared import clock, http, objects, parameters, secret
from functions.shared.log import logger

SECONDS = 20.0
"""Of one turn at a platform in all: a check asks several things."""

LARGEST = 4 * 1024 * 1024
"""Bytes of one answer: a page of a hundred posts with all that hangs on them."""

LONGEST = 500
"""Characters of what was told, as a row keeps it."""

NOTHING = Keys("", "")

KEPT_SECRET = ("secret", "token", "password", "key")
"""Parts of field names in a credential that is a JSON object. Its other fields are ids and addresses."""


def keys(place: Source) -> Keys:
    """What was put for a source; empty where nothing was."""
    stored, token = parameters.read("sources", place.id), parameters.read("targets", place.id)
    return Keys(secret.settled(stored, clock.now()) if stored else "", token or "")


def hands() -> Hands:
    return Hands(http.Bounded(seconds=SECONDS, largest=LARGEST), objects, no_mail, int(clock.now().timestamp()))


def no_mail(message: bytes, *, sender: str, to: str) -> Outcome:
    del message, sender, to
    return Refused("upkeep sends no mail")


def hidden(text: str, held: Keys) -> str:
    """What a platform told, without what it was asked with: addresses and error messages may repeat it."""
    for word in sorted(words(held), key=len, reverse=True):
        text = text.replace(word, "…")
    return text[:LONGEST]


def words(held: Keys) -> set[str]:
    """Whatever in our keys nobody else may read."""
    try:
        parts = json.loads(held.token)
    except ValueError:
        parts = {}
    fields = parts.items() if isinstance(parts, dict) else ()
    inner = {value for name, value in fields if any(part in name for part in KEPT_SECRET) and isinstance(value, str)}
    return {word for word in (held.signing, held.token, *inner) if word}


def unforeseen(error: Exception, place: Source) -> str:
    """Its message is neither logged nor kept: that of a bad header or address holds the token."""
    where = [
        f"{frame.filename.rpartition('functions/')[2]}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    named = type(error).__name__
    logger.error("a platform's part failed", extra={"adapter": place.platform, "error": named, "where": where[-5:]})
    return f"unforeseen: {named}"
