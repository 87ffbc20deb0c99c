"""Announcements: write, look, approve, change, hold, withdraw."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import uuid4

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from events.announcements import Announcement, Event, Image, Words
from events.envelope import fingerprint
from events.people import Text
from events.program import MOST_TARGETS, Language, Program
from functions.announcements import pages as looks
from functions.announcements import plans, publishing, records, times
from functions.api.pages import HTML, PRIVATE, signed, sorry
from functions.api.shown import LAST, View, delivery, shown
from functions.platforms.outgoing import MEDIA
from functions.platforms.previews import Previews
from functions.shared import clock, links, objects, outbox, program
from functions.shared.table import Item, table

router = APIGatewayHttpRouter()
NOW = "now"
"""Stands where a wall-clock time would."""

"""What a link to a preview's page is signed for."""


def web_address(given: str) -> str:
    if given and not re.fullmatch(r"https?://\S+", given):
        raise ValueError(f"{given[:100]!r} is no address: write it as https://example.com/news")
    return given


def whole_hash(given: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", given):
        raise ValueError("give the whole hash of the preview: 64 digits of 0-9 and a-f")
    return given


Hash = Annotated[str, AfterValidator(whole_hash)]
"""Of a preview that was looked at."""

Address = Annotated[Text, Field(max_length=1000), AfterValidator(web_address)]
"""Of a page in the web, or empty."""


class When(BaseModel):
    """A wall-clock time in a named zone; both or neither. Neither means now."""

    model_config = ConfigDict(extra="forbid")

    at: str | None = Field(default=None, max_length=40, examples=["2026-11-23T09:00"])
    zone: str | None = Field(default=None, max_length=40, examples=["Europe/Paris"])

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


class Variant(BaseModel):
    """Its words in one more language, or for one target or platform alone."""

    model_config = ConfigDict(extra="forbid")

    language: Language | None = Field(default=None, description="the announcement's own when left out")
    only: str = Field(default="", max_length=40, description="a target's id or a platform's name")
    title: Text = Field(default="", max_length=200)
    body: Text = Field(min_length=1, max_length=40_000, description="Markdown")


class Happening(Event):
    """A live event, as it is announced."""

    model_config = ConfigDict(extra="forbid")

    def event(self) -> Event:
        return Event(starts=self.starts, ends=self.ends, zone=self.zone, where=self.where)


class Written(BaseModel):
    """What a manager writes."""

    model_config = ConfigDict(extra="forbid")

    title: Text = Field(min_length=1, max_length=200)
    body: Text = Field(min_length=1, max_length=40_000, description="Markdown")
    language: Language | None = None
    variants: list[Variant] = Field(default_factory=list, max_length=50)
    targets: list[str] = Field(
        default_factory=list, max_length=MOST_TARGETS, description="all of the community when left empty"
    )
    images: list[Image] = Field(default_factory=list, max_length=20, description="as uploading them told")
    pings: list[str] = Field(default_factory=list, max_length=20, description="whom it may ping: everyone, here, names")
    link: Address = Field(default="", description="where all of it stands")
    event: Happening | None = None
    useless_after_minutes: int = Field(
        default=360, ge=5, le=7 * 24 * 60, description="later than that it is not posted"
    )
    better_twice: bool = Field(
        default=False, description="where nobody can look whether a post arrived, post again rather than ask"
    )

    def content(self, community: str) -> Announcement:
        """Raises NotAllowedError, LookupError, NoSuchTimeError."""
        return self.under(program.active()[0], community)

    def under(self, active: Program, community: str) -> Announcement:
        """As a program has it: in its language, for its targets."""
        own = self.language or active.community(community).language
        there = active.targets_of(community)
        plans.written_for([one.only for one in self.variants if one.only], there)
        others = [
            Words(language=one.language or own, only=one.only, title=one.title, body=one.body) for one in self.variants
        ]
        if self.event:
            for wall in (self.event.starts, self.event.ends or self.event.starts):
                times.resolve(wall, self.event.zone)
        return Announcement(
            title=self.title,
            words=(Words(language=own, title=self.title, body=self.body), *others),
            targets=tuple(plans.chosen(self.targets, [target.id for target in there])),
            images=tuple(self.images),
            pings=tuple(self.pings),
            link=self.link,
            event=self.event and self.event.event(),
            useless_after=self.useless_after_minutes * 60,
            better_twice=self.better_twice,
        )


class NewAnnouncement(Written, When):
    """What a manager writes, and when it shall go out. `draft`: somebody approves it later."""

    draft: bool = False


class Approval(When):
    """`hash`: of the preview that was looked at. Without a time it goes out at the one it was written for, if there is
    one; `now`: at once."""

    hash: Hash
    now: bool = False

    @model_validator(mode="after")
    def one_time(self) -> "Approval":
        if self.now and self.at is not None:
            raise ValueError("either `now`, or `at` and `zone`")
        return self

    def time(self, found: Item) -> When:
        """Raises NotAllowedError when the time it was written for is over."""
        wall, zone = found.get("wall", NOW), found.get("zone", "")
        if self.now or self.at is not None or wall == NOW or found["state"] not in plans.BEFORE:
            return When(at=self.at, zone=self.zone)
        kept = When(at=wall, zone=zone)
        try:
            kept.moment()
        except times.NoSuchTimeError as error:
            raise plans.NotAllowedError(f"its time, {wall} in {zone}, is over: give another one, or `now`") from error
        return kept


class Hold(BaseModel):
    model_config = ConfigDict(extra="forbid")

    held: bool


@router.get("/v1/<community>/announcements", tags=["announcements"], summary="The newest announcements")
def list_announcements(
    community: str, before: Annotated[str, Query(description="`listed_at` of the last one of the page before")] = LAST
) -> dict[str, list[View]]:
    """`changing`: other words for it wait for approval."""
    wanted = (
        "id", "state", "title", "author", "created_at", "listed_at", "publish_at", "published_at", "held", "reason",
    )  # fmt: skip
    found = table().listing(community, records.LISTING, before=before)
    told = [{name: item[name] for name in wanted if name in item} | {"changing": "change" in item} for item in found]
    return {"announcements": told}


@router.post("/v1/<community>/announcements", tags=["announcements"], summary="Write an announcement")
def create_announcement(
    community: str,
    new: Annotated[NewAnnouncement, Body()],
    key: Annotated[str | None, Header(alias="idempotency-key", max_length=200)] = None,
) -> View:
    """The same Idempotency-Key makes one announcement, however often it is asked for. It goes out unless it is a
    draft, or the program wants somebody else's approval: then it waits for that."""
    moment, now, content = new.moment(), clock.now(), new.content(community)
    item = records.item(
        community=community,
        name=plans.announcement_id(community, who(), key or str(uuid4())),
        author=who(),
        content=content,
        now=now,
        asked=fingerprint(new.model_dump_json().encode()),
    )
    all_there(new.images)
    item |= {"wall": new.at, "zone": new.zone} if new.at else {}
    waits = new.draft or program.active()[0].community(community).approval == "another"
    if not waits and table().get(item["pk"], item["sk"]) is None:
        publishing.fit(preview_of(item))  # What cannot go out does not stay behind as a draft nobody knows of.
    found = records.create(table(), item, now)
    if waits or found["state"] != "draft":
        return view(community, found["id"])
    return approved(found, preview_of(found).hash, new, moment)


@router.post("/v1/<community>/announcements/preview", tags=["announcements"], summary="What every target would get")
def preview_unwritten(community: str, written: Annotated[Written, Body()]) -> View:
    content = written.content(community)
    return publishing.shown(publishing.preview(table(), community, "preview", content, program.active()[0]))


@router.get("/v1/<community>/announcements/<name>", tags=["announcements"], summary="One announcement, whole")
def show_announcement(community: str, name: str) -> View:
    return view(community, name)


@router.put("/v1/<community>/announcements/<name>", tags=["announcements"], summary="Other words for it")
def change_announcement(community: str, name: str, written: Annotated[Written, Body()]) -> View:
    """Any approval is void. What is published already changes once the change is approved."""
    found = records.existing(table(), community, name)
    all_there(written.images)
    records.revise(table(), found, written.content(community), who(), clock.now())
    return view(community, name)


@router.get("/v1/<community>/announcements/<name>/preview", tags=["announcements"], summary="What every target gets")
def preview_announcement(community: str, name: str) -> View:
    """To the letter; `hash` is what an approval says yes to."""
    found = records.existing(table(), community, name)
    return {**looked(found), "page": page(found)}


@router.get("/previews/<community>/<name>", include_in_schema=False)
def preview_page(community: str, name: str) -> Response[str]:
    """As it would go out now. Saying yes to it takes a token."""
    if not signed(records.preview_path(community, name), records.PREVIEW):
        return sorry(403, "This link is not valid, or not any more. `liaison announcements preview` gives a new one.")
    found = table().get(*records.key(community, name))
    if found is None:
        return sorry(404, "There is no such announcement.")
    author = program.active()[0].community(community).name
    page = looks.page(found["title"], author, looked(found), stored)
    return Response(200, HTML, page, {**PRIVATE, "content-security-policy": looks.POLICY})


@router.post("/v1/<community>/announcements/<name>/approve", tags=["announcements"], summary="Say yes to a preview")
def approve_announcement(community: str, name: str, approval: Annotated[Approval, Body()]) -> View:
    found = records.existing(table(), community, name)
    when = approval.time(found)
    return approved(found, approval.hash, when, when.moment())


@router.post("/v1/<community>/announcements/<name>/hold", tags=["announcements"], summary="Hold it, or let it go")
def hold_announcement(community: str, name: str, hold: Annotated[Hold, Body()]) -> View:
    found = records.existing(table(), community, name)
    records.hold(table(), found, who(), clock.now(), held=hold.held)
    return view(community, name)


@router.post("/v1/<community>/announcements/<name>/cancel", tags=["announcements"], summary="Cancel it")
def cancel_announcement(community: str, name: str) -> View:
    records.cancel(table(), records.existing(table(), community, name), who(), clock.now())
    return view(community, name)


@router.post("/v1/<community>/announcements/<name>/withdraw", tags=["announcements"], summary="Take it back everywhere")
def withdraw_announcement(community: str, name: str) -> View:
    return begun(records.withdraw(table(), records.existing(table(), community, name), who(), clock.now()))


def who() -> str:
    return str(router.context["holder"].name)


def all_there(images: Sequence[Image]) -> None:
    """Raises NotAllowedError for a picture that nobody uploaded: no platform could show it."""
    for image in images:
        if objects.read(f"{MEDIA}/{image.name}") is None:
            raise plans.NotAllowedError(f"there is no picture {image.name}: upload it first")


def approved(found: Item, seen: str, when: When, moment: datetime) -> View:
    active, now = program.active()[0], clock.now()
    wall, zone = when.at or NOW, when.zone or "UTC"
    return begun(publishing.approve(table(), found, who(), seen, active, moment, wall, zone, now))


def preview_of(found: Item) -> Previews:
    content = records.content_of(found)
    return publishing.preview(table(), found["community"], found["id"], content, program.active()[0])


def looked(found: Item) -> View:
    """Its preview, and what there is to know of its times."""
    return {**publishing.shown(preview_of(found)), "when": when(found), "times": told_times(found)}


def when(found: Item) -> str:
    """The time it has, or was written for; empty where it has none."""
    return f"at {found['wall']} in {found['zone']}" if found.get("wall", NOW) != NOW else ""


def told_times(found: Item) -> list[str]:
    """What a person has to know of its times before saying yes to them: that the clocks show one twice, say."""
    event = records.content_of(found).event
    walls = [(event.starts, event.zone), (event.ends or event.starts, event.zone)] if event else []
    if found.get("wall", NOW) != NOW:
        walls.insert(0, (found["wall"], found["zone"]))
    return list(dict.fromkeys(note for wall, zone in walls for note in times.notes(wall, zone)))


def page(found: Item) -> str:
    """The address of a page that shows the preview to whoever has it."""
    return links.link(records.preview_path(found["community"], found["id"]), who(), records.PREVIEW, clock.now())


def stored(image: str) -> str:
    """Where a picture of a preview is: an uploaded one."""
    return f"/media/{image}"


def begun(item: Item) -> View:
    """Do at once what is due at once; the sweep does the rest, and this, too, if we die here."""
    outbox.kick(publishing.go_on(table(), item, program.active()[0], clock.now()))
    return view(item["community"], item["id"])


def view(community: str, name: str) -> View:
    whole = records.whole(table(), community, name)
    return {
        "announcement": shown(whole["announcement"]),
        "progress": whole["progress"],
        "page": page(whole["announcement"]),
        "deliveries": [delivery(row) for row in whole["deliveries"]],
        "history": [shown(line) for line in whole["history"]],
    }
