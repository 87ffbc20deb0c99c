"""Deliveries that wait for a person, and a person's word on them."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from events.people import Text
from functions.api.announcements import Address
from functions.api.shown import View, delivery
from functions.platforms import acting
from functions.shared import clock, outbox
from functions.shared.table import MOST_LISTED, Item, Table, Write, table

router = APIGatewayHttpRouter()
ALL = 1_000_000
"""A key that a person holds is good however many others wait."""


class Word(BaseModel):
    """`sent`: I looked, it is there (or no longer matters). `again`: it is not there, send it again.

    What is there has an id and an address on the platform: with the id the next part of a thread can follow it, and
    it can be changed and withdrawn from here."""

    model_config = ConfigDict(extra="forbid")

    outcome: Literal["sent", "again"]
    id: Text = Field(default="", max_length=500)
    url: Address = ""

    @model_validator(mode="after")
    def there(self) -> "Word":
        if self.outcome == "again" and (self.id or self.url):
            raise ValueError("what has an `id` or a `url` is there: say `sent`, or leave them out")
        return self


class Place(BaseModel):
    """The source or target that answers again."""

    model_config = ConfigDict(extra="forbid")

    destination: Annotated[str, Field(min_length=1, max_length=100)]


@router.get("/v1/<community>/deliveries", tags=["deliveries"], summary="Deliveries that wait for a person")
def list_deliveries(community: str) -> dict[str, list[View]]:
    return {"deliveries": [delivery(row) for row in waiting(community)]}


@router.post("/v1/<community>/deliveries/<key>/resolve", tags=["deliveries"], summary="Say what became of one")
def resolve_delivery(community: str, key: str, word: Annotated[Word, Body()]) -> View:
    row = next((row for row in waiting(community, most=ALL) if row["key"] == key), None)
    if row is None:
        raise LookupError(f"no delivery {key!r} waits for a person in {community!r}")
    rows = resolved(table(), row, word, str(router.context["holder"].name), clock.now())
    outbox.kick(rows)
    return {**delivery(rows[0]), "waits": False}


def resolved(store: Table, row: Item, word: Word, who: str, now: datetime, beside: Sequence[Write] = ()) -> list[Item]:
    """The row as it is then, to be kicked where it is sent again. Raises LostError."""
    return [outbox.resolve(store, row, word.outcome, who, now, {"id": word.id, "url": word.url}, beside)]


@router.post("/v1/<community>/deliveries/retry", tags=["deliveries"], summary="Go on with all that was given up")
def retry_deliveries(community: str, place: Annotated[Place, Body()]) -> View:
    """Whatever was given up because a place did not answer for too long is tried again; a message that may have
    arrived there is not. `more`: ask again, there are others."""
    given_up = [row for row in waiting(community, ALL) if row["destination"] == place.destination and safe(row)]
    who, again = str(router.context["holder"].name), list[Item]()
    for row in given_up[:MOST_LISTED]:
        with suppress(outbox.LostError):  # Somebody else was faster.
            again.append(outbox.resolve(table(), row, "retry", who, clock.now()))
    outbox.kick(again)
    return {"again": len(again), "more": len(given_up) > MOST_LISTED}


def safe(row: Item) -> bool:
    """Whether trying again cannot do it twice: it never left, it only asks, or it wants a state, which is looked at
    first."""
    if row["purpose"] == "look":
        return row["state"] in ("stuck", "unknown")
    if row["state"] == "unknown" and row["purpose"] == "act":
        ability = acting.ability(row["platform"], row["request"]["measure"])
        return bool(ability and ability.kind == "keyed" and not ability.window)
    return bool(row["state"] == "stuck")


def waiting(community: str, most: int = MOST_LISTED) -> list[Item]:
    return table().listing(community, outbox.NEEDS_A_PERSON, most)
