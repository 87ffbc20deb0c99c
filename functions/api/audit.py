"""The histories of cases, proved or not."""

import re
from dataclasses import asdict
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.api.shown import LAST, View
from functions.moderation import records, seals
from functions.shared import clock
from functions.shared.table import table

router = APIGatewayHttpRouter()
A_DAY = r"^\d{4}-\d\d-\d\d$"
A_PLACE = r"^(\d{4}-\d\d-\d\d(\.\d{1,9})?)?$"
PAGE = 50
"""Cases a call looks through: a history may have thousands of lines."""


@router.get("/v1/<community>/audit/verify", tags=["audit"], summary="Whether histories are what was written")
def verify_histories(
    community: str,
    state: Annotated[records.Listed, Query()] = "open",
    before: Annotated[str, Query(description="`next` of the page before")] = LAST,
) -> View:
    """The chain of each case, page by page, and whether the seal of its day has it: how many there are, and where one
    does not hold. `next` is there while there are more."""
    found, more = table().page(community, records.LISTINGS[state], most=PAGE, before=before)
    broken = list[dict[str, Any]]()
    for case in found:
        if wrong := records.verified(table(), case):
            broken.append({"case": case["id"], "line": wrong.number, "told": wrong.told})
    if state == "decided":
        broken += [asdict(one) for one in seals.unsealed(table(), community, found, clock.now())]
    return {"cases": len(found), "broken": broken, **({"next": more} if more else {})}


@router.get("/v1/<community>/audit/seals", tags=["audit"], summary="Whether daily seals hold, and histories by them")
def verify_seals(
    community: str,
    start: Annotated[str, Query(pattern=A_PLACE, description="A day, or `next` of the page before")] = "",
) -> View:
    """The newest first, page by page: how many days and cases were looked at, and where one does not hold. `next` is
    there while there are more."""
    found = seals.check(table(), community, clock.now(), start)
    broken = [asdict(one) for one in found.broken]
    more = {"next": found.next} if found.next else {}
    return {"days": found.days, "cases": found.cases, "broken": broken, **more}


@router.get("/v1/<community>/audit/seals/<day>", tags=["audit"], summary="The seal of one day")
def show_seal(community: str, day: str) -> View:
    """With where the history of each case stood that was decided that day."""
    seal = seals.of_day(community, day) if re.fullmatch(A_DAY, day) else None
    if seal is None:
        raise LookupError(f"there is no seal of {day!r}: they are made after midnight, UTC, for each day that is over")
    return dict(seal)
