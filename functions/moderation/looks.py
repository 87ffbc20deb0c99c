"""What there is at the place of a case, read when somebody takes it: what each measure would find there, and send.

Each claim asks for one look, which is of use to that claim alone. It keeps states; the requests follow from them
(`platforms/acting.py`), so what is shown is what is sent for as long as the state is the same; and a decision is
carried out on the state that was looked at, or not at all.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from events.moderation import TIMED, ActionRequested, Decision, Measure, Outcome, Subject
from events.people import Person
from functions.moderation import cases, records
from functions.moderation.cases import HARMLESS
from functions.platforms.acting import Ability, Call, CannotError, State, abilities, on, planned
from functions.shared import clock, outbox
from functions.shared.table import Item, Table, Update, Write

NAME = "see"
SK = f"delivery#{NAME}"
KIND = "look"
KEPT = timedelta(days=1)
"""A claim is over long before."""

OUTCOMES: tuple[Outcome, ...] = ("violation", "no_violation")
EXPLANATION = "YOUR EXPLANATION"
"""Stands in a request that is shown where the words of the decision will be."""
LASTING = 60
"""Minutes of a measure that ends, as it is shown before anybody said how many; more where the platform wants more."""


def asked_for(case: Item, fence: int, now: datetime) -> list[Write]:
    """Written with the claim that gives this fence. Whoever is at an older look has lost the row."""
    if not abilities(case["platform"], case["subject"]["kind"]):
        return []
    row = outbox.planned(
        pk=case["pk"],
        name=NAME,
        purpose="see",
        platform=case["platform"],
        destination=case["subject"]["source"],
        request={"case": case["id"], "claim": fence},
        at=clock.text(now),
    ) | {"kind": KIND, "expires": int((now + KEPT).timestamp())}
    values = {name: value for name, value in row.items() if name not in ("pk", "sk", "fence")}
    return [Update((case["pk"], SK), set=values, add={"fence": 1}, remove=("seen", "reason", "settled_at"))]


def of(store: Table, case: Item) -> Item | None:
    """The look of the claim that holds now; None where there is none."""
    row = store.get(case["pk"], SK) if case["state"] == "claimed" else None
    return row if row and belongs(row, case) else None


def belongs(row: Item, case: Item) -> bool:
    return bool(case["state"] == "claimed" and row["request"]["claim"] == case["fence"])


def wanted(case: Item) -> list[tuple[Outcome, Measure, Ability]]:
    """What is looked at, and for which outcome: by which of them a report is closed may make a difference."""
    can = abilities(case["platform"], case["subject"]["kind"])
    return [
        (outcome, measure, ability)
        for outcome in OUTCOMES
        for measure, ability in can.items()
        if outcome == "violation" or measure in HARMLESS
    ]


def sample(case: Item, measure: Measure, outcome: Outcome, reports: Sequence[str], now: datetime) -> ActionRequested:
    """A measure as it would be asked for, before anybody has decided."""
    ability = abilities(case["platform"], case["subject"]["kind"])[measure]
    minutes = {measure: lasting(ability)} if measure in TIMED else {}
    decision = Decision(outcome=outcome, measures=(measure,), minutes=minutes, explanation=EXPLANATION)
    return requested(case, measure, decision, reports, now)


def lasting(ability: Ability) -> int:
    """Minutes that the platform takes."""
    least, most = ability.seconds or (1, 60 * LASTING)
    return min(max(LASTING, -(-least // 60)), most // 60)


def requested(
    case: Item, measure: Measure, decision: Decision, reports: Sequence[str], now: datetime
) -> ActionRequested:
    """One measure of a decision, as delivery gets it. Reports matter to what closes them, or lets something in."""
    return ActionRequested(
        case=case["id"],
        measure=measure,
        subject=Subject.model_validate(case["subject"]),
        person=Person.model_validate(case["author"]) if case["author"] else None,
        reports=tuple(reports) if measure in HARMLESS else (),
        outcome=decision.outcome,
        reason=decision.policy or ", ".join(case["codes"]),
        explanation=decision.explanation,
        until=cases.until(decision, measure, now),
    )


def reported(store: Table, case: Item) -> tuple[str, ...]:
    """The platform's own reports in a case, as many as are shown, by our names of the flags."""
    flags, about = store.query(records.subject_of(case), "flag#"), case.get("of", case["id"])
    return tuple(islice((item["flag"] for item in flags if item.get("case") == about), records.MOST_SHOWN))


# What a decision is bound to


def expected(row: Item | None, decision: Decision, reports: Sequence[str]) -> dict[Measure, State]:
    """The states that were looked at. Not of what concerns other reports by now; and measures that read one and the
    same state change it for each other, so that none of them can be held to it."""
    entries = {measure: entry(row, decision.outcome, measure) for measure in decision.measures}
    same_reports = list(reports) == list((row or {}).get("seen", {}).get("reports", ()))
    states = {
        measure: one["state"]
        for measure, one in entries.items()
        if "state" in one and (measure not in HARMLESS or same_reports)
    }
    every = list(states.values())
    return {measure: state for measure, state in states.items() if not state or every.count(state) == 1}


def entry(row: Item | None, outcome: Outcome, measure: Measure) -> Mapping[str, Any]:
    """What was found: `state`, or why it `cannot` be done, or why it is `unseen`, and `at` which time; empty for a
    look that has not come."""
    found: Mapping[str, Any] = (row or {}).get("seen", {}).get("found", {}).get(outcome, {}).get(measure, {})
    return found


# What people are told


def summed_up(row: Item | None) -> dict[str, str]:
    """Where a look stands: `coming`, `seen` or `unseen`, and why. Without one: nobody has the case, or nothing can be
    done there."""
    if row is None:
        return {}
    every = [one for outcome in row.get("seen", {}).get("found", {}).values() for one in outcome.values()]
    if "due" in row:
        return {"state": "coming", "reason": row.get("reason", "")}
    if any("state" in one for one in every) or (every and all("cannot" in one for one in every)):
        return {"state": "seen", "reason": "", "at": max(one["at"] for one in every)}
    return {"state": "unseen", "reason": row.get("reason", "")}


def told(case: Item, row: Item | None, measure: Measure, now: datetime) -> dict[str, Any]:
    """What one measure finds there (`now`, read `seen_at`), and its `requests` to the letter but for the words of the
    decision; or why it `cannot` be done, or was not seen. `otherwise`: the requests for the other outcome, where they
    are others. `minutes`: how long it lasts in these requests."""
    outcome: Outcome = "no_violation" if measure == "approve" else "violation"
    one = entry(row, outcome, measure)
    if "state" not in one:
        return {name: one[name] for name in ("cannot", "unseen") if name in one}
    found = {"now": one["state"], "seen_at": one["at"], **sending(case, row, measure, outcome, now)}
    other: Outcome = "violation" if outcome == "no_violation" else "no_violation"
    if "state" in entry(row, other, measure):
        otherwise = sending(case, row, measure, other, now)
        found |= {"otherwise": otherwise} if any(otherwise[name] != found.get(name) for name in otherwise) else {}
    return found | ({"minutes": lasting(abilities(case["platform"], case["subject"]["kind"])[measure])}
                    if measure in TIMED else {})  # fmt: skip


def sending(case: Item, row: Item | None, measure: Measure, outcome: Outcome, now: datetime) -> dict[str, Any]:
    acting, found = on(case["platform"]), entry(row, outcome, measure)["state"]
    action = sample(case, measure, outcome, (row or {})["seen"]["reports"], now)
    try:
        calls = planned(acting, action, found, int(now.timestamp())) if acting else ()
    except CannotError as error:
        return {"cannot": str(error)}
    return {"requests": [written(call) for call in calls]}


def written(call: Call) -> dict[str, Any]:
    more = {"body": call.body, "headers": dict(call.headers)}
    return {"method": call.method, "path": call.path, **{name: one for name, one in more.items() if one}}
