"""Which items moderation writes.

| pk | sk | what |
|---|---|---|
| community#subject#key | round | the newest case of a subject, and whether it is open |
| community#subject#key | flag#hash | one report; its explanation may come before or after it |
| community#subject#key | decided#hash | a decision taken on the platform itself |
| community#subject#key | message | a message moderation may look at: its newest state, for thirty days |
| community#subject#key | delivery#look#hash | a question to the platform about a flag (see `shared/outbox.py`) |
| community#case#id | case | state, place among the others, holder, lease, fence, counts, next audit number |
| community#case#id | decision | the verdict; immutable |
| community#case#id | audit#000001 | one line of history; the first is listed by when the case was opened |
| community#case#id | delivery#measure | one measure on its way (see `shared/outbox.py`) |
| community#case#id | delivery#undo#measure | the same, on its way back |
| community#case#id | delivery#see | what a claim has read of the place, for a day (see `looks`) |
| community#case#id | delivery#desk-staff#card | its card at a desk, kept as it is now |
| community#case#id | outcome | how far those who are told about the decision were told (see `outcomes`) |
| community#case#id | delivery#told#hash | what one of them is told |
| community#case#id | ends | when the words of strangers in it go (see `forgetting`) |
| community#case#id | like | that its words are to be compared with those of others (see `clusters`) |
| community#reporter#hash | figures | how often decisions agreed with somebody's reports |
| community#reporter#hash | history | how what the same account wrote was decided so far |
| community#reporter#hash | strike#case | points that a decision gave it, until they end (see `strikes`) |
| community#reporter#hash | strikes | the version of these |
| community#reporter#hash | person | whose account it is, as somebody here has found out (see `persons`) |
| community#person#id | person | the accounts of one person |
| community#person#id | audit#000001 | who linked which of them, and why |
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from secrets import token_hex
from typing import Any, Literal

from events.envelope import Envelope
from events.moderation import (
    LONGEST_EXPLANATION,
    DecisionReported,
    FlagExplained,
    FlagRaised,
    LookRequested,
    MessageSeen,
    Outcome,
    Subject,
)
from events.program import MOST_DESKS
from events.reasons import Reason
from functions.moderation import cases, chain, evidence, messages, roster, weights
from functions.moderation.cases import Move, Report
from functions.moderation.standards import Standards
from functions.shared import clock, inbox, outbox, table
from functions.shared.table import (
    CancelledError,
    Condition,
    ConditionFailedError,
    Item,
    Key,
    Put,
    Table,
    Update,
    Write,
)

TRIES = 8
MESSAGES_KEPT = timedelta(days=30)
MOST_SHOWN = 50
"""A case may have thousands of flags, and an answer ends at 6 MB."""

OPEN, SNOOZED, DECIDED = "cases-open", "cases-snoozed", "cases-decided"
Listed = Literal["open", "snoozed", "decided"]
LISTINGS: dict[Listed, str] = {"open": OPEN, "snoozed": SNOOZED, "decided": DECIDED}
"""Open ones by their order of work, others by when they wake or were decided."""
OPENED = "cases-opened"
"""The first lines of all histories, by when each case was opened: they stay there, whatever becomes of the case."""
KIND = "case"
"""Of what the sweep finds here."""
FOLDED, ASKED = 10, 7
"""Flags on one subject that are recorded together, and so many where their platform is asked about one of them."""
MOST_WRITES, BESIDE = 25, 4
"""Of a transaction (DESIGN §3), and those of the case itself. Each flag takes two, with a question to its platform
three, and each card that the case may have takes one."""
BUSY = "others keep changing this case: try again in a moment"


class BusyError(Exception):
    """Others kept changing the case in between; the message comes again."""


def case_key(community: str, case: str) -> table.Key:
    return table.partition(community, "case", case), "case"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A flag, the delivery it came with, whether its platform can be asked for what it left open, and whether a
    threshold of points raised it, which is for the leads."""

    envelope: Envelope
    flag: FlagRaised
    can_ask: bool = False
    by_threshold: bool = False


def record_flags(store: Table, arrivals: Sequence[Arrival], standards: Standards, now: datetime) -> list[inbox.Fate]:
    """Flags on one subject, as many in one transaction as it takes: inbox markers, flags, the case they open or join,
    and the questions to their platform. Gives what became of each. Raises BusyError."""
    fates: dict[int, inbox.Fate] = {}
    tries = 0
    while len(fates) < len(arrivals):
        left = {place: one for place, one in enumerate(arrivals) if place not in fates}
        known = read_known(store, list(left.values()))
        for place, one in left.items():
            if "raised_at" in known.flags.get(flag_sk(one.flag.flag), {}):
                fates[place] = repeated(store, one, now)
        fold = folded({place: one for place, one in left.items() if place not in fates}, len(standards.desks))
        try:
            if fold:
                store.transact(recording(list(fold.values()), known, standards, now))
                fates |= dict.fromkeys(fold, "recorded")
        except CancelledError as error:
            # Markers come first. What was delivered before is dropped. Else a flag was recorded or explained, or the
            # case opened, decided or written to in between: read again.
            came_before = [place for number, place in enumerate(fold) if number in error.failed]
            fates |= dict.fromkeys(came_before, "duplicate")
            tries += not came_before
            if tries >= TRIES:
                raise BusyError(BUSY) from error
    return [fates[place] for place in range(len(arrivals))]


def folded(left: dict[int, Arrival], cards: int) -> dict[int, Arrival]:
    """As many as fit into one transaction; none that would write the same item twice."""
    fold: dict[int, Arrival] = {}
    most, each = (ASKED, 3) if any(asks(one) for one in left.values()) else (FOLDED, 2)
    most = min(most, (MOST_WRITES - BESIDE - cards) // each)
    for place, one in left.items():
        same = any(one.envelope.id == other.envelope.id or one.flag.flag == other.flag.flag for other in fold.values())
        if not same and len(fold) < most:
            fold[place] = one
    return fold


def asks(one: Arrival) -> bool:
    return bool(one.can_ask and one.flag.more)


@dataclass(frozen=True, slots=True)
class Known:
    """What is there of a subject before more flags are recorded."""

    round: Item | None
    case: Item | None
    flags: dict[str, Item]
    """By their sort keys."""
    figures: dict[Key, Item]


def read_known(store: Table, arrivals: Sequence[Arrival]) -> Known:
    first = arrivals[0].flag
    subject_pk = table.partition(first.community, "subject", first.subject.key)
    flags = {(subject_pk, flag_sk(one.flag.flag)) for one in arrivals}
    reporters = {
        figures_key(first.community, one.flag.source, one.flag.reporter.id) for one in arrivals if one.flag.reporter
    }
    found = {table.key_of(item): item for item in store.read([(subject_pk, "round"), *flags, *reporters])}
    newest = found.get((subject_pk, "round"))
    case = store.get(*case_key(first.community, newest["case"])) if newest else None
    if decided_between(newest, case):
        return read_known(store, arrivals)
    return Known(
        newest,
        case,
        {key[1]: found[key] for key in flags if key in found},
        {key: found[key] for key in reporters if key in found},
    )


def decided_between(newest: Item | None, case: Item | None) -> bool:
    """Whether a case that was still open when its round was read was decided before it was read itself."""
    return bool(newest and case and newest["state"] == "open" and case["state"] == "decided")


def newest_round(store: Table, community: str, subject_pk: str) -> tuple[Item, Item]:
    """The newest round of a subject that has one, and its case."""
    newest = store.get(subject_pk, "round") or {}
    case = existing(store, community, newest["case"])
    return newest_round(store, community, subject_pk) if decided_between(newest, case) else (newest, case)


def figures_key(community: str, source: str, reporter: str) -> Key:
    name = sha256(f"{source}\n{reporter}".encode()).hexdigest()[:32]
    return table.partition(community, "reporter", name), "figures"


def figures_of(community: str, flag: Item) -> Key:
    """Of whoever raised a flag that is kept."""
    return figures_key(community, flag["source"], flag["reporter"]["id"])


def subject_of(case: Item) -> str:
    """The partition of what a case is about."""
    return table.partition(case["community"], "subject", Subject.model_validate(case["subject"]).key)


FIGURES: dict[Outcome, str] = {"violation": "agreed", "no_violation": "disagreed"}
"""What a decision makes of a report, in its reporter's figures."""
OUTCOME = "outcome"
"""Of the row that says how far those who are told about a decision were told."""


def outcome_planned(case: Item, now: datetime) -> Put:
    """Written with the decision; `outcomes` goes on with it."""
    row = {"pk": case["pk"], "sk": OUTCOME, "kind": OUTCOME, "case": case["id"], "cursor": "", "author": "", "asked": 0}
    return Put({**row, **table.due(OUTCOME, case["pk"], clock.text(now))}, when=[table.absent()])


def outcome_again(case: Item, now: datetime) -> Update:
    """From the beginning: somebody is there who was not told yet, or it was decided otherwise. What was told already is
    not told again."""
    changes = {"cursor": "", **table.due(OUTCOME, case["pk"], clock.text(now))}
    # Counted, so that whoever is at it in this moment does not end it.
    return Update((case["pk"], OUTCOME), set=changes, add={"asked": 1}, when=[table.present()])


LIKE = "like"
"""Of the row that says that the words of a case are to be compared with those of others."""


def like_planned(case: Item, now: datetime) -> Update:
    """Written where a case opens, and where it has other words; `clusters` goes on with it. Counted, so that whoever is
    at it in this moment does not end it."""
    changes = {"kind": LIKE, **table.due(LIKE, case["pk"], clock.text(now))}
    return Update((case["pk"], LIKE), set=changes, add={"asked": 1})


def cluster_key(community: str, cluster: str) -> Key:
    return table.partition(community, "cluster", cluster), "cluster"


def fewer_open(case: Item) -> list[Update]:
    """Written with a decision: how many open ones are left of those that are alike."""
    return [Update(cluster_key(case["community"], case["cluster"]), add={"open": -1})] if case.get("cluster") else []


def recording(fold: list[Arrival], known: Known, standards: Standards, now: datetime) -> list[Write]:
    subject_pk = table.partition(fold[0].flag.community, "subject", fold[0].flag.subject.key)
    explained = [known.flags.get(flag_sk(one.flag.flag)) for one in fold]
    weighed = [weigh(one.flag, why, known, standards) for one, why in zip(fold, explained, strict=True)]
    reports = [report(one, why, weight, standards) for one, why, weight in zip(fold, explained, weighed, strict=True)]
    name, writes = filed(fold, explained, reports, known, standards, now)
    return [
        *(inbox.marker(one.envelope, "recorded", now, about=f"case {name}") for one in fold),
        *(
            flag_write(subject_pk, one.flag, why, name, weight, now)
            for one, why, weight in zip(fold, explained, weighed, strict=True)
        ),
        *writes,
        *map(outbox.put, questions(fold, now)),
    ]


def weigh(flag: FlagRaised, explained: Item | None, known: Known, standards: Standards) -> weights.Weight:
    reporter = flag.reporter.id if flag.reporter else ""
    figures = known.figures.get(figures_key(flag.community, flag.source, reporter), {})
    before = weights.known(figures)
    code = explained["code"] if explained and flag.code == "unknown" else flag.code
    return weights.weight(code, before, staff=bool(moderator(flag, standards)))


def moderator(flag: FlagRaised, standards: Standards) -> str:
    return standards.moderator(flag.source, flag.reporter.id) if flag.reporter else ""


def report(one: Arrival, explained: Item | None, weight: weights.Weight, standards: Standards) -> Report:
    flag = one.flag
    codes: list[Reason] = [flag.code, *([explained["code"]] if explained else [])]
    severity = min(standards.severity(code) for code in codes)
    told_of = explained["reporter"].get("id", "") if explained else ""
    who = moderator(flag, standards) or standards.moderator(flag.source, told_of)
    return Report(severity, weight.parts, flag.subject.revision, who, one.by_threshold)


def filed(
    fold: list[Arrival],
    explained: list[Item | None],
    reports: list[Report],
    known: Known,
    standards: Standards,
    now: datetime,
) -> tuple[str, list[Write]]:
    """The case that the flags belong to, and what they change: one that is open, one that was just decided, a new
    one."""
    flags = [one.flag for one in fold]
    why = [(flag.reason, flag.code) for flag in flags]
    why += [(told["reason"], told["code"]) for told in explained if told]
    case, newest = known.case, known.round
    if case and newest and newest["state"] == "open":
        return case["id"], joining(case, flags, reports, why, standards, now)
    if case and newest and all(cases.repeats(newest, one, standards, now) for one in reports):
        return case["id"], repeating(case, flags, why, now)
    name = cases.case_id(flags[0].subject.key, flags[0].flag)
    return name, opening(name, flags, reports, why, newest, standards, now)


def repeated(store: Table, one: Arrival, now: datetime) -> inbox.Fate:
    """The same report under another delivery id: only the delivery is recorded."""
    subject_pk = table.partition(one.flag.community, "subject", one.flag.subject.key)
    return marked(store, one.envelope, "duplicate", f"{subject_pk} {flag_sk(one.flag.flag)}", now)


def flag_sk(flag: str) -> str:
    return "flag#" + sha256(flag.encode()).hexdigest()[:32]


def flag_write(
    subject_pk: str, flag: FlagRaised, explained: Item | None, case: str, weight: weights.Weight, now: datetime
) -> Write:
    """The report. An explanation that overtook it stays as it is, and is what it was when it was read."""
    told = {
        "case": case,
        "weight": weight.parts,
        "weighed": weight.told(),
        "nature": flag.nature,
        "revision": flag.subject.revision,
        "raised_at": clock.text(flag.raised_at),
        "recorded_at": clock.text(now),
        "speaks": flag.reporter.language if flag.reporter else "",
    }
    why = {
        "kind": "flag",
        "source": flag.source,
        "flag": flag.flag,
        "reason": flag.reason,
        "code": flag.code,
        "comment": flag.comment,
        "reporter": person(flag.reporter),
    }
    if explained is None:
        return Put({"pk": subject_pk, "sk": flag_sk(flag.flag), **told, **why}, when=[table.absent()])
    known = explained["reporter"] or "erased" in explained
    reporter = {} if known else {"reporter": person(flag.reporter)}
    when = (table.absent("raised_at"), table.equals("explained_at", explained["explained_at"]))
    return Update((subject_pk, flag_sk(flag.flag)), set={**told, **reporter}, remove=["due", "due_at"], when=when)


def questions(arrivals: Iterable[Arrival], now: datetime) -> list[Item]:
    """What the platform is asked about these flags, as rows for delivery. The answer comes back as an ordinary delivery
    and explains the flag."""
    return [question(one.flag, now) for one in arrivals if asks(one)]


def question(flag: FlagRaised, now: datetime) -> Item:
    return outbox.planned(
        pk=table.partition(flag.community, "subject", flag.subject.key),
        name=f"look#{sha256(flag.flag.encode()).hexdigest()[:16]}",
        purpose="look",
        platform=flag.platform,
        destination=flag.source,
        request=LookRequested(more=flag.more, subject=flag.subject),
        at=clock.text(now),
    )


def record_explanation(
    store: Table, envelope: Envelope, told: FlagExplained, standards: Standards, now: datetime
) -> inbox.Fate:
    """Why a flag was raised, before or after the flag itself. Gives what became of it."""
    subject_pk = table.partition(told.community, "subject", told.subject.key)
    key = subject_pk, flag_sk(told.flag)
    why: Item = {
        "kind": "flag",
        "source": told.source,
        "flag": told.flag,
        "reason": told.reason,
        "code": told.code,
        "comment": told.comment,
        "explained_at": clock.text(told.explained_at),
    }
    for _ in range(TRIES):
        flag = store.get(*key) or {}
        # It may have named somebody who has asked to be forgotten.
        why["flag"] = flag.get("flag", told.flag)
        told = told.model_copy(update={"flag": why["flag"]})
        if flag.get("erased"):  # Whoever reported it.
            why["comment"] = ""
            told = told.model_copy(update={"reporter": None})
        if "explained_at" in flag and newest(flag) >= newest(why):
            return marked(store, envelope, "duplicate", f"{subject_pk} {key[1]}", now)
        case = store.get(*case_key(told.community, flag["case"])) if "case" in flag else None
        reporter = {"reporter": person(told.reporter) or flag.get("reporter", {})}
        there = [
            table.present("raised_at") if case else table.absent("raised_at"),
            table.present("erased") if flag.get("erased") else table.absent("erased"),
            # Nor has it been answered, or explained otherwise, meanwhile.
            table.equals("answered", flag["answered"]) if "answered" in flag else table.absent("answered"),
            table.equals("explained_at", flag["explained_at"])
            if "explained_at" in flag
            else table.absent("explained_at"),
            table.equals("flag", flag["flag"]) if flag else table.absent(),
        ]
        try:
            store.transact(
                [
                    inbox.marker(envelope, "recorded", now, about=f"{subject_pk} {key[1]}"),
                    *(
                        explaining(store, case, flag, told, {**why, **reporter}, there, standards, now)
                        if case
                        else [Update(key, set={**why, **reporter, **waits(subject_pk, now)}, when=there)]
                    ),
                ]
            )
            return "recorded"
        except CancelledError as error:
            if 0 in error.failed:
                return "duplicate"
    raise BusyError(BUSY)


def waits(subject_pk: str, now: datetime) -> Item:
    """The end of an explanation whose report does not come: it is in no case, which would take it along."""
    return table.due(evidence.ENDS, subject_pk, clock.text(now + inbox.KEPT))


def newest(why: Item) -> tuple[str, ...]:
    """Of two explanations the later one stands, whichever arrives last."""
    return tuple(why[name] for name in ("explained_at", "reason", "code", "comment"))


def explaining(
    store: Table,
    case: Item,
    flag: Item,
    told: FlagExplained,
    why: Item,
    there: Sequence[Condition],
    standards: Standards,
    now: datetime,
) -> list[Write]:
    """An explanation may say that it is worse than the flag alone did: also than what was decided, which nobody knew
    then. So the report leaves that case, and is answered anew. It may also be the first to say whose report it is, of
    one that was answered when there was nobody to be told."""
    severity = standards.severity(told.code)
    if case["state"] == "decided" and severity < case["severity"]:
        newest, other = newest_round(store, told.community, subject_of(case))
        return leaving(case, newest, other, {**flag, **why}, there, severity, standards, now)
    changes = named(case, [(told.reason, told.code)])
    if case["state"] != "decided":
        who = standards.moderator(told.source, told.reporter.id) if told.reporter else ""
        changes |= cases.flagged(case, [Report(severity, 0, moderator=who)], standards, now)
    rows = new_cards({**case, **changes}, standards, now)
    move = Move("explained", changes | with_cards(case, rows), {"flag": told.flag, "reason": told.reason})
    unheard = "answered" in flag and why["reporter"].get("id") and not flag["reporter"].get("id")
    return [
        Update(table.key_of(flag), set=why, remove=ANSWER if unheard else (), when=there),
        *moving(case, move, told.source, now),
        *([outcome_again(case, now)] if unheard else []),
        *map(outbox.put, rows),
    ]


ANSWER = ("answered", "answered_at", "counted")
"""What a report has once it was answered."""


def leaving(
    case: Item,
    newest: Item,
    other: Item,
    flag: Item,
    there: Sequence[Condition],
    severity: int,
    standards: Standards,
    now: datetime,
) -> list[Write]:
    """A report that turned out to be worse than what was decided leaves that case for the newest one of its subject, or
    for a new one where that does not answer it. `newest`: the round, and `other` its case."""
    raised = FlagRaised.model_validate(
        {name: case[name] for name in ("community", "platform", "subject", "title", "text", "original", "language")}
        | {name: flag[name] for name in ("source", "flag", "nature", "reason", "code", "comment", "raised_at")}
        | {"author": case["author"] or None, "reporter": flag["reporter"] or None}
    )
    who = standards.moderator(flag["source"], flag["reporter"].get("id", ""))
    report, given = Report(severity, flag["weight"], flag["revision"], who), [(raised.reason, raised.code)]
    if newest["state"] == "open":
        name, writes = other["id"], joining(other, [raised], [report], given, standards, now, moved=True)
    elif cases.repeats(newest, report, standards, now):
        name, writes = other["id"], repeating(other, [raised], given, now, moved=True)
    else:
        # Not the id that this flag alone would open: that case may be the one it leaves. It leaves each case once.
        name = cases.case_id(raised.subject.key, f"{raised.flag}\n{case['id']}")
        writes = opening(name, [raised], [report], given, newest, standards, now)
    late = flag["recorded_at"] > case["decided_at"]
    moved = {"flags": -1, **({"repeats": -1} if late else {})}
    fields = {field: flag[field] for field in ("reason", "code", "comment", "explained_at", "reporter")}
    return [
        Update(
            table.key_of(flag),
            set={**fields, "case": name},
            remove=[field for field in ANSWER if field in flag],
            when=there,
        ),
        *uncounted(flag),
        *moving(case, Move("explained", {}, {"flag": raised.flag, "next": name}), flag["source"], now, add=moved),
        *writes,
    ]


def uncounted(flag: Item) -> list[Write]:
    """What an answer has made of its reporter's figures is taken back."""
    if not flag.get("counted"):
        return []
    return [Update((flag["counted"], "figures"), set={"kind": "figures"}, add={FIGURES[flag["answered"]]: -1})]


def named(case: Item, why: Sequence[tuple[str, str]]) -> Item:
    """A case's reasons, in the platforms' words and in ours."""
    return {
        "reasons": sorted({*case["reasons"], *(reason for reason, _ in why)} - {""})[:20],
        "codes": sorted({*case.get("codes", []), *(code for _, code in why)} - {"unknown"}),
    }


def record_decision(
    store: Table, envelope: Envelope, told: DecisionReported, standards: Standards, now: datetime
) -> inbox.Fate:
    """A decision taken on the platform: kept once, and it closes the open case of its subject where it says
    whether there was a violation. Gives what became of it."""
    subject_pk = table.partition(told.community, "subject", told.subject.key)
    name = "decided#" + sha256(told.decision.encode()).hexdigest()[:32]
    for _ in range(TRIES):
        case = open_case(store, told.community, subject_pk)
        item = {
            "pk": subject_pk,
            "sk": name,
            "kind": "decided",
            "source": told.source,
            "decision": told.decision,
            "did": told.did,
            "outcome": told.outcome or "",
            "reason": told.reason,
            "text": told.text,
            "moderator": person(told.moderator),
            "person": person(told.person),
            "decided_at": clock.text(told.decided_at),
            "recorded_at": clock.text(now),
            **({} if case else ends_alone(store, subject_pk, standards, now)),
        }
        try:
            store.transact(
                [
                    inbox.marker(envelope, "recorded", now, about=f"{subject_pk} {name}"),
                    Put(item, when=[table.absent()]),
                    *(closing(case, subject_pk, told, standards, now) if case else []),
                ]
            )
            return "recorded"
        except CancelledError as error:
            if 0 in error.failed:
                return "duplicate"
            if 1 in error.failed:
                return marked(store, envelope, "duplicate", f"{subject_pk} {name}", now)
    raise BusyError(BUSY)


def ends_alone(store: Table, subject_pk: str, standards: Standards, now: datetime) -> Item:
    """The end of a decision that decides no case. One about what was reported before says whose it is for as long as
    that may have its words."""
    reported = store.get(subject_pk, "round") is not None
    return evidence.ends(subject_pk, longest(standards) if reported else 0, now)


def longest(standards: Standards) -> int:
    """How many days anything may come of a decision: another look, or more of the same."""
    return max(standards.settings.appeals, standards.settings.settled)


def open_case(store: Table, community: str, subject_pk: str) -> Item | None:
    newest = store.get(subject_pk, "round")
    return store.get(*case_key(community, newest["case"])) if newest and newest["state"] == "open" else None


def closing(case: Item, subject_pk: str, told: DecisionReported, standards: Standards, now: datetime) -> list[Write]:
    """The case is decided by whoever decided it there; without an outcome it only has a line in its history."""
    who = f"{told.platform} {told.moderator.name or told.moderator.id}" if told.moderator else told.platform
    detail = {"did": told.did, "reason": told.reason, "decision": told.decision}
    if told.outcome is None:
        return moving(case, Move("noted there", {}, detail), who, now)
    known = standards.moderator(told.source, told.moderator.id) if told.moderator else ""
    verdict = cases.closed(told.outcome, who, now) | {"excluded": sorted({*case["excluded"], known} - {""})}
    verdict |= {"colleague": known}
    item = {
        "pk": case["pk"],
        "sk": "decision",
        "kind": "decision",
        "by": who,
        "at": clock.text(now),
        "fence": case["fence"],
        "decision": {
            "outcome": told.outcome,
            "measures": [],
            "explanation": (told.reason or told.did)[:LONGEST_EXPLANATION],
        },
        "there": True,
        **cases.snapshot(case.get("current", 0)),
    }
    return [
        *moving(case, Move("decided there", verdict, detail), who, now),
        Put(item, when=[table.absent()]),
        *told_of_author(case, told.outcome),
        *fewer_open(case),
        outcome_planned(case, now),
        evidence.end_planned(case, longest(standards), now),
        round_over(case, subject_pk, now),
    ]


def round_over(case: Item, subject_pk: str, now: datetime) -> Update:
    """What a report that comes later is compared with."""
    last = {
        "state": "decided",
        "decided_at": clock.text(now),
        "severity": case["severity"],
        "revisions": case["revisions"],
    }
    return Update((subject_pk, "round"), set=last, when=[table.equals("case", case["id"])])


def record_message(store: Table, envelope: Envelope, seen: MessageSeen, now: datetime) -> inbox.Fate:
    """A message's newest state, for thirty days, and a line in the history of its open case."""
    subject_pk = table.partition(seen.community, "subject", seen.subject.key)
    for _ in range(TRIES):
        before = store.get(subject_pk, "message")
        case = open_case(store, seen.community, subject_pk)
        after = messages.folded(before, seen, clock.text(seen.changed_at))
        if before and after.items() <= before.items():
            return marked(store, envelope, "duplicate", f"{subject_pk} message", now)
        item = {
            **after,
            "pk": subject_pk,
            "sk": "message",
            "kind": "message",
            "community": seen.community,
            "source": seen.source,
            "subject": seen.subject.model_dump(mode="json"),
            "version": (before or {}).get("version", 0) + 1,
            "expires": int((now + MESSAGES_KEPT).timestamp()),
        }
        # One that has expired may still be there.
        none = table.either([table.absent()], [table.before("expires", int(now.timestamp()))])
        same = table.equals("version", before["version"]) if before else none
        try:
            store.transact(
                [
                    inbox.marker(envelope, "recorded", now, about=f"{subject_pk} message"),
                    Put(item, when=[same]),
                    *(noting(case, before, seen, now) if case and seen.change != "created" else []),
                ]
            )
            return "recorded"
        except CancelledError as error:
            if 0 in error.failed:
                return "duplicate"
    raise BusyError(BUSY)


def noting(case: Item, before: Item | None, seen: MessageSeen, now: datetime) -> list[Write]:
    """Other words than those that were looked at have to be looked at before anybody decides. `before`: the message as
    it was; an edit may come late, and is not what is there now."""
    detail = {"at": clock.text(seen.changed_at), "text": seen.text}
    edited = seen.change == "edited"
    changes = cases.material(case) if edited else {}
    late = detail["at"] < (before or {}).get("changed_at", "")
    changes |= evidence.kept(
        case, [evidence.of_message(seen, case["title"])], now, current_if="never" if late else "always"
    )
    changes |= (known := author_known(case, [seen]))
    compared = [like_planned(case, now)] if edited or known else []
    return [*moving(case, Move(f"content {seen.change}", changes, detail), seen.source, now), *compared]


def marked(store: Table, envelope: Envelope, fate: inbox.Fate, about: str, now: datetime) -> inbox.Fate:
    """Only the delivery is recorded; what it says is there already."""
    try:
        store.write(inbox.marker(envelope, fate, now, about=about))
    except ConditionFailedError:
        pass  # This delivery, too, came before.
    return fate


def opening(
    name: str,
    flags: list[FlagRaised],
    reports: list[Report],
    why: Sequence[tuple[str, str]],
    before: Item | None,
    standards: Standards,
    now: datetime,
) -> list[Write]:
    """At most one open case per subject: it has none yet, or its newest one is decided."""
    flag = flags[0]
    subject_pk = table.partition(flag.community, "subject", flag.subject.key)
    pk, sk = case_key(flag.community, name)
    first = line(name, 1, chain.ROOT, "opened", now, flag.source, of_flags(flags))
    case = {
        "pk": pk,
        "sk": sk,
        "kind": "case",
        "id": name,
        "community": flag.community,
        "subject": flag.subject.model_dump(mode="json"),
        "platform": flag.platform,
        "summary": cases.summary(flag),
        "title": flag.title,
        "text": flag.text,
        "original": flag.original,
        "nature": flag.nature,
        "language": flag.language,
        "author": person(flag.author),
        "flags": len(flags),
        **named({"reasons": []}, why),
        **cases.opened(reports, standards, now),
        **cases.by_threshold(None, reports),
        "opened_at": clock.text(now),
        "epoch": (before or {}).get("epoch", 0) + 1,
        "earlier": (before or {}).get("case", ""),
        "claimed_by": "",
        "lease_until": "",
        "fence": 0,
        "next_audit": 2,
        "head": first["seal"],
    }
    pointer = {"pk": subject_pk, "sk": "round", "kind": "round", "case": name, "state": "open", "epoch": case["epoch"]}
    none = [table.equals("case", before["case"]), table.equals("state", "decided")] if before else [table.absent()]
    case |= evidence.kept(case, [evidence.of_flag(one) for one in flags], now)
    rows = new_cards(case, standards, now)
    return [
        Put(pointer, when=none),
        Put({**case, **placed(case), **with_cards(case, rows)}, when=[table.absent()]),
        put_first(case, first),
        *([] if cases.THRESHOLD in case else [like_planned(case, now)]),
        *map(outbox.put, rows),
    ]


def joining(
    case: Item,
    flags: list[FlagRaised],
    reports: list[Report],
    why: Sequence[tuple[str, str]],
    standards: Standards,
    now: datetime,
    *,
    moved: bool = False,
) -> list[Write]:
    """`moved`: they were raised about an earlier round, and say nothing of what is there now."""
    changes = {**named(case, why), **cases.flagged(case, reports, standards, now), "last_flag_at": clock.text(now)}
    changes |= cases.by_threshold(case, reports)
    changes |= evidence.kept(case, [evidence.of_flag(one) for one in flags], now, "never" if moved else "new")
    changes |= (known := author_known(case, flags))
    rows = new_cards({**case, **changes}, standards, now)
    move = Move("flagged", changes | with_cards(case, rows), of_flags(flags))
    compared = [like_planned(case, now)] if known else []
    return [*moving(case, move, flags[0].source, now, add={"flags": len(flags)}), *compared, *map(outbox.put, rows)]


def repeating(
    case: Item, flags: list[FlagRaised], why: Sequence[tuple[str, str]], now: datetime, *, moved: bool = False
) -> list[Write]:
    """More of the same about what was just decided: counted, and no new case. `moved`: they are from before that."""
    changes = {**named(case, why), "last_flag_at": clock.text(now)}
    changes |= evidence.kept(case, [evidence.of_flag(one) for one in flags], now, "never" if moved else "new")
    changes |= (known := author_known(case, flags))
    move = Move("flagged again", changes, of_flags(flags))
    beside = [outcome_again(case, now), *(told_of_author({**case, **known}, case["outcome"]) if known else [])]
    add = {"flags": len(flags), **({} if moved else {"repeats": len(flags)})}
    return [*beside, *moving(case, move, flags[0].source, now, add=add)]


def author_known(case: Item, told: Sequence[FlagRaised | MessageSeen]) -> Item:
    """Whose it is, where the case does not say and is told now: an erasure finds what they wrote by that, and whoever
    has looked at it before has not seen what else is known of them."""
    author = next((person(one.author) for one in told if one.author), {})
    if not author or case["author"] or "forgotten" in case:
        return {}
    return {"author": author} | (cases.material(case) if case["state"] != "decided" else {})


def of_flags(flags: list[FlagRaised]) -> Item:
    """Which ones: each a field of its own, so that one can be erased without the others."""
    return {"flag" if number == 1 else f"flag {number}": one.flag for number, one in enumerate(flags, 1)}


def placed(case: Item) -> Item:
    """Where a case is found: among those of its state, and by the sweep once time changes it."""
    community, name = case["community"], case["id"]
    due = cases.due_at(case)
    timed = table.due(KIND, case["pk"], due) if due else {}
    match case["state"]:
        case "decided":
            return table.listed(community, DECIDED, name, case["decided_at"])
        case "snoozed":
            return {**table.listed(community, SNOOZED, name, case["wake_at"]), **timed}
    return {**table.listed(community, OPEN, name, cases.order(case)), **timed}


def moving(case: Item, move: Move, who: str, now: datetime, *, add: dict[str, int] | None = None) -> list[Write]:
    """A change of a case together with the line about it in its history. Both hold only if nobody wrote there since
    the case was read: what was true of it then is still true. Its cards are looked at."""
    number = case["next_audit"]
    new = line(case["id"], number, case["head"], move.what, now, who, dict(move.detail))
    place = placed({**case, **move.set})
    change = Update(
        table.key_of(case),
        set={**move.set, **place, "head": new["seal"]},
        add={**(add or {}), "next_audit": 1},
        remove=[name for name in ("due", "due_at") if name in case and name not in place],
        # What was read of it may have been forgotten meanwhile, and is written nowhere any more.
        when=[table.equals("next_audit", number), *([] if "forgotten" in case else [table.absent("forgotten")])],
    )
    return [change, put_line(case["pk"], new), *touched(case, now)]


def new_cards(case: Item, standards: Standards, now: datetime) -> list[Item]:
    """One at each desk that shows the queue of an open case and has none of it yet."""
    if case["state"] == "decided":
        return []
    there = case.get("cards", [])
    rows = [
        outbox.planned(
            pk=case["pk"],
            name=f"desk-{desk.id}#card",
            purpose="card",
            platform="",
            destination=desk.id,
            request={"case": case["id"]},
            at=clock.text(now),
        )
        | {"touched": 0}
        for desk in standards.desks_for(roster.work(case))
    ]
    return [row for row in rows if row["sk"] not in there][: MOST_DESKS - len(there)]


def with_cards(case: Item, rows: Sequence[Item]) -> Item:
    """Named in the case, so that it says to them when something has changed."""
    return {"cards": [*case.get("cards", []), *(row["sk"] for row in rows)]} if rows else {}


def touched(case: Item, now: datetime, refusal: str = "") -> list[Write]:
    """Have its cards looked at. `touched` counts: whoever shows one of them just now comes again. `refusal` tells the
    desks why the last press changed nothing."""
    changes = {**table.due(outbox.KIND, case["pk"], clock.text(now)), "refusal": refusal}
    return [
        Update((case["pk"], sk), set=changes, add={"touched": 1}, when=[table.present()])
        for sk in case.get("cards", ())
    ]


def measures_of(store: Table, case: Item) -> list[Item]:
    """What was decided, as rows on their way, and what was taken back."""
    if case["state"] != "decided":
        return []
    return [row for row in deliveries_of(store, case["pk"]) if row["purpose"] == "act"]


def deliveries_of(store: Table, pk: str) -> Iterator[Item]:
    """All but what a thousand people are told."""
    yield from store.between(pk, "delivery#", "delivery#told")
    yield from store.between(pk, "delivery#told$", "delivery#\uffff")


def history_key(case: Item) -> Key | None:
    """Of whoever wrote it; None where nobody knows who."""
    if not case["author"].get("id"):
        return None
    pk, _ = figures_key(case["community"], case["subject"]["source"], case["author"]["id"])
    return pk, "history"


def told_of_author(case: Item, outcome: str, instead_of: str = "") -> list[Write]:
    """Written with a decision: how what somebody wrote was decided so far. `instead_of`: what was decided before."""
    key = history_key(case)
    add = {outcome: 1, **({instead_of: -1} if instead_of else {})}
    return [Update(key, set={"kind": "history"}, add=add)] if key else []


def line(case: str, number: int, before: str, what: str, now: datetime, who: str, detail: Item) -> Item:
    whole = {"case": case, "number": number, "what": what, "at": clock.text(now), "who": who, "detail": detail}
    return chain.sealed(whole, before, lambda: token_hex(8))


def line_key(community: str, case: str, number: int) -> Key:
    return case_key(community, case)[0], f"audit#{number:06d}"


def put_line(pk: str, new: Item) -> Put:
    """One line of a case's history, put under a number nobody used."""
    return Put({"pk": pk, "sk": f"audit#{new['number']:06d}", "kind": "audit", **new}, when=[table.absent()])


def put_first(case: Item, first: Item) -> Put:
    """The line that a new case begins with, which lists it among all that were opened."""
    put = put_line(case["pk"], first)
    opened = table.listed(case["community"], OPENED, case["id"], case["opened_at"])
    return Put({**put.item, **opened}, when=put.when)


def person(who: Any) -> dict[str, str]:
    return {"id": who.id, "name": who.name} if who else {}


def existing(store: Table, community: str, case: str) -> Item:
    found = store.get(*case_key(community, case))
    if found is None:
        raise LookupError(f"there is no case {case!r} in {community!r}")
    return found


def decision_of(store: Table, case: Item) -> Item:
    """The one that holds now, as it is kept: that of the appeal on which it was looked at again."""
    name = case.get("verdict") or case["id"]
    return store.get(case_key(case["community"], name)[0], "decision") or {}


def seen_in(store: Table, found: Item) -> Item:
    """The case that has the snapshots: an appeal is about those of the case it came from."""
    return existing(store, found["community"], found["of"]) if "of" in found else found


def verified(store: Table, found: Item) -> chain.Broken | None:
    """Whether the history of a case is what was written; the first place where it is not."""
    known = (line for line in store.query(found["pk"], "audit#") if line["number"] < found["next_audit"])
    return chain.verify(found["id"], list(known), found["head"])


def whole(store: Table, community: str, case: str) -> dict[str, Any]:
    """A case with its decision, its measures, fifty of its flags, and its newest fifty lines of history.

    Raises LookupError.
    """
    found = existing(store, community, case)
    subject_pk = table.partition(community, "subject", Subject.model_validate(found["subject"]).key)
    flags = (item for item in store.query(subject_pk, "flag#") if item.get("case") == case)
    return {
        "case": found,
        "seen": seen_in(store, found),
        "flags": list(islice(flags, MOST_SHOWN)),
        "decision": store.get(found["pk"], "decision"),
        "deliveries": [row for row in deliveries_of(store, found["pk"]) if row["purpose"] not in ("card", "see")],
        "told": list(islice(store.query(found["pk"], "delivery#told#"), MOST_SHOWN)),
        "audit": list(islice(store.query(found["pk"], "audit#", backwards=True), MOST_SHOWN))[::-1],
    }
