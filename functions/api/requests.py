"""What people said, item by item; what of it is the same; what it is about."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from aws_lambda_powertools.event_handler.exceptions import BadRequestError
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from pydantic import BaseModel, ConfigDict, Field

from functions.api.shown import View
from functions.feedback import groups, records, requests, rollup, study
from functions.feedback.replies import SIGNS
from functions.shared import clock, program
from functions.shared.table import Item, table

router = APIGatewayHttpRouter()
PAGE = 50
LONGEST = timedelta(days=92)
MOST_GROUPS = 100
LONGEST_TEXT = 1_000

Kind = Literal["bug", "feature", "praise", "complaint", "question", "other"]
ItemId = Annotated[str, Field(min_length=1, max_length=60)]


class Pair(BaseModel):
    """Another item, by its id."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    other: Annotated[ItemId, Field(alias="with")]


class Apart(BaseModel):
    """The other item; without it, all that this one is merged with."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    other: Annotated[ItemId | None, Field(alias="from")] = None


class Confirmation(BaseModel):
    """What an item is. What is left out stays as it was; no themes at all is an answer, too."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind | None = None
    themes: Annotated[list[str] | None, Field(max_length=20)] = None


@router.get("/v1/<community>/feedback/items", tags=["feedback"], summary="What was said, the newest first")
def list_items(
    community: str,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
    kind: Annotated[str, Query(description="`bug`, `feature`, …")] = "",
    theme: Annotated[str, Query(description="A theme of the program, or `none`")] = "",
    language: Annotated[str, Query()] = "",
    mood: Annotated[str, Query()] = "",
    before: Annotated[str, Query(description="`next` of the page before")] = "",
) -> View:
    """From and to are included, in UTC days; without them: the last seven days. Reactions and votes are no items."""
    end = last or clock.now().date()
    start = first or end - timedelta(days=6)
    if not timedelta() <= end - start <= LONGEST:
        raise BadRequestError("`from` must not be after `to`, nor more than 92 days before it")
    # What came just now is there as well: hours of the last day that wait for their turn are counted.
    hours, zone = rollup.hours_of(end, ZoneInfo("UTC")), program.active()[0].zone(community)
    records.count_now(table(), community, hours, zone, clock.now())
    wanted = {"kind": kind, "language": language, "mood": mood}
    found = list(islice((one for one in said(community, start, end, before) if fits(one, wanted, theme)), PAGE + 1))
    more = {"next": place(found[PAGE - 1])} if len(found) > PAGE else {}
    return {"items": [view(one) for one in found[:PAGE]], **more}


def said(community: str, first: date, last: date, before: str) -> Iterator[Item]:
    """Only hours that were counted are read: the others are empty, or have their turn within minutes."""
    for back in range((last - first).days + 1):
        day = last - timedelta(days=back)
        if before and day.isoformat() > before[:10]:
            continue
        rolled = [one["hour"] for one in records.hours_between(table(), community, day, day)]
        for hour in sorted(rolled, reverse=True):
            items = [one for one in records.log(table(), community, hour) if standing(one)]
            yield from (one for one in sorted(items, key=place, reverse=True) if not before or place(one) < before)


def place(one: Item) -> str:
    return f"{one['said_at']} {records.item_id(one)}"


def standing(one: Item) -> bool:
    return one.get("state") != "removed" and one["type"] not in SIGNS


def fits(one: Item, wanted: dict[str, str], theme: str) -> bool:
    is_now = labels(one)
    themes = is_now["themes"]
    if theme and not (theme in themes or (theme == "none" and not themes)):
        return False
    return all(not value or is_now[name] == value for name, value in wanted.items())


def labels(one: Item) -> dict[str, Any]:
    """What it is: as people say, else as it was read."""
    read, confirmed = one.get("read", {}), one.get("confirmed", {})
    return {
        "kind": confirmed.get("kind", read.get("kind")),
        "themes": confirmed.get("themes", read.get("themes", [])),
        "language": read.get("language", one.get("language") or "unknown"),
        "mood": read.get("mood"),
    }


def view(one: Item) -> View:
    kept = ("source", "platform", "type", "title", "url", "said_at", "state", "who", "confirmed")
    told = {name: one[name] for name in kept if one.get(name)}
    return {"id": records.item_id(one), **told, "text": one.get("text", "")[:LONGEST_TEXT], **labels(one)}


@router.get("/v1/<community>/feedback/items/<item>", tags=["feedback"], summary="One item, and what may be the same")
def show_item(community: str, item: str) -> View:
    """`alike`: what may be the same, the surest first. `score` is a likeness from 0 to 100, no probability; copies are
    found at once, others within half an hour. `same`: what people said is the same, and how many they are."""
    found, pairs = requests.item(table(), community, item), requests.pairs(table(), community)
    near = study.suggested(table(), community, found, pairs, clock.now())
    alike = [{**view(one["item"]), "score": one["score"], "sure": one["sure"]} for one in near]
    return {"item": view(found), "read": found.get("read"), "alike": alike, "same": group(community, pairs, item)}


def group(community: str, pairs: list[Item], item: str) -> View:
    authors, votes = study.heads(community)
    members = requests.group_of(pairs, item)
    return counted(members, requests.items(table(), community, members), authors, votes, pairs)


def counted(
    members: list[str],
    here: dict[str, Item],
    authors: dict[str, str],
    votes: dict[str, set[str]],
    pairs: list[Item],
) -> View:
    """A request: whoever wrote one of its items or voted for one, once. `here`: those that are still there."""
    # As they are now: one that was taken back, or written by our own people, is nobody's wish.
    now = {name: "" if not standing(one) or one.get("staff") else one.get("who", "") for name, one in here.items()}
    known = {name: now[name] for name in members if name in now}
    links = [
        {"items": list(study.pair(one)), "by": one["by"], "at": one["said_at"]}
        for one in pairs
        if one["said"] == "same" and one["older"] in members
    ]
    people = len(groups.people(known, authors | known, votes))
    return {"request": members[0], "people": people, "items": members, "links": links}


@router.post("/v1/<community>/feedback/items/<item>/merge", tags=["feedback"], summary="Say that two are the same")
def merge(community: str, item: str, asked: Annotated[Pair, Body()]) -> View:
    """They are counted as one request from now on, each person once. Nothing else changes, so it can be taken back."""
    requests.say(table(), community, item, asked.other, "same", who(), clock.now())
    return group(community, requests.pairs(table(), community), item)


@router.post("/v1/<community>/feedback/items/<item>/unmerge", tags=["feedback"], summary="Take a merge back")
def unmerge(community: str, item: str, asked: Annotated[Apart, Body()]) -> View:
    """As if it had never been said."""
    if asked.other is None:
        requests.unmerge(table(), community, item, who(), clock.now())
    elif not requests.say(table(), community, item, asked.other, "open", who(), clock.now()):
        raise LookupError(f"nobody said anything of {item} and {asked.other}")
    return group(community, requests.pairs(table(), community), item)


@router.post(
    "/v1/<community>/feedback/items/<item>/different", tags=["feedback"], summary="Say that two are not the same"
)
def different(community: str, item: str, asked: Annotated[Pair, Body()]) -> View:
    """They are not suggested again. Were they merged, that is taken back."""
    requests.say(table(), community, item, asked.other, "different", who(), clock.now())
    return group(community, requests.pairs(table(), community), item)


@router.post("/v1/<community>/feedback/items/<item>/confirm", tags=["feedback"], summary="Say what an item is")
def confirm(community: str, item: str, asked: Annotated[Confirmation, Body()]) -> View:
    """It counts as that from the next roll-up on, and its themes are learned from."""
    if asked.kind is None and asked.themes is None:
        raise BadRequestError("say what it is: `kind`, `themes` or both")
    known = [one.id for one in program.active()[0].themes_of(community)]
    for name in asked.themes or ():
        if name not in known:
            raise BadRequestError(f"there is no theme {name!r}; there are {', '.join(known) or 'none in the program'}")
    return view(requests.confirm(table(), community, item, asked.kind, asked.themes, who(), clock.now()))


@router.get("/v1/<community>/feedback/unnamed", tags=["feedback"], summary="What several speak of that has no theme")
def list_unnamed(community: str) -> View:
    """Groups of at least three people, the largest first: `words` are most typical, `typical` is one of its items.
    Worked out each quarter of an hour (`at`); to name one, add a theme to the program."""
    told = study.nameless(community)
    there = requests.items(table(), community, [one["typical"] for one in told["groups"]])
    shown = [
        {**one, "typical": view(there[one["typical"]])}
        for one in told["groups"]
        if one["typical"] in there and standing(there[one["typical"]])
    ]
    return {"unnamed": shown, "at": told["at"]}


@router.get("/v1/<community>/feedback/requests", tags=["feedback"], summary="What most people ask for")
def list_requests(community: str) -> View:
    """By how many people said or voted for it in the last ninety days; alone or merged. `item` is the oldest of it that
    still stands; what has none any more is not listed."""
    pairs = requests.pairs(table(), community)
    authors, votes = study.heads(community)
    merged = groups.together(requests.links(pairs))
    joined = {name for members in merged.values() for name in members}
    found = [*merged.values(), *([name] for name in votes if name not in joined)]
    ranked = sorted(found, key=lambda members: (-len(groups.people(members, authors, votes)), members[0]))
    shown = []
    for members in ranked[:MOST_GROUPS]:
        here = requests.items(table(), community, members)
        if item := next((here[name] for name in members if name in here and standing(here[name])), None):
            shown.append({**counted(members, here, authors, votes, pairs), "item": view(item)})
    return {"requests": sorted(shown, key=lambda one: (-one["people"], one["request"]))}


def who() -> str:
    return str(router.context["holder"].name)
