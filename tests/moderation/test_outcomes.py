"""What follows a decision: those whom it concerns are told once each, and reporters' figures are right."""

from typing import Any

import pytest

from events.moderation import Decision, DecisionReported
from functions.moderation import records
from functions.moderation.standards import Standards
from functions.shared.table import Item, Update, table
from tests.moderation.people import HIDE, NOTHING, carried_out, decided, held
from tests.support import builders
from tests.support.faults import crash
from tests.support.outside import status
from tests.support.world import World

KIM, PAT = {"id": "u-7", "name": "kim"}, {"id": "u-8", "name": "pat"}
AUTHOR = "4417"
"""Whose message `builders.flag` is about."""


def flagged(world: World, number: int, **more: Any) -> None:
    world.handle(builders.flag(world.now, flag=f"f-{number}", reporter={"id": f"r-{number}", "name": "r"}, **more))


def told(world: World) -> dict[str, Item]:
    """Who was told, by their account."""
    return {row["request"]["person"]["id"]: row for row in world.items("delivery") if row["purpose"] == "tell"}


def figures(world: World, number: int) -> tuple[int, int]:
    pk, _ = records.figures_key("acme", "game", f"r-{number}")
    found = next((item for item in world.items("figures") if item["pk"] == pk), {})
    return found.get("agreed", 0), found.get("disagreed", 0)


def go_through(world: World) -> None:
    """All of them have their row; nothing is sent yet."""
    for _ in range(10):
        world.upkeep()
    assert "due" not in world.item("outcome")


def test_author_and_reporters_are_told_what_was_decided(world: World) -> None:
    flagged(world, 1, text="Go home")
    flagged(world, 2)
    decided(world, held(world))
    world.finish()
    assert set(told(world)) == {AUTHOR, "r-1", "r-2"}
    assert {row["state"] for row in told(world).values()} == {"sent"}
    letter = told(world)[AUTHOR]["request"]
    assert "breaks a rule" in letter["text"]
    assert "“Go home”" in letter["text"]
    assert "Why: Harassment, rule 2." in letter["text"]
    assert "What was done: it is hidden." in letter["text"]
    assert letter["link"].startswith("https://liaison.example/appeals/acme/")
    assert "Go home" not in told(world)["r-1"]["request"]["text"]


def test_nobody_is_bothered_about_what_was_fine_all_along(world: World) -> None:
    flagged(world, 1)
    decided(world, held(world), NOTHING)
    world.finish()
    assert set(told(world)) == {"r-1"}
    assert "breaks no rule" in told(world)["r-1"]["request"]["text"]


def test_where_nothing_was_done_nobody_is_told_that_somebody_acted(world: World) -> None:
    flagged(world, 1)
    decided(world, held(world), Decision(outcome="violation", measures=("resolve",), explanation="Rude, and it stays."))
    carried_out(world)
    go_through(world)
    assert "breaks a rule of the community." in told(world)["r-1"]["request"]["text"]


def test_where_something_was_done_that_is_told_and_not_what(world: World) -> None:
    flagged(world, 1)
    decided(world, held(world))
    carried_out(world)
    go_through(world)
    letter = told(world)["r-1"]["request"]["text"]
    assert "breaks a rule of the community, and acted on it." in letter
    assert "hid" not in letter


def test_what_is_let_through_is_told(world: World) -> None:
    flagged(world, 1)
    decided(world, held(world), NOTHING.model_copy(update={"measures": ("approve",)}))
    world.finish()
    assert "it can be read again" in told(world)[AUTHOR]["request"]["text"]


def test_figures_say_who_was_right(world: World) -> None:
    flagged(world, 1)
    decided(world, held(world))
    world.finish()
    assert figures(world, 1) == (1, 0)
    flagged(world, 1, subject="other")
    decided(world, held(world), NOTHING)
    world.finish()
    assert figures(world, 1) == (1, 1)


def test_a_report_is_recorded_whatever_figures_its_reporter_has(world: World) -> None:
    """They went with an account, and several decisions were overturned in that moment."""
    key = records.figures_key("acme", "game", "r-1")
    table().write(Update(key, set={"kind": "figures"}, add={"agreed": -3}))
    flagged(world, 1)
    assert world.item("case")["flags"] == 1


def test_somebody_who_was_right_often_weighs_more(world: World) -> None:
    for number in range(6):
        world.handle(builders.flag(world.now, flag=f"x-{number}", subject=str(number), reporter=PAT))
        decided(world, held(world))
        world.finish()
    world.handle(builders.flag(world.now, flag="new", subject="n", reporter=PAT))
    world.handle(builders.flag(world.now, flag="first", subject="m", reporter=KIM))
    weights = {flag["flag"]: flag["weight"] for flag in world.items("flag")}
    assert weights["new"] > 1.5 * weights["first"] > 0


def test_a_late_report_is_counted_answered_and_no_new_case(world: World) -> None:
    flagged(world, 1)
    decided(world, held(world))
    world.finish()
    world.later(days=1)
    flagged(world, 2)
    world.finish()
    assert (world.item("case")["flags"], world.item("case")["repeats"]) == (2, 1)
    letter = told(world)["r-2"]["request"]["text"]
    assert "decided already" in letter
    assert "breaks a rule" in letter
    assert figures(world, 2) == (0, 0)  # Everybody can repeat what is decided already.
    assert len(told(world)) == 3


def test_two_reports_of_one_person_are_two_answers_and_two_figures(world: World) -> None:
    for flag in ("a", "b"):
        world.handle(builders.flag(world.now, flag=flag, reporter={"id": "r-1", "name": "r"}))
    decided(world, held(world))
    world.finish()
    assert figures(world, 1) == (2, 0)


def test_many_are_told_page_by_page(world: World) -> None:
    for number in range(20):
        flagged(world, number)
    decided(world, held(world))
    carried_out(world)
    go_through(world)
    assert len(told(world)) == 21
    assert [figures(world, number) for number in range(20)] == [(1, 0)] * 20
    assert "due" not in world.item("outcome")


@pytest.mark.parametrize("at", range(8))
def test_cut_off_anywhere_everybody_is_told_once(world: World, at: int) -> None:
    for number in range(14):
        flagged(world, number)
    decided(world, held(world))
    carried_out(world)
    world.faults.at("dynamodb.TransactWriteItems", "after" if at % 2 else "before", crash, nth=1 + at // 2)
    go_through(world)
    assert len(told(world)) == 15
    assert [figures(world, number) for number in range(14)] == [(1, 0)] * 14


def test_whoever_takes_no_messages_bothers_nobody(world: World) -> None:
    flagged(world, 1)
    decided(world, held(world), Decision(outcome="violation", explanation="Rude."))
    world.outside.always = status(403)
    world.finish()
    assert not [row for row in told(world).values() if "listing" in row]


def test_they_are_told_in_their_language(world: World) -> None:
    world.handle(
        builders.webhook(
            "flag.raised",
            {
                "id": "f-1",
                "reason": "spam",
                "at": world.now.isoformat(),
                "subject": {
                    "kind": "post",
                    "id": "p",
                    "text": "Kauft Gold",
                    "language": "de-AT",
                    "author": {"id": AUTHOR},
                },
                "reporter": {"id": "r-1", "name": "r"},
            },
            world.now,
        )
    )
    decided(world, held(world))
    world.finish()
    assert told(world)[AUTHOR]["request"]["title"] == "Zu dem, was Sie geschrieben haben"
    assert told(world)["r-1"]["request"]["title"] == "About your report"


def test_a_case_with_a_thousand_answers_can_still_be_shown(world: World) -> None:
    for number in range(records.MOST_SHOWN + 2):
        flagged(world, number)
    decided(world, held(world), HIDE)
    carried_out(world)
    go_through(world)
    whole = records.whole(table(), "acme", world.item("case")["id"])
    assert [row["request"]["measure"] for row in whole["deliveries"]] == ["hide"]
    assert len(whole["told"]) == records.MOST_SHOWN


def test_whoever_reports_while_the_first_are_told_is_told_too(world: World) -> None:
    """The page that was read before the report must not end the telling."""
    flagged(world, 1)
    decided(world, held(world))
    carried_out(world)
    late = builders.flag(world.now, flag="late", reporter={"id": "r-2", "name": "r"})
    world.faults.at("dynamodb.TransactWriteItems", "before", lambda: world.handle(late))
    world.finish()
    assert {"r-1", "r-2"} <= set(told(world))
    assert "due" not in world.item("outcome")


def test_a_long_reason_of_the_platform_s_keeps_nobody_from_being_told(world: World) -> None:
    flagged(world, 1)
    case = world.item("case")
    given = DecisionReported.model_validate(
        {
            "community": "acme",
            "source": "game",
            "platform": "standard_webhooks",
            "decision": "d-1",
            "subject": case["subject"],
            "did": "removed",
            "outcome": "violation",
            "reason": "long " * 2_000,
            "decided_at": world.now,
        }
    )
    records.record_decision(table(), builders.flag(world.now, flag="other"), given, Standards(), world.now)
    world.finish()
    assert set(told(world)) == {"r-1"}  # Whoever wrote it is told by the platform itself.
    assert "due" not in world.item("outcome")


def test_nobody_is_told_while_it_is_on_its_way_for_a_day_at_most(world: World) -> None:
    flagged(world, 1)
    decided(world, held(world))
    world.outside.always = status(503)
    for _ in range(30):
        world.drain()
        world.later(minutes=30)
    assert not told(world)
    world.later(hours=10)
    world.outside.always = None
    world.upkeep()
    assert "What was done" not in told(world)[AUTHOR]["request"]["text"]
    assert "acted on it" not in told(world)["r-1"]["request"]["text"]


def test_what_was_refused_is_not_told_as_done(world: World) -> None:
    flagged(world, 1)
    decided(world, held(world))
    world.outside.next = [status(403)]
    world.finish()
    assert world.delivery("hide")["state"] == "refused"
    assert "What was done" not in told(world)[AUTHOR]["request"]["text"]
