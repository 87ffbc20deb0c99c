"""Announcements: write, look, publish a draft, cancel."""

from datetime import datetime
from typing import Annotated
from uuid import uuid4

from aws_lambda_powertools.event_handler.openapi.params import Body, Header
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from events.envelope import fingerprint
from events.people import Text
from events.program import MOST_TARGETS, Language
from functions.announcements import plans, records, times
from functions.api.shown import View, delivery, shown
from functions.shared import clock, outbox, program
from functions.shared.table import Item, table

router = APIGatewayHttpRouter()


class When(BaseModel):
    """A wall-clock time in a named zone; both or neither. Neither means now."""

    model_config = ConfigDict(extra="forbid")

    at: str | None = Field(default=None, examples=["2026-11-23T09:00"])
    zone: str | None = Field(default=None, examples=["Europe/Paris"])

    @model_validator(mode="after")
    def both(self) -> "When":
        if (self.at is None) != (self.zone is None):
            raise ValueError("`at` and `zone` go together: a wall-clock time means nothing without its zone")
        return self

    def moment(self) -> datetime:
        """Raises NoSuchTimeError."""
        if self.at is None or self.zone is None:
            return clock.now()
        return times.ahead(times.resolve(self.at, self.zone), clock.now())


class NewAnnouncement(When):
    """What a manager writes."""

    title: Text = Field(min_length=1, max_length=200)
    body: Text = Field(min_length=1, max_length=20_000, description="Markdown")
    language: Language | None = None
    targets: list[str] = Field(
        default_factory=list, max_length=MOST_TARGETS, description="all of the community when left empty"
    )
    draft: bool = False


@router.get("/v1/<community>/announcements", tags=["announcements"], summary="The newest announcements")
def list_announcements(community: str) -> dict[str, list[View]]:
    wanted = ("id", "state", "title", "author", "created_at", "publish_at", "published_at", "targets")
    found = table().listing(community, records.LISTING)
    return {"announcements": [{name: item[name] for name in wanted if name in item} for item in found]}


@router.post("/v1/<community>/announcements", tags=["announcements"], summary="Write an announcement")
def create_announcement(
    community: str,
    new: Annotated[NewAnnouncement, Body()],
    key: Annotated[str | None, Header(alias="idempotency-key", max_length=200)] = None,
) -> View:
    """The same Idempotency-Key makes one announcement, however often it is asked for."""
    active, _ = program.active()
    now, who = clock.now(), str(router.context["holder"].name)
    item = records.item(
        community=community,
        name=plans.announcement_id(community, who, key or str(uuid4())),
        author=who,
        title=new.title,
        body=new.body,
        language=new.language or active.community(community).language,
        targets=plans.chosen(new.targets, [target.id for target in active.targets_of(community)]),
        now=now,
        asked=fingerprint(new.model_dump_json().encode()),
    )
    if not new.draft:
        item |= records.scheduled(new.moment(), new.at or "now", new.zone or "UTC")
    return begun(records.create(table(), item))


@router.get("/v1/<community>/announcements/<name>", tags=["announcements"], summary="One announcement, whole")
def show_announcement(community: str, name: str) -> View:
    return view(community, name)


@router.post("/v1/<community>/announcements/<name>/publish", tags=["announcements"], summary="Publish a draft")
def publish_announcement(community: str, name: str, when: Annotated[When, Body()]) -> View:
    moment = when.moment()
    return begun(records.schedule(table(), community, name, moment, when.at or "now", when.zone or "UTC"))


@router.post("/v1/<community>/announcements/<name>/cancel", tags=["announcements"], summary="Cancel it")
def cancel_announcement(community: str, name: str) -> View:
    records.cancel(table(), community, name, str(router.context["holder"].name), clock.now())
    return view(community, name)


def begun(item: Item) -> View:
    """Publish at once what is due at once; the sweep does the rest, and this, too, if we die here."""
    outbox.kick(records.publish(table(), item, clock.now()))
    return view(item["community"], item["id"])


def view(community: str, name: str) -> View:
    whole = records.whole(table(), community, name)
    deliveries = [delivery(row) for row in whole["deliveries"]]
    return {
        "announcement": shown(whole["announcement"]),
        "progress": whole["progress"],
        "deliveries": deliveries,
    }
