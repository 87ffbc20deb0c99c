"""Strikes: points that decisions give an account, and the cases that thresholds open about it.

A strike is written in the transaction of its decision, and changed in that of an appeal. Then the sweep counts it: one
strike at a time, under the version of the account's ledger, so that of many at once each counts with all before it and
none reaches what another has reached. What it reaches stands in the strike itself until the leads have their case.
"""

from datetime import datetime, timedelta

from events.envelope import Envelope
from events.moderation import Decision, FlagRaised, Subject
from events.people import Person
from events.program import Program, Threshold
from events.reasons import Reason
from functions.moderation import letters, points, records, standards
from functions.moderation.cases import Move
from functions.moderation.records import Arrival, BusyError, flag_sk, moving
from functions.platforms.acting import ACCOUNTS
from functions.shared import clock, table
from functions.shared.table import CancelledError, Item, Key, Put, Table, Update, Write

KIND = "strike"
LEDGER = "strikes"
"""Of the item that has the ledger's version."""
KEPT = timedelta(days=365)
"""How long a strike can be read once it has ended."""


def name(case: str) -> str:
    return f"strike#{case}"


def given(case: Item, decision: Decision, program: Program, now: datetime) -> list[Write]:
    """Written with a decision: at most one strike, for whoever wrote it."""
    key = records.history_key(case)
    number = points.given(case, decision, program.policies_of(case["community"]))
    if not (key and number):
        return []
    ends = now + timedelta(days=standards.of(program, case["community"]).settings.strikes_last)
    strike = {
        "pk": key[0],
        "sk": name(case["id"]),
        "kind": KIND,
        "case": case["id"],
        "policy": decision.policy,
        "points": number,
        "counted": 0,
        "given_at": clock.text(now),
        "ends_at": clock.text(ends),
        "expires": int((ends + KEPT).timestamp()),
        **table.due(KIND, key[0], clock.text(now)),
    }
    # One that has expired may still be there.
    none = table.either([table.absent()], [table.at_most("expires", int(now.timestamp()))])
    return [Put(strike, when=[none])]


def rejudged(store: Table, case: Item, decision: Decision, program: Program, now: datetime) -> list[Write]:
    """Written with the decision of an appeal: points are taken back, given, or those of another rule. Whoever comes to
    the same outcome and names no rule leaves them as they are."""
    key = records.history_key(case)
    if key is None or (decision.outcome == case["outcome"] and not decision.policy):
        return []
    there = store.get(key[0], name(case["id"]))
    if there is None:
        return given(case, decision, program, now)
    number = points.given(case, decision, program.policies_of(case["community"]))
    rule = decision.policy if number else there["policy"]
    if (number, rule) == (there["points"], there["policy"]):
        return []
    changes = {"points": number, "counted": min(there["counted"], number), "policy": rule}
    due = table.due(KIND, key[0], clock.text(now))
    return [Update(table.key_of(there), set={**changes, **due}, when=as_read(there)), version(key[0])]


def as_read(strike: Item) -> list[table.Condition]:
    return [table.equals(field, strike[field]) for field in ("points", "counted")]


def version(pk: str, when: table.When = ()) -> Update:
    """Whoever has worked out anything from the ledger as it was has to do so again."""
    return Update((pk, LEDGER), set={"kind": LEDGER}, add={"version": 1}, when=when)


def ledger(store: Table, pk: str) -> list[Item]:
    return list(store.query(pk, "strike#"))


def go_on(store: Table, key: Key, program: Program, now: datetime) -> None:
    """Count a strike, and tell the leads what it has reached. Cut off anywhere, it is due and gone on with."""
    try:
        strike = store.get(*key)
        if strike and "crossed" not in strike:
            strike = count(store, strike, program, now)
        if strike and "crossed" in strike:
            tell(store, strike, program, now)
    except (CancelledError, BusyError):
        return  # Somebody else was at the ledger or at the case: the next sweep looks again.


def count(store: Table, strike: Item, program: Program, now: datetime) -> Item | None:
    """Gives the strike with what it has reached; None where that is nothing."""
    pk = strike["pk"]
    head = store.get(pk, LEDGER)
    before = ledger(store, pk)
    mine = next((one for one in before if one["sk"] == strike["sk"]), None)
    if mine is None or "crossed" in mine:  # Somebody else has counted it meanwhile, or it was erased.
        return mine
    after = [{**one, "counted": one["points"]} if one is mine else one for one in before]
    valid = standards.of(program, table.community_of(pk))
    totals = [points.total(strikes, now, "counted") for strikes in (before, after)]
    reached = points.crossed(valid.settings.thresholds, *totals)
    changes: Item = {"counted": mine["points"]}
    if reached:
        called = points.title(after, valid.policies, valid.settings.strikes_last, spoken(program, pk), now)
        number = head["version"] + 1 if head else 1
        changes["crossed"] = {
            "threshold": reached.model_dump(mode="json"),
            "least": min(one.points for one in valid.settings.thresholds if one.points > totals[0]),
            "points": totals[1],
            "title": called,
            "number": number,
            "at": clock.text(now),
        }
    unchanged = [table.equals("version", head["version"])] if head else [table.absent()]
    gone = [] if reached else ["due", "due_at"]
    mark = Update(table.key_of(mine), set=changes, remove=gone, when=as_read(mine))
    store.transact([mark, version(pk, unchanged)])
    return {**mine, **changes} if reached else None


def spoken(program: Program, pk: str) -> str:
    return letters.spoken(standards.of(program, table.community_of(pk)).language)


def tell(store: Table, strike: Item, program: Program, now: datetime) -> None:
    """A case for the leads, as any report opens one; and a line in the history of the one that gave the points."""
    case = store.get(*records.case_key(table.community_of(strike["pk"]), strike["case"]))
    if case is None or not case["author"].get("id"):  # Erased: nothing is said about them any more.
        store.transact([told(strike)])
        return
    flag = report(case, strike, standards.of(program, case["community"]))
    key = table.partition(case["community"], "subject", flag.subject.key), flag_sk(flag.flag)
    if not stands(store, strike) and store.get(*key) is None:
        store.transact([told(strike)])
        return
    envelope = Envelope(
        source=flag.source,
        community=flag.community,
        platform=flag.platform,
        pipeline="moderation",
        event="threshold",
        delivery=flag.flag,
        received_at=strike["crossed"]["at"],
        body=b"",
    )
    arrival = Arrival(envelope, flag, by_threshold=True)
    records.record_flags(store, [arrival], standards.of(program, case["community"]), now)
    there = store.get(*key) or {}
    detail = {"reached": strike["crossed"]["threshold"]["points"], "points": strike["crossed"]["points"]}
    move = Move("threshold", {}, {**detail, "opened": there.get("case", "")})
    store.transact([told(strike), *moving(case, move, "liaison", now)])


def stands(store: Table, strike: Item) -> bool:
    """Whether the account is still at any threshold that it has reached with this strike: an appeal may have taken
    points back since they were counted. If it gets them again, it reaches the threshold again."""
    crossed = strike["crossed"]
    left = points.total(ledger(store, strike["pk"]), clock.moment(crossed["at"]), "counted")
    return bool(left >= crossed["least"])


def told(strike: Item) -> Update:
    """Of this crossing nothing is left to do; of the strike only where an appeal has given more meanwhile."""
    over = ["due", "due_at"] if strike["counted"] == strike["points"] else []
    when = [*as_read(strike), table.equals("crossed", strike["crossed"])]
    return Update(table.key_of(strike), remove=["crossed", *over], when=when)


def report(case: Item, strike: Item, valid: standards.Standards) -> FlagRaised:
    """What a threshold says to the leads: about the account, or where measures against it are about something that it
    wrote, about what it wrote last."""
    crossed, rule = strike["crossed"], next((one for one in valid.policies if one.id == strike["policy"]), None)
    code: Reason = rule.reasons[0] if rule and rule.reasons else "rules"
    about = Subject.model_validate(case["subject"])
    if kind := ACCOUNTS.get(case["platform"]):
        about = Subject(source=about.source, kind=kind, id=case["author"]["id"])
    return FlagRaised(
        community=case["community"],
        source=about.source,
        platform=case["platform"],
        flag=f"threshold:{strike['case']}:{crossed['number']}",
        nature="suspicion",
        subject=about,
        title=crossed["title"],
        reason=points.REASON,
        code=code,
        comment=usual(Threshold.model_validate(crossed["threshold"])),
        author=Person.model_validate(case["author"]),
        language=case["language"],
        raised_at=clock.moment(crossed["at"]),
    )


def usual(reached: Threshold) -> str:
    """For moderators."""
    if reached.measure is None:
        return f"{reached.points} points are reached"
    long = f" for {reached.minutes} minutes" if reached.minutes else ""
    return f"{reached.points} points are reached: {reached.measure}{long} is usual"
