"""Surveys: which there are, what was answered, and the links to their forms."""

from datetime import datetime, timedelta
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from events.program import NAME, Survey
from functions.api import forms
from functions.api.shown import View
from functions.feedback import records, rollup
from functions.platforms import asking
from functions.shared import clock, links, program
from functions.shared.table import table

router = APIGatewayHttpRouter()
LONGEST = timedelta(days=366)
"""That answers of a survey without a beginning are looked back for, from its end or from now."""
STANDING = timedelta(days=730)
"""That the link to a survey without an end is good."""
AFTER = timedelta(days=30)
"""That the link to one with an end goes on to say that it is over."""

Event = Annotated[
    str, Query(pattern=f"{NAME}|^$", description="A live event; what comes by its link is tagged with it.")
]


@router.get("/v1/<community>/surveys", tags=["surveys"], summary="What people are asked")
def list_surveys(community: str) -> dict[str, list[View]]:
    return {"surveys": [told(survey, clock.now()) for survey in program.active()[0].surveys_of(community)]}


@router.get("/v1/<community>/surveys/<name>", tags=["surveys"], summary="What was answered")
def read_survey(community: str, name: str) -> View:
    """`answers` is how many answered in all; of each question with choices, how many chose what. They are sums of the
    roll-ups by day, so each answer counts once, and in a poll on a platform each person."""
    survey, now = found(community, name), clock.now()
    zone = program.active()[0].zone(community)
    end = min(now, survey.closes or now)
    first, last = (one.astimezone(zone).date() for one in (survey.opens or end - LONGEST, end))
    records.count_now(table(), community, rollup.hours_of(last, zone), zone, now)
    counts: dict[str, int] = {}
    for day in records.days_between(table(), community, first, last):
        for dimension, number in day["counts"].items():
            counts[dimension] = counts.get(dimension, 0) + number
    of = f"survey:{survey.id}"
    chosen = {
        one.id: {value: counts.get(f"{of}:{one.id}:{value}", 0) for value in one.values}
        for one in survey.questions
        if one.values
    }
    return {**told(survey, now), "answers": counts.get(of, 0), "chosen": chosen}


@router.get("/v1/<community>/surveys/<name>/link", tags=["surveys"], summary="The signed link to its form")
def link_to_survey(community: str, name: str, event: Event = "") -> dict[str, str]:
    survey, now = found(community, name), clock.now()
    lasts = (max(survey.closes, now) - now + AFTER) if survey.closes else STANDING
    reader = event or forms.ANYWHERE
    return {
        "survey": name,
        "event": event,
        "link": links.link(forms.path(community, name), reader, forms.PURPOSE, now, lasts),
    }


def found(community: str, name: str) -> Survey:
    survey = program.active()[0].survey(community, name)
    if survey is None or survey.id != name:
        raise LookupError(f"there is no survey {name!r} in {community!r}")
    return survey


def told(survey: Survey, now: datetime) -> View:
    """`chats`: the platforms on which it can be answered with `/feedback`; on all others by its link."""
    chats = asking.shown(program.active()[0], survey)
    return {**survey.model_dump(mode="json", exclude={"community"}), "open": survey.is_open(now), "chats": chats}
