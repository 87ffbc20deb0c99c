"""From an approval to posts that are there once, and to what becomes of them afterwards."""

from datetime import timedelta
from typing import Any

import pytest

from cli import operator
from functions.announcements import plans, publishing, records
from functions.platforms.outgoing import Refused, Unknown, Wait
from functions.platforms.posting import Budget
from functions.shared import clock, outbox, program, switches
from functions.shared.table import Check, Item, Put, Table, Write, table
from tests.announcements import stage
from tests.announcements.stage import approve, content, now, published, row, written
from tests.delivery.board import dies, lost, said, swallowed
from tests.support.faults import crash
from tests.support.outside import status
from tests.support.world import World, needs_a_person

ALL = ("chat", "work", "channel")


def test_every_target_gets_it_once() -> None:
    with stage.stage() as (world, boards):
        published(world, *ALL)
        world.finish()
        assert [board.texts for board in boards.values()] == [["It snows."]] * 3
        assert [row(target)["state"] for target in ALL] == ["sent"] * 3
        assert records.whole(table(), "acme", "a1")["progress"] == "published"


def test_a_thread_goes_part_by_part_each_after_the_one_before() -> None:
    with stage.stage() as (world, boards):
        published(world, "chat", "work", body="One.\n\nTwo.\n\nThree.")
        world.finish()
        for name in ("discord", "slack"):
            assert list(boards[name].posts.values()) == [("One.", ""), ("Two.", "1"), ("Three.", "2")]
        assert row("chat", 3)["request"]["first"]["id"] == "1"


def test_a_plan_of_many_calls_is_written_page_by_page() -> None:
    with stage.stage() as (world, boards):
        body = "\n\n".join(f"Part {number}." for number in range(25))
        published(world, "chat", body=body)
        world.drain()
        assert boards["discord"].texts == [f"Part {number}." for number in range(25)]


def test_large_rows_are_written_in_smaller_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    with stage.stage() as (world, boards):
        monkeypatch.setattr(records, "PAGE_BYTES", 2000)
        sizes = []
        usual = Table.transact

        def transact(store: Table, writes: list[Write | Check]) -> None:
            sizes.append(sum(len(str(one.item["request"]["body"])) for one in writes if isinstance(one, Put)))
            usual(store, writes)

        body = "\n\n".join(f"Part {number} {'!' * 500}" for number in range(8))
        found = approve(world, written(world, content("chat", body=body)))
        monkeypatch.setattr(Table, "transact", transact)
        assert publishing.go_on(table(), found, program.active()[0], world.now)
        assert len(sizes) > 3
        assert max(sizes) < 2000
        monkeypatch.undo()
        world.drain()
        assert boards["discord"].texts == body.split("\n\n")


def test_what_cannot_be_stored_is_refused_before_anybody_relies_on_it() -> None:
    with stage.stage() as (world, _):
        found = written(world, content("chat", body="雪" * 59_000))
        with pytest.raises(plans.NotAllowedError, match="and 180,000 is the most: make it shorter"):
            written(world, content("chat", body="雪" * 60_000), "a2")
        with pytest.raises(plans.NotAllowedError, match="and 180,000 is the most: make it shorter"):
            records.revise(table(), found, content("chat", body="雪" * 60_000), "Mo", world.now)
        with pytest.raises(plans.NotAllowedError, match="chat: too large to be kept: 354,032 bytes in one piece"):
            approve(world, found)


@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.parametrize("when", ["before", "after"])
def test_expanding_a_plan_cut_off_goes_on_where_it_stopped(page: int, when: str) -> None:
    with stage.stage() as (world, boards):
        approve(world, written(world, content("chat", body="\n\n".join(f"Part {n}." for n in range(25)))))
        world.faults.at("dynamodb.TransactWriteItems", when, crash, nth=page)  # type: ignore[arg-type]
        world.upkeep()
        world.faults.forget()
        world.later(minutes=1)
        world.drain()
        assert boards["discord"].texts == [f"Part {number}." for number in range(25)]


# 4.5 (1): killed before arm, after arm, during the call, after the call before the write


@pytest.mark.parametrize("moment", ["before arm", "after arm", "call not made", "call made", "before the record"])
@pytest.mark.parametrize("target", ALL)
def test_killed_anywhere_there_is_one_post_or_a_person(target: str, moment: str) -> None:
    with stage.stage() as (world, boards):
        board = boards[{"chat": "discord", "work": "slack", "channel": "telegram"}[target]]
        approve(world, written(world, content(target)))
        world.upkeep()
        match moment:
            case "before arm":
                world.faults.at("dynamodb.TransactWriteItems", "before", crash)
            case "after arm":
                world.faults.at("dynamodb.TransactWriteItems", "after", crash)
            case "call not made":
                board.planned.append(dies(True, crash))
            case "call made":
                board.planned.append(dies(False, crash))
            case "before the record":
                world.faults.at("dynamodb.TransactWriteItems", "before", crash, nth=2)
        world.work("delivery")
        world.faults.forget()
        world.finish()
        if target != "channel":
            assert board.texts == ["It snows."]
            assert row(target)["state"] == "sent"
        elif moment == "before arm":
            assert board.texts == ["It snows."]
        else:
            assert row(target)["state"] == "unknown"
            assert len(board.posts) == (moment in ("call made", "before the record"))
            assert [one["key"] for one in needs_a_person(world)] == [row(target)["key"]]


@pytest.mark.parametrize("part", [1, 2, 3])
def test_a_thread_cut_off_in_any_part_resumes_there(part: int) -> None:
    with stage.stage() as (world, boards):
        board = boards["discord"]
        for _ in range(part - 1):
            board.planned.append(lambda make: make())
        board.planned.append(lost)
        published(world, "chat", body="One.\n\nTwo.\n\nThree.")
        world.finish()
        assert list(board.posts.values()) == [("One.", ""), ("Two.", "1"), ("Three.", "2")]


# 4.5 (2): the same message twice, and two workers


def test_the_same_message_twice_makes_one_call() -> None:
    with stage.stage() as (world, boards):
        published(world, "chat")
        one = row("chat")
        world.work("delivery", lose_answer=True)
        world.put_message("delivery", f"{one['pk']}\n{one['sk']}")
        world.finish()
        assert boards["discord"].sends == 1


# Unknown is a state


def test_outside_of_the_keys_window_it_is_looked_for_and_not_sent_again() -> None:
    with stage.stage() as (world, boards):
        board = boards["discord"]
        board.planned.append(lost)
        published(world, "chat")
        world.work("delivery")
        assert row("chat")["state"] == "unknown"
        world.later(minutes=10)  # Nobody came in time: the platform has forgotten the key.
        world.finish()
        assert board.texts == ["It snows."]
        assert (board.sends, board.looks) == (1, 1)
        assert row("chat")["state"] == "sent"


def test_readable_looks_four_times_then_sends_once_more() -> None:
    with stage.stage() as (world, boards):
        board = boards["slack"]
        board.planned.append(swallowed)
        published(world, "work")
        begun = world.now
        world.finish()
        assert (board.sends, board.looks) == (2, 4)
        assert board.texts == ["It snows."]
        took = clock.moment(row("work")["settled_at"]) - begun
        assert timedelta(seconds=755) < took < timedelta(minutes=20)


def test_readable_and_twice_swallowed_is_a_persons() -> None:
    with stage.stage() as (world, boards):
        boards["slack"].planned.extend([swallowed, swallowed])
        published(world, "work")
        world.finish()
        assert boards["slack"].sends == 2
        assert row("work")["state"] == "unknown"
        assert len(needs_a_person(world)) == 1


def test_blind_and_better_twice_is_sent_again() -> None:
    with stage.stage() as (world, boards):
        boards["telegram"].planned.append(lost)
        published(world, "channel", better_twice=True)
        world.finish()
        assert boards["telegram"].texts == ["It snows.", "It snows."]
        assert row("channel")["state"] == "sent"


def test_a_no_after_an_answer_was_lost_is_a_persons_to_judge() -> None:
    with stage.stage() as (world, boards):
        boards["discord"].planned.extend([swallowed, said(Refused("answered 403"))])
        published(world, "chat")
        world.finish()
        assert row("chat")["state"] == "unknown"
        assert "may have arrived" in row("chat")["reason"]


def test_a_failure_nobody_thought_of_is_unknown() -> None:
    def broken(make: object) -> Refused:
        raise ZeroDivisionError

    with stage.stage() as (world, boards):
        boards["telegram"].planned.append(broken)
        published(world, "channel")
        world.finish()
        assert row("channel")["state"] == "unknown"


def test_a_person_says_that_it_is_there_and_the_thread_goes_on() -> None:
    with stage.stage() as (world, boards):
        board = boards["telegram"]
        board.planned.append(lost)
        published(world, "channel", body="One.\n\nTwo.")
        world.finish()
        assert row("channel", 2)["state"] == "waiting"
        outbox.resolve(table(), row("channel"), "sent", "Ada", world.now, {"id": "1", "url": "https://t.example/1"})
        world.later(minutes=1)
        world.finish()
        assert list(board.posts.values()) == [("One.", ""), ("Two.", "1")]


def test_after_a_wait_the_key_is_good_for_as_long_as_after_a_first_attempt() -> None:
    with stage.stage() as (world, boards):
        board = boards["discord"]
        board.planned.extend([said(Wait(600, "busy")), swallowed])
        published(world, "chat")
        for _ in range(13):
            world.later(minutes=1)
            world.drain()
        assert (board.sends, board.looks) == (3, 1)
        assert board.texts == ["It snows."]


# 4.5 (4, 12): waiting, and rates that all workers share


def test_a_wait_holds_up_all_who_share_the_budget_and_nobody_else() -> None:
    with stage.stage() as (world, boards):
        shared = Budget("discord:acme")
        boards["discord"].budgets = (shared,)
        boards["discord"].planned.append(said(Wait(600, "answered 429", budget="discord:acme")))
        published(world, "chat", "work")
        world.drain()
        published(world, "chat", name="a2")
        world.drain()
        assert boards["discord"].sends == 1
        assert row("work")["state"] == "sent"
        assert row("chat", name="a2")["reason"] == "waits for its turn"
        assert row("chat", name="a2")["attempts"] == 0
        world.later(seconds=599)
        world.drain()
        assert boards["discord"].sends == 1
        world.finish()
        assert boards["discord"].texts == ["It snows.", "It snows."]


def test_twelve_in_an_hour_where_ten_may_go_ten_now_and_two_later() -> None:
    with stage.stage() as (world, boards):
        boards["discord"].budgets = (Budget("discord:publish:1", 10, 3600),)
        for number in range(12):
            approve(world, written(world, content("chat"), f"a{number}"))
        world.drain()
        assert boards["discord"].sends == 10
        world.later(minutes=59)
        world.drain()
        assert boards["discord"].sends == 10
        world.later(minutes=2)
        world.drain()
        assert len(boards["discord"].posts) == boards["discord"].sends == 12


def test_a_target_that_is_down_delays_no_other() -> None:
    with stage.stage() as (world, boards):
        for _ in range(5):
            boards["discord"].planned.append(said(Wait(3600, "answered 503")))
        published(world, *ALL)
        world.drain()
        assert [row(target)["state"] for target in ALL] == ["planned", "sent", "sent"]


# Late, held, paused


def test_a_late_announcement_is_missed_and_says_so() -> None:
    with stage.stage() as (world, boards):
        approve(world, written(world, content("chat")), at=world.now)
        world.later(hours=7)
        world.finish()
        assert now(world)["state"] == "missed"
        assert "time was over" in now(world)["reason"]
        assert not boards["discord"].posts


def test_a_delivery_that_had_to_wait_too_long_is_missed_and_listed() -> None:
    with stage.stage() as (world, boards):
        boards["discord"].planned.append(said(Wait(7 * 3600, "answered 429")))
        published(world, "chat")
        world.finish()
        assert row("chat")["state"] == "missed"
        assert len(needs_a_person(world)) == 1


def test_one_that_may_have_arrived_is_never_called_missed() -> None:
    with stage.stage() as (world, boards):
        boards["slack"].planned.append(lost)
        published(world, "work")
        world.work("delivery")
        world.later(hours=9)
        world.finish()
        assert row("work")["state"] == "sent"


def test_what_was_looked_for_and_never_arrived_is_not_posted_late() -> None:
    with stage.stage() as (world, boards):
        board = boards["discord"]
        board.window = 0
        board.planned.append(swallowed)
        published(world, "chat")
        world.work("delivery")
        looked = board.look
        board.look = lambda *given: Wait(0, "nobody there")  # type: ignore[method-assign, assignment]
        for _ in range(9):
            world.later(hours=1)
            world.drain()
        board.look = looked  # type: ignore[method-assign]
        world.finish()
        assert board.posts == {}
        assert row("chat")["state"] == "missed"
        assert len(needs_a_person(world)) == 1


def test_late_and_in_doubt_where_nobody_can_look_is_a_persons() -> None:
    with World() as world:
        world.outside.always = status(500)
        published(world, "site")
        for _ in range(9):
            world.later(hours=1)
            world.drain()
        world.outside.always = None
        world.finish()
        assert row("site")["reason"] == "its time is over, and nobody can say whether an earlier attempt arrived"
        assert [one["state"] for one in needs_a_person(world)] == ["unknown"]
        assert not world.outside.effects


def test_hold_wins_over_publish() -> None:
    with stage.stage() as (world, boards):
        switches.on(table(), "acme", switches.HOLD, "Ada", "an incident", world.now)
        published(world, "chat")
        world.later(minutes=30)
        world.drain()
        assert not boards["discord"].posts
        switches.off(table(), "acme", switches.HOLD, "Ada", world.now)
        world.later(minutes=2)
        world.finish()
        assert boards["discord"].texts == ["It snows."]


def test_hold_stops_what_is_on_its_way_already() -> None:
    with stage.stage() as (world, boards):
        boards["discord"].planned.append(said(Wait(60, "busy")))
        published(world, "chat")
        world.drain()
        records.hold(table(), now(world), "Ada", world.now, held=True)
        world.later(minutes=5)
        world.drain()
        assert not boards["discord"].posts
        records.hold(table(), now(world), "Ada", world.now, held=False)
        world.later(minutes=5)
        world.drain()
        assert boards["discord"].texts == ["It snows."]


def test_hold_stops_the_second_attempt_of_what_never_arrived() -> None:
    with stage.stage() as (world, boards):
        boards["discord"].planned.append(swallowed)
        published(world, "chat")
        world.work("delivery")
        records.hold(table(), now(world), "Ada", world.now, held=True)
        world.later(minutes=1)
        world.drain()
        assert (boards["discord"].sends, row("chat")["state"], row("chat")["reason"]) == (1, "unknown", "on hold")
        records.hold(table(), now(world), "Ada", world.now, held=False)
        for _ in range(10):
            world.later(minutes=3)
            world.drain()
        assert boards["discord"].texts == ["It snows."]


def test_a_hold_in_the_moment_before_the_call_wins_too() -> None:
    with stage.stage() as (world, boards):
        published(world, "chat")
        world.faults.at(
            "dynamodb.TransactWriteItems",
            "before",
            lambda: records.hold(table(), now(world), "Ada", world.now, held=True),
        )
        for _ in range(3):
            world.drain()
            world.later(minutes=1)
        assert boards["discord"].sends == 0
        records.hold(table(), now(world), "Ada", world.now, held=False)
        world.finish()
        assert boards["discord"].texts == ["It snows."]


def test_a_paused_target_gets_no_second_attempt_of_what_never_arrived() -> None:
    with stage.stage() as (world, boards):
        board = boards["discord"]
        board.planned.append(swallowed)
        published(world, "chat")
        world.work("delivery")
        switches.on(table(), "acme", "target-chat", "Ada", "too loud", world.now)
        for _ in range(7):
            world.later(minutes=3)
            world.drain()
        assert (board.sends, row("chat")["state"]) == (1, "held")
        outbox.kick(publishing.resume(table(), "acme", "chat", "Ada", world.now, send=True))
        world.finish()
        assert board.texts == ["It snows."]


def test_a_target_that_is_resumed_while_a_row_is_being_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    with stage.stage() as (world, boards):
        switches.on(table(), "acme", "target-chat", "Ada", "too loud", world.now)
        published(world, "chat")
        usual = switches.which

        def which(*given: Any) -> dict[str, Item]:
            found = usual(*given)
            monkeypatch.setattr(switches, "which", usual)
            publishing.resume(table(), "acme", "chat", "Ada", world.now, send=False)
            return found

        monkeypatch.setattr(switches, "which", which)
        world.finish()
        assert boards["discord"].texts == ["It snows."]


def test_what_was_let_go_without_what_piled_up_is_told_as_missed() -> None:
    with stage.stage() as (world, _):
        switches.on(table(), "acme", "target-chat", "Ada", "too loud", world.now)
        published(world, "chat", body="One.\n\nTwo.")
        world.drain()
        assert records.whole(table(), "acme", "a1")["progress"] == "needs a person"
        publishing.resume(table(), "acme", "chat", "Ada", world.now, send=False)
        world.drain()
        assert records.whole(table(), "acme", "a1")["progress"] == "missed"


def test_resuming_a_target_floods_nothing() -> None:
    with stage.stage() as (world, boards):
        switches.on(table(), "acme", "target-chat", "Ada", "too loud", world.now)
        for number in range(3):
            published(world, "chat", name=f"a{number}")
        world.drain()
        assert [row("chat", name=f"a{number}")["state"] for number in range(3)] == ["held"] * 3
        outbox.kick(publishing.resume(table(), "acme", "chat", "Ada", world.now, send=False))
        published(world, "chat", name="after", body="Now.")
        world.finish()
        assert boards["discord"].texts == ["Now."]
        assert {row("chat", name=f"a{number}")["state"] for number in range(3)} == {"missed"}


def test_what_piled_up_is_sent_when_it_is_asked_for() -> None:
    with stage.stage() as (world, boards):
        switches.on(table(), "acme", "target-chat", "Ada", "too loud", world.now)
        published(world, "chat")
        world.drain()
        world.later(hours=20)
        for _ in range(2):
            outbox.kick(publishing.resume(table(), "acme", "chat", "Ada", world.now, send=True))
        world.finish()
        assert boards["discord"].sends == 1
        assert boards["discord"].texts == ["It snows."]


# 4.5 (10): a dead credential


def test_a_dead_credential_pauses_the_target_once_and_goes_on_after_it_is_mended() -> None:
    with stage.stage() as (world, boards):
        board = boards["discord"]
        board.planned.extend([lambda make: make(), said(Refused("answered 401: put a new token", unauthorized=True))])
        published(world, "chat", "work", body="One.\n\nTwo.")
        published(world, "chat", name="a2", body="Later.")
        world.finish()
        assert boards["slack"].texts == ["One.", "Two."]
        assert row("chat", 2)["state"] == "held"
        assert row("chat", name="a2")["state"] in ("held", "sent")
        (switch,) = table().listing("acme", switches.LISTING)
        assert switch["reason"] == "answered 401: put a new token"
        assert not needs_a_person(world)
        outbox.kick(publishing.resume(table(), "acme", "chat", "Ada", world.now, send=True))
        world.finish()
        assert sorted(board.texts) == ["Later.", "One.", "Two."]


# Approval


def test_only_what_was_seen_can_be_approved() -> None:
    with stage.stage() as (world, _):
        found = written(world, content("chat"))
        records.revise(table(), found, content("chat", body="Something else."), "Mo", world.now)
        seen = publishing.preview(table(), "acme", "a1", content("chat"), program.active()[0]).hash
        with pytest.raises(plans.NotAllowedError, match="not what you saw"):
            publishing.approve(
                table(), now(world), "Ada", seen, program.active()[0], world.now, "now", "UTC", world.now
            )


def test_any_change_voids_an_approval() -> None:
    with stage.stage() as (world, boards):
        found = approve(world, written(world, content("chat")), at=world.now + timedelta(hours=1))
        assert found["state"] == "scheduled"
        records.revise(table(), found, content("chat", body="Something else."), "Mo", world.now)
        assert now(world)["state"] == "draft"
        assert "approved" not in now(world)
        world.later(hours=2)
        world.finish()
        assert not boards["discord"].posts


def test_a_program_that_changes_what_would_be_sent_voids_it_too() -> None:
    with stage.stage() as (world, boards):
        approve(world, written(world, content("chat")), at=world.now + timedelta(hours=1))
        operator.push(stage.PROGRAM.replace('place = "1"', 'place = "2"'), "tests")
        world.later(hours=1)
        world.finish()
        assert now(world)["state"] == "draft"
        assert "has changed since it was approved" in now(world)["reason"]
        assert not boards["discord"].posts


def test_a_change_that_is_saved_while_somebody_says_yes_to_the_words_before_it_wins() -> None:
    with stage.stage() as (world, boards):
        found = written(world, content("chat"))
        world.faults.at(
            "s3.PutObject",
            "after",
            lambda: records.revise(table(), now(world), content("chat", body="It rains."), "Mo", world.now),
        )
        with pytest.raises(plans.NotAllowedError, match="look again"):
            approve(world, found)
        assert now(world)["state"] == "draft"
        world.finish()
        assert not boards["discord"].posts


def test_the_author_does_not_approve_where_somebody_else_has_to() -> None:
    text = stage.PROGRAM.replace('timezone = "Europe/Paris"\n', 'timezone = "Europe/Paris"\napproval = "another"\n', 1)
    with stage.stage(text) as (world, _):
        found = written(world, content("chat"), author="Mo")
        with pytest.raises(plans.NotAllowedError, match="somebody else has to approve"):
            approve(world, found, who="Mo")
        assert approve(world, found, who="Ada")["state"] == "scheduled"


# 4.5 (11): afterwards


def test_a_change_is_carried_to_every_part_once_it_is_approved() -> None:
    with stage.stage() as (world, boards):
        published(world, "chat", "work", body="One.\n\nTwo.")
        world.finish()
        records.revise(table(), now(world), content("chat", "work", body="One.\n\n2."), "Mo", world.now)
        world.finish()
        assert boards["discord"].texts == ["One.", "Two."]
        approve(world, now(world))
        world.finish()
        world.later(minutes=2)
        world.finish()
        assert boards["discord"].texts == boards["slack"].texts == ["One.", "2."]
        assert now(world)["state"] == "published"
        assert now(world)["cannot"] == []


@pytest.mark.parametrize(("body", "left"), [("One.", ["One."]), ("One.\n\nTwo.\n\nThree.", ["One.", "Two.", "Three."])])
def test_a_change_may_make_a_thread_shorter_or_longer(body: str, left: list[str]) -> None:
    with stage.stage() as (world, boards):
        published(world, "chat", body="One.\n\nTwo.")
        world.finish()
        records.revise(table(), now(world), content("chat", body=body), "Mo", world.now)
        approve(world, now(world))
        world.finish()
        for _ in range(3):
            world.later(minutes=2)
            world.finish()
        assert boards["discord"].texts == left
        assert now(world)["state"] == "published"


def test_what_cannot_be_changed_is_told() -> None:
    with stage.stage() as (world, boards):
        boards["slack"].EDIT = "no"
        published(world, "chat", "work")
        world.finish()
        records.revise(table(), now(world), content("chat", "work", body="It rains."), "Mo", world.now)
        approve(world, now(world))
        world.finish()
        world.later(minutes=2)
        world.finish()
        assert boards["discord"].texts == ["It rains."]
        assert boards["slack"].texts == ["It snows."]
        assert now(world)["cannot"] == ["work https://board.example/1: cannot be changed by a program"]


def test_withdrawn_everywhere() -> None:
    with stage.stage() as (world, boards):
        published(world, *ALL, body="One.\n\nTwo.")
        world.finish()
        records.withdraw(table(), now(world), "Ada", world.now)
        world.finish()
        world.later(minutes=2)
        world.finish()
        assert not any(board.posts for board in boards.values())
        assert now(world)["state"] == "withdrawn"


@pytest.mark.parametrize("fault", [lost, swallowed], ids=["made", "not made"])
@pytest.mark.parametrize("target", ["chat", "work"])
def test_withdrawn_while_nobody_knows_leaves_nothing_behind(target: str, fault: object) -> None:
    with stage.stage() as (world, boards):
        board = boards["discord" if target == "chat" else "slack"]
        board.planned.append(fault)  # type: ignore[arg-type]
        published(world, target, body="One.\n\nTwo.")
        world.work("delivery")
        assert row(target)["state"] == "unknown"
        records.withdraw(table(), now(world), "Ada", world.now)
        for _ in range(10):
            world.later(minutes=3)
            world.drain()
        assert board.posts == {}
        assert now(world)["state"] == "withdrawn"
        assert row(target, 2)["state"] == "cancelled"


def test_withdrawn_in_the_moment_before_the_call() -> None:
    with stage.stage() as (world, boards):
        published(world, "chat")
        armed: list[None] = []

        def withdraw() -> None:
            if not armed:
                armed.append(None)
                records.withdraw(table(), now(world), "Ada", world.now)

        world.faults.at("dynamodb.TransactWriteItems", "before", withdraw)
        world.work("delivery")
        for _ in range(5):
            world.later(minutes=1)
            world.drain()
        assert boards["discord"].sends == 0
        assert now(world)["state"] == "withdrawn"


# Read back


def test_what_people_do_with_it_is_read_back_after_an_hour_a_day_and_a_week() -> None:
    with stage.stage() as (world, _):
        published(world, "chat")
        world.drain()
        sent = world.now
        world.later(hours=1)
        world.drain()
        first = row("chat")["reactions"]
        assert (first["likes"], first["at"]) == (1, clock.text(sent + timedelta(hours=1)))
        world.finish()
        counting = table().get("acme#announcement#a1", "delivery#chat#en#01#count")
        assert counting is not None
        assert (counting["state"], counting["counts"]) == ("sent", 3)
        assert world.now - sent > timedelta(days=6)


def test_reading_back_that_fails_bothers_nobody() -> None:
    with stage.stage() as (world, boards):
        boards["discord"].count = lambda *given: Unknown("answered 500")  # type: ignore[method-assign,assignment]
        published(world, "chat")
        world.finish()
        assert not needs_a_person(world)
