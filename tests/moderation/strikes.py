"""A community with points and thresholds, and what happens to one account in it."""

import tomllib
from typing import Any

from events.moderation import Decision
from events.program import Program
from functions.moderation import appeals, records, strikes, working
from functions.moderation.standards import Standards, of
from functions.shared.table import Item, Key, table
from functions.upkeep import sweep
from tests.moderation.people import DAY
from tests.support import builders
from tests.support.world import World

LADDER = "{ points = 4 }, { points = 8, measure = 'suspend', minutes = 10080 }, { points = 12, measure = 'ban' }"
POLICIES = "".join(
    f"""
[[policies]]
id = "{name}"
community = "acme"
title = "{name.capitalize()}"
text = "…"
reasons = ["{reason}"]
points = {number}
"""
    for name, reason, number in (("rude", "harassment", 1), ("cruel", "hate", 4), ("vile", "violence", 9))
)
TEXT = builders.PROGRAM.replace(
    'name = "Acme Games"', f'name = "Acme Games"\nmoderation = {{ thresholds = [{LADDER}] }}'
)
TEXT += POLICIES
PROGRAM = Program.model_validate(tomllib.loads(TEXT))
STANDARDS: Standards = of(PROGRAM, "acme")
ACCOUNT = "4417"
"""Whose messages `builders.flag` is about."""


def verdict(policy: str = "cruel", outcome: Any = "violation") -> Decision:
    return Decision(outcome=outcome, policy=policy, explanation="See our rules.")


def judged(world: World, case: str, decision: Decision, who: str = "Mo") -> Item:
    taken = working.claim(table(), "acme", case, who, STANDARDS, world.now, DAY)
    return working.decide(table(), "acme", case, who, taken["fence"], decision, "hash", world.now, PROGRAM)


def broken(world: World, subject: str, policy: str = "cruel", **more: Any) -> Item:
    """Something that the account wrote is reported, and breaks a rule."""
    world.handle(builders.flag(world.now, flag=f"on-{subject}", subject=subject, **more))
    return judged(world, opened(world, subject)["id"], verdict(policy))


def opened(world: World, subject: str) -> Item:
    found = [case for case in world.items("case") if case["subject"]["id"] == subject]
    return next(case for case in found if case["state"] != "decided")


def overturned(world: World, case: Item, decision: Decision, party: str = appeals.AUTHOR, who: str = "Zoe") -> Item:
    """Somebody asks for another look, and somebody else takes it."""
    made = appeals.make(table(), "acme", case["id"], party, "Why?", PROGRAM, world.now)
    return judged(world, made["id"], decision, who)


def sweep_up(world: World) -> None:
    """What the minute does about points, once."""
    world.faults.born()
    sweep.strikes_due(table(), lambda: True)


def key(account: str = ACCOUNT, source: str = "game") -> Key:
    return records.figures_key("acme", source, account)[0], strikes.LEDGER


def ledger(world: World) -> dict[str, int]:
    """The points of each case."""
    return {one["case"]: one["points"] for one in world.items("strike")}


def for_the_leads(world: World) -> list[Item]:
    """Cases that thresholds have opened."""
    return [case for case in world.items("case") if "points" in case["reasons"]]


def lines(world: World) -> list[int]:
    """The thresholds that histories say were reached, in any order."""
    return sorted(line["detail"]["reached"] for line in world.items("audit") if line["what"] == "threshold")
