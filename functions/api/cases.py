"""Cases: list, look, claim, decide."""

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from events.moderation import Decision
from functions.api.shown import LAST, View, delivery, shown
from functions.moderation import cases, records
from functions.platforms.inbound import measures
from functions.shared import clock, outbox, program
from functions.shared.table import Item, table

router = APIGatewayHttpRouter()
LONGEST_COMMENT = 2_000
LISTINGS = {"open": records.OPEN, "decided": records.DECIDED}


class Verdict(Decision):
    """A decision, and the fence that claiming the case gave."""

    fence: int


@router.get("/v1/<community>/cases", tags=["cases"], summary="The newest cases")
def list_cases(
    community: str,
    state: Annotated[Literal["open", "decided"], Query()] = "open",
    before: Annotated[str, Query(description="`listed_at` of the last one of the page before")] = LAST,
) -> dict[str, list[View]]:
    return {"cases": [brief(item) for item in table().listing(community, LISTINGS[state], before=before)]}


@router.get("/v1/<community>/cases/<case>", tags=["cases"], summary="One case, whole")
def show_case(community: str, case: str) -> View:
    return view(records.whole(table(), community, case))


@router.post("/v1/<community>/cases/<case>/claim", tags=["cases"], summary="Take a case for 15 minutes")
def claim_case(community: str, case: str) -> View:
    taken = records.claim(table(), community, case, who(), clock.now())
    return {**brief(taken), "fence": taken["fence"], "measures": list(measures(taken["platform"]))}


@router.post("/v1/<community>/cases/<case>/decide", tags=["cases"], summary="Decide a case you hold")
def decide_case(community: str, case: str, verdict: Annotated[Verdict, Body()]) -> View:
    found = records.existing(table(), community, case)
    decision = cases.checked(
        Decision.model_validate(verdict.model_dump(exclude={"fence"})), measures(found["platform"])
    )
    _, version = program.active()
    records.decide(table(), community, case, who(), verdict.fence, decision, version, clock.now())
    whole = records.whole(table(), community, case)
    outbox.kick(row for row in whole["deliveries"] if row["state"] == "planned")
    return view(whole)


def who() -> str:
    return str(router.context["holder"].name)


def brief(item: Item) -> View:
    wanted = (
        "id", "state", "summary", "platform", "subject", "author", "flags", "reasons", "opened_at",
        "claimed_by", "lease_until", "listed_at", "outcome", "decided_by", "decided_at",
    )  # fmt: skip
    return {name: item[name] for name in wanted if name in item}


def view(whole: dict[str, Any]) -> View:
    return {
        "case": shown(whole["case"]),
        "flags": [{**shown(flag), "comment": flag["comment"][:LONGEST_COMMENT]} for flag in whole["flags"]],
        "decision": shown(whole["decision"]),
        "deliveries": [delivery(row) for row in whole["deliveries"]],
        "audit": [shown(line) for line in whole["audit"]],
    }
