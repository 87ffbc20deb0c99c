"""What SES tells of the mails that left: each event is written on the delivery row whose name it carries.

SES publishes to EventBridge's default bus whatever happens to a mail that was sent with our configuration set; a rule
puts it on upkeep's queue. Such events come late, twice, in any order, or never: on a best-effort basis. (Source: SES
developer guide, "Monitoring SES events using Amazon EventBridge".)
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from events.envelope import Envelope
from functions.shared import clock, mails, outbox, table
from functions.shared.log import logger
from functions.shared.table import CancelledError, Item, Key, Table, Update, Write

What = Literal["send", "delivery", "delay", "bounce", "complaint", "reject", "failure"]

WHAT: dict[str, What] = {
    "Email Sent": "send",
    "Email Delivered": "delivery",
    "Email Delivery Delayed": "delay",
    "Email Bounced": "bounce",
    "Email Complaint Received": "complaint",
    "Email Rejected": "reject",
    "Email Rendering Failed": "failure",
}
"""By EventBridge's `detail-type`."""

DETAILS = {
    "delay": ("deliveryDelay", "delayType"),
    "bounce": ("bounce", "bounceType", "bounceSubType"),
    "complaint": ("complaint", "complaintFeedbackType"),
    "reject": ("reject", "reason"),
    "failure": ("failure", "errorMessage"),
}
"""Which fields are kept: none in which an address may stand, as a server's own words about it do."""

LONGEST = 200
OVER = ("sent", "cancelled")
WENT = ("send", "delivery", "delay", "bounce", "complaint")
"""Whatever else it says, the mail did leave."""
TRIES = 5


class NotOursError(ValueError):
    """It looks like an event of SES, and is none of a mail of ours."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event. `key` and `row` name the delivery, `message` is what SES calls the mail."""

    what: What
    message: str
    key: str
    row: Key
    addresses: tuple[str, ...]
    detail: str = ""
    for_good: bool = False

    @property
    def name(self) -> str:
        """The attribute of the row that says so."""
        return self.heard(self.what)

    def heard(self, what: What) -> str:
        """Each mail has its own: one that was sent once more on a person's word is another."""
        return f"{mails.HEARD}{what}_{sha256(self.message.encode()).hexdigest()[:12]}"


def event(body: str) -> dict[str, Any] | None:
    """The event in a message of the queue; None where it is none of SES."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found.get("source") == "aws.ses" else None


def read(found: Mapping[str, Any]) -> Told | None:
    """None where it tells nothing of a mail, or of one that somebody else sent with our set. Raises NotOursError."""
    what = WHAT.get(str(found.get("detail-type")))
    if what is None:
        return None
    try:
        detail = found["detail"]
        mail = detail["mail"]
        tags = {name: values[0] for name, values in mail["tags"].items()}
        if "delivery" not in tags:
            return None
        key, row = mails.tagged(tags)
        if outbox.delivery_key(*row) != key:
            raise NotOursError("its tags name no delivery of ours")
        part, *fields = DETAILS.get(what, ("",))
        said = detail.get(part) or {}
        return Told(
            what=what,
            message=str(mail["messageId"]),
            key=key,
            row=row,
            addresses=tuple(map(str, mail["destination"])),
            detail=" ".join(str(said[one]) for one in fields if said.get(one))[:LONGEST],
            for_good=what == "bounce" and said.get("bounceType") == "Permanent",
        )
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise NotOursError(f"an event of SES that names no mail of ours: {type(error).__name__}") from error


def enveloped(found: Mapping[str, Any], body: str, now: datetime) -> Envelope:
    """As it is parked, and comes back to upkeep's queue when it is replayed."""
    return Envelope(
        source="mail",
        community=mails.EVERYWHERE,
        platform="mail",
        pipeline="upkeep",
        event=str(found.get("detail-type", "")),
        delivery=str(found.get("id", "")),
        received_at=clock.text(now),
        body=body.encode("utf-8", "surrogatepass"),
    )


def take(store: Table, found: Mapping[str, Any], now: datetime) -> None:
    """Write it down, once, with all that follows from it. Raises NotOursError, and CancelledError where others kept
    writing the same row: it stays in the queue."""
    told = read(found)
    if told is None:
        return
    logger.info("SES told of a mail", extra={"key": told.key, "what": told.what, "detail": told.detail})
    for attempt in range(TRIES):
        row = store.get(*told.row)
        # Mails end after three months; what somebody says of one then still holds.
        writes = follows(told, row, now) if row else barred(told, now)
        if not writes:
            return
        try:
            store.transact(writes)
            return
        except CancelledError:
            if attempt == TRIES - 1:
                raise


def follows(told: Told, row: Item, now: datetime) -> list[Write]:
    """The row as it is from now on, and the address, where it is to have no more. Nothing of what was heard before."""
    if told.name in row:
        return []
    at = clock.text(now)
    about = {"at": at, "message": told.message}
    changes: Item = {told.name: {**about, "detail": told.detail}}
    # Whatever comes after it says, too, that the mail was sent: should that come late, it has been heard.
    if told.what in WENT and told.heard("send") not in row:
        changes[told.heard("send")] = {**about, "detail": ""}
    settled = outcome(told, row)
    remove: tuple[str, ...] = ()
    if settled:
        changes |= {**settled, "settled_at": at}
        remove = ("due", "due_at", "listing", "listed_at")
        if settled["state"] != "sent" and row["purpose"] == "mail":
            changes |= table.listed(outbox.community_of(row), outbox.NEEDS_A_PERSON, row["key"], at)
            remove = ("due", "due_at")
    # Whoever is about to send it once more, or has just had the answer, does not hold it any more.
    mine = Update(told.row, set=changes, remove=remove, add={"fence": 1} if settled else {}, when=outbox.as_read(row))
    return [mine, *barred(told, now)]


def outcome(told: Told, row: Item) -> Item:
    """State, reason and what is there, where it becomes another."""
    if row["state"] == "cancelled" or another_arrived(told, row):
        return {}
    if told.what in ("reject", "failure"):
        return {"state": "refused", "reason": f"SES did not send it: {told.detail or told.what}"}
    if told.for_good:
        why = f"it came back for good ({told.detail}): the address gets no more mail until `liaison mail resume`"
        return {"state": "refused", "reason": why}
    if row["state"] in OVER or told.heard("send") in row:
        return {}
    return {"state": "sent", "reason": "SES told of it", "posted": {"id": told.message, "url": ""}}


def another_arrived(told: Told, row: Item) -> bool:
    """Whether one that was sent once more did, whatever became of this one."""
    arrived = f"{mails.HEARD}delivery_"
    return any(name.startswith(arrived) and name != told.heard("delivery") for name in row)


def barred(told: Told, now: datetime) -> list[Write]:
    """The addresses that get no more mail."""
    if told.what != "complaint" and not told.for_good:
        return []
    return [mails.bar(one, "complaint" if told.what == "complaint" else "bounce", now) for one in told.addresses]
