"""Handing a theme to the company's tracker: counted, rendered by `platforms/handing`, shown, and written only if it is
what was seen, and what it quotes is still as it was. Used by whoever asks for it (`api`)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from events.program import Program, Source, Theme
from events.themes import HandRequested
from functions.feedback import handover_records, handovers, periods, records, requests, rollup, talks
from functions.feedback.handovers import NotAllowedError
from functions.feedback.talk_records import BUSY, TRIES, BusyError
from functions.platforms import handing
from functions.platforms.handing import Brief, Quoted, UntakenError
from functions.platforms.posting import Rendering
from functions.platforms.previews import asdict_rendering
from functions.shared import clock, outbox
from functions.shared.table import Item, Table, Write

LOOKED_AT = 48
"""Hours in which somebody spoke of the theme, that are looked through for links."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to be handed: which period, what they say themselves, and whose words, by their items."""

    first: date | None = None
    last: date | None = None
    word: str = ""
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """What would be handed over, and what it was made from."""

    brief: Brief
    place: Source
    rendering: Rendering
    quoted: Sequence[Item]
    linked: Sequence[Item]

    @property
    def hash(self) -> str:
        return handing.fingerprint(self.rendering, self.place)


def made(
    store: Table,
    community: str,
    theme: Theme,
    to: str,
    asked: Asked,
    program: Program,
    now: datetime,
    time_left: Callable[[], bool],
) -> Made:
    """Raises LookupError, NotAllowedError; and BusyError where there was no time to count everybody: asked again, it
    goes on."""
    place = program.source(to)
    if place is None or place.community != community:
        raise LookupError(f"there is no source {to!r} in the program of {community!r}")
    quoted = [said(store, community, theme, name, program, now) for name in asked.quotes]
    found, linked = brief(store, community, theme, to, asked, quoted, program, now, time_left)
    try:
        return Made(found, place, handing.of(found, place), quoted, linked)
    except UntakenError as error:
        raise NotAllowedError(f"it cannot be handed there: {error}") from error


def said(store: Table, community: str, theme: Theme, name: str, program: Program, now: datetime) -> Item:
    """What is to be quoted. Raises LookupError or NotAllowedError."""
    item = requests.item(store, community, name)
    if why := handovers.unquotable(item, theme.id, now.timestamp(), public=is_public(item, program)):
        raise NotAllowedError(f"{name} cannot be quoted: {why}")
    return item


def is_public(item: Item, program: Program) -> bool:
    place = program.source(item["source"])
    return place is not None and place.is_public


def brief(
    store: Table,
    community: str,
    theme: Theme,
    to: str,
    asked: Asked,
    quoted: Sequence[Item],
    program: Program,
    now: datetime,
    time_left: Callable[[], bool],
) -> tuple[Brief, list[Item]]:
    """And what it links to."""
    zone, about = program.zone(community), program.community(community)
    first, last = handovers.period(asked.first, asked.last, now.astimezone(zone).date())
    if not first <= last or last - first >= periods.LONGEST:
        raise NotAllowedError(f"`from` must not be after `until`, and both within {periods.LONGEST.days} days")
    records.count_now(store, community, rollup.hours_of(last, zone), zone, now)
    people, unread = periods.people_between(store, community, first, last, zone, time_left)
    if unread:
        raise BusyError(f"{len(unread)} of the days are still to be counted: ask again in a moment")
    dimension = f"theme:{theme.id}"
    counts = (day["counts"].get(dimension, 0) for day in records.days_between(store, community, first, last))
    others = (one for one in newest(store, community, theme, first, last, program, now) if one not in quoted)
    linked = list(map(dict, handovers.one_of_each(others, handovers.MOST_LINKS)))
    told = Brief(
        handover=handovers.handover_id(community, theme.id, to),
        theme=theme.id,
        title=theme.title,
        text=theme.text,
        word=asked.word,
        community=about.name,
        language=about.language,
        first=first,
        last=last,
        zone=zone.key,
        people=len(people.get(dimension, ())),
        posts=sum(counts),
        links=tuple(one["url"] for one in linked),
        quotes=tuple(Quoted(handovers.quoted(one), one["url"]) for one in quoted),
    )
    return told, linked


def newest(
    store: Table, community: str, theme: Theme, first: date, last: date, program: Program, now: datetime
) -> Iterator[Item]:
    """What was said of it where everybody can read it, the newest first."""
    zone = program.zone(community)

    def spoken() -> Iterator[str]:
        for day in reversed(periods.days(first, last)):
            hours = records.counted_hours(store, community, day, zone)
            yield from sorted((one["hour"] for one in hours if f"theme:{theme.id}" in one["counts"]), reverse=True)

    for hour in islice(dict.fromkeys(spoken()), LOOKED_AT):
        items = [one for one in records.log(store, community, hour) if theme.id in handovers.themes_of(one)]
        for item in sorted(items, key=lambda one: (one["said_at"], one["sk"]), reverse=True):
            inside = first <= clock.moment(item["said_at"]).astimezone(zone).date() <= last
            if inside and not handovers.untellable(item, now.timestamp(), public=is_public(item, program)):
                yield item


def preview(one: Made) -> dict[str, Any]:
    """The exact request, and its hash."""
    found = one.brief
    return {
        "target": one.place.id,
        "platform": one.place.platform,
        "language": found.language,
        "hash": one.hash,
        **counted(found),
        "links": list(found.links),
        **asdict_rendering(one.rendering),
    }


def counted(found: Brief) -> dict[str, Any]:
    days = {"from": found.first.isoformat(), "to": found.last.isoformat(), "zone": found.zone}
    return {**days, "people": found.people, "posts": found.posts, "quotes": len(found.quotes)}


def hand(
    store: Table,
    community: str,
    theme: Theme,
    to: str,
    asked: Asked,
    seen: str,
    who: str,
    program: Program,
    now: datetime,
    time_left: Callable[[], bool],
) -> Item:
    """Hand over what was seen (`seen`: the hash of a preview, or how it begins): at once, or where the program asks for
    two people, once somebody else says yes. Asked again, by whomever, it gives what the first time made.

    Raises LookupError, NotAllowedError or BusyError.
    """
    for _ in range(TRIES):
        before = handover_records.read(store, community, theme.id, to)
        row = handover_records.row_of(store, before)
        if before and handovers.is_same(before, row, seen):
            return before
        handovers.free(before, row)
        one = made(store, community, theme, to, asked, program, now, time_left)
        if not one.hash.startswith(seen):
            raise NotAllowedError(handovers.OTHER)
        if one.rendering.problems:
            raise NotAllowedError("it cannot be handed over like this: " + "; ".join(one.rendering.problems))
        new = handover(community, theme, one, who, now)
        draft = drafted(new, one, before, row, now)
        checks = handover_records.still(draft)
        if program.community(community).approval == "another":
            writes = handover_records.drafted(before, new, draft)
        else:
            new = {**new, "approved_by": who}
            writes = handover_records.handing(before, new, handover_records.delivery(new, draft, now))
        if handover_records.written(store, [*writes, *over(row), *checks]):
            return handover_records.read(store, community, theme.id, to) or new
    raise BusyError(BUSY)


def handover(community: str, theme: Theme, one: Made, who: str, now: datetime) -> Item:
    pk, sk = handover_records.key(community, theme.id, one.place.id)
    at = clock.text(now)
    return {
        "pk": pk,
        "sk": sk,
        "kind": handover_records.KIND,
        "id": one.brief.handover,
        "theme": theme.id,
        "to": one.place.id,
        "platform": one.place.platform,
        "by": who,
        "at": at,
        "hash": one.hash,
        "told": counted(one.brief),
        **handover_records.on_list(community, one.brief.handover, at),
    }


def drafted(new: Item, one: Made, before: Item | None, row: Item | None, now: datetime) -> Item:
    (part,) = one.rendering.parts
    request = HandRequested(
        announcement=new["id"],
        target=new["to"],
        language=one.brief.language,
        step=part.step,
        body=part.body,
        text=part.text,
        published_at=now,
        number=(before["number"] if before else 0) + 1,
    )
    calling = {"kind": part.kind, "window": part.window, "budgets": [asdict(each) for each in part.budgets]}
    about = handover_records.read_from(one.quoted, one.linked)
    draft = handover_records.draft(new, request, {**calling, "better_twice": False}, about, one.place)
    doubt = handover_records.in_doubt(before, row)
    return {**draft, "doubt": doubt} if doubt else draft


def over(row: Item | None) -> list[Write]:
    """An earlier attempt that never arrived: from now on it never does."""
    return [outbox.cancelled(row, "it was handed over anew")] if row and row["state"] != "cancelled" else []


def approve(
    store: Table, community: str, theme: str, to: str, seen: str, who: str, program: Program, now: datetime
) -> Item:
    """Say yes to what somebody else wrote, as it was seen. Raises NotAllowedError or BusyError."""
    another = program.community(community).approval == "another"
    for _ in range(TRIES):
        before = handover_records.read(store, community, theme, to)
        if before and handovers.is_same(before, handover_records.row_of(store, before), seen):
            return before
        draft = handover_records.draft_of(store, before)
        if before is None or draft is None:
            raise NotAllowedError(handovers.NOTHING)
        handovers.fits(draft, seen)
        handovers.may_approve(before, who, another=another)
        stands(store, draft, to, program, now)
        row = handover_records.delivery(before, draft, now)
        writes = handover_records.handing(before, {**before, "approved_by": who}, row)
        if handover_records.written(store, [*writes, *handover_records.still(draft)]):
            return handover_records.read(store, community, theme, to) or before
    raise BusyError(BUSY)


def stands(store: Table, draft: Item, to: str, program: Program, now: datetime) -> None:
    """Raises NotAllowedError where what a draft quotes has changed, what it links to is gone, not everybody can read
    that any more, or it would go somewhere else."""
    place = program.source(to)
    if place is None or handover_records.where(place) != draft.get("place"):
        raise NotAllowedError(handovers.MOVED)
    for one in (*draft["quotes"], *draft["links"]):
        item = store.get(one["pk"], one["sk"])
        why = talks.difference(item, one.get("newest", talks.version(item or {})) or "first")
        if item and not why:
            why = handovers.untellable(item, now.timestamp(), public=is_public(item, program))
        if why:
            raise NotAllowedError(f"it quotes, or links to, something else than what stands there: {why}")
