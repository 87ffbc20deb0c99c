"""A card of something that was said: taken, answered after it was looked at to the letter, or closed, by the roster."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from cli import operator
from events.talk_buttons import Button, stamp
from functions.feedback import records
from functions.shared import clock
from functions.shared.table import Item
from tests.api.manager import Manager
from tests.support import builders
from tests.support.desks import BO, CHANNEL, EVE, ILSE, PLATFORMS, Channel, opened, press, sent
from tests.support.faults import crash
from tests.support.world import World

HOOK = "https://game.example/liaison"
every_platform = pytest.mark.parametrize("platform", PLATFORMS)


def desk(platform: str) -> str:
    people = "".join(
        f"""
[[moderators]]
id = "{name.lower()}"
community = "acme"
name = "{name}"
pseudonym = "{name[0]}"
accounts = {{ server = "{account}" }}
"""
        for name, account in (("Ilse", ILSE), ("Bo", BO))
    )
    return f"""
[[sources]]
id = "server"
community = "acme"
platform = "{platform}"

[[desks]]
id = "staff"
community = "acme"
source = "server"
channel = "{CHANNEL}"
shows = ["feedback"]
{people}"""


@contextmanager
def standing(platform: str, text: str = builders.PROGRAM) -> Iterator[tuple[World, Channel, str]]:
    """Something was said, and a card of it asked for."""
    with World(text + desk(platform)) as world, pytest.MonkeyPatch.context() as patch:
        operator.put_secret("server", "token", outgoing=True)
        channel = Channel(platform, world)
        patch.setattr(world.outside, "usual", channel.usual)
        world.handle(builders.feedback(world.now, text="Does it snow?"))
        name = next(records.item_id(one) for one in world.items("feedback"))
        assert Manager(world, "moderator").post(f"talks/{name}/show", {}).status == 200
        world.work_off("delivery")
        yield world, channel, name


def later(world: World) -> None:
    """The next look at a card while its answer is on its way."""
    world.later(seconds=61)
    world.upkeep()
    world.work_off("delivery")


def answers(world: World) -> list[Any]:
    return [call for call in world.outside.calls if call.url == HOOK]


def talk(world: World) -> Item:
    return world.item("talk")


def written(world: World, platform: str, channel: Channel, words: str = "It **does**.", by: str = ILSE) -> None:
    form = opened(world, platform, channel.buttons["answer"], by)
    world.handle(sent(world, platform, form, by, words=words))
    world.work_off("delivery")


@every_platform
def test_from_a_question_to_its_answer_on_one_card(platform: str) -> None:
    with standing(platform) as (world, channel, _):
        assert channel.buttons.keys() == {"take", "answer", "close"}
        assert all(words in channel.says for words in ("Does it snow?", "Nobody has it."))
        world.handle(press(world, platform, channel.buttons["take"]))
        world.work_off("delivery")
        assert "Ilse has it." in channel.says
        written(world, platform, channel)
        assert not answers(world)
        assert all(words in channel.says for words in ("Ilse wrote the answer below", "feedback.answered"))
        world.handle(press(world, platform, channel.buttons["send"]))
        later(world)
        later(world)
        (call,) = answers(world)
        assert call.said["data"]["text"] == "It does."
        assert talk(world)["state"] == "answered"
        assert "Answered by Ilse." in channel.says
        assert channel.buttons == {}
        assert len(channel.messages) == 1
        assert not [one for one in world.items("delivery") if "due" in one]


@every_platform
def test_closing_asks_why(platform: str) -> None:
    with standing(platform) as (world, channel, _):
        form = opened(world, platform, channel.buttons["close"])
        world.handle(sent(world, platform, form, words="Told them."))
        world.work_off("delivery")
        assert "Closed by Ilse: Told them" in channel.says
        assert (talk(world)["state"], talk(world)["closed_by"]) == ("closed", "ilse")


@every_platform
def test_an_older_card_changes_nothing_and_says_so(platform: str) -> None:
    with standing(platform) as (world, channel, _):
        old = channel.buttons
        world.handle(press(world, platform, old["take"]))
        world.work_off("delivery")
        world.handle(press(world, platform, old["take"], BO))
        world.work_off("delivery")
        assert "The last press had no effect: it has changed since" in channel.says
        assert talk(world)["assigned_to"] == "ilse"
        world.handle(press(world, platform, channel.buttons["take"], BO))
        world.work_off("delivery")
        assert "The last press had no effect: ilse has it until" in channel.says
        written(world, platform, channel)
        first = channel.buttons["send"]
        written(world, platform, channel, "It does not.")
        world.handle(press(world, platform, first))
        world.work_off("delivery")
        assert "what would be sent is not what you saw" in channel.says
        assert not answers(world)


@every_platform
def test_strangers_change_nothing(platform: str) -> None:
    with standing(platform) as (world, channel, _):
        world.handle(press(world, platform, channel.buttons["take"], EVE))
        world.work_off("delivery")
        assert "whoever pressed it is not on the roster" in channel.says
        assert talk(world)["state"] == "open"


@every_platform
def test_somebody_else_sends_it_where_the_program_asks_for_two(platform: str) -> None:
    text = builders.PROGRAM.replace('name = "Acme Games"', 'name = "Acme Games"\napproval = "another"')
    with standing(platform, text) as (world, channel, _):
        written(world, platform, channel)
        assert "once somebody else sends it" in channel.says
        world.handle(press(world, platform, channel.buttons["send"]))
        world.work_off("delivery")
        assert "somebody else has to approve" in channel.says
        world.handle(press(world, platform, channel.buttons["send"], BO))
        later(world)
        assert len(answers(world)) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_press_that_is_cut_off_anywhere_is_done_once(when: Any) -> None:
    with standing("discord") as (world, _, name):
        for number in range(1, 100):
            pressed = press(world, "discord", Button(name, "take", stamp("first", number - 1)).name)
            world.faults.forget()
            world.faults.at_number(number, when, crash)
            world.accept(pressed)
            world.work("feedback")
            over = bool(world.faults.traps)
            world.faults.forget()
            world.work("feedback")
            assert not world.depth("feedback")
            assert talk(world)["fence"] == number
            assert len([one for one in world.items("audit") if one["what"] == "assigned"]) == number
            if over:
                break
        assert number > 5


@every_platform
def test_what_is_assigned_has_a_card_too(platform: str) -> None:
    with standing(platform) as (world, channel, _):
        world.handle(builders.feedback(world.now, content="form-2", text="And hail?"))
        name = next(records.item_id(one) for one in world.items("feedback") if one["content"] == "form-2")
        Manager(world, "moderator").post(f"talks/{name}/assign", {"to": "bo"})
        world.work_off("delivery")
        assert len(channel.messages) == 2
        assert any("And hail?" in str(one) and "Bo has it" in str(one) for one in channel.messages.values())


def test_the_card_speaks_the_communitys_language() -> None:
    text = builders.PROGRAM.replace('name = "Acme Games"', 'name = "Acme Games"\nlanguage = "fr"')
    with standing("discord", text) as (_, channel, _):
        assert "Personne ne s’en occupe" in channel.says


def test_without_a_desk_there_is_no_card(world: World) -> None:
    world.handle(builders.feedback(world.now))
    (item,) = world.items("feedback")
    refused = Manager(world, "moderator").post(f"talks/{records.item_id(item)}/show", {})
    assert (refused.status, refused.message) == (
        409,
        "no desk of the program shows feedback: add it to its `shows`",
    )


@every_platform
def test_sent_and_delivered_again_nobody_is_told_that_it_had_no_effect(platform: str) -> None:
    """The press was cut off behind its effect: its marker is not there."""
    with standing(platform) as (world, channel, _):
        written(world, platform, channel)
        pressed = press(world, platform, channel.buttons["send"])
        world.faults.at("dynamodb.PutItem", "before", crash)
        world.accept(pressed)
        world.work("feedback")
        assert talk(world)["state"] == "answering"
        world.work("feedback")
        later(world)
        later(world)
        assert len(answers(world)) == 1
        assert "no effect" not in channel.says


@every_platform
def test_the_same_words_after_it_was_opened_again_are_another_answer(platform: str) -> None:
    with standing(platform) as (world, channel, name):
        for number in (1, 2):
            written(world, platform, channel)
            world.handle(press(world, platform, channel.buttons["send"]))
            later(world)
            later(world)
            assert len(answers(world)) == number
            Manager(world, "moderator").post(f"talks/{name}/reopen")
            world.work_off("delivery")


@every_platform
def test_an_answer_that_waits_for_a_person_is_said_to_and_not_looked_at_each_minute(platform: str) -> None:
    with standing(platform) as (world, channel, _):
        Manager(world, "manager").post("targets/game/pause", {"reason": "moves"})
        written(world, platform, channel)
        world.handle(press(world, platform, channel.buttons["send"]))
        later(world)
        later(world)
        assert "waits for a person (held): its target is paused: moves" in channel.says
        Manager(world, "manager").post("targets/game/resume", {"send_held": False})
        world.later(minutes=16)
        later(world)
        assert "waits for a person (missed)" in channel.says
        (card,) = [row for row in world.items("delivery") if row["purpose"] == "card"]
        assert clock.moment(card["due_at"]) - world.now > timedelta(minutes=10)
