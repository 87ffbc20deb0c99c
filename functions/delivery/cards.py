"""Keeping a card at a desk as it is now: made once, changed whenever what it is about says something else.

What it says is found out at each attempt, so that a card that comes late is none the less true.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from events.cards import Card, CardRequested
from events.program import Desk, Program
from functions.announcements import cards as announced
from functions.announcements import publishing
from functions.announcements import records as announcements
from functions.delivery import attempts, calls, records
from functions.delivery.attempts import Case, Next
from functions.feedback import answering, talk_records
from functions.feedback import cards as answered
from functions.feedback.talk_records import Talk
from functions.feedback.talks import NotAllowedError
from functions.moderation import cards as judged
from functions.moderation import records as moderation
from functions.moderation import sight
from functions.platforms.outgoing import Hands, Outcome, Refused, Sent, Unknown
from functions.shared import clock, outbox
from functions.shared.table import Item, Table

AGAIN = 60
"""Seconds until a card that may be an older one is written once more."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A card as it shall be now. `again`: seconds until it is looked at again, if nobody says before that something
    has changed."""

    about: str
    card: Card
    again: int | None


def attempt(store: Table, row: Item, found: str, hands: Hands, program: Program, now: datetime) -> tuple[Item, Next]:
    """One call at most. `found` is the state the row was found in. Raises LostError."""
    desk = program.desk(outbox.community_of(row), row["destination"])
    wanted = shown(store, row, desk, program, now) if desk else None
    if wanted is None:
        return settled(store, row, Next("cancelled", "there is nothing to show any more"), "")
    try:
        platform, to = calls.at_desk(row, program)
    except calls.NowhereError as error:
        unknown = found in attempts.IN_DOUBT
        return settled(store, row, Next("unknown" if unknown else "refused", str(error)), row.get("shown", ""))
    due_in, in_doubt, hash_ = wanted.again, found in attempts.IN_DOUBT, hash_of(wanted.card)
    posted = row.get("posted", {})
    if posted and not in_doubt and row.get("shown") == hash_:
        return settled(store, row, Next("sent", due_in=due_in, posted=posted), hash_)
    tried_at = clock.moment(row["armed_at"]) if in_doubt and not posted and "armed_at" in row else None
    request = CardRequested(about=wanted.about, card=wanted.card, posted=posted, tried_at=tried_at)
    # The first attempt in doubt is the one that is looked for.
    armed = records.arm(store, row if in_doubt else without_time(row), {}, clock.now())
    outcome = calls.make({**armed, "request": request.model_dump(mode="json")}, platform, to, hands)
    if isinstance(outcome, Sent) and tried_at:
        # An answer to the same nonce may be about what was written first.
        return settled(store, armed, Next("sent", due_in=min(due_in or AGAIN, AGAIN), posted=posted_as(outcome)), "")
    if isinstance(outcome, Sent):
        return settled(store, armed, Next("sent", due_in=due_in, posted=posted_as(outcome)), hash_)
    return settled(store, armed, failed(outcome, armed, in_doubt and not posted), row.get("shown", ""))  # type: ignore[arg-type]


def shown(store: Table, row: Item, desk: Desk, program: Program, now: datetime) -> Shown | None:
    """None where there is nothing to show (any more)."""
    if "talk" in row["request"]:
        return talk(store, row, desk, program) if "feedback" in desk.shows else None
    if "case" in row["request"]:
        return case(store, row, desk, program, now) if "cases" in desk.shows else None
    return announcement(store, row, desk, program, now) if "announcements" in desk.shows else None


def announcement(store: Table, row: Item, desk: Desk, program: Program, now: datetime) -> Shown | None:
    found = store.get(row["pk"], announcements.KIND)
    if found is None:
        return None
    rows = announcements.rows_of(store, found)
    preview = publishing.preview(store, desk.community, found["id"], announcements.content_of(found), program)
    language = program.community(desk.community).language
    card = announced.card(found, rows, publishing.shown(preview), language, row.get("refusal", ""))
    return Shown(f"announcement {found['id']}", card, announced.again(found, rows, now))


def talk(store: Table, row: Item, desk: Desk, program: Program) -> Shown | None:
    try:
        found = talk_records.read(store, desk.community, row["request"]["talk"])
    except LookupError:
        return None  # It is not kept any more.
    community, answer = program.community(desk.community), found.talk.get("answer") or {}
    seen = answered.Seen(
        row=talk_records.row_of(store, found.talk),
        preview=previewed(found, answer, program) if found.talk["state"] == "drafted" else None,
        cannot=answering.why_not(found, program),
        another=community.approval == "another",
        names={one.id: one.name for one in program.moderators_of(desk.community)},
        refusal=row.get("refusal", ""),
    )
    card = answered.card(found.item, found.talk, seen, community.language)
    return Shown(f"talk {found.talk['id']}", card, answered.again(found.talk, seen.row))


def previewed(found: Talk, answer: Item, program: Program) -> dict[str, Any] | None:
    try:
        return answering.preview(found, answer["text"], answer["language"], program)
    except NotAllowedError:
        return None


def case(store: Table, row: Item, desk: Desk, program: Program, now: datetime) -> Shown | None:
    found = store.get(row["pk"], moderation.KIND)
    if found is None:
        return None
    seen = sight.of(store, found, program, now, row.get("refusal", ""))
    card = judged.card(found, seen, program.community(desk.community).language, now)
    return Shown(f"case {found['id']}", card, judged.again(found, seen.measures, now))


def hash_of(one: Card) -> str:
    return sha256(one.model_dump_json().encode()).hexdigest()


def without_time(row: Item) -> Item:
    """As it was never tried: what was tried before surely came to nothing."""
    return {name: value for name, value in row.items() if name != "armed_at"}


def posted_as(sent: Sent) -> dict[str, str]:
    return {**sent.more, "id": sent.id, "url": sent.url}


def failed(outcome: Outcome, row: Item, in_doubt: bool) -> Next:
    """As of any state request; but nothing is held back for a card, and what is in doubt stays so."""
    case = Case(kind="keyed", attempts=row["attempts"], in_doubt=in_doubt)
    if isinstance(outcome, Refused):
        outcome = Refused(outcome.reason)
    following = attempts.after(outcome, case)
    doubt = following.state == "stuck" and (in_doubt or isinstance(outcome, Unknown))
    return Next("unknown", following.reason) if doubt else following


def settled(store: Table, row: Item, outcome: Next, shown: str) -> tuple[Item, Next]:
    records.settle_card(store, row, outcome, shown, clock.now())
    return row, outcome
