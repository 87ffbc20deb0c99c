"""What was announced, changed or taken back: whatever was under way, and in whatever order it comes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cli import operator
from events.announcements import ChangeRequested
from functions.announcements import publishing, records
from functions.platforms.outgoing import Outcome, Refused, Sent, Unknown, Wait
from functions.platforms.posting import Budget, Part, Post, Rendering
from functions.shared import outbox, program, switches
from functions.shared.table import Item, table
from tests.announcements import stage
from tests.announcements.stage import approve, content, now, published, row, written
from tests.delivery.board import Board, lost, said, swallowed
from tests.support import builders
from tests.support.faults import answer_lost, crash
from tests.support.outside import silent, status
from tests.support.world import World, needs_a_person


def passes(world: World, minutes: int = 5) -> None:
    for _ in range(minutes):
        world.later(minutes=1)
        world.drain()


def changed(world: World, *targets: str, **changes: Any) -> Item:
    """Other words, said yes to; not carried anywhere yet."""
    records.revise(table(), now(world), content(*targets, **changes), "Mo", world.now)
    return approve(world, now(world))


def withdrawn(world: World) -> None:
    records.withdraw(table(), now(world), "Ada", world.now)


def edit(target: str = "chat", part: int = 1, revision: int = 2) -> Item:
    found = table().get("acme#announcement#a1", f"delivery#{target}#en#{part:02d}#edit-{revision}")
    assert found is not None
    return found


@contextmanager
def there(*targets: str, **changes: Any) -> Iterator[tuple[World, dict[str, Board]]]:
    with stage.stage() as (world, boards):
        published(world, *targets, **changes)
        world.drain()
        yield world, boards


# What an edit calls it


def renaming(board: Board) -> None:
    """Like a stream's schedule: whoever changes an entry may get it back under another id."""

    def change(wanted: ChangeRequested, to: object, key: str, hands: object) -> Outcome:
        name = wanted.posted["id"]
        if name not in board.posts:
            return Refused(f"there is no {name}")
        after = f"{name}+"
        board.posts[after] = (wanted.body["text"], board.posts.pop(name)[1])
        fault = board.planned.popleft() if board.planned else None
        sent = Sent(after, f"https://board.example/{after}")
        return fault(lambda: sent) if fault else sent

    board.edit = change  # type: ignore[method-assign, assignment]


def test_what_an_edit_calls_it_is_what_is_changed_and_withdrawn_next() -> None:
    with there("chat") as (world, boards):
        renaming(boards["discord"])
        changed(world, "chat", body="Once.")
        passes(world)
        assert row("chat")["posted"] == {"id": "1+", "url": "https://board.example/1+", "cid": "c1"}
        changed(world, "chat", body="Twice.")
        passes(world)
        assert boards["discord"].posts == {"1++": ("Twice.", "")}
        withdrawn(world)
        passes(world)
        assert boards["discord"].posts == {}
        assert now(world)["cannot"] == []


@pytest.mark.parametrize("fault", [crash, answer_lost])
def test_what_an_edit_calls_it_is_kept_in_the_moment_it_is_recorded(fault: Any) -> None:
    with there("chat") as (world, boards):
        board = boards["discord"]
        renaming(board)
        changed(world, "chat", body="Once.")
        world.upkeep()
        world.faults.at("dynamodb.TransactWriteItems", "after", fault)
        world.work("delivery")
        world.faults.forget()
        assert (edit()["state"], row("chat")["posted"]["id"]) == ("sent", "1+")


def test_a_withdrawal_waits_for_the_edit_that_is_under_way() -> None:
    with there("chat") as (world, boards):
        renaming(boards["discord"])
        changed(world, "chat", body="Once.")
        world.upkeep()
        world.faults.at("dynamodb.TransactWriteItems", "before", lambda: (withdrawn(world), world.upkeep()))
        passes(world)
        assert boards["discord"].posts == {}
        assert now(world)["state"] == "withdrawn"
        assert now(world)["cannot"] == []


def test_an_edit_that_fails_again_and_again_does_not_keep_it_there() -> None:
    with there("chat") as (world, boards):
        boards["discord"].edit = lambda *given: Unknown("answered 500")  # type: ignore[method-assign]
        changed(world, "chat", body="It rains.")
        world.drain()
        withdrawn(world)
        passes(world, 6)
        assert boards["discord"].posts == {}


def test_a_correcting_reply_does_not_take_the_name_of_what_it_corrects() -> None:
    with stage.stage() as (world, boards):
        board = boards["discord"]
        board.EDIT = "reply"
        board.edit = lambda *given: board.made(given[0], given[2])  # type: ignore[method-assign]
        published(world, "chat")
        world.drain()
        changed(world, "chat", body="It rains.")
        passes(world)
        assert board.texts == ["It snows.", "It rains."]
        assert row("chat")["posted"]["id"] == "1"
        withdrawn(world)
        passes(world)
        assert board.posts == {}


# Threads that change their length


def test_a_part_that_was_taken_back_comes_back_with_a_later_change() -> None:
    with there("chat", "work", body="One.\n\nTwo.") as (world, boards):
        changed(world, "chat", body="One.")
        passes(world)
        assert (boards["discord"].texts, boards["slack"].texts) == (["One."], [])
        changed(world, "chat", "work", body="One.\n\nTwo.")
        passes(world)
        assert boards["discord"].texts == boards["slack"].texts == ["One.", "Two."]
        assert [answers for _, answers in boards["slack"].posts.values()] == ["", "3"]
        assert now(world)["state"] == "published"
        withdrawn(world)
        passes(world)
        assert not boards["discord"].posts
        assert not boards["slack"].posts


def test_a_thread_that_grows_before_its_first_part_is_there() -> None:
    with stage.stage() as (world, boards):
        boards["discord"].planned.append(said(Wait(600, "busy")))
        published(world, "chat", body="One.")
        world.drain()
        changed(world, "chat", body="One.\n\nTwo.\n\nThree.")
        passes(world, 15)
        assert list(boards["discord"].posts.values()) == [("One.", ""), ("Two.", "1"), ("Three.", "2")]


def test_a_thread_that_grows_while_its_last_part_is_in_doubt() -> None:
    with stage.stage() as (world, boards):
        boards["slack"].planned.append(lost)
        published(world, "work", body="One.")
        world.work("delivery")
        assert row("work")["state"] == "unknown"
        changed(world, "work", body="One.\n\nTwo.")
        passes(world, 8)
        assert boards["slack"].texts == ["One.", "Two."]
        assert now(world)["state"] == "published"


def publishing_after(board: Board) -> None:
    """Like an announcement channel of Discord's: a step of its own for each message, after all of them."""
    usual = board.render

    def render(post: Post, target: Any) -> Rendering:
        parts = usual(post, target).parts
        steps = (Part({"publish": number, "text": f"[{number}]"}, "", board.kind, step="publish") for number in (1, 2))
        return Rendering((*parts, *(step for step, _ in zip(steps, parts, strict=False))))

    board.render = render  # type: ignore[method-assign]


def test_a_change_while_half_of_a_thread_is_there() -> None:
    with stage.stage() as (world, boards):
        boards["discord"].planned.extend([lambda make: make(), said(Wait(600, "busy"))])
        published(world, "chat", body="One.\n\nTwo.\n\nThree.")
        world.drain()
        changed(world, "chat", body="1.\n\n2.")
        passes(world, 15)
        assert list(boards["discord"].posts.values()) == [("1.", ""), ("2.", "1")]
        assert row("chat", 3)["state"] == "cancelled"
        assert now(world)["state"] == "published"


def test_words_never_take_the_place_of_a_step_without_words() -> None:
    with stage.stage() as (world, boards):
        board = boards["discord"]
        publishing_after(board)
        published(world, "chat", body="One.")
        world.drain()
        assert board.texts == ["One.", "[1]"]
        changed(world, "chat", body="One.\n\nTwo.")
        passes(world)
        assert list(board.posts.values()) == [("One.", ""), ("[1]", "1"), ("Two.", "1"), ("[2]", "3")]
        assert now(world)["cannot"] == []


def test_a_part_in_other_words_keeps_its_turn_while_the_one_before_is_recorded() -> None:
    with stage.stage() as (world, boards):
        published(world, "chat", body="One.\n\nTwo.")

        def change() -> None:
            changed(world, "chat", body="One.\n\n2.")
            world.upkeep()

        # The first transaction arms the first part, the second records it and lets the next one go.
        world.faults.at("dynamodb.TransactWriteItems", "before", change, nth=2)
        passes(world)
        assert boards["discord"].texts == ["One.", "2."]


def test_a_next_part_that_is_cancelled_in_this_moment_disturbs_nobody() -> None:
    with stage.stage() as (world, boards):
        published(world, "chat", body="One.\n\nTwo.")

        def withdraw() -> None:
            withdrawn(world)
            world.upkeep()

        world.faults.at("dynamodb.TransactWriteItems", "before", withdraw, nth=2)
        passes(world)
        assert not boards["discord"].posts
        assert not world.failures


def test_withdrawn_between_two_pages_of_a_long_plan() -> None:
    with stage.stage() as (world, boards):
        approve(world, written(world, content("chat", body="\n\n".join(f"Part {n}." for n in range(50)))))
        world.faults.at("dynamodb.TransactWriteItems", "before", lambda: withdrawn(world), nth=2)
        passes(world)
        assert not boards["discord"].posts
        assert now(world)["state"] == "withdrawn"
        assert not world.failures


# What was not sent, and what could not be changed


@pytest.mark.parametrize("state", ["refused", "stuck"])
def test_what_a_person_sends_again_is_sent_as_it_was_last_approved(state: str) -> None:
    with stage.stage() as (world, boards):
        answers = [Refused("no")] if state == "refused" else [Wait(0, "nobody there")] * 13
        boards["discord"].planned.extend(said(one) for one in answers)
        published(world, "chat", useless_after=7 * 86400)
        world.finish()
        assert row("chat")["state"] == state
        changed(world, "chat", body="It rains.")
        passes(world)
        outbox.resolve(table(), row("chat"), "again", "Ada", world.now)
        passes(world)
        assert boards["discord"].texts == ["It rains."]


def test_an_edit_that_a_later_one_replaced_cannot_be_sent_again() -> None:
    with there("chat") as (world, boards):
        board = boards["discord"]
        usual = board.edit
        board.edit = lambda *given: Refused("not now")  # type: ignore[method-assign]
        changed(world, "chat", body="Once.")
        passes(world)
        assert [one["purpose"] for one in needs_a_person(world)] == ["edit"]
        board.edit = usual  # type: ignore[method-assign]
        changed(world, "chat", body="Twice.")
        passes(world)
        assert board.texts == ["Twice."]
        assert not needs_a_person(world)
        assert edit()["state"] == "cancelled"
        assert now(world)["cannot"] == []


def test_what_a_person_found_without_its_name_is_theirs_to_change_and_to_take_back() -> None:
    with stage.stage() as (world, boards):
        boards["telegram"].planned.append(lost)
        published(world, "channel")
        world.drain()
        outbox.resolve(table(), row("channel"), "sent", "Ada", world.now)
        changed(world, "channel", body="It rains.")
        passes(world)
        assert now(world)["cannot"] == ["channel: cannot be changed by a program"]
        withdrawn(world)
        passes(world)
        assert now(world)["cannot"] == ["channel: cannot be taken back by a program"]
        assert boards["telegram"].withdrawn == []
        assert not needs_a_person(world)


def test_a_withdrawn_part_that_was_refused_is_nobodys_riddle_any_more() -> None:
    with stage.stage() as (world, boards):
        boards["discord"].planned.append(said(Refused("no")))
        published(world, "chat", "work")
        world.drain()
        withdrawn(world)
        passes(world)
        assert not boards["slack"].posts
        assert not needs_a_person(world)


# Hold, pause, a dead credential


@pytest.mark.parametrize("whose", ["announcement", "community", "target"])
def test_a_hold_or_a_pause_stops_a_change_too(whose: str) -> None:
    with there("chat") as (world, boards):
        if whose == "announcement":
            records.hold(table(), now(world), "Ada", world.now, held=True)
        name = switches.HOLD if whose == "community" else switches.target("chat")
        if whose != "announcement":
            switches.on(table(), "acme", name, "Ada", "an incident", world.now)
        changed(world, "chat", body="It rains.")
        passes(world)
        assert boards["discord"].texts == ["It snows."]
        if whose == "announcement":
            records.hold(table(), now(world), "Ada", world.now, held=False)
        elif whose == "community":
            switches.off(table(), "acme", name, "Ada", world.now)
        else:
            outbox.kick(publishing.resume(table(), "acme", "chat", "Ada", world.now, send=False))
        passes(world)
        assert boards["discord"].texts == ["It rains."]


def test_what_is_withdrawn_goes_whatever_is_on_hold_or_paused() -> None:
    with there("chat") as (world, boards):
        switches.on(table(), "acme", switches.HOLD, "Ada", "an incident", world.now)
        switches.on(table(), "acme", switches.target("chat"), "Ada", "an incident", world.now)
        withdrawn(world)
        passes(world)
        assert boards["discord"].posts == {}


def test_a_withdrawal_that_met_a_dead_credential_is_made_when_the_target_goes_on() -> None:
    with there("chat") as (world, boards):
        board = boards["discord"]
        usual = board.withdraw
        board.withdraw = lambda *given: Refused("answered 401", unauthorized=True)  # type: ignore[method-assign]
        withdrawn(world)
        passes(world)
        (switch,) = table().listing("acme", switches.LISTING)
        assert switch["reason"] == "answered 401"
        board.withdraw = usual  # type: ignore[method-assign]
        outbox.kick(publishing.resume(table(), "acme", "chat", "Ada", world.now, send=False))
        passes(world)
        assert board.posts == {}


def test_a_wait_that_the_platform_asked_for_holds_up_what_is_taken_back_too() -> None:
    with stage.stage() as (world, boards):
        boards["discord"].budgets = (Budget("discord:acme"), Budget("discord:posts", 2, 7200))
        published(world, "chat")
        world.drain()
        boards["discord"].planned.append(said(Wait(600, "answered 429", budget="discord:acme")))
        published(world, "chat", name="a2")
        world.drain()
        withdrawn(world)
        passes(world, 8)
        assert boards["discord"].withdrawn == []
        passes(world, 4)
        assert boards["discord"].withdrawn == ["1"]


# In doubt


@pytest.mark.parametrize("arrived", [True, False])
def test_withdrawn_while_nobody_knows_and_nobody_can_look_but_the_key_holds(arrived: bool) -> None:
    """A webhook: its receiver drops repeats, and cannot be asked."""
    with World() as world:
        published(world, "site")
        world.outside.next = [silent if arrived else status(500)]
        world.work("delivery")
        assert row("site")["state"] == "unknown"
        withdrawn(world)
        passes(world, 8)
        kinds = [call.said["type"] for call in world.outside.calls]
        assert kinds[-1] == "announcement.withdrawn"
        assert now(world)["state"] == "withdrawn"


def test_given_up_in_doubt_it_is_still_in_doubt_when_it_is_withdrawn() -> None:
    with stage.stage() as (world, boards):
        board = boards["discord"]
        board.planned.append(lost)
        published(world, "chat", useless_after=7 * 86400)
        world.work("delivery")
        looked = board.look
        board.look = lambda *given: Wait(0, "nobody there")  # type: ignore[method-assign, assignment]
        world.finish()
        assert row("chat")["state"] == "unknown"
        assert len(needs_a_person(world)) == 1
        board.look = looked  # type: ignore[method-assign]
        withdrawn(world)
        passes(world)
        assert now(world)["state"] == "withdrawing"
        outbox.resolve(table(), row("chat"), "sent", "Ada", world.now, {"id": "1", "url": ""})
        passes(world)
        assert board.posts == {}
        assert now(world)["state"] == "withdrawn"


# The program has moved on


def test_a_target_that_is_on_another_platform_now_is_not_asked_for_what_it_never_had() -> None:
    with there("chat") as (world, boards):
        operator.push(
            stage.PROGRAM.replace('platform = "discord"\nplace = "1"', 'platform = "slack"\nplace = "C9"'), "t"
        )
        world.later(minutes=2)
        withdrawn(world)
        passes(world)
        assert boards["slack"].withdrawn == []
        assert now(world)["cannot"] == [
            "chat: withdraw: 'chat' was on discord when this was announced, and is on slack now"
        ]
        assert len(needs_a_person(world)) == 1


def test_a_target_that_left_the_program_is_told() -> None:
    with there("chat", "work") as (world, _):
        operator.push(builders.PROGRAM, "tests")
        world.later(minutes=2)
        withdrawn(world)
        passes(world)
        assert now(world)["state"] == "withdrawn"
        assert now(world)["cannot"] == [
            f"{name}: withdraw: the program has no target {name!r} any more" for name in ("chat", "work")
        ]


def test_approving_a_change_again_gives_the_same() -> None:
    with stage.stage() as (world, _):
        found, active = written(world, content("chat")), program.active()[0]
        seen = publishing.preview(table(), "acme", "a1", content("chat"), active).hash
        wall = (world.now, "2026-11-22T13:00", "Europe/Paris", world.now)
        publishing.approve(table(), found, "Ada", seen, active, *wall)
        world.drain()
        first = changed(world, "chat", body="It rains.")
        assert approve(world, now(world))["approved"] == first["approved"]


@pytest.mark.parametrize("fault", [lost, swallowed])
def test_withdrawn_while_the_second_of_three_parts_is_in_doubt(fault: Any) -> None:
    with stage.stage() as (world, boards):
        boards["slack"].planned.extend([lambda make: make(), fault])
        published(world, "work", body="One.\n\nTwo.\n\nThree.")
        world.work_off("delivery")
        assert [row("work", part)["state"] for part in (1, 2, 3)] == ["sent", "unknown", "waiting"]
        withdrawn(world)
        withdrawn(world)
        passes(world, 20)
        assert boards["slack"].posts == {}
        assert now(world)["state"] == "withdrawn"
        assert row("work", 3)["state"] == "cancelled"


def test_an_edit_whose_pictures_can_never_be_uploaded_is_a_persons_in_the_end() -> None:
    with there("chat") as (world, boards):
        board = boards["discord"]
        board.PREPARES = True  # type: ignore[attr-defined]
        board.prepare = lambda *given: Unknown("answered 500")  # type: ignore[attr-defined]
        changed(world, "chat", body="It rains.")
        world.finish()
        assert edit()["state"] == "stuck"
        assert len(needs_a_person(world)) == 1
        assert now(world)["cannot"] == ["chat: edit: given up after 13 attempts: answered 500"]
