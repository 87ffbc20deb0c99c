"""The histories of cases, proved or not."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.api.shown import LAST, View
from functions.moderation import records
from functions.shared.table import table

router = APIGatewayHttpRouter()
PAGE = 50
"""Cases a call looks through: a history may have thousands of lines."""


@router.get("/v1/<community>/audit/verify", tags=["audit"], summary="Whether histories are what was written")
def verify_histories(
    community: str,
    state: Annotated[records.Listed, Query()] = "open",
    before: Annotated[str, Query(description="`next` of the page before")] = LAST,
) -> View:
    """The chain of each case, page by page: how many hold, and where one does not. `next` is there while there are
    more."""
    found, more = table().page(community, records.LISTINGS[state], most=PAGE, before=before)
    broken = []
    for case in found:
        if wrong := records.verified(table(), case):
            broken.append({"case": case["id"], "line": wrong.number, "told": wrong.told})
    return {"cases": len(found), "broken": broken, **({"next": more} if more else {})}
