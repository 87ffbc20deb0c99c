"""What an appeal puts in the place of what was done: only once that is taken back."""

from typing import Any

import pytest

from events.moderation import Decision, Measure
from events.program import MOST_DESKS
from functions.moderation import appeals, records, working
from functions.moderation.standards import Standards
from functions.platforms import acting
from functions.shared import outbox, queues
from functions.shared import table as table_module
from functions.shared.table import Item, Update, table
from functions.upkeep import sweep
from tests.moderation.people import NOTHING, PROGRAM, decided, held
from tests.support import builders
from tests.support.faults import answer_lost, crash
from tests.support.outside import NO_SUCH_POST, status
from tests.support.world import World, needs_a_person


def violation(measure: Measure, minutes: int = 0) -> Decision:
    ends = {measure: minutes} if minutes else {}
    return Decision(outcome="violation", measures=(measure,), minutes=ends, explanation="Rule 2.")


LONG, SHORT = violation("timeout", 600), violation("timeout", 60)
POST = "https://forum.example/posts/204.json"


@pytest.fixture
def team(world: World) -> World:
    for name in ("Mo", "Zoe", "Pat"):
        world.token("moderator", name=name)
    return world


def original(world: World) -> Item:
    (found,) = [case for case in world.items("case") if "of" not in case]
    return found


def judged(world: World, *decisions: Decision, before: Any = lambda: None) -> Item:
    """The first decision by Mo and carried out, then Zoe's on the author's appeal, which is not. Gives the appeal."""
    first, second = decisions
    decided(world, held(world), first)
    carried_out(world)
    before()
    made = appeals.make(table(), "acme", original(world)["id"], "author", "Why?", PROGRAM, world.now)
    return decided(world, held(world, "Zoe", made["id"]), second, "Zoe")


def carried_out(world: World, minutes: int = 4) -> None:
    """So many minutes of deliveries."""
    for _ in range(minutes):
        sweep.deliveries_due(table(), lambda: True)
        world.work_off("delivery")
        world.later(seconds=60)


def at_game(world: World) -> list[tuple[str, bool]]:
    """What the game was asked for, in this order: each measure, and whether it was taken back."""
    said = [call.said["data"] for call in world.outside.calls if b"moderation.action" in call.body]
    return [(data["measure"], data.get("undo", False)) for data in said]


def row_of(world: World, case: Item, measure: str) -> Item:
    found = table().get(case["pk"], f"delivery#{measure}")
    assert found is not None
    return found


def kicked(world: World, row: Item) -> None:
    """Its turn in the queue, before anything else."""
    queues.kick(row["pk"], row["sk"], row["due_at"], row["destination"])
    world.work_off("delivery")


def stuck(world: World) -> dict[str, str]:
    """Measures that a person is asked about, and why."""
    rows = [row for row in needs_a_person(world) if row["purpose"] == "act"]
    return {row["sk"].removeprefix("delivery#"): row["reason"] for row in rows}


def give_up(row: Item) -> None:
    """As after three days in which the place did not answer."""
    listed = table_module.listed("acme", outbox.NEEDS_A_PERSON, row["key"], "2026-11-22")
    changes = {"state": "stuck", "reason": "given up after 13 attempts", **listed}
    table().write(Update((row["pk"], row["sk"]), set=changes, remove=["due", "due_at"]))


def resolved(world: World, row: Item, how: str) -> None:
    outbox.resolve(table(), row, how, "Ada", world.now)
    carried_out(world)


def test_a_shorter_time_out_holds_since_the_longer_one_ends_first(team: World) -> None:
    team.handle(builders.flag(team.now))
    appeal = judged(team, LONG, SHORT)
    kicked(team, row_of(team, appeal, "timeout"))
    assert at_game(team) == [("timeout", False)]
    assert row_of(team, appeal, "timeout")["reason"] == "waits until it is taken back: timeout"
    carried_out(team)
    assert at_game(team) == [("timeout", False), ("timeout", True), ("timeout", False)]
    assert stuck(team) == {}


def test_whoever_judges_it_through_the_api_waits_for_no_sweep(team: World) -> None:
    team.handle(builders.flag(team.now))
    decided(team, held(team), LONG)
    carried_out(team)
    made = appeals.make(table(), "acme", original(team)["id"], "author", "Why?", PROGRAM, team.now)
    token = team.token("moderator", name="Zoe")
    team.ask("POST", f"/v1/acme/cases/{made['id']}/claim", {}, token=token)
    body = SHORT.model_dump(mode="json", exclude_defaults=True)
    assert team.ask("POST", f"/v1/acme/cases/{made['id']}/decide", body, token=token).status == 200
    team.work_off("delivery")
    assert at_game(team) == [("timeout", False), ("timeout", True), ("timeout", False)]


@pytest.mark.parametrize(("when", "how"), [("before", crash), ("after", crash), ("after", answer_lost)])
@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_cut_off_anywhere_the_new_one_is_still_the_last(team: World, nth: int, when: Any, how: Any) -> None:
    team.handle(builders.flag(team.now))
    judged(team, LONG, SHORT)
    team.faults.at("dynamodb.UpdateItem", when, how, nth)
    carried_out(team)
    asked = at_game(team)
    assert (asked[0], set(asked[1:-1]), asked[-1]) == (("timeout", False), {("timeout", True)}, ("timeout", False))


def test_what_cannot_be_taken_back_keeps_the_new_one_back_until_a_person_has_seen_to_it(team: World) -> None:
    team.handle(builders.post_flag(team.now, author=9))
    appeal = judged(team, violation("remove"), violation("hide"))
    team.outside.next = [status(404, body=NO_SUCH_POST)]
    carried_out(team)
    told = stuck(team)
    assert set(told) == {"undo#remove", "hide"}
    assert told["hide"].startswith("remove has to be taken back first, and waits for a person: it has changed since")
    resolved(team, row_of(team, appeal, "hide"), "again")
    assert set(stuck(team)) == {"undo#remove", "hide"}  # Not before the other.
    assert {call.method for call in team.outside.calls} == {"GET", "DELETE"}
    resolved(team, team.delivery("undo#remove"), "sent")
    resolved(team, row_of(team, appeal, "hide"), "again")
    assert stuck(team) == {}
    assert row_of(team, appeal, "hide")["state"] == "sent"


def test_where_the_place_is_down_one_word_resumes_both_in_their_order(team: World) -> None:
    team.handle(builders.flag(team.now))
    appeal = judged(team, LONG, SHORT)
    token = team.token("manager", name="Ada")
    give_up(team.delivery("undo#timeout"))
    kicked(team, row_of(team, appeal, "timeout"))
    assert set(stuck(team)) == {"undo#timeout", "timeout"}
    answered = team.ask("POST", "/v1/acme/deliveries/retry", {"destination": "game"}, token=token)
    assert answered.json["again"] == 2
    team.outside.calls.clear()
    carried_out(team)
    assert at_game(team) == [("timeout", True), ("timeout", False)]


def test_what_was_taken_back_by_hand_and_is_on_its_way_comes_first_too(team: World) -> None:
    team.handle(builders.flag(team.now))
    by_hand = lambda: working.undo(table(), "acme", original(team)["id"], "timeout", "Mo", Standards(), team.now)  # noqa: E731
    appeal = judged(team, LONG, SHORT, before=by_hand)
    kicked(team, row_of(team, appeal, "timeout"))
    carried_out(team)
    assert at_game(team) == [("timeout", False), ("timeout", True), ("timeout", False)]


def test_what_nothing_takes_back_keeps_nothing_back(team: World) -> None:
    """A warning was said: that is a person's, and changes nothing there."""
    team.handle(builders.flag(team.now))
    both = Decision(outcome="violation", measures=("warn", "hide"), explanation="Rule 2.")
    appeal = judged(team, both, Decision(outcome="violation", measures=("hide", "lock"), explanation="Rule 2."))
    carried_out(team)
    assert set(stuck(team)) == {"undo#warn"}
    assert row_of(team, appeal, "lock")["state"] == "sent"


def test_the_largest_appeal_stays_far_below_what_a_transaction_takes(team: World) -> None:
    """AWS takes a hundred. Only what ends can be both taken back and done anew, for another time."""
    every = tuple(acting.abilities("standard_webhooks", "post"))
    first = Decision(outcome="violation", measures=every, minutes={"timeout": 9, "suspend": 9}, explanation="Rule 2.")
    team.handle(builders.flag(team.now))
    decided(team, held(team), first)
    carried_out(team)
    made = appeals.make(table(), "acme", original(team)["id"], "author", "Why?", PROGRAM, team.now)
    taken = held(team, "Zoe", made["id"])
    again = first.model_copy(update={"measures": ("timeout", "suspend"), "minutes": {"timeout": 8, "suspend": 8}})
    writes = working.following(table(), taken, "Zoe", again, PROGRAM, "hash", team.now)
    case, cards, strikes, press = 2, 2 * MOST_DESKS, 2, 1
    assert len(every) + 2 < len(writes) + case + cards + strikes + press <= 40


# What a person said is there


@pytest.fixture
def by_hand(team: World) -> World:
    """Nobody could remove a post, so that Ada did it on the forum; then its author won the appeal."""
    team.handle(builders.post_flag(team.now, author=9))
    decided(team, held(team), violation("remove"))
    give_up(team.delivery("remove"))
    resolved(team, team.delivery("remove"), "sent")
    made = appeals.make(table(), "acme", original(team)["id"], "author", "Why?", PROGRAM, team.now)
    decided(team, held(team, "Zoe", made["id"]), NOTHING, "Zoe")
    carried_out(team)
    return team


def test_overturned_a_person_is_asked_to_take_back_what_a_person_did(by_hand: World) -> None:
    assert stuck(by_hand) == {"undo#remove": "nobody wrote down what was before the remove: undo it on the platform"}
    assert records.verified(table(), original(by_hand)) is None
    resolved(by_hand, by_hand.delivery("undo#remove"), "sent")
    assert stuck(by_hand) == {}


def test_asked_to_do_it_itself_it_says_why_it_cannot(by_hand: World) -> None:
    calls = len(by_hand.outside.calls)
    resolved(by_hand, by_hand.delivery("undo#remove"), "again")
    assert stuck(by_hand) == {"undo#remove": "nobody wrote down what was before: undo it on the platform"}
    assert {call.method for call in by_hand.outside.calls[calls:]} == {"GET"}
