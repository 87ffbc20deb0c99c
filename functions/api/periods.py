"""How many people spoke in a period, how long they waited for a reply, and what share of it all was what."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated

from aws_lambda_powertools.event_handler.exceptions import BadRequestError
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from functions.api.shown import View
from functions.feedback import periods, reach, records, rollup, shares
from functions.feedback.replies import Replies
from functions.shared import clock, errands, program
from functions.shared.table import table

router = APIGatewayHttpRouter()
RESERVE = 6_000
"""Milliseconds of the function's fifteen seconds that another day's log is given."""

First = Annotated[date | None, Query(alias="from")]
Last = Annotated[date | None, Query(alias="to")]


def asked(community: str, first: date | None, last: date | None) -> tuple[date, date]:
    """Local days, both included; without them the last seven."""
    end = last or clock.now().astimezone(program.active()[0].zone(community)).date()
    start = first or end - timedelta(days=6)
    if not timedelta() <= end - start < periods.LONGEST:
        raise BadRequestError(f"`from` must not be after `to`, and both within {periods.LONGEST.days} days")
    return start, end


@router.get("/v1/<community>/feedback/people", tags=["feedback"], summary="Distinct people, by dimension")
def read_people(community: str, first: First = None, last: Last = None) -> View:
    """Exact: whoever spoke on several days, or of a thing several times, is one. Our own people and programs are left
    out. `open` are days whose log has not been read for lack of time: ask again, until there are none."""
    start, end = asked(community, first, last)
    zone, now = program.active()[0].zone(community), clock.now()
    records.count_now(table(), community, rollup.hours_of(end, zone), zone, now)
    left = errands.until_short(router.lambda_context, RESERVE)
    found, pending = periods.people_between(table(), community, start, end, zone, left)
    days = {"from": start.isoformat(), "to": end.isoformat(), "zone": zone.key}
    return {**days, "people": reach.counted(found), "open": [day.isoformat() for day in pending]}


@router.get("/v1/<community>/feedback/replies", tags=["feedback"], summary="How long people waited for a reply")
def read_replies(community: str, first: First = None, last: Last = None) -> View:
    """Of threads that were opened and questions that were asked in the period, with replies until a month after it.
    Seconds; who still waits is counted as having waited until then. `in_time`: the share with a reply within 24 hours,
    and its 90 % range. `open` are days whose log has not been read for lack of time, and without which there is nothing
    to say: ask again, until there are none."""
    start, end = asked(community, first, last)
    zone, now = program.active()[0].zone(community), clock.now()
    left = errands.until_short(router.lambda_context, RESERVE)
    try:
        found, pending = periods.replied_between(table(), community, start, end, zone, now, left)
    except periods.EndedError as error:
        raise BadRequestError(f"of {error} the words have ended, and what answered what: ask for later days") from None
    days = {"from": start.isoformat(), "to": end.isoformat(), "zone": zone.key}
    return {**days, **(UNTOLD if pending else waited(found)), "open": [day.isoformat() for day in pending]}


def waited(found: Replies) -> View:
    return {
        "asked": found.asked,
        "unanswered": found.unanswered,
        "oldest": clock.text(found.oldest) if found.oldest else None,
        "half": found.half.total_seconds() if found.half else None,
        "nine_in_ten": found.nine_in_ten.total_seconds() if found.nine_in_ten else None,
        "in_time": [round(one, 4) for one in found.in_time] if found.in_time else None,
    }


UNTOLD: View = dict.fromkeys(("asked", "unanswered", "oldest", "half", "nine_in_ten", "in_time"))


@router.get("/v1/<community>/feedback/shares", tags=["feedback"], summary="Shares of kinds and moods, with their range")
def read_shares(community: str, first: First = None, last: Last = None) -> View:
    """Corrected for what the models mistake: of a hundred texts that were called bugs some are none. The truth is
    between `low` and `high` nine times of ten; they are wide, since the models were measured on reviews and tweets, and
    not on this community. `of` is null where fewer than thirty texts were scored: too few to say."""
    start, end = asked(community, first, last)
    zone, now = program.active()[0].zone(community), clock.now()
    records.count_now(table(), community, rollup.hours_of(end, zone), zone, now)
    counts: Counter[str] = Counter()
    for day in records.days_between(table(), community, start, end):
        counts.update(day["counts"])
    days = {"from": start.isoformat(), "to": end.isoformat(), "zone": zone.key}
    return {**days, **{what: shown(counts, what) for what in ("kind", "mood")}}


def shown(counts: Mapping[str, int], what: str) -> View:
    found = shares.shares(shares.labels(counts, what), shares.measured(what), elsewhere=True)
    of = {
        name: {"share": round(one.share, 3), "low": round(one.low, 3), "high": round(one.high, 3)}
        for name, one in found.of.items()
    }
    return {"texts": found.texts, "of": of or None}
