"""Roll-ups of what was said."""

from datetime import date, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from aws_lambda_powertools.event_handler.exceptions import BadRequestError
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.api.shown import View, shown
from functions.feedback import records, rollup
from functions.shared import clock, program
from functions.shared.table import table

router = APIGatewayHttpRouter()
LONGEST = timedelta(days=366)


@router.get("/v1/<community>/feedback", tags=["feedback"], summary="Counts by hour (UTC) or day (local)")
def read_feedback(
    community: str,
    by: Annotated[Literal["hour", "day"], Query()] = "day",
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> dict[str, list[View]]:
    """From and to are included. Without them: the last seven days."""
    end = last or clock.now().date()
    start = first or end - timedelta(days=6)
    if not timedelta() <= end - start <= LONGEST:
        raise BadRequestError("`from` must not be after `to`, nor more than a year before it")
    now, zone = clock.now(), program.active()[0].zone(community)
    # Hours of the last day asked for that wait for their turn. It changes nothing but when they are counted.
    waiting = rollup.hours_of(end, zone if by == "day" else ZoneInfo("UTC"))
    records.count_now(table(), community, waiting, zone, now)
    if by == "hour":
        return {"hours": [shown(item) for item in records.hours_between(table(), community, start, end)]}
    return {"days": [shown(item) for item in records.days_between(table(), community, start, end)]}
