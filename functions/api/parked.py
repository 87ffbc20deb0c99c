"""Parked deliveries: list, look, replay."""

from dataclasses import replace

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from events.envelope import Envelope
from functions.api.shown import View, shown
from functions.platforms.door import Accepted, Request, gate
from functions.shared import clock, parked, queues
from functions.shared.table import table

router = APIGatewayHttpRouter()


class StillUnknownError(Exception):
    """A replay would end where it began."""


@router.get("/v1/<community>/parked", tags=["parked"], summary="What could not be placed, newest first")
def list_parked(community: str) -> dict[str, list[View]]:
    return {"parked": [shown(item) for item in table().listing(community, "parked")]}


@router.post("/v1/<community>/parked/<name>/replay", tags=["parked"], summary="Try a parked delivery again")
def replay_parked(community: str, name: str) -> dict[str, str]:
    """It enters its queue with the same keys: if it had its effect after all, it is a repeat."""
    item, envelope = parked.existing(community, name), parked.body(community, name)
    if item is None or envelope is None:
        raise LookupError(f"there is no parked delivery {name!r} in {community!r} (any more)")
    queues.enqueue(placed(envelope))
    parked.replayed(item, str(router.context["holder"].name), clock.now())
    return {"replayed": name}


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
