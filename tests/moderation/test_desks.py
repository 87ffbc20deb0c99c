"""Moderators at a desk: a case's card is made once, kept as the case is, and decides what it shows and nothing else."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from cli import operator
from events.envelope import Envelope
from functions.moderation import appeals, records, standards, working
from functions.platforms.outgoing import Reply, UnansweredError
from functions.shared import program
from functions.shared.table import Item, Update, table
from tests.moderation.people import DAY
from tests.support import builders
from tests.support.desks import BO, EVE, ILSE, PLATFORMS, Channel, Form, minutes, opened, press, sent
from tests.support.faults import crash
from tests.support.outside import Call
from tests.support.world import World, needs_a_person

GAME = "https://game.example/liaison"
ROSTER = f"""
[[policies]]
id = "be-kind"
community = "acme"
title = "Be kind"
text = "No insults, no <@everyone>."
reasons = ["harassment"]
measures = ["hide", "timeout"]

[[moderators]]
id = "ilse-token"
community = "acme"
name = "Ilse"
pseudonym = "Otter"
accounts = {{ server = "{ILSE}" }}

[[moderators]]
id = "bo-token"
community = "acme"
name = "Bo"
pseudonym = "Heron"
accounts = {{ server = "{BO}" }}
"""


def desk(name: str = "mods", more: str = "") -> str:
    return f"""
[[desks]]
id = "{name}"
community = "acme"
source = "server"
channel = "1301000000000000020"
shows = ["cases"]
{more}
"""


def server(platform: str) -> str:
    return f"""
[[sources]]
id = "server"
community = "acme"
platform = "{platform}"
"""


@contextmanager
def standing(
    platform: str, more: str = "", text: str = builders.PROGRAM, with_desk: bool = True
) -> Iterator[tuple[World, Channel]]:
    desks = desk() if with_desk else ""
    with World(text + server(platform) + desks + ROSTER + more) as world, pytest.MonkeyPatch.context() as patch:
        operator.put_secret("server", "token", outgoing=True)
        channel = Channel(platform, world)
        patch.setattr(world.outside, "usual", channel.usual)
        yield world, channel


def flagged(world: World, **more: Any) -> None:
    world.handle(builders.flag(world.now, **more))
    world.work_off("delivery")


def edited(world: World, text: str) -> Envelope:
    """The game tells that a message has other words now."""
    subject = {
        "kind": "chat_message",
        "id": "msg-1",
        "text": text,
        "author": {"id": "4417"},
        "at": world.now.isoformat(),
    }
    return builders.webhook(
        "message.seen", {"change": "edited", "subject": subject, "at": world.now.isoformat()}, world.now
    )


def pressed(world: World, channel: Channel, action: str, by: str = ILSE) -> None:
    world.handle(press(world, channel.platform, channel.buttons[action], by))
    world.work_off("delivery")


def form(world: World, channel: Channel, action: str, by: str = ILSE) -> Form:
    return opened(world, channel.platform, channel.buttons[action], by)


def answered(world: World, channel: Channel, given: Form, by: str = ILSE, **answers: str) -> None:
    world.handle(sent(world, channel.platform, given, by, **answers))
    world.work_off("delivery")


def measures(world: World) -> list[str]:
    """What reached the game, in its order."""
    return [one.said["data"]["measure"] for one in acted(world)]


def acted(world: World) -> list[Call]:
    return [one for one in world.outside.calls if one.url == GAME and one.said["type"] == "moderation.action"]


def case(world: World) -> Item:
    return world.item("case")


def fates(world: World, fate: str) -> list[str]:
    return [one["about"] for one in world.items("inbox") if one["fate"] == fate]


def history(world: World) -> list[str]:
    return [line["what"] for line in world.items("audit")]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_life_of_a_case_on_one_card(platform: str) -> None:
    with standing(platform) as (world, channel):
        flagged(world)
        assert list(channel.buttons) == ["take", "escalate"]
        for words in (
            "You are all worthless.",
            "Because of: harassment",
            "Reports: 1 (weight",
            "Severity 2",
            "By 4417",
            "No case of theirs was decided before",
            "The rule: Be kind",
            "No insults, no",
            "hide: needs",
            "cannot be taken back",
            "decided by 2026-11-23 13:00 (Europe/Paris)",
        ):
            assert words in plain(channel.says), words
        pressed(world, channel, "take")
        assert case(world)["claimed_by"] == "ilse-token"
        assert "Ilse has it until 2026-11-22 13:15" in plain(channel.says)
        assert "ilse-token" not in channel.says
        assert "4417" in channel.says
        assert list(channel.buttons)[:5] == ["give", "escalate", "dismiss", "violation", "hide"]
        assert list(channel.buttons)[5] == "timeout"
        asked = form(world, channel, "hide")
        assert asked.fields == {"why": "", "measures": "hide, resolve", "minutes": "", "rule": "be-kind"}
        answered(world, channel, asked, why="Insults.", measures="hide, timeout", minutes="2h")
        assert case(world)["outcome"] == "violation"
        decision = world.item("decision")
        assert (decision["by"], decision["decision"]["policy"]) == ("ilse-token", "be-kind")
        assert decision["decision"]["minutes"] == {"timeout": 120}
        assert channel.buttons == {}
        minutes(world)
        assert sorted(measures(world)) == ["hide", "timeout"]
        for words in ("Decided by Ilse", "a rule was broken", "Why: Insults.", "Rule: Be kind", "hide: done"):
            assert words in plain(channel.says), words
        assert len(channel.messages) == 1
        edits = channel.edits
        minutes(world, 10)
        assert channel.edits == edits
        world.later(days=15)
        minutes(world, 2)
        assert "worthless" not in channel.says
        assert "no rule" not in channel.says
        assert f"liaison cases show {case(world)['id']}" in plain(channel.says)
        assert "due" not in world.delivery("desk-mods#card")
        assert not needs_a_person(world)
        assert not world.parked()


def plain(text: str) -> str:
    return text.replace("\\", "")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_violation_and_the_next_case_tells_what_was_decided_before(platform: str) -> None:
    with standing(platform) as (world, channel):
        flagged(world)
        pressed(world, channel, "take")
        asked = form(world, channel, "dismiss")
        assert asked.fields == {"why": "", "measures": "resolve"}
        assert asked.choices == ("approve", "resolve")
        answered(world, channel, asked, why="Rude, and allowed.", measures="")
        assert case(world)["outcome"] == "no_violation"
        assert "no rule was broken" in plain(channel.says)
        channel.messages.clear()
        channel.nonces.clear()
        flagged(world, flag="report-2", subject="msg-2")
        assert "Decided before: 0 × a rule was broken, 1 × none" in plain(channel.says)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_decision_on_other_words_is_refused_and_the_card_says_so(platform: str) -> None:
    with standing(platform) as (world, channel):
        flagged(world)
        pressed(world, channel, "take")
        asked = form(world, channel, "hide")
        world.later(minutes=1)
        world.handle(edited(world, "You are all wonderful."))
        world.drain()
        assert all(words in plain(channel.says) for words in ("As it is now", "wonderful", "worthless"))
        assert "It has changed since it was taken" in plain(channel.says)
        assert list(channel.buttons) == ["take", "give", "escalate"]
        answered(world, channel, asked, why="Insults.")
        assert case(world)["state"] == "claimed"
        assert "The last press had no effect: it has changed since you took it" in plain(channel.says)
        pressed(world, channel, "take")
        assert "no effect" not in plain(channel.says)
        answered(world, channel, asked, why="Insults.")  # What stood there before decides nothing now either.
        assert case(world)["state"] == "claimed"
        answered(world, channel, form(world, channel, "dismiss"), why="It is a compliment now.", measures="")
        assert case(world)["outcome"] == "no_violation"
        assert not measures(world)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_more_of_the_same_does_not_void_what_stands_on_the_card(platform: str) -> None:
    with standing(platform) as (world, channel):
        flagged(world)
        pressed(world, channel, "take")
        asked = form(world, channel, "hide")
        flagged(world, flag="report-2")
        minutes(world, 1)
        assert "Reports: 2" in plain(channel.says)
        answered(world, channel, asked, why="Insults.")
        assert case(world)["outcome"] == "violation"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_of_two_who_take_it_one_has_it_and_the_other_is_told_who(platform: str) -> None:
    with standing(platform) as (world, channel):
        flagged(world)
        take = channel.buttons["take"]
        world.handle(press(world, platform, take, ILSE), press(world, platform, take, BO))
        world.work_off("delivery")
        assert case(world)["claimed_by"] == "ilse-token"
        assert "The last press had no effect: Ilse has this case until" in plain(channel.says)
        assert "token" not in json.dumps(list(channel.messages.values())).replace("Bot token", "")
        answered(world, channel, form(world, channel, "hide", BO), BO, why="Insults.")
        assert case(world)["state"] == "claimed"
        assert "you do not hold this case" in plain(channel.says)
        assert not measures(world)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_given_back_anybody_can_take_it(platform: str) -> None:
    with standing(platform) as (world, channel):
        flagged(world)
        pressed(world, channel, "take")
        old = form(world, channel, "hide")
        pressed(world, channel, "give")
        assert list(channel.buttons) == ["take", "escalate"]
        pressed(world, channel, "take", BO)
        assert "Bo has it" in plain(channel.says)
        answered(world, channel, old, why="Insults.")
        assert case(world)["state"] == "claimed"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_to_the_leads_with_a_reason(platform: str) -> None:
    leads = ROSTER.replace('pseudonym = "Heron"', 'pseudonym = "Heron"\nlead = true')
    with standing(platform) as (world, channel):
        operator.push(builders.PROGRAM + server(platform) + desk() + leads, "tests")
        program.loaded.cache_clear()
        flagged(world)
        asked = form(world, channel, "escalate")
        assert asked.fields == {"why": ""}
        answered(world, channel, asked, why="Is this a threat?")
        assert case(world)["level"] == 1
        assert "With the leads" in plain(channel.says)
        assert list(channel.buttons) == ["take"]
        pressed(world, channel, "take")
        assert "this case was escalated to the leads" in plain(channel.says)
        pressed(world, channel, "take", BO)
        assert case(world)["claimed_by"] == "bo-token"


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("action", ["take", "escalate"])
def test_a_stranger_changes_nothing_and_is_told_by_the_card(platform: str, action: str) -> None:
    with standing(platform) as (world, channel):
        flagged(world)
        before = case(world)
        if action == "take":
            pressed(world, channel, "take", EVE)
        else:
            answered(world, channel, form(world, channel, "escalate", EVE), EVE, why="Me!")
        assert case(world) == before
        assert "whoever pressed is no moderator here" in plain(channel.says)
        assert fates(world, "ignored") == ["nobody"]
        edits = channel.edits
        for _ in range(5):
            pressed(world, channel, "take", EVE)
        assert channel.edits == edits


def test_an_account_of_another_place_is_a_stranger() -> None:
    other = ROSTER.replace("{ server =", "{ game =")
    with standing("discord") as (world, channel):
        operator.push(builders.PROGRAM + server("discord") + desk() + other, "tests")
        program.loaded.cache_clear()
        flagged(world)
        pressed(world, channel, "take")
        assert case(world)["state"] == "open"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_delivered_again_or_pressed_twice_it_is_done_once(platform: str) -> None:
    with standing(platform) as (world, channel):
        flagged(world)
        once = press(world, platform, channel.buttons["take"])
        again = press(world, platform, channel.buttons["take"])
        world.handle(once, once, again)
        world.work_off("delivery")
        assert case(world)["fence"] == 1
        assert history(world) == ["opened", "claimed"]
        asked = form(world, channel, "hide")
        decision = sent(world, platform, asked, why="Insults.")
        twice = sent(world, platform, asked, why="Insults.")
        world.handle(decision, decision, twice)
        minutes(world)
        assert history(world).count("decided") == 1
        assert sorted(measures(world)) == ["hide", "resolve"]
        assert "no effect" not in plain(channel.says)
        assert len([about for about in fates(world, "ignored") if "done already" in about]) == 2


def test_an_appeal_has_a_card_of_its_own_and_what_it_changes_is_on_the_first_one() -> None:
    leads = ROSTER.replace('pseudonym = "Heron"', 'pseudonym = "Heron"\nlead = true')
    with standing("discord") as (world, channel):
        operator.push(builders.PROGRAM + server("discord") + desk() + leads, "tests")
        program.loaded.cache_clear()
        flagged(world)
        pressed(world, channel, "take")
        answered(world, channel, form(world, channel, "violation"), why="Insults.", measures="")
        minutes(world, 2)
        first = channel.messages.pop(next(iter(channel.messages)))
        found = case(world)
        appeals.make(table(), "acme", found["id"], "author", "I quoted somebody.", program.active()[0], world.now)
        channel.nonces = {"taken": "1", "too": "2"}
        channel.messages["1"] = first
        minutes(world, 1)
        (name,) = channel.messages.keys() - {"1"}
        shown = channel.messages.pop("1")
        assert "I quoted somebody." in channel.says
        assert "With the leads" in channel.says
        pressed(world, channel, "take", BO)
        asked = form(world, channel, "dismiss", BO)
        channel.messages["1"] = shown
        answered(world, channel, asked, BO, why="It was a quotation.", measures="")
        minutes(world, 2)
        assert "An appeal has changed what was decided first" in json.dumps(channel.messages["1"])
        assert "no rule was broken" in json.dumps(channel.messages[name])
        (told,) = world.items("history")
        assert (told["violation"], told["no_violation"]) == (0, 1)


@pytest.mark.parametrize("action", ["take", "hide"])
def test_the_same_press_at_two_workers_in_the_same_moment_is_done_once(action: str) -> None:
    with standing("discord") as (world, channel):
        flagged(world)
        once = press(world, "discord", channel.buttons["take"])
        if action == "hide":
            world.handle(once)
            world.work_off("delivery")
            once = sent(world, "discord", form(world, channel, "hide"), why="Insults.")
        world.faults.at("dynamodb.TransactWriteItems", "before", lambda: world.handle(once))
        world.handle(once)
        minutes(world)
        assert history(world) == ["opened", "claimed", "decided"][: 2 if action == "take" else 3]
        assert case(world)["fence"] == 1
        assert "no effect" not in plain(channel.says)
        assert not world.failures


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"measures": "timeout"}, "how long? say so in"),
        ({"measures": "timeout", "minutes": "soon"}, "Write minutes as 90, hours as 2h, or days as 3d"),
        ({"measures": "timeout", "minutes": "9999999"}, "the form cannot be read"),
        ({"rule": "be-nice"}, "there is no rule 'be-nice'; there are be-kind"),
        ({"why": "  "}, "a decision needs an explanation"),
        ({"measures": "explode"}, "'explode' is not a measure"),
    ],
    ids=str,
)
def test_a_form_that_says_too_little_decides_nothing(answers: dict[str, str], told: str) -> None:
    with standing("discord") as (world, channel):
        flagged(world)
        pressed(world, channel, "take")
        answered(world, channel, form(world, channel, "hide"), **{"why": "Insults.", **answers})
        assert case(world)["state"] == "claimed"
        assert told in plain(channel.says)
        answered(world, channel, form(world, channel, "hide"), why="Insults.")
        assert case(world)["state"] == "decided"


def test_a_violation_without_any_measure() -> None:
    with standing("slack") as (world, channel):
        flagged(world)
        pressed(world, channel, "take")
        answered(world, channel, form(world, channel, "violation"), why="Only noted.", measures="")
        assert world.item("decision")["decision"]["measures"] == []


def test_nobody_judges_what_they_wrote() -> None:
    own = ROSTER.replace(f'{{ server = "{ILSE}" }}', f'{{ server = "{ILSE}", game = "4417" }}')
    with standing("discord") as (world, channel):
        operator.push(builders.PROGRAM + server("discord") + desk() + own, "tests")
        program.loaded.cache_clear()
        flagged(world)
        pressed(world, channel, "take")
        assert case(world)["state"] == "open"
        assert "you wrote or reported this yourself" in plain(channel.says)


def test_a_lease_that_runs_out_is_on_the_card_without_anybodys_doing() -> None:
    with standing("discord") as (world, channel):
        flagged(world)
        pressed(world, channel, "take")
        old = form(world, channel, "hide")
        minutes(world, 17)
        assert list(channel.buttons) == ["take", "escalate"]
        answered(world, channel, old, why="Insults.")
        assert case(world)["state"] == "decided"
        assert measures(world)


def test_a_form_is_refused_once_somebody_else_has_taken_the_case() -> None:
    with standing("discord") as (world, channel):
        flagged(world)
        pressed(world, channel, "take")
        old = form(world, channel, "hide")
        minutes(world, 17)
        valid = standards.of(program.active()[0], "acme")
        working.claim(table(), "acme", case(world)["id"], "Ada", valid, world.now, DAY)
        answered(world, channel, old, why="Insults.")
        assert case(world)["state"] == "claimed"
        assert "you do not hold this case (any more)" in plain(channel.says)
        assert not measures(world)


def test_what_others_do_elsewhere_is_on_the_card_within_a_minute() -> None:
    with standing("discord") as (world, channel):
        flagged(world)
        valid = standards.of(program.active()[0], "acme")
        working.claim(table(), "acme", case(world)["id"], "Ada", valid, world.now, DAY)
        minutes(world, 1)
        assert "Ada has it" in plain(channel.says)
        working.release(table(), "acme", case(world)["id"], "Ada", 1, world.now)
        working.snooze(table(), "acme", case(world)["id"], "Ada", world.now + timedelta(days=2), valid, world.now)
        minutes(world, 1)
        assert "Put off until 2026-11-24" in plain(channel.says)
        world.later(days=2)
        minutes(world, 2)
        assert "Open: to be taken by" in plain(channel.says)
        assert "take" in channel.buttons
        world.later(days=3)
        minutes(world, 1)
        assert "LATE" in plain(channel.says)


def test_a_measure_that_is_refused_is_on_the_card() -> None:
    with standing("discord") as (world, channel):
        flagged(world)
        pressed(world, channel, "take")
        asked = form(world, channel, "hide")
        usual = world.outside.usual
        no = Reply(400, {}, b"no")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(world.outside, "usual", lambda call: no if call.url == GAME else usual(call))
            answered(world, channel, asked, why="Insults.", measures="hide")
            minutes(world)
        assert "hide: refused:" in plain(channel.says)
        assert [row["purpose"] for row in needs_a_person(world)] == ["act"]


QUEUES = """
[[queues]]
id = "spam"
community = "acme"
reasons = ["spam"]
"""


def test_a_desk_shows_its_queues_and_a_case_that_comes_into_one_later() -> None:
    more = QUEUES + desk(more='queues = ["spam"]')
    with standing("discord", more, with_desk=False) as (world, channel):
        flagged(world)
        assert not channel.messages
        flagged(world, flag="report-2", reason="spam")
        assert "harassment, spam" in plain(channel.says)
        assert case(world)["cards"] == ["delivery#desk-mods#card"]
        flagged(world, flag="report-3", reason="spam")
        minutes(world, 1)
        assert len(channel.messages) == 1


def test_main_is_a_queue_too() -> None:
    more = QUEUES + desk(more='queues = ["main"]')
    with standing("discord", more, with_desk=False) as (world, channel):
        flagged(world, reason="spam")
        assert not channel.messages
        flagged(world, flag="report-2", subject="msg-2")
        assert len(channel.messages) == 1


def test_a_batch_of_ten_with_five_desks_stays_within_one_transaction_s_bounds() -> None:
    more = "".join(desk(f"d{number}") for number in range(5))
    with standing("discord", more, with_desk=False) as (world, channel):
        sizes: list[int] = []
        whole = table().__class__.transact

        def counted(self: Any, writes: Any) -> None:
            sizes.append(len(writes))
            whole(self, writes)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(table().__class__, "transact", counted)
            world.handle(*(builders.flag(world.now, flag=f"r{number}") for number in range(10)))
        assert case(world)["flags"] == 10
        assert len(case(world)["cards"]) == 5
        assert max(sizes) <= records.MOST_WRITES
        world.work_off("delivery")
        assert len(channel.messages) == 5


def test_without_desks_for_cases_nothing_is_written_for_them() -> None:
    with World() as world:
        flagged(world)
        assert not world.items("delivery")
        assert "cards" not in case(world)


def test_a_desk_that_shows_no_cases_any_more_is_not_written_to() -> None:
    with standing("discord") as (world, channel):
        world.handle(builders.flag(world.now))
        operator.push(builders.PROGRAM + server("discord") + ROSTER, "tests")
        program.loaded.cache_clear()
        world.drain()
        assert not channel.messages
        assert world.delivery("desk-mods#card")["state"] == "cancelled"
        assert not needs_a_person(world)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("later", [0, 10], ids=["within the key's window", "long after"])
def test_a_card_whose_answer_is_lost_is_there_once(platform: str, later: int) -> None:
    def lost() -> None:
        raise UnansweredError("no whole answer within 10 s")

    with standing(platform) as (world, channel):
        world.faults.at("http", "after", lost)
        flagged(world)
        assert world.delivery("desk-mods#card")["state"] == "unknown"
        world.later(minutes=later)
        minutes(world, 5)
        assert len(channel.messages) == 1
        assert world.delivery("desk-mods#card")["posted"]["id"] in channel.messages
        assert not needs_a_person(world)


def test_a_button_of_an_older_kind_changes_nothing_and_is_on_record() -> None:
    with standing("discord") as (world, _):
        flagged(world)
        name = f"case:{case(world)['id']}:explode:1"
        world.handle(press(world, "discord", name), press(world, "discord", "case:0123456789abcdef:take:0"))
        assert sorted(fates(world, "ignored")) == ["no button is called 'explode:1'", "there is no such case"]
        assert case(world)["state"] == "open"


def test_what_was_erased_is_gone_from_the_card_within_a_day() -> None:
    with standing("discord") as (world, channel):
        flagged(world)
        found = case(world)
        gone = {"author": {}, "text": "", "title": "", "summary": "–"}
        table().write(Update((found["pk"], found["sk"]), set=gone))
        world.later(days=1)
        minutes(world, 2)
        assert "worthless" not in channel.says
        assert "4417" not in channel.says


WRITES = ("dynamodb.PutItem", "dynamodb.UpdateItem", "dynamodb.TransactWriteItems", "http")


def decided_by_cards(world: World, channel: Channel) -> None:
    world.handle(builders.flag(world.now, flag="report-1", delivery="d1"))
    minutes(world, 2)
    world.handle(press(world, channel.platform, channel.buttons["take"]))
    minutes(world, 2)
    world.handle(sent(world, channel.platform, form(world, channel, "hide"), why="Insults.", measures="hide"))
    minutes(world, 2)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_cut_off_at_any_write_there_is_one_card_one_decision_and_one_measure(platform: str, when: Any) -> None:
    with standing(platform) as (world, channel):
        world.faults.forget()
        decided_by_cards(world, channel)
        steps = [number for number, step in enumerate(world.faults.passed, 1) if step in WRITES]
    assert len(steps) > 15
    # Each case takes its share of the steps: together they are a part of all, in good time.
    share = PLATFORMS.index(platform) * 2 + (when == "after")
    for number in steps[share::8]:
        with standing(platform) as (world, channel):
            world.faults.at_number(number, when, crash)
            decided_by_cards(world, channel)
            assert not world.faults.traps
            minutes(world, 3)
            where = (number, world.failures)
            assert len(channel.messages) == 1, where
            assert history(world) == ["opened", "claimed", "decided"], where
            keys = {one.key for one in acted(world)}
            assert len(keys) == 1, where
            assert "hide: done" in plain(channel.says), where
            assert channel.buttons == {}, where
            assert not world.parked(), where
