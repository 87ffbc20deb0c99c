"""What moderators at a desk do about a case: a button of its card, or the form behind it, once, by those on the
roster."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast, get_args

from pydantic import ValidationError

from events import buttons
from events.buttons import Button
from events.envelope import Envelope
from events.moderation import TIMED, CardUsed, Decision, FlagRaised, Measure
from events.program import Program
from functions.moderation import cards, cases, records, roster, standards, working
from functions.moderation.cases import NotAllowedError
from functions.moderation.standards import Standards
from functions.platforms.acting import abilities
from functions.shared import clock, inbox, outbox, table
from functions.shared.table import CancelledError, Item, Table, Write

LONGEST_WHY = 2_000
"""Characters of a reason to escalate, as the API has it."""
MINUTES = {"": 1, "m": 1, "min": 1, "h": 60, "d": 24 * 60}


def press(
    store: Table, envelope: Envelope, used: CardUsed, program: Program, version: str, now: datetime
) -> inbox.Fate:
    """What was pressed is done, in one transaction with its marker; or it changes nothing, the marker says why, and so
    does the card. Raises BusyError."""
    found, button = store.get(*records.case_key(used.community, used.case)), used.button
    if found is None or button is None:
        what = "there is no such case" if found is None else f"no button is called {used.action[:80]!r}"
        return records.marked(store, envelope, "ignored", what, now)
    if store.get(*inbox.key(envelope)):
        return "duplicate"
    moderator = program.moderator_at(used.community, used.source, used.by.id)
    if moderator is None:
        return refused(store, envelope, found, cards.NOBODY, now)
    about = f"{found['pk']} {button.action}"
    try:
        marker = inbox.marker(envelope, "recorded", now, about=about)
        act(store, found, button, used.values, moderator.id, program, version, now, [marker])
    except working.CameBeforeError:
        return "duplicate"
    except NotAllowedError as error:
        return refused(store, envelope, found, for_colleagues(str(error), program, used.community), now)
    if store.get(*inbox.key(envelope)):
        return "recorded"
    return records.marked(store, envelope, "ignored", f"{about}: it was done already", now)


def act(
    store: Table,
    found: Item,
    button: Button,
    values: Mapping[str, str],
    who: str,
    program: Program,
    version: str,
    now: datetime,
    beside: Sequence[Write],
) -> None:
    """Raises NotAllowedError, BusyError or CameBeforeError."""
    community, case = found["community"], found["id"]
    valid = standards.of(program, community)
    match button.action:
        case "take":
            if has_it(found, who, now):
                return
            day = roster.day(program.moderator(community, who), now)
            working.claim(store, community, case, who, valid, now, day, beside)
        case "give":
            working.release(store, community, case, who, button.fence, now, beside)
        case "escalate":
            why = values.get(buttons.WHY, "").strip()[:LONGEST_WHY]
            working.escalate(store, community, case, who, why, valid, now, beside)
        case _:
            decision = decided(found, button, values, program)
            working.decide(store, community, case, who, button.fence, decision, version, now, program, beside)


def has_it(found: Item, who: str, now: datetime) -> bool:
    """Whether they have it, and have seen all of it: a second press on an older card takes nothing away from them."""
    holds = found["state"] == "claimed" and found["claimed_by"] == who and not cases.lapsed(found, now)
    return holds and bool(found["seen"] == found["material"])


def decided(found: Item, button: Button, values: Mapping[str, str], program: Program) -> Decision:
    """What the form says. Raises NotAllowedError."""
    measures = chosen(values)
    timed = [one for one in measures if one in TIMED]
    lasts = minutes(values.get(buttons.MINUTES, "")) if timed else 0
    try:
        decision = Decision(
            outcome="no_violation" if button.action == "dismiss" else "violation",
            measures=measures,
            minutes=dict.fromkeys(timed, lasts) if lasts else {},
            policy=values.get(buttons.RULE, "").strip(),
            explanation=values.get(buttons.WHY, ""),
        )
    except ValidationError as error:
        raise NotAllowedError(f"the form cannot be read: {error.errors()[0]['msg']}") from error
    possible = tuple(abilities(found["platform"], found["subject"]["kind"]))
    return cases.checked(decision, possible, program.policies_of(found["community"]))


def chosen(values: Mapping[str, str]) -> tuple[Measure, ...]:
    names = [name for name in re.split(r"[,\s]+", values.get(buttons.CHOSEN, "")) if name]
    unknown = [name for name in names if name not in get_args(Measure)]
    if unknown:
        raise NotAllowedError(f"{unknown[0][:40]!r} is not a measure; there are {', '.join(get_args(Measure))}")
    return cast(tuple[Measure, ...], tuple(dict.fromkeys(names)))


def minutes(words: str) -> int:
    """`90`, `2h` or `3d`; 0 for nothing. Raises NotAllowedError."""
    if not words.strip():
        return 0
    found = re.fullmatch(r"\s*([0-9]{1,7})\s*(m|min|h|d)?\s*", words)
    if found is None or not int(found[1]):
        raise NotAllowedError("how long? Write minutes as 90, hours as 2h, or days as 3d")
    return int(found[1]) * MINUTES[found[2] or ""]


def refused(store: Table, envelope: Envelope, found: Item, reason: str, now: datetime) -> inbox.Fate:
    """Its cards say why, and what it is now: what was pressed may have stood on an older one."""
    marker = inbox.marker(envelope, "ignored", now, about=reason)
    try:
        store.transact([marker, *records.touched(found, now, reason)])
    except CancelledError:
        return "duplicate"
    return "ignored"


def for_colleagues(reason: str, program: Program, community: str) -> str:
    """A sentence as it stands on a card: whoever has the case by their name, and not by that of their token."""
    who = program.moderator(community, reason.partition(" ")[0])
    return reason.replace(who.id, who.name, 1) if who else reason


def unseen(store: Table, flag: FlagRaised, valid: Standards, now: datetime) -> list[Item]:
    """Cards of a case that nobody has seen yet. Others show within a minute what more reports changed: a viral post
    would have its card written for every ten of them."""
    subject_pk = table.partition(flag.community, "subject", flag.subject.key)
    found = records.open_case(store, flag.community, subject_pk) if valid.desks else None
    if found is None:
        return []
    rows = store.read([(found["pk"], sk) for sk in found.get("cards", ())])
    return [row for row in rows if "posted" not in row and row.get("due_at", "9") <= clock.text(now)]


def due(store: Table, community: str, case: str, now: datetime) -> list[Item]:
    """What a move has made: cards to be changed, the look of a claim, measures to be carried out, and before these what
    they follow."""
    pk, _ = records.case_key(community, case)
    at = clock.text(now)
    rows = [row for row in records.deliveries_of(store, pk) if row.get("due_at", "9") <= at]
    before = {table.key_of(one): one for row in rows for one in outbox.followed(store, row)}
    return [*(one for one in before.values() if one.get("due_at", "9") <= at), *rows]
