"""What moderators do, in one line each."""

from events.moderation import Decision
from functions.moderation import records
from functions.shared.table import Item, table
from tests.support.world import World

HIDE = Decision(outcome="violation", measures=("hide",), explanation="Harassment, rule 2.")
NOTHING = Decision(outcome="no_violation", explanation="Rude, and allowed.")


def held(world: World, who: str = "Mo", case: str = "") -> Item:
    """Somebody claims the only open case (or the named one)."""
    name = case or next(item["id"] for item in world.items("case") if item["state"] != "decided")
    return records.claim(table(), "acme", name, who, world.now)


def decided(world: World, claimed: Item, decision: Decision = HIDE, who: str = "Mo", fence: int | None = None) -> Item:
    given = claimed["fence"] if fence is None else fence
    return records.decide(table(), "acme", claimed["id"], who, given, decision, "program-hash", world.now)
