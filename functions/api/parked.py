"""Parked deliveries: list, look, replay."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from events.envelope import Envelope
from functions.api.shown import LAST, View, shown
from functions.platforms.door import Accepted, Request, gate
from functions.shared import clock, parked, queues
from functions.shared.table import Item, community_of, table

router = APIGatewayHttpRouter()


class StillUnknownError(Exception):
    """A replay would end where it began."""


@router.get("/v1/<community>/parked", tags=["parked"], summary="What could not be placed, newest first")
def list_parked(
    community: str, before: Annotated[str, Query(description="`listed_at` of the last one of the page before")] = LAST
) -> dict[str, list[View]]:
    return {"parked": [shown(item) for item in table().listing(community, "parked", before=before)]}


@router.post("/v1/<community>/parked/<name>/dismiss", tags=["parked"], summary="Take one off the list")
def dismiss_parked(community: str, name: str) -> dict[str, str]:
    """It is kept until its end, and can still be replayed."""
    parked.settled(found(community, name), "dismissed", str(router.context["holder"].name), clock.now())
    return {"dismissed": name}


@router.post("/v1/<community>/parked/<name>/replay", tags=["parked"], summary="Try a parked delivery again")
def replay_parked(community: str, name: str) -> dict[str, str]:
    """It enters its queue with the same keys: if it had its effect after all, it is a repeat."""
    replayed(found(community, name), str(router.context["holder"].name), clock.now())
    return {"replayed": name}


def replayed(item: Item, who: str, now: datetime) -> bool:
    """False where somebody else took it off the list meanwhile. Raises LookupError or StillUnknownError."""
    envelope = parked.body(community_of(item["pk"]), item["id"])
    if envelope is None:
        raise LookupError(f"the body of {item['id']!r} is not kept any more")
    queues.enqueue(placed(envelope))
    return parked.settled(item, "replayed", who, now)


def found(community: str, name: str) -> Item:
    item = parked.existing(community, name)
    if item is None:
        raise LookupError(f"there is no parked delivery {name!r} in {community!r} (any more)")
    return item


def placed(envelope: Envelope) -> Envelope:
    """What was parked at the door is classified once more, by the code of today."""
    if envelope.pipeline != "parked":
        return replace(envelope, reason="")
    try:
        verdict = gate(envelope.platform).classify(Request("POST", envelope.headers, envelope.body))
    except KeyError:
        raise StillUnknownError(f"no platform {envelope.platform!r} is known here") from None
    if not isinstance(verdict, Accepted) or verdict.pipeline == "parked":
        raise StillUnknownError(f"still nothing here knows what to do with it: {envelope.reason}")
    return replace(envelope, pipeline=verdict.pipeline, event=verdict.event, reason="")
