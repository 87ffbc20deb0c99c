"""Where the cases of a period are read: by when they were opened (the first line of each history is listed by that, and
stays) and by when they were decided. Both are written once, in the transaction that opens or decides a case, so that
each case is in one period, whoever asks and however often.

Cases from before first lines were listed are found by their ends: decided since then, or open still.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from events.program import Program
from functions.moderation import flow
from functions.moderation.flow import JUDGED, Counts, Flow
from functions.moderation.records import DECIDED, OPEN, OPENED, SNOOZED, case_key
from functions.shared import clock
from functions.shared.table import Item, Key, Table

READ = (
    "id", "community", "state", "opened_at", "decided_at", "decided_by", "colleague", "look_by", "decide_by", "fence",
    "codes", "of",
)  # fmt: skip
"""What is needed of a case, which may be a hundred times as long."""
LINES = 25


def counts(store: Table, community: str, starts: datetime, ends: datetime) -> Counts:
    """How many were opened and decided from `starts` until before `ends`, for whatever is compared with that. Reads the
    index alone: a few milliseconds for a thousand."""
    first, last = clock.text(starts), clock.text(ends)
    since = store.oldest_listed(community, OPENED)
    opened = len(store.listed_between(community, OPENED, first, last)) if since and since <= first else None
    return Counts(opened, len(store.listed_between(community, DECIDED, first, last)))


def between(store: Table, program: Program, community: str, starts: datetime, ends: datetime, now: datetime) -> Flow:
    """A period's cases, from `starts` until before `ends`, and what is open now."""
    standing = still_open(store, community)
    decided = decided_between(store, community, clock.text(starts), clock.text(ends))
    return flow.summed(
        opened=opened_between(store, community, clock.text(starts), clock.text(ends)),
        decided=decided,
        still_open=standing,
        judged=(came_of(store, case) for case in decided if flow.is_appeal(case)),
        names={one.id: one.name for one in program.moderators_of(community)},
        now=now,
    )


def opened_between(store: Table, community: str, first: str, last: str) -> list[Item]:
    since = store.oldest_listed(community, OPENED)
    if since and since <= first:
        keys = [(pk, "case") for pk, _ in store.listed_between(community, OPENED, first, last)]
    else:
        # Open ones first: what is decided in this moment is then among those that were.
        left = [key for name in (OPEN, SNOOZED) for key in store.ascending(community, name)]
        keys = [*left, *store.listed_between(community, DECIDED, first, "\uffff")]
    return [case for case in read(store, keys) if first <= case["opened_at"] < last]


def decided_between(store: Table, community: str, first: str, last: str) -> list[Item]:
    """Once decided, a case stays decided, and was decided then."""
    return read(store, store.listed_between(community, DECIDED, first, last))


def still_open(store: Table, community: str) -> list[Item]:
    keys = [key for name in (OPEN, SNOOZED) for key in store.ascending(community, name)]
    return [case for case in read(store, keys) if case["state"] != "decided"]


def read(store: Table, keys: Sequence[Key]) -> list[Item]:
    """Each once: a case that changes its place while both are read is in both."""
    return store.read(sorted(set(keys)), only=READ)


def came_of(store: Table, appeal: Item) -> str:
    """What a decided appeal came to, as the history of its case says it; of one that another one had answered, what
    that came to. Empty where the history does not say."""
    return next(judgements(store, appeal), "")


def judgements(store: Table, appeal: Item) -> Iterator[str]:
    pk, _ = case_key(appeal["community"], appeal["of"])
    answered = False
    for line in store.between(pk, "audit#", "audit#\uffff", backwards=True, page=LINES):
        answered = answered or line["detail"].get("appeal") == appeal["id"]
        if answered and line["what"] in JUDGED:
            yield line["what"]
