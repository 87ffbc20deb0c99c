"""Taking care of what people said: who has it, answering it where it was said, or closing it with a word."""

from datetime import datetime
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict, Field

from events.program import Language
from events.talks import LONGEST_ANSWER, LONGEST_REASON
from functions.api.shown import View, delivery, shown
from functions.feedback import answering, desks, talk_records, talks
from functions.feedback.talk_records import Talk
from functions.shared import clock, outbox, program
from functions.shared.table import table

router = APIGatewayHttpRouter()

Words = Annotated[str, Field(min_length=1, max_length=LONGEST_ANSWER)]


class Held(BaseModel):
    """`fence`: as it stood when you looked; another one means that somebody else had it meanwhile."""

    model_config = ConfigDict(extra="forbid")

    fence: int | None = None


class Assignment(Held):
    """`to`: the name of whoever is to take care of it; you, when it is left out."""

    to: Annotated[str, Field(max_length=100)] = ""


class Draft(BaseModel):
    """What is to be said, in Markdown, and in which language; the community's own when it is left out."""

    model_config = ConfigDict(extra="forbid")

    text: Words
    language: Language | None = None


class Answer(Draft, Held):
    """`version`: that of what you read, as it was shown to you. `seen`: the hash of a preview, or how it begins."""

    version: Annotated[str, Field(min_length=1, max_length=60)]
    seen: Annotated[str, Field(max_length=64)] = ""


class Approval(BaseModel):
    """`seen`: the hash of what somebody wrote, or how it begins."""

    model_config = ConfigDict(extra="forbid")

    seen: Annotated[str, Field(min_length=8, max_length=64)]


class Closing(Held):
    """Why it is closed without an answer."""

    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON)]


@router.get("/v1/<community>/talks", tags=["feedback"], summary="What waits for an answer")
def list_talks(
    community: str,
    of: Annotated[Literal["everybody", "me"], Query(description="`me`: only what is assigned to you")] = "everybody",
) -> View:
    """The longest first: questions of the last three days, and whatever somebody took care of and is not over.
    `people`: how many wait; whoever is not known counts each time."""
    now = clock.now()
    found = talk_records.waiting(table(), community, now)
    wanted = [one for one in found.all if of == "everybody" or one.talk["assigned_to"] == who()]
    return {"talks": [brief(one, now) for one in wanted], "people": found.people, "more": found.more}


@router.get("/v1/<community>/talks/<item>", tags=["feedback"], summary="One thing said, and who takes care of it")
def show_talk(community: str, item: str) -> View:
    """`cannot`: why it cannot be answered where it was said; close it with a word, then. `right`: what our account
    needs to."""
    return view(talk_records.read(table(), community, item))


@router.post(
    "/v1/<community>/talks/<item>/preview", tags=["feedback"], summary="What an answer would be, to the letter"
)
def preview_answer(community: str, item: str, draft: Annotated[Draft, Body()]) -> View:
    found = talk_records.read(table(), community, item)
    made = answering.preview(found, draft.text, spoken(community, draft), program.active()[0])
    return {"version": talks.version(found.item), **made}


@router.post("/v1/<community>/talks/<item>/assign", tags=["feedback"], summary="Take care of it, or have somebody")
def assign_talk(community: str, item: str, asked: Annotated[Assignment, Body()]) -> View:
    """For a day nobody else may take it or answer; then anybody may."""
    to = asked.to.strip() or who()
    active = program.active()[0]
    return moved(answering.assign(table(), community, item, to, who(), active, clock.now(), asked.fence))


@router.post("/v1/<community>/talks/<item>/show", tags=["feedback"], summary="Have a card of it at the desks")
def show_at_desks(community: str, item: str) -> View:
    """Desks of the program whose `shows` has `feedback`. What is assigned has one anyway."""
    return moved(answering.show(table(), community, item, who(), program.active()[0], clock.now()))


@router.post("/v1/<community>/talks/<item>/answer", tags=["feedback"], summary="Answer it where it was said")
def answer_talk(community: str, item: str, asked: Annotated[Answer, Body()]) -> View:
    """Once: a second answer needs it opened again. Where the program asks for two people, it waits for another one's
    yes (`approve`)."""
    said = (asked.text, spoken(community, asked), asked.version, who())
    active, now = program.active()[0], clock.now()
    return moved(
        answering.answer(table(), community, item, *said, active, now, fence=asked.fence, seen=asked.seen),
    )


@router.post("/v1/<community>/talks/<item>/approve", tags=["feedback"], summary="Say yes to somebody else's answer")
def approve_answer(community: str, item: str, asked: Annotated[Approval, Body()]) -> View:
    active = program.active()[0]
    return moved(answering.approve(table(), community, item, asked.seen, who(), active, clock.now()))


@router.post("/v1/<community>/talks/<item>/close", tags=["feedback"], summary="Close it without an answer")
def close_talk(community: str, item: str, asked: Annotated[Closing, Body()]) -> View:
    return moved(answering.close(table(), community, item, asked.reason.strip(), who(), clock.now(), asked.fence))


@router.post("/v1/<community>/talks/<item>/reopen", tags=["feedback"], summary="Open it again")
def reopen_talk(community: str, item: str) -> View:
    """What is answered or closed; or take an answer back that surely did not arrive."""
    return moved(answering.reopen(table(), community, item, who(), clock.now()))


def spoken(community: str, draft: Draft) -> str:
    return draft.language or program.active()[0].community(community).language


def moved(found: Talk) -> View:
    """What follows from it is not left to the sweep: its answer, its cards."""
    outbox.kick(desks.due(table(), found.talk["community"], found.talk["id"]))
    return view(found)


def view(found: Talk) -> View:
    """All of it: what was said as it is now, how far the answer is, and what people did."""
    row = talk_records.row_of(table(), found.talk)
    cannot = answering.why_not(found, program.active()[0])
    return {
        **brief(found, clock.now()),
        "fence": found.talk["fence"],
        "text": found.item["text"],
        "cannot": cannot and f"it cannot be answered there: {cannot}; close it with a word",
        "right": "" if cannot else answering.right(found),
        "delivery": delivery(row) if row else None,
        "history": [shown(line) for line in talk_records.history(table(), found.talk)],
    }


def brief(found: Talk, now: datetime) -> View:
    item, talk = found.item, found.talk
    wanted = ("state", "assigned_to", "lease_until", "answers", "answer", "reason", "closed_by", "answered_at")
    known: dict[str, Any] = {name: talk[name] for name in wanted if name in talk}
    return {
        "id": talk["id"],
        **known,
        "version": talks.version(item),
        "source": item["source"],
        "platform": item["platform"],
        "title": item.get("title", ""),
        "about": talks.quoted(item),
        "url": item.get("url", ""),
        "removed": item.get("state") == "removed",
        "said_at": item["said_at"],
        "minutes": int((now - clock.moment(item["said_at"])).total_seconds() // 60),
        "answered": talk.get("url", ""),
    }


def who() -> str:
    return str(router.context["holder"].name)
