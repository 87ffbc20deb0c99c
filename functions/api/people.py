"""People: what is known of an account, and which accounts are one person's. Nothing of it is for members."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict, Field

from events.program import Program, Threshold
from functions.api.shown import View, shown
from functions.moderation import persons, points, weights
from functions.moderation.persons import Account
from functions.moderation.points import Background, Known, Strike
from functions.shared import clock, program
from functions.shared.table import Item, table

router = APIGatewayHttpRouter()

Named = Annotated[str, Field(min_length=3, max_length=1_100, description="SOURCE:ID")]
Reason = Annotated[str, Field(min_length=1, max_length=2_000)]


class Link(BaseModel):
    """Two accounts of one person, and how somebody knows."""

    model_config = ConfigDict(extra="forbid")

    accounts: Annotated[tuple[Named, Named], Field(description="Two of SOURCE:ID")]
    reason: Reason


class Unlink(BaseModel):
    """An account that is not (or no longer) this person's, and how somebody knows."""

    model_config = ConfigDict(extra="forbid")

    account: Named
    reason: Reason


@router.get("/v1/<community>/people", tags=["people"], summary="What is known of an account")
def show_person(community: str, account: Annotated[str, Query(description="SOURCE:ID")]) -> View:
    """Its strikes, how what it wrote was decided, how often its reports were right, and the accounts of the same
    person."""
    active, now = program.active()[0], clock.now()
    one = there(account, active, community)
    known = persons.about(table(), community, one, active)
    figures = table().get(one.key(community)[0], "figures") or {}
    record = weights.known(figures)
    return {
        "account": str(one),
        **seen(known, now),
        "strikes": [strike(item, now) for item in sorted(known.own.strikes, key=lambda item: item["given_at"])],
        "reports": {"agreed": record.agreed, "disagreed": record.disagreed, "right": round(weights.careful(record), 3)},
        "links": [shown(line) for line in persons.history(table(), community, one)],
    }


@router.post("/v1/<community>/people/link", tags=["people"], summary="Say that two accounts are one person's")
def link_accounts(community: str, asked: Annotated[Link, Body()]) -> View:
    active = program.active()[0]
    first, second = (there(one, active, community) for one in asked.accounts)
    return person(persons.link(table(), community, (first, second), asked.reason, who(), clock.now()))


@router.post("/v1/<community>/people/unlink", tags=["people"], summary="Take an account out of its person again")
def unlink_account(community: str, asked: Annotated[Unlink, Body()]) -> View:
    account = Account.read(asked.account)
    return person(persons.unlink(table(), community, account, asked.reason, who(), clock.now()))


def who() -> str:
    return str(router.context["holder"].name)


def there(text: str, active: Program, community: str) -> Account:
    """Raises LookupError for what is no account, or of a place that the community has not."""
    account = Account.read(text)
    source = active.source(account.source)
    if source is None or source.community != community:
        known = ", ".join(one.id for one in active.sources if one.community == community)
        raise LookupError(f"there is no source {account.source[:40]!r} in {community!r}; there are {known or 'none'}")
    return account


def person(found: Item) -> View:
    return {"person": found["id"], "accounts": [str(Account(**one)) for one in found["accounts"]]}


def background(found: Item, active: Program) -> View | None:
    """What a decision about a case needs to know of whoever wrote it; None where nobody knows who."""
    known = persons.behind(table(), found, active)
    return seen(known, clock.now()) if known else None


def seen(known: Background, now: datetime) -> View:
    """`adds`: what a violation of each rule would add to the points. Thresholds go by each account alone."""
    adds = filter(None, (known.adds(policy, now) for policy in known.policies))
    return {
        "points": known.own.points(now),
        "days": known.settings.strikes_last,
        "because": points.broken(known.own.strikes, known.policies, now),
        "reached": threshold(known.reached(now)),
        "adds": [
            {"policy": one.policy, "points": one.points, "total": one.total, "crosses": threshold(one.crosses)}
            for one in adds
        ],
        "decided": decided(known.own),
        "person": [
            {"account": f"{one.source}:{one.id}", "points": one.points(now), **decided(one)} for one in known.person
        ],
        "together": together(known.person, now) if known.person else None,
    }


def together(person: Sequence[Known], now: datetime) -> View:
    """What all accounts of a person have, and those of each place."""
    return {**points.summed(person, now), "places": points.by_place(person, now)}


def threshold(one: Threshold | None) -> View | None:
    return one.model_dump(exclude_none=True) if one else None


def decided(one: Known) -> View:
    return {"violation": one.violation, "no_violation": one.no_violation}


def strike(item: Strike, now: datetime) -> View:
    wanted = ("case", "policy", "points", "given_at", "ends_at")
    return {name: item[name] for name in wanted} | {"counts": points.counts(item, now) and bool(item["points"])}
