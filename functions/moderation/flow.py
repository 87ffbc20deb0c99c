"""How many cases came and went, how long that took, and what was looked at again. No I/O.

An appeal is a case: it counts wherever cases are counted. Only reasons leave it out, since its case has them already.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from events.moments import moment, text
from events.waits import Wait, until

Case = Mapping[str, Any]

JUDGED = ("upheld", "changed", "overturned")
"""What came of another look, as histories say it. What was changed only in its measures was upheld."""
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Counts:
    """Of a period. `opened` is None of one that begins before cases were counted as they open."""

    opened: int | None
    decided: int


@dataclass(frozen=True, slots=True)
class Flow:
    """A period's cases, and those that are open now. `half`, `nine_in_ten`: after how long so many of those that were
    opened in it were decided, whoever still waits counted as waiting until now; None where too few were."""

    opened: int
    decided: int
    open: int
    late: int
    oldest: datetime | None
    half: timedelta | None
    nine_in_ten: timedelta | None
    appeals: int
    upheld: int
    overturned: int
    reasons: tuple[tuple[str, int], ...]
    """Of what was opened, the most frequent first; a case with two reasons counts for both."""
    load: tuple[tuple[str, int], ...]
    """Who decided how many, by name. Whoever decided on a platform, and is on nobody's roster, is left out."""


def summed(
    opened: Sequence[Case],
    decided: Sequence[Case],
    still_open: Sequence[Case],
    judged: Iterable[str],
    names: Mapping[str, str],
    now: datetime,
) -> Flow:
    """`opened`, `decided`: the period's; `still_open`: all that are open now. `judged`: what came of each appeal that
    was decided in it. `names`: of colleagues, by their ids."""
    waits = [wait(case, now) for case in opened]
    came_of = Counter(judged)
    return Flow(
        opened=len(opened),
        decided=len(decided),
        open=len(still_open),
        late=sum(is_late(case, now) for case in still_open),
        oldest=min((moment(case["opened_at"]) for case in still_open), default=None),
        half=until(waits, 0.5),
        nine_in_ten=until(waits, 0.9),
        appeals=sum(is_appeal(case) for case in opened),
        upheld=came_of["upheld"] + came_of["changed"],
        overturned=came_of["overturned"],
        reasons=reasons(case for case in opened if not is_appeal(case)),
        load=load(decided, names),
    )


def is_appeal(case: Case) -> bool:
    return "of" in case


def is_late(case: Case, now: datetime) -> bool:
    """Past its deadline as it stands in it: of what nobody has taken yet, that by which it is to be taken. What was put
    off has time."""
    due = case["decide_by"] if case["fence"] else min(case["look_by"], case["decide_by"])
    return bool(case["state"] != "snoozed" and due <= text(now))


def wait(case: Case, now: datetime) -> Wait:
    since, over = moment(case["opened_at"]), case["state"] == "decided"
    ended = moment(case["decided_at"]) if over else now
    return Wait(since, max(ended - since, timedelta()), over)


def reasons(opened: Iterable[Case]) -> tuple[tuple[str, int], ...]:
    found = Counter(code for case in opened for code in case.get("codes") or (UNKNOWN,))
    return tuple(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def load(decided: Iterable[Case], names: Mapping[str, str]) -> tuple[tuple[str, int], ...]:
    """In the order of their names: nobody is ranked."""
    ids = [case.get("colleague", case["decided_by"]) for case in decided]
    found = Counter(names.get(who, who) for who in ids if who)
    return tuple(sorted(found.items(), key=lambda one: (one[0].casefold(), one[0])))
