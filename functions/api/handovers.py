"""Handing themes to the company's tracker: shown to the letter, handed once, and linked back."""

from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict, Field

from events.people import Text
from events.program import Theme
from functions.api.shown import View, delivery, shown
from functions.feedback import handing, handover_records, handovers
from functions.feedback.handing import Asked
from functions.shared import clock, errands, outbox, program
from functions.shared.table import Item, table

router = APIGatewayHttpRouter()
RESERVE = 6_000
"""Milliseconds of the function's fifteen seconds that another day's log is given."""
LONGEST_WORD = 2_000
ItemId = Annotated[str, Field(min_length=1, max_length=60)]


class Handing(BaseModel):
    """What is told of a theme, and to whom: `to` is a source. From and to, both included: local days; without them the
    last 28 that are over. `word` is your own, in Markdown. `quotes` are items whose words go along: nobody's do
    otherwise."""

    model_config = ConfigDict(extra="forbid")

    to: Annotated[str, Field(min_length=1, max_length=40)]
    first: Annotated[date | None, Field(alias="from")] = None
    last: Annotated[date | None, Field(alias="until")] = None
    word: Annotated[Text, Field(max_length=LONGEST_WORD)] = ""
    quotes: Annotated[list[ItemId], Field(max_length=handovers.MOST_QUOTES)] = []

    def asked(self) -> Asked:
        return Asked(self.first, self.last, self.word, tuple(dict.fromkeys(self.quotes)))


Seen = Annotated[str, Field(min_length=8, max_length=64, pattern="^[0-9a-f]+$")]
"""The hash of a preview, or how it begins."""


class Handed(Handing):
    """The same, with the hash of what was seen."""

    seen: Seen


class Yes(BaseModel):
    """To what somebody else wrote for a source. `seen`: its hash, or how it begins."""

    model_config = ConfigDict(extra="forbid")

    to: Annotated[str, Field(min_length=1, max_length=40)]
    seen: Seen


@router.post("/v1/<community>/themes/<theme>/preview", tags=["themes"], summary="What would be handed, to the letter")
def preview_handover(community: str, theme: str, asked: Annotated[Handing, Body()]) -> View:
    """Its title and description, how many people and posts in the period, links to what everybody can read, and the
    words that you name. `handed`: what is there already."""
    found, active, now = existing(community, theme), program.active()[0], clock.now()
    left = errands.until_short(router.lambda_context, RESERVE)
    made = handing.made(table(), community, found, asked.to, asked.asked(), active, now, left)
    before = handover_records.read(table(), community, theme, asked.to)
    return {**handing.preview(made), "handed": view(before) if before else None}


@router.post("/v1/<community>/themes/<theme>/hand", tags=["themes"], summary="Hand a theme to the company's tracker")
def hand_over(community: str, theme: str, asked: Annotated[Handed, Body()]) -> View:
    """Exactly what was seen, once for each theme and source, as a GitHub issue or a signed webhook. Where the program
    asks for two people, it waits for another one's yes (`approve`)."""
    found, active, now = existing(community, theme), program.active()[0], clock.now()
    left = errands.until_short(router.lambda_context, RESERVE)
    return begun(handing.hand(table(), community, found, asked.to, asked.asked(), asked.seen, who(), active, now, left))


@router.post("/v1/<community>/themes/<theme>/approve", tags=["themes"], summary="Say yes to somebody else's handover")
def approve_handover(community: str, theme: str, asked: Annotated[Yes, Body()]) -> View:
    existing(community, theme)
    active, now = program.active()[0], clock.now()
    return begun(handing.approve(table(), community, theme, asked.to, asked.seen, who(), active, now))


def begun(handover: Item) -> View:
    """It is not left to the sweep."""
    row = handover_records.row_of(table(), handover)
    outbox.kick([row] if row else [])
    return view(handover)


def view(handover: Item) -> View:
    """All of it: how far it is, where it is, and how it stands there; what waits for a yes, to the letter."""
    row, draft = handover_records.row_of(table(), handover), handover_records.draft_of(table(), handover)
    waits = {"draft": {name: draft["request"][name] for name in ("body", "text")}} if draft else {}
    return {**brief(handover), "delivery": delivery(row) if row else None, **waits}


def brief(handover: Item) -> View:
    left_out = ("version", "content", "number", "listed_at", "reported_at", "tried_at")
    return {name: value for name, value in shown(handover).items() if name not in left_out}


def of_theme(community: str, theme: str) -> list[View]:
    return [view(one) for one in handover_records.of_theme(table(), community, theme)]


def by_theme(community: str) -> dict[str, list[View]]:
    """Of all themes, in short."""
    found: dict[str, list[View]] = {}
    for one in handover_records.listed(table(), community):
        found.setdefault(one["theme"], []).append(brief(one))
    return found


def existing(community: str, name: str) -> Theme:
    """Raises LookupError."""
    theme = program.active()[0].theme(community, name)
    if theme is None:
        raise LookupError(f"there is no theme {name!r} in the program of {community!r}")
    return theme


def who() -> str:
    return str(router.context["holder"].name)
