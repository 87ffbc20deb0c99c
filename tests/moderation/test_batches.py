"""One decision for many cases: each once, each with its own record, and all of it can be taken back."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from events.moderation import Decision
from events.program import Community, Moderator, Program, Source
from functions.moderation import appeals, batches, records, working
from functions.moderation.cases import NotAllowedError
from functions.moderation.standards import Standards
from functions.shared import outbox
from functions.shared.table import Item, Update, table
from functions.upkeep import sweep
from tests.moderation.alike import OTHER, case, compared, reported, spam, whole
from tests.moderation.people import HIDE, NOTHING, PROGRAM, carried_out, decided, held
from tests.moderation.test_clusters import edited
from tests.support.faults import Crash, answer_lost, crash
from tests.support.outside import NO_SUCH_POST, status
from tests.support.world import World

REMOVE = Decision(outcome="violation", measures=("remove",), explanation="It was spam.")
POSTS = "https://forum.example/posts"


def opened(world: World, *names: str, **more: Any) -> dict[str, int]:
    """Cases, with what there is to be seen of each."""
    return {reported(world, name, spam(1), **more): 1 for name in names}


def begun(
    world: World,
    wanted: dict[str, int],
    decision: Decision = HIDE,
    who: str = "Mo",
    program: Program = PROGRAM,
    snapshots: dict[str, int] | None = None,
) -> Item:
    return batches.begin(table(), "acme", wanted, decision, who, program, world.now, snapshots)


def gone_on(world: World, row: Item, program: Program = PROGRAM, steps: int = batches.STEPS) -> Item:
    outbox.kick(batches.go_on(table(), batches.key("acme", row["id"]), program, "program-hash", world.now, steps))
    return batches.existing(table(), "acme", row["id"])


def batch(world: World, wanted: dict[str, int], decision: Decision = HIDE, who: str = "Mo") -> Item:
    return gone_on(world, begun(world, wanted, decision, who))


def results(world: World, row: Item) -> dict[str, str]:
    """Why cases were skipped; empty for those that were decided."""
    return {name: item["why"] for name, item in batches.whole(table(), "acme", row["id"])["cases"].items()}


def holds(world: World) -> None:
    """Of each batch: what is said of a case is so, and was done once."""
    lines = Counter(
        (one["case"], one["detail"].get("batch")) for one in world.items("audit") if one["what"] == "decided"
    )
    cases = {one["id"]: one for one in world.items("case")}
    for row in world.items("batch"):
        told = batches.whole(table(), "acme", row["id"])["cases"]
        counts = Counter(item["what"] for item in told.values())
        assert (counts["decided"], counts["skipped"], len(told)) == (row["decided"], row["skipped"], row["cursor"])
        for name, item in told.items():
            assert lines[name, row["id"]] == (item["what"] == "decided")
            assert item["what"] == "skipped" or cases[name]["decided_by"] == row["by"]
    whole(world)


# Deciding


def test_all_that_is_alike_is_decided_in_one_go(world: World) -> None:
    wanted = opened(world, "a", "b", "c")
    compared(world)
    row = batch(world, wanted)
    assert (row["state"], row["decided"], row["skipped"]) == ("decided", 3, 0)
    assert {one["outcome"] for one in world.items("case")} == {"violation"}
    assert len([one for one in world.items("delivery") if one["purpose"] == "act"]) == 3
    holds(world)


def test_each_keeps_its_own_record(world: World) -> None:
    wanted = opened(world, "a", "b")
    row = batch(world, wanted)
    for name in wanted:
        told = records.whole(table(), "acme", name)
        assert (told["decision"]["by"], told["decision"]["program"]) == ("Mo", "program-hash")
        assert [line["what"] for line in told["audit"]] == ["opened", "decided"]
        assert told["audit"][-1]["detail"]["batch"] == row["id"]
        assert told["audit"][-1]["who"] == "Mo"


def test_the_sweep_goes_on_where_the_call_stopped(world: World) -> None:
    row = gone_on(world, begun(world, opened(world, "a", "b", "c")), steps=1)
    assert (row["state"], row["cursor"]) == ("deciding", 1)
    sweep.batches_due(table(), lambda: True)
    assert batches.existing(table(), "acme", row["id"])["state"] == "decided"
    assert len(world.items("decision")) == 3
    holds(world)


def test_what_somebody_else_has_is_left_to_them(world: World) -> None:
    wanted = opened(world, "a", "b")
    theirs = case(world, "b")["id"]
    held(world, "Zoe", theirs)
    row = batch(world, wanted)
    assert (row["decided"], row["skipped"]) == (1, 1)
    assert "Zoe has this case until" in results(world, row)[theirs]
    assert case(world, "b")["claimed_by"] == "Zoe"
    holds(world)


def test_what_one_has_oneself_and_what_was_put_off_is_decided(world: World) -> None:
    wanted = opened(world, "a", "b")
    mine, asleep = wanted
    held(world, "Mo", mine)
    working.snooze(table(), "acme", asleep, "Zoe", world.later(hours=1), Standards(), world.later(hours=-1))
    assert batch(world, wanted)["decided"] == 2
    holds(world)


def test_what_changed_since_it_was_seen_is_not_decided(world: World) -> None:
    wanted = opened(world, "a", "b")
    edited(world, "b", OTHER)
    row = batch(world, wanted)
    assert results(world, row) == {
        case(world, "a")["id"]: "",
        case(world, "b")["id"]: "it has changed since you looked at it: look again",
    }
    assert case(world, "b")["state"] == "open"
    holds(world)


def test_the_decision_names_the_snapshot_that_was_seen(world: World) -> None:
    wanted = opened(world, "a", "b")
    one, other = wanted
    row = gone_on(world, begun(world, wanted, snapshots={one: 1}))
    assert row["decided"] == 2
    named = {name: records.whole(table(), "acme", name)["decision"].get("snapshot") for name in wanted}
    assert named == {one: 1, other: None}  # Nobody said what they had seen of it.


def test_a_report_with_other_words_than_were_seen_is_looked_at_first(world: World) -> None:
    (name,) = wanted = opened(world, "a")
    reported(world, "a", OTHER, flag="another")
    assert case(world, "a")["material"] == 1
    row = gone_on(world, begun(world, wanted, snapshots={name: 1}))
    assert results(world, row) == {name: "it has changed since you looked at it: look again"}
    assert gone_on(world, begun(world, wanted, snapshots={name: 2}))["decided"] == 1
    assert records.whole(table(), "acme", name)["decision"]["snapshot"] == 2
    holds(world)


def test_each_decision_names_the_program_that_it_was_taken_by(world: World) -> None:
    row = begun(world, opened(world, "a", "b"))
    at = batches.key("acme", row["id"])
    batches.go_on(table(), at, PROGRAM, "version-1", world.now, 1)
    batches.go_on(table(), at, PROGRAM, "version-2", world.now)
    assert sorted(one["program"] for one in world.items("decision")) == ["version-1", "version-2"]


def test_whoever_is_no_moderator_any_more_decides_nothing_more(world: World) -> None:
    mo = Moderator(id="mo", community="acme", name="Mo", pseudonym="Otter")
    wanted = opened(world, "a")
    row = begun(world, wanted, who="mo", program=PROGRAM.model_copy(update={"moderators": (mo,)}))
    assert set(results(world, gone_on(world, row)).values()) == {"mo is no moderator here any more"}
    assert case(world, "a")["state"] == "open"


def test_what_changes_in_the_moment_of_the_decision_is_not_decided(world: World) -> None:
    wanted = opened(world, "a")
    row = begun(world, wanted)
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: edited(world, "a", OTHER))
    row = gone_on(world, row)
    assert (row["decided"], row["skipped"]) == (0, 1)
    holds(world)


def test_what_was_decided_already_is_said_to_be(world: World) -> None:
    wanted = opened(world, "a", "b")
    decided(world, held(world, "Zoe", case(world, "a")["id"]), NOTHING, "Zoe")
    row = batch(world, wanted)
    assert results(world, row)[case(world, "a")["id"]] == "this case is decided already"
    assert case(world, "a")["outcome"] == "no_violation"
    holds(world)


def test_what_cannot_be_done_there_is_skipped_and_says_what_can(world: World) -> None:
    account = {"source": "forum", "kind": "user", "id": "12"}
    here, there = reported(world, "a", spam(1)), reported(world, "12", spam(1), "forum", subject=account)
    row = batch(world, {here: 1, there: 1}, REMOVE)
    assert results(world, row)[here] == ""
    assert "remove cannot be done there; possible: " in results(world, row)[there]


def test_nobody_decides_what_they_had_a_part_in_or_is_for_the_leads(world: World) -> None:
    mo = Moderator(id="mo", community="acme", name="Mo", pseudonym="Otter", accounts={"game": "u-mo"})
    zoe = Moderator(id="zoe", community="acme", name="Zoe", pseudonym="Stork")
    game = Source(id="game", community="acme", platform="standard_webhooks")
    program = Program(communities=(Community(id="acme", name="Acme"),), sources=(game,), moderators=(mo, zoe))
    own = reported(world, "own", spam(1), author="u-mo")
    part = reported(world, "part", spam(1))
    table().write(Update(records.case_key("acme", part), set={"excluded": ["mo"]}))
    high = reported(world, "high", spam(1))
    working.escalate(table(), "acme", high, "Zoe", "A threat?", Standards(), world.now)
    row = gone_on(world, begun(world, {own: 1, part: 1, high: 1}, who="mo"), program)
    assert results(world, row) == {
        own: "you wrote or reported this yourself",
        part: "you had a part in what this is about: somebody else has to judge it",
        high: "this case was escalated to the leads",
    }


def test_appeals_and_what_is_nowhere_are_skipped(world: World) -> None:
    decided(world, held(world, case=reported(world, "a")))
    appeal = appeals.make(table(), "acme", case(world, "a")["id"], "author", "Why?", PROGRAM, world.now)
    row = batch(world, {appeal["id"]: 1, "nowhere": 1}, who="Zoe")
    assert results(world, row) == {
        appeal["id"]: "this is an appeal: it has to be judged by itself",
        "nowhere": "there is no such case",
    }


@pytest.mark.parametrize(
    ("decision", "told"),
    [
        (Decision(outcome="no_violation", measures=("hide",), explanation="x"), "no violation, so no measure"),
        (Decision(outcome="violation", explanation=" "), "a decision needs an explanation"),
        (Decision(outcome="violation", measures=("timeout",), explanation="x"), "how long"),
    ],
)
def test_a_decision_that_contradicts_itself_is_none_at_all(world: World, decision: Decision, told: str) -> None:
    with pytest.raises(NotAllowedError, match=told):
        begun(world, {"a": 1}, decision)
    assert world.items("batch") == []


def test_asked_again_it_is_the_same_batch(world: World) -> None:
    """The answer was lost: nobody can know that it was done."""
    wanted = opened(world, "a", "b")
    first = batch(world, wanted)
    assert begun(world, dict(reversed(wanted.items())))["id"] == first["id"]
    assert begun(world, wanted, who="Zoe")["id"] != first["id"]
    assert begun(world, wanted, NOTHING)["id"] != first["id"]
    assert begun(world, dict.fromkeys(wanted, 2))["id"] != first["id"]


def test_what_was_skipped_can_be_tried_again_later(world: World) -> None:
    wanted = opened(world, "a")
    held(world, "Zoe")
    first = batch(world, wanted)
    assert first["skipped"] == 1
    world.later(minutes=9)
    assert batch(world, wanted)["id"] == first["id"]
    world.later(minutes=7)  # Her claim has ended.
    second = batch(world, wanted)
    assert (second["id"] != first["id"], second["decided"]) == (True, 1)
    assert batch(world, wanted)["id"] == second["id"]
    holds(world)


# Whoever is cut off where


def survived(world: World, act: Callable[[], object]) -> None:
    try:
        act()
    except (Crash, ReadTimeoutError):
        pass
    world.faults.forget()


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("how", [crash, answer_lost])
def test_cut_off_at_any_write_each_is_decided_once(world: World, nth: int, when: Any, how: Any) -> None:
    wanted = opened(world, "a", "b")
    row = begun(world, wanted)
    world.faults.at("dynamodb.TransactWriteItems", when, how, nth)
    survived(world, lambda: gone_on(world, row))
    holds(world)
    assert gone_on(world, row)["decided"] == 2
    assert len(world.items("decision")) == 2
    holds(world)


@pytest.mark.parametrize("when", ["before", "after"])
def test_cut_off_while_it_is_begun_it_is_begun_once(world: World, when: Any) -> None:
    wanted = opened(world, "a")
    world.faults.at("dynamodb.PutItem", when, answer_lost)
    survived(world, lambda: begun(world, wanted))
    assert batch(world, wanted)["decided"] == 1
    assert len(world.items("batch")) == 1


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("when", ["before", "after"])
def test_two_at_once_decide_each_case_once(world: World, nth: int, when: Any) -> None:
    row = begun(world, opened(world, "a", "b", "c"))
    world.faults.at("dynamodb.TransactWriteItems", when, lambda: gone_on(world, row, steps=2), nth)
    gone_on(world, row)
    assert gone_on(world, row)["decided"] == 3
    holds(world)


def test_two_batches_of_the_same_cases_decide_each_once(world: World) -> None:
    wanted = opened(world, "a", "b")
    first, second = begun(world, wanted), begun(world, wanted, NOTHING, "Zoe")
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: gone_on(world, second, steps=1))
    assert gone_on(world, first)["decided"] == 1
    assert gone_on(world, second)["decided"] == 1
    assert len(world.items("decision")) == 2
    holds(world)


def test_flags_that_come_in_between_delay_nothing(world: World) -> None:
    row = begun(world, opened(world, "a"))

    def more() -> None:
        reported(world, "a", flag="another")

    world.faults.at("dynamodb.TransactWriteItems", "before", more)
    assert gone_on(world, row)["decided"] == 1
    assert case(world, "a")["flags"] == 2
    holds(world)


# Undoing


@pytest.fixture
def removed(world: World) -> tuple[World, Item]:
    """Two posts are removed, together."""
    row = batch(world, opened(world, "201", "202", source="forum"), REMOVE)
    carried_out(world)
    assert world.outside.deleted == {f"{POSTS}/201.json", f"{POSTS}/202.json"}
    return world, row


def undone(world: World, row: Item, who: str = "Zoe") -> Item:
    batches.undo(table(), "acme", row["id"], who, world.now)
    after = gone_on(world, row)
    carried_out(world)
    return after


def taken_back(world: World, row: Item) -> dict[str, list[tuple[str, str]]]:
    """State and reason of what leads back, by case."""
    found = batches.whole(table(), "acme", row["id"])["deliveries"]
    return {
        name: [(one["state"], one.get("reason", "")) for one in rows if one["request"]["undo"]]
        for name, rows in found.items()
    }


def left(world: World, row: Item) -> list[Item]:
    return [item["left"] for item in batches.whole(table(), "acme", row["id"])["undone"].values()]


def test_the_undo_of_a_batch_takes_all_of_it_back(removed: tuple[World, Item]) -> None:
    world, row = removed
    assert undone(world, row)["state"] == "undone"
    assert world.outside.deleted == set()
    assert {one["outcome"] for one in world.items("case")} == {"violation"}  # The verdict is as it was.
    lines = [line for line in world.items("audit") if line["what"] == "undone"]
    assert [(line["who"], line["detail"]) for line in lines] == [("Zoe", {"measure": "remove", "batch": row["id"]})] * 2
    holds(world)


def test_taken_back_twice_it_is_done_once(removed: tuple[World, Item]) -> None:
    world, row = removed
    undone(world, row)
    calls = len(world.outside.calls)
    undone(world, row, "Mo")
    assert len(world.outside.calls) == calls
    assert len([line for line in world.items("audit") if line["what"] == "undone"]) == 2
    holds(world)


def test_where_the_world_has_moved_it_says_so(removed: tuple[World, Item]) -> None:
    world, row = removed
    world.outside.deleted.clear()
    world.outside.deleted.add(f"{POSTS}/202.json")
    batches.undo(table(), "acme", row["id"], "Zoe", world.now)
    gone_on(world, row)
    world.outside.next = [status(404, body=NO_SUCH_POST)]
    carried_out(world)
    states = sorted(found for (found,) in taken_back(world, row).values())
    assert [state for state, _ in states] == ["refused", "sent"]
    assert "it has changed since" in states[0][1]


def test_what_was_not_carried_out_yet_never_will_be(world: World) -> None:
    row = batch(world, opened(world, "201", "202", source="forum"), REMOVE)
    after = undone(world, row)
    assert after["state"] == "undone"
    assert world.outside.calls == []
    rows = [one for one in world.items("delivery") if one["purpose"] == "act"]
    assert [(one["state"], one["reason"]) for one in rows] == [("cancelled", "Zoe took it back before it was done")] * 2
    holds(world)


def letter(world: World) -> str:
    """What its author is told."""
    world.later(minutes=1)
    sweep.outcomes_due(table(), lambda: True)
    (told,) = (row["request"] for row in world.items("delivery") if row["sk"] == "delivery#told#author")
    return str(told["text"])


@pytest.mark.parametrize("early", [True, False])
def test_nobody_is_told_that_it_was_done_once_it_is_taken_back(world: World, early: bool) -> None:
    row = batch(world, opened(world, "201", source="forum"), REMOVE)
    if not early:
        carried_out(world)
    undone(world, row)
    assert world.outside.deleted == set()
    told = letter(world)
    assert "breaks a rule" in told
    assert "What was done" not in told


def test_what_is_taken_back_in_the_moment_of_the_letter_is_not_in_it(world: World) -> None:
    row = batch(world, opened(world, "201", source="forum"), REMOVE)
    carried_out(world)
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: undone(world, row))
    sweep.outcomes_due(table(), lambda: True)
    world.finish()
    assert "What was done" not in letter(world)


def test_what_was_decided_anew_in_an_appeal_is_told_as_done_there(world: World) -> None:
    wanted = opened(world, "201", source="forum", reporter={"id": "r-1"})
    decided(world, held(world), NOTHING)
    party = world.item("flag")["sk"].removeprefix("flag#")
    made = appeals.make(table(), "acme", next(iter(wanted)), party, "Look again.", PROGRAM, world.now)
    decided(world, held(world, "Zoe", made["id"]), REMOVE, "Zoe")
    carried_out(world)
    world.later(minutes=1)
    sweep.outcomes_due(table(), lambda: True)
    rows = [row for row in world.items("delivery") if row["sk"].startswith("delivery#told#author")]
    (told,) = (row["request"] for row in rows)
    assert "What was done: it was removed." in told["text"]


def test_what_is_on_its_way_is_left_and_can_be_asked_for_again(removed: tuple[World, Item]) -> None:
    world, row = removed
    one, other = (found["pk"] for found in world.items("case"))
    state = table().get(one, "delivery#remove") or {}
    table().write(Update((one, "delivery#remove"), set={"state": "armed"}))
    undone(world, row)
    assert sorted(map(len, left(world, row))) == [0, 1]
    assert "remove is on its way" in next(told["remove"] for told in left(world, row) if told)
    table().write(Update((one, "delivery#remove"), set={"state": state["state"]}))
    undone(world, row)
    assert left(world, row) == [{}, {}]
    assert world.outside.deleted == set()
    assert other


def test_of_what_nobody_wrote_down_a_person_is_told(removed: tuple[World, Item]) -> None:
    world, row = removed
    key = (world.items("case")[0]["pk"], "delivery#remove")
    table().write(Update(key, set={"posted": {"id": "", "url": ""}}))
    undone(world, row)
    (told,) = [told for told in left(world, row) if told]
    assert told == {"remove": "nobody wrote down what was before the remove: undo it on the platform"}


def test_of_what_nobody_knows_whether_it_is_done_a_person_is_told_what_to_do(world: World) -> None:
    row = batch(world, opened(world, "201", source="forum"), REMOVE)
    done = world.delivery("remove")
    table().write(Update((done["pk"], done["sk"]), set={"state": "unknown"}, remove=("due", "due_at")))
    undone(world, row)
    ((told,),) = (found.values() for found in left(world, row))
    assert told == (
        "remove may be done or not: look there, then take it back there; "
        f"or finish it (`liaison resolve {done['key']} again`) and undo it then"
    )


def test_an_undo_stops_a_batch_that_has_not_ended(world: World) -> None:
    row = gone_on(world, begun(world, opened(world, "a", "b", "c")), steps=1)
    after = undone(world, row)
    assert (after["state"], after["decided"], after["cursor"]) == ("undone", 1, 1)
    assert len(world.items("decision")) == 1
    assert Counter(one["state"] for one in world.items("case")) == {"open": 2, "decided": 1}
    holds(world)


def test_an_undo_in_the_moment_of_a_decision_takes_back_what_that_did(world: World) -> None:
    row = begun(world, opened(world, "a", "b"))
    stop = lambda: batches.undo(table(), "acme", row["id"], "Zoe", world.now)  # noqa: E731
    world.faults.at("dynamodb.TransactWriteItems", "before", stop)
    gone_on(world, row)
    assert world.items("decision") == []
    assert gone_on(world, row)["state"] == "undone"
    holds(world)


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("how", [crash, answer_lost])
def test_cut_off_while_it_is_taken_back_it_is_once(removed: tuple[World, Item], nth: int, when: Any, how: Any) -> None:
    world, row = removed
    batches.undo(table(), "acme", row["id"], "Zoe", world.now)
    world.faults.at("dynamodb.TransactWriteItems", when, how, nth)
    survived(world, lambda: gone_on(world, row))
    assert gone_on(world, row)["state"] == "undone"
    carried_out(world)
    world.faults.born()
    sweep.deliveries_due(table(), lambda: True)
    carried_out(world)
    assert world.outside.deleted == set()
    assert len([line for line in world.items("audit") if line["what"] == "undone"]) == 2
    holds(world)


def test_two_who_take_it_back_at_once_do_it_once(removed: tuple[World, Item]) -> None:
    world, row = removed
    other = lambda: batches.undo(table(), "acme", row["id"], "Mo", world.now)  # noqa: E731
    world.faults.at("dynamodb.UpdateItem", "before", other)
    assert batches.undo(table(), "acme", row["id"], "Zoe", world.now)["undone_by"] == "Mo"
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: gone_on(world, row))
    gone_on(world, row)
    assert batches.existing(table(), "acme", row["id"])["state"] == "undone"
    assert len([line for line in world.items("audit") if line["what"] == "undone"]) == 2
    holds(world)


def test_what_an_appeal_took_back_is_not_taken_back_again(removed: tuple[World, Item]) -> None:
    world, row = removed
    name = world.items("case")[0]["id"]
    appeal = appeals.make(table(), "acme", name, "author", "Why?", PROGRAM, world.now)
    decided(world, held(world, "Zoe", appeal["id"]), NOTHING, "Zoe")
    undone(world, row)
    lines = Counter(line["case"] for line in world.items("audit") if line["what"] == "undone")
    assert lines[name] == 0
    assert lines.total() == 1


def test_a_rule_that_there_is_not_begins_nothing(world: World) -> None:
    wanted = opened(world, "a")
    with pytest.raises(NotAllowedError, match="there is no rule 'be-kid'"):
        begun(world, wanted, HIDE.model_copy(update={"policy": "be-kid"}))
    assert not world.items("batch")
