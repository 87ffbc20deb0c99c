"""Series: announcements that repeat, and all that is said around a live event, from one definition."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import uuid4

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Header
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from events.announcements import OFFSET, Repeat, Series, Step, StepWords
from events.envelope import fingerprint
from events.program import Program
from functions.announcements import pages as looks
from functions.announcements import plans, publishing, recurring, series
from functions.announcements.records import PREVIEW
from functions.announcements.series import Occurrence
from functions.api.announcements import Address, Happening, Hash, Variant, Written, all_there, stored, who
from functions.api.pages import HTML, PRIVATE, signed, sorry
from functions.api.shown import View, shown
from functions.platforms.previews import Previews
from functions.shared import clock, links, program
from functions.shared.table import Item, table

router = APIGatewayHttpRouter()
NEXT = 10
"""Occurrences that a person is shown."""

EVERY = re.compile(r"(?:(\d{1,2}) )?(day|week|month)s?")

MOST_EACH = 52

Render = Callable[[Occurrence], Previews]
"""What every target gets of one occurrence."""


def rhythm(given: str) -> str:
    found = EVERY.fullmatch(given)
    if given and not (found and 1 <= int(found[1] or 1) <= MOST_EACH):
        raise ValueError(f"{given[:100]!r} is no rhythm: write day, week, month, or 2 weeks (at most {MOST_EACH})")
    return given


def offset(given: str) -> str:
    if not re.fullmatch(OFFSET, given):
        raise ValueError(f"{given[:100]!r} is no distance: write for example -7d, -2h or +30m (w, d, h, m)")
    return given


def offset_or_none(given: str) -> str:
    return given and offset(given)


Offset = Annotated[str, AfterValidator(offset)]


class LiveEvent(Happening):
    """An event, and what is said around it beside its announcement."""

    reminders: list[Offset] = Field(
        default_factory=list, max_length=10, examples=[["-7d", "-1h"]], description="before its start"
    )
    starting: bool = Field(default=False, description="say that it starts now")
    thanks: Annotated[str, AfterValidator(offset_or_none)] = Field(
        default="", examples=["+2h"], description="after its end"
    )
    recording: Address = Field(default="", description="for the thanks")


class StepVariant(Variant):
    """Its words for one step of an event. `{starts}` in them is its start."""

    step: Step


class NewSeries(Written):
    """What a manager writes. It repeats (`every`), or it is about a live `event`, or both."""

    at: str = Field(
        max_length=40, examples=["2026-11-23T09:00"], description="when the announcement goes out for the first time"
    )
    zone: str = Field(max_length=40, examples=["Europe/Paris"])
    every: Annotated[str, AfterValidator(rhythm)] = Field(default="", examples=["week", "2 weeks"])
    on: list[str] = Field(
        default_factory=list, max_length=31, examples=[["monday"], ["last friday"]], description="as the first if empty"
    )
    until: str = Field(default="", max_length=40, examples=["2027-06-30"], description="the last day it may be")
    times: int | None = Field(default=None, ge=1, le=10_000, description="how often in all")
    event: LiveEvent | None = None
    words: list[StepVariant] = Field(default_factory=list, max_length=50, description="for steps of the event")
    draft: bool = False

    def definition(self, community: str) -> Series:
        """Raises NotAllowedError, LookupError, NoSuchTimeError."""
        return self.defined(program.active()[0], community)

    def defined(self, active: Program, community: str) -> Series:
        """As a program has it."""
        live = self.event
        own = self.language or active.community(community).language
        content = self.under(active, community)
        words = tuple(
            StepWords(step=one.step, language=one.language or own, only=one.only, title=one.title, body=one.body)
            for one in self.words
        )
        made = Series(
            content=content,
            at=self.at,
            zone=self.zone,
            repeat=self.repeat(),
            reminders=tuple(live.reminders) if live else (),
            starting=bool(live and live.starting),
            thanks=live.thanks if live else "",
            recording=live.recording if live else "",
            words=words,
        )
        series.check(made)
        return made

    def repeat(self) -> Repeat | None:
        """Raises NotAllowedError."""
        if not self.every:
            if self.on or self.until or self.times:
                raise plans.NotAllowedError("`on`, `until` and `times` need `every`")
            return None
        each, _, unit = self.every.rpartition(" ")
        given = {"every": unit.removesuffix("s"), "each": int(each or 1), "on": self.on}
        return Repeat.model_validate({**given, "until": self.until, "times": self.times})


class SeriesApproval(BaseModel):
    """`hash`: of the preview that was looked at."""

    model_config = ConfigDict(extra="forbid")

    hash: Hash


class Pause(BaseModel):
    model_config = ConfigDict(extra="forbid")

    paused: bool = True


@router.get("/v1/<community>/series", tags=["series"], summary="What repeats, and live events")
def list_series(community: str) -> dict[str, list[View]]:
    wanted = ("id", "state", "title", "author", "created_at", "reason", "last")
    told = []
    for found in table().listing(community, recurring.LISTING):
        one = {name: found[name] for name in wanted if name in found}
        # The minute looks at it when the next one is to be made.
        told.append(one | ({"next": found["due_at"]} if "due_at" in found else {}))
    return {"series": told}


@router.post("/v1/<community>/series", tags=["series"], summary="Write a series")
def create_series(
    community: str,
    new: Annotated[NewSeries, Body()],
    key: Annotated[str | None, Header(alias="idempotency-key", max_length=200)] = None,
) -> View:
    """The same Idempotency-Key makes one series. It begins unless it is a draft, or the program wants somebody else's
    approval: then it waits for that."""
    definition, now = new.definition(community), clock.now()
    all_there(new.images)
    item = recurring.item(
        community=community,
        name=plans.announcement_id(community, who(), f"series {key or uuid4()}"),
        author=who(),
        definition=definition,
        now=now,
        asked=fingerprint(new.model_dump_json().encode()),
    )
    waits = new.draft or program.active()[0].community(community).approval == "another"
    if not waits and table().get(item["pk"], item["sk"]) is None:
        fit(item)  # What cannot go out does not stay behind as a draft nobody knows of.
    found = recurring.create(table(), item, now)
    if not waits and found["state"] == "draft":
        found = approved(found, recurring.hash_of(definition, seen(found)))
    return view(found)


@router.post("/v1/<community>/series/preview", tags=["series"], summary="What would come of a series")
def preview_unwritten(community: str, new: Annotated[NewSeries, Body()]) -> View:
    found = unwritten(community, new.definition(community), clock.now())
    return looked(found, rendering(found), clock.now())


@router.get("/v1/<community>/series/<name>", tags=["series"], summary="One series, and what comes of it next")
def show_series(community: str, name: str) -> View:
    """`hash` is what an approval says yes to, `notes` what one has to know before."""
    return view(recurring.existing(table(), community, name))


@router.get("/previews/<community>/series/<name>", include_in_schema=False)
def preview_page(community: str, name: str) -> Response[str]:
    """What will come of it, as things stand. Saying yes to it takes a token."""
    if not signed(preview_path(community, name), PREVIEW):
        return sorry(403, "This link is not valid, or not any more. `liaison series preview` gives a new one.")
    found = table().get(*recurring.key(community, name))
    if found is None:
        return sorry(404, "There is no such series.")
    author = program.active()[0].community(community).name
    page = looks.series_page(found["title"], author, looked(found, rendering(found), clock.now()), stored)
    return Response(200, HTML, page, {**PRIVATE, "content-security-policy": looks.POLICY})


@router.put("/v1/<community>/series/<name>", tags=["series"], summary="Another definition for what is to come")
def change_series(community: str, name: str, new: Annotated[NewSeries, Body()]) -> View:
    """Any approval is void. What was made already stays as it is."""
    found = recurring.existing(table(), community, name)
    all_there(new.images)
    return view(recurring.revise(table(), found, new.definition(community), who(), clock.now()))


@router.post("/v1/<community>/series/<name>/approve", tags=["series"], summary="Say yes to all of it")
def approve_series(community: str, name: str, approval: Annotated[SeriesApproval, Body()]) -> View:
    return view(approved(recurring.existing(table(), community, name), approval.hash))


@router.post("/v1/<community>/series/<name>/pause", tags=["series"], summary="Pause it, or go on with it")
def pause_series(community: str, name: str, pause: Annotated[Pause, Body()]) -> View:
    found = recurring.existing(table(), community, name)
    return view(recurring.pause(table(), found, who(), clock.now(), paused=pause.paused))


@router.post("/v1/<community>/series/<name>/end", tags=["series"], summary="Nothing more comes of it")
def end_series(community: str, name: str) -> View:
    return view(recurring.end(table(), recurring.existing(table(), community, name), who(), clock.now()))


def approved(found: Item, hash_: str) -> Item:
    return recurring.approve(table(), found, who(), hash_, program.active()[0], clock.now())


def rendering(found: Item) -> Render:
    definition, active = recurring.definition_of(found), program.active()[0]

    def render(one: Occurrence) -> Previews:
        content = recurring.content_of(definition, one, found["community"], active)
        return publishing.preview(table(), found["community"], found["id"], content, active)

    return render


def seen(found: Item) -> recurring.Seen:
    definition = recurring.definition_of(found)
    return recurring.preview(table(), found["community"], found["id"], definition, program.active()[0])


def fit(item: Item) -> None:
    """Raises NotAllowedError for what cannot be sent as it is."""
    if told := recurring.problems(seen(item)):
        raise plans.NotAllowedError("it cannot be sent like this: " + "; ".join(told))


def view(found: Item) -> View:
    path = preview_path(found["community"], found["id"])
    return {
        "series": shown(found),
        **looked(found, rendering(found), clock.now()),
        "page": links.link(path, who(), PREVIEW, clock.now()),
        "history": [shown(line) for line in recurring.history(table(), found)],
    }


def preview_path(community: str, name: str) -> str:
    return f"/previews/{community}/series/{name}"


def unwritten(community: str, definition: Series, now: datetime) -> Item:
    """A draft that is kept nowhere."""
    return recurring.item(community=community, name="preview", author="", definition=definition, now=now)


def looked(found: Item, render: Render, now: datetime) -> View:
    """What a person looks at before saying yes: what comes when, and the next post of each kind. `hash` is of the first
    of each kind, and of the rules that say when."""
    definition = recurring.definition_of(found)
    first = {one: render(one) for one in series.examples(definition)}
    coming, after = recurring.coming(found, now, NEXT), recurring.cursor(found, now)
    nearest = series.next_of_each(definition, after) if coming else list(first)
    return {
        "hash": recurring.hash_of(definition, list(first.items())),
        "problems": recurring.problems(list(first.items())),
        "notes": [*over(found, definition, now), *series.notes(definition, after)],
        "next": [occurrence(one, definition.zone) for one in coming],
        "previews": [
            {**occurrence(one, definition.zone), **publishing.shown(first.get(one) or render(one))} for one in nearest
        ],
    }


def over(found: Item, definition: Series, now: datetime) -> list[str]:
    """What a draft has come too late for."""
    if found["state"] != "draft":
        return []
    after = recurring.cursor(found, now)
    missed = [one for one in series.examples(definition) if found["cursor"] < one.mark <= after]
    return [f"{one.step} {one.offset}".strip() + f": {one.wall[:16]} is over; it is not sent" for one in missed]


def occurrence(one: Occurrence, zone: str) -> View:
    told = {"step": one.step, "offset": one.offset, "at": clock.text(one.moment), "wall": one.wall, "zone": zone}
    return told | {"notes": list(one.notes)} | ({"starts": one.starts} if one.starts else {})
