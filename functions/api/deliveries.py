"""Deliveries that wait for a person, and a person's word on them."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from events.people import Text
from functions.api.announcements import Address
from functions.api.shown import View, delivery
from functions.shared import clock, outbox
from functions.shared.table import MOST_LISTED, Item, table

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


@router.get("/v1/<community>/deliveries", tags=["deliveries"], summary="Deliveries that wait for a person")
def list_deliveries(community: str) -> dict[str, list[View]]:
    return {"deliveries": [delivery(row) for row in waiting(community)]}


@router.post("/v1/<community>/deliveries/<key>/resolve", tags=["deliveries"], summary="Say what became of one")
def resolve_delivery(community: str, key: str, word: Annotated[Word, Body()]) -> View:
    row = next((row for row in waiting(community, most=ALL) if row["key"] == key), None)
    if row is None:
        raise LookupError(f"no delivery {key!r} waits for a person in {community!r}")
    who = str(router.context["holder"].name)
    there = {"id": word.id, "url": word.url}
    resolved = outbox.resolve(table(), row, word.outcome, who, clock.now(), there)
    if word.outcome == "again":
        outbox.kick([resolved])
    return {**delivery(resolved), "waits": False}


def waiting(community: str, most: int = MOST_LISTED) -> list[Item]:
    return table().listing(community, outbox.NEEDS_A_PERSON, most)
