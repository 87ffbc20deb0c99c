"""PlayFab: players reported and banned, and news of the title.

Source: learn.microsoft.com/gaming/playfab, "PlayStream event model reference": player_reported_as_abusive,
player_banned, title_news_updated, NewsStatus. Its times are UTC, with seven digits.
"""

import re
from typing import Any

from events.announcements import TriggerFired, TriggerWithdrawn
from events.envelope import Envelope
from events.moderation import DecisionReported, FlagRaised
from events.program import Source
from functions.platforms.door import read_object
from functions.platforms.inbound import Event, Ignored, Unplaceable, origin, required

ZONELESS = re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.]+")


def normalise(envelope: Envelope, place: Source) -> Event | Ignored:
    del place
    body = read_object(envelope.body)
    if body is None:
        raise Unplaceable("the body is not a JSON object")
    match envelope.event:
        case "player_reported_as_abusive":
            return flag(body, envelope)
        case "player_banned":
            return ban(body, envelope)
        case "title_news_updated":
            return news(body, envelope)
    raise Unplaceable(f"{envelope.event} is not handled")


def timed(**stamps: object) -> dict[str, object]:
    """The times of an event, as UTC, beside what stands there."""
    written = {name: str(stamp) for name, stamp in stamps.items() if isinstance(stamp, str | int | float)}
    return {**{name: utc(stamp) for name, stamp in stamps.items()}, "as_given": written}


def utc(stamp: object) -> object:
    return f"{stamp}Z" if isinstance(stamp, str) and ZONELESS.fullmatch(stamp) else stamp


def player(body: dict[str, Any], envelope: Envelope) -> dict[str, Any]:
    return {"source": envelope.source, "kind": "player", "id": required(body, "EntityId")}


def person(body: dict[str, Any], name: str) -> dict[str, Any] | None:
    return {"id": body[name]} if body.get(name) else None


def flag(body: dict[str, Any], envelope: Envelope) -> FlagRaised:
    """A player and a comment: there is no list of reasons, and no text of the one reported."""
    return FlagRaised.model_validate(
        {
            **origin(envelope),
            "flag": required(body, "EventId"),
            "subject": player(body, envelope),
            "comment": body.get("Comment") or "",
            "author": person(body, "EntityId"),
            "reporter": person(body, "ReportedByPlayer"),
            **timed(raised_at=body.get("Timestamp")),
        }
    )


def ban(body: dict[str, Any], envelope: Envelope) -> DecisionReported:
    return DecisionReported.model_validate(
        {
            **origin(envelope),
            "decision": required(body, "BanId" if body.get("BanId") else "EventId"),
            "subject": player(body, envelope),
            "did": length(body),
            "outcome": "violation",
            "reason": body.get("BanReason") or "",
            "person": person(body, "EntityId"),
            **timed(decided_at=body.get("Timestamp")),
        }
    )


def length(body: dict[str, Any]) -> str:
    """No expiration means for ever."""
    until = body.get("BanExpiration")
    return f"banned until {until}" if until and body.get("PermanentBan") is not True else "banned for ever"


def news(body: dict[str, Any], envelope: Envelope) -> TriggerFired | TriggerWithdrawn | Ignored:
    """It fires for new and for changed news alike. Young is what was created lately: an old one that is corrected is
    no news. What is not published yet may be, so it withdraws nothing."""
    trigger = f"news:{required(body, 'EntityId')}:{required(body, 'NewsId')}"
    match body.get("Status"):
        case "Published":
            told = {"kind": "news", "title": required(body, "NewsTitle"), **timed(published_at=body.get("DateCreated"))}
            return TriggerFired.model_validate({**origin(envelope), "trigger": trigger, **told})
        case "Archived":
            gone = {"trigger": trigger, **timed(withdrawn_at=body.get("Timestamp"))}
            return TriggerWithdrawn.model_validate({**origin(envelope), **gone})
        case "Unpublished" | "None" | None:
            return Ignored("news that is not published")
    raise Unplaceable("the news have a status that is not known")
