"""Which items digests write: what each reader was told of, and where the next period begins.

| pk | sk | what |
|---|---|---|
| community#digest#reader | chain#daily | where the last period ended, so that the next one begins there |
| community#digest#reader | period#daily-2026-11-21 | one digest: where it is kept, its checksum |
| community#digest#reader | tried#daily-2026-11-21 | since when time has been short for it |
| community#digest#reader | delivery#mail#daily-2026-11-21 | its mail (see `shared/outbox.py`) |
| community#digest-desk#id | delivery#brief#daily-2026-11-21#hash | the same for a channel: one of all who read alike |
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from events.digests import Cadence, Decision, Digest, Period
from events.program import Program, Reader
from functions.announcements import records as announcements
from functions.digests import waiting
from functions.digests.plain import is_seen
from functions.digests.sheet import Items, Links
from functions.feedback import requests, talk_pages
from functions.shared import links, objects, table
from functions.shared.table import Item, Table

PURPOSE = "digest"
SHOWN = "digest shown"
"""Of the link in a channel: whoever is there reads the same pages, and decides nothing by them in the reader's name."""
KEPT = timedelta(days=92)
"""A quarter. The bucket's lifecycle rule for `digests/` says the same. No words of strangers are kept in it."""


def partition(community: str, reader: str) -> str:
    return table.partition(community, "digest", reader)


def desk_partition(community: str, desk: str) -> str:
    return table.partition(community, "digest-desk", desk)


def key(community: str, reader: str, name: str) -> table.Key:
    return partition(community, reader), f"period#{name}"


def chain_key(reader: Reader, cadence: Cadence) -> table.Key:
    return partition(reader.community, reader.id), f"chain#{cadence}"


def tried_key(reader: Reader, period: Period) -> table.Key:
    return partition(reader.community, reader.id), f"tried#{period.name}"


def path(community: str, reader: str, rest: str = "") -> str:
    """Where a reader's digests are read, below the public address. One signature, of the path without the rest, opens
    all of them."""
    return f"/digests/{community}/{reader}" + (f"/{rest}" if rest else "")


# Keeping


def kept(digest: Digest) -> Digest:
    """As it is stored: without the words of what waits, which may be a stranger's and are read again when shown."""
    return digest.model_copy(update={"decisions": tuple(without_words(one) for one in digest.decisions)})


def worded(one: Decision) -> Decision:
    """With something to be seen: what waits is not hidden by whoever wrote nothing but marks and spaces."""
    return one if is_seen(one.about) else one.model_copy(update={"about": one.id})


def without_words(one: Decision) -> Decision:
    return one.model_copy(update={"about": "", "url": ""})


# Showing


def quoted(store: Table, digest: Digest) -> Items:
    """What it quotes, as far as it is still there."""
    names = [one.item for topic in digest.topics for one in topic.quotes]
    return requests.items(store, digest.community, names)


def for_all(digest: Digest) -> Digest:
    """As it is shown in a channel: without what is told to colleagues alone."""
    known = digest.moderation
    return digest.model_copy(update={"moderation": known and known.model_copy(update={"load": ()})})


def leading(program: Program, reader: Reader, name: str, query: str, now: datetime) -> Links:
    """Where a reader's digest leads: pages of the same site by its own signature, what acts by one of its own."""
    base = path(reader.community, reader.id)

    def decision(one: Decision) -> str:
        if one.kind == "answers":
            return talks()
        return waiting.link(reader, one, now) if one.can_act else one.url

    def items(series: str) -> str:
        return links.within(f"{base}/{name}/items", query, series=series)

    def talks() -> str:
        may = talk_pages.may_act(program, reader)
        return links.link(talk_pages.path(reader.community), reader.id, talk_pages.PURPOSE, now) if may else ""

    def page(which: str) -> str:
        return talks() if which == "waiting" else links.within(f"{base}/{name}/{which}", query)

    def announcement(which: str) -> str:
        where = announcements.preview_path(reader.community, which)
        return links.link(where, reader.id, announcements.PREVIEW, now)

    return Links(decision, items, page, announcement)


# Reading


def read(store: Table, community: str, reader: str, name: str) -> Digest | None:
    """A digest as it was made; None where there is none (any more)."""
    found = store.get(*key(community, reader, name))
    body = objects.read(found["stored"]) if found else None
    return Digest.model_validate_json(body) if body else None


def past(store: Table, community: str, reader: str) -> list[Item]:
    """What a reader was told of, the newest first."""
    found = store.query(partition(community, reader), "period#")
    return sorted(found, key=lambda one: (str(one["made_at"]), str(one["period"])), reverse=True)


def as_now(digest: Digest, live: Iterable[Decision]) -> Digest:
    """With the words of what still waits; what does not wait any more has none."""
    known: Mapping[tuple[str, str], Decision] = {(one.kind, one.id): worded(one) for one in live}
    decisions = tuple(known.get((one.kind, one.id), without_words(one)) for one in digest.decisions)
    return digest.model_copy(update={"decisions": decisions})
