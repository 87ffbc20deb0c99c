"""What an adapter does behind the queue: turn one delivery into one event of ours, or say why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, cast

from pydantic import ValidationError

from events.announcements import CardPressed, DraftWritten, TriggerFired, TriggerWithdrawn
from events.envelope import Envelope
from events.feedback import FeedbackChanged, FeedbackReceived
from events.moderation import CardUsed, DecisionReported, FlagExplained, FlagRaised, MessageSeen
from events.operations import AlertRaised, ErasureRequested, SubscriptionLost
from events.program import Source
from events.talks import TalkPressed
from events.themes import WorkReported
from functions.platforms.door import GATES

ForModeration = FlagRaised | FlagExplained | DecisionReported | MessageSeen | CardUsed
ForFeedback = FeedbackReceived | FeedbackChanged | TalkPressed | WorkReported
ForAnnouncements = TriggerFired | TriggerWithdrawn | DraftWritten | CardPressed
ForUpkeep = SubscriptionLost | AlertRaised | ErasureRequested
Event = ForModeration | ForFeedback | ForAnnouncements | ForUpkeep
POLLED: tuple[str, ...] = ("bluesky", "lemmy", "reddit")
"""Platforms that never call: their adapters read what `upkeep` fetched."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Authentic, understood, and rightly without effect (a private message, a release that is a draft)."""

    reason: str


class Unplaceable(Exception):
    """Authentic, but nothing here knows what to do with it. It is parked with this reason, never lost."""


LARGEST = 150_000
"""Bytes of one event. A case holds its text beside other fields, and an item ends at 400 KB."""


class Normaliser(Protocol):
    """The inbound half of a platform's `adapter.py`, as a module."""

    def normalise(self, envelope: Envelope, place: Source) -> Event | Ignored:
        """`place` is what the program says of the source. Raises Unplaceable, or any error pydantic has with
        the body's fields."""


def normalise(envelope: Envelope, place: Source) -> Event | Ignored:
    """The event in a delivery. Raises Unplaceable with a reason that a person understands."""
    if envelope.platform not in (*GATES, *POLLED):
        raise Unplaceable(f"no platform {envelope.platform!r} is known here")
    adapter = cast(Normaliser, import_module(f"functions.platforms.{envelope.platform}.adapter"))
    try:
        event = adapter.normalise(envelope, place)
    except ValidationError as error:
        raise Unplaceable(f"{envelope.event}: {told(error)}") from error
    except (ArithmeticError, RecursionError) as error:
        raise Unplaceable(f"{envelope.event}: a number, time or nesting in it is beyond all use") from error
    if not isinstance(event, Ignored) and len(event.model_dump_json().encode()) > LARGEST:
        raise Unplaceable(f"the text is longer than a record can hold ({LARGEST} bytes)")
    return event


def told(error: ValidationError) -> str:
    """The first three complaints, each with where it is; no value of the sender is repeated."""
    problems = error.errors(include_url=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, problem['loc'])) or 'body'}: {wrong(problem)}" for problem in problems[:3])


def wrong(problem: Mapping[str, Any]) -> str:
    if problem["type"] == "missing" or problem["input"] in (None, ""):
        return "is missing"
    plain = {"model_type": "is no object", "too_long": "is too long", "string_too_long": "is too long"}
    return plain.get(problem["type"], str(problem["msg"]).removeprefix("Value error, "))


def origin(envelope: Envelope) -> dict[str, str]:
    """The fields every event starts with."""
    return {"community": envelope.community, "source": envelope.source, "platform": envelope.platform}


def survey_answered(
    envelope: Envelope,
    survey: str,
    number: object,
    words: Mapping[str, str],
    chosen: Sequence[Mapping[str, str]],
    **more: object,
) -> FeedbackReceived | Ignored:
    """One answer to a survey, whoever showed its form. What was written there is its `words`, in the order of the form;
    of what was `chosen` (`question`, `value`) is counted what the program asks. `number` is the submission's own."""
    if not words["text"].strip() and not chosen:
        return Ignored("nothing was answered in it")
    named = {"content": f"survey:{survey}:{number}", "kind": "survey", "survey": survey, "answers": chosen}
    return FeedbackReceived.model_validate({**origin(envelope), **named, **words, **more, "remembered": True})


def part(body: dict[str, Any], name: str) -> dict[str, Any]:
    """The object in a body that an event is about."""
    inner = body.get(name)
    if not isinstance(inner, dict):
        raise Unplaceable(f"the body has no {name!r} object")
    return inner


def optional(body: dict[str, Any], name: str) -> dict[str, Any]:
    """An object that platforms leave out, or send as null, when there is nothing to say."""
    inner = body.get(name)
    return inner if isinstance(inner, dict) else {}


def required(given: dict[str, Any], name: str) -> str | int:
    """A field without which an event would have no identity."""
    found = given.get(name)
    if found == "" or isinstance(found, bool) or not isinstance(found, str | int):
        raise Unplaceable(f"there is no usable {name!r} in it")
    return found
