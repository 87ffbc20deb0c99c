"""What was unusual, what is usual, and what two periods differ by."""

from datetime import date, timedelta
from typing import Annotated

from aws_lambda_powertools.event_handler.exceptions import BadRequestError
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict, Field

from functions.api.shown import View, shown
from functions.feedback import unusual, watch
from functions.shared import clock, program
from functions.shared.table import table

router = APIGatewayHttpRouter()
LONGEST = timedelta(days=366)
DAY = timedelta(days=1)


class Word(BaseModel):
    """What it was."""

    model_config = ConfigDict(extra="forbid")

    word: str = Field(min_length=1, max_length=watch.LONGEST)


class Note(BaseModel):
    """What happened on a day of the community; without one: today."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=watch.LONGEST)
    day: date | None = None


@router.get("/v1/<community>/feedback/unusual", tags=["feedback"], summary="Episodes in which a count was not usual")
def read_unusual(
    community: str,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> View:
    """Newest first; without from and to, of the last thirty days. Of each day `counted` is what the alarm was raised
    at, `count` what is counted now. `looked_at` is the last day that was compared."""
    end = last or today(community)
    start = first or end - timedelta(days=29)
    bounded(start, end)
    found = [watch.told(table(), community, one) for one in watch.between(table(), community, start, end)]
    row = table().get(*watch.row_key(community))
    return {"episodes": [shown(one) for one in found], "looked_at": row["day"] if row else None}


@router.get("/v1/<community>/feedback/unusual/<name>", tags=["feedback"], summary="One episode")
def read_episode(community: str, name: str) -> View:
    return shown(watch.told(table(), community, watch.existing(table(), community, name)))


@router.post("/v1/<community>/feedback/unusual/<name>/close", tags=["feedback"], summary="Say what it was")
def close_episode(community: str, name: str, word: Annotated[Word, Body()]) -> View:
    closed = watch.close(table(), community, name, word.word, who(), clock.now())
    return shown(watch.told(table(), community, closed))


@router.post("/v1/<community>/feedback/notes", tags=["feedback"], summary="Say what happened, so that it is a cause")
def note(community: str, said: Annotated[Note, Body()]) -> View:
    day = said.day or today(community)
    return shown(watch.note(table(), community, day, said.text, who(), clock.now()))


@router.get("/v1/<community>/feedback/usual", tags=["feedback"], summary="A day, and the range of such days")
def read_usual(community: str, day: date | None = None) -> View:
    """Yesterday, when left out. `usual` is what nine of ten such days are within; null: not enough history yet."""
    chosen = day or today(community) - DAY
    counts = watch.counts_of(table(), community, chosen, chosen).get(chosen, {})
    ranges = watch.usual(table(), community, chosen, sorted({*counts, "total"}))
    series = {
        name: {"count": counts.get(name, 0), "usual": {"low": found.low, "high": found.high} if found else None}
        for name, found in ranges.items()
    }
    return {"day": chosen.isoformat(), "series": series}


@router.get("/v1/<community>/feedback/compared", tags=["feedback"], summary="A period, and as many days before it")
def read_compared(
    community: str,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> View:
    """Without from and to: the last seven days that are over. A change is named only where the range of its ratio
    leaves one out; below ten on both sides it is too few to say."""
    end = last or today(community) - DAY
    start = first or end - timedelta(days=6)
    bounded(start, end)
    before = start - (end - start) - DAY
    series = watch.compared(table(), community, before, start, end)
    rising = unusual.rising({name: (one.now, one.before, one.phi, one.exposure) for name, one in series.items()})
    return {
        "from": start.isoformat(),
        "to": end.isoformat(),
        "before": before.isoformat(),
        "series": {name: one.shown for name, one in series.items()},
        "rising": rising,
    }


def bounded(start: date, end: date) -> None:
    if not timedelta() <= end - start <= LONGEST:
        raise BadRequestError("`from` must not be after `to`, nor more than a year before it")


def today(community: str) -> date:
    return clock.now().astimezone(program.active()[0].zone(community)).date()


def who() -> str:
    return str(router.context["holder"].name)
