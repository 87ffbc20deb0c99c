"""Which items moderation writes.

| pk | sk | what |
|---|---|---|
| community#subject#key | open | points at the one open case of a subject |
| community#subject#key | flag#hash | one report; never changed |
| community#case#id | case | state, holder, lease, fence, counts, next audit number |
| community#case#id | decision | the verdict; immutable |
| community#case#id | audit#000001 | one line of history |
| community#case#id | delivery#measure | one measure on its way (see `shared/outbox.py`) |
"""

from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any

from events.envelope import Envelope
from events.moderation import ActionRequested, Decision, FlagRaised, Subject
from functions.moderation import cases
from functions.shared import clock, inbox, outbox, table
from functions.shared.table import CancelledError, ConditionFailedError, Item, Put, Table, Update, Write

TRIES = 8
MOST_SHOWN = 50
"""A case may have thousands of flags, and an answer ends at 6 MB."""

OPEN = "cases-open"
DECIDED = "cases-decided"
BUSY = "others keep changing this case: try again in a moment"


class BusyError(Exception):
    """Others kept changing the case in between; the message comes again."""


def case_key(community: str, case: str) -> table.Key:
    return table.partition(community, "case", case), "case"


def record_flag(store: Table, envelope: Envelope, flag: FlagRaised, now: datetime) -> inbox.Fate:
    """One transaction: inbox marker, flag, and the case it opens or joins. Gives what became of it."""
    subject_pk = table.partition(flag.community, "subject", flag.subject.key)
    for _ in range(TRIES):
        pointer = store.get(subject_pk, "open")
        case = store.get(*case_key(flag.community, pointer["case"])) if pointer else None
        writes = joining(case, flag, now) if case else opening(subject_pk, flag, now)
        case_name = case["id"] if case else cases.case_id(flag.subject.key, flag.flag)
        try:
            store.transact(
                [
                    inbox.marker(envelope, "recorded", now, about=f"case {case_name}"),
                    flag_put(subject_pk, flag, case_name, now),
                    *writes,
                ]
            )
            return "recorded"
        except CancelledError as error:
            if 0 in error.failed:
                return "duplicate"
            if 1 in error.failed:
                return duplicate(store, envelope, subject_pk, flag, now)
        # The case was opened, decided or written to in between: read again.
    raise BusyError(BUSY)


def duplicate(store: Table, envelope: Envelope, subject_pk: str, flag: FlagRaised, now: datetime) -> inbox.Fate:
    """The same report under another delivery id: only the delivery is recorded."""
    try:
        store.write(inbox.marker(envelope, "duplicate", now, about=f"{subject_pk} {flag_sk(flag)}"))
    except ConditionFailedError:
        pass  # This delivery, too, came before.
    return "duplicate"


def flag_sk(flag: FlagRaised) -> str:
    return "flag#" + sha256(flag.flag.encode()).hexdigest()[:32]


def flag_put(subject_pk: str, flag: FlagRaised, case: str, now: datetime) -> Put:
    return Put(
        {
            "pk": subject_pk,
            "sk": flag_sk(flag),
            "kind": "flag",
            "case": case,
            "flag": flag.flag,
            "reason": flag.reason,
            "comment": flag.comment,
            "reporter": person(flag.reporter),
            "raised_at": clock.text(flag.raised_at),
            "recorded_at": clock.text(now),
        },
        when=[table.absent()],
    )


def opening(subject_pk: str, flag: FlagRaised, now: datetime) -> list[Write]:
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
        "language": flag.language,
        "author": person(flag.author),
        "flags": 1,
        "reasons": [flag.reason] if flag.reason else [],
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


def joining(case: Item, flag: FlagRaised, now: datetime) -> list[Write]:
    number = case["next_audit"]
    reasons = sorted({*case["reasons"], flag.reason} - {""})[:20]
    return [
        Update(
            table.key_of(case),
            set={"reasons": reasons, "last_flag_at": clock.text(now)},
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
            set={
                "state": "decided",
                "outcome": decision.outcome,
                "decided_by": who,
                "decided_at": at,
                **table.listed(found["community"], DECIDED, found["id"], at),
            },
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
