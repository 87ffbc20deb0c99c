"""The rules of a case, without I/O: what may happen to it when, and what it becomes.

open ⇄ claimed → decided
  └⇄ snoozed

A case is written only if nobody wrote to it since it was read, so that what holds here holds in the store, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

from events.moderation import TIMED, Decision, FlagRaised, Measure
from events.moments import moment, text
from events.program import Policy
from functions.moderation.standards import Standards
from functions.moderation.weights import PARTS

State = Literal["open", "claimed", "snoozed", "decided"]
Case = Mapping[str, Any]

HARMLESS: tuple[Measure, ...] = ("approve", "resolve")
"""What may be done about something that broke no rule."""

SNOOZABLE = 2
"""The severest that may wait until later."""
LONGEST_SNOOZE = timedelta(days=14)

LEADS = 1
"""The level of what only leads decide."""
LATE_TWICE = 2
"""Looked at late, and decided late: there is nothing further up."""
MOST_REVISIONS = 50
"""That a case remembers: a flag on any of them is nothing new."""


PART = "you had a part in what this is about: somebody else has to judge it"
PARTY = "party"
"""What an appeal has: whose it is."""
UNWRITTEN = "nobody wrote down what was before the {measure}: undo it on the platform"
"""Of a measure that a person said is there."""

THRESHOLD = "threshold"
"""What a case has that a threshold of points has raised: `only` that, or others reported it, `too`. Its reasons tell
nothing of it: whoever reports writes them."""


class NotAllowedError(Exception):
    """The case does not allow this now; the text tells the moderator why."""


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of a case: its new values, and the line in its history."""

    what: str
    set: Mapping[str, Any] = field(default_factory=dict)
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """What a flag says about how bad it is and how soon it matters."""

    severity: int
    weight: int
    """In thousandths (`weights.PARTS`)."""
    revision: str = ""
    moderator: str = ""
    """Who of the roster it is from; empty for anybody else."""
    by_threshold: bool = False
    """Whether a threshold of points raised it, and nobody who had seen something: for the leads, whatever else is
    known of it."""

    @property
    def level(self) -> int:
        return LEADS if self.by_threshold else 0


def case_id(subject_key: str, flag: str) -> str:
    """From the flag that opens it: the same flag, delivered again, can only open the same case."""
    return sha256(f"{subject_key}\n{flag}".encode()).hexdigest()[:16]


# What comes from outside


def opened(reports: Sequence[Report], standards: Standards, now: datetime) -> dict[str, Any]:
    """The values of a new case by which it finds its place."""
    severity = min(one.severity for one in reports)
    weight = sum(one.weight for one in reports)
    return {
        "state": "open",
        "level": max(one.level for one in reports),
        "late": 0,
        "severity": severity,
        "rank": severity,
        "look_by": text(standards.look_by(severity, now)),
        "decide_by": text(standards.decide_by(severity, now, weight / PARTS)),
        "weight": weight,
        "material": 1,
        "revisions": revisions((), reports),
        "excluded": sorted({one.moderator for one in reports} - {""}),
    }


def flagged(case: Case, reports: Sequence[Report], standards: Standards, now: datetime) -> dict[str, Any]:
    """What more reports change: never that it has more time. A severer one, or one about other words than the case has,
    is something a decision has to know of; more of the same is not, or what everybody reports could never be decided.
    """
    severity = min(case["severity"], *(one.severity for one in reports))
    weight = case["weight"] + sum(one.weight for one in reports)
    known = revisions(case["revisions"], reports)
    worse = severity < case["severity"] or any(one.level for one in reports)
    news = worse or (bool(case["revisions"]) and known != case["revisions"])
    sooner = standards.decide_by(severity, moment(case["opened_at"]), weight / PARTS)
    changes = {
        "severity": severity,
        "level": max(case["level"], *(one.level for one in reports)),
        "rank": min(case["rank"], severity),
        "weight": weight,
        "decide_by": min(case["decide_by"], text(max(sooner, now))),
        "look_by": min(case["look_by"], text(standards.look_by(severity, now))),
        "revisions": known,
        "excluded": sorted({*case["excluded"], *(one.moderator for one in reports)} - {""}),
    }
    return {**changes, **(material(case) if news else {})}


def by_threshold(case: Case | None, reports: Sequence[Report]) -> dict[str, str]:
    """What more reports say of a case, new where it is None: whether a threshold has raised it, and nobody else."""
    before, said = case.get(THRESHOLD) if case else None, [one.by_threshold for one in reports]
    if not (before or any(said)):
        return {}
    return {THRESHOLD: "only" if all(said) and (case is None or before == "only") else "too"}


def revisions(known: Sequence[str], reports: Sequence[Report]) -> list[str]:
    """Those that reports were about, as far as platforms tell, in the order they came in."""
    return list(dict.fromkeys([*known, *(one.revision for one in reports if one.revision)]))[-MOST_REVISIONS:]


def material(case: Case) -> dict[str, Any]:
    """Something happened that a decision has to know of: whoever has looked before has to look again, and what was put
    off is back."""
    back = {"state": "open"} if case["state"] == "snoozed" else {}
    return {"material": case["material"] + 1, **back}


def repeats(last: Case, report: Report, standards: Standards, now: datetime) -> bool:
    """Whether a report on what was decided is more of the same: counted and answered, and no new case."""
    if last["state"] != "decided" or report.level:
        return False
    recent = moment(last["decided_at"]) + timedelta(days=standards.settings.settled) > now
    same = not (report.revision and last["revisions"]) or report.revision in last["revisions"]
    return recent and same and report.severity >= last["severity"]


# What moderators do


def lapsed(case: Case, now: datetime) -> bool:
    """Whether whoever took it let the time run out."""
    return bool(case["state"] == "claimed" and case["lease_until"] <= text(now))


def free(case: Case, now: datetime) -> bool:
    """Whether anybody may take it."""
    return case["state"] == "open" or lapsed(case, now)


def admitted(case: Case, who: str, standards: Standards) -> bool:
    """Whether somebody had a part in it, who may act on it all the same, as nobody on the roster had none; an appeal
    knows by itself whether there is anybody else. Raises NotAllowedError for whoever may not: those who had a part, who
    wrote it, or who are no leads where it is for the leads."""
    if why := standards.why_not(who, case):
        raise NotAllowedError(why)
    part = who in case["excluded"]
    if part and (PARTY in case or standards.others(case["excluded"], leads=case["level"] >= LEADS)):
        raise NotAllowedError(PART)
    return part


def claimed(case: Case, who: str, standards: Standards, now: datetime) -> Move:
    """Taken, or taken anew: with what it is now before one's eyes."""
    if case["state"] == "decided":
        raise NotAllowedError("this case is decided already")
    if case["state"] == "claimed" and case["claimed_by"] != who and not lapsed(case, now):
        raise NotAllowedError(f"{case['claimed_by']} has this case until {case['lease_until']}")
    part = admitted(case, who, standards)
    until = now + timedelta(minutes=standards.settings.lease)
    looked = {"seen": case["material"], "looked": case.get("current", 0)}
    held = {"state": "claimed", "claimed_by": who, "lease_until": text(until), **looked}
    return Move("claimed", {**held, "nobody_else": part, "fence": case["fence"] + 1})


def released(case: Case, who: str, fence: int) -> Move:
    holds(case, who, fence)
    return Move("released", given_up(case))


def given_up(case: Case) -> dict[str, Any]:
    """Back at its old place; whoever had it cannot decide it any more."""
    return {"state": "open", "claimed_by": "", "lease_until": "", "fence": case["fence"] + 1}


def holds(case: Case, who: str, fence: int) -> None:
    """After the lease, too, as long as nobody has taken it: whoever took longer to write loses no words."""
    if (case["state"], case.get("claimed_by"), case["fence"]) != ("claimed", who, fence):
        raise NotAllowedError("you do not hold this case (any more): claim it, then decide with the fence you get")


def escalated(case: Case, who: str, reason: str, standards: Standards, now: datetime) -> Move:
    """To the leads, from wherever it is: it cannot get stuck with somebody who does nothing."""
    if case["state"] == "decided":
        raise NotAllowedError("this case is decided already: an appeal can change it")
    if case["level"] >= LEADS:
        raise NotAllowedError("the leads have this case already")
    if case["state"] == "claimed" and case["claimed_by"] != who and not lapsed(case, now):
        raise NotAllowedError(f"{case['claimed_by']} has this case until {case['lease_until']}")
    if not reason.strip():
        raise NotAllowedError("say why: the leads have to know what to look at")
    return Move("escalated", {**given_up(case), **higher(case, standards, now), "level": LEADS}, {"reason": reason})


def higher(case: Case, standards: Standards, now: datetime) -> dict[str, Any]:
    """One rank up, with the time that there is then."""
    rank = max(case["rank"] - 1, 0)
    return {"rank": rank, "decide_by": min(case["decide_by"], text(standards.decide_by(rank, now)))}


def snoozed(case: Case, who: str, until: datetime, standards: Standards, now: datetime) -> Move:
    """Put off, with time left to look at it once it is back. Whatever happens to it that matters brings it back."""
    if case["state"] == "decided":
        raise NotAllowedError("this case is decided already")
    if case["state"] == "claimed" and case["claimed_by"] != who and not lapsed(case, now):
        raise NotAllowedError(f"{case['claimed_by']} has this case until {case['lease_until']}")
    admitted(case, who, standards)
    if case["severity"] < SNOOZABLE:
        raise NotAllowedError("this is too severe to wait")
    if not now < until <= now + LONGEST_SNOOZE:
        raise NotAllowedError(f"until when? A moment from now on and not later than {text(now + LONGEST_SNOOZE)}")
    later = max(case["decide_by"], text(standards.look_by(case["severity"], until)))
    asleep = {"state": "snoozed", "wake_at": text(until), "decide_by": later}
    return Move("snoozed", {**given_up(case), **asleep}, {"until": text(until)})


def decided(case: Case, who: str, fence: int, decision: Decision, standards: Standards, now: datetime) -> Move:
    """Only by whoever holds it, and has seen all of it."""
    holds(case, who, fence)
    if case["seen"] != case["material"]:
        raise NotAllowedError("it has changed since you took it: look at it again, then claim it again")
    if who in case["excluded"] and not case.get("nobody_else"):
        raise NotAllowedError(PART)
    # What became late in their hands, and so went to the leads, is theirs until their time is over.
    if why := standards.why_not(who, case if lapsed(case, now) else {**case, "level": 0}):
        raise NotAllowedError(why)
    detail = decision.model_dump(mode="json") | snapshot(case.get("looked", 0))
    return Move("decided", closed(decision.outcome, who, now), detail)


def snapshot(number: int) -> dict[str, Any]:
    """Which of the snapshots of a case a decision was about; nothing where none was kept."""
    return {"snapshot": number} if number else {}


def closed(outcome: str, who: str, now: datetime) -> dict[str, Any]:
    """What changes in a case once somebody has decided it, here or on the platform."""
    return {"state": "decided", "outcome": outcome, "decided_by": who, "decided_at": text(now)}


def checked(decision: Decision, possible: Sequence[Measure], policies: Sequence[Policy]) -> Decision:
    """Raises NotAllowedError for a decision that contradicts itself, cannot be carried out there, or rests on a rule
    that the community does not have."""
    rules = [policy.id for policy in policies]
    if decision.policy and decision.policy not in rules:
        raise NotAllowedError(f"there is no rule {decision.policy[:40]!r}; there are {', '.join(rules) or 'none'}")
    harsh = [measure for measure in decision.measures if measure not in HARMLESS]
    if decision.outcome == "no_violation" and harsh:
        raise NotAllowedError(f"no violation, so no measure: leave out {', '.join(harsh)}")
    if not decision.explanation.strip():
        raise NotAllowedError("a decision needs an explanation: the author may ask for it")
    impossible = [measure for measure in decision.measures if measure not in possible]
    if impossible:
        raise NotAllowedError(
            f"{', '.join(impossible)} cannot be done there; possible: {', '.join(possible) or 'nothing'}"
        )
    if len(set(decision.measures)) < len(decision.measures):
        raise NotAllowedError("each measure once")
    endless = [measure for measure in decision.measures if measure in TIMED and measure not in decision.minutes]
    if endless:
        raise NotAllowedError(f"how long? say so in `minutes`: {', '.join(endless)}")
    idle = [measure for measure in decision.minutes if measure not in TIMED or measure not in decision.measures]
    if idle:
        raise NotAllowedError(f"`minutes` names what is not done, or has no end: {', '.join(idle)}")
    return decision


def undoable(row: Mapping[str, Any] | None, measure: Measure) -> None:
    """Raises NotAllowedError for a measure of which it is not known what it changed."""
    if row is None:
        raise NotAllowedError(f"{measure} was not decided in this case: there is nothing to undo")
    if row["state"] != "sent":
        raise NotAllowedError(f"{measure} is {row['state']}: only what was carried out can be undone")
    if "before" not in row["request"].get("prepared", {}) or "after" not in row.get("posted", {}):
        raise NotAllowedError(UNWRITTEN.format(measure=measure))


def until(decision: Decision, measure: Measure, decided_at: datetime) -> datetime | None:
    """When a measure ends by itself; None for one that lasts."""
    return decided_at + timedelta(minutes=decision.minutes[measure]) if measure in decision.minutes else None


# What time does


def due_at(case: Case) -> str:
    """When time changes it next; empty for never."""
    if case["state"] == "snoozed":
        return str(case["wake_at"])
    if case["state"] == "decided" or case["late"] >= LATE_TWICE:
        return ""
    looked_at = case["late"] or case["fence"]
    return str(case["decide_by"] if looked_at else min(case["look_by"], case["decide_by"]))


def passed(case: Case, standards: Standards, now: datetime) -> Move | None:
    """What the time that has passed makes of it: what was put off is back; what nobody took in time goes one rank up,
    and what nobody decided in time goes to the leads. None where nothing is due."""
    at = text(now)
    if not (due := due_at(case)) or due > at:
        return None
    if case["state"] == "snoozed":
        return Move("woke", {"state": "open"})
    if case["decide_by"] <= at:
        up = {"late": LATE_TWICE, "level": LEADS, "rank": max(case["rank"] - 1, 0)}
        return Move("late", up, {"decide_by": case["decide_by"]})
    return Move("late", {"late": 1, **higher(case, standards, now)}, {"look_by": case["look_by"]})


def order(case: Case) -> str:
    """Its place among the open ones, which no other has: the severest first, and of those what is due first. Nothing
    moves it but what happens to the case itself."""
    return f"{case['rank']}#{case['decide_by']}#{case['id']}"


def summary(flag: FlagRaised, length: int = 120) -> str:
    """One line to recognise the case by."""
    words = " ".join((flag.title or flag.text or flag.subject.id).split())
    return words if len(words) <= length else words[: length - 1] + "…"
