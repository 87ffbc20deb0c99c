"""What moderators do, in one line each."""

from events.envelope import Envelope
from events.moderation import Decision, FlagRaised
from events.program import Community, Program
from functions.moderation import records, working
from functions.moderation.standards import Standards
from functions.shared import inbox, outbox
from functions.shared.table import Item, table
from tests.support.world import World

HIDE = Decision(outcome="violation", measures=("hide",), explanation="Harassment, rule 2.")
NOTHING = Decision(outcome="no_violation", explanation="Rude, and allowed.")
DAY = "2026-11-22"
PROGRAM = Program(communities=(Community(id="acme", name="Acme Games"),))


def held(world: World, who: str = "Mo", case: str = "") -> Item:
    """Somebody claims the only open case (or the named one)."""
    name = case or next(item["id"] for item in world.items("case") if item["state"] != "decided")
    return working.claim(table(), "acme", name, who, Standards(), world.now, DAY)


def decided(world: World, claimed: Item, decision: Decision = HIDE, who: str = "Mo", fence: int | None = None) -> Item:
    given = claimed["fence"] if fence is None else fence
    return working.decide(table(), "acme", claimed["id"], who, given, decision, "program-hash", world.now, PROGRAM)


def carried_out(world: World) -> None:
    """What was decided is done; nobody is told of it yet."""
    for _ in range(5):  # What follows something else waits until that is over.
        outbox.kick(going := [row for row in world.items("delivery") if row["purpose"] == "act" and "due" in row])
        world.work_off("delivery")
        world.later(seconds=31 if going else 0)
    assert not going


def recorded(envelope: Envelope, flag: FlagRaised, world: World, *, can_ask: bool = False) -> inbox.Fate:
    (fate,) = records.record_flags(table(), [records.Arrival(envelope, flag, can_ask)], Standards(), world.now)
    return fate
