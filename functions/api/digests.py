"""Digests as their readers see them: a small site of their own behind a signed link, and the same by the API.

One signature opens the pages of one reader: what they were told of, each digest, what a number is made of, a search.
Nothing on them acts; what needs a decision leads to a page that asks (`decisions`). A digest is data: it is said anew
whenever it is opened, with the words of people as they are now.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from events.digests import Cadence, Counted, Digest, Period
from events.program import Program, Reader
from functions.api.pages import HTML, PRIVATE, closed, signed, sorry
from functions.api.shown import View
from functions.digests import decisions, periods, records, render, sheet, statements, waiting
from functions.digests.gather import Run, gather
from functions.digests.plain import language_of, line
from functions.digests.sheet_parts import Cell, Said, Table
from functions.digests.words import Words
from functions.feedback import records as feedback
from functions.feedback import requests, rollup, study
from functions.moderation import flow_records
from functions.shared import clock, errands, links, program
from functions.shared.table import Item, table

router = APIGatewayHttpRouter()
RESERVE = 6_000
"""Milliseconds of the function's fifteen seconds that another day's log is given."""
MOST = 50
"""Things said on one page."""
MOST_HOURS = 48
"""Of the log, that are read for one page."""
LONGEST_QUERY = 100
YEARS = range(1971, 2199)
"""Of `events.people.Moment`, and a year to compare with."""
WhichDay = Literal["newest"] | date


class Site:
    """The pages of one reader, for whoever holds their link. `acts`: whether it is the reader's own, and not one that
    was shown in a channel."""

    def __init__(self, reader: Reader, active: Program, *, acts: bool) -> None:
        self.reader, self.program, self.acts = reader, active, acts
        self.words = Words.of(reader.language)
        given = router.current_event.query_string_parameters or {}
        self.query = links.query(given)
        self.base = records.path(reader.community, reader.id)

    def link(self, rest: str = "", **more: str) -> str:
        return links.within(f"{self.base}/{rest}" if rest else self.base, self.query, **more)

    def page(self, template: str, here: str, **given: Any) -> Response[str]:
        pages = [("", self.words.say("all-digests")), ("search", self.words.say("search"))]
        nav = [{"text": text, "href": self.link(rest), "here": rest == here} for rest, text in pages]
        html = render.page(template, self.words, nav=nav, **given)
        return Response(200, HTML, html, {**PRIVATE, "content-security-policy": render.policy()})

    def leading(self, name: str) -> sheet.Links:
        found = records.leading(self.program, self.reader, name, self.query, clock.now())
        return found if self.acts else sheet.Links(items=found.items)


def site(community: str, reader: str) -> Site | Response[str]:
    """Whose link it is, as long as they are in the program."""
    base = records.path(community, reader)
    own, shown = (signed(base, purpose) for purpose in (records.PURPOSE, records.SHOWN))
    active = program.active()[0]
    found = active.reader(reader)
    if reader not in (own, shown) or found is None or found.community != community:
        return closed("digest-closed")
    return Site(found, active, acts=own == reader)


def digest_site(community: str, reader: str, name: str) -> tuple[Site, Digest] | Response[str]:
    """The same, with one of their digests."""
    here = site(community, reader)
    if isinstance(here, Response):
        return here
    digest = records.read(table(), community, reader, name)
    return (here, digest) if digest else sorry(404, here.words.say("no-such-digest"), here.words.language)


@router.get("/digests/<community>/<reader>", include_in_schema=False)
def list_pages(community: str, reader: str) -> Response[str]:
    """What they were told of, the newest first."""
    here = site(community, reader)
    if isinstance(here, Response):
        return here
    rows = [
        {**item, "title": titled(item["period"], item.get("last", ""), here.words), "href": here.link(item["period"])}
        for item in records.past(table(), community, reader)
    ]
    return here.page("index.html", "", rows=rows, title=here.words.say("all-digests"))


def titled(name: str, last: str, words: Words) -> str:
    """`daily-2026-11-21` in words, as the digest itself is called. A reader who has moved had a longer week."""
    cadence, _, day = name.partition("-")
    first = date.fromisoformat(day)
    ends = date.fromisoformat(last) if last else first + timedelta(days=6 if cadence == "weekly" else 0)
    if cadence == "daily":
        return words.day(ends)
    return words.month(ends) if cadence == "monthly" else words.days(first, ends)


@router.get("/digests/<community>/<reader>/search", include_in_schema=False)
def search_page(community: str, reader: str) -> Response[str]:
    """What was said in the last ninety days with all of the words."""
    here = site(community, reader)
    if isinstance(here, Response):
        return here
    asked = (router.current_event.query_string_parameters or {}).get("q", "")[:LONGEST_QUERY]
    found = searched(community, asked) if asked.strip() else []
    told = [said(one, here) for one in found]
    return here.page(
        "search.html", "search", asked=asked, found=told, signed=links.parts(here.query), action=here.link()
    )


def searched(community: str, asked: str) -> list[Item]:
    """The newest, as they are now."""
    wanted = asked.casefold().split()
    hours = study.texts(community)["hours"]
    names = (
        one["id"]
        for hour in sorted(hours, reverse=True)
        for one in hours[hour]["said"]
        if all(word in f"{one['title']} {one['text']}".casefold() for word in wanted)
    )
    there = requests.items(table(), community, islice(names, MOST))
    return [one for one in there.values() if one.get("state") != "removed"]


@router.get("/digests/<community>/<reader>/<name>", include_in_schema=False)
def show_page(community: str, reader: str, name: str) -> Response[str]:
    opened = digest_site(community, reader, name)
    if isinstance(opened, Response):
        return opened
    here, digest = opened
    made = said_now(
        digest if here.acts else records.for_all(digest), here.reader, here.program, here.leading(name), short=False
    )
    return here.page("digest.html", name, sheet=made)


def said_now(digest: Digest, reader: Reader, active: Program, leads: sheet.Links, *, short: bool) -> sheet.Sheet:
    """With what still waits, and the words of people, as they are now."""
    live, _ = waiting.waiting(table(), reader.community, clock.now())
    current = records.as_now(digest, decisions.for_reader(live, active, reader))
    return sheet.sheet(
        current, Words.of(reader.language), leads, records.quoted(table(), digest), short=short
    )  # fmt: skip


@router.get("/digests/<community>/<reader>/<name>/items", include_in_schema=False)
def items_page(community: str, reader: str, name: str) -> Response[str]:
    """What a number is made of."""
    opened = digest_site(community, reader, name)
    if isinstance(opened, Response):
        return opened
    here, digest = opened
    given = router.current_event.query_string_parameters or {}
    series, before = given.get("series", "total")[:300], given.get("before", "")[:60]
    found, older = page_of(digest, series, before)
    titles = {f"theme:{one.id}": one.title for one in here.program.themes_of(community)}
    named = statements.named(series, titles.get(series, ""), here.words)
    return here.page(
        "items.html",
        "",
        title=here.words.say("items-title", name=named, title=statements.title(digest, here.words)),
        number=digest.counted.counts.get(series, 0),
        found=[said(one, here) for one in found],
        older=here.link(f"{name}/items", series=series, before=older) if older else "",
        back=here.link(name),
    )


def page_of(digest: Digest, series: str, before: str) -> tuple[list[Item], str]:
    """Things said of a series, the newest first, and before what the next page begins: a place in the log, or an hour
    of it; empty on the last."""
    period, found = digest.period, list[Item]()
    hours = [hour for hour in sorted(digest.counted.position, reverse=True) if not before or hour <= before[:13]]
    for number, hour in enumerate(hours, 1):
        there = [one for one in feedback.standing(table(), digest.community, hour) if of_series(one, series)]
        inside = [one for one in there if period.starts <= datetime.fromisoformat(one["said_at"]) < period.ends]
        found += sorted((one for one in inside if not before or place_of(one) < before), key=place_of, reverse=True)
        if len(found) > MOST:
            return found[:MOST], place_of(found[MOST - 1])
        if number >= MOST_HOURS and number < len(hours):
            return found, hour
    return found, ""


def place_of(item: Item) -> str:
    """When it was said, and what is another one for each of those that were said in that moment."""
    return f"{item['said_at']} {sha256(item['sk'].encode()).hexdigest()[:12]}"


def of_series(item: Item, series: str) -> bool:
    return item.get("state") != "removed" and series in rollup.dimensions(item)


def said(item: Item, here: Site) -> Said:
    words = here.words
    read = {**item.get("read", {}), **item.get("confirmed", {})}
    kind = f"kind-{read['kind']}" if "kind" in read else ""
    at = words.moment(datetime.fromisoformat(item["said_at"]), here.reader.timezone)
    text = " · ".join(line(item[name], 2_000) for name in ("title", "text") if item.get(name))
    place = words.say("said-at", place=item["source"], at=at)
    label = words.say(kind) if kind and words.has(kind) else ""
    return Said(label, text or words.say("no-words"), language_of(item), place, str(item["url"]))


@router.get("/digests/<community>/<reader>/<name>/cases", include_in_schema=False)
def cases_page(community: str, reader: str, name: str) -> Response[str]:
    """The cases that were opened in the period, as they are now."""
    opened = digest_site(community, reader, name)
    if isinstance(opened, Response):
        return opened
    here, digest = opened
    words, period = here.words, digest.period
    first, last = clock.text(period.starts), clock.text(period.ends)
    found = flow_records.opened_between(table(), community, first, last)
    head = tuple(Cell(words.say(name)) for name in ("head-opened", "head-reason", "head-state"))
    rows = tuple(
        (
            Cell(words.moment(clock.moment(one["opened_at"]), here.reader.timezone)),
            Cell(", ".join(one["codes"])),
            Cell(words.say(f"state-{one['state']}")),
        )
        for one in sorted(found, key=lambda one: str(one["opened_at"]))
    )
    title = words.say("cases-title", title=statements.title(digest, words))
    cases = Table(words.say("cases-caption"), head, rows)
    return here.page("cases.html", "", title=title, cases=cases, back=here.link(name))


# By the API


@router.get("/v1/<community>/digests/<reader>", tags=["digests"], summary="What a reader was told of, newest first")
def list_digests(community: str, reader: str) -> View:
    known(community, reader)
    told = ("period", "checksum", "decisions", "unusual", "total", "made_at")
    found = records.past(table(), community, reader)
    return {"digests": [{name: item[name] for name in told} for item in found]}


@router.get(
    "/v1/<community>/digests/<reader>/<cadence>/<day>", tags=["digests"], summary="A digest, stored or made now"
)
def show_digest(
    community: str,
    reader: str,
    cadence: Cadence,
    day: WhichDay,
    form: Annotated[Literal["text", "html"], Query(alias="as")] = "text",
) -> View:
    """Of the period that the day is in, or the newest that was made; where there is none yet, of the last that is over.
    One that was not made (yet) is made now, from what the log says now; it is not kept and not sent. `stored` tells
    which."""
    active, found = known(community, reader)
    digest, stored = digest_of(found, active, cadence, day)
    query = links.signed(records.path(community, reader), reader, records.SHOWN, clock.now())
    leads = sheet.Links(items=records.leading(active, found, digest.period.name, query, clock.now()).items)
    made = said_now(digest, found, active, leads if stored else sheet.Links(), short=stored)
    page = links.within(records.path(community, reader, digest.period.name), query) if stored else ""
    html, text = render.mail(made, page)
    return {
        "stored": stored,
        "subject": made.subject,
        "page": page,
        "body": html if form == "html" else text,
        "digest": {**digest.model_dump(mode="json"), "checksum": digest.counted.checksum},
    }


def stored_of(reader: Reader, cadence: Cadence, day: WhichDay) -> Digest | None:
    """The one that has the day, also where its reader lived in another zone then; or the newest."""
    made = (one for one in records.past(table(), reader.community, reader.id) if of_cadence(one, cadence))
    name = next((one["period"] for one in made if day == "newest" or covers(one, day)), None)
    return records.read(table(), reader.community, reader.id, name) if name else None


def of_cadence(item: Item, cadence: Cadence) -> bool:
    return str(item["period"]).startswith(f"{cadence}-")


def covers(item: Item, day: date) -> bool:
    return str(item["period"]).partition("-")[2] <= day.isoformat() <= str(item["last"])


def period_of(reader: Reader, cadence: Cadence, day: WhichDay) -> Period:
    """Raises LookupError for a day of which nobody is ever told."""
    zone = ZoneInfo(reader.timezone)
    if day == "newest":
        today = clock.now().astimezone(zone).date()
        return periods.containing(cadence, periods.border(cadence, today) - periods.DAY, zone)
    if day.year not in YEARS:
        raise LookupError(f"{day} is too far away: a digest is of the years from {YEARS[0]} to {YEARS[-1]}")
    return periods.containing(cadence, day, zone)


def digest_of(reader: Reader, active: Program, cadence: Cadence, day: WhichDay) -> tuple[Digest, bool]:
    stored = stored_of(reader, cadence, day)
    if stored:
        return stored, True
    period = period_of(reader, cadence, day)
    if period.starts > clock.now():
        raise LookupError(f"{period.first} has not begun yet")
    run = Run(table(), active, clock.now(), errands.until_short(router.lambda_context, RESERVE))
    return gather(run, reader, period), False


@router.get("/v1/<community>/digests/<reader>/<cadence>/<day>/verify", tags=["digests"], summary="Count a digest again")
def verify_digest(community: str, reader: str, cadence: Cadence, day: WhichDay, after: str = "") -> View:
    """From the log itself and not from its roll-ups. Hours in which something was said, edited, removed or erased since
    are named in `changed`; of all others what is counted now has to be what was told: `same`.

    A busy month has more of a log than one request reads: then there is `next`, and the hours after it are asked for
    with `after`; `unexplained` is of those that this request has read."""
    active, found = known(community, reader)
    digest = stored_of(found, cadence, day)
    if digest is None:
        raise LookupError(f"there is no digest {period_of(found, cadence, day).name!r} of {reader!r}")
    return recounted(digest, active, errands.until_short(router.lambda_context, RESERVE), after)


def recounted(digest: Digest, active: Program, time_left: Callable[[], bool], after: str = "") -> View:
    """The log of every hour after one, read and counted anew; as many as there is time for, one at the least."""
    community, period = digest.community, digest.period
    zone = active.zone(community)
    hours = rollup.hours_between(period.starts, period.ends)
    feedback.count_now(table(), community, hours, zone, clock.now(), time_left)
    now = {one["hour"]: one for one in feedback.counted_between(table(), community, period.starts, period.ends)}
    position = {hour: one["generation"] for hour, one in now.items()}
    changed = sorted(
        hour
        for hour in {*position, *digest.counted.position}
        if position.get(hour) != digest.counted.position.get(hour)
    )
    logged: dict[str, rollup.Hour] = {}
    ahead = [hour for hour in sorted(hours) if hour > after]
    for hour in ahead:
        if logged and not time_left():
            break
        logged[hour] = rollup.count(feedback.log(table(), community, hour))
    counts = rollup.total_between(period.starts, period.ends, {hour: one["counts"] for hour, one in now.items()})
    again = Counted(position=position, counts=dict(sorted(counts.items())))
    # What was logged while this was read waits to be counted.
    buckets = table().read([feedback.bucket_key(community, hour) for hour in hours])
    touched = {bucket["hour"] for bucket in buckets if bucket.get("dirty")}
    # The log of an hour that nobody has touched has another count than its roll-up, or all of these have another sum
    # than was told: a fault of ours.
    rolled = {hour: now[hour]["counts"] if hour in now else {} for hour in logged}
    wrong = {hour for hour in {*logged} - touched if logged[hour] != rolled[hour]}
    if not changed and not touched and again.counts != digest.counted.counts:
        wrong |= {*position}
    return {
        "period": period.name,
        "checksum": digest.counted.checksum,
        "counted_now": again.checksum,
        "same": again.checksum == digest.counted.checksum and not wrong,
        "changed": sorted({*changed, *touched}),
        "differences": dict(differences(digest.counted, again)),
        "unexplained": sorted(wrong),
        **({"next": max(logged)} if len(logged) < len(ahead) else {}),
    }


def differences(told: Counted, now: Counted) -> Iterator[tuple[str, dict[str, int]]]:
    for name in sorted({*told.counts, *now.counts}):
        before, after = told.counts.get(name, 0), now.counts.get(name, 0)
        if before != after:
            yield name, {"told": before, "now": after}


def known(community: str, reader: str) -> tuple[Program, Reader]:
    active = program.active()[0]
    found = active.reader(reader)
    if found is None or found.community != community:
        there = ", ".join(one.id for one in active.readers if one.community == community) or "nobody"
        raise LookupError(f"there is no reader {reader!r} in {community!r}; there is {there}")
    return active, found
