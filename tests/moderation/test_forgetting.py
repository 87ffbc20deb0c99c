"""The end of what was seen: the words of strangers go, what was decided stays, and every chain still holds."""

import json
from datetime import timedelta
from typing import Any

import pytest

from events.moderation import DecisionReported, FlagExplained
from events.program import Community, Moderation, Program
from functions.moderation import appeals, forgetting, outcomes, records
from functions.moderation.standards import Standards
from functions.shared import clock
from functions.shared.table import Item, Update, key_of, table
from functions.upkeep import sweep
from tests.moderation.people import HIDE, NOTHING, PROGRAM, carried_out, decided, held
from tests.moderation.test_evidence import AUTHOR, ORIGIN, POST, edited, flag
from tests.support import builders
from tests.support.builders import webhook
from tests.support.faults import Crash, crash
from tests.support.world import World

WORDS = "Xylophone"
OVER = 183 + 30


def program(**settings: Any) -> Program:
    return Program(communities=(Community(id="acme", name="Acme Games", moderation=Moderation(**settings)),))


@pytest.fixture
def told(world: World) -> World:
    """Something was reported with words, edited, decided, and all were told."""
    person = {"id": "r-1", "name": "Rey"}
    flag(world, text=f"{WORDS}!", title=WORDS, original=f"<b>{WORDS}</b>", comment=f"says {WORDS}", reporter=person)
    edited(world, f"{WORDS}, edited", 60)
    decided(world, held(world))
    carried_out(world)
    outcomes.go_on(table(), key_of(world.item("outcome")), PROGRAM, world.now)
    for row in world.items("delivery"):
        table().write(Update(key_of(row), set={"state": "sent"}, remove=["due", "due_at"]))
    return world


def go_on(world: World, active: Program = PROGRAM) -> None:
    for row in world.items("ends"):
        forgetting.go_on(table(), key_of(row), active, world.now)


def everything(world: World) -> str:
    """All that has not expired."""
    return json.dumps([item for item in world.every_item() if item.get("expires", 1e12) > world.now.timestamp()])


def holds(world: World) -> bool:
    return all(records.verified(table(), case) is None for case in world.items("case"))


def test_when_nobody_can_ask_any_more_the_words_go_and_the_decision_stays(told: World) -> None:
    told.later(days=OVER, minutes=-1)
    go_on(told)
    assert WORDS in everything(told)
    assert len(told.objects("evidence/")) == 2
    told.later(minutes=2)
    go_on(told)
    assert WORDS not in everything(told)
    assert told.objects("evidence/") == []
    case, decision = told.item("case"), told.item("decision")
    assert (case["outcome"], case["decided_by"], case["flags"]) == ("violation", "Mo", 1)
    assert (decision["decision"]["explanation"], decision["by"]) == (HIDE.explanation, "Mo")
    assert {row["state"] for row in told.items("delivery")} == {"sent"}
    assert "due" not in told.item("ends")
    assert holds(told)


def test_the_sweep_finds_it(told: World) -> None:
    told.later(days=OVER + 1)
    assert sweep.cases_over(table(), lambda: True) == 1
    assert WORDS not in everything(told)
    assert sweep.cases_over(table(), lambda: True) == 0


def test_what_its_words_were_compared_by_goes_with_them(told: World) -> None:
    key = key_of(told.item("case"))
    table().write(Update(key, set={"cluster": "c", "linked_by": "0" * 16}))
    told.later(days=OVER + 1)
    go_on(told)
    assert (told.item("case")["cluster"], told.item("case")["linked_by"]) == ("c", "")


def test_a_longer_time_to_ask_is_a_later_end(told: World) -> None:
    told.later(days=OVER + 1)
    go_on(told, program(appeals=365))
    assert WORDS in everything(told)
    due = clock.moment(told.item("ends")["due_at"])
    assert due == clock.moment(told.item("case")["decided_at"]) + timedelta(days=365 + 30)


def test_as_long_as_the_same_may_be_reported_again_it_is_kept(told: World) -> None:
    told.later(days=OVER + 1)
    go_on(told, program(appeals=1, settled=300))
    assert told.item("ends")["state"] == "kept"


def appeal(world: World, active: Program = PROGRAM) -> Item:
    name = next(case["id"] for case in world.items("case") if "of" not in case)
    return appeals.make(table(), "acme", name, "author", f"{WORDS} is harmless", active, world.now)


def test_an_open_appeal_puts_it_off_and_its_own_words_end_after_it(told: World) -> None:
    told.later(days=182)
    made = appeal(told)
    told.later(days=60)
    go_on(told)
    assert WORDS in everything(told)
    assert (len(told.objects("evidence/")), len(told.items("ends"))) == (2, 1)
    decided(told, held(told, "Zoe", made["id"]), NOTHING, "Zoe")
    assert {case.get("open_appeals", 0) for case in told.items("case")} == {0}
    told.later(days=30, minutes=-1)
    go_on(told)
    assert len(told.objects("evidence/")) == 2  # What was decided on the appeal is still being told.
    assert WORDS in json.dumps(told.items("case"))
    told.later(minutes=2)
    for row in told.items("delivery"):  # Nobody took the letters of the appeal.
        if row["state"] == "planned":
            table().write(Update(key_of(row), set={"state": "stuck"}))
    go_on(told)
    assert WORDS not in everything(told)
    assert holds(told)


def test_an_author_hears_what_was_decided_late_on_anothers_appeal_and_can_ask_in_turn(world: World) -> None:
    flag(world, text=f"{WORDS}!", reporter={"id": "r-1", "name": "Rey"})
    first = decided(world, held(world), NOTHING)
    reporter = world.item("flag")["sk"].removeprefix("flag#")
    world.later(days=182)
    made = appeals.make(table(), "acme", first["id"], reporter, "It is bad.", PROGRAM, world.now)
    world.later(days=34)
    go_on(world)  # Put off by a day, to the minute.
    world.later(days=1, minutes=-1)
    judged_at = world.now
    decided(world, held(world, "Zoe", made["id"]), HIDE, "Zoe")
    carried_out(world)
    outcomes.go_on(table(), key_of(world.item("outcome")), PROGRAM, world.now)
    world.later(minutes=1)
    go_on(world)
    (letter,) = [one for one in world.items("delivery") if one["sk"].startswith("delivery#told#author")]
    assert (letter["state"], WORDS in letter["request"]["text"]) == ("planned", True)
    world.now = judged_at + timedelta(days=OVER, minutes=-1)
    go_on(world)
    assert len(world.objects("evidence/")) == 1
    world.later(minutes=2)
    go_on(world)
    assert WORDS not in everything(world)
    assert world.objects("evidence/") == []


def removed(world: World, name: str = "d-1") -> str:
    given = {**ORIGIN, "decision": name, "subject": POST, "did": "removed", "outcome": "violation", "reason": "rules"}
    people = {"moderator": {"id": "m-1", "name": "Mo"}, "person": AUTHOR}
    event = DecisionReported.model_validate({**given, **people, "text": f"{WORDS} there", "decided_at": world.now})
    return records.record_decision(table(), builders.webhook("told", {}, world.now), event, Standards(), world.now)


def named(world: World, name: str = "d-1") -> tuple[Any, ...]:
    """The words, and the people, of a decision taken there."""
    item = next(one for one in world.items("decided") if one["decision"] == name)
    return item["text"], item["moderator"], item["person"]


def over(world: World) -> None:
    for _ in range(2):
        sweep.cases_over(table(), lambda: True)


def test_what_was_removed_there_and_never_reported_says_nothing_after_a_month_and_counts_once(world: World) -> None:
    assert removed(world) == "recorded"
    world.later(days=30, minutes=-1)
    over(world)
    assert WORDS in everything(world)
    world.later(minutes=1)
    over(world)
    assert named(world) == ("", {}, {})
    assert removed(world) == "duplicate"
    assert WORDS not in everything(world)


def test_what_is_removed_there_later_says_whose_it_is_until_its_case_is_over(told: World) -> None:
    told.later(days=10)
    removed(told)
    told.later(days=100)
    over(told)
    assert named(told)[2] == AUTHOR
    told.later(days=OVER)
    over(told)
    assert named(told) == ("", {}, {})


def test_what_is_removed_there_after_its_case_is_over_has_an_end_of_its_own(told: World) -> None:
    told.later(days=OVER + 1)
    over(told)
    removed(told)
    told.later(days=OVER + 1)
    over(told)
    assert WORDS not in everything(told)
    assert named(told) == ("", {}, {})


def explained(world: World) -> None:
    given = {**ORIGIN, "flag": "f", "subject": POST, "reason": "spam", "code": "spam", "comment": f"says {WORDS}"}
    by = {"reporter": {"id": "r-1", "name": "Rey"}, "explained_at": world.now}
    event = FlagExplained.model_validate({**given, **by})
    records.record_explanation(table(), builders.webhook("told", {}, world.now), event, Standards(), world.now)


def test_an_explanation_whose_report_never_came_is_gone_after_a_while(world: World) -> None:
    explained(world)
    world.later(days=34)
    over(world)
    assert WORDS in everything(world)  # A report that was parked may still come.
    world.later(days=1)
    over(world)
    assert world.items("flag") == []


@pytest.mark.parametrize("late", [False, True])
def test_an_explanation_whose_report_has_come_stays_with_it(world: World, late: bool) -> None:
    explained(world)
    if late:  # In the moment in which it would have gone.
        world.faults.at("dynamodb.DeleteItem", "before", lambda: flag(world))
    else:
        flag(world)
    world.later(days=40)
    over(world)
    assert (world.item("flag")["comment"], world.item("flag")["flag"]) == (f"says {WORDS}", "f")
    assert "due" not in world.item("flag")


def test_a_report_that_comes_as_its_explanation_goes_is_recorded(world: World) -> None:
    explained(world)
    world.later(days=40)
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: over(world))
    assert flag(world) == "recorded"
    assert world.item("flag")["comment"] == ""


def test_a_snapshot_that_its_case_did_not_name_goes_with_the_others(world: World) -> None:
    """Edited in the very moment of the decision."""
    flag(world, text=f"{WORDS}!")
    taken = held(world)
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: decided(world, taken))
    edited(world, f"{WORDS}, edited", 60)
    assert (len(world.objects("evidence/")), len(world.item("case")["evidence"])) == (2, 1)
    world.later(days=OVER + 1)
    over(world)
    assert world.objects("evidence/") == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", range(1, 14))
def test_cut_off_anywhere_it_goes_on(told: World, step: int, when: Any) -> None:
    told.later(days=OVER + 1)
    told.faults.forget()
    told.faults.at_number(step, when, crash)
    try:
        go_on(told)
    except Crash:
        told.faults.forget()
        go_on(told)
    assert WORDS not in everything(told)
    assert told.objects("evidence/") == []
    assert holds(told)
    assert [line["what"] for line in told.items("audit")].count("forgotten") == 1


def test_a_message_that_changed_since_loses_its_words_too(told: World) -> None:
    told.later(days=OVER - 5)
    edited(told, f"{WORDS}, edited again", (OVER - 5) * 86_400)
    version = told.item("message")["version"]
    told.later(days=6)
    go_on(told)
    assert WORDS not in everything(told)
    assert told.item("message")["version"] == version + 1  # Whoever folds something into it just now reads it again.


def test_a_newer_round_keeps_its_own(told: World) -> None:
    told.later(days=200)
    flag(told, "new", text="Banjo", comment="says Banjo")
    edited(told, "Banjo, edited", 200 * 86_400)
    told.later(days=14)
    go_on(told)
    left = everything(told)
    assert WORDS not in left
    assert "says Banjo" in left
    assert told.item("message")["text"] == "Banjo, edited"
    assert len(told.objects("evidence/")) == 2
    assert sorted(case["state"] for case in told.items("case")) == ["decided", "open"]


def test_a_letter_that_nobody_took_never_arrives_empty(told: World) -> None:
    author = told.delivery("told#author")
    listed = {"listing": "acme#deliveries-stuck#0", "listed_at": "x", "due": "DUE#delivery#0", "due_at": "9"}
    table().write(Update(key_of(author), set={"state": "stuck", **listed}))
    told.later(days=OVER + 1)
    go_on(told)
    row = told.delivery("told#author")
    assert (row["state"], row["request"]["text"], row["request"]["link"]) == ("cancelled", "", "")
    assert not row.keys() & {"due", "due_at", "listing", "listed_at"}


def test_a_letter_that_leaves_in_this_moment_is_left_to_the_next_sweep(told: World) -> None:
    author = told.delivery("told#author")
    table().write(Update(key_of(author), set={"state": "armed"}))
    told.later(days=OVER + 1)
    go_on(told)
    assert told.delivery("told#author")["request"]["text"]
    assert "due" in told.item("ends")
    table().write(Update(key_of(author), set={"state": "sent"}))
    go_on(told)
    assert WORDS not in everything(told)
    assert "due" not in told.item("ends")


def test_an_erasure_in_the_same_moment_is_not_undone(told: World) -> None:
    """Both empty the same line: what one of them took does not come back."""
    told.later(days=OVER + 1)
    line = next(line for line in told.items("audit") if line["what"] == "content edited")

    def erased() -> None:
        salts = {name: salt for name, salt in line["salts"].items() if name != "who"}
        table().write(Update(key_of(line), set={"who": "erased", "salts": salts}))

    told.faults.at("dynamodb.UpdateItem", "before", erased)
    go_on(told)
    go_on(told)
    found = next(line for line in told.items("audit") if line["what"] == "content edited")
    assert (found["who"], found["detail"]["text"]) == ("erased", "")
    assert holds(told)


def test_many_reports_are_gone_through_a_few_at_a_time(told: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "MOST", 2)
    told.later(days=OVER + 1)
    go_on(told)
    assert "due" in told.item("ends")
    for _ in range(4):
        go_on(told)
    assert WORDS not in everything(told)
    assert "due" not in told.item("ends")


def test_nobody_is_named_any_more_but_against_whom_a_measure_can_be_taken_back(told: World) -> None:
    appeal(told)
    decided(told, held(told, "Zoe"), HIDE.model_copy(update={"measures": ()}), "Zoe")
    measure = told.delivery("hide")["request"]["person"]
    told.later(days=OVER + 1)
    go_on(told)
    for row in told.items("delivery"):  # Those of the appeal were on their way.
        if row["purpose"] == "tell":
            table().write(Update(key_of(row), set={"state": "sent"}))
    go_on(told)
    kept = [item for item in told.every_item() if item.get("expires", 1e12) > told.now.timestamp()]
    named = [item for item in kept if any(name in json.dumps(item) for name in ("Kim", "Rey", "a-1", "r-1"))]
    assert [(item["sk"], item["request"]["person"]) for item in named] == [("delivery#hide", measure)]
    assert measure == {"id": "a-1", "name": "Kim"} | {name: measure[name] for name in measure.keys() - {"id", "name"}}
    assert holds(told)
    flag_ = told.item("flag")
    assert (flag_["flag"], flag_["reporter"], flag_["code"]) == ("erased", {}, "unknown")


def test_an_explanation_told_again_after_the_end_brings_nobody_back(told: World) -> None:
    told.later(days=OVER + 1)
    go_on(told)
    given = {"community": "acme", "source": "game", "platform": "standard_webhooks", "flag": "f", "subject": POST}
    why = {"code": "hate", "comment": WORDS, "reporter": {"id": "r-1", "name": "Rey"}, "explained_at": told.now}
    event = FlagExplained.model_validate({**given, **why})
    assert (
        records.record_explanation(table(), webhook("told", {}, told.now), event, Standards(), told.now) == "recorded"
    )
    assert told.item("flag")["code"] == "hate"
    assert WORDS not in everything(told)
    assert "Rey" not in everything(told)
