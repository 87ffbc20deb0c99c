"""Cases: list, look, claim, decide."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict, Field

from events.moderation import Decision, Measure
from events.program import MAIN, Program
from functions.announcements import times
from functions.announcements.times import NoSuchTimeError
from functions.api.people import background
from functions.api.shown import LAST, View, delivery, shown
from functions.moderation import (
    appeals,
    cases,
    clusters,
    desks,
    evidence,
    looks,
    records,
    roster,
    standards,
    working,
)
from functions.platforms.acting import abilities
from functions.shared import clock, outbox, program
from functions.shared.table import Item, table

router = APIGatewayHttpRouter()
LONGEST_COMMENT = 2_000
PAGE = 50
"""Open cases of one page."""


class Verdict(Decision):
    """A decision, and the fence that claiming the case gave; without it, whichever claim is theirs now."""

    fence: int | None = None


class Held(BaseModel):
    """The fence that claiming the case gave; without it, whichever claim is theirs now."""

    model_config = ConfigDict(extra="forbid")

    fence: int | None = None


class Escalation(BaseModel):
    """Why the leads should look."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(min_length=1, max_length=2_000)]


class Appeal(BaseModel):
    """Who asks for another look: `author`, or the id of a report (`flag`), and why, in their own words."""

    model_config = ConfigDict(extra="forbid")

    by: Annotated[str, Field(min_length=1, max_length=1_000)] = appeals.AUTHOR
    words: Annotated[str, Field(min_length=1, max_length=5_000)]


class Snooze(BaseModel):
    """When a case is to come back: by the community's own clock, `2026-11-23T09:00`, or with an offset from UTC."""

    model_config = ConfigDict(extra="forbid")

    until: Annotated[str, Field(min_length=1, max_length=40)]

    def moment(self, zone: str) -> datetime:
        """Raises NoSuchTimeError."""
        try:
            given = datetime.fromisoformat(self.until)
            return given.astimezone(UTC) if given.tzinfo else times.resolve(self.until, zone)
        except (ValueError, OverflowError) as error:
            raise NoSuchTimeError(f"{self.until!r} is not a time: write it as 2026-11-23T09:00") from error


@router.get("/v1/<community>/cases", tags=["cases"], summary="Cases in their order")
def list_cases(
    community: str,
    state: Annotated[records.Listed, Query()] = "open",
    queue: Annotated[str, Query(description="Only those of this queue of the program; `main` for all others")] = "",
    before: Annotated[str, Query(description="`next` of the page before")] = LAST,
) -> View:
    """Open ones as they are to be worked on: the severest first, and of those what is due first. Others: the newest
    first."""
    if state == "open":
        return page_of_work(community, queue, "" if before == LAST else before)
    found, more = table().page(community, records.LISTINGS[state], before=before)
    return {"cases": counted(community, found), **({"next": more} if more else {})}


def page_of_work(community: str, queue: str, after: str) -> View:
    """`after`: the place of the last one of the page before."""
    queues = program.active()[0].queues_of(community)
    if queue not in ("", MAIN, *(one.id for one in queues)):
        raise LookupError(f"there is no queue {queue!r}; there are {', '.join([*(one.id for one in queues), MAIN])}")
    wanted = (
        item
        for item in working.open_cases(table(), community)
        if cases.order(item) > after and queue in ("", roster.queue_of(queues, roster.work(item)))
    )
    found = list(islice(wanted, PAGE))
    more = {"next": cases.order(found[-1])} if len(found) == PAGE else {}
    shown = zip(counted(community, found), found, strict=True)
    return {"cases": [{**one, "queue": roster.queue_of(queues, roster.work(item))} for one, item in shown], **more}


def counted(community: str, found: list[Item]) -> list[View]:
    """Cases of a list, those of a cluster with how many more it has."""
    sizes = clusters.sizes(table(), community, found)
    return [
        {**brief(one), **({"alike": clusters.beside(one, sizes[one["cluster"]])} if "cluster" in one else {})}
        for one in found
    ]


@router.post("/v1/<community>/cases/next", tags=["cases"], summary="Take the next case that is yours to do")
def next_case(community: str) -> View:
    """By severity and deadline, from your queues, in your languages, within your shift. `case` is null when there is
    none."""
    now, active = clock.now(), program.active()[0]
    gives = given_to(active, community, who(), now)
    day = roster.day(active.moderator(community, who()), now)
    taken = working.claim_next(table(), community, who(), gives, standards.of(active, community), now, day)
    return held(taken) if taken else {"case": None}


def given_to(active: Program, community: str, name: str, now: datetime) -> Callable[[Item], bool]:
    """Whether somebody may be given a case. Whoever is not on the roster may have any."""
    moderator = active.moderator(community, name)
    queues, theirs = active.queues_of(community), roster.queues_for(active, community, name)
    severe = working.severe_cases(table(), community, name, roster.day(moderator, now)) if moderator else 0

    def gives(item: Item) -> bool:
        work = roster.work(item)
        if roster.queue_of(queues, work) not in theirs:
            return False
        return moderator is None or not roster.why_not_given(moderator, work, severe, now)

    return gives


@router.get("/v1/<community>/cases/<case>", tags=["cases"], summary="One case, whole")
def show_case(community: str, case: str) -> View:
    """While somebody has it, `measures` says what each would find and send there (`look`: whether that was read)."""
    whole = records.whole(table(), community, case)
    found = whole["case"]
    can = {} if found["state"] == "decided" else possible(found, looks.of(table(), found))
    return {**view(whole), **can, "background": background(found, program.active()[0])}


@router.get("/v1/<community>/cases/<case>/evidence/<name>", tags=["cases"], summary="What was seen, as it was then")
def show_evidence(community: str, case: str, name: str) -> View:
    """One snapshot of what was reported, as `evidence` of the case names it. All of it is strangers' text."""
    return evidence.read(records.seen_in(table(), records.existing(table(), community, case)), name)


@router.post("/v1/<community>/cases/<case>/claim", tags=["cases"], summary="Take a case, or hold it for longer")
def claim_case(community: str, case: str) -> View:
    active, now = program.active()[0], clock.now()
    day = roster.day(active.moderator(community, who()), now)
    return held(working.claim(table(), community, case, who(), standards.of(active, community), now, day))


@router.post("/v1/<community>/cases/<case>/release", tags=["cases"], summary="Give a case back")
def release_case(community: str, case: str, asked: Annotated[Held, Body()]) -> View:
    """It has its old place again."""
    fence = records.existing(table(), community, case)["fence"] if asked.fence is None else asked.fence
    return brief(moved(working.release(table(), community, case, who(), fence, clock.now())))


@router.post("/v1/<community>/cases/<case>/escalate", tags=["cases"], summary="Hand a case to the leads")
def escalate_case(community: str, case: str, asked: Annotated[Escalation, Body()]) -> View:
    valid = standards.of(program.active()[0], community)
    return brief(moved(working.escalate(table(), community, case, who(), asked.reason, valid, clock.now())))


@router.post("/v1/<community>/cases/<case>/snooze", tags=["cases"], summary="Put a case off")
def snooze_case(community: str, case: str, asked: Annotated[Snooze, Body()]) -> View:
    """It comes back then, or as soon as something happens to it that matters."""
    valid = standards.of(program.active()[0], community)
    until = asked.moment(valid.zone.key)
    return brief(moved(working.snooze(table(), community, case, who(), until, valid, clock.now())))


def held(taken: Item) -> View:
    """A case that somebody has now, with what can be done about it, and what is known of whoever wrote it. What each
    measure finds there is read now: ask for the case in a moment."""
    moved(taken)
    known = {"background": background(taken, program.active()[0]), "alike": clusters.others(table(), taken)}
    return {**brief(taken), "fence": taken["fence"], **possible(taken, looks.of(table(), taken)), **known}


def moved(case: Item) -> Item:
    """What follows from it is not left to the sweep: its cards, the look of a claim, measures."""
    outbox.kick(desks.due(table(), case["community"], case["id"], clock.now()))
    return case


@router.post("/v1/<community>/cases/<case>/decide", tags=["cases"], summary="Decide a case you hold")
def decide_case(community: str, case: str, verdict: Annotated[Verdict, Body()]) -> View:
    found = records.existing(table(), community, case)
    fence = found["fence"] if verdict.fence is None else verdict.fence
    active, version = program.active()
    decision = cases.checked(
        Decision.model_validate(verdict.model_dump(exclude={"fence"})),
        tuple(abilities(found["platform"], found["subject"]["kind"])),
        active.policies_of(community),
    )
    moved(working.decide(table(), community, case, who(), fence, decision, version, clock.now(), active))
    whole = records.whole(table(), community, case)
    outbox.kick(row for row in whole["told"] if row["state"] == "planned")
    return view(whole)


@router.post("/v1/<community>/cases/<case>/appeal", tags=["cases"], summary="Ask for another look for somebody")
def appeal_case(community: str, case: str, asked: Annotated[Appeal, Body()]) -> View:
    """For whoever wrote it or reported it and asked in another way than by the link they were sent: by mail, say.
    Gives the appeal, a case of its own."""
    active, party = program.active()[0], appeals.party_named(asked.by)
    return brief(appeals.make(table(), community, case, party, asked.words, active, clock.now(), who()))


class Undo(BaseModel):
    """What of a decision to take back."""

    model_config = ConfigDict(extra="forbid")

    measures: Annotated[tuple[Measure, ...], Field(min_length=1)]


@router.post("/v1/<community>/cases/<case>/undo", tags=["cases"], summary="Take measures back")
def undo_measures(community: str, case: str, asked: Annotated[Undo, Body()]) -> View:
    """Each leads back to the state before it, and is refused when that has changed since."""
    valid = standards.of(program.active()[0], community)
    for measure in asked.measures:
        working.undo(table(), community, case, measure, who(), valid, clock.now())
    moved(records.existing(table(), community, case))
    return view(records.whole(table(), community, case))


def possible(case: Item, look: Item | None) -> View:
    """What can be done about it there: with which right, whether it can be taken back, and how long it may last; for
    whoever has the case, what it finds there and sends, too."""
    measures = {
        measure: {
            "right": one.right,
            "reversible": one.reversible,
            "lost": one.lost,
            **({"seconds": list(one.seconds)} if one.seconds else {}),
            **looks.told(case, look, measure, clock.now()),
        }
        for measure, one in abilities(case["platform"], case["subject"]["kind"]).items()
    }
    return {"measures": measures, "look": looks.summed_up(look)}


def letter(row: Item) -> View:
    """What somebody was told, without the link that is theirs alone."""
    request = row["request"]
    return {**delivery(row), "to": request["person"], "title": request["title"], "text": request["text"]}


def who() -> str:
    return str(router.context["holder"].name)


def brief(item: Item) -> View:
    wanted = (
        "id", "state", "summary", "platform", "subject", "author", "flags", "reasons", "opened_at",
        "severity", "rank", "level", "late", "look_by", "decide_by", "weight", "repeats", "wake_at",
        "claimed_by", "lease_until", "listed_at", "outcome", "decided_by", "decided_at", "cluster",
    )  # fmt: skip
    return {name: item[name] for name in wanted if name in item}


def snapshots(whole: dict[str, Any]) -> list[View]:
    """What was seen, in the order in which it came, and which of them was decided on."""
    case, decision = whole["case"], whole["decision"] or {}
    decided_on = case.get("current", 0) if appeals.is_appeal(case) else decision.get("snapshot", 0)
    return [
        {"number": number, **one, "decided_on": number == decided_on}
        for number, one in enumerate(whole["seen"].get("evidence", ()), 1)
    ]


def view(whole: dict[str, Any]) -> View:
    return {
        "case": shown(whole["case"]),
        "evidence": snapshots(whole),
        "alike": clusters.others(table(), whole["case"]),
        "flags": [{**shown(flag), "comment": flag["comment"][:LONGEST_COMMENT]} for flag in whole["flags"]],
        "decision": shown(whole["decision"]),
        "deliveries": [delivery(row) for row in whole["deliveries"]],
        "told": [letter(row) for row in whole["told"]],
        "audit": [line_of(item) for item in whole["audit"]],
    }


def line_of(item: Item) -> View:
    """Of a case's history; the first one is listed by when it was opened, which it says itself."""
    return {name: value for name, value in shown(item).items() if name != "listed_at"}
