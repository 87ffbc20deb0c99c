"""Keeping an announcement's card at a desk as it is now: made once, changed whenever it says something else.

What it says is found out at each attempt, so that a card that comes late is none the less true.
"""

from datetime import datetime

from events.announcements import Card, CardRequested
from events.program import Desk, Program
from functions.announcements import cards, publishing
from functions.announcements import records as announcements
from functions.delivery import attempts, calls, records
from functions.delivery.attempts import Case, Next
from functions.platforms.outgoing import Hands, Outcome, Refused, Sent, Unknown
from functions.shared import clock, outbox
from functions.shared.table import Item, Table

AGAIN = 60
"""Seconds until a card that may be an older one is written once more."""


def attempt(store: Table, row: Item, found: str, hands: Hands, program: Program, now: datetime) -> tuple[Item, Next]:
    """One call at most. `found` is the state the row was found in. Raises LostError."""
    announcement = store.get(row["pk"], announcements.KIND)
    desk = program.desk(outbox.community_of(row), row["destination"])
    if announcement is None or desk is None:
        return settled(store, row, Next("cancelled", "there is nothing to show any more"), "")
    try:
        platform, to = calls.at_desk(row, program)
    except calls.NowhereError as error:
        unknown = found in attempts.IN_DOUBT
        return settled(store, row, Next("unknown" if unknown else "refused", str(error)), row.get("shown", ""))
    rows = announcements.rows_of(store, announcement)
    card = made(store, row, announcement, rows, desk, program)
    due_in, in_doubt, shown = cards.again(announcement, rows, now), found in attempts.IN_DOUBT, cards.hash_of(card)
    posted = row.get("posted", {})
    if posted and not in_doubt and row.get("shown") == shown:
        return settled(store, row, Next("sent", due_in=due_in, posted=posted), shown)
    tried_at = clock.moment(row["armed_at"]) if in_doubt and not posted and "armed_at" in row else None
    request = CardRequested(announcement=announcement["id"], card=card, posted=posted, tried_at=tried_at)
    # The first attempt in doubt is the one that is looked for.
    armed = records.arm(store, row if in_doubt else without_time(row), {}, clock.now())
    outcome = calls.make({**armed, "request": request.model_dump(mode="json")}, platform, to, hands)
    if isinstance(outcome, Sent) and tried_at:
        # An answer to the same nonce may be about what was written first.
        return settled(store, armed, Next("sent", due_in=min(due_in or AGAIN, AGAIN), posted=posted_as(outcome)), "")
    if isinstance(outcome, Sent):
        return settled(store, armed, Next("sent", due_in=due_in, posted=posted_as(outcome)), shown)
    return settled(store, armed, failed(outcome, armed, in_doubt and not posted), row.get("shown", ""))  # type: ignore[arg-type]


def made(store: Table, row: Item, announcement: Item, rows: list[Item], desk: Desk, program: Program) -> Card:
    content = announcements.content_of(announcement)
    preview = publishing.preview(store, desk.community, announcement["id"], content, program)
    language = program.community(desk.community).language
    return cards.card(announcement, rows, publishing.shown(preview), language, row.get("refusal", ""))


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
