"""What people at a desk do about an announcement: a button of its card, once, by those whose word counts."""

from collections.abc import Sequence
from datetime import datetime

from events.announcements import CardPressed
from events.envelope import Envelope
from events.program import Desk, Program
from functions.announcements import cards, plans, publishing, records, times
from functions.shared import inbox
from functions.shared.table import CancelledError, Item, Table, Write

NOW = "now"


def press(store: Table, envelope: Envelope, pressed: CardPressed, program: Program, now: datetime) -> inbox.Fate:
    """What was pressed is done, in one transaction with its marker; or it changes nothing, and the marker says why."""
    found = store.get(*records.key(pressed.community, pressed.announcement))
    reason = "there is no such announcement" if found is None else not_theirs(pressed, program)
    if found is None or reason:
        return records.marked(store, envelope, "ignored", reason, now)
    if store.get(*inbox.key(envelope)):
        return "duplicate"
    about = f"{found['pk']} {pressed.action}"
    try:
        act(store, found, pressed, program, now, [inbox.marker(envelope, "recorded", now, about=about)])
    except plans.NotAllowedError as error:
        return refused(store, envelope, found, str(error), now)
    if store.get(*inbox.key(envelope)):
        return "recorded"
    return records.marked(store, envelope, "ignored", f"{about}: it was done already", now)


def not_theirs(pressed: CardPressed, program: Program) -> str:
    """Why whoever pressed it has no say; empty for an approver at one of the desks there."""
    there = desks_at(pressed, program)
    if not there:
        return f"there is no desk of {pressed.source!r} in the channel {pressed.channel[:80]!r}"
    if not any(pressed.by.id in desk.approvers for desk in there):
        return f"whoever pressed it is no approver of {', '.join(repr(desk.id) for desk in there)}"
    return ""


def desks_at(pressed: CardPressed, program: Program) -> list[Desk]:
    there = program.desks_of(pressed.community, "announcements")
    return [desk for desk in there if (desk.source, desk.channel) == (pressed.source, pressed.channel)]


def act(
    store: Table, found: Item, pressed: CardPressed, program: Program, now: datetime, beside: Sequence[Write]
) -> None:
    """Raises NotAllowedError."""
    who = f"{pressed.platform} {pressed.by.name or pressed.by.id}"
    account = account_of(pressed)
    match pressed.action:
        case "approve":
            approve(store, found, pressed, who, program, now, beside)
        case "hold" | "release":
            records.hold(store, found, who, now, held=pressed.action == "hold", account=account, beside=beside)
        case "cancel":
            records.cancel(store, found, who, now, account=account, beside=beside)


def account_of(pressed: CardPressed) -> dict[str, str]:
    """By which an erasure finds whoever pressed it, whatever they are called by then."""
    return {"source": pressed.source, "id": pressed.by.id}


def approve(
    store: Table,
    found: Item,
    pressed: CardPressed,
    who: str,
    program: Program,
    now: datetime,
    beside: Sequence[Write],
) -> None:
    """What stood on the card goes out at the time it was written for, or now. Pressed again, it is approved already.
    Raises NotAllowedError."""
    approved = found.get("approved", {})
    if approved.get("hash", "").startswith(pressed.seen) and found["state"] not in ("draft", "missed"):
        return
    at, wall, zone = moment(found, now)
    account = account_of(pressed)
    publishing.approve(store, found, who, pressed.seen, program, at, wall, zone, now, account=account, beside=beside)


def moment(found: Item, now: datetime) -> tuple[datetime, str, str]:
    """When it goes out: at the time it was written for. Raises NotAllowedError when that is over."""
    wall, zone = found.get("wall", NOW), found.get("zone", "UTC")
    if wall == NOW or found["state"] not in plans.BEFORE:
        return now, NOW, "UTC"
    try:
        return times.ahead(times.resolve(wall, zone), now), wall, zone
    except times.NoSuchTimeError as error:
        raise plans.NotAllowedError(f"its time, {wall} in {zone}, is over: give it another one") from error


def refused(store: Table, envelope: Envelope, found: Item, reason: str, now: datetime) -> inbox.Fate:
    """The desks are told why; what stood on the card may be another than what stands there now."""
    told = cards.STALE if reason == publishing.OTHER else reason
    try:
        store.transact([inbox.marker(envelope, "ignored", now, about=reason), *records.touched(found, now, told)])
    except CancelledError:
        return "duplicate"
    return "ignored"
