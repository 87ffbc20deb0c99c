"""What to do with a delivery row, without I/O: the states, the waits, and when a person is asked.

planned → claimed → armed → sent | refused | stuck
   ↑________|__________|        (planned again, when nothing was done)
                       └→ unknown → sent | planned | unknown, and a person's

`claimed` and nothing after it: surely not sent. `armed` and nothing after it: nobody knows. `unknown` with a time to
come is looked into; without one it is a person's. `waiting` has a part before it that is not there yet; `held` belongs
to a target that is paused; `missed` came too late; `stuck` was given up, and surely not sent; so was `cancelled`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from events.moments import moment
from functions.platforms.outgoing import Kind, Outcome, Refused, Sent, Unknown, Wait
from functions.platforms.posting import Absent, Counted

State = Literal[
    "planned", "claimed", "armed", "sent", "refused", "unknown", "stuck", "waiting", "held", "missed", "cancelled"
]
IN_DOUBT = ("armed", "unknown")
"""An earlier attempt may have arrived."""

FOR_A_PERSON = ("refused", "unknown", "stuck", "missed")
OVER = ("sent", "cancelled")
"""Nothing more will come of it."""

LEASE = timedelta(seconds=30)
"""Longer than the function may run (20 s). Lease and sweep together stay below the shortest time that a
platform honours a key for (Discord: 120 s)."""

WAITS = (30, 60, 120, 300, 900, 1800, 3600, 10800, 21600, 43200, 86400, 86400)
"""Seconds before each further attempt, about three days in all, as Standard Webhooks asks of senders."""

TURN = 30
"""Seconds, at least, until a row looks again whether those that it follows are over."""

LOOKS = (5, 30, 120, 600)
"""Seconds before each look after an answer that was lost. What tells by itself what became of it has as long, twelve
minutes and a half, to do so: SES does within seconds as a rule, and its events are read once a minute."""

CADENCE = (3600, 86400, 6 * 86400)
"""Seconds before each reading of what people did with a post: after an hour, a day and a week."""


@dataclass(frozen=True, slots=True)
class Next:
    """The row's next state. `due_in` seconds when it has one; otherwise it is finished or a person's."""

    state: State
    reason: str = ""
    due_in: int | None = None
    posted: dict[str, Any] = field(default_factory=dict)
    """Of what is there: `id`, `url` and what else the platform told."""
    looked: bool = False
    """Whether it was looked for, and not found."""
    not_there: bool = False
    """Whether that settles that no earlier attempt arrived."""
    begun: bool = False
    """Whether a part of it is done: from now on it is never said that it surely was not."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of a row before its next attempt."""

    kind: Kind
    attempts: int
    in_doubt: bool = False
    """Whether an earlier attempt may have arrived."""
    age: float = 0
    """Seconds since the first attempt that is in doubt."""
    window: int = 0
    """Seconds in which the platform honours the key; 0 for ever."""
    can_look: bool = False
    looks: int = 0
    retried: bool = False
    """Whether it was sent once more already after it had not been found."""
    late: bool = False
    withdrawn: bool = False
    better_twice: bool = False

    @property
    def key_holds(self) -> bool:
        return self.kind == "keyed" and (self.window == 0 or self.age <= self.window)


def step(case: Case) -> Literal["send", "look"] | Next:
    """Before a call: which one it is, or what becomes of the row instead."""
    if case.attempts > len(WAITS):
        return given_up(case)
    if not case.in_doubt:
        if case.withdrawn:
            return Next("cancelled", "withdrawn before it was sent")
        return Next("missed", "its time is over: it is not posted late") if case.late else "send"
    if case.can_look:
        return look(case)
    if case.late and not case.withdrawn:
        return Next("unknown", "its time is over, and nobody can say whether an earlier attempt arrived")
    if case.key_holds:
        return "send"  # Withdrawn, too: only its answer can tell what there is to take back.
    if case.better_twice and case.kind == "blind" and not case.withdrawn:
        return "send"
    return Next("unknown", "the last attempt was cut off, and this platform cannot be asked about it")


def turn(before: Sequence[Mapping[str, Any]], now: datetime) -> Next | None:
    """Of a measure that takes the place of others: None once these are taken back. Done sooner, taking them back would
    take it along; so where that waits for a person, it does, too."""
    left = [one for one in before if one["state"] not in OVER]
    for one in left:
        if "due_at" not in one:
            why = f"{one['request']['measure']} has to be taken back first, and waits for a person: {one['reason']}"
            return Next("stuck", why)
    if not left:
        return None
    measures = ", ".join(one["request"]["measure"] for one in left)
    seconds = int((max(moment(one["due_at"]) for one in left) - now).total_seconds()) + 1
    return Next("planned", f"waits until it is taken back: {measures}", due_in=max(seconds, TURN))


def given_up(case: Case, reason: str = "") -> Next:
    told = f"given up after {case.attempts} attempts" + (f": {reason}" if reason else "")
    return Next("unknown", f"{told}; and one of them may have arrived") if case.in_doubt else Next("stuck", told)


def look(case: Case) -> Literal["look"] | Next:
    if case.looks < len(LOOKS):
        return "look"
    return Next("unknown", f"after {case.looks} looks nobody can say whether it is there")


def after(outcome: Outcome, case: Case) -> Next:
    """What becomes of the row after a call. `attempts` counts this one."""
    if not isinstance(outcome, Sent) and outcome.begun:
        return replace(after(replace(outcome, begun=False), replace(case, in_doubt=True)), begun=True)
    match outcome:
        case Sent(id=name, url=url, more=more):
            return Next("sent", posted={**more, "id": name, "url": url})
        case Refused(reason=reason) if case.in_doubt:
            return Next("unknown", f"{reason}; and an earlier attempt may have arrived")
        case Refused(reason=reason, unauthorized=unauthorized):
            return Next("held" if unauthorized else "refused", reason)
        case Wait(seconds=seconds, reason=reason):
            return again(case, reason, seconds)
        case Unknown(reason=reason):
            return unsure(case, reason)


def again(case: Case, reason: str, at_least: int) -> Next:
    """Nothing was done this time."""
    if case.attempts > len(WAITS):
        return given_up(case, reason)
    state: State = "unknown" if case.in_doubt else "planned"
    return Next(state, reason, due_in=max(WAITS[max(case.attempts - 1, 0)], at_least))


def unsure(case: Case, reason: str) -> Next:
    """It was sent, and nobody knows what became of it."""
    if case.attempts > len(WAITS):
        return given_up(replace(case, in_doubt=True), reason)
    wait = WAITS[max(case.attempts - 1, 0)]
    if case.can_look:
        return Next("unknown", reason, due_in=LOOKS[0])
    if case.key_holds:
        return Next("unknown", reason, due_in=wait)
    return Next("unknown", reason, due_in=wait if case.better_twice else None)


def send_at_once(found: Outcome | Absent, case: Case) -> bool:
    """It is not there, and the key makes sure of it: nobody has to wait and look again. Or no word of it came in time,
    and the reader would rather have it twice: once more, and no more than that."""
    if not isinstance(found, Absent) or case.withdrawn or case.late:
        return False
    return case.key_holds or (sent_once_more(case) and not case.retried)


def sent_once_more(case: Case) -> bool:
    return case.kind == "told" and case.better_twice and case.looks + 1 >= len(LOOKS)


def after_look(found: Outcome | Absent, case: Case) -> Next:
    """What becomes of the row after somebody looked. A look that could not be made counts among the attempts."""
    more = LOOKS[case.looks + 1] if case.looks + 1 < len(LOOKS) else None
    match found:
        case Sent(id=name, url=url, more=told):
            return Next("sent", posted={**told, "id": name, "url": url})
        case Wait(seconds=seconds, reason=reason):
            return again(case, reason, seconds)
        case Absent() if more is not None:
            return Next("unknown", "it is not there (yet)", due_in=more, looked=True)
        case Absent() if case.kind == "told":
            return Next("unknown", "no word of it came in time, so nobody can say whether it was sent", looked=True)
        case Absent() if case.withdrawn:
            return Next("cancelled", "withdrawn, and it never arrived")
        case Absent() if not case.retried:
            return Next("planned", "it never arrived", due_in=0, looked=True, not_there=True)
        case Absent():
            return Next("unknown", "sent twice, and not to be found")
        case Unknown(reason=reason) | Refused(reason=reason):
            return Next("unknown", f"looked for it: {reason}", due_in=more, looked=True)


def after_count(outcome: Outcome | Counted, counts: int, attempts: int) -> Next:
    """Reading back has the next turn on its cadence, and gives up without bothering anybody."""
    if isinstance(outcome, Wait) and attempts <= len(WAITS):
        return Next("planned", outcome.reason, due_in=max(outcome.seconds, 60))
    due_in = CADENCE[counts] if counts < len(CADENCE) else None
    told = "" if isinstance(outcome, Counted) else getattr(outcome, "reason", "")
    return Next("planned" if due_in is not None else "sent", told, due_in=due_in)


def lease_until(now: datetime) -> datetime:
    return now + LEASE
