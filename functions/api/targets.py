"""Targets and the switches of a community: pause, resume, hold everything."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict, Field

from functions.announcements import publishing
from functions.api.shown import View, shown
from functions.shared import clock, outbox, program, switches
from functions.shared.table import table

router = APIGatewayHttpRouter()


class Why(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=300)


class Resumed(BaseModel):
    """`send_held`: post what piled up meanwhile, too. Otherwise it is missed, and says so."""

    model_config = ConfigDict(extra="forbid")

    send_held: bool = False


class OnHold(Why):
    on: bool


@router.get("/v1/<community>/targets", tags=["targets"], summary="Where announcements go, and what is paused")
def list_targets(community: str) -> View:
    """`hold` says who holds everything, if somebody does."""
    targets = program.active()[0].targets_of(community)
    on = switches.which(table(), community, switches.HOLD, *(switches.target(target.id) for target in targets))
    told = []
    for target in targets:
        switch = on.get(switches.target(target.id))
        paused = {"paused": bool(switch), **({"by": switch["by"], "reason": switch["reason"]} if switch else {})}
        told.append({"id": target.id, "platform": target.platform, "kind": target.form, **paused})
    return {"targets": told, "hold": shown(on[switches.HOLD]) if switches.HOLD in on else None}


@router.post("/v1/<community>/targets/<name>/pause", tags=["targets"], summary="Send nothing there")
def pause_target(community: str, name: str, why: Annotated[Why, Body()]) -> View:
    known(community, name)
    reason = why.reason or f"paused by {who()}"
    return shown(switches.on(table(), community, switches.target(name), who(), reason, clock.now()))


@router.post("/v1/<community>/targets/<name>/resume", tags=["targets"], summary="Go on sending there")
def resume_target(community: str, name: str, resumed: Annotated[Resumed, Body()]) -> View:
    known(community, name)
    rows = publishing.resume(table(), community, name, who(), clock.now(), send=resumed.send_held)
    outbox.kick(rows)
    return {"target": name, "paused": False, "sent_now": len(rows)}


@router.post("/v1/<community>/hold", tags=["targets"], summary="Hold all announcements, or let them go")
def hold_all(community: str, hold: Annotated[OnHold, Body()]) -> View:
    if hold.on:
        reason = hold.reason or f"held by {who()}"
        return shown(switches.on(table(), community, switches.HOLD, who(), reason, clock.now()))
    return shown(switches.off(table(), community, switches.HOLD, who(), clock.now()))


def known(community: str, name: str) -> None:
    """A source, too: what is answered there is held back as what is announced is."""
    active = program.active()[0]
    source = active.source(name)
    if active.target(community, name) is None and (source is None or source.community != community):
        raise LookupError(f"there is no target {name!r} in {community!r}")


def who() -> str:
    return str(router.context["holder"].name)
