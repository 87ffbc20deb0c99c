"""Which items moderation writes.

| pk | sk | what |
|---|---|---|
| community#subject#key | open | points at the one open case of a subject |
| community#subject#key | flag#hash | one report; its explanation may come before or after it |
| community#subject#key | decided#hash | a decision taken on the platform itself |
| community#subject#key | message | a message moderation may look at: its newest state, for thirty days |
| community#subject#key | delivery#look#hash | a question to the platform about a flag (see `shared/outbox.py`) |
| community#case#id | case | state, holder, lease, fence, counts, next audit number |
| community#case#id | decision | the verdict; immutable |
| community#case#id | audit#000001 | one line of history |
| community#case#id | delivery#measure | one measure on its way (see `shared/outbox.py`) |
"""

from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Any

from events.envelope import Envelope
from events.moderation import (
    ActionRequested,
    Decision,
    DecisionReported,
    FlagExplained,
    FlagRaised,
    LookRequested,
    MessageSeen,
    Subject,
)
from functions.moderation import cases, messages
from functions.shared import clock, inbox, outbox, table
from functions.shared.table import CancelledError, ConditionFailedError, Item, Put, Table, Update, Write

TRIES = 8
MESSAGES_KEPT = timedelta(days=30)
MOST_SHOWN = 50
"""A case may have thousands of flags, and an answer ends at 6 MB."""

OPEN = "cases-open"
DECIDED = "cases-decided"
BUSY = "others keep changing this case: try again in a moment"


class BusyError(Exception):
    """Others kept changing the case in between; the message comes again."""


def case_key(community: str, case: str) -> table.Key:
    return table.partition(community, "case", case), "case"


def record_flag(
    store: Table, envelope: Envelope, flag: FlagRaised, now: datetime, *, can_ask: bool = False
) -> inbox.Fate:
    """One transaction: inbox marker, flag, the case it opens or joins, and the question to the platform that it
    leaves open (where it can be asked). Gives what became of it."""
    subject_pk = table.partition(flag.community, "subject", flag.subject.key)
    for _ in range(TRIES):
        explained = store.get(subject_pk, flag_sk(flag.flag))
        if explained and "raised_at" in explained:
            return duplicate(store, envelope, subject_pk, flag, now)
        pointer = store.get(subject_pk, "open")
        case = store.get(*case_key(flag.community, pointer["case"])) if pointer else None
        why = [(flag.reason, flag.code), *([(explained["reason"], explained["code"])] if explained else [])]
        writes = joining(case, flag, why, now) if case else opening(subject_pk, flag, why, now)
        case_name = case["id"] if case else cases.case_id(flag.subject.key, flag.flag)
        try:
            store.transact(
                [
                    inbox.marker(envelope, "recorded", now, about=f"case {case_name}"),
                    flag_write(subject_pk, flag, explained, case_name, now),
                    *writes,
                    *([question(subject_pk, flag, now)] if can_ask and flag.more else []),
                ]
            )
            return "recorded"
        except CancelledError as error:
            if 0 in error.failed:
                return "duplicate"
        # The flag was recorded or explained, or the case opened, decided or written to in between: read again.
    raise BusyError(BUSY)


def duplicate(store: Table, envelope: Envelope, subject_pk: str, flag: FlagRaised, now: datetime) -> inbox.Fate:
    """The same report under another delivery id: only the delivery is recorded."""
    return marked(store, envelope, "duplicate", f"{subject_pk} {flag_sk(flag.flag)}", now)


def flag_sk(flag: str) -> str:
    return "flag#" + sha256(flag.encode()).hexdigest()[:32]


def flag_write(subject_pk: str, flag: FlagRaised, explained: Item | None, case: str, now: datetime) -> Write:
    """The report. An explanation that overtook it stays as it is, and is what it was when it was read."""
    told = {
        "case": case,
        "nature": flag.nature,
        "revision": flag.subject.revision,
        "raised_at": clock.text(flag.raised_at),
        "recorded_at": clock.text(now),
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
    return Update((subject_pk, flag_sk(flag.flag)), set={**told, **reporter}, when=when)


def question(subject_pk: str, flag: FlagRaised, now: datetime) -> Put:
    """Asked through delivery; the answer comes back as an ordinary delivery and explains the flag."""
    return outbox.put(
        outbox.planned(
            pk=subject_pk,
            name=f"look#{sha256(flag.flag.encode()).hexdigest()[:16]}",
            purpose="look",
            platform=flag.platform,
            destination=flag.source,
            request=LookRequested(more=flag.more, subject=flag.subject),
            at=clock.text(now),
        )
    )


def record_explanation(store: Table, envelope: Envelope, told: FlagExplained, now: datetime) -> inbox.Fate:
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
        if flag.get("erased"):  # Whoever reported it has asked to be forgotten.
            why |= {"flag": flag["flag"], "comment": ""}
            told = told.model_copy(update={"reporter": None, "flag": flag["flag"]})
        if "explained_at" in flag and newest(flag) >= newest(why):
            return marked(store, envelope, "duplicate", f"{subject_pk} {key[1]}", now)
        case = store.get(*case_key(told.community, flag["case"])) if "case" in flag else None
        reporter = {"reporter": person(told.reporter) or flag.get("reporter", {})}
        there = [
            table.present("raised_at") if case else table.absent("raised_at"),
            table.present("erased") if flag.get("erased") else table.absent("erased"),
        ]
        try:
            store.transact(
                [
                    inbox.marker(envelope, "recorded", now, about=f"{subject_pk} {key[1]}"),
                    Update(key, set={**why, **reporter}, when=there),
                    *(explaining(case, told, now) if case else []),
                ]
            )
            return "recorded"
        except CancelledError as error:
            if 0 in error.failed:
                return "duplicate"
    raise BusyError(BUSY)


def newest(why: Item) -> tuple[str, ...]:
    """Of two explanations the later one stands, whichever arrives last."""
    return tuple(why[name] for name in ("explained_at", "reason", "code", "comment"))


def explaining(case: Item, told: FlagExplained, now: datetime) -> list[Write]:
    number = case["next_audit"]
    return [
        Update(
            table.key_of(case),
            set=named(case, [(told.reason, told.code)]),
            add={"next_audit": 1},
            when=[table.equals("next_audit", number)],
        ),
        audit(case["pk"], number, "explained", now, told.source, {"flag": told.flag, "reason": told.reason}),
    ]


def named(case: Item, why: list[tuple[str, str]]) -> Item:
    """A case's reasons, in the platforms' words and in ours."""
    return {
        "reasons": sorted({*case["reasons"], *(reason for reason, _ in why)} - {""})[:20],
        "codes": sorted({*case.get("codes", []), *(code for _, code in why)} - {"unknown"}),
    }


def record_decision(store: Table, envelope: Envelope, told: DecisionReported, now: datetime) -> inbox.Fate:
    """A decision taken on the platform: kept once, and it closes the open case of its subject where it says
    whether there was a violation. Gives what became of it."""
    subject_pk = table.partition(told.community, "subject", told.subject.key)
    name = "decided#" + sha256(told.decision.encode()).hexdigest()[:32]
    for _ in range(TRIES):
        pointer = store.get(subject_pk, "open")
        case = store.get(*case_key(told.community, pointer["case"])) if pointer else None
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
        }
        try:
            store.transact(
                [
                    inbox.marker(envelope, "recorded", now, about=f"{subject_pk} {name}"),
                    Put(item, when=[table.absent()]),
                    *(closing(case, subject_pk, told, now) if case else []),
                ]
            )
            return "recorded"
        except CancelledError as error:
            if 0 in error.failed:
                return "duplicate"
            if 1 in error.failed:
                return marked(store, envelope, "duplicate", f"{subject_pk} {name}", now)
    raise BusyError(BUSY)


def closing(case: Item, subject_pk: str, told: DecisionReported, now: datetime) -> list[Write]:
    """The case is decided by whoever decided it there; without an outcome it only has a line in its history."""
    number, pk = case["next_audit"], case["pk"]
    who = f"{told.platform} {told.moderator.name or told.moderator.id}" if told.moderator else told.platform
    detail = {"did": told.did, "reason": told.reason, "decision": told.decision}
    still = (table.one_of("state", "open", "claimed"), table.equals("next_audit", number))
    if told.outcome is None:
        return [
            Update(table.key_of(case), add={"next_audit": 1}, when=still),
            audit(pk, number, "noted there", now, who, detail),
        ]
    verdict = {
        "pk": pk,
        "sk": "decision",
        "kind": "decision",
        "by": who,
        "at": clock.text(now),
        "fence": case["fence"],
        "decision": {"outcome": told.outcome, "measures": [], "explanation": told.reason or told.did},
        "there": True,
    }
    return [
        Update(
            table.key_of(case),
            set=decided(case, told.outcome, who, clock.text(now)),
            add={"next_audit": 1},
            when=still,
        ),
        Put(verdict, when=[table.absent()]),
        audit(pk, number, "decided there", now, who, detail),
        table.Delete((subject_pk, "open"), when=[table.equals("case", case["id"])]),
    ]


def record_message(store: Table, envelope: Envelope, seen: MessageSeen, now: datetime) -> inbox.Fate:
    """A message's newest state, for thirty days, and a line in the history of its open case."""
    subject_pk = table.partition(seen.community, "subject", seen.subject.key)
    for _ in range(TRIES):
        before = store.get(subject_pk, "message")
        pointer = store.get(subject_pk, "open")
        case = store.get(*case_key(seen.community, pointer["case"])) if pointer else None
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
                    *(noting(case, seen, now) if case and seen.change != "created" else []),
                ]
            )
            return "recorded"
        except CancelledError as error:
            if 0 in error.failed:
                return "duplicate"
    raise BusyError(BUSY)


def noting(case: Item, seen: MessageSeen, now: datetime) -> list[Write]:
    number = case["next_audit"]
    detail = {"at": clock.text(seen.changed_at), "text": seen.text}
    return [
        Update(table.key_of(case), add={"next_audit": 1}, when=[table.equals("next_audit", number)]),
        audit(case["pk"], number, f"content {seen.change}", now, seen.source, detail),
    ]


def marked(store: Table, envelope: Envelope, fate: inbox.Fate, about: str, now: datetime) -> inbox.Fate:
    """Only the delivery is recorded; what it says is there already."""
    try:
        store.write(inbox.marker(envelope, fate, now, about=about))
    except ConditionFailedError:
        pass  # This delivery, too, came before.
    return fate


def opening(subject_pk: str, flag: FlagRaised, why: list[tuple[str, str]], now: datetime) -> list[Write]:
    """At most one open case per subject: the pointer must not exist."""
    name = cases.case_id(flag.subject.key, flag.flag)
    pk, sk = case_key(flag.community, name)
    at = clock.text(now)
    case = {
        "pk": pk,
        "sk": sk,
        "kind": "case",
        "id": name,
        "community": flag.community,
        "state": "open",
        "subject": flag.subject.model_dump(mode="json"),
        "platform": flag.platform,
        "summary": cases.summary(flag),
        "title": flag.title,
        "text": flag.text,
        "original": flag.original,
        "nature": flag.nature,
        "language": flag.language,
        "author": person(flag.author),
        "flags": 1,
        **named({"reasons": []}, why),
        "opened_at": at,
        "fence": 0,
        "next_audit": 2,
        **table.listed(flag.community, OPEN, name, at),
    }
    return [
        Put({"pk": subject_pk, "sk": "open", "kind": "pointer", "case": name}, when=[table.absent()]),
        Put(case, when=[table.absent()]),
        audit(pk, 1, "opened", now, flag.source, {"flag": flag.flag}),
    ]


def joining(case: Item, flag: FlagRaised, why: list[tuple[str, str]], now: datetime) -> list[Write]:
    number = case["next_audit"]
    return [
        Update(
            table.key_of(case),
            set={**named(case, why), "last_flag_at": clock.text(now)},
            add={"flags": 1, "next_audit": 1},
            when=[table.one_of("state", "open", "claimed"), table.equals("next_audit", number)],
        ),
        audit(case["pk"], number, "flagged", now, flag.source, {"flag": flag.flag}),
    ]


def audit(pk: str, number: int, what: str, now: datetime, who: str, detail: dict[str, Any]) -> Put:
    """One line of a case's history, put under a number nobody used."""
    return Put(
        {
            "pk": pk,
            "sk": f"audit#{number:06d}",
            "kind": "audit",
            "what": what,
            "who": who,
            "at": clock.text(now),
            "detail": detail,
        },
        when=[table.absent()],
    )


def person(who: Any) -> dict[str, str]:
    return {"id": who.id, "name": who.name} if who else {}


def claim(store: Table, community: str, case: str, who: str, now: datetime) -> Item:
    """Take a case for fifteen minutes; gives the case with its new fence.

    Raises LookupError when there is no such case, NotAllowedError when somebody else has it.
    """
    at, lease = clock.text(now), clock.text(cases.lease_until(now))
    for _ in range(TRIES):
        found = existing(store, community, case)
        cases.claimable(found["state"], found.get("claimed_by", ""), found.get("lease_until", ""), who, at)
        number = found["next_audit"]
        try:
            store.transact(
                [
                    Update(
                        table.key_of(found),
                        set={"state": "claimed", "claimed_by": who, "lease_until": lease},
                        add={"fence": 1, "next_audit": 1},
                        when=[table.equals("next_audit", number), table.one_of("state", "open", "claimed")],
                    ),
                    audit(found["pk"], number, "claimed", now, who, {}),
                ]
            )
            return existing(store, community, case)
        except CancelledError:
            continue  # A flag was added, or somebody else was faster: look again.
    raise BusyError(BUSY)


def existing(store: Table, community: str, case: str) -> Item:
    found = store.get(*case_key(community, case))
    if found is None:
        raise LookupError(f"there is no case {case!r} in {community!r}")
    return found


def decide(
    store: Table,
    community: str,
    case: str,
    who: str,
    fence: int,
    decision: Decision,
    hash_: str,
    now: datetime,
) -> Item:
    """Decision, measures and audit in one transaction; the fence proves the claim still holds.

    Deciding again exactly as before gives the decided case, so a lost answer may be asked for again.
    Raises LookupError or NotAllowedError.
    """
    for _ in range(TRIES):
        found = existing(store, community, case)
        if found["state"] == "decided":
            return already(store, found, who, fence, decision)
        number = found["next_audit"]
        try:
            store.transact(deciding(found, who, fence, decision, hash_, now, number))
            return existing(store, community, case)
        except CancelledError as error:
            current = existing(store, community, case)
            if current["state"] != "decided" and current["next_audit"] == number:
                raise cases.NotAllowedError(
                    "you do not hold this case (any more): claim it, then decide with the fence you get"
                ) from error
        # A flag was added in between; it moves the audit number and nothing that the decision rests on.
    raise BusyError(BUSY)


def already(store: Table, found: Item, who: str, fence: int, decision: Decision) -> Item:
    before = store.get(found["pk"], "decision")
    wanted = decision.model_dump(mode="json")
    if before and before["by"] == who and before["fence"] == fence and before["decision"] == wanted:
        return found
    raise cases.NotAllowedError("this case is decided already")


def decided(found: Item, outcome: str, who: str, at: str) -> Item:
    """What changes in a case once somebody has decided it, here or on the platform."""
    return {
        "state": "decided",
        "outcome": outcome,
        "decided_by": who,
        "decided_at": at,
        **table.listed(found["community"], DECIDED, found["id"], at),
    }


def deciding(
    found: Item, who: str, fence: int, decision: Decision, hash_: str, now: datetime, number: int
) -> list[Write]:
    pk, at = found["pk"], clock.text(now)
    subject = Subject.model_validate(found["subject"])
    subject_pk = table.partition(found["community"], "subject", subject.key)
    verdict = {
        "pk": pk,
        "sk": "decision",
        "kind": "decision",
        "by": who,
        "at": at,
        "fence": fence,
        "decision": decision.model_dump(mode="json"),
        "program": hash_,
    }
    actions = [
        outbox.put(
            outbox.planned(
                pk=pk,
                name=measure,
                purpose="act",
                platform=found["platform"],
                destination=subject.source,
                request=ActionRequested(
                    case=found["id"], measure=measure, subject=subject, explanation=decision.explanation
                ),
                at=at,
            )
        )
        for measure in decision.measures
    ]
    return [
        Update(
            table.key_of(found),
            set=decided(found, decision.outcome, who, at),
            add={"next_audit": 1},
            when=[
                table.equals("state", "claimed"),
                table.equals("claimed_by", who),
                table.equals("fence", fence),
                table.after("lease_until", at),
                table.equals("next_audit", number),
            ],
        ),
        Put(verdict, when=[table.absent()]),
        *actions,
        audit(pk, number, "decided", now, who, decision.model_dump(mode="json")),
        table.Delete((subject_pk, "open"), when=[table.equals("case", found["id"])]),
    ]


def whole(store: Table, community: str, case: str) -> dict[str, Any]:
    """A case with its decision, its measures, fifty of its flags, and its newest fifty lines of history.

    Raises LookupError.
    """
    found = existing(store, community, case)
    subject_pk = table.partition(community, "subject", Subject.model_validate(found["subject"]).key)
    flags = (item for item in store.query(subject_pk, "flag#") if item["case"] == case)
    return {
        "case": found,
        "flags": list(islice(flags, MOST_SHOWN)),
        "decision": store.get(found["pk"], "decision"),
        "deliveries": list(store.query(found["pk"], "delivery#")),
        "audit": list(islice(store.query(found["pk"], "audit#", backwards=True), MOST_SHOWN))[::-1],
    }
