"""Series: announcements that repeat, and all that is said around a live event, from one definition."""

from datetime import datetime
from typing import Annotated
from uuid import uuid4

from aws_lambda_powertools.event_handler.openapi.params import Body, Header
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict, Field

from events.announcements import OFFSET, Event, Repeat, Series, Step, StepWords
from events.envelope import fingerprint
from events.people import Text
from functions.announcements import plans, publishing, recurring, series
from functions.announcements.series import Occurrence
from functions.api.announcements import Variant, Written, who
from functions.api.shown import View, shown
from functions.shared import clock, program
from functions.shared.table import Item, table

router = APIGatewayHttpRouter()
NEXT = 10
"""Occurrences that a person is shown."""

EVERY = r"^(?:(\d{1,2}) )?(day|week|month)s?$"


class LiveEvent(Event):
    """An event, and what is said around it beside its announcement."""

    model_config = ConfigDict(extra="forbid")

    reminders: list[Annotated[str, Field(pattern=OFFSET)]] = Field(
        default_factory=list, max_length=10, examples=[["-7d", "-1h"]], description="before its start"
    )
    starting: bool = Field(default=False, description="say that it starts now")
    thanks: str = Field(default="", pattern=f"({OFFSET})|^$", examples=["+2h"], description="after its end")
    recording: Text = Field(default="", max_length=1000, pattern=r"^(https?://\S+)?$", description="for the thanks")


class StepVariant(Variant):
    """Its words for one step of an event. `{starts}` in them is its start."""

    step: Step


class NewSeries(Written):
    """What a manager writes. It repeats (`every`), or it is about a live `event`, or both."""

    at: str = Field(examples=["2026-11-23T09:00"], description="when the announcement goes out for the first time")
    zone: str = Field(examples=["Europe/Paris"])
    every: str = Field(default="", pattern=f"{EVERY}|^$", examples=["week", "2 weeks"])
    on: list[str] = Field(
        default_factory=list, max_length=31, examples=[["monday"], ["last friday"]], description="as the first if empty"
    )
    until: str = Field(default="", max_length=10, examples=["2027-06-30"], description="the last day it may be")
    times: int | None = Field(default=None, ge=1, le=10_000, description="how often in all")
    event: LiveEvent | None = None
    words: list[StepVariant] = Field(default_factory=list, max_length=50, description="for steps of the event")
    draft: bool = False

    def definition(self, community: str) -> Series:
        """Raises NotAllowedError, LookupError, NoSuchTimeError."""
        active, live = program.active()[0], self.event
        own = self.language or active.community(community).language
        content = self.under(active, community)
        event = live and Event(starts=live.starts, ends=live.ends, zone=live.zone, where=live.where)
        words = tuple(
            StepWords(step=one.step, language=one.language or own, only=one.only, title=one.title, body=one.body)
            for one in self.words
        )
        made = Series(
            content=content.model_copy(update={"event": event}),
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

    hash: str = Field(min_length=64, max_length=64)


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


@router.get("/v1/<community>/series/<name>", tags=["series"], summary="One series, and what comes of it next")
def show_series(community: str, name: str) -> View:
    """`hash` is what an approval says yes to, `notes` what one has to know before."""
    return view(recurring.existing(table(), community, name))


@router.put("/v1/<community>/series/<name>", tags=["series"], summary="Another definition for what is to come")
def change_series(community: str, name: str, new: Annotated[NewSeries, Body()]) -> View:
    """Any approval is void. What was made already stays as it is."""
    found = recurring.existing(table(), community, name)
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


def seen(found: Item) -> recurring.Seen:
    return recurring.preview(
        table(), found["community"], found["id"], recurring.definition_of(found), program.active()[0]
    )


def fit(item: Item) -> None:
    """Raises NotAllowedError for what cannot be sent as it is."""
    if told := recurring.problems(seen(item)):
        raise plans.NotAllowedError("it cannot be sent like this: " + "; ".join(told))


def view(found: Item) -> View:
    definition, made, now = recurring.definition_of(found), seen(found), clock.now()
    coming = recurring.coming(found, now, NEXT)
    return {
        "series": shown(found),
        "hash": recurring.hash_of(definition, made),
        "problems": recurring.problems(made),
        "notes": [*over(found, definition, now), *series.notes(definition, recurring.cursor(found, now))],
        "next": [occurrence(one, definition.zone) for one in coming],
        "previews": [{**occurrence(one, definition.zone), **publishing.shown(made_)} for one, made_ in made],
        "history": [shown(line) for line in recurring.history(table(), found)],
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
