"""A month of a community: for programs as JSON, for people as a page behind a signed link."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.announcements import agenda
from functions.announcements import pages as looks
from functions.announcements.calendar import Day, Month
from functions.announcements.times import NoSuchTimeError
from functions.api.announcements import who
from functions.api.pages import HTML, PRIVATE, signed, sorry
from functions.api.shown import View
from functions.shared import clock, links, program
from functions.shared.table import table

router = APIGatewayHttpRouter()
PURPOSE = "calendar"


@router.get("/v1/<community>/calendar", tags=["calendar"], summary="A month, and what clashes in it")
def read_calendar(
    community: str, month: Annotated[str, Query(description="2026-12; this one when left out", max_length=40)] = ""
) -> View:
    made = of(community, month)
    return {
        "month": made.name,
        "zone": made.zone,
        "days": [day(one) for one in made.days if one.entries or one.events],
        "clashes": [clash.told for clash in made.clashes],
        "notes": list(made.notes),
        "page": address(community, made.name, who()),
    }


@router.get("/calendars/<community>/<month>", include_in_schema=False)
def calendar_page(community: str, month: str) -> Response[str]:
    reader = signed(path(community, month), PURPOSE)
    if not reader:
        return sorry(403, "This link is not valid, or not any more. `liaison calendar` gives a new one.")
    try:
        made = of(community, month)
    except NoSuchTimeError as error:
        return sorry(404, str(error))
    beside = (address(community, made.next(by), reader) for by in (-1, 1))
    page = agenda.page(program.active()[0].community(community).name, made, *beside)
    return Response(200, HTML, page, {**PRIVATE, "content-security-policy": looks.POLICY})


def of(community: str, month: str) -> Month:
    """Raises NoSuchTimeError."""
    active, now = program.active()[0], clock.now()
    name = month or f"{now.astimezone(active.zone(community)):%Y-%m}"
    return agenda.of(table(), community, name, active, now)


def path(community: str, month: str) -> str:
    return f"/calendars/{community}/{month}"


def address(community: str, month: str, reader: str) -> str:
    return links.link(path(community, month), reader, PURPOSE, clock.now())


def day(one: Day) -> View:
    return {
        "day": one.day.isoformat(),
        "announcements": [
            {
                "at": clock.text(entry.at),
                "title": entry.title,
                "state": entry.state,
                "series" if entry.state == "series" else "id": entry.id,
                "step": entry.step,
                "targets": list(entry.targets),
            }
            for entry in one.entries
        ],
        "events": [
            {"starts": clock.text(live.starts), "ends": clock.text(live.ends), "title": live.title, "where": live.where}
            for live in one.events
        ],
    }
